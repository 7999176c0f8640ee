//! Units as the titles of axes tell them.

use super::label::say::printed_unit;
use espice_units::{Dimension, Unit, parse_unit};

/// Units in words, as they stand in titles; in capitals.
const WORDS: [(&str, &str); 27] = [
    ("VOLTS", "V"),
    ("VOLT", "V"),
    ("MILLIVOLTS", "mV"),
    ("AMPS", "A"),
    ("AMP", "A"),
    ("AMPERES", "A"),
    ("AMPERE", "A"),
    ("MILLIAMPS", "mA"),
    ("MILLIAMPERES", "mA"),
    ("MICROAMPS", "µA"),
    ("OHMS", "Ω"),
    ("MHOS", "S"),
    ("OHM", "Ω"),
    ("WATTS", "W"),
    ("WATT", "W"),
    ("MILLIWATTS", "mW"),
    ("SECONDS", "s"),
    ("SEC", "s"),
    ("SECS", "s"),
    ("MSEC", "ms"),
    ("µSEC", "µs"),
    ("NSEC", "ns"),
    ("PICOFARADS", "pF"),
    ("DEGREES", "deg"),
    ("DEGREE", "deg"),
    ("PERCENT", "%"),
    ("DECIBELS", "dB"),
];

/// The unit that a title tells, as printed: in brackets anywhere, last bracket first; or behind
/// a comma, a dash or a slash at the end.
pub(super) fn unit_of(title: &str) -> Option<String> {
    let mut found = None;
    let mut open: Vec<usize> = Vec::new();
    for (i, c) in title.char_indices() {
        match c {
            '(' | '[' => open.push(i),
            ')' | ']' => {
                let Some(from) = open.pop() else { continue };
                let Some(inner) = title.get(from + 1..i) else { continue };
                // A bracket that touches a symbol and holds letters such as `on` or `th` is part
                // of the symbol; those are no units anyway.
                if let Some(unit) = cleaned(inner) {
                    found = Some(unit);
                }
            }
            _ => {}
        }
    }
    if found.is_some() {
        return found;
    }
    let (head, tail) = title.trim().rsplit_once([' ', ',', '/', '-'])?;
    let separated = title.get(head.len()..).is_some_and(|rest| rest.starts_with([',', '/', '-']))
        || head.trim_end().ends_with([',', '/', '-', '–', '—', ':']);
    let word = WORDS.iter().any(|w| w.0 == tail.to_uppercase());
    if word || separated { cleaned(tail) } else { None }
}

/// The unit that an axis prints; its title tells what a unit in capitals means.
pub(super) fn read(text: &str, title: &str) -> Option<Unit> {
    let text = text.trim();
    // `TIME (nS)`: nobody means siemens.
    let spoken =
        || title.split(|c: char| !c.is_alphabetic()).any(|w| w.eq_ignore_ascii_case("time"));
    if let Some(prefix) = text.strip_suffix('S').filter(|p| p.chars().count() <= 1)
        && spoken()
    {
        return parse_unit(&format!("{prefix}s")).ok().filter(|u| u.dimension == Dimension::TIME);
    }
    printed_unit(text).or_else(|| parse_unit(&spelled_out(text)?).ok())
}

/// A unit in words, with or without a prefix: `MILLIAMPERES`, `kOHMS`.
fn spelled_out(text: &str) -> Option<String> {
    let word = |t: &str| WORDS.iter().find(|w| w.0 == t.to_uppercase()).map(|w| w.1);
    if let Some(unit) = word(text) {
        return Some(unit.to_string());
    }
    let first = text.chars().next().filter(|c| matches!(c, 'k' | 'K' | 'm' | 'µ' | 'μ' | 'M'))?;
    let unit = word(text.get(first.len_utf8()..)?).filter(|u| u.chars().count() == 1)?;
    Some(format!("{}{unit}", if first == 'K' { 'k' } else { first }))
}

/// A text in brackets as a unit, when it is one: without blanks, with one degree sign.
fn cleaned(text: &str) -> Option<String> {
    let text: String = text.trim().replace(['º', '˚'], "°").replace(' ', "");
    // Raised signs of old fonts come out as underscores.
    let text = text.replace("10^_", "10^-");
    let text = match text.strip_prefix(['o', '0', 'O']) {
        Some(rest) if matches!(rest, "C" | "F" | "C/W") => format!("°{rest}"),
        _ => text,
    };
    is_unit(&text).then_some(text)
}

fn is_unit(text: &str) -> bool {
    if text.is_empty() || text.chars().count() > 14 {
        return false;
    }
    let multiple = text.strip_prefix(['x', 'X', '×']).is_some_and(|t| t.starts_with("10"));
    let plain = text.to_uppercase();
    multiple
        || WORDS.iter().any(|w| w.0 == plain)
        || spelled_out(text).is_some()
        || matches!(
            text,
            "dB" | "dBm"
                | "°"
                | "ppm"
                | "mm²"
                | "mm2"
                | "A²s"
                | "A2s"
                | "mhos"
                | "µmhos"
                | "°C/W"
                | "°C/mW"
                | "mm^2"
                | "A^2s"
        )
        || parse_unit(text).is_ok() && !text.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_titles() {
        for (title, unit) in [
            ("ID, Drain-to-Source Current (A)", Some("A")),
            ("VF - Forward Voltage (V)", Some("V")),
            ("IF [mA]", Some("mA")),
            ("IC[mA], COLLECTOR CURRENT", Some("mA")),
            ("IF(AV)(A)", Some("A")),
            ("VGS(th) (V)", Some("V")),
            ("TJ, Junction Temperature ( °C)", Some("°C")),
            ("RDS(on), On Resistance (Normalized)", None),
            ("VCE, COLLECTOR VOLTAGE (VOLTS)", Some("VOLTS")),
            ("Forward Current - mA", Some("mA")),
            ("Forward Voltage, V", Some("V")),
            ("RATIO (x10-4)", Some("x10-4")),
            ("hFE, DC CURRENT GAIN", None),
            ("Drain Current : ID [A]", Some("A")),
            ("RS, SOURCE RESISTANCE (k OHMS)", Some("kOHMS")),
            ("a", None),
        ] {
            assert_eq!(unit_of(title).as_deref(), unit, "{title}");
        }
    }

    #[test]
    fn units_in_words_and_in_capitals() {
        for (text, title, factor) in [
            ("AMPERES", "AVERAGE FORWARD CURRENT, AMPERES", 1.0),
            ("MILLIAMPERES", "REVERSE CURRENT", 1e-3),
            ("kOHMS", "hie, INPUT IMPEDANCE (k OHMS)", 1e3),
            ("nS", "TIME (nS)", 1e-9),
            ("mS", "FORWARD TRANSCONDUCTANCE (mS)", 1e-3),
        ] {
            let unit = read(text, title).unwrap();
            assert!((unit.to_si(1.0) / factor - 1.0).abs() < 1e-12, "{title}");
            assert_eq!(unit.dimension == Dimension::TIME, text == "nS", "{title}");
        }
        assert!(read("boxes", "COUNT").is_none());
    }
}
