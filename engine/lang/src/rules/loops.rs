//! Loops over rows, curves, sweeps, lists and ranges.

use super::eval::{Evaluator, Found};
use super::expr::TypedExpr;
use super::numbers;
use super::value::{CurveValue, Lack, Truth, Value, Verdict, Why};
use espice_base::Span;
use espice_syntax::ast::ComprehensionKind;
use std::rc::Rc;

/// Longest list that a loop runs over.
const ITEMS: usize = 1_000_000;

impl<'a> Evaluator<'a> {
    /// The values that a loop runs over.
    pub(crate) fn items(&self, over: &TypedExpr) -> Found<Vec<Value<'a>>> {
        let items: Vec<Value<'a>> = match self.find(over)? {
            Value::List(items) => items.to_vec(),
            Value::Series(s) => s.iter().map(|&v| self.point(v, over.span)).collect(),
            Value::Columns(c) => c.iter().map(|&(s, c)| Value::Column(s, c)).collect(),
            Value::Curve(c) => {
                c.x.iter().zip(c.y.iter()).map(|(&x, &y)| Value::Sample(x, y)).collect()
            }
            Value::Range(Some(low), Some(high), Some(step)) => {
                let count = ((high - low) / step + 1e-9).floor();
                if !(step > 0.0 && count >= 0.0) {
                    Vec::new()
                } else if count >= ITEMS as f64 {
                    return self.limit(over.span, "a loop runs over too many values");
                } else {
                    (0..=count as usize).map(|i| Value::Number(low + i as f64 * step)).collect()
                }
            }
            Value::Missing(why) => return Err(why),
            _ => return self.missing(Lack::Absent, over.span, "there is nothing to run over"),
        };
        if items.len() > ITEMS {
            return self.limit(over.span, "a loop runs over too many values");
        }
        Ok(items)
    }

    /// One value of a series: a hole is missing.
    pub(super) fn point(&self, value: f64, span: Span) -> Value<'a> {
        match self.finite(value, span) {
            Ok(v) => Value::Number(v),
            Err(why) => Value::Missing(why),
        }
    }

    /// Evaluates something with a binder set to an item.
    pub(super) fn with<T>(&self, slot: usize, item: &Value<'a>, f: impl FnOnce() -> T) -> T {
        self.set(slot, item.clone());
        let row = match item {
            Value::Row(row) => Some(*row),
            _ => None,
        };
        if let Some(row) = row {
            self.rows.borrow_mut().push(row);
        }
        let result = f();
        if row.is_some() {
            self.rows.borrow_mut().pop();
        }
        result
    }

    pub(super) fn quantified(
        &self,
        kind: ComprehensionKind,
        slot: usize,
        over: &TypedExpr,
        condition: Option<&TypedExpr>,
        body: &TypedExpr,
    ) -> Verdict<'a> {
        let items = match self.items(over) {
            Ok(items) => items,
            Err(why) => return Verdict::unknown(why),
        };
        let every = kind == ComprehensionKind::Every;
        let mut verdicts = Vec::new();
        for item in &items {
            let verdict = self.with(slot, item, || {
                let unsure = match condition.map(|c| self.truth(c).truth) {
                    Some(Truth::No) => return None,
                    Some(Truth::Unknown(why)) => Some(why),
                    _ => None,
                };
                let verdict = self.truth(body);
                // An element that perhaps does not belong decides only what it cannot change.
                match unsure {
                    Some(why) if verdict.truth.known() != Some(every) => {
                        Some(Verdict::unknown(why))
                    }
                    _ => Some(verdict),
                }
            });
            verdicts.extend(verdict.map(|v| v.through(slot, item)));
        }
        // An element for which an inner loop had nothing to run over says nothing; when that is
        // so of all of them, neither does the loop.
        let says = |v: &Verdict<'_>| match &v.truth {
            Truth::Unknown(why) => why.lack != Lack::Empty,
            _ => true,
        };
        if verdicts.iter().any(says) {
            verdicts.retain(says);
        }
        if verdicts.is_empty() {
            let what = self.book.snippet(over.span);
            let text = match items.len() {
                0 => format!("there is nothing in `{what}`"),
                n => format!("none of the {n} in `{what}` meets the condition"),
            };
            return Verdict::unknown(Rc::new(Why { lack: Lack::Empty, text, span: over.span }));
        }
        if every { Verdict::all(verdicts) } else { Verdict::any(verdicts) }
    }

    /// `count`, `sum`, `max`, `min`, `list`, `curve` over a binder.
    pub(super) fn collect(
        &self,
        e: &TypedExpr,
        kind: ComprehensionKind,
        slot: usize,
        over: &TypedExpr,
        condition: Option<&TypedExpr>,
        body: &TypedExpr,
    ) -> Found<Value<'a>> {
        let mut kept: Vec<Value<'a>> = Vec::new();
        let mut values: Vec<Value<'a>> = Vec::new();
        for item in self.items(over)? {
            let value = self.with(slot, &item, || {
                match condition.map(|c| self.truth(c).truth) {
                    Some(Truth::No) => return Ok(None),
                    Some(Truth::Unknown(why)) => return Err(why),
                    _ => {}
                }
                if kind == ComprehensionKind::Count {
                    return match self.truth(body).truth {
                        Truth::Yes => Ok(Some(Value::Truth(true))),
                        Truth::No => Ok(None),
                        Truth::Unknown(why) => Err(why),
                    };
                }
                self.find(body).map(Some)
            })?;
            if let Some(value) = value {
                kept.push(item);
                values.push(value);
            }
        }
        if kind == ComprehensionKind::Count {
            return Ok(Value::Number(values.len() as f64));
        }
        if kind == ComprehensionKind::List && !e.ty.element().1 {
            return Ok(Value::List(Rc::from(values)));
        }
        let numbers: Vec<f64> = values
            .iter()
            .map(|v| match v {
                Value::Number(v) => *v,
                _ => f64::NAN,
            })
            .collect();
        let nothing = || {
            let text = format!("there is nothing in `{}`", self.book.snippet(over.span));
            self.missing(Lack::Nothing, over.span, text)
        };
        match kind {
            ComprehensionKind::Sum if numbers.is_empty() => nothing(),
            ComprehensionKind::Sum => Ok(Value::Number(self.finite(numbers.iter().sum(), e.span)?)),
            ComprehensionKind::Max => {
                numbers::largest(&numbers).map_or_else(nothing, |v| Ok(Value::Number(v)))
            }
            ComprehensionKind::Min => {
                numbers::smallest(&numbers).map_or_else(nothing, |v| Ok(Value::Number(v)))
            }
            ComprehensionKind::Curve => {
                let x = kept.iter().map(|v| match v {
                    Value::Number(v) => *v,
                    _ => f64::NAN,
                });
                let curve = CurveValue { x: x.collect(), y: Rc::from(numbers), source: None };
                Ok(Value::Curve(Rc::new(curve)))
            }
            _ => Ok(Value::Series(Rc::from(numbers))),
        }
    }
}
