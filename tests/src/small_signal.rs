//! Small signals at a frequency: the current gain of a transistor whose base resistance, charges and
//! excess phase delay it, against the simulator's analysis of the same card.

use crate::support;
use espice_model::{Evaluator, Kelvin, Mode};
use espice_netlist::{Simulator, read_wrdata};
use espice_units::constants::SPICE39;
use std::fmt::Write;

/// A small transistor with everything that delays.
const CARD: [(&str, f64); 15] = [
    ("IS", 1e-15),
    ("BF", 150.0),
    ("VAF", 60.0),
    ("IKF", 0.1),
    ("RB", 40.0),
    ("RC", 5.0),
    ("RE", 0.5),
    ("CJE", 8e-12),
    ("TF", 0.4e-9),
    ("XTF", 2.0),
    ("ITF", 0.05),
    ("PTF", 30.0),
    ("CJC", 4e-12),
    ("XCJC", 0.6),
    ("TR", 50e-9),
];
const VBE: f64 = 0.72;
const VCE: f64 = 5.0;

/// Frequencies in Hz from where the gain is flat to beyond where it is one, with the gain.
fn simulated() -> Option<Vec<[f64; 2]>> {
    let config = support::ngspice("small-signal")?;
    let file = config.file_name("ac.data");
    let card = CARD.iter().fold(String::new(), |mut text, (name, value)| {
        let _ = write!(text, " {name}={value:e}");
        text
    });
    let deck = format!(
        "* gain\n.model m NPN ({card} TNOM=27)\nq1 c b 0 m temp=27\nvb b 0 dc {VBE} ac 1\n\
         vc c 0 dc {VCE} ac 0\n.options gmin=0 reltol=1e-9 abstol=1e-18 vntol=1e-12\n.control\n\
         set numdgt=16\nset wr_singlescale\nac dec 1 1e4 1e9\n\
         let gain = mag(i(vc))/mag(i(vb))\nwrdata {file} gain\n.endc\n.end\n"
    );
    let run = Simulator::ngspice().run(&config, &deck, &[file]).unwrap_or_else(|e| panic!("{e}"));
    let table = read_wrdata("ac", &run.results[0]).unwrap();
    Some(table.rows.iter().map(|row| [row[0], row[1]]).collect())
}

#[test]
fn the_gain_at_a_frequency_is_that_of_the_simulator() {
    let Some(points) = simulated() else { return };
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
        let measurement = evaluator.measurement(quantity.unwrap()).unwrap();
        measurement.values(&parameters, values, Kelvin::Uniform(300.15))
    };
    let current = measured("IC", &["VBE", "VCE"], &[&[VBE], &[VCE]])[0];
    let all = |value: f64| vec![value; points.len()];
    let frequencies: Vec<f64> = points.iter().map(|p| p[0]).collect();
    let (ic, vce) = (all(current), all(VCE));
    let gains = measured("hfe", &["IC", "VCE", "f"], &[&ic, &vce, &frequencies]);
    for ([f, expected], gain) in points.iter().zip(gains) {
        assert!((gain / expected - 1.0).abs() < 1e-6, "{f} Hz: {gain} instead of {expected}");
    }
}
