//! A slow walk through a template's graph with forward dual numbers of twice the digits: only
//! the arm that holds is taken, and nothing is shared with the evaluator.

use super::double::Double;
use espice_lang::ir::{Binary, Comparison, ExprId, Graph, Leaf, Node, PhysicalConstant, Unary};
use espice_units::constants::SPICE39;
use std::rc::Rc;

/// A value with its derivatives by some variables.
#[derive(Clone, Debug)]
pub(super) struct Dual {
    pub(super) value: Double,
    pub(super) by: Vec<Double>,
}

impl Dual {
    pub(super) fn constant(value: Double, width: usize) -> Dual {
        Dual { value, by: vec![Double::default(); width] }
    }

    /// A variable; one beyond the width is a constant.
    pub(super) fn seed(value: Double, width: usize, place: usize) -> Dual {
        let mut dual = Dual::constant(value, width);
        if let Some(slot) = dual.by.get_mut(place) {
            *slot = Double::ONE;
        }
        dual
    }

    fn along(&self, value: Double, slope: Double) -> Dual {
        // What does not depend on a variable stays so, however steep the function is.
        let by = self.by.iter().map(|x| if x.is_zero() { *x } else { slope * *x }).collect();
        Dual { value, by }
    }

    /// A function with this value and these slopes by its two arguments.
    pub(super) fn of(&self, other: &Dual, value: Double, [a, b]: [Double; 2]) -> Dual {
        let by = self.by.iter().zip(&other.by).map(|(x, y)| match (x.is_zero(), y.is_zero()) {
            (true, true) => *x,
            (false, true) => a * *x,
            (true, false) => b * *y,
            (false, false) => a * *x + b * *y,
        });
        Dual { value, by: by.collect() }
    }

    pub(super) fn minus(&self, other: &Dual) -> Dual {
        self.of(other, self.value - other.value, [Double::ONE, -Double::ONE])
    }

    pub(super) fn plus(&self, other: &Dual) -> Dual {
        self.of(other, self.value + other.value, [Double::ONE, Double::ONE])
    }

    pub(super) fn times(&self, other: &Dual) -> Dual {
        self.of(other, self.value * other.value, [other.value, self.value])
    }
}

/// Where a graph is evaluated; remembers what it has evaluated.
pub(super) struct Walk<'a> {
    pub(super) graph: &'a Graph,
    pub(super) parameters: &'a [Dual],
    pub(super) nodes: &'a [Dual],
    pub(super) kelvin: &'a Dual,
    pub(super) nominal: f64,
    pub(super) mirror: f64,
    pub(super) unknowns: &'a [Dual],
    known: Vec<Option<Rc<Dual>>>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(graph: &'a Graph, kelvin: &'a Dual, [nominal, mirror]: [f64; 2]) -> Self {
        Walk {
            graph,
            parameters: &[],
            nodes: &[],
            kelvin,
            nominal,
            mirror,
            unknowns: &[],
            known: vec![None; graph.len()],
        }
    }

    pub(super) fn value(&mut self, id: ExprId) -> Rc<Dual> {
        if let Some(known) = &self.known[id.0 as usize] {
            return Rc::clone(known);
        }
        let found = match self.graph.node(id) {
            Node::Leaf(leaf) => Rc::new(self.leaf(leaf)),
            Node::Unary(op, a) => {
                let a = self.value(a);
                let (value, slope) = unary(op, a.value);
                Rc::new(a.along(value, slope))
            }
            Node::Binary(op, a, b) => {
                let (a, b) = (self.value(a), self.value(b));
                match op {
                    Binary::Minimum => {
                        if b.value.near() < a.value.near() {
                            b
                        } else {
                            a
                        }
                    }
                    Binary::Maximum => {
                        if b.value.near() > a.value.near() {
                            b
                        } else {
                            a
                        }
                    }
                    _ => Rc::new(self.binary(op, &a, &b)),
                }
            }
            Node::Compare(op, a, b) => {
                let apart = (self.value(a).value - self.value(b).value).hi;
                Rc::new(self.truth(match op {
                    Comparison::Less => apart < 0.0,
                    Comparison::LessEqual => apart <= 0.0,
                    Comparison::Equal => apart == 0.0,
                }))
            }
            Node::Select(condition, a, b) => {
                let holds = !self.value(condition).value.is_zero();
                self.value(if holds { a } else { b })
            }
        };
        self.known[id.0 as usize] = Some(Rc::clone(&found));
        found
    }

    fn constant(&self, value: f64) -> Dual {
        Dual::constant(Double::from(value), self.kelvin.by.len())
    }

    fn truth(&self, holds: bool) -> Dual {
        self.constant(f64::from(u8::from(holds)))
    }

    fn binary(&self, op: Binary, a: &Dual, b: &Dual) -> Dual {
        let (x, y) = (a.value, b.value);
        match op {
            Binary::Add => a.plus(b),
            Binary::Subtract => a.minus(b),
            Binary::Multiply => a.times(b),
            Binary::Divide => {
                let quotient = x / y;
                a.of(b, quotient, [Double::ONE / y, -quotient / y])
            }
            Binary::Power => {
                let power = x.pow(y);
                // The exponents of roots of zero are numbers, and their logarithm is not asked.
                let by_exponent = if x.hi > 0.0 { power * x.ln() } else { Double::default() };
                a.of(b, power, [y * x.pow(y - Double::ONE), by_exponent])
            }
            Binary::And => self.truth(!x.is_zero() && !y.is_zero()),
            Binary::Or => self.truth(!x.is_zero() || !y.is_zero()),
            Binary::Minimum | Binary::Maximum => unreachable!("taken where both are shared"),
        }
    }

    fn leaf(&self, leaf: Leaf) -> Dual {
        match leaf {
            Leaf::Constant(bits) => self.constant(f64::from_bits(bits)),
            Leaf::Physical(PhysicalConstant::Boltzmann) => self.constant(SPICE39.k),
            Leaf::Physical(PhysicalConstant::Charge) => self.constant(SPICE39.q),
            Leaf::Physical(PhysicalConstant::Permittivity) => self.constant(SPICE39.eps0),
            Leaf::Parameter(p) => self.parameters[p as usize].clone(),
            Leaf::Voltage(a, b) => self.nodes[a as usize].minus(&self.nodes[b as usize]),
            Leaf::Temperature => self.kelvin.clone(),
            Leaf::NominalTemperature => self.constant(self.nominal),
            Leaf::Mirror => self.constant(self.mirror),
            Leaf::Unknown(k) => self.unknowns[k as usize].clone(),
            other => panic!("{other:?} is not for templates"),
        }
    }
}

/// A function of one argument and its slope.
fn unary(op: Unary, x: Double) -> (Double, Double) {
    let one = Double::ONE;
    match op {
        Unary::Negate => (-x, -one),
        Unary::Absolute => (x.abs(), Double::from(x.hi.signum())),
        Unary::SquareRoot => (x.sqrt(), Double::from(0.5) / x.sqrt()),
        Unary::LimitedExponential if x.hi > 80.0 => {
            let slope = Double::from(80.0).exp();
            (slope * (x - Double::from(79.0)), slope)
        }
        Unary::Exponential | Unary::LimitedExponential => (x.exp(), x.exp()),
        Unary::ExponentialMinusOne => (x.exp_m1(), x.exp()),
        Unary::Logarithm => (x.ln(), one / x),
        Unary::LogarithmOnePlus => (x.ln_1p(), one / (one + x)),
        Unary::Tanh => (x.tanh(), one - x.tanh() * x.tanh()),
        Unary::Sinh => {
            ((x.exp() - (-x).exp()) / Double::from(2.0), (x.exp() + (-x).exp()) / Double::from(2.0))
        }
        Unary::Cosh => {
            ((x.exp() + (-x).exp()) / Double::from(2.0), (x.exp() - (-x).exp()) / Double::from(2.0))
        }
        Unary::ArcTangent => (x.atan(), one / (one + x * x)),
        Unary::Sine => (x.sin_cos().0, x.sin_cos().1),
        Unary::Cosine => (x.sin_cos().1, -x.sin_cos().0),
        Unary::Softplus => {
            let tail = (-x.abs()).exp();
            let above = if x.hi > 0.0 { x } else { Double::default() };
            let slope = if x.hi > 0.0 { one / (one + tail) } else { tail / (one + tail) };
            (above + tail.ln_1p(), slope)
        }
        Unary::Sign => {
            (Double::from(if x.is_zero() { 0.0 } else { x.hi.signum() }), Double::default())
        }
        Unary::Not => (Double::from(f64::from(u8::from(x.is_zero()))), Double::default()),
    }
}
