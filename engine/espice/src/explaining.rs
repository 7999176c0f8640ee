//! How a rule comes out for sources, and what would change it.

use crate::config::Request;
use crate::engine::{Engine, stopped};
use crate::parts::choose_part;
use crate::probe::{Bench, OwnedProbe, Probe};
use espice_base::{Code, Diagnostic, Diagnostics, Place, did_you_mean};
use espice_lang::Quantities;
use espice_lang::rules::{Flip, Input, Phase, WhyNot};
use espice_netlist::dialect;
use espice_units::constants::TNOM;

/// What is asked about a rule.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ExplainRequest {
    /// The rule, `name` or `pack::name`.
    pub rule: String,
    /// Sources of one device.
    pub sources: Vec<String>,
    /// The part, of a sheet for several.
    pub part: Option<String>,
    /// A card whose model a rule `on model` looks at; without one the sources are fitted.
    pub card: Option<String>,
    /// Whether the smallest change is asked for that gives another outcome.
    pub why_not: bool,
}

/// A model beside the facts.
struct Model {
    bench: Bench,
    values: Vec<f64>,
}

impl Engine<'_> {
    /// The rule or template whose name is nearest to a word that names none, with its pack where
    /// the word has one.
    pub fn likely_rule(&self, word: &str) -> Option<String> {
        let full: Vec<String> = self.rulebook.rules().iter().map(|r| r.full_name()).collect();
        let bare = |full: &String| full.rsplit("::").next().unwrap_or(full).to_string();
        let bare: Vec<String> = full.iter().map(bare).collect();
        let templates = self.library.templates.iter().map(|t| t.name.as_str());
        let names = full.iter().chain(&bare).map(String::as_str).chain(templates);
        did_you_mean(word, names).map(String::from)
    }

    /// A short account of a rule: what it says, and for sources the proof of its verdict with
    /// values. `None` when there is no such rule, or no such part.
    pub fn explain(&mut self, rule: &str, paths: &[String]) -> Option<Vec<String>> {
        let request = ExplainRequest {
            rule: String::from(rule),
            sources: paths.to_vec(),
            ..ExplainRequest::default()
        };
        self.explain_rule(&request).0
    }

    /// [`Engine::explain`] with a model, and with what would give another outcome.
    pub fn explain_rule(&mut self, request: &ExplainRequest) -> (Option<Vec<String>>, Diagnostics) {
        let mut diagnostics = Diagnostics::new();
        let Some(rule) = self.rulebook.rule(&request.rule) else { return (None, diagnostics) };
        let (phase, name, kinds) = (rule.phase, rule.name.clone(), rule.kinds.clone());
        if phase == Phase::Library {
            return self.explain_library(request, &kinds);
        }
        let reading = self.read(&request.sources);
        if self.is_cancelled() {
            diagnostics.push(stopped("the sources were not read to their end"));
            return (None, diagnostics);
        }
        let mut facts = reading.facts;
        diagnostics.extend(reading.diagnostics);
        if request.part.is_some() {
            let of_part = Request { part: request.part.clone(), ..Request::default() };
            if !choose_part(&mut facts, &of_part, &mut diagnostics) {
                return (None, diagnostics);
            }
        }
        let mut model = None;
        if phase == Phase::Model {
            model = match &request.card {
                Some(card) => self.of_card(card, &mut diagnostics),
                None if request.sources.is_empty() => None,
                None => self.of_fit(request),
            };
            if let (Some(model), None) = (&model, &facts.device.kind) {
                facts.device.kind = Some(model.bench.evaluator.template().kind.clone());
            }
            let wanted = request.card.is_some() || request.why_not || !request.sources.is_empty();
            if model.is_none() && wanted && !diagnostics.has_errors() {
                let message = format!("the rule `{name}` looks at a model, and there is none");
                diagnostics.push(
                    Diagnostic::error(Code::NO_MODEL_TO_EXPLAIN, message)
                        .help("name a card (`card`), or sources that a model can be made of"),
                );
            }
        }
        if self.kind_of(&mut facts, None).is_ok() {
            self.add_readings(&mut facts);
        }
        let model = model.map(|m| Model { bench: m.bench.around(&facts), ..m });
        let probe = model.as_ref().map(|m| Probe { bench: &m.bench, values: &m.values });
        let bare = self.input(&facts);
        let input = match &probe {
            Some(probe) => bare.with_model(probe),
            None => bare,
        };
        let mut lines = self.rulebook.explain(&request.rule, &input);
        if let (Some(lines), true) = (&mut lines, request.why_not) {
            lines.push(self.other_outcome(&request.rule, &input, model.as_ref()));
        }
        (lines, diagnostics)
    }

    /// A rule that looks at all devices together.
    fn explain_library(
        &mut self,
        request: &ExplainRequest,
        kinds: &[String],
    ) -> (Option<Vec<String>>, Diagnostics) {
        let (facts, diagnostics) = self.library_of(&request.sources, kinds);
        let input = self.input(&facts);
        let mut lines = self.rulebook.explain(&request.rule, &input);
        if let (Some(lines), true) = (&mut lines, request.why_not) {
            lines.push(self.other_outcome(&request.rule, &input, None));
        }
        (lines, diagnostics)
    }

    fn other_outcome(&self, rule: &str, input: &Input<'_>, model: Option<&Model>) -> String {
        let mut parameters = Vec::new();
        if let Some(model) = model {
            let all = model.bench.evaluator.template().parameters.iter().zip(&model.values);
            parameters.extend(all.map(|(p, v)| (p.name.clone(), *v)));
        }
        let rebuild = |name: &str, value: f64| -> Option<Box<dyn Quantities + '_>> {
            let model = model?;
            let mut values = model.values.clone();
            let template = model.bench.evaluator.template();
            let place = template.parameter(name)?;
            let range = template.parameters.get(place).map(|p| p.low..=p.high)?;
            // What a fit may not give is no way out.
            *values.get_mut(place).filter(|_| range.contains(&value))? = value;
            Some(Box::new(OwnedProbe { bench: &model.bench, values }))
        };
        match self.rulebook.why_not(rule, input, &parameters, Some(&rebuild)) {
            Some(WhyNot::Flip(flip)) => self.flip(&flip),
            Some(WhyNot::Lacks(what)) => {
                format!("  it would be decided with what is missing: {what}")
            }
            _ => String::from("  no change of a single value gives another outcome"),
        }
    }

    fn flip(&self, flip: &Flip) -> String {
        let Flip { what, from, to, relative, outcome, place } = flip;
        let at = match place {
            Some(Place::Text(span)) => self.sources.get(span.file).map(|f| {
                let at = f.line_column(span.start);
                format!(", {}:{}:{}", f.name(), at.line, at.column)
            }),
            Some(Place::Page { file, page, .. }) => {
                self.sources.get(*file).map(|f| format!(", {} page {page}", f.name()))
            }
            _ => None,
        };
        let share = espice_units::plain(100.0 * relative, 3);
        format!(
            "  it would be {outcome} with {what} {to} in place of {from} (a change of {share} %{})",
            at.unwrap_or_default()
        )
    }

    /// The model of a card file.
    fn of_card(&mut self, path: &str, diagnostics: &mut Diagnostics) -> Option<Model> {
        let (file, text) = self.text_of(path, diagnostics)?;
        let (cards, _) = dialect("ngspice")?.read(&text, file);
        let (chosen, words) = self.card_model_in(&cards, Some((file, &text)), None, &[]);
        diagnostics.extend(words.into_iter().map(|d| match d.place() {
            Some(_) => d,
            None => d.at(Place::File(file)),
        }));
        let chosen = chosen?;
        let kind = self.library.kind(&chosen.template.kind)?;
        let (evaluator, _) = self
            .evaluator(&chosen.template, chosen.nominal, None, &[])
            .map_err(|complaint| diagnostics.push(complaint))
            .ok()?;
        Some(Model { bench: Bench::new(evaluator, kind), values: chosen.values.clone() })
    }

    /// The model that is made of the sources, or where rules left none the candidate that they
    /// dropped.
    fn of_fit(&mut self, request: &ExplainRequest) -> Option<Model> {
        let outcome = self.model(&Request {
            sources: request.sources.clone(),
            part: request.part.clone(),
            ..Request::default()
        });
        let (name, found) = match outcome.fit {
            Some(fit) => {
                let all = fit.parameters.into_iter().map(|p| (p.name, p.value));
                (fit.template, all.collect::<Vec<_>>())
            }
            // What a rule threw out is what someone wants to have explained: the candidate that
            // this rule dropped, else the first that came to values.
            None => {
                let bare = request.rule.rsplit("::").next().unwrap_or_default();
                let fitted = outcome.candidates.into_iter().filter(|c| c.attempt.is_some());
                let (by_this, others): (Vec<_>, Vec<_>) =
                    fitted.partition(|c| c.reason.contains(&format!("{bare}: ")));
                let dropped = by_this.into_iter().chain(others).next()?;
                let all = dropped.attempt?.parameters.into_iter().map(|p| (p.name, p.value));
                (dropped.template, all.collect())
            }
        };
        let template = self.library.template(&name)?;
        let kind = self.library.kind(&template.kind)?;
        let (evaluator, _) = self.evaluator(template, TNOM, None, &[]).ok()?;
        let mut values = template.defaults();
        for (name, value) in found {
            if let Some(slot) = template.parameter(&name).and_then(|i| values.get_mut(i)) {
                *slot = value.unwrap_or(*slot);
            }
        }
        Some(Model { bench: Bench::new(evaluator, kind), values })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;
    use espice_base::{Date, MemoryWorld};

    fn explained(request: &ExplainRequest) -> (String, Vec<Code>) {
        let sheet = "[device]\npart = \"X\"\nkind = \"diode\"\n[[parameter]]\nsymbol = \"VF\"\n\
                     typ = \"6 V\"\nconditions = { IF = \"10 mA\" }\n[[parameter]]\nsymbol = \"IR\"\n\
                     max = \"1 uA\"\nconditions = { VR = \"20 V\" }\n";
        let card = ".model x D(IS=1e-9 N=1.8 RS=0.5)\n";
        let world = MemoryWorld::new(Date { year: 2026, month: 11, day: 22 })
            .with("x.toml", sheet)
            .with("x.lib", card);
        let (mut engine, _) = Engine::new(&world, Config::default());
        let (lines, diagnostics) = engine.explain_rule(request);
        (lines.unwrap_or_default().join("\n"), diagnostics.iter().map(|d| d.code).collect())
    }

    #[test]
    fn the_smallest_change_is_computed() {
        let request = |rule: &str, card: Option<&str>| ExplainRequest {
            rule: String::from(rule),
            sources: vec![String::from("x.toml")],
            card: card.map(String::from),
            why_not: true,
            ..ExplainRequest::default()
        };
        let (text, codes) = explained(&request("std::vf_plausible", None));
        let flip = "it would be passed with VF typ at IF = 10 mA 5 V in place of 6 V (a change of 16.7 %, x.toml:4:1)";
        assert!(text.ends_with(flip) && codes.is_empty(), "{text}");
        let (text, _) = explained(&request("reverse_current_limits", Some("x.lib")));
        // A limit of 1 uA is nearer to 843 pA, as a share of itself, than IS is to what reaches it.
        assert!(text.contains("it would be failed with IR max at VR = 20 V"), "{text}");
        let (text, _) = explained(&request("std::capacitance_plausible", None));
        assert!(
            text.ends_with("what is missing: needs what is not there: the data hold no `CJ`"),
            "{text}"
        );
    }

    #[test]
    fn a_rule_about_models_wants_one() {
        let rule = String::from("reverse_current_limits");
        let (_, codes) =
            explained(&ExplainRequest { rule, why_not: true, ..ExplainRequest::default() });
        assert_eq!(codes, [Code::NO_MODEL_TO_EXPLAIN]);
    }
}
