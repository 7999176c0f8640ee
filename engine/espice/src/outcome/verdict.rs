//! What the rules say: the verdict, its findings and waivers, places and diagnostics.

use espice_base::Digest;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// What the rules say.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Verdict {
    /// `passed`, `failed`, or `none` when no model came out.
    pub status: String,
    /// The account.
    pub rules: RuleCount,
    /// Every rule that was loaded, with how it came out.
    pub findings: Vec<FindingRecord>,
    /// The waivers of the packs: active, expired, stale, unused, or for something else.
    pub waivers: Vec<WaiverRecord>,
}

/// The account of the rules.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize, JsonSchema)]
pub struct RuleCount {
    /// Loaded for the phases that ran.
    pub loaded: usize,
    /// Held.
    pub passed: usize,
    /// Did not hold.
    pub failed: usize,
    /// Could not be decided.
    pub undecided: usize,
    /// Did not apply.
    pub not_applicable: usize,
    /// Failed under a waiver.
    pub waived: usize,
}

/// How one rule came out for one device: the record of which every output is made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct FindingRecord {
    /// Rule.
    pub rule: String,
    /// Pack.
    pub pack: String,
    /// `error`, `warning` or `note`.
    pub severity: String,
    /// `passed`, `failed`, `undecided`, `not_applicable` or `waived`.
    pub status: String,
    /// The part; where the sources name none, the first source's name without its ending.
    pub part: String,
    /// Its maker; empty where no source says.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub maker: String,
    /// One sentence.
    pub message: String,
    /// Why the rule exists.
    pub because: String,
    /// What to do.
    pub help: String,
    /// Observed value, SI.
    pub observed: Option<f64>,
    /// Limit, SI.
    pub limit: Option<f64>,
    /// Distance to the limit, positive on the good side, SI.
    pub margin: Option<f64>,
    /// SI unit of the three.
    pub unit: String,
    /// The data that decided, in words and without values; empty where nothing stands out.
    pub data: String,
    /// Where the rule stands.
    pub rule_span: Option<Location>,
    /// Where the data stand.
    pub data_span: Option<Location>,
    /// The cell of a limits table that the rule looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_span: Option<Location>,
    /// Stable identity: the first 16 hexadecimal digits of the SHA-256 of `pack::rule`, `part`,
    /// `maker` and `data`, a line each. Values, messages and places take no part in it.
    pub fingerprint: String,
    /// The fingerprints that it would have under earlier names of the rule.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<String>,
    /// How often it was found: equal findings are told once.
    #[serde(skip_serializing_if = "is_one")]
    pub times: usize,
    /// Whether a baseline holds it: then it fails nothing.
    #[serde(skip_serializing_if = "is_false")]
    pub known: bool,
    /// Whether neither waivers nor a baseline may cover it.
    #[serde(skip_serializing_if = "is_false")]
    pub unwaivable: bool,
    /// The waiver that covers it, or would if it were not stale or expired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiver: Option<Box<WaiverRecord>>,
}

impl FindingRecord {
    /// `pack::rule`; a diagnostic, which has no pack, is called by its code.
    pub fn id(&self) -> String {
        if self.pack.is_empty() {
            self.rule.clone()
        } else {
            format!("{}::{}", self.pack, self.rule)
        }
    }
}

fn is_one(n: &usize) -> bool {
    *n <= 1
}

fn is_false(b: &bool) -> bool {
    !b
}

/// A waiver and what it does.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct WaiverRecord {
    /// `active`, `expired`, `stale` (the value moved), `unused` (nothing fails), or `elsewhere`
    /// (it is for nothing that was looked at).
    pub state: String,
    /// Full name of the rule.
    pub rule: String,
    /// What it is for, in words; empty for everything.
    pub scope: String,
    /// The last day on which it holds.
    pub until: Option<String>,
    /// Who answers for it.
    pub owner: String,
    /// Where it is kept track of; empty where nobody said.
    pub ticket: String,
    /// Why.
    pub because: String,
    /// Where it stands.
    pub span: Option<Location>,
}

/// A place for people and machines.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Location {
    /// File: data files without folders, pack files relative to the pack.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// Line of the end.
    pub end_line: u32,
    /// Column just past the end.
    pub end_column: u32,
    /// Cell, such as `C12`, of the sheet of a spreadsheet, whose lines are its rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cell: Option<String>,
    /// Page of a paged source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// Box on that page.
    #[serde(rename = "box", skip_serializing_if = "Option::is_none")]
    pub area: Option<[f64; 4]>,
}

/// A diagnostic.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct DiagnosticRecord {
    /// Stable code.
    pub code: String,
    /// `error`, `warning` or `note`.
    pub severity: String,
    /// One sentence.
    pub message: String,
    /// Primary place.
    pub span: Option<Location>,
    /// What to do.
    pub help: Vec<String>,
    /// Whether a baseline holds it: a source that is known not to be readable fails nothing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub known: bool,
}

impl DiagnosticRecord {
    /// A fingerprint for each, in their order. Equal ones of a file are told apart by their order,
    /// so that moved lines change nothing.
    pub fn fingerprints(all: &[DiagnosticRecord]) -> Vec<String> {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        let one = |d: &DiagnosticRecord| {
            let file = d.span.as_ref().map_or("", |s| s.file.as_str());
            let same = format!("{}\n{file}\n{}", d.code, d.message);
            let nth = seen.entry(same.clone()).or_insert(0);
            *nth += 1;
            Digest::of(format!("{same}\n{nth}").as_bytes()).short(16)
        };
        all.iter().map(one).collect()
    }
}
