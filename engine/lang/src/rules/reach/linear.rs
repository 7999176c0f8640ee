//! Whether linear inequalities can hold together: elimination after Fourier and Motzkin, exact
//! but for rounding, which is given the benefit of the doubt.

use std::collections::BTreeMap;

/// Most inequalities that elimination may make before it gives up.
const MOST: usize = 400;
/// Relative difference below which two numbers are equal.
const EQUAL: f64 = 1e-9;

/// `Σ factor · variable <= bound`, or `<`.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Constraint {
    pub(super) terms: BTreeMap<usize, f64>,
    pub(super) bound: f64,
    pub(super) strict: bool,
    /// The largest number that went into the bound; rounding is a share of it.
    pub(super) scale: f64,
}

impl Constraint {
    pub(super) fn new(terms: BTreeMap<usize, f64>, bound: f64, strict: bool) -> Constraint {
        Constraint { terms, bound, strict, scale: bound.abs() }
    }

    /// The opposite: `Σ > bound` for `Σ <= bound`.
    pub(super) fn negated(&self) -> Constraint {
        Constraint {
            terms: self.terms.iter().map(|(v, f)| (*v, -f)).collect(),
            bound: -self.bound,
            strict: !self.strict,
            scale: self.scale,
        }
    }

    /// Whether it holds when no variable is left in it.
    pub(super) fn holds_of_nothing(&self) -> bool {
        let slack = EQUAL * self.scale;
        if self.strict { self.bound > slack } else { self.bound >= -slack }
    }

    /// This, with `variable` eliminated by means of another in which it has the other sign.
    fn without(&self, other: &Constraint, variable: usize) -> Option<Constraint> {
        let (a, b) = (self.terms.get(&variable)?.abs(), other.terms.get(&variable)?.abs());
        let mut terms = BTreeMap::new();
        for v in self.terms.keys().chain(other.terms.keys()) {
            let of = |c: &Constraint, by: f64| c.terms.get(v).copied().unwrap_or(0.0) / by;
            let (x, y) = (of(self, a), of(other, b));
            if *v != variable && (x + y).abs() > EQUAL * (x.abs() + y.abs()) {
                terms.insert(*v, x + y);
            }
        }
        Some(Constraint {
            terms,
            bound: self.bound / a + other.bound / b,
            strict: self.strict || other.strict,
            scale: (self.scale / a).max(other.scale / b),
        })
    }
}

/// Whether some values meet all constraints. `true` also when that was too much work.
pub(super) fn feasible(mut constraints: Vec<Constraint>) -> bool {
    loop {
        let (rest, done): (Vec<_>, Vec<_>) =
            constraints.into_iter().partition(|c| !c.terms.is_empty());
        if done.iter().any(|c| !c.holds_of_nothing()) {
            return false;
        }
        let mut signs: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
        for (variable, factor) in rest.iter().flat_map(|c| &c.terms) {
            let count = signs.entry(*variable).or_default();
            if *factor > 0.0 { count.0 += 1 } else { count.1 += 1 }
        }
        let cheapest = signs.into_iter().min_by_key(|(_, (up, down))| up * down);
        let Some((variable, (up, down))) = cheapest else { return true };
        if rest.len() + up * down > MOST {
            return true;
        }
        let (with, mut next): (Vec<_>, Vec<_>) =
            rest.into_iter().partition(|c| c.terms.contains_key(&variable));
        let (above, below): (Vec<_>, Vec<_>) =
            with.into_iter().partition(|c| c.terms.get(&variable).is_some_and(|f| *f > 0.0));
        for a in &above {
            next.extend(below.iter().filter_map(|b| a.without(b, variable)));
        }
        constraints = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn c(terms: &[(usize, f64)], bound: f64, strict: bool) -> Constraint {
        Constraint::new(terms.iter().copied().collect(), bound, strict)
    }

    #[test]
    fn what_cannot_hold_together_is_found() {
        let x_below_1 = c(&[(0, 1.0)], 1.0, false);
        let x_above_1 = c(&[(0, -1.0)], -1.0, false);
        let x_beyond_1 = c(&[(0, -1.0)], -1.0, true);
        assert!(feasible(vec![x_below_1.clone(), x_above_1]));
        assert!(!feasible(vec![x_below_1, x_beyond_1]));
        // a < b, b < c, c < a.
        let less = |a, b| c(&[(a, 1.0), (b, -1.0)], 0.0, true);
        assert!(feasible(vec![less(0, 1), less(1, 2)]));
        assert!(!feasible(vec![less(0, 1), less(1, 2), less(2, 0)]));
        // x + y <= 1 with x >= 0.7 and y >= 0.4.
        let sum = c(&[(0, 1.0), (1, 1.0)], 1.0, false);
        assert!(!feasible(vec![sum, c(&[(0, -1.0)], -0.7, false), c(&[(1, -1.0)], -0.4, false)]));
    }

    #[test]
    fn rounding_makes_no_contradiction() {
        let third = 0.1 + 0.2;
        assert!(feasible(vec![c(&[(0, 1.0)], 0.3, false), c(&[(0, -1.0)], -third, false)]));
        assert!(!feasible(vec![c(&[(0, 1.0)], 0.3, true), c(&[(0, -1.0)], -third, false)]));
        // Small numbers count like large ones.
        assert!(!feasible(vec![c(&[(0, 1.0)], 1e-30, false), c(&[(0, -1.0)], -2e-30, false)]));
    }
}
