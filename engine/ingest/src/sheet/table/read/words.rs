//! The text of cells: as one line, as a symbol, as folded spellings and as bags of words.

use crate::sheet::text::{UNKNOWN, Word};
use std::collections::BTreeSet;

/// The words as they are printed, one blank between them; raised numbers have `^` before them.
pub(super) fn line(words: &[Word]) -> String {
    let mut out = String::new();
    let mut glued = true;
    for (at, word) in words.iter().enumerate() {
        if !glued {
            out.push(' ');
        }
        // `150 o C`: a raised letter for the degree sign.
        let next = words.get(at + 1).map_or("", |w| w.text.as_str());
        let celsius = next.strip_prefix('C').is_some_and(|r| !r.starts_with(char::is_alphanumeric));
        let counted = out.trim_end().ends_with(|c: char| c.is_ascii_digit());
        glued = word.text == "o" && celsius && counted;
        out.push_str(if glued { "°" } else { &word.text });
    }
    out
}

/// A spelling without blanks and underscores, with one kind of each sign, in its case.
pub(super) fn joined(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && *c != '_')
        .map(|c| match c {
            '∆' => 'Δ',
            '−' | '–' | '—' | '‑' | '‐' => '-',
            'Θ' | 'ϑ' | 'ϴ' => 'θ',
            c => c,
        })
        .collect()
}

/// A spelling without case, brackets and signs, Greek letters by their names; empty when a glyph
/// in it is unknown.
pub(super) fn fold(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            UNKNOWN => return String::new(),
            'θ' | 'Θ' | 'ϑ' | 'ϴ' => out.push_str("th"),
            'Δ' | '∆' | 'δ' => out.push('d'),
            'η' => out.push_str("eta"),
            'α' => out.push_str("alpha"),
            'β' => out.push_str("beta"),
            'λ' => out.push_str("lambda"),
            'ψ' | 'Ψ' => out.push_str("psi"),
            'φ' | 'ϕ' | 'Φ' => out.push_str("phi"),
            'ƒ' => out.push('f'),
            '²' => out.push('2'),
            c if c.is_ascii_alphanumeric() => out.push(c.to_ascii_lowercase()),
            _ => {}
        }
    }
    out
}

/// Words that names of quantities carry or leave out without another meaning.
const IDLE: [&str; 26] = [
    "the",
    "of",
    "to",
    "and",
    "a",
    "an",
    "from",
    "in",
    "at",
    "dc",
    "continuous",
    "static",
    "per",
    "maximum",
    "minimum",
    "typical",
    "max",
    "min",
    "typ",
    "value",
    "note",
    "with",
    "see",
    "fig",
    "figure",
    "notes",
];

/// Words that sheets write in two, with what they are in one.
const PAIRS: [(&str, &str, &str); 16] = [
    ("cut", "off", "cutoff"),
    ("pinch", "off", "pinchoff"),
    ("stand", "off", "standoff"),
    ("turn", "on", "turnon"),
    ("turn", "off", "turnoff"),
    ("on", "state", "onstate"),
    ("off", "state", "offstate"),
    ("non", "repetitive", "nonrepetitive"),
    ("band", "width", "bandwidth"),
    ("break", "down", "breakdown"),
    ("heat", "sink", "heatsink"),
    ("short", "circuit", "shortcircuit"),
    ("on", "resistance", "onresistance"),
    ("cross", "over", "crossover"),
    ("dv", "dt", "dvdt"),
    ("wave", "form", "waveform"),
];

/// Spellings of one word.
const SAME: [(&str, &str); 12] = [
    ("temp", "temperature"),
    ("resist", "resistance"),
    ("cap", "capacitance"),
    ("capacitances", "capacitance"),
    ("characteristics", "characteristic"),
    ("charges", "charge"),
    ("voltages", "voltage"),
    ("currents", "current"),
    ("temperatures", "temperature"),
    ("volt", "voltage"),
    ("dvdt", "dvdt"),
    ("recovered", "recovery"),
];

/// The words of a name that carry meaning.
pub(super) fn bag(text: &str) -> BTreeSet<String> {
    sequence(text).into_iter().collect()
}

/// The words of a name that carry meaning, in their order.
pub(super) fn sequence(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        at += 1;
        let next = words.get(at).copied().unwrap_or("");
        let pair = PAIRS.iter().find(|p| p.0 == *word && p.1 == next);
        let word = match pair {
            Some(pair) => {
                at += 1;
                pair.2
            }
            None => word,
        };
        let unit = word.chars().count() == 1;
        if IDLE.contains(&word) || unit || word.starts_with(|c: char| c.is_ascii_digit()) {
            continue;
        }
        let word = SAME.iter().find(|s| s.0 == word).map_or(word, |s| s.1);
        found.push(word.to_string());
    }
    found
}

/// Whether a text holds a word, whatever its case.
pub(super) fn says(text: &str, words: &[&str]) -> bool {
    let lower = text.to_lowercase();
    lower.split(|c: char| !c.is_alphanumeric()).any(|w| words.contains(&w))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_fold_to_one() {
        for spelled in ["RθJA", "RΘJA", "Rth(j-a)", "RthJ-A", "Rth j-a", "R thJA", "RTHJA"] {
            assert_eq!(fold(spelled), "rthja", "{spelled}");
        }
        assert_eq!(fold("∆V(BR)DSS/∆TJ"), fold("dV(BR)DSS/dTJ"));
        assert_eq!(fold("V\u{fffd}S"), "");
        assert_eq!(joined("VCE (sat)"), "VCE(sat)");
    }

    #[test]
    fn names_are_bags_of_words() {
        assert_eq!(bag("Drain-to-Source Breakdown Voltage"), bag("drain source breakdown voltage"));
        assert_eq!(bag("Collector Cut-off Current"), bag("collector cutoff current (max.)"));
        assert_eq!(bag("Turn−On Delay Time"), bag("turn-on delay time"));
        assert_ne!(bag("turn-on time"), bag("turn-off time"));
        assert!(says("Typical Thermal Resistance", &["typical"]));
        assert!(!says("Atypical", &["typical"]));
    }
}
