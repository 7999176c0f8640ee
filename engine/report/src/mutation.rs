//! Mutants of packs: for people, and for programs.

use crate::place::{of, place};
use espice::{Fate, Mutation};
use espice_base::{Code, Diagnostic, Diagnostics, SourceMap};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The mutants that no test tells from their rules, the score of each kind of change, and the
/// score of all.
pub fn text(mutation: &Mutation, sources: &SourceMap) -> String {
    let mut out = String::new();
    let mut kinds: BTreeMap<_, (usize, usize)> = BTreeMap::new();
    for (mutant, fate, declared) in &mutation.mutants {
        if declared.is_some() {
            continue;
        }
        let count = kinds.entry(mutant.change).or_default();
        count.1 += 1;
        let what = match fate {
            Fate::Killed(_) => {
                count.0 += 1;
                continue;
            }
            Fate::Survived => "survives",
            Fate::Untested => "untested",
        };
        let becomes = if mutant.becomes.is_empty() {
            String::from("left out")
        } else {
            format!("→ `{}`", mutant.becomes)
        };
        out += &format!(
            "{what} {}::{}, {}: `{}` {becomes} ({})\n",
            mutant.pack,
            mutant.rule,
            mutant.change.word(),
            mutant.was,
            place(mutant.span, sources)
        );
    }
    for (change, (killed, all)) in kinds {
        out += &format!("{}: {killed} of {all} killed\n", change.word());
    }
    let all = mutation.mutants.len();
    let declared = mutation.equivalent();
    let share = if all == 0 { 0.0 } else { 100.0 * declared as f64 / all as f64 };
    out + &*format!(
        "score {:.1} %: {} of {} mutants killed, {declared} declared equivalent ({share:.1} %)\n",
        mutation.score(),
        mutation.killed(),
        all - declared,
    )
}

/// The mutants that no test tells from their rules, as warnings at what was changed.
pub fn survivors(mutation: &Mutation) -> Diagnostics {
    let left = mutation.mutants.iter().filter_map(|(mutant, fate, declared)| {
        let what = match fate {
            Fate::Killed(_) => return None,
            Fate::Survived => "no test notices",
            Fate::Untested => "no test asks for the rule, or would notice",
        };
        if declared.is_some() {
            return None;
        }
        let becomes = if mutant.becomes.is_empty() {
            String::from("is left out")
        } else {
            format!("becomes `{}`", mutant.becomes)
        };
        let message =
            format!("{}::{}: {what} that `{}` {becomes}", mutant.pack, mutant.rule, mutant.was);
        Some(Diagnostic::warning(Code::MUTANT_SURVIVES, message).at(mutant.span))
    });
    left.collect()
}

/// Every mutant with its fate.
pub fn json(mutation: &Mutation, sources: &SourceMap) -> String {
    let mutants: Vec<Value> = mutation
        .mutants
        .iter()
        .map(|(m, fate, declared)| {
            let at = of(m.span, sources);
            let (fate, test) = match (fate, declared) {
                (Fate::Killed(test), _) => ("killed", Some(test)),
                (_, Some(_)) => ("equivalent", None),
                (Fate::Survived, None) => ("survived", None),
                (Fate::Untested, None) => ("untested", None),
            };
            json!({
                "pack": m.pack,
                "rule": m.rule,
                "change": m.change.word(),
                "was": m.was,
                "becomes": m.becomes,
                "fate": fate,
                "test": test,
                "because": declared,
                "file": at.0,
                "line": at.1,
                "column": at.2,
            })
        })
        .collect();
    let document = json!({
        "score": mutation.score(),
        "killed": mutation.killed(),
        "equivalent": mutation.equivalent(),
        "mutants": mutants,
    });
    format!("{document:#}\n")
}
