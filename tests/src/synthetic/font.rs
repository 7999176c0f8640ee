//! The fonts of a file: standard ones, and embedded ones made of our own strokes, with and without
//! what tells their text.

use super::pdf::Pdf;
use super::{metrics, strokes, truetype};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// How a font tells, or does not tell, what its codes mean.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Helvetica or Times of the standard 14 with WinAnsi encoding; what these lack comes from
    /// Symbol.
    Standard {
        /// Times in place of Helvetica.
        serif: bool,
    },
    /// An embedded TrueType font with WinAnsi encoding and glyph names in `Differences`.
    Named,
    /// An embedded symbolic TrueType subset with ToUnicode, in which some characters lack.
    Unicode {
        /// Characters that nothing tells but their outline.
        lost: &'static [char],
    },
    /// Type 0 with Identity-H.
    Identity {
        /// With ToUnicode; else the program's own character map tells the text.
        unicode: bool,
        /// Characters that nothing tells but their outline.
        lost: &'static [char],
    },
    /// Glyphs as content streams, with names as they should be or without meaning.
    Type3 {
        /// Characters whose names mean nothing.
        lost: &'static [char],
    },
}

/// Which font of a page.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Face {
    /// The text.
    Regular,
    /// Bold text.
    Bold,
    /// Titles.
    Title,
}

/// The kind of each face.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pack {
    /// The text.
    pub regular: Kind,
    /// Bold text.
    pub bold: Kind,
    /// Titles.
    pub title: Kind,
}

/// Some codes of one font.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    /// Name among the resources.
    pub(super) resource: &'static str,
    /// The codes of each glyph.
    pub(super) codes: Vec<Vec<u8>>,
    /// The width of each glyph in thousandths of the em.
    pub(super) widths: Vec<f64>,
}

/// One font and the characters that were used of it.
#[derive(Clone, Debug)]
struct Font {
    resource: &'static str,
    kind: Kind,
    bold: bool,
    used: BTreeMap<char, u16>,
}

/// The fonts of a file.
#[derive(Clone, Debug)]
pub struct Fonts {
    faces: [Font; 3],
    symbol: bool,
}

impl Fonts {
    /// No glyph used yet.
    pub fn new(pack: Pack) -> Fonts {
        let font = |resource, kind, bold| Font { resource, kind, bold, used: BTreeMap::new() };
        let faces = [
            font("F1", pack.regular, false),
            font("F2", pack.bold, true),
            font("F3", pack.title, true),
        ];
        Fonts { faces, symbol: false }
    }

    /// The width of a text in points at a size.
    pub(super) fn width(&self, face: Face, text: &str, size: f64) -> f64 {
        let font = &self.faces[face as usize];
        text.chars().map(|c| font.measure(c)).sum::<f64>() * size / 1000.0
    }

    /// A text as runs of codes; characters that no font has are left out.
    pub(super) fn show(&mut self, face: Face, text: &str) -> Vec<Shown> {
        let mut runs: Vec<Shown> = Vec::new();
        for c in text.chars() {
            let font = &mut self.faces[face as usize];
            let symbol = metrics::SYMBOL.iter().find(|s| s.0 == c);
            let (resource, codes) = match (font.kind, symbol) {
                (Kind::Standard { .. }, Some(s)) => {
                    self.symbol = true;
                    ("FS", vec![s.1])
                }
                _ => (font.resource, font.code(c)),
            };
            let width = font.measure(c);
            match runs.last_mut().filter(|r| r.resource == resource) {
                Some(run) => {
                    run.codes.push(codes);
                    run.widths.push(width);
                }
                None => {
                    runs.push(Shown { resource, codes: vec![codes], widths: vec![width] });
                }
            }
        }
        runs
    }

    /// Writes the fonts that were used; the resource dictionary's entries.
    pub(super) fn write(&self, pdf: &mut Pdf) -> String {
        let mut entries = String::new();
        for font in &self.faces {
            if let Some(number) = font.write(pdf) {
                let _ = write!(entries, "/{} {number} 0 R ", font.resource);
            }
        }
        if self.symbol {
            let number = pdf.add("<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>".into());
            let _ = write!(entries, "/FS {number} 0 R ");
        }
        entries
    }
}

impl Font {
    fn serif(&self) -> bool {
        self.kind == (Kind::Standard { serif: true })
    }

    /// Half the width of a stroke, in tenths of the em.
    fn half(&self) -> f64 {
        if self.bold { 1.5 * strokes::HALF } else { strokes::HALF }
    }

    /// The width of a character in thousandths of the em.
    fn measure(&self, c: char) -> f64 {
        if !matches!(self.kind, Kind::Standard { .. }) {
            return strokes::strokes(c).map_or(0.0, |g| (g.0 * 100.0).round());
        }
        let table = match (self.serif(), self.bold) {
            (false, false) => &metrics::HELVETICA,
            (false, true) => &metrics::HELVETICA_BOLD,
            (true, false) => &metrics::TIMES,
            (true, true) => &metrics::TIMES_BOLD,
        };
        let ascii = (c as usize).checked_sub(32).and_then(|i| table.get(i));
        let latin = || metrics::LATIN.iter().find(|l| l.0 == c);
        let latin = || latin().map(|l| if self.serif() { l.3 } else { l.2 });
        let symbol = || metrics::SYMBOL.iter().find(|s| s.0 == c).map(|s| s.2);
        f64::from(ascii.copied().or_else(latin).or_else(symbol).unwrap_or(0))
    }

    fn code(&mut self, c: char) -> Vec<u8> {
        let ascii = (' '..='~').contains(&c);
        match self.kind {
            Kind::Standard { .. } => {
                self.used.insert(c, 0);
                let latin = metrics::LATIN.iter().find(|l| l.0 == c).map(|l| l.1);
                if ascii { vec![c as u8] } else { latin.into_iter().collect() }
            }
            Kind::Identity { .. } => {
                let next = self.used.len() as u16 + 1;
                self.used.entry(c).or_insert(next).to_be_bytes().to_vec()
            }
            Kind::Named | Kind::Unicode { .. } | Kind::Type3 { .. } => {
                let beyond = self.used.values().filter(|v| **v < 32 || **v > 126).count() as u16;
                // Codes 2, 3, 4 ... as distillers give them, away from line breaks.
                let next = if beyond < 7 { 2 + beyond } else { 7 + beyond };
                let code = if ascii { c as u16 } else { next };
                vec![*self.used.entry(c).or_insert(code) as u8]
            }
        }
    }

    /// The characters by glyph, with their codes.
    fn characters(&self) -> Vec<(char, u16)> {
        let mut characters: Vec<(char, u16)> = self.used.iter().map(|(c, n)| (*c, *n)).collect();
        characters.sort_by_key(|c| c.1);
        characters
    }

    fn write(&self, pdf: &mut Pdf) -> Option<usize> {
        if self.used.is_empty() {
            return None;
        }
        let characters = self.characters();
        let subset = match (self.bold, self.resource) {
            (false, _) => "SYNTHA+Lettering",
            (true, "F2") => "SYNTHB+Lettering-Bold",
            (true, _) => "SYNTHC+LetteringTitle-Bold",
        };
        Some(match self.kind {
            Kind::Standard { serif } => {
                let name = match (serif, self.bold) {
                    (false, false) => "Helvetica",
                    (false, true) => "Helvetica-Bold",
                    (true, false) => "Times-Roman",
                    (true, true) => "Times-Bold",
                };
                pdf.add(format!(
                    "<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>"
                ))
            }
            Kind::Named => {
                let mut names = String::new();
                for (c, code) in characters.iter().filter(|c| c.1 < 32 || c.1 > 126) {
                    let _ = write!(names, " {code} /{}", name(*c));
                }
                let encoding = format!(
                    "/Encoding << /Type /Encoding /BaseEncoding /WinAnsiEncoding \
                     /Differences [{names} ] >>"
                );
                let descriptor = self.descriptor(pdf, subset, &characters, 32);
                self.simple(pdf, subset, descriptor, &encoding)
            }
            Kind::Unicode { lost } => {
                let map = unicode_map(&characters, lost, 1);
                let map = pdf.stream("", map.into_bytes());
                let descriptor = self.descriptor(pdf, subset, &characters, 4);
                self.simple(pdf, subset, descriptor, &format!("/ToUnicode {map} 0 R"))
            }
            Kind::Identity { unicode, lost } => {
                self.identity(pdf, subset, &characters, unicode, lost)
            }
            Kind::Type3 { lost } => self.type3(pdf, &characters, lost),
        })
    }

    fn descriptor(
        &self,
        pdf: &mut Pdf,
        subset: &str,
        characters: &[(char, u16)],
        flags: u32,
    ) -> usize {
        let program = match self.kind {
            // The program's own map tells Unicode, but for what is lost.
            Kind::Identity { unicode, lost } => {
                let own: Vec<(char, u16)> = characters
                    .iter()
                    .map(|(c, n)| if lost.contains(c) { (*c, 0xf000 + n) } else { (*c, *c as u16) })
                    .collect();
                truetype::program(&own, self.half(), !unicode)
            }
            // Names lead to Unicode.
            Kind::Named => {
                let own: Vec<(char, u16)> = characters.iter().map(|c| (c.0, c.0 as u16)).collect();
                truetype::program(&own, self.half(), true)
            }
            _ => truetype::program(characters, self.half(), false),
        };
        let length = program.len();
        let program = pdf.stream(&format!("/Length1 {length}"), program);
        pdf.add(format!(
            "<< /Type /FontDescriptor /FontName /{subset} /Flags {flags} /FontBBox [0 -300 1000 900] \
             /ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV {} /FontFile2 {program} 0 R >>",
            (200.0 * self.half()).round()
        ))
    }

    fn simple(&self, pdf: &mut Pdf, subset: &str, descriptor: usize, text: &str) -> usize {
        let last = self.used.values().copied().max().unwrap_or(32);
        let first = self.used.values().copied().min().unwrap_or(32);
        let width = |code: u16| {
            let of = self.used.iter().find(|(_, n)| **n == code);
            of.map_or(0.0, |(c, _)| self.measure(*c))
        };
        let widths: String = (first..=last).map(|c| format!("{} ", width(c))).collect();
        pdf.add(format!(
            "<< /Type /Font /Subtype /TrueType /BaseFont /{subset} /FirstChar {first} \
             /LastChar {last} /Widths [{widths}] /FontDescriptor {descriptor} 0 R {text} >>"
        ))
    }

    fn identity(
        &self,
        pdf: &mut Pdf,
        subset: &str,
        characters: &[(char, u16)],
        unicode: bool,
        lost: &[char],
    ) -> usize {
        let descriptor = self.descriptor(pdf, subset, characters, 4);
        let widths: String = characters.iter().map(|c| format!("{} ", self.measure(c.0))).collect();
        let below = pdf.add(format!(
            "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{subset} /CIDSystemInfo << /Registry \
             (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor {descriptor} 0 R /DW 500 \
             /W [1 [{widths}]] /CIDToGIDMap /Identity >>"
        ));
        let mut map = String::new();
        if unicode {
            let number = pdf.stream("", unicode_map(characters, lost, 2).into_bytes());
            map = format!("/ToUnicode {number} 0 R");
        }
        pdf.add(format!(
            "<< /Type /Font /Subtype /Type0 /BaseFont /{subset} /Encoding /Identity-H \
             /DescendantFonts [{below} 0 R] {map} >>"
        ))
    }

    fn type3(&self, pdf: &mut Pdf, characters: &[(char, u16)], lost: &[char]) -> usize {
        let (mut procedures, mut names, mut widths) = (String::new(), String::new(), String::new());
        let first = characters.first().map_or(0, |c| c.1);
        let mut at = first;
        for (c, code) in characters {
            let (width, boxes) = strokes::outline(*c, self.half()).unwrap_or((5.0, Vec::new()));
            let mut content = format!("{} 0 0 -300 1000 900 d1\n", self.measure(*c));
            for b in &boxes {
                for (i, p) in b.iter().enumerate() {
                    let operator = if i == 0 { "m" } else { "l" };
                    let _ = write!(content, "{:.0} {:.0} {operator} ", 100.0 * p[0], 100.0 * p[1]);
                }
                content.push_str("h\n");
            }
            content.push_str(if boxes.is_empty() { "" } else { "f\n" });
            let number = pdf.stream("", content.into_bytes());
            let name = if lost.contains(c) { format!("a{code}") } else { name(*c) };
            let _ = write!(procedures, "/{name} {number} 0 R ");
            let _ = write!(names, "{code} /{name} ");
            while at < *code {
                widths.push_str("0 ");
                at += 1;
            }
            let _ = write!(widths, "{} ", (width * 100.0).round());
            at += 1;
        }
        let last = at.saturating_sub(1);
        pdf.add(format!(
            "<< /Type /Font /Subtype /Type3 /FontBBox [0 -300 1000 900] /FontMatrix [0.001 0 0 0.001 \
             0 0] /FirstChar {first} /LastChar {last} /Widths [{widths}] /Encoding << /Type /Encoding \
             /Differences [{names}] >> /CharProcs << {procedures} >> /Resources << >> >>"
        ))
    }
}

/// A ToUnicode map (ISO 32000-1, 9.10.3) for codes of one or two bytes.
fn unicode_map(characters: &[(char, u16)], lost: &[char], bytes: usize) -> String {
    let digits = 2 * bytes;
    let mut map = format!(
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CMapName /Own def\n\
         /CMapType 2 def\n1 begincodespacerange\n<{}> <{}>\nendcodespacerange\n",
        "0".repeat(digits),
        "f".repeat(digits)
    );
    let told: Vec<&(char, u16)> = characters.iter().filter(|c| !lost.contains(&c.0)).collect();
    for chunk in told.chunks(100) {
        let _ = writeln!(map, "{} beginbfchar", chunk.len());
        for (c, code) in chunk {
            let _ = writeln!(map, "<{code:0digits$x}> <{:04x}>", *c as u32);
        }
        map.push_str("endbfchar\n");
    }
    map + "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
}

/// The name of a glyph in Adobe's list.
fn name(c: char) -> String {
    const NAMES: &[(char, &str)] = &[
        (' ', "space"),
        ('!', "exclam"),
        ('"', "quotedbl"),
        ('#', "numbersign"),
        ('$', "dollar"),
        ('%', "percent"),
        ('&', "ampersand"),
        ('\'', "quotesingle"),
        ('(', "parenleft"),
        (')', "parenright"),
        ('*', "asterisk"),
        ('+', "plus"),
        (',', "comma"),
        ('-', "hyphen"),
        ('.', "period"),
        ('/', "slash"),
        ('0', "zero"),
        ('1', "one"),
        ('2', "two"),
        ('3', "three"),
        ('4', "four"),
        ('5', "five"),
        ('6', "six"),
        ('7', "seven"),
        ('8', "eight"),
        ('9', "nine"),
        (':', "colon"),
        (';', "semicolon"),
        ('<', "less"),
        ('=', "equal"),
        ('>', "greater"),
        ('?', "question"),
        ('@', "at"),
        ('[', "bracketleft"),
        ('\\', "backslash"),
        (']', "bracketright"),
        ('^', "asciicircum"),
        ('_', "underscore"),
        ('`', "grave"),
        ('{', "braceleft"),
        ('|', "bar"),
        ('}', "braceright"),
        ('~', "asciitilde"),
        ('°', "degree"),
        ('±', "plusminus"),
        ('µ', "mu"),
        ('×', "multiply"),
        ('·', "periodcentered"),
        ('–', "endash"),
        ('—', "emdash"),
        ('−', "minus"),
        ('•', "bullet"),
        ('®', "registered"),
        ('Ω', "Omega"),
        ('θ', "theta"),
        ('≤', "lessequal"),
        ('≥', "greaterequal"),
        ('Δ', "Delta"),
        ('τ', "tau"),
        ('β', "beta"),
        ('…', "ellipsis"),
    ];
    let known = NAMES.iter().find(|n| n.0 == c).map(|n| n.1.to_string());
    known.unwrap_or_else(|| c.to_string())
}
