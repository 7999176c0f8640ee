//! Lints of single rules and overrides.

use super::Looked;
use crate::check::dims::literal_of;
use crate::check::walk::walk;
use espice_base::{Code, Diagnostic, Diagnostics, Span};
use espice_syntax::ast::{Expect, Expr, ExprKind, Let, Message, MessagePart, Quoted, Rule, Word};
use std::collections::BTreeSet;

pub(super) fn look(looked: &mut Looked<'_>) {
    let library = looked.library;
    let tested = tested(looked);
    for (index, owned) in library.rules.iter().enumerate() {
        if !looked.packs.contains(&owned.pack) {
            continue;
        }
        let rule = &owned.item;
        reasons(looked, rule);
        if rule.say.is_none() {
            looked.tell(
                Diagnostic::warning(
                    Code::LINT_NO_MESSAGE,
                    format!("the rule `{}` has no message", rule.name.text),
                )
                .at(rule.name.span)
                .help("write `say \"… is {observed}\"`"),
            );
        }
        without_value(looked, rule);
        unused(looked, rule);
        repeated(looked, rule);
        let [fails, passes] = [tested.0.contains(&index), tested.1.contains(&index)];
        untested(looked, &rule.name, fails, passes);
    }
    for owned in &library.overrides {
        if looked.packs.contains(&owned.pack) && is_empty(&owned.item.because) {
            let name = &owned.item.target.name;
            looked.tell(no_reason(format!("this override of `{}` has no reason", name.text), name));
        }
    }
}

fn is_empty(reason: &Option<Quoted>) -> bool {
    reason.as_ref().is_none_or(|r| r.text.trim().is_empty())
}

fn no_reason(message: String, name: &Word) -> Diagnostic {
    Diagnostic::warning(Code::LINT_NO_REASON, message)
        .at(name.span)
        .help("write `because \"…\"`: where it comes from, what happens without it")
}

fn reasons(looked: &mut Looked<'_>, rule: &Rule) {
    let by_limits = !rule.limits.is_empty() && rule.limits.iter().all(|l| !is_empty(&l.because));
    if is_empty(&rule.because) && !by_limits {
        let message = format!("the rule `{}` has no reason", rule.name.text);
        looked.tell(no_reason(message, &rule.name));
    }
}

/// The rules, by index, that tests expect to fail and to pass; known gaps do not count.
fn tested(looked: &Looked<'_>) -> (BTreeSet<usize>, BTreeSet<usize>) {
    let (mut fails, mut passes) = (BTreeSet::new(), BTreeSet::new());
    for owned in looked.library.tests.iter().filter(|t| t.item.todo.is_none()) {
        for expect in &owned.item.expect {
            let Expect::Outcome { outcome, rule, .. } = expect else { continue };
            let Some(rule) = looked.library.find_rule(owned.pack, rule) else { continue };
            match outcome.text.as_str() {
                "error" | "warning" | "note" => fails.insert(rule),
                "pass" => passes.insert(rule),
                _ => false,
            };
        }
    }
    (fails, passes)
}

fn untested(looked: &mut Looked<'_>, name: &Word, fails: bool, passes: bool) {
    let what = match (fails, passes) {
        (true, true) => return,
        (true, false) => "pass",
        (false, true) => "fail",
        (false, false) => "fail, and none to pass",
    };
    looked.tell(
        Diagnostic::warning(
            Code::LINT_UNTESTED_RULE,
            format!("no test expects the rule `{}` to {what}", name.text),
        )
        .at(name.span)
        .help(
            "write `test NAME { given KIND { … }; expect pass RULE }`, and one that expects its \
             severity: `expect error RULE`",
        ),
    );
}

/// Every expression of a rule, without those of its limits.
fn expressions(rule: &Rule) -> Vec<&Expr> {
    let lets = rule.lets.iter().map(|l| &l.value);
    rule.checks.iter().chain(&rule.when).chain(&rule.needs).chain(lets).collect()
}

/// The names that expressions use.
pub(super) fn names<'e>(expressions: impl IntoIterator<Item = &'e Expr>) -> BTreeSet<&'e str> {
    let mut found = BTreeSet::new();
    for e in expressions {
        walk(e, &mut |part| {
            if let ExprKind::Name(name) = &part.kind {
                found.insert(name.as_str());
            }
        });
    }
    found
}

pub(super) fn of_message(message: &Option<Message>) -> impl Iterator<Item = &Expr> {
    let parts = message.iter().flat_map(|m| &m.parts);
    parts.filter_map(|p| match p {
        MessagePart::Value(e) => Some(e),
        MessagePart::Text(_) => None,
    })
}

/// A message that says no value although the checks compare some.
fn without_value(looked: &mut Looked<'_>, rule: &Rule) {
    let Some(say) = &rule.say else { return };
    if of_message(&rule.say).next().is_some() || !rule.checks.iter().any(compares) {
        return;
    }
    looked.tell(
        Diagnostic::warning(
            Code::LINT_MESSAGE_WITHOUT_VALUE,
            format!("the message of `{}` shows no value", rule.name.text),
        )
        .at(say.span)
        .help("say how far off it is: `{observed}`, and `{limit}` where that is not in the words"),
    );
}

/// Whether an expression compares values other than words.
fn compares(check: &Expr) -> bool {
    let is_word = |e: &Expr| matches!(e.kind, ExprKind::Text(_));
    let mut found = false;
    walk(check, &mut |part| {
        found |= match &part.kind {
            ExprKind::Compare { first, rest } => {
                !is_word(first) && !rest.iter().any(|(_, _, e)| is_word(e))
            }
            ExprKind::In { value, .. } => !is_word(value),
            _ => false,
        };
    });
    found
}

fn unused(looked: &mut Looked<'_>, rule: &Rule) {
    let values = rule.limits.iter().map(|l| &l.value);
    let used = names(expressions(rule).into_iter().chain(values).chain(of_message(&rule.say)));
    for limit in rule.limits.iter().filter(|l| !used.contains(l.name.text.as_str())) {
        looked.tell(
            Diagnostic::warning(
                Code::LINT_UNUSED_LIMIT,
                format!("the limit `{}` is not used", limit.name.text),
            )
            .at(limit.name.span)
            .help("compare something with it, or delete it"),
        );
    }
    for one in rule.lets.iter().filter(|l| !used.contains(l.name.text.as_str())) {
        unused_let(looked, one);
    }
}

/// Tells of a definition that nothing uses, and takes it out.
pub(super) fn unused_let(looked: &mut Looked<'_>, one: &Let) {
    // The statement starts with its word, right before the name.
    let start = one.name.span.start.saturating_sub(4);
    let span = Span { start, end: one.value.span.end, ..one.name.span };
    let fix = looked
        .whole_lines(span)
        .filter(|_| looked.text(span).starts_with("let "))
        .map(|span| super::Edit { span, text: String::new() });
    looked.tell_with(
        Diagnostic::warning(
            Code::LINT_UNUSED_LET,
            format!("the definition `{}` is not used", one.name.text),
        )
        .at(one.name.span)
        .help("use it, or delete it"),
        fix,
    );
}

/// Small counts stand for themselves.
fn is_common(value: f64) -> bool {
    [0.0, 1.0, 2.0, 10.0, 100.0].contains(&value.abs())
}

fn repeated(looked: &mut Looked<'_>, rule: &Rule) {
    let mut ignored = Diagnostics::new();
    let mut read = |e: &Expr| literal_of(e, &mut ignored).flatten();
    let mut limits = Vec::new();
    for limit in &rule.limits {
        limits.extend(read(&limit.value).map(|l| (limit, l)));
    }
    for e in expressions(rule) {
        walk(e, &mut |part| {
            let Some(number) = read(part) else { return };
            if number.dimension.is_none() && is_common(number.value) {
                return;
            }
            let same = limits.iter().find(|(_, l)| {
                l.dimension == number.dimension
                    && l.is_point == number.is_point
                    && (l.value - number.value).abs() <= 1e-12 * l.value.abs()
                    && l.value != 0.0
            });
            if let Some((limit, _)) = same {
                looked.tell(
                    Diagnostic::warning(
                        Code::LINT_REPEATED_LIMIT,
                        format!("this number is that of the limit `{}`", limit.name.text),
                    )
                    .at(part.span)
                    .label(limit.name.span, "the limit")
                    .help(format!("write `{}` where the limit is meant", limit.name.text)),
                );
            }
        });
    }
}
