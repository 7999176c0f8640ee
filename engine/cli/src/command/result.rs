//! What a command hands over: files, and the account of its outcome on the terminal.

use super::Context;
use crate::arguments::Format;
use crate::exit::Exit;
use crate::files;
use espice::outcome::Outcome;
use espice_base::Diagnostic;
use espice_report::json;
use espice_report::terminal::Style;
use std::path::PathBuf;

/// Writes the files of an outcome and says what came out: the outcome itself, or an account for
/// people with the files that were written. `write` gets the outcome as JSON and returns the
/// paths in the order of writing; `exit` is how the command ends when nothing goes wrong here.
pub(super) fn hand_over(
    context: &Context<'_>,
    outcome: &Outcome,
    exit: Exit,
    write: impl FnOnce(&str) -> Result<Vec<PathBuf>, Diagnostic>,
    account: fn(&Outcome, Style) -> String,
) -> Exit {
    if context.is_cancelled() {
        context.console.complain("cancelled: nothing was written\n");
        return Exit::Cancelled;
    }
    let document = match json::render(outcome) {
        Ok(text) => text,
        Err(error) => {
            context.console.complain(&format!("the outcome cannot be written as JSON: {error}\n"));
            return Exit::Usage;
        }
    };
    let written = match write(&document) {
        Ok(paths) => paths,
        Err(diagnostic) => {
            context.console.report_one(&diagnostic);
            return exit.and(Exit::Usage);
        }
    };
    match context.global.format {
        Format::Json => context.console.say(&document),
        // Standard output is that of the findings.
        format if format.form().is_some() => {}
        _ => {
            context.console.say(&account(outcome, context.console.style()));
            let names: Vec<String> =
                written.iter().map(|p| format!("wrote {}\n", p.display())).collect();
            context.console.say(&names.concat());
        }
    }
    exit
}

/// Writes files in their order, and returns their paths.
pub(super) fn write_all(results: Vec<(PathBuf, String)>) -> Result<Vec<PathBuf>, Diagnostic> {
    let mut written = Vec::new();
    for (path, text) in results {
        files::write(&path, &text)?;
        written.push(path);
    }
    Ok(written)
}
