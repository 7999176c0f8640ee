//! Subcircuits of card files as templates: their elements, taken apart to native templates,
//! resistors, capacitors and sources, put together to one set of equations.
//!
//! A voltage source takes a node away instead of adding a current (see `tree`), so that what
//! comes out is a template like any other: pins, inner nodes, currents and charges. Numbers of
//! cards are written into the equations; nothing of them stays a parameter.

mod algebra;
mod device;
mod flatten;
mod formulas;
mod lower;
mod net;
mod scope;
mod sources;
mod tree;

pub(crate) use net::Refusal;

use crate::evaluate::CardModel;
use algebra::Val;
use espice_base::Span;
use espice_lang::ir::{BranchIr, Library, SolveIr, TemplateIr};
use espice_netlist::{Item, Library as Cards, Parameters, Subcircuit};
use espice_syntax::ast::BranchKind;
use net::{Call, Drive, Net};
use scope::Scopes;

/// A subcircuit as a template.
#[derive(Debug)]
pub(crate) struct Composed {
    /// Its equations. Where the subcircuit looks at node `0`, that is the last pin.
    pub(crate) template: TemplateIr,
    /// How many of the pins are terminals of the subcircuit.
    pub(crate) terminals: usize,
    /// What the charges lack, in words.
    pub(crate) static_only: Vec<String>,
    /// Parameters that templates of its elements do not know.
    pub(crate) passed_over: Vec<String>,
}

/// What a subcircuit is.
#[derive(Debug)]
pub(crate) enum Made<'l> {
    /// Several elements as one template.
    Template(Box<Composed>),
    /// A shell around one device of a template that a simulator evaluates.
    Device(Box<CardModel<'l>>),
}

/// Puts a subcircuit of a file together; `given` stand in place of its own parameters.
///
/// # Errors
/// [`Refusal`] with the first element that cannot be evaluated.
pub(crate) fn compose<'l>(
    library: &'l Library,
    cards: &Cards,
    subcircuit: &Subcircuit,
    given: &Parameters,
) -> Result<Made<'l>, Refusal> {
    let mut scopes = Scopes::default();
    let file = scopes.open(None, &cards.items);
    let scope = scopes.open(Some(file), &subcircuit.items);
    scopes.call(scope, &subcircuit.parameters, given, file);
    let pins = subcircuit.pins.len();
    let named: Vec<String> = subcircuit.pins.iter().map(|p| p.to_lowercase()).collect();
    for (index, name) in named.iter().enumerate() {
        if named.iter().take(index).any(|n| n == name) || name == "0" {
            return Err(Refusal::whole(format!("the terminal `{name}` is not one of its own")));
        }
    }
    let mut nodes = subcircuit.pins.clone();
    nodes.push(String::from("0"));
    let call = Call {
        subcircuit: subcircuit.name.clone(),
        nodes: named.into_iter().enumerate().map(|(i, n)| (n, i)).collect(),
        multiplier: 1.0,
        ..Call::default()
    };
    let mut net = Net {
        library,
        cards,
        scopes,
        calls: vec![call],
        nodes,
        pins,
        edges: Vec::new(),
        flows: Vec::new(),
        devices: Vec::new(),
        unknowns: 0,
        algebra: algebra::Algebra::default(),
        parents: Vec::new(),
        numbers: Vec::new(),
        edge_values: Vec::new(),
        flow_values: Vec::new(),
        static_only: Vec::new(),
        passed_over: Vec::new(),
        uses_ground: false,
        alone: None,
    };
    let taken = net.call(subcircuit, 0, scope, 0);
    if let Some((model, nodes)) = net.alone.take()
        && elements(subcircuit) == 1
        && nodes.iter().copied().eq(0..pins)
    {
        return Ok(Made::Device(Box::new(model)));
    }
    taken?;
    net.plant()?;
    let branches = net.branches()?;
    let solves = net.solves()?;
    Ok(Made::Template(Box::new(net.finish(&subcircuit.name, branches, solves))))
}

/// How many elements stand in a subcircuit.
fn elements(subcircuit: &Subcircuit) -> usize {
    subcircuit.items.iter().filter(|i| matches!(i, Item::Element(_))).count()
}

impl Net<'_, '_> {
    /// Everything that flows, between the roots of its ends.
    fn branches(&mut self) -> Result<Vec<BranchIr>, Refusal> {
        let mut branches = Vec::new();
        for index in 0..self.flows.len() {
            let Some(flow) = self.flows.get(index).cloned() else { continue };
            let refuse = |reason| Refusal { place: Some(flow.element.clone()), reason };
            let number = |n: usize| self.numbers.get(n).copied().unwrap_or(u32::MAX);
            let (from, to) = (number(flow.from), number(flow.to));
            let shifted = !(self.is_root(flow.from) && self.is_root(flow.to))
                && self.is_shifted(flow.from, flow.to).map_err(refuse)?;
            let (kind, value) = match flow.kind {
                // A resistor knows the potentials of its nodes; beside a source it is a current.
                BranchKind::Resistor if !shifted && is_constant(&flow.drive) => {
                    let value = self.drive(&flow.drive, flow.from, flow.to).map_err(refuse)?;
                    (BranchKind::Resistor, self.times(value, 1.0 / flow.multiplier))
                }
                BranchKind::Resistor => {
                    (BranchKind::Current, self.flow_value(index).map_err(refuse)?)
                }
                BranchKind::Capacitance if shifted => {
                    let reason = "a capacitance without a charge lies beside a controlled source";
                    return Err(refuse(String::from(reason)));
                }
                kind => (kind, self.flow_value(index).map_err(refuse)?),
            };
            if from != to && value.known != Some(0.0) {
                let span = Span::default();
                branches.push(BranchIr { kind, from, to, value: value.id, span });
            }
        }
        Ok(branches)
    }

    /// Whether the voltage between two nodes is more than a constant beside that of their roots.
    fn is_shifted(&mut self, a: usize, b: usize) -> Result<bool, String> {
        let offsets = [self.offset(a)?, self.offset(b)?];
        Ok(offsets.iter().any(|v| v.known != Some(0.0)))
    }

    fn solves(&mut self) -> Result<Vec<SolveIr>, Refusal> {
        let mut solves = Vec::new();
        for index in 0..self.devices.len() {
            let Some(device) = self.devices.get(index) else { continue };
            let template = device.template;
            for solve in &template.solves {
                let mut copy = |id| self.copy(index, id).map_err(Refusal::whole);
                let (low, high) = (copy(solve.low)?.id, copy(solve.high)?.id);
                let residual = copy(solve.residual)?.id;
                solves.push(SolveIr { low, high, residual, ..solve.clone() });
            }
        }
        Ok(solves)
    }

    fn finish(self, name: &str, branches: Vec<BranchIr>, solves: Vec<SolveIr>) -> Composed {
        let grounded = self.reaches_ground();
        let terminals = self.pins;
        let is_pin = |index: usize| index < terminals || (grounded && index == terminals);
        let named = |(index, name): (usize, &String)| is_pin(index).then(|| name.clone());
        let inner = self.nodes.iter().enumerate().skip(terminals + 1);
        let roots = inner.filter(|(index, _)| self.is_root(*index));
        let template = TemplateIr {
            name: name.into(),
            kind: String::from("subcircuit"),
            pins: self.nodes.iter().enumerate().filter_map(named).collect(),
            nodes: roots.map(|(_, name)| name.clone()).collect(),
            graph: self.algebra.graph,
            branches,
            solves,
            ..TemplateIr::empty()
        };
        Composed {
            template,
            terminals,
            static_only: self.static_only,
            passed_over: self.passed_over,
        }
    }
}

/// Whether the value is that of a resistor: a law of parameters and temperature.
fn is_constant(drive: &Drive) -> bool {
    matches!(drive, Drive::Plain(Val { .. }) | Drive::Device(..))
}

#[cfg(test)]
mod tests;
