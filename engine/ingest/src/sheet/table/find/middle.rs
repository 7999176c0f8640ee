//! Keys in the middle of their rows, where no rule parts the rows of one key from the next.
//!
//! From the first row on every key tells where its rows end: as far below it as they begin above
//! it. Where all keys do, down to the last row, and some key could not be that of the first of
//! its rows, nothing has to be guessed. A unit between the rows of one key is theirs alone.

use super::anchors::Anchor;
use super::assign::{Column, parted};
use super::grid::{Grid, Piece};

/// Most lines of a key.
const LINES: usize = 4;
/// How far from the middle of its rows a key may stand, of the size of its letters.
const OFF: f64 = 0.3;
/// Most steps of a search; tables take about one for each key.
const STEPS: usize = 10_000;

/// A key: its pieces and its rows, both as ranges.
type Key = [std::ops::Range<usize>; 2];

/// The rows of each piece of a column of keys; `None` where keys need not stand in the middle of
/// their rows, or where some row would be nobody's.
pub(super) fn keys(
    rows: &[Anchor],
    members: &[usize],
    pieces: &[Piece],
) -> Option<Vec<Vec<usize>>> {
    let own: Vec<&Anchor> = members.iter().filter_map(|m| rows.get(*m)).collect();
    if pieces.is_empty() || own.len() != members.len() {
        return None;
    }
    let mut search = Search { rows: &own, pieces, keys: Vec::new(), steps: 0 };
    if !search.from(0, 0) || !search.is_evident() {
        return None;
    }
    let mut held = Vec::new();
    for [lines, of] in &search.keys {
        held.extend(lines.clone().map(|_| members.get(of.clone()).unwrap_or_default().to_vec()));
    }
    Some(held)
}

/// Takes units that stand between the rows of one key, and in their middle, from the rows of others.
/// `group` tells the rows of a key by equal numbers.
pub(super) fn units(
    grid: &Grid,
    rows: &[Anchor],
    col: usize,
    group: &[usize],
    column: &mut Column,
) {
    for piece in grid.pieces.iter().filter(|p| p.col == col) {
        let Some(first) = piece.toks.first() else { continue };
        let has = |i: &usize| {
            column.given.get(*i).is_some_and(|all| all.iter().any(|g| g.toks.contains(first)))
        };
        let holders: Vec<usize> = (0..rows.len()).filter(has).collect();
        let of = |i: &usize| group.get(*i).copied();
        let others = holders.windows(2).any(|p| of(&p[0]) != of(&p[1]));
        if !others || holders.windows(2).any(|p| parted(grid, rows, p[0], p[1])) {
            continue;
        }
        let in_middle = |number: usize| {
            let own = rows.iter().zip(group).filter(|(_, g)| **g == number);
            let mids: Vec<f64> = own.map(|(r, _)| r.mid).collect();
            let is_free = mids.iter().all(|m| (m - piece.mid).abs() > 0.25 * piece.size);
            match (mids.first(), mids.last()) {
                (Some(a), Some(b)) => {
                    is_free && ((a + b) / 2.0 - piece.mid).abs() <= OFF * piece.size
                }
                _ => false,
            }
        };
        let Some(owner) = holders.iter().filter_map(of).find(|number| in_middle(*number)) else {
            continue;
        };
        for row in holders.into_iter().filter(|row| of(row) != Some(owner)) {
            if let Some(all) = column.given.get_mut(row) {
                all.iter_mut().for_each(|g| g.toks.retain(|t| !piece.toks.contains(t)));
                all.retain(|g| !g.toks.is_empty());
            }
        }
    }
}

struct Search<'a> {
    rows: &'a [&'a Anchor],
    pieces: &'a [Piece],
    /// What was found so far.
    keys: Vec<Key>,
    steps: usize,
}

impl Search<'_> {
    /// Finds the keys from a piece and a row on; those with fewer lines first.
    fn from(&mut self, piece: usize, row: usize) -> bool {
        self.steps += 1;
        if piece == self.pieces.len() || row == self.rows.len() || self.steps > STEPS {
            return piece == self.pieces.len() && row == self.rows.len();
        }
        for lines in 1..=LINES {
            let Some(end) = self.end_of(piece..piece + lines, row) else { continue };
            self.keys.push([piece..piece + lines, row..end]);
            if self.from(piece + lines, end) {
                return true;
            }
            self.keys.pop();
        }
        false
    }

    /// Where the rows of a key end that begin with `first`.
    fn end_of(&self, lines: std::ops::Range<usize>, first: usize) -> Option<usize> {
        let lines = self.pieces.get(lines)?;
        let is_block = lines.windows(2).all(|p| match p {
            [a, b] => b.base - a.base <= 1.65 * a.size.max(b.size),
            _ => true,
        });
        let (top, bottom) = (lines.first()?, lines.last()?);
        let middle = (top.mid + bottom.mid) / 2.0;
        let begin = self.rows.get(first)?.mid;
        let off = |row: &Anchor| ((begin + row.mid) / 2.0 - middle).abs();
        let rest = self.rows.get(first..)?;
        let (count, row) = (1..).zip(rest).min_by(|a, b| off(a.1).total_cmp(&off(b.1)))?;
        // More lines than rows is a name that is too long for its cell, and tells nothing.
        (is_block && off(row) <= OFF * top.size && lines.len() <= count.max(1))
            .then_some(first + count)
    }

    /// Whether some key of one line stands on none of its rows, or below the first of them.
    fn is_evident(&self) -> bool {
        let is_on = |row: Option<&&Anchor>, piece: &Piece| {
            row.is_some_and(|r| (r.mid - piece.mid).abs() <= 0.25 * piece.size)
        };
        self.keys.iter().any(|[lines, of]| {
            lines.len() == 1
                && of.len() > 1
                && self.pieces.get(lines.start).is_some_and(|piece| {
                    let on = of.clone().find(|r| is_on(self.rows.get(*r), piece));
                    on.is_none() || of.start == 0 && on != Some(0)
                })
        })
    }
}
