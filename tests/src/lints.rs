//! Lints: the bad example of each is told once and nothing else is, the good one is silent, what
//! can be mended becomes the good one, `allow` silences, and the shipped packs are clean.

use crate::program;
use espice_base::{Code, Date, Diagnostics, MemoryWorld, Severity, SourceMap, render_plain};
use espice_lang::lint::{Complaint, LINTS, Teller, lint, mend, without_allowed};
use espice_lang::{PackRoot, load, rules};
use std::collections::BTreeSet;
use std::path::Path;

const BASE: &str = include_str!("../reach/base.espice");

/// What is told of a pack on top of `base`.
struct Told {
    proofs: Diagnostics,
    complaints: Vec<Complaint>,
    sources: SourceMap,
}

fn told(text: &str) -> Told {
    let world = MemoryWorld::new(Date { year: 2026, month: 11, day: 21 })
        .with("base/pack.toml", "name = \"base\"\nversion = \"1.0.0\"\n")
        .with("base/base.espice", BASE)
        .with("own/pack.toml", "name = \"own\"\nversion = \"1.0.0\"\nextends = [\"base\"]\n")
        .with("own/ratings.csv", "package,VF_max (V)\nSOT23,5\n")
        .with("own/own.espice", text);
    let mut sources = SourceMap::default();
    let roots = [PackRoot::Folder("own".into()), PackRoot::Folder("base".into())];
    let (library, mut diagnostics) = load(&world, &roots, &[], &mut sources);
    let (book, of_rules) = rules::check(&library, &sources);
    diagnostics.extend(of_rules);
    let mistakes: Vec<String> = diagnostics
        .iter()
        .filter(|d| d.severity == Severity::Error)
        .map(|d| render_plain(d, &sources))
        .collect();
    assert!(mistakes.is_empty(), "{text}\n{}", mistakes.join("\n"));
    let own: BTreeSet<usize> =
        library.packs.iter().enumerate().filter(|p| p.1.name == "own").map(|p| p.0).collect();
    let proofs = without_allowed(&library, rules::reachability(&library, &book));
    let complaints = lint(&library, &book, &sources, &own);
    Told { proofs, complaints, sources }
}

impl Told {
    /// The codes that one of both tells.
    fn codes(&self, teller: Teller) -> Vec<Code> {
        match teller {
            Teller::Check => self.proofs.iter().map(|d| d.code).collect(),
            _ => self.complaints.iter().map(|c| c.diagnostic.code).collect(),
        }
    }

    fn words(&self) -> String {
        let lints = self.complaints.iter().map(|c| &c.diagnostic);
        let all = self.proofs.iter().chain(lints);
        all.map(|d| render_plain(d, &self.sources)).collect::<Vec<_>>().join("\n")
    }
}

#[test]
fn every_lint_tells_its_bad_example_and_not_its_good_one() {
    let mut shown = String::new();
    for info in LINTS {
        let bad = told(info.bad);
        assert_eq!(bad.codes(info.teller), [info.code], "{}\n{}", info.name, bad.words());
        let good = told(info.good);
        assert_eq!(good.codes(info.teller), [], "{}\n{}", info.name, good.words());
        let fixed = mend(&bad.complaints, &bad.sources);
        match info.teller {
            Teller::Mended => assert_eq!(fixed["own/own.espice"], info.good, "{}", info.name),
            Teller::Lint => assert!(fixed.is_empty(), "{} mends something", info.name),
            Teller::Check => {}
        }
        if info.teller != Teller::Check {
            shown += &bad.words();
            shown.push('\n');
        }
        for text in [info.bad, info.good] {
            assert_eq!(espice_syntax::format(text).unwrap(), text, "{}", info.name);
        }
    }
    insta::with_settings!({
        snapshot_path => "../reach",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!("lints", shown);
    });
}

/// A lint is allowed where a file says so at its top, or an item in its block.
#[test]
fn what_is_allowed_is_not_told() {
    for info in LINTS.iter().filter(|l| l.name != "unused_allow") {
        let whole = format!("allow {} because \"a test\"\n{}", info.name, info.bad);
        let told = told(&whole);
        assert_eq!(told.codes(info.teller), [], "{}\n{}", info.name, told.words());
    }
    let inside = "rule r : error on data {\n  for diode\n  check every r in data.rows(VF): r.typ < 100 V\n  \
                  allow never_fails because \"a test\"\n}\n";
    assert_eq!(told(inside).codes(Teller::Check), []);
    let beside = format!(
        "{inside}rule s : error on data {{ for diode; check every r in data.rows(VF): r.max < 100 V }}\n"
    );
    assert_eq!(told(&beside).codes(Teller::Check), [Code::NEVER_FAILS]);
}

/// The packs that the program carries, as their authors would lint and check them in CI.
#[test]
fn the_shipped_packs_are_lint_clean() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut packs = vec![String::from("rules")];
    for entry in root.join("foundries").read_dir().unwrap() {
        packs.push(format!("foundries/{}", entry.unwrap().file_name().to_str().unwrap()));
    }
    for command in ["lint", "check"] {
        let arguments: Vec<&str> =
            std::iter::once(command).chain(packs.iter().map(String::as_str)).collect();
        let run = program::run(root, &arguments, &[]);
        assert_eq!((run.exit, run.out.as_str()), (Some(0), "no problems\n"), "{}", run.err);
    }
}

/// `--fix` mends files in place, and says what is left.
#[test]
fn fixes_are_written_and_the_rest_is_told() {
    let folder = program::folder("lint-fix");
    let pack = "name = \"own\"\nversion = \"1.0.0\"\nextends = [\"std\"]\n";
    let text = "rule r : error on data {\n  for diode\n  let rows = data.rows(VF)\n  \
                check every r in data.rows(VF): not (r.typ < 0.1 V)\n  say \"VF is {observed}\"\n}\n";
    std::fs::write(folder.join("pack.toml"), pack).unwrap();
    std::fs::write(folder.join("own.espice"), text).unwrap();
    let run = program::run(&folder, &["lint", ".", "--fix"], &[]);
    assert_eq!(run.exit, Some(1), "{}{}", run.out, run.err);
    assert!(run.out.contains("mended") && run.out.contains("2 warnings"), "{}", run.out);
    for code in ["E1020", "E1026"] {
        assert!(run.err.contains(code), "{}", run.err);
    }
    #[expect(clippy::disallowed_methods, reason = "the test looks at what was written")]
    let mended = std::fs::read_to_string(folder.join("own.espice")).unwrap();
    assert_eq!(
        mended,
        "rule r : error on data {\n  for diode\n  check every r in data.rows(VF): r.typ >= 0.1 V\n  \
         say \"VF is {observed}\"\n}\n"
    );
    std::fs::remove_dir_all(folder).unwrap();
}

/// A comparison with what may be missing is no end of a range: a rule that fails by the other one
/// would no longer decide.
#[test]
fn comparisons_with_definitions_stay() {
    let folder = program::folder("lint-range");
    let pack = "name = \"own\"\nversion = \"1.0.0\"\nextends = [\"std\"]\n";
    let rule = |high: &str| {
        format!(
            "rule r : error on data {{\n  for diode\n  {high}\n  \
             check every r in data.rows(VF): r.typ >= 2 V and r.typ <= high\n  \
             because \"x\"\n}}\n"
        )
    };
    std::fs::write(folder.join("pack.toml"), pack).unwrap();
    for (high, told) in
        [("let high = data.row(VRRM).max", false), ("limit high : V = 3 V because \"x\"", true)]
    {
        std::fs::write(folder.join("own.espice"), rule(high)).unwrap();
        let run = program::run(&folder, &["lint", "."], &[]);
        assert_eq!(run.err.contains("E1028"), told, "{high}: {}", run.err);
    }
    std::fs::remove_dir_all(folder).unwrap();
}
