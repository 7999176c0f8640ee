//! Differential evolution (R. Storn and K. Price, Journal of Global Optimization 11, 1997): a
//! population that moves by its own differences. It needs no derivatives and no good start; the
//! best member is followed to its minimum afterwards.

use crate::space::Space;
use crate::{Evaluation, LeastSquares, Settings, SplitMix};

/// Members: so many for each variable, between the two ends.
const MEMBERS: usize = 8;
const FEWEST: usize = 32;
const MOST: usize = 96;

/// Share of a difference that a member moves by, and chance of each coordinate to move.
const SHARE: f64 = 0.65;
const CHANCE: f64 = 0.9;

/// Where an evolution ended.
pub(crate) struct Evolved {
    pub(crate) x: Vec<f64>,
    pub(crate) evaluations: usize,
}

struct Member {
    unit: Vec<f64>,
    x: Vec<f64>,
    cost: f64,
}

/// Lets a population evolve in a space; the result depends on the seed alone.
pub(crate) fn evolve<P: LeastSquares>(
    problem: &mut P,
    space: &Space,
    (generations, seed): (usize, u64),
    settings: &Settings,
    cancelled: &dyn Fn() -> bool,
) -> Option<Evolved> {
    let n = problem.parameters();
    let count = (MEMBERS * n).clamp(FEWEST, MOST);
    let mut residuals = vec![0.0; problem.residuals()];
    let mut evaluations = 0;
    let mut grow = |problem: &mut P, unit: Vec<f64>| {
        let x = space.point(&unit, false);
        evaluations += 1;
        let done = problem.evaluate(&x, &mut residuals, None);
        let cost = settings.loss.cost(&residuals);
        let cost = if done == Evaluation::Done && cost.is_finite() { cost } else { f64::INFINITY };
        Member { unit, x, cost }
    };
    let mut members = Vec::with_capacity(count);
    for unit in space.hypercube(count, seed) {
        if cancelled() {
            return None;
        }
        members.push(grow(problem, unit));
    }
    let mut random = SplitMix::for_job(seed, n as u64);
    for _ in 0..generations {
        for i in 0..members.len() {
            if cancelled() {
                return None;
            }
            // Others than each other: a difference of a member with itself moves nothing.
            let (a, b) = (random.below(count), random.below(count));
            let c = (b + 1 + random.below(count - 1)) % count;
            let forced = random.below(n.max(1));
            let best = least(&members);
            let unit = (0..n).map(|j| {
                let of = |m: usize| members.get(m).and_then(|m| m.unit.get(j)).map_or(0.5, |u| *u);
                if j != forced && random.unit() > CHANCE {
                    return of(i);
                }
                // One in three goes towards the best member, the others start from anywhere.
                let base = if i % 3 != 0 { of(a) } else { of(i) + SHARE * (of(best) - of(i)) };
                folded(base + SHARE * (of(b) - of(c)))
            });
            let child = grow(problem, unit.collect());
            if let Some(member) = members.get_mut(i)
                && child.cost <= member.cost
            {
                *member = child;
            }
        }
    }
    let best = least(&members);
    let best = members.into_iter().nth(best).filter(|m| m.cost.is_finite())?;
    Some(Evolved { x: best.x, evaluations })
}

fn least(members: &[Member]) -> usize {
    let ranked = members.iter().enumerate();
    ranked.min_by(|(_, a), (_, b)| a.cost.total_cmp(&b.cost)).map_or(0, |(i, _)| i)
}

/// Folds a coordinate back into the unit interval.
fn folded(u: f64) -> f64 {
    let u = u.rem_euclid(2.0);
    if u > 1.0 { 2.0 - u } else { u }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Bounds;

    /// A cost with a minimum in every unit square but one lowest.
    struct Egg;
    impl LeastSquares for Egg {
        fn parameters(&self) -> usize {
            2
        }
        fn residuals(&self) -> usize {
            4
        }
        fn evaluate(&mut self, x: &[f64], r: &mut [f64], _: Option<&mut [f64]>) -> Evaluation {
            let wave = |v: f64| (10.0 * (1.0 - (core::f64::consts::TAU * v).cos())).sqrt();
            (r[0], r[1]) = (x[0] - 2.0, x[1] + 1.0);
            (r[2], r[3]) = (wave(x[0] - 2.0), wave(x[1] + 1.0));
            Evaluation::Done
        }
    }

    #[test]
    fn the_lowest_of_many_minima_is_found_again_and_again() {
        let bounds = Bounds::of(&[(-5.0, 5.0), (-5.0, 5.0)]);
        let space = Space::new(&[0.0, 0.0], &bounds);
        for seed in 0..10 {
            let run = || evolve(&mut Egg, &space, (60, seed), &Settings::default(), &|| false);
            let (once, again) = (run().unwrap(), run().unwrap());
            assert!((once.x[0] - 2.0).abs() < 0.2 && (once.x[1] + 1.0).abs() < 0.2, "{seed}");
            assert_eq!((once.x, once.evaluations), (again.x, again.evaluations));
        }
    }
}
