//! The evaluator against a slow one of another make, and against itself where bits matter.

mod build;
mod forced;
mod guards;
mod networks;
mod reference;

use crate::dispatch::Cpu;
use crate::*;
use build::{bipolar, diode, full_diode, mosfet, quantity};
use espice_lang::ir::{DriveTarget, Leaf, TemplateIr};
use espice_units::constants::SPICE39;
use reference::evaluate;

/// A small generator, so that samples are the same everywhere (SplitMix64).
struct Random(u64);

impl Random {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }
    fn log(&mut self, low: f64, high: f64) -> f64 {
        self.between(low.ln(), high.ln()).exp()
    }
}

fn evaluator(t: &TemplateIr, mode: Mode) -> Evaluator {
    Evaluator::new(t, mode, SPICE39).expect("evaluable")
}

/// Largest difference of two columns over the largest magnitude of the second.
fn column_error(found: &[f64], exact: &[f64]) -> f64 {
    let top = exact.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
    let worst = found
        .iter()
        .zip(exact)
        .map(|(f, e)| (f - e).abs())
        .fold(0.0_f64, |m, x| if x.is_nan() { f64::INFINITY } else { m.max(x) });
    if worst == 0.0 { 0.0 } else { worst / top }
}

fn relative_error(found: &[f64], exact: &[f64]) -> f64 {
    found
        .iter()
        .zip(exact)
        .map(|(f, e)| if f == e { 0.0 } else { ((f - e) / e).abs() })
        .fold(0.0_f64, |m, x| if x.is_nan() { f64::INFINITY } else { m.max(x) })
}

/// Currents, charges and all derivatives against the reference, pins but the last swept.
fn compare(t: &TemplateIr, parameters: &[f64], volts: &[Vec<f64>], kelvin: &[f64], what: &str) {
    compare_values(t, parameters, volts, kelvin, what, 2e-12);
}

fn compare_values(
    t: &TemplateIr,
    parameters: &[f64],
    volts: &[Vec<f64>],
    kelvin: &[f64],
    what: &str,
    tolerance: f64,
) {
    let free: Vec<usize> = (0..parameters.len()).collect();
    let pins = t.pins.len();
    let exact: Vec<_> = (0..kelvin.len())
        .map(|i| {
            let v: Vec<f64> = volts.iter().map(|c| c[i]).collect();
            evaluate(t, parameters, &v, kelvin[i], None)
        })
        .collect();
    let columns: Vec<&[f64]> = volts.iter().map(Vec::as_slice).collect();
    let same = kelvin.iter().all(|k| *k == kelvin[0]);
    for mode in [Mode::Portable, Mode::Fast] {
        let e = evaluator(t, mode);
        let mut list = Vec::new();
        for a in 0..pins {
            list.extend([Column::Current(a), Column::Charge(a)]);
            list.extend([Column::CurrentByTemperature(a), Column::ChargeByTemperature(a)]);
            list.extend((0..pins).map(|b| Column::Conductance(a, b)));
            list.extend((0..pins).map(|b| Column::ChargeByVoltage(a, b)));
            list.extend(free.iter().map(|&p| Column::CurrentByParameter(a, p)));
            list.extend(free.iter().map(|&p| Column::ChargeByParameter(a, p)));
        }
        let kernel = e.kernel_of(&list).expect("kernel");
        let (mut workspace, mut output) = (Workspace::default(), Output::default());
        let mut temperatures = vec![Kelvin::PerPoint(kelvin)];
        if same {
            temperatures.push(Kelvin::Uniform(kelvin[0]));
        }
        for temperature in temperatures {
            let bias = Bias { volts: &columns, kelvin: temperature };
            kernel.run(parameters, bias, &mut workspace, &mut output);
            assert_eq!(output.unsolved(), 0, "{what} {mode:?}");
            let np = parameters.len();
            for &column in &list {
                let pick = |i: usize| -> f64 {
                    let r = &exact[i];
                    match column {
                        Column::Current(a) => r.currents[a].v,
                        Column::Charge(a) => r.charges[a].v,
                        Column::CurrentByTemperature(a) => r.currents[a].d[np],
                        Column::ChargeByTemperature(a) => r.charges[a].d[np],
                        Column::Conductance(a, b) => r.currents[a].d[np + 1 + b],
                        Column::ChargeByVoltage(a, b) => r.charges[a].d[np + 1 + b],
                        Column::CurrentByParameter(a, p) => r.currents[a].d[p],
                        Column::ChargeByParameter(a, p) => r.charges[a].d[p],
                        _ => unreachable!(),
                    }
                };
                let wanted: Vec<f64> = (0..kelvin.len()).map(pick).collect();
                let found = kernel.column(&output, column).expect("column");
                let error = match column {
                    Column::Current(_) => relative_error(found, &wanted),
                    _ => column_error(found, &wanted),
                };
                let limit = if matches!(column, Column::Current(_)) { tolerance } else { 1e-9 };
                assert!(error < limit, "{what} {mode:?} {column:?}: {error:e}");
            }
        }
    }
}

#[test]
fn a_diode_agrees_with_the_slow_evaluator() {
    let t = diode();
    let mut r = Random(1);
    for round in 0..12 {
        let p = [
            r.log(1e-17, 1e-9),
            r.between(0.9, 2.0),
            r.log(1e-3, 1e3),
            r.log(1e-14, 1e-9),
            r.between(1.5, 3.0),
        ];
        let points = 100;
        let v: Vec<f64> = (0..points).map(|i| -2.0 + 0.0351 * f64::from(i)).collect();
        let k: Vec<f64> = vec![0.2; points as usize];
        let t0 = r.between(220.0, 440.0);
        compare(
            &t,
            &p,
            &[v.clone(), k.clone()],
            &vec![t0; points as usize],
            &format!("round {round}"),
        );
        let kelvin: Vec<f64> = (0..points).map(|i| 220.0 + 2.0 * f64::from(i)).collect();
        compare(&t, &p, &[v, k], &kelvin, &format!("temperatures, round {round}"));
    }
}

#[test]
fn the_whole_diode_agrees_with_the_slow_evaluator() {
    let t = full_diode();
    let defaults = t.defaults();
    let mut r = Random(7);
    for (off, name) in [
        (vec![], "all"),
        (vec![3], "no IKF"),
        (vec![4], "no ISR"),
        (vec![10], "no BV"),
        (vec![3, 4, 6, 10, 13], "bare"),
    ] {
        for _ in 0..4 {
            let mut p: Vec<f64> = defaults.iter().map(|d| d * r.between(0.8, 1.25)).collect();
            for &i in &off {
                p[i] = 0.0;
            }
            let kelvin = r.between(240.0, 420.0);
            // Current at -3 N vt steps when ISR is given: keep away from where no solution is.
            let v: Vec<f64> = (0..90)
                .map(|_| match r.unit() {
                    x if x < 0.5 => r.between(-0.06, 1.4),
                    x if x < 0.8 => r.between(-30.0, -0.5),
                    _ if p[10] > 0.0 => -p[10] * r.between(0.98, 1.03),
                    _ => r.between(-100.0, -0.5),
                })
                .collect();
            let k = vec![0.0; v.len()];
            let kelvins = vec![kelvin; v.len()];
            // The current in breakdown is as sharp as the digits of -BV allow.
            compare_values(&t, &p, &[v, k], &kelvins, name, 2e-10);
        }
    }
}

#[test]
fn a_mosfet_with_a_solve_at_every_point_agrees() {
    let t = mosfet();
    let mut r = Random(3);
    let d: Vec<f64> = (0..150).map(|_| r.between(0.0, 10.0)).collect();
    let g: Vec<f64> = (0..150).map(|_| r.between(0.2, 6.0)).collect();
    let s = vec![0.0; 150];
    compare_values(&t, &t.defaults(), &[d, g, s], &vec![300.0; 150], "mosfet", 1e-11);
}

#[test]
fn three_inner_nodes_are_solved_and_eliminated() {
    let t = bipolar();
    let e = evaluator(&t, Mode::Portable);
    let vt = SPICE39.thermal_voltage(300.0);
    let mut r = Random(5);
    let mut volts = [Vec::new(), Vec::new(), Vec::new()];
    let mut inner = Vec::new();
    let p = t.defaults();
    for _ in 0..200 {
        // Choose the inner potentials, and follow the currents out.
        let vbc = if r.unit() < 0.5 { r.between(-60.0, 0.8) } else { r.between(0.3, 0.9) };
        let vbe = r.between(-2.0, 0.95);
        let (f, b) = (p[0] * ((vbe / vt).exp() - 1.0), p[0] * ((vbc / vt).exp() - 1.0));
        let (ic, ib) = (f - b - b / p[2], f / p[1] + b / p[2]);
        let ie = -ic - ib;
        let vb = r.between(-1.0, 1.0);
        let nodes = [vb - vbc, vb, vb - vbe];
        for (column, (node, drop)) in
            volts.iter_mut().zip(nodes.iter().zip([ic * p[3], ib * p[4], ie * p[5]]))
        {
            column.push(node + drop);
        }
        inner.push((nodes, [ic, ib, ie]));
    }
    let free: Vec<usize> = (0..p.len()).collect();
    let all =
        Outputs { currents: true, conductances: true, temperature: true, ..Outputs::default() };
    let kernel = e.kernel(all, &free).expect("kernel");
    let columns: Vec<&[f64]> = volts.iter().map(Vec::as_slice).collect();
    let (mut workspace, mut output) = (Workspace::default(), Output::default());
    let bias = Bias { volts: &columns, kelvin: Kelvin::Uniform(300.0) };
    kernel.run(&p, bias, &mut workspace, &mut output);
    assert_eq!(output.unsolved(), 0);
    let exact: Vec<_> = (0..200)
        .map(|i| {
            let v: Vec<f64> = volts.iter().map(|c| c[i]).collect();
            evaluate(&t, &p, &v, 300.0, Some(&inner[i].0))
        })
        .collect();
    for a in 0..3 {
        let found = kernel.column(&output, Column::Current(a)).expect("column");
        for (i, (_, known)) in inner.iter().enumerate() {
            // The potentials given are rounded, which the resistances turn into current.
            let slack = 1e-8 * known[a].abs() + 1e-14 * volts[0][i].abs();
            assert!(
                (found[i] - known[a]).abs() < slack,
                "pin {a} point {i}: {} {}",
                found[i],
                known[a]
            );
        }
        for q in 0..p.len() {
            let wanted: Vec<f64> = exact.iter().map(|x| x.currents[a].d[q]).collect();
            let found = kernel.column(&output, Column::CurrentByParameter(a, q)).expect("column");
            let error = column_error(found, &wanted);
            assert!(
                error < 1e-9,
                "pin {a} parameter {q}: {error:e} {:?}",
                found
                    .iter()
                    .zip(&wanted)
                    .zip(&inner)
                    .max_by(|x, y| (x.0.0 - x.0.1).abs().total_cmp(&(y.0.0 - y.0.1).abs()))
            );
        }
        for b in 0..3 {
            let wanted: Vec<f64> = exact.iter().map(|x| x.currents[a].d[p.len() + 1 + b]).collect();
            let found = kernel.column(&output, Column::Conductance(a, b)).expect("column");
            assert!(column_error(found, &wanted) < 1e-9, "G({a}, {b})");
        }
    }
    // All of it again with resistances joined.
    let mut none = p.clone();
    none[3..].fill(0.0);
    kernel.run(&none, bias, &mut workspace, &mut output);
    assert_eq!(output.unsolved(), 0);
    let mut tiny = p.clone();
    tiny[3..].fill(1e-7);
    let joined = output.clone();
    kernel.run(&tiny, bias, &mut workspace, &mut output);
    for q in 0..p.len() {
        let low: Vec<usize> = (0..200)
            .filter(|&i| {
                kernel.column(&output, Column::Current(0)).expect("column")[i].abs() < 1e-2
            })
            .collect();
        let pick = |o| {
            (0..3)
                .flat_map(|a| {
                    let c = kernel.column(o, Column::CurrentByParameter(a, q)).expect("column");
                    low.iter().map(|&i| c[i]).collect::<Vec<f64>>()
                })
                .collect::<Vec<f64>>()
        };
        let error = column_error(&pick(&joined), &pick(&output));
        assert!(error < 1e-5, "derivative by parameter {q} at joined nodes: {error:e}");
    }
}

#[test]
fn a_resistance_of_zero_joins_its_nodes_and_keeps_its_derivative() {
    let t = diode();
    let e = evaluator(&t, Mode::Portable);
    let kernel = e
        .kernel(Outputs { currents: true, charges: true, ..Outputs::default() }, &[2])
        .expect("kernel");
    let v: Vec<f64> = (0..70).map(|i| 0.01 * f64::from(i)).collect();
    let zero = vec![0.0; v.len()];
    let volts: [&[f64]; 2] = [&v, &zero];
    let bias = Bias { volts: &volts, kelvin: Kelvin::Uniform(300.0) };
    let (mut workspace, mut joined, mut tiny) =
        (Workspace::default(), Output::default(), Output::default());
    let mut p = t.defaults();
    p[2] = 0.0;
    kernel.run(&p, bias, &mut workspace, &mut joined);
    p[2] = 1e-7;
    kernel.run(&p, bias, &mut workspace, &mut tiny);
    assert_eq!(joined.unsolved() + tiny.unsolved(), 0);
    for column in [
        Column::Current(0),
        Column::Charge(0),
        Column::CurrentByParameter(0, 2),
        Column::ChargeByParameter(0, 2),
    ] {
        let error = column_error(
            kernel.column(&joined, column).expect("column"),
            kernel.column(&tiny, column).expect("column"),
        );
        assert!(error < 1e-6, "{column:?}: {error:e}");
    }
    let by_rs = kernel.column(&joined, Column::CurrentByParameter(0, 2)).expect("column");
    assert!(by_rs[60] < 0.0);
}

#[test]
fn portable_bits_are_the_same_with_every_instruction_set_and_batch() {
    for t in [diode(), full_diode(), mosfet(), bipolar()] {
        let p = t.defaults();
        let n = 150;
        let pins = t.pins.len();
        let volts: Vec<Vec<f64>> = (0..pins)
            .map(|pin| {
                (0..n)
                    .map(|i| {
                        if pin + 1 == pins { 0.0 } else { 0.008 * f64::from(i) + 0.1 * pin as f64 }
                    })
                    .collect()
            })
            .collect();
        let columns: Vec<&[f64]> = volts.iter().map(Vec::as_slice).collect();
        let mut first: Option<Vec<u64>> = None;
        let free: Vec<usize> = (0..p.len()).collect();
        let bits = |o: &[f64]| o.iter().map(|x| x.to_bits()).collect::<Vec<u64>>();
        for cpu in Cpu::all(Mode::Portable) {
            let mut device = Device::new(&t, Mode::Portable, SPICE39, 300.15).expect("device");
            device.cpu = cpu;
            let e = Evaluator { device: Arc::new(device), mirrored: false };
            let outputs = Outputs {
                currents: true,
                charges: true,
                conductances: true,
                capacitances: true,
                temperature: true,
            };
            let kernel = e.kernel(outputs, &free).expect("kernel");
            let (mut workspace, mut output) = (Workspace::default(), Output::default());
            kernel.run(
                &p,
                Bias { volts: &columns, kelvin: Kelvin::Uniform(310.0) },
                &mut workspace,
                &mut output,
            );
            let all =
                bits(kernel.column(&output, Column::CurrentByParameter(0, 0)).expect("column"));
            let currents = kernel.column(&output, Column::Current(0)).expect("column").to_vec();
            let first = first.get_or_insert(all.clone());
            assert_eq!(*first, all, "{cpu:?} {}", t.kind);
            // One point alone gives what it gives in company.
            for i in [0, 17, 63, 64, 140] {
                let one: Vec<&[f64]> = columns.iter().map(|c| &c[i..=i]).collect();
                kernel.run(
                    &p,
                    Bias { volts: &one, kelvin: Kelvin::Uniform(310.0) },
                    &mut workspace,
                    &mut output,
                );
                let alone = kernel.column(&output, Column::Current(0)).expect("column")[0];
                assert_eq!(alone.to_bits(), currents[i].to_bits(), "{cpu:?} {} point {i}", t.kind);
            }
        }
    }
}

#[test]
fn capacitance_is_what_a_simulator_sees_at_low_frequency() {
    let t = full_diode();
    let e = evaluator(&t, Mode::Portable);
    let list = [
        Column::Capacitance(0, 0),
        Column::ChargeByVoltage(0, 0),
        Column::Conductance(0, 0),
        Column::CapacitanceByParameter(0, 0, 8),
    ];
    let kernel = e.kernel_of(&list).expect("kernel");
    let v: Vec<f64> = (0..60).map(|i| -2.0 + 0.05 * f64::from(i)).collect();
    let zero = vec![0.0; v.len()];
    let volts: [&[f64]; 2] = [&v, &zero];
    let bias = Bias { volts: &volts, kelvin: Kelvin::Uniform(300.15) };
    let (mut workspace, mut output) = (Workspace::default(), Output::default());
    let p = t.defaults();
    kernel.run(&p, bias, &mut workspace, &mut output);
    let get = |o: &Output, c| kernel.column(o, c).expect("column").to_vec();
    let (c, q, g) = (get(&output, list[0]), get(&output, list[1]), get(&output, list[2]));
    // dQ/dV at the pin is C / (1 + RS gd); a small signal is divided once more.
    let seen: Vec<f64> = q.iter().zip(&g).map(|(q, g)| q * (1.0 - p[2] * g)).collect();
    assert!(relative_error(&c, &seen) < 1e-9);
    let by_m = get(&output, list[3]);
    let (mut up, mut down) = (p.clone(), p.clone());
    up[8] += 1e-5;
    down[8] -= 1e-5;
    kernel.run(&up, bias, &mut workspace, &mut output);
    let high = get(&output, list[0]);
    kernel.run(&down, bias, &mut workspace, &mut output);
    let low = get(&output, list[0]);
    let difference: Vec<f64> = high.iter().zip(&low).map(|(h, l)| (h - l) / 2e-5).collect();
    assert!(column_error(&by_m, &difference) < 1e-5);
}

#[test]
fn contradictions_and_strangers_are_told() {
    let e = evaluator(&diode(), Mode::Portable);
    let both = [(DriveTarget::Voltage(0, 1), 1.0), (DriveTarget::Current(0), 1.0)];
    let code = |q| e.measurement(&q).expect_err("refused").code.as_str();
    assert_eq!(code(quantity("diode", "X", &both, |m| m.v(0, 1))), "E0741");
    let twice = [(DriveTarget::Voltage(0, 1), 1.0), (DriveTarget::Voltage(1, 0), 1.0)];
    assert_eq!(code(quantity("diode", "X", &twice, |m| m.v(0, 1))), "E0741");
    assert_eq!(code(quantity("bjt", "X", &[], |m| m.v(0, 1))), "E0742");
    assert_eq!(code(quantity("diode", "X", &[], |m| m.leaf(Leaf::PinCurrent(5)))), "E0742");
    let mut lonely = diode();
    lonely.nodes.push("n".into());
    assert_eq!(
        Evaluator::new(&lonely, Mode::Fast, SPICE39)
            .expect("device")
            .kernel(Outputs::default(), &[])
            .expect_err("refused")
            .code
            .as_str(),
        "E0740"
    );
}

#[test]
fn points_without_a_solution_are_counted_and_not_invented() {
    let t = diode();
    let e = evaluator(&t, Mode::Portable);
    let kernel = e.kernel(Outputs { currents: true, ..Outputs::default() }, &[0]).expect("kernel");
    let v = [0.5, f64::NAN, 0.6, f64::INFINITY];
    let zero = [0.0; 4];
    let volts: [&[f64]; 2] = [&v, &zero];
    let (mut workspace, mut output) = (Workspace::default(), Output::default());
    kernel.run(
        &t.defaults(),
        Bias { volts: &volts, kelvin: Kelvin::Uniform(300.0) },
        &mut workspace,
        &mut output,
    );
    assert_eq!(output.unsolved(), 2);
    let i = kernel.column(&output, Column::Current(0)).expect("column");
    assert!(i[0] > 0.0 && i[1].is_nan() && i[2] > i[0] && i[3].is_nan());
    let d = kernel.column(&output, Column::CurrentByParameter(0, 0)).expect("column");
    assert!(d[1].is_nan() && d[2] > 0.0);
}

#[test]
fn cold_starts_arrive_from_anywhere() {
    let mut r = Random(11);
    for t in [diode(), full_diode(), bipolar()] {
        let e = evaluator(&t, Mode::Portable);
        let kernel =
            e.kernel(Outputs { currents: true, ..Outputs::default() }, &[]).expect("kernel");
        let (mut workspace, mut output) = (Workspace::default(), Output::default());
        let resistors: Vec<usize> = (0..t.parameters.len())
            .filter(|&p| matches!(t.parameters[p].name.as_str(), "RS" | "RC" | "RB" | "RE"))
            .collect();
        for round in 0..40 {
            let mut p = t.defaults();
            p[0] = r.log(1e-20, 1e-8);
            for &i in &resistors {
                p[i] = r.log(1e-4, 1e4);
            }
            let volts: Vec<Vec<f64>> = t
                .pins
                .iter()
                .map(|_| (0..100).map(|_| r.between(-1.0, 1.0).powi(3) * 150.0).collect())
                .collect();
            let columns: Vec<&[f64]> = volts.iter().map(Vec::as_slice).collect();
            let bias = Bias { volts: &columns, kelvin: Kelvin::Uniform(r.between(220.0, 440.0)) };
            kernel.run(&p, bias, &mut workspace, &mut output);
            let found = kernel.column(&output, Column::Current(0)).expect("column");
            let lost: Vec<f64> = (0..100)
                .filter(|&i| found[i].is_nan())
                .map(|i| volts[0][i] - volts[t.pins.len() - 1][i])
                .collect();
            assert!(lost.is_empty(), "{} {p:?}, round {round}: {lost:?}", t.kind);
            // What goes in comes out.
            for i in 0..100 {
                let currents: Vec<f64> = (0..t.pins.len())
                    .map(|a| kernel.column(&output, Column::Current(a)).expect("column")[i])
                    .collect();
                let top = currents.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
                assert!(
                    currents.iter().sum::<f64>().abs() <= 1e-9 * top + 1e-30,
                    "{} {currents:?}",
                    t.kind
                );
            }
        }
    }
}
