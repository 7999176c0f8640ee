//! Findings for people at a terminal.

use super::{Report, baseline_words, rank, waiver_words};
use crate::terminal::{Style, block, finding, painted};
use crate::words;
use espice::outcome::FindingRecord;

/// Undecided findings that are shown before the rest is only counted.
const UNDECIDED: usize = 20;
/// Findings of a baseline that are gone, before the rest is only counted.
const GONE: usize = 20;

/// Failures last, the gravest at the end where the reader looks first, then the accounts.
/// Diagnostics are left to who has their source text.
pub fn render(report: &Report, style: Style) -> String {
    let mut out = String::new();
    // Only there where all findings were asked for.
    for f in ["not_applicable", "passed"].into_iter().flat_map(|s| report.with_status(s)) {
        out += &of_part(f, style);
    }
    let mut undecided = report.with_status("undecided");
    undecided.reverse();
    let hidden = undecided.len().saturating_sub(UNDECIDED);
    for f in undecided.iter().skip(hidden) {
        out += &of_part(f, style);
    }
    if hidden > 0 {
        let more = format!("and {hidden} more that are undecided: --format jsonl shows all");
        out += &block(&more, style, "");
    }
    for f in report.with_status("waived") {
        out += &of_part(f, style);
    }
    for w in &report.waivers {
        if ["expired", "stale", "unused"].contains(&w.state.as_str()) {
            let scope =
                if w.scope.is_empty() { String::new() } else { format!(" for {}", w.scope) };
            let text = format!("{} waiver of {}{scope}: {}", w.state, w.rule, waiver_words(w));
            out += &block(&text, style, "");
        }
    }
    let mut failures = report.failures(false);
    failures.retain(|f| !f.pack.is_empty());
    failures.reverse();
    for f in failures {
        out += &of_part(f, style);
    }
    if let Some(b) = &report.baseline {
        for g in b.gone.iter().take(GONE) {
            out += &block(&format!("gone {} of {}: {}", g.rule, g.part, g.message), style, "");
        }
        let more = b.gone.len().saturating_sub(GONE);
        if more > 0 {
            out += &block(&format!("and {more} more that are gone"), style, "");
        }
        out += &block(&baseline_words(b), style, "");
    }
    if let Some(rules) = &report.rules {
        out += &(words::account(rules, report.devices) + "\n");
    }
    out += &verdict(report, style);
    out
}

/// A finding with the part that it is about.
fn of_part(f: &FindingRecord, style: Style) -> String {
    let times = if f.times > 1 { format!(" ({} times)", f.times) } else { String::new() };
    let mut named = f.clone();
    named.message = format!("{}: {}{times}", f.part, f.message);
    finding(if f.part.is_empty() { f } else { &named }, style)
}

/// `3 findings fail the run: 2 errors, 1 warning`, or that none does.
fn verdict(report: &Report, style: Style) -> String {
    let mut counts = [0usize; 3];
    for f in report.findings.iter().filter(|f| report.fails(f)) {
        if let Some(n) = counts.get_mut(usize::from(rank(&f.severity))) {
            *n += 1;
        }
    }
    let all: usize = counts.iter().sum();
    if all == 0 {
        return painted("note", "nothing fails the run", style) + "\n";
    }
    let words: Vec<String> = [("error", "errors"), ("warning", "warnings"), ("note", "notes")]
        .iter()
        .zip(counts)
        .filter(|(_, n)| *n > 0)
        .map(|((one, many), n)| words::count(n, one, many))
        .collect();
    let head = words::count(all, "finding fails", "findings fail");
    painted("error", &format!("{head} the run: {}", words.join(", ")), style) + "\n"
}
