//! Walking the pairs that pest gives.

use crate::rules::Rule;
use pest::iterators::{Pair, Pairs};
use std::iter::{Filter, Peekable};

/// The children of a pair without punctuation and plain keywords.
pub(super) struct Nodes<'i> {
    pairs: Peekable<Filter<Pairs<'i, Rule>, Says<'i>>>,
}

/// Whether a pair says something to the tree.
type Says<'i> = fn(&Pair<'i, Rule>) -> bool;

impl<'i> Nodes<'i> {
    pub(super) fn new(pairs: Pairs<'i, Rule>) -> Self {
        let says: Says<'i> = |p| !p.as_rule().is_mark();
        Nodes { pairs: pairs.filter(says).peekable() }
    }

    /// The next child when it is of this rule.
    pub(super) fn take_rule(&mut self, rule: Rule) -> Option<Pair<'i, Rule>> {
        self.pairs.next_if(|p| p.as_rule() == rule)
    }
}

impl<'i> Iterator for Nodes<'i> {
    type Item = Pair<'i, Rule>;
    fn next(&mut self) -> Option<Pair<'i, Rule>> {
        self.pairs.next()
    }
}

/// `None` when a part was there and did not read.
pub(super) fn transpose<T>(part: Option<Option<T>>) -> Option<Option<T>> {
    match part {
        None => Some(None),
        Some(None) => None,
        Some(read) => Some(read),
    }
}
