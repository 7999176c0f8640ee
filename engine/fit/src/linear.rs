//! Linear coefficients: variables that the residuals follow along straight lines, such as the
//! heights of peaks. For given other variables their best values are known at once (variable
//! projection, G. H. Golub and V. Pereyra, SIAM Journal on Numerical Analysis 10, 1973), so that
//! a search has fewer directions to search in.

use crate::numeric::{column, norm};
use crate::reduce::householder;
use crate::{Bounds, Evaluation, LeastSquares};
use nalgebra::{DMatrix, DVector};

/// A column of the Jacobian that changes by less than this share of itself is the same.
const SAME: f64 = 1e-9;

/// Directions weaker than this share of the strongest are left alone.
const WEAK: f64 = 1e-10;

/// The variables in which the residuals are linear together, at a point; empty where the model
/// has no value there, and where nobody waits for them any more.
pub(crate) fn coefficients<P: LeastSquares>(
    problem: &mut P,
    x: &[f64],
    cancelled: &dyn Fn() -> bool,
) -> Vec<usize> {
    let (m, n) = (problem.residuals(), x.len());
    let mut residuals = vec![0.0; m];
    let mut at = |problem: &mut P, x: &[f64]| {
        let mut jacobian = vec![0.0; m * n];
        let done = problem.evaluate(x, &mut residuals, Some(&mut jacobian));
        (done == Evaluation::Done).then_some(jacobian)
    };
    let Some(here) = at(problem, x) else { return Vec::new() };
    let mut found: Vec<usize> = Vec::new();
    for j in 0..n {
        if cancelled() {
            return Vec::new();
        }
        let mut moved = x.to_vec();
        if let Some(value) = moved.get_mut(j) {
            *value += 0.37 * value.abs() + 0.5;
        }
        let Some(there) = at(problem, &moved) else { continue };
        let same = |k: &usize| {
            let (a, b) = (column(&here, m, *k), column(&there, m, *k));
            let apart: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
            norm(&apart) <= SAME * norm(a) && norm(a) > 0.0
        };
        if same(&j) && found.iter().all(same) {
            found.push(j);
        }
    }
    found
}

/// A problem whose linear coefficients follow the other variables.
#[derive(Clone, Debug)]
pub(crate) struct Projected<P> {
    problem: P,
    linear: Vec<usize>,
    bounds: Bounds,
}

impl<P: LeastSquares> Projected<P> {
    pub(crate) fn new(problem: P, linear: Vec<usize>, bounds: &Bounds) -> Self {
        Projected { problem, linear, bounds: bounds.clone() }
    }

    /// Evaluations that [`Projected::best`] takes; none where nothing is linear.
    pub(crate) fn evaluations(&self) -> usize {
        if self.linear.is_empty() { 0 } else { 2 }
    }

    /// The point with the best coefficients for its other variables, moved into the bounds, and
    /// the residuals that are left; `None` where the model has no value.
    pub(crate) fn best(&mut self, x: &[f64]) -> Option<(Vec<f64>, Vec<f64>)> {
        let (m, n, s) = (self.problem.residuals(), x.len(), self.linear.len());
        let mut residuals = vec![0.0; m];
        if s == 0 {
            let done = self.problem.evaluate(x, &mut residuals, None);
            return (done == Evaluation::Done).then_some((x.to_vec(), residuals));
        }
        let mut jacobian = vec![0.0; m * n];
        if self.problem.evaluate(x, &mut residuals, Some(&mut jacobian)) != Evaluation::Done {
            return None;
        }
        let mut tall = Vec::with_capacity(m * (s + 1));
        let mut sizes = Vec::with_capacity(s);
        for &j in &self.linear {
            let of = column(&jacobian, m, j);
            let size = norm(of);
            if !size.is_finite() {
                return None;
            }
            let size = if size > 0.0 { size } else { 1.0 };
            tall.extend(of.iter().map(|v| v / size));
            sizes.push(size);
        }
        tall.extend_from_slice(&residuals);
        householder(&mut tall, m, s);
        let rows = s.min(m);
        let triangle =
            DMatrix::from_fn(rows, s, |i, k| if i <= k { column(&tall, m, k)[i] } else { 0.0 });
        let right = DVector::from_fn(rows, |i, _| -column(&tall, m, s)[i]);
        let split = triangle.svd(true, true);
        let limit = WEAK * split.singular_values.max();
        let step = split.solve(&right, limit).ok()?;
        let mut best = x.to_vec();
        for ((&j, step), size) in self.linear.iter().zip(step.iter()).zip(&sizes) {
            *best.get_mut(j)? += step / size;
        }
        self.bounds.clamp(&mut best);
        let done = self.problem.evaluate(&best, &mut residuals, None);
        (done == Evaluation::Done).then_some((best, residuals))
    }
}

/// What a population sees: the residuals with the best coefficients.
impl<P: LeastSquares> LeastSquares for Projected<P> {
    fn parameters(&self) -> usize {
        self.problem.parameters()
    }
    fn residuals(&self) -> usize {
        self.problem.residuals()
    }
    fn evaluate(&mut self, x: &[f64], r: &mut [f64], _: Option<&mut [f64]>) -> Evaluation {
        match self.best(x) {
            Some((_, residuals)) => {
                r.copy_from_slice(&residuals);
                Evaluation::Done
            }
            None => Evaluation::NonFinite,
        }
    }
    fn cancelled(&self) -> bool {
        self.problem.cancelled()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `a e^(-b t) + c`, of which a and c are linear.
    #[derive(Clone)]
    struct Decay;
    impl LeastSquares for Decay {
        fn parameters(&self) -> usize {
            3
        }
        fn residuals(&self) -> usize {
            20
        }
        fn evaluate(&mut self, x: &[f64], r: &mut [f64], mut j: Option<&mut [f64]>) -> Evaluation {
            for i in 0..20 {
                let t = i as f64 / 5.0;
                let e = (-x[1] * t).exp();
                r[i] = x[0] * e + x[2] - (3.0 * (-0.7 * t).exp() + 0.5);
                if let Some(j) = j.as_deref_mut() {
                    (j[i], j[20 + i], j[40 + i]) = (e, -x[0] * t * e, 1.0);
                }
            }
            Evaluation::Done
        }
    }

    #[test]
    fn coefficients_are_found_and_follow() {
        let linear = coefficients(&mut Decay, &[1.0, 0.3, 0.0], &|| false);
        assert_eq!(linear, [0, 2]);
        let mut projected = Projected::new(Decay, linear, &Bounds::open(3));
        let (x, residuals) = projected.best(&[-8.0, 0.7, 40.0]).unwrap();
        assert!((x[0] - 3.0).abs() < 1e-12 && (x[2] - 0.5).abs() < 1e-12);
        assert!(norm(&residuals) < 1e-12);
        // The coefficients of the point that is asked for do not matter.
        let mut seen = [[0.0; 20]; 2];
        let [a, b] = &mut seen;
        let _ = projected.evaluate(&[1.0, 0.2, 1.0], a, None);
        let _ = projected.evaluate(&[5.0, 0.2, -7.0], b, None);
        assert!(a.iter().zip(b).all(|(a, b)| (*a - *b).abs() < 1e-12));
    }
}
