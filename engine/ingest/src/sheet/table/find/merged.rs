//! Values that stand in a cell merged over several rows: each of these rows is a row of its own.

use super::anchors::{Anchor, Value};
use super::grid::{Grid, Piece};
use crate::sheet::table::Role;

/// More rows than this share no value.
const MOST: usize = 12;

/// Puts a row at every key that a rule parts from the next within a value's cell: `>40` beside
/// VCEO and VCBO is the value of both. Rules in the columns of keys show the rows, and the lack
/// of them in the column of values that they share it.
pub(super) fn split(grid: &Grid, anchors: &mut Vec<Anchor>) {
    let find = |role: Role| grid.cols.iter().position(|c| c.role == Some(role));
    let keys: Vec<usize> = [Role::Symbol, Role::Name].into_iter().filter_map(find).collect();
    if keys.is_empty() {
        return;
    }
    let mut out = Vec::with_capacity(anchors.len());
    for (i, anchor) in anchors.iter().enumerate() {
        // The others in order of height stand just before and behind.
        let near = [i.checked_sub(1).and_then(|i| anchors.get(i)), anchors.get(i + 1)];
        match rows(grid, &keys, anchor, near) {
            Some(rows) => out.extend(rows.into_iter().map(|piece| Anchor {
                base: piece.base,
                mid: piece.mid,
                values: anchor.values.iter().map(|v| Value { shared: true, ..v.clone() }).collect(),
                ..anchor.clone()
            })),
            None => out.push(anchor.clone()),
        }
    }
    *anchors = out;
}

/// The first key of every row in a value's cell, where there are several.
fn rows<'g>(
    grid: &'g Grid,
    keys: &[usize],
    anchor: &Anchor,
    near: [Option<&Anchor>; 2],
) -> Option<Vec<&'g Piece>> {
    // All values of the row must be merged over the same stretch.
    let cells = anchor.values.iter().map(|v| grid.cell(v.col, anchor.mid));
    let cell = cells.reduce(|a, b| [a[0].max(b[0]), a[1].min(b[1])])?;
    if near.iter().flatten().any(|a| cell[0] < a.mid && a.mid < cell[1]) {
        return None;
    }
    // What holds for all of them stands in their middle.
    if ((cell[0] + cell[1]) / 2.0 - anchor.mid).abs() > 0.6 * anchor.size {
        return None;
    }
    // Every column of keys is ruled at the same heights.
    let mut edges: Option<Vec<f64>> = None;
    for &key in keys {
        let inner = |c: &&f64| cell[0] + 3.0 < **c && **c < cell[1] - 3.0;
        let cuts: Vec<f64> =
            grid.cuts.get(key).into_iter().flatten().filter(inner).copied().collect();
        let same = |known: &Vec<f64>| {
            known.len() == cuts.len() && known.iter().zip(&cuts).all(|(a, b)| (a - b).abs() < 3.0)
        };
        if cuts.is_empty() || cuts.len() >= MOST || !edges.as_ref().is_none_or(same) {
            return None;
        }
        edges.get_or_insert(cuts);
    }
    let edges = edges?;
    let bounds: Vec<f64> = [cell[0]].into_iter().chain(edges).chain([cell[1]]).collect();
    bounds
        .windows(2)
        .map(|b| {
            let first = |key: &usize| {
                grid.pieces.iter().find(|p| p.col == *key && b[0] < p.mid && p.mid < b[1])
            };
            // A row without a word in one of the columns may be anything.
            let all: Option<Vec<&Piece>> = keys.iter().map(first).collect();
            all?.first().copied()
        })
        .collect()
}
