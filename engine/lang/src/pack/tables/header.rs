//! The header of a limits table: where it stands among titles, how two lines of it belong
//! together, and what each column is.

use super::grid::{Cell, Grid};
use super::notation::{Side, side};
use crate::check::dims::likely;
use crate::ir::TableColumn;
use espice_base::{Code, Diagnostic, Diagnostics};
use espice_syntax::ast::Limits;
use espice_units::{Unit, UnitError, data, parse_unit};

/// Rows among which the header is looked for: titles stand above it.
const TITLES: usize = 30;

/// Which column is what.
pub(super) struct Layout {
    /// Column of each key, in the order of `key (…)`.
    pub(super) keys: Vec<usize>,
    /// Value columns.
    pub(super) columns: Vec<Column>,
    /// Number of columns.
    pub(super) width: usize,
    /// The first row below the header.
    pub(super) body: usize,
}

/// A value column.
pub(super) struct Column {
    pub(super) index: usize,
    pub(super) side: Option<Side>,
    pub(super) column: TableColumn,
}

/// Finds the header and reads it. `None` when it cannot be used, which has been told.
pub(super) fn layout(item: &Limits, grid: &Grid, diagnostics: &mut Diagnostics) -> Option<Layout> {
    let before = diagnostics.len();
    let is_key = |c: &Cell| item.keys.iter().any(|k| k.text == c.text);
    let holds_all =
        |row: &Vec<Cell>| item.keys.iter().all(|k| row.iter().any(|c| c.text == k.text));
    // A header whose keys are written otherwise is the one to be told about.
    let alike = |row: &Vec<Cell>| {
        item.keys.iter().all(|k| row.iter().any(|c| c.text.eq_ignore_ascii_case(&k.text)))
    };
    let rows = || grid.rows.iter().take(TITLES);
    let at = rows().position(holds_all).or_else(|| rows().position(alike)).unwrap_or(0);
    let header = grid.rows.get(at)?;
    // What a title spans counts for all columns below it.
    let above = at.checked_sub(1).and_then(|i| grid.rows.get(i)).map(|r| spread(r));
    let below = grid.rows.get(at + 1).filter(|r| is_second_line(r, header, &is_key));
    let width = header.len();
    let mut names: Vec<Cell> = header.clone();
    let carried = spread(header);
    for (index, cell) in names.iter_mut().enumerate().filter(|(_, c)| !is_key(c)) {
        let own = std::mem::take(&mut cell.text);
        let second = below.and_then(|r| r.get(index)).map_or("", |c| c.text.as_str());
        cell.text = if !second.is_empty() {
            let first =
                if own.is_empty() { carried.get(index).map_or("", String::as_str) } else { &own };
            joined(first, second)
        } else if side(without_unit(&own)).is_some() {
            let title = above.as_ref().and_then(|a| a.get(index)).map_or("", String::as_str);
            joined(title, &own)
        } else {
            own
        };
        if let Some(row) = below
            && cell.span.start == cell.span.end
            && let Some(c) = row.get(index)
        {
            cell.span = c.span;
        }
    }
    let keys = keys(item, header, diagnostics);
    // A misspelt key column would also be told as a column without unit.
    if diagnostics.len() > before {
        return None;
    }
    let mut columns: Vec<Column> = Vec::new();
    for (index, cell) in names.iter().enumerate().filter(|(i, _)| !keys.contains(i)) {
        // A column without a name is of no use, unless something stands in it.
        if cell.text.is_empty() && is_empty(grid, at, index) {
            continue;
        }
        match data::parse_heading(&cell.text) {
            Ok(heading) => {
                let (name, side) = named(&heading.name);
                let found = columns.iter().find(|c| c.column.name == name);
                let first = found.and_then(|c| names.get(c.index)).map(|c| c.span);
                if let Some(first) = first {
                    diagnostics.push(
                        Diagnostic::error(
                            Code::TABLE_HEADER,
                            format!("the column `{name}` stands in the table twice"),
                        )
                        .label(cell.span, "again")
                        .label(first, "first"),
                    );
                    continue;
                }
                let column = TableColumn { name, unit: heading.unit, is_range: false };
                columns.push(Column { index, side, column });
            }
            // A column of words without a unit is one of remarks.
            Err(None) if is_words(grid, at, index) => {}
            Err(error) => diagnostics.push(heading_error(cell, error.as_ref())),
        }
    }
    let body = at + 1 + usize::from(below.is_some());
    (diagnostics.len() == before).then_some(Layout { keys, columns, width, body })
}

fn keys(item: &Limits, header: &[Cell], diagnostics: &mut Diagnostics) -> Vec<usize> {
    let names = || header.iter().map(|c| c.text.as_str()).filter(|t| !t.is_empty());
    let mut keys = Vec::new();
    for key in &item.keys {
        let mut found = header.iter().enumerate().filter(|(_, c)| c.text == key.text);
        match (found.next(), found.next()) {
            (Some((index, _)), None) => keys.push(index),
            (Some((_, first)), Some((_, again))) => diagnostics.push(
                Diagnostic::error(
                    Code::TABLE_HEADER,
                    format!("the column `{}` stands in the table twice", key.text),
                )
                .label(again.span, "again")
                .label(first.span, "first"),
            ),
            (None, _) => diagnostics.push(
                Diagnostic::error(
                    Code::TABLE_HEADER,
                    format!("the table has no column `{}`", key.text),
                )
                .at(key.span)
                .maybe_help(likely(&key.text, names()).or_else(|| {
                    Some(format!("its columns are {}", names().collect::<Vec<_>>().join(", ")))
                })),
            ),
        }
    }
    keys
}

/// Whether a row goes on with the header: nothing below the keys, and only words for ends of
/// ranges and units below the rest.
fn is_second_line(row: &[Cell], header: &[Cell], is_key: &dyn Fn(&Cell) -> bool) -> bool {
    let mut any = false;
    for (index, cell) in row.iter().enumerate().filter(|(_, c)| !c.text.is_empty()) {
        let Some(head) = header.get(index) else { return false };
        if is_key(head) {
            // A merged cell holds the key's name again.
            if cell.text != head.text
                && !["unit", "units"].contains(&cell.text.to_lowercase().as_str())
            {
                return false;
            }
            continue;
        }
        if side(without_unit(&cell.text)).is_none() && !is_unit(&cell.text) {
            return false;
        }
        any = true;
    }
    any
}

/// The texts of a row; an empty cell has that of the cell before it.
fn spread(row: &[Cell]) -> Vec<String> {
    let mut last = String::new();
    row.iter()
        .map(|c| {
            if !c.text.is_empty() {
                last.clone_from(&c.text);
            }
            last.clone()
        })
        .collect()
}

/// A unit alone, with or without brackets.
fn is_unit(text: &str) -> bool {
    let bare = text.trim();
    let inner =
        bare.strip_prefix(['(', '[']).and_then(|t| t.strip_suffix([')', ']'])).unwrap_or(bare);
    parse_unit(inner.trim()).is_ok()
}

/// A text before its unit in brackets.
fn without_unit(text: &str) -> &str {
    text.split(['(', '[']).next().unwrap_or("").trim()
}

/// Two lines of a header as one: a title with its unit, and a word for an end or the unit.
fn joined(first: &str, second: &str) -> String {
    let first = first.trim();
    if side(without_unit(second)).is_none() {
        let bare = second.trim().trim_start_matches(['(', '[']).trim_end_matches([')', ']']);
        return format!("{first} ({bare})");
    }
    match (first.rfind(['(', '[']), second.contains(['(', '['])) {
        // The unit of the title goes to the end.
        (Some(at), false) if first.ends_with([')', ']']) => {
            let (title, unit) = first.split_at(at);
            format!("{} {} {unit}", title.trim(), second.trim())
        }
        _ => match first.split_once('/') {
            Some((title, unit)) if parse_unit(unit.trim()).is_ok() => {
                format!("{} {} ({})", title.trim(), second.trim(), unit.trim())
            }
            _ => format!("{first} {}", second.trim()),
        },
    }
}

/// A heading as a name of the language, and the end that its last word names. What is a name
/// already stays as it is.
fn named(heading: &str) -> (String, Option<Side>) {
    const WORDS: [(&str, &str); 3] = [("minimum", "min"), ("typical", "typ"), ("maximum", "max")];
    let letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_symbol = |s: &str| !s.is_empty() && s.chars().all(letter);
    if is_symbol(heading) {
        let word = heading.rsplit_once('_').map_or("", |(_, word)| word);
        return (heading.to_string(), side(word).filter(|s| s.word() == word));
    }
    let symbol = heading.strip_suffix(')').and_then(|s| s.split_once('('));
    if symbol.is_some_and(|(a, b)| is_symbol(a) && is_symbol(b)) {
        return (heading.to_string(), None);
    }
    let parts = heading.split(|c: char| !letter(c)).filter(|p| !p.is_empty());
    let mut parts: Vec<String> = parts.map(String::from).collect();
    let last = if parts.len() > 1 { parts.last().and_then(|w| side(w)) } else { None };
    if last.is_some()
        && let Some(word) = parts.last_mut()
    {
        *word = word.to_lowercase();
        if let Some((_, short)) = WORDS.iter().find(|(long, _)| *long == word.as_str()) {
            *word = (*short).to_string();
        }
    }
    (parts.join("_"), last)
}

/// Whether something stands below the header in a column, and none of it is a limit.
fn is_words(grid: &Grid, header: usize, index: usize) -> bool {
    let below = grid.rows.iter().skip(header + 1).filter_map(|r| r.get(index));
    let mut filled = below.filter(|c| !c.text.is_empty()).peekable();
    filled.peek().is_some()
        && filled.all(|c| super::notation::read(&c.text, grid.comma, Unit::ONE).is_none())
}

/// Whether nothing stands below the header in a column.
fn is_empty(grid: &Grid, header: usize, index: usize) -> bool {
    let below = grid.rows.iter().skip(header + 1);
    below.filter_map(|r| r.get(index)).all(|c| c.text.is_empty())
}

fn heading_error(cell: &Cell, error: Option<&UnitError>) -> Diagnostic {
    let (message, help) = match error {
        None => (
            format!("the column `{}` states no unit", cell.text),
            Some(format!("write `{} (V)`, or `{} (1)` for a pure number", cell.text, cell.text)),
        ),
        Some(UnitError::Unknown(part, likely)) => {
            (format!("`{part}` is not a unit"), likely.map(|l| format!("did you mean `{l}`?")))
        }
        Some(UnitError::Exponent(part)) => (format!("`{part}` has no exponent to read"), None),
        Some(UnitError::PointInProduct) => {
            (format!("the unit of `{}` multiplies a temperature point", cell.text), None)
        }
    };
    Diagnostic::error(Code::TABLE_HEADER, message).at(cell.span).maybe_help(help)
}
