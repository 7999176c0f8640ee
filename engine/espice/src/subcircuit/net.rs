//! A subcircuit while it is taken apart: nodes, voltages that are forced between them, and what
//! flows between them.

use super::algebra::{Algebra, Val};
use super::device::Device;
use super::scope::Scopes;
use crate::evaluate::CardModel;
use espice_lang::ir::Library;
use espice_netlist::{Formula, Library as Cards};
use espice_syntax::ast::BranchKind;
use std::collections::BTreeMap;

/// Where a formula is meant: the scope of its names, and the call whose nodes it speaks of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct At {
    pub(super) scope: usize,
    pub(super) call: usize,
}

/// One call of a subcircuit, the outermost first.
#[derive(Clone, Debug, Default)]
pub(super) struct Call {
    /// What stands before the names of its elements: `X1.X2.`.
    pub(super) prefix: String,
    /// Name of its subcircuit.
    pub(super) subcircuit: String,
    /// Nodes by name in lower case.
    pub(super) nodes: BTreeMap<String, usize>,
    /// Forced voltages by the element's name in lower case.
    pub(super) edges: BTreeMap<String, usize>,
    /// How many of it lie in parallel.
    pub(super) multiplier: f64,
}

/// What a controlled source looks at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Sensor {
    /// The voltage between two nodes.
    Voltage(usize, usize),
    /// The current through a forced voltage, by index.
    Current(usize),
}

/// The value of an element.
#[derive(Clone, Debug)]
pub(super) enum Drive {
    /// Known without the circuit: a number, or a law of temperature.
    Plain(Val),
    /// A formula of voltages and currents.
    Formula(Formula, At),
    /// A polynomial of sensors, as `POLY` has it; its first coefficient is the constant.
    Polynomial(Vec<Sensor>, Vec<f64>),
    /// The charge that goes with currents through forced voltages, each times a gain.
    SensedCharge(Vec<(usize, f64)>),
    /// The charge of a capacitance, F, under the voltage between the flow's ends.
    Capacitor(Val),
    /// A branch of a native template, both by index.
    Device(usize, usize),
}

/// A voltage that is forced between two nodes.
#[derive(Clone, Debug)]
pub(super) struct Edge {
    pub(super) plus: usize,
    pub(super) minus: usize,
    /// `None` joins the nodes.
    pub(super) drive: Option<Drive>,
    /// Whether it is a source: a join that closes a loop is left out.
    pub(super) forced: bool,
    /// The element, for messages.
    pub(super) element: Place,
}

/// What flows from one node to another.
#[derive(Clone, Debug)]
pub(super) struct Flow {
    pub(super) kind: BranchKind,
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) drive: Drive,
    /// How many of it lie in parallel.
    pub(super) multiplier: f64,
    pub(super) element: Place,
}

/// An element in the text.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Place {
    /// Name of the subcircuit whose text holds it.
    pub(crate) subcircuit: String,
    /// Its name there.
    pub(crate) element: String,
    /// Its name in the circuit, calls before it.
    pub(crate) path: String,
}

/// Why a subcircuit is not evaluated.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Refusal {
    /// The element, where it is one's fault.
    pub(crate) place: Option<Place>,
    /// What is in the way, in words.
    pub(crate) reason: String,
}

impl Refusal {
    pub(super) fn whole(reason: impl Into<String>) -> Refusal {
        Refusal { place: None, reason: reason.into() }
    }
}

/// A value that is worked out when it is first asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Lazy<T> {
    /// Not yet asked for.
    #[default]
    Open,
    /// Being worked out: who asks now asks in a circle.
    Busy,
    /// Known.
    Done(T),
}

/// The subcircuit.
pub(super) struct Net<'c, 'l> {
    pub(super) library: &'l Library,
    pub(super) cards: &'c Cards,
    pub(super) scopes: Scopes<'c>,
    pub(super) calls: Vec<Call>,
    /// Names of nodes: the pins, then ground, then others.
    pub(super) nodes: Vec<String>,
    pub(super) pins: usize,
    pub(super) edges: Vec<Edge>,
    pub(super) flows: Vec<Flow>,
    pub(super) devices: Vec<Device<'l>>,
    pub(super) unknowns: u32,
    pub(super) algebra: Algebra,
    /// By node: the edge towards the root of its tree; `None` is a root.
    pub(super) parents: Vec<Option<usize>>,
    /// By node: the number of its root in the template.
    pub(super) numbers: Vec<u32>,
    pub(super) edge_values: Vec<Lazy<Val>>,
    pub(super) flow_values: Vec<Lazy<Val>>,
    /// Why charges are not those of the whole subcircuit.
    pub(super) static_only: Vec<String>,
    /// Parameters that templates lack, with the elements that state them.
    pub(super) passed_over: Vec<String>,
    /// Whether a formula speaks of a node alone, which is counted from ground.
    pub(super) uses_ground: bool,
    /// A device that a simulator evaluates, and its nodes: the subcircuit may be nothing else.
    pub(super) alone: Option<(CardModel<'l>, Vec<usize>)>,
}

impl Net<'_, '_> {
    /// The node that every subcircuit sees as `0`.
    pub(super) fn ground(&self) -> usize {
        self.pins
    }
}
