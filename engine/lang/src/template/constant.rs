//! Constants of packs: literals and arithmetic on literals.

use super::fold::constant_value;
use super::functions::Functions;
use super::lower::{Lowering, Scope};
use crate::check::dims::literal_of;
use crate::check::names::Names;
use espice_base::{Code, Diagnostic, Diagnostics};
use espice_syntax::ast::Expr;
use espice_units::Dimension;

/// A constant in SI.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Constant {
    /// Value in SI.
    pub(crate) value: f64,
    /// Dimension.
    pub(crate) dimension: Dimension,
}

/// Reads a constant. `what` names it in diagnostics: `a default`. `None` when it was
/// diagnosed.
pub(crate) fn constant_of(
    expr: &Expr,
    what: &str,
    names: &Names,
    pack: usize,
    diagnostics: &mut Diagnostics,
) -> Option<Constant> {
    if let Some(literal) = literal_of(expr, diagnostics) {
        return literal.map(|l| Constant { value: l.value, dimension: l.dimension });
    }
    let none = Functions::default();
    let mut lower = Lowering::new(names, &none, pack, Scope::Constant(what));
    let number = lower.number(expr);
    diagnostics.extend(std::mem::take(&mut lower.diagnostics));
    let number = number?;
    let Some(value) = constant_value(&lower.graph, number.id) else {
        diagnostics.push(
            Diagnostic::error(Code::NOT_CONSTANT, format!("{what} must be a plain number"))
                .at(expr.span)
                .help("literals, + - * / and whole powers can be used here"),
        );
        return None;
    };
    Some(Constant { value, dimension: number.dimension })
}
