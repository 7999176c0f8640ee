//! Published cards: every model of the libraries in `../shared/data/models` finds its template or
//! is refused with a reason, and has the currents of ngspice running the same card.

use crate::support;
use espice::{Biases, CardModel, Config, Engine, EvaluateRequest, SimulatorSetup};
use espice_base::FileId;
use espice_fit::SplitMix;
use espice_model::{Bias, Column, Evaluator, Kelvin, Mode, Output, Workspace};
use espice_netlist::{BiasPoint, Simulator, Want, decode, dialect, operating_points};
use espice_units::{Dimension, constants::SPICE39};
use std::collections::BTreeMap;

/// Parameters that no direct current depends on: noise, the charge of the substrate.
const AT_REST: [&str; 5] = ["kf", "af", "cjs", "vjs", "mjs"];
/// Biases of each card.
const BIASES: usize = 4;

/// Potentials of a device's pins that a card of its kind should bear: the last pin is at 0 V.
fn potentials(kind: &str, random: &mut SplitMix) -> Option<Vec<f64>> {
    let mut between = |low: f64, high: f64| low + (high - low) * random.unit();
    Some(match kind {
        "diode" => vec![between(-5.0, 0.8), 0.0],
        "bjt" => vec![between(-0.5, 10.0), between(-1.0, 0.8), 0.0],
        "jfet" => vec![between(-1.0, 10.0), between(-5.0, 0.4), 0.0],
        "mosfet" => vec![between(-0.5, 20.0), between(-5.0, 10.0), 0.0],
        "mos" => vec![between(-2.0, 10.0), between(-2.0, 10.0), 0.0, between(-5.0, 0.0)],
        _ => return None,
    })
}

/// Currents into all pins.
fn native(model: &CardModel<'_>, volts: &[f64], kelvin: f64) -> Vec<f64> {
    let columns: Vec<Column> = (0..volts.len()).map(Column::Current).collect();
    let evaluator =
        Evaluator::at_nominal(&model.template, Mode::Portable, SPICE39, model.nominal).unwrap();
    let kernel = evaluator.of_polarity(model.polarity).kernel_of(&columns).unwrap();
    let rows: Vec<[f64; 1]> = volts.iter().map(|v| [*v]).collect();
    let rows: Vec<&[f64]> = rows.iter().map(|r| &r[..]).collect();
    let mut output = Output::default();
    let bias = Bias { volts: &rows, kelvin: Kelvin::Uniform(kelvin) };
    kernel.run(&model.values, bias, &mut Workspace::default(), &mut output);
    columns.iter().map(|c| kernel.column(&output, *c).unwrap()[0]).collect()
}

/// The inverse of the smallest resistance on the card: what rounded potentials are worth.
fn conductance(model: &CardModel<'_>) -> f64 {
    let parameters = model.template.parameters.iter().zip(&model.values);
    let resistances = parameters.filter(|(p, v)| p.dimension == Dimension::RESISTANCE && **v > 0.0);
    resistances.fold(0.0, |most, (_, v)| f64::max(most, 1.0 / v))
}

/// Compares all models of a file; `least` is how many of them must find a template.
fn agree(file: &str, least: usize) {
    let path = support::root().join("../shared/data/models").join(file);
    if !path.is_file() {
        println!("skipped: {} is absent", path.display());
        return;
    }
    agree_on(file, &decode(&support::bytes(&path)), least, 200);
}

/// Compares all models of a text; at most one point in `each` may be one where ngspice itself finds
/// no solution.
fn agree_on(file: &str, text: &str, least: usize, each: usize) {
    let Some(config) = support::ngspice(&format!("published-{}", file.replace('.', "_"))) else {
        return;
    };
    let world = support::world();
    let (engine, _) = Engine::new(&world, Config::default());
    let ngspice = dialect("ngspice").unwrap();
    let (library, _) = ngspice.read(text, FileId::default());
    let mut random = SplitMix::new(39);
    let (mut models, mut points, mut expected) = (Vec::new(), Vec::new(), Vec::new());
    let mut refused: BTreeMap<String, usize> = BTreeMap::new();
    let mut lacking: BTreeMap<String, usize> = BTreeMap::new();
    let cards = library.models();
    for card in &cards {
        let (found, words) = engine.card_model(&library, Some(&card.name), &[]);
        let Some(found) = found else {
            let word = words.iter().find(|d| d.severity == espice_base::Severity::Error);
            let code = word.expect("a refusal has a reason").code;
            *refused.entry(format!("{code} {}", card.device_type)).or_default() += 1;
            continue;
        };
        // What ngspice computes with and the template lacks makes another device.
        if found.passed_over.iter().any(|p| !AT_REST.contains(&p.as_str())) {
            *lacking.entry(found.passed_over.join(" ")).or_default() += 1;
            continue;
        }
        let sign = if found.polarity == 0 { 1.0 } else { -1.0 };
        for _ in 0..BIASES {
            let Some(volts) = potentials(&found.template.kind, &mut random) else { continue };
            let volts: Vec<f64> = volts.iter().map(|v| sign * v).collect();
            let kelvin = 218.15 + 230.0 * random.unit();
            expected.push((native(&found, &volts, kelvin), conductance(&found)));
            points.push(BiasPoint { model: models.len(), volts, kelvin, instance: Vec::new() });
        }
        models.push(found.device.clone());
    }
    let answer = operating_points(&Simulator::ngspice(), &config, &models, &points, Want::Currents)
        .unwrap_or_else(|e| panic!("{file}: {}", e.diagnostic().message));
    let (mut without, mut misses) = (0, 0);
    for ((found, (native, conductance)), point) in answer.points.iter().zip(&expected).zip(&points)
    {
        let Some(found) = found else {
            without += 1;
            continue;
        };
        let highest = point.volts.iter().fold(0.0f64, |a, v| a.max(v.abs()));
        let rounding = 8.0 * f64::EPSILON * highest * conductance;
        let worst = found
            .currents
            .iter()
            .zip(native)
            .map(|(r, n)| (r - n).abs() / (1e-6 * r.abs() + rounding + 1e-18))
            .fold(0.0f64, |a, b| if b > a || b.is_nan() { b } else { a });
        if worst.is_nan() || worst > 1.0 {
            misses += 1;
            if misses <= 10 {
                let name = &models[point.model].parts[0].card.name;
                println!(
                    "{file}: {name} at {:?} V, {:.2} K: {:?} here, {:?} there",
                    point.volts, point.kelvin, native, found.currents
                );
            }
        }
    }
    println!(
        "{file}: {} cards, {} evaluated, refused {refused:?}, with parameters that the \
         template lacks {lacking:?}; {} points, {without} without \
         reference, {misses} miss",
        cards.len(),
        models.len(),
        points.len()
    );
    assert!(models.len() >= least, "{file}: {} of {} cards", models.len(), cards.len());
    assert!(misses * 1000 <= points.len() - without, "{file}: {misses} points miss");
    assert!(without * each <= points.len(), "{file}: {without} points without reference");
}

#[test]
fn diodes_agree() {
    agree("DIODE2.lib", 700);
}

#[test]
fn bipolar_transistors_agree() {
    agree("BJT.lib", 1000);
}

#[test]
fn zener_diodes_agree() {
    agree("zener.lib", 1200);
}

#[test]
fn junction_transistors_agree() {
    agree("JFET2.lib", 500);
}

#[test]
fn power_transistors_agree() {
    agree("MOS.lib", 800);
}

/// Cards that state the doping and leave the simulator to form the threshold of it.
#[test]
fn thresholds_that_cards_leave_out_are_formed() {
    let mut random = SplitMix::new(1971);
    let mut text = String::new();
    for number in 0..120 {
        let mut log = |low: f64, high: f64| low * (high / low).powf(random.unit());
        let (doping, oxide, mobility) = (log(1e13, 1e18), log(5e-9, 2e-7), log(100.0, 900.0));
        let (level, kind) = (number % 3 + 1, ["NMOS", "PMOS"][number / 3 % 2]);
        let mut card = format!("LEVEL={level} NSUB={doping:e} TOX={oxide:e} UO={mobility:e}");
        // Without surface states ngspice often does not converge below the threshold.
        card += if level == 1 { " RD=99 RS=99" } else { " RD=99 RS=99 NFS=2e11" };
        let mut maybe = |share: f64, word: &str| {
            if random.unit() < share {
                card += word;
            }
        };
        maybe(0.4, &format!(" TPG={}", [-1, 0, 1][number % 5 % 3]));
        maybe(0.4, &format!(" NSS={:e}", 1e9 * number as f64));
        maybe(0.3, " PHI=0.65");
        maybe(0.3, " GAMMA=0.4");
        maybe(0.3, " TNOM=50");
        text += &format!(".model M{number} {kind}({card})\n");
    }
    // With its bulk driven forward ngspice does not find five of these points.
    agree_on("thresholds", &text, 120, 90);
}

/// What the simulator does not know is told at its place in the file, and there alone.
#[test]
fn a_parameter_that_the_simulator_lacks_is_told_once() {
    let Some(config) = support::ngspice("published-unknown") else { return };
    let card = ".model D1 D(IS=1e-9 CJ0=3p TBV1=1m)\n";
    let world = support::world().with("d.lib", card);
    let setup = SimulatorSetup::new(config.command, config.folder);
    let (mut engine, _) =
        Engine::new(&world, Config { simulator: Some(setup), ..Config::default() });
    let request = EvaluateRequest {
        card: "d.lib".into(),
        biases: Biases::Grid { volts: vec![("a".into(), vec![-1.0, 0.5])], kelvin: Vec::new() },
        with_simulator: true,
        ..EvaluateRequest::default()
    };
    let (found, told) = engine.evaluate(&request);
    let codes: Vec<String> = told.iter().map(|d| format!("{} {:?}", d.code, d.place())).collect();
    assert_eq!(told.len(), 1, "{codes:?}");
    assert!(codes[0].starts_with("E0757 Some(Text") && !told.has_errors(), "{codes:?}");
    assert!(found.rows.iter().all(|row| row.iter().all(Option::is_some)), "{:?}", found.rows);
}

type Named<'a> = &'a [(&'a str, f64)];

/// Diodes and bipolar transistors of so many times the area, and so many devices of any kind.
#[test]
fn so_many_in_parallel_are_evaluated() {
    let Some(config) = support::ngspice("published-area") else { return };
    let text = ".model dm D(IS=1e-12 N=1.1 RS=2 CJO=2p TT=3n)\n\
                .model qm PNP(IS=1e-15 BF=80 VAF=30 RB=50 RBM=5 RE=1 RC=3 CJE=1p TF=0.3n)\n\
                .model jm NJF(VTO=-2 BETA=1m RD=10 CGS=2p)\n";
    let world = support::world().with("d.lib", text);
    let setup = SimulatorSetup::new(config.command, config.folder);
    let (mut engine, _) =
        Engine::new(&world, Config { simulator: Some(setup), ..Config::default() });
    let cases: [(&str, Named<'_>, Named<'_>, &str, f64); 4] = [
        ("dm", &[("area", 2.5)], &[("a", 0.7)], "a", 2.5),
        ("dm", &[("M", 2.0), ("AREA", 3.0)], &[("a", 0.65)], "a", 6.0),
        ("qm", &[("area", 4.0)], &[("b", -0.7), ("c", -3.0)], "c", 4.0),
        ("jm", &[("m", 3.0)], &[("d", 5.0), ("g", -0.5)], "d", 3.0),
    ];
    for (model, instance, volts, pin, times) in cases {
        let mut current = |instance: &[(&str, f64)]| {
            let request = EvaluateRequest {
                card: "d.lib".into(),
                model: Some(model.into()),
                instance: instance.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect(),
                biases: Biases::Grid {
                    volts: volts.iter().map(|(p, v)| (p.to_string(), vec![*v])).collect(),
                    kelvin: vec![233.15, 398.15],
                },
                with_simulator: true,
                ..EvaluateRequest::default()
            };
            let (found, told) = engine.evaluate(&request);
            assert!(!told.has_errors(), "{told:?}");
            let place = |name: &str| found.columns.iter().position(|c| c.name == name);
            let all = |name: String| -> Vec<f64> {
                let place = place(&name).unwrap_or_else(|| panic!("{name}"));
                found.rows.iter().map(|r| r[place].expect("a value")).collect()
            };
            (all(format!("I({pin})")), all(format!("I({pin})@ngspice")))
        };
        let (one, _) = current(&[]);
        let (several, simulated) = current(instance);
        for ((one, several), simulated) in one.iter().zip(&several).zip(&simulated) {
            assert!((several / (times * one) - 1.0).abs() < 1e-6, "{model}: {one} {several}");
            assert!((several / simulated - 1.0).abs() < 1e-6, "{model}: {several} {simulated}");
        }
    }
}
