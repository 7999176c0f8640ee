//! The NIST Statistical Reference Datasets for nonlinear regression: 27 problems with two starts
//! each, certified to 11 digits. The functions are text, settings are those of a user who states
//! none, and no parameter has bounds.

use super::{Problem, digits, fit_all, values};
use crate::support;
use espice::Climb;

const SATURATING: &str = "b1 * (1 - exp(-b2 * x))";
const CHWIRUT: &str = "exp(-b1 * x) / (b2 + b3 * x)";
const CUBICS: &str =
    "(b1 + b2 * x + b3 * x ^ 2 + b4 * x ^ 3) / (1 + b5 * x + b6 * x ^ 2 + b7 * x ^ 3)";
const LANCZOS: &str = "b1 * exp(-b2 * x) + b3 * exp(-b4 * x) + b5 * exp(-b6 * x)";
const GAUSS: &str = "b1 * exp(-b2 * x) + b3 * exp(-(x - b4) ^ 2 / b5 ^ 2) \
                     + b6 * exp(-(x - b7) ^ 2 / b8 ^ 2)";
const ENSO: &str = "b1 + b2 * cos(8 * atan(1) * x / 12) + b3 * sin(8 * atan(1) * x / 12) \
                    + b5 * cos(8 * atan(1) * x / b4) + b6 * sin(8 * atan(1) * x / b4) \
                    + b8 * cos(8 * atan(1) * x / b7) + b9 * sin(8 * atan(1) * x / b7)";

const FUNCTIONS: [(&str, &str); 27] = [
    ("Bennett5", "b1 * (b2 + x) ^ (-1 / b3)"),
    ("BoxBOD", SATURATING),
    ("Chwirut1", CHWIRUT),
    ("Chwirut2", CHWIRUT),
    ("DanWood", "b1 * x ^ b2"),
    ("ENSO", ENSO),
    ("Eckerle4", "b1 / b2 * exp(-0.5 * ((x - b3) / b2) ^ 2)"),
    ("Gauss1", GAUSS),
    ("Gauss2", GAUSS),
    ("Gauss3", GAUSS),
    ("Hahn1", CUBICS),
    ("Kirby2", "(b1 + b2 * x + b3 * x ^ 2) / (1 + b4 * x + b5 * x ^ 2)"),
    ("Lanczos1", LANCZOS),
    ("Lanczos2", LANCZOS),
    ("Lanczos3", LANCZOS),
    ("MGH09", "b1 * (x ^ 2 + x * b2) / (x ^ 2 + x * b3 + b4)"),
    ("MGH10", "b1 * exp(b2 / (x + b3))"),
    ("MGH17", "b1 + b2 * exp(-x * b4) + b3 * exp(-x * b5)"),
    ("Misra1a", SATURATING),
    ("Misra1b", "b1 * (1 - (1 + b2 * x / 2) ^ (-2))"),
    ("Misra1c", "b1 * (1 - (1 + 2 * b2 * x) ^ (-0.5))"),
    ("Misra1d", "b1 * b2 * x / (1 + b2 * x)"),
    ("Nelson", "b1 - b2 * x1 * exp(-b3 * x2)"),
    ("Rat42", "b1 / (1 + exp(b2 - b3 * x))"),
    ("Rat43", "b1 / (1 + exp(b2 - b3 * x)) ^ (1 / b4)"),
    ("Roszman1", "b1 - b2 * x - atan(b3 / (x - b4)) / (4 * atan(1))"),
    ("Thurber", CUBICS),
];

struct Certified {
    values: Vec<f64>,
    errors: Vec<f64>,
    sum_of_squares: f64,
}

fn numbers(line: &str) -> Vec<f64> {
    line.split_whitespace().filter_map(|t| t.parse().ok()).collect()
}

fn read(name: &str, formula: &'static str) -> (Problem, Certified) {
    let path = support::root().join(format!("engine/fit/tests/nist_strd/{name}.dat"));
    let text = String::from_utf8(support::bytes(&path)).expect("text");
    let mut known = Certified { values: Vec::new(), errors: Vec::new(), sum_of_squares: f64::NAN };
    let mut starts = vec![Vec::new(), Vec::new()];
    let mut rows: Vec<Vec<f64>> = Vec::new();
    let mut in_data = false;
    for line in text.lines() {
        let trimmed = line.trim();
        if let Some((_, right)) = trimmed.strip_prefix('b').and_then(|t| t.split_once('=')) {
            if let [a, b, value, error] = numbers(right)[..] {
                starts[0].push(a);
                starts[1].push(b);
                known.values.push(value);
                known.errors.push(error);
            }
        } else if let Some(rest) = trimmed.strip_prefix("Residual Sum of Squares:") {
            known.sum_of_squares = numbers(rest)[0];
        } else if trimmed.starts_with("Data:") && known.sum_of_squares.is_finite() {
            in_data = true;
        } else if in_data && numbers(line).len() > 1 {
            rows.push(numbers(line));
        }
    }
    // The first column is the output, of which Nelson's problem has the logarithm.
    let mut columns: Vec<Vec<f64>> =
        (1..rows[0].len()).map(|c| rows.iter().map(|r| r[c]).collect()).collect();
    let output = |v: f64| if name == "Nelson" { v.ln() } else { v };
    columns.push(rows.iter().map(|r| output(r[0])).collect());
    let factors = vec![1.0; known.values.len()];
    (Problem { name: name.to_string(), columns, formula, starts, factors }, known)
}

fn all() -> (Vec<Problem>, Vec<Certified>) {
    FUNCTIONS.iter().map(|(name, formula)| read(name, formula)).unzip()
}

#[derive(Debug, Default)]
struct Solved {
    /// Fits with six digits of every value.
    right: usize,
    /// Fits with four digits of every standard error.
    sure: usize,
    /// Fits at the certified sum of squares or below.
    least: usize,
    wrong: Vec<String>,
}

/// Fits all problems from all starts, and counts.
fn solved(problems: &[Problem], known: &[Certified], climb: Climb) -> Solved {
    let mut solved = Solved::default();
    let mut evaluations = 0;
    fit_all(problems, &|request| request.climb = climb, &mut |p, s, fit| {
        let (problem, known) = (&problems[p], &known[p]);
        let of_values = digits(&values(problem, fit), &known.values);
        let errors: Vec<f64> = fit
            .parameters
            .iter()
            .zip(&problem.factors)
            .map(|(p, factor)| p.deviation.unwrap_or(f64::NAN) * factor.abs())
            .collect();
        let of_errors = digits(&errors, &known.errors);
        evaluations += fit.evaluations;
        solved.right += usize::from(of_values >= 6.0 && fit.converged);
        // The residuals of Lanczos1 are the rounding of its data, so is their size.
        solved.sure += usize::from(of_errors >= 4.0 || problem.name == "Lanczos1");
        let sum = fit.sum_of_squares.unwrap_or(f64::NAN);
        solved.least += usize::from(sum <= known.sum_of_squares * (1.0 + 1e-9));
        if of_values < 6.0 || of_errors < 4.0 {
            solved.wrong.push(format!(
                "{}/{}: {of_values:.1} digits, errors {of_errors:.1}, sum {sum:e} for {:e}, {}",
                problem.name,
                s + 1,
                known.sum_of_squares,
                fit.stop
            ));
        }
    });
    let runs: usize = problems.iter().map(|p| p.starts.len()).sum();
    let Solved { right, sure, least, wrong } = &solved;
    println!(
        "{right} of {runs} with 6 digits, {least} at the least sum, {sure} with 4 digits of \
         errors, {evaluations} evaluations"
    );
    for line in wrong {
        println!("  {line}");
    }
    solved
}

#[test]
fn all_problems_are_solved_from_both_starts() {
    let (problems, known) = all();
    let single = solved(&problems, &known, Climb::Never);
    assert!(single.right >= 50, "{single:#?}");
    let laddered = solved(&problems, &known, Climb::default());
    assert!(laddered.right == 54 && laddered.sure == 54, "{laddered:#?}");
}

/// Multiplies parameters by 1e6 and 1e-6 in turn.
#[test]
fn scales_of_parameters_do_not_matter() {
    let (mut problems, known) = all();
    for turn in 0..2 {
        for problem in &mut problems {
            let factor = |j: usize| if (j + turn).is_multiple_of(2) { 1e6 } else { 1e-6 };
            problem.factors = (0..problem.factors.len()).map(factor).collect();
        }
        let found = solved(&problems, &known, Climb::default());
        assert!(found.right == 54 && found.sure == 54, "{found:#?}");
    }
}

/// Starts three times as far from the answer, and starts of three times or a third of the size.
#[test]
fn starts_may_be_farther_off() {
    let (mut problems, known) = all();
    for (problem, known) in problems.iter_mut().zip(&known) {
        let mut farther = Vec::new();
        for start in &problem.starts {
            let pairs = || start.iter().zip(&known.values);
            farther.push(pairs().map(|(s, k)| k + 3.0 * (s - k)).collect());
            farther.push(start.iter().map(|s| 3.0 * s).collect());
            farther.push(start.iter().map(|s| s / 3.0).collect());
        }
        problem.starts = farther;
    }
    let found = solved(&problems, &known, Climb::default());
    // Peaks and exponentials may come out in another order, at the same sum.
    assert!(found.least >= 145 && found.right >= 135, "{found:#?}");
}
