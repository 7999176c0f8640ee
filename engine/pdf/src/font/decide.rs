//! Which text a glyph is given, out of all that claims to know it.

use super::shape::Shape;
use super::text::told;
use crate::Subpath;

/// What claims to know a glyph's text, most trusted first.
#[derive(Debug, Default)]
pub(super) struct Claims {
    /// Texts as they were found: of the glyph's name, of ToUnicode, of the encoding.
    claims: Vec<String>,
}

impl Claims {
    /// Adds the next trusted claim.
    pub(super) fn add(&mut self, text: Option<String>) {
        self.claims.extend(text);
    }

    /// The text; the outline, where there is one, is asked when nothing else knows it, when the
    /// claims differ, and for characters whose mistake changes a number or a unit.
    pub(super) fn decide(self, outline: Option<&[Subpath]>) -> Option<Box<str>> {
        let blank = outline.is_some_and(|o| o.iter().all(|s| s.segments.is_empty()));
        let mut texts: Vec<Box<str>> = Vec::new();
        for text in self.claims.iter().filter_map(|c| told(c)) {
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
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
            Some(shape) => judged(&shape, texts),
            None => Some(texts.swap_remove(0)),
        }
    }
}

/// The text that the shape allows.
fn judged(shape: &Shape, mut texts: Vec<Box<str>>) -> Option<Box<str>> {
    let seen = shape.read();
    // The shape settles what claims dispute.
    if let Some(text) = seen.and_then(|c| texts.iter().find(|t| one(t) == Some(c))) {
        return Some(text.clone());
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
    ('-', '−'),
    ('–', '−'),
    ('+', '±'),
    ('<', '≤'),
    ('>', '≥'),
    ('×', '·'),
    ('=', '≈'),
    ('·', '•'),
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
