//! Which rows the words of a column hold for: by rules where they are, by height where not.

use super::anchors::Anchor;
use super::frame::Frame;
use super::grid::{Grid, Piece};
use super::kinds;
use super::middle;

/// What a column gives to one row.
#[derive(Clone, Debug, Default)]
pub(super) struct Given {
    /// The words, line by line.
    pub(super) toks: Vec<usize>,
    /// Whether other rows have them, too.
    pub(super) shared: bool,
    /// Whether they were taken from the row above, for want of others.
    pub(super) guess: bool,
}

/// A column's words by row, and what belongs to no row: lines above rows without values.
#[derive(Clone, Debug, Default)]
pub(super) struct Column {
    /// For each row its cells: what it shares first, then its own.
    pub(super) given: Vec<Vec<Given>>,
    /// Pieces in cells without rows.
    pub(super) orphans: Vec<Piece>,
}

/// Rows and pieces between two rules of a column.
pub(super) struct Cell {
    pub(super) rows: Vec<usize>,
    pub(super) pieces: Vec<Piece>,
    /// Whether rules in other columns part each row from the next, so that this cell is merged.
    pub(super) merged: bool,
}

/// The cells of a column from top to bottom.
pub(super) fn cells(grid: &Grid, rows: &[Anchor], col: usize) -> Vec<Cell> {
    let cuts = grid.cuts.get(col).map(Vec::as_slice).unwrap_or_default();
    let index = |mid: f64| cuts.partition_point(|c| *c <= mid);
    let mut out: Vec<Cell> = (0..=cuts.len())
        .map(|_| Cell { rows: Vec::new(), pieces: Vec::new(), merged: false })
        .collect();
    for (i, row) in rows.iter().enumerate() {
        if let Some(cell) = out.get_mut(index(row.mid)) {
            cell.rows.push(i);
        }
    }
    for piece in grid.pieces.iter().filter(|p| p.col == col) {
        if let Some(cell) = out.get_mut(index(piece.mid)) {
            cell.pieces.push(piece.clone());
        }
    }
    out.retain(|c| !c.rows.is_empty() || !c.pieces.is_empty());
    for cell in &mut out {
        cell.merged = cell.rows.windows(2).all(|p| parted(grid, rows, p[0], p[1]));
    }
    out
}

/// Whether a rule of any column stands between two rows.
pub(super) fn parted(grid: &Grid, rows: &[Anchor], a: usize, b: usize) -> bool {
    match (rows.get(a), rows.get(b)) {
        (Some(a), Some(b)) => (0..grid.cols.len()).any(|c| grid.ruled(c, a.mid, b.mid)),
        _ => false,
    }
}

/// The words of a column of names, symbols, units or parts by row.
///
/// Keys (`inherits`) hold for the rows below them that have none; those at `heads` begin above
/// their first row.
pub(super) fn column(
    grid: &Grid,
    rows: &[Anchor],
    col: usize,
    inherits: bool,
    heads: &[f64],
) -> Column {
    let mut out = Column { given: vec![Vec::new(); rows.len()], orphans: Vec::new() };
    for cell in cells(grid, rows, col) {
        match cell.rows.as_slice() {
            [] => out.orphans.extend(cell.pieces),
            [row] => give(&mut out, &[*row], &cell.pieces, false),
            many if cell.merged
                || (inherits && cell.pieces.len() == 1)
                || centred(rows, many, &cell.pieces) =>
            {
                give(&mut out, many, &cell.pieces, true);
            }
            many => {
                let heading =
                    |p: &Piece| inherits && heads.iter().any(|h| (h - p.base).abs() < 0.3 * p.size);
                let (above, pieces): (Vec<Piece>, Vec<Piece>) =
                    cell.pieces.into_iter().partition(heading);
                let (mut held, _) = align(rows, many, &pieces);
                let centred = || middle::keys(rows, many, &pieces).or_else(|| around(many, &held));
                if inherits && let Some(centred) = centred() {
                    held = centred;
                }
                for (piece, holders) in pieces.iter().zip(&held) {
                    give(&mut out, holders, std::slice::from_ref(piece), holders.len() > 1);
                }
                for piece in &above {
                    let next = above
                        .iter()
                        .map(|p| p.base)
                        .filter(|b| *b > piece.base + 0.5 * piece.size)
                        .fold(f64::INFINITY, f64::min);
                    let first = many
                        .iter()
                        .find(|&&r| rows.get(r).is_some_and(|row| row.base > piece.base));
                    let Some(&first) = first else { continue };
                    let bare: Vec<usize> = many
                        .iter()
                        .copied()
                        .skip_while(|&r| r != first)
                        .take_while(|&r| {
                            rows.get(r).is_some_and(|row| row.base < next)
                                && out.given.get(r).is_some_and(Vec::is_empty)
                        })
                        .collect();
                    give(&mut out, &bare, std::slice::from_ref(piece), true);
                }
                if inherits {
                    inherit(&mut out, many);
                }
            }
        }
    }
    out
}

/// The rows of each key when keys stand in the middle of their rows: some key between two rows
/// shows that they do, and the bare rows around the others must split evenly.
fn around(members: &[usize], held: &[Vec<usize>]) -> Option<Vec<Vec<usize>>> {
    held.iter().find(|h| h.len() > 1)?;
    let mut keys: Vec<Vec<usize>> = held.iter().filter(|h| !h.is_empty()).cloned().collect();
    keys.sort();
    keys.dedup();
    let mut out = held.to_vec();
    let place = |r: usize| members.iter().position(|m| *m == r);
    let mut end = 0;
    let mut lower = 0;
    for (k, key) in keys.iter().enumerate() {
        let (first, last) = (place(*key.first()?)?, place(*key.last()?)?);
        let upper = first.checked_sub(end)?.checked_sub(lower)?;
        if key.len() > 1 && upper > 0 {
            return None;
        }
        let next = keys.get(k + 1).and_then(|n| n.first()).and_then(|r| place(*r));
        lower = upper;
        end = last + 1;
        if next.unwrap_or(members.len()) < end + lower {
            return None;
        }
        if next.is_none() && end + lower != members.len() {
            return None;
        }
        let all = members.get(first - upper..end + lower)?;
        for (h, new) in held.iter().zip(out.iter_mut()) {
            if h == key {
                *new = all.to_vec();
            }
        }
    }
    Some(out)
}

/// Whether a single line or block stands in the middle of several rows, on no row's baseline.
fn centred(rows: &[Anchor], members: &[usize], pieces: &[Piece]) -> bool {
    let (Some(first), Some(last)) = (pieces.first(), pieces.last()) else { return false };
    let tight = pieces.windows(2).all(|p| p[1].base - p[0].base <= 1.6 * p[0].size);
    let mids: Vec<f64> = members.iter().filter_map(|&r| rows.get(r)).map(|r| r.mid).collect();
    let (Some(&top), Some(&bottom)) = (mids.first(), mids.last()) else { return false };
    let middle = (first.mid + last.mid) / 2.0;
    let free = pieces.iter().all(|p| !mids.iter().any(|m| (m - p.mid).abs() <= 0.2 * p.size));
    members.len() <= 8
        && tight
        && free
        && pieces.len() < members.len()
        && ((top + bottom) / 2.0 - middle).abs() <= 0.4 * first.size
}

/// Whether the lines of a ruled cell are one list in the middle of its rows: of all, though no row
/// is parted from the next. Lines that stand on rows of their own hold for these.
fn is_block(
    frame: &Frame<'_>,
    grid: &Grid,
    rows: &[Anchor],
    col: usize,
    members: &[usize],
    pieces: &[Piece],
) -> bool {
    let mids: Vec<f64> = members.iter().filter_map(|&r| rows.get(r)).map(|r| r.mid).collect();
    let (Some(&top), Some(&bottom)) = (mids.first(), mids.last()) else { return false };
    let cuts = grid.cuts.get(col).map(Vec::as_slice).unwrap_or_default();
    // The rule above the first cell is the head's.
    let is_ruled = cuts.iter().any(|c| *c > bottom);
    let is_list = |each| lists(frame, pieces, each).len() == 1;
    let (Some(first), Some(last)) = (pieces.first(), pieces.last()) else { return false };
    let is_middle = ((top + bottom) / 2.0 - (first.mid + last.mid) / 2.0).abs() <= 0.4 * first.size;
    let goes_on = pieces.len() > 1 && is_middle && is_list(true);
    is_ruled && (goes_on || centred(rows, members, pieces) && is_list(false))
}

fn give(out: &mut Column, rows: &[usize], pieces: &[Piece], shared: bool) {
    let toks: Vec<usize> = pieces.iter().flat_map(|p| p.toks.iter().copied()).collect();
    if toks.is_empty() {
        return;
    }
    for &row in rows {
        let Some(cells) = out.given.get_mut(row) else { continue };
        match cells.iter_mut().find(|g| g.shared == shared) {
            Some(given) => given.toks.extend(&toks),
            None => cells.push(Given { toks: toks.clone(), shared, guess: false }),
        }
    }
}

/// Rows without words of their own take those of the row above in the same cell.
fn inherit(out: &mut Column, rows: &[usize]) {
    let mut last: Option<Vec<usize>> = None;
    for &row in rows {
        let Some(cells) = out.given.get_mut(row) else { continue };
        if cells.is_empty() {
            if let Some(toks) = &last {
                cells.push(Given { toks: toks.clone(), shared: true, guess: true });
            }
        } else {
            last = Some(cells.iter().flat_map(|g| g.toks.iter().copied()).collect());
        }
    }
}

/// For each piece the rows that it holds for, by height alone, and whether it stands on one row's
/// own baseline.
pub(super) fn align(
    rows: &[Anchor],
    members: &[usize],
    pieces: &[Piece],
) -> (Vec<Vec<usize>>, Vec<bool>) {
    let near = |p: &Piece| {
        members
            .iter()
            .copied()
            .filter_map(|r| rows.get(r).map(|row| (r, row.base - p.base)))
            .min_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))
    };
    let second = |p: &Piece, nearest: usize| {
        members
            .iter()
            .filter(|m| **m != nearest)
            .filter_map(|&m| rows.get(m))
            .map(|row| (row.base - p.base).abs())
            .fold(f64::INFINITY, f64::min)
    };
    let on: Vec<Option<usize>> = pieces
        .iter()
        .map(|p| {
            near(p).filter(|(r, d)| {
                let size = rows.get(*r).map_or(p.size, |row| row.size.max(p.size));
                // What stands as near to another row is on neither.
                let other = second(p, *r);
                d.abs() <= 0.25 * size || (d.abs() <= 0.5 * size && d.abs() <= 0.6 * other)
            })
        })
        .map(|found| found.map(|(r, _)| r))
        .collect();
    let owned = |r: usize| on.contains(&Some(r));
    let mut held: Vec<Vec<usize>> = Vec::new();
    let mut waiting: Vec<usize> = Vec::new();
    for (i, piece) in pieces.iter().enumerate() {
        let tight = |a: usize, b: usize| match (pieces.get(a), pieces.get(b)) {
            (Some(a), Some(b)) => b.base - a.base <= 1.65 * a.size.max(b.size),
            _ => false,
        };
        let rows_of = if let Some(r) = on[i] {
            vec![r]
        } else {
            let nearest = near(piece).filter(|(r, d)| {
                d.abs() <= 0.95 * piece.size && !owned(*r) && d.abs() <= 0.8 * second(piece, *r)
            });
            if let Some((r, _)) = nearest {
                vec![r]
            } else if i > 0 && tight(i - 1, i) && !waiting.contains(&(i - 1)) {
                held.get(i - 1).cloned().unwrap_or_default()
            } else if tight(i, i + 1) {
                waiting.push(i);
                Vec::new()
            } else {
                float(rows, members, piece, &owned)
            }
        };
        held.push(rows_of);
    }
    for &i in waiting.iter().rev() {
        let next = held.get(i + 1).cloned().unwrap_or_default();
        if let Some(h) = held.get_mut(i) {
            *h = next;
        }
    }
    (held, on.iter().map(Option::is_some).collect())
}

/// The rows around a piece that stands between them: the longest run without pieces of their own
/// in whose middle it is.
fn float(
    rows: &[Anchor],
    members: &[usize],
    piece: &Piece,
    owned: &dyn Fn(usize) -> bool,
) -> Vec<usize> {
    let mid = |r: usize| rows.get(r).map_or(0.0, |row| row.mid);
    let split = members.partition_point(|&r| mid(r) <= piece.mid);
    let mut above = 0;
    while above < split && above < 8 && !owned(members[split - 1 - above]) {
        above += 1;
    }
    let mut below = 0;
    while split + below < members.len() && below < 8 && !owned(members[split + below]) {
        below += 1;
    }
    let mut best: Option<(usize, usize)> = None;
    for a in 1..=above {
        for b in 1..=below {
            let first = members[split - a];
            let last = members[split + b - 1];
            let off = ((mid(first) + mid(last)) / 2.0 - piece.mid).abs();
            if off <= 0.45 * piece.size && best.is_none_or(|(x, y)| a + b > x + y) {
                best = Some((a, b));
            }
        }
    }
    match best {
        Some((a, b)) => members[split - a..split + b].to_vec(),
        None => members
            .iter()
            .copied()
            .min_by(|&a, &b| (mid(a) - piece.mid).abs().total_cmp(&(mid(b) - piece.mid).abs()))
            .into_iter()
            .collect(),
    }
}

/// Test conditions by row. `group` tells rows of one symbol or name by equal numbers; `heads` are
/// lines above rows that hold for the rows below them.
pub(super) fn conditions(
    frame: &Frame<'_>,
    grid: &Grid,
    rows: &[Anchor],
    col: usize,
    group: &[usize],
    heads: &[f64],
) -> Column {
    let mut out = Column { given: vec![Vec::new(); rows.len()], orphans: Vec::new() };
    for cell in cells(grid, rows, col) {
        let (orphans, pieces): (Vec<Piece>, Vec<Piece>) = if cell.merged && !cell.rows.is_empty() {
            (Vec::new(), cell.pieces)
        } else {
            let of_parts = |p: &Piece| {
                kinds::assigned(&frame.text(&p.toks)).first().is_some_and(|s| s == "for")
            };
            // Of several lines that name parts each begins the conditions of its own rows.
            let several = cell.pieces.iter().filter(|p| of_parts(p)).count() > 1;
            let on_head = |p: &Piece| heads.iter().any(|h| (h - p.base).abs() < 0.3 * p.size);
            cell.pieces
                .into_iter()
                .partition(|p| cell.rows.is_empty() || on_head(p) && !(several && of_parts(p)))
        };
        out.orphans.extend(orphans);
        match cell.rows.as_slice() {
            [] => {}
            [row] => give(&mut out, &[*row], &pieces, false),
            many if cell.merged => spread(frame, rows, many, &pieces, &mut out, true),
            many if is_block(frame, grid, rows, col, many, &pieces) => {
                give(&mut out, many, &pieces, true);
            }
            many => {
                let (held, _) = align(rows, many, &pieces);
                let mut at = 0;
                while at < many.len() {
                    let key = group.get(many[at]);
                    let end = at + many[at..].iter().take_while(|&&r| group.get(r) == key).count();
                    let members = &many[at..end.max(at + 1)];
                    let own: Vec<Piece> = pieces
                        .iter()
                        .zip(&held)
                        .filter(|(_, h)| h.first().is_some_and(|r| members.contains(r)))
                        .map(|(p, _)| p.clone())
                        .collect();
                    let floating = held.iter().any(|h| {
                        h.iter().any(|r| members.contains(r))
                            && h.iter().any(|r| !members.contains(r))
                    });
                    if floating || members.len() == 1 {
                        for (p, h) in pieces.iter().zip(&held) {
                            let mine: Vec<usize> =
                                h.iter().copied().filter(|r| members.contains(r)).collect();
                            give(&mut out, &mine, std::slice::from_ref(p), h.len() > 1);
                        }
                    } else {
                        spread(frame, rows, members, &own, &mut out, false);
                    }
                    at = end.max(at + 1);
                }
            }
        }
    }
    out
}

/// Lines that set different symbols, and the symbols that they set.
type Lines = (Vec<Piece>, Vec<String>);

/// Lines of conditions as lists: a line that sets a symbol again begins another one, and with
/// `each` every line that sets something and does not follow a comma.
fn lists(frame: &Frame<'_>, pieces: &[Piece], each: bool) -> Vec<Lines> {
    let mut groups: Vec<Lines> = Vec::new();
    let mut open = false;
    for line in pieces.chunk_by(on_one_line) {
        let toks: Vec<usize> = line.iter().flat_map(|p| p.toks.iter().copied()).collect();
        let text = frame.text(&toks);
        let set = kinds::assigned(&text);
        let again = groups.last().is_some_and(|(_, had)| set.iter().any(|s| had.contains(s)));
        // The parts that lines are for stand before them.
        let named = set.first().is_some_and(|s| s == "for")
            && groups.last().is_some_and(|(_, had)| !had.is_empty());
        let apart = named || each && !open && !set.is_empty();
        match groups.last_mut() {
            Some((lines, had)) if !again && !apart => {
                lines.extend_from_slice(line);
                had.extend(set);
            }
            _ => groups.push((line.to_vec(), set)),
        }
        open = text.trim_end().ends_with([',', ';', '，', '；', '=', '('])
            || text.matches('(').count() > text.matches(')').count();
    }
    groups
}

/// Whether two pieces are of one line, which a wide gap parts.
fn on_one_line(a: &Piece, b: &Piece) -> bool {
    (a.base - b.base).abs() <= 0.45 * a.size.min(b.size)
}

/// Lines of conditions without the assignments to some symbols.
fn without(frame: &Frame<'_>, lines: &[Piece], symbols: &[String]) -> Vec<Piece> {
    let mut out = Vec::new();
    for line in lines.chunk_by(on_one_line) {
        let toks: Vec<usize> = line.iter().flat_map(|p| p.toks.iter().copied()).collect();
        let mut kept = Vec::new();
        let mut phrase = Vec::new();
        for (i, &t) in toks.iter().enumerate() {
            phrase.push(t);
            let ends = frame.toks[t].word.text.ends_with([',', ';', '，', '；']);
            if ends || i + 1 == toks.len() {
                let set = kinds::assigned(&frame.text(&phrase));
                if !set.iter().any(|s| symbols.contains(s)) {
                    kept.append(&mut phrase);
                }
                phrase.clear();
            }
        }
        if let Some(first) = line.first().filter(|_| !kept.is_empty()) {
            out.push(Piece { toks: kept, ..first.clone() });
        }
    }
    out
}

/// Gives lines of conditions to the rows of one cell: a line that sets a symbol again begins the
/// conditions of the next rows; lines that set different symbols are one list for all rows.
pub(super) fn spread(
    frame: &Frame<'_>,
    rows: &[Anchor],
    members: &[usize],
    pieces: &[Piece],
    out: &mut Column,
    merged: bool,
) {
    // A line above the first row heads the rows' own lines below it.
    let top = members.first().and_then(|&r| rows.get(r)).map_or(f64::NEG_INFINITY, |r| r.base);
    let heads = pieces.iter().take_while(|p| p.base < top - 0.6 * p.size).count();
    let sets = |pieces: &[Piece]| -> Vec<String> {
        lists(frame, pieces, false).into_iter().flat_map(|(_, set)| set).collect()
    };
    if let (true, Some((head, rest))) = (heads > 0, pieces.split_at_checked(heads))
        && lists(frame, rest, false).len() == members.len()
        && members.len() > 1
        && !sets(rest).iter().any(|s| s == "for" && sets(head).contains(s))
    {
        give(out, members, head, true);
        return spread(frame, rows, members, rest, out, merged);
    }
    let mut groups = lists(frame, pieces, false);
    if groups.len() == 1 && !merged && pieces.len() >= members.len() {
        // A row's own line begins anew where each row has one.
        let apart = lists(frame, pieces, true);
        if apart.len() == members.len() {
            groups = apart;
        }
    }
    // A condition in the name of one row (`@ TA = 25 °C`) is that row's own.
    let named = pieces.iter().all(|p| frame.text(&p.toks).starts_with('@'));
    if groups.len() == 1 && named && !merged {
        let (held, _) = align(rows, members, pieces);
        for (piece, holders) in pieces.iter().zip(&held) {
            give(out, holders, std::slice::from_ref(piece), holders.len() > 1);
        }
        return;
    }
    if groups.len() == 1 {
        return give(out, members, pieces, members.len() > 1);
    }
    if groups.len() == members.len() {
        let first = groups.first().map(|g| g.1.clone()).unwrap_or_default();
        for (k, (lines, set)) in groups.iter().enumerate() {
            let Some(&row) = members.get(k) else { continue };
            // `TJ = 125 °C` below `VDS = 80 V, VGS = 0` changes the temperature only.
            let adds = k > 0
                && !merged
                && set.len() < first.len()
                && !set.is_empty()
                && set.iter().all(|s| !first.contains(s));
            // `TC = 100 °C` below `VGS = 10 V, TC = 25 °C` changes the temperature only, too.
            let changes = k > 0
                && !set.is_empty()
                && set.len() < first.len()
                && set.iter().all(|s| first.contains(s));
            if let Some((parent, _)) = groups.first() {
                if adds {
                    give(out, &[row], parent, true);
                } else if changes {
                    give(out, &[row], &without(frame, parent, set), true);
                }
            }
            give(out, &[row], lines, false);
        }
        return;
    }
    let starts: Vec<f64> = groups
        .iter()
        .map(|(lines, _)| lines.first().map_or(0.0, |p| p.mid - 0.7 * p.size))
        .collect();
    for (k, (lines, _)) in groups.iter().enumerate() {
        let from = if k == 0 { f64::NEG_INFINITY } else { starts[k] };
        let to = starts.get(k + 1).copied().unwrap_or(f64::INFINITY);
        let holders: Vec<usize> = members
            .iter()
            .copied()
            .filter(|&r| rows.get(r).is_some_and(|row| from <= row.mid && row.mid < to))
            .collect();
        if holders.is_empty() {
            // More lines than rows: what is left over goes with the row above it.
            let above = members
                .iter()
                .copied()
                .rfind(|&r| rows.get(r).is_some_and(|row| row.mid < from))
                .or(members.first().copied());
            give(out, &above.into_iter().collect::<Vec<_>>(), lines, false);
        } else {
            give(out, &holders, lines, holders.len() > 1);
        }
    }
}
