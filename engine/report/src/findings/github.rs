//! Workflow commands of GitHub Actions, which show findings beside the lines of a change
//! (docs.github.com, "Workflow commands for GitHub Actions", setting messages).

use super::{Report, baseline_words, place, waiver_words};
use crate::words;
use espice::outcome::FindingRecord;
use std::fmt::Write as _;

/// One command for each failure that a baseline does not hold, and for each waived one; then the
/// account, as lines of the log.
///
/// GitHub shows the first ten errors and warnings of a step, so that the gravest come first.
pub fn render(report: &Report) -> String {
    let mut out = String::new();
    for f in report.failures(false).into_iter().chain(report.undecided_failures()) {
        let command = match f.severity.as_str() {
            "error" | "warning" => f.severity.as_str(),
            _ => "notice",
        };
        line(&mut out, command, f, &message(f));
    }
    for f in report.with_status("waived") {
        line(&mut out, "notice", f, &message(f));
    }
    for w in
        report.waivers.iter().filter(|w| ["expired", "stale", "unused"].contains(&w.state.as_str()))
    {
        let _ = writeln!(out, "waiver of {}: {}, {}", w.rule, w.state, plain(&waiver_words(w)));
    }
    for gone in report.baseline.iter().flat_map(|b| &b.gone) {
        let _ = writeln!(out, "gone: {} of {}: {}", gone.rule, gone.part, plain(&gone.message));
    }
    out += &report.baseline.as_ref().map_or(String::new(), |b| plain(&baseline_words(b)) + "\n");
    out +=
        &report.rules.as_ref().map_or(String::new(), |r| words::account(r, report.devices) + "\n");
    out
}

fn line(out: &mut String, command: &str, f: &FindingRecord, message: &str) {
    let mut properties = Vec::new();
    if let Some(p) = place(f) {
        properties.push(format!("file={}", property(&p.file)));
        if p.page.is_none() {
            properties.push(format!("line={},endLine={}", p.line, p.end_line));
            // Columns are taken only where they lie on one line.
            if p.line == p.end_line {
                properties.push(format!("col={},endColumn={}", p.column, p.end_column));
            }
        }
    }
    properties.push(format!("title={}", property(&f.id())));
    let _ = writeln!(out, "::{command} {}::{}", properties.join(","), data(message));
}

fn message(f: &FindingRecord) -> String {
    let part = if f.part.is_empty() { String::new() } else { format!("{}: ", f.part) };
    let state = if f.status == "undecided" { "undecided: " } else { "" };
    let mut text = format!("{state}{part}{}", f.message);
    if let Some(page) = f.data_span.as_ref().and_then(|s| s.page) {
        let _ = write!(text, " (page {page})");
    }
    if let (Some(_), Some(rule)) = (&f.data_span, &f.rule_span) {
        let _ = write!(text, " [rule {}]", words::location(rule));
    }
    if let Some(limit) = &f.limit_span {
        let _ = write!(text, " [limit {}]", words::location(limit));
    }
    if !f.help.is_empty() {
        let _ = write!(text, "\n{}", f.help);
    }
    text
}

/// A line of the log that can be no command.
fn plain(text: &str) -> String {
    text.replace(['\n', '\r'], " ").replace("::", ": :")
}

/// The escapes of a message.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The escapes of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
