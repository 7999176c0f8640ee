//! The tables of three-valued logic in `docs/language.md`, cell by cell.

use super::make::Maker;
use super::meaning::Status;
use super::say::{Record, Row};
use super::{TODAY, errors, facts, load, word};
use crate::support::{bytes, root};
use espice_lang::rules::{self, Batch, Input, Phase};

/// The cells of the rows below a head, without backticks.
fn table(text: &str, head: &str) -> Vec<Vec<String>> {
    let mut lines = text.lines().skip_while(|line| !line.starts_with(head)).skip(2);
    let mut rows = Vec::new();
    while let Some(line) = lines.next().filter(|l| l.starts_with('|')) {
        let cells = line.trim_matches('|').split(" | ");
        rows.push(cells.map(|c| c.trim().replace('`', "")).collect());
    }
    assert!(!rows.is_empty(), "no table under `{head}`");
    rows
}

fn language() -> String {
    String::from_utf8(bytes(&root().join("docs/language.md"))).expect("a text")
}

/// A row with a typical value, or without.
fn row(symbol: usize, typ: Option<f64>) -> Row {
    Row {
        symbol,
        min: None,
        typ,
        max: None,
        conditions: Vec::new(),
        temperature: None,
        refused: false,
        part: None,
    }
}

fn record(rows: Vec<Row>) -> Record {
    Record { kind: Some("diode"), part: Some("X1"), package: None, rows }
}

/// How checks come out on a record, by both evaluators, which agree.
fn come_out(checks: &[String], record: &Record) -> Vec<Status> {
    let texts: Vec<String> = checks
        .iter()
        .enumerate()
        .map(|(i, check)| format!("rule r{i} : error on data {{\n  check {check}\n}}\n"))
        .collect();
    let (book, told, sources) = load(&texts);
    let wrong = errors(&told, &sources);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let facts = facts(record);
    let walked = book.run(Phase::Data, &Input::new(&facts, TODAY)).findings;
    let many = [rules::Record { facts: &facts, model: None }];
    let columns = book.judge_many(Phase::Data, &many, Batch::new(TODAY));
    let walked: Vec<Status> = walked.iter().map(|f| word(f.status)).collect();
    let columns: Vec<Status> = columns.statuses(0).map(word).collect();
    assert_eq!(walked, columns, "{checks:#?}");
    walked
}

fn meant(cell: &str) -> Status {
    match cell {
        "yes" => Status::Passed,
        "no" => Status::Failed,
        "undecided" => Status::Undecided,
        "not applicable" => Status::NotApplicable,
        other => panic!("`{other}` is no outcome"),
    }
}

/// Replaces words: `a` and `x` stand for themselves in no other word.
fn with(text: &str, name: char, value: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let part = |i: Option<usize>| {
        i.and_then(|i| letters.get(i)).is_some_and(|c| c.is_alphanumeric() || *c == '_')
    };
    let mut out = String::new();
    for (i, c) in letters.iter().enumerate() {
        if *c == name && !part(i.checked_sub(1)) && !part(Some(i + 1)) {
            out.push_str(value);
        } else {
            out.push(*c);
        }
    }
    out
}

#[test]
fn truths_join_as_the_tables_say() {
    let rows = table(&language(), "| `a` | `b` |");
    assert_eq!(rows.len(), 9);
    // `VF` is there, its maximum is not.
    let record = record(vec![row(0, Some(1.0))]);
    let truth = |cell: &str| match cell {
        "yes" => "(data.row(VF).typ > 0 V)",
        "no" => "(data.row(VF).typ < 0 V)",
        _ => "(data.row(VF).max > 0 V)",
    };
    let forms = ["not a", "a and b", "a or b", "if a then b else no"];
    for cells in rows {
        let [a, b, results @ ..] = cells.as_slice() else { panic!("{cells:?}") };
        let checks: Vec<String> =
            forms.iter().map(|f| with(&with(f, 'a', truth(a)), 'b', truth(b))).collect();
        let wanted: Vec<Status> = results.iter().map(|c| meant(c)).collect();
        assert_eq!(come_out(&checks, &record), wanted, "{cells:?}");
    }
}

#[test]
fn operators_meet_what_is_missing_as_the_table_says() {
    let rows = table(&language(), "| written | `x` is 1 V |");
    let checks: Vec<String> = rows
        .iter()
        .map(|r| with(&with(&r[0], 'x', "data.row(VF).typ"), 'y', "data.row(VR).typ"))
        .collect();
    for (column, x) in [Some(1.0), None, Some(f64::NAN), Some(f64::INFINITY)].iter().enumerate() {
        let record = record(vec![row(0, *x), row(1, Some(2.0))]);
        for ((came, cells), check) in come_out(&checks, &record).iter().zip(&rows).zip(&checks) {
            assert_eq!(*came, meant(&cells[column + 1]), "`{check}` where x is {x:?}");
        }
    }
}

#[test]
fn loops_join_as_the_table_says() {
    for cells in table(&language(), "| said of the elements |") {
        let rows = cells[0].split(", ").filter(|s| *s != "nothing").map(|said| {
            row(
                0,
                match said {
                    "yes" => Some(1.0),
                    "no" => Some(-1.0),
                    _ => None,
                },
            )
        });
        let record = record(rows.collect());
        let checks = ["every", "some"].map(|q| format!("{q} r in data.rows(VF): r.typ > 0 V"));
        let wanted = vec![meant(&cells[1]), meant(&cells[2])];
        assert_eq!(come_out(&checks, &record), wanted, "{cells:?}");
    }
}

/// A made record has every kind of hole, so that what the tables say is met by chance too.
#[test]
fn made_records_hold_every_kind_of_value() {
    let mut maker = Maker::new(3);
    let rows: Vec<Row> = (0..200).flat_map(|_| maker.record().rows).collect();
    let typs: Vec<Option<f64>> = rows.iter().map(|r| r.typ).collect();
    assert!(typs.iter().any(Option::is_none));
    for kind in [f64::is_nan, f64::is_infinite, f64::is_finite] {
        assert!(typs.iter().flatten().any(|v| kind(*v)));
    }
    assert!(rows.iter().any(|r| r.refused) && rows.iter().any(|r| r.part.is_some()));
}
