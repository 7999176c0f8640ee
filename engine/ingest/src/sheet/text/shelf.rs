use std::collections::BTreeMap;

/// Things ordered along many baselines, for finding neighbours without looking at all of them.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    /// By baseline in steps of [`STEP`], each ordered by start: start, baseline, what.
    boards: BTreeMap<i64, Vec<(f64, f64, usize)>>,
}

/// Points between two boards.
const STEP: f64 = 2.0;

impl Shelf {
    /// Files things by start and baseline.
    pub(super) fn new(things: impl Iterator<Item = (f64, f64, usize)>) -> Shelf {
        let mut boards: BTreeMap<i64, Vec<_>> = BTreeMap::new();
        for thing in things {
            boards.entry(board(thing.1)).or_default().push(thing);
        }
        for list in boards.values_mut() {
            list.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.2.cmp(&b.2)));
        }
        Shelf { boards }
    }

    /// Things that start at `u` or before it, nearest first, with a baseline in `v`; at most
    /// `most` of each board.
    pub(super) fn before(
        &self,
        u: f64,
        v: (f64, f64),
        most: usize,
    ) -> impl Iterator<Item = usize> + '_ {
        self.boards.range(board(v.0)..=board(v.1.max(v.0))).flat_map(move |(_, list)| {
            let end = list.partition_point(|t| t.0 <= u);
            let near = list.get(end.saturating_sub(most)..end).unwrap_or_default();
            near.iter().rev().filter(move |t| t.1 >= v.0 && t.1 <= v.1).map(|t| t.2)
        })
    }

    /// Things that start behind `u`, nearest first, with a baseline in `v`; at most `most` of
    /// each board.
    pub(super) fn after(
        &self,
        u: f64,
        v: (f64, f64),
        most: usize,
    ) -> impl Iterator<Item = usize> + '_ {
        self.boards.range(board(v.0)..=board(v.1.max(v.0))).flat_map(move |(_, list)| {
            let start = list.partition_point(|t| t.0 <= u);
            let near = list.get(start..(start + most).min(list.len())).unwrap_or_default();
            near.iter().filter(move |t| t.1 >= v.0 && t.1 <= v.1).map(|t| t.2)
        })
    }
}

fn board(v: f64) -> i64 {
    // Places are finite and below 1e6 points by then; the cast saturates for anything else.
    (v / STEP).floor() as i64
}
