//! Points that lie far from what their neighbours say: misread digits, glitches of an instrument.
//!
//! They are looked for in the residuals of a fit, and against their neighbours: a model that does
//! not follow a curve errs alike at neighbouring points, a wild point errs alone. Where there are
//! any, the fit is repeated with Cauchy's loss, for which a point counts the less the farther it
//! lies off; data without wild points are fitted by plain least squares. (The running median and
//! the median of absolute deviations: F. R. Hampel, Journal of the American Statistical
//! Association 69, 1974.)

use super::{Measure, Target};

/// Points to either side that a point is compared with.
const SIDE: usize = 3;

const WINDOW: usize = 2 * SIDE + 1;

/// A point is wild beyond so many standard deviations, and only when it lies off by more than this
/// (residuals are relative, or logarithms): a smooth curve has next to no scatter.
const DEVIATIONS: f64 = 6.0;
const LEAST: f64 = 0.2;

/// A spike has this share of its own second difference on either side; half when alone.
const OPPOSED: f64 = 0.25;

/// The least scatter that a loss is scaled with.
const FLOOR: f64 = 1e-4;

/// From the median of absolute deviations to the standard deviation of normal errors.
const NORMAL: f64 = 1.482_602_218_505_602;

/// Cauchy's loss keeps 95 % of the efficiency of least squares with this many deviations.
const CAUCHY: f64 = 2.385;

/// The scale of Cauchy's loss for residuals with wild points among them, and how many there are of
/// each target; `None` where there are none.
pub(super) fn robust_scale(
    targets: &[&Target<'_>],
    residuals: &[f64],
) -> Option<(f64, Vec<usize>)> {
    let mut from = 0;
    let mut wild = Vec::with_capacity(targets.len());
    for target in targets {
        let rows = residuals.get(from..from + target.len()).unwrap_or_default();
        from += target.len();
        let observed = &target.observations;
        let shown: Vec<f64> = match target.measure {
            Measure::Log => observed.values.iter().map(|y| y.abs().ln()).collect(),
            _ => observed.values.clone(),
        };
        wild.push(count(&observed.positions, rows, &shown));
    }
    if wild.iter().all(|n| *n == 0) {
        return None;
    }
    let mut sizes: Vec<f64> = residuals.iter().map(|r| r.abs()).collect();
    Some((CAUCHY * (NORMAL * median(&mut sizes)).max(FLOOR), wild))
}

/// How many residuals of a curve lie off their neighbours where the data themselves, on the scale
/// on which they are compared, have a spike, too; rows of a table have none.
fn count(positions: &[f64], residuals: &[f64], shown: &[f64]) -> usize {
    let n = residuals.len();
    let largest = residuals.iter().fold(0.0, |a: f64, r| a.max(r.abs()));
    if positions.len() != n || shown.len() != n || n <= WINDOW || largest <= 0.5 * LEAST {
        return 0;
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|a, b| positions[*a].total_cmp(&positions[*b]));
    let ordered: Vec<f64> = order.iter().map(|i| residuals[*i]).collect();
    let shown: Vec<f64> = order.iter().map(|i| shown[*i]).collect();
    // The scatter of neighbours, for which noise of one deviation has the root of two.
    let mut steps: Vec<f64> = ordered.windows(2).map(|w| (w[1] - w[0]).abs()).collect();
    let scatter = NORMAL * median(&mut steps) / std::f64::consts::SQRT_2;
    let limit = (DEVIATIONS * scatter).max(LEAST);
    (0..n).filter(|i| is_spike(&shown, *i) && apart(&ordered, *i) > limit).count()
}

/// Whether a value is a spike: the second differences beside it point the other way. Where a curve
/// turns or steps a neighbour is on its side.
fn is_spike(ordered: &[f64], i: usize) -> bool {
    if i < 2 || i + 2 >= ordered.len() {
        return false;
    }
    let bend = |k: usize| ordered[k - 1] - 2.0 * ordered[k] + ordered[k + 1];
    let here = bend(i);
    let opposed = |other: f64| other * here < 0.0 && other.abs() >= OPPOSED * here.abs();
    opposed(bend(i - 1)) && opposed(bend(i + 1))
}

/// How far a residual stands out of the median of its neighbours; zero where it is no spike.
fn apart(ordered: &[f64], i: usize) -> f64 {
    if !is_spike(ordered, i) {
        return 0.0;
    }
    let from = i.saturating_sub(SIDE).min(ordered.len() - WINDOW);
    let mut window = [0.0; WINDOW];
    window.copy_from_slice(&ordered[from..from + WINDOW]);
    (ordered[i] - median(&mut window)).abs()
}

/// The median; the order of the values is lost.
fn median(values: &mut [f64]) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f64::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SplitMix;

    fn places(n: usize) -> Vec<f64> {
        (0..n).map(|i| i as f64).collect()
    }

    #[test]
    fn noise_and_misfit_are_not_wild() {
        for n in [8, 20, 100, 400] {
            for seed in 0..50 {
                let mut random = SplitMix::for_job(5, seed);
                let noise: Vec<f64> = (0..n).map(|_| 0.03 * random.normal()).collect();
                assert_eq!(count(&places(n), &noise, &noise), 0, "{n} {seed}");
                let wave: Vec<f64> =
                    (0..n).map(|i| 0.3 * (7.0 * i as f64 / n as f64).sin()).collect();
                assert!(n < 20 || count(&places(n), &wave, &wave) == 0, "{n}");
                let slope: Vec<f64> = (0..n).map(|i| 0.2 * i as f64).collect();
                assert_eq!(count(&places(n), &slope, &slope), 0, "{n}");
            }
        }
    }

    #[test]
    fn wild_points_are_counted() {
        let mut random = SplitMix::new(3);
        let mut residuals: Vec<f64> = (0..60).map(|_| 0.03 * random.normal()).collect();
        for i in [4, 17, 30, 40] {
            residuals[i] += 1.2;
        }
        assert_eq!(count(&places(60), &residuals, &residuals), 4);
        // Data without a spike have none, whatever a model makes of them.
        assert_eq!(count(&places(60), &residuals, &places(60)), 0);
        // A step and a turn are none.
        let step: Vec<f64> = (0..60).map(|i| if i < 30 { 0.0 } else { 2.0 }).collect();
        let turn: Vec<f64> = (0..60).map(|i| f64::from((i - 30).max(0)) * 0.5).collect();
        assert_eq!(count(&places(60), &step, &step) + count(&places(60), &turn, &turn), 0);
        assert_eq!(count(&[], &residuals, &residuals), 0);
    }
}
