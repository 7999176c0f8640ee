//! Findings for every reader: the same records as text, JSON, JSONL, SARIF, JUnit, annotations of
//! GitHub, Markdown and HTML. Each output is a pure function of a [`Report`], a file each.

pub mod github;
pub mod html;
pub mod human;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod sarif;

use espice::outcome::{
    BaselineRecord, DiagnosticRecord, FindingRecord, Judged, Location, Outcome, RuleCount,
    WaiverRecord,
};
use espice_base::{Code, Diagnostics, Severity, SourceMap};
use serde::Serialize;

/// What every output is made of.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// The command that ran: `judge`, `check`, `lint`, `test`, `model`.
    pub command: String,
    /// Version of the program.
    pub version: String,
    /// The findings; diagnostics stand among them as findings without a pack, called by their
    /// codes.
    pub findings: Vec<FindingRecord>,
    /// The waivers of the packs.
    pub waivers: Vec<WaiverRecord>,
    /// The account of the rules, where rules were evaluated.
    pub rules: Option<RuleCount>,
    /// How many devices the account adds up; it is that of one where this is none.
    #[serde(skip)]
    pub devices: usize,
    /// What a baseline made of the findings.
    pub baseline: Option<BaselineRecord>,
    /// The least severity that fails the run; null when nothing does.
    pub fails_on: Option<String>,
    /// Whether rules of that severity that stay undecided fail the run as well.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub undecided_fails: bool,
    /// Whether the run could not do all of what was asked: a source or a pack could not be used, or
    /// a limit was hit.
    #[serde(skip)]
    pub incomplete: bool,
}

/// A machine's form of findings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// One record, as JSON, a line.
    Jsonl,
    /// SARIF 2.1.0.
    Sarif,
    /// JUnit's XML.
    Junit,
    /// Workflow commands of GitHub.
    Github,
    /// Markdown, for summaries and comments.
    Markdown,
    /// One self-contained page.
    Html,
}

impl Report {
    /// An empty report of a command, which errors fail.
    pub fn new(command: &str) -> Report {
        Report {
            command: command.into(),
            version: env!("CARGO_PKG_VERSION").into(),
            fails_on: Some(Severity::Error.word().into()),
            ..Report::default()
        }
    }

    /// Diagnostics alone, of a command that runs no rules.
    pub fn of_diagnostics(command: &str, diagnostics: &Diagnostics, sources: &SourceMap) -> Report {
        let mut report = Report::new(command);
        report.add_diagnostics(&crate::json::records(diagnostics, sources));
        report
    }

    /// What was judged, with the errors and warnings beside it.
    pub fn of_judged(judged: Judged) -> Report {
        let mut report = Report::new("judge");
        report.findings = judged.verdict.findings;
        report.waivers = judged.verdict.waivers;
        report.rules = Some(judged.verdict.rules);
        report.devices = judged.source.iter().filter(|s| s.rules.loaded > 0).count();
        report.baseline = judged.baseline;
        let graver = judged.diagnostics.iter().filter(|d| d.severity != "note");
        report.add_diagnostics(&graver.cloned().collect::<Vec<_>>());
        report
    }

    /// The verdict on a model, with the errors and warnings beside it. Outcomes name sources
    /// without their folders; `paths` are the sources as they were given.
    pub fn of_outcome(outcome: &Outcome, paths: &[String]) -> Report {
        let mut report = Report::new("model");
        report.findings = outcome.verdict.findings.clone();
        report.waivers = outcome.verdict.waivers.clone();
        report.rules = Some(outcome.verdict.rules);
        let graver = outcome.diagnostics.iter().filter(|d| d.severity != "note");
        report.add_diagnostics(&graver.cloned().collect::<Vec<_>>());
        for finding in &mut report.findings {
            if let Some(place) = &mut finding.data_span {
                let ends = |p: &&String| p.rsplit('/').next() == Some(place.file.as_str());
                let mut whole = paths.iter().filter(ends);
                if let (Some(path), None) = (whole.next(), whole.next()) {
                    place.file.clone_from(path);
                }
            }
        }
        report
    }

    /// Adds diagnostics as findings.
    pub fn add_diagnostics(&mut self, diagnostics: &[DiagnosticRecord]) {
        for (d, fingerprint) in diagnostics.iter().zip(DiagnosticRecord::fingerprints(diagnostics))
        {
            self.findings.push(FindingRecord {
                rule: d.code.clone(),
                severity: d.severity.clone(),
                status: String::from("failed"),
                message: d.message.clone(),
                because: Code::find(&d.code)
                    .and_then(Code::info)
                    .map_or(String::new(), |i| i.title.into()),
                help: d.help.join("; "),
                data_span: d.span.clone(),
                fingerprint,
                known: d.known,
                times: 1,
                ..FindingRecord::default()
            });
        }
    }

    /// Whether a finding fails the run.
    pub fn fails(&self, f: &FindingRecord) -> bool {
        fails(f, self.fails_on.as_deref(), self.undecided_fails)
    }

    /// Findings with a status, the gravest first, then in the order of their rules and parts.
    pub(crate) fn with_status(&self, status: &str) -> Vec<&FindingRecord> {
        let mut found: Vec<_> = self.findings.iter().filter(|f| f.status == status).collect();
        found.sort_by_key(|f| (rank(&f.severity), f.id(), f.part.clone()));
        found
    }

    /// Failures: those that a baseline holds, or the others.
    pub(crate) fn failures(&self, known: bool) -> Vec<&FindingRecord> {
        let mut found = self.with_status("failed");
        found.retain(|f| f.known == known);
        found
    }

    /// What is undecided and fails the run, where it does.
    pub(crate) fn undecided_failures(&self) -> Vec<&FindingRecord> {
        let mut found = self.with_status("undecided");
        found.retain(|f| self.fails(f));
        found
    }
}

/// Whether a finding fails a run: what the least severity is that does (none with `None`), and
/// whether rules that stay undecided do, too. What a baseline holds, or a waiver covers, does not.
pub fn fails(f: &FindingRecord, least: Option<&str>, undecided: bool) -> bool {
    let is_open = match f.status.as_str() {
        "failed" => !f.known,
        "undecided" => undecided,
        _ => false,
    };
    is_open && least.is_some_and(|least| rank(&f.severity) <= rank(least))
}

/// 0 for an error, 1 for a warning, 2 for a note.
pub(crate) fn rank(severity: &str) -> u8 {
    match severity {
        "error" => 0,
        "warning" => 1,
        _ => 2,
    }
}

/// Where a finding is shown: in the data, else in the rule.
pub(crate) fn place(f: &FindingRecord) -> Option<&Location> {
    f.data_span.as_ref().or(f.rule_span.as_ref())
}

/// What a waiver says of itself: `waived until 2030-03-31 by modelling, QA-12: misprint`.
pub(crate) fn waiver_words(w: &WaiverRecord) -> String {
    let until = w.until.as_ref().map_or(String::new(), |d| format!(" until {d}"));
    let ticket = if w.ticket.is_empty() { String::new() } else { format!(", {}", w.ticket) };
    format!("waived{until} by {}{ticket}: {}", w.owner, w.because)
}

/// The account of a baseline in one line.
pub fn baseline_words(b: &BaselineRecord) -> String {
    let unseen = match b.unseen {
        0 => String::new(),
        n => format!(", {n} of parts that were not judged"),
    };
    format!("baseline {}: {} known, {} new, {} gone{unseen}", b.file, b.known, b.new, b.gone.len())
}

impl Form {
    /// The texts of the form: one, but SARIF beyond the limits of its readers is several files.
    ///
    /// # Errors
    /// As [`json::render`].
    pub fn render(self, report: &Report) -> Result<Vec<String>, serde_json::Error> {
        Ok(match self {
            Form::Jsonl => vec![json::lines(report)?],
            Form::Sarif => sarif::render(report)?,
            Form::Junit => vec![junit::render(report)],
            Form::Github => vec![github::render(report)],
            Form::Markdown => vec![markdown::render(report)],
            Form::Html => vec![html::render(report)],
        })
    }
}

#[cfg(test)]
mod tests;
