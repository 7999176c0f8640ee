//! How engineers write limits in cells: `0.45 ± 0.05`, `≤ 5`, `3 max`, `1.2 … 3.6`, `n/a`.

use espice_units::{Unit, data, parse_unit};

/// Which end of a range a column or a cell states.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Side {
    Low,
    Typical,
    High,
}

/// What a cell says, in the unit of its column.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Said {
    /// There is no limit.
    Nothing,
    /// A number.
    Number(f64),
    /// An end of a range.
    End(Side, f64),
    /// Both ends.
    Range(f64, f64),
}

/// What stands in cells that say that there is no limit.
const NOTHING: [&str; 9] = ["", "-", "–", "—", "−", "n/a", "na", "n.a.", "none"];

/// Words and signs that say which end a number is.
const ENDS: [(&str, Side); 14] = [
    ("<=", Side::High),
    ("≤", Side::High),
    ("⩽", Side::High),
    ("<", Side::High),
    ("max.", Side::High),
    ("max", Side::High),
    (">=", Side::Low),
    ("≥", Side::Low),
    ("⩾", Side::Low),
    (">", Side::Low),
    ("min.", Side::Low),
    ("min", Side::Low),
    ("typ.", Side::Typical),
    ("typ", Side::Typical),
];

/// What stands between the ends of a range, and whether blanks must stand around it.
const BETWEEN: [(&str, bool); 7] = [
    ("…", false),
    ("...", false),
    ("..", false),
    ("to", true),
    ("–", false),
    ("~", false),
    ("-", true),
];

/// The side that a word such as `max` or `maximum` names.
pub(super) fn side(word: &str) -> Option<Side> {
    let bare = word.trim().trim_end_matches('.').to_lowercase();
    match bare.as_str() {
        "min" | "minimum" | "lower" | "low" | "lsl" | "lo" => Some(Side::Low),
        "typ" | "typical" | "nom" | "nominal" => Some(Side::Typical),
        "max" | "maximum" | "upper" | "high" | "usl" | "hi" => Some(Side::High),
        _ => None,
    }
}

impl Side {
    /// The word of a column's name.
    pub(super) fn word(self) -> &'static str {
        match self {
            Side::Low => "min",
            Side::Typical => "typ",
            Side::High => "max",
        }
    }
}

/// Reads a cell. `None` when it is no number and none of the ways to write a limit.
pub(super) fn read(text: &str, comma: bool, unit: Unit) -> Option<Said> {
    let text = text.trim().replace(['\u{a0}', '\u{2009}', '\u{202f}'], " ");
    let lower = text.to_lowercase();
    if NOTHING.contains(&lower.as_str()) {
        return Some(Said::Nothing);
    }
    let number = |t: &str| number(t, comma, unit);
    if let Some(value) = number(&text) {
        return Some(Said::Number(value));
    }
    for sign in ["±", "+/-", "+-"] {
        let Some((middle, reach)) = text.split_once(sign) else { continue };
        let middle = number(middle)?;
        // A share of the middle, unless the column itself is in percent.
        let share = reach.trim().strip_suffix('%').filter(|_| !is_percent(unit));
        let reach = match share {
            Some(share) => data::parse_number(share)?.abs() / 100.0 * middle.abs(),
            None => number(reach)?.abs(),
        };
        return Some(Said::Range(middle - reach, middle + reach));
    }
    for (sign, side) in ENDS {
        let is_word = sign.starts_with(|c: char| c.is_ascii_alphabetic());
        let before = lower.strip_prefix(sign).map(str::trim_start);
        let after = lower.strip_suffix(sign).filter(|_| is_word).map(str::trim_end);
        if let Some(value) = before.or(after).and_then(number) {
            return Some(Said::End(side, value));
        }
    }
    for (sign, apart) in BETWEEN {
        let wanted = if apart { format!(" {sign} ") } else { sign.to_string() };
        let Some((low, high)) = lower.split_once(&wanted) else { continue };
        if let (Some(low), Some(high)) = (number(low), number(high)) {
            return Some(Said::Range(low, high));
        }
    }
    None
}

fn is_percent(unit: Unit) -> bool {
    parse_unit("%").is_ok_and(|percent| percent == unit)
}

/// A number in the column's unit; a percent sign is that of a column in percent.
fn number(text: &str, comma: bool, unit: Unit) -> Option<f64> {
    let text = text.trim();
    let text = text.strip_suffix('%').filter(|_| is_percent(unit)).unwrap_or(text).trim();
    if comma && text.contains(',') && !text.contains('.') && text.matches(',').count() == 1 {
        return data::parse_number(&text.replace(',', "."));
    }
    data::parse_number(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_as_engineers_write_them() {
        use Said::{End, Nothing, Number, Range};
        let volt = parse_unit("V").unwrap();
        for (text, wanted) in [
            ("5", Some(Number(5.0))),
            ("−1.5e-3", Some(Number(-1.5e-3))),
            ("≤ 5", Some(End(Side::High, 5.0))),
            ("<=5", Some(End(Side::High, 5.0))),
            ("max. 5", Some(End(Side::High, 5.0))),
            ("5 max", Some(End(Side::High, 5.0))),
            ("≥0.3", Some(End(Side::Low, 0.3))),
            ("Min 0.3", Some(End(Side::Low, 0.3))),
            ("typ 0.3", Some(End(Side::Typical, 0.3))),
            ("2 ± 0.5", Some(Range(1.5, 2.5))),
            ("2+/-10%", Some(Range(1.8, 2.2))),
            ("-2 ± 10 %", Some(Range(-2.2, -1.8))),
            ("1.2 .. 3.6", Some(Range(1.2, 3.6))),
            ("1.2…3.6", Some(Range(1.2, 3.6))),
            ("-40 to 125", Some(Range(-40.0, 125.0))),
            ("-5 - -1", Some(Range(-5.0, -1.0))),
            ("1.2–3.6", Some(Range(1.2, 3.6))),
            ("n/a", Some(Nothing)),
            ("—", Some(Nothing)),
            ("N.A.", Some(Nothing)),
            ("tbd", None),
            ("5V", None),
            ("5 %", None),
            ("1,5", None),
            ("1k", None),
            ("3-5", None),
            ("5 max 6", None),
        ] {
            assert_eq!(read(text, false, volt), wanted, "{text}");
        }
        assert_eq!(read("1,5", true, volt), Some(Number(1.5)));
        assert_eq!(read("1,000.5", true, volt), None);
        let percent = parse_unit("%").unwrap();
        assert_eq!(read("5 %", false, percent), Some(Number(5.0)));
        assert_eq!(read("50 ± 5%", false, percent), Some(Range(45.0, 55.0)));
    }
}
