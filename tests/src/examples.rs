//! The bundled examples: devices with known parameters, so that what a fit finds can be held
//! against the truth. `make_examples` writes the files; a test makes them again and compares.
//!
//! EX41 is a silicon switching diode simulated by ngspice, to which seeded noise is added. SQ1 is
//! a transistor that follows the equation of `docs/howto/add-a-template.md`, evaluated here.

use espice_base::Date;
use espice_netlist::{
    BiasPoint, Composite, ModelCard, PointResult, SimulationError, Simulator, SimulatorConfig,
    Want, operating_points,
};
use std::fmt::Write as _;
use std::path::Path;

/// The day on which the examples were "measured"; part of their headers.
pub const DAY: Date = Date { year: 2026, month: 11, day: 21 };

/// The true parameters of EX41, as its card writes them.
pub const EX41: [(&str, f64); 11] = [
    ("IS", 2.5e-9),
    ("N", 1.75),
    ("RS", 0.6),
    ("CJO", 4e-12),
    ("VJ", 0.65),
    ("M", 0.4),
    ("BV", 120.0),
    ("IBV", 1e-4),
    ("TT", 5e-9),
    ("EG", 1.11),
    ("XTI", 3.0),
];

/// The true parameters of SQ1: KP in A/V², VTO in V, NS, LAMBDA in 1/V.
pub const SQ1: [(&str, f64); 4] = [("KP", 2e-3), ("VTO", 1.2), ("NS", 1.4), ("LAMBDA", 0.02)];

/// Relative noise of every current and capacitance.
const NOISE: f64 = 0.01;

/// 25 °C and 125 °C in kelvin.
const TEMPERATURES: [(f64, &str); 2] = [(298.15, "25"), (398.15, "125")];

/// A file of an example: its path below `tests/examples`, and its text.
pub type ExampleFile = (&'static str, String);

/// Makes the files of EX41 that come out of the simulator.
///
/// # Errors
/// [`SimulationError`] when ngspice cannot be run or a point does not converge.
pub fn ex41(folder: &Path) -> Result<Vec<ExampleFile>, SimulationError> {
    let mut card = ModelCard::new("EX41", "D");
    for (name, value) in EX41 {
        card = card.with(name, value);
    }
    Ok(vec![
        ("EX41/EX41.csv", ex41_forward(&card, folder)?),
        ("EX41/EX41-cv.csv", ex41_capacitance(&card, folder)?),
        ("EX41/truth.toml", truth("EX41", "D", &EX41)),
    ])
}

/// Makes the files of SQ1.
pub fn sq1() -> Vec<ExampleFile> {
    let mut noise = Noise(3);
    let mut text =
        String::from("# part: SQ1\n# kind: mosfet\n# TJ: 25 degC\nVGS (V),VDS (V),ID (A)\n");
    for vds in [0.1, 0.5, 1.0, 5.0] {
        for step in 0..=32 {
            let vgs = 0.8 + 0.1 * f64::from(step);
            let current = noise.on(sq1_current(vgs, vds));
            let _ = writeln!(text, "{vgs:.1},{vds},{current:.4e}");
        }
    }
    vec![("square-law/SQ1.csv", text), ("square-law/truth.toml", truth("SQ1", "square_law", &SQ1))]
}

/// The drain current of SQ1 in A at 25 °C, without noise.
fn sq1_current(vgs: f64, vds: f64) -> f64 {
    let [kp, vto, ns, lambda] = SQ1.map(|p| p.1);
    let thermal = 1.38064852e-23 * 298.15 / 1.6021766208e-19;
    let scale = 2.0 * ns * thermal;
    let soft = |v: f64| scale * (1.0 + (v / scale).exp()).ln();
    let square = soft(vgs - vto).powi(2) - soft(vgs - vto - vds).powi(2);
    kp / 2.0 * square * (1.0 + lambda * vds)
}

fn ex41_forward(card: &ModelCard, folder: &Path) -> Result<String, SimulationError> {
    let mut text = String::from(
        "# part: EX41\n# kind: diode\n# title: forward characteristic\n\
         TJ (degC),VF (V),IF (A)\n",
    );
    let mut noise = Noise(1);
    for ((kelvin, celsius), (first, step)) in TEMPERATURES.into_iter().zip([(0.1, 15), (0.02, 16)])
    {
        let volts: Vec<f64> =
            (0..60).map(|n| first + 1e-3 * f64::from(step) * f64::from(n)).collect();
        let results = simulate(card, folder, &volts, kelvin, Want::Currents)?;
        for (volts, result) in volts.iter().zip(&results) {
            let current = result.currents.first().copied().unwrap_or(f64::NAN);
            let _ = writeln!(text, "{celsius},{volts:.3},{:.4e}", noise.on(current));
        }
    }
    Ok(text)
}

fn ex41_capacitance(card: &ModelCard, folder: &Path) -> Result<String, SimulationError> {
    let mut text = String::from(
        "# part: EX41\n# kind: diode\n# title: junction capacitance\n# TJ: 25 degC\n\
         VR (V),CJ (pF)\n",
    );
    let mut noise = Noise(2);
    let reverse: Vec<f64> = (0..=40).map(|n| 0.5 * f64::from(n)).collect();
    let volts: Vec<f64> = reverse.iter().map(|v| -v).collect();
    let results = simulate(card, folder, &volts, TEMPERATURES[0].0, Want::Admittances)?;
    for (volts, result) in reverse.iter().zip(&results) {
        let farads = result.capacitances.first().and_then(|row| row.first());
        let picofarads = noise.on(farads.copied().unwrap_or(f64::NAN)) * 1e12;
        let _ = writeln!(text, "{volts:.1},{picofarads:.4}");
    }
    Ok(text)
}

/// The answers of ngspice at voltages from anode to cathode, all of which must converge.
fn simulate(
    card: &ModelCard,
    folder: &Path,
    volts: &[f64],
    kelvin: f64,
    want: Want,
) -> Result<Vec<PointResult>, SimulationError> {
    let simulator = Simulator::ngspice();
    let config = SimulatorConfig::new(simulator.command.clone(), folder, "example");
    let point =
        |v: &f64| BiasPoint { model: 0, volts: vec![*v, 0.0], kelvin, instance: Vec::new() };
    let points: Vec<BiasPoint> = volts.iter().map(point).collect();
    let device = Composite::from(card.clone());
    let answer = operating_points(&simulator, &config, &[device], &points, want)?;
    let wanted = points.len();
    let found: Vec<PointResult> = answer.points.into_iter().flatten().collect();
    if found.len() == wanted {
        return Ok(found);
    }
    let missing = wanted - found.len();
    Err(SimulationError::Request(format!("{missing} points of an example did not converge")))
}

fn truth(part: &str, template: &str, parameters: &[(&str, f64)]) -> String {
    let mut text = format!(
        "# The parameters that {part} was made with, in SI units; no source for a fit.\n\
         part = \"{part}\"\ndevice = \"{template}\"\nmade_on = \"{:04}-{:02}-{:02}\"\n\
         noise = {NOISE}\n\n[parameters]\n",
        DAY.year, DAY.month, DAY.day
    );
    for (name, value) in parameters {
        let _ = writeln!(text, "{name} = {value:?}");
    }
    text
}

/// Seeded noise that is the same on every machine: SplitMix64 (Steele, Lea, Flood 2014), and the
/// sum of twelve uniform numbers less six, which is normal to three standard deviations.
struct Noise(u64);

impl Noise {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A value with its share of noise.
    fn on(&mut self, value: f64) -> f64 {
        let normal: f64 = (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0;
        value * (1.0 + NOISE * normal)
    }
}
