use super::markup::{
    chip, details, numbers as number_column, paragraph, place, prose, table, words as word_column,
};
use crate::findings::waiver_words;
use crate::numbers::{self, Script};
use crate::svg::escape;
use crate::words;
use espice::outcome::{FindingRecord, Outcome};

/// The verdict of every rule: what needs a reader first, what holds after it.
pub(super) fn render(outcome: &Outcome) -> Option<String> {
    if outcome.verdict.findings.is_empty() && outcome.verdict.rules.loaded == 0 {
        return None;
    }
    // The heading already says that this is about rules.
    let account = words::account(&outcome.verdict.rules, 1);
    let mut body =
        format!("<p class=\"account\">{}</p>\n", escape(account.trim_start_matches("rules: ")));
    for (status, title) in [("failed", "Failed"), ("undecided", "Undecided"), ("waived", "Waived")]
    {
        let findings = words::findings(outcome, status);
        if findings.is_empty() {
            continue;
        }
        body += &format!("<h3>{title}</h3>\n");
        findings.iter().for_each(|f| body += &article(f));
    }
    let passed = words::findings(outcome, "passed");
    if !passed.is_empty() {
        body += "<h3>Passed</h3>\n";
        body += &compact("Rules that hold", &passed);
    }
    let others = words::findings(outcome, "not_applicable");
    if !others.is_empty() {
        let summary = words::count(others.len(), "rule does not apply", "rules do not apply");
        body += &details(&summary, &quiet(&others));
    }
    if outcome.verdict.findings.is_empty() {
        body += &paragraph("No rule was evaluated.");
    }
    Some(body)
}

/// A finding that asks for attention, with everything there is to know.
pub(crate) fn article(f: &FindingRecord) -> String {
    let class = match (f.status.as_str(), f.severity.as_str()) {
        ("failed", "error") => "bad",
        ("failed", "warning") => "warn",
        _ => "dim",
    };
    let mut out = format!(
        "<article class=\"finding {class}\">\n<h4>{} <code>{}</code></h4>\n<p class=\"say\">{}</p>\n",
        chip(class, &f.severity),
        escape(&full_name(f)),
        prose(&words::sentence(&f.message)),
    );
    let mut facts: Vec<(&str, String)> = Vec::new();
    if let Some(v) = f.observed {
        facts.push(("Observed", numbers::quantity(v, &f.unit, Script::Fine)));
    }
    if let Some(v) = f.limit {
        facts.push(("Limit", numbers::quantity(v, &f.unit, Script::Fine)));
    }
    if let Some(v) = f.margin {
        facts.push(("Margin", numbers::difference(v, &f.unit, Script::Fine)));
    }
    if !f.because.is_empty() {
        facts.push(("Why", prose(&words::sentence(&f.because))));
    }
    if !f.help.is_empty() {
        facts.push(("What to do", prose(&words::sentence(&f.help))));
    }
    if !f.part.is_empty() {
        facts.push(("Part", escape(&f.part)));
    }
    if let Some(w) = &f.waiver {
        facts.push(("Waiver", escape(&format!("{}: {}", w.state, waiver_words(w)))));
    }
    if f.data_span.is_some() {
        facts.push(("Data", place(f.data_span.as_ref())));
    }
    if f.limit_span.is_some() {
        facts.push(("Limit at", place(f.limit_span.as_ref())));
    }
    if f.rule_span.is_some() {
        facts.push(("Rule", place(f.rule_span.as_ref())));
    }
    out += "<dl>\n";
    for (name, value) in facts {
        out += &format!("<div><dt>{name}</dt><dd>{value}</dd></div>\n");
    }
    out + "</dl>\n</article>\n"
}

/// Findings that only need to be looked up.
fn compact(caption: &str, findings: &[&FindingRecord]) -> String {
    let columns = [
        word_column("Rule"),
        word_column("What holds, and why it matters"),
        number_column("Observed"),
        number_column("Limit"),
        number_column("Margin"),
        word_column("Rule and data"),
    ];
    let rows: Vec<Vec<String>> = findings
        .iter()
        .map(|f| {
            let show = |v| numbers::optional(v, &f.unit, Script::Fine);
            let margin = f.margin.map_or_else(
                || numbers::missing(Script::Fine),
                |m| numbers::difference(m, &f.unit, Script::Fine),
            );
            let mut places = place(f.rule_span.as_ref());
            if f.data_span.is_some() {
                places += &format!("<br>{}", place(f.data_span.as_ref()));
            }
            vec![name_cell(f), reason(f), show(f.observed), show(f.limit), margin, places]
        })
        .collect();
    table(caption, &columns, &rows)
}

fn quiet(findings: &[&FindingRecord]) -> String {
    let columns = [word_column("Rule"), word_column("Why it does not apply"), word_column("Place")];
    let rows: Vec<Vec<String>> = findings
        .iter()
        .map(|f| {
            vec![name_cell(f), prose(&words::sentence(&f.message)), place(f.rule_span.as_ref())]
        })
        .collect();
    table("Rules that do not apply", &columns, &rows)
}

/// The rule's name, with a place to break a long one.
fn name_cell(f: &FindingRecord) -> String {
    format!(
        "<code>{}</code>",
        escape(&full_name(f)).replace("::", "::<wbr>").replace('_', "_<wbr>")
    )
}

fn full_name(f: &FindingRecord) -> String {
    f.id()
}

fn reason(f: &FindingRecord) -> String {
    let message = prose(&words::sentence(&f.message));
    if f.because.is_empty() {
        return message;
    }
    format!("{message} <small>{}</small>", prose(&words::sentence(&f.because)))
}
