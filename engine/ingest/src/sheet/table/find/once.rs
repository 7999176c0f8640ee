//! Words belong to one table: of two heads that claim the same values the better keeps them.

use super::header::is_value;
use crate::sheet::table::{Cell, Role, Row, Table};
use std::collections::BTreeMap;

/// A word's place, in hundredths of a point.
type Place = (i64, i64);

/// Takes rows away from tables whose values another, better table has as well. Where the two do
/// not agree on what a value is, the row that stays is in doubt.
pub(super) fn once(tables: &mut Vec<Table>) {
    let mut order: Vec<usize> = (0..tables.len()).collect();
    order.sort_by_key(|&t| (std::cmp::Reverse(tables.get(t).map(worth)), t));
    // Who holds a word, by table, row and role.
    let mut held: BTreeMap<Place, (usize, usize, Role)> = BTreeMap::new();
    let mut disputed: Vec<(usize, usize)> = Vec::new();
    for t in order {
        let Some(table) = tables.get_mut(t) else { continue };
        let mut kept = Vec::new();
        for row in std::mem::take(&mut table.rows) {
            let claims: Vec<(Place, Role)> = values(&row, &table.columns).collect();
            let mut free = true;
            for (place, role) in &claims {
                let Some(&(owner, at, known)) = held.get(place).filter(|h| h.0 != t) else {
                    continue;
                };
                free = false;
                if known != *role {
                    disputed.push((owner, at));
                }
            }
            if free {
                held.extend(claims.into_iter().map(|(place, role)| (place, (t, kept.len(), role))));
                kept.push(row);
            }
        }
        table.rows = kept;
    }
    for (t, row) in disputed {
        if let Some(row) = tables.get_mut(t).and_then(|table| table.rows.get_mut(row)) {
            let said = String::from("two heads claim its values, and do not agree what they are");
            if !row.doubts.contains(&said) {
                row.doubts.push(said);
            }
        }
    }
    tables.retain(|table| !table.rows.is_empty());
}

/// How much a table says for sure: columns of limits and keys with heads, then sound rows.
fn worth(table: &Table) -> (usize, usize) {
    let headed =
        table.columns.iter().filter(|c| !c.header.is_empty() && c.role != Role::Other).count();
    (headed, table.rows.iter().filter(|r| r.doubts.is_empty()).count())
}

/// The words of a row's values with the roles of their columns.
fn values<'t>(
    row: &'t Row,
    columns: &'t [crate::sheet::table::Column],
) -> impl Iterator<Item = (Place, Role)> + 't {
    let role = |cell: &Cell| columns.get(cell.column).map(|c| c.role);
    row.cells
        .iter()
        .filter_map(move |cell| Some((cell, role(cell)?)))
        .filter(|(_, role)| is_value(*role))
        .flat_map(|(cell, role)| {
            cell.words.iter().map(move |w| {
                let place = |v: f64| (v * 100.0).round() as i64;
                ((place(w.area.x0), place(w.area.y0)), role)
            })
        })
}
