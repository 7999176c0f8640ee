//! Typed conditions as formulas.

use super::super::expr::{ExprKind as K, TypedExpr};
use super::super::functions::Function;
use super::super::types::Type;
use super::domains::{Ground, Ranges, Tier, constant};
use super::formula::{Flag, Formula, MISSING};
use super::interval::Interval;
use super::keys::Keys;
use super::linear::Constraint;
use espice_syntax::ast::{BinaryOp, CompareOp};
use std::collections::BTreeMap;

/// Deepest chain of definitions and conditions that is followed.
const DEEPEST: usize = 60;
/// Most steps into one condition.
const STEPS: usize = 4000;

/// The variables of all formulas: whatever is no sum of others.
#[derive(Default)]
pub(super) struct Variables {
    keys: Vec<String>,
    index: BTreeMap<String, usize>,
}

impl Variables {
    pub(super) fn key(&self, variable: usize) -> &str {
        self.keys.get(variable).map_or("", String::as_str)
    }

    fn intern(&mut self, key: String) -> usize {
        if let Some(found) = self.index.get(&key) {
            return *found;
        }
        let new = self.keys.len();
        self.keys.push(key.clone());
        self.index.insert(key, new);
        new
    }
}

/// What is known of a variable in one item.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Domain {
    pub(super) certain: Interval,
    pub(super) declared: Interval,
    pub(super) grounds: Vec<Ground>,
}

/// Builds the formulas of one item.
pub(super) struct Builder<'a, 'v> {
    pub(super) keys: Keys<'a>,
    pub(super) ranges: Ranges<'a>,
    pub(super) variables: &'v mut Variables,
    pub(super) domains: BTreeMap<usize, Domain>,
    /// What variables stand for, to look into functions that rise.
    meanings: BTreeMap<usize, &'a TypedExpr>,
    depth: usize,
    steps: usize,
}

/// `Σ factor · variable + constant`.
#[derive(Default)]
struct Linear {
    terms: BTreeMap<usize, f64>,
    constant: f64,
    scale: f64,
}

impl Linear {
    fn constant(value: f64) -> Linear {
        Linear { terms: BTreeMap::new(), constant: value, scale: value.abs() }
    }

    fn times(mut self, factor: f64) -> Linear {
        self.terms.values_mut().for_each(|f| *f *= factor);
        self.terms.retain(|_, f| *f != 0.0);
        self.constant *= factor;
        self.scale *= factor.abs();
        self
    }

    fn plus(mut self, other: Linear) -> Linear {
        for (variable, factor) in other.terms {
            let sum = self.terms.entry(variable).or_default();
            let size = sum.abs() + factor.abs();
            *sum += factor;
            if sum.abs() <= 1e-12 * size {
                self.terms.remove(&variable);
            }
        }
        self.constant += other.constant;
        self.scale = self.scale.max(other.scale);
        self
    }

    /// Its value, where it has but one.
    fn value(&self) -> Option<f64> {
        self.terms.is_empty().then_some(self.constant)
    }
}

impl<'a, 'v> Builder<'a, 'v> {
    pub(super) fn new(
        keys: Keys<'a>,
        ranges: Ranges<'a>,
        variables: &'v mut Variables,
    ) -> Builder<'a, 'v> {
        Builder {
            keys,
            ranges,
            variables,
            domains: BTreeMap::new(),
            meanings: BTreeMap::new(),
            depth: 0,
            steps: 0,
        }
    }

    /// Brings the record of a loop into scope; returns its key.
    pub(super) fn enter(&mut self, slot: usize, over: &'a TypedExpr) -> String {
        self.ranges.loops.insert(slot, over);
        self.keys.enter(slot, over)
    }

    /// Leaves the innermost loop.
    pub(super) fn leave(&mut self) {
        self.keys.leave();
    }

    /// Brings the axes of a curve into scope.
    pub(super) fn enter_axes(&mut self, (x, y): (usize, usize), curve: &'a TypedExpr) {
        self.keys.bind_axes((x, y), curve);
        self.ranges.axes.insert(x, (curve, false));
        self.ranges.axes.insert(y, (curve, true));
    }

    /// The condition as a formula.
    pub(super) fn formula(&mut self, e: &'a TypedExpr) -> Formula {
        if self.depth == 0 {
            self.steps = 0;
        }
        self.depth += 1;
        self.steps += 1;
        let too_far = self.depth > DEEPEST || self.steps > STEPS;
        let formula = if too_far { self.opaque(e) } else { self.condition(e) };
        self.depth -= 1;
        formula
    }

    fn condition(&mut self, e: &'a TypedExpr) -> Formula {
        match &e.kind {
            K::Truth(true) => Formula::Yes,
            K::Truth(false) => Formula::No,
            K::Not(inner) => self.formula(inner).negated(),
            K::Binary(BinaryOp::And, a, b) => Formula::all(vec![self.formula(a), self.formula(b)]),
            K::Binary(BinaryOp::Or, a, b) => Formula::any(vec![self.formula(a), self.formula(b)]),
            K::If(c, a, b) => {
                let c = self.formula(c);
                let (a, b) = (self.formula(a), self.formula(b));
                let not = c.negated();
                Formula::any(vec![Formula::all(vec![c, a]), Formula::all(vec![not, b])])
            }
            K::Compare(all, ops) => {
                let pairs = all.iter().zip(all.iter().skip(1)).zip(ops);
                let parts = pairs.map(|((a, b), op)| self.comparison(a, *op, b)).collect();
                Formula::all(parts)
            }
            K::In { value, set, negated } => {
                let inside = self.membership(e, value, set);
                if *negated { inside.negated() } else { inside }
            }
            K::IsWord { value, word, negated } => self.flag(value, word.clone(), !negated),
            K::IsMissing { value, negated } => self.flag(value, String::from(MISSING), !negated),
            K::Local(slot) => match self.keys.definition(*slot) {
                Some(definition) => self.formula(definition),
                None => self.opaque(e),
            },
            _ => self.opaque(e),
        }
    }

    /// A truth that nothing is known of.
    fn opaque(&mut self, e: &TypedExpr) -> Formula {
        let subject = self.keys.key(e);
        Formula::Flag(Flag { subject, word: None, holds: true })
    }

    fn flag(&mut self, value: &TypedExpr, word: String, holds: bool) -> Formula {
        let subject = self.keys.key(value);
        Formula::Flag(Flag { subject, word: Some(word), holds })
    }

    fn membership(&mut self, e: &TypedExpr, value: &'a TypedExpr, set: &'a TypedExpr) -> Formula {
        match &set.kind {
            K::Range(low, high, _) => Formula::all(vec![
                self.comparison(low, CompareOp::LessEqual, value),
                self.comparison(value, CompareOp::LessEqual, high),
            ]),
            K::List(items) => {
                let each = items.iter().map(|i| self.comparison(value, CompareOp::Equal, i));
                Formula::any(each.collect())
            }
            K::Local(slot) => match self.keys.definition(*slot) {
                Some(definition) if self.depth < DEEPEST => {
                    self.depth += 1;
                    let formula = self.membership(e, value, definition);
                    self.depth -= 1;
                    formula
                }
                _ => self.opaque(e),
            },
            _ => {
                let (value, set) = (self.keys.key(value), self.keys.key(set));
                let subject = format!("({value} in {set})");
                Formula::Flag(Flag { subject, word: None, holds: true })
            }
        }
    }

    fn comparison(&mut self, a: &'a TypedExpr, op: CompareOp, b: &'a TypedExpr) -> Formula {
        let equal = matches!(op, CompareOp::Equal | CompareOp::NotEqual);
        if let (true, K::Text(text)) = (equal, &b.kind) {
            return self.flag(a, text.clone(), op == CompareOp::Equal);
        }
        if let (true, K::Text(text)) = (equal, &a.kind) {
            return self.flag(b, text.clone(), op == CompareOp::Equal);
        }
        let scalar = |e: &TypedExpr| e.ty.element().0.is_scalar();
        if equal && !scalar(a) && !scalar(b) {
            let mut sides = [self.keys.key(a), self.keys.key(b)];
            sides.sort();
            let subject = format!("({})", sides.join(" == "));
            let holds = op == CompareOp::Equal;
            return Formula::Flag(Flag { subject, word: None, holds });
        }
        if !scalar(a) || !scalar(b) {
            let parts = [self.keys.key(a), format!("{op:?}"), self.keys.key(b)];
            let subject = format!("({})", parts.join(" "));
            return Formula::Flag(Flag { subject, word: None, holds: true });
        }
        let (left, right) = (self.linear(a), self.linear(b));
        let difference = left.plus(right.times(-1.0));
        match op {
            CompareOp::LessEqual => self.at_most(difference, false),
            CompareOp::Less => self.at_most(difference, true),
            CompareOp::GreaterEqual => self.at_most(difference.times(-1.0), false),
            CompareOp::Greater => self.at_most(difference.times(-1.0), true),
            CompareOp::Equal | CompareOp::NotEqual => {
                let copy = Linear {
                    terms: difference.terms.clone(),
                    constant: difference.constant,
                    scale: difference.scale,
                };
                let both = Formula::all(vec![
                    self.at_most(difference, false),
                    self.at_most(copy.times(-1.0), false),
                ]);
                if op == CompareOp::Equal { both } else { both.negated() }
            }
        }
    }

    /// `linear <= 0`, or `< 0`; a function that rises is looked into where it stands alone.
    fn at_most(&mut self, linear: Linear, strict: bool) -> Formula {
        let one = linear.terms.first_key_value().filter(|_| linear.terms.len() == 1);
        if let Some((variable, factor)) = one.map(|(v, f)| (*v, *f))
            && let Some(meaning) = self.meanings.get(&variable).copied()
            && let K::Builtin(function, arguments) = &meaning.kind
            && let [inner] = arguments.as_slice()
            && self.depth < DEEPEST
        {
            self.depth += 1;
            let bound = -linear.constant / factor;
            let looked = self.inside(*function, inner, bound, factor > 0.0, strict);
            self.depth -= 1;
            if let Some(formula) = looked {
                return formula;
            }
        }
        let Linear { terms, constant, scale } = linear;
        Formula::linear(Constraint { terms, bound: -constant, strict, scale })
    }

    /// `function(inner) <= bound`, or `>= bound` when not `below`.
    fn inside(
        &mut self,
        function: Function,
        inner: &'a TypedExpr,
        bound: f64,
        below: bool,
        strict: bool,
    ) -> Option<Formula> {
        let floor = match function {
            Function::Abs | Function::Sqrt | Function::Exp => 0.0,
            Function::Ln | Function::Log10 => f64::NEG_INFINITY,
            _ => return None,
        };
        if bound < floor || (bound == floor && floor == 0.0 && strict == below) {
            return Some(if below { Formula::No } else { Formula::Yes });
        }
        let edge = match function {
            Function::Abs => bound,
            Function::Sqrt => bound * bound,
            Function::Exp if bound > 0.0 => bound.ln(),
            Function::Ln => bound.exp(),
            Function::Log10 => 10f64.powf(bound),
            _ => return None,
        };
        if !edge.is_finite() || !inner.ty.element().0.is_scalar() {
            return None;
        }
        let sign = if below { 1.0 } else { -1.0 };
        let side = |b: &mut Self, turn: f64| {
            let linear = b.linear(inner).times(turn).plus(Linear::constant(-sign * edge));
            b.at_most(linear, strict)
        };
        let first = side(self, sign);
        if function != Function::Abs {
            return Some(first);
        }
        // |u| <= e is u <= e and -u <= e; |u| >= e is u >= e or -u >= e.
        let second = side(self, -sign);
        let parts = vec![first, second];
        Some(if below { Formula::all(parts) } else { Formula::any(parts) })
    }

    fn linear(&mut self, e: &'a TypedExpr) -> Linear {
        self.steps += 1;
        if self.depth > DEEPEST || self.steps > STEPS {
            return self.variable(e);
        }
        self.depth += 1;
        let linear = self.sum(e);
        self.depth -= 1;
        linear
    }

    fn sum(&mut self, e: &'a TypedExpr) -> Linear {
        match &e.kind {
            K::Number(v) => Linear::constant(*v),
            K::Constant(c) => Linear::constant(constant(*c)),
            K::Negate(a) => self.linear(a).times(-1.0),
            K::Binary(BinaryOp::Add, a, b) => {
                let a = self.linear(a);
                a.plus(self.linear(b))
            }
            K::Binary(BinaryOp::Subtract, a, b) => {
                let a = self.linear(a);
                a.plus(self.linear(b).times(-1.0))
            }
            K::Binary(BinaryOp::Multiply, a, b) => {
                let (left, right) = (self.linear(a), self.linear(b));
                match (left.value(), right.value()) {
                    (Some(factor), _) => right.times(factor),
                    (_, Some(factor)) => left.times(factor),
                    _ => self.variable(e),
                }
            }
            K::Binary(BinaryOp::Divide, a, b) => {
                let (left, right) = (self.linear(a), self.linear(b));
                match right.value() {
                    Some(by) if by != 0.0 => left.times(1.0 / by),
                    _ => self.variable(e),
                }
            }
            K::Local(slot) => match self.keys.definition(*slot) {
                Some(definition) if definition.ty.element().0.is_scalar() => {
                    self.linear(definition)
                }
                _ => self.variable(e),
            },
            _ => self.variable(e),
        }
    }

    fn variable(&mut self, e: &'a TypedExpr) -> Linear {
        let certain = self.ranges.of(e, &self.keys, Tier::Certain);
        // A cell is one value where it is there: what needs it says nothing where it is not.
        if certain.low == certain.high && !looks_up(e, &self.keys) {
            return Linear::constant(certain.low);
        }
        let key = self.keys.key(e);
        let variable = self.variables.intern(key);
        if !self.domains.contains_key(&variable) {
            let declared = self.ranges.of(e, &self.keys, Tier::Declared).meet(certain);
            let grounds = self.ranges.grounds.clone();
            self.domains.insert(variable, Domain { certain, declared, grounds });
            self.meanings.insert(variable, e);
        }
        Linear { terms: [(variable, 1.0)].into(), constant: 0.0, scale: 0.0 }
    }
}

/// Whether a value hangs on a cell of a limits table, which may be empty or in no row.
fn looks_up(e: &TypedExpr, keys: &Keys<'_>) -> bool {
    let mut waiting = vec![e];
    while let Some(e) = waiting.pop() {
        match &e.kind {
            K::Cell(..) | K::TableRow(..) => return true,
            K::Local(slot) => waiting.extend(keys.definition(*slot)),
            _ => {}
        }
        waiting.extend(e.parts());
    }
    false
}

/// The type that conditions have.
pub(super) fn is_condition(ty: &Type) -> bool {
    *ty.element().0 == Type::Truth
}
