//! Judging again after packs were edited: only what changed.

use super::{Judged, Plan, Record};
use crate::ir::{Finding, FindingStatus};
use crate::rules::book::Rulebook;
use crate::rules::rule::RuleIr;
use espice_base::{Diagnostics, Span};
use std::collections::BTreeMap;

/// Where a rule stood before: its place in the earlier plan, and how far its text has moved.
#[derive(Clone, Copy)]
struct Before {
    place: usize,
    moved: i64,
}

impl Plan<'_> {
    /// Judges the same records after packs were edited: what [`Plan::judge`] gives, made from
    /// what an earlier plan gave wherever a rule says the same as before. Rules that changed, or
    /// that a waiver speaks of, and what was undecided are evaluated anew.
    ///
    /// Both plans must be of one phase and batch, and `given` must be what `earlier` gave for
    /// these records.
    pub fn judge_again(&self, records: &[Record<'_>], earlier: &Plan<'_>, given: Judged) -> Judged {
        let comparable = same_surroundings(self.book, earlier.book)
            && given.rules == earlier.rules.len()
            && given.statuses.len() == records.len().saturating_mul(given.rules);
        if !comparable {
            return self.judge(records);
        }
        let kept = self.kept(earlier);
        let changed: Vec<usize> =
            kept.iter().enumerate().filter(|k| k.1.is_none()).map(|k| k.0).collect();
        let anew = Plan::of(
            self.book,
            changed.iter().filter_map(|at| self.rules.get(*at)).map(|r| (r.0, r.1)),
            self.batch,
        );
        let anew = anew.judge(records);
        self.join(records, &kept, &changed, given, anew)
    }

    /// For each rule, where it stood before if it says the same.
    fn kept(&self, earlier: &Plan<'_>) -> Vec<Option<Before>> {
        let name = |r: &&RuleIr| (r.pack.clone(), r.name.clone());
        let old: BTreeMap<(String, String), usize> =
            earlier.rules.iter().enumerate().map(|(i, r)| (name(&r.1), i)).collect();
        self.rules
            .iter()
            .map(|(index, rule, program)| {
                let place = *old.get(&name(rule))?;
                let (before, was, _) = earlier.rules.get(place)?;
                let free = !self.book.is_waived(*index) && !earlier.book.is_waived(*before);
                let same = program.is_some() && free;
                let moved = moved((self.book, rule), (earlier.book, was)).filter(|_| same)?;
                Some(Before { place, moved })
            })
            .collect()
    }

    fn join(
        &self,
        records: &[Record<'_>],
        kept: &[Option<Before>],
        changed: &[usize],
        given: Judged,
        anew: Judged,
    ) -> Judged {
        let mut places: Vec<Option<(usize, i64)>> = vec![None; given.rules];
        for (at, before) in kept.iter().enumerate().filter_map(|(i, k)| Some((i, (*k)?))) {
            if let Some(place) = places.get_mut(before.place) {
                *place = Some((at, before.moved));
            }
        }
        let mut all = Judged {
            findings: Vec::with_capacity(given.findings.len()),
            places: Vec::with_capacity(given.findings.len()),
            diagnostics: anew.diagnostics.clone(),
            ..Judged::nothing(records.len(), kept.len())
        };
        let mut fresh = 0..changed.len();
        for (rule, before) in kept.iter().enumerate() {
            let (from, at) = match before {
                Some(before) => (&given, Some(before.place)),
                None => (&anew, fresh.next()),
            };
            let mut first = 0;
            for held in at.into_iter().flat_map(|at| from.of_rule(at)) {
                let place = all.place(first, rule);
                if let Some(own) = all.statuses.get_mut(place..place + held.len()) {
                    own.copy_from_slice(held);
                }
                first += held.len();
            }
        }
        let mut old = given.findings.into_iter().zip(given.places).peekable();
        let mut new = anew.findings.into_iter().zip(anew.places).peekable();
        let mut here: Vec<(usize, Box<Finding>)> = Vec::new();
        for (index, record) in records.iter().enumerate() {
            while let Some(((_, mut finding), place)) = old.next_if(|((of, _), _)| *of == index) {
                let Some((at, moved)) = places.get(place).copied().flatten() else { continue };
                if finding.status == FindingStatus::Undecided {
                    // What it tells beside the finding has to be told again too.
                    let told = self.walk(at, record, &mut all.diagnostics);
                    finding = told.map_or(finding, Box::new);
                } else {
                    finding.rule_span = shift(finding.rule_span, moved);
                }
                here.push((at, finding));
            }
            while let Some(((_, finding), place)) = new.next_if(|((of, _), _)| *of == index) {
                here.extend(changed.get(place).map(|at| (*at, finding)));
            }
            here.sort_by_key(|(at, _)| *at);
            for (at, finding) in here.drain(..) {
                all.findings.push((index, finding));
                all.places.push(at);
            }
        }
        all.diagnostics.sort();
        all
    }

    fn walk(
        &self,
        place: usize,
        record: &Record<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Finding> {
        let (index, rule, _) = self.rules.get(place)?;
        let input = self.batch.input(record);
        Some(self.book.evaluate(*index, rule, &input, None, diagnostics))
    }
}

fn shift(span: Span, by: i64) -> Span {
    let end = |at: u32| u32::try_from(i64::from(at).saturating_add(by)).unwrap_or(at);
    Span { file: span.file, start: end(span.start), end: end(span.end) }
}

/// Whether everything that rules refer to is the same in two rulebooks.
fn same_surroundings(a: &Rulebook, b: &Rulebook) -> bool {
    let symbols = |book: &Rulebook| -> Vec<_> {
        let all = book.symbols.symbols();
        all.map(|s| (s.name.clone(), s.dimension, s.plausible)).collect()
    };
    a.functions == b.functions
        && a.scripts.same(&b.scripts)
        && a.tables == b.tables
        && symbols(a) == symbols(b)
}

fn text_of(book: &Rulebook, span: Span) -> Option<&str> {
    book.texts.get(&span.file)?.at(span)
}

/// How far the text of a rule has moved, when the rule is the same in word and meaning.
fn moved((book, rule): (&Rulebook, &RuleIr), (before, was): (&Rulebook, &RuleIr)) -> Option<i64> {
    let by = i64::from(rule.span.start) - i64::from(was.span.start);
    let stays = |a: Span, b: Span| a == shift(b, by);
    let definitions = rule.frame.slots.iter().zip(&was.frame.slots);
    let same = rule.means_the_same(was)
        && stays(rule.span, was.span)
        && rule.checks.iter().zip(&was.checks).all(|(a, b)| stays(a.span, b.span))
        && definitions.into_iter().all(|(a, b)| match (a, b) {
            (Some(a), Some(b)) => {
                stays(a.span, b.span) && text_of(book, a.span) == text_of(before, b.span)
            }
            (a, b) => a.is_none() && b.is_none(),
        })
        && text_of(book, rule.span) == text_of(before, was.span);
    same.then_some(by)
}
