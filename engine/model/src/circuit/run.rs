//! A run of a circuit: the operating point, then steps in time that land on kinks of sources and
//! on events, while the observations are noted.

use super::newton::Machine;
use super::step::{Moment, Stepper};
use super::system::System;
use super::unsolved::Unsolved;
use espice_base::Cancellation;
use espice_lang::ir::{CircuitIr, EventIr, ObservationIr};

/// Most steps of a run, those tried in vain included.
const STEPS: usize = 40_000;
/// Most rounds of Newton's method of a run, all searches together.
const ROUNDS: usize = 60_000;
/// The first step, and the smallest, as a share of the longest run.
const FIRST: f64 = 1e-9;
const SMALLEST: f64 = 1e-16;
/// The step behind a kink, as a share of the one before it.
const RESTART: f64 = 1e-3;
/// Jumps that no source makes.
const JUMPS: usize = 50;
/// An event is found to this share of a step.
const PRECISE: f64 = 1e-5;
/// Trials to find an event or a kink.
const TRIALS: usize = 60;

/// What a run came to.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Ended {
    /// The outputs; NaN for those whose events did not happen.
    pub(super) outputs: Vec<f64>,
    /// The first event that did not happen, by index.
    pub(super) missed: Option<usize>,
    /// When it ended, s.
    pub(super) time: f64,
}

/// Runs at conditions.
///
/// # Errors
/// Why no solution was found.
pub(super) fn run(
    circuit: &CircuitIr,
    system: &System,
    parameters: &[f64],
    conditions: &[f64],
    kelvin: f64,
    cancellation: &Cancellation,
) -> Result<Ended, Unsolved> {
    if cancellation.is_cancelled() {
        return Err(Unsolved::Cancelled);
    }
    let mut run = Run::new(circuit, system, parameters, conditions, kelvin);
    let machine = &mut run.machine;
    if !machine.operating_point(&mut run.now.x, &mut run.now.charges) {
        return Err(Unsolved::OperatingPoint);
    }
    run.begin();
    let stop = run.stop();
    if let Some(stop) = stop {
        run.until(stop, cancellation)?;
    }
    let missed = (EventIr::END + 1..run.found.len()).find(|e| !run.happened(*e));
    Ok(Ended { outputs: run.outputs(), missed, time: run.now.time })
}

struct Run<'a> {
    circuit: &'a CircuitIr,
    machine: Machine<'a>,
    stepper: Stepper,
    now: Moment,
    next: Moment,
    /// When each event happened.
    found: Vec<Option<f64>>,
    /// What each observation has come to.
    memory: Vec<f64>,
    trial_memory: Vec<f64>,
    /// What the observations watch, now and after the step.
    watched: Vec<f64>,
    watched_next: Vec<f64>,
    /// What crosses zero for each event, now and after the step.
    crossing: Vec<f64>,
    crossing_next: Vec<f64>,
    switches: Vec<f64>,
    switches_next: Vec<f64>,
}

/// What a step led to.
enum Stepped {
    /// No solution.
    Failed,
    /// An error, in units of what is allowed.
    Done(f64),
}

impl<'a> Run<'a> {
    fn new(
        circuit: &'a CircuitIr,
        system: &'a System,
        parameters: &[f64],
        conditions: &[f64],
        kelvin: f64,
    ) -> Run<'a> {
        let mut machine = Machine::new(system, parameters, kelvin);
        for (index, value) in conditions.iter().enumerate() {
            machine.input(index, *value);
        }
        let time = circuit.time() as usize;
        machine.input(time, 0.0);
        let (unknowns, states) = (system.unknowns.len(), system.states.len());
        let observations = circuit.observations.len();
        let switches = system.switches.outputs.len();
        Run {
            circuit,
            machine,
            stepper: Stepper::new(time, unknowns, states),
            now: Moment::new(unknowns, states),
            next: Moment::new(unknowns, states),
            found: vec![None; circuit.events.len()],
            memory: vec![f64::NAN; observations],
            trial_memory: vec![f64::NAN; observations],
            watched: vec![f64::NAN; observations],
            watched_next: vec![f64::NAN; observations],
            crossing: vec![f64::NAN; circuit.events.len()],
            crossing_next: vec![f64::NAN; circuit.events.len()],
            switches: vec![0.0; switches],
            switches_next: vec![0.0; switches],
        }
    }

    /// Notes the operating point.
    fn begin(&mut self) {
        self.stepper.note(&self.now);
        self.look(false);
        self.watched.copy_from_slice(&self.watched_next);
        self.mark(EventIr::START, 0.0);
        self.settle_crossings();
        self.anchor();
    }

    fn stop(&mut self) -> Option<f64> {
        let program = self.machine.system.stop.as_ref()?;
        self.machine.execute(program);
        let stop = self.machine.output(program, 0);
        Some(if stop.is_finite() && stop > 0.0 { stop } else { 0.0 })
    }

    /// Hands a moment to the programs: that which is reached, or that after the step.
    fn show(&mut self, after: bool) {
        let system = self.machine.system;
        let moment = if after { &self.next } else { &self.now };
        self.machine.place(&moment.x);
        self.machine.input(self.circuit.time() as usize, moment.time);
        let rates = self.circuit.observation(self.circuit.observations.len()) as usize;
        for (pin, states) in system.pin_states.iter().enumerate() {
            let rate =
                |&(s, sign): &(usize, f64)| sign * moment.rates.get(s).copied().unwrap_or(0.0);
            self.machine.input(rates + pin, states.iter().map(rate).sum());
        }
        self.machine.search();
    }

    /// Reads what is watched and what crosses zero: now, or after the step.
    fn look(&mut self, after: bool) {
        self.show(after);
        let system = self.machine.system;
        self.machine.execute(&system.watched);
        for (index, slot) in self.watched_next.iter_mut().enumerate() {
            *slot = self.machine.output(&system.watched, index);
        }
        if after {
            self.remember();
            self.recall(true);
            self.cross(true);
        }
    }

    /// Evaluates the crossings with the memory that was recalled last.
    fn cross(&mut self, after: bool) {
        let system = self.machine.system;
        self.machine.execute(&system.crossings);
        let list = if after { &mut self.crossing_next } else { &mut self.crossing };
        for (index, slot) in list.iter_mut().skip(EventIr::END + 1).enumerate() {
            *slot = self.machine.output(&system.crossings, index);
        }
    }

    /// Hands the observations to the programs.
    fn recall(&mut self, after: bool) {
        let first = self.circuit.observation(0) as usize;
        let memory = if after { &self.trial_memory } else { &self.memory };
        for (index, value) in memory.iter().enumerate() {
            self.machine.input(first + index, *value);
        }
    }

    /// Counts charges of capacitances from the moment that is reached on.
    fn anchor(&mut self) {
        let system = self.machine.system;
        if system.anchored.is_empty() {
            return;
        }
        self.machine.place(&self.now.x);
        self.machine.search();
        self.machine.execute(&system.anchors);
        let first = self.circuit.observation(self.circuit.observations.len()) as usize;
        let first = first + system.pin_states.len();
        for (index, &state) in system.anchored.iter().enumerate() {
            let charge = self.now.charges.get(state).copied().unwrap_or(0.0);
            let capacitance = self.machine.output(&system.anchors, 2 * index);
            let voltage = self.machine.output(&system.anchors, 2 * index + 1);
            self.stepper.rest(state, capacitance);
            self.machine.input(first + 3 * index, charge);
            self.machine.input(first + 3 * index + 1, capacitance);
            self.machine.input(first + 3 * index + 2, voltage);
        }
    }

    /// Crossings at the moment that is reached, after events were marked.
    fn settle_crossings(&mut self) {
        self.recall(false);
        self.cross(false);
    }

    fn happened(&self, event: usize) -> bool {
        self.found.get(event).copied().flatten().is_some()
    }

    /// What the observations come to over the step.
    fn remember(&mut self) {
        let length = self.next.time - self.now.time;
        let values = self.watched.iter().zip(&self.watched_next);
        let all = self.circuit.observations.iter().zip(&self.memory).zip(values);
        for (slot, ((observation, memory), (before, after))) in
            self.trial_memory.iter_mut().zip(all)
        {
            let happened = |e: usize| self.found.get(e).copied().flatten().is_some();
            *slot = match *observation {
                ObservationIr::Integral { from, to, .. } if happened(from) && !happened(to) => {
                    memory + 0.5 * length * (before + after)
                }
                ObservationIr::Peak { from, to, .. } if happened(from) && !happened(to) => {
                    memory.max(*after)
                }
                _ => *memory,
            };
        }
    }

    /// Notes that an event has happened at the moment that is reached.
    fn mark(&mut self, event: usize, time: f64) {
        if let Some(slot @ None) = self.found.get_mut(event) {
            *slot = Some(time);
        }
        let all = self.circuit.observations.iter().zip(&self.watched);
        for (slot, (observation, value)) in self.memory.iter_mut().zip(all) {
            match *observation {
                ObservationIr::At { event: e, .. } if e == event => *slot = *value,
                ObservationIr::Integral { from, .. } if from == event => *slot = 0.0,
                ObservationIr::Peak { from, .. } if from == event => *slot = *value,
                _ => {}
            }
        }
    }

    fn finished(&self) -> bool {
        let mut events = (EventIr::END + 1)..self.found.len();
        !events.is_empty() && events.all(|e| self.happened(e))
    }

    /// Lets the time run.
    fn until(&mut self, stop: f64, cancellation: &Cancellation) -> Result<(), Unsolved> {
        let mut length = stop * FIRST;
        // Whether the rates say nothing of what comes: at the start and behind a kink.
        let mut fresh = true;
        let mut jumps = 0;
        self.read_switches(0.0, false);
        for _ in 0..STEPS {
            if cancellation.is_cancelled() {
                return Err(Unsolved::Cancelled);
            }
            if self.machine.rounds > ROUNDS {
                break;
            }
            let least = stop * SMALLEST + 8.0 * f64::EPSILON * self.now.time;
            let rest = stop - self.now.time;
            if rest <= least || self.finished() {
                self.mark(EventIr::END, self.now.time);
                return Ok(());
            }
            if length < least {
                // No step is short enough for the change to look smooth: without capacitance a
                // blocking junction jumps. The jump is taken as one.
                jumps += 1;
                self.jump(self.now.time + 4.0 * least)?;
                if jumps > JUMPS {
                    return Err(Unsolved::Jumps { time: self.now.time });
                }
                self.look(true);
                if !self.locate(true) {
                    return Err(Unsolved::Blocked { time: self.now.time });
                }
                self.accept_jump();
                self.read_switches(self.now.time, false);
                length = (self.now.time * RESTART).max(stop * FIRST);
                fresh = true;
                continue;
            }
            let planned = if fresh { (length * RESTART).max(2.0 * least) } else { length };
            let mut time = self.now.time + planned.min(rest);
            if let Some((left, right)) = self.kink(time, least) {
                if left - self.now.time <= least {
                    self.jump(right)?;
                    self.look(true);
                    self.accept_jump();
                    self.read_switches(self.now.time, false);
                    fresh = true;
                    continue;
                }
                time = left;
            }
            let taken = time - self.now.time;
            let cut = taken < 0.99 * planned;
            let error = match if fresh { self.euler(time) } else { self.advance(time) } {
                Stepped::Done(error) if error <= 1.0 => error,
                Stepped::Done(error) => {
                    length = taken * (0.9 * error.powf(-1.0 / 3.0)).max(0.1);
                    continue;
                }
                Stepped::Failed => {
                    length = if fresh { length } else { taken } / 8.0;
                    continue;
                }
            };
            self.look(true);
            if !self.locate(fresh) {
                length /= 8.0;
                continue;
            }
            self.accept();
            let growth = if error > 0.0 { (0.9 * error.powf(-1.0 / 3.0)).min(4.0) } else { 4.0 };
            // A step that was cut short for a kink or an event says little about the next one.
            let cut = cut || self.now.time < time;
            length = if cut { length.max(taken) } else { planned * growth };
            fresh = false;
        }
        Err(Unsolved::Steps { time: self.now.time })
    }

    fn read_switches(&mut self, time: f64, after: bool) {
        let system = self.machine.system;
        self.machine.input(self.circuit.time() as usize, time);
        self.machine.execute(&system.switches);
        let list = if after { &mut self.switches_next } else { &mut self.switches };
        for (index, slot) in list.iter_mut().enumerate() {
            *slot = self.machine.output(&system.switches, index);
        }
    }

    /// Whether a source has a kink up to `time`; between which two moments the first one lies.
    fn kink(&mut self, time: f64, least: f64) -> Option<(f64, f64)> {
        if self.switches.is_empty() {
            return None;
        }
        self.read_switches(time, true);
        if !self.switched() {
            return None;
        }
        let (mut left, mut right) = (self.now.time, time);
        for _ in 0..2 * TRIALS {
            if right - left <= least {
                break;
            }
            let middle = 0.5 * (left + right);
            self.read_switches(middle, true);
            if self.switched() { right = middle } else { left = middle }
        }
        Some((left, right))
    }

    fn switched(&self) -> bool {
        let side = |v: &f64| {
            if *v > 0.0 {
                1
            } else if *v < 0.0 {
                -1
            } else {
                0
            }
        };
        self.switches.iter().zip(&self.switches_next).any(|(a, b)| side(a) != side(b))
    }

    fn euler(&mut self, time: f64) -> Stepped {
        match self.stepper.euler(&mut self.machine, &self.now, &mut self.next, time) {
            true => Stepped::Done(0.0),
            false => Stepped::Failed,
        }
    }

    /// A step over a jump, with whatever helps.
    fn jump(&mut self, time: f64) -> Result<(), Unsolved> {
        let found = self.stepper.jump(&mut self.machine, &self.now, &mut self.next, time);
        if found { Ok(()) } else { Err(Unsolved::Blocked { time: self.now.time }) }
    }

    fn advance(&mut self, time: f64) -> Stepped {
        match self.stepper.advance(&mut self.machine, &self.now, &mut self.next, time) {
            Some(error) => Stepped::Done(error),
            None => Stepped::Failed,
        }
    }

    /// Events that the step at hand crosses.
    fn crossed(&self) -> impl Iterator<Item = usize> + '_ {
        let pending = |e: &usize| {
            let after = self.circuit.events.get(*e).map_or(EventIr::START, |e| e.after);
            !self.happened(*e) && self.happened(after)
        };
        let crosses = |e: &usize| {
            let (a, b) = (self.crossing.get(*e), self.crossing_next.get(*e));
            a.is_some_and(|a| *a < 0.0) && b.is_some_and(|b| *b >= 0.0)
        };
        (EventIr::END + 1..self.found.len()).filter(pending).filter(crosses)
    }

    /// The event among those crossed that a straight line crosses first, with the share of the
    /// step.
    fn first_crossed(&self) -> Option<usize> {
        let share = |e: usize| {
            let a = self.crossing.get(e).copied().unwrap_or(0.0);
            let b = self.crossing_next.get(e).copied().unwrap_or(0.0);
            -a / (b - a)
        };
        let shares = self.crossed().map(|e| (e, share(e)));
        shares.min_by(|x, y| x.1.total_cmp(&y.1)).map(|s| s.0)
    }

    /// Shortens the step so that it ends on the first event that it crosses; `false` when no
    /// solution is found there.
    fn locate(&mut self, euler: bool) -> bool {
        let Some(mut event) = self.first_crossed() else { return true };
        let (start, end) = (self.now.time, self.next.time);
        let at = |list: &[f64], e: usize| list.get(e).copied().unwrap_or(f64::NAN);
        // Regula falsi after Illinois, in shares of the step.
        let (mut low, mut low_value) = (0.0, at(&self.crossing, event));
        let (mut high, mut high_value) = (1.0, at(&self.crossing_next, event));
        let (mut reached, mut last_was_high) = (1.0, None);
        for _ in 0..TRIALS {
            if high - low <= PRECISE {
                break;
            }
            let guess = low + (high - low) * (-low_value / (high_value - low_value));
            let guess = if guess.is_finite() { guess } else { 0.5 * (low + high) };
            // A guess on an end says that the other end is far: a little beyond it will do.
            let inside = 0.4 * PRECISE;
            let guess = guess.clamp(low + inside, high - inside);
            if !self.retry(start + guess * (end - start), euler) {
                return false;
            }
            reached = guess;
            let crossed = self.first_crossed();
            if let Some(earlier) = crossed {
                if earlier != event {
                    event = earlier;
                    (low, low_value) = (0.0, at(&self.crossing, event));
                }
                (high, high_value) = (guess, at(&self.crossing_next, event));
                if last_was_high == Some(true) {
                    low_value *= 0.5;
                }
            } else {
                (low, low_value) = (guess, at(&self.crossing_next, event));
                if last_was_high == Some(false) {
                    high_value *= 0.5;
                }
            }
            last_was_high = Some(crossed.is_some());
        }
        reached == high || self.retry(start + high * (end - start), euler)
    }

    /// The step anew, to another end.
    fn retry(&mut self, time: f64, euler: bool) -> bool {
        let stepped = if euler { self.euler(time) } else { self.advance(time) };
        if matches!(stepped, Stepped::Failed) {
            return false;
        }
        self.look(true);
        true
    }

    /// Takes the step.
    fn accept(&mut self) {
        let events: Vec<usize> = self.crossed().collect();
        self.memory.copy_from_slice(&self.trial_memory);
        self.watched.copy_from_slice(&self.watched_next);
        std::mem::swap(&mut self.now, &mut self.next);
        for event in events {
            self.mark(event, self.now.time);
        }
        self.next.take(&self.now);
        self.stepper.note(&self.now);
        self.settle_crossings();
        self.anchor();
    }

    /// Takes a step over a jump. Events that wait for others may happen in the same one: a current
    /// that jumps to nothing passes all levels at once.
    fn accept_jump(&mut self) {
        let before = self.now.clone();
        self.accept();
        for _ in 0..self.found.len() {
            self.next.take(&before);
            self.show(true);
            self.recall(false);
            self.cross(false);
            self.show(false);
            self.recall(false);
            self.cross(true);
            let events: Vec<usize> = self.crossed().collect();
            if events.is_empty() {
                break;
            }
            for event in events {
                self.mark(event, self.now.time);
            }
        }
        self.next.take(&self.now);
        self.settle_crossings();
    }

    fn outputs(&mut self) -> Vec<f64> {
        self.look(false);
        self.recall(false);
        let system = self.machine.system;
        self.machine.execute(&system.outputs);
        (0..system.outputs.outputs.len()).map(|i| self.machine.output(&system.outputs, i)).collect()
    }
}
