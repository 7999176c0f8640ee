use crate::Reading;
use espice_base::{Code, Diagnostic, Diagnostics, FileId, Place};
use std::collections::BTreeMap;

/// What can be wrong with a page.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Problem {
    /// A number, string, array or name is malformed.
    Malformed,
    /// An operator is unknown.
    Operator,
    /// An operator has too few operands or such of the wrong type.
    Operands,
    /// `Q` without `q`, `ET` without `BT` and their like.
    Nesting,
    /// A resource is missing or unusable.
    Resource,
    /// A stream could not be unpacked to its end.
    Stream,
    /// Coordinates beyond any page.
    Coordinates,
    /// A limit was hit.
    Limit,
}

/// Gathers what is wrong with a page, one entry for each kind of problem.
#[derive(Default, Debug)]
pub(crate) struct Notes(BTreeMap<Problem, (u32, String)>);

impl Notes {
    /// Counts a problem; the first one's words are told.
    pub(crate) fn add(&mut self, problem: Problem, what: impl FnOnce() -> String) {
        self.0.entry(problem).or_insert_with(|| (0, what())).0 += 1;
    }

    /// Counts a problem of malformed tokens that the lexer counted itself.
    pub(crate) fn add_malformed(&mut self, count: u32) {
        if count > 0 {
            self.0.entry(Problem::Malformed).or_default().0 += count;
        }
    }

    /// How far the page could be read.
    pub(crate) fn reading(&self) -> Reading {
        if self.0.contains_key(&Problem::Limit) {
            Reading::Cut
        } else if self.0.is_empty() {
            Reading::Strict
        } else {
            Reading::Lenient
        }
    }

    /// The diagnostics of a page.
    pub(crate) fn tell(self, file: FileId, page: u32, area: [f64; 4]) -> Diagnostics {
        let mut all = Diagnostics::new();
        let place = Place::Page { file, page, area };
        for (problem, (count, what)) in self.0 {
            let times = if count > 1 { format!(", {count} times") } else { String::new() };
            let (code, message) = match problem {
                Problem::Malformed => (
                    Code::PAGE_REPAIRED,
                    format!("page {page} has malformed numbers or strings{times}"),
                ),
                Problem::Operator => (
                    Code::PAGE_REPAIRED,
                    format!("page {page} has the unknown operator {what}{times}"),
                ),
                Problem::Operands => (
                    Code::PAGE_REPAIRED,
                    format!(
                        "the operator {what} on page {page} has not the operands that it needs{times}"
                    ),
                ),
                Problem::Nesting => (Code::PAGE_REPAIRED, format!("on page {page} {what}{times}")),
                Problem::Coordinates => (
                    Code::PAGE_REPAIRED,
                    format!("page {page} paints {what} beyond any page{times}"),
                ),
                Problem::Resource => (Code::PAGE_RESOURCE, format!("page {page} {what}{times}")),
                Problem::Stream => (
                    Code::PAGE_STREAM,
                    format!("{what} of page {page} is missing or cannot be unpacked{times}"),
                ),
                Problem::Limit => (Code::PAGE_CUT, format!("page {page} was cut: {what}")),
            };
            let diagnostic = match problem {
                Problem::Limit => Diagnostic::warning(code, message)
                    .help("what was painted before is used; print the page to a simpler PDF to have all of it"),
                Problem::Resource | Problem::Stream => Diagnostic::warning(code, message)
                    .help("compare the page with what a viewer shows, or get the file as its maker published it"),
                _ => Diagnostic::note(code, message),
            };
            all.push(diagnostic.at(place));
        }
        all
    }
}
