//! Quantities of a kind, as a datasheet or an instrument measures them at the pins.

use crate::Kelvin;
use crate::batch::{Batch, Workspace};
use crate::dag::Input;
use crate::device::Device;
use crate::request::{Request, Target, Wanted};
use espice_base::{Code, Diagnostic};
use espice_lang::ir::QuantityIr;
use std::sync::Arc;

/// A quantity measured on a template: drives, solution and value as one compiled program.
///
/// Voltage drives alone need no search beyond the template's inner nodes; a forced current or a
/// floating pin makes the pin's potential one more unknown.
#[derive(Debug)]
pub struct Measurement {
    device: Arc<Device>,
    quantity: QuantityIr,
    plain: Batch,
}

/// A measurement prepared for many evaluations, with the derivatives that a fit asks for.
#[derive(Debug)]
pub struct MeasurementPlan {
    batch: Batch,
    free: usize,
    arguments: usize,
    workspace: Workspace,
    values: Vec<f64>,
    points: usize,
    unsolved: usize,
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
        Ok(Measurement { device: Arc::clone(device), quantity: quantity.clone(), plain })
    }

    /// Values at points given as one column for each argument of the quantity, SI.
    ///
    /// A point without a solution holds NaN. The shortest column says how many points there are.
    pub fn values(&self, parameters: &[f64], arguments: &[&[f64]], kelvin: Kelvin<'_>) -> Vec<f64> {
        let mut values = Vec::new();
        self.plain.run(parameters, arguments, kelvin, &mut Workspace::default(), &mut values);
        values
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
        let mut columns = vec![Wanted::Value(Target::Quantity)];
        let by = |input| Wanted::By(Target::Quantity, input);
        columns.extend(free.iter().map(|&p| by(Input::Parameter(p as u32))));
        let arguments = if by_arguments { self.quantity.arguments.len() } else { 0 };
        columns.extend((0..arguments).map(|a| by(Input::Argument(a as u32))));
        let request = Request { quantity: Some(self.quantity.clone()), mirrored: false, columns };
        Ok(MeasurementPlan {
            batch: Batch::new(Arc::clone(&self.device), request)?,
            free: free.len(),
            arguments,
            workspace: Workspace::default(),
            values: Vec::new(),
            points: 0,
            unsolved: 0,
        })
    }

    /// The quantity.
    pub fn quantity(&self) -> &QuantityIr {
        &self.quantity
    }
}

impl MeasurementPlan {
    /// Evaluates; allocates nothing when it has run with as many points before.
    pub fn run(&mut self, parameters: &[f64], arguments: &[&[f64]], kelvin: Kelvin<'_>) {
        self.points = crate::batch::points(arguments, kelvin);
        self.unsolved =
            self.batch.run(parameters, arguments, kelvin, &mut self.workspace, &mut self.values);
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
