//! `espice mutate`: whether the tests of packs would notice a changed rule.

use super::{Context, check, findings, test};
use crate::arguments::{Format, Output};
use crate::engine::Config;
use crate::exit::Exit;
use espice_base::{Code, Diagnostic, Severity};
use espice_report::findings::Report;
use espice_report::mutation;

/// Changes one thing about a rule at a time and runs the tests on each mutant.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Folders of packs, and files that end in .espice
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<String>,
    /// Change the rules whose names contain TEXT
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Fail when a smaller share of the mutants is noticed
    #[arg(long, value_name = "PERCENT", value_parser = test::percent)]
    min_score: Option<f64>,
    #[command(flatten)]
    output: Output,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &Context<'_>) -> Exit {
    let output = arguments.output.output.as_deref();
    let mut engine = match findings::start("mutate", context, &Config::of(context), output) {
        Ok(engine) => engine,
        Err(exit) => return exit,
    };
    let (mutation, mut diagnostics) = engine.mutate(&arguments.paths, arguments.filter.as_deref());
    let mut exit = Exit::of_diagnostics(&diagnostics);
    if exit == Exit::Ok && mutation.mutants.is_empty() {
        diagnostics.push(
            Diagnostic::error(Code::NO_RULE_EVALUATED, "there is no rule to be changed")
                .help("name a pack with rules, or another `--filter`"),
        );
        exit = Exit::of_diagnostics(&diagnostics);
    }
    let grave = diagnostics.iter().any(|d| d.severity >= Severity::Warning);
    let text = match context.global.format {
        Format::Text if exit == Exit::Ok || !mutation.mutants.is_empty() => {
            Some(mutation::text(&mutation, engine.sources()))
        }
        Format::Json if exit == Exit::Ok => Some(mutation::json(&mutation, engine.sources())),
        _ => None,
    };
    let shown = if let Some(form) = context.global.format.form() {
        diagnostics.extend(mutation::survivors(&mutation));
        let mut report = Report::of_diagnostics("mutate", &diagnostics, engine.sources());
        report.incomplete = exit.is_incomplete();
        findings::hand_over(context, &report, form, output)
    } else {
        let mut shown = Ok(());
        if grave && (context.global.format == Format::Text || exit != Exit::Ok) {
            shown = check::show("mutate", &diagnostics, engine.sources(), context, None);
        }
        shown.and_then(|()| text.map_or(Ok(()), |text| findings::say(context, &[text], output)))
    };
    exit = shown.map_or_else(|worse| exit.and(worse), |()| exit);
    let score = mutation.score();
    if let Some(least) = arguments.min_score.filter(|least| score < *least) {
        context.console.complain(&format!("score {score:.1} % is below {least} %\n"));
        exit = exit.and(Exit::Rule);
    }
    exit
}
