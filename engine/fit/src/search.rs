use crate::evolve::evolve;
use crate::linear::{Projected, coefficients};
use crate::space::Space;
use crate::suspicion::climbs;
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
    /// How many of the seeded starts are tried even where the first run looks right: a minimum
    /// may look as good as a lower one, such as that of two terms with their roles exchanged.
    pub confirming: usize,
    /// Generations of a differential evolution where starts were not enough; 0 is none. Its
    /// evaluations are beside those of [`Settings::max_evaluations`].
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
    /// To the end when the first run looks wrong: it did not converge, a variable has lost its effect, ran
    /// ten thousand times its start away or ended at a bound, or neighbouring residuals agree
    /// beyond chance. Else only [`Ladder::confirming`] starts are tried.
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
            confirming: 12,
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
    /// Evaluations that belong to no run of their own.
    pub beside: usize,
}

/// Costs within this share of each other are equal: the earlier run counts.
const EQUAL: f64 = 1e-9;

/// Costs within this share of each other are those of one minimum.
const SAME_MINIMUM: f64 = 1e-6;

impl Found {
    /// Evaluations of all runs.
    pub fn evaluations(&self) -> usize {
        self.attempts.iter().map(|a| a.evaluations).sum::<usize>() + self.beside
    }

    /// Whether runs from different places have converged to the lowest cost.
    pub fn agree(&self) -> bool {
        let place = |rung: Rung| match rung {
            Rung::First | Rung::Radius(_) => 0,
            Rung::Seeded(k) => 1 + k,
            Rung::Evolved => usize::MAX,
        };
        let limit = self.fit.cost * (1.0 + SAME_MINIMUM);
        let lowest = self.attempts.iter().filter(|a| a.stop.converged() && a.cost <= limit);
        let mut places: Vec<usize> = lowest.map(|a| place(a.rung)).collect();
        places.sort_unstable();
        places.dedup();
        places.len() > 1
    }

    fn offer(&mut self, rung: Rung, fit: Fit) {
        self.attempts.push(attempt(rung, &fit));
        let lower = fit.cost < self.fit.cost * (1.0 - EQUAL);
        let surer = fit.converged() && !self.fit.converged() && fit.cost <= self.fit.cost;
        if lower || surer {
            self.fit = fit;
            self.rung = rung;
        }
    }
}

/// Runs independent jobs, in this thread or in those that the caller has.
pub trait Spread: Sync {
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

/// Runs that keep more numbers than this let go of them unless they win; the winner's are computed
/// again. Without that a search would hold the Jacobians of all its runs at the same time.
const HEAVY: usize = 50_000;

/// Shares of the evaluations: what the first run may use before others are tried, and what each
/// run from the same start may use. A run that crept along is taken up again in the end.
const FIRST: usize = 4;
const AGAIN: usize = 12;

/// Fits from `start` and, as the ladder says, from elsewhere; the lowest cost wins, and of
/// equal costs (to 1e-9) the earlier run.
///
/// All local runs together use [`Settings::max_evaluations`] at most. The climb ends early when
/// two runs from different places have converged to the lowest cost. Every job works on its own
/// copy of the problem and its own random stream, so the result does not depend on how `spread`
/// runs them.
pub fn search<P: LeastSquares + Clone + Sync>(
    problem: &P,
    start: &[f64],
    bounds: &Bounds,
    settings: &Settings,
    ladder: &Ladder,
    spread: &dyn Spread,
    cancelled: &(dyn Fn() -> bool + Sync),
) -> Found {
    let climber = Climber { problem, start, bounds, settings, ladder, spread, cancelled };
    let alone = ladder.when == Climb::Never;
    let all = settings.max_evaluations;
    let first = climber.local(start, if alone { all } else { all.div_ceil(FIRST) });
    let mut found = Found {
        attempts: vec![attempt(Rung::First, &first)],
        fit: first,
        rung: Rung::First,
        beside: 0,
    };
    if !alone && found.fit.stop != Stop::Cancelled {
        climber.climb(&mut found);
    }
    found
}

/// What all rungs of one search share.
struct Climber<'a, P> {
    problem: &'a P,
    start: &'a [f64],
    bounds: &'a Bounds,
    settings: &'a Settings,
    ladder: &'a Ladder,
    spread: &'a dyn Spread,
    cancelled: &'a (dyn Fn() -> bool + Sync),
}

impl<P: LeastSquares + Clone + Sync> Climber<'_, P> {
    fn local(&self, from: &[f64], evaluations: usize) -> Fit {
        self.local_with(from, evaluations, 1.0)
    }

    fn local_with(&self, from: &[f64], evaluations: usize, radius: f64) -> Fit {
        let settings = Settings {
            max_evaluations: evaluations.max(1),
            initial_radius: self.settings.initial_radius * radius,
            ..*self.settings
        };
        let cancelled = self.cancelled;
        solve(&mut self.problem.clone(), from, self.bounds, &settings, &|| cancelled())
    }

    /// Runs local fits, in whatever order, of which most come to nothing.
    fn many(&self, count: usize, job: &(dyn Fn(usize) -> Fit + Sync)) -> Vec<Fit> {
        self.spread.run(count, &|k| {
            if (self.cancelled)() {
                return Fit { stop: Stop::Cancelled, ..Fit::unstarted(0, self.start.to_vec()) };
            }
            let fit = job(k);
            if fit.size() > HEAVY { fit.light() } else { fit }
        })
    }

    /// Makes the best run whole again.
    fn recall(&self, found: &mut Found) {
        found.fit.recall(&mut self.problem.clone(), self.settings);
    }

    /// Evaluations that are left to local runs.
    fn left(&self, found: &Found) -> usize {
        self.settings.max_evaluations.saturating_sub(found.evaluations())
    }

    /// Whether further rungs are wanted.
    fn goes_on(&self, found: &Found) -> bool {
        !(self.cancelled)()
            && (self.ladder.when == Climb::Always || self.looks_wrong(&found.fit, found.agree()))
    }

    fn looks_wrong(&self, fit: &Fit, agreed: bool) -> bool {
        climbs(self.ladder, fit, self.bounds, agreed)
    }

    fn climb(&self, found: &mut Found) {
        let Fit { x, start, stop, .. } = &found.fit;
        let (x, start, stop) = (x.clone(), start.clone(), *stop);
        self.elsewhere(found);
        // What lies nearest to the start is wanted, of several minima of the same cost.
        if stop == Stop::MaxEvaluations && !(self.cancelled)() {
            let fit = self.local(&x, self.left(found));
            found.attempts.push(attempt(Rung::First, &fit));
            if fit.converged() && fit.cost <= found.fit.cost * (1.0 + EQUAL) {
                (found.fit, found.rung) = (Fit { start, ..fit }, Rung::First);
            }
        }
    }

    fn elsewhere(&self, found: &mut Found) {
        let wrong = self.goes_on(found);
        if wrong {
            self.other_radii(found);
        }
        let starts = seeded_starts(self.start, self.bounds, self.ladder);
        if starts.is_empty() || (self.cancelled)() {
            return;
        }
        // What the residuals are linear in need not be searched: it follows the rest.
        let cancelled = self.cancelled;
        let linear = coefficients(&mut self.problem.clone(), self.start, &|| cancelled());
        let projected = Projected::new(self.problem.clone(), linear, self.bounds);
        found.beside += 1 + self.start.len();
        let (few, rest) = starts.split_at(self.ladder.confirming.min(starts.len()));
        self.seeded(found, &projected, few, 0);
        let lonely = matches!(found.rung, Rung::Seeded(_)) && !found.agree();
        if self.goes_on(found) || lonely && !(self.cancelled)() {
            self.seeded(found, &projected, rest, few.len());
        }
        if !found.fit.converged() && found.rung != Rung::First && !(self.cancelled)() {
            let fit = self.local(&found.fit.x, self.left(found));
            found.offer(found.rung, fit);
        }
        if self.ladder.generations > 0 && self.goes_on(found) {
            self.evolved(found, &projected);
        }
    }

    fn other_radii(&self, found: &mut Found) {
        let radii = &self.ladder.radii;
        let each = self.settings.max_evaluations.div_ceil(AGAIN);
        let fits = self.many(radii.len(), &|k| {
            self.local_with(self.start, each, radii.get(k).copied().unwrap_or(1.0))
        });
        for (factor, fit) in radii.iter().zip(fits) {
            found.offer(Rung::Radius(*factor), fit);
        }
        self.recall(found);
    }

    /// Tries starts for a short while and follows the cheapest to the end; `from` is the number
    /// of the first one.
    fn seeded(
        &self,
        found: &mut Found,
        projected: &Projected<P>,
        starts: &[Vec<f64>],
        from: usize,
    ) {
        found.beside += starts.len() * projected.evaluations();
        let mut followed = Vec::with_capacity(starts.len());
        for x in starts {
            if (self.cancelled)() {
                return;
            }
            followed.push(follow(projected, x.clone()));
        }
        let starts = followed;
        let brief = self.ladder.scouting.min(self.left(found) / starts.len().max(1)).max(1);
        let scouted = self
            .many(starts.len(), &|k| self.local(starts.get(k).map_or(self.start, |s| s), brief));
        let mut order: Vec<usize> = (0..scouted.len()).collect();
        // The sort is stable, so equal costs keep the order of the starts.
        order.sort_by(|a, b| scouted[*a].cost.total_cmp(&scouted[*b].cost));
        order.truncate(self.ladder.polished);
        order.retain(|k| !scouted[*k].converged());
        order.sort_unstable();
        for (k, scout) in scouted.iter().enumerate() {
            if order.contains(&k) {
                found.beside += scout.evaluations;
            } else {
                found.offer(Rung::Seeded(from + k), scout.clone());
            }
        }
        let share = self.settings.max_evaluations.div_ceil(AGAIN);
        let each = share.min(self.left(found) / order.len().max(1));
        let polished = self.many(order.len(), &|k| {
            let scout = order.get(k).and_then(|i| scouted.get(*i));
            self.local(scout.map_or(self.start, |s| s.x.as_slice()), each)
        });
        for (k, fit) in order.into_iter().zip(polished) {
            found.offer(Rung::Seeded(from + k), fit);
        }
        self.recall(found);
    }

    fn evolved(&self, found: &mut Found, projected: &Projected<P>) {
        let space = Space::new(self.start, self.bounds);
        let way = (self.ladder.generations, self.ladder.seed);
        let cancelled = self.cancelled;
        let evolved = evolve(&mut projected.clone(), &space, way, self.settings, &|| cancelled());
        if let Some(evolved) = evolved {
            let from = follow(projected, evolved.x);
            let mut fit = self.local(&from, self.settings.max_evaluations);
            fit.evaluations += evolved.evaluations;
            found.offer(Rung::Evolved, fit);
        }
    }
}

/// The point with the best linear coefficients, where there are any.
fn follow<P: LeastSquares + Clone>(projected: &Projected<P>, x: Vec<f64>) -> Vec<f64> {
    if projected.evaluations() == 0 {
        return x;
    }
    projected.clone().best(&x).map_or(x, |(best, _)| best)
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
    use crate::{Evaluation, Loss};

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
    fn a_run_that_won_has_its_residuals_however_many_there_are() {
        let start = [1.0, 2.9];
        let (bounds, settings) = (Bounds::open(2), Settings::default());
        let whole = solve(&mut Wave, &start, &bounds, &settings, &|| false);
        for loss in [Loss::Linear, Loss::Cauchy { scale: 0.1 }] {
            let settings = Settings { loss, ..settings };
            let whole = solve(&mut Wave, &start, &bounds, &settings, &|| false);
            let mut light = whole.clone().light();
            assert!(light.size() == 0 && whole.size() == 40 * 4);
            light.recall(&mut Wave, &settings);
            assert_eq!(light, whole);
        }
        // What is whole is not evaluated again.
        let mut kept = Fit { residuals: vec![7.0; 40], ..whole };
        kept.recall(&mut Wave, &settings);
        assert_eq!(kept.residuals, [7.0; 40]);
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
