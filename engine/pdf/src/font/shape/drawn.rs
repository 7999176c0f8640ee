//! What fonts draw for characters, for the program that makes the table of known shapes.

use super::{RECORD, Reference, Shape, packed, unpacked};
use crate::Subpath;
use crate::font::program::Program;
use crate::font::{names, text};

/// A font file.
#[derive(Debug)]
pub struct ShapeFont(Program);

impl ShapeFont {
    /// Reads a TrueType, OpenType, CFF or Type 1 font; `None` for anything else.
    pub fn load(bytes: Vec<u8>) -> Option<ShapeFont> {
        Program::load(bytes).map(ShapeFont)
    }

    /// What it draws for a character; `None` where it has no ink for it, or says itself that it
    /// draws something else there, as symbol fonts do for Latin letters.
    pub fn draw(&self, c: char) -> Option<Drawn> {
        let font = &self.0;
        let also = match c {
            'µ' => 'μ',
            'Ω' => '\u{2126}',
            'Δ' => '∆',
            'Σ' => '∑',
            _ => c,
        };
        let ding = || font.by_name(&format!("a{}", u32::from(c).checked_sub(0x2460)? + 120));
        let glyph = font.by_char(c).or_else(|| font.by_char(also)).or_else(ding)?;
        let name = font.name(glyph).unwrap_or_default();
        let says = names::text_of(&name).or_else(|| names::dingbat(&name));
        let other = match says {
            Some(says) => text::told(&says) != text::told(&c.to_string()),
            None => font.is_named(),
        };
        if other {
            return None;
        }
        Drawn::of(c, &font.outline(glyph)?)
    }
}

/// A character as it was drawn.
#[derive(Debug)]
pub struct Drawn {
    /// The character.
    pub char: char,
    /// What the table keeps of it: the character, the place of its box in 1/2048 em and the
    /// coverage of 12 × 12 cells in 16 steps.
    pub record: [u8; RECORD],
    shape: Shape,
    kept: Reference,
}

impl Drawn {
    /// A character drawn by an outline in em, y up; `None` without ink, and for characters beyond
    /// the basic plane.
    pub fn of(c: char, outline: &[Subpath]) -> Option<Drawn> {
        let shape = Shape::of(outline)?;
        let record = packed(c, &shape)?;
        let kept = unpacked(&record).pop()?;
        Some(Drawn { char: c, record, shape, kept })
    }

    /// How far it is from what the table keeps of another; 0 is the same.
    pub fn distance(&self, other: &Drawn) -> f32 {
        self.shape.to(&other.kept, f32::MAX).unwrap_or(f32::MAX)
    }

    /// The character that it is read as with the table that this crate holds.
    pub fn read(&self) -> Option<char> {
        self.shape.read()
    }

    /// Whether it is read as its character, or as one that means the same.
    pub fn is_read_right(&self) -> bool {
        self.read().is_some_and(|c| super::is_same(c, self.char))
    }
}
