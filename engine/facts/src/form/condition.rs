//! Conditions: `"10 mA"`, `"5 V .. 20 V"`, `"0.1 * IF"`.

use super::table::{Reader, Table, Value};
use crate::value::split_number;
use crate::wording::{a_dimension, shown};
use crate::{Condition, Conditions, SymbolInfo};
use espice_base::{Code, Diagnostic, Span};
use std::collections::BTreeMap;

/// Reads `conditions = { … }` and `conditions_text` of an entry.
pub(super) fn read(entry: &Table<'_, '_>, reader: &mut Reader<'_>) -> Conditions {
    let mut by_symbol = BTreeMap::new();
    if let Some(table) = entry.table("conditions", reader) {
        for (key, range, value) in table.items() {
            let span = Span::new(reader.file, range.start, range.end);
            let Some(symbol) = reader.symbol(key, span) else { continue };
            if let Some(condition) = condition(key, symbol, &value, reader) {
                by_symbol.insert(symbol.name.clone(), condition);
            }
        }
    }
    let text = entry.string("conditions_text", reader).unwrap_or_default();
    Conditions { by_symbol, text }
}

/// Reads `family = { … }`: one value for each symbol.
pub(super) fn family(entry: &Table<'_, '_>, reader: &mut Reader<'_>) -> BTreeMap<String, f64> {
    let mut family = BTreeMap::new();
    let Some(table) = entry.table("family", reader) else { return family };
    for (key, range, value) in table.items() {
        let span = Span::new(reader.file, range.start, range.end);
        let Some(symbol) = reader.symbol(key, span) else { continue };
        if let Some(quantity) = value.quantity(key, symbol, reader) {
            family.insert(symbol.name.clone(), quantity.value);
        }
    }
    family
}

fn condition(
    key: &str,
    symbol: &SymbolInfo,
    value: &Value<'_, '_>,
    reader: &mut Reader<'_>,
) -> Option<Condition> {
    let Some(text) = value.as_text() else {
        return Some(Condition::Value(value.quantity(key, symbol, reader)?.value));
    };
    let span = value.span(reader);
    if let Some((low, high)) = text.split_once("..") {
        return range(low.trim(), high.trim(), span, symbol, reader);
    }
    if let Some((factor, name)) = multiple(text) {
        let other = reader.symbol(name, span)?;
        if other.dimension != symbol.dimension {
            let (here, there) = (a_dimension(symbol.dimension), a_dimension(other.dimension));
            let (a, b) = (&symbol.name, &other.name);
            reader.out.push(
                Diagnostic::error(
                    Code::UNIT_DIMENSION,
                    format!("`{a}` is {here}, `{b}` is {there}"),
                )
                .label(span, format!("`{a}` cannot be a multiple of this")),
            );
            return None;
        }
        return Some(Condition::Equals { symbol: other.name.clone(), factor });
    }
    Some(Condition::Value(value.quantity(key, symbol, reader)?.value))
}

/// `IF`, `-IF`, `0.1 * IF`: the factor and the name.
fn multiple(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let Some((number, rest)) = split_number(text) else {
        let (sign, name) = match text.strip_prefix(['-', '−']) {
            Some(name) => (-1.0, name.trim_start()),
            None => (1.0, text),
        };
        return name.starts_with(char::is_alphabetic).then_some((sign, name));
    };
    let name = rest.trim_start().strip_prefix(['*', '×', '·'])?.trim_start();
    Some((espice_units::data::parse_number(number)?, name))
}

fn range(
    low: &str,
    high: &str,
    span: Span,
    symbol: &SymbolInfo,
    reader: &mut Reader<'_>,
) -> Option<Condition> {
    let about = format!("`{}`", symbol.name);
    // `5 .. 20 V` says the unit once for both ends.
    let shared = split_number(high).map(|(_, unit)| unit.trim()).unwrap_or_default();
    let bare = split_number(low).is_some_and(|(_, unit)| unit.trim().is_empty());
    let low = if bare { format!("{low} {shared}") } else { low.to_string() };
    let mut end = |text: &str| match text.trim() {
        "" => Some(None),
        text => reader.quantity(text, span, symbol.dimension, &about).map(|q| Some(q.value)),
    };
    let (min, max) = (end(&low)?, end(high)?);
    match (min, max) {
        (None, None) => {
            reader.out.push(
                Diagnostic::error(Code::FACTS_VALUE, "a range needs at least one end")
                    .at(span)
                    .help("write \"5 V .. 20 V\", \"5 V ..\" or \".. 20 V\""),
            );
            None
        }
        (Some(low), Some(high)) if low > high => {
            let text = shown(&format!("{low} .. {high}"));
            reader.out.push(
                Diagnostic::error(
                    Code::FACTS_ORDER,
                    format!("the lower end of the range of `{}` is above the upper", symbol.name),
                )
                .label(span, format!("{text} in SI units")),
            );
            None
        }
        _ => Some(Condition::Range { min, max }),
    }
}
