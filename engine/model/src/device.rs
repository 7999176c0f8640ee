//! A template prepared for evaluation: what of it a batch decides before any point is looked
//! at, namely which resistors are zero and which conditions hold for all points.

use crate::dag::{Dag, Id, Input, Uniformity};
use crate::lower::{Decided, lower, outcome};
use crate::program::{Layout, UniformProgram};
use crate::simulated::Simulation;
use crate::uniform;
use crate::{Mode, dispatch::Cpu};
use espice_base::{Cancellation, Code, Diagnostic};
use espice_lang::ir::{
    Binary, BranchKind, ExprId, Graph, Leaf, Node, PhysicalConstant, TemplateIr, Unary,
};
use espice_units::Constants;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Decisions of a batch fit into the bits of a key.
const MOST_DECISIONS: usize = 64;

/// Which template, in which arithmetic.
#[derive(Clone, Debug)]
pub(crate) struct Device {
    /// The template.
    pub template: TemplateIr,
    /// How to run.
    pub cpu: Cpu,
    /// Physical constants.
    pub constants: Constants,
    /// The temperature at which parameters hold, K.
    pub nominal: f64,
    /// 1 for the polarity of the equations, -1 for its mirror image.
    pub mirror: f64,
    /// Who runs the simulator that the template names.
    pub simulation: Option<Arc<dyn Simulation>>,
    /// Who may stop runs of circuits.
    pub cancellation: Cancellation,
    /// Decisions when the temperature is the same at all points, and when it is not.
    deciders: [Decider; 2],
}

/// Outcomes of a batch's decisions, one bit each.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(crate) struct Key {
    bits: u64,
    /// Whether the temperature differs from point to point.
    pub varying_temperature: bool,
}

/// What is decided, and the code that does.
#[derive(Clone, Debug, Default)]
struct Decider {
    /// What the resistors come to, of which zero joins nodes: expressions that hold for the
    /// whole batch.
    resistances: Vec<ExprId>,
    /// Conditions on parameters.
    conditions: Vec<ExprId>,
    program: UniformProgram,
    places: Vec<usize>,
}

impl Device {
    /// Prepares a template.
    pub(crate) fn new(
        template: &TemplateIr,
        mode: Mode,
        constants: Constants,
        nominal: f64,
    ) -> Result<Device, Diagnostic> {
        let mut device = Device {
            template: template.clone(),
            cpu: Cpu::detect(mode),
            constants,
            nominal,
            mirror: 1.0,
            simulation: None,
            cancellation: Cancellation::default(),
            deciders: [Decider::default(), Decider::default()],
        };
        device.check()?;
        device.deciders = [device.decider(false)?, device.decider(true)?];
        Ok(device)
    }

    /// The mirror image. What could be decided for the one can be decided for the other.
    pub(crate) fn mirrored(&self) -> Device {
        let mut device = Device { mirror: -1.0, ..self.clone() };
        if let (Ok(constant), Ok(varying)) = (device.decider(false), device.decider(true)) {
            device.deciders = [constant, varying];
        }
        device
    }

    fn check(&self) -> Result<(), Diagnostic> {
        let t = &self.template;
        let nodes = (t.pins.len() + t.nodes.len()) as u32;
        if t.pins.is_empty() && !t.is_function() {
            return Err(Diagnostic::error(
                Code::TEMPLATE_NOT_EVALUABLE,
                format!("template `{}` has no pins", t.name),
            )
            .at(t.span));
        }
        for branch in &t.branches {
            if branch.from >= nodes || branch.to >= nodes {
                return Err(Diagnostic::error(
                    Code::TEMPLATE_NOT_EVALUABLE,
                    format!("a branch of template `{}` ends at a node that does not exist", t.name),
                )
                .at(branch.span));
            }
        }
        Ok(())
    }

    /// The value of a physical constant.
    pub(crate) fn physical(&self, constant: PhysicalConstant) -> f64 {
        match constant {
            PhysicalConstant::Boltzmann => self.constants.k,
            PhysicalConstant::Charge => self.constants.q,
            PhysicalConstant::Permittivity => self.constants.eps0,
        }
    }

    /// Lowers a leaf that is the same in templates and quantities.
    pub(crate) fn common_leaf(&self, dag: &mut Dag, leaf: Leaf) -> Option<Id> {
        Some(match leaf {
            Leaf::Physical(constant) => dag.constant(self.physical(constant)),
            Leaf::Parameter(p) => dag.input(Input::Parameter(p)),
            Leaf::Temperature => dag.input(Input::Temperature),
            Leaf::NominalTemperature => dag.constant(self.nominal),
            Leaf::Mirror => dag.constant(self.mirror),
            Leaf::Unknown(k) => dag.input(Input::Unknown(k)),
            _ => return None,
        })
    }

    /// The diagnostic for a leaf that has no meaning where it stands.
    pub(crate) fn misplaced(&self, what: &str) -> Diagnostic {
        Diagnostic::error(
            Code::TEMPLATE_NOT_EVALUABLE,
            format!("template `{}` cannot be evaluated: {what}", self.template.name),
        )
        .at(self.template.span)
    }

    /// The values of expressions of parameters; `None` when one holds anything else.
    pub(crate) fn of_parameters(
        &self,
        expressions: &[ExprId],
        parameters: &[f64],
    ) -> Option<Vec<f64>> {
        let mut dag = Dag::new(Uniformity::default());
        let graph = &self.template.graph;
        let ids = lower(graph, expressions, &Decided::new(), &mut dag, &mut |dag, leaf| {
            let is_more = matches!(leaf, Leaf::Temperature | Leaf::Unknown(_));
            if is_more { None } else { self.common_leaf(dag, leaf) }
        })
        .ok()?;
        let mut layout = Layout::default();
        layout.want(&ids);
        let places: Vec<usize> = ids.iter().map(|&id| layout.place(id)).collect();
        let program = layout.uniform(&dag, &std::collections::BTreeMap::new());
        let mut slots = Vec::new();
        uniform::run(&program, parameters, self.nominal, &mut slots);
        places.into_iter().map(|place| slots.get(place).map(|s| s[0])).collect()
    }

    fn decider(&self, varying_temperature: bool) -> Result<Decider, Diagnostic> {
        let t = &self.template;
        let fixed = fixed_nodes(&t.graph, varying_temperature);
        let is_fixed = |id: ExprId| fixed.get(id.0 as usize) == Some(&true);
        let always_fixed = fixed_nodes(&t.graph, false);
        let is_always_fixed = |id: ExprId| always_fixed.get(id.0 as usize) == Some(&true);
        let mut resistances = Vec::new();
        for branch in t.branches.iter().filter(|b| b.kind == BranchKind::Resistor) {
            collect_resistances(&t.graph, branch.value, &is_always_fixed, &mut resistances);
        }
        resistances.truncate(MOST_DECISIONS);
        let mut found = BTreeSet::new();
        for node in t.graph.nodes() {
            if let Node::Select(c, ..) = *node {
                collect_conditions(&t.graph, c, &is_fixed, &mut found);
            }
        }
        let room = MOST_DECISIONS - resistances.len();
        let conditions: Vec<ExprId> = found.into_iter().take(room).collect();
        let mut roots: Vec<ExprId> = resistances.clone();
        roots.extend(&conditions);
        let mut dag = Dag::new(Uniformity::default());
        let ids = lower(&t.graph, &roots, &Decided::new(), &mut dag, &mut |dag, leaf| {
            self.common_leaf(dag, leaf)
        })
        .map_err(|_| self.misplaced("a condition on parameters holds something else"))?;
        let mut layout = Layout::default();
        layout.want(&ids);
        let places = ids.iter().map(|&id| layout.place(id)).collect();
        let program = layout.uniform(&dag, &std::collections::BTreeMap::new());
        Ok(Decider { resistances, conditions, program, places })
    }

    fn decider_for(&self, varying_temperature: bool) -> &Decider {
        let [same, varying] = &self.deciders;
        if varying_temperature { varying } else { same }
    }

    /// Decides for parameters; `kelvin` is the temperature, or that of the first point.
    pub(crate) fn decide(
        &self,
        parameters: &[f64],
        kelvin: f64,
        varying_temperature: bool,
        slots: &mut Vec<[f64; 1]>,
    ) -> Key {
        let decider = self.decider_for(varying_temperature);
        uniform::run(&decider.program, parameters, kelvin, slots);
        let mut bits = 0;
        for (bit, place) in decider.places.iter().enumerate() {
            let value = slots.get(*place).map_or(f64::NAN, |s| s[0]);
            let yes = if bit < decider.resistances.len() { value == 0.0 } else { value != 0.0 };
            if yes {
                bits |= 1 << bit;
            }
        }
        Key { bits, varying_temperature }
    }

    /// The branches that are resistors of zero under a key, and the decided conditions.
    pub(crate) fn outcomes(&self, key: Key) -> (BTreeSet<usize>, Decided) {
        let decider = self.decider_for(key.varying_temperature);
        let bit = |i: usize| key.bits >> i & 1 == 1;
        let n = decider.resistances.len();
        let decided: Decided =
            decider.conditions.iter().enumerate().map(|(i, &c)| (c, bit(n + i))).collect();
        let graph = &self.template.graph;
        let is_zero = |mut value: ExprId| {
            // Arms have smaller ids than their choice, so this ends.
            loop {
                if let Some(known) = decider.resistances.iter().position(|r| *r == value) {
                    return bit(known);
                }
                let Node::Select(c, a, b) = graph.node(value) else { return false };
                match outcome(graph, &decided, c) {
                    Some(true) => value = a,
                    Some(false) => value = b,
                    None => return false,
                }
            }
        };
        let resistors = self.template.branches.iter().enumerate();
        let zero = resistors
            .filter(|(_, b)| b.kind == BranchKind::Resistor && is_zero(b.value))
            .map(|(index, _)| index);
        (zero.collect(), decided)
    }
}

/// Which nodes depend on parameters and, unless it varies, temperature only.
fn fixed_nodes(graph: &Graph, varying_temperature: bool) -> Vec<bool> {
    let mut fixed: Vec<bool> = Vec::with_capacity(graph.len());
    for node in graph.nodes() {
        let of = |id: ExprId| fixed.get(id.0 as usize) == Some(&true);
        let yes = match *node {
            Node::Leaf(leaf) => match leaf {
                Leaf::Constant(_)
                | Leaf::Physical(_)
                | Leaf::Parameter(_)
                | Leaf::NominalTemperature
                | Leaf::Mirror => true,
                Leaf::Temperature => !varying_temperature,
                _ => false,
            },
            Node::Unary(_, a) => of(a),
            Node::Binary(_, a, b) | Node::Compare(_, a, b) => of(a) && of(b),
            Node::Select(c, a, b) => of(c) && of(a) && of(b),
        };
        fixed.push(yes);
    }
    fixed
}

/// What a resistor may come to, one for each way through its choices, as far as that holds for
/// the whole batch.
fn collect_resistances(
    graph: &Graph,
    value: ExprId,
    is_fixed: &dyn Fn(ExprId) -> bool,
    found: &mut Vec<ExprId>,
) {
    let mut stack = vec![value];
    let mut seen = BTreeSet::new();
    while let Some(id) = stack.pop() {
        if !seen.insert(id) {
            continue;
        }
        match graph.node(id) {
            _ if is_fixed(id) && !found.contains(&id) => found.push(id),
            _ if is_fixed(id) => {}
            Node::Select(_, a, b) => stack.extend([a, b]),
            _ => {}
        }
    }
}

/// The largest parts of a condition that are fixed.
fn collect_conditions(
    graph: &Graph,
    condition: ExprId,
    is_fixed: &dyn Fn(ExprId) -> bool,
    found: &mut BTreeSet<ExprId>,
) {
    let mut stack = vec![condition];
    while let Some(c) = stack.pop() {
        match graph.node(c) {
            Node::Leaf(Leaf::Constant(_)) => {}
            _ if is_fixed(c) => {
                found.insert(c);
            }
            Node::Unary(Unary::Not, a) => stack.push(a),
            Node::Binary(Binary::And | Binary::Or, a, b) => stack.extend([a, b]),
            _ => {}
        }
    }
}

/// Which unknowns of `solve` differ from point to point.
pub(crate) fn varying_unknowns(
    template: &TemplateIr,
    decided: &Decided,
    varying_temperature: bool,
) -> Vec<bool> {
    let graph = &template.graph;
    let mut varying: Vec<bool> = Vec::new();
    for (index, solve) in template.solves.iter().enumerate() {
        let mut seen = vec![false; graph.len()];
        let mut stack = vec![solve.residual, solve.low, solve.high];
        let mut any = false;
        while let Some(id) = stack.pop() {
            match seen.get_mut(id.0 as usize) {
                Some(s) if !*s => *s = true,
                _ => continue,
            }
            match graph.node(id) {
                Node::Leaf(Leaf::Voltage(..) | Leaf::Argument(_)) => any = true,
                Node::Leaf(Leaf::Temperature) => any |= varying_temperature,
                Node::Leaf(Leaf::Unknown(k)) => {
                    any |= k as usize != index && varying.get(k as usize).copied().unwrap_or(true);
                }
                Node::Leaf(_) => {}
                Node::Unary(_, a) => stack.push(a),
                Node::Binary(_, a, b) | Node::Compare(_, a, b) => stack.extend([a, b]),
                Node::Select(c, a, b) => match outcome(graph, decided, c) {
                    Some(true) => stack.push(a),
                    Some(false) => stack.push(b),
                    None => stack.extend([c, a, b]),
                },
            }
        }
        varying.push(any);
    }
    varying
}
