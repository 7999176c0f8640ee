//! `espice mcp`: the server for agents, a program of its own beside this one.

use super::Context;
use crate::exit::Exit;
use espice_base::{Code, Diagnostic};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

/// The name of the server's program.
const PROGRAM: &str = "espice-mcp";

/// Serves agents by the Model Context Protocol, over standard input and output or over HTTP.
///
/// The options are those of the program `espice-mcp`, which stands beside this one: `espice mcp --
/// --help` prints them. `--root DIR` names the folders below which files are read, `--http ADDRESS`
/// serves over HTTP.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Options of the server
    #[arg(value_name = "OPTION", trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<OsString>,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &Context<'_>) -> Exit {
    let program = beside().unwrap_or_else(|| PathBuf::from(PROGRAM));
    let mut command = Command::new(&program);
    command.args(&arguments.options);
    for pack in &context.global.packs {
        command.args(["--pack", pack]);
    }
    if let Some(foundry) = &context.global.foundry {
        command.args(["--foundry", foundry]);
    }
    if let Some(exit) = become_server(&mut command) {
        return exit;
    }
    let message = format!("the program `{PROGRAM}` is not there");
    let complaint = Diagnostic::error(Code::NO_FRONT_END, message)
        .help("build it beside this one: cargo build --release -p espice-mcp");
    context.console.report_one(&complaint);
    Exit::Usage
}

/// Goes on as the server, so that whoever ends this program ends that. Comes back only when there
/// is none.
#[cfg(unix)]
fn become_server(command: &mut Command) -> Option<Exit> {
    use std::os::unix::process::CommandExt;
    let _ = command.exec();
    None
}

/// Runs the server and says how it ended; `None` when there is none.
#[cfg(not(unix))]
fn become_server(command: &mut Command) -> Option<Exit> {
    let status = command.status().ok()?;
    Some(match status.code() {
        Some(0) => Exit::Ok,
        Some(3) => Exit::Pack,
        _ => Exit::Usage,
    })
}

/// The server's program in the folder of this one.
fn beside() -> Option<PathBuf> {
    let own = std::env::current_exe().ok()?;
    let name = format!("{PROGRAM}{}", std::env::consts::EXE_SUFFIX);
    Some(own.parent()?.join(name)).filter(|p| p.is_file())
}
