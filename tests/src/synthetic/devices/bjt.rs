//! Curves of bipolar transistors.

use super::diode::forward;
use super::*;

pub(super) fn gain(random: &mut Random) -> PlotPlan {
    let beta = random.between(100.0, 350.0);
    let (low, knee) = (random.decades(1e-2, 0.3), random.decades(60.0, 300.0));
    let mut curves = Vec::new();
    for celsius in temperatures(random) {
        let (label, family) = at_temperature(celsius);
        let scale = beta * ((celsius + ZERO) / 298.15).powf(1.6);
        let samples = sample(|t| {
            let i = log_between(0.1, 1000.0, t);
            [i, scale / (1.0 + (low / i).powf(0.7) + (i / knee).powf(1.3))]
        });
        curves.push(curve("hFE", label, family, samples));
    }
    curves.reverse();
    let log_y = random.chance(0.4);
    let mut x = axis(IC, "mA", true);
    let mut y = axis(HFE, "", log_y);
    fit(&mut x, [0.1, 1000.0]);
    if log_y {
        y.ends = [1.0, 1000.0];
    } else {
        fit(&mut y, [0.0, range(&curves, 1)[1]]);
    }
    let mut plot = plan("DC Current Gain vs. Collector Current", x, y, curves);
    plot.conditions.push(("V_{CE} = 5 V".into(), "VCE", 5.0));
    plot.ordered = true;
    plot
}

pub(super) fn saturation(random: &mut Random) -> PlotPlan {
    let (base, ohms) = (random.between(0.03, 0.06), random.between(0.4, 1.5));
    let mut curves = Vec::new();
    for celsius in temperatures(random) {
        let (label, family) = at_temperature(celsius);
        let hot = (celsius + ZERO) / 298.15;
        let samples = sample(|t| {
            let i = log_between(1.0, 500.0, t);
            [i, base * hot * (1.0 + 0.15 * (10.0 / i).powf(0.3)) + ohms * 1e-3 * i * hot.powf(0.7)]
        });
        curves.push(curve("VCE(sat)", label, family, samples));
    }
    let mut x = axis(IC, "mA", true);
    let log_y = random.chance(0.5);
    let mut y = axis(VCESAT, "V", log_y);
    fit(&mut x, [1.0, 500.0]);
    let [low, high] = range(&curves, 1);
    fit(&mut y, [if log_y { low } else { 0.0 }, high]);
    plan("Collector-Emitter Saturation Voltage vs. Collector Current", x, y, curves)
}

pub(super) fn on_voltage(random: &mut Random) -> PlotPlan {
    let mut plot = forward(random, (VBEON, IC), "Base-Emitter On Voltage vs. Collector Current");
    std::mem::swap(&mut plot.x, &mut plot.y);
    for c in &mut plot.curves {
        c.quantity = "VBE(on)";
        c.samples.iter_mut().for_each(|p| p.swap(0, 1));
    }
    plot.conditions.push(("V_{CE} = 5 V".into(), "VCE", 5.0));
    plot
}

pub(super) fn bipolar_output(random: &mut Random) -> PlotPlan {
    let (beta, early) = (random.between(150.0, 300.0), random.between(40.0, 150.0));
    let step = random.pick(&[50.0, 100.0, 200.0]);
    let mut curves = Vec::new();
    for n in (1..=6).rev() {
        let base = step * f64::from(n);
        let short = format!("{base} µA");
        let samples = sample(|t| {
            let v = 10.0 * t;
            [
                v,
                beta * base
                    * 1e-3
                    * (1.0 + v / early)
                    * (v / 0.12).tanh()
                    * (1.0 - 0.02 * f64::from(n)),
            ]
        });
        let label = (format!("I_{{B}} = {short}"), short);
        curves.push(curve("IC", label, vec![("IB", base * 1e-6)], samples));
    }
    let mut x = axis(VCE, "V", false);
    let mut y = axis(IC, "mA", false);
    fit(&mut x, [0.0, 10.0]);
    fit(&mut y, [0.0, range(&curves, 1)[1]]);
    let mut plot = plan("Collector Current vs. Collector-Emitter Voltage", x, y, curves);
    plot.conditions.push(("T_{A} = 25 °C".into(), "Tamb", 298.15));
    plot.ordered = true;
    plot
}
