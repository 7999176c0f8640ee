//! A template with parameter values, asked about quantities at conditions.

use espice_base::Diagnostic;
use espice_facts::{Conditions, Curve};
use espice_lang::Quantities;
use espice_lang::ir::{KindIr, QuantityIr, TemplateIr};
use espice_model::{Evaluator, Kelvin, Measurement, Mode};
use espice_units::{Constants, constants::ROOM};
use std::sync::OnceLock;

/// Symbols that set the device temperature, the one that counts first.
pub(crate) const TEMPERATURES: [&str; 3] = ["TJ", "Tcase", "Tamb"];

/// The temperature that conditions state, K; room temperature when they state none.
pub(crate) fn temperature(conditions: &Conditions) -> f64 {
    TEMPERATURES.iter().find_map(|s| conditions.value(s)).unwrap_or(ROOM)
}

/// A template compiled for one run: its evaluator and the measurements of its kind.
pub(crate) struct Bench {
    pub(crate) evaluator: Evaluator,
    quantities: Vec<QuantityIr>,
    measurements: Vec<OnceLock<Result<Measurement, Diagnostic>>>,
}

impl Bench {
    pub(crate) fn new(
        template: &TemplateIr,
        kind: &KindIr,
        mode: Mode,
        constants: Constants,
    ) -> Result<Bench, Diagnostic> {
        Ok(Bench {
            evaluator: Evaluator::new(template, mode, constants)?,
            quantities: kind.quantities.clone(),
            measurements: kind.quantities.iter().map(|_| OnceLock::new()).collect(),
        })
    }

    /// The quantity that measures `symbol` by exactly these arguments, in any order.
    pub(crate) fn by_arguments(&self, symbol: &str, arguments: &[String]) -> Option<usize> {
        self.quantities.iter().position(|q| {
            q.symbol == symbol
                && q.arguments.len() == arguments.len()
                && q.arguments.iter().all(|a| arguments.contains(a))
        })
    }

    /// The first quantity that measures `symbol` from what the conditions state.
    pub(crate) fn at(&self, symbol: &str, conditions: &Conditions) -> Option<usize> {
        self.quantities.iter().position(|q| {
            q.symbol == symbol && q.arguments.iter().all(|a| conditions.value(a).is_some())
        })
    }

    /// Whether a curve is one of a quantity over one of its arguments or over temperature: a gate
    /// voltage over charge is no gate voltage at a drain current, though it states one.
    pub(crate) fn shows(&self, curve: &Curve) -> bool {
        let x = &curve.signature.x;
        let stated = curve.all_conditions().with(x.clone(), 0.0);
        let quantity = self.at(&curve.signature.quantity, &stated).and_then(|i| self.quantity(i));
        quantity.is_some_and(|q| q.arguments.contains(x) || TEMPERATURES.contains(&x.as_str()))
    }

    pub(crate) fn quantities(&self) -> &[QuantityIr] {
        &self.quantities
    }

    pub(crate) fn quantity(&self, index: usize) -> Option<&QuantityIr> {
        self.quantities.get(index)
    }

    /// The measurement of a quantity, compiled when it is first asked for.
    pub(crate) fn measurement(&self, index: usize) -> Result<&Measurement, &Diagnostic> {
        // The index is that of an existing quantity: both lists were made together.
        let slot = &self.measurements[index];
        slot.get_or_init(|| self.evaluator.measurement(&self.quantities[index])).as_ref()
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

    /// Points that are measured the same way are evaluated as one batch.
    fn values(&self, symbol: &str, conditions: &[Conditions]) -> Vec<Option<f64>> {
        let ways: Vec<Option<usize>> =
            conditions.iter().map(|c| self.bench.at(symbol, c)).collect();
        let mut out = vec![None; conditions.len()];
        let mut open: Vec<usize> = ways.iter().flatten().copied().collect();
        open.sort_unstable();
        open.dedup();
        for way in open {
            let Some(quantity) = self.bench.quantity(way) else { continue };
            let Ok(measurement) = self.bench.measurement(way) else { continue };
            let mine: Vec<usize> =
                (0..conditions.len()).filter(|i| ways.get(*i) == Some(&Some(way))).collect();
            let column = |argument: &String| -> Vec<f64> {
                mine.iter().filter_map(|i| conditions.get(*i)?.value(argument)).collect()
            };
            let columns: Vec<Vec<f64>> = quantity.arguments.iter().map(column).collect();
            let arguments: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
            let kelvin: Vec<f64> =
                mine.iter().filter_map(|i| conditions.get(*i)).map(temperature).collect();
            let found = measurement.values(self.values, &arguments, Kelvin::PerPoint(&kelvin));
            for (index, value) in mine.into_iter().zip(found) {
                if let Some(slot) = out.get_mut(index) {
                    *slot = Some(value);
                }
            }
        }
        out
    }
}

/// A probe that owns its bench: the models that tests of packs give.
pub(crate) struct OwnedProbe {
    pub(crate) bench: Bench,
    pub(crate) values: Vec<f64>,
}

impl Quantities for OwnedProbe {
    fn template(&self) -> &str {
        &self.bench.evaluator.template().name
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

impl OwnedProbe {
    fn probe(&self) -> Probe<'_> {
        Probe { bench: &self.bench, values: &self.values }
    }
}
