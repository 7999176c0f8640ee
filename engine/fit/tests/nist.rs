//! The NIST Statistical Reference Datasets for nonlinear regression: 27 problems, two starts
//! each, certified to 11 digits. Everything runs with default settings.

mod nist_models;

use espice_fit::{
    Bounds, Climb, Criteria, Evaluation, Ladder, LeastSquares, Sequential, Settings, Variable,
    Variables, search, solve, statistics,
};
use nist_models::{MODELS, Model};
use num_dual::DualSVec64;

/// Room for the parameters of the largest problem.
const ROOM: usize = 9;
type Dual = DualSVec64<ROOM>;

struct Dataset {
    name: &'static str,
    starts: [Vec<f64>; 2],
    certified: Vec<f64>,
    deviations: Vec<f64>,
    sum_of_squares: f64,
    y: Vec<f64>,
    x: Vec<[f64; 2]>,
    model: Model,
}

fn numbers(line: &str) -> Vec<f64> {
    line.split_whitespace().filter_map(|t| t.parse().ok()).collect()
}

fn read(name: &'static str, text: &str, model: Model) -> Dataset {
    let mut set = Dataset {
        name,
        starts: [Vec::new(), Vec::new()],
        certified: Vec::new(),
        deviations: Vec::new(),
        sum_of_squares: f64::NAN,
        y: Vec::new(),
        x: Vec::new(),
        model,
    };
    let mut in_data = false;
    for line in text.lines() {
        let trimmed = line.trim();
        if let Some(values) = trimmed.strip_prefix('b').and_then(|t| t.split_once('=')) {
            if let [a, b, c, d] = numbers(values.1)[..] {
                set.starts[0].push(a);
                set.starts[1].push(b);
                set.certified.push(c);
                set.deviations.push(d);
            }
        } else if let Some(rest) = trimmed.strip_prefix("Residual Sum of Squares:") {
            set.sum_of_squares = numbers(rest)[0];
        } else if trimmed.starts_with("Data:") && trimmed.contains('y') && set.sum_of_squares > 0.0
        {
            in_data = true;
        } else if in_data && let [y, x, ref more @ ..] = numbers(line)[..] {
            set.y.push(if name == "Nelson" { y.ln() } else { y });
            set.x.push([x, more.first().copied().unwrap_or(0.0)]);
        }
    }
    set
}

fn datasets() -> Vec<Dataset> {
    MODELS.iter().map(|(name, text, model)| read(name, text, *model)).collect()
}

impl LeastSquares for &Dataset {
    fn parameters(&self) -> usize {
        self.certified.len()
    }
    fn residuals(&self) -> usize {
        self.y.len()
    }
    fn evaluate(&mut self, b: &[f64], r: &mut [f64], mut jac: Option<&mut [f64]>) -> Evaluation {
        let b: Vec<Dual> =
            b.iter().enumerate().map(|(j, v)| Dual::from_re(*v).derivative(j)).collect();
        let m = r.len();
        for i in 0..m {
            let value = (self.model)(&b, self.x[i]);
            r[i] = value.re - self.y[i];
            if let Some(jacobian) = jac.as_deref_mut() {
                let slopes = value.eps.unwrap_generic(nalgebra::Const::<ROOM>, nalgebra::U1);
                for j in 0..b.len() {
                    jacobian[j * m + i] = slopes[j];
                }
            }
        }
        Evaluation::Done
    }
}

/// Digits that all parameters share with the certified values.
fn digits(found: &[f64], certified: &[f64]) -> f64 {
    found
        .iter()
        .zip(certified)
        .map(|(f, c)| if f == c { 16.0 } else { -((f - c).abs() / c.abs()).log10() })
        .fold(16.0, f64::min)
}

#[test]
fn files_are_complete() {
    let sets = datasets();
    assert_eq!(sets.len(), 27);
    for set in &sets {
        assert_eq!(set.starts[0].len(), set.certified.len(), "{}", set.name);
        assert!(set.y.len() > set.certified.len(), "{}", set.name);
        // The certified values reproduce the certified sum, so model and data are right.
        let mut r = vec![0.0; set.y.len()];
        let _ = (&mut &*set).evaluate(&set.certified, &mut r, None);
        let sum: f64 = r.iter().map(|r| r * r).sum();
        let close = (sum / set.sum_of_squares - 1.0).abs() < 1e-7;
        assert!(
            close || set.sum_of_squares < 1e-20,
            "{}: {sum:e} {:e}",
            set.name,
            set.sum_of_squares
        );
    }
}

#[test]
fn single_runs_and_their_standard_errors() {
    let settings = Settings::default();
    // NIST's standard deviations take all points as independent, also where the residuals of a
    // poor model are not.
    let textbook = Criteria { widen: false, ..Criteria::default() };
    let mut failed = Vec::new();
    for set in &datasets() {
        for (which, start) in set.starts.iter().enumerate() {
            let bounds = Bounds::open(start.len());
            let fit = solve(&mut &*set, start, &bounds, &settings, &|| false);
            let right = digits(&fit.x, &set.certified);
            let named = start.iter().enumerate().map(|(j, s)| Variable::free(format!("b{j}"), *s));
            let (variables, _) = Variables::new(named.collect()).unwrap();
            let all = statistics(&fit, &variables, &[], &textbook);
            let errors: Vec<f64> = all.parameters.iter().map(|p| p.deviation).collect();
            let sure = digits(&errors, &set.deviations);
            println!(
                "{:10}/{} {right:5.1} {sure:5.1} {:4} {:?}",
                set.name,
                which + 1,
                fit.evaluations,
                fit.stop
            );
            // The residuals of Lanczos1 are the rounding of its data, so is their size.
            if right < 6.0 || !fit.converged() || (sure < 4.0 && set.name != "Lanczos1") {
                failed.push(format!("{}/{} {right:.1} {sure:.1}", set.name, which + 1));
            }
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn the_ladder_does_not_leave_the_optimum() {
    let ladder = Ladder { when: Climb::Always, starts: 6, ..Ladder::default() };
    for set in &datasets() {
        let start = &set.starts[1];
        let bounds = Bounds::open(start.len());
        let found =
            search(&set, start, &bounds, &Settings::default(), &ladder, &Sequential, &|| false);
        let sum = 2.0 * found.fit.cost;
        let close = sum < set.sum_of_squares * (1.0 + 1e-9) || set.sum_of_squares < 1e-20;
        assert!(close, "{}: {sum:e}", set.name);
    }
}

/// Where one run creeps along others are tried, but of mirrored solutions the nearest counts.
#[test]
fn the_default_ladder_stays_with_the_certified_values() {
    for set in &datasets() {
        for start in &set.starts {
            let (bounds, settings) = (Bounds::open(start.len()), Settings::default());
            let found =
                search(&set, start, &bounds, &settings, &Ladder::default(), &Sequential, &|| false);
            let right = digits(&found.fit.x, &set.certified);
            assert!(found.fit.converged() && right >= 6.0, "{} {start:?}: {right}", set.name);
        }
    }
}
