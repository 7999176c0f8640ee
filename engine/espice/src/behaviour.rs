//! Templates that no device of a simulator stands for, as subcircuits of sources: currents,
//! resistors and charges from the typed graph.
//!
//! What depends on parameters only is a number; the temperature is the simulator's. What is solved
//! for, and does not depend on the bias, is the voltage of a node that follows itself, from the
//! place in its range that is next to zero. A charge is the voltage over a capacitance of 1 F, in
//! picocoulombs so that the simulator's tolerances suit it, whose current goes between the charge's
//! nodes. Large expressions of voltages that occur more than once are voltages of nodes of their
//! own; those of the temperature are not, since nodes start at zero, which is no temperature.

use crate::emit::Stated;
use espice_lang::ir::{
    Binary, BranchIr, BranchKind, Comparison, ExprId, Graph, Leaf, Node, PhysicalConstant, Unary,
};
use espice_netlist::{Element, Item, Sources, Subcircuit, Value};
use espice_units::constants::SPICE39;
use std::collections::{BTreeMap, BTreeSet};

/// An expression that is longer, and occurs more than once, gets a node.
const LONG: usize = 400;

/// Most characters of a subcircuit's expressions.
const MOST: usize = 500_000;

/// Coulombs to volts over the auxiliary capacitance.
const CHARGE_SCALE: f64 = 1e12;

/// The subcircuit of a template for a part.
///
/// # Errors
/// Why the dialect's sources cannot say it, in words.
pub(crate) fn subcircuit(
    stated: &Stated<'_>,
    sources: &Sources,
    part: &str,
) -> Result<Subcircuit, String> {
    let template = stated.template;
    let fixed = fixed_nodes(&template.graph);
    let known = stated.evaluator.of_parameters(&fixed, stated.values).unwrap_or_default();
    let fixed = fixed.into_iter().zip(known).collect();
    let mut writer = Writer {
        stated,
        sources,
        fixed,
        nodes: Vec::new(),
        texts: BTreeMap::new(),
        items: Vec::new(),
        length: 0,
    };
    writer.nodes = writer.joined();
    let roots: Vec<ExprId> = template.branches.iter().map(|b| b.value).collect();
    writer.expressions(&roots)?;
    writer.unknowns();
    for (index, branch) in template.branches.iter().enumerate() {
        writer.branch(index + 1, branch);
    }
    let pins = template.pins.clone();
    Ok(Subcircuit { name: part.into(), pins, parameters: Vec::new(), items: writer.items })
}

/// The nodes that depend on parameters and the nominal temperature only.
fn fixed_nodes(graph: &Graph) -> Vec<ExprId> {
    let mut fixed: Vec<bool> = Vec::with_capacity(graph.len());
    for node in graph.nodes() {
        let of = |id: ExprId| fixed.get(id.0 as usize) == Some(&true);
        let yes = match *node {
            Node::Leaf(leaf) => matches!(
                leaf,
                Leaf::Constant(_)
                    | Leaf::Physical(_)
                    | Leaf::Parameter(_)
                    | Leaf::NominalTemperature
            ),
            Node::Unary(_, a) => of(a),
            Node::Binary(_, a, b) | Node::Compare(_, a, b) => of(a) && of(b),
            Node::Select(c, a, b) => of(c) && of(a) && of(b),
        };
        fixed.push(yes);
    }
    let ids = (0..).map(ExprId).zip(fixed);
    ids.filter(|(_, yes)| *yes).map(|(id, _)| id).collect()
}

struct Writer<'a> {
    stated: &'a Stated<'a>,
    sources: &'a Sources,
    /// What depends on parameters only, with its value.
    fixed: BTreeMap<ExprId, f64>,
    /// The name of every node of the template.
    nodes: Vec<String>,
    /// Expressions written so far.
    texts: BTreeMap<ExprId, Value>,
    items: Vec<Item>,
    /// Characters written so far.
    length: usize,
}

impl Writer<'_> {
    fn graph(&self) -> &Graph {
        &self.stated.template.graph
    }

    fn is_fixed(&self, id: ExprId) -> bool {
        self.fixed.contains_key(&id)
    }

    /// The number that a fixed expression is; what is not finite stays and is refused when it
    /// is written.
    fn number(&self, id: ExprId) -> f64 {
        self.fixed.get(&id).copied().unwrap_or(f64::NAN)
    }

    /// The arm of a choice that parameters decide, as far as they do.
    fn chosen(&self, mut id: ExprId) -> ExprId {
        // Arms have smaller ids than their choice, so this ends.
        while let Node::Select(c, a, b) = self.graph().node(id)
            && self.is_fixed(c)
        {
            id = if self.number(c) == 0.0 { b } else { a };
        }
        id
    }

    /// The value of a resistor that has one whatever bias and temperature are. One that has a
    /// law of temperature is zero at every temperature when it is at the nominal one.
    fn resistance(&self, branch: &BranchIr) -> Option<f64> {
        let value = self.chosen(branch.value);
        self.is_fixed(value).then(|| self.number(value))
    }

    /// Names of the nodes, those that resistors of zero join alike, pins first.
    fn joined(&self) -> Vec<String> {
        let template = self.stated.template;
        let names = template.pins.iter().chain(&template.nodes);
        // Nodes of parts have a dot in their names, which simulators keep for their own.
        let names: Vec<String> = names.map(|n| n.replace('.', "_")).collect();
        let mut root: Vec<usize> = (0..names.len()).collect();
        for branch in template.branches.iter().filter(|b| b.kind == BranchKind::Resistor) {
            if !self.is_zero(branch) {
                continue;
            }
            let of = |n: u32| root.get(n as usize).copied().unwrap_or(n as usize);
            let (from, to) = (of(branch.from), of(branch.to));
            let (keep, gone) = (from.min(to), from.max(to));
            if gone >= template.pins.len() {
                for r in root.iter_mut().filter(|r| **r == gone) {
                    *r = keep;
                }
            }
        }
        root.into_iter().filter_map(|r| names.get(r).cloned()).collect()
    }

    /// Whether a resistor is zero at every bias and temperature.
    fn is_zero(&self, branch: &BranchIr) -> bool {
        if let Some(value) = self.resistance(branch) {
            return value == 0.0;
        }
        // A product with a parameter that is zero.
        let mut waiting = vec![self.chosen(branch.value)];
        while let Some(id) = waiting.pop() {
            match self.graph().node(id) {
                _ if self.is_fixed(id) && self.number(id) == 0.0 => return true,
                _ if self.is_fixed(id) => {}
                Node::Binary(Binary::Multiply, a, b) => waiting.extend([a, b]),
                Node::Binary(Binary::Divide, a, _) => waiting.push(a),
                _ => {}
            }
        }
        false
    }

    fn node(&self, index: u32) -> String {
        self.nodes.get(index as usize).cloned().unwrap_or_default()
    }

    /// Writes all that the roots need, operands before users.
    fn expressions(&mut self, roots: &[ExprId]) -> Result<(), String> {
        let mut uses: BTreeMap<ExprId, usize> = BTreeMap::new();
        let mut waiting: Vec<ExprId> = roots.to_vec();
        while let Some(id) = waiting.pop() {
            let id = self.chosen(id);
            let count = uses.entry(id).or_insert(0);
            *count += 1;
            if *count > 1 || self.is_fixed(id) {
                continue;
            }
            match self.graph().node(id) {
                Node::Leaf(Leaf::Unknown(index)) => {
                    let Some(solve) = self.stated.template.solves.get(index as usize) else {
                        continue;
                    };
                    // At every bias anew it may not settle where the device's currents do.
                    if self.has_voltages(solve.residual) {
                        return Err(format!("its equations solve for `{}`", solve.name));
                    }
                    waiting.push(solve.residual);
                }
                Node::Leaf(_) => {}
                Node::Unary(_, a) => waiting.push(a),
                Node::Binary(_, a, b) | Node::Compare(_, a, b) => waiting.extend([a, b]),
                Node::Select(c, a, b) => waiting.extend([c, a, b]),
            }
        }
        for (id, count) in uses {
            let value = if self.is_fixed(id) {
                Value::Number(self.number(id))
            } else {
                self.neutral(id).unwrap_or_else(|| Value::Text(self.expression(id)))
            };
            let value = match value {
                Value::Text(text) if count > 1 && text.len() > LONG && self.has_voltages(id) => {
                    let name = format!("x_{}", id.0);
                    self.source(&format!("Bx{}", id.0), [&name, "0"], "V", Value::Text(text));
                    Value::Text(format!("V({name})"))
                }
                value => value,
            };
            self.texts.insert(id, value);
            if self.length > MOST {
                return Err(String::from("its equations are too long for sources"));
            }
        }
        Ok(())
    }

    /// What an operand with a neutral or a vanishing number leaves of an expression.
    fn neutral(&self, id: ExprId) -> Option<Value> {
        let Node::Binary(op, a, b) = self.graph().node(id) else { return None };
        let of = |id: ExprId| self.texts.get(&self.chosen(id));
        let (a, b) = (of(a)?, of(b)?);
        let is = |value: &Value, number: f64| *value == Value::Number(number);
        match op {
            Binary::Multiply if is(a, 0.0) || is(b, 0.0) => Some(Value::Number(0.0)),
            Binary::Multiply if is(a, 1.0) => Some(b.clone()),
            Binary::Multiply | Binary::Divide if is(b, 1.0) => Some(a.clone()),
            Binary::Add if is(a, 0.0) => Some(b.clone()),
            Binary::Add | Binary::Subtract if is(b, 0.0) => Some(a.clone()),
            _ => match (a, b) {
                (Value::Number(a), Value::Number(b)) => Some(Value::Number(match op {
                    Binary::Add => a + b,
                    Binary::Subtract => a - b,
                    Binary::Multiply => a * b,
                    Binary::Divide => a / b,
                    _ => return None,
                })),
                _ => None,
            },
        }
    }

    /// Whether the bias has a part in an expression.
    fn has_voltages(&self, root: ExprId) -> bool {
        let (mut waiting, mut seen) = (vec![root], BTreeSet::new());
        while let Some(id) = waiting.pop() {
            let id = self.chosen(id);
            if self.is_fixed(id) || !seen.insert(id) {
                continue;
            }
            match self.graph().node(id) {
                Node::Leaf(Leaf::Voltage(..)) => return true,
                Node::Leaf(_) => {}
                Node::Unary(_, a) => waiting.push(a),
                Node::Binary(_, a, b) | Node::Compare(_, a, b) => waiting.extend([a, b]),
                Node::Select(c, a, b) => waiting.extend([c, a, b]),
            }
        }
        false
    }

    /// Nodes whose voltages are what is solved for: each is itself less what must become zero.
    fn unknowns(&mut self) {
        for (index, solve) in self.stated.template.solves.iter().enumerate() {
            let residual = match self.texts.get(&self.chosen(solve.residual)) {
                Some(Value::Text(text)) => text.clone(),
                // Nothing that is written needs it.
                _ => continue,
            };
            let name = unknown(index);
            let value = Value::Text(format!("V({name})-{residual}"));
            self.source(&format!("Bu{index}"), [&name, "0"], "V", value);
        }
    }

    /// What stands for 0 V of the node of an unknown, where a simulator starts: the place in the
    /// range that is next to zero.
    fn start(&self, index: usize) -> f64 {
        let Some(solve) = self.stated.template.solves.get(index) else { return 0.0 };
        let [low, high] = [solve.low, solve.high].map(|id| self.fixed.get(&self.chosen(id)));
        0.0f64.max(low.copied().unwrap_or(0.0)).min(high.copied().unwrap_or(f64::INFINITY))
    }

    fn source(&mut self, name: &str, nodes: [&str; 2], what: &str, value: Value) {
        if let Value::Text(text) = &value {
            self.length += text.len();
        }
        self.items.push(Item::Element(Element::new(name, nodes).with(what, value)));
    }

    /// What was written of an operand, as a factor.
    fn operand(&self, id: ExprId) -> String {
        match self.texts.get(&self.chosen(id)) {
            Some(Value::Text(text)) => text.clone(),
            Some(Value::Number(v)) => number(*v),
            // Operands are written before their users.
            None => number(f64::NAN),
        }
    }

    fn expression(&self, id: ExprId) -> String {
        let of = |id: ExprId| self.operand(id);
        match self.graph().node(id) {
            Node::Leaf(leaf) => self.leaf(leaf),
            Node::Unary(op, a) => unary(op, &of(a), self.sources),
            Node::Binary(Binary::Power, a, b) => match self.texts.get(&self.chosen(b)) {
                Some(Value::Number(e)) => power(&of(a), *e),
                _ => format!("exp({}*ln({}))", of(b), of(a)),
            },
            Node::Binary(op, a, b) => binary(op, &of(a), &of(b)),
            Node::Compare(op, a, b) => compare(op, &of(a), &of(b), self.sources),
            Node::Select(c, a, b) => self.choice(c, &of(a), &of(b)),
        }
    }

    /// A choice by a comparison, without the number that it would be.
    fn choice(&self, condition: ExprId, then: &str, otherwise: &str) -> String {
        let (question, then, otherwise) = match self.graph().node(self.chosen(condition)) {
            Node::Compare(Comparison::Less, a, b) => {
                (format!("{}<{}", self.operand(a), self.operand(b)), then, otherwise)
            }
            Node::Compare(Comparison::LessEqual, a, b) => {
                (format!("{}<{}", self.operand(b), self.operand(a)), otherwise, then)
            }
            _ => (format!("{}>0.5", self.operand(condition)), then, otherwise),
        };
        self.sources.choose(&question, then, otherwise)
    }

    fn leaf(&self, leaf: Leaf) -> String {
        match leaf {
            Leaf::Voltage(a, b) => {
                let (a, b) = (self.node(a), self.node(b));
                let (a, b) = if self.stated.polarity == 1 { (b, a) } else { (a, b) };
                if a == b { String::from("0") } else { format!("V({a},{b})") }
            }
            Leaf::Temperature => {
                format!("({}+{})", self.sources.temperature, number(SPICE39.celsius_zero))
            }
            Leaf::Constant(bits) => number(f64::from_bits(bits)),
            Leaf::Physical(PhysicalConstant::Boltzmann) => number(SPICE39.k),
            Leaf::Physical(PhysicalConstant::Charge) => number(SPICE39.q),
            Leaf::Physical(PhysicalConstant::Permittivity) => number(SPICE39.eps0),
            Leaf::Unknown(index) => {
                let node = unknown(index as usize);
                match self.start(index as usize) {
                    0.0 => format!("V({node})"),
                    start => format!("(V({node})+{})", number(start)),
                }
            }
            // Parameters are numbers; the rest belongs to quantities or was refused.
            _ => number(f64::NAN),
        }
    }

    fn branch(&mut self, index: usize, branch: &BranchIr) {
        let (mut from, mut to) = (self.node(branch.from), self.node(branch.to));
        let flips = matches!(branch.kind, BranchKind::Current | BranchKind::Charge);
        if flips && self.stated.polarity == 1 {
            std::mem::swap(&mut from, &mut to);
        }
        let value = match self.texts.get(&self.chosen(branch.value)) {
            Some(value) => value.clone(),
            None => Value::Number(f64::NAN),
        };
        if from == to || value == Value::Number(0.0) && branch.kind != BranchKind::Resistor {
            return;
        }
        let nodes = [from.as_str(), to.as_str()];
        let text = match &value {
            Value::Number(v) => number(*v),
            Value::Text(text) => text.clone(),
        };
        match branch.kind {
            BranchKind::Current => self.source(&format!("B{index}"), nodes, "I", value),
            BranchKind::Resistor => match self.resistance(branch).or(value.number()) {
                Some(0.0) => {
                    let fields = [from.as_str(), to.as_str(), "0"];
                    self.items.push(Item::Element(Element::new(format!("V{index}"), fields)));
                }
                Some(ohms) => {
                    let fields = [from.clone(), to.clone(), espice_units::exact(ohms)];
                    self.items.push(Item::Element(Element::new(format!("R{index}"), fields)));
                }
                // The voltage that the current makes: a current from a small difference of high
                // potentials is rounded to more than a simulator's tolerance, and does not settle.
                None => {
                    let middle = format!("m_{index}");
                    let meter = [from.as_str(), middle.as_str(), "0"];
                    self.items.push(Item::Element(Element::new(format!("V{index}"), meter)));
                    let volts = format!("I(V{index})*{text}");
                    let nodes = [middle.as_str(), to.as_str()];
                    self.source(&format!("B{index}"), nodes, "V", Value::Text(volts));
                }
            },
            BranchKind::Charge => {
                let volts = format!("{}*{text}", number(CHARGE_SCALE));
                self.rate(index, volts);
                let current = format!("{}*I(V{index})", number(1.0 / CHARGE_SCALE));
                self.source(&format!("B{index}"), nodes, "I", Value::Text(current));
            }
            BranchKind::Capacitance => {
                self.rate(index, format!("V({from},{to})"));
                let current = format!("{text}*I(V{index})");
                self.source(&format!("B{index}"), nodes, "I", Value::Text(current));
            }
        }
    }

    /// Makes the current of source `V{index}` the rate at which a voltage changes, in V/s.
    fn rate(&mut self, index: usize, volts: String) {
        let (top, bottom) = (format!("q_{index}"), format!("r_{index}"));
        self.source(&format!("Bq{index}"), [&top, "0"], "V", Value::Text(volts));
        let meter = Element::new(format!("V{index}"), [top.as_str(), bottom.as_str(), "0"]);
        let store = Element::new(format!("C{index}"), [bottom.as_str(), "0", "1"]);
        self.items.extend([meter, store].map(Item::Element));
    }
}

/// The node of what is solved for.
fn unknown(index: usize) -> String {
    format!("u_{index}")
}

/// A number as it stands in a formula.
pub(crate) fn number(value: f64) -> String {
    let text = espice_units::exact(value);
    if value < 0.0 { format!("({text})") } else { text }
}

/// A function of one formula.
pub(crate) fn unary(op: Unary, a: &str, sources: &Sources) -> String {
    match op {
        Unary::Negate => format!("(-{a})"),
        Unary::Absolute => format!("abs({a})"),
        Unary::SquareRoot => format!("sqrt({a})"),
        Unary::Exponential => format!("exp({a})"),
        Unary::ExponentialMinusOne => format!("(exp({a})-1)"),
        // exp(x) up to 80, and its tangent from there on.
        Unary::LimitedExponential => format!("(exp(min({a},80))*(1+max({a}-80,0)))"),
        Unary::Logarithm => format!("ln({a})"),
        Unary::LogarithmOnePlus => format!("ln(1+{a})"),
        Unary::Tanh => format!("tanh({a})"),
        Unary::Sinh => format!("sinh({a})"),
        Unary::Cosh => format!("cosh({a})"),
        Unary::ArcTangent => format!("atan({a})"),
        Unary::Sine => format!("sin({a})"),
        Unary::Cosine => format!("cos({a})"),
        // No corner at zero, where simulators take the derivative of `abs` for zero.
        Unary::Softplus => sources.choose(&format!("{a}>30"), a, &format!("ln(1+exp({a}))")),
        Unary::Sign => format!("sgn({a})"),
        Unary::Not => format!("(1-{a})"),
    }
}

/// Two operands joined; a power whose exponent is no number is the caller's.
pub(crate) fn binary(op: Binary, a: &str, b: &str) -> String {
    match op {
        Binary::Add => format!("({a}+{b})"),
        Binary::Subtract => format!("({a}-{b})"),
        Binary::Multiply | Binary::Power => format!("({a}*{b})"),
        Binary::Divide => format!("({a}/{b})"),
        Binary::Minimum | Binary::And => format!("min({a},{b})"),
        Binary::Maximum | Binary::Or => format!("max({a},{b})"),
    }
}

/// A comparison as 1 where it holds and 0 where not.
pub(crate) fn compare(op: Comparison, a: &str, b: &str, sources: &Sources) -> String {
    match op {
        Comparison::Less => sources.choose(&format!("{a}<{b}"), "1", "0"),
        Comparison::LessEqual => sources.choose(&format!("{b}<{a}"), "0", "1"),
        Comparison::Equal => {
            let above = sources.choose(&format!("{b}<{a}"), "0", "1");
            sources.choose(&format!("{a}<{b}"), "0", &above)
        }
    }
}

/// A power with a constant exponent. Simulators take the magnitude of a base, so small whole
/// exponents are multiplied out.
pub(crate) fn power(base: &str, exponent: f64) -> String {
    if exponent == 0.5 {
        return format!("sqrt({base})");
    }
    if exponent.fract() == 0.0 && (1.0..=4.0).contains(&exponent.abs()) {
        let factors = vec![base; exponent.abs() as usize].join("*");
        return if exponent < 0.0 { format!("(1/({factors}))") } else { format!("({factors})") };
    }
    let magnitude = format!("pow({base},{})", espice_units::exact(exponent));
    if exponent.fract() == 0.0 && exponent % 2.0 != 0.0 {
        return format!("(sgn({base})*{magnitude})");
    }
    magnitude
}
