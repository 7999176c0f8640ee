//! Columns of values and of truths, and the operations on them.
//!
//! Every operation runs over plain slices, without branches on their content where the compiler
//! can do without, so that it becomes vector code. Nothing here allocates once the columns of a
//! block have grown to its size.

use crate::rules::value::Lack;
use espice_syntax::ast::CompareOp;

/// A truth or the lack of a value, as one byte. The order is that in which one outweighs another
/// in a conjunction, so that `and` is the larger of two: [`YES`], the reasons of [`Lack`] in
/// their order, [`NO`].
pub(super) type Code = u8;

/// It holds; of a number, it is there.
pub(super) const YES: Code = 0;
/// It does not hold.
pub(super) const NO: Code = 6;

/// The code of a reason why there is no value.
pub(super) fn lacking(lack: Lack) -> Code {
    match lack {
        Lack::Empty => EMPTY,
        Lack::Nothing => NOTHING,
        Lack::Absent => ABSENT,
        Lack::NotANumber => NOT_A_NUMBER,
        Lack::Limit => 5,
    }
}

/// A loop had nothing to run over.
pub(super) const EMPTY: Code = 1;
/// What was asked for is not of this device.
pub(super) const NOTHING: Code = 2;
/// Something that could stand there does not.
pub(super) const ABSENT: Code = 3;
/// A computed value is not a number.
pub(super) const NOT_A_NUMBER: Code = 4;

/// `not`: yes and no change places, what is undecided stays so.
pub(super) fn turned(code: Code) -> Code {
    match code {
        YES => NO,
        NO => YES,
        other => other,
    }
}

pub(super) fn truth(holds: bool) -> Code {
    if holds { YES } else { NO }
}

/// Numbers with what they lack; a number counts only where its code is [`YES`].
#[derive(Clone, Debug, Default)]
pub(super) struct Numbers {
    pub(super) values: Vec<f64>,
    pub(super) lacks: Vec<Code>,
}

impl Numbers {
    pub(super) fn clear(&mut self) {
        self.values.clear();
        self.lacks.clear();
    }

    /// Adds a value of the data: one that is not finite is no number.
    pub(super) fn push(&mut self, value: Result<f64, Code>) {
        let (value, lack) = match value {
            Ok(v) if v.is_finite() => (v, YES),
            Ok(_) => (0.0, NOT_A_NUMBER),
            Err(lack) => (0.0, lack),
        };
        self.values.push(value);
        self.lacks.push(lack);
    }

    pub(super) fn fill(&mut self, lanes: usize, value: Result<f64, Code>) {
        self.clear();
        let (value, lack) = value.map_or_else(|lack| (0.0, lack), |v| (v, YES));
        self.values.resize(lanes, value);
        self.lacks.resize(lanes, lack);
    }

    /// Repeats the value of every record for each of its elements.
    pub(super) fn spread(&mut self, from: &Numbers, offsets: &[u32]) {
        self.clear();
        for ((value, lack), count) in from.values.iter().zip(&from.lacks).zip(counts(offsets)) {
            self.values.extend(std::iter::repeat_n(*value, count));
            self.lacks.extend(std::iter::repeat_n(*lack, count));
        }
    }

    /// Applies a function to every number.
    pub(super) fn map(&mut self, a: &Numbers, f: impl Fn(f64) -> f64) {
        self.clear();
        self.values.extend(a.values.iter().map(|&v| f(v)));
        self.lacks.extend_from_slice(&a.lacks);
        self.refuse();
    }

    /// Combines two columns; what the first lacks comes before what the second does.
    pub(super) fn zip(&mut self, a: &Numbers, b: &Numbers, f: impl Fn(f64, f64) -> f64) {
        self.clear();
        self.values.extend(a.values.iter().zip(&b.values).map(|(&x, &y)| f(x, y)));
        self.lacks.extend(a.lacks.iter().zip(&b.lacks).map(|(&a, &b)| first(a, b)));
        self.refuse();
    }

    /// The second column where the first lacks nothing.
    pub(super) fn after(&mut self, a: &Numbers, b: &Numbers) {
        self.clear();
        self.values.extend_from_slice(&b.values);
        self.lacks.extend(a.lacks.iter().zip(&b.lacks).map(|(&a, &b)| first(a, b)));
    }

    /// `if … then … else …`, lane by lane.
    pub(super) fn select(&mut self, condition: &[Code], then: &Numbers, otherwise: &Numbers) {
        self.clear();
        let lanes = then.values.iter().zip(&otherwise.values);
        self.values.extend(condition.iter().zip(lanes).map(|(c, (&a, &b))| match *c {
            YES => a,
            _ => b,
        }));
        let lanes = then.lacks.iter().zip(&otherwise.lacks);
        self.lacks.extend(condition.iter().zip(lanes).map(|(c, (a, b))| chosen(*c, *a, *b)));
    }

    /// Computed values that are not finite are not numbers.
    fn refuse(&mut self) {
        for (lack, value) in self.lacks.iter_mut().zip(&self.values) {
            let bad = if value.is_finite() { YES } else { NOT_A_NUMBER };
            *lack = first(*lack, bad);
        }
    }
}

fn first(a: Code, b: Code) -> Code {
    if a == YES { b } else { a }
}

fn chosen(condition: Code, then: Code, otherwise: Code) -> Code {
    match condition {
        YES => then,
        NO => otherwise,
        undecided => undecided,
    }
}

/// How many elements each record has.
fn counts(offsets: &[u32]) -> impl Iterator<Item = usize> {
    offsets.windows(2).map(|w| match w {
        [a, b] => b.saturating_sub(*a) as usize,
        _ => 0,
    })
}

/// Truths, one code for each lane.
#[derive(Clone, Debug, Default)]
pub(super) struct Truths {
    pub(super) codes: Vec<Code>,
}

impl Truths {
    pub(super) fn fill(&mut self, lanes: usize, code: Code) {
        self.codes.clear();
        self.codes.resize(lanes, code);
    }

    pub(super) fn copy(&mut self, from: &[Code]) {
        self.codes.clear();
        self.codes.extend_from_slice(from);
    }

    pub(super) fn spread(&mut self, from: &Truths, offsets: &[u32]) {
        self.codes.clear();
        for (code, count) in from.codes.iter().zip(counts(offsets)) {
            self.codes.extend(std::iter::repeat_n(*code, count));
        }
    }

    pub(super) fn not(&mut self, a: &Truths) {
        self.codes.clear();
        self.codes.extend(a.codes.iter().map(|&c| turned(c)));
    }

    pub(super) fn and(&mut self, a: &Truths, b: &Truths) {
        self.codes.clear();
        self.codes.extend(a.codes.iter().zip(&b.codes).map(|(&a, &b)| a.max(b)));
    }

    pub(super) fn or(&mut self, a: &Truths, b: &Truths) {
        self.codes.clear();
        let either = |(&a, &b): (&Code, &Code)| turned(turned(a).max(turned(b)));
        self.codes.extend(a.codes.iter().zip(&b.codes).map(either));
    }

    pub(super) fn select(&mut self, condition: &Truths, then: &Truths, otherwise: &Truths) {
        self.codes.clear();
        let lanes = then.codes.iter().zip(&otherwise.codes);
        let choose = |(c, (a, b)): (&Code, (&Code, &Code))| chosen(*c, *a, *b);
        self.codes.extend(condition.codes.iter().zip(lanes).map(choose));
    }

    /// A comparison; of two values that lack something the graver lack counts.
    pub(super) fn compare(&mut self, op: CompareOp, a: &Numbers, b: &Numbers) {
        match op {
            CompareOp::Less => self.ordered(a, b, |x, y| x < y),
            CompareOp::LessEqual => self.ordered(a, b, |x, y| x <= y),
            CompareOp::Greater => self.ordered(a, b, |x, y| x > y),
            CompareOp::GreaterEqual => self.ordered(a, b, |x, y| x >= y),
            CompareOp::Equal => self.ordered(a, b, |x, y| x == y),
            CompareOp::NotEqual => self.ordered(a, b, |x, y| x != y),
        }
    }

    fn ordered(&mut self, a: &Numbers, b: &Numbers, holds: impl Fn(f64, f64) -> bool) {
        self.codes.clear();
        let known = a.values.iter().zip(&b.values).map(|(&x, &y)| truth(holds(x, y)));
        let lacks = a.lacks.iter().zip(&b.lacks).map(|(&a, &b)| a.max(b));
        self.codes.extend(known.zip(lacks).map(|(known, lack)| first(lack, known)));
    }

    /// `value in low .. high`; what the value lacks comes first, then the ends.
    pub(super) fn within(&mut self, value: &Numbers, low: &Numbers, high: &Numbers) {
        self.codes.clear();
        let ends = low.values.iter().zip(&high.values);
        let known = value.values.iter().zip(ends).map(|(&v, (&l, &h))| truth(v >= l && v <= h));
        let ends = low.lacks.iter().zip(&high.lacks).map(|(&l, &h)| first(l, h));
        let lacks = value.lacks.iter().zip(ends).map(|(&v, e)| first(v, e));
        self.codes.extend(known.zip(lacks).map(|(known, lack)| first(lack, known)));
    }

    /// `value in low .. high` of two constants.
    pub(super) fn between(&mut self, value: &Numbers, low: f64, high: f64) {
        self.codes.clear();
        let lanes = value.values.iter().zip(&value.lacks);
        self.codes.extend(lanes.map(|(&v, &lack)| first(lack, truth(v >= low && v <= high))));
    }

    /// `is missing`: what is not a number, and a limit that was hit, cannot be asked away.
    pub(super) fn missing(&mut self, lacks: &[Code], negated: bool) {
        self.codes.clear();
        self.codes.extend(lacks.iter().map(|&lack| match lack {
            YES => truth(negated),
            lack if lack > ABSENT => lack,
            _ => truth(!negated),
        }));
    }

    /// `same(a, b)`: equal, or both missing.
    pub(super) fn same(&mut self, a: &Numbers, b: &Numbers) {
        self.codes.clear();
        let values = a.values.iter().zip(&b.values);
        let lacks = a.lacks.iter().zip(&b.lacks);
        self.codes.extend(values.zip(lacks).map(|((x, y), (&a, &b))| match (a, b) {
            (a, _) if a > ABSENT => a,
            (_, b) if b > ABSENT => b,
            (YES, YES) => truth(x == y),
            (a, b) => truth(a != YES && b != YES),
        }));
    }

    /// `every` or `some` over the elements of each record. An element that perhaps does not
    /// belong decides only what it cannot change; one for which an inner loop was empty says
    /// nothing unless all are so.
    pub(super) fn reduce(
        &mut self,
        every: bool,
        condition: Option<&Truths>,
        body: &Truths,
        offsets: &[u32],
    ) {
        self.codes.clear();
        let wanted = truth(every);
        let mut at = 0;
        for count in counts(offsets) {
            let mut result: Option<Code> = None;
            for lane in at..at + count {
                let Some(&said) = body.codes.get(lane) else { continue };
                let code = match condition.and_then(|c| c.codes.get(lane)) {
                    Some(&NO) => continue,
                    Some(&unsure) if unsure != YES && said != wanted => unsure,
                    _ => said,
                };
                // As a conjunction: `some` is the turned `every` of what is turned.
                let code = if every { code } else { turned(code) };
                result = match (result, code) {
                    (None, EMPTY) => None,
                    (None, code) => Some(code),
                    (Some(before), EMPTY) => Some(before),
                    (Some(before), code) => Some(before.max(code)),
                };
            }
            at += count;
            let code = result.unwrap_or(EMPTY);
            self.codes.push(if every { code } else { turned(code) });
        }
    }
}
