use crate::numeric::{all_finite, column, norm};
use crate::reduce::Reduction;
use crate::step::{Model, Step};
use crate::{Bounds, Evaluation, LeastSquares, Loss};
use argmin::core::{
    ArgminError, Error, IterState, KV, Problem, Solver, TerminationReason, TerminationStatus,
};

/// The state that argmin's executor carries: working variables, cost and gradient.
pub type FitState = IterState<Vec<f64>, Vec<f64>, (), (), (), f64>;

/// A change of the cost by this share that does not follow its prediction counts as rounding.
const ROUNDING: f64 = 1e-10;

/// What a run may use and when it is done.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Settings {
    /// Most evaluations of the residuals.
    pub max_evaluations: usize,
    /// Done when the predicted and the actual decrease of the cost are at most this share of
    /// it. The unexplained rest of the cost scatters by its own statistics; 1e-14 leaves the
    /// variables within about 1e-7 standard deviations of the optimum.
    pub cost_tolerance: f64,
    /// Done when the cosine between the residuals and every free column of the Jacobian is at
    /// most this.
    pub gradient_tolerance: f64,
    /// Done when a full step is at most this share of the scaled variables.
    pub step_tolerance: f64,
    /// First radius as a share of the length of the scaled variables.
    pub initial_radius: f64,
    /// The share of the largest effect that every variable counts for at least in the radius; an
    /// effect is that of the variable's whole size, so that units do not matter. Where limits are
    /// fitted to, a variable without an effect on the present residuals may break one at any
    /// distance, which no derivative foretells. Zero lets each variable have its own scale.
    pub least_effect: f64,
    /// How residuals count.
    pub loss: Loss,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            max_evaluations: 2_000,
            cost_tolerance: 1e-14,
            gradient_tolerance: 1e-12,
            step_tolerance: 1e-12,
            initial_radius: 1.0,
            least_effect: 0.0,
            loss: Loss::Linear,
        }
    }
}

/// Which test a converged run has met.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Criterion {
    /// The projected gradient vanished.
    Gradient,
    /// The cost can't be lowered any more.
    Cost,
    /// The step vanished.
    Step,
}

/// Why a run ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Stop {
    /// A minimum was reached, by this test.
    Converged(Criterion),
    /// [`Settings::max_evaluations`] were used up first.
    MaxEvaluations,
    /// The radius shrank to nothing although the gradient says that the cost can fall: the
    /// derivatives or the numerics of the model are not good enough.
    Stalled,
    /// The caller asked to stop.
    Cancelled,
    /// The model has no finite value at the start.
    NonFinite,
}

impl Stop {
    /// Whether a minimum was reached.
    pub fn converged(self) -> bool {
        matches!(self, Stop::Converged(_))
    }

    /// In words, for a sentence that starts with `the fit`.
    pub fn words(self) -> &'static str {
        match self {
            Stop::Converged(Criterion::Gradient) => "converged: the gradient vanished",
            Stop::Converged(Criterion::Cost) => "converged: the cost can't be lowered any more",
            Stop::Converged(Criterion::Step) => "converged: the step vanished",
            Stop::MaxEvaluations => "used up its evaluations before it converged",
            Stop::Stalled => "stalled: no step along the gradient lowers the cost",
            Stop::Cancelled => "was cancelled",
            Stop::NonFinite => "has no finite value at its start",
        }
    }

    fn reason(self) -> TerminationReason {
        match self {
            Stop::Converged(_) => TerminationReason::SolverConverged,
            Stop::MaxEvaluations => TerminationReason::MaxItersReached,
            Stop::Cancelled => TerminationReason::Interrupt,
            Stop::Stalled | Stop::NonFinite => TerminationReason::SolverExit(self.words().into()),
        }
    }
}

/// Bounded trust-region least squares with exact Jacobians, an argmin `Solver`.
///
/// A Levenberg-Marquardt method in trust-region form after Moré ("The Levenberg-Marquardt
/// algorithm: implementation and theory", 1978): variables are scaled by the largest norm that
/// their Jacobian column has had, and the radius follows the ratio of actual to predicted
/// decrease. Bounds are held by an active set that is found anew in every subproblem. One
/// argmin iteration is one evaluation; after [`init`](Solver::init) nothing is allocated but
/// argmin's own copies of the variables.
///
/// The value holds everything that the next iteration needs, so that a checkpoint is a clone of
/// it beside the state.
#[derive(Clone, Debug)]
pub struct TrustRegion {
    settings: Settings,
    bounds: Bounds,
    pub(crate) stop: Option<Stop>,
    pub(crate) evaluations: usize,
    pub(crate) jacobians: usize,
    /// Residuals as the problem gave them.
    pub(crate) residuals: Vec<f64>,
    /// Residuals and Jacobian as the loss reweighted them.
    pub(crate) effective: Vec<f64>,
    pub(crate) jacobian: Vec<f64>,
    trial_residuals: Vec<f64>,
    trial_jacobian: Vec<f64>,
    trial: Vec<f64>,
    norms: Vec<f64>,
    scale: Vec<f64>,
    low: Vec<f64>,
    high: Vec<f64>,
    reduction: Reduction,
    step: Step,
    radius: f64,
    last_was_rejected: bool,
}

impl TrustRegion {
    /// A solver for one problem. Bounds that do not fit are reported by `init`.
    pub fn new(bounds: Bounds, settings: Settings) -> Self {
        let n = bounds.len();
        TrustRegion {
            settings,
            bounds,
            stop: None,
            evaluations: 0,
            jacobians: 0,
            residuals: Vec::new(),
            effective: Vec::new(),
            jacobian: Vec::new(),
            trial_residuals: Vec::new(),
            trial_jacobian: Vec::new(),
            trial: vec![0.0; n],
            norms: vec![0.0; n],
            scale: vec![0.0; n],
            low: vec![0.0; n],
            high: vec![0.0; n],
            reduction: Reduction::new(n),
            step: Step::new(n),
            radius: 0.0,
            last_was_rejected: false,
        }
    }

    /// Why the run ended; `None` while it goes on.
    pub fn stop(&self) -> Option<Stop> {
        self.stop
    }

    /// The radius of the trust region in scaled variables.
    pub fn radius(&self) -> f64 {
        self.radius
    }

    /// Evaluates the first point and sets up scale and radius.
    fn start<P: LeastSquares>(&mut self, problem: &mut P, x: &[f64]) -> f64 {
        let (m, n) = (problem.residuals(), x.len());
        for buffer in [&mut self.residuals, &mut self.effective, &mut self.trial_residuals] {
            buffer.clear();
            buffer.resize(m, 0.0);
        }
        for buffer in [&mut self.jacobian, &mut self.trial_jacobian] {
            buffer.clear();
            buffer.resize(m * n, 0.0);
        }
        self.scale.fill(0.0);
        let Some(cost) = self.try_point(problem, x, true) else {
            self.stop = Some(Stop::NonFinite);
            return f64::INFINITY;
        };
        self.adopt();
        self.linearise(x);
        let length = self.scaled_length(x);
        self.radius = self.settings.initial_radius * if length > 0.0 { length } else { 1.0 };
        cost
    }

    /// Evaluates into the trial buffers; `None` when anything needed is not finite.
    fn try_point<P: LeastSquares>(
        &mut self,
        problem: &mut P,
        x: &[f64],
        with_jacobian: bool,
    ) -> Option<f64> {
        self.evaluations += 1;
        self.jacobians += usize::from(with_jacobian);
        let jacobian = with_jacobian.then_some(self.trial_jacobian.as_mut_slice());
        if problem.evaluate(x, &mut self.trial_residuals, jacobian) == Evaluation::NonFinite {
            return None;
        }
        let cost = self.settings.loss.cost(&self.trial_residuals);
        let usable = cost.is_finite() && (!with_jacobian || all_finite(&self.trial_jacobian));
        usable.then_some(cost)
    }

    /// Makes the trial point the current one.
    fn adopt(&mut self) {
        core::mem::swap(&mut self.residuals, &mut self.trial_residuals);
        core::mem::swap(&mut self.jacobian, &mut self.trial_jacobian);
        self.effective.copy_from_slice(&self.residuals);
        self.settings.loss.reweight(&mut self.effective, &mut self.jacobian);
    }

    /// Scale, triangle, gradient and bounds of the current point.
    fn linearise(&mut self, x: &[f64]) {
        let m = self.residuals.len();
        for j in 0..x.len() {
            let length = norm(column(&self.jacobian, m, j));
            self.norms[j] = length;
            if length > self.scale[j] {
                self.scale[j] = length;
            }
        }
        self.raise_scales(x);
        for (j, x) in x.iter().enumerate() {
            let scale = self.scale_of(j);
            self.low[j] = (self.bounds.low[j] - x) * scale;
            self.high[j] = (self.bounds.high[j] - x) * scale;
            self.trial[j] = scale;
        }
        self.reduction.update(&self.jacobian, &self.effective, &self.trial);
        self.step.forget();
    }

    /// Holds variables with next to no effect to [`Settings::least_effect`].
    fn raise_scales(&mut self, x: &[f64]) {
        if self.settings.least_effect <= 0.0 {
            return;
        }
        let size = |j: usize, x: f64| {
            let width = self.bounds.high[j] - self.bounds.low[j];
            if x != 0.0 || !width.is_finite() { x.abs() } else { width }
        };
        let effects = x.iter().zip(&self.scale).enumerate();
        let largest = effects.map(|(j, (x, scale))| size(j, *x) * scale).fold(0.0, f64::max);
        for (j, x) in x.iter().enumerate() {
            let size = size(j, *x);
            if size > 0.0 && self.scale[j] > 0.0 {
                self.scale[j] = self.scale[j].max(self.settings.least_effect * largest / size);
            }
        }
    }

    fn scale_of(&self, j: usize) -> f64 {
        if self.scale[j] > 0.0 { self.scale[j] } else { 1.0 }
    }

    fn scaled_length(&self, x: &[f64]) -> f64 {
        x.iter().zip(&self.scale).map(|(x, s)| (x * s) * (x * s)).sum::<f64>().sqrt()
    }

    fn model(&self) -> Model<'_> {
        Model {
            triangle: &self.reduction.triangle,
            rhs: &self.reduction.rhs,
            gradient: &self.reduction.gradient,
            low: &self.low,
            high: &self.high,
        }
    }

    /// The largest cosine between the residuals and the column of a variable that can move.
    fn gradient_cosine(&self) -> f64 {
        let length = norm(&self.effective);
        let model = self.model();
        let mut largest = 0.0f64;
        for j in 0..self.norms.len() {
            let size = self.norms[j] * length;
            if size > 0.0 && !model.blocked(j) {
                largest = largest.max((model.gradient[j] * self.scale_of(j) / size).abs());
            }
        }
        largest
    }

    /// One trial step from `x`; returns the cost when `self.trial` is the better point.
    fn advance<P: LeastSquares>(&mut self, problem: &mut P, x: &[f64], cost: f64) -> Option<f64> {
        let mut step = core::mem::replace(&mut self.step, Step::new(0));
        step.solve(self.model(), self.radius);
        self.step = step;
        for (j, x) in x.iter().enumerate() {
            self.trial[j] = match self.step.side[j] {
                -1 => self.bounds.low[j],
                1 => self.bounds.high[j],
                _ => {
                    let moved = x + self.step.p[j] / self.scale_of(j);
                    moved.max(self.bounds.low[j]).min(self.bounds.high[j])
                }
            };
        }
        if self.trial == x {
            self.stop = Some(self.end_of_steps(x));
            return None;
        }
        let length = norm(&self.step.p);
        let predicted = self.step.predicted;
        let trial = core::mem::take(&mut self.trial);
        let with_jacobian = !self.last_was_rejected;
        let mut result = self.try_point(problem, &trial, with_jacobian);
        let actual = result.map_or(f64::NEG_INFINITY, |c| cost - c);
        let ratio = if predicted > 0.0 { actual / predicted } else { 0.0 };
        let better = actual > 0.0 && ratio > 1e-4;
        if better && !with_jacobian {
            // The residuals are known already, but the derivatives come with them.
            result = self.try_point(problem, &trial, true);
        }
        self.trial = trial;
        self.resize(ratio, length);
        let small = |v: f64| v.abs() <= self.settings.cost_tolerance * cost;
        // Where a full step promises next to nothing and the cost does not even keep that, what
        // is seen is the rounding of the residuals.
        let rounding =
            ratio < 0.25 && predicted <= ROUNDING * cost && actual.abs() <= ROUNDING * cost;
        if !self.step.limited && (rounding || small(actual) && small(predicted)) {
            self.stop = Some(Stop::Converged(Criterion::Cost));
        } else if !self.step.limited
            && better
            && length <= self.settings.step_tolerance * self.scaled_length(x)
        {
            self.stop = Some(Stop::Converged(Criterion::Step));
        } else if self.radius <= f64::EPSILON * self.scaled_length(x) || self.radius < 1e-290 {
            self.stop = Some(self.end_of_steps(x));
        }
        let accepted = if better { result } else { None };
        self.last_was_rejected = accepted.is_none();
        accepted
    }

    /// What it means that no shorter step is possible: a minimum to working precision, or a
    /// model whose values do not follow its derivatives.
    fn end_of_steps(&mut self, x: &[f64]) -> Stop {
        if self.gradient_cosine() <= 1e-6 {
            return Stop::Converged(Criterion::Step);
        }
        // A full step of 1e-8 that does not help lies below what rounding lets the cost show.
        let mut step = core::mem::replace(&mut self.step, Step::new(0));
        step.solve(self.model(), f64::INFINITY);
        self.step = step;
        if norm(&self.step.p) <= 1e-8 * self.scaled_length(x) {
            Stop::Converged(Criterion::Step)
        } else {
            Stop::Stalled
        }
    }

    /// The next radius.
    fn resize(&mut self, ratio: f64, length: f64) {
        if ratio.is_nan() || ratio < 0.25 {
            self.radius = 0.25 * length.min(self.radius);
        } else if ratio > 0.75 && self.step.limited {
            self.radius *= 2.0;
        }
    }
}

impl<P: LeastSquares> Solver<P, FitState> for TrustRegion {
    fn name(&self) -> &str {
        "bounded trust-region least squares"
    }

    fn init(
        &mut self,
        problem: &mut Problem<P>,
        mut state: FitState,
    ) -> Result<(FitState, Option<KV>), Error> {
        let wrong = |text: &str| Error::from(ArgminError::InvalidParameter { text: text.into() });
        let inner = problem.problem.as_mut().ok_or_else(|| wrong("there is no problem"))?;
        let mut x = state.take_param().ok_or_else(|| wrong("there is no start"))?;
        let n = inner.parameters();
        if x.len() != n || !self.bounds.fits(n) {
            return Err(wrong("start, bounds and problem differ in size, or bounds are crossed"));
        }
        self.bounds.clamp(&mut x);
        let cost = self.start(inner, &x);
        count(problem, "evaluations", self.evaluations);
        count(problem, "jacobians", self.jacobians);
        let gradient = self.reduction.gradient.clone();
        Ok((state.param(x).cost(cost).gradient(gradient), None))
    }

    fn next_iter(
        &mut self,
        problem: &mut Problem<P>,
        mut state: FitState,
    ) -> Result<(FitState, Option<KV>), Error> {
        let missing = || ArgminError::NotInitialized { text: "init has not run".into() };
        let inner = problem.problem.as_mut().ok_or_else(missing)?;
        let mut x = state.param.take().ok_or_else(missing)?;
        self.stop = if inner.cancelled() {
            Some(Stop::Cancelled)
        } else if norm(&self.effective) == 0.0
            || self.gradient_cosine() <= self.settings.gradient_tolerance
        {
            Some(Stop::Converged(Criterion::Gradient))
        } else if self.evaluations >= self.settings.max_evaluations {
            Some(Stop::MaxEvaluations)
        } else {
            None
        };
        if self.stop.is_none()
            && let Some(cost) = self.advance(inner, &x, state.cost)
        {
            x.copy_from_slice(&self.trial);
            self.adopt();
            self.linearise(&x);
            state.prev_cost = state.cost;
            state.cost = cost;
            if let Some(gradient) = state.grad.as_mut() {
                gradient.copy_from_slice(&self.reduction.gradient);
            }
        }
        count(problem, "evaluations", self.evaluations);
        count(problem, "jacobians", self.jacobians);
        state.param = Some(x);
        Ok((state, None))
    }

    fn terminate(&mut self, _state: &FitState) -> TerminationStatus {
        match self.stop {
            Some(stop) => TerminationStatus::Terminated(stop.reason()),
            None => TerminationStatus::NotTerminated,
        }
    }
}

fn count<P>(problem: &mut Problem<P>, what: &'static str, number: usize) {
    problem.counts.insert(what, number as u64);
}
