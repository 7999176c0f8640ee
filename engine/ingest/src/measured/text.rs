//! What the readers of measured text share: lines, cells, limits and complaints.

use espice_base::{Capped, Code, Diagnostic, FileId, Severity, Span};
use espice_facts::wording::shown;
use espice_units::data::parse_number;

/// The most numbers that one source may hold, held columns written out.
pub(super) const MAX_NUMBERS: usize = 6_000_000;

/// The most columns of a table.
pub(super) const MAX_COLUMNS: usize = 1_000;

/// The share of damaged rows above which a file counts as broken.
pub const LOST_SHARE: f64 = 0.1;

/// From this magnitude on a number is no measurement: instruments report an overflow as 9.9e37
/// and a missing reading as 9.91e37 (SCPI-99 volume 1, 7.2.1.4 and 7.2.1.5).
const SCPI_OVERFLOW: f64 = 9.9e37;

/// The lines of a text with the offset at which each starts, line ends removed.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |line| {
        let at = start;
        start += line.len();
        (at, line.trim_end_matches(['\n', '\r']))
    })
}

/// Where a piece of a line stands in the text.
pub(super) fn span_of(file: FileId, line_start: usize, line: &str, piece: &str) -> Span {
    // Pieces are slices of their line, so that their addresses tell the place.
    let offset = (piece.as_ptr() as usize).saturating_sub(line.as_ptr() as usize);
    let start = line_start + offset.min(line.len());
    Span::new(file, start, start + piece.len())
}

/// Reads a cell; the error says in words why it holds no measurement.
pub(super) fn measurement(text: &str) -> Result<f64, &'static str> {
    match parse_number(text) {
        None => Err("not a number"),
        Some(v) if v.abs() >= SCPI_OVERFLOW => Err("an instrument's mark of a missing reading"),
        Some(v) => Ok(v),
    }
}

/// Names a cell that holds no measurement; its row is left out.
pub(super) fn bad_cell(text: &str, column: &str, why: &str, span: Span, out: &mut Capped) {
    out.push_with(Code::CELL_NOT_A_NUMBER, Severity::Warning, span, || {
        let (text, column) = (shown(text), shown(column));
        let message = match text.as_str() {
            "" => format!("a cell in column `{column}` is empty"),
            _ => format!("`{text}` in column `{column}` is {why}"),
        };
        Diagnostic::warning(Code::CELL_NOT_A_NUMBER, message).label(span, "this row is left out")
    });
}

/// Names a row with too few or too many cells; the row is left out.
pub(super) fn bad_row(found: usize, wanted: usize, span: Span, out: &mut Capped) {
    out.push_with(Code::ROW_CELLS, Severity::Warning, span, || {
        let cells = if found == 1 { "cell" } else { "cells" };
        let message = format!("the row has {found} {cells}, its heading has {wanted}");
        Diagnostic::warning(Code::ROW_CELLS, message).label(span, "this row is left out")
    });
}

/// Counts the rows of a source and says when too many were lost.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct RowCount {
    pub(super) used: usize,
    pub(super) lost: usize,
}

impl RowCount {
    /// Complains about a source without usable rows, or with too many damaged ones; true when
    /// there are rows to be used.
    pub(super) fn judge(self, place: Span, out: &mut Capped) -> bool {
        let all = self.used + self.lost;
        if self.used == 0 {
            let message = if all == 0 {
                String::from("the source holds no rows")
            } else {
                format!("none of the {all} rows can be used")
            };
            out.push(Diagnostic::error(Code::SOURCE_EMPTY, message).at(place));
        } else if self.lost as f64 > LOST_SHARE * all as f64 {
            out.push(
                Diagnostic::error(
                    Code::ROWS_LOST,
                    format!("{} of {all} rows are damaged", self.lost),
                )
                .at(place)
                .help("repair the file, or delete the rows that were not measured"),
            );
        }
        self.used > 0
    }
}

/// The numbers that a source may still bring.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget(usize);

impl Budget {
    pub(super) fn new() -> Self {
        Budget(MAX_NUMBERS)
    }

    /// Takes some; false when there are not as many left.
    pub(super) fn take(&mut self, count: usize) -> bool {
        match self.0.checked_sub(count) {
            Some(left) => {
                self.0 = left;
                true
            }
            None => {
                self.0 = 0;
                false
            }
        }
    }
}

/// The diagnostic of a source that brings too many numbers.
pub(super) fn too_many(span: Span) -> Diagnostic {
    Diagnostic::error(
        Code::SOURCE_TOO_LARGE,
        format!("the source holds more than {MAX_NUMBERS} numbers"),
    )
    .label(span, "what follows is not read")
    .help("split it into one file for each set-up")
}
