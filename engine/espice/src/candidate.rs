//! One candidate: its template fitted by its recipe, then judged.

use crate::engine::Engine;
use crate::extraction::{self, Origins, Prepared, held};
use crate::fitted::attempt;
use crate::outcome as out;
use crate::probe::{Bench, Probe};
use espice_base::{Code, Diagnostic, Diagnostics, Severity};
use espice_facts::{Conditions, Curve, Facts, SIZES, size_symbol};
use espice_fit::stages::{self, Options, Plan, Staged, Step};
use espice_fit::{Criteria, Settings, Stop};
use espice_lang::Quantities;
use espice_lang::ir::{Finding, FindingStatus, KindIr, ParameterIr, TemplateIr};
use espice_lang::rules::Phase;
use espice_units::constants::TNOM;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// Root mean square of the residuals (natural logarithms or relative units) above which a fit
/// describes another device.
const WORST_RESIDUAL: f64 = 0.5;

/// Tolerance of the cost of a fit through a simulator: a step that improves the residual by half
/// of this is not worth the seconds that it takes.
const SIMULATED_COST: f64 = 1e-3;
/// Most evaluations of one such fit. One that goes on so long creeps along a valley, which is told.
const SIMULATED_EVALUATIONS: usize = 24;
/// Tolerance of its gradients and steps.
const SIMULATED_STEP: f64 = 1e-5;

/// Significant digits of a parameter.
const DIGITS: usize = 8;

/// A fitted and judged template.
pub(crate) struct Fitted<'a> {
    pub(crate) template: &'a TemplateIr,
    pub(crate) bench: Bench,
    pub(crate) staged: Staged,
    /// Parameters whose seed was taken from a limit of a row.
    pub(crate) guessed: BTreeSet<usize>,
    /// What each target of the recipe was taken from.
    pub(crate) origins: Vec<Origins>,
    /// Findings of the rules `on model`.
    pub(crate) findings: Vec<Finding>,
    pub(crate) diagnostics: Diagnostics,
}

impl Fitted<'_> {
    pub(crate) fn probe(&self) -> Probe<'_> {
        Probe { bench: &self.bench, values: &self.staged.values }
    }

    /// The model's values at all points of some curves, those of one quantity as one batch: a
    /// simulator starts once.
    pub(crate) fn along(&self, curves: &[&Curve]) -> Vec<Vec<Option<f64>>> {
        let mut values: Vec<Vec<Option<f64>>> = vec![Vec::new(); curves.len()];
        let quantities: BTreeSet<&String> = curves.iter().map(|c| &c.signature.quantity).collect();
        for quantity in quantities {
            let is_of = |c: &&&Curve| c.signature.quantity == *quantity;
            let at: Vec<Conditions> =
                curves.iter().filter(is_of).flat_map(|c| every_point(c)).collect();
            let mut found = self.probe().values(quantity, &at).into_iter();
            for (slot, curve) in values.iter_mut().zip(curves).filter(|(_, c)| is_of(c)) {
                slot.extend(found.by_ref().take(curve.points.len()));
            }
        }
        values
    }

    /// Root mean square of the residuals of the last joint fit; points far off their neighbours
    /// count little.
    pub(crate) fn error(&self) -> f64 {
        let residuals = self.staged.fit.as_ref().map_or(&[][..], |f| &f.effective);
        let sum: f64 = residuals.iter().map(|r| r * r).sum();
        (sum / residuals.len().max(1) as f64).sqrt()
    }

    /// Leaves the sizes of the first device behind, where the sources are of devices of several
    /// sizes: the card is that of all, and each device says its own.
    pub(crate) fn stand_for_all(&mut self, facts: &Facts) {
        for curve in &facts.curves {
            for (index, _) in extraction::instance(self.template, &curve.conditions) {
                let (values, sources) = (&mut self.staged.values, &mut self.staged.sources);
                if let (Some(value), Some(source), Some(p)) = (
                    values.get_mut(index),
                    sources.get_mut(index),
                    self.template.parameters.get(index),
                ) {
                    *value = p.default;
                    *source = stages::Source::Default;
                }
            }
        }
    }

    /// The rules that throw the candidate out.
    pub(crate) fn broken(&self) -> impl Iterator<Item = &Finding> {
        broken(&self.findings)
    }
}

/// The conditions of each point of a curve.
fn every_point(curve: &Curve) -> Vec<Conditions> {
    let held = held(curve);
    let x = &curve.signature.x;
    curve.points.iter().map(|p| held.clone().with(x.clone(), p[0])).collect()
}

fn broken(findings: &[Finding]) -> impl Iterator<Item = &Finding> {
    findings.iter().filter(|f| f.status == FindingStatus::Failed && f.severity == Severity::Error)
}

/// Takes the `try` steps out of a plan. The names of the parameters that they had added to the
/// result; `None` when they had added none.
fn leave_out_tries(plan: &mut Plan<'_>, staged: &Staged) -> Option<String> {
    let steps = || plan.stages.iter().flat_map(|s| &s.steps);
    let in_fit = |index: &usize| {
        steps().any(|s| matches!(s, Step::Fit { parameters, .. } if parameters.contains(index)))
    };
    let in_try = |index: &usize| {
        steps().any(|s| match s {
            Step::Try { parameters, .. } => parameters.iter().any(|(p, _)| p == index),
            Step::Seed { .. } | Step::Bound { .. } | Step::Fit { .. } => false,
        })
    };
    let added = staged.free.iter().filter(|p| in_try(p) && !in_fit(p));
    let names: Vec<&str> =
        added.filter_map(|p| plan.parameters.get(*p)).map(|p| p.name.as_str()).collect();
    for stage in &mut plan.stages {
        stage.steps.retain(|s| !matches!(s, Step::Try { .. }));
    }
    (!names.is_empty()).then(|| names.join(", "))
}

/// A candidate of which nothing came out that could be judged.
pub(crate) struct Failed {
    /// Why.
    pub(crate) complaint: Diagnostic,
    /// How far it came.
    pub(crate) attempt: Option<out::Attempt>,
}

impl From<Diagnostic> for Box<Failed> {
    fn from(complaint: Diagnostic) -> Self {
        Box::new(Failed { complaint, attempt: None })
    }
}

impl Engine<'_> {
    /// Fits a template to facts and judges it by all facts, those withheld from the fit among
    /// them.
    ///
    /// # Errors
    /// Why it could not be fitted, for the record of the candidates.
    pub(crate) fn try_template<'e>(
        &'e self,
        template: &'e TemplateIr,
        kind: &KindIr,
        facts: &Facts,
        all: &Facts,
    ) -> Result<Fitted<'e>, Box<Failed>> {
        let recipe = self.rulebook.recipe(&self.library, &template.name).ok_or_else(|| {
            Diagnostic::error(
                Code::TEMPLATE_WITHOUT_RECIPE,
                format!("`{}` has no recipe, so it cannot be fitted", template.name),
            )
            .at(template.span)
            .help("add a `recipe { … }` block to the template")
        })?;
        one_card(template, facts)?;
        let (evaluator, simulation) = self.evaluator(template, TNOM, None, &[])?;
        let bench = Bench::new(evaluator, kind).around(facts);
        let complaints = RefCell::new(Diagnostics::new());
        let context_seeds = RefCell::new(BTreeMap::new());
        let guessed = RefCell::new(BTreeSet::new());
        let context = extraction::Context {
            rulebook: &self.rulebook,
            recipe: &recipe,
            template,
            bench: &bench,
            input: self.input(facts),
            diagnostics: &complaints,
            seedless: &context_seeds,
            guessed: &guessed,
        };
        let Prepared { mut plan, origins } = extraction::prepare(&context);
        let cancelled = || self.is_cancelled();
        let mut settings = Settings { least_effect: 1e-5, ..Settings::default() };
        let sparing = template.simulator.is_some();
        if sparing {
            // Derivatives are differences: closer to the optimum they tell nothing more.
            settings.cost_tolerance = SIMULATED_COST;
            settings.gradient_tolerance = SIMULATED_STEP;
            settings.step_tolerance = SIMULATED_STEP;
            settings.max_evaluations = SIMULATED_EVALUATIONS;
        }
        let options =
            Options { settings, criteria: Criteria::default(), sparing, cancelled: &cancelled };
        let judge = |staged: &Staged| {
            let probe = Probe { bench: &bench, values: &staged.values };
            let judgement = self.rulebook.run(Phase::Model, &self.input(all).with_model(&probe));
            (judgement, bench.unsolved())
        };
        let fit = |plan: &Plan<'_>| {
            let mut staged = stages::run(plan, &options);
            shorten(&mut staged, &template.parameters);
            staged
        };
        let mut staged = fit(&plan);
        let (mut judgement, mut unsolved) = judge(&staged);
        let mut simpler = None;
        // What a recipe tries beyond its fits may follow the data and break a rule all the same.
        let first = broken(&judgement.findings).next().cloned();
        if let Some(first) = first
            && let Some(names) = leave_out_tries(&mut plan, &staged)
        {
            let plain = fit(&plan);
            let (second, without) = judge(&plain);
            if missed(template, &plain).is_none() && broken(&second.findings).next().is_none() {
                simpler = Some(
                    Diagnostic::note(
                        Code::CANDIDATE_BROKE_RULES,
                        format!("`{}` was fitted without {names}", template.name),
                    )
                    .at(template.span)
                    .help(format!(
                        "fitted with {names} it breaks {}: {}",
                        first.rule, first.message
                    )),
                );
                staged = plain;
                (judgement, unsolved) = (second, without);
            }
        }
        drop(plan);
        let mut diagnostics = complaints.into_inner();
        diagnostics.extend(simpler);
        diagnostics.extend(simulation.and_then(|s| s.trouble()));
        // The fit knows no texts: what it says belongs to the template.
        diagnostics.extend(
            staged
                .diagnostics
                .iter()
                .cloned()
                .map(|d| if d.place().is_some() { d } else { d.at(template.span) }),
        );
        if staged.free.is_empty() {
            let unmeasured = diagnostics.iter().find(|d| d.code == Code::TARGET_NOT_MEASURED);
            let why = unmeasured.map(|d| d.message.clone());
            return Err(Diagnostic::error(
                Code::NOTHING_TO_FIT,
                format!("the sources hold nothing that `{}` could be fitted to", template.name),
            )
            .at(template.span)
            .maybe_help(why)
            .help(format!("its recipe fits to {}", extraction::wanted(&recipe)))
            .help(format!("the sources have {}", extraction::offered(facts)))
            .into());
        }
        self.complain_of_seeds(&context_seeds.into_inner(), &staged, template, &mut diagnostics);
        if let Some(complaint) = missed(template, &staged) {
            let attempt = Some(attempt(template, &staged));
            return Err(Box::new(Failed { complaint, attempt }));
        }
        if let Some(fit) = staged.fit.as_ref().filter(|f| sparing && !f.converged()) {
            let message = format!("the fit of `{}` {}", template.name, fit.stop.words());
            diagnostics.push(
                Diagnostic::warning(Code::FIT_NOT_CONVERGED, message)
                    .at(template.span)
                    .help("each evaluation is a run of the simulator; the last values stand"),
            );
        }
        diagnostics.extend(judgement.diagnostics);
        diagnostics.extend(unsolved.into_iter().map(|d| d.at(template.span)));
        diagnostics.sort();
        let findings = judgement.findings;
        let guessed = guessed.into_inner();
        Ok(Fitted { template, bench, staged, guessed, origins, findings, diagnostics })
    }

    /// A note for every fitted parameter whose seeds all came to nothing.
    fn complain_of_seeds(
        &self,
        seedless: &BTreeMap<usize, String>,
        staged: &Staged,
        template: &TemplateIr,
        diagnostics: &mut Diagnostics,
    ) {
        for (index, reason) in seedless.iter().filter(|(index, _)| staged.free.contains(index)) {
            let Some(parameter) = template.parameters.get(*index) else { continue };
            // From an effect that is absent a fit may well start.
            if parameter.default == 0.0 {
                continue;
            }
            diagnostics.push(
                Diagnostic::note(
                    Code::SEED_WITHOUT_VALUE,
                    format!("the fit of `{}` starts from its default", parameter.name),
                )
                .at(parameter.span)
                .help(format!("its seed has no value: {reason}")),
            );
        }
    }
}

/// Checks that one card describes the devices of the sources, where they are of several sizes.
fn one_card(template: &TemplateIr, facts: &Facts) -> Result<(), Diagnostic> {
    let lacks = |name: &str| !template.parameters.iter().any(|p| p.instance && p.name == name);
    let curves = facts.curves.iter().map(|c| &c.conditions);
    let stated = curves.chain(facts.parameters.iter().map(|p| &p.conditions));
    let sized: Vec<&Conditions> = stated.filter(|c| extraction::has_size(c)).collect();
    let differs = |name: &str| sized.iter().any(|c| c.value(&size_symbol(name)).is_some());
    let Some((name, _)) = SIZES.iter().find(|(name, _)| lacks(name) && differs(name)) else {
        return Ok(());
    };
    let message =
        format!("`{}` has no {name}, and the sources are of devices of several", template.name);
    Err(Diagnostic::error(Code::NOTHING_TO_FIT, message)
        .at(template.span)
        .help("give the sources of one device, or several with `batch`: a card for each"))
}

/// Rounds the values that were found, before they are judged: no fit determines more digits than
/// these, and a card of them can be read.
fn shorten(staged: &mut Staged, parameters: &[ParameterIr]) {
    for (value, p) in staged.values.iter_mut().zip(parameters) {
        let short = espice_units::rounded(*value, DIGITS);
        if (p.low..=p.high).contains(&short) {
            *value = short;
        }
    }
}

/// A fit that did not end at an optimum, whose residuals are as large as the data, or some of
/// whose data the model has no value for.
fn missed(template: &TemplateIr, staged: &Staged) -> Option<Diagnostic> {
    let valueless = staged.diagnostics.iter().find(|d| d.code == Code::FIT_NON_FINITE);
    if let Some(told) = valueless {
        return Some(told.clone().at(template.span));
    }
    let fit = staged.fit.as_ref()?;
    let enough = template.simulator.is_some() && fit.stop == Stop::MaxEvaluations;
    let converged = fit.converged() || fit.evaluations <= 1 || enough;
    let sum: f64 = fit.effective.iter().map(|r| r * r).sum();
    let rms = (sum / fit.effective.len().max(1) as f64).sqrt();
    let (code, message) = if !converged {
        (Code::FIT_NOT_CONVERGED, format!("the fit of `{}` {}", template.name, fit.stop.words()))
    } else if rms.is_nan() || rms > WORST_RESIDUAL {
        let rms = espice_units::plain(rms, 3);
        (
            Code::FIT_MISSES,
            format!("the fit of `{}` misses its data: residual {rms}", template.name),
        )
    } else {
        return None;
    };
    let help = "look at signs, units and seeds; the stages of the recipe are in the outcome, under `candidates`";
    Some(Diagnostic::error(code, message).at(template.span).help(help))
}
