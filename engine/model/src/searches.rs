//! `solve` equations of a template as searches: which ones a result needs, and where their
//! programs stand.

use crate::adjoint::Implicit;
use crate::dag::{Dag, Id, Input};
use crate::network::{SolveEquation, solve_roots};
use crate::program::{Layout, Program, SolveRoots};
use std::collections::BTreeMap;

/// A search at every point.
#[derive(Clone, Debug)]
pub(crate) struct PointSolve {
    /// Register of the unknown.
    pub unknown: usize,
    /// Lower and upper end.
    pub ends: Program,
    /// Residual and slope.
    pub step: Program,
}

/// The searches that the roots need, with those that these need.
pub(crate) fn needed_solves(
    dag: &mut Dag,
    solves: &[SolveEquation],
    roots: &[Id],
) -> BTreeMap<u32, SolveRoots> {
    // Slopes are made for the equations as they are searched, with the share of the drives.
    let mut searched = Implicit::with_solves(solves.iter().map(|s| Some(s.residual)).collect());
    let mut found = BTreeMap::new();
    let mut all = roots.to_vec();
    for (k, &equation) in solves.iter().enumerate().rev() {
        let k = k as u32;
        if !dag.uses(&all, Input::Unknown(k)) {
            continue;
        }
        let roots = solve_roots(dag, &mut searched, k, equation);
        all.extend([roots.residual, roots.slope, roots.low, roots.high]);
        found.insert(k, roots);
    }
    found
}

/// Lays out the searches: those of a point are programs, those that are the same for a whole
/// batch stay expressions.
pub(crate) fn lay_solves(
    layout: &mut Layout,
    dag: &Dag,
    varying: &[bool],
    solves: &BTreeMap<u32, SolveRoots>,
) -> (Vec<PointSolve>, BTreeMap<u32, SolveRoots>) {
    let mut of_points = Vec::new();
    let mut uniform = BTreeMap::new();
    for (&k, &roots) in solves {
        if varying.get(k as usize) == Some(&true) {
            of_points.push(PointSolve {
                unknown: layout.pin(Input::Unknown(k)),
                ends: layout.program(dag, &[roots.low, roots.high]),
                step: layout.program(dag, &[roots.residual, roots.slope]),
            });
        } else {
            uniform.insert(k, roots);
        }
    }
    (of_points, uniform)
}
