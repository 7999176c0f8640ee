//! Bounded trust-region least squares, multi-start and honest statistics.
//!
//! The way of a fit: [`Variables`] turn a model's raw parameters into working variables (log,
//! logit, fixed, tied) and [`Mapped`] makes a [`LeastSquares`] problem of a [`RawModel`];
//! [`solve`] runs [`TrustRegion`], an argmin `Solver`, from one start, and [`search`] climbs a
//! ladder of starts where one is not enough; [`statistics`] says what the result is worth;
//! [`measures`] says it in numbers that engineers use.

mod jacobi;
mod loss;
mod numeric;
mod problem;
mod random;
mod reduce;
mod solve;
mod step;
mod trust_region;

pub use loss::Loss;
pub use problem::{Bounds, Cancellable, Evaluation, LeastSquares, Weighted};
pub use random::SplitMix;
pub use solve::{Fit, solve};
pub use trust_region::{Criterion, FitState, Settings, Stop, TrustRegion};
