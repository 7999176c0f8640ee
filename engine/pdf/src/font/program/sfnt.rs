//! TrueType programs, read by ttf-parser.

use super::pen::Pen;
use crate::font::names::{self, Encoding};
use crate::{Matrix, Point, Subpath};
use std::collections::BTreeMap;
use std::sync::OnceLock;
use ttf_parser::{Face, GlyphId, OutlineBuilder, PlatformId, Tag, cmap, loca};

/// A TrueType program. Tables are found anew for each glyph that is asked for: that costs a
/// microsecond, and nothing borrows from the bytes.
#[derive(Debug)]
pub(in crate::font) struct Sfnt {
    bytes: Vec<u8>,
    /// Characters by glyph, made when first asked for.
    chars: OnceLock<BTreeMap<u32, char>>,
}

/// The character map of an OpenType file.
#[derive(Debug)]
pub(in crate::font) struct CharMap(Vec<u8>);

/// Latin, Greek, punctuation, letter-like, arrows, mathematics, shapes; ligatures.
const INTERESTING: [std::ops::Range<u32>; 3] = [0x20..0x590, 0x1E00..0x2800, 0xFB00..0xFB07];

/// Components that one glyph may be made of, those of components included.
const MOST_COMPONENTS: usize = 256;

impl Sfnt {
    pub(in crate::font) fn load(bytes: Vec<u8>) -> Option<Sfnt> {
        Face::parse(&bytes, 0).ok()?;
        Some(Sfnt { bytes, chars: OnceLock::new() })
    }

    fn face(&self) -> Option<Face<'_>> {
        Face::parse(&self.bytes, 0).ok()
    }

    pub(in crate::font) fn outline(&self, glyph: u32) -> Option<Vec<Subpath>> {
        let face = self.face()?;
        let glyph = GlyphId(u16::try_from(glyph).ok().filter(|g| *g < face.number_of_glyphs())?);
        components(&face, glyph, &mut { MOST_COMPONENTS }, 0)?;
        let scale = 1.0 / f64::from(face.units_per_em());
        let mut pen = Pen::new(Matrix { m: [scale, 0.0, 0.0, scale, 0.0, 0.0] });
        // No outline is a blank.
        face.outline_glyph(glyph, &mut pen);
        pen.finish()
    }

    pub(in crate::font) fn by_name(&self, name: &str) -> Option<u32> {
        let face = self.face()?;
        let text = names::text_of(name);
        let one = text.and_then(|t| {
            let mut chars = t.chars();
            chars.next().filter(|_| chars.next().is_none())
        });
        let by_char = one.and_then(|c| char_glyph(&face, c));
        let by_mac = || {
            let code = (0..=255).find(|c| Encoding::MacRoman.name(*c) == Some(name))?;
            subtable(&face, PlatformId::Macintosh, 0)?.glyph_index(u32::from(code))
        };
        let glyph = by_char.or_else(by_mac).or_else(|| face.glyph_index_by_name(name));
        glyph.filter(|g| g.0 > 0).map(|g| u32::from(g.0))
    }

    pub(in crate::font) fn by_code(&self, code: u8) -> Option<u32> {
        let face = self.face()?;
        let code = u32::from(code);
        let symbol = subtable(&face, PlatformId::Windows, 0);
        let symbol = symbol.and_then(|t| {
            [0xF000, 0, 0xF100, 0xF200].iter().find_map(|base| t.glyph_index(base + code))
        });
        let mac = || subtable(&face, PlatformId::Macintosh, 0)?.glyph_index(code);
        let glyph = symbol.or_else(mac).filter(|g| g.0 > 0);
        glyph.map(|g| u32::from(g.0))
    }

    pub(in crate::font) fn by_char(&self, c: char) -> Option<u32> {
        char_glyph(&self.face()?, c).filter(|g| g.0 > 0).map(|g| u32::from(g.0))
    }

    pub(in crate::font) fn name(&self, glyph: u32) -> Option<String> {
        let face = self.face()?;
        face.glyph_name(GlyphId(u16::try_from(glyph).ok()?)).map(str::to_owned)
    }

    pub(in crate::font) fn char_of(&self, glyph: u32) -> Option<char> {
        let chars = self.chars.get_or_init(|| {
            let mut chars = BTreeMap::new();
            let face = self.face();
            if let Some(table) = face.as_ref().and_then(unicode_table) {
                // Asking for each character of interest is bounded; walking a hostile map is not.
                for c in INTERESTING.into_iter().flatten().filter_map(char::from_u32) {
                    if let Some(glyph) = table.glyph_index(u32::from(c)) {
                        chars.entry(u32::from(glyph.0)).or_insert(c);
                    }
                }
            }
            chars
        });
        chars.get(&glyph).copied()
    }
}

impl CharMap {
    /// The glyph of a code point.
    pub(super) fn get(&self, code: u32) -> Option<u32> {
        let table = cmap::Table::parse(&self.0)?;
        let mut tables = table.subtables.into_iter().filter(|t| t.is_unicode());
        tables.find_map(|t| t.glyph_index(code)).filter(|g| g.0 > 0).map(|g| u32::from(g.0))
    }
}

/// The CFF table of an OpenType file, and its character map.
pub(super) fn cff_of(bytes: &[u8]) -> Option<(Vec<u8>, Option<CharMap>)> {
    let raw = ttf_parser::RawFace::parse(bytes, 0).ok()?;
    let cff = raw.table(Tag::from_bytes(b"CFF "))?;
    let cmap = raw.table(Tag::from_bytes(b"cmap"));
    Some((cff.to_vec(), cmap.map(|t| CharMap(t.to_vec()))))
}

fn subtable<'a>(
    face: &Face<'a>,
    platform: PlatformId,
    encoding: u16,
) -> Option<cmap::Subtable<'a>> {
    let mut tables = face.tables().cmap?.subtables.into_iter();
    tables.find(|t| t.platform_id == platform && t.encoding_id == encoding)
}

fn unicode_table<'a>(face: &Face<'a>) -> Option<cmap::Subtable<'a>> {
    face.tables()
        .cmap?
        .subtables
        .into_iter()
        .find(|t| t.is_unicode() && (t.platform_id != PlatformId::Windows || t.encoding_id != 0))
}

fn char_glyph(face: &Face<'_>, c: char) -> Option<GlyphId> {
    unicode_table(face)?.glyph_index(u32::from(c))
}

/// Counts what a composite glyph draws; `None` where it is too deep, too wide or goes in circles:
/// each level may double the work (OpenType, table `glyf`).
fn components(face: &Face<'_>, glyph: GlyphId, left: &mut usize, depth: usize) -> Option<()> {
    const WORDS: u16 = 1;
    const SCALE: u16 = 8;
    const MORE: u16 = 0x20;
    const TWO_SCALES: u16 = 0x40;
    const TWO_BY_TWO: u16 = 0x80;
    *left = left.checked_sub(1).filter(|_| depth < 8)?;
    let table = |tag| face.raw_face().table(Tag::from_bytes(tag));
    let format = face.tables().head.index_to_location_format;
    let count = face.tables().maxp.number_of_glyphs;
    let loca = table(b"loca").and_then(|t| loca::Table::parse(count, format, t));
    let Some(range) = loca.and_then(|l| l.glyph_range(glyph)) else { return Some(()) };
    let Some(data) = table(b"glyf").and_then(|t| t.get(range)) else { return Some(()) };
    let short = |at: usize| -> Option<u16> {
        data.get(at..at + 2)?.try_into().ok().map(u16::from_be_bytes)
    };
    if short(0).is_none_or(|contours| contours < 0x8000) {
        return Some(());
    }
    let mut at = 10;
    while let (Some(flags), Some(part)) = (short(at), short(at + 2)) {
        components(face, GlyphId(part), left, depth + 1)?;
        at += if flags & WORDS != 0 { 8 } else { 6 };
        at += match flags {
            f if f & TWO_BY_TWO != 0 => 8,
            f if f & TWO_SCALES != 0 => 4,
            f if f & SCALE != 0 => 2,
            _ => 0,
        };
        if flags & MORE == 0 {
            break;
        }
    }
    Some(())
}

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        Pen::move_to(self, point(x, y));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        Pen::line_to(self, point(x, y));
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        Pen::quad_to(self, point(x1, y1), point(x, y));
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        Pen::curve_to(self, point(x1, y1), point(x2, y2), point(x, y));
    }

    fn close(&mut self) {
        Pen::close(self);
    }
}

fn point(x: f32, y: f32) -> Point {
    Point::new(f64::from(x), f64::from(y))
}
