//! Solutions of the system at one moment: Newton's method with limited exponentials.
//!
//! First every exponential is held back on its own, which is fast. Where that fails, all unknowns
//! go the same share of their steps, so that the exponentials stay true and nothing beside them
//! leaves its domain. `help` has what helps where that fails too.

use super::linear::Matrix;
use super::system::System;
use crate::newton::limited;
use crate::program::{Program, slot};
use crate::run;
use crate::search::Search;

/// Rounds of a search that holds back every exponential on its own.
const ROUNDS: usize = 50;
/// Rounds of a search in which all unknowns go the same share.
const SHARED_ROUNDS: usize = 100;
/// Rounds after which rounding errors are looked at.
const CLEAN_ROUNDS: usize = 5;
/// Rounding errors of a rate, in units of the last place of its charge.
const ULPS: f64 = 16.0;
/// Conductance of every node outside the device to ground, S: what only charges hold has a place.
const LEAST: f64 = 1e-12;
/// Longest step of a potential, V, beside half of the potential itself, when all go one share.
const LEAP: f64 = 1.0;
/// An exponential is expanded no further up than this.
const LARGE: f64 = 100.0;

/// How a search moves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Pace {
    /// Every unknown goes its own step, exponentials follow as far as they may.
    Own,
    /// All go the share of their steps that every exponential may follow.
    Shared,
}

/// The rates of states as `factor * Q + past`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rates<'a> {
    /// The reciprocal of a time, 1/s; zero at the operating point.
    pub(super) factor: f64,
    /// By state.
    pub(super) past: &'a [f64],
}

/// The registers of the programs, and where Newton's method is.
#[derive(Debug)]
pub(super) struct Machine<'a> {
    pub(super) system: &'a System,
    registers: Vec<[f64; 1]>,
    slots: Vec<[f64; 1]>,
    expansions: Vec<f64>,
    matrix: Matrix,
    right: Vec<f64>,
    before: Vec<f64>,
    /// What rounding of charges does to each unknown.
    noise: Vec<f64>,
    spread: Vec<f64>,
    /// The exponentials' arguments after a whole step.
    wishes: Vec<f64>,
    start: Vec<f64>,
    /// Further conductance of every node to ground, S.
    pub(super) ease: f64,
    /// Conductance of every node to where it was, S, and that place, V.
    pub(super) hold: (f64, Vec<f64>),
    /// Rounds of all searches.
    pub(super) rounds: usize,
}

impl<'a> Machine<'a> {
    pub(super) fn new(system: &'a System, parameters: &[f64], kelvin: f64) -> Machine<'a> {
        let mut slots = Vec::new();
        crate::uniform::run(&system.uniform, parameters, kelvin, &mut slots);
        let count = system.unknowns.len();
        Machine {
            system,
            registers: vec![[0.0]; system.registers],
            slots,
            expansions: vec![0.0; system.expansions.len()],
            matrix: Matrix::new(count),
            right: vec![0.0; count],
            before: vec![0.0; count],
            noise: vec![0.0; count],
            spread: vec![0.0; count],
            wishes: vec![0.0; system.expansions.len()],
            start: vec![0.0; count],
            ease: 0.0,
            hold: (0.0, vec![0.0; count]),
            rounds: 0,
        }
    }

    pub(super) fn set(&mut self, register: usize, value: f64) {
        if let Some(r) = self.registers.get_mut(register) {
            *r = [value];
        }
    }

    /// Sets one of the conditions, the time, the observations or the rates of pin charges.
    pub(super) fn input(&mut self, index: usize, value: f64) {
        if let Some(&register) = self.system.inputs.get(index) {
            self.set(register, value);
        }
    }

    /// Sets the unknowns.
    pub(super) fn place(&mut self, x: &[f64]) {
        let system = self.system;
        for (&register, &value) in system.unknowns.iter().zip(x) {
            self.set(register, value);
        }
    }

    /// Finds the unknowns of the template's `solve`s at the present place.
    pub(super) fn search(&mut self) {
        let system = self.system;
        for solve in &system.solves {
            self.execute(&solve.ends);
            let mut search = Search::new(self.output(&solve.ends, 0), self.output(&solve.ends, 1));
            loop {
                self.set(solve.unknown, search.place());
                if search.is_done() {
                    break;
                }
                self.execute(&solve.step);
                search.feed(self.output(&solve.step, 0), self.output(&solve.step, 1));
            }
        }
    }

    /// Runs a program.
    pub(super) fn execute(&mut self, program: &Program) {
        run::body::<false, 1>(&program.code, &mut self.registers, &self.slots);
    }

    /// A result of a program that ran last.
    pub(super) fn output(&self, program: &Program, index: usize) -> f64 {
        let Some(&operand) = program.outputs.get(index) else { return f64::NAN };
        let value = match slot(operand) {
            Some(place) => self.slots.get(place),
            None => self.registers.get(operand as usize),
        };
        value.map_or(f64::NAN, |v| v[0])
    }

    /// Runs the equations; whether every exponential is expanded at its true argument.
    fn equations(&mut self, x: &[f64]) -> bool {
        let system = self.system;
        self.place(x);
        self.search();
        self.execute(&system.arguments);
        let mut true_to_them = true;
        for (index, &register) in system.expansions.iter().enumerate() {
            let argument = self.output(&system.arguments, index);
            let Some(at) = self.expansions.get_mut(index) else { continue };
            *at = limited(*at, argument);
            true_to_them &= (*at - argument).abs() <= 1e-9;
            let at = *at;
            self.set(register, at);
        }
        self.execute(&system.equations);
        true_to_them
    }

    fn result(&self, index: usize) -> f64 {
        self.output(&self.system.equations, index)
    }

    /// Forgets where exponentials were expanded.
    pub(super) fn forget(&mut self) {
        self.expansions.fill(0.0);
    }

    /// Solves; the charges stand in `charges` afterwards. `false` when it does not arrive, and
    /// then the unknowns are what they were.
    pub(super) fn solve(&mut self, x: &mut [f64], rates: Rates<'_>, charges: &mut [f64]) -> bool {
        self.solve_by([Pace::Own, Pace::Shared], x, rates, charges)
    }

    /// The same from far away: no potential leaps to where equations have solutions that no device
    /// takes, such as a channel far in its third quadrant, unless nothing else arrives.
    pub(super) fn solve_gently(
        &mut self,
        x: &mut [f64],
        rates: Rates<'_>,
        charges: &mut [f64],
    ) -> bool {
        self.solve_by([Pace::Shared, Pace::Own], x, rates, charges)
    }

    fn solve_by(
        &mut self,
        paces: [Pace; 2],
        x: &mut [f64],
        rates: Rates<'_>,
        charges: &mut [f64],
    ) -> bool {
        self.start.copy_from_slice(x);
        for pace in paces {
            let most = if pace == Pace::Own { ROUNDS } else { SHARED_ROUNDS };
            if self.iterate(x, rates, charges, pace, most) {
                return true;
            }
            x.copy_from_slice(&self.start);
        }
        false
    }

    fn iterate(
        &mut self,
        x: &mut [f64],
        rates: Rates<'_>,
        charges: &mut [f64],
        pace: Pace,
        most: usize,
    ) -> bool {
        self.before.copy_from_slice(x);
        self.noise.fill(0.0);
        if pace == Pace::Shared {
            self.follow(x);
        }
        for round in 0..most {
            self.rounds += 1;
            let unlimited = self.equations(x);
            self.assemble(x, rates);
            if !self.matrix.factor() {
                return false;
            }
            let mut right = std::mem::take(&mut self.right);
            self.matrix.solve(&mut right);
            if round >= CLEAN_ROUNDS {
                self.rounding(rates);
            }
            let share = match pace {
                Pace::Own => 1.0,
                Pace::Shared => self.share(x, &right),
            };
            let arrived = self.advance(x, &right, round, share);
            self.right = right;
            if arrived && unlimited {
                // Charges at the very place.
                self.equations(x);
                let flows = self.right.len();
                for (index, charge) in charges.iter_mut().enumerate() {
                    *charge = self.result(flows + index);
                }
                return charges.iter().chain(x.iter()).all(|v| v.is_finite());
            }
        }
        false
    }

    /// Expands every exponential where it is, as far as it may be large.
    fn follow(&mut self, x: &[f64]) {
        let system = self.system;
        self.place(x);
        self.search();
        self.execute(&system.arguments);
        for index in 0..self.expansions.len() {
            let argument = self.output(&system.arguments, index);
            if let Some(at) = self.expansions.get_mut(index).filter(|_| !argument.is_nan()) {
                *at = argument.min(LARGE);
            }
        }
    }

    /// The share of the step in which no exponential has to be held back and no potential leaps.
    /// Unknowns that went on alone would take the functions beside the exponentials where no
    /// solution is.
    fn share(&mut self, x: &[f64], step: &[f64]) -> f64 {
        let system = self.system;
        let potentials = x.iter().zip(step).take(system.potentials);
        let mut share = potentials
            .map(|(v, s)| (LEAP + 0.5 * v.abs()) / s.abs())
            .fold(1.0, |least: f64, s| if s < least { s } else { least });
        // The arguments now, then after the step; programs share their registers.
        let mut wishes = std::mem::take(&mut self.wishes);
        let mut moved = std::mem::take(&mut self.spread);
        for (moved, (v, s)) in moved.iter_mut().zip(x.iter().zip(step)) {
            *moved = v + share * s;
        }
        self.place(&moved);
        self.search();
        self.execute(&system.arguments);
        for (index, wish) in wishes.iter_mut().enumerate() {
            *wish = self.output(&system.arguments, index);
        }
        let reach = share;
        for (&now, &wish) in self.expansions.iter().zip(&wishes) {
            let own = reach * (limited(now, wish) - now) / (wish - now);
            if wish > now && own < share {
                share = own;
            }
        }
        (self.wishes, self.spread) = (wishes, moved);
        share
    }

    /// What rounding of charges does to each unknown where the search ended last.
    pub(super) fn noise(&mut self, rates: Rates<'_>) -> &[f64] {
        self.rounding(rates);
        &self.noise
    }

    /// What rounding of charges does to the unknowns in a short step, whose rates are differences
    /// of large numbers: below that no search arrives.
    fn rounding(&mut self, rates: Rates<'_>) {
        if rates.factor == 0.0 {
            return;
        }
        let system = self.system;
        let flows = system.unknowns.len();
        let mut spread = std::mem::take(&mut self.spread);
        self.noise.fill(0.0);
        for (state, rows) in system.states.iter().enumerate() {
            let rate = rates.factor * self.result(flows + state);
            spread.fill(0.0);
            for &(row, sign) in rows {
                if let Some(slot) = spread.get_mut(row) {
                    *slot += sign * ULPS * f64::EPSILON * rate;
                }
            }
            self.matrix.solve(&mut spread);
            for (noise, part) in self.noise.iter_mut().zip(&spread) {
                *noise += part.abs();
            }
        }
        self.spread = spread;
    }

    /// What a change of the unknowns by these, V and A, makes of each state at most.
    pub(super) fn worth(&self, [volts, amperes]: [f64; 2], out: &mut [f64]) {
        let system = self.system;
        let first = system.unknowns.len() + system.states.len() + system.by_flow.len();
        out.fill(0.0);
        for (index, &(state, column)) in system.by_state.iter().enumerate() {
            let change = if column < system.potentials { volts } else { amperes };
            let worth = change * self.result(first + index).abs();
            if let Some(slot) = out.get_mut(state).filter(|_| worth.is_finite()) {
                *slot = slot.max(worth);
            }
        }
    }

    fn assemble(&mut self, x: &[f64], rates: Rates<'_>) {
        let system = self.system;
        let (flows, states) = (system.unknowns.len(), system.states.len());
        self.matrix.clear();
        for row in 0..flows {
            let mut value = -self.result(row);
            if let Some(&inside) = system.inside.get(row) {
                let least = self.ease + if inside { 0.0 } else { LEAST };
                let at = x.get(row).copied().unwrap_or(0.0);
                let (hold, places) = (self.hold.0, &self.hold.1);
                let place = places.get(row).copied().unwrap_or(0.0);
                value -= least * at + hold * (at - place);
                self.matrix.add(row, row, least + hold);
            }
            if let Some(slot) = self.right.get_mut(row) {
                *slot = value;
            }
        }
        for (state, (rows, past)) in system.states.iter().zip(rates.past).enumerate() {
            let rate = rates.factor * self.result(flows + state) + past;
            for &(row, sign) in rows {
                if let Some(slot) = self.right.get_mut(row) {
                    *slot -= sign * rate;
                }
            }
        }
        let first = flows + states;
        for (index, &(row, column)) in system.by_flow.iter().enumerate() {
            let value = self.result(first + index);
            self.matrix.add(row, column, value);
        }
        let first = first + system.by_flow.len();
        for (index, &(state, column)) in system.by_state.iter().enumerate() {
            let value = rates.factor * self.result(first + index);
            for &(row, sign) in system.states.get(state).into_iter().flatten() {
                self.matrix.add(row, column, sign * value);
            }
        }
    }

    /// Moves by a share of Newton's step; whether it has arrived.
    fn advance(&mut self, x: &mut [f64], step: &[f64], round: usize, share: f64) -> bool {
        if step.iter().any(|s| !s.is_finite()) || !share.is_finite() {
            // Outside the domain of some function: go back half the way.
            for (v, before) in x.iter_mut().zip(&self.before) {
                *v = 0.5 * (*v + before);
            }
            return false;
        }
        let damping = if round > 25 && !round.is_multiple_of(3) { 0.5 * share } else { share };
        let system = self.system;
        let mut arrived = true;
        let all = x.iter_mut().zip(&mut self.before).zip(step.iter().zip(&self.noise));
        for (index, ((v, before), (s, noise))) in all.enumerate() {
            *before = *v;
            *v += damping * s;
            let floor = if index < system.potentials { 1e-9 } else { 1e-13 };
            arrived &= s.abs() <= floor + 1e-9 * v.abs() + noise;
        }
        arrived
    }

    /// What an error of the rates does to the unknowns, by the matrix that was factored last.
    pub(super) fn consequence(&mut self, rates: &[f64], out: &mut [f64]) {
        out.fill(0.0);
        for (rows, rate) in self.system.states.iter().zip(rates) {
            for &(row, sign) in rows {
                if let Some(slot) = out.get_mut(row) {
                    *slot += sign * rate;
                }
            }
        }
        self.matrix.solve(out);
    }
}
