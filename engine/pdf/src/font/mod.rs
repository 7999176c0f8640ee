//! Fonts: codes, widths, text and outlines of glyphs (ISO 32000-1, 9.5 to 9.10).
//!
//! What a glyph says is decided once for each code that is shown, from its name, ToUnicode, the
//! encoding and the drawn outline; where they leave doubt, the glyph says nothing.

mod cmap;
mod composite;
mod decide;
mod names;
mod program;
mod shape;
mod simple;
mod standard;
mod text;

pub use shape::{Drawn, ShapeFont};

use crate::{FontInfo, Matrix, Subpath};
use lopdf::{Dictionary, Document, Object, ObjectId};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// A font with all that was found out about its codes so far.
#[derive(Debug)]
pub(crate) struct Font {
    /// What a page tells of it.
    pub(crate) info: Arc<FontInfo>,
    /// Where glyphs are content streams.
    pub(crate) type3: Option<Type3>,
    kind: Kind,
    ascent: f64,
    descent: f64,
    known: Mutex<BTreeMap<u32, Found>>,
}

/// One shown character.
#[derive(Clone, Debug)]
pub(crate) struct Char {
    /// The code.
    pub(crate) code: u32,
    /// Bytes that it took.
    pub(crate) len: usize,
    /// Horizontal advance in em.
    pub(crate) width: f64,
    /// What it says, where that is known.
    pub(crate) text: Option<Box<str>>,
    /// Its shape in em, y up.
    pub(crate) outline: Option<Arc<Vec<Subpath>>>,
    /// Whether word spacing applies: the single byte 32.
    pub(crate) is_space: bool,
}

/// What makes a Type 3 font.
#[derive(Clone, Debug)]
pub(crate) struct Type3 {
    /// From glyph space to em.
    pub(crate) matrix: Matrix,
    /// The content stream of each code.
    pub(crate) procs: BTreeMap<u32, ObjectId>,
    /// The font's own resources.
    pub(crate) resources: Option<Dictionary>,
}

#[derive(Debug)]
enum Kind {
    Simple(simple::Simple),
    Composite(composite::Composite),
}

/// What one code was found to be.
#[derive(Clone, Debug, Default)]
struct Found {
    width: f64,
    text: Option<Box<str>>,
    outline: Option<Arc<Vec<Subpath>>>,
}

/// Largest font program or CMap that is unpacked, in bytes.
const MOST_BYTES: usize = 32 << 20;

/// The character that an outline can only be, in em with y up and the origin on the baseline;
/// `None` when it is none, or not surely one.
pub fn character_of(outline: &[Subpath]) -> Option<char> {
    shape::Shape::of(outline)?.read()
}

impl Font {
    /// Reads a font dictionary; whatever is missing or malformed has a usual value.
    pub(crate) fn load(objects: &Document, dict: &Dictionary) -> Font {
        let subtype = name_of(objects, dict, b"Subtype").unwrap_or_default();
        let descendant = match subtype {
            b"Type0" => array(objects, dict, b"DescendantFonts")
                .and_then(|a| a.first())
                .and_then(|o| objects.dereference(o).ok()?.1.as_dict().ok()),
            _ => None,
        };
        let own = descendant.unwrap_or(dict);
        let descriptor = dictionary(objects, own, b"FontDescriptor");
        let name = base_name(objects, dict, own, descriptor);
        let flags = descriptor.and_then(|d| number(objects, d, b"Flags")).unwrap_or(0.0) as u32;
        let lower = name.to_ascii_lowercase();
        let angle = descriptor.and_then(|d| number(objects, d, b"ItalicAngle")).unwrap_or(0.0);
        let weight = descriptor.and_then(|d| number(objects, d, b"FontWeight")).unwrap_or(400.0);
        let has = |words: &[&str]| words.iter().any(|w| lower.contains(w));
        let type3 = (subtype == b"Type3").then(|| simple::type3(objects, dict));
        let symbolic = flags & 0b10_0100 == 0b100;
        let program = descriptor.and_then(|d| program(objects, d));
        let embedded = program.is_some();
        let kind = match descendant {
            Some(own) => {
                Kind::Composite(composite::Composite::load(objects, dict, own, &name, program))
            }
            None => {
                let known = simple::Known { name: &name, symbolic, descriptor };
                Kind::Simple(simple::Simple::load(objects, dict, known, program))
            }
        };
        let height = |key: &[u8]| descriptor.and_then(|d| number(objects, d, key));
        let usual = |v: Option<f64>, low: f64, high: f64, or: f64| {
            v.map(|v| v / 1000.0).filter(|v| (low..=high).contains(v)).unwrap_or(or)
        };
        Font {
            info: Arc::new(FontInfo {
                embedded,
                bold: has(&["bold", "black", "heavy", "semibold"])
                    || flags & 1 << 18 != 0
                    || weight >= 600.0,
                italic: has(&["italic", "oblique"]) || flags & 1 << 6 != 0 || angle.abs() > 1.0,
                type3: type3.is_some(),
                symbolic: has(&["symbol", "dingbats", "wingdings", "webdings"]) || symbolic,
                name,
            }),
            type3,
            kind,
            // Descriptors that say 0 or nonsense are common in old files.
            ascent: usual(height(b"Ascent"), 0.3, 1.5, 0.75),
            descent: usual(height(b"Descent").map(|d| -d.abs()), -0.8, -0.05, -0.22),
            known: Mutex::new(BTreeMap::new()),
        }
    }

    /// The next character of a shown string; `None` at its end.
    pub(crate) fn next(&self, bytes: &[u8]) -> Option<Char> {
        let (code, len) = match &self.kind {
            Kind::Simple(_) => (u32::from(*bytes.first()?), 1),
            Kind::Composite(font) => font.code(bytes)?,
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.entry(code).or_insert_with(|| match &self.kind {
            Kind::Simple(font) => font.find(code as u8),
            Kind::Composite(font) => font.find(code),
        });
        Some(Char {
            code,
            len,
            width: known.width,
            text: known.text.clone(),
            outline: known.outline.clone(),
            is_space: len == 1 && code == 32,
        })
    }

    /// The text of a code whose glyph a content stream draws (Type 3): by its name, ToUnicode or the
    /// outline in em, y up.
    pub(crate) fn text_of_drawn(&self, code: u32, outline: Option<&[Subpath]>) -> Option<Box<str>> {
        match &self.kind {
            Kind::Simple(font) => font.claims(code as u8).decide(outline),
            Kind::Composite(_) => None,
        }
    }

    /// Height above the baseline in em, for glyphs without outline.
    pub(crate) fn ascent(&self) -> f64 {
        self.ascent
    }

    /// Depth below the baseline in em (negative), for glyphs without outline.
    pub(crate) fn descent(&self) -> f64 {
        self.descent
    }
}

/// The embedded program.
fn program(objects: &Document, descriptor: &Dictionary) -> Option<program::Program> {
    let keys: [&[u8]; 3] = [b"FontFile3", b"FontFile2", b"FontFile"];
    keys.iter().find_map(|key| program::Program::load(stream(objects, descriptor, key)?))
}

/// The PostScript name without the subset tag `ABCDEF+`.
fn base_name(
    objects: &Document,
    dict: &Dictionary,
    own: &Dictionary,
    descriptor: Option<&Dictionary>,
) -> String {
    let name = name_of(objects, dict, b"BaseFont")
        .or_else(|| name_of(objects, own, b"BaseFont"))
        .or_else(|| descriptor.and_then(|d| name_of(objects, d, b"FontName")))
        .or_else(|| name_of(objects, dict, b"Name"))
        .unwrap_or_default();
    let name = String::from_utf8_lossy(name);
    match name.split_once('+') {
        Some((tag, rest)) if tag.len() == 6 && tag.bytes().all(|b| b.is_ascii_uppercase()) => {
            rest.to_owned()
        }
        _ => name.into_owned(),
    }
}

fn object<'a>(objects: &'a Document, dict: &'a Dictionary, key: &[u8]) -> Option<&'a Object> {
    dict.get_deref(key, objects).ok()
}

fn name_of<'a>(objects: &'a Document, dict: &'a Dictionary, key: &[u8]) -> Option<&'a [u8]> {
    object(objects, dict, key)?.as_name().ok()
}

fn number(objects: &Document, dict: &Dictionary, key: &[u8]) -> Option<f64> {
    float(object(objects, dict, key)?)
}

fn array<'a>(objects: &'a Document, dict: &'a Dictionary, key: &[u8]) -> Option<&'a Vec<Object>> {
    object(objects, dict, key)?.as_array().ok()
}

fn dictionary<'a>(
    objects: &'a Document,
    dict: &'a Dictionary,
    key: &[u8],
) -> Option<&'a Dictionary> {
    object(objects, dict, key)?.as_dict().ok()
}

fn stream(objects: &Document, dict: &Dictionary, key: &[u8]) -> Option<Vec<u8>> {
    let stream = object(objects, dict, key)?.as_stream().ok()?;
    stream.get_plain_content_with_limit(MOST_BYTES).ok()
}

/// A finite number.
fn float(object: &Object) -> Option<f64> {
    object.as_float().ok().map(f64::from).filter(|v| v.is_finite())
}

/// A finite number that may stand behind a reference.
fn item(objects: &Document, object: &Object) -> Option<f64> {
    float(objects.dereference(object).ok()?.1)
}
