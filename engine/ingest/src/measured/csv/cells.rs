//! Lines taken apart into cells; numbers with a decimal point or comma.

use crate::measured::text::{MAX_COLUMNS, measurement};
use espice_base::{Code, Diagnostic, Span};
use espice_facts::UnitScale;
use std::borrow::Cow;

/// The separator of a heading line: tab before semicolon before comma, outside quotes and
/// brackets.
pub(super) fn separator(heading: &str) -> Option<char> {
    ['\t', ';', ','].into_iter().find(|s| split(heading, *s, true).is_some_and(|c| c.len() > 1))
}

/// The cells of a line as they stand, trimmed; `None` when a quote is not closed. At most one
/// cell more than a table may have. With `brackets`, separators inside brackets do not count, as
/// in the heading `V(a,k) (V)`.
pub(super) fn split(line: &str, separator: char, brackets: bool) -> Option<Vec<&str>> {
    let mut cells = Vec::new();
    let mut from = 0;
    let (mut quoted, mut depth) = (false, 0_i32);
    for (at, c) in line.char_indices() {
        match c {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' if brackets => depth += 1,
            ')' | ']' if brackets => depth -= 1,
            c if c == separator && depth <= 0 => {
                cells.push(line.get(from..at)?.trim());
                from = at + c.len_utf8();
                if cells.len() > MAX_COLUMNS {
                    return Some(cells);
                }
            }
            _ => {}
        }
    }
    cells.push(line.get(from..)?.trim());
    (!quoted).then_some(cells)
}

/// A cell without its quotes.
pub(super) fn content(cell: &str) -> Cow<'_, str> {
    let inner = cell.strip_prefix('"').and_then(|c| c.strip_suffix('"'));
    match inner {
        Some(inner) if inner.contains('"') => Cow::Owned(inner.replace("\"\"", "\"")),
        Some(inner) => Cow::Borrowed(inner.trim()),
        None => Cow::Borrowed(cell),
    }
}

/// Reads the numbers of one file, which writes decimals in one way.
#[derive(Debug)]
pub(super) struct Decimals {
    /// Whether a comma can be decimal: not where it separates cells.
    comma_allowed: bool,
    /// The first cell that settles the question: the mark and where.
    seen: Option<(char, Span)>,
}

/// Why a cell gives no number.
pub(super) enum CellError {
    /// It holds no measurement, for this reason.
    NoNumber(&'static str),
    /// Its decimal mark is not that of the cells before; the whole file is in doubt.
    Mixed(Box<Diagnostic>),
}

impl Decimals {
    pub(super) fn new(separator: char) -> Self {
        Decimals { comma_allowed: separator != ',', seen: None }
    }

    /// The SI value of a cell.
    pub(super) fn read(
        &mut self,
        cell: &str,
        scale: &UnitScale,
        span: Span,
    ) -> Result<f64, CellError> {
        let cell = content(cell);
        if cell.is_empty() {
            return Err(CellError::NoNumber("empty"));
        }
        let comma = self.comma_allowed && cell.contains(',');
        let number = if comma && !cell.contains('.') {
            Cow::Owned(cell.replacen(',', ".", 1))
        } else {
            cell
        };
        measurement(&number).map_err(CellError::NoNumber)?;
        let mark = if comma { ',' } else { '.' };
        if number.contains('.') {
            let (first, place) = *self.seen.get_or_insert((mark, span));
            if first != mark {
                return Err(CellError::Mixed(Box::new(mixed(mark, span, first, place))));
            }
        }
        scale.read(&number).ok_or(CellError::NoNumber("not a number"))
    }
}

fn mixed(mark: char, span: Span, first: char, place: Span) -> Diagnostic {
    Diagnostic::error(
        Code::DECIMALS_MIXED,
        format!("a decimal `{mark}` stands in a file that writes decimals with `{first}`"),
    )
    .label(span, "this row is left out")
    .label(place, format!("a decimal `{first}`"))
    .help("write all numbers in one way, without thousands separators")
}
