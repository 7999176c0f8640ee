//! A native template among the elements of a subcircuit: its equations, with the numbers of its
//! card, between the subcircuit's nodes.

use super::algebra::{binary, compare, unary};
use crate::evaluate::CardModel;
use espice_lang::ir::{ExprId, Leaf, Node, PhysicalConstant, TemplateIr};
use espice_units::constants::SPICE39;

/// A device.
#[derive(Debug)]
pub(super) struct Device<'l> {
    pub(super) template: &'l TemplateIr,
    pub(super) values: Vec<f64>,
    pub(super) nominal: f64,
    /// Whether it is the mirror image of the equations.
    pub(super) mirrored: bool,
    /// The subcircuit's nodes by those of the template.
    pub(super) nodes: Vec<usize>,
    /// The unknown of the subcircuit that is its first.
    pub(super) first_unknown: u32,
    /// By node of its graph: the number that it is whatever bias and temperature are.
    pub(super) known: Vec<Option<f64>>,
    /// By node of its graph: its copy.
    pub(super) copies: Vec<Option<ExprId>>,
}

impl<'l> Device<'l> {
    pub(super) fn new(
        template: &'l TemplateIr,
        model: &CardModel<'_>,
        nodes: Vec<usize>,
        first_unknown: u32,
    ) -> Device<'l> {
        let mut device = Device {
            template,
            values: model.values.clone(),
            nominal: model.nominal,
            mirrored: model.polarity == 1,
            nodes,
            first_unknown,
            known: Vec::with_capacity(template.graph.len()),
            copies: vec![None; template.graph.len()],
        };
        for node in template.graph.nodes() {
            let known = device.number(*node);
            device.known.push(known);
        }
        device
    }

    fn number(&self, node: Node) -> Option<f64> {
        match node {
            Node::Leaf(leaf) => match leaf {
                Leaf::Constant(bits) => Some(f64::from_bits(bits)),
                Leaf::Physical(constant) => Some(match constant {
                    PhysicalConstant::Boltzmann => SPICE39.k,
                    PhysicalConstant::Charge => SPICE39.q,
                    PhysicalConstant::Permittivity => SPICE39.eps0,
                }),
                Leaf::Parameter(p) => self.values.get(p as usize).copied(),
                Leaf::NominalTemperature => Some(self.nominal),
                Leaf::Mirror => Some(if self.mirrored { -1.0 } else { 1.0 }),
                _ => None,
            },
            Node::Unary(op, a) => self.known(a).map(|x| unary(op, x)),
            Node::Binary(op, a, b) => binary(op, self.known(a), self.known(b)),
            Node::Compare(op, a, b) => compare(op, self.known(a), self.known(b)),
            Node::Select(c, a, b) => self.known(if self.known(c)? != 0.0 { a } else { b }),
        }
    }

    pub(super) fn known(&self, id: ExprId) -> Option<f64> {
        self.known.get(id.0 as usize).copied().flatten()
    }

    pub(super) fn copy(&self, id: ExprId) -> Option<ExprId> {
        self.copies.get(id.0 as usize).copied().flatten()
    }

    /// What has to be copied before a node: of a choice that is made, the chosen arm alone.
    pub(super) fn operands(&self, id: ExprId) -> Vec<ExprId> {
        match self.template.graph.node(id) {
            Node::Leaf(_) => Vec::new(),
            Node::Unary(_, a) => vec![a],
            Node::Binary(_, a, b) | Node::Compare(_, a, b) => vec![a, b],
            Node::Select(c, a, b) => match self.known(c) {
                Some(holds) => vec![if holds != 0.0 { a } else { b }],
                None => vec![c, a, b],
            },
        }
    }

    /// The subcircuit's node of a node of the template.
    pub(super) fn node(&self, node: u32) -> usize {
        self.nodes.get(node as usize).copied().unwrap_or(usize::MAX)
    }
}
