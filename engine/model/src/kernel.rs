//! Currents, charges and their derivatives at the pins, for batches of bias points.

use crate::Kelvin;
use crate::batch::{Batch, Workspace};
use crate::dag::Input;
use crate::device::Device;
use crate::request::{Request, Target, Wanted};
use espice_base::Diagnostic;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A result of a [`Kernel`]: pins and parameters by index. Derivatives are total: inner nodes
/// and unknowns of `solve` follow.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Column {
    /// The current into a pin, A.
    Current(usize),
    /// The charge that came in through a pin, C; charges at inner nodes count for the pin
    /// nearest over resistors.
    Charge(usize),
    /// dI(a)/dV(b), S.
    Conductance(usize, usize),
    /// Im(Y(a, b)) / ω at low frequency, F: what a capacitance meter and a simulator's
    /// small-signal analysis see. Behind a series resistance it differs from dQ/dV.
    Capacitance(usize, usize),
    /// Re(Y(a, b)), S, at the frequency, Hz, that stands in a column behind the potentials.
    ConductanceAt(usize, usize),
    /// Im(Y(a, b)) / ω, F, at that frequency.
    CapacitanceAt(usize, usize),
    /// dI(pin)/dT, A/K.
    CurrentByTemperature(usize),
    /// dQ(pin)/dT, C/K.
    ChargeByTemperature(usize),
    /// dQ(a)/dV(b), F.
    ChargeByVoltage(usize, usize),
    /// Derivative of a pin's current by a parameter.
    CurrentByParameter(usize, usize),
    /// Derivative of a pin's charge by a parameter.
    ChargeByParameter(usize, usize),
    /// Derivative of [`Column::Conductance`] by a parameter, the last index.
    ConductanceByParameter(usize, usize, usize),
    /// Derivative of [`Column::Capacitance`] by a parameter, the last index.
    CapacitanceByParameter(usize, usize, usize),
}

/// Which families of columns a [`Kernel`] computes, for all pins.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Outputs {
    /// Currents, and their derivatives by free parameters.
    pub currents: bool,
    /// Charges, and their derivatives by free parameters.
    pub charges: bool,
    /// All conductances.
    pub conductances: bool,
    /// All capacitances.
    pub capacitances: bool,
    /// Derivatives of the above currents and charges by temperature.
    pub temperature: bool,
}

/// Points at which to evaluate.
#[derive(Clone, Copy, Debug)]
pub struct Bias<'a> {
    /// A column of potentials for each pin, V; then one of frequencies, Hz, where a column of the
    /// kernel is at a frequency.
    pub volts: &'a [&'a [f64]],
    /// Device temperature.
    pub kelvin: Kelvin<'a>,
}

/// Compiled code for a choice of outputs.
#[derive(Debug)]
pub struct Kernel {
    batch: Batch,
    columns: BTreeMap<Column, usize>,
}

/// Results of [`Kernel::run`].
#[derive(Clone, Debug, Default)]
pub struct Output {
    values: Vec<f64>,
    points: usize,
    unsolved: usize,
}

impl Kernel {
    pub(crate) fn new(
        device: &Arc<Device>,
        mirrored: bool,
        outputs: Outputs,
        free: &[usize],
    ) -> Result<Kernel, Diagnostic> {
        let pins = device.template.pins.len();
        let mut list = Vec::new();
        for a in 0..pins {
            if outputs.currents {
                list.push(Column::Current(a));
                list.extend(free.iter().map(|&p| Column::CurrentByParameter(a, p)));
                list.extend(outputs.temperature.then_some(Column::CurrentByTemperature(a)));
            }
            if outputs.charges {
                list.push(Column::Charge(a));
                list.extend(free.iter().map(|&p| Column::ChargeByParameter(a, p)));
                list.extend(outputs.temperature.then_some(Column::ChargeByTemperature(a)));
            }
            for b in 0..pins {
                list.extend(outputs.conductances.then_some(Column::Conductance(a, b)));
                list.extend(outputs.capacitances.then_some(Column::Capacitance(a, b)));
            }
        }
        Kernel::of(device, mirrored, &list)
    }

    pub(crate) fn of(
        device: &Arc<Device>,
        mirrored: bool,
        columns: &[Column],
    ) -> Result<Kernel, Diagnostic> {
        let pins = device.template.pins.len();
        let wanted = columns.iter().map(|&c| wanted(c, pins)).collect();
        let request = Request { quantity: None, mirrored, columns: wanted };
        let batch = Batch::new(Arc::clone(device), request)?;
        Ok(Kernel { batch, columns: columns.iter().enumerate().map(|(i, &c)| (c, i)).collect() })
    }

    /// Evaluates at all points; `parameters` are all of the template's, SI.
    ///
    /// The shortest column says how many points there are. Points without a solution hold NaN
    /// and are counted in [`Output::unsolved`].
    pub fn run(
        &self,
        parameters: &[f64],
        bias: Bias<'_>,
        workspace: &mut Workspace,
        output: &mut Output,
    ) {
        output.points = crate::batch::points(bias.volts, bias.kelvin);
        output.unsolved =
            self.batch.run(parameters, bias.volts, bias.kelvin, workspace, &mut output.values);
    }

    /// [`Kernel::run`] into memory of the caller, column after column in the order in which they
    /// were asked for; gives the number of points without a solution. `values` must have a place for
    /// each column at each point, or all points are without.
    pub fn fill(
        &self,
        parameters: &[f64],
        bias: Bias<'_>,
        workspace: &mut Workspace,
        values: &mut [f64],
    ) -> usize {
        self.batch.fill(parameters, bias.volts, bias.kelvin, workspace, values)
    }

    /// How many columns it computes.
    pub fn width(&self) -> usize {
        self.batch.columns()
    }

    /// A column of an output of this kernel; `None` when the kernel does not compute it.
    pub fn column<'o>(&self, output: &'o Output, column: Column) -> Option<&'o [f64]> {
        let index = *self.columns.get(&column)?;
        output.values.get(index * output.points..(index + 1) * output.points)
    }
}

impl Output {
    /// How many points were evaluated.
    pub fn points(&self) -> usize {
        self.points
    }

    /// How many points have no solution; they hold NaN.
    pub fn unsolved(&self) -> usize {
        self.unsolved
    }
}

/// `pins` is the argument in which the frequency stands.
fn wanted(column: Column, pins: usize) -> Wanted {
    let pin = |p: usize| p as u32;
    let argument = |p: usize| Input::Argument(p as u32);
    let parameter = |p: usize| Input::Parameter(p as u32);
    match column {
        Column::Current(a) => Wanted::Value(Target::Current(pin(a))),
        Column::Charge(a) => Wanted::Value(Target::Charge(pin(a))),
        Column::Conductance(a, b) => Wanted::Value(Target::Conductance(pin(a), pin(b))),
        Column::Capacitance(a, b) => Wanted::Value(Target::Capacitance(pin(a), pin(b))),
        Column::ConductanceAt(a, b) => {
            Wanted::Value(Target::ConductanceAt(pin(a), pin(b), pin(pins)))
        }
        Column::CapacitanceAt(a, b) => {
            Wanted::Value(Target::CapacitanceAt(pin(a), pin(b), pin(pins)))
        }
        Column::CurrentByTemperature(a) => Wanted::By(Target::Current(pin(a)), Input::Temperature),
        Column::ChargeByTemperature(a) => Wanted::By(Target::Charge(pin(a)), Input::Temperature),
        Column::ChargeByVoltage(a, b) => Wanted::By(Target::Charge(pin(a)), argument(b)),
        Column::CurrentByParameter(a, p) => Wanted::By(Target::Current(pin(a)), parameter(p)),
        Column::ChargeByParameter(a, p) => Wanted::By(Target::Charge(pin(a)), parameter(p)),
        Column::ConductanceByParameter(a, b, p) => {
            Wanted::By(Target::Conductance(pin(a), pin(b)), parameter(p))
        }
        Column::CapacitanceByParameter(a, b, p) => {
            Wanted::By(Target::Capacitance(pin(a), pin(b)), parameter(p))
        }
    }
}
