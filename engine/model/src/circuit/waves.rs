//! Circuits around a device whose simulator has its equations: how far the simulator runs, and
//! events and measures on the waveforms that it gives. Between samples everything is straight.

use super::run::Ended;
use super::unsolved::Unsolved;
use crate::device::Device;
use crate::simulated::{CircuitRun, evaluate};
use espice_lang::ir::{Binary, CircuitIr, EventIr, ExprId, Leaf, Node, ObservationIr, Unary, Way};

/// The first run, as a share of the longest, and how much longer each next one is.
const FIRST: f64 = 1e-6;
const LONGER: f64 = 10.0;
/// A run whose last event comes before this share of it is made again over the time that counts.
const EARLY: f64 = 0.5;
/// How far a run goes beyond the last event or kink.
const BEYOND: f64 = 1.02;
/// Most kinks that a simulator is told of.
const KINKS: usize = 200;

/// Runs a circuit in the simulator of the device.
///
/// # Errors
/// Why there is no answer.
pub(super) fn run(
    device: &Device,
    circuit: &CircuitIr,
    parameters: &[f64],
    conditions: &[f64],
    kelvin: f64,
) -> Result<Ended, Unsolved> {
    let simulation = device.simulation.as_ref().ok_or(Unsolved::Simulator)?;
    let mut ask = CircuitRun {
        circuit,
        parameters,
        polarity: usize::from(device.mirror < 0.0),
        conditions,
        kelvin,
        constants: device.constants,
        end: None,
        kinks: Vec::new(),
    };
    let reader = Reader { ask: ask.clone() };
    let solve = |ask: &CircuitRun<'_>| {
        if device.cancellation.is_cancelled() {
            return Err(Unsolved::Cancelled);
        }
        let rows = simulation.follow(ask).ok_or(Unsolved::Simulator)?;
        reader.read(&rows).ok_or(Unsolved::Simulator)
    };
    let Some(stop) = circuit.stop else { return solve(&ask) };
    let stop = ask.number(stop);
    if !(stop.is_finite() && stop > 0.0) {
        return Err(Unsolved::NotFinite);
    }
    ask.kinks = kinks(&ask, stop);
    let has_events = circuit.events.len() > EventIr::END + 1;
    let last_kink = ask.kinks.last().copied().unwrap_or(0.0);
    let mut end = match has_events {
        true => (stop * FIRST).max(BEYOND * last_kink).min(stop),
        false => stop,
    };
    loop {
        ask.end = Some(end);
        let ended = solve(&ask)?;
        if ended.missed.is_some() && end < stop {
            end = (end * LONGER).min(stop);
            continue;
        }
        if ended.missed.is_none() && has_events && ended.time < EARLY * end {
            let shorter = BEYOND * ended.time;
            if shorter > 0.0 && shorter < EARLY * end {
                ask.end = Some(shorter);
                let finer = solve(&ask)?;
                return Ok(if finer.missed.is_none() { finer } else { ended });
            }
        }
        return Ok(ended);
    }
}

/// The moments up to `stop` at which a function of the time alone bends or jumps: what the
/// smaller and larger of two, magnitudes and comparisons hold. Functions between them are taken
/// for straight lines.
fn kinks(ask: &CircuitRun<'_>, stop: f64) -> Vec<f64> {
    let graph = &ask.circuit.graph;
    let time = ask.circuit.time();
    let mut is_of_time: Vec<bool> = Vec::with_capacity(graph.len());
    let mut known = vec![0.0, stop];
    let at = |t: f64| {
        evaluate(graph, &|leaf| match leaf {
            Leaf::Argument(i) if i == time => t,
            other => ask.leaf(other),
        })
    };
    for node in graph.nodes() {
        let of = |id: ExprId| is_of_time.get(id.0 as usize) == Some(&true);
        let (yes, bend) = match *node {
            Node::Leaf(leaf) => {
                let plain = matches!(
                    leaf,
                    Leaf::Constant(_) | Leaf::Physical(_) | Leaf::Argument(_) | Leaf::Temperature
                );
                let is_note = matches!(leaf, Leaf::Argument(i) if i > time);
                (plain && !is_note, None)
            }
            Node::Unary(Unary::Absolute, a) => (of(a), Some((a, None))),
            Node::Unary(_, a) => (of(a), None),
            Node::Binary(Binary::Minimum | Binary::Maximum, a, b) | Node::Compare(_, a, b) => {
                (of(a) && of(b), Some((a, Some(b))))
            }
            Node::Binary(_, a, b) => (of(a) && of(b), None),
            Node::Select(c, a, b) => (of(c) && of(a) && of(b), None),
        };
        is_of_time.push(yes);
        let Some((a, b)) = bend.filter(|_| yes) else { continue };
        let mut more = Vec::new();
        for pair in known.windows(2) {
            let &[from, to] = pair else { continue };
            // A little inside, because a comparison jumps at its kink.
            let inside = 1e-12 * (to - from);
            let gap = |t: f64| {
                let values = at(t);
                let of = |id: ExprId| values.get(id.0 as usize).copied().unwrap_or(f64::NAN);
                of(a) - b.map_or(0.0, of)
            };
            let (low, high) = (gap(from + inside), gap(to - inside));
            if low.is_finite() && high.is_finite() && (low < 0.0) != (high < 0.0) {
                let root = from + inside + (to - from - 2.0 * inside) * (low / (low - high));
                if root > from && root < to {
                    more.push(root);
                }
            }
        }
        known.extend(more);
        known.sort_by(f64::total_cmp);
        known.dedup();
        if known.len() > KINKS {
            break;
        }
    }
    known.retain(|t| *t > 0.0 && *t < stop);
    known
}

/// Reads waveforms.
struct Reader<'a> {
    ask: CircuitRun<'a>,
}

/// What has been read so far.
struct Reading {
    row: Vec<f64>,
    /// When each event happened.
    found: Vec<Option<f64>>,
    /// What each observation has come to.
    memory: Vec<f64>,
    /// All expressions at the row.
    values: Vec<f64>,
}

impl Reader<'_> {
    /// The outputs; `None` when there is not one whole row.
    fn read(&self, rows: &[Vec<f64>]) -> Option<Ended> {
        let circuit = self.ask.circuit;
        let columns = 1 + circuit.pins as usize * 2 + circuit.nodes.len();
        if rows.is_empty() || rows.iter().any(|r| r.len() != columns) {
            return None;
        }
        let first = rows.first()?.clone();
        let memory = vec![f64::NAN; circuit.observations.len()];
        let values = self.values(&first, &memory);
        let mut now =
            Reading { row: first, found: vec![None; circuit.events.len()], memory, values };
        self.mark(&mut now, EventIr::START);
        for next in rows.iter().skip(1) {
            if self.is_finished(&now) {
                break;
            }
            self.step(&mut now, next);
        }
        self.mark(&mut now, EventIr::END);
        let of = |id: ExprId| now.values.get(id.0 as usize).copied().unwrap_or(f64::NAN);
        let outputs = circuit.outputs.iter().map(|o| of(o.value)).collect();
        let missed = (EventIr::END + 1..now.found.len())
            .find(|e| now.found.get(*e).copied().flatten().is_none());
        Some(Ended { outputs, missed, time: now.row.first().copied().unwrap_or(0.0) })
    }

    fn is_finished(&self, now: &Reading) -> bool {
        let mut events = now.found.iter().skip(EventIr::END + 1).peekable();
        events.peek().is_some() && events.all(Option::is_some)
    }

    /// Goes on to a row, from event to event.
    fn step(&self, now: &mut Reading, next: &[f64]) {
        for _ in 0..=self.ask.circuit.events.len() {
            let trial = self.remember(now, next);
            let values = self.values(next, &trial);
            let Some((event, share)) = self.first_crossed(now, &values) else {
                *now = Reading {
                    row: next.to_vec(),
                    memory: trial,
                    values,
                    found: std::mem::take(&mut now.found),
                };
                return;
            };
            let between: Vec<f64> =
                now.row.iter().zip(next).map(|(a, b)| a + share * (b - a)).collect();
            now.memory = self.remember(now, &between);
            now.values = self.values(&between, &now.memory);
            now.row = between;
            self.mark(now, event);
            if self.is_finished(now) {
                return;
            }
        }
    }

    /// The event that a straight line to a row crosses first, with the share of the way.
    fn first_crossed(&self, now: &Reading, values: &[f64]) -> Option<(usize, f64)> {
        let has = |event: usize| now.found.get(event).copied().flatten().is_some();
        let events = self.ask.circuit.events.iter().enumerate().skip(EventIr::END + 1);
        let pending = events.filter(|(index, event)| !has(*index) && has(event.after));
        let crossed = pending.filter_map(|(index, event)| {
            let place = event.value?.0 as usize;
            let sign = if event.way == Way::Rises { 1.0 } else { -1.0 };
            let a = sign * now.values.get(place).copied()?;
            let b = sign * values.get(place).copied()?;
            (a < 0.0 && b >= 0.0).then(|| (index, -a / (b - a)))
        });
        crossed.min_by(|x, y| x.1.total_cmp(&y.1))
    }

    /// What the observations come to up to a row.
    fn remember(&self, now: &Reading, next: &[f64]) -> Vec<f64> {
        let after = self.values(next, &now.memory);
        let length = next.first().copied().unwrap_or(0.0) - now.row.first().copied().unwrap_or(0.0);
        let has = |event: usize| now.found.get(event).copied().flatten().is_some();
        let all = self.ask.circuit.observations.iter().zip(&now.memory);
        let noted = all.map(|(observation, memory)| {
            let place = observation.value().0 as usize;
            let of = |values: &[f64]| values.get(place).copied().unwrap_or(f64::NAN);
            match *observation {
                ObservationIr::Integral { from, to, .. } if has(from) && !has(to) => {
                    memory + 0.5 * length * (of(&now.values) + of(&after))
                }
                ObservationIr::Peak { from, to, .. } if has(from) && !has(to) => {
                    memory.max(of(&after))
                }
                _ => *memory,
            }
        });
        noted.collect()
    }

    /// Notes that an event happens at the row that is reached.
    fn mark(&self, now: &mut Reading, event: usize) {
        let time = now.row.first().copied();
        if let Some(slot @ None) = now.found.get_mut(event) {
            *slot = time;
        }
        let all = self.ask.circuit.observations.iter().zip(&mut now.memory);
        for (observation, slot) in all {
            let place = observation.value().0 as usize;
            let value = now.values.get(place).copied().unwrap_or(f64::NAN);
            match *observation {
                ObservationIr::At { event: e, .. } if e == event => *slot = value,
                ObservationIr::Integral { from, .. } if from == event => *slot = 0.0,
                ObservationIr::Peak { from, .. } if from == event => *slot = value,
                _ => {}
            }
        }
        now.values = self.values(&now.row, &now.memory);
    }

    /// All expressions at a row: the time, potentials of all nodes, currents into pins.
    fn values(&self, row: &[f64], memory: &[f64]) -> Vec<f64> {
        let circuit = self.ask.circuit;
        let time = circuit.time();
        let column = |index: usize| row.get(index).copied().unwrap_or(f64::NAN);
        let currents = 1 + circuit.pins as usize + circuit.nodes.len();
        evaluate(&circuit.graph, &|leaf| match leaf {
            Leaf::Argument(i) if i == time => column(0),
            Leaf::Argument(i) if i > time => {
                memory.get((i - time - 1) as usize).copied().unwrap_or(f64::NAN)
            }
            Leaf::Voltage(a, b) => column(1 + a as usize) - column(1 + b as usize),
            Leaf::PinCurrent(p) => column(currents + p as usize),
            other => self.ask.leaf(other),
        })
    }
}
