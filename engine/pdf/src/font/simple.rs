//! Simple fonts: one byte a code (ISO 32000-1, 9.6).

use super::cmap::CMap;
use super::names::{self, Encoding};
use super::{
    Known, Type3, array, dictionary, item, name_of, number, object, standard, stream, text,
};
use crate::Matrix;
use lopdf::{Dictionary, Document, Object};
use std::collections::BTreeMap;

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
}

impl Simple {
    /// Reads the dictionary.
    pub(super) fn load(
        objects: &Document,
        dict: &Dictionary,
        descriptor: Option<&Dictionary>,
        name: &str,
    ) -> Simple {
        let scale = match name_of(objects, dict, b"Subtype") {
            Some(b"Type3") => matrix(objects, dict).apply_vector(crate::Point::new(1.0, 0.0)).x,
            _ => 1e-3,
        };
        let widths = array(objects, dict, b"Widths").map(Vec::as_slice).unwrap_or_default();
        let encoding = object(objects, dict, b"Encoding");
        let symbolic = Encoding::of_font(name);
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
            base: symbolic.or(base),
            to_unicode: stream(objects, dict, b"ToUnicode").map(|b| CMap::read(&b)),
            first: number(objects, dict, b"FirstChar").unwrap_or(0.0) as i64,
            widths: widths.iter().take(256).map(|w| Some(item(objects, w)? * scale)).collect(),
            missing: descriptor
                .and_then(|d| number(objects, d, b"MissingWidth"))
                .map(|w| w * scale),
            standard: standard::Metrics::of(name),
        }
    }

    /// All about one code.
    pub(super) fn find(&self, code: u8) -> Known {
        let given = self.differences.get(&code).map(String::as_str);
        let based = self.base.unwrap_or(Encoding::Standard).name(code);
        let text = given
            .and_then(names::text_of)
            .and_then(|t| text::told(&t))
            .or_else(|| self.to_unicode.as_ref()?.text(code.into()).and_then(|t| text::told(&t)))
            .or_else(|| match given {
                Some(_) => None,
                None => text::told(&names::text_of(based?)?),
            });
        Known { width: self.width(code, given.or(based)), text, outline: None }
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
