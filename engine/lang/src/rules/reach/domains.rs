//! The values that expressions may have, by what is declared of symbols, parameters, tables and
//! loops.

use super::super::expr::{Constant, ExprKind as K, TypedExpr};
use super::super::fields::FieldId;
use super::super::functions::Function;
use super::super::message::number;
use super::super::types::Type;
use super::interval::Interval;
use super::keys::Keys;
use crate::ir::Library;
use espice_base::Span;
use espice_syntax::ast::{BinaryOp, ComprehensionKind};
use espice_units::constants::{SPICE39, TNOM};
use std::collections::BTreeMap;

/// Most steps of one question; definitions may double the work with every line.
const STEPS: usize = 20_000;

/// What may be taken for granted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Tier {
    /// Mathematics, tables, and the ranges of loops.
    Certain,
    /// Also the plausible ranges of symbols and the ranges of parameters.
    Declared,
}

/// A declared range that a domain rests on.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Ground {
    pub(super) span: Span,
    pub(super) text: String,
}

/// Finds domains for the expressions of one item.
pub(super) struct Ranges<'a> {
    pub(super) library: &'a Library,
    /// The kinds that the item speaks of; empty means all.
    kinds: &'a [String],
    /// What loops run over, by slot.
    pub(super) loops: BTreeMap<usize, &'a TypedExpr>,
    /// Curves whose axes stand in slots: the curve, and whether the slot is y.
    pub(super) axes: BTreeMap<usize, (&'a TypedExpr, bool)>,
    steps: usize,
    pub(super) grounds: Vec<Ground>,
}

impl<'a> Ranges<'a> {
    pub(super) fn new(library: &'a Library, kinds: &'a [String]) -> Ranges<'a> {
        let (loops, axes) = (BTreeMap::new(), BTreeMap::new());
        Ranges { library, kinds, loops, axes, steps: 0, grounds: Vec::new() }
    }

    /// The values of an expression, those of the elements of a series or list.
    pub(super) fn of(&mut self, e: &TypedExpr, keys: &Keys<'a>, tier: Tier) -> Interval {
        self.steps = 0;
        self.grounds.clear();
        self.find(e, keys, tier)
    }

    fn find(&mut self, e: &TypedExpr, keys: &Keys<'a>, tier: Tier) -> Interval {
        self.steps += 1;
        if self.steps > STEPS {
            return Interval::ALL;
        }
        let found = match &e.kind {
            K::Number(v) => Interval::point(*v),
            K::Constant(c) => Interval::point(constant(*c)),
            K::Local(slot) => return self.local(*slot, keys, tier),
            K::Negate(a) => self.find(a, keys, tier).negate(),
            K::Binary(op, a, b) => {
                let (a, b) = (self.find(a, keys, tier), self.find(b, keys, tier));
                match op {
                    BinaryOp::Add => a.plus(b),
                    BinaryOp::Subtract => a.plus(b.negate()),
                    BinaryOp::Multiply => a.times(b),
                    BinaryOp::Divide => a.over(b),
                    _ => Interval::ALL,
                }
            }
            K::Power(base, exponent) => {
                let base = self.find(base, keys, tier);
                match exponent.constant() {
                    Some(n) if n % 2.0 == 0.0 && n > 0.0 => base.magnitude().through(|v| v.powf(n)),
                    Some(n) if n > 0.0 && base.low >= 0.0 => base.through(|v| v.powf(n)),
                    _ if base.low >= 0.0 => Interval::POSITIVE,
                    _ => Interval::ALL,
                }
            }
            K::Range(low, high, _) => self.find(low, keys, tier).hull(self.find(high, keys, tier)),
            K::If(_, then, otherwise) => {
                self.find(then, keys, tier).hull(self.find(otherwise, keys, tier))
            }
            K::List(items) => {
                let all: Vec<Interval> = items.iter().map(|i| self.find(i, keys, tier)).collect();
                all.into_iter().reduce(Interval::hull).unwrap_or(Interval::ALL)
            }
            K::Where { value, .. } => self.find(value, keys, tier),
            K::Builtin(function, arguments) => self.builtin(*function, arguments, keys, tier),
            K::Comprehension { kind, body, .. } => match kind {
                ComprehensionKind::Count => Interval::POSITIVE,
                ComprehensionKind::Sum if self.find(body, keys, tier).low >= 0.0 => {
                    Interval::POSITIVE
                }
                ComprehensionKind::Max | ComprehensionKind::Min | ComprehensionKind::List => {
                    self.find(body, keys, tier)
                }
                _ => Interval::ALL,
            },
            K::Field(base, id) => self.field(base, *id, keys, tier),
            K::Condition(base, symbol) => match self.grid(base, symbol, keys, tier) {
                Some(range) => range,
                None => self.plausible(symbol, tier),
            },
            K::Cell(row, column) => self.cell(row, *column),
            K::ModelParameter(name) => self.parameter(name, tier),
            K::ModelAt(symbol, _) | K::ModelAtRecord(symbol, _) => self.plausible(symbol, tier),
            _ => Interval::ALL,
        };
        // Nothing is colder than zero.
        if *e.ty.element().0 == Type::Point { found.meet(Interval::POSITIVE) } else { found }
    }

    fn local(&mut self, slot: usize, keys: &Keys<'a>, tier: Tier) -> Interval {
        if let Some(definition) = keys.definition(slot) {
            return self.find(definition, keys, tier);
        }
        if let Some((curve, is_y)) = self.axes.get(&slot) {
            let (curve, is_y) = (*curve, *is_y);
            return self.axis(&curve.ty, is_y, tier);
        }
        match self.loops.get(&slot).copied() {
            Some(over) if over.ty.element().0.is_scalar() || is_scalars(&over.ty) => {
                self.find(over, keys, tier)
            }
            _ => Interval::ALL,
        }
    }

    fn builtin(
        &mut self,
        function: Function,
        arguments: &[TypedExpr],
        keys: &Keys<'a>,
        tier: Tier,
    ) -> Interval {
        let Some(first) = arguments.first() else { return Interval::ALL };
        let one = self.find(first, keys, tier);
        let positive = one.meet(Interval::POSITIVE);
        match function {
            Function::Abs => one.magnitude(),
            Function::Sign | Function::Tanh => Interval::new(-1.0, 1.0),
            Function::Sqrt => positive.through(f64::sqrt),
            Function::Exp => one.through(f64::exp),
            Function::Ln => positive.through(f64::ln),
            Function::Log10 => positive.through(f64::log10),
            Function::Min | Function::Max if arguments.len() > 1 => {
                let rest: Vec<Interval> =
                    arguments.iter().skip(1).map(|a| self.find(a, keys, tier)).collect();
                rest.into_iter().fold(one, |a, b| match function {
                    Function::Min => Interval::new(a.low.min(b.low), a.high.min(b.high)),
                    _ => Interval::new(a.low.max(b.low), a.high.max(b.high)),
                })
            }
            Function::Min
            | Function::Max
            | Function::First
            | Function::Last
            | Function::Mean
            | Function::Median
            | Function::Quantile => one,
            Function::Sum if one.low >= 0.0 => Interval::POSITIVE,
            Function::Spread => Interval::new(0.0, one.high - one.low).meet(Interval::POSITIVE),
            Function::Count
            | Function::SpanDecades
            | Function::Deviation
            | Function::ThermalVoltage => Interval::POSITIVE,
            _ => Interval::ALL,
        }
    }

    fn field(&mut self, base: &TypedExpr, id: FieldId, keys: &Keys<'a>, tier: Tier) -> Interval {
        match id {
            FieldId::RowConfidence => Interval::new(0.0, 1.0),
            FieldId::Count | FieldId::CurveTotal | FieldId::SweepSiblings | FieldId::CurveNoise => {
                Interval::POSITIVE
            }
            FieldId::RowMin
            | FieldId::RowTyp
            | FieldId::RowMax
            | FieldId::RowTarget
            | FieldId::RowDrawn => match self.row_symbol(base, keys) {
                Some(symbol) => self.plausible(&symbol, tier),
                None => Interval::ALL,
            },
            FieldId::CurveY | FieldId::SampleY => self.axis(&base.ty, true, tier),
            FieldId::CurveX | FieldId::SampleX => self.axis(&base.ty, false, tier),
            _ => Interval::ALL,
        }
    }

    /// The symbol of a row or of the rows of a list.
    pub(super) fn row_symbol(&self, e: &TypedExpr, keys: &Keys<'a>) -> Option<String> {
        match &e.kind {
            K::Row(symbol) | K::Rows(Some(symbol)) => Some(symbol.clone()),
            K::Where { value, .. } => self.row_symbol(value, keys),
            K::Builtin(Function::First | Function::Last, arguments) => {
                self.row_symbol(arguments.first()?, keys)
            }
            K::Local(slot) => match (keys.definition(*slot), self.loops.get(slot)) {
                (Some(definition), _) => self.row_symbol(definition, keys),
                (None, Some(over)) => self.row_symbol(over, keys),
                _ => None,
            },
            _ => None,
        }
    }

    fn grid(
        &mut self,
        base: &TypedExpr,
        symbol: &str,
        keys: &Keys<'a>,
        tier: Tier,
    ) -> Option<Interval> {
        let K::Local(slot) = &base.kind else { return None };
        let K::Grid(bound) = &self.loops.get(slot)?.kind else { return None };
        let (_, range) = bound.iter().find(|(name, _)| name == symbol)?;
        Some(self.find(range, keys, tier))
    }

    fn axis(&mut self, ty: &Type, is_y: bool, tier: Tier) -> Interval {
        let curve = match ty {
            Type::Curve(c) | Type::Sample(c) => c,
            _ => return Interval::ALL,
        };
        match &curve.symbols {
            Some([y, x]) => {
                let symbol = if is_y { y.clone() } else { x.clone() };
                self.plausible(&symbol, tier)
            }
            None => Interval::ALL,
        }
    }

    /// The values that a symbol may plausibly have. Its range is one of magnitudes: coefficients
    /// have either sign, sheets of the second polarity print either, and conditions and curves
    /// start at zero.
    fn plausible(&mut self, symbol: &str, tier: Tier) -> Interval {
        let Some(info) = self.library.symbols.symbol(symbol).filter(|_| tier == Tier::Declared)
        else {
            return Interval::ALL;
        };
        let Some([low, high]) = info.plausible else { return Interval::ALL };
        let show = |v| number(v, info.dimension, Type::of_symbol(info.dimension) == Type::Point);
        let text = format!("`{symbol}` is plausible from {} to {}", show(low), show(high));
        self.ground(info.span, text);
        let most = high.abs().max(low.abs());
        Interval::new(-most, most)
    }

    fn parameter(&mut self, name: &str, tier: Tier) -> Interval {
        if tier != Tier::Declared {
            return Interval::ALL;
        }
        let of_kind = |kind: &String| self.kinds.is_empty() || self.kinds.contains(kind);
        let library = self.library;
        let found = library.templates.iter().filter(|t| of_kind(&t.kind)).filter_map(|t| {
            let parameter = t.parameters.iter().find(|p| p.name == name)?;
            Some((t, parameter))
        });
        let mut all: Option<Interval> = None;
        for (template, parameter) in found {
            let range = Interval::new(parameter.low, parameter.high)
                .hull(Interval::point(parameter.default));
            all = Some(all.map_or(range, |a| a.hull(range)));
            if !range.is_all() {
                let show = |v| number(v, parameter.dimension, false);
                let text = format!(
                    "the template `{}` keeps `{name}` from {} to {}",
                    template.name,
                    show(range.low),
                    show(range.high)
                );
                self.ground(parameter.span, text);
            }
        }
        all.unwrap_or(Interval::ALL)
    }

    /// The cells of a column, of one row where its keys are stated as texts.
    fn cell(&mut self, row: &TypedExpr, column: usize) -> Interval {
        let K::TableRow(table, wanted) = &row.kind else { return Interval::ALL };
        let Some(table) = self.library.tables.get(*table) else { return Interval::ALL };
        let fits = |keys: &[String]| {
            keys.iter().zip(wanted).all(|(key, wanted)| match &wanted.kind {
                K::Text(text) => text == key,
                _ => true,
            })
        };
        let rows = table.rows.iter().filter(|r| fits(&r.0));
        let cells = rows.filter_map(|r| r.1.get(column)?.value).map(Interval::point);
        cells.reduce(Interval::hull).unwrap_or(Interval::ALL)
    }

    fn ground(&mut self, span: Span, text: String) {
        let ground = Ground { span, text };
        if !self.grounds.contains(&ground) {
            self.grounds.push(ground);
        }
    }
}

fn is_scalars(ty: &Type) -> bool {
    match ty {
        Type::List(e) | Type::Range(e) => e.is_scalar(),
        _ => false,
    }
}

/// The value of a constant of the language.
pub(super) fn constant(constant: Constant) -> f64 {
    match constant {
        Constant::ThermalVoltage => SPICE39.thermal_voltage(TNOM),
        Constant::Nominal => TNOM,
        Constant::Boltzmann => SPICE39.k,
        Constant::Charge => SPICE39.q,
        Constant::Permittivity => SPICE39.eps0,
        Constant::Pi => std::f64::consts::PI,
    }
}
