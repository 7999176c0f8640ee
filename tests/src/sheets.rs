//! Tables alone, without a curve: what most sheets of small parts hold, often limits only. The
//! parts are made up.

use crate::support;
use espice::outcome::Outcome;
use espice::{Config, Engine, Request};
use std::fmt::Write;

/// A row: symbol, minimum, typical value and maximum as printed, conditions.
type Row = (&'static str, [&'static str; 3], &'static str);

fn model(rows: &[Row]) -> Outcome {
    let mut text = String::from("[device]\npart = \"made-up\"\nkind = \"diode\"\n");
    for (symbol, values, conditions) in rows {
        let _ = writeln!(text, "\n[[parameter]]\nsymbol = \"{symbol}\"");
        for (name, value) in ["min", "typ", "max"].iter().zip(values).filter(|v| !v.1.is_empty()) {
            let _ = writeln!(text, "{name} = \"{value}\"");
        }
        let _ = writeln!(text, "conditions = {{ {conditions} }}");
    }
    let world = support::world().with("sheet.toml", text);
    let (mut engine, complaints) = Engine::new(&world, Config::default());
    assert!(!complaints.has_errors(), "{complaints:?}");
    engine.model(&Request { sources: vec!["sheet.toml".into()], ..Request::default() })
}

fn value(outcome: &Outcome, name: &str) -> f64 {
    let fit = outcome.fit.as_ref().expect("a fit");
    fit.parameters.iter().find(|p| p.name == name).and_then(|p| p.value).expect("a value")
}

/// The template that was chosen; every limit is met.
fn chosen(outcome: &Outcome) -> &str {
    assert_eq!(outcome.verdict.status, "passed", "{:#?}", outcome.diagnostics);
    let fit = outcome.fit.as_ref().expect("a fit");
    for r in &fit.rated {
        assert_ne!(r.within_limits, Some(false), "{} at {}", r.quantity, r.conditions);
    }
    &fit.template
}

#[test]
fn limits_alone_make_a_signal_diode() {
    let outcome = model(&[
        ("VF", ["", "", "1 V"], "IF = \"10 mA\", Tamb = \"25 degC\""),
        ("IR", ["", "", "20 nA"], "VR = \"20 V\", Tamb = \"25 degC\""),
        ("IR", ["", "", "40 uA"], "VR = \"20 V\", Tamb = \"150 degC\""),
        ("IR", ["", "", "4 uA"], "VR = \"70 V\", Tamb = \"25 degC\""),
        ("VBR", ["90 V", "", ""], "IR = \"100 uA\", Tamb = \"25 degC\""),
        ("CJ", ["", "", "3 pF"], "VR = \"0 V\", f = \"1 MHz\""),
        ("trr", ["", "", "6 ns"], "IF = \"10 mA\", IR = \"10 mA\""),
    ]);
    assert_eq!(chosen(&outcome), "junction_diode");
    // Inside the limits by the declared margin, and the leakage says nothing of breakdown.
    for (name, low, high) in
        [("BV", 100.0, 110.0), ("NBV", 0.9, 1.1), ("CJO", 2.4e-12, 2.7e-12), ("TT", 6e-9, 9e-9)]
    {
        let found = value(&outcome, name);
        assert!((low..=high).contains(&found), "{name} = {found:e}");
    }
}

#[test]
fn limits_alone_make_a_schottky_diode() {
    let outcome = model(&[
        ("VF", ["", "", "0.25 V"], "IF = \"0.1 mA\", TJ = \"25 degC\""),
        ("VF", ["", "", "0.33 V"], "IF = \"1 mA\", TJ = \"25 degC\""),
        ("VF", ["", "", "0.41 V"], "IF = \"10 mA\", TJ = \"25 degC\""),
        ("VF", ["", "", "0.85 V"], "IF = \"100 mA\", TJ = \"25 degC\""),
        ("IR", ["", "", "2 uA"], "VR = \"25 V\", TJ = \"25 degC\""),
        ("IR", ["", "", "150 uA"], "VR = \"25 V\", TJ = \"100 degC\""),
        ("VBR", ["35 V", "", ""], "IR = \"100 uA\", TJ = \"25 degC\""),
        ("CJ", ["", "", "9 pF"], "VR = \"1 V\", f = \"1 MHz\""),
    ]);
    assert_eq!(chosen(&outcome), "schottky_diode");
    assert!((1e-9..1e-6).contains(&value(&outcome, "IS")));
    assert!((2.0..6.0).contains(&value(&outcome, "RS")));
}

#[test]
fn a_table_makes_a_zener_diode() {
    let outcome = model(&[
        ("VZ", ["4.7 V", "5 V", "5.3 V"], "IZ = \"5 mA\", TJ = \"25 degC\""),
        ("ZZ", ["", "35 Ohm", "60 Ohm"], "IZ = \"5 mA\", TJ = \"25 degC\""),
        ("ZZ", ["", "400 Ohm", "500 Ohm"], "IZ = \"1 mA\", TJ = \"25 degC\""),
        ("IR", ["", "", "2 uA"], "VR = \"2 V\", TJ = \"25 degC\""),
        ("VF", ["", "", "0.9 V"], "IF = \"10 mA\", TJ = \"25 degC\""),
        ("CJ", ["", "", "300 pF"], "VR = \"0 V\", f = \"1 MHz\""),
    ]);
    assert_eq!(chosen(&outcome), "zener_diode");
    assert!((4.95..5.05).contains(&value(&outcome, "BV")));
    assert_eq!(value(&outcome, "IBV"), 5e-3);
}
