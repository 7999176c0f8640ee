//! One card for devices of several sizes: each curve is compared with the card at the size of its
//! device, sizes can be withheld, and the card stands for all.

use crate::support;
use espice::outcome::Outcome;
use espice::{Config, Engine, Request, SimulatorSetup};
use std::fmt::Write;

/// A square law of 100 uA/V² above 0.5 V, as an instrument writes it down.
fn transfer(w: f64, l: f64) -> String {
    let mut text = String::from(
        "! VERSION = 6.00\nBEGIN_HEADER\n ICCAP_INPUTS\n  VG V G GROUND SMU1 0.1 LIN 1 0 2 41 0.05\n  \
         VD V D GROUND SMU2 0.1 LIN 2 0.1 1.6 2 1.5\n  VS V S GROUND SMU3 0.1 CON 0\n  \
         VB V B GROUND SMU4 0.1 CON 0\n ICCAP_OUTPUTS\n  ID I D GROUND SMU2 B\nEND_HEADER\n",
    );
    for vd in [0.1, 1.6] {
        let _ = write!(
            text,
            "\nBEGIN_DB\n ICCAP_VAR VS 0\n ICCAP_VAR VB 0\n ICCAP_VAR VD {vd}\n\n #VG ID\n"
        );
        for step in 0..=40 {
            let vg = 0.05 * f64::from(step);
            let over = (vg - 0.5f64).max(0.0);
            let drain = f64::min(vd, over);
            // An instrument errs by 0.1 %.
            let error = 1.0 + 1e-3 * f64::from((7 * step) % 5 - 2) / 2.0;
            let id = 1e-4 * w / l * (over - drain / 2.0) * drain * error + 1e-12;
            let _ = writeln!(text, "  {vg} {id:e}");
        }
        text.push_str("END_DB\n");
    }
    text
}

const SIZES: [(&str, f64, f64); 4] = [
    ("nmos_w10u_l10u", 10e-6, 10e-6),
    ("nmos_w20u_l2u", 20e-6, 2e-6),
    ("nmos_w4u_l20u", 4e-6, 20e-6),
    ("nmos_w5u_l1u", 5e-6, 1e-6),
];

/// What a card says of it for 27 °C: the mobility falls with the power 1.5 of the temperature, and
/// the measurement is at 25 °C.
const KP: f64 = 1e-4 * 0.990_021_6;

/// The square law by a simulator.
const SIMULATED: &str = "
template square : mos {
  pins d, g, s, b
  polarity nmos, pmos
  simulator ngspice
  param W : m = 1e-4 m in 1 nm .. 1 m instance
  param L : m = 1e-4 m in 1 nm .. 1 m instance
  param VTO : V = 0 V in -5 V .. 5 V
  param KP : A/V^2 = 2e-5 A/V^2 in 1e-9 A/V^2 .. 1 A/V^2 scale log
  recipe {
    stage all {
      seed VTO = 0.7 V because \"a usual threshold\"
      fit VTO, KP to ID(VGS; VDS) in linear, ID(VGS; VDS, VBS) in linear
    }
    polish
  }
  card spice \"NMOS\" for nmos, \"PMOS\" for pmos with LEVEL = 1 { VTO signed, KP, W, L }
}
";

fn outcome(template: Option<&str>, withhold: &[&str]) -> Outcome {
    outcome_of(Config::default(), template, withhold)
}

fn outcome_of(config: Config, template: Option<&str>, withhold: &[&str]) -> Outcome {
    let manifest = "name = \"square\"\nversion = \"1.0.0\"\nextends = [\"std\"]\n";
    let mut world = support::world()
        .with("square/pack.toml", manifest.as_bytes().to_vec())
        .with("square/square.espice", SIMULATED.as_bytes().to_vec());
    let mut sources = Vec::new();
    for (name, w, l) in SIZES {
        let file = format!("{name}.mdm");
        world = world.with(file.as_str(), transfer(w, l).into_bytes());
        sources.push(file);
    }
    let (mut engine, complaints) = Engine::new(&world, config);
    assert!(!complaints.has_errors(), "{complaints:?}");
    engine.model(&Request {
        sources,
        kind: Some(String::from("mos")),
        template: template.map(String::from),
        withhold: withhold.iter().map(ToString::to_string).collect(),
        ..Request::default()
    })
}

fn value(outcome: &Outcome, name: &str) -> f64 {
    let fit = outcome.fit.as_ref().unwrap_or_else(|| panic!("{:?}", outcome.diagnostics));
    fit.parameters.iter().find(|p| p.name == name).and_then(|p| p.value).unwrap()
}

#[test]
fn one_card_is_fitted_to_several_sizes_and_predicts_another() {
    let outcome = outcome(Some("mos1"), &["at W = 4 um, L = 20 um"]);
    assert_eq!(outcome.device.part, "nmos");
    assert!(outcome.diagnostics.iter().all(|d| d.severity != "error"), "{:?}", outcome.diagnostics);
    assert!((value(&outcome, "KP") / KP - 1.0).abs() < 2e-3, "{}", value(&outcome, "KP"));
    let fit = outcome.fit.as_ref().unwrap();
    assert_eq!(fit.curves.len(), 8);
    let withheld: Vec<_> = fit.curves.iter().filter(|c| c.withheld).collect();
    assert_eq!(withheld.len(), 2);
    for curve in &fit.curves {
        let nrmse = curve.nrmse.unwrap();
        assert!(nrmse < 2e-3, "{}: {nrmse}", outcome.facts.curves[curve.curve].title);
    }
    for curve in withheld {
        assert!(outcome.facts.curves[curve.curve].title.contains("w4u_l20u"));
    }
    // The card is that of every size.
    let card = &outcome.models[0].text;
    assert!(card.contains(".model nmos NMOS") && !card.contains(" W="), "{card}");
}

#[test]
fn a_template_that_is_asked_for_is_the_only_candidate() {
    let outcome = outcome(Some("mos1"), &[]);
    let tried: Vec<&str> = outcome.candidates.iter().map(|c| c.template.as_str()).collect();
    assert_eq!(tried, ["mos1"]);
    let unknown = self::outcome(Some("mos11"), &[]);
    let complaint = unknown.diagnostics.iter().find(|d| d.code == "E0204").unwrap();
    assert!(complaint.help.iter().any(|h| h.contains("`mos1`")), "{complaint:?}");
    assert!(unknown.fit.is_none() && unknown.models.is_empty());
}

#[test]
fn a_size_that_no_source_has_is_not_withheld() {
    let outcome = outcome(Some("mos1"), &["at W = 3 um"]);
    assert!(outcome.diagnostics.iter().any(|d| d.severity == "error"));
    assert!(outcome.fit.is_none());
}

/// The same through a simulator, in which devices of all sizes and all shifted cards share decks.
#[test]
fn a_simulator_serves_devices_of_several_sizes() {
    let Some(config) = support::ngspice("geometries") else { return };
    let run = |processes: usize| {
        let (command, folder) = (&config.command, &config.folder);
        let setup = SimulatorSetup { processes, ..SimulatorSetup::new(command, folder) };
        let packs = vec![String::from("square")];
        let config = Config { packs, simulator: Some(setup), ..Config::default() };
        outcome_of(config, Some("square"), &["at W = 4 um, L = 20 um"])
    };
    let outcome = run(1);
    assert!((value(&outcome, "KP") / KP - 1.0).abs() < 2e-3, "{}", value(&outcome, "KP"));
    let fit = outcome.fit.as_ref().unwrap();
    assert_eq!(fit.curves.iter().filter(|c| c.withheld).count(), 2);
    assert!(fit.curves.iter().all(|c| c.nrmse.unwrap() < 2e-3));
    let parameters = |o: &Outcome| format!("{:?}", o.fit.as_ref().unwrap().parameters);
    assert_eq!(parameters(&outcome), parameters(&run(2)), "processes make no difference");
}
