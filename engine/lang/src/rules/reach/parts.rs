//! Conditions inside conditions that are decided before anything is looked at.

use super::build::{Builder, Variables, is_condition};
use super::domains::{Ranges, Tier};
use super::formula::Formula;
use super::keys::Keys;
use super::laws::Laws;
use super::{Proof, excluded};
use crate::ir::Library;
use crate::rules::expr::{ExprKind as K, TypedExpr};
use espice_base::{Code, Diagnostic, Diagnostics};
use espice_syntax::ast::BinaryOp;
use std::collections::BTreeSet;

/// Looks at every condition of a rule, but for the checks that are decided as a whole.
pub(super) fn check<'a>(
    laws: &Laws<'a>,
    decided: &BTreeSet<usize>,
    library: &'a Library,
    variables: &mut Variables,
    diagnostics: &mut Diagnostics,
) {
    let rule = laws.rule;
    let scope = [laws.scope.clone()];
    let mut scan = Scan { laws, library, variables, diagnostics, around: Vec::new() };
    if let Some(when) = &rule.when {
        scan.look(when, &scope, false);
    }
    for (_, slot) in &rule.lets {
        if let Some(Some(definition)) = rule.frame.slots.get(*slot) {
            scan.look(definition, &scope, true);
        }
    }
    let context = [laws.scope.clone(), laws.when.clone()];
    for (index, check) in rule.checks.iter().enumerate() {
        if !decided.contains(&index) {
            scan.look(check, &context, true);
        }
    }
}

struct Scan<'a, 's> {
    laws: &'s Laws<'a>,
    library: &'a Library,
    variables: &'s mut Variables,
    diagnostics: &'s mut Diagnostics,
    /// The loops and axes around the present place.
    around: Vec<Around<'a>>,
}

#[derive(Clone, Copy)]
enum Around<'a> {
    Loop(usize, &'a TypedExpr),
    Axes((usize, usize), &'a TypedExpr),
}

impl<'a> Scan<'a, '_> {
    /// Looks at a condition under what holds around it. A `whole` one has been judged.
    fn look(&mut self, e: &'a TypedExpr, context: &[Formula], whole: bool) {
        match &e.kind {
            K::Binary(op @ (BinaryOp::And | BinaryOp::Or), a, b) => {
                self.look(a, context, false);
                let (first, _) = self.formula(a);
                let known = if *op == BinaryOp::And { first } else { first.negated() };
                let mut more = context.to_vec();
                more.push(known);
                self.look(b, &more, false);
            }
            K::Not(inner) => self.look(inner, context, whole),
            K::If(condition, then, otherwise) => {
                self.look(condition, context, false);
                let (holds, _) = self.formula(condition);
                for (arm, known) in [(then, holds.clone()), (otherwise, holds.negated())] {
                    let mut more = context.to_vec();
                    more.push(known);
                    self.look(arm, &more, true);
                }
            }
            K::Comprehension { slot, over, condition, body, .. } => {
                self.empty(over);
                self.look(over, context, true);
                self.around.push(Around::Loop(*slot, over));
                let mut more = context.to_vec();
                if let Some(condition) = condition {
                    self.look(condition, context, false);
                    more.push(self.formula(condition).0);
                }
                self.look(body, &more, !is_condition(&body.ty));
                self.around.pop();
            }
            K::Where { value, axes, condition } => {
                self.look(value, context, true);
                let axes = axes.map(|a| Around::Axes(a, value));
                self.around.extend(axes);
                self.look(condition, context, false);
                if axes.is_some() {
                    self.around.pop();
                }
            }
            kind => {
                let asks = matches!(kind, K::Compare(..) | K::In { .. } | K::IsWord { .. });
                if asks && !whole && self.decided(e, context) {
                    return;
                }
                e.parts().into_iter().for_each(|part| self.look(part, context, true));
            }
        }
    }

    /// Tells of a range that no step leads through.
    fn empty(&mut self, over: &'a TypedExpr) {
        let K::Range(low, high, Some(step)) = &over.kind else { return };
        let rule = self.laws.rule;
        let keys = Keys::new(&rule.frame);
        let mut ranges = Ranges::new(self.library, &rule.kinds);
        let mut find = |e| ranges.of(e, &keys, Tier::Certain);
        let (low, high, step) = (find(low), find(high), find(step));
        let help = if low.low > high.high {
            "a range goes from its smaller end to its larger one"
        } else if step.high <= 0.0 {
            "a range goes up in steps above zero"
        } else {
            return;
        };
        let says = format!("the rule `{}` never decides: nothing lies in this range", rule.name);
        self.diagnostics
            .push(Diagnostic::warning(Code::NEVER_APPLIES, says).at(over.span).help(help));
    }

    /// The formula of a condition at this place, with the domains of its variables.
    fn formula(&mut self, e: &'a TypedExpr) -> (Formula, Laws<'a>) {
        let rule = self.laws.rule;
        let keys = Keys::new(&rule.frame);
        let ranges = Ranges::new(self.library, &rule.kinds);
        let mut builder = Builder::new(keys, ranges, self.variables);
        for around in &self.around {
            match around {
                Around::Loop(slot, over) => {
                    builder.enter(*slot, over);
                }
                Around::Axes(axes, curve) => builder.enter_axes(*axes, curve),
            }
        }
        let formula = builder.formula(e);
        let mut domains = builder.domains;
        for (variable, domain) in &self.laws.domains {
            domains.entry(*variable).or_insert_with(|| domain.clone());
        }
        let (scope, when) = (Formula::Yes, Formula::Yes);
        let (laws, wholes) = (Vec::new(), Vec::new());
        (formula, Laws { rule, scope, when, laws, wholes, domains })
    }

    /// Tells of a condition that is always or never met; whether it is.
    fn decided(&mut self, e: &'a TypedExpr, context: &[Formula]) -> bool {
        let (formula, known) = self.formula(e);
        let opposite = formula.negated();
        let around: Vec<&Formula> = context.iter().collect();
        if excluded(&around, &[&known], self.variables).is_some() {
            return true;
        }
        for (test, is_met) in [(&formula, false), (&opposite, true)] {
            let all: Vec<&Formula> = around.iter().copied().chain([test]).collect();
            let Some(proof) = excluded(&all, &[&known], self.variables) else { continue };
            let word = if is_met { "false" } else { "true" };
            let says = format!("this condition is never {word} here");
            let told = Diagnostic::warning(Code::DECIDED_CONDITION, says).at(e.span);
            let alone = is_met && excluded(&[test], &[&known], self.variables).is_some();
            let help = match (is_met, &proof) {
                (true, Proof::Certain) if alone => {
                    "every value meets it; ask `is not missing` where that is meant"
                }
                (true, Proof::Certain) => "it decides nothing beside what stands before it",
                (true, _) => "every value within the declared range meets it",
                (false, Proof::Certain) => "nothing can meet it beside what stands before it",
                (false, _) => "no value within the declared range meets it",
            };
            self.diagnostics.push(proof.tell(told).help(help));
            return true;
        }
        false
    }
}
