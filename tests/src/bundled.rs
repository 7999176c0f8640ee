//! The bundled examples: their files can be made again, and models of them hold the truth.

use crate::examples;
use espice::outcome::Outcome;
use espice::{Config, Engine, Request};
use espice_base::MemoryWorld;
use espice_netlist::{Simulator, SimulatorConfig};
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

#[expect(clippy::disallowed_methods, reason = "tests read the files that they are about")]
fn text(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).unwrap()
}

/// Whether two files are equal but for the last printed digit: simulators of different versions
/// may round differently.
fn same(made: &str, stored: &str) -> bool {
    let cells =
        |t: &str| -> Vec<String> { t.split(['\n', ',']).map(|c| c.trim().to_string()).collect() };
    let (made, stored) = (cells(made), cells(stored));
    let alike = |a: &String, b: &String| match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(x), Ok(y)) => (x - y).abs() <= 2e-4 * y.abs(),
        _ => a == b,
    };
    made.len() == stored.len() && made.iter().zip(&stored).all(|(a, b)| alike(a, b))
}

#[test]
fn the_examples_can_be_made_again() {
    for (name, made) in examples::sq1() {
        assert!(same(&made, &text(name)), "{name} is not what is made");
    }
    let ngspice = Simulator::ngspice();
    let config = SimulatorConfig::new(ngspice.command.clone(), std::env::temp_dir(), "example");
    if let Err(error) = ngspice.version(&config) {
        #[expect(clippy::disallowed_methods, reason = "CI requires the oracle")]
        let required = std::env::var("ESPICE_REQUIRE_NGSPICE").is_ok_and(|v| v == "1");
        assert!(!required, "ngspice is required: {}", error.diagnostic().message);
        println!("skipped: ngspice is not there");
        return;
    }
    for (name, made) in examples::ex41(&std::env::temp_dir()).unwrap() {
        assert!(same(&made, &text(name)), "{name} is not what is made");
    }
}

/// The outcome of a request for files of the examples, with a pack of one's own where one is
/// given.
fn outcome(sources: &[&str], pack: &[(&str, String)]) -> Outcome {
    let mut world = MemoryWorld::new(examples::DAY);
    for name in sources {
        world = world.with(*name, text(name));
    }
    for (name, text) in pack {
        world = world.with(format!("own/{name}"), text.as_str());
    }
    let packs = if pack.is_empty() { vec![] } else { vec!["own".into()] };
    let (mut engine, diagnostics) = Engine::new(&world, Config { packs, ..Config::default() });
    assert!(!diagnostics.has_errors(), "{diagnostics:?}");
    let sources = sources.iter().map(|s| s.to_string()).collect();
    engine.model(&Request { sources, ..Request::default() })
}

/// Every identified parameter's 90 % interval holds the truth, and so many are identified.
fn holds(outcome: &Outcome, truth: &[(&str, f64)], identified: &[&str]) {
    let fit = outcome.fit.as_ref().expect("a fit came out");
    let found: Vec<&str> =
        fit.parameters.iter().filter(|p| p.identified).map(|p| p.name.as_str()).collect();
    assert_eq!(found, identified);
    for parameter in fit.parameters.iter().filter(|p| p.identified) {
        let (_, value) = truth.iter().find(|t| t.0 == parameter.name).unwrap();
        let range = parameter.low.unwrap()..=parameter.high.unwrap();
        assert!(range.contains(value), "{}: {value} is not in {range:?}", parameter.name);
    }
}

#[test]
fn the_diode_passes_all_rules_and_its_truth_is_found() {
    let sources = ["EX41/EX41.csv", "EX41/EX41-cv.csv", "EX41/EX41.toml"];
    let outcome = outcome(&sources, &[]);
    assert_eq!(outcome.verdict.status, "passed");
    assert_eq!((outcome.verdict.rules.failed, outcome.models.len()), (0, 1));
    holds(&outcome, &examples::EX41, &["IS", "N", "RS", "CJO", "VJ", "M"]);
}

/// A limit of the table beside a measured curve is judged, and does not pull the fit.
#[test]
fn limits_do_not_pull_what_a_curve_shows() {
    let alone = outcome(&["EX41/EX41.csv"], &[]);
    let beside = outcome(&["EX41/EX41.csv", "EX41/EX41.toml"], &[]);
    let value = |o: &Outcome, n: &str| {
        let fit = o.fit.as_ref().unwrap();
        fit.parameters.iter().find(|p| p.name == n).unwrap().value.unwrap()
    };
    for name in ["IS", "N", "RS"] {
        let (a, b) = (value(&alone, name), value(&beside, name));
        assert!((a / b - 1.0).abs() < 2e-3, "{name}: {a} alone, {b} beside the table");
    }
}

/// Of a sheet for a family only the rows of the part at hand are shown beside its model.
#[test]
fn rows_of_other_parts_stay_out_of_the_table() {
    let row = |part: &str, typ: &str| {
        format!(
            "[[parameter]]\nsymbol = \"VF\"\ntyp = \"{typ}\"\nparts = [\"{part}\"]\n\
             conditions = {{ IF = \"1 mA\", TJ = \"25 degC\" }}\n"
        )
    };
    let head = "[device]\nkind = \"diode\"\nparts = [\"A1\", \"B1\"]\n";
    let sheet = format!("{head}{}{}", row("A1", "0.6 V"), row("B1", "0.7 V"));
    let world = MemoryWorld::new(examples::DAY).with("family.toml", sheet);
    let (mut engine, _) = Engine::new(&world, Config::default());
    let part = Some(String::from("B1"));
    let sources = vec![String::from("family.toml")];
    let outcome = engine.model(&Request { sources, part, ..Request::default() });
    let sheets: Vec<f64> = outcome.fit.unwrap().rated.iter().filter_map(|r| r.sheet).collect();
    assert_eq!(sheets, [0.7]);
}

/// The transistor of `docs/howto/add-a-template.md`, with the text that the page shows.
#[test]
fn the_transistor_of_the_how_to_is_found() {
    #[expect(clippy::disallowed_methods, reason = "tests read the files that they are about")]
    let page =
        std::fs::read_to_string(folder().join("../../docs/howto/add-a-template.md")).unwrap();
    let block = |info: &str| -> String {
        let start = page.find(&format!("```{info}\n")).unwrap() + info.len() + 4;
        page[start..].split("```").next().unwrap().to_string()
    };
    let pack = [("pack.toml", block("toml pack.toml")), ("square_law.espice", block("espice"))];
    let outcome = outcome(&["square-law/SQ1.csv"], &pack);
    assert_eq!(outcome.verdict.status, "passed");
    holds(&outcome, &examples::SQ1, &["KP", "VTO", "NS", "LAMBDA"]);
}
