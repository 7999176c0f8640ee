//! `espice lint`: what is legal and will trouble somebody later.

use super::{Context, check, findings};
use crate::arguments::{Format, Output};
use crate::engine::{Config, Engine};
use crate::exit::Exit;
use crate::files;
use espice::lint::{self, Complaint, LINTS, LintInfo, Teller};
use espice_base::Diagnostics;
use std::path::Path;

/// Rounds of mending: one fix may bring another to light.
const ROUNDS: usize = 8;

/// Lints packs and single files.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Folders of packs, and files that end in .espice
    #[arg(required_unless_present = "list", value_name = "PATH")]
    paths: Vec<String>,
    /// Mend what can be mended safely, in place
    #[arg(long)]
    fix: bool,
    /// Print the names of all lints and end
    #[arg(long, conflicts_with = "fix")]
    list: bool,
    #[command(flatten)]
    output: Output,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &Context<'_>) -> Exit {
    if arguments.list {
        context.console.say(&list());
        return Exit::Ok;
    }
    let output = arguments.output.output.as_deref();
    let mut engine = match findings::start("lint", context, &Config::of(context), output) {
        Ok(engine) => engine,
        Err(exit) => return exit,
    };
    let (mistakes, mut complaints) = engine.lint(&arguments.paths);
    if mistakes.has_errors() {
        return told(&mistakes, Exit::of_diagnostics(&mistakes), engine.as_ref(), context, output);
    }
    if arguments.fix {
        match mend(engine.as_mut(), complaints, arguments, context) {
            Ok(left) => complaints = left,
            Err(exit) => return exit,
        }
    }
    let all: Diagnostics = complaints.iter().map(|c| c.diagnostic.clone()).collect();
    let exit = if complaints.is_empty() { Exit::Ok } else { Exit::Rule };
    let exit = told(&all, exit, engine.as_ref(), context, output);
    let fixable = complaints.iter().any(|c| c.fix.is_some());
    if fixable && output.is_none() && context.global.format == Format::Text {
        context.console.say("`espice lint --fix` mends some of them\n");
    }
    exit
}

/// Shows diagnostics; gives how the run ends.
fn told(
    diagnostics: &Diagnostics,
    exit: Exit,
    engine: &dyn Engine,
    context: &Context<'_>,
    output: Option<&Path>,
) -> Exit {
    match check::show("lint", diagnostics, engine.sources(), context, output) {
        Ok(()) => exit,
        Err(worse) => exit.and(worse),
    }
}

/// Applies fixes until none is left; gives what remains.
fn mend(
    engine: &mut dyn Engine,
    mut complaints: Vec<Complaint>,
    arguments: &Arguments,
    context: &Context<'_>,
) -> Result<Vec<Complaint>, Exit> {
    for _ in 0..ROUNDS {
        let mended = lint::mend(&complaints, engine.sources());
        if mended.is_empty() {
            break;
        }
        for (name, text) in &mended {
            if let Err(diagnostic) = files::write(Path::new(name), text) {
                context.console.report_one(&diagnostic);
                return Err(Exit::Usage);
            }
            if context.global.format == Format::Text {
                context.console.say(&format!("mended {name}\n"));
            }
        }
        let (mistakes, left) = engine.lint(&arguments.paths);
        if mistakes.has_errors() {
            let output = arguments.output.output.as_deref();
            let exit = Exit::of_diagnostics(&mistakes);
            return Err(told(&mistakes, exit, engine, context, output));
        }
        complaints = left;
    }
    Ok(complaints)
}

/// The page of a lint, for `espice explain`.
pub(super) fn page(lint: &LintInfo) -> String {
    let info = lint.code.info();
    let title = info.map_or("", |i| i.title);
    let prose = info.map_or("", |i| i.explanation);
    let prose = prose.split("\n\nWrong:").next().unwrap_or(prose).trim_end();
    let indent = |text: &str| {
        text.lines().map(|l| format!("  {l}").trim_end().to_string() + "\n").collect::<String>()
    };
    format!(
        "{} ({}): {title}\n\n{prose}\n\n{}\n\nBad:\n\n{}\nGood:\n\n{}\nTo allow it: allow {} because \"…\"\n",
        lint.name,
        lint.code,
        teller(lint.teller),
        indent(lint.bad),
        indent(lint.good),
        lint.name,
    )
}

/// Who tells a lint, in a sentence.
fn teller(teller: Teller) -> &'static str {
    match teller {
        Teller::Check => "Told by `espice check`.",
        Teller::Lint => "Told by `espice lint`.",
        Teller::Mended => "Told by `espice lint`, and mended by `--fix`.",
    }
}

fn list() -> String {
    let line = |l: &LintInfo| {
        let title = l.code.info().map_or("", |i| i.title);
        format!("{:<20} {}  {title}\n", l.name, l.code)
    };
    LINTS.iter().map(line).collect()
}

/// All lints as a document.
pub(super) fn document() -> String {
    let mut out = String::from(
        "# Lints\n\nMade by `espice generate`; `espice explain NAME` prints one page, and a test runs every \
         example.\n`allow NAME because \"…\"` in an item, or at the top of a file, says that one does not \
         matter there.\n\n| name | code | told by | what it tells |\n|---|---|---|---|\n",
    );
    for lint in LINTS {
        let title = lint.code.info().map_or("", |i| i.title);
        let by = match lint.teller {
            Teller::Check => "`check`",
            Teller::Lint => "`lint`",
            Teller::Mended => "`lint`, `--fix`",
        };
        out += &format!("| `{}` | {} | {by} | {title} |\n", lint.name, lint.code);
    }
    for lint in LINTS {
        let info = lint.code.info();
        let prose = info.map_or("", |i| i.explanation);
        let prose = prose.split("\n\nWrong:").next().unwrap_or(prose).trim_end();
        out += &format!("\n## {}\n\n{prose}\n\n{}\n", lint.name, teller(lint.teller));
        for (word, text) in [("Bad", lint.bad), ("Good", lint.good)] {
            out += &format!("\n{word}:\n\n```text\n{}\n```\n", text.trim());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lint_has_a_page_and_stands_in_the_document() {
        let document = document();
        for lint in LINTS {
            let page = page(lint);
            assert!(page.contains("Bad:") && page.contains(lint.name), "{page}");
            assert!(document.contains(&format!("\n## {}\n", lint.name)));
            assert!(list().contains(lint.name));
        }
    }
}
