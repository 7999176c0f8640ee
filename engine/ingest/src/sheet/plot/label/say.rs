//! What a short text in a plot says: `TJ = 25 °C`, `10 mA`, `Ciss`, `20µs PULSE WIDTH`.

use super::super::name::Names;
use espice_facts::Condition;
use espice_units::data::parse_number;
use espice_units::sheet::parse_sheet_unit;
use espice_units::{Dimension, Unit, parse_unit};

/// One thing that a text says.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Said {
    /// A symbol is held at something: `TJ = 25 °C`, `IC = 10 IB`.
    Held(String, Condition),
    /// A symbol, its unit if printed, and no value yet: `VGS (V) =`, `VGS`.
    Symbol(String, Option<Unit>),
    /// A value with its unit: `10 mA`.
    Value(f64, Dimension),
    /// A number without a unit: `0.20`.
    Number(f64),
    /// Anything else.
    Word(String),
}

/// Takes a text apart at commas, semicolons and `@`.
pub(crate) fn say(text: &str, names: &Names) -> Vec<Said> {
    clauses(text).iter().map(|c| clause(c, names)).collect()
}

/// Whether a text breaks off at a comma or an equals sign, so that what follows belongs to it.
pub(crate) fn clauses_end(text: &str) -> bool {
    text.trim_end().ends_with([',', ';', '=', '@', '/', '-', '–'])
}

/// The clauses of a text. A comma between digits is a decimal comma.
fn clauses(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut out = vec![String::new()];
    for (i, c) in chars.iter().enumerate() {
        let digit = |k: Option<&char>| k.is_some_and(char::is_ascii_digit);
        let decimal = *c == ',' && i > 0 && digit(chars.get(i - 1)) && digit(chars.get(i + 1));
        // `Tj, = 25 °C`: the symbol and its value belong together.
        let equals = chars.iter().skip(i + 1).find(|c| !c.is_whitespace()) == Some(&'=');
        if matches!(c, ';' | '@') || (*c == ',' && !decimal && !equals) {
            out.push(String::new());
        } else if let Some(last) = out.last_mut() {
            last.push(*c);
        }
    }
    out.retain(|c| !c.trim().is_empty());
    out.iter().map(|c| c.trim().to_string()).collect()
}

fn clause(text: &str, names: &Names) -> Said {
    let word = || Said::Word(text.to_string());
    if let Some((left, right)) = text.split_once(['=', '≤', '≥', '<', '>', '≈']) {
        let at_least = text.contains(['>', '≥']);
        let at_most = text.contains(['<', '≤']);
        let right = right.trim_start_matches(['=', ' ']).trim();
        let (symbol_text, unit) = with_unit(left.trim().trim_end_matches(','));
        if right.is_empty() {
            return names
                .symbol(symbol_text, unit.map(|u| u.dimension))
                .map_or_else(word, |s| Said::Symbol(s, unit));
        }
        let Some(value) = held(right, unit, symbol_text, names) else { return word() };
        let (symbol, condition) = value;
        let condition = match condition {
            Condition::Value(v) if at_most => Condition::Range { min: None, max: Some(v) },
            Condition::Value(v) if at_least => Condition::Range { min: Some(v), max: None },
            // A relation between symbols that is no equation holds no value.
            Condition::Equals { .. } if at_most || at_least => return word(),
            other => other,
        };
        return Said::Held(symbol, condition);
    }
    if let Some((number, rest)) = number(text) {
        if rest.is_empty() {
            return Said::Number(number);
        }
        if let Some(unit) = printed_unit(rest) {
            return Said::Value(unit.to_si(number), unit.dimension);
        }
        // `20µs PULSE WIDTH`, `2 % Duty Cycle`.
        let (unit_text, name) = rest.split_once(' ').unwrap_or((rest, ""));
        if let Some(unit) = printed_unit(unit_text)
            && let Some(symbol) = names.symbol(name, Some(unit.dimension))
        {
            return Said::Held(symbol, Condition::Value(unit.to_si(number)));
        }
        return word();
    }
    let (symbol_text, unit) = with_unit(text);
    let short = symbol_text.chars().filter(|c| !c.is_whitespace()).count() <= 10;
    match names.symbol(symbol_text, unit.map(|u| u.dimension)) {
        Some(symbol) if short => Said::Symbol(symbol, unit),
        _ => word(),
    }
}

/// What stands right of the equals sign, with the symbol left of it.
fn held(
    right: &str,
    unit: Option<Unit>,
    symbol_text: &str,
    names: &Names,
) -> Option<(String, Condition)> {
    // `IF = IR = 10 mA` says nothing of one symbol alone that fits a plot.
    if right.contains('=') {
        return None;
    }
    if let Some((value, rest)) = number(right) {
        if rest.is_empty() {
            let unit = unit.unwrap_or(Unit::ONE);
            // Zero is zero in every unit but a temperature.
            let dimension = (value != 0.0 || unit != Unit::ONE).then_some(unit.dimension);
            let symbol = names.symbol(symbol_text, dimension)?;
            return Some((symbol, Condition::Value(unit.to_si(value))));
        }
        if let Some(found) = printed_unit(rest) {
            let symbol = names.symbol(symbol_text, Some(found.dimension));
            if let Some(symbol) = symbol {
                return Some((symbol, Condition::Value(found.to_si(value))));
            }
            // `TJ = 25 C` with its degree sign lost: no temperature is a charge.
            let celsius = parse_unit("degC").ok().filter(|_| rest == "C")?;
            let symbol = names.symbol(symbol_text, Some(celsius.dimension))?;
            return Some((symbol, Condition::Value(celsius.to_si(value))));
        }
        // `IC = 10 IB`, which is the value of the ratio where that has a name of its own.
        let other = names.info(rest.trim_start_matches(['x', '×', '*', '·', ' ']), None)?;
        let symbol = names.symbol(symbol_text, Some(other.dimension))?;
        let ratio = format!("{symbol}/{}", other.name);
        if let Some(ratio) = names.symbol(&ratio, Some(Dimension::NONE)) {
            return Some((ratio, Condition::Value(value)));
        }
        return Some((symbol, Condition::Equals { symbol: other.name.clone(), factor: value }));
    }
    let other = names.info(right, None)?;
    let symbol = names.symbol(symbol_text, Some(other.dimension))?;
    (symbol != other.name)
        .then(|| (symbol, Condition::Equals { symbol: other.name.clone(), factor: 1.0 }))
}

/// A text and the unit in brackets at its end.
pub(crate) fn with_unit(text: &str) -> (&str, Option<Unit>) {
    for (open, close) in [('(', ')'), ('[', ']')] {
        if let Some(inner) = text.trim().strip_suffix(close)
            && let Some(at) = inner.rfind(open)
            && let Some(unit) = inner.get(at + 1..).and_then(printed_unit)
        {
            return (inner.get(..at).unwrap_or("").trim(), Some(unit));
        }
    }
    (text.trim(), None)
}

/// A number at the start of a text and what follows it.
pub(crate) fn number(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let mut end = 0;
    let mut digits = 0;
    for (at, c) in text.char_indices() {
        match c {
            '+' | '-' | '−' | '–' if at == 0 => {}
            // `- 40`: a sign may stand apart.
            ' ' if digits == 0 => {}
            '.' | ',' => {}
            c if c.is_ascii_digit() => digits += 1,
            _ => break,
        }
        end = at + c.len_utf8();
    }
    let head = text.get(..end)?.trim_end_matches(['.', ',']);
    let rest = text.get(head.len()..)?;
    let plain: String = head
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '−' | '–' => '-',
            ',' => '.',
            c => c,
        })
        .collect();
    let mut value = parse_number(&plain).filter(|_| digits > 0)?;
    let mut rest = rest.trim();
    // `1.5 x 10^-3`.
    let tail = rest.trim_start_matches(['x', 'X', '×', '·', '*']).trim_start();
    if tail.len() < rest.len()
        && let Some(power) = tail.strip_prefix("10^")
    {
        let stop = power
            .char_indices()
            .find(|(i, c)| !(c.is_ascii_digit() || (*i == 0 && *c == '-')))
            .map_or(power.len(), |(i, _)| i);
        let exponent: i32 = power.get(..stop)?.parse().ok().filter(|e: &i32| e.abs() < 40)?;
        value *= 10f64.powi(exponent);
        rest = power.get(stop..)?.trim();
    }
    Some((value, rest))
}

/// How plots spell units that neither packs nor tables of sheets know: angles, a degree sign that
/// was raised, and decibels, which stay what they are: numbers.
const SPELLINGS: [(&str, &str); 4] =
    [("^oC", "degC"), ("°", "deg"), ("DEGREES", "deg"), ("dB", "1")];

/// What may follow a unit without changing it.
const SUFFIXES: [&str; 8] = ["RMS", "rms", "DC", "dc", "pk", "p-p", "typ", "max"];

/// A unit as printed in a plot; `None` when it is not certainly one.
pub(crate) fn printed_unit(text: &str) -> Option<Unit> {
    let text = text.trim().trim_end_matches(['.', ':']);
    let plain = |t: &str| {
        let t = SPELLINGS.iter().find(|s| s.0 == t).map_or(t, |s| s.1);
        // Words as tables print them; a lone small letter is more often a mark than a unit.
        let word = || parse_sheet_unit(t)?.exact.filter(|u| *u != Unit::ONE && t.len() > 1);
        parse_unit(t).ok().or_else(word)
    };
    if text.is_empty() || text == "1" {
        return None;
    }
    plain(text).or_else(|| {
        let cut = SUFFIXES.iter().find_map(|s| text.strip_suffix(s))?;
        plain(cut.trim()).filter(|_| !cut.trim().is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::name::tests::table;
    use super::*;

    fn held(symbol: &str, value: f64) -> Said {
        Said::Held(symbol.to_string(), Condition::Value(value))
    }

    #[test]
    fn short_texts_say_what_a_reader_sees() {
        let symbols = table();
        let names = Names::new(&symbols, None, &[]);
        let one = |t: &str| say(t, &names).into_iter().next().unwrap();
        for (text, want) in [
            ("TJ = 25 °C", held("TJ", 298.15)),
            ("Tj=25ºC", held("TJ", 298.15)),
            ("Tj, = 25 °C", held("TJ", 298.15)),
            ("T J = -40°C", held("TJ", 273.15 - 40.0)),
            ("TJ = 25 C", held("TJ", 298.15)),
            ("V CE = 5V", held("VCE", 5.0)),
            ("VGS (V) = 3.5", held("VGS", 3.5)),
            ("VGS = 0", held("VGS", 0.0)),
            ("20µs PULSE WIDTH", held("tp", 20e-6)),
            ("Pulse Width = 300µs", held("tp", 300e-6)),
            ("2% Duty Cycle", held("duty", 0.02)),
            ("VGS (V) =", Said::Symbol("VGS".into(), parse_unit("V").ok())),
            ("10 mA", Said::Value(0.01, Dimension::CURRENT)),
            ("- 40 °C", Said::Value(273.15 - 40.0, Dimension::TEMPERATURE)),
            ("4.5V", Said::Value(4.5, Dimension::VOLTAGE)),
            ("100µsec", Said::Value(1e-4, Dimension::TIME)),
            ("0.20", Said::Number(0.2)),
            ("Scattering Limit", Said::Word("Scattering Limit".into())),
            ("1N4001 - 1N4004", Said::Word("1N4001 - 1N4004".into())),
        ] {
            assert_eq!(one(text), want, "{text}");
        }
        let equals = Condition::Equals { symbol: "IB".into(), factor: 10.0 };
        assert_eq!(one("IC = 10 IB"), Said::Held("IC".into(), equals));
        assert_eq!(say("VGS = 0 V; f = 1 MHz", &names), [held("VGS", 0.0), held("f", 1e6)]);
        assert!(matches!(one("VDS > ID x RDSon"), Said::Word(_)));
    }
}
