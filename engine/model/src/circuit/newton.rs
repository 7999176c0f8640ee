//! Solutions of the system at one moment: Newton's method with limited exponentials, and the
//! operating point with what helps where that fails.

use super::linear::Matrix;
use super::system::System;
use crate::newton::limited;
use crate::program::{Program, slot};
use crate::run;
use crate::search::Search;

/// Rounds of a step in time.
const STEP_ROUNDS: usize = 50;
/// Rounds of the operating point.
const ROUNDS: usize = 200;
/// Conductance of every node to ground, S.
const LEAST: f64 = 1e-12;
/// Source steps.
const SOURCE_STEPS: u32 = 24;

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
    least: f64,
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
            least: LEAST,
        }
    }

    fn set(&mut self, register: usize, value: f64) {
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

    /// Solves with the rates of states `factor * Q + history`; the charges stand in `charges`
    /// afterwards. `false` when it does not arrive.
    pub(super) fn solve(
        &mut self,
        x: &mut [f64],
        factor: f64,
        history: &[f64],
        charges: &mut [f64],
        most: usize,
    ) -> bool {
        self.before.copy_from_slice(x);
        for round in 0..most {
            let unlimited = self.equations(x);
            self.assemble(x, factor, history);
            if !self.matrix.factor() {
                return false;
            }
            let mut right = std::mem::take(&mut self.right);
            self.matrix.solve(&mut right);
            let arrived = self.advance(x, &right, round);
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

    /// Solves for a step in time.
    pub(super) fn step(
        &mut self,
        x: &mut [f64],
        factor: f64,
        history: &[f64],
        charges: &mut [f64],
    ) -> bool {
        self.solve(x, factor, history, charges, STEP_ROUNDS)
    }

    fn assemble(&mut self, x: &[f64], factor: f64, history: &[f64]) {
        let system = self.system;
        let (flows, states) = (system.unknowns.len(), system.states.len());
        self.matrix.clear();
        for row in 0..flows {
            let mut value = -self.result(row);
            if row < system.potentials {
                value -= self.least * x.get(row).copied().unwrap_or(0.0);
                self.matrix.add(row, row, self.least);
            }
            if let Some(slot) = self.right.get_mut(row) {
                *slot = value;
            }
        }
        for (state, (rows, past)) in system.states.iter().zip(history).enumerate() {
            let rate = factor * self.result(flows + state) + past;
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
            let value = factor * self.result(first + index);
            for &(row, sign) in system.states.get(state).into_iter().flatten() {
                self.matrix.add(row, column, sign * value);
            }
        }
    }

    /// Moves by Newton's step; whether it has arrived.
    fn advance(&mut self, x: &mut [f64], step: &[f64], round: usize) -> bool {
        if step.iter().any(|s| !s.is_finite()) {
            // Outside the domain of some function: go back half the way.
            for (v, before) in x.iter_mut().zip(&self.before) {
                *v = 0.5 * (*v + before);
            }
            return false;
        }
        let damping = if round > 25 && !round.is_multiple_of(3) { 0.5 } else { 1.0 };
        let system = self.system;
        let mut arrived = true;
        for (index, ((v, before), s)) in x.iter_mut().zip(&mut self.before).zip(step).enumerate() {
            *before = *v;
            *v += damping * s;
            let floor = if index < system.potentials { 1e-9 } else { 1e-13 };
            arrived &= s.abs() <= floor + 1e-9 * v.abs();
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

    /// The operating point at time zero, starts held: directly, else with conductances to ground
    /// that shrink, else with sources that grow.
    pub(super) fn operating_point(&mut self, x: &mut [f64], charges: &mut [f64]) -> bool {
        let system = self.system;
        let history = vec![0.0; charges.len()];
        self.set(system.hold, 1.0);
        let found = self.begin(x, 1.0) && self.solve(x, 0.0, &history, charges, ROUNDS)
            || self.by_conductance(x, &history, charges)
            || self.by_sources(x, &history, charges);
        self.set(system.hold, 0.0);
        self.set(system.share, 1.0);
        self.least = LEAST;
        found
    }

    fn begin(&mut self, x: &mut [f64], share: f64) -> bool {
        x.fill(0.0);
        self.expansions.fill(0.0);
        self.set(self.system.share, share);
        true
    }

    fn by_conductance(&mut self, x: &mut [f64], history: &[f64], charges: &mut [f64]) -> bool {
        self.begin(x, 1.0);
        for decade in 2..=12 {
            self.least = 10f64.powi(-decade);
            if !self.solve(x, 0.0, history, charges, ROUNDS) {
                self.least = LEAST;
                return false;
            }
        }
        self.least = LEAST;
        true
    }

    fn by_sources(&mut self, x: &mut [f64], history: &[f64], charges: &mut [f64]) -> bool {
        self.begin(x, 0.0);
        for step in 0..=SOURCE_STEPS {
            self.set(self.system.share, f64::from(step) / f64::from(SOURCE_STEPS));
            if !self.solve(x, 0.0, history, charges, ROUNDS) {
                return false;
            }
        }
        true
    }
}
