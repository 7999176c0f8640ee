//! Evaluation of typed expressions: values, truths with the comparison that decided, and point
//! by point conditions. Access to facts, models and functions stands in `access`.

use super::expr::{Constant, ExprKind as Kind, Frame, TypedExpr};
use super::functions::Function;
use super::types::Type;
use super::value::{CurveValue, Decision, Lack, Truth, Value, Verdict, Why};
use super::{Input, Rulebook, numbers};
use espice_base::{Code, Diagnostic, Span};
use espice_facts::{Origin, Parameter};
use espice_syntax::ast::{BinaryOp, CompareOp, ComprehensionKind};
use espice_units::Dimension;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// A value, or why there is none.
pub(crate) type Found<T> = Result<T, Rc<Why>>;

/// Nodes that one item may evaluate before the run ends with a limit.
const STEPS: u64 = 50_000_000;
/// Longest list that a loop runs over.
const ITEMS: usize = 1_000_000;
/// Deepest nesting of calls of pack functions.
const CALLS: usize = 64;

#[derive(Clone, Debug)]
enum Slot<'a> {
    Empty,
    /// Being evaluated: a definition that refers to itself.
    Busy,
    Value(Value<'a>),
    Verdict(Verdict<'a>),
}

/// Evaluates the expressions of one frame.
pub(crate) struct Evaluator<'a> {
    pub(crate) book: &'a Rulebook,
    pub(crate) input: Input<'a>,
    /// Only curves of this origin are seen.
    pub(crate) origin: Option<Origin>,
    /// Values of the parameters of the recipe's template.
    pub(crate) parameters: &'a [f64],
    frame: &'a Frame,
    slots: RefCell<Vec<Slot<'a>>>,
    /// Rows that loops stand at, innermost last; they give `Own` values their dimension.
    rows: RefCell<Vec<&'a Parameter>>,
    log: RefCell<Vec<Diagnostic>>,
    steps: Cell<u64>,
    depth: usize,
}

impl<'a> Evaluator<'a> {
    pub(crate) fn new(book: &'a Rulebook, input: Input<'a>, frame: &'a Frame) -> Self {
        Evaluator {
            book,
            input,
            origin: None,
            parameters: &[],
            frame,
            slots: RefCell::new(vec![Slot::Empty; frame.slots.len()]),
            rows: RefCell::new(Vec::new()),
            log: RefCell::new(Vec::new()),
            steps: Cell::new(0),
            depth: 0,
        }
    }

    /// An evaluator for the body of a function called from here; `None` when calls are nested
    /// too deeply.
    pub(crate) fn nested(&self, frame: &'a Frame) -> Option<Evaluator<'a>> {
        let mut inner = Evaluator::new(self.book, self.input, frame);
        inner.origin = self.origin;
        inner.depth = self.depth + 1;
        inner.steps.set(self.steps.get());
        (inner.depth <= CALLS).then_some(inner)
    }

    /// Takes over what a nested evaluator noted.
    pub(crate) fn absorb(&self, inner: Evaluator<'a>) {
        self.steps.set(inner.steps.get());
        for d in inner.log.into_inner() {
            self.note(d);
        }
    }

    /// What was noted on the way: limits that were hit, scripts that failed, unequal lengths.
    pub(crate) fn diagnostics(&self) -> Vec<Diagnostic> {
        self.log.take()
    }

    /// Notes a diagnostic once.
    pub(crate) fn note(&self, diagnostic: Diagnostic) {
        let mut log = self.log.borrow_mut();
        if !log.contains(&diagnostic) {
            log.push(diagnostic);
        }
    }

    /// Gives a slot its value.
    pub(crate) fn set(&self, slot: usize, value: Value<'a>) {
        if let Some(place) = self.slots.borrow_mut().get_mut(slot) {
            *place = Slot::Value(value);
        }
    }

    /// Forgets the values of definitions, which may depend on what is about to change.
    pub(crate) fn forget_definitions(&self) {
        for (place, definition) in self.slots.borrow_mut().iter_mut().zip(&self.frame.slots) {
            if definition.is_some() {
                *place = Slot::Empty;
            }
        }
    }

    pub(crate) fn missing<T>(&self, lack: Lack, span: Span, text: impl Into<String>) -> Found<T> {
        Err(Rc::new(Why { lack, text: text.into(), span }))
    }

    /// A computed number, which must be finite.
    fn finite(&self, value: f64, span: Span) -> Found<f64> {
        if value.is_finite() {
            return Ok(value);
        }
        let text = format!("`{}` is not a number", self.book.snippet(span));
        self.missing(Lack::NotANumber, span, text)
    }

    /// The value of an expression.
    pub(crate) fn value(&self, e: &TypedExpr) -> Value<'a> {
        self.find(e).unwrap_or_else(Value::Missing)
    }

    /// The value as one number.
    pub(crate) fn number(&self, e: &TypedExpr) -> Found<f64> {
        match self.find(e)? {
            Value::Number(v) => Ok(v),
            Value::Missing(why) => Err(why),
            _ => self.missing(Lack::Absent, e.span, "there is no number"),
        }
    }

    /// The value as a series; one number is a series of one.
    pub(crate) fn series(&self, e: &TypedExpr) -> Found<Rc<[f64]>> {
        match self.find(e)? {
            Value::Series(s) => Ok(s),
            Value::Number(v) => Ok(Rc::from([v])),
            Value::Curve(c) => Ok(c.y.clone()),
            Value::Missing(why) => Err(why),
            _ => self.missing(Lack::Absent, e.span, "there is no series"),
        }
    }

    pub(crate) fn curve(&self, e: &TypedExpr) -> Found<Rc<CurveValue<'a>>> {
        match self.find(e)? {
            Value::Curve(c) => Ok(c),
            Value::Missing(why) => Err(why),
            _ => self.missing(Lack::Absent, e.span, "there is no curve"),
        }
    }

    fn find(&self, e: &TypedExpr) -> Found<Value<'a>> {
        let steps = self.steps.get() + 1;
        self.steps.set(steps);
        if steps > STEPS {
            return self.limit(e.span, "the evaluation of one item took too many steps");
        }
        let value = match &e.kind {
            Kind::Missing => return self.missing(Lack::Absent, e.span, "the value is missing"),
            Kind::Number(v) => Value::Number(*v),
            Kind::Text(t) => Value::Text(Rc::from(t.as_str())),
            Kind::Truth(t) => Value::Truth(*t),
            Kind::Local(slot) => return self.local(*slot, e.span),
            Kind::Constant(c) => Value::Number(self.constant(*c)),
            Kind::Negate(inner) => return self.map(inner, e.span, |v| -v),
            Kind::Binary(BinaryOp::And | BinaryOp::Or, ..)
            | Kind::Not(_)
            | Kind::Compare(..)
            | Kind::In { .. }
            | Kind::IsWord { .. }
            | Kind::IsMissing { .. } => return self.logical(e),
            Kind::Binary(op, a, b) => return self.binary(e.span, *op, a, b),
            Kind::Power(a, b) => return self.zip(e.span, a, b, f64::powf),
            Kind::Range(low, high, step) => {
                let end = |e: &TypedExpr| self.number(e);
                let step = step.as_deref().map(end).transpose()?;
                Value::Range(Some(end(low)?), Some(end(high)?), step)
            }
            Kind::If(condition, then, otherwise) => {
                return match self.truth(condition).truth {
                    Truth::Yes => self.find(then),
                    Truth::No => self.find(otherwise),
                    Truth::Unknown(why) => Err(why),
                };
            }
            Kind::Over(y, x) => {
                let (y, x) = (self.series(y)?, self.series(x)?);
                if x.len() != y.len() {
                    return self.unequal(e.span, y.len(), x.len());
                }
                Value::Curve(Rc::new(CurveValue { x, y, source: None }))
            }
            Kind::Where { value, axes, condition } => {
                return self.filtered(e.span, value, *axes, condition);
            }
            Kind::Comprehension {
                kind: ComprehensionKind::Every | ComprehensionKind::Some,
                ..
            }
            | Kind::Builtin(Function::Rising | Function::Falling | Function::Monotonic, _) => {
                return known(self.truth(e));
            }
            Kind::Comprehension { kind, slot, over, condition, body } => {
                return self.collect(e, *kind, *slot, over, condition.as_deref(), body);
            }
            Kind::List(items) if e.ty.element().1 => {
                let numbers: Found<Vec<f64>> = items.iter().map(|i| self.number(i)).collect();
                Value::Series(Rc::from(numbers?))
            }
            Kind::List(items) => {
                Value::List(items.iter().map(|i| self.find(i)).collect::<Found<Rc<[_]>>>()?)
            }
            Kind::Points(points) => {
                let x: Found<Vec<f64>> = points.iter().map(|p| self.number(&p.0)).collect();
                let y: Found<Vec<f64>> = points.iter().map(|p| self.number(&p.1)).collect();
                let (x, y) = (Rc::from(x?), Rc::from(y?));
                Value::Curve(Rc::new(CurveValue { x, y, source: None }))
            }
            _ => return self.outside(e),
        };
        Ok(value)
    }

    fn constant(&self, constant: Constant) -> f64 {
        let c = self.input.constants;
        match constant {
            Constant::ThermalVoltage => c.thermal_voltage(espice_units::constants::TNOM),
            Constant::Nominal => espice_units::constants::TNOM,
            Constant::Boltzmann => c.k,
            Constant::Charge => c.q,
            Constant::Permittivity => c.eps0,
            Constant::Pi => std::f64::consts::PI,
        }
    }

    fn local(&self, slot: usize, span: Span) -> Found<Value<'a>> {
        match self.slot(slot) {
            Slot::Value(Value::Missing(why)) => return Err(why),
            Slot::Value(value) => return Ok(value),
            Slot::Verdict(verdict) => return known(verdict),
            Slot::Busy => return self.missing(Lack::Limit, span, "a definition refers to itself"),
            Slot::Empty => {}
        }
        let Some(definition) = self.frame.slots.get(slot).and_then(Option::as_ref) else {
            return self.missing(Lack::Absent, span, "the name has no value here");
        };
        self.put(slot, Slot::Busy);
        if definition.ty == Type::Truth {
            let verdict = self.truth(definition);
            self.put(slot, Slot::Verdict(verdict.clone()));
            return known(verdict);
        }
        let value = self.value(definition);
        self.put(slot, Slot::Value(value.clone()));
        match value {
            Value::Missing(why) => Err(why),
            value => Ok(value),
        }
    }

    /// The definition of a slot.
    pub(crate) fn definition(&self, slot: usize) -> Option<&'a TypedExpr> {
        self.frame.slots.get(slot).and_then(Option::as_ref)
    }

    fn slot(&self, slot: usize) -> Slot<'a> {
        self.slots.borrow().get(slot).cloned().unwrap_or(Slot::Empty)
    }

    fn put(&self, slot: usize, content: Slot<'a>) {
        if let Some(place) = self.slots.borrow_mut().get_mut(slot) {
            *place = content;
        }
    }

    /// A logical expression as a value: one truth, or one for each point.
    fn logical(&self, e: &TypedExpr) -> Found<Value<'a>> {
        if e.ty.element().1 {
            return match self.mask(e) {
                Mask::Many(points) => Ok(Value::Mask(Rc::from(points))),
                Mask::One(truth) => known(Verdict { truth, decision: None }),
            };
        }
        known(self.truth(e))
    }

    fn map(&self, e: &TypedExpr, span: Span, f: impl Fn(f64) -> f64) -> Found<Value<'a>> {
        let value = self.find(e)?;
        self.map_value(value, span, &f)
    }

    /// Applies a function to a number, to every point of a series, or to a list of series.
    /// Points may become holes; a single number may not.
    pub(crate) fn map_value(
        &self,
        value: Value<'a>,
        span: Span,
        f: &impl Fn(f64) -> f64,
    ) -> Found<Value<'a>> {
        Ok(match value {
            Value::Number(v) => Value::Number(self.finite(f(v), span)?),
            Value::Series(s) => Value::Series(s.iter().map(|&v| f(v)).collect()),
            Value::List(items) => {
                let mapped = items.iter().map(|i| self.map_value(i.clone(), span, f));
                Value::List(mapped.collect::<Found<Rc<[_]>>>()?)
            }
            Value::Missing(why) => return Err(why),
            _ => return self.missing(Lack::Absent, span, "there is no number"),
        })
    }

    fn binary(&self, span: Span, op: BinaryOp, a: &TypedExpr, b: &TypedExpr) -> Found<Value<'a>> {
        match op {
            BinaryOp::Add => self.zip(span, a, b, |x, y| x + y),
            BinaryOp::Subtract => self.zip(span, a, b, |x, y| x - y),
            BinaryOp::Multiply => self.zip(span, a, b, |x, y| x * y),
            _ => self.zip(span, a, b, |x, y| x / y),
        }
    }

    fn zip(
        &self,
        span: Span,
        a: &TypedExpr,
        b: &TypedExpr,
        f: impl Fn(f64, f64) -> f64,
    ) -> Found<Value<'a>> {
        let (a, b) = (self.find(a)?, self.find(b)?);
        self.zip_values(span, a, b, &f)
    }

    /// Combines numbers and series point by point; a single number goes with every point.
    pub(crate) fn zip_values(
        &self,
        span: Span,
        a: Value<'a>,
        b: Value<'a>,
        f: &impl Fn(f64, f64) -> f64,
    ) -> Found<Value<'a>> {
        Ok(match (a, b) {
            (Value::Number(x), Value::Number(y)) => Value::Number(self.finite(f(x, y), span)?),
            (Value::Series(x), Value::Number(y)) => {
                x.iter().map(|&x| f(x, y)).collect::<Vec<_>>().into()
            }
            (Value::Number(x), Value::Series(y)) => {
                y.iter().map(|&y| f(x, y)).collect::<Vec<_>>().into()
            }
            (Value::Series(x), Value::Series(y)) if x.len() == y.len() => {
                x.iter().zip(y.iter()).map(|(&x, &y)| f(x, y)).collect::<Vec<_>>().into()
            }
            (Value::Series(x), Value::Series(y)) => return self.unequal(span, x.len(), y.len()),
            (Value::Missing(why), _) | (_, Value::Missing(why)) => return Err(why),
            _ => return self.missing(Lack::Absent, span, "there is no number"),
        })
    }

    pub(crate) fn unequal<T>(&self, span: Span, a: usize, b: usize) -> Found<T> {
        let text = format!("series of {a} and of {b} points do not go together");
        self.note(
            Diagnostic::warning(Code::UNEQUAL_SERIES, text.clone())
                .at(span)
                .help("take both from one curve or sweep, and filter both by the same `where`"),
        );
        self.missing(Lack::Absent, span, text)
    }

    pub(crate) fn limit<T>(&self, span: Span, text: &str) -> Found<T> {
        self.note(Diagnostic::error(Code::RULE_LIMIT, text).at(span));
        self.missing(Lack::Limit, span, text)
    }

    fn filtered(
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

    /// The truth of an expression, with the comparison that decided it.
    pub(crate) fn truth(&self, e: &TypedExpr) -> Verdict<'a> {
        match &e.kind {
            Kind::Truth(t) => Verdict::of(*t),
            Kind::Not(inner) => self.truth(inner).turned(),
            Kind::Binary(BinaryOp::And, a, b) => Verdict::all([self.truth(a), self.truth(b)]),
            Kind::Binary(BinaryOp::Or, a, b) => Verdict::any([self.truth(a), self.truth(b)]),
            Kind::Compare(operands, operators) => self.compare(operands, operators),
            Kind::In { value, set, negated } => {
                let verdict = self.within(e.span, value, set);
                if *negated { verdict.turned() } else { verdict }
            }
            Kind::IsWord { value, word, negated } => match self.find(value) {
                Ok(Value::Text(t)) => Verdict::of((*t == **word) != *negated),
                Ok(_) => Verdict::of(*negated),
                Err(why) => Verdict::unknown(why),
            },
            Kind::IsMissing { value, negated } => self.is_missing(value, *negated),
            Kind::If(condition, then, otherwise) => match self.truth(condition).truth {
                Truth::Yes => self.truth(then),
                Truth::No => self.truth(otherwise),
                Truth::Unknown(why) => Verdict::unknown(why),
            },
            Kind::Comprehension {
                kind: kind @ (ComprehensionKind::Every | ComprehensionKind::Some),
                slot,
                over,
                condition,
                body,
            } => self.quantified(*kind, *slot, over, condition.as_deref(), body),
            Kind::Builtin(Function::Rising, args) => self.steps_of(e.span, args, &[1.0]),
            Kind::Builtin(Function::Falling, args) => self.steps_of(e.span, args, &[-1.0]),
            Kind::Builtin(Function::Monotonic, args) => self.steps_of(e.span, args, &[1.0, -1.0]),
            Kind::Local(slot) => match self.local(*slot, e.span) {
                Ok(value) => match self.slot(*slot) {
                    Slot::Verdict(verdict) => verdict,
                    _ => truth_of(value),
                },
                Err(why) => Verdict::unknown(why),
            },
            _ => self.find(e).map_or_else(Verdict::unknown, truth_of),
        }
    }

    fn is_missing(&self, value: &TypedExpr, negated: bool) -> Verdict<'a> {
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

    fn compare(&self, operands: &[TypedExpr], operators: &[CompareOp]) -> Verdict<'a> {
        let values: Vec<Value<'a>> = operands.iter().map(|o| self.value(o)).collect();
        let pairs = operators.iter().enumerate().map(|(i, op)| {
            let (a, b) = (operands.get(i), operands.get(i + 1));
            match (a, b, values.get(i), values.get(i + 1)) {
                (Some(a), Some(b), Some(x), Some(y)) => self.compare_pair(*op, (a, x), (b, y)),
                _ => Verdict::of(false),
            }
        });
        Verdict::all(pairs)
    }

    fn compare_pair(
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
        let holds = ordered(op, x, y);
        let margin = match op {
            Less | LessEqual => y - x,
            Greater | GreaterEqual => x - y,
            Equal => -(x - y).abs(),
            NotEqual => (x - y).abs(),
        };
        // What was observed stands against a limit, on whichever side it is written.
        let swap = !a.evidence && b.evidence;
        let (observed, limit) = if swap { (y, x) } else { (x, y) };
        let typed = if swap { b } else { a };
        Verdict {
            truth: holds.into(),
            decision: Some(self.decision(typed, a.span.to(b.span), observed, limit, margin)),
        }
    }

    fn decision(
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

    fn within(&self, span: Span, value: &TypedExpr, set: &TypedExpr) -> Verdict<'a> {
        let found = self.find(value);
        let (v, set) = match (found, self.find(set)) {
            (Err(why), _) | (_, Err(why)) => return Verdict::unknown(why),
            (Ok(v), Ok(set)) => (v, set),
        };
        match (v, set) {
            (Value::Number(v), Value::Range(low, high, _)) => {
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
    fn steps_of(&self, span: Span, args: &[TypedExpr], ways: &[f64]) -> Verdict<'a> {
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
    fn point(&self, value: f64, span: Span) -> Value<'a> {
        match self.finite(value, span) {
            Ok(v) => Value::Number(v),
            Err(why) => Value::Missing(why),
        }
    }

    /// Evaluates something with a binder set to an item.
    fn with<T>(&self, slot: usize, item: &Value<'a>, f: impl FnOnce() -> T) -> T {
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

    fn quantified(
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
    fn collect(
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
            ComprehensionKind::Sum => Ok(Value::Number(numbers.iter().sum())),
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

    /// A condition point by point.
    pub(crate) fn mask(&self, e: &TypedExpr) -> Mask {
        if !e.ty.element().1 {
            return Mask::One(self.truth(e).truth);
        }
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
}

impl From<Vec<f64>> for Value<'_> {
    fn from(values: Vec<f64>) -> Self {
        Value::Series(Rc::from(values))
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

fn ordered(op: CompareOp, x: f64, y: f64) -> bool {
    match op {
        CompareOp::Less => x < y,
        CompareOp::LessEqual => x <= y,
        CompareOp::Greater => x > y,
        CompareOp::GreaterEqual => x >= y,
        CompareOp::Equal => x == y,
        CompareOp::NotEqual => x != y,
    }
}

fn known<'a>(verdict: Verdict<'a>) -> Found<Value<'a>> {
    match verdict.truth {
        Truth::Yes => Ok(Value::Truth(true)),
        Truth::No => Ok(Value::Truth(false)),
        Truth::Unknown(why) => Err(why),
    }
}

fn truth_of<'a>(value: Value<'a>) -> Verdict<'a> {
    match value {
        Value::Truth(t) => Verdict::of(t),
        Value::Missing(why) => Verdict::unknown(why),
        _ => Verdict::of(false),
    }
}
