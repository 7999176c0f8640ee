//! What the solver promises: optima at and away from bounds, truthful reasons for stopping,
//! cancellation, checkpoints, robust losses.

#![allow(clippy::unwrap_used, reason = "a test that can't set up its case has failed")]

use argmin::core::checkpointing::{Checkpoint, CheckpointingFrequency};
use argmin::core::{Error, Executor, State};
use espice_fit::{
    Bounds, Criterion, Evaluation, Fit, FitState, LeastSquares, Loss, Settings, SplitMix, Stop,
    TrustRegion, Weighted, solve,
};
use std::sync::{Arc, Mutex};

/// A problem from a closure over numbers; derivatives by the closure too.
#[derive(Clone)]
struct Closure<F> {
    n: usize,
    m: usize,
    f: F,
}

impl<F: FnMut(&[f64], &mut [f64], Option<&mut [f64]>)> LeastSquares for Closure<F> {
    fn parameters(&self) -> usize {
        self.n
    }
    fn residuals(&self) -> usize {
        self.m
    }
    fn evaluate(&mut self, x: &[f64], r: &mut [f64], jacobian: Option<&mut [f64]>) -> Evaluation {
        (self.f)(x, r, jacobian);
        Evaluation::Done
    }
}

fn rosenbrock(x: &[f64], r: &mut [f64], jacobian: Option<&mut [f64]>) {
    r.copy_from_slice(&[10.0 * (x[1] - x[0] * x[0]), 1.0 - x[0]]);
    if let Some(j) = jacobian {
        j.copy_from_slice(&[-20.0 * x[0], -1.0, 10.0, 0.0]);
    }
}

fn run<P: LeastSquares>(mut problem: P, start: &[f64], bounds: &Bounds) -> Fit {
    solve(&mut problem, start, bounds, &Settings::default(), &|| false)
}

type Function = fn(&[f64], &mut [f64], Option<&mut [f64]>);

const ROSENBROCK: Closure<Function> = Closure { n: 2, m: 2, f: rosenbrock };

#[test]
fn rosenbrock_with_and_without_bounds() {
    // Bound and optimum; the bounded ones follow from the curve x1 = x0².
    let cases = [
        (Bounds::open(2), [1.0, 1.0]),
        (Bounds::of(&[(-2.0, 0.5), (-2.0, 2.0)]), [0.5, 0.25]),
        (Bounds::of(&[(0.0, 2.0), (1.5, 2.0)]), [1.224_370_748_8, 1.5]),
        (Bounds::of(&[(-2.0, -0.1), (0.5, 2.0)]), [-0.698_456_410_2, 0.5]),
        (Bounds::of(&[(1.5, 2.0), (-2.0, 1.0)]), [1.5, 1.0]),
    ];
    for (bounds, optimum) in cases {
        for start in [[-1.2, 1.0], [2.0, 2.0], [0.0, -2.0]] {
            let fit = run(ROSENBROCK, &start, &bounds);
            assert!(fit.converged(), "{fit:?}");
            for (found, expected) in fit.x.iter().zip(optimum) {
                assert!((found - expected).abs() < 1e-6, "{:?} for {optimum:?}", fit.x);
            }
        }
    }
}

/// Gradient of the cost; the model is a random mildly nonlinear one.
fn conditions_hold(fit: &Fit, bounds: &Bounds) -> f64 {
    let m = fit.residuals.len();
    let size: f64 = fit.residuals.iter().map(|r| r * r).sum::<f64>().sqrt();
    let mut worst = 0.0f64;
    for (j, x) in fit.x.iter().enumerate() {
        let column = &fit.jacobian[j * m..(j + 1) * m];
        let length: f64 = column.iter().map(|v| v * v).sum::<f64>().sqrt();
        let gradient: f64 = column.iter().zip(&fit.residuals).map(|(a, b)| a * b).sum();
        let cosine = gradient / (length * size).max(1e-300);
        assert!(*x >= bounds.low[j] && *x <= bounds.high[j]);
        let outward = if *x == bounds.low[j] {
            (-cosine).max(0.0)
        } else if *x == bounds.high[j] {
            cosine.max(0.0)
        } else {
            cosine.abs()
        };
        worst = worst.max(outward);
    }
    worst
}

#[test]
fn reported_optima_meet_the_conditions_of_karush_kuhn_and_tucker() {
    let mut random = SplitMix::new(77);
    let mut at_bounds = 0;
    for case in 0..400 {
        let n = 1 + random.below(6);
        let m = n + random.below(20);
        let a: Vec<f64> = (0..m * n).map(|_| random.normal()).collect();
        let b: Vec<f64> = (0..m).map(|_| 3.0 * random.normal()).collect();
        let bend = 0.3 * random.unit();
        let problem = Closure {
            n,
            m,
            f: |x: &[f64], r: &mut [f64], mut jacobian: Option<&mut [f64]>| {
                for i in 0..m {
                    let t: f64 = (0..n).map(|j| a[j * m + i] * x[j]).sum();
                    r[i] = t + bend * t.sin() - b[i];
                    for j in 0..n {
                        if let Some(jacobian) = jacobian.as_deref_mut() {
                            jacobian[j * m + i] = a[j * m + i] * (1.0 + bend * t.cos());
                        }
                    }
                }
            },
        };
        let mut end = |sign: f64| match random.below(3) {
            0 => sign * f64::INFINITY,
            _ => sign * 1.5 * random.unit(),
        };
        let pairs: Vec<(f64, f64)> = (0..n).map(|_| (end(-1.0), end(1.0))).collect();
        let bounds = Bounds::of(&pairs);
        let start: Vec<f64> = (0..n).map(|_| 2.0 * random.normal()).collect();
        let fit = run(problem, &start, &bounds);
        assert!(fit.converged(), "case {case}: {:?}", fit.stop);
        let worst = conditions_hold(&fit, &bounds);
        assert!(worst < 1e-5, "case {case}: {worst:e} {:?}", fit.stop);
        at_bounds +=
            usize::from(fit.x.iter().any(|x| bounds.low.contains(x) || bounds.high.contains(x)));
    }
    assert!(at_bounds > 100);
}

#[test]
fn reasons_for_stopping_are_true() {
    let open = Bounds::open(2);
    let with = |settings: Settings| {
        solve(&mut ROSENBROCK.clone(), &[-1.2, 1.0], &open, &settings, &|| false)
    };
    let few = with(Settings { max_evaluations: 5, ..Settings::default() });
    assert_eq!((few.stop, few.evaluations), (Stop::MaxEvaluations, 5));
    let cancelled =
        solve(&mut ROSENBROCK.clone(), &[-1.2, 1.0], &open, &Settings::default(), &|| true);
    assert_eq!((cancelled.stop, cancelled.evaluations), (Stop::Cancelled, 0));
    let at_optimum = run(ROSENBROCK, &[1.0, 1.0], &open);
    assert_eq!(at_optimum.stop, Stop::Converged(Criterion::Gradient));
    // A derivative with the wrong sign: nothing can be gained along it.
    let lying = Closure {
        n: 1,
        m: 2,
        f: |x: &[f64], r: &mut [f64], j: Option<&mut [f64]>| {
            r.copy_from_slice(&[x[0] - 3.0, 1.0]);
            j.into_iter().for_each(|j| j.copy_from_slice(&[-1.0, 0.0]));
        },
    };
    assert_eq!(run(lying, &[0.0], &Bounds::open(1)).stop, Stop::Stalled);
    // Sizes that do not fit are refused before the first evaluation.
    assert_eq!(run(ROSENBROCK, &[1.0], &open).evaluations, 0);
}

#[test]
fn points_without_a_value_are_stepped_around() {
    let root = |x: &[f64], r: &mut [f64], j: Option<&mut [f64]>| {
        r[0] = x[0].sqrt() - 0.01;
        j.into_iter().for_each(|j| j[0] = 0.5 / x[0].sqrt());
    };
    let fit = run(Closure { n: 1, m: 1, f: root }, &[4.0], &Bounds::open(1));
    assert!(fit.converged() && (fit.x[0] - 1e-4).abs() < 1e-10, "{fit:?}");
    let nowhere = run(Closure { n: 1, m: 1, f: root }, &[-4.0], &Bounds::open(1));
    assert_eq!(nowhere.stop, Stop::NonFinite);
    assert_eq!(nowhere.cost, f64::INFINITY);
}

#[test]
fn a_variable_without_effect_stays_and_does_no_harm() {
    let line = |x: &[f64], r: &mut [f64], j: Option<&mut [f64]>| {
        r.copy_from_slice(&[x[0] - 1.0, 2.0 * x[0] - 2.5]);
        j.into_iter().for_each(|j| j.copy_from_slice(&[1.0, 2.0, 0.0, 0.0]));
    };
    let fit = run(Closure { n: 2, m: 2, f: line }, &[9.0, 7.0], &Bounds::open(2));
    assert!(fit.converged() && fit.x[1] == 7.0 && (fit.x[0] - 1.2).abs() < 1e-12);
}

#[test]
fn robust_losses_and_weights_ignore_wild_points() {
    // A line through twenty points, three of them far off.
    let line = |x: &[f64], r: &mut [f64], mut j: Option<&mut [f64]>| {
        for i in 0..20 {
            let t = i as f64 / 10.0;
            let wild = if i % 7 == 3 { 5.0 } else { 0.01 * (i as f64).sin() };
            r[i] = x[0] + x[1] * t - (1.0 + 2.0 * t + wild);
            if let Some(j) = j.as_deref_mut() {
                (j[i], j[20 + i]) = (1.0, t);
            }
        }
    };
    let problem = Closure { n: 2, m: 20, f: line };
    let away = |x: &[f64]| (x[0] - 1.0).abs().max((x[1] - 2.0).abs());
    let fit_with = |loss| {
        let settings = Settings { loss, ..Settings::default() };
        solve(&mut problem.clone(), &[0.0, 0.0], &Bounds::open(2), &settings, &|| false)
    };
    assert!(away(&fit_with(Loss::Linear).x) > 0.3);
    for (loss, near) in [
        (Loss::Huber { scale: 0.03 }, 0.05),
        (Loss::SoftL1 { scale: 0.03 }, 0.05),
        (Loss::Cauchy { scale: 0.03 }, 0.02),
    ] {
        let fit = fit_with(loss);
        assert!(fit.converged() && away(&fit.x) < near, "{loss:?} {:?}", fit.x);
    }
    let weights = (0..20).map(|i| if i % 7 == 3 { 0.0 } else { 1.0 }).collect();
    let weighted = run(Weighted { problem, weights }, &[0.0, 0.0], &Bounds::open(2));
    assert!(away(&weighted.x) < 0.02);
}

/// Keeps the latest solver and state, as a file would.
#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Option<(TrustRegion, FitState)>>>);

impl Checkpoint<TrustRegion, FitState> for Memory {
    fn save(&self, solver: &TrustRegion, state: &FitState) -> Result<(), Error> {
        *self.0.lock().unwrap() = Some((solver.clone(), state.clone()));
        Ok(())
    }
    fn load(&self) -> Result<Option<(TrustRegion, FitState)>, Error> {
        Ok(self.0.lock().unwrap().clone())
    }
    fn frequency(&self) -> CheckpointingFrequency {
        CheckpointingFrequency::Always
    }
}

#[test]
fn a_run_resumed_from_a_checkpoint_ends_in_the_same_bits() {
    let whole = run(ROSENBROCK, &[-1.2, 1.0], &Bounds::open(2));
    let memory = Memory::default();
    let execute = |limit: u64| {
        let solver = TrustRegion::new(Bounds::open(2), Settings::default());
        Executor::new(ROSENBROCK, solver)
            .configure(|state| state.param(vec![-1.2, 1.0]).max_iters(limit))
            .checkpointing(memory.clone())
            .timer(false)
            .ctrlc(false)
            .run()
            .unwrap()
    };
    assert_eq!(execute(4).state().get_iter(), 4);
    // The saved state brings its own limit along.
    if let Some((_, state)) = memory.0.lock().unwrap().as_mut() {
        *state = state.clone().max_iters(1_000);
        state.termination_status = Default::default();
    }
    let resumed = execute(1_000);
    assert_eq!(resumed.state().get_param(), Some(&whole.x));
    assert_eq!(resumed.solver().stop(), Some(whole.stop));
}

/// A variable with next to no effect that breaks a limit when it goes far: the second one. The
/// first alone decides what is gained.
fn far_limit(x: &[f64], r: &mut [f64], jacobian: Option<&mut [f64]>) {
    let beyond = x[1] > 1.0;
    r.copy_from_slice(&[
        0.01 * (x[0] - 2.0),
        1e-13 * (x[1] - 1e6),
        if beyond { 10.0 * (x[1] - 1.0) } else { 0.0 },
    ]);
    if let Some(j) = jacobian {
        j.copy_from_slice(&[0.01, 0.0, 0.0, 0.0, 1e-13, if beyond { 10.0 } else { 0.0 }]);
    }
}

#[test]
fn a_variable_without_effect_is_not_let_go_anywhere() {
    let problem: Closure<Function> = Closure { n: 2, m: 3, f: far_limit };
    let run = |least_effect| {
        let settings = Settings { least_effect, ..Settings::default() };
        solve(&mut problem.clone(), &[1.0, 0.5], &Bounds::open(2), &settings, &|| false)
    };
    let held = run(1e-5);
    assert!((held.x[0] - 2.0).abs() < 1e-6, "{held:?}");
    // With a scale of its own the variable keeps the first one from moving.
    assert!((run(0.0).x[0] - 2.0).abs() > 0.1);
}
