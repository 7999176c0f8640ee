//! `espice generate`: documents that are made from the program itself, so that they are true.

use super::Context;
use crate::engine::{self, Config};
use crate::exit::Exit;
use crate::files;
use clap::CommandFactory;
use espice_base::{Diagnostic, all_codes};
use espice_report::schema;
use std::path::{Path, PathBuf};

/// Writes commands.md, codes.md, lints.md, templates.md, the schemas of outcome and judge, and the
/// operations with the schemas of their requests.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Folder of the documents
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &Context<'_>) -> Exit {
    let (schema, judged) = match (schema::render(), schema::judged()) {
        (Ok(outcome), Ok(judged)) => (outcome, judged),
        (Err(error), _) | (_, Err(error)) => {
            context.console.complain(&format!("the schema cannot be written: {error}\n"));
            return Exit::Usage;
        }
    };
    let templates = match engine::start(context, &Config::of(context)) {
        Ok(engine) => engine.templates(),
        Err(exit) => return exit,
    };
    let documents = [
        ("commands.md", commands()),
        ("codes.md", codes()),
        ("lints.md", super::lint::document()),
        ("templates.md", templates),
        ("outcome.schema.json", schema),
        ("judged.schema.json", judged),
        ("operations.json", schema::operations()),
    ];
    match write(&arguments.folder, &documents) {
        Ok(()) => Exit::Ok,
        Err(diagnostic) => {
            context.console.report_one(&diagnostic);
            Exit::Usage
        }
    }
}

fn write(folder: &Path, documents: &[(&str, String)]) -> Result<(), Diagnostic> {
    files::make_folder(folder)?;
    documents.iter().try_for_each(|(name, text)| files::write(&folder.join(name), text))
}

/// The reference of the commands.
fn commands() -> String {
    let mut program = crate::arguments::Arguments::command().term_width(90);
    program.build();
    let mut out = String::from(
        "# Commands\n\nMade by `espice generate`; the program says the same with `--help`.\n",
    );
    out += &section(&mut program, "espice");
    let names: Vec<String> = program
        .get_subcommands()
        .filter(|c| !c.is_hide_set() && c.get_name() != "help")
        .map(|c| String::from(c.get_name()))
        .collect();
    for name in names {
        if let Some(command) = program.find_subcommand_mut(&name) {
            let mut command = command.clone().term_width(90);
            out += &section(&mut command, &format!("espice {name}"));
        }
    }
    out
}

fn section(command: &mut clap::Command, title: &str) -> String {
    let help = command.render_long_help().to_string();
    let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
    format!("\n## {title}\n\n```text\n{}\n```\n", lines.join("\n").trim_end())
}

/// The list of all codes with their pages.
fn codes() -> String {
    let mut out = String::from(
        "# Codes\n\nEvery diagnostic carries one of these codes. A code keeps its meaning for \
         good.\nMade by `espice generate`; `espice explain CODE` prints one page.\n",
    );
    for info in all_codes() {
        out += &format!("\n## {}: {}\n\n", info.code, info.title);
        out += &as_markdown(info.explanation);
    }
    out
}

/// An explanation as Markdown: prose stays, examples become code.
fn as_markdown(explanation: &str) -> String {
    let mut out = String::new();
    let mut code = false;
    for line in explanation.trim().lines() {
        let example = line.starts_with("Wrong:") || line.starts_with("Right:");
        if example && !code {
            out += "```text\n";
            code = true;
        } else if code && line.is_empty() {
            out += "```\n";
            code = false;
        }
        out += line;
        out.push('\n');
    }
    if code {
        out += "```\n";
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_become_code_and_prose_stays() {
        assert_eq!(
            as_markdown("Why it is.\n\nWrong:  a\n        b\nRight:  c"),
            "Why it is.\n\n```text\nWrong:  a\n        b\nRight:  c\n```\n"
        );
    }

    #[test]
    fn documents_name_everything_there_is() {
        let codes = codes();
        assert!(all_codes().all(|i| codes.contains(&format!("## {}: ", i.code))));
        let commands = commands();
        for name in ["model", "check", "test", "fmt", "explain"] {
            assert!(commands.contains(&format!("## espice {name}\n")), "{name}");
        }
        assert!(!commands.contains("## espice generate") && commands.contains("--fail-on"));
        assert_eq!(commands, super::commands());
    }
}
