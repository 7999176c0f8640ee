//! Limits tables: CSV or a sheet of a spreadsheet, whose header names key columns, and value
//! columns with their units.
//!
//! Tables are read as engineers keep them: titles above the header, two lines of it, blank lines
//! and comments, limits such as `0.45 ± 0.05`, `≤ 5` or `n/a`. What could mean two things is
//! told, never guessed.

mod grid;
mod header;
mod notation;

use crate::ir::{LimitTable, TableCell};
use espice_base::{Code, Diagnostic, Diagnostics, FileId, Span};
use espice_syntax::ast::Limits;
use grid::Cell;
use header::{Column, Layout};
use notation::{Said, Side};
use std::collections::BTreeMap;

/// Reads a limits table. `None` when its header cannot be used; a row with a mistake is left
/// out.
pub(super) fn read_table(
    item: &Limits,
    pack: &str,
    text: &str,
    file: FileId,
    is_sheet: bool,
    diagnostics: &mut Diagnostics,
) -> Option<LimitTable> {
    let grid = grid::grid(text, file, is_sheet);
    if grid.rows.is_empty() {
        diagnostics.push(
            Diagnostic::error(Code::TABLE_HEADER, format!("`{}` is empty", item.file.text))
                .at(item.file.span)
                .help("the first line names the columns"),
        );
        return None;
    }
    let open = grid.rows.iter().flatten().filter(|c| !is_sheet && is_open(c, text));
    for cell in open {
        diagnostics.push(
            Diagnostic::error(Code::TABLE_CELL, "this quote is never closed")
                .at(cell.span)
                .help("close it at the end of the cell; a quote inside a cell is written twice"),
        );
    }
    let mut layout = header::layout(item, &grid, diagnostics)?;
    if grid.rows.len() <= layout.body {
        diagnostics.push(
            Diagnostic::error(
                Code::TABLE_ROW,
                format!("`{}` holds no row of limits", item.file.text),
            )
            .at(item.file.span)
            .help("rules that look limits up would find none, and say nothing"),
        );
    }
    let mut table = LimitTable {
        name: item.name.text.clone(),
        pack: pack.to_string(),
        file,
        keys: item.keys.iter().map(|k| k.text.clone()).collect(),
        columns: Vec::new(),
        rows: Vec::new(),
        span: item.name.span,
    };
    let mut seen: BTreeMap<Vec<String>, Span> = BTreeMap::new();
    let mut rows: Vec<Row> = Vec::new();
    for row in grid.rows.iter().skip(layout.body) {
        let read = read_row(row, &layout, grid.comma, is_sheet, diagnostics);
        let Some((keys, cells)) = read else { continue };
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
        rows.push((keys, cells));
    }
    settle(&mut layout.columns, &mut rows, diagnostics);
    table.columns = layout.columns.iter().map(|c| c.column.clone()).collect();
    table.rows = rows
        .into_iter()
        .map(|(keys, cells)| {
            let cells = cells.iter().zip(&layout.columns);
            (keys, cells.map(|((said, span), column)| cell(*said, *span, column)).collect())
        })
        .collect();
    Some(table)
}

/// Whether a cell begins with a quote that nothing closes: it then was read as it stands.
fn is_open(cell: &Cell, text: &str) -> bool {
    let start = usize::try_from(cell.span.start).unwrap_or(usize::MAX);
    let end = usize::try_from(cell.span.end).unwrap_or(usize::MAX);
    cell.text.starts_with('"') && text.get(start..end) == Some(cell.text.as_str())
}

/// Keys, then what each value column says and where.
type Row = (Vec<String>, Vec<(Said, Span)>);

fn read_row(
    row: &[Cell],
    layout: &Layout,
    comma: bool,
    is_sheet: bool,
    diagnostics: &mut Diagnostics,
) -> Option<Row> {
    let (Some(first), Some(last)) = (row.first(), row.last()) else { return None };
    // Sheets end their rows where the last filled cell is; trailing separators are no cells.
    let filled = row.iter().rposition(|c| !c.text.is_empty()).map_or(0, |i| i + 1);
    let fits = if is_sheet { filled <= layout.width } else { row.len() == layout.width };
    if !fits {
        diagnostics.push(
            Diagnostic::error(
                Code::TABLE_ROW,
                format!("this row has {} cells, the header {}", row.len(), layout.width),
            )
            .at(first.span.to(last.span)),
        );
        return None;
    }
    let mut is_sound = true;
    let mut keys = Vec::new();
    for index in &layout.keys {
        let text = row.get(*index).map_or("", |c| c.text.as_str());
        if text.is_empty() {
            is_sound = false;
            diagnostics.push(
                Diagnostic::error(Code::TABLE_KEY, "this row has no key")
                    .at(first.span.to(last.span)),
            );
        }
        keys.push(text.to_string());
    }
    let mut cells = Vec::new();
    for column in &layout.columns {
        let Some(cell) = row.get(column.index) else {
            cells.push((Said::Nothing, last.span));
            continue;
        };
        let said = notation::read(&cell.text, comma, column.column.unit);
        match said.ok_or(wrong(cell)).and_then(|said| sided(said, cell, column)) {
            Ok(said) => cells.push((said, cell.span)),
            Err(diagnostic) => {
                is_sound = false;
                diagnostics.push(*diagnostic);
            }
        }
    }
    is_sound.then_some((keys, cells))
}

fn wrong(cell: &Cell) -> Box<Diagnostic> {
    let help = if cell.text.contains(',') {
        "numbers have a decimal point"
    } else {
        "the unit stands in the header; no limit is an empty cell or `n/a`"
    };
    let message = format!("`{}` is not a number", cell.text);
    Box::new(Diagnostic::error(Code::TABLE_CELL, message).at(cell.span).help(help))
}

/// A cell in a column that states one end: `≤ 5` below `max` is 5, and below `min` a mistake.
fn sided(said: Said, cell: &Cell, column: &Column) -> Result<Said, Box<Diagnostic>> {
    let Some(side) = column.side else { return Ok(said) };
    match said {
        Said::Nothing | Said::Number(_) => Ok(said),
        Said::End(own, value) if own == side => Ok(Said::Number(value)),
        Said::End(..) | Said::Range(..) => {
            let message =
                format!("`{}` is no {} value, which this column holds", cell.text, side.word());
            Err(Box::new(
                Diagnostic::error(Code::TABLE_CELL, message)
                    .at(cell.span)
                    .help("a range needs a column without `min` or `max` in its header"),
            ))
        }
    }
}

/// Decides which columns hold ranges: those with a cell that states one or an end of one. A plain
/// number among them could be either end, and is told.
fn settle(columns: &mut [Column], rows: &mut Vec<Row>, diagnostics: &mut Diagnostics) {
    for (place, column) in columns.iter_mut().enumerate() {
        let is_range =
            |said: &Said| matches!(said, Said::Range(..) | Said::End(Side::Low | Side::High, _));
        let cells = || rows.iter().filter_map(|r| r.1.get(place));
        let Some(first) = cells().find(|c| is_range(&c.0)).map(|c| c.1) else { continue };
        column.column.is_range = true;
        for (_, span) in cells().filter(|c| matches!(c.0, Said::Number(_))) {
            let message = format!("`{}` holds ranges, and this is a number", column.column.name);
            diagnostics.push(
                Diagnostic::error(Code::TABLE_CELL, message)
                    .at(*span)
                    .label(first, "this is a range")
                    .help("write `≤ 5`, `≥ 5` or `5 .. 5`: a number alone could be either end"),
            );
        }
        rows.retain(|r| !r.1.get(place).is_some_and(|c| matches!(c.0, Said::Number(_))));
    }
}

/// A cell in SI.
fn cell(said: Said, span: Span, column: &Column) -> TableCell {
    let si = |v: f64| column.column.unit.to_si(v);
    let (value, range) = match said {
        Said::Nothing => (None, None),
        Said::Number(v) | Said::End(Side::Typical, v) => (Some(si(v)), None),
        Said::End(Side::Low, v) => (None, Some([Some(si(v)), None])),
        Said::End(Side::High, v) => (None, Some([None, Some(si(v))])),
        Said::Range(low, high) => (None, Some([Some(si(low.min(high))), Some(si(low.max(high)))])),
    };
    TableCell { value, range, span }
}

#[cfg(test)]
mod tests;
