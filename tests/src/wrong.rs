//! Wrong inputs, given to the program as a user gives them: `bad/NAME/case.txt`.
//!
//! The first line holds the arguments (`OUT` is the folder for results). `exit: N` is the
//! documented exit code; `codes: …` are the diagnostics that must be told; `mistakes: N` is the
//! number of diagnostics; `big: FILE` makes a file that is larger than files may be. The
//! snapshots hold the words. Every case takes at most 2 s and 256 MiB.

use crate::program::{self, Run};
use espice_base::{Code, Limits};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Most processor time of a case, seconds; development builds are slower by more than ten.
const SECONDS: f64 = if cfg!(debug_assertions) { 10.0 } else { 2.0 };

#[derive(Default)]
struct Case {
    name: String,
    arguments: Vec<String>,
    exit: i32,
    codes: BTreeSet<String>,
    mistakes: Option<usize>,
    big: Option<String>,
}

fn bad() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("bad")
}

fn case(folder: &Path) -> Case {
    #[allow(clippy::disallowed_methods, reason = "tests read the files that they are about")]
    let text = std::fs::read_to_string(folder.join("case.txt")).unwrap();
    let mut lines = text.lines();
    let words = |line: &str| line.split_whitespace().map(String::from).collect::<Vec<_>>();
    let mut case = Case {
        name: folder.file_name().unwrap().to_str().unwrap().to_string(),
        arguments: words(lines.next().unwrap()),
        ..Case::default()
    };
    for line in lines {
        let (key, value) = line.split_once(": ").unwrap_or((line, ""));
        match key {
            "exit" => case.exit = value.parse().unwrap(),
            "codes" => case.codes = words(value).into_iter().collect(),
            "mistakes" => case.mistakes = Some(value.parse().unwrap()),
            "big" => case.big = Some(value.to_string()),
            _ => panic!("{}: what is `{line}`?", case.name),
        }
    }
    case
}

fn cases() -> Vec<Case> {
    let mut folders: Vec<PathBuf> = bad()
        .read_dir()
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.join("case.txt").is_file())
        .collect();
    folders.sort();
    folders.iter().map(|f| case(f)).collect()
}

fn run(case: &Case) -> Run {
    let folder = program::folder(&format!("bad-{}", case.name));
    program::copy(&bad().join(&case.name), &folder);
    if let Some(big) = &case.big {
        // A file of holes: it has its length, and takes no space.
        let file = std::fs::File::create(folder.join(big)).unwrap();
        file.set_len(Limits::default().file_bytes + 1).unwrap();
    }
    let mut arguments: Vec<&str> =
        case.arguments.iter().map(|a| if a == "OUT" { "out" } else { a }).collect();
    if arguments.first() == Some(&"model") {
        arguments.push("--no-simulator");
    }
    let run = program::run(&folder, &arguments, &[]);
    if run.exit == Some(2) {
        assert!(!folder.join("out").exists(), "{} wrote something", case.name);
    }
    std::fs::remove_dir_all(folder).unwrap();
    run
}

/// The codes that a text tells, in the order of their places.
fn told(text: &str) -> Vec<String> {
    let found = text.split('[').skip(1).filter_map(|rest| rest.split_once("]: "));
    // Annotations carry theirs in the title.
    let titles = text.split("title=").skip(1).filter_map(|rest| rest.split_once("::"));
    let all = found.chain(titles).map(|(code, _)| code.to_string());
    all.filter(|c| Code::find(c).is_some()).collect()
}

/// What a run says about what is wrong, without the results beside it.
fn words(run: &Run) -> String {
    const HEADS: [&str; 7] =
        ["error[", "warning[", "note[", "failed ", "undecided ", "no model", "::"];
    let concerns = |p: &&str| HEADS.iter().any(|h| p.trim_start().starts_with(h));
    let out: Vec<&str> = run.out.split("\n\n").filter(concerns).map(str::trim_end).collect();
    let mut text = out.join("\n\n");
    if !run.err.is_empty() {
        let _ = write!(text, "{}{}", if text.is_empty() { "" } else { "\n\n" }, run.err);
    }
    text
}

#[test]
fn every_wrong_input_is_told_with_its_exit_code() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(bad().join("snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let cases = cases();
    assert!(cases.len() >= 30);
    let mut wrong = Vec::new();
    for case in &cases {
        let run = run(case);
        let said = format!("{}\n{}", run.out, run.err);
        let codes = told(&said);
        let mut complain = |what: String| wrong.push(format!("{}: {what}", case.name));
        if run.exit != Some(case.exit) {
            complain(format!("exit code {:?} instead of {}\n{said}", run.exit, case.exit));
        }
        for code in case.codes.iter().filter(|c| !codes.contains(c)) {
            complain(format!("{code} is not told\n{said}"));
        }
        if case.mistakes.is_some_and(|n| n != codes.len()) {
            complain(format!("{} diagnostics: {codes:?}", codes.len()));
        }
        if run.seconds > SECONDS {
            complain(format!("took {} s", run.seconds));
        }
        // Which limit an endless script hits first depends on how busy the machine is.
        let said = words(&run).replace("more than 80 ms", "more than 500000 operations");
        let shown = format!("$ espice {}\n{said}", case.arguments.join(" "));
        settings.bind(|| insta::assert_snapshot!(case.name.as_str(), shown));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every exit code of the program's help has a case, a cancelled run excepted.
#[test]
fn every_exit_code_has_a_case() {
    let seen: BTreeSet<i32> = cases().iter().map(|c| c.exit).collect();
    assert_eq!(seen, (0..=7).collect());
}
