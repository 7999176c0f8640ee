//! What a sheet is about: part or parts, maker, kind and polarity, package, revision; and what
//! each of its pages is for.
//!
//! Evidence is weighed, and what it does not settle stays open: a kind that is guessed would name
//! every row wrong.

mod maker;
mod seen;

use super::SheetPage;
use super::table::Table;
use espice_facts::SymbolTable;
use espice_pdf::{Info, Rect};

/// What a sheet is about.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Identity {
    /// The part, of a sheet of one.
    pub part: Option<String>,
    /// The parts of a family's sheet; empty when there is but one.
    pub parts: Vec<String>,
    /// Maker.
    pub maker: Option<String>,
    /// Revision or date, as it is printed.
    pub revision: Option<String>,
    /// Device kind of the symbol table.
    pub kind: Option<String>,
    /// Polarity of the kind.
    pub polarity: Option<String>,
    /// Package.
    pub package: Option<String>,
    /// What said so.
    pub evidence: Vec<Evidence>,
}

/// Words on a page that settle something.
#[derive(Clone, PartialEq, Debug)]
pub struct Evidence {
    /// What they settle: `maker`.
    pub what: &'static str,
    /// Page, from 1.
    pub page: u32,
    /// Where they stand.
    pub area: Rect,
    /// The words.
    pub words: String,
}

/// Finds out what a sheet is about.
pub fn identify(
    pages: &[SheetPage],
    _tables: &[Table],
    info: &Info,
    _file_name: &str,
    _symbols: &SymbolTable,
) -> Identity {
    let seen = seen::all(pages);
    let mut evidence = Vec::new();
    let (maker, at) = maker::find(&seen, info);
    if let Some(line) = at.and_then(|at| seen.get(at)) {
        evidence.push(Evidence {
            what: "maker",
            page: line.page,
            area: line.area,
            words: line.text.clone(),
        });
    }
    Identity { maker, evidence, ..Identity::default() }
}
