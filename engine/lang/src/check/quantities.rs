//! Quantities of kinds: what is forced at the pins, and what is observed.

use super::dims::{Operand, unexpected};
use super::names::Names;
use super::symbols::require_symbol;
use crate::ir::{DriveIr, DriveTarget, ExprId, Leaf, QuantityIr};
use crate::template::constant::constant_of;
use crate::template::functions::Functions;
use crate::template::lower::{Lowering, Scope};
use crate::template::usage::Usage;
use espice_base::{Code, Diagnostic, Diagnostics, Span};
use espice_facts::SymbolTable;
use espice_syntax::ast::{Drive, Expr, ExprKind, Quantity, Word};
use espice_units::Dimension;

/// Checks one quantity of a kind (its name, its pins, its pack). `None` when it has a mistake.
pub(super) fn check_quantity(
    quantity: &Quantity,
    (kind, pins, pack): (&str, &[String], usize),
    names: &Names,
    functions: &Functions,
    table: &SymbolTable,
    diagnostics: &mut Diagnostics,
) -> Option<QuantityIr> {
    let mut lower = Lowering::new(names, functions, pack, Scope::Pins(pins));
    let symbol = &quantity.symbol;
    let dimension = symbol_dimension(symbol, pack, names, table, &mut lower.diagnostics);
    let arguments = arguments(quantity, pack, table, &mut lower);
    let defaults = defaults(quantity, &arguments, &mut lower);
    let what = format!("`{}`", symbol.text);
    let value = match dimension {
        Some(d) => lower.number_of(&quantity.value, &what, Some(symbol.span), d),
        None => {
            lower.number(&quantity.value);
            None
        }
    };
    let mut drives: Vec<(DriveIr, Span)> = Vec::new();
    for drive in &quantity.drives {
        let Some(ir) = check_drive(drive, pins, &mut lower) else { continue };
        if let Some((_, before)) = drives.iter().find(|(d, _)| same(d.target, ir.target)) {
            lower.diagnostics.push(
                Diagnostic::error(Code::DECLARED_TWICE, "this is forced twice")
                    .label(drive.target.span, "again")
                    .label(*before, "first"),
            );
            continue;
        }
        drives.push((ir, drive.target.span));
    }
    if !lower.diagnostics.has_errors() && arguments.iter().all(Option::is_some) {
        let roots: Vec<ExprId> =
            value.iter().map(|v| v.id).chain(drives.iter().map(|d| d.0.value)).collect();
        let usage = Usage::of(&lower.graph, &roots, &[]);
        for (index, word) in quantity.arguments.iter().enumerate() {
            if u32::try_from(index).is_ok_and(|i| !usage.arguments.contains(&i)) {
                lower.diagnostics.push(
                    Diagnostic::error(
                        Code::QUANTITY,
                        format!("`{}` takes no part in measuring `{}`", word.text, symbol.text),
                    )
                    .at(word.span)
                    .help(format!(
                        "force it, as in `with V(a, k) = {}`, or leave it out",
                        word.text
                    )),
                );
            }
        }
    }
    let is_sound = !lower.diagnostics.has_errors();
    diagnostics.extend(std::mem::take(&mut lower.diagnostics));
    if !is_sound {
        return None;
    }
    Some(QuantityIr {
        kind: kind.to_string(),
        symbol: symbol.text.clone(),
        dimension: dimension?,
        arguments: quantity.arguments.iter().map(|a| a.text.clone()).collect(),
        argument_dimensions: arguments.into_iter().collect::<Option<Vec<_>>>()?,
        defaults,
        graph: lower.graph,
        value: value?.id,
        drives: drives.into_iter().map(|d| d.0).collect(),
        span: quantity.span,
    })
}

/// The dimension of a symbol; `None` when there is none, or its unit was diagnosed.
fn symbol_dimension(
    word: &Word,
    pack: usize,
    names: &Names,
    table: &SymbolTable,
    diagnostics: &mut Diagnostics,
) -> Option<Dimension> {
    require_symbol(word, pack, names, table, diagnostics)
        .then(|| table.symbol(&word.text).map(|s| s.dimension))
        .flatten()
}

fn arguments(
    quantity: &Quantity,
    pack: usize,
    table: &SymbolTable,
    lower: &mut Lowering<'_>,
) -> Vec<Option<Dimension>> {
    let mut seen: Vec<&Word> = Vec::new();
    let mut dimensions = Vec::new();
    for (index, word) in quantity.arguments.iter().enumerate() {
        if let Some(before) = seen.iter().find(|w| w.text == word.text) {
            lower.diagnostics.push(
                Diagnostic::error(Code::DECLARED_TWICE, format!("`{}` is given twice", word.text))
                    .label(word.span, "again")
                    .label(before.span, "first"),
            );
        }
        seen.push(word);
        let names = lower.names;
        let dimension = symbol_dimension(word, pack, names, table, &mut lower.diagnostics);
        match dimension {
            Some(d) => {
                if d == Dimension::TEMPERATURE {
                    lower.diagnostics.push(
                        Diagnostic::error(
                            Code::QUANTITY,
                            format!("`{}` is a temperature, which is always set beside", word.text),
                        )
                        .at(word.span)
                        .help("leave it out"),
                    );
                }
                let leaf = Leaf::Argument(u32::try_from(index).unwrap_or(u32::MAX));
                lower.input(&word.text, leaf, d, word.span);
            }
            None => {
                lower.locals.insert(word.text.clone(), None);
            }
        }
        dimensions.push(dimension);
    }
    dimensions
}

/// What each argument is where nothing states it, in its dimension.
fn defaults(
    quantity: &Quantity,
    dimensions: &[Option<Dimension>],
    lower: &mut Lowering<'_>,
) -> Vec<Option<f64>> {
    let (names, pack) = (lower.names, lower.pack);
    let all = quantity.arguments.iter().zip(&quantity.defaults).zip(dimensions);
    let mut one = |((word, written), dimension): ((&Word, &Option<Expr>), &Option<Dimension>)| {
        let written = written.as_ref()?;
        let what = "the value of an argument";
        let value = constant_of(written, what, names, pack, &mut lower.diagnostics)?;
        let wanted = (*dimension)?;
        if value.dimension != wanted {
            let operand = Operand::of(written, value.dimension);
            let what = format!("`{}`", word.text);
            lower.diagnostics.push(unexpected(&what, Some(word.span), wanted, operand));
        }
        Some(value.value)
    };
    all.map(&mut one).collect()
}

fn check_drive(drive: &Drive, pins: &[String], lower: &mut Lowering<'_>) -> Option<DriveIr> {
    let target = target(&drive.target, pins, lower);
    let value = lower.number(&drive.value)?;
    let (target, dimension) = target?;
    if value.dimension != dimension {
        let what = match target {
            DriveTarget::Voltage(..) => "a forced voltage",
            DriveTarget::Current(_) => "a forced current",
        };
        let operand = Operand::of(&drive.value, value.dimension);
        lower.diagnostics.push(unexpected(what, Some(drive.target.span), dimension, operand));
        return None;
    }
    if Usage::of(&lower.graph, &[value.id], &[]).bias.is_some() {
        lower.diagnostics.push(
            Diagnostic::error(Code::QUANTITY, "what is forced depends on what is measured")
                .at(drive.value.span)
                .help("force a formula of the arguments; equal voltages are `V(d, g) = 0 V`"),
        );
        return None;
    }
    Some(DriveIr { target, value: value.id })
}

fn target(
    expr: &Expr,
    pins: &[String],
    lower: &mut Lowering<'_>,
) -> Option<(DriveTarget, Dimension)> {
    if let ExprKind::Call { function, arguments } = &expr.kind {
        match (function.text.as_str(), arguments.as_slice()) {
            ("V", [from, to]) => {
                let (from, to) = (lower.node(from, pins), lower.node(to, pins));
                return Some((DriveTarget::Voltage(from?, to?), Dimension::VOLTAGE));
            }
            ("I", [pin]) => {
                let pin = lower.node(pin, pins)?;
                return Some((DriveTarget::Current(pin), Dimension::CURRENT));
            }
            _ => {}
        }
    }
    lower.diagnostics.push(
        Diagnostic::error(Code::QUANTITY, "only voltages and currents can be forced")
            .at(expr.span)
            .help("write `V(a, k) = …` or `I(a) = …`"),
    );
    None
}

/// Whether two drives force the same thing; a voltage and its reverse are the same.
fn same(a: DriveTarget, b: DriveTarget) -> bool {
    match (a, b) {
        (DriveTarget::Voltage(p, q), DriveTarget::Voltage(r, s)) => {
            (p, q) == (r, s) || (p, q) == (s, r)
        }
        (a, b) => a == b,
    }
}
