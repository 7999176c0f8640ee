//! What a run keeps of one device.

use crate::devices::{Device, Place};
use espice::outcome::{Condition, Curve, FittedCurve as Fitted, Outcome};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The form of records; another number makes all records of before unknown.
pub(crate) const FORM: u32 = 1;

/// What came of one device.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Record {
    /// The device.
    pub device: String,
    /// Where it lies.
    pub place: Place,
    /// Its sources.
    pub sources: Vec<Source>,
    /// `sound`, `refused` (a rule of severity `error` failed) or `failed` (no model came out).
    pub status: String,
    /// Why it is not sound.
    pub reasons: Vec<String>,
    /// Rules of lesser severity that failed.
    pub warnings: Vec<String>,
    /// Device kind.
    pub kind: Option<String>,
    /// Polarity.
    pub polarity: Option<String>,
    /// The chosen template.
    pub template: Option<String>,
    /// All parameters in the order of the template.
    pub parameters: Vec<Value>,
    /// How well each curve is met.
    pub curves: Vec<FittedCurve>,
    /// For each measured quantity its largest value, with the model's beside.
    pub drives: Vec<Drive>,
    /// What the data could not tell.
    pub unidentified: Vec<String>,
}

/// A source.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Source {
    /// File name without folders.
    pub name: String,
    /// SHA-256 of its bytes.
    pub digest: String,
}

/// A parameter's value; SI.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Value {
    /// Name.
    pub name: String,
    /// Value.
    pub value: Option<f64>,
    /// Lower end of the 90 % interval.
    pub low: Option<f64>,
    /// Upper end of the 90 % interval.
    pub high: Option<f64>,
    /// `fitted`, `seeded` or `default`.
    pub origin: String,
    /// Whether the data identify it.
    pub identified: bool,
    /// Whether it stands on a bound.
    pub at_bound: bool,
}

/// How well a curve is met.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct FittedCurve {
    /// Signature.
    pub quantity: String,
    /// Title: for measurements the sweep's name.
    pub title: String,
    /// Family values.
    pub family: BTreeMap<String, f64>,
    /// Points used.
    pub points: usize,
    /// Error over the range.
    pub nrmse: Option<f64>,
    /// Relative error, root mean square.
    pub rel_rms: Option<f64>,
    /// Error in decades, root mean square.
    pub log_rms: Option<f64>,
    /// Whether it was withheld from the fit.
    pub withheld: bool,
}

/// The largest measured value of a quantity.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Drive {
    /// Symbol of the quantity.
    pub quantity: String,
    /// Its SI unit.
    pub unit: String,
    /// Where it was measured.
    pub conditions: BTreeMap<String, f64>,
    /// The measured value.
    pub data: f64,
}

impl Record {
    /// The record of a device whose outcome this is.
    pub(crate) fn of(device: &Device, outcome: &Outcome) -> Record {
        let findings = || outcome.verdict.findings.iter().filter(|f| f.status == "failed");
        let rule = |f: &espice::outcome::FindingRecord| format!("{}: {}", f.rule, f.message);
        let errors = findings().filter(|f| f.severity == "error");
        let mut reasons: Vec<String> = errors.map(rule).collect();
        let refused = !reasons.is_empty();
        let told = outcome.diagnostics.iter().filter(|d| d.severity == "error");
        reasons.extend(told.map(|d| format!("{}: {}", d.code, d.message)));
        let fit = outcome.fit.as_ref();
        if fit.is_none() && reasons.is_empty() {
            let tried = outcome.candidates.iter().map(|c| format!("{}: {}", c.template, c.reason));
            reasons.extend(tried);
        }
        let status = match (refused, fit.is_some() && !outcome.models.is_empty()) {
            (true, _) => "refused",
            (false, true) => "sound",
            (false, false) => "failed",
        };
        Record {
            device: device.name.clone(),
            place: device.place.clone(),
            sources: outcome
                .source
                .iter()
                .map(|s| Source { name: s.name.clone(), digest: s.digest.clone() })
                .collect(),
            status: status.into(),
            reasons,
            warnings: findings().filter(|f| f.severity == "warning").map(rule).collect(),
            kind: outcome.device.kind.clone(),
            polarity: outcome.device.polarity.clone(),
            template: fit.map(|f| f.template.clone()),
            parameters: fit.map_or(Vec::new(), |f| f.parameters.iter().map(value).collect()),
            curves: fit.map_or(Vec::new(), |f| {
                f.curves.iter().map(|c| curve(c, &outcome.facts.curves)).collect()
            }),
            drives: drives(outcome),
            unidentified: fit.map_or(Vec::new(), |f| f.unidentified.clone()),
        }
    }

    /// Whether a model came out and no rule is against it.
    pub fn is_sound(&self) -> bool {
        self.status == "sound"
    }

    /// The value of a parameter.
    pub fn value(&self, name: &str) -> Option<f64> {
        self.parameters.iter().find(|p| p.name == name)?.value
    }
}

fn value(p: &espice::outcome::FittedParameter) -> Value {
    Value {
        name: p.name.clone(),
        value: p.value,
        low: p.low,
        high: p.high,
        origin: p.origin.clone(),
        identified: p.identified,
        at_bound: p.at_bound,
    }
}

fn curve(c: &Fitted, all: &[Curve]) -> FittedCurve {
    FittedCurve {
        quantity: c.quantity.clone(),
        title: all.get(c.curve).map_or(String::new(), |d| d.title.clone()),
        family: c.family.clone(),
        points: c.points,
        nrmse: c.nrmse,
        rel_rms: c.rel_rms,
        log_rms: c.log_rms,
        withheld: c.withheld,
    }
}

/// The largest point of each quantity, in magnitude, among the curves that were fitted to.
fn drives(outcome: &Outcome) -> Vec<Drive> {
    let mut found: BTreeMap<String, Drive> = BTreeMap::new();
    let fitted = outcome.fit.iter().flat_map(|f| &f.curves).filter(|c| !c.withheld);
    for curve in fitted.filter_map(|c| outcome.facts.curves.get(c.curve)) {
        let used = |i: usize| curve.marks.get(i).copied().unwrap_or(0) == 0;
        let points = curve.points.iter().enumerate().filter(|(i, _)| used(*i)).map(|(_, p)| *p);
        let Some([x, y]) = points.max_by(|a, b| a[1].abs().total_cmp(&b[1].abs())) else {
            continue;
        };
        let mut conditions: BTreeMap<String, f64> = curve.family.clone();
        for (symbol, condition) in &curve.conditions {
            if let Condition::Value { value } = condition {
                conditions.insert(symbol.clone(), *value);
            }
        }
        conditions.insert(curve.x.symbol.clone(), x);
        let (quantity, unit) = (curve.y.symbol.clone(), curve.y.unit.clone());
        let drive = Drive { quantity: quantity.clone(), unit, conditions, data: y };
        let larger = found.get(&quantity).is_none_or(|d| d.data.abs() < y.abs());
        if larger {
            found.insert(quantity, drive);
        }
    }
    found.into_values().collect()
}
