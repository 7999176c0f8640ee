//! Tables: monotone cubics through parameters, and their integrals in closed form.
//!
//! Slopes at inner knots are the weighted harmonic mean of F. N. Fritsch and J. Butland (SIAM J.
//! Sci. Stat. Comput. 5, 1984, 300), zero where the values turn; at the ends they are those of
//! the outer intervals. So the cubic rises and falls only where the values do. Nothing is chosen
//! by comparing parameters: each interval adds what it rises above its first value, at an
//! abscissa that stops at its ends.
//!
//! A knot is a number, or a parameter that a recipe sets to where the data bend.

use super::constant::constant_of;
use super::fold;
use super::lower::{Lowering, Number, Scope, Value};
use super::parameters::type_span;
use crate::check::dims::{Operand, type_unit, unexpected};
use crate::ir::{Binary, Comparison, ExprId, Graph, Leaf, Node, Unary};
use espice_base::{Code, Diagnostic, Span};
use espice_syntax::ast::{Expr, ExprKind, Table, Word};
use espice_units::Dimension;

/// Most knots of a table.
const MAX_KNOTS: usize = 64;

/// Keeps the mean of two slopes that are both zero a number; far below any slope, with a square
/// that is one.
const TINY: f64 = 1e-150;

/// The least width of an interval whose ends are parameters: where two of them meet the table has a
/// step.
const NARROW: f64 = 1e-6;

/// The abscissas of a table.
#[derive(Clone, Debug)]
pub(crate) struct Knots {
    /// Rising, SI.
    pub(crate) at: Vec<Knot>,
    dimension: Dimension,
}

/// One abscissa, or the width between two.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Knot {
    Number(f64),
    Parameter(ExprId),
}

/// A table in force.
#[derive(Clone, Debug)]
pub(crate) struct Tabulated {
    pub(super) knots: Knots,
    /// One for each knot.
    pub(super) values: Vec<ExprId>,
    /// That of the values.
    pub(super) dimension: Dimension,
}

/// Reads the abscissas of a table; `None` when they were diagnosed.
pub(super) fn knots(lower: &mut Lowering<'_>, table: &Table) -> Option<Knots> {
    let unit = type_unit(&table.over, &mut lower.diagnostics)?;
    let mut at: Vec<Knot> = Vec::new();
    for expr in &table.knots {
        let what = "a knot of a table";
        if let Some((id, dimension)) = lower.parameter_named(expr) {
            if dimension != unit.dimension {
                let operand = Operand::of(expr, dimension);
                let over = Some(type_span(&table.over));
                lower.diagnostics.push(unexpected(what, over, unit.dimension, operand));
                return None;
            }
            at.push(Knot::Parameter(id));
            continue;
        }
        let constant = constant_of(expr, what, lower.names, lower.pack, &mut lower.diagnostics)?;
        if constant.dimension != unit.dimension {
            let operand = Operand::of(expr, constant.dimension);
            lower.diagnostics.push(unexpected(
                what,
                Some(type_span(&table.over)),
                unit.dimension,
                operand,
            ));
            return None;
        }
        if at.last().is_some_and(|k| matches!(k, Knot::Number(v) if *v >= constant.value)) {
            lower.diagnostics.push(
                Diagnostic::error(Code::TABLE_KNOTS, "the knots of a table rise")
                    .at(expr.span)
                    .help("write the abscissas in rising order, each once"),
            );
            return None;
        }
        at.push(Knot::Number(constant.value));
    }
    if !(2..=MAX_KNOTS).contains(&at.len()) {
        lower.diagnostics.push(
            Diagnostic::error(
                Code::TABLE_KNOTS,
                format!("a table has 2 to {MAX_KNOTS} knots, not {}", at.len()),
            )
            .at(table.values.span),
        );
        return None;
    }
    Some(Knots { at, dimension: unit.dimension })
}

impl Lowering<'_> {
    /// The parameter that an expression names, and nothing else.
    fn parameter_named(&mut self, expr: &Expr) -> Option<(ExprId, Dimension)> {
        let ExprKind::Name(name) = &expr.kind else { return None };
        let value = (*self.locals.get(name)?)?;
        let is_parameter = matches!(self.graph.node(value.id), Node::Leaf(Leaf::Parameter(_)));
        self.used.insert(name.clone());
        is_parameter.then(|| (value.id, self.graph.dimension(value.id)))
    }

    /// `NAME(x)` and `integral(NAME, x)` where the name is that of a table; `None` when it is
    /// not.
    pub(super) fn table_call(
        &mut self,
        f: &Word,
        arguments: &[Expr],
        span: Span,
    ) -> Option<Option<Value>> {
        if !matches!(self.scope, Scope::Template(_)) {
            return None;
        }
        let of_integral = match arguments {
            [Expr { kind: ExprKind::Name(name), .. }, ..] if f.text == "integral" => Some(name),
            _ => None,
        };
        if [Some(&f.text), of_integral].into_iter().flatten().any(|t| self.lost_tables.contains(t))
        {
            for argument in arguments.iter().skip(usize::from(of_integral.is_some())) {
                self.value(argument);
            }
            return Some(None);
        }
        let (table, integrate, at) = match (self.tables.get(&f.text), arguments) {
            (Some(table), _) => (table, false, arguments.first()),
            (None, [Expr { kind: ExprKind::Name(name), .. }, ..]) if f.text == "integral" => {
                (self.tables.get(name)?, true, arguments.get(1))
            }
            _ => return None,
        };
        let table = table.clone();
        Some(self.tabulated(f, &table, integrate, at, arguments, span))
    }

    fn tabulated(
        &mut self,
        f: &Word,
        table: &Tabulated,
        integrate: bool,
        at: Option<&Expr>,
        arguments: &[Expr],
        span: Span,
    ) -> Option<Value> {
        self.count(f, if integrate { 2 } else { 1 }, arguments, span)?;
        let at = at?;
        let over = table.knots.dimension;
        let x = self.number_of(at, "the abscissa of a table", Some(f.span), over)?;
        let dimension = if integrate { table.dimension.times(over)? } else { table.dimension };
        let mut formula = Formula { graph: &mut self.graph, dimension, span };
        let id = formula.table(table, x.id, integrate);
        Some(Number { id, dimension, is_point: false }.value())
    }
}

/// The coefficients of an interval: its rise above its first value is
/// `t (a + t (b + t c))` with t from 0 to 1, and `rise` in the end.
struct Interval {
    a: ExprId,
    b: ExprId,
    c: ExprId,
    rise: ExprId,
}

/// Writes arithmetic into a graph.
struct Formula<'g> {
    graph: &'g mut Graph,
    dimension: Dimension,
    span: Span,
}

impl Formula<'_> {
    fn number(&mut self, value: f64) -> ExprId {
        self.graph.constant(value, self.dimension, self.span)
    }

    fn two(&mut self, op: Binary, a: ExprId, b: ExprId) -> ExprId {
        fold::binary(self.graph, op, a, b, self.dimension, self.span)
    }

    fn one(&mut self, op: Unary, a: ExprId) -> ExprId {
        fold::unary(self.graph, op, a, self.dimension, self.span)
    }

    fn times(&mut self, factor: f64, a: ExprId) -> ExprId {
        let factor = self.number(factor);
        self.two(Binary::Multiply, factor, a)
    }

    fn add(&mut self, a: ExprId, b: ExprId) -> ExprId {
        self.two(Binary::Add, a, b)
    }

    fn sub(&mut self, a: ExprId, b: ExprId) -> ExprId {
        self.two(Binary::Subtract, a, b)
    }

    fn mul(&mut self, a: ExprId, b: ExprId) -> ExprId {
        self.two(Binary::Multiply, a, b)
    }

    /// The table at `x`, or its integral from the first knot to `x`.
    fn table(&mut self, table: &Tabulated, x: ExprId, integrate: bool) -> ExprId {
        let at = &table.knots.at;
        let ends = at.iter().zip(at.iter().skip(1));
        let widths: Vec<Knot> = ends.map(|(from, to)| self.width(*from, *to)).collect();
        let intervals = self.intervals(&table.values, &widths);
        if at.iter().any(|k| matches!(k, Knot::Parameter(_))) {
            return self.chosen(table, &intervals, &widths, x, integrate);
        }
        let (zero, one) = (self.number(0.0), self.number(1.0));
        let first = table.values.first().copied().unwrap_or(zero);
        let mut sum = first;
        if integrate {
            let start = self.place(at.first().copied().unwrap_or(Knot::Number(0.0)));
            let away = self.sub(x, start);
            sum = self.mul(first, away);
        }
        for ((interval, &from), &width) in intervals.iter().zip(at).zip(&widths) {
            let start = self.place(from);
            let away = self.sub(x, start);
            let share = self.per(width, away);
            let above = self.two(Binary::Maximum, share, zero);
            let t = self.two(Binary::Minimum, above, one);
            let part = if integrate {
                // Beyond its end by the same clamp, so that slopes at a knot count once.
                let beyond = self.sub(above, t);
                let flat = self.mul(interval.rise, beyond);
                let area = self.area(interval, t);
                let area = self.add(area, flat);
                self.along(width, area)
            } else {
                let c = self.mul(t, interval.c);
                let bc = self.add(interval.b, c);
                let bc = self.mul(t, bc);
                let abc = self.add(interval.a, bc);
                self.mul(t, abc)
            };
            sum = self.add(sum, part);
        }
        sum
    }

    /// The same where knots are parameters: the interval in which `x` lies is chosen. There may be
    /// dozens of knots, and simulators that differentiate what they read take a choice better than
    /// a sum of clamps.
    fn chosen(
        &mut self,
        table: &Tabulated,
        intervals: &[Interval],
        widths: &[Knot],
        x: ExprId,
        integrate: bool,
    ) -> ExprId {
        let at: Vec<ExprId> = table.knots.at.iter().map(|k| self.place(*k)).collect();
        let zero = self.number(0.0);
        let (first, last) = (table.values.first(), table.values.last());
        let (first, last) = (first.copied().unwrap_or(zero), last.copied().unwrap_or(zero));
        let (start, end) =
            (at.first().copied().unwrap_or(zero), at.last().copied().unwrap_or(zero));
        let mut before = zero;
        let mut pieces = Vec::new();
        let inner = intervals.iter().zip(widths).zip(at.iter().zip(at.iter().skip(1)));
        for (((interval, &width), (&from, &to)), &low) in inner.zip(&table.values) {
            let away = self.sub(x, from);
            let t = self.per(width, away);
            let piece = if integrate {
                let area = self.area(interval, t);
                let area = self.along(width, area);
                let flat = self.mul(low, away);
                let own = self.add(flat, area);
                self.add(before, own)
            } else {
                let c = self.mul(t, interval.c);
                let bc = self.add(interval.b, c);
                let bc = self.mul(t, bc);
                let abc = self.add(interval.a, bc);
                let rise = self.mul(t, abc);
                self.add(low, rise)
            };
            pieces.push((to, piece));
            if integrate {
                let one = self.number(1.0);
                let area = self.area(interval, one);
                let area = self.add(low, area);
                let area = self.along(width, area);
                before = self.add(before, area);
            }
        }
        let (mut value, below) = if integrate {
            let (past, short) = (self.sub(x, end), self.sub(x, start));
            let (past, short) = (self.mul(last, past), self.mul(first, short));
            (self.add(before, past), short)
        } else {
            (last, first)
        };
        for (to, piece) in pieces.into_iter().rev() {
            value = self.where_below(x, to, piece, value);
        }
        self.where_below(x, start, below, value)
    }

    fn where_below(&mut self, x: ExprId, at: ExprId, then: ExprId, otherwise: ExprId) -> ExprId {
        let is_below = fold::compare(self.graph, Comparison::Less, x, at, self.span);
        fold::select(self.graph, is_below, then, otherwise, self.dimension, self.span)
    }

    /// The integral of an interval's rise from 0 to t.
    fn area(&mut self, interval: &Interval, t: ExprId) -> ExprId {
        let (a, b) = (self.times(0.5, interval.a), self.times(1.0 / 3.0, interval.b));
        let c = self.times(0.25, interval.c);
        let c = self.mul(t, c);
        let bc = self.add(b, c);
        let bc = self.mul(t, bc);
        let abc = self.add(a, bc);
        let square = self.mul(t, t);
        self.mul(square, abc)
    }

    fn intervals(&mut self, values: &[ExprId], widths: &[Knot]) -> Vec<Interval> {
        let rises: Vec<ExprId> = values
            .iter()
            .zip(values.iter().skip(1))
            .map(|(&low, &high)| self.sub(high, low))
            .collect();
        let steep: Vec<ExprId> =
            rises.iter().zip(widths).map(|(&rise, &w)| self.per(w, rise)).collect();
        let mut slopes: Vec<ExprId> = steep.first().copied().into_iter().collect();
        for ((&before, &after), w) in steep.iter().zip(steep.iter().skip(1)).zip(widths.windows(2))
        {
            let (left, right) = match w {
                [left, right] => (*left, *right),
                _ => (Knot::Number(1.0), Knot::Number(1.0)),
            };
            let (p, q) = (self.once_and_twice(left, right), self.once_and_twice(right, left));
            slopes.push(self.mean(before, after, p, q));
        }
        slopes.extend(steep.last());
        let ends = slopes.iter().zip(slopes.iter().skip(1));
        let mut intervals = Vec::new();
        for ((&rise, &width), (&m, &n)) in rises.iter().zip(widths).zip(ends) {
            let (m, n) = (self.along(width, m), self.along(width, n));
            let (three, twice) = (self.times(3.0, rise), self.times(2.0, m));
            let b = self.sub(three, twice);
            let b = self.sub(b, n);
            let (sum, twice) = (self.add(m, n), self.times(2.0, rise));
            let c = self.sub(sum, twice);
            intervals.push(Interval { a: m, b, c, rise });
        }
        intervals
    }

    /// An abscissa.
    fn place(&mut self, knot: Knot) -> ExprId {
        match knot {
            Knot::Number(v) => self.number(v),
            Knot::Parameter(id) => id,
        }
    }

    /// What lies between two knots.
    fn width(&mut self, from: Knot, to: Knot) -> Knot {
        if let (Knot::Number(from), Knot::Number(to)) = (from, to) {
            return Knot::Number(to - from);
        }
        let (from, to) = (self.place(from), self.place(to));
        let (width, least) = (self.sub(to, from), self.number(NARROW));
        Knot::Parameter(self.two(Binary::Maximum, width, least))
    }

    /// A value times a width.
    fn along(&mut self, width: Knot, value: ExprId) -> ExprId {
        match width {
            Knot::Number(w) => self.times(w, value),
            Knot::Parameter(w) => self.mul(w, value),
        }
    }

    /// A value over a width.
    fn per(&mut self, width: Knot, value: ExprId) -> ExprId {
        match width {
            Knot::Number(w) => self.times(1.0 / w, value),
            Knot::Parameter(w) => self.two(Binary::Divide, value, w),
        }
    }

    /// One width and twice another.
    fn once_and_twice(&mut self, one: Knot, other: Knot) -> Knot {
        if let (Knot::Number(a), Knot::Number(b)) = (one, other) {
            return Knot::Number(a + 2.0 * b);
        }
        let (a, b) = (self.place(one), self.place(other));
        let twice = self.times(2.0, b);
        Knot::Parameter(self.add(a, twice))
    }

    /// `(p + q) d e / (p e + q d)` for slopes of one sign, zero for others.
    fn mean(&mut self, d: ExprId, e: ExprId, p: Knot, q: Knot) -> ExprId {
        let (zero, tiny) = (self.number(0.0), self.number(TINY));
        let product = self.mul(d, e);
        let product = self.two(Binary::Maximum, product, zero);
        let both = match (p, q) {
            (Knot::Number(p), Knot::Number(q)) => Knot::Number(p + q),
            _ => {
                let (p, q) = (self.place(p), self.place(q));
                Knot::Parameter(self.add(p, q))
            }
        };
        let over = self.along(both, product);
        let (size_d, size_e) = (self.one(Unary::Absolute, d), self.one(Unary::Absolute, e));
        let (left, right) = (self.along(p, size_e), self.along(q, size_d));
        let under = self.add(left, right);
        let under = self.add(under, tiny);
        let size = self.two(Binary::Divide, over, under);
        let sign = self.one(Unary::Sign, d);
        self.mul(sign, size)
    }
}
