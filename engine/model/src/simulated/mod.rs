//! Templates whose equations a simulator has: the same requests, answered by whoever can run it.
//!
//! Derivatives are forward differences. A simulator that solves to a relative 1e-9 and prints all
//! digits leaves an error of about 1e-5 at a relative step of 1e-5, by curvature and rounding
//! alike; a fit needs no more. Charges are integrals of capacitances (`charges`), circuits are run
//! by the simulator and read off its waveforms (`circuit::waves`), and so are quantities that force
//! a current.

mod charges;
mod forced;

use crate::Kelvin;
use crate::dag::Input;
use crate::device::Device;
use crate::math;
use crate::request::{Request, Target, Wanted};
use charges::Path;
use espice_base::{Code, Diagnostic};
use espice_lang::ir::{
    CircuitIr, Comparison, DriveTarget, ExprId, Graph, Leaf, Node, ParameterIr, PhysicalConstant,
    QuantityIr,
};
use espice_units::Constants;
use std::collections::BTreeMap;
use std::fmt::Debug;

/// Step of a difference, as a share of the value.
const STEP: f64 = 1e-5;
/// Step of the temperature, K.
const KELVIN: f64 = 1e-2;

/// A bias point of a simulation.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct SimulatedPoint {
    /// Which of the lists of parameters holds.
    pub parameters: usize,
    /// The potential of each pin, V.
    pub volts: Vec<f64>,
    /// Device temperature, K.
    pub kelvin: f64,
}

/// What a simulator finds at a point.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct SimulatedValues {
    /// The current into each pin, A.
    pub currents: Vec<f64>,
    /// dI(a)/dV(b) by a, then b, S; empty when not asked for.
    pub conductances: Vec<Vec<f64>>,
    /// Im(Y(a, b))/ω likewise, F.
    pub capacitances: Vec<Vec<f64>>,
    /// The charge at each pin, counted from no bias, C; left empty by a simulator.
    pub charges: Vec<f64>,
}

/// Many points at once.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct SimulationRequest {
    /// Values of all parameters of the template, SI: one list for each card.
    pub parameters: Vec<Vec<f64>>,
    /// Index of the polarity.
    pub polarity: usize,
    /// The points.
    pub points: Vec<SimulatedPoint>,
    /// Whether conductances and capacitances are asked for.
    pub admittances: bool,
    /// The pins whose currents are asked for; those of others may be NaN. None means all.
    pub pins: Vec<usize>,
}

/// A circuit around the device at its conditions.
#[derive(Clone, Debug)]
pub struct CircuitRun<'a> {
    /// The circuit.
    pub circuit: &'a CircuitIr,
    /// Values of all parameters of the template, SI.
    pub parameters: &'a [f64],
    /// Index of the polarity. The circuit is that of the first one: around the second stands its
    /// mirror image.
    pub polarity: usize,
    /// Values of the circuit's arguments, SI.
    pub conditions: &'a [f64],
    /// Device temperature, K.
    pub kelvin: f64,
    /// Physical constants.
    pub constants: Constants,
    /// How long to run, s; `None` for the operating point alone.
    pub end: Option<f64>,
    /// Moments at which sources bend or jump, s, in their order: a step that passes over one would
    /// see it late.
    pub kinks: Vec<f64>,
}

impl CircuitRun<'_> {
    /// The value of an expression of the conditions alone; NaN when it holds anything else.
    pub fn number(&self, id: ExprId) -> f64 {
        let values = evaluate(&self.circuit.graph, &|leaf| self.leaf(leaf));
        values.get(id.0 as usize).copied().unwrap_or(f64::NAN)
    }

    /// A leaf that is the same at every moment.
    pub(crate) fn leaf(&self, leaf: Leaf) -> f64 {
        match leaf {
            Leaf::Constant(bits) => f64::from_bits(bits),
            Leaf::Physical(PhysicalConstant::Boltzmann) => self.constants.k,
            Leaf::Physical(PhysicalConstant::Charge) => self.constants.q,
            Leaf::Physical(PhysicalConstant::Permittivity) => self.constants.eps0,
            Leaf::Temperature => self.kelvin,
            Leaf::Mirror => 1.0,
            Leaf::Argument(i) => self.conditions.get(i as usize).copied().unwrap_or(f64::NAN),
            _ => f64::NAN,
        }
    }
}

/// Who runs the simulator of a template.
pub trait Simulation: Debug + Send + Sync {
    /// What it finds at each point; `None` where it finds nothing. Why that is it keeps for whoever
    /// gave it.
    fn solve(&self, request: &SimulationRequest) -> Vec<Option<SimulatedValues>>;

    /// The waveforms of a circuit, one row a moment: the time in s, the potential of every node of
    /// the circuit in V, the current into every pin in A, all of the first polarity. `None` when
    /// the simulator finds nothing.
    fn follow(&self, run: &CircuitRun<'_>) -> Option<Vec<Vec<f64>>>;
}

/// How the pins are driven, and what is wanted.
#[derive(Clone, Debug)]
pub(crate) struct Simulated {
    /// By pin: what gives its potential against the last pin; `None` when argument i is that of
    /// pin i.
    potentials: Option<Vec<Vec<(f64, ExprId)>>>,
    /// The quantity as a circuit, where it forces a current.
    forced: Option<CircuitIr>,
    admittances: bool,
    charges: bool,
    /// The pins whose currents the request reads.
    pins: Vec<usize>,
}

/// What a simulator is asked for one run, with what is needed to read the answer.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) request: SimulationRequest,
    /// The potentials of the first polarity; none where nothing forces them to a value.
    potentials: Vec<Option<Vec<f64>>>,
    /// The values themselves, then every input that something is differentiated by.
    shifts: Vec<Option<(Input, f64)>>,
    points: usize,
}

impl Asked {
    /// Whether other runs may be answered along with this one.
    pub(crate) fn joins(&self) -> bool {
        !self.request.admittances
    }
}

impl Simulated {
    /// Checks that a simulator can answer the request.
    pub(crate) fn new(device: &Device, request: &Request) -> Result<Simulated, Diagnostic> {
        let targets = request.columns.iter().map(|c| match c {
            Wanted::Value(target) | Wanted::By(target, _) => target,
        });
        let is_small = |t: &Target| matches!(t, Target::Conductance(..) | Target::Capacitance(..));
        let mut admittances = targets.clone().any(is_small);
        let mut charges = targets.clone().any(|t| matches!(t, Target::Charge(_)));
        let Some(quantity) = &request.quantity else {
            let (potentials, forced, pins) = (None, None, Vec::new());
            return Ok(Simulated { potentials, forced, admittances, charges, pins });
        };
        let mut pins = Vec::new();
        for node in quantity.graph.nodes() {
            match node {
                Node::Leaf(Leaf::PinCurrent(a)) if !pins.contains(&(*a as usize)) => {
                    pins.push(*a as usize);
                }
                Node::Leaf(Leaf::PinCharge(_)) => charges = true,
                Node::Leaf(Leaf::PinCapacitance(..) | Leaf::PinConductance(..)) => {
                    admittances = true;
                }
                Node::Leaf(Leaf::PinCapacitanceAt(..) | Leaf::PinConductanceAt(..)) => {
                    return Err(refused(device, "its small signals are those of low frequencies"));
                }
                _ => {}
            }
        }
        if quantity.drives.iter().any(|d| matches!(d.target, DriveTarget::Current(_))) {
            let forced = Some(forced::as_circuit(device, quantity));
            return Ok(Simulated { potentials: None, forced, admittances, charges, pins });
        }
        let potentials = Some(potentials(device, quantity)?);
        Ok(Simulated { potentials, forced: None, admittances, charges, pins })
    }

    /// Fills `out`, column after column, and gives the number of points without a solution.
    pub(crate) fn run(
        &self,
        device: &Device,
        request: &Request,
        parameters: &[f64],
        arguments: &[&[f64]],
        kelvin: Kelvin<'_>,
        out: &mut [f64],
    ) -> usize {
        let asked = self.ask(device, request, parameters, arguments, kelvin, true);
        let Some(simulation) = &device.simulation else { return asked.points };
        let mut found = simulation.solve(&asked.request);
        if self.charges {
            add_charges(simulation.as_ref(), &asked.request, asked.points, &mut found);
        }
        read(device, request, parameters, arguments, kelvin, &asked, found, out)
    }

    /// Whether charges are asked for, which take a request of their own.
    pub(crate) fn has_charges(&self) -> bool {
        self.charges
    }

    /// What the simulator is to be asked: with derivatives, or for the values alone.
    pub(crate) fn ask(
        &self,
        device: &Device,
        request: &Request,
        parameters: &[f64],
        arguments: &[&[f64]],
        kelvin: Kelvin<'_>,
        derivatives: bool,
    ) -> Asked {
        let points = crate::batch::points(arguments, kelvin);
        let mut shifts: Vec<Option<(Input, f64)>> = vec![None];
        for column in request.columns.iter().filter(|_| derivatives) {
            if let Wanted::By(_, input) = column
                && !shifts.iter().flatten().any(|(known, _)| known == input)
            {
                let step = match input {
                    Input::Parameter(p) => {
                        let p = *p as usize;
                        let value = parameters.get(p).copied().unwrap_or(0.0);
                        device.template.parameters.get(p).map_or(STEP, |of| step(of, value))
                    }
                    Input::Temperature => KELVIN,
                    _ => STEP,
                };
                shifts.push(Some((*input, step)));
            }
        }
        let flips = request.quantity.is_some() && device.mirror < 0.0;
        let mut ask = SimulationRequest {
            polarity: usize::from(device.mirror < 0.0),
            admittances: self.admittances,
            pins: self.pins.clone(),
            ..SimulationRequest::default()
        };
        let mut potentials: Vec<Option<Vec<f64>>> = Vec::new();
        for shift in &shifts {
            let mut own = parameters.to_vec();
            if let Some((Input::Parameter(p), by)) = shift
                && let Some(slot) = own.get_mut(*p as usize)
            {
                *slot += by;
            }
            let card = match ask.parameters.iter().position(|known| *known == own) {
                Some(known) => known,
                None => {
                    ask.parameters.push(own);
                    ask.parameters.len() - 1
                }
            };
            for point in 0..points {
                let at = Sight::at(arguments, kelvin, point, *shift);
                let own = ask.parameters.get(card).map_or(parameters, Vec::as_slice);
                let volts = self.volts(device, request.quantity.as_ref(), &at, own);
                let is_found = volts.iter().all(|v| v.is_finite());
                let mirrored = |v: &f64| match (is_found, flips) {
                    (true, true) => 0.0 - v,
                    (true, false) => *v,
                    (false, _) => 0.0,
                };
                ask.points.push(SimulatedPoint {
                    parameters: card,
                    volts: volts.iter().map(mirrored).collect(),
                    kelvin: at.kelvin,
                });
                potentials.push(is_found.then_some(volts));
            }
        }
        Asked { request: ask, potentials, shifts, points }
    }

    /// The potential of each pin.
    fn volts(
        &self,
        device: &Device,
        quantity: Option<&QuantityIr>,
        at: &Sight,
        parameters: &[f64],
    ) -> Vec<f64> {
        if let Some(circuit) = &self.forced {
            let found = forced::potentials(device, circuit, at, parameters);
            return found.unwrap_or_else(|| vec![f64::NAN; device.template.pins.len()]);
        }
        let (Some(ways), Some(quantity)) = (&self.potentials, quantity) else {
            return at.arguments.clone();
        };
        let values = evaluate(&quantity.graph, &|leaf| at.leaf(device, leaf, parameters));
        let of = |(sign, id): &(f64, ExprId)| {
            sign * values.get(id.0 as usize).copied().unwrap_or(f64::NAN)
        };
        ways.iter().map(|way| way.iter().map(of).sum()).collect()
    }
}

/// Fills `out`, column after column, from what the simulator found, and gives the number of points
/// without a solution. Derivatives that were not asked for are NaN.
#[allow(clippy::too_many_arguments, reason = "they are those of a run, with its answer")]
pub(crate) fn read(
    device: &Device,
    request: &Request,
    parameters: &[f64],
    arguments: &[&[f64]],
    kelvin: Kelvin<'_>,
    asked: &Asked,
    mut found: Vec<Option<SimulatedValues>>,
    out: &mut [f64],
) -> usize {
    let Asked { potentials, shifts, points, .. } = asked;
    let points = *points;
    let flips = request.quantity.is_some() && device.mirror < 0.0;
    for (slot, at) in found.iter_mut().zip(potentials) {
        if at.is_none() {
            *slot = None;
        }
    }
    let mut unsolved = 0;
    for point in 0..points {
        let at = |shift: usize| found.get(shift * points + point).and_then(Option::as_ref);
        unsolved += usize::from((0..shifts.len()).any(|s| at(s).is_none()));
        for (index, column) in request.columns.iter().enumerate() {
            let value = |target: Target, shift: usize| -> f64 {
                let Some(values) = at(shift) else { return f64::NAN };
                let moved = shifts.get(shift).copied().flatten();
                let mut sight = Sight::at(arguments, kelvin, point, moved);
                if let Some(Some(volts)) = potentials.get(shift * points + point) {
                    sight.volts.clone_from(volts);
                }
                let sign = if flips { -1.0 } else { 1.0 };
                measured(device, request, target, values, &sight, parameters, sign)
            };
            let result = match *column {
                Wanted::Value(target) => value(target, 0),
                Wanted::By(target, input) => {
                    let shift = shifts.iter().position(|s| s.is_some_and(|(i, _)| i == input));
                    let step = shift.and_then(|s| shifts.get(s).copied().flatten());
                    match (shift, step) {
                        (Some(s), Some((_, by))) => (value(target, s) - value(target, 0)) / by,
                        _ => f64::NAN,
                    }
                }
            };
            if let Some(slot) = out.get_mut(index * points + point) {
                *slot = result;
            }
        }
    }
    unsolved
}

/// One point with what is shifted.
struct Sight {
    arguments: Vec<f64>,
    kelvin: f64,
    /// The potential of each pin for the first polarity, V; empty before they are known.
    volts: Vec<f64>,
}

impl Sight {
    fn at(
        arguments: &[&[f64]],
        kelvin: Kelvin<'_>,
        point: usize,
        shift: Option<(Input, f64)>,
    ) -> Sight {
        let value = |column: &&[f64]| column.get(point).copied().unwrap_or(f64::NAN);
        let mut sight = Sight {
            arguments: arguments.iter().map(value).collect(),
            kelvin: match kelvin {
                Kelvin::Uniform(t) => t,
                Kelvin::PerPoint(list) => list.get(point).copied().unwrap_or(f64::NAN),
            },
            volts: Vec::new(),
        };
        match shift {
            Some((Input::Argument(a), by)) => {
                if let Some(slot) = sight.arguments.get_mut(a as usize) {
                    *slot += by;
                }
            }
            Some((Input::Temperature, by)) => sight.kelvin += by,
            _ => {}
        }
        sight
    }

    fn leaf(&self, device: &Device, leaf: Leaf, parameters: &[f64]) -> f64 {
        match leaf {
            Leaf::Constant(bits) => f64::from_bits(bits),
            Leaf::Physical(constant) => device.physical(constant),
            Leaf::Parameter(p) => parameters.get(p as usize).copied().unwrap_or(f64::NAN),
            Leaf::Temperature => self.kelvin,
            Leaf::NominalTemperature => device.nominal,
            Leaf::Mirror => 1.0,
            Leaf::Argument(a) => self.arguments.get(a as usize).copied().unwrap_or(f64::NAN),
            Leaf::Voltage(a, b) => {
                let of = |n: u32| self.volts.get(n as usize).copied().unwrap_or(f64::NAN);
                of(a) - of(b)
            }
            _ => f64::NAN,
        }
    }
}

/// A target from what the simulator found; `sign` turns currents and voltages to those of the
/// first polarity.
fn measured(
    device: &Device,
    request: &Request,
    target: Target,
    values: &SimulatedValues,
    sight: &Sight,
    parameters: &[f64],
    sign: f64,
) -> f64 {
    let current = |a: u32| values.currents.get(a as usize).map_or(f64::NAN, |i| sign * i);
    let charge = |a: u32| values.charges.get(a as usize).map_or(f64::NAN, |q| sign * q);
    let cell = |of: &[Vec<f64>], a: u32, b: u32| {
        of.get(a as usize).and_then(|r| r.get(b as usize)).copied().unwrap_or(f64::NAN)
    };
    match target {
        Target::Current(a) => current(a),
        Target::Charge(a) => charge(a),
        Target::ConductanceAt(..) | Target::CapacitanceAt(..) => f64::NAN,
        Target::Conductance(a, b) => cell(&values.conductances, a, b),
        Target::Capacitance(a, b) => cell(&values.capacitances, a, b),
        Target::Quantity => {
            let Some(quantity) = &request.quantity else { return f64::NAN };
            let found = evaluate(&quantity.graph, &|leaf| match leaf {
                Leaf::PinCurrent(a) => current(a),
                Leaf::PinCharge(a) => charge(a),
                Leaf::PinConductance(a, b) => cell(&values.conductances, a, b),
                Leaf::PinCapacitance(a, b) => cell(&values.capacitances, a, b),
                other => sight.leaf(device, other, parameters),
            });
            found.get(quantity.value.0 as usize).copied().unwrap_or(f64::NAN)
        }
    }
}

/// Integrates the charges at the pins for all points, `points` of each list of shifted values.
fn add_charges(
    simulation: &dyn Simulation,
    ask: &SimulationRequest,
    points: usize,
    found: &mut [Option<SimulatedValues>],
) {
    let like = |index: usize| ask.points.get(index % points.max(1));
    let paths: Vec<Path> = ask
        .points
        .iter()
        .enumerate()
        .map(|(i, p)| Path::new(&p.volts, like(i).map_or(&p.volts, |l| &l.volts)))
        .collect();
    let on_the_way: Vec<Vec<SimulatedPoint>> =
        paths.iter().zip(&ask.points).map(|(path, at)| path.points(at)).collect();
    let request = SimulationRequest {
        points: on_the_way.iter().flatten().cloned().collect(),
        admittances: true,
        ..ask.clone()
    };
    let capacitances = simulation.solve(&request);
    let mut rest = capacitances.as_slice();
    for ((path, own), slot) in paths.iter().zip(&on_the_way).zip(found) {
        let (now, later) = rest.split_at(own.len().min(rest.len()));
        rest = later;
        match (path.charges(now), slot.as_mut()) {
            (Some(charges), Some(values)) => values.charges = charges,
            _ => *slot = None,
        }
    }
}

/// Values of all expressions.
pub(crate) fn evaluate(graph: &Graph, leaf: &dyn Fn(Leaf) -> f64) -> Vec<f64> {
    let mut values: Vec<f64> = Vec::with_capacity(graph.len());
    for node in graph.nodes() {
        let of = |id: ExprId| values.get(id.0 as usize).copied().unwrap_or(f64::NAN);
        let value = match *node {
            Node::Leaf(l) => leaf(l),
            Node::Unary(op, a) => math::unary::<false>(op, of(a)),
            Node::Binary(op, a, b) => math::binary::<false>(op, of(a), of(b)),
            Node::Compare(op, a, b) => {
                let (a, b) = (of(a), of(b));
                let holds = match op {
                    Comparison::Less => a < b,
                    Comparison::LessEqual => a <= b,
                    Comparison::Equal => a == b,
                };
                if holds { 1.0 } else { 0.0 }
            }
            Node::Select(c, a, b) => of(if of(c) != 0.0 { a } else { b }),
        };
        values.push(value);
    }
    values
}

/// By pin: the drives that add up to its potential against the last pin, which is at 0 V.
fn potentials(
    device: &Device,
    quantity: &QuantityIr,
) -> Result<Vec<Vec<(f64, ExprId)>>, Diagnostic> {
    let pins = device.template.pins.len();
    let mut known: BTreeMap<usize, Vec<(f64, ExprId)>> = BTreeMap::new();
    if let Some(last) = pins.checked_sub(1) {
        known.insert(last, Vec::new());
    }
    // Each sweep ties at least one more pin, or none is left to tie.
    for _ in 0..pins {
        for drive in &quantity.drives {
            let DriveTarget::Voltage(a, b) = drive.target else { continue };
            for (from, to, sign) in [(b as usize, a as usize, 1.0), (a as usize, b as usize, -1.0)]
            {
                if let Some(way) = known.get(&from).filter(|_| !known.contains_key(&to)).cloned() {
                    let way = way.into_iter().chain([(sign, drive.value)]).collect();
                    known.insert(to, way);
                }
            }
        }
    }
    let all = (0..pins).map(|pin| known.remove(&pin)).collect::<Option<Vec<_>>>();
    all.ok_or_else(|| refused(device, "it leaves a pin without a voltage").at(quantity.span))
}

fn refused(device: &Device, why: &str) -> Diagnostic {
    let name = &device.template.name;
    Diagnostic::error(
        Code::SIMULATED_TEMPLATE,
        format!("the simulator of template `{name}` cannot be asked for this: {why}"),
    )
}

/// A step that stays inside the range and that the simulator can tell from rounding.
fn step(parameter: &ParameterIr, value: f64) -> f64 {
    let span = parameter.high - parameter.low;
    let size = match (value.abs(), parameter.default.abs()) {
        (v, _) if v > 0.0 => v,
        (_, d) if d > 0.0 => d,
        _ if span.is_finite() && span > 0.0 => 1e-2 * span,
        _ => 1.0,
    };
    let step = STEP * size;
    if value + step > parameter.high { 0.0 - step } else { step }
}
