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

/// Cards of BSIM3 of both polarities and both of its levels, as the simulator itself has them.
#[test]
fn cards_of_bsim3_have_the_currents_of_a_plain_deck() {
    let Some(setup) = setup("simulated-bsim3") else { return };
    let cards = ".model n3 NMOS (LEVEL=8 VERSION=3.3.0 TOX=4.1e-9 XJ=1e-7 NCH=2.3549e17 VTH0=0.3725 \
                 K1=0.5933 K2=2.05e-3 K3=1e-3 W0=1e-7 NLX=1.7e-7 DVT0=1.3 DVT1=0.39 DVT2=0.013 U0=263 \
                 UA=-1.36e-9 UB=2.25e-18 UC=5.2e-11 VSAT=1e5 A0=2 AGS=0.42 RDSW=105 PRWG=0.5 PCLM=0.68 \
                 PDIBLC1=0.18 VOFF=-0.09 NFACTOR=2.4 ETA0=2.6e-3 DSUB=0.0128)\n\
                 .model p3 PMOS (LEVEL=49 TOX=4.1e-9 VTH0=-0.39 U0=110 K1=0.57)\n";
    let world = support::world().with("b3.lib", cards);
    let config = Config { simulator: Some(setup), ..Config::default() };
    let (mut engine, _) = Engine::new(&world, config);
    for (model, sign) in [("n3", 1.0), ("p3", -1.0)] {
        let config = support::ngspice("simulated-bsim3-plain").unwrap();
        let file = config.file_name("dc.data");
        let (low, step, high) = (0.2 * sign, 0.4 * sign, 1.8 * sign);
        let deck = format!(
            "* plain\n{cards}m1 d g 0 b {model} w=1u l=0.5u\nvd d 0 0\nvg g 0 0\nvb b 0 {}\n\
             .options gmin=0 reltol=1e-9 abstol=1e-18 vntol=1e-12 temp=27\n.control\n\
             set numdgt=16\nset wr_singlescale\ndc vd {low} {high} {step} vg {low} {high} {step}\n\
             wrdata {file} v(g) i(vd)\nquit 0\n.endc\n.end\n",
            -0.3 * sign
        );
        let run = Simulator::ngspice().run(&config, &deck, std::slice::from_ref(&file)).unwrap();
        let plain = espice_netlist::read_wrdata(&file, &run.results[0]).expect("a table");
        let volts: Vec<f64> = (0..5).map(|i| low + f64::from(i) * step).collect();
        let request = EvaluateRequest {
            card: "b3.lib".into(),
            model: Some(model.into()),
            instance: vec![("w".into(), "1u".into()), ("l".into(), "0.5u".into())],
            biases: Biases::Grid {
                volts: vec![
                    ("d".into(), volts.clone()),
                    ("g".into(), volts),
                    ("b".into(), vec![-0.3 * sign]),
                ],
                kelvin: vec![300.15],
            },
            ..EvaluateRequest::default()
        };
        let (found, complaints) = engine.evaluate(&request);
        assert!(!complaints.has_errors(), "{complaints:?}");
        assert_eq!((found.template.as_str(), found.rows.len()), ("bsim3", 25));
        assert_eq!(plain.rows.len(), 25);
        for row in &found.rows {
            let cell = |i: usize| row[i].expect("a value");
            let close = |a: f64, b: f64| (a - b).abs() < 1e-6;
            let same = plain.rows.iter().find(|p| close(p[0], cell(0)) && close(p[1], cell(1)));
            let wanted = -same.expect("the point of the sweep")[2];
            let apart = (cell(5) - wanted).abs();
            assert!(apart <= 1e-6 * wanted.abs() + 1e-15, "{} against {wanted:e}", cell(5));
        }
    }
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
    assert_eq!(complaint(config, &charges), Some(Code::SIMULATOR_MISSING));
    let there = SimulatorSetup::new("ngspice", std::env::temp_dir());
    let config = Config { simulator: Some(there), ..Config::default() };
    let engine = Engine::new(&world, config).0;
    let part = engine.cancellation().child();
    part.cancel();
    let (_, complaints) = engine.clone().cancelled_by(part).evaluate(&request);
    assert!(complaints.iter().any(|d| d.code == Code::SIMULATOR_CANCELLED), "{complaints:?}");
    assert!(!engine.is_cancelled());
}

/// A model that is compiled elsewhere is loaded before the deck is read, and its element is one of a
/// module. What the simulator says of it decides: one without such models refuses the deck.
#[test]
#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "the test looks at what the simulator was given")]
fn a_compiled_model_is_loaded_first() {
    use std::os::unix::fs::PermissionsExt;
    let Some(config) = support::ngspice("compiled") else { return };
    let script = config.folder.join("keeps-the-deck");
    std::fs::write(&script, "#!/bin/sh\ncp \"$3\" kept.cir\nexec ngspice \"$@\"\n").unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let template = "/// A diode that was compiled elsewhere.\ntemplate compiled_diode : diode {\n  \
                    pins a, k\n  simulator ngspice\n  param IS : A = 1e-14 A in 1e-20 A .. 1 A \
                    because \"saturation current\"\n  card spice \"diode_va\" { IS as isat }\n}\n";
    let manifest = "name = \"house\"\nversion = \"1.0.0\"\nextends = [\"std\"]\n";
    let world = support::world()
        .with("house/pack.toml", manifest.as_bytes().to_vec())
        .with("house/diode.espice", template.as_bytes().to_vec())
        .with("d.lib", ".model own diode_va (isat=2e-14)\n");
    let file = config.folder.join("diode.osdi");
    let setup = SimulatorSetup {
        compiled: vec![file.clone()],
        ..SimulatorSetup::new(script, config.folder.clone())
    };
    let config =
        Config { packs: vec!["house".into()], simulator: Some(setup), ..Config::default() };
    let (mut engine, words) = Engine::new(&world, config);
    assert!(!words.has_errors(), "{words:?}");
    let request = EvaluateRequest {
        card: "d.lib".into(),
        biases: Biases::Grid { volts: vec![("a".into(), vec![0.5])], kelvin: vec![300.15] },
        ..EvaluateRequest::default()
    };
    let (found, complaints) = engine.evaluate(&request);
    assert_eq!(found.template, "compiled_diode");
    let deck = std::fs::read_to_string(file.with_file_name("kept.cir")).expect("a deck");
    let mut lines = deck.lines().skip(1);
    assert_eq!(lines.next(), Some(".control"));
    assert_eq!(lines.next(), Some(format!("pre_osdi {}", file.display()).as_str()));
    assert_eq!(lines.next(), Some(".endc"));
    assert!(deck.to_lowercase().contains("\n.model m0_0 diode_va (isat=2e-14)\n"), "{deck}");
    assert!(deck.contains("\nn0_0 n0_0 n0_1 m0_0\n"), "{deck}");
    // There is no such file, and mostly no such command.
    assert!(complaints.has_errors(), "{complaints:?}\n{found:?}");
}
