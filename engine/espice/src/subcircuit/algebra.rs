//! Expressions with what is known of their values: the graph keeps every operation for the
//! evaluator, and beside it stands the number of those that depend on nothing.

use espice_base::Span;
use espice_lang::ir::{Binary, Comparison, ExprId, Graph, Leaf, Node, Unary};
use espice_units::Dimension;

/// A node of the graph and its number, where it is one whatever bias and temperature are.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Val {
    pub(super) id: ExprId,
    pub(super) known: Option<f64>,
}

/// A graph that is being written.
#[derive(Debug, Default)]
pub(super) struct Algebra {
    pub(super) graph: Graph,
}

impl Algebra {
    pub(super) fn node(&mut self, node: Node, known: Option<f64>) -> Val {
        Val { id: self.graph.add(node, Dimension::NONE, Span::default()), known }
    }

    pub(super) fn constant(&mut self, value: f64) -> Val {
        self.node(Node::Leaf(Leaf::Constant(value.to_bits())), Some(value))
    }

    pub(super) fn unary(&mut self, op: Unary, a: Val) -> Val {
        self.node(Node::Unary(op, a.id), a.known.map(|x| unary(op, x)))
    }

    pub(super) fn binary(&mut self, op: Binary, a: Val, b: Val) -> Val {
        match (op, a.known, b.known) {
            (Binary::Add, Some(0.0), _) => return b,
            (Binary::Add | Binary::Subtract, _, Some(0.0)) => return a,
            (Binary::Multiply, Some(1.0), _) => return b,
            (Binary::Multiply | Binary::Divide, _, Some(1.0)) => return a,
            _ => {}
        }
        self.node(Node::Binary(op, a.id, b.id), binary(op, a.known, b.known))
    }

    pub(super) fn compare(&mut self, op: Comparison, a: Val, b: Val) -> Val {
        self.node(Node::Compare(op, a.id, b.id), compare(op, a.known, b.known))
    }

    pub(super) fn select(&mut self, condition: Val, a: Val, b: Val) -> Val {
        match condition.known {
            Some(c) if c != 0.0 => a,
            Some(_) => b,
            None => self.node(Node::Select(condition.id, a.id, b.id), None),
        }
    }
}

fn truth(holds: bool) -> f64 {
    if holds { 1.0 } else { 0.0 }
}

/// The value of a function at a number.
pub(super) fn unary(op: Unary, x: f64) -> f64 {
    match op {
        Unary::Negate => -x,
        Unary::Absolute => x.abs(),
        Unary::SquareRoot => x.sqrt(),
        Unary::Exponential => x.exp(),
        Unary::ExponentialMinusOne => x.exp_m1(),
        Unary::LimitedExponential if x > 80.0 => 80f64.exp() * (x - 79.0),
        Unary::LimitedExponential => x.exp(),
        Unary::Logarithm => x.ln(),
        Unary::LogarithmOnePlus => x.ln_1p(),
        Unary::Tanh => x.tanh(),
        Unary::Sinh => x.sinh(),
        Unary::Cosh => x.cosh(),
        Unary::ArcTangent => x.atan(),
        Unary::Sine => x.sin(),
        Unary::Cosine => x.cos(),
        Unary::Softplus => x.max(0.0) + (-x.abs()).exp().ln_1p(),
        Unary::Sign if x == 0.0 => 0.0,
        Unary::Sign => x.signum(),
        Unary::Not => truth(x == 0.0),
    }
}

/// The value of an operation; zero times anything is known.
pub(super) fn binary(op: Binary, a: Option<f64>, b: Option<f64>) -> Option<f64> {
    let (Some(x), Some(y)) = (a, b) else {
        return match op {
            Binary::Multiply if a == Some(0.0) || b == Some(0.0) => Some(0.0),
            Binary::Divide if a == Some(0.0) => Some(0.0),
            Binary::And if a == Some(0.0) || b == Some(0.0) => Some(0.0),
            Binary::Or if a.or(b).is_some_and(|v| v != 0.0) => Some(1.0),
            _ => None,
        };
    };
    Some(match op {
        Binary::Add => x + y,
        Binary::Subtract => x - y,
        Binary::Multiply => x * y,
        Binary::Divide => x / y,
        Binary::Power => x.powf(y),
        Binary::Minimum => x.min(y),
        Binary::Maximum => x.max(y),
        Binary::And => truth(x != 0.0 && y != 0.0),
        Binary::Or => truth(x != 0.0 || y != 0.0),
    })
}

/// The truth of a comparison.
pub(super) fn compare(op: Comparison, a: Option<f64>, b: Option<f64>) -> Option<f64> {
    let (a, b) = (a?, b?);
    Some(truth(match op {
        Comparison::Less => a < b,
        Comparison::LessEqual => a <= b,
        Comparison::Equal => a == b,
    }))
}
