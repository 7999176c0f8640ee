//! A table of terminal quantities as raw sweeps.

use super::heading::Meaning;
use super::preamble::Preamble;
use super::table::Table;
use espice_base::{Capped, Code, Diagnostic, Place};
use espice_facts::{Column, ColumnRole, Condition, Conditions, Facts, Sensed, Sweep, SymbolTable};
use espice_units::Dimension;

/// The most sweeps that a table may fall into.
const MAX_SWEEPS: usize = 2_000;

/// Adds the sweeps of the table: rows that follow each other with the same part, label and outer
/// values.
pub(super) fn build(
    table: &Table<'_>,
    preamble: &Preamble,
    stem: &str,
    symbols: &SymbolTable,
    facts: &mut Facts,
    out: &mut Capped,
) {
    let outer = outer_columns(table);
    let starts = starts(table, &outer);
    if starts.len() > MAX_SWEEPS {
        let last = table.len().saturating_sub(1);
        out.push(
            Diagnostic::error(
                Code::SOURCE_TOO_LARGE,
                format!("the rows fall into {} sweeps, more than {MAX_SWEEPS}", starts.len()),
            )
            .at(table.span(0, last))
            .help("write held quantities as they were set, not as they were read back"),
        );
        return;
    }
    let ends = starts.iter().skip(1).copied().chain([table.len()]);
    for (number, (start, end)) in starts.iter().copied().zip(ends).enumerate() {
        facts.sweeps.push(Sweep {
            name: name(table, start, stem, number, starts.len()),
            columns: columns(table, start, end),
            temperature: temperature(table, start, end, preamble, symbols),
            siblings: starts.len(),
            conditions: Conditions::none(),
            provenance: Place::Text(table.span(start, end.saturating_sub(1))).into(),
        });
    }
}

fn name(table: &Table<'_>, row: usize, stem: &str, number: usize, count: usize) -> String {
    let [part, label] = table.keys.get(row).copied().unwrap_or_default();
    let mut name = String::from(stem);
    for text in [table.text(part), table.text(label)].into_iter().filter(|t| !t.is_empty()) {
        name.push(' ');
        name.push_str(text);
    }
    if count > 1 {
        name.push_str(&format!(" block {}", number + 1));
    }
    name
}

/// Columns that were stepped while another ran: forced voltages and temperatures that keep each
/// value for more than two rows, where some voltage changes more often.
fn outer_columns(table: &Table<'_>) -> Vec<usize> {
    let forced: Vec<usize> = table
        .columns
        .iter()
        .enumerate()
        .filter(|(_, c)| match &c.meaning {
            Meaning::Pin { sensed, .. } => *sensed == Sensed::Voltage,
            Meaning::Symbol(s) => s.dimension == Dimension::TEMPERATURE,
            _ => false,
        })
        .map(|(index, _)| index)
        .collect();
    let most = forced.iter().map(|i| table.changes(*i)).max().unwrap_or(0);
    let steps = table.len().saturating_sub(1);
    forced
        .into_iter()
        .filter(|i| {
            let changes = table.changes(*i);
            changes > 0 && changes < most && changes * 2 < steps
        })
        .collect()
}

/// The rows at which a new sweep begins.
fn starts(table: &Table<'_>, outer: &[usize]) -> Vec<usize> {
    let differs = |row: usize| {
        let before = row.saturating_sub(1);
        table.keys.get(row) != table.keys.get(before)
            || outer.iter().any(|i| table.column(*i).get(row) != table.column(*i).get(before))
    };
    (0..table.len()).filter(|row| *row == 0 || differs(*row)).collect()
}

fn columns(table: &Table<'_>, start: usize, end: usize) -> Vec<Column> {
    let mut columns = Vec::new();
    for (index, column) in table.columns.iter().enumerate() {
        if column.meaning.is_key() {
            continue;
        }
        let values: Vec<f64> = table.column(index).get(start..end).unwrap_or_default().to_vec();
        let constant = values.windows(2).all(|p| matches!(p, [a, b] if a == b));
        let (sensed, node, reference) = match &column.meaning {
            Meaning::Pin { sensed, node, reference } => (*sensed, node.clone(), reference.clone()),
            _ => (Sensed::Other, String::new(), String::new()),
        };
        let is_temperature = matches!(
            &column.meaning,
            Meaning::Symbol(s) if s.dimension == Dimension::TEMPERATURE
        );
        // A table does not say what was forced: voltages are, and what else stays to the last
        // digit (a reading of zero is a dead channel, not a set value).
        let set = constant && values.len() > 2 && values.first().is_some_and(|v| *v != 0.0);
        let role = match (sensed == Sensed::Voltage || is_temperature, constant) {
            (true, true) => ColumnRole::Held,
            (true, false) => ColumnRole::Swept,
            (false, _) if set && sensed == Sensed::Current => ColumnRole::Held,
            _ => ColumnRole::Measured,
        };
        let name = column.name.clone();
        columns.push(Column { name, sensed, role, node, reference, compliance: None, values });
    }
    columns
}

/// The temperature of a sweep: from a column that stays, else from the preamble; the junction's
/// before others.
fn temperature(
    table: &Table<'_>,
    start: usize,
    end: usize,
    preamble: &Preamble,
    symbols: &SymbolTable,
) -> Option<f64> {
    let mut found: Vec<(&str, Option<f64>)> = Vec::new();
    for (index, column) in table.columns.iter().enumerate() {
        let Meaning::Symbol(symbol) = &column.meaning else { continue };
        if symbol.dimension == Dimension::TEMPERATURE {
            let values = table.column(index).get(start..end).unwrap_or_default();
            let constant = values.windows(2).all(|p| matches!(p, [a, b] if a == b));
            found.push((&symbol.name, values.first().copied().filter(|_| constant)));
        }
    }
    if found.is_empty() {
        let is_temperature =
            |s: &str| symbols.symbol(s).is_some_and(|i| i.dimension == Dimension::TEMPERATURE);
        let stated = preamble.conditions.by_symbol.iter();
        found.extend(stated.filter(|(s, _)| is_temperature(s)).map(|(s, c)| match c {
            Condition::Value(v) => (s.as_str(), Some(*v)),
            _ => (s.as_str(), None),
        }));
    }
    let junction = found.iter().find(|f| f.0 == "TJ");
    junction.or(found.first()).and_then(|f| f.1)
}
