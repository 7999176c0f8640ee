//! Staged extraction: a template's recipe run on data.
//!
//! A [`Plan`] holds what a recipe says once its expressions have been compiled by the language:
//! seeds as closures, targets as measurements with observations. [`run`] goes through its
//! stages, ends with a joint fit of everything that was fitted, and says what the result is
//! worth.

mod axes;
mod joint;
mod outliers;
mod record;
mod run;
mod target;

pub use joint::Joint;
pub use record::{Source, StageRecord, Staged};
pub use run::{Options, run};
pub use target::{Measure, Observations, Target};

use espice_lang::ir::ParameterIr;

/// A value in closed form: the parameters so far to a start, or nothing.
pub type SeedValue<'a> = Box<dyn Fn(&[f64]) -> Option<f64> + 'a>;

/// The ends of a range in closed form: the parameters so far to a range, or nothing.
pub type RangeValue<'a> = Box<dyn Fn(&[f64]) -> Option<[f64; 2]> + 'a>;

/// A recipe ready to be run.
pub struct Plan<'a> {
    /// The template's parameters.
    pub parameters: &'a [ParameterIr],
    /// Values that the sources state, by index: they stand in for the defaults.
    pub stated: Vec<(usize, f64)>,
    /// What is fitted to.
    pub targets: Vec<Target<'a>>,
    /// The stages in order.
    pub stages: Vec<Stage<'a>>,
    /// Whether everything that was fitted is fitted jointly at the end.
    pub polish: bool,
}

/// One stage.
pub struct Stage<'a> {
    /// Its name.
    pub name: String,
    /// Its steps in order.
    pub steps: Vec<Step<'a>>,
}

/// One step of a stage.
pub enum Step<'a> {
    /// Sets a parameter in closed form.
    Seed {
        /// The parameter's index.
        parameter: usize,
        /// Its value; the parameter keeps what it has when there is none.
        value: SeedValue<'a>,
        /// Where the value comes from, in words.
        because: String,
    },
    /// Narrows the range of a parameter for what follows.
    Bound {
        /// The parameter's index.
        parameter: usize,
        /// The range; the parameter keeps what it has when there is none.
        range: RangeValue<'a>,
    },
    /// Fits parameters to targets.
    Fit {
        /// The free parameters, the most important first.
        parameters: Vec<usize>,
        /// Indices into [`Plan::targets`]; may be empty when the data lack them.
        targets: Vec<usize>,
    },
    /// Repeats the stage's last fit with further parameters, and keeps them only when they earn
    /// their place.
    Try {
        /// The further parameters with their starts. Parameters of the last fit may be among
        /// them: their values are a second start, and the better result counts.
        parameters: Vec<(usize, Option<SeedValue<'a>>)>,
        /// The share by which the root mean square of the residuals must fall.
        improves: f64,
    },
}
