//! Trees as bytes: what a program that carries its texts reads in place of parsing them.
//!
//! The bytes hold the tree of one text and are read beside it: a word that stands in the text as
//! it stands in the tree is not written a second time, and places are distances. They are no
//! format for files: whoever freezes and whoever thaws are of one version.

mod late;
mod nodes;

pub use late::Late;

use crate::ast::{Expr, File, Word};
use espice_base::{Date, FileId, Span};

/// Deepest nesting that is thawed, above that of any tree that parsing gives.
const DEPTH: u32 = 2048;

/// The tree of a text as bytes. `None` for a text about which parsing has something to say: it
/// must be said each time.
pub fn freeze(text: &str) -> Option<Vec<u8>> {
    let (tree, told) = crate::parse(text, FileId::default());
    told.is_empty().then(|| {
        let mut ice = Ice { text, last: 0, bytes: Vec::new() };
        ice.number(text.len() as u64);
        tree.freeze(&mut ice);
        ice.bytes
    })
}

/// The tree that [`crate::parse`] gives for the text whose tree was frozen. `None` when the bytes
/// are not those of this text. Bodies of templates are thawed when someone looks at them, which is
/// why both have to stay: they are parts of the program.
pub fn thaw(bytes: &'static [u8], text: &'static str, file: FileId) -> Option<File> {
    let mut melt = Melt { bytes, text, file, last: 0, depth: 0 };
    let length = melt.number()?;
    if length != text.len() as u64 {
        return None;
    }
    File::thaw(&mut melt).filter(|_| melt.bytes.is_empty())
}

/// Where frozen trees are written.
struct Ice<'t> {
    text: &'t str,
    /// Where the last place started.
    last: u32,
    bytes: Vec<u8>,
}

/// What is left to be thawed.
struct Melt {
    bytes: &'static [u8],
    text: &'static str,
    file: FileId,
    last: u32,
    depth: u32,
}

trait Frozen: Sized {
    fn freeze(&self, ice: &mut Ice<'_>);
    fn thaw(melt: &mut Melt) -> Option<Self>;
}

impl Ice<'_> {
    /// Seven bits a byte, the lowest first.
    fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }
}

impl Melt {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn length(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }

    fn text(&mut self) -> Option<&'static str> {
        let length = self.length()?;
        let (text, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        std::str::from_utf8(text).ok()
    }
}

/// A difference as a number without a sign: 0, -1, 1, -2, …
fn folded(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)) as u64
}

fn unfolded(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}

impl Frozen for Span {
    fn freeze(&self, ice: &mut Ice<'_>) {
        ice.number(folded(i64::from(self.start) - i64::from(ice.last)));
        ice.number(u64::from(self.end - self.start));
        ice.last = self.start;
    }

    fn thaw(melt: &mut Melt) -> Option<Self> {
        let start = i64::from(melt.last).checked_add(unfolded(melt.number()?))?;
        let start = u32::try_from(start).ok()?;
        let end = start.checked_add(u32::try_from(melt.number()?).ok()?)?;
        melt.last = start;
        Some(Span { file: melt.file, start, end })
    }
}

/// The part of a text at a place.
fn part(text: &str, span: Span) -> Option<&str> {
    text.get(usize::try_from(span.start).ok()?..usize::try_from(span.end).ok()?)
}

impl Frozen for Word {
    fn freeze(&self, ice: &mut Ice<'_>) {
        self.span.freeze(ice);
        let is_there = part(ice.text, self.span) == Some(&self.text);
        is_there.freeze(ice);
        if !is_there {
            self.text.freeze(ice);
        }
    }

    fn thaw(melt: &mut Melt) -> Option<Self> {
        let span = Span::thaw(melt)?;
        let text = match bool::thaw(melt)? {
            true => part(melt.text, span)?.to_string(),
            false => String::thaw(melt)?,
        };
        Some(Word { text, span })
    }
}

impl Frozen for Expr {
    fn freeze(&self, ice: &mut Ice<'_>) {
        self.span.freeze(ice);
        self.kind.freeze(ice);
    }

    fn thaw(melt: &mut Melt) -> Option<Self> {
        let span = Span::thaw(melt)?;
        melt.depth += 1;
        let kind = if melt.depth < DEPTH { Frozen::thaw(melt)? } else { return None };
        melt.depth -= 1;
        Some(Expr { span, kind })
    }
}

impl Frozen for FileId {
    fn freeze(&self, _: &mut Ice<'_>) {}

    fn thaw(melt: &mut Melt) -> Option<Self> {
        Some(melt.file)
    }
}

impl Frozen for bool {
    fn freeze(&self, ice: &mut Ice<'_>) {
        ice.bytes.push(u8::from(*self));
    }

    fn thaw(melt: &mut Melt) -> Option<Self> {
        match melt.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl Frozen for String {
    fn freeze(&self, ice: &mut Ice<'_>) {
        ice.number(self.len() as u64);
        ice.bytes.extend(self.as_bytes());
    }

    fn thaw(melt: &mut Melt) -> Option<Self> {
        melt.text().map(String::from)
    }
}

impl Frozen for Date {
    fn freeze(&self, ice: &mut Ice<'_>) {
        ice.number(folded(i64::from(self.year)));
        ice.bytes.extend([self.month, self.day]);
    }

    fn thaw(melt: &mut Melt) -> Option<Self> {
        let year = i32::try_from(unfolded(melt.number()?)).ok()?;
        Some(Date { year, month: melt.byte()?, day: melt.byte()? })
    }
}

impl<T: Frozen> Frozen for Option<T> {
    fn freeze(&self, ice: &mut Ice<'_>) {
        self.is_some().freeze(ice);
        if let Some(value) = self {
            value.freeze(ice);
        }
    }

    fn thaw(melt: &mut Melt) -> Option<Self> {
        Some(if bool::thaw(melt)? { Some(T::thaw(melt)?) } else { None })
    }
}

impl<T: Frozen> Frozen for Box<T> {
    fn freeze(&self, ice: &mut Ice<'_>) {
        self.as_ref().freeze(ice);
    }

    fn thaw(melt: &mut Melt) -> Option<Self> {
        T::thaw(melt).map(Box::new)
    }
}

impl<T: Frozen> Frozen for Vec<T> {
    fn freeze(&self, ice: &mut Ice<'_>) {
        ice.number(self.len() as u64);
        self.iter().for_each(|item| item.freeze(ice));
    }

    fn thaw(melt: &mut Melt) -> Option<Self> {
        let length = melt.length()?;
        // An item takes a byte at least, but for a broken length.
        let mut items = Vec::with_capacity(length.min(melt.bytes.len()));
        for _ in 0..length {
            items.push(T::thaw(melt)?);
        }
        Some(items)
    }
}

impl<A: Frozen, B: Frozen> Frozen for (A, B) {
    fn freeze(&self, ice: &mut Ice<'_>) {
        self.0.freeze(ice);
        self.1.freeze(ice);
    }

    fn thaw(melt: &mut Melt) -> Option<Self> {
        Some((A::thaw(melt)?, B::thaw(melt)?))
    }
}

impl<A: Frozen, B: Frozen, C: Frozen> Frozen for (A, B, C) {
    fn freeze(&self, ice: &mut Ice<'_>) {
        self.0.freeze(ice);
        self.1.freeze(ice);
        self.2.freeze(ice);
    }

    fn thaw(melt: &mut Melt) -> Option<Self> {
        Some((A::thaw(melt)?, B::thaw(melt)?, C::thaw(melt)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = include_str!("../../../tests/spec/every_construct.espice");

    #[test]
    fn a_thawed_tree_is_the_parsed_one() {
        let file = FileId(7);
        let (tree, told) = crate::parse(TEXT, file);
        assert!(told.is_empty());
        let bytes: &'static [u8] = freeze(TEXT).unwrap().leak();
        assert_eq!(thaw(bytes, TEXT, file), Some(tree));
        assert!(bytes.len() < 2 * TEXT.len(), "{} of {}", bytes.len(), TEXT.len());
    }

    #[test]
    fn what_has_mistakes_is_not_frozen() {
        assert_eq!(freeze("rule r : error on data {"), None);
    }

    #[test]
    fn bytes_of_something_else_give_nothing() {
        let bytes = freeze(TEXT).unwrap();
        let tree = crate::parse(TEXT, FileId(0)).0;
        // What is frozen is part of a program, and stays.
        let of = |bytes: &[u8], text| thaw(bytes.to_vec().leak(), text, FileId(0));
        assert_eq!(of(&bytes, &TEXT[1..]), None);
        // No byte less, no byte more, and no panic for bytes that were damaged.
        assert_eq!(of(&bytes[..bytes.len() - 1], TEXT), None);
        assert_eq!(of(&[&bytes[..], &[0]].concat(), TEXT), None);
        for at in (0..bytes.len()).step_by(61) {
            for byte in [0, 0x7f, 0xff] {
                let mut damaged = bytes.clone();
                damaged[at] = byte;
                // Comparing looks at every body.
                let (one, other) = (of(&damaged, TEXT), tree.clone());
                let _ = one.is_some_and(|one| one == other);
            }
        }
    }
}
