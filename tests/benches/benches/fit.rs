//! A whole fit of the implicit diode: 200 points with 1 % noise, five parameters, log
//! residuals, from the starts of the peers; compiling the evaluator, statistics and intervals
//! included.

use divan::{Bencher, black_box};
use espice_base::Span;
use espice_benches::{PARAMETERS, by_hand, kelvin, template, volts};
use espice_facts::Origin;
use espice_fit::stages::{self, Measure, Observations, Options, Plan, Stage, Step, Target};
use espice_fit::{Criteria, Settings, SplitMix};
use espice_lang::ir::{
    DriveIr, DriveTarget, Graph, Leaf, Node, ParameterScale, QuantityIr, TemplateIr,
};
use espice_model::{Evaluator, Mode};
use espice_units::Dimension;
use espice_units::constants::SPICE39;

fn main() {
    let (rms, evaluations) = fit(&searched(), &observed());
    println!("log RMS {rms:.5} (natural), {evaluations} evaluations");
    assert!(rms < 0.0105, "the fit must reach the noise");
    divan::main();
}

/// The template with the starts, scales and ranges of a search.
fn searched() -> TemplateIr {
    let mut template = template();
    let starts = [1e-13, 1.2, 1.0, 1e-11, 1.8];
    let ranges = [(1e-20, 1e-6), (0.5, 5.0), (1e-3, 1e3), (1e-20, 1e-3), (0.5, 5.0)];
    for ((p, start), (low, high)) in template.parameters.iter_mut().zip(starts).zip(ranges) {
        (p.default, p.low, p.high) = (start, low, high);
        p.scale = ParameterScale::Log;
    }
    template
}

fn observed() -> Vec<f64> {
    let v = volts();
    let mut rows = vec![0.0; 6 * v.len()];
    by_hand(&PARAMETERS, &v, &mut rows);
    let mut random = SplitMix::new(7);
    rows.iter().step_by(6).map(|i| i * (1.0 + 0.01 * random.normal())).collect()
}

fn quantity() -> QuantityIr {
    let mut graph = Graph::default();
    let mut leaf = |leaf| graph.add(Node::Leaf(leaf), Dimension::NONE, Span::default());
    let (argument, value) = (leaf(Leaf::Argument(0)), leaf(Leaf::PinCurrent(0)));
    QuantityIr {
        kind: "diode".into(),
        symbol: "IF".into(),
        dimension: Dimension::CURRENT,
        arguments: vec!["VF".into()],
        argument_dimensions: vec![Dimension::VOLTAGE],
        defaults: Vec::new(),
        graph,
        value,
        drives: vec![DriveIr { target: DriveTarget::Voltage(0, 1), value: argument }],
        span: Span::default(),
    }
}

/// Log RMS in natural logarithms, and evaluations.
fn fit(template: &TemplateIr, values: &[f64]) -> (f64, usize) {
    let evaluator = Evaluator::new(template, Mode::Portable, SPICE39).expect("evaluable");
    let measurement = evaluator.measurement(&quantity()).expect("a measurement");
    let observations = Observations {
        arguments: vec![volts()],
        kelvin: vec![kelvin(); values.len()],
        values: values.to_vec(),
        limits: Vec::new(),
        noise: 0.0,
        deviation: 0.0,
        origin: Origin::Measured,
        positions: Vec::new(),
        axis_residual: [0.0; 2],
        logarithmic: [false, true],
    };
    let target = Target {
        name: "IF(VF)".into(),
        measurement: &measurement,
        observations,
        measure: Measure::Log,
    };
    let all = Step::Fit { parameters: vec![0, 1, 2, 3, 4], targets: vec![0] };
    let plan = Plan {
        parameters: &template.parameters,
        stated: Vec::new(),
        targets: vec![target],
        stages: vec![Stage { name: "all".into(), steps: vec![all] }],
        polish: false,
    };
    let options = Options {
        settings: Settings::default(),
        criteria: Criteria::default(),
        cancelled: &|| false,
    };
    let staged = stages::run(&plan, &options);
    let residuals = staged.fit.map_or(Vec::new(), |f| f.residuals);
    let sum: f64 = residuals.iter().map(|r| r * r).sum();
    ((sum / residuals.len().max(1) as f64).sqrt(), staged.evaluations)
}

#[divan::bench]
fn whole_diode_fit(bencher: Bencher<'_, '_>) {
    let (template, values) = (searched(), observed());
    bencher.bench_local(|| fit(black_box(&template), black_box(&values)));
}
