//! Cards from fitted templates, written per dialect, read back and compared.

use espice_base::{Code, Diagnostic, Diagnostics, SourceMap};
use espice_lang::ir::{CardIr, ParameterScale, TemplateIr};
use espice_netlist::{Dialect, Library, ModelCard, Origin};

/// A card as text of one dialect.
pub(crate) struct Emitted {
    pub(crate) dialect: &'static str,
    pub(crate) text: String,
    pub(crate) card: ModelCard,
}

/// The card of a template for a part.
///
/// A parameter on a log scale that stands at zero is switched off and left out: simulators take
/// a written zero of such a parameter (BV, IKF) for a value. TNOM is always written, in °C.
pub(crate) fn model_card(
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
    card: ModelCard,
    origin: &Origin,
    sources: &mut SourceMap,
) -> (Option<Emitted>, Diagnostics) {
    let library = Library::of_model(origin, card);
    let written = dialect.write(&library);
    let mut diagnostics = written.diagnostics;
    if diagnostics.has_errors() {
        return (None, diagnostics);
    }
    let file =
        sources.add(format!("{}.{}.lib", origin.part, dialect.name()), written.text.as_str());
    let (again, complaints) = dialect.read(&written.text, file);
    let (before, after) = (library.models(), again.models());
    let same = match (before.as_slice(), after.as_slice()) {
        ([a], [b]) => a.parameters == b.parameters && a.device_type == b.device_type,
        _ => false,
    };
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
    let card = after.first().map(|m| (*m).clone()).unwrap_or_default();
    (Some(Emitted { dialect: dialect.name(), text: written.text, card }), diagnostics)
}
