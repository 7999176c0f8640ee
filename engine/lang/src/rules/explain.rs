//! A short proof of how a rule came out: only the path that decided, with values.

use super::book::{Input, Rulebook};
use super::eval::Evaluator;
use super::expr::{ExprKind as Kind, TypedExpr};
use super::message::number;
use super::rule::RuleIr;
use super::run::Came;
use super::value::{Decision, Truth, Value};
use espice_syntax::ast::{BinaryOp, ComprehensionKind};
use espice_units::Dimension;

impl Rulebook {
    /// Explains how a rule comes out, in lines of text; `None` when there is no such rule.
    pub fn explain(&self, rule: &str, input: &Input<'_>) -> Option<Vec<String>> {
        let rule = self.rule(rule)?;
        let evaluator = Evaluator::of_rule(self, rule, *input);
        let mut lines = vec![format!(
            "{} ({} on {})",
            rule.full_name(),
            rule.severity.word(),
            rule.phase.word()
        )];
        if !rule.because.is_empty() {
            lines.push(format!("  because {}", rule.because));
        }
        for limit in &rule.limits {
            if let Some(definition) = evaluator.definition(limit.slot) {
                lines.push(format!(
                    "  limit {} = {}",
                    limit.name,
                    evaluator.show(definition, None)
                ));
            }
        }
        match evaluator.judge(rule) {
            Came::NotApplicable(reason) => lines.push(format!("  not applicable: {reason}")),
            Came::Decided(verdict, _) => {
                evaluator.explain_checks(rule, &verdict.decision, &mut lines)
            }
        }
        Some(lines)
    }
}

impl<'a> Evaluator<'a> {
    fn explain_checks(
        &self,
        rule: &RuleIr,
        overall: &Option<Decision<'a>>,
        lines: &mut Vec<String>,
    ) {
        for check in &rule.checks {
            let verdict = self.truth(check);
            lines.push(format!(
                "  check `{}`: {}",
                self.book.snippet(check.span),
                outcome(&verdict.truth)
            ));
            // The path is worth reading where it decided.
            let decided = match (&verdict.decision, overall) {
                (Some(mine), Some(all)) => mine.span == all.span,
                _ => verdict.truth.known() != Some(true),
            };
            if decided {
                if let Some(d) = &verdict.decision {
                    self.restore(d);
                }
                self.prove(check, verdict.decision.as_ref(), 2, lines);
                if let Some(d) = &verdict.decision {
                    let word = if d.margin >= 0.0 { "room" } else { "short by" };
                    let margin = number(d.margin.abs(), d.dimension, false);
                    lines.push(format!("    {word}: {margin}"));
                }
            }
        }
        for (name, slot) in &rule.lets {
            if let Some(definition) = self.definition(*slot) {
                lines.push(format!("  let {name} = {}", self.show(definition, None)));
            }
        }
    }

    fn prove(
        &self,
        e: &TypedExpr,
        decision: Option<&Decision<'a>>,
        depth: usize,
        lines: &mut Vec<String>,
    ) {
        let pad = "  ".repeat(depth);
        match &e.kind {
            Kind::Comprehension {
                kind: ComprehensionKind::Every | ComprehensionKind::Some,
                slot,
                over,
                body,
                ..
            } => {
                let count = self.items(over).map_or(0, |i| i.len());
                let record = decision.and_then(|d| d.trail.iter().find(|t| t.0 == *slot));
                let Some((_, value)) = record else {
                    lines.push(format!("{pad}{count} in `{}`", self.book.snippet(over.span)));
                    return;
                };
                let element = match value {
                    Value::Sample(..) => self.show_sample(value, over),
                    _ => self.show_value(value, &element_type(over), Dimension::NONE),
                };
                lines.push(format!(
                    "{pad}of {count} in `{}` decided by {element}",
                    self.book.snippet(over.span)
                ));
                self.prove(body, decision, depth + 1, lines);
            }
            Kind::Binary(BinaryOp::And | BinaryOp::Or, a, b) => {
                let mine = self.truth(e).truth.known();
                for part in [a, b] {
                    let truth = self.truth(part).truth;
                    // Operands that did not decide are left out.
                    if truth.known() == mine || matches!(truth, Truth::Unknown(_)) {
                        let text = self.book.snippet(part.span);
                        lines.push(format!("{pad}`{text}`: {}", outcome(&truth)));
                        self.prove(part, decision, depth + 1, lines);
                    }
                }
            }
            Kind::Not(inner) => self.prove(inner, decision, depth, lines),
            Kind::Compare(operands, _) => {
                operands.iter().for_each(|o| self.line(o, decision, &pad, lines));
            }
            Kind::In { value, set, .. } => {
                self.line(value, decision, &pad, lines);
                self.line(set, decision, &pad, lines);
            }
            Kind::If(condition, then, otherwise) => {
                let truth = self.truth(condition).truth;
                let text = self.book.snippet(condition.span);
                lines.push(format!("{pad}`{text}`: {}", outcome(&truth)));
                let taken = if truth.known() == Some(false) { otherwise } else { then };
                self.prove(taken, decision, depth + 1, lines);
            }
            Kind::Local(slot) => {
                if let Some(definition) = self.definition(*slot) {
                    self.prove(definition, decision, depth, lines);
                }
            }
            _ => e.parts().into_iter().for_each(|p| self.line(p, decision, &pad, lines)),
        }
    }

    fn line(
        &self,
        e: &TypedExpr,
        decision: Option<&Decision<'a>>,
        pad: &str,
        lines: &mut Vec<String>,
    ) {
        // A literal explains itself.
        if e.constant().is_none() {
            let text = self.book.snippet(e.span);
            lines.push(format!("{pad}`{text}` = {}", self.show(e, decision)));
        }
    }

    fn show_sample(&self, value: &Value<'a>, over: &TypedExpr) -> String {
        match &over.ty {
            super::types::Type::Curve(c) => {
                let ty = super::types::Type::Sample(c.clone());
                self.show_value(value, &ty, Dimension::NONE)
            }
            _ => self.show_value(value, &over.ty, Dimension::NONE),
        }
    }
}

fn element_type(over: &TypedExpr) -> super::types::Type {
    use super::types::Type;
    match &over.ty {
        Type::List(e) | Type::Series(e) | Type::Range(e) => (**e).clone(),
        other => other.clone(),
    }
}

fn outcome(truth: &Truth) -> String {
    match truth {
        Truth::Yes => String::from("yes"),
        Truth::No => String::from("no"),
        Truth::Unknown(why) => format!("undecided, {}", why.text),
    }
}
