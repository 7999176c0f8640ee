//! Subcircuits whose values are known by hand.

use crate::{Biases, Config, Engine, EvaluateRequest, Evaluation, Wanted};
use espice_base::{Code, Date, Diagnostics, MemoryWorld, Place};

fn evaluated(text: &str, volts: &[(&str, f64)], wanted: Wanted) -> (Evaluation, Diagnostics) {
    let world = MemoryWorld::new(Date { year: 2026, month: 11, day: 21 });
    let world = world.with("x.lib", text.as_bytes().to_vec());
    let (mut engine, _) = Engine::new(&world, Config::default());
    let volts = volts.iter().map(|(pin, v)| ((*pin).to_string(), vec![*v])).collect();
    engine.evaluate(&EvaluateRequest {
        card: "x.lib".into(),
        biases: Biases::Grid { volts, kelvin: vec![300.15] },
        wanted,
        ..EvaluateRequest::default()
    })
}

/// A column of the only row.
fn value(evaluation: &Evaluation, name: &str) -> f64 {
    let column = evaluation.columns.iter().position(|c| c.name == name).expect("the column");
    evaluation.rows[0][column].expect("a value")
}

fn close(got: f64, wanted: f64) {
    assert!((got - wanted).abs() <= 1e-12 * wanted.abs().max(1e-12), "{got} instead of {wanted}");
}

#[test]
fn sources_take_nodes_away() {
    // 10 V over 1k, a source of 2 V and 3k; the current through the source twice more into b.
    let text = ".subckt s a b\nR1 a m 1k\nV1 m n dc 2\nR2 n 0 3k\nF1 0 b V1 2\n.ends\n";
    let (found, complaints) = evaluated(text, &[("a", 10.0), ("b", 1.0)], Wanted::default());
    assert!(complaints.is_empty(), "{complaints:?}");
    close(value(&found, "I(a)"), 2e-3);
    close(value(&found, "I(b)"), -4e-3);
}

#[test]
fn formulas_calls_and_polynomials_are_worked_out() {
    let text = "\
.param unit={2*500}
.func half(x) {x/2}
.subckt inner p n R=1
R1 p n {R*unit} tc=1m
.ends
.subckt s a b
X1 a b inner R=2 m=2
B1 a 0 I=v(a,b) > 1 ? 1m*v(a,b)**2 : 0
G1 b 0 POLY(2) (a,0) (b,0) 1m 0 0 0 2m
G2 b 0 VALUE={half(v(a))*1m + time}
.ends
";
    let (found, complaints) = evaluated(text, &[("a", 3.0), ("b", 1.0)], Wanted::default());
    assert!(complaints.is_empty(), "{complaints:?}");
    // Two of 2 kOhm side by side at 2 V, and 1 mA/V^2 of them.
    close(value(&found, "I(a)"), 2e-3 + 4e-3);
    // 1 mA + 2 mA/V^2 v(a) v(b), and half of v(a) in mA.
    close(value(&found, "I(b)"), -2e-3 + 7e-3 + 1.5e-3);
}

#[test]
fn charges_follow_mirrored_currents() {
    let text = ".subckt s a b\nC1 a m 1n\nV1 m 0 0\nF1 b 0 V1 3\nC2 b 0 {2p*2}\n.ends\n";
    let wanted = Wanted { capacitances: true, ..Wanted::default() };
    let (found, complaints) = evaluated(text, &[("a", 1.0)], wanted);
    assert!(complaints.is_empty(), "{complaints:?}");
    close(value(&found, "C(a,a)"), 1e-9);
    close(value(&found, "C(b,a)"), 3e-9);
    close(value(&found, "C(b,b)"), 4e-12);
}

#[test]
fn devices_of_either_polarity_are_parts() {
    let text = "\
.subckt s a k
D1 a m d1 2
V1 m k 0
Q1 k k k q1
.model d1 D (IS=1e-14 RS={1/2} CJO=1p)
.model q1 PNP (BF=50)
.ends
";
    let (found, complaints) = evaluated(text, &[("a", 0.6)], Wanted::default());
    assert!(complaints.is_empty(), "{complaints:?}");
    // Two junctions with 0.5 Ohm each: the drop over the resistance is what the exponential lacks.
    let total = value(&found, "I(a)");
    let inner = 0.6 - 0.25 * total;
    let kelvin = 300.15 * 1.38064852e-23 / 1.6021766208e-19;
    assert!((total / (2e-14 * ((inner / kelvin).exp() - 1.0)) - 1.0).abs() < 1e-9, "{total}");
}

#[test]
fn what_is_not_evaluated_is_refused_at_its_line() {
    let cases = [
        ("S1 a b a b sw", "elements `S`"),
        ("V1 a b 1", "loop of voltages"),
        ("V1 a m PULSE(0 1)\nR1 m b 1", "varies with the time"),
        ("E1 m 0 m a 0.5\nR1 m b 1", "depends on itself"),
        ("R1 a b {lost}", "`lost` is no parameter"),
        ("D1 a b dx", "no model `dx`"),
        ("X1 a b gone", "no subcircuit `gone`"),
        ("R1 a b {1+}", "no formula"),
        ("F1 a b V9 2", "no voltage source `V9`"),
        ("C1 a b {v(a)}", "depends on the circuit"),
        ("E1 a m TABLE {v(a)} = (0,0) (1,1)\nR1 m b 1", "only gains"),
        ("B1 a b I=ddt(v(a))", "`ddt` of 1 values"),
        ("D1 a b dd temp=50\n.model dd D", "knows no `temp`"),
    ];
    for (line, reason) in cases {
        let text = format!(".subckt s a b\n{line}\n.ends\n");
        let (_, complaints) = evaluated(&text, &[("a", 1.0)], Wanted::default());
        let first = complaints.iter().find(|d| d.code == Code::SUBCIRCUIT_NOT_EVALUABLE);
        let first = first.unwrap_or_else(|| panic!("{line}: {complaints:?}"));
        assert!(first.message.contains(reason), "{line}: {}", first.message);
        assert!(matches!(first.place(), Some(Place::Text(_))), "{line}");
    }
}

#[test]
fn capacitances_say_what_they_lack() {
    let text = ".subckt s a b\nL1 a m 5n\nC1 m b 1n\n.ends\n";
    let wanted = Wanted { capacitances: true, ..Wanted::default() };
    let (_, complaints) = evaluated(text, &[("a", 1.0)], wanted);
    assert!(complaints.iter().any(|d| d.code == Code::SUBCIRCUIT_STATIC), "{complaints:?}");
}
