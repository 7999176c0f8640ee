//! Where a search may look: the box of the bounds, and for open variables a stretch around the
//! start in which every size from a hundredth to a hundred times the start is as likely, of
//! either sign.

use crate::{Bounds, SplitMix};

/// Open variables are taken up to this multiple of their start.
const REACH: f64 = 100.0;

/// A map from the unit cube to the variables.
#[derive(Clone, Debug)]
pub(crate) struct Space {
    axes: Vec<Axis>,
    bounds: Bounds,
}

#[derive(Clone, Copy, Debug)]
enum Axis {
    /// Both ends are known.
    Box { low: f64, high: f64 },
    /// Around zero, by the hyperbolic sine, in units of the size of the start.
    Open { size: f64, sign: f64 },
}

impl Space {
    pub(crate) fn new(start: &[f64], bounds: &Bounds) -> Space {
        let axis = |(j, start): (usize, &f64)| match (bounds.low.get(j), bounds.high.get(j)) {
            (Some(&low), Some(&high)) if (high - low).is_finite() => Axis::Box { low, high },
            _ if *start == 0.0 => Axis::Open { size: 1.0, sign: 0.0 },
            _ => Axis::Open { size: start.abs(), sign: start.signum() },
        };
        Space { axes: start.iter().enumerate().map(axis).collect(), bounds: bounds.clone() }
    }

    /// The point of the cube; with `keep_signs` open variables have the sign of their start.
    pub(crate) fn point(&self, unit: &[f64], keep_signs: bool) -> Vec<f64> {
        let of = |(axis, u): (&Axis, &f64)| match *axis {
            Axis::Box { low, high } => low + u * (high - low),
            Axis::Open { size, sign } if keep_signs && sign != 0.0 => {
                sign * size * (REACH.ln() * (2.0 * u - 1.0)).exp()
            }
            Axis::Open { size, .. } => size * (REACH.asinh() * (2.0 * u - 1.0)).sinh(),
        };
        let mut point: Vec<f64> = self.axes.iter().zip(unit).map(of).collect();
        self.bounds.clamp(&mut point);
        point
    }

    /// A Latin hypercube of the unit cube (McKay, Beckman and Conover, Technometrics 21, 1979):
    /// along each axis every one of equal slices is used once.
    pub(crate) fn hypercube(&self, count: usize, seed: u64) -> Vec<Vec<f64>> {
        let mut units = vec![vec![0.0; self.axes.len()]; count];
        for j in 0..self.axes.len() {
            let mut random = SplitMix::for_job(seed, j as u64);
            let mut slices: Vec<usize> = (0..count).collect();
            for last in (1..count).rev() {
                slices.swap(last, random.below(last + 1));
            }
            for (unit, slice) in units.iter_mut().zip(slices) {
                if let Some(slot) = unit.get_mut(j) {
                    *slot = (slice as f64 + random.unit()) / count as f64;
                }
            }
        }
        units
    }
}
