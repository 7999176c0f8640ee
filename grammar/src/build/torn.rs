//! Lines that belong to the statement before them, which a mistake has torn from it.
//!
//! What goes on with a statement is indented deeper than it. So where a statement did not read
//! and the line below is indented deeper and starts like nothing that may stand here, that line
//! is the rest of the statement, and the mistake has been told.

use super::Builder;
use crate::forms::Context;
use crate::message::shorten;
use crate::outline::Statement;
use espice_base::{Code, Diagnostic, Diagnostics, did_you_mean};

/// Words that go on with a statement at the start of a line.
const JOINING: [&str; 6] = ["because", "otherwise", "in", "where", "with", "over"];

/// A statement that did not read.
#[derive(Clone, Copy)]
pub(super) struct Failed<'s> {
    pub(super) statement: &'s Statement,
    /// How many diagnostics there were before it.
    pub(super) told: usize,
}

impl Builder<'_> {
    /// Whether a statement is the rest of the one before; then nothing more is to be said of it.
    pub(super) fn is_rest_of(
        &mut self,
        failed: Failed<'_>,
        statement: &Statement,
        context: Context,
    ) -> bool {
        let word = self.tokens.get(statement.first).map_or("", |t| t.text(self.text));
        let (outer, inner) = (self.indent(failed.statement.first), self.indent(statement.first));
        if context.form(word).is_some() || inner.zip(outer).is_none_or(|(i, o)| i <= o) {
            return false;
        }
        if JOINING.contains(&word) {
            return true;
        }
        let forms = context.forms().iter().map(|f| f.word);
        let meant = did_you_mean(word, forms.chain(JOINING));
        let cut_short =
            self.diagnostics.iter().skip(failed.told).any(|d| d.code == Code::INCOMPLETE);
        match meant.and_then(|m| JOINING.iter().find(|j| **j == m)) {
            // The statement lacks what this line would have said.
            Some(meant) if cut_short => {
                let message =
                    format!("`{}` does not go on with the statement before", shorten(word));
                let diagnostic = Diagnostic::error(Code::UNKNOWN_STATEMENT, message)
                    .at(self.token_span(statement.first))
                    .help(format!("did you mean `{meant}`?"));
                let all = std::mem::take(self.diagnostics).into_vec().into_iter().enumerate();
                let kept = all.filter(|(i, d)| *i < failed.told || d.code != Code::INCOMPLETE);
                *self.diagnostics = kept.map(|(_, d)| d).collect::<Diagnostics>();
                self.diagnostics.push(diagnostic);
                true
            }
            Some(_) => false,
            None => meant.is_none(),
        }
    }

    /// Whether the statement before ended with its line where more was to come, and this one, on
    /// the next line, starts with no word of a statement: then it is what was to come.
    pub(super) fn is_cut_short(
        &self,
        failed: Failed<'_>,
        statement: &Statement,
        context: Context,
    ) -> bool {
        let text = |s: &Statement| self.tokens.get(s.first).map_or("", |t| t.text(self.text));
        let is_form = |word: &str| context.form(word).is_some_and(|f| !f.word.is_empty());
        let ended = self.range(failed.statement).end;
        let between = self.text.get(ended..self.range(statement).start).unwrap_or("");
        let forms = || context.forms().iter().map(|f| f.word);
        between.matches('\n').count() == 1
            && !is_form(text(statement))
            && did_you_mean(text(statement), forms()).is_none()
            && self.diagnostics.iter().skip(failed.told).any(|d| d.code == Code::INCOMPLETE)
    }

    /// Takes back what was told since there were so many diagnostics.
    pub(super) fn forget_since(&mut self, told: usize) {
        let all = std::mem::take(self.diagnostics).into_iter();
        *self.diagnostics = all.take(told).collect();
    }

    /// The indentation of a token that is the first of its line.
    fn indent(&self, token: usize) -> Option<usize> {
        let start = self.tokens.get(token)?.start;
        let line = self.text.get(..start)?;
        let line = line.get(line.rfind('\n').map_or(0, |n| n + 1)..)?;
        line.chars().all(|c| matches!(c, ' ' | '\t')).then_some(line.len())
    }
}
