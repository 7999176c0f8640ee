//! SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange Format"), as code scanning reads it.
//!
//! Results are failures and waived failures, and what is undecided where that fails the run. The
//! data are the place of a result and the rule a related one; a finding without data stands at its
//! rule. Waivers and baselines are suppressions. Passes, undecided rules and the account stand in
//! the notifications.
//!
//! GitHub takes at most 25,000 results in a run, 20 runs in a file and 10 MB of gzip
//! (docs.github.com, "SARIF results exceed one or more limits"), so that a report beyond them is
//! several files.

use super::{Report, baseline_words, rank};
use crate::words;
use espice::outcome::{FindingRecord, Location};
use espice_base::Code;
use serde::Serialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// Most results of a run.
const RESULTS: usize = 25_000;
/// Most runs of a file.
const RUNS: usize = 20;
/// Findings that are gone, before the rest is only counted.
const GONE: usize = 1000;
/// The size of a file is looked at whenever it has grown by this many results.
const STEP: usize = 64;
/// Largest file, bytes of gzip, with room for what is not counted.
const BYTES: f64 = 9.5e6;

/// The documents: one, or as many as the limits of readers ask for.
///
/// # Errors
/// As [`super::json::render`].
pub fn render(report: &Report) -> Result<Vec<String>, serde_json::Error> {
    let shown =
        |f: &&FindingRecord| matches!(f.status.as_str(), "failed" | "waived") || report.fails(f);
    let mut findings: Vec<&FindingRecord> = report.findings.iter().filter(shown).collect();
    // Readers show only some thousands: the gravest come first.
    findings.sort_by_key(|f| (f.known || f.status == "waived", rank(&f.severity)));
    let rules = Rules::of(&findings);
    let head = serde_json::to_string(&rules.list)?;
    let mut files: Vec<Vec<Vec<Box<RawValue>>>> = vec![vec![Vec::new()]];
    let mut weight = Weight::default();
    weight.add(&head);
    for (n, f) in findings.into_iter().enumerate() {
        let text = serde_json::to_string(&result(f, &rules))?;
        let full = n % STEP == 0 && weight.bytes() > BYTES;
        weight.add(&text);
        let full_run = files.last().and_then(|f| f.last()).is_some_and(|r| r.len() >= RESULTS);
        let full_file = files.last().is_some_and(|f| f.len() >= RUNS) && full_run;
        if full_file || full {
            files.push(vec![Vec::new()]);
            weight = Weight::default();
            weight.add(&head);
            weight.add(&text);
        } else if full_run && let Some(file) = files.last_mut() {
            file.push(Vec::new());
            weight.add(&head);
        }
        if let Some(run) = files.last_mut().and_then(|f| f.last_mut()) {
            run.push(RawValue::from_string(text)?);
        }
    }
    let mut number = 0;
    files.into_iter().map(|runs| document(report, &rules, runs, &mut number)).collect()
}

fn document(
    report: &Report,
    rules: &Rules<'_>,
    runs: Vec<Vec<Box<RawValue>>>,
    number: &mut usize,
) -> Result<String, serde_json::Error> {
    let mut log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: Vec::new(),
    };
    for results in runs {
        *number += 1;
        log.runs.push(Run {
            tool: Tool {
                driver: Driver {
                    name: "espice",
                    version: &report.version,
                    semantic_version: &report.version,
                    rules: &rules.list,
                },
            },
            // Runs of one category would replace each other.
            automation_details: Automation { id: format!("espice/{}/{number}", report.command) },
            column_kind: "unicodeCodePoints",
            original_uri_base_ids: BTreeMap::from([(
                "%SRCROOT%",
                Base { description: Text { text: "the folder in which the program ran".into() } },
            )]),
            invocations: vec![invocation(report)],
            results,
        });
    }
    let mut text = serde_json::to_string(&log)?;
    text.push('\n');
    Ok(text)
}

fn invocation(report: &Report) -> Invocation {
    let mut said: Vec<(&'static str, String)> = Vec::new();
    said.extend(report.rules.as_ref().map(|r| ("note", words::account(r, report.devices))));
    said.extend(report.baseline.as_ref().map(|b| ("note", baseline_words(b))));
    for w in &report.waivers {
        let grave = matches!(w.state.as_str(), "expired" | "stale" | "unused");
        let level = if grave { "warning" } else { "note" };
        said.push((level, format!("{} waiver of {}: {}", w.state, w.rule, super::waiver_words(w))));
    }
    for g in report.baseline.iter().flat_map(|b| &b.gone).take(GONE) {
        said.push(("note", format!("gone: {} of {}: {}", g.rule, g.part, g.message)));
    }
    let note =
        |(level, text): (&'static str, String)| Notification { level, message: Text { text } };
    Invocation {
        execution_successful: !report.incomplete,
        tool_execution_notifications: said.into_iter().map(note).collect(),
    }
}

/// The rules that results refer to, sorted by their names.
struct Rules<'f> {
    list: Vec<Rule>,
    index: BTreeMap<(&'f str, &'f str), usize>,
}

impl<'f> Rules<'f> {
    fn of(findings: &[&'f FindingRecord]) -> Rules<'f> {
        let mut first: BTreeMap<(&'f str, &'f str), &'f FindingRecord> = BTreeMap::new();
        for f in findings {
            first.entry((f.pack.as_str(), f.rule.as_str())).or_insert(f);
        }
        let index = first.keys().enumerate().map(|(i, k)| (*k, i)).collect();
        Rules { list: first.values().map(|f| rule(f)).collect(), index }
    }
}

fn rule(f: &FindingRecord) -> Rule {
    let id = f.id();
    let info = Code::find(&f.rule).filter(|_| f.pack.is_empty()).and_then(Code::info);
    let (short, long) = match info {
        Some(info) => (String::from(info.title), String::from(info.explanation)),
        None if f.because.is_empty() => (f.rule.replace('_', " "), format!("the rule {id}")),
        None => (f.because.clone(), f.because.clone()),
    };
    let help = match (info, f.help.is_empty()) {
        (Some(info), _) => format!("{}\n\nespice explain {}", info.explanation, f.rule),
        (None, true) => format!("{long}\n\nespice explain {id}"),
        (None, false) => format!("{long}\n\n{}\n\nespice explain {id}", f.help),
    };
    Rule {
        name: f.rule.clone(),
        id,
        short_description: Text { text: words::sentence(&short) },
        full_description: Text { text: words::sentence(&long) },
        help: Text { text: help },
        default_configuration: Configuration { level: level(&f.severity) },
    }
}

fn level(severity: &str) -> &'static str {
    match severity {
        "error" => "error",
        "warning" => "warning",
        _ => "note",
    }
}

fn result(f: &FindingRecord, rules: &Rules<'_>) -> SarifResult {
    let main = f.data_span.as_ref().or(f.rule_span.as_ref());
    let rule = f.rule_span.as_ref().filter(|_| f.data_span.is_some());
    let named = [(rule, "the rule"), (f.limit_span.as_ref(), "the limit")];
    let mut related = Vec::new();
    for (place, words) in named.into_iter().filter_map(|(p, w)| Some((p?, w))) {
        let id = u32::try_from(related.len() + 1).unwrap_or(u32::MAX);
        related.push(at(place, Some((id, words))));
    }
    let part = if f.part.is_empty() { String::new() } else { format!("{}: ", f.part) };
    let state = if f.status == "undecided" { "undecided: " } else { "" };
    let mut suppressions = Vec::new();
    if let Some(w) = f.waiver.as_ref().filter(|_| f.status == "waived") {
        suppressions.push(Suppression {
            kind: "external",
            status: "accepted",
            justification: super::waiver_words(w),
            location: w.span.as_ref().map(|p| at(p, None)),
        });
    }
    if f.known {
        suppressions.push(Suppression {
            kind: "external",
            status: "accepted",
            justification: String::from("known by the baseline"),
            location: None,
        });
    }
    SarifResult {
        rule_id: f.id(),
        rule_index: rules.index.get(&(f.pack.as_str(), f.rule.as_str())).copied(),
        level: level(&f.severity),
        message: Text { text: format!("{state}{part}{}", f.message) },
        locations: main.map(|p| at(p, None)).into_iter().collect(),
        related_locations: related,
        partial_fingerprints: BTreeMap::from([("espiceFinding/v1", f.fingerprint.clone())]),
        suppressions,
        properties: Properties {
            part: f.part.clone(),
            observed: f.observed,
            limit: f.limit,
            margin: f.margin,
            unit: f.unit.clone(),
        },
    }
}

/// A place; a number and words mark one that is related to the result.
fn at(place: &Location, related: Option<(u32, &str)>) -> SarifLocation {
    // A sheet of a spreadsheet is named after its file.
    let file = match &place.cell {
        Some(_) => place.file.rsplit_once('[').map_or(place.file.as_str(), |(f, _)| f),
        None => place.file.as_str(),
    };
    let (uri, base) = uri(file);
    let region = Region {
        start_line: place.line.max(1),
        start_column: place.column.max(1),
        end_line: place.end_line.max(place.line).max(1),
        end_column: place.end_column.max(1),
    };
    let page = place.page.map(|page| LogicalLocation {
        name: format!("page {page}"),
        fully_qualified_name: match place.area {
            Some([x0, y0, x1, y1]) => {
                format!("page {page}, box {x0:.0} {y0:.0} {x1:.0} {y1:.0} pt")
            }
            None => format!("page {page}"),
        },
        kind: "page",
    });
    let cell = place.cell.as_ref().map(|cell| LogicalLocation {
        name: cell.clone(),
        fully_qualified_name: format!("{}:{cell}", place.file),
        kind: "cell",
    });
    SarifLocation {
        id: related.map(|r| r.0),
        message: related.map(|r| Text { text: r.1.to_string() }),
        physical_location: Physical {
            artifact_location: Artifact { uri, uri_base_id: base },
            region: (place.page.is_none() && place.cell.is_none()).then_some(region),
        },
        logical_locations: page.into_iter().chain(cell).collect(),
    }
}

/// A path as a URI reference (RFC 3986): relative ones stand under the folder of the run.
fn uri(path: &str) -> (String, Option<&'static str>) {
    let mut out = String::new();
    for byte in path.replace('\\', "/").trim_start_matches("./").bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out += &format!("%{byte:02X}");
        }
    }
    if out.starts_with('/') { (format!("file://{out}"), None) } else { (out, Some("%SRCROOT%")) }
}

/// A bound of what gzip makes of texts: their bytes by order-0 entropy, which its Huffman codes
/// alone come near to and its matches fall far below.
struct Weight {
    counts: [u32; 256],
    all: u64,
}

impl Default for Weight {
    fn default() -> Self {
        Weight { counts: [0; 256], all: 0 }
    }
}

impl Weight {
    fn add(&mut self, text: &str) {
        for byte in text.bytes() {
            if let Some(n) = self.counts.get_mut(usize::from(byte)) {
                *n = n.saturating_add(1);
            }
        }
        self.all += text.len() as u64;
    }

    fn bytes(&self) -> f64 {
        // Eight bits a byte are a bound, too, and cheaper to see.
        if (self.all as f64) < BYTES {
            return self.all as f64;
        }
        let all = self.all as f64;
        let bits = |n: f64| if n > 0.0 { n * (all / n).log2() } else { 0.0 };
        self.counts.iter().map(|n| bits(f64::from(*n))).sum::<f64>() / 8.0
    }
}

#[derive(Serialize)]
struct Log<'r> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: Vec<Run<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'r> {
    tool: Tool<'r>,
    automation_details: Automation,
    column_kind: &'static str,
    original_uri_base_ids: BTreeMap<&'static str, Base>,
    invocations: Vec<Invocation>,
    results: Vec<Box<RawValue>>,
}

#[derive(Serialize)]
struct Automation {
    id: String,
}

#[derive(Serialize)]
struct Base {
    description: Text,
}

#[derive(Serialize)]
struct Tool<'r> {
    driver: Driver<'r>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'r> {
    name: &'static str,
    version: &'r str,
    semantic_version: &'r str,
    rules: &'r [Rule],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Text,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: String,
    name: String,
    short_description: Text,
    full_description: Text,
    help: Text,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult {
    rule_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Text,
    locations: Vec<SarifLocation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<SarifLocation>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppression>,
    properties: Properties,
}

#[derive(Serialize)]
struct Suppression {
    kind: &'static str,
    status: &'static str,
    justification: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<SarifLocation>,
}

#[derive(Serialize)]
struct Properties {
    #[serde(skip_serializing_if = "String::is_empty")]
    part: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    observed: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    margin: Option<f64>,
    #[serde(skip_serializing_if = "String::is_empty")]
    unit: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifLocation {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
    physical_location: Physical,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<LogicalLocation>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation {
    name: String,
    fully_qualified_name: String,
    kind: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}
