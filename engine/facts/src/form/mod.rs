//! The facts form: what a person writes while reading a datasheet, as TOML.
//!
//! ```toml
//! [device]
//! part = "1N4148"
//! kind = "diode"
//!
//! [[parameter]]
//! symbol = "VF"
//! max = "1 V"
//! conditions = { IF = "10 mA", TJ = "25 degC" }
//! page = 2
//!
//! [[parameter]]
//! symbol = "IR"
//! max = "5 uA"
//! conditions = { VR = "75 V", TJ = "150 degC" }
//! review = true
//!
//! [[curve]]
//! quantity = "IF(VF)"
//! family = { TJ = "25 degC" }
//! units = ["V", "mA"]
//! points = [[0.6, 1.0], [0.7, 9.0]]
//! origin = "digitised"
//! axis_error = "1 %"
//! ```
//!
//! Values are texts with their unit; pure numbers stand bare. Symbols are those of the
//! [`SymbolTable`], by canonical name or synonym; keys with brackets need quotes
//! (`"RDS(on)" = …`). A condition is a value (`"10 mA"`), a range (`"5 V .. 20 V"`, either end
//! may be missing) or a multiple of another symbol (`"0.1 * IF"`). `page` and `note` are for
//! the reader of the file: the provenance of an entry is its place, where both stand.
//!
//! [`read`] and [`to_toml`] are inverse to each other, places and sources aside.

mod condition;
mod curve;
mod device;
mod parameter;
mod sweep;
mod table;
mod write;

pub use write::to_toml;

use crate::{Facts, Source, SourceFormat, SymbolTable};
use espice_base::{Capped, Code, Diagnostic, Diagnostics, Digest, FileId, Place, Span};
use table::{Reader, Table};
use toml::de::DeTable;

/// The longest facts text that is read, in bytes; parsing takes up to a hundred times as much
/// memory.
pub const FACTS_BYTES: usize = 1 << 20;

/// The most tables that a facts text may hold: each takes about a kilobyte.
const FACTS_TABLES: usize = 60_000;

/// Texts up to this length are parsed again after a mistake to find the other mistakes.
const RECOVER_BYTES: usize = 64 << 10;

/// Reads a facts TOML.
///
/// Entries with a mistake are left out and named; the others are read. `name` is the file's
/// name without folders.
pub fn read(text: &str, file: FileId, name: &str, symbols: &SymbolTable) -> (Facts, Diagnostics) {
    let mut facts = Facts {
        sources: vec![Source {
            file,
            name: name.to_string(),
            format: SourceFormat::Facts,
            digest: Digest::of(text.as_bytes()),
        }],
        ..Facts::default()
    };
    let mut reader = Reader { file, symbols, kind: None, out: Capped::default() };
    let too_large = if text.len() > FACTS_BYTES {
        Some(format!("the facts file has {} bytes, more than {FACTS_BYTES}", text.len()))
    } else if table_estimate(text) > FACTS_TABLES {
        Some(format!("the facts file has more than {FACTS_TABLES} tables"))
    } else {
        None
    };
    if let Some(message) = too_large {
        reader.out.push(
            Diagnostic::error(Code::SOURCE_TOO_LARGE, message)
                .at(Place::File(file))
                .help("put long measured curves into CSV files and give both sources"),
        );
        return (facts, reader.out.finish());
    }
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    // Spans count from the start of the text as given.
    let offset = text.len() - body.len();
    match DeTable::parse(body) {
        Ok(root) => {
            let root = Table::root(root.get_ref(), offset);
            read_root(&root, &mut reader, &mut facts);
        }
        Err(first) => report_syntax(body, offset, first, &mut reader),
    }
    (facts, reader.out.finish())
}

/// At least as many tables as the text holds, without parsing it: a dotted key makes a table of
/// two bytes out of each dot, and each takes a kilobyte.
fn table_estimate(text: &str) -> usize {
    let dots = |t: &str| t.bytes().filter(|b| *b == b'.').count();
    let of_line = |line: &str| {
        let line = line.trim();
        let points =
            line.ends_with(',') && line.chars().all(|c| "0123456789.+-eE_, []".contains(c));
        if points {
            return 0;
        }
        let braces = line.bytes().filter(|b| *b == b'{').count();
        match line.split_once('=') {
            _ if line.starts_with('[') => 1 + braces + dots(line),
            // Inside an inline table any dot may be one of a key.
            Some((key, value)) => braces + dots(key) + if braces > 0 { dots(value) } else { 0 },
            None => braces,
        }
    };
    text.split(['\n', '\r']).map(of_line).sum()
}

const ROOT_KEYS: &[&str] = &["curve", "device", "parameter", "sweep"];

fn read_root(root: &Table<'_, '_>, reader: &mut Reader<'_>, facts: &mut Facts) {
    root.only_keys(ROOT_KEYS, "the top of a facts file", reader);
    if let Some(table) = root.table("device", reader) {
        facts.device = device::read(&table, reader);
        reader.kind.clone_from(&facts.device.kind);
    }
    for entry in root.entries("parameter", reader) {
        facts.parameters.extend(parameter::read(&entry, reader));
    }
    for entry in root.entries("curve", reader) {
        facts.curves.extend(curve::read(&entry, reader));
    }
    for entry in root.entries("sweep", reader) {
        facts.sweeps.extend(sweep::read(&entry, reader));
    }
    let nothing = facts.device == crate::Device::default()
        && facts.parameters.is_empty()
        && facts.curves.is_empty()
        && facts.sweeps.is_empty();
    if nothing && reader.out.is_empty() {
        reader.out.push(
            Diagnostic::error(Code::SOURCE_EMPTY, "the facts file says nothing that can be used")
                .at(Place::Text(Span::new(reader.file, 0, 0)))
                .help("write a `[[parameter]]` or a `[[curve]]`"),
        );
    }
}

fn report_syntax(body: &str, offset: usize, first: toml::de::Error, reader: &mut Reader<'_>) {
    let errors =
        if body.len() <= RECOVER_BYTES { DeTable::parse_recoverable(body).1 } else { vec![first] };
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        let message = error.message().replace(['\n', '\r'], " ");
        let place = Span::new(reader.file, span.start + offset, span.end + offset);
        reader.out.push(
            Diagnostic::error(Code::FACTS_SYNTAX, format!("not TOML: {message}"))
                .at(place)
                .maybe_help(unquoted_hint(body, span.start)),
        );
    }
}

/// The usual slip: a value with a unit without its quotes.
fn unquoted_hint(body: &str, at: usize) -> Option<&'static str> {
    let start = body.get(..at)?.rfind('\n').map_or(0, |n| n + 1);
    let line = body.get(start..)?.lines().next()?;
    let (_, value) = line.split_once('=')?;
    let value = value.trim_start();
    let (_, unit) = crate::value::split_number(value)?;
    unit.trim_start()
        .starts_with(|c: char| c.is_alphabetic() || c == '%' || c == '°')
        .then_some("write values with their unit in quotes: \"10 mA\"")
}

#[cfg(test)]
mod tests;
