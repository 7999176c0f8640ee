//! Wrong units: every case of `units/wrong.espice` is rejected when the pack is loaded, by one
//! error that names both dimensions and shows both places, with the repair where there is one.

use espice_base::{Date, Diagnostic, Diagnostics, MemoryWorld, Severity, SourceMap, render_plain};
use espice_lang::{PackRoot, load, rules};
use std::collections::BTreeSet;

const BASE: &str = include_str!("../reach/base.espice");
const WRONG: &str = include_str!("../units/wrong.espice");

/// The errors of a pack on top of `base`.
fn errors(text: &str) -> (Vec<Diagnostic>, String) {
    let world = MemoryWorld::new(Date { year: 2026, month: 11, day: 21 })
        .with("base/pack.toml", "name = \"base\"\nversion = \"1.0.0\"\n")
        .with("base/base.espice", BASE)
        .with("own/pack.toml", "name = \"own\"\nversion = \"1.0.0\"\nextends = [\"base\"]\n")
        .with("own/ratings.csv", "package,IF_max (A)\nSOT23,1\n")
        .with("own/doubled.rhai", "fn doubled(x) { 2.0 * x }\n")
        .with("own/own.espice", text);
    let mut sources = SourceMap::default();
    let roots = [PackRoot::Folder("own".into()), PackRoot::Folder("base".into())];
    let (library, diagnostics) = load(&world, &roots, &[], &mut sources);
    let (_, of_rules) = rules::check(&library, &sources);
    let mut all: Diagnostics = diagnostics.into_iter().chain(of_rules).collect();
    all.sort();
    let words: Vec<String> = all.iter().map(|d| render_plain(d, &sources)).collect();
    let errors = all.into_iter().filter(|d| d.severity == Severity::Error).collect();
    (errors, words.join("\n"))
}

#[test]
fn wrong_units_are_rejected_with_both_dimensions_places_and_the_repair() {
    let blocks: Vec<&str> = WRONG.split("\n//! ").skip(1).collect();
    assert!(blocks.len() >= 60);
    let mut wrong = Vec::new();
    let mut shown = String::new();
    for block in blocks {
        let (head, text) = block.split_once('\n').unwrap();
        let (name, expected) = head.split_once(": ").unwrap();
        let (dimensions, repair) = expected.split_once("; ").unwrap_or((expected, ""));
        let (errors, words) = errors(text);
        let mut complain = |what: String| wrong.push(format!("{name}: {what}\n{words}"));
        let [error] = errors.as_slice() else {
            complain(format!("{} errors", errors.len()));
            continue;
        };
        for dimension in dimensions.split(", ") {
            let in_labels = error.labels.iter().any(|l| l.text.contains(dimension));
            if !error.message.contains(dimension) && !in_labels {
                complain(format!("{dimension} is not named"));
            }
        }
        let places: BTreeSet<String> =
            error.labels.iter().map(|l| format!("{:?}", l.place)).collect();
        if places.len() < 2 {
            complain(String::from("one place alone is shown"));
        }
        if !repair.is_empty() && !error.help.iter().any(|h| h.contains(repair)) {
            complain(format!("no help speaks of {repair}"));
        }
        shown += &format!("{name}\n{words}\n");
    }
    assert!(wrong.is_empty(), "{} are not told well\n{}", wrong.len(), wrong.join("\n"));
    insta::with_settings!({
        snapshot_path => "../units",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!("wrong", shown);
    });
}

/// What is right stays right: units of one dimension, and quantities that fit.
#[test]
fn right_units_are_accepted() {
    for check in [
        "every r in data.rows(VF): r.typ < 500 mV",
        "every r in data.rows(VF): r.typ * r.IF < 100 mW",
        "every r in data.rows(VF): r.typ / r.IF < 1 kOhm",
        "every r in data.rows(VF): r.IF / r.typ < 1 S",
        "every c in data.curves(IF(VF)): slope(c) < 10 A/V",
        "every c in data.curves(IF(VF)): slope(ln(c.y) over c.x) < 50 1/V",
        "every c in data.curves(CJ(VR)): integral(c) < 1 nC",
        "every c in data.curves(IF(VF)): integral(c) < 1 W",
        "every r in data.rows(IR): r.TJ - 25 degC < 10 K",
        "every r in data.rows(IR): r.TJ + 10 K < 100 degC",
        "every r in data.rows(VF): log10(r.typ) < 1",
        "every r in data.rows(VF): sqrt(r.typ) < 1 V^(1/2)",
        "every r in data.rows(VF): exp(r.typ / vt) > 1",
    ] {
        let (errors, words) =
            errors(&format!("rule r : error on data {{ for diode; check {check} }}\n"));
        assert!(errors.is_empty(), "{check}\n{words}");
    }
}
