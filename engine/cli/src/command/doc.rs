//! `espice doc`: pages about packs.

use super::Context;
use crate::arguments::Format;
use crate::engine::{self, Config};
use crate::exit::Exit;
use crate::files;
use espice_base::{Code, Diagnostic, Severity};
use espice_report::pages::{Form, render};
use std::path::{Path, PathBuf};

/// Writes pages about packs, with links among them; `index` is where to begin.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Folders of packs, and files that end in .espice
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<String>,
    /// Folder for the pages; with several packs each has a folder in it
    #[arg(short, long, value_name = "DIR", default_value = "doc")]
    output: PathBuf,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &Context<'_>) -> Exit {
    let form = match context.global.format {
        Format::Text | Format::Html => Form::Html,
        Format::Markdown => Form::Markdown,
        _ => {
            let no_form = Diagnostic::error(Code::FORM_OF_FINDINGS, "pages have no such form")
                .help("write `--format html` or `--format markdown`");
            context.console.report_one(&no_form);
            return Exit::Usage;
        }
    };
    let mut engine = match engine::start(context, &Config::of(context)) {
        Ok(engine) => engine,
        Err(exit) => return exit,
    };
    let (packs, diagnostics) = engine.pages(&arguments.paths);
    let mut exit = Exit::of_diagnostics(&diagnostics);
    if diagnostics.iter().any(|d| d.severity >= Severity::Warning) {
        context.console.report(&diagnostics, engine.sources());
    }
    if exit != Exit::Ok {
        return exit;
    }
    let several = packs.len() > 1;
    for (pack, pages) in packs {
        let folder = if several { arguments.output.join(&pack) } else { arguments.output.clone() };
        let written = render(&pages, form);
        let done = files::make_folder(&folder)
            .and_then(|()| written.iter().try_for_each(|(n, t)| files::write(&folder.join(n), t)));
        if let Err(diagnostic) = done {
            context.console.report_one(&diagnostic);
            exit = exit.and(Exit::Usage);
            continue;
        }
        let index = folder.join(format!("index.{}", form.ending()));
        context.console.say(&told(&pack, written.len(), &index));
    }
    exit
}

fn told(pack: &str, count: usize, index: &Path) -> String {
    format!("{pack}: {count} pages, {}\n", index.display())
}
