//! Bytecode: what a batch runs. Varying instructions work on registers of 64 points and read
//! uniform values from slots; uniform instructions work on the slots alone.

use crate::dag::{Dag, Expr, Id, Input};
use espice_lang::ir::{Binary, Comparison, Unary};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// Points that one instruction works on.
pub(crate) const WIDTH: usize = 64;

/// Marks an operand as a uniform slot.
const UNIFORM: u32 = 1 << 31;

/// What an instruction does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Op {
    /// A function of `a`.
    Unary(Unary),
    /// A function of `a` and `b`.
    Binary(Binary),
    /// A condition on `a` and `b`.
    Compare(Comparison),
    /// `a` chooses `b` or `c`.
    Select,
    /// a²
    Square,
    /// a b + c
    MultiplyAdd,
    /// c - a b
    SubtractProduct,
    /// a b - c
    MultiplySubtract,
}

/// One instruction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Instruction {
    /// What.
    pub op: Op,
    /// The register it writes, which is none that it reads.
    pub to: u32,
    /// First operand.
    pub a: u32,
    /// Second operand.
    pub b: u32,
    /// Third operand.
    pub c: u32,
}

/// The slot that an operand names, or `None` for a register.
#[inline(always)]
pub(crate) fn slot(operand: u32) -> Option<usize> {
    if operand & UNIFORM != 0 { Some((operand & !UNIFORM) as usize) } else { None }
}

/// Varying code with its results.
#[derive(Clone, Debug, Default)]
pub(crate) struct Program {
    /// The instructions.
    pub code: Vec<Instruction>,
    /// Where each root is found afterwards.
    pub outputs: Vec<u32>,
    /// How many registers it uses, those of the inputs included.
    pub registers: usize,
}

/// Uniform code.
#[derive(Clone, Debug, Default)]
pub(crate) struct UniformProgram {
    /// What is done, in order.
    pub steps: Vec<UniformStep>,
    /// The slots before the first step: constants are in place.
    pub initial: Vec<[f64; 1]>,
    /// Slots that take parameters, by index.
    pub parameters: Vec<(u32, usize)>,
    /// The slot that takes the temperature.
    pub temperature: Option<usize>,
}

/// A step of uniform code.
#[derive(Clone, Debug)]
pub(crate) enum UniformStep {
    /// Instructions on slots.
    Code(Vec<Instruction>),
    /// A search for the unknown of a `solve`.
    Solve {
        /// Instructions that compute residual and slope from the unknown.
        code: Vec<Instruction>,
        /// Slot of the unknown.
        unknown: usize,
        /// Slots of residual, slope, lower and upper end.
        places: [usize; 4],
    },
}

/// What a `solve` needs: residual, slope, ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SolveRoots {
    /// Residual.
    pub residual: Id,
    /// Derivative of the residual by the unknown.
    pub slope: Id,
    /// Lower end.
    pub low: Id,
    /// Upper end.
    pub high: Id,
}

/// Registers of inputs, and slots of uniform nodes, shared by the programs of one batch.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layout {
    inputs: BTreeMap<Input, u32>,
    slots: BTreeMap<Id, u32>,
}

impl Layout {
    /// The register of a varying input.
    pub(crate) fn pin(&mut self, input: Input) -> usize {
        let next = self.inputs.len() as u32;
        *self.inputs.entry(input).or_insert(next) as usize
    }

    /// How many registers inputs take.
    pub(crate) fn pinned(&self) -> usize {
        self.inputs.len()
    }

    fn slot_of(&mut self, id: Id) -> u32 {
        let next = self.slots.len() as u32;
        *self.slots.entry(id).or_insert(next)
    }

    /// Compiles varying code; every varying input of the roots must have been pinned.
    pub(crate) fn program(&mut self, dag: &Dag, roots: &[Id]) -> Program {
        let steps = Scheduler::new(dag, roots).schedule(roots);
        let mut last_use: FxHashMap<Id, usize> = FxHashMap::default();
        for (time, step) in steps.iter().enumerate() {
            for operand in step.operands.into_iter().flatten() {
                last_use.insert(operand, time);
            }
        }
        for root in roots {
            last_use.insert(*root, usize::MAX);
        }
        let first = self.inputs.len() as u32;
        let mut next = first;
        let mut free: Vec<u32> = Vec::new();
        let mut place: FxHashMap<Id, u32> = FxHashMap::default();
        let mut code = Vec::with_capacity(steps.len());
        for (time, step) in steps.iter().enumerate() {
            let mut operands = [0; 3];
            for (slot, operand) in operands.iter_mut().zip(step.operands) {
                if let Some(id) = operand {
                    *slot = self.operand(dag, id, &place);
                }
            }
            let to = free.pop().unwrap_or_else(|| {
                next += 1;
                next - 1
            });
            place.insert(step.id, to);
            let [a, b, c] = operands;
            code.push(Instruction { op: step.op, to, a, b, c });
            // Registers are freed after the result has its own, so that it is none of them.
            let mut freed: [Option<Id>; 3] = [None; 3];
            for (index, operand) in step.operands.into_iter().enumerate() {
                let Some(id) = operand else { continue };
                let again = freed.contains(&Some(id));
                if last_use.get(&id) == Some(&time)
                    && !again
                    && let Some(&register) = place.get(&id)
                {
                    free.push(register);
                    if let Some(f) = freed.get_mut(index) {
                        *f = Some(id);
                    }
                }
            }
        }
        let outputs = roots.iter().map(|&r| self.operand(dag, r, &place)).collect();
        Program { code, outputs, registers: next as usize }
    }

    fn operand(&mut self, dag: &Dag, id: Id, place: &FxHashMap<Id, u32>) -> u32 {
        if dag.is_uniform(id) {
            return self.slot_of(id) | UNIFORM;
        }
        if let Some(&register) = place.get(&id) {
            return register;
        }
        match dag.expr(id) {
            Expr::Input(input) => self.inputs.get(&input).copied().unwrap_or_default(),
            _ => 0,
        }
    }

    /// Reserves slots for uniform roots.
    pub(crate) fn want(&mut self, roots: &[Id]) {
        for &root in roots {
            self.slot_of(root);
        }
    }

    /// The slot of a wanted uniform node.
    pub(crate) fn place(&self, id: Id) -> usize {
        self.slots.get(&id).copied().unwrap_or_default() as usize
    }

    /// Compiles what fills the slots; `solves` are those whose unknown is uniform.
    pub(crate) fn uniform(
        mut self,
        dag: &Dag,
        solves: &BTreeMap<u32, SolveRoots>,
    ) -> UniformProgram {
        let needed = self.close(dag, solves);
        let levels = levels(dag, &needed);
        let mut result = UniformProgram::default();
        for &id in &needed {
            let place = self.slot_of(id) as usize;
            if result.initial.len() <= place {
                result.initial.resize(place + 1, [f64::NAN]);
            }
            match dag.expr(id) {
                Expr::Constant(bits) => {
                    if let Some(slot) = result.initial.get_mut(place) {
                        *slot = [f64::from_bits(bits)];
                    }
                }
                Expr::Input(Input::Parameter(p)) => result.parameters.push((p, place)),
                Expr::Input(Input::Temperature) => result.temperature = Some(place),
                _ => {}
            }
        }
        let top = levels.values().copied().max().unwrap_or(0);
        for level in 0..=top {
            if let Some(k) = level.checked_sub(1)
                && let Some(roots) = solves.get(&k)
                && let Some(unknown) = needed
                    .iter()
                    .copied()
                    .find(|&id| dag.expr(id) == Expr::Input(Input::Unknown(k)))
            {
                let inside = dag.reachable(&[roots.residual, roots.slope]);
                let code = self
                    .code(dag, inside.iter().copied().filter(|i| levels.get(i) == Some(&level)));
                let places =
                    [roots.residual, roots.slope, roots.low, roots.high].map(|r| self.place(r));
                result.steps.push(UniformStep::Solve {
                    code,
                    unknown: self.place(unknown),
                    places,
                });
            }
            let code =
                self.code(dag, needed.iter().copied().filter(|i| levels.get(i) == Some(&level)));
            if !code.is_empty() {
                result.steps.push(UniformStep::Code(code));
            }
        }
        result
    }

    /// All uniform nodes needed for the slots, those of the solves that they use included.
    fn close(&self, dag: &Dag, solves: &BTreeMap<u32, SolveRoots>) -> Vec<Id> {
        let mut roots: Vec<Id> = self.slots.keys().copied().collect();
        loop {
            let needed = dag.reachable(&roots);
            let before = roots.len();
            for &id in &needed {
                if let Expr::Input(Input::Unknown(k)) = dag.expr(id)
                    && let Some(s) = solves.get(&k)
                {
                    for root in [s.residual, s.slope, s.low, s.high] {
                        if !roots.contains(&root) {
                            roots.push(root);
                        }
                    }
                }
            }
            if roots.len() == before {
                return needed;
            }
        }
    }

    fn code(&mut self, dag: &Dag, nodes: impl Iterator<Item = Id>) -> Vec<Instruction> {
        nodes
            .filter_map(|id| {
                let step = Step::plain(dag, id)?;
                let mut operands = [0; 3];
                for (slot, operand) in operands.iter_mut().zip(step.operands) {
                    if let Some(o) = operand {
                        *slot = self.slot_of(o);
                    }
                }
                let [a, b, c] = operands;
                Some(Instruction { op: step.op, to: self.slot_of(id), a, b, c })
            })
            .collect()
    }
}

/// For each node one more than the last unknown below it; 0 without.
fn levels(dag: &Dag, needed: &[Id]) -> BTreeMap<Id, u32> {
    let mut levels: BTreeMap<Id, u32> = BTreeMap::new();
    for &id in needed {
        let level = match dag.expr(id) {
            Expr::Input(Input::Unknown(k)) => k + 1,
            _ => dag.operands(id).filter_map(|o| levels.get(&o).copied()).max().unwrap_or(0),
        };
        levels.insert(id, level);
    }
    levels
}

/// One instruction before registers are known.
#[derive(Clone, Copy, Debug)]
struct Step {
    id: Id,
    op: Op,
    operands: [Option<Id>; 3],
}

impl Step {
    /// The instruction of a node alone; `None` for constants and inputs.
    fn plain(dag: &Dag, id: Id) -> Option<Step> {
        let (op, operands) = match dag.expr(id) {
            Expr::Constant(_) | Expr::Input(_) | Expr::Joined { .. } | Expr::Through { .. } => {
                return None;
            }
            Expr::Unary(op, a) => (Op::Unary(op), [Some(a), None, None]),
            Expr::Binary(Binary::Multiply, a, b) if a == b => (Op::Square, [Some(a), None, None]),
            Expr::Binary(op, a, b) => (Op::Binary(op), [Some(a), Some(b), None]),
            Expr::Compare(op, a, b) => (Op::Compare(op), [Some(a), Some(b), None]),
            Expr::Select(c, a, b) => (Op::Select, [Some(c), Some(a), Some(b)]),
        };
        Some(Step { id, op, operands })
    }
}

struct Scheduler<'a> {
    dag: &'a Dag,
    uses: FxHashMap<Id, u32>,
    depth: FxHashMap<Id, u32>,
}

impl<'a> Scheduler<'a> {
    fn new(dag: &'a Dag, roots: &[Id]) -> Self {
        let reachable = dag.reachable(roots);
        let room = || FxHashMap::with_capacity_and_hasher(reachable.len(), Default::default());
        let mut uses: FxHashMap<Id, u32> = room();
        let mut depth: FxHashMap<Id, u32> = room();
        for &id in &reachable {
            if dag.is_uniform(id) {
                continue;
            }
            let mut deepest = 0;
            for operand in dag.operands(id) {
                *uses.entry(operand).or_default() += 1;
                deepest = deepest.max(depth.get(&operand).copied().unwrap_or(0));
            }
            depth.insert(id, deepest + 1);
        }
        for root in roots {
            *uses.entry(*root).or_default() += 1;
        }
        Scheduler { dag, uses, depth }
    }

    /// Steps in an order that keeps few results alive: operands right before their users, the
    /// deepest first.
    fn schedule(&self, roots: &[Id]) -> Vec<Step> {
        let room = self.depth.len();
        let mut done: FxHashMap<Id, bool> =
            FxHashMap::with_capacity_and_hasher(room, Default::default());
        let mut steps = Vec::new();
        let mut stack: Vec<Id> = roots.iter().rev().copied().collect();
        while let Some(&id) = stack.last() {
            if self.dag.is_uniform(id) || done.get(&id) == Some(&true) {
                stack.pop();
                continue;
            }
            let Some(step) = self.step(id) else {
                stack.pop();
                continue;
            };
            if done.insert(id, false).is_some() {
                done.insert(id, true);
                steps.push(step);
                stack.pop();
                continue;
            }
            let mut operands: Vec<Id> = step
                .operands
                .into_iter()
                .flatten()
                .filter(|o| !self.dag.is_uniform(*o) && done.get(o) != Some(&true))
                .collect();
            // The last pushed is computed first.
            operands.sort_by_key(|o| (self.depth.get(o).copied().unwrap_or(0), *o));
            stack.extend(operands);
        }
        steps
    }

    /// The instruction of a node, joined with a product that only it uses.
    fn step(&self, id: Id) -> Option<Step> {
        let plain = Step::plain(self.dag, id)?;
        let fused = |op: Op, product: Id, rest: Id| {
            let (a, b) = self.product(product)?;
            Some(Step { id, op, operands: [Some(a), Some(b), Some(rest)] })
        };
        match self.dag.expr(id) {
            Expr::Binary(Binary::Add, x, y) => fused(Op::MultiplyAdd, y, x)
                .or_else(|| fused(Op::MultiplyAdd, x, y))
                .or(Some(plain)),
            Expr::Binary(Binary::Subtract, x, y) => fused(Op::SubtractProduct, y, x)
                .or_else(|| fused(Op::MultiplySubtract, x, y))
                .or(Some(plain)),
            _ => Some(plain),
        }
    }

    fn product(&self, id: Id) -> Option<(Id, Id)> {
        match self.dag.expr(id) {
            Expr::Binary(Binary::Multiply, a, b)
                if !self.dag.is_uniform(id) && self.uses.get(&id) == Some(&1) =>
            {
                Some((a, b))
            }
            _ => None,
        }
    }
}
