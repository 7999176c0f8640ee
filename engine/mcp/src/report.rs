//! Reports: what came of a model, as a page. The last ones are kept.

use espice_base::Digest;
use rmcp::model::Resource;
use serde_json::Value;
use std::collections::VecDeque;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};

/// What begins the URI of a report.
pub(crate) const REPORT: &str = "espice://report/";
/// What begins the URI of the document that a report is about.
pub(crate) const OUTCOME: &str = "espice://outcome/";
/// Reports that are kept, and the last ones of them with their documents.
const KEPT: usize = 64;
const WHOLE: usize = 8;
/// Longest document that is kept, in bytes.
const LONGEST_WHOLE: usize = 1 << 20;
/// Longest report, in bytes.
const LONGEST: usize = 256 << 10;

/// The last reports by name.
#[derive(Default)]
pub(crate) struct Reports(Mutex<VecDeque<Kept>>);

struct Kept {
    name: String,
    part: String,
    verdict: String,
    page: String,
    /// The document, of the last ones.
    outcome: Option<String>,
}

impl Reports {
    /// Writes the report of an outcome and keeps it. Equal outcomes have the same name.
    pub(crate) fn keep(&self, outcome: &Value) -> Resource {
        let mut same = outcome.clone();
        if let Some(fields) = same.as_object_mut() {
            fields.remove("run");
        }
        let digest = Digest::of(same.to_string().as_bytes()).to_string();
        let name: String = digest.chars().take(16).collect();
        let mut page = page(outcome);
        if page.len() > LONGEST {
            page.truncate(page.floor_char_boundary(LONGEST));
            page += "\n\n(shortened)\n";
        }
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|k| k.name != name);
        let part = words(&outcome["device"]["part"]).to_string();
        let verdict = words(&outcome["verdict"]["status"]).to_string();
        let text = Some(outcome.to_string()).filter(|text| text.len() <= LONGEST_WHOLE);
        let new = Kept { name: name.clone(), part: part.clone(), verdict, page, outcome: text };
        kept.push_back(new);
        if let Some(older) = kept.len().checked_sub(WHOLE + 1).and_then(|at| kept.get_mut(at)) {
            older.outcome = None;
        }
        if kept.len() > KEPT {
            kept.pop_front();
        }
        Resource::new(format!("{REPORT}{name}"), name)
            .with_title(format!("Report of {part}"))
            .with_description("What was chosen, fitted and judged, with the card")
            .with_mime_type("text/markdown")
    }

    /// A report by name.
    pub(crate) fn find(&self, name: &str) -> Option<String> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|k| k.name == name).map(|k| k.page.clone())
    }

    /// Whether the document of a report is kept: not where it is too long.
    pub(crate) fn holds(&self, name: &str) -> bool {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().any(|k| k.name == name && k.outcome.is_some())
    }

    /// The document of a report, as JSON.
    pub(crate) fn outcome(&self, name: &str) -> Option<String> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|k| k.name == name).and_then(|k| k.outcome.clone())
    }

    /// Name, verdict and title of those that are kept, the newest first.
    pub(crate) fn list(&self) -> impl Iterator<Item = (String, String, String)> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let one = |k: &Kept| (k.name.clone(), k.verdict.clone(), format!("Report of {}", k.part));
        kept.iter().rev().map(one).collect::<Vec<_>>().into_iter()
    }

    /// The names of those that are kept, the newest first.
    pub(crate) fn names(&self) -> Vec<String> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().rev().map(|k| k.name.clone()).collect()
    }
}

/// An outcome as a page in Markdown.
fn page(outcome: &Value) -> String {
    let device = &outcome["device"];
    let mut page = format!("# {}\n\n", words(&device["part"]));
    let rules = &outcome["verdict"]["rules"];
    // Writing to a text cannot fail.
    let _ = writeln!(
        page,
        "{} {}. Verdict: **{}** ({} rules passed, {} failed, {} undecided).\n",
        words(&device["maker"]),
        words(&device["kind"]),
        words(&outcome["verdict"]["status"]),
        number(&rules["passed"]),
        number(&rules["failed"]),
        number(&rules["undecided"]),
    );
    let fit = &outcome["fit"];
    table(
        &mut page,
        "Rated points",
        &["quantity", "conditions", "sheet", "model", "error"],
        list(&fit["rated"]),
        |r| {
            ["quantity", "conditions", "sheet", "model", "error"]
                .map(|field| cell(&r[field]))
                .into()
        },
    );
    let title = format!("Parameters of {}", words(&fit["template"]));
    let columns = ["name", "value", "unit", "low", "high", "origin", "identified"];
    table(&mut page, &title, &columns, list(&fit["parameters"]), |p| {
        columns.map(|field| cell(&p[field])).into()
    });
    table(&mut page, "What the data cannot tell", &["what"], list(&fit["unidentified"]), |u| {
        vec![cell(u)]
    });
    table(
        &mut page,
        "Candidates",
        &["template", "status", "reason"],
        list(&outcome["candidates"]),
        |c| ["template", "status", "reason"].map(|field| cell(&c[field])).into(),
    );
    let findings = list(&outcome["verdict"]["findings"]);
    let failed: Vec<Value> = findings.iter().filter(|f| f["status"] == "failed").cloned().collect();
    table(&mut page, "Rules that failed", &["rule", "severity", "message"], &failed, |f| {
        vec![
            format!("{}::{}", words(&f["pack"]), words(&f["rule"])),
            cell(&f["severity"]),
            cell(&f["message"]),
        ]
    });
    let diagnostics = list(&outcome["diagnostics"]);
    table(&mut page, "Diagnostics", &["code", "severity", "message"], diagnostics, |d| {
        ["code", "severity", "message"].map(|field| cell(&d[field])).into()
    });
    for model in list(&outcome["models"]) {
        let _ = write!(page, "## Card, {}\n\n", words(&model["dialect"]));
        for line in words(&model["text"]).lines() {
            let _ = writeln!(page, "    {line}");
        }
        let _ = writeln!(page, "\n{}\n", words(&model["check"]));
    }
    page
}

/// A table under a heading; nothing where there are no rows.
fn table(
    page: &mut String,
    title: &str,
    columns: &[&str],
    rows: &[Value],
    row: impl Fn(&Value) -> Vec<String>,
) {
    if rows.is_empty() {
        return;
    }
    let _ = write!(
        page,
        "## {title}\n\n| {} |\n|{}\n",
        columns.join(" | "),
        "---|".repeat(columns.len())
    );
    for one in rows {
        let _ = writeln!(page, "| {} |", row(one).join(" | "));
    }
    page.push('\n');
}

/// A value in a cell.
fn cell(value: &Value) -> String {
    let text = match value {
        Value::Null => String::from("–"),
        Value::String(text) => text.clone(),
        Value::Number(_) => number(value),
        Value::Object(fields) => {
            let one = |(name, value): (&String, &Value)| format!("{name} {}", cell(value));
            fields.iter().map(one).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    };
    text.replace('|', "\\|").replace('\n', " ")
}

/// A number with four digits.
fn number(value: &Value) -> String {
    match (value.as_i64(), value.as_f64()) {
        (Some(whole), _) => whole.to_string(),
        (None, Some(v)) if v == 0.0 || (1e-3..1e4).contains(&v.abs()) => format!("{v:.4}"),
        (None, Some(v)) => format!("{v:.4e}"),
        (None, None) => String::from("–"),
    }
}

fn words(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn outcome(part: &str) -> Value {
        json!({
            "device": { "part": part, "kind": "diode", "maker": "Acme" },
            "verdict": {
                "status": "failed",
                "rules": { "passed": 3, "failed": 1, "undecided": 0 },
                "findings": [
                    { "pack": "std", "rule": "a", "severity": "error", "status": "failed", "message": "x | y" },
                    { "pack": "std", "rule": "b", "severity": "error", "status": "passed", "message": "z" },
                ],
            },
            "fit": {
                "template": "junction_diode",
                "rated": [{ "quantity": "VF", "conditions": { "IF": 0.01 }, "sheet": 0.7, "model": 0.71, "error": 1.43e-2 }],
            },
            "models": [{ "dialect": "ngspice", "text": ".model x D\n", "check": "agrees" }],
            "run": { "seconds": 1 },
        })
    }

    #[test]
    fn a_page_says_what_the_outcome_says() {
        let page = page(&outcome("X1"));
        assert!(
            page.starts_with("# X1\n\nAcme diode. Verdict: **failed** (3 rules passed, 1 failed")
        );
        assert!(page.contains("| VF | IF 0.0100 | 0.7000 | 0.7100 | 0.0143 |"), "{page}");
        assert!(page.contains("| std::a | error | x \\| y |") && !page.contains("std::b"));
        assert!(page.contains("    .model x D\n"));
    }

    #[test]
    fn the_last_reports_are_kept_under_the_digest_of_what_does_not_vary() {
        let reports = Reports::default();
        let first = reports.keep(&outcome("X1")).uri.clone();
        let mut later = outcome("X1");
        later["run"] = json!({ "seconds": 2 });
        assert_eq!(reports.keep(&later).uri, first);
        assert_eq!(reports.names().len(), 1);
        let name = first.strip_prefix(REPORT).unwrap();
        assert!(reports.find(name).unwrap().contains("X1"));
        let whole: Value = serde_json::from_str(&reports.outcome(name).unwrap()).unwrap();
        assert_eq!(whole, later);
        for number in 0..WHOLE {
            assert!(reports.outcome(name).is_some() && reports.holds(name));
            reports.keep(&outcome(&format!("Y{number}")));
        }
        assert!(reports.outcome(name).is_none() && reports.find(name).is_some());
        let mut long = outcome("Z");
        long["facts"] = json!("x".repeat(LONGEST_WHOLE));
        assert!(!reports.holds(&reports.keep(&long).name));
        for number in 0..KEPT {
            reports.keep(&outcome(&number.to_string()));
        }
        assert_eq!(reports.names().len(), KEPT);
        assert_eq!(reports.find(name), None);
    }
}
