//! Models made from real datasheets: the emitted card, run in ngspice, against points that were
//! read from the plots of the same pages by another program, with axes calibrated by hand.
//!
//! The sheets belong to their makers and are no part of the project; the tests skip, and say so,
//! where they or ngspice are absent.

use crate::support;
use espice::outcome::Outcome;
use espice::{Config, Engine, Request};
use espice_netlist::{Simulator, SimulatorConfig, read_wrdata};
use std::fmt::Write;

/// A plotted curve: temperature in degrees Celsius, then forward voltage and current.
struct Forward {
    celsius: f64,
    points: &'static [[f64; 2]],
}

/// A model that a sheet must give.
struct Case {
    file: &'static str,
    part: Option<&'static str>,
    /// Templates of which one is to be chosen.
    templates: &'static [&'static str],
    forward: &'static [Forward],
    /// Reverse voltage and capacitance at 25 degrees Celsius.
    capacitance: &'static [[f64; 2]],
    /// Table limits that the model must be able to answer, at least.
    limits: usize,
}

const CASES: &[Case] = &[
    Case {
        file: "1N4148_Vishay.pdf",
        part: None,
        templates: &["junction_diode"],
        forward: &[Forward {
            celsius: 25.0,
            points: &[
                [0.5132, 0.12e-3],
                [0.5572, 0.3e-3],
                [0.6190, 1e-3],
                [0.6790, 3e-3],
                [0.7494, 10e-3],
                [0.7931, 20e-3],
                [0.8622, 50e-3],
                [0.9342, 0.1],
                [1.0522, 0.2],
                [1.1480, 0.3],
            ],
        }],
        capacitance: &[],
        limits: 6,
    },
    Case {
        file: "1N4007_Diodes.pdf",
        part: Some("1N4007"),
        templates: &["junction_diode"],
        forward: &[Forward {
            celsius: 25.0,
            points: &[
                [0.7034, 11e-3],
                [0.7222, 20e-3],
                [0.7547, 50e-3],
                [0.7829, 0.1],
                [0.8172, 0.2],
                [0.8391, 0.3],
                [0.8721, 0.5],
                [0.8975, 0.7],
                [0.9131, 0.85],
                [0.9277, 1.0],
            ],
        }],
        capacitance: &[
            [1.05, 19.41e-12],
            [1.5, 15.93e-12],
            [2.0, 13.59e-12],
            [4.0, 9.263e-12],
            [7.0, 6.798e-12],
            [10.0, 5.581e-12],
            [20.0, 3.804e-12],
            [40.0, 2.593e-12],
            [70.0, 1.903e-12],
            [95.0, 1.607e-12],
        ],
        limits: 3,
    },
    Case {
        file: "BAT54J_ST.pdf",
        part: Some("BAT54J"),
        templates: &["schottky_diode", "guarded_schottky_diode"],
        forward: &[
            Forward {
                celsius: 25.0,
                points: &[
                    [0.2139, 0.105e-3],
                    [0.2318, 0.2e-3],
                    [0.2570, 0.5e-3],
                    [0.2766, 1e-3],
                    [0.2972, 2e-3],
                    [0.3327, 5e-3],
                    [0.3671, 10e-3],
                    [0.4620, 30e-3],
                    [0.7032, 0.1],
                    [0.8409, 0.2],
                    [0.9183, 0.3],
                ],
            },
            Forward {
                celsius: 50.0,
                points: &[
                    [0.1912, 0.2e-3],
                    [0.2416, 1e-3],
                    [0.3019, 5e-3],
                    [0.4465, 30e-3],
                    [0.6899, 0.1],
                    [0.8836, 0.3],
                ],
            },
        ],
        capacitance: &[
            [1.02, 6.884e-12],
            [1.5, 6.168e-12],
            [2.0, 5.693e-12],
            [3.0, 5.095e-12],
            [5.0, 4.404e-12],
            [7.0, 3.996e-12],
            [10.0, 3.621e-12],
            [15.0, 3.219e-12],
            [20.0, 2.973e-12],
            [29.0, 2.679e-12],
        ],
        limits: 8,
    },
];

/// What is asked of the simulated device.
#[derive(Clone, Copy)]
enum Ask {
    /// The voltage at a forward current.
    Voltage,
    /// The current at a forward voltage.
    Current,
    /// The capacitance at a reverse voltage.
    Capacitance,
}

/// Frequency of the capacitance, Hz: high enough that leakage does not count.
const HERTZ: f64 = 1e6;

#[test]
fn the_1n4148_is_modelled_from_its_sheet() {
    holds(&CASES[0]);
}

#[test]
fn the_1n4007_is_modelled_from_the_sheet_of_its_family() {
    holds(&CASES[1]);
}

#[test]
fn the_bat54j_is_modelled_as_a_schottky_diode() {
    holds(&CASES[2]);
}

/// The outcome of `espice model` for a given sheet.
fn model(file: &str, part: Option<&str>) -> Option<Outcome> {
    let path = support::root().join("../shared/data/datasheets").join(file);
    if !path.exists() {
        println!("skipped: {} is not there", path.display());
        return None;
    }
    let world = support::world().with(file, support::bytes(&path));
    let (mut engine, complaints) = Engine::new(&world, Config::default());
    assert!(!complaints.has_errors(), "{complaints:?}");
    let part = part.map(String::from);
    Some(engine.model(&Request { sources: vec![file.into()], part, ..Request::default() }))
}

fn holds(case: &Case) {
    let Some(outcome) = model(case.file, case.part) else { return };
    let Some(config) = support::ngspice(case.file) else { return };
    let said = || format!("{:#?}\n{:#?}", outcome.verdict.findings, outcome.diagnostics);
    assert_eq!(outcome.verdict.status, "passed", "{}", said());
    let fit = outcome.fit.as_ref().expect("a fit");
    assert!(case.templates.contains(&fit.template.as_str()), "{}: {}", case.file, fit.template);
    let limited: Vec<_> = fit.rated.iter().filter_map(|r| Some((r, r.within_limits?))).collect();
    assert!(limited.len() >= case.limits, "{}: {} limits", case.file, limited.len());
    for (row, within) in limited {
        assert!(within, "{} at {}: {:?}", row.quantity, row.conditions, row.model);
    }
    let card = &outcome.models.first().expect("a card").text;
    for curve in case.forward {
        forward(case, card, curve, &config);
    }
    if !case.capacitance.is_empty() {
        let volts: Vec<f64> = case.capacitance.iter().map(|p| p[0]).collect();
        let found = simulate(card, 25.0, Ask::Capacitance, &volts, &config);
        for (found, [volts, farads]) in found.iter().zip(case.capacitance) {
            let error = found / farads - 1.0;
            assert!(error.abs() <= 0.05, "{}: CJ({volts} V) errs by {error:.3}", case.file);
        }
    }
}

/// The forward voltage within 15 mV or 2 %, the current within 0.1 decade (RMS).
fn forward(case: &Case, card: &str, curve: &Forward, config: &SimulatorConfig<'_>) {
    let (volts, amps): (Vec<f64>, Vec<f64>) = curve.points.iter().map(|p| (p[0], p[1])).unzip();
    let found = simulate(card, curve.celsius, Ask::Voltage, &amps, config);
    for ((found, v), i) in found.iter().zip(&volts).zip(&amps) {
        let error = (found - v).abs();
        assert!(
            error <= f64::max(0.015, 0.02 * v),
            "{} at {} degC: VF({i} A) is {found:.4} V, plotted {v} V",
            case.file,
            curve.celsius
        );
    }
    let found = simulate(card, curve.celsius, Ask::Current, &volts, config);
    let squares: f64 = found.iter().zip(&amps).map(|(f, i)| (f / i).log10().powi(2)).sum();
    let rms = (squares / amps.len() as f64).sqrt();
    println!("{} at {} degC: log RMS {rms:.4}", case.file, curve.celsius);
    assert!(rms <= 0.1, "{} at {} degC: log RMS {rms:.3}", case.file, curve.celsius);
}

/// The emitted text in ngspice: one device for each value, all in one deck.
fn simulate(
    card: &str,
    celsius: f64,
    ask: Ask,
    at: &[f64],
    config: &SimulatorConfig<'_>,
) -> Vec<f64> {
    let header = card.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        match words.next()?.to_ascii_lowercase().as_str() {
            ".subckt" => Some(('x', words.next()?)),
            ".model" => Some(('d', words.next()?)),
            _ => None,
        }
    });
    let (letter, name) = header.expect("a model or a subcircuit");
    let mut deck = format!("* a datasheet's plot\n{card}\n.options temp={celsius}\n");
    let mut wanted = Vec::new();
    for (n, value) in at.iter().enumerate() {
        let _ = match ask {
            Ask::Voltage => writeln!(deck, "i{n} 0 p{n} dc {value:e}"),
            Ask::Current => writeln!(deck, "v{n} p{n} 0 dc {value:e}"),
            Ask::Capacitance => writeln!(deck, "v{n} p{n} 0 dc {:e} ac 1", -value),
        };
        let _ = writeln!(deck, "{letter}{n} p{n} 0 {name}");
        wanted.push(match ask {
            Ask::Voltage => format!("v(p{n})"),
            Ask::Current | Ask::Capacitance => format!("i(v{n})"),
        });
    }
    let file = config.file_name("plot.data");
    let run = match ask {
        Ask::Voltage | Ask::Current => String::from("op"),
        Ask::Capacitance => format!("ac lin 1 {HERTZ:e} {HERTZ:e}"),
    };
    let _ = writeln!(
        deck,
        ".control\nset numdgt=16\nset wr_singlescale\n{run}\nwrdata {file} {}\nquit\n.endc\n.end",
        wanted.join(" ")
    );
    let run = Simulator::ngspice().run(config, &deck, std::slice::from_ref(&file)).expect("a run");
    let table = read_wrdata(&file, &run.results[0]).expect("a table");
    let row = &table.rows[0][1..];
    let omega = std::f64::consts::TAU * HERTZ;
    match ask {
        Ask::Voltage => row.to_vec(),
        Ask::Current => row.iter().map(|i| -i).collect(),
        Ask::Capacitance => row.chunks(2).map(|c| -c[1] / omega).collect(),
    }
}

#[test]
fn a_family_needs_the_name_of_a_part() {
    // The file is given another name: the sheet's own names the part.
    let path = support::root().join("../shared/data/datasheets/1N4007_Diodes.pdf");
    if !path.exists() {
        println!("skipped: {} is not there", path.display());
        return;
    }
    let world = support::world().with("rectifiers.pdf", support::bytes(&path));
    let (mut engine, _) = Engine::new(&world, Config::default());
    let sources = vec![String::from("rectifiers.pdf")];
    let outcome = engine.model(&Request { sources, ..Request::default() });
    let help: Vec<&String> = outcome.diagnostics.iter().flat_map(|d| &d.help).collect();
    for part in ["1N4001", "1N4004", "1N4007"] {
        assert!(help.iter().any(|h| h.contains(part)), "{part}: {:#?}", outcome.diagnostics);
    }
    assert!(outcome.models.is_empty());
}
