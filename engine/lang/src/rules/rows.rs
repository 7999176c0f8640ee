//! The rows of a record by symbol, for those who ask for many of them.

use super::access::temperature;
use espice_facts::{Facts, Parameter, Status};
use espice_units::constants::ROOM;

/// The rows of one record that may be looked at, by symbol.
#[derive(Debug)]
pub(crate) struct Rows<'f> {
    all: Vec<&'f Parameter>,
    /// Indices into `all`, by symbol and then by place.
    order: Vec<usize>,
}

impl<'f> Rows<'f> {
    pub(crate) fn of(facts: &'f Facts) -> Rows<'f> {
        let part = facts.device.part.as_deref();
        let holds = |p: &&Parameter| {
            p.status != Status::Refused && part.is_none_or(|part| p.holds_for(part))
        };
        let all: Vec<&Parameter> = facts.parameters.iter().filter(holds).collect();
        let mut order: Vec<usize> = (0..all.len()).collect();
        order.sort_by_key(|&i| all.get(i).map(|p| p.symbol.as_str()));
        Rows { all, order }
    }

    /// All of them, in the order of the data.
    pub(crate) fn all(&self) -> &[&'f Parameter] {
        &self.all
    }

    /// The rows of a symbol in the order of the data.
    pub(crate) fn named(&self, symbol: &str) -> impl Iterator<Item = &'f Parameter> + Clone {
        let name = |i: &usize| self.all.get(*i).map_or("", |p| p.symbol.as_str());
        let from = self.order.partition_point(|i| name(i) < symbol);
        let mine = self.order.get(from..).unwrap_or(&[]).iter();
        mine.filter_map(|i| self.all.get(*i).copied()).take_while(move |p| p.symbol == symbol)
    }

    /// The row of a symbol nearest 25 °C: [`nearest`].
    pub(crate) fn nearest(&self, symbol: &str) -> Option<&'f Parameter> {
        nearest(self.named(symbol))
    }
}

/// The row nearest 25 °C, one with a value before one with a limit alone; of equals the first.
pub(crate) fn nearest<'f>(mut rows: impl Iterator<Item = &'f Parameter>) -> Option<&'f Parameter> {
    let key = |p: &Parameter| {
        let away = (temperature(&p.conditions).unwrap_or(ROOM) - ROOM).abs();
        (p.target().is_none(), away)
    };
    let first = rows.next()?;
    let mut best = (first, None);
    for row in rows {
        let held = *best.1.get_or_insert_with(|| key(best.0));
        let own = key(row);
        if own.0.cmp(&held.0).then(own.1.total_cmp(&held.1)).is_lt() {
            best = (row, Some(own));
        }
    }
    Some(best.0)
}
