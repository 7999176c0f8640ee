//! What the texts of a plot are for: some tell its curves apart, the others hold for all.

use super::say::{Said, with_unit};
use super::texts::Note;
use crate::sheet::plot::name::{Names, plain};
use espice_facts::Condition;
use espice_pdf::Rect;
use espice_units::{Dimension, Unit};
use std::collections::{BTreeMap, BTreeSet};

/// Which of several curves of one quantity a curve is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Limit {
    /// The lower limit.
    Min,
    /// The typical curve.
    Typ,
    /// The upper limit.
    Max,
    /// A limit of which the text does not say whether it is the upper or the lower one.
    Scatter,
}

/// What a label says of its curve.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Meaning {
    /// Values of the symbols that tell the curves apart, and conditions said along with them.
    pub held: Vec<(String, Condition)>,
    /// The quantity that it shows instead of the axis's own: `Ciss`.
    pub quantity: Option<String>,
    /// Whether it is a limit or the typical curve.
    pub limit: Option<Limit>,
    /// The parts that it holds for.
    pub parts: Vec<String>,
    /// Words that name a curve without a meaning for a model: `DC`, `single pulse`.
    pub word: bool,
}

/// A label of a curve.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Label {
    /// As printed.
    pub text: String,
    /// The box around it.
    pub area: Rect,
    /// What it says.
    pub meaning: Meaning,
    /// Index of its note.
    pub note: usize,
}

/// The texts of a plot by what they are for.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Families {
    /// Labels of curves.
    pub labels: Vec<Label>,
    /// The symbols that tell curves apart.
    pub symbols: BTreeSet<String>,
    /// What holds for all curves.
    pub common: Vec<(String, Condition)>,
    /// Values in the order of the curves from top to bottom: `TOP 15V 10V … BOTTOM 4.5V`.
    pub list: Option<List>,
    /// The parts that the plot says it is for.
    pub parts: Vec<String>,
    /// Labels that could not be understood though they seem to tell curves apart.
    pub unread: Vec<String>,
}

/// A list of values from the topmost curve to the lowest.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct List {
    /// The symbol of its values; none where it lists quantities.
    pub symbol: Option<String>,
    /// What its entries say, with their texts and places.
    pub values: Vec<(Meaning, String, Rect)>,
}

/// Limit words, in [`plain`] form.
const LIMITS: [(&str, Limit); 16] = [
    ("min", Limit::Min),
    ("minimum", Limit::Min),
    ("lower limit", Limit::Min),
    ("typ", Limit::Typ),
    ("typical", Limit::Typ),
    ("nominal", Limit::Typ),
    ("mean", Limit::Typ),
    ("average", Limit::Typ),
    ("typical value", Limit::Typ),
    ("typical values", Limit::Typ),
    ("max", Limit::Max),
    ("maximum", Limit::Max),
    ("upper limit", Limit::Max),
    ("limit", Limit::Scatter),
    ("scattering limit", Limit::Scatter),
    ("scatter limit", Limit::Scatter),
];

/// Words that name one curve of a thermal or safe-area plot.
const WORDS: [&str; 9] = [
    "dc",
    "single pulse",
    "single",
    "thermal response",
    "single pulse thermal response",
    "d c",
    "dc operation",
    "steady state",
    "single nonrepetitive pulse",
];

/// Tells labels of curves from notes that hold for the whole plot. `y` is the dimension of the
/// ordinate, `axes` the symbols of the axes, `led` the notes to which a leader line runs.
pub(crate) fn families(
    notes: &[Note],
    names: &Names,
    y: Option<Dimension>,
    axes: &[&str],
    led: &BTreeSet<usize>,
    curves: usize,
) -> Families {
    let mut out = Families { list: order_list(notes, names, y), ..Families::default() };
    let listed: BTreeSet<usize> = out.list.iter().flat_map(|l| listed(notes, l)).collect();
    // Entries of a list that could not be read are no labels of the curves that they stand at.
    let zone = list_zone(notes);
    let in_list = |n: &Note| zone.is_some_and(|z| z.contains(n.area.center()));
    let open: Vec<(usize, &Note)> =
        notes.iter().enumerate().filter(|(i, n)| !listed.contains(i) && !in_list(n)).collect();
    let givers = givers(&open, names);
    let of_axis = |s: &&str| names.symbols.symbol(s).map(|i| i.dimension);
    let shown: Vec<Dimension> = axes.iter().filter_map(of_axis).chain(y).collect();
    let read: Vec<(usize, &Note, Vec<Said>)> =
        open.iter().map(|(i, n)| (*i, *n, complete(n, &open, &givers, &shown, names))).collect();
    // A symbol with two values tells curves apart.
    let mut values: BTreeMap<&str, BTreeSet<u64>> = BTreeMap::new();
    for (_, _, says) in &read {
        for said in says {
            if let Said::Held(symbol, Condition::Value(v)) = said {
                values.entry(symbol).or_default().insert(v.to_bits());
            }
        }
    }
    out.symbols = values
        .iter()
        .filter(|(s, v)| v.len() > 1 && !axes.contains(*s))
        .map(|(s, _)| String::from(*s))
        .collect();
    // Explained numbers name curves even where only one of them was found.
    for (_, _, says) in read.iter().filter(|r| r.1.numbered && curves > 1) {
        out.symbols.extend(says.iter().filter_map(|s| match s {
            Said::Held(s, Condition::Value(_)) if !axes.contains(&s.as_str()) => Some(s.clone()),
            _ => None,
        }));
    }
    out.symbols.extend(out.list.iter().filter_map(|l| l.symbol.clone()));
    // Beside pulse widths `single pulse` says of all of them that they do not repeat.
    let pulses = out.symbols.contains("tp");
    let parts_labels = read.iter().filter(|r| !parts(&r.1.text, names).is_empty()).count();
    for (i, note, says) in &read {
        // A number with its explanation stands at a curve, and so does the end of a leader line.
        let led = (led.contains(i) || note.numbered) && curves > 1;
        let mut meaning = Meaning::default();
        let mut own = led;
        for said in says {
            match said {
                Said::Held(s, c) => {
                    own |= out.symbols.contains(s);
                    meaning.held.push((s.clone(), c.clone()));
                }
                Said::Symbol(s, None) => {
                    let shows = names.symbols.symbol(s).is_some_and(|i| Some(i.dimension) == y);
                    // `IB =` has lost its value: it does not name what the curve shows.
                    let lost = note.text.trim_end().ends_with('=');
                    if shows && lost {
                        out.unread.push(note.text.clone());
                    } else if shows && note.text.trim().chars().count() > 1 {
                        meaning.quantity = Some(s.clone());
                        own = true;
                    }
                }
                Said::Value(..) | Said::Number(_) if note.inside && curves > 1 => {
                    out.unread.push(note.text.clone());
                }
                Said::Word(text) => {
                    let plain_text = plain(text);
                    if let Some(limit) = LIMITS.iter().find(|l| l.0 == plain_text) {
                        meaning.limit = Some(limit.1);
                        own |= curves > 1;
                    } else if WORDS.contains(&plain_text.as_str())
                        && !(pulses && plain_text.starts_with("single"))
                    {
                        meaning.word = true;
                        own |= curves > 1;
                    }
                }
                _ => {}
            }
        }
        meaning.parts = parts(&note.text, names);
        own |= parts_labels > 1 && !meaning.parts.is_empty();
        if own && meaning.held.iter().any(|h| out.symbols.contains(&h.0)) {
            // What only one label says, and with one value, was set above it and holds for all.
            let says = |r: &(usize, &Note, Vec<Said>), s: &str| {
                r.2.iter().any(|x| matches!(x, Said::Held(t, _) if t == s))
            };
            let said_by = |s: &str| read.iter().filter(|r| says(r, s)).count();
            let (family, all): (Vec<_>, Vec<_>) = meaning
                .held
                .into_iter()
                .partition(|h| out.symbols.contains(&h.0) || said_by(&h.0) > 1);
            meaning.held = family;
            out.common.extend(all);
        }
        if own {
            out.labels.push(Label { text: note.text.clone(), area: note.area, meaning, note: *i });
        } else {
            out.common.extend(meaning.held);
            // A name that is none of the sheet's parts may be a drawing's number.
            let known = |p: &String| names.parts.iter().any(|k| k.eq_ignore_ascii_case(p));
            out.parts.extend(meaning.parts.into_iter().filter(known));
        }
    }
    out
}

/// What a note says, with the symbol of bare values taken from the notes beside it:
/// `IF = 100 mA` is followed by `10 mA` and `1 mA`.
fn complete(
    note: &Note,
    all: &[(usize, &Note)],
    givers: &[(Dimension, Option<String>)],
    shown: &[Dimension],
    names: &Names,
) -> Vec<Said> {
    let complete_one = |said: &Said| match said {
        Said::Value(v, dimension) => {
            let given = givers.iter().find(|g| g.0 == *dimension);
            let symbol = match given {
                Some((_, symbol)) => symbol.clone(),
                // Temperatures alone are those of the junction.
                None if *dimension == Dimension::TEMPERATURE => {
                    names.symbol("TJ", Some(*dimension))
                }
                // Times alone at curves of something else are those of pulses.
                None if *dimension == Dimension::TIME && !shown.contains(dimension) => {
                    names.symbol("tp", Some(*dimension))
                }
                None => None,
            };
            symbol.map_or(said.clone(), |s| Said::Held(s, Condition::Value(*v)))
        }
        Said::Number(v) => {
            let header = all.iter().filter(|(_, n)| !std::ptr::eq(*n, note)).find_map(|(_, n)| {
                let (symbol, unit) = header(n, names)?;
                Some((symbol, unit))
            });
            match header {
                Some((s, unit)) => Said::Held(s, Condition::Value(unit.to_si(*v))),
                None => said.clone(),
            }
        }
        other => other.clone(),
    };
    note.says.iter().map(complete_one).collect()
}

/// For each dimension of which bare values stand in the plot the symbol that all of them take:
/// none where the notes beside them say different ones.
fn givers(all: &[(usize, &Note)], names: &Names) -> Vec<(Dimension, Option<String>)> {
    let mut out: Vec<(Dimension, Option<String>)> = Vec::new();
    for (_, note) in all {
        for said in &note.says {
            let Said::Value(_, dimension) = said else { continue };
            let heads = all.iter().flat_map(|(_, n)| &n.says).any(|s| match s {
                Said::Held(s, Condition::Value(_)) | Said::Symbol(s, _) => {
                    names.symbols.symbol(s).is_some_and(|i| i.dimension == *dimension)
                }
                _ => false,
            });
            if !heads {
                continue;
            }
            let found = giver(note, all, *dimension, names);
            match out.iter_mut().find(|o| o.0 == *dimension) {
                Some(known) if known.1 != found => known.1 = None,
                Some(_) => {}
                None => out.push((*dimension, found)),
            }
        }
    }
    out
}

/// The one symbol that other notes say with a value of this dimension.
fn giver(
    note: &Note,
    all: &[(usize, &Note)],
    dimension: Dimension,
    names: &Names,
) -> Option<String> {
    let mut found: BTreeMap<String, f64> = BTreeMap::new();
    for (_, other) in all.iter().filter(|(_, n)| !std::ptr::eq(*n, note)) {
        for said in &other.says {
            let symbol = match said {
                Said::Held(s, Condition::Value(_)) | Said::Symbol(s, _) => s,
                _ => continue,
            };
            if names.symbols.symbol(symbol).is_some_and(|i| i.dimension == dimension) {
                let away = other.area.center().distance(note.area.center());
                let best = found.entry(symbol.clone()).or_insert(f64::MAX);
                *best = best.min(away);
            }
        }
    }
    let mut ranked: Vec<(String, f64)> = found.into_iter().collect();
    ranked.sort_by(|a, b| a.1.total_cmp(&b.1));
    match ranked.as_slice() {
        [(symbol, _)] => Some(symbol.clone()),
        // The nearest one, when it is clearly the nearest.
        [(symbol, near), (_, far), ..] if *far > 2.0 * near => Some(symbol.clone()),
        _ => None,
    }
}

/// A note that gives the symbol and the unit of bare numbers: `VGS (V) = 4`, `D = 0.50`.
fn header(note: &Note, names: &Names) -> Option<(String, Unit)> {
    let [said] = note.says.as_slice() else { return None };
    match said {
        Said::Symbol(s, Some(unit)) => Some((s.clone(), *unit)),
        Said::Held(s, Condition::Value(_)) => {
            let (left, _) = note.text.split_once('=')?;
            let pure = names.symbols.symbol(s)?.dimension.is_none();
            with_unit(left.trim()).1.or(pure.then_some(Unit::ONE)).map(|unit| (s.clone(), unit))
        }
        _ => None,
    }
}

/// The part names in a text: `1N4001 - 1N4004` is four of them.
pub(crate) fn parts(text: &str, names: &Names) -> Vec<String> {
    let tokens: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | '/' | '–' | '&'))
        .filter(|t| !t.is_empty())
        .collect();
    let known = |t: &str| names.parts.iter().any(|p| p.eq_ignore_ascii_case(t));
    let part_like = |t: &str| {
        let letters = t.chars().filter(char::is_ascii_alphabetic).count();
        let digits = t.chars().filter(char::is_ascii_digit).count();
        let plain = t.chars().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase());
        plain && letters >= 1 && digits >= 3
    };
    let is_part = |t: &str| known(t) || (part_like(t) && t.len() >= 5);
    if tokens.is_empty()
        || !tokens
            .iter()
            .all(|t| is_part(t) || matches!(*t, "-" | "to" | "thru" | "through" | "and"))
    {
        return Vec::new();
    }
    let range =
        text.contains(['-', '–']) || tokens.iter().any(|t| matches!(*t, "to" | "thru" | "through"));
    let parts: Vec<&str> = tokens.iter().copied().filter(|t| is_part(t)).collect();
    if let (true, [from, to]) = (range, parts.as_slice())
        && let Some(between) = between(from, to)
    {
        return between;
    }
    parts.into_iter().map(String::from).collect()
}

/// `1N4001` to `1N4004`: the parts whose names differ in the number at their end.
fn between(from: &str, to: &str) -> Option<Vec<String>> {
    let cut = |t: &str| {
        let digits = t.chars().rev().take_while(char::is_ascii_digit).count();
        t.len() - digits
    };
    let (stem, a) = from.split_at(cut(from));
    let (other, b) = to.split_at(cut(to));
    let (first, last): (u64, u64) = (a.parse().ok()?, b.parse().ok()?);
    (stem == other && a.len() == b.len() && first < last && last - first <= 30)
        .then(|| (first..=last).map(|n| format!("{stem}{n:0width$}", width = a.len())).collect())
}

/// Whether a token is a word: `TOP`, `Top:`.
fn is_word(token: &str, word: &str) -> bool {
    token.trim_end_matches(':').eq_ignore_ascii_case(word)
}

/// Where the entries of a list from TOP to BOTTOM stand.
fn list_zone(notes: &[Note]) -> Option<Rect> {
    let has = |n: &Note, w: &str| n.text.split_whitespace().any(|t| is_word(t, w));
    let top = notes.iter().find(|n| has(n, "top"))?;
    let bottom = notes.iter().find(|n| has(n, "bottom") && n.area.y0 > top.area.y0)?;
    Some(Rect {
        x0: top.area.x0 - 5.0,
        y0: top.area.center().y - 3.0,
        x1: top.area.x0 + 110.0,
        y1: bottom.area.center().y + 3.0,
    })
}

/// The list between the words TOP and BOTTOM: its symbol stands above the first value.
fn order_list(notes: &[Note], names: &Names, y: Option<Dimension>) -> Option<List> {
    let zone = list_zone(notes)?;
    let middle = |n: &Note| n.area.center();
    let near = |n: &&Note| zone.contains(middle(n));
    let mut values: Vec<(f64, Dimension, String, Rect)> = Vec::new();
    let mut quantities: Vec<(Meaning, String, Rect)> = Vec::new();
    for note in notes.iter().filter(near) {
        let text: Vec<&str> = note
            .text
            .split_whitespace()
            .filter(|t| *t != ":" && !is_word(t, "top") && !is_word(t, "bottom"))
            .collect();
        if let [Said::Value(v, d)] = super::say::say(&text.join(" "), names).as_slice() {
            values.push((*v, *d, text.join(" "), note.area));
        } else if let [Said::Symbol(s, None)] = super::say::say(&text.join(" "), names).as_slice()
            && names.symbols.symbol(s).is_some_and(|i| Some(i.dimension) == y)
        {
            let meaning = Meaning { quantity: Some(s.clone()), ..Meaning::default() };
            quantities.push((meaning, text.join(" "), note.area));
        }
    }
    if values.is_empty() && quantities.len() > 1 {
        quantities.sort_by(|a, b| a.2.y0.total_cmp(&b.2.y0));
        return Some(List { symbol: None, values: quantities });
    }
    values.sort_by(|a, b| a.3.y0.total_cmp(&b.3.y0));
    let dimension = values.first()?.1;
    if values.len() < 2 || values.iter().any(|v| v.1 != dimension) {
        return None;
    }
    // The header is the nearest symbol of this dimension that stands above the values.
    let first = values.first()?.3;
    let headers = notes.iter().filter_map(|n| match n.says.as_slice() {
        [Said::Symbol(s, _)] => {
            let fits = names.symbols.symbol(s).is_some_and(|i| i.dimension == dimension);
            let away = middle(n).distance(first.center());
            (fits && n.area.y0 <= first.y0 + 3.0 && away < 60.0).then(|| (away, s.clone()))
        }
        _ => None,
    });
    let symbol = headers.min_by(|a, b| a.0.total_cmp(&b.0))?.1;
    let held = |v: f64| vec![(symbol.clone(), Condition::Value(v))];
    let values = values
        .into_iter()
        .map(|(v, _, t, r)| (Meaning { held: held(v), ..Meaning::default() }, t, r))
        .collect();
    Some(List { symbol: Some(symbol), values })
}

/// The notes that a list is made of.
fn listed(notes: &[Note], list: &List) -> Vec<usize> {
    let in_list = |n: &Note| {
        list.values.iter().any(|v| v.2 == n.area)
            || is_word(n.text.trim(), "top")
            || is_word(n.text.trim(), "bottom")
            || matches!(n.says.as_slice(), [Said::Symbol(s, _)] if Some(s) == list.symbol.as_ref())
    };
    notes.iter().enumerate().filter(|(_, n)| in_list(n)).map(|(i, _)| i).collect()
}
