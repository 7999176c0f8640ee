//! How the readers of sources word what they all have to say.

use crate::SymbolTable;
use espice_base::{Code, Diagnostic};
use espice_units::{Dimension, UnitError};

/// A dimension in a sentence: `a voltage (V)`.
pub fn a_dimension(dimension: Dimension) -> String {
    match dimension.describe() {
        described if described.starts_with("a pure") => described,
        described if described.starts_with(['a', 'e', 'i', 'o', 'u']) => format!("an {described}"),
        described if dimension.name().is_none() => format!("of dimension {described}"),
        described => format!("a {described}"),
    }
}

/// The diagnostic of a text that is not a unit, without its place.
pub fn unit_diagnostic(error: &UnitError) -> Diagnostic {
    let (message, help) = match error {
        UnitError::Unknown(part, likely) if part.is_empty() => {
            (String::from("a unit is missing a part"), likely.map(String::from))
        }
        UnitError::Unknown(part, likely) => (
            format!("`{}` is not a unit", shown(part)),
            likely.map(|l| format!("did you mean `{l}`?")),
        ),
        UnitError::Exponent(part) => (
            format!("the exponent in `{}` is not a small number", shown(part)),
            Some(String::from("write `V^2` or `1/cm^3`")),
        ),
        UnitError::PointInProduct => (
            String::from("a temperature point such as degC cannot be part of a product"),
            Some(String::from("write K for temperature differences")),
        ),
    };
    Diagnostic::error(Code::UNIT_UNKNOWN, message).maybe_help(help)
}

/// The diagnostic of an unknown symbol, without its place.
pub fn unknown_symbol(text: &str, symbols: &SymbolTable) -> Diagnostic {
    let short: String = text.chars().take(40).collect();
    let likely = symbols.suggest(&short);
    Diagnostic::error(Code::SYMBOL_UNKNOWN, format!("`{}` is not a known symbol", shown(text)))
        .maybe_help(likely.map(|s| format!("did you mean `{s}`?")))
}

/// User text as it may stand in a message: short, on one line, without backticks.
pub fn shown(text: &str) -> String {
    let clean = |c: char| if c.is_control() || c == '`' { ' ' } else { c };
    let mut short: String = text.trim().chars().take(60).map(clean).collect();
    if text.trim().chars().nth(60).is_some() {
        short.push('…');
    }
    short
}
