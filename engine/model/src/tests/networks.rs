//! Networks written in the language: branches that stand for each other must agree.

use crate::*;
use espice_base::{Date, MemoryWorld, SourceMap};
use espice_lang::PackRoot;
use espice_lang::ir::TemplateIr;
use espice_units::constants::SPICE39;

const KIND: &str = "kind three { pins c, b, e; polarity npn \"NPN\"; polarity pnp \"PNP\" }\n";

/// The last template of a text.
pub(super) fn template(text: &str) -> TemplateIr {
    let world = MemoryWorld::new(Date { year: 2026, month: 1, day: 1 })
        .with("p/pack.toml", "name = \"p\"\nversion = \"1.0.0\"\n")
        .with("p/t.espice", format!("{KIND}{text}"));
    let roots = [PackRoot::Folder("p".into())];
    let (library, told) = espice_lang::load(&world, &roots, &[], &mut SourceMap::default());
    assert!(!told.has_errors(), "{:?}", told.iter().find(|d| !d.message.is_empty()));
    library.templates.iter().next_back().expect("a template").clone()
}

/// Every column of the pins, with derivatives by all parameters.
fn columns(t: &TemplateIr) -> Vec<Column> {
    let mut list = Vec::new();
    for a in 0..3 {
        list.extend([Column::Current(a), Column::CurrentByTemperature(a)]);
        for b in 0..3 {
            list.extend([Column::Conductance(a, b), Column::Capacitance(a, b)]);
            for p in 0..t.parameters.len() {
                list.push(Column::ConductanceByParameter(a, b, p));
                list.push(Column::CapacitanceByParameter(a, b, p));
            }
        }
        list.extend((0..t.parameters.len()).map(|p| Column::CurrentByParameter(a, p)));
    }
    list
}

const POINTS: usize = 40;

fn run(t: &TemplateIr, values: &[f64], columns: &[Column]) -> Vec<Vec<f64>> {
    let kernel = Evaluator::new(t, Mode::Portable, SPICE39)
        .and_then(|e| e.kernel_of(columns))
        .expect("a kernel");
    let ramp = |top: f64| -> Vec<f64> {
        (0..POINTS).map(|i| top * (i as f64 / POINTS as f64 - 0.2)).collect()
    };
    let volts = [ramp(2.0), ramp(0.8), ramp(-0.1)];
    let views: Vec<&[f64]> = volts.iter().map(Vec::as_slice).collect();
    let mut output = Output::default();
    let bias = Bias { volts: &views, kelvin: Kelvin::Uniform(310.0) };
    kernel.run(values, bias, &mut Workspace::default(), &mut output);
    assert_eq!(output.unsolved(), 0);
    columns.iter().map(|c| kernel.column(&output, *c).expect("a column").to_vec()).collect()
}

/// Both templates agree in every column to a share of its largest magnitude.
fn agree(one: &TemplateIr, other: &TemplateIr, values: &[f64]) {
    let list = columns(one);
    let (a, b) = (run(one, values, &list), run(other, values, &list));
    for ((column, a), b) in list.iter().zip(&a).zip(&b) {
        let top = b.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
        for (x, y) in a.iter().zip(b) {
            assert!((x - y).abs() <= 1e-9 * top, "{column:?}: {x:e} {y:e} of {top:e}");
        }
    }
}

fn transistor(resistors: &str, stored: &str) -> TemplateIr {
    template(&format!(
        "template t : three {{
           pins c, b, e
           nodes ci, bi, ei
           param IS : A = 1 fA in 1e-20 A .. 1 A scale log
           param BF : 1 = 100
           param RC : Ohm = 2 Ohm
           param RB : Ohm = 50 Ohm
           param RE : Ohm = 0.3 Ohm
           param CJ : F = 2 pF
           let it = IS * (exp(V(bi, ei) / vt) - exp(V(bi, ci) / vt)) + 1e-9 S * V(ci, ei)
           let ib = IS * (exp(V(bi, ei) / vt) - 1) / BF
           resistor c, ci = RC
           resistor e, ei = RE
           {resistors}
           current ci, ei = it
           current bi, ei = ib
           current bi, ci = 1e-10 S * V(bi, ci)
           {stored}
         }}"
    ))
}

const DEFAULTS: [f64; 6] = [1e-15, 100.0, 2.0, 50.0, 0.3, 2e-12];
const BASE: &str = "resistor b, bi = RB";

#[test]
fn a_capacitance_is_what_a_charge_of_it_gives() {
    let charges = transistor(
        BASE,
        "charge bi, ei = CJ * V(bi, ei)\n charge bi, ci = CJ / 2 * V(bi, ci) * V(bi, ci) / 1 V",
    );
    let capacitances =
        transistor(BASE, "capacitance bi, ei = CJ\n capacitance bi, ci = CJ * V(bi, ci) / 1 V");
    for off in [vec![], vec![2], vec![3], vec![2, 3, 4]] {
        let mut values = DEFAULTS;
        for i in off {
            values[i] = 0.0;
        }
        agree(&capacitances, &charges, &values);
    }
    // No charge is moved that does not come back: rows and columns of the matrix add up to zero.
    let list: Vec<Column> = (0..9).map(|i| Column::Capacitance(i / 3, i % 3)).collect();
    let matrix = run(&capacitances, &DEFAULTS, &list);
    for (point, a) in (0..POINTS).flat_map(|point| (0..3).map(move |a| (point, a))) {
        let at = |a: usize, b: usize| matrix[3 * a + b][point];
        let (row, column): (f64, f64) =
            ((0..3).map(|b| at(a, b)).sum(), (0..3).map(|b| at(b, a)).sum());
        assert!(row.abs() < 1e-22 && column.abs() < 1e-22, "{row:e} {column:e}");
    }
    // A pin's charge knows nothing of them.
    let charge = run(&capacitances, &DEFAULTS, &[Column::Charge(1)]);
    assert!(charge[0].iter().all(|q| *q == 0.0));
}

#[test]
fn a_resistor_may_depend_on_the_bias() {
    let law = "(RB * (1 + 0.5 * tanh(V(bi, ei) / 1 V)))";
    let resistor = transistor(&format!("resistor b, bi = if RB > 0 Ohm then {law} else 0 Ohm"), "");
    let current = transistor(&format!("current b, bi = V(b, bi) / {law}"), "");
    agree(&resistor, &current, &DEFAULTS);
    // Where it is off, the base has no node of its own; where all are, no node is left.
    let plain = transistor(BASE, "");
    for off in [vec![3], vec![2, 3], vec![2, 3, 4]] {
        let mut values = DEFAULTS;
        for i in off {
            values[i] = 0.0;
        }
        let list: Vec<Column> = columns(&plain)
            .into_iter()
            .filter(|c| !matches!(c, Column::CurrentByParameter(_, 3)))
            .filter(|c| !matches!(c, Column::ConductanceByParameter(_, _, 3)))
            .collect();
        assert_eq!(run(&resistor, &values, &list), run(&plain, &values, &list));
    }
    // With the base alone behind a resistance one node is left.
    let mut values = DEFAULTS;
    (values[2], values[4]) = (0.0, 0.0);
    agree(&resistor, &current, &values);
}

#[test]
fn small_drops_keep_the_digits_of_derivatives_by_the_resistance() {
    // 1 kV above ground, a drop of a femtovolt: as a difference of potentials it is nothing.
    let t = template(
        "template t : three {
           pins c, b, e
           nodes m, n
           param RA : Ohm = 1 Ohm
           param RB : Ohm = 2 Ohm
           param G : S = 1 fS
           resistor c, m = RA
           resistor m, n = RB
           current n, e = G * V(n, e)
           current b, e = 0 S * V(b, e)
         }",
    );
    let list = [0, 1].map(|p| Column::CurrentByParameter(0, p));
    let kernel = Evaluator::new(&t, Mode::Portable, SPICE39)
        .and_then(|e| e.kernel_of(&list))
        .expect("a kernel");
    let volts: [&[f64]; 3] = [&[1001.0], &[1000.0], &[1000.0]];
    let mut output = Output::default();
    let bias = Bias { volts: &volts, kelvin: Kelvin::Uniform(300.0) };
    kernel.run(&[1.0, 2.0, 1e-15], bias, &mut Workspace::default(), &mut output);
    // I = V / (RA + RB + 1 / G), so dI/dRA is -I²/V.
    for column in list {
        let found = kernel.column(&output, column).expect("a column")[0];
        assert!((found / -1e-30 - 1.0).abs() < 1e-9, "{column:?}: {found:e}");
    }
}

#[test]
fn the_second_polarity_is_the_mirror_image() {
    let t = super::bipolar();
    let e = Evaluator::new(&t, Mode::Portable, SPICE39).expect("evaluable");
    let mut columns = vec![Column::Current(0), Column::Charge(0), Column::Conductance(0, 1)];
    columns.extend([Column::Capacitance(0, 0), Column::ChargeByVoltage(0, 1)]);
    columns.extend([Column::CurrentByTemperature(0), Column::CurrentByParameter(0, 0)]);
    columns.extend([Column::ConductanceByParameter(0, 1, 0)]);
    let n = 50;
    let volts = |sign: f64| -> Vec<Vec<f64>> {
        let ramp = |top: f64| (0..n).map(|i| sign * top * f64::from(i) / f64::from(n)).collect();
        vec![ramp(2.0), ramp(0.8), ramp(0.1)]
    };
    let run = |evaluator: &Evaluator, sign: f64| -> Vec<Vec<f64>> {
        let kernel = evaluator.kernel_of(&columns).expect("kernel");
        let volts = volts(sign);
        let views: Vec<&[f64]> = volts.iter().map(Vec::as_slice).collect();
        let mut output = Output::default();
        let bias = Bias { volts: &views, kelvin: Kelvin::Uniform(310.0) };
        kernel.run(&t.defaults(), bias, &mut Workspace::default(), &mut output);
        assert_eq!(output.unsolved(), 0);
        columns.iter().map(|c| kernel.column(&output, *c).expect("column").to_vec()).collect()
    };
    let (straight, mirrored) = (run(&e, 1.0), run(&e.of_polarity(1), -1.0));
    // Currents, charges and their derivatives by anything but a voltage change their sign.
    let signs = [-1.0, -1.0, 1.0, 1.0, 1.0, -1.0, -1.0, 1.0];
    for ((column, sign), (a, b)) in columns.iter().zip(signs).zip(straight.iter().zip(&mirrored)) {
        let flipped: Vec<f64> = b.iter().map(|x| sign * x).collect();
        assert_eq!(*a, flipped, "{column:?}");
    }
    assert_eq!(run(&e.of_polarity(0), 1.0), straight);
}

#[test]
fn parts_are_what_their_equations_are_between_their_nodes() {
    let made = template(
        "template ideal : three {
           pins c, b, e
           polarity npn, pnp
           nodes i
           param IS : A = 1 fA in 1e-20 A .. 1 A scale log
           param BF : 1 = 100
           param RE : Ohm = 0 Ohm in 1 uOhm .. 1 kOhm scale log
           param CJ : F = 1 pF
           let forward = IS * (exp(V(b, i) / vt) - 1)
           resistor i, e = RE
           current c, i = forward + 1e-9 S * V(c, i)
           current b, i = forward / BF
           charge b, i = CJ * V(b, i) * (1 + 0.1 * V(b, i) / 1 V)
         }
         template made : three {
           pins c, b, e
           nodes m
           param IS1 : A = 1 fA in 1e-20 A .. 1 A scale log
           param RATIO : 1 = 4
           part q1 = ideal on m, b, c { IS = IS1; RE }
           part q2 = ideal as pnp on e, m, c { IS = RATIO * IS1 }
         }",
    );
    let written = template(
        "template written : three {
           pins c, b, e
           nodes m, i
           param IS1 : A = 1 fA in 1e-20 A .. 1 A scale log
           param RATIO : 1 = 4
           param RE : Ohm = 0 Ohm in 1 uOhm .. 1 kOhm scale log
           let i1 = IS1 * (exp(V(b, i) / vt) - 1)
           let i2 = RATIO * IS1 * (exp(V(c, m) / vt) - 1)
           resistor i, c = RE
           current m, i = i1 + 1e-9 S * V(m, i)
           current b, i = i1 / 100
           charge b, i = 1 pF * V(b, i) * (1 + 0.1 * V(b, i) / 1 V)
           current c, e = i2 + 1e-9 S * V(c, e)
           current c, m = i2 / 100
           charge c, m = 1 pF * V(c, m) * (1 + 0.1 * V(c, m) / 1 V)
         }",
    );
    assert_eq!(made.nodes, ["m", "q1.i", "q2.i"]);
    let names: Vec<&str> = made.parameters.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["IS1", "RATIO", "RE"]);
    agree(&made, &written, &[1e-15, 4.0, 2.0]);
    agree(&made, &written, &[1e-15, 4.0, 0.0]);
}

const KNOTS: [f64; 5] = [0.0, 1.0, 3.0, 10.0, 100.0];

fn tabulated(branch: &str) -> TemplateIr {
    template(&format!(
        "template t : three {{
           pins c, b, e
           table cgd : F over V at 0 V, 1 V, 3 V, 10 V, 100 V = 10 pF in 1 fF .. 10 nF scale log
           param S : 1 = 1
           current c, e = 1 nS * V(c, e)
           {branch}
         }}"
    ))
}

/// The monotone cubic of Fritsch and Butland, interval by interval.
fn monotone(y: &[f64; 5], x: f64) -> f64 {
    let h: Vec<f64> = KNOTS.windows(2).map(|w| w[1] - w[0]).collect();
    let d: Vec<f64> = y.windows(2).zip(&h).map(|(w, h)| (w[1] - w[0]) / h).collect();
    let mut m = vec![d[0]];
    for k in 1..4 {
        let (p, q) = (2.0 * h[k] + h[k - 1], h[k] + 2.0 * h[k - 1]);
        let mean = (p + q) / (p / d[k - 1] + q / d[k]);
        m.push(if d[k - 1] * d[k] > 0.0 { mean } else { 0.0 });
    }
    m.push(d[3]);
    if x <= KNOTS[0] || x >= KNOTS[4] {
        return if x <= KNOTS[0] { y[0] } else { y[4] };
    }
    let k = KNOTS.iter().rposition(|knot| *knot <= x).expect("inside");
    let t = (x - KNOTS[k]) / h[k];
    let (t2, t3) = (t * t, t * t * t);
    (2.0 * t3 - 3.0 * t2 + 1.0) * y[k]
        + (t3 - 2.0 * t2 + t) * h[k] * m[k]
        + (3.0 * t2 - 2.0 * t3) * y[k + 1]
        + (t3 - t2) * h[k] * m[k + 1]
}

#[test]
fn a_table_is_the_monotone_cubic_and_its_integral_the_charge() {
    let capacitance = tabulated("capacitance b, e = S * cgd(V(b, e) / S)");
    let charge = tabulated("charge b, e = S * S * integral(cgd, V(b, e) / S)");
    assert_eq!(charge.tables[0].parameters, [0, 1, 2, 3, 4]);
    let columns: Vec<Column> = std::iter::once(Column::Capacitance(1, 1))
        .chain((0..6).map(|p| Column::CapacitanceByParameter(1, 1, p)))
        .collect();
    let volts: Vec<f64> = (0..240).map(|i| -3.0 + 0.47 * f64::from(i)).chain(KNOTS).collect();
    let zero = vec![0.0; volts.len()];
    // Falling as a gate-drain capacitance does, flat in places, and turning.
    for y in [
        [900e-12, 400e-12, 90e-12, 30e-12, 8e-12],
        [1e-12, 1e-12, 1e-12, 2e-12, 2e-12],
        [5e-12, 9e-12, 2e-12, 7e-12, 7.1e-12],
    ] {
        let mut values = y.to_vec();
        values.push(1.0);
        let of = |t: &TemplateIr| -> Vec<Vec<f64>> {
            let kernel = Evaluator::new(t, Mode::Portable, SPICE39)
                .and_then(|e| e.kernel_of(&columns))
                .expect("a kernel");
            let mut output = Output::default();
            let views: [&[f64]; 3] = [&zero, &volts, &zero];
            let bias = Bias { volts: &views, kelvin: Kelvin::Uniform(300.0) };
            kernel.run(&values, bias, &mut Workspace::default(), &mut output);
            columns.iter().map(|c| kernel.column(&output, *c).expect("a column").to_vec()).collect()
        };
        let (direct, derived) = (of(&capacitance), of(&charge));
        for ((a, b), column) in direct.iter().zip(&derived).zip(&columns) {
            let top = a.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
            for (i, (x, y)) in a.iter().zip(b).enumerate() {
                assert!((x - y).abs() <= 1e-12 * top, "{column:?} at {} V", volts[i]);
            }
        }
        for (found, v) in direct[0].iter().zip(&volts) {
            let expected = monotone(&y, *v);
            assert!((found - expected).abs() <= 1e-13 * 900e-12, "{v} V: {found:e} {expected:e}");
        }
    }
}
