//! Devices to simulate: their elements, cards and options as text of a deck.

use super::oracle::BiasPoint;
use super::{Reader, SimulationError, Simulator};
use crate::{Dialect, Item, Library, ModelCard, Subcircuit, dialect};
use espice_base::{Code, Diagnostic, Diagnostics, Severity};
use espice_units::{constants, exact};
use std::collections::BTreeSet;
use std::fmt::Write;

/// Device types, the letter of their elements, and the numbers of terminals they may have.
const KINDS: [(&[&str], char, &[usize]); 6] = [
    (&["D"], 'd', &[2]),
    (&["NPN", "PNP"], 'q', &[3, 4]),
    (&["NJF", "PJF"], 'j', &[3]),
    (&["NMF", "PMF"], 'z', &[3]),
    (&["NMOS", "PMOS"], 'm', &[4]),
    (&["VDMOS"], 'm', &[3]),
];

/// The letter of elements whose device type is a module of a compiled file.
pub(super) const MODULE: char = 'n';

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

/// Levels of MOS transistors whose elements know a temperature; those of the BSIM family take that
/// of the circuit.
const WARM: [u32; 5] = [1, 2, 3, 6, 9];

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
    /// Whether the device type is a module of a compiled file, which has any number of terminals
    /// and the temperature of the circuit.
    pub module: bool,
}

impl Part {
    /// The letter with which the element begins.
    pub fn letter(&self) -> char {
        // What no simulator knows by itself is a module, and is refused before if it is said not to be.
        if self.module { MODULE } else { element_letter(&self.card.device_type).unwrap_or(MODULE) }
    }
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

/// Whether a point's device has the temperature of its deck: a subcircuit, or an element that
/// knows none of its own.
pub(super) fn takes_the_deck(models: &[Composite], point: &BiasPoint) -> bool {
    models
        .get(point.model)
        .is_some_and(|m| m.subcircuit.is_some() || m.parts.iter().any(|p| !is_warm(p)))
}

/// Whether the element of a card takes `temp=`. A MESFET's does not, and is not missed: its model
/// knows no temperature at all.
fn is_warm(part: &Part) -> bool {
    let card = &part.card;
    if part.module {
        return false;
    }
    let is_mos = ["NMOS", "PMOS"].iter().any(|t| t.eq_ignore_ascii_case(&card.device_type));
    !is_mos || card.level.is_none_or(|level| WARM.contains(&level))
}

/// Whether another, smaller deck may do better.
pub(super) fn splits(error: &SimulationError) -> bool {
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

/// Checks that every point can be simulated.
pub(super) fn check_all(models: &[Composite], points: &[BiasPoint]) -> Result<(), SimulationError> {
    for (n, point) in points.iter().enumerate() {
        check_point(models, point)
            .map_err(|reason| request(format!("bias point {n}: {reason}")))?;
    }
    Ok(())
}

/// Why a point cannot be simulated.
fn check_point(models: &[Composite], point: &BiasPoint) -> Result<(), String> {
    let device = models.get(point.model).ok_or("its card is not in the list")?;
    for part in device.parts.iter().filter(|p| !p.module) {
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

/// The cards of the devices that points use, for the simulator's dialect.
pub(super) fn cards_of(
    simulator: &Simulator,
    models: &[Composite],
    points: &[BiasPoint],
    diagnostics: &mut Diagnostics,
) -> Result<Vec<String>, SimulationError> {
    let dialect = dialect(&simulator.dialect)
        .filter(|_| simulator.reader == Reader::Wrdata)
        .ok_or_else(|| request(format!("no decks are made for `{}`", simulator.name)))?;
    let used: BTreeSet<usize> = points.iter().map(|p| p.model).collect();
    write_cards(dialect, models, &used, diagnostics)
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

/// The options of a deck of these points.
///
/// Without stepping and without the transient that ngspice tries last (`optran` with no time) a
/// deck that does not converge fails at once and is split: a point found on such a detour would be
/// left out anyway, and the transient costs more than all else.
pub(super) fn options(
    reltol: f64,
    abstol: f64,
    models: &[Composite],
    points: &[BiasPoint],
) -> String {
    let mut text = format!(
        ".options gmin=0 reltol={} abstol={} vntol=1e-12 itl1=500 gminsteps=0 srcsteps=0\n",
        exact(reltol),
        exact(abstol)
    );
    if let Some(point) = points.iter().find(|p| takes_the_deck(models, p)) {
        let celsius = point.kelvin - constants::SPICE39.celsius_zero;
        let _ = writeln!(text, ".options temp={}", exact(celsius));
    }
    text
}

/// The elements of a point's device between the nodes `n{index}_0` and so on.
pub(super) fn write_elements(
    deck: &mut String,
    index: usize,
    point: &BiasPoint,
    models: &[Composite],
    node: &dyn Fn(usize) -> String,
) {
    let parts = models.get(point.model).map_or(&[][..], |m| m.parts.as_slice());
    for (k, part) in parts.iter().enumerate() {
        let letter = part.letter();
        let _ = write!(deck, "{letter}{index}_{k}");
        let whole: Vec<usize> = (0..point.volts.len()).collect();
        let nodes = if part.nodes.is_empty() { &whole } else { &part.nodes };
        for terminal in nodes {
            let _ = write!(deck, " {}", node(*terminal));
        }
        let celsius = point.kelvin - constants::SPICE39.celsius_zero;
        let _ = write!(deck, " m{}_{k}", point.model);
        if !TIMELESS.contains(&letter) && is_warm(part) {
            let _ = write!(deck, " temp={}", exact(celsius));
        }
        for (name, value) in part.instance.iter().chain(&point.instance) {
            let _ = write!(deck, " {name}={}", exact(*value));
        }
        deck.push('\n');
    }
    if models.get(point.model).is_some_and(|m| m.subcircuit.is_some()) {
        let nodes: Vec<String> = (0..point.volts.len()).map(node).collect();
        let _ = writeln!(deck, "x{index} {} m{}", nodes.join(" "), point.model);
    }
}
