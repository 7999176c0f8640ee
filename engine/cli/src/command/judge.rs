//! `espice judge`: the rules alone, for many sources at once.

use super::baseline::{self, KnownFindings};
use super::{Context, findings};
use crate::arguments::{FailOn, Format, Output};
use crate::engine::{self, Config};
use crate::exit::Exit;
use espice::JudgeRequest;
use espice::outcome::Judged;
use espice_base::{Diagnostics, Severity, SourceMap};
use espice_report::findings::{Report, human};

/// Judges sources by the rules on sources and data, and with a card by those on models.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Sources, and folders that hold sources at any depth
    #[arg(required_unless_present = "card", value_name = "SOURCE")]
    sources: Vec<String>,
    /// A card that is judged beside the sources, which then are those of one device
    #[arg(long, value_name = "FILE")]
    card: Option<String>,
    /// The model of the card file, where it holds several
    #[arg(long, value_name = "NAME", requires = "card")]
    model: Option<String>,
    /// The dialect of the card [default: ngspice]
    #[arg(long, value_name = "NAME", requires = "card")]
    dialect: Option<String>,
    /// Only this part
    #[arg(long, value_name = "NAME")]
    part: Option<String>,
    /// The kind of device, where the sources leave it open
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// What fails the run
    #[arg(long, value_enum, default_value_t, value_name = "SEVERITY")]
    fail_on: FailOn,
    #[command(flatten)]
    baseline: baseline::Options,
    /// Keep findings that hold or do not apply, too
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    output: Output,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &Context<'_>) -> Exit {
    let mut engine = match engine::start(context, &Config::of(context)) {
        Ok(engine) => engine,
        Err(exit) => return exit,
    };
    let known = match KnownFindings::open(&arguments.baseline, context) {
        Ok(known) => known,
        Err(exit) => return exit,
    };
    let request = JudgeRequest {
        sources: arguments.sources.clone(),
        part: arguments.part.clone(),
        kind: arguments.kind.clone(),
        card: arguments.card.clone(),
        model: arguments.model.clone(),
        dialect: arguments.dialect.clone(),
        all: arguments.all,
    };
    let (mut judged, diagnostics) = engine.judge(&request);
    let written = match known.apply_to(&mut judged, &arguments.baseline, context) {
        Ok(written) => written,
        Err(exit) => return exit,
    };
    let fails = judged
        .verdict
        .findings
        .iter()
        .any(|f| f.status == "failed" && !f.known && arguments.fail_on.counts(&f.severity));
    let warned = arguments.fail_on == FailOn::Warning
        && diagnostics.iter().any(|d| d.severity == Severity::Warning);
    if let Err(exit) = show(arguments, context, judged, &diagnostics, engine.sources()) {
        return exit;
    }
    let mut exit = Exit::of_diagnostics(&diagnostics);
    context.console.complain(&written);
    if fails || warned {
        exit = exit.and(Exit::Rule);
    }
    exit
}

fn show(
    arguments: &Arguments,
    context: &Context<'_>,
    judged: Judged,
    diagnostics: &Diagnostics,
    sources: &SourceMap,
) -> Result<(), Exit> {
    let output = arguments.output.output.as_deref();
    if context.global.format == Format::Json {
        let text = espice_report::json::judged(&judged).map_err(|error| {
            context.console.complain(&format!("the findings cannot be written: {error}\n"));
            Exit::Usage
        })?;
        return findings::say(context, &[text], output);
    }
    let endings = judged.passed_over.clone();
    let mut report = Report::of_judged(judged);
    report.fails_on = arguments.fail_on.least();
    if let Some(form) = context.global.format.form() {
        return findings::hand_over(context, &report, form, output);
    }
    let graver = diagnostics.iter().filter(|d| d.severity != Severity::Note);
    context.console.report(&graver.cloned().collect(), sources);
    if !endings.is_empty() {
        let endings: Vec<String> = endings
            .iter()
            .map(|e| if e.is_empty() { String::from("without ending") } else { format!(".{e}") })
            .collect();
        context.console.complain(&format!("passed over: files {}\n\n", endings.join(", ")));
    }
    let text = human::render(&report, context.console.style());
    findings::say(context, &[text], output)
}
