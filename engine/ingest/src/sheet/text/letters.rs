use super::UNKNOWN;

/// Characters that are written as another one, so that a quantity has one spelling. Sorted.
///
/// Sources: Unicode 16 charts; U+2126 OHM SIGN and U+03BC are canonical or compatibility
/// equivalents of the forms used here, the rest is what fonts of datasheets are known to hold.
const SAME: &[(char, &str)] = &[
    ('\u{a0}', " "),
    ('\u{ad}', "-"),
    ('º', "°"),
    ('˚', "°"),
    ('μ', "µ"),
    ('\u{2000}', " "),
    ('\u{2001}', " "),
    ('\u{2002}', " "),
    ('\u{2003}', " "),
    ('\u{2004}', " "),
    ('\u{2005}', " "),
    ('\u{2006}', " "),
    ('\u{2007}', " "),
    ('\u{2008}', " "),
    ('\u{2009}', " "),
    ('\u{200a}', " "),
    ('\u{200b}', ""),
    ('\u{200c}', ""),
    ('\u{200d}', ""),
    ('\u{2010}', "-"),
    ('\u{2011}', "-"),
    ('\u{2012}', "–"),
    ('\u{2014}', "–"),
    ('\u{2015}', "–"),
    ('\u{2018}', "'"),
    ('\u{2019}', "'"),
    ('\u{201c}', "\""),
    ('\u{201d}', "\""),
    ('\u{202f}', " "),
    ('\u{2044}', "/"),
    ('\u{205f}', " "),
    ('\u{2103}', "°C"),
    ('\u{2109}', "°F"),
    ('\u{2126}', "Ω"),
    ('\u{2206}', "Δ"),
    ('\u{2212}', "-"),
    ('\u{2215}', "/"),
    ('\u{2218}', "°"),
    ('\u{2219}', "·"),
    ('\u{2236}', ":"),
    ('\u{223c}', "~"),
    ('\u{2266}', "≤"),
    ('\u{2267}', "≥"),
    ('\u{22c5}', "·"),
    ('\u{2a7d}', "≤"),
    ('\u{2a7e}', "≥"),
    ('\u{3000}', " "),
    ('\u{3001}', ","),
    ('\u{3002}', "."),
    ('\u{301c}', "~"),
    ('\u{fb00}', "ff"),
    ('\u{fb01}', "fi"),
    ('\u{fb02}', "fl"),
    ('\u{fb03}', "ffi"),
    ('\u{fb04}', "ffl"),
    ('\u{fb05}', "st"),
    ('\u{fb06}', "st"),
    ('\u{fe63}', "-"),
    ('\u{feff}', ""),
];

/// Raised and lowered forms that are characters of their own. Sorted.
const RAISED: &[(char, char)] = &[
    ('²', '2'),
    ('³', '3'),
    ('¹', '1'),
    ('⁰', '0'),
    ('⁴', '4'),
    ('⁵', '5'),
    ('⁶', '6'),
    ('⁷', '7'),
    ('⁸', '8'),
    ('⁹', '9'),
    ('⁺', '+'),
    ('⁻', '-'),
    ('⁽', '('),
    ('⁾', ')'),
];

/// A glyph's text as the words of this module spell it: one form of micro, ohm, degree, minus
/// and blank; ligatures taken apart; full-width forms narrow. Control characters and private use
/// say nothing and become [`UNKNOWN`].
///
/// The en dash stands for the figure, en, em and bar dashes alike: whether it is a minus depends
/// on its neighbours, see [`settle_dashes`].
pub(super) fn clean(text: Option<&str>, out: &mut String) {
    let Some(text) = text else {
        out.push(UNKNOWN);
        return;
    };
    for c in text.chars() {
        if c.is_ascii_graphic() || c == ' ' {
            out.push(c);
        } else if let Ok(i) = SAME.binary_search_by_key(&c, |&(from, _)| from) {
            out.push_str(SAME.get(i).map_or("", |&(_, to)| to));
        } else if matches!(c, '\t' | '\n' | '\r') {
            out.push(' ');
        } else if ('\u{ff01}'..='\u{ff5e}').contains(&c) {
            // Full-width forms repeat ASCII in its order.
            out.extend(char::from_u32(u32::from(c) - 0xff01 + 0x21));
        } else if c.is_control() || is_private(c) {
            out.push(UNKNOWN);
        } else {
            out.push(c);
        }
    }
}

/// The plain digit or sign of a raised character.
pub(super) fn raised(c: char) -> Option<char> {
    RAISED.binary_search_by_key(&c, |&(from, _)| from).ok().and_then(|i| RAISED.get(i)).map(|r| r.1)
}

/// The number of a circled or parenthesised digit (`①`, `⑴`, `❶`), used for notes.
pub(super) fn circled(c: char) -> Option<u32> {
    let n = u32::from(c);
    [(0x2460, 20), (0x2474, 20), (0x2488, 20), (0x2776, 10), (0x2780, 10), (0x278a, 10)]
        .into_iter()
        .find(|&(first, count)| (first..first + count).contains(&n))
        .map(|(first, _)| n - first + 1)
}

/// Decides between dash and minus inside a word: an en dash before a digit is a minus at the
/// word's start and after a sign or bracket (`–55`, `VGS=–10V`), and between two signs; else it
/// stays a dash: alone (a blank cell), between numbers or words (a range).
pub(super) fn settle_dashes(text: &str) -> String {
    if !text.contains('–') {
        return text.to_string();
    }
    let mut out = String::with_capacity(text.len());
    let mut before: Option<char> = None;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let starts = match before {
            None => true,
            Some(b) => {
                matches!(b, '(' | '[' | '=' | '<' | '>' | '≤' | '≥' | ',' | '^' | '±' | '~' | '/')
            }
        };
        let number = rest.peek().is_some_and(|n| n.is_ascii_digit() || *n == '.');
        let sign = if c == '–' && starts && number { '-' } else { c };
        out.push(sign);
        before = Some(c);
    }
    out
}

fn is_private(c: char) -> bool {
    matches!(u32::from(c), 0xe000..=0xf8ff | 0xf_0000..=0x10_ffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted() {
        assert!(SAME.is_sorted_by_key(|p| p.0));
        assert!(RAISED.is_sorted_by_key(|p| p.0));
    }

    #[test]
    fn one_spelling_for_each_quantity() {
        let cases = [
            (Some("μ"), "µ"),
            (Some("\u{2126}"), "Ω"),
            (Some("\u{2103}"), "°C"),
            (Some("\u{ff0c}"), ","),
            (Some("\u{ff1d}"), "="),
            (Some("ﬁ"), "fi"),
            (Some("\u{2212}"), "-"),
            (Some("—"), "–"),
            (Some("\u{2}"), "\u{fffd}"),
            (Some("\u{f06d}"), "\u{fffd}"),
            (Some("电"), "电"),
            (None, "\u{fffd}"),
        ];
        for (given, expected) in cases {
            let mut out = String::new();
            clean(given, &mut out);
            assert_eq!(out, expected, "{given:?}");
        }
    }

    #[test]
    fn a_dash_before_a_number_is_a_minus_only_where_a_number_may_start() {
        let cases = [
            ("–55", "-55"),
            ("–", "–"),
            ("–––", "–––"),
            ("VGS=–10V", "VGS=-10V"),
            ("10–20", "10–20"),
            ("1N4001–1N4007", "1N4001–1N4007"),
            ("(–0.5", "(-0.5"),
            ("–.5", "-.5"),
            ("gate–source", "gate–source"),
        ];
        for (given, expected) in cases {
            assert_eq!(settle_dashes(given), expected);
        }
    }

    #[test]
    fn circled_digits_have_numbers() {
        assert_eq!(circled('①'), Some(1));
        assert_eq!(circled('⑳'), Some(20));
        assert_eq!(circled('❸'), Some(3));
        assert_eq!(circled('1'), None);
    }
}
