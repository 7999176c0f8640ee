/// What came of one evaluation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use]
pub enum Evaluation {
    /// All values were computed. Infinities and NaN among them are found by the solver.
    Done,
    /// The model has no finite value here; what was written has no meaning.
    NonFinite,
}

/// Residuals and their exact derivatives in working variables.
///
/// The cost is half the sum of the squared residuals (or of their [`Loss`](crate::Loss)).
/// Residuals are weighted already: a residual of one is one standard deviation when deviations
/// are known, and residuals of equal quality have equal size when they are not.
pub trait LeastSquares {
    /// Number of working variables.
    fn parameters(&self) -> usize;

    /// Number of residuals.
    fn residuals(&self) -> usize;

    /// Writes the residuals at `x` and, when asked, their derivatives column by column: the
    /// derivative of residual `i` by variable `j` goes to `jacobian[j * residuals + i]`.
    ///
    /// The result must not depend on earlier evaluations, or equal inputs would not give equal
    /// fits.
    fn evaluate(&mut self, x: &[f64], r: &mut [f64], jacobian: Option<&mut [f64]>) -> Evaluation;

    /// Whether the caller wants the run to stop; asked before each evaluation.
    fn cancelled(&self) -> bool {
        false
    }
}

impl<P: LeastSquares + ?Sized> LeastSquares for &mut P {
    fn parameters(&self) -> usize {
        (**self).parameters()
    }
    fn residuals(&self) -> usize {
        (**self).residuals()
    }
    fn evaluate(&mut self, x: &[f64], r: &mut [f64], jacobian: Option<&mut [f64]>) -> Evaluation {
        (**self).evaluate(x, r, jacobian)
    }
    fn cancelled(&self) -> bool {
        (**self).cancelled()
    }
}

/// A problem with a question to ask before each evaluation: whether to stop.
#[derive(Clone, Debug)]
pub struct Cancellable<P, C> {
    /// The problem.
    pub problem: P,
    /// Whether the caller wants the run to stop.
    pub cancelled: C,
}

impl<P: LeastSquares, C: Fn() -> bool> LeastSquares for Cancellable<P, C> {
    fn parameters(&self) -> usize {
        self.problem.parameters()
    }
    fn residuals(&self) -> usize {
        self.problem.residuals()
    }
    fn evaluate(&mut self, x: &[f64], r: &mut [f64], jacobian: Option<&mut [f64]>) -> Evaluation {
        self.problem.evaluate(x, r, jacobian)
    }
    fn cancelled(&self) -> bool {
        (self.cancelled)() || self.problem.cancelled()
    }
}

/// A problem whose residuals are multiplied by weights: the reciprocal of the standard
/// deviation of each, or zero to leave one out.
#[derive(Clone, Debug)]
pub struct Weighted<P> {
    /// The problem.
    pub problem: P,
    /// One factor for each residual; missing ones count as 1.
    pub weights: Vec<f64>,
}

impl<P: LeastSquares> LeastSquares for Weighted<P> {
    fn parameters(&self) -> usize {
        self.problem.parameters()
    }
    fn residuals(&self) -> usize {
        self.problem.residuals()
    }
    fn evaluate(
        &mut self,
        x: &[f64],
        r: &mut [f64],
        mut jacobian: Option<&mut [f64]>,
    ) -> Evaluation {
        let done = self.problem.evaluate(x, r, jacobian.as_deref_mut());
        let rows = r.len().max(1);
        let columns = jacobian.into_iter().flat_map(|j| j.chunks_mut(rows));
        for column in core::iter::once(r).chain(columns) {
            for (value, weight) in column.iter_mut().zip(&self.weights) {
                // A weight of zero removes a point even when the model has no value there.
                *value = if *weight == 0.0 { 0.0 } else { *value * weight };
            }
        }
        done
    }
    fn cancelled(&self) -> bool {
        self.problem.cancelled()
    }
}

/// The box in which working variables stay. Infinite ends leave a side open.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Bounds {
    /// Lower ends.
    pub low: Vec<f64>,
    /// Upper ends, not below the lower ones.
    pub high: Vec<f64>,
}

impl Bounds {
    /// No bounds for `n` variables.
    pub fn open(n: usize) -> Self {
        Bounds { low: vec![f64::NEG_INFINITY; n], high: vec![f64::INFINITY; n] }
    }

    /// One `(low, high)` for each variable.
    pub fn of(pairs: &[(f64, f64)]) -> Self {
        Bounds {
            low: pairs.iter().map(|p| p.0).collect(),
            high: pairs.iter().map(|p| p.1).collect(),
        }
    }

    /// Moves a point to the nearest one inside.
    pub fn clamp(&self, x: &mut [f64]) {
        for ((x, low), high) in x.iter_mut().zip(&self.low).zip(&self.high) {
            if *x < *low {
                *x = *low;
            } else if *x > *high {
                *x = *high;
            }
        }
    }

    /// Number of variables.
    pub fn len(&self) -> usize {
        self.low.len()
    }

    /// Whether it is a box of no variables.
    pub fn is_empty(&self) -> bool {
        self.low.is_empty()
    }

    /// Whether there are two ends for each of `n` variables and no lower end lies above its
    /// upper end.
    pub fn fits(&self, n: usize) -> bool {
        self.low.len() == n
            && self.high.len() == n
            && self.low.iter().zip(&self.high).all(|(l, h)| l <= h)
    }
}
