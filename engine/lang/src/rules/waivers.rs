//! Waivers: which of them speak of a device, what they do about its findings, and what is to be
//! said of them in the end.

use super::book::{Input, Rulebook};
use super::compile::{find_rule, quoted};
use super::eval::Evaluator;
use super::expr::{ExprKind as Kind, Frame, TypedExpr};
use super::message::number;
use super::rule::{RuleBody, RuleIr};
use super::scope::Checker;
use super::types::Type;
use super::value::Truth;
use crate::ir::{
    Finding, FindingStatus, Library, Observed, Owned, WaiverInfo, WaiverState, WaiverUse,
};
use espice_base::{Code, Date, Diagnostic, Diagnostics, Span};
use espice_syntax::ast;
use espice_units::Dimension;
use std::collections::{BTreeMap, BTreeSet};

/// A waiver whose rule exists.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct WaiverIr {
    /// The pack that declares it.
    pub(crate) pack: usize,
    /// Index of the rule.
    pub(crate) rule: usize,
    /// What it is for, all of which must fit, with patterns of which one must.
    scope: Vec<(Scope, Vec<String>)>,
    frame: Frame,
    when: Option<TypedExpr>,
    within: Option<Within>,
    until: Option<Date>,
    owner: String,
    ticket: String,
    because: String,
    span: Span,
}

/// What a pattern of a waiver is compared with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Scope {
    Part,
    Maker,
    Package,
    File,
    Foundry,
}

const SCOPES: [(&str, Scope); 5] = [
    ("part", Scope::Part),
    ("maker", Scope::Maker),
    ("package", Scope::Package),
    ("file", Scope::File),
    ("foundry", Scope::Foundry),
];

/// The observed value that was waived, and how far it may move; SI.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Within {
    value: f64,
    reach: f64,
    dimension: Dimension,
}

/// What the waivers of a rulebook did, gathered over any number of devices.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct WaiverLog(BTreeMap<usize, BTreeSet<WaiverState>>);

impl WaiverLog {
    /// Takes note of the findings of a device.
    pub fn note(&mut self, findings: &[Finding]) {
        for used in findings.iter().flat_map(|f| &f.waivers) {
            self.0.entry(used.waiver).or_default().insert(used.state);
        }
    }

    /// What a waiver did on the whole: the gravest of what it did anywhere.
    pub fn state(&self, waiver: usize) -> WaiverState {
        let states = self.0.get(&waiver);
        states.and_then(|s| s.last().copied()).unwrap_or(WaiverState::Elsewhere)
    }
}

impl Rulebook {
    /// The waivers that may cover a finding of a rule, and what they do; a failure under one in
    /// force becomes waived. Waivers count when they are of `packs`, `None` meaning all.
    pub(super) fn waive(
        &self,
        rule: usize,
        input: &Input<'_>,
        packs: Option<&BTreeSet<usize>>,
        finding: &mut Finding,
    ) {
        let mine =
            self.waivers.iter().enumerate().filter(|(_, w)| {
                w.rule == rule && packs.is_none_or(|packs| packs.contains(&w.pack))
            });
        for (index, waiver) in mine {
            if !self.speaks_of(waiver, input) {
                continue;
            }
            let state = match waiver.until {
                Some(until) if until < input.today => WaiverState::Expired,
                _ if finding.status != FindingStatus::Failed => WaiverState::Unused,
                _ if waiver.is_stale(finding.observed.as_ref()) => WaiverState::Stale,
                _ => WaiverState::Active,
            };
            finding.waivers.push(WaiverUse { waiver: index, state });
        }
        let failed = finding.status == FindingStatus::Failed;
        let of = |state| finding.waivers.iter().find(|u| u.state == state).map(|u| u.waiver);
        let (active, stale) = (of(WaiverState::Active), of(WaiverState::Stale));
        if let Some(waiver) = active.and_then(|w| self.waivers.get(w)) {
            finding.status = FindingStatus::Waived;
            let until = waiver.until.map_or(String::new(), |d| format!(" until {d}"));
            let ticket = match waiver.ticket.as_str() {
                "" => String::new(),
                ticket => format!(", {ticket}"),
            };
            finding.message = format!(
                "{} (waived{until} by {}{ticket}: {})",
                finding.message, waiver.owner, waiver.because
            );
        } else if let Some(waiver) = stale.filter(|_| failed).and_then(|w| self.waivers.get(w)) {
            finding.message = format!("{} ({})", finding.message, waiver.moved());
        }
    }

    /// Whether a waiver is for a device. A condition that cannot be decided waives nothing.
    fn speaks_of(&self, waiver: &WaiverIr, input: &Input<'_>) -> bool {
        let facts = input.facts;
        let device = &facts.device;
        let fits = |scope: Scope, patterns: &[String]| {
            let any = |text: Option<&String>| {
                text.is_some_and(|text| patterns.iter().any(|p| matches(p, text)))
            };
            match scope {
                Scope::Part => any(device.part.as_ref()),
                Scope::Maker => any(device.maker.as_ref()),
                Scope::Package => any(device.package.as_ref()),
                Scope::File => facts.sources.iter().any(|s| any(Some(&s.name))),
                Scope::Foundry => self.packs.iter().any(|p| any(Some(p))),
            }
        };
        let in_scope = waiver.scope.iter().all(|(scope, patterns)| fits(*scope, patterns));
        in_scope
            && waiver.when.as_ref().is_none_or(|when| {
                let evaluator = Evaluator::new(self, *input, &waiver.frame);
                matches!(evaluator.truth(when).truth, Truth::Yes)
            })
    }

    /// What is to be said of waivers once everything has been looked at: one that has expired is
    /// an error (exit code 6), one that is stale or covers nothing a warning.
    pub fn audit_waivers(&self, log: &WaiverLog) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        for (index, waiver) in self.waivers.iter().enumerate() {
            let rule = self.rules.get(waiver.rule).map_or("", |r| r.name.as_str());
            let owner = if waiver.owner.is_empty() { "its owner" } else { waiver.owner.as_str() };
            let states = log.0.get(&index);
            let has = |state| states.is_some_and(|s| s.contains(&state));
            diagnostics.extend(
                match log.state(index) {
                    WaiverState::Expired => {
                        let day = waiver.until.map_or(String::new(), |d| format!(" on {d}"));
                        let message = format!("the waiver of `{rule}` expired{day}");
                        let help = format!(
                            "{owner} decides: mend the cause, or waive it again with a new date"
                        );
                        Some(Diagnostic::error(Code::WAIVER_EXPIRED, message).help(help))
                    }
                    WaiverState::Stale => {
                        let message =
                            format!("the waiver of `{rule}` is stale: {}", waiver.moved());
                        let help =
                            format!("{owner} decides whether the new value is waived as well");
                        Some(Diagnostic::warning(Code::WAIVER_STALE, message).help(help))
                    }
                    _ if has(WaiverState::Unused) && !has(WaiverState::Active) => {
                        let message = format!("the waiver of `{rule}` covers nothing here");
                        let help = "delete it when the cause is gone for everything that it names";
                        Some(Diagnostic::warning(Code::WAIVER_UNUSED, message).help(help))
                    }
                    _ => None,
                }
                .map(|d| d.at(waiver.span)),
            );
        }
        diagnostics.sort();
        diagnostics
    }

    /// A waiver as people are shown it.
    pub fn waiver(&self, index: usize) -> Option<WaiverInfo> {
        let waiver = self.waivers.get(index)?;
        let quote = |patterns: &Vec<String>| {
            let quoted: Vec<String> = patterns.iter().map(|p| format!("\"{p}\"")).collect();
            quoted.join(", ")
        };
        let word = |scope: &Scope| SCOPES.iter().find(|s| s.1 == *scope).map_or("", |s| s.0);
        let mut scope: Vec<String> =
            waiver.scope.iter().map(|(s, p)| format!("{} {}", word(s), quote(p))).collect();
        scope.extend(waiver.when.as_ref().map(|w| format!("when {}", self.snippet(w.span))));
        scope.extend(waiver.within.map(|w| w.words()));
        Some(WaiverInfo {
            rule: self.rules.get(waiver.rule).map_or(String::new(), RuleIr::full_name),
            scope: scope.join(", "),
            until: waiver.until,
            owner: waiver.owner.clone(),
            ticket: waiver.ticket.clone(),
            because: waiver.because.clone(),
            span: waiver.span,
        })
    }

    /// How many waivers there are.
    pub fn waiver_count(&self) -> usize {
        self.waivers.len()
    }
}

impl WaiverIr {
    /// Whether the value is not the one that was waived.
    fn is_stale(&self, observed: Option<&Observed>) -> bool {
        self.within.is_some_and(|w| match observed {
            Some(o) if o.dimension == w.dimension => {
                let moved = (o.value - w.value).abs();
                moved.is_nan() || moved > w.reach
            }
            _ => true,
        })
    }

    fn moved(&self) -> String {
        let words = self.within.map_or(String::new(), |w| w.words());
        format!("the waiver holds {words} only")
    }
}

impl Within {
    fn words(&self) -> String {
        let show = |v: f64| number(v, self.dimension, false);
        format!("within {} of {}", show(self.reach), show(self.value))
    }
}

/// Checks a waiver. `None` when its rule is missing or its expressions are mistaken.
pub(super) fn check(
    checker: &mut Checker<'_>,
    library: &Library,
    places: &[Option<usize>],
    rules: &[RuleIr],
    owned: &Owned<ast::Waiver>,
) -> Option<WaiverIr> {
    let item = &owned.item;
    let index = find_rule(library, owned.pack, &item.rule)
        .and_then(|place| places.get(place).copied().flatten())?;
    let rule = rules.get(index)?;
    let before = checker.start(owned.pack);
    checker.kinds = rule.kinds.clone();
    if let Some(reason) = &rule.unwaivable {
        let why = if reason.is_empty() { String::new() } else { format!(": {reason}") };
        checker.diagnostics.push(
            Diagnostic::error(Code::UNWAIVABLE, format!("`{}` may not be waived{why}", rule.name))
                .at(item.rule.name.span)
                .help("mend the data, or ask the owners of the rule for an exception in the rule"),
        );
    }
    let when = item.when.as_ref().map(|w| {
        let typed = checker.expr(w);
        checker.expect_truth(&typed, "`when`");
        typed
    });
    let within = item.within.as_ref().and_then(|(reach, value)| {
        let (reach, value) = (checker.expr(reach), checker.expr(value));
        within(checker, rule, &reach, &value)
    });
    let sound = checker.is_sound(before);
    let frame = checker.finish_frame();
    let scope = item.scope.iter().filter_map(|(word, patterns)| {
        let scope = SCOPES.iter().find(|s| s.0 == word.text)?.1;
        Some((scope, patterns.iter().map(|p| p.text.clone()).collect()))
    });
    sound.then(|| WaiverIr {
        pack: owned.pack,
        rule: index,
        scope: scope.collect(),
        frame,
        when,
        within,
        until: item.until.map(|u| u.0),
        owner: quoted(&item.owner),
        ticket: quoted(&item.ticket),
        because: quoted(&item.because),
        span: item.rule.name.span,
    })
}

/// `within REACH of VALUE`: both literals, the value of a dimension that the rule observes, the
/// reach a share or of the same dimension.
fn within(
    checker: &mut Checker<'_>,
    rule: &RuleIr,
    reach: &TypedExpr,
    value: &TypedExpr,
) -> Option<Within> {
    let (Some(far), Some(middle)) = (reach.constant(), value.constant()) else {
        let span = if value.constant().is_none() { value.span } else { reach.span };
        let message = "a waiver states its value and how far it may move as numbers";
        checker.refuse(Code::VALUE_TYPE, span, message, "write `within 10 % of 0.72 V`");
        return None;
    };
    if value.ty.is_open() || reach.ty.is_open() {
        return None;
    }
    let (Some(dimension), Some(of_reach)) = (value.ty.dimension(), reach.ty.dimension()) else {
        checker.refuse(Code::VALUE_TYPE, value.span, "a waiver states a number", "");
        return None;
    };
    let is_share = of_reach == Dimension::NONE && reach.ty != Type::Point;
    let observed = observes(rule).unwrap_or_default();
    if !observed.is_empty() && !observed.contains(&dimension) {
        let names: Vec<String> = observed.iter().map(|d| d.describe()).collect();
        let (rule_name, names) = (&rule.name, names.join(" or "));
        let stated = dimension.describe();
        let message = format!("`{rule_name}` observes {names}, and the waiver states {stated}");
        let first = rule.checks.first().map_or(rule.span, |c| c.span);
        checker.diagnostics.push(
            Diagnostic::error(Code::DIMENSION_MISMATCH, message)
                .label(value.span, format!("this is {stated}"))
                .label(first, format!("this observes {names}"))
                .help("state the observed value that is waived"),
        );
        return None;
    }
    if !is_share && of_reach != dimension {
        let message =
            format!("a value in {dimension} moves by {dimension} or a share, not by {of_reach}");
        checker.diagnostics.push(
            Diagnostic::error(Code::DIMENSION_MISMATCH, message)
                .label(reach.span, format!("this is {of_reach}"))
                .label(value.span, format!("this is {dimension}"))
                .help("write `within 10 % of …`, or a distance of the same unit"),
        );
        return None;
    }
    if is_share && value.ty == Type::Point {
        let message = "a share of a temperature depends on where its scale begins";
        checker.refuse(Code::DIMENSION_MISMATCH, reach.span, message, "write `within 5 K of …`");
        return None;
    }
    let reach = if is_share { far * middle.abs() } else { far };
    if !(reach > 0.0 && reach.is_finite()) {
        checker.refuse(
            Code::VALUE_TYPE,
            value.span,
            "a value that may not move at all is never met again",
            "state a distance above zero: a share of zero is none",
        );
        return None;
    }
    Some(Within { value: middle, reach, dimension })
}

/// The dimensions of what the checks of a rule compare; `None` where a function or script compares.
pub(super) fn observes(rule: &RuleBody) -> Option<Vec<Dimension>> {
    let mut dimensions = Vec::new();
    let known = rule.checks.iter().all(|c| observe(c, rule, &mut dimensions, 0));
    known.then_some(dimensions)
}

/// Definitions that stand for one another, at most.
const DEEP: usize = 32;

/// Adds the dimensions of what an expression compares. Whether all of them are known.
fn observe(e: &TypedExpr, rule: &RuleBody, dimensions: &mut Vec<Dimension>, deep: usize) -> bool {
    let compared = match &e.kind {
        Kind::Compare(operands, _) => operands.first(),
        Kind::In { value, .. } => Some(&**value),
        Kind::IsMissing { .. } | Kind::IsWord { .. } => return true,
        Kind::Call(..) | Kind::Script(..) => return false,
        Kind::Local(slot) if *e.ty.element().0 == Type::Truth => {
            let definition = rule.frame.slots.get(*slot).and_then(Option::as_ref);
            return definition
                .is_some_and(|d| deep < DEEP && observe(d, rule, dimensions, deep + 1));
        }
        _ => None,
    };
    let known = compared.is_none_or(|c| match c.ty.dimension() {
        Some(dimension) => {
            if !dimensions.contains(&dimension) {
                dimensions.push(dimension);
            }
            true
        }
        None => false,
    });
    let inner = |p: &TypedExpr, dimensions: &mut Vec<Dimension>| observe(p, rule, dimensions, deep);
    known && (compared.is_some() || e.parts().into_iter().all(|p| inner(p, dimensions)))
}

/// Whether a text fits a pattern; `*` stands for any run of characters.
fn matches(glob: &str, text: &str) -> bool {
    let mut pieces = glob.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let mut open = false;
    let mut last = "";
    for piece in pieces {
        open = true;
        last = piece;
        match rest.find(piece) {
            Some(at) => rest = rest.get(at + piece.len()..).unwrap_or(""),
            None => return false,
        }
    }
    // The last piece must end the text; an earlier match of it is no harm.
    if open {
        text.ends_with(last) && (last.is_empty() || rest.is_empty() || rest.ends_with(last))
    } else {
        rest.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn globs() {
        for (glob, text, want) in [
            ("BAT54", "BAT54", true),
            ("BAT54", "BAT54S", false),
            ("BAT54*", "BAT54S", true),
            ("*54", "BAT54", true),
            ("*54", "BAT5454", true),
            ("B*5*", "BAT54S", true),
            ("B*6*", "BAT54S", false),
            ("*", "", true),
        ] {
            assert_eq!(matches(glob, text), want, "{glob} {text}");
        }
    }
}
