//! From a tall Jacobian to a small triangle.
//!
//! Everything the trust region needs of `min ‖J p + r‖` is an `n × n` upper triangle `R` with
//! `RᵀR = JᵀJ` and the vector `q` with `Rᵀq = Jᵀr`. Two ways lead there: the Gram matrix and
//! its Cholesky factor, which read `J` once and are fast, and Householder reflections, which
//! keep the digits that squaring would lose (Golub and Van Loan, Matrix Computations, 4th ed.,
//! §5.3). The first is used as long as no column is nearly a combination of the others.

use crate::numeric::{add_scaled, column, column_mut, dot};

/// A squared pivot of the unit-diagonal Gram matrix below this sends the work to Householder:
/// the relative error of the Cholesky pivot is then still below 1e-8.
const GRAM_PIVOT: f64 = 1e-7;

/// The triangle of one Jacobian, with its work space.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reduction {
    n: usize,
    /// `R`, column-major `n × n`; zero below the diagonal.
    pub(crate) triangle: Vec<f64>,
    /// `q`.
    pub(crate) rhs: Vec<f64>,
    /// `Jᵀr` in scaled variables.
    pub(crate) gradient: Vec<f64>,
    tall: Vec<f64>,
}

impl Reduction {
    pub(crate) fn new(n: usize) -> Self {
        Reduction {
            n,
            triangle: vec![0.0; n * n],
            rhs: vec![0.0; n],
            gradient: vec![0.0; n],
            tall: Vec::new(),
        }
    }

    /// Reduces `J S` and `r`, where `S` is diagonal with the reciprocals of `scale`.
    pub(crate) fn update(&mut self, jacobian: &[f64], residuals: &[f64], scale: &[f64]) {
        let m = residuals.len();
        for (j, (g, s)) in self.gradient.iter_mut().zip(scale).enumerate() {
            *g = dot(column(jacobian, m, j), residuals) / s;
        }
        if !self.by_gram(jacobian, m, scale) {
            self.by_householder(jacobian, residuals, scale);
        }
    }

    /// The Cholesky way; `false` when a pivot says that digits would be lost.
    fn by_gram(&mut self, jacobian: &[f64], m: usize, scale: &[f64]) -> bool {
        let n = self.n;
        for j in 0..n {
            for i in 0..=j {
                let product = dot(column(jacobian, m, i), column(jacobian, m, j));
                self.triangle[j * n + i] = product / (scale[i] * scale[j]);
            }
            let diagonal = self.triangle[j * n + j];
            for i in 0..=j {
                let mut sum = self.triangle[j * n + i];
                for k in 0..i {
                    sum -= self.triangle[i * n + k] * self.triangle[j * n + k];
                }
                if i < j {
                    self.triangle[j * n + i] = sum / self.triangle[i * n + i];
                } else if sum > GRAM_PIVOT * diagonal {
                    self.triangle[j * n + j] = sum.sqrt();
                } else {
                    return false;
                }
            }
            self.triangle[j * n + j + 1..(j + 1) * n].fill(0.0);
        }
        for j in 0..n {
            let mut sum = self.gradient[j];
            for k in 0..j {
                sum -= self.triangle[j * n + k] * self.rhs[k];
            }
            self.rhs[j] = sum / self.triangle[j * n + j];
        }
        true
    }

    fn by_householder(&mut self, jacobian: &[f64], residuals: &[f64], scale: &[f64]) {
        let (m, n) = (residuals.len(), self.n);
        self.tall.clear();
        for (j, s) in scale.iter().enumerate() {
            self.tall.extend(column(jacobian, m, j).iter().map(|v| v / s));
        }
        self.tall.extend_from_slice(residuals);
        householder(&mut self.tall, m, n);
        self.triangle.fill(0.0);
        self.rhs.fill(0.0);
        for j in 0..n {
            let rows = (j + 1).min(m);
            let from = column(&self.tall, m, j);
            self.triangle[j * n..j * n + rows].copy_from_slice(&from[..rows]);
        }
        let rows = n.min(m);
        self.rhs[..rows].copy_from_slice(&column(&self.tall, m, n)[..rows]);
    }
}

/// Turns the first `n` columns of a matrix of `n` or more columns into an upper triangle by
/// reflections, and applies these to all columns. What stands below the diagonal afterwards
/// has no meaning.
pub(crate) fn householder(matrix: &mut [f64], m: usize, n: usize) {
    let columns = matrix.len().checked_div(m).unwrap_or(0);
    for k in 0..n.min(m) {
        let (head, tail) = matrix.split_at_mut((k + 1) * m);
        let v = &mut column_mut(head, m, k)[k..];
        let length = dot(v, v).sqrt();
        if length == 0.0 {
            continue;
        }
        let diagonal = if v[0] > 0.0 { -length } else { length };
        v[0] -= diagonal;
        // v·v / 2 = length · |v0|, free of cancellation by the choice of the sign.
        let half = -diagonal * v[0];
        for j in 0..columns - k - 1 {
            let c = &mut column_mut(tail, m, j)[k..];
            add_scaled(c, -dot(v, c) / half, v);
        }
        v[0] = diagonal;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SplitMix;

    fn random(n: usize, seed: u64) -> Vec<f64> {
        let mut random = SplitMix::new(seed);
        (0..n).map(|_| 2.0 * random.unit() - 1.0).collect()
    }

    #[test]
    fn both_ways_keep_products() {
        for (m, n) in [(40, 5), (7, 7), (3, 5)] {
            let (jacobian, residuals) = (random(m * n, 1), random(m, 2));
            let scale: Vec<f64> = (0..n).map(|j| 0.5 + j as f64).collect();
            let mut gram = Reduction::new(n);
            gram.update(&jacobian, &residuals, &scale);
            let mut tall = Reduction::new(n);
            tall.gradient.clone_from(&gram.gradient);
            tall.by_householder(&jacobian, &residuals, &scale);
            for way in [&gram, &tall] {
                for i in 0..n {
                    let ri = column(&way.triangle, n, i);
                    assert!((dot(ri, &way.rhs) - way.gradient[i]).abs() < 1e-12);
                    for j in 0..n {
                        let product = dot(column(&jacobian, m, i), column(&jacobian, m, j))
                            / scale[i]
                            / scale[j];
                        let rj = column(&way.triangle, n, j);
                        assert!((dot(ri, rj) - product).abs() < 1e-12, "{m} x {n}");
                    }
                }
            }
        }
    }

    #[test]
    fn nearly_equal_columns_keep_their_digits() {
        let mut jacobian = random(40, 3);
        let second: Vec<f64> =
            jacobian.iter().enumerate().map(|(i, v)| v + 1e-9 * (i as f64).sin()).collect();
        jacobian.extend(second);
        let mut way = Reduction::new(2);
        way.update(&jacobian, &random(40, 4), &[1.0, 1.0]);
        let expected = {
            let (a, b) = (column(&jacobian, 40, 0), column(&jacobian, 40, 1));
            let d: Vec<f64> = a.iter().zip(b).map(|(a, b)| b - a).collect();
            (dot(&d, &d) - dot(a, &d).powi(2) / dot(a, a)).sqrt()
        };
        assert!((way.triangle[3].abs() / expected - 1.0).abs() < 1e-5);
    }
}
