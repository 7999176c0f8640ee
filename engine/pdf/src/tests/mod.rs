//! Small PDFs written as people would, and what must be seen in them.

mod documents;
mod graphics;
mod texts;

use crate::{Document, Page, PdfLimits};
use espice_base::{Diagnostics, FileId};

/// A PDF of numbered objects, the first one numbered 1; streams need no `/Length`.
fn pdf(objects: &[&[u8]]) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let mut offsets = Vec::new();
    for (i, object) in objects.iter().enumerate() {
        offsets.push(bytes.len());
        bytes.extend(format!("{} 0 obj\n", i + 1).bytes());
        bytes.extend(*object);
        bytes.extend(b"\nendobj\n");
    }
    let start = bytes.len();
    bytes.extend(format!("xref\n0 {}\n0000000000 65535 f \n", offsets.len() + 1).bytes());
    for offset in &offsets {
        bytes.extend(format!("{offset:010} 00000 n \n").bytes());
    }
    let size = offsets.len() + 1;
    bytes.extend(
        format!("trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n").bytes(),
    );
    bytes
}

/// A stream object.
fn stream(dict: &str, content: impl AsRef<[u8]>) -> Vec<u8> {
    let content = content.as_ref();
    let head = format!("<</Length {} {dict}>>\nstream\n", content.len());
    [head.as_bytes(), content, b"\nendstream"].concat()
}

/// A document with one page of 200 by 100 points: entries of the page, its content, and more
/// objects from number 5.
fn one_page(entries: &str, content: impl AsRef<[u8]>, more: &[&[u8]]) -> Vec<u8> {
    let page = format!("<</Type/Page/Parent 2 0 R/Contents 4 0 R {entries}>>");
    let content = stream("", content);
    let mut objects: Vec<&[u8]> = vec![
        b"<</Type/Catalog/Pages 2 0 R/OCProperties<</D<</OFF[9 0 R]>>>>>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]/MediaBox[0 0 200 100]>>",
        page.as_bytes(),
        &content,
    ];
    objects.extend(more);
    pdf(&objects)
}

fn open(bytes: &[u8]) -> (Document, Diagnostics) {
    Document::open(bytes, FileId(0), &PdfLimits::default()).unwrap()
}

/// The page of [`one_page`].
fn read(entries: &str, content: impl AsRef<[u8]>, more: &[&[u8]]) -> Page {
    open(&one_page(entries, content, more)).0.page(0).0
}

/// The codes of a page's diagnostics, and how it was read.
fn codes(content: impl AsRef<[u8]>, limits: &PdfLimits) -> Vec<String> {
    let bytes = one_page("", content, &[]);
    let (document, _) = Document::open(&bytes, FileId(0), limits).unwrap();
    let (page, diagnostics) = document.page(0);
    let mut all: Vec<String> = diagnostics.iter().map(|d| String::from(d.code.as_str())).collect();
    all.push(format!("{:?}", page.reading));
    all
}

/// A font with known widths: every code from 32 to 126 is half an em wide.
const FONT: &str = "<</Type/Font/Subtype/Type1/BaseFont/Made-Up/FirstChar 32/LastChar 126\
    /Encoding/WinAnsiEncoding/Widths[";

fn font() -> Vec<u8> {
    let widths = "500 ".repeat(95);
    let descriptor = "/FontDescriptor<</Type/FontDescriptor/FontName/Made-Up/Flags 32\
        /Ascent 700/Descent -200>>";
    format!("{FONT}{widths}]{descriptor}>>").into_bytes()
}
