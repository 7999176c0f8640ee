//! Visits the parts of an expression.

use espice_syntax::ast::{Binding, Comprehension, Expr, ExprKind};

/// Calls `visit` with the expression and then with everything inside it, in the order of
/// writing.
pub(crate) fn walk<'a>(expr: &'a Expr, visit: &mut dyn FnMut(&'a Expr)) {
    // A stack of its own: long sums nest deeply to the left.
    let mut waiting = vec![expr];
    while let Some(next) = waiting.pop() {
        visit(next);
        waiting.extend(children(next).into_iter().rev());
    }
}

/// The direct parts of an expression, in the order of writing.
fn children(expr: &Expr) -> Vec<&Expr> {
    fn bound(bindings: &[Binding]) -> impl Iterator<Item = &Expr> {
        bindings.iter().map(|b| &b.value)
    }
    fn each(comprehension: &Comprehension) -> impl Iterator<Item = &Expr> {
        std::iter::once(&comprehension.over).chain(comprehension.condition.as_ref())
    }
    match &expr.kind {
        ExprKind::Number { .. }
        | ExprKind::Text(_)
        | ExprKind::Truth(_)
        | ExprKind::Missing
        | ExprKind::Name(_)
        | ExprKind::Signature(_) => Vec::new(),
        ExprKind::Unary(_, a) => vec![a],
        ExprKind::Binary(_, _, a, b)
        | ExprKind::Over(a, b)
        | ExprKind::Where(a, b)
        | ExprKind::Point(a, b) => vec![a, b],
        ExprKind::Compare { first, rest } => {
            std::iter::once(&**first).chain(rest.iter().map(|r| &r.2)).collect()
        }
        ExprKind::In { value, set, .. } => vec![value, set],
        ExprKind::Is { value, .. } | ExprKind::Field { value, .. } => vec![value],
        ExprKind::Range { low, high, step } => {
            [Some(low), Some(high), step.as_ref()].into_iter().flatten().map(|e| &**e).collect()
        }
        ExprKind::If { condition, then, otherwise } => vec![condition, then, otherwise],
        ExprKind::Call { arguments, .. } | ExprKind::List(arguments) => arguments.iter().collect(),
        ExprKind::Method { value, arguments, .. } => {
            std::iter::once(&**value).chain(arguments).collect()
        }
        ExprKind::Index { value, keys } => std::iter::once(&**value).chain(keys).collect(),
        ExprKind::AtBindings { value, bindings } => {
            std::iter::once(&**value).chain(bound(bindings)).collect()
        }
        ExprKind::At { value, conditions } => vec![value, conditions],
        ExprKind::Comprehension { each: comprehension, body, .. } => {
            each(comprehension).chain(std::iter::once(&**body)).collect()
        }
        ExprKind::Grid(bindings) => bound(bindings).collect(),
    }
}
