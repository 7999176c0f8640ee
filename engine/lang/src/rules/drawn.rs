//! What the curves of the sources show at the conditions of a table row.

use super::access::temperature;
use espice_base::Place;
use espice_facts::{Axis, Condition, Curve, Parameter, Scale, Status};
use espice_units::constants::ROOM;

/// Conditions that speak of the test, not of the bias: a curve need not state them.
const TEMPERATURES: [&str; 3] = ["TJ", "Tcase", "Tamb"];
/// Temperatures closer than this are the same, K.
const SAME_TEMPERATURE: f64 = 3.0;
/// Other conditions closer than this are the same, relative.
const SAME: f64 = 0.02;

/// A value read off a curve.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Drawn<'a> {
    /// In SI, in the dimension of the row.
    pub(crate) value: f64,
    /// The curve.
    pub(crate) curve: &'a Curve,
}

impl Drawn<'_> {
    /// `Figure 3, page 2`, as much of it as is known.
    pub(crate) fn place(&self) -> String {
        let page = match self.curve.provenance.place {
            Place::Page { page, .. } => Some(format!("page {page}")),
            _ => None,
        };
        let title = Some(self.curve.title.trim()).filter(|t| !t.is_empty());
        let title = title.map_or_else(|| self.curve.signature.to_string(), String::from);
        [Some(title), page].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// The value that a curve shows for the quantity of a row at the row's conditions, with its axes
/// in either order. Curves at other conditions say nothing of the row; nothing is extrapolated.
pub(crate) fn drawn<'a>(
    row: &Parameter,
    curves: impl Iterator<Item = &'a Curve>,
) -> Option<Drawn<'a>> {
    let at = temperature(&row.conditions).unwrap_or(ROOM);
    let away = |c: &Curve| (temperature(&c.all_conditions()).unwrap_or(at) - at).abs();
    curves
        .filter(|c| c.status != Status::Refused && fits(row, c, at))
        .filter_map(|curve| Some(Drawn { value: read(row, curve, at)?, curve }))
        .reduce(|best, c| if away(c.curve) < away(best.curve) { c } else { best })
}

/// Whether a curve holds at a row's conditions.
fn fits(row: &Parameter, curve: &Curve, kelvin: f64) -> bool {
    let shares_part = curve.parts.is_empty()
        || row.parts.is_empty()
        || curve.parts.iter().any(|p| row.parts.contains(p));
    let s = &curve.signature;
    if !shares_part || (s.quantity != row.symbol && s.x != row.symbol) {
        return false;
    }
    let all = curve.all_conditions();
    all.by_symbol.iter().all(|(symbol, condition)| {
        let Condition::Value(there) = condition else { return true };
        if TEMPERATURES.contains(&symbol.as_str()) {
            return (there - kelvin).abs() <= SAME_TEMPERATURE;
        }
        match row.conditions.value(symbol) {
            Some(here) => (here - there).abs() <= SAME * here.abs().max(there.abs()),
            // What tells the curves of a family apart must be known of the row.
            None => !curve.family.contains_key(symbol),
        }
    })
}

fn read(row: &Parameter, curve: &Curve, kelvin: f64) -> Option<f64> {
    let s = &curve.signature;
    let given = |symbol: &str| {
        if TEMPERATURES.contains(&symbol) {
            return Some(kelvin);
        }
        row.conditions.value(symbol)
    };
    let points = curve.good_points().map(|(_, p)| p);
    if s.quantity == row.symbol {
        interpolate(points, given(&s.x)?, [&curve.x, &curve.y])
    } else {
        let turned = points.map(|[x, y]| [y, x]);
        interpolate(turned, given(&s.quantity)?, [&curve.y, &curve.x])
    }
}

/// The ordinate at an abscissa between two neighbours, straight on the axes as drawn.
fn interpolate(points: impl Iterator<Item = [f64; 2]>, at: f64, axes: [&Axis; 2]) -> Option<f64> {
    let place = |axis: &Axis, v: f64| match axis.scale {
        Scale::Log => v.abs().ln(),
        Scale::Linear => v,
    };
    let mut before: Option<[f64; 2]> = None;
    for [x, y] in points {
        if let Some([x0, y0]) = before
            && (x0.min(x)..=x0.max(x)).contains(&at)
        {
            let (a, b, c) = (place(axes[0], x0), place(axes[0], x), place(axes[0], at));
            let share = if a == b { 0.0 } else { (c - a) / (b - a) };
            let (p, q) = (place(axes[1], y0), place(axes[1], y));
            let v = p + share * (q - p);
            let v = match axes[1].scale {
                Scale::Log => v.exp() * y.signum(),
                Scale::Linear => v,
            };
            return v.is_finite().then_some(v);
        }
        before = Some([x, y]);
    }
    None
}
