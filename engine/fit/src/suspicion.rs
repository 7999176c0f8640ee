//! What makes a run look wrong although it may have converged.

use crate::numeric::norm;
use crate::{Bounds, Climb, Fit, Ladder, Stop};

/// Whether to try more after this run, which others from elsewhere may agree with.
pub(crate) fn climbs(ladder: &Ladder, fit: &Fit, bounds: &Bounds, agreed: bool) -> bool {
    if fit.stop == Stop::Cancelled {
        return false;
    }
    match ladder.when {
        Climb::Never => false,
        Climb::Always => true,
        Climb::WhenSuspicious => suspicious(fit, bounds, agreed),
        Climb::WhenAbove(limit) => {
            let count = fit.residuals.len().max(1) as f64;
            suspicious(fit, bounds, agreed) || (2.0 * fit.cost / count).sqrt() > limit
        }
    }
}

/// A variable whose whole value changes the residuals by less than this share has lost its
/// effect; one that is so many times its start has run away.
const NO_EFFECT: f64 = 1e-10;
const AWAY: f64 = 1e4;

/// Neighbouring residuals agree beyond chance above so many standard deviations of the lag-one
/// correlation, which are `1 / sqrt(n)`; fewer residuals say nothing.
const AGREE: f64 = 3.0;
const FEWEST: usize = 8;

/// Optima may lie on a bound and models may err along a curve: where runs from elsewhere end at the
/// same cost, neither speaks against it.
fn suspicious(fit: &Fit, bounds: &Bounds, agreed: bool) -> bool {
    let rows = fit.residuals.len().max(1);
    let size = norm(&fit.effective);
    let variables = || fit.x.iter().zip(&fit.start);
    let lost = fit.jacobian.chunks(rows).zip(variables()).any(|(column, (x, start))| {
        norm(column) * x.abs().max(start.abs()) <= NO_EFFECT * size
            || column.iter().all(|v| *v == 0.0)
    });
    let away = variables().any(|(x, start)| *start != 0.0 && x.abs() > AWAY * start.abs());
    let ends = bounds.low.iter().zip(&bounds.high);
    let at_end = fit.x.iter().zip(ends).any(|(x, (low, high))| x == low || x == high);
    let odd = || at_end || wavers(&fit.effective);
    !fit.converged() || lost || away || !agreed && odd()
}

/// Whether neighbouring residuals agree beyond chance.
fn wavers(residuals: &[f64]) -> bool {
    let squares: f64 = residuals.iter().map(|r| r * r).sum();
    let neighbours: f64 = residuals.iter().zip(residuals.iter().skip(1)).map(|(a, b)| a * b).sum();
    residuals.len() >= FEWEST && neighbours > AGREE * squares / (residuals.len() as f64).sqrt()
}
