//! Types of conditions: `at (…)`, `at row.conditions`, `grid(…)`.

use super::expr::{Bound, ExprKind as Kind, TypedExpr};
use super::functions;
use super::scope::Checker;
use super::types::Type;
use super::typing::node;
use espice_base::{Code, Span};
use espice_syntax::ast::{Binding, Expr};
use espice_units::Dimension;

impl Checker<'_> {
    /// The values of `at (…)`, each checked against its symbol.
    pub(crate) fn bound(&mut self, bindings: &[Binding], d: usize) -> Vec<Bound> {
        let mut bound: Vec<Bound> = Vec::new();
        for binding in bindings {
            let wanted = self.symbol_type(&binding.name);
            let mut value = self.deep(&binding.value, d);
            if let Some(wanted) = wanted {
                absolute(&mut value, &wanted);
                let what = format!("`{}`", binding.name.text);
                let named = Some(binding.name.span);
                self.expect(&mut value, &binding.value, &wanted, &what, named);
            }
            if bound.iter().any(|b| b.0 == binding.name.text) {
                let message = format!("`{}` is given twice", binding.name.text);
                self.refuse(Code::CONDITIONS, binding.name.span, message, "");
                continue;
            }
            bound.push((binding.name.text.clone(), value));
        }
        bound
    }

    pub(crate) fn at_bindings(
        &mut self,
        span: Span,
        value: &Expr,
        bindings: &[Binding],
        d: usize,
    ) -> TypedExpr {
        let base = self.deep(value, d);
        let bound = self.bound(bindings, d);
        match &base.ty {
            t if t.is_open() => TypedExpr::poison(span),
            Type::Measure(symbol) => {
                let ty = self.measured_type(symbol);
                node(span, ty, true, Kind::ModelAt(symbol.clone(), bound))
            }
            Type::Curve(curve) => {
                let curve = curve.clone();
                let [(name, value)] = bound.as_slice() else {
                    let help = "a curve is asked at one value: `c at (VF = 0.7 V)`";
                    self.refuse(Code::CONDITIONS, span, "a curve is asked at one value", help);
                    return TypedExpr::poison(span);
                };
                let named = |i: usize| match &curve.symbols {
                    Some(symbols) => symbols.get(i).is_some_and(|s| s == name),
                    None => true,
                };
                let (base, value) = (Box::new(base), Box::new(value.clone()));
                if named(1) && value.ty.agrees(&curve.x) {
                    return node(span, curve.y, true, Kind::CurveAt(base, value));
                }
                if named(0) && value.ty.agrees(&curve.y) && curve.symbols.is_some() {
                    // Asked at a value of y, it answers with the x where it passes.
                    let arguments = vec![*base, *value];
                    let kind = Kind::Builtin(functions::Function::Crossing, arguments);
                    return node(span, curve.x, true, kind);
                }
                let axes = match &curve.symbols {
                    Some([y, x]) => format!("`{x}` or `{y}`"),
                    None => curve.x.describe(),
                };
                let message = format!("this curve is asked at a value of {axes}, not of `{name}`");
                let at = value.span;
                self.refuse(Code::CONDITIONS, at, message, "");
                TypedExpr::poison(span)
            }
            other => {
                let message = format!("`at` asks a model or a curve, not {}", other.describe());
                let help =
                    "write `model.VF at (IF = 10 mA)` or `data.curve(IF(VF)) at (VF = 0.7 V)`";
                self.refuse(Code::CONDITIONS, base.span, message, help);
                TypedExpr::poison(span)
            }
        }
    }

    pub(crate) fn at_record(
        &mut self,
        span: Span,
        value: &Expr,
        record: &Expr,
        d: usize,
    ) -> TypedExpr {
        let base = self.deep(value, d);
        let conditions = self.deep(record, d);
        if !conditions.ty.agrees(&Type::Conditions) {
            let message = format!("`at` needs conditions, not {}", conditions.ty.describe());
            let help =
                "write `at row.conditions`, `at p` with p from `grid(…)`, or `at (IF = 10 mA)`";
            self.refuse(Code::CONDITIONS, conditions.span, message, help);
            return TypedExpr::poison(span);
        }
        match &base.ty {
            Type::Measure(symbol) => {
                let ty = self.measured_type(symbol);
                node(span, ty, true, Kind::ModelAtRecord(symbol.clone(), Box::new(conditions)))
            }
            Type::Curve(curve) if curve.symbols.is_some() => {
                let (y, x) = (curve.y.clone(), curve.x.clone());
                let symbol = curve.symbols.as_ref().map(|[_, x]| x.clone()).unwrap_or_default();
                let at = node(record.span, x, true, Kind::Condition(Box::new(conditions), symbol));
                node(span, y, true, Kind::CurveAt(Box::new(base), Box::new(at)))
            }
            t if t.is_open() => TypedExpr::poison(span),
            other => {
                let message = format!("`at` asks a model or a curve, not {}", other.describe());
                self.refuse(Code::CONDITIONS, base.span, message, "");
                TypedExpr::poison(span)
            }
        }
    }

    pub(super) fn measured_type(&self, symbol: &str) -> Type {
        let info = self.library.symbols.symbol(symbol);
        info.map_or(Type::Unknown, |s| Type::of_symbol(s.dimension))
    }

    pub(crate) fn grid(&mut self, span: Span, bindings: &[Binding], d: usize) -> TypedExpr {
        let mut axes: Vec<Bound> = Vec::new();
        for binding in bindings {
            let wanted = self.symbol_type(&binding.name);
            let mut value = self.deep(&binding.value, d);
            if let Kind::Range(_, _, None) = &value.kind {
                let help = "write `lo .. hi by step`";
                self.refuse(
                    Code::VALUE_TYPE,
                    value.span,
                    "a range to run over needs its step",
                    help,
                );
                continue;
            }
            if let (Some(wanted), Kind::Range(low, high, _)) = (&wanted, &mut value.kind) {
                super::scope::as_point(low, wanted);
                super::scope::as_point(high, wanted);
                if low.ty == high.ty {
                    value.ty = Type::Range(Box::new(low.ty.clone()));
                }
            }
            if let Some(wanted) = wanted {
                let element = match &value.ty {
                    Type::Range(e) | Type::Series(e) | Type::List(e) => (**e).clone(),
                    other => other.clone(),
                };
                let mut probe = node(value.span, element, false, value.kind.clone());
                absolute(&mut probe, &wanted);
                let what = format!("`{}`", binding.name.text);
                if self.expect(&mut probe, &binding.value, &wanted, &what, Some(binding.name.span))
                    && value.ty.is_scalar()
                {
                    value.ty = probe.ty;
                }
            }
            axes.push((binding.name.text.clone(), value));
        }
        node(span, Type::Conditions.list(), false, Kind::Grid(axes))
    }
}

/// A condition is always an absolute temperature, so that kelvin needs no point there.
fn absolute(value: &mut TypedExpr, wanted: &Type) {
    if *wanted == Type::Point && value.ty == Type::Number(Dimension::TEMPERATURE) {
        value.ty = Type::Point;
    }
}
