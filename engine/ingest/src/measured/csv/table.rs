//! The rows of a table, column by column.

use super::cells::{CellError, Decimals, content, split};
use super::heading::{Column, Meaning};
use crate::measured::text::{Budget, RowCount, bad_cell, bad_row, lines, span_of, too_many};
use espice_base::{Capped, Code, Diagnostic, FileId, Severity, Span};
use espice_facts::Device;
use std::collections::{BTreeMap, BTreeSet};

/// The most texts that parts and labels may have.
const MAX_TEXTS: usize = 10_000;

/// A table that was read.
pub(super) struct Table<'s> {
    pub(super) file: FileId,
    pub(super) columns: Vec<Column<'s>>,
    /// One list for each column, in SI; empty for keys.
    pub(super) values: Vec<Vec<f64>>,
    /// The part and the label of each row, as indices into `texts`.
    pub(super) keys: Vec<[usize; 2]>,
    /// Texts of keys in the order of their appearance; the first is empty.
    pub(super) texts: Vec<String>,
    /// Where each row stands: start and end.
    pub(super) places: Vec<[u32; 2]>,
    pub(super) rows: RowCount,
}

impl<'s> Table<'s> {
    /// Reads the rows after the heading.
    pub(super) fn read(
        text: &str,
        body_start: usize,
        separator: char,
        columns: Vec<Column<'s>>,
        file: FileId,
        out: &mut Capped,
    ) -> Table<'s> {
        let mut reader = Rows {
            decimals: Decimals::new(separator),
            numbers: Vec::new(),
            indices: BTreeMap::from([(String::new(), 0)]),
            separator,
            table: Table {
                file,
                values: vec![Vec::new(); columns.len()],
                columns,
                keys: Vec::new(),
                texts: vec![String::new()],
                places: Vec::new(),
                rows: RowCount::default(),
            },
        };
        let mut budget = Budget::new();
        let body = text.get(body_start..).unwrap_or_default();
        for (offset, line) in lines(body) {
            let trimmed = line.trim();
            let start = body_start + offset;
            let blank = trimmed.chars().all(|c| c == separator || c.is_whitespace());
            if blank || trimmed.starts_with('#') || trimmed.starts_with("\"#") {
                continue;
            }
            // Two more for the keys and the place.
            if !budget.take(reader.table.columns.len() + 3) {
                out.push(too_many(span_of(file, start, line, trimmed)));
                break;
            }
            match reader.row(start, line, out) {
                Some(()) => reader.table.rows.used += 1,
                None => reader.table.rows.lost += 1,
            }
            if reader.table.texts.len() > MAX_TEXTS {
                let message =
                    format!("the table tells more than {MAX_TEXTS} curves or parts apart");
                out.push(
                    Diagnostic::error(Code::SOURCE_TOO_LARGE, message)
                        .label(span_of(file, start, line, trimmed), "what follows is not read"),
                );
                break;
            }
        }
        reader.table
    }

    /// Number of rows.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// The values of a column.
    pub(super) fn column(&self, index: usize) -> &[f64] {
        self.values.get(index).map_or(&[], Vec::as_slice)
    }

    /// Whether all rows hold one value.
    pub(super) fn is_constant(&self, index: usize) -> bool {
        self.column(index).windows(2).all(|p| matches!(p, [a, b] if a == b))
    }

    /// How often the value changes from one row to the next with the same part and label.
    pub(super) fn changes(&self, index: usize) -> usize {
        let same_key = |at: usize| self.keys.get(at) == self.keys.get(at + 1);
        let pairs = self.column(index).windows(2).enumerate();
        pairs.filter(|(at, p)| same_key(*at) && matches!(p, [a, b] if a != b)).count()
    }

    /// The place from one row to another.
    pub(super) fn span(&self, first: usize, last: usize) -> Span {
        let at = |row: usize| {
            let [start, end] = self.places.get(row).copied().unwrap_or_default();
            Span { file: self.file, start, end }
        };
        at(first).to(at(last))
    }

    /// The text of a key.
    pub(super) fn text(&self, key: usize) -> &str {
        self.texts.get(key).map_or("", String::as_str)
    }

    /// The parts that the rows name: one is the device's, several are those of a family.
    pub(super) fn parts_into(&self, device: &mut Device) {
        // Texts are numbered in the order of their appearance.
        let used: BTreeSet<usize> = self.keys.iter().map(|[part, _]| *part).collect();
        let parts: Vec<&str> =
            used.into_iter().map(|part| self.text(part)).filter(|name| !name.is_empty()).collect();
        match parts.as_slice() {
            [] => {}
            [one] => {
                device.part.get_or_insert_with(|| String::from(*one));
            }
            several => device.parts = several.iter().map(|p| String::from(*p)).collect(),
        }
    }
}

/// What reading rows needs beside the table.
struct Rows<'s> {
    table: Table<'s>,
    decimals: Decimals,
    /// The row's numbers, kept to spare an allocation for each row.
    numbers: Vec<f64>,
    indices: BTreeMap<String, usize>,
    separator: char,
}

impl Rows<'_> {
    /// Takes a row, or names what is wrong with it.
    fn row(&mut self, start: usize, line: &str, out: &mut Capped) -> Option<()> {
        let file = self.table.file;
        let span = span_of(file, start, line, line.trim());
        let Some(mut cells) = split(line, self.separator, false) else {
            out.push_with(Code::ROW_CELLS, Severity::Warning, span, || {
                Diagnostic::warning(Code::ROW_CELLS, "a quote is not closed on its line")
                    .label(span, "this row is left out")
            });
            return None;
        };
        let wanted = self.table.columns.len();
        while cells.len() > wanted && cells.last().is_some_and(|c| c.is_empty()) {
            cells.pop();
        }
        if cells.len() != wanted {
            bad_row(cells.len(), wanted, span, out);
            return None;
        }
        self.numbers.clear();
        for (cell, column) in cells.iter().zip(&self.table.columns) {
            if column.meaning.is_key() {
                self.numbers.push(0.0);
                continue;
            }
            let place = span_of(file, start, line, cell);
            match self.decimals.read(cell, &column.scale, place) {
                Ok(number) => self.numbers.push(number),
                Err(CellError::NoNumber(why)) => {
                    bad_cell(cell, &column.name, why, place, out);
                    return None;
                }
                Err(CellError::Mixed(diagnostic)) => {
                    out.push(*diagnostic);
                    return None;
                }
            }
        }
        let mut key = [0; 2];
        for (index, cell) in cells.iter().enumerate() {
            let slot = match self.table.columns.get(index).map(|c| &c.meaning) {
                Some(Meaning::Part) => &mut key[0],
                Some(Meaning::Label) => &mut key[1],
                _ => {
                    let number = self.numbers.get(index).copied();
                    if let (Some(list), Some(number)) = (self.table.values.get_mut(index), number) {
                        list.push(number);
                    }
                    continue;
                }
            };
            let text = content(cell);
            *slot = match self.indices.get(text.as_ref()) {
                Some(index) => *index,
                None => {
                    let index = self.table.texts.len();
                    self.table.texts.push(text.to_string());
                    self.indices.insert(text.to_string(), index);
                    index
                }
            };
        }
        self.table.keys.push(key);
        self.table.places.push([span.start, span.end]);
        Some(())
    }
}
