//! Operating points and small-signal capacitances of many devices, as a reference for native
//! evaluators.
//!
//! Every terminal of every device is forced by a source of its own and the currents are read
//! from the sources, so that devices of one deck do not meet. Options and traps are those
//! measured on ngspice 39: looser `reltol` leaves errors of 1e-4; a device that converges only
//! by stepping can falsify others of the same deck, so such a deck is split; and with a small
//! series resistance rounding exceeds an `abstol` of 1e-18 A, so a deck that fails with it is
//! tried again with 1e-12 A (Newton's method overshoots that by far) before it is split.

use super::{Reader, Run, SimulationError, Simulator, SimulatorConfig, read_wrdata};
use crate::{Dialect, Item, Library, ModelCard, Subcircuit, dialect};
use espice_base::{Code, Diagnostic, Diagnostics, Severity};
use espice_units::{constants, exact};
use std::collections::BTreeSet;
use std::fmt::Write;

/// Most devices that share a deck.
const DECK: usize = 200;

/// Frequency of the small-signal analysis, Hz.
const FREQUENCY: f64 = 1.0;

/// How many points may run into the time limit before the whole request fails.
const SLOW_POINTS: usize = 8;

/// Absolute current tolerances in A, tried in this order.
const TOLERANCES: [f64; 2] = [1e-18, 1e-12];

/// Device types, the letter of their elements, and the numbers of terminals they may have.
const KINDS: [(&[&str], char, &[usize]); 6] = [
    (&["D"], 'd', &[2]),
    (&["NPN", "PNP"], 'q', &[3, 4]),
    (&["NJF", "PJF"], 'j', &[3]),
    (&["NMF", "PMF"], 'z', &[3]),
    (&["NMOS", "PMOS"], 'm', &[4]),
    (&["VDMOS"], 'm', &[3]),
];

/// Elements that know no temperature of their own.
const TIMELESS: [char; 1] = ['z'];

/// The letter with which elements of a device type begin, lower case; `None` for types that are
/// not known.
pub fn element_letter(device_type: &str) -> Option<char> {
    let known = |types: &[&str]| types.iter().any(|t| t.eq_ignore_ascii_case(device_type));
    KINDS.iter().find(|(types, ..)| known(types)).map(|(_, letter, _)| *letter)
}

/// Whether the simulators' elements of a device type know a temperature, their own and `TNOM`.
pub fn has_temperature(device_type: &str) -> bool {
    element_letter(device_type).is_none_or(|letter| !TIMELESS.contains(&letter))
}

/// A device to simulate: one element, or several between its terminals and inner nodes, as a
/// subcircuit holds them. Elements stand in the deck each for itself, so that each gets the
/// temperature of its point, which the call of a subcircuit could not give.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Composite {
    /// Its elements.
    pub parts: Vec<Part>,
    /// The subcircuit that it is instead. Its temperature is that of the circuit, so that the
    /// points of a deck share it.
    pub subcircuit: Option<Subcircuit>,
}

/// An element of a device.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Part {
    /// Its model.
    pub card: ModelCard,
    /// Its nodes by number: terminals of the device first, then inner nodes. Empty when the
    /// element is the whole device.
    pub nodes: Vec<usize>,
    /// Parameters of the element, such as `area`, before those of the point.
    pub instance: Vec<(String, f64)>,
}

impl From<ModelCard> for Composite {
    fn from(card: ModelCard) -> Composite {
        Composite { parts: vec![Part { card, ..Part::default() }], subcircuit: None }
    }
}

impl Composite {
    /// The devices of some cards, each a whole one.
    pub fn of_cards(cards: &[ModelCard]) -> Vec<Composite> {
        cards.iter().cloned().map(Composite::from).collect()
    }
}

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
    let dialect = dialect(&simulator.dialect)
        .filter(|_| simulator.reader == Reader::Wrdata)
        .ok_or_else(|| request(format!("no decks are made for `{}`", simulator.name)))?;
    for (n, point) in points.iter().enumerate() {
        check_point(models, point)
            .map_err(|reason| request(format!("bias point {n}: {reason}")))?;
    }
    let mut answer =
        OperatingPoints { points: vec![None; points.len()], ..OperatingPoints::default() };
    let used: BTreeSet<usize> = points.iter().map(|p| p.model).collect();
    let cards = write_cards(dialect, models, &used, &mut answer.diagnostics)?;
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
    let takes_the_deck =
        |p: &BiasPoint| models.get(p.model).is_some_and(|m| m.subcircuit.is_some());
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    let mut before: Option<&BiasPoint> = None;
    for (index, point) in points.iter().enumerate() {
        let alike = before.is_some_and(|b| {
            b.kelvin == point.kelvin || !(takes_the_deck(b) || takes_the_deck(point))
        });
        match ranges.last_mut() {
            Some((from, to)) if alike && index - *from < DECK => *to = index + 1,
            _ => ranges.push((index, index + 1)),
        }
        before = Some(point);
    }
    ranges.reverse();
    ranges
}

/// Whether another, smaller deck may do better.
fn splits(error: &SimulationError) -> bool {
    matches!(
        error,
        SimulationError::NoConvergence { .. }
            | SimulationError::Crashed { .. }
            | SimulationError::Timeout(_)
            | SimulationError::TooMuchOutput(_)
    )
}

fn request(reason: String) -> SimulationError {
    SimulationError::Request(reason)
}

/// Why a point cannot be simulated.
fn check_point(models: &[Composite], point: &BiasPoint) -> Result<(), String> {
    let device = models.get(point.model).ok_or("its card is not in the list")?;
    for part in &device.parts {
        let kind = &part.card.device_type;
        let (_, _, terminals) = KINDS
            .iter()
            .find(|(types, _, _)| types.iter().any(|t| t.eq_ignore_ascii_case(kind)))
            .ok_or_else(|| format!("the device type `{kind}` is not known"))?;
        let count = if part.nodes.is_empty() { point.volts.len() } else { part.nodes.len() };
        if !terminals.contains(&count) {
            return Err(format!("a `{kind}` does not have {count} terminals"));
        }
    }
    let of_parts = device.parts.iter().flat_map(|p| &p.instance);
    let instance = point.instance.iter().chain(of_parts).map(|(_, v)| *v);
    if !point.volts.iter().copied().chain(instance).all(f64::is_finite) {
        return Err(String::from("a voltage or an element's parameter is not finite"));
    }
    if !(point.kelvin.is_finite() && point.kelvin > 0.0) {
        return Err(format!("its temperature is {} K", point.kelvin));
    }
    Ok(())
}

/// The text of the cards of every device that is used, by its place in the list; others stay
/// empty.
fn write_cards(
    dialect: &dyn Dialect,
    models: &[Composite],
    used: &BTreeSet<usize>,
    diagnostics: &mut Diagnostics,
) -> Result<Vec<String>, SimulationError> {
    let mut cards = Vec::with_capacity(models.len());
    for (n, model) in models.iter().enumerate() {
        if !used.contains(&n) {
            cards.push(String::new());
            continue;
        }
        let named = |(k, part): (usize, &Part)| {
            Item::Model(ModelCard { name: format!("m{n}_{k}"), ..part.card.clone() })
        };
        let whole = model
            .subcircuit
            .iter()
            .map(|s| Item::Subcircuit(Subcircuit { name: format!("m{n}"), ..s.clone() }));
        let items = model.parts.iter().enumerate().map(named).chain(whole).collect();
        let library = Library { header: Vec::new(), items };
        let written = dialect.write(&library);
        // Ignored parameters are a warning here: the run goes on without them and says so.
        let broken = |d: &&Diagnostic| {
            d.severity == Severity::Error && d.code != Code::CARD_UNKNOWN_PARAMETER
        };
        if let Some(d) = written.diagnostics.iter().find(broken) {
            let name = model.parts.first().map_or("", |p| p.card.name.as_str());
            return Err(request(format!("the card of `{name}`: {}", d.message)));
        }
        diagnostics.extend(written.diagnostics);
        cards.push(written.text);
    }
    Ok(cards)
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
        // Without stepping and without the transient that ngspice tries last (`optran` with no
        // time) a deck that does not converge fails at once and is split: a point found on such
        // a detour would be left out anyway, and the transient costs more than all else.
        let _ = writeln!(
            deck,
            ".options gmin=0 reltol=1e-9 abstol={} vntol=1e-12 itl1=500 gminsteps=0 srcsteps=0",
            exact(abstol)
        );
        let takes_the_deck =
            |p: &BiasPoint| self.models.get(p.model).is_some_and(|m| m.subcircuit.is_some());
        if let Some(point) = points.first()
            && points.iter().any(takes_the_deck)
        {
            let celsius = point.kelvin - constants::SPICE39.celsius_zero;
            let _ = writeln!(deck, ".options temp={}", exact(celsius));
        }
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
            let parts = self.models.get(point.model).map_or(&[][..], |m| m.parts.as_slice());
            for (k, part) in parts.iter().enumerate() {
                // Checked before: every part has a letter.
                let letter = element_letter(&part.card.device_type).unwrap_or('d');
                let _ = write!(deck, "{letter}{n}_{k}");
                let whole: Vec<usize> = (0..point.volts.len()).collect();
                let nodes = if part.nodes.is_empty() { &whole } else { &part.nodes };
                for node in nodes {
                    let _ = write!(deck, " n{n}_{node}");
                }
                let celsius = point.kelvin - constants::SPICE39.celsius_zero;
                let _ = write!(deck, " m{}_{k}", point.model);
                if !TIMELESS.contains(&letter) {
                    let _ = write!(deck, " temp={}", exact(celsius));
                }
                for (name, value) in part.instance.iter().chain(&point.instance) {
                    let _ = write!(deck, " {name}={}", exact(*value));
                }
                deck.push('\n');
            }
            if self.models.get(point.model).is_some_and(|m| m.subcircuit.is_some()) {
                let nodes: Vec<String> =
                    (0..point.volts.len()).map(|t| format!("n{n}_{t}")).collect();
                let _ = writeln!(deck, "x{n} {} m{}", nodes.join(" "), point.model);
            }
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
        let used = BTreeSet::from([0]);
        let mut diagnostics = Diagnostics::new();
        let dialect = dialect("ngspice").unwrap();
        let cards = write_cards(dialect, &models, &used, &mut diagnostics).unwrap();
        let points = [BiasPoint { kelvin: 398.15, ..diode_point(&[0.7, -0.25]) }];
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
