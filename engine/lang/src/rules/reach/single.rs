//! Rules one by one: what can never fail, never pass, never apply.

use super::super::expr::{ExprKind as K, TypedExpr};
use super::super::functions::Function;
use super::build::Variables;
use super::formula::Formula;
use super::laws::{Law, Laws};
use super::parts;
use super::{Proof, excluded};
use crate::ir::Library;
use crate::rules::book::Phase;
use crate::rules::rule::{Need, RuleIr};
use espice_base::{Code, Diagnostic, Diagnostics};
use espice_facts::SymbolInfo;
use espice_syntax::ast::{BinaryOp, ComprehensionKind};
use std::collections::BTreeSet;

/// Looks at a rule alone; gives the checks that are decided beforehand.
pub(super) fn check<'a>(
    laws: &Laws<'a>,
    library: &'a Library,
    variables: &mut Variables,
    diagnostics: &mut Diagnostics,
) -> BTreeSet<usize> {
    let mut decided = BTreeSet::new();
    if !applies(laws, library, variables, diagnostics) {
        return decided;
    }
    for law in &laws.laws {
        if let Some(diagnostic) = judge(laws, law, variables) {
            diagnostics.push(diagnostic);
            decided.insert(law.of);
        }
    }
    for whole in &laws.wholes {
        if !decided.contains(&whole.of)
            && let Some(diagnostic) = judge(laws, whole, variables)
        {
            diagnostics.push(diagnostic);
            decided.insert(whole.of);
        }
    }
    parts::check(laws, &decided, library, variables, diagnostics);
    decided
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
        if let Some(info) = foreign(symbol, rule, library) {
            let says = never(&format!("no `{kinds}` has `{symbol}`, which it needs"));
            diagnostics.push(of_others(says.at(rule.span), info));
            return false;
        }
    }
    let mut strangers = Vec::new();
    rule.checks.iter().chain(&rule.when).for_each(|e| wanted(e, &mut strangers));
    for (symbol, e) in strangers {
        if let Some(info) = foreign(symbol, rule, library) {
            let says = format!("this is never there: no `{kinds}` has `{symbol}`");
            let told = Diagnostic::warning(Code::NEVER_APPLIES, says);
            diagnostics.push(of_others(told.at(e.span), info));
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

/// The symbol's declaration, where it is for other kinds than the rule.
fn foreign<'l>(symbol: &str, rule: &RuleIr, library: &'l Library) -> Option<&'l SymbolInfo> {
    let info = library.symbols.symbol(symbol)?;
    let shared = rule.kinds.is_empty()
        || info.kinds.is_empty()
        || info.kinds.iter().any(|k| rule.kinds.contains(k));
    (!shared).then_some(info)
}

fn of_others(told: Diagnostic, info: &SymbolInfo) -> Diagnostic {
    told.label(info.span, format!("declared for `{}`", info.kinds.join("`, `")))
        .help("name the symbol that the kind has, or widen the symbol's `for`")
}

/// The symbols whose rows and curves a condition cannot do without.
fn wanted<'a>(e: &'a TypedExpr, found: &mut Vec<(&'a str, &'a TypedExpr)>) {
    match &e.kind {
        K::Rows(Some(symbol)) | K::Row(symbol) => found.push((symbol, e)),
        K::Curves(curve) | K::Curve(curve) => found.push((&curve.quantity, e)),
        K::IsMissing { .. } | K::Binary(BinaryOp::Or, ..) | K::If(..) => {}
        // Nothing is counted, too.
        K::Builtin(Function::Count, _)
        | K::Comprehension { kind: ComprehensionKind::Count, .. } => {}
        _ => e.parts().into_iter().for_each(|part| wanted(part, found)),
    }
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
