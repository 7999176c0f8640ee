//! Coverage in the form of lcov's tracefiles (`man geninfo`, section FILES), which genhtml and
//! most services for coverage read. A rule counts as a function, a condition as a block of
//! branches, one for each way in which it can come out.

use crate::place::of;
use espice::{Coverage, RuleCoverage};
use espice_base::SourceMap;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The tracefile: files by name, lines in their order.
pub fn render(coverage: &Coverage, sources: &SourceMap) -> String {
    let mut files: BTreeMap<String, Vec<&RuleCoverage>> = BTreeMap::new();
    for rule in &coverage.rules {
        files.entry(of(rule.span, sources).0).or_default().push(rule);
    }
    let mut out = String::from("TN:espice\n");
    for (name, rules) in files {
        // Writing to a text cannot fail.
        let _ = file(&mut out, &name, &rules, sources);
    }
    out
}

fn file(
    out: &mut String,
    name: &str,
    rules: &[&RuleCoverage],
    sources: &SourceMap,
) -> std::fmt::Result {
    writeln!(out, "SF:{name}")?;
    let line = |rule: &RuleCoverage| of(rule.span, sources).1;
    for rule in rules {
        writeln!(out, "FN:{},{}", line(rule), rule.rule)?;
    }
    for rule in rules {
        writeln!(out, "FNDA:{},{}", rule.evaluated, rule.rule)?;
    }
    let hit = rules.iter().filter(|r| r.evaluated > 0).count();
    writeln!(out, "FNF:{}\nFNH:{hit}", rules.len())?;
    let mut lines: BTreeMap<u32, u64> = BTreeMap::new();
    let mut branches: Vec<(u32, usize, usize, Option<u64>)> = Vec::new();
    let mut block = 0;
    for rule in rules {
        let count = lines.entry(line(rule)).or_default();
        *count = rule.evaluated.max(*count);
        for condition in &rule.branches {
            let at = of(condition.span, sources).1;
            let times: u64 = condition.ways.iter().map(|w| w.1).sum::<u64>() + condition.undecided;
            let count = lines.entry(at).or_default();
            *count = times.max(*count);
            for (index, way) in condition.ways.iter().enumerate() {
                // `-` is for blocks that were never reached.
                branches.push((at, block, index, (times > 0).then_some(way.1)));
            }
            block += 1;
        }
    }
    branches.sort_unstable();
    for (at, block, index, times) in &branches {
        let times = times.map_or(String::from("-"), |t| t.to_string());
        writeln!(out, "BRDA:{at},{block},{index},{times}")?;
    }
    let taken = branches.iter().filter(|b| b.3.is_some_and(|t| t > 0)).count();
    writeln!(out, "BRF:{}\nBRH:{taken}", branches.len())?;
    for (at, times) in &lines {
        writeln!(out, "DA:{at},{times}")?;
    }
    let hit = lines.values().filter(|t| **t > 0).count();
    writeln!(out, "LF:{}\nLH:{hit}\nend_of_record", lines.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use espice::Branch;
    use espice_base::Span;

    #[test]
    fn a_rule_is_a_function_and_a_condition_a_block() {
        let mut sources = SourceMap::default();
        let file = sources.add("r.espice", "rule\n check a\n check b\n");
        let branch = |at: usize, ways: [u64; 2]| Branch {
            span: Span::new(file, at, at + 1),
            text: String::new(),
            ways: vec![("yes", ways[0]), ("no", ways[1])],
            undecided: 0,
        };
        let coverage = Coverage {
            tables: Vec::new(),
            rules: vec![RuleCoverage {
                rule: String::from("r"),
                pack: String::from("p"),
                span: Span::new(file, 0, 4),
                evaluated: 2,
                branches: vec![branch(6, [2, 0]), branch(15, [0, 0])],
            }],
        };
        assert_eq!(
            render(&coverage, &sources),
            "TN:espice\nSF:r.espice\nFN:1,r\nFNDA:2,r\nFNF:1\nFNH:1\n\
             BRDA:2,0,0,2\nBRDA:2,0,1,0\nBRDA:3,1,0,-\nBRDA:3,1,1,-\nBRF:4\nBRH:1\n\
             DA:1,2\nDA:2,2\nDA:3,0\nLF:3\nLH:2\nend_of_record\n"
        );
    }
}
