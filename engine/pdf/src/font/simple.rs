//! Simple fonts: one byte a code (ISO 32000-1, 9.6).

use super::cmap::CMap;
use super::decide::{Claims, Kind};
use super::names::{self, Encoding};
use super::program::Program;
use super::{Found, Type3, array, dictionary, item, name_of, number, object, standard, stream};
use crate::Matrix;
use lopdf::{Dictionary, Document, Object};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A Type 1, MMType1, TrueType or Type 3 font.
#[derive(Debug)]
pub(super) struct Simple {
    /// Names that `Differences` gives.
    differences: BTreeMap<u8, String>,
    /// What holds for the codes between, where the dictionary says so.
    base: Option<Encoding>,
    to_unicode: Option<CMap>,
    first: i64,
    widths: Vec<Option<f64>>,
    missing: Option<f64>,
    standard: Option<standard::Metrics>,
    program: Option<Program>,
    symbolic: bool,
    type3: bool,
    says: Kind,
}

/// What is known of a font before its codes are.
#[derive(Debug)]
pub(super) struct Known<'a> {
    pub(super) name: &'a str,
    /// Flagged as symbolic, and not as Latin.
    pub(super) symbolic: bool,
    pub(super) descriptor: Option<&'a Dictionary>,
}

impl Simple {
    /// Reads the dictionary.
    pub(super) fn load(
        objects: &Document,
        dict: &Dictionary,
        known: Known<'_>,
        program: Option<Program>,
    ) -> Simple {
        let Known { name, symbolic, descriptor } = known;
        let scale = match name_of(objects, dict, b"Subtype") {
            Some(b"Type3") => matrix(objects, dict).apply_vector(crate::Point::new(1.0, 0.0)).x,
            _ => 1e-3,
        };
        let widths = array(objects, dict, b"Widths").map(Vec::as_slice).unwrap_or_default();
        let encoding = object(objects, dict, b"Encoding");
        let built_in = Encoding::of_font(name);
        let base = match encoding {
            Some(Object::Name(name)) => Encoding::named(name),
            Some(Object::Dictionary(d)) => {
                name_of(objects, d, b"BaseEncoding").and_then(Encoding::named)
            }
            _ => None,
        };
        Simple {
            differences: differences(objects, encoding),
            // Writers give Symbol fonts a Latin encoding that they do not have.
            base: built_in.or(base),
            to_unicode: stream(objects, dict, b"ToUnicode").map(|b| CMap::read(&b)),
            first: number(objects, dict, b"FirstChar").unwrap_or(0.0) as i64,
            widths: widths.iter().take(256).map(|w| Some(item(objects, w)? * scale)).collect(),
            missing: descriptor
                .and_then(|d| number(objects, d, b"MissingWidth"))
                .map(|w| w * scale),
            standard: standard::Metrics::of(name),
            program,
            symbolic,
            says: Kind::of_font(name),
            type3: name_of(objects, dict, b"Subtype") == Some(b"Type3"),
        }
    }

    /// All about one code.
    pub(super) fn find(&self, code: u8) -> Found {
        let given = self.differences.get(&code).map(String::as_str);
        let outline = self.found(code).and_then(|(p, g)| p.outline(g));
        let width = self.width(code, given.or(self.based(code)));
        let text = self.claims(code).decide(outline.as_deref());
        Found { width, text, outline: outline.map(Arc::new) }
    }

    /// Who claims to know the text of a code.
    pub(super) fn claims(&self, code: u8) -> Claims {
        let given = self.differences.get(&code).map(String::as_str);
        let found = self.found(code);
        // A program's own name counts where names choose the glyphs.
        let own = found.filter(|(p, _)| p.is_named()).and_then(|(p, g)| p.name(g));
        let mut claims = Claims::new(self.says);
        if self.base == Some(Encoding::Dingbats) {
            claims.add(given.or(self.based(code)).and_then(names::dingbat));
        }
        claims.add(given.and_then(names::text_of));
        claims.add(own.as_deref().and_then(names::text_of));
        claims.add(self.to_unicode.as_ref().and_then(|m| m.text(code.into())));
        // The base encoding holds for codes that nobody names; symbolic programs bring their own.
        let silent = given.is_none() && (self.base.is_some() || own.is_none() && !self.symbolic);
        if silent && !self.type3 {
            claims.add(self.based(code).and_then(names::text_of));
        }
        if given.is_none() {
            claims.add(found.and_then(|(p, g)| p.char_of(g)).map(String::from));
        }
        claims
    }

    /// The name that the base encoding gives a code.
    fn based(&self, code: u8) -> Option<&'static str> {
        self.base.unwrap_or(Encoding::Standard).name(code)
    }

    fn found(&self, code: u8) -> Option<(&Program, u32)> {
        let program = self.program.as_ref()?;
        Some((program, self.glyph(program, code)?))
    }

    /// The glyph of a code (ISO 32000-1, 9.6.6).
    fn glyph(&self, program: &Program, code: u8) -> Option<u32> {
        let given = self.differences.get(&code).map(String::as_str);
        let based = || self.base.and_then(|b| b.name(code));
        let name = || given.or_else(based).and_then(|n| program.by_name(n));
        if program.is_named() {
            return match given.or_else(based) {
                Some(_) => name(),
                None => program.by_code(code),
            };
        }
        let standard = || program.by_name(Encoding::Standard.name(code)?);
        if self.symbolic {
            program.by_code(code).or_else(name).or_else(standard)
        } else {
            name().or_else(|| program.by_code(code)).or_else(standard)
        }
    }

    fn width(&self, code: u8, name: Option<&str>) -> f64 {
        let listed = usize::try_from(i64::from(code) - self.first)
            .ok()
            .and_then(|i| self.widths.get(i).copied().flatten());
        listed
            .or_else(|| name.and_then(|n| self.standard.as_ref()?.width(n)))
            .or(self.missing)
            .unwrap_or(if self.widths.is_empty() { 0.5 } else { 0.0 })
    }
}

/// What a Type 3 font has besides.
pub(super) fn type3(objects: &Document, dict: &Dictionary) -> Type3 {
    let mut procs = BTreeMap::new();
    if let Some(streams) = dictionary(objects, dict, b"CharProcs") {
        for (code, name) in differences(objects, object(objects, dict, b"Encoding")) {
            if let Some(id) = streams.get(name.as_bytes()).ok().and_then(|o| o.as_reference().ok())
            {
                procs.insert(u32::from(code), id);
            }
        }
    }
    Type3 {
        matrix: matrix(objects, dict),
        procs,
        resources: dictionary(objects, dict, b"Resources").cloned(),
    }
}

fn matrix(objects: &Document, dict: &Dictionary) -> Matrix {
    let mut matrix = Matrix { m: [1e-3, 0.0, 0.0, 1e-3, 0.0, 0.0] };
    if let Some(given) = array(objects, dict, b"FontMatrix").filter(|a| a.len() == 6) {
        let numbers: Option<Vec<f64>> = given.iter().map(|o| item(objects, o)).collect();
        if let Some(numbers) = numbers.and_then(|n| <[f64; 6]>::try_from(n).ok()) {
            matrix.m = numbers;
        }
    }
    matrix
}

/// The names that an encoding dictionary gives to codes.
fn differences(objects: &Document, encoding: Option<&Object>) -> BTreeMap<u8, String> {
    let list = encoding
        .and_then(|e| e.as_dict().ok())
        .and_then(|d| array(objects, d, b"Differences"))
        .map(Vec::as_slice)
        .unwrap_or_default();
    let mut names = BTreeMap::new();
    let mut code = 0_i64;
    for object in list.iter().take(4096) {
        match objects.dereference(object).map(|(_, o)| o) {
            Ok(Object::Integer(n)) => code = *n,
            Ok(Object::Name(name)) => {
                if let Ok(code) = u8::try_from(code) {
                    names.insert(code, String::from_utf8_lossy(name).into_owned());
                }
                code = code.saturating_add(1);
            }
            _ => {}
        }
    }
    names
}
