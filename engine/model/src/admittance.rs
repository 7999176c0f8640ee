//! Admittances between pins at a frequency: the inner nodes are eliminated from `G + jωC` on the
//! graph, real and imaginary parts apart, so that derivatives are exact as all others are.

use crate::adjoint::Implicit;
use crate::dag::{Dag, Id, Input};
use crate::network::Network;
use espice_lang::ir::Unary;

/// A number of two parts.
#[derive(Clone, Copy, Debug)]
struct Complex {
    re: Id,
    im: Id,
}

/// An admittance between two pins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Admittance {
    /// Its real part, S.
    pub(crate) real: Id,
    /// Its imaginary part over ω, F.
    pub(crate) capacitance: Id,
}

impl Network {
    /// dI(a)/dV(b) of small signals at a frequency, Hz.
    pub(crate) fn admittance(
        &self,
        dag: &mut Dag,
        implicit: &mut Implicit,
        (a, b): (usize, usize),
        frequency: Id,
    ) -> Admittance {
        let turn = dag.constant(2.0 * std::f64::consts::PI);
        let omega = dag.mul(turn, frequency);
        let rows: Vec<usize> = self.inner.iter().copied().chain([a]).collect();
        let columns: Vec<usize> = self.inner.iter().copied().chain([b]).collect();
        let mut matrix: Vec<Vec<Complex>> = Vec::with_capacity(rows.len());
        for &row in &rows {
            matrix.push(self.row(dag, implicit, row, &columns, omega));
        }
        // On the diagonal, as conductance matrices are eliminated everywhere.
        for k in 0..self.inner.len() {
            let (above, below) = matrix.split_at_mut(k + 1);
            let Some(top) = above.last() else { continue };
            let Some(&pivot) = top.get(k) else { continue };
            let inverse = inverse(dag, pivot);
            for row in below {
                let Some(&head) = row.get(k) else { continue };
                let factor = multiply(dag, head, inverse);
                for (slot, &t) in row.iter_mut().zip(top).skip(k + 1) {
                    let share = multiply(dag, factor, t);
                    *slot =
                        Complex { re: dag.sub(slot.re, share.re), im: dag.sub(slot.im, share.im) };
                }
            }
        }
        let zero = dag.constant(0.0);
        let y = matrix.last().and_then(|r| r.last()).copied();
        let y = y.unwrap_or(Complex { re: zero, im: zero });
        let per_omega = dag.reciprocal(omega);
        Admittance { real: y.re, capacitance: dag.mul(y.im, per_omega) }
    }

    /// What the potentials of `columns` do to the current that leaves a node.
    fn row(
        &self,
        dag: &mut Dag,
        implicit: &mut Implicit,
        node: usize,
        columns: &[usize],
        omega: Id,
    ) -> Vec<Complex> {
        let zero = dag.constant(0.0);
        let current = self.current(dag, node);
        let flowing = implicit.partials(dag, current);
        let (charge, open) = self.stored(node);
        let moved = implicit.partials(dag, charge);
        let mut row = Vec::with_capacity(columns.len());
        for &column in columns {
            let leaf = dag.input(Input::Node(column as u32));
            let re = flowing.get(&leaf).copied().unwrap_or(zero);
            let mut stored = moved.get(&leaf).copied().unwrap_or(zero);
            for &(value, drop, leaves) in &open {
                let Some(&d) = implicit.partials(dag, drop).get(&leaf) else { continue };
                let share = dag.mul(value, d);
                stored = if leaves { dag.add(stored, share) } else { dag.sub(stored, share) };
            }
            row.push(Complex { re, im: dag.mul(omega, stored) });
        }
        row
    }
}

fn multiply(dag: &mut Dag, a: Complex, b: Complex) -> Complex {
    let (rr, ii) = (dag.mul(a.re, b.re), dag.mul(a.im, b.im));
    let (ri, ir) = (dag.mul(a.re, b.im), dag.mul(a.im, b.re));
    Complex { re: dag.sub(rr, ii), im: dag.add(ri, ir) }
}

fn inverse(dag: &mut Dag, a: Complex) -> Complex {
    let (rr, ii) = (dag.mul(a.re, a.re), dag.mul(a.im, a.im));
    let square = dag.add(rr, ii);
    let per_square = dag.reciprocal(square);
    let im = dag.mul(a.im, per_square);
    Complex { re: dag.mul(a.re, per_square), im: dag.unary(Unary::Negate, im) }
}
