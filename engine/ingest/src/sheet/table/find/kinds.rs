//! What kind of thing a cell's text is: a number, a blank, a unit, a part name, a condition.

/// Marks that stand for "no value".
pub(super) fn is_blank_mark(text: &str) -> bool {
    let t = text.trim();
    !t.is_empty()
        && (t.chars().all(|c| {
            matches!(
                c,
                '-' | '‐'
                    | '‑'
                    | '–'
                    | '—'
                    | '―'
                    | '−'
                    | '─'
                    | '⎯'
                    | 'ー'
                    | '一'
                    | '_'
                    | '…'
                    | '/'
                    | '*'
            )
        }) || t.chars().all(|c| c == '.')
            || matches!(t, "n/a" | "N/A" | "NA" | "n.a."))
}

/// Words between the ends of a range.
pub(super) fn is_range_word(text: &str) -> bool {
    matches!(
        text,
        "to" | "~" | "～" | "∼" | "…" | "..." | "bis" | "à" | "thru" | "through" | "TO" | "To"
    )
}

/// Whether a word has a number with at most signs around it: `25`, `±20`, `-55~+150`, `0.65`,
/// `≤1.2`, `1,000`, `2.0k`.
pub(super) fn is_number(text: &str) -> bool {
    let t = text.trim_matches(|c: char| matches!(c, '(' | ')' | '[' | ']' | '*' | ',' | ';'));
    let mut digits = 0usize;
    let mut letters = 0usize;
    let mut exponent = false;
    for c in t.chars() {
        if c.is_ascii_digit() {
            digits += 1;
            // `2N5457` is a name; a letter ends a number but for an exponent.
            if letters > 0 && !exponent {
                return false;
            }
        } else if c.is_alphabetic() {
            letters += 1;
            exponent = matches!(c, 'e' | 'E' | 'x');
        } else if !matches!(
            c,
            '.' | ','
                | '+'
                | '-'
                | '−'
                | '–'
                | '±'
                | '~'
                | '～'
                | '∼'
                | '<'
                | '>'
                | '≤'
                | '≥'
                | '＜'
                | '＞'
                | '='
                | '%'
                | '°'
                | '/'
                | '×'
                | '('
                | ')'
                | '*'
                | '·'
                | '^'
                | '…'
                | 'µ'
                | 'Ω'
        ) {
            return false;
        }
    }
    // Letters only behind: a unit, a factor, a note.
    let lead = t.trim_start_matches([
        '+', '-', '−', '–', '±', '~', '<', '>', '≤', '≥', '＜', '＞', '=', '.', '(',
    ]);
    digits > 0 && letters <= 2 && lead.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether a text, the words of a value cell, shows a value: numbers with signs, range words and
/// at most a unit.
pub(super) fn is_value_text(text: &str) -> bool {
    let mut numbers = 0usize;
    // A remark in brackets may say anything: 300 (1.6 mm from case).
    let mut remark = false;
    for word in text.split_whitespace() {
        remark |= numbers > 0 && word.starts_with('(');
        if remark {
            remark = !word.ends_with(')');
        } else if is_number(word) {
            numbers += 1;
        } else if !(is_range_word(word)
            || is_blank_mark(word)
            || is_unit(word)
            || matches!(
                word,
                "±" | "+" | "x" | "×" | "typ" | "typ." | "max" | "max." | "min" | "min."
            )
            || (word.starts_with('(') || word.ends_with(')')))
        {
            return false;
        }
    }
    numbers > 0
}

/// The number that a plain value cell shows; `None` for ranges, ± and anything else.
pub(super) fn plain_number(text: &str) -> Option<f64> {
    let mut t: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    t = t.replace(['−', '–'], "-");
    t.trim_start_matches('+').parse::<f64>().ok().filter(|v| v.is_finite())
}

/// Prefixes of units.
const PREFIXES: &[char] = &['p', 'n', 'u', 'µ', 'μ', 'm', 'k', 'K', 'M', 'G', 'f', 'c'];

/// Units without prefix.
const UNITS: &[&str] = &[
    "V", "A", "W", "F", "H", "Ω", "ohm", "ohms", "Ohm", "Ohms", "OHM", "OHMS", "Hz", "HZ", "hz",
    "s", "S", "C", "°C", "℃", "ºC", "K", "J", "dB", "db", "DB", "%", "m", "sec", "mho", "mhos",
    "µmhos", "oC", "0C", "VDC", "Vdc", "ADC", "Adc", "VRMS", "Vrms", "V(pk)", "pcs", "T", "g", "N",
    "Nm", "rad", "Watts", "Volts", "Amps", "in", "lbf", "mil", "deg", "°", "Cel", "CO", "Ws", "As",
    "A2s", "A²s", "Vp", "Ap", "Vpp", "bit", "bits", "LSB", "cd", "lm", "lx", "ppm", "dBm", "VAC",
    "d",
];

/// Whether a word is a unit, possibly a compound one: `V`, `mΩ`, `mW/°C`, `V/ns`, `nV/√Hz`, `A2s`.
pub(super) fn is_unit(text: &str) -> bool {
    let t = text.trim_matches(|c: char| matches!(c, '(' | ')' | '[' | ']' | '.' | ',' | ':'));
    !t.is_empty()
        && t.split(['/', '·', '•', '*', '⋅', '-', '√'])
            .filter(|p| !p.is_empty())
            .all(is_simple_unit)
        && t.chars().any(char::is_alphabetic) | t.contains(['%', '°', '℃', 'Ω'])
}

fn is_simple_unit(text: &str) -> bool {
    let known = |t: &str| UNITS.contains(&t);
    // One exponent: `2N2222` is no number of newtons.
    let t = text.strip_suffix(['2', '3', '²', '³', '½']).unwrap_or(text).trim_end_matches('^');
    if known(text) || known(t) {
        return true;
    }
    let mut chars = t.chars();
    match chars.next() {
        Some(c) if PREFIXES.contains(&c) => known(chars.as_str()),
        _ => false,
    }
}

/// Names of packages begin like this; they look like part names.
const PACKAGES: &[&str] = &[
    "SOT", "SOD", "TO-", "TO2", "DO-", "DO2", "SMA", "SMB", "SMC", "SC-", "DPAK", "D2PAK", "QFN",
    "DFN", "LFPAK", "SOIC", "SO-", "SO8", "TSSOP", "TSOP", "MSOP", "PDIP", "DIP", "IPAK", "PQFN",
    "MELF", "WLCSP", "TSOT", "TSLP", "UMT", "EMT", "VMT", "FPAK", "TFP", "PG-", "SSOP", "TSMT",
    "TUMT", "HVSOF", "JEDEC",
];

/// Whether a word names a package: `TO-39`, `SOT-23`, `SOD123`.
pub(super) fn is_package(text: &str) -> bool {
    let t = text.trim_matches(|c: char| !c.is_alphanumeric());
    let digits = t.chars().filter(char::is_ascii_digit).count();
    PACKAGES.iter().any(|p| t.starts_with(p)) && digits >= 1 && t.len() <= 12 && !is_suppressor(t)
}

/// Suppressors and zener diodes that are called after their package: `SMAJ5.0A`, `SMBG12CA`.
fn is_suppressor(text: &str) -> bool {
    ["SMA", "SMB", "SMC"].iter().filter_map(|p| text.strip_prefix(p)).any(|rest| {
        let mut next = rest.chars();
        next.next().is_some_and(|c| c.is_ascii_uppercase())
            && next.next().is_some_and(|c| c.is_ascii_digit())
    })
}

/// Whether a word names a part of a maker's series: `1N4001`, `BC547B`, `*MMBT3904`, `IRF540N`.
pub(super) fn is_part(text: &str) -> bool {
    let t = text.trim_matches(|c: char| !c.is_alphanumeric());
    if PACKAGES.iter().any(|p| t.starts_with(p)) && !is_suppressor(t) {
        return false;
    }
    let mut pieces = t.split(['/', ',']).filter(|p| !p.is_empty());
    pieces.next().is_some_and(is_one_part)
        && pieces.all(|p| {
            let short = p.chars().count() <= 2 && p.chars().all(|c| c.is_ascii_uppercase());
            let number = p.trim_end_matches(|c: char| c.is_ascii_uppercase());
            let tail = number.len() >= 2 && p.len() - number.len() <= 2;
            short || (tail && number.chars().all(|c| c.is_ascii_digit())) || is_one_part(p)
        })
}

fn is_one_part(t: &str) -> bool {
    // `µA7805` is a name.
    let t = t.trim().trim_start_matches(['µ', 'μ']);
    let digits = t.chars().filter(char::is_ascii_digit).count();
    let upper = t.chars().filter(char::is_ascii_uppercase).count();
    let other = t
        .chars()
        .filter(|c| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '/' | '.' | '+')))
        .count();
    let lower = t.chars().filter(char::is_ascii_lowercase).count();
    // A number with a unit or a factor is no part: `100V`, `10K`.
    let measure = t.starts_with(|c: char| c.is_ascii_digit())
        && is_unit(t.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.'));
    digits >= 2 && upper >= 1 && t.len() >= 4 && other == 0 && lower <= 2 && !measure
}

/// Whether a word looks like a symbol: `VF`, `hFE`, `RDS(on)`, `V(BR)DSS`, `Qgs`, `|yfs|`.
pub(super) fn is_symbol_like(text: &str) -> bool {
    let t = text.trim_matches(|c: char| matches!(c, '|' | ',' | ' '));
    let first = t.chars().next().is_some_and(char::is_alphabetic) || t.starts_with(['Δ', 'η', 'θ']);
    first
        && t.chars().count() <= 14
        && !t.contains(' ')
        && t.chars().filter(|c| c.is_uppercase()).count() >= 1
        || matches!(t, "hfe" | "tr" | "tf" | "td" | "ts" | "gfs" | "trr" | "fT" | "dv/dt" | "di/dt")
}

/// What a conditions text sets: the words before `=`, `≤`, `<` and the like, without blanks, and
/// `for` where it names the parts that it holds for.
pub(super) fn assigned(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let named = parts_of(text);
    out.extend(named.map(|_| String::from("for")));
    for part in named.unwrap_or(text).split([',', ';']) {
        if let Some(at) = part.find(['=', '≤', '≥', '<', '>', '＝']) {
            let left: String =
                part.get(..at).unwrap_or("").chars().filter(|c| !c.is_whitespace()).collect();
            let left = left.trim_start_matches(['@', '(', '.']).to_string();
            if !left.is_empty() && left.chars().count() <= 14 {
                out.push(left);
            }
        }
    }
    out
}

/// What follows the parts that a text begins with: `for TIP41B/41C VCE = 60 V`.
fn parts_of(text: &str) -> Option<&str> {
    let (word, mut rest) = text.trim().split_once(' ')?;
    if !word.eq_ignore_ascii_case("for") || !is_part(rest.split(' ').next()?) {
        return None;
    }
    loop {
        let (first, tail) = rest.split_once(' ').unwrap_or((rest, ""));
        if !(is_part(first) || matches!(first, "and" | "or" | "&")) {
            return Some(rest);
        }
        rest = tail;
    }
}

/// Whether a text reads like a test condition.
pub(super) fn is_condition(text: &str) -> bool {
    !assigned(text).is_empty() || text.trim_start().starts_with('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_from_words() {
        for text in [
            "25",
            "±20",
            "± 20",
            "-55 to +150",
            "-65 ~ 150",
            "0.65~0.85",
            "1,000",
            "300 (1.6mm",
            "300 (1.6mm from case )",
            "5.0 µA",
            "-",
        ] {
            assert_eq!(is_value_text(text), text != "-", "{text}");
        }
        for text in ["see figure", "2N5457", "Intrinsic turn-on time", "VGS=10V,", "300 (a) or b"] {
            assert!(!is_value_text(text), "{text}");
        }
        assert!(is_blank_mark("—–") && is_blank_mark("--") && !is_blank_mark("-5"));
        assert_eq!(plain_number("- 100"), Some(-100.0));
    }

    #[test]
    fn units_and_parts() {
        for unit in ["V", "mΩ", "mW/°C", "V/ns", "pF", "µA", "℃/", "K/W", "kHz", "nV/√Hz", "A2s"]
        {
            assert!(is_unit(unit), "{unit}");
        }
        assert!(
            is_package("TO-39")
                && is_package("SOT-23")
                && !is_package("TO-")
                && !is_package("BC547")
        );
        assert!(!is_unit("Value") && !is_unit("25") && !is_unit("-"));
        for part in ["1N4001", "2N2222", "*MMBT3904", "BC546", "2N5457", "IRF540N", "LM139A"] {
            assert!(is_part(part), "{part}");
        }
        assert!(is_part("SMAJ5.0A") && !is_package("SMBJ12CA") && is_package("SMA-2"));
        for other in ["SOT-23", "100V", "VGS", "Max", "TO-92", "10K", "25°C"] {
            assert!(!is_part(other), "{other}");
        }
    }

    #[test]
    fn conditions_name_their_symbols() {
        assert_eq!(assigned("VDS = 80V, VGS = 0V, TJ = 150°C"), ["VDS", "VGS", "TJ"]);
        assert_eq!(assigned("tp ≤ 10 µs; pulsed"), ["tp"]);
        assert_eq!(assigned("for TIP41B/41C VCE = 60 V"), ["for", "VCE"]);
        assert_eq!(assigned("for TIP41A/42A"), ["for"]);
        assert_eq!(assigned("for 10 s"), [""; 0]);
        assert!(is_condition("@ TA") && !is_condition("Figure 9"));
    }
}
