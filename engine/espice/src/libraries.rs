//! Libraries of model cards as sources: the ranges of bins and the parameters of cards become
//! rows, so that rules `on data` judge the cards of a foundry as they judge a datasheet.
//!
//! A row belongs to one card: its symbol is the parameter's name in upper case, where the symbol
//! table has such a symbol for the kind. Its conditions are the corner that the name of the file
//! tells and, where the card is a bin, the edges of its range. Each bin has one row `bin` more.

use espice_base::{Diagnostics, Digest, FileId, Place, SourceMap, Span};
use espice_facts::{
    Conditions, Facts, Parameter, Section, Source, SourceFormat, Status, SymbolTable,
};
use espice_netlist::{Formula, Infix, Item, ModelCard, Prefix, Value, dialect};
use espice_units::constants::ICE_POINT;
use std::collections::BTreeMap;

/// Extensions of files that hold cards.
const EXTENSIONS: [&str; 9] = ["lib", "mod", "mdl", "model", "spice", "sp", "cir", "ckt", "scs"];

/// Device types of cards, the kind each makes, and its polarity.
const DEVICES: [(&str, &str, Option<&str>); 8] = [
    ("D", "diode", None),
    ("NPN", "bjt", Some("npn")),
    ("PNP", "bjt", Some("pnp")),
    ("NJF", "jfet", Some("njf")),
    ("PJF", "jfet", Some("pjf")),
    ("NMOS", "mos", Some("nmos")),
    ("PMOS", "mos", Some("pmos")),
    ("VDMOS", "mosfet", None),
];

/// Words of file names that tell a corner: the speed of n devices, then of p devices.
const CORNERS: [(&str, f64, f64); 10] = [
    ("tt", 0.0, 0.0),
    ("ss", -1.0, -1.0),
    ("ff", 1.0, 1.0),
    ("sf", -1.0, 1.0),
    ("fs", 1.0, -1.0),
    ("typ", 0.0, 0.0),
    ("typical", 0.0, 0.0),
    ("nominal", 0.0, 0.0),
    ("slow", -1.0, -1.0),
    ("fast", 1.0, 1.0),
];

/// Symbols of the edges of a bin and the parameters that state them.
const EDGES: [(&str, &str); 4] =
    [("Wmin", "wmin"), ("Wmax", "wmax"), ("Lmin", "lmin"), ("Lmax", "lmax")];

/// How deep formulas of cards nest at most.
const DEPTH: usize = 64;

/// Whether a file is read as a library of cards: its name says so, and a card is in it.
pub(crate) fn is_library(path: &str, bytes: &[u8]) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let extension = name.rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase());
    let named = extension.is_some_and(|e| EXTENSIONS.contains(&e.as_str()));
    let starts = |line: &[u8]| {
        let line = line.trim_ascii_start();
        line.get(..6).is_some_and(|w| w.eq_ignore_ascii_case(b".model"))
    };
    named && bytes.split(|b| *b == b'\n').any(starts)
}

/// Reads a library. Statements that no dialect knows are left out with their diagnostics; a
/// parameter whose formula the file does not close is a refused row with the reason.
pub(crate) fn read(
    bytes: &[u8],
    path: &str,
    sources: &mut SourceMap,
    symbols: &SymbolTable,
) -> (Facts, Diagnostics) {
    let file = sources.add_bytes(path, bytes);
    let text = sources.get(file).map_or("", |f| f.text());
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let mut facts = Facts {
        sources: vec![Source {
            file,
            name: name.into(),
            format: SourceFormat::Card,
            digest: Digest::of(bytes),
        }],
        ..Facts::default()
    };
    let Some(dialect) = dialect("ngspice") else { return (facts, Diagnostics::new()) };
    let (library, diagnostics) = dialect.read(text, file);
    let names = Names::of(&library.items);
    let mut places = places(text, file);
    for card in library.models() {
        let place = places.remove(&card.name.to_ascii_lowercase());
        let Some((_, kind, polarity)) = DEVICES.iter().find(|d| d.0 == card.device_type) else {
            continue;
        };
        let device = &mut facts.device;
        if device.kind.as_deref().is_some_and(|k| k != *kind) {
            continue;
        }
        if device.kind.is_none() {
            device.kind = Some((*kind).into());
            device.polarity = polarity.map(String::from);
            let subcircuit = library.subcircuits().first().map(|s| s.name.clone());
            device.part = subcircuit.or_else(|| Some(family(&card.name).into()));
        }
        let is_p = polarity.is_some_and(|p| p.starts_with('p'));
        let conditions = conditions(card, corner(name, is_p), &names);
        let place = place.unwrap_or(Place::File(file));
        rows(card, kind, &conditions, place, &names, symbols, &mut facts.parameters);
    }
    (facts, diagnostics)
}

/// The name of a bin without its number.
fn family(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((family, number)) if number.bytes().all(|b| b.is_ascii_digit()) => family,
        _ => name,
    }
}

/// Where each card stands: the line that starts it.
fn places(text: &str, file: FileId) -> BTreeMap<String, Place> {
    let mut found = BTreeMap::new();
    let mut start = 0_usize;
    for line in text.split_inclusive('\n') {
        let mut words = line.split_ascii_whitespace();
        if words.next().is_some_and(|w| w.eq_ignore_ascii_case(".model"))
            && let Some(name) = words.next()
        {
            let end = start + line.trim_end().len();
            let place = Place::Text(Span::new(file, start, end));
            found.entry(name.to_ascii_lowercase()).or_insert(place);
        }
        start += line.len();
    }
    found
}

/// The speed of a corner that the name of a file tells: -1 slow, 0 typical, 1 fast.
fn corner(name: &str, is_p: bool) -> Option<f64> {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    words.rev().find_map(|word| {
        let word = word.to_ascii_lowercase();
        let (_, n, p) = CORNERS.iter().find(|c| c.0 == word)?;
        Some(if is_p { *p } else { *n })
    })
}

fn conditions(card: &ModelCard, corner: Option<f64>, names: &Names) -> Conditions {
    let mut conditions = Conditions::none();
    if let Some(corner) = corner {
        conditions = conditions.with("corner", corner);
    }
    for (symbol, parameter) in EDGES {
        if let Some(value) = card.value(parameter).and_then(|v| names.value(v).ok()) {
            conditions = conditions.with(symbol, value);
        }
    }
    conditions
}

/// The rows of a card.
fn rows(
    card: &ModelCard,
    kind: &str,
    conditions: &Conditions,
    place: Place,
    names: &Names,
    symbols: &SymbolTable,
    all: &mut Vec<Parameter>,
) {
    let mut push = |symbol: &str, printed: &str, value: Result<f64, String>| {
        let known = symbols.symbol(symbol).filter(|s| s.kinds.iter().any(|k| k == kind));
        let Some(known) = known else { return };
        let (typ, status, reasons) = match value {
            Ok(value) => (Some(value), Status::Served, Vec::new()),
            Err(reason) => (None, Status::Refused, vec![reason]),
        };
        all.push(Parameter {
            symbol: symbol.into(),
            printed: printed.into(),
            name: card.name.clone(),
            section: Section::Electrical,
            min: None,
            typ,
            max: None,
            dimension: known.dimension,
            printed_unit: String::new(),
            conditions: conditions.clone(),
            parts: Vec::new(),
            status,
            reasons,
            confidence: 1.0,
            provenance: place.into(),
        });
    };
    if EDGES.iter().all(|(symbol, _)| conditions.value(symbol).is_some()) {
        let number = card.name.rsplit_once('.').and_then(|(_, n)| n.parse::<f64>().ok());
        push("bin", &card.name, Ok(number.unwrap_or(0.0)));
    }
    for (name, value) in &card.parameters {
        let symbol = name.to_ascii_uppercase();
        // Cards state temperatures in degrees Celsius.
        let offset = if symbol == "TNOM" || symbol == "TREF" { ICE_POINT } else { 0.0 };
        push(&symbol, name, names.value(value).map(|v| v + offset));
    }
}

/// What names in formulas stand for: the parameters of the file and its subcircuits.
struct Names {
    formulas: BTreeMap<String, Formula>,
}

impl Names {
    fn of(items: &[Item]) -> Names {
        let mut names = Names { formulas: BTreeMap::new() };
        names.add(items);
        names
    }

    fn add(&mut self, items: &[Item]) {
        for item in items {
            match item {
                Item::Parameters(list) => {
                    for (name, value) in list {
                        if let Ok(formula) = formula(value) {
                            self.formulas.insert(name.to_ascii_lowercase(), formula);
                        }
                    }
                }
                Item::Subcircuit(inner) => self.add(&inner.items),
                _ => {}
            }
        }
    }

    /// A value that does not depend on the size of an instance; the reason where it does, or on
    /// what the file leaves open.
    fn value(&self, value: &Value) -> Result<f64, String> {
        let value = self.evaluate(&formula(value)?, DEPTH)?;
        if value.is_finite() { Ok(value) } else { Err(String::from("it is not a number")) }
    }

    fn evaluate(&self, formula: &Formula, depth: usize) -> Result<f64, String> {
        let depth = depth.checked_sub(1).ok_or("its formula nests too deep")?;
        match formula {
            Formula::Number(value) => Ok(*value),
            Formula::Name(name) => match self.formulas.get(&name.to_ascii_lowercase()) {
                Some(inner) => self.evaluate(inner, depth),
                None => Err(format!("it depends on `{name}`, which the file leaves open")),
            },
            Formula::Unary(Prefix::Minus, of) => self.evaluate(of, depth).map(|v| -v),
            Formula::Binary(Infix::Multiply, a, b) => {
                let (a, b) = (self.evaluate(a, depth), self.evaluate(b, depth));
                // What is switched off by a zero may hang on anything.
                if a == Ok(0.0) || b == Ok(0.0) { Ok(0.0) } else { Ok(a? * b?) }
            }
            Formula::Binary(sign, a, b) => {
                let (a, b) = (self.evaluate(a, depth)?, self.evaluate(b, depth)?);
                match sign {
                    Infix::Add => Ok(a + b),
                    Infix::Subtract => Ok(a - b),
                    Infix::Divide => Ok(a / b),
                    Infix::Power => Ok(a.abs().powf(b)),
                    _ => Err(String::from("its formula compares")),
                }
            }
            _ => Err(String::from("its formula is more than arithmetic")),
        }
    }
}

fn formula(value: &Value) -> Result<Formula, String> {
    match value {
        Value::Number(number) => Ok(Formula::Number(*number)),
        Value::Text(text) => Formula::parse(text.trim_matches(['{', '}', '\'', '"']))
            .map_err(|_| String::from("it is no formula")),
    }
}

#[cfg(test)]
mod tests;
