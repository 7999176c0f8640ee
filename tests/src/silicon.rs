//! Measured diodes of the SkyWater 130 nm process through the whole engine. The files stand
//! beside the project; the tests say that they skip where they are absent.

use crate::support;
use espice::outcome::Outcome;
use espice::{Config, Engine, Request};
use std::path::PathBuf;

/// A measured file and what the engine makes of it.
pub(crate) struct Measured {
    pub(crate) name: String,
    pub(crate) outcome: Outcome,
}

/// The folder of the measured files; `None` when it is absent.
pub(crate) fn folder() -> Option<PathBuf> {
    let folder = support::root().join("../shared/data/measured/sky130_diodes_caps");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: ../shared/data/measured/sky130_diodes_caps is not there");
    None
}

/// Every file of the folder whose name `wanted` accepts, through the engine.
pub(crate) fn outcomes(wanted: impl Fn(&str) -> bool) -> Option<Vec<Measured>> {
    let folder = folder()?;
    let mut world = support::world();
    let mut names = Vec::new();
    for file in support::files_under(&folder) {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(".mdm") && wanted(&name) {
            world = world.with(name.as_str(), support::bytes(&file));
            names.push(name);
        }
    }
    let (mut engine, complaints) = Engine::new(&world, Config::default());
    assert!(!complaints.has_errors(), "{complaints:?}");
    let run = |name: String| {
        let request = Request { sources: vec![name.clone()], ..Request::default() };
        let outcome = engine.model(&request);
        Measured { name, outcome }
    };
    Some(names.into_iter().map(run).collect())
}

fn is_diode(name: &str) -> bool {
    name.contains("diode") || name.contains("_diff_")
}

fn codes(outcome: &Outcome) -> Vec<String> {
    outcome.diagnostics.iter().map(|d| d.code.to_string()).collect()
}

/// The rules that a warning or error names, in the findings that failed.
fn failed(outcome: &Outcome) -> Vec<&str> {
    let failed = outcome.verdict.findings.iter().filter(|f| f.status == "failed");
    failed.map(|f| f.rule.as_str()).collect()
}

#[test]
fn kinds_are_told_apart() {
    let Some(all) = outcomes(|_| true) else { return };
    assert_eq!(all.len(), 43);
    let mut counts = [0, 0, 0];
    for m in &all {
        let (place, kind) = if is_diode(&m.name) {
            (0, "diode")
        } else if m.name.contains("_cap_") {
            (1, "capacitor")
        } else {
            (2, "transistor")
        };
        counts[place] += 1;
        assert_eq!(m.outcome.device.kind.as_deref(), Some(kind), "{}", m.name);
        // Of transistors alone two terminals were measured.
        assert_eq!(m.outcome.models.len(), usize::from(place < 2), "{}", m.name);
        if place == 1 {
            let curve = &m.outcome.fit.as_ref().expect("a fit").curves[0];
            let apart = curve.rel_rms.expect("an error");
            assert!(curve.quantity.starts_with("Cap(VDC") && apart < 5e-4, "{}: {apart}", m.name);
        }
        if place == 2 {
            let told = codes(&m.outcome);
            assert!(m.outcome.diagnostics.iter().any(|d| d.severity == "error"), "{told:?}");
        }
    }
    assert_eq!(counts, [18, 4, 21]);
}

#[test]
fn measured_diodes_are_fitted_or_the_misfit_is_told() {
    let Some(all) = outcomes(is_diode) else { return };
    let mut good = 0;
    for m in &all {
        let fit = m.outcome.fit.as_ref().unwrap_or_else(|| panic!("{}: no fit", m.name));
        let forward = fit.curves.iter().find(|c| c.quantity.starts_with("IF(VF"));
        let forward = forward.unwrap_or_else(|| panic!("{}: no forward curve", m.name));
        let error = forward.log_rms.unwrap_or(f64::INFINITY);
        let told = failed(&m.outcome);
        println!("{:60} {error:.4} decade at {} points {told:?}", m.name, forward.points);
        let warned = told.iter().any(|r| r.ends_with("forward_curve_is_followed"));
        if error <= 0.03 {
            good += 1;
        } else {
            assert!(warned, "{}: {error} decade and no warning", m.name);
        }
        let resistive =
            m.name.starts_with("high_pplus_diff_39p985") || m.name.starts_with("p_diode_40_");
        let stops = told.iter().any(|r| r.ends_with("current_stops_early"));
        assert_eq!(stops, resistive, "{}", m.name);
    }
    assert_eq!(all.len(), 18);
    assert!(good >= 15, "{good} of 18 are fitted to 0.03 decade");
}
