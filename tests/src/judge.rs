//! Judging many sources: what is counted, what is found once, what a stopped run says.

use espice::{Baseline, Config, Engine, JudgeRequest};
use espice_base::{Cancellation, Code, Date, MemoryWorld, ReadError, World};
use std::collections::BTreeSet;

const PACK: &str = "name = \"house\"\nversion = \"1.0.0\"\nextends = [\"std\"]\n";
const RULES: &str = r#"
rule drop_is_low : error on data {
  for diode
  check every r in data.rows(VF): r.typ < 1 V
  say "VF is {observed}"
  because "boards are laid out for this"
}
"#;

fn sheet(part: &str, maker: &str, vf: f64) -> String {
    format!(
        "[device]\npart = \"{part}\"\nmaker = \"{maker}\"\nkind = \"diode\"\n\n\
         [[parameter]]\nsymbol = \"VF\"\ntyp = \"{vf} V\"\nconditions = {{ IF = \"10 mA\" }}\n"
    )
}

fn world(rules: &str) -> MemoryWorld {
    MemoryWorld::new(Date { year: 2026, month: 11, day: 21 })
        .with("house/pack.toml", PACK)
        .with("house/rules.espice", rules)
        .with("lib/a/x1.toml", sheet("X1", "ACME", 1.2))
        .with("lib/b/x1.toml", sheet("X1", "ACME", 1.2))
        .with("lib/c/x1.toml", sheet("X1", "Bolt", 1.3))
        .with("lib/x2.toml", sheet("X2", "ACME", 0.7))
        .with("lib/readme.md", "no source")
        .with("lib/pack/pack.toml", PACK.replace("house", "inner"))
        .with("lib/pack/limits.csv", "part,VR (V)\nX1,3\n")
}

fn judge(world: &dyn World) -> espice::outcome::Judged {
    let config = Config { packs: vec!["house".into()], ..Config::default() };
    let (mut engine, diagnostics) = Engine::new(world, config);
    assert!(!diagnostics.has_errors());
    let request = JudgeRequest { sources: vec!["lib".into()], ..JudgeRequest::default() };
    engine.judge(&request).0
}

#[test]
fn equal_findings_are_told_once_and_makers_are_told_apart() {
    let judged = judge(&world(RULES));
    assert_eq!(judged.source.len(), 4, "the pack inside is no source");
    assert_eq!(judged.passed_over, ["md"]);
    let own: Vec<_> = judged.verdict.findings.iter().filter(|f| f.pack == "house").collect();
    let told: Vec<_> = own.iter().map(|f| (f.maker.as_str(), f.times)).collect();
    assert_eq!(told, [("ACME", 2), ("Bolt", 1)]);
    let place = own[0].data_span.as_ref().unwrap();
    assert_eq!((place.file.as_str(), place.line), ("lib/a/x1.toml", 6));
    let r = judged.verdict.rules;
    assert_eq!(r.loaded, r.passed + r.failed + r.undecided + r.not_applicable + r.waived);
    assert_eq!(judged.verdict.status, "failed");
}

/// Many devices are judged together, a few one by one: what is told is the same.
#[test]
fn devices_judged_together_are_judged_as_if_alone() {
    let mut world = world(RULES);
    for n in 0..40 {
        let vf = 0.7 + 0.02 * f64::from(n);
        let maker = if n % 3 == 0 { "ACME" } else { "Bolt" };
        world = world.with(format!("lib/many/d{n:02}.toml"), sheet(&format!("D{n}"), maker, vf));
    }
    let config = Config { packs: vec!["house".into()], threads: 2, ..Config::default() };
    let (mut engine, _) = Engine::new(&world, config);
    let mut judge = |source: String, all: bool| {
        let request = JudgeRequest { sources: vec![source], all, ..JudgeRequest::default() };
        engine.judge(&request).0
    };
    let together = judge("lib/many".into(), false);
    assert!(together.verdict.findings.len() > 20);
    let mut findings = Vec::new();
    for (n, source) in together.source.iter().enumerate() {
        let alone = judge(format!("lib/many/d{n:02}.toml"), false);
        assert_eq!(source, &alone.source[0]);
        findings.extend(alone.verdict.findings);
        assert_eq!(
            together
                .diagnostics
                .iter()
                .filter(|d| { d.span.as_ref().is_some_and(|s| s.file == source.name) })
                .count(),
            alone.diagnostics.len()
        );
    }
    assert_eq!(together.verdict.findings, findings);
    let whole = judge("lib/many".into(), true);
    assert_eq!(whole.verdict.rules, together.verdict.rules);
    let quiet = ["passed", "not_applicable"];
    let told: Vec<_> = whole
        .verdict
        .findings
        .into_iter()
        .filter(|f| !quiet.contains(&f.status.as_str()))
        .collect();
    assert_eq!(told, together.verdict.findings);
}

/// A finding keeps its fingerprint when lines move, values change or its rule is renamed.
#[test]
fn a_baseline_outlives_moved_lines_and_renamed_rules() {
    let mut judged = judge(&world(RULES));
    let baseline = Baseline::of(&judged.verdict.findings);
    baseline.apply("known.txt", &mut judged);
    assert_eq!(judged.verdict.status, "passed");
    let renamed = format!("\n\n// moved\n{}", RULES.replace("drop_is_low", "drop"))
        .replace("for diode", "for diode\n  formerly drop_is_low");
    let later = world(&renamed)
        .with("lib/a/x1.toml", format!("# moved\n\n{}", sheet("X1", "ACME", 1.15)))
        .with("lib/x3.toml", sheet("X3", "ACME", 2.0));
    let mut judged = judge(&later);
    baseline.apply("known.txt", &mut judged);
    let new: Vec<_> =
        judged.verdict.findings.iter().filter(|f| f.status == "failed" && !f.known).collect();
    assert_eq!(new.iter().map(|f| f.part.as_str()).collect::<BTreeSet<_>>(), ["X3"].into());
    assert_eq!(judged.baseline.as_ref().map(|b| b.gone.len()), Some(0));
    assert_eq!(judged.verdict.status, "failed");
    // The same fault, and worse.
    let worse = world(&renamed).with("lib/a/x1.toml", sheet("X1", "ACME", 1.25));
    let mut judged = judge(&worse);
    baseline.apply("known.txt", &mut judged);
    let new: Vec<_> =
        judged.verdict.findings.iter().filter(|f| f.status == "failed" && !f.known).collect();
    assert_eq!(new.iter().map(|f| f.part.as_str()).collect::<Vec<_>>(), ["X1"]);
    assert!(new[0].help.contains("margin of -0.2"), "{}", new[0].help);
}

#[test]
fn waivers_cover_what_they_speak_of_and_their_states_are_counted_over_all_sources() {
    let waivers = "
waive drop_is_low { for part \"X*\"; for maker \"Bolt\"; until 2030-01-01; owner \"qa\"; because \"a\" }
waive drop_is_low { when data.row(VF).typ > 5 V; until 2030-01-01; owner \"qa\"; because \"b\" }
waive drop_is_low { for file \"x2*\"; until 2030-01-01; owner \"qa\"; because \"c\" }
waive drop_is_low { for maker \"ACME\"; for part \"X1\"; within 50 mV of 1.3 V; until 2030-01-01; owner \"qa\"; ticket \"T-1\"; because \"d\" }
waive drop_is_low { for foundry \"elsewhere\"; until 2030-01-01; owner \"qa\"; because \"e\" }
waive drop_is_low { for foundry \"house\"; for package \"SOD*\"; until 2020-01-01; owner \"qa\"; because \"f\" }
";
    let judged = judge(&world(&format!("{RULES}{waivers}")));
    let states: Vec<_> = judged.verdict.waivers.iter().map(|w| w.state.as_str()).collect();
    assert_eq!(states, ["active", "elsewhere", "unused", "stale", "elsewhere", "elsewhere"]);
    let told = |status: &str| -> Vec<_> {
        let own = judged.verdict.findings.iter().filter(|f| f.pack == "house");
        own.filter(|f| f.status == status).map(|f| f.maker.clone()).collect()
    };
    assert_eq!((told("waived"), told("failed")), (vec!["Bolt".into()], vec!["ACME".to_string()]));
    let stale = judged.verdict.findings.iter().find(|f| f.maker == "ACME" && f.pack == "house");
    let waiver = stale.unwrap().waiver.as_ref().unwrap();
    assert_eq!((waiver.state.as_str(), waiver.ticket.as_str()), ("stale", "T-1"));
}

/// A world whose user wants to stop.
struct Stopped(MemoryWorld);

impl World for Stopped {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.0.read(path)
    }
    fn list(&self, folder: &str) -> Result<Vec<String>, ReadError> {
        self.0.list(folder)
    }
    fn today(&self) -> Date {
        self.0.today()
    }
    fn cancellation(&self) -> Cancellation {
        let cancellation = Cancellation::new();
        cancellation.cancel();
        cancellation
    }
}

#[test]
fn a_cancelled_run_says_so() {
    let judged = judge(&Stopped(world(RULES)));
    let codes: Vec<_> = judged.diagnostics.iter().map(|d| d.code.as_str()).collect();
    assert_eq!(codes, [Code::RUN_CANCELLED.as_str()]);
    assert_eq!(judged.verdict.status, "none");
}
