//! What the residuals of a curve say about its errors, and what they can't say.
//!
//! Measured points err independently, unless their residuals prove otherwise. The points of a
//! drawn curve do not: a curve read at 400 places tells hardly more than the same curve read
//! at 40, because line width, the drawer's spline and the digitiser's tracking err alike over
//! a length. So the error of a digitised curve is taken as correlated along its drawn axis,
//! `exp(-distance / length)`, with a length of at least one fortieth of the axis; and where the
//! residuals of any curve are correlated over a longer distance (a model that does not follow
//! the data), that length is used. Every figure that is derived from it tends to a limit as
//! points are added, instead of to zero.

use core::ops::Range;
use espice_facts::Origin;

/// A curve is taken to hold this many independent lengths at most when it was digitised.
pub const LENGTHS: f64 = 40.0;

/// Lag-one autocorrelations above this many standard deviations of chance count as real. With
/// 3.3, one curve of independent points in two thousand is called correlated.
const SIGNIFICANT: f64 = 3.3;

/// The residuals of one curve and where they come from.
#[derive(Clone, PartialEq, Debug)]
pub struct CurveErrors {
    /// A name for messages, for example `IF(VF) at TJ = 298.15`.
    pub name: String,
    /// Its residuals.
    pub range: Range<usize>,
    /// How its points came to be.
    pub origin: Origin,
    /// The place of each point along the axis as it was drawn (a logarithm on a log axis), in
    /// any unit and order; empty when the points are equally spaced in the order given.
    pub positions: Vec<f64>,
    /// Errors that the points share.
    pub shared: Vec<SharedError>,
    /// Least standard deviation of a single residual, in its unit: what the reading or the
    /// instrument can't go below even when the model fits perfectly.
    pub floor: f64,
}

impl CurveErrors {
    /// A curve of independent measurements.
    pub fn measured(name: impl Into<String>, range: Range<usize>) -> Self {
        CurveErrors {
            name: name.into(),
            range,
            origin: Origin::Measured,
            positions: Vec::new(),
            shared: Vec::new(),
            floor: 0.0,
        }
    }

    /// A curve read off a drawing, with the place of each point along the drawn axis.
    pub fn digitised(name: impl Into<String>, range: Range<usize>, positions: Vec<f64>) -> Self {
        CurveErrors { origin: Origin::Digitised, positions, ..CurveErrors::measured(name, range) }
    }

    /// Adds an error that all points share.
    #[must_use]
    pub fn with_shared(mut self, sensitivity: Vec<f64>, deviation: f64) -> Self {
        self.shared.push(SharedError { sensitivity, deviation });
        self
    }

    /// Sets the least standard deviation of a residual.
    #[must_use]
    pub fn with_floor(mut self, floor: f64) -> Self {
        self.floor = floor;
        self
    }
}

/// An unknown that moves all residuals of a curve together: a shifted or stretched axis.
#[derive(Clone, PartialEq, Debug)]
pub struct SharedError {
    /// The derivative of each residual of the curve by the unknown.
    pub sensitivity: Vec<f64>,
    /// Standard deviation of the unknown, in its own unit.
    pub deviation: f64,
}

/// How the residuals of a curve follow each other.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Misfit {
    /// Correlation of neighbours, 0 for noise.
    pub lag_one: f64,
    /// The runs test of Wald and Wolfowitz (Ann. Math. Stat. 11, 1940) on the signs, in
    /// standard deviations: strongly negative when the residuals come in long waves.
    pub runs: f64,
    /// Whether neighbours agree beyond chance: the model errs systematically along the curve.
    pub systematic: bool,
}

/// The correlation of the errors along one curve.
#[derive(Clone, Debug)]
pub(crate) struct Correlation {
    /// Offsets into the curve in the order of the positions.
    order: Vec<usize>,
    /// `exp(-distance / length)` from each ordered point to the next; empty when independent.
    decay: Vec<f64>,
    /// The length as a share of the axis; zero when independent.
    pub(crate) length: f64,
    pub(crate) misfit: Misfit,
}

impl Correlation {
    /// Finds the correlation of one curve from its origin and, when `widen` is set, from its
    /// residuals.
    pub(crate) fn of(curve: &CurveErrors, residuals: &[f64], widen: bool) -> Self {
        let n = residuals.len();
        let places = places(curve, n);
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|a, b| places[*a].total_cmp(&places[*b]));
        let ordered: Vec<f64> = order.iter().map(|i| residuals[*i]).collect();
        let misfit = misfit(&ordered);
        let spacing = 1.0 / (n.max(2) - 1) as f64;
        let mut length = match curve.origin {
            Origin::Measured => 0.0,
            Origin::Digitised => 1.0 / LENGTHS,
        };
        if widen && misfit.systematic {
            // An exponential correlation with r from point to point has the time (1+r)/(1-r).
            let time = correlation_time(&ordered);
            if time > 1.0 {
                length = f64::max(length, spacing / ((time + 1.0) / (time - 1.0)).ln());
            }
        }
        let decay = if length > 0.0 {
            order.windows(2).map(|w| (-(places[w[1]] - places[w[0]]) / length).exp()).collect()
        } else {
            Vec::new()
        };
        Correlation { order, decay, length, misfit }
    }

    /// Whether the points err independently.
    pub(crate) fn independent(&self) -> bool {
        self.length == 0.0
    }

    /// `K v` for the correlation matrix `K`, both in the order of the curve. The exponential
    /// makes the errors a Markov chain, so two passes are enough.
    pub(crate) fn apply(&self, v: &[f64]) -> Vec<f64> {
        if self.independent() {
            return v.to_vec();
        }
        let mut out = vec![0.0; v.len()];
        let mut carried = 0.0;
        for (k, &i) in self.order.iter().enumerate() {
            carried = if k == 0 { 0.0 } else { carried * self.decay[k - 1] };
            carried += v[i];
            out[i] = carried;
        }
        carried = 0.0;
        for (k, &i) in self.order.iter().enumerate().rev() {
            out[i] += carried;
            carried = (carried + v[i]) * if k == 0 { 0.0 } else { self.decay[k - 1] };
        }
        out
    }

    /// How many independent points would fix a mean as well as these.
    pub(crate) fn effective_points(&self) -> f64 {
        let n = self.order.len() as f64;
        let ones = vec![1.0; self.order.len()];
        let sum: f64 = self.apply(&ones).iter().sum();
        if sum > 0.0 { n * n / sum } else { 0.0 }
    }
}

/// Places along the axis, from 0 to 1.
fn places(curve: &CurveErrors, n: usize) -> Vec<f64> {
    let ends = curve.positions.iter().filter(|p| p.is_finite());
    let (low, high) =
        ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), p| (p.min(l), p.max(h)));
    if curve.positions.len() == n && high > low {
        let inside = |p: &f64| if p.is_finite() { (p - low) / (high - low) } else { 1.0 };
        curve.positions.iter().map(inside).collect()
    } else {
        (0..n).map(|i| i as f64 / (n.max(2) - 1) as f64).collect()
    }
}

/// Lag-one correlation and runs of residuals in their order.
fn misfit(ordered: &[f64]) -> Misfit {
    let n = ordered.len() as f64;
    let square: f64 = ordered.iter().map(|r| r * r).sum();
    if ordered.len() < 6 || square == 0.0 {
        return Misfit { lag_one: 0.0, runs: 0.0, systematic: false };
    }
    let lag_one = ordered.windows(2).map(|w| w[0] * w[1]).sum::<f64>() / square;
    let above = ordered.iter().filter(|r| **r > 0.0).count() as f64;
    let below = n - above;
    let runs = 1.0 + ordered.windows(2).filter(|w| (w[0] > 0.0) != (w[1] > 0.0)).count() as f64;
    let mean = 1.0 + 2.0 * above * below / n;
    let variance = (mean - 1.0) * (mean - 2.0) / (n - 1.0);
    let z = if variance > 0.0 { (runs - mean) / variance.sqrt() } else { -n.sqrt() };
    let systematic = lag_one * n.sqrt() > SIGNIFICANT || z < -SIGNIFICANT;
    Misfit { lag_one, runs: z, systematic }
}

/// The integrated autocorrelation time by the initial positive sequence (Geyer, "Practical
/// Markov chain Monte Carlo", Stat. Sci. 7, 1992): pairs of lags are added while positive.
fn correlation_time(ordered: &[f64]) -> f64 {
    let square: f64 = ordered.iter().map(|r| r * r).sum();
    let at = |lag: usize| {
        let later = ordered.iter().skip(lag);
        ordered.iter().zip(later).map(|(a, b)| a * b).sum::<f64>() / square
    };
    let mut sum = -1.0;
    let mut lag = 0;
    while lag + 1 < ordered.len() / 2 {
        let pair = at(lag) + at(lag + 1);
        if pair <= 0.0 {
            break;
        }
        sum += 2.0 * pair;
        lag += 2;
    }
    sum.max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SplitMix;

    #[test]
    fn noise_is_not_called_systematic_and_waves_are() {
        let mut random = SplitMix::new(9);
        let calls = (0..500)
            .filter(|_| {
                let noise: Vec<f64> = (0..80).map(|_| random.normal()).collect();
                misfit(&noise).systematic
            })
            .count();
        assert!(calls <= 3, "{calls}");
        for n in [40, 120, 400] {
            let wave: Vec<f64> = (0..n).map(|i| (12.0 * i as f64 / n as f64).sin()).collect();
            assert!(misfit(&wave).systematic);
        }
    }

    #[test]
    fn correlation_multiplies_as_its_matrix_does() {
        let places = vec![0.0, 0.3, 0.1, 1.0, 0.65];
        let curve = CurveErrors::digitised("c", 0..5, places.clone());
        let correlation = Correlation::of(&curve, &[1.0, -1.0, 1.0, 1.0, -1.0], true);
        let v = [0.3, -2.0, 1.5, 0.2, 0.9];
        let out = correlation.apply(&v);
        for i in 0..5 {
            let sum: f64 =
                (0..5).map(|j| (-(places[i] - places[j]).abs() * LENGTHS).exp() * v[j]).sum();
            assert!((out[i] - sum).abs() < 1e-14);
        }
    }

    #[test]
    fn more_points_of_a_drawing_are_not_more_information() {
        let effective = |n: usize| {
            let mut random = SplitMix::new(n as u64);
            let noise: Vec<f64> = (0..n).map(|_| random.normal()).collect();
            Correlation::of(&CurveErrors::digitised("c", 0..n, Vec::new()), &noise, true)
                .effective_points()
        };
        let measured = CurveErrors::measured("c", 0..7);
        assert_eq!(Correlation::of(&measured, &[0.0; 7], true).effective_points(), 7.0);
        assert!((effective(40) / effective(4000) - 1.0).abs() < 0.15);
        assert!((effective(400) / effective(4000) - 1.0).abs() < 0.05);
    }
}
