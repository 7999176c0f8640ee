//! Which rules the tests of a pack evaluate, and how each of their conditions came out.

use super::{TestContext, TestOutcome};
use crate::rules::book::Rulebook;
use crate::rules::expr::{ExprKind as Kind, TypedExpr};
use crate::rules::rule::RuleBody;
use crate::rules::types::Type;
use crate::rules::watch::{Mark, Seen, Watch};
use espice_base::{Diagnostics, Span};
use std::collections::{BTreeMap, BTreeSet};

/// What the tests of some packs reached.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Coverage {
    /// The rules and select blocks of the packs, in the order of loading.
    pub rules: Vec<RuleCoverage>,
    /// Their limits tables. Rows are told and not demanded: a table is data, and its rules are
    /// tested on one row as on another.
    pub tables: Vec<TableCoverage>,
}

/// What tests reached of a limits table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TableCoverage {
    /// Name.
    pub table: String,
    /// Its pack.
    pub pack: String,
    /// Where it is declared.
    pub span: Span,
    /// Rows that were looked up.
    pub reached: usize,
    /// All rows.
    pub rows: usize,
}

/// What tests reached of one rule or select block.
#[derive(Clone, PartialEq, Debug)]
pub struct RuleCoverage {
    /// `leakage_limit`, or `select for diode`.
    pub rule: String,
    /// Its pack.
    pub pack: String,
    /// Where it stands.
    pub span: Span,
    /// How often an expectation asked for it.
    pub evaluated: u64,
    /// Its conditions in the order of the text.
    pub branches: Vec<Branch>,
}

/// A condition of a rule.
#[derive(Clone, PartialEq, Debug)]
pub struct Branch {
    /// Where it stands.
    pub span: Span,
    /// Its text on one line.
    pub text: String,
    /// The ways in which it can come out, each with how often it did: `yes` and `no`, or `below`,
    /// `within` and `above` of a range.
    pub ways: Vec<(&'static str, u64)>,
    /// How often it could not be decided. Data that are complete never show it, so that it is
    /// counted and not demanded.
    pub undecided: u64,
}

impl Coverage {
    /// Ways that were taken, and all of them.
    pub fn branches(&self) -> (usize, usize) {
        let ways = || self.rules.iter().flat_map(|r| &r.branches).flat_map(|b| &b.ways);
        (ways().filter(|w| w.1 > 0).count(), ways().count())
    }

    /// Rules that were evaluated, and all of them.
    pub fn evaluated(&self) -> (usize, usize) {
        (self.rules.iter().filter(|r| r.evaluated > 0).count(), self.rules.len())
    }

    /// Evaluated rules and ways that were taken among all, in percent; 100 when there are none.
    pub fn percent(&self) -> f64 {
        let ((taken, ways), (seen, rules)) = (self.branches(), self.evaluated());
        match ways + rules {
            0 => 100.0,
            all => 100.0 * (taken + seen) as f64 / all as f64,
        }
    }
}

/// What a run of tests gave.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct TestRun {
    /// In the order of declaration.
    pub outcomes: Vec<TestOutcome>,
    /// What they reached.
    pub coverage: Coverage,
    /// Limits that were hit: a test that hits one proves nothing, whatever it expects.
    pub limits: Diagnostics,
}

impl Rulebook {
    /// Runs the tests of some packs whose names `wanted` takes, and notes what they reach.
    pub fn test(
        &self,
        packs: &[String],
        wanted: &dyn Fn(&str) -> bool,
        context: &TestContext<'_>,
    ) -> TestRun {
        let mut run = TestRun::default();
        let mut watches: BTreeMap<usize, Watch> = BTreeMap::new();
        for test in self.tests.iter().filter(|t| packs.contains(&t.pack) && wanted(&t.name)) {
            let watch = watches.entry(test.pack_index).or_default();
            let (outcome, limits) = self.run_test(test, context, Some(watch));
            run.outcomes.push(outcome);
            run.limits.extend(limits);
        }
        for (index, pack) in
            self.pack_files.iter().enumerate().filter(|p| packs.contains(&p.1.name))
        {
            let seen = watches.remove(&index).unwrap_or_default().seen.into_inner();
            self.cover(index, &pack.name, &seen, &mut run.coverage);
        }
        run
    }

    fn cover(&self, pack: usize, name: &str, seen: &Seen, coverage: &mut Coverage) {
        let rules = self.views.get(&pack).map_or(&self.rules, |v| &v.rules);
        for (index, rule) in rules.iter().enumerate().filter(|(_, r)| r.pack == name) {
            coverage.rules.push(RuleCoverage {
                rule: rule.name.clone(),
                pack: rule.pack.clone(),
                span: rule.span,
                evaluated: seen.rules.get(&index).copied().unwrap_or(0),
                branches: self.branches(&sites(rule), seen),
            });
        }
        for (index, table) in self.tables.iter().enumerate().filter(|(_, t)| t.pack == name) {
            coverage.tables.push(TableCoverage {
                table: table.name.clone(),
                pack: table.pack.clone(),
                span: table.span,
                reached: seen.rows.iter().filter(|(t, _)| *t == index).count(),
                rows: table.rows.len(),
            });
        }
        let files = self.pack_files.get(pack).map_or(&[][..], |p| &p.files);
        for (kind, select) in &self.selects {
            let own = select.clauses.iter().filter(|c| files.contains(&c.span.file));
            let mut found = Sites::default();
            let mut span = None;
            for clause in own {
                span.get_or_insert(clause.span);
                clause.when.iter().for_each(|w| found.conditions(w));
                clause.frame.slots.iter().flatten().for_each(|d| found.conditions(d));
            }
            let Some(span) = span else { continue };
            let branches = self.branches(&found, seen);
            let asked = branches.iter().flat_map(|b| &b.ways).map(|w| w.1).max();
            coverage.rules.push(RuleCoverage {
                rule: format!("select for {kind}"),
                pack: String::from(name),
                span,
                evaluated: asked.unwrap_or(0),
                branches,
            });
        }
    }

    fn branches(&self, sites: &Sites, seen: &Seen) -> Vec<Branch> {
        let branch = |(span, mark): &(Span, Mark)| {
            let [a, b, c] = seen.of(*span, *mark);
            let text = self.snippet(*span);
            match mark {
                Mark::Truth => {
                    Branch { span: *span, text, ways: vec![("yes", a), ("no", b)], undecided: c }
                }
                Mark::Range => Branch {
                    span: *span,
                    text,
                    ways: vec![("below", a), ("within", b), ("above", c)],
                    undecided: 0,
                },
            }
        };
        sites.found.iter().map(branch).collect()
    }
}

/// The conditions of a rule.
pub(super) fn sites(rule: &RuleBody) -> Sites {
    let mut sites = Sites::default();
    rule.need_spans.iter().for_each(|s| sites.add(*s, Mark::Truth));
    for e in rule.when.iter().chain(&rule.checks) {
        sites.conditions(e);
    }
    // Only what the outcome depends on: a definition may serve the message alone.
    for slot in reached(rule) {
        rule.frame.slots.get(slot).into_iter().flatten().for_each(|d| sites.conditions(d));
    }
    sites
}

/// The slots that the outcome of a rule depends on.
pub(super) fn reached(rule: &RuleBody) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    let mut waiting: Vec<&TypedExpr> = rule.conditions().collect();
    while let Some(e) = waiting.pop() {
        if let Kind::Local(slot) = e.kind
            && reached.insert(slot)
        {
            waiting.extend(rule.frame.slots.get(slot).into_iter().flatten());
        }
        waiting.extend(e.parts());
    }
    reached
}

/// Places of conditions in the order of the text.
#[derive(Default)]
pub(super) struct Sites {
    found: BTreeSet<(Span, Mark)>,
}

impl Sites {
    fn add(&mut self, span: Span, mark: Mark) {
        self.found.insert((span, mark));
    }

    /// Every condition inside an expression, itself included.
    fn conditions(&mut self, e: &TypedExpr) {
        let (element, many) = e.ty.element();
        let plain = !matches!(e.kind, Kind::Truth(_) | Kind::Local(_) | Kind::Not(_));
        if *element == Type::Truth && plain {
            self.add(e.span, Mark::Truth);
            if let Kind::Compare(operands, operators) = &e.kind
                && operators.len() > 1
                && !many
            {
                for pair in operands.windows(2) {
                    if let [a, b] = pair {
                        self.add(a.span.to(b.span), Mark::Truth);
                    }
                }
            }
            if let Kind::In { set, .. } = &e.kind
                && matches!(set.ty, Type::Range(_))
                && !many
            {
                self.add(e.span, Mark::Range);
            }
        }
        for part in e.parts() {
            self.conditions(part);
        }
    }
}
