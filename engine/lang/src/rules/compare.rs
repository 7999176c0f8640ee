//! Comparisons, each with what was observed, the limit and the margin.

use super::eval::{Evaluator, Found, ordered};
use super::expr::TypedExpr;
use super::numbers;
use super::types::Type;
use super::value::{Decision, Lack, Value, Verdict, Why};
use super::watch::{Limits, Met, Put};
use espice_base::Span;
use espice_syntax::ast::CompareOp;
use espice_units::Dimension;
use std::rc::Rc;

impl<'a> Evaluator<'a> {
    pub(super) fn is_missing(&self, value: &TypedExpr, negated: bool) -> Verdict<'a> {
        let missing = match self.value(value) {
            // A limit or a failed computation is no absence: it must not be asked away.
            Value::Missing(why) if matches!(why.lack, Lack::Limit | Lack::NotANumber) => {
                return Verdict::unknown(why);
            }
            Value::Missing(_) | Value::Range(None, None, _) => true,
            Value::Columns(columns) => columns.len() != 1,
            _ => false,
        };
        Verdict::of(missing != negated)
    }

    pub(super) fn compare(&self, operands: &[TypedExpr], operators: &[CompareOp]) -> Verdict<'a> {
        let values: Vec<Value<'a>> = operands.iter().map(|o| self.value(o)).collect();
        let pairs = operators.iter().enumerate().map(|(i, op)| {
            let (a, b) = (operands.get(i), operands.get(i + 1));
            match (a, b, values.get(i), values.get(i + 1)) {
                (Some(a), Some(b), Some(x), Some(y)) => self.compare_pair(*op, (a, x), (b, y)),
                _ => Verdict::of(false),
            }
        });
        if let Some(watch) = self.watch.filter(|_| operators.len() > 1) {
            let pairs: Vec<Verdict<'a>> = pairs.collect();
            for (verdict, pair) in pairs.iter().zip(operands.windows(2)) {
                if let [a, b] = pair {
                    watch.truth(a.span.to(b.span), verdict.truth.known());
                }
            }
            return Verdict::all(pairs);
        }
        Verdict::all(pairs)
    }

    pub(super) fn compare_pair(
        &self,
        op: CompareOp,
        (a, x): (&TypedExpr, &Value<'a>),
        (b, y): (&TypedExpr, &Value<'a>),
    ) -> Verdict<'a> {
        use CompareOp::{Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual};
        let (x, y) = match (x, y) {
            (Value::Missing(why), Value::Missing(other)) => {
                let worst = if other.lack > why.lack { other } else { why };
                return Verdict::unknown(worst.clone());
            }
            (Value::Missing(why), _) | (_, Value::Missing(why)) => {
                return Verdict::unknown(why.clone());
            }
            (Value::Number(x), Value::Number(y)) => (*x, *y),
            (Value::Text(x), Value::Text(y)) => return Verdict::of((x == y) == (op == Equal)),
            (Value::Truth(x), Value::Truth(y)) => return Verdict::of((x == y) == (op == Equal)),
            _ => return Verdict::of(op == NotEqual),
        };
        // What was observed stands against a limit, on whichever side it is written.
        let swap = !a.evidence && b.evidence;
        let (observed, limit) = if swap { (y, x) } else { (x, y) };
        let (typed, op) = if swap { (b, mirrored(op)) } else { (a, op) };
        let span = a.span.to(b.span);
        let observed = match self.seen_as(typed, span, Limits::of(op), observed, limit) {
            Ok(observed) => observed,
            Err(why) => return Verdict::unknown(why),
        };
        let holds = ordered(op, observed, limit);
        let margin = match op {
            Less | LessEqual => limit - observed,
            Greater | GreaterEqual => observed - limit,
            Equal => -(observed - limit).abs(),
            NotEqual => (observed - limit).abs(),
        };
        Verdict {
            truth: holds.into(),
            decision: Some(self.decision(typed, span, observed, limit, margin)),
        }
    }

    /// What a comparison observes, unless whoever looks on puts something else in its place.
    fn seen_as(
        &self,
        typed: &TypedExpr,
        place: Span,
        limits: Limits,
        observed: f64,
        limit: f64,
    ) -> Found<f64> {
        let Some(watch) = self.watch else { return Ok(observed) };
        let d = self.decision(typed, place, observed, limit, 0.0);
        let met = Met { place, limits, limit, dimension: d.dimension, is_point: d.is_point };
        match watch.meets(met) {
            None => Ok(observed),
            Some(Put::Number(v)) => Ok(v),
            Some(Put::NotANumber) => self.finite(f64::NAN, place),
            Some(Put::Missing) => self.missing(Lack::Absent, place, "what is compared is missing"),
        }
    }

    pub(super) fn decision(
        &self,
        typed: &TypedExpr,
        span: Span,
        observed: f64,
        limit: f64,
        margin: f64,
    ) -> Decision<'a> {
        let element = typed.ty.element().0;
        let dimension = element
            .dimension()
            .or_else(|| self.rows.borrow().last().map(|r| r.dimension))
            .unwrap_or(Dimension::NONE);
        let is_point = *element == Type::Point;
        Decision { observed, limit, margin, dimension, is_point, span, trail: Vec::new() }
    }

    pub(super) fn within(&self, span: Span, value: &TypedExpr, set: &TypedExpr) -> Verdict<'a> {
        let found = self.find(value);
        let (v, set) = match (found, self.find(set)) {
            (Err(why), _) | (_, Err(why)) => return Verdict::unknown(why),
            (Ok(v), Ok(set)) => (v, set),
        };
        match (v, set) {
            (Value::Number(v), Value::Range(low, high, _)) => {
                let ends = [(Limits::Upper, high), (Limits::Lower, low)];
                let mut v = v;
                for (limits, end) in ends {
                    let put = end.map_or(Ok(v), |end| self.seen_as(value, span, limits, v, end));
                    v = match put {
                        Ok(v) => v,
                        Err(why) => return Verdict::unknown(why),
                    };
                }
                if let Some(watch) = self.watch {
                    watch.range(span, v, low, high);
                }
                let to_low = low.map_or(f64::INFINITY, |l| v - l);
                let to_high = high.map_or(f64::INFINITY, |h| h - v);
                let (limit, margin) =
                    if to_low < to_high { (low, to_low) } else { (high, to_high) };
                let Some(limit) = limit else {
                    let text = String::from("the range has no ends");
                    return Verdict::unknown(Rc::new(Why { lack: Lack::Absent, text, span }));
                };
                Verdict {
                    truth: (margin >= 0.0).into(),
                    decision: Some(self.decision(value, span, v, limit, margin)),
                }
            }
            (Value::Number(v), Value::Series(s)) => {
                if let Err(why) = self.whole(&s, span) {
                    return Verdict::unknown(why);
                }
                Verdict::of(s.contains(&v))
            }
            (v, Value::List(items)) => Verdict::of(items.iter().any(|i| match (i, &v) {
                (Value::Text(a), Value::Text(b)) => a == b,
                (Value::Number(a), Value::Number(b)) => a == b,
                _ => false,
            })),
            _ => Verdict::of(false),
        }
    }

    /// A series without holes.
    pub(crate) fn whole(&self, values: &[f64], span: Span) -> Found<()> {
        if values.is_empty() {
            let text = format!("`{}` holds no points", self.book.snippet(span));
            return self.missing(Lack::Absent, span, text);
        }
        if values.iter().all(|v| v.is_finite()) {
            return Ok(());
        }
        let text = format!("a point of `{}` is not a number", self.book.snippet(span));
        self.missing(Lack::NotANumber, span, text)
    }

    /// Whether a curve steps only this way (or one of these ways).
    pub(super) fn steps_of(&self, span: Span, args: &[TypedExpr], ways: &[f64]) -> Verdict<'a> {
        let Some(arg) = args.first() else { return Verdict::of(false) };
        let curve = match self.curve(arg) {
            Ok(curve) => curve,
            Err(why) => return Verdict::unknown(why),
        };
        for values in [&curve.x, &curve.y] {
            if let Err(why) = self.whole(values, arg.span) {
                return Verdict::unknown(why);
            }
        }
        let y_type = match &arg.ty {
            Type::Curve(c) => c.y.clone(),
            _ => Type::PURE,
        };
        let typed = TypedExpr { ty: y_type, ..TypedExpr::poison(span) };
        Verdict::any(ways.iter().map(|&way| match numbers::least_step(&curve.x, &curve.y, way) {
            Some((from, to)) => {
                let margin = way * (to - from);
                Verdict {
                    truth: (margin >= 0.0).into(),
                    decision: Some(self.decision(&typed, span, to, from, margin)),
                }
            }
            None => {
                let text = String::from("one point alone neither rises nor falls");
                Verdict::unknown(Rc::new(Why { lack: Lack::Absent, text, span }))
            }
        }))
    }
}

/// The operator with its operands exchanged.
fn mirrored(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Less => CompareOp::Greater,
        CompareOp::LessEqual => CompareOp::GreaterEqual,
        CompareOp::Greater => CompareOp::Less,
        CompareOp::GreaterEqual => CompareOp::LessEqual,
        same => same,
    }
}
