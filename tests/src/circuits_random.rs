//! The shipped circuits around some hundred cards drawn at random, far apart in size: every run has
//! an answer or says why not, and within a budget.

use crate::circuits::Draw;
use crate::support;
use espice_base::Code;
use espice_lang::ir::{CircuitIr, TemplateIr};
use espice_model::{Evaluator, Kelvin, Mode};
use espice_units::constants::SPICE39;

/// A name and the ends of a range, even on a logarithmic scale.
type Range = (&'static str, f64, f64);

struct Case {
    template: &'static str,
    circuit: &'static str,
    /// Parameters that every card has.
    always: &'static [Range],
    /// Parameters that three quarters of the cards have.
    often: &'static [Range],
    /// Conditions; those that the circuit has a value for may be missing.
    conditions: &'static [Range],
    /// Conditions as a share of another one.
    shares: &'static [(&'static str, &'static str, f64)],
}

const VDMOS: &[Range] = &[
    ("VTO", 1.0, 3.5),
    ("CGS", 20e-12, 5e-9),
    ("CGDMAX", 200e-12, 5e-9),
    ("CGDMIN", 1e-12, 200e-12),
    ("CJO", 20e-12, 5e-9),
];

const OF_VDMOS: &[Range] = &[
    ("LAMBDA", 1e-3, 5e-2),
    ("THETA", 1e-3, 0.05),
    ("MTRIODE", 0.5, 2.0),
    ("KSUBTHRES", 0.02, 0.3),
    ("RD", 1e-3, 0.05),
    ("RS", 5e-4, 0.02),
    ("RG", 0.5, 50.0),
    ("RQ", 1e-3, 0.05),
    ("VQ", 5.0, 100.0),
    ("RDS", 1e6, 1e9),
    ("A", 0.1, 3.0),
    ("IS", 1e-15, 1e-10),
    ("N", 0.9, 1.8),
    ("RB", 1e-4, 0.1),
    ("TT", 5e-9, 500e-9),
    ("BV", 150.0, 800.0),
    ("VJ", 0.4, 1.0),
    ("M", 0.3, 0.7),
    ("TCVTH", 2e-3, 8e-3),
];

const BJT: &[Range] = &[
    ("IS", 1e-17, 1e-13),
    ("BF", 50.0, 600.0),
    ("CJE", 2e-12, 50e-12),
    ("CJC", 1e-12, 30e-12),
    ("TF", 1e-10, 2e-9),
];

const OF_BJT: &[Range] = &[
    ("NF", 0.98, 1.05),
    ("VAF", 20.0, 300.0),
    ("IKF", 0.3, 3.0),
    ("ISE", 1e-17, 1e-14),
    ("NE", 1.3, 2.2),
    ("BR", 0.5, 20.0),
    ("VAR", 5.0, 50.0),
    ("ISC", 1e-16, 1e-12),
    ("NC", 1.3, 2.2),
    ("RB", 1.0, 200.0),
    ("IRB", 1e-5, 1e-3),
    ("RBM", 0.5, 10.0),
    ("RE", 0.01, 0.5),
    ("RC", 0.05, 1.0),
    ("VJE", 0.6, 0.9),
    ("MJE", 0.3, 0.5),
    ("XTF", 1.0, 20.0),
    ("VTF", 2.0, 20.0),
    ("ITF", 0.02, 1.0),
    ("PTF", 5.0, 60.0),
    ("VJC", 0.4, 0.9),
    ("MJC", 0.25, 0.5),
    ("XCJC", 0.3, 1.0),
    ("TR", 5e-9, 2e-6),
    ("XTB", 0.5, 2.0),
];

const DIODE: &[Range] =
    &[("IS", 1e-14, 1e-10), ("N", 1.0, 1.9), ("CJO", 0.5e-12, 500e-12), ("TT", 5e-9, 5e-6)];

const OF_DIODE: &[Range] = &[
    ("RS", 0.01, 5.0),
    ("VJ", 0.3, 1.0),
    ("M", 0.25, 0.6),
    ("BV", 100.0, 1000.0),
    ("IKF", 1e-2, 10.0),
    ("ISR", 1e-13, 1e-10),
    ("NR", 1.5, 2.2),
];

const SWITCHING_OF_MOSFET: &[Range] =
    &[("VDD", 10.0, 60.0), ("ID", 0.1, 20.0), ("VGS", 8.0, 12.0), ("RG", 2.0, 50.0)];

const SWITCHING_OF_BJT: &[Range] = &[("VCC", 5.0, 30.0), ("IC", 5e-3, 0.2)];

const CASES: &[Case] = &[
    Case {
        template: "vdmos",
        circuit: "gate_charge",
        always: VDMOS,
        often: OF_VDMOS,
        conditions: &[("VDD", 10.0, 60.0), ("ID", 0.2, 20.0), ("VGS", 8.0, 12.0)],
        shares: &[],
    },
    Case {
        template: "vdmos",
        circuit: "switching_of_mosfet",
        always: VDMOS,
        often: OF_VDMOS,
        conditions: SWITCHING_OF_MOSFET,
        shares: &[],
    },
    Case {
        template: "sic_mosfet",
        circuit: "switching_of_mosfet",
        always: &[("BETA", 3.0, 30.0)],
        often: &[("RG", 0.5, 20.0), ("RD", 1e-3, 0.05), ("TT", 5e-9, 50e-9)],
        conditions: &[
            ("VDD", 100.0, 600.0),
            ("ID", 1.0, 20.0),
            ("VGS", 15.0, 20.0),
            ("RG", 2.0, 50.0),
        ],
        shares: &[],
    },
    Case {
        template: "gummel_poon",
        circuit: "switching_of_bjt",
        always: BJT,
        often: OF_BJT,
        conditions: SWITCHING_OF_BJT,
        shares: &[("IB1", "IC", 0.1), ("IB2", "IC", 0.1)],
    },
    Case {
        template: "darlington",
        circuit: "switching_of_bjt",
        always: &[
            ("IS", 1e-16, 1e-13),
            ("BF", 50.0, 200.0),
            ("CJC", 2e-12, 30e-12),
            ("TF", 1e-10, 2e-9),
        ],
        often: &[("RC", 0.05, 1.0), ("RE", 0.01, 0.2)],
        // Two junctions remain of the supply.
        conditions: &[("VCC", 15.0, 40.0), ("IC", 5e-3, 0.2)],
        shares: &[("IB1", "IC", 0.01), ("IB2", "IC", 0.01)],
    },
    Case {
        template: "junction_diode",
        circuit: "recovery_through_resistor",
        always: DIODE,
        often: OF_DIODE,
        conditions: &[("IF", 5e-3, 0.5), ("IR", 5e-3, 0.5)],
        shares: &[("irr", "IR", 0.1)],
    },
    Case {
        template: "junction_diode",
        circuit: "recovery_at_slope",
        always: DIODE,
        often: OF_DIODE,
        conditions: &[("IF", 0.1, 10.0), ("diF_dt", 10e6, 500e6), ("VR", 20.0, 50.0)],
        shares: &[],
    },
];

/// A card: what every one has where `whole`, else three quarters of that too.
fn card(case: &Case, template: &TemplateIr, whole: bool, draw: &mut Draw) -> Vec<f64> {
    let mut card = template.defaults();
    let all = case.always.iter().map(|r| (r, whole)).chain(case.often.iter().map(|r| (r, false)));
    for ((name, low, high), needed) in all {
        let (chance, value) = (draw.next(), draw.within(*low, *high));
        if needed || chance < 0.75 {
            card[template.parameter(name).expect("a parameter of the template")] = value;
        }
    }
    if let Some(kp) = template.parameter("KP") {
        card[kp] = draw.within(10.0, 200.0);
    }
    card
}

fn conditions(case: &Case, circuit: &CircuitIr, draw: &mut Draw) -> Vec<f64> {
    let mut found: Vec<(&str, f64)> = Vec::new();
    for argument in &circuit.arguments {
        let name = argument.name.as_str();
        let share = case.shares.iter().find(|s| s.0 == name).map(|(_, of, share)| {
            let base = found.iter().find(|f| f.0 == *of).expect("a condition before its share");
            base.1 * share * (0.5 + draw.next())
        });
        let range = case.conditions.iter().find(|c| c.0 == name);
        let drawn = range.map(|(_, l, h)| draw.within(*l, *h));
        found.push((name, share.or(drawn).or(argument.default).expect("a value")));
    }
    found.into_iter().map(|f| f.1).collect()
}

/// Whether a diagnostic is about a run of a circuit.
fn is_reason(code: Code) -> bool {
    [Code::CIRCUIT_UNSOLVED, Code::CIRCUIT_BUDGET, Code::CIRCUIT_EVENT_MISSED].contains(&code)
}

fn run(case: &Case, whole: bool, cards: usize) {
    let library = support::library();
    let template = library.template(case.template).expect("the shipped template");
    let mut circuits = library.kinds.iter().flat_map(|k| &k.circuits);
    let circuit = circuits.find(|c| c.name == case.circuit).expect("the shipped circuit");
    let evaluator = Evaluator::new(template, Mode::Portable, SPICE39).expect("an evaluator");
    let measurements = evaluator.circuit(circuit).expect("a circuit");
    let mut draw = Draw(0x5eed_0a11_c1c0_1234);
    let (mut unsolved, mut wordless) = (Vec::new(), Vec::new());
    for number in 0..cards {
        let parameters = card(case, template, whole, &mut draw);
        let at = conditions(case, circuit, &mut draw);
        let kelvin = 250.0 + 150.0 * draw.next();
        let columns: Vec<[f64; 1]> = at.iter().map(|c| [*c]).collect();
        let columns: Vec<&[f64]> = columns.iter().map(<[f64; 1]>::as_slice).collect();
        for (output, measured) in circuit.outputs.iter().zip(&measurements) {
            let value = measured.values(&parameters, &columns, Kelvin::Uniform(kelvin))[0];
            let reason = measured.reason(&parameters, &at, kelvin);
            if value.is_finite() {
                assert!(reason.is_none(), "a reason beside a value: {reason:?}");
                continue;
            }
            let words = reason.filter(|r| is_reason(r.code)).map(|r| r.message);
            if words.is_none() {
                wordless.push(format!("card {number}: {}", output.symbol));
            }
            unsolved.push(format!("card {number}: {}: {words:?} {parameters:?}", output.symbol));
        }
    }
    println!("{} {}: {} of {cards} cards", case.template, case.circuit, unsolved.len());
    assert!(wordless.is_empty(), "without a word: {}", wordless.join("\n"));
    assert!(!whole || unsolved.is_empty(), "without a value: {}", unsolved.join("\n"));
}

/// Transistors and diodes that store charge, as all do, are solved, every one.
#[test]
fn circuits_around_whole_cards_have_answers() {
    for case in CASES {
        run(case, true, 200);
    }
}

/// Where a card lacks charges or more, the answer may be none, but never without a word.
#[test]
fn circuits_without_an_answer_say_why() {
    for case in CASES {
        run(case, false, 60);
    }
}
