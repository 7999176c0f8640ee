//! What a syntax mistake takes with it: names that a statement on its lines declares may be
//! missing from the tree, and must not be reported again where they are used.

use espice_base::{Diagnostic, Place, Span};
use std::collections::BTreeSet;

/// Words that are followed by the name they declare.
const ONE_NAME: [&str; 17] = [
    "symbol", "kind", "reading", "fn", "template", "limits", "rule", "test", "param", "let",
    "solve", "limit", "each", "table", "part", "input", "output",
];

/// Words that are followed by several names they declare.
const MANY_NAMES: [&str; 3] = ["nodes", "pins", "formerly"];

/// Other words that start a statement.
const OTHER: [&str; 51] = [
    "script",
    "override",
    "select",
    "waive",
    "current",
    "charge",
    "capacitance",
    "resistor",
    "recipe",
    "stage",
    "seed",
    "fit",
    "try",
    "polish",
    "card",
    "extends",
    "quantity",
    "recognise",
    "curve",
    "keep",
    "noise",
    "mark",
    "check",
    "say",
    "help",
    "when",
    "needs",
    "for",
    "severity",
    "consider",
    "reject",
    "prefer",
    "rank",
    "given",
    "expect",
    "part",
    "sweep",
    "return",
    "synonyms",
    "names",
    "rating",
    "titles",
    "class",
    "polarity",
    "plausible",
    "todo",
    "within",
    "until",
    "owner",
    "ticket",
    "unwaivable",
];

/// Most lines that a statement is followed back over.
const MAX_LINES: usize = 40;

/// The names that the statements with syntax errors declare, as far as their lines show.
pub(super) fn broken_names<'a>(text: &'a str, errors: &[Span]) -> BTreeSet<&'a str> {
    if errors.is_empty() {
        return BTreeSet::new();
    }
    let lines: Vec<(usize, &str)> = text
        .split_inclusive('\n')
        .scan(0, |at, line| {
            let start = *at;
            *at += line.len();
            Some((start, line))
        })
        .collect();
    let mut names = BTreeSet::new();
    for span in errors {
        let last = lines.partition_point(|(start, _)| *start <= span.start as usize);
        for (_, line) in lines.iter().take(last).rev().take(MAX_LINES) {
            declared(line, &mut names);
            let first = words(line).next();
            if first.is_some_and(starts) {
                break;
            }
        }
    }
    names
}

/// Whether a word starts a statement.
fn starts(word: &str) -> bool {
    ONE_NAME.contains(&word) || MANY_NAMES.contains(&word) || OTHER.contains(&word)
}

/// Takes the names that a line declares.
fn declared<'a>(line: &'a str, names: &mut BTreeSet<&'a str>) {
    let mut words = words(line).peekable();
    while let Some(word) = words.next() {
        if ONE_NAME.contains(&word) {
            names.extend(words.peek());
        } else if MANY_NAMES.contains(&word) {
            names.extend(words.clone());
        }
    }
}

/// The place of a diagnostic in a text.
pub(super) fn text_place(diagnostic: &Diagnostic) -> Option<Span> {
    match diagnostic.place()? {
        Place::Text(span) => Some(span),
        Place::Page { .. } | Place::File(_) => None,
    }
}

fn words(line: &str) -> impl Iterator<Item = &str> + Clone {
    line.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use espice_base::FileId;

    #[test]
    fn what_a_broken_statement_declares_is_forgiven_and_nothing_else() {
        let text = "kind d {\n  pins a, k\n}\nparam IS : A = N fA\n  in 1 ,, 2\nlet other = 1\n";
        let at = text.find(",,").unwrap();
        let names = broken_names(text, &[Span::new(FileId(0), at, at + 1)]);
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["IS"]);
        let text = "template t : d { pins a b; param X = }";
        let names = broken_names(text, &[Span::new(FileId(0), 24, 25)]);
        assert!(["t", "a", "b", "X"].iter().all(|n| names.contains(n)), "{names:?}");
    }
}
