//! Test conditions: `IF = IR = 10 mA, iR = 0.1 x IR`, `25 °C ≤ Tj ≤ 150 °C`, `VDS = VGS`.

use super::symbol::Index;
use super::words::fold;
use crate::sheet::text::UNKNOWN;
use espice_facts::{Condition, Conditions, SymbolInfo, UnitScale};
use espice_units::sheet::{SheetNumber, SheetUnit, parse_sheet_unit, scan_number};
use espice_units::{Dimension, engineering};
use std::ops::Range;

mod prose;

pub(super) use prose::{bare_values, rated, read_prose, stated_temperature};

/// What a text says of conditions.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// What was understood; the text is left empty.
    pub(super) conditions: Conditions,
    /// Which stretches of the text it was read from.
    pub(super) taken: Vec<Range<usize>>,
    /// What was seen and contradicts itself: an unreadable unit, a current in volts.
    pub(super) doubts: Vec<String>,
    /// Values of quantities that were said before with another value: symbol, as printed, value.
    pub(super) again: Vec<(String, String, f64)>,
}

impl Found {
    /// The text without what was read from it, and without the signs and words that led to it.
    pub(super) fn rest(&self, text: &str) -> String {
        let mut rest = String::new();
        let mut at = 0;
        let mut taken = self.taken.clone();
        taken.sort_by_key(|r| (r.start, r.end));
        for range in taken {
            rest.push_str(text.get(at..range.start).unwrap_or(""));
            rest.push(' ');
            at = at.max(range.end);
        }
        rest.push_str(text.get(at..).unwrap_or(""));
        let rest = rest.replace("( )", " ").replace("()", " ").replace("(, )", " ");
        let mut words: Vec<&str> = rest.split_whitespace().collect();
        let idle = |w: &&&str| {
            matches!(**w, "@" | "," | ";" | ":" | "(" | ")" | "at" | "and" | ",;" | "-" | "–")
        };
        while words.last().filter(idle).is_some() {
            words.pop();
        }
        let text = words.join(" ");
        text.trim_matches([' ', ',', ';', ':', '@']).to_string()
    }
}

/// Symbols of temperatures: of these one stands for the temperature of a row.
pub(super) const TEMPERATURES: [&str; 5] = ["TJ", "Tamb", "Tcase", "Tsp", "TL"];

const RELATIONS: [char; 9] = ['=', '≤', '<', '≥', '>', '@', '≦', '≧', '＝'];

/// No sheet has more in one cell; a longer text is cut.
const MAX_LENGTH: usize = 2000;

/// Reads conditions. `bare` is the temperature that a lone `25 °C` is taken for.
pub(super) fn read(text: &str, index: &Index<'_>, bare: &str) -> Found {
    let mut end = text.len().min(MAX_LENGTH);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let text = text.get(..end).unwrap_or("");
    let mut reader = Reader { text, index, found: Found::default() };
    reader.run();
    reader.bare_temperature(bare);
    reader.found
}

struct Reader<'t, 'i> {
    text: &'t str,
    index: &'i Index<'i>,
    found: Found,
}

/// A value with its unit as it stands in a condition.
struct Measured {
    number: SheetNumber,
    unit: Option<SheetUnit>,
    unit_text: String,
    symmetric: bool,
}

impl<'t> Reader<'t, '_> {
    fn slice(&self, range: Range<usize>) -> &'t str {
        self.text.get(range).unwrap_or("")
    }

    fn run(&mut self) {
        let mut at = 0;
        while let Some((op, sign)) = self.next_relation(at) {
            let after = op + sign.len_utf8();
            if let Some(next) = self.between(at, op, sign, after) {
                at = next.max(after);
                continue;
            }
            // An `@` that follows a known symbol is a relation: `VGS @ 10 V`. Else it leads on.
            let exact = |s: &(usize, String)| {
                sign != '@' || (self.index.is_spelled(&s.1, true) && self.measured(after).is_some())
            };
            let left = self.left(at, op).filter(exact);
            let next = left.map(|(left, symbol)| self.relation(left, symbol, sign, after));
            at = next.unwrap_or(after).max(after);
        }
    }

    fn next_relation(&self, from: usize) -> Option<(usize, char)> {
        let tail = self.text.get(from..)?;
        tail.char_indices().find(|(_, c)| RELATIONS.contains(c)).map(|(i, c)| (from + i, c))
    }

    /// The symbol before a relation, and where it stands.
    fn left(&self, from: usize, op: usize) -> Option<(usize, String)> {
        let region = self.slice(from..op);
        let cut = region
            .char_indices()
            .rev()
            .find(|(i, c)| {
                matches!(c, ',' | ';' | ':' | '@')
                    || (*c == '(' && !region.get(*i..).unwrap_or("").contains(')'))
            })
            .map_or(0, |(i, c)| i + c.len_utf8());
        let start = from + cut;
        let region = self.slice(start..op).trim_end();
        // `Tj initial = 25 °C`
        let region = region.strip_suffix(" initial").unwrap_or(region);
        let mut starts: Vec<usize> = Vec::new();
        let mut blank = true;
        for (i, c) in region.char_indices() {
            if blank && !c.is_whitespace() {
                starts.push(i);
            }
            blank = c.is_whitespace();
        }
        // `VIN – VOUT = 2 V` says nothing of VOUT.
        let alone = |s: usize| {
            !region.get(..s).unwrap_or("").trim_end().ends_with(['–', '-', '+', '·', '×', '/'])
        };
        // The longest stretch of last words that is spelled like a symbol: `I D`, `VCE (sat)`,
        // `pulse width`; else the last word alone, when it looks like one.
        let recent: Vec<usize> = starts.iter().rev().take(3).rev().copied().collect();
        for s in &recent {
            let text = region.get(*s..).unwrap_or("").trim();
            if !alone(*s) {
                continue;
            }
            let folded = looks_like_symbol(text) && self.index.is_spelled(text, false);
            if folded || self.index.is_spelled(text, true) {
                return Some((start + s, text.to_string()));
            }
        }
        let last = *recent.last()?;
        let text = region.get(last..)?.trim();
        (alone(last) && looks_like_symbol(text)).then(|| (start + last, text.to_string()))
    }

    /// What stands after `symbol =`.
    fn relation(&mut self, start: usize, symbol: String, sign: char, after: usize) -> usize {
        // `IB1 = -IB2 = -15 mA` sets IB2 to 15 mA: each symbol with its sign.
        let mut symbols = vec![(symbol, 1.0)];
        let mut at = after;
        // `≤ =` and `==` are one relation; `IF = IR = 10 mA` names several.
        for _ in 0..4 {
            let rest = self.slice(at..self.text.len());
            let skipped = rest.len() - rest.trim_start_matches([' ', '=']).len();
            at += skipped;
            if self.measured(at).is_some() {
                break;
            }
            let minus = self.slice(at..self.text.len()).starts_with(['-', '−', '–']);
            let first = self.slice(at..self.text.len()).chars().next().filter(|_| minus);
            let from = at + first.map_or(0, char::len_utf8);
            let Some((name, end)) = self.right_symbol(from) else {
                let set = symbols.first().map(|s| s.0.clone()).unwrap_or_default();
                match self.rating(&set, from) {
                    Some((name, factor, end)) => {
                        return self.equals(start, symbols, &name, factor, sign, end);
                    }
                    None => break,
                }
            };
            let own = if minus { -1.0 } else { 1.0 };
            let follows = self.slice(end..self.text.len()).trim_start();
            if follows.starts_with('=') {
                symbols.push((name, own));
                at = end;
                continue;
            }
            return self.equals(start, symbols, &name, own, sign, end);
        }
        let Some((first, mut end)) = self.measured(at) else { return at };
        // A share of another symbol: 0.1 x IR, 80 % of VRRM.
        if let Some((name, factor, end)) = self.share(&first, end) {
            return self.equals(start, symbols, &name, factor, sign, end);
        }
        let mut second = None;
        if let Some(tail) = range_word(self.slice(end..self.text.len())) {
            let from = self.text.len() - tail.len();
            if let Some((value, after)) = self.measured(from) {
                (second, end) = (Some(value), after);
            }
        }
        for (symbol, own) in &symbols {
            self.assign((symbol, *own), &first, second.as_ref(), sign);
        }
        self.found.taken.push(start..end);
        end
    }

    /// `25 °C ≤ Tj ≤ 150 °C`, where a value stands first; `None` when none does.
    fn between(&mut self, from: usize, op: usize, sign: char, after: usize) -> Option<usize> {
        if !matches!(sign, '≤' | '<') {
            return None;
        }
        let region = self.slice(from..op);
        let cut = region.rfind([',', ';', ':']).map_or(0, |i| i + 1);
        // The value is what stands right before the sign.
        let words = region.get(cut..)?.split_inclusive(char::is_whitespace);
        let mut starts: Vec<usize> = Vec::new();
        let mut at = from + cut;
        for word in words {
            starts.extend(Some(at).filter(|_| !word.trim().is_empty()));
            at += word.len();
        }
        let (start, low) = starts.into_iter().rev().take(3).find_map(|start| {
            let (low, end) = self.measured(start)?;
            self.slice(end..op).trim().is_empty().then_some((start, low))
        })?;
        let (name, end) = self.right_symbol(after)?;
        let rest = self.slice(end..self.text.len()).trim_start();
        let high = rest.strip_prefix(['≤', '<']).map(|t| self.text.len() - t.len())?;
        let (high, end) = self.measured(high)?;
        self.assign((&name, 1.0), &low, Some(&high), '=');
        self.found.taken.push(start..end);
        Some(end)
    }

    /// A symbol to the right of a relation and its end.
    fn right_symbol(&self, at: usize) -> Option<(String, usize)> {
        let rest = self.slice(at..self.text.len());
        let lead = rest.len() - rest.trim_start().len();
        let rest = rest.trim_start();
        let (skip, rest) = match rest.get(..6).filter(|w| w.eq_ignore_ascii_case("rated ")) {
            Some(_) => (6, rest.get(6..)?),
            None => (0, rest),
        };
        let end = rest
            .find(|c: char| {
                c.is_whitespace() || matches!(c, ',' | ';' | '=' | '≤' | '<' | '>' | '≥')
            })
            .unwrap_or(rest.len());
        let text = rest.get(..end)?.trim_end_matches(['.', ')']);
        let text = if text.contains('(') { rest.get(..end)?.trim_end_matches('.') } else { text };
        let known = self.index.is_spelled(text, false) && looks_like_symbol(text);
        known.then(|| (text.to_string(), at + lead + skip + end))
    }

    /// A number with its unit, and where it ends.
    fn measured(&self, at: usize) -> Option<(Measured, usize)> {
        let rest = self.slice(at..self.text.len()).trim_start();
        let (symmetric, body) = match rest.strip_prefix('±').or_else(|| rest.strip_prefix("+/-")) {
            Some(body) => (true, body),
            None => (false, rest),
        };
        let starts = body.trim_start().trim_start_matches(['-', '−', '–', '+', ' ']);
        if !starts.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
            return None;
        }
        let (number, tail) = scan_number(body)?;
        let mut end = self.text.len() - tail.len();
        let (mut unit, mut unit_text) = (None, String::new());
        let unit_start = tail.trim_start();
        let stop = unit_start
            .find(|c: char| {
                c.is_whitespace()
                    || matches!(c, ',' | ';' | '=' | '<' | '>' | '≤' | '≥' | '@' | '~')
            })
            .unwrap_or(unit_start.len());
        let word = unit_start.get(..stop).unwrap_or("");
        // Longest first: `°C).`, `V)`, `V-`; a blank may stand inside of `° C`.
        let mut candidate = word.trim_end_matches(['.', ':', '*']);
        if !candidate.contains('(') {
            candidate = candidate.trim_end_matches([')', ']']);
        }
        // A sign of unknown meaning behind a whole unit is the mark of a note: `16 A�`.
        let whole = candidate.trim_end_matches(UNKNOWN);
        if whole != candidate && unit_like(whole) && parse_sheet_unit(whole).is_some() {
            candidate = whole;
        }
        // The degree sign may stand apart, and the next word may stand close.
        let spaced =
            ["° C", "°C", "℃", "o C"].into_iter().find(|d| unit_start.starts_with(d)).filter(|d| {
                let next = unit_start.get(d.len()..).and_then(|t| t.chars().next());
                matches!(*d, "° C" | "o C") || next.is_some_and(char::is_alphabetic)
            });
        let apart = spaced_unit(unit_start);
        if let Some((len, read)) = apart {
            unit = Some(read);
            unit_text = unit_start.get(..len).unwrap_or("").to_string();
            end = self.text.len() - unit_start.len() + len;
        } else if let Some(read) =
            parse_sheet_unit(spaced.unwrap_or(candidate)).filter(|_| unit_like(candidate))
        {
            unit = Some(read);
            unit_text = spaced.unwrap_or(candidate).to_string();
            end = self.text.len() - unit_start.len() + unit_text.len();
        } else if candidate.contains(UNKNOWN) {
            unit_text = candidate.to_string();
            end = self.text.len() - unit_start.len() + candidate.len();
        }
        Some((Measured { number, unit, unit_text, symmetric }, end))
    }

    /// Symbol and factor of `0.1 x IR`, `0.25 IF`, `80 % of rated VRRM`.
    fn share(&self, first: &Measured, end: usize) -> Option<(String, f64, usize)> {
        let percent = first.unit_text == "%";
        if !first.unit_text.is_empty() && !percent {
            return None;
        }
        let rest = self.slice(end..self.text.len());
        let mut body = rest.trim_start();
        body = body.strip_prefix(['x', 'X', '×', '·', '*', '•']).unwrap_or(body).trim_start();
        body = body.strip_prefix("of ").unwrap_or(body).trim_start();
        let (name, end) = self.right_symbol(self.text.len() - body.len())?;
        let follows = self.slice(end..self.text.len()).trim_start();
        if follows.starts_with(RELATIONS) {
            return None;
        }
        let factor = if percent { first.number.value / 100.0 } else { first.number.value };
        Some((name, factor, end))
    }

    fn equals(
        &mut self,
        start: usize,
        symbols: Vec<(String, f64)>,
        other: &str,
        factor: f64,
        sign: char,
        end: usize,
    ) -> usize {
        let Some(right) = self.index.condition(other, None) else { return end };
        if !matches!(sign, '=' | '＝' | '@') {
            return end;
        }
        for (symbol, own) in symbols {
            let Some(left) = self.index.condition(&symbol, None) else { continue };
            if left.name == right.name {
                continue;
            }
            let value = Condition::Equals { symbol: right.name.clone(), factor: own * factor };
            self.found.conditions.by_symbol.entry(left.name.clone()).or_insert(value);
        }
        self.found.taken.push(start..end);
        end
    }

    /// Sets a symbol, printed with this sign before it, to a value or range.
    fn assign(
        &mut self,
        (printed, own): (&str, f64),
        first: &Measured,
        second: Option<&Measured>,
        sign: char,
    ) {
        let unit = first.unit.as_ref().or_else(|| second.and_then(|s| s.unit.as_ref()));
        let unit_text = second
            .map(|s| s.unit_text.as_str())
            .filter(|_| first.unit.is_none())
            .unwrap_or(&first.unit_text);
        if unit.is_none() && !unit_text.is_empty() {
            self.found.doubts.push(format!("the unit of the condition `{printed}` cannot be read"));
            return;
        }
        if unit.is_none()
            && self.index.condition(printed, None).is_some_and(|i| !i.dimension.is_none())
            && first.number.value != 0.0
        {
            self.found.doubts.push(format!("the condition `{printed}` has no unit"));
            return;
        }
        // A range whose first number has no unit shares that of the second: 10 Hz to 15.7 kHz has
        // two, 0 to 1 A one.
        let zero = first.number.value == 0.0 && second.is_none();
        let info = self.index.condition(printed, unit);
        let (name, dimension) = match info {
            Some(info) => (info.name.clone(), Some(info.dimension)),
            None if self.index.condition(printed, None).is_some() && unit.is_some() => {
                let text = format!("the condition `{printed}` has the unit of something else");
                self.found.doubts.push(text);
                return;
            }
            // A lone letter that means nothing here is more often a piece of a symbol.
            None if printed.chars().count() < 2 => return,
            None => (fold_name(printed), unit.and_then(|u| u.plain()).map(|u| u.dimension)),
        };
        let Some(dimension) = dimension.or(zero.then_some(Dimension::NONE)) else { return };
        let scale = |m: &Measured| -> Option<f64> {
            match m.unit.as_ref().or(unit) {
                Some(unit) => {
                    let value = UnitScale::new(unit.of(dimension)?).read(&m.number.text)?;
                    Some(if own < 0.0 { -value } else { value })
                }
                None if m.number.value == 0.0 && dimension != Dimension::TEMPERATURE => Some(0.0),
                None if dimension.is_none() => Some(m.number.value),
                None => None,
            }
        };
        let Some(low) = scale(first) else { return };
        let value = match (second, first.symmetric, sign) {
            (Some(second), ..) => {
                let Some(high) = scale(second) else { return };
                Condition::Range { min: Some(low.min(high)), max: Some(low.max(high)) }
            }
            (None, true, _) => Condition::Range { min: Some(-low.abs()), max: Some(low.abs()) },
            (None, false, '≤' | '<' | '≦') => Condition::Range { min: None, max: Some(low) },
            (None, false, '≥' | '>' | '≧') => Condition::Range { min: Some(low), max: None },
            (None, false, _) => Condition::Value(low),
        };
        let ends = [Some(low), second.and_then(scale)];
        if let Some(info) = info
            && let Some(value) = ends.into_iter().flatten().find(|v| !is_plausible(info, *v))
        {
            let value = engineering(value, &info.dimension.to_string());
            self.found.doubts.push(format!("{value} is not plausible as {}", info.title));
        }
        if first.number.ambiguous {
            self.found.doubts.push(format!("the comma in the condition `{printed}` is not clear"));
        }
        // Two values of one quantity are the conditions of two rows that were run together.
        let known = self.found.conditions.by_symbol.get(&name);
        if let (Some(Condition::Value(a)), Condition::Value(b)) = (known, &value)
            && (a - b).abs() > 1e-9 * a.abs().max(b.abs())
        {
            self.found.again.push((name.clone(), printed.to_string(), *b));
        }
        self.found.conditions.by_symbol.entry(name).or_insert(value);
    }

    /// A stretch without relation that is nothing but a temperature.
    fn bare_temperature(&mut self, symbol: &str) {
        let known = |s: &&str| self.found.conditions.by_symbol.contains_key(*s);
        if TEMPERATURES.iter().any(known) {
            return;
        }
        let mut at = 0;
        let mut pieces: Vec<Range<usize>> = Vec::new();
        let mut taken = self.found.taken.clone();
        taken.sort_by_key(|r| (r.start, r.end));
        for range in &taken {
            pieces.push(at..range.start.max(at));
            at = at.max(range.end);
        }
        pieces.push(at..self.text.len());
        for piece in pieces {
            let text = self.slice(piece.clone());
            let mut from = piece.start;
            for part in text.split_inclusive([',', ';']) {
                let start = from;
                from += part.len();
                let body = part.trim_matches([' ', ',', ';', '@', '(', ')']);
                let lead = part.find(body).unwrap_or(0);
                // `TA 25 °C` names its temperature without a sign.
                let named = body.split_once(' ').and_then(|(first, _)| {
                    self.index.condition(first, parse_sheet_unit("°C").as_ref())
                });
                let skip = match (named, body.split_once(' ')) {
                    (Some(_), Some((first, _))) => first.len() + 1,
                    _ => 0,
                };
                let whole = start + lead..start + lead + body.len();
                if let Some((name, range)) = self.temperatures(whole.clone(), symbol) {
                    self.found.conditions.by_symbol.insert(name, range);
                    self.found.taken.push(whole);
                    return;
                }
                let Some((value, end)) = self.measured(start + lead + skip) else { continue };
                let celsius = value.unit.as_ref().and_then(|u| u.exact).filter(|u| u.is_point());
                let (Some(unit), true) = (celsius, end <= start + lead + body.len()) else {
                    continue;
                };
                if !self.slice(end..start + lead + body.len()).trim().is_empty() {
                    continue;
                }
                let Some(kelvin) = UnitScale::new(unit).read(&value.number.text) else { continue };
                let name = named.map_or(symbol, |i| i.name.as_str()).to_string();
                self.found.conditions.by_symbol.insert(name, Condition::Value(kelvin));
                self.found.taken.push(start + lead..end);
                return;
            }
        }
    }

    /// A range of temperatures that a stretch ends with: `0 °C to 125 °C`, `over the junction
    /// temperature range -40 °C to 125 °C`. Words before it say of what.
    fn temperatures(&self, at: Range<usize>, symbol: &str) -> Option<(String, Condition)> {
        let body = self.slice(at.clone());
        let digit = body.find(|c: char| c.is_ascii_digit())?;
        let words = body.get(..digit)?.trim_end_matches(['-', '−', '–', '+', ' ']);
        let (low, end) = self.measured(at.start + words.len())?;
        let tail = range_word(self.slice(end..at.end))?;
        let (high, end) = self.measured(at.end - tail.len())?;
        let point = |m: &Measured| m.unit.as_ref()?.exact.filter(|u| u.is_point());
        let unit = point(&high)?;
        let fits = low.unit.is_none() && low.unit_text.is_empty() || point(&low).is_some();
        if !fits || !self.slice(end..at.end).trim().is_empty() {
            return None;
        }
        let name = prose::temperature_of(words, symbol)?;
        let read = |m: &Measured| UnitScale::new(unit).read(&m.number.text);
        let (low, high) = (read(&low)?, read(&high)?);
        let range = Condition::Range { min: Some(low.min(high)), max: Some(low.max(high)) };
        Some((name, range))
    }
}

/// Whether a test may be set to this value of a quantity; nought may always be.
pub(super) fn is_plausible(info: &SymbolInfo, value: f64) -> bool {
    let Some([low, high]) = info.plausible else { return true };
    value == 0.0 || (low..=high).contains(&value.abs())
}

/// A unit that was set apart from its prefix, `µ s`: how long it is, and the unit.
fn spaced_unit(text: &str) -> Option<(usize, SheetUnit)> {
    let (prefix, rest) = text.split_once(' ')?;
    let prefixed = prefix.chars().count() == 1 && "µunpmkKM".contains(prefix);
    let end = rest.find(|c: char| !(c.is_alphabetic() || c == 'Ω')).unwrap_or(rest.len());
    let ends = rest.get(end..)?.starts_with(|c: char| c == '(' || c.is_ascii_digit());
    let atom = rest.get(..end).filter(|_| prefixed && !ends)?;
    let unit = parse_sheet_unit(&format!("{prefix}{atom}"))?;
    let whole = parse_sheet_unit(atom).is_some_and(|u| u.exact.is_some());
    (whole && unit.exact.is_some()).then_some((prefix.len() + 1 + atom.len(), unit))
}

/// Where the second end of a range starts.
fn range_word(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let tail =
        ["to ", "～", "~", "...", "…", "–", "thru "].iter().find_map(|w| text.strip_prefix(w))?;
    let tail = tail.trim_start();
    let number = tail.trim_start_matches(['-', '+', '−', ' ']);
    number.starts_with(|c: char| c.is_ascii_digit() || c == '.').then_some(tail)
}

/// A printed symbol as it names a condition that the table of symbols does not know.
fn fold_name(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Short, starting with a letter, not a word of prose.
fn looks_like_symbol(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let starts =
        text.starts_with(|c: char| c.is_alphabetic() || matches!(c, '|' | '-' | 'Δ' | '∆'));
    let prose = text.len() > 3 && text.chars().all(|c| c.is_ascii_lowercase());
    starts && letters > 0 && text.chars().count() <= 16 && !prose && !fold(text).is_empty()
}

/// Words of prose that would read as units.
fn unit_like(text: &str) -> bool {
    !matches!(text, "a" | "f" | "h" | "in" | "m" | "K" | "v" | "x" | "X" | "min" | "-" | "—" | "1")
}
