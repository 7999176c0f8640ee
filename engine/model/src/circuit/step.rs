//! One step in time: the trapezoidal rule over a part of the step, then the second backward
//! difference over the whole (TR-BDF2; Bank et al., IEEE Trans. CAD 4, 1985, and Hosea and
//! Shampine, Appl. Numer. Math. 20, 1996). It needs nothing from before the step, so that kinks
//! and events cost no order, and it does not ring as the trapezoidal rule alone does.

use super::newton::{Machine, Rates};

/// The part of the step that the trapezoidal rule takes: both stages then have one matrix.
const PART: f64 = 2.0 - std::f64::consts::SQRT_2;
/// Error per step that is allowed, as a share of the largest value that an unknown has had.
const RELATIVE: f64 = 2e-5;
/// The same in V.
const VOLTS: f64 = 2e-6;
/// The same in A.
const AMPERES: f64 = 1e-12;

/// What functions and the elimination add to the rounding of charges, as a multiple of it.
const ROUNDED: f64 = 16.0;

/// Everything that is known at one moment.
#[derive(Clone, Debug, Default)]
pub(super) struct Moment {
    /// The time, s.
    pub time: f64,
    /// Potentials, V, and currents, A.
    pub x: Vec<f64>,
    /// Charges, C, and fluxes, Vs.
    pub charges: Vec<f64>,
    /// Their rates.
    pub rates: Vec<f64>,
}

impl Moment {
    pub(super) fn new(unknowns: usize, states: usize) -> Moment {
        Moment {
            time: 0.0,
            x: vec![0.0; unknowns],
            charges: vec![0.0; states],
            rates: vec![0.0; states],
        }
    }

    /// Takes over another moment without allocating.
    pub(super) fn take(&mut self, other: &Moment) {
        self.time = other.time;
        self.x.copy_from_slice(&other.x);
        self.charges.copy_from_slice(&other.charges);
        self.rates.copy_from_slice(&other.rates);
    }
}

/// Memory of a step.
#[derive(Clone, Debug)]
pub(super) struct Stepper {
    /// The index of the time among the inputs.
    time: usize,
    history: Vec<f64>,
    charges: Vec<f64>,
    rates: Vec<f64>,
    error: Vec<f64>,
    spread: Vec<f64>,
    /// Largest magnitude that each unknown has had.
    largest: Vec<f64>,
    /// Largest magnitude that each state has had.
    fullest: Vec<f64>,
    /// Error of each state that does not count.
    floors: Vec<f64>,
    /// The same by the capacitances of the moment.
    least: Vec<f64>,
}

impl Stepper {
    pub(super) fn new(time: usize, unknowns: usize, states: usize) -> Stepper {
        Stepper {
            time,
            history: vec![0.0; states],
            charges: vec![0.0; states],
            rates: vec![0.0; states],
            error: vec![0.0; states],
            spread: vec![0.0; unknowns],
            largest: vec![0.0; unknowns],
            fullest: vec![0.0; states],
            floors: vec![0.0; states],
            least: vec![0.0; states],
        }
    }

    /// The capacitance of a state whose charge is counted from the last moment: while its voltage
    /// rests, the charge is nothing but rounding, and an error is to be measured in volts.
    pub(super) fn rest(&mut self, state: usize, capacitance: f64) {
        if let Some(floor) = self.floors.get_mut(state).filter(|_| capacitance.is_finite()) {
            *floor = VOLTS * capacitance.abs();
        }
    }

    /// Remembers how large values become.
    pub(super) fn note(&mut self, moment: &Moment) {
        for (largest, v) in self.largest.iter_mut().zip(&moment.x) {
            *largest = largest.max(v.abs());
        }
        for (fullest, v) in self.fullest.iter_mut().zip(&moment.charges) {
            *fullest = fullest.max(v.abs());
        }
    }

    /// A backward Euler step, of which nothing is known about the error.
    pub(super) fn euler(
        &mut self,
        machine: &mut Machine<'_>,
        from: &Moment,
        to: &mut Moment,
        time: f64,
    ) -> bool {
        self.backward(machine, from, to, time, |machine, x, rates, charges| {
            machine.solve(x, rates, charges)
        })
    }

    /// The same over a jump, to a place that may be far away.
    pub(super) fn jump(
        &mut self,
        machine: &mut Machine<'_>,
        from: &Moment,
        to: &mut Moment,
        time: f64,
    ) -> bool {
        self.backward(machine, from, to, time, |machine, x, rates, charges| {
            machine.solve(x, rates, charges) || machine.by_holding(x, rates, charges)
        })
    }

    fn backward(
        &mut self,
        machine: &mut Machine<'_>,
        from: &Moment,
        to: &mut Moment,
        time: f64,
        solve: impl Fn(&mut Machine<'_>, &mut [f64], Rates<'_>, &mut [f64]) -> bool,
    ) -> bool {
        let factor = 1.0 / (time - from.time);
        for (h, q) in self.history.iter_mut().zip(&from.charges) {
            *h = -factor * q;
        }
        to.time = time;
        to.x.copy_from_slice(&from.x);
        machine.input(self.time, time);
        let rates = Rates { factor, past: &self.history };
        if !solve(machine, &mut to.x, rates, &mut to.charges) {
            return false;
        }
        for ((rate, q), h) in to.rates.iter_mut().zip(&to.charges).zip(&self.history) {
            *rate = factor * q + h;
        }
        true
    }

    /// A step of second order; its error in units of what is allowed, or `None` when no solution
    /// is found.
    pub(super) fn advance(
        &mut self,
        machine: &mut Machine<'_>,
        from: &Moment,
        to: &mut Moment,
        time: f64,
    ) -> Option<f64> {
        let length = time - from.time;
        let factor = 2.0 / (PART * length);
        for ((h, q), rate) in self.history.iter_mut().zip(&from.charges).zip(&from.rates) {
            *h = -factor * q - rate;
        }
        to.x.copy_from_slice(&from.x);
        machine.input(self.time, from.time + PART * length);
        if !machine.solve(&mut to.x, Rates { factor, past: &self.history }, &mut self.charges) {
            return None;
        }
        for ((rate, q), h) in self.rates.iter_mut().zip(&self.charges).zip(&self.history) {
            *rate = factor * q + h;
        }
        let share = 1.0 / (PART * (2.0 - PART));
        let old = (1.0 - PART) * (1.0 - PART) * share;
        for ((h, middle), first) in self.history.iter_mut().zip(&self.charges).zip(&from.charges) {
            *h = factor * (old * first - share * middle);
        }
        to.time = time;
        machine.input(self.time, time);
        if !machine.solve(&mut to.x, Rates { factor, past: &self.history }, &mut to.charges) {
            return None;
        }
        for ((rate, q), h) in to.rates.iter_mut().zip(&to.charges).zip(&self.history) {
            *rate = factor * q + h;
        }
        Some(self.error(machine, from, to, length, factor))
    }

    fn error(
        &mut self,
        machine: &mut Machine<'_>,
        from: &Moment,
        to: &Moment,
        length: f64,
        factor: f64,
    ) -> f64 {
        let constant = (-3.0 * PART * PART + 4.0 * PART - 2.0) / (12.0 * (2.0 - PART));
        let rates = from.rates.iter().zip(&self.rates).zip(&to.rates);
        for (error, ((first, middle), last)) in self.error.iter_mut().zip(rates) {
            let third = first / PART - middle / (PART * (1.0 - PART)) + last / (1.0 - PART);
            *error = 2.0 * constant * length * third;
        }
        // What a charge or flux of next to nothing is worth shows in the unknowns alone.
        machine.worth([VOLTS, AMPERES], &mut self.least);
        let mut worst = 0.0f64;
        let floors = self.floors.iter().zip(&self.least);
        let states = self.error.iter().zip(&to.charges).zip(self.fullest.iter().zip(floors));
        for ((error, q), (fullest, (floor, least))) in states {
            let allowed = RELATIVE * fullest.max(q.abs()) + floor.max(*least);
            if error.abs() > 0.0 {
                worst = worst.max(error.abs() / allowed.max(f64::MIN_POSITIVE));
            }
        }
        self.error.iter_mut().for_each(|e| *e *= factor);
        machine.consequence(&self.error, &mut self.spread);
        let potentials = machine.system.potentials;
        let allowed = |index: usize, v: f64, largest: f64| {
            let floor = if index < potentials { VOLTS } else { AMPERES };
            RELATIVE * largest.max(v.abs()) + floor
        };
        let all = || self.spread.iter().zip(&to.x).zip(&self.largest).enumerate();
        let share = |(index, ((spread, v), largest)): (usize, ((&f64, &f64), &f64))| {
            spread.abs() / allowed(index, *v, *largest)
        };
        let mut beside = all().map(share).fold(0.0, largest_of);
        if beside > 1.0 {
            // In a step so short that a charge hardly changes, the current of a source that
            // charges it is a difference of rounded numbers, and a shorter step makes it worse.
            let noise = machine.noise(Rates { factor, past: &self.history });
            let quiet = all().zip(noise).map(|((index, ((spread, v), largest)), noise)| {
                spread.abs() / (allowed(index, *v, *largest) + ROUNDED * noise)
            });
            beside = quiet.fold(0.0, largest_of);
        }
        worst = largest_of(worst, beside);
        if worst.is_finite() { worst } else { f64::INFINITY }
    }
}

/// The larger one; a number that is none counts as infinite.
fn largest_of(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() { f64::INFINITY } else { a.max(b) }
}
