//! Rules of any text, loaded and evaluated: nothing panics, and both evaluators agree.
#![no_main]
use espice_fuzz::records;
use espice_base::{Date, MemoryWorld, SourceMap};
use espice_facts::Facts;
use espice_lang::PackRoot;
use espice_lang::rules::{self, Batch, Input, Phase, Record};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

const BASE: &str = "kind diode \"diode\" { pins a, k }\nsymbol VF : V \"v\" { plausible 0 V .. 2 V }\n\
symbol IF : A \"i\"\nsymbol VR : V \"v\"\nsymbol IR : A \"i\"\nsymbol TJ : K \"t\"\n";

static RECORDS: LazyLock<Vec<Facts>> = LazyLock::new(records);

fuzz_target!(|text: &str| {
    let today = Date { year: 2026, month: 11, day: 21 };
    let world = MemoryWorld::new(today)
        .with("p/pack.toml", "name = \"p\"\nversion = \"1.0.0\"\n")
        .with("p/base.espice", BASE)
        .with("p/own.espice", text);
    let mut sources = SourceMap::default();
    let roots = [PackRoot::Folder("p".into())];
    let (library, _) = espice_lang::load(&world, &roots, &[], &mut sources);
    let (book, _) = rules::check(&library, &sources);
    let many: Vec<Record<'_>> = RECORDS.iter().map(|facts| Record { facts, model: None }).collect();
    for phase in [Phase::Source, Phase::Data, Phase::Model] {
        let judged = book.judge_many(phase, &many, Batch::new(today));
        for (i, facts) in RECORDS.iter().enumerate() {
            let walked = book.run(phase, &Input::new(facts, today)).findings;
            let statuses: Vec<_> = walked.iter().map(|f| f.status).collect();
            assert_eq!(judged.statuses(i).collect::<Vec<_>>(), statuses, "record {i}");
        }
    }
});
