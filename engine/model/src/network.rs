//! A template's branches as the equations of a network: nodes joined by zero resistors, the
//! currents and charges of its pins, the equations of its inner nodes, and what the pins give
//! to the outside when the inner nodes are eliminated.

use crate::adjoint::Implicit;
use crate::dag::{Dag, Expr, Id, Input};
use crate::device::Device;
use crate::lower::{Decided, lower};
use crate::program::SolveRoots;
use espice_base::Diagnostic;
use espice_lang::ir::{BranchKind, ExprId, Leaf, Unary};
use std::collections::BTreeSet;

/// Currents that leave a node, and its charge.
#[derive(Clone, Debug)]
pub(crate) struct NodeSums {
    /// Through resistors that do not depend on the bias, A.
    pub resistive: Id,
    /// Through everything else, A.
    pub other: Id,
    /// Charge, C.
    pub charge: Id,
}

/// A resistor that is not zero.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Resistor {
    /// From this node,
    pub from: usize,
    /// to this node; both after joining.
    pub to: usize,
    /// Its value, Ohm.
    pub value: Id,
}

/// Residual and ends of a `solve`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SolveEquation {
    /// Residual.
    pub residual: Id,
    /// Lower end.
    pub low: Id,
    /// Upper end.
    pub high: Id,
}

/// The equations, with the potential of every node that is not joined to another an input.
#[derive(Clone, Debug)]
pub(crate) struct Network {
    /// Number of pins.
    pub pins: usize,
    /// By node: the node that it is joined to, or itself.
    pub root: Vec<usize>,
    /// By node.
    pub sums: Vec<NodeSums>,
    /// Resistors that are not zero.
    pub resistors: Vec<Resistor>,
    /// Branches of currents, as pairs of nodes after joining.
    pub current_branches: Vec<(usize, usize)>,
    /// The current of every resistor and current branch, with its nodes.
    flows: Vec<(usize, usize, Id)>,
    /// Capacitances without a charge, F, with their nodes and the voltage between these.
    pub capacitances: Vec<(usize, usize, Id, Id)>,
    /// Inner nodes with a potential of their own.
    pub inner: Vec<usize>,
    /// The `solve` equations.
    pub solves: Vec<SolveEquation>,
    /// By node: its potential.
    pub potentials: Vec<Id>,
}

/// A branch with the value that it got.
struct Valued {
    kind: BranchKind,
    from: usize,
    to: usize,
    value: Id,
}

/// How nodes hang together over zero resistors.
struct Forest {
    root: Vec<usize>,
    /// The node towards the root and the branch to it.
    parent: Vec<Option<(usize, usize)>>,
    /// Nodes, those nearer to a root first.
    order: Vec<usize>,
}

impl Forest {
    fn new(device: &Device, zero: &BTreeSet<usize>) -> Forest {
        let t = &device.template;
        let count = t.pins.len() + t.nodes.len();
        let mut root: Vec<usize> = (0..count).collect();
        let mut parent = vec![None; count];
        let mut seen = vec![false; count];
        let mut order = Vec::with_capacity(count);
        // All pins are roots: a zero resistor between two pins is a short circuit, which stays
        // an infinite conductance.
        for first in 0..count {
            let starts: Vec<usize> = if first == 0 {
                (0..t.pins.len()).collect()
            } else if seen.get(first) == Some(&false) {
                vec![first]
            } else {
                continue;
            };
            let mut queue = std::collections::VecDeque::from(starts);
            for &s in &queue {
                if let Some(flag) = seen.get_mut(s) {
                    *flag = true;
                }
            }
            while let Some(node) = queue.pop_front() {
                order.push(node);
                for &b in zero {
                    let Some(branch) = t.branches.get(b) else { continue };
                    let (x, y) = (branch.from as usize, branch.to as usize);
                    let next = if x == node {
                        y
                    } else if y == node {
                        x
                    } else {
                        continue;
                    };
                    if seen.get(next) != Some(&false) {
                        continue;
                    }
                    if let (Some(s), Some(p)) = (seen.get_mut(next), parent.get_mut(next)) {
                        *s = true;
                        *p = Some((node, b));
                    }
                    let of = root.get(node).copied().unwrap_or(node);
                    if let Some(r) = root.get_mut(next) {
                        *r = of;
                    }
                    queue.push_back(next);
                }
            }
        }
        Forest { root, parent, order }
    }

    fn of(&self, node: usize) -> usize {
        self.root.get(node).copied().unwrap_or(node)
    }

    /// Whether a branch holds the forest together.
    fn holds(&self, branch: usize) -> bool {
        self.parent.iter().flatten().any(|&(_, b)| b == branch)
    }
}

impl Network {
    /// Builds the equations; `derivatives` says whether derivatives by parameters are wanted,
    /// for which joined nodes keep the trace of their resistance.
    pub(crate) fn new(
        device: &Device,
        dag: &mut Dag,
        zero: &BTreeSet<usize>,
        decided: &Decided,
        derivatives: bool,
    ) -> Result<Network, Diagnostic> {
        let t = &device.template;
        let forest = Forest::new(device, zero);
        let mut potentials: Vec<Id> =
            forest.root.iter().map(|&r| dag.input(Input::Node(r as u32))).collect();
        let (mut branches, mut solves) = lower_all(device, dag, decided, &potentials)?;
        let joined = forest.parent.iter().any(Option::is_some);
        if joined && derivatives {
            potentials = trace_joined(dag, &forest, &branches, &potentials);
            (branches, solves) = lower_all(device, dag, decided, &potentials)?;
        }
        let zero_id = dag.constant(0.0);
        let empty = NodeSums { resistive: zero_id, other: zero_id, charge: zero_id };
        let mut network = Network {
            pins: t.pins.len(),
            root: forest.root.clone(),
            sums: vec![empty; forest.root.len()],
            resistors: Vec::new(),
            current_branches: Vec::new(),
            flows: Vec::new(),
            capacitances: Vec::new(),
            inner: (t.pins.len()..forest.root.len()).filter(|&n| forest.of(n) == n).collect(),
            solves,
            potentials,
        };
        let stays =
            |index: usize, b: &Valued| forest.of(b.from) != forest.of(b.to) && !forest.holds(index);
        let kept: Vec<&Valued> =
            branches.iter().enumerate().filter(|(i, b)| stays(*i, b)).map(|(_, b)| b).collect();
        let (resistors, others): (Vec<&Valued>, Vec<&Valued>) =
            kept.into_iter().partition(|b| b.kind == BranchKind::Resistor);
        for branch in others {
            network.add(dag, &forest, branch);
        }
        network.resistors = resistors
            .iter()
            .map(|b| Resistor { from: forest.of(b.from), to: forest.of(b.to), value: b.value })
            .collect();
        // What flows besides resistors is known now, and so what each resistor carries.
        let carried: Vec<Option<Id>> =
            (0..resistors.len()).map(|r| network.carried(dag, r)).collect();
        for (branch, carried) in resistors.into_iter().zip(carried) {
            network.add_resistor(dag, &forest, branch, carried);
        }
        Ok(network)
    }

    /// Adds a branch that is no resistor.
    fn add(&mut self, dag: &mut Dag, forest: &Forest, branch: &Valued) {
        let (from, to) = (forest.of(branch.from), forest.of(branch.to));
        let value = branch.value;
        match branch.kind {
            BranchKind::Capacitance => {
                let drop = dag.sub(self.potential(branch.from), self.potential(branch.to));
                self.capacitances.push((from, to, value, drop));
            }
            BranchKind::Charge => self.add_to(dag, [from, to], value, |s| &mut s.charge),
            BranchKind::Current | BranchKind::Resistor => {
                self.current_branches.push((from, to));
                self.flows.push((from, to, value));
                self.add_to(dag, [from, to], value, |s| &mut s.other);
            }
        }
    }

    /// Adds a resistor; `carried` is its current by Kirchhoff's law, where that is known.
    fn add_resistor(
        &mut self,
        dag: &mut Dag,
        forest: &Forest,
        branch: &Valued,
        carried: Option<Id>,
    ) {
        let (from, to) = (forest.of(branch.from), forest.of(branch.to));
        let drop = dag.sub(self.potential(branch.from), self.potential(branch.to));
        let value = match carried {
            Some(current) => dag.through(drop, branch.value, current),
            None => dag.div(drop, branch.value),
        };
        self.flows.push((from, to, value));
        if depends_on_bias(dag, branch.value) {
            self.add_to(dag, [from, to], value, |s| &mut s.other);
        } else {
            self.add_to(dag, [from, to], value, |s| &mut s.resistive);
        }
    }

    /// Adds what leaves the first node and comes into the second.
    fn add_to(
        &mut self,
        dag: &mut Dag,
        [from, to]: [usize; 2],
        value: Id,
        sum: fn(&mut NodeSums) -> &mut Id,
    ) {
        for (node, leaves) in [(from, true), (to, false)] {
            let Some(sum) = self.sums.get_mut(node).map(sum) else { continue };
            *sum = if leaves { dag.add(*sum, value) } else { dag.sub(*sum, value) };
        }
    }

    /// The current through a resistor as what the nodes behind it take: those that it alone
    /// joins to the pins over resistors. `None` where it lies between two ways to pins.
    fn carried(&self, dag: &mut Dag, resistor: usize) -> Option<Id> {
        let this = *self.resistors.get(resistor)?;
        for (start, other, sign) in [(this.to, this.from, true), (this.from, this.to, false)] {
            let mut behind = BTreeSet::from([start]);
            // As many sweeps as nodes reach the end of the longest chain.
            for _ in 0..self.root.len() {
                for (index, r) in self.resistors.iter().enumerate() {
                    if index != resistor && (behind.contains(&r.from) || behind.contains(&r.to)) {
                        behind.extend([r.from, r.to]);
                    }
                }
            }
            if behind.contains(&other) || behind.iter().any(|n| *n < self.pins) {
                continue;
            }
            let mut sum = dag.constant(0.0);
            for &(from, to, flow) in &self.flows {
                match (behind.contains(&from), behind.contains(&to)) {
                    (true, false) => sum = dag.add(sum, flow),
                    (false, true) => sum = dag.sub(sum, flow),
                    _ => {}
                }
            }
            return Some(if sign { sum } else { dag.unary(Unary::Negate, sum) });
        }
        None
    }

    fn potential(&self, node: usize) -> Id {
        self.potentials.get(node).copied().unwrap_or_default()
    }

    /// The sums of a node.
    pub(crate) fn sums(&self, node: usize) -> NodeSums {
        self.sums.get(node).cloned().unwrap_or(NodeSums { resistive: 0, other: 0, charge: 0 })
    }

    /// The current that leaves a node into the device.
    pub(crate) fn current(&self, dag: &mut Dag, node: usize) -> Id {
        let sums = self.sums(node);
        dag.add(sums.resistive, sums.other)
    }

    /// The current into a pin: see [`Network::pins_current`].
    pub(crate) fn pin_current(&self, dag: &mut Dag, pin: usize) -> Id {
        self.pins_current(dag, &[pin])
    }

    /// The current into some pins together, as what flows out of them and the inner nodes that
    /// they reach first over resistors.
    ///
    /// This is the sum of [`Network::current`] by Kirchhoff's law, but series resistances are not
    /// in it: `(V(a) - V(j)) / RS` has lost its digits where the current is small, and its
    /// derivative by V(a) is the difference of two large conductances.
    pub(crate) fn pins_current(&self, dag: &mut Dag, pins: &[usize]) -> Id {
        let owners = self.owners();
        let inside = |n: usize| match owners.get(n) {
            _ if n < self.pins => pins.contains(&n),
            Some(Some(owner)) => pins.contains(owner),
            _ => false,
        };
        let mut sum = dag.constant(0.0);
        for &(from, to, flow) in &self.flows {
            match (inside(from), inside(to)) {
                (true, false) => sum = dag.add(sum, flow),
                (false, true) => sum = dag.sub(sum, flow),
                _ => {}
            }
        }
        sum
    }

    /// The `solve` equations and those of the inner nodes, pins held.
    pub(crate) fn implicit(&self, dag: &mut Dag) -> Implicit {
        let solves = self.solves.iter().map(|s| Some(s.residual)).collect();
        let residuals = self.inner.iter().map(|&n| self.current(dag, n)).collect();
        let unknowns = self.inner.iter().map(|&n| Input::Node(n as u32)).collect();
        Implicit::with_solves(solves).with_nodes(unknowns, residuals)
    }

    /// The charge that came in through a pin: its own, and that of inner nodes that it reaches
    /// over resistors before other pins do.
    pub(crate) fn pin_charge(&self, dag: &mut Dag, pin: usize) -> Id {
        let owners = self.owners();
        let mut sum = self.sums(pin).charge;
        for &node in &self.inner {
            if owners.get(node) == Some(&Some(pin)) {
                sum = dag.add(sum, self.sums(node).charge);
            }
        }
        sum
    }

    /// By node: the pin nearest over resistors, then over currents.
    pub(crate) fn owners(&self) -> Vec<Option<usize>> {
        let mut owner: Vec<Option<usize>> =
            (0..self.root.len()).map(|n| (n < self.pins).then_some(n)).collect();
        let resistors: Vec<(usize, usize)> =
            self.resistors.iter().map(|r| (r.from, r.to)).collect();
        for edges in [&resistors, &self.current_branches] {
            // As many sweeps as nodes let ownership travel the longest chain.
            for _ in 0..self.root.len() {
                let before = owner.clone();
                for &(x, y) in edges {
                    for (a, b) in [(x, y), (y, x)] {
                        if let (Some(Some(pin)), Some(slot)) = (before.get(a), owner.get_mut(b)) {
                            slot.get_or_insert(*pin);
                        }
                    }
                }
            }
        }
        owner
    }

    /// dI(a)/dV(b) with the inner nodes eliminated.
    pub(crate) fn conductance(
        &self,
        dag: &mut Dag,
        implicit: &mut Implicit,
        a: usize,
        b: usize,
    ) -> Id {
        let current = self.pin_current(dag, a);
        let (gradient, _) = implicit.total(dag, current, &[Input::Node(b as u32)]);
        gradient.first().copied().unwrap_or_default()
    }

    /// Im(Y(a, b)) / ω for ω towards zero.
    ///
    /// With the inner equations `F + jω q = 0` the current into a pin is, to first order in ω,
    /// `dq_a - sum(m_i dq_i)`, where `m = I_v F_v^-1` and `d` is the total derivative: what a
    /// charge at an inner node moves is divided between the ways out of the node.
    pub(crate) fn capacitance(
        &self,
        dag: &mut Dag,
        implicit: &mut Implicit,
        a: usize,
        b: usize,
    ) -> Id {
        let by = Input::Node(b as u32);
        let current = self.current(dag, a);
        let (_, multipliers) = implicit.total(dag, current, &[]);
        let mut sum = self.charge_by(dag, implicit, a, by);
        for (&node, m) in self.inner.iter().zip(multipliers) {
            let d = self.charge_by(dag, implicit, node, by);
            let share = dag.mul(m, d);
            sum = dag.sub(sum, share);
        }
        sum
    }

    /// What a small change of an input moves onto a node: by its charge, and over capacitances
    /// that no charge belongs to.
    fn charge_by(&self, dag: &mut Dag, implicit: &mut Implicit, node: usize, by: Input) -> Id {
        self.moved(dag, node, &mut |dag, of| {
            implicit.total(dag, of, &[by]).0.first().copied().unwrap_or_default()
        })
    }

    /// The same for any kind of derivative.
    pub(crate) fn moved(
        &self,
        dag: &mut Dag,
        node: usize,
        by: &mut dyn FnMut(&mut Dag, Id) -> Id,
    ) -> Id {
        let own = self.sums(node).charge;
        let mut sum = by(dag, own);
        for &(from, to, value, drop) in &self.capacitances {
            if from != node && to != node {
                continue;
            }
            let change = by(dag, drop);
            let moved = dag.mul(value, change);
            sum = if from == node { dag.add(sum, moved) } else { dag.sub(sum, moved) };
        }
        sum
    }
}

/// Whether a value depends on potentials, or on unknowns that differ from point to point.
fn depends_on_bias(dag: &Dag, value: Id) -> bool {
    !dag.is_uniform(value)
        && dag.reachable(&[value]).into_iter().any(|id| match dag.expr(id) {
            Expr::Input(Input::Node(_)) => true,
            Expr::Input(Input::Unknown(_)) => !dag.is_uniform(id),
            _ => false,
        })
}

/// Values of all branches and equations of all `solve`s.
fn lower_all(
    device: &Device,
    dag: &mut Dag,
    decided: &Decided,
    potentials: &[Id],
) -> Result<(Vec<Valued>, Vec<SolveEquation>), Diagnostic> {
    let t = &device.template;
    let mut roots: Vec<ExprId> = t.branches.iter().map(|b| b.value).collect();
    for s in &t.solves {
        roots.extend([s.residual, s.low, s.high]);
    }
    let of = |n: u32| potentials.get(n as usize).copied();
    let ids = lower(&t.graph, &roots, decided, dag, &mut |dag, leaf| match leaf {
        Leaf::Voltage(a, b) => {
            let (a, b) = (of(a)?, of(b)?);
            Some(dag.sub(a, b))
        }
        Leaf::Argument(a) if t.is_function() => Some(dag.input(Input::Argument(a))),
        _ => device.common_leaf(dag, leaf),
    })
    .map_err(|_| device.misplaced("an equation holds something that only quantities know"))?;
    let (values, equations) = ids.split_at(t.branches.len());
    let branches = t
        .branches
        .iter()
        .zip(values)
        .map(|(b, &value)| Valued { kind: b.kind, from: b.from as usize, to: b.to as usize, value })
        .collect();
    let solves = equations
        .chunks_exact(3)
        .filter_map(|c| match *c {
            [residual, low, high] => Some(SolveEquation { residual, low, high }),
            _ => None,
        })
        .collect();
    Ok((branches, solves))
}

/// Potentials of joined nodes that remember their resistance. The current through a zero
/// resistor is what flows on from the nodes behind it.
fn trace_joined(dag: &mut Dag, forest: &Forest, branches: &[Valued], plain: &[Id]) -> Vec<Id> {
    let zero = dag.constant(0.0);
    let mut onward = vec![zero; plain.len()];
    for (index, b) in branches.iter().enumerate() {
        if matches!(b.kind, BranchKind::Charge | BranchKind::Capacitance)
            || forest.holds(index)
            || forest.of(b.from) == forest.of(b.to)
        {
            continue;
        }
        let current = match b.kind {
            BranchKind::Resistor => {
                let potential = |n: usize| plain.get(n).copied().unwrap_or(zero);
                let drop = dag.sub(potential(b.from), potential(b.to));
                dag.div(drop, b.value)
            }
            _ => b.value,
        };
        if let Some(o) = onward.get_mut(b.from) {
            *o = dag.add(*o, current);
        }
        if let Some(o) = onward.get_mut(b.to) {
            *o = dag.sub(*o, current);
        }
    }
    for &node in forest.order.iter().rev() {
        let Some(Some((parent, _))) = forest.parent.get(node) else { continue };
        let through = onward.get(node).copied().unwrap_or(zero);
        if let Some(o) = onward.get_mut(*parent) {
            *o = dag.add(*o, through);
        }
    }
    let mut traced = plain.to_vec();
    for &node in &forest.order {
        let Some(&Some((parent, branch))) = forest.parent.get(node) else { continue };
        let above = traced.get(parent).copied().unwrap_or(zero);
        let through = onward.get(node).copied().unwrap_or(zero);
        let resistance = branches.get(branch).map_or(zero, |b| b.value);
        if let Some(slot) = traced.get_mut(node) {
            *slot = dag.joined(above, through, resistance);
        }
    }
    traced
}

/// The roots that a search for a `solve` unknown needs.
pub(crate) fn solve_roots(
    dag: &mut Dag,
    implicit: &mut Implicit,
    k: u32,
    equation: SolveEquation,
) -> SolveRoots {
    let slope = implicit.solve_slope(dag, k);
    let settled = dag.settle(&[equation.residual, slope, equation.low, equation.high]);
    match settled[..] {
        [residual, slope, low, high] => SolveRoots { residual, slope, low, high },
        _ => SolveRoots {
            residual: equation.residual,
            slope,
            low: equation.low,
            high: equation.high,
        },
    }
}
