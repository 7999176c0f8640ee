//! A baseline: the findings that an old library starts with, so that only new ones fail a run, and
//! those that have got worse.

use crate::config::Known;
use crate::outcome::{
    BaselineRecord, DiagnosticRecord, FindingRecord, GoneRecord, Judged, JudgedSource,
};
use espice_base::{Code, Diagnostic, Diagnostics, FileId, Severity, Span};
use espice_units::rounded;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// First line of the file; the number counts up when older files no longer read.
const HEAD: &str = "# espice baseline 1";

/// How much worse than it was a finding may be and still be known, of its margin: what rounding and
/// another day's fit do.
const SLACK: f64 = 0.01;

/// Digits of a margin that are kept.
const DIGITS: usize = 6;

/// Known findings by their fingerprints.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Baseline {
    entries: BTreeMap<String, Entry>,
}

/// What a line says besides the fingerprint.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Entry {
    rule: String,
    part: String,
    severity: String,
    message: String,
    /// Its margin in SI; empty where it had none, or where an older program wrote the line.
    margin: String,
}

impl Entry {
    /// What to say of a finding that is known and has got worse.
    fn worse(&self, finding: &FindingRecord) -> Option<String> {
        if Severity::of_word(&finding.severity) > Severity::of_word(&self.severity) {
            return Some(format!("the baseline knows it as a {}", self.severity));
        }
        let (known, now) = (self.margin.parse::<f64>().ok()?, finding.margin?);
        (now < known - SLACK * known.abs()).then(|| {
            let now = rounded(now, DIGITS);
            format!("the baseline knows it with a margin of {known}, now it is {now} (in SI units)")
        })
    }
}

impl Baseline {
    /// The failures among findings. Those of rules that may not be waived are left out: nothing
    /// covers them.
    pub fn of(findings: &[FindingRecord]) -> Baseline {
        let failed = findings.iter().filter(|f| f.status == "failed" && !f.unwaivable);
        let entry = |f: &FindingRecord| Entry {
            rule: f.id(),
            part: one_line(&f.part),
            severity: f.severity.clone(),
            message: one_line(&f.message),
            margin: f.margin.map_or_else(String::new, |m| rounded(m, DIGITS).to_string()),
        };
        Baseline { entries: failed.map(|f| (f.fingerprint.clone(), entry(f))).collect() }
    }

    /// The failures of a judged library, and its sources that cannot be used.
    pub fn of_judged(judged: &Judged) -> Baseline {
        let mut baseline = Baseline::of(&judged.verdict.findings);
        let fingerprints = DiagnosticRecord::fingerprints(&judged.diagnostics);
        for (d, fingerprint) in judged.diagnostics.iter().zip(fingerprints) {
            if let Some(file) = unusable(d, &judged.source) {
                let entry = Entry {
                    rule: d.code.clone(),
                    part: one_line(file),
                    severity: d.severity.clone(),
                    message: one_line(&d.message),
                    margin: String::new(),
                };
                baseline.entries.insert(fingerprint, entry);
            }
        }
        baseline
    }

    /// Reads the text of a baseline. Lines that do not read are diagnosed and left out.
    pub fn parse(text: &str, file: FileId) -> (Baseline, Diagnostics) {
        let mut baseline = Baseline::default();
        let mut diagnostics = Diagnostics::new();
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let span = Span::new(file, at, at + line.trim_end().len());
            at += line.len();
            let line = line.trim_end_matches(['\n', '\r']);
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let mut cells = line.split('\t');
            let fingerprint = cells.next().unwrap_or("");
            let is_hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
            let reads = fingerprint.len() == 16 && fingerprint.chars().all(is_hex);
            let mut next = || cells.next().map(String::from);
            let (severity, rule, part) = (next(), next(), next());
            let message = next().unwrap_or_default();
            let margin = next().unwrap_or_default();
            let reads = reads && (margin.is_empty() || margin.parse::<f64>().is_ok());
            match (severity, rule, part) {
                (Some(severity), Some(rule), Some(part)) if reads => {
                    let entry = Entry { rule, part, severity, message, margin };
                    baseline.entries.insert(fingerprint.to_string(), entry);
                }
                _ => diagnostics.push(
                    Diagnostic::error(Code::BASELINE, "this line of the baseline does not read")
                        .at(span)
                        .help("make the file again with --write-baseline"),
                ),
            }
        }
        (baseline, diagnostics)
    }

    /// The text of the file: sorted by rule and part, a line for each finding, so that what
    /// comes and goes shows in its differences.
    pub fn render(&self) -> String {
        let mut lines: Vec<(&Entry, &String)> = self.entries.iter().map(|(f, e)| (e, f)).collect();
        lines.sort();
        let mut text = format!(
            "{HEAD}: known findings, which fail nothing\n\
             # fingerprint\tseverity\trule\tpart\tmessage\tmargin\n"
        );
        for (e, fingerprint) in lines {
            let _ = writeln!(
                text,
                "{fingerprint}\t{}\t{}\t{}\t{}\t{}",
                e.severity, e.rule, e.part, e.message, e.margin
            );
        }
        text
    }

    /// What it says to a run that makes a model.
    pub fn known(&self) -> Known {
        Known::These(self.entries.keys().cloned().collect())
    }

    /// How many findings it holds.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Marks the findings that it holds as known, and says what is new and what is gone. One that
    /// has got worse is new, and says so. Only parts in `judged` can have lost findings.
    pub fn mark(
        &self,
        file: &str,
        findings: &mut [FindingRecord],
        judged: &BTreeSet<&str>,
    ) -> BaselineRecord {
        let record = BaselineRecord { file: file.to_string(), ..BaselineRecord::default() };
        self.mark_on(record, BTreeSet::new(), findings, judged)
    }

    /// Goes on with a record, in which lines with the fingerprints `met` are accounted for.
    fn mark_on<'a>(
        &'a self,
        mut record: BaselineRecord,
        mut met: BTreeSet<&'a str>,
        findings: &mut [FindingRecord],
        judged: &BTreeSet<&str>,
    ) -> BaselineRecord {
        for finding in findings.iter_mut() {
            let names = std::iter::once(&finding.fingerprint).chain(&finding.former);
            let held = names.filter_map(|name| self.entries.get_key_value(name)).next();
            if let Some((fingerprint, _)) = held.filter(|_| is_open(&finding.status)) {
                met.insert(fingerprint);
            }
            if finding.status != "failed" {
                continue;
            }
            let worse = held.and_then(|(_, entry)| entry.worse(finding));
            if held.is_some() && worse.is_none() && !finding.unwaivable {
                finding.known = true;
                record.known += 1;
            } else {
                record.new += 1;
            }
            if let Some(worse) = worse {
                let stop = if finding.help.is_empty() { "" } else { "; " };
                finding.help = format!("{}{stop}{worse}", finding.help);
            }
        }
        for (fingerprint, entry) in &self.entries {
            if met.contains(fingerprint.as_str()) {
                continue;
            }
            if !judged.contains(entry.part.as_str()) {
                record.unseen += 1;
                continue;
            }
            record.gone.push(GoneRecord {
                fingerprint: fingerprint.clone(),
                rule: entry.rule.clone(),
                part: entry.part.clone(),
                message: entry.message.clone(),
            });
        }
        let key = |g: &GoneRecord| (g.rule.clone(), g.part.clone(), g.fingerprint.clone());
        record.gone.sort_by_key(key);
        record
    }

    /// Marks what was judged, and the sources that could not be used, and says what a baseline made
    /// of it.
    pub fn apply(&self, file: &str, judged: &mut Judged) {
        let mut record = BaselineRecord { file: file.to_string(), ..BaselineRecord::default() };
        let fingerprints = DiagnosticRecord::fingerprints(&judged.diagnostics);
        let mut met: BTreeSet<&str> = BTreeSet::new();
        for (d, fingerprint) in judged.diagnostics.iter_mut().zip(&fingerprints) {
            if unusable(d, &judged.source).is_none() {
                continue;
            }
            d.known = self.entries.contains_key(fingerprint);
            record.known += usize::from(d.known);
            record.new += usize::from(!d.known);
            met.insert(fingerprint);
        }
        // Lines about sources that could not be used name the file in the place of a part, and
        // findings about a library are of no part.
        let names = judged.source.iter().flat_map(|s| [s.part.as_str(), s.name.as_str()]);
        let seen: BTreeSet<&str> = names.chain([""]).collect();
        let findings = &mut judged.verdict.findings;
        judged.baseline = Some(self.mark_on(record, met, findings, &seen));
        let fails = judged
            .verdict
            .findings
            .iter()
            .any(|f| f.status == "failed" && f.severity == "error" && !f.known);
        if !fails {
            let unusable = judged.diagnostics.iter().any(|d| d.severity == "error" && !d.known);
            judged.verdict.status = String::from(if unusable { "none" } else { "passed" });
        }
    }
}

/// The source that an error says cannot be used.
fn unusable<'s>(d: &DiagnosticRecord, sources: &'s [JudgedSource]) -> Option<&'s str> {
    let file = d.span.as_ref().filter(|_| d.severity == "error")?.file.as_str();
    let judged = |s: &&JudgedSource| s.name == file && s.rules.loaded == 0;
    sources.iter().find(judged).map(|s| s.name.as_str())
}

/// Whether a finding is still there, covered or not.
fn is_open(status: &str) -> bool {
    matches!(status, "failed" | "waived" | "undecided")
}

/// A text without what would break a line or a cell.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(rule: &str, part: &str, fingerprint: &str) -> FindingRecord {
        FindingRecord {
            rule: rule.into(),
            pack: "std".into(),
            severity: "error".into(),
            status: "failed".into(),
            part: part.into(),
            message: format!("{rule} fails\tfor {part}"),
            fingerprint: fingerprint.into(),
            ..FindingRecord::default()
        }
    }

    #[test]
    fn what_is_known_fails_nothing_and_what_is_gone_is_said() {
        let (a, b) = ("00000000000000aa", "00000000000000bb");
        let mut guarded = finding("guarded", "X2", "00000000000000dd");
        guarded.unwaivable = true;
        let old = [finding("r", "X1", a), finding("q", "X2", b), guarded.clone()];
        let baseline = Baseline::of(&old);
        assert_eq!(baseline.len(), 2, "an unwaivable finding is not covered");
        let text = baseline.render();
        assert_eq!(
            text.lines().nth(2),
            Some("00000000000000bb\terror\tstd::q\tX2\tq fails for X2\t")
        );
        let (read, told) = Baseline::parse(&text, FileId(0));
        assert_eq!((read, told.len()), (baseline.clone(), 0));
        // The rule was renamed, the other finding is gone, a new one came.
        let mut renamed = finding("renamed", "X1", "00000000000000cc");
        renamed.former.push(a.into());
        let mut now = [renamed, finding("s", "X2", "00000000000000ee"), guarded];
        let record = baseline.mark("b.txt", &mut now, &BTreeSet::from(["X1", "X2"]));
        assert_eq!((record.known, record.new, record.unseen), (1, 2, 0));
        assert_eq!(now.map(|f| f.known), [true, false, false]);
        assert_eq!(record.gone.iter().map(|g| g.rule.as_str()).collect::<Vec<_>>(), ["std::q"]);
        // Of a part that was not judged nothing is gone.
        let record = baseline.mark("b.txt", &mut [], &BTreeSet::from(["X1"]));
        assert_eq!((record.gone.len(), record.unseen), (1, 1));
    }

    #[test]
    fn what_got_worse_is_not_known() {
        let with = |margin| FindingRecord { margin, ..finding("r", "X1", "00000000000000aa") };
        let baseline = Baseline::of(&[with(Some(-0.125))]);
        let text = baseline.render();
        assert!(text.ends_with("\t-0.125\n"), "{text}");
        let (read, _) = Baseline::parse(&text, FileId(0));
        let known = |baseline: &Baseline, margin| {
            let mut now = [with(margin)];
            let record = baseline.mark("b.txt", &mut now, &BTreeSet::from(["X1"]));
            assert_eq!((record.gone.len(), record.known + record.new), (0, 1));
            assert_eq!(now[0].help.is_empty(), now[0].known);
            now[0].known
        };
        for baseline in [&baseline, &read] {
            for (margin, is_known) in
                [(-0.13, false), (-8.75, false), (-0.126, true), (-0.125, true), (-0.05, true)]
            {
                assert_eq!(known(baseline, Some(margin)), is_known, "{margin}");
            }
            assert!(known(baseline, None), "what has no margin is not compared");
        }
        // A rule that is graver now is not what was known.
        let noted = FindingRecord { severity: "warning".into(), ..with(Some(-0.125)) };
        assert!(!known(&Baseline::of(&[noted]), Some(-0.125)));
        // A line of an older program says nothing of its margin.
        let older = text.replace("\t-0.125\n", "\n");
        assert!(known(&Baseline::parse(&older, FileId(0)).0, Some(-8.75)));
    }

    #[test]
    fn lines_that_do_not_read_are_told() {
        let (baseline, told) = Baseline::parse(
            "# c\n\nxyz\terror\tr\tp\tm\n0123456789abcdef\terror\n\
             0123456789abcdef\terror\tr\tp\tm\twide\n",
            FileId(0),
        );
        assert!(baseline.is_empty());
        assert!(told.iter().all(|d| d.code == Code::BASELINE) && told.len() == 3);
    }
}
