//! The evaluator's derivatives against dual numbers: currents and charges by every parameter,
//! by voltage and by temperature, with and without the inner node, in both modes.

use crate::dual::{self, Dual, PIN, TEMPERATURE};
use crate::junction::{Draw, NOMINAL, Point, Purpose, kernels, terminal_volts};
use crate::support;
use espice_model::{Bias, Column, Kelvin, Mode, Output, Workspace};

/// Parameter sets, and biases and temperatures of each.
const SETS: usize = 45;
const POINTS: usize = 24;

/// A derivative: its name, where the evaluator has it, where the dual has it.
type Derivative = (String, Column, fn(&dual::Reference) -> &Dual, usize);

/// Highest voltage at the terminals, V.
const HIGHEST: f64 = 1e6;

/// Largest deviation from the reference, as a share of the column's largest magnitude.
const SHARE: f64 = 1e-9;

#[test]
fn derivatives_are_those_of_dual_numbers() {
    let library = support::library();
    let template = library.template("junction_diode").expect("the shipped template");
    let count = template.parameters.len();
    let mut columns: Vec<Derivative> = Vec::new();
    for (p, parameter) in template.parameters.iter().enumerate() {
        columns.push((
            format!("dI/d{}", parameter.name),
            Column::CurrentByParameter(0, p),
            |r| &r.current,
            p,
        ));
        columns.push((
            format!("dQ/d{}", parameter.name),
            Column::ChargeByParameter(0, p),
            |r| &r.charge,
            p,
        ));
    }
    columns.push(("dI/dT".into(), Column::CurrentByTemperature(0), |r| &r.current, TEMPERATURE));
    columns.push(("dQ/dT".into(), Column::ChargeByTemperature(0), |r| &r.charge, TEMPERATURE));
    columns.push(("dI/dV".into(), Column::Conductance(0, 0), |r| &r.current, PIN));
    columns.push(("dQ/dV".into(), Column::ChargeByVoltage(0, 0), |r| &r.charge, PIN));
    let mut wanted: Vec<Column> = columns.iter().map(|c| c.1).collect();
    wanted.extend([Column::Current(0), Column::Charge(0)]);
    assert_eq!(count, 43);
    for mode in [Mode::Portable, Mode::Fast] {
        let kernels = kernels(template, mode, &wanted);
        let mut draw = Draw::new(template, 20_261_121, Purpose::Currents);
        let (mut worst, mut place, mut points) = (0.0f64, String::new(), 0);
        let mut left_out = 0;
        for set in 0..SETS {
            let drawn = draw.points(POINTS);
            // Biases are those of the bottom junction: a side wall with a steeper law may carry a
            // current there that no series resistance leaves a voltage for.
            let drawn: Vec<Point> = drawn
                .iter()
                .zip(terminal_volts(template, &drawn))
                .filter(|(_, v)| v.abs() < HIGHEST)
                .map(|(p, _)| p.clone())
                .collect();
            left_out += POINTS - drawn.len();
            let Some(base) = drawn.first() else { continue };
            let volts = terminal_volts(template, &drawn);
            let kelvin: Vec<f64> = drawn.iter().map(|p| p.kelvin).collect();
            let bias = Bias {
                volts: &[&volts, &vec![0.0; volts.len()]],
                kelvin: Kelvin::PerPoint(&kelvin),
            };
            let mut output = Output::default();
            let kernel = &kernels[base.nominal];
            kernel.run(&base.parameters, bias, &mut Workspace::default(), &mut output);
            assert_eq!(output.unsolved(), 0, "{base:?}");
            let reference: Vec<dual::Reference> = volts
                .iter()
                .zip(&kelvin)
                .map(|(v, t)| {
                    dual::evaluate(template, NOMINAL[base.nominal], &base.parameters, *v, *t)
                })
                .collect();
            points += volts.len();
            for (name, column, part, seed) in &columns {
                let found = kernel.column(&output, *column).expect("the column was asked for");
                let expected: Vec<f64> = reference.iter().map(|r| part(r).by[*seed]).collect();
                let largest = expected.iter().fold(0.0f64, |a, x| a.max(x.abs()));
                for (i, (f, e)) in found.iter().zip(&expected).enumerate() {
                    let share = if f == e { 0.0 } else { (f - e).abs() / largest };
                    // A NaN is as bad as can be.
                    let share = if (f - e).is_nan() { f64::INFINITY } else { share };
                    if share > worst {
                        worst = share;
                        place = format!(
                            "{name} of set {set} at {} V, {} K: {f:e} instead of {e:e}; {:?}",
                            volts[i], kelvin[i], base.parameters
                        );
                    }
                }
            }
        }
        assert!(left_out * 20 <= SETS * POINTS, "{left_out} points are left out");
        println!("{}: {points} points, {left_out} left out, worst {worst:e}: {place}", mode.word());
        assert!(points >= 1_000 && worst <= SHARE, "{place}");
    }
}
