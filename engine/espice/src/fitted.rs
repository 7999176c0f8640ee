//! A fitted candidate in the outcome's form: parameters, curves, rated points, stages.

use crate::candidate::Fitted;
use crate::extraction::{Origins, held, with_temperature};
use crate::outcome as out;
use crate::probe::celsius;
use crate::wire::{self, finite};
use espice_base::SourceMap;
use espice_facts::{Conditions, Curve, Facts, Status, SymbolTable};
use espice_fit::stages::{self, Staged};
use espice_fit::{ParameterStatistics, measures};
use espice_lang::Quantities;
use espice_lang::ir::{ParameterIr, TemplateIr};
use std::collections::{BTreeMap, BTreeSet};

/// Relative errors are taken of at least this share of the largest magnitude of a curve.
const RELATIVE_FLOOR: f64 = 1e-6;
/// A parameter follows from limits when they are at least this share of what determines it.
const LIMIT_SHARE: f64 = 0.05;
/// From this share on they are all that is known, and a limit says what a value is not.
const LIMITS_ALONE: f64 = 0.5;
/// What counts as the share where it cannot be told.
const UNKNOWN_SHARE: f64 = 0.25;

pub(crate) struct View<'a> {
    pub(crate) fitted: &'a Fitted<'a>,
    /// As the first polarity has them.
    pub(crate) facts: &'a Facts,
    /// Curves that the request withheld.
    pub(crate) withheld: &'a BTreeSet<usize>,
    /// What gives the ordinate of each curve its sign in the source.
    pub(crate) factors: &'a [f64],
    pub(crate) symbols: &'a SymbolTable,
    pub(crate) sources: &'a SourceMap,
    pub(crate) part: &'a str,
    pub(crate) seed: u64,
    pub(crate) mode: &'static str,
}

impl View<'_> {
    pub(crate) fn fit(&self) -> out::Fit {
        let staged = &self.fitted.staged;
        let weak = staged.statistics.as_ref().map_or(&[][..], |s| s.weak_directions());
        // Refused curves and those of other parts are not looked at.
        let looked_at =
            |c: &Curve| c.status != Status::Refused && self.is_of_part(&c.parts) && self.shows(c);
        let along: Vec<&Curve> = self.facts.curves.iter().filter(|c| looked_at(c)).collect();
        let mut found = self.fitted.along(&along).into_iter();
        let models: Vec<Vec<Option<f64>>> = (self.facts.curves.iter())
            .map(|c| if looked_at(c) { found.next().unwrap_or_default() } else { Vec::new() })
            .collect();
        let (curves, unused) = self.curves(&models);
        out::Fit {
            template: self.fitted.template.name.clone(),
            part: self.part.to_string(),
            parameters: self.parameters(),
            curves,
            unused,
            rated: self.rated(&models),
            unidentified: (weak.iter().map(|d| d.sentence()))
                .chain(self.by_limits())
                .chain(self.unchecked())
                .collect(),
            stages: stage_records(self.fitted.template, staged),
            seed: self.seed,
            mode: self.mode.to_string(),
            evaluations: staged.evaluations as u64,
        }
    }

    fn parameters(&self) -> Vec<out::FittedParameter> {
        let staged = &self.fitted.staged;
        let statistics = |index: usize| -> Option<&ParameterStatistics> {
            let place = staged.free.iter().position(|f| *f == index)?;
            staged.statistics.as_ref()?.parameters.get(place)
        };
        let all = self.fitted.template.parameters.iter().zip(&staged.values).zip(&staged.sources);
        let one =
            |(index, ((p, value), source)): (usize, ((&ParameterIr, &f64), &stages::Source))| {
                let known = statistics(index);
                let (stage, origin, reason) = match source {
                    stages::Source::Default => (None, "default", String::new()),
                    stages::Source::Stated => (None, "stated", String::new()),
                    stages::Source::Seeded { stage, because } => {
                        (Some(stage.clone()), "seeded", because.clone())
                    }
                    stages::Source::Fitted { stage } => {
                        (Some(stage.clone()), "fitted", String::new())
                    }
                };
                out::FittedParameter {
                    name: p.name.clone(),
                    title: p.because.clone(),
                    value: finite(*value),
                    unit: p.dimension.to_string(),
                    low: known.and_then(|k| finite(k.low)),
                    high: known.and_then(|k| finite(k.high)),
                    identified: known.is_some_and(|k| k.identified) && !self.limits_alone(index),
                    at_bound: known.is_some_and(|k| k.at_bound.is_some()),
                    limit_derived: self.limit_derived(index),
                    stage,
                    origin: origin.to_string(),
                    reason,
                }
            };
        all.enumerate().map(one).collect()
    }

    fn limits_alone(&self, parameter: usize) -> bool {
        self.limit_share(parameter) > LIMITS_ALONE
    }

    /// What would count as determined, were it not that limits stood in for values.
    fn by_limits(&self) -> impl Iterator<Item = String> {
        let staged = &self.fitted.staged;
        let judged = staged.statistics.iter().flat_map(|s| &s.parameters);
        let is_known = |p: &ParameterStatistics| p.identified || p.unchecked;
        let of = staged
            .free
            .iter()
            .zip(judged)
            .filter(move |(i, p)| is_known(p) && self.limits_alone(**i));
        of.map(|(_, p)| format!("`{}` follows from limits, which leave its value open", p.name))
    }

    /// What is exactly what one value says, or as many values as there are parameters. Where that
    /// holds of all of them the fit has told it.
    fn unchecked(&self) -> Option<String> {
        let staged = &self.fitted.staged;
        if staged.statistics.as_ref().is_none_or(|s| s.degrees_of_freedom < 0.5) {
            return None;
        }
        let judged = staged.statistics.iter().flat_map(|s| &s.parameters);
        let of = staged.free.iter().zip(judged);
        let names: Vec<String> = of
            .filter(|(i, p)| p.unchecked && !self.limits_alone(**i))
            .map(|(_, p)| format!("`{}`", p.name))
            .collect();
        let (verb, its) = if names.len() == 1 { ("rests", "its") } else { ("rest", "their") };
        (!names.is_empty()).then(|| {
            format!(
                "{} {verb} on values that nothing else checks: {its} error is not known",
                names.join(", ")
            )
        })
    }

    /// Whether what is known of a parameter comes in part from limits that stood in for values: by
    /// its column of the Jacobian in the joint fit, and where no fit moved it, by its seed.
    fn limit_derived(&self, parameter: usize) -> bool {
        self.limit_share(parameter) > LIMIT_SHARE
    }

    /// How much of what is known of a parameter comes from such limits.
    fn limit_share(&self, parameter: usize) -> f64 {
        let staged = &self.fitted.staged;
        let guessed = self.fitted.guessed.contains(&parameter);
        let (Some(fit), Some(place)) =
            (&staged.fit, staged.free.iter().position(|f| *f == parameter))
        else {
            return f64::from(guessed);
        };
        let count = fit.residuals.len();
        let limit = |t: &usize| {
            matches!(self.fitted.origins.get(*t), Some(Origins::Rows { limit_derived: true, .. }))
        };
        if fit.jacobian.len() != count * staged.free.len() {
            // The last fit left parameters out: any of them may depend on a limit.
            return if staged.targets.iter().any(limit) { UNKNOWN_SHARE } else { 0.0 };
        }
        let mut column = fit.jacobian.iter().skip(place * count).take(count);
        let (mut all, mut limits) = (0.0, 0.0);
        for target in &staged.targets {
            let points = match self.fitted.origins.get(*target) {
                Some(Origins::Rows { rows, .. }) => rows.len(),
                Some(Origins::Curve { points, .. }) => points.len(),
                None => continue,
            };
            let share: f64 = column.by_ref().take(points).map(|d| d * d).sum();
            all += share;
            limits += if limit(target) { share } else { 0.0 };
        }
        if all == 0.0 { f64::from(guessed) } else { limits / all }
    }

    /// Every curve that the model can be compared with, fitted to or not, and those that it
    /// cannot.
    fn curves(
        &self,
        models: &[Vec<Option<f64>>],
    ) -> (Vec<out::FittedCurve>, Vec<out::UnusedCurve>) {
        let staged = &self.fitted.staged;
        let (mut curves, mut left) = (Vec::new(), Vec::new());
        for (index, curve) in self.facts.curves.iter().enumerate() {
            if curve.status == Status::Refused || !self.is_of_part(&curve.parts) {
                continue;
            }
            let mut leave = |reason: String| {
                left.push(out::UnusedCurve {
                    curve: index,
                    quantity: curve.signature.to_string(),
                    family: curve.family.clone(),
                    reason,
                });
            };
            let factor = self.factors.get(index).copied().unwrap_or(1.0);
            if let Err(reason) = self.fitted.bench.shows(curve) {
                leave(reason);
                continue;
            }
            let model = models.get(index).cloned().unwrap_or_default();
            if model.iter().all(Option::is_none) {
                leave(String::from("the model has no value at its conditions"));
                continue;
            }
            // Several stages may fit to parts of one curve.
            let mut target = None;
            let mut points = BTreeSet::new();
            for t in &staged.targets {
                if let Some(Origins::Curve { curve, points: taken }) = self.fitted.origins.get(*t)
                    && *curve == index
                {
                    target = target.or(Some(t));
                    points.extend(taken);
                }
            }
            let good: Vec<usize> = match target {
                Some(_) => points.into_iter().collect(),
                None => curve.good_points().map(|(i, _)| i).collect(),
            };
            if good.is_empty() {
                leave(String::from("none of its points is usable"));
                continue;
            }
            let pairs = good.iter().filter_map(|i| {
                let m = (*model.get(*i)?)?;
                Some((m, curve.points.get(*i)?[1]))
            });
            let (m, y): (Vec<f64>, Vec<f64>) = pairs.unzip();
            let largest = y.iter().fold(0.0f64, |a, v| if v.abs() > a { v.abs() } else { a });
            let floor = curve.noise_floor.unwrap_or(0.0).max(RELATIVE_FLOOR * largest);
            let misfit = target.and_then(|t| {
                let place = staged.targets.iter().position(|u| u == t)?;
                let curves = &staged.statistics.as_ref()?.curves;
                finite(curves.get(place)?.misfit.lag_one)
            });
            curves.push(out::FittedCurve {
                curve: index,
                quantity: curve.signature.to_string(),
                family: curve.family.clone(),
                points: good.len(),
                nrmse: measures::nrmse_of_range(&m, &y),
                rel_rms: measures::relative_rms(&m, &y, floor),
                rel_floor: finite(floor),
                log_rms: measures::log_rms(&m, &y).filter(|l| l.left_out == 0).map(|l| l.decades),
                withheld: target.is_none(),
                reason: match target {
                    Some(_) => String::new(),
                    None => self.why_withheld(index),
                },
                misfit,
                model: model.into_iter().map(|m| finite(m? * factor)).collect(),
            });
        }
        (curves, left)
    }

    fn why_withheld(&self, curve: usize) -> String {
        let wanted = |o: &Origins| matches!(o, Origins::Curve { curve: c, .. } if *c == curve);
        let template = &self.fitted.template.name;
        if self.withheld.contains(&curve) {
            String::from("the request withholds it")
        } else if self.fitted.origins.iter().any(wanted) {
            format!("the stage of `{template}` that fits it did not run")
        } else {
            format!("the recipe of `{template}` does not fit it")
        }
    }

    /// Every table row that the model can be asked about, and where the table is silent three
    /// points of each curve: the first table of every report.
    fn rated(&self, models: &[Vec<Option<f64>>]) -> Vec<out::RatedPoint> {
        let probe = self.fitted.probe();
        let mut rated = Vec::new();
        let usable =
            |status: Status, parts: &[String]| status != Status::Refused && self.is_of_part(parts);
        // What a part survives is not how it behaves.
        let behaviour = self.facts.parameters.iter().filter(|p| !p.is_rating());
        for row in behaviour.filter(|p| usable(p.status, &p.parts)) {
            let conditions = with_temperature(&row.conditions);
            let Some(model) = probe.value(&row.symbol, &conditions) else { continue };
            let (sheet, basis) = match (row.typ, row.min, row.max) {
                (Some(typ), ..) => (Some(typ), "typ"),
                (None, None, Some(max)) => (Some(max), "max"),
                (None, Some(min), None) => (Some(min), "min"),
                (None, Some(_), Some(_)) => (row.target(), "middle"),
                (None, None, None) => continue,
            };
            let value = basis == "typ" || basis == "middle";
            let limited = row.min.is_some() || row.max.is_some();
            let within = row.min.is_none_or(|v| model >= v) && row.max.is_none_or(|v| model <= v);
            rated.push(out::RatedPoint {
                quantity: row.symbol.clone(),
                conditions: self.conditions_text(&conditions),
                unit: row.dimension.to_string(),
                sheet,
                basis: basis.into(),
                min: row.min,
                max: row.max,
                model: finite(model),
                error: sheet.filter(|_| value).and_then(|s| finite(model / s - 1.0)),
                within_limits: limited.then_some(within && model.is_finite()),
                provenance: wire::provenance(&row.provenance, self.sources),
            });
        }
        let drawn =
            self.facts.curves.iter().zip(models).filter(|(c, _)| usable(c.status, &c.parts));
        for (curve, model) in drawn.filter(|(c, _)| self.shows(c)) {
            let good: Vec<(usize, [f64; 2])> = curve.good_points().collect();
            let picks: BTreeMap<usize, ()> = match good.len() {
                0 => BTreeMap::new(),
                n => [n / 4, n / 2, n - 1].into_iter().map(|i| (i, ())).collect(),
            };
            for (place, [x, y]) in picks.keys().filter_map(|i| good.get(*i)) {
                let held = held(curve);
                let conditions = held.with(curve.signature.x.clone(), *x);
                let Some(model) = model.get(*place).copied().flatten() else { continue };
                rated.push(out::RatedPoint {
                    quantity: curve.signature.quantity.clone(),
                    conditions: self.conditions_text(&conditions),
                    unit: curve.y.dimension.to_string(),
                    sheet: Some(*y),
                    basis: "curve".into(),
                    min: None,
                    max: None,
                    model: finite(model),
                    error: finite(model / y - 1.0),
                    within_limits: None,
                    provenance: wire::provenance(&curve.provenance, self.sources),
                });
            }
        }
        rated
    }

    fn shows(&self, curve: &Curve) -> bool {
        self.fitted.bench.shows(curve).is_ok()
    }

    /// Whether a row or curve of a sheet for several parts speaks of this one.
    fn is_of_part(&self, parts: &[String]) -> bool {
        let part = self.facts.device.part.as_deref();
        parts.is_empty() || part.is_none_or(|part| parts.iter().any(|p| p == part))
    }

    /// `IF = 10 mA, TJ = 25 °C`.
    fn conditions_text(&self, conditions: &Conditions) -> String {
        let text = |symbol: &String| {
            let value = conditions.value(symbol)?;
            let dimension = self.symbols.symbol(symbol)?.dimension;
            Some(if dimension == espice_units::Dimension::TEMPERATURE {
                format!("{symbol} = {}", celsius(value))
            } else {
                format!("{symbol} = {}", espice_units::engineering(value, &dimension.to_string()))
            })
        };
        conditions.by_symbol.keys().filter_map(text).collect::<Vec<_>>().join(", ")
    }
}

/// What the stages did, in the outcome's form.
fn stage_records(template: &TemplateIr, staged: &Staged) -> Vec<out::StageRecord> {
    let name =
        |index: &usize| template.parameters.get(*index).map_or(String::new(), |p| p.name.clone());
    let record = |record: &stages::StageRecord| out::StageRecord {
        name: record.stage.clone(),
        parameters: record.parameters.iter().map(name).collect(),
        points: record.points,
        before: record.before.and_then(finite),
        after: record.after.and_then(finite),
        outcome: record.outcome.clone(),
    };
    staged.records.iter().map(record).collect()
}

/// How far a fit came whose result is not the model.
pub(crate) fn attempt(template: &TemplateIr, staged: &Staged) -> out::Attempt {
    let all = template.parameters.iter().zip(&staged.values).zip(&staged.sources);
    let moved = all.filter(|(_, source)| **source != stages::Source::Default);
    let parameter = |((p, value), _): ((&ParameterIr, &f64), &stages::Source)| {
        out::AttemptedParameter { name: p.name.clone(), value: finite(*value) }
    };
    out::Attempt {
        parameters: moved.map(parameter).collect(),
        stages: stage_records(template, staged),
    }
}
