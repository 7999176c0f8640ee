//! What is expected against what was found.

use super::run::{Bench, word};
use super::{DetailIr, EdgeIr, ExpectIr, FoundValue, Senseless, Unmet};
use crate::ir::Finding;
use crate::rules::book::Input;
use crate::rules::eval::Evaluator;
use crate::rules::expr::Bound;
use crate::rules::message::{conditions, number};
use crate::rules::select::{CandidateStatus, Selection};
use crate::rules::types::Type;
use crate::rules::value::Value;
use crate::rules::watch::{Force, Put, Watch};
use espice_base::Span;
use espice_facts::Conditions;
use espice_syntax::ast::Side;
use espice_units::Dimension;

/// Two values that a reader would call the same: stated and computed ones differ in their last
/// digits.
const SAME: f64 = 1e-9;

impl Bench<'_> {
    /// Adds what is not met of one expectation.
    pub(super) fn judge(
        &self,
        expect: &ExpectIr,
        evaluator: &Evaluator<'_>,
        unmet: &mut Vec<Unmet>,
    ) -> Result<(), Senseless> {
        match expect {
            ExpectIr::Outcome { span, outcome, rule, edge, details } => {
                let name = self.rule(*rule).map_or("", |r| r.name.as_str());
                if let Some(edge) = edge {
                    let found = |watch: &Watch| {
                        self.evaluated(*rule);
                        self.find(*rule, Some(watch)).map_or("", |f| word(&f)).to_string()
                    };
                    let what = format!("{outcome} {name}");
                    unmet.extend(self.edge((*span, outcome, &what), edge, evaluator, &found)?);
                    return Ok(());
                }
                self.evaluated(*rule);
                let Some(finding) = self.find(*rule, self.watch) else { return Ok(()) };
                let got = word(&finding);
                if got != outcome.as_str() {
                    let got = format!("{got}: {}{}", finding.message, self.decisive(&finding));
                    unmet.push((*span, format!("{outcome} {name}"), got));
                    return Ok(());
                }
                for detail in details {
                    if let Some((expected, got)) = self.detail(detail, &finding, evaluator)? {
                        unmet.push((*span, format!("{outcome} {name} with {expected}"), got));
                    }
                }
            }
            ExpectIr::Nothing(span) => unmet.extend(self.others().into_iter().map(|f| {
                let got = format!("{} {}: {}{}", word(&f), f.rule, f.message, self.decisive(&f));
                (*span, String::from("nothing more"), got)
            })),
            ExpectIr::Chosen { span, template, edge: Some(edge) } => {
                let found = |watch: &Watch| self.choose(template, Some(watch)).0;
                let what = format!("chosen {template}");
                unmet.extend(self.edge((*span, template, &what), edge, evaluator, &found)?);
            }
            ExpectIr::Chosen { span, template, edge: None } => {
                let (first, why) = self.choose(template, self.watch);
                if first != *template {
                    unmet.push((*span, format!("chosen {template}"), first + &*why));
                }
            }
            ExpectIr::Tried { span, templates, edge } => {
                let wanted = templates.join(", ");
                let what = format!("tried {wanted}");
                if let Some(edge) = edge {
                    let found = |watch: &Watch| tried(&self.selection(Some(watch)));
                    unmet.extend(self.edge((*span, &wanted, &what), edge, evaluator, &found)?);
                    return Ok(());
                }
                let selection = self.selection(self.watch);
                let got = tried(&selection);
                if got != wanted {
                    let mut apart = selection.candidates.iter().filter(|c| {
                        (c.status == CandidateStatus::Considered) != templates.contains(&c.template)
                    });
                    let why = apart.next().map(|c| format!(" ({}: {})", c.template, c.reason));
                    let why = why.unwrap_or_default();
                    unmet.push((*span, what, format!("{got}{why}")));
                }
            }
            ExpectIr::Rejected { span, template, edge, message } => {
                let what = format!("rejected {template}");
                if let Some(edge) = edge {
                    let found = |watch: &Watch| fate(&self.selection(Some(watch)), template).0;
                    unmet.extend(self.edge((*span, "rejected", &what), edge, evaluator, &found)?);
                    return Ok(());
                }
                let (got, why) = fate(&self.selection(self.watch), template);
                if got != "rejected" {
                    unmet.push((*span, what, format!("{got} ({why})")));
                } else if let Some(text) = message.as_ref().filter(|m| !why.contains(m.as_str())) {
                    unmet.push((*span, format!("{what} with message \"{text}\""), why));
                }
            }
            ExpectIr::Kind(span, kind) => match self.book.recognise(&self.input) {
                Ok(got) if got == *kind => {}
                Ok(got) => unmet.push((*span, format!("kind {kind}"), format!("kind {got}"))),
                Err(diagnostics) => {
                    let all = diagnostics.iter().flat_map(|d| {
                        std::iter::once(d.message.clone()).chain(d.help.iter().cloned())
                    });
                    let got = all.collect::<Vec<_>>().join("; ");
                    unmet.push((*span, format!("kind {kind}"), got));
                }
            },
            ExpectIr::Value { .. } => unmet.extend(value_expected(expect, evaluator, &self.input)?),
        }
        Ok(())
    }

    fn evaluated(&self, rule: usize) {
        if let Some(watch) = self.watch {
            watch.evaluated(rule);
        }
    }

    /// Whether an outcome holds right up to a value, and not beyond it.
    fn edge(
        &self,
        (span, outcome, what): (Span, &str, &str),
        edge: &EdgeIr,
        evaluator: &Evaluator<'_>,
        found: &dyn Fn(&Watch) -> String,
    ) -> Result<Option<Unmet>, Senseless> {
        let at = evaluator.stated(edge.value.span, evaluator.number(&edge.value))?;
        let (words, inside, outside) = match edge.side {
            Side::UpTo => ("up to", at, at.next_up()),
            Side::Below => ("below", at.next_down(), at),
            Side::DownTo => ("down to", at, at.next_down()),
            Side::Above => ("above", at.next_up(), at),
        };
        let show = number(
            at,
            edge.value.ty.dimension().unwrap_or(Dimension::NONE),
            edge.value.ty == Type::Point,
        );
        let expected = format!("{what} {words} {show}");
        for (value, wanted) in [(inside, true), (outside, false)] {
            let force = Force {
                place: None,
                limit: at,
                dimension: edge.value.ty.dimension(),
                limits: None,
                put: Put::Number(value),
            };
            let watch = Watch::forcing(force);
            let got = found(&watch);
            let seen = watch.seen.borrow();
            if seen.forced == 0 {
                let mut met: Vec<String> = seen.met.values().map(|m| m.show()).collect();
                met.sort();
                met.dedup();
                met.truncate(8);
                let met = if met.is_empty() { String::from("none") } else { met.join(", ") };
                let got = format!("nothing is compared with {show}; limits: {met}");
                return Ok(Some((span, expected, got)));
            }
            drop(seen);
            if let Some(mine) = self.watch {
                mine.absorb(watch);
            }
            if (got == outcome) != wanted {
                let place = if value == at {
                    "at"
                } else if value > at {
                    "right above"
                } else {
                    "right below"
                };
                return Ok(Some((span, expected, format!("{got} {place} {show}"))));
            }
        }
        Ok(None)
    }

    /// What is expected of a finding besides its outcome, and what it is, where they differ.
    fn detail(
        &self,
        detail: &DetailIr,
        finding: &Finding,
        evaluator: &Evaluator<'_>,
    ) -> Result<Option<(String, String)>, Senseless> {
        Ok(match detail {
            DetailIr::Message(text) => (!finding.message.contains(text.as_str()))
                .then(|| (format!("message \"{text}\""), finding.message.clone())),
            DetailIr::Row(symbol, stated) => {
                let at = evaluator.stated(Span::default(), evaluator.conditions(stated))?;
                let (met, got) = self.row(symbol, stated, &at, finding);
                let at = conditions(&at, &self.book.symbols);
                let at = if at.is_empty() { at } else { format!(" at {at}") };
                (!met).then(|| (format!("row {symbol}{at}"), got))
            }
            DetailIr::Value(which, typed) => {
                let name = match which {
                    FoundValue::Observed => "observed",
                    FoundValue::Limit => "limit",
                    FoundValue::Margin => "margin",
                };
                let value = evaluator.value(typed);
                let stated = evaluator.show_value(&value, &typed.ty, Dimension::NONE);
                let Some(o) = &finding.observed else {
                    let got = format!("nothing was compared: {}", finding.message);
                    return Ok(Some((format!("{name} == {stated}"), got)));
                };
                let found = match which {
                    FoundValue::Observed => o.value,
                    FoundValue::Limit => o.limit,
                    FoundValue::Margin => o.margin,
                };
                let element = match &typed.ty {
                    Type::Range(ends) => ends,
                    other => other,
                };
                let is_point = *element == Type::Point && *which != FoundValue::Margin;
                let same_kind = element.dimension().unwrap_or(Dimension::NONE) == o.dimension;
                let near = |v: f64| (v - found).abs() <= SAME * v.abs().max(found.abs());
                let (expected, met) = match value {
                    Value::Number(v) => (format!("{name} == {stated}"), near(v)),
                    Value::Range(Some(low), Some(high), _) => {
                        (format!("{name} in {stated}"), (low..=high).contains(&found))
                    }
                    _ => return Err((typed.span, String::from("the value is missing"))),
                };
                let shown = number(found, o.dimension, is_point);
                (!(met && same_kind)).then(|| (expected, format!("{name} {shown}")))
            }
        })
    }

    /// Whether a finding was decided by a row or curve, and which it was.
    fn row(
        &self,
        symbol: &str,
        stated: &[Bound],
        at: &Conditions,
        finding: &Finding,
    ) -> (bool, String) {
        let Some(place) = finding.data_place else {
            return (false, String::from("no row or curve decided"));
        };
        let facts = self.input.facts;
        let rows = facts
            .parameters
            .iter()
            .filter(|p| p.provenance.place == place)
            .map(|p| (p.symbol.as_str(), p.conditions.clone()));
        let curves = facts
            .curves
            .iter()
            .filter(|c| c.provenance.place == place)
            .map(|c| (c.signature.quantity.as_str(), c.all_conditions()));
        let mut got = Vec::new();
        for (found, has) in rows.chain(curves) {
            let agrees = stated.iter().all(|(name, _)| match (at.value(name), has.value(name)) {
                (Some(a), Some(b)) => (a - b).abs() <= SAME * a.abs().max(b.abs()),
                _ => false,
            });
            if found == symbol && agrees {
                return (true, String::new());
            }
            let has = conditions(&has, &self.book.symbols);
            got.push(if has.is_empty() { found.into() } else { format!("{found} at {has}") });
        }
        (false, if got.is_empty() { String::from("no row") } else { got.join(", ") })
    }

    /// The values that decided, for a reader who expected something else.
    fn decisive(&self, finding: &Finding) -> String {
        let mut parts = Vec::new();
        if let Some(o) = &finding.observed {
            let is_point = o.dimension == Dimension::TEMPERATURE;
            let show = |v: f64| number(v, o.dimension, is_point);
            // Sentences without `say` hold the values themselves.
            let (observed, limit) = (show(o.value), show(o.limit));
            if !finding.message.ends_with(&format!("{observed} against {limit}")) {
                parts.push(format!("observed {observed}, limit {limit}"));
            }
        }
        if finding.data_place.is_some() {
            let (_, row) = self.row("", &[], &Conditions::none(), finding);
            if row != "no row" {
                parts.push(row);
            }
        }
        if parts.is_empty() { String::new() } else { format!(" ({})", parts.join("; ")) }
    }
}

/// The names of the candidates that are tried, in their order.
fn tried(selection: &Selection) -> String {
    let all = selection.candidates.iter();
    let names: Vec<&str> = all
        .filter(|c| c.status == CandidateStatus::Considered)
        .map(|c| c.template.as_str())
        .collect();
    if names.is_empty() { String::from("none") } else { names.join(", ") }
}

/// Whether a template is `tried` or `rejected`, and why.
fn fate(selection: &Selection, template: &str) -> (String, String) {
    let found = selection.candidates.iter().find(|c| c.template == template);
    let Some(c) = found else {
        return (String::from("no candidate"), String::from("a template of another kind"));
    };
    let word = match c.status {
        CandidateStatus::Considered => "tried",
        CandidateStatus::Rejected => "rejected",
    };
    (String::from(word), c.reason.clone())
}

fn value_expected(
    expect: &ExpectIr,
    evaluator: &Evaluator<'_>,
    input: &Input<'_>,
) -> Result<Option<Unmet>, Senseless> {
    let ExpectIr::Value { span, quantity, ty, conditions, range } = expect else {
        return Ok(None);
    };
    let at: Conditions = evaluator.stated(*span, evaluator.conditions(conditions))?;
    let Value::Range(Some(low), Some(high), _) = evaluator.value(range) else {
        return Err((range.span, String::from("the range has no ends")));
    };
    let show = |v: f64| number(v, ty.dimension().unwrap_or(Dimension::NONE), *ty == Type::Point);
    let value = input.model.and_then(|m| m.value(quantity, &at));
    let got = match value {
        Some(v) if (low..=high).contains(&v) => return Ok(None),
        Some(v) => show(v),
        None if input.model.is_none() => String::from("no model is given"),
        None => String::from("the model has no such value"),
    };
    let expected = format!("{quantity} in {} .. {}", show(low), show(high));
    Ok(Some((*span, expected, got)))
}
