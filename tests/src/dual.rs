//! A slow evaluator of templates that shares nothing with the fast one: it walks the typed
//! graph with dual numbers and the platform's functions, takes only the arm that holds, finds
//! unknowns by bisection and applies the implicit function theorem.

use espice_lang::ir::{
    Binary, BranchKind, Comparison, ExprId, Leaf, Node, PhysicalConstant, TemplateIr, Unary,
};
use espice_units::constants::SPICE39;

/// Derivatives by the parameters, then temperature, two pins, one inner node, one unknown.
pub(crate) const SEEDS: usize = 50;

/// Place of the derivative by temperature.
pub(crate) const TEMPERATURE: usize = 45;
/// Place of the derivative by the potential of the first pin.
pub(crate) const PIN: usize = 46;
const INNER: usize = 48;
const UNKNOWN: usize = 49;

/// Halvings of a bracket; one step of Newton's method from there reaches rounding.
const BISECTIONS: usize = 64;

/// A value with its derivatives.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dual {
    pub(crate) value: f64,
    pub(crate) by: [f64; SEEDS],
}

impl Dual {
    fn constant(value: f64) -> Dual {
        Dual { value, by: [0.0; SEEDS] }
    }

    fn seed(value: f64, place: usize) -> Dual {
        let mut dual = Dual::constant(value);
        dual.by[place] = 1.0;
        dual
    }

    /// A function with this value and these slopes by its two arguments.
    fn of(self, other: Dual, value: f64, [a, b]: [f64; 2]) -> Dual {
        let mut by = [0.0; SEEDS];
        for ((slot, x), y) in by.iter_mut().zip(self.by).zip(other.by) {
            // What does not depend on a seed stays so, however steep the function is.
            let (x, y) = (if x == 0.0 { 0.0 } else { a * x }, if y == 0.0 { 0.0 } else { b * y });
            *slot = x + y;
        }
        Dual { value, by }
    }

    fn plus(self, other: Dual, factor: f64) -> Dual {
        self.of(other, self.value + factor * other.value, [1.0, factor])
    }

    /// Follows a variable whose derivatives are known.
    fn eliminate(mut self, place: usize, variable: &Dual) -> Dual {
        let slope = std::mem::take(&mut self.by[place]);
        for (slot, x) in self.by.iter_mut().zip(variable.by) {
            *slot += slope * x;
        }
        self
    }
}

/// The current into the first of two pins and the charge behind it.
pub(crate) struct Reference {
    pub(crate) current: Dual,
    pub(crate) charge: Dual,
}

/// Where a graph is evaluated; remembers what it has evaluated.
struct Walk<'a> {
    template: &'a TemplateIr,
    parameters: &'a [Dual],
    nodes: [Dual; 3],
    kelvin: Dual,
    nominal: f64,
    unknown: Option<Dual>,
    /// The drop over the resistor, once the current is known: as a difference of potentials a
    /// small one has few digits.
    drop: Option<f64>,
    known: Vec<Option<Dual>>,
}

impl Walk<'_> {
    fn forget(&mut self) {
        self.known = vec![None; self.template.graph.len()];
    }

    fn value(&mut self, id: ExprId) -> Dual {
        if let Some(known) = self.known[id.0 as usize] {
            return known;
        }
        let found = self.node(self.template.graph.node(id));
        self.known[id.0 as usize] = Some(found);
        found
    }

    fn node(&mut self, node: Node) -> Dual {
        match node {
            Node::Leaf(leaf) => self.leaf(leaf),
            Node::Unary(op, a) => {
                let a = self.value(a);
                let (value, slope) = unary(op, a.value);
                a.of(a, value, [slope, 0.0])
            }
            Node::Binary(op, a, b) => {
                let (a, b) = (self.value(a), self.value(b));
                let (x, y) = (a.value, b.value);
                let truth = |t: bool| Dual::constant(f64::from(u8::from(t)));
                match op {
                    Binary::Add => a.plus(b, 1.0),
                    Binary::Subtract => a.plus(b, -1.0),
                    Binary::Multiply => a.of(b, x * y, [y, x]),
                    Binary::Divide => a.of(b, x / y, [1.0 / y, -x / y / y]),
                    Binary::Power => {
                        let p = x.powf(y);
                        a.of(b, p, [y * x.powf(y - 1.0), p * x.ln()])
                    }
                    Binary::Minimum => {
                        if y < x {
                            b
                        } else {
                            a
                        }
                    }
                    Binary::Maximum => {
                        if y > x {
                            b
                        } else {
                            a
                        }
                    }
                    Binary::And => truth(x != 0.0 && y != 0.0),
                    Binary::Or => truth(x != 0.0 || y != 0.0),
                }
            }
            Node::Compare(op, a, b) => {
                let (x, y) = (self.value(a).value, self.value(b).value);
                let holds = match op {
                    Comparison::Less => x < y,
                    Comparison::LessEqual => x <= y,
                    Comparison::Equal => x == y,
                };
                Dual::constant(f64::from(u8::from(holds)))
            }
            Node::Select(condition, a, b) => {
                let arm = if self.value(condition).value != 0.0 { a } else { b };
                self.value(arm)
            }
        }
    }

    fn leaf(&self, leaf: Leaf) -> Dual {
        match leaf {
            Leaf::Constant(bits) => Dual::constant(f64::from_bits(bits)),
            Leaf::Physical(PhysicalConstant::Boltzmann) => Dual::constant(SPICE39.k),
            Leaf::Physical(PhysicalConstant::Charge) => Dual::constant(SPICE39.q),
            Leaf::Physical(PhysicalConstant::Permittivity) => Dual::constant(SPICE39.eps0),
            Leaf::Parameter(p) => self.parameters[p as usize],
            Leaf::Voltage(a, b) => self.nodes[a as usize].plus(self.nodes[b as usize], -1.0),
            Leaf::Temperature => self.kelvin,
            Leaf::NominalTemperature => Dual::constant(self.nominal),
            Leaf::Unknown(0) => self.unknown.expect("an unknown is used after it was found"),
            other => panic!("{other:?} is not for templates with one unknown"),
        }
    }

    /// The unknown of the only `solve`, by bisection.
    fn solve(&mut self) {
        let Some(solve) = self.template.solves.first() else { return };
        self.unknown = None;
        self.forget();
        let (mut low, mut high) = (self.value(solve.low).value, self.value(solve.high).value);
        let residual = |walk: &mut Self, x: f64| {
            walk.unknown = Some(Dual::seed(x, UNKNOWN));
            walk.forget();
            walk.value(solve.residual)
        };
        let (at_low, at_high) = (residual(self, low).value, residual(self, high).value);
        if at_high == 0.0 {
            low = high;
        }
        for _ in 0..BISECTIONS {
            let middle = low + 0.5 * (high - low);
            if middle <= low || middle >= high {
                break;
            }
            if residual(self, middle).value * at_low > 0.0 { low = middle } else { high = middle }
        }
        assert!(at_low * at_high <= 0.0, "the ends of a solve enclose its root");
        let at = residual(self, low);
        let mut found = Dual::constant(low - at.value / at.by[UNKNOWN]);
        for (slot, x) in found.by.iter_mut().zip(at.by).take(UNKNOWN) {
            *slot = -x / at.by[UNKNOWN];
        }
        self.unknown = Some(found);
        self.forget();
    }

    /// What flows through branches out of a node.
    fn sum(&mut self, node: usize, charge: bool) -> Dual {
        let mut sum = Dual::constant(0.0);
        for b in &self.template.branches {
            let (from, to) = (b.from as usize, b.to as usize);
            let is_charge = match b.kind {
                BranchKind::Charge => true,
                BranchKind::Current | BranchKind::Resistor => false,
                BranchKind::Capacitance => continue,
            };
            if is_charge != charge || (from != node && to != node) {
                continue;
            }
            let mut value = self.value(b.value);
            if b.kind == BranchKind::Resistor {
                let drop = self.nodes[from].plus(self.nodes[to], -1.0);
                let (v, r) = (self.drop.unwrap_or(drop.value), value.value);
                value = drop.of(value, v / r, [1.0 / r, -v / r / r]);
            }
            sum = sum.plus(value, if from == node { 1.0 } else { -1.0 });
        }
        sum
    }

    /// The current that the branches besides the resistor take out of a node.
    fn taken(&mut self, node: usize) -> f64 {
        let mut sum = 0.0;
        for b in &self.template.branches {
            if b.kind == BranchKind::Current {
                let out = |n: u32| f64::from(u8::from(n as usize == node));
                sum += (out(b.from) - out(b.to)) * self.value(b.value).value;
            }
        }
        sum
    }

    fn place_inner(&mut self, volts: f64) -> f64 {
        self.nodes[2] = Dual::seed(volts, INNER);
        // The unknown depends on parameters and temperature only, and stays.
        self.forget();
        self.sum(2, false).value
    }
}

/// Evaluates a template of two pins and one inner node behind a resistor at pin 0.
pub(crate) fn evaluate(
    template: &TemplateIr,
    nominal: f64,
    parameters: &[f64],
    volts: f64,
    kelvin: f64,
) -> Reference {
    assert!(parameters.len() <= TEMPERATURE && template.solves.len() <= 1);
    let parameters: Vec<Dual> =
        parameters.iter().enumerate().map(|(i, v)| Dual::seed(*v, i)).collect();
    let pins = [Dual::seed(volts, PIN), Dual::seed(0.0, PIN + 1)];
    let mut walk = Walk {
        template,
        parameters: &parameters,
        nodes: [pins[0], pins[1], pins[0]],
        kelvin: Dual::seed(kelvin, TEMPERATURE),
        nominal,
        unknown: None,
        drop: None,
        known: Vec::new(),
    };
    walk.solve();
    let resistor = template.branches.iter().find(|b| b.kind == BranchKind::Resistor);
    let resistor = resistor.expect("the template has a resistor");
    if walk.value(resistor.value).value == 0.0 {
        // A little resistance takes its drop from the inner node.
        let resistance = walk.value(resistor.value);
        let (current, charge) = (joined(&mut walk, false), joined(&mut walk, true));
        let behind = |of: Dual| {
            let slope = -current.value * of.by[PIN];
            of.of(resistance, of.value, [1.0, slope])
        };
        return Reference { current: behind(current), charge: behind(charge) };
    }
    let (mut low, mut high) = (volts.min(0.0), volts.max(0.0));
    for _ in 0..BISECTIONS {
        let middle = low + 0.5 * (high - low);
        if middle <= low || middle >= high {
            break;
        }
        // Far above the root the exponential overflows, and high injection divides infinities.
        let sum = walk.place_inner(middle);
        if sum > 0.0 || sum.is_nan() { high = middle } else { low = middle }
    }
    walk.place_inner(low);
    let resistance = walk.value(resistor.value).value;
    let along = if resistor.from == 0 { 1.0 } else { -1.0 };
    walk.drop = Some(along * resistance * walk.taken(2));
    let balance = walk.sum(2, false);
    let slope = balance.by[INNER];
    let step = -balance.value / slope;
    let mut inner = Dual::constant(low + step);
    for (slot, x) in inner.by.iter_mut().zip(balance.by).take(INNER) {
        *slot = -x / slope;
    }
    let mut current = walk.sum(0, false);
    current.value += current.by[INNER] * step;
    let mut charge = walk.sum(2, true);
    charge.value += charge.by[INNER] * step;
    Reference { current: current.eliminate(INNER, &inner), charge: charge.eliminate(INNER, &inner) }
}

/// Sums at the first pin where the inner node is one with it: the resistor carries what the
/// rest takes.
fn joined(walk: &mut Walk<'_>, charge: bool) -> Dual {
    let mut sum = Dual::constant(0.0);
    for b in &walk.template.branches {
        let wanted = if charge { BranchKind::Charge } else { BranchKind::Current };
        if b.kind == wanted {
            let value = walk.value(b.value);
            let out = |n: u32| n == 0 || n == 2;
            let factor = f64::from(u8::from(out(b.from))) - f64::from(u8::from(out(b.to)));
            sum = sum.plus(value, factor);
        }
    }
    sum
}

/// A function of one argument and its slope.
fn unary(op: Unary, x: f64) -> (f64, f64) {
    match op {
        Unary::Negate => (-x, -1.0),
        Unary::Absolute => (x.abs(), x.signum()),
        Unary::SquareRoot => (x.sqrt(), 0.5 / x.sqrt()),
        Unary::Exponential => (x.exp(), x.exp()),
        Unary::ExponentialMinusOne => (x.exp_m1(), x.exp()),
        Unary::LimitedExponential if x > 80.0 => (80f64.exp() * (x - 79.0), 80f64.exp()),
        Unary::LimitedExponential => (x.exp(), x.exp()),
        Unary::Logarithm => (x.ln(), 1.0 / x),
        Unary::LogarithmOnePlus => (x.ln_1p(), 1.0 / (1.0 + x)),
        Unary::Tanh => (x.tanh(), 1.0 - x.tanh().powi(2)),
        Unary::Sinh => (x.sinh(), x.cosh()),
        Unary::Cosh => (x.cosh(), x.sinh()),
        Unary::ArcTangent => (x.atan(), 1.0 / (1.0 + x * x)),
        Unary::Sine => (x.sin(), x.cos()),
        Unary::Cosine => (x.cos(), -x.sin()),
        Unary::Softplus => (x.max(0.0) + (-x.abs()).exp().ln_1p(), 1.0 / (1.0 + (-x).exp())),
        Unary::Sign => (if x == 0.0 { 0.0 } else { x.signum() }, 0.0),
        Unary::Not => (f64::from(u8::from(x == 0.0)), 0.0),
    }
}
