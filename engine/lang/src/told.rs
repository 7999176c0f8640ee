//! What is told once: a mistake in one place is seen from many.
//!
//! Whoever checks an item tells what it sees. What it sees may be the consequence of a mistake
//! that was told elsewhere: a name that stood in a statement which did not read, or a name that
//! was told a line before. Such diagnostics are taken out here, by the name at their place.

use espice_base::{Code, Diagnostic, Diagnostics, Place, SourceMap, Span};
use std::collections::{BTreeMap, BTreeSet};

/// An item in which statements did not read.
#[derive(Clone, PartialEq, Debug)]
pub struct Damage {
    /// From its first line to the next item.
    pub item: Span,
    /// The words of those statements.
    pub words: BTreeSet<String>,
}

fn covers(outer: Span, inner: Span) -> bool {
    outer.file == inner.file && outer.start <= inner.start && inner.start < outer.end
}

/// Codes of names that are not known.
const UNKNOWN: [Code; 10] = [
    Code::UNKNOWN_NAME,
    Code::UNKNOWN_SYMBOL,
    Code::UNKNOWN_KIND,
    Code::UNKNOWN_TEMPLATE,
    Code::UNKNOWN_RULE,
    Code::UNKNOWN_FUNCTION,
    Code::UNKNOWN_PARAMETER,
    Code::UNKNOWN_PIN,
    Code::CIRCUIT_EVENT,
    Code::NOT_CONSTANT,
];

/// Codes of what seems to lack in an item, and may be what did not read.
const LACKS: [Code; 5] =
    [Code::NO_CHECK, Code::CIRCUIT, Code::IDLE_CASE, Code::PINS_OF_KIND, Code::PACK_FILE];

/// Codes of items that do not fit another, by the name of what is lost there.
const UNFIT: [Code; 6] = [
    Code::UNKNOWN_PARAMETER,
    Code::CIRCUIT,
    Code::NO_FIELD,
    Code::PART,
    Code::PINS_OF_KIND,
    Code::POLARITY,
];

/// Most places that one diagnostic shows of a name.
const MOST_PLACES: usize = 6;

/// Takes out what others have told, and sorts the rest.
pub(crate) fn once(found: &mut Diagnostics, damage: &[Damage], sources: &SourceMap) {
    found.sort();
    let mut told: Vec<Diagnostic> = Vec::new();
    // Where a name was told, by the name and its item.
    let mut names: BTreeMap<(String, Span), usize> = BTreeMap::new();
    // The brackets of calls of functions that there are not.
    let mut calls: Vec<Span> = Vec::new();
    let slipped = slipped(found, sources);
    for diagnostic in std::mem::take(found) {
        let Some(Place::Text(place)) = diagnostic.place() else {
            told.push(diagnostic);
            continue;
        };
        let name = sources.snippet(place);
        let own = damage.iter().find(|d| covers(d.item, place));
        let is_unknown = UNKNOWN.contains(&diagnostic.code);
        let in_own = own.is_some_and(|d| d.words.contains(name) || name == "worst")
            && diagnostic.code != Code::UNKNOWN_FUNCTION;
        let is_head = |d: &Damage| {
            let head = Span { end: place.start, ..d.item };
            diagnostic.code == Code::MISSING_PART && !sources.snippet(head).contains('\n')
        };
        // `K/W` without its number is two names and one mistake.
        let is_unit = is_unknown
            && espice_units::parse_unit(name).is_ok()
            && told.last().is_some_and(|d| is_factor_behind(d, place, sources));
        let is_argument = is_unknown && calls.iter().any(|c| covers(*c, place));
        let is_lost = (is_unknown || diagnostic.code == Code::UNKNOWN_UNIT) && in_own
            || is_argument
            || is_unit
            || own.is_some_and(is_head)
            || LACKS.contains(&diagnostic.code) && own.is_some()
            || UNFIT.contains(&diagnostic.code) && damage.iter().any(|d| d.words.contains(name));
        if is_lost {
            continue;
        }
        if is_unknown {
            if diagnostic.code == Code::UNKNOWN_FUNCTION {
                calls.extend(brackets_behind(place, sources));
            }
            let item = match slipped.contains(name) {
                true => Span::default(),
                false => item_around(place, sources),
            };
            let key = (name.to_string(), item);
            if let Some(first) = names.get(&key).and_then(|at| told.get_mut(*at)) {
                if first.labels.len() < MOST_PLACES {
                    first.labels.push(espice_base::Label {
                        place: Place::Text(place),
                        text: String::from("and here"),
                    });
                }
                continue;
            }
            names.insert(key, told.len());
        }
        told.push(diagnostic);
    }
    found.extend(told);
}

/// Names that several items use and that nobody declares, where a name that is spelt much like it
/// is declared and stands nowhere else: the slip is in the declaration.
fn slipped(found: &Diagnostics, sources: &SourceMap) -> BTreeSet<String> {
    let mut items: BTreeMap<&str, BTreeSet<Span>> = BTreeMap::new();
    let mut meant: BTreeMap<&str, &str> = BTreeMap::new();
    for diagnostic in found.iter().filter(|d| UNKNOWN.contains(&d.code)) {
        let Some(Place::Text(place)) = diagnostic.place() else { continue };
        let name = sources.snippet(place);
        items.entry(name).or_default().insert(item_around(place, sources));
        let likely = diagnostic.help.iter().find_map(|h| h.split('`').nth(1));
        meant.extend(likely.map(|l| (name, l)));
    }
    let alone = |name: &str| {
        let of_packs = sources.iter().filter(|(_, f)| f.name().ends_with(".espice"));
        of_packs.map(|(_, f)| places_of(name, f.text()).take(2).count()).sum::<usize>() == 1
    };
    let several = items.into_iter().filter(|(_, places)| places.len() > 1).map(|(name, _)| name);
    let slips = several.filter(|name| meant.get(name).is_some_and(|likely| alone(likely)));
    slips.map(String::from).collect()
}

/// Where a name stands in a text, comments aside.
fn places_of<'t>(name: &'t str, text: &'t str) -> impl Iterator<Item = usize> + 't {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(name).map(|(at, _)| at).filter(move |at| {
        let (before, after) = (text.get(..*at).unwrap_or(""), text.get(at + name.len()..));
        let line = before.rsplit('\n').next().unwrap_or("");
        !before.ends_with(is_part)
            && !after.is_some_and(|a| a.starts_with(is_part))
            && !line.contains("//")
    })
}

/// Whether a name is the next factor behind another that was told, and both are units.
fn is_factor_behind(before: &Diagnostic, place: Span, sources: &SourceMap) -> bool {
    let Some(Place::Text(first)) = before.place().filter(|_| UNKNOWN.contains(&before.code)) else {
        return false;
    };
    let text = sources.get(place.file).map_or("", |f| f.text());
    let between = text.get(first.end as usize..place.start as usize).unwrap_or("");
    first.file == place.file
        && matches!(between.trim(), "/" | "*")
        && espice_units::parse_unit(sources.snippet(first)).is_ok()
}

/// The brackets of a call, behind the function's name.
fn brackets_behind(name: Span, sources: &SourceMap) -> Option<Span> {
    let text = sources.get(name.file)?.text();
    let rest = text.get(name.end as usize..)?.strip_prefix('(')?;
    let mut depth = 1_usize;
    let length = rest.char_indices().find_map(|(at, c)| {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        (depth == 0).then_some(at)
    })?;
    let start = name.end as usize + 1;
    Some(Span::new(name.file, start, start + length))
}

/// The item that a place lies in: from the line that starts at the margin to the next such line.
fn item_around(place: Span, sources: &SourceMap) -> Span {
    let text = sources.get(place.file).map_or("", |f| f.text());
    let is_start = |at: usize| {
        let rest = text.get(at..).unwrap_or("");
        rest.starts_with(|c: char| c.is_alphabetic())
    };
    let at = place.start as usize;
    let before = text.get(..at).unwrap_or("");
    let mut lines = before.rmatch_indices('\n').map(|(n, _)| n + 1).chain([0]);
    let start = lines.find(|at| is_start(*at)).unwrap_or(0);
    Span::new(place.file, start, start)
}
