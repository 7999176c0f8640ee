use crate::{Fit, Statistics};
use espice_base::Diagnostics;

/// Where a parameter's value comes from.
#[derive(Clone, PartialEq, Debug)]
pub enum Source {
    /// The template's default.
    Default,
    /// The sources state it.
    Stated,
    /// A closed form of a stage.
    Seeded {
        /// The stage.
        stage: String,
        /// In words.
        because: String,
    },
    /// A fit; the stage is the one that fitted it first.
    Fitted {
        /// The stage.
        stage: String,
    },
}

/// What a step of a stage did.
#[derive(Clone, PartialEq, Debug)]
pub struct StageRecord {
    /// The stage.
    pub stage: String,
    /// Parameters that were free, by index.
    pub parameters: Vec<usize>,
    /// Residuals.
    pub points: usize,
    /// Root mean square of the residuals before; `None` when nothing ran.
    pub before: Option<f64>,
    /// Root mean square of the residuals after.
    pub after: Option<f64>,
    /// Why it stopped, or why it did not run.
    pub outcome: String,
}

/// The result of a recipe.
pub struct Staged {
    /// Parameter values, SI.
    pub values: Vec<f64>,
    /// Where each comes from.
    pub sources: Vec<Source>,
    /// What was done, in order.
    pub records: Vec<StageRecord>,
    /// The targets that were fitted to, by index, in the order of `statistics.curves`.
    pub targets: Vec<usize>,
    /// The joint fit of all fitted parameters to all these targets; `None` when nothing was.
    pub fit: Option<Fit>,
    /// What it is worth.
    pub statistics: Option<Statistics>,
    /// The fitted parameters by index, in the order of `statistics.parameters`.
    pub free: Vec<usize>,
    /// Evaluations of all runs.
    pub evaluations: usize,
    /// What a person should know.
    pub diagnostics: Diagnostics,
}
