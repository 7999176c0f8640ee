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

/// A conflict among the sheets of a library is that of one part: the same of another is new.
#[test]
fn what_is_known_of_one_part_of_a_library_is_not_known_of_another() {
    let folder = program::folder("baseline-library");
    std::fs::create_dir_all(folder.join("house")).unwrap();
    std::fs::create_dir_all(folder.join("lib")).unwrap();
    write(
        &folder,
        "house/pack.toml",
        "name = \"house\"\nversion = \"1.0.0\"\nextends = [\"std\"]\n",
    );
    write(
        &folder,
        "house/house.espice",
        "rule one_rating_for_a_part : error on library {\n  for diode\n  needs VRRM\n  \
         check every a in data.rows(VRRM): every b in data.rows(VRRM) where b.part == a.part: \
         b.max <= a.max\n  say \"{a.part} is rated {a.max} and {b.max}\"\n}\n",
    );
    let rated = |file: &str, part: &str, volts: u32| {
        let device = format!("[device]\npart = \"{part}\"\nkind = \"diode\"\n");
        let row = format!("[[parameter]]\nsymbol = \"VRRM\"\nmax = \"{volts} V\"\n");
        write(&folder, &format!("lib/{file}.toml"), &format!("{device}{row}"));
    };
    let judge = |more: &[&str]| {
        program::run(&folder, &[&["--pack", "house", "judge", "lib"], more].concat(), &[])
    };
    for (file, part, volts) in
        [("a", "BAS16", 75), ("b", "BAS16", 100), ("c", "BAT54", 30), ("d", "BAT54", 30)]
    {
        rated(file, part, volts);
    }
    let plain = judge(&[]);
    assert!(plain.out.contains("is rated 75 V and 100 V"), "{}", plain.out);
    // A rule on the library spoke of them.
    assert!(!plain.err.contains("E0553"), "{}", plain.err);
    assert_eq!(judge(&["--write-baseline", "known.txt"]).exit, Some(0));
    assert_eq!(judge(&["--baseline", "known.txt"]).exit, Some(0));

    rated("b", "BAS16", 75);
    rated("d", "BAT54", 90);
    let new = judge(&["--baseline", "known.txt"]);
    assert_eq!(new.exit, Some(1), "{}{}", new.out, new.err);
    assert!(new.out.contains("0 known, 1 new, 1 gone"), "{}", new.out);
    std::fs::remove_dir_all(folder).unwrap();
}
