//! Admittances at frequencies, and the impedance of what has two pins.

use super::{EvaluatedColumn, Evaluation};
use crate::wire::finite;
use core::f64::consts::TAU;
use espice_model::Column;

/// Real parts, then what imaginary parts are made of, for all pairs of pins.
pub(super) fn columns(pins: &[String]) -> Vec<(Column, EvaluatedColumn)> {
    let pairs = || (0..pins.len()).flat_map(|a| (0..pins.len()).map(move |b| (a, b)));
    let real = pairs().map(|(a, b)| (Column::ConductanceAt(a, b), named("Re(Y", pins, a, b)));
    let imaginary = pairs().map(|(a, b)| (Column::CapacitanceAt(a, b), named("Im(Y", pins, a, b)));
    real.chain(imaginary).collect()
}

fn named(what: &str, pins: &[String], a: usize, b: usize) -> EvaluatedColumn {
    let of = |p: usize| pins.get(p).map_or("", String::as_str);
    column(format!("{what}({},{}))", of(a), of(b)), "S")
}

fn column(name: String, unit: &str) -> EvaluatedColumn {
    EvaluatedColumn { name, unit: unit.into(), origin: "native".into() }
}

/// Makes capacitances at frequencies the imaginary parts that they stand for, and adds the impedance
/// between two pins: `1 / Y` of the first with the other held.
pub(super) fn finish(evaluation: &mut Evaluation, pins: &[String], hertz: &[f64]) {
    if hertz.is_empty() {
        return;
    }
    let place = |name: &str| evaluation.columns.iter().position(|c| c.name == name);
    let imaginary: Vec<usize> = evaluation
        .columns
        .iter()
        .enumerate()
        .filter(|(_, c)| c.name.starts_with("Im(Y("))
        .map(|(i, _)| i)
        .collect();
    let first = pins.first().map_or("", String::as_str);
    let own = [format!("Re(Y({first},{first}))"), format!("Im(Y({first},{first}))")];
    let own = [place(&own[0]), place(&own[1])];
    let is_two_pin = pins.len() == 2;
    for (row, f) in evaluation.rows.iter_mut().zip(hertz) {
        for &i in &imaginary {
            if let Some(slot) = row.get_mut(i) {
                *slot = slot.and_then(|c| finite(TAU * f * c));
            }
        }
        if is_two_pin {
            let value = |at: Option<usize>| row.get(at?).copied().flatten();
            let found = value(own[0]).zip(value(own[1]));
            let size = found.map(|(g, b)| g * g + b * b);
            let part = |p: Option<f64>| Some(p? / size?).and_then(finite);
            let real = part(found.map(|(g, _)| g));
            let turned = part(found.map(|(_, b)| -b));
            let magnitude = size.map(|s| 1.0 / s.sqrt()).and_then(finite);
            row.extend([real, turned, magnitude]);
        }
    }
    if is_two_pin {
        let added = ["Re(Z)", "Im(Z)", "|Z|"].map(|name| column(name.into(), "Ohm"));
        evaluation.columns.extend(added);
    }
}
