//! What a row's values hold at: conditions from its cells, its header, notes and the table.

use super::condition::{self, Found, TEMPERATURES};
use super::row::{Context, Wording};
use super::value::{Group, Limits};
use crate::sheet::table::Row;
use espice_base::Code;
use espice_facts::{Condition, Conditions, SymbolInfo};
use espice_units::Dimension;

/// What says how long a test lasts: notes say it of rows that have conditions of their own.
const PULSE: [&str; 2] = ["tp", "duty"];

/// Quantities that a test sets and measures under one name: of a quantity, the one that is
/// printed twice, and what the second stands for.
const MEASURED: &[(&str, &str, &str)] = &[("trr", "IR", "irr")];

impl Context<'_, '_> {
    /// The conditions of a group of a row's values.
    pub(super) fn conditions(
        &self,
        group: &Group<'_>,
        wording: &Wording,
        limits: &Limits,
        (info, dimension): (Option<&SymbolInfo>, Dimension),
        doubts: &mut Vec<(Code, String)>,
    ) -> Conditions {
        let mut conditions = Conditions::none();
        let name = info.map_or("", |i| i.name.as_str());
        for found in &wording.conditions {
            doubts.extend(against(&conditions, &found.conditions));
            conditions = conditions.or(&found.conditions);
            doubts.extend(found.doubts.iter().map(|d| (Code::ROW_CONDITION, d.clone())));
            doubts.extend(again(found, name, &mut conditions));
        }
        for (text, at) in &wording.cells {
            let Some((found, info)) = wording.conditions.get(*at).zip(info) else { continue };
            let bare = condition::bare_values(text, found, self.index, &info.name);
            conditions = conditions.or(&bare);
        }
        let header = condition::read(&group.header, self.index, &self.bare);
        conditions = conditions.or(&header.conditions);
        let said = format!("{} {}", wording.name, wording.text);
        if let Some((symbol, value)) = info.and_then(|i| condition::rated(&i.name, &said)) {
            conditions.by_symbol.entry(symbol).or_insert(value);
        }
        // Notes speak where the row itself says nothing; how long the pulse is they say of all.
        // Of a rating they speak where they describe its test: `L = 0.9 mH, IAS = 27 A`.
        let rating = info.is_some_and(|i| i.rating);
        let silent = conditions.by_symbol.is_empty();
        for said in wording.marks.iter().filter_map(|m| self.notes.get(m)) {
            let mut said = said.clone();
            let set =
                |s: &&String| !TEMPERATURES.contains(&s.as_str()) && !PULSE.contains(&s.as_str());
            let test = said.by_symbol.keys().filter(set).count() >= 2;
            let silent = silent && (!rating || test);
            said.by_symbol.retain(|symbol, _| silent || PULSE.contains(&symbol.as_str()));
            conditions = conditions.or(&said);
        }
        let stated = TEMPERATURES.iter().any(|t| conditions.by_symbol.contains_key(*t));
        let mut defaults = self.defaults.clone();
        let thermal = name.starts_with("Rth");
        if stated || thermal || dimension == Dimension::TEMPERATURE {
            TEMPERATURES.iter().for_each(|t| {
                defaults.by_symbol.remove(*t);
            });
        }
        conditions = conditions.or(&defaults);
        conditions.text.clone_from(&wording.text);
        if !limits.remark.is_empty() {
            if !conditions.text.is_empty() {
                conditions.text.push_str("; ");
            }
            conditions.text.push_str(&limits.remark);
        }
        conditions
    }
}

/// What two cells of a row say of one quantity, differently: cells of a neighbour got into it.
fn against(conditions: &Conditions, other: &Conditions) -> Option<(Code, String)> {
    other.by_symbol.iter().find_map(|(symbol, b)| {
        let (Condition::Value(a), Condition::Value(b)) = (conditions.by_symbol.get(symbol)?, b)
        else {
            return None;
        };
        let differ = (a - b).abs() > 1e-9 * a.abs().max(b.abs());
        let text = format!("the cells of the row say two values of the condition `{symbol}`");
        differ.then_some((Code::ROW_CONDITION, text))
    })
}

/// What a cell says twice: what is measured where the quantity has a name for it, else a doubt.
fn again(found: &Found, quantity: &str, conditions: &mut Conditions) -> Vec<(Code, String)> {
    let mut doubts = Vec::new();
    for (symbol, printed, value) in &found.again {
        let second = MEASURED.iter().find(|m| m.0 == quantity && m.1 == symbol);
        match second {
            Some(second) if !conditions.by_symbol.contains_key(second.2) => {
                conditions.by_symbol.insert(second.2.to_string(), Condition::Value(*value));
            }
            _ => {
                let text = format!("the condition `{printed}` stands there twice");
                doubts.push((Code::ROW_CONDITION, text));
            }
        }
    }
    doubts
}

/// The marks of notes at a row's cells: raised ones, stars at a symbol, and `(Note 2)`.
pub(super) fn marks(row: &Row) -> Vec<String> {
    let mut marks: Vec<String> = row.marks.iter().map(|m| plain_mark(m)).collect();
    for cell in &row.cells {
        marks.extend(cell.words.iter().flat_map(|w| &w.notes).map(|m| plain_mark(m)));
        for (at, word) in cell.words.iter().enumerate() {
            let bare = word.text.trim_start_matches(['(', '[']).to_lowercase();
            if bare == "note" || bare == "notes" {
                let following = cell.words.iter().skip(at + 1).take(3);
                marks.extend(following.map(|w| plain_mark(&w.text)).filter(|m| m.len() == 1));
            }
            marks.extend(star(&word.text));
        }
    }
    marks
}

/// Signs that mark notes without being raised.
const STARS: [char; 5] = ['*', '∗', '†', '‡', '#'];

/// The mark that a word starts or ends with: `*hFE`, `VCE(sat)*`, `**`.
fn star(text: &str) -> Option<String> {
    let tail = text.trim_end_matches(STARS);
    let head = text.trim_start_matches(STARS);
    let mark = match (text.get(tail.len()..), text.get(..text.len() - head.len())) {
        (Some(tail), _) if !tail.is_empty() => tail,
        (_, Some(head)) if !head.is_empty() => head,
        _ => return None,
    };
    Some(plain_mark(mark))
}

/// A mark without brackets: `(2)`, `2)`, `Note 2`; one kind of star.
pub(super) fn plain_mark(text: &str) -> String {
    let lower = text.to_lowercase().replace('∗', "*");
    let bare = lower.trim_start_matches("notes").trim_start_matches("note");
    bare.trim_matches(['(', ')', '[', ']', '.', ':', ',', ' ']).to_string()
}

/// A symbol without the marks of notes around it.
pub(super) fn without_stars(text: &str) -> &str {
    text.trim().trim_matches(STARS).trim()
}
