//! Events and measures on a simulator's waveforms. Between samples everything is straight.

use espice_lang::ir::{
    Binary, CircuitIr, Comparison, EventIr, ExprId, Leaf, Node, ObservationIr, Unary, Way,
};

/// Samples of a run: the time, the voltages of all nodes but the ground, the currents into pins.
#[derive(Clone, Debug)]
pub(crate) struct Waves<'a> {
    circuit: &'a CircuitIr,
    conditions: &'a [f64],
    rows: &'a [Vec<f64>],
}

impl<'a> Waves<'a> {
    /// Waveforms as the deck of the circuit writes them.
    pub(crate) fn new(circuit: &'a CircuitIr, conditions: &'a [f64], rows: &'a [Vec<f64>]) -> Self {
        Waves { circuit, conditions, rows }
    }

    /// The outputs of the circuit; NaN where an event did not happen.
    pub(crate) fn outputs(&self) -> Vec<f64> {
        let mut notes = vec![f64::NAN; self.circuit.observations.len()];
        // Time and place of each event: between which samples, and how far.
        let mut found: Vec<Option<f64>> = vec![None; self.circuit.events.len()];
        found[EventIr::START] = Some(0.0);
        for (index, event) in self.circuit.events.iter().enumerate().skip(EventIr::END + 1) {
            self.note(&mut notes, &found, true);
            let Some(after) = found[event.after] else { continue };
            let Some(value) = event.value else { continue };
            found[index] = self.crossing(event, value, after, &notes, &found);
        }
        found[EventIr::END] = self.rows.last().map(|r| r[0]);
        self.note(&mut notes, &found, false);
        let last = self.rows.len() - 1;
        self.circuit.outputs.iter().map(|o| self.value(last, o.value, &notes)).collect()
    }

    fn crossing(
        &self,
        event: &EventIr,
        value: ExprId,
        after: f64,
        notes: &[f64],
        found: &[Option<f64>],
    ) -> Option<f64> {
        let sign = if event.way == Way::Rises { 1.0 } else { -1.0 };
        let mut notes = notes.to_vec();
        let mut before: Option<(f64, f64)> = None;
        for row in 0..self.rows.len() {
            let t = self.rows[row][0];
            // A peak that has not ended is the largest value so far.
            for (note, observation) in notes.iter_mut().zip(&self.circuit.observations) {
                if let ObservationIr::Peak { value, from, to } = *observation
                    && found[to].is_none()
                    && found[from].is_some_and(|f| f <= t)
                {
                    let v = self.value(row, value, &[]);
                    *note = if note.is_nan() { v } else { note.max(v) };
                }
            }
            let now = (t, sign * self.value(row, value, &notes));
            if let Some((t0, g0)) = before
                && t > after
                && g0 < 0.0
                && now.1 >= 0.0
            {
                return Some(t0 + (t - t0) * -g0 / (now.1 - g0));
            }
            before = (t >= after).then_some(now);
        }
        None
    }

    /// What the observations come to with the events that are known.
    fn note(&self, notes: &mut [f64], found: &[Option<f64>], on_the_way: bool) {
        for (note, observation) in notes.iter_mut().zip(&self.circuit.observations) {
            let value = observation.value();
            *note = match *observation {
                ObservationIr::At { event, .. } => {
                    found[event].map_or(f64::NAN, |t| self.at(t, value))
                }
                ObservationIr::Integral { from, to, .. } => match (found[from], found[to]) {
                    (Some(a), Some(b)) => self.integral(value, a, b),
                    _ => f64::NAN,
                },
                ObservationIr::Peak { from, to, .. } => match (found[from], found[to]) {
                    (Some(a), Some(b)) => {
                        let inside = (0..self.rows.len())
                            .filter(|r| (a..=b).contains(&self.rows[*r][0]))
                            .map(|r| self.value(r, value, &[]));
                        inside.fold(self.at(a, value), f64::max)
                    }
                    (Some(_), None) if on_the_way => f64::NAN,
                    _ => f64::NAN,
                },
            };
        }
    }

    fn at(&self, time: f64, value: ExprId) -> f64 {
        let after = self.rows.partition_point(|r| r[0] < time).clamp(1, self.rows.len() - 1);
        let (t0, t1) = (self.rows[after - 1][0], self.rows[after][0]);
        let (a, b) = (self.value(after - 1, value, &[]), self.value(after, value, &[]));
        a + (b - a) * (time - t0) / (t1 - t0)
    }

    fn integral(&self, value: ExprId, from: f64, to: f64) -> f64 {
        let mut sum = 0.0;
        let mut before = (from, self.at(from, value));
        for row in 0..self.rows.len() {
            let t = self.rows[row][0];
            if t > from && t < to {
                let now = (t, self.value(row, value, &[]));
                sum += 0.5 * (now.0 - before.0) * (now.1 + before.1);
                before = now;
            }
        }
        sum + 0.5 * (to - before.0) * (self.at(to, value) + before.1)
    }

    fn volts(&self, row: usize, node: u32) -> f64 {
        let ground = self.circuit.ground;
        match node {
            n if n == ground => 0.0,
            n => self.rows[row][1 + n as usize - usize::from(n > ground)],
        }
    }

    fn value(&self, row: usize, id: ExprId, notes: &[f64]) -> f64 {
        let of = |id| self.value(row, id, notes);
        let truth = |holds: bool| if holds { 1.0 } else { 0.0 };
        match self.circuit.graph.node(id) {
            Node::Leaf(leaf) => match leaf {
                Leaf::Constant(bits) => f64::from_bits(bits),
                Leaf::Argument(i) if i == self.circuit.time() => self.rows[row][0],
                Leaf::Argument(i) if i > self.circuit.time() => {
                    let index = (i - self.circuit.time() - 1) as usize;
                    notes.get(index).copied().unwrap_or(f64::NAN)
                }
                Leaf::Argument(i) => self.conditions[i as usize],
                Leaf::Voltage(a, b) => self.volts(row, a) - self.volts(row, b),
                Leaf::PinCurrent(p) => {
                    let nodes = self.circuit.pins as usize + self.circuit.nodes.len();
                    self.rows[row][nodes + p as usize]
                }
                other => panic!("{other:?} in a measure"),
            },
            Node::Unary(op, a) => match op {
                Unary::Negate => -of(a),
                Unary::Absolute => of(a).abs(),
                Unary::SquareRoot => of(a).sqrt(),
                Unary::Exponential => of(a).exp(),
                Unary::Logarithm => of(a).ln(),
                other => panic!("{other:?} in a measure"),
            },
            Node::Binary(op, a, b) => {
                let (a, b) = (of(a), of(b));
                match op {
                    Binary::Add => a + b,
                    Binary::Subtract => a - b,
                    Binary::Multiply => a * b,
                    Binary::Divide => a / b,
                    Binary::Power => a.powf(b),
                    Binary::Minimum => a.min(b),
                    Binary::Maximum => a.max(b),
                    Binary::And => truth(a != 0.0 && b != 0.0),
                    Binary::Or => truth(a != 0.0 || b != 0.0),
                }
            }
            Node::Compare(op, a, b) => {
                let (a, b) = (of(a), of(b));
                truth(match op {
                    Comparison::Less => a < b,
                    Comparison::LessEqual => a <= b,
                    Comparison::Equal => a == b,
                })
            }
            Node::Select(c, a, b) => {
                if of(c) != 0.0 {
                    of(a)
                } else {
                    of(b)
                }
            }
        }
    }
}
