//! Rules one by one: what can never fail, never pass, never apply.

use super::build::Variables;
use super::formula::Formula;
use super::laws::{Law, Laws};
use super::parts;
use super::{Proof, excluded};
use crate::ir::Library;
use crate::rules::book::Phase;
use crate::rules::rule::Need;
use espice_base::{Code, Diagnostic, Diagnostics};
use std::collections::BTreeSet;

pub(super) fn check<'a>(
    laws: &Laws<'a>,
    library: &'a Library,
    variables: &mut Variables,
    diagnostics: &mut Diagnostics,
) {
    if !applies(laws, library, variables, diagnostics) {
        return;
    }
    let mut decided = BTreeSet::new();
    for law in &laws.laws {
        if let Some(diagnostic) = judge(laws, law, variables) {
            diagnostics.push(diagnostic);
            decided.insert(law.of);
        }
    }
    parts::check(laws, &decided, library, variables, diagnostics);
}

/// Whether the rule can apply to anything; a diagnostic says why not.
fn applies(
    laws: &Laws<'_>,
    library: &Library,
    variables: &Variables,
    diagnostics: &mut Diagnostics,
) -> bool {
    let rule = laws.rule;
    let never = |why: &str| {
        Diagnostic::warning(
            Code::NEVER_APPLIES,
            format!("the rule `{}` never applies: {why}", rule.name),
        )
    };
    let kinds = rule.kinds.join("` or `");
    let is_modelled = |kind: &String| library.templates.names_of(kind).next().is_some();
    if rule.phase == Phase::Model && !rule.kinds.is_empty() && !rule.kinds.iter().any(is_modelled) {
        diagnostics.push(
            never(&format!("no template models a `{kinds}`"))
                .at(rule.span)
                .help("add a template of the kind, or let the rule look at `data`"),
        );
        return false;
    }
    for need in &rule.needs {
        let symbol = match need {
            Need::Symbol(symbol) => symbol,
            Need::Curve(wanted) => &wanted.quantity,
            Need::Expr(_) => continue,
        };
        let Some(info) = library.symbols.symbol(symbol) else { continue };
        let shared = rule.kinds.is_empty()
            || info.kinds.is_empty()
            || info.kinds.iter().any(|k| rule.kinds.contains(k));
        if !shared {
            let of = info.kinds.join("`, `");
            diagnostics.push(
                never(&format!("no `{kinds}` has `{symbol}`, which it needs"))
                    .at(rule.span)
                    .label(info.span, format!("declared for `{of}`"))
                    .help("name the symbol that the kind has, or widen the symbol's `for`"),
            );
            return false;
        }
    }
    if let (Some(when), Some(proof)) =
        (&rule.when, excluded(&[&laws.scope, &laws.when], &[laws], variables))
    {
        diagnostics.push(
            proof
                .tell(never("its `when` cannot hold").at(when.span))
                .help("no value meets the condition; the rule would be silent for ever"),
        );
        return false;
    }
    for law in &laws.laws {
        let mut before = vec![&laws.scope, &laws.when];
        for (formula, written) in &law.wheres {
            before.push(formula);
            if let Some(proof) = excluded(&before, &[laws], variables) {
                diagnostics.push(
                    proof
                        .tell(never("no record meets this condition").at(written.span))
                        .help("the loop would always be empty"),
                );
                return false;
            }
        }
    }
    true
}

/// Whether a check always passes, always fails, or can never be decided.
fn judge(laws: &Laws<'_>, law: &Law<'_>, variables: &Variables) -> Option<Diagnostic> {
    let opposite = law.check.negated();
    let with = |f: &Formula| {
        let mut all = laws.context(law);
        all.push(f);
        excluded(&all, &[laws], variables)
    };
    let (passes, fails) = (with(&law.check), with(&opposite));
    let rule = &laws.rule.name;
    let (code, says, proof, help) = match (passes, fails) {
        (Some(proof), Some(_)) => (
            Code::NEVER_APPLIES,
            format!("the rule `{rule}` never decides: this compares what is missing"),
            proof,
            "the condition before it lets only missing values through",
        ),
        (Some(proof), None) => (
            Code::ALWAYS_FAILS,
            format!("the rule `{rule}` always fails: no value meets this check"),
            proof,
            "look at the limits and the direction of the comparison",
        ),
        (None, Some(proof)) => (
            Code::NEVER_FAILS,
            format!("the rule `{rule}` can never fail here: every value meets this check"),
            proof,
            "a rule that cannot fail looks like safety and is none; tighten it or delete it",
        ),
        (None, None) => return None,
    };
    let grave = matches!(proof, Proof::Certain);
    let told = if grave { Diagnostic::error(code, says) } else { Diagnostic::warning(code, says) };
    Some(proof.tell(told.at(law.body.span)).help(help))
}
