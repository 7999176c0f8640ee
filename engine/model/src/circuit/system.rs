//! A circuit with its device as one system of equations, compiled to programs.
//!
//! Unknowns are the potentials of all nodes but the ground, those of the device's inner nodes,
//! and the currents of voltage sources, resistors and inductors. With `F` what flows without
//! delay, `Q` the charges and fluxes, and `A` saying into which equations these go, the system is
//! `F(x, t) + A dQ/dt = 0`. Every exponential of an unknown is replaced by its tangent at an
//! argument of its own, which follows the true one as far as [`crate::newton::limited`] allows.

use super::assembly::{Assembly, Nodes, ground, lower_circuit};
use crate::adjoint::Implicit;
use crate::dag::{Dag, Expr, Id, Input, Uniformity};
use crate::device::{Device, Key, varying_unknowns};
use crate::network::{Network, SolveEquation};
use crate::program::{Layout, Program, UniformProgram};
use crate::searches::{PointSolve, lay_solves, needed_solves};
use crate::tangents;
use espice_base::Diagnostic;
use espice_lang::ir::{Binary, CircuitIr, EventIr, ExprId, Unary, Way};
use std::collections::BTreeMap;

/// The compiled system.
#[derive(Clone, Debug)]
pub(super) struct System {
    /// What is computed once a run.
    pub uniform: UniformProgram,
    /// How many registers the programs use.
    pub registers: usize,
    /// Registers of the conditions, the time, the observations, the currents that charges drive
    /// into the pins, and charge, capacitance and voltage at the last moment of each anchor.
    pub inputs: Vec<usize>,
    /// Register of the share of the sources that is applied.
    pub share: usize,
    /// Register that is 1 while starts are held.
    pub hold: usize,
    /// Registers of the unknowns: potentials first, then currents.
    pub unknowns: Vec<usize>,
    /// How many unknowns are potentials.
    pub potentials: usize,
    /// By potential: whether its node lies inside the device.
    pub inside: Vec<bool>,
    /// Registers of the arguments at which exponentials are expanded.
    pub expansions: Vec<usize>,
    /// Searches for unknowns of the template's `solve`s.
    pub solves: Vec<PointSolve>,
    /// The exponentials' arguments.
    pub arguments: Program,
    /// `F`, `Q`, and their derivatives.
    pub equations: Program,
    /// Unknown and equation of each derivative of `F`.
    pub by_flow: Vec<(usize, usize)>,
    /// State and unknown of each derivative of `Q`.
    pub by_state: Vec<(usize, usize)>,
    /// By state: the equations that its rate goes into, with its sign.
    pub states: Vec<Vec<(usize, f64)>>,
    /// By pin: the states whose rates flow into it, with their signs.
    pub pin_states: Vec<Vec<(usize, f64)>>,
    /// States of capacitances without a charge, whose charge is counted from the last moment.
    pub anchored: Vec<usize>,
    /// Their capacitances and voltages, one after the other.
    pub anchors: Program,
    /// What the observations watch.
    pub watched: Program,
    /// What crosses zero, upwards, for each event but start and end.
    pub crossings: Program,
    /// The outputs.
    pub outputs: Program,
    /// What changes its sign where a source has a kink.
    pub switches: Program,
    /// The end of the run.
    pub stop: Option<Program>,
}

impl System {
    /// Compiles.
    ///
    /// # Errors
    /// What [`Network::new`] tells, and when the circuit asks for something that the template does
    /// not have.
    pub(super) fn new(
        device: &Device,
        circuit: &CircuitIr,
        key: Key,
    ) -> Result<System, Diagnostic> {
        let (zero, decided) = device.outcomes(key);
        let varying = varying_unknowns(&device.template, &decided, false);
        let mut dag =
            Dag::new(Uniformity { varying_temperature: false, varying_unknowns: varying.clone() });
        let network = Network::new(device, &mut dag, &zero, &decided, false)?;
        let nodes =
            Nodes { circuit, device: device.template.pins.len() + device.template.nodes.len() };
        let mut assembly = Assembly::device(&mut dag, &network, &nodes);
        assembly.elements(device, &mut dag, &nodes)?;
        let grounded = Expr::Input(Input::Node(nodes.of(circuit.ground) as u32));
        let mut solves = network.solves.clone();
        ground(&mut dag, grounded, &mut assembly, &mut solves);
        let switches = switches(&mut dag, &assembly.flows, circuit.time());

        let asked = Asked::new(device, &mut dag, &nodes, &assembly)?;
        compile(device, circuit, dag, assembly, (solves, varying), (switches, asked))
    }
}

/// Differences that change their sign where a source has a kink or jump: sides of comparisons,
/// of minima and maxima, and arguments of magnitudes that depend on the time and on no unknown.
fn switches(dag: &mut Dag, roots: &[Id], time: u32) -> Vec<Id> {
    let mut timed: BTreeMap<Id, (bool, bool)> = BTreeMap::new();
    let mut found = Vec::new();
    for id in dag.reachable(roots) {
        let expr = dag.expr(id);
        let (mut by_time, mut by_unknown) = (false, false);
        match expr {
            Expr::Input(Input::Argument(a)) => by_time = a == time,
            Expr::Input(Input::Node(_) | Input::Unknown(_)) => by_unknown = true,
            _ => {
                for operand in dag.operands(id) {
                    let (t, u) = timed.get(&operand).copied().unwrap_or_default();
                    (by_time, by_unknown) = (by_time | t, by_unknown | u);
                }
            }
        }
        timed.insert(id, (by_time, by_unknown));
        let sides = match expr {
            Expr::Compare(_, a, b) | Expr::Binary(Binary::Minimum | Binary::Maximum, a, b) => {
                (a, Some(b))
            }
            Expr::Unary(Unary::Absolute, a) => (a, None),
            _ => continue,
        };
        if by_time && !by_unknown && !found.contains(&sides) {
            found.push(sides);
        }
    }
    found.into_iter().map(|(a, b)| b.map_or(a, |b| dag.sub(a, b))).collect()
}

/// What is asked of a run.
struct Asked {
    watched: Vec<Id>,
    crossings: Vec<Id>,
    outputs: Vec<Id>,
    stop: Option<Id>,
}

impl Asked {
    fn new(
        device: &Device,
        dag: &mut Dag,
        nodes: &Nodes<'_>,
        assembly: &Assembly,
    ) -> Result<Asked, Diagnostic> {
        let circuit = nodes.circuit;
        let rates = nodes.rates();
        let mut currents = assembly.pin_flows.clone();
        for (pin, current) in currents.iter_mut().enumerate() {
            let rate = dag.input(Input::Argument(rates + pin as u32));
            *current = dag.add(*current, rate);
        }
        let watched: Vec<ExprId> = circuit.observations.iter().map(|o| o.value()).collect();
        let events: Vec<&EventIr> = circuit.events.iter().filter(|e| e.value.is_some()).collect();
        let crossings: Vec<ExprId> = events.iter().filter_map(|e| e.value).collect();
        let outputs: Vec<ExprId> = circuit.outputs.iter().map(|o| o.value).collect();
        let lowered =
            |dag: &mut Dag, roots: &[ExprId]| lower_circuit(device, dag, nodes, roots, &currents);
        let watched = lowered(dag, &watched)?;
        let mut crossings = lowered(dag, &crossings)?;
        for (crossing, event) in crossings.iter_mut().zip(events) {
            if event.way == Way::Falls {
                *crossing = dag.unary(Unary::Negate, *crossing);
            }
        }
        let outputs = lowered(dag, &outputs)?;
        let stop = circuit.stop.map(|s| lowered(dag, &[s])).transpose()?;
        Ok(Asked { watched, crossings, outputs, stop: stop.and_then(|s| s.first().copied()) })
    }
}

fn compile(
    device: &Device,
    circuit: &CircuitIr,
    mut dag: Dag,
    assembly: Assembly,
    (solves, varying): (Vec<SolveEquation>, Vec<bool>),
    (switches, asked): (Vec<Id>, Asked),
) -> Result<System, Diagnostic> {
    let dag = &mut dag;
    let count = assembly.flows.len();
    let mut roots = assembly.flows.clone();
    roots.extend(assembly.states.iter().map(|s| s.0));
    let arguments = tangents::steep(dag, &roots, &assembly.unknowns);
    let roots = tangents::expanded(dag, &roots, &arguments);
    let exponentials = arguments.len();
    let residuals = solves.iter().map(|s| Some(s.residual)).collect();
    let mut implicit = Implicit::with_solves(residuals);
    let mut derivatives = |dag: &mut Dag, roots: &[Id]| {
        let mut entries = Vec::new();
        let mut values = Vec::new();
        for (row, &root) in roots.iter().enumerate() {
            let partials = implicit.partials(dag, root);
            for (column, &unknown) in assembly.unknowns.iter().enumerate() {
                let leaf = dag.input(unknown);
                if let Some(&value) = partials.get(&leaf) {
                    entries.push((row, column));
                    values.push(value);
                }
            }
        }
        (entries, values)
    };
    let (flows, states) = roots.split_at(count.min(roots.len()));
    let (by_flow, flow_values) = derivatives(dag, flows);
    let (by_state, state_values) = derivatives(dag, states);
    let mut all = roots;
    for part in [&flow_values, &state_values] {
        all.extend(part);
    }
    let equations = dag.settle(&all);
    let arguments = dag.settle(&arguments);
    let programs = [&asked.watched, &asked.crossings, &asked.outputs, &switches, &assembly.anchors]
        .map(|list| dag.settle(list));
    let stop = asked.stop.map(|s| dag.settle(&[s]));

    let mut every: Vec<Id> = equations.clone();
    every.extend(&arguments);
    programs.iter().for_each(|p| every.extend(p));
    let solves = needed_solves(dag, &solves, &every);

    let mut layout = Layout::default();
    let inputs = circuit.observation(circuit.observations.len()) + circuit.pins;
    let inputs = inputs + 3 * assembly.anchored.len() as u32;
    let inputs = (0..inputs).map(|a| layout.pin(Input::Argument(a))).collect();
    layout.pin(Input::Temperature);
    let share = layout.pin(Input::Share);
    let hold = layout.pin(Input::Polish);
    let unknowns: Vec<usize> = assembly.unknowns.iter().map(|&u| layout.pin(u)).collect();
    let expansions: Vec<usize> =
        (0..exponentials).map(|e| layout.pin(Input::Expansion(e as u32))).collect();
    for (k, varies) in varying.iter().enumerate() {
        if *varies {
            layout.pin(Input::Unknown(k as u32));
        }
    }
    let (point_solves, uniform_solves) = lay_solves(&mut layout, dag, &varying, &solves);
    let equations = layout.program(dag, &equations);
    let arguments = layout.program(dag, &arguments);
    let [watched, crossings, outputs, switches, anchors] =
        programs.map(|p| layout.program(dag, &p));
    let stop = stop.map(|s| layout.program(dag, &s));
    let sizes = [&equations, &arguments, &watched, &crossings, &outputs, &switches, &anchors]
        .into_iter()
        .chain(&stop)
        .chain(point_solves.iter().flat_map(|s| [&s.ends, &s.step]))
        .map(|p| p.registers);
    let registers = sizes.max().unwrap_or(0).max(layout.pinned());
    if unknowns.is_empty() {
        return Err(device.misplaced("the circuit leaves nothing to be solved"));
    }
    Ok(System {
        registers,
        uniform: layout.uniform(dag, &uniform_solves),
        inputs,
        share,
        hold,
        unknowns,
        potentials: assembly.potentials,
        inside: assembly.inside,
        expansions,
        solves: point_solves,
        arguments,
        equations,
        by_flow,
        by_state,
        states: assembly.states.into_iter().map(|s| s.1).collect(),
        pin_states: assembly.pin_states,
        anchored: assembly.anchored,
        anchors,
        watched,
        crossings,
        outputs,
        switches,
        stop,
    })
}
