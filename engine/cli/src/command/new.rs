//! `espice new`: a pack to start from, which passes check and test.

use super::Context;
use crate::exit::Exit;
use crate::files;
use espice_base::{Code, Diagnostic, ReadError, World};
use std::path::Path;

/// Writes a pack to start from: rules, a table of limits, tests, a file for CI.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// A new or empty folder
    #[arg(value_name = "DIR")]
    folder: String,
    /// Name of the pack; without it that of the folder
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

/// The files of a new pack; `NAME` in them stands for its name.
const FILES: [(&str, &str); 6] = [
    ("pack.toml", include_str!("../../skeleton/pack.toml")),
    ("rules.espice", include_str!("../../skeleton/rules.espice")),
    ("limits.csv", include_str!("../../skeleton/limits.csv")),
    ("tests/rules.espice", include_str!("../../skeleton/tests/rules.espice")),
    ("tests/part.toml", include_str!("../../skeleton/tests/part.toml")),
    ("ci.yml", include_str!("../../skeleton/ci.yml")),
];

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &Context<'_>) -> Exit {
    let folder = arguments.folder.trim_end_matches('/');
    if let Some(complaint) = occupied(folder, context.world) {
        context.console.report_one(&complaint);
        return Exit::Usage;
    }
    let last = folder.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = pack_name(arguments.name.as_deref().unwrap_or(last));
    for (path, text) in FILES {
        let path = Path::new(folder).join(path);
        let made = path.parent().map_or(Ok(()), files::make_folder);
        if let Err(diagnostic) =
            made.and_then(|()| files::write(&path, &text.replace("NAME", &name)))
        {
            context.console.report_one(&diagnostic);
            return Exit::Usage;
        }
        context.console.say(&format!("wrote {}\n", path.display()));
    }
    context.console.say(&format!("next: espice test {folder} --coverage\n"));
    Exit::Ok
}

/// Why nothing can be written there.
fn occupied(folder: &str, world: &dyn World) -> Option<Diagnostic> {
    match world.list(if folder.is_empty() { "/" } else { folder }) {
        Err(ReadError::NotFound) => None,
        Ok(files) if files.is_empty() => None,
        _ => Some(
            Diagnostic::error(Code::FOLDER_NOT_EMPTY, format!("`{folder}` is not an empty folder"))
                .help("name a new folder"),
        ),
    }
}

/// A name that a pack may have: letters, digits, `-` and `_`, a letter first.
fn pack_name(wanted: &str) -> String {
    let letter = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let name: String = wanted.chars().map(|c| if letter(c) { c } else { '-' }).collect();
    let name = name.trim_matches('-');
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        String::from(name)
    } else {
        format!("house-{name}").trim_end_matches('-').to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_folder_gives_a_name() {
        for (folder, name) in
            [("acme", "acme"), ("my rules", "my-rules"), ("180nm", "house-180nm"), ("..", "house")]
        {
            assert_eq!(pack_name(folder), name);
        }
    }

    #[test]
    fn nothing_is_written_over() {
        let console = crate::console::Console::quiet();
        let world = crate::world::Disk::new(&console, espice_base::Cancellation::new());
        let global = crate::arguments::Global::default_for_tests();
        let context = Context { console: &console, world: &world, global: &global };
        let folder = std::env::temp_dir().join(format!("espice-new-{}", std::process::id()));
        let path = String::from(folder.to_str().unwrap());
        let arguments = Arguments { folder: path, name: None };
        assert_eq!(run(&arguments, &context), Exit::Ok);
        assert_eq!(run(&arguments, &context), Exit::Usage);
        let complaint = occupied(folder.to_str().unwrap(), &world).unwrap();
        assert_eq!(complaint.code, Code::FOLDER_NOT_EMPTY);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
