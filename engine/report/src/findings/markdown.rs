//! Findings as Markdown, for job summaries and comments.

use super::{Report, baseline_words, place, waiver_words};
use crate::numbers::{self, Script};
use crate::words;
use espice::outcome::FindingRecord;
use std::fmt::Write as _;

/// Rows of a table before the rest is only counted: summaries are limited to a megabyte.
const ROWS: usize = 500;

/// The report: failures first, then what is waived, known, undecided, and the account.
pub fn render(report: &Report) -> String {
    let fails = report.findings.iter().filter(|f| report.fails(f)).count();
    let verdict = match fails {
        0 => String::from("passed"),
        n => words::count(n, "failure", "failures"),
    };
    let mut out = format!("# espice {}: {verdict}\n\n", report.command);
    if let Some(rules) = &report.rules {
        out += &format!("{}\n\n", cell(&words::account(rules, report.devices)));
    }
    if let Some(baseline) = &report.baseline {
        out += &format!("{}\n\n", cell(&baseline_words(baseline)));
    }
    out += &table("Failed", &report.failures(false));
    out += &table("Undecided", &report.with_status("undecided"));
    out += &table("Waived", &report.with_status("waived"));
    out += &table("Known by the baseline", &report.failures(true));
    let gone: Vec<_> = report.baseline.iter().flat_map(|b| &b.gone).collect();
    if !gone.is_empty() {
        out += "## Gone since the baseline\n\n";
        for g in gone.iter().take(ROWS) {
            let _ = writeln!(out, "- `{}` of {}: {}", g.rule, cell(&g.part), cell(&g.message));
        }
        out += &more(gone.len());
        out.push('\n');
    }
    if !report.waivers.is_empty() {
        out += "## Waivers\n\n| state | rule | for | |\n|---|---|---|---|\n";
        for w in &report.waivers {
            let said = waiver_words(w);
            let (scope, said) = (cell(&w.scope), cell(&said));
            let _ = writeln!(out, "| {} | `{}` | {scope} | {said} |", w.state, w.rule);
        }
        out.push('\n');
    }
    String::from(out.trim_end()) + "\n"
}

fn table(title: &str, findings: &[&FindingRecord]) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let mut out = format!(
        "## {title}\n\n| | rule | part | finding | observed | limit | data | rule at |\n\
         |---|---|---|---|---|---|---|---|\n"
    );
    for f in findings.iter().take(ROWS) {
        let show = |v: Option<f64>| {
            v.map_or(String::new(), |v| numbers::quantity(v, &f.unit, Script::Plain))
        };
        let times = if f.times > 1 { format!(" ({} times)", f.times) } else { String::new() };
        let at = |p: Option<&espice::outcome::Location>| p.map_or(String::new(), words::location);
        let rule_at = if f.data_span.is_some() { f.rule_span.as_ref() } else { None };
        let _ = writeln!(
            out,
            "| {} | `{}` | {} | {}{times} | {} | {} | {} | {} |",
            f.severity,
            f.id(),
            cell(&f.part),
            cell(&f.message),
            show(f.observed),
            limit(f),
            cell(&at(place(f))),
            cell(&at(rule_at)),
        );
    }
    out += &more(findings.len());
    out.push('\n');
    out
}

/// The limit, and the cell that it comes from.
fn limit(f: &FindingRecord) -> String {
    let value = f.limit.map(|v| numbers::quantity(v, &f.unit, Script::Plain));
    let at = f.limit_span.as_ref().map(|p| cell(&format!("({})", words::location(p))));
    value.into_iter().chain(at).collect::<Vec<_>>().join(" ")
}

fn more(all: usize) -> String {
    match all.saturating_sub(ROWS) {
        0 => String::new(),
        n => format!("\nand {n} more\n"),
    }
}

/// A text in a cell: nothing in it is markup, but for code between backticks.
fn cell(text: &str) -> String {
    let mut out = String::new();
    let mut code = false;
    let closed = text.matches('`').count().is_multiple_of(2);
    for c in text.chars() {
        match c {
            '`' if closed => {
                code = !code;
                out.push('`');
            }
            '\n' | '\r' => out.push(' '),
            '|' => out += "\\|",
            '<' if !code => out += "&lt;",
            '&' if !code => out += "&amp;",
            '*' | '_' | '[' | ']' | '\\' | '~' | '`' if !code => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}
