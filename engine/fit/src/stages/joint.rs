use super::{Measure, Observations, Target};
use crate::{Evaluation, RawModel};
use espice_base::Diagnostic;
use espice_model::{Kelvin, MeasurementPlan, PlannedRun, run_together};

/// The smallest ratio of model to observation whose logarithm is taken: below it a model is
/// wrong by 300 orders of magnitude anyway, and the residual stays finite.
const LEAST_RATIO: f64 = 1e-300;

/// What a limit weighs beside an observation.
const FIRMNESS: f64 = 10.0;
/// Limits pull from this share inside of them, so that a model ends within.
const INSIDE: f64 = 0.02;

/// Several targets as one model in raw parameters. A copy shares the compiled measurements.
#[derive(Clone)]
pub struct Joint<'a> {
    blocks: Vec<Block<'a>>,
    residuals: usize,
}

#[derive(Clone)]
struct Block<'a> {
    target: &'a Target<'a>,
    plan: MeasurementPlan,
    /// What a difference is divided by, one for each observation.
    scale: Vec<f64>,
    /// Derivatives of the residuals by the model's values, of the last evaluation.
    slopes: Vec<f64>,
    /// The parameters of the target's device, of the last evaluation.
    own: Vec<f64>,
}

impl<'a> Joint<'a> {
    /// Prepares targets for derivatives by the parameters `wanted`, in this order.
    ///
    /// # Errors
    /// When a measurement does not fit its template.
    pub fn new(targets: &[&'a Target<'a>], wanted: &[usize]) -> Result<Self, Diagnostic> {
        let mut blocks = Vec::with_capacity(targets.len());
        for target in targets {
            let plan = target.measurement.plan(wanted, false)?;
            blocks.push(Block {
                target,
                plan,
                scale: scale(target),
                slopes: Vec::new(),
                own: Vec::new(),
            });
        }
        let residuals = targets.iter().map(|t| t.len()).sum();
        Ok(Joint { blocks, residuals })
    }
}

/// For a logarithm, the weight `|y| / (|y| + noise)`; else the divisor's inverse.
fn scale(target: &Target<'_>) -> Vec<f64> {
    let observed = &target.observations;
    let largest = observed.values.iter().fold(0.0f64, |a, v| if v.abs() > a { v.abs() } else { a });
    let one = |y: &f64| match target.measure {
        Measure::Log => y.abs() / (y.abs() + observed.noise),
        Measure::Relative => 1.0 / (y.abs() + observed.noise).max(f64::MIN_POSITIVE),
        Measure::Linear => 1.0 / largest.max(f64::MIN_POSITIVE),
        Measure::Limits => 1.0,
    };
    observed.values.iter().map(one).collect()
}

impl RawModel for Joint<'_> {
    fn residuals(&self) -> usize {
        self.residuals
    }

    fn evaluate(
        &mut self,
        raw: &[f64],
        residuals: &mut [f64],
        mut derivatives: Option<&mut [f64]>,
        wanted: &[usize],
    ) -> Evaluation {
        let mut from = 0;
        let rows = self.residuals;
        run_all(&mut self.blocks, raw, derivatives.is_some());
        for block in &mut self.blocks {
            let observed = &block.target.observations;
            let n = observed.values.len();
            let model = block.plan.values();
            let Some(out) = residuals.get_mut(from..from + n) else { return Evaluation::NonFinite };
            let measure = block.target.measure;
            block.slopes.clear();
            for (i, ((r, m), y)) in out.iter_mut().zip(model).zip(&observed.values).enumerate() {
                let scale = block.scale.get(i).copied().unwrap_or(1.0);
                let (value, slope) = residual(measure, *m, *y, scale, observed.limits.get(i));
                *r = value;
                block.slopes.push(slope);
            }
            if let Some(all) = derivatives.as_deref_mut() {
                for k in 0..wanted.len() {
                    let column = block.plan.by_parameter(k);
                    let start = k * rows + from;
                    let Some(out) = all.get_mut(start..start + n) else {
                        return Evaluation::NonFinite;
                    };
                    for ((d, dm), slope) in out.iter_mut().zip(column).zip(&block.slopes) {
                        // A residual that does not depend on the model is not bent by it either.
                        *d = if *slope == 0.0 { 0.0 } else { slope * dm };
                    }
                }
            }
            from += n;
        }
        Evaluation::Done
    }
}

/// The residual of a model's value, and its derivative by that value.
#[inline]
fn residual(measure: Measure, m: f64, y: f64, s: f64, limits: Option<&[f64; 2]>) -> (f64, f64) {
    match measure {
        Measure::Log => {
            let ratio = m / y;
            let floored = if ratio > LEAST_RATIO || ratio.is_nan() { ratio } else { LEAST_RATIO };
            (s * floored.ln(), if m == 0.0 { 0.0 } else { s / m })
        }
        Measure::Relative | Measure::Linear => (s * (m - y), s),
        Measure::Limits => {
            let [low, high] = limits.copied().unwrap_or([f64::NEG_INFINITY, f64::INFINITY]);
            let low = if low.is_finite() { low + INSIDE * low.abs() } else { low };
            let high = if high.is_finite() { high - INSIDE * high.abs() } else { high };
            let limit = if m > high { high } else { low };
            if m >= low && m <= high {
                (0.0, 0.0)
            } else if limit > 0.0 && m > 0.0 {
                (FIRMNESS * (m / limit).ln(), FIRMNESS / m)
            } else {
                let scale = FIRMNESS / limit.abs().max(f64::MIN_POSITIVE);
                (scale * (m - limit), scale)
            }
        }
    }
}

/// Evaluates all blocks at the values of the card's parameters.
fn run_all(blocks: &mut [Block<'_>], raw: &[f64], derivatives: bool) {
    if !blocks.iter().any(|b| b.plan.is_simulated()) {
        return blocks.iter_mut().for_each(|b| b.run(raw));
    }
    let mut runs: Vec<PlannedRun<'_>> = Vec::with_capacity(blocks.len());
    for Block { target, plan, own, .. } in blocks {
        own.clear();
        own.extend_from_slice(raw);
        target.put(own);
        let arguments = target.observations.arguments.iter().map(Vec::as_slice).collect();
        let kelvin = kelvin(&target.observations);
        runs.push(PlannedRun { plan, parameters: own.as_slice(), arguments, kelvin });
    }
    run_together(&mut runs, derivatives);
}

/// One temperature where all points have the same.
fn kelvin(observed: &Observations) -> Kelvin<'_> {
    let first = observed.kelvin.first().copied().unwrap_or(espice_units::constants::ROOM);
    let uniform = observed.kelvin.iter().all(|t| *t == first);
    if uniform { Kelvin::Uniform(first) } else { Kelvin::PerPoint(&observed.kelvin) }
}

impl Block<'_> {
    fn run(&mut self, raw: &[f64]) {
        let observed = &self.target.observations;
        // At most a handful of arguments: the list of columns lives on the stack.
        let mut columns: [&[f64]; 8] = [&[]; 8];
        let used = observed.arguments.len().min(columns.len());
        for (slot, column) in columns.iter_mut().zip(&observed.arguments) {
            *slot = column;
        }
        let columns = columns.get(..used).unwrap_or_default();
        if self.target.instance.is_empty() {
            return self.plan.run(raw, columns, kelvin(observed));
        }
        self.own.clear();
        self.own.extend_from_slice(raw);
        self.target.put(&mut self.own);
        self.plan.run(&self.own, columns, kelvin(observed));
    }
}
