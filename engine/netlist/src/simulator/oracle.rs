//! Operating points and small-signal capacitances of many devices, as a reference for native
//! evaluators.
//!
//! Every terminal of every device is forced by a source of its own and the currents are read
//! from the sources, so that devices of one deck do not meet. Options and traps are those
//! measured on ngspice 39: looser `reltol` leaves errors of 1e-4; a device that converges only
//! by stepping can falsify others of the same deck, so such a deck is split; and with a small
//! series resistance rounding exceeds an `abstol` of 1e-18 A, so a deck that fails with it is
//! tried again with 1e-12 A (Newton's method overshoots that by far) before it is split.

use super::composite::{
    Composite, cards_of, check_all, options, splits, takes_the_deck, write_elements,
};
use super::{Run, SimulationError, Simulator, SimulatorConfig, read_wrdata};
use espice_base::{Diagnostic, Diagnostics, Severity};
use espice_units::exact;
use std::collections::BTreeSet;
use std::fmt::Write;

/// Most devices that share a deck.
const DECK: usize = 200;

/// Frequency of the small-signal analysis, Hz.
const FREQUENCY: f64 = 1.0;

/// How many points may run into the time limit before the whole request fails.
const SLOW_POINTS: usize = 8;

/// Relative tolerance.
const RELATIVE: f64 = 1e-9;

/// Absolute current tolerances in A, tried in this order.
const TOLERANCES: [f64; 2] = [1e-18, 1e-12];

/// One device at one bias.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct BiasPoint {
    /// Which of the devices.
    pub model: usize,
    /// The voltage of each terminal against ground, V, in the order of the element line.
    pub volts: Vec<f64>,
    /// Temperature of the device, K.
    pub kelvin: f64,
    /// Parameters of the element, such as `W` and `L` in m.
    pub instance: Vec<(String, f64)>,
}

/// What is wanted of each point.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Want {
    /// Terminal currents.
    Currents,
    /// Terminal currents, small-signal conductances and capacitances.
    Admittances,
}

/// What the simulator says of one point.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct PointResult {
    /// Current into each terminal, A.
    pub currents: Vec<f64>,
    /// `conductances[i][j]` is the real part of the current into terminal i for 1 V at terminal
    /// j, S; empty when not wanted or not finite.
    pub conductances: Vec<Vec<f64>>,
    /// `capacitances[i][j]` is its imaginary part divided by the angular frequency, F; empty
    /// likewise. The model's own derivatives make it: a device whose load function has a wrong
    /// one shows it here.
    pub capacitances: Vec<Vec<f64>>,
}

/// The answer to a batch.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct OperatingPoints {
    /// One entry for each point; `None` is without reference.
    pub points: Vec<Option<PointResult>>,
    /// Ignored parameters, and the points without reference.
    pub diagnostics: Diagnostics,
    /// How many processes were run.
    pub runs: usize,
}

/// Simulates every point. A deck that does not converge is split until the points that fail
/// stand alone; those are without reference.
///
/// # Errors
/// [`SimulationError`] when the request makes no sense, a card cannot be written, the
/// simulator cannot be run or refuses a deck, or too many points run into the time limit.
pub fn operating_points(
    simulator: &Simulator,
    config: &SimulatorConfig<'_>,
    models: &[Composite],
    points: &[BiasPoint],
    want: Want,
) -> Result<OperatingPoints, SimulationError> {
    check_all(models, points)?;
    let mut answer =
        OperatingPoints { points: vec![None; points.len()], ..OperatingPoints::default() };
    let cards = cards_of(simulator, models, points, &mut answer.diagnostics)?;
    let batch = Batch { simulator, config, cards, models, points, want };

    // Ranges still to do, first one last.
    let mut open: Vec<(usize, usize)> = decks(models, points);
    let mut slow = 0;
    while let Some((from, to)) = open.pop() {
        match batch.range(from, to, &mut answer) {
            Ok(results) => {
                for (slot, result) in answer.points.iter_mut().skip(from).zip(results) {
                    *slot = result;
                }
            }
            Err(e) if !splits(&e) => return Err(e),
            Err(_) if to - from > 1 => {
                let middle = from + (to - from) / 2;
                open.push((middle, to));
                open.push((from, middle));
            }
            Err(e) => {
                slow += usize::from(matches!(e, SimulationError::Timeout(_)));
                if slow > SLOW_POINTS {
                    return Err(e);
                }
                let d = e.diagnostic();
                let message = format!("bias point {from} is without reference: {}", d.message);
                answer.diagnostics.push(Diagnostic::new(d.code, Severity::Warning, message));
            }
        }
    }
    Ok(answer)
}

/// Ranges of points that share a deck, the last one first. A subcircuit has the temperature of
/// its deck.
fn decks(models: &[Composite], points: &[BiasPoint]) -> Vec<(usize, usize)> {
    let shared = |p: &BiasPoint| takes_the_deck(models, p);
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    let mut before: Option<&BiasPoint> = None;
    for (index, point) in points.iter().enumerate() {
        let alike =
            before.is_some_and(|b| b.kelvin == point.kelvin || !(shared(b) || shared(point)));
        match ranges.last_mut() {
            Some((from, to)) if alike && index - *from < DECK => *to = index + 1,
            _ => ranges.push((index, index + 1)),
        }
        before = Some(point);
    }
    ranges.reverse();
    ranges
}

/// A request with what all of its decks share.
struct Batch<'a> {
    simulator: &'a Simulator,
    config: &'a SimulatorConfig<'a>,
    cards: Vec<String>,
    models: &'a [Composite],
    points: &'a [BiasPoint],
    want: Want,
}

impl Batch<'_> {
    /// The points `from..to` in one deck for each driven terminal, at the tightest tolerance
    /// that converges.
    fn range(
        &self,
        from: usize,
        to: usize,
        answer: &mut OperatingPoints,
    ) -> Result<Vec<Option<PointResult>>, SimulationError> {
        let mut last = None;
        for abstol in TOLERANCES {
            match self.attempt(from, to, abstol, answer) {
                Err(e @ SimulationError::NoConvergence { .. }) => last = Some(e),
                other => return other,
            }
        }
        Err(last.unwrap_or(SimulationError::Cancelled))
    }

    fn attempt(
        &self,
        from: usize,
        to: usize,
        abstol: f64,
        answer: &mut OperatingPoints,
    ) -> Result<Vec<Option<PointResult>>, SimulationError> {
        let points = self.points.get(from..to).unwrap_or(&[]);
        let terminals = points.iter().map(|p| p.volts.len());
        let drives = match self.want {
            Want::Currents => 1,
            Want::Admittances => terminals.clone().max().unwrap_or(1),
        };
        let columns: usize = terminals.sum();
        let mut results: Vec<Option<PointResult>> = vec![None; points.len()];
        for drive in 0..drives {
            let config = self.config.labelled(&format!("{}_{drive}", answer.runs));
            let dc = config.file_name("dc.data");
            let ac = config.file_name("ac.data");
            let admittances = self.want == Want::Admittances;
            let deck = self.deck(points, abstol, drive, &dc, admittances.then_some(&ac));
            let mut files = vec![dc];
            files.extend(admittances.then_some(ac));
            answer.runs += 1;
            let run = self.simulator.run(&config, &deck, &files)?;
            if run.strained {
                let line = String::from("it needed stepping");
                return Err(SimulationError::NoConvergence { line });
            }
            if drive == 0 {
                let values = one_row(&run, &files, 0, columns)?;
                take_currents(points, &values, &mut results);
            }
            if admittances {
                let values = one_row(&run, &files, 1, 2 * columns)?;
                take_admittances(points, drive, &values, &mut results);
            }
            for d in run.diagnostics {
                // One notice of each ignored parameter is enough.
                if !answer.diagnostics.iter().any(|known| *known == d) {
                    answer.diagnostics.push(d);
                }
            }
        }
        for result in results.iter_mut().flatten() {
            let finite = |m: &[Vec<f64>]| m.iter().flatten().all(|v| v.is_finite());
            if !(finite(&result.conductances) && finite(&result.capacitances)) {
                result.conductances.clear();
                result.capacitances.clear();
            }
        }
        Ok(results)
    }

    /// The deck of some points, with 1 V of small signal at terminal `drive` of each.
    fn deck(
        &self,
        points: &[BiasPoint],
        abstol: f64,
        drive: usize,
        dc: &str,
        ac: Option<&String>,
    ) -> String {
        let mut deck = String::from("* operating points\n");
        deck.push_str(&options(RELATIVE, abstol, self.models, points));
        let used: BTreeSet<usize> = points.iter().map(|p| p.model).collect();
        for card in used.iter().filter_map(|m| self.cards.get(*m)) {
            deck.push_str(card);
        }
        let mut currents = Vec::new();
        for (n, point) in points.iter().enumerate() {
            for (t, volts) in point.volts.iter().enumerate() {
                let small = if t == drive && ac.is_some() { " ac 1" } else { "" };
                let _ = writeln!(deck, "v{n}_{t} n{n}_{t} 0 dc {}{small}", exact(*volts));
                currents.push(format!("i(v{n}_{t})"));
            }
            write_elements(&mut deck, n, point, self.models, &|t| format!("n{n}_{t}"));
        }
        let currents = currents.join(" ");
        deck.push_str(".control\noptran 1 0 0 0 0 0\nset numdgt=16\nset wr_singlescale\n");
        let _ = writeln!(deck, "op\nwrdata {dc} {currents}");
        if let Some(ac) = ac {
            let f = exact(FREQUENCY);
            let _ = writeln!(deck, "ac lin 1 {f} {f}\nwrdata {ac} {currents}");
        }
        deck.push_str("quit\n.endc\n.end\n");
        deck
    }
}

/// The only row of a result, without its scale.
fn one_row(
    run: &Run,
    files: &[String],
    index: usize,
    columns: usize,
) -> Result<Vec<f64>, SimulationError> {
    let file = files.get(index).map_or("", String::as_str);
    let table = read_wrdata(file, run.results.get(index).map_or("", String::as_str))?;
    match table.rows.as_slice() {
        [row] if row.len() == columns + 1 => Ok(row.iter().skip(1).copied().collect()),
        [row, ..] => Err(SimulationError::Result {
            file: file.to_string(),
            reason: format!(
                "{} rows of {} columns instead of one of {}",
                table.rows.len(),
                row.len(),
                columns + 1
            ),
        }),
        [] => Err(SimulationError::Result { file: file.into(), reason: "it is empty".into() }),
    }
}

/// A source's current flows from its node through the source: out of the device.
/// Subtracting from zero leaves no negative zeros.
fn take_currents(points: &[BiasPoint], values: &[f64], results: &mut [Option<PointResult>]) {
    let mut values = values.iter();
    for (point, slot) in points.iter().zip(results) {
        let currents: Vec<f64> = values.by_ref().take(point.volts.len()).map(|i| 0.0 - i).collect();
        if currents.iter().all(|i| i.is_finite()) {
            *slot = Some(PointResult { currents, ..PointResult::default() });
        }
    }
}

/// Column `drive` of each point's matrices.
fn take_admittances(
    points: &[BiasPoint],
    drive: usize,
    values: &[f64],
    results: &mut [Option<PointResult>],
) {
    let omega = 2.0 * std::f64::consts::PI * FREQUENCY;
    let (pairs, _) = values.as_chunks::<2>();
    let mut pairs = pairs.iter();
    for (point, slot) in points.iter().zip(results) {
        let count = point.volts.len();
        let column: Vec<[f64; 2]> = pairs.by_ref().take(count).copied().collect();
        let Some(result) = slot.as_mut().filter(|_| drive < count) else { continue };
        result.conductances.resize(count, Vec::new());
        result.capacitances.resize(count, Vec::new());
        let rows = result.conductances.iter_mut().zip(&mut result.capacitances);
        for ((g, c), [re, im]) in rows.zip(column) {
            g.push(0.0 - re);
            c.push((0.0 - im) / omega);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ModelCard;
    use espice_base::Code;

    fn diode_point(volts: &[f64]) -> BiasPoint {
        BiasPoint { volts: volts.to_vec(), kelvin: 300.15, ..BiasPoint::default() }
    }

    #[test]
    fn requests_that_make_no_sense_are_refused() {
        let models = Composite::of_cards(&[ModelCard::new("d", "D"), ModelCard::new("x", "WARP")]);
        let config = SimulatorConfig::new("does-not-run", "/nowhere", "t");
        let ask = |point: BiasPoint| {
            let sim = Simulator::ngspice();
            operating_points(&sim, &config, &models, &[point], Want::Currents).unwrap_err().code()
        };
        let cold = BiasPoint { kelvin: -1.0, ..diode_point(&[0.0, 0.0]) };
        let absent = BiasPoint { model: 7, ..diode_point(&[0.0, 0.0]) };
        let strange = BiasPoint { model: 1, ..diode_point(&[0.0, 0.0]) };
        for wrong in [diode_point(&[1.0]), diode_point(&[f64::NAN, 0.0]), cold, absent, strange] {
            assert_eq!(ask(wrong), Code::SIMULATOR_REQUEST);
        }
    }

    #[test]
    fn the_deck_forces_every_terminal() {
        let models = Composite::of_cards(&[ModelCard::new("a b", "D").with("IS", 1e-14)]);
        let mut diagnostics = Diagnostics::new();
        let points = [BiasPoint { kelvin: 398.15, ..diode_point(&[0.7, -0.25]) }];
        let cards = cards_of(&Simulator::ngspice(), &models, &points, &mut diagnostics).unwrap();
        let simulator = Simulator::ngspice();
        let config = SimulatorConfig::new("x", "/nowhere", "t");
        let batch = Batch {
            simulator: &simulator,
            config: &config,
            cards,
            models: &models,
            points: &points,
            want: Want::Admittances,
        };
        let deck = batch.deck(&points, 1e-18, 1, "dc", Some(&String::from("ac")));
        for line in [
            ".model m0_0 D (IS=1e-14)",
            "v0_0 n0_0 0 dc 0.7",
            "v0_1 n0_1 0 dc -0.25 ac 1",
            "d0_0 n0_0 n0_1 m0_0 temp=125",
            "wrdata ac i(v0_0) i(v0_1)",
        ] {
            assert!(deck.lines().any(|l| l == line), "{line}\n{deck}");
        }
    }
}
