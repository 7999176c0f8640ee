//! Baselines as a user meets them: what is known fails nothing, and what is written says so.

use crate::program;
use std::path::Path;

const SHEET: &str = include_str!("../examples/EX41/EX41.toml");

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).unwrap();
}

#[expect(clippy::disallowed_methods, reason = "tests read what the program wrote")]
fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap()
}

#[test]
fn known_failures_of_a_sheet_keep_no_model_from_being_made() {
    let folder = program::folder("baseline-model");
    // The typical voltage at 1 mA is above that at 10 mA: a row was misread.
    let wrong = SHEET.replace("typ = \"588 mV\"", "typ = \"712 mV\"");
    assert_ne!(wrong, SHEET);
    write(&folder, "EX41.toml", &wrong);
    let model = ["model", "EX41.toml", "-o", "out", "--no-simulator"];
    let run = |more: &[&str]| program::run(&folder, &[&model, more].concat(), &[]);

    let plain = run(&[]);
    assert_eq!(plain.exit, Some(1), "{}", plain.out);
    assert!(!folder.join("out/EX41.lib").exists());

    let written = run(&["--write-baseline", "known.txt"]);
    assert_eq!(written.exit, Some(0), "{}{}", written.out, written.err);
    assert!(written.err.contains("known.txt: 1 known, 0 new"), "{}", written.err);
    assert!(read(&folder, "known.txt").contains("std::vf_rises_with_current\tEX41"));

    let later = run(&["--baseline", "known.txt"]);
    assert_eq!(later.exit, Some(0), "{}{}", later.out, later.err);
    assert!(later.out.contains("known error std::vf_rises_with_current"), "{}", later.out);
    assert!(read(&folder, "out/EX41.json").contains("\"known\": true"));
    assert!(folder.join("out/EX41.lib").exists());

    // Another failure is not known.
    let other = wrong.replace("max = \"715 mV\"", "max = \"900 mV\"");
    assert_ne!(other, wrong);
    write(&folder, "EX41.toml", &other);
    let new = run(&["--baseline", "known.txt"]);
    assert_eq!(new.exit, Some(1), "{}{}", new.out, new.err);
    std::fs::remove_dir_all(folder).unwrap();
}

/// What the run says of itself is what it ends with.
#[test]
fn a_run_that_writes_a_baseline_says_that_nothing_fails_it() {
    let folder = program::folder("baseline-judge");
    write(&folder, "EX41.toml", &SHEET.replace("typ = \"588 mV\"", "typ = \"712 mV\""));
    let judge =
        |more: &[&str]| program::run(&folder, &[&["judge", "EX41.toml"], more].concat(), &[]);
    let plain = judge(&[]);
    assert_eq!(plain.exit, Some(1));
    assert!(plain.out.contains("1 finding fails the run"), "{}", plain.out);
    let written = judge(&["--write-baseline", "known.txt"]);
    assert_eq!(written.exit, Some(0));
    assert!(written.out.contains("nothing fails the run"), "{}", written.out);
    // What the old baseline holds and nobody finds any more is told before a new one is written.
    write(&folder, "EX41.toml", SHEET);
    let gone = judge(&["--baseline", "known.txt", "--write-baseline", "known.txt"]);
    assert_eq!(gone.exit, Some(0));
    assert!(gone.out.contains("1 gone"), "{}", gone.out);
    assert!(gone.err.contains("with 0 findings"), "{}", gone.err);
    std::fs::remove_dir_all(folder).unwrap();
}
