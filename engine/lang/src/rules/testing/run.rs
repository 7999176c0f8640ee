//! Running tests.

use super::{ExpectIr, Senseless, TestContext, TestIr, TestOutcome, TestStatus, Unmet};
use crate::Quantities;
use crate::ir::{Finding, FindingStatus};
use crate::rules::book::{Input, Phase, Rulebook, View};
use crate::rules::eval::Evaluator;
use crate::rules::rule::RuleIr;
use crate::rules::select::{CandidateStatus, SelectIr, Selection};
use crate::rules::watch::Watch;
use espice_base::{Code, Diagnostic, Diagnostics, Severity};
use espice_facts::Facts;
use std::cell::RefCell;

/// What a test gives, made once.
pub(crate) struct Prepared<'m> {
    pub(crate) facts: Facts,
    pub(crate) model: Option<Box<dyn Quantities + 'm>>,
}

/// A rule or a select block in the place of the pack's own.
#[derive(Clone, Copy)]
pub(crate) enum Swap<'s> {
    /// Everything as it stands.
    Nothing,
    /// By its place in the rulebook.
    Rule(usize, &'s RuleIr),
    /// By kind.
    Select(&'s str, &'s SelectIr),
}

/// One test about to be judged.
pub(super) struct Bench<'b> {
    pub(super) book: &'b Rulebook,
    pub(super) test: &'b TestIr,
    pub(super) view: &'b View,
    pub(super) input: Input<'b>,
    pub(super) swap: Swap<'b>,
    /// Looks on at what is expected of rules.
    pub(super) watch: Option<&'b Watch>,
    /// Takes the limits that evaluations hit.
    pub(super) limits: RefCell<Diagnostics>,
}

impl Rulebook {
    /// Runs every test of every pack, in the order of declaration.
    pub fn run_tests(&self, context: &TestContext<'_>) -> Vec<TestOutcome> {
        self.tests.iter().map(|t| self.run_test(t, context, None).0).collect()
    }

    /// One test, and the limits that it hit: such a test fails, whatever it expects.
    pub(crate) fn run_test(
        &self,
        test: &TestIr,
        context: &TestContext<'_>,
        watch: Option<&Watch>,
    ) -> (TestOutcome, Diagnostics) {
        let mut outcome = TestOutcome {
            name: test.name.clone(),
            pack: test.pack.clone(),
            status: TestStatus::Pass,
            expected: Vec::new(),
            got: Vec::new(),
            note: String::new(),
            span: test.span,
        };
        if let Some(reason) = &test.skip {
            outcome.status = TestStatus::Skip;
            outcome.note.clone_from(reason);
            return (outcome, Diagnostics::new());
        }
        let unmet = self
            .prepare(test, context)
            .and_then(|prepared| self.unmet(test, &prepared, context, Swap::Nothing, watch));
        let (unmet, limits) = unmet.unwrap_or_else(|(span, reason)| {
            let senseless = (span, String::from("what is given to make sense"), reason);
            (vec![senseless], Diagnostics::new())
        });
        if let Some(reason) = &test.todo {
            let closed = "passes now: take `todo` away";
            outcome.note = String::from(if unmet.is_empty() { closed } else { reason });
        }
        for (i, (span, expected, got)) in unmet.into_iter().enumerate() {
            if i == 0 {
                outcome.span = span;
            }
            outcome.expected.push(expected);
            outcome.got.push(got);
            outcome.status = if test.todo.is_some() { TestStatus::Todo } else { TestStatus::Fail };
        }
        (outcome, limits)
    }

    fn bare<'f>(facts: &'f Facts, context: &TestContext<'_>) -> Input<'f> {
        Input {
            facts,
            model: None,
            today: context.today,
            limits: context.limits,
            constants: context.constants,
        }
    }

    /// What a test gives.
    pub(crate) fn prepare<'m>(
        &self,
        test: &TestIr,
        context: &TestContext<'m>,
    ) -> Result<Prepared<'m>, Senseless> {
        let empty = Facts::default();
        let evaluator = Evaluator::new(self, Self::bare(&empty, context), &test.frame);
        let mut facts = evaluator.given_facts(test)?;
        for file in &test.files {
            let Some(read) = context.read else {
                return Err((file.span, String::from("files cannot be read here")));
            };
            join(&mut facts, read(&file.name, &file.bytes).map_err(|why| (file.span, why))?);
        }
        if !facts.sweeps.is_empty() {
            let kind = facts.device.kind.clone().unwrap_or_default();
            let (curves, _) = self.read(&kind, &Self::bare(&facts, context));
            facts.curves.extend(curves);
        }
        let model = evaluator.given_model(test, context)?;
        Ok(Prepared { facts, model })
    }

    /// The expectations that are not met, and the limits that were hit: of an evaluation that came
    /// to no end nothing is known.
    pub(crate) fn unmet(
        &self,
        test: &TestIr,
        prepared: &Prepared<'_>,
        context: &TestContext<'_>,
        swap: Swap<'_>,
        watch: Option<&Watch>,
    ) -> Result<(Vec<Unmet>, Diagnostics), Senseless> {
        let nothing = View::default();
        let view = self.views.get(&test.pack_index).unwrap_or(&nothing);
        let bare = Self::bare(&prepared.facts, context);
        let input = Input { model: prepared.model.as_deref(), ..bare };
        let limits = RefCell::default();
        let bench = Bench { book: self, test, view, input, swap, watch, limits };
        let evaluator = Evaluator::new(self, bare, &test.frame);
        let mut unmet = Vec::new();
        for expect in &test.expect {
            let is_of = match (swap, expect) {
                (Swap::Nothing, _) => true,
                (Swap::Rule(swapped, _), ExpectIr::Outcome { rule, .. }) => swapped == *rule,
                (Swap::Rule(..), ExpectIr::Nothing(_)) => true,
                (Swap::Select(..), expect) => expect.is_of_candidates(),
                _ => false,
            };
            if is_of {
                bench.judge(expect, &evaluator, &mut unmet)?;
            }
        }
        let limits = bench.limits.into_inner();
        if let Some(limit) = limits.iter().next() {
            let expected = String::from("rules that come to an end");
            unmet.insert(0, (test.span, expected, limit.message.clone()));
        }
        Ok((unmet, limits))
    }
}

impl Bench<'_> {
    /// The rule as the test's pack sees it.
    pub(super) fn rule(&self, index: usize) -> Option<&RuleIr> {
        match self.swap {
            Swap::Rule(swapped, rule) if swapped == index => Some(rule),
            _ => self.view.rules.get(index),
        }
    }

    /// The finding of a rule; `None` when there is no such rule.
    pub(super) fn find(&self, index: usize, watch: Option<&Watch>) -> Option<Finding> {
        let rule = self.rule(index)?;
        let mut diagnostics = Diagnostics::new();
        let packs = Some(&self.view.packs);
        let finding = self.book.watched(index, rule, &self.input, packs, watch, &mut diagnostics);
        self.note(diagnostics);
        Some(finding)
    }

    /// Keeps the limits among what evaluations tell. The rest is what a test may expect: a script
    /// that fails leaves its rule undecided.
    fn note(&self, told: Diagnostics) {
        let is_limit = |d: &Diagnostic| [Code::RULE_LIMIT, Code::SCRIPT_LIMIT].contains(&d.code);
        self.limits.borrow_mut().extend(told.into_iter().filter(is_limit));
    }

    /// The candidates of the device at hand, those of packs that the test does not see left out.
    pub(super) fn selection(&self, watch: Option<&Watch>) -> Selection {
        let kind = self.input.facts.device.kind.as_deref().unwrap_or_default();
        let select = match self.swap {
            Swap::Select(swapped, select) if swapped == kind => Some(select),
            _ => self.book.selects.get(kind),
        };
        let Some(select) = select else { return Selection::default() };
        let (mut selection, told) = self.book.select_by(select, kind, &self.input, watch);
        self.note(told);
        let seen = |t: &str| select.packs.get(t).is_none_or(|p| self.test.sees.contains(p));
        selection.candidates.retain(|c| seen(&c.template));
        selection
    }

    /// The first candidate of a selection, and why a template is not.
    pub(super) fn choose(&self, template: &str, watch: Option<&Watch>) -> (String, String) {
        let selection = self.selection(watch);
        let first = selection.candidates.iter().find(|c| c.status == CandidateStatus::Considered);
        let mine = selection.candidates.iter().find(|c| c.template == template);
        let why = mine.map_or(String::new(), |c| format!(" ({template}: {})", c.reason));
        (first.map_or(String::from("none"), |c| c.template.clone()), why)
    }

    /// The rules that fail though nothing is expected of them.
    pub(super) fn others(&self) -> Vec<Finding> {
        let expected = |index: usize| {
            self.test
                .expect
                .iter()
                .any(|e| matches!(e, ExpectIr::Outcome { rule, .. } if *rule == index))
        };
        let runs = |rule: &RuleIr| {
            let phase = match rule.phase {
                Phase::Source => !self.input.facts.sweeps.is_empty(),
                Phase::Data => true,
                Phase::Model => self.input.model.is_some(),
                Phase::Library => !self.input.facts.device.parts.is_empty(),
            };
            phase && self.test.sees.contains(&rule.pack)
        };
        let all = self.view.rules.iter().enumerate();
        all.filter(|(i, rule)| {
            let swapped = !matches!(self.swap, Swap::Rule(s, _) if s != *i);
            swapped && !expected(*i) && runs(rule)
        })
        .filter_map(|(i, _)| self.find(i, None))
        .filter(|f| f.status == FindingStatus::Failed)
        .collect()
    }
}

/// The outcome word of a test for a finding.
pub(super) fn word(finding: &Finding) -> &'static str {
    match (finding.status, finding.severity) {
        (FindingStatus::Passed, _) => "pass",
        (FindingStatus::Undecided, _) => "undecided",
        (FindingStatus::NotApplicable, _) => "not_applicable",
        (FindingStatus::Waived, _) => "waived",
        (FindingStatus::Failed, Severity::Error) => "error",
        (FindingStatus::Failed, Severity::Warning) => "warning",
        (FindingStatus::Failed, Severity::Note) => "note",
    }
}

/// Adds what a file holds to what the test itself states, which counts first.
fn join(facts: &mut Facts, file: Facts) {
    let (own, read) = (&mut facts.device, file.device);
    own.part = own.part.take().or(read.part);
    own.maker = own.maker.take().or(read.maker);
    own.kind = own.kind.take().or(read.kind);
    own.polarity = own.polarity.take().or(read.polarity);
    own.package = own.package.take().or(read.package);
    facts.sources.extend(file.sources);
    facts.parameters.extend(file.parameters);
    facts.curves.extend(file.curves);
    facts.sweeps.extend(file.sweeps);
}
