//! The emitted card in a simulator, compared with the native evaluator.

use crate::candidate::Fitted;
use crate::config::SimulatorSetup;
use crate::emit::Emitted;
use crate::extraction::{held, with_temperature};
use crate::probe::{celsius, temperature};
use crate::simulated::label;
use espice_base::Cancellation;
use espice_facts::{Conditions, Facts};
use espice_lang::ir::{Leaf, Node, QuantityIr};
use espice_model::{Bias, Column, Evaluator, Kelvin, Workspace};
use espice_netlist::{BiasPoint, Simulator, SimulatorConfig, Want, operating_points};

/// At most this many points of each curve are simulated.
const POINTS: usize = 40;

/// Roundings of a potential that may add up on the way to a current.
const ROUNDINGS: f64 = 8.0;

/// What a simulator said of a card.
pub(crate) struct Check {
    /// Name and version, when it ran.
    pub(crate) simulator: Option<String>,
    /// In words.
    pub(crate) words: String,
    /// Largest deviation in units of the tolerance.
    pub(crate) deviation: Option<f64>,
    /// Whether a simulator was there and could not answer.
    pub(crate) failed: bool,
}

impl Check {
    pub(crate) fn none(words: impl Into<String>) -> Check {
        Check { simulator: None, words: words.into(), deviation: None, failed: false }
    }

    fn refused(words: impl Into<String>) -> Check {
        Check { failed: true, ..Check::none(words) }
    }
}

/// Simulates the card at the pins' potentials of every curve point and row that the model
/// answers, and compares the terminal currents. `polarity` is that of the card.
///
/// The tolerance of a current I is `1e-6 |I| + 1e-12 A`, for the simulator solves its equations to
/// an absolute 1e-12 A where a tighter limit does not converge, and what the rounding of the
/// potentials makes at the smallest resistance of the model.
pub(crate) fn check(
    fitted: &Fitted<'_>,
    polarity: usize,
    facts: &Facts,
    emitted: &Emitted,
    setup: &SimulatorSetup,
    cancellation: &Cancellation,
) -> Check {
    let simulator = Simulator::ngspice();
    if !simulator.dialect.eq_ignore_ascii_case(emitted.dialect) {
        return Check::none(format!("not simulated: no {} is set up", emitted.dialect));
    }
    let cancelled = || cancellation.is_cancelled();
    let mut config = SimulatorConfig::new(&setup.command, &setup.folder, label());
    config.cancelled = &cancelled;
    let version = match simulator.version(&config) {
        Ok(version) => format!("{} {version}", simulator.name),
        Err(error) => return Check::none(format!("not simulated: {}", error.diagnostic().message)),
    };
    let mut points = bias_points(fitted, facts);
    if polarity == 1 {
        // Quantities are those of the first polarity, whose mirror image the card is.
        for volts in points.iter_mut().flat_map(|p| &mut p.volts) {
            *volts = 0.0 - *volts;
        }
    }
    if points.is_empty() {
        return Check::refused("not simulated: no bias point follows from the sources");
    }
    let answer = match operating_points(
        &simulator,
        &config,
        std::slice::from_ref(&emitted.device),
        &points,
        Want::Currents,
    ) {
        Ok(answer) => answer,
        Err(error) => {
            return Check::refused(format!("not simulated: {}", error.diagnostic().message));
        }
    };
    let evaluator = fitted.bench.evaluator.of_polarity(polarity);
    let native = native_currents(&evaluator, &fitted.staged.values, &points);
    let mut worst = 0.0f64;
    let mut worst_at = None;
    let mut compared = 0;
    let conductance = largest_conductance(fitted);
    for ((found, expected), point) in answer.points.iter().zip(&native).zip(&points) {
        let Some(found) = found else { continue };
        compared += 1;
        let highest = point.volts.iter().fold(0.0f64, |a, v| a.max(v.abs()));
        let rounding = ROUNDINGS * f64::EPSILON * highest * conductance;
        for (i, e) in found.currents.iter().zip(expected) {
            let deviation = (i - e).abs() / (1e-6 * e.abs() + 1e-12 + rounding);
            if deviation > worst || deviation.is_nan() {
                worst = deviation;
                worst_at = Some(point);
            }
        }
    }
    let missing = points.len() - compared;
    let without = if missing == 0 {
        String::new()
    } else {
        format!("; {missing} points did not converge there")
    };
    let agrees = worst <= 1.0 && compared > 0;
    let words = if agrees {
        format!("agrees with the native evaluator at {compared} bias points{without}")
    } else {
        let times = espice_units::plain(worst, 3);
        let place = worst_at.map_or_else(String::new, |p| bias_words(fitted, p));
        format!("differs from the native evaluator by {times} times the tolerance{place}{without}")
    };
    Check { simulator: Some(version), words, deviation: crate::wire::finite(worst), failed: false }
}

/// ` at V(d) = 5 V, V(g) = 10 V, V(s) = 0 V and 25 °C`.
fn bias_words(fitted: &Fitted<'_>, point: &BiasPoint) -> String {
    let potential =
        |(pin, v): (&String, &f64)| format!("V({pin}) = {}", espice_units::engineering(*v, "V"));
    let pins = fitted.template.pins.iter().zip(&point.volts).map(potential);
    let potentials = pins.collect::<Vec<_>>().join(", ");
    format!(" at {potentials} and {}", celsius(point.kelvin))
}

/// The inverse of the smallest resistance among the parameters; 0 where there is none.
fn largest_conductance(fitted: &Fitted<'_>) -> f64 {
    let parameters = fitted.template.parameters.iter().zip(&fitted.staged.values);
    let resistances =
        parameters.filter(|(p, v)| p.dimension == espice_units::Dimension::RESISTANCE && **v > 0.0);
    resistances.fold(0.0, |most, (_, v)| f64::max(most, 1.0 / v))
}

/// The potentials of the pins at every curve point and row, thinned evenly.
fn bias_points(fitted: &Fitted<'_>, facts: &Facts) -> Vec<BiasPoint> {
    let mut conditions: Vec<(&str, Conditions)> = Vec::new();
    for curve in &facts.curves {
        let good: Vec<[f64; 2]> = curve.good_points().map(|(_, p)| p).collect();
        let step = good.len().div_ceil(POINTS).max(1);
        let held = held(curve);
        for [x, _] in good.iter().step_by(step) {
            let at = held.clone().with(curve.signature.x.clone(), *x);
            conditions.push((curve.signature.quantity.as_str(), at));
        }
    }
    for row in &facts.parameters {
        conditions.push((row.symbol.as_str(), with_temperature(&row.conditions)));
    }
    let mut points = Vec::new();
    for quantity in fitted.bench.quantities() {
        let mine: Vec<&Conditions> = conditions
            .iter()
            .filter(|(symbol, c)| {
                *symbol == quantity.symbol
                    && (0..quantity.arguments.len()).all(|a| known(quantity, a, c).is_some())
            })
            .map(|(_, c)| c)
            .collect();
        points.extend(potentials(fitted, quantity, &mine));
    }
    points
}

/// An argument of a quantity among conditions, or what it is where none is stated.
fn known(quantity: &QuantityIr, argument: usize, conditions: &Conditions) -> Option<f64> {
    let stated = quantity.arguments.get(argument).and_then(|a| conditions.value(a));
    stated.or_else(|| quantity.default(argument))
}

/// Solves a quantity's drives for the potential of each pin against the last one.
fn potentials(fitted: &Fitted<'_>, quantity: &QuantityIr, at: &[&Conditions]) -> Vec<BiasPoint> {
    if quantity.drives.is_empty() {
        return Vec::new();
    }
    let evaluator = &fitted.bench.evaluator;
    let pins = evaluator.template().pins.len();
    let columns: Vec<Vec<f64>> = (0..quantity.arguments.len())
        .map(|a| at.iter().filter_map(|c| known(quantity, a, c)).collect())
        .collect();
    let arguments: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    let kelvin: Vec<f64> = at.iter().map(|c| temperature(c)).collect();
    let reference = u32::try_from(pins.saturating_sub(1)).unwrap_or(0);
    let mut volts: Vec<Vec<f64>> = Vec::new();
    for pin in 0..reference {
        let mut probe = quantity.clone();
        let node = Node::Leaf(Leaf::Voltage(pin, reference));
        probe.value = probe.graph.add(node, espice_units::Dimension::VOLTAGE, quantity.span);
        let Ok(measurement) = evaluator.measurement(&probe) else { return Vec::new() };
        volts.push(measurement.values(
            &fitted.staged.values,
            &arguments,
            Kelvin::PerPoint(&kelvin),
        ));
    }
    volts.push(vec![0.0; at.len()]);
    let point = |index: usize| -> Option<BiasPoint> {
        let potentials: Vec<f64> = volts.iter().filter_map(|v| v.get(index).copied()).collect();
        let usable = potentials.len() == pins && potentials.iter().all(|v| v.is_finite());
        let kelvin = *kelvin.get(index)?;
        usable.then_some(BiasPoint { model: 0, volts: potentials, kelvin, instance: Vec::new() })
    };
    (0..at.len()).filter_map(point).collect()
}

fn native_currents(evaluator: &Evaluator, values: &[f64], points: &[BiasPoint]) -> Vec<Vec<f64>> {
    let pins = evaluator.template().pins.len();
    let columns: Vec<Column> = (0..pins).map(Column::Current).collect();
    let Ok(kernel) = evaluator.kernel_of(&columns) else { return vec![Vec::new(); points.len()] };
    let volts: Vec<Vec<f64>> = (0..pins)
        .map(|pin| points.iter().filter_map(|p| p.volts.get(pin).copied()).collect())
        .collect();
    let kelvin: Vec<f64> = points.iter().map(|p| p.kelvin).collect();
    let views: Vec<&[f64]> = volts.iter().map(Vec::as_slice).collect();
    let mut output = espice_model::Output::default();
    let bias = Bias { volts: &views, kelvin: Kelvin::PerPoint(&kelvin) };
    kernel.run(values, bias, &mut Workspace::default(), &mut output);
    (0..points.len())
        .map(|i| {
            columns.iter().filter_map(|c| kernel.column(&output, *c)?.get(i).copied()).collect()
        })
        .collect()
}
