//! The network of a template by modified nodal analysis: potentials of inner nodes and currents
//! of resistors are unknowns, so that a resistor of zero is like any other. Newton's method finds
//! them; the implicit function theorem gives their derivatives.

use super::double::Double;
use super::walk::{Dual, Walk};
use espice_lang::ir::{BranchKind, TemplateIr};
use std::rc::Rc;

/// Steps of Newton's method, and the largest change of a potential in one of them, V.
const STEPS: usize = 600;
const REACH: f64 = 0.4;

/// Halvings of a bracket of a `solve`; a few steps of Newton's method follow.
const HALVINGS: usize = 60;

/// A device at a bias.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case<'a> {
    pub(super) template: &'a TemplateIr,
    pub(super) nominal: f64,
    /// 1 for the polarity of the equations, -1 for the mirror image.
    pub(super) mirror: f64,
    pub(super) parameters: &'a [f64],
    pub(super) kelvin: f64,
    /// Potentials of the pins, V.
    pub(super) volts: &'a [f64],
    /// Where the search for potentials of inner nodes starts, V.
    pub(super) inner: &'a [f64],
}

/// Currents into the pins and charges at them, with derivatives by all parameters, then by the
/// temperature, then by the potentials of the pins.
pub(super) struct Reference {
    pub(super) currents: Vec<Dual>,
    pub(super) charges: Vec<Dual>,
}

impl Reference {
    /// The charges or the currents.
    pub(super) fn side(&self, charges: bool) -> &[Dual] {
        if charges { &self.charges } else { &self.currents }
    }
}

/// What a device is when potentials and resistors' currents are given.
struct Sums {
    /// Currents that leave each node.
    currents: Vec<Dual>,
    charges: Vec<Dual>,
    /// What each resistor's equation leaves.
    drops: Vec<Dual>,
    resistances: Vec<Rc<Dual>>,
}

impl Case<'_> {
    fn resistors(&self) -> Vec<usize> {
        let branches = self.template.branches.iter().enumerate();
        branches.filter(|(_, b)| b.kind == BranchKind::Resistor).map(|(i, _)| i).collect()
    }

    /// The unknowns of `solve`s by bisection; they depend on no bias.
    fn solved(&self, parameters: &[Dual], kelvin: &Dual) -> Vec<Dual> {
        let width = kelvin.by.len();
        let mut found: Vec<Dual> = Vec::new();
        for solve in &self.template.solves {
            let at = |x: Dual, id| {
                let mut unknowns = found.clone();
                unknowns.push(x);
                let mut walk = Walk::new(&self.template.graph, kelvin, [self.nominal, self.mirror]);
                (walk.parameters, walk.unknowns) = (parameters, &unknowns);
                (*walk.value(id)).clone()
            };
            let zero = || Dual::constant(Double::default(), width);
            let plain = |x: f64| at(Dual::constant(Double::from(x), width), solve.residual);
            let (mut low, mut high) =
                (at(zero(), solve.low).value.near(), at(zero(), solve.high).value.near());
            let ends = [plain(low).value.hi, plain(high).value.hi];
            assert!(ends[0] * ends[1] <= 0.0, "the ends of a solve enclose its root");
            if ends[1] == 0.0 {
                low = high;
            }
            for _ in 0..HALVINGS {
                let middle = low + 0.5 * (high - low);
                if middle <= low || middle >= high {
                    break;
                }
                if plain(middle).value.hi * ends[0] > 0.0 { low = middle } else { high = middle }
            }
            // The slope by the unknown itself takes the place of the first variable.
            let mut root = Double::from(low);
            let mut slope = Double::ONE;
            for _ in 0..3 {
                let unknown = Dual::seed(root, width, 0);
                let free = Dual::constant(Double::default(), width);
                let steady: Vec<Dual> = parameters
                    .iter()
                    .map(|p| Dual { value: p.value, by: free.by.clone() })
                    .collect();
                let calm = Dual { value: kelvin.value, by: free.by };
                let mut unknowns: Vec<Dual> =
                    found.iter().map(|f| Dual { value: f.value, by: calm.by.clone() }).collect();
                unknowns.push(unknown);
                let mut walk = Walk::new(&self.template.graph, &calm, [self.nominal, self.mirror]);
                (walk.parameters, walk.unknowns) = (&steady, &unknowns);
                let residual = walk.value(solve.residual);
                slope = residual.by[0];
                root = root - residual.value / slope;
            }
            let residual = at(Dual::constant(root, width), solve.residual);
            let by = residual.by.iter().map(|r| -*r / slope).collect();
            found.push(Dual { value: root, by });
        }
        found
    }

    fn sums(
        &self,
        parameters: &[Dual],
        kelvin: &Dual,
        solved: &[Dual],
        nodes: &[Dual],
        through: &[Dual],
    ) -> Sums {
        let zero = || Dual::constant(Double::default(), kelvin.by.len());
        let mut walk = Walk::new(&self.template.graph, kelvin, [self.nominal, self.mirror]);
        (walk.parameters, walk.unknowns, walk.nodes) = (parameters, solved, nodes);
        let mut sums = Sums {
            currents: nodes.iter().map(|_| zero()).collect(),
            charges: nodes.iter().map(|_| zero()).collect(),
            drops: Vec::new(),
            resistances: Vec::new(),
        };
        for branch in &self.template.branches {
            let (from, to) = (branch.from as usize, branch.to as usize);
            let value = match branch.kind {
                BranchKind::Capacitance => continue,
                BranchKind::Current | BranchKind::Charge => walk.value(branch.value),
                BranchKind::Resistor => {
                    let resistance = walk.value(branch.value);
                    let current = Rc::new(through[sums.drops.len()].clone());
                    let drop = nodes[from].minus(&nodes[to]);
                    sums.drops.push(drop.minus(&resistance.times(&current)));
                    sums.resistances.push(resistance);
                    current
                }
            };
            let of = if branch.kind == BranchKind::Charge {
                &mut sums.charges
            } else {
                &mut sums.currents
            };
            of[from] = of[from].plus(&value);
            of[to] = of[to].minus(&value);
        }
        sums
    }

    /// The derivatives, once Newton's method has found the unknowns; `None` where it has not.
    pub(super) fn evaluate(&self) -> Option<Reference> {
        let (pins, resistors) = (self.volts.len(), self.resistors());
        let unknowns = self.inner.len() + resistors.len();
        let free = self.parameters.len() + 1 + pins;
        let steady = |width: usize, seeds: bool| -> (Vec<Dual>, Dual) {
            let seed = |i: usize, v: f64| {
                Dual::seed(Double::from(v), width, if seeds { i } else { width })
            };
            let parameters = self.parameters.iter().enumerate().map(|(i, v)| seed(i, *v)).collect();
            (parameters, seed(self.parameters.len(), self.kelvin))
        };
        let (exact, warm) = steady(free + unknowns, true);
        let solved = self.solved(&exact, &warm);
        // Newton's method needs derivatives by the unknowns only.
        let (parameters, kelvin) = steady(unknowns, false);
        let plain: Vec<Dual> = solved.iter().map(|s| Dual::constant(s.value, unknowns)).collect();
        let mut at: Vec<Double> = self.inner.iter().map(|v| Double::from(*v)).collect();
        at.extend(resistors.iter().map(|_| Double::default()));
        let variables = |at: &[Double], width: usize, first: usize| -> (Vec<Dual>, Vec<Dual>) {
            let pin = |(i, v): (usize, &f64)| {
                let place = if first > 0 { self.parameters.len() + 1 + i } else { width };
                Dual::seed(Double::from(*v), width, place)
            };
            let unknown = |(i, v): (usize, &Double)| Dual::seed(*v, width, first + i);
            let mut nodes: Vec<Dual> = self.volts.iter().enumerate().map(pin).collect();
            let mut rest: Vec<Dual> = at.iter().enumerate().map(unknown).collect();
            let through = rest.split_off(self.inner.len());
            nodes.extend(rest);
            (nodes, through)
        };
        let mut settled = unknowns == 0;
        let mut damping = 1.0;
        for _ in 0..STEPS {
            if settled {
                break;
            }
            let (nodes, through) = variables(&at, unknowns, 0);
            let sums = self.sums(&parameters, &kelvin, &plain, &nodes, &through);
            let rows: Vec<&Dual> = sums.currents.iter().skip(pins).chain(&sums.drops).collect();
            let matrix = rows.iter().map(|r| r.by.clone()).collect();
            let right = rows.iter().map(|r| vec![-r.value]).collect();
            let step = eliminate(matrix, right)?;
            let largest =
                step.iter().take(self.inner.len()).map(|s| s[0].hi.abs()).fold(0.0, f64::max);
            let share = damping * (REACH / largest).min(1.0);
            for (value, change) in at.iter_mut().zip(&step) {
                *value = *value + change[0] * Double::from(share);
            }
            if !at.iter().all(|v| v.is_finite()) {
                return None;
            }
            // A step that keeps leaping to and fro over a corner is shortened.
            damping = if largest > REACH { (damping * 0.99f64).max(0.3) } else { 1.0 };
            settled =
                at.iter().zip(&step).all(|(v, c)| c[0].hi.abs() <= 1e-24 * (v.hi.abs() + 1e-40));
            settled |= largest <= 1e-27 && share == 1.0;
        }
        if !settled {
            return None;
        }
        let (nodes, through) = variables(&at, free + unknowns, free);
        let sums = self.sums(&exact, &warm, &solved, &nodes, &through);
        let rows: Vec<&Dual> = sums.currents.iter().skip(pins).chain(&sums.drops).collect();
        let matrix = rows.iter().map(|r| r.by[free..].to_vec()).collect();
        let right = rows.iter().map(|r| r.by[..free].iter().map(|d| -*d).collect()).collect();
        let follow = if unknowns == 0 { Vec::new() } else { eliminate(matrix, right)? };
        let total = |of: &Dual| {
            let mut by = of.by[..free].to_vec();
            for (slope, follows) in of.by[free..].iter().zip(&follow) {
                for (slot, f) in by.iter_mut().zip(follows) {
                    *slot = *slot + *slope * *f;
                }
            }
            Dual { value: of.value, by }
        };
        let owners = self.owners(&sums.resistances);
        let charge = |pin: usize| {
            let mut sum = Dual::constant(Double::default(), free + unknowns);
            for (node, charge) in sums.charges.iter().enumerate() {
                if owners[node] == Some(pin) {
                    sum = sum.plus(charge);
                }
            }
            total(&sum)
        };
        Some(Reference {
            currents: sums.currents.iter().take(pins).map(total).collect(),
            charges: (0..pins).map(charge).collect(),
        })
    }

    /// By node: the pin that is nearest over resistors, of which zero ones are no way at all, then
    /// over currents.
    fn owners(&self, resistances: &[Rc<Dual>]) -> Vec<Option<usize>> {
        let pins = self.volts.len();
        let mut owner: Vec<Option<usize>> =
            (0..pins + self.inner.len()).map(|n| (n < pins).then_some(n)).collect();
        let of = |kind: BranchKind| {
            self.template
                .branches
                .iter()
                .filter(move |b| b.kind == kind)
                .map(|b| (b.from as usize, b.to as usize))
        };
        let resistors: Vec<(usize, usize)> = of(BranchKind::Resistor).collect();
        let zero: Vec<(usize, usize)> = resistors
            .iter()
            .zip(resistances)
            .filter(|(_, r)| r.value.is_zero())
            .map(|(e, _)| *e)
            .collect();
        let currents: Vec<(usize, usize)> = of(BranchKind::Current).collect();
        // Joined nodes are one.
        let mut root: Vec<usize> = (0..owner.len()).collect();
        for _ in 0..root.len() {
            for &(x, y) in &zero {
                let least = root[x].min(root[y]);
                (root[x], root[y]) = (least, least);
            }
        }
        for edges in [&resistors, &currents] {
            for _ in 0..owner.len() {
                let before = owner.clone();
                for (x, y) in edges.iter().map(|(x, y)| (root[*x], root[*y])) {
                    for (a, b) in [(x, y), (y, x)] {
                        if a != b && owner[b].is_none() {
                            owner[b] = before[a];
                        }
                    }
                }
            }
        }
        root.into_iter().map(|r| owner[r]).collect()
    }
}

/// Solves for several right sides by elimination with pivots; rows are scaled first.
fn eliminate(matrix: Vec<Vec<Double>>, right: Vec<Vec<Double>>) -> Option<Vec<Vec<Double>>> {
    let n = matrix.len();
    let mut rows: Vec<Vec<Double>> = Vec::new();
    for (mut row, side) in matrix.into_iter().zip(right) {
        let largest = row.iter().map(|v| v.hi.abs()).fold(0.0, f64::max);
        if largest == 0.0 || !largest.is_finite() {
            return None;
        }
        row.extend(side);
        let factor = Double::ONE / Double::from(largest);
        rows.push(row.into_iter().map(|v| v * factor).collect());
    }
    for k in 0..n {
        let size = |row: &Vec<Double>| row[k].hi.abs();
        let pivot = (k..n).max_by(|a, b| size(&rows[*a]).total_cmp(&size(&rows[*b])))?;
        rows.swap(k, pivot);
        if rows[k][k].is_zero() || !rows[k][k].is_finite() {
            return None;
        }
        let (above, below) = rows.split_at_mut(k + 1);
        for row in below.iter_mut().filter(|r| !r[k].is_zero()) {
            let factor = row[k] / above[k][k];
            for (value, of_pivot) in row.iter_mut().zip(&above[k]).skip(k) {
                *value = *value - factor * *of_pivot;
            }
        }
    }
    let mut solved: Vec<Vec<Double>> = vec![Vec::new(); n];
    for k in (0..n).rev() {
        let of = |side: usize| {
            let known = (k + 1..n).map(|i| rows[k][i] * solved[i][side]);
            known.fold(rows[k][n + side], |sum, part| sum - part) / rows[k][k]
        };
        solved[k] = (0..rows[k].len() - n).map(of).collect();
    }
    Some(solved)
}
