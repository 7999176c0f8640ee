//! Curves as CSV that spreadsheets and espice itself read.

use crate::words;
use espice::outcome::{Condition, Curve, Outcome};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A file for each curve that is not refused: name without a folder, and text. Values are SI;
/// lines `# name: value` say what holds for all of them, so that the file can be given back to
/// espice as a source.
pub fn curves(outcome: &Outcome, stem: &str) -> Vec<(String, String)> {
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    let mut files = Vec::new();
    for curve in outcome.facts.curves.iter().filter(|c| c.status != "refused") {
        let kind = format!("{}-{}", plain(&curve.y.symbol), plain(&curve.x.symbol));
        let n = count.entry(kind.clone()).or_default();
        *n += 1;
        files.push((format!("{stem}-{kind}-{n}.csv"), text(outcome, curve)));
    }
    files
}

fn text(outcome: &Outcome, curve: &Curve) -> String {
    let mut out = String::new();
    let mut say = |name: &str, value: &str| {
        // A line break in a title would begin a row.
        let value: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        if !value.trim().is_empty() {
            let _ = writeln!(out, "# {name}: {}", value.trim());
        }
    };
    say("part", &outcome.device.part);
    say("maker", outcome.device.maker.as_deref().unwrap_or(""));
    say("kind", outcome.device.kind.as_deref().unwrap_or(""));
    say("title", &curve.title);
    say("origin", &curve.origin);
    if curve.axis_residual.iter().any(|r| *r > 0.0) {
        let worst = curve.axis_residual.iter().copied().fold(0.0_f64, f64::max);
        say("axis_error", &format!("{} %", short(100.0 * worst)));
    }
    let unit = |s: &str| outcome.facts.symbols.get(s).map_or("", |i| i.unit.as_str());
    for (symbol, value) in &curve.family {
        say(symbol, format!("{value} {}", unit(symbol)).trim_end());
    }
    for (symbol, condition) in &curve.conditions {
        if let Condition::Value { value } = condition
            && !curve.family.contains_key(symbol)
        {
            say(symbol, format!("{value} {}", unit(symbol)).trim_end());
        }
    }
    say("source", &words::provenance(&curve.provenance));
    let heading = |symbol: &str, unit: &str| {
        if unit == "1" { format!("{symbol} (1)") } else { format!("{symbol} ({unit})") }
    };
    let _ = writeln!(
        out,
        "{},{}",
        heading(&curve.x.symbol, &curve.x.unit),
        heading(&curve.y.symbol, &curve.y.unit)
    );
    for [x, y] in &curve.points {
        let _ = writeln!(out, "{x},{y}");
    }
    out
}

/// A share with three digits.
fn short(value: f64) -> String {
    crate::numbers::number(value, 3, crate::numbers::Script::Plain)
}

/// A symbol as a part of a file name: letters and digits.
fn plain(symbol: &str) -> String {
    symbol.chars().filter(|c| c.is_ascii_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn every_curve_has_a_file_with_a_name_of_its_own() {
        let outcome = fixture::diode();
        let files = curves(&outcome, "D1");
        assert_eq!(files.len(), outcome.facts.curves.len());
        let names: std::collections::BTreeSet<_> = files.iter().map(|f| &f.0).collect();
        assert_eq!(names.len(), files.len());
        for ((name, text), curve) in files.iter().zip(&outcome.facts.curves) {
            assert!(name.starts_with("D1-") && name.ends_with(".csv"), "{name}");
            let rows = text.lines().filter(|l| !l.starts_with('#')).count();
            assert_eq!(rows, curve.points.len() + 1);
        }
    }
}
