//! What may be left to the tree walker, once for each record.

use super::lower::DEPTH;
use crate::rules::expr::{ExprKind as Kind, TypedExpr};
use crate::rules::functions::Function;
use crate::rules::rule::RuleIr;
use crate::rules::types::Type;

/// Whether an expression looks at nothing but its record and can tell nothing but its value:
/// no loop around it, and no diagnostic on the way. Limits and unequal series are told by
/// the tree walker for every rule that meets them, also where the rule passes.
pub(super) fn is_quiet(rule: &RuleIr, each: Option<usize>, e: &TypedExpr, depth: usize) -> bool {
    let series = e.ty.element().1;
    let here = match &e.kind {
        Kind::Script(..) | Kind::Call(..) | Kind::Grid(_) | Kind::Over(..) => false,
        Kind::Where { .. } | Kind::ModelAt(..) | Kind::ModelAtRecord(..) => false,
        Kind::Binary(..) | Kind::Power(..) | Kind::Compare(..) | Kind::Not(_) => !series,
        Kind::Builtin(Function::Min | Function::Max, args) if args.len() > 1 => !series,
        Kind::Builtin(Function::Sum, args) => !args.iter().any(|a| matches!(a.ty, Type::List(_))),
        Kind::Comprehension { over, .. } => !matches!(over.ty, Type::Range(_)),
        Kind::Local(slot) => match rule.frame.slots.get(*slot).and_then(Option::as_ref) {
            Some(definition) => depth < DEPTH && is_quiet(rule, each, definition, depth + 1),
            None => each != Some(*slot),
        },
        _ => true,
    };
    here && depth < DEPTH && e.parts().into_iter().all(|p| is_quiet(rule, each, p, depth + 1))
}
