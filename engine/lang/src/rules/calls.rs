//! Functions: of the language, of packs, scripts.

use super::eval::{Evaluator, Found};
use super::expr::TypedExpr;
use super::functions::Function;
use super::knots;
use super::numbers;
use super::scripts::{Argument, Outcome};
use super::types::Type;
use super::value::{CurveValue, Lack, Value};
use espice_base::Span;
use std::rc::Rc;

impl<'a> Evaluator<'a> {
    pub(super) fn call(&self, span: Span, index: usize, args: &[TypedExpr]) -> Found<Value<'a>> {
        let Some(function) = self.book.functions.get(index) else {
            return self.missing(Lack::Absent, span, "there is no such function");
        };
        let Some(body) = &function.body else {
            let text = format!("function `{}` can only be used in templates", function.name);
            return self.missing(Lack::Absent, span, text);
        };
        let Some(inner) = self.nested(&function.frame) else {
            return self.limit(span, "functions call one another too deeply");
        };
        for (slot, arg) in args.iter().enumerate() {
            inner.set(slot, Value::Number(self.number(arg)?));
        }
        let value = inner.value(body);
        self.absorb(inner);
        match value {
            Value::Missing(why) => Err(why),
            value => Ok(value),
        }
    }

    pub(super) fn script(&self, span: Span, index: usize, args: &[TypedExpr]) -> Found<Value<'a>> {
        let mut arguments = Vec::new();
        for arg in args {
            arguments.push(match self.present(arg)? {
                Value::Number(v) => Argument::Number(v),
                Value::Truth(t) => Argument::Truth(t),
                Value::Text(t) => Argument::Text(t.to_string()),
                Value::Curve(c) => Argument::Curve(c.x.to_vec(), c.y.to_vec()),
                _ => return self.missing(Lack::Absent, arg.span, "an argument is missing"),
            });
        }
        match self.book.scripts.call(index, arguments, self.input.limits) {
            Ok(Outcome::Number(v)) => Ok(Value::Number(v)),
            Ok(Outcome::Truth(t)) => Ok(Value::Truth(t)),
            Ok(Outcome::Text(t)) => Ok(Value::Text(Rc::from(t))),
            Err(problem) => {
                let text = problem.diagnostic.message.clone();
                let lack = if problem.is_limit { Lack::Limit } else { Lack::NotANumber };
                self.note(problem.diagnostic.label(span, "called here"));
                self.missing(lack, span, text)
            }
        }
    }

    pub(super) fn builtin(
        &self,
        span: Span,
        function: Function,
        args: &[TypedExpr],
    ) -> Found<Value<'a>> {
        let Some(first) = args.first() else {
            return self.missing(Lack::Absent, span, "an argument is missing");
        };
        let elementwise = |f: fn(f64) -> f64| {
            let value = self.present(first)?;
            self.map_value(value, span, &f)
        };
        match function {
            Function::Abs => elementwise(f64::abs),
            Function::Sign => elementwise(|v| if v == 0.0 { 0.0 } else { v.signum() }),
            Function::Sqrt => elementwise(f64::sqrt),
            Function::Exp => elementwise(f64::exp),
            Function::Ln => elementwise(f64::ln),
            Function::Log10 => elementwise(f64::log10),
            Function::Tanh => elementwise(f64::tanh),
            Function::Min | Function::Max if args.len() > 1 => self.extreme(span, function, args),
            Function::Count => Ok(Value::Number(match self.present(first)? {
                Value::List(items) => items.len() as f64,
                Value::Series(s) => s.len() as f64,
                Value::Curve(c) => c.x.len() as f64,
                Value::Columns(c) => c.len() as f64,
                _ => return self.missing(Lack::Absent, span, "there is nothing to count"),
            })),
            Function::First | Function::Last => self.end(span, function, first),
            Function::Sum if matches!(&first.ty, Type::List(_)) => self.total(span, first),
            Function::Min
            | Function::Max
            | Function::Sum
            | Function::Mean
            | Function::Median
            | Function::Quantile
            | Function::Spread
            | Function::SpanDecades
            | Function::Differences
            | Function::Ratios => self.reduce(span, function, args, first),
            Function::Decades => {
                let [a, b] = args else {
                    return self.missing(Lack::Absent, span, "an argument is missing");
                };
                let value = numbers::decades(self.number(a)?, self.number(b)?);
                self.given(Some(value.unwrap_or(f64::NAN)), span, String::new)
            }
            Function::Same => self.same(span, args),
            Function::ThermalVoltage => {
                Ok(Value::Number(self.input.constants.thermal_voltage(self.number(first)?)))
            }
            _ => self.of_curve(span, function, args, first),
        }
    }

    /// Equal, or both missing; a value that is no number stays undecided.
    pub(super) fn same(&self, span: Span, args: &[TypedExpr]) -> Found<Value<'a>> {
        let [a, b] = args else {
            return self.missing(Lack::Absent, span, "an argument is missing");
        };
        Ok(Value::Truth(match (self.value(a), self.value(b)) {
            (Value::Missing(why), _) | (_, Value::Missing(why)) if why.lack > Lack::Absent => {
                return Err(why);
            }
            (Value::Missing(_), Value::Missing(_)) => true,
            (Value::Number(a), Value::Number(b)) => a == b,
            (Value::Text(a), Value::Text(b)) => a == b,
            _ => false,
        }))
    }

    pub(super) fn extreme(
        &self,
        span: Span,
        function: Function,
        args: &[TypedExpr],
    ) -> Found<Value<'a>> {
        let pick: fn(f64, f64) -> f64 = match function {
            Function::Min => |a, b| if a.is_nan() || b.is_nan() { f64::NAN } else { a.min(b) },
            _ => |a, b| if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) },
        };
        let mut result: Option<Value<'a>> = None;
        for arg in args {
            let value = self.present(arg)?;
            result = Some(match result {
                None => value,
                Some(before) => self.zip_values(span, before, value, &pick)?,
            });
        }
        result.map_or_else(|| self.missing(Lack::Absent, span, "an argument is missing"), Ok)
    }

    pub(super) fn end(
        &self,
        span: Span,
        function: Function,
        first: &TypedExpr,
    ) -> Found<Value<'a>> {
        let is_first = function == Function::First;
        match self.present(first)? {
            Value::Series(s) => {
                let v = if is_first { s.first() } else { s.last() };
                self.given(v.copied(), span, || {
                    format!("`{}` holds no points", self.book.snippet(first.span))
                })
            }
            Value::List(items) => {
                let v = if is_first { items.first() } else { items.last() };
                v.cloned().map_or_else(
                    || {
                        let text =
                            format!("there is nothing in `{}`", self.book.snippet(first.span));
                        self.missing(Lack::Nothing, span, text)
                    },
                    Ok,
                )
            }
            _ => self.missing(Lack::Absent, span, "there is no series"),
        }
    }

    /// The sum of a list of series, point by point.
    pub(super) fn total(&self, span: Span, first: &TypedExpr) -> Found<Value<'a>> {
        let items = self.items(first)?;
        let mut result: Option<Value<'a>> = None;
        for item in items {
            result = Some(match result {
                None => item,
                Some(before) => self.zip_values(span, before, item, &|a, b| a + b)?,
            });
        }
        result.map_or_else(
            || {
                let text = format!("there is nothing in `{}`", self.book.snippet(first.span));
                self.missing(Lack::Nothing, span, text)
            },
            Ok,
        )
    }

    /// A series, a list of series one after the other, or a list of numbers.
    pub(super) fn flat(&self, e: &TypedExpr) -> Found<Rc<[f64]>> {
        let Type::List(_) = &e.ty else { return self.series(e) };
        let mut all = Vec::new();
        for item in self.items(e)? {
            match item {
                Value::Number(v) => all.push(v),
                Value::Series(s) => all.extend_from_slice(&s),
                Value::Missing(why) => return Err(why),
                _ => return self.missing(Lack::Absent, e.span, "there is no series"),
            }
        }
        Ok(Rc::from(all))
    }

    pub(super) fn reduce(
        &self,
        span: Span,
        function: Function,
        args: &[TypedExpr],
        first: &TypedExpr,
    ) -> Found<Value<'a>> {
        let values = self.flat(first)?;
        let pairs = |f: fn(f64, f64) -> f64| {
            let pairs = values.windows(2).map(|w| match w {
                [a, b] => f(*a, *b),
                _ => f64::NAN,
            });
            Ok(pairs.collect::<Vec<_>>().into())
        };
        match function {
            Function::Differences => return pairs(|a, b| b - a),
            Function::Ratios => return pairs(|a, b| b / a),
            _ => {}
        }
        self.whole(&values, first.span)?;
        let value = match function {
            Function::Min => numbers::smallest(&values),
            Function::Max => numbers::largest(&values),
            Function::Sum => numbers::sum(&values),
            Function::Mean => numbers::mean(&values),
            Function::Median => numbers::quantile(&values, 0.5),
            Function::Quantile => match args.get(1) {
                Some(share) => numbers::quantile(&values, self.number(share)?),
                None => None,
            },
            Function::Spread => {
                numbers::largest(&values).zip(numbers::smallest(&values)).map(|(a, b)| a - b)
            }
            _ => numbers::span_decades(&values),
        };
        self.given(Some(value.unwrap_or(f64::NAN)), span, String::new)
    }

    pub(super) fn of_curve(
        &self,
        span: Span,
        function: Function,
        args: &[TypedExpr],
        first: &TypedExpr,
    ) -> Found<Value<'a>> {
        let curve = self.curve(first)?;
        let (x, y) = (&*curve.x, &*curve.y);
        self.whole(x, first.span)?;
        self.whole(y, first.span)?;
        let value = match function {
            Function::Slope => numbers::line(x, y).map(|l| l.1),
            Function::Intercept => numbers::line(x, y).map(|l| l.0),
            Function::Deviation => numbers::deviation(x, y),
            Function::Integral => numbers::integral(x, y),
            Function::Peak => numbers::peak(x, y),
            Function::Crossing => match args.get(1) {
                Some(level) => numbers::crossing(x, y, self.number(level)?),
                None => None,
            },
            Function::Knot => match args {
                [_, place, places] => knots::one(x, y, self.number(place)?, self.number(places)?),
                _ => None,
            },
            _ => {
                return match numbers::derivative(x, y) {
                    Some((x, y)) => {
                        let (x, y) = (Rc::from(x), Rc::from(y));
                        Ok(Value::Curve(Rc::new(CurveValue { x, y, source: None })))
                    }
                    None => self.missing(Lack::Absent, span, "the curve has too few points"),
                };
            }
        };
        self.given(value, span, || match function {
            Function::Crossing => String::from("the curve never passes that value"),
            Function::Knot => String::from("the curve has no such knot"),
            _ => format!("`{}` has too few points", self.book.snippet(first.span)),
        })
    }
}
