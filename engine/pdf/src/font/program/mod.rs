//! Font programs: the outlines in embedded font files, found by name, code or identifier.

mod cff;
mod charstring;
mod pen;
mod sfnt;
mod type1;
mod type1_charstring;

use crate::Subpath;

/// An embedded font program of any kind.
#[derive(Debug)]
pub(super) enum Program {
    /// TrueType outlines.
    Sfnt(sfnt::Sfnt),
    /// Compact Font Format, bare or out of an OpenType file.
    Cff(cff::Cff),
    /// Type 1.
    Type1(type1::Type1),
}

impl Program {
    /// Reads a program, told by its first bytes: dictionaries often name the wrong kind.
    pub(super) fn load(bytes: Vec<u8>) -> Option<Program> {
        match bytes.get(..4)? {
            [0, 1, 0, 0] | b"true" | b"ttcf" => sfnt::Sfnt::load(bytes).map(Program::Sfnt),
            b"OTTO" => {
                let (cff, cmap) = sfnt::cff_of(&bytes)?;
                cff::Cff::load(cff, cmap).map(Program::Cff)
            }
            [1, 0..=9, 4..=16, 1..=4] => cff::Cff::load(bytes, None).map(Program::Cff),
            _ => type1::Type1::load(&bytes).map(Program::Type1),
        }
    }

    /// The outline of a glyph in em units, y up; empty for blanks, `None` where it is malformed.
    pub(super) fn outline(&self, glyph: u32) -> Option<Vec<Subpath>> {
        match self {
            Program::Sfnt(font) => font.outline(glyph),
            Program::Cff(font) => font.outline(glyph),
            Program::Type1(font) => font.outline(glyph),
        }
    }

    /// The glyph of a name.
    pub(super) fn by_name(&self, name: &str) -> Option<u32> {
        match self {
            Program::Sfnt(font) => font.by_name(name),
            Program::Cff(font) => font.by_name(name),
            Program::Type1(font) => font.by_name(name),
        }
    }

    /// The glyph of a code in the built-in encoding (ISO 32000-1, 9.6.6).
    pub(super) fn by_code(&self, code: u8) -> Option<u32> {
        match self {
            Program::Sfnt(font) => font.by_code(code),
            Program::Cff(font) => font.by_code(code),
            Program::Type1(font) => font.by_code(code),
        }
    }

    /// The glyph of a Unicode character.
    pub(super) fn by_char(&self, c: char) -> Option<u32> {
        match self {
            Program::Sfnt(font) => font.by_char(c),
            Program::Cff(font) => font.by_char(c),
            Program::Type1(_) => None,
        }
    }

    /// The glyph of a character identifier, without a map in the dictionary.
    pub(super) fn by_cid(&self, cid: u32) -> Option<u32> {
        match self {
            Program::Cff(font) => font.by_cid(cid),
            Program::Sfnt(_) | Program::Type1(_) => Some(cid),
        }
    }

    /// The name that the program itself gives a glyph.
    pub(super) fn name(&self, glyph: u32) -> Option<String> {
        match self {
            Program::Sfnt(font) => font.name(glyph),
            Program::Cff(font) => font.name(glyph),
            Program::Type1(font) => font.name(glyph),
        }
    }

    /// The character that the program's own character map gives a glyph, if it is a text font's.
    pub(super) fn char_of(&self, glyph: u32) -> Option<char> {
        match self {
            Program::Sfnt(font) => font.char_of(glyph),
            Program::Cff(_) | Program::Type1(_) => None,
        }
    }

    /// Whether glyphs carry names that mean something, so that names choose glyphs.
    pub(super) fn is_named(&self) -> bool {
        !matches!(self, Program::Sfnt(_))
    }
}
