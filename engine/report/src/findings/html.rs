//! Findings as one self-contained page.

use super::{Report, baseline_words, waiver_words};
use crate::html::{finding_article, page, section, table, word_column};
use crate::svg::escape;
use crate::words;
use espice::outcome::FindingRecord;

/// Findings of a heading before the rest is only counted: a page stays readable.
const ARTICLES: usize = 1000;

/// The page: what fails first, then what is undecided, waived, known and gone, and the waivers.
pub fn render(report: &Report) -> String {
    let fails = report.findings.iter().filter(|f| report.fails(f)).count();
    let (class, verdict) = match fails {
        0 => ("good", String::from("✓ Passed")),
        n => ("bad", format!("✗ {}", words::count(n, "failure", "failures"))),
    };
    let title = format!("espice {}", report.command);
    let mut body = format!("<header>\n<h1>{}</h1>\n", escape(&title));
    body += &format!(
        "<p class=\"verdict\"><span class=\"chip badge {class}\">{}</span></p>\n",
        escape(&verdict)
    );
    if let Some(rules) = &report.rules {
        body += &format!(
            "<p class=\"account\">{}</p>\n",
            escape(&words::account(rules, report.devices))
        );
    }
    if let Some(baseline) = &report.baseline {
        body += &format!("<p class=\"account\">{}</p>\n", escape(&baseline_words(baseline)));
    }
    body += "</header>\n<main>\n";
    for (id, title, findings) in [
        ("failed", "Failed", report.failures(false)),
        ("undecided", "Undecided", report.with_status("undecided")),
        ("waived", "Waived", report.with_status("waived")),
        ("known", "Known by the baseline", report.failures(true)),
        ("passed", "Passed", report.with_status("passed")),
    ] {
        body += &articles(id, title, &findings);
    }
    body += &gone(report);
    body += &waivers(report);
    body += "</main>\n";
    body +=
        &format!("<footer>\n<p class=\"note\">espice {}</p>\n</footer>\n", escape(&report.version));
    page(&title, &body)
}

fn articles(id: &str, title: &str, findings: &[&FindingRecord]) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let mut body: String = findings.iter().take(ARTICLES).map(|f| finding_article(f)).collect();
    let more = findings.len().saturating_sub(ARTICLES);
    if more > 0 {
        body += &format!("<p class=\"note\">and {more} more: --format jsonl holds all</p>\n");
    }
    section(id, title, &body)
}

fn gone(report: &Report) -> String {
    let rows: Vec<Vec<String>> = report
        .baseline
        .iter()
        .flat_map(|b| &b.gone)
        .map(|g| {
            vec![format!("<code>{}</code>", escape(&g.rule)), escape(&g.part), escape(&g.message)]
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let columns = [word_column("Rule"), word_column("Part"), word_column("What it said")];
    section("gone", "Gone since the baseline", &table("Findings that are gone", &columns, &rows))
}

fn waivers(report: &Report) -> String {
    if report.waivers.is_empty() {
        return String::new();
    }
    let columns = [
        word_column("Rule"),
        word_column("State"),
        word_column("For"),
        word_column("Why"),
        word_column("Place"),
    ];
    let rows: Vec<Vec<String>> = report
        .waivers
        .iter()
        .map(|w| {
            vec![
                format!("<code>{}</code>", escape(&w.rule)),
                escape(&w.state),
                escape(&w.scope),
                escape(&waiver_words(w)),
                w.span.as_ref().map_or(String::new(), |p| escape(&words::location(p))),
            ]
        })
        .collect();
    section("waivers", "Waivers", &table("Waivers of the packs", &columns, &rows))
}
