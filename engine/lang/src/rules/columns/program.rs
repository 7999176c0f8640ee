//! A rule as a list of operations on columns, and their evaluation over a block of records.

use super::lanes::{Code, EMPTY, NO, NOTHING, Numbers, Truths, YES};
use super::leaves::Columns;
use crate::ir::FindingStatus;
use crate::rules::numbers;
use espice_syntax::ast::{BinaryOp, CompareOp};
use espice_units::Constants;

/// A column of numbers by index.
pub(super) type N = usize;
/// A column of truths by index.
pub(super) type T = usize;
/// What the lanes of a column are: `None` records, else the elements of a loop by index.
pub(super) type Space = Option<usize>;

/// Gives one column of numbers.
#[derive(Clone, Debug)]
pub(super) enum NumberOp {
    Constant(f64),
    Lack(Code),
    Leaf(usize),
    /// The value of each record for all of its elements.
    Spread(N),
    Negate(N),
    Binary(BinaryOp, N, N),
    Power(N, N),
    Map(fn(f64) -> f64, N),
    Least(N, N),
    Largest(N, N),
    Decades(N, N),
    ThermalVoltage(N),
    /// The second where the first lacks nothing.
    After(N, N),
    Select(T, N, N),
}

/// Gives one column of truths.
#[derive(Clone, Debug)]
pub(super) enum TruthOp {
    Constant(Code),
    Leaf(usize),
    Spread(T),
    Not(T),
    And(T, T),
    Or(T, T),
    Compare(CompareOp, N, N),
    Within(N, N, N),
    /// Within two constants.
    Between(N, f64, f64),
    IsMissing(N, bool),
    Same(N, N),
    Select(T, T, T),
    /// `every` or `some` over the elements of the loop with this index.
    Reduce {
        every: bool,
        over: usize,
        condition: Option<T>,
        body: T,
    },
}

/// One operation, with the lanes that its column has.
#[derive(Clone, Debug)]
pub(super) enum Op {
    Number(Space, NumberOp),
    Truth(Space, TruthOp),
}

/// A rule in operations. Each makes the next column of its kind, so that columns are written
/// once and read later.
#[derive(Clone, Debug, Default)]
pub(super) struct Program {
    pub(super) ops: Vec<Op>,
    /// Where one of these is not yes, the rule does not apply.
    pub(super) scope: Vec<T>,
    pub(super) checks: Vec<T>,
    pub(super) numbers: usize,
    pub(super) truths: usize,
    /// For each column of numbers, the leaf that it is without more ado; such a column is read
    /// where it stands.
    pub(super) leaves: Vec<Option<usize>>,
}

/// The columns of one program, kept from block to block.
#[derive(Default)]
pub(super) struct Registers {
    numbers: Vec<Numbers>,
    truths: Vec<Truths>,
}

/// Stands for a column that is not there; programs are built so that all are.
static NO_NUMBERS: Numbers = Numbers { values: Vec::new(), lacks: Vec::new() };
static NO_TRUTHS: Truths = Truths { codes: Vec::new() };

/// What the operations of one program see.
#[derive(Clone, Copy)]
struct View<'r> {
    registers: &'r Registers,
    program: &'r Program,
    columns: &'r Columns,
}

impl<'r> View<'r> {
    fn n(self, index: N) -> &'r Numbers {
        let found = match self.program.leaves.get(index) {
            Some(Some(leaf)) => self.columns.numbers.get(*leaf),
            _ => self.registers.numbers.get(index),
        };
        found.unwrap_or(&NO_NUMBERS)
    }

    fn t(self, index: T) -> &'r Truths {
        self.registers.t(index)
    }

    fn number(self, op: &NumberOp, space: Space, constants: Constants, out: &mut Numbers) {
        use NumberOp as O;
        let columns = self.columns;
        match *op {
            O::Constant(v) => out.fill(columns.lanes_of(space), Ok(v)),
            O::Lack(code) => out.fill(columns.lanes_of(space), Err(code)),
            O::Leaf(_) => {}
            O::Spread(a) => out.spread(self.n(a), columns.offsets_of(space)),
            O::Negate(a) => out.map(self.n(a), |v| -v),
            O::Binary(BinaryOp::Add, a, b) => out.zip(self.n(a), self.n(b), |x, y| x + y),
            O::Binary(BinaryOp::Subtract, a, b) => out.zip(self.n(a), self.n(b), |x, y| x - y),
            O::Binary(BinaryOp::Multiply, a, b) => out.zip(self.n(a), self.n(b), |x, y| x * y),
            O::Binary(_, a, b) => out.zip(self.n(a), self.n(b), |x, y| x / y),
            O::Power(a, b) => out.zip(self.n(a), self.n(b), f64::powf),
            O::Map(f, a) => out.map(self.n(a), f),
            O::Least(a, b) => out.zip(self.n(a), self.n(b), f64::min),
            O::Largest(a, b) => out.zip(self.n(a), self.n(b), f64::max),
            O::Decades(a, b) => {
                out.zip(self.n(a), self.n(b), |x, y| numbers::decades(x, y).unwrap_or(f64::NAN))
            }
            O::ThermalVoltage(a) => out.map(self.n(a), |t| constants.thermal_voltage(t)),
            O::After(a, b) => out.after(self.n(a), self.n(b)),
            O::Select(c, a, b) => out.select(&self.t(c).codes, self.n(a), self.n(b)),
        }
    }

    fn truth(self, op: &TruthOp, space: Space, out: &mut Truths) {
        use TruthOp as O;
        let columns = self.columns;
        match *op {
            O::Constant(code) => out.fill(columns.lanes_of(space), code),
            O::Leaf(index) => out.copy(columns.truths.get(index).map_or(&[], |c| c)),
            O::Spread(a) => out.spread(self.t(a), columns.offsets_of(space)),
            O::Not(a) => out.not(self.t(a)),
            O::And(a, b) => out.and(self.t(a), self.t(b)),
            O::Or(a, b) => out.or(self.t(a), self.t(b)),
            O::Compare(op, a, b) => out.compare(op, self.n(a), self.n(b)),
            O::Within(v, low, high) => out.within(self.n(v), self.n(low), self.n(high)),
            O::Between(v, low, high) => out.between(self.n(v), low, high),
            O::IsMissing(a, negated) => out.missing(&self.n(a).lacks, negated),
            O::Same(a, b) => out.same(self.n(a), self.n(b)),
            O::Select(c, a, b) => out.select(self.t(c), self.t(a), self.t(b)),
            O::Reduce { every, over, condition, body } => {
                let condition = condition.map(|c| self.t(c));
                out.reduce(every, condition, self.t(body), columns.offsets_of(Some(over)));
            }
        }
    }
}

impl Registers {
    fn t(&self, index: T) -> &Truths {
        self.truths.get(index).unwrap_or(&NO_TRUTHS)
    }

    /// Runs a program over a block.
    pub(super) fn run(&mut self, program: &Program, columns: &Columns, constants: Constants) {
        if self.numbers.len() < program.numbers {
            self.numbers.resize_with(program.numbers, Numbers::default);
        }
        if self.truths.len() < program.truths {
            self.truths.resize_with(program.truths, Truths::default);
        }
        let (mut n, mut t) = (0, 0);
        for op in &program.ops {
            match op {
                Op::Number(space, op) => {
                    let mut out = self.numbers.get_mut(n).map(std::mem::take).unwrap_or_default();
                    let view = View { registers: self, program, columns };
                    view.number(op, *space, constants, &mut out);
                    if let Some(place) = self.numbers.get_mut(n) {
                        *place = out;
                    }
                    n += 1;
                }
                Op::Truth(space, op) => {
                    let mut out = self.truths.get_mut(t).map(std::mem::take).unwrap_or_default();
                    let view = View { registers: self, program, columns };
                    view.truth(op, *space, &mut out);
                    if let Some(place) = self.truths.get_mut(t) {
                        *place = out;
                    }
                    t += 1;
                }
            }
        }
    }

    /// How the rule came out for each record of the block that was run last: a check that had
    /// nothing to run over says nothing; when none says anything, or nothing that was asked for
    /// is of this device, the rule does not apply.
    pub(super) fn statuses(&self, program: &Program, out: &mut [FindingStatus]) {
        if let ([], [check]) = (program.scope.as_slice(), program.checks.as_slice()) {
            for (status, code) in out.iter_mut().zip(&self.t(*check).codes) {
                *status = alone(*code);
            }
            return;
        }
        for (lane, status) in out.iter_mut().enumerate() {
            let code = |t: &T| self.t(*t).codes.get(lane).copied().unwrap_or(NO);
            if program.scope.iter().any(|t| code(t) != YES) {
                *status = FindingStatus::NotApplicable;
                continue;
            }
            let (mut worst, mut held) = (EMPTY, false);
            for check in program.checks.iter().map(code).filter(|c| *c != EMPTY) {
                held |= check == YES;
                worst = if worst == EMPTY { check } else { worst.max(check) };
            }
            *status = match worst {
                NOTHING if held => FindingStatus::Undecided,
                code => alone(code),
            };
        }
    }
}

/// How a rule comes out by a single check.
fn alone(check: Code) -> FindingStatus {
    match check {
        YES => FindingStatus::Passed,
        NO => FindingStatus::Failed,
        EMPTY | NOTHING => FindingStatus::NotApplicable,
        _ => FindingStatus::Undecided,
    }
}

impl Columns {
    fn lanes_of(&self, space: Space) -> usize {
        match space {
            None => self.lanes,
            Some(_) => self.offsets_of(space).last().map_or(0, |n| *n as usize),
        }
    }

    fn offsets_of(&self, space: Space) -> &[u32] {
        space.and_then(|s| self.offsets.get(s)).map_or(&[], |o| o)
    }
}
