use super::joint::Joint;
use super::outliers::robust_scale;
use super::{Plan, SeedValue, Source, StageRecord, Staged, Step, Target, axes};
use crate::search::insist;
use crate::{
    Criteria, Evaluation, Fit, LeastSquares, Loss, Mapped, ParameterStatistics, Role, Settings,
    Statistics, Variable, Variables, notes, statistics,
};
use espice_base::{Code, Diagnostic, Diagnostics};
use espice_lang::ir::{ParameterIr, ParameterScale};
use espice_model::Kelvin;

/// How a recipe is run.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// Settings of each fit.
    pub settings: Settings,
    /// What counts as identified.
    pub criteria: Criteria,
    /// Whether evaluations are runs of a simulator: then no fit is repeated.
    pub sparing: bool,
    /// Asked again and again; `true` ends the run.
    pub cancelled: &'a (dyn Fn() -> bool + Sync),
}

/// Runs a recipe from the template's defaults and what the sources state.
///
/// A stage whose data are missing is skipped and says so; with fewer points than parameters the
/// last parameters of the list keep what they have. What the data could not decide stands in
/// the diagnostics, never silently in the values.
pub fn run(plan: &Plan<'_>, options: &Options<'_>) -> Staged {
    let mut values: Vec<f64> = plan.parameters.iter().map(|p| p.default).collect();
    let mut sources = vec![Source::Default; values.len()];
    for (index, value) in &plan.stated {
        if let (Some(v), Some(s)) = (values.get_mut(*index), sources.get_mut(*index)) {
            *v = *value;
            *s = Source::Stated;
        }
    }
    let mut runner = Runner {
        plan,
        options,
        sources,
        ranges: plan.parameters.iter().map(|p| [p.low, p.high]).collect(),
        values,
        records: Vec::new(),
        fitted: Vec::new(),
        used: Vec::new(),
        by_circuit: Vec::new(),
        evaluations: 0,
        diagnostics: Diagnostics::new(),
    };
    for stage in &plan.stages {
        runner.stage(&stage.name, &stage.steps);
    }
    runner.finish()
}

struct Runner<'p, 'a> {
    plan: &'p Plan<'a>,
    options: &'p Options<'p>,
    values: Vec<f64>,
    sources: Vec<Source>,
    /// Where each parameter may lie.
    ranges: Vec<[f64; 2]>,
    records: Vec<StageRecord>,
    /// Fitted parameters in the order of fitting.
    fitted: Vec<usize>,
    /// Targets that were fitted to, in the order of fitting.
    used: Vec<usize>,
    /// Parameters that were fitted to outputs of circuits alone.
    by_circuit: Vec<usize>,
    evaluations: usize,
    diagnostics: Diagnostics,
}

/// What a `try` builds on: the stage's last fit with what was added to it since.
struct Basis {
    free: Vec<usize>,
    targets: Vec<usize>,
    /// Root mean square of its residuals.
    rms: f64,
}

/// One local fit with its values and what it is worth.
struct Local {
    fit: Fit,
    values: Vec<f64>,
    statistics: Statistics,
    before: f64,
    after: f64,
    /// Targets with points far off their neighbours, and how many.
    wild: Vec<(String, usize)>,
}

/// Fits with a robust loss: the scatter that scales it is known better after each.
const ROBUST_ROUNDS: usize = 3;

impl Runner<'_, '_> {
    fn stage(&mut self, name: &str, steps: &[Step<'_>]) {
        let mut last: Option<Basis> = None;
        for step in steps {
            if (self.options.cancelled)() {
                return;
            }
            match step {
                Step::Seed { parameter, value, because } => {
                    self.seed(name, *parameter, value(&self.values), because)
                }
                Step::Bound { parameter, range } => self.bound(*parameter, range(&self.values)),
                Step::Fit { parameters, targets } => last = self.fit(name, parameters, targets),
                Step::Try { parameters, improves } => {
                    let Some(basis) = last.as_mut() else { continue };
                    let known = &basis.free;
                    let extra: Vec<usize> =
                        parameters.iter().map(|p| p.0).filter(|p| !known.contains(p)).collect();
                    let starts = self.starts(known, parameters);
                    if let Some(after) = self.attempt(name, basis, &extra, starts, *improves) {
                        basis.free.extend(extra);
                        basis.rms = after;
                    }
                }
            }
        }
    }

    /// Where a `try` starts from: the present values, and when it states values for parameters
    /// of the fit that it builds on, those as well. An effect that the fit has taken for
    /// another one would not let go of it from the present values.
    fn starts(
        &mut self,
        base: &[usize],
        parameters: &[(usize, Option<SeedValue<'_>>)],
    ) -> Vec<Vec<f64>> {
        let present = self.values.clone();
        let mut starts = Vec::new();
        for all in [false, true] {
            let stated = parameters.iter().filter(|(index, _)| all || !base.contains(index));
            for (index, start) in stated {
                if let Some(v) = start.as_ref().and_then(|s| s(&self.values)) {
                    self.set(*index, v);
                }
            }
            let start = std::mem::replace(&mut self.values, present.clone());
            if !starts.contains(&start) {
                starts.push(start);
            }
        }
        starts
    }

    fn seed(&mut self, stage: &str, index: usize, value: Option<f64>, because: &str) {
        let Some(value) = value.filter(|v| v.is_finite()) else { return };
        self.set(index, value);
        if let Some(slot) = self.sources.get_mut(index) {
            *slot = Source::Seeded { stage: stage.to_string(), because: because.to_string() };
        }
    }

    /// Narrows a range, never beyond the declared one; the value moves into it.
    fn bound(&mut self, index: usize, range: Option<[f64; 2]>) {
        let (Some([low, high]), Some(p)) = (range, self.plan.parameters.get(index)) else { return };
        let narrowed = [low.max(p.low), high.min(p.high)];
        if narrowed[0] < narrowed[1] {
            if let Some(slot) = self.ranges.get_mut(index) {
                *slot = narrowed;
            }
            if let Some(value) = self.values.get(index).copied() {
                self.set(index, value);
            }
        }
    }

    /// Sets a value, moved into the parameter's range.
    fn set(&mut self, index: usize, value: f64) {
        let (Some(p), Some(range)) = (self.plan.parameters.get(index), self.ranges.get(index))
        else {
            return;
        };
        if let Some(slot) = self.values.get_mut(index) {
            *slot = within(p, *range, value);
        }
    }

    /// One `fit` statement. Returns what a following `try` builds on.
    fn fit(&mut self, stage: &str, wanted: &[usize], targets: &[usize]) -> Option<Basis> {
        let with_points: Vec<usize> = targets
            .iter()
            .copied()
            .filter(|t| self.plan.targets.get(*t).is_some_and(|t| !t.is_empty()))
            .collect();
        let targets: Vec<usize> =
            with_points.iter().copied().filter(|t| self.has_answer(*t)).collect();
        if targets.is_empty() && !with_points.is_empty() {
            self.record(stage, wanted, 0, None, "the circuit has no answer where the fit starts");
            return None;
        }
        let points: usize =
            targets.iter().filter_map(|t| self.plan.targets.get(*t)).map(Target::len).sum();
        if points == 0 {
            self.record(stage, wanted, 0, None, "the data hold nothing that it could be fitted to");
            return None;
        }
        let off = |index: &usize| {
            let known = self.plan.parameters.get(*index).zip(self.values.get(*index));
            known.is_none_or(|(p, value)| is_off(p, *value))
        };
        // The first parameter of the list switches the effect on; without it the others are idle.
        if let Some(first) = wanted.first().filter(|p| off(p)) {
            let words =
                format!("{} is switched off, and no seed switches it on", self.name(*first));
            self.record(stage, wanted, 0, None, &words);
            return None;
        }
        let on: Vec<usize> = wanted.iter().copied().filter(|p| !off(p)).collect();
        let free: Vec<usize> = on.into_iter().take(points).collect();
        let local = self.local(&free, &targets)?;
        let mut outcome = String::from(local.fit.stop.words());
        if free.len() < wanted.len() {
            let kept: Vec<&str> = wanted
                .get(free.len()..)
                .unwrap_or_default()
                .iter()
                .map(|p| self.name(*p))
                .collect();
            outcome = format!(
                "{outcome}; {points} points are too few for {}, which keep their values",
                kept.join(", ")
            );
        }
        self.record(stage, &free, points, Some((local.before, local.after)), &outcome);
        self.accept(stage, &free, &targets, local.values);
        Some(Basis { free, targets, rms: local.after })
    }

    /// One `try` statement; the new root mean square when it was kept.
    fn attempt(
        &mut self,
        stage: &str,
        basis: &Basis,
        extra: &[usize],
        starts: Vec<Vec<f64>>,
        improves: f64,
    ) -> Option<f64> {
        let Basis { free: base, targets, rms } = basis;
        let free: Vec<usize> = base.iter().chain(extra).copied().collect();
        let points: usize =
            targets.iter().filter_map(|t| self.plan.targets.get(*t)).map(Target::len).sum();
        if points <= free.len() {
            self.record(stage, extra, points, None, "too few points to tell whether it is there");
            return None;
        }
        let present = self.values.clone();
        let mut best: Option<Local> = None;
        for start in starts {
            self.values = start;
            let local = self.local(&free, targets);
            let better = |l: &Local| best.as_ref().is_none_or(|b| l.after < b.after);
            best = local.filter(better).or(best);
        }
        self.values = present;
        let local = best?;
        let fell = 1.0 - local.after / rms;
        let judged = &local.statistics.parameters;
        let sure = |index: &usize| {
            let p = self.plan.parameters.get(*index);
            p.is_some_and(|p| judged.iter().any(|found| found.name == p.name && is_there(p, found)))
        };
        let unsure: Vec<&str> = extra.iter().filter(|p| !sure(p)).map(|p| self.name(*p)).collect();
        let percent = espice_units::plain(100.0 * fell, 3);
        let (outcome, kept) = if fell < improves {
            (format!("not kept: the residual falls by {percent} % only"), false)
        } else if !unsure.is_empty() {
            (format!("not kept: the data do not determine {}", unsure.join(", ")), false)
        } else {
            (format!("kept: the residual falls by {percent} %"), true)
        };
        self.record(stage, &free, points, Some((*rms, local.after)), &outcome);
        if !kept {
            return None;
        }
        self.accept(stage, &free, targets, local.values);
        Some(local.after)
    }

    /// Whether a circuit gives values where the fit starts: an event of it may not happen there.
    fn has_answer(&self, target: usize) -> bool {
        let Some(target) = self.plan.targets.get(target) else { return false };
        if !target.measurement.is_circuit() {
            return true;
        }
        let observed = &target.observations;
        let columns: Vec<&[f64]> = observed.arguments.iter().map(Vec::as_slice).collect();
        let kelvin = Kelvin::PerPoint(&observed.kelvin);
        let values = target.measurement.values(&target.parameters(&self.values), &columns, kelvin);
        values.iter().all(|v| v.is_finite())
    }

    fn is_circuit(&self, target: usize) -> bool {
        self.plan.targets.get(target).is_some_and(|t| t.measurement.is_circuit())
    }

    fn accept(&mut self, stage: &str, free: &[usize], targets: &[usize], values: Vec<f64>) {
        self.values = values;
        let by_circuit = targets.iter().all(|t| self.is_circuit(*t));
        for index in free {
            if !by_circuit {
                self.by_circuit.retain(|p| p != index);
            } else if !self.fitted.contains(index) {
                self.by_circuit.push(*index);
            }
            if !self.fitted.contains(index) {
                self.fitted.push(*index);
                if let Some(slot) = self.sources.get_mut(*index) {
                    *slot = Source::Fitted { stage: stage.to_string() };
                }
            }
        }
        for target in targets {
            if !self.used.contains(target) {
                self.used.push(*target);
            }
        }
    }

    fn record(
        &mut self,
        stage: &str,
        parameters: &[usize],
        points: usize,
        rms: Option<(f64, f64)>,
        outcome: &str,
    ) {
        self.records.push(StageRecord {
            stage: stage.to_string(),
            parameters: parameters.to_vec(),
            points,
            before: rms.map(|r| r.0),
            after: rms.map(|r| r.1),
            outcome: outcome.to_string(),
        });
    }

    fn name(&self, index: usize) -> &str {
        self.plan.parameters.get(index).map_or("?", |p| p.name.as_str())
    }

    /// Fits the parameters `free` to targets from the present values.
    fn local(&mut self, free: &[usize], targets: &[usize]) -> Option<Local> {
        let variables = match self.variables(free) {
            Ok(variables) => variables,
            Err(complaints) => {
                self.diagnostics.extend(complaints);
                return None;
            }
        };
        let chosen: Vec<&Target<'_>> =
            targets.iter().filter_map(|t| self.plan.targets.get(*t)).collect();
        let joint = match Joint::new(&chosen, variables.wanted()) {
            Ok(joint) => joint,
            Err(complaint) => {
                self.diagnostics.push(complaint);
                return None;
            }
        };
        let mut problem = Mapped::new(joint, &variables);
        let start = variables.start();
        let before = rms_at(&mut problem, &start);
        let mut fit = self.solve(&mut problem, &start, &variables, self.options.settings);
        let wild = self.without_wild_points(&mut problem, &variables, &chosen, &mut fit);
        self.evaluations += fit.evaluations;
        let after = root_mean_square(&fit.effective);
        if !after.is_finite() {
            let names: Vec<&str> = free.iter().map(|p| self.name(*p)).collect();
            let names = names.join(", ");
            let words = format!("the model has no finite value where the fit of {names} starts");
            self.diagnostics.push(
                Diagnostic::error(Code::FIT_NON_FINITE, words)
                    .help("check the seeds and the ranges of the parameters"),
            );
            return None;
        }
        let raw = variables.raw(&fit.x);
        let errors = axes::curve_errors(&chosen, &raw);
        let statistics = statistics(&fit, &variables, &errors, &self.options.criteria);
        Some(Local { values: raw, fit, statistics, before, after, wild })
    }

    fn solve(
        &self,
        problem: &mut Mapped<'_, Joint<'_>>,
        start: &[f64],
        variables: &Variables,
        settings: Settings,
    ) -> Fit {
        let run = if self.options.sparing { crate::solve } else { insist };
        run(problem, start, &variables.bounds(), &settings, self.options.cancelled)
    }

    /// Where points lie far off their neighbours, repeats the fit with a loss for which they count
    /// little, from where the plain fit began and from where it ended. Returns the targets that
    /// have such points, with their number.
    fn without_wild_points(
        &self,
        problem: &mut Mapped<'_, Joint<'_>>,
        variables: &Variables,
        targets: &[&Target<'_>],
        fit: &mut Fit,
    ) -> Vec<(String, usize)> {
        let settings = self.options.settings;
        let mut found = Vec::new();
        if settings.loss != Loss::Linear || self.options.sparing {
            return found;
        }
        let mut evaluations = fit.evaluations;
        for _ in 0..ROBUST_ROUNDS {
            let Some((scale, counts)) = robust_scale(targets, &fit.residuals) else { break };
            let again = Settings { loss: Loss::Cauchy { scale }, ..settings };
            let starts = [fit.start.clone(), fit.x.clone()];
            let runs = starts.iter().map(|from| self.solve(problem, from, variables, again));
            let mut best: Option<Fit> = None;
            for run in runs {
                evaluations += run.evaluations;
                if best.as_ref().is_none_or(|b| run.cost < b.cost) {
                    best = Some(run);
                }
            }
            let Some(best) = best.filter(|b| b.cost.is_finite()) else { break };
            *fit = Fit { start: fit.start.clone(), ..best };
            let named = targets.iter().zip(counts).filter(|(_, n)| *n > 0);
            found = named.map(|(t, n)| (t.name.clone(), n)).collect();
        }
        fit.evaluations = evaluations;
        found
    }

    fn variables(&self, free: &[usize]) -> Result<Variables, Diagnostics> {
        let all = self.plan.parameters.iter().zip(&self.values).enumerate();
        let variable = |(index, (p, value)): (usize, (&ParameterIr, &f64))| {
            if !free.contains(&index) {
                return Variable::free(p.name.as_str(), *value).role(Role::Fixed);
            }
            let [low, high] = self.ranges.get(index).copied().unwrap_or([p.low, p.high]);
            let v = Variable::free(p.name.as_str(), *value).within(low, high);
            if p.scale == ParameterScale::Log { v.log() } else { v }
        };
        Variables::new(all.map(variable).collect()).map(|(v, _)| v)
    }

    fn finish(mut self) -> Staged {
        self.fitted.sort_unstable();
        let free = self.fitted.clone();
        let (targets, mut last) = (self.used.clone(), None);
        if !free.is_empty() {
            // Runs of circuits are not repeated for every parameter of the joint fit: what only
            // they determine keeps its value.
            let polished: Vec<usize> =
                free.iter().copied().filter(|p| !self.by_circuit.contains(p)).collect();
            let (plain, circuits): (Vec<usize>, Vec<usize>) =
                targets.iter().partition(|t| !self.is_circuit(**t));
            let mut polish = None;
            if self.plan.polish && !polished.is_empty() {
                polish = self.local(&polished, &plain);
            }
            if let Some(local) = &polish {
                let points = local.fit.residuals.len();
                let words = local.fit.stop.words().to_string();
                self.record("polish", &polished, points, Some((local.before, local.after)), &words);
                self.values.clone_from(&local.values);
                self.diagnostics.extend(local.wild.iter().map(wild_note));
            }
            last = polish;
            // What only circuits determine follows what the joint fit has moved.
            let timed: Vec<usize> =
                free.iter().copied().filter(|p| self.by_circuit.contains(p)).collect();
            if last.is_some() && !timed.is_empty() {
                self.again(&timed, &circuits);
            }
            if !circuits.is_empty() || !self.plan.polish {
                let settings = Settings { max_evaluations: 1, ..self.options.settings };
                let frozen = Options { settings, ..*self.options };
                let mut joint = Runner { options: &frozen, ..self };
                // A circuit may have lost its answer on the way.
                let answered = targets.iter().copied().filter(|t| joint.has_answer(*t));
                let answered: Vec<usize> = answered.collect();
                let whole = joint.local(&free, &answered);
                let polished = last.is_some();
                last = keep_stop(whole, last);
                if polished {
                    joint.tell(last.as_ref());
                }
                return joint.staged(free, answered, last);
            }
        }
        self.tell(last.as_ref());
        self.staged(free, targets, last)
    }

    /// Fits parameters that only circuits determine once more, beside what has its final value.
    fn again(&mut self, free: &[usize], circuits: &[usize]) {
        let targets: Vec<usize> =
            circuits.iter().copied().filter(|t| self.has_answer(*t)).collect();
        let fitted = if targets.is_empty() { None } else { self.local(free, &targets) };
        let Some(local) = fitted else { return };
        let points = local.fit.residuals.len();
        let words = local.fit.stop.words().to_string();
        self.record("polish", free, points, Some((local.before, local.after)), &words);
        self.values.clone_from(&local.values);
        if !local.fit.converged() {
            let message = format!("the fit to circuits {}", local.fit.stop.words());
            self.diagnostics.push(Diagnostic::warning(Code::FIT_NOT_CONVERGED, message));
        }
    }

    /// Says what the last joint fit is worth, of which the outcome's statistics are.
    fn tell(&mut self, last: Option<&Local>) {
        if let Some(local) = last {
            self.diagnostics.extend(notes(&local.fit, &local.statistics));
        }
    }

    fn staged(self, free: Vec<usize>, targets: Vec<usize>, last: Option<Local>) -> Staged {
        let (fit, statistics) = last.map(|l| (l.fit, l.statistics)).unzip();
        Staged {
            values: self.values,
            sources: self.sources,
            records: self.records,
            targets,
            fit,
            statistics,
            free,
            evaluations: self.evaluations,
            diagnostics: self.diagnostics,
        }
    }
}

/// The joint fit at its values, with how the polish before it ended: the joint one is evaluated
/// once only.
fn keep_stop(whole: Option<Local>, polish: Option<Local>) -> Option<Local> {
    let Some(mut whole) = whole else { return polish };
    if let Some(polish) = polish {
        whole.fit.stop = polish.fit.stop;
        whole.fit.evaluations = polish.fit.evaluations;
    }
    Some(whole)
}

/// What a person should know about points that count little.
fn wild_note((name, count): &(String, usize)) -> Diagnostic {
    let message = match count {
        1 => format!("a point of `{name}` lies far off its neighbours"),
        n => format!("{n} points of `{name}` lie far off their neighbours"),
    };
    Diagnostic::warning(Code::WILD_POINTS, message)
        .help("they count little in the fit; look at them in the report's plot")
}

/// The value moved into the range; on a log scale a value that is not positive stays, it means
/// that the effect is off.
fn within(p: &ParameterIr, [low, high]: [f64; 2], value: f64) -> f64 {
    if p.scale == ParameterScale::Log && value <= 0.0 {
        value.max(0.0)
    } else {
        value.clamp(low, high)
    }
}

/// Whether an effect is switched off: its parameter stands at zero on a log scale.
fn is_off(p: &ParameterIr, value: f64) -> bool {
    p.scale == ParameterScale::Log && value <= 0.0
}

/// Whether a tried parameter has a value at all: inside its range, and known to within itself
/// (on a log scale to a factor of e). That the effect is real shows in the residual; this asks
/// only that the value is not arbitrary.
fn is_there(p: &ParameterIr, found: &ParameterStatistics) -> bool {
    let error = match p.scale {
        ParameterScale::Log => found.deviation,
        ParameterScale::Linear => found.deviation / found.value.abs(),
    };
    found.at_bound.is_none() && error <= 1.0
}

fn rms_at(problem: &mut impl LeastSquares, x: &[f64]) -> f64 {
    let mut residuals = vec![0.0; problem.residuals()];
    match problem.evaluate(x, &mut residuals, None) {
        Evaluation::Done => root_mean_square(&residuals),
        Evaluation::NonFinite => f64::NAN,
    }
}

fn root_mean_square(residuals: &[f64]) -> f64 {
    let sum: f64 = residuals.iter().map(|r| r * r).sum();
    (sum / residuals.len().max(1) as f64).sqrt()
}
