//! Twins of shipped templates whose equations the simulator has: charges, quantities that force
//! currents, and circuits of a template without equations are those of the template with them.

use crate::support;
use espice::{Config, Engine, ReadyDevice, SimulatorSetup};
use espice_lang::ir::Library;
use espice_model::{Bias, Column, Kelvin, Output, Workspace};
use std::fmt::Write;
use std::sync::Arc;

/// A shipped template and values for parameters of it.
struct Device {
    file: &'static str,
    template: &'static str,
    polarity: Option<&'static str>,
    values: &'static [(&'static str, f64)],
}

const DIODE: Device = Device {
    file: "diode.espice",
    template: "junction_diode",
    polarity: None,
    values: &[
        ("IS", 3e-12),
        ("N", 1.6),
        ("RS", 0.4),
        ("CJO", 8e-12),
        ("VJ", 0.7),
        ("M", 0.4),
        ("TT", 20e-9),
    ],
};

const TRANSISTOR: &[(&str, f64)] = &[
    ("IS", 5e-15),
    ("BF", 180.0),
    ("VAF", 90.0),
    ("IKF", 0.1),
    ("ISE", 2e-14),
    ("NE", 1.6),
    ("BR", 4.0),
    ("RB", 8.0),
    ("RE", 0.2),
    ("RC", 0.9),
    ("CJE", 9e-12),
    ("VJE", 0.7),
    ("MJE", 0.35),
    ("CJC", 5e-12),
    ("VJC", 0.6),
    ("MJC", 0.3),
    ("TF", 4e-10),
    ("TR", 6e-8),
];

const fn transistor(polarity: &'static str) -> Device {
    Device {
        file: "bjt.espice",
        template: "gummel_poon",
        polarity: Some(polarity),
        values: TRANSISTOR,
    }
}

const POWER: Device = Device {
    file: "vdmos.espice",
    template: "vdmos",
    polarity: Some("nmos"),
    values: &[
        ("VTO", 3.1),
        ("KP", 25.0),
        ("LAMBDA", 4e-3),
        ("RD", 9e-3),
        ("RS", 2e-3),
        ("RG", 2.0),
        ("CGS", 1.2e-9),
        ("CGDMAX", 1.1e-9),
        ("CGDMIN", 5e-11),
        ("A", 0.6),
        ("IS", 2e-12),
        ("TT", 5e-8),
        ("CJO", 6e-10),
        ("BV", 100.0),
    ],
};

/// The template's text without its equations: names, parameters, the card.
fn twin(device: &Device) -> String {
    let path = support::root().join("templates").join(device.file);
    let text = String::from_utf8(support::bytes(&path)).expect("text");
    let head = format!("template {} :", device.template);
    let start = text.find(&head).expect("the template");
    let block = &text[start..start + text[start..].find("\n}").expect("its end")];
    let mut own = String::new();
    let mut in_card = false;
    for (number, line) in block.lines().enumerate() {
        let word = line.split_whitespace().next().unwrap_or("");
        in_card = in_card && !own.ends_with("}\n") || word == "card";
        if number == 0 {
            let _ = writeln!(own, "/// A twin.\n{}", line.replacen(" :", "_twin :", 1));
            own.push_str("  simulator ngspice\n");
        } else if in_card || ["pins", "polarity", "param"].contains(&word) {
            let _ = writeln!(own, "{line}");
        }
    }
    own + "}\n"
}

/// A device made ready, and the values of its parameters.
type Ready = (ReadyDevice, Vec<f64>);

/// The template and its twin with the same values.
fn both(device: &Device, label: &str) -> Option<(Arc<Library>, [Ready; 2])> {
    let config = support::ngspice(label)?;
    let setup =
        SimulatorSetup { processes: 2, ..SimulatorSetup::new(config.command, config.folder) };
    let manifest = "name = \"twins\"\nversion = \"1.0.0\"\nextends = [\"std\"]\n";
    let world = support::world()
        .with("twins/pack.toml", manifest.as_bytes().to_vec())
        .with("twins/twin.espice", twin(device).into_bytes());
    let config =
        Config { packs: vec!["twins".into()], simulator: Some(setup), ..Config::default() };
    let (engine, complaints) = Engine::new(&world, config);
    assert!(!complaints.has_errors(), "{complaints:?}\n{}", twin(device));
    let ready = |name: &str| {
        let found =
            engine.ready_template(name, device.polarity).unwrap_or_else(|d| panic!("{d:?}"));
        let template = found.evaluator().template();
        let mut values = found.values().to_vec();
        for (name, value) in device.values {
            values[template.parameter(name).expect("a parameter")] = *value;
        }
        (found, values)
    };
    let pair = [ready(device.template), ready(&format!("{}_twin", device.template))];
    Some((support::library(), pair))
}

/// Charges at some potentials less those at none, for the template and its twin.
fn charges(device: &Device, label: &str, potentials: &[&[f64]]) {
    let Some((_, pair)) = both(device, label) else { return };
    let pins = potentials[0].len();
    let found = pair.map(|(ready, values)| {
        let columns: Vec<Column> = (0..pins).map(Column::Charge).collect();
        let kernel = ready.kernel(&columns).expect("charges");
        let at = |volts: &[f64]| -> Vec<f64> {
            let rows: Vec<[f64; 1]> = volts.iter().map(|v| [*v]).collect();
            let rows: Vec<&[f64]> = rows.iter().map(|r| &r[..]).collect();
            let bias = Bias { volts: &rows, kelvin: Kelvin::Uniform(320.0) };
            let mut output = Output::default();
            kernel.run(&values, bias, &mut Workspace::default(), &mut output);
            columns.iter().map(|c| kernel.column(&output, *c).expect("a column")[0]).collect()
        };
        let none = at(&vec![0.0; pins]);
        let over = |volts: &&[f64]| -> Vec<f64> {
            at(volts).iter().zip(&none).map(|(q, q0)| q - q0).collect()
        };
        potentials.iter().map(over).collect::<Vec<_>>()
    });
    let [native, simulated] = found;
    let largest = native.iter().flatten().fold(0.0f64, |m, q| m.max(q.abs()));
    for (at, (a, b)) in potentials.iter().zip(native.iter().zip(&simulated)) {
        for (x, y) in a.iter().zip(b) {
            assert!(
                (x - y).abs() <= 1e-3 * x.abs() + 1e-5 * largest,
                "{label} at {at:?}: {a:?} {b:?}"
            );
        }
    }
}

#[test]
fn charges_are_integrals_of_capacitances() {
    charges(&DIODE, "twin-diode-charge", &[&[-3.0, 0.0], &[0.5, 0.0], &[0.9, 0.2]]);
    let (npn, pnp) = (transistor("npn"), transistor("pnp"));
    charges(&npn, "twin-npn-charge", &[&[2.0, 0.55, 0.0], &[3.0, -1.0, 0.0]]);
    charges(&pnp, "twin-pnp-charge", &[&[-2.0, -0.55, 0.0]]);
}

/// Values of a quantity for the template and its twin, each list one argument.
fn quantity(device: &Device, label: &str, name: (&str, &[&str]), arguments: &[&[f64]]) {
    let Some((library, pair)) = both(device, label) else { return };
    let (symbol, names) = name;
    let quantities = library.kinds.iter().flat_map(|k| &k.quantities);
    let kind = pair[0].0.evaluator().template().kind.clone();
    let mut found =
        quantities.filter(|q| q.kind == kind && q.symbol == symbol && q.arguments == names);
    let quantity = found.next_back().unwrap_or_else(|| panic!("no {symbol} of {names:?}"));
    let [native, simulated] = pair.map(|(ready, values)| {
        let measurement =
            ready.evaluator().measurement(quantity).unwrap_or_else(|d| panic!("{d:?}"));
        measurement.values(&values, arguments, Kelvin::Uniform(310.0))
    });
    assert!(!native.is_empty());
    for (a, b) in native.iter().zip(&simulated) {
        assert!((a / b - 1.0).abs() < 1e-4, "{label} {symbol}: {native:?} {simulated:?}");
    }
}

#[test]
fn currents_are_forced() {
    let npn = transistor("npn");
    quantity(&DIODE, "twin-vf", ("VF", &["IF"]), &[&[1e-6, 1e-3, 0.1]]);
    let saturated: [&[f64]; 2] = [&[1e-3, 50e-3], &[1e-4, 5e-3]];
    quantity(&npn, "twin-vcesat", ("VCE(sat)", &["IC", "IB"]), &saturated);
    quantity(&transistor("pnp"), "twin-vbesat", ("VBE(sat)", &["IC", "IB"]), &saturated);
    quantity(&npn, "twin-ft", ("fT", &["IC", "VCE"]), &[&[1e-3, 20e-3], &[5.0, 5.0]]);
    quantity(&POWER, "twin-vgsth", ("VGS(th)", &["ID"]), &[&[250e-6]]);
}

/// The outputs of a circuit for the template and its twin.
fn circuit(device: &Device, label: &str, name: &str, conditions: &[f64]) {
    let Some((library, pair)) = both(device, label) else { return };
    let mut all = library.kinds.iter().flat_map(|k| &k.circuits);
    let circuit = all.find(|c| c.name == name).expect("the shipped circuit");
    let columns: Vec<[f64; 1]> = conditions.iter().map(|c| [*c]).collect();
    let columns: Vec<&[f64]> = columns.iter().map(|c| &c[..]).collect();
    let [native, simulated] = pair.map(|(ready, values)| {
        let outputs = ready.evaluator().circuit(circuit).unwrap_or_else(|d| panic!("{d:?}"));
        let of =
            |m: &espice_model::Measurement| m.values(&values, &columns, Kelvin::Uniform(300.15))[0];
        outputs.iter().map(of).collect::<Vec<f64>>()
    });
    println!("{label}: {native:?} {simulated:?}");
    for (a, b) in native.iter().zip(&simulated) {
        assert!((a / b - 1.0).abs() < 1e-3, "{label}: {native:?} {simulated:?}");
    }
}

#[test]
fn circuits_run_in_the_simulator() {
    circuit(&DIODE, "twin-trr", "recovery_through_resistor", &[10e-3, 10e-3, 1e-3, 100.0]);
    circuit(&POWER, "twin-gate", "gate_charge", &[40.0, 10.0, 10.0]);
    circuit(&POWER, "twin-body", "recovery_of_body", &[10.0, 1e8, 30.0]);
    let switched = [5.0, 10e-3, 1e-3, 1e-3];
    circuit(&transistor("npn"), "twin-npn", "switching_of_bjt", &switched);
    circuit(&transistor("pnp"), "twin-pnp", "switching_of_bjt", &switched);
}
