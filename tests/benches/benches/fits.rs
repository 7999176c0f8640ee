//! Whole fits beside other tools, and a population of devices in one and two threads.
//!
//! A MOSFET of ten parameters at 1000 points and a diode of five at 200, with 1 % noise and
//! residuals of logarithms. A fit is everything after the template's text: compiling, solving, and
//! the statistics of the result. In a population devices share what was compiled for the first.
//!
//! With `PEERS=PYTHON`, an interpreter that has scipy and lmfit, `fits_peers.py` fits the same data
//! from the same starts in the same run, and the ratios are printed.

use espice_base::Span;
use espice_benches::{by_hand as diode_by_hand, kelvin, mosfet, template as diode, volts};
use espice_facts::Origin;
use espice_fit::stages::{self, Measure, Observations, Options, Plan, Stage, Staged, Step, Target};
use espice_fit::{Criteria, Settings, SplitMix};
use espice_lang::ir::{
    DriveIr, DriveTarget, Graph, Leaf, Node, ParameterScale, QuantityIr, TemplateIr,
};
use espice_model::{Evaluator, Measurement, Mode};
use espice_units::Dimension;
use espice_units::constants::SPICE39;
use std::fmt::Write;
use std::process::Command;
use std::time::Instant;

/// Devices of the population.
const DEVICES: usize = 1000;
/// Runs of a single fit, of which the best counts.
const RUNS: usize = 30;

/// What is fitted: the template with starts and ranges, its quantity, and data.
struct Case {
    name: &'static str,
    template: TemplateIr,
    quantity: QuantityIr,
    /// A column for each argument of the quantity.
    arguments: Vec<Vec<f64>>,
    kelvin: f64,
    values: Vec<f64>,
    mode: Mode,
}

fn quantity(template: &TemplateIr, drives: &[(&str, DriveTarget)]) -> QuantityIr {
    let mut graph = Graph::default();
    let mut leaf = |leaf, dimension| graph.add(Node::Leaf(leaf), dimension, Span::default());
    let drive = |(index, (_, target)): (usize, &(&str, DriveTarget))| DriveIr {
        target: *target,
        value: leaf(Leaf::Argument(index as u32), Dimension::VOLTAGE),
    };
    let drives_ir: Vec<DriveIr> = drives.iter().enumerate().map(drive).collect();
    let value = leaf(Leaf::PinCurrent(0), Dimension::CURRENT);
    QuantityIr {
        kind: template.kind.clone(),
        symbol: "I".into(),
        dimension: Dimension::CURRENT,
        arguments: drives.iter().map(|d| d.0.to_string()).collect(),
        argument_dimensions: vec![Dimension::VOLTAGE; drives.len()],
        defaults: Vec::new(),
        graph,
        value,
        drives: drives_ir,
        span: Span::default(),
    }
}

/// Starts of the MOSFET, beside which all are 1.5 times the truth or less.
const STARTS: [f64; 10] = [0.6, 0.4, 0.7, 1.5, 1e-4, 0.1, 2.0, 0.1, 0.01, 2.0];

fn currents(parameters: &[f64; 10]) -> Vec<f64> {
    let v = mosfet::volts();
    let mut rows = vec![0.0; 11 * v[0].len()];
    mosfet::by_hand(parameters, &v, &mut rows);
    rows.into_iter().step_by(11).collect()
}

fn noisy(values: Vec<f64>, random: &mut SplitMix) -> Vec<f64> {
    values.into_iter().map(|v| v * (1.0 + 0.01 * random.normal())).collect()
}

fn mosfet_case(mode: Mode) -> Case {
    let mut template = mosfet::template();
    for (p, start) in template.parameters.iter_mut().zip(STARTS) {
        p.default = start;
    }
    let pair = |pin| DriveTarget::Voltage(pin, 2);
    let drives = [("VDS", pair(0)), ("VGS", pair(1)), ("VBS", pair(3))];
    let [vd, vg, _, vb] = mosfet::volts();
    Case {
        name: "MOSFET, 10 parameters, 1000 points",
        quantity: quantity(&template, &drives),
        template,
        arguments: vec![vd, vg, vb],
        kelvin: mosfet::VT * SPICE39.q / SPICE39.k,
        values: noisy(currents(&mosfet::PARAMETERS), &mut SplitMix::new(7)),
        mode,
    }
}

fn diode_case(mode: Mode) -> Case {
    let mut template = diode();
    let starts = [1e-13, 1.2, 1.0, 1e-11, 1.8];
    let ranges = [(1e-20, 1e-6), (0.5, 5.0), (1e-3, 1e3), (1e-20, 1e-3), (0.5, 5.0)];
    for ((p, start), (low, high)) in template.parameters.iter_mut().zip(starts).zip(ranges) {
        (p.default, p.low, p.high) = (start, low, high);
        p.scale = ParameterScale::Log;
    }
    let v = volts();
    let mut rows = vec![0.0; 6 * v.len()];
    diode_by_hand(&espice_benches::PARAMETERS, &v, &mut rows);
    let values = rows.into_iter().step_by(6).collect();
    Case {
        name: "diode, 5 parameters, 200 points",
        quantity: quantity(&template, &[("VF", DriveTarget::Voltage(0, 1))]),
        template,
        arguments: vec![v],
        kelvin: kelvin(),
        values: noisy(values, &mut SplitMix::new(7)),
        mode,
    }
}

impl Case {
    fn measurement(&self) -> Measurement {
        let evaluator = Evaluator::new(&self.template, self.mode, SPICE39).expect("evaluable");
        evaluator.measurement(&self.quantity).expect("a measurement")
    }

    fn fit(&self, measurement: &Measurement, values: Vec<f64>) -> Staged {
        let observations = Observations {
            arguments: self.arguments.clone(),
            kelvin: vec![self.kelvin; values.len()],
            values,
            limits: Vec::new(),
            noise: 0.0,
            deviation: 0.0,
            origin: Origin::Measured,
            positions: Vec::new(),
            axis_residual: [0.0; 2],
            logarithmic: [false, true],
        };
        let target =
            Target { name: "I(V)".into(), measurement, observations, measure: Measure::Log };
        let all: Vec<usize> = (0..self.template.parameters.len()).collect();
        let plan = Plan {
            parameters: &self.template.parameters,
            stated: Vec::new(),
            targets: vec![target],
            stages: vec![Stage {
                name: "all".into(),
                steps: vec![Step::Fit { parameters: all, targets: vec![0] }],
            }],
            polish: true,
        };
        let (settings, criteria) = (Settings::default(), Criteria::default());
        stages::run(&plan, &Options { settings, criteria, cancelled: &|| false })
    }

    /// Best seconds of a whole fit, its cost, and evaluations.
    fn time(&self) -> (f64, f64, usize) {
        let mut best = (f64::INFINITY, f64::NAN, 0);
        for _ in 0..RUNS {
            let begun = Instant::now();
            let staged = self.fit(&self.measurement(), self.values.clone());
            let taken = begun.elapsed().as_secs_f64();
            let fit = staged.fit.expect("a fit");
            assert!(fit.converged(), "{:?}", fit.stop);
            best = (best.0.min(taken), fit.cost, staged.evaluations);
        }
        best
    }

    /// The data for the peers: a line for each point.
    fn table(&self) -> String {
        let mut text = String::new();
        for (i, value) in self.values.iter().enumerate() {
            for column in &self.arguments {
                let _ = write!(text, "{:e} ", column[i]);
            }
            let _ = writeln!(text, "{value:e}");
        }
        text
    }
}

/// Fits a second of a population, in so many threads; devices differ by 5 % in every parameter.
fn population(case: &Case, threads: usize) -> f64 {
    let devices: Vec<Vec<f64>> = (0..DEVICES)
        .map(|k| {
            let mut random = SplitMix::for_job(11, k as u64);
            let own = mosfet::PARAMETERS.map(|p| p * (1.0 + 0.05 * random.normal()));
            noisy(currents(&own), &mut random)
        })
        .collect();
    let measurement = case.measurement();
    let begun = Instant::now();
    let share = DEVICES.div_ceil(threads);
    let converged: usize = std::thread::scope(|scope| {
        let run = |part: &[Vec<f64>]| {
            let fits = part.iter().map(|values| case.fit(&measurement, values.clone()));
            fits.filter(|s| s.fit.as_ref().is_some_and(|f| f.converged())).count()
        };
        let parts: Vec<_> = devices.chunks(share).map(|p| scope.spawn(move || run(p))).collect();
        parts.into_iter().map(|p| p.join().expect("a thread that ends")).sum()
    });
    assert!(converged * 100 >= DEVICES * 99, "{converged} of {DEVICES} converged");
    DEVICES as f64 / begun.elapsed().as_secs_f64()
}

fn main() {
    let mut ours = Vec::new();
    let folder = std::env::temp_dir().join(format!("espice-fits-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let mut files = Vec::new();
    for mode in [Mode::Portable, Mode::Fast] {
        for case in [mosfet_case(mode), diode_case(mode)] {
            let (seconds, cost, evaluations) = case.time();
            println!(
                "{} ({mode:?}): {:.3} ms, cost {cost:.8}, {evaluations} evaluations",
                case.name,
                1e3 * seconds
            );
            if mode == Mode::Portable {
                let path = folder.join(format!("{}.txt", ours.len()));
                std::fs::write(&path, case.table()).expect("a file of data");
                files.push(path);
                ours.push((seconds, cost));
            }
        }
    }
    for mode in [Mode::Portable, Mode::Fast] {
        let case = mosfet_case(mode);
        let [one, two] = [1, 2].map(|threads| population(&case, threads));
        println!(
            "population ({mode:?}): {one:.0} MOSFET fits/s in one thread, {two:.0} in two, {:.2}x",
            two / one
        );
    }
    match std::env::var("PEERS") {
        Ok(python) => {
            let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/fits_peers.py");
            let output = Command::new(&python).arg(script).args(&files).output();
            let output = output.unwrap_or_else(|e| panic!("{python}: {e}"));
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            for line in String::from_utf8_lossy(&output.stdout).lines() {
                let cells: Vec<&str> = line.split('\t').collect();
                let [tool, which, seconds, cost] = cells[..] else { continue };
                let which: usize = which.parse().expect("an index");
                let seconds: f64 = seconds.parse().expect("seconds");
                let cost: f64 = cost.parse().expect("a cost");
                let (own, own_cost) = ours[which];
                println!(
                    "{tool}: {:.3} ms, {:.1}x ours, cost {:.6} of ours",
                    1e3 * seconds,
                    seconds / own,
                    cost / own_cost
                );
            }
        }
        Err(_) => println!("peers skipped: PEERS names no Python interpreter"),
    }
    let _ = std::fs::remove_dir_all(&folder);
}
