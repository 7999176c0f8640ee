//! Parameters of templates: units, defaults, ranges, scales.

use super::constant::{Constant, constant_of};
use crate::check::dims::{Operand, Together, mismatch};
use crate::check::dims::{likely, type_unit, unexpected};
use crate::check::names::Names;
use crate::ir::{ParameterIr, ParameterScale};
use espice_base::{Code, Diagnostic, Diagnostics, Span};
use espice_syntax::ast::{Expr, ExprKind, Parameter};
use espice_units::{Dimension, Unit};

/// Checks a parameter. `None` when its dimension is not known; other mistakes leave a
/// parameter that equations can refer to.
pub(super) fn check_parameter(
    parameter: &Parameter,
    names: &Names,
    pack: usize,
    diagnostics: &mut Diagnostics,
) -> Option<ParameterIr> {
    let name = &parameter.name;
    let Some(unit) = &parameter.unit else {
        diagnostics.push(
            Diagnostic::error(
                Code::MISSING_PART,
                format!("the parameter `{}` states no unit", name.text),
            )
            .at(name.span)
            .help(format!("write `param {} : V = …`, with `1` for a pure number", name.text)),
        );
        return None;
    };
    let unit_span = type_span(unit);
    let unit = type_unit(unit, diagnostics);
    let declared = unit.map(|u| Declared { unit: u, span: unit_span });
    let card_unit = card_unit(parameter, declared, diagnostics);
    let mut reader = Reader { names, pack, diagnostics };
    let default = match &parameter.default {
        Some(expr) => reader.value(expr, parameter, "a default", declared).map(|v| (v, expr.span)),
        None => {
            reader.diagnostics.push(
                Diagnostic::error(
                    Code::MISSING_PART,
                    format!("the parameter `{}` has no default", name.text),
                )
                .at(name.span)
                .help("write `= VALUE`; a fit starts from it, and a card needs a value"),
            );
            None
        }
    };
    let range =
        parameter.range.as_ref().map(|expr| (reader.range(expr, parameter, declared), expr.span));
    let scale = scale(parameter, diagnostics);
    if let (Some((default, at)), Some((Some([low, high]), range_span))) = (default, range) {
        let off = scale == Some(ParameterScale::Log) && default == 0.0;
        if !(low..=high).contains(&default) && !off {
            // What this very statement says is the primary place; the rest may be inherited.
            let mut places = [(at, "the default"), (range_span, "the range")];
            places.sort_by_key(|(span, _)| parameter.span.to(*span) != parameter.span);
            let message = format!("the default of `{}` lies outside its range", name.text);
            let diagnostic = Diagnostic::error(Code::RANGE, message);
            diagnostics.push(places.iter().fold(diagnostic, |d, (span, t)| d.label(*span, *t)));
        }
    }
    if scale == Some(ParameterScale::Log) {
        log_needs_positive(parameter, range, diagnostics);
    }
    let declared = declared?;
    let [low, high] = range.and_then(|r| r.0).unwrap_or([f64::NEG_INFINITY, f64::INFINITY]);
    Some(ParameterIr {
        name: name.text.clone(),
        dimension: declared.unit.dimension,
        card_unit: card_unit.unwrap_or(declared.unit),
        default: default.map_or(0.0, |d| d.0),
        low,
        high,
        scale: scale.unwrap_or(ParameterScale::Linear),
        fixed: parameter.fixed || parameter.instance,
        instance: parameter.instance,
        because: parameter.because.as_ref().map_or_else(String::new, |b| b.text.clone()),
        span: parameter.span,
    })
}

#[derive(Clone, Copy)]
struct Declared {
    unit: Unit,
    span: Span,
}

impl Declared {
    fn dimension(self) -> Dimension {
        self.unit.dimension
    }
}

pub(super) fn type_span(unit: &espice_syntax::ast::Type) -> Span {
    use espice_syntax::ast::Type;
    match unit {
        Type::Unit(word) => word.span,
        Type::Curve(signature) => signature.span,
        Type::Text(span) | Type::Truth(span) => *span,
    }
}

fn card_unit(
    parameter: &Parameter,
    declared: Option<Declared>,
    diagnostics: &mut Diagnostics,
) -> Option<Unit> {
    let written = parameter.card_unit.as_ref()?;
    let unit = type_unit(written, diagnostics)?;
    let declared = declared?;
    if unit.dimension == declared.dimension() {
        return Some(unit);
    }
    let operand = Operand { span: type_span(written), dimension: unit.dimension, bare: None };
    let what = format!("`{}`", parameter.name.text);
    diagnostics.push(unexpected(&what, Some(declared.span), declared.dimension(), operand));
    None
}

fn scale(parameter: &Parameter, diagnostics: &mut Diagnostics) -> Option<ParameterScale> {
    let word = parameter.scale.as_ref()?;
    match word.text.as_str() {
        "log" => Some(ParameterScale::Log),
        "linear" => Some(ParameterScale::Linear),
        other => {
            diagnostics.push(
                Diagnostic::error(Code::UNKNOWN_WORD, format!("`{other}` is no scale"))
                    .at(word.span)
                    .help(
                        likely(other, ["log", "linear"])
                            .unwrap_or_else(|| String::from("a scale is `log` or `linear`")),
                    ),
            );
            None
        }
    }
}

fn log_needs_positive(
    parameter: &Parameter,
    range: Option<(Option<[f64; 2]>, Span)>,
    diagnostics: &mut Diagnostics,
) {
    let Some(word) = &parameter.scale else { return };
    let name = &parameter.name.text;
    let message = format!("`{name}` has a logarithmic scale but no positive range");
    let diagnostic = Diagnostic::error(Code::LOG_SCALE, message).at(word.span);
    match range {
        None => diagnostics
            .push(diagnostic.help("state a range with positive ends: `in 1e-30 A .. 1 mA`")),
        Some((Some([low, _]), span)) if low <= 0.0 => diagnostics.push(
            diagnostic
                .label(span, "must be positive")
                .help("raise the lower end above zero, or leave `scale log` out"),
        ),
        Some(_) => {}
    }
}

/// Reads the constants of one parameter.
struct Reader<'a> {
    names: &'a Names,
    pack: usize,
    diagnostics: &'a mut Diagnostics,
}

impl Reader<'_> {
    fn value(
        &mut self,
        expr: &Expr,
        parameter: &Parameter,
        what: &str,
        declared: Option<Declared>,
    ) -> Option<f64> {
        let constant = constant_of(expr, what, self.names, self.pack, self.diagnostics)?;
        let declared = declared?;
        if constant.dimension == declared.dimension() {
            return Some(constant.value);
        }
        let name = format!("`{}`", parameter.name.text);
        let operand = Operand::of(expr, constant.dimension);
        self.diagnostics.push(unexpected(
            &name,
            Some(declared.span),
            declared.dimension(),
            operand,
        ));
        None
    }

    fn range(
        &mut self,
        expr: &Expr,
        parameter: &Parameter,
        declared: Option<Declared>,
    ) -> Option<[f64; 2]> {
        let (low, high) = constant_range(expr, self.names, self.pack, self.diagnostics)?;
        let declared = declared?;
        if low.dimension == declared.dimension() {
            return Some([low.value, high.value]);
        }
        let bare = match &expr.kind {
            ExprKind::Range { low: l, .. } => Operand::of(l, low.dimension).bare,
            _ => None,
        };
        let name = format!("`{}`", parameter.name.text);
        let operand = Operand { span: expr.span, dimension: low.dimension, bare };
        self.diagnostics.push(unexpected(
            &name,
            Some(declared.span),
            declared.dimension(),
            operand,
        ));
        None
    }
}

/// Reads `lo .. hi` of constants of one dimension with `lo < hi`.
pub(crate) fn constant_range(
    expr: &Expr,
    names: &Names,
    pack: usize,
    diagnostics: &mut Diagnostics,
) -> Option<(Constant, Constant)> {
    let ExprKind::Range { low, high, step: None } = &expr.kind else {
        diagnostics.push(
            Diagnostic::error(Code::RANGE, "a range must stand here")
                .at(expr.span)
                .help("write `lo .. hi`"),
        );
        return None;
    };
    let mut end = |e| constant_of(e, "the end of a range", names, pack, diagnostics);
    let (lo, hi) = (end(low), end(high));
    let (lo, hi) = (lo?, hi?);
    if lo.dimension != hi.dimension {
        let (l, h) = (Operand::of(low, lo.dimension), Operand::of(high, hi.dimension));
        diagnostics.push(mismatch(Together::Ends, l, h));
        return None;
    }
    if lo.value >= hi.value {
        diagnostics.push(
            Diagnostic::error(
                Code::RANGE,
                "the lower end of this range is not below its upper end",
            )
            .at(expr.span)
            .maybe_help((lo.value > hi.value).then_some("exchange the ends")),
        );
        return None;
    }
    Some((lo, hi))
}
