//! `[device]`.

use super::table::{Reader, Table};
use crate::Device;
use crate::wording::shown;
use espice_base::{Code, Diagnostic, did_you_mean};

const KEYS: &[&str] = &["kind", "maker", "package", "part", "parts", "polarity"];

pub(super) fn read(table: &Table<'_, '_>, reader: &mut Reader<'_>) -> Device {
    table.only_keys(KEYS, "`[device]`", reader);
    Device {
        part: table.string("part", reader),
        parts: table.strings("parts", reader),
        maker: table.string("maker", reader),
        kind: kind(table, reader),
        polarity: table.string("polarity", reader),
        package: table.string("package", reader),
    }
}

/// The kind must be one of the symbol table's.
fn kind(table: &Table<'_, '_>, reader: &mut Reader<'_>) -> Option<String> {
    let (text, span) = table.text("kind", reader)?;
    if reader.symbols.kind(text).is_some() {
        return Some(text.to_string());
    }
    let known: Vec<&str> = reader.symbols.kinds().map(|k| k.name.as_str()).collect();
    let likely = did_you_mean(text, known.iter().copied());
    reader.out.push(
        Diagnostic::error(
            Code::SYMBOL_UNKNOWN,
            format!("`{}` is not a known device kind", shown(text)),
        )
        .at(span)
        .help(match likely {
            Some(word) => format!("did you mean `{word}`?"),
            None => format!("known kinds are {}", known.join(", ")),
        }),
    );
    None
}
