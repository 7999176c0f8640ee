//! The models that the benchmarks run, as templates built by hand and as plain Rust.

pub mod mosfet;

use espice_base::Span;
use espice_lang::ir::{
    Binary, BranchIr, BranchKind, ExprId, Graph, Leaf, Node, ParameterIr, ParameterScale,
    PhysicalConstant, TemplateIr, Unary,
};
use espice_units::constants::SPICE39;
use espice_units::{Dimension, parse_unit};

/// Thermal voltage of all benchmarks, V.
pub const VT: f64 = 0.025852;
/// IS, N, RS, ISR, NR.
pub const PARAMETERS: [f64; 5] = [2.0e-14, 1.05, 3.5, 4.0e-12, 2.0];

/// The temperature with that thermal voltage, K.
pub fn kelvin() -> f64 {
    VT * SPICE39.q / SPICE39.k
}

/// 200 forward voltages.
pub fn volts() -> Vec<f64> {
    (0..200).map(|i| 0.2 + 0.005 * f64::from(i)).collect()
}

/// A diode with recombination behind a series resistance.
pub fn template() -> TemplateIr {
    let mut graph = Graph::default();
    let mut add = |node| graph.add(node, Dimension::NONE, Span::default());
    let parameters = [0, 1, 2, 3, 4].map(|p| add(Node::Leaf(Leaf::Parameter(p))));
    let [is, n, rs, isr, nr] = parameters;
    let k = add(Node::Leaf(Leaf::Physical(PhysicalConstant::Boltzmann)));
    let q = add(Node::Leaf(Leaf::Physical(PhysicalConstant::Charge)));
    let t = add(Node::Leaf(Leaf::Temperature));
    let kt = add(Node::Binary(Binary::Multiply, k, t));
    let vt = add(Node::Binary(Binary::Divide, kt, q));
    let v = add(Node::Leaf(Leaf::Voltage(2, 1)));
    let one = add(Node::Leaf(Leaf::Constant(1f64.to_bits())));
    let mut junction = |is: ExprId, n: ExprId| {
        let scale = add(Node::Binary(Binary::Multiply, n, vt));
        let x = add(Node::Binary(Binary::Divide, v, scale));
        let e = add(Node::Unary(Unary::Exponential, x));
        let m = add(Node::Binary(Binary::Subtract, e, one));
        add(Node::Binary(Binary::Multiply, is, m))
    };
    let (ideal, recombination) = (junction(is, n), junction(isr, nr));
    let id = add(Node::Binary(Binary::Add, ideal, recombination));
    let branch = |kind, from, to, value| BranchIr { kind, from, to, value, span: Span::default() };
    TemplateIr {
        name: "diode".into(),
        pack: "bench".into(),
        kind: "diode".into(),
        doc: String::new(),
        polarities: Vec::new(),
        simulator: None,
        pins: vec!["a".into(), "k".into()],
        nodes: vec!["j".into()],
        parameters: ["IS", "N", "RS", "ISR", "NR"]
            .into_iter()
            .zip(PARAMETERS)
            .map(|(name, default)| ParameterIr {
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
        tables: Vec::new(),
        graph,
        branches: vec![
            branch(BranchKind::Resistor, 0, 2, rs),
            branch(BranchKind::Current, 2, 1, id),
        ],
        solves: Vec::new(),
        inputs: Vec::new(),
        outputs: Vec::new(),
        cards: Vec::new(),
        span: Span::default(),
    }
}

/// The same equations as an engineer writes them in Rust: value and five derivatives a point,
/// `out` row by row.
pub fn by_hand(p: &[f64; 5], volts: &[f64], out: &mut [f64]) {
    let &[is, n, rs, isr, nr] = p;
    let (a, b) = (1.0 / (n * VT), 1.0 / (nr * VT));
    for (&v, row) in volts.iter().zip(out.chunks_exact_mut(6)) {
        let mut x = v.min(n.max(nr) * VT * (v.max(0.0) / (rs * is)).ln_1p());
        for _ in 0..60 {
            let (e1, e2) = ((x * a).exp(), (x * b).exp());
            let id = is * (e1 - 1.0) + isr * (e2 - 1.0);
            let gd = is * e1 * a + isr * e2 * b;
            let step = (x + rs * id - v) / (1.0 + rs * gd);
            x -= step;
            if step.abs() < 1e-9 {
                break;
            }
        }
        let (e1, e2) = ((x * a).exp(), (x * b).exp());
        let id = is * (e1 - 1.0) + isr * (e2 - 1.0);
        let gd = is * e1 * a + isr * e2 * b;
        let w = 1.0 / (1.0 + rs * gd);
        row.copy_from_slice(&[
            id,
            (e1 - 1.0) * w,
            -is * e1 * x / (n * n * VT) * w,
            -gd * id * w,
            (e2 - 1.0) * w,
            -isr * e2 * x / (nr * nr * VT) * w,
        ]);
    }
}
