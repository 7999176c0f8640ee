//! `espice test`: the tests that packs contain.

use super::{Context, check, findings};
use crate::arguments::{Format, Output};
use crate::engine::{self, Config, TestOutcome, TestStatus};
use crate::exit::Exit;
use espice::outcome::{FindingRecord, Location};
use espice_base::Digest;
use espice_report::findings::Report;

/// Runs the tests of packs and single files.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Folders of packs, and files that end in .espice
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<String>,
    #[command(flatten)]
    output: Output,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &Context<'_>) -> Exit {
    let mut engine = match engine::start(context, &Config::of(context)) {
        Ok(engine) => engine,
        Err(exit) => return exit,
    };
    let (tests, diagnostics) = engine.test(&arguments.paths);
    let exit = Exit::of_diagnostics(&diagnostics);
    let output = arguments.output.output.as_deref();
    let shown = if let Some(form) = context.global.format.form() {
        let mut report = Report::of_diagnostics("test", &diagnostics, engine.sources());
        report.findings.extend(tests.iter().map(record));
        findings::hand_over(context, &report, form, output)
    } else {
        let is_text = context.global.format == Format::Text;
        let told = if !diagnostics.is_empty() && (is_text || exit != Exit::Ok) {
            check::show("test", &diagnostics, engine.sources(), context, None)
        } else {
            Ok(())
        };
        told.and_then(|()| match (is_text, exit) {
            (true, _) => findings::say(context, &[text(&tests)], output),
            (false, Exit::Ok) => findings::say(context, &[document(&tests)], output),
            (false, _) => Ok(()),
        })
    };
    let exit = shown.map_or_else(|worse| exit.and(worse), |()| exit);
    let failed = tests.iter().any(|t| t.status == TestStatus::Failed);
    if failed { exit.and(Exit::Rule) } else { exit }
}

/// A test as a finding: what fails a run stands beside the line that expected otherwise.
fn record(test: &TestOutcome) -> FindingRecord {
    let place = Location {
        file: test.file.clone(),
        line: test.line,
        column: 1,
        end_line: test.line,
        end_column: 1,
        ..Location::default()
    };
    FindingRecord {
        rule: test.name.clone(),
        pack: test.pack.clone(),
        severity: String::from("error"),
        status: String::from(word(test.status)),
        message: test.detail.clone(),
        rule_span: Some(place),
        fingerprint: Digest::of(format!("{}::{}", test.pack, test.name).as_bytes()).short(16),
        times: 1,
        ..FindingRecord::default()
    }
}

/// What needs a reader, and the account.
fn text(tests: &[TestOutcome]) -> String {
    let mut out = String::new();
    for test in tests.iter().filter(|t| t.status != TestStatus::Passed) {
        out += &format!(
            "{} {}::{}: {} ({}:{})\n",
            word(test.status),
            test.pack,
            test.name,
            test.detail,
            test.file,
            test.line
        );
    }
    let count = |s: TestStatus| tests.iter().filter(|t| t.status == s).count();
    let todo = count(TestStatus::Todo);
    let rest = if todo > 0 { format!(", {todo} todo") } else { String::new() };
    out + &*format!(
        "{} passed, {} failed{rest}\n",
        count(TestStatus::Passed),
        count(TestStatus::Failed)
    )
}

fn document(tests: &[TestOutcome]) -> String {
    let list: Vec<serde_json::Value> = tests
        .iter()
        .map(|t| {
            serde_json::json!({
                "pack": t.pack,
                "name": t.name,
                "status": word(t.status),
                "detail": t.detail,
                "file": t.file,
                "line": t.line,
            })
        })
        .collect();
    format!("{:#}\n", serde_json::Value::Array(list))
}

fn word(status: TestStatus) -> &'static str {
    match status {
        TestStatus::Passed => "passed",
        TestStatus::Failed => "failed",
        TestStatus::Todo => "todo",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(name: &str, status: TestStatus) -> TestOutcome {
        TestOutcome {
            pack: String::from("std"),
            name: String::from(name),
            status,
            detail: String::from("`leakage_limit` passed"),
            file: String::from("diode.espice"),
            line: 7,
        }
    }

    #[test]
    fn failures_are_named_and_everything_is_counted() {
        let tests = [
            outcome("a", TestStatus::Passed),
            outcome("b", TestStatus::Failed),
            outcome("c", TestStatus::Todo),
        ];
        assert_eq!(
            text(&tests),
            "failed std::b: `leakage_limit` passed (diode.espice:7)\n\
             todo std::c: `leakage_limit` passed (diode.espice:7)\n\
             1 passed, 1 failed, 1 todo\n"
        );
        assert_eq!(text(&[]), "0 passed, 0 failed\n");
        let read: serde_json::Value = serde_json::from_str(&document(&tests)).unwrap();
        assert_eq!(read[1]["status"], "failed");
    }
}
