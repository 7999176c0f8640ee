//! JUnit's XML, as CI systems read it: a suite for each part, a case for each rule.
//!
//! A finding that fails the run is a failure; undecided, waived and known ones are skipped with
//! their reason; the rest are cases that passed. Rules that do not apply are left out.

use super::{Report, place};
use crate::numbers::{self, Script};
use crate::words;
use espice::outcome::FindingRecord;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The report as one XML document.
pub fn render(report: &Report) -> String {
    let mut suites: BTreeMap<&str, Vec<&FindingRecord>> = BTreeMap::new();
    for f in report.findings.iter().filter(|f| f.status != "not_applicable") {
        let place = || place(f).map_or("", |p| p.file.as_str());
        let suite = if f.part.is_empty() { place() } else { f.part.as_str() };
        suites.entry(suite).or_default().push(f);
    }
    let all = || suites.values().flatten().copied();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        out,
        "<testsuites name=\"espice {}\" {}>",
        text(&report.command),
        counts(report, all())
    );
    for (name, cases) in &suites {
        let name = if name.is_empty() { "espice" } else { name };
        let counts = counts(report, cases.iter().copied());
        let _ = writeln!(out, "  <testsuite name=\"{}\" {counts}>", text(name));
        for f in cases {
            out += &case(report, f);
        }
        out += "  </testsuite>\n";
    }
    out + "</testsuites>\n"
}

/// The counts of a suite; times are not measured, so that equal runs give equal bytes.
fn counts<'f>(report: &Report, cases: impl Iterator<Item = &'f FindingRecord>) -> String {
    let (mut tests, mut failures, mut skipped) = (0, 0, 0);
    for f in cases {
        tests += 1;
        failures += usize::from(report.fails(f));
        skipped += usize::from(skip(report, f).is_some());
    }
    format!(
        "tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\" time=\"0\""
    )
}

/// Why a case counts as skipped.
fn skip(report: &Report, f: &FindingRecord) -> Option<String> {
    match f.status.as_str() {
        _ if report.fails(f) => None,
        "undecided" => Some(format!("undecided: {}", f.message)),
        "waived" => Some(format!("waived: {}", f.message)),
        "todo" | "skipped" => Some(f.message.clone()),
        "failed" if f.known => Some(format!("known by the baseline: {}", f.message)),
        _ => None,
    }
}

fn case(report: &Report, f: &FindingRecord) -> String {
    let class = if f.pack.is_empty() { "espice" } else { f.pack.as_str() };
    let mut out = format!(
        "    <testcase classname=\"{}\" name=\"{}\" time=\"0\"",
        text(class),
        text(&f.rule)
    );
    if let Some(p) = place(f) {
        let _ = write!(out, " file=\"{}\"", text(&p.file));
        if p.page.is_none() {
            let _ = write!(out, " line=\"{}\"", p.line);
        }
    }
    if report.fails(f) {
        let _ = writeln!(
            out,
            ">\n      <failure type=\"{}\" message=\"{}\">{}</failure>\n    </testcase>",
            text(&f.severity),
            text(&f.message),
            text(&body(f))
        );
    } else if let Some(reason) = skip(report, f) {
        let _ = writeln!(out, ">\n      <skipped message=\"{}\"/>\n    </testcase>", text(&reason));
    } else if f.status == "failed" {
        let said = format!("{}: {}\n{}", f.severity, f.message, body(f));
        let _ = writeln!(out, ">\n      <system-out>{}</system-out>\n    </testcase>", text(&said));
    } else {
        out += "/>\n";
    }
    out
}

/// Everything that there is to know of a failure, a line each.
fn body(f: &FindingRecord) -> String {
    let show = |v: f64| numbers::quantity(v, &f.unit, Script::Plain);
    let mut lines = Vec::new();
    let values = [("observed", f.observed), ("limit", f.limit)];
    lines.extend(values.iter().filter_map(|(n, v)| Some(format!("{n}: {}", show((*v)?)))));
    lines.extend(
        f.margin.map(|v| format!("margin: {}", numbers::difference(v, &f.unit, Script::Plain))),
    );
    lines.extend(f.data_span.as_ref().map(|p| format!("data: {}", words::location(p))));
    lines.extend(f.limit_span.as_ref().map(|p| format!("limit at: {}", words::location(p))));
    lines.extend(f.rule_span.as_ref().map(|p| format!("rule: {}", words::location(p))));
    for (name, text) in [("because", &f.because), ("help", &f.help)] {
        if !text.is_empty() {
            lines.push(format!("{name}: {text}"));
        }
    }
    lines.push(format!("fingerprint: {}", f.fingerprint));
    lines.join("\n")
}

/// Text of an element or attribute: escaped, without what XML 1.0 cannot hold.
fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\n' => out += "&#10;",
            '\t' => out.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
