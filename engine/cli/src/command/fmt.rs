//! `espice fmt`: one canonical layout.

use super::{Context, findings};
use crate::arguments::Output;
use crate::engine::{Config, Engine};
use crate::exit::Exit;
use crate::files;
use espice_base::{Code, Diagnostic, Diagnostics, ReadError, SourceMap, Span, World};
use espice_report::findings::Report;
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;

/// Ending of the files of the language.
const ENDING: &str = ".espice";

/// Lays files out canonically, in place.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Files, and folders whose .espice files are meant at any depth
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<String>,
    /// Change nothing; name the files that would change and exit with 1
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    output: Output,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &Context<'_>) -> Exit {
    let output = arguments.output.output.as_deref();
    let engine = match findings::start("fmt", context, &Config::of(context), output) {
        Ok(engine) => engine,
        Err(exit) => return exit,
    };
    let mut report = Report::new("fmt");
    let mut said = String::new();
    let mut exit = Exit::Ok;
    let mut texts = BTreeSet::new();
    for path in &arguments.paths {
        match texts_at(path, context.world) {
            Ok(found) => texts.extend(found),
            Err(diagnostic) => {
                context.console.report_one(&diagnostic);
                exit = exit.and(Exit::Usage);
            }
        }
    }
    for path in &texts {
        exit =
            exit.and(one(path, arguments.check, engine.as_ref(), context, &mut report, &mut said));
    }
    report.incomplete = exit.is_incomplete();
    let handed = match context.global.format.form() {
        Some(form) => findings::hand_over(context, &report, form, output),
        None => findings::say(context, &[said], output),
    };
    match handed {
        Ok(()) => exit,
        Err(worse) => exit.and(worse),
    }
}

/// The files that a path means.
fn texts_at(path: &str, world: &dyn World) -> Result<Vec<String>, Diagnostic> {
    if path.ends_with(ENDING) {
        return Ok(vec![String::from(path)]);
    }
    let folder = path.trim_end_matches('/');
    let found = world.list(if folder.is_empty() { "/" } else { folder });
    let listed = found.map_err(|error| unreadable(path, error))?;
    let texts: Vec<String> =
        listed.iter().filter(|f| f.ends_with(ENDING)).map(|f| format!("{folder}/{f}")).collect();
    if texts.is_empty() {
        return Err(Diagnostic::error(
            Code::NO_FILES,
            format!("`{path}` holds no `{ENDING}` file"),
        )
        .help(format!("name a file that ends in `{ENDING}`, or a folder with such files")));
    }
    Ok(texts)
}

fn one(
    path: &str,
    check: bool,
    engine: &dyn Engine,
    context: &Context<'_>,
    report: &mut Report,
    said: &mut String,
) -> Exit {
    let mut tell = |diagnostics: &Diagnostics, sources: &SourceMap| {
        report.findings.extend(Report::of_diagnostics("fmt", diagnostics, sources).findings);
    };
    let bytes = match context.world.read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            context.console.report_one(&unreadable(path, error));
            return if matches!(error, ReadError::TooLarge(_)) { Exit::Limit } else { Exit::Usage };
        }
    };
    let text = String::from_utf8_lossy(&bytes);
    match engine.format(path, &text) {
        Err((diagnostics, sources)) => {
            context.console.report(&diagnostics, &sources);
            tell(&diagnostics, &sources);
            Exit::of_diagnostics(&diagnostics).and(Exit::Rule)
        }
        Ok(laid_out) if laid_out == text => Exit::Ok,
        Ok(laid_out) if check => {
            said.push_str(&format!("{path} is not laid out canonically\n"));
            let mut sources = SourceMap::default();
            let file = sources.add(path, &*text);
            let changed = first_change(&text, &laid_out);
            let told = Diagnostic::error(Code::LAYOUT, "this is not laid out canonically")
                .at(Span::new(file, changed.start, changed.end))
                .help("`espice fmt` lays it out");
            tell(&std::iter::once(told).collect(), &sources);
            Exit::Rule
        }
        Ok(laid_out) => match files::write(Path::new(path), &laid_out) {
            Ok(()) => {
                said.push_str(&format!("laid out {path}\n"));
                Exit::Ok
            }
            Err(diagnostic) => {
                context.console.report_one(&diagnostic);
                Exit::Usage
            }
        },
    }
}

/// The line of a text from which on its layout differs.
fn first_change(text: &str, laid_out: &str) -> Range<usize> {
    let mut other = laid_out.split_inclusive('\n');
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if other.next() != Some(line) {
            return at..at + line.trim_end().len();
        }
        at += line.len();
    }
    at..at
}

fn unreadable(path: &str, error: ReadError) -> Diagnostic {
    let reason = match error {
        ReadError::NotFound => String::from("there is no such file or folder"),
        ReadError::TooLarge(limit) => format!("it is larger than {limit} bytes"),
        ReadError::Denied => String::from("the system refuses to read it"),
    };
    Diagnostic::error(Code::PATH, format!("`{path}` cannot be read: {reason}"))
        .help("check the spelling; paths are relative to the current folder")
}

#[cfg(test)]
mod tests {
    use super::*;
    use espice_base::{Date, MemoryWorld};

    #[test]
    fn the_first_line_that_changes_is_found() {
        assert_eq!(first_change("a\nb  c\nd\n", "a\nb c\nd\n"), 2..6);
        assert_eq!(first_change("a\nb", "a\nb\n"), 2..3);
        assert_eq!(first_change("a\n", "a\nb\n"), 2..2);
    }

    #[test]
    fn folders_mean_their_texts_at_any_depth() {
        let world = MemoryWorld::new(Date { year: 2026, month: 1, day: 1 })
            .with("rules/a.espice", "")
            .with("rules/deep/b.espice", "")
            .with("rules/pack.toml", "")
            .with("data/x.csv", "");
        let found = |p: &str| texts_at(p, &world);
        assert_eq!(found("rules/").unwrap(), ["rules/a.espice", "rules/deep/b.espice"]);
        assert_eq!(found("no/such.espice").unwrap(), ["no/such.espice"]);
        assert_eq!(found("data").unwrap_err().code, Code::NO_FILES);
        assert_eq!(found("rulez").unwrap_err().code, Code::PATH);
    }
}
