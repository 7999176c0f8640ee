//! Rows by their values: every height at which a column of values holds something.

use super::frame::Frame;
use super::grid::{Grid, Piece};
use super::kinds;
use super::merged;
use espice_pdf::{Point, Rect};

/// A value cell of a row.
#[derive(Clone, Debug)]
pub(super) struct Value {
    /// Index into the columns.
    pub(super) col: usize,
    /// Its words.
    pub(super) toks: Vec<usize>,
    /// Whether other rows or columns have it, too.
    pub(super) shared: bool,
}

/// One set of values.
#[derive(Clone, Debug)]
pub(super) struct Anchor {
    /// Baseline.
    pub(super) base: f64,
    /// Middle of its letters.
    pub(super) mid: f64,
    /// Size in points.
    pub(super) size: f64,
    /// Its values by column.
    pub(super) values: Vec<Value>,
    /// What is not sure.
    pub(super) doubts: Vec<String>,
}

/// The rows of a grid from top to bottom. Pieces in columns of values leave the grid.
pub(super) fn anchors(frame: &Frame<'_>, grid: &mut Grid) -> Vec<Anchor> {
    let values: Vec<Piece> = grid
        .pieces
        .iter()
        .filter(|p| grid.cols.get(p.col).is_some_and(super::columns::Col::is_value))
        .cloned()
        .collect();
    let cols = grid.cols.clone();
    grid.pieces.retain(|p| !cols.get(p.col).is_some_and(super::columns::Col::is_value));
    let mut pieces = widen(frame, grid, values);
    stack_ranges(frame, grid, &mut pieces);
    let mut out: Vec<Anchor> = Vec::new();
    for wide in pieces {
        let p = wide.piece;
        let near = out.last_mut().filter(|a| {
            let tol = 0.5 * a.size.min(p.size);
            let close = 0.9 * a.size.min(p.size);
            let free = !a.values.iter().any(|v| wide.cols.contains(&v.col));
            let gap = p.base - a.base;
            gap <= tol
                || (gap <= close && free && !wide.cols.iter().any(|&c| grid.ruled(c, a.mid, p.mid)))
        });
        let values: Vec<Value> = wide
            .cols
            .iter()
            .map(|&col| Value { col, toks: p.toks.clone(), shared: wide.cols.len() > 1 })
            .collect();
        let mut doubts = Vec::new();
        if p.straddles && wide.cols.len() == 1 && !wide.spanning {
            doubts.push(format!("`{}` reaches over a column's border", frame.text(&p.toks)));
        }
        if let Some(head) = other_head(frame, grid, &p, &wide.cols) {
            doubts.push(format!("`{}` stands below `{head}`", frame.text(&p.toks)));
        }
        if wide.vague {
            doubts.push(format!("`{}` stands across several columns", frame.text(&p.toks)));
        }
        match near {
            Some(a) => {
                for v in values {
                    match a.values.iter_mut().find(|w| w.col == v.col) {
                        Some(w) => w.toks.extend(v.toks),
                        None => a.values.push(v),
                    }
                }
                a.doubts.extend(doubts);
            }
            None => {
                out.push(Anchor { base: p.base, mid: p.mid, size: p.size, values, doubts });
            }
        }
    }
    share_tall(frame, grid, &mut out);
    merged::split(grid, &mut out);
    out
}

/// The head of another column of values below which a plain number stands, where no wall says
/// that it belongs to its own.
fn other_head<'g>(
    frame: &Frame<'_>,
    grid: &'g Grid,
    piece: &Piece,
    cols: &[usize],
) -> Option<&'g str> {
    let &[own] = cols else { return None };
    kinds::plain_number(&frame.text(&piece.toks))?;
    let x = (piece.x[0] + piece.x[1]) / 2.0;
    let at = grid.cols.get(own)?;
    let distance = (at.head? - x).abs();
    let walls = frame.rules.cell_x(Point::new(x, piece.mid), [at.x[0] - 3.0, at.x[1] + 3.0]);
    let other = grid.cols.iter().find(|c| {
        c.is_value()
            && c.x != at.x
            && c.head.is_some_and(|h| (h - x).abs() < 4.0 && distance > 12.0)
    })?;
    let between = if other.x[0] > at.x[0] { walls[1] } else { walls[0] };
    between.is_none().then_some(other.header.as_str())
}

/// A piece with all columns that it holds for.
struct Wide {
    piece: Piece,
    cols: Vec<usize>,
    vague: bool,
    /// Whether it stands in a cell that is merged across columns.
    spanning: bool,
}

/// Joins what stands in one cell across several columns, where the walls between them are left
/// out or a range runs over the border.
fn widen(frame: &Frame<'_>, grid: &Grid, values: Vec<Piece>) -> Vec<Wide> {
    let cols: Vec<usize> = (0..grid.cols.len()).filter(|&c| grid.cols[c].is_value()).collect();
    let (Some(&first), Some(&last)) = (cols.first(), cols.last()) else { return Vec::new() };
    let limit = [grid.cols[first].x[0] - 3.0, grid.cols[last].x[1] + 3.0];
    let height = grid.y[1] - grid.y[0];
    // Borders that have walls in much of the body, or at least beside one row of it.
    let walled = |c: usize| {
        let x = grid.cols[c].x[0];
        let covered: f64 =
            frame.rules.v_within([x - 2.5, x + 2.5]).iter().map(|r| r.overlap(grid.y)).sum();
        (covered >= 0.25 * height, covered >= 10.0)
    };
    let (walls, some): (Vec<bool>, Vec<bool>) = cols.iter().map(|&c| walled(c)).unzip();
    // Columns for parts of a family, when there are several of one role.
    let family: Vec<usize> = cols
        .iter()
        .copied()
        .filter(|&c| !grid.cols[c].parts.is_empty() && grid.cols[c].role == grid.cols[first].role)
        .collect();
    let values = whole_texts(frame, grid, &cols, values);
    let bases: Vec<f64> = values.iter().map(|(p, _)| p.base).collect();
    let mut out: Vec<Wide> = Vec::new();
    for (p, joined) in values {
        let lone = bases.iter().filter(|b| (**b - p.base).abs() <= 0.5 * p.size).count() == 1;
        let at = Point::new((p.x[0] + p.x[1]) / 2.0, p.mid);
        let mut held = vec![p.col];
        let mut vague = false;
        let [left, right] = frame.rules.cell_x(at, limit);
        // Between two walls of its own a cell shows by few others that it is merged.
        let walls = if left.is_some() && right.is_some() { &some } else { &walls };
        if walls.iter().skip(1).any(|w| *w) {
            let left = left.unwrap_or(limit[0]);
            let right = right.unwrap_or(limit[1]);
            let span: Vec<usize> = cols
                .iter()
                .copied()
                .filter(|&c| {
                    let m = grid.cols[c].center();
                    left < m && m < right
                })
                .collect();
            let bounded = span.iter().skip(1).all(|c| {
                cols.iter().position(|x| x == c).is_some_and(|i| walls.get(i) == Some(&true))
            });
            if span.len() > 1 && span.contains(&p.col) && bounded {
                let role = grid.cols[p.col].role;
                if span.iter().all(|&c| grid.cols[c].role == role) {
                    held = span;
                } else if kinds::plain_number(&frame.text(&p.toks)).is_some() {
                    // A plain number in a cell merged over Min and Max says not which it is.
                    vague = true;
                }
            }
        }
        // Alone in the middle of the columns of all parts, with no wall beside it: it is all
        // parts' value.
        let spanning = lone
            && held.len() == 1
            && family.len() >= 2
            && family.contains(&p.col)
            && [left, right].iter().flatten().all(|w| {
                let inner = [limit[0] + 6.0, limit[1] - 6.0];
                *w < inner[0] || *w > inner[1]
            })
            && family.first().zip(family.last()).is_some_and(|(&a, &b)| {
                let middle = |c: usize| grid.cols[c].head.unwrap_or(grid.cols[c].center());
                ((middle(a) + middle(b)) / 2.0 - at.x).abs() <= 5.0
            });
        if spanning {
            held = family.clone();
        }
        out.push(Wide { piece: p, cols: held, vague, spanning: spanning || joined });
    }
    out
}

/// The pieces with those joined, and marked, whose words of one line two columns cut apart: they
/// belong together when they make a range or a phrase.
fn whole_texts(
    frame: &Frame<'_>,
    grid: &Grid,
    cols: &[usize],
    values: Vec<Piece>,
) -> Vec<(Piece, bool)> {
    let mut out: Vec<(Piece, bool)> = Vec::new();
    for p in values {
        match out.last_mut() {
            Some((prev, joined)) if prev.base == p.base && same_text(frame, prev, &p) => {
                prev.toks.extend(p.toks.iter().copied());
                prev.x[1] = p.x[1];
                *joined = true;
                let mid = (prev.x[0] + prev.x[1]) / 2.0;
                let off = |c: usize| (grid.cols[c].center() - mid).abs();
                let near = cols.iter().copied().min_by(|&a, &b| off(a).total_cmp(&off(b)));
                prev.col = near.unwrap_or(prev.col);
            }
            _ => out.push((p, false)),
        }
    }
    out
}

/// Whether two pieces of one height are one text: words of one line without a gap, one of which
/// cannot stand alone.
fn same_text(frame: &Frame<'_>, a: &Piece, b: &Piece) -> bool {
    let (Some(&l), Some(&r)) = (a.toks.last(), b.toks.first()) else { return false };
    let (l, r) = (&frame.toks[l], &frame.toks[r]);
    if l.line != r.line || r.area.x0 - l.area.x1 > 0.7 * l.size {
        return false;
    }
    let wall = frame
        .rules
        .v_within([l.area.x1 - 1.5, r.area.x0 + 1.5])
        .iter()
        .any(|w| w.from <= a.mid && a.mid <= w.to);
    if wall {
        return false;
    }
    let alone = |t: &str| kinds::is_number(t) || kinds::is_blank_mark(t);
    // `- 55 to + 150`: a sign before a range.
    let ranges = |t: usize| kinds::is_range_word(&frame.toks[t].word.text);
    let (lt, rt) = (l.word.text.as_str(), r.word.text.as_str());
    kinds::is_range_word(lt)
        || kinds::is_range_word(rt)
        || matches!(lt, "±" | "+")
        || (kinds::is_blank_mark(lt) && b.toks.iter().any(|&t| ranges(t)))
        || !(alone(lt) && alone(rt))
}

/// A range set in two lines of one cell (`-55 to` over `+150`) is one value.
fn stack_ranges(frame: &Frame<'_>, grid: &Grid, pieces: &mut Vec<Wide>) {
    let mut at = 0;
    while at < pieces.len() {
        let text = frame.text(&pieces[at].piece.toks);
        let open = text.split_whitespace().last().is_some_and(kinds::is_range_word);
        let (col, base, size, mid) = {
            let p = &pieces[at].piece;
            (p.col, p.base, p.size, p.mid)
        };
        let next = (at + 1..pieces.len())
            .take_while(|&n| pieces[n].piece.base - base <= 1.7 * size)
            .find(|&n| pieces[n].piece.col == col && pieces[n].piece.base > base + 0.5 * size);
        if let Some(n) = next {
            let below = frame.text(&pieces[n].piece.toks);
            let follows = below.split_whitespace().next().is_some_and(kinds::is_range_word);
            if (open || follows) && !grid.ruled(col, mid, pieces[n].piece.mid) {
                let lower = pieces.remove(n);
                let p = &mut pieces[at].piece;
                p.toks.extend(lower.piece.toks);
                p.x = [p.x[0].min(lower.piece.x[0]), p.x[1].max(lower.piece.x[1])];
                continue;
            }
        }
        at += 1;
    }
    pieces
        .sort_by(|a, b| a.piece.base.total_cmp(&b.piece.base).then(a.piece.col.cmp(&b.piece.col)));
}

/// Gives a value that stands in a cell as high as several rows to all of them.
fn share_tall(frame: &Frame<'_>, grid: &Grid, anchors: &mut Vec<Anchor>) {
    let mids: Vec<(f64, Vec<usize>)> =
        anchors.iter().map(|a| (a.mid, a.values.iter().map(|v| v.col).collect())).collect();
    let mut give: Vec<(usize, Value)> = Vec::new();
    let mut doubts: Vec<(usize, String)> = Vec::new();
    for (i, anchor) in anchors.iter_mut().enumerate() {
        let mut kept = Vec::new();
        for value in std::mem::take(&mut anchor.values) {
            let cell = grid.cell(value.col, anchor.mid);
            let rows: Vec<usize> = mids
                .iter()
                .enumerate()
                .filter(|(j, (mid, cols))| {
                    *j != i && cell[0] < *mid && *mid < cell[1] && !cols.contains(&value.col)
                })
                .map(|(j, _)| j)
                .collect();
            // Rules between these rows in another column show that this one is merged.
            let merged = |a: f64, b: f64| {
                (0..grid.cols.len())
                    .any(|c| grid.cols[c].is_value() && c != value.col && grid.ruled(c, a, b))
            };
            let alone = mids.iter().enumerate().all(|(j, (mid, cols))| {
                j == i || !(cell[0] < *mid && *mid < cell[1]) || !cols.contains(&value.col)
            });
            let near = |j: &usize| {
                let from = mids[*j].0.min(anchor.mid);
                let to = mids[*j].0.max(anchor.mid);
                merged(from, to) || lies_between(&rows, &mids, anchor.mid, anchor.size)
            };
            let takers: Vec<usize> = rows.iter().copied().filter(near).collect();
            let own_row = mids[i].1.len() > 1;
            if alone && !takers.is_empty() && rows.len() == takers.len() && rows.len() <= 12 {
                let ruled = takers
                    .iter()
                    .all(|j| merged(mids[*j].0.min(anchor.mid), mids[*j].0.max(anchor.mid)));
                for j in &takers {
                    give.push((*j, Value { shared: true, ..value.clone() }));
                    if !ruled {
                        let text = frame.text(&value.toks);
                        doubts.push((*j, format!("`{text}` stands between rows")));
                    }
                }
                if own_row {
                    kept.push(Value { shared: true, ..value });
                }
            } else {
                kept.push(value);
            }
        }
        anchor.values = kept;
    }
    for (j, value) in give {
        if let Some(a) = anchors.get_mut(j)
            && !a.values.iter().any(|v| v.col == value.col)
        {
            a.values.push(value);
        }
    }
    for (j, doubt) in doubts {
        if let Some(a) = anchors.get_mut(j) {
            a.doubts.push(doubt);
        }
    }
    anchors.retain(|a| !a.values.is_empty());
    for a in anchors.iter_mut() {
        a.values.sort_by_key(|v| v.col);
    }
}

/// Whether a height lies in the middle of two rows next to each other.
fn lies_between(rows: &[usize], mids: &[(f64, Vec<usize>)], mid: f64, size: f64) -> bool {
    let &[a, b] = rows else { return false };
    let (a, b) = (mids[a].0.min(mids[b].0), mids[a].0.max(mids[b].0));
    a < mid && mid < b && ((a + b) / 2.0 - mid).abs() <= 0.3 * size && b - a <= 3.5 * size
}

/// The box around a row's own values.
pub(super) fn area(frame: &Frame<'_>, anchor: &Anchor) -> Option<Rect> {
    anchor.values.iter().filter_map(|v| frame.area(&v.toks)).reduce(Rect::union)
}
