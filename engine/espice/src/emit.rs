//! Cards from fitted templates, written per dialect, read back and compared.

use espice_base::{Code, Diagnostic, Diagnostics, SourceMap};
use espice_lang::ir::{CardIr, ParameterScale, TemplateIr};
use espice_netlist::{
    Composite, Dialect, Element, Item, Library, ModelCard, Origin, Part, Subcircuit, element_letter,
};

/// A card as text of one dialect.
pub(crate) struct Emitted {
    pub(crate) dialect: &'static str,
    pub(crate) text: String,
    /// What a simulator is given: the cards as they were read back.
    pub(crate) device: Composite,
}

/// The device of a template for a part: one model card, or a subcircuit of several, in the
/// order of the template.
pub(crate) fn device(
    template: &TemplateIr,
    cards: &[&CardIr],
    values: &[f64],
    nominal: f64,
    part: &str,
) -> Item {
    let card = |card: &CardIr, name: &str| model_card(template, card, values, nominal, name);
    if let [only] = cards
        && only.nodes.is_empty()
    {
        return Item::Model(card(only, part));
    }
    let name_of = |node: &usize| {
        let inner = node.checked_sub(template.pins.len());
        let name = match inner {
            None => template.pins.get(*node),
            Some(inner) => template.nodes.get(inner),
        };
        name.cloned().unwrap_or_default()
    };
    let mut items = Vec::new();
    for (i, one) in cards.iter().enumerate() {
        let model = format!("{part}_{}", i + 1);
        let letter = element_letter(&one.device).unwrap_or('x').to_ascii_uppercase();
        let mut fields: Vec<String> = one.nodes.iter().map(name_of).collect();
        fields.push(model.clone());
        items.push(Item::Model(card(one, &model)));
        items.push(Item::Element(Element::new(format!("{letter}{}", i + 1), fields)));
    }
    let pins = template.pins.clone();
    Item::Subcircuit(Subcircuit { name: part.into(), pins, parameters: Vec::new(), items })
}

/// The card of a template for a part.
///
/// A parameter on a log scale that stands at zero is switched off and left out: simulators take
/// a written zero of such a parameter (BV, IKF) for a value. TNOM is always written, in °C.
fn model_card(
    template: &TemplateIr,
    card: &CardIr,
    values: &[f64],
    nominal: f64,
    part: &str,
) -> ModelCard {
    let mut out = ModelCard::new(part, card.device.as_str());
    for (index, name) in &card.parameters {
        let Some((parameter, value)) = template.parameters.get(*index).zip(values.get(*index))
        else {
            continue;
        };
        if parameter.scale == ParameterScale::Log && *value == 0.0 {
            continue;
        }
        out = out.with(name.as_str(), parameter.card_unit.of_si(*value));
    }
    out.with("TNOM", tidy(nominal - espice_units::constants::SPICE39.celsius_zero))
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
        && before
            .iter()
            .zip(&after)
            .all(|(a, b)| a.parameters == b.parameters && a.device_type == b.device_type);
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
    let parts = after
        .into_iter()
        .zip(cards)
        .map(|(m, c)| Part { card: m.clone(), nodes: c.nodes.clone() })
        .collect();
    let device = Composite { parts };
    (Some(Emitted { dialect: dialect.name(), text: written.text, device }), diagnostics)
}
