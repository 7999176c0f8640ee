//! Kind and polarity of the device: the words of titles, weighed with the symbols of the tables.

use super::seen::{Seen, fold};
use crate::sheet::table::{Role, Table};
use espice_facts::{KindInfo, SymbolTable};
use espice_pdf::Info;
use std::collections::{BTreeMap, BTreeSet};

/// What a text is worth: the title, the document's own title, a line of the first page.
const TITLE: f64 = 4.0;
const INFO: f64 = 3.0;
const LINE: f64 = 0.5;
/// What all lines of the first page add up to at most.
const LINES: f64 = 2.0;
/// What the symbols of the tables add up to at most.
const SYMBOLS: f64 = 4.0;
/// What one symbol is worth, shared among the kinds that have it.
const SYMBOL: f64 = 0.5;
/// Symbols that more kinds have say nothing.
const MANY_KINDS: usize = 3;
/// Rows of a table that are looked at.
const MOST_ROWS: usize = 200;
/// Below this the kind stays open, and the best must be this much better than the next.
const ENOUGH: f64 = 2.0;
const LEAD: f64 = 1.25;
/// Words in a title that say that the device is more than one of its kind: an array of
/// Darlingtons with its resistors is no transistor.
const COMPOUND: &[&str] = &[
    "array",
    "arrays",
    "driver",
    "drivers",
    "module",
    "modules",
    "controller",
    "amplifier ic",
    "integrated circuit",
];

/// The kind and the line that says so.
#[derive(Clone, Debug, Default)]
pub(super) struct Kind {
    /// Name in the symbol table.
    pub name: Option<String>,
    /// Its class.
    pub class: Option<String>,
    /// Its polarity.
    pub polarity: Option<String>,
    /// Index of the line.
    pub line: Option<usize>,
}

/// Finds the kind. `titles` are indexes of title lines.
pub(super) fn find(
    seen: &[Seen],
    titles: &[usize],
    tables: &[Table],
    info: &Info,
    symbols: &SymbolTable,
) -> Kind {
    let phrases = Phrases::new(symbols);
    let mut scores: BTreeMap<&str, f64> = BTreeMap::new();
    let mut lines: BTreeMap<&str, usize> = BTreeMap::new();
    let own = [&info.title, &info.subject].map(|t| fold(t));
    let texts: Vec<&str> =
        titles.iter().filter_map(|t| seen.get(*t)).map(|l| l.plain.as_str()).collect();
    let compound = texts
        .iter()
        .copied()
        .chain(own.iter().map(String::as_str))
        .any(|t| COMPOUND.iter().any(|c| super::seen::contains(t, c)));
    if compound {
        return Kind::default();
    }
    // The largest line that names a kind has the most to say.
    let naming: Vec<(usize, f64, Vec<&str>)> = titles
        .iter()
        .filter_map(|&index| {
            let line = seen.get(index)?;
            let kinds = phrases.kinds(&line.plain);
            (!kinds.is_empty()).then_some((index, line.size, kinds))
        })
        .collect();
    let largest = naming.iter().map(|n| n.1).fold(0.0, f64::max);
    let mut titled: BTreeMap<&str, f64> = BTreeMap::new();
    for (index, size, kinds) in &naming {
        for kind in kinds {
            let best = titled.entry(kind).or_default();
            *best = best.max(TITLE * (size / largest).powi(3));
            lines.entry(kind).or_insert(*index);
        }
    }
    for kind in own.iter().flat_map(|t| phrases.kinds(t)) {
        *scores.entry(kind).or_default() += INFO / 2.0;
    }
    let mut said: BTreeMap<&str, f64> = BTreeMap::new();
    for (index, line) in seen.iter().enumerate().filter(|(_, l)| l.page == 1 && !l.title) {
        for kind in phrases.kinds(&line.plain) {
            *said.entry(kind).or_default() += LINE;
            lines.entry(kind).or_insert(index);
        }
    }
    for (kind, score) in titled {
        *scores.entry(kind).or_default() += score;
    }
    for (kind, score) in said {
        *scores.entry(kind).or_default() += score.min(LINES);
    }
    for (kind, score) in by_symbols(tables, symbols) {
        *scores.entry(kind).or_default() += score;
    }
    let mut order: Vec<(&str, f64)> = scores.into_iter().collect();
    order.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    let next = order.get(1).map_or(0.0, |n| n.1);
    match order.first() {
        Some((name, score)) if *score >= ENOUGH && *score >= next * LEAD => {
            let info = symbols.kind(name);
            Kind {
                name: Some((*name).to_string()),
                class: info.and_then(|k| class(k, &texts, &own)),
                polarity: info.and_then(|k| polarity(k, seen, &texts, &own)),
                line: lines.get(name).copied(),
            }
        }
        _ => Kind::default(),
    }
}

/// The class that titles name, else the document's own title; of several the one that the kind
/// declares first, because a kind declares what says more before what says less: a "Schottky
/// rectifier" is a Schottky diode.
fn class(kind: &KindInfo, titles: &[&str], own: &[String]) -> Option<String> {
    let own: Vec<&str> = own.iter().map(String::as_str).collect();
    [titles, own.as_slice()].iter().find_map(|texts| {
        let named = |c: &&(String, Vec<String>)| names_one(texts, &c.1);
        kind.classes.iter().find(named).map(|c| c.0.clone())
    })
}

/// Whether one of the texts holds one of the words, and does not speak of other devices.
fn names_one(texts: &[&str], words: &[String]) -> bool {
    let words: Vec<String> = words.iter().map(|w| fold(w)).collect();
    texts
        .iter()
        .filter(|t| !super::name::of_others(t))
        .any(|t| words.iter().any(|w| super::seen::contains(t, w)))
}

/// The polarity that is named alone: in titles, else in the document's own title, else on the
/// first page.
fn polarity(kind: &KindInfo, seen: &[Seen], titles: &[&str], own: &[String]) -> Option<String> {
    let first: Vec<&str> = seen.iter().filter(|l| l.page == 1).map(|l| l.plain.as_str()).collect();
    let own: Vec<&str> = own.iter().map(String::as_str).collect();
    [titles, own.as_slice(), first.as_slice()].iter().find_map(|texts| {
        let mut found = kind.polarities.iter().filter(|p| names_one(texts, &p.1));
        match (found.next(), found.next()) {
            (Some(only), None) => Some(only.0.clone()),
            _ => None,
        }
    })
}

/// What the symbols of the tables say.
fn by_symbols<'s>(tables: &[Table], symbols: &'s SymbolTable) -> BTreeMap<&'s str, f64> {
    let mut out: BTreeMap<&str, f64> = BTreeMap::new();
    for text in printed(tables) {
        // Several symbols of one spelling count where they agree.
        let meant = symbols.spelled(&text);
        let mut kinds: Vec<&str> =
            meant.iter().flat_map(|s| s.kinds.iter().map(String::as_str)).collect();
        kinds.sort_unstable();
        kinds.dedup();
        if meant.iter().all(|s| !s.kinds.is_empty()) && (1..=MANY_KINDS).contains(&kinds.len()) {
            for kind in &kinds {
                *out.entry(kind).or_default() += SYMBOL / kinds.len() as f64;
            }
        }
    }
    out.values_mut().for_each(|v| *v = v.min(SYMBOLS));
    out
}

/// The spellings that can be symbols, each once: cells of symbols, and words and pairs of words in
/// the cells of tables that have symbols and names in one column.
fn printed(tables: &[Table]) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for table in tables {
        for row in table.rows.iter().take(MOST_ROWS) {
            for cell in table.cells(row, Role::Symbol) {
                out.insert(cell.text());
            }
            for cell in table.cells(row, Role::Name) {
                let words: Vec<&str> =
                    cell.words.iter().map(|w| w.text.as_str()).take(20).collect();
                out.extend(words.iter().map(|w| String::from(*w)).filter(|w| like_symbol(w)));
                out.extend(words.windows(2).map(<[&str]>::concat).filter(|w| like_symbol(w)));
            }
        }
    }
    out.retain(|text| text.len() <= 24);
    out
}

/// Two capitals at least, and hardly anything but letters: `IDSS`, `VGS(off)`.
fn like_symbol(text: &str) -> bool {
    let capitals = text.chars().filter(char::is_ascii_uppercase).count();
    let first = text.starts_with(|c: char| c.is_ascii_alphabetic());
    first && capitals >= 2 && text.len() <= 10
}

/// The words of all kinds' titles and classes.
struct Phrases<'a> {
    /// Phrase, kind, and whether it is an acronym: makers grow their own words out of those, and
    /// spaced letters glue the word before to it (`HiPerMOSFET`).
    all: Vec<(String, &'a str, bool)>,
}

impl<'a> Phrases<'a> {
    fn new(symbols: &'a SymbolTable) -> Phrases<'a> {
        let mut all: Vec<(String, &str, bool)> = Vec::new();
        for kind in symbols.kinds() {
            let classes = kind.classes.iter().flat_map(|c| &c.1);
            for words in kind.titles.iter().chain(classes) {
                let phrase = fold(words).trim().to_string();
                if !phrase.is_empty() {
                    let acronym = words.len() >= 4 && words.chars().all(|c| c.is_ascii_uppercase());
                    all.push((phrase, kind.name.as_str(), acronym));
                }
            }
        }
        Phrases { all }
    }

    /// The kinds that a folded text names. A phrase within a longer one of another kind does not
    /// count: a field effect transistor is no bipolar one.
    fn kinds(&self, text: &str) -> Vec<&'a str> {
        if super::name::of_others(text) {
            return Vec::new();
        }
        let mut hits: Vec<(usize, usize, &str)> = Vec::new();
        for (phrase, kind, acronym) in &self.all {
            let mut at = 0;
            while let Some(found) = text.get(at..).and_then(|t| t.find(phrase.as_str())) {
                let start = at + found;
                let end = start + phrase.len();
                let whole = (*acronym || text.get(..start).is_some_and(|t| t.ends_with(' ')))
                    && text.get(end..).is_some_and(|t| t.starts_with(' '));
                if whole {
                    hits.push((start, end, kind));
                }
                at = end;
            }
        }
        let covered = |h: &(usize, usize, &str)| {
            hits.iter().any(|o| o.2 != h.2 && o.0 <= h.0 && o.1 >= h.1 && o.1 - o.0 > h.1 - h.0)
        };
        let mut kinds: Vec<&str> = hits.iter().filter(|h| !covered(h)).map(|h| h.2).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }
}
