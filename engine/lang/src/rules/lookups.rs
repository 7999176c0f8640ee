//! Which devices have a row in the limits tables that rules look them up in: a device without one
//! is judged by none of those limits, and no finding says so.

use super::book::{Input, Rulebook};
use super::eval::Evaluator;
use super::expr::{ExprKind as Kind, TypedExpr};
use super::rule::RuleIr;
use super::value::Value;
use crate::ir::LimitTable;
use std::collections::{BTreeMap, BTreeSet};

/// Lookups of rules in limits tables by what is known of a device alone, such as
/// `house[device.part]`.
#[derive(Debug)]
pub struct Lookups<'b> {
    book: &'b Rulebook,
    /// The rule, the table, and its keys.
    all: Vec<(&'b RuleIr, usize, &'b [TypedExpr])>,
}

impl Rulebook {
    /// What the rules look up by the device. Equal lookups of rules for the same kinds count once.
    pub fn lookups(&self) -> Lookups<'_> {
        let mut all: Vec<(&RuleIr, usize, &[TypedExpr])> = Vec::new();
        // Packs see tables of their own and of what was loaded before them.
        let place = |pack: &str| self.packs.iter().position(|p| p == pack);
        if let Some(first) = self.tables.iter().filter_map(|t| place(&t.pack)).min() {
            let sees = |rule: &&RuleIr| place(&rule.pack).is_some_and(|at| at >= first);
            self.rules.iter().filter(sees).for_each(|rule| gather(rule, &mut all));
        }
        Lookups { book: self, all }
    }
}

impl<'b> Lookups<'b> {
    /// Whether nothing is looked up.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The tables that rules for its kind look a device up in and that have no row for it.
    pub fn without_row(&self, input: &Input<'_>) -> Vec<&'b LimitTable> {
        let kind = input.facts.device.kind.as_deref().unwrap_or_default();
        // By table: whether a lookup found a row.
        let mut found: BTreeMap<usize, bool> = BTreeMap::new();
        for (rule, table, keys) in &self.all {
            let is_meant = rule.kinds.is_empty() || rule.kinds.iter().any(|k| k == kind);
            if !is_meant || found.get(table) == Some(&true) {
                continue;
            }
            let Some(entry) = self.book.tables.get(*table) else { continue };
            let evaluator = Evaluator::of_rule(self.book, rule, *input);
            let wanted: Option<Vec<_>> = keys
                .iter()
                .map(|key| match evaluator.value(key) {
                    Value::Text(text) => Some(text),
                    _ => None,
                })
                .collect();
            let Some(wanted) = wanted else { continue };
            *found.entry(*table).or_default() |= entry.row(&wanted).is_some();
        }
        let without = found.into_iter().filter(|(_, found)| !found);
        without.filter_map(|(table, _)| self.book.tables.get(table)).collect()
    }
}

fn gather<'b>(rule: &'b RuleIr, all: &mut Vec<(&'b RuleIr, usize, &'b [TypedExpr])>) {
    let mut waiting: Vec<&TypedExpr> = rule.expressions().collect();
    while let Some(e) = waiting.pop() {
        if let Kind::TableRow(table, keys) = &e.kind
            && keys.iter().all(|key| is_of_device(key, rule))
            && !all.iter().any(|(r, t, k)| t == table && *k == keys && r.kinds == rule.kinds)
        {
            all.push((rule, *table, keys));
        }
        waiting.extend(e.parts());
    }
}

/// Whether a key hangs on no element of a loop: names stand for what they are defined as.
fn is_of_device(key: &TypedExpr, rule: &RuleIr) -> bool {
    let mut seen = BTreeSet::new();
    let mut waiting = vec![key];
    while let Some(e) = waiting.pop() {
        if let Kind::Local(slot) = e.kind
            && seen.insert(slot)
        {
            match rule.frame.slots.get(slot) {
                Some(Some(definition)) => waiting.push(definition),
                _ => return false,
            }
        }
        waiting.extend(e.parts());
    }
    true
}
