//! Records with every kind of hole.

use espice_base::{Place, Span};
use espice_facts::{
    Axis, Conditions, Curve, Facts, Origin, Parameter, Scale, Section, Signature, Status,
};
use espice_units::Dimension;

fn row(symbol: &str, values: [Option<f64>; 3], at: &[(&str, f64)]) -> Parameter {
    let volts = symbol.starts_with('V');
    Parameter {
        symbol: symbol.into(),
        printed: symbol.into(),
        name: String::new(),
        section: Section::Electrical,
        min: values[0],
        typ: values[1],
        max: values[2],
        dimension: if volts { Dimension::VOLTAGE } else { Dimension::CURRENT },
        printed_unit: String::new(),
        conditions: at.iter().fold(Conditions::none(), |c, (s, v)| c.with(*s, *v)),
        parts: Vec::new(),
        status: Status::Served,
        reasons: Vec::new(),
        confidence: 0.9,
        provenance: Place::Text(Span::default()).into(),
    }
}

fn curve(points: &[[f64; 2]]) -> Curve {
    let axis = |s: &str, dimension| Axis { symbol: s.into(), dimension, scale: Scale::Linear };
    Curve {
        signature: Signature { quantity: "IF".into(), x: "VF".into(), family: Vec::new() },
        title: String::from("figure 1"),
        x: axis("VF", Dimension::VOLTAGE),
        y: axis("IF", Dimension::CURRENT),
        family: Default::default(),
        conditions: Conditions::none().with("TJ", 298.15),
        points: points.to_vec(),
        marks: Vec::new(),
        origin: Origin::Digitised,
        noise_floor: None,
        axis_residual: [0.0, 0.0],
        parts: Vec::new(),
        status: Status::Served,
        reasons: Vec::new(),
        provenance: Place::Text(Span::default()).into(),
    }
}

/// A few records: nothing at all, a sound one, and some with holes.
pub fn records() -> Vec<Facts> {
    let mut sound = Facts::default();
    sound.device.kind = Some("diode".into());
    sound.device.part = Some("X1".into());
    sound.device.package = Some("wafer".into());
    sound.parameters = vec![
        row("VF", [None, Some(0.7), Some(1.0)], &[("IF", 0.01), ("TJ", 298.15)]),
        row("VF", [Some(0.2), Some(0.5), None], &[("IF", 0.001), ("TJ", 398.15)]),
        row("IR", [None, None, Some(1e-6)], &[("VR", 20.0)]),
        row("VR", [None, None, Some(40.0)], &[]),
    ];
    sound.curves = vec![curve(&[[0.4, 1e-5], [0.5, 1e-4], [0.6, 1e-3], [0.7, 1e-2]])];
    let mut holed = Facts::default();
    holed.device.kind = Some("diode".into());
    holed.parameters = vec![
        row("VF", [Some(f64::NAN), None, Some(f64::INFINITY)], &[("IF", f64::NAN)]),
        row("VF", [Some(1.0), Some(f64::NAN), Some(-1.0)], &[]),
        row("IF", [None, Some(f64::INFINITY), None], &[("VF", 1e308)]),
        row("IR", [Some(1e308), Some(0.0), Some(1e308)], &[("VR", -0.0)]),
    ];
    holed.curves =
        vec![curve(&[]), curve(&[[0.5, f64::NAN], [0.5, 0.0], [0.4, 1e308], [f64::INFINITY, 1.0]])];
    vec![Facts::default(), sound, holed]
}
