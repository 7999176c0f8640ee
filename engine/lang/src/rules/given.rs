//! What a test gives, as facts and a model.

use super::eval::{Evaluator, Found};
use super::expr::TypedExpr;
use super::testing::{CurveIr, Senseless, SweepIr, TestContext, TestIr};
use crate::Quantities;
use espice_base::Span;
use espice_facts::{
    Axis, Column, ColumnRole, Conditions, Curve, Facts, Origin, Parameter, Scale, Section, Sensed,
    Signature, Status, Sweep,
};
use std::collections::BTreeMap;

impl<'a> Evaluator<'a> {
    pub(super) fn stated<T>(&self, span: Span, found: Found<T>) -> Result<T, Senseless> {
        found.map_err(|why| (span, why.text.clone()))
    }

    pub(super) fn given_facts(&self, test: &TestIr) -> Result<Facts, Senseless> {
        let mut facts = Facts::default();
        facts.device.clone_from(&test.device);
        facts.device.kind.clone_from(&test.kind);
        for row in &test.rows {
            let [min, typ, max] = &row.values;
            let value = |e: &Option<TypedExpr>| {
                e.as_ref().map(|e| self.stated(e.span, self.number(e))).transpose()
            };
            facts.parameters.push(Parameter {
                symbol: row.symbol.clone(),
                printed: row.symbol.clone(),
                name: String::new(),
                section: Section::Electrical,
                min: value(min)?,
                typ: value(typ)?,
                max: value(max)?,
                dimension: row.dimension,
                printed_unit: row.dimension.to_string(),
                conditions: self.stated(row.span, self.conditions(&row.conditions))?,
                parts: row.part.iter().cloned().collect(),
                status: Status::Served,
                reasons: Vec::new(),
                confidence: 1.0,
                provenance: espice_base::Place::Text(row.span).into(),
            });
        }
        for curve in &test.curves {
            facts.curves.push(self.given_curve(curve)?);
        }
        for (i, sweep) in test.sweeps.iter().enumerate() {
            facts.sweeps.push(self.given_sweep(i, sweep)?);
        }
        Ok(facts)
    }

    pub(super) fn given_curve(&self, item: &CurveIr) -> Result<Curve, Senseless> {
        let points = self.stated(item.span, self.curve(&item.points))?;
        let mut conditions = self.stated(item.span, self.conditions(&item.conditions))?;
        let mut family = BTreeMap::new();
        for symbol in &item.wanted.family {
            if let Some(value) = conditions.value(symbol) {
                family.insert(symbol.clone(), value);
                conditions.by_symbol.remove(symbol);
            }
        }
        let axis = |symbol: &str, dimension| Axis {
            symbol: symbol.to_string(),
            dimension,
            scale: Scale::Linear,
        };
        Ok(Curve {
            signature: Signature {
                quantity: item.wanted.quantity.clone(),
                x: item.wanted.x.clone(),
                family: item.wanted.family.clone(),
            },
            title: item.wanted.to_string(),
            x: axis(&item.wanted.x, item.dimensions.0),
            y: axis(&item.wanted.quantity, item.dimensions.1),
            family,
            conditions,
            points: points.x.iter().zip(points.y.iter()).map(|(x, y)| [*x, *y]).collect(),
            marks: Vec::new(),
            origin: Origin::Digitised,
            noise_floor: None,
            axis_residual: [0.0, 0.0],
            parts: Vec::new(),
            status: Status::Served,
            reasons: Vec::new(),
            provenance: espice_base::Place::Text(item.span).into(),
        })
    }

    pub(super) fn given_sweep(&self, index: usize, item: &SweepIr) -> Result<Sweep, Senseless> {
        let mut series = Vec::new();
        for column in &item.columns {
            series.push(self.stated(column.span, self.series(&column.values))?);
        }
        let count = series.iter().map(|s| s.len()).max().unwrap_or(0);
        let compliance =
            item.compliance.as_ref().map(|c| self.stated(c.span, self.number(c))).transpose()?;
        let siblings =
            item.siblings.as_ref().map(|s| self.stated(s.span, self.number(s))).transpose()?;
        let mut columns = Vec::new();
        for (column, values) in item.columns.iter().zip(series) {
            let values = match &*values {
                [one] => vec![*one; count],
                many if many.len() == count => many.to_vec(),
                many => {
                    let text = format!("a column has {} points, another has {count}", many.len());
                    return Err((column.span, text));
                }
            };
            let constant = values.windows(2).all(|w| w.first() == w.last());
            let role = match (column.swept, column.sensed) {
                (true, _) => ColumnRole::Swept,
                (false, Sensed::Voltage) if constant => ColumnRole::Held,
                _ => ColumnRole::Measured,
            };
            columns.push(Column {
                name: format!("{}({})", column.letter, column.node),
                sensed: column.sensed,
                role,
                node: column.node.clone(),
                reference: column.reference.clone(),
                compliance: compliance.filter(|_| role == ColumnRole::Swept),
                values,
            });
        }
        Ok(Sweep {
            name: format!("sweep {}", index + 1),
            columns,
            temperature: None,
            siblings: siblings.map_or(1, |s| s.clamp(1.0, 1e9) as usize),
            conditions: Conditions::none(),
            provenance: espice_base::Place::Text(item.span).into(),
        })
    }

    pub(super) fn given_model<'m>(
        &self,
        test: &TestIr,
        context: &TestContext<'m>,
    ) -> Result<Option<Box<dyn Quantities + 'm>>, Senseless> {
        let Some((template, values)) = &test.model else { return Ok(None) };
        let Some(build) = context.build else {
            return Err((test.span, String::from("models cannot be evaluated here")));
        };
        let mut parameters = Vec::new();
        for (name, value) in values {
            parameters.push((name.clone(), self.stated(value.span, self.number(value))?));
        }
        let Some(inner) = build(template, &parameters) else {
            return Err((test.span, format!("the model `{template}` cannot be built")));
        };
        if test.measured.is_empty() {
            return Ok(Some(inner));
        }
        let mut stated = Vec::new();
        for row in &test.measured {
            let [_, Some(value), _] = &row.values else { continue };
            let value = self.stated(value.span, self.number(value))?;
            let at = self.stated(row.span, self.conditions(&row.conditions))?;
            stated.push((row.symbol.clone(), at, value));
        }
        Ok(Some(Box::new(Stated { inner, stated })))
    }
}

/// A model that gives what a test says, at the conditions for which it says something.
struct Stated<'m> {
    inner: Box<dyn Quantities + 'm>,
    stated: Vec<(String, Conditions, f64)>,
}

/// Values of conditions that a reader would call the same.
const SAME: f64 = 1e-9;

impl Stated<'_> {
    /// What is stated of a quantity where all conditions of the statement are asked for.
    fn stated(&self, symbol: &str, conditions: &Conditions) -> Option<f64> {
        let holds = |at: &Conditions| {
            at.by_symbol.keys().all(|k| match (at.value(k), conditions.value(k)) {
                (Some(a), Some(b)) => (a - b).abs() <= SAME * a.abs().max(b.abs()),
                _ => false,
            })
        };
        let all = self.stated.iter();
        all.rev().find(|(s, at, _)| s == symbol && holds(at)).map(|(_, _, value)| *value)
    }
}

impl Quantities for Stated<'_> {
    fn template(&self) -> &str {
        self.inner.template()
    }

    fn parameter(&self, name: &str) -> Option<f64> {
        self.inner.parameter(name)
    }

    fn value(&self, symbol: &str, conditions: &Conditions) -> Option<f64> {
        self.stated(symbol, conditions).or_else(|| self.inner.value(symbol, conditions))
    }

    fn values(&self, symbol: &str, conditions: &[Conditions]) -> Vec<Option<f64>> {
        let mut values = self.inner.values(symbol, conditions);
        for (value, at) in values.iter_mut().zip(conditions) {
            *value = self.stated(symbol, at).or(*value);
        }
        values
    }
}
