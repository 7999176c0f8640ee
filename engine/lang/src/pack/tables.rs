//! Limits tables: CSV whose header names key columns, and value columns with their units.

use crate::check::dims::likely;
use crate::ir::{LimitTable, TableCell, TableColumn};
use espice_base::{Code, Diagnostic, Diagnostics, FileId, Span};
use espice_syntax::ast::Limits;
use espice_units::{UnitError, data};
use std::collections::BTreeMap;

/// One cell as written.
#[derive(Clone, PartialEq, Debug)]
struct Cell {
    text: String,
    span: Span,
}

/// Reads a limits table. `None` when its header cannot be used; a row with a mistake is left
/// out.
pub(super) fn read_table(
    item: &Limits,
    pack: &str,
    text: &str,
    file: FileId,
    diagnostics: &mut Diagnostics,
) -> Option<LimitTable> {
    let mut rows = rows(text, file).into_iter();
    let Some(header) = rows.next() else {
        diagnostics.push(
            Diagnostic::error(Code::TABLE_HEADER, format!("`{}` is empty", item.file.text))
                .at(item.file.span)
                .help("the first line names the columns"),
        );
        return None;
    };
    let layout = layout(item, &header, diagnostics)?;
    let mut table = LimitTable {
        name: item.name.text.clone(),
        pack: pack.to_string(),
        file,
        keys: item.keys.iter().map(|k| k.text.clone()).collect(),
        columns: layout.columns.iter().map(|(_, c)| c.clone()).collect(),
        rows: Vec::new(),
        span: item.name.span,
    };
    let mut seen: BTreeMap<Vec<String>, Span> = BTreeMap::new();
    for row in rows {
        let Some((keys, cells)) = read_row(&row, &header, &layout, diagnostics) else { continue };
        let at = row.first().map_or(table.span, |c| c.span);
        if let Some(first) = seen.get(&keys) {
            diagnostics.push(
                Diagnostic::error(
                    Code::TABLE_KEY,
                    format!("two rows have the key `{}`", keys.join(", ")),
                )
                .label(at, "again")
                .label(*first, "first"),
            );
            continue;
        }
        seen.insert(keys.clone(), at);
        table.rows.push((keys, cells));
    }
    Some(table)
}

/// Which column is what.
struct Layout {
    /// Column of each key, in the order of `key (…)`.
    keys: Vec<usize>,
    /// Value columns.
    columns: Vec<(usize, TableColumn)>,
}

fn layout(item: &Limits, header: &[Cell], diagnostics: &mut Diagnostics) -> Option<Layout> {
    let before = diagnostics.len();
    let names = || header.iter().map(|c| c.text.as_str());
    for (index, cell) in header.iter().enumerate() {
        if let Some(first) = header.iter().take(index).find(|c| c.text == cell.text) {
            diagnostics.push(
                Diagnostic::error(
                    Code::TABLE_HEADER,
                    format!("the column `{}` stands in the table twice", cell.text),
                )
                .label(cell.span, "again")
                .label(first.span, "first"),
            );
        }
    }
    let mut keys = Vec::new();
    for key in &item.keys {
        match names().position(|n| n == key.text) {
            Some(index) => keys.push(index),
            None => diagnostics.push(
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
    // A misspelt key column would also be told as a column without unit.
    if diagnostics.len() > before {
        return None;
    }
    let mut columns = Vec::new();
    for (index, cell) in header.iter().enumerate().filter(|(i, _)| !keys.contains(i)) {
        match data::parse_heading(&cell.text) {
            Ok(heading) => {
                columns.push((index, TableColumn { name: heading.name, unit: heading.unit }));
            }
            Err(error) => diagnostics.push(heading_error(cell, error.as_ref())),
        }
    }
    (diagnostics.len() == before).then_some(Layout { keys, columns })
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

type Row = (Vec<String>, Vec<TableCell>);

fn read_row(
    row: &[Cell],
    header: &[Cell],
    layout: &Layout,
    diagnostics: &mut Diagnostics,
) -> Option<Row> {
    let (Some(first), Some(last)) = (row.first(), row.last()) else { return None };
    if row.len() != header.len() {
        diagnostics.push(
            Diagnostic::error(
                Code::TABLE_ROW,
                format!("this row has {} cells, the header {}", row.len(), header.len()),
            )
            .at(first.span.to(last.span)),
        );
        return None;
    }
    let mut is_sound = true;
    let mut keys = Vec::new();
    for cell in layout.keys.iter().filter_map(|i| row.get(*i)) {
        if cell.text.is_empty() {
            is_sound = false;
            diagnostics.push(
                Diagnostic::error(Code::TABLE_KEY, "this row has no key")
                    .at(first.span.to(last.span)),
            );
        }
        keys.push(cell.text.clone());
    }
    let mut cells = Vec::new();
    for (index, column) in &layout.columns {
        let Some(cell) = row.get(*index) else { continue };
        let value = data::parse_number(&cell.text);
        if value.is_none() && !cell.text.is_empty() {
            is_sound = false;
            let comma = cell.text.contains(',').then_some("numbers have a decimal point");
            diagnostics.push(
                Diagnostic::error(Code::TABLE_CELL, format!("`{}` is not a number", cell.text))
                    .at(cell.span)
                    .help(
                        comma.unwrap_or("the unit stands in the header; no limit is an empty cell"),
                    ),
            );
        }
        let value = value.map(|v| column.unit.to_si(v));
        cells.push(TableCell { value, span: cell.span });
    }
    is_sound.then_some((keys, cells))
}

/// The cells of all lines that are not blank (RFC 4180; blanks around cells are dropped).
fn rows(text: &str, file: FileId) -> Vec<Vec<Cell>> {
    let mut rows = Vec::new();
    let mut row = Vec::new();
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut at = start;
    loop {
        let rest = text.get(at..).unwrap_or("");
        let (cell, length) = cell(rest, at, file);
        row.push(cell);
        at += length;
        let separator = text.get(at..).and_then(|t| t.chars().next());
        at += separator.map_or(0, char::len_utf8);
        if separator != Some(',') {
            let is_blank = row.len() == 1 && row.iter().all(|c: &Cell| c.text.is_empty());
            let row = std::mem::take(&mut row);
            if !is_blank {
                rows.push(row);
            }
        }
        if separator.is_none() {
            return rows;
        }
    }
}

/// The first cell of a text and its length up to the separator.
fn cell(text: &str, at: usize, file: FileId) -> (Cell, usize) {
    let blanks = text.len() - text.trim_start_matches([' ', '\t']).len();
    if let Some(quoted) = text.get(blanks..).and_then(|t| t.strip_prefix('"')) {
        let mut value = String::new();
        let mut chars = quoted.char_indices().peekable();
        while let Some((index, c)) = chars.next() {
            if c != '"' {
                value.push(c);
            } else if chars.next_if(|(_, next)| *next == '"').is_some() {
                value.push('"');
            } else {
                let end = blanks + 1 + index + 1;
                let rest = text.get(end..).unwrap_or("");
                let length = end + rest.find([',', '\n']).unwrap_or(rest.len());
                let span = Span::new(file, at + blanks, at + end);
                return (Cell { text: value, span }, length);
            }
        }
    }
    let length = text.find([',', '\n']).unwrap_or(text.len());
    let raw = text.get(..length).unwrap_or("");
    let value = raw.trim();
    let lead = raw.len() - raw.trim_start().len();
    let span = Span::new(file, at + lead, at + lead + value.len());
    (Cell { text: value.to_string(), span }, length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use espice_syntax::ast::{Quoted, Word};

    fn read(keys: &[&str], text: &str) -> (Option<LimitTable>, Vec<(String, String)>) {
        let word = |t: &str| Word { text: t.into(), span: Span::default() };
        let item = Limits {
            name: word("ratings"),
            file: Quoted { text: "ratings.csv".into(), span: Span::default() },
            sheet: None,
            keys: keys.iter().map(|k| word(k)).collect(),
        };
        let mut diagnostics = Diagnostics::new();
        let table = read_table(&item, "p", text, FileId(0), &mut diagnostics);
        let place = |d: &Diagnostic| match super::super::damage::text_place(d) {
            Some(s) => text.get(s.start as usize..s.end as usize).unwrap_or("").to_string(),
            None => String::new(),
        };
        let told = diagnostics.iter().map(|d| (d.code.to_string(), place(d))).collect();
        (table, told)
    }

    #[test]
    fn cells_are_si_values_with_places() {
        let text = "\u{feff}part, VRRM (V),\"IR, hot (uA)\"\r\nBAT54 ,30, 2\r\n\r\n\"A \"\"B\"\"\",,−1.5\n";
        let (table, told) = read(&["part"], text);
        let table = table.unwrap();
        assert_eq!(told, []);
        assert_eq!(table.columns[1].name, "IR, hot");
        assert_eq!(table.rows.len(), 2);
        assert_eq!(table.rows[0].0, ["BAT54"]);
        assert_eq!(table.rows[0].1[1].value, Some(2e-6));
        let span = table.rows[0].1[0].span;
        assert_eq!(text.get(span.start as usize..span.end as usize), Some("30"));
        assert_eq!(table.rows[1].0, ["A \"B\""]);
        assert_eq!(table.rows[1].1[0].value, None);
        assert_eq!(table.rows[1].1[1].value, Some(-1.5e-6));
    }

    #[test]
    fn every_mistake_is_told_at_its_place() {
        let (table, told) = read(&["part"], "part,VR (V)\nA,1\nA,2\nB,3V\n,4\nC,5,6\nD,7\n");
        let codes: Vec<_> = told.iter().map(|t| (t.0.as_str(), t.1.as_str())).collect();
        assert_eq!(codes, [("E0409", "A"), ("E0408", "3V"), ("E0409", ",4"), ("E0410", "C,5,6")]);
        assert_eq!(table.unwrap().rows.len(), 2);
        assert_eq!(read(&["part"], "").1.len(), 1);
        assert_eq!(read(&["prt"], "part,VR\nA,1\n").1.len(), 1);
        assert_eq!(read(&["part"], "part,VR,IR (mX)\nA,1,2\n").1.len(), 2);
    }
}
