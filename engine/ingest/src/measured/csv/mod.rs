//! Tables of separated values whose headings name quantities and units.
//!
//! ```csv
//! # part: BAT54
//! # TJ: 25 degC
//! VF (V), IF (mA)
//! 0.20, 0.1
//! 0.25, 0.4
//! ```
//!
//! Cells are separated by commas, semicolons or tabs; with the latter two, decimals may be
//! written with a comma. Headings name quantities of the symbol table; the device kinds say
//! which of them depends on the others, and the table becomes curves. Headings such as
//! `V(a,k) (V)` and `I(a) (A)` name terminals instead, and the table becomes raw sweeps. Columns
//! `part` and `curve` hold texts that tell curves apart; lines `# name: value` before the
//! heading set the device and conditions.

mod cells;
mod curves;
mod heading;
mod preamble;
mod sweeps;
mod table;

use super::text::{lines, span_of};
use espice_base::{Capped, Code, Diagnostic, Diagnostics, FileId, Span};
use espice_facts::{Facts, SourceFormat, SymbolTable};
use heading::Meaning;
use preamble::Preamble;
use table::Table;

/// Reads a CSV.
///
/// Damaged rows are left out and named, which is an error when they are more than a tenth. A
/// table is not read at all when a heading cannot be understood.
pub fn read(text: &str, file: FileId, name: &str, symbols: &SymbolTable) -> (Facts, Diagnostics) {
    let mut out = Capped::default();
    let mut facts = Facts {
        sources: vec![crate::source(text, file, name, SourceFormat::Csv)],
        ..Facts::default()
    };
    read_into(text, file, name, symbols, &mut facts, &mut out);
    (facts, out.finish())
}

fn read_into(
    text: &str,
    file: FileId,
    name: &str,
    symbols: &SymbolTable,
    facts: &mut Facts,
    out: &mut Capped,
) {
    let mut preamble = Preamble::default();
    let mut heading = None;
    for (start, line) in lines(text) {
        let bare = line.trim_start_matches('\u{feff}');
        let content = bare.trim();
        if content.is_empty() {
            continue;
        }
        // Spreadsheets quote comments that hold separators.
        if content.starts_with('#') || content.starts_with("\"#") {
            preamble.line(bare, start + line.len() - bare.len(), file, symbols, out);
            continue;
        }
        heading = Some((start + line.len() - bare.len(), bare));
        break;
    }
    let whole = Span::new(file, 0, 0);
    let Some((start, line)) = heading else {
        let message = if text.trim().is_empty() {
            "the CSV file is empty"
        } else {
            "the CSV file has no heading"
        };
        out.push(
            Diagnostic::error(Code::SOURCE_EMPTY, message)
                .at(whole)
                .help("name each column with its unit, such as `VF (V), IF (mA)`"),
        );
        return;
    };
    facts.device = preamble.device.clone();
    let place = span_of(file, start, line, line.trim());
    let separator = cells::separator(line).unwrap_or(',');
    let Some(mut heads) = cells::split(line, separator, true) else {
        let message = "a quote in the heading is not closed";
        out.push(Diagnostic::error(Code::ROW_CELLS, message).at(place));
        return;
    };
    while heads.len() > 1 && heads.last().is_some_and(|c| c.is_empty()) {
        heads.pop();
    }
    let names = heading::Names { symbols, kind: preamble.device.kind.as_deref() };
    let Some(columns) = heading::read(&heads, line, start, file, names, out) else { return };
    if columns.iter().filter(|c| !c.meaning.is_key()).count() < 2 {
        out.push(
            Diagnostic::error(Code::NO_QUANTITY, "the table has fewer than two quantities")
                .at(place)
                .help("give the quantity and what it was measured over: `VF (V), IF (mA)`"),
        );
        return;
    }
    let body_start = start + line.len();
    let table = Table::read(text, body_start, separator, columns, file, out);
    if !table.rows.judge(whole, out) {
        return;
    }
    table.parts_into(&mut facts.device);
    let pins = table.columns.iter().any(|c| matches!(c.meaning, Meaning::Pin { .. }));
    if pins {
        sweeps::build(&table, &preamble, crate::stem(name), symbols, facts, out);
    } else {
        curves::build(&table, &preamble, crate::stem(name), place, symbols, facts, out);
    }
}

#[cfg(test)]
mod tests;
