//! What a sheet is about: part or parts, maker, kind and polarity, package, revision; and what
//! each of its pages is for.
//!
//! Evidence is weighed, and what it does not settle stays open: a kind that is guessed would name
//! every row wrong.

mod kind;
mod maker;
mod name;
mod package;
mod page;
mod part;
mod polarity;
mod revision;
mod seen;

pub use page::PageKind;
pub(crate) use polarity::by_signs;

use super::SheetPage;
use super::table::Table;
use espice_base::{Code, Diagnostic, Diagnostics, FileId, Place};
use espice_facts::{Device, SymbolTable};
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
    /// Class of the kind that the title names.
    pub class: Option<String>,
    /// Polarity of the kind.
    pub polarity: Option<String>,
    /// Package.
    pub package: Option<String>,
    /// What each page is for, in the order of the pages; a page may be for several things.
    pub pages: Vec<Vec<PageKind>>,
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
    tables: &[Table],
    info: &Info,
    file_name: &str,
    symbols: &SymbolTable,
) -> Identity {
    let mut seen = seen::all(pages);
    let (titles, title_page) = seen::mark_titles(&mut seen);
    let (maker, maker_line) = maker::find(&seen, info);
    let parts = part::find(&seen, &titles, tables, info, file_name);
    let kind = kind::find(&seen, &titles, tables, info, symbols);
    let packages = package::found(&seen);
    let package = match packages.as_slice() {
        [] => None,
        // Several packages of several parts: none of them is the sheet's.
        [_, _, ..] if parts.names.len() > 1 => None,
        all => all.iter().rev().max_by_key(|p| p.1),
    };
    let revision = revision::find(&seen);
    let settled = [
        ("maker", maker_line),
        ("part", parts.line),
        ("kind", kind.line),
        ("package", package.map(|p| p.2)),
        ("revision", revision.as_ref().map(|r| r.1)),
    ];
    let evidence = settled.into_iter().filter_map(|(what, at)| {
        let line = seen.get(at?)?;
        Some(Evidence { what, page: line.page, area: line.area, words: line.text.clone() })
    });
    let evidence = evidence.collect();
    let (part, parts) = match parts.names.as_slice() {
        [] => (None, Vec::new()),
        [one] => (Some(one.clone()), Vec::new()),
        _ => (None, parts.names),
    };
    Identity {
        part,
        parts,
        maker,
        revision: revision.map(|r| r.0),
        kind: kind.name,
        class: kind.class,
        polarity: kind.polarity,
        package: package.map(|p| p.0.clone()),
        pages: page::kinds(pages, &seen, tables, title_page),
        evidence,
    }
}

impl Identity {
    /// The device as facts know it.
    pub fn device(&self) -> Device {
        Device {
            part: self.part.clone(),
            parts: self.parts.clone(),
            maker: self.maker.clone(),
            kind: self.kind.clone(),
            class: self.class.clone(),
            polarity: self.polarity.clone(),
            package: self.package.clone(),
            ..Device::default()
        }
    }

    /// All parts that rows and curves can be for.
    pub fn all_parts(&self) -> Vec<String> {
        self.part.iter().chain(&self.parts).cloned().collect()
    }

    /// What the sheet does not say.
    pub fn open(&self, file: FileId) -> Diagnostics {
        let mut out = Diagnostics::new();
        if self.kind.is_none() {
            out.push(
                Diagnostic::note(
                    Code::SHEET_KIND,
                    "the sheet does not say what kind of device it is about",
                )
                .at(Place::File(file))
                .help("state the kind (`kind`)"),
            );
        }
        if self.part.is_none() && self.parts.is_empty() {
            out.push(
                Diagnostic::note(Code::SHEET_PART, "the sheet does not say which part it is about")
                    .at(Place::File(file))
                    .help("state the part (`part`); else the file's name is taken"),
            );
        }
        out
    }
}

#[cfg(test)]
mod tests;
