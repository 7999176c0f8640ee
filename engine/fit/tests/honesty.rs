//! What intervals promise: they hold the truth as often as they say, they do not shrink when a
//! drawing is sampled more densely, and what can't be known is said to be unknown.

#![allow(clippy::unwrap_used, reason = "a test that can't set up its case has failed")]

use espice_fit::{
    Climb, Criteria, CurveErrors, Evaluation, Fit, Ladder, Mapped, RawModel, Sequential, Settings,
    SplitMix, Statistics, Variable, Variables, notes, search, solve, statistics,
};

const VT: f64 = 0.025852;

/// A diode with series resistance and recombination current: `ln I` at given voltages, where
/// `V = x + RS I` and `I = IS (e^(x/(N VT)) - 1) + ISR (e^(x/(NR VT)) - 1)`, in the parameters
/// IS, N, RS, ISR, NR. Derivatives by the implicit function theorem.
#[derive(Clone)]
struct Diode {
    voltage: Vec<f64>,
    log_current: Vec<f64>,
}

/// `ln I` and its derivatives.
fn log_current(p: &[f64], v: f64) -> (f64, [f64; 5]) {
    let (a, b) = (1.0 / (p[1] * VT), 1.0 / (p[4] * VT));
    let current = |x: f64| p[0] * (x * a).exp_m1() + p[3] * (x * b).exp_m1();
    let slope = |x: f64| p[0] * a * (x * a).exp() + p[3] * b * (x * b).exp();
    let mut x = v.min(p[1].max(p[4]) * VT * (v / (p[2] * p[0])).ln_1p());
    for _ in 0..100 {
        let step = (x + p[2] * current(x) - v) / (1.0 + p[2] * slope(x));
        x -= step;
        if step.abs() < 1e-14 {
            break;
        }
    }
    let (i, g) = (current(x), slope(x));
    let by = [
        (x * a).exp_m1(),
        -p[0] * a * x / p[1] * (x * a).exp(),
        -g * i,
        (x * b).exp_m1(),
        -p[3] * b * x / p[4] * (x * b).exp(),
    ];
    (i.ln(), by.map(|d| d / (1.0 + p[2] * g) / i))
}

impl RawModel for Diode {
    fn residuals(&self) -> usize {
        self.voltage.len()
    }
    fn evaluate(
        &mut self,
        raw: &[f64],
        residuals: &mut [f64],
        mut derivatives: Option<&mut [f64]>,
        wanted: &[usize],
    ) -> Evaluation {
        let m = self.voltage.len();
        for i in 0..m {
            let (value, by) = log_current(raw, self.voltage[i]);
            residuals[i] = value - self.log_current[i];
            if let Some(d) = derivatives.as_deref_mut() {
                for (k, w) in wanted.iter().enumerate() {
                    d[k * m + i] = by[*w];
                }
            }
        }
        Evaluation::Done
    }
}

const NAMES: [&str; 5] = ["IS", "N", "RS", "ISR", "NR"];
const TRUTH: [f64; 5] = [2e-14, 1.05, 3.5, 4e-12, 2.0];

fn variables() -> Variables {
    let ranges = [
        (1e-13, 1e-20, 1e-6, true),
        (1.2, 0.5, 5.0, false),
        (1.0, 1e-3, 1e3, true),
        (1e-11, 1e-18, 1e-3, true),
        (1.8, 0.5, 5.0, false),
    ];
    let all = NAMES.iter().zip(ranges).map(|(name, (start, low, high, log))| {
        let variable = Variable::free(*name, start).within(low, high);
        if log { variable.log() } else { variable }
    });
    Variables::new(all.collect()).unwrap().0
}

fn sweep(points: usize) -> Vec<f64> {
    (0..points).map(|i| 0.2 + 1.0 * i as f64 / (points - 1) as f64).collect()
}

fn with_noise(voltage: Vec<f64>, mut noise: impl FnMut(f64) -> f64) -> Diode {
    let log_current = voltage.iter().map(|v| log_current(&TRUTH, *v).0 + noise(*v)).collect();
    Diode { voltage, log_current }
}

fn fit(diode: &Diode, variables: &Variables) -> Fit {
    let mut problem = Mapped::new(diode.clone(), variables);
    let bounds = variables.bounds();
    solve(&mut problem, &variables.start(), &bounds, &Settings::default(), &|| false)
}

fn worth(diode: &Diode, variables: &Variables, fit: &Fit, digitised: bool) -> Statistics {
    let range = 0..diode.voltage.len();
    let curve = if digitised {
        CurveErrors::digitised("IF(VF)", range, diode.voltage.clone())
    } else {
        CurveErrors::measured("IF(VF)", range)
    };
    statistics(fit, variables, &[curve], &Criteria::default())
}

#[test]
fn intervals_of_measurements_hold_the_truth_as_often_as_they_say() {
    let variables = variables();
    let mut held = [0usize; 5];
    let mut told = [0usize; 5];
    let mut evaluations = 0;
    const SEEDS: usize = 400;
    for seed in 0..SEEDS {
        let mut random = SplitMix::for_job(2026, seed as u64);
        let diode = with_noise(sweep(200), |_| (1.0 + 0.01 * random.normal()).ln());
        let fit = fit(&diode, &variables);
        evaluations += fit.evaluations;
        assert!(fit.converged(), "{:?}", fit.stop);
        let all = worth(&diode, &variables, &fit, false);
        for (j, p) in all.parameters.iter().enumerate().filter(|(_, p)| p.identified) {
            told[j] += 1;
            held[j] += usize::from(p.low <= TRUTH[j] && TRUTH[j] <= p.high);
        }
    }
    println!("{held:?} of {told:?}, {} evaluations a fit", evaluations as f64 / SEEDS as f64);
    for j in 0..5 {
        assert_eq!(told[j], SEEDS, "{}", NAMES[j]);
        let share = held[j] as f64 / SEEDS as f64;
        assert!((0.86..=0.94).contains(&share), "{} {share}", NAMES[j]);
    }
}

#[test]
fn intervals_of_a_drawing_do_not_shrink_with_its_sampling() {
    let variables = variables();
    // The drawing: the truth, a slow wave of the pen, and a reading error at every point.
    for (wave, reading) in [(0.0, 0.01), (0.01, 0.0), (0.01, 0.005), (0.003, 0.01)] {
        let mut widths = Vec::new();
        for points in [40, 120, 400] {
            let mut random = SplitMix::new(points as u64);
            let diode = with_noise(sweep(points), |v| {
                wave * ((25.0 * v).sin() + (61.0 * v).cos()) + reading * random.normal()
            });
            let fit = fit(&diode, &variables);
            let all = worth(&diode, &variables, &fit, true);
            widths.push(all.parameters.iter().map(|p| p.deviation).collect::<Vec<_>>());
            println!("{wave} {reading} {points}: {:?} {:?}", all.curves[0], widths.last());
        }
        for j in 0..5 {
            let of = widths.iter().map(|w| w[j]);
            let ratio = of.clone().fold(0.0, f64::max) / of.fold(f64::INFINITY, f64::min);
            assert!(ratio < 1.3, "{} {ratio} for {wave} {reading}", NAMES[j]);
        }
    }
}

#[test]
fn a_shared_axis_error_stays_however_many_points_there_are() {
    let variables = variables();
    let mut low_noise = Vec::new();
    for points in [40, 400] {
        let diode = with_noise(sweep(points), |_| 0.0);
        let fit = fit(&diode, &variables);
        // The current axis may be off by 2 % as a whole.
        let curve = CurveErrors::digitised("IF(VF)", 0..points, diode.voltage.clone())
            .with_shared(vec![1.0; points], 0.02);
        let all = statistics(&fit, &variables, &[curve], &Criteria::default());
        low_noise.push(all.parameters[0].deviation);
        assert!(all.aicc.is_none());
    }
    // ln IS moves with the axis.
    assert!((low_noise[0] / 0.02 - 1.0).abs() < 0.1, "{low_noise:?}");
    assert!((low_noise[1] / low_noise[0] - 1.0).abs() < 0.1);
}

#[test]
fn what_the_data_cannot_tell_is_said() {
    let variables = variables();
    // Only low voltages: the series resistance drops nothing.
    let voltage: Vec<f64> = (0..60).map(|i| 0.1 + 0.3 * i as f64 / 59.0).collect();
    let mut random = SplitMix::new(4);
    let diode = with_noise(voltage, |_| 0.01 * random.normal());
    let fit = fit(&diode, &variables);
    let all = worth(&diode, &variables, &fit, false);
    let series = &all.parameters[2];
    assert!(!series.identified, "{series:?}");
    let told = notes(&fit, &all);
    let words: Vec<&str> = told.iter().map(|d| d.message.as_str()).collect();
    assert!(words.iter().any(|w| w.contains("`RS`")), "{words:?}");
}

#[test]
fn inseparable_parameters_are_named_together() {
    /// `a b t + c`: only the product of a and b shows.
    struct Product;
    impl RawModel for Product {
        fn residuals(&self) -> usize {
            30
        }
        fn evaluate(
            &mut self,
            p: &[f64],
            r: &mut [f64],
            mut d: Option<&mut [f64]>,
            _wanted: &[usize],
        ) -> Evaluation {
            for i in 0..30 {
                let t = i as f64 / 10.0;
                r[i] = p[0] * p[1] * t + p[2] - (6.0 * t + 1.0 + 0.01 * (7.3 * t * t).sin());
                if let Some(d) = d.as_deref_mut() {
                    (d[i], d[30 + i], d[60 + i], d[90 + i]) = (p[1] * t, p[0] * t, 1.0, 0.0);
                }
            }
            Evaluation::Done
        }
    }
    let named = ["IKF", "RS", "C", "TT"].map(|n| Variable::free(n, 1.5).within(0.1, 9.0));
    let (variables, _) = Variables::new(named.to_vec()).unwrap();
    let mut problem = Mapped::new(Product, &variables);
    let fit =
        solve(&mut problem, &variables.start(), &variables.bounds(), &Settings::default(), &|| {
            false
        });
    let all = statistics(&fit, &variables, &[], &Criteria::default());
    let identified: Vec<bool> = all.parameters.iter().map(|p| p.identified).collect();
    assert_eq!(identified, [false, false, true, false]);
    let words: Vec<String> = all.weak_directions().iter().map(|d| d.sentence()).collect();
    assert_eq!(
        words,
        ["`TT` has no effect on these data", "`IKF` and `RS` are not separable with these data"]
    );
    let open = &all.parameters[0];
    assert_eq!((open.low, open.high, open.deviation), (0.1, 9.0, f64::INFINITY));
    assert!(!all.parameters[3].moved && all.parameters[0].moved);
}

#[test]
fn what_one_value_says_is_not_known_any_better() {
    /// A line through many points, and values of a third parameter that no other depends on.
    struct Line(&'static [f64]);
    impl RawModel for Line {
        fn residuals(&self) -> usize {
            30 + self.0.len()
        }
        fn evaluate(
            &mut self,
            p: &[f64],
            r: &mut [f64],
            mut d: Option<&mut [f64]>,
            _wanted: &[usize],
        ) -> Evaluation {
            let n = self.residuals();
            for i in 0..n {
                let t = i as f64 / 10.0;
                let wave = 0.01 * (7.3 * t * t).sin();
                let row = self.0.get(i.wrapping_sub(30));
                r[i] = row.map_or(p[0] + p[1] * t - (1.0 + 2.0 * t + wave), |v| p[2] - v);
                if let Some(d) = d.as_deref_mut() {
                    let of_line = f64::from(row.is_none());
                    (d[i], d[n + i], d[2 * n + i]) = (of_line, of_line * t, 1.0 - of_line);
                }
            }
            Evaluation::Done
        }
    }
    let worth = |rows: &'static [f64]| {
        let named = ["A", "B", "C"].map(|n| Variable::free(n, 1.5).within(0.1, 9.0));
        let (variables, _) = Variables::new(named.to_vec()).unwrap();
        let mut problem = Mapped::new(Line(rows), &variables);
        let settings = Settings::default();
        let fit =
            solve(&mut problem, &variables.start(), &variables.bounds(), &settings, &|| false);
        statistics(&fit, &variables, &[], &Criteria::default())
    };
    let one = worth(&[4.0]);
    let c = &one.parameters[2];
    assert!(c.unchecked && !c.identified && (c.low, c.high) == (0.1, 9.0), "{c:?}");
    assert!((c.value - 4.0).abs() < 1e-9 && one.weak_directions().is_empty());
    assert!(one.parameters[..2].iter().all(|p| p.identified && !p.unchecked));
    let two = worth(&[4.0, 4.02]);
    let c = &two.parameters[2];
    assert!(c.identified && !c.unchecked && c.high - c.low < 0.1, "{c:?}");
}

#[test]
fn equal_inputs_give_equal_bits() {
    let variables = variables();
    let diode = with_noise(sweep(120), |v| 0.01 * (91.0 * v).sin());
    let once = fit(&diode, &variables);
    let again = fit(&diode, &variables);
    assert_eq!(once, again);
    let told = |f: &Fit| format!("{:?}", worth(&diode, &variables, f, true));
    assert_eq!(told(&once), told(&again));
}

#[test]
fn random_starts_over_the_whole_range_reach_the_optimum() {
    let variables = variables();
    let mut random = SplitMix::new(5);
    let diode = with_noise(sweep(200), |_| 0.01 * random.normal());
    let best = fit(&diode, &variables).cost;
    let bounds = variables.bounds();
    let mut problem = Mapped::new(diode, &variables);
    let (mut single, mut climbed, mut evaluations) = (0, 0, 0);
    const STARTS: usize = 100;
    for seed in 0..STARTS {
        let start: Vec<f64> = (0..5)
            .map(|j| bounds.low[j] + random.unit() * (bounds.high[j] - bounds.low[j]))
            .collect();
        let reached = |cost: f64| usize::from(cost < best * (1.0 + 1e-6));
        single +=
            reached(solve(&mut problem, &start, &bounds, &Settings::default(), &|| false).cost);
        // Residuals are in relative current: 5 % is far above the noise.
        let ladder =
            Ladder { when: Climb::WhenAbove(0.05), seed: seed as u64, ..Ladder::default() };
        let found =
            search(&problem, &start, &bounds, &Settings::default(), &ladder, &Sequential, &|| {
                false
            });
        climbed += reached(found.fit.cost);
        evaluations += found.evaluations();
    }
    println!("{single} by one run, {climbed} by the ladder, {} evaluations", evaluations / STARTS);
    assert!(single >= 95 && climbed >= 98, "{single} {climbed}");
}
