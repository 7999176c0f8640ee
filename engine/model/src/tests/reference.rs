//! A slow evaluator that shares nothing with the fast one: it walks the typed graph with dual
//! numbers and the platform's functions, takes only the arm that holds, finds inner potentials
//! by bisection and applies the implicit function theorem to the duals.

use espice_lang::ir::{
    Binary, BranchKind, Comparison, ExprId, Graph, Leaf, Node, PhysicalConstant, TemplateIr, Unary,
};
use espice_units::constants::SPICE39;
use nalgebra::{DMatrix, DVector};

/// A value with its derivatives by everything that is seeded.
#[derive(Clone, Debug)]
pub(super) struct Dual {
    pub(super) v: f64,
    pub(super) d: Vec<f64>,
}

impl Dual {
    fn map(&self, v: f64, slope: f64) -> Dual {
        Dual { v, d: self.d.iter().map(|x| if *x == 0.0 { 0.0 } else { x * slope }).collect() }
    }

    fn zip(&self, o: &Dual, v: f64, a: f64, b: f64) -> Dual {
        Dual { v, d: self.d.iter().zip(&o.d).map(|(x, y)| x * a + y * b).collect() }
    }
}

/// Where a graph is evaluated.
pub(super) struct Place<'a> {
    pub(super) parameters: &'a [Dual],
    pub(super) nodes: &'a [Dual],
    pub(super) kelvin: &'a Dual,
    pub(super) unknowns: &'a [Dual],
}

pub(super) fn walk(graph: &Graph, id: ExprId, at: &Place<'_>) -> Dual {
    let constant = |v: f64| Dual { v, d: vec![0.0; at.kelvin.d.len()] };
    match graph.node(id) {
        Node::Leaf(leaf) => match leaf {
            Leaf::Constant(bits) => constant(f64::from_bits(bits)),
            Leaf::Physical(PhysicalConstant::Boltzmann) => constant(SPICE39.k),
            Leaf::Physical(PhysicalConstant::Charge) => constant(SPICE39.q),
            Leaf::Physical(PhysicalConstant::Permittivity) => constant(SPICE39.eps0),
            Leaf::Parameter(p) => at.parameters[p as usize].clone(),
            Leaf::Voltage(a, b) => {
                let (a, b) = (&at.nodes[a as usize], &at.nodes[b as usize]);
                a.zip(b, a.v - b.v, 1.0, -1.0)
            }
            Leaf::Temperature => at.kelvin.clone(),
            Leaf::NominalTemperature => constant(300.15),
            Leaf::Unknown(k) => at.unknowns[k as usize].clone(),
            other => panic!("{other:?}"),
        },
        Node::Unary(op, a) => {
            let a = walk(graph, a, at);
            let x = a.v;
            let (v, slope) = match op {
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
                Unary::Softplus => {
                    (x.max(0.0) + (-x.abs()).exp().ln_1p(), 1.0 / (1.0 + (-x).exp()))
                }
                Unary::Sign => (if x == 0.0 { 0.0 } else { x.signum() }, 0.0),
                Unary::Not => (f64::from(u8::from(x == 0.0)), 0.0),
            };
            a.map(v, slope)
        }
        Node::Binary(op, a, b) => {
            let (a, b) = (walk(graph, a, at), walk(graph, b, at));
            let (x, y) = (a.v, b.v);
            match op {
                Binary::Add => a.zip(&b, x + y, 1.0, 1.0),
                Binary::Subtract => a.zip(&b, x - y, 1.0, -1.0),
                Binary::Multiply => a.zip(&b, x * y, y, x),
                Binary::Divide => a.zip(&b, x / y, 1.0 / y, -x / (y * y)),
                Binary::Power => {
                    let p = x.powf(y);
                    let by_exponent = if b.d.iter().all(|d| *d == 0.0) { 0.0 } else { p * x.ln() };
                    a.zip(&b, p, y * x.powf(y - 1.0), by_exponent)
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
                Binary::And => constant(f64::from(u8::from(x != 0.0 && y != 0.0))),
                Binary::Or => constant(f64::from(u8::from(x != 0.0 || y != 0.0))),
            }
        }
        Node::Compare(op, a, b) => {
            let (x, y) = (walk(graph, a, at).v, walk(graph, b, at).v);
            constant(f64::from(u8::from(match op {
                Comparison::Less => x < y,
                Comparison::LessEqual => x <= y,
                Comparison::Equal => x == y,
            })))
        }
        Node::Select(c, a, b) => {
            let taken = if walk(graph, c, at).v != 0.0 { a } else { b };
            walk(graph, taken, at)
        }
    }
}

/// Currents and charges at the pins with derivatives by parameters, then temperature, then pin
/// potentials; inner potentials eliminated.
pub(super) struct Reference {
    pub(super) currents: Vec<Dual>,
    pub(super) charges: Vec<Dual>,
}

/// Sums over branches of one kind by node; resistors of zero must not occur.
fn sums(t: &TemplateIr, at: &Place<'_>, charge: bool) -> Vec<Dual> {
    let zero = Dual { v: 0.0, d: vec![0.0; at.kelvin.d.len()] };
    let mut sums = vec![zero; at.nodes.len()];
    for b in &t.branches {
        if b.kind == BranchKind::Capacitance || (b.kind == BranchKind::Charge) != charge {
            continue;
        }
        let mut value = walk(&t.graph, b.value, at);
        if b.kind == BranchKind::Resistor {
            let (x, y) = (&at.nodes[b.from as usize], &at.nodes[b.to as usize]);
            let drop = x.zip(y, x.v - y.v, 1.0, -1.0);
            value = drop.zip(&value, drop.v / value.v, 1.0 / value.v, -drop.v / value.v.powi(2));
        }
        let (f, to) = (b.from as usize, b.to as usize);
        sums[f] = sums[f].zip(&value, sums[f].v + value.v, 1.0, 1.0);
        sums[to] = sums[to].zip(&value, sums[to].v - value.v, 1.0, -1.0);
    }
    sums
}

/// The unknowns of `solve` by bisection, with their derivatives.
fn unknowns(t: &TemplateIr, parameters: &[Dual], nodes: &[Dual], kelvin: &Dual) -> Vec<Dual> {
    let mut found: Vec<Dual> = Vec::new();
    for (k, s) in t.solves.iter().enumerate() {
        let width = kelvin.d.len();
        let residual = |x: f64, wide: bool| {
            // One more direction, for the unknown itself.
            let stretch = |d: &Dual, own: f64| {
                let mut d = d.clone();
                if wide {
                    d.d.push(own);
                }
                d
            };
            let parameters: Vec<Dual> = parameters.iter().map(|d| stretch(d, 0.0)).collect();
            let nodes: Vec<Dual> = nodes.iter().map(|d| stretch(d, 0.0)).collect();
            let mut unknowns: Vec<Dual> = found.iter().map(|d| stretch(d, 0.0)).collect();
            unknowns.push(stretch(&Dual { v: x, d: vec![0.0; width] }, 1.0));
            let kelvin = stretch(kelvin, 0.0);
            let at = Place {
                parameters: &parameters,
                nodes: &nodes,
                kelvin: &kelvin,
                unknowns: &unknowns,
            };
            walk(&t.graph, s.residual, &at)
        };
        let at = Place { parameters, nodes, kelvin, unknowns: &found };
        let (mut low, mut high) = (walk(&t.graph, s.low, &at).v, walk(&t.graph, s.high, &at).v);
        let sign = residual(low, false).v;
        if sign == 0.0 {
            high = low;
        }
        for _ in 0..200 {
            let middle = 0.5 * (low + high);
            let r = residual(middle, false).v;
            if r * sign > 0.0 { low = middle } else { high = middle }
        }
        let x = 0.5 * (low + high);
        let r = residual(x, true);
        let slope = r.d[width];
        let d = r.d[..width].iter().map(|p| -p / slope).collect();
        assert_eq!(found.len(), k);
        found.push(Dual { v: x, d });
    }
    found
}

/// Evaluates at one point. `inner` gives the inner potentials when there is more than one.
pub(super) fn evaluate(
    t: &TemplateIr,
    parameters: &[f64],
    volts: &[f64],
    kelvin: f64,
    inner: Option<&[f64]>,
) -> Reference {
    let (np, pins, nodes) = (parameters.len(), t.pins.len(), t.nodes.len());
    let seeds = np + 1 + pins + nodes;
    let seed = |v: f64, at: Option<usize>| {
        let mut d = vec![0.0; at.map_or(0, |_| seeds)];
        if let Some(i) = at {
            d[i] = 1.0;
        }
        Dual { v, d }
    };
    let inner: Vec<f64> = match inner {
        Some(known) => known.to_vec(),
        None if nodes == 0 => Vec::new(),
        None => {
            assert_eq!(nodes, 1);
            let p: Vec<Dual> = parameters.iter().map(|&v| seed(v, None)).collect();
            let k = seed(kelvin, None);
            // Templates of the tests with an inner node have `solve`s of parameters only.
            let n: Vec<Dual> = volts.iter().chain([&0.0]).map(|&v| seed(v, None)).collect();
            let u = unknowns(t, &p, &n, &k);
            let balance = |x: f64| {
                let n: Vec<Dual> = volts.iter().chain([&x]).map(|&v| seed(v, None)).collect();
                sums(t, &Place { parameters: &p, nodes: &n, kelvin: &k, unknowns: &u }, false)[pins]
                    .v
            };
            let low = volts.iter().copied().fold(f64::INFINITY, f64::min);
            let high = volts.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let (mut low, mut high) = (low, high);
            for _ in 0..200 {
                let middle = 0.5 * (low + high);
                if balance(middle) > 0.0 { high = middle } else { low = middle }
            }
            vec![0.5 * (low + high)]
        }
    };
    let p: Vec<Dual> = parameters.iter().enumerate().map(|(i, &v)| seed(v, Some(i))).collect();
    let k = seed(kelvin, Some(np));
    let n: Vec<Dual> =
        volts.iter().chain(&inner).enumerate().map(|(i, &v)| seed(v, Some(np + 1 + i))).collect();
    let u = unknowns(t, &p, &n, &k);
    let at = Place { parameters: &p, nodes: &n, kelvin: &k, unknowns: &u };
    let (mut currents, mut charges) = (sums(t, &at, false), sums(t, &at, true));
    // All charge of inner nodes counts for the first pin: templates of the tests say so.
    for j in pins..pins + nodes {
        let q = charges[j].clone();
        charges[0] = charges[0].zip(&q, charges[0].v + q.v, 1.0, 1.0);
    }
    let outer = np + 1 + pins;
    let jacobian = DMatrix::from_fn(nodes, nodes, |i, j| currents[pins + i].d[outer + j]);
    let right = DMatrix::from_fn(nodes, outer, |i, j| -currents[pins + i].d[j]);
    let by = if nodes == 0 { right } else { jacobian.clone().lu().solve(&right).expect("regular") };
    let residual = DVector::from_fn(nodes, |i, _| -currents[pins + i].v);
    let polish =
        if nodes == 0 { residual } else { jacobian.lu().solve(&residual).expect("regular") };
    for value in currents.iter_mut().chain(&mut charges) {
        for j in 0..nodes {
            value.v += value.d[outer + j] * polish[j];
        }
        value.d = (0..outer)
            .map(|i| value.d[i] + (0..nodes).map(|j| value.d[outer + j] * by[(j, i)]).sum::<f64>())
            .collect();
    }
    currents.truncate(pins);
    charges.truncate(pins);
    Reference { currents, charges }
}
