//! Plain curve fits: a template without pins, a function of numbers, fitted to a table.

mod outcome;
mod table;

pub use outcome::{FunctionAttempt, FunctionFit, FunctionParameter};

use crate::engine::{Engine, stopped};
use crate::outcome::Source;
use crate::wire;
use espice_base::{Code, Diagnostic, Diagnostics, Digest, Progress, World, did_you_mean};
use espice_fit::{
    Climb, Criteria, Evaluation, Found, Ladder, Loss, Mapped, RawModel, Role, Sequential, Settings,
    Variable, Variables, notes, profiles, search, statistics,
};
use espice_lang::ir::{ParameterScale, TemplateIr};
use espice_model::{Evaluator, Kelvin, Measurement, MeasurementPlan};
use espice_units::constants::TNOM;
use std::sync::atomic::{AtomicUsize, Ordering};
use table::Table;

/// What is fitted to what.
#[derive(Clone, PartialEq, Debug)]
pub struct FitRequest {
    /// Name of a template of the packs, a function of numbers; or the path of a file
    /// `*.espice`, which is loaded then.
    pub template: String,
    /// The function, where a file holds several.
    pub function: Option<String>,
    /// Path of the table, as the world knows it.
    pub table: String,
    /// The output that is fitted; the first when `None`.
    pub output: Option<String>,
    /// Where parameters start, SI; the others start at their defaults.
    pub start: Vec<(String, f64)>,
    /// Parameters that keep their start.
    pub fixed: Vec<String>,
    /// How residuals count; scales are in the output's SI unit, or in standard errors where the
    /// table states them.
    pub loss: Loss,
    /// When further starts are tried.
    pub climb: Climb,
    /// Seed of further starts.
    pub seed: u64,
    /// Probability that an interval holds the truth.
    pub level: f64,
    /// Whether intervals by profile likelihood stand beside.
    pub profile: bool,
}

impl FitRequest {
    /// A fit with default settings.
    pub fn new(template: impl Into<String>, table: impl Into<String>) -> Self {
        FitRequest {
            template: template.into(),
            function: None,
            table: table.into(),
            output: None,
            start: Vec::new(),
            fixed: Vec::new(),
            loss: Loss::Linear,
            climb: Climb::default(),
            seed: Ladder::default().seed,
            level: Criteria::default().level,
            profile: false,
        }
    }
}

impl Engine<'_> {
    /// Fits a function to a table. What went wrong stands in the outcome, too; values may then
    /// be missing.
    pub fn fit(&mut self, request: &FitRequest) -> (FunctionFit, Diagnostics) {
        let mut diagnostics = Diagnostics::new();
        let mut fit = FunctionFit::empty(self.version(), &request.template, request.level);
        self.fit_function(request, &mut fit, &mut diagnostics);
        fit.diagnostics = diagnostics.iter().map(|d| wire::diagnostic(d, &self.sources)).collect();
        (fit, diagnostics)
    }

    fn fit_function(
        &mut self,
        request: &FitRequest,
        outcome: &mut FunctionFit,
        diagnostics: &mut Diagnostics,
    ) -> Option<()> {
        let name = self.name_of(request, diagnostics)?;
        outcome.template.clone_from(&name);
        self.tell("read", &request.table, None);
        let (file, text) = self.text_of(&request.table, diagnostics)?;
        let prepared = self.function(&name, request).and_then(|(template, output)| {
            let limits = self.world.limits();
            let is_cancelled = || self.is_cancelled();
            let table = table::read(&text, file, template, output, limits, &is_cancelled)?;
            let measurement =
                Evaluator::new(template, self.config.mode, self.constants)?.function(output)?;
            Ok((template, output, table, measurement))
        });
        let (template, output, table, measurement) = match prepared {
            Ok(prepared) => prepared,
            Err(complaint) => {
                diagnostics.push(complaint);
                return None;
            }
        };
        diagnostics.extend(table.left_out());
        outcome.source = Some(Source {
            name: wire::base_name(&request.table).into(),
            format: "table".into(),
            digest: Digest::of(text.as_bytes()).to_string(),
            document: None,
        });
        outcome.output = template.outputs.get(output).map_or(String::new(), |o| o.name.clone());
        outcome.points = table.values.len();
        let variables = match variables(template, request) {
            Ok((variables, complaints)) => {
                diagnostics.extend(complaints);
                variables
            }
            Err(complaints) => {
                diagnostics.extend(complaints);
                return None;
            }
        };
        let follower = Follower::new(self, "fit", &name, &table);
        let curve =
            Curve { measurement: &measurement, table: &table, follower: &follower, plan: None };
        let settings = Settings { loss: request.loss, ..Settings::default() };
        let ladder = Ladder { when: request.climb, seed: request.seed, ..Ladder::default() };
        let cancelled = || self.is_cancelled();
        let found = search(
            &Mapped::new(curve.clone(), &variables),
            &variables.start(),
            &variables.bounds(),
            &settings,
            &ladder,
            &Sequential,
            &cancelled,
        );
        if self.is_cancelled() {
            diagnostics.push(stopped("the fit has not come to its end"));
            return None;
        }
        // The rows of a table are independent measurements unless their maker says otherwise.
        let criteria = Criteria { level: request.level, widen: false, ..Criteria::default() };
        let worth = statistics(&found.fit, &variables, &[], &criteria);
        diagnostics.extend(notes(&found.fit, &worth));
        outcome.tell(template, &variables, &found, &worth);
        if request.profile && found.fit.converged() {
            let follower = Follower::new(self, "profile", &name, &table);
            let ends = profiles(
                Curve { follower: &follower, ..curve },
                &variables,
                &found.fit,
                &worth,
                request.level,
                &settings,
                &cancelled,
            );
            outcome.tell_profiles(&ends);
        }
        tell_equal_minima(&found, diagnostics);
        Some(())
    }

    /// The name of the function; its file is loaded where the request names one.
    fn name_of(&mut self, request: &FitRequest, diagnostics: &mut Diagnostics) -> Option<String> {
        let path = &request.template;
        if !path.ends_with(".espice") {
            return Some(path.clone());
        }
        let told = self.check(std::slice::from_ref(path));
        let is_broken = told.has_errors();
        diagnostics.extend(told);
        if is_broken {
            return None;
        }
        let packs = self.packs_in(std::slice::from_ref(path));
        let own = self.library.templates.iter().filter(|t| packs.contains(&t.pack));
        let names: Vec<&str> = own.filter(|t| t.is_function()).map(|t| t.name.as_str()).collect();
        match (&request.function, names.as_slice()) {
            (Some(name), names) if names.contains(&name.as_str()) => Some(name.clone()),
            (None, [only]) => Some((*only).to_string()),
            (asked, names) => {
                let message = match asked {
                    Some(name) => format!("`{path}` holds no function `{name}`"),
                    None if names.is_empty() => format!("`{path}` holds no function of numbers"),
                    None => format!("`{path}` holds several functions"),
                };
                let help = (!names.is_empty()).then(|| format!("name one of {}", names.join(", ")));
                let complaint = Diagnostic::error(Code::FIT_FUNCTION, message);
                diagnostics.push(complaint.maybe_help(help));
                None
            }
        }
    }

    /// The template and the index of its output.
    fn function(
        &self,
        name: &str,
        request: &FitRequest,
    ) -> Result<(&TemplateIr, usize), Diagnostic> {
        let missing = |message: String| Diagnostic::error(Code::FIT_FUNCTION, message);
        let Some(template) = self.library.template(name) else {
            let names = self.library.templates.iter().filter(|t| t.is_function());
            let names: Vec<&str> = names.map(|t| t.name.as_str()).collect();
            let complaint = missing(format!("there is no template `{name}`"));
            return Err(match did_you_mean(name, names.iter().copied()) {
                Some(name) => complaint.help(format!("did you mean `{name}`?")),
                None => complaint.help("give the pack that holds it (`pack`)"),
            });
        };
        if !template.is_function() {
            let message = format!("`{}` is a device, not a function of numbers", template.name);
            return Err(missing(message)
                .label(template.span, "declared here")
                .help("devices are fitted by their recipes: espice model"));
        }
        let parameters = || template.parameters.iter().map(|p| p.name.as_str());
        let named = request.start.iter().map(|(n, _)| n).chain(&request.fixed);
        if let Some(name) = named.into_iter().find(|n| template.parameter(n).is_none()) {
            let complaint = missing(format!("`{}` has no parameter `{name}`", template.name));
            return Err(complaint.maybe_help(
                did_you_mean(name, parameters()).map(|n| format!("did you mean `{n}`?")),
            ));
        }
        let output = match &request.output {
            None => Some(0),
            Some(name) => template.outputs.iter().position(|o| o.name == *name),
        };
        output.map(|index| (template, index)).ok_or_else(|| {
            let name = request.output.as_deref().unwrap_or_default();
            missing(format!("`{}` has no output `{name}`", template.name))
        })
    }
}

/// The parameters as the fit sees them.
fn variables(
    template: &TemplateIr,
    request: &FitRequest,
) -> Result<(Variables, Diagnostics), Diagnostics> {
    let all = template.parameters.iter().map(|p| {
        let stated = request.start.iter().rev().find(|(name, _)| *name == p.name);
        let start = stated.map_or(p.default, |(_, value)| *value);
        if p.fixed || request.fixed.contains(&p.name) {
            return Variable::free(p.name.as_str(), start).role(Role::Fixed);
        }
        let variable = Variable::free(p.name.as_str(), start).within(p.low, p.high);
        if p.scale == ParameterScale::Log { variable.log() } else { variable }
    });
    Variables::new(all.collect())
}

/// Several runs that ended at the same cost in different places mean that the answer is one of
/// several.
fn tell_equal_minima(found: &Found, diagnostics: &mut Diagnostics) {
    if found.fit.converged() || found.attempts.len() < 2 {
        return;
    }
    let message = format!(
        "none of {} starts converged; the values are those of the lowest cost found",
        found.attempts.len()
    );
    diagnostics.push(Diagnostic::warning(Code::FIT_NOT_CONVERGED, message));
}

/// After how many rows, evaluated once each, a caller hears of it again: a few milliseconds, where no
/// clock may be looked at.
const TOLD: usize = 200_000;

/// Tells a caller how a fit goes on.
struct Follower<'a> {
    world: &'a dyn World,
    stage: &'a str,
    name: &'a str,
    every: usize,
    done: AtomicUsize,
}

impl<'a> Follower<'a> {
    fn new(engine: &'a Engine<'_>, stage: &'a str, name: &'a str, table: &Table) -> Follower<'a> {
        engine.tell(stage, name, None);
        let every = (TOLD / table.values.len().max(1)).max(1);
        Follower { world: engine.world, stage, name, every, done: AtomicUsize::new(0) }
    }

    fn evaluated(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if done.is_multiple_of(self.every) {
            let detail = format!("{}: {done} evaluations", self.name);
            self.world.progress(Progress { stage: self.stage, detail: &detail, share: None });
        }
    }
}

/// A function at the rows of a table, less what the table says.
struct Curve<'a> {
    measurement: &'a Measurement,
    table: &'a Table,
    follower: &'a Follower<'a>,
    plan: Option<(Vec<usize>, MeasurementPlan)>,
}

impl Clone for Curve<'_> {
    fn clone(&self) -> Self {
        Curve { plan: None, ..*self }
    }
}

impl Curve<'_> {
    /// The compiled function with derivatives by these parameters.
    fn plan(&mut self, wanted: &[usize]) -> Option<&mut MeasurementPlan> {
        if self.plan.as_ref().is_none_or(|(known, _)| known != wanted) {
            let plan = self.measurement.plan(wanted, false).ok()?;
            self.plan = Some((wanted.to_vec(), plan));
        }
        self.plan.as_mut().map(|(_, plan)| plan)
    }
}

impl RawModel for Curve<'_> {
    fn residuals(&self) -> usize {
        self.table.values.len()
    }

    fn evaluate(
        &mut self,
        raw: &[f64],
        residuals: &mut [f64],
        derivatives: Option<&mut [f64]>,
        wanted: &[usize],
    ) -> Evaluation {
        self.follower.evaluated();
        let table = self.table;
        let arguments: Vec<&[f64]> = table.inputs.iter().map(Vec::as_slice).collect();
        let Some(plan) = self.plan(wanted) else { return Evaluation::NonFinite };
        if arguments.is_empty() {
            // A function without inputs is a constant.
            let kelvin = vec![TNOM; table.values.len()];
            plan.run(raw, &arguments, Kelvin::PerPoint(&kelvin));
        } else {
            plan.run(raw, &arguments, Kelvin::Uniform(TNOM));
        }
        for ((r, found), given) in residuals.iter_mut().zip(plan.values()).zip(&table.values) {
            *r = found - given;
        }
        let mut columns = vec![&mut residuals[..]];
        if let Some(derivatives) = derivatives {
            derivatives.copy_from_slice(plan.jacobian());
            columns.extend(derivatives.chunks_exact_mut(table.values.len()));
        }
        for column in columns {
            for (value, error) in column.iter_mut().zip(table.errors.iter().flatten()) {
                *value /= error;
            }
        }
        Evaluation::Done
    }
}
