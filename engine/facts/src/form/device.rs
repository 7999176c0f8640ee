//! `[device]`.

use super::table::{Reader, Table};
use crate::wording::shown;
use crate::{Device, SIZES};
use espice_base::{Code, Diagnostic, Span, did_you_mean};
use std::collections::BTreeMap;

const KEYS: &[&str] = &["class", "kind", "maker", "package", "part", "parts", "polarity", "sizes"];

pub(super) fn read(table: &Table<'_, '_>, reader: &mut Reader<'_>) -> Device {
    table.only_keys(KEYS, "`[device]`", reader);
    let kind = kind(table, reader);
    Device {
        part: table.string("part", reader),
        parts: table.strings("parts", reader),
        maker: table.string("maker", reader),
        class: class(table, kind.as_deref(), reader),
        kind,
        polarity: table.string("polarity", reader),
        package: table.string("package", reader),
        sizes: sizes(table, reader),
    }
}

/// `sizes = { W = "2 um", L = "0.13 um" }`.
fn sizes(table: &Table<'_, '_>, reader: &mut Reader<'_>) -> BTreeMap<String, f64> {
    let mut sizes = BTreeMap::new();
    let Some(list) = table.table("sizes", reader) else { return sizes };
    let known = SIZES.map(|s| s.0);
    list.only_keys(&known, "`sizes`", reader);
    for (key, range, value) in list.items() {
        let span = Span::new(reader.file, range.start, range.end);
        let Some((name, dimension)) = SIZES.iter().find(|s| s.0 == key) else { continue };
        let text = value.as_text().or_else(|| value.number_text());
        let Some(text) = text else {
            value.wrong::<()>(key, "a value with its unit in quotes", reader);
            continue;
        };
        let about = format!("`{name}`");
        if let Some(quantity) = reader.quantity(text, span, *dimension, &about) {
            sizes.insert((*name).to_string(), quantity.value);
        }
    }
    sizes
}

/// The class must be one of the kind's, where the kind is stated.
fn class(table: &Table<'_, '_>, kind: Option<&str>, reader: &mut Reader<'_>) -> Option<String> {
    let (text, span) = table.text("class", reader)?;
    let Some(kind) = kind.and_then(|k| reader.symbols.kind(k)) else {
        return Some(text.to_string());
    };
    let known: Vec<&str> = kind.classes.iter().map(|c| c.0.as_str()).collect();
    if known.contains(&text) {
        return Some(text.to_string());
    }
    let message = format!("`{}` is no class of the kind `{}`", shown(text), kind.name);
    let help = match did_you_mean(text, known.iter().copied()) {
        Some(word) => format!("did you mean `{word}`?"),
        None if known.is_empty() => String::from("the kind has no classes"),
        None => format!("its classes are {}", known.join(", ")),
    };
    reader.out.push(Diagnostic::error(Code::SYMBOL_UNKNOWN, message).at(span).help(help));
    None
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
