//! Which templates are candidates for a kind, in which order, and why.

use super::book::{Input, Rulebook};
use super::compile::{quoted, unknown_word};
use super::eval::Evaluator;
use super::expr::{Frame, TypedExpr};
use super::message::number;
use super::scope::Checker;
use super::value::{Truth, Verdict};
use super::watch::Watch;
use crate::ir::Library;
use espice_base::{Diagnostics, Span};
use espice_syntax::ast::SelectAction;
use std::collections::BTreeMap;

/// By what candidates that were fitted are ranked; earlier keys count first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RankKey {
    /// Error on withheld curves or points.
    WithheldError,
    /// Number of parameters that were fitted.
    ParameterCount,
    /// Error on the points that were fitted.
    FitError,
    /// The order of this list.
    Order,
}

const RANKS: [(&str, RankKey); 4] = [
    ("withheld_error", RankKey::WithheldError),
    ("parameter_count", RankKey::ParameterCount),
    ("fit_error", RankKey::FitError),
    ("order", RankKey::Order),
];

/// Whether a template is tried.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CandidateStatus {
    /// It is tried.
    Considered,
    /// It is not.
    Rejected,
}

/// A template of the kind, with the reason for its place.
#[derive(Clone, PartialEq, Debug)]
pub struct Candidate {
    /// Template name.
    pub template: String,
    /// Whether it is tried.
    pub status: CandidateStatus,
    /// The clauses that decided, with observed values.
    pub reason: String,
    /// Its place in the order of trying; rejected ones come last.
    pub order: usize,
    /// Where the deciding clause stands; `None` when no clause speaks of it.
    pub span: Option<Span>,
}

/// The candidates of a kind.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Selection {
    /// In the order of trying, rejected ones last.
    pub candidates: Vec<Candidate>,
    /// How fitted candidates are ranked.
    pub rank: Vec<RankKey>,
}

/// The select blocks of a kind, checked.
#[derive(Clone, Debug, Default)]
pub(crate) struct SelectIr {
    pub(crate) clauses: Vec<ClauseIr>,
    rank: Vec<RankKey>,
    /// Templates of the kind in the order of declaration.
    templates: Vec<String>,
    /// The packs of the templates, by name of the template.
    pub(crate) packs: BTreeMap<String, String>,
}

#[derive(Clone, Debug)]
pub(crate) struct ClauseIr {
    pub(crate) span: Span,
    action: Action,
    pub(crate) frame: Frame,
    pub(crate) when: Option<TypedExpr>,
    because: String,
}

#[derive(Clone, Debug)]
enum Action {
    Consider(String),
    Reject(String),
    Prefer(String, String),
}

pub(crate) fn check(checker: &mut Checker<'_>, library: &Library) -> BTreeMap<String, SelectIr> {
    let mut selects: BTreeMap<String, SelectIr> = BTreeMap::new();
    for kind in &library.kinds {
        let templates = library.templates.names_of(&kind.name).map(String::from).collect();
        let pack = |name: &str| library.templates.pack_of(name).map(|p| library.pack_name(p));
        let packs = library.templates.names_of(&kind.name);
        let packs = packs.filter_map(|t| Some((String::from(t), String::from(pack(t)?)))).collect();
        let rank = vec![RankKey::WithheldError, RankKey::ParameterCount];
        let select = SelectIr { clauses: Vec::new(), rank, templates, packs };
        selects.insert(kind.name.clone(), select);
    }
    for owned in &library.selects {
        let item = &owned.item;
        checker.start(owned.pack);
        let mut rank = Vec::new();
        for word in &item.rank {
            match RANKS.iter().find(|r| r.0 == word.text) {
                Some((_, key)) => rank.push(*key),
                None => {
                    let known: Vec<&str> = RANKS.iter().map(|r| r.0).collect();
                    unknown_word(checker, "key to rank by", word, &known);
                }
            }
        }
        let mut clauses = Vec::new();
        for clause in &item.clauses {
            checker.kinds = vec![item.kind.text.clone()];
            let when = clause.when.as_ref().map(|w| {
                let typed = checker.expr(w);
                checker.expect_truth(&typed, "the condition");
                typed
            });
            let frame = checker.finish_frame();
            let action = match &clause.action {
                SelectAction::Consider(t) => Action::Consider(t.text.clone()),
                SelectAction::Reject(t) => Action::Reject(t.text.clone()),
                SelectAction::Prefer(a, b) => Action::Prefer(a.text.clone(), b.text.clone()),
            };
            let because = quoted(&clause.because);
            clauses.push(ClauseIr { span: clause.span, action, frame, when, because });
        }
        if let Some(select) = selects.get_mut(&item.kind.text) {
            select.clauses.extend(clauses);
            if !rank.is_empty() {
                select.rank = rank;
            }
        }
    }
    selects
}

impl Rulebook {
    /// The templates of a kind in the order in which they are to be tried, each with its reason.
    ///
    /// A template with `consider` clauses is tried when one of them holds, one without always;
    /// a `reject` clause that holds takes it out. A condition that cannot be decided does not
    /// hold, and the reason says so. `prefer` clauses that hold move the first before the
    /// second; among contradicting ones the earlier counts.
    pub fn select(&self, kind: &str, input: &Input<'_>) -> (Selection, Diagnostics) {
        match self.selects.get(kind) {
            Some(select) => self.select_by(select, kind, input, None),
            None => Default::default(),
        }
    }

    /// [`Rulebook::select`] by given clauses, while something may look on.
    pub(crate) fn select_by(
        &self,
        select: &SelectIr,
        kind: &str,
        input: &Input<'_>,
        watch: Option<&Watch>,
    ) -> (Selection, Diagnostics) {
        let mut diagnostics = Diagnostics::new();
        let judged: Vec<(&ClauseIr, Outcome)> = select
            .clauses
            .iter()
            .map(|c| (c, self.clause(c, input, watch, &mut diagnostics)))
            .collect();
        let mut candidates: Vec<Candidate> =
            select.templates.iter().map(|t| candidate(t, &judged)).collect();
        for (clause, outcome) in &judged {
            if let (Action::Prefer(first, second), true) = (&clause.action, outcome.holds) {
                prefer(&mut candidates, first, second, &judged, clause);
                let reason = |c: &mut Candidate, text: String| {
                    let join = if c.reason.is_empty() { "" } else { "; " };
                    c.reason = format!("{}{join}{text}", c.reason);
                };
                for c in &mut candidates {
                    if c.template == *first && c.status == CandidateStatus::Considered {
                        reason(c, format!("before {second}: {}", outcome.text));
                        c.span.get_or_insert(clause.span);
                    }
                }
            }
        }
        candidates.sort_by_key(|c| c.status == CandidateStatus::Rejected);
        for (order, c) in candidates.iter_mut().enumerate() {
            c.order = order;
            if c.reason.is_empty() {
                c.reason = format!("a template for `{kind}`");
            }
        }
        diagnostics.sort();
        (Selection { candidates, rank: select.rank.clone() }, diagnostics)
    }

    fn clause(
        &self,
        clause: &ClauseIr,
        input: &Input<'_>,
        watch: Option<&Watch>,
        diagnostics: &mut Diagnostics,
    ) -> Outcome {
        let mut evaluator = Evaluator::new(self, *input, &clause.frame);
        evaluator.watch = watch;
        let verdict = clause.when.as_ref().map_or(Verdict::of(true), |w| evaluator.truth(w));
        diagnostics.extend(evaluator.diagnostics());
        let what = clause.when.as_ref().map(|w| {
            let span = verdict.decision.as_ref().map_or(w.span, |d| d.span);
            format!("`{}`", self.snippet(span))
        });
        let seen = verdict.decision.as_ref().map_or(String::new(), |d| {
            format!(" ({})", number(d.observed, d.dimension, d.is_point))
        });
        let because = |text: String| match clause.because.as_str() {
            "" => text,
            because if text.is_empty() => because.to_string(),
            because => format!("{text}: {because}"),
        };
        let what = what.unwrap_or_default();
        let (holds, text) = match &verdict.truth {
            Truth::Yes if what.is_empty() => (true, because(String::new())),
            Truth::Yes => (true, because(format!("{what} holds{seen}"))),
            Truth::No => (false, because(format!("{what} does not hold{seen}"))),
            Truth::Unknown(why) => (false, format!("{what} cannot be decided: {}", why.text)),
        };
        Outcome { holds, text }
    }
}

struct Outcome {
    holds: bool,
    text: String,
}

fn candidate(template: &str, judged: &[(&ClauseIr, Outcome)]) -> Candidate {
    let mut candidate = Candidate {
        template: template.to_string(),
        status: CandidateStatus::Considered,
        reason: String::new(),
        order: 0,
        span: None,
    };
    let considered: Vec<&(&ClauseIr, Outcome)> = judged
        .iter()
        .filter(|(c, _)| matches!(&c.action, Action::Consider(t) if t == template))
        .collect();
    let fitting = considered.iter().find(|(_, o)| o.holds).or(considered.first());
    if let Some((clause, outcome)) = fitting {
        candidate.reason = outcome.text.clone();
        candidate.span = Some(clause.span);
        if !outcome.holds {
            candidate.status = CandidateStatus::Rejected;
            return candidate;
        }
    }
    let rejected = judged
        .iter()
        .find(|(c, o)| o.holds && matches!(&c.action, Action::Reject(t) if t == template));
    if let Some((clause, outcome)) = rejected {
        candidate.status = CandidateStatus::Rejected;
        candidate.reason = outcome.text.clone();
        candidate.span = Some(clause.span);
    }
    candidate
}

/// Moves `first` right before `second`, unless an earlier clause wants the reverse.
fn prefer(
    candidates: &mut Vec<Candidate>,
    first: &str,
    second: &str,
    judged: &[(&ClauseIr, Outcome)],
    this: &ClauseIr,
) {
    let contradicted = judged.iter().take_while(|(c, _)| !std::ptr::eq(*c, this)).any(|(c, o)| {
        o.holds && matches!(&c.action, Action::Prefer(a, b) if a == second && b == first)
    });
    let place = |name: &str| candidates.iter().position(|c| c.template == name);
    let (Some(from), Some(to)) = (place(first), place(second)) else { return };
    if !contradicted && from > to {
        let moved = candidates.remove(from);
        candidates.insert(to, moved);
    }
}
