//! Curves of closed equations: devices with seeded parameters, and the plots that sheets show of
//! them. Values are in printed units.

mod bjt;
mod diode;
mod mosfet;

use super::canvas::Place;
use super::random::Random;
use bjt::{bipolar_output, gain, on_voltage, saturation};
pub use diode::{Junction, ex41_plots};
use diode::{forward, junction_capacitance, reverse, voltage_of_temperature};
use mosfet::{
    body_diode, capacitances, gate_charge, output, resistance_of_current,
    resistance_of_temperature, transfer,
};

/// An axis before it is drawn.
#[derive(Clone, Debug)]
pub struct AxisPlan {
    /// Canonical symbol.
    pub symbol: &'static str,
    /// In words.
    pub words: &'static str,
    /// The symbol as printed, with scripts.
    pub mark: &'static str,
    /// Unit as printed; empty when there is none.
    pub unit: &'static str,
    /// SI value of one unit, and of printed zero.
    pub si: [f64; 2],
    /// Logarithmic.
    pub log: bool,
    /// Values at its ends.
    pub ends: [f64; 2],
    /// Between labelled ticks of a linear axis.
    pub step: f64,
    /// Divided by its value at a reference.
    pub normalized: bool,
}

impl AxisPlan {
    /// Share of the axis at a value.
    pub fn share(&self, v: f64) -> f64 {
        let [a, b] = self.ends;
        if self.log { (v.max(1e-300) / a).log10() / (b / a).log10() } else { (v - a) / (b - a) }
    }
}

/// A curve before it is drawn.
#[derive(Clone, Debug)]
pub struct CurvePlan {
    /// Its label with scripts: `T_{J} = 25 °C`.
    pub label: String,
    /// Only the value of the label, for lists: `25 °C`.
    pub short: String,
    /// The quantity.
    pub quantity: &'static str,
    /// Family values in SI.
    pub family: Vec<(&'static str, f64)>,
    /// Samples in printed units, far denser than what is drawn.
    pub samples: Vec<Place>,
    /// 0 left, 1 right.
    pub axis: u8,
}

/// A plot before it is drawn.
#[derive(Clone, Debug)]
pub struct PlotPlan {
    /// In words, as captions have it.
    pub title: &'static str,
    /// Abscissa.
    pub x: AxisPlan,
    /// Ordinate.
    pub y: AxisPlan,
    /// Right ordinate.
    pub y2: Option<AxisPlan>,
    /// Curves.
    pub curves: Vec<CurvePlan>,
    /// Conditions of all curves: text with scripts, canonical symbol, SI value.
    pub conditions: Vec<(String, &'static str, f64)>,
    /// Whether the curves are in order from top to bottom without touching.
    pub ordered: bool,
}

/// Samples of a curve.
const SAMPLES: usize = 1200;

/// Boltzmann's constant over the elementary charge, V/K.
const KQ: f64 = 8.617_333e-5;
/// 0 °C in kelvin.
const ZERO: f64 = 273.15;

type Name = (&'static str, &'static str, &'static str);

const VF: Name = ("VF", "Forward Voltage", "V_{F}");
const IF: Name = ("IF", "Forward Current", "I_{F}");
const VR: Name = ("VR", "Reverse Voltage", "V_{R}");
const IR: Name = ("IR", "Reverse Current", "I_{R}");
const CJ: Name = ("CJ", "Junction Capacitance", "C_{J}");
const TJ: Name = ("TJ", "Junction Temperature", "T_{J}");
const HFE: Name = ("hFE", "DC Current Gain", "h_{FE}");
const IC: Name = ("IC", "Collector Current", "I_{C}");
const VCE: Name = ("VCE", "Collector-Emitter Voltage", "V_{CE}");
const VCESAT: Name = ("VCE(sat)", "Collector-Emitter Saturation Voltage", "V_{CE(sat)}");
const VBEON: Name = ("VBE(on)", "Base-Emitter On Voltage", "V_{BE(on)}");
const VDS: Name = ("VDS", "Drain-to-Source Voltage", "V_{DS}");
const VGS: Name = ("VGS", "Gate-to-Source Voltage", "V_{GS}");
const ID: Name = ("ID", "Drain Current", "I_{D}");
const RON: Name = ("RDS(on)", "Drain-to-Source On-Resistance", "R_{DS(on)}");
const CAP: Name = ("Ciss", "Capacitance", "C");
const QG: Name = ("Qg", "Total Gate Charge", "Q_{G}");
const VSD: Name = ("VSD", "Source-to-Drain Voltage", "V_{SD}");
const IS: Name = ("IS", "Source Current", "I_{S}");

/// A unit: as printed, SI value of one and of zero.
fn unit(text: &'static str) -> (&'static str, [f64; 2]) {
    let one = match text {
        "mA" | "mV" | "mΩ" => 1e-3,
        "µA" => 1e-6,
        "nA" | "nC" => 1e-9,
        "pF" => 1e-12,
        "°C" => return (text, [1.0, ZERO]),
        _ => 1.0,
    };
    (text, [one, 0.0])
}

fn axis(name: Name, text: &'static str, log: bool) -> AxisPlan {
    let (unit, si) = unit(text);
    let (symbol, words, mark) = name;
    let ends = [0.0, 1.0];
    AxisPlan { symbol, words, mark, unit, si, log, ends, step: 1.0, normalized: false }
}

/// The ends of an axis around some values.
fn fit(axis: &mut AxisPlan, [low, high]: [f64; 2]) {
    if axis.log {
        let low = (low.log10() + 1e-9).floor();
        let high = (high.log10() - 1e-9).ceil().max(low + 1.0);
        axis.ends = [10f64.powf(low), 10f64.powf(high)];
        return;
    }
    let rough = (high - low) / 5.5;
    let ten = 10f64.powf(rough.log10().floor());
    let share = rough / ten;
    axis.step = ten
        * match share {
            s if s < 1.4 => 1.0,
            s if s < 3.3 => 2.0,
            s if s < 7.0 => 5.0,
            _ => 10.0,
        };
    let first = (low / axis.step + 1e-6).floor();
    let last = (high / axis.step - 1e-6).ceil().max(first + 2.0);
    axis.ends = [first * axis.step, last * axis.step];
}

/// Samples along a parameter from 0 to 1.
fn sample(f: impl Fn(f64) -> Place) -> Vec<Place> {
    (0..=SAMPLES).map(|i| f(i as f64 / SAMPLES as f64)).collect()
}

fn curve(
    quantity: &'static str,
    label: (String, String),
    family: Vec<(&'static str, f64)>,
    samples: Vec<Place>,
) -> CurvePlan {
    CurvePlan { label: label.0, short: label.1, quantity, family, samples, axis: 0 }
}

fn at_temperature(celsius: f64) -> ((String, String), Vec<(&'static str, f64)>) {
    let short = format!("{celsius} °C");
    ((format!("T_{{J}} = {short}"), short), vec![("TJ", celsius + ZERO)])
}

fn log_between(low: f64, high: f64, t: f64) -> f64 {
    low * (high / low).powf(t)
}

fn plan(title: &'static str, x: AxisPlan, y: AxisPlan, curves: Vec<CurvePlan>) -> PlotPlan {
    PlotPlan { title, x, y, y2: None, curves, conditions: Vec::new(), ordered: false }
}

/// Temperatures of a family, from cold to hot.
fn temperatures(random: &mut Random) -> Vec<f64> {
    random.pick(&[
        vec![25.0, 125.0],
        vec![-55.0, 25.0, 150.0],
        vec![-40.0, 25.0, 85.0, 125.0],
        vec![25.0, 75.0, 125.0],
        vec![25.0],
    ])
}

/// Least and greatest value along an axis.
fn range(curves: &[CurvePlan], axis: usize) -> [f64; 2] {
    let values = || curves.iter().flat_map(|c| c.samples.iter().map(|p| p[axis]));
    [values().fold(f64::MAX, f64::min), values().fold(f64::MIN, f64::max)]
}

/// The plots that a sheet of a kind of device may have.
pub fn plots(kind: &str, random: &mut Random) -> Vec<PlotPlan> {
    let all: Vec<fn(&mut Random) -> PlotPlan> = match kind {
        "diode" => vec![
            |r| forward(r, (VF, IF), "Forward Current vs. Forward Voltage"),
            reverse,
            junction_capacitance,
            voltage_of_temperature,
        ],
        "bjt" => vec![gain, saturation, bipolar_output, on_voltage],
        _ => vec![
            output,
            transfer,
            resistance_of_temperature,
            resistance_of_current,
            capacitances,
            gate_charge,
            body_diode,
        ],
    };
    let mut plots: Vec<PlotPlan> = all.iter().map(|f| f(random)).collect();
    random.shuffle(&mut plots);
    plots
}
