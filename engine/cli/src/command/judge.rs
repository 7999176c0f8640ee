//! `espice judge`: the rules alone, for many sources at once.

use super::{Context, findings};
use crate::arguments::{FailOn, Format, Output};
use crate::engine::{self, Config};
use crate::exit::Exit;
use crate::files;
use espice::outcome::Judged;
use espice::{Baseline, JudgeRequest};
use espice_base::{Code, Diagnostic, Diagnostics, ReadError, Severity, SourceMap};
use espice_report::findings::{Report, human};
use std::path::PathBuf;

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
    /// Known findings, which fail nothing: only new ones do
    #[arg(long, value_name = "FILE")]
    baseline: Option<String>,
    /// Write the failures of this run as a baseline, and let none of them fail it
    #[arg(long, value_name = "FILE")]
    write_baseline: Option<PathBuf>,
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
    let baseline = match arguments.baseline.as_deref().map(|path| read_baseline(path, context)) {
        None => None,
        Some(Ok(baseline)) => Some(baseline),
        Some(Err(exit)) => return exit,
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
    if let (Some(baseline), Some(path)) = (&baseline, &arguments.baseline) {
        baseline.apply(path, &mut judged);
    }
    if let Err(exit) = show(arguments, context, &judged, &diagnostics, engine.sources()) {
        return exit;
    }
    let mut exit = Exit::of_diagnostics(&diagnostics);
    if let Some(path) = &arguments.write_baseline {
        let baseline = Baseline::of(&judged.verdict.findings);
        if let Err(diagnostic) = files::write(path, &baseline.render()) {
            context.console.report_one(&diagnostic);
            return exit.and(Exit::Usage);
        }
        let words = format!("wrote {} with {} findings\n", path.display(), baseline.len());
        context.console.complain(&words);
    }
    let covered = |unwaivable: bool| arguments.write_baseline.is_some() && !unwaivable;
    let fails = judged.verdict.findings.iter().any(|f| {
        f.status == "failed"
            && !f.known
            && !covered(f.unwaivable)
            && arguments.fail_on.counts(&f.severity)
    });
    let warned = arguments.fail_on == FailOn::Warning
        && diagnostics.iter().any(|d| d.severity == Severity::Warning);
    if fails || warned {
        exit = exit.and(Exit::Rule);
    }
    exit
}

fn show(
    arguments: &Arguments,
    context: &Context<'_>,
    judged: &Judged,
    diagnostics: &Diagnostics,
    sources: &SourceMap,
) -> Result<(), Exit> {
    let output = arguments.output.output.as_deref();
    let mut report = Report::of_judged(judged);
    report.fails_on = arguments.fail_on.least();
    if let Some(form) = context.global.format.form() {
        return findings::hand_over(context, &report, form, output);
    }
    if context.global.format == Format::Json {
        let text = espice_report::json::judged(judged).map_err(|error| {
            context.console.complain(&format!("the findings cannot be written: {error}\n"));
            Exit::Usage
        })?;
        return findings::say(context, &[text], output);
    }
    let graver = diagnostics.iter().filter(|d| d.severity != Severity::Note);
    context.console.report(&graver.cloned().collect(), sources);
    if !judged.passed_over.is_empty() {
        let endings: Vec<String> = judged
            .passed_over
            .iter()
            .map(|e| if e.is_empty() { String::from("without ending") } else { format!(".{e}") })
            .collect();
        context.console.complain(&format!("passed over: files {}\n\n", endings.join(", ")));
    }
    let text = human::render(&report, context.console.style());
    findings::say(context, &[text], output)
}

fn read_baseline(path: &str, context: &Context<'_>) -> Result<Baseline, Exit> {
    let bytes = context.world.read(path).map_err(|error| {
        let why = match error {
            ReadError::NotFound => String::from("does not exist: --write-baseline makes it"),
            ReadError::TooLarge(limit) => format!("is larger than {limit} bytes"),
            ReadError::Denied => String::from("cannot be read"),
        };
        let message = format!("the baseline `{path}` {why}");
        context.console.report_one(&Diagnostic::error(Code::PATH, message));
        Exit::Usage
    })?;
    let mut sources = SourceMap::default();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let file = sources.add(path, text.as_str());
    let (baseline, diagnostics) = Baseline::parse(&text, file);
    context.console.report(&diagnostics, &sources);
    match Exit::of_diagnostics(&diagnostics) {
        Exit::Ok => Ok(baseline),
        exit => Err(exit),
    }
}
