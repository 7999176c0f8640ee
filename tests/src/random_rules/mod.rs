//! Rules and records made at random: both evaluators of the engine against a plain evaluation
//! written from `docs/language.md`, and slips of unit that loading must refuse.
//!
//! `ESPICE_PAIRS=1000000` sets how many pairs of rule and record are evaluated.

mod kleene;
mod make;
mod meaning;
mod say;
mod slip;

use crate::support::{variable, world};
use espice_base::{Date, Diagnostics, Place, Severity, SourceMap, Span, render_plain};
use espice_facts::{Conditions, Facts, Parameter, Section, Status as Trust};
use espice_lang::PackRoot;
use espice_lang::ir::FindingStatus;
use espice_lang::rules::{self, Batch, Input, Phase, Rulebook};
use espice_units::Dimension;
use make::Maker;
use meaning::{Status, status};
use say::{PLAUSIBLE, Record, Rule, SYMBOLS, Unit};

const TODAY: Date = Date { year: 2026, month: 11, day: 21 };
/// Rules of one pack, and records that all of them judge.
const RULES: usize = 40;
const RECORDS: usize = 50;

fn pairs() -> usize {
    variable("ESPICE_PAIRS").and_then(|p| p.parse().ok()).unwrap_or(20_000)
}

/// A pack of these rules; the texts come with the diagnostics.
fn load(rules: &[String]) -> (Rulebook, Diagnostics, SourceMap) {
    let mut text = String::from(
        "kind diode \"diode\" { pins a, k }\nkind varistor \"varistor\" { pins p, n }\nsymbol TJ : K \"junction temperature\"\n",
    );
    for (name, unit) in SYMBOLS {
        let body = if name == "VF" {
            format!(" {{ plausible {} V .. {} V }}", PLAUSIBLE.0, PLAUSIBLE.1)
        } else {
            String::new()
        };
        text.push_str(&format!("symbol {name} : {} \"made\"{body}\n", unit.text()));
    }
    text.push_str(&make::functions());
    rules.iter().for_each(|rule| text.push_str(rule));
    let world = world()
        .with("p/pack.toml", "name = \"p\"\nversion = \"1.0.0\"\n")
        .with("p/made.espice", text);
    let mut sources = SourceMap::default();
    let roots = [PackRoot::Folder("p".into())];
    let (library, mut told) = espice_lang::load(&world, &roots, &[], &mut sources);
    let (book, more) = rules::check(&library, &sources);
    told.extend(more);
    (book, told, sources)
}

fn errors(told: &Diagnostics, sources: &SourceMap) -> Vec<String> {
    let errors = told.iter().filter(|d| d.severity == Severity::Error);
    errors.map(|d| render_plain(d, sources)).collect()
}

fn facts(record: &Record) -> Facts {
    let mut facts = Facts::default();
    facts.device.kind = record.kind.map(String::from);
    facts.device.part = record.part.map(String::from);
    facts.device.package = record.package.map(String::from);
    for row in &record.rows {
        let (symbol, unit) = SYMBOLS[row.symbol];
        let mut conditions = Conditions::none();
        for (symbol, value) in &row.conditions {
            conditions = conditions.with(SYMBOLS[*symbol].0, *value);
        }
        if let Some(kelvin) = row.temperature {
            conditions = conditions.with("TJ", kelvin);
        }
        facts.parameters.push(Parameter {
            symbol: symbol.into(),
            printed: symbol.into(),
            name: String::new(),
            section: Section::Electrical,
            min: row.min,
            typ: row.typ,
            max: row.max,
            dimension: if unit == Unit::Volt { Dimension::VOLTAGE } else { Dimension::CURRENT },
            printed_unit: String::new(),
            conditions,
            parts: row.part.iter().map(ToString::to_string).collect(),
            status: if row.refused { Trust::Refused } else { Trust::Served },
            reasons: Vec::new(),
            confidence: 1.0,
            provenance: Place::Text(Span::default()).into(),
        });
    }
    facts
}

fn word(status: FindingStatus) -> Status {
    match status {
        FindingStatus::Passed => Status::Passed,
        FindingStatus::Failed | FindingStatus::Waived => Status::Failed,
        FindingStatus::Undecided => Status::Undecided,
        FindingStatus::NotApplicable => Status::NotApplicable,
    }
}

#[test]
fn both_evaluators_mean_what_the_language_says() {
    let packs = pairs().div_ceil(RULES * RECORDS).max(1);
    let (mut seen, mut lowered) = ([0_usize; 4], 0);
    for seed in 0..packs as u64 {
        let mut maker = Maker::new(seed);
        let made: Vec<Rule> = (0..RULES).map(|i| maker.rule(format!("r{i}"))).collect();
        let records: Vec<Record> = (0..RECORDS).map(|_| maker.record()).collect();
        let texts: Vec<String> = made.iter().map(ToString::to_string).collect();
        let (book, told, sources) = load(&texts);
        let wrong = errors(&told, &sources);
        assert!(wrong.is_empty(), "seed {seed}: {}", wrong.join("\n"));
        let all: Vec<Facts> = records.iter().map(facts).collect();
        let many: Vec<rules::Record<'_>> =
            all.iter().map(|facts| rules::Record { facts, model: None }).collect();
        let plan = book.plan(Phase::Data, Batch::new(TODAY));
        lowered += plan.lowered();
        let judged = plan.judge(&many);
        let read = plan.read(&many);
        assert_eq!(
            plan.judge_read(&read, true).findings.len(),
            judged.findings.len(),
            "seed {seed}: reading before judging changes nothing"
        );
        let mut findings = judged.findings.iter();
        for (i, (record, facts)) in records.iter().zip(&all).enumerate() {
            let walked = book.run(Phase::Data, &Input::new(facts, TODAY)).findings;
            for ((rule, finding), column) in made.iter().zip(&walked).zip(judged.statuses(i)) {
                let meant = status(rule, record);
                assert_eq!(
                    (word(finding.status), word(column)),
                    (meant, meant),
                    "walker and columns against the meaning, seed {seed}, record {i}\n{rule}\n\
                     {record:#?}\n{}",
                    finding.message
                );
                if matches!(meant, Status::Failed | Status::Undecided) {
                    assert_eq!(
                        findings.next(),
                        Some(&(i, Box::new(finding.clone()))),
                        "seed {seed}"
                    );
                }
                seen[meant as usize] += 1;
            }
        }
        assert_eq!(findings.next(), None, "seed {seed}: a finding that nobody asked for");
    }
    let total: usize = seen.iter().sum();
    println!(
        "{total} pairs: {} passed, {} failed, {} undecided, {} not applicable; {lowered} of {} \
         rules have programs",
        seen[0],
        seen[1],
        seen[2],
        seen[3],
        packs * RULES
    );
    assert!(seen.iter().all(|n| *n * 50 > total), "every outcome is common: {seen:?}");
    assert!(lowered * 2 > packs * RULES, "most rules have programs");
}

#[test]
fn slips_of_unit_are_refused_when_a_pack_is_loaded() {
    let packs = (pairs() / 20_000).max(1) * 40;
    let (mut refused, mut kept) = (0, 0);
    for seed in 0..packs as u64 {
        let mut maker = Maker::new(seed ^ 0x51ab);
        let made: Vec<Rule> = (0..10).map(|i| maker.rule(format!("r{i}"))).collect();
        for rule in made {
            assert_eq!(slip::check(&rule), Ok(()), "{rule}");
            let mut slipped = rule.clone();
            if !slip::slip(&mut slipped, maker.below(6)) {
                continue;
            }
            let meant = slip::check(&slipped);
            let (_, told, sources) = load(&[slipped.to_string()]);
            let found = errors(&told, &sources);
            match meant {
                Err(slip::Doubt::Unsure) => {}
                Err(slip::Doubt::Wrong) => {
                    assert!(!found.is_empty(), "a slip of unit was let through:\n{slipped}");
                    refused += 1;
                }
                Ok(()) => {
                    assert!(found.is_empty(), "{slipped}\n{}", found.join("\n"));
                    kept += 1;
                }
            }
        }
    }
    println!("{refused} slips were refused, {kept} left a sound rule");
    assert!(refused > packs, "enough slips: {refused}");
}

#[test]
fn any_number_of_threads_gives_the_same() {
    let mut maker = Maker::new(7);
    let texts: Vec<String> = (0..RULES).map(|i| maker.rule(format!("r{i}")).to_string()).collect();
    let (book, _, _) = load(&texts);
    let all: Vec<Facts> = (0..2000).map(|_| facts(&maker.record())).collect();
    let many: Vec<rules::Record<'_>> =
        all.iter().map(|facts| rules::Record { facts, model: None }).collect();
    let judge =
        |threads| book.judge_many(Phase::Data, &many, Batch { threads, ..Batch::new(TODAY) });
    let one = judge(1);
    for threads in [2, 3, 8] {
        let other = judge(threads);
        assert_eq!(one.findings, other.findings);
        assert_eq!(one.diagnostics, other.diagnostics);
        for record in 0..many.len() {
            assert!(one.statuses(record).eq(other.statuses(record)));
        }
    }
}

/// After one rule was edited, what is kept from before is what all anew gives.
#[test]
fn judging_again_gives_what_judging_anew_does() {
    let mut reused = 0;
    for seed in 0..(pairs() / 2000).max(10) as u64 {
        let mut maker = Maker::new(seed ^ 0xa9a1);
        let mut texts: Vec<String> =
            (0..RULES).map(|i| maker.rule(format!("r{i}")).to_string()).collect();
        let (book, _, _) = load(&texts);
        let at = maker.below(RULES);
        match seed % 3 {
            // Another rule in its place, which moves the rules behind it.
            0 => texts[at] = maker.rule(format!("r{at}")).to_string(),
            1 => texts.insert(at, maker.rule(String::from("added")).to_string()),
            _ => {
                texts.remove(at);
            }
        }
        let (edited, _, _) = load(&texts);
        let all: Vec<Facts> = (0..40).map(|_| facts(&maker.record())).collect();
        let many: Vec<rules::Record<'_>> =
            all.iter().map(|facts| rules::Record { facts, model: None }).collect();
        let earlier = book.plan(Phase::Data, Batch::new(TODAY));
        let given = earlier.judge(&many);
        let later = edited.plan(Phase::Data, Batch::new(TODAY));
        let anew = later.judge(&many);
        let again = later.judge_again(&many, &earlier, given);
        assert_eq!(again.findings, anew.findings, "seed {seed}");
        assert_eq!(again.diagnostics, anew.diagnostics, "seed {seed}");
        for record in 0..many.len() {
            assert!(again.statuses(record).eq(anew.statuses(record)), "seed {seed}");
        }
        reused += again.findings.len();
    }
    assert!(reused > 1000, "findings to keep: {reused}");
}
