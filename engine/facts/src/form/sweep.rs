//! `[[sweep]]`: raw sweeps, which programs write rather than people.

use super::condition;
use super::curve::{provenance, read_remarks};
use super::table::{Reader, Table, one_of};
use crate::{Column, ColumnRole, Sensed, Sweep};
use espice_base::{Code, Diagnostic};
use espice_units::Dimension;

const KEYS: &[&str] = &[
    "column",
    "conditions",
    "conditions_text",
    "derived_by",
    "name",
    "note",
    "page",
    "siblings",
    "temperature",
];
const COLUMN_KEYS: &[&str] =
    &["compliance", "name", "node", "reference", "role", "sensed", "values"];

pub(super) const SENSED: &[(&str, Sensed)] = &[
    ("voltage", Sensed::Voltage),
    ("current", Sensed::Current),
    ("capacitance", Sensed::Capacitance),
    ("conductance", Sensed::Conductance),
    ("other", Sensed::Other),
];
pub(super) const ROLES: &[(&str, ColumnRole)] =
    &[("swept", ColumnRole::Swept), ("held", ColumnRole::Held), ("measured", ColumnRole::Measured)];

/// What limits a column: a forced or sensed voltage stops at a current, a current at a voltage.
pub(super) fn limit_dimension(sensed: Sensed) -> Dimension {
    match sensed {
        Sensed::Current => Dimension::VOLTAGE,
        _ => Dimension::CURRENT,
    }
}

pub(super) fn read(entry: &Table<'_, '_>, reader: &mut Reader<'_>) -> Option<Sweep> {
    entry.only_keys(KEYS, "a sweep", reader);
    read_remarks(entry, reader);
    let mut columns = Vec::new();
    for table in entry.entries("column", reader) {
        columns.push(column(&table, reader)?);
    }
    let length = columns.first().map_or(0, |c: &Column| c.values.len());
    if columns.is_empty() || columns.iter().any(|c| c.values.len() != length) {
        let help = "give every [[sweep.column]] one value for each point";
        entry.missing("the columns of a sweep are missing or differ in length", help, reader);
        return None;
    }
    let temperature = entry.text("temperature", reader).and_then(|(text, span)| {
        reader.quantity(text, span, Dimension::TEMPERATURE, "`temperature`").map(|q| q.value)
    });
    let place = entry.span(reader);
    Some(Sweep {
        name: entry.string("name", reader).unwrap_or_default(),
        columns,
        temperature,
        siblings: entry.count("siblings", reader).unwrap_or(1),
        conditions: condition::read(entry, reader),
        provenance: provenance(entry, place, reader),
    })
}

fn column(table: &Table<'_, '_>, reader: &mut Reader<'_>) -> Option<Column> {
    table.only_keys(COLUMN_KEYS, "a sweep's column", reader);
    let required = |key: &str, reader: &mut Reader<'_>| {
        let found = table.text(key, reader);
        if table.get(key).is_none() {
            let what = format!("a sweep's column has no {key}");
            table.missing(&what, "give name, sensed, role, node and values", reader);
        }
        found
    };
    let (name, _) = required("name", reader)?;
    let (sensed, sensed_span) = required("sensed", reader)?;
    let (role, role_span) = required("role", reader)?;
    let sensed = one_of(sensed, sensed_span, "sensed quantity", SENSED, reader)?;
    let role = one_of(role, role_span, "role", ROLES, reader)?;
    let compliance = table.text("compliance", reader).and_then(|(text, span)| {
        reader.quantity(text, span, limit_dimension(sensed), "`compliance`").map(|q| q.value)
    });
    let mut values = Vec::new();
    for value in table.list("values", reader)? {
        let number = value.number_text().and_then(espice_units::data::parse_number);
        if number.is_none() {
            let span = value.span(reader);
            reader.out.push(
                Diagnostic::error(Code::CELL_NOT_A_NUMBER, "a value of a sweep is not a number")
                    .at(span)
                    .help("values are finite numbers in SI units"),
            );
        }
        values.push(number?);
    }
    Some(Column {
        name: name.to_string(),
        sensed,
        role,
        node: table.string("node", reader).unwrap_or_default(),
        reference: table.string("reference", reader).unwrap_or_default(),
        compliance,
        values,
    })
}
