//! The short account for terminals: what came out, how good it is, and what the rules say.

pub mod extract;
mod layout;

use crate::numbers::{self, Script};
use crate::words::{self, Verdict};
use espice::outcome::{
    DiagnosticRecord, FindingRecord, Fit, FittedCurve, Model, Outcome, RatedPoint, UnusedCurve,
};
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
    blocks.push(words::account(&outcome.verdict.rules, 1) + "\n");
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
    let paint = match verdict {
        Verdict::Passed => Paint::Good,
        Verdict::Unjudged => Paint::Warn,
        Verdict::Failed | Verdict::None => Paint::Bad,
    };
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

/// Families of more curves than this are summed up; the report has every one.
const FEW: usize = 3;

fn curves(outcome: &Outcome, fit: &Fit, style: Style) -> String {
    let mut out = String::new();
    let alike = |a: &FittedCurve, b: &FittedCurve| {
        a.quantity == b.quantity && a.withheld == b.withheld && a.reason == b.reason
    };
    for group in groups(&fit.curves, alike) {
        if group.len() > FEW {
            out += &block(&family_line(outcome, &group), style, "  ");
        } else {
            for c in group {
                out += &block(&curve_line(outcome, c), style, "  ");
            }
        }
    }
    let alike = |a: &UnusedCurve, b: &UnusedCurve| a.quantity == b.quantity && a.reason == b.reason;
    for group in groups(&fit.unused, alike) {
        let Some(first) = group.first() else { continue };
        let name = if group.len() > 1 {
            format!("{} ({})", first.quantity, words::count(group.len(), "curve", "curves"))
        } else {
            curve_name(outcome, first.curve, &first.quantity, &first.family)
        };
        out += &block(&format!("{name}: not compared: {}", first.reason), style, "  ");
    }
    out
}

/// The items that are alike, together, in the order of their first.
fn groups<T>(items: &[T], alike: impl Fn(&T, &T) -> bool) -> Vec<Vec<&T>> {
    let mut groups: Vec<Vec<&T>> = Vec::new();
    for item in items {
        let own = groups.iter_mut().find(|g| g.first().is_some_and(|first| alike(first, item)));
        match own {
            Some(group) => group.push(item),
            None => groups.push(vec![item]),
        }
    }
    groups
}

fn curve_line(outcome: &Outcome, c: &FittedCurve) -> String {
    let unit = outcome.facts.curves.get(c.curve).map_or("", |k| k.y.unit.as_str());
    let name = curve_name(outcome, c.curve, &c.quantity, &c.family);
    let mut parts = vec![words::count(c.points, "point", "points")];
    parts.extend(words::measures(c, unit, Script::Plain));
    if let Some(m) = c.misfit.filter(|m| words::misfit(*m) != "noise") {
        parts.push(String::from(words::misfit(m)));
    }
    if c.withheld {
        parts.push(format!("not fitted: {}", c.reason));
    }
    format!("{name}: {}", parts.join(", "))
}

/// A family in one line: how far its measures reach, and the worst curve.
fn family_line(outcome: &Outcome, group: &[&FittedCurve]) -> String {
    let Some(first) = group.first() else { return String::new() };
    let points: usize = group.iter().map(|c| c.points).sum();
    let mut parts = vec![words::count(points, "point", "points")];
    let span = |value: fn(&FittedCurve) -> Option<f64>| {
        let values = || group.iter().filter_map(|c| value(c));
        let low = values().fold(f64::INFINITY, f64::min);
        let high = values().fold(f64::NEG_INFINITY, f64::max);
        (low <= high).then_some((low, high))
    };
    if let Some((low, high)) = span(|c| c.log_rms) {
        let [low, high] = [low, high].map(|v| numbers::number(v, 2, Script::Plain));
        parts.push(format!("log RMS {low} to {high} decades"));
    }
    if let Some((low, high)) = span(|c| c.nrmse) {
        let [low, high] = [low, high].map(|v| numbers::percent(v, Script::Plain));
        parts.push(format!("NRMSE of range {low} to {high}"));
    }
    let size = |c: &FittedCurve| c.nrmse.unwrap_or(f64::NEG_INFINITY);
    let worst = group.iter().fold(*first, |w, c| if size(c) > size(w) { *c } else { w });
    let name = curve_name(outcome, worst.curve, &worst.quantity, &worst.family);
    let place = name.strip_prefix(&worst.quantity).unwrap_or(&name);
    parts.push(format!("worst{place}"));
    if first.withheld {
        parts.push(format!("not fitted: {}", first.reason));
    }
    format!(
        "{}, {}: {}",
        first.quantity,
        words::count(group.len(), "curve", "curves"),
        parts.join(", ")
    )
}

/// `ID(VDS; VGS) at VGS = 4.5 V`. Where another curve of the same quantity and family was read,
/// what else this one holds, or its title when that is the same as well.
fn curve_name(
    outcome: &Outcome,
    index: usize,
    quantity: &str,
    family: &BTreeMap<String, f64>,
) -> String {
    let text = words::family(outcome, family, Script::Plain);
    let name =
        if text.is_empty() { String::from(quantity) } else { format!("{quantity} at {text}") };
    let Some(own) = outcome.facts.curves.get(index) else { return name };
    let mut others = outcome.facts.curves.iter().enumerate().filter(|(i, c)| {
        *i != index && c.status != "refused" && c.quantity == quantity && c.family == *family
    });
    if others.clone().next().is_none() {
        return name;
    }
    let held = words::conditions(outcome, own, Script::Plain);
    let told = others.all(|(_, c)| words::conditions(outcome, c, Script::Plain) != held);
    match (told && !held.is_empty(), own.title.is_empty()) {
        (true, _) => format!("{name} ({held})"),
        (false, false) => format!("{name} (`{}`)", own.title),
        (false, true) => name,
    }
}

fn unidentified(fit: &Fit, style: Style) -> String {
    if fit.unidentified.is_empty() {
        return String::new();
    }
    let head = style.paint(severity("warning"), "warning[E0713]");
    let mut out = format!("{head}: not identified\n");
    for text in &fit.unidentified {
        out += &block(text, style, "  ");
    }
    let help = "add a curve in which they act, and act differently";
    out += &block(&format!("help: {help}"), style, "  ");
    out
}

/// What the diagnostics say, without the source text that only the program at hand has.
fn records(outcome: &Outcome, style: Style) -> String {
    // What is not identified has its own list above, in the same words.
    let listed = |d: &&DiagnosticRecord| {
        let words = outcome.fit.as_ref().map_or(&[][..], |f| &f.unidentified);
        d.severity != "warning" || !words.contains(&d.message)
    };
    outcome.diagnostics.iter().filter(listed).map(|d| record(d, style)).collect()
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
    let fails = f.status == "failed" && !f.known;
    let paint = if fails { severity(&f.severity) } else { Paint::Quiet };
    let status = if f.known { "known" } else { f.status.as_str() };
    let head = style.paint(paint, &format!("{status} {}", f.severity));
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
    let places: Vec<String> = [&f.data_span, &f.limit_span, &f.rule_span]
        .into_iter()
        .flatten()
        .map(words::location)
        .collect();
    if !places.is_empty() && f.status == "failed" {
        out += &block(&format!("see {}", words::list(&places)), style, "  ");
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
    fn a_model_of_which_no_rule_speaks_has_not_passed() {
        let mut outcome = fixture::diode();
        let rules = &mut outcome.verdict.rules;
        rules.not_applicable = rules.loaded;
        (rules.passed, rules.failed, rules.undecided, rules.waived) = (0, 0, 0, 0);
        outcome.verdict.findings.clear();
        let text = render(&outcome, Style::default());
        assert!(text.contains(": not judged, no rule applied"), "{text}");
        assert!(!text.contains(": passed"), "{text}");
        assert!(crate::html::render(&outcome, &[]).contains("Not judged: no rule applied"));
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
