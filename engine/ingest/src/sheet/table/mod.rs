//! Tables of characteristics: header words, number columns, rules and meaning as joint evidence.
//!
//! Finding gives [`Table`]s: cells in columns of known roles, merged cells already given to every
//! row that they hold for. Reading turns their rows into parameters.

mod find;
mod read;

pub use find::{Found, find, find_after};
pub use read::parameters;

use super::text::Word;
pub use espice_facts::Section;
use espice_pdf::Rect;

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Role {
    /// The quantity in words: "Forward voltage".
    Name,
    /// Its symbol: VF.
    Symbol,
    /// Test conditions.
    Conditions,
    /// Lower limit.
    Min,
    /// Typical value.
    Typ,
    /// Upper limit.
    Max,
    /// One value, a rating or a typical value as the section says ("Value", "Rating", "Ratings").
    Value,
    /// Numbers beside the values whose head says nothing: any of the limits, or something else.
    Unnamed,
    /// Unit.
    Unit,
    /// The parts that a row is for ("Type", "Device").
    Part,
    /// A figure or note reference, or anything else that carries no value.
    Other,
}

/// A table on one page.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// Page, from 1.
    pub page: u32,
    /// The box around header and rows.
    pub area: Rect,
    /// The words above it: "Electrical Characteristics".
    pub title: String,
    /// What the table says of all its rows: "TA = 25°C unless otherwise noted".
    pub preamble: Vec<Word>,
    /// Its columns from left to right.
    pub columns: Vec<Column>,
    /// Its rows from top to bottom.
    pub rows: Vec<Row>,
    /// Footnotes below: mark and text.
    pub notes: Vec<(String, String)>,
}

/// A column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// What it holds.
    pub role: Role,
    /// The words of its header, of both levels.
    pub header: String,
    /// Where its cells lie.
    pub x: [f64; 2],
    /// Of a column for some parts of the family only: their names from the header. A table with a
    /// column of values for each part has several columns of the same role.
    pub parts: Vec<String>,
}

/// A row: one set of values.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// The box around the row's own words.
    pub area: Rect,
    /// Section, from group headings inside the table or from the table's title.
    pub section: Section,
    /// The cells, in the order of the columns; several conditions cells may belong to one row.
    pub cells: Vec<Cell>,
    /// Marks of notes at the heading above it.
    pub marks: Vec<String>,
    /// Why the structure is not sure, in words; empty when it is.
    pub doubts: Vec<String>,
}

/// One cell's words as they hold for one row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cell {
    /// Index into [`Table::columns`].
    pub column: usize,
    /// The words, in reading order, over all its lines.
    pub words: Vec<Word>,
    /// The box around the words.
    pub area: Rect,
    /// Whether the cell is shared with other rows (merged or inherited from above).
    pub shared: bool,
}

impl Cell {
    /// The words with one blank between them.
    pub fn text(&self) -> String {
        self.words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ")
    }
}

impl Table {
    /// The cells of a row in columns of a role.
    pub fn cells<'a>(&'a self, row: &'a Row, role: Role) -> impl Iterator<Item = &'a Cell> {
        row.cells
            .iter()
            .filter(move |c| self.columns.get(c.column).is_some_and(|col| col.role == role))
    }
}
