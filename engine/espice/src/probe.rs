//! A template with parameter values, asked about quantities at conditions.

use crate::extraction::{Instance, instance};
use espice_base::Diagnostic;
use espice_facts::{Conditions, Curve, Facts, Status};
use espice_lang::Quantities;
use espice_lang::ir::{CircuitArgument, CircuitIr, KindIr, QuantityIr};
use espice_model::{
    Argument, Evaluator, Kelvin, Measurement, MeasurementPlan, PlannedRun, run_together,
};
use espice_units::constants::{ROOM, SPICE39};
use std::borrow::Borrow;
use std::sync::{Mutex, OnceLock, PoisonError};

/// Symbols that set the device temperature, the one that counts first.
pub(crate) const TEMPERATURES: [&str; 3] = ["TJ", "Tcase", "Tamb"];

/// Reasons of circuits without a solution that are kept.
const MOST_REASONS: usize = 16;

/// The temperature that conditions state, K; room temperature when they state none.
pub(crate) fn temperature(conditions: &Conditions) -> f64 {
    TEMPERATURES.iter().find_map(|s| conditions.value(s)).unwrap_or(ROOM)
}

/// `25 °C` of a temperature in K.
pub(crate) fn celsius(kelvin: f64) -> String {
    format!("{} °C", espice_units::plain(kelvin - SPICE39.celsius_zero, 4))
}

/// Whether conditions state an argument of a circuit, or it has a value of its own.
fn is_known(argument: &CircuitArgument, conditions: &Conditions) -> bool {
    let states = |s: &String| conditions.value(s).is_some();
    states(&argument.name) || argument.others.iter().any(states) || argument.default.is_some()
}

/// The value of an argument among conditions: its own symbol first, then others that state the
/// same, then what holds where none is stated.
pub(crate) fn stated(conditions: &Conditions, argument: &Argument) -> Option<f64> {
    let symbols = std::iter::once(&argument.symbol).chain(&argument.others);
    symbols.filter_map(|s| conditions.value(s)).next().or(argument.default)
}

/// The first quantity that measures `symbol` where what the conditions leave open has a value of
/// its own, with the indices of those arguments. One with nothing left open comes before.
pub(crate) fn nearest_quantity(
    quantities: &[QuantityIr],
    symbol: &str,
    conditions: &Conditions,
) -> Option<(usize, Vec<usize>)> {
    let all = quantities.iter().enumerate().filter(|(_, q)| q.symbol == symbol);
    let known = all.filter_map(|(index, q)| {
        // A range is stated, though no value follows from it.
        let is_open = |a: &String| !conditions.by_symbol.contains_key(a);
        let mut open = Vec::new();
        for (place, name) in q.arguments.iter().enumerate() {
            if is_open(name) && q.default(place).is_some() {
                open.push(place);
            } else if conditions.value(name).is_none() {
                return None;
            }
        }
        Some((index, open))
    });
    known.reduce(|best, next| {
        if best.1.is_empty() {
            best
        } else if next.1.is_empty() {
            next
        } else {
            best
        }
    })
}

/// How a symbol is measured: at the pins, or by an output of a circuit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Way {
    /// By a quantity of the kind, by index.
    Pins(usize),
    /// By a circuit and its output, by index.
    Circuit(usize, usize),
}

type Compiled<T> = OnceLock<Result<T, Diagnostic>>;

/// A template compiled for one run: its evaluator and the measurements of its kind.
pub(crate) struct Bench {
    pub(crate) evaluator: Evaluator,
    quantities: Vec<QuantityIr>,
    measurements: Vec<Compiled<Measurement>>,
    circuits: Vec<CircuitIr>,
    outputs: Vec<Compiled<Vec<Measurement>>>,
    /// Why circuits came to nothing, since this was asked for last.
    unsolved: Mutex<Vec<Diagnostic>>,
}

impl Bench {
    pub(crate) fn new(evaluator: Evaluator, kind: &KindIr) -> Bench {
        Bench {
            evaluator,
            quantities: kind.quantities.clone(),
            measurements: kind.quantities.iter().map(|_| OnceLock::new()).collect(),
            circuits: kind.circuits.clone(),
            outputs: kind.circuits.iter().map(|_| OnceLock::new()).collect(),
            unsolved: Mutex::default(),
        }
    }

    /// With circuits around this part: what one of their conditions comes to where nobody states
    /// it, such as the inductance of the package, a row of the part may say as its typical value.
    pub(crate) fn around(mut self, facts: &Facts) -> Bench {
        let part = facts.device.part.as_deref();
        let typical = |name: &str| {
            let served = facts.parameters.iter().filter(|r| r.status != Status::Refused);
            let mut own =
                served.filter(|r| part.is_none_or(|p| r.holds_for(p)) && r.symbol == name);
            own.find_map(|r| r.typ)
        };
        let arguments = self.circuits.iter_mut().flat_map(|c| &mut c.arguments);
        for argument in arguments.filter(|a| a.default.is_some()) {
            argument.default = typical(&argument.name).or(argument.default);
        }
        self
    }

    /// Why circuits came to nothing since this was asked for last, each reason once.
    pub(crate) fn unsolved(&self) -> Vec<Diagnostic> {
        std::mem::take(&mut *self.unsolved.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Remembers why a measurement has no value at a point.
    fn complain(&self, measured: &Measurement, values: &[f64], point: &[f64], kelvin: f64) {
        let Some(reason) = measured.reason(values, point, kelvin) else { return };
        let mut known = self.unsolved.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() < MOST_REASONS && known.iter().all(|k| k.message != reason.message) {
            known.push(reason);
        }
    }

    /// What measures `symbol` by exactly these arguments, in any order: a quantity of the kind, or
    /// a circuit of which every condition that has no value of its own is among them.
    pub(crate) fn by_arguments(&self, symbol: &str, arguments: &[String]) -> Option<Way> {
        let quantity = self.quantities.iter().position(|q| {
            q.symbol == symbol
                && q.arguments.len() == arguments.len()
                && q.arguments.iter().all(|a| arguments.contains(a))
        });
        quantity.map(Way::Pins).or_else(|| {
            self.circuit(symbol, |c| {
                let mut open: Vec<&String> = arguments.iter().collect();
                let named = c.arguments.iter().all(|a| {
                    let is = |n: &&String| **n == a.name || a.others.contains(*n);
                    let place = open.iter().position(is);
                    place.map(|p| open.remove(p)).is_some() || a.default.is_some()
                });
                named && open.is_empty()
            })
        })
    }

    /// What measures `symbol` first from what the conditions state: at the pins, unless a circuit
    /// takes more of them into account. A gate voltage at a charge is none at a drain current,
    /// though that is stated, too.
    pub(crate) fn at(&self, symbol: &str, conditions: &Conditions) -> Option<Way> {
        let states = |a: &String| conditions.value(a).is_some();
        let quantity = self
            .quantities
            .iter()
            .position(|q| q.symbol == symbol && q.arguments.iter().all(states));
        let least = quantity.and_then(|q| self.quantities.get(q)).map(|q| q.arguments.len());
        let circuit = self.circuit(symbol, |c| {
            let needed = c.arguments.iter().filter(|a| a.default.is_none()).count();
            c.arguments.iter().all(|a| is_known(a, conditions))
                && least.is_none_or(|least| needed > least)
        });
        circuit.or(quantity.map(Way::Pins)).or_else(|| {
            let nearest = nearest_quantity(&self.quantities, symbol, conditions);
            nearest.map(|(index, _)| Way::Pins(index))
        })
    }

    /// Whether a curve is one of a quantity over one of its arguments or over temperature: what a
    /// plot's caption states may measure something else than what the plot shows.
    ///
    /// # Errors
    /// Why it is not, in words.
    pub(crate) fn shows(&self, curve: &Curve) -> Result<(), String> {
        let x = &curve.signature.x;
        let quantity = &curve.signature.quantity;
        let known = curve.all_conditions().with(x.clone(), 0.0);
        let is_argument = match self.at(quantity, &known) {
            None => return Err(self.lacks(quantity, &known)),
            Some(Way::Pins(index)) => {
                self.quantities.get(index).is_some_and(|q| q.arguments.contains(x))
            }
            Some(Way::Circuit(index, _)) => self
                .circuits
                .get(index)
                .is_some_and(|c| c.arguments.iter().any(|a| a.name == *x || a.others.contains(x))),
        };
        if is_argument || TEMPERATURES.contains(&x.as_str()) {
            Ok(())
        } else {
            Err(format!("{quantity} is not measured over {x}"))
        }
    }

    /// What keeps a symbol from being measured: it has no quantity, or conditions are missing,
    /// those of the way that lacks fewest.
    fn lacks(&self, symbol: &str, known: &Conditions) -> String {
        let states = |a: &String| known.value(a).is_some();
        let quantities = self.quantities.iter().filter(|q| q.symbol == symbol);
        let at_pins = quantities
            .map(|q| q.arguments.iter().filter(|a| !states(a)).cloned().collect::<Vec<String>>());
        let circuits = self.circuits.iter().filter(|c| c.output(symbol).is_some());
        let in_circuits = circuits.map(|c| {
            let open = c.arguments.iter().filter(|a| !is_known(a, known));
            open.map(|a| a.name.clone()).collect()
        });
        match at_pins.chain(in_circuits).min_by_key(Vec::len) {
            Some(missing) => format!("its plot does not state {}", missing.join(" and ")),
            None => format!("no quantity or circuit measures {symbol}"),
        }
    }

    fn circuit(&self, symbol: &str, fits: impl Fn(&CircuitIr) -> bool) -> Option<Way> {
        let all = self.circuits.iter().enumerate();
        let mut found = all.filter_map(|(i, c)| Some((i, c, c.output(symbol)?)));
        found.find(|(_, c, _)| fits(c)).map(|(index, _, output)| Way::Circuit(index, output))
    }

    pub(crate) fn quantities(&self) -> &[QuantityIr] {
        &self.quantities
    }

    /// The measurement of a way, compiled when it is first asked for.
    pub(crate) fn measurement(&self, way: Way) -> Option<Result<&Measurement, &Diagnostic>> {
        match way {
            Way::Pins(index) => {
                let (slot, quantity) = (self.measurements.get(index)?, self.quantities.get(index)?);
                Some(slot.get_or_init(|| self.evaluator.measurement(quantity)).as_ref())
            }
            Way::Circuit(index, output) => {
                let (slot, circuit) = (self.outputs.get(index)?, self.circuits.get(index)?);
                match slot.get_or_init(|| self.evaluator.circuit(circuit)) {
                    Ok(outputs) => outputs.get(output).map(Ok),
                    Err(complaint) => Some(Err(complaint)),
                }
            }
        }
    }
}

/// A bench with parameter values: what rules see of a model.
pub(crate) struct Probe<'a> {
    pub(crate) bench: &'a Bench,
    pub(crate) values: &'a [f64],
}

impl Quantities for Probe<'_> {
    fn template(&self) -> &str {
        &self.bench.evaluator.template().name
    }

    fn parameter(&self, name: &str) -> Option<f64> {
        let index = self.bench.evaluator.template().parameter(name)?;
        self.values.get(index).copied()
    }

    fn value(&self, symbol: &str, conditions: &Conditions) -> Option<f64> {
        self.values(symbol, std::slice::from_ref(conditions)).pop().flatten()
    }

    /// Points that are measured the same way on the same device are evaluated as one batch, and
    /// all batches together.
    fn values(&self, symbol: &str, conditions: &[Conditions]) -> Vec<Option<f64>> {
        let template = self.bench.evaluator.template();
        let mut batches: Vec<Points<'_>> = Vec::new();
        for (index, at) in conditions.iter().enumerate() {
            let Some(way) = self.bench.at(symbol, at) else { continue };
            let Some(Ok(measurement)) = self.bench.measurement(way) else { continue };
            let device = instance(template, at);
            let alike = |b: &&mut Points<'_>| b.way == way && b.device == device;
            match batches.iter_mut().rev().find(alike) {
                Some(batch) => batch.places.push(index),
                None => {
                    batches.push(Points { way, measurement, device, places: vec![index] });
                }
            }
        }
        let inputs: Vec<Inputs> =
            batches.iter().map(|b| b.inputs(self.values, conditions)).collect();
        let found = evaluated(&batches, &inputs);
        let mut out = vec![None; conditions.len()];
        for ((batch, input), values) in batches.iter().zip(&inputs).zip(found) {
            for (point, value) in values.iter().enumerate().filter(|(_, v)| !v.is_finite()) {
                let at = |c: &Vec<f64>| c.get(point).copied().unwrap_or(*value);
                let here: Vec<f64> = input.columns.iter().map(at).collect();
                let kelvin = input.kelvin.get(point).copied().unwrap_or(ROOM);
                self.bench.complain(batch.measurement, &input.parameters, &here, kelvin);
            }
            for (index, value) in batch.places.iter().zip(values) {
                if let Some(slot) = out.get_mut(*index) {
                    *slot = Some(value);
                }
            }
        }
        out
    }
}

/// Points that are measured the same way on the same device.
struct Points<'a> {
    way: Way,
    measurement: &'a Measurement,
    device: Instance,
    /// Their places among the conditions.
    places: Vec<usize>,
}

/// What a measurement takes for some points.
struct Inputs {
    parameters: Vec<f64>,
    columns: Vec<Vec<f64>>,
    kelvin: Vec<f64>,
}

impl Points<'_> {
    fn inputs(&self, values: &[f64], conditions: &[Conditions]) -> Inputs {
        let mut parameters = values.to_vec();
        for (index, value) in &self.device {
            if let Some(slot) = parameters.get_mut(*index) {
                *slot = *value;
            }
        }
        let mine = || self.places.iter().filter_map(|i| conditions.get(*i));
        let column = |argument: &Argument| -> Vec<f64> {
            mine().filter_map(|c| stated(c, argument)).collect()
        };
        Inputs {
            parameters,
            columns: self.measurement.arguments().iter().map(column).collect(),
            kelvin: mine().map(temperature).collect(),
        }
    }
}

/// The values of each batch.
fn evaluated(batches: &[Points<'_>], inputs: &[Inputs]) -> Vec<Vec<f64>> {
    let alone = |(batch, input): (&Points<'_>, &Inputs)| {
        let arguments: Vec<&[f64]> = input.columns.iter().map(Vec::as_slice).collect();
        batch.measurement.values(&input.parameters, &arguments, Kelvin::PerPoint(&input.kelvin))
    };
    let plan = |b: &Points<'_>| b.measurement.plan(&[], false).ok();
    let plans = if batches.len() > 1 { batches.iter().map(plan).collect() } else { None };
    let plans: Option<Vec<MeasurementPlan>> = plans;
    let simulated = |plans: &Vec<MeasurementPlan>| plans.iter().all(|p| p.is_simulated());
    let Some(mut plans) = plans.filter(simulated) else {
        return batches.iter().zip(inputs).map(alone).collect();
    };
    let mut runs: Vec<PlannedRun<'_>> = Vec::with_capacity(plans.len());
    for (plan, Inputs { parameters, columns, kelvin }) in plans.iter_mut().zip(inputs) {
        let arguments = columns.iter().map(Vec::as_slice).collect();
        runs.push(PlannedRun { plan, parameters, arguments, kelvin: Kelvin::PerPoint(kelvin) });
    }
    run_together(&mut runs, false);
    drop(runs);
    plans.iter().map(|p| p.values().to_vec()).collect()
}

/// A probe that owns its values, and its bench where nobody else has it: models that tests of
/// packs give, and those of which a value was changed.
pub(crate) struct OwnedProbe<B = Bench> {
    pub(crate) bench: B,
    pub(crate) values: Vec<f64>,
}

impl<B: Borrow<Bench>> Quantities for OwnedProbe<B> {
    fn template(&self) -> &str {
        &self.bench.borrow().evaluator.template().name
    }

    fn parameter(&self, name: &str) -> Option<f64> {
        self.probe().parameter(name)
    }

    fn value(&self, symbol: &str, conditions: &Conditions) -> Option<f64> {
        self.probe().value(symbol, conditions)
    }

    fn values(&self, symbol: &str, conditions: &[Conditions]) -> Vec<Option<f64>> {
        self.probe().values(symbol, conditions)
    }
}

impl<B: Borrow<Bench>> OwnedProbe<B> {
    fn probe(&self) -> Probe<'_> {
        Probe { bench: self.bench.borrow(), values: &self.values }
    }
}
