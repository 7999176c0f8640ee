//! A circuit as a deck: every element a source or part of the simulator, every pin of the device
//! behind a source of zero volts that tells its current.

use espice_lang::ir::{
    Binary, CircuitIr, Comparison, ElementKind, ExprId, Leaf, Node, PhysicalConstant, TemplateIr,
    Unary,
};
use espice_units::constants::SPICE39;
use std::fmt::Write;

/// The device under test on a simulator's card.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Device<'a> {
    /// Its template; the card names its parameters.
    pub(crate) template: &'a TemplateIr,
    /// Values of all parameters, SI.
    pub(crate) parameters: &'a [f64],
    /// The letter of the element and the type on the card: `('q', "NPN")`.
    pub(crate) element: (char, &'a str),
    /// Words inside the brackets of the card.
    pub(crate) words: &'a str,
    /// Its temperature, K.
    pub(crate) kelvin: f64,
}

/// How finely a deck is run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Precision {
    /// When it ends, s.
    pub(crate) stop: f64,
    /// Longest step, s.
    pub(crate) step: f64,
    /// Relative tolerance.
    pub(crate) reltol: f64,
    /// What the simulator's estimate of a step's error is divided by.
    pub(crate) trtol: f64,
    /// Absolute tolerance of currents, A.
    pub(crate) abstol: f64,
    /// Rule of integration.
    pub(crate) method: &'static str,
}

/// A deck that runs to its stop, and writes the time, the voltages of
/// all nodes and the currents into all pins to `file`.
pub(crate) fn deck(
    circuit: &CircuitIr,
    device: Device<'_>,
    conditions: &[f64],
    precision: Precision,
    file: &str,
) -> String {
    let mut text = format!("* {} around {}\n", circuit.name, device.template.name);
    let node = |n: u32| if n == circuit.ground { String::from("0") } else { format!("n{n}") };
    let number = |id: ExprId| formula(circuit, conditions, device.kelvin, id);
    let mut card = format!(".model dut {}({}", device.element.1, device.words);
    let written = device.template.cards.first().map_or(&[][..], |c| &c.parameters);
    for on_card in written {
        let index = on_card.parameter().expect("these devices have no parts");
        let p = &device.template.parameters[index];
        let value = device.parameters[index];
        let is_off = p.scale == espice_lang::ir::ParameterScale::Log && value == 0.0;
        if !is_off {
            let _ = write!(card, " {}={:e}", on_card.name, p.card_unit.of_si(value));
        }
    }
    let _ = writeln!(text, "{card} TNOM=27)");
    let mut line = format!("{}dut", device.element.0);
    for pin in 0..circuit.pins {
        let _ = writeln!(text, "vpin{pin} {} x{pin} 0", node(pin));
        let _ = write!(line, " x{pin}");
    }
    let _ = writeln!(text, "{line} dut temp={:e}", device.kelvin - SPICE39.celsius_zero);
    for (index, element) in circuit.elements.iter().enumerate() {
        let (a, b, value) = (node(element.from), node(element.to), number(element.value));
        let _ = match element.kind {
            ElementKind::Voltage => writeln!(text, "b{index} {a} {b} V={value}"),
            ElementKind::Current => writeln!(text, "b{index} {a} {b} I={value}"),
            // As the solver has it: a knee of 1 mV, then 10 kS.
            ElementKind::Clamp => {
                let over = format!("((v({a})-v({b})-{value})*1e3)");
                let soft = format!("ln(1+exp(min({over},50)))");
                writeln!(text, "b{index} {a} {b} I=10*({over}>40 ? {over} : {soft})")
            }
            ElementKind::Resistor => writeln!(text, "r{index} {a} {b} {{{value}}}"),
            ElementKind::Capacitor => writeln!(text, "c{index} {a} {b} {{{value}}}"),
            ElementKind::Inductor => writeln!(text, "l{index} {a} {b} {{{value}}}"),
        };
    }
    for start in &circuit.starts {
        // A gate has no way to ground at the operating point, without which the first step fails.
        let _ = writeln!(text, "rhold{} {} 0 1e12", start.from, node(start.from));
        let _ = writeln!(text, ".ic v({})={{{}}}", node(start.from), number(start.value));
    }
    let Precision { stop, step, reltol, trtol, abstol, method } = precision;
    let _ = writeln!(
        text,
        ".options reltol={reltol:e} trtol={trtol:e} abstol={abstol:e} vntol=1e-7 chgtol=1e-17 \
         itl4=100 method={method}"
    );
    text.push_str(".control\nset numdgt=14\nset wr_singlescale\n");
    let _ = writeln!(text, "tran {step:e} {stop:e} 0 {step:e}");
    let mut vectors = String::new();
    for n in 0..circuit.pins + circuit.nodes.len() as u32 {
        if n != circuit.ground {
            let _ = write!(vectors, " v(n{n})");
        }
    }
    for pin in 0..circuit.pins {
        let _ = write!(vectors, " i(vpin{pin})");
    }
    let _ = writeln!(text, "wrdata {file}{vectors}\nquit 0\n.endc\n.end");
    text
}

/// An expression of elements as a formula of the simulator.
fn formula(circuit: &CircuitIr, conditions: &[f64], kelvin: f64, id: ExprId) -> String {
    let of = |id| formula(circuit, conditions, kelvin, id);
    let node = |n: u32| if n == circuit.ground { String::from("0") } else { format!("v(n{n})") };
    match circuit.graph.node(id) {
        Node::Leaf(leaf) => match leaf {
            Leaf::Constant(bits) => format!("({:e})", f64::from_bits(bits)),
            Leaf::Argument(i) if i == circuit.time() => String::from("time"),
            Leaf::Argument(i) => format!("({:e})", conditions[i as usize]),
            Leaf::Voltage(a, b) => format!("({}-{})", node(a), node(b)),
            Leaf::Temperature => format!("({kelvin:e})"),
            Leaf::Physical(PhysicalConstant::Boltzmann) => format!("({:e})", SPICE39.k),
            Leaf::Physical(PhysicalConstant::Charge) => format!("({:e})", SPICE39.q),
            other => panic!("{other:?} in an element"),
        },
        Node::Unary(op, a) => match op {
            Unary::Negate => format!("(-{})", of(a)),
            Unary::Absolute => format!("abs({})", of(a)),
            Unary::SquareRoot => format!("sqrt({})", of(a)),
            Unary::Exponential => format!("exp({})", of(a)),
            Unary::Logarithm => format!("ln({})", of(a)),
            other => panic!("{other:?} in an element"),
        },
        Node::Binary(op, a, b) => {
            let (a, b) = (of(a), of(b));
            match op {
                Binary::Add => format!("({a}+{b})"),
                Binary::Subtract => format!("({a}-{b})"),
                Binary::Multiply => format!("({a}*{b})"),
                Binary::Divide => format!("({a}/{b})"),
                Binary::Power => format!("({a}^{b})"),
                Binary::Minimum => format!("min({a},{b})"),
                Binary::Maximum => format!("max({a},{b})"),
                Binary::And => format!("({a}&&{b})"),
                Binary::Or => format!("({a}||{b})"),
            }
        }
        Node::Compare(op, a, b) => {
            let sign = match op {
                Comparison::Less => "<",
                Comparison::LessEqual => "<=",
                Comparison::Equal => "==",
            };
            format!("({}{sign}{})", of(a), of(b))
        }
        Node::Select(c, a, b) => format!("({} ? {} : {})", of(c), of(a), of(b)),
    }
}
