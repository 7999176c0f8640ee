//! Conditions point by point, and the choice of points by them.

use super::eval::{Evaluator, Found, ordered};
use super::expr::{ExprKind as Kind, TypedExpr};
use super::value::{CurveValue, Lack, Truth, Value};
use espice_base::Span;
use espice_syntax::ast::BinaryOp;
use std::rc::Rc;

impl<'a> Evaluator<'a> {
    /// A condition point by point.
    pub(crate) fn mask(&self, e: &TypedExpr) -> Mask {
        if !e.ty.element().1 {
            return Mask::One(self.truth(e).truth);
        }
        let mask = self.points(e);
        if let Some(watch) = self.watch {
            match &mask {
                Mask::One(truth) => watch.truth(e.span, truth.known()),
                Mask::Many(points) => points.iter().for_each(|p| watch.truth(e.span, *p)),
            }
        }
        mask
    }

    fn points(&self, e: &TypedExpr) -> Mask {
        match &e.kind {
            Kind::Not(inner) => self.mask(inner).map(|t| t.map(|b| !b)),
            Kind::Binary(BinaryOp::And, a, b) => self.mask(a).zip(self.mask(b), kleene_and),
            Kind::Binary(BinaryOp::Or, a, b) => self
                .mask(a)
                .map(|t| t.map(|b| !b))
                .zip(self.mask(b).map(|t| t.map(|b| !b)), kleene_and)
                .map(|t| t.map(|b| !b)),
            Kind::Compare(operands, operators) => {
                let values: Vec<Value<'a>> = operands.iter().map(|o| self.value(o)).collect();
                let mut result: Option<Mask> = None;
                for (op, pair) in operators.iter().zip(values.windows(2)) {
                    let [a, b] = pair else { continue };
                    let mask = pointwise(a, b, |x, y| ordered(*op, x, y));
                    result = Some(match result {
                        Some(before) => before.zip(mask, kleene_and),
                        None => mask,
                    });
                }
                result.unwrap_or(Mask::Many(Vec::new()))
            }
            Kind::In { value, set, negated } => {
                let (value, set) = (self.value(value), self.value(set));
                let mask = match set {
                    Value::Range(low, high, _) => pointwise(&value, &Value::Number(0.0), |x, _| {
                        low.is_none_or(|l| x >= l) && high.is_none_or(|h| x <= h)
                    }),
                    Value::Series(s) => {
                        pointwise(&value, &Value::Number(0.0), |x, _| s.contains(&x))
                    }
                    Value::Missing(why) => Mask::One(Truth::Unknown(why)),
                    _ => Mask::One(Truth::No),
                };
                if *negated { mask.map(|t| t.map(|b| !b)) } else { mask }
            }
            _ => match self.value(e) {
                Value::Mask(points) => Mask::Many(points.to_vec()),
                Value::Missing(why) => Mask::One(Truth::Unknown(why)),
                _ => Mask::One(Truth::No),
            },
        }
    }

    pub(super) fn filtered(
        &self,
        span: Span,
        value: &TypedExpr,
        axes: Option<(usize, usize)>,
        condition: &TypedExpr,
    ) -> Found<Value<'a>> {
        let value = self.find(value)?;
        let count = match (&value, axes) {
            (Value::Curve(c), Some((x, y))) => {
                self.set(x, Value::Series(c.x.clone()));
                self.set(y, Value::Series(c.y.clone()));
                c.x.len()
            }
            (Value::Series(s), _) => s.len(),
            (Value::Missing(why), _) => return Err(why.clone()),
            _ => return self.missing(Lack::Absent, span, "there is nothing to choose from"),
        };
        let chosen = match self.mask(condition) {
            Mask::One(Truth::Yes) => return Ok(value),
            Mask::One(Truth::No) => vec![Some(false); count],
            Mask::One(Truth::Unknown(why)) => return Err(why),
            Mask::Many(points) if points.len() != count => {
                return self.unequal(condition.span, points.len(), count);
            }
            Mask::Many(points) => points,
        };
        // A point of which the condition cannot be decided is not taken.
        let pick = |values: &[f64]| -> Rc<[f64]> {
            values.iter().zip(&chosen).filter(|p| *p.1 == Some(true)).map(|p| *p.0).collect()
        };
        Ok(match value {
            Value::Curve(c) => {
                Value::Curve(Rc::new(CurveValue { x: pick(&c.x), y: pick(&c.y), source: c.source }))
            }
            Value::Series(s) => Value::Series(pick(&s)),
            other => other,
        })
    }
}

/// One truth for all points, or one for each.
#[derive(Clone, Debug)]
pub(crate) enum Mask {
    One(Truth),
    Many(Vec<Option<bool>>),
}

impl Mask {
    fn map(self, f: impl Fn(Option<bool>) -> Option<bool>) -> Mask {
        match self {
            Mask::Many(points) => Mask::Many(points.into_iter().map(f).collect()),
            Mask::One(Truth::Unknown(why)) => Mask::One(Truth::Unknown(why)),
            Mask::One(truth) => Mask::One(f(truth.known()).unwrap_or(false).into()),
        }
    }

    /// Joins two masks; where lengths differ the shorter one decides nothing beyond its end.
    fn zip(self, other: Mask, f: fn(Option<bool>, Option<bool>) -> Option<bool>) -> Mask {
        match (self, other) {
            (Mask::Many(a), Mask::Many(b)) => {
                let n = a.len().max(b.len());
                let at = |m: &[Option<bool>], i: usize| m.get(i).copied().flatten();
                Mask::Many((0..n).map(|i| f(at(&a, i), at(&b, i))).collect())
            }
            (Mask::Many(a), Mask::One(t)) | (Mask::One(t), Mask::Many(a)) => {
                let known = t.known();
                Mask::Many(a.into_iter().map(|p| f(p, known)).collect())
            }
            (Mask::One(a), Mask::One(b)) => match f(a.known(), b.known()) {
                Some(t) => Mask::One(t.into()),
                None => Mask::One(if a.known().is_none() { a } else { b }),
            },
        }
    }
}

fn kleene_and(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn pointwise(a: &Value<'_>, b: &Value<'_>, f: impl Fn(f64, f64) -> bool) -> Mask {
    let test = |x: f64, y: f64| (x.is_finite() && y.is_finite()).then(|| f(x, y));
    match (a, b) {
        (Value::Missing(why), _) | (_, Value::Missing(why)) => {
            Mask::One(Truth::Unknown(why.clone()))
        }
        (Value::Series(x), Value::Series(y)) => {
            Mask::Many(x.iter().zip(y.iter()).map(|(&x, &y)| test(x, y)).collect())
        }
        (Value::Series(x), Value::Number(y)) => {
            Mask::Many(x.iter().map(|&x| test(x, *y)).collect())
        }
        (Value::Number(x), Value::Series(y)) => {
            Mask::Many(y.iter().map(|&y| test(*x, y)).collect())
        }
        (Value::Number(x), Value::Number(y)) => Mask::One(f(*x, *y).into()),
        _ => Mask::One(Truth::No),
    }
}
