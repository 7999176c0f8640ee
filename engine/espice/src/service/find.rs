//! Finding tools, templates, rules, kinds and symbols by words: BM25 over names and descriptions
//! (S. Robertson, H. Zaragoza, "The Probabilistic Relevance Framework", 2009, eq. 3.15), with
//! names counted twice as much as descriptions.

use super::documents::Match;
use super::operations::Operation;
use crate::engine::Engine;
use crate::listing::Listed;
use std::collections::{BTreeMap, BTreeSet};

/// Saturation of repeated words.
const K1: f64 = 1.2;
/// Share by which long texts count less.
const B: f64 = 0.75;
/// How often the words of a name count.
const NAME: usize = 2;
/// Longest query, in words.
const WORDS: usize = 64;

/// Words that tell nothing apart.
const COMMON: [&str; 34] = [
    "a", "an", "and", "are", "as", "at", "be", "by", "can", "do", "does", "for", "from", "has",
    "how", "i", "if", "in", "is", "it", "its", "me", "my", "of", "on", "or", "that", "the",
    "there", "to", "what", "which", "with", "you",
];

/// The best matches, at most `limit`.
pub(super) fn find(
    engine: &Engine<'_>,
    operations: &[Operation],
    query: &str,
    limit: usize,
) -> Vec<Match> {
    let mut texts: Vec<Match> = operations
        .iter()
        .map(|o| Match {
            sort: "tool".into(),
            name: o.name.into(),
            of: o.title.into(),
            about: o.about.into(),
            score: 0.0,
        })
        .collect();
    let lists = [
        ("template", Listed::Templates),
        ("rule", Listed::Rules),
        ("kind", Listed::Kinds),
        ("symbol", Listed::Symbols),
    ];
    for (sort, listed) in lists {
        texts.extend(engine.list(listed).into_iter().map(|e| Match {
            sort: sort.into(),
            name: e.name,
            of: e.of,
            about: e.about,
            score: 0.0,
        }));
    }
    rank(texts, query, limit)
}

/// Scores texts by a query.
fn rank(mut texts: Vec<Match>, query: &str, limit: usize) -> Vec<Match> {
    let counted: Vec<(BTreeMap<String, usize>, usize)> = texts.iter().map(words_of).collect();
    let asked: BTreeSet<String> = words(query).take(WORDS).collect();
    let total = counted.len() as f64;
    let mean = counted.iter().map(|c| c.1 as f64).sum::<f64>() / total.max(1.0);
    for word in &asked {
        let holding = counted.iter().filter(|(words, _)| words.contains_key(word)).count() as f64;
        let rarity = ((total - holding + 0.5) / (holding + 0.5)).ln_1p();
        for (text, (words, length)) in texts.iter_mut().zip(&counted) {
            let Some(count) = words.get(word) else { continue };
            let (count, length) = (*count as f64, *length as f64);
            let damped = K1 * (1.0 - B + B * length / mean.max(1.0));
            text.score += rarity * count * (K1 + 1.0) / (count + damped);
        }
    }
    texts.retain(|t| t.score > 0.0);
    texts.sort_by(|a, b| {
        b.score.total_cmp(&a.score).then_with(|| (&a.name, &a.sort).cmp(&(&b.name, &b.sort)))
    });
    texts.truncate(limit);
    texts
}

/// How often each word stands in a text, and how many there are.
fn words_of(text: &Match) -> (BTreeMap<String, usize>, usize) {
    let mut counts = BTreeMap::new();
    let mut length = 0;
    let named = std::iter::repeat_n(text.name.as_str(), NAME);
    for part in named.chain([text.of.as_str(), text.about.as_str(), text.sort.as_str()]) {
        for word in words(part) {
            *counts.entry(word).or_insert(0) += 1;
            length += 1;
        }
    }
    (counts, length)
}

/// The words of a text in lower case, without common ones, by their stems.
fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .map(str::to_lowercase)
        .filter(|w| !COMMON.contains(&w.as_str()))
        .map(|w| stem(&w))
}

/// A word without the endings of plurals and of verbs: enough that `diodes` finds `diode` and
/// `fitting` finds `fit`.
fn stem(word: &str) -> String {
    let mut stem = word;
    for (ending, least) in [("ing", 6), ("ies", 6), ("ed", 5), ("s", 4)] {
        if let Some(rest) = word.strip_suffix(ending)
            && word.len() >= least
            && !rest.ends_with('s')
        {
            stem = rest;
            break;
        }
    }
    let mut stem: String = stem.into();
    // `fitting` to `fit`, `measure` and `measuring` to `measur`.
    let mut ends = stem.chars().rev();
    let doubled = matches!((ends.next(), ends.next()), (Some(a), Some(b)) if a == b);
    let undoubled = doubled && stem.len() < word.len() && !stem.ends_with('l');
    let silent = stem.ends_with('e') && stem.len() > 3;
    if undoubled || silent {
        stem.pop();
    }
    stem
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;
    use crate::service::operations;
    use espice_base::{Date, MemoryWorld};

    #[test]
    fn stems_meet() {
        let pairs =
            [("diodes", "diode"), ("fitting", "fit"), ("measured", "measure"), ("rules", "rule")];
        for (a, b) in pairs {
            assert_eq!(stem(a), stem(b));
        }
        assert_ne!(stem("pass"), stem("pas"));
    }

    #[test]
    fn plain_questions_find_what_answers_them() {
        let world = MemoryWorld::new(Date { year: 2026, month: 11, day: 22 });
        let (engine, _) = Engine::new(&world, Config::default());
        for (query, name) in [
            ("read the tables of a datasheet", "datasheet.extract"),
            ("make a SPICE model from a PDF", "model.make"),
            ("why was my rule failed", "rule.explain"),
            ("run tests of my pack", "pack.test"),
            ("Schottky diode template", "schottky_diode"),
            ("reverse recovery of a diode", "trr"),
            ("silicon carbide mosfet", "sic_mosfet"),
        ] {
            let found = find(&engine, operations(), query, 5);
            assert!(found.iter().any(|m| m.name == name), "{query}: {found:#?}");
        }
        assert!(find(&engine, operations(), "zyzzyva of the", 5).is_empty());
        let all = find(&engine, operations(), "voltage", 3);
        assert!(all.len() == 3 && all.windows(2).all(|w| w[0].score >= w[1].score));
    }
}
