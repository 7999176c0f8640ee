//! Mutants: a rule with one thing about it changed. Tests that mean something fail on it.

mod change;
mod equivalent;
mod points;

pub use change::Change;
pub use equivalent::{Equivalent, unused};

use super::run::{Prepared, Swap};
use super::{ExpectIr, Senseless, TestContext, TestIr};
use crate::Quantities;
use crate::rules::book::Rulebook;
use crate::rules::rule::{RuleBody, RuleIr};
use crate::rules::select::SelectIr;
use espice_base::{FileId, Span};
use espice_facts::Conditions;
use points::Mutator;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// A rule or a select block with one thing changed.
#[derive(Clone, PartialEq, Debug)]
pub struct Mutant {
    /// The rule, or `select for KIND`.
    pub rule: String,
    /// The pack that the changed text belongs to.
    pub pack: String,
    /// What is changed.
    pub change: Change,
    /// Where.
    pub span: Span,
    /// The text that is changed, on one line.
    pub was: String,
    /// The text that takes its place; empty when it is dropped.
    pub becomes: String,
    target: Target,
    /// Among the changes of the target.
    number: usize,
}

#[derive(Clone, PartialEq, Debug)]
enum Target {
    Rule { pack: usize, rule: usize },
    Select { pack: usize, kind: String },
}

/// What became of a mutant.
#[derive(Clone, PartialEq, Debug)]
pub enum Fate {
    /// The test with this name fails on it.
    Killed(String),
    /// Every test passes as before.
    Survived,
    /// No test expects anything of the rule.
    Untested,
}

impl Rulebook {
    /// Every mutant of some packs, in the order of their rules and of the text.
    pub fn mutants(&self, packs: &[String]) -> Vec<Mutant> {
        let mut mutants = Vec::new();
        for (pack, info) in self.pack_files.iter().enumerate().filter(|p| packs.contains(&p.1.name))
        {
            let rules = self.views.get(&pack).map_or(&self.rules, |v| &v.rules);
            for (index, rule) in rules.iter().enumerate() {
                let target = Target::Rule { pack, rule: index };
                let apply = |mutator: &mut Mutator<'_>| {
                    mutator.rule(&mut RuleBody::clone(rule));
                };
                self.collect(&info.files, &info.name, &rule.name, &target, apply, &mut mutants);
            }
            for (kind, select) in &self.selects {
                let target = Target::Select { pack, kind: kind.clone() };
                let name = format!("select for {kind}");
                let apply = |mutator: &mut Mutator<'_>| {
                    mutator.select(&mut select.clone());
                };
                self.collect(&info.files, &info.name, &name, &target, apply, &mut mutants);
            }
        }
        mutants
    }

    fn collect(
        &self,
        files: &[FileId],
        pack: &str,
        rule: &str,
        target: &Target,
        apply: impl Fn(&mut Mutator<'_>),
        mutants: &mut Vec<Mutant>,
    ) {
        let mut mutator = Mutator::new(self, files, None);
        apply(&mut mutator);
        mutants.extend(mutator.offered.into_iter().enumerate().map(|(number, offer)| Mutant {
            rule: String::from(rule),
            pack: String::from(pack),
            change: offer.change,
            span: offer.span,
            was: offer.was,
            becomes: offer.becomes,
            target: target.clone(),
            number,
        }));
    }

    /// Runs the tests of the packs of some mutants on each of them. A test that fails without
    /// any change kills nothing.
    pub fn try_mutants(&self, mutants: &[Mutant], context: &TestContext<'_>) -> Vec<Fate> {
        let mut benches: BTreeMap<usize, Option<Prepared<'_>>> = BTreeMap::new();
        let mut fates = Vec::new();
        for mutant in mutants {
            fates.push(self.try_one(mutant, context, &mut benches));
        }
        fates
    }

    fn try_one<'m>(
        &self,
        mutant: &Mutant,
        context: &TestContext<'m>,
        benches: &mut BTreeMap<usize, Option<Prepared<'m>>>,
    ) -> Fate {
        let (pack, rule, select) = match &mutant.target {
            Target::Rule { pack, rule } => (*pack, self.mutated(mutant, *pack, *rule), None),
            Target::Select { pack, kind } => {
                (*pack, None, self.mutated_select(mutant, *pack, kind).map(|s| (kind.as_str(), s)))
            }
        };
        let swap = match (&mutant.target, &rule, &select) {
            (Target::Rule { rule: index, .. }, Some(rule), _) => Swap::Rule(*index, rule),
            (_, _, Some((kind, select))) => Swap::Select(kind, select),
            _ => return Fate::Untested,
        };
        let mut fate = Fate::Untested;
        let all = self.tests.iter().enumerate();
        for (index, test) in all.filter(|(_, t)| t.pack_index == pack && runs(t)) {
            if !concerns(test, &mutant.target) {
                continue;
            }
            let prepared = benches.entry(index).or_insert_with(|| self.sound(test, context));
            let Some(prepared) = prepared else { continue };
            fate = Fate::Survived;
            let unmet: Result<_, Senseless> = self.unmet(test, prepared, context, swap, None);
            if unmet.map_or(true, |(unmet, _)| !unmet.is_empty()) {
                return Fate::Killed(test.name.clone());
            }
        }
        fate
    }

    /// What a test gives, when it passes without any change.
    fn sound<'m>(&self, test: &TestIr, context: &TestContext<'m>) -> Option<Prepared<'m>> {
        let mut prepared = self.prepare(test, context).ok()?;
        prepared.model = prepared.model.map(|inner| -> Box<dyn Quantities + 'm> {
            Box::new(Remembering { inner, memory: RefCell::default() })
        });
        let (unmet, _) = self.unmet(test, &prepared, context, Swap::Nothing, None).ok()?;
        unmet.is_empty().then_some(prepared)
    }

    fn mutated(&self, mutant: &Mutant, pack: usize, rule: usize) -> Option<RuleIr> {
        let rules = self.views.get(&pack).map_or(&self.rules, |v| &v.rules);
        let mut rule = rules.get(rule)?.clone();
        let files = &self.pack_files.get(pack)?.files;
        let mut mutator = Mutator::new(self, files, Some(mutant.number));
        rule.edit(|body| mutator.rule(body));
        Some(rule)
    }

    fn mutated_select(&self, mutant: &Mutant, pack: usize, kind: &str) -> Option<SelectIr> {
        let mut select = self.selects.get(kind)?.clone();
        let files = &self.pack_files.get(pack)?.files;
        Mutator::new(self, files, Some(mutant.number)).select(&mut select);
        Some(select)
    }
}

fn runs(test: &TestIr) -> bool {
    test.skip.is_none() && test.todo.is_none()
}

/// Whether a test says anything about a target.
fn concerns(test: &TestIr, target: &Target) -> bool {
    test.expect.iter().any(|e| match (e, target) {
        (ExpectIr::Outcome { rule, .. }, Target::Rule { rule: mine, .. }) => rule == mine,
        (ExpectIr::Nothing(_), Target::Rule { .. }) => true,
        (expect, Target::Select { kind, .. }) if expect.is_of_candidates() => {
            test.kind.as_ref() == Some(kind) || !test.files.is_empty()
        }
        _ => false,
    })
}

/// A model that measures nothing twice: mutants ask for the same values again and again.
struct Remembering<'m> {
    inner: Box<dyn Quantities + 'm>,
    memory: RefCell<BTreeMap<String, Option<f64>>>,
}

impl Quantities for Remembering<'_> {
    fn template(&self) -> &str {
        self.inner.template()
    }

    fn parameter(&self, name: &str) -> Option<f64> {
        self.inner.parameter(name)
    }

    fn value(&self, symbol: &str, conditions: &Conditions) -> Option<f64> {
        self.values(symbol, std::slice::from_ref(conditions)).pop().flatten()
    }

    fn values(&self, symbol: &str, conditions: &[Conditions]) -> Vec<Option<f64>> {
        let key = |c: &Conditions| format!("{symbol} {:?}", c.by_symbol);
        let keys: Vec<String> = conditions.iter().map(key).collect();
        let known = |k: &String| self.memory.borrow().contains_key(k);
        let (mut asked, mut open) = (Vec::new(), Vec::new());
        for (key, at) in keys.iter().zip(conditions) {
            if !known(key) && !asked.contains(key) {
                asked.push(key.clone());
                open.push(at.clone());
            }
        }
        let found = self.inner.values(symbol, &open);
        self.memory.borrow_mut().extend(asked.into_iter().zip(found));
        let memory = self.memory.borrow();
        keys.iter().map(|k| memory.get(k).copied().flatten()).collect()
    }
}
