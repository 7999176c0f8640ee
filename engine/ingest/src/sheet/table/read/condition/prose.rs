//! Conditions that have no symbol: values that stand alone, names in prose, rated values.

use super::{Found, MAX_LENGTH, RELATIONS, Reader, is_plausible, read};
use crate::sheet::table::read::symbol::Index;
use espice_facts::{Condition, Conditions, UnitScale};
use espice_units::Dimension;

/// Values without a symbol that stand alone between commas: `1.0 A`, `4.0 V, 1 MHz`.
pub(in crate::sheet::table::read) fn bare_values(
    text: &str,
    found: &Found,
    index: &Index<'_>,
    of: &str,
) -> Conditions {
    let mut conditions = Conditions::none();
    let reader = Reader { text, index, found: Found::default() };
    let mut from = 0;
    for part in text.split_inclusive([',', ';']) {
        let start = from;
        from += part.len();
        let taken = found.taken.iter().any(|r| r.start < from && start < r.end);
        let body = part.trim_matches([' ', ',', ';', '@', '(', ')']);
        let Some(lead) = part.find(body).filter(|_| !taken && !body.is_empty()) else { continue };
        let Some((value, end)) = reader.measured(start + lead) else { continue };
        if value.symmetric || value.number.ambiguous || end != start + lead + body.len() {
            continue;
        }
        let Some(unit) = value.unit.as_ref() else { continue };
        let Some(info) = index.argument(of, unit) else { continue };
        let read = unit.of(info.dimension).and_then(|u| UnitScale::new(u).read(&value.number.text));
        if let Some(value) = read.filter(|v| is_plausible(info, *v)) {
            conditions.by_symbol.entry(info.name.clone()).or_insert(Condition::Value(value));
        }
    }
    conditions
}

/// Words that say of what a temperature is.
const OF: [(&str, &str); 5] = [
    ("junction", "TJ"),
    ("ambient", "Tamb"),
    ("free-air", "Tamb"),
    ("case", "Tcase"),
    ("solder", "Tsp"),
];

/// Which temperature the words before or behind a value name: `symbol` where they are none,
/// `None` where they say something else.
pub(super) fn temperature_of(words: &str, symbol: &str) -> Option<String> {
    let lower = words.trim().to_lowercase();
    if lower.is_empty() {
        return Some(symbol.to_string());
    }
    let named = OF.iter().find(|(word, _)| lower.contains(word)).map(|(_, of)| of.to_string());
    named.or_else(|| lower.contains("temperature").then(|| symbol.to_string()))
}

/// The temperature that prose states for a whole table: `Rating at 25 °C ambient temperature
/// unless otherwise specified`.
pub(in crate::sheet::table::read) fn stated_temperature(
    text: &str,
    index: &Index<'_>,
) -> Option<(String, Condition)> {
    let mut end = text.len().min(MAX_LENGTH);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let reader = Reader { text: text.get(..end)?, index, found: Found::default() };
    let mut at = 0;
    for word in reader.text.split_inclusive(char::is_whitespace) {
        let start = at;
        at += word.len();
        if !word.starts_with(|c: char| c.is_ascii_digit()) {
            continue;
        }
        let Some((value, end)) = reader.measured(start) else { continue };
        let Some(unit) = value.unit.as_ref().and_then(|u| u.exact).filter(|u| u.is_point()) else {
            continue;
        };
        let behind: Vec<&str> =
            reader.slice(end..reader.text.len()).split_whitespace().take(2).collect();
        let [of, "temperature" | "temperature," | "temperature."] = behind.as_slice() else {
            continue;
        };
        let named = OF.iter().find(|(word, _)| of.eq_ignore_ascii_case(word));
        if let (Some((_, symbol)), Some(kelvin)) =
            (named, UnitScale::new(unit).read(&value.number.text))
        {
            return Some((symbol.to_string(), Condition::Value(kelvin)));
        }
    }
    None
}

/// Quantities that sheets measure at a rated value without saying its number: the quantity, the
/// condition, the rating, and the words of which one is said after `rated`.
const RATED: &[(&str, &str, &str, &[&str])] =
    &[("IR", "VR", "VRRM", &["blocking voltage", "reverse voltage", "vr", "vrrm", "voltage"])];

/// The condition of a quantity measured at a rated value: `at rated DC blocking voltage`.
pub(in crate::sheet::table::read) fn rated(
    quantity: &str,
    text: &str,
) -> Option<(String, Condition)> {
    let lower = text.to_lowercase();
    let (_, tail) = lower.split_once("rated")?;
    let rule = RATED.iter().find(|r| r.0 == quantity)?;
    let said = rule.3.iter().any(|word| tail.contains(word));
    let value = Condition::Equals { symbol: rule.2.to_string(), factor: 1.0 };
    said.then(|| (rule.1.to_string(), value))
}

/// The ratings of what tests set.
const RATINGS: [(&str, &str); 7] = [
    ("VDS", "VDSS"),
    ("VGS", "VGSS"),
    ("VCE", "VCEO"),
    ("VCB", "VCBO"),
    ("VEB", "VEBO"),
    ("VBE", "VEBO"),
    ("VR", "VRRM"),
];

impl Reader<'_, '_> {
    /// The rating that a condition is set to in words, its share, and where the words end: `VDS =
    /// max rating`, `VCE = half rated VCEO`.
    pub(super) fn rating(&self, symbol: &str, at: usize) -> Option<(String, f64, usize)> {
        let (mut end, mut factor, mut is_rating) = (at, 1.0, false);
        for word in self.slice(at..self.text.len()).split_inclusive(char::is_whitespace) {
            let bare = word.trim().trim_end_matches(['.', ',', ';']).to_lowercase();
            match bare.as_str() {
                "half" => factor = 0.5,
                "max" | "maximum" | "value" | "voltage" | "" => {}
                "rated" | "rating" | "ratings" => is_rating = true,
                _ => break,
            }
            end += word.len();
            if word.trim_end().ends_with([',', ';']) {
                break;
            }
        }
        if !is_rating {
            return None;
        }
        let closed = self.slice(at..end).trim_end().ends_with([',', ';']);
        if let Some((name, end)) = self.right_symbol(end).filter(|_| !closed) {
            // `VDS = max rating TC = 125 °C` goes on with another condition.
            let follows = self.slice(end..self.text.len()).trim_start();
            if !follows.starts_with(RELATIONS) {
                return Some((name, factor, end));
            }
        }
        let set = self.index.condition(symbol, None)?;
        let rating = RATINGS.iter().find(|r| r.0 == set.name)?;
        Some((rating.1.to_string(), factor, end))
    }
}

/// Reads the prose of a note: besides what [`read`] understands `reverse voltage of 4.0 V` and a
/// frequency that stands alone.
pub(in crate::sheet::table::read) fn read_prose(
    text: &str,
    index: &Index<'_>,
    bare: &str,
) -> Conditions {
    let mut conditions = read(text, index, bare).conditions;
    let mut end = text.len().min(MAX_LENGTH);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let reader = Reader { text: text.get(..end).unwrap_or(""), index, found: Found::default() };
    let mut at = 0;
    for word in reader.text.split_inclusive(char::is_whitespace) {
        let start = at;
        at += word.len();
        if !word.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
            continue;
        }
        let Some((value, _)) = reader.measured(start) else { continue };
        let Some(unit) = value.unit.as_ref() else { continue };
        let before = reader.slice(0..start).trim_end();
        let named = before.strip_suffix(" of").or_else(|| before.strip_suffix(" is"));
        let info = match named {
            Some(before) => index.named_at_end(before, unit),
            None if unit.of(Dimension::FREQUENCY).is_some() => index.condition("f", Some(unit)),
            None => None,
        };
        let Some(info) = info else { continue };
        let read = unit.of(info.dimension).and_then(|u| UnitScale::new(u).read(&value.number.text));
        if let Some(value) = read.filter(|v| !value.number.ambiguous && is_plausible(info, *v)) {
            conditions.by_symbol.entry(info.name.clone()).or_insert(Condition::Value(value));
        }
    }
    conditions
}
