//! Values as a finding prints them.

use super::eval::Evaluator;
use super::expr::TypedExpr;
use super::rule::{Part, RuleIr};
use super::types::Type;
use super::value::{Decision, Value};
use espice_facts::{Condition, Conditions, SymbolTable};
use espice_units::{Dimension, add_engineering, plain};

/// A number with its unit; temperatures in degrees Celsius.
pub(crate) fn number(value: f64, dimension: Dimension, is_point: bool) -> String {
    let mut text = String::with_capacity(16);
    add_number(value, dimension, is_point, &mut text);
    text
}

/// Adds [`number`] to a text.
pub(super) fn add_number(value: f64, dimension: Dimension, is_point: bool, text: &mut String) {
    if is_point {
        text.push_str(&plain(value - 273.15, 5));
        text.push_str(" degC");
        return;
    }
    match dimension.named() {
        Some(unit) => add_engineering(value, unit, text),
        None => add_engineering(value, &dimension.to_string(), text),
    }
}

/// Conditions with their units, `IF = 10 mA, TJ = 25 degC`.
pub(crate) fn conditions(conditions: &Conditions, symbols: &SymbolTable) -> String {
    let mut parts = Vec::new();
    for (symbol, condition) in &conditions.by_symbol {
        let dimension = symbols.symbol(symbol).map_or(Dimension::NONE, |s| s.dimension);
        let is_point = dimension == Dimension::TEMPERATURE;
        let show = |v: f64| number(v, dimension, is_point);
        parts.push(match condition {
            Condition::Value(v) => format!("{symbol} = {}", show(*v)),
            Condition::Range { min, max } => {
                let end = |v: &Option<f64>| v.map_or(String::from("…"), show);
                format!("{symbol} = {} .. {}", end(min), end(max))
            }
            Condition::Equals { symbol: other, factor } if *factor == 1.0 => {
                format!("{symbol} = {other}")
            }
            Condition::Equals { symbol: other, factor } => {
                format!("{symbol} = {} {other}", plain(*factor, 4))
            }
        });
    }
    parts.join(", ")
}

impl<'a> Evaluator<'a> {
    /// A message with its values; the records of the decision are in scope.
    pub(crate) fn message(&self, rule: &RuleIr, decision: Option<&Decision<'a>>) -> String {
        if let Some(d) = decision {
            self.restore(d);
            for (slot, value) in &d.trail {
                let twins = rule.twins.iter().filter(|t| t.contains(slot)).flatten();
                twins.for_each(|twin| self.set(*twin, value.clone()));
            }
        }
        let mut text = String::new();
        for part in &rule.say {
            let mut of_decision = |pick: fn(&Decision<'a>) -> f64, point: bool| match decision {
                Some(d) => add_number(pick(d), d.dimension, point && d.is_point, &mut text),
                None => text.push_str("(none)"),
            };
            match part {
                Part::Observed => of_decision(|d| d.observed, true),
                Part::Limit => of_decision(|d| d.limit, true),
                Part::Margin => of_decision(|d| d.margin, false),
                Part::Text(t) => text.push_str(t),
                Part::Value(e) => text.push_str(&self.show(e, decision)),
            }
        }
        text
    }

    /// Puts the records of a decision back into their slots.
    pub(crate) fn restore(&self, decision: &Decision<'a>) {
        for (slot, value) in &decision.trail {
            self.set(*slot, value.clone());
        }
    }

    /// The value of an expression in prose.
    pub(crate) fn show(&self, e: &TypedExpr, decision: Option<&Decision<'a>>) -> String {
        let own = || {
            let row = decision.into_iter().flat_map(|d| &d.trail).find_map(|t| match &t.1 {
                Value::Row(row) => Some(row.dimension),
                _ => None,
            });
            row.unwrap_or(Dimension::NONE)
        };
        self.show_value(&self.value(e), &e.ty, own())
    }

    pub(crate) fn show_value(&self, value: &Value<'a>, ty: &Type, own: Dimension) -> String {
        let element = match ty {
            Type::Series(e) | Type::Range(e) | Type::List(e) | Type::Row(e) => e,
            other => other,
        };
        let is_point = *element == Type::Point;
        let show = |v: f64| number(v, element.dimension().unwrap_or(own), is_point);
        match value {
            Value::Missing(why) => format!("(missing: {})", why.text),
            Value::Number(v) => show(*v),
            Value::Truth(true) => String::from("yes"),
            Value::Truth(false) => String::from("no"),
            Value::Text(t) => t.to_string(),
            Value::Series(s) => match (s.first(), s.last()) {
                (Some(a), Some(b)) if s.len() > 1 => {
                    format!("{} values from {} to {}", s.len(), show(*a), show(*b))
                }
                (Some(a), _) => show(*a),
                _ => String::from("no values"),
            },
            Value::Mask(m) => format!("{} truths", m.len()),
            Value::Curve(c) => match c.source {
                Some(source) => {
                    let at = conditions(&source.all_conditions(), &self.book.symbols);
                    let at = if at.is_empty() { at } else { format!(" at {at}") };
                    format!("{}{at}", source.signature)
                }
                None => format!("a curve of {} points", c.x.len()),
            },
            Value::Sample(x, y) => match ty {
                Type::Sample(c) => {
                    let axis = |v: f64, t: &Type| {
                        number(v, t.dimension().unwrap_or(Dimension::NONE), *t == Type::Point)
                    };
                    format!("{} at {}", axis(*y, &c.y), axis(*x, &c.x))
                }
                _ => format!("{} at {}", plain(*y, 4), plain(*x, 4)),
            },
            Value::Range(low, high, _) => {
                let end = |v: &Option<f64>| v.map_or(String::from("…"), show);
                format!("{} .. {}", end(low), end(high))
            }
            Value::List(items) => format!("{} entries", items.len()),
            Value::Conditions(c) => conditions(c, &self.book.symbols),
            Value::Row(row) => {
                let at = conditions(&row.conditions, &self.book.symbols);
                if at.is_empty() { row.symbol.clone() } else { format!("{} at {at}", row.symbol) }
            }
            Value::Sweep(s) => s.name.clone(),
            Value::Column(_, c) => c.name.clone(),
            Value::Columns(c) => c.iter().map(|c| c.1.name.as_str()).collect::<Vec<_>>().join(", "),
            Value::TableRow(table, row) => {
                let row = self.book.tables.get(*table).and_then(|t| t.rows.get(*row));
                row.map_or(String::new(), |r| r.0.join(", "))
            }
        }
    }
}
