//! Bounded trust-region least squares, multi-start and honest statistics.
//!
//! The way of a fit: [`Variables`] turn a model's raw parameters into working variables (log,
//! logit, fixed, tied) and [`Mapped`] makes a [`LeastSquares`] problem of a [`RawModel`];
//! [`solve`] runs [`TrustRegion`], an argmin `Solver`, from one start, and [`search`] climbs a
//! ladder of starts where one is not enough; [`statistics`] says what the result is worth,
//! [`notes`] says so in words, and [`measures`] in numbers that engineers use.

mod distribution;
mod errors;
mod evolve;
mod identify;
mod jacobi;
mod linear;
mod loss;
pub mod measures;
mod notes;
mod numeric;
mod problem;
mod profile;
mod random;
mod reduce;
mod search;
mod solve;
mod space;
pub mod stages;
mod statistics;
mod step;
mod suspicion;
mod trust_region;
mod variables;

pub use distribution::t_quantile;
pub use errors::{CurveErrors, LENGTHS, Misfit, SharedError};
pub use identify::Direction;
pub use loss::Loss;
pub use notes::notes;
pub use problem::{Bounds, Cancellable, Evaluation, LeastSquares, Weighted};
pub use profile::{Profile, profiles};
pub use random::SplitMix;
pub use search::{Attempt, Climb, Found, Ladder, Rung, Sequential, Spread, search};
pub use solve::{Fit, solve};
pub use statistics::{Criteria, CurveStatistics, End, ParameterStatistics, Statistics, statistics};
pub use trust_region::{Criterion, FitState, Settings, Stop, TrustRegion};
pub use variables::{Mapped, RawModel, Role, Variable, Variables, Working};
