/// How a residual counts. Robust losses keep a few wild points from steering the fit.
///
/// `z = (r / scale)²`, and the cost is `½ scale² Σ ρ(z)`. `scale` is the residual up to which a
/// point counts as regular, in the residual's own unit. Residuals and Jacobian are reweighted
/// so that the least-squares machinery stays as it is, with the second-order term of Triggs et
/// al., "Bundle adjustment: a modern synthesis", 2000, §4.3, as scipy's `least_squares` does.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub enum Loss {
    /// `ρ(z) = z`: plain least squares.
    #[default]
    Linear,
    /// `z` up to 1, then `2√z - 1`: quadratic inside, linear outside.
    Huber {
        /// Where the linear part starts.
        scale: f64,
    },
    /// `2(√(1 + z) - 1)`: a smooth form of Huber's.
    SoftL1 {
        /// Where the linear part takes over.
        scale: f64,
    },
    /// `ln(1 + z)`: wild points hardly count, but the cost may have several minima.
    Cauchy {
        /// Where points start to lose weight.
        scale: f64,
    },
}

impl Loss {
    /// The cost of these residuals.
    pub fn cost(&self, residuals: &[f64]) -> f64 {
        match self.scale() {
            None => 0.5 * crate::numeric::dot(residuals, residuals),
            Some(c) => {
                let sum: f64 = residuals.iter().map(|r| self.rho((r / c) * (r / c))[0]).sum();
                0.5 * c * c * sum
            }
        }
    }

    /// Turns residuals into those whose plain sum of squares has the gradient and the
    /// Gauss-Newton matrix of the loss, and scales the rows of the column-major Jacobian alike.
    pub fn reweight(&self, residuals: &mut [f64], jacobian: &mut [f64]) {
        let Some(c) = self.scale() else { return };
        let rows = residuals.len();
        for (i, r) in residuals.iter_mut().enumerate() {
            let [_, first, second] = self.rho((*r / c) * (*r / c));
            let curvature = first + 2.0 * second * (*r / c) * (*r / c);
            let root = curvature.max(f64::EPSILON).sqrt();
            *r *= first / root;
            for value in jacobian.iter_mut().skip(i).step_by(rows) {
                *value *= root;
            }
        }
    }

    /// Turns what [`Loss::reweight`] made of residuals and Jacobian into what statistics need: both
    /// multiplied by the root of the weight `ρ'`, so that a wild point counts little. The
    /// second-order term may leave a point no curvature at all, and its residual without bound.
    pub(crate) fn settle(&self, residuals: &[f64], effective: &mut [f64], jacobian: &mut [f64]) {
        let Some(c) = self.scale() else { return };
        let rows = residuals.len();
        for (i, (r, effective)) in residuals.iter().zip(effective).enumerate() {
            let z = (r / c) * (r / c);
            let [_, first, second] = self.rho(z);
            let root = (first + 2.0 * second * z).max(f64::EPSILON).sqrt();
            *effective = r * first.sqrt();
            for value in jacobian.iter_mut().skip(i).step_by(rows) {
                *value *= first.sqrt() / root;
            }
        }
    }

    fn scale(&self) -> Option<f64> {
        match *self {
            Loss::Linear => None,
            Loss::Huber { scale } | Loss::SoftL1 { scale } | Loss::Cauchy { scale } => Some(scale),
        }
    }

    /// `ρ`, `ρ'` and `ρ''` at `z`.
    fn rho(&self, z: f64) -> [f64; 3] {
        match self {
            Loss::Linear => [z, 1.0, 0.0],
            Loss::Huber { .. } if z <= 1.0 => [z, 1.0, 0.0],
            Loss::Huber { .. } => [2.0 * z.sqrt() - 1.0, z.powf(-0.5), -0.5 * z.powf(-1.5)],
            Loss::SoftL1 { .. } => {
                let t = 1.0 + z;
                [2.0 * (t.sqrt() - 1.0), t.powf(-0.5), -0.5 * t.powf(-1.5)]
            }
            Loss::Cauchy { .. } => [z.ln_1p(), 1.0 / (1.0 + z), -1.0 / ((1.0 + z) * (1.0 + z))],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Loss; 4] = [
        Loss::Linear,
        Loss::Huber { scale: 0.7 },
        Loss::SoftL1 { scale: 0.7 },
        Loss::Cauchy { scale: 0.7 },
    ];

    #[test]
    fn reweighted_residuals_have_the_gradient_of_the_cost() {
        for loss in ALL {
            for r in [-3.0, -0.7, -0.2, 0.0, 0.1, 0.69, 0.71, 5.0] {
                let h = 1e-6;
                let numeric = (loss.cost(&[r + h]) - loss.cost(&[r - h])) / (2.0 * h);
                let (mut residual, mut jacobian) = ([r], [1.0]);
                loss.reweight(&mut residual, &mut jacobian);
                assert!((residual[0] * jacobian[0] - numeric).abs() < 1e-6, "{loss:?} at {r}");
            }
        }
    }

    #[test]
    fn settled_residuals_keep_the_gradient_and_no_more_than_their_size() {
        for loss in ALL {
            for r in [-3.0, -0.2, 0.1, 0.71, 5.0] {
                let (mut residual, mut jacobian) = ([r], [2.0]);
                loss.reweight(&mut residual, &mut jacobian);
                let gradient = residual[0] * jacobian[0];
                loss.settle(&[r], &mut residual, &mut jacobian);
                assert!((residual[0] * jacobian[0] - gradient).abs() < 1e-12, "{loss:?} at {r}");
                assert!(residual[0].abs() <= f64::abs(r), "{loss:?} at {r}");
            }
        }
    }

    #[test]
    fn small_residuals_count_in_full() {
        for loss in ALL {
            assert!((loss.cost(&[1e-4]) / 0.5e-8 - 1.0).abs() < 1e-6);
        }
    }
}
