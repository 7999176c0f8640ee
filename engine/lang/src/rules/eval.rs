//! Evaluation of typed expressions: values, truths with the comparison that decided, and point
//! by point conditions. Access to facts, models and functions stands in `access`.

use super::expr::{Constant, ExprKind as Kind, Frame, TypedExpr};
use super::functions::Function;
use super::mask::Mask;
use super::rows::Rows;
use super::types::Type;
use super::value::{CurveValue, Lack, Truth, Value, Verdict, Why};
use super::watch::Watch;
use super::{Input, Rulebook};
use espice_base::{Code, Diagnostic, Span};
use espice_facts::{Origin, Parameter};
use espice_syntax::ast::{BinaryOp, CompareOp, ComprehensionKind};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// A value, or why there is none.
pub(crate) type Found<T> = Result<T, Rc<Why>>;

/// Nodes that one item may evaluate before the run ends with a limit.
const STEPS: u64 = 50_000_000;
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
    /// Looks on.
    pub(crate) watch: Option<&'a Watch>,
    /// The rows of the record by symbol, where someone has put them in order before.
    pub(crate) ordered: Option<&'a Rows<'a>>,
    /// The row that was asked for last, and where the name of its symbol stands: a check and the
    /// search for its place ask for the same.
    pub(super) last_row: Cell<(usize, Option<&'a Parameter>)>,
    frame: &'a Frame,
    slots: RefCell<Vec<Slot<'a>>>,
    /// Rows that loops stand at, innermost last; they give `Own` values their dimension.
    pub(super) rows: RefCell<Vec<&'a Parameter>>,
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
            watch: None,
            ordered: None,
            last_row: Cell::default(),
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
        inner.watch = self.watch;
        inner.ordered = self.ordered;
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
    pub(super) fn finite(&self, value: f64, span: Span) -> Found<f64> {
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

    pub(super) fn find(&self, e: &TypedExpr) -> Found<Value<'a>> {
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

    /// The truth of an expression, with the comparison that decided it.
    pub(crate) fn truth(&self, e: &TypedExpr) -> Verdict<'a> {
        let verdict = self.decide(e);
        if let Some(watch) = self.watch {
            watch.truth(e.span, verdict.truth.known());
        }
        verdict
    }

    fn decide(&self, e: &TypedExpr) -> Verdict<'a> {
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
}

impl From<Vec<f64>> for Value<'_> {
    fn from(values: Vec<f64>) -> Self {
        Value::Series(Rc::from(values))
    }
}

pub(super) fn ordered(op: CompareOp, x: f64, y: f64) -> bool {
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
