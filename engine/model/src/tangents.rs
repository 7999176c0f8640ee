//! Exponentials of unknown potentials, which Newton gets as tangents at points of their own.
//!
//! What a logarithm alone sees grows no faster than its argument and needs no holding back: the
//! tangent of `ln(1 + exp(x))`'s exponential would even leave the domain of the logarithm. A power
//! is an exponential of a logarithm, and counts as one only where its base does.

use crate::dag::{Dag, Expr, Id, Input};
use espice_lang::ir::{Binary, Unary};
use std::collections::BTreeSet;

/// The arguments of steep exponentials that the roots need, where they depend on the unknowns,
/// operands before users.
pub(crate) fn steep(dag: &Dag, roots: &[Id], unknowns: &[Input]) -> Vec<Id> {
    let mut varying: BTreeSet<Id> = BTreeSet::new();
    for id in dag.reachable(roots) {
        let is_unknown = match dag.expr(id) {
            Expr::Input(Input::Unknown(_)) => true,
            Expr::Input(input) => unknowns.contains(&input),
            _ => dag.operands(id).any(|o| varying.contains(&o)),
        };
        if is_unknown {
            varying.insert(id);
        }
    }
    // By id, so that operands of others come first.
    let mut found: BTreeSet<Id> = BTreeSet::new();
    let mut seen: BTreeSet<Id> = BTreeSet::new();
    let mut waiting: Vec<Id> = roots.to_vec();
    while let Some(id) = waiting.pop() {
        if !varying.contains(&id) || !seen.insert(id) {
            continue;
        }
        match dag.expr(id) {
            Expr::Unary(Unary::Logarithm | Unary::LogarithmOnePlus, _) => {}
            Expr::Unary(Unary::Exponential, a) => {
                // Behind the logarithm of a power stands its base.
                match base(dag, a) {
                    Some(b) if exponentials(dag, b, &varying) => {
                        found.insert(a);
                        waiting.push(b);
                    }
                    Some(_) => {}
                    None => {
                        found.insert(a);
                    }
                }
                waiting.push(a);
            }
            _ => waiting.extend(dag.operands(id)),
        }
    }
    found.into_iter().collect()
}

/// The base of a power whose exponential has this argument.
fn base(dag: &Dag, argument: Id) -> Option<Id> {
    let Expr::Binary(Binary::Multiply, a, b) = dag.expr(argument) else { return None };
    [a, b].into_iter().find_map(|id| match dag.expr(id) {
        Expr::Unary(Unary::Logarithm, of) => Some(of),
        _ => None,
    })
}

/// Whether a node grows with an exponential that varies.
fn exponentials(dag: &Dag, node: Id, varying: &BTreeSet<Id>) -> bool {
    let mut seen: BTreeSet<Id> = BTreeSet::new();
    let mut waiting = vec![node];
    while let Some(id) = waiting.pop() {
        if !varying.contains(&id) || !seen.insert(id) {
            continue;
        }
        match dag.expr(id) {
            Expr::Unary(Unary::Logarithm | Unary::LogarithmOnePlus, _) => {}
            Expr::Unary(Unary::Exponential, a) => match base(dag, a) {
                Some(b) => waiting.push(b),
                None => return true,
            },
            _ => waiting.extend(dag.operands(id)),
        }
    }
    false
}

/// The roots with the exponential of each argument replaced by its tangent at an input.
pub(crate) fn expanded(dag: &mut Dag, roots: &[Id], arguments: &[Id]) -> Vec<Id> {
    dag.rewrite(roots, &mut |dag, expr| {
        let Expr::Unary(Unary::Exponential, a) = expr else { return None };
        let k = arguments.iter().position(|x| *x == a)?;
        let at = dag.input(Input::Expansion(k as u32));
        let one = dag.constant(1.0);
        let e = dag.unary(Unary::Exponential, at);
        let beyond = dag.sub(a, at);
        let linear = dag.add(one, beyond);
        Some(dag.mul(e, linear))
    })
}
