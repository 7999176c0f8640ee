//! What an outcome says in words, shared by the renderers.

use crate::findings::rank;
use crate::numbers::{self, Script};
use espice::outcome::{
    Condition, Curve, FindingRecord, Fit, FittedCurve, Location, Outcome, Provenance, RatedPoint,
    RuleCount,
};
use std::collections::BTreeMap;

/// How a run came out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
    /// A model came out, and every error rule holds.
    Passed,
    /// A model came out, and no rule said anything of it.
    Unjudged,
    /// A model came out, and a rule that decides does not hold.
    Failed,
    /// No model came out.
    None,
}

impl Verdict {
    /// The verdict of an outcome.
    pub(crate) fn of(outcome: &Outcome) -> Verdict {
        match outcome.verdict.status.as_str() {
            "passed" if is_unjudged(&outcome.verdict.rules) => Verdict::Unjudged,
            "passed" => Verdict::Passed,
            "failed" => Verdict::Failed,
            _ => Verdict::None,
        }
    }

    /// One or two words.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Verdict::Passed => "passed",
            Verdict::Unjudged => "not judged, no rule applied",
            Verdict::Failed => "failed",
            Verdict::None => "no model",
        }
    }
}

/// Whether no rule spoke of the device: nothing held, and nothing failed.
fn is_unjudged(rules: &RuleCount) -> bool {
    rules.passed + rules.failed + rules.waived + rules.undecided == 0
}

/// The findings with a status, those of error rules first, in their own order otherwise.
pub(crate) fn findings<'a>(outcome: &'a Outcome, status: &str) -> Vec<&'a FindingRecord> {
    let mut found: Vec<_> =
        outcome.verdict.findings.iter().filter(|f| f.status == status).collect();
    found.sort_by_key(|f| rank(&f.severity));
    found
}

/// `3 curves`, `1 curve`, `no curves`.
pub(crate) fn count(n: usize, one: &str, many: &str) -> String {
    match n {
        0 => format!("no {many}"),
        1 => format!("1 {one}"),
        _ => format!("{n} {many}"),
    }
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A sentence for a page: the first letter large, a full stop at the end.
pub(crate) fn sentence(text: &str) -> String {
    let text = text.trim();
    let mut letters = text.chars();
    // Names keep their case: only a word that is all small letters is made large.
    let first_word = text.split(' ').next().unwrap_or("");
    let prose = first_word.chars().all(|c| c.is_lowercase() || ",':".contains(c));
    let mut out: String = match letters.next() {
        Some(first) if prose => first.to_uppercase().chain(letters).collect(),
        _ => String::from(text),
    };
    if !out.is_empty() && !out.ends_with(['.', '!', '?', ':', '…']) {
        out.push('.');
    }
    out
}

/// The account that ends every run: the parts always add up to what stands before them, the rules
/// that were loaded, or where several devices were judged by them, how often they were.
pub(crate) fn account(rules: &RuleCount, devices: usize) -> String {
    let whole = match rules.loaded.checked_div(devices) {
        Some(each) if devices > 1 => {
            format!("{each} loaded, for {devices} devices {}", rules.loaded)
        }
        _ => format!("{} loaded", rules.loaded),
    };
    format!(
        "rules: {whole} = {} passed + {} failed + {} undecided + {} waived + {} not applicable",
        rules.passed, rules.failed, rules.undecided, rules.waived, rules.not_applicable
    )
}

/// The run in one sentence.
pub(crate) fn summary(outcome: &Outcome, script: Script) -> String {
    let came_out = Verdict::of(outcome) != Verdict::None;
    let Some(fit) = outcome.fit.as_ref().filter(|_| came_out) else { return refusal(outcome) };
    let mut parts = Vec::new();
    // What a model was not fitted to says what it leaves out, not how well it was fitted.
    let curves: Vec<&FittedCurve> = fit.curves.iter().filter(|c| !c.withheld).collect();
    let aside = fit.curves.len() - curves.len() + fit.unused.len();
    let aside = if aside > 0 { format!(", {aside} left aside") } else { String::new() };
    let met = curves_in_words(outcome, &curves, script);
    if !met.is_empty() {
        parts.push(list(&met) + aside.as_str());
    }
    // What the curves are met within is said above.
    let counts = |r: &&RatedPoint| r.basis != "curve";
    let errors: Vec<f64> =
        fit.rated.iter().filter(counts).filter_map(|r| r.error).map(f64::abs).collect();
    if let Some(error) = errors.iter().copied().fold(None, largest) {
        let n = count(errors.len(), "rated value", "rated values");
        parts.push(format!("up to {} on {n}", numbers::percent(error, script)));
    }
    let mut reach = match parts.is_empty() {
        true => format!("`{}` was fitted", fit.template),
        false => format!("errors of `{}`: {}", fit.template, list(&parts)),
    };
    if let Some(limits) = limits_in_words(fit) {
        reach += &format!("; {limits}");
    }
    format!("{reach}; {}", rules_in_words(&outcome.verdict.rules))
}

/// How well curves are met, by the measure of the axis that they are drawn on: decades on a
/// logarithmic one, a share of the range on another.
fn curves_in_words(outcome: &Outcome, curves: &[&FittedCurve], script: Script) -> Vec<String> {
    let on_log = |c: &&&FittedCurve| {
        outcome.facts.curves.get(c.curve).is_some_and(|k| k.y.scale == "log") && c.log_rms.is_some()
    };
    let (log, linear): (Vec<&FittedCurve>, Vec<&FittedCurve>) =
        curves.iter().partition(|c| on_log(c));
    let mut parts = Vec::new();
    if let Some(worst) = log.iter().filter_map(|c| c.log_rms).fold(None, largest) {
        let most = numbers::decades(worst, script);
        parts.push(format!("up to {most} (log RMS) on {}", count(log.len(), "curve", "curves")));
    }
    if let Some(worst) = linear.iter().filter_map(|c| c.nrmse).fold(None, largest) {
        let most = numbers::percent(worst, script);
        let what = count(linear.len(), "curve", "curves");
        parts.push(format!("up to {most} of range (NRMSE) on {what}"));
    }
    parts
}

/// How many rules of each severity fail: `1 error`, `2 warnings`, and how many failures are known.
pub(crate) fn failures(outcome: &Outcome) -> Vec<String> {
    let failed = findings(outcome, "failed");
    let of = |(severity, plural)| {
        let n = failed.iter().filter(|f| f.severity == severity && !f.known).count();
        (n > 0).then(|| count(n, severity, plural))
    };
    let known = failed.iter().filter(|f| f.known).count();
    let known = (known > 0).then(|| count(known, "known failure", "known failures"));
    [("error", "errors"), ("warning", "warnings")].into_iter().filter_map(of).chain(known).collect()
}

/// How many of the sheet's limits the model meets.
fn limits_in_words(fit: &Fit) -> Option<String> {
    let judged: Vec<bool> = fit.rated.iter().filter_map(|r| r.within_limits).collect();
    let met = judged.iter().filter(|w| **w).count();
    match judged.len() {
        0 => None,
        1 if met == 1 => Some(String::from("the one limit is met")),
        all if met == all => Some(format!("all {all} limits are met")),
        all => Some(format!("{met} of {all} limits are met")),
    }
}

/// Why no model came out, in one sentence.
fn refusal(outcome: &Outcome) -> String {
    let diagnostic = outcome.diagnostics.iter().find(|d| d.severity == "error");
    let failed = findings(outcome, "failed");
    let finding = failed.iter().find(|f| f.severity == "error");
    let rejected = outcome.candidates.first();
    let reason = match (diagnostic, finding, rejected) {
        (Some(d), _, _) => d.message.clone(),
        (None, Some(f), _) => f.message.clone(),
        (None, None, Some(c)) => format!("`{}`: {}", c.template, c.reason),
        (None, None, None) => String::from("nothing in the sources can be fitted"),
    };
    format!("no model came out: {reason}")
}

fn rules_in_words(rules: &RuleCount) -> String {
    let mut parts = Vec::new();
    for (n, one, many) in [
        (rules.passed, "holds", "hold"),
        (rules.failed, "fails", "fail"),
        (rules.undecided, "is undecided", "are undecided"),
        (rules.waived, "is waived", "are waived"),
        (rules.not_applicable, "does not apply", "do not apply"),
    ] {
        if n > 0 {
            parts.push(format!("{n} {}", if n == 1 { one } else { many }));
        }
    }
    if parts.is_empty() {
        return String::from("no rules were loaded");
    }
    format!("of {} {}", count(rules.loaded, "rule", "rules"), list(&parts))
}

/// The larger of a running maximum and a value.
pub(crate) fn largest(so_far: Option<f64>, value: f64) -> Option<f64> {
    Some(so_far.map_or(value, |m| m.max(value)))
}

/// A symbol's value with the unit that the outcome states for it; a bare number where it states
/// none.
pub(crate) fn symbol_value(outcome: &Outcome, symbol: &str, value: f64, script: Script) -> String {
    let unit = outcome.facts.symbols.get(symbol).map_or("", |s| s.unit.as_str());
    numbers::quantity(value, unit, script)
}

/// Family values: `TJ = 25 °C, VGS = 4.5 V`; empty when there is no family.
pub(crate) fn family(outcome: &Outcome, family: &BTreeMap<String, f64>, script: Script) -> String {
    let parts: Vec<String> = family
        .iter()
        .map(|(s, v)| format!("{s} = {}", symbol_value(outcome, s, *v, script)))
        .collect();
    parts.join(", ")
}

/// One condition: `IF = 10 mA`, `VR = 1 V to 5 V`, `IR = 0.1 × IF`.
pub(crate) fn condition(
    outcome: &Outcome,
    symbol: &str,
    condition: &Condition,
    script: Script,
) -> String {
    let show = |v: f64| symbol_value(outcome, symbol, v, script);
    match condition {
        Condition::Value { value } => format!("{symbol} = {}", show(*value)),
        Condition::Range { min: Some(a), max: Some(b) } => {
            format!("{symbol} = {} to {}", show(*a), show(*b))
        }
        Condition::Range { min: Some(a), max: None } => format!("{symbol} from {}", show(*a)),
        Condition::Range { min: None, max: Some(b) } => format!("{symbol} up to {}", show(*b)),
        Condition::Range { min: None, max: None } => format!("any {symbol}"),
        Condition::Equals { equals, factor } if *factor == 1.0 => format!("{symbol} = {equals}"),
        Condition::Equals { equals, factor } => {
            let times = if script == Script::Fine { "×" } else { "*" };
            format!("{symbol} = {} {times} {equals}", numbers::number(*factor, 4, script))
        }
    }
}

/// What a curve holds besides its family.
pub(crate) fn conditions(outcome: &Outcome, curve: &Curve, script: Script) -> String {
    let parts: Vec<String> =
        curve.conditions.iter().map(|(s, c)| condition(outcome, s, c, script)).collect();
    parts.join(", ")
}

/// `file:line:column`, `file, page 3` for paged sources, `file[sheet]:C12` for spreadsheets.
pub(crate) fn location(place: &Location) -> String {
    match place.page {
        Some(page) => format!("{}, page {page}", place.file),
        None => match &place.cell {
            Some(cell) => format!("{}:{cell}", place.file),
            None => format!("{}:{}:{}", place.file, place.line, place.column),
        },
    }
}

/// Where a value stands in a source: `sheet.toml, line 12`, `sheet.pdf, page 3`, and the reading
/// that derived it.
pub(crate) fn provenance(from: &Provenance) -> String {
    let mut text = from.source.clone();
    if let Some(page) = from.page {
        text.push_str(&format!(", page {page}"));
    }
    if let Some(line) = from.line {
        text.push_str(&format!(", line {line}"));
    }
    if let Some(reading) = &from.derived_by {
        text.push_str(&format!(", by {reading}"));
    }
    text
}

/// The measures of a curve's fit, each with its full name.
pub(crate) fn measures(curve: &FittedCurve, unit: &str, script: Script) -> Vec<String> {
    let mut parts = Vec::new();
    if let Some(v) = curve.log_rms {
        parts.push(format!("log RMS {}", numbers::decades(v, script)));
    }
    if let Some(v) = curve.rel_rms {
        let floor = curve
            .rel_floor
            .map(|f| format!(" (floor {})", numbers::quantity(f, unit, script)))
            .unwrap_or_default();
        parts.push(format!("relative RMS {}{floor}", numbers::percent(v, script)));
    }
    if let Some(v) = curve.nrmse {
        parts.push(format!("NRMSE of range {}", numbers::percent(v, script)));
    }
    parts
}

/// What the autocorrelation of the residuals tells.
pub(crate) fn misfit(lag_one: f64) -> &'static str {
    if lag_one < 0.3 {
        "noise"
    } else if lag_one < 0.7 {
        "some misfit"
    } else {
        "systematic misfit"
    }
}

/// The reason on record for the template of the fit.
pub(crate) fn choice<'a>(outcome: &'a Outcome, fit: &Fit) -> Option<&'a str> {
    outcome
        .candidates
        .iter()
        .find(|c| c.status == "chosen" && c.template == fit.template)
        .map(|c| c.reason.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_becomes_sentences_and_names_keep_their_case() {
        assert_eq!(sentence("the curve falls"), "The curve falls.");
        assert_eq!(sentence("ngspice2 agrees."), "ngspice2 agrees.");
        assert_eq!(sentence("`junction_diode` fits"), "`junction_diode` fits.");
        assert_eq!(sentence("VF falls"), "VF falls.");
        assert_eq!(sentence(""), "");
    }

    #[test]
    fn counts_and_lists_read_as_prose() {
        let names = |n: usize| -> Vec<String> {
            ["a", "b", "c"].iter().take(n).map(|s| String::from(*s)).collect()
        };
        let lists: Vec<String> = (0..4).map(|n| list(&names(n))).collect();
        assert_eq!(lists, ["", "a", "a and b", "a, b and c"]);
        assert_eq!(count(0, "curve", "curves"), "no curves");
        assert_eq!(count(1, "curve", "curves"), "1 curve");
    }
}
