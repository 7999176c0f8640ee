//! Findings in the form that was asked for, to a file or to standard output.

use super::Context;
use crate::engine::{self, Config, Engine};
use crate::exit::Exit;
use crate::files;
use espice::outcome::BaselineRecord;
use espice_base::{Code, Diagnostic};
use espice_report::findings::{Form, Report, baseline_words};
use std::path::{Path, PathBuf};

/// Sets the engine up for a command with findings. What its packs have against that is told in the
/// form that was asked for, too: a job that reads the file finds the reason there.
///
/// # Errors
/// How the run ends when packs do not load.
pub(super) fn start<'w>(
    command: &str,
    context: &Context<'w>,
    config: &Config,
    output: Option<&Path>,
) -> Result<Box<dyn Engine + 'w>, Exit> {
    let (engine, diagnostics) = engine::open(context.world, config);
    context.console.report(&diagnostics, engine.sources());
    let exit = Exit::of_diagnostics(&diagnostics);
    if exit == Exit::Ok {
        return Ok(engine);
    }
    if let Some(form) = context.global.format.form() {
        let mut report = Report::of_diagnostics(command, &diagnostics, engine.sources());
        report.incomplete = true;
        hand_over(context, &report, form, output).map_err(|worse| exit.and(worse))?;
    }
    Err(exit)
}

/// Shows a report in a form.
///
/// # Errors
/// How the run ends when nothing could be written.
pub(super) fn hand_over(
    context: &Context<'_>,
    report: &Report,
    form: Form,
    output: Option<&Path>,
) -> Result<(), Exit> {
    let texts = form.render(report).map_err(|error| {
        context.console.complain(&format!("the findings cannot be written: {error}\n"));
        Exit::Usage
    })?;
    say(context, &texts, output)
}

/// Writes results to a file, or to standard output.
///
/// # Errors
/// How the run ends when nothing could be written.
pub(super) fn say(
    context: &Context<'_>,
    texts: &[String],
    output: Option<&Path>,
) -> Result<(), Exit> {
    let complain = |diagnostic: Diagnostic| {
        context.console.report_one(&diagnostic);
        Exit::Usage
    };
    let Some(path) = output else {
        let [text] = texts else {
            let message = format!("the findings make {} files", texts.len());
            return Err(complain(
                Diagnostic::error(Code::FORM_OF_FINDINGS, message)
                    .help("name the first with --output: the others are named after it"),
            ));
        };
        context.console.say(text);
        return Ok(());
    };
    if context.is_cancelled() {
        return Err(Exit::Cancelled);
    }
    for (n, text) in texts.iter().enumerate() {
        let path = numbered(path, n + 1);
        files::write(&path, text).map_err(complain)?;
        context.console.complain(&format!("wrote {}\n", path.display()));
    }
    Ok(())
}

/// The account of a baseline, where one was given.
pub(super) fn of_baseline(record: Option<&BaselineRecord>) -> String {
    record.map_or(String::new(), |b| baseline_words(b) + "\n")
}

/// What is told when a command has no findings to show in a form.
pub(crate) fn none_to_show() -> Diagnostic {
    Diagnostic::error(Code::FORM_OF_FINDINGS, "this command has no findings to write in this form")
        .help("it knows `--format text` and `--format json`")
}

/// `a.sarif` as it is, then `a.2.sarif`, `a.3.sarif`.
fn numbered(path: &Path, n: usize) -> PathBuf {
    if n <= 1 {
        return path.to_path_buf();
    }
    let name = path.file_name().map_or(String::new(), |n| n.to_string_lossy().into_owned());
    path.with_file_name(match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() => format!("{stem}.{n}.{ending}"),
        _ => format!("{name}.{n}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn further_files_are_named_after_the_first() {
        for (path, n, wanted) in [
            ("out/a.sarif", 1, "out/a.sarif"),
            ("out/a.sarif", 2, "out/a.2.sarif"),
            ("a", 3, "a.3"),
            (".a", 2, ".a.2"),
        ] {
            assert_eq!(numbered(Path::new(path), n), PathBuf::from(wanted));
        }
    }
}
