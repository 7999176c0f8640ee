//! From a model card to the template that has its equations, with the card's values.

use crate::engine::Engine;
use espice_base::{Code, Diagnostic, Diagnostics, did_you_mean};
use espice_lang::ir::{CardIr, CardParameterIr, Library, TemplateIr};
use espice_netlist::{Composite, Library as Cards, ModelCard, ParameterSet, Value, dialect};
use espice_units::constants::{SPICE39, TNOM};

/// Most names of models that a message lists.
const LISTED: usize = 12;
/// Names by which cards call the temperature at which their parameters hold, °C.
const NOMINAL: [&str; 3] = ["tnom", "tref", "t_measured"];
/// Models that start from others, one after the other, at most.
const BASES: usize = 16;

/// A device of a card file with the template that has its equations.
#[derive(Clone, Debug)]
pub struct CardModel<'l> {
    /// Name of the model.
    pub name: String,
    /// Device type on the card.
    pub device_type: String,
    /// The template.
    pub template: &'l TemplateIr,
    /// Index of the polarity among the template's.
    pub polarity: usize,
    /// All of the template's parameters, SI, as its first polarity has them.
    pub values: Vec<f64>,
    /// Whether card or element state the parameter; else it has its default.
    pub stated: Vec<bool>,
    /// The temperature at which they hold, K.
    pub nominal: f64,
    /// What a simulator is given: the card as it is.
    pub device: Composite,
    /// Parameters of the element for the simulator, in its units.
    pub instance: Vec<(String, f64)>,
    /// Parameters of the card that the simulator knows and the template does not, in lower case.
    pub passed_over: Vec<String>,
}

impl CardModel<'_> {
    /// The word for the polarity; empty where the template has none.
    pub fn polarity_word(&self) -> &str {
        self.template.polarities.get(self.polarity).map_or("", String::as_str)
    }
}

impl Engine<'_> {
    /// Finds a model of a card file and the template that has its equations: the model of this
    /// name, or the only one. `instance` are parameters of the element's line, as cards write
    /// them.
    ///
    /// Parameters that the template does not know are passed over with a warning. `None` comes
    /// with an error: no such model, no template for it, values that are no numbers.
    pub fn card_model(
        &self,
        cards: &Cards,
        name: Option<&str>,
        instance: &[(String, String)],
    ) -> (Option<CardModel<'_>>, Diagnostics) {
        let mut diagnostics = Diagnostics::new();
        let model = choose(cards, name, instance, &self.library, &mut diagnostics);
        (model, diagnostics)
    }
}

fn choose<'l>(
    cards: &Cards,
    name: Option<&str>,
    instance: &[(String, String)],
    library: &'l Library,
    diagnostics: &mut Diagnostics,
) -> Option<CardModel<'l>> {
    let mut complain = |d: Diagnostic| diagnostics.push(d);
    let card = match named(cards, name).and_then(|c| with_bases(cards, c)) {
        Ok(card) => card,
        Err(complaint) => {
            complain(complaint);
            return None;
        }
    };
    let fitting = library.templates.iter().filter_map(|t| Some((t, fits(t, &card)?)));
    // Of templates for the same device the one that knows most of the card's parameters, the
    // first among equals: templates that extend others stand behind them.
    let known = dialect("ngspice").and_then(|d| d.parameters(&card.device_type, card.level));
    let canonical = |name: &str| known.map_or(name.to_lowercase(), |k| k.canonical(name));
    let stated: Vec<String> = card.parameters.iter().map(|(n, _)| canonical(n)).collect();
    let count = |own: &CardIr| {
        own.parameters.iter().filter(|p| stated.contains(&canonical(&p.name))).count()
    };
    let best =
        fitting.fold(None, |best: Option<(&TemplateIr, (&CardIr, usize))>, new| match best {
            Some(old) if count(old.1.0) >= count(new.1.0) => Some(old),
            _ => Some(new),
        });
    let Some((template, (own, polarity))) = best else {
        complain(without_template(&card, library));
        return None;
    };
    let mut chosen = CardModel {
        name: card.name.clone(),
        device_type: card.device_type.clone(),
        template,
        polarity,
        values: template.defaults(),
        stated: vec![false; template.parameters.len()],
        nominal: TNOM,
        device: Composite::from(card.clone()),
        instance: Vec::new(),
        passed_over: Vec::new(),
    };
    let of_card = |list: &'l [CardParameterIr], name: &str| {
        list.iter().find(|p| canonical(&p.name) == canonical(name))
    };
    for (name, value) in &card.parameters {
        let number = match value {
            Value::Number(number) => *number,
            Value::Text(text) => {
                if of_card(&own.parameters, name).is_some() {
                    complain(open_value(&card.name, name, text));
                    return None;
                }
                chosen.pass_over(name, known);
                continue;
            }
        };
        if NOMINAL.iter().any(|n| name.eq_ignore_ascii_case(n)) {
            chosen.nominal = number + SPICE39.celsius_zero;
        } else if !chosen.set(of_card(&own.parameters, name), number) && !is_setting(own, name) {
            chosen.pass_over(name, known);
        }
    }
    if !(chosen.nominal.is_finite() && chosen.nominal > 0.0) {
        let message = format!("the parameters of `{}` hold at {} K", card.name, chosen.nominal);
        complain(Diagnostic::error(Code::CARD_VALUE_OPEN, message));
        return None;
    }
    for (name, text) in instance {
        let value = espice_units::card::parse_number(text).filter(|v| v.is_finite());
        let Some(value) = value else {
            complain(Diagnostic::error(Code::EVALUATION_BIASES, format!("`{text}` is no number")));
            return None;
        };
        if !chosen.set(of_card(&own.instance, name), value) {
            let known: Vec<&str> = own.instance.iter().map(|p| p.name.as_str()).collect();
            let help = match known.is_empty() {
                true => format!("the element of a `{}` has no parameters here", card.device_type),
                false => format!("its element has {}", known.join(", ")),
            };
            let message = format!("`{name}` is no parameter of the element of `{}`", card.name);
            complain(Diagnostic::error(Code::EVALUATION_BIASES, message).help(help));
            return None;
        }
        chosen.instance.push((name.clone(), value));
    }
    if !chosen.passed_over.is_empty() {
        let message = format!(
            "template `{}` does not model {} of `{}`",
            template.name,
            chosen.passed_over.join(", "),
            card.name
        );
        complain(
            Diagnostic::warning(Code::CARD_PARAMETER_NOT_MODELLED, message)
                .help("the values are those of the device without them"),
        );
    }
    Some(chosen)
}

impl CardModel<'_> {
    /// Keeps a parameter on record that the template lacks; remarks about the part are none.
    fn pass_over(&mut self, name: &str, known: Option<&ParameterSet>) {
        let name = name.to_lowercase();
        if known.is_none_or(|k| k.has(&name)) && !self.passed_over.contains(&name) {
            self.passed_over.push(name);
        }
    }

    /// Sets what a parameter on the card stands for; whether there is one.
    fn set(&mut self, of_card: Option<&CardParameterIr>, value: f64) -> bool {
        let Some(of_card) = of_card else { return false };
        let Some(index) = of_card.parameter() else { return false };
        let Some(parameter) = self.template.parameters.get(index) else { return false };
        let negated = of_card.negated.get(self.polarity).copied().unwrap_or(false);
        let value = if negated { 0.0 - value } else { value };
        let slots = (self.values.get_mut(index), self.stated.get_mut(index));
        let (Some(slot), Some(stated)) = slots else { return false };
        *slot = parameter.card_unit.to_si(value);
        *stated = true;
        true
    }
}

/// Where in a text the statement of a model stands, its continuation lines included.
pub(super) fn statement(text: &str, model: &str) -> Option<std::ops::Range<usize>> {
    let mut found: Option<std::ops::Range<usize>> = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        let trimmed = line.trim_start();
        let mut words = trimmed.split([' ', '\t', '(']).filter(|w| !w.is_empty());
        let begins = words.next().is_some_and(|w| w.eq_ignore_ascii_case(".model"))
            && words.next().is_some_and(|w| w.trim_end().eq_ignore_ascii_case(model));
        match &mut found {
            None if begins => found = Some(start..end),
            // Comments and empty lines may stand between a statement and its continuation.
            Some(range) if trimmed.starts_with('+') => range.end = end,
            Some(_) if trimmed.trim_end().is_empty() || trimmed.starts_with('*') => {}
            Some(_) => break,
            None => {}
        }
        start = end;
    }
    found
}

/// The model of this name, or the only one.
fn named<'c>(cards: &'c Cards, name: Option<&str>) -> Result<&'c ModelCard, Diagnostic> {
    let models = cards.models();
    let names: Vec<&str> = models.iter().map(|m| m.name.as_str()).collect();
    if let Some(name) = name {
        return cards.model(name).ok_or_else(|| {
            let help = match did_you_mean(name, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => listed(&names),
            };
            let message = format!("the file holds no model `{name}`");
            Diagnostic::error(Code::WHICH_MODEL, message).help(help)
        });
    }
    match models.as_slice() {
        [only] => Ok(only),
        [] => Err(Diagnostic::error(Code::CARD_WITHOUT_TEMPLATE, "the file holds no model card")),
        _ => {
            let message = format!("the file holds {} models", models.len());
            Err(Diagnostic::error(Code::WHICH_MODEL, message)
                .help(format!("choose one with --model: {}", listed(&names))))
        }
    }
}

fn listed(names: &[&str]) -> String {
    let shown: Vec<&str> = names.iter().take(LISTED).copied().collect();
    let more = names.len().saturating_sub(LISTED);
    let rest = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("it holds {}{rest}", shown.join(", "))
}

/// A card with the parameters of the models that it starts from before its own.
fn with_bases(cards: &Cards, card: &ModelCard) -> Result<ModelCard, Diagnostic> {
    let mut whole = card.clone();
    for _ in 0..BASES {
        let Some(base) = whole.base.take() else { return Ok(whole) };
        let Some(found) = cards.model(&base) else {
            let message = format!("`{}` starts from `{base}`, which the file lacks", card.name);
            return Err(Diagnostic::error(Code::CARD_VALUE_OPEN, message));
        };
        let own = std::mem::replace(&mut whole.parameters, found.parameters.clone());
        whole.parameters.extend(own);
        whole.flags.extend(found.flags.iter().cloned());
        whole.level = whole.level.or(found.level);
        whole.base.clone_from(&found.base);
    }
    let message = format!("the models that `{}` starts from have no end", card.name);
    Err(Diagnostic::error(Code::CARD_VALUE_OPEN, message))
}

/// The card of a template that is the whole device on this card, and for which polarity.
fn fits<'t>(template: &'t TemplateIr, card: &ModelCard) -> Option<(&'t CardIr, usize)> {
    let [own] = template.cards.iter().filter(|c| c.family == "spice").collect::<Vec<_>>()[..]
    else {
        return None;
    };
    if !own.nodes.is_empty() {
        return None;
    }
    let polarities = 0..template.polarities.len().max(1);
    // The settings tell polarities of one device type apart; a plain card is the first.
    let fitting = polarities.filter(|p| {
        own.device(*p).eq_ignore_ascii_case(&card.device_type) && settings_fit(own, *p, card)
    });
    fitting.into_iter().next().map(|p| (own, p))
}

/// Whether the fixed settings of a template's card hold on this card.
fn settings_fit(own: &CardIr, polarity: usize, card: &ModelCard) -> bool {
    let mut level = 1.0;
    for s in &own.settings {
        if s.name.eq_ignore_ascii_case("level") {
            level = s.value.unwrap_or(level);
            continue;
        }
        let of_this = s.polarity.is_none_or(|p| p == polarity);
        let holds = match s.value {
            None => card.has_flag(&s.name),
            Some(value) => card.number(&s.name) == Some(value),
        };
        // A word of this polarity may be left out when it is the first; one of the other must be.
        let may_lack = s.polarity == Some(0) && s.value.is_none();
        if of_this != holds && !(of_this && may_lack) {
            return false;
        }
    }
    card.level.map_or(1.0, f64::from) == level
}

fn is_setting(own: &CardIr, name: &str) -> bool {
    own.settings.iter().any(|s| s.name.eq_ignore_ascii_case(name))
}

fn open_value(model: &str, name: &str, text: &str) -> Diagnostic {
    Diagnostic::error(
        Code::CARD_VALUE_OPEN,
        format!("the value of {name} of `{model}` is `{text}`, which is no number"),
    )
    .help("expressions are for the simulator to evaluate; write the number")
}

fn without_template(card: &ModelCard, library: &Library) -> Diagnostic {
    let level = card.level.map_or(String::new(), |l| format!(" of level {l}"));
    let message =
        format!("no template has the equations of `{}`: {}{level}", card.name, card.device_type);
    let mut known: Vec<&str> = library
        .templates
        .iter()
        .flat_map(|t| t.cards.iter().map(move |c| (t, c)))
        .flat_map(|(t, c)| (0..t.polarities.len().max(1)).map(|p| c.device(p)))
        .collect();
    known.sort_unstable();
    known.dedup();
    Diagnostic::error(Code::CARD_WITHOUT_TEMPLATE, message)
        .help(format!("the packs have templates for {}", known.join(", ")))
}
