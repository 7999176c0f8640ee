//! What the reading of a drawing adds to the errors of a curve.
//!
//! An axis hangs on its two end ticks. Each errs by the axis residual, independently, and every
//! point of the curve errs with them: by the share of each tick that its place gives. Errors of
//! the abscissa become errors of the ordinate by the slope of the model.

use super::{Measure, Target};
use crate::{CurveErrors, SharedError};
use espice_facts::Origin;
use espice_model::Kelvin;
use std::f64::consts::LN_10;

/// What a single reading errs by beside the axes: this share of their error.
const READING: f64 = 0.2;

/// The curves of a joint fit with what is known of their errors; `raw` are the parameters.
pub(super) fn curve_errors(targets: &[&Target<'_>], raw: &[f64]) -> Vec<CurveErrors> {
    let mut from = 0;
    let mut curves = Vec::with_capacity(targets.len());
    for target in targets {
        let range = from..from + target.len();
        from = range.end;
        let name = target.name.as_str();
        curves.push(match target.observations.origin {
            Origin::Measured => {
                CurveErrors::measured(name, range).with_floor(target.observations.deviation)
            }
            Origin::Digitised => {
                let places = target.observations.positions.clone();
                let mut errors = CurveErrors::digitised(name, range, places);
                errors.shared = shared(target, raw);
                let reading = READING * typical(&errors.shared);
                errors.with_floor(reading.max(target.observations.deviation))
            }
        });
    }
    curves
}

/// One unknown for each end tick of both axes.
fn shared(target: &Target<'_>, raw: &[f64]) -> Vec<SharedError> {
    let observed = &target.observations;
    let [x_error, y_error] = observed.axis_residual;
    let [x_log, y_log] = observed.logarithmic;
    let mut shared = Vec::new();
    if let Some((column, slopes)) = slopes(target, raw) {
        let by_x = by_axis(column, x_log).into_iter().zip(slopes).map(|(dx, s)| s * dx).collect();
        shared.extend(ticks(column, x_log, by_x, x_error));
    }
    let by_value = |y: &f64| match target.measure {
        Measure::Log => 1.0 / (y.abs() + observed.noise).max(f64::MIN_POSITIVE),
        Measure::Relative => 1.0 / (y.abs() + observed.noise).max(f64::MIN_POSITIVE),
        Measure::Linear => 1.0 / largest(&observed.values),
        Measure::Limits => 0.0,
    };
    let by_y = by_axis(&observed.values, y_log)
        .into_iter()
        .zip(&observed.values)
        .map(|(dy, y)| by_value(y) * dy)
        .collect();
    shared.extend(ticks(&observed.values, y_log, by_y, y_error));
    shared
}

/// Derivative of each place on an axis by an error of the whole axis, as a share of its range
/// or of a decade.
fn by_axis(places: &[f64], logarithmic: bool) -> Vec<f64> {
    let (low, high) = ends(places);
    places.iter().map(|p| if logarithmic { LN_10 * p } else { high - low }).collect()
}

/// The two unknowns of an axis from what a shift of all of it does.
fn ticks(places: &[f64], logarithmic: bool, shift: Vec<f64>, error: f64) -> Vec<SharedError> {
    let scale = |p: f64| if logarithmic && p > 0.0 { p.ln() } else { p };
    let scaled: Vec<f64> = places.iter().map(|p| scale(*p)).collect();
    let (low, high) = ends(&scaled);
    let share = |p: &f64| if high > low { (p - low) / (high - low) } else { 0.5 };
    let of = |part: &dyn Fn(f64) -> f64| SharedError {
        sensitivity: shift.iter().zip(&scaled).map(|(s, p)| s * part(share(p))).collect(),
        deviation: error,
    };
    if error > 0.0 { vec![of(&|p| 1.0 - p), of(&|p| p)] } else { Vec::new() }
}

/// The abscissa, and the derivative of each residual by it.
fn slopes<'t>(target: &'t Target<'_>, raw: &[f64]) -> Option<(&'t [f64], Vec<f64>)> {
    let observed = &target.observations;
    let varies = |column: &Vec<f64>| column.iter().any(|v| Some(v) != column.first());
    let index = observed.arguments.iter().position(varies)?;
    let mut plan = target.measurement.plan(&[], true).ok()?;
    let columns: Vec<&[f64]> = observed.arguments.iter().map(Vec::as_slice).collect();
    plan.run(&target.parameters(raw), &columns, Kelvin::PerPoint(&observed.kelvin));
    let largest = largest(&observed.values);
    let one = |((slope, model), y): ((&f64, &f64), &f64)| {
        let scale = y.abs() + observed.noise;
        let by_model = match target.measure {
            Measure::Log => y.abs() / (scale * model),
            Measure::Relative => 1.0 / scale,
            Measure::Linear => 1.0 / largest,
            Measure::Limits => 0.0,
        };
        let slope = slope * by_model;
        if slope.is_finite() { slope } else { 0.0 }
    };
    let slopes = plan.by_argument(index).iter().zip(plan.values()).zip(&observed.values).map(one);
    Some((observed.arguments.get(index)?, slopes.collect()))
}

fn ends(values: &[f64]) -> (f64, f64) {
    values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)))
}

fn largest(values: &[f64]) -> f64 {
    values.iter().fold(f64::MIN_POSITIVE, |a, v| if v.abs() > a { v.abs() } else { a })
}

/// Root mean square of what the shared errors do to a residual.
fn typical(shared: &[SharedError]) -> f64 {
    let points = shared.first().map_or(0, |s| s.sensitivity.len()).max(1);
    let squares = |s: &SharedError| {
        s.sensitivity.iter().map(|v| (v * s.deviation) * (v * s.deviation)).sum::<f64>()
    };
    (shared.iter().map(squares).sum::<f64>() / points as f64).sqrt()
}
