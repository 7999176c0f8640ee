//! From a recipe and facts to a plan that the fitter runs: seeds become closures, targets
//! become observations.

use crate::probe::{Bench, TEMPERATURES, Way, celsius, stated, temperature};
use espice_base::{Code, Diagnostic, Diagnostics};
use espice_facts::{
    Conditions, Curve, Device, Origin, Parameter, SIZES, Scale, Status, size_symbol,
};
use espice_fit::stages::{self, Observations, Plan, Stage, Step, Target};
use espice_lang::ir::{ParameterIr, TemplateIr};
use espice_lang::rules::{
    BoundIr, FitIr, Input, Measure, RecipeIr, Rulebook, SeedIr, StageIr, TargetIr, TypedExpr,
};
use espice_model::{Argument, Measurement};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// A single limit stands this share inside itself for a value, when nothing better is known.
const LIMIT_MARGIN: f64 = 0.15;

/// A typical value is printed with two or three digits: it is not known better than this share.
const PRINTED: f64 = 0.02;

/// What a target's observations were taken from.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Origins {
    /// A curve by index, with the indices of the points taken.
    Curve { curve: usize, points: Vec<usize> },
    /// Table rows by index.
    Rows { rows: Vec<usize>, limit_derived: bool },
}

/// A recipe made ready, with what each target came from.
pub(crate) struct Prepared<'a> {
    pub(crate) plan: Plan<'a>,
    /// One for each target of the plan.
    pub(crate) origins: Vec<Origins>,
}

/// What preparation looks at.
pub(crate) struct Context<'a> {
    pub(crate) rulebook: &'a Rulebook,
    pub(crate) recipe: &'a RecipeIr,
    pub(crate) template: &'a TemplateIr,
    pub(crate) bench: &'a Bench,
    pub(crate) input: Input<'a>,
    /// Complaints of seeds and windows, gathered while the plan runs.
    pub(crate) diagnostics: &'a RefCell<Diagnostics>,
    /// Parameters whose seeds had no value, with the reason.
    pub(crate) seedless: &'a RefCell<BTreeMap<usize, String>>,
    /// Parameters whose last seed was taken from a limit of a row.
    pub(crate) guessed: &'a RefCell<BTreeSet<usize>>,
}

/// The instance parameters of a template whose values the sources state, by index.
fn sizes(template: &TemplateIr, device: &Device) -> Vec<(usize, f64)> {
    let stated = |(index, p): (usize, &ParameterIr)| {
        let dimension = SIZES.iter().find(|s| s.0 == p.name)?.1;
        let value = *device.sizes.get(&p.name)?;
        let is_one = p.instance && p.dimension == dimension && (p.low..=p.high).contains(&value);
        is_one.then_some((index, value))
    };
    template.parameters.iter().enumerate().filter_map(stated).collect()
}

/// Values of instance parameters by index.
pub(crate) type Instance = Vec<(usize, f64)>;

/// The instance parameters that conditions state of a device among devices of several sizes.
pub(crate) fn instance(template: &TemplateIr, conditions: &Conditions) -> Instance {
    if !has_size(conditions) {
        return Instance::new();
    }
    let stated = |(index, p): (usize, &ParameterIr)| {
        let dimension = SIZES.iter().find(|s| s.0 == p.name)?.1;
        let value = conditions.value(&size_symbol(&p.name))?;
        let is_one = p.instance && p.dimension == dimension && (p.low..=p.high).contains(&value);
        is_one.then_some((index, value))
    };
    template.parameters.iter().enumerate().filter_map(stated).collect()
}

/// Whether conditions state a size of the device.
pub(crate) fn has_size(conditions: &Conditions) -> bool {
    SIZES.iter().any(|s| conditions.by_symbol.contains_key(&size_symbol(s.0)))
}

/// Points of a curve that a fit through a simulator looks at, at most: each costs as many runs of
/// the device as there are parameters, and neighbours on a smooth curve tell the same.
const SIMULATED_POINTS: usize = 13;

/// Some of the points, evenly by their places, the first and the last among them.
fn thinned<T: Copy>(points: Vec<T>) -> Vec<T> {
    let last = points.len().saturating_sub(1);
    if points.len() <= SIMULATED_POINTS {
        return points;
    }
    let place = |i: usize| (i * last + (SIMULATED_POINTS - 1) / 2) / (SIMULATED_POINTS - 1);
    (0..SIMULATED_POINTS).filter_map(|i| points.get(place(i))).copied().collect()
}

/// Makes the plan of a recipe.
pub(crate) fn prepare<'a>(context: &'a Context<'a>) -> Prepared<'a> {
    let mut targets = Vec::new();
    let mut origins = Vec::new();
    let mut stages = Vec::new();
    for stage in &context.recipe.stages {
        stages.push(context.stage(stage, &mut targets, &mut origins));
    }
    let plan = Plan {
        parameters: &context.template.parameters,
        stated: sizes(context.template, &context.input.facts.device),
        targets,
        stages,
        polish: context.recipe.polish,
    };
    Prepared { plan, origins }
}

impl<'a> Context<'a> {
    fn stage(
        &'a self,
        stage: &'a StageIr,
        targets: &mut Vec<Target<'a>>,
        origins: &mut Vec<Origins>,
    ) -> Stage<'a> {
        let mut steps = Vec::new();
        for bound in &stage.bounds {
            steps.push(Step::Bound {
                parameter: bound.parameter,
                range: Box::new(move |so_far| self.range(bound, so_far)),
            });
        }
        for seed in &stage.seeds {
            steps.push(Step::Seed {
                parameter: seed.parameter,
                value: Box::new(move |so_far| self.first_seed(seed, so_far)),
                because: seed.because.clone(),
            });
        }
        for fit in &stage.fits {
            let indices = self.fit_targets(fit, targets, origins);
            steps.push(Step::Fit { parameters: fit.parameters.clone(), targets: indices });
        }
        for addition in &stage.tries {
            let parameters = addition.parameters.iter().map(|(index, from)| {
                let start = from.as_ref().map(|from| -> stages::SeedValue<'a> {
                    Box::new(move |so_far| self.seed(from, so_far).ok())
                });
                (*index, start)
            });
            steps.push(Step::Try { parameters: parameters.collect(), improves: addition.improves });
        }
        Stage { name: stage.name.clone(), steps }
    }

    /// The values that windows may ask for: those of the template, with the sizes of the device
    /// that was measured at `conditions`.
    fn of_device(&self, conditions: &Conditions) -> Vec<f64> {
        let mut values: Vec<f64> = self.template.parameters.iter().map(|p| p.default).collect();
        let first = sizes(self.template, &self.input.facts.device);
        for (index, value) in first.into_iter().chain(instance(self.template, conditions)) {
            if let Some(slot) = values.get_mut(index) {
                *slot = value;
            }
        }
        values
    }

    /// The first of a seed's expressions that has a value.
    fn first_seed(&self, seed: &SeedIr, so_far: &[f64]) -> Option<f64> {
        let mut reason = None;
        for value in &seed.values {
            match self.seed(value, so_far) {
                Ok(found) => {
                    self.seedless.borrow_mut().remove(&seed.parameter);
                    let mut guessed = self.guessed.borrow_mut();
                    if self.rulebook.uses_limits(self.recipe, value) {
                        guessed.insert(seed.parameter);
                    } else {
                        guessed.remove(&seed.parameter);
                    }
                    return Some(found);
                }
                Err(why) => reason = reason.or(Some(why)),
            }
        }
        self.seedless.borrow_mut().insert(seed.parameter, reason.unwrap_or_default());
        None
    }

    /// The first range of which both ends have a value.
    fn range(&self, bound: &BoundIr, so_far: &[f64]) -> Option<[f64; 2]> {
        bound.ranges.iter().find_map(|[low, high]| {
            Some([self.seed(low, so_far).ok()?, self.seed(high, so_far).ok()?])
        })
    }

    fn seed(&self, value: &TypedExpr, so_far: &[f64]) -> Result<f64, String> {
        let (found, complaints) = self.rulebook.eval_seed(self.recipe, value, &self.input, so_far);
        self.diagnostics.borrow_mut().extend(complaints);
        found
    }

    /// The targets of one `fit`; the same curve is the same target in every stage that uses it
    /// in the same way.
    fn fit_targets(
        &'a self,
        fit: &FitIr,
        targets: &mut Vec<Target<'a>>,
        origins: &mut Vec<Origins>,
    ) -> Vec<usize> {
        let observed = |limits_may_serve: bool| -> Vec<(Target<'a>, Origins)> {
            let all = fit.targets.iter().flat_map(|wanted| {
                let binding =
                    |t: &TargetIr| t.measure == Measure::Limits && t.quantity == wanted.quantity;
                let limits_bind = !limits_may_serve && fit.targets.iter().any(binding);
                self.observe(wanted, limits_bind)
            });
            all.collect()
        };
        // Limits that bind need not stand in for values, unless there is nothing else at all.
        let mut found = observed(false);
        if found.iter().all(|(target, _)| target.measure == stages::Measure::Limits) {
            found = observed(true);
        }
        let mut indices = Vec::new();
        for (target, origin) in found {
            let known = origins.iter().zip(targets.iter()).position(|(o, t)| {
                *o == origin && t.measure == target.measure && t.name == target.name
            });
            indices.push(known.unwrap_or_else(|| {
                targets.push(target);
                origins.push(origin);
                targets.len() - 1
            }));
        }
        indices
    }

    /// Every curve and all rows that a target can be compared with.
    fn observe(&'a self, wanted: &TargetIr, limits_bind: bool) -> Vec<(Target<'a>, Origins)> {
        // What stands before the semicolon after the abscissa is among the family as well.
        let mut symbols = wanted.arguments.clone();
        for symbol in wanted.family.iter().filter(|f| !TEMPERATURES.contains(&f.as_str())) {
            if !symbols.contains(symbol) {
                symbols.push(symbol.clone());
            }
        }
        let Some(way) = self.bench.by_arguments(&wanted.quantity, &symbols) else {
            let complaint = self.unmeasured(wanted, &symbols);
            let mut diagnostics = self.diagnostics.borrow_mut();
            if !diagnostics.iter().any(|d| *d == complaint) {
                diagnostics.push(complaint);
            }
            return Vec::new();
        };
        let measurement = match self.bench.measurement(way) {
            Some(Ok(measurement)) => measurement,
            Some(Err(complaint)) => {
                self.diagnostics.borrow_mut().push(complaint.clone());
                return Vec::new();
            }
            None => return Vec::new(),
        };
        let arguments = measurement.arguments();
        let facts = self.input.facts;
        let mut found = Vec::new();
        let rows_only = wanted.measure == Measure::Limits;
        for (index, curve) in facts.curves.iter().enumerate() {
            if rows_only || curve.status == Status::Refused || !self.holds(&curve.parts) {
                continue;
            }
            if let Some((observations, points)) = self.curve(wanted, curve, way, arguments) {
                let name = curve_name(curve);
                let measure = measure_of(wanted, Some(curve.y.scale));
                let instance = instance(self.template, &curve.conditions);
                let target = Target { name, measurement, instance, observations, measure };
                found.push((target, Origins::Curve { curve: index, points }));
            }
        }
        let limits_may_serve = !limits_bind && found.is_empty() && !self.law_is_drawn(measurement);
        // Rows of one device together.
        let mut devices: Vec<Instance> = Vec::new();
        for row in &facts.parameters {
            let device = instance(self.template, &row.conditions);
            if !devices.contains(&device) {
                devices.push(device);
            }
        }
        for device in devices {
            let found_rows = self.rows(wanted, way, arguments, limits_may_serve, &device);
            let Some((observations, rows, limit_derived)) = found_rows else { continue };
            let rows_or_limits = if rows_only { "limits" } else { "rows" };
            let name = format!("{rows_or_limits} of {}", wanted.quantity);
            let measure = measure_of(wanted, None);
            let target = Target { name, measurement, instance: device, observations, measure };
            found.push((target, Origins::Rows { rows, limit_derived }));
        }
        found
    }

    /// A target that would take no data whatever there is.
    fn unmeasured(&self, wanted: &TargetIr, symbols: &[String]) -> Diagnostic {
        let (kind, quantity) = (&self.template.kind, &wanted.quantity);
        let known: Vec<String> = self
            .bench
            .quantities()
            .iter()
            .filter(|q| q.symbol == *quantity)
            .map(|q| format!("{quantity}({})", q.arguments.join(", ")))
            .collect();
        let help = match known.is_empty() {
            true => format!("no quantity of `{kind}` gives {quantity}"),
            false => format!("there are {}", known.join(", ")),
        };
        let message = format!("nothing measures {quantity} from {}", symbols.join(", "));
        Diagnostic::warning(Code::TARGET_NOT_MEASURED, message).at(wanted.span).help(help)
    }

    /// Whether a usable curve shows the same law, such as current against voltage in whatever
    /// direction. A limit on it would only pull the fit away from what was measured: a maximum
    /// of IR lies far above the leakage that IF(VF) implies. Rules still hold it against the
    /// model.
    fn law_is_drawn(&self, measured: &Measurement) -> bool {
        // What a circuit measures depends on all its conditions; dimensions tell nothing.
        if measured.is_circuit() {
            return false;
        }
        let first = measured.arguments().first();
        let law = [Some(measured.dimension()), first.map(|a| a.dimension)];
        self.input.facts.curves.iter().any(|curve| {
            let (x, y) = (Some(curve.x.dimension), Some(curve.y.dimension));
            let usable = curve.status != Status::Refused && self.holds(&curve.parts);
            usable && curve.good_points().next().is_some() && ([x, y] == law || [y, x] == law)
        })
    }

    fn curve(
        &self,
        wanted: &TargetIr,
        curve: &Curve,
        way: Way,
        arguments: &[Argument],
    ) -> Option<(Observations, Vec<usize>)> {
        let signature = &curve.signature;
        // A curve over temperature, such as VF(TJ; IF), tells the same law with all arguments held.
        let over_temperature = TEMPERATURES.contains(&signature.x.as_str());
        let is_x = |a: &Argument| a.symbol == signature.x || a.others.contains(&signature.x);
        let drawn_over = over_temperature || arguments.iter().any(is_x);
        // Where the kind has the quantity over this abscissa too, a recipe names it when it means
        // it: output curves are no transfer curves, though they tell the same current.
        let first = wanted.arguments.first();
        let has_its_own = first.is_some_and(|a| *a != signature.x)
            && self.bench.quantities().iter().any(|q| {
                q.symbol == wanted.quantity
                    && q.arguments.first() == Some(&signature.x)
                    && q.arguments.len() == arguments.len()
                    && q.arguments
                        .iter()
                        .all(|a| wanted.arguments.contains(a) || wanted.family.contains(a))
            });
        if has_its_own {
            return None;
        }
        if signature.quantity != wanted.quantity || !drawn_over {
            return None;
        }
        let conditions = curve.all_conditions();
        // One way of measuring for each curve: the one that rules and reports use for it.
        let known = conditions.clone().with(signature.x.clone(), 0.0);
        if self.bench.at(&wanted.quantity, &known) != Some(way) {
            return None;
        }
        let (indices, points): (Vec<usize>, Vec<[f64; 2]>) = curve.good_points().unzip();
        // Windows speak of the argument that the recipe names.
        let abscissa = |x: f64| match wanted.arguments.first().and_then(|a| conditions.value(a)) {
            Some(held) if over_temperature => held,
            _ => x,
        };
        let shown: Vec<[f64; 2]> = points.iter().map(|[x, y]| [abscissa(*x), *y]).collect();
        let own = self.of_device(&curve.conditions);
        let window = |conditions: &Conditions, shown: &[[f64; 2]]| {
            let (taken, complaints) =
                self.rulebook.window(self.recipe, wanted, &self.input, &own, conditions, shown);
            self.diagnostics.borrow_mut().extend(complaints);
            taken
        };
        let taken: Vec<bool> = if over_temperature {
            // Each point has a temperature of its own, which the window may ask for.
            let at = |[x, _]: &[f64; 2]| conditions.clone().with(signature.x.clone(), *x);
            let one = |(p, s): (_, &[f64; 2])| {
                window(&at(p), std::slice::from_ref(s)).first() == Some(&true)
            };
            points.iter().zip(&shown).map(one).collect()
        } else {
            window(&conditions, &shown)
        };
        let logarithmic = measure_of(wanted, Some(curve.y.scale)) == stages::Measure::Log;
        let kept: Vec<(usize, [f64; 2])> = indices
            .into_iter()
            .zip(points)
            .zip(taken)
            .filter(|(_, taken)| *taken)
            .map(|(point, _)| point)
            .filter(|(_, [_, y])| !logarithmic || *y > 0.0)
            .collect();
        let kept = if self.template.simulator.is_some() { thinned(kept) } else { kept };
        if kept.is_empty() {
            return None;
        }
        let xs: Vec<f64> = kept.iter().map(|(_, p)| p[0]).collect();
        let column = |a: &Argument| match stated(&conditions, a) {
            Some(v) if !is_x(a) => vec![v; xs.len()],
            _ => xs.clone(),
        };
        let place = |x: f64| if curve.x.scale == Scale::Log && x > 0.0 { x.ln() } else { x };
        let observations = Observations {
            arguments: arguments.iter().map(column).collect(),
            kelvin: if over_temperature {
                xs.clone()
            } else {
                vec![temperature(&conditions); xs.len()]
            },
            values: kept.iter().map(|(_, p)| p[1]).collect(),
            limits: Vec::new(),
            noise: curve.noise_floor.unwrap_or(0.0),
            deviation: 0.0,
            origin: curve.origin,
            positions: xs.iter().map(|x| place(*x)).collect(),
            axis_residual: curve.axis_residual,
            logarithmic: [curve.x.scale, curve.y.scale].map(|s| s == Scale::Log),
        };
        Some((observations, kept.into_iter().map(|(i, _)| i).collect()))
    }

    /// The rows of a quantity that hold a value and all conditions, ratings left out: what a part
    /// survives is not how it behaves. Limits alone serve only
    /// where there is neither a value nor a curve of the same law.
    fn rows(
        &self,
        wanted: &TargetIr,
        way: Way,
        arguments: &[Argument],
        limits_may_serve: bool,
        device: &Instance,
    ) -> Option<(Observations, Vec<usize>, bool)> {
        let usable: Vec<(usize, &Parameter)> = self
            .input
            .facts
            .parameters
            .iter()
            .enumerate()
            .filter(|(_, p)| {
                p.symbol == wanted.quantity
                    && p.status != Status::Refused
                    && !p.is_rating()
                    && self.holds(&p.parts)
                    && instance(self.template, &p.conditions) == *device
                    && self.bench.at(&p.symbol, &p.conditions) == Some(way)
            })
            .collect();
        let bind = wanted.measure == Measure::Limits;
        let one = |p: &Parameter| if bind { p.max.or(p.min) } else { p.target() };
        let mut valued: Vec<(usize, &Parameter, f64)> =
            usable.iter().filter_map(|(i, p)| Some((*i, *p, one(p)?))).collect();
        let limit_derived = bind || valued.is_empty() && limits_may_serve;
        if limit_derived && !bind {
            valued = usable.iter().filter_map(|(i, p)| Some((*i, *p, inside_limit(p)?))).collect();
        }
        valued.retain(|(_, p, y)| {
            let first = arguments.iter().find(|a| wanted.arguments.first() == Some(&a.symbol));
            let x = first.and_then(|a| stated(&p.conditions, a)).unwrap_or(f64::NAN);
            let (taken, complaints) = self.rulebook.window(
                self.recipe,
                wanted,
                &self.input,
                &self.of_device(&p.conditions),
                &p.conditions,
                &[[x, *y]],
            );
            self.diagnostics.borrow_mut().extend(complaints);
            taken.first() == Some(&true)
        });
        if valued.is_empty() {
            return None;
        }
        let column = |a: &Argument| -> Vec<f64> {
            valued.iter().filter_map(|(_, p, _)| stated(&p.conditions, a)).collect()
        };
        let observations = Observations {
            arguments: arguments.iter().map(column).collect(),
            kelvin: valued.iter().map(|(_, p, _)| temperature(&p.conditions)).collect(),
            values: valued.iter().map(|(_, _, y)| *y).collect(),
            limits: if bind {
                let limits = |p: &Parameter| {
                    [p.min.unwrap_or(f64::NEG_INFINITY), p.max.unwrap_or(f64::INFINITY)]
                };
                valued.iter().map(|(_, p, _)| limits(p)).collect()
            } else {
                Vec::new()
            },
            noise: 0.0,
            deviation: if limit_derived { LIMIT_MARGIN } else { PRINTED },
            origin: Origin::Measured,
            positions: Vec::new(),
            axis_residual: [0.0; 2],
            logarithmic: [false; 2],
        };
        Some((observations, valued.iter().map(|(i, ..)| *i).collect(), limit_derived))
    }

    fn holds(&self, parts: &[String]) -> bool {
        let part = self.input.facts.device.part.as_deref();
        parts.is_empty() || part.is_none_or(|part| parts.iter().any(|p| p == part))
    }
}

/// How a target is compared with a curve whose values are drawn on `scale`, or with rows.
fn measure_of(wanted: &TargetIr, scale: Option<Scale>) -> stages::Measure {
    match (wanted.measure, scale) {
        (Measure::Limits, _) => stages::Measure::Limits,
        (Measure::Log, _) | (Measure::Drawn, Some(Scale::Log)) => stages::Measure::Log,
        (Measure::Linear, _) | (Measure::Drawn, Some(_)) => stages::Measure::Linear,
        (Measure::Relative, _) | (Measure::Drawn, None) => stages::Measure::Relative,
    }
}

/// What a recipe fits to, for people: `IF(VF), VF(IF)`.
pub(crate) fn wanted(recipe: &RecipeIr) -> String {
    let targets = recipe.stages.iter().flat_map(|s| &s.fits).flat_map(|f| &f.targets);
    let mut names: Vec<String> =
        targets.map(|t| format!("{}({})", t.quantity, t.arguments.join(", "))).collect();
    names.dedup();
    names.join(", ")
}

/// What sources offer a recipe, for people.
pub(crate) fn offered(facts: &espice_facts::Facts) -> String {
    let curves = facts.curves.iter().map(|c| format!("the curve {}", c.signature));
    let rows = facts.parameters.iter().map(|p| format!("rows of {}", p.symbol));
    let mut names: Vec<String> = curves.chain(rows).collect();
    names.sort();
    names.dedup();
    if names.is_empty() { String::from("neither curves nor rows") } else { names.join(", ") }
}

/// A value a declared margin inside the only limit that a row has.
fn inside_limit(p: &Parameter) -> Option<f64> {
    match (p.min, p.max) {
        (None, Some(max)) => Some(max * (1.0 - LIMIT_MARGIN)),
        (Some(min), None) => Some(min * (1.0 + LIMIT_MARGIN)),
        _ => None,
    }
}

/// `IF(VF) at TJ = 398.15`.
pub(crate) fn curve_name(curve: &Curve) -> String {
    let family: Vec<String> = curve
        .family
        .iter()
        .map(|(symbol, value)| match TEMPERATURES.contains(&symbol.as_str()) {
            true => format!("{symbol} = {}", celsius(*value)),
            false => format!("{symbol} = {}", espice_units::plain(*value, 6)),
        })
        .collect();
    let name = format!("{}({})", curve.signature.quantity, curve.signature.x);
    if family.is_empty() { name } else { format!("{name} at {}", family.join(", ")) }
}

/// What a curve holds fixed, with the temperature made explicit unless it is the abscissa: then
/// no other temperature stands beside it.
pub(crate) fn held(curve: &Curve) -> Conditions {
    let mut all = curve.all_conditions();
    if TEMPERATURES.contains(&curve.signature.x.as_str()) {
        all.by_symbol.retain(|s, _| !TEMPERATURES.contains(&s.as_str()));
        return all;
    }
    with_temperature(&all)
}

/// All conditions of a row or curve, with the temperature made explicit.
pub(crate) fn with_temperature(conditions: &Conditions) -> Conditions {
    if TEMPERATURES.iter().any(|s| conditions.value(s).is_some()) {
        conditions.clone()
    } else {
        conditions.clone().with("TJ", temperature(conditions))
    }
}

#[cfg(test)]
mod tests;
