//! From the typed representation of a pack to the evaluator's graph: leaves are supplied,
//! conditions that hold for the whole batch are decided, and what an untaken arm computes is
//! given harmless arguments.
//!
//! Both arms of a varying choice are computed at every point. Its value is picked afterwards,
//! but a derivative flows through the arm not taken as `0 · slope`, and where the slope is
//! infinite (the logarithm of zero, an overflowing exponential) that is NaN. So whatever is
//! needed only under a condition gets, where the condition fails, an argument at which the
//! function and its slope are ordinary numbers.

use crate::dag::{Dag, Id};
use espice_lang::ir::{Binary, ExprId, Graph, Leaf, Node, Unary};
use std::collections::{BTreeMap, BTreeSet};

/// Conditions of the source graph whose outcome is known.
pub(crate) type Decided = BTreeMap<ExprId, bool>;

/// Under which conditions a node is needed: any of the lists, each all of its conditions with
/// their outcomes. One empty list: always. No list: never.
type Need = Vec<Vec<(ExprId, bool)>>;

/// More alternatives than this are replaced by what they have in common.
const ALTERNATIVES: usize = 8;

/// Lowers the roots; `leaf` supplies the leaves.
///
/// # Errors
/// The first leaf that `leaf` refuses.
pub(crate) fn lower(
    graph: &Graph,
    roots: &[ExprId],
    decided: &Decided,
    dag: &mut Dag,
    leaf: &mut dyn FnMut(&mut Dag, Leaf) -> Option<Id>,
) -> Result<Vec<Id>, Leaf> {
    let mut needs = needs(graph, roots, decided);
    forget_own(&mut needs, graph, decided);
    let done = vec![None; graph.len()];
    let mut lowering = Lowering { graph, decided, needs, done, waits: BTreeSet::new(), dag, leaf };
    roots.iter().map(|&root| lowering.run(root)).collect()
}

/// The outcome of a condition, when decisions about its parts settle it.
pub(crate) fn outcome(graph: &Graph, decided: &Decided, condition: ExprId) -> Option<bool> {
    if let Some(&known) = decided.get(&condition) {
        return Some(known);
    }
    match graph.node(condition) {
        Node::Leaf(Leaf::Constant(bits)) => Some(f64::from_bits(bits) != 0.0),
        Node::Unary(Unary::Not, a) => outcome(graph, decided, a).map(|x| !x),
        Node::Binary(op @ (Binary::And | Binary::Or), a, b) => {
            let deciding = op == Binary::Or;
            match (outcome(graph, decided, a), outcome(graph, decided, b)) {
                (Some(x), _) if x == deciding => Some(x),
                (_, Some(y)) if y == deciding => Some(y),
                (Some(_), Some(_)) => Some(!deciding),
                _ => None,
            }
        }
        _ => None,
    }
}

fn needs(graph: &Graph, roots: &[ExprId], decided: &Decided) -> Vec<Need> {
    let mut needs: Vec<Need> = vec![Vec::new(); graph.len()];
    for root in roots {
        widen(&mut needs, *root, vec![Vec::new()]);
    }
    for index in (0..graph.len()).rev() {
        let need = needs.get(index).cloned().unwrap_or_default();
        if need.is_empty() {
            continue;
        }
        match graph.node(ExprId(index as u32)) {
            Node::Leaf(_) => {}
            Node::Unary(_, a) => widen(&mut needs, a, need),
            Node::Binary(_, a, b) | Node::Compare(_, a, b) => {
                widen(&mut needs, a, need.clone());
                widen(&mut needs, b, need);
            }
            Node::Select(c, a, b) => match outcome(graph, decided, c) {
                Some(true) => widen(&mut needs, a, need),
                Some(false) => widen(&mut needs, b, need),
                None => {
                    widen(&mut needs, a, under(&need, (c, true)));
                    widen(&mut needs, b, under(&need, (c, false)));
                    widen(&mut needs, c, need);
                }
            },
        }
    }
    needs
}

/// Takes away conditions that are made of the node that they would guard.
fn forget_own(needs: &mut [Need], graph: &Graph, decided: &Decided) {
    let mut parts: BTreeMap<ExprId, Vec<bool>> = BTreeMap::new();
    for (index, need) in needs.iter_mut().enumerate() {
        let node = ExprId(index as u32);
        if !risky(graph.node(node)) {
            continue;
        }
        for path in need {
            path.retain(|(condition, _)| {
                let of =
                    parts.entry(*condition).or_insert_with_key(|c| made_of(graph, decided, *c));
                of.get(index) != Some(&true)
            });
        }
    }
}

/// By node: whether a node is made of it.
fn made_of(graph: &Graph, decided: &Decided, node: ExprId) -> Vec<bool> {
    // Operands have smaller ids than their users.
    let mut parts = vec![false; node.0 as usize + 1];
    if let Some(itself) = parts.last_mut() {
        *itself = true;
    }
    for index in (0..parts.len()).rev() {
        if parts.get(index) == Some(&true) {
            for operand in operands(graph, decided, ExprId(index as u32)) {
                if let Some(part) = parts.get_mut(operand.0 as usize) {
                    *part = true;
                }
            }
        }
    }
    parts
}

/// What a node is computed from.
fn operands(graph: &Graph, decided: &Decided, node: ExprId) -> Vec<ExprId> {
    if decided.contains_key(&node) {
        return Vec::new();
    }
    match graph.node(node) {
        Node::Leaf(_) => Vec::new(),
        Node::Unary(_, a) => vec![a],
        Node::Binary(_, a, b) | Node::Compare(_, a, b) => vec![a, b],
        Node::Select(c, a, b) => match outcome(graph, decided, c) {
            Some(true) => vec![a],
            Some(false) => vec![b],
            None => vec![c, a, b],
        },
    }
}

fn under(need: &Need, literal: (ExprId, bool)) -> Need {
    need.iter()
        .map(|path| {
            let mut path = path.clone();
            if let Err(place) = path.binary_search(&literal) {
                path.insert(place, literal);
            }
            path
        })
        .collect()
}

/// Adds alternatives to what is already known of a node.
fn widen(needs: &mut [Need], node: ExprId, more: Need) {
    let Some(known) = needs.get_mut(node.0 as usize) else { return };
    for path in more {
        join(known, path);
    }
    if known.len() > ALTERNATIVES {
        let common = known.iter().skip(1).fold(
            known.first().cloned().unwrap_or_default(),
            |mut all, path| {
                all.retain(|l| path.contains(l));
                all
            },
        );
        *known = vec![common];
    }
}

fn join(known: &mut Need, path: Vec<(ExprId, bool)>) {
    if known.iter().any(|k| k.iter().all(|l| path.contains(l))) {
        return;
    }
    // `c and rest` or `not c and rest` is `rest`.
    for index in 0..known.len() {
        let Some(other) = known.get(index) else { break };
        if other.len() != path.len() {
            continue;
        }
        let differing: Vec<usize> =
            (0..path.len()).filter(|&i| path.get(i) != other.get(i)).collect();
        if let [i] = differing[..]
            && let (Some(a), Some(b)) = (path.get(i), other.get(i))
            && a.0 == b.0
        {
            let mut merged = path.clone();
            merged.remove(i);
            known.remove(index);
            return join(known, merged);
        }
    }
    known.retain(|k| !path.iter().all(|l| k.contains(l)));
    known.push(path);
}

struct Lowering<'a> {
    graph: &'a Graph,
    decided: &'a Decided,
    needs: Vec<Need>,
    done: Vec<Option<Id>>,
    /// Nodes that wait for others.
    waits: BTreeSet<ExprId>,
    dag: &'a mut Dag,
    leaf: &'a mut dyn FnMut(&mut Dag, Leaf) -> Option<Id>,
}

/// What a node waits for.
#[derive(Clone, Copy, Debug)]
struct Step {
    node: ExprId,
    /// Whether it is a condition that guards the node, no operand.
    guards: bool,
}

/// A node that waits, what is still ahead of it (the next last), and what it waits for now.
#[derive(Clone, Debug)]
struct Visit {
    node: ExprId,
    ahead: Vec<Step>,
    at: Option<Step>,
}

impl Lowering<'_> {
    /// Lowers a node after all that it needs, without recursion: graphs may be deep.
    ///
    /// What guards a node for one of its users may itself need the node for another. Where the
    /// way comes back to a node that waits, the last guard on that way is given up: the node is
    /// then made ready in more cases than it is needed in.
    fn run(&mut self, root: ExprId) -> Result<Id, Leaf> {
        let mut way = vec![self.visit(root)];
        while let Some(visit) = way.last_mut() {
            let Some(next) = visit.ahead.pop() else {
                let node = visit.node;
                way.pop();
                self.waits.remove(&node);
                if self.known(node).is_none() {
                    let id = self.make(node)?;
                    if let Some(slot) = self.done.get_mut(node.0 as usize) {
                        *slot = Some(id);
                    }
                }
                continue;
            };
            visit.at = Some(next);
            if self.known(next.node).is_some() {
                continue;
            }
            if !self.waits.contains(&next.node) {
                way.push(self.visit(next.node));
                continue;
            }
            while let Some(visit) = way.pop() {
                self.waits.remove(&visit.node);
                if let Some(Step { node: guard, guards: true }) = visit.at {
                    for path in self.needs.get_mut(visit.node.0 as usize).into_iter().flatten() {
                        path.retain(|l| l.0 != guard);
                    }
                    way.push(self.visit(visit.node));
                    break;
                }
            }
        }
        self.known(root).ok_or(Leaf::Constant(0))
    }

    /// Begins with a node.
    fn visit(&mut self, node: ExprId) -> Visit {
        self.waits.insert(node);
        let operands = operands(self.graph, self.decided, node);
        let guards = self.guards(node);
        let step = |guards: bool| move |node: ExprId| Step { node, guards };
        let ahead = operands.into_iter().map(step(false)).chain(guards.into_iter().map(step(true)));
        Visit { node, ahead: ahead.collect(), at: None }
    }

    fn known(&self, node: ExprId) -> Option<Id> {
        self.done.get(node.0 as usize).copied().flatten()
    }

    fn id(&mut self, node: ExprId) -> Id {
        match self.known(node) {
            Some(id) => id,
            None => self.dag.constant(f64::NAN),
        }
    }

    /// The conditions that guard a node.
    fn guards(&self, node: ExprId) -> Vec<ExprId> {
        if self.decided.contains_key(&node) || !risky(self.graph.node(node)) {
            return Vec::new();
        }
        let need = self.needs.get(node.0 as usize);
        need.into_iter().flatten().flatten().map(|l| l.0).collect()
    }

    fn make(&mut self, node: ExprId) -> Result<Id, Leaf> {
        if let Some(&known) = self.decided.get(&node) {
            return Ok(self.dag.constant(if known { 1.0 } else { 0.0 }));
        }
        Ok(match self.graph.node(node) {
            Node::Leaf(Leaf::Constant(bits)) => self.dag.constant(f64::from_bits(bits)),
            Node::Leaf(leaf) => (self.leaf)(self.dag, leaf).ok_or(leaf)?,
            Node::Unary(op, a) => {
                let a = self.id(a);
                let a = match safe_argument(op) {
                    Some((safe, ordinary)) => self.guarded(node, a, safe, ordinary),
                    None => a,
                };
                self.dag.unary(op, a)
            }
            Node::Binary(op, a, b) => {
                let (mut a, mut b) = (self.id(a), self.id(b));
                match op {
                    Binary::Divide => {
                        b = self.guarded(node, b, 1.0, |x| x != 0.0 && x.is_finite());
                    }
                    Binary::Power => {
                        a = self.guarded(node, a, 1.0, |x| x > 0.0 && x.is_finite());
                        b = self.guarded(node, b, 1.0, f64::is_finite);
                    }
                    _ => {}
                }
                self.dag.binary(op, a, b)
            }
            Node::Compare(op, a, b) => {
                let (a, b) = (self.id(a), self.id(b));
                self.dag.compare(op, a, b)
            }
            Node::Select(c, a, b) => match outcome(self.graph, self.decided, c) {
                Some(true) => self.id(a),
                Some(false) => self.id(b),
                None => {
                    let (c, a, b) = (self.id(c), self.id(a), self.id(b));
                    self.dag.select(c, a, b)
                }
            },
        })
    }

    /// The argument where the node is needed, `safe` elsewhere; a constant stays where the
    /// function and its slope are ordinary.
    fn guarded(&mut self, node: ExprId, argument: Id, safe: f64, ordinary: IsOrdinary) -> Id {
        let need = self.needs.get(node.0 as usize).cloned().unwrap_or_default();
        if need.iter().any(Vec::is_empty) || self.dag.value(argument).is_some_and(ordinary) {
            return argument;
        }
        let mut any = self.dag.constant(0.0);
        for path in need {
            let mut all = self.dag.constant(1.0);
            for (condition, holds) in path {
                let condition = self.id(condition);
                let literal = if holds { condition } else { self.dag.unary(Unary::Not, condition) };
                all = self.dag.binary(Binary::And, all, literal);
            }
            any = self.dag.binary(Binary::Or, any, all);
        }
        let safe = self.dag.constant(safe);
        self.dag.select(any, argument, safe)
    }
}

/// Whether a function and its slope are ordinary numbers at an argument.
type IsOrdinary = fn(f64) -> bool;

/// For functions that have others: an argument at which the function and its slope are ordinary,
/// and which ones are.
fn safe_argument(op: Unary) -> Option<(f64, IsOrdinary)> {
    match op {
        Unary::SquareRoot | Unary::Logarithm => Some((1.0, |x| x > 0.0 && x.is_finite())),
        Unary::LogarithmOnePlus => Some((0.0, |x| x > -1.0 && x.is_finite())),
        Unary::Exponential
        | Unary::ExponentialMinusOne
        | Unary::LimitedExponential
        | Unary::Sinh
        | Unary::Cosh => Some((0.0, |x| x.abs() < 700.0)),
        _ => None,
    }
}

fn risky(node: Node) -> bool {
    match node {
        Node::Unary(op, _) => safe_argument(op).is_some(),
        Node::Binary(op, ..) => matches!(op, Binary::Divide | Binary::Power),
        _ => false,
    }
}
