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

/// How much more a tool counts than what packs hold: who asks an engine wants something done more
/// often than a rule that happens to use the same words.
const TOOL: f64 = 1.7;
/// How much more a template counts than a rule, whose reason may speak of many devices.
const TEMPLATE: f64 = 1.2;
/// How much more that counts which is asked for by its sort: `which rule …`.
const SORT: f64 = 2.0;

/// Words that tell nothing apart.
const COMMON: [&str; 54] = [
    "a", "an", "and", "are", "as", "at", "be", "by", "can", "did", "do", "does", "for", "from",
    "had", "has", "have", "how", "i", "if", "in", "into", "is", "it", "its", "me", "my", "need",
    "of", "on", "one", "or", "out", "own", "please", "should", "that", "the", "there", "these",
    "this", "those", "to", "want", "was", "were", "what", "which", "will", "with", "would", "you",
    "your", "yours",
];
/// The sorts of what is found, as people name one of them and several.
const SORTS: [(&str, &str); 5] = [
    ("tool", "tools"),
    ("template", "templates"),
    ("rule", "rules"),
    ("kind", "kinds"),
    ("symbol", "symbols"),
];

/// A text that can be found, and words that belong to it and are not told.
struct Text {
    told: Match,
    more: &'static str,
}

/// The best matches, at most `limit`.
pub(super) fn find(
    engine: &Engine<'_>,
    operations: &[Operation],
    query: &str,
    limit: usize,
) -> Vec<Match> {
    let text = |sort: &str, name: String, of: String, about: String, more: &'static str| Text {
        told: Match { sort: sort.into(), name, of, about, score: 0.0 },
        more,
    };
    let tools = operations.iter();
    let mut texts: Vec<Text> = tools
        .map(|o| text("tool", o.name.into(), o.title.into(), o.about.into(), o.asked))
        .collect();
    let lists = [
        ("template", Listed::Templates),
        ("rule", Listed::Rules),
        ("kind", Listed::Kinds),
        ("symbol", Listed::Symbols),
    ];
    for (sort, listed) in lists {
        let all = engine.list(listed).into_iter();
        texts.extend(all.map(|e| text(sort, e.name, e.of, e.about, "")));
    }
    rank(texts, query, limit)
}

/// What a query says of the sort of its answer: the sort that it names, or that it asks for a list.
fn intent(query: &str) -> (Option<&'static str>, bool) {
    let plain: Vec<String> = split(query).map(str::to_lowercase).collect();
    let named = plain.windows(2).find_map(|pair| match pair {
        [question, sort] if ["which", "what"].contains(&question.as_str()) => Some(sort.as_str()),
        _ => None,
    });
    let named = named.unwrap_or_default();
    let one = SORTS.iter().find(|(one, _)| *one == named).map(|(one, _)| *one);
    (one, SORTS.iter().any(|(_, several)| *several == named))
}

/// Scores texts by a query. Who asks without a word that tells anything is shown the tools.
fn rank(mut texts: Vec<Text>, query: &str, limit: usize) -> Vec<Match> {
    let counted: Vec<(BTreeMap<String, usize>, usize)> = texts.iter().map(words_of).collect();
    let mut asked: BTreeSet<String> = words(query).take(WORDS).collect();
    let (sort, is_list) = intent(query);
    if is_list {
        asked.insert(stem("list"));
    }
    let is_open = asked.is_empty() && split(query).next().is_some();
    let total = counted.len() as f64;
    let mean = counted.iter().map(|c| c.1 as f64).sum::<f64>() / total.max(1.0);
    for word in &asked {
        let holding = counted.iter().filter(|(words, _)| words.contains_key(word)).count() as f64;
        let rarity = ((total - holding + 0.5) / (holding + 0.5)).ln_1p();
        for (text, (words, length)) in texts.iter_mut().zip(&counted) {
            let Some(count) = words.get(word) else { continue };
            let (count, length) = (*count as f64, *length as f64);
            let damped = K1 * (1.0 - B + B * length / mean.max(1.0));
            text.told.score += rarity * count * (K1 + 1.0) / (count + damped);
        }
    }
    let mut found: Vec<Match> = texts.into_iter().map(|text| text.told).collect();
    for one in &mut found {
        let is_tool = one.sort == "tool";
        one.score *= match sort {
            Some(sort) if one.sort == sort => SORT,
            None if is_tool => TOOL,
            None if one.sort == "template" => TEMPLATE,
            _ => 1.0,
        };
        if is_open && is_tool {
            one.score = 1.0;
        }
    }
    found.retain(|one| one.score > 0.0);
    found.sort_by(|a, b| {
        b.score.total_cmp(&a.score).then_with(|| (&a.name, &a.sort).cmp(&(&b.name, &b.sort)))
    });
    found.truncate(limit);
    found
}

/// How often each word stands in a text, and how many there are.
fn words_of(text: &Text) -> (BTreeMap<String, usize>, usize) {
    let mut counts = BTreeMap::new();
    let mut length = 0;
    let Text { told, more } = text;
    let named = std::iter::repeat_n(told.name.as_str(), NAME);
    for part in named.chain([told.of.as_str(), told.about.as_str(), told.sort.as_str(), more]) {
        for word in words(part) {
            *counts.entry(word).or_insert(0) += 1;
            length += 1;
        }
    }
    (counts, length)
}

/// The words of a text in lower case, without common ones, by their stems. Letters and digits that
/// stand alone are units and numbers, which tell nothing.
fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    split(text)
        .filter(|w| w.chars().nth(1).is_some())
        .map(str::to_lowercase)
        .filter(|w| !COMMON.contains(&w.as_str()))
        .map(|w| stem(&w))
}

fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty())
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

    /// Questions, and what answers them: first comes what is meant.
    const QUESTIONS: [(&str, &str, &str); 50] = [
        ("make a model from a datasheet", "tool", "model.make"),
        ("make a SPICE model from a PDF", "tool", "model.make"),
        ("I want a SPICE card for my diode measurements", "tool", "model.make"),
        ("create a transistor model from IC-CAP data", "tool", "model.make"),
        ("generate a spice library", "tool", "model.make"),
        ("which columns", "tool", "model.fit"),
        ("fit curves", "tool", "model.fit"),
        ("fit a formula to my measured curve", "tool", "model.fit"),
        ("fit my measured capacitor curve to a formula", "tool", "model.fit"),
        ("least squares of a function of numbers", "tool", "model.fit"),
        ("how do I read a PDF datasheet?", "tool", "datasheet.extract"),
        ("what is in this datasheet", "tool", "datasheet.extract"),
        ("get tables and curves out of a PDF", "tool", "datasheet.extract"),
        ("read the tables of a datasheet", "tool", "datasheet.extract"),
        ("read a measurement", "tool", "datasheet.extract"),
        ("which template would be chosen", "tool", "model.select"),
        ("which models come into question for my device", "tool", "model.select"),
        ("check my card against the datasheet", "tool", "model.judge"),
        ("hold a library of cards to the rules", "tool", "model.judge"),
        ("is this sheet plausible", "tool", "model.judge"),
        ("evaluate a card at biases", "tool", "model.eval"),
        ("what current does this card give at 0.6 V", "tool", "model.eval"),
        ("get the small-signal capacitance of a card at a bias", "tool", "model.eval"),
        ("is my rule pack right", "tool", "pack.check"),
        ("check a pack for mistakes", "tool", "pack.check"),
        ("what rules are there", "tool", "pack.list"),
        ("list templates", "tool", "pack.list"),
        ("which kinds of devices are known", "tool", "pack.list"),
        ("run tests", "tool", "pack.test"),
        ("run tests of my pack", "tool", "pack.test"),
        ("why was my model rejected", "tool", "rule.explain"),
        ("why did a rule fail", "tool", "rule.explain"),
        ("why was my rule failed", "tool", "rule.explain"),
        ("what does code E0663 mean", "tool", "rule.explain"),
        ("which tool answers my question", "tool", "tool.find"),
        ("what can you do", "tool", "datasheet.extract"),
        ("Schottky diode template", "template", "schottky_diode"),
        ("which template is for silicon carbide", "template", "sic_mosfet"),
        ("silicon carbide mosfet", "template", "sic_mosfet"),
        ("gummel poon", "template", "gummel_poon"),
        ("zener breakdown", "template", "zener_diode"),
        ("insulated gate bipolar transistor", "kind", "igbt"),
        ("std::vf_plausible", "rule", "std::vf_plausible"),
        (
            "which rule says that forward voltage falls with temperature",
            "rule",
            "std::forward_voltage_falls_with_temperature",
        ),
        ("which rule limits the forward voltage", "rule", "std::forward_voltage_limits"),
        ("curve leaves noise", "rule", "std::curve_leaves_noise"),
        ("sweep has points", "rule", "std::sweep_has_points"),
        ("what symbol is the reverse recovery time", "symbol", "trr"),
        ("which symbol is the gate threshold voltage", "symbol", "VGS(th)"),
        ("which kind is a bipolar transistor", "kind", "bjt"),
    ];

    #[test]
    fn questions_find_first_what_answers_them() {
        let world = MemoryWorld::new(Date { year: 2026, month: 11, day: 22 });
        let (engine, _) = Engine::new(&world, Config::default());
        let mut wrong = Vec::new();
        for (query, sort, name) in QUESTIONS {
            let found = find(&engine, operations(), query, 3);
            let first = found.first().map(|m| (m.sort.as_str(), m.name.as_str()));
            if first != Some((sort, name)) {
                let told: Vec<String> =
                    found.iter().map(|m| format!("{} {} {:.1}", m.sort, m.name, m.score)).collect();
                wrong.push(format!("{query}: {sort} {name}, not {}", told.join(", ")));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        // Every tool is what somebody looks for.
        for operation in operations() {
            assert!(
                QUESTIONS.iter().any(|(_, _, name)| *name == operation.name),
                "{}",
                operation.name
            );
        }
        // Of things that have to do with it, too, are those of packs.
        let found = find(&engine, operations(), "reverse recovery of a diode", 5);
        assert!(found.iter().any(|m| m.name == "trr"), "{found:#?}");
        assert!(find(&engine, operations(), "zyzzyva of the", 5).is_empty());
        assert!(find(&engine, operations(), "?!", 5).is_empty());
        let all = find(&engine, operations(), "voltage", 3);
        assert!(all.len() == 3 && all.windows(2).all(|w| w[0].score >= w[1].score));
    }
}
