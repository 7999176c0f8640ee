//! Candidates and fits in the outcome.

use super::Provenance;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// Probability that an interval of a fitted parameter holds the truth.
pub const INTERVAL_LEVEL: f64 = espice_fit::Criteria::LEVEL;

/// A template that was considered.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Candidate {
    /// Template.
    pub template: String,
    /// `chosen`, `tried` (fitted, then dropped or beaten) or `rejected` (not fitted).
    pub status: String,
    /// Why.
    pub reason: String,
    /// What it was ranked by; smaller is better.
    pub score: Option<f64>,
    /// What the score is: `fit_error`, the root mean square of the fit's residuals, or
    /// `withheld_error`, that on curves which were left out of the fit in turn.
    pub scored_by: Option<String>,
    /// Its error on the curves that the request withheld, which no choice looked at: root mean
    /// square over the curves of the log RMS error (natural logarithm) where a curve spans more
    /// than a decade, of the NRMSE of its range elsewhere.
    pub withheld_error: Option<f64>,
    /// How far a fit came that was dropped or beaten; null for the chosen candidate, which has
    /// `fit`, and where nothing was fitted.
    pub attempt: Option<Attempt>,
}

/// A fit whose result is not the model.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Attempt {
    /// Parameters that were seeded or fitted, in the order of the template, with their last values
    /// in SI.
    pub parameters: Vec<AttemptedParameter>,
    /// What each stage did, in order.
    pub stages: Vec<StageRecord>,
}

/// Where a parameter of a dropped fit ended.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct AttemptedParameter {
    /// Name.
    pub name: String,
    /// Value, SI; null when it is not finite.
    pub value: Option<f64>,
}

/// A fitted template.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Fit {
    /// Template.
    pub template: String,
    /// Part.
    pub part: String,
    /// Parameters in the order of the template.
    pub parameters: Vec<FittedParameter>,
    /// How well each curve is met.
    pub curves: Vec<FittedCurve>,
    /// Usable curves that the model says nothing about.
    pub unused: Vec<UnusedCurve>,
    /// Rated points: the first table of every report.
    pub rated: Vec<RatedPoint>,
    /// What the data could not identify, and which measurement would, in words.
    pub unidentified: Vec<String>,
    /// What each stage did, in order.
    pub stages: Vec<StageRecord>,
    /// Seed of the random starts.
    pub seed: u64,
    /// Numeric mode, `portable` or `fast`.
    pub mode: String,
    /// Evaluations of the model.
    pub evaluations: u64,
}

/// A parameter with its interval.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FittedParameter {
    /// Name.
    pub name: String,
    /// What it is, in prose.
    pub title: String,
    /// Value, SI; null when it is not finite.
    pub value: Option<f64>,
    /// SI unit.
    pub unit: String,
    /// Lower end of the 90 % interval.
    pub low: Option<f64>,
    /// Upper end of the 90 % interval.
    pub high: Option<f64>,
    /// Whether the data identify it.
    pub identified: bool,
    /// Whether it stands on a bound of its range.
    pub at_bound: bool,
    /// Whether it follows from a limit, not from a typical value.
    pub limit_derived: bool,
    /// The stage that fitted or seeded it; null when it kept its default.
    pub stage: Option<String>,
    /// `fitted`, `seeded` or `default`.
    pub origin: String,
    /// Where a seeded value comes from, in words.
    pub reason: String,
}

/// How well a curve is met, with the model's own points for drawing.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FittedCurve {
    /// Index into `facts.curves`.
    pub curve: usize,
    /// Signature.
    pub quantity: String,
    /// Family values.
    pub family: BTreeMap<String, f64>,
    /// Points used.
    pub points: usize,
    /// NRMSE of range.
    pub nrmse: Option<f64>,
    /// Relative RMS.
    pub rel_rms: Option<f64>,
    /// The floor of the relative RMS, SI.
    pub rel_floor: Option<f64>,
    /// Log RMS in decades; null where values are not positive.
    pub log_rms: Option<f64>,
    /// Whether it was withheld from the fit.
    pub withheld: bool,
    /// Why it was withheld; empty when it was fitted to.
    pub reason: String,
    /// Lag-1 autocorrelation of the residuals: near 0 for noise, near 1 for misfit.
    pub misfit: Option<f64>,
    /// The model at the abscissae of the curve's points, in their order; null where it failed.
    pub model: Vec<Option<f64>>,
}

/// A curve that the model could not be compared with.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct UnusedCurve {
    /// Index into `facts.curves`.
    pub curve: usize,
    /// Signature.
    pub quantity: String,
    /// Family values.
    pub family: BTreeMap<String, f64>,
    /// Why, in words.
    pub reason: String,
}

/// A rated point.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct RatedPoint {
    /// Quantity.
    pub quantity: String,
    /// Conditions as text.
    pub conditions: String,
    /// SI unit.
    pub unit: String,
    /// The sheet's value that the model is compared with.
    pub sheet: Option<f64>,
    /// `typ`, `min`, `max` or `curve`.
    pub basis: String,
    /// Lower limit of the sheet, SI.
    pub min: Option<f64>,
    /// Upper limit of the sheet, SI.
    pub max: Option<f64>,
    /// The model's value.
    pub model: Option<f64>,
    /// Relative error; null when the basis is a limit.
    pub error: Option<f64>,
    /// Whether min and max are met; null when there are none.
    pub within_limits: Option<bool>,
    /// Where the sheet's value stands.
    pub provenance: Provenance,
}

/// What a stage did.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct StageRecord {
    /// Name.
    pub name: String,
    /// Parameters that were free.
    pub parameters: Vec<String>,
    /// Residuals.
    pub points: usize,
    /// Weighted RMS of the residuals before.
    pub before: Option<f64>,
    /// Weighted RMS of the residuals after.
    pub after: Option<f64>,
    /// Why it stopped, or why it did not run.
    pub outcome: String,
}
