//! `[[parameter]]`.

use super::table::{Reader, Table};
use super::{condition, curve};
use crate::{Parameter, Section, SymbolInfo};
use espice_base::{Code, Diagnostic, Span};

const KEYS: &[&str] = &[
    "conditions",
    "conditions_text",
    "confidence",
    "derived_by",
    "max",
    "min",
    "name",
    "note",
    "page",
    "parts",
    "printed",
    "printed_unit",
    "reasons",
    "refused",
    "review",
    "section",
    "symbol",
    "typ",
];

const SECTIONS: &[(&str, Section)] = &[
    ("ratings", Section::Ratings),
    ("thermal", Section::Thermal),
    ("static", Section::Static),
    ("dynamic", Section::Dynamic),
    ("body_diode", Section::BodyDiode),
    ("electrical", Section::Electrical),
    ("other", Section::Other),
];

/// One of min, typ, max as it was read.
struct Limit {
    word: &'static str,
    value: f64,
    unit: String,
    span: Span,
}

pub(super) fn read(entry: &Table<'_, '_>, reader: &mut Reader<'_>) -> Option<Parameter> {
    entry.only_keys(KEYS, "a parameter", reader);
    let Some((printed, symbol_span)) = entry.text("symbol", reader) else {
        if entry.get("symbol").is_none() {
            entry.missing("a parameter has no symbol", "write symbol = \"VF\"", reader);
        }
        return None;
    };
    let symbol = reader.symbol(printed, symbol_span);
    let conditions = condition::read(entry, reader);
    curve::read_remarks(entry, reader);
    let symbol = symbol?;
    let limits = [
        limit("min", entry, symbol, reader),
        limit("typ", entry, symbol, reader),
        limit("max", entry, symbol, reader),
    ];
    if limits.iter().all(Option::is_none) {
        if ["min", "typ", "max"].into_iter().all(|key| entry.get(key).is_none()) {
            let what = format!("parameter `{}` has none of min, typ and max", symbol.name);
            entry.missing(&what, "write at least one, such as max = \"1 V\"", reader);
        }
        return None;
    }
    // A limit that could not be read was named; the row without it would say something else.
    if limits.iter().flatten().count()
        != ["min", "typ", "max"].into_iter().filter(|k| entry.get(k).is_some()).count()
    {
        return None;
    }
    if !in_order(&limits, symbol, reader) {
        return None;
    }
    let first_unit = limits.iter().flatten().map(|l| l.unit.clone()).next().unwrap_or_default();
    let [min, typ, max] = limits.map(|l| l.map(|l| l.value));
    let place = entry.span(reader);
    Some(Parameter {
        symbol: symbol.name.clone(),
        printed: entry.string("printed", reader).unwrap_or_else(|| printed.to_string()),
        name: entry.string("name", reader).unwrap_or_default(),
        section: entry.word("section", SECTIONS, reader).unwrap_or_default(),
        min,
        typ,
        max,
        dimension: symbol.dimension,
        printed_unit: entry.string("printed_unit", reader).unwrap_or(first_unit),
        conditions,
        parts: entry.strings("parts", reader),
        status: curve::status(entry, reader),
        reasons: entry.strings("reasons", reader),
        confidence: confidence(entry, reader),
        provenance: curve::provenance(entry, place, reader),
    })
}

fn limit(
    word: &'static str,
    entry: &Table<'_, '_>,
    symbol: &SymbolInfo,
    reader: &mut Reader<'_>,
) -> Option<Limit> {
    let value = entry.get(word)?;
    let quantity = value.quantity(word, symbol, reader)?;
    Some(Limit { word, value: quantity.value, unit: quantity.unit_text, span: value.span(reader) })
}

fn in_order(limits: &[Option<Limit>; 3], symbol: &SymbolInfo, reader: &mut Reader<'_>) -> bool {
    let given: Vec<&Limit> = limits.iter().flatten().collect();
    // Sheets print limits of negative quantities by magnitude: -0.5 V to -6 V.
    let negative = given.iter().all(|l| l.value <= 0.0);
    if negative && given.is_sorted_by(|a, b| a.value >= b.value) {
        return true;
    }
    let mut ordered = true;
    for pair in given.windows(2) {
        let [low, high] = pair else { continue };
        if low.value <= high.value {
            continue;
        }
        ordered = false;
        let message = format!("{} of `{}` is above its {}", low.word, symbol.name, high.word);
        reader.out.push(
            Diagnostic::error(Code::FACTS_ORDER, message)
                .label(low.span, low.word)
                .label(high.span, high.word)
                .help("limits are compared as signed numbers: look for a lost minus"),
        );
    }
    ordered
}

fn confidence(entry: &Table<'_, '_>, reader: &mut Reader<'_>) -> f64 {
    let Some(value) = entry.number("confidence", reader) else { return 1.0 };
    if (0.0..=1.0).contains(&value) {
        return value;
    }
    let span = entry.get("confidence").map(|v| v.span(reader)).unwrap_or_default();
    reader
        .out
        .push(Diagnostic::error(Code::FACTS_VALUE, "`confidence` lies between 0 and 1").at(span));
    value.clamp(0.0, 1.0)
}
