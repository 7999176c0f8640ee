//! Values: numbers with their scale, everything else as text.

use crate::Value;
use crate::dialect::Rules;
use espice_units::card;

/// A value read from one token, and whether simulators disagree about it.
pub(super) struct Reading {
    pub(super) value: Value,
    /// Digits follow the scale letter (`4k7`): some read 4700, some 4000.
    pub(super) doubtful: bool,
}

/// Reads one token. Only digits, a scale and a unit make a number; `2k*3` is an expression and
/// stays text.
pub(super) fn value(rules: &Rules, token: &str) -> Reading {
    let text = |doubtful| Reading { value: Value::from(token), doubtful };
    let number = |v: f64, doubtful| Reading { value: Value::Number(v), doubtful };
    let tail = token.get(card::number_length(token)..).unwrap_or("");
    let unit = |c: char| c.is_alphabetic() || c == '_';
    if tail.chars().all(unit) {
        return match card::parse_number(token) {
            Some(v) if v.is_finite() => number(v, false),
            _ => text(false),
        };
    }
    match infix(token, tail) {
        Some((with_digits, without)) => {
            number(if rules.infix_scale { with_digits } else { without }, true)
        }
        None => text(false),
    }
}

/// `4k7` as 4.7k, and as the 4k that simulators without this notation read.
fn infix(token: &str, tail: &str) -> Option<(f64, f64)> {
    let head = token.strip_suffix(tail)?;
    let digits_at = tail.find(|c: char| c.is_ascii_digit())?;
    let (scale, digits) = (tail.get(..digits_at)?, tail.get(digits_at..)?);
    let only_digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let letters = !scale.is_empty() && scale.bytes().all(|b| b.is_ascii_alphabetic());
    if !letters || !only_digits(digits) || !only_digits(head.trim_start_matches(['-', '+'])) {
        return None;
    }
    let with_digits = card::parse_number(&format!("{head}.{digits}{scale}"))?;
    Some((with_digits, card::parse_number(&format!("{head}{scale}"))?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::{LTSPICE, NGSPICE};

    #[test]
    fn only_whole_tokens_are_numbers() {
        let cases = [
            ("1e-14", Some(1e-14)),
            ("1MEG", Some(1e6)),
            ("5nH", Some(5.0 * 1e-9)),
            ("2.f", Some(2.0 * 1e-15)),
            ("1d-3", Some(1e-3)),
            ("100%", None),
            ("2k*3", None),
            ("{x}", None),
            ("silicon", None),
            ("1e999", None),
            ("3.2.4", None),
            ("-", None),
        ];
        for (token, wanted) in cases {
            let got = value(&NGSPICE.rules, token);
            assert_eq!(got.value.number(), wanted, "{token}");
            assert!(!got.doubtful);
        }
    }

    #[test]
    fn digits_after_the_scale_are_doubtful() {
        let ltspice = value(&LTSPICE.rules, "4k7");
        assert_eq!((ltspice.value, ltspice.doubtful), (Value::Number(4700.0), true));
        let ngspice = value(&NGSPICE.rules, "4k7");
        assert_eq!((ngspice.value, ngspice.doubtful), (Value::Number(4000.0), true));
    }
}
