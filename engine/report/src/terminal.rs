//! The short account for terminals: what came out, how good it is, and what the rules say.

pub mod extract;
mod layout;

use crate::numbers::{self, Script};
use crate::words::{self, Verdict};
use espice::outcome::{DiagnosticRecord, FindingRecord, Fit, Model, Outcome, RatedPoint};
use espice_base::{Diagnostic, SourceMap};
use layout::{Paint, wrap};
use std::collections::BTreeMap;

/// Rated points that are shown before the rest is only counted.
const RATED_ROWS: usize = 12;
/// Narrower terminals are written to as if they had this width.
const NARROWEST: usize = 40;

/// How text is set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Style {
    /// Whether colours (ANSI escapes, the eight basic ones) are used.
    pub color: bool,
    /// Width in columns that prose is wrapped to; at least 40 is used.
    pub width: usize,
}

impl Default for Style {
    /// No colours, 80 columns.
    fn default() -> Self {
        Style { color: false, width: 80 }
    }
}

/// A short account of an outcome: part, template and why, rated points, fit measures, rules that
/// need a reader, and the account of all rules. Ends with a line end.
pub fn render(outcome: &Outcome, style: Style) -> String {
    let mut blocks = vec![head(outcome, style)];
    if let Some(fit) = &outcome.fit {
        blocks.push(rated(fit, style));
        blocks.push(curves(outcome, fit, style));
        blocks.push(unidentified(fit, style));
    }
    blocks.push(records(outcome, style));
    blocks.push(rules(outcome, style));
    blocks.push(checks(outcome, style));
    blocks.push(words::account(&outcome.verdict.rules) + "\n");
    blocks.retain(|b| !b.is_empty());
    blocks.join("\n")
}

/// A diagnostic with the lines of its sources, as [`espice_base::render_plain`] sets it, and in
/// colour when the style has it. Ends with a line end.
pub fn diagnostic(diagnostic: &Diagnostic, sources: &SourceMap, style: Style) -> String {
    colour(&espice_base::render_plain(diagnostic, sources), style)
}

/// Colours a plainly rendered diagnostic: the words `error`, `warning`, `note` and `help` where
/// they open a line, the gutter, and the marks under the source text.
fn colour(plain: &str, style: Style) -> String {
    if !style.color {
        return String::from(plain);
    }
    plain.split_inclusive('\n').map(layout::colour_line).collect()
}

/// The part in bold, and what is known of it: `BAT54J (STMicroelectronics, diode)`.
fn title(outcome: &Outcome, style: Style) -> String {
    let device = &outcome.device;
    let about: Vec<&str> = [&device.maker, &device.kind, &device.polarity]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    let mut title = style.paint(Paint::Strong, &device.part);
    if !about.is_empty() {
        title += &format!(" ({})", about.join(", "));
    }
    title
}

fn head(outcome: &Outcome, style: Style) -> String {
    let title = title(outcome, style);
    let verdict = Verdict::of(outcome);
    let paint = if verdict == Verdict::Passed { Paint::Good } else { Paint::Bad };
    let mut verdict = style.paint(paint, verdict.word());
    let failures = words::failures(outcome);
    if !failures.is_empty() {
        verdict += &format!(" with {}", words::list(&failures));
    }
    let mut out = block(&format!("{title}: {verdict}"), style, "");
    out += &block(&words::summary(outcome, Script::Plain), style, "");
    if let Some(fit) = &outcome.fit
        && let Some(reason) = words::choice(outcome, fit)
    {
        out += &block(&format!("`{}` was chosen: {reason}", fit.template), style, "");
    }
    out
}

fn rated(fit: &Fit, style: Style) -> String {
    if fit.rated.is_empty() {
        return String::new();
    }
    let mut rows = vec![
        ["rated point", "condition", "sheet", "model", "error", "limits"]
            .map(String::from)
            .to_vec(),
    ];
    rows.extend(fit.rated.iter().take(RATED_ROWS).map(|r| rated_row(r).to_vec()));
    let mut out = layout::table(&rows, &[false, false, true, true, true, false], style);
    let more = fit.rated.len().saturating_sub(RATED_ROWS);
    if more > 0 {
        out += &format!("  and {more} more in the report\n");
    }
    out
}

fn rated_row(r: &RatedPoint) -> [String; 6] {
    let show = |v| numbers::optional(v, &r.unit, Script::Plain);
    let sheet = r.sheet.map_or_else(
        || numbers::missing(Script::Plain),
        |v| format!("{} {}", numbers::quantity(v, &r.unit, Script::Plain), r.basis),
    );
    let error = r.error.map_or_else(
        || numbers::missing(Script::Plain),
        |e| numbers::signed_percent(e, Script::Plain),
    );
    let within = match r.within_limits {
        Some(true) => "met",
        Some(false) => "NOT MET",
        None => "-",
    };
    [r.quantity.clone(), r.conditions.clone(), sheet, show(r.model), error, String::from(within)]
}

fn curves(outcome: &Outcome, fit: &Fit, style: Style) -> String {
    let mut out = String::new();
    for c in &fit.curves {
        let curve = outcome.facts.curves.get(c.curve);
        let unit = curve.map_or("", |k| k.y.unit.as_str());
        let name = curve_name(outcome, &c.quantity, &c.family);
        let mut parts = vec![words::count(c.points, "point", "points")];
        parts.extend(words::measures(c, unit, Script::Plain));
        if let Some(m) = c.misfit.filter(|m| words::misfit(*m) != "noise") {
            parts.push(String::from(words::misfit(m)));
        }
        if c.withheld {
            parts.push(format!("not fitted: {}", c.reason));
        }
        out += &block(&format!("{name}: {}", parts.join(", ")), style, "  ");
    }
    for c in &fit.unused {
        let name = curve_name(outcome, &c.quantity, &c.family);
        out += &block(&format!("{name}: not compared: {}", c.reason), style, "  ");
    }
    out
}

/// `ID(VDS; VGS) at VGS = 4.5 V`.
fn curve_name(outcome: &Outcome, quantity: &str, family: &BTreeMap<String, f64>) -> String {
    let family = words::family(outcome, family, Script::Plain);
    if family.is_empty() { String::from(quantity) } else { format!("{quantity} at {family}") }
}

fn unidentified(fit: &Fit, style: Style) -> String {
    if fit.unidentified.is_empty() {
        return String::new();
    }
    let mut out = String::from("not identified\n");
    for text in &fit.unidentified {
        out += &block(text, style, "  ");
    }
    out
}

/// What the diagnostics say, without the source text that only the program at hand has.
fn records(outcome: &Outcome, style: Style) -> String {
    outcome.diagnostics.iter().map(|d| record(d, style)).collect()
}

fn record(d: &DiagnosticRecord, style: Style) -> String {
    let head = style.paint(severity(&d.severity), &format!("{}[{}]", d.severity, d.code));
    let place = d.span.as_ref().map(|s| format!(" ({})", words::location(s))).unwrap_or_default();
    let mut out = block(&format!("{head}: {}{place}", d.message), style, "");
    for help in &d.help {
        out += &block(&format!("help: {help}"), style, "  ");
    }
    out
}

/// What vouches for each card beyond the rules.
fn checks(outcome: &Outcome, style: Style) -> String {
    let one = |m: &Model| block(&format!("{} card: {}", m.dialect, m.check), style, "");
    outcome.models.iter().map(one).collect()
}

fn rules(outcome: &Outcome, style: Style) -> String {
    let mut out = String::new();
    for status in ["failed", "undecided", "waived"] {
        for f in words::findings(outcome, status) {
            out += &finding(f, style);
        }
    }
    out
}

/// A finding with its values, places and reason.
pub(crate) fn finding(f: &FindingRecord, style: Style) -> String {
    let paint = if f.status == "failed" { severity(&f.severity) } else { Paint::Quiet };
    let head = style.paint(paint, &format!("{} {}", f.status, f.severity));
    let mut out = block(&format!("{head} {}::{}: {}", f.pack, f.rule, f.message), style, "");
    let show = |v| numbers::quantity(v, &f.unit, Script::Plain);
    let mut parts = Vec::new();
    parts.extend(f.observed.map(|v| format!("observed {}", show(v))));
    parts.extend(f.limit.map(|v| format!("limit {}", show(v))));
    parts.extend(
        f.margin.map(|v| format!("margin {}", numbers::difference(v, &f.unit, Script::Plain))),
    );
    if !parts.is_empty() {
        out += &block(&parts.join(", "), style, "  ");
    }
    let places: Vec<String> =
        [&f.data_span, &f.rule_span].into_iter().flatten().map(words::location).collect();
    if !places.is_empty() && f.status == "failed" {
        out += &block(&format!("see {}", places.join(" and ")), style, "  ");
    }
    if !f.because.is_empty() && f.status == "failed" {
        out += &block(&format!("because {}", f.because), style, "  ");
    }
    if !f.help.is_empty() && f.status == "failed" {
        out += &block(&format!("help: {}", f.help), style, "  ");
    }
    out
}

/// A text in the colour of a severity.
pub(crate) fn painted(word: &str, text: &str, style: Style) -> String {
    style.paint(severity(word), text)
}

fn severity(word: &str) -> Paint {
    match word {
        "error" => Paint::Bad,
        "warning" => Paint::Warn,
        _ => Paint::Quiet,
    }
}

/// A paragraph under an indent; its further lines go two columns deeper.
pub(crate) fn block(text: &str, style: Style, indent: &str) -> String {
    wrap(text, style.width.max(NARROWEST), indent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn a_passed_diode() {
        insta::assert_snapshot!(render(&fixture::diode(), Style::default()));
    }

    #[test]
    fn a_refused_measurement() {
        insta::assert_snapshot!(render(&fixture::refused(), Style::default()));
    }

    #[test]
    fn colour_adds_nothing_but_escapes() {
        let style = Style { color: true, width: 80 };
        let coloured = render(&fixture::diode(), style);
        assert!(coloured.contains("\u{1b}["));
        assert_eq!(layout::strip(&coloured), render(&fixture::diode(), Style::default()));
    }

    #[test]
    fn prose_stays_within_the_width() {
        for width in [40, 60, 80, 120] {
            let text = render(&fixture::diode(), Style { color: false, width });
            // Columns of tables and the account, which scripts look for, are not broken.
            for line in text.lines().filter(|l| !l.trim().contains("  ") && !l.contains("loaded ="))
            {
                let one_word = !line.trim().contains(' ');
                assert!(one_word || line.chars().count() <= width, "{line}");
            }
        }
    }

    #[test]
    fn only_what_the_renderer_wrote_is_coloured() {
        let plain = "error[E0305]: `error` is no unit\n --> a.espice:1:2\n  |\n1 | error x\n  | ^^^^^ here\n  = help: write so\n";
        let style = Style { color: true, width: 80 };
        let coloured = colour(plain, style);
        assert_eq!(layout::strip(&coloured), plain);
        assert!(coloured.contains("1 |") && coloured.contains(" error x\n"));
        assert_eq!(colour(plain, Style::default()), plain);
    }
}
