//! Types of lists, curves, filters and loops.

use super::expr::{ExprKind as Kind, TypedExpr};
use super::scope::Checker;
use super::types::Type;
use super::typing::node;
use crate::check::dims::Together;
use espice_base::{Code, Span};
use espice_syntax::ast::{self, Expr, ExprKind};

impl Checker<'_> {
    pub(crate) fn list(&mut self, span: Span, items: &[Expr], d: usize) -> TypedExpr {
        if let Some(Expr { kind: ExprKind::Point(..), .. }) = items.first() {
            return self.points(span, items, d);
        }
        let Some((first, rest)) = items.split_first() else {
            return node(span, Type::Unknown.list(), false, Kind::List(Vec::new()));
        };
        let mut head = self.deep(first, d);
        let mut values = Vec::new();
        let mut misfits = Vec::new();
        for item in rest {
            let mut value = self.deep(item, d);
            let before = self.diagnostics.len();
            if self.alike(Together::Alike, (first, &mut head), (item, &mut value)).is_none() {
                misfits.push(before);
            }
            values.push(value);
        }
        // Where the first fits none of the others, it is the one that is wrong.
        if misfits.len() == rest.len()
            && let Some(&second) = misfits.get(1)
        {
            let told = std::mem::take(&mut self.diagnostics);
            self.diagnostics = told.into_iter().take(second).collect();
        }
        if !misfits.is_empty() {
            return TypedExpr::poison(span);
        }
        let evidence = head.evidence || values.iter().any(|v| v.evidence);
        let ty =
            if head.ty.is_scalar() { head.ty.clone().series() } else { head.ty.clone().list() };
        values.insert(0, head);
        node(span, ty, evidence, Kind::List(values))
    }

    pub(super) fn points(&mut self, span: Span, items: &[Expr], d: usize) -> TypedExpr {
        let mut first: Option<(&Expr, &Expr, TypedExpr, TypedExpr)> = None;
        let mut points = Vec::new();
        for item in items {
            let ExprKind::Point(wx, wy) = &item.kind else {
                let message = "every entry of a list of points is a pair `(x, y)`";
                self.refuse(Code::VALUE_TYPE, item.span, message, "");
                return TypedExpr::poison(span);
            };
            let (mut x, mut y) = (self.deep(wx, d), self.deep(wy, d));
            if let Some((fx, fy, hx, hy)) = &mut first {
                let sound = self.alike(Together::Alike, (fx, hx), (wx, &mut x)).is_some()
                    & self.alike(Together::Alike, (fy, hy), (wy, &mut y)).is_some();
                if !sound {
                    return TypedExpr::poison(span);
                }
            } else {
                first = Some((wx, wy, x.clone(), y.clone()));
            }
            points.push((x, y));
        }
        let Some((_, _, x, y)) = first else { return TypedExpr::poison(span) };
        let scalar = |t: &Type| t.is_scalar() || t.is_open();
        if !scalar(&x.ty) || !scalar(&y.ty) {
            let message = "the two values of a point are numbers";
            self.refuse(Code::VALUE_TYPE, span, message, "");
            return TypedExpr::poison(span);
        }
        node(span, Type::curve(y.ty, x.ty, None), false, Kind::Points(points))
    }

    pub(super) fn over(&mut self, span: Span, y: &Expr, x: &Expr, d: usize) -> TypedExpr {
        let (ty, tx) = (self.deep(y, d), self.deep(x, d));
        for value in [&ty, &tx] {
            let fine = match value.ty.element() {
                (e, true) => e.is_scalar() || e.is_open(),
                (e, false) => e.is_open(),
            };
            if !fine {
                let message = format!("`over` joins two series, not {}", value.ty.describe());
                let help = "write `c.y over c.x` for a curve, `p.I over p.V` for a column";
                let at = value.span;
                self.refuse(Code::VALUE_TYPE, at, message, help);
                return TypedExpr::poison(span);
            }
        }
        let evidence = ty.evidence || tx.evidence;
        let curve = Type::curve(ty.ty.element().0.clone(), tx.ty.element().0.clone(), None);
        node(span, curve, evidence, Kind::Over(Box::new(ty), Box::new(tx)))
    }

    pub(super) fn filtered(
        &mut self,
        span: Span,
        value: &Expr,
        condition: &Expr,
        d: usize,
    ) -> TypedExpr {
        let v = self.deep(value, d);
        let mark = self.enter();
        let axes = match &v.ty {
            Type::Curve(c) => {
                let x = self.bind("x", c.x.clone().series(), true);
                let y = self.bind("y", c.y.clone().series(), true);
                Some((x, y))
            }
            _ => None,
        };
        let c = self.deep(condition, d);
        self.leave(mark);
        match &v.ty {
            Type::Curve(_) | Type::Series(_) => {}
            t if t.is_open() => return TypedExpr::poison(span),
            other => {
                let message = format!(
                    "`where` chooses among the points of a series or a curve, not of {}",
                    other.describe()
                );
                let help = "for rows, curves and sweeps write it into the loop: `every r in data.rows(VF) where …: …`";
                let at = v.span;
                self.refuse(Code::POINTWISE, at, message, help);
                return TypedExpr::poison(span);
            }
        }
        let pointwise = matches!(&c.ty, Type::Series(e) if **e == Type::Truth);
        if !pointwise && !c.ty.is_open() {
            let message =
                format!("`where` needs a condition for each point, not {}", c.ty.describe());
            let help = "compare a series point by point: `c.y > 1 nA`; `x` and `y` are those of a whole curve: `let part = c where x < 1 V`";
            let at = c.span;
            self.refuse(Code::POINTWISE, at, message, help);
            return TypedExpr::poison(span);
        }
        let (ty, evidence) = (v.ty.clone(), v.evidence || c.evidence);
        node(span, ty, evidence, Kind::Where { value: Box::new(v), axes, condition: Box::new(c) })
    }

    pub(crate) fn comprehension(
        &mut self,
        span: Span,
        kind: ast::ComprehensionKind,
        each: &ast::Comprehension,
        body: &Expr,
        d: usize,
    ) -> TypedExpr {
        use ast::ComprehensionKind as K;
        let mark = self.enter();
        let Some((slot, over, condition)) = self.binder(each, d) else {
            // The binder stays known, so that its uses are not diagnosed as well.
            self.bind(&each.binder.text, Type::Unknown, true);
            self.deep(body, d);
            self.leave(mark);
            return TypedExpr::poison(span);
        };
        let element = element_of(&over.ty).unwrap_or(Type::Unknown);
        let inner = self.deep(body, d);
        self.leave(mark);
        let scalar = |t: &Type| t.is_scalar() || t.is_open();
        let ty = match kind {
            K::Every | K::Some => {
                self.expect_truth(&inner, "what is said of each");
                Type::Truth
            }
            K::Count => {
                self.expect_truth(&inner, "what `count` counts");
                Type::PURE
            }
            K::Sum | K::Max | K::Min if scalar(&inner.ty) => inner.ty.clone(),
            K::List if scalar(&inner.ty) => inner.ty.clone().series(),
            K::List => inner.ty.clone().list(),
            K::Curve if scalar(&inner.ty) && scalar(&element) => {
                Type::curve(inner.ty.clone(), element, None)
            }
            K::Curve if scalar(&inner.ty) => {
                let message = format!("a curve runs over numbers, not over {}", element.describe());
                let at = over.span;
                self.refuse(
                    Code::VALUE_TYPE,
                    at,
                    message,
                    "write `curve(v in 0 V .. 1 V by 10 mV: …)`",
                );
                return TypedExpr::poison(span);
            }
            K::Sum | K::Max | K::Min | K::Curve => {
                let message = format!("a number must stand here, not {}", inner.ty.describe());
                let at = inner.span;
                self.refuse(Code::VALUE_TYPE, at, message, "");
                return TypedExpr::poison(span);
            }
        };
        let evidence = over.evidence || inner.evidence;
        let kind = Kind::Comprehension {
            kind,
            slot,
            over: Box::new(over),
            condition: condition.map(Box::new),
            body: Box::new(inner),
        };
        node(span, ty, evidence, kind)
    }

    /// `x in xs where condition`: binds the name. `None` when there is nothing to run over.
    pub(crate) fn binder(
        &mut self,
        each: &ast::Comprehension,
        d: usize,
    ) -> Option<(usize, TypedExpr, Option<TypedExpr>)> {
        let over = self.deep(&each.over, d);
        if let Type::Range(_) = &over.ty
            && !matches!(&over.kind, Kind::Range(_, _, Some(_)))
        {
            let help = "write `lo .. hi by step`";
            self.refuse(Code::VALUE_TYPE, over.span, "a range to run over needs its step", help);
            return None;
        }
        let Some(element) = element_of(&over.ty) else {
            if !over.ty.is_open() {
                let message = format!("there is nothing to run over in {}", over.ty.describe());
                let help = "write `data.rows(VF)`, `data.curves(IF(VF))`, `data.sweeps`, a list, or `lo .. hi by step`";
                self.refuse(Code::VALUE_TYPE, over.span, message, help);
            }
            return None;
        };
        self.keep_meaning(&each.binder);
        let slot = self.bind(&each.binder.text, element, over.evidence);
        let condition = each.condition.as_ref().map(|c| {
            let typed = self.deep(c, d);
            self.expect_truth(&typed, "the condition of `where`");
            typed
        });
        Some((slot, over, condition))
    }
}

/// What a loop over a value binds.
fn element_of(ty: &Type) -> Option<Type> {
    Some(match ty {
        Type::List(e) | Type::Series(e) | Type::Range(e) => (**e).clone(),
        Type::Curve(c) => Type::Sample(c.clone()),
        Type::Columns => Type::Column,
        _ => return None,
    })
}
