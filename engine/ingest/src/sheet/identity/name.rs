//! Part names in texts: which words are names, and what lists and ranges of them stand for.

use super::package;

/// Starts of words with digits that are standards and authorities, not parts.
const NOT_PARTS: &[&str] = &[
    "ISO", "IEC", "AEC", "UL94", "CECC", "MIL", "JESD", "JEDEC", "EIA", "IPC", "ASTM", "RS-",
    "EN60", "DIN", "REV", "PAGE", "FIG", "NOTE", "ROHS", "HTTP", "2002", "2011", "2015",
];
/// Words of a line that speaks of other parts than the sheet's own.
const OTHERS: &[&str] = &[
    "complement",
    "complementary",
    "equivalent",
    "replaces",
    "replacement",
    "supersedes",
    "similar",
];
/// Words between the ends of a range.
const RANGE: &[&str] = &["-", "–", "—", "−", "~", "to", "thru", "through", "…", "...", ".."];
/// Names that one text may give.
const MOST: usize = 100;

/// Whether a line speaks of other parts.
pub(super) fn of_others(plain: &str) -> bool {
    plain.split(' ').any(|w| OTHERS.contains(&w))
}

/// Whether a word can be a part's name: letters and digits, two digits at least, no value with a
/// unit, no package, no standard.
pub(super) fn is_part(word: &str) -> bool {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let capital = word.chars().any(|c| c.is_ascii_uppercase());
    let clean = word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | 'µ'));
    if !(4..=20).contains(&word.chars().count()) || digits < 2 || !capital || !clean {
        return false;
    }
    if !word.starts_with(|c: char| c.is_alphanumeric()) || !word.ends_with(char::is_alphanumeric) {
        return false;
    }
    let upper = word.to_ascii_uppercase();
    if NOT_PARTS.iter().any(|n| upper.starts_with(n)) || package::named(word).is_some() {
        return false;
    }
    // `100V`, `800-mA`, `94V-0`: a value with its unit.
    let rest = word.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    if rest.len() < word.len() {
        let letters = rest.chars().take_while(char::is_ascii_alphabetic).count();
        let after = rest.get(letters..).unwrap_or("");
        if letters == 0 || after.is_empty() && letters <= 3 || after.starts_with('-') {
            return false;
        }
    }
    // A point stands in a name only far from its start: `P6KE6.8A`.
    word.split_once('.').is_none_or(|(before, _)| {
        before.chars().filter(char::is_ascii_alphabetic).count() >= 2
            && before.chars().any(|c| c.is_ascii_digit())
    })
}

/// What a text names: single parts, and ranges by their ends.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Names {
    /// The parts in the order of their names in the text.
    pub parts: Vec<String>,
    /// Ends of ranges; both are among the parts.
    pub ranges: Vec<(String, String)>,
}

/// The parts that a text names: `BC546/547/548`, `BAT54A/C/S`, `1N4001 THRU 1N4007`.
pub(super) fn read(text: &str) -> Names {
    let mut names = Names::default();
    let mut last: Option<String> = None;
    let mut range = false;
    for (word, joined) in words(text) {
        if RANGE.contains(&word.to_lowercase().as_str()) {
            range = last.is_some();
            continue;
        }
        let (name, end) = match word.split_once(['-', '–', '—']) {
            Some((from, to))
                if is_part(from) && (is_part(to) || all_digits(to)) && !is_part_of(from, to) =>
            {
                (Some(from.to_string()), Some(to.to_string()))
            }
            _ if is_part(&word) => (Some(word.clone()), None),
            _ => {
                let after = last.as_deref().filter(|_| joined || range);
                (after.and_then(|l| completed(l, &word)), None)
            }
        };
        let Some(name) = name else {
            if !matches!(word.to_lowercase().as_str(), "and" | "or" | "series") {
                last = None;
            }
            range = false;
            continue;
        };
        let end = end.and_then(|e| if is_part(&e) { Some(e) } else { completed(&name, &e) });
        if let Some(from) = last.take().filter(|_| range) {
            names.ranges.push((from, name.clone()));
        }
        range = false;
        names.add(&name);
        if let Some(end) = &end {
            names.add(end);
            names.ranges.push((name.clone(), end.clone()));
        }
        last = end.or(Some(name));
        if names.parts.len() >= MOST {
            break;
        }
    }
    names
}

impl Names {
    fn add(&mut self, name: &str) {
        if !self.parts.iter().any(|p| p == name) {
            self.parts.push(name.to_string());
        }
    }
}

/// `BTA16-600B` is one name: what follows the dash is neither a name of the same kind nor the
/// other end of a range.
fn is_part_of(from: &str, to: &str) -> bool {
    let start = |t: &str| t.chars().take(2).collect::<String>();
    if all_digits(to) {
        // `1N4001-07` is a range; `LM1117-33` is a name.
        let tail = from.chars().rev().take_while(char::is_ascii_digit).collect::<String>();
        let tail: String = tail.chars().rev().collect();
        let end = tail.get(tail.len().saturating_sub(to.len())..).unwrap_or("");
        return tail.len() < to.len() || end >= to;
    }
    start(from) != start(to)
}

/// The words of a text, and whether a mark of listing joins each to the one before.
fn words(text: &str) -> Vec<(String, bool)> {
    let mut out: Vec<(String, bool)> = Vec::new();
    let mut word = String::new();
    let mut joined = false;
    for c in text.chars().take(2000).chain([' ']) {
        let mark = matches!(c, '/' | ',' | ';' | '&' | '|');
        if mark || c.is_whitespace() || matches!(c, '(' | ')' | ':' | '_' | '*' | '®' | '™') {
            if !word.is_empty() {
                let trimmed = word.trim_end_matches('.');
                let kept = if trimmed.is_empty() { word.as_str() } else { trimmed };
                // A point between two whole names parts them: `1N4148.1N4448`.
                if kept.contains('.') && kept.split('.').all(is_part) {
                    for (n, name) in kept.split('.').enumerate() {
                        out.push((name.to_string(), joined || n > 0));
                    }
                } else {
                    out.push((kept.to_string(), joined));
                }
                word.clear();
                joined = false;
            }
            joined |= mark;
        } else {
            word.push(c);
        }
    }
    out
}

/// `547` after `BC546`, `C` after `BAT54A`: the end of the name before is exchanged or added to.
fn completed(last: &str, word: &str) -> Option<String> {
    let letters = (1..=2).contains(&word.len()) && word.chars().all(|c| c.is_ascii_uppercase());
    let ends_with_digit = last.ends_with(|c: char| c.is_ascii_digit());
    if letters {
        let stem = last.trim_end_matches(|c: char| c.is_ascii_uppercase());
        let own = last.len() - stem.len();
        return match own {
            0 => Some(format!("{last}{word}")),
            1 | 2 => Some(format!("{stem}{word}")),
            _ => None,
        };
    }
    let number: String = word.chars().take_while(char::is_ascii_digit).collect();
    let suffix = word.get(number.len()..).unwrap_or("");
    if number.len() < 2 || suffix.len() > 2 || !suffix.chars().all(|c| c.is_ascii_uppercase()) {
        return None;
    }
    let bare = if ends_with_digit {
        last
    } else {
        last.trim_end_matches(|c: char| c.is_ascii_uppercase())
    };
    let tail = bare.chars().rev().take_while(char::is_ascii_digit).count();
    (tail >= number.len())
        .then(|| bare.get(..bare.len() - number.len()).map(|stem| format!("{stem}{word}")))
        .flatten()
}

fn all_digits(text: &str) -> bool {
    text.len() >= 2 && text.chars().all(|c| c.is_ascii_digit())
}

/// The numbered names between two, without the ends: `1N4002` … `1N4006`.
pub(super) fn between(from: &str, to: &str) -> Vec<String> {
    let split = |t: &str| {
        let suffix = t.len() - t.trim_end_matches(|c: char| c.is_ascii_uppercase()).len();
        let body = t.get(..t.len() - suffix)?;
        let digits = body.chars().rev().take_while(char::is_ascii_digit).count();
        let stem = body.get(..body.len() - digits)?;
        let number = body.get(body.len() - digits..)?;
        let value = number.parse::<u64>().ok()?;
        Some((stem.to_string(), value, number.len(), t.get(t.len() - suffix..)?.to_string()))
    };
    match (split(from), split(to)) {
        (Some((a, low, width, x)), Some((b, high, other, y)))
            if a == b && x == y && width == other && low < high && high - low <= 200 =>
        {
            (low + 1..high).map(|n| format!("{a}{n:0width$}{x}")).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_ranges_of_names_are_read() {
        for (text, parts) in [
            ("BC546/547/548/549/550", "BC546 BC547 BC548 BC549 BC550"),
            ("BAT54 / BAT54A/C/S", "BAT54 BAT54A BAT54C BAT54S"),
            ("BC556; BC557", "BC556 BC557"),
            ("PN2222, PN2222A", "PN2222 PN2222A"),
            ("BC546B, BC547A, B, C, BC548B, C", "BC546B BC547A BC547B BC547C BC548B BC548C"),
            ("1N4001-1N4007", "1N4001 1N4007 1N4001>1N4007"),
            ("1N4001-07", "1N4001 1N4007 1N4001>1N4007"),
            ("1N4001 THRU 1N4007", "1N4001 1N4007 1N4001>1N4007"),
            ("SR520 - SR560", "SR520 SR560 SR520>SR560"),
            ("BTA16-600B", "BTA16-600B"),
            ("60 V, 300 mA N-channel Trench MOSFET", ""),
            ("LM1117 800-mA Low-Dropout Linear Regulator", "LM1117"),
            ("TO-220AB SOT-23 DO-41 SOD323", ""),
            ("30V 5.6A 94V-0 IEC61249 10/100 25°C", ""),
            ("QBL8XX15C_series", "QBL8XX15C"),
            ("1N4148.1N4448", "1N4148 1N4448"),
            ("P6KE6.8A THRU P6KE440A", "P6KE6.8A P6KE440A P6KE6.8A>P6KE440A"),
        ] {
            let names = read(text);
            let ranges = names.ranges.iter().map(|(a, b)| format!("{a}>{b}"));
            let shown: Vec<String> = names.parts.iter().cloned().chain(ranges).collect();
            assert_eq!(shown.join(" "), parts, "{text}");
        }
        assert_eq!(between("1N4001", "1N4004").join(" "), "1N4002 1N4003");
        assert!(between("1N4001", "2N4004").is_empty());
    }
}
