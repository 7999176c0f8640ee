//! `espice test`: the tests that packs contain.

use super::{Context, check, findings};
use crate::arguments::{Format, Output};
use crate::engine::Config;
use crate::exit::Exit;
use clap::ValueEnum;
use espice::outcome::{FindingRecord, Location};
use espice::{TestOutcome, TestRun, TestStatus, TestedRecord};
use espice_base::{Code, Diagnostic, Digest, SourceMap};
use espice_report::findings::Report;
use espice_report::{lcov, tested};

/// Runs the tests of packs and single files.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Folders of packs, and files that end in .espice
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<String>,
    /// Run the tests whose names contain TEXT
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Say which rules and conditions the tests reach, and how they came out
    #[arg(
        long,
        value_enum,
        value_name = "FORM",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "text"
    )]
    coverage: Option<CoverageForm>,
    #[command(flatten)]
    output: Output,
    /// Fail when less than PERCENT of rules and branches is reached
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    min_coverage: Option<f64>,
    /// Say what the rules of passing tests give at every limit: right below, at, right above, for
    /// what is not a number, for what is missing; fail where the outcome does not turn at it
    #[arg(long)]
    boundaries: bool,
}

/// Form of the coverage.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum CoverageForm {
    /// What was not reached, and the share
    Text,
    /// Every rule and branch
    Json,
    /// A tracefile of lcov
    Lcov,
}

/// A share in percent.
pub(super) fn percent(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| String::from("a percentage is a number"))?;
    if (0.0..=100.0).contains(&value) {
        Ok(value)
    } else {
        Err(String::from("a percentage lies in 0 .. 100"))
    }
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &Context<'_>) -> Exit {
    let output = arguments.output.output.as_deref();
    let mut engine = match findings::start("test", context, &Config::of(context), output) {
        Ok(engine) => engine,
        Err(exit) => return exit,
    };
    let filter = arguments.filter.as_deref();
    let (run, mut diagnostics) = engine.test(&arguments.paths, filter);
    let mut exit = Exit::of_diagnostics(&diagnostics);
    if exit == Exit::Ok
        && let Some(complaint) = idle(&run, filter)
    {
        diagnostics.push(complaint);
        exit = Exit::of_diagnostics(&diagnostics);
    }
    let boundaries = arguments.boundaries.then(|| engine.boundaries(&arguments.paths, filter));
    let sources = engine.sources();
    let is_text = context.global.format == Format::Text;
    // A tracefile or a document of the coverage is the result; the tests stand beside it.
    let coverage = match arguments.coverage {
        Some(CoverageForm::Text) if !is_text => None,
        Some(CoverageForm::Text) => Some(tested::coverage_text(&run.coverage, sources)),
        Some(CoverageForm::Json) => {
            Some(format!("{:#}\n", tested::coverage_json(&run.coverage, sources)))
        }
        Some(CoverageForm::Lcov) => Some(lcov::render(&run.coverage, sources)),
        None => None,
    };
    // With a file for the coverage the account of the tests goes to the terminal.
    let for_tests = output.filter(|_| coverage.is_none());
    let shown = if let Some(form) = context.global.format.form() {
        let mut report = Report::of_diagnostics("test", &diagnostics, sources);
        report.incomplete = exit.is_incomplete();
        report.findings.extend(run.outcomes.iter().map(|t| record(t, sources)));
        findings::hand_over(context, &report, form, for_tests)
    } else {
        let told = if !diagnostics.is_empty() && (is_text || exit != Exit::Ok) {
            check::show("test", &diagnostics, sources, context, None)
        } else {
            Ok(())
        };
        told.and_then(|()| match (is_text, exit) {
            (true, _) => {
                let mut text = tested::text(&run, sources);
                text.extend(boundaries.as_deref().map(|b| tested::boundaries_text(b, sources)));
                findings::say(context, &[text], for_tests)
            }
            (false, Exit::Ok) => {
                let whole = arguments.coverage.is_some();
                let document = tested::json(&run, whole, boundaries.as_deref(), sources);
                findings::say(context, &[document], for_tests)
            }
            (false, _) => Ok(()),
        })
    };
    let shown = shown.and_then(|()| match coverage {
        Some(coverage) if is_text || output.is_some() => {
            findings::say(context, &[coverage], output)
        }
        _ => Ok(()),
    });
    let mut exit = shown.map_or_else(|worse| exit.and(worse), |()| exit);
    let reached = run.coverage.percent();
    if let Some(least) = arguments.min_coverage.filter(|least| reached < *least) {
        let text = format!("coverage {reached:.1} % is below {least} %\n");
        context.console.complain(&text);
        exit = exit.and(Exit::Rule);
    }
    let failed = run.outcomes.iter().any(|t| t.status == TestStatus::Fail)
        || boundaries.iter().flatten().any(|b| b.fault.is_some());
    if failed { exit.and(Exit::Rule) } else { exit }
}

/// A test as a finding: what fails a run stands beside the line that expected otherwise.
fn record(test: &TestOutcome, sources: &SourceMap) -> FindingRecord {
    let file = sources.get(test.span.file);
    let at = file.map(|f| (f.line_column(test.span.start), f.line_column(test.span.end)));
    let place = file.zip(at).map(|(file, (start, end))| Location {
        file: String::from(file.name()),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        ..Location::default()
    });
    FindingRecord {
        rule: test.name.clone(),
        pack: test.pack.clone(),
        severity: String::from("error"),
        status: String::from(TestedRecord::word(test.status)),
        message: TestedRecord::detail(test),
        rule_span: place,
        fingerprint: Digest::of(format!("{}::{}", test.pack, test.name).as_bytes()).short(16),
        times: 1,
        ..FindingRecord::default()
    }
}

/// Why a run that complains of nothing proves nothing.
fn idle(run: &TestRun, filter: Option<&str>) -> Option<Diagnostic> {
    match (run.outcomes.is_empty(), filter) {
        (true, Some(filter)) => Some(
            Diagnostic::error(Code::NO_TEST_MATCHES, format!("no test has `{filter}` in its name"))
                .help("names of tests are listed by `espice test PATH --format json`"),
        ),
        (true, None) => Some(
            Diagnostic::error(Code::NO_TESTS, "no test was run")
                .help("write `test NAME { given … expect … }`"),
        ),
        (false, _) => {
            let (evaluated, rules) = run.coverage.evaluated();
            let asks = run.outcomes.iter().any(|t| t.status != TestStatus::Skip);
            let none = filter.is_none() && asks && rules > 0 && evaluated == 0;
            none.then(|| {
                Diagnostic::error(
                    Code::NO_RULE_EVALUATED,
                    format!("no test asks for one of the {rules} rules"),
                )
                .help("write `expect pass RULE` and `expect error RULE`")
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_one() {
        assert_eq!(percent("95.5"), Ok(95.5));
        assert!(percent("101").is_err() && percent("NaN").is_err() && percent("x").is_err());
    }

    #[test]
    fn nothing_run_is_an_error() {
        let run = TestRun::default();
        assert_eq!(idle(&run, None).unwrap().code, Code::NO_TESTS);
        assert_eq!(idle(&run, Some("x")).unwrap().code, Code::NO_TEST_MATCHES);
        let test = TestOutcome {
            name: String::from("t"),
            pack: String::from("p"),
            status: TestStatus::Pass,
            expected: Vec::new(),
            got: Vec::new(),
            note: String::new(),
            span: espice_base::Span::default(),
        };
        let rule = espice::RuleCoverage {
            rule: String::from("r"),
            pack: String::from("p"),
            span: espice_base::Span::default(),
            evaluated: 0,
            branches: Vec::new(),
        };
        let coverage = espice::Coverage { rules: vec![rule], ..espice::Coverage::default() };
        let run = TestRun { outcomes: vec![test], coverage, ..TestRun::default() };
        assert_eq!(idle(&run, None).unwrap().code, Code::NO_RULE_EVALUATED);
        assert!(idle(&run, Some("t")).is_none());
    }
}
