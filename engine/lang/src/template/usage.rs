//! What values depend on.

use crate::ir::{ExprId, Graph, Leaf, Node, SolveIr};
use std::collections::BTreeSet;

/// The leaves that some nodes reach, through the equations of unknowns as well.
#[derive(Clone, Debug, Default)]
pub(crate) struct Usage {
    /// Parameters by index.
    pub(crate) parameters: BTreeSet<u32>,
    /// Unknowns by index.
    pub(crate) unknowns: BTreeSet<u32>,
    /// Arguments by index.
    pub(crate) arguments: BTreeSet<u32>,
    /// A node that depends on the bias.
    pub(crate) bias: Option<ExprId>,
    /// Whether the device temperature counts.
    pub(crate) temperature: bool,
}

impl Usage {
    /// Everything that the roots depend on.
    pub(crate) fn of(graph: &Graph, roots: &[ExprId], solves: &[SolveIr]) -> Usage {
        let mut usage = Usage::default();
        let mut seen = BTreeSet::new();
        let mut waiting = roots.to_vec();
        while let Some(id) = waiting.pop() {
            if !seen.insert(id) {
                continue;
            }
            match graph.node(id) {
                Node::Leaf(leaf) => {
                    usage.leaf(id, leaf);
                    if let Leaf::Unknown(index) = leaf
                        && let Some(solve) = solves.get(index as usize)
                    {
                        waiting.extend([solve.low, solve.high, solve.residual]);
                    }
                }
                Node::Unary(_, a) => waiting.push(a),
                Node::Binary(_, a, b) | Node::Compare(_, a, b) => waiting.extend([a, b]),
                Node::Select(c, a, b) => waiting.extend([c, a, b]),
            }
        }
        usage
    }

    fn leaf(&mut self, id: ExprId, leaf: Leaf) {
        match leaf {
            Leaf::Parameter(index) => {
                self.parameters.insert(index);
            }
            Leaf::Unknown(index) => {
                self.unknowns.insert(index);
                self.bias = self.bias.or(Some(id));
            }
            Leaf::Argument(index) => {
                self.arguments.insert(index);
            }
            Leaf::Voltage(..)
            | Leaf::PinCurrent(_)
            | Leaf::PinCharge(_)
            | Leaf::PinCapacitance(..)
            | Leaf::PinConductance(..) => self.bias = self.bias.or(Some(id)),
            Leaf::PinCapacitanceAt(_, _, frequency) | Leaf::PinConductanceAt(_, _, frequency) => {
                self.bias = self.bias.or(Some(id));
                self.arguments.insert(frequency);
            }
            Leaf::Temperature => self.temperature = true,
            Leaf::Constant(_) | Leaf::Physical(_) | Leaf::NominalTemperature | Leaf::Mirror => {}
        }
    }
}
