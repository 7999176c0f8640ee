use crate::evolve::evolve;
use crate::linear::{Projected, coefficients};
use crate::numeric::norm;
use crate::space::Space;
use crate::{Bounds, Fit, LeastSquares, Settings, Stop, solve};

/// What to try when one local run is not enough.
#[derive(Clone, PartialEq, Debug)]
pub struct Ladder {
    /// First radii of further local runs from the same start, as factors of the settings' own.
    pub radii: Vec<f64>,
    /// Seeded starts inside the bounds.
    pub starts: usize,
    /// How many of the cheapest seeded starts are followed to the end.
    pub polished: usize,
    /// Evaluations that each seeded start gets before the cheapest are chosen.
    pub scouting: usize,
    /// Generations of a differential evolution where starts were not enough; 0 is none.
    pub generations: usize,
    /// Seed of the starts.
    pub seed: u64,
    /// When to climb.
    pub when: Climb,
}

/// When further rungs are tried.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub enum Climb {
    /// Never: one local run.
    Never,
    /// When the first run looks wrong: it did not converge, a variable has lost its effect, ran
    /// ten thousand times its start away or ended at a bound, or neighbouring residuals agree
    /// beyond chance.
    #[default]
    WhenSuspicious,
    /// When it looks wrong, or the root mean square of the residuals is above this value.
    WhenAbove(f64),
    /// Always.
    Always,
}

impl Default for Ladder {
    fn default() -> Self {
        Ladder {
            radii: vec![0.01, 100.0],
            starts: 24,
            polished: 3,
            scouting: 25,
            generations: 60,
            seed: 1,
            when: Climb::WhenSuspicious,
        }
    }
}

/// The rung of the ladder that a run stood on.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Rung {
    /// The given start.
    First,
    /// The given start with another first radius.
    Radius(f64),
    /// A seeded start, by its number.
    Seeded(usize),
    /// The best member of a differential evolution.
    Evolved,
}

/// What one run of a search came to.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Attempt {
    /// Its rung.
    pub rung: Rung,
    /// Its cost; infinite when it had no finite start.
    pub cost: f64,
    /// Why it ended.
    pub stop: Stop,
    /// Its evaluations.
    pub evaluations: usize,
}

/// The best run of a search and what else was tried.
#[derive(Clone, PartialEq, Debug)]
pub struct Found {
    /// The run with the lowest cost.
    pub fit: Fit,
    /// The rung that it stood on.
    pub rung: Rung,
    /// Every run, in order.
    pub attempts: Vec<Attempt>,
}

impl Found {
    /// Evaluations of all runs.
    pub fn evaluations(&self) -> usize {
        self.attempts.iter().map(|a| a.evaluations).sum()
    }

    fn offer(&mut self, rung: Rung, fit: Fit) {
        self.attempts.push(attempt(rung, &fit));
        let lower = fit.cost < self.fit.cost * (1.0 - 1e-9);
        let surer = fit.converged() && !self.fit.converged() && fit.cost <= self.fit.cost;
        if lower || surer {
            self.fit = fit;
            self.rung = rung;
        }
    }
}

/// Runs independent jobs, in this thread or in those that the caller has.
pub trait Spread {
    /// The results of `job(0)`, `job(1)`, … in this order, whatever the order of running.
    fn run(&self, count: usize, job: &(dyn Fn(usize) -> Fit + Sync)) -> Vec<Fit>;
}

/// One job after the other in the caller's thread.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sequential;

impl Spread for Sequential {
    fn run(&self, count: usize, job: &(dyn Fn(usize) -> Fit + Sync)) -> Vec<Fit> {
        (0..count).map(job).collect()
    }
}

/// Fits from `start` and, as the ladder says, from elsewhere; the lowest cost wins, and of
/// equal costs (to 1e-9) the earlier run.
///
/// Every job works on its own copy of the problem and its own random stream, so the result
/// does not depend on how `spread` runs them.
pub fn search<P: LeastSquares + Clone + Sync>(
    problem: &P,
    start: &[f64],
    bounds: &Bounds,
    settings: &Settings,
    ladder: &Ladder,
    spread: &dyn Spread,
    cancelled: &(dyn Fn() -> bool + Sync),
) -> Found {
    let local = |from: &[f64], settings: &Settings| {
        solve(&mut problem.clone(), from, bounds, settings, &|| cancelled())
    };
    let first = local(start, settings);
    let mut found =
        Found { attempts: vec![attempt(Rung::First, &first)], fit: first, rung: Rung::First };
    if !climbs(ladder, &found.fit, bounds) {
        return found;
    }
    let radii = spread.run(ladder.radii.len(), &|k| {
        let factor = ladder.radii.get(k).copied().unwrap_or(1.0);
        let initial_radius = settings.initial_radius * factor;
        local(start, &Settings { initial_radius, ..*settings })
    });
    for (factor, fit) in ladder.radii.iter().zip(radii) {
        found.offer(Rung::Radius(*factor), fit);
    }
    if cancelled()
        || ladder.starts == 0
        || (ladder.when != Climb::Always && !climbs(ladder, &found.fit, bounds))
    {
        return found;
    }
    // What the residuals are linear in need not be searched: it follows the rest.
    let linear = coefficients(&mut problem.clone(), start);
    let projected = Projected::new(problem.clone(), linear, bounds);
    let follow = |x: Vec<f64>| projected.clone().best(&x).map_or(x, |(best, _)| best);
    let starts = seeded_starts(start, bounds, ladder);
    let starts: Vec<Vec<f64>> = starts.into_iter().map(follow).collect();
    let brief =
        Settings { max_evaluations: ladder.scouting.min(settings.max_evaluations), ..*settings };
    let scouted = spread.run(starts.len(), &|k| local(starts.get(k).map_or(start, |s| s), &brief));
    let mut order: Vec<usize> = (0..scouted.len()).collect();
    // The sort is stable, so equal costs keep the order of the starts.
    order.sort_by(|a, b| scouted[*a].cost.total_cmp(&scouted[*b].cost));
    order.truncate(ladder.polished);
    order.sort_unstable();
    let polished = spread.run(order.len(), &|k| {
        let scout = order.get(k).and_then(|i| scouted.get(*i));
        scout.map_or_else(|| local(start, settings), |s| local(&s.x, settings))
    });
    for (k, scout) in scouted.iter().enumerate().filter(|(k, _)| !order.contains(k)) {
        found.attempts.push(attempt(Rung::Seeded(k), scout));
    }
    for (k, fit) in order.into_iter().zip(polished) {
        found.offer(Rung::Seeded(k), fit);
    }
    if cancelled()
        || ladder.generations == 0
        || (ladder.when != Climb::Always && !climbs(ladder, &found.fit, bounds))
    {
        return found;
    }
    let space = Space::new(start, bounds);
    let way = (ladder.generations, ladder.seed);
    let evolved = evolve(&mut projected.clone(), &space, way, settings, &|| cancelled());
    if let Some(evolved) = evolved {
        let mut fit = local(&follow(evolved.x), settings);
        fit.evaluations += evolved.evaluations;
        found.offer(Rung::Evolved, fit);
    }
    found
}

/// A local run that does not give up at once: one that ends before it has converged is repeated
/// from the same start with other first radii, and then from where the best of them ended, with
/// scales of its own. The lowest cost wins; a run that converged wins among equal costs.
pub(crate) fn insist<P: LeastSquares>(
    problem: &mut P,
    start: &[f64],
    bounds: &Bounds,
    settings: &Settings,
    cancelled: &dyn Fn() -> bool,
) -> Fit {
    let mut best = solve(problem, start, bounds, settings, cancelled);
    let mut evaluations = best.evaluations;
    let radii = [Some(0.01), Some(100.0), None];
    for radius in radii {
        let hopeless = matches!(best.stop, Stop::Cancelled | Stop::NonFinite);
        if best.converged() || hopeless || settings.max_evaluations <= 1 {
            break;
        }
        let from = if radius.is_some() { start.to_vec() } else { best.x.clone() };
        let initial_radius = settings.initial_radius * radius.unwrap_or(1.0);
        let again = Settings { initial_radius, ..*settings };
        let fit = solve(problem, &from, bounds, &again, cancelled);
        evaluations += fit.evaluations;
        let equal = fit.cost <= best.cost * (1.0 + 1e-9);
        if fit.cost < best.cost * (1.0 - 1e-9) || (fit.converged() && equal) {
            best = fit;
        }
    }
    Fit { evaluations, ..best }
}

fn attempt(rung: Rung, fit: &Fit) -> Attempt {
    Attempt { rung, cost: fit.cost, stop: fit.stop, evaluations: fit.evaluations }
}

/// Whether to try more after this run.
fn climbs(ladder: &Ladder, fit: &Fit, bounds: &Bounds) -> bool {
    if fit.stop == Stop::Cancelled {
        return false;
    }
    match ladder.when {
        Climb::Never => false,
        Climb::Always => true,
        Climb::WhenSuspicious => suspicious(fit, bounds),
        Climb::WhenAbove(limit) => {
            let count = fit.residuals.len().max(1) as f64;
            suspicious(fit, bounds) || (2.0 * fit.cost / count).sqrt() > limit
        }
    }
}

/// A variable whose whole value changes the residuals by less than this share has lost its
/// effect; one that is so many times its start has run away.
const NO_EFFECT: f64 = 1e-10;
const AWAY: f64 = 1e4;

/// Neighbouring residuals agree beyond chance above so many standard deviations of the lag-one
/// correlation, which are `1 / sqrt(n)`; fewer residuals say nothing.
const AGREE: f64 = 3.0;
const FEWEST: usize = 8;

fn suspicious(fit: &Fit, bounds: &Bounds) -> bool {
    let rows = fit.residuals.len().max(1);
    let size = norm(&fit.effective);
    let variables = || fit.x.iter().zip(&fit.start);
    let lost = fit.jacobian.chunks(rows).zip(variables()).any(|(column, (x, start))| {
        norm(column) * x.abs().max(start.abs()) <= NO_EFFECT * size
            || column.iter().all(|v| *v == 0.0)
    });
    let away = variables().any(|(x, start)| *start != 0.0 && x.abs() > AWAY * start.abs());
    let ends = bounds.low.iter().zip(&bounds.high);
    let at_end = fit.x.iter().zip(ends).any(|(x, (low, high))| x == low || x == high);
    !fit.converged() || lost || away || at_end || wavers(&fit.effective)
}

/// Whether neighbouring residuals agree beyond chance.
fn wavers(residuals: &[f64]) -> bool {
    let squares: f64 = residuals.iter().map(|r| r * r).sum();
    let neighbours: f64 = residuals.iter().zip(residuals.iter().skip(1)).map(|(a, b)| a * b).sum();
    residuals.len() >= FEWEST && neighbours > AGREE * squares / (residuals.len() as f64).sqrt()
}

/// Starts inside the bounds. Open variables are taken within two decades of the start: with its
/// sign in one half of the starts, with either sign in the other.
fn seeded_starts(start: &[f64], bounds: &Bounds, ladder: &Ladder) -> Vec<Vec<f64>> {
    let space = Space::new(start, bounds);
    let units = space.hypercube(ladder.starts, ladder.seed);
    units.iter().enumerate().map(|(k, unit)| space.point(unit, k % 2 == 0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Evaluation;

    /// A wave whose frequency has many local minima.
    #[derive(Clone)]
    struct Wave;
    impl LeastSquares for Wave {
        fn parameters(&self) -> usize {
            2
        }
        fn residuals(&self) -> usize {
            40
        }
        fn evaluate(&mut self, x: &[f64], r: &mut [f64], mut j: Option<&mut [f64]>) -> Evaluation {
            for (i, r) in r.iter_mut().enumerate() {
                let t = i as f64 / 4.0;
                *r = x[0] * (x[1] * t).sin() - 2.0 * (3.0 * t).sin();
                if let Some(j) = j.as_deref_mut() {
                    j[i] = (x[1] * t).sin();
                    j[40 + i] = x[0] * t * (x[1] * t).cos();
                }
            }
            Evaluation::Done
        }
    }

    /// Runs jobs backwards, as threads might.
    struct Backwards;
    impl Spread for Backwards {
        fn run(&self, count: usize, job: &(dyn Fn(usize) -> Fit + Sync)) -> Vec<Fit> {
            let mut all: Vec<Fit> = (0..count).rev().map(job).collect();
            all.reverse();
            all
        }
    }

    #[test]
    fn the_ladder_finds_what_one_run_misses_in_any_order() {
        let bounds = Bounds::of(&[(0.1, 10.0), (0.1, 6.0)]);
        let settings = Settings::default();
        let climb = |when, spread: &dyn Spread| {
            let ladder = Ladder { when, ..Ladder::default() };
            search(&Wave, &[1.0, 0.5], &bounds, &settings, &ladder, spread, &|| false)
        };
        assert!(climb(Climb::Never, &Sequential).fit.cost > 1.0);
        let found = climb(Climb::WhenAbove(0.1), &Sequential);
        assert!(found.fit.cost < 1e-20 && matches!(found.rung, Rung::Seeded(_)), "{found:?}");
        assert_eq!(found, climb(Climb::WhenAbove(0.1), &Backwards));
    }

    #[test]
    fn starts_fill_every_slice_once() {
        let bounds = Bounds::of(&[(0.0, 1.0), (f64::NEG_INFINITY, f64::INFINITY)]);
        let ladder = Ladder { starts: 10, ..Ladder::default() };
        let starts = seeded_starts(&[0.5, -3.0], &bounds, &ladder);
        let mut slices: Vec<usize> = starts.iter().map(|s| (s[0] * 10.0) as usize).collect();
        slices.sort_unstable();
        assert_eq!(slices, (0..10).collect::<Vec<_>>());
        assert!(starts.iter().step_by(2).all(|s| (-300.0..=-0.03).contains(&s[1])));
        assert!(starts.iter().all(|s| s[1].abs() <= 300.0));
        assert!(starts.iter().any(|s| s[1] > 0.0));
    }
}
