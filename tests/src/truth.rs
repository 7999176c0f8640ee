//! Known truth through the whole engine: sources are computed from a diode whose parameters are
//! known, noise is added, and the engine must find the truth again, inside the intervals that
//! it states.

use crate::junction::{at_point, kernels};
use crate::support;
use espice::outcome::{Fit, Outcome};
use espice::{Config, Engine, Request};
use espice_base::MemoryWorld;
use espice_fit::SplitMix;
use espice_lang::ir::TemplateIr;
use espice_model::{Column, Kernel, Mode};
use espice_units::constants::ROOM;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Noise seeds, and the share of intervals that must hold the truth. The stated level is 90 %;
/// with a hundred seeds chance alone moves the share by 3 %.
const SEEDS: u64 = 100;
const SHARE: std::ops::RangeInclusive<f64> = 0.83..=0.96;

/// A device whose parameters are known.
struct Truth {
    template: TemplateIr,
    values: Vec<f64>,
    current: Kernel,
    capacitance: Kernel,
}

impl Truth {
    fn new(given: &[(&str, f64)]) -> Truth {
        let library = support::library();
        let template = library.template("junction_diode").expect("the shipped template").clone();
        let mut values = template.defaults();
        for (name, value) in given {
            values[template.parameter(name).expect("a parameter")] = *value;
        }
        let kernel = |c| kernels(&template, Mode::Portable, &[c]).swap_remove(0);
        let (current, capacitance) = (kernel(Column::Current(0)), kernel(CAPACITANCE));
        Truth { template, values, current, capacitance }
    }

    fn value(&self, name: &str) -> f64 {
        self.values[self.template.parameter(name).expect("a parameter")]
    }

    fn current(&self, volts: f64) -> f64 {
        at_point(&self.current, Column::Current(0), &self.values, volts, ROOM)
    }

    fn capacitance(&self, volts: f64) -> f64 {
        at_point(&self.capacitance, CAPACITANCE, &self.values, volts, ROOM)
    }
}

const CAPACITANCE: Column = Column::Capacitance(0, 0);

/// Evenly spaced numbers, both ends included.
fn even(from: f64, to: f64, count: usize) -> Vec<f64> {
    (0..count).map(|i| from + (to - from) * i as f64 / (count - 1) as f64).collect()
}

/// A measured curve as CSV text.
fn csv(heading: &str, points: &[[f64; 2]]) -> String {
    let mut text = format!("# part: truth\n# kind: diode\n# TJ: 25 degC\n{heading}\n");
    for [x, y] in points {
        let _ = writeln!(text, "{x},{y:e}");
    }
    text
}

fn model(world: &MemoryWorld, sources: &[&str]) -> Outcome {
    let (mut engine, complaints) = Engine::new(world, Config::default());
    assert!(!complaints.has_errors(), "{complaints:?}");
    let sources = sources.iter().map(|s| String::from(*s)).collect();
    engine.model(&Request { sources, ..Request::default() })
}

/// The fit of an outcome, or what the engine said instead.
fn fit(outcome: &Outcome) -> &Fit {
    outcome.fit.as_ref().unwrap_or_else(|| panic!("no fit: {:#?}", outcome.diagnostics))
}

/// How often an interval was stated, and how often it held the truth.
type Coverage = BTreeMap<String, (u32, u32)>;

/// Fits noisy curves of a truth again and again.
fn coverage(
    truth: &Truth,
    curves: impl Fn(&mut dyn FnMut(f64) -> f64) -> Vec<(&'static str, String)>,
) -> Coverage {
    let mut coverage = Coverage::new();
    for seed in 0..SEEDS {
        let mut random = SplitMix::for_job(5, seed);
        let mut noisy = |y: f64| y * (1.0 + 0.01 * random.normal());
        let curves = curves(&mut noisy);
        let names: Vec<&str> = curves.iter().map(|c| c.0).collect();
        let mut world = support::world();
        for (name, text) in &curves {
            world = world.with(*name, text.as_bytes());
        }
        let outcome = model(&world, &names);
        let fit = fit(&outcome);
        let found = |name: &str| {
            fit.parameters.iter().find(|p| p.name == name).and_then(|p| p.value).unwrap_or(f64::NAN)
        };
        for p in fit.parameters.iter().filter(|p| p.identified) {
            let (Some(low), Some(high)) = (p.low, p.high) else { continue };
            let mut wanted = truth.value(&p.name);
            if p.name == "BV" {
                // BV is the voltage at IBV, and any IBV on the curve serves.
                let slope = truth.value("NBV") * VT;
                wanted += slope * (found("IBV") / truth.value("IBV")).ln();
            }
            let entry = coverage.entry(p.name.clone()).or_default();
            entry.0 += 1;
            entry.1 += u32::from(low <= wanted && wanted <= high);
        }
    }
    coverage
}

/// Thermal voltage at room temperature, V.
const VT: f64 = 1.380_648_52e-23 / 1.602_176_620_8e-19 * ROOM;

/// Every parameter of the truth is identified nearly always, and its intervals are honest.
fn judge(coverage: &Coverage, truth: &[(&str, f64)], always: &[&str]) {
    println!("{coverage:?}");
    for (name, (stated, held)) in coverage {
        let there = truth.iter().any(|(n, _)| n == name);
        if !there {
            // An effect that is not there is kept by chance only.
            assert!(*stated <= 5, "{name} is stated {stated} times and is not there");
            continue;
        }
        let share = f64::from(*held) / f64::from(*stated);
        assert!(SHARE.contains(&share), "{name}: {held} of {stated} intervals hold the truth");
    }
    for name in always {
        let stated = coverage.get(*name).map_or(0, |c| c.0);
        assert!(stated >= 95, "{name} is identified {stated} times only");
    }
}

#[test]
fn intervals_of_an_ideal_diode_hold_the_truth() {
    let given = [("IS", 3e-12), ("N", 1.35), ("RS", 0.8)];
    let truth = Truth::new(&given);
    let found = coverage(&truth, |noisy| {
        let points: Vec<[f64; 2]> =
            even(0.25, 0.95, 60).into_iter().map(|v| [v, noisy(truth.current(v))]).collect();
        vec![("forward.csv", csv("VF (V),IF (A)", &points))]
    });
    judge(&found, &given, &["IS", "N", "RS"]);
}

#[test]
fn intervals_of_a_diode_with_recombination_and_breakdown_hold_the_truth() {
    let given = [
        ("IS", 2e-14),
        ("N", 1.04),
        ("RS", 0.4),
        ("ISR", 4e-11),
        ("NR", 2.0),
        ("CJO", 4e-12),
        ("VJ", 0.7),
        ("M", 0.4),
        ("BV", 30.0),
        ("IBV", 1e-3),
        ("NBV", 3.0),
    ];
    let truth = Truth::new(&given);
    let found = coverage(&truth, |noisy| {
        let mut curve = |from: f64, to: f64, count: usize, of: &dyn Fn(f64) -> f64| {
            let points = even(from, to, count).into_iter().map(|v| [v, noisy(of(v))]);
            points.collect::<Vec<[f64; 2]>>()
        };
        let forward = curve(0.1, 0.95, 90, &|v| truth.current(v));
        let charge = curve(0.0, 25.0, 40, &|v| truth.capacitance(-v));
        let reverse = curve(28.6, 30.2, 33, &|v| -truth.current(-v));
        vec![
            ("forward.csv", csv("VF (V),IF (A)", &forward)),
            ("charge.csv", csv("VR (V),CJ (F)", &charge)),
            ("reverse.csv", csv("VR (V),IR (A)", &reverse)),
        ]
    });
    judge(&found, &given, &["IS", "N", "RS", "CJO", "BV", "NBV"]);
}

/// A drawing errs along its curves: slowly where an axis is bent, quickly where a line is wide.
fn drawn(share_of_axis: f64) -> f64 {
    let (slow, quick) = (share_of_axis * 4.3 + 0.4, share_of_axis * 61.0 + 1.1);
    0.01 * slow.sin() + 0.004 * quick.sin()
}

/// A curve of a datasheet, read at a number of places.
fn facts(quantity: &str, units: [&str; 2], scale: [&str; 2], points: &[[f64; 2]]) -> String {
    let points: Vec<String> = points.iter().map(|[x, y]| format!("[{x:e}, {y:e}]")).collect();
    format!(
        "[device]\npart = \"truth\"\nkind = \"diode\"\n\n[[curve]]\nquantity = \"{quantity}\"\n\
         units = {units:?}\nscale = {scale:?}\nconditions = {{ TJ = \"25 degC\" }}\n\
         points = [{}]\n",
        points.join(", ")
    )
}

/// Interval widths of the identified parameters, on a logarithmic scale where both ends are
/// positive.
fn widths(text: String) -> BTreeMap<String, f64> {
    let world = support::world().with("sheet.toml", text);
    let outcome = model(&world, &["sheet.toml"]);
    let width = |low: f64, high: f64| if low > 0.0 { (high / low).ln() } else { high - low };
    fit(&outcome)
        .parameters
        .iter()
        .filter(|p| p.identified)
        .filter_map(|p| Some((p.name.clone(), width(p.low?, p.high?))))
        .collect()
}

/// The same drawn curve read at 40, 120 and 400 places.
fn judge_density(at_least: usize, text: impl Fn(usize) -> String) {
    let all = [40, 120, 400].map(|count| widths(text(count)));
    println!("{all:?}");
    let [first, ..] = &all;
    assert!(first.len() >= at_least, "{first:?}");
    for name in first.keys() {
        let of: Vec<f64> = all.iter().filter_map(|w| w.get(name).copied()).collect();
        assert_eq!(of.len(), all.len(), "{name} is identified by some densities only: {all:?}");
        let (low, high) = of.iter().fold((f64::MAX, 0.0f64), |(l, h), w| (l.min(*w), h.max(*w)));
        assert!(high <= 1.3 * low, "{name}: {of:?}");
    }
}

#[test]
fn denser_reading_of_a_forward_curve_adds_no_confidence() {
    let truth = Truth::new(&[("IS", 3e-12), ("N", 1.35), ("RS", 0.8)]);
    judge_density(2, |count| {
        let points: Vec<[f64; 2]> = even(0.0, 1.0, count)
            .into_iter()
            .map(|s| {
                let v = 0.35 + 0.6 * s;
                [v, truth.current(v) * (1.0 + drawn(s))]
            })
            .collect();
        facts("IF(VF)", ["V", "A"], ["linear", "log"], &points)
    });
}

#[test]
fn denser_reading_along_a_logarithmic_axis_adds_no_confidence() {
    let truth = Truth::new(&[("CJO", 4e-12), ("VJ", 0.7), ("M", 0.4)]);
    judge_density(2, |count| {
        let points: Vec<[f64; 2]> = even(0.0, 1.0, count)
            .into_iter()
            .map(|s| {
                let v = 0.1 * 300f64.powf(s);
                [v, truth.capacitance(-v) * (1.0 + drawn(s))]
            })
            .collect();
        facts("CJ(VR)", ["V", "F"], ["log", "log"], &points)
    });
}
