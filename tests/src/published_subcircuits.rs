//! Published subcircuits: every one of the libraries in `../shared/data/models` is evaluated, or
//! refused with its reason and the element that is in the way, and has the currents of ngspice
//! running the same text.

use crate::support;
use espice::{CardModel, Config, Engine};
use espice_base::{FileId, Severity};
use espice_fit::SplitMix;
use espice_lang::ir::{Leaf, Node};
use espice_model::{Bias, Column, Evaluator, Kelvin, Mode, Output, Workspace};
use espice_netlist::{BiasPoint, Simulator, Want, decode, dialect, operating_points};
use espice_syntax::ast::BranchKind;
use espice_units::constants::SPICE39;
use std::collections::BTreeMap;

/// Temperatures, K: a simulator gives a subcircuit that of its deck.
const KELVIN: [f64; 3] = [248.15, 300.15, 398.15];
/// A current below this is not looked at, A: beside sources the simulator leaves so much between
/// the currents into the terminals, which Kirchhoff's law makes zero.
const FLOOR: f64 = 1e-15;
/// Biases of each subcircuit at each temperature.
const BIASES: usize = 3;

/// Currents into the terminals.
fn native(model: &CardModel<'_>, volts: &[f64], kelvin: f64) -> Vec<f64> {
    let columns: Vec<Column> = (0..volts.len()).map(Column::Current).collect();
    let evaluator =
        Evaluator::at_nominal(&model.template, Mode::Portable, SPICE39, model.nominal).unwrap();
    let kernel = evaluator.kernel_of(&columns).unwrap();
    let mut rows: Vec<[f64; 1]> = volts.iter().map(|v| [*v]).collect();
    rows.resize(model.template.pins.len(), [0.0]);
    let rows: Vec<&[f64]> = rows.iter().map(|r| &r[..]).collect();
    let mut output = Output::default();
    let bias = Bias { volts: &rows, kelvin: Kelvin::Uniform(kelvin) };
    kernel.run(&model.values, bias, &mut Workspace::default(), &mut output);
    columns.iter().map(|c| kernel.column(&output, *c).unwrap()[0]).collect()
}

/// The largest conductance between nodes of the subcircuit: what rounded potentials are worth.
fn conductance(model: &CardModel<'_>) -> f64 {
    let template = &model.template;
    let value = |id| match template.graph.node(id) {
        Node::Leaf(Leaf::Constant(bits)) => Some(f64::from_bits(bits)),
        _ => None,
    };
    let resistors = template.branches.iter().filter(|b| b.kind == BranchKind::Resistor);
    resistors.filter_map(|b| value(b.value)).fold(0.0, |most, r| f64::max(most, 1.0 / r))
}

/// What became of the subcircuits of a file.
#[derive(Debug, Default)]
struct Account {
    evaluated: usize,
    refused: BTreeMap<String, String>,
    points: usize,
    without: usize,
    misses: usize,
}

/// Compares all subcircuits of a file at potentials in these ranges, by terminal.
fn compare(file: &str, ranges: &[(f64, f64)]) -> Option<Account> {
    let path = support::root().join("../shared/data/models").join(file);
    if !path.is_file() {
        println!("skipped: {} is absent", path.display());
        return None;
    }
    let config = support::ngspice(&format!("subcircuits-{}", file.replace('.', "_")))?;
    let world = support::world();
    let (engine, _) = Engine::new(&world, Config::default());
    let ngspice = dialect("ngspice").unwrap();
    let (library, _) = ngspice.read(&decode(&support::bytes(&path)), FileId::default());
    let mut account = Account::default();
    let mut models = Vec::new();
    for subcircuit in library.subcircuits() {
        let (found, words) = engine.card_model(&library, Some(&subcircuit.name), &[]);
        match found {
            // What ngspice computes with and the template lacks makes another device.
            Some(model) if model.passed_over.is_empty() => models.push(model),
            Some(model) => {
                account.refused.insert(model.name, format!("lacks {:?}", model.passed_over));
            }
            None => {
                let word = words.iter().find(|d| d.severity == Severity::Error);
                let message = word.expect("a refusal has a reason").message.clone();
                account.refused.insert(subcircuit.name.clone(), message);
            }
        }
    }
    account.evaluated = models.len();
    let mut random = SplitMix::new(2026);
    let (mut points, mut expected) = (Vec::new(), Vec::new());
    for kelvin in KELVIN {
        for (index, model) in models.iter().enumerate() {
            for _ in 0..BIASES {
                let range = |pin: usize| ranges.get(pin).copied().unwrap_or((0.0, 0.0));
                let volts: Vec<f64> = (0..model.pins().len())
                    .map(|pin| range(pin).0 + (range(pin).1 - range(pin).0) * random.unit())
                    .collect();
                expected.push((native(model, &volts, kelvin), conductance(model)));
                points.push(BiasPoint { model: index, volts, kelvin, instance: Vec::new() });
            }
        }
    }
    let devices: Vec<_> = models.iter().map(|m| m.device.clone()).collect();
    let simulator = Simulator::ngspice();
    let answer = operating_points(&simulator, &config, &devices, &points, Want::Currents)
        .unwrap_or_else(|e| panic!("{file}: {}", e.diagnostic().message));
    account.points = points.len();
    for ((found, (native, conductance)), point) in answer.points.iter().zip(&expected).zip(&points)
    {
        let Some(found) = found else {
            account.without += 1;
            continue;
        };
        let highest = point.volts.iter().fold(0.0f64, |a, v| a.max(v.abs()));
        let rounding = 8.0 * f64::EPSILON * highest * conductance;
        // Without a way to ground the currents into the terminals add up to zero; what the
        // simulator's lack of that it does not know better.
        let model = &models[point.model];
        let floats = model.terminals == model.template.pins.len();
        let lack = if floats { found.currents.iter().sum::<f64>().abs() } else { 0.0 };
        let pairs = found.currents.iter().zip(native);
        let off = pairs.map(|(r, n)| (r - n).abs() / (1e-6 * r.abs() + rounding + lack + FLOOR));
        let worst = off.fold(0.0f64, |a, b| if b > a || b.is_nan() { b } else { a });
        if worst.is_nan() || worst > 1.0 {
            account.misses += 1;
            if account.misses <= 5 {
                println!(
                    "{file}: {} at {:?} V, {} K: {native:?} here, {:?} there",
                    models[point.model].name, point.volts, point.kelvin, found.currents
                );
            }
        }
    }
    println!(
        "{file}: {} subcircuits evaluated, {} refused, {} points, {} without reference, {} miss",
        account.evaluated,
        account.refused.len(),
        account.points,
        account.without,
        account.misses
    );
    Some(account)
}

/// All subcircuits are evaluated and agree, but for those whose text is damaged: a model that they
/// name is missing.
fn agree(file: &str, count: usize, ranges: &[(f64, f64)]) {
    let Some(account) = compare(file, ranges) else { return };
    let damaged = |reason: &&String| reason.contains("the file holds no model");
    let other: Vec<&String> = account.refused.values().filter(|r| !damaged(r)).collect();
    assert!(other.is_empty(), "{file}: {other:?}");
    assert_eq!(account.evaluated, count, "{file}");
    assert!(account.misses * 1000 <= account.points, "{file}: {} points miss", account.misses);
    assert!(account.without * 200 <= account.points, "{file}: {}", account.without);
}

#[test]
fn a_power_transistor_of_mirrored_currents_agrees() {
    agree("IRF540N_IR_subckt.lib", 1, &[(-0.5, 40.0), (-5.0, 10.0), (0.0, 0.0)]);
}

#[test]
fn zener_diodes_with_a_source_agree() {
    agree("zener.lib", 425, &[(-4.0, 0.8), (0.0, 0.0)]);
}

#[test]
fn operational_amplifiers_agree() {
    let ranges = [(-1e-3, 1e-3), (-1e-3, 1e-3), (12.0, 15.0), (-15.0, -12.0), (-5.0, 5.0)];
    for file in ["ua741.mod", "lm358.mod", "tl072.mod"] {
        agree(file, 1, &ranges);
    }
}

/// What is written for other simulators is evaluated or refused at an element; ngspice cannot
/// tell.
#[test]
fn every_other_subcircuit_has_a_reason() {
    let files = [
        ("EPCGaNLibrary_head.lib", 2),
        ("IMW-IMZ120R045M1.lib", 1),
        ("UF3SC120016K3S.txt", 3),
        ("sg13g2_hbt_mod.lib", 0),
        ("sky130/nfet_01v8__tt.pm3.spice", 0),
    ];
    let world = support::world();
    let (engine, _) = Engine::new(&world, Config::default());
    for (file, least) in files {
        let path = support::root().join("../shared/data/models").join(file);
        if !path.is_file() {
            println!("skipped: {} is absent", path.display());
            continue;
        }
        let ngspice = dialect("ngspice").unwrap();
        let (library, _) = ngspice.read(&decode(&support::bytes(&path)), FileId::default());
        let mut evaluated = 0;
        for subcircuit in library.subcircuits() {
            let (found, words) = engine.card_model(&library, Some(&subcircuit.name), &[]);
            match found {
                Some(model) => {
                    let volts: Vec<f64> = model.pins().iter().map(|_| 0.0).collect();
                    let still = native(&model, &volts, 300.15);
                    println!("{file}: {} evaluated: {still:?}", model.name);
                    evaluated += usize::from(still.iter().all(|i| i.is_finite()));
                }
                None => {
                    let word = words.iter().find(|d| d.severity == Severity::Error);
                    println!("{file}: {}", word.expect("a refusal has a reason").message);
                }
            }
        }
        assert!(evaluated >= least, "{file}: {evaluated}");
    }
}
