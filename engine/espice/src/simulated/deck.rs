//! A circuit around a device of a card, as a deck of its own: sources of formulas, resistors,
//! capacitors and inductors, and the device, each of whose pins stands behind a source of 0 V that
//! tells its current.

use crate::behaviour::{binary, compare, number, power, unary};
use espice_lang::ir::{
    Binary, CircuitIr, ElementIr, ElementKind, ExprId, Leaf, Node, PhysicalConstant,
};
use espice_model::CircuitRun;
use espice_netlist::{Part, Sources};
use espice_units::exact;
use std::fmt::Write;

/// How finely a run is made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Precision {
    /// Relative tolerance.
    pub(super) relative: f64,
    /// What the simulator's estimate of a step's error is divided by.
    pub(super) step_error: f64,
    /// Absolute tolerance of currents, A.
    pub(super) amperes: f64,
    /// Rule of integration.
    pub(super) method: &'static str,
    /// Least number of steps.
    pub(super) steps: f64,
}

/// In this order they are tried: what one rule cannot follow another may.
pub(super) const PRECISIONS: [Precision; 3] = [
    Precision { relative: 1e-5, step_error: 1.0, amperes: 1e-12, method: "gear", steps: 2000.0 },
    Precision { relative: 1e-5, step_error: 1.0, amperes: 1e-12, method: "trap", steps: 2000.0 },
    Precision { relative: 1e-4, step_error: 7.0, amperes: 1e-9, method: "gear", steps: 1000.0 },
];

/// The deck of a circuit around an element whose card `cards` holds under the name `dut`. It writes
/// to `file` what [`rows`] reads.
pub(super) fn deck(
    run: &CircuitRun<'_>,
    device: &Part,
    cards: &str,
    sources: &Sources,
    precision: Precision,
    file: &str,
) -> String {
    let circuit = run.circuit;
    let mut text = format!("* {} around {}\n{cards}", circuit.name, device.card.name);
    let writer = Writer { run, sources };
    device_lines(&mut text, run, device);
    for (index, element) in circuit.elements.iter().enumerate() {
        writer.element(&mut text, index, element);
    }
    for (index, start) in circuit.starts.iter().enumerate() {
        let (from, to) = (node(circuit, start.from), node(circuit, start.to));
        let held = number(run.number(start.value));
        // A gate has no way to ground at the operating point, without which the first step fails.
        let _ = writeln!(text, "rhold{index} {from} {to} 1e12");
        let _ = match start.to == circuit.ground {
            true => writeln!(text, ".ic v({from})={held}"),
            // Between two nodes: a stiff hold while the time is zero.
            false => {
                let over = format!("1e3*({}-{held})", writer.volts(start.from, start.to));
                let held = sources.choose("time>0", "0", &over);
                writeln!(text, "bhold{index} {from} {to} I={held}")
            }
        };
    }
    if !run.kinks.is_empty() {
        // Its voltage is nothing: the simulator lands on the corners of such a source.
        text.push_str("vkink kink 0 pwl(0 0");
        for moment in &run.kinks {
            let _ = write!(text, "\n+ {} 0", exact(*moment));
        }
        text.push_str(")\nrkink kink 0 1\n");
    }
    let Precision { relative, step_error, amperes, method, steps } = precision;
    let celsius = run.kelvin - run.constants.celsius_zero;
    let _ = writeln!(
        text,
        ".options temp={} gmin=1e-15 reltol={} trtol={} abstol={} vntol=1e-8 chgtol=1e-17 itl1=500 \
         itl4=100 method={method}",
        exact(celsius),
        exact(relative),
        exact(step_error),
        exact(amperes)
    );
    text.push_str(".control\nset numdgt=14\nset wr_singlescale\n");
    let mut vectors = String::new();
    for n in 0..nodes(circuit) {
        if n != circuit.ground {
            let _ = write!(vectors, " v({})", node(circuit, n));
        }
    }
    for pin in 0..circuit.pins {
        let _ = write!(vectors, " i(vpin{pin})");
    }
    match run.end {
        Some(end) => {
            let step = exact(end / steps);
            let _ = writeln!(text, "tran {step} {} 0 {step}", exact(end));
        }
        None => text.push_str("op\n"),
    }
    let _ = writeln!(text, "wrdata {file}{vectors}\nquit 0\n.endc\n.end");
    text
}

/// The rows of a run as it is asked for from those of the file: with the potential of the ground,
/// and the signs of the first polarity.
pub(super) fn rows(run: &CircuitRun<'_>, table: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let potentials = nodes(run.circuit) as usize;
    let ground = run.circuit.ground as usize;
    let sign = if run.polarity == 1 { -1.0 } else { 1.0 };
    let whole = |row: &Vec<f64>| {
        let mut own = row.clone();
        own.insert((1 + ground).min(own.len()), 0.0);
        own.iter_mut().skip(1 + potentials).for_each(|current| *current *= sign);
        if run.end.is_none()
            && let Some(time) = own.first_mut()
        {
            *time = 0.0;
        }
        own
    };
    table.iter().map(whole).collect()
}

fn nodes(circuit: &CircuitIr) -> u32 {
    circuit.pins + circuit.nodes.len() as u32
}

fn node(circuit: &CircuitIr, index: u32) -> String {
    if index == circuit.ground { String::from("0") } else { format!("n{index}") }
}

/// The element behind its meters. The second polarity stands behind mirrors: its pins have the
/// potentials of the nodes with the other sign, and the nodes its currents likewise.
fn device_lines(text: &mut String, run: &CircuitRun<'_>, device: &Part) {
    let mut line = format!("{}dut", device.letter());
    for pin in 0..run.circuit.pins {
        let at = node(run.circuit, pin);
        if run.polarity == 1 {
            let _ = writeln!(text, "epin{pin} y{pin} 0 {at} 0 -1\nfpin{pin} {at} 0 vpin{pin} -1");
            let _ = writeln!(text, "vpin{pin} y{pin} x{pin} 0");
        } else {
            let _ = writeln!(text, "vpin{pin} {at} x{pin} 0");
        }
        let _ = write!(line, " x{pin}");
    }
    line.push_str(" dut");
    for (name, value) in &device.instance {
        let _ = write!(line, " {name}={}", exact(*value));
    }
    let _ = writeln!(text, "{line}");
}

struct Writer<'a> {
    run: &'a CircuitRun<'a>,
    sources: &'a Sources,
}

impl Writer<'_> {
    fn element(&self, text: &mut String, index: usize, element: &ElementIr) {
        let circuit = self.run.circuit;
        let (a, b) = (node(circuit, element.from), node(circuit, element.to));
        let value = || exact(self.run.number(element.value));
        let _ = match element.kind {
            ElementKind::Voltage => {
                writeln!(text, "b{index} {a} {b} V={}", self.formula(element.value))
            }
            ElementKind::Current => {
                writeln!(text, "b{index} {a} {b} I={}", self.formula(element.value))
            }
            // As the solver has it: a knee of 1 mV, then 10 kS.
            ElementKind::Clamp => {
                let most = self.formula(element.value);
                let over = format!("(({}-{most})*1e3)", self.volts(element.from, element.to));
                let soft = format!("ln(1+exp(min({over},50)))");
                let knee = self.sources.choose(&format!("{over}>40"), &over, &soft);
                writeln!(text, "b{index} {a} {b} I=10*{knee}")
            }
            ElementKind::Resistor if self.run.number(element.value) == 0.0 => {
                writeln!(text, "v{index} {a} {b} 0")
            }
            ElementKind::Resistor => writeln!(text, "r{index} {a} {b} {}", value()),
            ElementKind::Capacitor => writeln!(text, "c{index} {a} {b} {}", value()),
            ElementKind::Inductor if self.run.number(element.value) == 0.0 => {
                writeln!(text, "v{index} {a} {b} 0")
            }
            ElementKind::Inductor => writeln!(text, "l{index} {a} {b} {}", value()),
        };
    }

    fn volts(&self, a: u32, b: u32) -> String {
        let circuit = self.run.circuit;
        match (a == circuit.ground, b == circuit.ground) {
            _ if a == b => String::from("0"),
            (_, true) => format!("v({})", node(circuit, a)),
            (true, false) => format!("(-v({}))", node(circuit, b)),
            (false, false) => format!("v({},{})", node(circuit, a), node(circuit, b)),
        }
    }

    /// An expression of elements as a formula of the simulator.
    fn formula(&self, id: ExprId) -> String {
        let fixed = self.run.number(id);
        if fixed.is_finite() {
            return number(fixed);
        }
        let of = |id| self.formula(id);
        match self.run.circuit.graph.node(id) {
            Node::Leaf(leaf) => match leaf {
                Leaf::Argument(i) if i == self.run.circuit.time() => String::from("time"),
                Leaf::Voltage(a, b) => self.volts(a, b),
                Leaf::PinCurrent(pin) if self.run.polarity == 1 => format!("(-i(vpin{pin}))"),
                Leaf::PinCurrent(pin) => format!("i(vpin{pin})"),
                Leaf::Constant(bits) => number(f64::from_bits(bits)),
                Leaf::Physical(PhysicalConstant::Boltzmann) => number(self.run.constants.k),
                // What holds no number here has been refused when the circuit was checked.
                _ => number(f64::NAN),
            },
            Node::Unary(op, a) => unary(op, &of(a), self.sources),
            Node::Binary(Binary::Power, a, b) => {
                let exponent = self.run.number(b);
                match exponent.is_finite() {
                    true => power(&of(a), exponent),
                    false => format!("exp({}*ln({}))", of(b), of(a)),
                }
            }
            Node::Binary(op, a, b) => binary(op, &of(a), &of(b)),
            Node::Compare(op, a, b) => compare(op, &of(a), &of(b), self.sources),
            Node::Select(c, a, b) => self.sources.choose(&format!("{}>0.5", of(c)), &of(a), &of(b)),
        }
    }
}
