//! Choices whose arms need each other, and exponentials that only a logarithm sees.

use super::networks::template;
use crate::*;
use espice_units::constants::SPICE39;

const POINTS: usize = 60;

fn volts() -> [Vec<f64>; 3] {
    let ramp = |top: f64, step: usize| -> Vec<f64> {
        (0..POINTS).map(|i| top * (((i * step) % POINTS) as f64 / POINTS as f64 - 0.3)).collect()
    };
    [ramp(4.0, 1), ramp(3.0, 7), ramp(-0.2, 11)]
}

fn run(text: &str, columns: &[Column]) -> Vec<Vec<f64>> {
    let t = template(text);
    let kernel = Evaluator::new(&t, Mode::Portable, SPICE39)
        .and_then(|e| e.kernel_of(columns))
        .expect("a kernel");
    let volts = volts();
    let views: Vec<&[f64]> = volts.iter().map(Vec::as_slice).collect();
    let mut output = Output::default();
    let bias = Bias { volts: &views, kelvin: Kelvin::Uniform(300.15) };
    let values: Vec<f64> = t.parameters.iter().map(|p| p.default).collect();
    kernel.run(&values, bias, &mut Workspace::default(), &mut output);
    assert_eq!(output.unsolved(), 0);
    columns.iter().map(|c| kernel.column(&output, *c).expect("a column").to_vec()).collect()
}

/// Each root is needed by the condition that guards the other.
#[test]
fn guards_may_need_each_other() {
    let columns = [Column::Current(0), Column::Conductance(0, 0), Column::Conductance(0, 1)];
    let found = run(
        "template t : three { pins c, b, e
           let one = sqrt(V(b, e) / 1 V + 2)
           let other = sqrt(V(c, e) / 1 V + 2)
           let first = if one > 1.4 then other else 0
           let second = if other > 1.4 then one else 0
           current c, e = (if V(c, b) > 0 V then first else second) * 1 A
         }",
        &columns,
    );
    let [c, b, e] = volts();
    for i in 0..POINTS {
        let (one, other) = ((b[i] - e[i] + 2.0).sqrt(), (c[i] - e[i] + 2.0).sqrt());
        let first = if one > 1.4 { (other, 0.5 / other, 0.0) } else { (0.0, 0.0, 0.0) };
        let second = if other > 1.4 { (one, 0.0, 0.5 / one) } else { (0.0, 0.0, 0.0) };
        let wanted = if c[i] - b[i] > 0.0 { first } else { second };
        let wanted = [wanted.0, wanted.1, wanted.2];
        for (column, wanted) in found.iter().zip(wanted) {
            assert!((column[i] - wanted).abs() < 1e-14, "point {i}: {} {wanted}", column[i]);
        }
    }
}

/// An arm that is not taken has a root of a negative number, and its condition is made of what
/// it guards elsewhere.
#[test]
fn a_dead_arm_poisons_no_derivative() {
    let columns = [Column::Current(0), Column::Conductance(0, 0)];
    let found = run(
        "template t : three { pins c, b, e
           let inside = V(c, b) / 1 V
           let root = if inside > 0 then sqrt(inside) else 0
           let most = if root > 0.5 then root else 0.5
           current c, e = (if most > 0.7 then most else root) * 1 A
         }",
        &columns,
    );
    let [c, b, _] = volts();
    for i in 0..POINTS {
        let inside = c[i] - b[i];
        let root = if inside > 0.0 { inside.sqrt() } else { 0.0 };
        let slope = if inside > 0.0 { 0.5 / root } else { 0.0 };
        assert!((found[0][i] - root).abs() < 1e-15, "{}", found[0][i]);
        assert!((found[1][i] - slope).abs() < 1e-12 * slope.max(1.0), "{}", found[1][i]);
    }
}

/// A channel that is a power of a soft threshold, between two resistances.
#[test]
fn a_soft_threshold_is_solved() {
    let columns = [Column::Current(0), Column::Current(2)];
    let found = run(
        "template t : three { pins c, b, e
           nodes d because \"drain\"
           nodes s because \"source\"
           let soft = 5 mV
           let lift = soft * ln(1 + exp(V(b, s) / soft))
           resistor c, d = 10 Ohm
           resistor e, s = 100 Ohm
           current d, s = 0.1 A * (lift / 1 V) ^ 1.7 * tanh(V(d, s) / 1 V)
         }",
        &columns,
    );
    let [c, b, e] = volts();
    for i in 0..POINTS {
        // The law holds at the inner nodes that the current tells.
        let current = found[0][i];
        let (d, s) = (c[i] - 10.0 * current, e[i] + 100.0 * current);
        let over = 5e-3 * ((b[i] - s) / 5e-3).exp().ln_1p();
        let law = 0.1 * over.powf(1.7) * (d - s).tanh();
        assert!((law - current).abs() < 1e-7 * current.abs() + 1e-15, "{current} {law}");
        assert!((current + found[1][i]).abs() < 1e-12 * current.abs() + 1e-18);
    }
}
