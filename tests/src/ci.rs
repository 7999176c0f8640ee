//! What a job that guards packs and libraries sees: every way to fail stands in the file that it
//! asked for, and what is known or left out is said.

use crate::program::{self, Run};
use std::path::{Path, PathBuf};

const PACK: &str = "name = \"house\"\nversion = \"1.0.0\"\nextends = [\"std\"]\n";
const RULES: &str = r#"limits house from "limits.csv" key (part)

rule house_drop : error on data {
  for diode
  let own = house[device.part]
  check every r in data.rows(VF): r.typ <= own.VF
  say "VF is {observed}, the house allows {limit}"
  because "agreed with the makers of the boards"
}

rule house_leakage : error on data {
  for diode
  check every r in data.rows(VF): r.max <= 2 V
  say "VF is {observed} at most"
  because "agreed with the makers of the boards"
}

test a_high_drop_is_told {
  given diode {
    part "X1"
    VF typ 0.9 V at (IF = 10 mA, TJ = 25 degC)
  }
  expect error house_drop
}
"#;

fn sheet(part: &str, vf: f64) -> String {
    format!(
        "[device]\npart = \"{part}\"\nkind = \"diode\"\n\n[[parameter]]\nsymbol = \"VF\"\n\
         typ = \"{vf} V\"\nconditions = {{ IF = \"10 mA\", TJ = \"25 degC\" }}\n"
    )
}

/// A pack and a library: one part fails, one stands there twice, one has no limits, one cannot be
/// read.
struct Job(PathBuf);

impl Job {
    fn new(name: &str) -> Job {
        let job = Job(program::folder(name));
        job.write("house/pack.toml", PACK);
        job.write("house/limits.csv", "part,VF (V)\nX1,0.8\nX2,0.8\n");
        job.write("house/rules.espice", RULES);
        job.write("lib/x1.toml", &sheet("X1", 0.9));
        job.write("lib/x2.toml", &sheet("X2", 0.7));
        job.write("lib/old/x2.toml", &sheet("X2", 0.6));
        job.write("lib/x3.toml", &sheet("X3", 3.0));
        job.write("lib/x4.pdf", "this is no sheet");
        job
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn run(&self, arguments: &str) -> Run {
        program::run(&self.0, &arguments.split_whitespace().collect::<Vec<_>>(), &[])
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn sarif(run: &Run) -> serde_json::Value {
    let log: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    log["runs"][0].clone()
}

#[test]
fn a_source_that_cannot_be_read_is_told_and_can_be_known() {
    let job = Job::new("ci-unusable");
    let judge = "judge lib --pack house";
    let first = job.run(judge);
    assert_eq!(first.exit, Some(4), "{}", first.err);
    assert!(first.err.contains("E0602"), "{}", first.err);
    let told = sarif(&job.run(&format!("{judge} --format sarif")));
    assert_eq!(told["invocations"][0]["executionSuccessful"], false);

    assert_eq!(job.run(&format!("{judge} --write-baseline known.txt")).exit, Some(0));
    let later = job.run(&format!("{judge} --baseline known.txt"));
    assert_eq!(later.exit, Some(0), "{}{}", later.out, later.err);
    assert!(later.out.contains("known.txt: 2 known, 0 new, 0 gone"), "{}", later.out);
    assert!(!later.err.contains("E0602"), "{}", later.err);
    let known = sarif(&job.run(&format!("{judge} --baseline known.txt --format sarif")));
    assert_eq!(known["invocations"][0]["executionSuccessful"], true);
    let results = known["results"].as_array().unwrap();
    let e0602 = results.iter().find(|r| r["ruleId"] == "E0602").unwrap();
    assert_eq!(e0602["suppressions"][0]["kind"], "external");

    // Another one is new; one that reads again is gone.
    job.write("lib/x5.pdf", "neither is this");
    let new = job.run(&format!("{judge} --baseline known.txt"));
    assert_eq!(new.exit, Some(4), "{}{}", new.out, new.err);
    assert!(new.err.contains("x5.pdf") && !new.err.contains("x4.pdf"), "{}", new.err);
    std::fs::remove_file(job.0.join("lib/x5.pdf")).unwrap();
    job.write("lib/x4.pdf", &sheet("X4", 0.7));
    let gone = job.run(&format!("{judge} --baseline known.txt"));
    assert_eq!(gone.exit, Some(0), "{}{}", gone.out, gone.err);
    assert!(gone.out.contains("known.txt: 1 known, 0 new, 1 gone"), "{}", gone.out);
}

#[test]
fn parts_that_stand_twice_or_in_no_row_are_told() {
    let job = Job::new("ci-parts");
    std::fs::remove_file(job.0.join("lib/x4.pdf")).unwrap();
    let run = job.run("judge lib --pack house");
    assert!(run.err.contains("warning[E0559]: `X2` stands in 2 sources"), "{}", run.err);
    assert!(run.err.contains("no row in the limits table house::house: X3"), "{}", run.err);
    let json = job.run("judge lib --pack house --format json").out;
    let document: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        document["without_row"],
        serde_json::json!([{ "table": "house::house", "parts": ["X3"] }])
    );
    // Every finding, for who asks for all.
    let all = job.run("judge lib/x2.toml --pack house --all").out;
    assert!(all.contains("passed error house::house_drop: X2: holds: 700 mV"), "{all}");
    assert!(all.contains("not_applicable error std::"), "{all}");
}

#[test]
fn undecided_rules_fail_where_that_is_asked_for() {
    let job = Job::new("ci-undecided");
    let judge = "judge lib/x2.toml --pack house";
    assert_eq!(job.run(judge).exit, Some(0));
    let strict = job.run(&format!("{judge} --fail-on-undecided"));
    assert_eq!(strict.exit, Some(1), "{}", strict.out);
    assert!(strict.out.contains("1 finding fails the run: 1 error"), "{}", strict.out);
    let shown = |form: &str| job.run(&format!("{judge} --fail-on-undecided --format {form}"));
    assert_eq!(sarif(&shown("sarif"))["results"].as_array().unwrap().len(), 1);
    assert!(shown("junit").out.contains("failures=\"1\""));
    assert!(shown("github").out.contains("::error file=lib/x2.toml"), "{}", shown("github").out);
    assert_eq!(job.run(&format!("{judge} --fail-on-undecided --fail-on never")).exit, Some(0));
}

/// Commands on packs have the same forms, and a pack that does not load is told in them.
#[test]
fn every_command_on_packs_tells_in_the_form_that_is_asked_for() {
    let job = Job::new("ci-forms");
    let github = |command: &str| job.run(&format!("{command} --format github"));
    let lint = github("lint house");
    assert_eq!(lint.exit, Some(1));
    assert!(lint.out.contains("file=house/rules.espice"), "{}", lint.out);
    let mutants = github("mutate house");
    assert!(mutants.out.contains("title=E0577::house::house_drop"), "{}", mutants.out);
    assert_eq!(mutants.exit, Some(0), "survivors alone fail nothing");
    assert_eq!(github("mutate house --min-score 100").exit, Some(1));
    assert!(github("fmt house --check").out.is_empty());
    job.write("house/rules.espice", &RULES.replace("  for diode", "  for  diode"));
    let layout = github("fmt house --check");
    assert_eq!(layout.exit, Some(1));
    assert!(layout.out.contains("line=4,") && layout.out.contains("E0578"), "{}", layout.out);

    job.write("house/rules.espice", &RULES.replace("house[device.part]", "hose[device.part]"));
    for command in
        ["judge lib", "model lib/x1.toml -o out", "test house", "check house", "lint house"]
    {
        let run = job.run(&format!("{command} --pack house --format sarif"));
        assert_eq!(run.exit, Some(3), "{command}: {}", run.err);
        let told = sarif(&run);
        assert_eq!(told["invocations"][0]["executionSuccessful"], false, "{command}");
        assert_eq!(told["results"][0]["ruleId"], "E0201", "{command}: {}", run.out);
        let place = &told["results"][0]["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "house/rules.espice", "{command}");
    }
}

#[test]
fn rows_of_limits_tables_that_tests_look_up_are_counted() {
    let job = Job::new("ci-rows");
    let text = job.run("test house --coverage").out;
    assert!(text.contains("limits table house::house: 1 of 2 rows looked up"), "{text}");
    let json = job.run("test house --coverage=json").out;
    assert!(json.contains("\"reached\": 1"), "{json}");
}

/// The smallest change is found into a window far away, too.
#[test]
fn what_would_turn_a_rule_is_found_wherever_it_lies() {
    let job = Job::new("ci-why-not");
    let rule = |check: &str| {
        format!(
            "rule window : error on data {{\n  for diode\n  check every r in data.rows(VF): {check}\n  because \"x\"\n}}\n"
        )
    };
    let explain = "explain house::window --pack house --on lib/x1.toml --why-not";
    for (check, vf, wanted) in [
        ("r.typ in 0.1 V .. 3 V", 5.0, "3 V"),
        ("r.typ in 0.1 V .. 3 V", 7.2, "3 V"),
        ("r.typ in 0.1 V .. 3 V", 720.0, "3 V"),
        ("r.typ in 0.1 V .. 3 V", 0.0, "100 mV"),
        ("r.typ >= 10 V and r.typ < 1 kV", 2000.0, "999.9999"),
        ("50 mV < r.typ * 2 < 200 mV", 720.0, "0.0999999"),
    ] {
        job.write("house/rules.espice", &rule(check));
        job.write("lib/x1.toml", &sheet("X1", vf));
        let run = job.run(explain);
        let last = run.out.lines().last().unwrap_or_default();
        assert!(last.contains("VF typ") && last.contains(wanted), "{check} at {vf}: {}", run.out);
    }
}

/// What a pack extends may be given beside it.
#[test]
fn a_parent_may_be_given_with_pack() {
    let job = Job::new("ci-parent");
    let child = PACK.replace("\"house\"", "\"team\"").replace("\"std\"", "\"house\"");
    job.write("team/pack.toml", &child);
    job.write(
        "team/rules.espice",
        "override house::house_leakage { severity warning; because \"x\" }\n",
    );
    for command in
        ["check --pack house team", "lint --pack house team", "check --pack ./house/ house team"]
    {
        let run = job.run(command);
        assert!(!run.err.contains("E0403"), "{command}: {}", run.err);
    }
    assert!(job.run("check team").err.contains("E0403"));
}
