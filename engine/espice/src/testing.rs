//! Tests of packs, what they reach, and mutants of the rules that they test.

use crate::engine::{Engine, stopped};
use crate::probe::{Bench, OwnedProbe};
use espice_base::{Diagnostics, SourceMap};
use espice_facts::Facts;
use espice_lang::Quantities;
use espice_lang::rules::{
    self, Boundary, Equivalent, Fate, Mutant, TestContext, TestOutcome, TestRun,
};
use espice_units::constants::TNOM;

/// Mutants that one thread takes at a time, so that it makes what tests give only once for many.
const BATCH: usize = 64;

/// What became of the mutants of packs.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Mutation {
    /// Each with its fate and, where it is declared to be no other rule, the reason.
    pub mutants: Vec<(Mutant, Fate, Option<String>)>,
}

impl Mutation {
    /// Mutants on which a test fails.
    pub fn killed(&self) -> usize {
        self.mutants.iter().filter(|m| matches!(m.1, Fate::Killed(_))).count()
    }

    /// Mutants that are declared to be no other rules.
    pub fn equivalent(&self) -> usize {
        self.mutants.iter().filter(|m| m.2.is_some()).count()
    }

    /// Killed ones among those that are not declared equivalent, in percent; 100 when there are
    /// none.
    pub fn score(&self) -> f64 {
        match self.mutants.len() - self.equivalent() {
            0 => 100.0,
            counted => 100.0 * self.killed() as f64 / counted as f64,
        }
    }
}

impl Engine<'_> {
    /// Runs the tests of the named packs.
    pub fn test(&self, packs: &[String]) -> Vec<TestOutcome> {
        self.run_tests(packs, None).outcomes
    }

    /// Runs the tests of the named packs whose names contain `filter`, and notes which rules and
    /// conditions they reach.
    pub fn run_tests(&self, packs: &[String], filter: Option<&str>) -> TestRun {
        self.with_context(|context| self.rulebook.test(packs, &wanted(filter), context))
    }

    /// What the rules of passing tests say at each limit that they meet.
    pub fn boundaries(&self, packs: &[String], filter: Option<&str>) -> Vec<Boundary> {
        self.with_context(|context| self.rulebook.boundaries(packs, &wanted(filter), context))
    }

    /// Makes every mutant of the rules of some packs, and runs their tests on each. `folders`
    /// may hold a `mutants.toml`, the list of those that are no other rules.
    pub fn mutate(
        &mut self,
        packs: &[String],
        filter: Option<&str>,
        folders: &[String],
    ) -> (Mutation, Diagnostics) {
        let mut diagnostics = Diagnostics::new();
        let mut equivalents = Vec::new();
        for folder in folders {
            let path = format!("{}/mutants.toml", folder.trim_end_matches('/'));
            let Ok(bytes) = self.world.read(&path) else { continue };
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let file = self.sources.add(path, text.as_str());
            let (found, complaints) = Equivalent::read(&text, file);
            equivalents.extend(found);
            diagnostics.extend(complaints);
        }
        let mut mutants = self.rulebook.mutants(packs);
        mutants.retain(|m| filter.is_none_or(|f| m.rule.contains(f)));
        let fates = self.try_mutants(&mutants);
        if self.is_cancelled() {
            diagnostics.push(stopped("not all mutants were tried"));
            return (Mutation::default(), diagnostics);
        }
        if filter.is_none() {
            diagnostics.extend(rules::unused(&equivalents, &mutants, &fates));
        }
        diagnostics.sort();
        let all = mutants.into_iter().zip(fates).map(|(mutant, fate)| {
            let known = equivalents.iter().find(|e| e.is(&mutant));
            let because = known.map(|e| e.because.clone());
            let declared = because.filter(|_| !matches!(fate, Fate::Killed(_)));
            (mutant, fate, declared)
        });
        (Mutation { mutants: all.collect() }, diagnostics)
    }

    /// Runs the tests on mutants; the fates are in the order of the mutants whatever the number
    /// of threads is.
    fn try_mutants(&self, mutants: &[Mutant]) -> Vec<Fate> {
        let threads = self.config.threads.max(1);
        let run =
            |part: &[Mutant]| self.with_context(|context| self.rulebook.try_mutants(part, context));
        let next = std::sync::atomic::AtomicUsize::new(0);
        let batches: Vec<&[Mutant]> = mutants.chunks(BATCH).collect();
        let mut done: Vec<(usize, Vec<Fate>)> = std::thread::scope(|scope| {
            let work = || {
                let mut mine = Vec::new();
                loop {
                    let index = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    let Some(batch) = batches.get(index).filter(|_| !self.is_cancelled()) else {
                        return mine;
                    };
                    mine.push((index, run(batch)));
                }
            };
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            workers.into_iter().filter_map(|w| w.join().ok()).flatten().collect()
        });
        done.sort_by_key(|d| d.0);
        done.into_iter().flat_map(|d| d.1).collect()
    }

    fn with_context<T>(&self, run: impl FnOnce(&TestContext<'_>) -> T) -> T {
        let build = |template: &str, values: &[(String, f64)]| self.given_model(template, values);
        let read = |name: &str, bytes: &[u8]| self.given_facts(name, bytes);
        run(&TestContext {
            today: self.world.today(),
            limits: self.world.limits(),
            constants: self.constants,
            build: Some(&build),
            read: Some(&read),
        })
    }

    /// The model that a test gives: the template's defaults with some values replaced.
    fn given_model(
        &self,
        template: &str,
        given: &[(String, f64)],
    ) -> Option<Box<dyn Quantities + '_>> {
        let template = self.library.template(template)?;
        let kind = self.library.kind(&template.kind)?;
        let (evaluator, _) = self.evaluator(template, TNOM, None, &[]).ok()?;
        let bench = Bench::new(evaluator, kind);
        let mut values = template.defaults();
        for (name, value) in given {
            *values.get_mut(template.parameter(name)?)? = *value;
        }
        Some(Box::new(OwnedProbe { bench, values }))
    }

    /// The facts in a file that a test gives. What it says stands in a map of its own: a test
    /// names its rows by symbol and conditions.
    fn given_facts(&self, name: &str, bytes: &[u8]) -> Result<Facts, String> {
        let mut sources = SourceMap::default();
        let reading = espice_ingest::read(bytes, name, &mut sources, &self.library.symbols);
        let wrong = reading.diagnostics.iter().find(|d| d.severity == espice_base::Severity::Error);
        if let Some(wrong) = wrong {
            return Err(format!("`{name}` cannot be used: {}", wrong.message));
        }
        let (mut facts, _) = espice_ingest::merge(vec![reading.facts]);
        // A file that leaves its kind open is of the kind that the test states.
        let _ = self.kind_of(&mut facts, None);
        Ok(facts)
    }
}

fn wanted(filter: Option<&str>) -> impl Fn(&str) -> bool {
    move |name: &str| filter.is_none_or(|f| name.contains(f))
}
