//! Curves of diodes.

use super::*;

/// A junction with series resistance.
#[derive(Clone, Copy, Debug)]
pub struct Junction {
    /// Saturation current at 300.15 K in A.
    pub is: f64,
    /// Emission coefficient.
    pub n: f64,
    /// Series resistance in Ω.
    pub rs: f64,
    /// Energy gap in eV.
    pub eg: f64,
    /// Temperature exponent of the saturation current.
    pub xti: f64,
}

impl Junction {
    /// A made-up one for a greatest current in A.
    pub fn random(random: &mut Random, most: f64) -> Junction {
        Junction {
            is: random.decades(1e-14, 3e-10) * most / 0.1,
            n: random.between(1.05, 1.95),
            rs: random.between(0.05, 0.35) / most,
            eg: 1.11,
            xti: 3.0,
        }
    }

    /// The saturation current at a temperature in kelvin.
    pub fn saturation(&self, kelvin: f64) -> f64 {
        let ratio = kelvin / 300.15;
        let gap = self.eg / (self.n * KQ * kelvin);
        self.is * (gap * (ratio - 1.0) + self.xti / self.n * ratio.ln()).exp()
    }

    /// The voltage at a current in A.
    pub fn voltage(&self, current: f64, kelvin: f64) -> f64 {
        let thermal = self.n * KQ * kelvin;
        thermal * (current / self.saturation(kelvin) + 1.0).ln() + current * self.rs
    }
}

/// Forward current over voltage, or the other way round.
pub(super) fn forward(random: &mut Random, names: (Name, Name), title: &'static str) -> PlotPlan {
    let (volt, ampere) = names;
    let most = random.pick(&[0.1, 0.2, 1.0, 10.0]);
    let junction = Junction::random(random, most);
    let log = random.chance(0.7);
    let (unit, one) = if most < 0.5 { ("mA", 1e3) } else { ("A", 1.0) };
    let least = if log { most * 10f64.powi(-(3 + random.below(2) as i32)) } else { most * 1e-4 };
    let mut curves = Vec::new();
    for celsius in temperatures(random) {
        let (label, family) = at_temperature(celsius);
        let samples = sample(|t| {
            let i = log_between(least, most, t);
            [junction.voltage(i, celsius + ZERO), i * one]
        });
        curves.push(curve(ampere.0, label, family, samples));
    }
    let mut x = axis(volt, "V", false);
    let mut y = axis(ampere, unit, log);
    fit(&mut y, [if log { least * one } else { 0.0 }, most * one]);
    let volts = || curves.iter().flat_map(|c| c.samples.iter().map(|p| p[0]));
    let high = volts().fold(0.0, f64::max);
    let low = if log && random.chance(0.5) { volts().fold(9.0, f64::min) } else { 0.0 };
    fit(&mut x, [low, high]);
    plan(title, x, y, curves)
}

pub(super) fn reverse(random: &mut Random) -> PlotPlan {
    let rated = random.pick(&[30.0, 50.0, 100.0, 400.0]);
    let leak = random.decades(1e-9, 1e-7);
    let soft = random.between(0.1, 0.5);
    let mut curves = Vec::new();
    let mut temperatures = temperatures(random);
    temperatures.retain(|t| *t > 0.0);
    let log_x = random.chance(0.3);
    let first = if log_x { rated / 100.0 } else { rated / 200.0 };
    for celsius in temperatures {
        let (label, family) = at_temperature(celsius);
        let hot = 2f64.powf((celsius - 25.0) / 10.5);
        let samples = sample(|t| {
            let v = if log_x { log_between(first, rated, t) } else { first + (rated - first) * t };
            [v, leak * hot * (v / rated).powf(soft) * (v / rated).exp() * 1e6]
        });
        curves.push(curve("IR", label, family, samples));
    }
    let mut x = axis(VR, "V", log_x);
    let mut y = axis(IR, "µA", true);
    fit(&mut x, [if log_x { first } else { 0.0 }, rated]);
    fit(&mut y, range(&curves, 1));
    plan("Reverse Current vs. Reverse Voltage", x, y, curves)
}

pub(super) fn junction_capacitance(random: &mut Random) -> PlotPlan {
    let c0 = random.decades(2.0, 300.0);
    let (vj, m) = (random.between(0.4, 0.9), random.between(0.3, 0.5));
    let log = random.chance(0.5);
    let most = random.pick(&[10.0, 30.0, 100.0]);
    let least = if log { 0.1 } else { 0.0 };
    let samples = sample(|t| {
        let v = if log { log_between(0.1, most, t) } else { most * t };
        [v, c0 * (1.0 + v / vj).powf(-m)]
    });
    let curves = vec![curve("CJ", (String::new(), String::new()), Vec::new(), samples)];
    let mut x = axis(VR, "V", log);
    let mut y = axis(CJ, "pF", log && random.chance(0.6));
    fit(&mut x, [least, most]);
    let [low, high] = range(&curves, 1);
    let low = if y.log { low } else { 0.0 };
    fit(&mut y, [low, high]);
    let mut plot = plan("Junction Capacitance vs. Reverse Voltage", x, y, curves);
    plot.conditions.push(("f = 1 MHz".into(), "f", 1e6));
    plot.conditions.push(("T_{J} = 25 °C".into(), "TJ", 298.15));
    plot
}

pub(super) fn voltage_of_temperature(random: &mut Random) -> PlotPlan {
    let most = random.pick(&[0.1, 1.0]);
    let junction = Junction::random(random, most);
    let mut curves = Vec::new();
    for share in [1.0, 0.1, 0.01] {
        let current = most * share;
        let short = if current >= 1.0 {
            format!("{current} A")
        } else {
            format!("{} mA", (current * 1e5).round() / 100.0)
        };
        let label = (format!("I_{{F}} = {short}"), short);
        let samples = sample(|t| {
            let celsius = -40.0 + 160.0 * t;
            [celsius, junction.voltage(current, celsius + ZERO)]
        });
        curves.push(curve("VF", label, vec![("IF", current)], samples));
    }
    let mut x = axis(TJ, "°C", false);
    let mut y = axis(VF, "V", false);
    fit(&mut x, [-40.0, 120.0]);
    fit(&mut y, [0.0, range(&curves, 1)[1]]);
    let mut plot = plan("Forward Voltage vs. Junction Temperature", x, y, curves);
    plot.ordered = true;
    plot
}

/// A parameter of EX41.
fn ex41(name: &str) -> f64 {
    crate::examples::EX41.iter().find(|p| p.0 == name).map_or(f64::NAN, |p| p.1)
}

/// The plots of the bundled example: its true curves.
pub fn ex41_plots() -> Vec<PlotPlan> {
    let junction =
        Junction { is: ex41("IS"), n: ex41("N"), rs: ex41("RS"), eg: ex41("EG"), xti: ex41("XTI") };
    let hot = |celsius: f64, samples: Vec<Place>, quantity| {
        let (label, family) = at_temperature(celsius);
        curve(quantity, label, family, samples)
    };
    let forward = [-40.0, 25.0, 85.0, 125.0].map(|t| {
        let samples = sample(|s| {
            let i = log_between(1e-5, 0.2, s);
            [junction.voltage(i, t + ZERO), 1e3 * i]
        });
        hot(t, samples, "IF")
    });
    let reverse = [25.0, 85.0, 125.0].map(|t| {
        let thermal = junction.n * KQ * (t + ZERO);
        let samples = sample(|s| {
            let v = 1.0 + 99.0 * s;
            [v, 1e9 * junction.saturation(t + ZERO) * (1.0 - (-v / thermal).exp())]
        });
        hot(t, samples, "IR")
    });
    let capacitance = sample(|s| {
        let v = 20.0 * s;
        [v, 1e12 * ex41("CJO") * (1.0 + v / ex41("VJ")).powf(-ex41("M"))]
    });
    let capacitance = curve("CJ", (String::new(), String::new()), Vec::new(), capacitance);
    let currents = [(50.0, "50 mA"), (10.0, "10 mA"), (1.0, "1 mA"), (0.1, "0.1 mA")];
    let voltage = currents.map(|(milliamperes, short)| {
        let samples = sample(|s| {
            let celsius = -40.0 + 190.0 * s;
            [celsius, 1e3 * junction.voltage(1e-3 * milliamperes, celsius + ZERO)]
        });
        let label = (format!("I_{{F}} = {short}"), short.to_string());
        curve("VF", label, vec![("IF", 1e-3 * milliamperes)], samples)
    });
    let with = |axis: AxisPlan, ends: [f64; 2], step: f64| AxisPlan { ends, step, ..axis };
    let room = || vec![(String::from("T_{J} = 25 °C"), "TJ", 298.15)];
    let mut plots = vec![
        plan(
            "Forward current as a function of forward voltage",
            with(axis(VF, "V", false), [0.0, 1.2], 0.2),
            with(axis(IF, "mA", true), [0.01, 1000.0], 1.0),
            forward.into(),
        ),
        plan(
            "Reverse current as a function of reverse voltage",
            with(axis(VR, "V", false), [0.0, 100.0], 20.0),
            with(axis(IR, "nA", true), [1.0, 10_000.0], 1.0),
            reverse.into(),
        ),
        plan(
            "Junction capacitance as a function of reverse voltage",
            with(axis(VR, "V", false), [0.0, 20.0], 5.0),
            with(axis(CJ, "pF", false), [0.0, 5.0], 1.0),
            vec![capacitance],
        ),
        plan(
            "Forward voltage as a function of junction temperature",
            with(axis(TJ, "°C", false), [-50.0, 150.0], 50.0),
            with(axis(VF, "mV", false), [0.0, 1000.0], 200.0),
            voltage.into(),
        ),
    ];
    plots[2].conditions = room();
    plots[2].conditions.push(("f = 1 MHz".into(), "f", 1e6));
    plots
}
