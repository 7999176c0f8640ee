//! Findings as documents: 20,000 of them, made by judging a library of devices, in every form that
//! CI reads.

use divan::{Bencher, black_box};
use espice::{Config, Engine, JudgeRequest};
use espice_base::{Date, MemoryWorld};
use espice_report::findings::{Form, Report};
use std::fmt::Write as _;
use std::sync::LazyLock;

/// Devices, and rules that each of them breaks.
const DEVICES: usize = 200;
const RULES: usize = 100;

static REPORT: LazyLock<Report> = LazyLock::new(|| {
    let mut rules = String::new();
    for rule in 0..RULES {
        let _ = writeln!(
            rules,
            "rule bound_{rule} : error on data {{\n  check data.row(VF).max <= {} mV\n  \
             because \"the house's limit {rule}\"\n}}",
            100 + rule
        );
    }
    let mut world = MemoryWorld::new(Date { year: 2026, month: 11, day: 21 })
        .with("p/pack.toml", "name = \"p\"\nversion = \"1.0.0\"\nextends = [\"std\"]\n")
        .with("p/rules.espice", rules);
    for device in 0..DEVICES {
        let text = format!(
            "[device]\npart = \"X{device}\"\nkind = \"diode\"\n\n[[parameter]]\nsymbol = \"VF\"\n\
             max = \"{} mV\"\nconditions = {{ IF = \"10 mA\" }}\n",
            700 + device
        );
        world = world.with(format!("library/x{device:03}.toml"), text);
    }
    let config = Config { packs: vec!["p".into()], ..Config::default() };
    let (mut engine, _) = Engine::new(&world, config);
    let request = JudgeRequest { sources: vec!["library".into()], ..JudgeRequest::default() };
    let (judged, _) = engine.judge(&request);
    let report = Report::of_judged(judged);
    let failed = report.findings.iter().filter(|f| report.fails(f)).count();
    assert_eq!(failed, DEVICES * RULES, "{failed} findings");
    report
});

fn main() {
    divan::main();
}

#[divan::bench(args = [Form::Sarif, Form::Junit, Form::Github, Form::Markdown, Form::Jsonl, Form::Html])]
fn render(bencher: Bencher<'_, '_>, form: Form) {
    let report = &*REPORT;
    bencher.bench(|| black_box(form.render(black_box(report))));
}
