//! What the rows of tables mean: canonical quantities with limits in SI, conditions and parts.
//!
//! A row is served when its quantity, unit and values are beyond doubt. What is in doubt is kept
//! for a person to look at, with the reason; nothing is dropped without a word.

mod condition;
mod derate;
mod judge;
mod parts;
mod row;
mod setting;
mod symbol;
mod value;
mod words;

#[cfg(test)]
mod tests;

use super::{Cell, Role, Row, Table};
use condition::TEMPERATURES;
use espice_base::{Capped, Code, Diagnostic, Diagnostics, FileId, Place};
use espice_facts::{Condition, Parameter, Provenance, Status, SymbolTable};
use row::{Context, Draft, Nothing};
use symbol::Index;

/// Reads the rows of a sheet's tables.
///
/// `kind` is the kind of device that the sheet is about, `parts` the parts that it covers; both
/// help to tell what is meant and may be unknown. The parameters come in the order of the rows.
pub fn parameters(
    tables: &[Table],
    file: FileId,
    symbols: &SymbolTable,
    kind: Option<&str>,
    parts: &[String],
) -> (Vec<Parameter>, Diagnostics) {
    let index = Index::new(symbols, kind);
    let commas = decimal_commas(tables);
    let mut diagnostics = Capped::default();
    let mut all: Vec<Draft<'_>> = Vec::new();
    for (at, table) in tables.iter().enumerate() {
        let notes = notes(tables.get(at..).unwrap_or(&[]));
        let context = context(table, notes, &index, parts, commas);
        let place = |area: [f64; 4]| Place::Page { file, page: table.page, area };
        let mut drafts: Vec<Draft<'_>> = Vec::new();
        for row in &whole_names(table) {
            match context.row(row) {
                Ok(found) => drafts.extend(found),
                Err(Nothing::Empty | Nothing::Foreign) => {}
                Err(Nothing::Unnamed) => diagnostics.push(
                    Diagnostic::warning(Code::ROW_SYMBOL, "the row names no quantity")
                        .at(place(row.area.to_array()))
                        .help("look at the row: its symbol and name could not be read"),
                ),
            }
        }
        derate::temperatures(&mut drafts);
        judge::together(&mut drafts);
        all.extend(drafts);
    }
    judge::conditions(&mut all);
    let mut parameters = Vec::new();
    for draft in all {
        let place = Place::Page { file, page: draft.page, area: draft.area };
        for (code, text) in &draft.doubts {
            diagnostics.push(
                Diagnostic::warning(*code, format!("`{}`: {text}", draft.symbol))
                    .at(place)
                    .help("compare the row with the page before using it"),
            );
        }
        parameters.push(parameter(draft, place));
    }
    (parameters, diagnostics.finish())
}

/// The rows with names that go on from one row to the next made whole: `Peak reverse current`
/// above `at rated DC blocking voltage`, of one symbol.
fn whole_names(table: &Table) -> Vec<Row> {
    let mut rows = table.rows.clone();
    let role = |cell: &Cell| table.columns.get(cell.column).map(|c| c.role);
    let name = |row: &Row| row.cells.iter().position(|c| role(c) == Some(Role::Name));
    let symbol = |row: &Row| {
        let cell = row.cells.iter().find(|c| role(c) == Some(Role::Symbol) && !c.words.is_empty());
        cell.filter(|c| c.shared).map(|c| c.area)
    };
    for at in 1..rows.len() {
        let (Some(above), Some(row)) = (rows.get(at - 1), rows.get(at)) else { continue };
        let one_symbol = symbol(row).is_some() && symbol(row) == symbol(above);
        let (Some(first), Some(second)) = (name(above), name(row)) else { continue };
        let (Some(a), Some(b)) = (above.cells.get(first), row.cells.get(second)) else { continue };
        let initial = |cell: &Cell| cell.words.first().and_then(|w| w.text.chars().next());
        let goes_on = initial(a).is_some_and(char::is_uppercase)
            && initial(b).is_some_and(|c| c.is_lowercase() || c == '(');
        if !one_symbol || !goes_on || a.area == b.area || a.words.is_empty() {
            continue;
        }
        let mut words = a.words.clone();
        words.extend(b.words.iter().cloned());
        for (row, cell) in [(at - 1, first), (at, second)] {
            if let Some(cell) = rows.get_mut(row).and_then(|r| r.cells.get_mut(cell)) {
                cell.words.clone_from(&words);
            }
        }
    }
    rows
}

/// How far below a table, in points, the next one that shares its notes begins.
const NEXT: f64 = 60.0;

/// The notes of a table, or of the next ones right below it: tables that follow each other share
/// the notes below the last. A table that names notes (`note 1`) and has none on its page shares
/// those of the next page.
fn notes(from_table: &[Table]) -> &[(String, String)] {
    let mut above: Option<&Table> = None;
    for table in from_table {
        let follows = above.is_none_or(|a| {
            a.page == table.page && (-5.0..NEXT).contains(&(table.area.y0 - a.area.y1))
        });
        if !follows {
            break;
        }
        if !table.notes.is_empty() {
            return &table.notes;
        }
        above = Some(table);
    }
    let Some(first) = from_table.first().filter(|t| names_notes(t)) else { return &[] };
    let after = from_table.iter().filter(|t| !t.notes.is_empty() && t.page <= first.page + 1);
    after.map(|t| t.notes.as_slice()).next().unwrap_or_default()
}

/// Whether cells of a table say `note 1`.
fn names_notes(table: &Table) -> bool {
    let words = table.rows.iter().flat_map(|r| &r.cells).flat_map(|c| &c.words);
    let bare = |t: &str| t.trim_start_matches(['(', '[']).to_lowercase();
    words.into_iter().any(|w| matches!(bare(&w.text).as_str(), "note" | "notes"))
}

/// What a table says of all its rows.
fn context<'t, 's>(
    table: &'t Table,
    notes: &[(String, String)],
    index: &'t Index<'s>,
    parts: &'t [String],
    commas: bool,
) -> Context<'t, 's> {
    let preamble = words::line(&table.preamble);
    let mut defaults = condition::read(&preamble, index, "TJ").conditions;
    defaults = defaults.or(&condition::read(&table.title, index, "TJ").conditions);
    defaults.by_symbol.retain(|_, c| matches!(c, Condition::Value(_)));
    if !TEMPERATURES.iter().any(|t| defaults.by_symbol.contains_key(*t)) {
        defaults.by_symbol.extend(condition::stated_temperature(&preamble, index));
    }
    let bare = TEMPERATURES
        .iter()
        .find(|t| defaults.by_symbol.contains_key(**t))
        .map_or("TJ", |t| t)
        .to_string();
    let notes = notes
        .iter()
        .map(|(mark, text)| (setting::plain_mark(mark), condition::read_prose(text, index, &bare)))
        .collect();
    Context { table, index, defaults, bare, parts, commas, notes }
}

/// Whether the values of a sheet have decimal commas, so that `1,250` has two meanings.
fn decimal_commas(tables: &[Table]) -> bool {
    let values = |role: Role| matches!(role, Role::Min | Role::Typ | Role::Max | Role::Value);
    let is_decimal = |text: &str| {
        let Some((whole, fraction)) = text.split_once(',') else { return false };
        let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
        let whole = whole.trim_start_matches(['-', '+', '−', '±', '<', '>']);
        digits(whole) && digits(fraction) && (fraction.len() != 3 || whole == "0")
    };
    tables.iter().any(|table| {
        table.rows.iter().flat_map(|r| &r.cells).any(|cell| {
            table.columns.get(cell.column).is_some_and(|c| values(c.role))
                && cell.words.iter().any(|w| is_decimal(&w.text))
        })
    })
}

fn parameter(draft: Draft<'_>, place: Place) -> Parameter {
    let without_unit = draft.doubts.iter().any(|(code, _)| *code == Code::ROW_UNIT);
    let status = match draft.doubts.is_empty() {
        true => Status::Served,
        // Without a unit there is no value in SI to look at, but a row that a person can read.
        false if draft.limits.values().next().is_none() && !without_unit => Status::Refused,
        false => Status::Review,
    };
    Parameter {
        symbol: draft.symbol,
        printed: draft.printed,
        name: draft.name,
        section: draft.section,
        min: draft.limits.min,
        typ: draft.limits.typ,
        max: draft.limits.max,
        dimension: draft.dimension,
        printed_unit: draft.unit,
        conditions: draft.conditions,
        parts: draft.parts,
        status,
        reasons: draft.doubts.into_iter().map(|(_, text)| text).collect(),
        confidence: draft.confidence,
        provenance: Provenance::from(place),
    }
}
