//! The commands of the tutorial and of the page about CI are run as a reader would, on the files
//! that the pages show.
//!
//! A block with a file name after its language is that file: of the pack `acme` where the name
//! has no folder. Blocks of `espice` are rules of the pack. Of `sh` blocks every line that starts
//! with `espice` runs, of `yaml` blocks every `run:`, `entry:` and script line that does; the
//! words `# exit 1` behind one say how it ends where that is not 0.

use crate::program::{self, Run};
use std::fmt::Write;
use std::path::Path;

#[expect(clippy::disallowed_methods, reason = "tests read the pages that they are about")]
fn page(name: &str) -> String {
    std::fs::read_to_string(program::root().join("docs").join(name)).unwrap()
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// Runs a command line and gives it with what went wrong.
fn ended(folder: &Path, line: &str) -> Option<String> {
    let (command, wanted) = match line.split_once("# exit ") {
        Some((command, code)) => (command.trim(), code.trim().parse::<i32>().unwrap()),
        None => (line, 0),
    };
    let words: Vec<&str> = command.split_whitespace().skip(1).collect();
    let Run { exit, out, err, .. } = program::run(folder, &words, &[]);
    (exit != Some(wanted)).then(|| format!("`{command}` ended with {exit:?}\n{out}{err}"))
}

/// Walks through a page: writes its files, runs its commands. How many ran, and what went wrong.
fn walk(folder: &Path, text: &str) -> (usize, Vec<String>) {
    let (mut ran, mut wrong, mut rules) = (0, Vec::new(), String::new());
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```").filter(|i| !i.is_empty()) else { continue };
        let body: Vec<&str> = lines.by_ref().take_while(|l| *l != "```").collect();
        let whole = body.join("\n") + "\n";
        let (language, name) = info.split_once(' ').unwrap_or((info, ""));
        if language == "espice" {
            let _ = writeln!(rules, "{whole}");
            write(folder, "acme/packages.espice", &rules);
        } else if name.contains('/') || language == "yaml" {
            write(folder, name, &whole);
        } else if !name.is_empty() {
            write(folder, &format!("acme/{name}"), &whole);
        }
        if !["sh", "yaml"].contains(&language) {
            continue;
        }
        for line in body {
            let line = line.trim().trim_start_matches("- ");
            let command = ["run: ", "entry: "].iter().find_map(|p| line.strip_prefix(p));
            let command = command.unwrap_or(line);
            if command.starts_with("espice ") {
                ran += 1;
                wrong.extend(ended(folder, command));
            }
        }
    }
    (ran, wrong)
}

#[test]
fn the_tutorial_and_its_jobs_run() {
    let folder = program::folder("tutorial");
    let (ran, wrong) = walk(&folder, &page("tutorial-rule-pack.md"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert_eq!(ran, 11, "commands of the tutorial");
    let (ran, wrong) = walk(&folder, &page("ci.md"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert_eq!(ran, 21, "commands of the page about CI");
    for report in ["rules.sarif", "rules.xml"] {
        assert!(folder.join(report).is_file(), "{report} was written");
    }
    // The job is not green by itself: a new sheet that breaks a rule fails it.
    let old = "[device]\npart = \"AC8\"\nkind = \"diode\"\npackage = \"SOD-323\"\n\n\
               [[parameter]]\nsymbol = \"PD\"\nmax = \"1 W\"\n";
    write(&folder, "sheets/new.toml", old);
    let job = "espice --pack acme --format github judge sheets --baseline known.txt # exit 1";
    assert_eq!(ended(&folder, job), None);
    let _ = std::fs::remove_dir_all(&folder);
}
