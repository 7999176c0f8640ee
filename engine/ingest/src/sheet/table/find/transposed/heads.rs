//! What the head of a column of quantities says: symbol, name, unit, limit, and at what it holds.

use super::super::frame::{Frame, Tok};
use super::super::header::is_value;
use super::super::kinds;
use super::super::vocabulary::{self, Label};
use super::renamed;
use crate::sheet::table::Role;
use crate::sheet::text::Word;
use espice_pdf::{Point, Rect};

/// What the head of a column says.
#[derive(Clone, Default)]
pub(super) struct Head {
    pub(super) symbol: Vec<Word>,
    pub(super) name: Vec<Word>,
    pub(super) unit: Vec<Word>,
    /// What follows an `@`, and what is set by `=`.
    pub(super) at: Vec<Word>,
    pub(super) limit: Option<Role>,
    pub(super) role: Option<Role>,
    /// Where the words of the quantity stand: columns under one head share them.
    pub(super) place: Option<[i64; 2]>,
    /// Whether its values are only what others are measured at.
    pub(super) sets: bool,
    /// Whether its words name no quantity at all: markings, codes, packages.
    pub(super) foreign: bool,
    test: bool,
}

/// What a unit, a symbol or a noun is of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Voltage,
    Current,
    Resistance,
    Capacitance,
    Power,
}

impl Kind {
    fn of_unit(unit: &str) -> Option<Kind> {
        let t = unit.trim_matches(|c: char| !c.is_alphanumeric());
        if t.contains('/') {
            return None;
        }
        let low = t.to_lowercase();
        match () {
            () if low.ends_with("volts") || t.ends_with('V') => Some(Kind::Voltage),
            () if low.ends_with("amps") || t.ends_with('A') => Some(Kind::Current),
            () if low.contains("ohm") || t.ends_with('Ω') => Some(Kind::Resistance),
            () if t.ends_with('F') => Some(Kind::Capacitance),
            () if low.ends_with("watts") || t.ends_with('W') => Some(Kind::Power),
            () => None,
        }
    }

    fn of_symbol(symbol: &str) -> Option<Kind> {
        if symbol.starts_with("BV") {
            return Some(Kind::Voltage);
        }
        match symbol.chars().next()? {
            'V' => Some(Kind::Voltage),
            'I' => Some(Kind::Current),
            'Z' | 'R' | 'r' => Some(Kind::Resistance),
            'C' => Some(Kind::Capacitance),
            'P' => Some(Kind::Power),
            _ => None,
        }
    }

    /// The last noun decides: `Zener voltage temperature coefficient` is no voltage.
    fn of_name(name: &[Word]) -> Option<Kind> {
        name.iter().rev().flat_map(|w| vocabulary::words_of(&w.text)).find_map(|w| {
            match w.as_str() {
                "voltage" => Some(Some(Kind::Voltage)),
                "current" | "leakage" => Some(Some(Kind::Current)),
                "impedance" | "resistance" => Some(Some(Kind::Resistance)),
                "capacitance" => Some(Some(Kind::Capacitance)),
                "power" | "dissipation" => Some(Some(Kind::Power)),
                "coefficient" => Some(None),
                _ => None,
            }
        })?
    }
}

/// Words in the heads of columns that describe no quantity.
const FOREIGN: [&str; 9] =
    ["marking", "code", "mark", "package", "case", "ordering", "pin", "color", "colour"];

/// Words in capitals that are no symbols.
const NO_SYMBOLS: [&str; 8] = ["DC", "AC", "RMS", "ESD", "UNI", "BI", "MIN", "MAX"];

impl Head {
    pub(super) fn is_quantity(&self) -> bool {
        let named = !self.symbol.is_empty() || !self.name.is_empty();
        named && !self.unit.is_empty() && !self.foreign
    }

    pub(super) fn symbol_text(&self) -> &str {
        self.symbol.first().map_or("", |w| w.text.as_str())
    }

    /// A word of the quantity: its symbol, or of its name.
    fn take(&mut self, word: Word) {
        let plain = word.text.trim_matches(|c: char| !c.is_alphanumeric()).to_uppercase();
        let symbol = kinds::is_symbol_like(&word.text) && is_short(&word.text);
        if self.symbol.is_empty() && symbol && !NO_SYMBOLS.contains(&plain.as_str()) {
            self.symbol.push(word);
        } else {
            self.name.push(word);
        }
    }

    /// Tells what the unit of the column is of. Under one head may stand a quantity and what it is
    /// measured at: `IR @ VR` over `µA` and `Volts`, `Reverse current` over `IR (µA)` and `VR (V)`.
    fn settle(&mut self) {
        let words = self.symbol.iter().chain(&self.name);
        self.foreign =
            words.flat_map(|w| vocabulary::words_of(&w.text)).any(|w| FOREIGN.contains(&&*w));
        let place = self.symbol.first().or(self.name.first()).map(|w| w.area);
        let round = |v: f64| (v * 100.0).round() as i64;
        self.place = place.map(|a| [round(a.x0), round(a.y0)]);
        let Some(unit) = self.unit.first().and_then(|u| Kind::of_unit(&u.text)) else { return };
        let named = Kind::of_name(&self.name);
        let own = Kind::of_symbol(self.symbol_text());
        let set = at_symbol(&self.at).filter(|w| Kind::of_symbol(&w.text) == Some(unit)).cloned();
        let contradicts = |k: Option<Kind>| k.is_some_and(|k| k != unit);
        match (own, set) {
            (own, Some(set)) if contradicts(own) || (own.is_none() && contradicts(named)) => {
                self.symbol = vec![set];
                self.at.clear();
                self.sets = true;
            }
            (Some(own), _) if own == unit => self.sets = self.test || contradicts(named),
            _ => self.sets = self.test && !self.symbol.is_empty(),
        }
    }
}

/// The symbol that a column is measured at: `IZT` of `f = 1 kHz @ IZT`.
pub(super) fn at_symbol(at: &[Word]) -> Option<&Word> {
    let from = at.iter().position(|w| w.text == "@")?;
    let first = at.get(from + 1)?;
    // `@ VR = 0` is a condition of its own.
    let set = at.get(from + 2).is_some_and(|w| w.text.starts_with('='));
    (!set && kinds::is_symbol_like(&first.text) && !first.text.contains('=')).then_some(first)
}

/// The unit in brackets at the end of a word, and what stands before it: `(V)`, `VF(V)`.
pub(super) fn unit_of(text: &str) -> Option<(&str, &str)> {
    let inner = text.trim_end_matches('*').strip_suffix([')', ']'])?;
    let open = inner.rfind(['(', '['])?;
    let (before, unit) = (inner.get(..open)?, inner.get(open + 1..)?);
    (kinds::is_unit(unit) || per_kelvin(unit).is_some()).then_some((before, unit))
}

/// `mV/k`, with the kelvin in a small letter, as it is meant.
fn per_kelvin(unit: &str) -> Option<String> {
    let stem = unit.strip_suffix("/k")?;
    kinds::is_unit(stem).then(|| format!("{stem}/K"))
}

/// Whether a word alone on its line is a unit. Single letters that are symbols as well are none.
pub(super) fn bare_unit(text: &str) -> bool {
    kinds::is_unit(text)
        && text.chars().all(|c| c.is_alphabetic() || matches!(c, '/' | '°' | '%' | '(' | ')'))
        && !matches!(text, "C" | "T" | "d" | "g" | "in" | "N" | "S" | "H" | "K" | "s" | "m")
}

/// Reads the head over the middle of a column: of every level the words of the cell that spans it.
pub(super) fn head(
    frame: &Frame<'_>,
    inside: &[&Tok<'_>],
    area: Rect,
    middle: f64,
    end: f64,
) -> Head {
    let limit = [area.x0 - 3.0, area.x1 + 3.0];
    let mut over: Vec<&Tok<'_>> = inside
        .iter()
        .filter(|t| t.mid() < end)
        .filter(|t| {
            let at = Point::new(t.area.center().x, t.mid());
            let [left, right] = frame.rules.cell_x(at, limit);
            left.is_some_and(|l| l < middle) && right.is_some_and(|r| middle < r)
        })
        .copied()
        .collect();
    over.sort_by(|a, b| a.line.cmp(&b.line).then(a.area.x0.total_cmp(&b.area.x0)));
    read(&over)
}

/// Reads the words over one column, line by line from the top.
pub(super) fn read(over: &[&Tok<'_>]) -> Head {
    let mut out = Head::default();
    let mut behind = false;
    let mut note = false;
    for line in over.chunk_by(|a, b| a.line == b.line) {
        // What follows an `@` ends with its line.
        behind = behind && out.at.iter().all(|w| w.text == "@");
        let set = line.iter().position(|t| t.word.text.starts_with('='));
        let last = over.last().map(|t| t.line) == line.first().map(|t| t.line);
        for (k, tok) in line.iter().enumerate() {
            let word = tok.word;
            let text = word.text.as_str();
            if note || text.to_lowercase().starts_with("(note") {
                note = !text.ends_with(')');
                continue;
            }
            let plain = vocabulary::words_of(text);
            let label = vocabulary::phrase(&plain).map(|p| p.1);
            behind |= text.starts_with('@') || set.is_some_and(|s| k + 1 >= s);
            behind |= text.chars().skip(1).any(|c| c == '=');
            out.test |= plain.iter().any(|w| w == "test");
            let bracketed = unit_of(text).map(|(b, u)| (b, String::from(u)));
            let alone = line.len() == 1 && last && bare_unit(text);
            let ratio = k + 1 == line.len() && bare_unit(text) && text.contains('/');
            let unit = bracketed
                .or_else(|| (alone || ratio).then(|| ("", String::from(text))))
                .filter(|_| out.unit.is_empty());
            match (unit, label) {
                (Some((before, unit)), _) => {
                    let unit = per_kelvin(&unit).unwrap_or(unit);
                    out.unit.push(renamed(word, &unit));
                    if !before.is_empty() {
                        out.take(renamed(word, before));
                    }
                    behind = false;
                }
                _ if behind => out.at.push(word.clone()),
                (_, Some(Label::Is(role))) if is_value(role) && role != Role::Value => {
                    out.limit = Some(role);
                }
                (_, Some(Label::Is(Role::Conditions))) => out.name.push(word.clone()),
                (_, Some(Label::Is(role))) if role != Role::Other => out.role = Some(role),
                _ => out.take(word.clone()),
            }
        }
    }
    out.settle();
    out
}

/// Whether a word is a symbol rather than a capitalised one: `Voltage` is none.
fn is_short(text: &str) -> bool {
    let prose = text.chars().skip(1).all(|c| c.is_ascii_lowercase());
    text.chars().count() <= 3 || !prose
}

/// Units of light, which what drives a lamp sets.
const OF_LIGHT: [&str; 7] = ["cd", "mcd", "lm", "mlm", "nm", "µm", "lx"];

/// Whether one column can be what another is measured at: currents and voltages of one subscript
/// (`VF` at `IF`, `ZZT` at `IZT`), light at any current, a capacitance at any voltage, everything
/// at a temperature or a frequency.
pub(super) fn can_set(setting: &Head, quantity: &Head) -> bool {
    let (s, q) = (setting.symbol_text(), quantity.symbol_text());
    let initial = |t: &str| t.chars().next();
    let below = |t: &str| t.chars().nth(1).map(|c| c.to_ascii_uppercase());
    let light = quantity.unit.first().is_some_and(|u| OF_LIGHT.contains(&u.text.as_str()));
    s != q
        && match initial(s) {
            Some('I') if light => true,
            Some('V') if initial(q) == Some('C') => true,
            Some('I' | 'V') => below(s).is_some() && below(s) == below(q),
            Some('T' | 'f') => true,
            _ => false,
        }
}
