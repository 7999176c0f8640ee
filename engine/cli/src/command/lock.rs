//! `espice lock`: versions and digests of all that packs extend, beside their manifests.

use super::Context;
use crate::engine::{self, Config};
use crate::exit::Exit;
use crate::files;
use espice_base::{Code, Diagnostic};
use std::path::Path;

/// Writes the pack.lock of packs, to which `espice check --locked` holds them.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Folders of packs
    #[arg(required = true, value_name = "DIR")]
    folders: Vec<String>,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &Context<'_>) -> Exit {
    let mut engine = match engine::start(context, &Config::of(context)) {
        Ok(engine) => engine,
        Err(exit) => return exit,
    };
    let diagnostics = engine.check(&arguments.folders);
    let exit = Exit::of_diagnostics(&diagnostics);
    if exit != Exit::Ok {
        // A pack that does not check is not worth to be kept as it is.
        context.console.report(&diagnostics, engine.sources());
        return exit;
    }
    let locks = engine.locks(&arguments.folders);
    let lacks = |f: &&String| !locks.iter().any(|(p, _)| p.starts_with(f.trim_end_matches('/')));
    if let Some(folder) = arguments.folders.iter().find(lacks) {
        let message = format!("`{folder}` is no folder of a pack");
        context.console.report_one(&Diagnostic::error(Code::NO_FILES, message));
        return Exit::Usage;
    }
    for (path, text) in locks {
        if let Err(diagnostic) = files::write(Path::new(&path), &text) {
            context.console.report_one(&diagnostic);
            return Exit::Usage;
        }
        context.console.say(&format!("wrote {path}\n"));
    }
    Exit::Ok
}
