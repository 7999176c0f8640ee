use crate::unit::{end_of_part, settle};
use crate::{Dimension, Unit, parse_unit};

/// A unit as a sheet prints it, with every meaning that its spelling can have.
#[derive(Clone, PartialEq, Debug)]
pub struct SheetUnit {
    /// The meaning of the exact spelling, when it has one.
    pub exact: Option<Unit>,
    /// Meanings of other dimensions, for spellings that get upper and lower case wrong: `nS` for
    /// nanoseconds, `C/W` for `°C/W`.
    pub others: Vec<Unit>,
}

impl SheetUnit {
    /// The meaning that has a dimension. Two meanings never share one: a unit is read with
    /// another dimension, never with another size.
    pub fn of(&self, dimension: Dimension) -> Option<Unit> {
        self.exact.iter().chain(&self.others).find(|u| u.dimension == dimension).copied()
    }

    /// The meaning without further evidence.
    pub fn plain(&self) -> Option<Unit> {
        self.exact.or_else(|| self.others.first().copied())
    }
}

/// Spellings of whole units and of their parts, with what they mean.
const WORDS: [(&str, &str); 66] = [
    ("volts", "V"),
    ("volt", "V"),
    ("Volts", "V"),
    ("Volt", "V"),
    ("VOLTS", "V"),
    ("Vdc", "V"),
    ("VDC", "V"),
    ("V(DC)", "V"),
    ("Vrms", "V"),
    ("VRMS", "V"),
    ("Vpk", "V"),
    ("Vp-p", "V"),
    ("Vpp", "V"),
    ("v", "V"),
    ("amps", "A"),
    ("amp", "A"),
    ("Amps", "A"),
    ("Amp", "A"),
    ("AMPS", "A"),
    ("Ampere", "A"),
    ("Amperes", "A"),
    ("amperes", "A"),
    ("Adc", "A"),
    ("ADC", "A"),
    ("Apk", "A"),
    ("A(pk)", "A"),
    ("Arms", "A"),
    ("watts", "W"),
    ("watt", "W"),
    ("Watts", "W"),
    ("Watt", "W"),
    ("WATTS", "W"),
    ("ohm", "Ohm"),
    ("ohms", "Ohm"),
    ("OHM", "Ohm"),
    ("OHMS", "Ohm"),
    ("Ohms", "Ohm"),
    ("Ω", "Ohm"),
    ("\u{2126}", "Ohm"),
    ("mho", "S"),
    ("mhos", "S"),
    ("Mhos", "S"),
    ("MHOS", "S"),
    ("℧", "S"),
    ("siemens", "S"),
    ("sec", "s"),
    ("secs", "s"),
    ("second", "s"),
    ("seconds", "s"),
    ("SEC", "s"),
    ("Sec", "s"),
    ("Second", "s"),
    ("Seconds", "s"),
    ("hz", "Hz"),
    ("HZ", "Hz"),
    ("f", "F"),
    ("farad", "F"),
    ("farads", "F"),
    ("henry", "H"),
    ("joules", "J"),
    ("Joules", "J"),
    ("Joule", "J"),
    ("a", "A"),
    ("db", "dB"),
    ("DB", "dB"),
    ("hours", "h"),
];

/// Prefixes as sheets spell them besides the usual ones. A lone capital `M` is mega and a lone
/// small `m` milli, always.
const SPELLED: [(&str, &str); 18] = [
    ("micro", "u"),
    ("milli", "m"),
    ("nano", "n"),
    ("pico", "p"),
    ("kilo", "k"),
    ("Meg", "M"),
    ("MEG", "M"),
    ("µ", "u"),
    ("μ", "u"),
    ("u", "u"),
    ("U", "u"),
    ("m", "m"),
    ("n", "n"),
    ("N", "n"),
    ("p", "p"),
    ("P", "p"),
    ("K", "k"),
    ("k", "k"),
];

/// Atoms that a prefix may stand before, in their exact spelling.
const ATOMS: [&str; 12] = ["V", "A", "W", "Ohm", "S", "s", "Hz", "F", "C", "H", "J", "Wb"];

/// What cannot be a unit: a text without units, or ratios and counts.
const PURE: [&str; 12] =
    ["%", "1", "dB", "ratio", "V/V", "A/A", "times", "Times", "—", "-", "x", "X"];

/// Reads a unit as sheets print it; `None` when the text is none or is not readable, such as one
/// with a glyph of unknown meaning in it.
pub fn parse_sheet_unit(text: &str) -> Option<SheetUnit> {
    let text = clean(text);
    let pure = |factor: f64| Unit { factor, ..Unit::ONE };
    match text.as_str() {
        "" => return None,
        "%" => return Some(SheetUnit { exact: Some(pure(0.01)), others: Vec::new() }),
        t if PURE.contains(&t) => {
            return Some(SheetUnit { exact: Some(pure(1.0)), others: Vec::new() });
        }
        _ => {}
    }
    let exact = whole(&text);
    let mut others: Vec<Unit> = Vec::new();
    for swapped in swaps(&text) {
        if let Some(unit) = whole(&swapped) {
            let known = exact.iter().chain(&others).any(|u| u.dimension == unit.dimension);
            if !known {
                others.push(unit);
            }
        }
    }
    (exact.is_some() || !others.is_empty()).then_some(SheetUnit { exact, others })
}

/// The text without brackets around it, blanks, and with one spelling of each sign.
fn clean(text: &str) -> String {
    let mut text: String = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            'º' | '˚' | '⁰' | '∘' | '\u{f0b0}' => '°',
            'μ' => 'µ',
            '⋅' | '•' | '∙' | '×' | '.' => '·',
            '⁄' | '∕' | '／' => '/',
            _ => c,
        })
        .collect();
    for (from, to) in [
        ("℃", "°C"),
        ("deg.C", "°C"),
        ("deg·C", "°C"),
        ("degC", "°C"),
        ("DegC", "°C"),
        ("oC", "°C"),
        ("°c", "°C"),
        ("²", "^2"),
        ("³", "^3"),
        ("√Hz", "Hz^(1/2)"),
        ("rtHz", "Hz^(1/2)"),
    ] {
        text = text.replace(from, to);
    }
    // The ring of the degree set as a raised letter or zero.
    for ring in ["OC", "0C"] {
        if let Some(rest) = text.strip_prefix(ring) {
            text = format!("°C{rest}");
        }
        text = text.replace(&format!("/{ring}"), "/°C");
    }
    let inner = [('(', ')'), ('[', ']')].into_iter().find_map(|(open, close)| {
        let inner = text.strip_prefix(open)?.strip_suffix(close)?;
        (!inner.contains(open)).then(|| inner.to_string())
    });
    let mut text = inner.unwrap_or(text);
    // x 10^-4: a factor alone.
    if let Some(rest) = text.strip_prefix(['·', 'x', 'X'])
        && rest.starts_with("10")
    {
        text = rest.replacen("10-", "10^-", 1);
    }
    while text.ends_with(['·', ',', ';', ':']) {
        text.pop();
    }
    text
}

/// Spellings that sheets misprint, with what is meant.
fn swaps(text: &str) -> Vec<String> {
    let mut swaps = Vec::new();
    // nS, µS for seconds; A/µS.
    if text.ends_with('S') {
        swaps.push(format!("{}s", text.get(..text.len() - 1).unwrap_or("")));
    }
    // ms for millisiemens, µs.
    if text.ends_with('s') && !text.ends_with("ohms") {
        swaps.push(format!("{}S", text.get(..text.len() - 1).unwrap_or("")));
    }
    // C/W, W/C, mV/C for °C.
    for (wrong, right) in [("C/W", "°C/W"), ("/C", "/°C"), ("C/mW", "°C/mW")] {
        if (text == wrong || (wrong == "/C" && text.ends_with("/C"))) && !text.contains('°') {
            swaps.push(text.replace(wrong, right));
        }
    }
    if text == "C" || text == "°" {
        swaps.push(String::from("°C"));
    }
    swaps
}

/// Reads products and quotients of parts.
fn whole(text: &str) -> Option<Unit> {
    if text == "°C" {
        return parse_unit("degC").ok();
    }
    let mut unit = Unit::ONE;
    let mut divide = false;
    let mut rest = text;
    for _ in 0..8 {
        let end = end_of_part(rest);
        let (part, tail) = rest.split_at(end);
        let one = part_of(part)?;
        let sign = crate::Exponent::whole(if divide { -1 } else { 1 });
        unit.dimension = unit.dimension.times(one.dimension.power(sign)?)?;
        unit.factor = if divide { unit.factor / one.factor } else { unit.factor * one.factor };
        let mut chars = tail.chars();
        match chars.next() {
            None => return Some(Unit { factor: settle(unit.factor), ..unit }),
            Some(c) => divide = c == '/',
        }
        rest = chars.as_str();
    }
    None
}

/// One factor: `mA`, `µmhos`, `°C`, `A^2`, `A2` (a power whose raising was lost), `10^-4`.
fn part_of(part: &str) -> Option<Unit> {
    if part == "°C" || part == "K" {
        return parse_unit("K").ok();
    }
    // 10^-4/°C, x10^-4/K.
    if let Some(exponent) = part.trim_start_matches(['x', 'X', '×']).strip_prefix("10^") {
        let exponent: i32 = exponent.parse().ok().filter(|e: &i32| e.abs() <= 15)?;
        return Some(Unit { factor: format!("1e{exponent}").parse().ok()?, ..Unit::ONE });
    }
    if let Some(unit) = simple(part) {
        return Some(unit);
    }
    // A²s, whose parts stand without a sign between them, and whose raising may be lost.
    if matches!(part, "A2s" | "A^2s" | "A2S" | "A^2S" | "A2sec" | "A^2sec" | "A2Sec" | "A^2Sec") {
        return parse_unit("A^2*s").ok();
    }
    if part == "Nm" {
        return parse_unit("J").ok();
    }
    let (base, exponent) = part.split_once('^')?;
    let base = canonical(base).unwrap_or_else(|| base.to_string());
    parse_unit(&format!("{base}^{exponent}")).ok()
}

fn simple(part: &str) -> Option<Unit> {
    let name = canonical(part)?;
    if name == "dB" {
        return Some(Unit::ONE);
    }
    parse_unit(&name).ok().filter(|u| !u.is_point())
}

/// The exact spelling of an atom with its prefix.
fn canonical(part: &str) -> Option<String> {
    let known = |t: &str| {
        WORDS
            .iter()
            .find(|w| w.0 == t)
            .map(|w| w.1)
            .or_else(|| ATOMS.iter().find(|a| **a == t).copied())
    };
    // `M` alone before an exact atom is mega; it is never taken for milli.
    let split = |prefix: &str, spelled: &str| {
        let rest = part.strip_prefix(spelled)?;
        let atom = known(rest)?;
        (atom != "dB" && atom != "h").then(|| format!("{prefix}{atom}"))
    };
    if let Some(atom) = known(part) {
        return Some(atom.to_string());
    }
    let prefixed = SPELLED
        .iter()
        .find_map(|(spelled, prefix)| split(prefix, spelled))
        .or_else(|| split("M", "M"))
        .or_else(|| split("G", "G"))
        .or_else(|| split("T", "T"))
        .or_else(|| split("f", "f"));
    // A small prefix letter with a small hertz, `mhz`, is meant as mega and says milli.
    if prefixed.as_deref() == Some("mHz") {
        return None;
    }
    prefixed.or_else(|| {
        let plain = ["%", "ppm", "K", "m", "mm", "cm", "g", "kg", "mg", "in", "mil", "min", "h"];
        plain.contains(&part).then(|| part.to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(String, f64)> {
        let unit = parse_sheet_unit(text)?.plain()?;
        Some((unit.dimension.to_string(), unit.factor))
    }

    #[test]
    fn units_read_as_sheets_print_them() {
        for (text, dimension, factor) in [
            ("V", "V", 1.0),
            ("mV", "V", 1e-3),
            ("Vdc", "V", 1.0),
            ("mVdc", "V", 1e-3),
            ("KV", "V", 1e3),
            ("Volts", "V", 1.0),
            ("µA", "A", 1e-6),
            ("μA", "A", 1e-6),
            ("uA", "A", 1e-6),
            ("mAdc", "A", 1e-3),
            ("nAdc", "A", 1e-9),
            ("UA", "A", 1e-6),
            ("Amps", "A", 1.0),
            ("mΩ", "Ohm", 1e-3),
            ("MΩ", "Ohm", 1e6),
            ("KΩ", "Ohm", 1e3),
            ("kOhms", "Ohm", 1e3),
            ("mohm", "Ohm", 1e-3),
            ("pf", "F", 1e-12),
            ("PF", "F", 1e-12),
            ("ns", "s", 1e-9),
            ("nsec", "s", 1e-9),
            ("µs", "s", 1e-6),
            ("MHz", "Hz", 1e6),
            ("MHZ", "Hz", 1e6),
            ("KHz", "Hz", 1e3),
            ("mmhos", "S", 1e-3),
            ("µmhos", "S", 1e-6),
            ("mho", "S", 1.0),
            ("mS", "S", 1e-3),
            ("nC", "C", 1e-9),
            ("µC", "C", 1e-6),
            ("nH", "H", 1e-9),
            ("mJ", "J", 1e-3),
            ("K/W", "K/W", 1.0),
            ("°C/W", "K/W", 1.0),
            ("℃/ W", "K/W", 1.0),
            ("ºC/W", "K/W", 1.0),
            ("oC/W", "K/W", 1.0),
            ("O C/W", "K/W", 1.0),
            ("0 C/W", "K/W", 1.0),
            ("° C / W", "K/W", 1.0),
            ("A/µs", "A/s", 1e6),
            ("A/us", "A/s", 1e6),
            ("%", "1", 0.01),
            ("dB", "1", 1.0),
            ("(V)", "V", 1.0),
            ("%/°C", "1/K", 0.01),
            ("10^-4/°C", "1/K", 1e-4),
            ("ppm/°C", "1/K", 1e-6),
            ("x 10^-4", "1", 1e-4),
            ("× 10-4", "1", 1e-4),
        ] {
            let (d, f) = read(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(d, dimension.replace("K/W", &k_per_w()), "{text}");
            assert!((f / factor - 1.0).abs() < 1e-12, "{text}: {f}");
        }
        assert_eq!(read("mW/°C").unwrap().1, 1e-3);
        assert_eq!(read("mV/°C").unwrap().1, 1e-3);
        assert_eq!(read("V/ns").unwrap().1, 1e9);
        assert_eq!(read("A²s").unwrap().1, 1.0);
        assert_eq!(read("A2s").unwrap().1, 1.0);
        assert_eq!(read("A^2s").unwrap().1, 1.0);
        assert!(read("nV/√Hz").is_some());
        assert!(parse_sheet_unit("°C").unwrap().plain().unwrap().is_point());
    }

    fn k_per_w() -> String {
        let k = Dimension::TEMPERATURE.per(Dimension::POWER).unwrap();
        k.to_string()
    }

    #[test]
    fn a_misprinted_case_is_read_by_dimension_only() {
        let ns = parse_sheet_unit("nS").unwrap();
        assert_eq!(ns.of(Dimension::CONDUCTANCE).unwrap().factor, 1e-9);
        assert_eq!(ns.of(Dimension::TIME).unwrap().factor, 1e-9);
        assert_eq!(ns.of(Dimension::VOLTAGE), None);
        let thermal = parse_sheet_unit("C/W").unwrap();
        let wanted = Dimension::TEMPERATURE.per(Dimension::POWER).unwrap();
        assert_eq!(thermal.of(wanted).unwrap().factor, 1.0);
        // Never another size: a capital M stays mega.
        assert_eq!(parse_sheet_unit("MA").unwrap().plain().unwrap().factor, 1e6);
    }

    #[test]
    fn what_is_no_unit_is_none() {
        for wrong in ["", "\u{fffd}A", "x9", "mX", "max", "mhz", "Type", "V A", "see"] {
            assert_eq!(parse_sheet_unit(wrong).and_then(|u| u.plain()), None, "{wrong}");
        }
    }
}
