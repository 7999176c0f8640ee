//! Adds nodes to a graph, folding constants.
//!
//! Only operations that IEEE 754 defines exactly are folded; exponentials and their like are
//! left to the evaluator, whose own functions give the same bits on every machine. A fold that
//! would give no finite number is not done, so that it is seen where it happens.

use crate::ir::{Binary, Comparison, ExprId, Graph, Leaf, Node, Unary};
use espice_base::Span;
use espice_units::Dimension;

/// The value of a constant node.
pub(crate) fn constant_value(graph: &Graph, id: ExprId) -> Option<f64> {
    match graph.node(id) {
        Node::Leaf(Leaf::Constant(bits)) => Some(f64::from_bits(bits)),
        _ => None,
    }
}

/// Adds a function of one argument.
pub(crate) fn unary(
    graph: &mut Graph,
    function: Unary,
    a: ExprId,
    dimension: Dimension,
    span: Span,
) -> ExprId {
    let folded = constant_value(graph, a).and_then(|x| match function {
        Unary::Negate => Some(-x),
        Unary::Absolute => Some(x.abs()),
        Unary::SquareRoot => Some(x.sqrt()),
        Unary::Not => Some(truth(x == 0.0)),
        _ => None,
    });
    match folded.filter(|v| v.is_finite()) {
        Some(value) => graph.constant(value, dimension, span),
        None => graph.add(Node::Unary(function, a), dimension, span),
    }
}

/// Adds a function of two arguments.
pub(crate) fn binary(
    graph: &mut Graph,
    function: Binary,
    a: ExprId,
    b: ExprId,
    dimension: Dimension,
    span: Span,
) -> ExprId {
    let (x, y) = (constant_value(graph, a), constant_value(graph, b));
    let folded = match (x, y) {
        (Some(x), Some(y)) => exact(function, x, y).filter(|v| v.is_finite()),
        _ => None,
    };
    if let Some(value) = folded {
        return graph.constant(value, dimension, span);
    }
    let (zero, one) = (Some(0.0), Some(1.0));
    match function {
        Binary::Add | Binary::Or if x == zero => b,
        Binary::Add | Binary::Subtract | Binary::Or if y == zero => a,
        Binary::Multiply | Binary::And if x == one => b,
        Binary::Multiply | Binary::Divide | Binary::Power | Binary::And if y == one => a,
        _ => graph.add(Node::Binary(function, a, b), dimension, span),
    }
}

/// Adds a comparison.
pub(crate) fn compare(
    graph: &mut Graph,
    comparison: Comparison,
    a: ExprId,
    b: ExprId,
    span: Span,
) -> ExprId {
    match (constant_value(graph, a), constant_value(graph, b)) {
        (Some(x), Some(y)) => {
            let holds = match comparison {
                Comparison::Less => x < y,
                Comparison::LessEqual => x <= y,
                Comparison::Equal => x == y,
            };
            graph.constant(truth(holds), Dimension::NONE, span)
        }
        _ => graph.add(Node::Compare(comparison, a, b), Dimension::NONE, span),
    }
}

/// Adds a choice.
pub(crate) fn select(
    graph: &mut Graph,
    condition: ExprId,
    then: ExprId,
    otherwise: ExprId,
    dimension: Dimension,
    span: Span,
) -> ExprId {
    match constant_value(graph, condition) {
        Some(0.0) => otherwise,
        Some(_) => then,
        None if then == otherwise => then,
        None => graph.add(Node::Select(condition, then, otherwise), dimension, span),
    }
}

/// Conditions are 1 and 0 in the graph.
pub(crate) fn truth(holds: bool) -> f64 {
    if holds { 1.0 } else { 0.0 }
}

fn exact(function: Binary, x: f64, y: f64) -> Option<f64> {
    match function {
        Binary::Add => Some(x + y),
        Binary::Subtract => Some(x - y),
        Binary::Multiply => Some(x * y),
        Binary::Divide => Some(x / y),
        Binary::Minimum => Some(x.min(y)),
        Binary::Maximum => Some(x.max(y)),
        Binary::And => Some(truth(x != 0.0 && y != 0.0)),
        Binary::Or => Some(truth(x != 0.0 || y != 0.0)),
        Binary::Power => whole_power(x, y),
    }
}

/// A small whole power by multiplication, which every machine rounds alike.
fn whole_power(x: f64, y: f64) -> Option<f64> {
    if y.fract() != 0.0 || y.abs() > 64.0 {
        return None;
    }
    let count = y.abs() as usize;
    let product = std::iter::repeat_n(x, count).fold(1.0, |p, x| p * x);
    Some(if y < 0.0 { 1.0 / product } else { product })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_keeps_the_value() {
        let mut g = Graph::default();
        let at = Span::default();
        let none = Dimension::NONE;
        let two = g.constant(2.0, none, at);
        let three = g.constant(3.0, none, at);
        for (function, value) in [
            (Binary::Add, 5.0),
            (Binary::Subtract, -1.0),
            (Binary::Multiply, 6.0),
            (Binary::Divide, 2.0 / 3.0),
            (Binary::Power, 8.0),
            (Binary::Minimum, 2.0),
        ] {
            let id = binary(&mut g, function, two, three, none, at);
            assert_eq!(constant_value(&g, id), Some(value), "{function:?}");
        }
        let zero = g.constant(0.0, none, at);
        let quotient = binary(&mut g, Binary::Divide, two, zero, none, at);
        assert_eq!(constant_value(&g, quotient), None, "infinity is not hidden in a constant");
        let t = g.add(Node::Leaf(Leaf::Temperature), none, at);
        assert_eq!(binary(&mut g, Binary::Subtract, t, zero, none, at), t);
        let e = unary(&mut g, Unary::Exponential, two, none, at);
        assert_eq!(constant_value(&g, e), None, "left to the evaluator's own exponential");
    }
}
