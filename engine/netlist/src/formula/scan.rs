//! A formula's text to signs, numbers and names.

use super::FormulaError;
use espice_units::card;

/// A piece of a formula and where it begins.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Piece<'t> {
    pub(super) at: usize,
    pub(super) kind: Kind<'t>,
}

/// What a piece is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Kind<'t> {
    Number(f64),
    Name(&'t str),
    /// `v(a, b)` or `i(v1)`, whose brackets hold names of nodes and sources: the letter and what
    /// stands between the brackets.
    Probe(char, &'t str),
    Sign(&'t str),
}

/// Signs, longer ones first.
const SIGNS: [&str; 22] = [
    "**", "<=", ">=", "==", "!=", "<>", "&&", "||", "+", "-", "*", "/", "^", "<", ">", "!", "&",
    "|", "?", ":", ",", "(",
];

/// The pieces of a text. Braces and quotes group as brackets do, or not at all.
pub(super) fn pieces(text: &str) -> Result<Vec<Piece<'_>>, FormulaError> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|r| !r.is_empty()) {
        let first = rest.chars().next().unwrap_or(' ');
        let begins = |c: char| c.is_ascii_digit() || c == '.';
        let (kind, length) = if first.is_whitespace() || matches!(first, '\'' | '"') {
            (None, first.len_utf8())
        } else if begins(first) {
            let (value, length) = number(rest).ok_or_else(|| wrong(at, rest))?;
            (Some(Kind::Number(value)), length)
        } else if first.is_alphabetic() || matches!(first, '_' | '$') {
            let inside = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '$' | '#');
            let length = rest.find(|c| !inside(c)).unwrap_or(rest.len());
            let name = rest.get(..length).unwrap_or("");
            match probe(name, rest.get(length..).unwrap_or("")) {
                Some((letter, inner, more)) => (Some(Kind::Probe(letter, inner)), length + more),
                None => (Some(Kind::Name(name)), length),
            }
        } else {
            let sign = match first {
                '{' => Some("("),
                '}' | ')' => Some(")"),
                _ => SIGNS.into_iter().find(|s| rest.starts_with(s)),
            };
            let sign = sign.ok_or_else(|| wrong(at, rest))?;
            (Some(Kind::Sign(sign)), sign.len())
        };
        found.extend(kind.map(|kind| Piece { at, kind }));
        at += length;
    }
    Ok(found)
}

fn wrong(at: usize, rest: &str) -> FormulaError {
    let word: String = rest.chars().take(12).collect();
    FormulaError { at, reason: format!("`{word}` has no meaning in a formula") }
}

/// A number with its scale and unit, and its length.
fn number(rest: &str) -> Option<(f64, usize)> {
    let digits = card::number_length(rest);
    let tail = rest.get(digits..)?;
    let length = digits + tail.find(|c: char| !c.is_alphabetic()).unwrap_or(tail.len());
    Some((card::parse_number(rest.get(..length)?)?, length))
}

/// Whether a name with what follows it asks for a voltage or a current of the circuit: its
/// letter, what its brackets hold, and how long they are.
fn probe<'t>(name: &str, rest: &'t str) -> Option<(char, &'t str, usize)> {
    let letter = match name {
        "v" | "V" => 'v',
        "i" | "I" => 'i',
        _ => return None,
    };
    let open = rest.find(|c: char| !c.is_whitespace())?;
    let inner = rest.get(open..)?.strip_prefix('(')?;
    let close = inner.find(')')?;
    Some((letter, inner.get(..close)?.trim(), open + 1 + close + 1))
}
