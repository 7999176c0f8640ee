//! Quoted text, messages with interpolated expressions, and number spellings.

use super::{Builder, expression};
use crate::ast::{Message, MessagePart, Quoted};
use crate::rules::Rule;
use crate::tokens::tokenise;
use espice_base::{Code, Diagnostic, Diagnostics};
use pest::iterators::Pair;
use std::ops::Range;

impl Builder<'_> {
    /// Takes the quotes off and resolves `\"` and `\\`.
    pub(super) fn quoted(&mut self, pair: &Pair<'_, Rule>) -> Option<Quoted> {
        let span = self.span(pair);
        let (inner, start) = self.inside(pair);
        let mut text = String::with_capacity(inner.len());
        let mut chars = inner.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => self.escape(&mut text, start + at, chars.next(), &['"', '\\']),
                c => text.push(c),
            }
        }
        Some(Quoted { text, span })
    }

    /// A text with `{expr}` in it; `\{` and `\}` are the characters themselves.
    pub(super) fn message(&mut self, pair: &Pair<'_, Rule>) -> Option<Message> {
        let span = self.span(pair);
        let (inner, start) = self.inside(pair);
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut chars = inner.char_indices();
        while let Some((at, c)) = chars.next() {
            let place = start + at;
            match c {
                '\\' => self.escape(&mut literal, place, chars.next(), &['"', '\\', '{', '}']),
                '{' => {
                    let rest = chars.as_str();
                    let length = rest.find(['{', '}']).unwrap_or(rest.len());
                    let (value, after) = rest.split_at(length);
                    if !after.starts_with('}') {
                        let help = "close it with `}`, or write `\\{` for the character itself";
                        self.bad_text(place..place + 1, "this `{` is never closed", help);
                        return None;
                    }
                    if !literal.is_empty() {
                        parts.push(MessagePart::Text(std::mem::take(&mut literal)));
                    }
                    self.interpolation(value, place + 1, &mut parts);
                    // Behind the closing brace.
                    chars.by_ref().take_while(|(_, c)| *c != '}').for_each(drop);
                }
                '}' => {
                    let help = "write `\\}` for the character itself";
                    self.bad_text(place..place + 1, "this `}` closes nothing", help);
                }
                c => literal.push(c),
            }
        }
        if !literal.is_empty() {
            parts.push(MessagePart::Text(literal));
        }
        Some(Message { span, parts })
    }

    fn interpolation(&mut self, value: &str, start: usize, parts: &mut Vec<MessagePart>) {
        if value.trim().is_empty() {
            let help = "write an expression between the braces, or `\\{` for the character itself";
            self.bad_text(start - 1..start + value.len() + 1, "there is nothing to say here", help);
            return;
        }
        let mut found = Diagnostics::new();
        let base = self.base + start;
        let mut tokens = tokenise(value, self.file, base);
        found.extend(std::mem::take(&mut tokens.diagnostics));
        if let Some(expr) = expression(&tokens, self.file, base, &mut found) {
            parts.push(MessagePart::Value(expr));
        }
        self.diagnostics.extend(found);
    }

    /// What stands between the quotes, and where.
    fn inside<'p>(&self, pair: &Pair<'p, Rule>) -> (&'p str, usize) {
        let text = pair.as_str();
        let inner = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or("");
        (inner, self.start(pair) + 1)
    }

    fn escape(
        &mut self,
        text: &mut String,
        place: usize,
        escaped: Option<(usize, char)>,
        known: &[char],
    ) {
        match escaped {
            Some((_, c)) if known.contains(&c) => text.push(c),
            other => {
                let c = other.map_or(' ', |(_, c)| c);
                let all: Vec<String> = known.iter().map(|k| format!("`\\{k}`")).collect();
                let help = format!("the escapes are {}", all.join(", "));
                let message = format!("`\\{c}` is not an escape");
                self.bad_text(place..place + 1 + c.len_utf8(), &message, &help);
            }
        }
    }

    fn bad_text(&mut self, range: Range<usize>, message: &str, help: &str) {
        let span = self.span_of(range);
        self.diagnostics.push(Diagnostic::error(Code::BAD_TEXT, message).at(span).help(help));
    }
}

/// Suffixes that stand inside or after a number: `1MEG`, `4k7`.
const SUFFIXES: [&str; 11] = ["MEG", "Meg", "f", "p", "n", "u", "µ", "m", "k", "G", "T"];

/// A misspelt number put right, with the unit that touched it; `None` when nothing is wrong.
pub(super) fn repair_number(text: &str) -> Option<(String, Option<String>)> {
    let digits = |t: &str| t.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(text);
    let after_whole = text.get(whole..).unwrap_or("");
    let fraction = after_whole.strip_prefix('.').map(digits);
    let mut end = whole + fraction.map_or(0, |n| n + 1);
    let exponent = text.get(end..).and_then(|t| t.strip_prefix(['e', 'E']));
    if let Some(exponent) = exponent {
        let unsigned = exponent.trim_start_matches(['+', '-']);
        let count = digits(unsigned);
        if count > 0 {
            end += 1 + (exponent.len() - unsigned.len()) + count;
        }
    }
    let (head, mut tail) = text.split_at(end);
    let mut head = head.to_string();
    let incomplete = whole == 0 || fraction == Some(0);
    if let Some((suffix, rest)) = SUFFIXES.iter().find_map(|s| Some((s, tail.strip_prefix(s)?))) {
        let count = digits(rest);
        let (more, after) = rest.split_at(count);
        let infix = count > 0 && fraction.is_none();
        if (after.is_empty() && count == 0) || infix {
            head = format!("{head}{suffix}{more}");
            tail = after;
        }
    }
    if whole == 0 {
        head.insert(0, '0');
    }
    if fraction == Some(0) {
        head = head.replacen('.', "", 1);
    }
    match tail {
        "" if incomplete => Some((head, None)),
        "" => None,
        tail => Some((head, Some(tail.to_string()))),
    }
}

#[cfg(test)]
mod tests {
    use super::repair_number;

    #[test]
    fn misspelt_numbers_are_put_right() {
        for fine in ["10", "1.5e-3", "1MEG", "4k7", "2u", "1E6", "0.5"] {
            assert_eq!(repair_number(fine), None, "{fine}");
        }
        for (text, number, unit) in [
            ("10mA", "10", Some("mA")),
            ("4k7Ohm", "4k7", Some("Ohm")),
            (".5", "0.5", None),
            ("1.", "1", None),
            ("5%", "5", Some("%")),
            ("1.5e-3V", "1.5e-3", Some("V")),
            (".5V", "0.5", Some("V")),
        ] {
            let expected = Some((number.to_string(), unit.map(String::from)));
            assert_eq!(repair_number(text), expected, "{text}");
        }
    }
}
