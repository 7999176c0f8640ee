//! Problems of J. J. Moré, B. S. Garbow and K. E. Hillstrom, "Testing unconstrained optimization
//! software", ACM Transactions on Mathematical Software 7, 1981, with the sums of squares that
//! they state: a function of the number of the residual, from the standard start, ten and a
//! hundred times it.

use super::{Problem, fit_all};
use espice::Climb;

/// Name, number of residuals, function of its number x, standard start, least sums of squares
/// (global and local).
type Case = (&'static str, usize, &'static str, &'static [f64], &'static [f64]);

const BARD: &str = "(if x == 1 then 0.14 else if x == 2 then 0.18 else if x == 3 then 0.22 else if x == 4 then 0.25 else if x == 5 then 0.29 else if x == 6 then 0.32 else if x == 7 then 0.35 else if x == 8 then 0.39 else if x == 9 then 0.37 else if x == 10 then 0.58 else if x == 11 then 0.73 else if x == 12 then 0.96 else if x == 13 then 1.34 else if x == 14 then 2.10 else 4.39) - (b1 + x / ((16 - x) * b2 + min(x, 16 - x) * b3))";

const CASES: [Case; 16] = [
    ("rosenbrock", 2, "if x == 1 then 10 * (b2 - b1 ^ 2) else 1 - b1", &[-1.2, 1.0], &[0.0]),
    (
        "freudenstein_roth",
        2,
        "if x == 1 then -13 + b1 + ((5 - b2) * b2 - 2) * b2 else -29 + b1 + ((b2 + 1) * b2 - 14) * b2",
        &[0.5, -2.0],
        &[0.0, 48.984_253_679_240],
    ),
    (
        "powell_badly_scaled",
        2,
        "if x == 1 then 1e4 * b1 * b2 - 1 else exp(-b1) + exp(-b2) - 1.0001",
        &[0.0, 1.0],
        &[0.0],
    ),
    (
        "brown_badly_scaled",
        3,
        "if x == 1 then b1 - 1e6 else if x == 2 then b2 - 2e-6 else b1 * b2 - 2",
        &[1.0, 1.0],
        &[0.0],
    ),
    (
        "beale",
        3,
        "(if x == 1 then 1.5 else if x == 2 then 2.25 else 2.625) - b1 * (1 - b2 ^ x)",
        &[1.0, 1.0],
        &[0.0],
    ),
    (
        "jennrich_sampson",
        10,
        "2 + 2 * x - (exp(x * b1) + exp(x * b2))",
        &[0.3, 0.4],
        &[124.362_182_355_615],
    ),
    (
        "helical_valley",
        3,
        "if x == 1 then 10 * (b3 - 10 * ((if b1 > 0 then 0 else 0.5) + atan(b2 / b1) / (8 * atan(1)))) else if x == 2 then 10 * (sqrt(b1 ^ 2 + b2 ^ 2) - 1) else b3",
        &[-1.0, 0.0, 0.0],
        &[0.0],
    ),
    ("bard", 15, BARD, &[1.0, 1.0, 1.0], &[8.214_877_306_57e-3, 17.428_693_331_6]),
    (
        "box_three",
        10,
        "exp(-0.1 * x * b1) - exp(-0.1 * x * b2) - b3 * (exp(-0.1 * x) - exp(-x))",
        &[0.0, 10.0, 20.0],
        &[0.0],
    ),
    (
        "powell_singular",
        4,
        "if x == 1 then b1 + 10 * b2 else if x == 2 then sqrt(5) * (b3 - b4) else if x == 3 then (b2 - 2 * b3) ^ 2 else sqrt(10) * (b1 - b4) ^ 2",
        &[3.0, -1.0, 0.0, 1.0],
        &[0.0],
    ),
    (
        "wood",
        6,
        "if x == 1 then 10 * (b2 - b1 ^ 2) else if x == 2 then 1 - b1 else if x == 3 then sqrt(90) * (b4 - b3 ^ 2) else if x == 4 then 1 - b3 else if x == 5 then sqrt(10) * (b2 + b4 - 2) else (b2 - b4) / sqrt(10)",
        &[-3.0, -1.0, -3.0, -1.0],
        &[0.0],
    ),
    (
        "brown_dennis",
        20,
        "(b1 + x / 5 * b2 - exp(x / 5)) ^ 2 + (b3 + b4 * sin(x / 5) - cos(x / 5)) ^ 2",
        &[25.0, 5.0, -5.0, -1.0],
        &[85_822.201_626_356],
    ),
    (
        "biggs_exp6",
        13,
        "b3 * exp(-0.1 * x * b1) - b4 * exp(-0.1 * x * b2) + b6 * exp(-0.1 * x * b5) - exp(-0.1 * x) + 5 * exp(-x) - 3 * exp(-0.4 * x)",
        &[1.0, 2.0, 1.0, 1.0, 1.0, 1.0],
        &[0.0, 5.655_649_925e-3],
    ),
    (
        "variably_dimensioned",
        6,
        "if x == 1 then b1 - 1 else if x == 2 then b2 - 1 else if x == 3 then b3 - 1 else if x == 4 then b4 - 1 else if x == 5 then b1 + 2 * b2 + 3 * b3 + 4 * b4 - 10 else (b1 + 2 * b2 + 3 * b3 + 4 * b4 - 10) ^ 2",
        &[0.75, 0.5, 0.25, 0.0],
        &[0.0],
    ),
    (
        "linear_full_rank",
        8,
        "(if x == 1 then b1 else if x == 2 then b2 else if x == 3 then b3 else 0) - 2 / 8 * (b1 + b2 + b3) - 1",
        &[1.0, 1.0, 1.0],
        &[5.0],
    ),
    (
        "linear_rank_one",
        8,
        "x * (b1 + 2 * b2 + 3 * b3) - 1",
        &[1.0, 1.0, 1.0],
        &[8.0 * 7.0 / (2.0 * 17.0)],
    ),
];

fn problem(case: &Case) -> Problem {
    let (name, residuals, formula, start, _) = *case;
    let numbers: Vec<f64> = (1..=residuals).map(|i| i as f64).collect();
    let zero = vec![0.0; residuals];
    let times = |factor: f64| start.iter().map(|s| factor * s).collect();
    Problem {
        name: name.to_string(),
        columns: vec![numbers, zero],
        formula,
        starts: vec![times(1.0), times(10.0), times(100.0)],
        factors: vec![1.0; start.len()],
    }
}

/// Whether a sum of squares is one of those stated, or below it.
fn is_known(sum: f64, known: &[f64]) -> bool {
    known.iter().any(|k| if *k == 0.0 { sum < 1e-12 } else { sum <= k * (1.0 + 1e-6) })
}

#[test]
fn minima_are_those_stated() {
    let problems: Vec<Problem> = CASES.iter().map(problem).collect();
    // One run finds the nearest minimum; from a hundred times the start that is often another.
    let wanted = [(Climb::Never, 34, 39), (Climb::default(), 42, 46), (Climb::Always, 46, 47)];
    for (climb, at_best, at_stated) in wanted {
        let (mut best, mut known, mut runs) = (0, 0, 0);
        fit_all(&problems, &|request| request.climb = climb, &mut |p, s, fit| {
            let sums = CASES[p].4;
            let sum = fit.sum_of_squares.unwrap_or(f64::INFINITY);
            runs += 1;
            best += usize::from(is_known(sum, &sums[..1]));
            known += usize::from(is_known(sum, sums));
            if !is_known(sum, sums) {
                println!("  {} from {}: {sum:e}, {}", CASES[p].0, s + 1, fit.stop);
            }
        });
        println!("{climb:?}: {best} of {runs} at the least sum, {known} at a stated one or below");
        assert!(best >= at_best && known >= at_stated, "{climb:?}: {best}, {known}");
    }
}
