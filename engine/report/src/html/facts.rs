use super::markup::{
    chip, details, numbers as number_column, place, prose, source, table, words as word_column,
};
use crate::numbers::{self, Script};
use crate::svg::escape;
use crate::words;
use espice::outcome::{DiagnosticRecord, Outcome, Parameter};

/// The table rows of the sources as they were read, closed until asked for.
pub(super) fn render(outcome: &Outcome) -> Option<String> {
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
    Some(details(&summary, &table("Table rows of the sources", &columns, &cells)))
}

fn row(outcome: &Outcome, p: &Parameter) -> Vec<String> {
    let show = |v| numbers::optional(v, &p.unit, Script::Fine);
    let mut symbol = escape(&p.symbol);
    if p.printed != p.symbol && !p.printed.is_empty() {
        symbol += &format!(" <small>printed {}</small>", escape(&p.printed));
    }
    let conditions: Vec<String> =
        p.conditions.iter().map(|(s, c)| words::condition(outcome, s, c, Script::Fine)).collect();
    let class = match p.status.as_str() {
        "served" => "good",
        "review" => "warn",
        _ => "bad",
    };
    vec![
        symbol,
        escape(&conditions.join(", ")),
        show(p.min),
        show(p.typ),
        show(p.max),
        chip(class, &p.status),
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
