use crate::{
    Bounds, Fit, LeastSquares, Mapped, RawModel, Settings, Statistics, Variables, solve, t_quantile,
};

/// The interval of one parameter by profile likelihood.
#[derive(Clone, PartialEq, Debug)]
pub struct Profile {
    /// The parameter.
    pub name: String,
    /// Lower end, raw; `None` where the cost does not rise enough before the range ends, or
    /// the parameter has no end there.
    pub low: Option<f64>,
    /// Upper end, raw.
    pub high: Option<f64>,
    /// Evaluations that it took.
    pub evaluations: usize,
}

/// Doublings of the distance until the cost has risen enough, and halvings of the bracket.
const DOUBLINGS: usize = 40;
const HALVINGS: usize = 60;

/// An end is found to this share of its distance from the best value.
const EXACT: f64 = 1e-6;

/// Intervals by profile likelihood: the values of a parameter at which the cost, minimised over
/// all others, has risen by what Student's t allows, `2 Δcost = s² t²` (D. M. Bates and
/// D. G. Watts, Nonlinear Regression Analysis, 1988, chapter 6). They follow the curvature of
/// the problem, which [`statistics`](crate::statistics) takes as a straight line.
///
/// `fit` and `statistics` are those of this model with these variables. Each end costs some ten
/// short fits, each of which begins where the one before ended.
pub fn profiles<M: RawModel>(
    model: M,
    variables: &Variables,
    fit: &Fit,
    statistics: &Statistics,
    level: f64,
    settings: &Settings,
    cancelled: &dyn Fn() -> bool,
) -> Vec<Profile> {
    let freedom = statistics.degrees_of_freedom;
    let t = t_quantile(level, freedom);
    let rise = 0.5 * (statistics.deviation * t).powi(2);
    let mut walk = Walk {
        problem: Mapped::new(model, variables),
        bounds: variables.bounds(),
        settings: Settings { initial_radius: 0.1, ..*settings },
        limit: fit.cost + rise,
        cancelled,
        evaluations: 0,
    };
    let mut all = Vec::new();
    for (j, parameter) in statistics.parameters.iter().enumerate() {
        let before = walk.evaluations;
        let mut end = |sign: f64| {
            // Without a finite error there is no step to begin with.
            let step = parameter.deviation * t;
            let known = step.is_finite() && step > 0.0 && rise > 0.0 && freedom > 0.0;
            let found = walk.end(fit, j, sign * if known { step } else { return None })?;
            let variable = variables.free().nth(j)?;
            Some(variable.raw(found))
        };
        let (low, high) = (end(-1.0), end(1.0));
        let evaluations = walk.evaluations - before;
        all.push(Profile { name: parameter.name.clone(), low, high, evaluations });
    }
    all
}

struct Walk<'a, M> {
    problem: Mapped<'a, M>,
    bounds: Bounds,
    settings: Settings,
    /// The cost at an end.
    limit: f64,
    cancelled: &'a dyn Fn() -> bool,
    evaluations: usize,
}

impl<M: RawModel> Walk<'_, M> {
    /// The working value in the direction of `step` at which the profiled cost meets the limit.
    fn end(&mut self, fit: &Fit, j: usize, step: f64) -> Option<f64> {
        let best = *fit.x.get(j)?;
        let border = *if step < 0.0 { self.bounds.low.get(j) } else { self.bounds.high.get(j) }?;
        let mut inside = (best, fit.x.clone());
        let mut outside = None;
        let mut distance = step;
        for _ in 0..DOUBLINGS {
            let beyond = (best + distance - border) * step.signum() >= 0.0;
            let at = if beyond { border } else { best + distance };
            match self.profiled(&inside.1, j, at) {
                Some((cost, x)) if cost < self.limit => inside = (at, x),
                _ => {
                    outside = Some(at);
                    break;
                }
            }
            if beyond {
                return None;
            }
            distance *= 2.0;
        }
        let mut outside = outside?;
        for _ in 0..HALVINGS {
            if (outside - inside.0).abs() <= EXACT * (outside - best).abs() {
                break;
            }
            let middle = 0.5 * (inside.0 + outside);
            match self.profiled(&inside.1, j, middle) {
                Some((cost, x)) if cost < self.limit => inside = (middle, x),
                _ => outside = middle,
            }
        }
        Some(0.5 * (inside.0 + outside))
    }

    /// The least cost with variable `j` held.
    fn profiled(&mut self, from: &[f64], j: usize, at: f64) -> Option<(f64, Vec<f64>)> {
        if (self.cancelled)() {
            return None;
        }
        let mut start = from.to_vec();
        *start.get_mut(j)? = at;
        let mut held = self.bounds.clone();
        (*held.low.get_mut(j)?, *held.high.get_mut(j)?) = (at, at);
        if self.problem.parameters() == 1 {
            let mut residuals = vec![0.0; self.problem.residuals()];
            self.evaluations += 1;
            let done = self.problem.evaluate(&start, &mut residuals, None);
            let cost = self.settings.loss.cost(&residuals);
            return (done == crate::Evaluation::Done && cost.is_finite()).then_some((cost, start));
        }
        let fit = solve(&mut self.problem, &start, &held, &self.settings, self.cancelled);
        self.evaluations += fit.evaluations;
        fit.cost.is_finite().then_some((fit.cost, fit.x))
    }
}
