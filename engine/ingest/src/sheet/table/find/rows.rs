//! Rows of a table from its grid: values first, then what the other columns say of them.

use super::anchors::{self, Anchor};
use super::assign::{self, Column, Given};
use super::below;
use super::columns::Col;
use super::frame::Frame;
use super::grid::{Grid, Piece};
use super::kinds;
use super::middle;
use super::vocabulary;
use crate::sheet::table::{Cell, Role, Row, Section};
use crate::sheet::text::Word;
use espice_pdf::Rect;

/// A heading inside a table.
struct Heading {
    base: f64,
    section: Option<Section>,
    /// Marks of notes behind it: `ON CHARACTERISTICS*`.
    marks: Vec<String>,
}

/// The rows of a grid. `section` is what the title says.
pub(super) fn rows(frame: &Frame<'_>, grid: &mut Grid, section: Section) -> Vec<Row> {
    let anchors = anchors::anchors(frame, grid);
    let headings = headings(frame, grid, &anchors);
    let find = |role: Role| {
        grid.cols
            .iter()
            .enumerate()
            .filter(move |(_, c)| c.role == Some(role))
            .map(|(i, _)| i)
            .collect::<Vec<usize>>()
    };
    let (symbols, names) = (find(Role::Symbol), find(Role::Name));
    let heads = below::head_lines(grid, &anchors, &symbols, &names);
    let mut columns: Vec<Option<Column>> = vec![None; grid.cols.len()];
    for &c in symbols.iter().chain(&names) {
        if let Some(slot) = columns.get_mut(c) {
            *slot = Some(assign::column(grid, &anchors, c, true, &heads));
        }
    }
    let mut vague = below::sub_rows(grid, &anchors, (&symbols, &names), &heads, &mut columns);
    cut_at_headings(&anchors, &headings, &mut columns);
    let keys = if symbols.is_empty() { &names } else { &symbols };
    below::cell_heads(&anchors, (&symbols, &names), &mut columns);
    inherit_keys(&anchors, &headings, &symbols, &names, &mut columns);
    let group = groups(&columns, keys, &names, anchors.len());
    for (c, col) in grid.cols.iter().enumerate() {
        let found = match col.role {
            Some(Role::Conditions) => {
                let mut column = match grid.parent(c) {
                    Some(from) => {
                        below::with_names(frame, grid, &anchors, (from, c), &heads, &group)
                    }
                    None => assign::conditions(frame, grid, &anchors, c, &group, &heads),
                };
                adopt(&anchors, &group, &mut column, &columns, keys, frame);
                column
            }
            Some(Role::Unit) => {
                let mut column = assign::column(grid, &anchors, c, false, &[]);
                middle::units(grid, &anchors, c, &group, &mut column);
                share_units(&mut column, &group);
                column
            }
            Some(Role::Part) => {
                let mut column = assign::column(grid, &anchors, c, false, &[]);
                part_runs(frame, &mut column, &group);
                column
            }
            Some(Role::Other) => assign::column(grid, &anchors, c, false, &[]),
            _ => continue,
        };
        if let Some(slot) = columns.get_mut(c) {
            *slot = Some(found);
        }
    }
    vague.extend(vague_rows(grid, &anchors, &columns, symbols.iter().chain(&names)));
    anchors
        .iter()
        .enumerate()
        .filter(|(_, a)| has_value(frame, a))
        .map(|(i, anchor)| {
            let above = headings.iter().rfind(|h| h.base < anchor.base);
            let section = above.and_then(|h| h.section).unwrap_or(section);
            let mut row = row(frame, grid, anchor, i, &columns, section);
            row.marks = above.map(|h| h.marks.clone()).unwrap_or_default();
            if vague.contains(&i) {
                row.doubts.push("it may belong to the row above or to the one below".to_string());
            }
            row
        })
        .collect()
}

/// Rows without a key of their own whose key may be the one below as well as the one above.
///
/// Without rules a key may stand on the first of its rows or in their middle. The second reading
/// is possible where the bare rows between keys split into lower and upper halves that fit.
fn vague_rows<'c>(
    grid: &Grid,
    anchors: &[Anchor],
    columns: &[Option<Column>],
    keys: impl Iterator<Item = &'c usize>,
) -> Vec<usize> {
    let keys: Vec<usize> = keys.copied().collect();
    let own = |i: usize| {
        keys.iter()
            .filter_map(|&c| columns.get(c).and_then(Option::as_ref))
            .filter_map(|col| col.given.get(i))
            .flatten()
            .any(|g| !g.guess)
    };
    let mut out = Vec::new();
    let mut from = 0;
    while from < anchors.len() {
        let mut to = from + 1;
        while to < anchors.len() && !assign::parted(grid, anchors, to - 1, to) {
            to += 1;
        }
        out.extend(upper_halves(from, to, &own));
        from = to;
    }
    out
}

/// The rows that would belong to the key below, if keys stood in the middle of their rows.
fn upper_halves(from: usize, to: usize, own: &dyn Fn(usize) -> bool) -> Vec<usize> {
    let keyed: Vec<usize> = (from..to).filter(|&i| own(i)).collect();
    let mut out = Vec::new();
    let mut lower = match keyed.first() {
        // Bare rows before any key say enough: they are not read as the key's own.
        Some(&first) if first == from => 0,
        _ => return out,
    };
    for (k, &key) in keyed.iter().enumerate() {
        let next = keyed.get(k + 1).copied();
        let bare = next.unwrap_or(to) - key - 1;
        let Some(upper) = bare.checked_sub(lower) else { return Vec::new() };
        match next {
            Some(next) => out.extend(next - upper..next),
            None if upper > 0 => return Vec::new(),
            None => {}
        }
        lower = upper;
    }
    out
}

fn has_value(frame: &Frame<'_>, anchor: &Anchor) -> bool {
    anchor.values.iter().any(|v| {
        v.toks.iter().any(|&t| {
            let word = &frame.toks[t].word;
            word.text.chars().any(|c| c.is_ascii_digit() || c == crate::sheet::text::UNKNOWN)
        })
    })
}

fn row(
    frame: &Frame<'_>,
    grid: &Grid,
    anchor: &Anchor,
    index: usize,
    columns: &[Option<Column>],
    section: Section,
) -> Row {
    let mut cells = Vec::new();
    let mut doubts = anchor.doubts.clone();
    let mut area = anchors::area(frame, anchor);
    for c in order(&grid.cols) {
        if grid.cols[c].is_value() {
            for value in anchor.values.iter().filter(|v| v.col == c) {
                cells.extend(cell(frame, c, &value.toks, value.shared));
            }
            continue;
        }
        let given = columns.get(c).and_then(Option::as_ref).and_then(|col| col.given.get(index));
        for given in given.into_iter().flatten() {
            if let Some(cell) = cell(frame, c, &given.toks, given.shared) {
                if !given.shared {
                    let own = given.toks.iter().map(|&t| frame.toks[t].word.area);
                    area = area.into_iter().chain(own).reduce(Rect::union);
                }
                cells.push(cell);
            }
        }
    }
    doubts.sort();
    doubts.dedup();
    // Areas of words on the page, not on the turned one.
    let own: Vec<Rect> =
        cells.iter().filter(|c| !c.shared).flat_map(|c| c.words.iter().map(|w| w.area)).collect();
    let area = own.into_iter().reduce(Rect::union).or(area).unwrap_or_default();
    Row { area, section, cells, marks: Vec::new(), doubts }
}

/// Columns from left to right, those split from others behind them.
pub(super) fn order(cols: &[Col]) -> Vec<usize> {
    let mut out: Vec<usize> = (0..cols.len()).collect();
    out.sort_by(|&a, &b| cols[a].x[0].total_cmp(&cols[b].x[0]).then(a.cmp(&b)));
    out
}

fn cell(frame: &Frame<'_>, column: usize, toks: &[usize], shared: bool) -> Option<Cell> {
    let words: Vec<Word> = toks.iter().map(|&t| frame.toks[t].word.clone()).collect();
    let area = words.iter().map(|w| w.area).reduce(Rect::union)?;
    Some(Cell { column, words, area, shared })
}

/// Lines that head the rows below them; they leave the grid.
fn headings(frame: &Frame<'_>, grid: &mut Grid, anchors: &[Anchor]) -> Vec<Heading> {
    let mut out = Vec::new();
    let mut drop = vec![false; grid.pieces.len()];
    let lefts: Vec<usize> = order(&grid.cols);
    let textual: Vec<usize> =
        lefts.iter().copied().take_while(|&c| !grid.cols[c].is_value()).collect();
    let mut at = 0;
    while at < grid.pieces.len() {
        let base = grid.pieces[at].base;
        let size = grid.pieces[at].size;
        let end = at
            + grid.pieces[at..].iter().take_while(|p| p.base - base <= 0.45 * size).count().max(1);
        let band = &grid.pieces[at..end];
        let valued = anchors.iter().any(|a| (a.base - base).abs() <= 0.6 * size);
        if !valued {
            let mut toks: Vec<usize> = band.iter().flat_map(|p| p.toks.iter().copied()).collect();
            toks.sort_by(|&a, &b| frame.toks[a].area.x0.total_cmp(&frame.toks[b].area.x0));
            let text = frame.text(&toks);
            let first = band.iter().map(|p| p.x[0]).fold(f64::INFINITY, f64::min);
            let leftmost = textual.first().is_none_or(|&c| first <= grid.cols[c].x[1]);
            let alone = !shares_cell(grid, band, anchors);
            let said = vocabulary::is_heading(&text);
            let crossing = band.len() == 1 && spans_row(frame, grid, &band[0]);
            let only = band.iter().all(|p| {
                matches!(grid.cols[p.col].role, Some(Role::Name | Role::Symbol | Role::Conditions))
                    || textual.contains(&p.col)
            });
            if only && leftmost && alone && (said || crossing) && !kinds::is_condition(&text) {
                let marks = toks.iter().flat_map(|&t| marks(frame.toks[t].word)).collect();
                out.push(Heading { base, section: vocabulary::section(&text), marks });
                for flag in &mut drop[at..end] {
                    *flag = true;
                }
            }
        }
        at = end;
    }
    let mut k = 0;
    grid.pieces.retain(|_| {
        k += 1;
        !drop.get(k - 1).copied().unwrap_or(false)
    });
    out
}

/// The marks of notes at a word, raised ones and stars behind it.
fn marks(word: &Word) -> Vec<String> {
    let bare = word.text.trim_end_matches(['*', '∗', '†', '‡']);
    let stars = word.text.get(bare.len()..).unwrap_or("");
    let star = (!stars.is_empty() && !bare.is_empty()).then(|| stars.to_string());
    word.notes.iter().cloned().chain(star).collect()
}

/// Whether a band's cell holds a row, too: then it is part of a name set in several lines. In a
/// table without rules only a neighbour line at the distance of wrapped text counts.
fn shares_cell(grid: &Grid, band: &[Piece], anchors: &[Anchor]) -> bool {
    band.iter().any(|p| {
        let cell = grid.cell(p.col, p.mid);
        let ruled = cell[0] > grid.y[0] + 1.0 && cell[1] < grid.y[1] + 1.0;
        ruled
            && cell[1] - cell[0] < 8.0 * p.size
            && anchors.iter().any(|a| cell[0] < a.mid && a.mid < cell[1])
    })
}

/// Whether a piece stands alone between two rules over all columns, in a cell without walls.
fn spans_row(frame: &Frame<'_>, grid: &Grid, piece: &Piece) -> bool {
    let bounds: Vec<[f64; 2]> = (0..grid.cols.len()).map(|c| grid.cell(c, piece.mid)).collect();
    let Some(first) = bounds.first() else { return false };
    let same =
        bounds.iter().all(|b| (b[0] - first[0]).abs() < 3.0 && (b[1] - first[1]).abs() < 3.0);
    let low = first[1] - first[0] < 3.2 * piece.size;
    let x = [
        grid.cols.iter().map(|c| c.x[0]).fold(f64::INFINITY, f64::min),
        grid.cols.iter().map(|c| c.x[1]).fold(f64::NEG_INFINITY, f64::max),
    ];
    let walls_here = frame
        .rules
        .v_within([x[0] + 4.0, x[1] - 4.0])
        .iter()
        .filter(|r| r.from < piece.mid && piece.mid < r.to)
        .count();
    let walls_any = frame.rules.walls([x[0] + 4.0, x[1] - 4.0], grid.y, 0.3).len();
    same && low && walls_here == 0 && walls_any >= 2
}

/// Words do not hold beyond a heading.
fn cut_at_headings(anchors: &[Anchor], headings: &[Heading], columns: &mut [Option<Column>]) {
    for column in columns.iter_mut().flatten() {
        for heading in headings {
            let first = anchors.iter().position(|a| a.base > heading.base);
            let Some(first) = first else { continue };
            let Some(before) = first.checked_sub(1) else { continue };
            let last: Vec<Vec<usize>> = column
                .given
                .get(before)
                .map(|g| g.iter().map(|x| x.toks.clone()).collect())
                .unwrap_or_default();
            for given in column.given.iter_mut().skip(first) {
                let inherited =
                    given.len() == 1 && given.iter().any(|g| g.shared && last.contains(&g.toks));
                if !inherited {
                    break;
                }
                given.clear();
            }
        }
    }
}

/// A row with neither symbol nor name goes on with those of the row above.
fn inherit_keys(
    anchors: &[Anchor],
    headings: &[Heading],
    symbols: &[usize],
    names: &[usize],
    columns: &mut [Option<Column>],
) {
    for i in 1..anchors.len() {
        let between =
            headings.iter().any(|h| anchors[i - 1].base < h.base && h.base < anchors[i].base);
        let blank = |cols: &[usize], columns: &[Option<Column>]| {
            cols.iter().all(|&c| {
                columns
                    .get(c)
                    .and_then(Option::as_ref)
                    .and_then(|col| col.given.get(i))
                    .is_none_or(Vec::is_empty)
            })
        };
        if between || !blank(symbols, columns) || !blank(names, columns) {
            continue;
        }
        for &c in symbols.iter().chain(names) {
            if let Some(Some(col)) = columns.get_mut(c) {
                let above: Vec<Given> = col
                    .given
                    .get(i - 1)
                    .map(|g| {
                        g.iter().map(|x| Given { shared: true, guess: true, ..x.clone() }).collect()
                    })
                    .unwrap_or_default();
                if let Some(slot) = col.given.get_mut(i) {
                    *slot = above;
                }
            }
        }
    }
}

/// Numbers that are equal for rows of one symbol (of one name, where symbols are blank).
fn groups(columns: &[Option<Column>], keys: &[usize], names: &[usize], count: usize) -> Vec<usize> {
    let words = |cols: &[usize], i: usize| -> Vec<usize> {
        cols.iter()
            .filter_map(|&c| columns.get(c).and_then(Option::as_ref))
            .filter_map(|col| col.given.get(i))
            .flatten()
            .flat_map(|g| g.toks.iter().copied())
            .collect()
    };
    let key = |i: usize| {
        let k = words(keys, i);
        if k.is_empty() { words(names, i) } else { k }
    };
    let mut out = Vec::with_capacity(count);
    let mut number = 0;
    for i in 0..count {
        if i > 0 {
            let (a, b) = (key(i - 1), key(i));
            // Rows share a key when the one's words are the other's.
            let same = !a.is_empty()
                && !b.is_empty()
                && (b.iter().all(|t| a.contains(t)) || a.iter().all(|t| b.contains(t)));
            if !same {
                number += 1;
            }
        }
        out.push(number);
    }
    out
}

/// Gives lines of conditions above rows (without values of their own) to the rows below them that
/// share their symbol.
fn adopt(
    anchors: &[Anchor],
    group: &[usize],
    column: &mut Column,
    columns: &[Option<Column>],
    keys: &[usize],
    frame: &Frame<'_>,
) {
    for orphan in std::mem::take(&mut column.orphans) {
        let Some(first) = anchors.iter().position(|a| a.base > orphan.base) else { continue };
        // The key must stand at or above the line that it heads.
        let key_top = keys
            .iter()
            .filter_map(|&c| columns.get(c).and_then(Option::as_ref))
            .filter_map(|col| col.given.get(first))
            .flatten()
            .flat_map(|g| g.toks.iter())
            .map(|&t| frame.toks[t].base)
            .fold(f64::INFINITY, f64::min);
        if key_top > orphan.base + 1.2 * orphan.size && key_top.is_finite() {
            continue;
        }
        let number = group.get(first);
        for i in first..anchors.len() {
            if group.get(i) != number {
                break;
            }
            if let Some(given) = column.given.get_mut(i) {
                match given.iter_mut().find(|g| g.shared) {
                    Some(g) => g.toks.extend(&orphan.toks),
                    None => given
                        .insert(0, Given { toks: orphan.toks.clone(), shared: true, guess: false }),
                }
            }
        }
    }
}

/// Rows of one symbol that have no unit take the one that stands in their group.
fn share_units(column: &mut Column, group: &[usize]) {
    let mut at = 0;
    while at < group.len() {
        let end = at + group[at..].iter().take_while(|g| **g == group[at]).count();
        let mut units: Vec<Vec<usize>> = Vec::new();
        for given in column.given.get(at..end).into_iter().flatten() {
            for g in given {
                if !units.contains(&g.toks) {
                    units.push(g.toks.clone());
                }
            }
        }
        if let [unit] = units.as_slice() {
            for given in column.given.get_mut(at..end).into_iter().flatten() {
                if given.is_empty() {
                    given.push(Given { toks: unit.clone(), shared: true, guess: true });
                }
            }
        }
        at = end.max(at + 1);
    }
}

/// A part named at the first of several rows holds until the next part is named, within one
/// symbol; `2N2222A only` holds for its row.
fn part_runs(frame: &Frame<'_>, column: &mut Column, group: &[usize]) {
    let only = |t: &usize| frame.toks[*t].word.text == "only";
    let alone: Vec<bool> =
        column.given.iter().map(|g| g.iter().any(|x| x.toks.iter().any(only))).collect();
    for given in column.given.iter_mut().flatten() {
        given.toks.retain(|t| !only(t));
    }
    for i in 1..group.len() {
        if group.get(i) != group.get(i - 1) || alone.get(i - 1) == Some(&true) {
            continue;
        }
        let above: Vec<Given> = column
            .given
            .get(i - 1)
            .map(|g| g.iter().map(|x| Given { shared: true, guess: true, ..x.clone() }).collect())
            .unwrap_or_default();
        if let Some(given) = column.given.get_mut(i)
            && given.is_empty()
        {
            *given = above;
        }
    }
}
