//! The evaluator's own expression graph: hash-consed, simplified as it is built, every node
//! known to be uniform (the same for the whole batch) or varying from point to point.

use crate::math;
use espice_lang::ir::{Binary, Comparison, Unary};
use rustc_hash::FxHashMap;

/// Index of an expression; operands always have smaller ids than their users.
pub(crate) type Id = u32;

/// What a run supplies.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Input {
    /// A parameter of the template.
    Parameter(u32),
    /// The device temperature.
    Temperature,
    /// A column of arguments.
    Argument(u32),
    /// The potential of a node of the network.
    Node(u32),
    /// The unknown of a `solve`.
    Unknown(u32),
    /// The argument at which an exponential is expanded while Newton is on its way.
    Expansion(u32),
    /// The share of the drives that is applied, 1 but for source stepping.
    Share,
    /// The share of the forced currents that is applied beside that.
    Flow,
    /// The conductance from every unknown potential to the reference, 0 S but while a solution
    /// is approached.
    Shunt,
    /// 1 where the last Newton correction applies, 0 where not, NaN where no solution exists.
    Polish,
}

/// A node.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Expr {
    /// A number, by its bits.
    Constant(u64),
    /// A value from outside.
    Input(Input),
    /// A function of one argument.
    Unary(Unary, Id),
    /// A function of two arguments; never a power.
    Binary(Binary, Id, Id),
    /// A condition, 1 or 0.
    Compare(Comparison, Id, Id),
    /// A choice by a condition.
    Select(Id, Id, Id),
    /// The potential of a node that a resistance of zero joins to another: its value is that
    /// potential, its derivative by the resistance is minus the current through it.
    Joined {
        /// The potential of the other node.
        potential: Id,
        /// The current from the other node through the resistance.
        current: Id,
        /// The resistance, whose value is zero.
        resistance: Id,
    },
    /// The current through a resistance. Its derivative by the resistance is minus the current
    /// over the resistance, with the current that Kirchhoff's law gives: a small drop between
    /// two potentials has lost its digits.
    Through {
        /// The difference of the potentials.
        drop: Id,
        /// The resistance, whose value is not zero.
        resistance: Id,
        /// What the rest of the network takes, the same current where the network is solved.
        current: Id,
    },
}

/// What makes an input uniform.
#[derive(Clone, Debug, Default)]
pub(crate) struct Uniformity {
    /// Whether the temperature differs from point to point.
    pub varying_temperature: bool,
    /// Which unknowns of `solve` differ from point to point.
    pub varying_unknowns: Vec<bool>,
}

/// Room for the nodes of a device, so that the index does not grow by doubling.
const ROOM: usize = 1024;

/// The graph.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dag {
    exprs: Vec<Expr>,
    uniform: Vec<bool>,
    index: FxHashMap<Expr, Id>,
    uniformity: Uniformity,
}

impl Dag {
    /// An empty graph.
    pub(crate) fn new(uniformity: Uniformity) -> Dag {
        let index = FxHashMap::with_capacity_and_hasher(ROOM, Default::default());
        Dag { uniformity, index, ..Dag::default() }
    }

    /// The node with this id.
    pub(crate) fn expr(&self, id: Id) -> Expr {
        self.exprs.get(id as usize).copied().unwrap_or(Expr::Constant(0))
    }

    /// Whether its value is the same for the whole batch.
    pub(crate) fn is_uniform(&self, id: Id) -> bool {
        self.uniform.get(id as usize).copied().unwrap_or(true)
    }

    /// The operands of a node.
    pub(crate) fn operands(&self, id: Id) -> impl Iterator<Item = Id> + use<> {
        operands_of(self.expr(id))
    }

    /// The value of a constant.
    pub(crate) fn value(&self, id: Id) -> Option<f64> {
        match self.expr(id) {
            Expr::Constant(bits) => Some(f64::from_bits(bits)),
            _ => None,
        }
    }

    fn add_node(&mut self, expr: Expr) -> Id {
        if let Some(&id) = self.index.get(&expr) {
            return id;
        }
        let id = self.exprs.len() as Id;
        let uniform = match expr {
            Expr::Constant(_) => true,
            Expr::Input(input) => self.input_is_uniform(input),
            other => operands_of(other).all(|o| self.is_uniform(o)),
        };
        self.exprs.push(expr);
        self.uniform.push(uniform);
        self.index.insert(expr, id);
        id
    }

    fn input_is_uniform(&self, input: Input) -> bool {
        match input {
            Input::Parameter(_) => true,
            Input::Temperature => !self.uniformity.varying_temperature,
            Input::Unknown(k) => {
                !self.uniformity.varying_unknowns.get(k as usize).copied().unwrap_or(true)
            }
            _ => false,
        }
    }

    /// A number.
    pub(crate) fn constant(&mut self, value: f64) -> Id {
        self.add_node(Expr::Constant(value.to_bits()))
    }

    /// A value from outside.
    pub(crate) fn input(&mut self, input: Input) -> Id {
        self.add_node(Expr::Input(input))
    }

    /// The potential of a joined node; see [`Expr::Joined`].
    pub(crate) fn joined(&mut self, potential: Id, current: Id, resistance: Id) -> Id {
        self.add_node(Expr::Joined { potential, current, resistance })
    }

    /// The current through a resistance; see [`Expr::Through`].
    pub(crate) fn through(&mut self, drop: Id, resistance: Id, current: Id) -> Id {
        if self.value(drop) == Some(0.0) || self.value(resistance).is_some() {
            return self.div(drop, resistance);
        }
        self.add_node(Expr::Through { drop, resistance, current })
    }

    /// A function of one argument.
    pub(crate) fn unary(&mut self, op: Unary, a: Id) -> Id {
        if let Some(x) = self.value(a) {
            return self.constant(math::unary::<false>(op, x));
        }
        match (op, self.expr(a)) {
            (Unary::Negate, Expr::Unary(Unary::Negate, inner)) => inner,
            (Unary::Negate, Expr::Binary(Binary::Subtract, x, y)) => self.sub(y, x),
            _ => self.add_node(Expr::Unary(op, a)),
        }
    }

    /// A function of two arguments; powers are taken apart.
    pub(crate) fn binary(&mut self, op: Binary, a: Id, b: Id) -> Id {
        match op {
            Binary::Add => self.add(a, b),
            Binary::Subtract => self.sub(a, b),
            Binary::Multiply => self.mul(a, b),
            Binary::Divide => self.div(a, b),
            Binary::Power => self.power(a, b),
            Binary::Minimum | Binary::Maximum if a == b => a,
            Binary::And | Binary::Or => self.logic(op, a, b),
            Binary::Minimum | Binary::Maximum => match self.fold(op, a, b) {
                Some(id) => id,
                None => self.add_node(Expr::Binary(op, a, b)),
            },
        }
    }

    fn fold(&mut self, op: Binary, a: Id, b: Id) -> Option<Id> {
        let value = math::binary::<false>(op, self.value(a)?, self.value(b)?);
        Some(self.constant(value))
    }

    fn logic(&mut self, op: Binary, a: Id, b: Id) -> Id {
        if a == b {
            return a;
        }
        for (known, other) in [(a, b), (b, a)] {
            if let Some(x) = self.value(known) {
                let decides = (x != 0.0) == (op == Binary::Or);
                return if decides {
                    self.constant(if x != 0.0 { 1.0 } else { 0.0 })
                } else {
                    other
                };
            }
        }
        self.add_node(Expr::Binary(op, a.min(b), a.max(b)))
    }

    /// Sum.
    pub(crate) fn add(&mut self, a: Id, b: Id) -> Id {
        if let Some(id) = self.fold(Binary::Add, a, b) {
            return id;
        }
        if self.value(a) == Some(0.0) {
            return b;
        }
        if self.value(b) == Some(0.0) {
            return a;
        }
        if a == b {
            let two = self.constant(2.0);
            return self.mul(two, a);
        }
        match (self.expr(a), self.expr(b)) {
            (_, Expr::Unary(Unary::Negate, y)) => self.sub(a, y),
            (Expr::Unary(Unary::Negate, x), _) => self.sub(b, x),
            // (x - y) + y is x.
            (Expr::Binary(Binary::Subtract, x, y), _) if y == b => x,
            (_, Expr::Binary(Binary::Subtract, x, y)) if y == a => x,
            _ => self.add_node(Expr::Binary(Binary::Add, a.min(b), a.max(b))),
        }
    }

    /// Difference.
    pub(crate) fn sub(&mut self, a: Id, b: Id) -> Id {
        if let Some(id) = self.fold(Binary::Subtract, a, b) {
            return id;
        }
        if a == b {
            return self.constant(0.0);
        }
        if self.value(b) == Some(0.0) {
            return a;
        }
        if self.value(a) == Some(0.0) {
            return self.unary(Unary::Negate, b);
        }
        match (self.expr(a), self.expr(b)) {
            (_, Expr::Unary(Unary::Negate, y)) => self.add(a, y),
            (Expr::Binary(Binary::Add, x, y), _) if x == b => y,
            (Expr::Binary(Binary::Add, x, y), _) if y == b => x,
            (Expr::Binary(Binary::Subtract, x, y), _) if x == b => self.unary(Unary::Negate, y),
            (_, Expr::Binary(Binary::Subtract, x, y)) if x == a => y,
            (_, Expr::Binary(Binary::Add, x, y)) if x == a => self.unary(Unary::Negate, y),
            (_, Expr::Binary(Binary::Add, x, y)) if y == a => self.unary(Unary::Negate, x),
            _ => self.add_node(Expr::Binary(Binary::Subtract, a, b)),
        }
    }

    /// Product. A factor that is exactly zero gives zero: what it multiplies is not computed.
    pub(crate) fn mul(&mut self, a: Id, b: Id) -> Id {
        if let Some(id) = self.fold(Binary::Multiply, a, b) {
            return id;
        }
        for (known, other) in [(a, b), (b, a)] {
            match self.value(known) {
                Some(0.0) => return self.constant(0.0),
                Some(1.0) => return other,
                Some(-1.0) => return self.unary(Unary::Negate, other),
                _ => {}
            }
        }
        match (self.expr(a), self.expr(b)) {
            (Expr::Unary(Unary::Negate, x), Expr::Unary(Unary::Negate, y)) => self.mul(x, y),
            (Expr::Unary(Unary::Negate, x), _) => {
                let p = self.mul(x, b);
                self.unary(Unary::Negate, p)
            }
            (_, Expr::Unary(Unary::Negate, y)) => {
                let p = self.mul(a, y);
                self.unary(Unary::Negate, p)
            }
            _ => self.add_node(Expr::Binary(Binary::Multiply, a.min(b), a.max(b))),
        }
    }

    /// Quotient. Division of a varying by a uniform number becomes a product with the
    /// reciprocal, which is computed once a batch.
    pub(crate) fn div(&mut self, a: Id, b: Id) -> Id {
        if let Some(id) = self.fold(Binary::Divide, a, b) {
            return id;
        }
        if self.value(b) == Some(1.0) {
            return a;
        }
        if self.value(a) == Some(0.0) {
            return self.constant(0.0);
        }
        if a == b {
            return self.constant(1.0);
        }
        if let Expr::Unary(Unary::Negate, x) = self.expr(a) {
            let q = self.div(x, b);
            return self.unary(Unary::Negate, q);
        }
        if self.is_uniform(b) && !self.is_uniform(a) {
            let r = self.reciprocal(b);
            return self.mul(a, r);
        }
        self.add_node(Expr::Binary(Binary::Divide, a, b))
    }

    /// One over a value.
    pub(crate) fn reciprocal(&mut self, a: Id) -> Id {
        let one = self.constant(1.0);
        self.div(one, a)
    }

    /// Power. Whole and half constant exponents are multiplied out; the rest is exp(b ln a), so
    /// that powers of one base share their logarithm. A base of exactly zero counts as 1e-300,
    /// so that derivatives stay numbers.
    pub(crate) fn power(&mut self, a: Id, b: Id) -> Id {
        if let Some(e) = self.value(b) {
            if e.fract() == 0.0 && e.abs() <= 64.0 {
                return self.whole_power(a, e as i32);
            }
            if (2.0 * e).fract() == 0.0 && e.abs() <= 8.0 {
                let root = self.unary(Unary::SquareRoot, a);
                let whole = self.whole_power(a, e.abs().trunc() as i32);
                let power = self.mul(whole, root);
                return if e < 0.0 { self.reciprocal(power) } else { power };
            }
        }
        let zero = self.constant(0.0);
        let tiny = self.constant(1e-300);
        let is_zero = self.compare(Comparison::Equal, a, zero);
        let base = self.select(is_zero, tiny, a);
        let log = self.unary(Unary::Logarithm, base);
        let exponent = self.mul(b, log);
        self.unary(Unary::Exponential, exponent)
    }

    fn whole_power(&mut self, a: Id, e: i32) -> Id {
        let mut result = self.constant(1.0);
        let mut square = a;
        let mut rest = e.unsigned_abs();
        while rest > 0 {
            if rest & 1 == 1 {
                result = self.mul(result, square);
            }
            rest >>= 1;
            if rest > 0 {
                square = self.mul(square, square);
            }
        }
        if e < 0 { self.reciprocal(result) } else { result }
    }

    /// A condition, 1 or 0.
    pub(crate) fn compare(&mut self, op: Comparison, a: Id, b: Id) -> Id {
        if let (Some(x), Some(y)) = (self.value(a), self.value(b)) {
            let holds = match op {
                Comparison::Less => x < y,
                Comparison::LessEqual => x <= y,
                Comparison::Equal => x == y,
            };
            return self.constant(if holds { 1.0 } else { 0.0 });
        }
        self.add_node(Expr::Compare(op, a, b))
    }

    /// A choice by a condition.
    pub(crate) fn select(&mut self, c: Id, a: Id, b: Id) -> Id {
        if let Some(x) = self.value(c) {
            return if x != 0.0 { a } else { b };
        }
        if a == b {
            return a;
        }
        match self.expr(c) {
            Expr::Unary(Unary::Not, inner) => self.select(inner, b, a),
            _ => self.add_node(Expr::Select(c, a, b)),
        }
    }

    /// The nodes that the roots need, operands before users.
    pub(crate) fn reachable(&self, roots: &[Id]) -> Vec<Id> {
        let mut seen = vec![false; self.exprs.len()];
        let mut stack: Vec<Id> = roots.to_vec();
        let mut found = Vec::new();
        while let Some(id) = stack.pop() {
            match seen.get_mut(id as usize) {
                Some(s) if !*s => *s = true,
                _ => continue,
            }
            found.push(id);
            stack.extend(self.operands(id));
        }
        found.sort_unstable();
        found
    }

    /// Whether a root needs an input.
    pub(crate) fn uses(&self, roots: &[Id], input: Input) -> bool {
        let Some(&leaf) = self.index.get(&Expr::Input(input)) else { return false };
        self.reachable(roots).binary_search(&leaf).is_ok()
    }

    /// Builds the roots anew with nodes replaced: `replace` gives the new node or `None` to
    /// rebuild it from its operands.
    pub(crate) fn rewrite(
        &mut self,
        roots: &[Id],
        replace: &mut dyn FnMut(&mut Dag, Expr) -> Option<Id>,
    ) -> Vec<Id> {
        let mut fresh: FxHashMap<Id, Id> = FxHashMap::default();
        for id in self.reachable(roots) {
            let expr = self.expr(id);
            let new = match replace(self, expr) {
                Some(new) => new,
                None => self.rebuild(id, expr, &fresh),
            };
            fresh.insert(id, new);
        }
        roots.iter().map(|r| fresh.get(r).copied().unwrap_or(*r)).collect()
    }

    fn rebuild(&mut self, id: Id, expr: Expr, fresh: &FxHashMap<Id, Id>) -> Id {
        let of = |o: Id| fresh.get(&o).copied().unwrap_or(o);
        match expr {
            Expr::Constant(_) | Expr::Input(_) => id,
            Expr::Unary(op, a) => self.unary(op, of(a)),
            Expr::Binary(op, a, b) => self.binary(op, of(a), of(b)),
            Expr::Compare(op, a, b) => self.compare(op, of(a), of(b)),
            Expr::Select(c, a, b) => self.select(of(c), of(a), of(b)),
            Expr::Joined { potential, current, resistance } => {
                self.joined(of(potential), of(current), of(resistance))
            }
            Expr::Through { drop, resistance, current } => {
                self.through(of(drop), of(resistance), of(current))
            }
        }
    }

    /// The roots without [`Expr::Joined`] and [`Expr::Through`], which matter to derivatives
    /// only.
    pub(crate) fn settle(&mut self, roots: &[Id]) -> Vec<Id> {
        // Currents and resistances of joined nodes drop out, because only potentials are kept.
        let settled = |fresh: &FxHashMap<Id, Id>, id: Id| fresh.get(&id).copied().unwrap_or(id);
        let mut fresh: FxHashMap<Id, Id> = FxHashMap::default();
        for id in self.reachable(roots) {
            let expr = self.expr(id);
            let new = match expr {
                Expr::Joined { potential, .. } => settled(&fresh, potential),
                Expr::Through { drop, resistance, .. } => {
                    self.div(settled(&fresh, drop), settled(&fresh, resistance))
                }
                _ => self.rebuild(id, expr, &fresh),
            };
            fresh.insert(id, new);
        }
        roots.iter().map(|r| fresh.get(r).copied().unwrap_or(*r)).collect()
    }
}

fn operands_of(expr: Expr) -> impl Iterator<Item = Id> {
    let list = match expr {
        Expr::Constant(_) | Expr::Input(_) => [None; 3],
        Expr::Unary(_, a) => [Some(a), None, None],
        Expr::Binary(_, a, b) | Expr::Compare(_, a, b) => [Some(a), Some(b), None],
        Expr::Select(a, b, c) => [Some(a), Some(b), Some(c)],
        Expr::Joined { potential, current, resistance } => {
            [Some(potential), Some(current), Some(resistance)]
        }
        Expr::Through { drop, resistance, current } => {
            [Some(drop), Some(resistance), Some(current)]
        }
    };
    list.into_iter().flatten()
}
