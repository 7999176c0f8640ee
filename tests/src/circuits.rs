//! The shipped circuits against ngspice running the same circuits around the same cards, which are
//! drawn at random within what real parts have.
//!
//! `ESPICE_CIRCUIT_CARDS` sets how many cards each test draws; 6 otherwise. No card is dropped by
//! its result.

use crate::simulated::{Device, Precision, Waves, deck};
use crate::support;
use espice_lang::ir::{CircuitIr, Leaf, Node, OutputIr, TemplateIr};
use espice_model::{Evaluator, Kelvin, Mode};
use espice_netlist::{Simulator, SimulatorConfig, read_wrdata};
use espice_units::Dimension;
use espice_units::constants::SPICE39;

/// How far the two may be apart.
const APART: f64 = 1e-3;

/// How far two runs of the simulator may be apart to be its answer.
const SETTLED: f64 = 1.5e-4;
/// Rules of integration, in the order in which they are tried.
const METHODS: [&str; 2] = ["gear", "trap"];
/// How often it is run more finely.
const HALVINGS: i32 = 6;

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
    /// What the simulator leaves of a current, A.
    abstol: f64,
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
pub(crate) struct Draw(pub(crate) u64);

impl Draw {
    pub(crate) fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    pub(crate) fn within(&mut self, low: f64, high: f64) -> f64 {
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

/// The outputs of the simulator, run ever more finely until two runs agree.
fn reference(
    circuit: &CircuitIr,
    device: Device<'_>,
    conditions: &[f64],
    (end, abstol): (f64, f64),
    config: &SimulatorConfig<'_>,
) -> Option<Vec<f64>> {
    let mut before: Option<Vec<f64>> = None;
    for (method, halving) in METHODS.iter().flat_map(|m| (0..HALVINGS).map(move |h| (*m, h))) {
        if halving == 0 {
            before = None;
        }
        let finer = 4f64.powi(-halving);
        let precision = Precision {
            stop: 1.01 * end,
            step: end / 1000.0 * finer.sqrt(),
            reltol: (1e-5 * finer).max(1e-7),
            trtol: finer,
            abstol,
            method,
        };
        let file = config.file_name("tran.data");
        let text = deck(circuit, device, conditions, precision, &file);
        let run = Simulator::ngspice().run(config, &text, std::slice::from_ref(&file));
        // A run that fails may do so at one fineness only.
        let Ok(run) = run.inspect_err(|e| println!("{}", e.diagnostic().message)) else {
            before = None;
            continue;
        };
        let table = read_wrdata(&file, &run.results[0]).expect("a table");
        let found = Waves::new(circuit, conditions, &table.rows).outputs();
        let agree = |old: &Vec<f64>| {
            let pairs = circuit.outputs.iter().zip(old.iter().zip(&found));
            let mut measured = pairs.filter(|(o, _)| o.symbol != "end");
            measured.all(|(_, (a, b))| (a / b - 1.0).abs() <= SETTLED)
        };
        if before.as_ref().is_some_and(agree) {
            return Some(found);
        }
        before = Some(found);
    }
    None
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
        let device = Device {
            template,
            parameters: &at.parameters,
            element: case.element,
            words: case.words,
            kelvin: at.kelvin,
        };
        let config = config.labelled(&number.to_string());
        let Some(simulated) =
            reference(&circuit, device, &at.conditions, (end, case.abstol), &config)
        else {
            println!("card {number} is without reference");
            without += 1;
            continue;
        };
        for ((output, a), b) in circuit.outputs.iter().zip(&native).zip(&simulated) {
            if output.symbol == "end" {
                continue;
            }
            let apart = (a / b - 1.0).abs();
            worst = if apart > worst || apart.is_nan() { apart } else { worst };
            if apart.is_nan() || apart > APART {
                let words = format!("card {number}: {} is {a:e}, ngspice {b:e}", output.symbol);
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
        abstol: 1e-12,
    });
}

const POWER_MOSFET: &[Range] = &[
    ("VTO", 2.0, 4.0),
    ("KP", 10.0, 60.0),
    ("LAMBDA", 1e-3, 2e-2),
    ("RD", 5e-3, 20e-3),
    ("RS", 1e-3, 5e-3),
    ("RG", 1.0, 5.0),
    ("CGS", 0.5e-9, 2e-9),
    ("CGDMAX", 0.5e-9, 2e-9),
    ("CGDMIN", 20e-12, 100e-12),
    ("A", 0.3, 1.0),
    ("IS", 1e-13, 1e-10),
    ("TT", 20e-9, 100e-9),
    ("CJO", 0.3e-9, 1e-9),
    ("BV", 100.0, 100.0),
];

#[test]
fn gate_charge_of_power_transistors() {
    compare(&Case {
        template: "vdmos",
        element: ('m', "VDMOS"),
        words: "nchan",
        circuit: "gate_charge",
        parameters: POWER_MOSFET,
        conditions: &[("VDD", 20.0, 60.0), ("ID", 5.0, 20.0), ("VGS", 10.0, 10.0)],
        kelvin: [298.15, 398.15],
        abstol: 1e-9,
    });
}

#[test]
fn recovery_of_body_diodes() {
    compare(&Case {
        template: "vdmos",
        element: ('m', "VDMOS"),
        words: "nchan",
        circuit: "recovery_of_body",
        parameters: POWER_MOSFET,
        conditions: &[("IF", 5.0, 20.0), ("diF_dt", 0.5e8, 2e8), ("VR", 15.0, 50.0)],
        kelvin: [298.15, 398.15],
        abstol: 1e-9,
    });
}

/// Delay, rise, delay, fall as the simulator measures them, with the drive as a pulse: edges of
/// other sources it steps over, and then finds no way on.
fn switched(
    device: (&TemplateIr, &[f64]),
    conditions: [f64; 6],
    config: &SimulatorConfig<'_>,
) -> Vec<f64> {
    let [vdd, id, vgs, rg, ls, ld] = conditions;
    let (template, parameters) = device;
    let stated = |(name, ..): &Range| {
        let value = parameters[template.parameter(name).expect("a parameter of the template")];
        format!(" {name}={value:e}")
    };
    let card: String = POWER_MOSFET.iter().map(stated).collect();
    let file = config.file_name("times.data");
    let off = "td=100u";
    let deck = format!(
        "* switching\n.model m VDMOS (nchan{card} TNOM=27)\nm1 die g s m temp=27\nls s 0 {ls:e}\nld d die {ld:e}\n\
         vdd sup 0 {vdd:e}\nrl sup d {:e}\nvg drv 0 pulse(0 {vgs:e} 1n 1n 1n 99999n 1)\n\
         rg drv g {rg:e}\n.options reltol=1e-6 abstol=1e-9 method=gear\n.control\n\
         set numdgt=12\ntran 0.05n 101u 0 2n\n\
         meas tran t1 trig v(drv) val={:e} rise=1 targ v(d) val={high:e} fall=1\n\
         meas tran t2 trig v(d) val={high:e} fall=1 targ v(d) val={low:e} fall=1\n\
         meas tran t3 trig v(drv) val={:e} fall=1 targ v(d) val={low:e} rise=1 {off}\n\
         meas tran t4 trig v(d) val={low:e} rise=1 {off} targ v(d) val={high:e} rise=1 {off}\n\
         echo $&t1 $&t2 $&t3 $&t4 > {file}\nquit 0\n.endc\n.end\n",
        vdd / id,
        0.1 * vgs,
        0.9 * vgs,
        high = 0.9 * vdd,
        low = 0.1 * vdd,
    );
    let run = Simulator::ngspice().run(config, &deck, &[file]).unwrap_or_else(|e| panic!("{e}"));
    let words = run.results[0].split_whitespace();
    words.map(|w| w.parse().unwrap_or_else(|_| panic!("`{w}` is no time"))).collect()
}

#[test]
fn switching_with_inductances_of_the_package() {
    let Some(config) = support::ngspice("circuit-switching") else { return };
    let library = support::library();
    let template = library.template("vdmos").expect("the shipped template");
    let mut all = library.kinds.iter().flat_map(|k| &k.circuits);
    let circuit = all.find(|c| c.name == "switching_of_mosfet").expect("the shipped circuit");
    let names: Vec<&str> = circuit.arguments.iter().map(|a| a.name.as_str()).collect();
    assert_eq!(names, ["VDD", "ID", "VGS", "RG", "LS", "LD"]);
    let outputs: Vec<&str> = circuit.outputs.iter().map(|o| o.symbol.as_str()).collect();
    assert_eq!(outputs, ["td(on)", "tr", "td(off)", "tf"]);
    let evaluator = Evaluator::new(template, Mode::Portable, SPICE39).expect("an evaluator");
    let measurements = evaluator.circuit(circuit).expect("a circuit");
    let mut draw = Draw(0x5eed_c1c0_1234_5678);
    // The load stated in place of the current makes the same circuit.
    let mut all = library.kinds.iter().flat_map(|k| &k.circuits);
    let loaded = all.find(|c| c.name == "switching_into_load").expect("the shipped circuit");
    let loaded = evaluator.circuit(loaded).expect("a circuit");
    for number in 0..count().min(4) {
        let mut parameters = template.defaults();
        for (name, low, high) in POWER_MOSFET {
            let index = template.parameter(name).expect("a parameter of the template");
            parameters[index] = draw.within(*low, *high);
        }
        let ranges =
            [(20.0, 60.0), (5.0, 20.0), (10.0, 10.0), (2.0, 10.0), (2e-9, 10e-9), (2e-9, 8e-9)];
        let conditions = ranges.map(|(low, high)| draw.within(low, high));
        let columns = conditions.map(|c| [c]);
        let columns: Vec<&[f64]> = columns.iter().map(<[f64; 1]>::as_slice).collect();
        let kelvin = Kelvin::Uniform(300.15);
        let config = config.labelled(&number.to_string());
        let simulated = switched((template, &parameters), conditions, &config);
        assert_eq!(simulated.len(), 4);
        for ((m, name), b) in measurements.iter().zip(&outputs).zip(simulated) {
            let a = m.values(&parameters, &columns, kelvin)[0];
            let apart = (a / b - 1.0).abs();
            assert!(apart < APART, "card {number}: {name} is {a:e}, ngspice {b:e}");
        }
        let [vdd, id, ..] = conditions;
        let load = [vdd / id];
        let mut into_load = columns.clone();
        into_load[1] = &load;
        let mut same = measurements.iter().zip(&loaded).map(|(m, l)| {
            let a = m.values(&parameters, &columns, kelvin)[0];
            (a, l.values(&parameters, &into_load, kelvin)[0])
        });
        assert!(same.all(|(a, b)| (a / b - 1.0).abs() < 1e-6));
    }
}
