//! Every output of one report that holds each kind of finding.

use super::{Form, Report, sarif};
use crate::terminal::Style;
use espice::outcome::{
    BaselineRecord, FindingRecord, GoneRecord, Location, RuleCount, WaiverRecord,
};

fn place(file: &str, line: u32) -> Location {
    Location {
        file: file.into(),
        line,
        column: 5,
        end_line: line,
        end_column: 19,
        ..Location::default()
    }
}

fn finding(rule: &str, severity: &str, status: &str, part: &str) -> FindingRecord {
    FindingRecord {
        rule: rule.into(),
        pack: "house".into(),
        severity: severity.into(),
        status: status.into(),
        part: part.into(),
        message: format!("`VF` of <{part}> is 100 % off & \"high\": a|b"),
        because: "boards are laid out for this".into(),
        help: "look at the sheet,\nthen at the unit".into(),
        observed: Some(0.72),
        limit: Some(0.7),
        margin: Some(-0.02),
        unit: "V".into(),
        data: "VF at IF = 0.01".into(),
        rule_span: Some(place("house/rules.espice", 12)),
        data_span: Some(place("lib/a, b.toml", 3)),
        fingerprint: format!("{rule:0<16}"),
        times: 1,
        ..FindingRecord::default()
    }
}

fn waiver(state: &str) -> WaiverRecord {
    WaiverRecord {
        state: state.into(),
        rule: "house::waived_one".into(),
        scope: "part \"W*\"".into(),
        until: Some("2030-03-31".into()),
        owner: "modelling".into(),
        ticket: "QA-12".into(),
        because: "misprint".into(),
        span: Some(place("house/waivers.espice", 1)),
    }
}

/// A report with a finding of every kind.
fn report() -> Report {
    let mut report = Report::new("judge");
    report.version = "1.2.3".into();
    let mut on_page = finding("on_a_page", "warning", "failed", "P1");
    let page =
        Location { page: Some(3), area: Some([72.0, 90.5, 300.0, 104.0]), ..place("lib/p.pdf", 1) };
    on_page.data_span = Some(page);
    let mut known = finding("known_one", "error", "failed", "K1");
    known.known = true;
    let mut waived = finding("waived_one", "error", "waived", "W1");
    waived.waiver = Some(Box::new(waiver("active")));
    let mut no_data = finding("without_data", "note", "failed", "");
    no_data.data_span = None;
    let mut often = finding("often", "error", "failed", "A1");
    often.times = 3;
    report.findings = vec![
        no_data,
        on_page,
        often,
        known,
        waived,
        finding("undecided_one", "error", "undecided", "A1"),
        finding("holds", "error", "passed", "A1"),
        finding("of_others", "error", "not_applicable", "A1"),
    ];
    report.waivers = vec![waiver("active"), waiver("expired")];
    report.rules = Some(RuleCount {
        loaded: 8,
        passed: 1,
        failed: 4,
        undecided: 1,
        not_applicable: 1,
        waived: 1,
    });
    report.baseline = Some(BaselineRecord {
        file: "baseline.txt".into(),
        known: 1,
        new: 3,
        gone: vec![GoneRecord {
            fingerprint: "00000000000000aa".into(),
            rule: "house::mended".into(),
            part: "A1".into(),
            message: "was wrong".into(),
        }],
        unseen: 2,
    });
    report.add_diagnostics(&[espice::outcome::DiagnosticRecord {
        code: "E0305".into(),
        severity: "error".into(),
        message: "cannot compare a voltage with a current".into(),
        span: Some(place("house/rules.espice", 20)),
        help: vec!["compare two voltages".into()],
        known: false,
    }]);
    report
}

#[test]
fn every_output_keeps_its_form() {
    let report = report();
    for (name, form) in [
        ("jsonl", Form::Jsonl),
        ("junit", Form::Junit),
        ("github", Form::Github),
        ("markdown", Form::Markdown),
    ] {
        let texts = form.render(&report).unwrap();
        assert_eq!(texts.len(), 1);
        insta::assert_snapshot!(name, texts[0]);
    }
    insta::assert_snapshot!("human", super::human::render(&report, Style::default()));
    insta::assert_snapshot!("json", super::json::render(&report).unwrap());
    let text = Form::Sarif.render(&report).unwrap().concat();
    let read: serde_json::Value = serde_json::from_str(&text).unwrap();
    insta::assert_snapshot!("sarif", format!("{read:#}"));
    let page = Form::Html.render(&report).unwrap().concat();
    let body = page.split_once("</style>").unwrap().1;
    insta::assert_snapshot!("html", body);
    assert!(!page.contains("<A1>") && !page.contains("http"));
}

/// Commands of GitHub are lines; nothing in a finding may end one or begin another.
#[test]
fn text_of_findings_cannot_become_a_command() {
    let mut report = report();
    for f in &mut report.findings {
        f.message = "one\n::error file=x::two".into();
        f.part = "%0A,:".into();
    }
    if let Some(b) = &mut report.baseline {
        b.gone[0].message = "::error::gone".into();
    }
    let text = super::github::render(&report);
    let commands = text.lines().filter(|l| l.starts_with("::")).count();
    let shown = |f: &&FindingRecord| matches!(f.status.as_str(), "failed" | "waived") && !f.known;
    assert_eq!(commands, report.findings.iter().filter(shown).count());
    assert!(!text.lines().any(|l| l.contains(": ::error") && !l.starts_with("::")));
}

#[test]
fn sarif_beyond_the_limits_of_its_readers_is_several_files() {
    let mut report = report();
    report.findings = (0..60_000)
        .map(|n| {
            let mut f = finding("often", "error", "failed", &format!("A{n}"));
            f.fingerprint = format!("{n:016x}");
            f
        })
        .collect();
    let files = sarif::render(&report).unwrap();
    let mut ids = std::collections::BTreeSet::new();
    let mut results = 0;
    for file in &files {
        let read: serde_json::Value = serde_json::from_str(file).unwrap();
        let runs = read["runs"].as_array().unwrap();
        assert!(runs.len() <= 20);
        for run in runs {
            let n = run["results"].as_array().unwrap().len();
            assert!(n <= 25_000);
            results += n;
            assert!(ids.insert(run["automationDetails"]["id"].to_string()), "a category twice");
        }
    }
    assert_eq!(results, 60_000);
    assert!(files.len() > 1, "{} bytes in one file", files[0].len());
}

#[test]
fn a_known_finding_fails_nothing_and_severities_are_heeded() {
    let mut report = report();
    let fails = |report: &Report| {
        let fails = report.findings.iter().filter(|f| report.fails(f));
        fails.map(|f| f.rule.clone()).collect::<Vec<_>>()
    };
    assert_eq!(fails(&report), ["often", "E0305"]);
    report.fails_on = Some("warning".into());
    assert_eq!(fails(&report), ["on_a_page", "often", "E0305"]);
    report.fails_on = None;
    assert!(fails(&report).is_empty());
}
