//! What a syntax mistake takes with it: names that a statement on its lines declares may be
//! missing from the tree, and must not be reported again where they are used.

use crate::told::Damage;
use espice_base::{Diagnostic, FileId, Place, Span};
use std::collections::BTreeSet;

/// Words that are followed by the name they declare.
const ONE_NAME: [&str; 19] = [
    "symbol", "kind", "reading", "fn", "template", "circuit", "limits", "rule", "test", "param",
    "let", "solve", "limit", "each", "table", "part", "input", "output", "event",
];

/// Words that are followed by several names they declare.
const MANY_NAMES: [&str; 3] = ["nodes", "pins", "formerly"];

/// Other words that start a statement.
const OTHER: [&str; 52] = [
    "script",
    "override",
    "select",
    "waive",
    "allow",
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

/// Most lines that a statement is followed over.
const MAX_LINES: usize = 40;

/// What syntax errors take with them.
#[derive(Default)]
pub(super) struct Lost<'a> {
    /// Names that lost statements declare for everyone.
    pub(super) names: BTreeSet<&'a str>,
    /// By item: all words of its statements that did not read.
    pub(super) items: Vec<Damage>,
}

/// What the statements with syntax errors declare, as far as their lines show.
pub(super) fn lost<'a>(text: &'a str, file: FileId, errors: &[Span]) -> Lost<'a> {
    let mut found = Lost::default();
    if errors.is_empty() {
        return found;
    }
    let lines: Vec<(usize, &str)> = text
        .split_inclusive('\n')
        .scan(0, |at, line| {
            let start = *at;
            *at += line.len();
            Some((start, line))
        })
        .collect();
    let is_item = |line: &str| line.starts_with(|c: char| c.is_alphabetic());
    for span in errors {
        let here = lines.partition_point(|(start, _)| *start <= span.start as usize);
        let here = here.saturating_sub(1);
        let line = |at: usize| lines.get(at).map_or("", |l| l.1);
        // The statement: back to the line that starts one, on while lines are indented deeper.
        let first = (here.saturating_sub(MAX_LINES)..=here)
            .rev()
            .find(|at| {
                let before = at.checked_sub(1).map_or("", line);
                words(line(*at)).next().is_some_and(starts) || !goes_on_from(before, line(*at))
            })
            .unwrap_or(here);
        let goes_on = |at: &usize| {
            let said = words(line(*at)).next();
            indent(line(*at)) > indent(line(first)) && !said.is_some_and(starts)
        };
        let last = (here + 1..lines.len()).take(MAX_LINES).take_while(goes_on).last();
        // A statement that ended too early may go on in the next line.
        let rest = text.get(span.start as usize..).unwrap_or("").trim_start_matches([' ', '\t']);
        let last = last.or(rest.starts_with('\n').then_some(here + 1));
        let top = (0..=first).rev().find(|at| is_item(line(*at))).unwrap_or(0);
        // The item as a whole may be lost with it.
        declared(line(top), &mut found.names);
        let next = (first + 1..lines.len()).find(|at| is_item(line(*at)));
        let end = next.and_then(|at| lines.get(at)).map_or(text.len(), |l| l.0);
        let item = Span::new(file, lines.get(top).map_or(0, |l| l.0), end);
        let place = found.items.iter().position(|d| d.item == item).unwrap_or_else(|| {
            found.items.push(Damage { item, words: BTreeSet::new() });
            found.items.len() - 1
        });
        for at in first..=last.unwrap_or(here) {
            declared(line(at), &mut found.names);
            // The name of an item whose first word is none.
            let head = line(at).split(['{', '=']).next().unwrap_or("");
            if is_item(head) && !words(head).next().is_some_and(starts) {
                found.names.extend(names_in(head));
            }
            if let Some(damage) = found.items.get_mut(place) {
                damage.words.extend(names_in(line(at)).map(String::from));
            }
        }
    }
    found
}

/// Whether a line goes on with the statement of the line before.
fn goes_on_from(before: &str, line: &str) -> bool {
    let before = before.split("//").next().unwrap_or("").trim_end();
    if before.is_empty() || before.ends_with(['{', '}', ';']) {
        return false;
    }
    before.ends_with([',', '(', '[', ':', '=']) || indent(line) > indent(before)
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

/// The names in a line; `VGS(th)` is one as a whole, and its parts are.
fn names_in(line: &str) -> impl Iterator<Item = &str> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    words(line).flat_map(move |word| {
        let at = word.as_ptr().addr() - line.as_ptr().addr();
        let after = line.get(at + word.len()..).unwrap_or("");
        let inner = after.strip_prefix('(').and_then(|r| r.split_once(')'));
        let whole = inner.filter(|(inner, _)| inner.len() <= 4 && inner.chars().all(is_part));
        let whole = whole.and_then(|(inner, rest)| {
            let more = rest.len() - rest.trim_start_matches(is_part).len();
            line.get(at..at + word.len() + inner.len() + 2 + more)
        });
        [Some(word), whole].into_iter().flatten()
    })
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
        let file = FileId(0);
        let found = lost(text, file, &[Span::new(file, at, at + 1)]);
        assert_eq!(found.names.into_iter().collect::<Vec<_>>(), ["IS"]);
        let text = "template t : d {\n  pins a b\n  param V(th) : X,, c\n}\nrule r : b {}\n";
        let at = text.find(",,").unwrap();
        let found = lost(text, file, &[Span::new(file, at, at + 1)]);
        assert_eq!(found.names.into_iter().collect::<Vec<_>>(), ["V", "t"]);
        let damage = &found.items[0];
        assert_eq!((damage.item.start, damage.item.end as usize), (0, text.find("rule").unwrap()));
        let words: Vec<&str> = damage.words.iter().map(String::as_str).collect();
        assert_eq!(words, ["V", "V(th)", "X", "c", "param", "th"]);
    }
}
