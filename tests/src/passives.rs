//! Resistors, capacitors and inductors: admittances at a frequency against arithmetic on complex
//! numbers, and recipes on curves of which the parameters are known.

use crate::support;
use espice::outcome::Outcome;
use espice::{Config, Engine, Request};
use espice_model::{Evaluator, Kelvin, Mode};
use espice_units::constants::{SPICE39, TNOM};
use std::f64::consts::PI;

/// A complex number.
#[derive(Clone, Copy)]
struct Complex(f64, f64);

impl Complex {
    fn plus(self, o: Complex) -> Complex {
        Complex(self.0 + o.0, self.1 + o.1)
    }

    fn inverse(self) -> Complex {
        let square = self.0 * self.0 + self.1 * self.1;
        Complex(self.0 / square, -self.1 / square)
    }

    fn size(self) -> f64 {
        self.0.hypot(self.1)
    }
}

/// Frequencies over six decades, Hz. Further down 5 mOhm are a millionth of the impedance, and what
/// they do to it is lost in its rounding.
fn frequencies() -> Vec<f64> {
    (0..=120).map(|i| 10f64.powf(3.0 + 0.05 * f64::from(i))).collect()
}

/// Values of a quantity of one argument, and derivatives by the parameters given.
fn measured(
    template: &str,
    (symbol, argument): (&str, &str),
    given: &[(&str, f64)],
    at: &[f64],
) -> (Vec<f64>, Vec<Vec<f64>>) {
    let library = support::library();
    let template = library.template(template).expect("the shipped template");
    let kind = library.kind(&template.kind).expect("its kind");
    let quantity = kind
        .quantities
        .iter()
        .find(|q| q.symbol == symbol && q.arguments == [argument])
        .expect("a quantity of the kind");
    let evaluator = Evaluator::new(template, Mode::Portable, SPICE39).expect("an evaluator");
    let measurement = evaluator.measurement(quantity).expect("a measurement");
    let mut parameters = template.defaults();
    let index = |name: &str| template.parameter(name).expect("a parameter of the template");
    for (name, value) in given {
        parameters[index(name)] = *value;
    }
    let free: Vec<usize> = given.iter().map(|g| index(g.0)).collect();
    let measured = measurement
        .with_jacobian(&free, &parameters, &[at], Kelvin::Uniform(TNOM))
        .expect("derivatives");
    let slopes = measured.jacobian.chunks_exact(at.len()).map(<[f64]>::to_vec).collect();
    (measured.values, slopes)
}

/// Compares values and derivatives with a closed form of the parameters given.
fn compare(
    template: &str,
    quantity: (&str, &str),
    given: &[(&str, f64)],
    (at, tolerance): (&[f64], f64),
    closed: impl Fn(&[f64], f64) -> f64,
) {
    let (values, slopes) = measured(template, quantity, given, at);
    let truth: Vec<f64> = given.iter().map(|g| g.1).collect();
    let wanted: Vec<f64> = at.iter().map(|x| closed(&truth, *x)).collect();
    alike(&values, &wanted, tolerance, quantity.0);
    for (k, slope) in slopes.iter().enumerate() {
        let step = 1e-4 * truth[k];
        let moved = |sign: f64| {
            let mut there = truth.clone();
            there[k] += sign * step;
            at.iter().map(|x| closed(&there, *x)).collect::<Vec<f64>>()
        };
        let pairs = moved(1.0).into_iter().zip(moved(-1.0));
        let wanted: Vec<f64> = pairs.map(|(a, b)| (a - b) / (2.0 * step)).collect();
        let largest = wanted.iter().fold(0.0f64, |m, v| m.max(v.abs()));
        assert!(largest > 0.0, "{} does not matter", given[k].0);
        for (a, b) in slope.iter().zip(&wanted) {
            let apart = (a - b).abs();
            assert!(apart <= 1e-5 * largest, "{}: {a:e} against {b:e} of {largest:e}", given[k].0);
        }
    }
}

fn alike(found: &[f64], wanted: &[f64], tolerance: f64, what: &str) {
    let largest = wanted.iter().fold(0.0f64, |m, v| m.max(v.abs()));
    for (a, b) in found.iter().zip(wanted) {
        let apart = (a - b).abs() / (b.abs() + 1e-9 * largest);
        assert!(apart <= tolerance, "{what}: {a:e} against {b:e}");
    }
}

#[test]
fn the_impedance_of_a_capacitor_is_that_of_its_elements() {
    let f = frequencies();
    let given = [("CAP", 10e-6), ("ESR", 5e-3), ("RLEAK", 100.0), ("ESL", 0.8e-9)];
    let impedance = |p: &[f64], f: f64| {
        let w = 2.0 * PI * f;
        Complex(1.0 / p[2], w * p[0]).inverse().plus(Complex(p[1], 0.0))
    };
    compare("real_capacitor", ("Z", "f"), &given, (&f, 1e-9), |p, f| {
        impedance(p, f).plus(Complex(0.0, 2.0 * PI * f * p[3])).size()
    });
    // The inductance has no part in the real part.
    compare("real_capacitor", ("ESR", "f"), &given[..3], (&f, 1e-6), |p, f| impedance(p, f).0);
}

#[test]
fn the_impedance_of_an_inductor_is_that_of_its_elements() {
    let f = frequencies();
    let given = [("L", 22e-6), ("DCR", 35e-3), ("CW", 12e-12), ("RLOSS", 9e3)];
    compare("real_inductor", ("Z", "f"), &given, (&f, 1e-9), |p, f| {
        let w = 2.0 * PI * f;
        let winding = Complex(p[1], w * p[0]).inverse();
        winding.plus(Complex(1.0 / p[3], w * p[2])).inverse().size()
    });
}

#[test]
fn the_impedance_of_a_resistor_is_that_of_its_elements() {
    let f = frequencies();
    let given = [("R", 50.0), ("LS", 2e-9), ("CP", 0.3e-12)];
    compare("real_resistor", ("Z", "f"), &given, (&f, 1e-9), |p, f| {
        let w = 2.0 * PI * f;
        let wire = Complex(p[0], w * p[1]).inverse();
        wire.plus(Complex(0.0, w * p[2])).inverse().size()
    });
}

/// What is left of an inductance at a current: the template's law, written down anew.
fn saturating(p: &[f64], i: f64) -> f64 {
    let step = |x: f64| 1.0 / (1.0 + (-x).exp());
    let width = p[2] * p[1];
    let kept = 1.0 - step((i - p[1]) / width) - step((-i - p[1]) / width);
    p[0] * (p[3] + (1.0 - p[3]) * kept)
}

#[test]
fn the_inductance_falls_by_its_law() {
    let currents: Vec<f64> = (0..40).map(|i| 0.25 * f64::from(i)).collect();
    let given = [("L", 22e-6), ("ISAT", 4.2), ("ISOFT", 0.25), ("FLOOR", 0.15)];
    compare("real_inductor", ("L", "IDC"), &given, (&currents, 1e-9), saturating);
}

fn curve(quantity: &str, units: &str, points: impl Iterator<Item = (f64, f64)>) -> String {
    let points: String = points.map(|(x, y)| format!("  [{x:e}, {y:e}],\n")).collect();
    format!(
        "[[curve]]\nquantity = \"{quantity}\"\nunits = [{units}]\n\
         conditions = {{ TJ = \"27 degC\" }}\npoints = [\n{points}]\n\n"
    )
}

fn fitted(kind: &str, curves: &str) -> Outcome {
    let sheet = format!("[device]\npart = \"X1\"\nkind = \"{kind}\"\n\n{curves}");
    let world = support::world().with("sheet.toml", sheet);
    let (mut engine, complaints) = Engine::new(&world, Config::default());
    assert!(!complaints.has_errors(), "{complaints:?}");
    engine.model(&Request { sources: vec![String::from("sheet.toml")], ..Request::default() })
}

fn holds(outcome: &Outcome, truth: &[(&str, f64)]) {
    let fit = outcome.fit.as_ref().unwrap_or_else(|| panic!("{:?}", outcome.diagnostics));
    for (name, wanted) in truth {
        let found = fit.parameters.iter().find(|p| p.name == *name).and_then(|p| p.value);
        let found = found.unwrap_or_else(|| panic!("{name} was not found: {:?}", fit.parameters));
        assert!((found / wanted - 1.0).abs() < 1e-3, "{name} is {found:e}, not {wanted:e}");
    }
    assert!(!outcome.models.is_empty());
}

#[test]
fn a_capacitor_is_found_from_its_curves() {
    let impedance = |f: f64| {
        let w = 2.0 * PI * f;
        (f, Complex(5e-3, w * 0.8e-9 - 1.0 / (w * 10e-6)).size())
    };
    let ceramic = |v: f64| (v, 10e-6 * (0.12 + 0.88 / (1.0 + (v / 6.5).powi(2))));
    let f = frequencies();
    let shown = [
        curve("Z(f)", "\"Hz\", \"Ohm\"", f.iter().map(|f| impedance(*f))),
        curve("Cap(VDC)", "\"V\", \"F\"", (0..26).map(|v| ceramic(f64::from(v)))),
    ]
    .concat();
    let truth = [("CAP", 10e-6), ("ESR", 5e-3), ("ESL", 0.8e-9), ("VHALF", 6.5), ("FLOOR", 0.12)];
    holds(&fitted("capacitor", &shown), &truth);
}

#[test]
fn an_inductor_is_found_from_its_curves() {
    let law = |i: f64| (i, saturating(&[22e-6, 4.2, 0.2, 0.15], i));
    let small = law(0.0).1;
    let impedance = |f: f64| {
        let w = 2.0 * PI * f;
        let y = Complex(35e-3, w * small).inverse().plus(Complex(1.0 / 9e3, w * 12e-12));
        (f, y.inverse().size())
    };
    let f = frequencies();
    let winding = "[[parameter]]\nsymbol = \"DCR\"\ntyp = \"35 mOhm\"\n\
                   conditions = { TJ = \"27 degC\" }\n\n";
    let shown = [
        String::from(winding),
        curve("L(IDC)", "\"A\", \"H\"", (0..25).map(|i| law(0.4 * f64::from(i)))),
        curve("Z(f)", "\"Hz\", \"Ohm\"", f.iter().skip(20).take(80).map(|f| impedance(*f))),
    ]
    .concat();
    let truth = [
        ("L", 22e-6),
        ("ISAT", 4.2),
        ("ISOFT", 0.2),
        ("FLOOR", 0.15),
        ("CW", 12e-12),
        ("RLOSS", 9e3),
        ("DCR", 35e-3),
    ];
    holds(&fitted("inductor", &shown), &truth);
}
