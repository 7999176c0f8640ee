//! `espice check`: packs, without running anything.

use super::Context;
use crate::arguments::Format;
use crate::engine::{self, Config};
use crate::exit::Exit;
use espice_base::{Diagnostics, Severity, SourceMap};
use espice_report::json;

/// Checks packs and single files: syntax, names, types and dimensions.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Folders of packs, and files that end in .espice
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<String>,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &Context<'_>) -> Exit {
    let mut engine = match engine::start(context, &Config::of(context)) {
        Ok(engine) => engine,
        Err(exit) => return exit,
    };
    let mut diagnostics = engine.check(&arguments.paths);
    diagnostics.sort();
    show(&diagnostics, engine.sources(), context);
    Exit::of_diagnostics(&diagnostics)
}

/// Diagnostics as the result of a command: to people on standard error with a count on standard
/// output, to programs as JSON on standard output.
pub(super) fn show(diagnostics: &Diagnostics, sources: &SourceMap, context: &Context<'_>) {
    match context.global.format {
        Format::Json => match json::diagnostics(diagnostics, sources) {
            Ok(text) => context.console.say(&text),
            Err(error) => context.console.complain(&format!("no JSON could be written: {error}\n")),
        },
        Format::Text => {
            context.console.report(diagnostics, sources);
            context.console.say(&account(diagnostics));
        }
    }
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
