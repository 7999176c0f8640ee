//! The main job: sources in, outcome out. One function for each stage, in the order of the way
//! through the house.

use crate::candidate::{Failed, Fitted};
use crate::config::Request;
use crate::emit::{self, Stated};
use crate::engine::{Engine, stopped};
use crate::evaluate::own;
use crate::fitted::{View, attempt};
use crate::orient::first_polarity;
use crate::outcome as out;
use crate::parts::{choose_part, stem};
use crate::rank::choose;
use crate::scans;
use crate::screen::{hit_limit, settle, tell_assumptions};
use crate::simulate::{self, Check};
use crate::wire::{self, Naming};
use crate::withheld;
use espice_base::{Code, Diagnostic, Diagnostics, Severity};
use espice_facts::{Facts, SymbolTable};
use espice_ingest::sheet::Sheet;
use espice_lang::ir::{Account, CardIr, Finding, FindingStatus, TemplateIr};
use espice_lang::rules::{CandidateStatus, Selection, WaiverLog};
use espice_netlist::{Item, Origin, dialect, dialects};
use espice_units::constants::TNOM;
use std::collections::BTreeSet;

/// What the stages gather on their way.
#[derive(Default)]
struct Record {
    facts: Facts,
    sheets: Vec<Sheet>,
    findings: Vec<Finding>,
    candidates: Vec<out::Candidate>,
    fit: Option<out::Fit>,
    models: Vec<out::Model>,
    diagnostics: Diagnostics,
    simulator: Option<String>,
    /// Whether the run was stopped before its end.
    cancelled: bool,
}

/// What came of a request: the document, and what it was read from.
#[derive(Clone, Debug)]
pub struct Made {
    /// The document.
    pub outcome: out::Outcome,
    /// The datasheets among the sources, page by page, for reports that show them.
    pub sheets: Vec<Sheet>,
}

impl Engine<'_> {
    /// Makes a model. What went wrong, and where, stands in the outcome.
    pub fn model(&mut self, request: &Request) -> out::Outcome {
        self.make(request).outcome
    }

    /// Makes a model, and keeps the datasheets that it was read from.
    pub fn make(&mut self, request: &Request) -> Made {
        let mut record = Record::default();
        self.through(request, &mut record);
        if std::mem::take(&mut record.cancelled) {
            // What a run came to that was stopped on its way is no model, and nothing is judged.
            record.fit = None;
            record.models.clear();
            record.diagnostics.push(stopped("no model was made"));
        }
        self.made(request, record)
    }

    /// Reads the sources and screens what they say, without making a model. A kind or part that
    /// stays open is no error here: everything that was read is in the outcome, for every part.
    pub fn extract(&mut self, request: &Request) -> Made {
        let mut record = Record::default();
        let unusable = !self.take_in(request, &mut record);
        if self.stops(&mut record) {
            record.diagnostics.push(stopped("the sources were not read to their end"));
        }
        let asked = request.part.is_some();
        let chosen = !asked || choose_part(&mut record.facts, request, &mut record.diagnostics);
        settle(&mut record.facts);
        if !unusable && chosen && self.kind_of(&mut record.facts, request.kind.as_deref()).is_ok() {
            self.screen(&mut record);
        }
        self.made(request, record)
    }

    fn made(&self, request: &Request, mut record: Record) -> Made {
        let sheets = std::mem::take(&mut record.sheets);
        Made { outcome: self.outcome(request, record, &sheets), sheets }
    }

    /// Reads all sources. Whether they can be used.
    fn take_in(&mut self, request: &Request, record: &mut Record) -> bool {
        let reading = self.read(&request.sources);
        let usable = !reading.diagnostics.has_errors();
        record.facts = reading.facts;
        record.sheets = reading.sheets;
        record.diagnostics.extend(reading.diagnostics);
        usable
    }

    /// The stages; each may end the way.
    fn through(&mut self, request: &Request, record: &mut Record) {
        record.diagnostics.extend(unknown_dialects(request));
        if record.diagnostics.has_errors() {
            return;
        }
        let usable = self.take_in(request, record);
        if self.stops(record)
            || !usable
            || !choose_part(&mut record.facts, request, &mut record.diagnostics)
        {
            return;
        }
        settle(&mut record.facts);
        if scans::are_all(&record.facts, &record.sheets) {
            return scans::refuse(&mut record.diagnostics);
        }
        match self.kind_of(&mut record.facts, request.kind.as_deref()) {
            Ok(_) => {}
            Err(complaints) => return record.diagnostics.extend(complaints),
        }
        if self
            .library
            .templates_of(record.facts.device.kind.as_deref().unwrap_or(""))
            .next()
            .is_none()
        {
            return self.no_template(record);
        }
        self.tell("screen", "", None);
        if !self.screen(record) || self.stops(record) {
            return;
        }
        // Quantities are measured on the first polarity.
        let (facts, factors) = first_polarity(&record.facts, &self.library.symbols);
        let asked = match withheld::named(&request.withhold, &facts) {
            Ok(asked) => asked,
            Err(complaint) => return record.diagnostics.push(complaint),
        };
        let Some(selection) = self.select(&facts, request.template.as_deref(), record) else {
            return;
        };
        if hit_limit(&record.diagnostics) {
            return;
        }
        let mut survivors = self.fit_and_judge(&selection, &facts, &asked, record);
        if self.stops(record) {
            return;
        }
        let seen = withheld::without(&facts, &asked);
        self.rank(&mut survivors, &selection.rank, &seen, &mut record.candidates);
        if self.stops(record) {
            return;
        }
        let Some(mut best) = choose(&mut survivors, &mut record.candidates) else { return };
        best.stand_for_all(&facts);
        record.findings.extend(best.findings.iter().cloned());
        record.diagnostics.extend(best.diagnostics.iter().cloned());
        if hit_limit(&record.diagnostics) {
            return;
        }
        self.tell("emit", &best.template.name, None);
        let part = part_name(&record.facts);
        let view = View {
            fitted: &best,
            facts: &facts,
            withheld: &asked,
            factors: &factors,
            symbols: &self.library.symbols,
            sources: &self.sources,
            part: &part,
            seed: self.config.seed,
            mode: self.config.mode.word(),
        };
        record.fit = Some(view.fit());
        let (card_sources, models, complaints, simulator) =
            self.emit(&best, &part, request, &facts);
        record.models = models;
        record.diagnostics.extend(complaints);
        record.simulator = simulator;
        drop(survivors);
        drop(best);
        self.sources = card_sources;
        // A simulator that was stopped has not checked the card.
        self.stops(record);
    }

    /// Whether the run is to stop, and says so in the record.
    fn stops(&self, record: &mut Record) -> bool {
        record.cancelled = self.is_cancelled();
        record.cancelled
    }

    fn no_template(&self, record: &mut Record) {
        let kind = record.facts.device.kind.clone().unwrap_or_default();
        let title = self.library.kind(&kind).map_or(kind.as_str(), |k| k.title.as_str());
        let mut complaint = Diagnostic::error(
            Code::NO_TEMPLATE_FOR_KIND,
            format!(
                "this is {} {title}, and no pack has a template for the kind `{kind}`",
                article(title)
            ),
        )
        .help("add a template of this kind to a pack, or state another kind (`kind`)");
        if let Some(source) = record.facts.sources.first() {
            complaint = complaint.at(espice_base::Place::File(source.file));
        }
        record.diagnostics.push(complaint);
    }

    /// Rules on the raw sweeps, readings, rules on rows and curves. Whether the way goes on.
    fn screen(&self, record: &mut Record) -> bool {
        let Record { facts, findings, diagnostics, .. } = record;
        self.screen_facts(facts, findings, diagnostics);
        let broken = |f: &Finding| self.is_broken(f);
        !record.findings.iter().any(broken) && !hit_limit(&record.diagnostics)
    }

    /// Whether a finding fails the run.
    fn is_broken(&self, f: &Finding) -> bool {
        let fails = f.status == FindingStatus::Failed && f.severity == Severity::Error;
        fails && !self.config.known.covers(f)
    }

    fn select(&self, facts: &Facts, asked: Option<&str>, record: &mut Record) -> Option<Selection> {
        let kind = facts.device.kind.as_deref()?;
        let (mut selection, complaints) = self.rulebook.select(kind, &self.input(facts));
        record.diagnostics.extend(complaints);
        if let Some(asked) = asked {
            let known: Vec<String> =
                selection.candidates.iter().map(|c| c.template.clone()).collect();
            selection.candidates.retain(|c| c.template == asked);
            let Some(only) = selection.candidates.first_mut() else {
                record.diagnostics.push(unknown_template(asked, kind, &known));
                return None;
            };
            only.status = CandidateStatus::Considered;
            only.reason = String::from("the request names it");
        }
        if let Some(kind) = self.library.kind(kind) {
            tell_assumptions(kind, facts, &mut record.diagnostics);
        }
        Some(selection)
    }

    /// Tries the candidates in their order. The survivors come back with their place in the
    /// record.
    fn fit_and_judge<'e>(
        &'e self,
        selection: &Selection,
        facts: &Facts,
        asked: &BTreeSet<usize>,
        record: &mut Record,
    ) -> Vec<(usize, Fitted<'e>)> {
        let seen = withheld::without(facts, asked);
        let mut survivors = Vec::new();
        let mut dropped: Vec<(usize, Fitted<'e>)> = Vec::new();
        let count = selection.candidates.len().max(1) as f64;
        for (done, candidate) in selection.candidates.iter().enumerate() {
            if self.is_cancelled() {
                break;
            }
            let rejected = candidate.status == CandidateStatus::Rejected;
            record.candidates.push(out::Candidate {
                template: candidate.template.clone(),
                status: if rejected { "rejected" } else { "tried" }.into(),
                reason: candidate.reason.clone(),
                score: None,
                scored_by: None,
                withheld_error: None,
                attempt: None,
            });
            if rejected {
                continue;
            }
            let place = record.candidates.len() - 1;
            let Some((template, kind)) = self
                .library
                .template(&candidate.template)
                .and_then(|t| Some((t, self.library.kind(&t.kind)?)))
            else {
                continue;
            };
            let Some(entry) = record.candidates.get_mut(place) else { continue };
            self.tell("fit", &template.name, Some(done as f64 / count));
            match self.try_template(template, kind, &seen, facts) {
                Err(failed) => {
                    let Failed { complaint, attempt } = *failed;
                    entry.attempt = attempt;
                    entry.reason = complaint.message.clone();
                    record.diagnostics.push(Diagnostic { severity: Severity::Note, ..complaint });
                }
                Ok(fitted) => {
                    entry.score = wire::finite(fitted.error());
                    entry.scored_by = Some(String::from("fit_error"));
                    entry.withheld_error =
                        withheld::error_of(&fitted, facts, asked).and_then(wire::finite);
                    let broken: Vec<String> =
                        fitted.broken().map(|f| format!("{}: {}", f.rule, f.message)).collect();
                    let Some(first) = broken.first() else {
                        survivors.push((place, fitted));
                        continue;
                    };
                    entry.reason = format!("breaks {}", broken.join("; "));
                    entry.attempt = Some(attempt(template, &fitted.staged));
                    let rules = if broken.len() == 1 { "rule" } else { "rules" };
                    let message = format!(
                        "`{}` was fitted and broke {} error {rules}",
                        template.name,
                        broken.len()
                    );
                    record.diagnostics.push(
                        Diagnostic::note(Code::CANDIDATE_BROKE_RULES, message)
                            .at(template.span)
                            .help(format!("the first is {first}")),
                    );
                    dropped.push((place, fitted));
                }
            }
        }
        if !survivors.is_empty() {
            return survivors;
        }
        let is_known = |d: &(usize, Fitted<'e>)| !d.1.broken().any(|f| self.is_broken(f));
        let (known, mut dropped): (Vec<_>, Vec<_>) = dropped.into_iter().partition(is_known);
        if known.is_empty() {
            // The verdict then is that on the candidate which met the data best.
            dropped.sort_by(|a, b| a.1.error().total_cmp(&b.1.error()));
            let best = dropped.into_iter().next();
            record.findings.extend(best.map(|d| d.1.findings).unwrap_or_default());
        }
        known
    }

    /// The card of the fitted template in every dialect asked for.
    fn emit(
        &self,
        fitted: &Fitted<'_>,
        part: &str,
        request: &Request,
        facts: &Facts,
    ) -> (espice_base::SourceMap, Vec<out::Model>, Diagnostics, Option<String>) {
        let mut sources = self.sources.clone();
        let mut diagnostics = Diagnostics::new();
        let mut models = Vec::new();
        let mut ran = None;
        let origin = Origin {
            part: part.to_string(),
            version: env!("CARGO_PKG_VERSION").into(),
            template: format!("{}::{}", fitted.template.pack, fitted.template.name),
            packs: self
                .library
                .packs
                .iter()
                .map(|p| (p.name.clone(), p.digest.to_string()))
                .collect(),
            notes: facts
                .sources
                .iter()
                .map(|s| format!("source {} {}", s.name, s.digest))
                .collect(),
        };
        let asked: Vec<&str> = if request.dialects.is_empty() {
            vec!["ngspice"]
        } else {
            request.dialects.iter().map(String::as_str).collect()
        };
        for name in asked {
            // Unknown ones were refused before anything was fitted.
            let Some(dialect) = dialect(name) else { continue };
            let cards: Vec<&CardIr> =
                fitted.template.cards.iter().filter(|c| c.family == "spice").collect();
            if let Some(complaint) = lacking(fitted, &cards) {
                diagnostics.push(complaint);
                continue;
            }
            let values = &fitted.staged.values;
            let polarity = match polarity(fitted.template, facts) {
                Ok(polarity) => polarity,
                Err(complaint) => {
                    diagnostics.push(complaint);
                    continue;
                }
            };
            let template = fitted.template;
            let evaluator = &fitted.bench.evaluator;
            let stated =
                Stated { template, cards: &cards, polarity, values, nominal: TNOM, evaluator };
            let device = match stated.item(dialect, part) {
                Ok(device) => device,
                Err(complaint) => {
                    diagnostics.push(complaint);
                    continue;
                }
            };
            let mut origin = origin.clone();
            if let Item::Subcircuit(_) = device {
                origin.notes.splice(0..0, own::remarks(template, polarity, values));
            }
            let (emitted, complaints) = emit::emit(dialect, device, &cards, &origin, &mut sources);
            diagnostics.extend(complaints);
            let Some(emitted) = emitted else { continue };
            let check = match &self.config.simulator {
                Some(setup) => {
                    simulate::check(fitted, polarity, facts, &emitted, setup, &self.cancellation)
                }
                None => Check::none("not simulated: no simulator was found or asked for"),
            };
            ran = ran.or(check.simulator.clone());
            if check.failed {
                diagnostics.push(
                    Diagnostic::warning(
                        Code::CARD_NOT_CHECKED,
                        format!("the {name} card was {}", check.words),
                    )
                    .at(fitted.template.span)
                    .help("nothing but the read-back vouches for this card"),
                );
            }
            if check.deviation.is_some_and(|d| d > 1.0) {
                diagnostics.push(
                    Diagnostic::warning(
                        Code::SIMULATOR_DISAGREES,
                        format!("the {name} card {}", check.words),
                    )
                    .help(
                        "look at the bias points in the simulator; please report it with the card",
                    ),
                );
            }
            models.push(out::Model {
                dialect: dialect.name().into(),
                part: part.to_string(),
                text: emitted.text,
                checked_with: check.simulator,
                check: check.words,
                deviation: check.deviation,
            });
        }
        (sources, models, diagnostics, ran)
    }

    fn outcome(&self, request: &Request, mut record: Record, sheets: &[Sheet]) -> out::Outcome {
        let mut waivers = WaiverLog::default();
        waivers.note(&record.findings);
        record.diagnostics.extend(self.rulebook.audit_waivers(&waivers));
        record.diagnostics.sort();
        let failed = record.findings.iter().any(|f| self.is_broken(f));
        let unusable = record.models.is_empty() && record.diagnostics.has_errors();
        let status = match (&record.fit, failed) {
            (_, true) => "failed",
            (Some(_), false) if !unusable => "passed",
            _ => "none",
        };
        let symbols: &SymbolTable = &self.library.symbols;
        let part = if record.facts.sources.is_empty() {
            request.sources.first().map_or(String::new(), |s| stem(s))
        } else {
            part_name(&record.facts)
        };
        out::Outcome {
            espice: self.version(),
            source: wire::sources(&record.facts, sheets),
            device: wire::device(&record.facts, part),
            facts: wire::facts(&record.facts, sheets, symbols, &self.sources),
            candidates: record.candidates,
            fit: record.fit,
            verdict: out::Verdict {
                status: status.into(),
                rules: wire::account(Account::of(&record.findings)),
                findings: record
                    .findings
                    .iter()
                    .map(|f| wire::finding(f, &self.rulebook, &self.sources, Naming::Bare))
                    .collect(),
                waivers: wire::waivers(&waivers, &self.rulebook, &self.sources, Naming::Bare),
            },
            models: record.models,
            diagnostics: record
                .diagnostics
                .iter()
                .map(|d| wire::diagnostic(d, &self.sources))
                .collect(),
            run: out::Run {
                threads: self.config.threads,
                simulator: record.simulator,
                ..out::Run::default()
            },
        }
    }
}

/// The polarity of the template that the sources state.
fn polarity(template: &TemplateIr, facts: &Facts) -> Result<usize, Diagnostic> {
    let known = &template.polarities;
    let refused = |message: String| {
        Diagnostic::error(Code::POLARITY_NOT_STATED, message)
            .at(template.span)
            .help(format!("state the polarity in the source: {}", known.join(" or ")))
    };
    match &facts.device.polarity {
        _ if known.is_empty() => Ok(0),
        Some(stated) => template.polarity(stated).ok_or_else(|| {
            refused(format!("`{}` does not describe `{stated}`: no card is written", template.name))
        }),
        None if known.len() == 1 => Ok(0),
        None => Err(refused(format!(
            "no source states the polarity that the card of `{}` needs: none is written",
            template.name
        ))),
    }
}

/// A fitted parameter that a card cannot carry.
fn lacking(fitted: &Fitted<'_>, cards: &[&CardIr]) -> Option<Diagnostic> {
    if cards.is_empty() {
        // The subcircuit of the equations holds all that they do.
        return None;
    }
    let on_card = |index: &usize| cards.iter().any(|c| c.carries(*index));
    let parameters = &fitted.template.parameters;
    let missing = fitted.staged.free.iter().filter(|i| !on_card(i));
    let names: Vec<&str> =
        missing.filter_map(|i| parameters.get(*i)).map(|p| p.name.as_str()).collect();
    if names.is_empty() {
        return None;
    }
    let message = format!(
        "no card is written: the `{}` card of `{}` leaves out {}, which was fitted",
        cards.iter().map(|c| c.device(0)).collect::<Vec<_>>().join("` and `"),
        fitted.template.name,
        names.join(", ")
    );
    Some(
        Diagnostic::error(Code::CARD_LACKS_PARAMETER, message)
            .at(fitted.template.span)
            .help("leave the `card` statement out when no simulator device has these equations"),
    )
}

fn unknown_template(asked: &str, kind: &str, known: &[String]) -> Diagnostic {
    let near = espice_base::did_you_mean(asked, known.iter().map(String::as_str));
    let near = near.map_or(String::new(), |n| format!("did you mean `{n}`? "));
    let message = format!("the kind `{kind}` has no template `{asked}`");
    Diagnostic::error(Code::UNKNOWN_TEMPLATE, message)
        .help(format!("{near}templates are {}", known.join(", ")))
}

/// What was asked for that cannot be written.
fn unknown_dialects(request: &Request) -> Diagnostics {
    let known: Vec<&str> = dialects().iter().map(|d| d.name()).collect();
    let unknown = request.dialects.iter().filter(|name| dialect(name).is_none());
    unknown
        .map(|name| {
            let near = espice_base::did_you_mean(name, known.iter().copied());
            let near = near.map_or(String::new(), |n| format!("did you mean `{n}`? "));
            Diagnostic::error(Code::UNKNOWN_DIALECT, format!("there is no dialect `{name}`"))
                .help(format!("{near}dialects are {}", known.join(", ")))
        })
        .collect()
}

/// The article before a word.
pub(crate) fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o', 'A', 'E', 'I', 'O']) { "an" } else { "a" }
}

/// The part's name, else the first source's without its ending.
pub(crate) fn part_name(facts: &Facts) -> String {
    let from_file = || facts.sources.first().map_or(String::from("part"), |s| stem(&s.name));
    facts.device.part.clone().unwrap_or_else(from_file)
}
