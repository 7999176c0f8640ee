//! The document of `judge`: what the rules say of many sources.

use super::{DiagnosticRecord, RuleCount, Run, Verdict, Version};
use schemars::JsonSchema;
use serde::Serialize;

/// What the rules say of a library of sources.
///
/// Findings that fail, are undecided or waived stand in `verdict`; those that hold or do not
/// apply are counted, and stand there only where all were asked for.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Judged {
    /// Version of the engine and of its documents, the packs.
    pub espice: Version,
    /// What was judged: each source, and each part where a source speaks of several.
    pub source: Vec<JudgedSource>,
    /// Files of the folders that are no sources, by their endings.
    pub passed_over: Vec<String>,
    /// Limits tables that rules look devices up in, with the parts that have no row there: none of
    /// those limits was applied to them.
    pub without_row: Vec<WithoutRow>,
    /// The findings of all sources, equal ones once.
    pub verdict: Verdict,
    /// What a baseline made of it; null where none was given.
    pub baseline: Option<BaselineRecord>,
    /// Everything else there is to say.
    pub diagnostics: Vec<DiagnosticRecord>,
    /// What may differ between equal runs.
    pub run: Run,
}

/// A source, or a part that a source speaks of, and the account of its rules.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct JudgedSource {
    /// Paths as they were given.
    pub name: String,
    /// SHA-256 of the bytes of the sources, in the order of `name`.
    pub digest: String,
    /// The part.
    pub part: String,
    /// The kind; null where it is not known and nothing was judged.
    pub kind: Option<String>,
    /// How the rules came out.
    pub rules: RuleCount,
}

/// A limits table without a row for devices that were judged.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct WithoutRow {
    /// Full name of the table.
    pub table: String,
    /// The parts.
    pub parts: Vec<String>,
}

/// What a baseline made of the findings.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct BaselineRecord {
    /// The file.
    pub file: String,
    /// Failures that it holds: they fail nothing.
    pub known: usize,
    /// Failures that it does not hold.
    pub new: usize,
    /// What it holds and nobody finds any more, of parts that were judged.
    pub gone: Vec<GoneRecord>,
    /// What it holds of parts that were not judged.
    pub unseen: usize,
}

/// A finding of a baseline that is gone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct GoneRecord {
    /// Its fingerprint.
    pub fingerprint: String,
    /// Full name of the rule.
    pub rule: String,
    /// The part.
    pub part: String,
    /// What it said.
    pub message: String,
}
