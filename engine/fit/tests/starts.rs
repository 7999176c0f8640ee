//! From how many random starts inside the bounds of the shipped templates a fit with default
//! settings reaches the optimum. A few starts in every test run; `ESPICE_CASES=200` for the whole
//! measurement, which prints single local runs beside:
//! `ESPICE_CASES=200 cargo test --release -p espice-fit --test starts -- --nocapture`.

#![allow(clippy::unwrap_used, reason = "a test that can't set up its case has failed")]
#![allow(clippy::print_stdout, reason = "a measurement prints its figures")]

mod devices;

use devices::{CLASSES, Class, Ready, problem};
use espice_fit::{Climb, Found, Ladder, Sequential, Settings, SplitMix, search};
use espice_lang::ir::Library;

/// Starts in every test run.
const FEW: usize = 6;

/// Evaluations that a fit may use, all rungs counted.
const MOST: usize = 2_000;

/// A cost is that of the optimum up to this share.
const SAME: f64 = 1e-6;

fn measure(class: &Class, library: &Library) {
    let ready = Ready::new(class, library);
    let truth: Vec<f64> = class.searched.iter().map(|s| s.1).collect();
    let mut noise = SplitMix::new(2026);
    let mut targets = ready.targets(&ready.values(&truth), &mut |_, _| 1.0 + 0.01 * noise.normal());
    for target in &mut targets {
        assert!(target.observations.values.iter().all(|v| *v > 0.0));
    }
    let count = devices::variable("ESPICE_CASES").unwrap_or(FEW);
    let ladder = |when| Ladder { when, ..Ladder::default() };
    let fit = |start: &[f64], ladder: &Ladder| {
        let variables = ready.variables(start);
        let found = search(
            &problem(&targets, &variables),
            &variables.start(),
            &variables.bounds(),
            &Settings::default(),
            ladder,
            &Sequential,
            &|| false,
        );
        let raw = variables.raw(&found.fit.x);
        (found, raw)
    };
    let (from_truth, _) = fit(&truth, &ladder(Climb::Never));
    let mut best = from_truth.fit.cost;
    assert!(from_truth.fit.converged());
    let begun = std::time::Instant::now();
    let mut runs = Vec::new();
    for case in 0..count {
        let start = ready.random_start(&mut SplitMix::for_job(7, case as u64));
        let (single, _) = fit(&start, &ladder(Climb::Never));
        let (whole, raw) = fit(&start, &Ladder::default());
        best = best.min(single.fit.cost).min(whole.fit.cost);
        runs.push((start, single, whole, raw));
    }
    let reached = |cost: f64| cost <= best * (1.0 + SAME);
    let singles = runs.iter().filter(|r| reached(r.1.fit.cost)).count();
    let in_time = |found: &Found| reached(found.fit.cost) && found.evaluations() <= MOST;
    let right = runs.iter().filter(|r| in_time(&r.2)).count();
    let mut used: Vec<usize> = runs.iter().map(|r| r.2.evaluations()).collect();
    used.sort_unstable();
    let late = used.iter().filter(|u| **u > MOST).count();
    let most = used.last().copied().unwrap_or(0);
    println!(
        "{}: {right} of {count} reach the optimum ({} of the truth's), single runs {singles}; \
         evaluations: median {}, most {most}, {late} above {MOST}; {:.1} s",
        class.name,
        best / from_truth.fit.cost,
        used[used.len() / 2],
        begun.elapsed().as_secs_f64(),
    );
    for (case, (start, single, whole, raw)) in
        runs.iter().enumerate().filter(|(_, r)| !in_time(&r.2)).take(8)
    {
        println!(
            "  missed {case}: cost {:.4} for {best:.4} ({:?}, {}), single {:.4} {}\n    from {start:.3?}\n",
            whole.fit.cost,
            whole.rung,
            whole.fit.stop.words(),
            single.fit.cost,
            single.fit.stop.words(),
        );
        for (name, _) in class.searched {
            print!("    {name} {:.4e}", raw[ready.template.parameter(name).unwrap()]);
        }
        println!();
        for a in &whole.attempts {
            println!("      {:?} {:.4} {:?} {}", a.rung, a.cost, a.stop, a.evaluations);
        }
    }
    assert!(20 * right >= 19 * count, "{}: {right} of {count}", class.name);
}

#[test]
fn diodes_are_fitted_from_anywhere() {
    measure(&CLASSES[0], &devices::library());
}

#[test]
fn bipolar_transistors_are_fitted_from_anywhere() {
    measure(&CLASSES[1], &devices::library());
}

#[test]
fn mos_transistors_are_fitted_from_anywhere() {
    measure(&CLASSES[2], &devices::library());
}

#[test]
fn power_mosfets_are_fitted_from_anywhere() {
    measure(&CLASSES[3], &devices::library());
}
