//! Readers of sources: PDF datasheets, IC-CAP MDM, CSV whose headings name quantities and units,
//! digitised curves, and the facts TOML of [`espice_facts::form`].
//!
//! Each reader is a pure function of a text: it does no input or output, never panics, and
//! returns what it could read beside the diagnostics of what it could not. Damaged rows are left
//! out and named; no number is repaired or guessed.

mod detect;
pub mod digitised;
pub mod measured;
mod merge;
pub mod sheet;

pub use detect::detect;
pub use measured::LOST_SHARE;
pub use merge::merge;

use espice_base::{Cancellation, Code, Diagnostic, Diagnostics, Digest, FileId, Place, SourceMap};
use espice_facts::{Facts, Source, SourceFormat, SymbolTable, form};

/// The largest source that is read, in bytes. With it, reading stays within 256 MiB of memory
/// whatever the bytes are.
pub const SOURCE_BYTES: usize = 16 << 20;

/// What a source gave.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// What it says, as far as it could be read.
    pub facts: Facts,
    /// Its pages and what was seen on them, when it is a datasheet.
    pub sheet: Option<sheet::Sheet>,
    /// What could not be read, and why.
    pub diagnostics: Diagnostics,
}

/// Reads a source that the caller has loaded: finds its form, files its text under `name` in the
/// source map, and reads it.
///
/// `name` may hold folders; the facts keep the part after the last one.
pub fn read(bytes: &[u8], name: &str, sources: &mut SourceMap, symbols: &SymbolTable) -> Reading {
    read_until(&Cancellation::default(), bytes, name, sources, symbols)
}

/// The same, unless it is cancelled: then what is missing is not told, for the caller knows.
pub fn read_until(
    cancellation: &Cancellation,
    bytes: &[u8],
    name: &str,
    sources: &mut SourceMap,
    symbols: &SymbolTable,
) -> Reading {
    let format = detect(name, bytes);
    let oversized = bytes.len() > SOURCE_BYTES;
    let (Some(format), false) = (format, oversized) else {
        // Not filed as text: a binary or huge file would only cost memory.
        let file = sources.add(name, "");
        let diagnostic = if oversized { too_large(bytes.len()) } else { unknown_form() };
        let diagnostics = [diagnostic.at(Place::File(file))].into_iter().collect();
        return Reading { diagnostics, ..Reading::default() };
    };
    let mut reading = if format == SourceFormat::Pdf {
        sheet::read(cancellation, bytes, base_name(name), sources.add(name, ""), symbols)
    } else {
        let file = sources.add_bytes(name, bytes);
        let text = sources.get(file).map_or("", |f| f.text());
        let (facts, diagnostics) = read_text(format, text, file, name, symbols);
        Reading { facts, sheet: None, diagnostics }
    };
    // The digest is that of the bytes even where they were not UTF-8.
    reading.facts.sources.iter_mut().for_each(|s| s.digest = Digest::of(bytes));
    reading
}

/// Reads a text of a known form; `file` is the text's id, to which all places refer. A datasheet
/// is no text, and cards are read by who knows netlists: they have none of the forms read here.
pub fn read_text(
    format: SourceFormat,
    text: &str,
    file: FileId,
    name: &str,
    symbols: &SymbolTable,
) -> (Facts, Diagnostics) {
    let name = base_name(name);
    match format {
        SourceFormat::Mdm => measured::mdm::read(text, file, name),
        SourceFormat::Csv => measured::csv::read(text, file, name, symbols),
        SourceFormat::Facts => form::read(text, file, name, symbols),
        SourceFormat::Digitised => digitised::read(text, file, name, symbols),
        SourceFormat::Pdf | SourceFormat::Card => {
            (Facts::default(), [unknown_form().at(Place::File(file))].into_iter().collect())
        }
    }
}

fn too_large(size: usize) -> Diagnostic {
    Diagnostic::error(
        Code::SOURCE_TOO_LARGE,
        format!("the source has {size} bytes, more than {SOURCE_BYTES}"),
    )
    .help("split it into one file for each set-up")
}

fn unknown_form() -> Diagnostic {
    Diagnostic::error(Code::SOURCE_FORM, "the form of this source is not known")
        .help("give a PDF datasheet, an IC-CAP MDM file, a CSV whose headings carry units, digitised curves as JSON, or a facts TOML")
}

/// A name without its folders.
fn base_name(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}

/// A name without folders and without its last extension.
fn stem(name: &str) -> &str {
    let base = base_name(name);
    base.rsplit_once('.').map_or(base, |(stem, _)| stem)
}

/// The source entry of a text.
fn source(text: &str, file: FileId, name: &str, format: SourceFormat) -> Source {
    let name = base_name(name).to_string();
    Source { file, name, format, digest: Digest::of(text.as_bytes()) }
}
