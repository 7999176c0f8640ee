//! What expressions reach outside themselves: rows, curves, sweeps, tables, models, functions.

use super::drawn::{Drawn, drawn};
use super::eval::{Evaluator, Found};
use super::expr::{Bound, ExprKind as Kind, TypedExpr, Wanted};
use super::fields::FieldId;
use super::numbers;
use super::rows;
use super::types::Type;
use super::value::{CurveValue, Lack, Truth, Value};
use espice_base::Span;
use espice_facts::{
    Column, ColumnRole, Conditions, Curve, Origin, Parameter, Sensed, Status, Sweep,
};
use espice_units::constants::ROOM;
use std::rc::Rc;

/// Symbols that set the device temperature, the closest to the junction first.
pub(crate) const TEMPERATURES: [&str; 3] = ["TJ", "Tcase", "Tamb"];

/// The temperature that conditions state, K.
pub(crate) fn temperature(conditions: &Conditions) -> Option<f64> {
    TEMPERATURES.iter().find_map(|t| conditions.value(t))
}

impl<'a> Evaluator<'a> {
    /// Values from outside the expression itself.
    pub(crate) fn outside(&self, e: &TypedExpr) -> Found<Value<'a>> {
        let span = e.span;
        match &e.kind {
            Kind::Builtin(function, args) => self.builtin(span, *function, args),
            Kind::Call(index, args) => self.call(span, *index, args),
            Kind::Script(index, args) => self.script(span, *index, args),
            Kind::Parameter(index) => match self.parameters.get(*index) {
                Some(v) if v.is_finite() => Ok(Value::Number(*v)),
                _ => self.missing(Lack::Absent, span, "the parameter has no value yet"),
            },
            Kind::ModelParameter(name) => self.model_parameter(span, name),
            Kind::Rows(symbol) => {
                Ok(Value::List(self.rows(symbol.as_deref()).map(Value::Row).collect()))
            }
            Kind::Row(symbol) => match self.row(symbol) {
                Some(row) => Ok(Value::Row(row)),
                None => self.missing(Lack::Nothing, span, format!("the data hold no `{symbol}`")),
            },
            Kind::Curves(wanted) => {
                let curves = self.curves_named(wanted).into_iter();
                Ok(Value::List(curves.map(|c| Value::Curve(Rc::new(c))).collect()))
            }
            Kind::Curve(wanted) => match self.nearest(wanted) {
                Some(curve) => Ok(Value::Curve(Rc::new(curve))),
                None => {
                    self.missing(Lack::Nothing, span, format!("the data hold no curve `{wanted}`"))
                }
            },
            Kind::Sweeps => {
                let sweeps = &self.input.facts.sweeps;
                Ok(Value::List(sweeps.iter().map(Value::Sweep).collect()))
            }
            Kind::Field(base, id) => self.field(span, base, *id),
            Kind::Terminal(base, node) => {
                let Value::Sweep(sweep) = self.present(base)? else {
                    return self.missing(Lack::Absent, span, "there is no such sweep");
                };
                match at_terminal(sweep, node) {
                    Some(column) => Ok(Value::Column(sweep, column)),
                    None => {
                        let text = format!("nothing is recorded at a node `{node}`");
                        self.missing(Lack::Absent, span, text)
                    }
                }
            }
            Kind::Condition(base, symbol) => {
                let found = match self.value(base) {
                    Value::Row(row) => row.conditions.value(symbol),
                    Value::Curve(c) => c.source.and_then(|c| c.all_conditions().value(symbol)),
                    Value::Conditions(c) => c.value(symbol),
                    Value::Missing(why) => return Err(why),
                    _ => None,
                };
                self.given(found, span, || format!("`{symbol}` is not among the conditions"))
            }
            Kind::TableRow(table, keys) => self.table_row(span, *table, keys),
            Kind::Cell(row, column) => {
                let Value::TableRow(table, row) = self.present(row)? else {
                    return self.missing(Lack::Absent, span, "there is no such row");
                };
                let table = self.book.tables.get(table);
                let cell = table.and_then(|t| t.rows.get(row)).and_then(|r| r.1.get(*column));
                if let Some([low, high]) = cell.and_then(|c| c.range) {
                    return Ok(Value::Range(low, high, None));
                }
                self.given(cell.and_then(|c| c.value), span, || {
                    String::from("the cell of the limits table is empty")
                })
            }
            Kind::ModelAt(symbol, bound) => {
                let conditions = self.conditions(bound)?;
                self.model(span, symbol, &conditions)
            }
            Kind::ModelAtRecord(symbol, record) => {
                let Value::Conditions(conditions) = self.present(record)? else {
                    return self.missing(Lack::Absent, span, "there are no conditions");
                };
                self.model(span, symbol, &conditions)
            }
            Kind::CurveAt(curve, at) => {
                let (curve, at) = (self.curve(curve)?, self.number(at)?);
                self.whole(&curve.x, span)?;
                self.whole(&curve.y, span)?;
                let value = numbers::interpolate(&curve.x, &curve.y, at);
                self.given(value, span, || String::from("the curve does not reach that far"))
            }
            Kind::Grid(axes) => self.grid(span, axes),
            _ => self.missing(Lack::Absent, span, "the value is missing"),
        }
    }

    pub(super) fn present(&self, e: &TypedExpr) -> Found<Value<'a>> {
        match self.value(e) {
            Value::Missing(why) => Err(why),
            value => Ok(value),
        }
    }

    pub(super) fn given(
        &self,
        value: Option<f64>,
        span: Span,
        absent: impl FnOnce() -> String,
    ) -> Found<Value<'a>> {
        match value {
            Some(v) if v.is_finite() => Ok(Value::Number(v)),
            Some(_) => {
                let text = format!("`{}` is not a number", self.book.snippet(span));
                self.missing(Lack::NotANumber, span, text)
            }
            None => self.missing(Lack::Absent, span, absent()),
        }
    }

    fn text(&self, value: Option<&str>, span: Span, what: &str) -> Found<Value<'a>> {
        match value {
            Some(t) if !t.is_empty() => Ok(Value::Text(Rc::from(t))),
            _ => self.missing(Lack::Absent, span, format!("{what} is not stated")),
        }
    }

    // -- facts ---------------------------------------------------------------------------

    fn holds_for_part(&self, parts: &[String]) -> bool {
        let part = self.input.facts.device.part.as_deref();
        part.is_none_or(|part| parts.is_empty() || parts.iter().any(|p| p == part))
    }

    /// The rows of a symbol that are not refused and hold for the part.
    pub(crate) fn rows(&self, symbol: Option<&str>) -> impl Iterator<Item = &'a Parameter> {
        self.input
            .facts
            .parameters
            .iter()
            .filter(move |p| symbol.is_none_or(|s| p.symbol == s))
            .filter(|p| p.status != Status::Refused && self.holds_for_part(&p.parts))
    }

    /// The row of a symbol: [`rows::nearest`].
    fn row(&self, symbol: &str) -> Option<&'a Parameter> {
        let (asked, found) = self.last_row.get();
        if asked == symbol.as_ptr().addr() && found.is_some_and(|p| p.symbol == symbol) {
            return found;
        }
        let found = match self.ordered {
            Some(rows) => rows.nearest(symbol),
            None => rows::nearest(self.rows(Some(symbol))),
        };
        self.last_row.set((symbol.as_ptr().addr(), found));
        found
    }

    /// The good points of the curves with a signature, also those drawn the other way round.
    pub(crate) fn curves_named(&self, wanted: &Wanted) -> Vec<CurveValue<'a>> {
        curves_of(self, wanted).collect()
    }

    fn nearest(&self, wanted: &Wanted) -> Option<CurveValue<'a>> {
        let away = |c: &CurveValue<'_>| {
            let t = c.source.and_then(|c| temperature(&c.all_conditions()));
            (t.unwrap_or(ROOM) - ROOM).abs()
        };
        curves_of(self, wanted).reduce(|best, c| if away(&c) < away(&best) { c } else { best })
    }

    fn field(&self, span: Span, base: &TypedExpr, id: FieldId) -> Found<Value<'a>> {
        let device = &self.input.facts.device;
        match id {
            FieldId::DevicePart => return self.text(device.part.as_deref(), span, "the part"),
            FieldId::DeviceMaker => return self.text(device.maker.as_deref(), span, "the maker"),
            FieldId::DeviceKind => return self.text(device.kind.as_deref(), span, "the kind"),
            FieldId::DeviceClass => return self.text(device.class.as_deref(), span, "the class"),
            FieldId::DevicePackage => {
                return self.text(device.package.as_deref(), span, "the package");
            }
            FieldId::DevicePolarity => {
                return self.text(device.polarity.as_deref(), span, "the polarity");
            }
            FieldId::ModelTemplate => {
                let name = self.input.model.map(|m| m.template());
                return self.text(name, span, "the model");
            }
            _ => {}
        }
        match self.present(base)? {
            Value::Row(row) => self.row_field(span, row, id),
            Value::Curve(curve) => self.curve_field(span, &curve, id),
            Value::Sample(x, y) => {
                let v = if id == FieldId::SampleX { x } else { y };
                self.given(Some(v), span, String::new)
            }
            Value::Sweep(sweep) => self.sweep_field(span, sweep, id),
            Value::Column(sweep, column) => self.column_field(span, sweep, column, id),
            Value::Columns(columns) if id == FieldId::Count => {
                Ok(Value::Number(columns.len() as f64))
            }
            Value::Columns(columns) => match *columns {
                [(sweep, column)] => self.column_field(span, sweep, column, id),
                [] => self.missing(Lack::Absent, span, "no column is swept"),
                _ => self.missing(Lack::Absent, span, "more than one column is swept"),
            },
            Value::Range(low, high, _) => {
                let end = if id == FieldId::RangeLow { low } else { high };
                self.given(end, span, || String::from("the range is open at this end"))
            }
            Value::List(items) => Ok(Value::Number(items.len() as f64)),
            Value::Series(s) => Ok(Value::Number(s.len() as f64)),
            _ => self.missing(Lack::Absent, span, "there is no such field"),
        }
    }

    fn row_field(&self, span: Span, row: &'a Parameter, id: FieldId) -> Found<Value<'a>> {
        let value = |v: Option<f64>, what: &str| {
            self.given(v, span, || format!("`{}` has no {what}", row.symbol))
        };
        match id {
            FieldId::RowMin => value(row.min, "minimum"),
            FieldId::RowTyp => value(row.typ, "typical value"),
            FieldId::RowMax => value(row.max, "maximum"),
            FieldId::RowTarget => value(row.target(), "typical value"),
            FieldId::RowConfidence => value(Some(row.confidence), "confidence"),
            FieldId::RowLimits => match (row.min, row.max) {
                (None, None) => {
                    let text = format!("`{}` has no limits here", row.symbol);
                    self.missing(Lack::Absent, span, text)
                }
                (min, max) if [min, max].into_iter().flatten().any(|end| !end.is_finite()) => {
                    let text = format!("a limit of `{}` is not a number", row.symbol);
                    self.missing(Lack::NotANumber, span, text)
                }
                // Sheets print limits of negative quantities by magnitude: `-0.5 V … -6 V`.
                (Some(min), Some(max)) if max < min => Ok(Value::Range(Some(max), Some(min), None)),
                (min, max) => Ok(Value::Range(min, max, None)),
            },
            FieldId::RowPlausible => {
                let range = self.book.symbols.symbol(&row.symbol).and_then(|s| s.plausible);
                match range {
                    Some([low, high]) => Ok(Value::Range(Some(low), Some(high), None)),
                    None => {
                        let text = format!("`{}` declares no plausible range", row.symbol);
                        self.missing(Lack::Absent, span, text)
                    }
                }
            }
            FieldId::RowConditions => Ok(Value::Conditions(Rc::new(row.conditions.clone()))),
            FieldId::RowTemperature => value(temperature(&row.conditions), "stated temperature"),
            FieldId::RowDrawn => value(self.drawn(row).map(|d| d.value), "curve at its conditions"),
            FieldId::RowDrawnWhere => {
                let place = self.drawn(row).map(|d| d.place());
                self.text(place.as_deref(), span, "a curve at its conditions")
            }
            FieldId::RowPart => {
                let device = self.input.facts.device.part.as_deref();
                let own = || row.parts.first().map(String::as_str);
                self.text(device.or_else(own), span, "the part")
            }
            FieldId::RowSymbol => self.text(Some(&row.symbol), span, "the symbol"),
            _ => self.text(Some(&row.printed), span, "the printed name"),
        }
    }

    fn drawn(&self, row: &Parameter) -> Option<Drawn<'a>> {
        let curves = self.input.facts.curves.iter();
        drawn(row, curves.filter(|c| self.holds_for_part(&c.parts)))
    }

    fn curve_field(&self, span: Span, curve: &CurveValue<'a>, id: FieldId) -> Found<Value<'a>> {
        match id {
            FieldId::CurveX => return Ok(Value::Series(curve.x.clone())),
            FieldId::CurveY => return Ok(Value::Series(curve.y.clone())),
            FieldId::Count => return Ok(Value::Number(curve.x.len() as f64)),
            _ => {}
        }
        let Some(source) = curve.source else {
            return self.missing(Lack::Absent, span, "a computed curve has no source");
        };
        match id {
            FieldId::CurveConditions => Ok(Value::Conditions(Rc::new(source.all_conditions()))),
            FieldId::CurveNoise => self.given(source.noise_floor, span, || {
                format!("the noise floor of `{}` is not known", source.signature)
            }),
            FieldId::CurveTotal => Ok(Value::Number(source.points.len() as f64)),
            FieldId::CurveMeasured => Ok(Value::Truth(source.origin == Origin::Measured)),
            FieldId::CurveTemperature => {
                self.given(temperature(&source.all_conditions()), span, || {
                    format!("the temperature of `{}` is not stated", source.signature)
                })
            }
            _ => self.text(Some(&source.title), span, "the title"),
        }
    }

    fn sweep_field(&self, span: Span, sweep: &'a Sweep, id: FieldId) -> Found<Value<'a>> {
        let columns = |keep: &dyn Fn(&Column) -> bool| {
            let kept = sweep.columns.iter().filter(|c| keep(c));
            Value::List(kept.map(|c| Value::Column(sweep, c)).collect())
        };
        let series = |sensed: Sensed| {
            let kept = sweep.columns.iter().filter(|c| c.sensed == sensed);
            Value::List(kept.map(|c| Value::Series(Rc::from(&*c.values))).collect())
        };
        match id {
            FieldId::SweepSwept => Ok(Value::Columns(sweep.swept().map(|c| (sweep, c)).collect())),
            FieldId::SweepColumns => Ok(columns(&|_| true)),
            FieldId::SweepHeld => Ok(columns(&|c| c.role == ColumnRole::Held)),
            FieldId::SweepCurrents => {
                Ok(columns(&|c| c.sensed == Sensed::Current && c.role == ColumnRole::Measured))
            }
            FieldId::SweepCapacitances => Ok(columns(&|c| c.sensed == Sensed::Capacitance)),
            FieldId::SweepC => {
                let mut all = sweep.columns.iter().filter(|c| c.sensed == Sensed::Capacitance);
                match (all.next(), all.next()) {
                    (Some(one), None) => Ok(Value::Series(Rc::from(&*one.values))),
                    (None, _) => self.missing(Lack::Absent, span, "no capacitance is recorded"),
                    _ => self.missing(Lack::Absent, span, "more than one capacitance is recorded"),
                }
            }
            FieldId::SweepI => Ok(series(Sensed::Current)),
            FieldId::SweepV => Ok(series(Sensed::Voltage)),
            FieldId::SweepTemperature => self.given(sweep.temperature, span, || {
                format!("the temperature of `{}` is not stated", sweep.name)
            }),
            FieldId::SweepSiblings => Ok(Value::Number(sweep.siblings as f64)),
            FieldId::Count => Ok(Value::Number(sweep.len() as f64)),
            _ => self.text(Some(&sweep.name), span, "the name"),
        }
    }

    fn column_field(
        &self,
        span: Span,
        sweep: &'a Sweep,
        column: &'a Column,
        id: FieldId,
    ) -> Found<Value<'a>> {
        let sensed = |sensed: Sensed, what: &str| match sweep.at(sensed, &column.node) {
            Some(c) => Ok(Value::Series(Rc::from(&*c.values))),
            None => {
                let text = format!("no {what} is recorded at node `{}`", column.node);
                self.missing(Lack::Absent, span, text)
            }
        };
        match id {
            FieldId::ColumnV => sensed(Sensed::Voltage, "voltage"),
            FieldId::ColumnI => sensed(Sensed::Current, "current"),
            FieldId::ColumnC => sensed(Sensed::Capacitance, "capacitance"),
            FieldId::ColumnCompliance => {
                // The limit of a current source is a voltage, and no current.
                let limit = column.compliance.filter(|_| column.sensed != Sensed::Current);
                self.given(limit, span, || {
                    format!("no compliance is stated at node `{}`", column.node)
                })
            }
            FieldId::ColumnNode => self.text(Some(&column.node), span, "the node"),
            FieldId::ColumnReference => self.text(Some(&column.reference), span, "the reference"),
            FieldId::Count => Ok(Value::Number(1.0)),
            _ => self.text(Some(&column.name), span, "the name"),
        }
    }

    // -- tables, models, conditions ------------------------------------------------------

    fn table_row(&self, span: Span, table: usize, keys: &[TypedExpr]) -> Found<Value<'a>> {
        let Some(entry) = self.book.tables.get(table) else {
            return self.missing(Lack::Absent, span, "there is no such table");
        };
        let mut wanted: Vec<Rc<str>> = Vec::new();
        for key in keys {
            match self.present(key)? {
                Value::Text(t) => wanted.push(t),
                _ => return self.missing(Lack::Absent, span, "a key is missing"),
            }
        }
        match entry.row(&wanted) {
            Some(row) => {
                if let Some(watch) = self.watch {
                    watch.row(table, row);
                }
                Ok(Value::TableRow(table, row))
            }
            None => {
                let text = format!("table `{}` has no row for `{}`", entry.name, wanted.join(", "));
                self.missing(Lack::Nothing, span, text)
            }
        }
    }

    fn model_parameter(&self, span: Span, name: &str) -> Found<Value<'a>> {
        let Some(model) = self.input.model else {
            return self.missing(Lack::Nothing, span, "there is no model yet");
        };
        match model.parameter(name) {
            Some(v) => self.given(Some(v), span, String::new),
            None => {
                let text = format!("template `{}` has no parameter `{name}`", model.template());
                self.missing(Lack::Nothing, span, text)
            }
        }
    }

    fn model(&self, span: Span, symbol: &str, conditions: &Conditions) -> Found<Value<'a>> {
        let Some(model) = self.input.model else {
            return self.missing(Lack::Nothing, span, "there is no model yet");
        };
        match model.value(symbol, conditions) {
            Some(v) if v.is_finite() => Ok(Value::Number(v)),
            Some(_) => {
                let text = format!("the model gives no finite `{symbol}` at {conditions}");
                self.missing(Lack::NotANumber, span, text)
            }
            None => {
                let text = format!("`{symbol}` of the model cannot be measured at `{conditions}`");
                self.missing(Lack::Absent, span, text)
            }
        }
    }

    /// The values of `at (…)`.
    pub(crate) fn conditions(&self, bound: &[Bound]) -> Found<Conditions> {
        let mut conditions = Conditions::none();
        for (symbol, value) in bound {
            conditions = conditions.with(symbol.clone(), self.number(value)?);
        }
        Ok(conditions)
    }

    /// Every combination; the first axis changes slowest.
    fn grid(&self, span: Span, axes: &[Bound]) -> Found<Value<'a>> {
        let mut grid = vec![Conditions::none()];
        for (symbol, axis) in axes {
            let values: Vec<f64> = if axis.ty.is_scalar() {
                vec![self.number(axis)?]
            } else {
                let items = self.items(axis)?;
                items
                    .iter()
                    .filter_map(|v| if let Value::Number(v) = v { Some(*v) } else { None })
                    .collect()
            };
            if grid.len().saturating_mul(values.len()) > 100_000 {
                return self.limit(span, "a grid holds more than 100000 points");
            }
            grid = grid
                .iter()
                .flat_map(|c| values.iter().map(move |v| c.clone().with(symbol.clone(), *v)))
                .collect();
        }
        Ok(Value::List(grid.into_iter().map(|c| Value::Conditions(Rc::new(c))).collect()))
    }

    /// Whether something that a rule needs is there; the phrase says what is not.
    pub(crate) fn lacks(&self, e: &TypedExpr) -> Option<String> {
        if e.ty == Type::Truth {
            return match self.truth(e).truth {
                Truth::Yes => None,
                Truth::No => Some(format!("`{}` does not hold", self.book.snippet(e.span))),
                Truth::Unknown(why) => Some(why.text.clone()),
            };
        }
        match self.value(e) {
            Value::Missing(why) => Some(why.text.clone()),
            Value::List(items) if items.is_empty() => {
                Some(format!("there is nothing in `{}`", self.book.snippet(e.span)))
            }
            Value::Series(s) if s.is_empty() => {
                Some(format!("`{}` holds no points", self.book.snippet(e.span)))
            }
            _ => None,
        }
    }
}

fn curves_of<'a>(ev: &Evaluator<'a>, wanted: &Wanted) -> impl Iterator<Item = CurveValue<'a>> {
    let (origin, part) = (ev.origin, ev.input.facts.device.part.as_deref());
    let wanted = wanted.clone();
    ev.input.facts.curves.iter().filter_map(move |curve| {
        let holds = part
            .is_none_or(|p| curve.parts.is_empty() || curve.parts.iter().any(|other| other == p));
        if curve.status == Status::Refused || !holds || origin.is_some_and(|o| o != curve.origin) {
            return None;
        }
        let swapped = orientation(curve, &wanted)?;
        let (mut x, mut y) = (Vec::new(), Vec::new());
        for (_, [px, py]) in curve.good_points() {
            x.push(if swapped { py } else { px });
            y.push(if swapped { px } else { py });
        }
        Some(CurveValue { x: Rc::from(x), y: Rc::from(y), source: Some(curve) })
    })
}

/// Whether a curve is the wanted one: straight (`Some(false)`), with its axes exchanged
/// (`Some(true)`), or not at all.
fn orientation(curve: &Curve, wanted: &Wanted) -> Option<bool> {
    let (q, x) = (&curve.signature.quantity, &curve.signature.x);
    let swapped = if *q == wanted.quantity && *x == wanted.x {
        false
    } else if *q == wanted.x && *x == wanted.quantity {
        true
    } else {
        return None;
    };
    let all = curve.all_conditions();
    wanted.family.iter().all(|f| all.by_symbol.contains_key(f)).then_some(swapped)
}

/// What is recorded at a pin: by the name of a voltage or current, `VG` or `ig`, before that of its
/// node, which is often the socket of a matrix that was wired for another device. Instruments write
/// names in capitals as often as not.
fn at_terminal<'a>(sweep: &'a Sweep, pin: &str) -> Option<&'a Column> {
    let of_pin = |c: &&Column| {
        let electrical = matches!(c.sensed, Sensed::Voltage | Sensed::Current);
        let mut rest = c.name.chars();
        let sign = rest.next().is_some_and(|s| matches!(s.to_ascii_lowercase(), 'v' | 'i'));
        electrical && sign && rest.as_str().eq_ignore_ascii_case(pin)
    };
    let by_name = sweep.columns.iter().find(of_pin);
    by_name.or_else(|| sweep.columns.iter().find(|c| c.node.eq_ignore_ascii_case(pin)))
}
