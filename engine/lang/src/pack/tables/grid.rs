//! The cells of a table as it was written: CSV, or the text of a spreadsheet.

use espice_base::{FileId, Span};

/// One cell as written.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) span: Span,
}

/// The rows of a table.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Grid {
    /// Rows that hold something, without comments.
    pub(super) rows: Vec<Vec<Cell>>,
    /// Whether numbers may have a decimal comma: semicolons set the cells apart.
    pub(super) comma: bool,
}

/// Lines of a table that are looked at to tell what sets cells apart.
const LOOK: usize = 20;

/// The cells of a text (RFC 4180; blanks around cells are dropped). Cells are set apart by
/// commas, semicolons or tabs, whichever there are most of; a line that begins with `#` is a
/// comment.
pub(super) fn grid(text: &str, file: FileId, is_sheet: bool) -> Grid {
    let separator = if is_sheet { '\t' } else { separator(text) };
    let reader = Reader { text, file, separator, quotes: !is_sheet };
    let mut rows = reader.rows();
    rows.retain(|row| {
        let comment = row.first().is_some_and(|c| c.text.starts_with('#') && !is_sheet);
        !comment && row.iter().any(|c| !c.text.is_empty())
    });
    Grid { rows, comma: separator == ';' }
}

/// What sets cells apart: the character that most lines hold outside quotes.
fn separator(text: &str) -> char {
    let mut best = (',', 0);
    for candidate in [',', ';', '\t'] {
        let holds = |line: &&str| {
            let mut quoted = false;
            line.chars().any(|c| {
                quoted ^= c == '"';
                c == candidate && !quoted
            })
        };
        let lines = text.lines().filter(|l| !l.starts_with('#') && !l.trim().is_empty());
        let count = lines.take(LOOK).filter(holds).count();
        if count > best.1 {
            best = (candidate, count);
        }
    }
    // A semicolon beside commas means that the commas stand in numbers.
    let semicolons = text.lines().take(LOOK).filter(|l| l.contains(';')).count();
    if best.0 == ',' && semicolons >= best.1 { ';' } else { best.0 }
}

struct Reader<'t> {
    text: &'t str,
    file: FileId,
    separator: char,
    quotes: bool,
}

impl Reader<'_> {
    fn rows(&self) -> Vec<Vec<Cell>> {
        let mut rows = Vec::new();
        let mut row = Vec::new();
        let mark = '\u{feff}';
        let mut at = if self.text.starts_with(mark) { mark.len_utf8() } else { 0 };
        loop {
            let (cell, length) = self.cell(at);
            row.push(cell);
            at += length;
            let next = self.text.get(at..).and_then(|t| t.chars().next());
            at += next.map_or(0, char::len_utf8);
            if next != Some(self.separator) {
                rows.push(std::mem::take(&mut row));
            }
            if next.is_none() {
                return rows;
            }
        }
    }

    /// The cell at a place and its length up to what ends it.
    fn cell(&self, at: usize) -> (Cell, usize) {
        let text = self.text.get(at..).unwrap_or("");
        let ends = [self.separator, '\n'];
        let blanks = text.len()
            - text.trim_start_matches(|c| c == ' ' || c == '\t' && self.separator != '\t').len();
        let quoted = text.get(blanks..).and_then(|t| t.strip_prefix('"'));
        if let Some(quoted) = quoted.filter(|_| self.quotes) {
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
                    let length = end + rest.find(ends).unwrap_or(rest.len());
                    let span = Span::new(self.file, at + blanks, at + end);
                    return (Cell { text: value, span }, length);
                }
            }
        }
        let length = text.find(ends).unwrap_or(text.len());
        let raw = text.get(..length).unwrap_or("");
        let value = raw.trim();
        let lead = raw.len() - raw.trim_start().len();
        let span = Span::new(self.file, at + lead, at + lead + value.len());
        (Cell { text: value.to_string(), span }, length)
    }
}
