//! Texts made of sound ones by small changes at random: whatever a text says, it is read without
//! a panic, a clean one survives its layout and its frozen tree, and both evaluators of rules
//! agree about it.
//!
//! A few cases run with every test. `ESPICE_CASES=1000000` sets how many of each, and
//! `ESPICE_FIRST=1000000` with which to begin, so that many can be run in pieces:
//! `ESPICE_CASES=1000000 cargo test --release -p espice-lang --test random_texts`.
#![cfg(test)]

mod change;
#[path = "../../../../tests/fuzz/src/records.rs"]
pub mod records;

use change::Changer;
use espice_base::{Date, FileId, MemoryWorld, Place, SourceMap};
use espice_lang::PackRoot;
use espice_lang::rules::{self, Batch, Input, Phase, Record};

/// Every construct of the language.
const CONSTRUCTS: &str = include_str!("../../../../tests/spec/every_construct.espice");
/// Rules about what the records hold.
const RULES: &str = include_str!("rules.espice");
const BASE: &str = "kind diode \"diode\" { pins a, k }\nsymbol VF : V \"v\" { plausible 0 V .. 2 V }\n\
symbol IF : A \"i\"\nsymbol VR : V \"v\"\nsymbol IR : A \"i\"\nsymbol TJ : K \"t\"\n";
const TODAY: Date = Date { year: 2026, month: 11, day: 21 };

#[expect(clippy::disallowed_methods, reason = "which cases are run is the caller's choice")]
fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// The seeds to run: as many as `few` where nobody asks for more.
fn seeds(few: u64) -> std::ops::Range<u64> {
    let first = variable("ESPICE_FIRST").unwrap_or(0);
    first..first.saturating_add(variable("ESPICE_CASES").unwrap_or(few))
}

/// Names the case that a panic came from.
struct Case<'t>(u64, &'t str);

impl Drop for Case<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("case {}:\n{}", self.0, self.1);
        }
    }
}

/// The items of a text: what stands between lines that start at the margin.
fn items(text: &str) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    for line in text.lines() {
        let starts = line.starts_with(|c: char| c.is_ascii_lowercase());
        match items.last_mut() {
            Some(last) if !starts => last.push_str(line),
            _ => items.push(line.to_string()),
        }
        if let Some(last) = items.last_mut() {
            last.push('\n');
        }
    }
    items
}

#[test]
fn any_text_is_read_and_a_clean_one_survives_its_layout() {
    let items = items(CONSTRUCTS);
    let file = FileId(0);
    let (seeds, mut clean) = (seeds(1000), 0_u64);
    let all = seeds.end - seeds.start;
    for seed in seeds {
        let text = Changer::new(seed).text(&items);
        let _case = Case(seed, &text);
        let (tree, told) = espice_syntax::parse(&text, file);
        for d in told.iter() {
            let Some(Place::Text(span)) = d.place() else { panic!("{} has no place", d.message) };
            assert!(span.start <= span.end && span.end as usize <= text.len(), "{}", d.message);
            let raw = ["Rule::", "EOI", "-->", "_statement", "_item", "kw_", "op_"];
            assert!(!raw.iter().any(|r| d.message.contains(r)), "{}", d.message);
        }
        if !told.is_empty() {
            continue;
        }
        clean += 1;
        let once = espice_syntax::format(&text).expect("a clean text has a layout");
        let (_, again) = espice_syntax::parse(&once, file);
        assert!(again.is_empty(), "the layout reads:\n{once}");
        assert_eq!(espice_syntax::format(&once).as_ref(), Ok(&once), "the layout stays");
        let frozen = espice_syntax::freeze(&text).expect("a clean text has a tree to keep");
        // What is frozen is part of a program, and stays.
        let (frozen, text) = (frozen.leak(), text.clone().leak());
        assert_eq!(espice_syntax::thaw(frozen, text, file), Some(tree));
    }
    println!("{all} texts, {clean} of them clean");
    assert!(clean * 10 > all, "clean texts are common: {clean} of {all}");
}

#[test]
fn both_evaluators_agree_about_any_rule() {
    let items = items(RULES);
    let facts = records::records();
    let many: Vec<Record<'_>> = facts.iter().map(|facts| Record { facts, model: None }).collect();
    let (seeds, mut sound, mut lowered) = (seeds(400), 0_u64, 0_u64);
    let all = seeds.end - seeds.start;
    for seed in seeds {
        let text = Changer::new(seed ^ 0x5eed).text(&items);
        let _case = Case(seed, &text);
        let world = MemoryWorld::new(TODAY)
            .with("p/pack.toml", "name = \"p\"\nversion = \"1.0.0\"\n")
            .with("p/base.espice", BASE)
            .with("p/own.espice", text.as_str());
        let mut sources = SourceMap::default();
        let roots = [PackRoot::Folder("p".into())];
        let (library, _) = espice_lang::load(&world, &roots, &[], &mut sources);
        let (book, _) = rules::check(&library, &sources);
        sound += book.rules().len() as u64;
        for phase in [Phase::Source, Phase::Data] {
            let plan = book.plan(phase, Batch::new(TODAY));
            lowered += plan.lowered() as u64;
            let judged = plan.judge(&many);
            let mut findings = judged.findings.iter();
            for (i, facts) in facts.iter().enumerate() {
                let walked = book.run(phase, &Input::new(facts, TODAY)).findings;
                for (finding, status) in walked.into_iter().zip(judged.statuses(i)) {
                    assert_eq!(finding.status, status, "record {i}: {}", finding.message);
                    use espice_lang::ir::FindingStatus::{NotApplicable, Passed};
                    if !matches!(status, Passed | NotApplicable) {
                        let told = findings.next().map(|f| &f.1);
                        assert_eq!(format!("{told:?}"), format!("{:?}", Some(&finding)));
                    }
                }
            }
        }
    }
    println!("{all} texts, {sound} sound rules, {lowered} of them with programs");
    assert!(sound * 4 > all && lowered * 8 > all, "sound rules are common: {sound}, {lowered}");
}
