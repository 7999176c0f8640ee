//! Slips: one small mistake in one place of a text, as fingers make them.

use std::ops::Range;

/// What a token is, as far as slips care.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Sort {
    Word,
    Number,
    Text,
    Bracket,
    Sign,
}

/// A piece of a text.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) sort: Sort,
    pub(crate) place: Range<usize>,
}

/// A text with a slip in it.
pub(crate) struct Slip {
    /// What was done.
    pub(crate) kind: &'static str,
    /// The byte where it was done.
    pub(crate) at: usize,
    /// The text after it.
    pub(crate) text: String,
}

/// The brackets of names such as `VGS(th)`.
const IN_NAMES: [&str; 8] = ["(th)", "(on)", "(off)", "(sat)", "(BR)", "(TO)", "(max)", "(min)"];

/// The tokens of a text; comments and blanks are none.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let (mut found, mut at) = (Vec::new(), 0);
    let run = |from: usize, is: &dyn Fn(u8) -> bool| {
        bytes[from..].iter().position(|b| !is(*b)).map_or(bytes.len(), |n| from + n)
    };
    let in_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    while let Some(&byte) = bytes.get(at) {
        let (sort, end) = match byte {
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                at = run(at, &|b| b != b'\n');
                continue;
            }
            b if b.is_ascii_whitespace() => {
                at += 1;
                continue;
            }
            b'"' => {
                let mut end = at + 1;
                while end < bytes.len() && bytes[end] != b'"' {
                    end += if bytes[end] == b'\\' { 2 } else { 1 };
                }
                (Sort::Text, (end + 1).min(bytes.len()))
            }
            b if b.is_ascii_alphabetic() || b == b'_' => {
                let mut end = run(at, &in_word);
                if let Some(q) = IN_NAMES.iter().find(|q| text[end..].starts_with(**q)) {
                    end = run(end + q.len(), &in_word);
                }
                (Sort::Word, end)
            }
            b if b.is_ascii_digit() => {
                let mut end = run(at, &in_word);
                let decimal = bytes.get(end) == Some(&b'.')
                    && bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
                if decimal {
                    end = run(end + 1, &in_word);
                }
                if text[at..end].ends_with('e') && matches!(bytes.get(end), Some(b'-' | b'+')) {
                    end = run(end + 1, &in_word);
                }
                (Sort::Number, end)
            }
            b'(' | b')' | b'[' | b']' | b'{' | b'}' => (Sort::Bracket, at + 1),
            _ => {
                let two = bytes.get(at..at + 2).unwrap_or(b"");
                let is_two = matches!(two, b"->" | b".." | b"::" | b"==" | b"!=" | b"<=" | b">=");
                let mut end = at + 1 + usize::from(is_two);
                while !text.is_char_boundary(end) {
                    end += 1;
                }
                (Sort::Sign, end)
            }
        };
        found.push(Token { sort, place: at..end });
        at = end;
    }
    found
}

/// A number that looks random and hangs on its seed alone.
pub(crate) fn scatter(seed: u64) -> usize {
    let mut x = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    usize::try_from((x ^ (x >> 31)) >> 33).unwrap_or(0)
}

/// What a way to slip makes of the token with an index; `None` where it does not apply.
type Way = fn(&str, &[Token], usize) -> Option<(Range<usize>, String)>;

/// The ways to slip with their names.
pub(crate) const WAYS: [(&str, Way); 18] = [
    ("letters swapped", letters_swapped),
    ("letter dropped", letter_dropped),
    ("letter doubled", letter_doubled),
    ("another name", another_name),
    ("another unit", another_unit),
    ("decimal comma", decimal_comma),
    ("word dropped", word_dropped),
    ("number dropped", number_dropped),
    ("bracket dropped", bracket_dropped),
    ("quote dropped", quote_dropped),
    ("sign dropped", sign_dropped),
    ("token doubled", token_doubled),
    ("tokens swapped", tokens_swapped),
    ("another bracket", another_bracket),
    ("line doubled", line_doubled),
    ("line dropped", line_dropped),
    ("lines joined", lines_joined),
    ("line broken", line_broken),
];

/// Slips at a token of a text, by the way.
pub(crate) fn slip(text: &str, tokens: &[Token], index: usize, way: usize) -> Option<Slip> {
    let (kind, make) = WAYS.get(way)?;
    let (place, by) = make(text, tokens, index)?;
    let at = place.start;
    let changed = [&text[..place.start], &by, &text[place.end..]].concat();
    (changed != text).then_some(Slip { kind, at, text: changed })
}

fn word<'t>(text: &'t str, tokens: &[Token], index: usize) -> Option<(&'t str, usize)> {
    let token = tokens.get(index).filter(|t| t.sort == Sort::Word)?;
    Some((&text[token.place.clone()], token.place.start))
}

fn letters_swapped(text: &str, tokens: &[Token], index: usize) -> Option<(Range<usize>, String)> {
    let (word, start) = word(text, tokens, index).filter(|w| w.0.len() >= 3)?;
    let at = scatter(index as u64) % (word.len() - 1);
    let (a, b) = (&word[at..=at], &word[at + 1..at + 2]);
    let letters = (a != b) && word[at..at + 2].bytes().all(|b| b.is_ascii_alphanumeric());
    letters.then(|| (start + at..start + at + 2, format!("{b}{a}")))
}

fn letter_dropped(text: &str, tokens: &[Token], index: usize) -> Option<(Range<usize>, String)> {
    let (word, start) = word(text, tokens, index).filter(|w| w.0.len() >= 3)?;
    let at = scatter(index as u64 ^ 0x11) % word.len();
    word.as_bytes()[at].is_ascii_alphabetic().then(|| (start + at..start + at + 1, String::new()))
}

fn letter_doubled(text: &str, tokens: &[Token], index: usize) -> Option<(Range<usize>, String)> {
    let (word, start) = word(text, tokens, index).filter(|w| w.0.len() >= 2)?;
    let at = scatter(index as u64 ^ 0x22) % word.len();
    let letter = word.as_bytes()[at].is_ascii_alphabetic().then(|| &word[at..=at])?;
    Some((start + at..start + at, letter.to_string()))
}

fn another_name(text: &str, tokens: &[Token], index: usize) -> Option<(Range<usize>, String)> {
    word(text, tokens, index)?;
    Some((tokens[index].place.clone(), String::from("quux")))
}

fn another_unit(text: &str, tokens: &[Token], index: usize) -> Option<(Range<usize>, String)> {
    let (unit, _) = word(text, tokens, index)?;
    let before = index.checked_sub(1).and_then(|i| tokens.get(i))?;
    let touches = text[tokens[index].place.end..].starts_with(['/', '^']);
    if before.sort != Sort::Number || touches {
        return None;
    }
    let other = if unit.ends_with('V') { "A" } else { "V" };
    Some((tokens[index].place.clone(), other.to_string()))
}

fn decimal_comma(text: &str, tokens: &[Token], index: usize) -> Option<(Range<usize>, String)> {
    let token = tokens.get(index).filter(|t| t.sort == Sort::Number)?;
    let at = text[token.place.clone()].find('.')?;
    let at = token.place.start + at;
    Some((at..at + 1, String::from(",")))
}

fn dropped(text: &str, tokens: &[Token], index: usize) -> Option<(Range<usize>, String)> {
    let place = tokens.get(index)?.place.clone();
    let blank = text[place.end..].starts_with(' ') && text[..place.start].ends_with(' ');
    Some((place.start..place.end + usize::from(blank), String::new()))
}

fn word_dropped(text: &str, tokens: &[Token], index: usize) -> Option<(Range<usize>, String)> {
    word(text, tokens, index)?;
    dropped(text, tokens, index)
}

fn number_dropped(text: &str, tokens: &[Token], index: usize) -> Option<(Range<usize>, String)> {
    tokens.get(index).filter(|t| t.sort == Sort::Number)?;
    dropped(text, tokens, index)
}

fn bracket_dropped(text: &str, tokens: &[Token], index: usize) -> Option<(Range<usize>, String)> {
    tokens.get(index).filter(|t| t.sort == Sort::Bracket)?;
    dropped(text, tokens, index)
}

fn quote_dropped(_: &str, tokens: &[Token], index: usize) -> Option<(Range<usize>, String)> {
    let place = &tokens.get(index).filter(|t| t.sort == Sort::Text)?.place;
    let first = scatter(index as u64).is_multiple_of(2);
    let at = if first { place.start } else { place.end - 1 };
    Some((at..at + 1, String::new()))
}

fn sign_dropped(text: &str, tokens: &[Token], index: usize) -> Option<(Range<usize>, String)> {
    tokens.get(index).filter(|t| t.sort == Sort::Sign)?;
    dropped(text, tokens, index)
}

fn token_doubled(text: &str, tokens: &[Token], index: usize) -> Option<(Range<usize>, String)> {
    let place = tokens.get(index)?.place.clone();
    Some((place.start..place.start, format!("{} ", &text[place])))
}

fn tokens_swapped(text: &str, tokens: &[Token], index: usize) -> Option<(Range<usize>, String)> {
    let (a, b) = (tokens.get(index)?.place.clone(), tokens.get(index + 1)?.place.clone());
    let between = &text[a.end..b.start];
    let same_line = !between.contains('\n') && text[a.clone()] != text[b.clone()];
    same_line.then(|| (a.start..b.end, format!("{} {}", &text[b], &text[a])))
}

fn another_bracket(text: &str, tokens: &[Token], index: usize) -> Option<(Range<usize>, String)> {
    let place = tokens.get(index).filter(|t| t.sort == Sort::Bracket)?.place.clone();
    let other = match &text[place.clone()] {
        "(" | "{" => "[",
        ")" | "}" => "]",
        "[" => "(",
        _ => ")",
    };
    Some((place, other.to_string()))
}

/// The line of a token that is the first of its line.
fn line(text: &str, tokens: &[Token], index: usize) -> Option<Range<usize>> {
    let at = tokens.get(index)?.place.start;
    let start = text[..at].rfind('\n').map_or(0, |n| n + 1);
    let end = text[at..].find('\n').map_or(text.len(), |n| at + n + 1);
    text[start..at].trim().is_empty().then_some(start..end)
}

/// Such a line that is a whole statement, as far as its brackets tell.
fn whole_line(text: &str, tokens: &[Token], index: usize) -> Option<Range<usize>> {
    let line = line(text, tokens, index)?;
    let inside = tokens[index..].iter().take_while(|t| t.place.end <= line.end);
    let depth = inside
        .filter(|t| t.sort == Sort::Bracket)
        .fold(0, |d, t| d + if matches!(&text[t.place.clone()], "(" | "[" | "{") { 1 } else { -1 });
    let says = text[line.clone()].trim_end();
    (depth == 0 && says.trim() != "}" && !says.ends_with([',', ':', '='])).then_some(line)
}

fn line_doubled(text: &str, tokens: &[Token], index: usize) -> Option<(Range<usize>, String)> {
    let line = whole_line(text, tokens, index)?;
    Some((line.start..line.start, text[line].to_string()))
}

fn line_dropped(text: &str, tokens: &[Token], index: usize) -> Option<(Range<usize>, String)> {
    Some((whole_line(text, tokens, index)?, String::new()))
}

fn lines_joined(text: &str, tokens: &[Token], index: usize) -> Option<(Range<usize>, String)> {
    let here = line(text, tokens, index)?;
    let at = tokens[index].place.start;
    let before = text[..here.start].trim_end();
    let comment = before.rsplit('\n').next().is_some_and(|l| l.contains("//"));
    let next = before.len() + 1 == here.start;
    (next && !comment && !before.is_empty()).then(|| (before.len()..at, String::from(" ")))
}

fn line_broken(text: &str, tokens: &[Token], index: usize) -> Option<(Range<usize>, String)> {
    let at = tokens.get(index)?.place.start;
    let blank = text[..at].ends_with(' ') && line(text, tokens, index).is_none();
    let start = text[..at].rfind('\n').map_or(0, |n| n + 1);
    let indent = text[start..].len() - text[start..].trim_start_matches(' ').len();
    blank.then(|| (at - 1..at, format!("\n{}", " ".repeat(indent))))
}
