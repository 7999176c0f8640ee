//! `espice watch`: checks and tests packs again whenever a file of theirs changes.

use super::Context;
use crate::engine::{self, Config};
use crate::exit::Exit;
use espice_base::{Digest, Hasher, SourceMap, World, render_plain};
use espice_report::tested;
use std::collections::BTreeSet;
use std::time::Duration;

/// Checks and tests packs now, and again whenever their files change. Prints what is new and what
/// is gone. Ctrl-C ends it.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Folders of packs, and files that end in .espice
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<String>,
    /// Time between two looks at the files, milliseconds
    #[arg(long, value_name = "MS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(10..=60_000))]
    every: u64,
    /// End after this many looks; without it only Ctrl-C ends the watch
    #[arg(long, value_name = "N")]
    rounds: Option<u64>,
}

/// Milliseconds after which a sleeper looks whether it is to end.
const NAP: u64 = 20;

/// What one look found: lines to be compared with those of the next.
#[derive(Default)]
struct Look {
    lines: BTreeSet<String>,
    /// The account of the tests.
    account: String,
    exit: Option<Exit>,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &Context<'_>) -> Exit {
    let mut before: Option<Digest> = None;
    let mut last = Look::default();
    let mut round = 0_u64;
    loop {
        let now = digest(&arguments.paths, context.world);
        if before != Some(now) {
            before = Some(now);
            let look = match look(&arguments.paths, context) {
                Ok(look) => look,
                Err(exit) => return exit,
            };
            context.console.say(&news(&last, &look));
            last = look;
        }
        round += 1;
        if arguments.rounds.is_some_and(|rounds| round >= rounds) {
            return last.exit.unwrap_or(Exit::Ok);
        }
        let mut left = arguments.every;
        while left > 0 && !context.is_cancelled() {
            let nap = left.min(NAP);
            std::thread::sleep(Duration::from_millis(nap));
            left -= nap;
        }
        if context.is_cancelled() {
            return Exit::Cancelled;
        }
    }
}

/// The digest of everything below the paths.
fn digest(paths: &[String], world: &dyn World) -> Digest {
    let mut hasher = Hasher::new();
    for path in paths {
        let folder = path.trim_end_matches('/');
        let inner = world.list(if folder.is_empty() { "/" } else { folder });
        let files = match inner {
            Ok(files) => files.into_iter().map(|f| format!("{folder}/{f}")).collect(),
            Err(_) => vec![path.clone()],
        };
        for file in files {
            hasher.part(file.as_bytes());
            // A file that cannot be read is one more state.
            hasher.part(&world.read(&file).unwrap_or_default());
        }
    }
    hasher.finish()
}

fn look(paths: &[String], context: &Context<'_>) -> Result<Look, Exit> {
    let mut engine = engine::start(context, &Config::of(context))?;
    let (run, diagnostics) = engine.test(paths, None);
    let sources: &SourceMap = engine.sources();
    let told = diagnostics.iter().map(|d| render_plain(d, sources));
    let text = tested::text(&run, sources);
    let mut lines: Vec<&str> = text.lines().collect();
    let account = String::from(lines.pop().unwrap_or_default());
    let failed = run.outcomes.iter().any(|t| t.status == espice::TestStatus::Fail);
    let exit = Exit::of_diagnostics(&diagnostics);
    let exit = if failed { exit.and(Exit::Rule) } else { exit };
    let tests = lines.into_iter().map(|l| format!("{l}\n"));
    Ok(Look { lines: told.chain(tests).collect(), account, exit: Some(exit) })
}

/// What is new and what is gone since the look before.
fn news(before: &Look, now: &Look) -> String {
    let mut out = String::new();
    for line in now.lines.difference(&before.lines) {
        out += line;
        if !line.ends_with('\n') {
            out.push('\n');
        }
    }
    for line in before.lines.difference(&now.lines) {
        let first = line.lines().next().unwrap_or_default();
        out += &format!("gone: {first}\n");
    }
    if now.account != before.account || !out.is_empty() {
        out += &format!("{}\n", now.account);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use espice_base::{Date, MemoryWorld};

    fn seen(lines: &[&str], account: &str) -> Look {
        let lines = lines.iter().map(|l| String::from(*l)).collect();
        Look { lines, account: String::from(account), exit: None }
    }

    #[test]
    fn only_what_changes_is_said() {
        let none = Look::default();
        let first = seen(&["failed a\n"], "1 passed, 1 failed");
        assert_eq!(news(&none, &first), "failed a\n1 passed, 1 failed\n");
        assert_eq!(news(&first, &first), "");
        let second = seen(&[], "2 passed, 0 failed");
        assert_eq!(news(&first, &second), "gone: failed a\n2 passed, 0 failed\n");
    }

    #[test]
    fn a_change_in_any_file_is_seen() {
        let day = Date { year: 2026, month: 1, day: 1 };
        let paths = [String::from("p/")];
        let of = |text: &str| {
            let world = MemoryWorld::new(day).with("p/a.espice", text).with("p/t/x.csv", "1");
            digest(&paths, &world)
        };
        assert_eq!(of("a"), of("a"));
        assert_ne!(of("a"), of("b"));
    }
}
