//! Exact derivatives: reverse accumulation on the graph, with the unknowns of `solve` and the
//! potentials of internal nodes eliminated by the implicit function theorem.
//!
//! For outputs E(p, x, v), `solve` residuals S(p, x, v) = 0 and node equations
//! F(p, x, v) = 0: first x is eliminated (dS = 0, from the last to the first, because a
//! residual holds only its own and earlier unknowns), then v by Gaussian elimination on the
//! graph. Conductance matrices are eliminated on their diagonal, as circuit simulators do.

use crate::dag::{Dag, Expr, Id, Input};
use espice_lang::ir::{Binary, Comparison, Unary};
use std::collections::BTreeMap;

/// Derivatives by leaves: inputs, and uniform nodes where the reverse sweep of a varying root
/// stopped.
pub(crate) type Partials = BTreeMap<Id, Id>;

/// The implicit equations around an expression, and the derivatives already made of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Implicit {
    /// The residual of each `solve`; `None` when nothing needs it.
    pub solves: Vec<Option<Id>>,
    /// The unknown potentials.
    pub unknowns: Vec<Input>,
    /// The node equations, one for each unknown.
    pub residuals: Vec<Id>,
    solve_partials: BTreeMap<u32, Partials>,
    residual_partials: Vec<Partials>,
    uniform_partials: BTreeMap<Id, Partials>,
    factors: Option<Factors>,
}

/// Rows of the Jacobian after elimination: `lower[i][j]` (j < i) are the multipliers,
/// `upper[i][j]` (j >= i) the rows, `pivots` the reciprocals of the diagonal.
#[derive(Clone, Debug, Default)]
struct Factors {
    lower: Vec<Vec<Id>>,
    upper: Vec<Vec<Id>>,
    pivots: Vec<Id>,
}

impl Implicit {
    /// Equations without unknown potentials.
    pub(crate) fn with_solves(solves: Vec<Option<Id>>) -> Implicit {
        Implicit { solves, ..Implicit::default() }
    }

    /// Adds unknown potentials with their equations.
    pub(crate) fn with_nodes(mut self, unknowns: Vec<Input>, residuals: Vec<Id>) -> Implicit {
        self.unknowns = unknowns;
        self.residuals = residuals;
        self.residual_partials.clear();
        self.factors = None;
        self
    }

    /// Partial derivatives of an expression with the unknowns of `solve` eliminated, those that
    /// are uniform under a varying expression excepted: they are leaves like other uniform nodes.
    pub(crate) fn partials(&mut self, dag: &mut Dag, root: Id) -> Partials {
        let mut partials = reverse(dag, root);
        for k in (0..self.solves.len() as u32).rev() {
            let leaf = dag.input(Input::Unknown(k));
            if dag.is_uniform(leaf) && !dag.is_uniform(root) {
                continue;
            }
            let Some(adjoint) = partials.remove(&leaf) else { continue };
            let mut of_residual = self.solve_partials(dag, k);
            let Some(slope) = of_residual.remove(&leaf) else { continue };
            let inverse = dag.reciprocal(slope);
            let factor = dag.mul(adjoint, inverse);
            for (leaf, d) in of_residual {
                let share = dag.mul(factor, d);
                let share = dag.unary(Unary::Negate, share);
                accumulate(dag, &mut partials, leaf, share);
            }
        }
        partials
    }

    fn solve_partials(&mut self, dag: &mut Dag, k: u32) -> Partials {
        if let Some(known) = self.solve_partials.get(&k) {
            return known.clone();
        }
        let residual = self.solves.get(k as usize).copied().flatten();
        let partials = residual.map(|r| reverse(dag, r)).unwrap_or_default();
        self.solve_partials.insert(k, partials.clone());
        partials
    }

    /// The derivative of the residual of a `solve` by its own unknown.
    pub(crate) fn solve_slope(&mut self, dag: &mut Dag, k: u32) -> Id {
        let leaf = dag.input(Input::Unknown(k));
        let zero = dag.constant(0.0);
        let partials = self.solve_partials(dag, k);
        // A uniform unknown may sit below a frontier of uniform nodes; it never does for a
        // varying residual, whose own unknown varies.
        partials.get(&leaf).copied().unwrap_or(zero)
    }

    /// The derivative of an expression with potentials held, by one input.
    pub(crate) fn partial(&mut self, dag: &mut Dag, root: Id, by: Input) -> Id {
        let partials = self.partials(dag, root);
        self.collect(dag, &partials, by)
    }

    /// Multipliers of the node equations: `E_v J^-1`, so that dE = E_p - sum(m_i F_i,p).
    pub(crate) fn multipliers(&mut self, dag: &mut Dag, partials: &Partials) -> Vec<Id> {
        if self.unknowns.is_empty() {
            return Vec::new();
        }
        self.prepare(dag);
        let zero = dag.constant(0.0);
        let right: Vec<Id> = self
            .unknowns
            .clone()
            .into_iter()
            .map(|u| {
                let leaf = dag.input(u);
                partials.get(&leaf).copied().unwrap_or(zero)
            })
            .collect();
        let Some(factors) = &self.factors else { return Vec::new() };
        factors.solve_transposed(dag, right)
    }

    /// Newton's correction of the potentials, `-J^-1 F`.
    pub(crate) fn newton(&mut self, dag: &mut Dag) -> Vec<Id> {
        self.prepare(dag);
        let residuals = self.residuals.clone();
        let Some(factors) = &self.factors else { return Vec::new() };
        let steps = factors.solve(dag, residuals);
        steps.into_iter().map(|s| dag.unary(Unary::Negate, s)).collect()
    }

    /// Total derivatives of an expression by inputs, with everything implicit eliminated, and
    /// the multipliers of the node equations.
    pub(crate) fn total(&mut self, dag: &mut Dag, root: Id, by: &[Input]) -> (Vec<Id>, Vec<Id>) {
        let mut partials = self.partials(dag, root);
        let multipliers = self.multipliers(dag, &partials);
        for (i, &m) in multipliers.iter().enumerate() {
            for (leaf, d) in self.residual_partials.get(i).cloned().unwrap_or_default() {
                let share = dag.mul(m, d);
                let share = dag.unary(Unary::Negate, share);
                accumulate(dag, &mut partials, leaf, share);
            }
        }
        let gradient = by.iter().map(|&input| self.collect(dag, &partials, input)).collect();
        (gradient, multipliers)
    }

    /// Carries derivatives by uniform nodes on to one input.
    fn collect(&mut self, dag: &mut Dag, partials: &Partials, by: Input) -> Id {
        let target = dag.input(by);
        let mut sum = dag.constant(0.0);
        for (&leaf, &adjoint) in partials {
            let share = if leaf == target {
                adjoint
            } else if dag.is_uniform(leaf)
                && !matches!(dag.expr(leaf), Expr::Input(Input::Parameter(_) | Input::Temperature))
            {
                match self.uniform_partial(dag, leaf, target) {
                    Some(d) => dag.mul(adjoint, d),
                    None => continue,
                }
            } else {
                continue;
            };
            sum = dag.add(sum, share);
        }
        sum
    }

    fn uniform_partial(&mut self, dag: &mut Dag, node: Id, target: Id) -> Option<Id> {
        if !self.uniform_partials.contains_key(&node) {
            let partials = self.partials(dag, node);
            self.uniform_partials.insert(node, partials);
        }
        self.uniform_partials.get(&node)?.get(&target).copied()
    }

    fn prepare(&mut self, dag: &mut Dag) {
        if self.factors.is_some() {
            return;
        }
        let residuals = self.residuals.clone();
        self.residual_partials = residuals.iter().map(|&r| self.partials(dag, r)).collect();
        let zero = dag.constant(0.0);
        let rows = self
            .residual_partials
            .iter()
            .map(|p| {
                self.unknowns
                    .iter()
                    .map(|&u| {
                        let leaf = dag.input(u);
                        p.get(&leaf).copied().unwrap_or(zero)
                    })
                    .collect()
            })
            .collect();
        self.factors = Some(Factors::new(dag, rows));
    }
}

impl Factors {
    fn new(dag: &mut Dag, mut rows: Vec<Vec<Id>>) -> Factors {
        let n = rows.len();
        let mut lower = vec![Vec::new(); n];
        let mut pivots = Vec::with_capacity(n);
        for k in 0..n {
            let pivot_row = rows.get(k).cloned().unwrap_or_default();
            let pivot = pivot_row.get(k).copied().unwrap_or_default();
            let inverse = dag.reciprocal(pivot);
            pivots.push(inverse);
            for (row, multipliers) in rows.iter_mut().zip(lower.iter_mut()).skip(k + 1) {
                let below = row.get(k).copied().unwrap_or_default();
                let factor = dag.mul(below, inverse);
                multipliers.push(factor);
                for (entry, &above) in row.iter_mut().zip(&pivot_row).skip(k + 1) {
                    let product = dag.mul(factor, above);
                    *entry = dag.sub(*entry, product);
                }
            }
        }
        Factors { lower, upper: rows, pivots }
    }

    /// x with J x = b.
    fn solve(&self, dag: &mut Dag, mut b: Vec<Id>) -> Vec<Id> {
        for (i, multipliers) in self.lower.iter().enumerate() {
            for (j, &m) in multipliers.iter().enumerate() {
                b = eliminate(dag, b, i, m, j);
            }
        }
        for (i, (row, &pivot)) in self.upper.iter().zip(&self.pivots).enumerate().rev() {
            for (j, &u) in row.iter().enumerate().skip(i + 1) {
                b = eliminate(dag, b, i, u, j);
            }
            if let Some(entry) = b.get_mut(i) {
                *entry = dag.mul(*entry, pivot);
            }
        }
        b
    }

    /// x with Jᵀ x = b.
    fn solve_transposed(&self, dag: &mut Dag, mut b: Vec<Id>) -> Vec<Id> {
        for (i, &pivot) in self.pivots.iter().enumerate() {
            for (j, row) in self.upper.iter().enumerate().take(i) {
                let u = row.get(i).copied().unwrap_or_default();
                b = eliminate(dag, b, i, u, j);
            }
            if let Some(entry) = b.get_mut(i) {
                *entry = dag.mul(*entry, pivot);
            }
        }
        for i in (0..self.lower.len()).rev() {
            for (j, multipliers) in self.lower.iter().enumerate().skip(i + 1) {
                let m = multipliers.get(i).copied().unwrap_or_default();
                b = eliminate(dag, b, i, m, j);
            }
        }
        b
    }
}

/// `b[i] -= factor * b[j]`
fn eliminate(dag: &mut Dag, mut b: Vec<Id>, i: usize, factor: Id, j: usize) -> Vec<Id> {
    if let (Some(&to), Some(&from)) = (b.get(i), b.get(j)) {
        let product = dag.mul(factor, from);
        let difference = dag.sub(to, product);
        if let Some(entry) = b.get_mut(i) {
            *entry = difference;
        }
    }
    b
}

fn accumulate(dag: &mut Dag, into: &mut Partials, id: Id, value: Id) {
    if dag.value(value) == Some(0.0) {
        return;
    }
    let sum = match into.get(&id) {
        Some(&old) => dag.add(old, value),
        None => value,
    };
    into.insert(id, sum);
}

/// Reverse accumulation from one root. A varying root stops at uniform nodes; a uniform root
/// goes on to the inputs.
pub(crate) fn reverse(dag: &mut Dag, root: Id) -> Partials {
    let stop_at_uniform = !dag.is_uniform(root);
    let mut leaves = Partials::new();
    let mut pending = Partials::new();
    let one = dag.constant(1.0);
    pending.insert(root, one);
    // Operands have smaller ids, so the largest pending node has all its adjoints.
    while let Some((id, adjoint)) = pending.pop_last() {
        let expr = dag.expr(id);
        match expr {
            Expr::Constant(_) => {}
            Expr::Input(_) => {
                leaves.insert(id, adjoint);
            }
            _ if stop_at_uniform && dag.is_uniform(id) => {
                leaves.insert(id, adjoint);
            }
            _ => {
                for (operand, share) in shares(dag, id, expr, adjoint).into_iter().flatten() {
                    accumulate(dag, &mut pending, operand, share);
                }
            }
        }
    }
    leaves
}

/// What a node hands on to its operands.
fn shares(dag: &mut Dag, id: Id, expr: Expr, adjoint: Id) -> [Option<(Id, Id)>; 2] {
    match expr {
        Expr::Unary(op, a) => [unary_share(dag, op, id, a, adjoint).map(|share| (a, share)), None],
        Expr::Binary(op, a, b) => binary_shares(dag, op, id, a, b, adjoint),
        Expr::Select(c, a, b) => {
            let zero = dag.constant(0.0);
            let left = dag.select(c, adjoint, zero);
            let right = dag.select(c, zero, adjoint);
            [Some((a, left)), Some((b, right))]
        }
        Expr::Joined { potential, current, resistance } => {
            let drop = dag.mul(adjoint, current);
            let drop = dag.unary(Unary::Negate, drop);
            [Some((potential, adjoint)), Some((resistance, drop))]
        }
        Expr::Through { drop, resistance, current } => {
            let over = dag.div(adjoint, resistance);
            let by_resistance = dag.mul(over, current);
            let by_resistance = dag.unary(Unary::Negate, by_resistance);
            [Some((drop, over)), Some((resistance, by_resistance))]
        }
        Expr::Constant(_) | Expr::Input(_) | Expr::Compare(..) => [None, None],
    }
}

fn unary_share(dag: &mut Dag, op: Unary, id: Id, a: Id, adjoint: Id) -> Option<Id> {
    let one = dag.constant(1.0);
    let slope = match op {
        Unary::Negate => return Some(dag.unary(Unary::Negate, adjoint)),
        Unary::Sign | Unary::Not => return None,
        Unary::Absolute => dag.unary(Unary::Sign, a),
        Unary::SquareRoot => {
            // At zero the slope is a large number instead of infinity, so that zero times it
            // is zero.
            let (zero, tiny) = (dag.constant(0.0), dag.constant(1e-150));
            let is_zero = dag.compare(Comparison::Equal, id, zero);
            let root = dag.select(is_zero, tiny, id);
            let half = dag.constant(0.5);
            dag.div(half, root)
        }
        Unary::Exponential => id,
        Unary::ExponentialMinusOne => dag.add(id, one),
        Unary::LimitedExponential => {
            let limit = dag.constant(crate::math::LIMITED_FROM);
            let below = dag.binary(Binary::Minimum, a, limit);
            dag.unary(Unary::Exponential, below)
        }
        Unary::Logarithm => dag.reciprocal(a),
        Unary::LogarithmOnePlus => {
            let u = dag.add(one, a);
            dag.reciprocal(u)
        }
        Unary::Tanh => {
            let square = dag.mul(id, id);
            dag.sub(one, square)
        }
        Unary::Sinh => dag.unary(Unary::Cosh, a),
        Unary::Cosh => dag.unary(Unary::Sinh, a),
        Unary::ArcTangent => {
            let square = dag.mul(a, a);
            let u = dag.add(one, square);
            dag.reciprocal(u)
        }
        Unary::Sine => dag.unary(Unary::Cosine, a),
        Unary::Cosine => {
            let s = dag.unary(Unary::Sine, a);
            dag.unary(Unary::Negate, s)
        }
        Unary::Softplus => {
            // 1 / (1 + exp(-x)); an overflow of the exponential gives the right zero.
            let minus = dag.unary(Unary::Negate, a);
            let e = dag.unary(Unary::Exponential, minus);
            let u = dag.add(one, e);
            dag.reciprocal(u)
        }
    };
    Some(dag.mul(adjoint, slope))
}

fn binary_shares(
    dag: &mut Dag,
    op: Binary,
    id: Id,
    a: Id,
    b: Id,
    adjoint: Id,
) -> [Option<(Id, Id)>; 2] {
    match op {
        Binary::Add => [Some((a, adjoint)), Some((b, adjoint))],
        Binary::Subtract => {
            let minus = dag.unary(Unary::Negate, adjoint);
            [Some((a, adjoint)), Some((b, minus))]
        }
        Binary::Multiply if a == b => {
            let two = dag.constant(2.0);
            let slope = dag.mul(two, a);
            [Some((a, dag.mul(adjoint, slope))), None]
        }
        Binary::Multiply => {
            let (left, right) = (dag.mul(adjoint, b), dag.mul(adjoint, a));
            [Some((a, left)), Some((b, right))]
        }
        Binary::Divide => {
            let inverse = dag.reciprocal(b);
            let left = dag.mul(adjoint, inverse);
            let right = dag.mul(left, id);
            let right = dag.unary(Unary::Negate, right);
            [Some((a, left)), Some((b, right))]
        }
        Binary::Minimum | Binary::Maximum => {
            let second = match op {
                Binary::Minimum => dag.compare(Comparison::Less, b, a),
                _ => dag.compare(Comparison::Less, a, b),
            };
            let zero = dag.constant(0.0);
            let left = dag.select(second, zero, adjoint);
            let right = dag.select(second, adjoint, zero);
            [Some((a, left)), Some((b, right))]
        }
        Binary::Power | Binary::And | Binary::Or => [None, None],
    }
}
