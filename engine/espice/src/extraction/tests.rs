//! What recipes ask for.

use crate::{Config, Engine, Request};
use espice_base::{Code, Date, MemoryWorld};

/// A transistor whose recipe fits to one target, and rows that state IC and IB.
fn complaints(target: &str) -> Vec<String> {
    let pack = "name = \"pk\"\nversion = \"0.1.0\"\nextends = [\"std\"]\n";
    let template = format!(
        "template asked : bjt {{\n  extends gummel_poon\n  recipe {{\n    stage one {{\n      \
         seed BR = 2 because \"a start\"\n      fit BR to {target} in relative\n    }}\n  }}\n}}\n\
         select for bjt {{\n  consider gummel_poon when 1 == 2 because \"the other is asked\"\n  \
         rank by fit_error\n}}\n"
    );
    let row = |ic: &str, ib: &str, volts: &str| {
        format!(
            "[[parameter]]\nsymbol = \"VCE(sat)\"\ntyp = \"{volts}\"\n\
             conditions = {{ IC = \"{ic}\", IB = \"{ib}\", TJ = \"25 degC\" }}\n\n"
        )
    };
    let facts = [
        String::from("[device]\nkind = \"bjt\"\npolarity = \"npn\"\npart = \"X1\"\n\n"),
        row("100 mA", "10 mA", "0.2 V"),
        row("10 mA", "1 mA", "0.1 V"),
        row("200 mA", "10 mA", "0.35 V"),
    ]
    .concat();
    let world = MemoryWorld::new(Date { year: 2026, month: 11, day: 21 })
        .with("pk/pack.toml", pack)
        .with("pk/asked.espice", template.as_bytes().to_vec())
        .with("x1.toml", facts.as_bytes().to_vec());
    let config = Config { packs: vec!["pk".into()], ..Config::default() };
    let (mut engine, complaints) = Engine::new(&world, config);
    assert!(!complaints.has_errors(), "{complaints:?}");
    let outcome = engine.model(&Request { sources: vec!["x1.toml".into()], ..Request::default() });
    outcome.diagnostics.iter().map(|d| format!("{} {}", d.code, d.message)).collect()
}

#[test]
fn a_target_that_nothing_measures_is_told() {
    let told = complaints("VCE(sat)(IC, VBE) in relative, VCE(sat)(IC; IB)");
    let code = Code::TARGET_NOT_MEASURED.as_str();
    let all: Vec<&String> = told.iter().filter(|t| t.starts_with(code)).collect();
    assert_eq!(all.len(), 1, "{told:?}");
    assert!(all[0].contains("nothing measures VCE(sat) from IC, VBE"), "{told:?}");
}

#[test]
fn a_comma_and_a_semicolon_take_the_same_rows() {
    for target in ["VCE(sat)(IC, IB)", "VCE(sat)(IC; IB)"] {
        let told = complaints(target);
        let lost = [Code::TARGET_NOT_MEASURED, Code::NOTHING_TO_FIT].map(|c| c.as_str());
        assert!(!told.iter().any(|t| lost.iter().any(|c| t.starts_with(c))), "{target}: {told:?}");
    }
}
