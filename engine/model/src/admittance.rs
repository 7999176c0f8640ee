//! Admittances of the pins at a frequency, the inner nodes eliminated.
//!
//! With conductances G and capacitances C between all nodes, pins and inner ones, small signals
//! follow `I = (G + jωC) V`. No current comes in through inner nodes, so they are eliminated one
//! by one, each on its diagonal.

use crate::adjoint::Implicit;
use crate::dag::{Dag, Id, Input};
use crate::network::Network;
use core::f64::consts::TAU;

/// A conductance, S, and a capacitance, F, in parallel.
type Parallel = [Id; 2];

/// Re(Y(a, b)) and Im(Y(a, b)) / ω at a frequency, Hz.
pub(crate) fn at(
    network: &Network,
    dag: &mut Dag,
    implicit: &mut Implicit,
    [a, b]: [usize; 2],
    frequency: Id,
) -> Parallel {
    let turn = dag.constant(TAU);
    let omega = dag.mul(turn, frequency);
    let square = dag.mul(omega, omega);
    // The row and the column of the pins stand last.
    let with = |last: usize| network.inner.iter().copied().chain([last]);
    let mut rows: Vec<Vec<Parallel>> = with(a)
        .map(|row| with(b).map(|column| between(network, dag, implicit, row, column)).collect())
        .collect();
    for k in 0..network.inner.len() {
        let above = rows.get(k).cloned().unwrap_or_default();
        let Some(&pivot) = above.get(k) else { continue };
        let inverse = reciprocal(dag, pivot, square);
        for row in rows.iter_mut().skip(k + 1) {
            let Some(&below) = row.get(k) else { continue };
            let factor = times(dag, below, inverse, square);
            for (entry, &over) in row.iter_mut().zip(&above).skip(k + 1) {
                let share = times(dag, factor, over, square);
                *entry = [dag.sub(entry[0], share[0]), dag.sub(entry[1], share[1])];
            }
        }
    }
    let zero = dag.constant(0.0);
    rows.last().and_then(|row| row.last()).copied().unwrap_or([zero, zero])
}

/// What a small voltage of one node alone makes flow into another.
fn between(
    network: &Network,
    dag: &mut Dag,
    implicit: &mut Implicit,
    row: usize,
    column: usize,
) -> Parallel {
    let by = Input::Node(column as u32);
    let current = network.current(dag, row);
    let conductance = implicit.partial(dag, current, by);
    let capacitance = network.moved(dag, row, &mut |dag, of| implicit.partial(dag, of, by));
    [conductance, capacitance]
}

/// `(g + jωc) (h + jωd)`, with the square of ω.
fn times(dag: &mut Dag, [g, c]: Parallel, [h, d]: Parallel, square: Id) -> Parallel {
    let (gh, cd) = (dag.mul(g, h), dag.mul(c, d));
    let turned = dag.mul(square, cd);
    let (gd, ch) = (dag.mul(g, d), dag.mul(c, h));
    [dag.sub(gh, turned), dag.add(gd, ch)]
}

/// `1 / (g + jωc)`.
fn reciprocal(dag: &mut Dag, [g, c]: Parallel, square: Id) -> Parallel {
    let (gg, cc) = (dag.mul(g, g), dag.mul(c, c));
    let turned = dag.mul(square, cc);
    let size = dag.add(gg, turned);
    let real = dag.div(g, size);
    let turned = dag.div(c, size);
    let zero = dag.constant(0.0);
    [real, dag.sub(zero, turned)]
}
