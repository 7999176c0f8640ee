//! Small signals at a frequency: the current gain of a transistor whose base resistance, charges and
//! excess phase delay it, against the simulator's analysis of the same card.
//!
//! For excess phase ngspice turns the transconductance by the angle of a pure delay (`bjtacld.c`),
//! the template has a lag of the first order, which a transient analysis can follow: the gain of the
//! template is smaller by 1 / sqrt(1 + x^2), x the angle, and that is what is compared. Their angles
//! differ by x^3 / 3.

use crate::support;
use espice_model::{Evaluator, Kelvin, Mode};
use espice_netlist::{Simulator, read_wrdata};
use espice_units::constants::SPICE39;
use std::f64::consts::TAU;
use std::fmt::Write;

/// A small transistor with everything that delays.
const CARD: [(&str, f64); 14] = [
    ("IS", 1e-15),
    ("BF", 150.0),
    ("VAF", 60.0),
    ("IKF", 0.1),
    ("RB", 40.0),
    ("RC", 5.0),
    ("RE", 0.5),
    ("CJE", 8e-12),
    ("TF", TF),
    ("XTF", 2.0),
    ("ITF", 0.05),
    ("CJC", 4e-12),
    ("XCJC", 0.6),
    ("TR", 50e-9),
];
const TF: f64 = 0.4e-9;
const VBE: f64 = 0.72;
const VCE: f64 = 5.0;

/// Frequencies in Hz from where the gain is flat to beyond where it is one, with the gain, for an
/// excess phase in degrees.
fn simulated(phase: f64) -> Option<Vec<[f64; 2]>> {
    let config = support::ngspice(&format!("small-signal-{phase}"))?;
    let file = config.file_name("ac.data");
    let card = CARD.iter().fold(String::new(), |mut text, (name, value)| {
        let _ = write!(text, " {name}={value:e}");
        text
    });
    let deck = format!(
        "* gain\n.model m NPN ({card} PTF={phase} TNOM=27)\nq1 c b 0 m temp=27\nvb b 0 dc {VBE} ac 1\n\
         vc c 0 dc {VCE} ac 0\n.options gmin=0 reltol=1e-9 abstol=1e-18 vntol=1e-12\n.control\n\
         set numdgt=16\nset wr_singlescale\nac dec 1 1e4 1e9\n\
         let gain = mag(i(vc))/mag(i(vb))\nwrdata {file} gain\nquit 0\n.endc\n.end\n"
    );
    let run = Simulator::ngspice().run(&config, &deck, &[file]).unwrap_or_else(|e| panic!("{e}"));
    let table = read_wrdata("ac", &run.results[0]).unwrap();
    Some(table.rows.iter().map(|row| [row[0], row[1]]).collect())
}

/// The largest relative difference of the gain up to a frequency in Hz, in shares of 1e-6 and what
/// the angles of a lag and a delay differ by.
fn apart(phase: f64, highest: f64) -> Option<f64> {
    let points = simulated(phase)?;
    assert_eq!(points.len(), 6);
    let library = support::library();
    let template = library.template("gummel_poon").unwrap();
    let kind = library.kind("bjt").unwrap();
    let evaluator = Evaluator::new(template, Mode::Portable, SPICE39).unwrap();
    let measured = |symbol: &str, arguments: &[&str], values: &[&[f64]]| {
        let quantity = kind.quantities.iter().find(|q| {
            q.symbol == symbol
                && q.arguments.iter().map(String::as_str).eq(arguments.iter().copied())
        });
        let mut parameters = template.defaults();
        for (name, value) in CARD {
            parameters[template.parameter(name).unwrap()] = value;
        }
        parameters[template.parameter("PTF").unwrap()] = phase;
        let measurement = evaluator.measurement(quantity.unwrap()).unwrap();
        measurement.values(&parameters, values, Kelvin::Uniform(300.15))
    };
    let current = measured("IC", &["VBE", "VCE"], &[&[VBE], &[VCE]])[0];
    let all = |value: f64| vec![value; points.len()];
    let frequencies: Vec<f64> = points.iter().map(|p| p[0]).collect();
    let (ic, vce) = (all(current), all(VCE));
    let gains = measured("hfe", &["IC", "VCE", "f"], &[&ic, &vce, &frequencies]);
    let lag = phase.to_radians() * TF;
    let shares = points.iter().zip(gains).filter(|([f, _], _)| *f <= highest).map(|(p, gain)| {
        let angle = lag * TAU * p[0];
        (gain * angle.hypot(1.0) / p[1] - 1.0).abs() / (1e-6 + angle.powi(3) / 3.0)
    });
    Some(shares.fold(0.0, f64::max))
}

#[test]
fn the_gain_at_a_frequency_is_that_of_the_simulator() {
    let Some(without) = apart(0.0, 1e9) else { return };
    assert!(without < 1.0, "{without} of the tolerance apart without excess phase");
    let Some(with) = apart(30.0, 1.1e7) else { return };
    assert!(with < 1.0, "{with} of the tolerance apart with excess phase");
}
