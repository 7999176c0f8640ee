//! One compiled variant: a network under drives, with decisions made, as programs.

use crate::adjoint::Implicit;
use crate::admittance;
use crate::dag::{Dag, Expr, Id, Input, Uniformity};
use crate::device::{Device, Key, varying_unknowns};
use crate::drives::Driven;
use crate::lower::{Decided, lower};
use crate::network::{Network, SolveEquation};
use crate::program::{Layout, Program, UniformProgram};
use crate::request::{Request, Target, Wanted};
use crate::searches::{PointSolve, lay_solves, needed_solves};
use crate::tangents;
use espice_base::{Code, Diagnostic};
use espice_lang::ir::{Binary, Leaf, QuantityIr, Unary};
use espice_units::Dimension;
use std::collections::{BTreeMap, BTreeSet};

/// A compiled variant.
#[derive(Clone, Debug)]
pub(crate) struct Variant {
    /// What is computed once a batch.
    pub uniform: UniformProgram,
    /// Registers of argument columns.
    pub arguments: Vec<usize>,
    /// Register of the temperature, when it varies.
    pub temperature: usize,
    /// Register of the polish flag.
    pub polish: usize,
    /// Register of the share of the drives.
    pub share: usize,
    /// Register of the share of forced currents.
    pub flow: usize,
    /// Whether currents are forced.
    pub forced: bool,
    /// Register of the conductance that helps on the way.
    pub shunt: usize,
    /// Searches for unknowns of `solve` that differ from point to point, in order.
    pub solves: Vec<PointSolve>,
    /// How potentials are found.
    pub solver: Solver,
    /// The results, in the order of the request.
    pub results: Program,
    /// Registers of the largest program.
    pub registers: usize,
}

/// How unknown potentials are found.
#[derive(Clone, Debug)]
pub(crate) enum Solver {
    /// There are none.
    None,
    /// One: see [`crate::scalar`].
    One {
        /// Its register.
        unknown: usize,
        /// Conductance, source, and the lowest and highest known potential.
        setup: Program,
        /// Current and slope.
        step: Program,
    },
    /// Several: see [`crate::newton`].
    Many {
        /// Their registers.
        unknowns: Vec<usize>,
        /// Registers of the arguments at which exponentials are expanded.
        expansions: Vec<usize>,
        /// First guesses.
        setup: Program,
        /// Newton's steps, then arguments of the exponentials now, then after the step.
        step: Program,
    },
}

/// A network with its pins driven.
struct Circuit {
    solves: Vec<SolveEquation>,
    unknowns: Vec<Input>,
    /// Resistive and other currents of each equation, and what they add up to.
    balances: Vec<[Id; 3]>,
    /// First guesses of the unknowns.
    guesses: Vec<Id>,
    /// The lowest and the highest known potential.
    hull: [Id; 2],
    /// The value of each target.
    targets: BTreeMap<Target, Id>,
}

impl Variant {
    /// Compiles.
    ///
    /// # Errors
    /// When the quantity does not fit the template, or a node has no current at all.
    pub(crate) fn new(device: &Device, request: &Request, key: Key) -> Result<Variant, Diagnostic> {
        let (zero, decided) = device.outcomes(key);
        let varying = varying_unknowns(&device.template, &decided, key.varying_temperature);
        let mut dag = Dag::new(Uniformity {
            varying_temperature: key.varying_temperature,
            varying_unknowns: varying.clone(),
        });
        let circuit = Circuit::new(device, &mut dag, request, &zero, &decided)?;
        Ok(compile(device, &mut dag, request, circuit, &varying))
    }
}

impl Circuit {
    fn new(
        device: &Device,
        dag: &mut Dag,
        request: &Request,
        zero: &BTreeSet<usize>,
        decided: &Decided,
    ) -> Result<Circuit, Diagnostic> {
        let network = Network::new(device, dag, zero, decided, request.wants_derivatives())?;
        check_nodes(device, dag, &network)?;
        let mut driven = match &request.quantity {
            None => Driven::by_arguments(dag, network.pins, request.mirrored),
            Some(quantity) => Driven::by_quantity(device, dag, quantity)?,
        };
        driven.eliminate_pendants(dag, &network);
        let mut targets = pin_targets(dag, &network, request);

        // Everything that mentions a pin's potential, rewritten in one pass.
        let mut unknowns: Vec<Input> =
            network.inner.iter().map(|&n| Input::Node(n as u32)).collect();
        let zero_id = dag.constant(0.0);
        let mut balances: Vec<[Id; 3]> = network
            .inner
            .iter()
            .map(|&n| [network.sums(n).resistive, network.sums(n).other, zero_id])
            .collect();
        unknowns.extend(driven.unknowns.iter().map(|&p| Input::Node(p as u32)));
        for equation in &driven.equations {
            // With inner nodes behind resistors, what floats hangs on the small currents of the
            // device: beside the conductances of the resistors they would be lost.
            if !network.inner.is_empty() {
                let current = network.pins_current(dag, &equation.pins);
                balances.push([zero_id, current, equation.value]);
                continue;
            }
            let (mut resistive, mut other) = (zero_id, zero_id);
            for &pin in &equation.pins {
                let sums = network.sums(pin);
                resistive = dag.add(resistive, sums.resistive);
                other = dag.add(other, sums.other);
            }
            balances.push([resistive, other, equation.value]);
        }
        let mut roots: Vec<Id> = balances.iter().flatten().copied().collect();
        for s in &network.solves {
            roots.extend([s.residual, s.low, s.high]);
        }
        roots.extend(targets.values());
        let potentials = driven.potentials.clone();
        let mut rewritten = dag
            .rewrite(&roots, &mut |_, expr| match expr {
                Expr::Input(Input::Node(n)) => potentials.get(n as usize).copied(),
                _ => None,
            })
            .into_iter();
        let mut next = || rewritten.next().unwrap_or(zero_id);
        for balance in &mut balances {
            *balance = [next(), next(), next()];
        }
        let solves = network
            .solves
            .iter()
            .map(|_| SolveEquation { residual: next(), low: next(), high: next() })
            .collect();
        for value in targets.values_mut() {
            *value = next();
        }
        let guesses = guesses(dag, &network, &driven, &unknowns);
        let hull = hull(dag, &driven, &unknowns);
        if let Some(quantity) = &request.quantity {
            let value = quantity_value(device, dag, quantity, (&driven, &targets), decided)?;
            targets.insert(Target::Quantity, value);
        }
        Ok(Circuit { solves, unknowns, balances, guesses, hull, targets })
    }
}

fn check_nodes(device: &Device, dag: &Dag, network: &Network) -> Result<(), Diagnostic> {
    let t = &device.template;
    for &node in &network.inner {
        let sums = network.sums(node);
        if dag.value(sums.resistive) == Some(0.0) && dag.value(sums.other) == Some(0.0) {
            let name = t.nodes.get(node - t.pins.len()).map_or("", String::as_str);
            return Err(Diagnostic::error(
                Code::TEMPLATE_NOT_EVALUABLE,
                format!("no current flows through node `{name}` of template `{}`", t.name),
            )
            .at(t.span)
            .help("connect the node with a `resistor` or a `current`, or leave it out"));
        }
    }
    Ok(())
}

/// The targets that the columns or the quantity's value need, pins held.
fn pin_targets(dag: &mut Dag, network: &Network, request: &Request) -> BTreeMap<Target, Id> {
    let mut wanted: BTreeSet<Target> = request
        .columns
        .iter()
        .map(|c| match *c {
            Wanted::Value(target) | Wanted::By(target, _) => target,
        })
        .collect();
    wanted.remove(&Target::Quantity);
    if let Some(quantity) = &request.quantity {
        for node in quantity.graph.nodes() {
            if let espice_lang::ir::Node::Leaf(leaf) = *node {
                wanted.extend(leaf_target(leaf));
            }
        }
    }
    let mut implicit = network.implicit(dag);
    wanted
        .into_iter()
        .map(|target| {
            let id = match target {
                Target::Current(p) => network.pin_current(dag, p as usize),
                Target::Charge(p) => network.pin_charge(dag, p as usize),
                Target::Conductance(a, b) => {
                    network.conductance(dag, &mut implicit, a as usize, b as usize)
                }
                Target::Capacitance(a, b) => {
                    network.capacitance(dag, &mut implicit, a as usize, b as usize)
                }
                Target::ConductanceAt(a, b, f) => {
                    let f = dag.input(Input::Argument(f));
                    admittance::at(network, dag, &mut implicit, [a as usize, b as usize], f)[0]
                }
                Target::CapacitanceAt(a, b, f) => {
                    let f = dag.input(Input::Argument(f));
                    admittance::at(network, dag, &mut implicit, [a as usize, b as usize], f)[1]
                }
                Target::Quantity => dag.constant(f64::NAN),
            };
            let flips = matches!(target, Target::Current(_) | Target::Charge(_));
            let id = if request.mirrored && flips { dag.unary(Unary::Negate, id) } else { id };
            (target, id)
        })
        .collect()
}

fn leaf_target(leaf: Leaf) -> Option<Target> {
    match leaf {
        Leaf::PinCurrent(p) => Some(Target::Current(p)),
        Leaf::PinCharge(p) => Some(Target::Charge(p)),
        Leaf::PinConductance(a, b) => Some(Target::Conductance(a, b)),
        Leaf::PinCapacitance(a, b) => Some(Target::Capacitance(a, b)),
        Leaf::PinConductanceAt(a, b, f) => Some(Target::ConductanceAt(a, b, f)),
        Leaf::PinCapacitanceAt(a, b, f) => Some(Target::CapacitanceAt(a, b, f)),
        _ => None,
    }
}

fn quantity_value(
    device: &Device,
    dag: &mut Dag,
    quantity: &QuantityIr,
    (driven, targets): (&Driven, &BTreeMap<Target, Id>),
    decided: &Decided,
) -> Result<Id, Diagnostic> {
    let pins = device.template.pins.len();
    // The graph of a function's output is the template's own.
    let (none, is_function) = (Decided::new(), device.template.is_function());
    let decided = if is_function { decided } else { &none };
    let found =
        lower(&quantity.graph, &[quantity.value], decided, dag, &mut |dag, leaf| match leaf {
            Leaf::Argument(a) => Some(dag.input(Input::Argument(a))),
            Leaf::Voltage(a, b) if (a as usize) < pins && (b as usize) < pins => {
                let a = driven.potentials.get(a as usize).copied()?;
                let b = driven.potentials.get(b as usize).copied()?;
                Some(dag.sub(a, b))
            }
            Leaf::Parameter(_) | Leaf::Unknown(_) if !is_function => None,
            Leaf::PinCurrent(p) | Leaf::PinCharge(p) if p as usize >= pins => None,
            Leaf::PinCapacitance(a, b)
            | Leaf::PinConductance(a, b)
            | Leaf::PinCapacitanceAt(a, b, _)
            | Leaf::PinConductanceAt(a, b, _)
                if a.max(b) as usize >= pins =>
            {
                None
            }
            _ => match leaf_target(leaf) {
                Some(target) => targets.get(&target).copied(),
                None => device.common_leaf(dag, leaf),
            },
        });
    match found {
        Ok(ids) => Ok(ids.first().copied().unwrap_or_default()),
        Err(_) => Err(Diagnostic::error(
            Code::QUANTITY_PINS,
            format!(
                "`{}` asks for something that template `{}` does not have",
                quantity.symbol, device.template.name
            ),
        )
        .at(quantity.span)
        .label(device.template.span, "the template")),
    }
}

/// The potential of the pin that each unknown hangs on, where that is known; 0 V elsewhere.
fn guesses(dag: &mut Dag, network: &Network, driven: &Driven, unknowns: &[Input]) -> Vec<Id> {
    let owners = network.owners();
    let zero = dag.constant(0.0);
    unknowns
        .iter()
        .map(|u| {
            let Input::Node(n) = *u else { return zero };
            let owner = owners.get(n as usize).copied().flatten();
            let potential = owner.and_then(|p| driven.potentials.get(p)).copied();
            match potential {
                Some(p) if !unknowns.iter().any(|u| dag.uses(&[p], *u)) => p,
                _ => zero,
            }
        })
        .collect()
}

/// The lowest and the highest of the pins' known potentials.
fn hull(dag: &mut Dag, driven: &Driven, unknowns: &[Input]) -> [Id; 2] {
    let known: Vec<Id> = driven
        .potentials
        .iter()
        .copied()
        .filter(|&p| !unknowns.iter().any(|u| dag.uses(&[p], *u)))
        .collect();
    let zero = dag.constant(0.0);
    [Binary::Minimum, Binary::Maximum].map(|op| {
        let mut rest = known.iter().copied();
        let first = rest.next().unwrap_or(zero);
        rest.fold(first, |end, p| dag.binary(op, end, p))
    })
}

fn compile(
    device: &Device,
    dag: &mut Dag,
    request: &Request,
    mut circuit: Circuit,
    varying: &[bool],
) -> Variant {
    let many = circuit.unknowns.len() > 1;
    let mut implicit =
        Implicit::with_solves(circuit.solves.iter().map(|s| Some(s.residual)).collect());
    let residuals: Vec<Id> = circuit
        .balances
        .iter()
        .map(|&[resistive, other, value]| {
            let sum = dag.add(resistive, other);
            dag.sub(sum, value)
        })
        .collect();
    implicit = implicit.with_nodes(circuit.unknowns.clone(), residuals.clone());
    let results = results(dag, request, &circuit, &mut implicit, &residuals);
    let results = dag.settle(&results);

    let mut setup_roots = Vec::new();
    let mut step_roots = Vec::new();
    let mut expansions = 0;
    if many {
        let stepped = share_drives(dag, &mut circuit, &residuals, request);
        let mut first = stepped.guesses;
        first.extend(circuit.hull);
        setup_roots = dag.settle(&first);
        let shunted = with_shunts(dag, &circuit, stepped.residuals);
        let (steps, count) = newton_roots(dag, &circuit, shunted);
        expansions = count;
        step_roots = dag.settle(&steps);
    } else if let (Some(&unknown), Some(&[resistive, other, value])) =
        (circuit.unknowns.first(), circuit.balances.first())
    {
        let conductance = implicit.partial(dag, resistive, unknown);
        let zero = dag.constant(0.0);
        let at_zero = dag
            .rewrite(&[resistive], &mut |_, expr| (expr == Expr::Input(unknown)).then_some(zero));
        let rest = at_zero.first().copied().unwrap_or(zero);
        let source = dag.sub(value, rest);
        setup_roots = dag.settle(&[conductance, source, circuit.hull[0], circuit.hull[1]]);
        let slope = implicit.partial(dag, other, unknown);
        step_roots = dag.settle(&[other, slope]);
    }

    let mut all: Vec<Id> = results.clone();
    all.extend(&setup_roots);
    all.extend(&step_roots);
    let solves = needed_solves(dag, &circuit.solves, &all);

    // Registers of inputs.
    let mut layout = Layout::default();
    let arguments = match &request.quantity {
        Some(quantity) => quantity.arguments.len(),
        None => device.template.pins.len() + usize::from(request.has_frequency()),
    };
    let arguments = (0..arguments).map(|a| layout.pin(Input::Argument(a as u32))).collect();
    let temperature = layout.pin(Input::Temperature);
    let polish = layout.pin(Input::Polish);
    let share = layout.pin(Input::Share);
    let flow = layout.pin(Input::Flow);
    let shunt = layout.pin(Input::Shunt);
    let unknowns: Vec<usize> = circuit.unknowns.iter().map(|&u| layout.pin(u)).collect();
    let expansions: Vec<usize> =
        (0..expansions).map(|e| layout.pin(Input::Expansion(e as u32))).collect();
    for (k, varies) in varying.iter().enumerate() {
        if *varies {
            layout.pin(Input::Unknown(k as u32));
        }
    }

    let (point_solves, uniform_solves) = lay_solves(&mut layout, dag, varying, &solves);
    let results = layout.program(dag, &results);
    let setup = layout.program(dag, &setup_roots);
    let step = layout.program(dag, &step_roots);
    let mut registers = results.registers.max(setup.registers).max(step.registers);
    for s in &point_solves {
        registers = registers.max(s.ends.registers).max(s.step.registers);
    }
    let solver = match unknowns.first() {
        None => Solver::None,
        Some(&unknown) if !many => Solver::One { unknown, setup, step },
        Some(_) => Solver::Many { unknowns, expansions, setup, step },
    };
    Variant {
        registers: registers.max(layout.pinned()),
        uniform: layout.uniform(dag, &uniform_solves),
        arguments,
        temperature,
        polish,
        share,
        flow,
        forced: (0..arguments_of(request)).any(|a| is_current(request, a)),
        shunt,
        solves: point_solves,
        solver,
        results,
    }
}

/// The columns: values corrected by the last Newton step, and total derivatives.
fn results(
    dag: &mut Dag,
    request: &Request,
    circuit: &Circuit,
    implicit: &mut Implicit,
    residuals: &[Id],
) -> Vec<Id> {
    let mut gradients: BTreeMap<Target, Vec<Input>> = BTreeMap::new();
    for column in &request.columns {
        match *column {
            Wanted::Value(target) => drop(gradients.entry(target).or_default()),
            Wanted::By(target, input) => gradients.entry(target).or_default().push(input),
        }
    }
    let mut done: BTreeMap<Wanted, Id> = BTreeMap::new();
    let nothing = dag.constant(f64::NAN);
    let polish = dag.input(Input::Polish);
    for (target, inputs) in gradients {
        let root = circuit.targets.get(&target).copied().unwrap_or(nothing);
        let first_order = match target {
            Target::Current(_) | Target::Charge(_) => true,
            Target::Conductance(..)
            | Target::Capacitance(..)
            | Target::ConductanceAt(..)
            | Target::CapacitanceAt(..) => false,
            Target::Quantity => request.quantity.as_ref().is_some_and(plain_value),
        };
        let mut value = root;
        if first_order || !inputs.is_empty() {
            let (gradient, multipliers) = implicit.total(dag, root, &inputs);
            for (input, id) in inputs.iter().zip(gradient) {
                done.insert(Wanted::By(target, *input), id);
            }
            if first_order {
                for (m, &f) in multipliers.into_iter().zip(residuals) {
                    let shown = dag.mul(f, polish);
                    let share = dag.mul(m, shown);
                    value = dag.sub(value, share);
                }
            }
        }
        done.insert(Wanted::Value(target), value);
    }
    request.columns.iter().map(|c| done.get(c).copied().unwrap_or(nothing)).collect()
}

/// Whether a quantity's value holds no derivative.
fn plain_value(quantity: &QuantityIr) -> bool {
    !quantity.graph.nodes().iter().any(|n| {
        matches!(
            n,
            espice_lang::ir::Node::Leaf(
                Leaf::PinCapacitance(..)
                    | Leaf::PinConductance(..)
                    | Leaf::PinCapacitanceAt(..)
                    | Leaf::PinConductanceAt(..)
            )
        )
    })
}

struct Stepped {
    residuals: Vec<Id>,
    guesses: Vec<Id>,
}

fn arguments_of(request: &Request) -> u32 {
    request.quantity.as_ref().map_or(0, |q| q.arguments.len() as u32)
}

/// Whether an argument of the quantity is a current.
fn is_current(request: &Request, argument: u32) -> bool {
    let dimensions = request.quantity.as_ref().map(|q| &q.argument_dimensions);
    let dimension = dimensions.and_then(|list| list.get(argument as usize));
    dimension == Some(&Dimension::CURRENT)
}

/// Scales all arguments by the share of the drives, for source stepping, and currents among them
/// by their own.
fn share_drives(
    dag: &mut Dag,
    circuit: &mut Circuit,
    residuals: &[Id],
    request: &Request,
) -> Stepped {
    let mut roots: Vec<Id> = residuals.to_vec();
    roots.extend(&circuit.guesses);
    for s in &circuit.solves {
        roots.extend([s.residual, s.low, s.high]);
    }
    let mut shared = dag
        .rewrite(&roots, &mut |dag, expr| match expr {
            Expr::Input(Input::Argument(index)) => {
                let mut share = dag.input(Input::Share);
                if is_current(request, index) {
                    let flow = dag.input(Input::Flow);
                    share = dag.mul(share, flow);
                }
                let argument = dag.input(Input::Argument(index));
                Some(dag.mul(share, argument))
            }
            _ => None,
        })
        .into_iter();
    let mut next = || shared.next().unwrap_or_default();
    let residuals = residuals.iter().map(|_| next()).collect();
    let guesses = circuit.guesses.iter().map(|_| next()).collect();
    for s in &mut circuit.solves {
        *s = SolveEquation { residual: next(), low: next(), high: next() };
    }
    Stepped { residuals, guesses }
}

/// A conductance from every unknown potential to the reference.
fn with_shunts(dag: &mut Dag, circuit: &Circuit, residuals: Vec<Id>) -> Vec<Id> {
    let shunt = dag.input(Input::Shunt);
    let both = residuals.into_iter().zip(&circuit.unknowns);
    both.map(|(residual, unknown)| {
        let potential = dag.input(*unknown);
        let lost = dag.mul(shunt, potential);
        dag.add(residual, lost)
    })
    .collect()
}

/// Newton's steps with every steep exponential of an unknown replaced by its tangent at a point of
/// its own, then the exponentials' arguments now and after the step; and how many there are.
fn newton_roots(dag: &mut Dag, circuit: &Circuit, residuals: Vec<Id>) -> (Vec<Id>, usize) {
    let arguments = tangents::steep(dag, &residuals, &circuit.unknowns);
    let expanded = tangents::expanded(dag, &residuals, &arguments);
    let solves = circuit.solves.iter().map(|s| Some(s.residual)).collect();
    let mut implicit = Implicit::with_solves(solves).with_nodes(circuit.unknowns.clone(), expanded);
    let steps = implicit.newton(dag);
    let mut roots = steps.clone();
    roots.extend(&arguments);
    for &a in &arguments {
        let mut after = a;
        for (u, &step) in circuit.unknowns.iter().zip(&steps) {
            let d = implicit.partial(dag, a, *u);
            let change = dag.mul(d, step);
            after = dag.add(after, change);
        }
        roots.push(after);
    }
    (roots, arguments.len())
}
