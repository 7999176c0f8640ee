//! Whether the model that is chosen is the one that predicts best: every case withholds a curve of
//! real data, has all candidates predict it, and compares the chosen one with the best of them.
//!
//! The data stand beside the project. A few cases run in every test run; all of them with
//! `ESPICE_CASES=all cargo nextest run -p espice-tests -E 'test(choice)' --no-capture`.

use crate::support;
use espice::outcome::Outcome;
use espice::{Config, Engine, Request};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The chosen candidate may err by this much more than the best.
const CLOSE: f64 = 1.2;
/// In this share of the cases, at least.
const SHARE: f64 = 0.9;
/// Errors below this (of the curve's range, or natural logarithm) are alike: no reading is better.
const ALIKE: f64 = 0.01;

/// The sources of one device.
struct Set {
    name: String,
    kind: Option<&'static str>,
    files: Vec<PathBuf>,
}

/// A set and the curve that is withheld.
struct Case {
    set: usize,
    withheld: String,
}

/// Files of a folder by what their names have in common.
fn by_device(
    folder: &str,
    kind: &'static str,
    device: impl Fn(&str) -> Option<String>,
) -> Vec<Set> {
    let folder = support::root().join("../shared/data").join(folder);
    let mut sets: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for file in support::files_under(&folder) {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if let Some(device) = device(&name) {
            sets.entry(device).or_default().push(file);
        }
    }
    let set = |(name, files)| Set { name, kind: Some(kind), files };
    sets.into_iter().map(set).collect()
}

fn sets() -> Vec<Set> {
    let mut all = by_device("measured/sky130_nfet_01v8", "mos", |name| {
        let stem = name.strip_suffix("_IDVD_.mdm").or_else(|| name.strip_suffix("_IDVG_.mdm"))?;
        Some(stem.to_string())
    });
    all.extend(by_device("measured/ihp_nmos_lv", "mos", |name| {
        let (device, plot) = name.split_once("~dc_")?;
        ["idvg~300K.mdm", "idvd~300K.mdm"].contains(&plot).then(|| device.to_string())
    }));
    all.extend(by_device("curves", "mosfet", |name| {
        name.strip_suffix(".json").filter(|n| !n.contains("FF300")).map(String::from)
    }));
    all
}

fn engine_of(set: &Set) -> (espice_base::MemoryWorld, Vec<String>) {
    let mut world = support::world();
    let mut names = Vec::new();
    for file in &set.files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        world = world.with(name.as_str(), support::bytes(file));
        names.push(name);
    }
    (world, names)
}

fn model(set: &Set, withhold: Vec<String>) -> Outcome {
    let (world, sources) = engine_of(set);
    let (mut engine, complaints) = Engine::new(&world, Config::default());
    assert!(!complaints.has_errors(), "{complaints:?}");
    let kind = set.kind.map(String::from);
    engine.model(&Request { sources, kind, withhold, ..Request::default() })
}

/// Of every plot with at least three curves the middle one and the last one.
fn cases(sets: &[Set]) -> Vec<Case> {
    let mut cases = Vec::new();
    for (index, set) in sets.iter().enumerate() {
        let (world, sources) = engine_of(set);
        let (mut engine, _) = Engine::new(&world, Config::default());
        let kind = set.kind.map(String::from);
        let request = Request { sources, kind, ..Request::default() };
        let facts = engine.extract(&request).outcome.facts;
        let mut plots: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for curve in facts.curves.iter().filter(|c| c.status != "refused") {
            let usable = curve.quantity.starts_with("ID(") && !curve.family.is_empty();
            let unit = |symbol: &str| if symbol.starts_with('T') { "K" } else { "V" };
            let at: Vec<String> =
                curve.family.iter().map(|(s, v)| format!("{s} = {v} {}", unit(s))).collect();
            if usable {
                let name = format!("{} at {}", curve.quantity, at.join(", "));
                plots.entry(curve.quantity.clone()).or_default().push(name);
            }
        }
        for (_, curves) in plots.into_iter().filter(|(_, c)| c.len() > 2) {
            for place in [curves.len() / 2, curves.len() - 1] {
                cases.push(Case { set: index, withheld: curves[place].clone() });
            }
        }
    }
    cases
}

#[test]
fn the_chosen_candidate_predicts_about_as_well_as_the_best() {
    let sets = sets();
    if sets.is_empty() {
        println!("skipped: ../shared/data is not there");
        return;
    }
    let cases = cases(&sets);
    assert!(cases.len() >= 30, "only {} cases", cases.len());
    let wanted = support::variable("ESPICE_CASES").unwrap_or_else(|| String::from("4"));
    let count = wanted.parse().unwrap_or(cases.len()).clamp(1, cases.len());
    let step = cases.len() as f64 / count as f64;
    let (mut close, mut judged) = (0, 0);
    for place in 0..count {
        let case = &cases[(place as f64 * step) as usize];
        let set = &sets[case.set];
        let outcome = model(set, vec![case.withheld.clone()]);
        let sound = outcome.candidates.iter().filter(|c| c.scored_by.is_some());
        let sound = sound.filter(|c| !c.reason.starts_with("breaks "));
        let errors: BTreeMap<&str, f64> =
            sound.filter_map(|c| Some((c.template.as_str(), c.withheld_error?))).collect();
        let chosen = outcome.candidates.iter().find(|c| c.status == "chosen");
        let Some(error) = chosen.and_then(|c| errors.get(c.template.as_str())) else {
            println!("{}, {}: no model", set.name, case.withheld);
            continue;
        };
        let best = errors.values().copied().fold(f64::INFINITY, f64::min);
        let is_close = *error <= CLOSE * best.max(ALIKE);
        let word = if is_close { "close" } else { "FAR" };
        println!("{word:5} {error:.4} of {errors:.4?}: {}, {}", set.name, case.withheld);
        judged += 1;
        close += usize::from(is_close);
    }
    println!("{close} of {judged} within {CLOSE} of the best");
    assert!(judged > 0 && close as f64 >= SHARE * judged as f64, "{close} of {judged}");
}
