//! Documents of operations that are no outcome, judgement, evaluation or fit.

use crate::listing::Entry;
use crate::outcome::{Candidate, Device, DiagnosticRecord, Source, Version};
use espice_base::SourceMap;
use espice_lang::rules::{TestOutcome, TestStatus};
use schemars::JsonSchema;
use serde::Serialize;

/// Which templates come into question for sources.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Selected {
    /// Version of the engine and of its documents, the packs.
    pub espice: Version,
    /// The sources that were read.
    pub source: Vec<Source>,
    /// The device.
    pub device: Device,
    /// Templates in the order of trying, rejected ones last, each with its reason; those that
    /// would be tried have the status `eligible`.
    pub candidates: Vec<Candidate>,
    /// Everything else there is to say.
    pub diagnostics: Vec<DiagnosticRecord>,
}

/// What is wrong with packs.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Checked {
    /// Version of the engine and of its documents, the packs that were checked and those that
    /// they extend.
    pub espice: Version,
    /// Whether there is no error.
    pub sound: bool,
    /// Mistakes, and rules that can never say anything.
    pub diagnostics: Vec<DiagnosticRecord>,
}

/// A run of the tests of packs.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Tested {
    /// Version of the engine and of its documents, the packs that were tested and those that
    /// they extend.
    pub espice: Version,
    /// The tests in the order of the packs.
    pub tests: Vec<TestedRecord>,
    /// How many passed.
    pub passed: usize,
    /// How many failed.
    pub failed: usize,
    /// What is wrong with the packs; with errors no test was run.
    pub diagnostics: Vec<DiagnosticRecord>,
}

/// A test of a pack.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct TestedRecord {
    /// Pack.
    pub pack: String,
    /// Name.
    pub name: String,
    /// `passed`, `failed`, `todo` or `skipped`.
    pub status: String,
    /// Why it did not pass, or what is known about it; may be empty.
    pub detail: String,
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

impl TestedRecord {
    /// The record of a test whose pack's texts are in `sources`.
    pub fn of(test: &TestOutcome, sources: &SourceMap) -> TestedRecord {
        let file = sources.get(test.span.file);
        let at = file.map(|f| f.line_column(test.span.start));
        TestedRecord {
            pack: test.pack.clone(),
            name: test.name.clone(),
            status: TestedRecord::word(test.status).into(),
            detail: TestedRecord::detail(test),
            file: file.map_or(String::new(), |f| f.name().into()),
            line: at.map_or(0, |a| a.line),
            column: at.map_or(0, |a| a.column),
        }
    }

    /// The word of a status.
    pub fn word(status: TestStatus) -> &'static str {
        match status {
            TestStatus::Pass => "passed",
            TestStatus::Fail => "failed",
            TestStatus::Todo => "todo",
            TestStatus::Skip => "skipped",
        }
    }

    /// Why a test did not pass, what is known about it, or nothing.
    pub fn detail(test: &TestOutcome) -> String {
        let pairs = test.expected.iter().zip(&test.got);
        let unmet: Vec<String> = pairs.map(|(e, g)| format!("expected {e}, got {g}")).collect();
        let note = Some(test.note.clone()).filter(|n| !n.is_empty());
        note.into_iter().chain(unmet).collect::<Vec<_>>().join("; ")
    }
}

/// A rule, and what sources say of it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Explained {
    /// Version of the engine and of its documents, the packs.
    pub espice: Version,
    /// The rule that was asked for.
    pub rule: String,
    /// The explanation line by line; empty where there is nothing of this name.
    pub lines: Vec<String>,
    /// Everything else there is to say.
    pub diagnostics: Vec<DiagnosticRecord>,
}

/// What was found for words.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Found {
    /// Version of the engine and of its documents, the packs.
    pub espice: Version,
    /// The best first; equal ones by name.
    pub matches: Vec<Match>,
}

/// Something that has to do with what was looked for.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Match {
    /// `tool`, `template`, `rule`, `kind` or `symbol`.
    pub sort: String,
    /// Its name, as other operations take it.
    pub name: String,
    /// What it belongs to.
    pub of: String,
    /// In words.
    pub about: String,
    /// How well it answers; larger is better, comparable within one answer only.
    pub score: f64,
}

/// A list of what the packs hold.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Listing {
    /// Version of the engine and of its documents, the packs.
    pub espice: Version,
    /// Packs and rules in the order of loading, the rest by name.
    pub entries: Vec<Entry>,
}
