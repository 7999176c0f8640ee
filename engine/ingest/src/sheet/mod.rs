//! Datasheets: pages become words and lines ([`text`]), tables ([`table`]) and plots ([`plot`]);
//! what they say becomes facts.
//!
//! Everything read has a status: served, review or refused, with its reasons. A value that is
//! not sure is never served, and nothing that was seen is dropped without a word.

pub mod identity;
pub mod plot;
pub mod quality;
pub mod table;
pub mod text;

use crate::Reading;
use espice_base::{Cancellation, Code, Diagnostic, Digest, FileId, Place};
use espice_facts::{Facts, Source, SourceFormat, SymbolTable};
use espice_pdf::{Document, Page, PdfLimits};

/// A datasheet as it was read: what stands on its pages, before it is facts.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// File name without folders.
    pub name: String,
    /// The source that places refer to.
    pub file: FileId,
    /// Its pages.
    pub pages: Vec<SheetPage>,
    /// What it is about, and what each page is for.
    pub identity: identity::Identity,
    /// Its tables.
    pub tables: Vec<table::Table>,
    /// Its plots, the refused ones too.
    pub panels: Vec<plot::Panel>,
    /// What the document itself is like.
    pub quality: quality::Quality,
    /// Whether it was read as written, with repairs, or not to its end.
    pub reading: espice_pdf::Reading,
}

/// A page and its text.
#[derive(Clone, Debug)]
pub struct SheetPage {
    /// What is seen on it.
    pub page: Page,
    /// Its words and lines.
    pub text: text::TextPage,
}

/// Reads a datasheet: `name` is its file name without folders, `file` its place in the source map.
///
/// A document that cannot be opened gives a coded error and no sheet; whatever can be read of a
/// damaged one is read, and diagnostics name what is missing. Once it is cancelled, no further
/// page is looked at.
pub(crate) fn read(
    cancellation: &Cancellation,
    bytes: &[u8],
    name: &str,
    file: FileId,
    symbols: &SymbolTable,
) -> Reading {
    let wanted = || !cancellation.is_cancelled();
    let (document, mut diagnostics) = match Document::open(bytes, file, &PdfLimits::default()) {
        Ok(opened) => opened,
        Err(complaint) => {
            return Reading {
                diagnostics: [complaint].into_iter().collect(),
                ..Reading::default()
            };
        }
    };
    let mut sheet = Sheet {
        name: name.to_string(),
        file,
        pages: Vec::new(),
        identity: identity::Identity::default(),
        tables: Vec::new(),
        panels: Vec::new(),
        quality: quality::Quality::default(),
        reading: document.reading(),
    };
    for index in (0..document.page_count()).take_while(|_| wanted()) {
        let (mut page, complaints) = document.page(index);
        let signs = text::signs(&page);
        page.glyphs.extend(signs);
        diagnostics.extend(complaints);
        let text = text::read(&page);
        sheet.reading = sheet.reading.max(page.reading);
        sheet.pages.push(SheetPage { page, text });
    }
    let (quality, complaints) = quality::assess(&sheet.pages, document.encrypted(), file);
    sheet.quality = quality;
    diagnostics.extend(complaints);
    for SheetPage { page, text } in sheet.pages.iter().take_while(|_| wanted()) {
        let found = table::find_after(page, text, sheet.tables.last());
        if found.cut {
            let area = [0.0, 0.0, page.width, page.height];
            let place = Place::Page { file, page: page.number, area };
            let text = "the page holds more lines or words than tables are looked for in";
            let help = "compare the page with what was read: tables may be missing";
            diagnostics.push(Diagnostic::warning(Code::PDF_LIMIT, text).at(place).help(help));
        }
        diagnostics.extend(found.lost.iter().map(|area| lost_table(page, *area, file)));
        sheet.tables.extend(found.tables);
    }
    let info = document.info();
    sheet.identity = identity::identify(&sheet.pages, &sheet.tables, &info, name, symbols);
    let identity = sheet.identity.clone();
    // What scans do not say needs no words of its own.
    if !sheet.quality.is_all_scans() {
        diagnostics.extend(identity.open(file));
    }
    let (kind, parts) = (identity.kind.as_deref(), identity.all_parts());
    let parts = parts.as_slice();
    let (parameters, complaints) = table::parameters(&sheet.tables, file, symbols, kind, parts);
    diagnostics.extend(complaints);
    let units = parameters
        .iter()
        .filter(|p| !p.printed_unit.is_empty())
        .map(|p| (p.symbol.clone(), p.printed_unit.clone()));
    let names = plot::Names::new(symbols, kind, parts).with_units(units);
    for SheetPage { page, text } in sheet.pages.iter().take_while(|_| wanted()) {
        let found = plot::find(page, text);
        if found.cut {
            diagnostics.push(too_many_lines(page, file));
        }
        for mut plot in found.plots.into_iter().take_while(|_| wanted()) {
            plot::curves(page, text, &mut plot, &names);
            sheet.panels.push(plot.panel);
        }
    }
    plot::compare_axes(&mut sheet.panels);
    if sheet.identity.polarity.is_none() {
        let kind = kind.and_then(|k| symbols.kind(k));
        sheet.identity.polarity = kind.and_then(|k| identity::by_signs(k, &parameters));
    }
    let device = sheet.identity.device();
    let dimension = |s: &str| symbols.symbol(s).map(|s| s.dimension);
    let curves =
        sheet.panels.iter().flat_map(|p| plot::facts::curves(p, file, dimension)).collect();
    let source = Source {
        file,
        name: name.to_string(),
        format: SourceFormat::Pdf,
        digest: Digest::of(bytes),
    };
    let facts = Facts { device, sources: vec![source], parameters, curves, ..Facts::default() };
    Reading { facts, sheet: Some(sheet), diagnostics }
}

fn lost_table(page: &Page, area: espice_pdf::Rect, file: FileId) -> Diagnostic {
    let message = "what looks like a table of electrical values gave no row";
    Diagnostic::warning(Code::SHEET_TABLE, message)
        .at(Place::Page { file, page: page.number, area: area.to_array() })
        .help("read these values from the page; they are not among the rows")
}

fn too_many_lines(page: &Page, file: FileId) -> Diagnostic {
    let message = format!("page {} has more lines than are looked at", page.number);
    let area = [0.0, 0.0, page.width, page.height];
    Diagnostic::warning(Code::SHEET_LINES, message)
        .at(Place::Page { file, page: page.number, area })
        .help("plots may be missing on this page, and those that were found are for review")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_that_gave_no_row_is_named() {
        let page = Page { number: 2, width: 595.0, height: 842.0, ..Page::default() };
        let area = espice_pdf::Rect { x0: 10.0, y0: 20.0, x1: 30.0, y1: 40.0 };
        let told = lost_table(&page, area, FileId(1));
        assert_eq!(told.code, Code::SHEET_TABLE);
        let places: Vec<Place> = told.labels.iter().map(|l| l.place).collect();
        let area = [10.0, 20.0, 30.0, 40.0];
        assert_eq!(places, [Place::Page { file: FileId(1), page: 2, area }]);
    }

    #[test]
    fn a_page_of_too_many_lines_is_named() {
        let page = Page { number: 3, width: 595.0, height: 842.0, ..Page::default() };
        let told = too_many_lines(&page, FileId(1));
        assert_eq!(told.code, Code::SHEET_LINES);
        assert!(told.message.starts_with("page 3 "), "{}", told.message);
        let area = [0.0, 0.0, 595.0, 842.0];
        let places: Vec<Place> = told.labels.iter().map(|l| l.place).collect();
        assert_eq!(places, [Place::Page { file: FileId(1), page: 3, area }]);
    }
}
