//! The program `espice`: reads the command line, runs one command, says how it ended.

mod arguments;
mod command;
mod console;
mod engine;
mod exit;
mod files;
mod stop;
mod store;
mod world;

use arguments::{Arguments, Command};
use clap::Parser;
use command::Context;
use console::Console;
use espice_base::Cancellation;
use exit::Exit;
use std::process::ExitCode;
use world::Disk;

/// Trees and findings are many small pieces, made and dropped by several threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // clap prints usage errors itself and ends with exit code 2.
    let arguments = Arguments::parse();
    let console = Console::new(arguments.global.color);
    let cancellation = Cancellation::new();
    stop::on_signals(&cancellation);
    let world = Disk::new(&console, cancellation);
    let context = Context { console: &console, world: &world, global: &arguments.global };
    let exit = run(&arguments.command, &context);
    if context.is_cancelled() { Exit::Cancelled.into() } else { exit.into() }
}

fn run(command: &Command, context: &Context<'_>) -> Exit {
    let has_findings = matches!(
        command,
        Command::Model(_)
            | Command::Judge(_)
            | Command::Check(_)
            | Command::Lint(_)
            | Command::Test(_)
            | Command::Mutate(_)
            | Command::Fmt(_)
            | Command::Doc(_)
    );
    if !has_findings && context.global.format.form().is_some() {
        context.console.report_one(&command::findings::none_to_show());
        return Exit::Usage;
    }
    match command {
        Command::Model(a) => command::model::run(a, context),
        Command::Extract(a) => command::extract::run(a, context),
        Command::Eval(a) => command::eval::run(a, context),
        Command::Fit(a) => command::fit::run(a, context),
        Command::Judge(a) => command::judge::run(a, context),
        Command::Batch(a) => command::batch::run(a, context),
        Command::Check(a) => command::check::run(a, context),
        Command::Lint(a) => command::lint::run(a, context),
        Command::Lock(a) => command::lock::run(a, context),
        Command::Test(a) => command::test::run(a, context),
        Command::Mutate(a) => command::mutate::run(a, context),
        Command::New(a) => command::new::run(a, context),
        Command::Watch(a) => command::watch::run(a, context),
        Command::Fmt(a) => command::fmt::run(a, context),
        Command::Explain(a) => command::explain::run(a, context),
        Command::Doc(a) => command::doc::run(a, context),
        Command::List(a) => command::list::run(a, context),
        Command::Mcp(a) => command::mcp::run(a, context),
        Command::Generate(a) => command::generate::run(a, context),
    }
}
