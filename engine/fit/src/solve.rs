use crate::{Bounds, Cancellable, Evaluation, LeastSquares, Settings, Stop, TrustRegion};
use argmin::core::{Executor, State};

/// Where a run ended and what is known there. Everything is in working variables.
#[derive(Clone, PartialEq, Debug)]
pub struct Fit {
    /// The point with the lowest cost.
    pub x: Vec<f64>,
    /// Where the run began, moved into the bounds.
    pub start: Vec<f64>,
    /// Half the sum of the squared residuals, or the loss of them.
    pub cost: f64,
    /// The residuals as the problem gave them.
    pub residuals: Vec<f64>,
    /// The residuals as a robust loss weighs them; equal to `residuals` without one.
    pub effective: Vec<f64>,
    /// The derivatives of `effective`, column-major.
    pub jacobian: Vec<f64>,
    /// Why the run ended.
    pub stop: Stop,
    /// Evaluations of the residuals.
    pub evaluations: usize,
    /// Those of them that asked for derivatives.
    pub jacobians: usize,
}

impl Fit {
    /// Whether the run met one of its tests.
    pub fn converged(&self) -> bool {
        self.stop.converged()
    }

    /// How many numbers it keeps for its residuals.
    pub(crate) fn size(&self) -> usize {
        self.residuals.len() + self.effective.len() + self.jacobian.len()
    }

    /// The run without its residuals and their derivatives, which [`Fit::recall`] finds again.
    pub(crate) fn light(self) -> Fit {
        Fit { residuals: Vec::new(), effective: Vec::new(), jacobian: Vec::new(), ..self }
    }

    /// Finds residuals and derivatives again, if they were left out.
    pub(crate) fn recall(&mut self, problem: &mut impl LeastSquares, settings: &Settings) {
        let rows = problem.residuals();
        if self.residuals.len() == rows {
            return;
        }
        let Fit { x, residuals, effective, jacobian, .. } = self;
        residuals.resize(rows, f64::NAN);
        jacobian.resize(rows * x.len(), f64::NAN);
        let done = problem.evaluate(x, residuals, Some(jacobian));
        if done == Evaluation::NonFinite {
            residuals.fill(f64::NAN);
            jacobian.fill(f64::NAN);
        }
        effective.clone_from(residuals);
        settings.loss.reweight(effective, jacobian);
        settings.loss.settle(residuals, effective, jacobian);
    }

    /// A run that never began, of so many residuals.
    pub(crate) fn unstarted(m: usize, start: Vec<f64>) -> Fit {
        let n = start.len();
        Fit {
            x: start.clone(),
            start,
            cost: f64::INFINITY,
            residuals: vec![f64::NAN; m],
            effective: vec![f64::NAN; m],
            jacobian: vec![f64::NAN; m * n],
            stop: Stop::NonFinite,
            evaluations: 0,
            jacobians: 0,
        }
    }
}

/// Runs one local fit from `start`.
///
/// `cancelled` is asked before each evaluation. Start and bounds must have one entry for each
/// variable of the problem, or the result is a run that ended with [`Stop::NonFinite`] before
/// its first evaluation; [`Variables`](crate::Variables) makes them fit.
pub fn solve<P: LeastSquares>(
    problem: &mut P,
    start: &[f64],
    bounds: &Bounds,
    settings: &Settings,
    cancelled: &dyn Fn() -> bool,
) -> Fit {
    let mut begin = start.to_vec();
    bounds.clamp(&mut begin);
    let rows = problem.residuals();
    let none = |start: Vec<f64>| Fit::unstarted(rows, start);
    if cancelled() {
        return Fit { stop: Stop::Cancelled, ..none(begin) };
    }
    let solver = TrustRegion::new(bounds.clone(), *settings);
    let target = Cancellable { problem, cancelled };
    let run = Executor::new(target, solver)
        .configure(|state| state.param(begin.clone()))
        .timer(false)
        .ctrlc(false)
        .run();
    let Ok(done) = run else { return none(begin) };
    let (solver, state) = (done.solver, done.state);
    let stop = solver.stop.unwrap_or(Stop::Stalled);
    if stop == Stop::NonFinite {
        return Fit { evaluations: solver.evaluations, jacobians: solver.jacobians, ..none(begin) };
    }
    let (mut effective, mut jacobian) = (solver.effective, solver.jacobian);
    settings.loss.settle(&solver.residuals, &mut effective, &mut jacobian);
    Fit {
        x: state.get_param().cloned().unwrap_or_else(|| begin.clone()),
        start: begin,
        cost: state.get_cost(),
        residuals: solver.residuals,
        effective,
        jacobian,
        stop,
        evaluations: solver.evaluations,
        jacobians: solver.jacobians,
    }
}
