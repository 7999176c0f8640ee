//! Small circuits around one device: operating points and runs in time on the template itself,
//! without a simulator.

mod assembly;
mod help;
mod linear;
mod newton;
mod run;
mod step;
mod system;
mod unsolved;
mod waves;

use crate::Kelvin;
use crate::batch::points;
use crate::device::{Device, Key};
use espice_base::{Code, Diagnostic};
use espice_lang::ir::CircuitIr;
use run::Ended;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use system::System;
use unsolved::Unsolved;

/// Systems kept; a fit sees one or two.
const MOST_VARIANTS: usize = 16;
/// Runs kept.
const MOST_RUNS: usize = 64;
/// Relative step of a parameter for differences: errors of a run are some 1e-5 of its outputs.
const STEP: f64 = 5e-3;

/// Systems by what a batch decides.
type Variants = BTreeMap<Key, Option<Arc<System>>>;

/// A circuit around a device, with its compiled variants.
#[derive(Debug)]
pub(crate) struct Runner {
    device: Arc<Device>,
    circuit: CircuitIr,
    variants: Mutex<Variants>,
    /// Runs that were made last: outputs of one circuit are asked for one after the other.
    known: Mutex<VecDeque<Known>>,
}

/// A run and what it came to.
#[derive(Debug)]
struct Known {
    /// Parameters, conditions and temperature, bit by bit.
    at: Vec<u64>,
    ended: Result<Ended, Unsolved>,
}

/// Outputs of one point, and their derivatives.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted<'a> {
    /// Parameters by whose values derivatives are wanted.
    pub free: &'a [usize],
    /// Whether derivatives by the conditions are wanted.
    pub by_conditions: bool,
}

impl Runner {
    /// Compiles the variant of the default parameters, so that mistakes come out now.
    ///
    /// # Errors
    /// [`Code::QUANTITY_PINS`] when the circuit is made for another kind,
    /// [`Code::TEMPLATE_NOT_EVALUABLE`] when the template lacks what it asks for.
    pub(crate) fn new(device: &Arc<Device>, circuit: &CircuitIr) -> Result<Runner, Diagnostic> {
        let template = &device.template;
        if circuit.kind != template.kind {
            return Err(Diagnostic::error(
                Code::QUANTITY_PINS,
                format!(
                    "`{}` is a circuit for kind `{}`, template `{}` is of kind `{}`",
                    circuit.name, circuit.kind, template.name, template.kind
                ),
            )
            .at(circuit.span)
            .label(template.span, "the template"));
        }
        let variants = match template.simulator {
            Some(_) => BTreeMap::new(),
            None => Runner::first_variant(device, circuit)?,
        };
        Ok(Runner {
            device: Arc::clone(device),
            circuit: circuit.clone(),
            variants: Mutex::new(variants),
            known: Mutex::default(),
        })
    }

    /// The variant of the default parameters.
    fn first_variant(device: &Arc<Device>, circuit: &CircuitIr) -> Result<Variants, Diagnostic> {
        let defaults = device.template.defaults();
        let key = device.decide(&defaults, device.nominal, false, &mut Vec::new());
        let system = System::new(device, circuit, key)?;
        Ok(BTreeMap::from([(key, Some(Arc::new(system)))]))
    }

    /// The circuit.
    pub(crate) fn circuit(&self) -> &CircuitIr {
        &self.circuit
    }

    fn variant(&self, key: Key) -> Option<Arc<System>> {
        let mut variants = self.variants.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = variants.get(&key) {
            return known.clone();
        }
        if variants.len() >= MOST_VARIANTS {
            variants.clear();
        }
        let variant = System::new(&self.device, &self.circuit, key).ok().map(Arc::new);
        variants.insert(key, variant.clone());
        variant
    }

    /// All outputs at one point, in their order; NaN where there is no answer.
    pub(crate) fn run(&self, parameters: &[f64], conditions: &[f64], kelvin: f64) -> Vec<f64> {
        let nothing = |_| vec![f64::NAN; self.circuit.outputs.len()];
        self.ended(parameters, conditions, kelvin).map_or_else(nothing, |ended| ended.outputs)
    }

    /// Why an output has no value at one point; `None` when it has one.
    pub(crate) fn reason(
        &self,
        output: usize,
        parameters: &[f64],
        conditions: &[f64],
        kelvin: f64,
    ) -> Option<Diagnostic> {
        let why = match self.ended(parameters, conditions, kelvin) {
            Ok(ended) if ended.outputs.get(output).is_some_and(|v| v.is_finite()) => return None,
            Ok(Ended { missed: Some(event), time, .. }) => Unsolved::Missed { event, time },
            Ok(_) => Unsolved::NotFinite,
            Err(why) => why,
        };
        Some(why.diagnostic(&self.circuit))
    }

    fn ended(
        &self,
        parameters: &[f64],
        conditions: &[f64],
        kelvin: f64,
    ) -> Result<Ended, Unsolved> {
        let all = parameters.iter().chain(conditions).chain([&kelvin]);
        let at: Vec<u64> = all.map(|v| v.to_bits()).collect();
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.iter().find(|k| k.at == at) {
            return known.ended.clone();
        }
        drop(known);
        let ended = if self.device.template.simulator.is_some() {
            waves::run(&self.device, &self.circuit, parameters, conditions, kelvin)
        } else {
            let key = self.device.decide(parameters, kelvin, false, &mut Vec::new());
            self.variant(key).ok_or(Unsolved::Equations).and_then(|system| {
                let cancellation = &self.device.cancellation;
                run::run(&self.circuit, &system, parameters, conditions, kelvin, cancellation)
            })
        };
        if matches!(ended, Err(Unsolved::Cancelled)) {
            return ended;
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST_RUNS {
            known.pop_front();
        }
        known.push_back(Known { at, ended: ended.clone() });
        ended
    }

    /// One output at all points, column after column: the values, the derivatives by parameters,
    /// those by conditions. Derivatives are central differences.
    pub(crate) fn columns(
        &self,
        output: usize,
        parameters: &[f64],
        conditions: &[&[f64]],
        kelvin: Kelvin<'_>,
        wanted: &Wanted<'_>,
        out: &mut Vec<f64>,
    ) -> usize {
        let count = points(conditions, kelvin);
        let by_conditions = if wanted.by_conditions { conditions.len() } else { 0 };
        out.clear();
        out.resize(count * (1 + wanted.free.len() + by_conditions), f64::NAN);
        let mut unsolved = 0;
        for point in 0..count {
            let at: Vec<f64> = conditions.iter().filter_map(|c| c.get(point).copied()).collect();
            let t = match kelvin {
                Kelvin::Uniform(t) => t,
                Kelvin::PerPoint(list) => list.get(point).copied().unwrap_or(f64::NAN),
            };
            let value = |parameters: &[f64], at: &[f64]| {
                self.run(parameters, at, t).get(output).copied().unwrap_or(f64::NAN)
            };
            let mut set = |column: usize, value: f64| {
                if let Some(slot) = out.get_mut(column * count + point) {
                    *slot = value;
                }
            };
            let here = value(parameters, &at);
            unsolved += usize::from(here.is_nan());
            set(0, here);
            for (column, &index) in wanted.free.iter().enumerate() {
                set(1 + column, difference(parameters, index, |p| value(p, &at)));
            }
            for index in 0..by_conditions {
                let slope = difference(&at, index, |c| value(parameters, c));
                set(1 + wanted.free.len() + index, slope);
            }
        }
        unsolved
    }
}

/// The central difference by one of the values; zero by a value of zero, which means that an
/// effect is off.
fn difference(values: &[f64], index: usize, of: impl Fn(&[f64]) -> f64) -> f64 {
    let Some(&centre) = values.get(index) else { return 0.0 };
    let step = STEP * centre.abs();
    if step == 0.0 || !step.is_finite() {
        return 0.0;
    }
    let mut moved = values.to_vec();
    let mut at = |value: f64| {
        if let Some(slot) = moved.get_mut(index) {
            *slot = value;
        }
        of(&moved)
    };
    (at(centre + step) - at(centre - step)) / (2.0 * step)
}
