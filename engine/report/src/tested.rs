//! A run of tests: for people, and for programs.

use crate::place::place;
use espice::{Boundary, Coverage, TestRun, TestStatus, TestedRecord};
use espice_base::SourceMap;
use serde_json::{Value, json};

/// What needs a reader, and the account.
pub fn text(run: &TestRun, sources: &SourceMap) -> String {
    let mut out = String::new();
    for test in &run.outcomes {
        let detail = TestedRecord::detail(test);
        if test.status != TestStatus::Pass || !detail.is_empty() {
            let at = place(test.span, sources);
            let word = TestedRecord::word(test.status);
            out += &format!("{word} {}::{}: {detail} ({at})\n", test.pack, test.name);
        }
    }
    let count = |s: TestStatus| run.outcomes.iter().filter(|t| t.status == s).count();
    out += &format!("{} passed, {} failed", count(TestStatus::Pass), count(TestStatus::Fail));
    for (status, word) in [(TestStatus::Todo, "todo"), (TestStatus::Skip, "skipped")] {
        let n = count(status);
        if n > 0 {
            out += &format!(", {n} {word}");
        }
    }
    out.push('\n');
    out
}

/// What tests reached: a line for each rule that lacks something, each way that was never taken,
/// and the sums.
pub fn coverage_text(coverage: &Coverage, sources: &SourceMap) -> String {
    let mut out = String::new();
    for rule in &coverage.rules {
        let ways = || rule.branches.iter().flat_map(|b| &b.ways);
        let (taken, all) = (ways().filter(|w| w.1 > 0).count(), ways().count());
        if rule.evaluated > 0 && taken == all {
            continue;
        }
        let never = if rule.evaluated == 0 { ", never evaluated" } else { "" };
        out += &format!("{}::{}: {taken} of {all} branches{never}\n", rule.pack, rule.rule);
        for branch in &rule.branches {
            for way in branch.ways.iter().filter(|w| w.1 == 0) {
                let at = place(branch.span, sources);
                out += &format!("  never {}: `{}` ({at})\n", way.0, branch.text);
            }
        }
    }
    for table in &coverage.tables {
        let (at, of) = (place(table.span, sources), table.rows);
        let rows = crate::words::count(of, "row", "rows");
        out += &format!(
            "limits table {}::{}: {} of {rows} looked up ({at})\n",
            table.pack, table.table, table.reached
        );
    }
    let (rules, all_rules) = coverage.evaluated();
    let (taken, ways) = coverage.branches();
    let conditions = || coverage.rules.iter().flat_map(|r| &r.branches);
    let open = conditions().filter(|b| b.undecided > 0).count();
    out += &format!(
        "coverage {:.1} %: {rules} of {all_rules} rules, {taken} of {ways} branches; \
         {open} of {} conditions also undecided\n",
        coverage.percent(),
        conditions().count(),
    );
    out
}

/// The outcomes at each limit, faults marked, with the line that tests the limit.
pub fn boundaries_text(boundaries: &[Boundary], sources: &SourceMap) -> String {
    let mut out = String::new();
    let mut head = ("", "");
    for b in boundaries {
        if head != (b.test.as_str(), b.rule.as_str()) {
            head = (b.test.as_str(), b.rule.as_str());
            out += &format!("{}::{} in test {}\n", b.pack, b.rule, b.test);
        }
        let [below, at, above, not_a_number, missing] = b.outcomes;
        out += &format!(
            "  `{}` {} limit {}: below {below}, at {at}, above {above}, not a number {not_a_number}, missing {missing}\n",
            b.text, b.side, b.limit
        );
        if let Some(fault) = &b.fault {
            out += &format!("    fault: {fault} ({})\n", place(b.span, sources));
        }
        if let Some(line) = b.expectation() {
            out += &format!("    {line}\n");
        }
    }
    let faults = boundaries.iter().filter(|b| b.fault.is_some()).count();
    out + &*format!("{} limits, {faults} faults\n", boundaries.len())
}

/// Tests, coverage and limits as one document.
pub fn json(
    run: &TestRun,
    coverage: bool,
    boundaries: Option<&[Boundary]>,
    sources: &SourceMap,
) -> String {
    let tests: Vec<TestedRecord> =
        run.outcomes.iter().map(|t| TestedRecord::of(t, sources)).collect();
    let mut document = json!({ "tests": tests });
    if coverage {
        document["coverage"] = coverage_json(&run.coverage, sources);
    }
    if let Some(boundaries) = boundaries {
        document["boundaries"] = boundaries.iter().map(|b| boundary(b, sources)).collect();
    }
    format!("{document:#}\n")
}

/// What tests reached, as JSON.
pub fn coverage_json(coverage: &Coverage, sources: &SourceMap) -> Value {
    let rules: Vec<Value> = coverage
        .rules
        .iter()
        .map(|r| {
            let at = crate::place::of(r.span, sources);
            let branches: Vec<Value> = r
                .branches
                .iter()
                .map(|b| {
                    let at = crate::place::of(b.span, sources);
                    let ways: serde_json::Map<String, Value> =
                        b.ways.iter().map(|w| (String::from(w.0), json!(w.1))).collect();
                    json!({
                        "text": b.text,
                        "ways": ways,
                        "undecided": b.undecided,
                        "line": at.1,
                        "column": at.2,
                    })
                })
                .collect();
            json!({
                "pack": r.pack,
                "rule": r.rule,
                "evaluated": r.evaluated,
                "file": at.0,
                "line": at.1,
                "branches": branches,
            })
        })
        .collect();
    let tables: Vec<Value> = coverage
        .tables
        .iter()
        .map(|t| {
            let at = crate::place::of(t.span, sources);
            json!({
                "pack": t.pack,
                "table": t.table,
                "rows": t.rows,
                "reached": t.reached,
                "file": at.0,
                "line": at.1,
            })
        })
        .collect();
    json!({ "percent": coverage.percent(), "rules": rules, "tables": tables })
}

fn boundary(b: &Boundary, sources: &SourceMap) -> Value {
    let at = crate::place::of(b.span, sources);
    let [below, exactly, above, not_a_number, missing] = b.outcomes;
    json!({
        "pack": b.pack,
        "test": b.test,
        "rule": b.rule,
        "text": b.text,
        "limit": b.limit,
        "side": b.side,
        "below": below,
        "at": exactly,
        "above": above,
        "not_a_number": not_a_number,
        "missing": missing,
        "fault": b.fault,
        "expectation": b.expectation(),
        "file": at.0,
        "line": at.1,
        "column": at.2,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use espice::TestOutcome;
    use espice_base::Span;

    #[test]
    fn failures_are_named_and_everything_is_counted() {
        let mut sources = SourceMap::default();
        let file = sources.add("diode.espice", "a\nb");
        let outcome = |name: &str, status| TestOutcome {
            name: String::from(name),
            pack: String::from("std"),
            status,
            expected: Vec::new(),
            got: Vec::new(),
            note: String::new(),
            span: Span::new(file, 2, 3),
        };
        let mut failed = outcome("b", TestStatus::Fail);
        failed.expected.push(String::from("pass r"));
        failed.got.push(String::from("error: 4 V against 3 V"));
        let mut skipped = outcome("d", TestStatus::Skip);
        skipped.note = String::from("no data yet");
        let run = TestRun {
            outcomes: vec![outcome("a", TestStatus::Pass), failed, skipped],
            ..TestRun::default()
        };
        assert_eq!(
            text(&run, &sources),
            "failed std::b: expected pass r, got error: 4 V against 3 V (diode.espice:2:1)\n\
             skipped std::d: no data yet (diode.espice:2:1)\n\
             1 passed, 1 failed, 1 skipped\n"
        );
        let read: Value = serde_json::from_str(&json(&run, true, None, &sources)).unwrap();
        assert_eq!(read["tests"][1]["status"], "failed");
        assert_eq!(read["tests"][1]["line"], 2);
        assert_eq!(read["coverage"]["percent"], 100.0);
    }
}
