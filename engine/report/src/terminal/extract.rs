//! The account of what was read, without a model: rows, curves, and what was refused.

use super::layout::{self, Paint, wrap};
use super::{Style, records, title};
use crate::numbers::{self, Script};
use crate::words;
use espice::outcome::{Curve, Outcome, Panel, Parameter};

/// What an extraction read: the device, every row with its status, every plot with its curves or
/// the reason why it was refused, and the counts. Ends with a line end.
pub fn render(outcome: &Outcome, style: Style) -> String {
    let mut blocks = vec![head(outcome, style), rows(outcome, style), plots(outcome, style)];
    if outcome.facts.panels.is_empty() {
        blocks.push(curves(outcome, style));
    }
    blocks.push(records(outcome, style));
    blocks.push(counts(outcome) + "\n");
    blocks.retain(|b| !b.is_empty());
    blocks.join("\n")
}

fn head(outcome: &Outcome, style: Style) -> String {
    let device = &outcome.device;
    let mut title = title(outcome, style);
    title += "\n";
    if !device.parts.is_empty() {
        title += &wrap(
            &format!("parts: {}", device.parts.join(", ")),
            style.width.max(super::NARROWEST),
            "",
        );
    }
    title
}

fn paint(status: &str) -> Paint {
    match status {
        "served" => Paint::Good,
        "review" => Paint::Warn,
        _ => Paint::Bad,
    }
}

fn rows(outcome: &Outcome, style: Style) -> String {
    let parameters = &outcome.facts.parameters;
    if parameters.is_empty() {
        return String::new();
    }
    let mut table = vec![
        ["symbol", "min", "typ", "max", "conditions", "parts", "status"].map(String::from).to_vec(),
    ];
    table.extend(parameters.iter().map(|p| row(outcome, p).to_vec()));
    layout::table(&table, &[false, true, true, true, false, false, false], style)
}

fn row(outcome: &Outcome, p: &Parameter) -> [String; 7] {
    let show = |v| numbers::optional(v, &p.unit, Script::Plain);
    let conditions: Vec<String> =
        p.conditions.iter().map(|(s, c)| words::condition(outcome, s, c, Script::Plain)).collect();
    let mut status = p.status.clone();
    if !p.reasons.is_empty() {
        status += &format!(": {}", p.reasons.join("; "));
    }
    [
        p.symbol.clone(),
        show(p.min),
        show(p.typ),
        show(p.max),
        conditions.join(", "),
        p.parts.join(", "),
        status,
    ]
}

fn plots(outcome: &Outcome, style: Style) -> String {
    outcome.facts.panels.iter().map(|p| plot(p, style)).collect()
}

fn plot(panel: &Panel, style: Style) -> String {
    let title = if panel.title.is_empty() { "a plot without a title" } else { &panel.title };
    let place = words::provenance(&panel.provenance);
    let mut line =
        format!("{}: {title} ({place})", style.paint(paint(&panel.status), &panel.status));
    if !panel.reasons.is_empty() {
        line += &format!(": {}", panel.reasons.join("; "));
    }
    let mut out = wrap(&line, style.width.max(super::NARROWEST), "");
    for curve in &panel.curves {
        let what = curve.quantity.as_deref().unwrap_or("a curve");
        let mut line = format!("{}: {what}", style.paint(paint(&curve.status), &curve.status));
        if let Some(label) = &curve.label {
            line += &format!(", labelled `{label}`");
        }
        if !curve.reasons.is_empty() {
            line += &format!(": {}", curve.reasons.join("; "));
        }
        out += &wrap(&line, style.width.max(super::NARROWEST), "  ");
    }
    out
}

/// The curves of sources that have no pages.
fn curves(outcome: &Outcome, style: Style) -> String {
    let line = |c: &Curve| {
        let points = words::count(c.points.len(), "point", "points");
        let family = words::family(outcome, &c.family, Script::Plain);
        let text = format!("{} {family}: {points}", c.quantity);
        wrap(&text, style.width.max(super::NARROWEST), "")
    };
    outcome.facts.curves.iter().map(line).collect()
}

/// `rows: 12 served, 1 review, 0 refused; …`.
fn counts(outcome: &Outcome) -> String {
    let count = |statuses: Vec<&str>| {
        let of = |status: &str| statuses.iter().filter(|s| **s == status).count();
        format!("{} served, {} review, {} refused", of("served"), of("review"), of("refused"))
    };
    let facts = &outcome.facts;
    let mut parts = vec![
        format!("rows: {}", count(facts.parameters.iter().map(|p| p.status.as_str()).collect())),
        format!("curves: {}", count(facts.curves.iter().map(|c| c.status.as_str()).collect())),
    ];
    if !facts.panels.is_empty() {
        parts.push(format!(
            "plots: {}",
            count(facts.panels.iter().map(|p| p.status.as_str()).collect())
        ));
    }
    parts.join("; ")
}
