//! What a syntax mistake takes with it: names on its lines may be missing from the tree, and
//! must not be reported again where they are used.

use espice_base::{Diagnostic, Place, Span};
use std::collections::BTreeSet;

/// Words that start a statement which declares a name.
const STARTS: [&str; 19] = [
    "symbol", "kind", "reading", "fn", "template", "limits", "script", "rule", "override",
    "select", "test", "waive", "param", "let", "nodes", "pins", "solve", "limit", "formerly",
];

/// Most lines that a statement is followed back over.
const MAX_LINES: usize = 40;

/// The words on the lines of syntax errors, back to the start of their statements.
pub(super) fn broken_words<'a>(
    text: &'a str,
    errors: impl IntoIterator<Item = &'a Diagnostic>,
) -> BTreeSet<&'a str> {
    let lines: Vec<(usize, &str)> = text
        .split_inclusive('\n')
        .scan(0, |at, line| {
            let start = *at;
            *at += line.len();
            Some((start, line))
        })
        .collect();
    let mut words = BTreeSet::new();
    for span in errors.into_iter().filter_map(text_place) {
        let last = lines.partition_point(|(start, _)| *start <= span.start as usize);
        for (_, line) in lines.iter().take(last).rev().take(MAX_LINES) {
            words.extend(line.split(|c: char| !is_word(c)).filter(|w| !w.is_empty()));
            if line.split_whitespace().next().is_some_and(|w| STARTS.contains(&w)) {
                break;
            }
        }
    }
    words
}

/// The place of a diagnostic in a text.
pub(super) fn text_place(diagnostic: &Diagnostic) -> Option<Span> {
    match diagnostic.place()? {
        Place::Text(span) => Some(span),
        Place::Page { .. } | Place::File(_) => None,
    }
}

/// Brackets belong to symbols such as `VGS(th)`, but also to calls; both spellings are kept by
/// splitting at everything else.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;
    use espice_base::{Code, FileId};

    #[test]
    fn the_statement_of_an_error_is_forgiven_and_no_other() {
        let text = "kind d {\n  pins a, k\n}\nparam IS : A = 10 fA\n  in 1 ,, 2\nlet other = 1\n";
        let at = text.find(",,").unwrap();
        let error = Diagnostic::error(Code::SYNTAX, "x").at(Span::new(FileId(0), at, at + 1));
        let words = broken_words(text, [&error]);
        assert!(words.contains("IS"));
        assert!(!words.contains("other") && !words.contains("pins"));
    }
}
