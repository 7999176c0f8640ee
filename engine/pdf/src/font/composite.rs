//! Composite fonts: codes of several bytes, widths and glyphs by character identifier
//! (ISO 32000-1, 9.7).

use super::cmap::CMap;
use super::decide::{Claims, Kind};
use super::names;
use super::program::Program;
use super::{Found, array, item, number, object, stream};
use lopdf::{Dictionary, Document, Object};
use std::sync::Arc;

/// A Type 0 font with its descendant.
#[derive(Debug)]
pub(super) struct Composite {
    codes: Codes,
    to_unicode: Option<CMap>,
    default: f64,
    widths: Vec<Widths>,
    program: Option<Program>,
    /// Glyphs by identifier, two bytes each.
    glyphs: Option<Vec<u8>>,
    says: Kind,
}

/// How bytes become character identifiers.
#[derive(Debug)]
enum Codes {
    /// Two bytes, which are the identifier.
    Identity,
    /// Two bytes of UTF-16, the identifier as in Adobe's Latin rows.
    Unicode,
    /// An embedded CMap.
    Map(Box<CMap>),
}

/// Widths in em of a run of identifiers: one for each, or one for all.
#[derive(Debug)]
struct Widths {
    low: u32,
    high: u32,
    each: Vec<f64>,
}

impl Composite {
    /// Reads the font and its descendant.
    pub(super) fn load(
        objects: &Document,
        dict: &Dictionary,
        own: &Dictionary,
        name: &str,
        program: Option<Program>,
    ) -> Composite {
        let codes = match object(objects, dict, b"Encoding") {
            Some(Object::Name(name)) if unicode(name) => Codes::Unicode,
            Some(Object::Stream(s)) => {
                match s.get_plain_content_with_limit(super::MOST_BYTES).map(|b| CMap::read(&b)) {
                    Ok(map) if map.has_codespaces() => Codes::Map(Box::new(map)),
                    _ => Codes::Identity,
                }
            }
            _ => Codes::Identity,
        };
        Composite {
            codes,
            to_unicode: stream(objects, dict, b"ToUnicode").map(|b| CMap::read(&b)),
            default: number(objects, own, b"DW").unwrap_or(1000.0) / 1000.0,
            widths: widths(objects, own),
            program,
            glyphs: stream(objects, own, b"CIDToGIDMap"),
            says: Kind::of_font(name),
        }
    }

    /// The next code and its length.
    pub(super) fn code(&self, bytes: &[u8]) -> Option<(u32, usize)> {
        match &self.codes {
            Codes::Identity | Codes::Unicode => match bytes {
                [] => None,
                [one] => Some((u32::from(*one), 1)),
                [high, low, ..] => Some((u32::from(*high) << 8 | u32::from(*low), 2)),
            },
            Codes::Map(map) => map.code(bytes),
        }
    }

    /// All about one code.
    pub(super) fn find(&self, code: u32) -> Found {
        let cid = self.cid(code);
        let glyph = self.program.as_ref().and_then(|p| self.glyph(p, code, cid));
        let found = self.program.as_ref().zip(glyph);
        let outline = found.and_then(|(p, g)| p.outline(g));
        let mut claims = Claims::new(self.says);
        claims.add(self.to_unicode.as_ref().and_then(|m| m.text(code)));
        if let Codes::Unicode = self.codes {
            claims.add(char::from_u32(code).map(String::from));
        }
        claims.add(found.and_then(|(p, g)| names::text_of(&p.name(g)?)));
        claims.add(found.and_then(|(p, g)| p.char_of(g)).map(String::from));
        Found {
            width: self.width(cid),
            text: claims.decide(outline.as_deref()),
            outline: outline.map(Arc::new),
        }
    }

    fn glyph(&self, program: &Program, code: u32, cid: u32) -> Option<u32> {
        if let Some(glyphs) = &self.glyphs {
            let at = usize::try_from(cid).ok()?.checked_mul(2)?;
            let pair = glyphs.get(at..at + 2)?.try_into().ok()?;
            return Some(u32::from(u16::from_be_bytes(pair)));
        }
        match self.codes {
            Codes::Unicode => {
                program.by_char(char::from_u32(code)?).or_else(|| program.by_cid(cid))
            }
            _ => program.by_cid(cid),
        }
    }

    fn cid(&self, code: u32) -> u32 {
        match &self.codes {
            Codes::Identity => code,
            // The first 95 identifiers of all four Asian collections are ASCII.
            Codes::Unicode if (0x20..0x7F).contains(&code) => code - 0x1F,
            Codes::Unicode => u32::MAX,
            Codes::Map(map) => match map.cid(code) {
                Some(cid) => cid,
                None if map.has_cids() => 0,
                None => code,
            },
        }
    }

    fn width(&self, cid: u32) -> f64 {
        let end = self.widths.partition_point(|w| w.low <= cid);
        let run = end.checked_sub(1).and_then(|i| self.widths.get(i)).filter(|w| cid <= w.high);
        let width = run.and_then(|w| match w.each.as_slice() {
            [all] => Some(*all),
            each => each.get((cid - w.low) as usize).copied(),
        });
        width.unwrap_or(self.default)
    }
}

/// Predefined CMaps whose codes are UTF-16: `UniGB-UCS2-H`, `UniJIS-UTF16-V`.
fn unicode(name: &[u8]) -> bool {
    let has = |part: &[u8]| name.windows(part.len()).any(|w| w == part);
    name.starts_with(b"Uni") && (has(b"UCS2") || has(b"UTF16"))
}

/// The array `W`: `c [w1 w2 …]` and `from to w`.
fn widths(objects: &Document, own: &Dictionary) -> Vec<Widths> {
    let list = array(objects, own, b"W").map(Vec::as_slice).unwrap_or_default();
    let mut runs = Vec::new();
    let mut numbers: Vec<f64> = Vec::new();
    for object in list.iter().take(200_000) {
        let Ok((_, object)) = objects.dereference(object) else { continue };
        if let (Object::Array(each), [first]) = (object, numbers.as_slice()) {
            let each: Vec<f64> = each
                .iter()
                .take(65_536)
                .map(|w| item(objects, w).unwrap_or(0.0) / 1000.0)
                .collect();
            let low = *first as u32;
            if let Some(more) = (each.len() as u32).checked_sub(1) {
                runs.push(Widths { low, high: low.saturating_add(more), each });
            }
            numbers.clear();
        } else if let Some(n) = super::float(object) {
            numbers.push(n);
            if let [low, high, width] = *numbers.as_slice() {
                let (low, high) = (low as u32, high as u32);
                runs.push(Widths { low, high, each: vec![width / 1000.0] });
                numbers.clear();
            }
        } else {
            numbers.clear();
        }
    }
    runs.sort_by_key(|w| w.low);
    runs
}
