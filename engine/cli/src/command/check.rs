//! `espice check`: packs, without running anything.

use super::{Context, findings};
use crate::arguments::{FailOn, Format, Output};
use crate::engine::Config;
use crate::exit::Exit;
use espice::OverrideInfo;
use espice_base::{Diagnostics, Severity, SourceMap};
use espice_report::findings::Report;
use espice_report::json;
use std::path::Path;

/// Checks packs and single files: syntax, names, types and dimensions.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Folders of packs, and files that end in .espice
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<String>,
    /// Hold packs to their pack.lock, which `espice lock` writes
    #[arg(long)]
    locked: bool,
    /// Print what overrides what
    #[arg(long)]
    overrides: bool,
    /// What fails the run
    #[arg(long, value_enum, default_value_t, value_name = "SEVERITY")]
    fail_on: FailOn,
    #[command(flatten)]
    output: Output,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &Context<'_>) -> Exit {
    let output = arguments.output.output.as_deref();
    let mut engine = match findings::start("check", context, &Config::of(context), output) {
        Ok(engine) => engine,
        Err(exit) => return exit,
    };
    let mut diagnostics = engine.check(&arguments.paths);
    if arguments.locked {
        diagnostics.extend(engine.locked(&arguments.paths));
    }
    diagnostics.sort();
    if arguments.overrides && context.global.format == Format::Text {
        for line in overrides(&engine.overrides(), engine.sources()) {
            context.console.say(&line);
        }
    }
    let mut exit = Exit::of_diagnostics(&diagnostics);
    let warned = diagnostics.iter().any(|d| d.severity == Severity::Warning);
    if arguments.fail_on == FailOn::Warning && warned {
        exit = exit.and(Exit::Rule);
    }
    match show("check", &diagnostics, engine.sources(), context, output) {
        Ok(()) => exit,
        Err(worse) => exit.and(worse),
    }
}

/// Diagnostics as the result of a command: to people on standard error with a count on standard
/// output, to programs in the form they ask for.
///
/// # Errors
/// How the run ends when they cannot be written.
pub(super) fn show(
    command: &str,
    diagnostics: &Diagnostics,
    sources: &SourceMap,
    context: &Context<'_>,
    output: Option<&Path>,
) -> Result<(), Exit> {
    if let Some(form) = context.global.format.form() {
        let report = Report::of_diagnostics(command, diagnostics, sources);
        return findings::hand_over(context, &report, form, output);
    }
    if context.global.format == Format::Json {
        let text = json::diagnostics(diagnostics, sources).map_err(|error| {
            context.console.complain(&format!("no JSON could be written: {error}\n"));
            Exit::Usage
        })?;
        return findings::say(context, &[text], output);
    }
    context.console.report(diagnostics, sources);
    findings::say(context, &[account(diagnostics)], output)
}

/// A line for each change: `std::vf_plausible: limit most 2 V -> 3 V, by house (…): why`.
fn overrides(changes: &[OverrideInfo], sources: &SourceMap) -> Vec<String> {
    let line = |c: &OverrideInfo| {
        let change = if c.what == "off" {
            String::from("off")
        } else {
            format!("{} {} -> {}", c.what, c.from, c.to)
        };
        let place = sources.locate(c.span);
        format!("{}: {change}, by {} ({place}): {}\n", c.rule, c.by, c.because)
    };
    if changes.is_empty() {
        return vec![String::from("nothing is overridden\n")];
    }
    changes.iter().map(line).collect()
}

fn account(diagnostics: &Diagnostics) -> String {
    let count = |s: Severity| diagnostics.iter().filter(|d| d.severity == s).count();
    let parts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .map(|s| (count(s), s.word()))
        .filter(|(n, _)| *n > 0)
        .map(|(n, word)| if n == 1 { format!("1 {word}") } else { format!("{n} {word}s") })
        .collect();
    if parts.is_empty() { String::from("no problems\n") } else { parts.join(", ") + "\n" }
}
