//! Quantities of a kind, as a datasheet or an instrument measures them at the pins.

use crate::Kelvin;
use crate::batch::{Batch, Workspace};
use crate::circuit::{Runner, Wanted as WantedOfRun};
use crate::dag::Input;
use crate::device::Device;
use crate::request::{Request, Target, Wanted};
use crate::simulated::{Asked, SimulatedPoint, Simulation, SimulationRequest};
use espice_base::{Code, Diagnostic};
use espice_lang::ir::{CircuitIr, QuantityIr};
use espice_units::Dimension;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// A quantity measured on a template: at the pins, with drives, solution and value as one
/// compiled program, or as an output of a circuit that is solved around the template.
///
/// Voltage drives alone need no search beyond the template's inner nodes; a forced current or a
/// floating pin makes the pin's potential one more unknown.
#[derive(Debug)]
pub struct Measurement {
    way: Way,
    arguments: Vec<Argument>,
    dimension: Dimension,
}

#[derive(Debug)]
struct AtPins {
    device: Arc<Device>,
    quantity: QuantityIr,
    plain: Batch,
    /// What was compiled for derivatives by these parameters: stages and devices ask again.
    plans: Mutex<Plans>,
}

/// Programs by the parameters and the number of arguments of their derivatives.
type Plans = BTreeMap<(Vec<usize>, usize), Arc<Batch>>;

/// Compiled plans that are kept.
const MOST_PLANS: usize = 32;

impl AtPins {
    /// The program with derivatives by parameters and by the first arguments.
    fn batch(&self, free: &[usize], arguments: usize) -> Result<Arc<Batch>, Diagnostic> {
        let key = (free.to_vec(), arguments);
        let kept = || self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept().get(&key) {
            return Ok(Arc::clone(known));
        }
        let mut columns = vec![Wanted::Value(Target::Quantity)];
        let by = |input| Wanted::By(Target::Quantity, input);
        columns.extend(free.iter().map(|&p| by(Input::Parameter(p as u32))));
        columns.extend((0..arguments).map(|a| by(Input::Argument(a as u32))));
        let quantity = Some(self.quantity.clone());
        let request = Request { quantity, mirrored: false, columns };
        let batch = Arc::new(Batch::new(Arc::clone(&self.device), request)?);
        let mut plans = kept();
        if plans.len() < MOST_PLANS {
            plans.insert(key, Arc::clone(&batch));
        }
        Ok(batch)
    }
}

/// What a measured quantity depends on beside the temperature.
#[derive(Clone, PartialEq, Debug)]
pub struct Argument {
    /// The symbol.
    pub symbol: String,
    /// Other symbols that state the same.
    pub others: Vec<String>,
    /// Its dimension.
    pub dimension: Dimension,
    /// The value that holds where nothing is stated, SI.
    pub default: Option<f64>,
}

#[derive(Debug)]
enum Way {
    Pins(Box<AtPins>),
    Circuit { runner: Arc<Runner>, output: usize },
}

/// A measurement prepared for many evaluations, with the derivatives that a fit asks for.
#[derive(Debug)]
pub struct MeasurementPlan {
    way: PlanWay,
    free: usize,
    arguments: usize,
    workspace: Workspace,
    values: Vec<f64>,
    points: usize,
    unsolved: usize,
}

#[derive(Clone, Debug)]
enum PlanWay {
    Pins(Arc<Batch>),
    Circuit { runner: Arc<Runner>, output: usize, free: Vec<usize> },
}

/// One run of a plan among several.
#[derive(Debug)]
pub struct PlannedRun<'a> {
    /// The plan that runs.
    pub plan: &'a mut MeasurementPlan,
    /// Values of all parameters of the template, SI.
    pub parameters: &'a [f64],
    /// One column for each argument of the quantity, SI.
    pub arguments: Vec<&'a [f64]>,
    /// Device temperature.
    pub kelvin: Kelvin<'a>,
}

/// Runs several plans. Those of templates whose equations a simulator has are one request to it,
/// which costs little more than one of them alone; without `derivatives` it is asked for values
/// only.
pub fn run_together(runs: &mut [PlannedRun<'_>], derivatives: bool) {
    let mut open: Vec<usize> = Vec::new();
    for (index, run) in runs.iter_mut().enumerate() {
        if run.plan.is_simulated() {
            open.push(index);
        } else {
            run.plan.run(run.parameters, &run.arguments, run.kelvin);
        }
    }
    while let Some((whole, members)) = gather(runs, &mut open, derivatives) {
        let Some(simulation) = members.first().map(|m| Arc::clone(&m.simulation)) else { return };
        let mut found = simulation.solve(&whole).into_iter();
        for Member { run, asked, .. } in members {
            let own: Vec<_> = found.by_ref().take(asked.request.points.len()).collect();
            let Some(PlannedRun { plan, parameters, arguments, kelvin }) = runs.get_mut(run) else {
                continue;
            };
            let PlanWay::Pins(batch) = &plan.way else { continue };
            plan.points = crate::batch::points(arguments, *kelvin);
            plan.unsolved =
                batch.read(&asked, own, parameters, arguments, *kelvin, &mut plan.values);
        }
    }
}

/// A run that waits for its part of an answer.
struct Member {
    run: usize,
    asked: Asked,
    simulation: Arc<dyn Simulation>,
}

/// Takes the runs out of `open` that one request can answer, with the request. Runs that need more
/// than one request are carried out.
fn gather(
    runs: &mut [PlannedRun<'_>],
    open: &mut Vec<usize>,
    derivatives: bool,
) -> Option<(SimulationRequest, Vec<Member>)> {
    let mut members: Vec<Member> = Vec::new();
    let mut whole = SimulationRequest::default();
    let mut cards: BTreeMap<Vec<u64>, usize> = BTreeMap::new();
    let mut rest = Vec::new();
    for index in std::mem::take(open) {
        let Some(PlannedRun { plan, parameters, arguments, kelvin }) = runs.get_mut(index) else {
            continue;
        };
        let asked = match &plan.way {
            PlanWay::Pins(batch) => batch.ask(parameters, arguments, *kelvin, derivatives),
            PlanWay::Circuit { .. } => None,
        };
        let Some((asked, simulation)) = asked else {
            plan.run(parameters, arguments, *kelvin);
            continue;
        };
        let (own, first) = (&asked.request, members.first());
        let fits = first.is_none_or(|first| {
            let other = &first.asked.request;
            Arc::ptr_eq(&first.simulation, simulation)
                && (other.polarity, &other.pins) == (own.polarity, &own.pins)
        });
        if !fits {
            rest.push(index);
            continue;
        }
        (whole.polarity, whole.pins) = (own.polarity, own.pins.clone());
        let places: Vec<usize> = own
            .parameters
            .iter()
            .map(|list| {
                let key = list.iter().map(|v| v.to_bits()).collect();
                *cards.entry(key).or_insert_with(|| {
                    whole.parameters.push(list.clone());
                    whole.parameters.len() - 1
                })
            })
            .collect();
        whole.points.extend(own.points.iter().map(|p| SimulatedPoint {
            parameters: places.get(p.parameters).copied().unwrap_or(p.parameters),
            ..p.clone()
        }));
        let simulation = Arc::clone(simulation);
        members.push(Member { run: index, asked, simulation });
    }
    *open = rest;
    (!members.is_empty()).then_some((whole, members))
}

/// Values with their derivatives by free parameters.
#[derive(Clone, PartialEq, Debug)]
pub struct Measured {
    /// One value a point, SI; NaN where there is no solution.
    pub values: Vec<f64>,
    /// Column after column, one for each free parameter.
    pub jacobian: Vec<f64>,
    /// Points without a solution.
    pub unsolved: usize,
}

impl Measurement {
    pub(crate) fn new(device: &Arc<Device>, quantity: &QuantityIr) -> Result<Self, Diagnostic> {
        check(device, quantity)?;
        let request = Request {
            quantity: Some(quantity.clone()),
            mirrored: false,
            columns: vec![Wanted::Value(Target::Quantity)],
        };
        let plain = Batch::new(Arc::clone(device), request)?;
        let named = quantity.arguments.iter().zip(&quantity.argument_dimensions).enumerate();
        let argument = |(index, (symbol, dimension)): (usize, (&String, &Dimension))| Argument {
            symbol: symbol.clone(),
            others: Vec::new(),
            dimension: *dimension,
            default: quantity.default(index),
        };
        Ok(Measurement {
            arguments: named.map(argument).collect(),
            dimension: quantity.dimension,
            way: Way::Pins(Box::new(AtPins {
                device: Arc::clone(device),
                quantity: quantity.clone(),
                plain,
                plans: Mutex::default(),
            })),
        })
    }

    /// One measurement for each output of a circuit.
    pub(crate) fn of_circuit(
        device: &Arc<Device>,
        circuit: &CircuitIr,
    ) -> Result<Vec<Self>, Diagnostic> {
        let runner = Arc::new(Runner::new(device, circuit)?);
        let argument = |a: &espice_lang::ir::CircuitArgument| Argument {
            symbol: a.name.clone(),
            others: a.others.clone(),
            dimension: a.dimension,
            default: a.default,
        };
        let arguments: Vec<Argument> = circuit.arguments.iter().map(argument).collect();
        let outputs = runner.circuit().outputs.iter().enumerate();
        let measurements = outputs.map(|(output, o)| Measurement {
            way: Way::Circuit { runner: Arc::clone(&runner), output },
            arguments: arguments.clone(),
            dimension: o.dimension,
        });
        Ok(measurements.collect())
    }

    /// Values at points given as one column for each argument of the quantity, SI.
    ///
    /// A point without a solution holds NaN. The shortest column says how many points there are.
    pub fn values(&self, parameters: &[f64], arguments: &[&[f64]], kelvin: Kelvin<'_>) -> Vec<f64> {
        let mut values = Vec::new();
        match &self.way {
            Way::Pins(at) => {
                at.plain.run(parameters, arguments, kelvin, &mut Workspace::default(), &mut values);
            }
            Way::Circuit { runner, output } => {
                let nothing = WantedOfRun::default();
                runner.columns(*output, parameters, arguments, kelvin, &nothing, &mut values);
            }
        }
        values
    }

    /// Why there is no value at a point, given as one number for each argument of the quantity,
    /// SI, and the temperature, K. `None` when there is one, or nothing is known about the reason.
    pub fn reason(&self, parameters: &[f64], arguments: &[f64], kelvin: f64) -> Option<Diagnostic> {
        match &self.way {
            Way::Pins(_) => None,
            Way::Circuit { runner, output } => {
                runner.reason(*output, parameters, arguments, kelvin)
            }
        }
    }

    /// Values with derivatives by the parameters in `free` (indices of the template).
    ///
    /// # Errors
    /// See [`Measurement::plan`].
    pub fn with_jacobian(
        &self,
        free: &[usize],
        parameters: &[f64],
        arguments: &[&[f64]],
        kelvin: Kelvin<'_>,
    ) -> Result<Measured, Diagnostic> {
        let mut plan = self.plan(free, false)?;
        plan.run(parameters, arguments, kelvin);
        let points = plan.points;
        let mut values = plan.values;
        let jacobian = values.split_off(points.min(values.len()));
        Ok(Measured { values, jacobian, unsolved: plan.unsolved })
    }

    /// Prepares repeated evaluation with derivatives by the parameters in `free`, and by the
    /// arguments when `by_arguments` says so.
    ///
    /// # Errors
    /// When the quantity does not fit the template ([`Code::QUANTITY_PINS`],
    /// [`Code::QUANTITY_DRIVES`]); a measurement that exists has passed these checks.
    pub fn plan(&self, free: &[usize], by_arguments: bool) -> Result<MeasurementPlan, Diagnostic> {
        let arguments = if by_arguments { self.arguments.len() } else { 0 };
        let way = match &self.way {
            Way::Pins(at) => PlanWay::Pins(at.batch(free, arguments)?),
            Way::Circuit { runner, output } => PlanWay::Circuit {
                runner: Arc::clone(runner),
                output: *output,
                free: free.to_vec(),
            },
        };
        Ok(MeasurementPlan {
            way,
            free: free.len(),
            arguments,
            workspace: Workspace::default(),
            values: Vec::new(),
            points: 0,
            unsolved: 0,
        })
    }

    /// What the quantity depends on, in the order of the columns.
    pub fn arguments(&self) -> &[Argument] {
        &self.arguments
    }

    /// Whether every value is a run of a circuit, which costs a thousand times what a measurement
    /// at the pins does, and whose derivatives are differences.
    pub fn is_circuit(&self) -> bool {
        matches!(self.way, Way::Circuit { .. })
    }

    /// The dimension of the quantity.
    pub fn dimension(&self) -> Dimension {
        self.dimension
    }
}

/// A copy shares the compiled program and has memory of its own, for another thread or start.
impl Clone for MeasurementPlan {
    fn clone(&self) -> Self {
        MeasurementPlan {
            way: self.way.clone(),
            workspace: Workspace::default(),
            values: Vec::new(),
            points: 0,
            unsolved: 0,
            ..*self
        }
    }
}

impl MeasurementPlan {
    /// Evaluates; at the pins it allocates nothing when it has run with as many points before.
    pub fn run(&mut self, parameters: &[f64], arguments: &[&[f64]], kelvin: Kelvin<'_>) {
        self.points = crate::batch::points(arguments, kelvin);
        self.unsolved = match &self.way {
            PlanWay::Pins(batch) => {
                batch.run(parameters, arguments, kelvin, &mut self.workspace, &mut self.values)
            }
            PlanWay::Circuit { runner, output, free } => {
                let wanted = WantedOfRun { free, by_conditions: self.arguments > 0 };
                runner.columns(*output, parameters, arguments, kelvin, &wanted, &mut self.values)
            }
        };
    }

    /// Whether a simulator has the equations, so that runs cost less together than one by one.
    pub fn is_simulated(&self) -> bool {
        matches!(&self.way, PlanWay::Pins(batch) if batch.is_simulated())
    }

    /// Values of the last run, SI; NaN where there is no solution.
    pub fn values(&self) -> &[f64] {
        self.column(0)
    }

    /// Derivatives of the last run by the free parameter with this index in `free`.
    pub fn by_parameter(&self, index: usize) -> &[f64] {
        if index < self.free { self.column(1 + index) } else { &[] }
    }

    /// All derivatives by free parameters, column after column.
    pub fn jacobian(&self) -> &[f64] {
        self.values.get(self.points..(1 + self.free) * self.points).unwrap_or_default()
    }

    /// Derivatives of the last run by the argument with this index, when they were asked for.
    pub fn by_argument(&self, index: usize) -> &[f64] {
        if index < self.arguments { self.column(1 + self.free + index) } else { &[] }
    }

    /// Points of the last run without a solution.
    pub fn unsolved(&self) -> usize {
        self.unsolved
    }

    fn column(&self, index: usize) -> &[f64] {
        self.values.get(index * self.points..(index + 1) * self.points).unwrap_or_default()
    }
}

fn check(device: &Device, quantity: &QuantityIr) -> Result<(), Diagnostic> {
    let template = &device.template;
    if quantity.kind == template.kind {
        return Ok(());
    }
    Err(Diagnostic::error(
        Code::QUANTITY_PINS,
        format!(
            "`{}` is a quantity of kind `{}`, template `{}` is of kind `{}`",
            quantity.symbol, quantity.kind, template.name, template.kind
        ),
    )
    .at(quantity.span)
    .label(template.span, "the template"))
}
