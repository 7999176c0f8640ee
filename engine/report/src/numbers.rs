//! Numbers as people read them: SI prefixes, degrees Celsius, typographic signs.

use espice_units::constants::ICE_POINT;
use espice_units::{engineering, plain};

/// How a number is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Script {
    /// ASCII, for terminals: `4.7 kOhm`, `25 degC`.
    Plain,
    /// Typographic, for pages: `4.7 kΩ`, `25 °C`, blanks that do not break.
    Fine,
}

/// A value with its SI unit; a value in kelvin is a point of the temperature scale and is
/// written in degrees Celsius.
pub(crate) fn quantity(value: f64, unit: &str, script: Script) -> String {
    if unit == "K" {
        let celsius = (value - ICE_POINT) * 1e4;
        return fine(&format!("{} degC", plain(celsius.round() / 1e4, 5)), script);
    }
    difference(value, unit, script)
}

/// A value with its SI unit, where kelvin are a difference of temperatures.
pub(crate) fn difference(value: f64, unit: &str, script: Script) -> String {
    fine(&engineering(value, unit), script)
}

/// A value that may be missing.
pub(crate) fn optional(value: Option<f64>, unit: &str, script: Script) -> String {
    value.map_or_else(|| missing(script), |v| quantity(v, unit, script))
}

/// What stands where there is no value.
pub(crate) fn missing(script: Script) -> String {
    String::from(if script == Script::Fine { "–" } else { "-" })
}

/// A signed relative error in percent: `+1.2 %`.
pub(crate) fn signed_percent(share: f64, script: Script) -> String {
    let percent = share * 100.0;
    let sign = if percent > 0.0 { "+" } else { "" };
    fine(&format!("{sign}{} %", plain(percent, 2)), script)
}

/// A share in percent: `1.2 %`.
pub(crate) fn percent(share: f64, script: Script) -> String {
    fine(&format!("{} %", plain(share * 100.0, 2)), script)
}

/// A number of decades: `0.013 decades`.
pub(crate) fn decades(value: f64, script: Script) -> String {
    fine(&format!("{} decades", plain(value, 2)), script)
}

/// A bare number to a few significant digits.
pub(crate) fn number(value: f64, digits: usize, script: Script) -> String {
    fine(&plain(value, digits), script)
}

/// The power of a thousand, as an exponent of ten, that writes a value of this size with one to
/// three digits before the point; 0 for units that take no prefix.
pub(crate) fn prefix_exponent(size: f64, unit: &str) -> i32 {
    if !takes_prefix(unit) || !size.is_finite() || size <= 0.0 {
        return 0;
    }
    ((size.log10() / 3.0 + 1e-9).floor() as i32 * 3).clamp(-18, 9)
}

/// The unit with the prefix of an exponent from [`prefix_exponent`].
pub(crate) fn prefixed_unit(exponent: i32, base: &str) -> String {
    const PREFIXES: [(i32, &str); 10] = [
        (-18, "a"),
        (-15, "f"),
        (-12, "p"),
        (-9, "n"),
        (-6, "µ"),
        (-3, "m"),
        (0, ""),
        (3, "k"),
        (6, "M"),
        (9, "G"),
    ];
    let prefix = PREFIXES.iter().find(|p| p.0 == exponent).map_or("", |p| p.1);
    format!("{prefix}{}", fine_unit(base))
}

/// Whether SI prefixes go before the unit.
pub(crate) fn takes_prefix(unit: &str) -> bool {
    !(unit.is_empty() || unit == "1" || unit == "K" || unit.contains(['/', '^', '*', '%']))
}

/// Prose of the outcome with its quantities set as a page sets them: `25 degC` becomes `25 °C`.
pub(crate) fn fine_prose(text: &str) -> String {
    let is_number = |w: &str| w.trim_start_matches('(').parse::<f64>().is_ok();
    let mut out = String::new();
    let mut after_number = false;
    for (i, word) in text.split(' ').enumerate() {
        if after_number && is_unit(word) {
            out.push('\u{a0}');
            out += &fine_unit(word);
        } else {
            out += if i > 0 { " " } else { "" };
            out +=
                &if is_number(word) { word.replace('-', "\u{2212}") } else { String::from(word) };
        }
        after_number = is_number(word);
    }
    out
}

/// Whether a word, less what ends a clause, is a unit that a quantity in prose may carry.
fn is_unit(word: &str) -> bool {
    const BASES: [&str; 13] = ["A", "V", "F", "H", "S", "s", "C", "W", "J", "m", "Hz", "Ohm", "K"];
    let bare = word.trim_end_matches([',', ';', ')', '.', ':']);
    let scaled = bare.strip_prefix(['a', 'f', 'p', 'n', 'u', 'm', 'k', 'M', 'G']);
    ["degC", "%", "decades"].contains(&bare)
        || BASES.contains(&bare)
        || scaled.is_some_and(|b| BASES.contains(&b))
}

fn fine(text: &str, script: Script) -> String {
    if script == Script::Plain {
        return String::from(text);
    }
    let text = text.replace('-', "\u{2212}");
    match text.split_once(' ') {
        Some((number, unit)) => format!("{number}\u{a0}{}", fine_unit(unit)),
        None => text,
    }
}

fn fine_unit(unit: &str) -> String {
    let unit = unit
        .replace("Ohm", "Ω")
        .replace("degC", "°C")
        .replace("^2", "²")
        .replace("^3", "³")
        .replace('*', "·");
    // The only units that begin with the letter are those with the prefix for a millionth.
    match unit.strip_prefix('u') {
        Some(rest) => format!("µ{rest}"),
        None => unit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_and_terminals_write_the_same_number() {
        let cases = [
            (4700.0, "Ohm", "4.7 kOhm", "4.7\u{a0}kΩ"),
            (-1.5e-6, "A", "-1.5 uA", "\u{2212}1.5\u{a0}µA"),
            (298.15, "K", "25 degC", "25\u{a0}°C"),
            (218.15, "K", "-55 degC", "\u{2212}55\u{a0}°C"),
            (1.75, "1", "1.75", "1.75"),
            (0.002, "V/K", "0.002 V/K", "0.002\u{a0}V/K"),
        ];
        for (value, unit, plain, fine) in cases {
            assert_eq!(quantity(value, unit, Script::Plain), plain);
            assert_eq!(quantity(value, unit, Script::Fine), fine);
        }
        assert_eq!(difference(10.0, "K", Script::Plain), "10 K");
        assert_eq!(signed_percent(0.0123, Script::Plain), "+1.2 %");
        assert_eq!(signed_percent(-0.5, Script::Plain), "-50 %");
    }

    #[test]
    fn quantities_in_prose_are_set_and_words_stay() {
        assert_eq!(
            fine_prose("IF = 5 uA, TJ = -55 degC under use"),
            "IF = 5\u{a0}µA, TJ = \u{2212}55\u{a0}°C under use"
        );
        assert_eq!(fine_prose("3 up, 5 use, row 7"), "3 up, 5 use, row 7");
    }

    #[test]
    fn prefixes_follow_the_size() {
        assert_eq!(prefix_exponent(0.99e-6, "A"), -9);
        assert_eq!(prefix_exponent(1e-6, "A"), -6);
        assert_eq!(prefix_exponent(0.001, "V"), -3);
        assert_eq!(prefix_exponent(5e4, "V/K"), 0);
        assert_eq!(prefixed_unit(-6, "Ohm"), "µΩ");
    }
}
