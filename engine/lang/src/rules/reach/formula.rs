//! Conditions as formulas over comparisons and words, and whether they can hold.

use super::interval::Interval;
use super::linear::{Constraint, feasible};
use std::collections::BTreeMap;

/// Most combinations of alternatives that are tried.
const LEAVES: usize = 600;

/// A condition without `not`: it stands in the comparisons themselves.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Formula {
    Yes,
    No,
    Linear(Constraint),
    Flag(Flag),
    All(Vec<Formula>),
    Any(Vec<Formula>),
}

/// `subject is word`, or a truth that is taken as it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Flag {
    pub(super) subject: String,
    pub(super) word: Option<String>,
    pub(super) holds: bool,
}

/// The word of a value that is not there.
pub(super) const MISSING: &str = "missing";

impl Flag {
    /// Whether both can be so.
    fn goes_with(&self, other: &Flag) -> bool {
        if self.subject != other.subject {
            return true;
        }
        match (self.word == other.word, self.holds, other.holds) {
            (true, a, b) => a == b,
            // A thing is one word at a time.
            (false, true, true) => self.word.is_none() || other.word.is_none(),
            _ => true,
        }
    }
}

impl Formula {
    pub(super) fn all(parts: Vec<Formula>) -> Formula {
        if parts.contains(&Formula::No) {
            return Formula::No;
        }
        let mut parts: Vec<Formula> = parts.into_iter().filter(|p| *p != Formula::Yes).collect();
        match parts.len() {
            0 => Formula::Yes,
            1 => parts.remove(0),
            _ => Formula::All(parts),
        }
    }

    pub(super) fn any(parts: Vec<Formula>) -> Formula {
        if parts.contains(&Formula::Yes) {
            return Formula::Yes;
        }
        let mut parts: Vec<Formula> = parts.into_iter().filter(|p| *p != Formula::No).collect();
        match parts.len() {
            0 => Formula::No,
            1 => parts.remove(0),
            _ => Formula::Any(parts),
        }
    }

    pub(super) fn linear(constraint: Constraint) -> Formula {
        if !constraint.terms.is_empty() {
            return Formula::Linear(constraint);
        }
        if constraint.holds_of_nothing() { Formula::Yes } else { Formula::No }
    }

    pub(super) fn negated(&self) -> Formula {
        match self {
            Formula::Yes => Formula::No,
            Formula::No => Formula::Yes,
            Formula::Linear(c) => Formula::linear(c.negated()),
            Formula::Flag(f) => Formula::Flag(Flag { holds: !f.holds, ..f.clone() }),
            Formula::All(parts) => Formula::any(parts.iter().map(Formula::negated).collect()),
            Formula::Any(parts) => Formula::all(parts.iter().map(Formula::negated).collect()),
        }
    }

    /// The variables of its comparisons.
    pub(super) fn variables(&self, into: &mut Vec<usize>) {
        match self {
            Formula::Yes | Formula::No | Formula::Flag(_) => {}
            Formula::Linear(c) => into.extend(c.terms.keys()),
            Formula::All(parts) | Formula::Any(parts) => {
                parts.iter().for_each(|p| p.variables(into));
            }
        }
    }
}

/// What is known of the variables.
pub(super) trait Domains {
    /// The values that a variable may have.
    fn domain(&self, variable: usize) -> Interval;
    /// Its key, which holds those of its parts.
    fn key(&self, variable: usize) -> &str;
}

/// Whether values within the domains can meet all formulas at once; `true` also when that could
/// not be decided.
pub(super) fn satisfiable(formulas: &[&Formula], domains: &dyn Domains) -> bool {
    let mut search = Search { domains, constraints: Vec::new(), flags: Vec::new(), leaves: 0 };
    search.holds(formulas.to_vec())
}

struct Search<'a> {
    domains: &'a dyn Domains,
    constraints: Vec<&'a Constraint>,
    flags: Vec<&'a Flag>,
    leaves: usize,
}

impl<'a> Search<'a> {
    fn holds<'f: 'a>(&mut self, mut open: Vec<&'f Formula>) -> bool {
        while let Some(next) = open.pop() {
            match next {
                Formula::Yes => {}
                Formula::No => return false,
                Formula::Linear(c) => self.constraints.push(c),
                Formula::Flag(f) => {
                    if !self.flags.iter().all(|g| f.goes_with(g)) {
                        return false;
                    }
                    self.flags.push(f);
                }
                // Alternatives are tried last, when everything else is known.
                Formula::All(parts) => open.extend(parts),
                Formula::Any(_) if open.iter().any(|f| !matches!(f, Formula::Any(_))) => {
                    open.insert(0, next);
                }
                Formula::Any(parts) => {
                    let (constraints, flags) = (self.constraints.len(), self.flags.len());
                    for part in parts {
                        let mut rest = open.clone();
                        rest.push(part);
                        if self.holds(rest) {
                            return true;
                        }
                        self.constraints.truncate(constraints);
                        self.flags.truncate(flags);
                    }
                    return false;
                }
            }
        }
        self.leaf()
    }

    fn leaf(&mut self) -> bool {
        self.leaves += 1;
        if self.leaves > LEAVES {
            return true;
        }
        let mut bounds: BTreeMap<usize, Interval> = BTreeMap::new();
        for variable in self.constraints.iter().flat_map(|c| c.terms.keys()) {
            bounds.entry(*variable).or_insert_with(|| self.domains.domain(*variable));
        }
        // A comparison with a missing value is neither yes nor no.
        let is_missing = |v: &usize| {
            let key = self.domains.key(*v);
            let missing = |f: &&&Flag| f.holds && f.word.as_deref() == Some(MISSING);
            self.flags.iter().filter(missing).any(|f| key.contains(&f.subject))
        };
        if bounds.keys().any(is_missing) {
            return false;
        }
        let mut all: Vec<Constraint> = self.constraints.iter().map(|c| (*c).clone()).collect();
        for (variable, interval) in bounds {
            for (factor, bound) in [(1.0, interval.high), (-1.0, -interval.low)] {
                if bound.is_finite() {
                    all.push(Constraint::new([(variable, factor)].into(), bound, false));
                }
            }
        }
        feasible(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Free;
    impl Domains for Free {
        fn domain(&self, _: usize) -> Interval {
            Interval::new(0.0, 10.0)
        }
        fn key(&self, _: usize) -> &str {
            "x"
        }
    }

    fn at_most(bound: f64) -> Formula {
        Formula::linear(Constraint::new([(0, 1.0)].into(), bound, false))
    }

    fn is(word: &str, holds: bool) -> Formula {
        Formula::Flag(Flag { subject: "x".into(), word: Some(word.into()), holds })
    }

    #[test]
    fn alternatives_are_tried_within_the_domains() {
        let ends = Formula::any(vec![at_most(1.0), at_most(9.0).negated()]);
        let middle = Formula::all(vec![at_most(8.0), at_most(2.0).negated()]);
        assert!(satisfiable(&[&ends], &Free));
        assert!(!satisfiable(&[&ends, &middle], &Free));
        assert!(satisfiable(&[&ends.negated(), &middle], &Free));
        assert!(!satisfiable(&[&at_most(-1.0)], &Free));
        assert!(!satisfiable(&[&at_most(10.0).negated()], &Free));
    }

    #[test]
    fn words_exclude_each_other_and_missing_values_compare_with_nothing() {
        assert!(!satisfiable(&[&is("a", true), &is("b", true)], &Free));
        assert!(satisfiable(&[&is("a", false), &is("b", true)], &Free));
        assert!(!satisfiable(&[&is(MISSING, true), &at_most(5.0)], &Free));
        assert!(satisfiable(&[&is(MISSING, false), &at_most(5.0)], &Free));
    }
}
