//! Rules to findings: scope, needs, checks, the decisive comparison, waivers, the account.

use super::book::{Input, Judgement, Phase, Rulebook};
use super::eval::Evaluator;
use super::expr::{ExprKind as Kind, TypedExpr};
use super::message::add_number;
use super::rule::{Need, RuleIr};
use super::value::{Decision, Lack, Truth, Value, Verdict, Why};
use super::watch::Watch;
use crate::ir::{Account, Finding, FindingStatus, Observed, TableCell};
use espice_base::{Code, Diagnostic, Diagnostics, Digest, Place};
use espice_facts::{Facts, Origin};
use std::collections::BTreeSet;
use std::rc::Rc;

/// How a rule came out before waivers.
pub(crate) enum Came<'a> {
    /// It does not speak of this device or these data, or had nothing to look at.
    NotApplicable(String),
    /// It was evaluated.
    Decided(Verdict<'a>, usize),
}

impl Rulebook {
    /// Evaluates the rules of one phase. A rule gives one finding, also when it held, was
    /// undecided, or did not apply.
    pub fn run(&self, phase: Phase, input: &Input<'_>) -> Judgement {
        let mut judgement = Judgement::default();
        let of_phase = || self.rules.iter().enumerate().filter(|(_, r)| r.phase == phase);
        judgement.findings.reserve_exact(of_phase().count());
        for (index, rule) in of_phase() {
            let finding = self.evaluate(index, rule, input, None, &mut judgement.diagnostics);
            judgement.findings.push(finding);
        }
        judgement.diagnostics.sort();
        judgement
    }

    /// Evaluates one rule; waivers count when they are of `packs`, `None` meaning all.
    pub(crate) fn evaluate(
        &self,
        index: usize,
        rule: &RuleIr,
        input: &Input<'_>,
        packs: Option<&BTreeSet<usize>>,
        diagnostics: &mut Diagnostics,
    ) -> Finding {
        self.watched(index, rule, input, packs, None, diagnostics)
    }

    /// [`Rulebook::evaluate`] while something looks on.
    pub(crate) fn watched(
        &self,
        index: usize,
        rule: &RuleIr,
        input: &Input<'_>,
        packs: Option<&BTreeSet<usize>>,
        watch: Option<&Watch>,
        diagnostics: &mut Diagnostics,
    ) -> Finding {
        let mut evaluator = Evaluator::of_rule(self, rule, *input);
        evaluator.watch = watch;
        self.told(index, rule, &evaluator, packs, diagnostics)
    }

    /// The finding of a rule by an evaluator that is made for it.
    pub(crate) fn told(
        &self,
        index: usize,
        rule: &RuleIr,
        evaluator: &Evaluator<'_>,
        packs: Option<&BTreeSet<usize>>,
        diagnostics: &mut Diagnostics,
    ) -> Finding {
        let came = evaluator.judge(rule);
        let input = &evaluator.input;
        let mut finding = self.finding(rule, input, evaluator, came, diagnostics);
        self.waive(index, input, packs, &mut finding);
        let of = |rule: &str| Digest::of(finding.identity(rule).as_bytes()).short(16);
        let former: Vec<String> = rule.formerly.iter().map(|f| of(f)).collect();
        (finding.fingerprint, finding.former) = (of(&finding.rule), former);
        diagnostics.extend(evaluator.diagnostics());
        finding
    }

    fn finding<'a>(
        &self,
        rule: &RuleIr,
        input: &Input<'_>,
        evaluator: &Evaluator<'a>,
        came: Came<'a>,
        diagnostics: &mut Diagnostics,
    ) -> Finding {
        let mut finding = Finding {
            rule: rule.name.clone(),
            pack: rule.pack.clone(),
            severity: rule.severity,
            status: FindingStatus::NotApplicable,
            message: String::new(),
            because: rule.why(),
            help: rule.help.clone(),
            observed: None,
            rule_span: rule.checks.first().map_or(rule.span, |c| c.span),
            data_place: None,
            limit_place: None,
            part: part_of(input.facts),
            maker: input.facts.device.maker.clone().unwrap_or_default(),
            data: String::new(),
            fingerprint: String::new(),
            former: Vec::new(),
            unwaivable: rule.unwaivable.is_some(),
            waivers: Vec::new(),
        };
        let (verdict, check) = match came {
            Came::NotApplicable(reason) => {
                finding.message = reason;
                return finding;
            }
            Came::Decided(verdict, check) => (verdict, check),
        };
        if let Some(check) = rule.checks.get(check) {
            finding.rule_span = check.span;
            let decided = verdict.decision.as_ref();
            // Where the decision says itself where its data stand, nothing has to be looked for.
            if decided.is_none_or(|d| d.trail.iter().all(|t| t.1.place().is_none())) {
                finding.data_place = evaluator.place_of(check);
            }
            if decided.is_none() {
                finding.limit_place = evaluator.cell_of(check, None);
            }
        }
        let decision = verdict.decision.as_ref();
        if let Some(d) = decision {
            finding.observed = Some(Observed {
                value: d.observed,
                limit: d.limit,
                margin: d.margin,
                dimension: d.dimension,
            });
            finding.rule_span = d.span;
            finding.data_place = d.trail.iter().find_map(|t| t.1.place()).or(finding.data_place);
            if let Some(check) = rule.checks.get(check) {
                // The loops stand where the decision was made, so that keys of tables are its.
                evaluator.restore(d);
                finding.limit_place = evaluator.cell_of(check, Some(d.limit));
            }
        }
        finding.data = data_of(decision, rule.phase == Phase::Library);
        match &verdict.truth {
            Truth::Yes => {
                finding.status = FindingStatus::Passed;
                finding.message.push_str("holds");
                if let Some(d) = decision {
                    finding.message.push_str(": ");
                    against(d, &mut finding.message);
                }
            }
            Truth::No => {
                finding.status = FindingStatus::Failed;
                finding.message = if rule.say.is_empty() {
                    let mut text = String::with_capacity(96);
                    text.push('`');
                    self.add_snippet(finding.rule_span, &mut text);
                    text.push_str("` does not hold");
                    if let Some(d) = decision {
                        text.push_str(": ");
                        against(d, &mut text);
                    }
                    text
                } else {
                    evaluator.message(rule, decision)
                };
            }
            Truth::Unknown(why) => {
                finding.status = FindingStatus::Undecided;
                finding.message = why.text.clone();
                diagnostics.extend(undecided(rule, why));
            }
        }
        finding
    }
}

impl Account {
    /// Counts findings.
    pub fn of(findings: &[Finding]) -> Account {
        let mut account = Account { loaded: findings.len(), ..Account::default() };
        findings.iter().for_each(|finding| account.count(finding.status));
        account
    }

    pub(crate) fn count(&mut self, status: FindingStatus) {
        *match status {
            FindingStatus::Passed => &mut self.passed,
            FindingStatus::Failed => &mut self.failed,
            FindingStatus::Undecided => &mut self.undecided,
            FindingStatus::NotApplicable => &mut self.not_applicable,
            FindingStatus::Waived => &mut self.waived,
        } += 1;
    }
}

impl<'a> Evaluator<'a> {
    /// An evaluator for the expressions of a rule.
    pub(crate) fn of_rule(book: &'a Rulebook, rule: &'a RuleIr, input: Input<'a>) -> Self {
        let mut evaluator = Evaluator::new(book, input, &rule.frame);
        if let [origin] = rule.origins.as_slice() {
            evaluator.origin = Some(*origin);
        }
        evaluator
    }

    /// Scope, needs and checks of a rule.
    pub(crate) fn judge(&self, rule: &RuleIr) -> Came<'a> {
        if let Some(reason) = self.out_of_scope(rule) {
            return Came::NotApplicable(reason);
        }
        // A check that had nothing to run over says nothing. When none says anything, or nothing
        // that was asked for is of this device, the rule does not apply.
        let mut decided: Option<(Verdict<'a>, usize)> = None;
        let mut empty: Option<Rc<Why>> = None;
        let mut held = false;
        for (i, check) in rule.checks.iter().enumerate() {
            let verdict = self.truth(check);
            if let Truth::Unknown(why) = &verdict.truth
                && why.lack == Lack::Empty
            {
                empty.get_or_insert_with(|| why.clone());
                continue;
            }
            held |= matches!(verdict.truth, Truth::Yes);
            decided = Some(match decided {
                None => (verdict, i),
                Some((before, at)) => {
                    // The later one decides only when it is worse.
                    let first = before.decision.as_ref().map(|d| d.span);
                    let joined = Verdict::all([before, verdict]);
                    let same = joined.decision.as_ref().map(|d| d.span) == first;
                    (joined, if same { at } else { i })
                }
            });
        }
        match (decided, empty) {
            (Some((Verdict { truth: Truth::Unknown(why), .. }, _)), _)
                if why.lack == Lack::Nothing && !held =>
            {
                Came::NotApplicable(why.text.clone())
            }
            (Some((verdict, check)), _) => Came::Decided(verdict, check),
            (None, Some(why)) => Came::NotApplicable(why.text.clone()),
            (None, None) => Came::NotApplicable(String::from("the rule checks nothing")),
        }
    }

    /// Why a rule does not apply at all.
    pub(crate) fn out_of_scope(&self, rule: &RuleIr) -> Option<String> {
        if let Some(because) = &rule.off {
            return Some(format!("switched off: {because}"));
        }
        let facts = self.input.facts;
        if !rule.kinds.is_empty() {
            match &facts.device.kind {
                None => return Some(String::from("the kind of the device is not known")),
                Some(kind) if !rule.kinds.contains(kind) => {
                    return Some(format!(
                        "speaks of {}, and this is a {kind}",
                        rule.kinds.join(", ")
                    ));
                }
                _ => {}
            }
        }
        if !rule.origins.is_empty() && !rule.origins.iter().any(|o| has_origin(facts, *o)) {
            let words = rule.origins.iter().map(|o| match o {
                Origin::Measured => "measured",
                Origin::Digitised => "digitised",
            });
            return Some(format!("there are no {} data", words.collect::<Vec<_>>().join(" or ")));
        }
        let lacking = rule.needs.iter().zip(&rule.need_spans).find_map(|(need, span)| {
            let lacks = self.need(need);
            if let Some(watch) = self.watch {
                watch.truth(*span, Some(lacks.is_none()));
            }
            lacks
        });
        if let Some(need) = lacking {
            return Some(format!("needs what is not there: {need}"));
        }
        match rule.when.as_ref().map(|w| (w, self.truth(w).truth)) {
            Some((w, Truth::No)) => Some(format!("`{}` does not hold", self.book.snippet(w.span))),
            Some((w, Truth::Unknown(why))) => {
                Some(format!("`{}` is not known: {}", self.book.snippet(w.span), why.text))
            }
            _ => None,
        }
    }

    pub(crate) fn need(&self, need: &Need) -> Option<String> {
        match need {
            Need::Symbol(symbol) => {
                let curve = self.input.facts.curves.iter().any(|c| {
                    c.signature.quantity == *symbol && c.status != espice_facts::Status::Refused
                });
                let row = self.rows(Some(symbol)).next().is_some();
                (!curve && !row).then(|| format!("the data hold no `{symbol}`"))
            }
            Need::Curve(wanted) => self
                .curves_named(wanted)
                .is_empty()
                .then(|| format!("the data hold no curve `{wanted}`")),
            Need::Expr(e) => self.lacks(e),
        }
    }

    /// The place of the cell of a limits table that an expression looks at: the one that holds
    /// the limit, else the first.
    pub(crate) fn cell_of(&self, e: &TypedExpr, limit: Option<f64>) -> Option<Place> {
        if self.book.tables.is_empty() {
            return None;
        }
        let mut cells = Vec::new();
        self.cells(e, &mut cells);
        let holds = |c: &&TableCell| {
            let ends = c.range.into_iter().flatten().flatten();
            limit.is_some_and(|l| c.value.into_iter().chain(ends).any(|v| v == l))
        };
        let cell = cells.iter().copied().find(|c| holds(c)).or(cells.first().copied());
        cell.map(|c| Place::Text(c.span))
    }

    fn cells(&self, e: &TypedExpr, found: &mut Vec<&'a TableCell>) {
        match &e.kind {
            Kind::Local(slot) => {
                if let Some(definition) = self.definition(*slot) {
                    self.cells(definition, found);
                }
            }
            Kind::Cell(row, column) => {
                let Value::TableRow(table, row) = self.value(row) else { return };
                let table = self.book.tables.get(table);
                let row = table.and_then(|t| t.rows.get(row));
                found.extend(row.and_then(|r| r.1.get(*column)));
            }
            _ => e.parts().into_iter().for_each(|p| self.cells(p, found)),
        }
    }

    /// The place of the first row, curve or sweep that an expression looks at.
    pub(crate) fn place_of(&self, e: &TypedExpr) -> Option<Place> {
        let own = match &e.kind {
            Kind::Row(_) | Kind::Curve(_) | Kind::Rows(_) | Kind::Curves(_) | Kind::Sweeps => {
                match self.value(e) {
                    Value::List(items) => items.first().and_then(Value::place),
                    value => value.place(),
                }
            }
            Kind::Local(slot) => {
                return self.definition(*slot).and_then(|d| self.place_of(d));
            }
            _ => None,
        };
        own.or_else(|| e.parts().into_iter().find_map(|p| self.place_of(p)))
    }
}

pub(crate) fn has_origin(facts: &Facts, origin: Origin) -> bool {
    let curve = facts.curves.iter().any(|c| c.origin == origin);
    match origin {
        Origin::Measured => curve || !facts.sweeps.is_empty(),
        Origin::Digitised => curve,
    }
}

/// `1.2 V against 1 V`
fn against(d: &Decision<'_>, text: &mut String) {
    add_number(d.observed, d.dimension, d.is_point, text);
    text.push_str(" against ");
    add_number(d.limit, d.dimension, d.is_point, text);
}

fn undecided(rule: &RuleIr, why: &Why) -> Option<Diagnostic> {
    (why.lack == Lack::NotANumber).then(|| {
        Diagnostic::warning(
            Code::NOT_A_NUMBER_FOUND,
            format!("rule `{}` is undecided: {}", rule.name, why.text),
        )
        .at(why.span)
        .help("filter the points with `where`, or say in `when` where the rule applies")
    })
}

/// The part that findings speak of, else the name of the first source without its ending.
pub fn part_of(facts: &Facts) -> String {
    let stem = || {
        let name = facts.sources.first().map_or("", |s| s.name.as_str());
        name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_string()
    };
    facts.device.part.clone().unwrap_or_else(stem)
}

/// The data that decided: the identities of its records, sorted; with their parts where the data
/// are those of many devices.
fn data_of(decision: Option<&Decision<'_>>, of_many: bool) -> String {
    let Some(d) = decision else { return String::new() };
    let identity = |value: &Value<'_>| {
        let parts = match value {
            Value::Row(row) if of_many => row.parts.as_slice(),
            Value::Curve(curve) if of_many => curve.source.map_or(&[][..], |c| &c.parts),
            _ => &[],
        };
        let own = value.identity()?;
        Some(if parts.is_empty() { own } else { format!("{} of {}", own, parts.join(", ")) })
    };
    let mut seen: Vec<String> = d.trail.iter().filter_map(|t| identity(&t.1)).collect();
    seen.sort();
    seen.dedup();
    match seen.len() {
        0 | 1 => seen.pop().unwrap_or_default(),
        _ => seen.join("; "),
    }
}
