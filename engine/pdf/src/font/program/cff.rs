//! The Compact Font Format (Adobe technical note 5176).

use super::charstring::{self, Subroutines};
use super::pen::Pen;
use super::sfnt::CharMap;
use crate::font::names::Encoding;
use crate::{Matrix, Subpath};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;

/// A CFF font program: tables are found once, glyphs are drawn when asked for.
#[derive(Debug)]
pub(in crate::font) struct Cff {
    bytes: Vec<u8>,
    strings: Index,
    globals: Index,
    charstrings: Index,
    /// String identifiers, or character identifiers, of all glyphs but the first.
    charset: Vec<u16>,
    by_cid: Option<BTreeMap<u16, u16>>,
    encoding: Option<BTreeMap<u8, u16>>,
    parts: Vec<Part>,
    /// Which part each glyph belongs to; empty when there is but one.
    select: Vec<u8>,
    cmap: Option<CharMap>,
}

/// Local subroutines and scale of a font, or of one font in a font of many.
#[derive(Debug)]
struct Part {
    locals: Index,
    matrix: Matrix,
}

/// An INDEX: byte strings by number.
#[derive(Clone, Debug, Default)]
struct Index {
    count: usize,
    size: usize,
    offsets: usize,
    data: usize,
    end: usize,
}

type Dict = BTreeMap<u16, Vec<f64>>;

const CHARSET: u16 = 15;
const ENCODING: u16 = 16;
const CHARSTRINGS: u16 = 17;
const PRIVATE: u16 = 18;
const SUBRS: u16 = 19;
const FONT_MATRIX: u16 = 0x0C07;
const ROS: u16 = 0x0C1E;
const FD_ARRAY: u16 = 0x0C24;
const FD_SELECT: u16 = 0x0C25;

impl Cff {
    pub(in crate::font) fn load(bytes: Vec<u8>, cmap: Option<CharMap>) -> Option<Cff> {
        let names = Index::read(&bytes, usize::from(*bytes.get(2)?))?;
        let tops = Index::read(&bytes, names.end)?;
        let strings = Index::read(&bytes, tops.end)?;
        let globals = Index::read(&bytes, strings.end)?;
        let top = dict(tops.get(&bytes, 0)?);
        let charstrings = Index::read(&bytes, offset(&top, CHARSTRINGS)?)?;
        let glyphs = charstrings.count.min(65_535);
        let keyed = top.contains_key(&ROS);
        let charset = charset(&bytes, offset(&top, CHARSET).unwrap_or(0), glyphs);
        let matrix = matrix(&top);
        let mut parts = Vec::new();
        let mut select = Vec::new();
        if keyed {
            let fonts = Index::read(&bytes, offset(&top, FD_ARRAY)?)?;
            for i in 0..fonts.count.min(256) {
                let font = dict(fonts.get(&bytes, i)?);
                let own = font.contains_key(&FONT_MATRIX).then(|| self::matrix(&font));
                parts.push(Part {
                    locals: locals(&bytes, &font),
                    matrix: match (own, top.contains_key(&FONT_MATRIX)) {
                        (Some(own), true) => own.then(matrix),
                        (Some(own), false) => own,
                        (None, _) => matrix,
                    },
                });
            }
            select = fd_select(&bytes, offset(&top, FD_SELECT)?, glyphs)?;
        } else {
            parts.push(Part { locals: locals(&bytes, &top), matrix });
        }
        let by_cid = keyed.then(|| (1..).zip(&charset).map(|(g, c)| (*c, g)).collect());
        let encoding = offset(&top, ENCODING).filter(|at| *at > 1);
        let encoding = encoding.and_then(|at| encoding_at(&bytes, at, &charset));
        Some(Cff {
            bytes,
            strings,
            globals,
            charstrings,
            charset,
            by_cid,
            encoding,
            parts,
            select,
            cmap,
        })
    }

    pub(in crate::font) fn outline(&self, glyph: u32) -> Option<Vec<Subpath>> {
        let glyph = glyph as usize;
        let part = self.parts.get(usize::from(self.select.get(glyph).copied().unwrap_or(0)))?;
        let mut pen = Pen::new(part.matrix);
        let scope = Scope { font: self, part };
        charstring::draw(self.charstrings.get(&self.bytes, glyph)?, &scope, &mut pen)?;
        pen.finish()
    }

    pub(in crate::font) fn by_name(&self, name: &str) -> Option<u32> {
        if self.by_cid.is_some() {
            return None;
        }
        if name == ".notdef" {
            return Some(0);
        }
        let standard = standard_strings();
        let sid = match standard.iter().position(|s| *s == name) {
            Some(sid) => sid,
            None => {
                let wanted = name.as_bytes();
                let all = 0..self.strings.count;
                let own =
                    all.into_iter().find(|i| self.strings.get(&self.bytes, *i) == Some(wanted));
                standard.len() + own?
            }
        };
        let sid = u16::try_from(sid).ok()?;
        self.charset.iter().position(|s| *s == sid).map(|i| i as u32 + 1)
    }

    pub(in crate::font) fn by_code(&self, code: u8) -> Option<u32> {
        match &self.encoding {
            Some(encoding) => encoding.get(&code).map(|g| u32::from(*g)),
            None => self.by_name(Encoding::Standard.name(code)?),
        }
    }

    pub(in crate::font) fn by_cid(&self, cid: u32) -> Option<u32> {
        match &self.by_cid {
            Some(_) if cid == 0 => Some(0),
            Some(map) => map.get(&u16::try_from(cid).ok()?).map(|g| u32::from(*g)),
            None => Some(cid),
        }
    }

    pub(in crate::font) fn by_char(&self, c: char) -> Option<u32> {
        self.cmap.as_ref()?.get(u32::from(c))
    }

    pub(in crate::font) fn name(&self, glyph: u32) -> Option<String> {
        if self.by_cid.is_some() {
            return None;
        }
        let sid = usize::from(*self.charset.get(glyph.checked_sub(1)? as usize)?);
        let standard = standard_strings();
        match standard.get(sid) {
            Some(name) => Some((*name).to_owned()),
            None => {
                let own = self.strings.get(&self.bytes, sid - standard.len())?;
                Some(String::from_utf8_lossy(own).into_owned())
            }
        }
    }
}

struct Scope<'a> {
    font: &'a Cff,
    part: &'a Part,
}

impl Subroutines for Scope<'_> {
    fn local(&self, index: usize) -> Option<&[u8]> {
        self.part.locals.get(&self.font.bytes, index)
    }

    fn locals(&self) -> usize {
        self.part.locals.count
    }

    fn global(&self, index: usize) -> Option<&[u8]> {
        self.font.globals.get(&self.font.bytes, index)
    }

    fn globals(&self) -> usize {
        self.font.globals.count
    }

    fn standard(&self, code: u8) -> Option<&[u8]> {
        let glyph = self.font.by_name(Encoding::Standard.name(code)?)?;
        self.font.charstrings.get(&self.font.bytes, glyph as usize)
    }
}

impl Index {
    fn read(bytes: &[u8], at: usize) -> Option<Index> {
        let count = usize::from(short(bytes, at)?);
        if count == 0 {
            return Some(Index { end: at + 2, ..Index::default() });
        }
        let size = usize::from(*bytes.get(at + 2)?);
        if !(1..=4).contains(&size) {
            return None;
        }
        let offsets = at + 3;
        // Offsets count from the byte before the data.
        let data = offsets + (count + 1) * size - 1;
        let mut index = Index { count, size, offsets, data, end: 0 };
        index.end = data.checked_add(index.offset(bytes, count)?)?;
        (index.end <= bytes.len()).then_some(index)
    }

    fn offset(&self, bytes: &[u8], i: usize) -> Option<usize> {
        let at = self.offsets + i * self.size;
        let digits = bytes.get(at..at + self.size)?;
        Some(digits.iter().fold(0, |n, b| n << 8 | usize::from(*b)))
    }

    fn get<'a>(&self, bytes: &'a [u8], i: usize) -> Option<&'a [u8]> {
        if i >= self.count {
            return None;
        }
        let range: Range<usize> = self.data.checked_add(self.offset(bytes, i)?)?
            ..self.data.checked_add(self.offset(bytes, i + 1)?)?;
        bytes.get(range)
    }
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    let pair = bytes.get(at..at.checked_add(2)?)?;
    pair.try_into().ok().map(u16::from_be_bytes)
}

/// A DICT: operands by operator; two-byte operators are `0x0C00` and the second byte.
fn dict(bytes: &[u8]) -> Dict {
    let mut dict = Dict::new();
    let mut operands = Vec::new();
    let mut at = 0;
    while let Some(&b) = bytes.get(at) {
        at += 1;
        let byte = |i: usize| f64::from(bytes.get(at + i).copied().unwrap_or(0));
        let (value, len) = match b {
            0..=21 => {
                let operator = if b == 12 {
                    at += 1;
                    0x0C00 | u16::from(bytes.get(at - 1).copied().unwrap_or(0))
                } else {
                    u16::from(b)
                };
                dict.insert(operator, std::mem::take(&mut operands));
                continue;
            }
            28 => (f64::from(short(bytes, at).unwrap_or(0) as i16), 2),
            29 => {
                let four = bytes.get(at..at + 4).and_then(|s| s.try_into().ok());
                (f64::from(i32::from_be_bytes(four.unwrap_or_default())), 4)
            }
            30 => real(bytes.get(at..).unwrap_or_default()),
            32..=246 => (f64::from(b) - 139.0, 0),
            247..=250 => ((f64::from(b) - 247.0) * 256.0 + byte(0) + 108.0, 1),
            251..=254 => (-(f64::from(b) - 251.0) * 256.0 - byte(0) - 108.0, 1),
            _ => continue,
        };
        at += len;
        if operands.len() < 513 {
            operands.push(value);
        }
    }
    dict
}

/// A real number in nibbles, and the bytes it takes.
fn real(bytes: &[u8]) -> (f64, usize) {
    let mut text = String::new();
    for (i, byte) in bytes.iter().take(32).enumerate() {
        for nibble in [byte >> 4, byte & 15] {
            match nibble {
                0..=9 => text.push(char::from(b'0' + nibble)),
                10 => text.push('.'),
                11 => text.push('E'),
                12 => text.push_str("E-"),
                14 => text.push('-'),
                _ => return (text.parse().unwrap_or(0.0), i + 1),
            }
        }
    }
    (0.0, bytes.len())
}

fn offset(dict: &Dict, key: u16) -> Option<usize> {
    dict.get(&key)?.last().filter(|v| **v >= 0.0).map(|v| *v as usize)
}

fn matrix(dict: &Dict) -> Matrix {
    let given = dict.get(&FONT_MATRIX).and_then(|v| <[f64; 6]>::try_from(v.as_slice()).ok());
    let m = given.filter(|m| m.iter().all(|v| v.is_finite()) && m[0] != 0.0 && m[3] != 0.0);
    Matrix { m: m.unwrap_or([1e-3, 0.0, 0.0, 1e-3, 0.0, 0.0]) }
}

fn locals(bytes: &[u8], dict: &Dict) -> Index {
    let read = || {
        let &[size, start] = dict.get(&PRIVATE)?.as_slice() else { return None };
        let (size, start) = (size.max(0.0) as usize, start.max(0.0) as usize);
        let private = self::dict(bytes.get(start..start.checked_add(size)?)?);
        Index::read(bytes, start.checked_add(offset(&private, SUBRS)?)?)
    };
    read().unwrap_or_default()
}

/// The charset, without the first glyph, which is always `.notdef`.
fn charset(bytes: &[u8], at: usize, glyphs: usize) -> Vec<u16> {
    let wanted = glyphs.saturating_sub(1);
    // 0 is ISOAdobe; the expert sets (1, 2) hold nothing that datasheets show.
    if at <= 2 {
        return if at == 0 { (1..=228).take(wanted).collect() } else { Vec::new() };
    }
    let mut set = Vec::new();
    let format = bytes.get(at).copied().unwrap_or(0);
    let mut at = at + 1;
    while set.len() < wanted {
        let Some(first) = short(bytes, at) else { break };
        at += 2;
        let more = match format {
            0 => 0,
            1 => {
                at += 1;
                u16::from(bytes.get(at - 1).copied().unwrap_or(0))
            }
            _ => {
                at += 2;
                short(bytes, at - 2).unwrap_or(0)
            }
        };
        set.extend((first..=first.saturating_add(more)).take(wanted - set.len()));
    }
    set
}

fn encoding_at(bytes: &[u8], at: usize, charset: &[u16]) -> Option<BTreeMap<u8, u16>> {
    let mut codes = BTreeMap::new();
    let format = *bytes.get(at)?;
    let count = usize::from(*bytes.get(at + 1)?);
    let mut at = at + 2;
    let mut glyph = 1_u16;
    for _ in 0..count {
        let first = *bytes.get(at)?;
        at += 1;
        let more = if format & 0x7F == 0 {
            0
        } else {
            at += 1;
            *bytes.get(at - 1)?
        };
        for code in first..=first.saturating_add(more) {
            codes.insert(code, glyph);
            glyph = glyph.saturating_add(1);
        }
    }
    if format & 0x80 != 0 {
        let count = usize::from(*bytes.get(at)?);
        for entry in bytes.get(at + 1..at + 1 + 3 * count)?.chunks_exact(3) {
            let sid = u16::from_be_bytes([entry[1], entry[2]]);
            if let Some(i) = charset.iter().position(|s| *s == sid) {
                codes.insert(entry[0], i as u16 + 1);
            }
        }
    }
    Some(codes)
}

fn fd_select(bytes: &[u8], at: usize, glyphs: usize) -> Option<Vec<u8>> {
    match *bytes.get(at)? {
        0 => bytes.get(at + 1..at + 1 + glyphs).map(<[u8]>::to_vec),
        3 => {
            let ranges = usize::from(short(bytes, at + 1)?);
            let mut select = Vec::new();
            for i in 0..ranges {
                let entry = at + 3 + 3 * i;
                let end = usize::from(short(bytes, entry + 3)?).min(glyphs);
                let part = *bytes.get(entry + 2)?;
                select.resize(end.max(select.len()), part);
            }
            Some(select)
        }
        _ => None,
    }
}

fn standard_strings() -> &'static [&'static str] {
    static STRINGS: OnceLock<Vec<&'static str>> = OnceLock::new();
    STRINGS.get_or_init(|| {
        let text = include_str!("../data/cff_strings.txt");
        text.lines().filter(|l| !l.starts_with('#')).collect()
    })
}
