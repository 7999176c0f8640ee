//! Singular values of a small matrix by one-sided Jacobi rotations.
//!
//! Columns are rotated pairwise until all are orthogonal (Demmel and Veselić, "Jacobi's method
//! is more accurate than QR", SIAM J. Matrix Anal. Appl. 13, 1992). It needs no work space,
//! and small singular values of column-scaled matrices come out with full relative accuracy,
//! which is what decides whether a parameter can be identified.

use crate::numeric::{column, dot};

/// Sweeps over all pairs; convergence is quadratic, and ten are rarely needed.
const SWEEPS: usize = 40;

/// `A = U diag(s) Vᵀ` for a matrix of `rows × cols` with any shape.
#[derive(Clone, Debug, Default)]
pub(crate) struct Jacobi {
    rows: usize,
    cols: usize,
    /// `U diag(s)`, column-major.
    pub(crate) us: Vec<f64>,
    /// `V`, column-major, `cols × cols`.
    pub(crate) v: Vec<f64>,
    /// Singular values, in no order.
    pub(crate) s: Vec<f64>,
}

impl Jacobi {
    /// Room for `rows × cols`; smaller ones need none.
    pub(crate) fn with_room(rows: usize, cols: usize) -> Self {
        Jacobi {
            rows: 0,
            cols: 0,
            us: Vec::with_capacity(rows * cols),
            v: Vec::with_capacity(cols * cols),
            s: Vec::with_capacity(cols),
        }
    }

    /// Decomposes the matrix whose columns these are.
    pub(crate) fn decompose<'a>(&mut self, rows: usize, columns: impl Iterator<Item = &'a [f64]>) {
        self.us.clear();
        self.rows = rows;
        self.cols = 0;
        for c in columns {
            self.us.extend_from_slice(c);
            self.cols += 1;
        }
        let n = self.cols;
        self.v.clear();
        self.v.resize(n * n, 0.0);
        for d in self.v.iter_mut().step_by(n + 1) {
            *d = 1.0;
        }
        for _ in 0..SWEEPS {
            let mut rotated = false;
            for i in 0..n {
                for j in i + 1..n {
                    rotated |= self.rotate(i, j);
                }
            }
            if !rotated {
                break;
            }
        }
        self.s.clear();
        for j in 0..n {
            let length = crate::numeric::norm(column(&self.us, self.rows, j));
            self.s.push(length);
        }
    }

    /// Number of columns.
    pub(crate) fn len(&self) -> usize {
        self.cols
    }

    /// Column `k` of `V`.
    pub(crate) fn direction(&self, k: usize) -> &[f64] {
        column(&self.v, self.cols, k)
    }

    /// Column `k` of `U diag(s)`.
    pub(crate) fn image(&self, k: usize) -> &[f64] {
        column(&self.us, self.rows, k)
    }

    fn rotate(&mut self, i: usize, j: usize) -> bool {
        let (a, b) = pair(&mut self.us, self.rows, i, j);
        let (aa, bb, ab) = (dot(a, a), dot(b, b), dot(a, b));
        if ab == 0.0 || ab.abs() <= f64::EPSILON * (aa * bb).sqrt() {
            return false;
        }
        let zeta = (bb - aa) / (2.0 * ab);
        let t = zeta.signum() / (zeta.abs() + (1.0 + zeta * zeta).sqrt());
        let c = 1.0 / (1.0 + t * t).sqrt();
        turn(a, b, c, c * t);
        let (a, b) = pair(&mut self.v, self.cols, i, j);
        turn(a, b, c, c * t);
        true
    }
}

fn pair(matrix: &mut [f64], rows: usize, i: usize, j: usize) -> (&mut [f64], &mut [f64]) {
    let (left, right) = matrix.split_at_mut(j * rows);
    (&mut left[i * rows..(i + 1) * rows], &mut right[..rows])
}

fn turn(a: &mut [f64], b: &mut [f64], c: f64, s: f64) {
    for (a, b) in a.iter_mut().zip(b) {
        (*a, *b) = (c * *a - s * *b, s * *a + c * *b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SplitMix;

    #[test]
    fn product_gives_the_matrix_back() {
        let mut random = SplitMix::new(5);
        for (rows, cols) in [(5, 5), (9, 3), (3, 5), (1, 1)] {
            let a: Vec<f64> = (0..rows * cols).map(|_| random.unit() - 0.5).collect();
            let mut svd = Jacobi::default();
            svd.decompose(rows, a.chunks(rows));
            for i in 0..rows {
                for j in 0..cols {
                    let sum: f64 = (0..cols).map(|k| svd.image(k)[i] * svd.direction(k)[j]).sum();
                    assert!((sum - a[j * rows + i]).abs() < 1e-14);
                }
            }
        }
    }

    #[test]
    fn graded_values_keep_relative_accuracy() {
        // [1 1; 0 1e-150]: the small singular value is 1e-150 / sqrt(2).
        let mut svd = Jacobi::default();
        svd.decompose(2, [1.0, 0.0, 1.0, 1e-150].chunks(2));
        let small = svd.s.iter().copied().fold(f64::INFINITY, f64::min);
        assert!((small * 2f64.sqrt() / 1e-150 - 1.0).abs() < 1e-6, "{small}");
    }
}
