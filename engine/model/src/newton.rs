//! Several unknown potentials: Newton with every exponential expanded at a point of its own.
//!
//! What makes Newton fail on semiconductors is exponentials, so each is replaced by its tangent
//! at a separate argument that rises only by the logarithm of what Newton asks for (the idea of
//! SPICE's junction limiting, L. W. Nagel, SPICE2, 1975, applied to every exponential instead of
//! named junctions). Points that do not arrive are taken again with conductances to the reference
//! that fade, which lead through regions without current, then by source stepping.
//!
//! Where a current is forced there may be two solutions: with the gate or base driven past the
//! collector as much current flows again. A point whose potentials lie far outside of those that are
//! known is looked for again between walls around these, and of two solutions the nearer one is that
//! of a device.

use crate::math;

/// Rounds of the direct attempt and of the last source step.
const ROUNDS: usize = 150;
/// Rounds of other source steps.
const STEP_ROUNDS: usize = 40;
/// Source steps.
const SOURCE_STEPS: u32 = 24;
/// Conductance to the reference with which the second attempt begins, S.
const FIRST_SHUNT: f64 = 1e-2;
/// How often it falls to a tenth before it goes.
const SHUNT_STEPS: i32 = 14;
/// Step after which a point is done, V.
const STEP: f64 = 1e-9;
/// Longest step, V, beside half of the potential itself: where a transistor is off its current
/// is flat, and Newton would leave for voltages that mean nothing, or for another solution there.
const LEAP: f64 = 1.0;

/// Volts beyond the known potentials above which a solution is doubted.
const FAR: f64 = 0.5;
/// The share of the forced currents with which it is looked for again, what it is multiplied by
/// in each step, and the steps before the whole.
const FIRST_FLOW: f64 = 1e-6;
const FLOW_STEP: f64 = 3.162_277_660_168_379_5;
const FLOW_STEPS: i32 = 12;

/// What eases a round: the whole truth is a share of 1 and a shunt of 0 S.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Help {
    /// The share of the drives that is applied.
    pub share: f64,
    /// The share of forced currents that is applied beside that.
    pub flow: f64,
    /// The conductance from every unknown potential to the reference, S.
    pub shunt: f64,
    /// Longest step, V, beside half of the potential itself.
    leap: f64,
}

impl Help {
    const NONE: Help = Help { share: 1.0, flow: 1.0, shunt: 0.0, leap: LEAP };
}

/// What one round computes; the caller runs the programs.
pub(crate) trait Rounds<const W: usize> {
    /// First guesses into `potentials`, with the share of the drives at all points.
    fn guess(&mut self, share: f64, potentials: &mut [[f64; W]]);

    /// The lowest and the highest known potential, where a current is forced beside them.
    fn hull(&mut self) -> Option<[[f64; W]; 2]>;

    /// Newton's steps and the exponentials' arguments, now and after the step, in this order.
    fn round(&mut self, help: Help, state: &State<W>, results: &mut [[f64; W]]);
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
    /// Solutions while others are looked for.
    kept: State<W>,
    /// The lowest and the highest potential that a search may take.
    walls: Option<[[f64; W]; 2]>,
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
        self.begin(rounds, Help::NONE, &active);
        self.iterate(rounds, Help::NONE, ROUNDS, &mut active);
        self.approach(rounds, shunts(), &mut active);
        for leap in [LEAP, f64::INFINITY] {
            self.approach(rounds, sources(leap), &mut active);
        }
        self.doubt(rounds, &active);
        active.map(|still| if still { f64::NAN } else { 1.0 })
    }

    /// Looks for nearer solutions of the points that have arrived far from the known potentials, on
    /// each way in its turn.
    fn doubt(&mut self, rounds: &mut impl Rounds<W>, lost: &[bool; W]) {
        let Some(hull) = rounds.hull() else { return };
        let mut nearest = self.distances(&hull);
        let is_far = |nearest: &[f64; W]| -> [bool; W] {
            std::array::from_fn(|l| !lost[l] && nearest[l] > FAR)
        };
        if !is_far(&nearest).contains(&true) {
            return;
        }
        let mut kept = std::mem::take(&mut self.kept);
        kept.clone_from(&self.state);
        let [low, high] = hull;
        self.walls = Some([low.map(|v| v - FAR), high.map(|v| v + FAR)]);
        for way in 0..3 {
            let again = is_far(&nearest);
            let mut active = again;
            match way {
                0 => self.approach(rounds, sources(LEAP), &mut active),
                1 => self.approach(rounds, flows(), &mut active),
                _ => self.approach(rounds, shunts(), &mut active),
            }
            let found = self.distances(&hull);
            let nearer: [bool; W] =
                std::array::from_fn(|l| again[l] && !active[l] && found[l] < nearest[l]);
            for (to, from) in kept.potentials.iter_mut().zip(&self.state.potentials) {
                select(to, from, &nearer);
            }
            select(&mut nearest, &found, &nearer);
        }
        self.walls = None;
        std::mem::swap(&mut self.state, &mut kept);
        self.kept = kept;
    }

    /// How far potentials lie outside of the known ones, V; 0 where these are all the same.
    fn distances(&self, [low, high]: &[[f64; W]; 2]) -> [f64; W] {
        std::array::from_fn(|l| {
            if high[l] <= low[l] {
                return 0.0;
            }
            let outside = |v: &[f64; W]| (v[l] - high[l]).max(low[l] - v[l]);
            self.state.potentials.iter().map(outside).fold(0.0, f64::max)
        })
    }

    /// Takes the points that have not arrived again, with help that fades.
    fn approach(
        &mut self,
        rounds: &mut impl Rounds<W>,
        way: impl Iterator<Item = Help>,
        active: &mut [bool; W],
    ) {
        if !active.contains(&true) {
            return;
        }
        let again = *active;
        let mut way = way.peekable();
        let first = way.peek().copied().unwrap_or(Help::NONE);
        self.begin(rounds, first, &again);
        while let Some(help) = way.next() {
            *active = again;
            let most = if way.peek().is_some() { STEP_ROUNDS } else { ROUNDS };
            self.iterate(rounds, help, most, active);
        }
    }

    fn begin(&mut self, rounds: &mut impl Rounds<W>, first: Help, active: &[bool; W]) {
        let mut guesses = std::mem::take(&mut self.before);
        rounds.guess(first.share, &mut guesses);
        for (potential, guess) in self.state.potentials.iter_mut().zip(&guesses) {
            select(potential, guess, active);
        }
        self.before = guesses;
        for expansion in &mut self.state.expansions {
            select(expansion, &[0.0; W], active);
        }
        let mut results = std::mem::take(&mut self.results);
        rounds.round(Help { shunt: 0.0, ..first }, &self.state, &mut results);
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
        help: Help,
        most: usize,
        active: &mut [bool; W],
    ) {
        for round in 0..most {
            if !active.contains(&true) {
                return;
            }
            rounds.round(help, &self.state, &mut self.results);
            // A step that keeps overshooting is halved.
            let damping = if round > 25 && round % 3 != 0 { 0.5 } else { 1.0 };
            for (l, active) in active.iter_mut().enumerate() {
                if *active {
                    *active = !self.advance(l, damping, help.leap);
                }
            }
        }
    }

    /// The share of a step in which no exponential has to be held back. Potentials that went on
    /// alone would take the functions beside the exponentials where no solution is, or to one
    /// that no device takes: a base driven past its collector.
    fn unlimited(&self, l: usize, arguments: &[[f64; W]], share: f64) -> f64 {
        let (now, after) = arguments.split_at(self.state.expansions.len());
        let pairs = self.state.expansions.iter().zip(now).zip(after);
        pairs.fold(share, |share: f64, ((expansion, now), after)| {
            let (now, wish) = (now[l], after[l]);
            let most = limited(expansion[l], wish);
            let own = (most - now) / (wish - now);
            if most < wish && most > now && own < share { own } else { share }
        })
    }

    /// Moves one point; whether it has arrived.
    fn advance(&mut self, l: usize, damping: f64, leap: f64) -> bool {
        let unknowns = self.state.potentials.len();
        let exponentials = self.state.expansions.len();
        let (steps, arguments) = self.results.split_at(unknowns);
        let (now, after) = arguments.split_at(exponentials);
        if steps.iter().any(|s| !s[l].is_finite()) {
            // Outside the domain of some function: go back half the way.
            for (v, before) in self.state.potentials.iter_mut().zip(&self.before) {
                v[l] = 0.5 * (v[l] + before[l]);
            }
            return false;
        }
        // All potentials go the same share of their steps, so that the direction stays.
        let share = self.state.potentials.iter().zip(steps).fold(1.0, |least: f64, (v, step)| {
            let share = (leap + 0.5 * v[l].abs()) / step[l].abs();
            if share < least { share } else { least }
        });
        let share = self.unlimited(l, arguments, share);
        // The last step is taken in full: half of it would leave the other half.
        let close = |(v, step): (&[f64; W], &[f64; W])| {
            step[l].abs() <= STEP + 4.0 * f64::EPSILON * v[l].abs()
        };
        let damping =
            if self.state.potentials.iter().zip(steps).all(close) { 1.0 } else { damping };
        let mut arrived = true;
        for ((v, before), step) in self.state.potentials.iter_mut().zip(&mut self.before).zip(steps)
        {
            before[l] = v[l];
            v[l] += damping * share * step[l];
            if let Some([low, high]) = &self.walls {
                v[l] = v[l].max(low[l]).min(high[l]);
            }
            arrived &= step[l].abs() <= STEP + 4.0 * f64::EPSILON * v[l].abs();
        }
        for ((expansion, now), after) in self.state.expansions.iter_mut().zip(now).zip(after) {
            let (at, moved) = (expansion[l], now[l] + share * (after[l] - now[l]));
            arrived &= (after[l] - at).abs() <= 1e-7;
            let most = limited(at, after[l]);
            expansion[l] = if moved > most { most } else { moved };
        }
        arrived
    }
}

/// Conductances to the reference that fade.
fn shunts() -> impl Iterator<Item = Help> {
    let all = (0..SHUNT_STEPS).map(|k| FIRST_SHUNT * 0.1f64.powi(k)).chain([0.0]);
    all.map(|shunt| Help { shunt, ..Help::NONE })
}

/// Drives that rise.
fn sources(leap: f64) -> impl Iterator<Item = Help> {
    let all = (0..=SOURCE_STEPS).map(|k| f64::from(k) / f64::from(SOURCE_STEPS));
    all.map(move |share| Help { share, leap, ..Help::NONE })
}

/// Forced currents that rise.
fn flows() -> impl Iterator<Item = Help> {
    let all = (0..FLOW_STEPS).map(|k| FIRST_FLOW * FLOW_STEP.powi(k)).chain([1.0]);
    all.map(|flow| Help { flow, ..Help::NONE })
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
pub(crate) fn limited(at: f64, wish: f64) -> f64 {
    let base = if at < 0.0 { 0.0 } else { at };
    let rise = wish - base;
    if rise > 2.0 { base + 2.0 + math::ln::<false>(rise - 1.0) } else { wish }
}
