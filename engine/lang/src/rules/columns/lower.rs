//! Typed expressions → operations on columns.
//!
//! What has no operation of its own and looks at nothing but its record is left to the tree
//! walker, once for each record. A rule of which that is not true either is evaluated by the
//! tree walker altogether.

use super::lanes::{ABSENT, NO, truth};
use super::leaves::{General, Leaves, NumberLeaf, OfRow, TruthLeaf, origin_word};
use super::program::{N, NumberOp, Op, Program, Space, T, TruthOp};
use super::quiet::is_quiet;
use crate::rules::book::Rulebook;
use crate::rules::expr::{Constant, ExprKind as Kind, Frame, TypedExpr};
use crate::rules::functions::Function;
use crate::rules::rule::{Need, RuleIr};
use crate::rules::types::Type;
use espice_syntax::ast::{BinaryOp, ComprehensionKind};
use espice_units::Constants;

/// Deepest chain of definitions and functions.
pub(super) const DEPTH: usize = 64;
/// Most operations of a program: bodies of functions are put in place at every call.
const OPERATIONS: usize = 4096;

/// Builds the program of one rule.
pub(super) struct Lowering<'b, 'l> {
    book: &'b Rulebook,
    rule: &'b RuleIr,
    constants: Constants,
    leaves: &'l mut Leaves<'b>,
    program: Program,
    numbers: Vec<Space>,
    truths: Vec<Space>,
    /// Frames of functions that are being put in place, with the columns of their arguments;
    /// the first is that of the rule.
    frames: Vec<(&'b Frame, Vec<N>)>,
    /// Columns of definitions of the rule that were met.
    known: Vec<(usize, Column)>,
    /// The slot of the loop at hand, and the loop.
    each: Option<(usize, usize)>,
    depth: usize,
}

#[derive(Clone, Copy)]
enum Column {
    Number(N),
    Truth(T),
}

/// The program of a rule; `None` when the tree walker has to evaluate it.
pub(super) fn lower<'b>(
    book: &'b Rulebook,
    rule: &'b RuleIr,
    constants: Constants,
    leaves: &mut Leaves<'b>,
) -> Option<Program> {
    let mut lowering = Lowering {
        book,
        rule,
        constants,
        leaves,
        program: Program::default(),
        numbers: Vec::new(),
        truths: Vec::new(),
        frames: vec![(&rule.frame, Vec::new())],
        known: Vec::new(),
        each: None,
        depth: 0,
    };
    let mark = lowering.mark();
    if lowering.rule().is_none() {
        // What was asked for on the way need not be read.
        lowering.back_to(mark);
        return None;
    }
    let mut program = lowering.program;
    let numbers = program.ops.iter().filter_map(|op| match op {
        Op::Number(_, NumberOp::Leaf(leaf)) => Some(Some(*leaf)),
        Op::Number(..) => Some(None),
        Op::Truth(..) => None,
    });
    program.leaves = numbers.collect();
    program.numbers = lowering.numbers.len();
    program.truths = lowering.truths.len();
    Some(program)
}

/// How far the lowering has come.
#[derive(Clone, Copy)]
struct Mark {
    ops: usize,
    numbers: usize,
    truths: usize,
    known: usize,
    leaves: [usize; 3],
}

impl<'b> Lowering<'b, '_> {
    fn rule(&mut self) -> Option<()> {
        self.scope()?;
        for check in &self.rule.checks {
            let column = self.truth(check)?;
            self.program.checks.push(column);
        }
        (self.program.ops.len() <= OPERATIONS).then_some(())
    }

    fn scope(&mut self) -> Option<()> {
        let rule = self.rule;
        if rule.off.is_some() {
            let never = self.put_truth(None, TruthOp::Constant(NO));
            self.program.scope.push(never);
        }
        if !rule.kinds.is_empty() {
            self.in_scope(TruthLeaf::Kinds(rule.kinds.clone()));
        }
        if !rule.origins.is_empty() {
            let words = rule.origins.iter().map(|o| origin_word(*o)).collect();
            self.in_scope(TruthLeaf::Origins(words));
        }
        for need in &rule.needs {
            match need {
                Need::Symbol(symbol) => self.in_scope(TruthLeaf::Has(symbol.clone())),
                Need::Expr(e) if e.ty == Type::Truth => {
                    let column = self.truth(e)?;
                    self.program.scope.push(column);
                }
                Need::Expr(e) if e.ty.is_scalar() => {
                    let number = self.number(e)?;
                    let there = self.put_truth(None, TruthOp::IsMissing(number, true));
                    self.program.scope.push(there);
                }
                Need::Expr(e) if !self.is_quiet(e) => return None,
                Need::Curve(_) | Need::Expr(_) => self.leave(General::Need(need)),
            }
        }
        if let Some(when) = &rule.when {
            let column = self.truth(when)?;
            self.program.scope.push(column);
        }
        Some(())
    }

    fn in_scope(&mut self, leaf: TruthLeaf) {
        let index = self.leaves.truth(leaf);
        let column = self.put_truth(None, TruthOp::Leaf(index));
        self.program.scope.push(column);
    }

    fn leave(&mut self, what: General<'b>) {
        let leaf = TruthLeaf::General(self.general(what));
        self.in_scope(leaf);
    }

    fn general(&mut self, what: General<'b>) -> usize {
        self.leaves.general.push((self.rule, what));
        self.leaves.general.len() - 1
    }

    // -- columns -------------------------------------------------------------------------

    fn put_number(&mut self, space: Space, op: NumberOp) -> N {
        self.program.ops.push(Op::Number(space, op));
        self.numbers.push(space);
        self.numbers.len() - 1
    }

    fn put_truth(&mut self, space: Space, op: TruthOp) -> T {
        self.program.ops.push(Op::Truth(space, op));
        self.truths.push(space);
        self.truths.len() - 1
    }

    fn space_of_number(&self, column: N) -> Space {
        self.numbers.get(column).copied().flatten()
    }

    fn space_of_truth(&self, column: T) -> Space {
        self.truths.get(column).copied().flatten()
    }

    /// Brings a column of records to the lanes of a loop.
    fn number_in(&mut self, column: N, space: Space) -> N {
        if self.space_of_number(column) == space {
            return column;
        }
        self.put_number(space, NumberOp::Spread(column))
    }

    fn truth_in(&mut self, column: T, space: Space) -> T {
        if self.space_of_truth(column) == space {
            return column;
        }
        self.put_truth(space, TruthOp::Spread(column))
    }

    fn join_numbers(&mut self, a: N, b: N) -> (N, N, Space) {
        let space = self.space_of_number(a).or(self.space_of_number(b));
        (self.number_in(a, space), self.number_in(b, space), space)
    }

    fn join_truths(&mut self, a: T, b: T) -> (T, T, Space) {
        let space = self.space_of_truth(a).or(self.space_of_truth(b));
        (self.truth_in(a, space), self.truth_in(b, space), space)
    }

    fn zip(&mut self, a: N, b: N, op: fn(N, N) -> NumberOp) -> N {
        let (a, b, space) = self.join_numbers(a, b);
        self.put_number(space, op(a, b))
    }

    // -- numbers -------------------------------------------------------------------------

    /// The column of a number.
    fn number(&mut self, e: &'b TypedExpr) -> Option<N> {
        if !e.ty.is_scalar() && e.ty != Type::Missing {
            return None;
        }
        let mark = self.mark();
        if let Some(column) = self.own_number(e) {
            return Some(column);
        }
        self.back_to(mark);
        if !self.is_quiet(e) || self.frames.len() > 1 {
            return None;
        }
        let general = self.general(General::Number(e));
        let leaf = self.leaves.number(NumberLeaf::General(general));
        Some(self.put_number(None, NumberOp::Leaf(leaf)))
    }

    /// Numbers with operations of their own.
    fn own_number(&mut self, e: &'b TypedExpr) -> Option<N> {
        match &e.kind {
            Kind::Missing => Some(self.put_number(None, NumberOp::Lack(ABSENT))),
            Kind::Number(v) => Some(self.put_number(None, NumberOp::Constant(*v))),
            Kind::Constant(c) => {
                let value = self.constant(*c);
                Some(self.put_number(None, NumberOp::Constant(value)))
            }
            Kind::Local(slot) => self.local_number(*slot),
            Kind::Negate(a) => {
                let a = self.number(a)?;
                Some(self.put_number(self.space_of_number(a), NumberOp::Negate(a)))
            }
            Kind::Binary(BinaryOp::And | BinaryOp::Or, ..) => None,
            Kind::Binary(op, a, b) => {
                let (a, b) = (self.number(a)?, self.number(b)?);
                let (a, b, space) = self.join_numbers(a, b);
                Some(self.put_number(space, NumberOp::Binary(*op, a, b)))
            }
            Kind::Power(a, b) => {
                let (a, b) = (self.number(a)?, self.number(b)?);
                Some(self.zip(a, b, NumberOp::Power))
            }
            Kind::If(condition, then, otherwise) => {
                let condition = self.truth(condition)?;
                let (a, b) = (self.number(then)?, self.number(otherwise)?);
                let (a, b, space) = self.join_numbers(a, b);
                let space = space.or(self.space_of_truth(condition));
                let (a, b) = (self.number_in(a, space), self.number_in(b, space));
                let condition = self.truth_in(condition, space);
                Some(self.put_number(space, NumberOp::Select(condition, a, b)))
            }
            Kind::Field(base, id) => self.of_row(base, OfRow::field(*id)?),
            Kind::Condition(base, symbol) => self.of_row(base, OfRow::Condition(symbol.clone())),
            Kind::ModelParameter(name) => {
                let leaf = self.leaves.number(NumberLeaf::Parameter(name.clone()));
                Some(self.put_number(None, NumberOp::Leaf(leaf)))
            }
            Kind::Builtin(function, args) => self.builtin(*function, args),
            Kind::Call(index, args) => self.call(*index, args),
            _ => None,
        }
    }

    fn constant(&self, constant: Constant) -> f64 {
        use espice_units::constants::TNOM;
        match constant {
            Constant::ThermalVoltage => self.constants.thermal_voltage(TNOM),
            Constant::Nominal => TNOM,
            Constant::Boltzmann => self.constants.k,
            Constant::Charge => self.constants.q,
            Constant::Permittivity => self.constants.eps0,
            Constant::Pi => std::f64::consts::PI,
        }
    }

    fn builtin(&mut self, function: Function, args: &'b [TypedExpr]) -> Option<N> {
        let map: Option<fn(f64) -> f64> = match function {
            Function::Abs => Some(f64::abs),
            Function::Sign => Some(|v| if v == 0.0 { 0.0 } else { v.signum() }),
            Function::Sqrt => Some(f64::sqrt),
            Function::Exp => Some(f64::exp),
            Function::Ln => Some(f64::ln),
            Function::Log10 => Some(f64::log10),
            Function::Tanh => Some(f64::tanh),
            _ => None,
        };
        match (function, args) {
            (_, [a]) if map.is_some() => {
                let a = self.number(a)?;
                Some(self.put_number(self.space_of_number(a), NumberOp::Map(map?, a)))
            }
            (Function::ThermalVoltage, [a]) => {
                let a = self.number(a)?;
                Some(self.put_number(self.space_of_number(a), NumberOp::ThermalVoltage(a)))
            }
            (Function::Decades, [a, b]) => {
                let (a, b) = (self.number(a)?, self.number(b)?);
                Some(self.zip(a, b, NumberOp::Decades))
            }
            (Function::Min | Function::Max, [first, rest @ ..]) if !rest.is_empty() => {
                let least = function == Function::Min;
                let mut result = self.number(first)?;
                for other in rest {
                    let other = self.number(other)?;
                    let op = if least { NumberOp::Least } else { NumberOp::Largest };
                    result = self.zip(result, other, op);
                }
                Some(result)
            }
            _ => None,
        }
    }

    /// The body of a pack function, put in place of the call.
    fn call(&mut self, index: usize, args: &'b [TypedExpr]) -> Option<N> {
        let function = self.book.functions.get(index)?;
        let body = function.body.as_ref()?;
        if self.frames.len() >= DEPTH {
            return None;
        }
        let columns = args.iter().map(|a| self.number(a)).collect::<Option<Vec<N>>>()?;
        self.frames.push((&function.frame, columns.clone()));
        let result = self.number(body);
        self.frames.pop();
        // An argument that is missing makes the result so, whether it is used or not; the first
        // counts.
        let result = result?;
        Some(columns.into_iter().rev().fold(result, |r, a| self.zip(a, r, NumberOp::After)))
    }

    fn local_number(&mut self, slot: usize) -> Option<N> {
        let (frame, arguments) = self.frames.last()?;
        if let Some(column) = arguments.get(slot) {
            return Some(*column);
        }
        let (frame, outer) = (*frame, self.frames.len() == 1);
        if let Some((_, Column::Number(column))) = self.known.iter().find(|k| outer && k.0 == slot)
        {
            return Some(*column);
        }
        let definition = frame.slots.get(slot)?.as_ref()?;
        let column = self.deeper(|own| own.number(definition))?;
        if outer && self.space_of_number(column).is_none() {
            self.known.push((slot, Column::Number(column)));
        }
        Some(column)
    }

    fn deeper<R>(&mut self, f: impl FnOnce(&mut Self) -> Option<R>) -> Option<R> {
        if self.depth >= DEPTH || self.program.ops.len() > OPERATIONS {
            return None;
        }
        self.depth += 1;
        let result = f(self);
        self.depth -= 1;
        result
    }

    /// A value of a row: of the one nearest 25 °C, or of the one at which the loop stands.
    fn of_row(&mut self, base: &'b TypedExpr, value: OfRow) -> Option<N> {
        match &self.resolved(base)?.kind {
            Kind::Row(symbol) => {
                let leaf = self.leaves.number(NumberLeaf::Row(symbol.clone(), value));
                Some(self.put_number(None, NumberOp::Leaf(leaf)))
            }
            Kind::Local(slot) => {
                let (own, over) = self.each.filter(|(own, _)| own == slot)?;
                debug_assert_eq!(own, *slot);
                let leaf = self.leaves.number(NumberLeaf::Each(over, value));
                Some(self.put_number(Some(over), NumberOp::Leaf(leaf)))
            }
            _ => None,
        }
    }

    /// What a chain of definitions stands for.
    fn resolved(&self, e: &'b TypedExpr) -> Option<&'b TypedExpr> {
        let (frame, arguments) = self.frames.last()?;
        let mut e = e;
        for _ in 0..DEPTH {
            let Kind::Local(slot) = &e.kind else { return Some(e) };
            if *slot < arguments.len() {
                return None;
            }
            match frame.slots.get(*slot).and_then(Option::as_ref) {
                Some(definition) => e = definition,
                None => return Some(e),
            }
        }
        None
    }

    // -- truths --------------------------------------------------------------------------

    /// The column of a truth.
    fn truth(&mut self, e: &'b TypedExpr) -> Option<T> {
        if e.ty != Type::Truth {
            return None;
        }
        let mark = self.mark();
        if let Some(column) = self.own_truth(e) {
            return Some(column);
        }
        self.back_to(mark);
        if !self.is_quiet(e) || self.frames.len() > 1 {
            return None;
        }
        let general = self.general(General::Truth(e));
        let leaf = self.leaves.truth(TruthLeaf::General(general));
        Some(self.put_truth(None, TruthOp::Leaf(leaf)))
    }

    fn own_truth(&mut self, e: &'b TypedExpr) -> Option<T> {
        match &e.kind {
            Kind::Truth(t) => Some(self.put_truth(None, TruthOp::Constant(truth(*t)))),
            Kind::Not(a) => {
                let a = self.truth(a)?;
                Some(self.put_truth(self.space_of_truth(a), TruthOp::Not(a)))
            }
            Kind::Binary(op @ (BinaryOp::And | BinaryOp::Or), a, b) => {
                let (a, b) = (self.truth(a)?, self.truth(b)?);
                let (a, b, space) = self.join_truths(a, b);
                let op = if *op == BinaryOp::And { TruthOp::And } else { TruthOp::Or };
                Some(self.put_truth(space, op(a, b)))
            }
            Kind::Compare(operands, operators) => {
                let columns =
                    operands.iter().map(|o| self.number(o)).collect::<Option<Vec<N>>>()?;
                let mut result: Option<T> = None;
                for (op, pair) in operators.iter().zip(columns.windows(2)) {
                    let [a, b] = pair else { continue };
                    let (a, b, space) = self.join_numbers(*a, *b);
                    let one = self.put_truth(space, TruthOp::Compare(*op, a, b));
                    result = Some(match result {
                        None => one,
                        Some(before) => {
                            let (a, b, space) = self.join_truths(before, one);
                            self.put_truth(space, TruthOp::And(a, b))
                        }
                    });
                }
                result
            }
            Kind::In { value, set, negated } => {
                let inside = self.within(value, set)?;
                let space = self.space_of_truth(inside);
                Some(if *negated { self.put_truth(space, TruthOp::Not(inside)) } else { inside })
            }
            Kind::IsMissing { value, negated } => {
                let a = self.number(value)?;
                Some(self.put_truth(self.space_of_number(a), TruthOp::IsMissing(a, *negated)))
            }
            Kind::If(condition, then, otherwise) => {
                let condition = self.truth(condition)?;
                let (a, b) = (self.truth(then)?, self.truth(otherwise)?);
                let (a, b, space) = self.join_truths(a, b);
                let space = space.or(self.space_of_truth(condition));
                let (a, b) = (self.truth_in(a, space), self.truth_in(b, space));
                let condition = self.truth_in(condition, space);
                Some(self.put_truth(space, TruthOp::Select(condition, a, b)))
            }
            Kind::Builtin(Function::Same, args) => {
                let [a, b] = args.as_slice() else { return None };
                let (a, b) = (self.number(a)?, self.number(b)?);
                let (a, b, space) = self.join_numbers(a, b);
                Some(self.put_truth(space, TruthOp::Same(a, b)))
            }
            Kind::Local(slot) => self.local_truth(*slot),
            Kind::Comprehension {
                kind: kind @ (ComprehensionKind::Every | ComprehensionKind::Some),
                slot,
                over,
                condition,
                body,
            } => {
                let every = *kind == ComprehensionKind::Every;
                self.quantified(every, *slot, over, condition.as_deref(), body)
            }
            _ => None,
        }
    }

    fn within(&mut self, value: &'b TypedExpr, set: &'b TypedExpr) -> Option<T> {
        let v = self.number(value)?;
        let (low, high) = match &self.resolved(set)?.kind {
            Kind::Range(low, high, None) => {
                let ends = self.resolved(low)?.constant().zip(self.resolved(high)?.constant());
                if let Some((low, high)) = ends.filter(|(l, h)| l.is_finite() && h.is_finite()) {
                    return Some(
                        self.put_truth(self.space_of_number(v), TruthOp::Between(v, low, high)),
                    );
                }
                (self.number(low)?, self.number(high)?)
            }
            Kind::Field(base, id) => {
                let [low, high] = OfRow::range(*id)?;
                (self.of_row(base, low)?, self.of_row(base, high)?)
            }
            _ => return None,
        };
        let (low, high, _) = self.join_numbers(low, high);
        let (v, low, space) = self.join_numbers(v, low);
        let high = self.number_in(high, space);
        Some(self.put_truth(space, TruthOp::Within(v, low, high)))
    }

    fn local_truth(&mut self, slot: usize) -> Option<T> {
        let (frame, arguments) = self.frames.last()?;
        let (frame, outer) = (*frame, self.frames.len() == 1);
        if slot < arguments.len() {
            return None;
        }
        if let Some((_, Column::Truth(column))) = self.known.iter().find(|k| outer && k.0 == slot) {
            return Some(*column);
        }
        let definition = frame.slots.get(slot)?.as_ref()?;
        let column = self.deeper(|own| own.truth(definition))?;
        if outer && self.space_of_truth(column).is_none() {
            self.known.push((slot, Column::Truth(column)));
        }
        Some(column)
    }

    fn quantified(
        &mut self,
        every: bool,
        slot: usize,
        over: &'b TypedExpr,
        condition: Option<&'b TypedExpr>,
        body: &'b TypedExpr,
    ) -> Option<T> {
        if self.each.is_some() || self.frames.len() > 1 {
            return None;
        }
        let Kind::Rows(symbol) = &self.resolved(over)?.kind else { return None };
        let over = self.leaves.rows(symbol.as_deref());
        self.each = Some((slot, over));
        let inner = self.inside(over, condition, body);
        self.each = None;
        let (condition, body) = inner?;
        Some(self.put_truth(None, TruthOp::Reduce { every, over, condition, body }))
    }

    fn inside(
        &mut self,
        over: usize,
        condition: Option<&'b TypedExpr>,
        body: &'b TypedExpr,
    ) -> Option<(Option<T>, T)> {
        let condition = match condition {
            Some(condition) => {
                let column = self.truth(condition)?;
                Some(self.truth_in(column, Some(over)))
            }
            None => None,
        };
        let body = self.truth(body)?;
        Some((condition, self.truth_in(body, Some(over))))
    }

    // -- what is left to the tree walker -------------------------------------------------

    fn mark(&self) -> Mark {
        Mark {
            ops: self.program.ops.len(),
            numbers: self.numbers.len(),
            truths: self.truths.len(),
            known: self.known.len(),
            leaves: self.leaves.mark(),
        }
    }

    fn back_to(&mut self, mark: Mark) {
        self.program.ops.truncate(mark.ops);
        self.numbers.truncate(mark.numbers);
        self.truths.truncate(mark.truths);
        self.known.truncate(mark.known);
        self.leaves.back_to(mark.leaves);
    }

    fn is_quiet(&self, e: &TypedExpr) -> bool {
        is_quiet(self.rule, self.each.map(|(slot, _)| slot), e, 0)
    }
}
