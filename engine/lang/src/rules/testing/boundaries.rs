//! What the rules of a passing test say when a value stands right below, at and right above each
//! limit that it is compared with, is no number, or is missing.

use super::run::{Bench, Swap, word};
use super::{ExpectIr, TestContext, TestIr};
use crate::rules::book::{Input, Rulebook};
use crate::rules::expr::{ExprKind as Kind, TypedExpr};
use crate::rules::rule::RuleIr;
use crate::rules::watch::{Force, Limits, Met, Put, Watch};
use espice_base::Span;
use espice_syntax::ast::{BinaryOp, ComprehensionKind};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// A limit that a value of a passing test was compared with.
#[derive(Clone, PartialEq, Debug)]
pub struct Boundary {
    /// The test whose data were used.
    pub test: String,
    /// Its pack.
    pub pack: String,
    /// The rule.
    pub rule: String,
    /// The comparison.
    pub span: Span,
    /// Its text on one line.
    pub text: String,
    /// The limit with its unit.
    pub limit: String,
    /// Whether it is an upper limit, a lower one, or one that must be met.
    pub side: &'static str,
    /// The outcome of the rule with the value at the next number below, at the limit, at the next
    /// number above, not a number, missing.
    pub outcomes: [&'static str; 5],
    /// What of it is wrong; `None` when the outcome changes at the limit and nowhere else.
    pub fault: Option<String>,
}

impl Boundary {
    /// How a test of the limit is written; `None` when the outcome does not change there.
    pub fn expectation(&self) -> Option<String> {
        let [below, at, above, ..] = self.outcomes;
        let words = match (below, at, above) {
            ("pass", "pass", c) if c != "pass" => "up to",
            ("pass", b, c) if b != "pass" && c != "pass" => "below",
            (a, "pass", "pass") if a != "pass" => "down to",
            (a, b, "pass") if a != "pass" && b != "pass" => "above",
            _ => return None,
        };
        Some(format!("expect pass {} {words} {}", self.rule, self.limit))
    }
}

impl Rulebook {
    /// Every limit that is met by a rule of these packs in a test of theirs that expects the rule
    /// to pass, in the order of the tests.
    pub fn boundaries(
        &self,
        packs: &[String],
        wanted: &dyn Fn(&str) -> bool,
        context: &TestContext<'_>,
    ) -> Vec<Boundary> {
        let mut found = Vec::new();
        for test in self.tests.iter().filter(|t| packs.contains(&t.pack) && wanted(&t.name)) {
            if test.skip.is_none() {
                self.of_test(test, context, &mut found);
            }
        }
        found
    }

    fn of_test(&self, test: &TestIr, context: &TestContext<'_>, found: &mut Vec<Boundary>) {
        let (Ok(prepared), Some(view)) =
            (self.prepare(test, context), self.views.get(&test.pack_index))
        else {
            return;
        };
        let input = Input {
            facts: &prepared.facts,
            model: prepared.model.as_deref(),
            today: context.today,
            limits: context.limits,
            constants: context.constants,
        };
        let limits = RefCell::default();
        let swap = Swap::Nothing;
        let bench = Bench { book: self, test, view, input, swap, watch: None, limits };
        let mut seen = BTreeSet::new();
        for expect in &test.expect {
            let ExpectIr::Outcome { outcome, rule: index, .. } = expect else { continue };
            if outcome != "pass" || !seen.insert(*index) {
                continue;
            }
            let Some(rule) = bench.rule(*index).filter(|r| r.pack == test.pack) else { continue };
            let plain = Watch::default();
            let passes = bench.find(*index, Some(&plain)).is_some_and(|f| word(&f) == "pass");
            if !passes {
                continue;
            }
            let direct = direct(rule);
            let met = plain.seen.into_inner().met;
            for met in met.values() {
                let outcomes = cases(met).map(|put| {
                    let force = Force {
                        place: Some(met.place),
                        limit: met.limit,
                        dimension: None,
                        limits: Some(met.limits),
                        put,
                    };
                    bench.find(*index, Some(&Watch::forcing(force))).map_or("", |f| word(&f))
                });
                found.push(Boundary {
                    test: test.name.clone(),
                    pack: test.pack.clone(),
                    rule: rule.name.clone(),
                    span: met.place,
                    text: self.snippet(met.place),
                    limit: met.show(),
                    side: match met.limits {
                        Limits::Upper => "upper",
                        Limits::Lower => "lower",
                        Limits::Point => "point",
                    },
                    outcomes,
                    fault: fault(met.limits, outcomes, direct.contains(&met.place)),
                });
            }
        }
    }
}

fn cases(met: &Met) -> [Put; 5] {
    let limit = met.limit;
    [
        Put::Number(limit.next_down()),
        Put::Number(limit),
        Put::Number(limit.next_up()),
        Put::NotANumber,
        Put::Missing,
    ]
}

/// What is wrong with the outcomes at a limit. A comparison on which the check as a whole hangs
/// must change the outcome; one in a condition of a loop need not.
fn fault(limits: Limits, outcomes: [&'static str; 5], direct: bool) -> Option<String> {
    let [below, at, above, not_a_number, missing] = outcomes;
    let open = |o: &str| o == "undecided" || o == "not_applicable";
    for (what, outcome) in [("not a number", not_a_number), ("missing", missing)] {
        if !open(outcome) && (direct || outcome != "pass") {
            return Some(format!("a value that is {what} gives `{outcome}`"));
        }
    }
    let turns = match limits {
        Limits::Upper => below == "pass" && above != "pass",
        Limits::Lower => below != "pass" && above == "pass",
        Limits::Point => (at == "pass") != (below == "pass" && above == "pass"),
    };
    (direct && !turns)
        .then(|| format!("the outcome does not change at the limit: {below}, {at}, {above}"))
}

/// The comparisons on which a check hangs alone: joined by `and`, inside `every`.
fn direct(rule: &RuleIr) -> BTreeSet<Span> {
    let mut found = BTreeSet::new();
    let mut waiting: Vec<&TypedExpr> = rule.checks.iter().collect();
    while let Some(e) = waiting.pop() {
        match &e.kind {
            Kind::Binary(BinaryOp::And, a, b) => waiting.extend([&**a, &**b]),
            Kind::Comprehension { kind: ComprehensionKind::Every, body, .. } => waiting.push(body),
            Kind::Compare(operands, _) => {
                let pairs = operands.windows(2).filter_map(|w| match w {
                    [a, b] => Some(a.span.to(b.span)),
                    _ => None,
                });
                found.extend(pairs);
            }
            Kind::In { negated: false, .. } => {
                found.insert(e.span);
            }
            _ => {}
        }
    }
    found
}
