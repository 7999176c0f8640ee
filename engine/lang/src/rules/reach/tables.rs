//! Rows of limits tables whose lower limit lies above the upper one.

use crate::ir::Library;
use crate::rules::expr::{ExprKind as K, TypedExpr};
use crate::rules::message::number;
use crate::rules::rule::RuleIr;
use crate::rules::types::Type;
use espice_base::{Code, Diagnostic, Diagnostics};
use espice_syntax::ast::CompareOp;
use espice_units::Dimension;

/// Looks at every range of a rule whose ends are two columns of one table.
pub(super) fn check(rule: &RuleIr, library: &Library, diagnostics: &mut Diagnostics) {
    let mut open: Vec<&TypedExpr> = rule.expressions().collect();
    while let Some(e) = open.pop() {
        open.extend(e.parts());
        let ends = match &e.kind {
            K::In { set, negated: false, .. } => match &set.kind {
                K::Range(low, high, _) => Some((&**low, &**high)),
                _ => None,
            },
            K::Compare(all, ops) => match (all.as_slice(), ops.as_slice()) {
                ([a, _, b], [x, y]) if rises(*x) && rises(*y) => Some((a, b)),
                ([a, _, b], [x, y]) if falls(*x) && falls(*y) => Some((b, a)),
                _ => None,
            },
            _ => None,
        };
        if let Some((low, high)) = ends {
            exchanged(rule, low, high, library, diagnostics);
        }
    }
}

fn rises(op: CompareOp) -> bool {
    matches!(op, CompareOp::Less | CompareOp::LessEqual)
}

fn falls(op: CompareOp) -> bool {
    matches!(op, CompareOp::Greater | CompareOp::GreaterEqual)
}

fn exchanged(
    rule: &RuleIr,
    low: &TypedExpr,
    high: &TypedExpr,
    library: &Library,
    diagnostics: &mut Diagnostics,
) {
    let (K::Cell(a, first), K::Cell(b, second)) = (&low.kind, &high.kind) else { return };
    let (K::TableRow(table, _), K::TableRow(other, _)) = (&a.kind, &b.kind) else { return };
    let Some(table) = library.tables.get(*table).filter(|_| table == other) else { return };
    for (keys, cells) in &table.rows {
        let (Some(x), Some(y)) = (cells.get(*first), cells.get(*second)) else { continue };
        let (Some(from), Some(to)) = (x.value, y.value) else { continue };
        if from <= to {
            continue;
        }
        let dimension = low.ty.dimension().unwrap_or(Dimension::NONE);
        let show = |v| number(v, dimension, low.ty == Type::Point);
        let row = keys.join(", ");
        diagnostics.push(
            Diagnostic::error(
                Code::ALWAYS_FAILS,
                format!(
                    "no value lies between {} and {}, the limits of `{row}` in `{}`",
                    show(from),
                    show(to),
                    table.name
                ),
            )
            .label(x.span, "the lower limit")
            .label(y.span, "the upper limit")
            .label(low.span.to(high.span), format!("the rule `{}` needs both", rule.name))
            .help("exchange the cells, or correct the one that is mistyped"),
        );
    }
}
