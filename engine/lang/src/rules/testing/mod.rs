//! Tests in the language: what is given becomes facts and a model, what is expected is compared
//! with what the rulebook finds.

mod boundaries;
mod check;
mod coverage;
mod expect;
mod mutation;
mod run;

pub use boundaries::Boundary;
pub(crate) use check::check;
pub use coverage::{Branch, Coverage, RuleCoverage, TableCoverage, TestRun};
pub use mutation::{Change, Equivalent, Fate, Mutant, unused};

use super::expr::{Bound, Frame, TypedExpr, Wanted};
use super::types::Type;
use crate::Quantities;
use espice_base::{Date, Limits, Span};
use espice_facts::{Device, Facts, Sensed};
use espice_syntax::ast::Side;
use espice_units::{Constants, Dimension};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Builds a model of a template; parameters that are not named have their defaults. `None` when
/// there is no such template.
pub type BuildModel<'a> = dyn Fn(&str, &[(String, f64)]) -> Option<Box<dyn Quantities + 'a>> + 'a;

/// Reads a file that a test gives: its name and its bytes.
///
/// # Errors
/// Why there are no facts in it, in words.
pub type ReadFacts<'a> = dyn Fn(&str, &[u8]) -> Result<Facts, String> + 'a;

/// What tests run with.
#[derive(Clone, Copy)]
pub struct TestContext<'a> {
    /// Decides whether a waiver is in force.
    pub today: Date,
    /// Limits of scripts.
    pub limits: Limits,
    /// Physical constants.
    pub constants: Constants,
    /// Makes the models that tests give; without it such tests fail and say so.
    pub build: Option<&'a BuildModel<'a>>,
    /// Reads the files that tests give; without it such tests fail and say so.
    pub read: Option<&'a ReadFacts<'a>>,
}

/// How a test came out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TestStatus {
    /// Everything expected was found.
    Pass,
    /// Something was not.
    Fail,
    /// Something was not, and the test says that this is known.
    Todo,
    /// It was not run, and the test says why.
    Skip,
}

/// The outcome of one test.
#[derive(Clone, PartialEq, Debug)]
pub struct TestOutcome {
    /// Name.
    pub name: String,
    /// Pack.
    pub pack: String,
    /// How it came out.
    pub status: TestStatus,
    /// For each expectation that was not met: what was expected.
    pub expected: Vec<String>,
    /// In the same order: what was found instead.
    pub got: Vec<String>,
    /// The reason of `todo` or `skip`, or that a known gap is closed.
    pub note: String,
    /// The first expectation that was not met, else the test's name.
    pub span: Span,
}

/// An expectation that is not met: its place, what was expected, what was found.
pub(super) type Unmet = (Span, String, String);
/// What is given makes no sense: its place and why.
pub(super) type Senseless = (Span, String);

/// A test, checked.
#[derive(Clone, Debug)]
pub(crate) struct TestIr {
    pub(super) name: String,
    pub(super) pack: String,
    pub(super) pack_index: usize,
    pub(super) span: Span,
    /// Reasons.
    pub(super) todo: Option<String>,
    pub(super) skip: Option<String>,
    /// Names of the packs that its own sees.
    pub(super) sees: BTreeSet<String>,
    pub(super) frame: Frame,
    pub(super) kind: Option<String>,
    pub(super) device: Device,
    pub(super) files: Vec<FileIr>,
    pub(super) rows: Vec<RowIr>,
    pub(super) curves: Vec<CurveIr>,
    pub(super) sweeps: Vec<SweepIr>,
    pub(super) model: Option<(String, Vec<(String, TypedExpr)>)>,
    /// What the model gives at some conditions, whatever its equations say.
    pub(super) measured: Vec<RowIr>,
    pub(super) expect: Vec<ExpectIr>,
}

#[derive(Clone, Debug)]
pub(super) struct RowIr {
    /// Its part, where the test gives several.
    pub(super) part: Option<String>,
    pub(super) span: Span,
    pub(super) symbol: String,
    pub(super) dimension: Dimension,
    /// Minimum, typical, maximum.
    pub(super) values: [Option<TypedExpr>; 3],
    pub(super) conditions: Vec<Bound>,
}

#[derive(Clone, Debug)]
pub(super) struct CurveIr {
    pub(super) span: Span,
    pub(super) wanted: Wanted,
    pub(super) dimensions: (Dimension, Dimension),
    pub(super) points: TypedExpr,
    pub(super) conditions: Vec<Bound>,
}

#[derive(Clone, Debug)]
pub(super) struct SweepIr {
    pub(super) span: Span,
    pub(super) columns: Vec<ColumnIr>,
    pub(super) compliance: Option<TypedExpr>,
    pub(super) siblings: Option<TypedExpr>,
}

#[derive(Clone, Debug)]
pub(super) struct ColumnIr {
    pub(super) span: Span,
    pub(super) sensed: Sensed,
    pub(super) letter: String,
    pub(super) node: String,
    pub(super) reference: String,
    pub(super) swept: bool,
    pub(super) values: TypedExpr,
}

/// A file beside the test.
#[derive(Clone, Debug)]
pub(super) struct FileIr {
    pub(super) span: Span,
    pub(super) name: String,
    pub(super) bytes: Arc<[u8]>,
}

#[derive(Clone, Debug)]
pub(super) enum ExpectIr {
    Outcome {
        span: Span,
        outcome: String,
        rule: usize,
        edge: Option<EdgeIr>,
        details: Vec<DetailIr>,
    },
    Chosen {
        span: Span,
        template: String,
        edge: Option<EdgeIr>,
    },
    /// The candidates, all of them in their order.
    Tried {
        span: Span,
        templates: Vec<String>,
        edge: Option<EdgeIr>,
    },
    /// A template that is not tried, and a part of the reason.
    Rejected {
        span: Span,
        template: String,
        edge: Option<EdgeIr>,
        message: Option<String>,
    },
    Kind(Span, String),
    Value {
        span: Span,
        quantity: String,
        ty: Type,
        conditions: Vec<Bound>,
        range: TypedExpr,
    },
    /// No other rule fails.
    Nothing(Span),
}

impl ExpectIr {
    /// Whether it is about what a `select` block decides.
    pub(super) fn is_of_candidates(&self) -> bool {
        matches!(self, Self::Chosen { .. } | Self::Tried { .. } | Self::Rejected { .. })
    }
}

/// Where an outcome ends.
#[derive(Clone, Debug)]
pub(super) struct EdgeIr {
    pub(super) side: Side,
    pub(super) value: TypedExpr,
}

/// A value of a finding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum FoundValue {
    Observed,
    Limit,
    Margin,
}

#[derive(Clone, Debug)]
pub(super) enum DetailIr {
    Value(FoundValue, TypedExpr),
    Message(String),
    /// A row's symbol or a curve's quantity.
    Row(String, Vec<Bound>),
}
