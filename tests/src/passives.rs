//! Resistors, capacitors and inductors: admittances at a frequency against arithmetic on complex
//! numbers, and recipes on curves of which the parameters are known.

use crate::support;
use espice::outcome::Outcome;
use espice::{Biases, Config, Engine, EvaluateRequest, ExplainRequest, JudgeRequest, Request};
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

fn sheet(kind: &str, data: &str) -> String {
    format!("[device]\npart = \"X1\"\nkind = \"{kind}\"\n\n{data}")
}

fn fitted(kind: &str, curves: &str) -> Outcome {
    let world = support::world().with("sheet.toml", sheet(kind, curves));
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

/// A row as a facts TOML has it.
fn row(symbol: &str, values: &str, conditions: &str) -> String {
    format!("[[parameter]]\nsymbol = \"{symbol}\"\n{values}\nconditions = {{ {conditions} }}\n\n")
}

/// The typical value of a resistance with coefficients, at a temperature in degrees Celsius.
fn resistance(celsius: f64, name: &str) -> String {
    let dt = celsius - 26.85;
    let r = 100.0 * (1.0 + 4e-3 * dt - 2e-6 * dt * dt);
    row("R", &format!("typ = \"{r:e} Ohm\""), &format!("{name} = \"{celsius} degC\""))
}

#[test]
fn rows_of_a_resistor_at_temperatures_give_its_coefficients() {
    for name in ["TJ", "TA", "Tamb", "Tcase"] {
        let rows = [0.0, 26.85, 100.0].map(|t| resistance(t, name)).concat();
        holds(&fitted("resistor", &rows), &[("R", 100.0), ("TC1", 4e-3), ("TC2", -2e-6)]);
    }
    // Two temperatures, neither of them room temperature, give a straight line.
    let two = [
        row("R", "typ = \"90 Ohm\"", "TA = \"0 degC\""),
        row("R", "typ = \"130 Ohm\"", "TA = \"100 degC\""),
    ];
    let (slope, at_nominal) = (0.4, 90.0 + 0.4 * 26.85);
    holds(&fitted("resistor", &two.concat()), &[("R", at_nominal), ("TC1", slope / at_nominal)]);
    // A curve over the ambient temperature says the same.
    let points = [-50.0, 0.0, 26.85, 100.0, 150.0].map(|t: f64| {
        let dt = t - 26.85;
        format!("[{t}, {:e}]", 100.0 * (1.0 + 4e-3 * dt - 2e-6 * dt * dt))
    });
    let drawn = format!(
        "[[curve]]\nquantity = \"R(Tamb)\"\nunits = [\"degC\", \"Ohm\"]\npoints = [{}]\n",
        points.join(", ")
    );
    holds(&fitted("resistor", &drawn), &[("R", 100.0), ("TC1", 4e-3), ("TC2", -2e-6)]);
}

#[test]
fn printed_coefficients_are_taken() {
    let rows = [
        row("R", "typ = \"4.7 kOhm\"", "TJ = \"126.85 degC\""),
        row("TCR", "typ = \"1000 ppm/K\"", ""),
    ];
    holds(&fitted("resistor", &rows.concat()), &[("R", 4700.0 / 1.1), ("TC1", 1e-3)]);
}

#[test]
fn nominal_values_need_no_bias_and_a_note_says_what_is_assumed() {
    let capacitor = [
        row("Cap", "typ = \"10 uF\"", "TJ = \"26.85 degC\""),
        row("Cap", "typ = \"5.5 uF\"", "VDC = \"8 V\", TJ = \"26.85 degC\""),
        row("ESR", "typ = \"20 mOhm\"", "f = \"100 kHz\""),
        row("SRF", "typ = \"5.0329212 MHz\"", ""),
    ];
    let outcome = fitted("capacitor", &capacitor.concat());
    let truth = [("CAP", 10e-6), ("ESR", 20e-3), ("ESL", 1e-10), ("VHALF", 8.0)];
    holds(&outcome, &truth);
    let told: Vec<&str> = outcome
        .diagnostics
        .iter()
        .filter(|d| d.code == "E0667")
        .map(|d| d.message.as_str())
        .collect();
    assert_eq!(told, ["no VDC is stated for Cap; 0 V is assumed"]);
    let inductor = [
        row("L", "typ = \"22 uH\"", "f = \"100 kHz\", TJ = \"26.85 degC\""),
        row("DCR", "typ = \"35 mOhm\"", "TJ = \"26.85 degC\""),
        row("Isat", "typ = \"4.2 A\"", "dL = \"45 %\""),
        row("SRF", "min = \"3 MHz\"", ""),
    ];
    let outcome = fitted("inductor", &inductor.concat());
    // At ISAT half of nine tenths are left; the foot of the step lowers the nominal inductance.
    let foot = 2.0 / (1.0 + 5f64.exp());
    let l = 22e-6 / (0.1 + 0.9 * (1.0 - foot));
    holds(&outcome, &[("L", l), ("DCR", 35e-3), ("ISAT", 4.2)]);
    assert_eq!(outcome.diagnostics.iter().filter(|d| d.code == "E0667").count(), 2);
}

#[test]
fn a_capacitor_of_unknown_capacitance_is_no_model() {
    let outcome = fitted("capacitor", &row("ESR", "typ = \"20 mOhm\"", "f = \"100 kHz\""));
    assert!(outcome.models.is_empty());
    let broken = outcome.verdict.findings.iter().filter(|f| f.status == "failed");
    let rules: Vec<&str> = broken.map(|f| f.rule.as_str()).collect();
    assert_eq!(rules, ["capacitance_is_known"]);
}

#[test]
fn a_card_without_a_model_line_is_read_back_as_its_template() {
    let rows = [0.0, 26.85, 100.0].map(|t| resistance(t, "TJ")).concat();
    let outcome = fitted("resistor", &rows);
    let card = outcome.models[0].text.clone();
    let limit = row("R", "max = \"90 Ohm\"", "TJ = \"26.85 degC\"");
    let edited = card.replacen("/100.06)", "/100.07)", 1);
    assert_ne!(card, edited);
    let world = support::world()
        .with("limit.toml", sheet("resistor", &limit))
        .with("x.lib", card.clone())
        // Two in one file: each has its own head.
        .with("two.lib", format!("{}{card}", card.replace("X1", "X2")))
        .with("edited.lib", edited);
    let (mut engine, _) = Engine::new(&world, Config::default());
    let mut judge = |card: &str, model: Option<&str>| {
        let request = JudgeRequest {
            sources: vec![String::from("limit.toml")],
            card: Some(String::from(card)),
            model: model.map(String::from),
            ..JudgeRequest::default()
        };
        let (judged, diagnostics) = engine.judge(&request);
        let failed = judged.verdict.findings.into_iter().filter(|f| f.status == "failed");
        let codes: Vec<String> = diagnostics.iter().map(|d| d.code.to_string()).collect();
        (failed.map(|f| f.rule).collect::<Vec<_>>(), codes)
    };
    for (card, model) in [("x.lib", None), ("two.lib", Some("X1")), ("two.lib", Some("X2"))] {
        let (failed, codes) = judge(card, model);
        assert_eq!(failed, ["resistance_is_met"], "{card}: {codes:?}");
    }
    // What was changed by hand is no longer what the head says.
    let (failed, codes) = judge("edited.lib", None);
    assert!(failed.is_empty() && codes.contains(&String::from("E0554")), "{failed:?} {codes:?}");
    let request = ExplainRequest {
        rule: String::from("std::resistance_is_met"),
        sources: vec![String::from("limit.toml")],
        card: Some(String::from("x.lib")),
        ..ExplainRequest::default()
    };
    let (lines, diagnostics) = engine.explain_rule(&request);
    let text = lines.unwrap_or_default().join("\n");
    assert!(!diagnostics.has_errors() && text.contains("100 Ohm"), "{text}");
}

#[test]
fn the_impedance_of_a_card_is_printed_at_frequencies() {
    let rows = [("Cap", "100 nF"), ("ESR", "20 mOhm"), ("ESL", "1 nH")];
    let rows = rows.map(|(s, v)| row(s, &format!("typ = \"{v}\""), "TJ = \"27 degC\"")).concat();
    let outcome = fitted("capacitor", &rows);
    let world = support::world().with("c.lib", outcome.models[0].text.clone());
    let (mut engine, _) = Engine::new(&world, Config::default());
    let frequencies = vec![1e3, 1e6, 1e9];
    let request = EvaluateRequest {
        card: "c.lib".into(),
        biases: Biases::Grid { volts: vec![("p".into(), vec![0.0, 1.0])], kelvin: Vec::new() },
        frequencies: frequencies.clone(),
        ..EvaluateRequest::default()
    };
    let (found, told) = engine.evaluate(&request);
    assert!(!told.has_errors() && found.rows.len() == 6, "{told:?}");
    let place = |name: &str| found.columns.iter().position(|c| c.name == name).expect("a column");
    for (index, row) in found.rows.iter().enumerate() {
        let f = frequencies[index / 2];
        let omega = core::f64::consts::TAU * f;
        let reactance = omega * 1e-9 - 1.0 / (omega * 100e-9);
        let size = 0.02f64.hypot(reactance);
        let value = |name: &str| row[place(name)].expect("a value");
        assert!((value("f") - f).abs() < 1e-9 * f);
        for (name, wanted) in [("Re(Z)", 0.02), ("Im(Z)", reactance), ("|Z|", size)] {
            let apart = (value(name) - wanted).abs();
            assert!(apart < 1e-6 * wanted.abs() + 1e-9 * size, "{name} at {f} Hz: {}", value(name));
        }
        let through = value("Im(Y(p,n))") + reactance / (-size * size);
        assert!(through.abs() < 1e-6 / size, "{through} at {f} Hz");
    }
}

#[test]
fn a_rule_that_dropped_the_candidate_is_explained_on_it() {
    let data = row("ESR", "typ = \"20 mOhm\"", "f = \"100 kHz\"");
    let world = support::world().with("sheet.toml", sheet("capacitor", &data));
    let (mut engine, _) = Engine::new(&world, Config::default());
    let request = |rule: &str| ExplainRequest {
        rule: String::from(rule),
        sources: vec![String::from("sheet.toml")],
        ..ExplainRequest::default()
    };
    // The rule on the model sees the values that the dropped fit came to.
    for rule in ["capacitance_is_known", "std::typical_series_resistance_is_met"] {
        let (lines, diagnostics) = engine.explain_rule(&request(rule));
        assert!(!diagnostics.has_errors(), "{rule}: {diagnostics:?}");
        assert!(lines.is_some_and(|l| !l.is_empty()));
    }
    assert_eq!(engine.likely_rule("real_capacitr").as_deref(), Some("real_capacitor"));
}
