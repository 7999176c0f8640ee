//! The diode template against ngspice: currents and capacitances at random parameters, biases
//! and temperatures.
//!
//! `ESPICE_ORACLE_POINTS` sets how many points each test takes; 2 000 otherwise. No point is
//! dropped by its result: points that ngspice does not solve are counted and bounded.

use crate::junction::{Draw, NOMINAL, Point, Purpose, at_point, kernels, series, terminal_volts};
use crate::support;
use espice_lang::ir::TemplateIr;
use espice_model::{Column, Mode};
use espice_netlist::{
    BiasPoint, Composite, ModelCard, PointResult, Simulator, Want, operating_points,
};
use espice_units::constants::SPICE39;

fn count() -> usize {
    let asked = support::variable("ESPICE_ORACLE_POINTS");
    asked.map_or(2_000, |n| n.parse().expect("ESPICE_ORACLE_POINTS is a number"))
}

/// What is compared: points with their terminal voltages, and what both sides say.
struct Compared {
    points: Vec<Point>,
    volts: Vec<f64>,
    native: Vec<f64>,
    ngspice: Vec<Option<PointResult>>,
}

/// The card of a point; what is switched off is left out.
fn card(template: &TemplateIr, point: &Point) -> ModelCard {
    let mut card = ModelCard::new("m", "D");
    for (p, value) in template.parameters.iter().zip(&point.parameters) {
        if !(p.is_off_at_zero() && *value == 0.0) {
            card = card.with(p.name.as_str(), *value);
        }
    }
    let celsius = NOMINAL[point.nominal] - SPICE39.celsius_zero;
    card.with("TNOM", (celsius * 1e6).round() / 1e6)
}

fn compare(label: &str, seed: u64, purpose: Purpose) -> Option<(TemplateIr, Compared)> {
    let config = support::ngspice(label)?;
    let library = support::library();
    let template = library.template("junction_diode").expect("the shipped template").clone();
    let mut draw = Draw::new(&template, seed, purpose);
    let points: Vec<Point> = (0..count()).map(|_| draw.point()).collect();
    let volts = terminal_volts(&template, &points);
    let (column, want) = match purpose {
        Purpose::Currents => (Column::Current(0), Want::Currents),
        Purpose::Capacitances => (Column::Capacitance(0, 0), Want::Admittances),
    };
    let kernels = kernels(&template, Mode::Portable, &[column]);
    let native = points
        .iter()
        .zip(&volts)
        .map(|(p, v)| at_point(&kernels[p.nominal], column, &p.parameters, *v, p.kelvin))
        .collect();
    let models: Vec<Composite> =
        points.iter().map(|p| Composite::from(card(&template, p))).collect();
    let biases: Vec<BiasPoint> = points
        .iter()
        .zip(&volts)
        .enumerate()
        .map(|(model, (p, v))| BiasPoint {
            model,
            volts: vec![*v, 0.0],
            kelvin: p.kelvin,
            instance: Vec::new(),
        })
        .collect();
    let answer = operating_points(&Simulator::ngspice(), &config, &models, &biases, want)
        .unwrap_or_else(|e| panic!("{}", e.diagnostic().message));
    println!("{} points in {} runs of ngspice", points.len(), answer.runs);
    Some((template, Compared { points, volts, native, ngspice: answer.points }))
}

/// Counts points outside their tolerance, and shows the first of them.
fn judge(
    template: &TemplateIr,
    compared: &Compared,
    reference: impl Fn(&PointResult) -> Option<f64>,
    tolerance: impl Fn(&Point, f64, f64) -> f64,
) {
    let (mut misses, mut without, mut worst) = (0, 0, 0.0f64);
    for (i, found) in compared.ngspice.iter().enumerate() {
        let Some(expected) = found.as_ref().and_then(&reference) else {
            without += 1;
            continue;
        };
        let (point, native) = (&compared.points[i], compared.native[i]);
        let allowed = tolerance(point, compared.volts[i], expected);
        let share = (native - expected).abs() / allowed;
        let share = if share.is_nan() { f64::INFINITY } else { share };
        worst = worst.max(share);
        if share > 1.0 {
            misses += 1;
            if misses <= 20 {
                let values = template.parameters.iter().zip(&point.parameters);
                let values: Vec<String> =
                    values.map(|(p, v)| format!("{}={v:e}", p.name)).collect();
                println!(
                    "point {i}: {native:e} instead of {expected:e}, {share:.3} times the tolerance, \
                     V={:e} Vj={:e} T={} TNOM={} {}",
                    compared.volts[i],
                    point.junction,
                    point.kelvin,
                    NOMINAL[point.nominal],
                    values.join(" ")
                );
            }
        }
    }
    let total = compared.points.len();
    println!(
        "{total} points: {misses} outside the tolerance, {without} without reference, \
         the worst at {worst:.3} times the tolerance"
    );
    assert!(misses as f64 <= 1e-3 * (total - without) as f64, "{misses} of {total} points miss");
    assert!(without as f64 <= 5e-3 * total as f64, "{without} of {total} are without reference");
}

#[test]
fn currents_are_those_of_ngspice() {
    let Some((template, compared)) = compare("currents", 39, Purpose::Currents) else { return };
    judge(
        &template,
        &compared,
        |found| found.currents.first().copied(),
        |point, volts, current| {
            let rs = series(&template, point);
            // The simulator forms the current of a resistor from two rounded potentials.
            let rounding = if rs > 0.0 { 8.0 * f64::EPSILON * volts.abs() / rs } else { 0.0 };
            1e-6 * current.abs() + rounding + 1e-18
        },
    );
}

#[test]
fn capacitances_are_those_of_ngspice() {
    let Some((template, compared)) = compare("capacitances", 41, Purpose::Capacitances) else {
        return;
    };
    judge(
        &template,
        &compared,
        |found| found.capacitances.first()?.first().copied(),
        |_, _, c| if c.abs() > 1e-15 { 1e-4 * c.abs() } else { 1e-19 },
    );
}
