//! Currents of many bias points as lanes of one sweep.
//!
//! Each lane is one device, whose terminals take potentials at every step of a sweep that all
//! lanes of a deck share. A step starts from the solution before it, so it takes a few iterations
//! where a device of its own takes dozens, and the card is set up once a lane: about a fifth of
//! the time of [`operating_points`] for a BSIM4 card. Lanes with the same potentials hang on the
//! same rails, as those of one device with one parameter after the other moved do: that takes
//! another tenth, since what the simulator solves is mostly sources. A deck that fails is halved;
//! a lane that fails by itself is given to that function.

use super::composite::{
    Composite, cards_of, check_all, options, splits, takes_the_deck, write_elements,
};
use super::oracle::{BiasPoint, OperatingPoints, PointResult, Want, operating_points};
use super::{SimulationError, Simulator, SimulatorConfig, read_wrdata};
use espice_base::Diagnostics;
use espice_units::exact;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Most points of a lane.
const LANE: usize = 100;
/// A lane of so many points ends where more than one terminal would change.
const SHORT: usize = 16;
/// Most rails of a deck.
const RAILS: usize = 24;
/// Most devices of a deck.
const DEVICES: usize = 400;
/// Most points of a deck with several rails: what a failure costs, and what there is to share
/// among processes.
const POINTS: usize = 6000;
/// Relative tolerance of Newton's method: on the way from a neighbour its last step leaves the
/// square of this.
const RELATIVE: f64 = 1e-8;
/// Numbers of a line of a source.
const ROW: usize = 8;

/// Simulates every point, up to `processes` decks at once; the answer does not depend on how
/// many. Of each point it gives the currents into the terminals `wanted`, NaN for the others;
/// none wanted means all.
///
/// # Errors
/// As [`operating_points`].
pub fn swept_points(
    simulator: &Simulator,
    config: &SimulatorConfig<'_>,
    models: &[Composite],
    points: &[BiasPoint],
    wanted: &[usize],
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
            wanted,
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

/// Lanes with the same potentials, which share their sources.
#[derive(Clone)]
struct Rail {
    lanes: Vec<Lane>,
    steps: usize,
}

/// Rails by deck; where devices take the temperature of the deck, one a deck.
fn decks(models: &[Composite], points: &[BiasPoint]) -> Vec<Vec<Rail>> {
    let first = |lane: &Lane| lane.first().and_then(|p| points.get(*p));
    let shared = |p: &BiasPoint| takes_the_deck(models, p);
    let mut rails: Vec<Rail> = Vec::new();
    let mut known: BTreeMap<Vec<u64>, usize> = BTreeMap::new();
    for lane in lanes(points) {
        let mut key: Vec<u64> = lane
            .iter()
            .filter_map(|p| points.get(*p))
            .flat_map(|p| p.volts.iter().map(|v| v.to_bits()))
            .collect();
        key.push(first(&lane).map_or(0, |p| p.volts.len() as u64));
        key.extend(first(&lane).filter(|p| shared(p)).map(|p| p.kelvin.to_bits()));
        let place = *known.entry(key).or_insert(rails.len());
        match rails.get_mut(place).filter(|r| r.lanes.len() < DEVICES) {
            Some(rail) => rail.lanes.push(lane),
            None => {
                let steps = lane.len();
                rails.push(Rail { lanes: vec![lane], steps });
            }
        }
    }
    // All rails of a deck take as many steps as the longest.
    rails.sort_by_key(|r| r.steps);
    let mut decks: Vec<Vec<Rail>> = Vec::new();
    for rail in rails {
        let of = |rail: &Rail| rail.lanes.first().and_then(first);
        let fits = |deck: &Vec<Rail>| {
            let (Some(own), Some(other)) = (of(&rail), deck.first().and_then(of)) else {
                return false;
            };
            let devices = rail.lanes.len() + deck.iter().map(|r| r.lanes.len()).sum::<usize>();
            deck.len() < RAILS
                && devices <= DEVICES
                && devices * rail.steps <= POINTS
                && (own.kelvin == other.kelvin || !(shared(own) || shared(other)))
        };
        match decks.iter_mut().rev().find(|deck| fits(deck)) {
            Some(deck) => deck.push(rail),
            None => decks.push(vec![rail]),
        }
    }
    decks
}

/// Points of one device and temperature, in an order in which neighbours are near.
fn lanes(points: &[BiasPoint]) -> Vec<Lane> {
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
    lanes
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
    /// Terminals whose currents are read; none means all.
    wanted: &'a [usize],
}

impl Sweep<'_> {
    fn answer(&self, rails: &[Rail]) -> Result<Answer, SimulationError> {
        match self.swept(rails) {
            Ok(answer) => Ok(answer),
            Err(e) if splits(&e) => {
                let Some([first, second]) = halves(rails) else { return self.apart(rails) };
                let (first, second) = (self.answer(&first)?, self.answer(&second)?);
                let mut diagnostics = first.diagnostics;
                diagnostics.extend(second.diagnostics);
                let points = first.points.into_iter().chain(second.points).collect();
                Ok(Answer { points, diagnostics, runs: first.runs + second.runs + 1 })
            }
            Err(e) => Err(e),
        }
    }

    /// Every point for itself.
    fn apart(&self, rails: &[Rail]) -> Result<Answer, SimulationError> {
        let places: Vec<usize> = rails.iter().flat_map(|r| &r.lanes).flatten().copied().collect();
        let points: Vec<BiasPoint> =
            places.iter().filter_map(|p| self.points.get(*p)).cloned().collect();
        let config = self.config.labelled("apart");
        let found =
            operating_points(self.simulator, &config, self.models, &points, Want::Currents)?;
        let (diagnostics, runs) = (found.diagnostics, found.runs + 1);
        Ok(Answer { points: places.into_iter().zip(found.points).collect(), diagnostics, runs })
    }

    fn swept(&self, rails: &[Rail]) -> Result<Answer, SimulationError> {
        let file = self.config.file_name("sweep.data");
        let steps = rails.iter().map(|r| r.steps).max().unwrap_or(0);
        let deck = self.deck(rails, steps, &file);
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
        for lane in rails.iter().flat_map(|r| &r.lanes) {
            let terminals = self.first(lane).map_or(0, |p| p.volts.len());
            let read: Vec<usize> = (0..terminals).filter(|t| self.is_read(*t)).collect();
            for (place, row) in lane.iter().zip(&table.rows) {
                let found = row.get(column..column + read.len()).unwrap_or_default();
                let whole = found.len() == read.len() && found.iter().all(|i| i.is_finite());
                let mut currents = vec![f64::NAN; terminals];
                for (terminal, current) in read.iter().zip(found) {
                    if let Some(slot) = currents.get_mut(*terminal) {
                        *slot = *current;
                    }
                }
                let result = whole.then(|| PointResult { currents, ..PointResult::default() });
                points.push((*place, result));
            }
            column += read.len();
        }
        Ok(Answer { points, diagnostics: run.diagnostics, runs: 1 })
    }

    fn first(&self, lane: &Lane) -> Option<&BiasPoint> {
        lane.first().and_then(|p| self.points.get(*p))
    }

    fn is_read(&self, terminal: usize) -> bool {
        self.wanted.is_empty() || self.wanted.contains(&terminal)
    }

    /// The deck: each rail has a source a terminal, each device hangs on it through a source of
    /// 0 V where its current is read.
    fn deck(&self, rails: &[Rail], steps: usize, file: &str) -> String {
        let firsts: Vec<BiasPoint> =
            rails.iter().flat_map(|r| &r.lanes).filter_map(|l| self.first(l)).cloned().collect();
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
        let mut n = 0;
        for (r, rail) in rails.iter().enumerate() {
            if let Some(lane) = rail.lanes.first() {
                self.sources(&mut deck, r, lane, steps);
            }
            for first in rail.lanes.iter().filter_map(|lane| self.first(lane)) {
                for t in (0..first.volts.len()).filter(|t| self.is_read(*t)) {
                    let _ = writeln!(deck, "v{n}_{t} r{r}_{t} n{n}_{t} dc 0");
                    currents.push(format!("i(v{n}_{t})"));
                }
                write_elements(&mut deck, n, first, self.models, &|t| {
                    if self.is_read(t) { format!("n{n}_{t}") } else { format!("r{r}_{t}") }
                });
                n += 1;
            }
        }
        deck.push_str(".control\noptran 1 0 0 0 0 0\nset numdgt=16\nset wr_singlescale\n");
        let currents = currents.join(" ");
        let _ = writeln!(deck, "save {currents}\ndc vstep 0 {} 1", steps.saturating_sub(1));
        let _ = writeln!(deck, "wrdata {file} {currents}\nquit\n.endc\n.end");
        deck
    }

    /// The sources of a rail: terminals that stay have a plain one, others follow the step.
    fn sources(&self, deck: &mut String, rail: usize, lane: &Lane, steps: usize) {
        let terminals = self.first(lane).map_or(0, |p| p.volts.len());
        for t in 0..terminals {
            let of = |p: &usize| self.points.get(*p)?.volts.get(t).copied();
            let values: Vec<f64> = lane.iter().filter_map(of).collect();
            let (Some(first), Some(last)) = (values.first(), values.last()) else { continue };
            if values.iter().all(|v| v == first) {
                let _ = writeln!(deck, "vr{rail}_{t} r{rail}_{t} 0 dc {}", exact(*first));
                continue;
            }
            let _ = write!(deck, "br{rail}_{t} r{rail}_{t} 0 v=pwl(v(step)");
            let all = values.iter().chain(std::iter::repeat(last)).take(steps);
            for (step, value) in all.enumerate() {
                deck.push_str(if step % ROW == 0 { ",\n+ " } else { ", " });
                let _ = write!(deck, "{step}, {}", exact(*value));
            }
            deck.push_str(")\n");
        }
    }
}

/// Two decks of one; `None` where one lane is left.
fn halves(rails: &[Rail]) -> Option<[Vec<Rail>; 2]> {
    match rails {
        [] => None,
        [only] => {
            let (first, second) = only.lanes.split_at(only.lanes.len() / 2);
            let of = |lanes: &[Lane]| vec![Rail { lanes: lanes.to_vec(), steps: only.steps }];
            (!first.is_empty()).then(|| [of(first), of(second)])
        }
        many => {
            let (first, second) = many.split_at(many.len() / 2);
            Some([first.to_vec(), second.to_vec()])
        }
    }
}
