//! Waivers: on one line, or with a block for what does not fit on it.

use super::{Builder, Nodes, Parsed};
use crate::ast::{Quoted, Waiver, Word};
use crate::forms::Context;
use crate::outline::Statement;
use crate::rules::Rule;
use espice_base::{Code, Date, Diagnostic, Span};
use pest::iterators::Pair;

/// What a waiver may be for.
const SCOPES: [&str; 5] = ["part", "maker", "package", "file", "foundry"];

impl<'a> Builder<'a> {
    pub(super) fn waiver(
        &mut self,
        head: Option<Parsed<'a>>,
        block: &[Statement],
    ) -> Option<Waiver> {
        let (mut scope, mut when, mut within, mut until) = (Vec::new(), None, None, None);
        let (mut owner, mut ticket, mut because) = (None, None, None);
        let mut sound = true;
        let mut words: Vec<(&'static str, Span)> = Vec::new();
        for (mut s, _) in self.statements(block, Context::Waiver) {
            words.push((s.word, s.span));
            match s.word {
                "for" => scope.extend(self.scope(&mut s.nodes)),
                "when" => when = self.next_expr(&mut s.nodes),
                "within" => {
                    let share = self.next_expr(&mut s.nodes);
                    within = share.zip(self.next_expr(&mut s.nodes));
                }
                "until" => {
                    until = s.nodes.next().and_then(|p| self.day(&p));
                    sound &= until.is_some();
                }
                "owner" => owner = self.next_quoted(&mut s.nodes),
                "ticket" => ticket = self.next_quoted(&mut s.nodes),
                _ => because = self.next_quoted(&mut s.nodes),
            }
        }
        let mut nodes = head?.nodes;
        let rule = nodes.next().and_then(|p| self.path(p))?;
        if let Some(pair) = nodes.take_rule(Rule::waive_scope) {
            scope.splice(0..0, self.scope(&mut Nodes::new(pair.into_inner())));
        }
        let mut inside = |b: &mut Self, rule, word: &'static str| {
            let pair = nodes.take_rule(rule)?;
            let inner = Nodes::new(pair.into_inner()).next()?;
            b.stands_twice(word, b.span(&inner), &words);
            Some(inner)
        };
        if let Some(pair) = inside(self, Rule::waive_until, "until") {
            until = Some(self.day(&pair)?);
        }
        if let Some(pair) = inside(self, Rule::waive_owner, "owner") {
            owner = self.quoted(&pair);
        }
        if let Some(pair) = inside(self, Rule::waive_ticket, "ticket") {
            ticket = self.quoted(&pair);
        }
        if let Some(reason) = self.reason(&mut nodes) {
            self.stands_twice("because", reason.span, &words);
            because = Some(reason);
        }
        sound.then_some(Waiver { rule, scope, when, within, until, owner, ticket, because })
    }

    /// `part "BAT54*", "BAT55"`
    fn scope(&mut self, nodes: &mut Nodes<'a>) -> Option<(Word, Vec<Quoted>)> {
        let word = self.next_word(nodes)?;
        let word = self.choice(word, "what a waiver may be for", &SCOPES);
        Some((word, nodes.by_ref().filter_map(|p: Pair<'a, Rule>| self.quoted(&p)).collect()))
    }

    /// Reports what stands both in the line of a waiver and in its block.
    fn stands_twice(&mut self, word: &str, span: Span, block: &[(&'static str, Span)]) {
        if let Some((_, second)) = block.iter().find(|(w, _)| *w == word) {
            let message = format!("`{word}` stands before the block and in it");
            self.diagnostics.push(
                Diagnostic::error(Code::REPEATED, message)
                    .at(*second)
                    .label(span, "the first one is here")
                    .help("keep one of them"),
            );
        }
    }

    fn day(&mut self, pair: &Pair<'a, Rule>) -> Option<(Date, Span)> {
        let (text, span) = (pair.as_str(), self.span(pair));
        let date = Date::parse(text);
        if date.is_none() {
            let message =
                format!("`{}` is not a day of the calendar", crate::message::shorten(text));
            self.diagnostics.push(
                Diagnostic::error(Code::BAD_NUMBER, message)
                    .at(span)
                    .help("write year, month and day, as in `2027-03-31`"),
            );
        }
        date.map(|date| (date, span))
    }
}
