//! Looking on while rules are evaluated: which conditions came out how, which bounds were met,
//! and what would happen if a value stood exactly at one.

use super::message::number;
use espice_base::Span;
use espice_syntax::ast::CompareOp;
use espice_units::Dimension;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// Which outcomes of a condition bound it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Limits {
    /// What is observed may lie below the limit.
    Upper,
    /// It may lie above.
    Lower,
    /// It must equal it, or must not.
    Point,
}

impl Limits {
    /// Of `observed OP limit`.
    pub(crate) fn of(op: CompareOp) -> Limits {
        match op {
            CompareOp::Less | CompareOp::LessEqual => Limits::Upper,
            CompareOp::Greater | CompareOp::GreaterEqual => Limits::Lower,
            CompareOp::Equal | CompareOp::NotEqual => Limits::Point,
        }
    }
}

/// A limit that a comparison met.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Met {
    /// The comparison.
    pub(crate) place: Span,
    pub(crate) limits: Limits,
    /// SI.
    pub(crate) limit: f64,
    pub(crate) dimension: Dimension,
    pub(crate) is_point: bool,
}

impl Met {
    pub(crate) fn show(&self) -> String {
        number(self.limit, self.dimension, self.is_point)
    }
}

/// What stands in place of an observed value.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Put {
    Number(f64),
    NotANumber,
    Missing,
}

/// Replaces what comparisons with one limit observe.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Force {
    /// Only this comparison; `None` for all.
    pub(crate) place: Option<Span>,
    pub(crate) limit: f64,
    /// Only limits of this dimension: 0.2 V is another limit than 0.2. `None` for all.
    pub(crate) dimension: Option<Dimension>,
    /// Only limits of this side; `None` for both.
    pub(crate) limits: Option<Limits>,
    pub(crate) put: Put,
}

impl Force {
    fn fits(&self, met: &Met) -> bool {
        let sides = self.limits.is_none_or(|l| l == met.limits);
        let near = (met.limit - self.limit).abs() <= 1e-9 * self.limit.abs();
        let alike = self.dimension.is_none_or(|d| d == met.dimension);
        sides && near && alike && self.place.is_none_or(|p| p == met.place)
    }
}

/// A part of the outcome of a comparison with a range.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Mark {
    /// Yes, no, undecided.
    Truth,
    /// Below, within, above.
    Range,
}

/// How often a condition came out in each of three ways.
pub(crate) type Ways = [u64; 3];

/// What was seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) ways: BTreeMap<(Span, Mark), Ways>,
    /// By place, side and the bits of the limit.
    pub(crate) met: BTreeMap<(Span, Limits, u64), Met>,
    /// By rule: how often it was evaluated for an expectation.
    pub(crate) rules: BTreeMap<usize, u64>,
    /// How often a value was replaced.
    pub(crate) forced: u64,
    /// Rows of limits tables that were looked up: the table and the row.
    pub(crate) rows: BTreeSet<(usize, usize)>,
}

impl Seen {
    pub(crate) fn of(&self, place: Span, mark: Mark) -> Ways {
        self.ways.get(&(place, mark)).copied().unwrap_or_default()
    }
}

/// Looks on.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    pub(crate) force: Option<Force>,
    pub(crate) seen: RefCell<Seen>,
}

impl Watch {
    pub(crate) fn forcing(force: Force) -> Watch {
        Watch { force: Some(force), seen: RefCell::default() }
    }

    pub(crate) fn truth(&self, place: Span, truth: Option<bool>) {
        let way = match truth {
            Some(true) => 0,
            Some(false) => 1,
            None => 2,
        };
        self.way(place, Mark::Truth, way);
    }

    /// Where a value lies in a range.
    pub(crate) fn range(&self, place: Span, value: f64, low: Option<f64>, high: Option<f64>) {
        let way = if low.is_some_and(|l| value < l) {
            0
        } else if high.is_some_and(|h| value > h) {
            2
        } else {
            1
        };
        self.way(place, Mark::Range, way);
    }

    fn way(&self, place: Span, mark: Mark, way: usize) {
        let mut seen = self.seen.borrow_mut();
        let ways = seen.ways.entry((place, mark)).or_default();
        if let Some(count) = ways.get_mut(way) {
            *count += 1;
        }
    }

    /// Notes a limit, and says what stands in place of what was observed.
    pub(crate) fn meets(&self, met: Met) -> Option<Put> {
        let mut seen = self.seen.borrow_mut();
        seen.met.entry((met.place, met.limits, met.limit.to_bits())).or_insert(met);
        let force = self.force.filter(|f| f.fits(&met))?;
        seen.forced += 1;
        Some(force.put)
    }

    /// Notes that an expectation asked for a rule.
    pub(crate) fn evaluated(&self, rule: usize) {
        *self.seen.borrow_mut().rules.entry(rule).or_default() += 1;
    }

    /// Adds what another one saw.
    pub(crate) fn absorb(&self, other: Watch) {
        let mut seen = self.seen.borrow_mut();
        for (key, ways) in other.seen.into_inner().ways {
            let mine = seen.ways.entry(key).or_default();
            mine.iter_mut().zip(ways).for_each(|(a, b)| *a += b);
        }
    }

    /// Notes that a row of a limits table was looked up.
    pub(crate) fn row(&self, table: usize, row: usize) {
        self.seen.borrow_mut().rows.insert((table, row));
    }
}
