//! Corner cards: what a slow, a typical and a fast device of the population are like.
//!
//! The rule: one figure, the largest measured value of a quantity, orders the devices. Each
//! parameter, on the scale that its template declares, is regressed on the figure (on its logarithm
//! where all values are positive); the corner stands where the regression reaches three standard
//! deviations of the figure from its median, and is then moved along that line until its own
//! figure is what it should be. So parameters that vary together do so in the corners, and what
//! does not move the figure stays at its median.

use crate::record::{Drive, Record};
use crate::statistics::{deviation, mean, median};
use espice::{Modelled, ModelledParameter};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How many standard deviations of the figure the corners lie from the median.
pub(crate) const SIGMAS: f64 = 3.0;
/// Fewer devices have no corners.
const LEAST: usize = 5;
/// Halvings of the search for a corner's place.
const HALVINGS: usize = 60;
/// How well a corner meets its figure, as a share of the figure.
const MET: f64 = 1e-6;

/// Significant digits of a parameter.
const DIGITS: usize = 8;

/// What the corners of a kind are called; the first that has the kind counts.
const NAMES: [(&str, [&str; 3]); 3] =
    [("mos", ["ss", "tt", "ff"]), ("mosfet", ["ss", "tt", "ff"]), ("", ["min", "typ", "max"])];

/// What orders the devices of a population.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Figure {
    /// Symbol of the quantity.
    pub quantity: String,
    /// Its SI unit.
    pub unit: String,
    /// Conditions, SI.
    pub conditions: BTreeMap<String, f64>,
    /// Its median over the devices.
    pub median: f64,
    /// Its standard deviation; of the natural logarithm where `log` says so.
    pub sd: f64,
    /// Whether deviations are those of the logarithm.
    pub log: bool,
}

/// The corners with what they rest on.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Corners {
    /// What orders the devices.
    pub figure: Figure,
    /// How many standard deviations of the figure they lie from the median.
    pub sigmas: f64,
    /// Slow, typical, fast.
    pub corners: Vec<Corner>,
}

/// One corner.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Corner {
    /// `ss`, `tt`, `ff` of MOS transistors, else `min`, `typ`, `max`.
    pub name: String,
    /// The figure that it should have.
    pub wanted: f64,
    /// The figure that its model has.
    pub figure: f64,
    /// Parameters in the order of the template, SI.
    pub parameters: Vec<(String, f64)>,
}

/// A parameter over the devices, on its own scale.
struct Line {
    log: bool,
    middle: f64,
    slope: f64,
}

impl Corners {
    /// The corners of sound devices of one template. Why there are none, in words, where there
    /// are none.
    pub(crate) fn of(devices: &[&Record], model: &Modelled<'_>) -> Result<Corners, String> {
        if devices.len() < LEAST {
            return Err(format!("{} devices are too few for corners", devices.len()));
        }
        let declared = model.parameters();
        let vectors: Vec<Vec<f64>> = devices.iter().map(|d| vector(d, &declared)).collect();
        let (drive, figures) =
            figure(devices, &vectors, model).ok_or("no current was measured in all devices")?;
        let log = figures.iter().all(|f| *f > 0.0);
        let work = |v: f64| if log { v.ln() } else { v };
        let back = |v: f64| if log { v.exp() } else { v };
        let z: Vec<f64> = figures.iter().map(|f| work(*f)).collect();
        let (middle, sd) = (median(&z), deviation(&z).unwrap_or(0.0));
        if sd <= 0.0 || !sd.is_finite() {
            return Err(String::from("the figure is the same in all devices"));
        }
        let lines: Vec<Line> =
            (0..declared.len()).map(|i| line(&vectors, i, &z, declared.get(i))).collect();
        let place = |steps: f64| -> Vec<f64> {
            let at = |(line, p): (&Line, &ModelledParameter)| {
                let v = line.middle + line.slope * steps * sd;
                let v = if line.log { v.exp() } else { v };
                // Zero switches an effect off; it has no place in the range.
                if v == 0.0 {
                    v
                } else {
                    let v = espice_units::rounded(v, DIGITS);
                    v.clamp(p.low.min(p.default), p.high.max(p.default))
                }
            };
            lines.iter().zip(&declared).map(at).collect()
        };
        let value = |steps: f64| {
            let conditions = drive.conditions.iter().map(|(s, v)| (s.as_str(), *v));
            model.value(&place(steps), &drive.quantity, conditions)
        };
        let names = NAMES
            .iter()
            .find(|n| n.0.is_empty() || devices.iter().all(|d| d.kind.as_deref() == Some(n.0)))
            .map_or(["min", "typ", "max"], |n| n.1);
        let mut corners = Vec::new();
        for (name, steps) in names.into_iter().zip([-SIGMAS, 0.0, SIGMAS]) {
            let wanted = back(middle + steps * sd);
            let found = search(wanted, steps, &value).unwrap_or(steps);
            let figure = value(found).ok_or("the model has no value at its corners")?;
            let values = declared.iter().map(|p| p.name.clone()).zip(place(found)).collect();
            corners.push(Corner { name: name.into(), wanted, figure, parameters: values });
        }
        let figure = Figure {
            quantity: drive.quantity.clone(),
            unit: drive.unit.clone(),
            conditions: drive.conditions.clone(),
            median: back(middle),
            sd,
            log,
        };
        Ok(Corners { figure, sigmas: SIGMAS, corners })
    }
}

/// The values of a record in the order of the template.
pub(crate) fn vector(record: &Record, declared: &[ModelledParameter]) -> Vec<f64> {
    declared.iter().map(|p| record.value(&p.name).unwrap_or(p.default)).collect()
}

/// The largest current that was measured in all devices, as their models have it under the
/// conditions of the first.
pub(crate) fn figure(
    devices: &[&Record],
    vectors: &[Vec<f64>],
    model: &Modelled<'_>,
) -> Option<(Drive, Vec<f64>)> {
    let first = devices.first()?;
    let mut drives: Vec<&Drive> = first.drives.iter().filter(|d| d.unit == "A").collect();
    drives.sort_by(|a, b| b.data.abs().total_cmp(&a.data.abs()).then(a.quantity.cmp(&b.quantity)));
    drives.into_iter().find_map(|drive| {
        // Devices of a second polarity are compared as their mirror image.
        let conditions: BTreeMap<String, f64> = mirrored(drive, first);
        let value = |v: &Vec<f64>| {
            let conditions = conditions.iter().map(|(s, v)| (s.as_str(), *v));
            model.value(v, &drive.quantity, conditions)
        };
        let figures: Option<Vec<f64>> = vectors.iter().map(value).collect();
        let figures = figures.filter(|f| f.iter().all(|v| v.abs() > 0.0))?;
        Some((Drive { conditions, ..drive.clone() }, figures))
    })
}

/// The conditions of a drive as the first polarity has them: all negative ones of a device whose
/// measured value is negative change their sign.
fn mirrored(drive: &Drive, record: &Record) -> BTreeMap<String, f64> {
    let second = record.polarity.as_deref().is_some_and(|p| p.starts_with('p'));
    let turn = |s: &String, v: f64| if second && !s.starts_with('T') { v.abs() } else { v };
    drive.conditions.iter().map(|(s, v)| (s.clone(), turn(s, *v))).collect()
}

fn line(vectors: &[Vec<f64>], index: usize, z: &[f64], p: Option<&ModelledParameter>) -> Line {
    let raw: Vec<f64> = vectors.iter().filter_map(|v| v.get(index).copied()).collect();
    let log = p.is_some_and(|p| p.log) && raw.iter().all(|v| *v > 0.0);
    let scaled: Vec<f64> = raw.iter().map(|v| if log { v.ln() } else { *v }).collect();
    let (mean_z, mean_y) = (mean(z), mean(&scaled));
    let pairs = || z.iter().zip(&scaled);
    let cross: f64 = pairs().map(|(a, b)| (a - mean_z) * (b - mean_y)).sum();
    let square: f64 = z.iter().map(|a| (a - mean_z) * (a - mean_z)).sum();
    let slope = if square > 0.0 { cross / square } else { 0.0 };
    Line { log, middle: median(&scaled), slope }
}

/// The place on the line at which the model's figure is the wanted one, near `steps` standard
/// deviations.
fn search(wanted: f64, steps: f64, value: &impl Fn(f64) -> Option<f64>) -> Option<f64> {
    let miss = |s: f64| Some(value(s)? - wanted);
    let reach = steps.abs().max(1.0);
    let (mut low, mut high) = (steps - reach, steps + reach);
    let below = miss(low)?;
    if below * miss(high)? > 0.0 {
        return None;
    }
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        let off = miss(middle)?;
        if off.abs() <= MET * wanted.abs() {
            return Some(middle);
        }
        if off * below > 0.0 { low = middle } else { high = middle }
    }
    Some(0.5 * (low + high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_by_its_figure() {
        let found = search(2.0, 3.0, &|s| Some((0.3 * s).exp())).unwrap();
        assert!((found - 2f64.ln() / 0.3).abs() < 1e-4);
        assert_eq!(search(2.0, 3.0, &|_| Some(1.0)), None);
        assert_eq!(search(2.0, 3.0, &|_| None), None);
    }

    #[test]
    fn a_parameter_follows_the_figure_on_its_scale() {
        let vectors: Vec<Vec<f64>> = [1.0, 10.0, 100.0].iter().map(|v| vec![*v]).collect();
        let z = [0.0, 1.0, 2.0];
        let declared = |log| ModelledParameter {
            name: String::from("IS"),
            title: String::new(),
            unit: String::from("A"),
            log,
            low: 0.1,
            high: 1e3,
            default: 1.0,
        };
        let of = line(&vectors, 0, &z, Some(&declared(true)));
        assert!(
            of.log
                && (of.slope - 10f64.ln()).abs() < 1e-12
                && (of.middle.exp() - 10.0).abs() < 1e-12
        );
        let of = line(&vectors, 0, &z, Some(&declared(false)));
        assert_eq!((of.middle, of.slope), (10.0, 49.5));
    }
}
