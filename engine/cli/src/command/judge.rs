//! `espice judge`: the rules alone, for many sources at once.

use super::baseline::{self, KnownFindings};
use super::{Context, findings};
use crate::arguments::{FailOn, Fails, Format, Output};
use crate::engine::Config;
use crate::exit::Exit;
use espice::JudgeRequest;
use espice::outcome::{Judged, WithoutRow};
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
    #[command(flatten)]
    fails: Fails,
    #[command(flatten)]
    baseline: baseline::Options,
    /// Keep findings that hold or do not apply, too
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    output: Output,
}

/// Parts without a row that are named before the rest is only counted.
const NAMED: usize = 20;

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &Context<'_>) -> Exit {
    let output = arguments.output.output.as_deref();
    let mut engine = match findings::start("judge", context, &Config::of(context), output) {
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
    let fails = judged.verdict.findings.iter().any(|f| arguments.fails.counts(f));
    let warned = arguments.fails.on == FailOn::Warning
        && diagnostics.iter().any(|d| d.severity == Severity::Warning);
    let mut exit = Exit::of_records(&judged.diagnostics);
    let is_incomplete = exit.is_incomplete();
    if let Err(exit) =
        show(arguments, context, judged, is_incomplete, &diagnostics, engine.sources())
    {
        return exit;
    }
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
    is_incomplete: bool,
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
    let without_row = judged.without_row.clone();
    // The document holds the diagnostics in their order.
    let graver = diagnostics
        .iter()
        .zip(&judged.diagnostics)
        .filter(|(d, record)| d.severity != Severity::Note && !record.known);
    let graver: Diagnostics = graver.map(|(d, _)| d.clone()).collect();
    let mut report = Report::of_judged(judged);
    arguments.fails.mark(&mut report);
    report.incomplete = is_incomplete;
    if let Some(form) = context.global.format.form() {
        return findings::hand_over(context, &report, form, output);
    }
    context.console.report(&graver, sources);
    if !endings.is_empty() {
        let endings: Vec<String> = endings
            .iter()
            .map(|e| if e.is_empty() { String::from("without ending") } else { format!(".{e}") })
            .collect();
        context.console.complain(&format!("passed over: files {}\n\n", endings.join(", ")));
    }
    for table in &without_row {
        context.console.complain(&without(table));
    }
    let text = human::render(&report, context.console.style());
    findings::say(context, &[text], output)
}

/// The parts that a limits table does not speak of, in a line.
fn without(table: &WithoutRow) -> String {
    let all = table.parts.len();
    let named: Vec<&str> = table.parts.iter().take(NAMED).map(String::as_str).collect();
    let more = if all > NAMED { format!(" and {} more", all - NAMED) } else { String::new() };
    format!("no row in the limits table {}: {}{more}\n\n", table.table, named.join(", "))
}
