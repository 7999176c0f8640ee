//! Conditions inside formulas: comparisons, ranges, choices.

use super::fold;
use super::lower::{Lowering, Number, Sort, Value};
use crate::check::dims::{Operand, Together, mismatch};
use crate::ir::{Binary, Comparison, ExprId, Unary};
use espice_base::{Code, Diagnostic, Span};
use espice_syntax::ast::{CompareOp, Expr, ExprKind};
use espice_units::Dimension;

impl Lowering<'_> {
    pub(super) fn comparisons(
        &mut self,
        first: &Expr,
        rest: &[(CompareOp, Span, Expr)],
        span: Span,
    ) -> Option<Value> {
        let mut left = (first, self.number(first));
        let mut all = Some(None);
        for (op, _, expr) in rest {
            let right = (expr, self.number(expr));
            let pair = left.1.zip(right.1).and_then(|(x, y)| {
                self.alike(Together::Compare, (left.0, x), (right.0, y))?;
                Some(self.compare(*op, x.id, y.id, span))
            });
            all = match (all, pair) {
                (Some(None), Some(id)) => Some(Some(id)),
                (Some(Some(so_far)), Some(id)) => Some(Some(self.both(so_far, id, span))),
                _ => None,
            };
            left = right;
        }
        all.flatten().map(|id| Value { id, sort: Sort::Condition })
    }

    pub(super) fn within(
        &mut self,
        value: &Expr,
        set: &Expr,
        negated: bool,
        span: Span,
    ) -> Option<Value> {
        let ExprKind::Range { low, high, step: None } = &set.kind else {
            self.diagnostics.push(
                Diagnostic::error(Code::FORM_NOT_ALLOWED, "`in` needs a range in an equation")
                    .at(set.span)
                    .help("write `x in lo .. hi`"),
            );
            self.number(value);
            return None;
        };
        let (x, lo, hi) = (self.number(value), self.number(low), self.number(high));
        let ends = lo.zip(hi);
        if let Some((lo, hi)) = ends {
            self.alike(Together::Ends, (&**low, lo), (&**high, hi))?;
        }
        let (x, (lo, hi)) = (x?, ends?);
        if x.dimension != lo.dimension {
            let range = Operand { span: set.span, dimension: lo.dimension, bare: None };
            let value = Operand::of(value, x.dimension);
            self.diagnostics.push(mismatch(Together::Within, value, range));
            return None;
        }
        let above = self.compare(CompareOp::LessEqual, lo.id, x.id, span);
        let below = self.compare(CompareOp::LessEqual, x.id, hi.id, span);
        let inside = self.both(above, below, span);
        let id = if negated { self.not(inside, span).id } else { inside };
        Some(Value { id, sort: Sort::Condition })
    }

    pub(super) fn choice(
        &mut self,
        c: &Expr,
        then: &Expr,
        otherwise: &Expr,
        span: Span,
    ) -> Option<Value> {
        let condition = self.condition(c);
        let (a, b) = (self.value(then), self.value(otherwise));
        let (a, b) = (a?, b?);
        let sort = match (a.sort, b.sort) {
            (Sort::Condition, Sort::Condition) => Sort::Condition,
            (
                Sort::Number { dimension: da, is_point: pa },
                Sort::Number { dimension: db, is_point: pb },
            ) => {
                let left = Number { id: a.id, dimension: da, is_point: pa };
                let right = Number { id: b.id, dimension: db, is_point: pb };
                self.alike(Together::Arms, (then, left), (otherwise, right))?;
                Sort::Number { dimension: da, is_point: pa || pb }
            }
            _ => {
                self.diagnostics.push(
                    Diagnostic::error(
                        Code::CONDITION,
                        "one arm of `if` is a condition, the other a number",
                    )
                    .at(then.span)
                    .label(otherwise.span, ""),
                );
                return None;
            }
        };
        let dimension = match sort {
            Sort::Number { dimension, .. } => dimension,
            Sort::Condition => Dimension::NONE,
        };
        let id = fold::select(&mut self.graph, condition?, a.id, b.id, dimension, span);
        Some(Value { id, sort })
    }

    fn compare(&mut self, op: CompareOp, a: ExprId, b: ExprId, span: Span) -> ExprId {
        let g = &mut self.graph;
        match op {
            CompareOp::Less => fold::compare(g, Comparison::Less, a, b, span),
            CompareOp::LessEqual => fold::compare(g, Comparison::LessEqual, a, b, span),
            CompareOp::Greater => fold::compare(g, Comparison::Less, b, a, span),
            CompareOp::GreaterEqual => fold::compare(g, Comparison::LessEqual, b, a, span),
            CompareOp::Equal => fold::compare(g, Comparison::Equal, a, b, span),
            CompareOp::NotEqual => {
                let equal = fold::compare(g, Comparison::Equal, a, b, span);
                fold::unary(g, Unary::Not, equal, Dimension::NONE, span)
            }
        }
    }

    fn both(&mut self, a: ExprId, b: ExprId, span: Span) -> ExprId {
        fold::binary(&mut self.graph, Binary::And, a, b, Dimension::NONE, span)
    }

    pub(super) fn not(&mut self, a: ExprId, span: Span) -> Value {
        let id = fold::unary(&mut self.graph, Unary::Not, a, Dimension::NONE, span);
        Value { id, sort: Sort::Condition }
    }
}
