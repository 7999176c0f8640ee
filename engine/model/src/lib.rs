//! Template equations compiled to a batched evaluator with exact derivatives.
//!
//! The way of a template: typed graph → decisions that hold for the whole batch (resistors that
//! are zero, conditions on parameters; one compiled variant for each outcome) → simplified,
//! hash-consed graph with guarded arms → network equations → reverse-mode derivatives, inner
//! nodes and `solve` unknowns eliminated by the implicit function theorem → uniform code, run
//! once a batch, and bytecode over registers of 64 points.
//!
//! An [`Evaluator`] makes [`Kernel`]s (everything at the pins, for voltages) and
//! [`Measurement`]s (quantities of the device kind, for voltages and currents, and outputs of
//! circuits around the device).

mod adjoint;
mod admittance;
mod batch;
mod circuit;
mod dag;
mod device;
mod dispatch;
mod drives;
mod kernel;
mod lower;
mod math;
mod measure;
mod network;
mod newton;
mod plan;
mod program;
mod request;
mod run;
mod scalar;
mod search;
mod searches;
mod simulated;
mod tangents;
#[cfg(test)]
mod tests;
mod uniform;

pub use batch::Workspace;
pub use kernel::{Bias, Column, Kernel, Output, Outputs};
pub use measure::{Argument, Measured, Measurement, MeasurementPlan, PlannedRun, run_together};
pub use simulated::{CircuitRun, SimulatedPoint, SimulatedValues, Simulation, SimulationRequest};

use device::Device;
use espice_base::{Cancellation, Diagnostic};
use espice_lang::ir::{CircuitIr, ExprId, QuantityIr, TemplateIr};
use espice_units::Constants;
use espice_units::constants::TNOM;
use std::sync::Arc;

/// The arithmetic of an evaluator. Outcomes record it, because results differ in the last bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Mode {
    /// The same bits on every machine.
    #[default]
    Portable,
    /// Fused products and sums where the processor has them.
    Fast,
}

impl Mode {
    /// The word that outcomes use.
    pub fn word(self) -> &'static str {
        match self {
            Mode::Portable => "portable",
            Mode::Fast => "fast",
        }
    }
}

/// Device temperature of a batch.
#[derive(Clone, Copy, Debug)]
pub enum Kelvin<'a> {
    /// The same at all points, K.
    Uniform(f64),
    /// One for each point, K.
    PerPoint(&'a [f64]),
}

/// A template made ready for evaluation. Cheap to clone, and usable from several threads.
#[derive(Clone, Debug)]
pub struct Evaluator {
    device: Arc<Device>,
    /// Whether kernels are those of the mirror image.
    mirrored: bool,
}

impl Evaluator {
    /// Prepares a template whose parameters hold at 300.15 K.
    ///
    /// # Errors
    /// [`espice_base::Code::TEMPLATE_NOT_EVALUABLE`] when its network has no meaning.
    pub fn new(
        template: &TemplateIr,
        mode: Mode,
        constants: Constants,
    ) -> Result<Evaluator, Diagnostic> {
        Evaluator::at_nominal(template, mode, constants, TNOM)
    }

    /// Prepares a template whose parameters hold at `nominal`, K.
    ///
    /// # Errors
    /// [`espice_base::Code::TEMPLATE_NOT_EVALUABLE`] when its network has no meaning.
    pub fn at_nominal(
        template: &TemplateIr,
        mode: Mode,
        constants: Constants,
        nominal: f64,
    ) -> Result<Evaluator, Diagnostic> {
        let device = Arc::new(Device::new(template, mode, constants, nominal)?);
        Ok(Evaluator { device, mirrored: false })
    }

    /// The evaluator of a polarity of the template by its index. The second one is the mirror
    /// image: kernels take voltages and give currents and charges with the other sign.
    /// Measurements stay those of the first polarity, in which data are stated.
    #[must_use]
    pub fn of_polarity(&self, index: usize) -> Evaluator {
        let mirrored = index == 1;
        let device = match mirrored {
            true => Arc::new(self.device.mirrored()),
            false => Arc::clone(&self.device),
        };
        Evaluator { device, mirrored }
    }

    /// The evaluator with somebody who runs the simulator that its template names. Without one
    /// such a template has no values.
    #[must_use]
    pub fn simulated_by(&self, simulation: Arc<dyn Simulation>) -> Evaluator {
        let mut device = (*self.device).clone();
        device.simulation = Some(simulation);
        Evaluator { device: Arc::new(device), mirrored: self.mirrored }
    }

    /// The evaluator with somebody who may stop runs of circuits; a run that is stopped has no
    /// outputs.
    #[must_use]
    pub fn cancelled_by(&self, cancellation: Cancellation) -> Evaluator {
        let mut device = (*self.device).clone();
        device.cancellation = cancellation;
        Evaluator { device: Arc::new(device), mirrored: self.mirrored }
    }

    /// The template.
    pub fn template(&self) -> &TemplateIr {
        &self.device.template
    }

    /// The values of expressions of the template that depend on parameters only; `None` when
    /// one depends on more.
    pub fn of_parameters(&self, expressions: &[ExprId], parameters: &[f64]) -> Option<Vec<f64>> {
        self.device.of_parameters(expressions, parameters)
    }

    /// Compiles families of outputs, with derivatives by the parameters in `free`.
    ///
    /// # Errors
    /// [`espice_base::Code::TEMPLATE_NOT_EVALUABLE`] when an inner node carries no current.
    pub fn kernel(&self, outputs: Outputs, free: &[usize]) -> Result<Kernel, Diagnostic> {
        Kernel::new(&self.device, self.mirrored, outputs, free)
    }

    /// Compiles single columns.
    ///
    /// # Errors
    /// See [`Evaluator::kernel`].
    pub fn kernel_of(&self, columns: &[Column]) -> Result<Kernel, Diagnostic> {
        Kernel::of(&self.device, self.mirrored, columns)
    }

    /// Compiles the measurement of a quantity.
    ///
    /// # Errors
    /// [`espice_base::Code::QUANTITY_PINS`] when it is measured at pins that the template does
    /// not have or belongs to another kind, [`espice_base::Code::QUANTITY_DRIVES`] when its
    /// drives contradict each other.
    pub fn measurement(&self, quantity: &QuantityIr) -> Result<Measurement, Diagnostic> {
        Measurement::new(&self.device, quantity)
    }

    /// Compiles an output of a function by its index, a measurement whose arguments are the
    /// function's inputs.
    ///
    /// # Errors
    /// [`espice_base::Code::TEMPLATE_NOT_EVALUABLE`] when there is no such output.
    pub fn function(&self, output: usize) -> Result<Measurement, Diagnostic> {
        let template = &self.device.template;
        let Some(result) = template.outputs.get(output) else {
            return Err(self.device.misplaced("it has no such output"));
        };
        self.measurement(&QuantityIr {
            kind: template.kind.clone(),
            symbol: result.name.clone(),
            dimension: result.dimension,
            arguments: template.inputs.iter().map(|i| i.name.clone()).collect(),
            argument_dimensions: template.inputs.iter().map(|i| i.unit.dimension).collect(),
            defaults: Vec::new(),
            graph: template.graph.clone(),
            value: result.value,
            drives: Vec::new(),
            span: result.span,
        })
    }

    /// Compiles a circuit: one measurement for each of its outputs.
    ///
    /// # Errors
    /// [`espice_base::Code::QUANTITY_PINS`] when it is made for another kind,
    /// [`espice_base::Code::TEMPLATE_NOT_EVALUABLE`] when it asks for what the template lacks.
    pub fn circuit(&self, circuit: &CircuitIr) -> Result<Vec<Measurement>, Diagnostic> {
        Measurement::of_circuit(&self.device, circuit)
    }
}
