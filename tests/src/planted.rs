//! Every rule has a test in the language that it passes and one that it fails. Faults that no
//! sound template can show are planted in `packs/planted`, which no other pack sees.

use espice::{Config, Engine, TestStatus};
use espice_base::{Date, MemoryWorld, World};
use espice_syntax::ast::{Expect, ItemKind};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The folders of packs that are tested, by their place in the project.
const PACKS: [&str; 3] = ["rules", "foundries", "tests/packs"];

/// The world of the tests: the packs of the project as they stand in its folders.
pub(crate) fn world() -> MemoryWorld {
    let mut world = MemoryWorld::new(Date { year: 2026, month: 11, day: 21 });
    for top in PACKS.iter().chain(&["templates"]) {
        world = add(world, &crate::program::root().join(top), top);
    }
    world
}

fn add(mut world: MemoryWorld, folder: &Path, name: &str) -> MemoryWorld {
    for entry in folder.read_dir().unwrap().map(Result::unwrap) {
        let inner = format!("{name}/{}", entry.file_name().to_str().unwrap());
        if entry.path().is_dir() {
            world = add(world, &entry.path(), &inner);
        } else {
            #[allow(clippy::disallowed_methods, reason = "tests read the files they are about")]
            let bytes = std::fs::read(entry.path()).unwrap();
            world = world.with(inner, bytes);
        }
    }
    world
}

/// The folders that hold a `pack.toml`, `rules` first: it is what the others extend.
fn packs(world: &dyn World) -> Vec<String> {
    let mut found = Vec::new();
    for top in PACKS {
        for file in world.list(top).unwrap() {
            if let Some(folder) = file.strip_suffix("pack.toml") {
                found.push(format!("{top}/{folder}").trim_end_matches('/').to_string());
            }
        }
    }
    found
}

#[test]
fn the_tests_of_all_packs_pass() {
    let world = world();
    let (mut engine, _) = Engine::new(&world, Config::default());
    let mut names = BTreeSet::new();
    // One by one: a fault planted in one pack must not be seen by the others.
    for pack in packs(&world) {
        let roots: BTreeSet<String> = [String::from("rules"), pack].into_iter().collect();
        let diagnostics = engine.check(&roots.into_iter().collect::<Vec<_>>());
        assert!(!diagnostics.has_errors(), "{diagnostics:?}");
        let packs: Vec<String> = engine.packs().map(String::from).collect();
        for test in engine.test(&packs) {
            let full = format!("{}::{}", test.pack, test.name);
            let detail: Vec<_> = test.expected.iter().zip(&test.got).collect();
            assert_eq!(test.status, TestStatus::Pass, "{full}: {detail:?}");
            names.insert(full);
        }
    }
    assert!(names.len() >= 25, "{names:?}");
}

/// What tests of the packs expect of each rule, and the severity that each rule has.
#[derive(Default)]
struct Expected {
    rules: BTreeMap<String, String>,
    outcomes: BTreeMap<String, BTreeSet<String>>,
}

fn expected(world: &dyn World) -> Expected {
    let mut found = Expected::default();
    for top in PACKS {
        for file in world.list(top).unwrap().iter().filter(|f| f.ends_with(".espice")) {
            let text = String::from_utf8(world.read(&format!("{top}/{file}")).unwrap()).unwrap();
            let (tree, told) = espice_syntax::parse(&text, espice_base::FileId(0));
            assert!(told.is_empty(), "{file}: {told:?}");
            for item in tree.items {
                match item.kind {
                    ItemKind::Rule(rule) => {
                        found.rules.insert(rule.name.text, rule.severity.text);
                    }
                    ItemKind::Test(test) => {
                        let cases = test.cases.iter().flat_map(|c| &c.expect);
                        for expect in test.expect.iter().chain(cases) {
                            let Expect::Outcome { outcome, rule, .. } = expect else { continue };
                            let rule = rule.name.text.clone();
                            found.outcomes.entry(rule).or_default().insert(outcome.text.clone());
                        }
                    }
                    _ => {}
                }
            }
        }
    }
    found
}

#[test]
fn every_rule_has_a_test_that_passes_and_one_that_fails() {
    let expected = expected(&world());
    assert!(expected.rules.len() >= 25);
    let mut lacking = Vec::new();
    for (rule, severity) in &expected.rules {
        let outcomes = expected.outcomes.get(rule).cloned().unwrap_or_default();
        for wanted in ["pass", severity] {
            if !outcomes.contains(wanted) {
                lacking.push(format!("`{rule}` has no `expect {wanted} {rule}`"));
            }
        }
    }
    assert!(lacking.is_empty(), "{}", lacking.join("\n"));
}

/// Of the packs that come with the program at least 95 % of the mutants are noticed, at most 3 %
/// are declared to be no other rules, and every branch is reached.
#[test]
fn the_tests_of_the_shipped_packs_notice_changed_rules() {
    let world = world();
    for pack in packs(&world).into_iter().filter(|p| !p.starts_with("tests/")) {
        let (mut engine, _) = Engine::new(&world, Config { threads: 2, ..Config::default() });
        let mistakes = engine.check(&[String::from("rules"), pack.clone()]);
        assert!(!mistakes.has_errors(), "{mistakes:?}");
        let folder = [pack.clone()];
        let names = engine.packs_in(&folder);
        assert_eq!(names.len(), 1, "{pack}: {names:?}");
        let coverage = engine.run_tests(&names, None).coverage;
        let (taken, all) = coverage.branches();
        assert!(taken == all && all > 100, "{pack}: {taken} of {all} branches");
        assert_eq!(coverage.evaluated().0, coverage.evaluated().1, "{pack}: rules");
        let (mutation, told) = engine.mutate(&names, None, &folder);
        assert!(told.is_empty(), "{pack}: {told:?}");
        assert!(mutation.score() >= 95.0, "{pack}: {:.1} %", mutation.score());
        let declared = 100 * mutation.equivalent();
        assert!(declared <= 3 * mutation.mutants.len(), "{pack}: {declared} / 100 are declared");
    }
}

/// The planted faults stay where they are: a run without that pack knows none of them.
#[test]
fn planted_faults_do_not_disturb_the_library() {
    let world = world();
    let (engine, diagnostics) = Engine::new(&world, Config::default());
    assert!(!diagnostics.has_errors());
    assert!(engine.packs().all(|p| p != "planted"));
    // An ideal junction at 27 degC, and its series resistance.
    let vt = 0.025_865;
    let currents = (0..20).map(|n| 1e-8 * 10_f64.powf(0.3 * f64::from(n)));
    let points = currents.map(|i| format!("{:e},{i:e},27\n", vt * (i / 1e-14).ln() + 0.5 * i));
    let source = format!("VF (V),IF (A),TJ (degC)\n{}", points.collect::<String>());
    let sources = vec![String::from("part.csv")];
    let world = world.with("part.csv", source);
    let candidates = |packs: &[&str]| -> Vec<(String, String)> {
        let packs = packs.iter().map(|p| String::from(*p)).collect();
        let (mut engine, _) = Engine::new(&world, Config { packs, ..Config::default() });
        let request = espice::Request {
            sources: sources.clone(),
            kind: Some(String::from("diode")),
            ..espice::Request::default()
        };
        let outcome = engine.model(&request);
        outcome.candidates.into_iter().map(|c| (c.template, c.status)).collect()
    };
    let plain = candidates(&[]);
    assert!(plain.iter().any(|(_, status)| status == "chosen"), "{plain:?}");
    let chosen =
        |all: &[(String, String)]| all.iter().find(|(_, s)| s == "chosen").map(|(t, _)| t.clone());
    assert_eq!(chosen(&plain), chosen(&candidates(&["tests/packs/planted"])));
}
