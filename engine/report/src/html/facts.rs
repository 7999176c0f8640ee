use super::cutout::Cutter;
use super::markup::{
    chip, details, numbers as number_column, place, prose, source, table_with, words as word_column,
};
use crate::numbers::{self, Script};
use crate::svg::escape;
use crate::words;
use espice::outcome::{DiagnosticRecord, Outcome, PanelCurve, Parameter};

/// The table rows of the sources as they were read, closed until asked for.
pub(super) fn render(outcome: &Outcome, cutter: &mut Cutter<'_>) -> Option<String> {
    let rows = &outcome.facts.parameters;
    if rows.is_empty() {
        return None;
    }
    let columns = [
        word_column("Quantity"),
        word_column("Conditions"),
        number_column("Min"),
        number_column("Typ"),
        number_column("Max"),
        word_column("Status"),
        word_column("Source"),
    ];
    let cells: Vec<Vec<String>> = rows.iter().map(|p| row(outcome, p)).collect();
    let summary = words::count(rows.len(), "table row was read", "table rows were read");
    let below: Vec<Option<String>> = rows
        .iter()
        .enumerate()
        .map(|(i, p)| cutter.open(&p.provenance, &format!("r{i}")))
        .collect();
    let table = table_with("Table rows of the sources", &columns, &cells, &below);
    Some(details(&summary, &table) + plots(outcome, cutter).as_str())
}

/// The plots of datasheets, with what was refused and why.
fn plots(outcome: &Outcome, cutter: &mut Cutter<'_>) -> String {
    let panels = &outcome.facts.panels;
    if panels.is_empty() {
        return String::new();
    }
    let columns =
        [word_column("Plot"), word_column("Curves"), word_column("Status"), word_column("Source")];
    let mut cells = Vec::new();
    let mut below = Vec::new();
    for (i, panel) in panels.iter().enumerate() {
        let curve = |c: &PanelCurve| {
            let mut text = c.quantity.clone().unwrap_or_else(|| String::from("not known"));
            if let Some(label) = &c.label {
                text += &format!(" ({label})");
            }
            if c.status != "served" {
                text += &format!(", {}", c.status);
            }
            text
        };
        let curves: Vec<String> = panel.curves.iter().map(curve).collect();
        let reasons = panel.reasons.join("; ");
        cells.push(vec![
            escape(&panel.title),
            escape(&curves.join("; ")),
            format!("{} <small>{}</small>", status(&panel.status), escape(&reasons)),
            source(&panel.provenance),
        ]);
        below.push(cutter.open(&panel.provenance, &format!("q{i}")));
    }
    let summary = words::count(panels.len(), "plot was found", "plots were found");
    details(&summary, &table_with("Plots of the sources", &columns, &cells, &below))
}

fn status(status: &str) -> String {
    let class = match status {
        "served" => "good",
        "review" => "warn",
        _ => "bad",
    };
    chip(class, status)
}

fn row(outcome: &Outcome, p: &Parameter) -> Vec<String> {
    let show = |v| numbers::optional(v, &p.unit, Script::Fine);
    let mut symbol = escape(&p.symbol);
    if p.printed != p.symbol && !p.printed.is_empty() {
        symbol += &format!(" <small>printed {}</small>", escape(&p.printed));
    }
    let conditions: Vec<String> =
        p.conditions.iter().map(|(s, c)| words::condition(outcome, s, c, Script::Fine)).collect();
    let mut trust = status(&p.status);
    if !p.reasons.is_empty() {
        trust += &format!(" <small>{}</small>", escape(&p.reasons.join("; ")));
    }
    vec![
        symbol,
        escape(&conditions.join(", ")),
        show(p.min),
        show(p.typ),
        show(p.max),
        trust,
        source(&p.provenance),
    ]
}

/// Everything else there is to say.
pub(super) fn diagnostics(outcome: &Outcome) -> Option<String> {
    if outcome.diagnostics.is_empty() {
        return None;
    }
    Some(outcome.diagnostics.iter().map(diagnostic).collect())
}

fn diagnostic(d: &DiagnosticRecord) -> String {
    let class = match d.severity.as_str() {
        "error" => "bad",
        "warning" => "warn",
        _ => "dim",
    };
    let mut out = format!(
        "<article class=\"finding {class}\">\n<h3>{} <code>{}</code></h3>\n<p class=\"say\">{}</p>\n",
        chip(class, &d.severity),
        escape(&d.code),
        prose(&words::sentence(&d.message)),
    );
    out += "<dl>\n";
    for help in &d.help {
        out +=
            &format!("<div><dt>What to do</dt><dd>{}</dd></div>\n", prose(&words::sentence(help)));
    }
    if d.span.is_some() {
        out += &format!("<div><dt>Place</dt><dd>{}</dd></div>\n", place(d.span.as_ref()));
    }
    out + "</dl>\n</article>\n"
}
