//! Glyph names and the encodings that are made of them.

use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The encodings that ISO 32000-1, annex D lists.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Encoding {
    /// Adobe's standard Latin.
    Standard,
    /// Windows code page 1252.
    WinAnsi,
    /// Mac OS.
    MacRoman,
    /// The built-in encoding of Symbol.
    Symbol,
    /// The built-in encoding of ZapfDingbats.
    Dingbats,
}

impl Encoding {
    /// The encoding of a PDF name; `None` for names that are no encoding of glyph names.
    pub(super) fn named(name: &[u8]) -> Option<Encoding> {
        match name {
            b"StandardEncoding" => Some(Encoding::Standard),
            b"WinAnsiEncoding" => Some(Encoding::WinAnsi),
            b"MacRomanEncoding" => Some(Encoding::MacRoman),
            _ => None,
        }
    }

    /// The built-in encoding of a font with this name, where it is a symbol font by name.
    pub(super) fn of_font(name: &str) -> Option<Encoding> {
        let lower = name.to_ascii_lowercase();
        if lower.contains("dingbats") {
            Some(Encoding::Dingbats)
        } else {
            lower.starts_with("symbol").then_some(Encoding::Symbol)
        }
    }

    /// The glyph name of a code.
    pub(super) fn name(self, code: u8) -> Option<&'static str> {
        let row = tables().encodings.get(usize::from(code))?;
        row.get(self as usize).copied().flatten()
    }
}

/// The text that a glyph name stands for (Adobe Glyph List specification): listed names, `uniXXXX`,
/// `uXXXX` to `uXXXXXX`, components joined by `_`, suffixes after `.` dropped. Names that merely
/// number a glyph (`g23`, `C0032`, `G01`) stand for nothing.
pub(super) fn text_of(name: &str) -> Option<String> {
    let stem = name.split('.').next().filter(|s| !s.is_empty())?;
    let mut text = String::new();
    for part in stem.split('_').take(8) {
        match tables().glyphs.get(part) {
            Some(points) => text.extend(points.split(' ').filter_map(point)),
            None => text.push_str(&numbered(part)?),
        }
    }
    (!text.is_empty()).then_some(text)
}

/// The text of a glyph name in a font of dingbats, whose names are numbers that other fonts give to
/// anything.
pub(super) fn dingbat(name: &str) -> Option<String> {
    let lines = include_str!("data/dingbats.txt").lines();
    let (_, code) = lines.filter_map(|l| l.split_once(' ')).find(|(n, _)| *n == name)?;
    point(code).map(String::from)
}

/// `uni` with groups of four upper-case digits, or `u` with four to six.
fn numbered(name: &str) -> Option<String> {
    let upper = |s: &str| s.bytes().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b));
    if let Some(digits) = name.strip_prefix("uni")
        && !digits.is_empty()
        && digits.len() % 4 == 0
        && digits.len() <= 32
        && upper(digits)
    {
        let groups = digits.as_bytes().chunks(4);
        return groups.map(|g| std::str::from_utf8(g).ok().and_then(point)).collect();
    }
    let digits = name.strip_prefix('u').filter(|d| (4..=6).contains(&d.len()) && upper(d))?;
    point(digits).map(String::from)
}

fn point(hex: &str) -> Option<char> {
    u32::from_str_radix(hex, 16).ok().and_then(char::from_u32)
}

struct Tables {
    glyphs: BTreeMap<&'static str, &'static str>,
    encodings: Vec<[Option<&'static str>; 5]>,
}

/// The tables of the data files, taken apart once.
fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| {
        let lines = |text: &'static str| text.lines().filter(|l| !l.starts_with('#'));
        let glyphs = lines(include_str!("data/glyphs.txt"));
        let mut encodings = vec![[None; 5]; 256];
        for line in lines(include_str!("data/encodings.txt")) {
            let mut words = line.split(' ');
            let code = words.next().and_then(|w| usize::from_str_radix(w, 16).ok());
            if let Some(row) = code.and_then(|c| encodings.get_mut(c)) {
                for (slot, word) in row.iter_mut().zip(words) {
                    *slot = Some(word).filter(|w| *w != "-");
                }
            }
        }
        Tables { glyphs: glyphs.filter_map(|l| l.split_once(' ')).collect(), encodings }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_for_text_and_numbers_do_not() {
        for (name, text) in [
            ("A", Some("A")),
            ("plusminus", Some("±")),
            ("lessequal", Some("≤")),
            ("theta", Some("θ")),
            ("degree", Some("°")),
            ("f_i", Some("fi")),
            ("one.sub", Some("1")),
            ("uni03A9", Some("Ω")),
            ("uni00410042", Some("AB")),
            ("u1D49C", Some("\u{1D49C}")),
            ("g23", None),
            ("c45", None),
            ("C0032", None),
            ("G01", None),
            ("cid_17", None),
            ("glyph12", None),
            (".notdef", None),
            ("union1", None),
            ("uniD800", None),
            ("", None),
        ] {
            assert_eq!(text_of(name).as_deref(), text, "{name}");
        }
    }

    #[test]
    fn encodings_name_their_codes() {
        for (encoding, code, name) in [
            (Encoding::WinAnsi, 0xB5, Some("mu")),
            (Encoding::WinAnsi, 0xB1, Some("plusminus")),
            (Encoding::MacRoman, 0xB5, Some("mu")),
            (Encoding::MacRoman, 0xB1, Some("plusminus")),
            (Encoding::MacRoman, 0xA1, Some("degree")),
            (Encoding::Standard, 0xB1, Some("endash")),
            (Encoding::Standard, 0x80, None),
            (Encoding::Symbol, 0x6D, Some("mu")),
            (Encoding::Symbol, 0xB0, Some("degree")),
            (Encoding::Symbol, 0xA3, Some("lessequal")),
            (Encoding::Symbol, 0x57, Some("Omega")),
            (Encoding::Dingbats, 0x6C, Some("a71")),
        ] {
            assert_eq!(encoding.name(code), name, "{encoding:?} {code:x}");
        }
    }
}
