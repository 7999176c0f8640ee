//! Lines without values among rows: heads of the rows below them, conditions that wrapped names
//! hold.

use super::anchors::Anchor;
use super::assign::{self, Column, Given};
use super::frame::Frame;
use super::grid::{Grid, Piece};

/// Heights of lines that carry a symbol or name but no value, above rows that have none.
pub(super) fn head_lines(
    grid: &Grid,
    anchors: &[Anchor],
    symbols: &[usize],
    names: &[usize],
) -> Vec<f64> {
    let mut out = Vec::new();
    for p in grid.pieces.iter().filter(|p| symbols.contains(&p.col) || names.contains(&p.col)) {
        let on_row = anchors.iter().any(|a| (a.base - p.base).abs() <= 0.6 * p.size);
        let Some(next) = anchors.iter().find(|a| a.base > p.base) else { continue };
        // A symbol beside its name heads rows with names of their own, too, that are indented.
        let own = |q: &Piece| symbols.contains(&q.col) || names.contains(&q.col);
        let named = |base: f64| {
            let on = |q: &&Piece| names.contains(&q.col) && (q.base - base).abs() <= 0.5 * q.size;
            grid.pieces.iter().find(on).map(|q| q.x[0])
        };
        let whole = symbols.contains(&p.col)
            && named(p.base).zip(named(next.base)).is_some_and(|(upper, x)| x > upper + 3.0);
        let bare = !grid.pieces.iter().any(|q| {
            own(q)
                && !(whole && names.contains(&q.col))
                && (q.base - next.base).abs() <= 0.5 * q.size
        });
        let first_line = !grid
            .pieces
            .iter()
            .any(|q| q.col == p.col && q.base < p.base - 0.5 && p.base - q.base <= 1.5 * p.size);
        // A symbol beside a name, or beside conditions, begins rows even when lines are tight.
        let beside = symbols.contains(&p.col)
            && grid.pieces.iter().any(|q| q.col != p.col && same_line(q, p));
        if !on_row && bare && (first_line || beside) && next.base - p.base >= 0.9 * p.size {
            out.push(p.base);
        }
    }
    out
}

fn same_line(a: &Piece, b: &Piece) -> bool {
    (a.base - b.base).abs() <= 0.5 * a.size
}

/// Gives the name on a head line to the rows below it that have names of their own: `Total
/// dissipation` above `at Tcase = 25 °C` and the next. The rows around a further line without
/// values, of which a head may as well be made, are given back: they are not sure.
pub(super) fn sub_rows(
    grid: &Grid,
    anchors: &[Anchor],
    (symbols, names): (&[usize], &[usize]),
    heads: &[f64],
    columns: &mut [Option<Column>],
) -> Vec<usize> {
    let mut vague = Vec::new();
    let on = |p: &Piece, base: f64| (p.base - base).abs() <= 0.5 * p.size;
    let marks: Vec<&Piece> = grid.pieces.iter().filter(|p| symbols.contains(&p.col)).collect();
    for mark in marks.iter().filter(|m| heads.iter().any(|h| on(m, *h))) {
        let end = marks
            .iter()
            .map(|p| p.base)
            .filter(|b| *b > mark.base + 0.5 * mark.size)
            .fold(f64::INFINITY, f64::min)
            - 0.6 * mark.size;
        // Those that have the symbol, below it.
        let has = |row: usize| {
            let given = columns.get(mark.col)?.as_ref()?.given.get(row)?;
            Some(given.iter().any(|g| !g.guess && g.toks.iter().any(|t| mark.toks.contains(t))))
        };
        let rows: Vec<usize> = (0..anchors.len())
            .filter(|&i| anchors.get(i).is_some_and(|a| mark.base < a.base && a.base < end))
            .filter(|&i| has(i) == Some(true))
            .collect();
        let Some(last) = rows.last().and_then(|&r| anchors.get(r)).map(|a| a.base) else {
            continue;
        };
        let lines: Vec<&Piece> = grid.pieces.iter().filter(|p| names.contains(&p.col)).collect();
        for head in lines.iter().filter(|p| on(p, mark.base)) {
            let Some(Some(column)) = columns.get_mut(head.col) else { continue };
            for &row in &rows {
                // A further head supersedes it.
                let base = anchors.get(row).map_or(mark.base, |a| a.base);
                if heads.iter().any(|h| mark.base + 0.6 * mark.size < *h && *h < base) {
                    continue;
                }
                let Some(given) = column.given.get_mut(row) else { continue };
                if !given.iter().any(|g| g.toks.iter().any(|t| head.toks.contains(t))) {
                    let toks = head.toks.clone();
                    given.insert(0, Given { toks, shared: true, guess: false });
                }
            }
        }
        // Rows with words of their own, and a line between them that is no row's first.
        let worded = |p: &&Piece| {
            names.contains(&p.col) || grid.parent(p.col).is_some_and(|c| names.contains(&c))
        };
        let named = rows.iter().any(|&r| {
            let base = anchors.get(r).map_or(f64::NAN, |a| a.base);
            grid.pieces.iter().filter(worded).any(|p| on(p, base))
        });
        let between = lines
            .iter()
            .filter(|p| mark.base + 0.5 * p.size < p.base && p.base < last)
            .find(|p| !anchors.iter().any(|a| on(p, a.base)));
        if let Some(line) = between.filter(|_| named) {
            let above =
                rows.iter().rposition(|&r| anchors.get(r).is_some_and(|a| a.base < line.base));
            vague.extend(rows.iter().skip(above.unwrap_or(0)).copied());
        }
    }
    vague
}

/// Gives symbols and names that stand in ruled cells without values to the row below them that has
/// none: `hFE | DC current gain | VCE = 1 V` above `IC = 1 mA` and its limits.
pub(super) fn cell_heads(
    anchors: &[Anchor],
    (symbols, names): (&[usize], &[usize]),
    columns: &mut [Option<Column>],
) {
    let keys = if symbols.is_empty() { names } else { symbols };
    let orphans = |c: &usize, columns: &[Option<Column>]| -> Vec<Piece> {
        columns.get(*c).and_then(Option::as_ref).map(|col| col.orphans.clone()).unwrap_or_default()
    };
    let marks: Vec<Piece> = keys.iter().flat_map(|c| orphans(c, columns)).collect();
    for mark in marks {
        let Some(row) = anchors.iter().position(|a| a.base > mark.base + 0.3 * mark.size) else {
            continue;
        };
        let all = symbols.iter().chain(names);
        let blank = |c: &usize| {
            let column = columns.get(*c).and_then(Option::as_ref);
            column.and_then(|col| col.given.get(row)).is_none_or(Vec::is_empty)
        };
        if !all.clone().all(blank) {
            continue;
        }
        for c in all {
            let own = orphans(c, columns).into_iter().filter(|p| same_line(p, &mark));
            let toks: Vec<usize> = own.flat_map(|p| p.toks).collect();
            let Some(Some(column)) = columns.get_mut(*c) else { continue };
            if let Some(given) = column.given.get_mut(row).filter(|_| !toks.is_empty()) {
                given.push(Given { toks, shared: true, guess: false });
            }
        }
    }
}

/// Test conditions that stood in a column of names: they hold for the rows of the symbol or name
/// whose lines they go on with. `group` tells these rows by equal numbers.
pub(super) fn with_names(
    frame: &Frame<'_>,
    grid: &Grid,
    anchors: &[Anchor],
    (names, conditions): (usize, usize),
    heads: &[f64],
    group: &[usize],
) -> Column {
    let pieces: Vec<Piece> = grid.pieces.iter().filter(|p| p.col == conditions).cloned().collect();
    let mut whole = grid.clone();
    for p in whole.pieces.iter_mut().filter(|p| p.col == conditions) {
        p.col = names;
    }
    whole.pieces.sort_by(|a, b| a.base.total_cmp(&b.base).then(a.x[0].total_cmp(&b.x[0])));
    let column = assign::column(&whole, anchors, names, true, heads);
    let holder = |p: &Piece| {
        let first = p.toks.first()?;
        let has = |row: &usize| {
            let given = column.given.get(*row);
            given.is_some_and(|g| g.iter().any(|g| !g.guess && g.toks.contains(first)))
        };
        // Of several rows that on whose height it stands.
        let level = |row: &usize| {
            anchors.get(*row).is_some_and(|a| (a.base - p.base).abs() <= 0.5 * p.size)
        };
        let all = 0..anchors.len();
        let row = all.clone().find(|r| has(r) && level(r)).or_else(|| all.clone().find(has))?;
        group.get(row).copied()
    };
    let held: Vec<Option<usize>> = pieces.iter().map(holder).collect();
    let mut out = Column { given: vec![Vec::new(); anchors.len()], orphans: Vec::new() };
    out.orphans
        .extend(pieces.iter().zip(&held).filter(|(_, h)| h.is_none()).map(|(p, _)| p.clone()));
    let mut at = 0;
    while let Some(key) = group.get(at).copied() {
        let members: Vec<usize> =
            (at..group.len()).take_while(|&r| group.get(r) == Some(&key)).collect();
        let own: Vec<Piece> = pieces
            .iter()
            .zip(&held)
            .filter(|(_, h)| **h == Some(key))
            .map(|(p, _)| p.clone())
            .collect();
        assign::spread(frame, anchors, &members, &own, &mut out, false);
        at += members.len().max(1);
    }
    out
}
