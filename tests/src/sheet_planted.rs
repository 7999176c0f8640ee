//! Planted faults in synthetic sheets: read right, refused or marked, never served wrong.

use crate::sheet_layers::read;
use crate::sheet_score::Score;
use crate::support;
use crate::synthetic::planted::{self, Planted, Verdict};
use espice_base::Severity;
use espice_facts::{Status, SymbolTable};
use std::time::Instant;

/// Longest that a hostile file may take in a development build, in seconds.
const LONGEST: f64 = 4.0;

/// What is wrong with the reading of a case; empty when nothing is.
fn wrong(case: &Planted, symbols: &SymbolTable) -> Vec<String> {
    let mut faults = Vec::new();
    let mut score = Score::default();
    let start = Instant::now();
    if case.verdict == Verdict::Closed {
        let reading = read(&case.sheet, symbols);
        let facts = &reading.facts;
        let served = facts.parameters.iter().any(|p| p.status == Status::Served)
            || facts.curves.iter().any(|c| c.status == Status::Served);
        let coded = reading.diagnostics.iter().any(|d| d.severity >= Severity::Warning);
        if served || !coded {
            faults.push(format!("served {served}, says {:?}", reading.diagnostics));
        }
    } else {
        score.add(&case.sheet, symbols);
        let extra = score.rows_served - score.rows_right;
        if extra + score.panels_wrong + score.labels_wrong + score.thousandfold > 0 {
            faults.push(format!("{extra} rows and {} plots are wrong", score.panels_wrong));
        }
        let plots = score.panels.saturating_sub(score.panels_served);
        let missing = score.rows - score.rows_right + plots;
        if case.verdict == Verdict::Right && missing > 0 {
            faults.push(format!("{missing} rows and plots are missing"));
        }
        if !faults.is_empty() {
            faults.extend(score.faults.iter().cloned());
        }
    }
    if let Some(code) = case.code {
        let diagnostics = read(&case.sheet, symbols).diagnostics;
        if !diagnostics.iter().any(|d| d.code.as_str() == code) {
            faults.push(format!("does not say {code}: {diagnostics:?}"));
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    if seconds > LONGEST {
        faults.push(format!("took {seconds:.1} s"));
    }
    faults
}

fn hold(cases: &[Planted]) {
    let symbols = support::library().symbols.clone();
    let mut wrongs = Vec::new();
    for case in cases {
        let found = wrong(case, &symbols);
        if !found.is_empty() {
            wrongs.push(format!("{}: {}", case.name, found.join("\n    ")));
        }
    }
    println!("{} of {} cases are held", cases.len() - wrongs.len(), cases.len());
    assert!(wrongs.is_empty(), "{}", wrongs.join("\n"));
}

#[test]
fn files_written_otherwise_are_read_and_broken_ones_refused() {
    hold(&planted::files());
}

#[test]
fn faulty_plots_are_never_served_wrong() {
    hold(&planted::faulty_plots());
}

#[test]
fn faulty_rows_are_never_served() {
    hold(&planted::faulty_tables());
}
