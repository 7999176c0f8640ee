//! Plain curve fits of functions written as text: problems whose answers are known.

mod more;
mod nist;

use crate::support;
use espice::{Config, Engine, FitRequest, FunctionFit};
use espice_base::{MemoryWorld, Severity, render_plain};

/// A function with data and starts.
pub(crate) struct Problem {
    pub(crate) name: String,
    /// Inputs, then the output.
    pub(crate) columns: Vec<Vec<f64>>,
    /// Text of the value in `x` (or `x1`, `x2`) and `b1`, `b2`, …
    pub(crate) formula: &'static str,
    pub(crate) starts: Vec<Vec<f64>>,
    /// What each parameter is multiplied by before it enters the formula.
    pub(crate) factors: Vec<f64>,
}

impl Problem {
    fn inputs(&self) -> Vec<String> {
        match self.columns.len() {
            2 => vec![String::from("x")],
            n => (1..n).map(|i| format!("x{i}")).collect(),
        }
    }

    /// The template: parameters without bounds, the first start as defaults.
    fn text(&self) -> String {
        let mut text = format!("template {} {{\n", self.name);
        for input in self.inputs() {
            text += &format!("  input {input} : 1\n");
        }
        for (j, (start, factor)) in self.starts[0].iter().zip(&self.factors).enumerate() {
            let start = start / factor;
            text +=
                &format!("  param p{0} : 1 = {start:e}\n  let b{0} = p{0} * {factor:e}\n", j + 1);
        }
        text += &format!("  output y = {}\n}}\n", self.formula);
        text
    }

    fn table(&self) -> String {
        let mut text = self.inputs().join(",") + ",y\n";
        for row in 0..self.columns[0].len() {
            let cells: Vec<String> = self.columns.iter().map(|c| format!("{:e}", c[row])).collect();
            text += &(cells.join(",") + "\n");
        }
        text
    }
}

/// Fits every problem from every start, with what `change` makes of the request; problem, start
/// and outcome go to `judge`.
pub(crate) fn fit_all(
    problems: &[Problem],
    change: &dyn Fn(&mut FitRequest),
    judge: &mut dyn FnMut(usize, usize, &FunctionFit),
) {
    let mut world: MemoryWorld = support::world();
    let pack = "name = \"known\"\nversion = \"1.0.0\"\n";
    world = world.with("known/pack.toml", pack.as_bytes().to_vec());
    let texts: Vec<String> = problems.iter().map(Problem::text).collect();
    world = world.with("known/functions.espice", texts.join("\n").into_bytes());
    for problem in problems {
        world = world.with(format!("{}.csv", problem.name), problem.table().into_bytes());
    }
    let config = Config { packs: vec![String::from("known")], ..Config::default() };
    let (mut engine, diagnostics) = Engine::new(&world, config);
    let errors = diagnostics.iter().filter(|d| d.severity == Severity::Error);
    let errors: Vec<String> = errors.map(|d| render_plain(d, engine.sources())).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    for (p, problem) in problems.iter().enumerate() {
        for (s, start) in problem.starts.iter().enumerate() {
            let mut request =
                FitRequest::new(problem.name.as_str(), format!("{}.csv", problem.name));
            let scaled = start.iter().zip(&problem.factors).enumerate();
            request.start = scaled.map(|(j, (b, f))| (format!("p{}", j + 1), b / f)).collect();
            change(&mut request);
            let (fit, _) = engine.fit(&request);
            judge(p, s, &fit);
        }
    }
}

/// The values of the parameters as the formula has them; none where nothing was found.
pub(crate) fn values(problem: &Problem, fit: &FunctionFit) -> Vec<f64> {
    let found = fit.parameters.iter().zip(&problem.factors);
    found.map(|(p, factor)| p.value.unwrap_or(f64::NAN) * factor).collect()
}

/// Digits that all values share with the known ones.
pub(crate) fn digits(found: &[f64], known: &[f64]) -> f64 {
    if found.len() != known.len() {
        return 0.0;
    }
    let shared = found.iter().zip(known).map(|(f, k)| {
        let apart = (f - k).abs() / if *k == 0.0 { 1.0 } else { k.abs() };
        if apart == 0.0 { 16.0 } else { -apart.log10() }
    });
    shared.fold(16.0, |least, d| if d < least { d } else { least })
}
