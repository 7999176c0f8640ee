//! Rules taken apart to laws: for every record of some loops, where conditions hold, a check.

use super::super::expr::{ExprKind as K, TypedExpr};
use super::super::rule::{Need, RuleIr};
use super::build::{Builder, Domain, Variables, is_condition};
use super::domains::Ranges;
use super::formula::{Domains, Flag, Formula, MISSING};
use super::interval::Interval;
use super::keys::Keys;
use crate::ir::Library;
use espice_syntax::ast::{BinaryOp, ComprehensionKind};
use std::collections::{BTreeMap, BTreeSet};

/// One check of a rule.
pub(super) struct Law<'a> {
    /// The records that it speaks of, by key.
    pub(super) loops: BTreeSet<String>,
    /// Whether it speaks of every record, not of some.
    pub(super) universal: bool,
    /// The conditions of its loops, each as written.
    pub(super) wheres: Vec<(Formula, &'a TypedExpr)>,
    /// What must hold.
    pub(super) check: Formula,
    /// As written, without the loops.
    pub(super) body: &'a TypedExpr,
    /// Index of the `check` that it is part of.
    pub(super) of: usize,
}

impl<'a> Law<'a> {
    /// A law that nothing is known of yet.
    fn new(of: usize, body: &'a TypedExpr) -> Law<'a> {
        let (loops, wheres) = (BTreeSet::new(), Vec::new());
        Law { loops, universal: true, wheres, check: Formula::Yes, body, of }
    }
}

/// A rule as formulas.
pub(super) struct Laws<'a> {
    pub(super) rule: &'a RuleIr,
    /// What the scope of the rule makes certain.
    pub(super) scope: Formula,
    pub(super) when: Formula,
    pub(super) laws: Vec<Law<'a>>,
    /// Checks of which `laws` holds the parts one by one, whole.
    pub(super) wholes: Vec<Law<'a>>,
    pub(super) domains: BTreeMap<usize, Domain>,
}

impl<'a> Laws<'a> {
    /// Everything that holds when a law's check is looked at.
    pub(super) fn context<'s>(&'s self, law: &'s Law<'a>) -> Vec<&'s Formula> {
        let wheres = law.wheres.iter().map(|w| &w.0);
        [&self.scope, &self.when].into_iter().chain(wheres).collect()
    }
}

/// The laws of a rule.
pub(super) fn laws<'a>(
    rule: &'a RuleIr,
    library: &'a Library,
    variables: &mut Variables,
) -> Laws<'a> {
    let mut builder =
        Builder::new(Keys::new(&rule.frame), Ranges::new(library, &rule.kinds), variables);
    let when = rule.when.as_ref().map_or(Formula::Yes, |w| builder.formula(w));
    let (mut found, mut wholes) = (Vec::new(), Vec::new());
    for (of, check) in rule.checks.iter().enumerate() {
        let before = found.len();
        take_apart(&mut builder, of, check, &mut found);
        let parts = found.get(before..).unwrap_or_default();
        if parts.len() > 1 && parts.iter().all(|p| p.loops.is_empty()) {
            wholes.push(Law { check: builder.formula(check), ..Law::new(of, check) });
        }
    }
    let mut scope: Vec<Formula> = Vec::new();
    if let [kind] = rule.kinds.as_slice() {
        scope.push(Formula::Flag(Flag {
            subject: String::from("(.DeviceKind (Device))"),
            word: Some(kind.clone()),
            holds: true,
        }));
    }
    // A symbol that is needed may be there as a row or as a curve.
    for need in &rule.needs {
        match need {
            Need::Symbol(_) => {}
            Need::Curve(wanted) => scope.push(present(Keys::of_curve(wanted))),
            Need::Expr(e) if is_condition(&e.ty) => scope.push(builder.formula(e)),
            Need::Expr(e) => scope.push(present(builder.keys.key(e))),
        }
    }
    let scope = Formula::all(scope);
    Laws { rule, scope, when, laws: found, wholes, domains: builder.domains }
}

/// What is there.
fn present(subject: String) -> Formula {
    Formula::Flag(Flag { subject, word: Some(String::from(MISSING)), holds: false })
}

/// The laws that must all hold for a check to hold.
fn take_apart<'a>(
    builder: &mut Builder<'a, '_>,
    of: usize,
    check: &'a TypedExpr,
    found: &mut Vec<Law<'a>>,
) {
    if let K::Binary(BinaryOp::And, a, b) = &check.kind {
        take_apart(builder, of, a, found);
        take_apart(builder, of, b, found);
        return;
    }
    let mut law = Law::new(of, check);
    while let K::Comprehension { kind, slot, over, condition, body } = &law.body.kind {
        law.universal &= match kind {
            ComprehensionKind::Every => true,
            ComprehensionKind::Some => false,
            _ => break,
        };
        law.loops.insert(builder.enter(*slot, over));
        if let Some(condition) = condition {
            let formula = builder.formula(condition);
            law.wheres.push((formula, condition));
        }
        law.body = body;
    }
    law.check = builder.formula(law.body);
    law.loops.iter().for_each(|_| builder.leave());
    found.push(law);
}

/// What is known of variables in one or two rules.
pub(super) struct Known<'k> {
    pub(super) variables: &'k Variables,
    pub(super) domains: Vec<&'k BTreeMap<usize, Domain>>,
    pub(super) level: Level,
}

/// How much is taken for granted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Level {
    /// What mathematics and tables say.
    Certain,
    /// Also declared ranges.
    Declared,
    /// Declared ranges and a little more: what is held to the end of its range exactly is told
    /// apart from what can never reach a limit.
    Widened,
}

impl Domains for Known<'_> {
    fn domain(&self, variable: usize) -> Interval {
        let of = |d: &Domain| match self.level {
            Level::Certain => d.certain,
            Level::Declared => d.declared,
            Level::Widened => d.declared.widened().meet(d.certain),
        };
        let all = self.domains.iter().filter_map(|d| d.get(&variable)).map(of);
        all.reduce(Interval::hull).unwrap_or(Interval::ALL)
    }

    fn key(&self, variable: usize) -> &str {
        self.variables.key(variable)
    }
}
