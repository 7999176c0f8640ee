//! Type 1 font programs (Adobe Type 1 Font Format, 1990).

use super::pen::Pen;
use super::type1_charstring;
use crate::font::names::Encoding;
use crate::{Matrix, Subpath};
use std::collections::BTreeMap;

/// A decrypted Type 1 program; charstrings are drawn when asked for.
#[derive(Debug)]
pub(in crate::font) struct Type1 {
    matrix: Matrix,
    /// `None` is StandardEncoding.
    encoding: Option<BTreeMap<u8, String>>,
    pub(super) subrs: BTreeMap<u32, Vec<u8>>,
    /// Charstrings in the order of the file, by glyph.
    glyphs: Vec<(String, Vec<u8>)>,
    by_name: BTreeMap<String, u32>,
}

const MOST_GLYPHS: usize = 65_536;

impl Type1 {
    pub(in crate::font) fn load(bytes: &[u8]) -> Option<Type1> {
        let bytes = unpacked(bytes);
        let cut = find(&bytes, b"eexec")?;
        let (clear, cipher) = bytes.split_at_checked(cut + 5)?;
        let private = eexec(cipher);
        let mut font = Type1 {
            matrix: matrix(clear),
            encoding: encoding(clear),
            subrs: BTreeMap::new(),
            glyphs: Vec::new(),
            by_name: BTreeMap::new(),
        };
        font.read_private(&private);
        (!font.glyphs.is_empty()).then_some(font)
    }

    pub(in crate::font) fn outline(&self, glyph: u32) -> Option<Vec<Subpath>> {
        let (_, code) = self.glyphs.get(glyph as usize)?;
        let mut pen = Pen::new(self.matrix);
        type1_charstring::draw(code, self, &mut pen)?;
        pen.finish()
    }

    pub(in crate::font) fn by_name(&self, name: &str) -> Option<u32> {
        self.by_name.get(name).copied()
    }

    pub(in crate::font) fn by_code(&self, code: u8) -> Option<u32> {
        match &self.encoding {
            Some(encoding) => self.by_name(encoding.get(&code)?),
            None => self.by_name(Encoding::Standard.name(code)?),
        }
    }

    pub(in crate::font) fn name(&self, glyph: u32) -> Option<String> {
        self.glyphs.get(glyph as usize).map(|(name, _)| name.clone())
    }

    /// The charstring of a code in StandardEncoding.
    pub(super) fn standard(&self, code: u8) -> Option<&[u8]> {
        let glyph = self.by_name(Encoding::Standard.name(code)?)?;
        self.glyphs.get(glyph as usize).map(|(_, code)| code.as_slice())
    }

    /// Finds every `… n RD bytes`: subroutines as `dup i n RD`, glyphs as `/name n RD`.
    fn read_private(&mut self, bytes: &[u8]) {
        let skip =
            find(bytes, b"/lenIV").and_then(|at| integer(word(bytes, &mut (at + 6)))).unwrap_or(4);
        let mut at = 0;
        let mut before: [&[u8]; 3] = [b"", b"", b""];
        while at < bytes.len() && self.glyphs.len() < MOST_GLYPHS && self.subrs.len() < MOST_GLYPHS
        {
            let token = word(bytes, &mut at);
            if matches!(token, b"RD" | b"-|")
                && let Some(len) = integer(before[2]).and_then(|n| usize::try_from(n).ok())
                && let Some(cipher) = bytes.get(at + 1..(at + 1).saturating_add(len))
            {
                at += 1 + len;
                let code = match usize::try_from(skip) {
                    Ok(skip) => decrypted(cipher, 4330).split_off(skip.min(len)),
                    Err(_) => cipher.to_vec(),
                };
                if let Some(name) = before[1].strip_prefix(b"/") {
                    let name = String::from_utf8_lossy(name).into_owned();
                    self.by_name.entry(name.clone()).or_insert(self.glyphs.len() as u32);
                    self.glyphs.push((name, code));
                } else if let Some(i) = integer(before[1]).and_then(|n| u32::try_from(n).ok()) {
                    self.subrs.entry(i).or_insert(code);
                }
            }
            before = [before[1], before[2], token];
        }
    }
}

/// The next word; the byte after it is not consumed.
fn word<'a>(bytes: &'a [u8], at: &mut usize) -> &'a [u8] {
    let blank = |b: &u8| b.is_ascii_whitespace() || *b == 0;
    let mark = |b: &u8| b"[]{}()<>/%".contains(b);
    while bytes.get(*at).is_some_and(blank) {
        *at += 1;
    }
    let start = *at;
    *at += 1;
    let single = bytes.get(start).is_some_and(|b| mark(b) && *b != b'/');
    while !single && bytes.get(*at).is_some_and(|b| !blank(b) && !mark(b)) {
        *at += 1;
    }
    *at = (*at).min(bytes.len());
    bytes.get(start..*at).unwrap_or_default()
}

fn integer(word: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(word).ok()?;
    match text.split_once('#') {
        Some((base, digits)) => {
            let base = base.parse().ok().filter(|b| (2..=36).contains(b))?;
            i64::from_str_radix(digits, base).ok()
        }
        None => text.parse().ok(),
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|w| w == wanted)
}

/// The file without the segment headers of its PC form (0x80, kind, length).
fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let [0x80, 1 | 2, a, b, c, d, tail @ ..] = rest {
        let len = u32::from_le_bytes([*a, *b, *c, *d]) as usize;
        let (segment, next) = tail.split_at(len.min(tail.len()));
        plain.extend_from_slice(segment);
        rest = next;
    }
    if plain.is_empty() { bytes.to_vec() } else { plain }
}

/// The encrypted part in clear: binary or hexadecimal.
fn eexec(cipher: &[u8]) -> Vec<u8> {
    let start = cipher.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(0);
    let cipher = cipher.get(start..).unwrap_or_default();
    let text = cipher.iter().take(4).all(u8::is_ascii_hexdigit);
    let mut plain = if text {
        let digits: Vec<u8> =
            cipher.iter().filter_map(|b| char::from(*b).to_digit(16)).map(|d| d as u8).collect();
        let bytes: Vec<u8> =
            digits.chunks_exact(2).map(|p| p.iter().fold(0, |n, d| n << 4 | d)).collect();
        decrypted(&bytes, 55_665)
    } else {
        decrypted(cipher, 55_665)
    };
    plain.drain(..4.min(plain.len()));
    plain
}

fn decrypted(cipher: &[u8], mut key: u16) -> Vec<u8> {
    cipher
        .iter()
        .map(|c| {
            let plain = c ^ (key >> 8) as u8;
            key = u16::from(*c).wrapping_add(key).wrapping_mul(52_845).wrapping_add(22_719);
            plain
        })
        .collect()
}

fn matrix(clear: &[u8]) -> Matrix {
    let read = || {
        let mut at = find(clear, b"/FontMatrix")? + 11;
        word(clear, &mut at);
        let mut m = [0.0; 6];
        for v in &mut m {
            *v = std::str::from_utf8(word(clear, &mut at)).ok()?.parse().ok()?;
        }
        let sound = m.iter().all(|v: &f64| v.is_finite()) && m[0] != 0.0 && m[3] != 0.0;
        sound.then_some(Matrix { m })
    };
    read().unwrap_or(Matrix { m: [1e-3, 0.0, 0.0, 1e-3, 0.0, 0.0] })
}

/// `dup code /name put` after `/Encoding`; `None` for StandardEncoding.
fn encoding(clear: &[u8]) -> Option<BTreeMap<u8, String>> {
    let mut at = find(clear, b"/Encoding")? + 9;
    let mut codes = BTreeMap::new();
    let mut before: [&[u8]; 2] = [b"", b""];
    for i in 0..4096 {
        let token = word(clear, &mut at);
        match token {
            b"StandardEncoding" if i == 0 => return None,
            b"" | b"def" | b"readonly" if !codes.is_empty() => break,
            b"" => break,
            b"put" => {
                if let [code, [b'/', name @ ..]] = before
                    && let Some(code) = integer(code).and_then(|c| u8::try_from(c).ok())
                {
                    codes.insert(code, String::from_utf8_lossy(name).into_owned());
                }
            }
            _ => {}
        }
        before = [before[1], token];
    }
    Some(codes)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn encrypted(plain: &[u8], mut key: u16) -> Vec<u8> {
        let cipher = |p: &u8| {
            let c = p ^ (key >> 8) as u8;
            key = u16::from(c).wrapping_add(key).wrapping_mul(52_845).wrapping_add(22_719);
            c
        };
        plain.iter().map(cipher).collect()
    }

    /// A program with a square called `box`, drawn in part by a subroutine.
    pub(in crate::font) fn sample() -> Vec<u8> {
        // 0 500 hsbw; 100 0 rmoveto; 0 callsubr; closepath; endchar
        let glyph = [139, 248, 136, 13, 239, 139, 21, 139, 10, 9, 14];
        // 400 hlineto; 400 vlineto; -400 hlineto; return
        let subr = [248, 36, 6, 248, 36, 7, 252, 36, 6, 11];
        let code = |plain: &[u8]| encrypted(&[&[0; 4], plain].concat(), 4330);
        let mut private =
            b"0000dup /Private 8 dict dup begin /lenIV 4 def /Subrs 1 array\ndup 0 14 RD ".to_vec();
        private.extend(code(&subr));
        private.extend(b" NP\nND 2 index /CharStrings 1 dict dup begin\n/box 15 RD ");
        private.extend(code(&glyph));
        private.extend(b" ND end end mark currentfile closefile");
        let mut file = b"%!PS-AdobeFont-1.0: Sample\n/FontMatrix [0.001 0 0 0.001 0 0] readonly def\n/Encoding 256 array 0 1 255 {1 index exch /.notdef put} for\ndup 65 /box put\nreadonly def\ncurrentfile eexec\n".to_vec();
        file.extend(encrypted(&private, 55_665));
        file
    }

    #[test]
    fn a_program_is_decrypted_and_drawn() {
        let font = Type1::load(&sample()).unwrap();
        let glyph = font.by_code(65).unwrap();
        assert_eq!((font.by_name("box"), font.name(glyph)), (Some(glyph), Some("box".into())));
        let outline = font.outline(glyph).unwrap();
        assert_eq!((outline.len(), outline[0].segments.len()), (1, 3));
        let corner = outline[0].segments[1].end();
        assert!((corner.x - 0.5).abs() < 1e-9 && (corner.y - 0.4).abs() < 1e-9, "{corner:?}");
    }

    #[test]
    fn damaged_programs_end() {
        let file = sample();
        for cut in 0..file.len() {
            let mut bytes = file[..cut].to_vec();
            let _ = Type1::load(&bytes).map(|f| f.outline(0));
            bytes.extend_from_slice(&file[cut..]);
            bytes[cut] ^= 0x55;
            let _ = Type1::load(&bytes).map(|f| f.outline(0));
        }
    }
}
