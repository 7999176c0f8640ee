//! The equations of a circuit with its device, before they are compiled: what flows where, and
//! which charges and fluxes change.

use crate::dag::{Dag, Expr, Id, Input};
use crate::device::Device;
use crate::lower::{Decided, lower};
use crate::network::{Network, SolveEquation};
use espice_base::Diagnostic;
use espice_lang::ir::{CircuitIr, ElementKind, ExprId, Leaf, Unary};

/// Conductance of a clamp beyond its voltage, S.
const CLAMP: f64 = 1e4;
/// Width of a clamp's knee, V.
const KNEE: f64 = 1e-3;
/// Conductance that holds a voltage until the time starts, S.
const HOLD: f64 = 1e6;

/// The system while it is put together.
pub(super) struct Assembly {
    /// Potentials, then currents.
    pub unknowns: Vec<Input>,
    /// How many unknowns are potentials.
    pub potentials: usize,
    /// By potential: whether its node lies inside the device, whose own paths determine it.
    pub inside: Vec<bool>,
    /// What flows without delay, by equation.
    pub flows: Vec<Id>,
    /// Charges and fluxes, with the equations that their rates go into.
    pub states: Vec<(Id, Vec<(usize, f64)>)>,
    /// By pin: states whose rates flow into it, with their signs.
    pub pin_states: Vec<Vec<(usize, f64)>>,
    /// By pin: what flows into it without delay.
    pub pin_flows: Vec<Id>,
    /// States of capacitances without a charge.
    pub anchored: Vec<usize>,
    /// Their capacitances and voltages.
    pub anchors: Vec<Id>,
}

/// Numbers of nodes.
pub(super) struct Nodes<'a> {
    pub circuit: &'a CircuitIr,
    /// Nodes of the device.
    pub device: usize,
}

impl Nodes<'_> {
    /// The network's number of a node of the circuit.
    pub(super) fn of(&self, node: u32) -> usize {
        let (node, pins) = (node as usize, self.circuit.pins as usize);
        if node < pins { node } else { self.device + node - pins }
    }

    /// The argument leaf of the current that charges drive into the first pin.
    pub(super) fn rates(&self) -> u32 {
        self.circuit.observation(self.circuit.observations.len())
    }

    /// The argument leaf of the first anchor.
    fn anchors(&self) -> u32 {
        self.rates() + self.circuit.pins
    }

    fn potential(&self, dag: &mut Dag, node: u32) -> Id {
        if node == self.circuit.ground {
            return dag.constant(0.0);
        }
        dag.input(Input::Node(self.of(node) as u32))
    }
}

/// Puts zero in the place of the ground's potential.
pub(super) fn ground(
    dag: &mut Dag,
    grounded: Expr,
    assembly: &mut Assembly,
    solves: &mut [SolveEquation],
) {
    let mut roots: Vec<Id> = assembly.flows.clone();
    roots.extend(assembly.states.iter().map(|s| s.0));
    roots.extend(&assembly.pin_flows);
    roots.extend(&assembly.anchors);
    for s in solves.iter() {
        roots.extend([s.residual, s.low, s.high]);
    }
    let mut rewritten = dag
        .rewrite(&roots, &mut |dag, expr| (expr == grounded).then(|| dag.constant(0.0)))
        .into_iter();
    let mut next = || rewritten.next().unwrap_or_default();
    assembly.flows.iter_mut().for_each(|f| *f = next());
    assembly.states.iter_mut().for_each(|s| s.0 = next());
    assembly.pin_flows.iter_mut().for_each(|f| *f = next());
    assembly.anchors.iter_mut().for_each(|a| *a = next());
    for s in solves {
        (s.residual, s.low, s.high) = (next(), next(), next());
    }
}

impl Assembly {
    /// The device between its nodes.
    pub(super) fn device(dag: &mut Dag, network: &Network, nodes: &Nodes<'_>) -> Assembly {
        let circuit = nodes.circuit;
        let pins = (0..network.pins).filter(|p| *p != circuit.ground as usize);
        let own = (0..circuit.nodes.len()).map(|n| nodes.of(circuit.pins + n as u32));
        let own = own.filter(|n| *n != nodes.of(circuit.ground));
        let list: Vec<usize> = pins.chain(network.inner.iter().copied()).chain(own).collect();
        let zero = dag.constant(0.0);
        let mut assembly = Assembly {
            unknowns: list.iter().map(|&n| Input::Node(n as u32)).collect(),
            potentials: list.len(),
            inside: list.iter().map(|n| network.inner.contains(n)).collect(),
            flows: vec![zero; list.len()],
            states: Vec::new(),
            pin_states: vec![Vec::new(); network.pins],
            pin_flows: vec![zero; network.pins],
            anchored: Vec::new(),
            anchors: Vec::new(),
        };
        for node in (0..network.pins).chain(network.inner.iter().copied()) {
            let current = network.current(dag, node);
            let charge = network.sums(node).charge;
            let row = list.iter().position(|n| *n == node);
            if let Some(flow) = row.and_then(|r| assembly.flows.get_mut(r)) {
                *flow = current;
            }
            if let Some(flow) = assembly.pin_flows.get_mut(node) {
                *flow = current;
            }
            if dag.value(charge) == Some(0.0) {
                continue;
            }
            if let Some(slot) = assembly.pin_states.get_mut(node) {
                slot.push((assembly.states.len(), 1.0));
            }
            assembly.states.push((charge, row.map(|r| (r, 1.0)).into_iter().collect()));
        }
        for (index, &(from, to, capacitance, drop)) in network.capacitances.iter().enumerate() {
            assembly.capacitance(dag, nodes, index, ([from, to], capacitance, drop));
        }
        // Derivatives are wanted of what flows here and now, not of the operating point.
        let mut all = assembly.flows.clone();
        all.extend(assembly.states.iter().map(|s| s.0));
        all.extend(&assembly.pin_flows);
        all.extend(&assembly.anchors);
        let mut settled = dag.settle(&all).into_iter();
        let mut next = || settled.next().unwrap_or(zero);
        assembly.flows.iter_mut().for_each(|f| *f = next());
        assembly.states.iter_mut().for_each(|s| s.0 = next());
        assembly.pin_flows.iter_mut().for_each(|f| *f = next());
        assembly.anchors.iter_mut().for_each(|a| *a = next());
        assembly
    }

    /// A capacitance that no charge belongs to: from the last moment on its charge has grown by
    /// the mean of the capacitances then and now times the change of the voltage, as simulators
    /// have it (ngspice manual, Meyer capacitances).
    fn capacitance(
        &mut self,
        dag: &mut Dag,
        nodes: &Nodes<'_>,
        index: usize,
        (ends, capacitance, drop): ([usize; 2], Id, Id),
    ) {
        let first = nodes.anchors() + 3 * index as u32;
        let [charge, before, held] = [0, 1, 2].map(|i| dag.input(Input::Argument(first + i)));
        let both = dag.add(capacitance, before);
        let half = dag.constant(0.5);
        let mean = dag.mul(half, both);
        let change = dag.sub(drop, held);
        let grown = dag.mul(mean, change);
        let charge = dag.add(charge, grown);
        let mut rows = Vec::new();
        for (node, sign) in ends.into_iter().zip([1.0, -1.0]) {
            rows.extend(self.row(node).map(|r| (r, sign)));
            if let Some(slot) = self.pin_states.get_mut(node) {
                slot.push((self.states.len(), sign));
            }
        }
        self.anchored.push(self.states.len());
        self.anchors.extend([capacitance, drop]);
        self.states.push((charge, rows));
    }

    fn row(&self, node: usize) -> Option<usize> {
        let input = Input::Node(node as u32);
        self.unknowns.iter().take(self.potentials).position(|u| *u == input)
    }

    fn flow(&mut self, dag: &mut Dag, (from, to): (usize, usize), value: Id) {
        for (node, leaves) in [(from, true), (to, false)] {
            let row = self.row(node);
            if let Some(flow) = row.and_then(|r| self.flows.get_mut(r)) {
                *flow = if leaves { dag.add(*flow, value) } else { dag.sub(*flow, value) };
            }
        }
    }

    /// A current that is an unknown, with the equation of its branch, which is its row.
    fn branch(&mut self, dag: &mut Dag, ends: (usize, usize), number: usize) -> (Id, usize) {
        let unknown = Input::Node(number as u32);
        let current = dag.input(unknown);
        self.flow(dag, ends, current);
        self.unknowns.push(unknown);
        self.flows.push(current);
        (current, self.flows.len() - 1)
    }

    pub(super) fn elements(
        &mut self,
        device: &Device,
        dag: &mut Dag,
        nodes: &Nodes<'_>,
    ) -> Result<(), Diagnostic> {
        let circuit = nodes.circuit;
        let mut roots: Vec<ExprId> = circuit.elements.iter().map(|e| e.value).collect();
        roots.extend(circuit.starts.iter().map(|s| s.value));
        let values = lower_circuit(device, dag, nodes, &roots, &[])?;
        let first_branch = nodes.device + circuit.nodes.len();
        for (index, (element, &value)) in circuit.elements.iter().zip(&values).enumerate() {
            let (a, b) = (nodes.potential(dag, element.from), nodes.potential(dag, element.to));
            let across = dag.sub(a, b);
            let ends = (nodes.of(element.from), nodes.of(element.to));
            let share = dag.input(Input::Share);
            let number = first_branch + index;
            match element.kind {
                ElementKind::Current => {
                    let value = dag.mul(share, value);
                    self.flow(dag, ends, value);
                }
                ElementKind::Clamp => {
                    let current = clamped(dag, across, value);
                    self.flow(dag, ends, current);
                }
                ElementKind::Capacitor => {
                    let charge = dag.mul(value, across);
                    let rows = [(ends.0, 1.0), (ends.1, -1.0)];
                    let rows = rows.iter().filter_map(|&(n, s)| Some((self.row(n)?, s))).collect();
                    self.states.push((charge, rows));
                }
                ElementKind::Voltage | ElementKind::Resistor | ElementKind::Inductor => {
                    let (current, row) = self.branch(dag, ends, number);
                    let equation = match element.kind {
                        ElementKind::Voltage => {
                            let value = dag.mul(share, value);
                            dag.sub(across, value)
                        }
                        ElementKind::Resistor => {
                            let drop = dag.mul(value, current);
                            dag.sub(across, drop)
                        }
                        _ => {
                            let flux = dag.mul(value, current);
                            self.states.push((flux, vec![(row, -1.0)]));
                            across
                        }
                    };
                    if let Some(flow) = self.flows.get_mut(row) {
                        *flow = equation;
                    }
                }
            }
        }
        let hold = dag.input(Input::Polish);
        for (start, &value) in circuit.starts.iter().zip(values.iter().skip(circuit.elements.len()))
        {
            let (a, b) = (nodes.potential(dag, start.from), nodes.potential(dag, start.to));
            let across = dag.sub(a, b);
            let beyond = dag.sub(across, value);
            let strength = dag.constant(HOLD);
            let strength = dag.mul(strength, hold);
            let current = dag.mul(strength, beyond);
            self.flow(dag, (nodes.of(start.from), nodes.of(start.to)), current);
        }
        Ok(())
    }
}

/// What flows through a clamp: nothing below its voltage, whatever comes above.
fn clamped(dag: &mut Dag, across: Id, limit: Id) -> Id {
    let beyond = dag.sub(across, limit);
    let knee = dag.constant(1.0 / KNEE);
    let beyond = dag.mul(beyond, knee);
    let beyond = dag.unary(Unary::Softplus, beyond);
    let strength = dag.constant(CLAMP * KNEE);
    dag.mul(strength, beyond)
}

/// Lowers expressions of the circuit; `currents` are what flows into the pins.
pub(super) fn lower_circuit(
    device: &Device,
    dag: &mut Dag,
    nodes: &Nodes<'_>,
    roots: &[ExprId],
    currents: &[Id],
) -> Result<Vec<Id>, Diagnostic> {
    let circuit = nodes.circuit;
    lower(&circuit.graph, roots, &Decided::new(), dag, &mut |dag, leaf| match leaf {
        Leaf::Argument(a) => Some(dag.input(Input::Argument(a))),
        Leaf::Voltage(a, b) => {
            let (a, b) = (nodes.potential(dag, a), nodes.potential(dag, b));
            Some(dag.sub(a, b))
        }
        Leaf::PinCurrent(pin) => currents.get(pin as usize).copied(),
        Leaf::Parameter(_) | Leaf::Unknown(_) => None,
        _ => device.common_leaf(dag, leaf),
    })
    .map_err(|_| device.misplaced("a circuit asks for something that it does not have"))
}
