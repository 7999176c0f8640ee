//! One mistake, one diagnostic: what a missing or superfluous brace makes of the rest of its item
//! is not told again.

use crate::forms::is_statement_word;
use espice_base::{Code, Diagnostic, Diagnostics, Place, Span};

/// Takes out of sorted diagnostics what follows from a brace that was told before in the same
/// item: words that are right elsewhere, braces that then close nothing or too much. `text` starts
/// at `offset` of its file.
pub(crate) fn once(told: Diagnostics, text: &str, offset: usize) -> Diagnostics {
    if !told.iter().any(|d| d.code == Code::UNCLOSED) {
        return told;
    }
    let at = |place: u32| (place as usize).saturating_sub(offset);
    // The line at the margin that a place lies in or below.
    let item = |span: Span| {
        let before = text.get(..at(span.start)).unwrap_or("");
        let mut lines = before.rmatch_indices('\n').map(|(n, _)| n + 1).chain([0]);
        let is_item = |line: &usize| {
            text.get(*line..).is_some_and(|t| t.starts_with(|c: char| c.is_ascii_alphabetic()))
        };
        lines.find(is_item).unwrap_or(0)
    };
    let text_of = |span: Span| text.get(at(span.start)..at(span.end)).unwrap_or("");
    // The items behind which a brace closes nothing: what stands before it is outside of any.
    let is_stray = |d: &&Diagnostic| d.code == Code::UNCLOSED;
    let strays = told.iter().filter(is_stray).filter_map(|d| match d.place()? {
        Place::Text(span) if text_of(span) == "}" => Some(item(span)),
        _ => None,
    });
    let strays: Vec<usize> = strays.collect();
    let is_indented = |span: Span| {
        let before = text.get(..at(span.start)).unwrap_or("");
        before.ends_with([' ', '\t'])
    };
    let mut kept: Vec<Diagnostic> = Vec::new();
    // The items in which a brace was told, and the places of brackets.
    let (mut braces, mut brackets): (Vec<usize>, Vec<u32>) = (Vec::new(), Vec::new());
    // The items in which anything was not closed.
    let mut items: Vec<usize> = Vec::new();
    for diagnostic in told {
        let Some(Place::Text(span)) = diagnostic.place() else {
            kept.push(diagnostic);
            continue;
        };
        let word = text_of(span);
        let own = item(span);
        let follows = match diagnostic.code {
            Code::UNCLOSED => matches!(word, "{" | "}" | "" | ")" | "]"),
            Code::UNKNOWN_STATEMENT => {
                let misspelt = diagnostic.help.iter().any(|h| h.starts_with("did you mean"));
                is_statement_word(word) || !misspelt
            }
            Code::SYNTAX => matches!(word, "{" | "}" | ")" | "]"),
            _ => false,
        };
        let stray = word == "}" && diagnostic.code == Code::UNCLOSED && items.contains(&own);
        let outside = diagnostic.code == Code::UNKNOWN_STATEMENT
            && diagnostic.message.ends_with("an item of a file")
            && is_statement_word(word)
            && is_indented(span)
            && strays.contains(&own);
        let is_same = diagnostic.code != Code::UNKNOWN_STATEMENT && brackets.contains(&span.start);
        if stray || outside || is_same || follows && braces.contains(&own) {
            continue;
        }
        if diagnostic.code == Code::UNCLOSED {
            brackets.push(span.start);
            items.push(own);
            let opens = matches!(word, "(" | "[") && is_last_of_line(text, at(span.end));
            if opens || matches!(word, "{" | "}" | "") {
                braces.push(own);
            }
        }
        kept.push(diagnostic);
    }
    kept.into_iter().collect()
}

fn is_last_of_line(text: &str, at: usize) -> bool {
    let rest = text.get(at..).unwrap_or("");
    rest.split('\n').next().is_some_and(|line| line.trim().is_empty())
}
