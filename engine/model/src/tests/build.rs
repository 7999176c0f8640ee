//! Templates and quantities written by hand.

use espice_base::Span;
use espice_lang::ir::{
    Binary, BranchIr, BranchKind, Comparison, DriveIr, DriveTarget, ExprId, Graph, Leaf, Node,
    ParameterIr, ParameterScale, PhysicalConstant, QuantityIr, SolveIr, TemplateIr, Unary,
};
use espice_units::{Dimension, parse_unit};

/// Makes nodes of a graph; dimensions do not matter here.
#[derive(Default)]
pub(super) struct Make {
    pub(super) graph: Graph,
}

impl Make {
    fn node(&mut self, node: Node) -> ExprId {
        self.graph.add(node, Dimension::NONE, Span::default())
    }
    pub(super) fn leaf(&mut self, leaf: Leaf) -> ExprId {
        self.node(Node::Leaf(leaf))
    }
    pub(super) fn c(&mut self, x: f64) -> ExprId {
        self.leaf(Leaf::Constant(x.to_bits()))
    }
    pub(super) fn p(&mut self, i: u32) -> ExprId {
        self.leaf(Leaf::Parameter(i))
    }
    pub(super) fn v(&mut self, a: u32, b: u32) -> ExprId {
        self.leaf(Leaf::Voltage(a, b))
    }
    pub(super) fn u(&mut self, op: Unary, a: ExprId) -> ExprId {
        self.node(Node::Unary(op, a))
    }
    pub(super) fn exp(&mut self, a: ExprId) -> ExprId {
        self.u(Unary::Exponential, a)
    }
    pub(super) fn ln(&mut self, a: ExprId) -> ExprId {
        self.u(Unary::Logarithm, a)
    }
    pub(super) fn neg(&mut self, a: ExprId) -> ExprId {
        self.u(Unary::Negate, a)
    }
    pub(super) fn b(&mut self, op: Binary, a: ExprId, b: ExprId) -> ExprId {
        self.node(Node::Binary(op, a, b))
    }
    pub(super) fn add(&mut self, a: ExprId, b: ExprId) -> ExprId {
        self.b(Binary::Add, a, b)
    }
    pub(super) fn sub(&mut self, a: ExprId, b: ExprId) -> ExprId {
        self.b(Binary::Subtract, a, b)
    }
    pub(super) fn mul(&mut self, a: ExprId, b: ExprId) -> ExprId {
        self.b(Binary::Multiply, a, b)
    }
    pub(super) fn div(&mut self, a: ExprId, b: ExprId) -> ExprId {
        self.b(Binary::Divide, a, b)
    }
    pub(super) fn pow(&mut self, a: ExprId, b: ExprId) -> ExprId {
        self.b(Binary::Power, a, b)
    }
    pub(super) fn lt(&mut self, a: ExprId, b: ExprId) -> ExprId {
        self.node(Node::Compare(Comparison::Less, a, b))
    }
    pub(super) fn le(&mut self, a: ExprId, b: ExprId) -> ExprId {
        self.node(Node::Compare(Comparison::LessEqual, a, b))
    }
    pub(super) fn and(&mut self, a: ExprId, b: ExprId) -> ExprId {
        self.b(Binary::And, a, b)
    }
    pub(super) fn choose(&mut self, c: ExprId, a: ExprId, b: ExprId) -> ExprId {
        self.node(Node::Select(c, a, b))
    }
    pub(super) fn kelvin(&mut self) -> ExprId {
        self.leaf(Leaf::Temperature)
    }
    pub(super) fn vt(&mut self) -> ExprId {
        let k = self.leaf(Leaf::Physical(PhysicalConstant::Boltzmann));
        let q = self.leaf(Leaf::Physical(PhysicalConstant::Charge));
        let t = self.kelvin();
        let kt = self.mul(k, t);
        self.div(kt, q)
    }
    /// is (exp(v / (n vt)) - 1)
    pub(super) fn junction(&mut self, is: ExprId, n: ExprId, v: ExprId) -> ExprId {
        let vt = self.vt();
        let scale = self.mul(n, vt);
        let x = self.div(v, scale);
        let e = self.exp(x);
        let one = self.c(1.0);
        let m = self.sub(e, one);
        self.mul(is, m)
    }

    pub(super) fn template(
        self,
        kind: &str,
        pins: &[&str],
        nodes: &[&str],
        parameters: &[(&str, f64)],
        branches: Vec<(BranchKind, u32, u32, ExprId)>,
        solves: Vec<(ExprId, ExprId, ExprId)>,
    ) -> TemplateIr {
        let strings = |list: &[&str]| list.iter().map(|s| (*s).to_string()).collect();
        TemplateIr {
            name: format!("test_{kind}"),
            pack: "test".into(),
            kind: kind.into(),
            doc: String::new(),
            pins: strings(pins),
            polarities: Vec::new(),
            simulator: None,
            nodes: strings(nodes),
            parameters: parameters
                .iter()
                .map(|&(name, default)| ParameterIr {
                    name: name.into(),
                    dimension: Dimension::NONE,
                    card_unit: parse_unit("1").expect("a unit"),
                    default,
                    low: f64::NEG_INFINITY,
                    high: f64::INFINITY,
                    scale: ParameterScale::Linear,
                    fixed: false,
                    instance: false,
                    because: String::new(),
                    span: Span::default(),
                })
                .collect(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            tables: Vec::new(),
            graph: self.graph,
            branches: branches
                .into_iter()
                .map(|(kind, from, to, value)| BranchIr {
                    kind,
                    from,
                    to,
                    value,
                    span: Span::default(),
                })
                .collect(),
            solves: solves
                .into_iter()
                .map(|(low, high, residual)| SolveIr {
                    name: "x".into(),
                    low,
                    high,
                    residual,
                    span: Span::default(),
                })
                .collect(),
            cards: Vec::new(),
            span: Span::default(),
        }
    }
}

/// Diode behind a series resistance with recombination: IS, N, RS, ISR, NR, and a charge.
pub(super) fn diode() -> TemplateIr {
    let mut m = Make::default();
    let v = m.v(2, 1);
    let [is, n, rs, isr, nr] = [0, 1, 2, 3, 4].map(|i| m.p(i));
    let ideal = m.junction(is, n, v);
    let recombination = m.junction(isr, nr, v);
    let id = m.add(ideal, recombination);
    let tt = m.c(5e-9);
    let q = m.mul(tt, id);
    m.template(
        "diode",
        &["a", "k"],
        &["j"],
        &[("IS", 2e-14), ("N", 1.05), ("RS", 3.5), ("ISR", 4e-12), ("NR", 2.0)],
        vec![
            (BranchKind::Resistor, 0, 2, rs),
            (BranchKind::Current, 2, 1, id),
            (BranchKind::Charge, 2, 1, q),
        ],
        Vec::new(),
    )
}

/// The diode of ngspice with temperature, high injection, breakdown from a `solve`, depletion
/// and diffusion charge: IS N RS IKF ISR NR CJO VJ M FC BV IBV NBV TT EG XTI.
pub(super) fn full_diode() -> TemplateIr {
    let mut m = Make::default();
    let names = [
        "IS", "N", "RS", "IKF", "ISR", "NR", "CJO", "VJ", "M", "FC", "BV", "IBV", "NBV", "TT",
        "EG", "XTI",
    ];
    let values = [
        1e-14, 1.1, 0.5, 0.05, 1e-11, 2.0, 4e-12, 0.7, 0.45, 0.5, 40.0, 1e-3, 1.3, 8e-9, 1.11, 3.0,
    ];
    let p: Vec<ExprId> = (0..names.len() as u32).map(|i| m.p(i)).collect();
    let [is, n, rs, ikf, isr, nr, cjo, vj, grading, fc, bv, ibv, nbv, tt, eg, xti] = p[..] else {
        panic!("sixteen")
    };
    let (vt, t) = (m.vt(), m.kelvin());
    let nominal = m.leaf(Leaf::NominalTemperature);
    let (zero, one) = (m.c(0.0), m.c(1.0));
    let tr = m.div(t, nominal);
    let vte = m.mul(n, vt);
    let vtr = m.mul(nr, vt);
    let vtb = m.mul(nbv, vt);
    let isat = {
        let warm = m.sub(tr, one);
        let gap = m.mul(warm, eg);
        let gap = m.div(gap, vte);
        let exponent = m.div(xti, n);
        let log = m.ln(tr);
        let power = m.mul(exponent, log);
        let sum = m.add(gap, power);
        let e = m.exp(sum);
        m.mul(is, e)
    };
    // Breakdown.
    let x = m.leaf(Leaf::Unknown(0));
    let limit = m.div(bv, vt);
    let limit = m.mul(isat, limit);
    let sharp = m.le(limit, ibv);
    let ratio = m.div(ibv, isat);
    let inside = m.add(one, ratio);
    let xv = m.div(x, vt);
    let inside = m.sub(inside, xv);
    let log = m.ln(inside);
    let log = m.mul(vtb, log);
    let matched = m.add(x, log);
    let side = m.choose(sharp, matched, x);
    let residual = m.sub(side, bv);
    // Current.
    let v = m.v(2, 1);
    let ideal = m.junction(isat, n, v);
    let vr = m.div(v, vtr);
    let er = m.exp(vr);
    let er = m.sub(er, one);
    let u = m.div(v, vj);
    let u = m.sub(one, u);
    let two = m.c(2.0);
    let square = m.pow(u, two);
    let small = m.c(0.005);
    let square = m.add(square, small);
    let half = m.div(grading, two);
    let width = m.pow(square, half);
    let recombination = m.mul(isr, er);
    let recombination = m.mul(recombination, width);
    let low = m.add(ideal, recombination);
    let s = m.div(low, ikf);
    let s = m.u(Unary::SquareRoot, s);
    let s = m.add(one, s);
    let high = m.div(low, s);
    let tiny = m.c(1e-18);
    let (has, more) = (m.lt(zero, ikf), m.lt(tiny, low));
    let both = m.and(has, more);
    let forward = m.choose(both, high, low);
    let three = m.c(3.0);
    let edge = m.mul(three, vte);
    let e1 = m.exp(one);
    let ve = m.mul(v, e1);
    let a = m.div(edge, ve);
    let a = m.pow(a, three);
    let a = m.add(one, a);
    let minus = m.neg(isat);
    let reverse = m.mul(minus, a);
    let beyond = m.add(x, v);
    let beyond = m.neg(beyond);
    let beyond = m.div(beyond, vtb);
    let e = m.exp(beyond);
    let broken = m.mul(minus, e);
    let has_bv = m.lt(zero, bv);
    let minus_x = m.neg(x);
    let past = m.lt(v, minus_x);
    let breaks = m.and(has_bv, past);
    let back = m.choose(breaks, broken, reverse);
    let edge = m.neg(edge);
    let is_forward = m.le(edge, v);
    let id = m.choose(is_forward, forward, back);
    // Charge.
    let arm = m.sub(one, grading);
    let left = m.pow(u, arm);
    let left = m.sub(one, left);
    let scale = m.mul(vj, cjo);
    let below = m.mul(scale, left);
    let below = m.div(below, arm);
    let wide = m.sub(one, fc);
    let f1 = m.pow(wide, arm);
    let f1 = m.sub(one, f1);
    let f1 = m.mul(vj, f1);
    let f1 = m.div(f1, arm);
    let plus = m.add(one, grading);
    let f2 = m.pow(wide, plus);
    let f3 = m.mul(fc, plus);
    let f3 = m.sub(one, f3);
    let dep = m.mul(fc, vj);
    let over = m.sub(v, dep);
    let linear = m.mul(f3, over);
    let (vv, dd) = (m.mul(v, v), m.mul(dep, dep));
    let quadratic = m.sub(vv, dd);
    let scale2 = m.mul(two, vj);
    let scale2 = m.div(grading, scale2);
    let quadratic = m.mul(scale2, quadratic);
    let upper = m.add(linear, quadratic);
    let upper = m.div(upper, f2);
    let upper = m.add(f1, upper);
    let above = m.mul(cjo, upper);
    let low_side = m.lt(v, dep);
    let stored = m.choose(low_side, below, above);
    let diffusion = m.mul(tt, id);
    let q = m.add(diffusion, stored);
    let parameters: Vec<(&str, f64)> = names.into_iter().zip(values).collect();
    m.template(
        "diode",
        &["a", "k"],
        &["j"],
        &parameters,
        vec![
            (BranchKind::Resistor, 0, 2, rs),
            (BranchKind::Current, 2, 1, id),
            (BranchKind::Charge, 2, 1, q),
        ],
        vec![(zero, bv, residual)],
    )
}

/// A transistor after Ebers and Moll with three series resistances: IS BF BR RC RB RE.
pub(super) fn bipolar() -> TemplateIr {
    let mut m = Make::default();
    let [is, bf, br, rc, rb, re] = [0, 1, 2, 3, 4, 5].map(|i| m.p(i));
    // Pins c b e, inner C B E.
    let (vbe, vbc) = (m.v(4, 5), m.v(4, 3));
    let one = m.c(1.0);
    let (forward, reverse) = (m.junction(is, one, vbe), m.junction(is, one, vbc));
    let transport = m.sub(forward, reverse);
    let (ibe, ibc) = (m.div(forward, bf), m.div(reverse, br));
    m.template(
        "bjt",
        &["c", "b", "e"],
        &["ci", "bi", "ei"],
        &[("IS", 1e-15), ("BF", 120.0), ("BR", 3.0), ("RC", 2.0), ("RB", 80.0), ("RE", 0.3)],
        vec![
            (BranchKind::Resistor, 0, 3, rc),
            (BranchKind::Resistor, 1, 4, rb),
            (BranchKind::Resistor, 2, 5, re),
            (BranchKind::Current, 3, 5, transport),
            (BranchKind::Current, 4, 5, ibe),
            (BranchKind::Current, 4, 3, ibc),
        ],
        Vec::new(),
    )
}

/// A softplus square law with a `solve` at every point for a saturation voltage:
/// VTO KP THETA LAMBDA.
pub(super) fn mosfet() -> TemplateIr {
    let mut m = Make::default();
    let [vto, kp, theta, lambda] = [0, 1, 2, 3].map(|i| m.p(i));
    let (vgs, vds) = (m.v(1, 2), m.v(0, 2));
    let over = m.sub(vgs, vto);
    let nv = m.c(0.04);
    let x = m.div(over, nv);
    let soft = m.u(Unary::Softplus, x);
    let vov = m.mul(nv, soft);
    // vdsat (1 + theta vdsat) == vov
    let s = m.leaf(Leaf::Unknown(0));
    let one = m.c(1.0);
    let ts = m.mul(theta, s);
    let slow = m.add(one, ts);
    let slow = m.mul(s, slow);
    let residual = m.sub(slow, vov);
    let ratio = m.div(vds, s);
    let t = m.u(Unary::Tanh, ratio);
    let early = m.mul(lambda, vds);
    let early = m.add(one, early);
    let gain = m.mul(kp, vov);
    let id = m.mul(gain, s);
    let id = m.mul(id, t);
    let id = m.mul(id, early);
    let cap = m.c(1e-12);
    let vgd = m.v(1, 0);
    let qgs = m.mul(cap, vov);
    let qgd = m.mul(cap, vgd);
    let (zero, high) = (m.c(0.0), m.c(100.0));
    m.template(
        "mosfet",
        &["d", "g", "s"],
        &[],
        &[("VTO", 1.2), ("KP", 0.5), ("THETA", 0.2), ("LAMBDA", 0.02)],
        vec![
            (BranchKind::Current, 0, 2, id),
            (BranchKind::Charge, 1, 2, qgs),
            (BranchKind::Charge, 1, 0, qgd),
        ],
        vec![(zero, high, residual)],
    )
}

/// A quantity of a kind: symbol, arguments, drives with a sign on the argument, and a value.
pub(super) fn quantity(
    kind: &str,
    symbol: &str,
    drives: &[(DriveTarget, f64)],
    value: impl FnOnce(&mut Make) -> ExprId,
) -> QuantityIr {
    let mut m = Make::default();
    let drives: Vec<DriveIr> = drives
        .iter()
        .enumerate()
        .map(|(i, &(target, sign))| {
            let argument = m.leaf(Leaf::Argument(i as u32));
            let value = if sign < 0.0 { m.neg(argument) } else { argument };
            DriveIr { target, value }
        })
        .collect();
    let value = value(&mut m);
    QuantityIr {
        kind: kind.into(),
        symbol: symbol.into(),
        dimension: Dimension::NONE,
        arguments: (0..drives.len()).map(|i| format!("x{i}")).collect(),
        argument_dimensions: vec![Dimension::NONE; drives.len()],
        defaults: Vec::new(),
        graph: m.graph,
        value,
        drives,
        span: Span::default(),
    }
}
