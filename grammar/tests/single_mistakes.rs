//! Single mistakes, made in every line of the file that uses every construct: each gives exactly
//! one diagnostic, on its line, in words for people.
#![cfg(test)]

use espice_base::{Diagnostic, FileId, Place};
use espice_syntax::parse;

const TEXT: &str = include_str!("../../tests/spec/every_construct.espice");

/// A way to spoil a line; `None` where it does not apply.
type Spoil = fn(&str) -> Option<String>;

/// Words of statements that are misspelt; those of fewer letters have too many neighbours.
const WORDS: [&str; 24] = [
    "symbol",
    "kind",
    "reading",
    "template",
    "circuit",
    "limits",
    "script",
    "rule",
    "override",
    "select",
    "test",
    "synonyms",
    "plausible",
    "quantity",
    "recognise",
    "param",
    "resistor",
    "current",
    "charge",
    "capacitance",
    "check",
    "because",
    "expect",
    "measure",
];

fn code(line: &str) -> &str {
    line.split("//").next().unwrap_or("").trim_end()
}

/// The first word, where it is one that is misspelt.
fn head(line: &str) -> Option<&str> {
    let word = code(line).trim_start().split(' ').next()?;
    WORDS.contains(&word).then_some(word)
}

fn misspelt(line: &str) -> Option<String> {
    let word = head(line)?;
    let mut letters: Vec<char> = word.chars().collect();
    let last = letters.len() - 1;
    letters.swap(last, last - 1);
    let wrong: String = letters.into_iter().collect();
    (wrong != word).then(|| line.replacen(word, &wrong, 1))
}

/// Whether a line holds a statement of one line that ends where the line does.
fn is_whole(line: &str) -> bool {
    let text = code(line);
    let open = text.matches('(').count() == text.matches(')').count()
        && text.matches('[').count() == text.matches(']').count()
        && text.matches('{').count() == text.matches('}').count();
    let ends = text.ends_with([',', ':', '{', '}', '(', '[', '=', '<', '*', '>']);
    head(line).is_some() && open && !ends
}

fn foreign_sign(line: &str) -> Option<String> {
    is_whole(line).then(|| format!("{} @", code(line)))
}

fn word_too_many(line: &str) -> Option<String> {
    is_whole(line).then(|| format!("{} oops", code(line)))
}

fn bracket_too_many(line: &str) -> Option<String> {
    is_whole(line).then(|| format!("{})", code(line)))
}

fn bracket_lost(line: &str) -> Option<String> {
    let text = code(line);
    let at = text.rfind(')')?;
    // Brackets in quotes and in names such as `VGS(th)` are none.
    let inside = text[..at].matches('"').count() % 2 == 1;
    let name = ["(th)", "(on)", "(BR)"].iter().any(|n| text[..=at].ends_with(n));
    (is_whole(line) && !inside && !name).then(|| format!("{}{}", &text[..at], &text[at + 1..]))
}

fn quote_lost(line: &str) -> Option<String> {
    let text = code(line);
    (is_whole(line) && text.ends_with('"') && text.matches('"').count() == 2)
        .then(|| text[..text.len() - 1].to_string())
}

fn comma_twice(line: &str) -> Option<String> {
    let text = code(line);
    let at = text.find(", ")?;
    let inside = text[..at].matches('"').count() % 2 == 1;
    (is_whole(line) && !inside).then(|| format!("{},{}", &text[..at], &text[at..]))
}

fn operator_at_the_end(line: &str) -> Option<String> {
    (is_whole(line) && head(line) == Some("check")).then(|| format!("{} < < 3", code(line)))
}

fn comparison_for_definition(line: &str) -> Option<String> {
    let defines = [" param ", " let ", "measure ", "resistor ", "current ", "charge "];
    let text = code(line);
    (is_whole(line) && defines.iter().any(|d| text.contains(d)) && text.matches(" = ").count() == 1)
        .then(|| text.replacen(" = ", " == ", 1))
}

fn colon_lost(line: &str) -> Option<String> {
    let text = code(line);
    let declares = ["symbol", "param", "limit", "solve", "rule", "template", "input"];
    let says = declares.iter().any(|d| text.trim_start().starts_with(&format!("{d} ")));
    (says && text.contains(" : ")).then(|| text.replacen(" : ", " ", 1))
}

fn unit_touches(line: &str) -> Option<String> {
    let text = code(line);
    let at = [" mA", " uA", " degC", " kOhm", " pF"].iter().find_map(|u| text.find(u))?;
    let is_number = text[..at].ends_with(|c: char| c.is_ascii_digit());
    let inside = text[..at].matches('"').count() % 2 == 1;
    (is_number && !inside).then(|| format!("{}{}", &text[..at], &text[at + 1..]))
}

fn value_lost(line: &str) -> Option<String> {
    let text = code(line);
    let defines = ["let ", "measure ", "seed ", "param ", "limit "];
    let says = defines.iter().any(|d| text.trim_start().starts_with(d));
    let at = text.find(" = ")?;
    (says && is_whole(line)).then(|| text[..at + 2].to_string())
}

const SPOILS: [(&str, Spoil); 12] = [
    ("colon lost", colon_lost),
    ("unit touches", unit_touches),
    ("value lost", value_lost),
    ("misspelt", misspelt),
    ("foreign sign", foreign_sign),
    ("word too many", word_too_many),
    ("bracket too many", bracket_too_many),
    ("bracket lost", bracket_lost),
    ("quote lost", quote_lost),
    ("comma twice", comma_twice),
    ("operator at the end", operator_at_the_end),
    ("comparison for definition", comparison_for_definition),
];

/// What no person should read: names of grammar rules and of the parser.
fn is_raw(message: &str) -> bool {
    let rule = message
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .any(|w| ["_statement", "_item", "_op", "kw_", "bad_"].iter().any(|raw| w.contains(raw)));
    rule || ["pest", "Rule::", "EOI", "-->", "\n"].iter().any(|raw| message.contains(raw))
}

/// The line, from 1, on which a diagnostic stands.
fn line_of(text: &str, diagnostic: &Diagnostic) -> usize {
    match diagnostic.place() {
        Some(Place::Text(span)) => {
            text[..(span.start as usize).min(text.len())].matches('\n').count() + 1
        }
        _ => 0,
    }
}

#[test]
fn every_single_mistake_gives_one_diagnostic_on_its_line() {
    let lines: Vec<&str> = TEXT.lines().collect();
    let (mut made, mut wrong) = (0, Vec::new());
    for (index, line) in lines.iter().enumerate() {
        for (name, spoil) in SPOILS {
            let Some(spoilt) = spoil(line) else { continue };
            made += 1;
            let mut all = lines.clone();
            all[index] = &spoilt;
            let text = all.join("\n") + "\n";
            let (_, told) = parse(&text, FileId(0));
            let told: Vec<&Diagnostic> = told.iter().collect();
            let places: Vec<usize> = told.iter().map(|d| line_of(&text, d)).collect();
            let words: Vec<String> = told
                .iter()
                .map(|d| format!("{} {}: {} {:?}", d.code, line_of(&text, d), d.message, d.help))
                .collect();
            let near = |place: &usize| *place == index + 1 || *place == index + 2;
            let raw = told.iter().any(|d| is_raw(&d.message) || d.help.iter().any(|h| is_raw(h)));
            let helps = told
                .iter()
                .all(|d| !d.help.is_empty() || d.labels.iter().any(|l| !l.text.is_empty()));
            if told.len() != 1 || !places.iter().all(near) || raw || !helps {
                wrong.push(format!(
                    "{name} in line {}: `{spoilt}`\n  {}",
                    index + 1,
                    words.join("\n  ")
                ));
            }
        }
    }
    assert!(made > 200, "only {made} mistakes were made");
    assert!(wrong.is_empty(), "{} of {made}\n{}", wrong.len(), wrong.join("\n"));
}

/// Two mistakes in different items are two diagnostics, in the order of the lines.
#[test]
fn mistakes_in_different_items_do_not_hide_each_other() {
    let lines: Vec<&str> = TEXT.lines().collect();
    let spoils: Vec<(usize, String)> =
        lines.iter().enumerate().filter_map(|(i, line)| Some((i, foreign_sign(line)?))).collect();
    let item = |line: usize| {
        lines.iter().take(line + 1).rposition(|l| !l.is_empty() && !l.starts_with([' ', '}']))
    };
    let mut wrong = Vec::new();
    for pair in spoils.windows(2).filter(|p| item(p[0].0) != item(p[1].0)) {
        let mut all = lines.clone();
        pair.iter().for_each(|(i, text)| all[*i] = text);
        let text = all.join("\n") + "\n";
        let (_, told) = parse(&text, FileId(0));
        let places: Vec<usize> = told.iter().map(|d| line_of(&text, d)).collect();
        if places != [pair[0].0 + 1, pair[1].0 + 1] {
            wrong.push(format!(
                "lines {} and {}: told at {places:?}",
                pair[0].0 + 1,
                pair[1].0 + 1
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
