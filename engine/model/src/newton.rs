//! Several unknown potentials: Newton with every exponential expanded at a point of its own.
//!
//! What makes Newton fail on semiconductors is exponentials, so each is replaced by its tangent
//! at a separate argument that rises only by the logarithm of what Newton asks for (the idea of
//! SPICE's junction limiting, L. W. Nagel, SPICE2, 1975, applied to every exponential instead of
//! named junctions). Points that do not arrive are taken again by source stepping.

use crate::math;

/// Rounds of the direct attempt and of the last source step.
const ROUNDS: usize = 150;
/// Rounds of other source steps.
const STEP_ROUNDS: usize = 40;
/// Source steps.
const SOURCE_STEPS: u32 = 24;
/// Step after which a point is done, V.
const STEP: f64 = 1e-9;

/// What one round computes; the caller runs the programs.
pub(crate) trait Rounds<const W: usize> {
    /// First guesses into `potentials`, with the share of the drives at all points.
    fn guess(&mut self, share: f64, potentials: &mut [[f64; W]]);

    /// Newton's steps and the exponentials' arguments, now and after the step, in this order.
    fn round(&mut self, share: f64, state: &State<W>, results: &mut [[f64; W]]);
}

/// Potentials and points of expansion.
#[derive(Clone, Debug, Default)]
pub(crate) struct State<const W: usize> {
    /// By unknown.
    pub potentials: Vec<[f64; W]>,
    /// By exponential.
    pub expansions: Vec<[f64; W]>,
}

/// The search.
#[derive(Clone, Debug, Default)]
pub(crate) struct Newton<const W: usize> {
    /// Where it is, and in the end the solution.
    pub state: State<W>,
    before: Vec<[f64; W]>,
    results: Vec<[f64; W]>,
}

impl<const W: usize> Newton<W> {
    /// Makes room.
    pub(crate) fn resize(&mut self, unknowns: usize, exponentials: usize) {
        self.state.potentials.resize(unknowns, [0.0; W]);
        self.state.expansions.resize(exponentials, [0.0; W]);
        self.before.resize(unknowns, [0.0; W]);
        self.results.resize(unknowns + 2 * exponentials, [0.0; W]);
    }

    /// Solves; 1 for points that arrived, NaN for others.
    pub(crate) fn solve(&mut self, rounds: &mut impl Rounds<W>) -> [f64; W] {
        let mut active = [true; W];
        self.begin(rounds, 1.0, &active);
        self.iterate(rounds, 1.0, ROUNDS, &mut active);
        if active.contains(&true) {
            let again = active;
            self.begin(rounds, 0.0, &again);
            for step in 0..=SOURCE_STEPS {
                active = again;
                let last = step == SOURCE_STEPS;
                let share = f64::from(step) / f64::from(SOURCE_STEPS);
                let most = if last { ROUNDS } else { STEP_ROUNDS };
                self.iterate(rounds, share, most, &mut active);
            }
        }
        active.map(|still| if still { f64::NAN } else { 1.0 })
    }

    fn begin(&mut self, rounds: &mut impl Rounds<W>, share: f64, active: &[bool; W]) {
        let mut guesses = std::mem::take(&mut self.before);
        rounds.guess(share, &mut guesses);
        for (potential, guess) in self.state.potentials.iter_mut().zip(&guesses) {
            select(potential, guess, active);
        }
        self.before = guesses;
        for expansion in &mut self.state.expansions {
            select(expansion, &[0.0; W], active);
        }
        let mut results = std::mem::take(&mut self.results);
        rounds.round(share, &self.state, &mut results);
        let unknowns = self.state.potentials.len();
        for (expansion, now) in self.state.expansions.iter_mut().zip(results.iter().skip(unknowns))
        {
            let first = now.map(|e| if e < 10.0 { e } else { 10.0 });
            select(expansion, &first, active);
        }
        self.results = results;
        self.before.clone_from(&self.state.potentials);
    }

    fn iterate(
        &mut self,
        rounds: &mut impl Rounds<W>,
        share: f64,
        most: usize,
        active: &mut [bool; W],
    ) {
        for round in 0..most {
            if !active.contains(&true) {
                return;
            }
            rounds.round(share, &self.state, &mut self.results);
            // A step that keeps overshooting is halved.
            let damping = if round > 25 && round % 3 != 0 { 0.5 } else { 1.0 };
            for (l, active) in active.iter_mut().enumerate() {
                if *active {
                    *active = !self.advance(l, damping);
                }
            }
        }
    }

    /// Moves one point; whether it has arrived.
    fn advance(&mut self, l: usize, damping: f64) -> bool {
        let unknowns = self.state.potentials.len();
        let exponentials = self.state.expansions.len();
        let (steps, arguments) = self.results.split_at(unknowns);
        let after = arguments.split_at(exponentials).1;
        if steps.iter().any(|s| !s[l].is_finite()) {
            // Outside the domain of some function: go back half the way.
            for (v, before) in self.state.potentials.iter_mut().zip(&self.before) {
                v[l] = 0.5 * (v[l] + before[l]);
            }
            return false;
        }
        let mut arrived = true;
        for ((v, before), step) in self.state.potentials.iter_mut().zip(&mut self.before).zip(steps)
        {
            before[l] = v[l];
            v[l] += damping * step[l];
            arrived &= step[l].abs() <= STEP + 4.0 * f64::EPSILON * v[l].abs();
        }
        for (expansion, after) in self.state.expansions.iter_mut().zip(after) {
            let (at, wish) = (expansion[l], after[l]);
            arrived &= (wish - at).abs() <= 1e-7;
            expansion[l] = limited(at, wish);
        }
        arrived
    }
}

fn select<const W: usize>(to: &mut [f64; W], from: &[f64; W], active: &[bool; W]) {
    for ((to, &from), &on) in to.iter_mut().zip(from).zip(active) {
        if on {
            *to = from;
        }
    }
}

/// Where an exponential is expanded next: where Newton wants it, but rising no faster than by
/// the logarithm.
fn limited(at: f64, wish: f64) -> f64 {
    let base = if at < 0.0 { 0.0 } else { at };
    let rise = wish - base;
    if rise > 2.0 { base + 2.0 + math::ln::<false>(rise - 1.0) } else { wish }
}
