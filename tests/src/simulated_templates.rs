//! Templates whose equations a simulator has: the foundry's card of a transistor, found in its bins,
//! has the currents of a plain deck of the foundry's own subcircuit.

use crate::support;
use espice::{Biases, Config, Engine, EvaluateRequest, SimulatorSetup, Wanted};
use espice_base::{Code, Severity};
use espice_netlist::{BiasPoint, Composite, Simulator, Want, decode, dialect, operating_points};
use std::fmt::Write;

/// Parameters of the foundry's mismatch that its files for one device leave open.
const OPEN: [&str; 4] = ["toxe_slope", "voff_slope", "vth0_slope", "vth0_slope1"];
/// The subcircuit.
const NAME: &str = "sky130_fd_pr__nfet_01v8";
/// Sizes W and L in m, of different bins.
const SIZES: [(f64, f64); 2] = [(1e-6, 0.15e-6), (7e-6, 8e-6)];
/// What the resistance in series with source and drain is at least, Ohm: rounded potentials make
/// currents in it.
const SERIES: f64 = 20.0;

/// The foundry's text, with its corner.
fn text() -> Option<String> {
    let folder = support::root().join("../shared/data/models/sky130");
    let corner = folder.join("nfet_01v8__tt.corner.spice");
    if !corner.is_file() {
        println!("skipped: {} is absent", corner.display());
        return None;
    }
    let own = |name: &str| decode(&support::bytes(&folder.join(name)));
    let parameters = own("nfet_01v8__tt.corner.spice");
    let is_kept = |line: &&str| !line.starts_with(".include");
    let mut text: String =
        parameters.lines().filter(is_kept).fold(String::new(), |all, line| all + line + "\n");
    for name in OPEN {
        let _ = writeln!(text, ".param {NAME}__{name}=0");
    }
    Some(text + own("nfet_01v8__tt.pm3.spice").as_str())
}

fn setup(label: &str) -> Option<SimulatorSetup> {
    let config = support::ngspice(label)?;
    Some(SimulatorSetup { processes: 2, ..SimulatorSetup::new(config.command, config.folder) })
}

#[test]
fn a_foundrys_card_is_evaluated_as_its_subcircuit() {
    let (Some(text), Some(setup)) = (text(), setup("simulated-template")) else { return };
    let world = support::world().with("sky.lib", text.clone());
    let config = Config { simulator: Some(setup), ..Config::default() };
    let (mut engine, _) = Engine::new(&world, config);
    let (mut cards, mut points, mut expected) = (Vec::new(), Vec::new(), Vec::new());
    let library = dialect("ngspice").unwrap().read(&text, Default::default()).0;
    for (w, l) in SIZES {
        let size = [("w", w), ("l", l)];
        let request = EvaluateRequest {
            card: "sky.lib".into(),
            model: Some(NAME.into()),
            instance: size.iter().map(|(n, v)| ((*n).to_string(), format!("{v:e}"))).collect(),
            biases: Biases::Grid {
                volts: vec![
                    ("d".into(), vec![0.05, 1.8]),
                    ("g".into(), vec![0.0, 0.6, 1.8]),
                    ("b".into(), vec![0.0, -0.9]),
                ],
                kelvin: vec![300.15, 398.15],
            },
            ..EvaluateRequest::default()
        };
        let (found, complaints) = engine.evaluate(&request);
        assert!(!complaints.has_errors(), "{complaints:?}");
        assert_eq!(found.template, "bsim4");
        // The subcircuit itself, its sizes set as a call would.
        let mut whole = library.subcircuits().into_iter().find(|s| s.name == NAME).unwrap().clone();
        for item in &mut whole.items {
            let espice_netlist::Item::Parameters(list) = item else { continue };
            for (name, value) in list {
                let given = size.iter().find(|(n, _)| name.eq_ignore_ascii_case(n));
                *value = given.map_or(value.clone(), |(_, v)| (*v).into());
            }
        }
        let outer =
            library.items.iter().filter(|i| matches!(i, espice_netlist::Item::Parameters(_)));
        let mut items: Vec<_> = outer.cloned().collect();
        items.append(&mut whole.items);
        whole.items = items;
        for row in &found.rows {
            let cell = |i: usize| row[i].expect("a value");
            let volts = (0..4).map(cell).collect();
            points.push(BiasPoint {
                model: cards.len(),
                volts,
                kelvin: cell(4),
                instance: Vec::new(),
            });
            expected.push((5..9).map(cell).collect::<Vec<f64>>());
        }
        cards.push(Composite { parts: Vec::new(), subcircuit: Some(whole) });
    }
    let config = support::ngspice("simulated-plain").unwrap();
    // One deck for each temperature.
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_by(|a, b| points[*a].kelvin.total_cmp(&points[*b].kelvin));
    let sorted: Vec<BiasPoint> = order.iter().map(|i| points[*i].clone()).collect();
    let answer =
        operating_points(&Simulator::ngspice(), &config, &cards, &sorted, Want::Currents).unwrap();
    let (mut worst, mut compared) = (0.0f64, 0);
    for (found, index) in answer.points.iter().zip(&order) {
        let Some(found) = found else { continue };
        compared += 1;
        let highest = points[*index].volts.iter().fold(0.0f64, |a, v| a.max(v.abs()));
        let rounding = 8.0 * f64::EPSILON * highest / SERIES;
        for (plain, ours) in found.currents.iter().zip(&expected[*index]) {
            worst = worst.max((plain - ours).abs() / (1e-6 * plain.abs() + rounding + 1e-18));
        }
    }
    println!("{compared} of {} points, worst {worst} of the tolerance", points.len());
    assert!(compared * 200 >= 199 * points.len(), "{compared} of {}", points.len());
    assert!(worst <= 1.0, "{worst} times the tolerance");
}

#[test]
fn derivatives_are_differences_of_the_simulator() {
    let (Some(text), Some(setup)) = (text(), setup("simulated-derivatives")) else { return };
    let world = support::world().with("sky.lib", text);
    let config = Config { simulator: Some(setup), ..Config::default() };
    let (mut engine, _) = Engine::new(&world, config);
    let mut at = |gate: f64, kelvin: f64| {
        let request = EvaluateRequest {
            card: "sky.lib".into(),
            model: Some(NAME.into()),
            instance: vec![("w".into(), "1u".into()), ("l".into(), "0.15u".into())],
            biases: Biases::Grid {
                volts: vec![("d".into(), vec![1.0]), ("g".into(), vec![gate])],
                kelvin: vec![kelvin],
            },
            wanted: Wanted {
                by_temperature: true,
                by_parameter: true,
                conductances: true,
                ..Wanted::default()
            },
            ..EvaluateRequest::default()
        };
        let (found, complaints) = engine.evaluate(&request);
        assert!(!complaints.has_errors(), "{complaints:?}");
        move |name: &str| {
            let column = found.columns.iter().position(|c| c.name == name);
            found.rows[0][column.unwrap_or_else(|| panic!("no {name}"))].expect("a value")
        }
    };
    let here = at(1.0, 300.15);
    let steps = [(at(1.001, 300.15), "G(d,g)", 1e-3), (at(1.0, 301.15), "dI(d)/dT", 1.0)];
    for (there, name, step) in steps {
        let slope = (there("I(d)") - here("I(d)")) / step;
        // The mean of both ends is the slope between them but for its third derivative.
        let mean = 0.5 * (there(name) + here(name));
        assert!((slope / mean - 1.0).abs() < 1e-4, "{name}: {slope} and {mean}");
    }
    // A threshold that rises is a gate that falls, but for what depends on the bulk.
    let by_threshold = here("dI(d)/dVTH0");
    let by_gate = here("G(d,g)");
    assert!((by_threshold / by_gate + 1.0).abs() < 0.1, "{by_threshold} and {by_gate}");
}

#[test]
fn a_simulator_that_is_not_there_is_said_so() {
    let card = ".model n NMOS (LEVEL=14 VTH0=0.5)\n";
    let world = support::world().with("n.lib", card);
    let request = EvaluateRequest {
        card: "n.lib".into(),
        biases: Biases::Grid { volts: vec![("d".into(), vec![1.0])], kelvin: Vec::new() },
        ..EvaluateRequest::default()
    };
    let complaint = |config: Config, request: &EvaluateRequest| {
        let (mut engine, _) = Engine::new(&world, config);
        let (_, complaints) = engine.evaluate(request);
        complaints.iter().find(|d| d.severity == Severity::Error).map(|d| d.code)
    };
    let none = complaint(Config::default(), &request);
    assert_eq!(none, Some(Code::SIMULATED_WITHOUT_SIMULATOR));
    let missing = SimulatorSetup::new("no-such-simulator", std::env::temp_dir());
    let config = Config { simulator: Some(missing), ..Config::default() };
    assert_eq!(complaint(config.clone(), &request), Some(Code::SIMULATOR_MISSING));
    let charges = EvaluateRequest {
        wanted: Wanted { charges: true, ..Wanted::default() },
        ..request.clone()
    };
    assert_eq!(complaint(config, &charges), Some(Code::SIMULATED_TEMPLATE));
    let there = SimulatorSetup::new("ngspice", std::env::temp_dir());
    let config = Config { simulator: Some(there), ..Config::default() };
    let engine = Engine::new(&world, config).0;
    let part = engine.cancellation().child();
    part.cancel();
    let (_, complaints) = engine.clone().cancelled_by(part).evaluate(&request);
    assert!(complaints.iter().any(|d| d.code == Code::SIMULATOR_CANCELLED), "{complaints:?}");
    assert!(!engine.is_cancelled());
}
