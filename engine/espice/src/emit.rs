//! Cards from fitted templates, written per dialect, read back and compared.

use crate::behaviour;
use espice_base::{Code, Diagnostic, Diagnostics, Severity, SourceMap};
use espice_lang::ir::{CardIr, CardParameterIr, CardValueIr, TemplateIr};
use espice_model::Evaluator;
use espice_netlist::{
    Composite, Dialect, Element, Item, Library, ModelCard, Origin, Part, Subcircuit,
    element_letter, has_temperature,
};
use espice_units::Unit;

/// A card as text of one dialect.
pub(crate) struct Emitted {
    pub(crate) dialect: &'static str,
    pub(crate) text: String,
    /// What a simulator is given: the cards as they were read back.
    pub(crate) device: Composite,
}

/// A fitted device, as its cards state it.
#[derive(Clone, Copy)]
pub(crate) struct Stated<'a> {
    pub(crate) template: &'a TemplateIr,
    /// The cards of one family, in the order of the template.
    pub(crate) cards: &'a [&'a CardIr],
    /// Index of the polarity.
    pub(crate) polarity: usize,
    /// Values of all parameters, SI.
    pub(crate) values: &'a [f64],
    /// The temperature at which they hold, K.
    pub(crate) nominal: f64,
    /// Values of expressions of parameters.
    pub(crate) evaluator: &'a Evaluator,
}

impl Stated<'_> {
    /// The device for a part: from its cards, or as a subcircuit of sources where there are none
    /// or the dialect's simulator does not know what they state.
    ///
    /// # Errors
    /// Why sources cannot stand for it.
    pub(crate) fn item(&self, dialect: &dyn Dialect, part: &str) -> Result<Item, Diagnostic> {
        let mut unknown = None;
        if !self.cards.is_empty() {
            let device = self.device(part);
            let alone = Library { header: Vec::new(), items: vec![device.clone()] };
            let mut told = dialect.write(&alone).diagnostics.into_iter();
            unknown = told
                .find(|d| d.severity == Severity::Error && d.code == Code::CARD_UNKNOWN_PARAMETER);
            if unknown.is_none() {
                return Ok(device);
            }
        }
        let made = behaviour::subcircuit(self, dialect.sources(), part);
        made.map(Item::Subcircuit).map_err(|reason| {
            if let Some(unknown) = unknown {
                return unknown.help(format!("sources cannot stand for the device: {reason}"));
            }
            let (template, name) = (self.template, dialect.name());
            Diagnostic::warning(
                Code::TEMPLATE_WITHOUT_CARD,
                format!("`{}` has no card for {name}, so none is written", template.name),
            )
            .at(template.span)
            .help(format!("sources of a subcircuit cannot stand for it either: {reason}"))
            .help("add a `card spice` statement to the template")
        })
    }

    /// The device for a part: one model card, or a subcircuit of several in the order of the
    /// template. A parameter of the element that is not at its default needs the element's line,
    /// hence a subcircuit too.
    pub(crate) fn device(&self, part: &str) -> Item {
        let template = self.template;
        if let [only] = self.cards
            && only.nodes.is_empty()
            && self.instance(only).is_empty()
        {
            return Item::Model(self.model_card(only, part));
        }
        let name_of = |node: usize| {
            let inner = node.checked_sub(template.pins.len());
            let name = match inner {
                None => template.pins.get(node),
                Some(inner) => template.nodes.get(inner),
            };
            // Nodes of parts have a dot in their names, which simulators keep for their own.
            name.map_or(String::new(), |n| n.replace('.', "_"))
        };
        let mut items = Vec::new();
        for (i, one) in self.cards.iter().enumerate() {
            let model = format!("{part}_{}", i + 1);
            let letter = element_letter(one.device(self.polarity)).unwrap_or('x');
            let whole: Vec<usize> = (0..template.pins.len()).collect();
            let nodes = if one.nodes.is_empty() { &whole } else { &one.nodes };
            let mut fields: Vec<String> = nodes.iter().map(|n| name_of(*n)).collect();
            fields.push(model.clone());
            items.push(Item::Model(self.model_card(one, &model)));
            let name = format!("{}{}", letter.to_ascii_uppercase(), i + 1);
            let element = self
                .instance(one)
                .into_iter()
                .fold(Element::new(name, fields), |element, (n, v)| element.with(n, v));
            items.push(Item::Element(element));
        }
        let pins = template.pins.clone();
        Item::Subcircuit(Subcircuit { name: part.into(), pins, parameters: Vec::new(), items })
    }

    /// The model card of a part.
    ///
    /// A parameter on a log scale that stands at zero is switched off and left out: simulators
    /// take a written zero of such a parameter (BV, IKF) for a value. So is a fixed one whose
    /// default is zero: cards would be long with laws that nothing states. TNOM is always written,
    /// in °C, where the simulators' device knows a temperature at all.
    fn model_card(&self, card: &CardIr, part: &str) -> ModelCard {
        let mut out = ModelCard::new(part, card.device(self.polarity));
        for setting in &card.settings {
            if setting.polarity.is_some_and(|p| p != self.polarity) {
                continue;
            }
            let name = setting.name.as_str();
            out = match setting.value {
                None => out.flag(name),
                Some(level) if name.eq_ignore_ascii_case("level") && is_level(level) => {
                    // A small whole number: the cast is exact.
                    out.at_level(level as u32)
                }
                Some(value) => out.with(name, value),
            };
        }
        for written in &card.parameters {
            out = match self.written(written) {
                Some(value) => out.with(written.name.as_str(), value),
                None => out,
            };
        }
        if !has_temperature(card.device(self.polarity)) {
            return out;
        }
        out.with("TNOM", tidy(self.nominal - espice_units::constants::SPICE39.celsius_zero))
    }

    /// A parameter in its unit on the card and with the sign of the polarity; `None` where its
    /// effect is switched off.
    fn written(&self, written: &CardParameterIr) -> Option<f64> {
        let stated = self.stated(written)?;
        if stated.off_at_zero && stated.value == 0.0 {
            return None;
        }
        let value = stated.unit.of_si(stated.value);
        // Subtracting from zero leaves no negative zeros.
        let is_negated = written.negated.get(self.polarity) == Some(&true);
        Some(if is_negated { 0.0 - value } else { value })
    }

    fn stated(&self, written: &CardParameterIr) -> Option<StatedValue> {
        Some(match written.value {
            CardValueIr::Parameter(index) => {
                let parameter = self.template.parameters.get(index)?;
                StatedValue {
                    value: *self.values.get(index)?,
                    unit: parameter.card_unit,
                    default: parameter.default,
                    off_at_zero: parameter.is_off_at_zero(),
                }
            }
            CardValueIr::OfPart { value, unit, default, off_at_zero } => {
                let value = *self.evaluator.of_parameters(&[value], self.values)?.first()?;
                StatedValue { value, unit, default, off_at_zero }
            }
        })
    }

    /// A card and all parameters of its element, those at their defaults too: a simulator's own
    /// defaults may be others.
    pub(crate) fn element(&self, card: &CardIr) -> (ModelCard, Vec<(String, f64)>) {
        let of = |p: &CardParameterIr| Some((p.name.clone(), self.written(p)?));
        let instance = card.instance.iter().filter_map(of).collect();
        (self.model_card(card, &self.template.name), instance)
    }

    /// The parameters of a card's element that are not at their defaults.
    fn instance(&self, card: &CardIr) -> Vec<(String, f64)> {
        let changed = |p: &&CardParameterIr| self.stated(p).is_some_and(|s| s.value != s.default);
        let of = |p: &CardParameterIr| Some((p.name.clone(), self.written(p)?));
        card.instance.iter().filter(changed).filter_map(of).collect()
    }
}

/// A value with what its declaration says, SI.
struct StatedValue {
    value: f64,
    unit: Unit,
    default: f64,
    off_at_zero: bool,
}

/// Whether a number can be the level of a model card.
fn is_level(value: f64) -> bool {
    value.fract() == 0.0 && (0.0..=9999.0).contains(&value)
}

/// Rounds away what the subtraction of 273.15 leaves behind.
fn tidy(celsius: f64) -> f64 {
    (celsius * 1e9).round() / 1e9
}

/// Writes a card in a dialect, reads it back and compares.
pub(crate) fn emit(
    dialect: &'static dyn Dialect,
    device: Item,
    cards: &[&CardIr],
    origin: &Origin,
    sources: &mut SourceMap,
) -> (Option<Emitted>, Diagnostics) {
    let library = Library { header: origin.lines(), items: vec![device] };
    let written = dialect.write(&library);
    let mut diagnostics = written.diagnostics;
    if diagnostics.has_errors() {
        return (None, diagnostics);
    }
    let file =
        sources.add(format!("{}.{}.lib", origin.part, dialect.name()), written.text.as_str());
    let (again, complaints) = dialect.read(&written.text, file);
    let (before, after) = (library.models(), again.models());
    let same = before.len() == after.len()
        && before.iter().zip(&after).all(|(a, b)| says_the_same(a, b))
        && elements_agree(&elements(&library), &elements(&again));
    let rewritten = dialect.write(&again).text;
    if complaints.has_errors() || !same || rewritten != written.text {
        diagnostics.push(
            Diagnostic::error(
                Code::CARD_READ_BACK,
                format!("the {} card does not read back equal", dialect.name()),
            )
            .at(espice_base::Place::File(file))
            .help(
                "this is a fault of the dialect's writer or reader; please report it with the card",
            ),
        );
        return (None, diagnostics);
    }
    let mut elements = elements(&again).into_iter();
    let parts = after
        .into_iter()
        .zip(cards)
        .map(|(m, c)| {
            let of = |e: &Element| {
                e.parameters.iter().filter_map(|(n, v)| Some((n.clone(), v.number()?))).collect()
            };
            let instance = elements.next().map_or_else(Vec::new, of);
            Part { card: m.clone(), nodes: c.nodes.clone(), instance, module: false }
        })
        .collect();
    // Without cards it is the subcircuit that was read back.
    let whole = again.subcircuits().into_iter().next().filter(|_| again.models().is_empty());
    let device = Composite { parts, subcircuit: whole.cloned() };
    (Some(Emitted { dialect: dialect.name(), text: written.text, device }), diagnostics)
}

/// Whether two cards say the same of a device; names may differ where the dialect needs it.
fn says_the_same(a: &ModelCard, b: &ModelCard) -> bool {
    let type_of = |c: &ModelCard| (c.device_type.clone(), c.level, c.flags.clone());
    a.parameters == b.parameters && type_of(a) == type_of(b)
}

/// Whether elements say the same; the names of their models may differ.
fn elements_agree(before: &[&Element], after: &[&Element]) -> bool {
    let same = |(a, b): (&&Element, &&Element)| {
        a.name == b.name && a.parameters == b.parameters && a.fields.len() == b.fields.len()
    };
    before.len() == after.len() && before.iter().zip(after).all(same)
}

/// The elements of a library's subcircuits in order.
fn elements(library: &Library) -> Vec<&Element> {
    let items = library.subcircuits().into_iter().flat_map(|s| &s.items);
    items
        .filter_map(|item| match item {
            Item::Element(element) => Some(element),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests;
