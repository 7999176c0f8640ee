//! The shipped circuits against ngspice running the same circuits around the same cards, which are
//! drawn at random within what real parts have.
//!
//! `ESPICE_CIRCUIT_CARDS` sets how many cards each test draws; 6 otherwise. No card is dropped by
//! its result.

use crate::simulated::{Device, Waves, deck};
use crate::support;
use espice_lang::ir::{CircuitIr, Leaf, Node, OutputIr, TemplateIr};
use espice_model::{Evaluator, Kelvin, Mode};
use espice_netlist::{Simulator, read_wrdata};
use espice_units::Dimension;
use espice_units::constants::SPICE39;

/// How far the two may be apart.
const APART: f64 = 1e-3;

/// A value between two ends, even on a logarithmic scale; both ends alike for one value.
type Range = (&'static str, f64, f64);

struct Case {
    template: &'static str,
    element: (char, &'static str),
    words: &'static str,
    circuit: &'static str,
    parameters: &'static [Range],
    conditions: &'static [Range],
    kelvin: [f64; 2],
}

const SMALL_DIODE: &[Range] = &[
    ("IS", 1e-13, 1e-8),
    ("N", 1.0, 1.9),
    ("RS", 0.05, 2.0),
    ("CJO", 0.5e-12, 20e-12),
    ("VJ", 0.4, 1.0),
    ("M", 0.3, 0.5),
    ("TT", 2e-9, 200e-9),
    ("BV", 100.0, 100.0),
];

fn count() -> usize {
    let asked = support::variable("ESPICE_CIRCUIT_CARDS");
    asked.map_or(6, |n| n.parse().expect("ESPICE_CIRCUIT_CARDS is a number"))
}

/// Even numbers between 0 and 1, always the same.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    fn within(&mut self, low: f64, high: f64) -> f64 {
        low * (high / low).powf(self.next())
    }
}

/// The circuit with the length of its run among the outputs.
fn with_end(circuit: &CircuitIr) -> CircuitIr {
    let mut circuit = circuit.clone();
    let time = Node::Leaf(Leaf::Argument(circuit.time()));
    let value = circuit.graph.add(time, Dimension::TIME, circuit.span);
    circuit.outputs.push(OutputIr {
        symbol: "end".into(),
        dimension: Dimension::TIME,
        value,
        span: circuit.span,
    });
    circuit
}

struct Drawn {
    parameters: Vec<f64>,
    conditions: Vec<f64>,
    kelvin: f64,
}

fn drawn(case: &Case, template: &TemplateIr, circuit: &CircuitIr, draw: &mut Draw) -> Drawn {
    let mut parameters = template.defaults();
    for (name, low, high) in case.parameters {
        let index = template.parameter(name).expect("a parameter of the template");
        parameters[index] = draw.within(*low, *high);
    }
    let condition = |a: &espice_lang::ir::CircuitArgument| {
        let range = case.conditions.iter().find(|c| c.0 == a.name);
        match range {
            Some((_, l, h)) => draw.within(*l, *h),
            None => a.default.expect("a value for the condition"),
        }
    };
    let conditions = circuit.arguments.iter().map(condition).collect();
    let [low, high] = case.kelvin;
    Drawn { parameters, conditions, kelvin: draw.within(low, high) }
}

fn compare(case: &Case) {
    let label = format!("circuit-{}-{}", case.template, case.circuit);
    let Some(config) = support::ngspice(&label) else { return };
    let library = support::library();
    let template = library.template(case.template).expect("the shipped template");
    let mut all = library.kinds.iter().flat_map(|k| &k.circuits);
    let circuit = with_end(all.find(|c| c.name == case.circuit).expect("the shipped circuit"));
    let evaluator = Evaluator::new(template, Mode::Portable, SPICE39).expect("an evaluator");
    let measurements = evaluator.circuit(&circuit).expect("a circuit");
    let mut draw = Draw(0x5eed_c1c0_1234_5678);
    let (mut worst, mut wrong, mut without) = (0.0f64, Vec::new(), 0);
    for number in 0..count() {
        let at = drawn(case, template, &circuit, &mut draw);
        let columns: Vec<Vec<f64>> = at.conditions.iter().map(|c| vec![*c]).collect();
        let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let kelvin = Kelvin::Uniform(at.kelvin);
        let native: Vec<f64> =
            measurements.iter().map(|m| m.values(&at.parameters, &columns, kelvin)[0]).collect();
        let end = *native.last().expect("the end of the run");
        assert!(end > 0.0, "card {number} has no solution: {:?}", at.parameters);
        let file = config.labelled(&number.to_string()).file_name("tran.data");
        let device = Device {
            template,
            parameters: &at.parameters,
            element: case.element,
            words: case.words,
            kelvin: at.kelvin,
        };
        let stop = 1.01 * end;
        let text = deck(&circuit, device, &at.conditions, (stop, end / 4000.0), &file);
        let run = Simulator::ngspice().run(
            &config.labelled(&number.to_string()),
            &text,
            std::slice::from_ref(&file),
        );
        let Ok(run) = run.inspect_err(|e| println!("card {number}: {}", e.diagnostic().message))
        else {
            without += 1;
            continue;
        };
        let table = read_wrdata(&file, &run.results[0]).expect("a table");
        let simulated = Waves::new(&circuit, &at.conditions, &table.rows).outputs();
        for ((output, a), b) in circuit.outputs.iter().zip(&native).zip(&simulated) {
            if output.symbol == "end" {
                continue;
            }
            let apart = (a / b - 1.0).abs();
            worst = if apart > worst || apart.is_nan() { apart } else { worst };
            if apart.is_nan() || apart > APART {
                let words = format!("card {number}: {} is {a:e}, ngspice {b:e}", output.symbol);
                println!("{words}\n{text}");
                wrong.push(words);
            }
        }
    }
    println!("{label}: {} cards, worst {worst:.1e}, {without} without reference", count());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(without * 10 <= count(), "{without} cards without reference");
}

#[test]
fn recovery_of_small_diodes() {
    compare(&Case {
        template: "junction_diode",
        element: ('d', "D"),
        words: "",
        circuit: "recovery_through_resistor",
        parameters: SMALL_DIODE,
        conditions: &[("IF", 5e-3, 0.1), ("IR", 5e-3, 0.1), ("irr", 1e-3, 1e-3)],
        kelvin: [298.15, 400.0],
    });
}
