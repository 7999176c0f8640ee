//! Facts of a second polarity (pnp, p-channel) as its mirror image has them.
//!
//! Quantities are measured on the polarity of the equations, so what a sheet says of the other
//! one is mirrored first. Sheets differ in how they write it: some print all voltages and
//! currents negative, some as magnitudes, many mix both. The kind says which symbols are
//! positive, and which negative, in a device of the first polarity; those get their sign. The
//! other voltages, currents and charges of a row or curve change theirs when one of the former
//! is printed with the sign of the second polarity.

use espice_facts::{Condition, Conditions, Curve, Facts, KindInfo, Origin, Parameter, SymbolTable};
use espice_units::Dimension;

/// The facts as the first polarity has them, and for each curve the factor, 1 or -1, of its
/// ordinate. Facts of the first polarity come back as they are.
pub(crate) fn first_polarity(facts: &Facts, symbols: &SymbolTable) -> (Facts, Vec<f64>) {
    let mut facts = facts.clone();
    let ones = vec![1.0; facts.curves.len()];
    let Some(kind) = facts.device.kind.as_deref().and_then(|k| symbols.kind(k)) else {
        return (facts, ones);
    };
    let second = kind.polarities.get(1).map(|p| p.0.as_str());
    if second.is_none() || facts.device.polarity.as_deref() != second {
        return (facts, ones);
    }
    let signs = Signs { kind, symbols };
    facts.parameters.iter_mut().for_each(|p| signs.row(p));
    let factors = facts.curves.iter_mut().map(|c| signs.curve(c)).collect();
    (facts, factors)
}

/// The polarity that measured curves show by their signs, where three in four that have a usual sign
/// agree; `None` where they show none, or the kind has no two.
pub(crate) fn shown_polarity(facts: &Facts, symbols: &SymbolTable) -> Option<String> {
    let kind = facts.device.kind.as_deref().and_then(|k| symbols.kind(k))?;
    let [first, second] = kind.polarities.as_slice() else { return None };
    let signs = Signs { kind, symbols };
    let reversed: Vec<bool> = facts
        .curves
        .iter()
        .filter(|c| c.origin == Origin::Measured && c.provenance.derived_by.is_some())
        .flat_map(|c| {
            let axis = |i: usize| c.good_points().map(|(_, p)| p[i]).sum::<f64>();
            [(&c.x.symbol, axis(0)), (&c.y.symbol, axis(1))].into_iter()
        })
        .filter(|(_, sum)| *sum != 0.0)
        .filter_map(|(symbol, sum)| Some(signs.usual(symbol)? * sum < 0.0))
        .collect();
    // Saturation, breakdown and leakage turn a current round now and then.
    let turned = reversed.iter().filter(|r| **r).count();
    let most = |n: usize| !reversed.is_empty() && 4 * n >= 3 * reversed.len();
    if most(turned) {
        Some(second.0.clone())
    } else if most(reversed.len() - turned) {
        Some(first.0.clone())
    } else {
        None
    }
}

struct Signs<'a> {
    kind: &'a KindInfo,
    symbols: &'a SymbolTable,
}

impl Signs<'_> {
    /// The sign of a symbol in the first polarity, where the kind states one.
    fn usual(&self, symbol: &str) -> Option<f64> {
        let has = |list: &[String]| list.iter().any(|s| s == symbol);
        if has(&self.kind.positive) {
            Some(1.0)
        } else if has(&self.kind.negative) {
            Some(-1.0)
        } else {
            None
        }
    }

    /// Whether a value has the sign of the second polarity.
    fn reversed(&self, symbol: &str, value: f64) -> bool {
        self.usual(symbol).is_some_and(|s| s * value < 0.0)
    }

    /// Whether one of the values is printed with the sign of the second polarity.
    fn any_reversed<'v>(&self, mut values: impl Iterator<Item = (&'v str, f64)>) -> bool {
        values.any(|(symbol, value)| self.reversed(symbol, value))
    }

    /// The factor of a value: what gives it its usual sign, else that of what stands beside it.
    fn factor(&self, symbol: &str, value: f64, reversed: bool) -> f64 {
        match self.usual(symbol) {
            Some(sign) if sign * value < 0.0 => -1.0,
            Some(_) => 1.0,
            None if reversed && self.changes_sign(symbol) => -1.0,
            None => 1.0,
        }
    }

    /// Voltages, currents and charges change their signs in a mirror image.
    fn changes_sign(&self, symbol: &str) -> bool {
        let known = self.symbols.symbol(symbol).map(|s| s.dimension);
        [Dimension::VOLTAGE, Dimension::CURRENT, Dimension::CHARGE]
            .into_iter()
            .any(|d| known == Some(d))
    }

    fn row(&self, row: &mut Parameter) {
        let own = [row.min, row.typ, row.max];
        let own = own.into_iter().flatten().map(|v| (row.symbol.as_str(), v));
        let reversed = self.any_reversed(own.chain(stated(&row.conditions)));
        let symbol = row.symbol.as_str();
        for value in [&mut row.min, &mut row.typ, &mut row.max].into_iter().flatten() {
            *value *= self.factor(symbol, *value, reversed);
        }
        // Limits in the order of the algebra change places; those in the order of magnitudes
        // are in order now.
        if let (Some(min), Some(max)) = (row.min, row.max)
            && min > max
        {
            (row.min, row.max) = (Some(max), Some(min));
        }
        self.conditions(&mut row.conditions, reversed);
    }

    /// Gives back the factor of the ordinate.
    fn curve(&self, curve: &mut Curve) -> f64 {
        let sum = |axis: usize| curve.points.iter().map(|p| p[axis]).sum::<f64>();
        let (x_sum, y_sum) = (sum(0), sum(1));
        let (x_symbol, y_symbol) = (curve.x.symbol.clone(), curve.y.symbol.clone());
        let axes = [(x_symbol.as_str(), x_sum), (y_symbol.as_str(), y_sum)];
        let family = curve.family.iter().map(|(s, v)| (s.as_str(), *v));
        let reversed =
            self.any_reversed(axes.into_iter().chain(family).chain(stated(&curve.conditions)));
        let x_factor = self.factor(&x_symbol, x_sum, reversed);
        let y_factor = self.factor(&y_symbol, y_sum, reversed);
        for point in &mut curve.points {
            *point = [point[0] * x_factor, point[1] * y_factor];
        }
        for (symbol, value) in &mut curve.family {
            *value *= self.factor(symbol, *value, reversed);
        }
        self.conditions(&mut curve.conditions, reversed);
        y_factor
    }

    fn conditions(&self, conditions: &mut Conditions, reversed: bool) {
        for (symbol, condition) in &mut conditions.by_symbol {
            match condition {
                Condition::Value(value) => *value *= self.factor(symbol, *value, reversed),
                Condition::Range { min, max } => {
                    let shown = min.or(*max).unwrap_or(0.0);
                    if self.factor(symbol, shown, reversed) < 0.0 {
                        (*min, *max) = (max.map(|v| -v), min.map(|v| -v));
                    }
                }
                Condition::Equals { .. } => {}
            }
        }
    }
}

fn stated(conditions: &Conditions) -> impl Iterator<Item = (&str, f64)> {
    conditions.by_symbol.iter().filter_map(|(symbol, condition)| match condition {
        Condition::Value(value) => Some((symbol.as_str(), *value)),
        Condition::Range { .. } | Condition::Equals { .. } => None,
    })
}

#[cfg(test)]
mod tests;
