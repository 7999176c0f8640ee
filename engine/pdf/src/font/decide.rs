//! Which text a glyph is given, out of all that claims to know it.

use super::names::{self, Encoding};
use super::shape::{Shape, is_same};
use super::text::told;
use crate::Subpath;

/// What claims to know a glyph's text, most trusted first.
#[derive(Debug, Default)]
pub(super) struct Claims {
    /// Texts in their one form: of the glyph's name, of ToUnicode, of the encoding.
    texts: Vec<Box<str>>,
    kind: Kind,
    /// Whether a claim can be read in two ways.
    torn: bool,
}

/// The codes of Wingdings that lists and tables show.
const WINGDINGS: [(u8, char); 10] = [
    (0x6C, '●'),
    (0x6E, '■'),
    (0x71, '❑'),
    (0x76, '❖'),
    (0x9F, '•'),
    (0xA7, '▪'),
    (0xD8, '➢'),
    (0xE0, '→'),
    (0xFB, '✗'),
    (0xFC, '✓'),
];

/// What a font's codes in private use (F020 to F0FF) stand for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Kind {
    /// Symbol's encoding, or Latin where a writer moved it there: the outline tells.
    #[default]
    Text,
    /// Symbol's encoding.
    Symbol,
    /// Pictures: bullets, arrows, boxes.
    Pictures,
}

impl Kind {
    /// The kind of a font by its name.
    pub(super) fn of_font(name: &str) -> Kind {
        let lower = name.to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|w| lower.contains(w));
        if has(&["dingbat", "wingding", "webding", "monotypesorts"]) {
            Kind::Pictures
        } else if has(&["symbol"]) {
            Kind::Symbol
        } else {
            Kind::Text
        }
    }
}

impl Claims {
    /// No claims yet, in a font of a kind.
    pub(super) fn new(kind: Kind) -> Claims {
        Claims { kind, ..Claims::default() }
    }

    /// Adds the next trusted claim.
    pub(super) fn add(&mut self, text: Option<String>) {
        let Some(text) = text else { return };
        let mut chars = text.chars();
        if let (Some(c @ '\u{F020}'..='\u{F0FF}'), None) = (chars.next(), chars.next()) {
            let code = (u32::from(c) - 0xF000) as u8;
            let of = |e: Encoding| e.name(code).and_then(names::text_of);
            match self.kind {
                Kind::Pictures => {
                    let known = WINGDINGS.iter().find(|(from, _)| *from == code);
                    self.keep(known.map(|(_, to)| String::from(*to)));
                }
                Kind::Symbol => self.keep(of(Encoding::Symbol)),
                Kind::Text => {
                    let before = self.texts.len();
                    self.keep(of(Encoding::Symbol));
                    self.keep(of(Encoding::WinAnsi));
                    self.torn |= before == 0 && self.texts.len() > 1;
                }
            }
            return;
        }
        self.keep(Some(text));
    }

    fn keep(&mut self, text: Option<String>) {
        if let Some(text) = text.as_deref().and_then(told)
            && !self.texts.contains(&text)
        {
            self.texts.push(text);
        }
    }

    /// The text; the outline, where there is one, is asked when nothing else knows it, when the
    /// claims differ, and for characters whose mistake changes a number or a unit.
    pub(super) fn decide(self, outline: Option<&[Subpath]>) -> Option<Box<str>> {
        let blank = outline.is_some_and(|o| o.iter().all(|s| s.segments.is_empty()));
        let Claims { mut texts, torn, .. } = self;
        if texts.is_empty() && blank {
            return Some(" ".into());
        }
        let shape = || outline.filter(|_| !blank).and_then(Shape::of);
        let Some(first) = texts.first() else {
            return shape()?.read().map(boxed);
        };
        if texts.len() == 1 && !one(first).is_some_and(is_dangerous) {
            return texts.pop();
        }
        match shape() {
            Some(shape) => judged(&shape, texts, torn),
            // Without an outline nothing tells which way to read it.
            None => (!torn).then(|| texts.swap_remove(0)),
        }
    }
}

/// The text that the shape allows.
fn judged(shape: &Shape, mut texts: Vec<Box<str>>, torn: bool) -> Option<Box<str>> {
    if let ([text], false) = (texts.as_slice(), torn)
        && one(text).is_some_and(|c| is_plain(shape, c))
    {
        return texts.pop();
    }
    let seen = shape.read();
    // The shape settles what claims dispute.
    let is_seen = |text: &str| one(text).zip(seen).is_some_and(|(a, b)| is_same(a, b));
    if let Some(text) = texts.iter().find(|t| is_seen(t)) {
        return Some(text.clone());
    }
    if torn {
        return None;
    }
    let first = texts.swap_remove(0);
    let Some(claimed) = one(&first) else { return Some(first) };
    let rivals = rivals(claimed);
    let seen_rival = seen.filter(|c| rivals.contains(c));
    let own = shape.distance(claimed).unwrap_or(f32::MAX);
    match seen_rival {
        // Clearly the other one: the claim is a slip of an encoding.
        Some(rival) if own > FAR => Some(boxed(rival)),
        // The other one, yet not unlike the claimed one: nothing is sure.
        Some(_) => None,
        None => {
            let nearest = rivals.iter().filter_map(|c| shape.distance(*c)).min_by(f32::total_cmp);
            let doubt = nearest.is_some_and(|d| d < FAR && d + DOUBT < own);
            (!doubt).then_some(first)
        }
    }
}

/// Whether no rival of a claimed character comes as near as it does: then nothing needs to be read.
fn is_plain(shape: &Shape, claimed: char) -> bool {
    let own = shape.distance(claimed).unwrap_or(f32::MAX);
    rivals(claimed).into_iter().filter_map(|c| shape.distance(c)).all(|d| own <= d)
}

/// A shape farther than this from every drawing of a character is not that character.
const FAR: f32 = 0.22;
/// A rival nearer by this much makes a claim doubtful.
const DOUBT: f32 = 0.08;

/// Characters that encodings mix up, by pairs: of Symbol and of Latin on one code, and of marks
/// that are drawn alike. Reading one as the other changes a value or its unit.
const PAIRS: &[(char, char)] = &[
    ('m', 'µ'),
    ('u', 'µ'),
    ('W', 'Ω'),
    ('q', 'θ'),
    ('Q', 'Θ'),
    ('D', 'Δ'),
    ('x', '×'),
    ('p', 'π'),
    ('s', 'σ'),
    ('t', 'τ'),
    ('h', 'η'),
    ('a', 'α'),
    ('b', 'β'),
    ('l', 'λ'),
    ('f', 'φ'),
    ('o', '°'),
    ('0', '°'),
    ('£', '≤'),
    ('³', '≥'),
    ('´', '×'),
    ('¥', '∞'),
    ('¸', '÷'),
    ('+', '±'),
    ('<', '≤'),
    ('>', '≥'),
    ('×', '·'),
    ('=', '≈'),
    ('.', '·'),
];

fn rivals(c: char) -> Vec<char> {
    let other = |(a, b): &(char, char)| match c {
        _ if c == *a => Some(*b),
        _ if c == *b => Some(*a),
        _ => None,
    };
    PAIRS.iter().filter_map(other).collect()
}

fn is_dangerous(c: char) -> bool {
    PAIRS.iter().any(|(a, b)| c == *a || c == *b)
}

fn one(text: &str) -> Option<char> {
    let mut chars = text.chars();
    chars.next().filter(|_| chars.next().is_none())
}

fn boxed(c: char) -> Box<str> {
    c.to_string().into_boxed_str()
}

#[cfg(test)]
mod tests {
    use super::super::shape::tests::boxes;
    use super::*;

    fn decided(kind: Kind, texts: &[&str], outline: Option<&[Subpath]>) -> Option<String> {
        let mut claims = Claims::new(kind);
        for text in texts {
            claims.add(Some((*text).to_owned()));
        }
        claims.decide(outline).map(String::from)
    }

    #[test]
    fn claims_are_trusted_in_their_order() {
        use Kind::{Pictures, Symbol, Text};
        for (kind, texts, text) in [
            (Text, &["A"][..], Some("A")),
            (Text, &["\u{2}", "A"], Some("A")),
            (Text, &["\u{FFFD}"], None),
            (Text, &["m"], Some("m")),
            (Text, &["\u{3BC}"], Some("µ")),
            (Symbol, &["\u{F06D}"], Some("µ")),
            (Symbol, &["\u{F0B0}"], Some("°")),
            // Latin moved there, or Symbol's: nobody knows.
            (Text, &["\u{F06D}"], None),
            (Text, &["\u{F0B1}"], Some("±")),
            (Pictures, &["\u{F06D}"], None),
            (Pictures, &["\u{F06C}"], Some("●")),
            (Text, &[], None),
        ] {
            assert_eq!(decided(kind, texts, None).as_deref(), text, "{texts:?}");
        }
    }

    #[test]
    fn the_outline_settles_what_claims_dispute() {
        let plus = boxes(&[[0.04, 0.22, 0.54, 0.29], [0.255, 0.0, 0.325, 0.505]]);
        let equal = boxes(&[[0.04, 0.11, 0.54, 0.18], [0.04, 0.32, 0.54, 0.39]]);
        let t = boxes(&[[0.25, 0.0, 0.34, 0.72], [0.02, 0.635, 0.57, 0.72]]);
        for (texts, outline, text) in [
            (&[][..], &plus, Some("+")),
            (&["+"], &plus, Some("+")),
            // A claim that the outline clearly denies is a slip.
            (&["±"], &plus, Some("+")),
            (&["x", "T"], &t, Some("T")),
            (&["\u{F054}"], &t, Some("T")),
            // No rival of what is claimed: the claim holds.
            (&["A"], &equal, Some("A")),
        ] {
            assert_eq!(decided(Kind::Text, texts, Some(outline)).as_deref(), text, "{texts:?}");
        }
        assert_eq!(decided(Kind::Text, &[], Some(&[])).as_deref(), Some(" "));
    }
}
