//! Currents of many bias points as lanes of one sweep.
//!
//! Each lane is one device, whose terminals take a potential of their own at every step of a
//! sweep that all lanes of a deck share. A step starts from the solution before it, so it takes a
//! few iterations where a device of its own takes dozens, and the card is set up once a lane:
//! about a fifth of the time of [`operating_points`] for a BSIM4 card. A deck that fails is given
//! to that function, which splits it.

use super::composite::{
    Composite, cards_of, check_all, options, splits, takes_the_deck, write_elements,
};
use super::oracle::{BiasPoint, OperatingPoints, PointResult, Want, operating_points};
use super::{SimulationError, Simulator, SimulatorConfig, read_wrdata};
use espice_base::Diagnostics;
use espice_units::exact;
use std::fmt::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Most points of a lane.
const LANE: usize = 100;
/// A lane of so many points ends where more than one terminal would change.
const SHORT: usize = 16;
/// Most lanes of a deck.
const LANES: usize = 24;
/// Relative tolerance of Newton's method: on the way from a neighbour its last step leaves the
/// square of this.
const RELATIVE: f64 = 1e-8;
/// Numbers of a line of a source.
const ROW: usize = 8;

/// Simulates every point, up to `processes` decks at once; the answer does not depend on how
/// many.
///
/// # Errors
/// As [`operating_points`].
pub fn swept_points(
    simulator: &Simulator,
    config: &SimulatorConfig<'_>,
    models: &[Composite],
    points: &[BiasPoint],
    processes: usize,
) -> Result<OperatingPoints, SimulationError> {
    check_all(models, points)?;
    let mut diagnostics = Diagnostics::new();
    let cards = cards_of(simulator, models, points, &mut diagnostics)?;
    let decks = decks(models, points);
    let next = AtomicUsize::new(0);
    let answers: Mutex<Vec<Option<Result<Answer, SimulationError>>>> =
        Mutex::new(decks.iter().map(|_| None).collect());
    let work = || loop {
        let index = next.fetch_add(1, Ordering::Relaxed);
        let Some(deck) = decks.get(index) else { return };
        let sweep = Sweep {
            simulator,
            config: config.labelled(&format!("s{index}")),
            cards: &cards,
            models,
            points,
        };
        let answer = sweep.answer(deck);
        let mut answers = answers.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(slot) = answers.get_mut(index) {
            *slot = Some(answer);
        }
    };
    thread::scope(|scope| {
        for _ in 1..processes.clamp(1, decks.len().max(1)) {
            scope.spawn(work);
        }
        work();
    });
    let answers = answers.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut whole = OperatingPoints { points: vec![None; points.len()], diagnostics, runs: 0 };
    for answer in answers.into_iter().flatten() {
        let answer = answer?;
        whole.runs += answer.runs;
        for d in answer.diagnostics {
            if !whole.diagnostics.iter().any(|known| *known == d) {
                whole.diagnostics.push(d);
            }
        }
        for (place, result) in answer.points {
            if let Some(slot) = whole.points.get_mut(place) {
                *slot = result;
            }
        }
    }
    Ok(whole)
}

/// What one deck gave.
struct Answer {
    points: Vec<(usize, Option<PointResult>)>,
    diagnostics: Diagnostics,
    runs: usize,
}

/// A lane: the places of its points.
type Lane = Vec<usize>;

/// Lanes by deck: one device and temperature a lane; where devices take the temperature of the
/// deck, one a deck.
fn decks(models: &[Composite], points: &[BiasPoint]) -> Vec<Vec<Lane>> {
    let mut lanes: Vec<Lane> = Vec::new();
    // Neighbours in a lane differ in the first terminals rather than the last ones.
    let mut order: Vec<(usize, &BiasPoint)> = points.iter().enumerate().collect();
    order.sort_by(|(_, a), (_, b)| {
        let first = a.model.cmp(&b.model).then(a.kelvin.total_cmp(&b.kelvin));
        let volts = a.volts.iter().rev().zip(b.volts.iter().rev());
        volts.fold(first, |order, (x, y)| order.then(x.total_cmp(y)))
    });
    for (index, point) in order {
        let alike = |lane: &Lane| {
            lane.len() < LANE
                && lane.last().and_then(|p| points.get(*p)).is_some_and(|last| {
                    last.model == point.model
                        && last.kelvin == point.kelvin
                        && last.instance == point.instance
                        && last.volts.len() == point.volts.len()
                        && (lane.len() < SHORT || changes(last, point) <= 1)
                })
        };
        match lanes.last_mut().filter(|lane| alike(lane)) {
            Some(lane) => lane.push(index),
            None => lanes.push(vec![index]),
        }
    }
    let first = |lane: &Lane| lane.first().and_then(|p| points.get(*p));
    let mut decks: Vec<Vec<Lane>> = Vec::new();
    for lane in lanes {
        let own = first(&lane);
        let fits = |deck: &Vec<Lane>| {
            let other = deck.first().and_then(first);
            let (Some(own), Some(other)) = (own, other) else { return false };
            let shared = takes_the_deck(models, own) || takes_the_deck(models, other);
            deck.len() < LANES && (own.kelvin == other.kelvin || !shared)
        };
        match decks.iter_mut().rev().find(|deck| fits(deck)) {
            Some(deck) => deck.push(lane),
            None => decks.push(vec![lane]),
        }
    }
    decks
}

/// How many terminals change their potentials between two points.
fn changes(a: &BiasPoint, b: &BiasPoint) -> usize {
    a.volts.iter().zip(&b.volts).filter(|(x, y)| x != y).count()
}

/// One deck with what it is made of.
struct Sweep<'a> {
    simulator: &'a Simulator,
    config: SimulatorConfig<'a>,
    cards: &'a [String],
    models: &'a [Composite],
    points: &'a [BiasPoint],
}

impl Sweep<'_> {
    fn answer(&self, lanes: &[Lane]) -> Result<Answer, SimulationError> {
        match self.swept(lanes) {
            Ok(answer) => Ok(answer),
            Err(e) if splits(&e) => self.apart(lanes),
            Err(e) => Err(e),
        }
    }

    /// Every point for itself.
    fn apart(&self, lanes: &[Lane]) -> Result<Answer, SimulationError> {
        let places: Vec<usize> = lanes.iter().flatten().copied().collect();
        let points: Vec<BiasPoint> =
            places.iter().filter_map(|p| self.points.get(*p)).cloned().collect();
        let config = self.config.labelled("apart");
        let found =
            operating_points(self.simulator, &config, self.models, &points, Want::Currents)?;
        let (diagnostics, runs) = (found.diagnostics, found.runs + 1);
        Ok(Answer { points: places.into_iter().zip(found.points).collect(), diagnostics, runs })
    }

    fn swept(&self, lanes: &[Lane]) -> Result<Answer, SimulationError> {
        let file = self.config.file_name("sweep.data");
        let steps = lanes.iter().map(Vec::len).max().unwrap_or(0);
        let deck = self.deck(lanes, steps, &file);
        let run = self.simulator.run(&self.config, &deck, std::slice::from_ref(&file))?;
        if run.strained {
            let line = String::from("it needed stepping");
            return Err(SimulationError::NoConvergence { line });
        }
        let table = read_wrdata(&file, run.results.first().map_or("", String::as_str))?;
        if table.rows.len() != steps {
            // A sweep that ends early has failed on the way.
            let line = format!("{} steps of {steps}", table.rows.len());
            return Err(SimulationError::NoConvergence { line });
        }
        let mut points = Vec::new();
        let mut column = 1;
        for lane in lanes {
            let terminals = self.first(lane).map_or(0, |p| p.volts.len());
            for (place, row) in lane.iter().zip(&table.rows) {
                // A source's current flows from its node through the source: out of the device.
                let found: Vec<f64> =
                    row.iter().skip(column).take(terminals).map(|i| 0.0 - i).collect();
                let whole = found.len() == terminals && found.iter().all(|i| i.is_finite());
                let result =
                    whole.then(|| PointResult { currents: found, ..PointResult::default() });
                points.push((*place, result));
            }
            column += terminals;
        }
        Ok(Answer { points, diagnostics: run.diagnostics, runs: 1 })
    }

    fn first(&self, lane: &Lane) -> Option<&BiasPoint> {
        lane.first().and_then(|p| self.points.get(*p))
    }

    /// The deck: terminals that stay have a plain source, others follow the step.
    fn deck(&self, lanes: &[Lane], steps: usize, file: &str) -> String {
        let firsts: Vec<BiasPoint> = lanes.iter().filter_map(|l| self.first(l)).cloned().collect();
        let mut deck = String::from("* bias points as steps of a sweep\n");
        deck.push_str(&options(RELATIVE, 1e-18, self.models, &firsts));
        let mut used: Vec<usize> = firsts.iter().map(|p| p.model).collect();
        used.sort_unstable();
        used.dedup();
        for card in used.iter().filter_map(|m| self.cards.get(*m)) {
            deck.push_str(card);
        }
        deck.push_str("vstep step 0 dc 0\n");
        let mut currents = Vec::new();
        for (n, (lane, first)) in lanes.iter().zip(&firsts).enumerate() {
            for (t, volts) in first.volts.iter().enumerate() {
                currents.push(format!("i(v{n}_{t})"));
                let of = |p: &usize| self.points.get(*p)?.volts.get(t).copied();
                let values: Vec<f64> = lane.iter().filter_map(of).collect();
                if values.iter().all(|v| v == volts) {
                    let _ = writeln!(deck, "v{n}_{t} n{n}_{t} 0 dc {}", exact(*volts));
                    continue;
                }
                let _ = write!(
                    deck,
                    "v{n}_{t} n{n}_{t} p{n}_{t} dc 0\nb{n}_{t} p{n}_{t} 0 v=pwl(v(step)"
                );
                let last = values.last().copied().unwrap_or(*volts);
                let all = values.iter().copied().chain(std::iter::repeat(last)).take(steps);
                for (step, value) in all.enumerate() {
                    deck.push_str(if step % ROW == 0 { ",\n+ " } else { ", " });
                    let _ = write!(deck, "{step}, {}", exact(value));
                }
                deck.push_str(")\n");
            }
            write_elements(&mut deck, n, first, self.models);
        }
        deck.push_str(".control\noptran 1 0 0 0 0 0\nset numdgt=16\nset wr_singlescale\n");
        let _ = writeln!(deck, "dc vstep 0 {} 1", steps.saturating_sub(1));
        let _ = writeln!(deck, "wrdata {file} {}\nquit\n.endc\n.end", currents.join(" "));
        deck
    }
}
