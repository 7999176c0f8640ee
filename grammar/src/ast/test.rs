//! Tests.

use super::{Binding, Expr, Path, Quoted, Signature, Word};
use espice_base::Span;

/// `test NAME { … }`
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Test {
    /// Name.
    pub name: Word,
    /// What is given.
    pub given: Vec<Given>,
    /// What is expected.
    pub expect: Vec<Expect>,
    /// `case NAME { … }`: the same given data with a difference.
    pub cases: Vec<Case>,
    /// `todo because "…"`: a known gap that does not fail a run.
    pub todo: Option<Quoted>,
    /// `skip because "…"`: not run.
    pub skip: Option<Quoted>,
}

/// `case NAME { … }`: the data of a test with some facts more or less, and what is expected then.
#[derive(Clone, PartialEq, Debug)]
pub struct Case {
    /// Name, which follows that of the test after `/`.
    pub name: Word,
    /// `without VF, package`: symbols, quantities of curves and fields that are not given here.
    pub without: Vec<Word>,
    /// What is given besides.
    pub facts: Vec<GivenFact>,
    /// What is expected.
    pub expect: Vec<Expect>,
}

/// A given of a test.
#[derive(Clone, PartialEq, Debug)]
pub enum Given {
    /// `given KIND { … }`
    Data {
        /// The whole block.
        span: Span,
        /// The kind.
        kind: Word,
        /// The facts.
        facts: Vec<GivenFact>,
    },
    /// `given "FILE"`: facts, a table or a sheet that lies in the pack.
    File {
        /// The whole statement.
        span: Span,
        /// Its name, relative to the file of the test.
        file: Quoted,
    },
    /// `given model TEMPLATE { … }`
    Model {
        /// The whole block.
        span: Span,
        /// The template.
        template: Word,
        /// Parameter values.
        values: Vec<(Word, Expr)>,
        /// What it gives at some conditions, whatever its equations say: rows with a `typ`.
        measured: Vec<GivenFact>,
    },
}

/// One fact of a test.
#[derive(Clone, PartialEq, Debug)]
pub enum GivenFact {
    /// `part "X"`, `maker "X"`, `class "X"` or `package "X"`: a field of the device and its text.
    Device(Word, Quoted),
    /// `VF = 0.7 V at (…)`, `IR max 5 uA at (…)`
    Row {
        /// The whole statement.
        span: Span,
        /// The symbol.
        symbol: Word,
        /// `min`.
        min: Option<Expr>,
        /// `typ`, or after `=`.
        typ: Option<Expr>,
        /// `max`.
        max: Option<Expr>,
        /// `at (…)`.
        conditions: Vec<Binding>,
    },
    /// `IF(VF) = [(x, y), …] at (…)`
    Curve {
        /// The whole statement.
        span: Span,
        /// The signature.
        signature: Signature,
        /// The points.
        points: Expr,
        /// `at (…)`.
        conditions: Vec<Binding>,
    },
    /// `sweep { … }`
    Sweep {
        /// The whole statement.
        span: Span,
        /// The columns.
        columns: Vec<GivenColumn>,
        /// `compliance 10 mA`.
        compliance: Option<Expr>,
        /// `siblings 3`.
        siblings: Option<Expr>,
    },
}

/// `V(a) swept = [ … ]`
#[derive(Clone, PartialEq, Debug)]
pub struct GivenColumn {
    /// The whole statement.
    pub span: Span,
    /// `V`, `I` or `C`.
    pub sensed: Word,
    /// The node, and its reference when written.
    pub nodes: Vec<Word>,
    /// Whether `swept` stands there.
    pub swept: bool,
    /// A list, or one value for all points.
    pub values: Expr,
}

/// `expect …`
#[derive(Clone, PartialEq, Debug)]
pub enum Expect {
    /// `expect error RULE`, `expect pass RULE`, …
    Outcome {
        /// The whole statement.
        span: Span,
        /// `error`, `warning`, `note`, `pass`, `undecided`, `not_applicable`, `waived`.
        outcome: Word,
        /// The rule.
        rule: Path,
        /// `up to 3 V`: where the outcome ends.
        edge: Option<Edge>,
        /// `with limit == 3 V, row VF`: why.
        details: Vec<Detail>,
    },
    /// `expect nothing more`: no other rule fails.
    Nothing(Span),
    /// `expect chosen TEMPLATE`
    Chosen {
        /// The whole statement.
        span: Span,
        /// The template.
        template: Word,
        /// `up to 3 V`: where the choice ends.
        edge: Option<Edge>,
    },
    /// `expect tried TEMPLATE, TEMPLATE`: the candidates, all of them in their order.
    Tried {
        /// The whole statement.
        span: Span,
        /// The templates.
        templates: Vec<Word>,
        /// `up to 3 V`: where these are the candidates no longer.
        edge: Option<Edge>,
    },
    /// `expect rejected TEMPLATE with message "…"`
    Rejected {
        /// The whole statement.
        span: Span,
        /// The template.
        template: Word,
        /// `up to 3 V`: where it becomes a candidate.
        edge: Option<Edge>,
        /// A part of the reason.
        message: Option<Quoted>,
    },
    /// `expect kind KIND`
    Kind(Word),
    /// `expect value QUANTITY at (…) in LO .. HI`
    Value {
        /// The whole statement.
        span: Span,
        /// The quantity of the given model.
        quantity: Word,
        /// The conditions.
        conditions: Vec<Binding>,
        /// The range.
        range: Expr,
    },
}

/// The value of what a rule looks at up to which an outcome holds.
#[derive(Clone, PartialEq, Debug)]
pub struct Edge {
    /// The words and the value.
    pub span: Span,
    /// Which side of the value has the outcome.
    pub side: Side,
    /// The value.
    pub value: Expr,
}

/// Which side of a value has an outcome, and whether the value itself has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// `up to`: the value and what is below.
    UpTo,
    /// `below`: what is below.
    Below,
    /// `down to`: the value and what is above.
    DownTo,
    /// `above`: what is above.
    Above,
}

/// What a finding says besides its outcome.
#[derive(Clone, PartialEq, Debug)]
pub enum Detail {
    /// `limit == 3 V` or `observed in 3 V .. 4 V`.
    Value {
        /// `observed`, `limit` or `margin`.
        word: Word,
        /// The value or range.
        value: Expr,
        /// Whether it is a range.
        range: bool,
    },
    /// `message "…"`: its message contains the text.
    Message(Quoted),
    /// `row VF at (IF = 10 mA)`: the row or curve that decided.
    Row {
        /// The symbol of the row, or the quantity of the curve.
        symbol: Word,
        /// Conditions that it states.
        conditions: Vec<Binding>,
    },
}
