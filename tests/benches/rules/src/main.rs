//! Rules beside other engines, all in one run: only ratios are to be compared.
//!
//! `cargo run --release`; with `PEERS=PYTHON` numpy takes part (`range_peer.py`), with
//! `CFN_GUARD=PROGRAM` the command line of cfn-guard. Every engine must find the same.

mod packs;
mod peers;

use espice_base::{Date, MemoryWorld, SourceMap};
use espice_lang::PackRoot;
use espice_lang::ir::FindingStatus;
use espice_lang::rules::{self, Batch, Phase, Record, Rulebook};
use packs::{RECORDS, RULES, facts, range_pack, values};
use std::hint::black_box;
use std::time::Instant;

/// As in the program; all contestants share it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub const TODAY: Date = Date { year: 2026, month: 11, day: 21 };

/// A race and the word that asks for it.
const RACES: [(&str, fn()); 5] = [
    ("range", range),
    ("findings", findings),
    ("threads", threads),
    ("first", first_verdict),
    ("recheck", recheck),
];

/// All races, or those named by arguments.
fn main() {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    for (name, race) in RACES {
        if asked.is_empty() || asked.iter().any(|a| a == name) {
            race();
        }
    }
}

/// Runs of each contestant in turn; the median of each, in milliseconds.
fn race(rounds: usize, contestants: &mut [(&str, &mut dyn FnMut() -> usize)]) -> Vec<f64> {
    let mut times = vec![Vec::new(); contestants.len()];
    for round in 0..=rounds {
        for (times, (_, run)) in times.iter_mut().zip(contestants.iter_mut()) {
            let start = Instant::now();
            black_box(run());
            // The first round warms up.
            if round > 0 {
                times.push(start.elapsed().as_secs_f64() * 1e3);
            }
        }
    }
    times
        .into_iter()
        .map(|mut t| {
            t.sort_by(f64::total_cmp);
            t[t.len() / 2]
        })
        .collect()
}

pub fn load(text: &str) -> Rulebook {
    let world = MemoryWorld::new(TODAY)
        .with("p/pack.toml", "name = \"p\"\nversion = \"1.0.0\"\n")
        .with("p/rules.espice", text);
    let mut sources = SourceMap::default();
    let roots = [PackRoot::Folder("p".into())];
    let (library, told) = espice_lang::load(&world, &roots, &[], &mut sources);
    let (book, more) = rules::check(&library, &sources);
    for d in told.iter().chain(more.iter()) {
        assert!(d.severity != espice_base::Severity::Error, "{}", d.message);
    }
    book
}

/// 20 two-sided range rules, 1000 records.
fn range() {
    let data = values(RULES, RECORDS);
    let book = load(&range_pack(RULES, RULES));
    let all: Vec<_> = data.iter().map(|r| facts(r)).collect();
    let records: Vec<Record<'_>> = all.iter().map(|f| Record { facts: f, model: None }).collect();
    let plan = book.plan(Phase::Data, Batch::new(TODAY));
    assert_eq!(plan.lowered(), RULES);
    let read = plan.read(&records);
    let failed = |judged: &rules::Judged| {
        let statuses = (0..records.len()).flat_map(|r| judged.statuses(r));
        statuses.filter(|s| *s == FindingStatus::Failed).count()
    };
    let mut prepared = || failed(&plan.judge_read(&read, false));
    let mut whole = || plan.judge(&records).findings.len();
    let mut walker = || {
        let failed = |f: &espice_lang::ir::Finding| f.status == FindingStatus::Failed;
        let run = |r: &Record<'_>| {
            let judged = book.run(Phase::Data, &rules::Input::new(r.facts, TODAY));
            judged.findings.iter().filter(|f| failed(f)).count()
        };
        records.iter().map(run).sum()
    };
    let mut rhai = peers::rhai(&data);
    let mut regorus = peers::regorus(&data);
    let mut cel = peers::cel(&data);
    let expected = prepared();
    let found = [whole(), walker(), rhai(), regorus(), cel()];
    assert!(found.iter().all(|n| *n == expected), "{expected} {found:?}");
    let times = race(
        9,
        &mut [
            ("columns", &mut prepared),
            ("facts to findings", &mut whole),
            ("tree walker", &mut walker),
            ("rhai", &mut *rhai),
            ("regorus", &mut *regorus),
            ("cel", &mut *cel),
        ],
    );
    println!("20 range rules x 1000 records, {expected} violations");
    let names = [
        "columns, read before",
        "facts to findings",
        "tree walker, every finding",
        "rhai",
        "regorus",
        "cel",
    ];
    let ours = times[0];
    for (name, time) in names.iter().zip(&times) {
        let each = time * 1e6 / (RULES * RECORDS) as f64;
        println!("  {name:28} {time:9.3} ms  {each:8.1} ns a check  {:8.1} x columns", time / ours);
    }
    match peers::numpy(expected) {
        Some(ms) => {
            println!(
                "  numpy                        {ms:9.3} ms  columns take {:.2} x numpy",
                ours / ms
            );
        }
        None => println!("  numpy skipped: PEERS names no Python interpreter with numpy"),
    }
    match peers::cfn_guard(&data) {
        Some(ms) => println!("  cfn-guard, whole process     {ms:9.3} ms"),
        None => println!("  cfn-guard skipped: CFN_GUARD names no program"),
    }
}

/// 300 rules, 1000 records, with the findings of all that fail.
fn findings() {
    let (symbols, rules) = (30, 300);
    let data = values(symbols, RECORDS);
    let book = load(&range_pack(rules, symbols));
    let all: Vec<_> = data.iter().map(|r| facts(r)).collect();
    let records: Vec<Record<'_>> = all.iter().map(|f| Record { facts: f, model: None }).collect();
    let judge = |threads| {
        book.judge_many(Phase::Data, &records, Batch { threads, ..Batch::new(TODAY) })
            .findings
            .len()
    };
    let count = judge(1);
    let times = race(5, &mut [("one", &mut || judge(1)), ("two", &mut || judge(2))]);
    println!("300 rules x 1000 records, facts to {count} findings");
    println!("  one thread {:.1} ms, two threads {:.1} ms", times[0], times[1]);
}

/// How much a second thread is worth.
fn threads() {
    let data = values(RULES, 100_000);
    let book = load(&range_pack(RULES, RULES));
    let all: Vec<_> = data.iter().map(|r| facts(r)).collect();
    let records: Vec<Record<'_>> = all.iter().map(|f| Record { facts: f, model: None }).collect();
    let judge = |threads| {
        book.judge_many(Phase::Data, &records, Batch { threads, ..Batch::new(TODAY) })
            .findings
            .len()
    };
    let times = race(5, &mut [("one", &mut || judge(1)), ("two", &mut || judge(2))]);
    println!("20 rules x 100000 records, facts to findings");
    println!(
        "  one thread {:.1} ms, two threads {:.1} ms: {:.2} x",
        times[0],
        times[1],
        times[0] / times[1]
    );
}

/// From the text of 200 rules to the verdict of one record.
fn first_verdict() {
    let data = values(RULES, 1);
    let text = range_pack(200, RULES);
    let one = facts(&data[0]);
    let mut run = || {
        let book = load(&text);
        book.run(Phase::Data, &rules::Input::new(&one, TODAY)).findings.len()
    };
    let times = race(9, &mut [("text to verdict", &mut run)]);
    println!(
        "200 rules, {} bytes, text to the verdict of one record: {:.2} ms",
        text.len(),
        times[0]
    );
}

/// After one rule of 500 was edited.
fn recheck() {
    let (rules, symbols) = (500, 30);
    let data = values(symbols, RECORDS);
    let all: Vec<_> = data.iter().map(|r| facts(r)).collect();
    let records: Vec<Record<'_>> = all.iter().map(|f| Record { facts: f, model: None }).collect();
    let batch = Batch::new(TODAY);
    let (first, second) = packs::edited(rules, symbols);
    let book = load(&first);
    let plan = book.plan(Phase::Data, batch);
    let read = plan.read(&records);
    let before = plan.judge_read(&read, true);
    let mut parts = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..9 {
        let held = before.clone();
        let start = Instant::now();
        let other = load(&second);
        let loaded = start.elapsed();
        let next = other.plan(Phase::Data, batch);
        let again = next.judge_again(&records, &plan, held);
        let all = start.elapsed();
        let start = Instant::now();
        let whole = next.judge(&records);
        let full = start.elapsed() + loaded;
        assert_eq!(whole.findings, again.findings);
        for (part, time) in parts.iter_mut().zip([loaded, all, full]) {
            part.push(time.as_secs_f64() * 1e3);
        }
    }
    let [loaded, all, full] = parts.map(|mut p| {
        p.sort_by(f64::total_cmp);
        p[p.len() / 2]
    });
    println!("one of 500 rules edited, 1000 records, {} findings", before.findings.len());
    println!("  text to new findings {all:.1} ms (loading {loaded:.1} ms); all anew {full:.1} ms");
}
