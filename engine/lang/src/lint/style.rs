//! Lints of expressions and names.

use super::{Edit, Looked};
use crate::check::walk::walk;
use espice_base::{Code, Diagnostic};
use espice_syntax::ast::{BinaryOp, CompareOp, Expr, ExprKind, UnaryOp, Word};

pub(super) fn look(looked: &mut Looked<'_>) {
    let library = looked.library;
    let packs = looked.packs;
    for owned in library.rules.iter().filter(|r| packs.contains(&r.pack)) {
        let rule = &owned.item;
        name(looked, "rule", &rule.name);
        rule.limits.iter().for_each(|l| name(looked, "limit", &l.name));
        let lets = rule.lets.iter().map(|l| &l.value);
        let all = rule.checks.iter().chain(&rule.when).chain(lets);
        // Limits are numbers; what a `let` stands for may be missing.
        let limits: Vec<&str> = rule.limits.iter().map(|l| l.name.text.as_str()).collect();
        all.for_each(|e| expression(looked, e, &limits));
    }
    for owned in library.functions.iter().filter(|f| packs.contains(&f.pack)) {
        name(looked, "function", &owned.item.name);
    }
    for owned in library.tests.iter().filter(|t| packs.contains(&t.pack)) {
        name(looked, "test", &owned.item.name);
    }
    for owned in library.readings.iter().filter(|r| packs.contains(&r.pack)) {
        name(looked, "reading", &owned.item.name);
    }
    for script in library.scripts.iter().filter(|s| packs.contains(&s.pack)) {
        name(looked, "function", &script.item.name);
    }
}

fn is_small(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    name.chars().all(fits) && !name.contains("__") && !name.ends_with('_')
}

/// `vf_above_limit` for `VfAboveLimit`.
fn small(name: &str) -> String {
    let mut out = String::new();
    let mut before = None;
    let mut rest = name.chars().peekable();
    while let Some(c) = rest.next() {
        let starts = c.is_ascii_uppercase()
            && before.is_some_and(|b: char| {
                b.is_ascii_lowercase()
                    || b.is_ascii_digit()
                    || b.is_ascii_uppercase() && rest.peek().is_some_and(|n| n.is_ascii_lowercase())
            });
        if starts {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
        before = Some(c);
    }
    out
}

fn name(looked: &mut Looked<'_>, what: &str, word: &Word) {
    // A case of a test is called `TEST/CASE`; the test itself is looked at beside it.
    let own = word.text.rsplit('/').next().unwrap_or_default();
    if is_small(own) {
        return;
    }
    looked.tell(
        Diagnostic::warning(
            Code::LINT_NAME_STYLE,
            format!("the {what} `{}` is not named in small letters", word.text),
        )
        .at(word.span)
        .help(format!("call it `{}`; a rule keeps its old name by `formerly`", small(&word.text))),
    );
}

fn expression(looked: &mut Looked<'_>, e: &Expr, limits: &[&str]) {
    walk(e, &mut |part| match &part.kind {
        ExprKind::Binary(BinaryOp::And, _, a, b) => range(looked, part, a, b, limits),
        ExprKind::Unary(UnaryOp::Not, inner) => negated(looked, part, inner),
        _ => {}
    });
}

/// The value, the limit, and whether the limit is the lower one.
fn bound<'e>(e: &'e Expr, limits: &[&str]) -> Option<(&'e Expr, &'e Expr, bool)> {
    let ExprKind::Compare { first, rest } = &e.kind else { return None };
    let [(op, _, second)] = rest.as_slice() else { return None };
    let rises = match op {
        CompareOp::LessEqual => true,
        CompareOp::GreaterEqual => false,
        _ => return None,
    };
    let plain = |e: &Expr| {
        matches!(&e.kind, ExprKind::Number { .. })
            || matches!(&e.kind, ExprKind::Name(name) if limits.contains(&name.as_str()))
            || matches!(&e.kind, ExprKind::Unary(UnaryOp::Negate, n) if matches!(n.kind, ExprKind::Number { .. }))
    };
    // `a <= x` and `x <= b`: the plain side is the limit.
    match (plain(first), plain(second)) {
        (false, true) => Some((first, second, !rises)),
        (true, false) => Some((second, first, rises)),
        _ => None,
    }
}

/// `x >= a and x <= b`.
fn range(looked: &mut Looked<'_>, whole: &Expr, a: &Expr, b: &Expr, limits: &[&str]) {
    let (Some(one), Some(other)) = (bound(a, limits), bound(b, limits)) else { return };
    let same = looked.text(one.0.span) == looked.text(other.0.span);
    if !same || one.2 == other.2 {
        return;
    }
    let (low, high) = if one.2 { (one.1, other.1) } else { (other.1, one.1) };
    let text = format!(
        "{} in {} .. {}",
        looked.text(one.0.span),
        looked.text(low.span),
        looked.text(high.span)
    );
    // A comparison that stands bare on both sides is replaced; brackets stay where they are.
    let bare = |e: &Expr| {
        !looked.text(e.span).contains(['\n', '(']) && !looked.text(e.span).contains("//")
    };
    let fix = (bare(whole) && !text.contains('\n'))
        .then(|| Edit { span: whole.span, text: text.clone() });
    looked.tell_with(
        Diagnostic::warning(Code::LINT_TWO_COMPARISONS, "these two comparisons are one range")
            .at(whole.span)
            .help(format!("write `{text}`")),
        fix,
    );
}

fn opposite(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Less => ">=",
        CompareOp::LessEqual => ">",
        CompareOp::Greater => "<=",
        CompareOp::GreaterEqual => "<",
        CompareOp::Equal => "!=",
        CompareOp::NotEqual => "==",
    }
}

/// `not (a > b)`, `not (x is missing)`, `not (x in r)`.
fn negated(looked: &mut Looked<'_>, whole: &Expr, inner: &Expr) {
    let text = |e: &Expr| looked.text(e.span).to_string();
    let turned = match &inner.kind {
        ExprKind::Compare { first, rest } => match rest.as_slice() {
            [(op, _, second)] => format!("{} {} {}", text(first), opposite(*op), text(second)),
            _ => return,
        },
        ExprKind::Is { value, word, negated } => {
            format!("{} is {}{}", text(value), if *negated { "" } else { "not " }, word.text)
        }
        ExprKind::In { value, set, negated } => {
            format!("{} {}in {}", text(value), if *negated { "" } else { "not " }, text(set))
        }
        _ => return,
    };
    let written = looked.text(whole.span);
    let count = |c: char| written.matches(c).count();
    let sound = written.starts_with("not") && count('(') == count(')') && !written.contains('\n');
    // The bracket of the `not` goes with it; brackets that the operands need are theirs.
    let balanced = turned.matches('(').count() == turned.matches(')').count();
    let fix = (sound && balanced).then(|| Edit { span: whole.span, text: turned.clone() });
    looked.tell_with(
        Diagnostic::warning(
            Code::LINT_NEGATED_COMPARISON,
            "this comparison is turned round by `not`",
        )
        .at(whole.span)
        .help(format!("write `{turned}`")),
        fix,
    );
}
