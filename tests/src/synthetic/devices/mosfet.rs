//! Curves of field-effect transistors.

use super::diode::forward;
use super::*;

/// A transistor that follows the smoothed square law with mobility falling with temperature.
#[derive(Clone, Copy)]
struct Square {
    threshold: f64,
    gain: f64,
    lambda: f64,
}

impl Square {
    fn random(random: &mut Random) -> Square {
        Square {
            threshold: random.between(1.0, 3.2),
            gain: random.decades(1.0, 20.0),
            lambda: random.between(0.005, 0.03),
        }
    }

    fn current(&self, vgs: f64, vds: f64, kelvin: f64) -> f64 {
        let ratio = kelvin / 298.15;
        let scale = 2.0 * 1.5 * KQ * kelvin;
        let threshold = self.threshold - 4e-3 * (kelvin - 298.15);
        let soft = |v: f64| if v > 40.0 * scale { v } else { scale * (v / scale).exp().ln_1p() };
        let over = soft(vgs - threshold).powi(2) - soft(vgs - threshold - vds).powi(2);
        self.gain * ratio.powf(-1.7) / 2.0 * over * (1.0 + self.lambda * vds)
    }
}

pub(super) fn output(random: &mut Random) -> PlotPlan {
    let device = Square::random(random);
    let log = random.chance(0.35);
    let mut curves = Vec::new();
    let first = (device.threshold * 2.0).ceil() / 2.0 + 1.0;
    let most = random.pick(&[5.0, 10.0]);
    for n in (0..6).rev() {
        let vgs = first + 0.5 * f64::from(n);
        let samples = sample(|t| {
            let v = if log { log_between(0.1, 100.0, t) } else { most * t };
            [v, device.current(vgs, v, 298.15)]
        });
        let short = format!("{vgs:.1} V");
        curves.push(curve(
            "ID",
            (format!("V_{{GS}} = {short}"), short),
            vec![("VGS", vgs)],
            samples,
        ));
    }
    let mut x = axis(VDS, "V", log);
    let mut y = axis(ID, "A", log);
    fit(&mut x, range(&curves, 0));
    let [low, high] = range(&curves, 1);
    fit(&mut y, [if log { low } else { 0.0 }, high * if log { 1.0 } else { 0.8 }]);
    let mut plot = plan("Typical Output Characteristics", x, y, curves);
    plot.conditions.push(("T_{J} = 25 °C".into(), "TJ", 298.15));
    plot.ordered = !log;
    plot
}

pub(super) fn transfer(random: &mut Random) -> PlotPlan {
    let device = Square::random(random);
    let log = random.chance(0.5);
    let most = device.threshold.ceil() + 4.0;
    let mut curves = Vec::new();
    for celsius in temperatures(random) {
        let (label, family) = at_temperature(celsius);
        let samples = sample(|t| {
            let v = most * t;
            [v, device.current(v, 10.0, celsius + ZERO)]
        });
        curves.push(curve("ID", label, family, samples));
    }
    let mut x = axis(VGS, "V", false);
    let mut y = axis(ID, "A", log);
    let high = range(&curves, 1)[1] * 0.7;
    fit(&mut y, [if log { high * 1e-4 } else { 0.0 }, high]);
    fit(&mut x, [if log { device.threshold.floor() - 1.0 } else { 0.0 }, most]);
    let mut plot = plan("Typical Transfer Characteristics", x, y, curves);
    plot.conditions.push(("V_{DS} = 10 V".into(), "VDS", 10.0));
    plot
}

pub(super) fn resistance_of_temperature(random: &mut Random) -> PlotPlan {
    let (a, b) = (random.between(4e-3, 6.5e-3), random.between(6e-6, 1.6e-5));
    let samples = sample(|t| {
        let d = -60.0 + 220.0 * t;
        [d, 1.0 + a * (d - 25.0) + b * (d - 25.0) * (d - 25.0)]
    });
    let curves = vec![curve("RDS(on)", (String::new(), String::new()), Vec::new(), samples)];
    let mut x = axis(TJ, "°C", false);
    let mut y = axis(RON, "", false);
    y.normalized = true;
    x.ends = [-80.0, 160.0];
    x.step = 40.0;
    fit(&mut y, [0.0, range(&curves, 1)[1]]);
    let mut plot = plan("Normalized On-Resistance vs. Junction Temperature", x, y, curves);
    plot.conditions.push(("V_{GS} = 10 V".into(), "VGS", 10.0));
    plot.conditions.push(("I_{D} = 5 A".into(), "ID", 5.0));
    plot
}

pub(super) fn resistance_of_current(random: &mut Random) -> PlotPlan {
    let ohms = random.decades(10.0, 300.0);
    let most = random.pick(&[5.0, 20.0, 60.0]);
    let mut curves = Vec::new();
    for vgs in [4.5, 6.0, 10.0] {
        let (floor, knee) = (ohms * (1.0 + 2.2 / (vgs - 3.0)), most * (vgs - 3.0) * 0.75);
        let samples = sample(|t| {
            let i = most * (0.02 + 0.98 * t);
            [i, floor / (1.0 - (i / knee).powi(2) * 0.55).max(0.05)]
        });
        let short = format!("{vgs} V");
        let label = (format!("V_{{GS}} = {short}"), short);
        curves.push(curve("RDS(on)", label, vec![("VGS", vgs)], samples));
    }
    let mut x = axis(ID, "A", false);
    let mut y = axis(RON, "mΩ", false);
    fit(&mut x, [0.0, most]);
    fit(&mut y, [0.0, ohms * 4.5]);
    let mut plot = plan("On-Resistance vs. Drain Current", x, y, curves);
    plot.conditions.push(("T_{J} = 25 °C".into(), "TJ", 298.15));
    plot.ordered = true;
    plot
}

pub(super) fn capacitances(random: &mut Random) -> PlotPlan {
    let base = random.decades(60.0, 3000.0);
    let log_x = random.chance(0.6);
    let log_y = random.chance(0.5);
    let most = if log_x { 100.0 } else { random.pick(&[25.0, 40.0, 60.0]) };
    let parts: [(&'static str, &str, f64, f64, f64); 3] = [
        ("Ciss", "C_{iss}", base, 0.08, 1.0),
        ("Coss", "C_{oss}", base * 0.8, 0.45, 1.2),
        ("Crss", "C_{rss}", base * 0.35, 0.6, 0.7),
    ];
    let mut curves = Vec::new();
    for (quantity, label, c0, m, vj) in parts {
        let samples = sample(|t| {
            let v = if log_x { log_between(0.1, most, t) } else { most * t };
            [v, c0 * (1.0 + v / vj).powf(-m)]
        });
        curves.push(curve(quantity, (label.into(), label.into()), Vec::new(), samples));
    }
    let mut x = axis(VDS, "V", log_x);
    let mut y = axis(CAP, "pF", log_y);
    fit(&mut x, [if log_x { 0.1 } else { 0.0 }, most]);
    let [low, high] = range(&curves, 1);
    fit(&mut y, [if log_y { low } else { 0.0 }, high]);
    let mut plot = plan("Typical Capacitance vs. Drain-to-Source Voltage", x, y, curves);
    plot.conditions.push(("V_{GS} = 0 V".into(), "VGS", 0.0));
    plot.conditions.push(("f = 1 MHz".into(), "f", 1e6));
    plot.ordered = true;
    plot
}

pub(super) fn gate_charge(random: &mut Random) -> PlotPlan {
    let full = random.decades(5.0, 120.0);
    let plateau = random.between(3.0, 5.5);
    let mut curves = Vec::new();
    for (n, vds) in [15.0, 30.0, 48.0].into_iter().enumerate() {
        let (a, b) = (0.2 * full, (0.45 + 0.08 * n as f64) * full);
        let samples = sample(|t| {
            let q = full * t;
            let v = if q < a {
                plateau * q / a
            } else if q < b {
                plateau + 0.05 * (q - a) / full
            } else {
                plateau + 0.05 * (b - a) / full + (q - b) / full * 2.0 * plateau
            };
            [q, v]
        });
        let short = format!("{vds} V");
        let label = (format!("V_{{DS}} = {short}"), short);
        curves.push(curve("VGS", label, vec![("VDS", vds)], samples));
    }
    // The curves share their first part: one of them is shown unless sheets are to be hard.
    curves.truncate(1);
    let mut x = axis(QG, "nC", false);
    let mut y = axis(VGS, "V", false);
    fit(&mut x, [0.0, full]);
    fit(&mut y, [0.0, range(&curves, 1)[1]]);
    let mut plot = plan("Gate-to-Source Voltage vs. Gate Charge", x, y, curves);
    plot.conditions.push(("I_{D} = 5 A".into(), "ID", 5.0));
    plot
}

pub(super) fn body_diode(random: &mut Random) -> PlotPlan {
    forward(random, (VSD, IS), "Typical Source-Drain Diode Forward Voltage")
}
