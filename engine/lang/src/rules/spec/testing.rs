//! Tests of packs: what they may expect, what they reach, and what they do not notice.

use super::*;
use crate::rules::{Fate, TestOutcome};

const RULE: &str = "
rule low : error on data {
  for diode
  needs VF
  limit most : V = 0.65 V because \"house\"
  check every r in data.rows(VF) where r.IF is not missing: r.typ < most
  say \"VF is {worst.typ}\"
}
rule lower : warning on data { check every r in data.rows(VF): r.typ in 0.1 V .. 0.7 V }
";

fn context<'a>(read: Option<&'a super::super::ReadFacts<'a>>) -> TestContext<'a> {
    let limits = Limits::default();
    TestContext { today: today(), limits, constants: SPICE39, build: None, read }
}

fn run(tests: &str) -> Vec<TestOutcome> {
    book(&format!("{RULE}{tests}")).run_tests(&context(None))
}

fn named<'a>(outcomes: &'a [TestOutcome], name: &str) -> &'a TestOutcome {
    outcomes.iter().find(|o| o.name == name).unwrap()
}

#[test]
fn a_limit_is_tested_to_the_last_bit() {
    let given = "given diode { VF = 0.6 V at (IF = 1 mA) }";
    let outcomes = run(&format!(
        "test good {{ {given}; expect pass low below 0.65 V; expect error low down to 650 mV
                     expect pass lower up to 0.7 V; expect pass lower down to 0.1 V }}
         test strict {{ {given}; expect pass low up to 0.65 V }}
         test other {{ {given}; expect pass low below 0.66 V }}
         test wrong {{ {given}; expect pass lower below 0.7 V }}"
    ));
    let got = |name: &str| named(&outcomes, name).got.join("; ");
    assert_eq!(got("good"), "");
    assert_eq!(got("strict"), "error at 650 mV");
    assert_eq!(got("other"), "nothing is compared with 660 mV; limits: 650 mV");
    assert_eq!(got("wrong"), "pass at 700 mV");
}

#[test]
fn findings_are_asked_for_their_reasons() {
    let given = "given diode { VF = 0.6 V at (IF = 1 mA); VF = 0.68 V at (IF = 10 mA) }";
    let outcomes = run(&format!(
        "test good {{ {given}
           expect error low with limit == 650 mV, observed in 0.6 V .. 0.7 V, margin == -30 mV
           expect error low with row VF at (IF = 10 mA), message \"is 680\"
           expect nothing more }}
         test limit {{ {given}; expect error low with limit == 0.6 V }}
         test row {{ {given}; expect error low with row VF at (IF = 1 mA) }}
         test words {{ {given}; expect error low with message \"leaks\" }}
         test alone {{ {given}; expect pass lower; expect nothing more }}
         test plain {{ {given}; expect pass low }}"
    ));
    let got = |name: &str| named(&outcomes, name).got.join("; ");
    assert_eq!(got("good"), "");
    assert_eq!(got("limit"), "limit 650 mV");
    assert_eq!(got("row"), "VF at IF = 10 mA");
    assert_eq!(got("words"), "VF is 680 mV");
    let decisive = "VF is 680 mV (observed 680 mV, limit 650 mV; VF at IF = 10 mA)";
    assert_eq!(got("alone"), format!("error low: {decisive}"));
    assert_eq!(got("plain"), format!("error: {decisive}"));
}

#[test]
fn a_test_that_is_skipped_or_closed_says_so() {
    let given = "given diode { VF = 0.6 V at (IF = 1 mA) }";
    let outcomes = run(&format!(
        "test later {{ {given}; expect error low; skip because \"no data\" }}
         test closed {{ {given}; expect pass low; todo because \"a gap\" }}"
    ));
    assert_eq!(named(&outcomes, "later").status, TestStatus::Skip);
    assert_eq!(named(&outcomes, "later").note, "no data");
    assert_eq!(named(&outcomes, "closed").status, TestStatus::Pass);
    assert_eq!(named(&outcomes, "closed").note, "passes now: take `todo` away");
}

#[test]
fn data_lie_beside_a_test() {
    let text = format!(
        "{RULE}test t {{ given \"part.csv\"; expect error low; expect error low down to 0.65 V }}"
    );
    let (book, told) = checked(&text, &[("part.csv", "VF")]);
    assert!(!told.has_errors(), "{told:?}");
    let read = |name: &str, bytes: &[u8]| {
        assert_eq!((name, bytes), ("p/part.csv", b"VF".as_slice()));
        Ok(sheet())
    };
    assert_eq!(book.run_tests(&context(Some(&read)))[0].status, TestStatus::Pass);
    let none = |_: &str, _: &[u8]| Err(String::from("no table"));
    assert_eq!(book.run_tests(&context(Some(&none)))[0].got, ["no table"]);
    let (_, told) = checked(&text, &[]);
    assert!(told.iter().any(|d| d.code == Code::PACK_FILE), "{told:?}");
    let out = text.replace("part.csv", "../secret.csv");
    let (_, told) = checked(&out, &[("../secret.csv", "x")]);
    assert!(told.iter().any(|d| d.code == Code::PACK_FILE), "{told:?}");
}

#[test]
fn what_tests_reach_is_counted_by_condition() {
    let book = book(&format!(
        "{RULE}test t {{ given diode {{ VF = 0.6 V at (IF = 1 mA) }}; expect pass low }}"
    ));
    let packs = [String::from("p")];
    let run = book.test(&packs, &|_| true, &context(None));
    let low = run.coverage.rules.iter().find(|r| r.rule == "low").unwrap();
    let lower = run.coverage.rules.iter().find(|r| r.rule == "lower").unwrap();
    assert_eq!((low.evaluated, lower.evaluated), (1, 0));
    let ways: Vec<(&str, u64, u64)> =
        low.branches.iter().map(|b| (b.text.as_str(), b.ways[0].1, b.ways[1].1)).collect();
    assert_eq!(
        ways,
        [
            ("VF", 1, 0),
            ("every r in data.rows(VF) where r.IF is not missing: r.typ < most", 1, 0),
            ("r.IF is not missing", 1, 0),
            ("r.typ < most", 1, 0),
        ]
    );
    assert_eq!(run.coverage.evaluated().1, 2);
    assert!(book.test(&packs, &|n| n == "x", &context(None)).outcomes.is_empty());
}

#[test]
fn limits_of_passing_tests_are_tried() {
    let book = book(&format!(
        "{RULE}test t {{ given diode {{ VF = 0.6 V at (IF = 1 mA) }}; expect pass low; expect pass lower }}"
    ));
    let found = book.boundaries(&[String::from("p")], &|_| true, &context(None));
    assert_eq!(found.len(), 3);
    assert_eq!(found[0].outcomes, ["pass", "error", "error", "undecided", "undecided"]);
    let lines: Vec<String> = found.iter().filter_map(|b| b.expectation()).collect();
    assert_eq!(
        lines,
        [
            "expect pass low below 650 mV",
            "expect pass lower up to 700 mV",
            "expect pass lower down to 100 mV"
        ]
    );
    assert!(found.iter().all(|b| b.fault.is_none()), "{found:#?}");
}

#[test]
fn mutants_live_until_a_test_tells_them_apart() {
    let given = "given diode { VF = 0.6 V at (IF = 1 mA) }";
    let survivors = |tests: &str| -> Vec<String> {
        let book = book(&format!("{RULE}{tests}"));
        let mutants = book.mutants(&[String::from("p")]);
        let fates = book.try_mutants(&mutants, &context(None));
        let low = mutants
            .iter()
            .zip(fates)
            .filter(|(m, f)| m.rule == "low" && !matches!(f, Fate::Killed(_)));
        low.map(|(m, _)| format!("{} → {}", m.was, m.becomes)).collect()
    };
    let first = survivors(&format!("test t {{ {given}; expect pass low }}"));
    for one in ["needs VF → ", "0.65 V → 0.65 V and one step up", "r.typ < most → r.typ <= most"]
    {
        assert!(first.contains(&String::from(one)), "{first:#?}");
    }
    assert!(!first.contains(&String::from("r.typ < most → r.typ >= most")));
    let all = survivors(&format!(
        "test t {{ {given}; expect pass low below 0.65 V; expect pass low }}
         test empty {{ given diode; expect not_applicable low with message \"needs\" }}
         test several {{
           given diode {{ VF = 0.6 V at (IF = 1 mA); VF = 0.7 V at (IF = 9 mA) }}
           expect error low
         }}
         test bare {{ given diode {{ VF = 0.6 V at (IF = 1 mA); VF = 0.7 V }}; expect pass low }}"
    ));
    assert_eq!(all, Vec::<String>::new());
}

#[test]
fn tests_in_the_language_pass_fail_and_wait() {
    let book = book(&format!(
        "{READING}
         rule low : error on data {{ check every r in data.rows(VF): r.typ < 0.65 V }}
         test good {{
           given diode {{ part \"X\"; VF = 0.6 V at (IF = 1 mA) }}
           expect pass low
         }}
         test bad {{
           given diode {{ VF = 0.7 V at (IF = 1 mA) }}
           expect pass low
         }}
         test gap {{
           given diode {{ VF = 0.7 V at (IF = 1 mA) }}
           expect pass low
           todo because \"known\"
         }}
         test model {{
           given model plain {{ N = 1.2 }}
           expect value IF at (VF = 0.5 V) in 1 uA .. 1 mA
           expect value VF at (IF = 1 mA) in 5 V .. 6 V
         }}
         test seen {{
           given diode {{ sweep {{ V(a) swept = [-1 V, 0 V, 1 V]; I(a) = [0 A, 0 A, 1 mA]; V(k) = 0 V; compliance 10 mA }} }}
           expect kind diode
           expect chosen plain
         }}"
    ));
    let build =
        |_: &str, _: &[(String, f64)]| -> Option<Box<dyn Quantities>> { Some(Box::new(Ideal)) };
    let context = TestContext {
        today: today(),
        limits: Limits::default(),
        constants: SPICE39,
        build: Some(&build),
        read: None,
    };
    let outcomes = book.run_tests(&context);
    let status: Vec<TestStatus> = outcomes.iter().map(|o| o.status).collect();
    use TestStatus::{Fail, Pass, Todo};
    assert_eq!(status, [Pass, Fail, Todo, Fail, Pass], "{outcomes:#?}");
    assert_eq!(outcomes[1].expected, ["pass low"]);
    assert_eq!(
        outcomes[1].got,
        ["error: `r.typ < 0.65 V` does not hold: 700 mV against 650 mV (VF at IF = 1 mA)"]
    );
    assert_eq!(outcomes[3].expected, ["VF in 5 V .. 6 V"]);
}
