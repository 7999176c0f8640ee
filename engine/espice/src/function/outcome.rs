//! What came of a curve fit, as documents have it.

use crate::outcome::{DiagnosticRecord, Source, Version};
use crate::wire::finite;
use espice_fit::{Attempt, End, Found, Profile, Rung, Statistics, Variables, Working};
use espice_lang::ir::TemplateIr;
use schemars::JsonSchema;
use serde::Serialize;

/// A curve fit. Numbers are SI; what is not known is null.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FunctionFit {
    /// Version of the engine and of its documents, the packs.
    pub espice: Version,
    /// The template.
    pub template: String,
    /// The output that was fitted.
    pub output: String,
    /// The table.
    pub source: Option<Source>,
    /// Its rows.
    pub points: usize,
    /// Every parameter of the template.
    pub parameters: Vec<FunctionParameter>,
    /// Probability that an interval holds the truth.
    pub level: f64,
    /// Sum of the squared residuals; in standard errors where the table states them.
    pub sum_of_squares: Option<f64>,
    /// Standard deviation of one residual.
    pub deviation: Option<f64>,
    /// Rows less determined parameters.
    pub degrees_of_freedom: Option<f64>,
    /// Whether a minimum was reached.
    pub converged: bool,
    /// Why the run ended, for a sentence that starts with `the fit`.
    pub stop: String,
    /// Evaluations of all runs.
    pub evaluations: usize,
    /// Every run: the first, then those of the ladder.
    pub attempts: Vec<FunctionAttempt>,
    /// Pairs of parameters whose estimates are correlated by 0.95 or more in magnitude.
    pub correlated: Vec<(String, String, f64)>,
    /// What the data cannot tell, in words.
    pub unidentified: Vec<String>,
    /// What else there is to say.
    pub diagnostics: Vec<DiagnosticRecord>,
}

/// A parameter of a curve fit.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FunctionParameter {
    /// Name in the template.
    pub name: String,
    /// Value, SI.
    pub value: Option<f64>,
    /// SI unit.
    pub unit: String,
    /// Where it started, SI.
    pub start: Option<f64>,
    /// Whether it was kept.
    pub fixed: bool,
    /// Standard error.
    pub deviation: Option<f64>,
    /// Lower end of the interval.
    pub low: Option<f64>,
    /// Upper end of the interval.
    pub high: Option<f64>,
    /// Lower end by profile likelihood, where it was asked for and has one.
    pub profile_low: Option<f64>,
    /// Upper end by profile likelihood.
    pub profile_high: Option<f64>,
    /// Whether the data determine it.
    pub identified: bool,
    /// `low` or `high` where it ended on an end of its range.
    pub at_bound: Option<String>,
    /// Whether the fit moved it.
    pub moved: bool,
}

/// One run of a search.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FunctionAttempt {
    /// `first`, `radius 0.01`, `seeded 3`, `evolved`.
    pub rung: String,
    /// Sum of the squared residuals, or the loss of them twice.
    pub sum_of_squares: Option<f64>,
    /// Why it ended.
    pub stop: String,
    /// Its evaluations.
    pub evaluations: usize,
}

/// Correlations of at least this magnitude are told.
const CORRELATED: f64 = 0.95;

impl FunctionFit {
    pub(super) fn empty(espice: Version, template: &str, level: f64) -> FunctionFit {
        FunctionFit {
            espice,
            template: template.into(),
            output: String::new(),
            source: None,
            points: 0,
            parameters: Vec::new(),
            level,
            sum_of_squares: None,
            deviation: None,
            degrees_of_freedom: None,
            converged: false,
            stop: String::from("did not begin"),
            evaluations: 0,
            attempts: Vec::new(),
            correlated: Vec::new(),
            unidentified: Vec::new(),
            diagnostics: Vec::new(),
        }
    }

    /// Takes in what was found and what it is worth.
    pub(super) fn tell(
        &mut self,
        template: &TemplateIr,
        variables: &Variables,
        found: &Found,
        worth: &Statistics,
    ) {
        let fit = &found.fit;
        let values = variables.raw(&fit.x);
        self.sum_of_squares = finite(2.0 * fit.cost);
        self.deviation = finite(worth.deviation);
        self.degrees_of_freedom = finite(worth.degrees_of_freedom);
        self.converged = fit.converged();
        self.stop = fit.stop.words().into();
        self.evaluations = found.evaluations();
        self.attempts = found.attempts.iter().map(attempt).collect();
        self.unidentified = worth.weak.iter().map(|d| d.sentence()).collect();
        let name = |j: usize| worth.parameters.get(j).map_or(String::new(), |p| p.name.clone());
        let correlated = worth.correlated(CORRELATED).into_iter();
        self.correlated = correlated.map(|(i, j, c)| (name(i), name(j), c)).collect();
        self.parameters = template
            .parameters
            .iter()
            .zip(variables.all())
            .zip(values)
            .map(|((p, variable), value)| {
                let judged = worth.parameters.iter().find(|w| w.name == p.name);
                // The error of a logarithm is relative.
                let slope = if variable.scale == Working::Log { value.abs() } else { 1.0 };
                let end = judged.and_then(|w| w.at_bound).map(|end| match end {
                    End::Low => String::from("low"),
                    End::High => String::from("high"),
                });
                FunctionParameter {
                    name: p.name.clone(),
                    value: finite(value),
                    unit: p.dimension.to_string(),
                    start: finite(variable.start),
                    fixed: judged.is_none(),
                    deviation: judged.and_then(|w| finite(w.deviation * slope)),
                    low: judged.and_then(|w| finite(w.low)),
                    high: judged.and_then(|w| finite(w.high)),
                    profile_low: None,
                    profile_high: None,
                    identified: judged.is_some_and(|w| w.identified),
                    at_bound: end,
                    moved: judged.is_some_and(|w| w.moved),
                }
            })
            .collect();
    }

    /// Takes in the ends by profile likelihood.
    pub(super) fn tell_profiles(&mut self, ends: &[Profile]) {
        for profile in ends {
            self.evaluations += profile.evaluations;
            if let Some(p) = self.parameters.iter_mut().find(|p| p.name == profile.name) {
                (p.profile_low, p.profile_high) = (profile.low, profile.high);
            }
        }
    }
}

fn attempt(attempt: &Attempt) -> FunctionAttempt {
    FunctionAttempt {
        rung: match attempt.rung {
            Rung::First => String::from("first"),
            Rung::Radius(factor) => format!("radius {factor}"),
            Rung::Seeded(number) => format!("seeded {}", number + 1),
            Rung::Evolved => String::from("evolved"),
        },
        sum_of_squares: finite(2.0 * attempt.cost),
        stop: attempt.stop.words().into(),
        evaluations: attempt.evaluations,
    }
}
