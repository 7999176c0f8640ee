//! The emitted card gives the measured points back: `replay.sh` simulates it with ngspice and
//! reads nothing else of this project.

use crate::{silicon, support};
use espice::outcome::Outcome;
use std::fmt::Write;
use std::path::Path;
use std::process::Command;

/// The root mean square that the script finds, decades, and its points.
fn replay(card: &Path, points: &Path, celsius: f64) -> (f64, usize) {
    let script = support::root().join("tests/replay.sh");
    let run = Command::new("bash")
        .arg(&script)
        .args([card, points])
        .arg(celsius.to_string())
        .output()
        .expect("bash runs");
    let text = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{text}\n{}", String::from_utf8_lossy(&run.stderr));
    let number = |name: &str| -> f64 {
        let line = text.lines().find_map(|l| l.strip_prefix(name)?.trim().strip_prefix('='));
        line.and_then(|v| v.trim().parse().ok()).unwrap_or_else(|| panic!("no {name} in {text}"))
    };
    (number("decades"), number("points") as usize)
}

/// Compares the error that the outcome states for its forward curve with that of the script.
fn compare(name: &str, outcome: &Outcome, folder: &Path) {
    let fit = outcome.fit.as_ref().unwrap_or_else(|| panic!("{name}: no fit"));
    let stated = fit.curves.iter().find(|c| c.quantity.starts_with("IF(VF") && !c.withheld);
    let stated = stated.unwrap_or_else(|| panic!("{name}: no forward curve"));
    let curve = &outcome.facts.curves[stated.curve];
    let good = |i: usize| curve.marks.get(i).is_none_or(|m| *m == 0);
    let mut text = String::from("VF (V),IF (A)\n");
    for (_, [v, i]) in curve.points.iter().enumerate().filter(|(i, p)| good(*i) && p[1] > 0.0) {
        let _ = writeln!(text, "{v:e},{i:e}");
    }
    let kelvin = ["TJ", "Tcase", "Tamb"].iter().find_map(|s| {
        curve.family.get(*s).copied().or_else(|| match curve.conditions.get(*s)? {
            espice::outcome::Condition::Value { value } => Some(*value),
            _ => None,
        })
    });
    let celsius = kelvin.unwrap_or(298.15) - 273.15;
    let (card, points) = (folder.join(format!("{name}.lib")), folder.join(format!("{name}.csv")));
    std::fs::write(&card, &outcome.models[0].text).expect("the card is written");
    std::fs::write(&points, text).expect("the points are written");
    let (decades, count) = replay(&card, &points, celsius);
    let expected = stated.log_rms.expect("a forward curve is positive");
    println!("{name}: {expected:.5} decade stated, {decades:.5} simulated, {count} points");
    assert_eq!(count, stated.points, "{name}");
    assert!((decades - expected).abs() <= 1e-4 * (1.0 + expected), "{name}: {decades} {expected}");
}

#[test]
fn cards_of_measured_diodes_give_the_points_back() {
    let Some(config) = support::ngspice("replay") else { return };
    let Some(all) = silicon::outcomes(|n| n.contains("diode") || n.contains("_diff_")) else {
        return;
    };
    for m in &all {
        compare(m.name.trim_end_matches(".mdm"), &m.outcome, &config.folder);
    }
}
