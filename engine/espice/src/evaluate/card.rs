//! From a model card to the template that has its equations, with the card's values.

use super::find::{Chosen, chosen, closed, element_line, formal};
use crate::engine::Engine;
use crate::subcircuit::{Made, Refusal, compose};
use espice_base::{Code, Diagnostic, Diagnostics, FileId, Span};
use espice_lang::ir::{CardIr, CardParameterIr, Library, TemplateIr};
use espice_netlist::{
    Composite, Element, Item, Library as Cards, ModelCard, ParameterSet, Parameters, Subcircuit,
    Value, acts_through_threshold, dialect, element_letter, threshold,
};
use espice_units::constants::{SPICE39, TNOM};
use std::borrow::Cow;

/// Names by which cards call the temperature at which their parameters hold, °C.
const NOMINAL: [&str; 3] = ["tnom", "tref", "t_measured"];
/// Levels that name the same device: BSIM4 and BSIM3 have two each.
const SAME_LEVELS: [(u32, u32); 2] = [(54, 14), (49, 8)];
/// Models that start from others, one after the other, at most.
const BASES: usize = 16;

/// A device of a card file with the template that has its equations.
#[derive(Clone, Debug)]
pub struct CardModel<'l> {
    /// Name of the model.
    pub name: String,
    /// Device type on the card; `SUBCKT` for a subcircuit.
    pub device_type: String,
    /// The template: one of the packs, or a subcircuit put together of them.
    pub template: Cow<'l, TemplateIr>,
    /// How many of the template's pins are terminals: a subcircuit that looks at node `0` has
    /// that as one pin more, which is at 0 V.
    pub terminals: usize,
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
    /// Why its charges are not those of the whole device, in words.
    pub static_only: Vec<String>,
    /// The card of the template that the parameters stand on.
    pub(super) own: usize,
}

impl CardModel<'_> {
    /// The word for the polarity; empty where the template has none.
    pub fn polarity_word(&self) -> &str {
        self.template.polarities.get(self.polarity).map_or("", String::as_str)
    }

    /// Whether there are equations for it; else only its simulator knows it.
    pub fn is_evaluated(&self) -> bool {
        !self.template.name.is_empty()
    }

    /// Names of the terminals.
    pub fn pins(&self) -> &[String] {
        self.template.pins.get(..self.terminals).unwrap_or(&self.template.pins)
    }
}

impl Engine<'_> {
    /// Finds a model or subcircuit of a card file and the template that has its equations: the
    /// one of this name, or the only one. `instance` are parameters of the element's line, as
    /// cards write them.
    ///
    /// Parameters that the template does not know are passed over with a warning. `None` comes
    /// with an error: no such model, no template for it, values that are no numbers.
    pub fn card_model(
        &self,
        cards: &Cards,
        name: Option<&str>,
        instance: &[(String, String)],
    ) -> (Option<CardModel<'_>>, Diagnostics) {
        self.card_model_in(cards, None, name, instance)
    }

    /// The same with the text of the file, into which complaints then point.
    pub(crate) fn card_model_in(
        &self,
        cards: &Cards,
        text: Option<(FileId, &str)>,
        name: Option<&str>,
        instance: &[(String, String)],
    ) -> (Option<CardModel<'_>>, Diagnostics) {
        let mut diagnostics = Diagnostics::new();
        let model = match chosen(cards, name) {
            Err(complaint) => Err(complaint),
            Ok(Chosen::Card(card)) => of_file(card, cards, instance, &self.library),
            Ok(Chosen::Subcircuit(s)) => {
                let own = if instance.is_empty() { self.own_subcircuit(cards, s) } else { None };
                own.map_or_else(|| of_subcircuit(s, cards, instance, &self.library, text), Ok)
            }
        };
        match model {
            Ok(model) => {
                diagnostics.extend(model.lacks());
                diagnostics.extend(model.outside());
                (Some(model), diagnostics)
            }
            Err(complaint) => {
                diagnostics.push(complaint);
                (None, diagnostics)
            }
        }
    }
}

/// A model of the file with parameters of its element.
fn of_file<'l>(
    card: &ModelCard,
    cards: &Cards,
    instance: &[(String, String)],
    library: &'l Library,
) -> Result<CardModel<'l>, Diagnostic> {
    let mut model = CardModel::of_card(with_bases(cards, card)?, library)?;
    if let Some(several) = in_parallel(&model, cards, instance, library) {
        return several;
    }
    for (name, value) in numbers(instance)? {
        if !model.set_instance(&name, value) && model.template.simulator.is_none() {
            let known: Vec<&str> = model
                .own()
                .into_iter()
                .flat_map(|o| &o.instance)
                .map(|p| p.name.as_str())
                .collect();
            let help = match known.is_empty() {
                true => format!("the element of a `{}` has no parameters here", model.device_type),
                false => format!("its element has {}", known.join(", ")),
            };
            let message = format!("`{name}` is no parameter of the element of `{}`", model.name);
            return Err(Diagnostic::error(Code::EVALUATION_BIASES, message).help(help));
        }
        model.instance.push((name, value));
    }
    Ok(model)
}

/// So many devices of a card as its element's multiplier says, or its area where templates have
/// none: a diode or bipolar transistor of so many times the area is so many in parallel. `None`
/// where the element states neither.
fn in_parallel<'l>(
    model: &CardModel<'l>,
    cards: &Cards,
    instance: &[(String, String)],
    library: &'l Library,
) -> Option<Result<CardModel<'l>, Diagnostic>> {
    let letter = element_letter(&model.device_type)?;
    let known = |name: &str| {
        let own = model.own().map_or(&[][..], |own| own.instance.as_slice());
        own.iter().any(|p| p.name.eq_ignore_ascii_case(name))
    };
    let counts = |(name, _): &(String, String)| {
        let is_count = name.eq_ignore_ascii_case("m")
            || name.eq_ignore_ascii_case("area") && ['d', 'q'].contains(&letter);
        is_count && !known(name)
    };
    if model.template.simulator.is_some() || !instance.iter().any(counts) {
        return None;
    }
    let parameters = match numbers(instance) {
        Ok(numbers) => named(&numbers),
        Err(complaint) => return Some(Err(complaint)),
    };
    let pins = model.pins().to_vec();
    let fields = pins.iter().chain([&model.name]).cloned().collect();
    let element = Element { name: format!("{letter}1"), fields, parameters };
    let items = vec![Item::Element(element)];
    let whole = Subcircuit { name: model.name.clone(), pins, parameters: Vec::new(), items };
    Some(of_subcircuit(&whole, cards, &[], library, None))
}

/// A subcircuit of the file with parameters of its call.
fn of_subcircuit<'l>(
    subcircuit: &Subcircuit,
    cards: &Cards,
    instance: &[(String, String)],
    library: &'l Library,
    text: Option<(FileId, &str)>,
) -> Result<CardModel<'l>, Diagnostic> {
    let mut given = Parameters::new();
    for (name, value) in numbers(instance)? {
        let known = formal(subcircuit);
        if !known.iter().any(|n| n.eq_ignore_ascii_case(&name)) {
            let message =
                format!("`{name}` is no parameter of the subcircuit `{}`", subcircuit.name);
            let help = match known.is_empty() {
                true => String::from("it has none"),
                false => format!("it has {}", known.join(", ")),
            };
            return Err(Diagnostic::error(Code::EVALUATION_BIASES, message).help(help));
        }
        given.push((name, Value::Number(value)));
    }
    let composed = match compose(library, cards, subcircuit, &given) {
        Ok(Made::Template(composed)) => *composed,
        Ok(Made::Device(model)) => {
            return Ok(CardModel { name: subcircuit.name.clone(), ..*model });
        }
        Err(refusal) => return Err(refused(&subcircuit.name, &refusal, text)),
    };
    Ok(CardModel {
        name: subcircuit.name.clone(),
        device_type: String::from("SUBCKT"),
        terminals: composed.terminals,
        polarity: 0,
        values: Vec::new(),
        stated: Vec::new(),
        nominal: TNOM,
        device: Composite {
            parts: Vec::new(),
            subcircuit: Some(closed(subcircuit, cards, &given)),
        },
        instance: Vec::new(),
        passed_over: composed.passed_over,
        static_only: composed.static_only,
        own: 0,
        template: Cow::Owned(composed.template),
    })
}

/// Numbers of an element's parameters.
fn numbers(instance: &[(String, String)]) -> Result<Vec<(String, f64)>, Diagnostic> {
    let number = |(name, text): &(String, String)| {
        let value = espice_units::card::parse_number(text).filter(|v| v.is_finite());
        let message = format!("`{text}` is no number");
        let value = value.ok_or_else(|| Diagnostic::error(Code::EVALUATION_BIASES, message))?;
        Ok((name.clone(), value))
    };
    instance.iter().map(number).collect()
}

/// The complaint about an element that cannot be evaluated, at its line.
fn refused(name: &str, refusal: &Refusal, text: Option<(FileId, &str)>) -> Diagnostic {
    let message = match &refusal.place {
        Some(place) => {
            format!("`{}` of `{name}` cannot be evaluated: {}", place.path, refusal.reason)
        }
        None => format!("`{name}` cannot be evaluated: {}", refusal.reason),
    };
    let complaint = Diagnostic::error(Code::SUBCIRCUIT_NOT_EVALUABLE, message).help(
        "the simulator, where it is asked beside, tells what it has for cards that it can run",
    );
    let place = refusal.place.as_ref().zip(text).and_then(|(place, (file, text))| {
        let range = element_line(text, &place.subcircuit, &place.element)?;
        Some(Span::new(file, range.start, range.end))
    });
    match place {
        Some(span) => complaint.at(span),
        None => complaint,
    }
}

/// A device of the file that only its simulator evaluates.
pub(super) fn for_simulator(
    cards: &Cards,
    name: Option<&str>,
    instance: &[(String, String)],
    library: &Library,
) -> Result<CardModel<'static>, Diagnostic> {
    let given = numbers(instance)?;
    let (name, device_type, pins, device) = match chosen(cards, name)? {
        Chosen::Subcircuit(s) => {
            let whole = closed(s, cards, &named(&given));
            let device = Composite { parts: Vec::new(), subcircuit: Some(whole) };
            (s.name.clone(), String::from("SUBCKT"), s.pins.clone(), device)
        }
        Chosen::Card(card) => {
            let card = with_bases(cards, card)?;
            let is_like = |t: &&TemplateIr| {
                t.cards
                    .iter()
                    .any(|c| c.devices.iter().any(|d| d.eq_ignore_ascii_case(&card.device_type)))
            };
            let like = library.templates.iter().find(is_like);
            let pins =
                like.map(|t| t.pins.clone()).ok_or_else(|| without_template(&card, library))?;
            (card.name.clone(), card.device_type.clone(), pins, Composite::from(card))
        }
    };
    let is_card = device.subcircuit.is_none();
    Ok(CardModel {
        name,
        device_type,
        terminals: pins.len(),
        template: Cow::Owned(TemplateIr { pins, ..TemplateIr::empty() }),
        polarity: 0,
        values: Vec::new(),
        stated: Vec::new(),
        nominal: TNOM,
        device,
        instance: if is_card { given } else { Vec::new() },
        passed_over: Vec::new(),
        static_only: Vec::new(),
        own: 0,
    })
}

fn named(given: &[(String, f64)]) -> Parameters {
    given.iter().map(|(name, value)| (name.clone(), Value::Number(*value))).collect()
}

impl<'l> CardModel<'l> {
    /// The template that has the equations of a card, with the card's values.
    pub(crate) fn of_card(card: ModelCard, library: &'l Library) -> Result<Self, Diagnostic> {
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
            return Err(without_template(&card, library));
        };
        // What the simulator does not know was told where the card was read; it would only tell so
        // again of its own copy.
        let mut for_simulator = card.clone();
        let knows = |k: &ParameterSet, name: &str| k.has(name) || k.has(&k.canonical(name));
        // Those of the element may stand on the card, too.
        let of_element =
            |name: &str| own.instance.iter().any(|p| p.name.eq_ignore_ascii_case(name));
        for_simulator
            .parameters
            .retain(|(name, _)| known.is_none_or(|k| knows(k, name)) || of_element(name));
        let mut model = CardModel {
            name: card.name.clone(),
            device_type: card.device_type.clone(),
            template: Cow::Borrowed(template),
            terminals: template.pins.len(),
            polarity,
            values: template.defaults(),
            stated: vec![false; template.parameters.len()],
            nominal: TNOM,
            device: Composite::from(for_simulator),
            instance: Vec::new(),
            passed_over: Vec::new(),
            static_only: Vec::new(),
            own: template.cards.iter().position(|c| std::ptr::eq(c, own)).unwrap_or(0),
        };
        // What a simulator's template does not name stays on the card for the simulator.
        let passes_on = template.simulator.is_some();
        for (name, value) in &card.parameters {
            let number = match value {
                Value::Number(number) => *number,
                Value::Text(text) => {
                    if on_card(&own.parameters, name, known).is_some() {
                        return Err(open_value(&card.name, name, text));
                    }
                    if !passes_on {
                        model.pass_over(name, known);
                    }
                    continue;
                }
            };
            if NOMINAL.iter().any(|n| name.eq_ignore_ascii_case(n)) {
                model.nominal = number + SPICE39.celsius_zero;
            } else if !model.set(on_card(&own.parameters, name, known), number)
                // A parameter of the element on the card holds for elements that state none.
                && !model.set(on_card(&own.instance, name, known), number)
                && !is_setting(own, name)
                && !passes_on
                && !acts_through_threshold(&card, name)
            {
                model.pass_over(name, known);
            }
        }
        if let Some(formed) = threshold(&card).filter(|_| !passes_on) {
            model.set(on_card(&own.parameters, "vto", known), formed);
        }
        if !(model.nominal.is_finite() && model.nominal > 0.0) {
            let message = format!("the parameters of `{}` hold at {} K", card.name, model.nominal);
            return Err(Diagnostic::error(Code::CARD_VALUE_OPEN, message));
        }
        Ok(model)
    }

    /// Sets a parameter of the element; whether there is one of this name.
    pub(crate) fn set_instance(&mut self, name: &str, value: f64) -> bool {
        let known = dialect("ngspice").and_then(|d| d.parameters(&self.device_type, self.level()));
        let found = self.own().and_then(|own| on_card(&own.instance, name, known)).cloned();
        self.set(found.as_ref(), value)
    }

    fn own(&self) -> Option<&CardIr> {
        self.template.cards.get(self.own)
    }

    fn level(&self) -> Option<u32> {
        self.device.parts.first().and_then(|p| p.card.level)
    }

    /// The template as it stands in the packs.
    pub(crate) fn pack_template(&self, library: &'l Library) -> Option<&'l TemplateIr> {
        match &self.template {
            Cow::Borrowed(template) => Some(template),
            Cow::Owned(own) => library.templates.iter().find(|t| t.name == own.name),
        }
    }

    /// What the values lack that a simulator would have.
    fn lacks(&self) -> Option<Diagnostic> {
        if self.passed_over.is_empty() {
            return None;
        }
        let who = match self.device.subcircuit {
            Some(_) => String::from("the templates of its elements do"),
            None => format!("template `{}` does", self.template.name),
        };
        let message = format!("{who} not model {} of `{}`", self.passed_over.join(", "), self.name);
        Some(
            Diagnostic::warning(Code::CARD_PARAMETER_NOT_MODELLED, message)
                .help("the values are those of the device without them"),
        )
    }

    /// Keeps a parameter on record that the template lacks; remarks about the part are none.
    fn pass_over(&mut self, name: &str, known: Option<&ParameterSet>) {
        let name = name.to_lowercase();
        if known.is_none_or(|k| k.has(&name)) && !self.passed_over.contains(&name) {
            self.passed_over.push(name);
        }
    }

    /// Whether cards of this polarity have the parameter with the other sign.
    pub(super) fn is_negated(&self, index: usize) -> bool {
        let lists =
            self.own().into_iter().flat_map(|own| own.parameters.iter().chain(&own.instance));
        let mut of_card = lists.filter(|p| p.parameter() == Some(index));
        of_card.any(|p| p.negated.get(self.polarity).copied().unwrap_or(false))
    }

    /// Sets what a parameter on the card stands for; whether there is one.
    fn set(&mut self, of_card: Option<&CardParameterIr>, value: f64) -> bool {
        let Some(of_card) = of_card else { return false };
        let Some(index) = of_card.parameter() else { return false };
        let Some(parameter) = self.template.parameters.get(index) else { return false };
        let negated = of_card.negated.get(self.polarity).copied().unwrap_or(false);
        let value = if negated { 0.0 - value } else { value };
        let value = parameter.card_unit.to_si(value);
        let slots = (self.values.get_mut(index), self.stated.get_mut(index));
        let (Some(slot), Some(stated)) = slots else { return false };
        *slot = value;
        *stated = true;
        true
    }
}

/// The parameter of this name, or of one that simulators take for it.
fn on_card<'t>(
    list: &'t [CardParameterIr],
    name: &str,
    known: Option<&ParameterSet>,
) -> Option<&'t CardParameterIr> {
    let canonical = |name: &str| known.map_or(name.to_lowercase(), |k| k.canonical(name));
    list.iter().find(|p| canonical(&p.name) == canonical(name))
}

/// A card with the parameters of the models that it starts from before its own.
pub(crate) fn with_bases(cards: &Cards, card: &ModelCard) -> Result<ModelCard, Diagnostic> {
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
    let same =
        |l: u32| SAME_LEVELS.iter().find(|(other, _)| *other == l).map_or(l, |(_, own)| *own);
    card.level.map_or(1.0, |l| f64::from(same(l))) == level
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
