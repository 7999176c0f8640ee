//! Small changes at random, token by token.

/// A source of random numbers: xorshift64* (Vigna, "An experimental exploration of Marsaglia's
/// xorshift generators", 2016).
pub(crate) struct Changer(u64);

/// What may stand in any place.
const WORDS: [&str; 64] = [
    "and", "or", "not", "in", "is", "missing", "if", "then", "else", "every", "some", "where",
    "over", "by", "at", "from", "to", "yes", "no", "count", "sum", "max", "min", "abs", "sqrt",
    "ln", "data", "model", "device", "r", "VF", "IF", "IR", "VR", "TJ", "typ", "limits", "rows",
    "row", "1", "0", "-1", "1e308", "0.7 V", "10 mA", "2 s", "25 degC", "1e-300 A", "(", ")", "[",
    "]", "{", "}", ",", ";", ":", "..", "==", "<=", "<", "^", "-", "\"text\"",
];

impl Changer {
    pub(crate) fn new(seed: u64) -> Changer {
        // Neighbouring seeds are to have nothing in common.
        Changer(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(high).unwrap_or(0) % end.max(1)
    }

    fn pick<'t>(&mut self, all: &[&'t str]) -> &'t str {
        all[self.below(all.len())]
    }

    /// An item, seldom two, with up to three changes.
    pub(crate) fn text(&mut self, items: &[String]) -> String {
        let mut text = items[self.below(items.len())].clone();
        if self.below(8) == 0 {
            text += &items[self.below(items.len())];
        }
        for _ in 0..self.below(4) {
            text = self.change(&text);
        }
        text
    }

    fn change(&mut self, text: &str) -> String {
        let tokens = tokens(text);
        if tokens.is_empty() {
            return self.pick(&WORDS).to_string();
        }
        let at = self.below(tokens.len());
        let kind = class(tokens[at]);
        let mut changed: Vec<&str> = tokens.clone();
        match self.below(12) {
            0 => {
                changed.remove(at);
            }
            1 => changed.insert(at, tokens[at]),
            2 => changed.insert(at, self.pick(&WORDS)),
            3 => changed[at] = self.pick(&WORDS),
            4 => {
                let other = self.below(tokens.len());
                changed.swap(at, other);
            }
            5 => {
                let end = (at + 1 + self.below(6)).min(changed.len());
                changed.drain(at..end);
            }
            6 => return self.other_letter(text),
            // One of its own kind, which most often leaves a text that means something.
            _ => {
                let alike: Vec<&str> =
                    tokens.iter().chain(&WORDS).copied().filter(|t| class(t) == kind).collect();
                changed[at] = self.pick(&alike);
            }
        }
        changed.concat()
    }

    /// Another letter, or one that no keyboard has.
    fn other_letter(&mut self, text: &str) -> String {
        let letters: Vec<char> = text.chars().collect();
        let at = self.below(letters.len());
        let odd = ['\0', '\t', '\r', 'µ', 'Ω', '\u{feff}', '\u{1f600}', '"', '\\', '@', '#', '\''];
        let new = if self.below(2) == 0 {
            odd[self.below(odd.len())]
        } else {
            letters[self.below(letters.len())]
        };
        letters.iter().enumerate().map(|(i, c)| if i == at { new } else { *c }).collect()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Word,
    Number,
    Text,
    Blank,
    Sign,
}

fn class(token: &str) -> Class {
    match token.chars().next() {
        Some(c) if c.is_alphabetic() || c == '_' => Class::Word,
        Some(c) if c.is_ascii_digit() => Class::Number,
        Some('"') => Class::Text,
        Some(c) if c.is_whitespace() => Class::Blank,
        _ => Class::Sign,
    }
}

/// Words, numbers, quoted texts, blanks and single signs.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = |part: fn(char) -> bool| rest.find(|c| !part(c)).unwrap_or(rest.len());
        let length = match class(rest) {
            Class::Word => end(|c| c.is_alphanumeric() || c == '_'),
            Class::Number => end(|c| c.is_ascii_alphanumeric() || c == '.'),
            Class::Blank => end(char::is_whitespace),
            Class::Text => rest[1..].find('"').map_or(1, |n| n + 2),
            Class::Sign => ["..", "==", "!=", "<=", ">=", "->", "::"]
                .iter()
                .find(|s| rest.starts_with(**s))
                .map_or(first.len_utf8(), |s| s.len()),
        };
        let (token, more) = rest.split_at(length.max(1));
        tokens.push(token);
        rest = more;
    }
    tokens
}
