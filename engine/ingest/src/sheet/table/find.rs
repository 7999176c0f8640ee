//! Finding tables: header words, rules and gaps give columns, values give rows, and what the
//! other columns say is brought to every row that it holds for.

mod anchors;
mod assign;
mod below;
mod body;
mod check;
mod columns;
mod follow;
mod frame;
mod grid;
mod header;
mod kinds;
mod leaves;
mod lists;
mod lost;
mod marks;
mod merged;
mod middle;
mod once;
mod packages;
mod rows;
mod rules;
mod series;
mod surround;
#[cfg(test)]
mod tests;
mod transposed;
mod variants;
mod vocabulary;
mod zone;

use super::{Column, Role, Row, Table};
use crate::sheet::text::TextPage;
use columns::Col;
use espice_pdf::{Page, Rect};
use frame::{Frame, Turn};
use grid::Grid;
use header::Header;
use rules::Strokes;

/// The tables of a page from top to bottom, then from left to right; tables that lie on their
/// side after the upright ones.
pub fn find(page: &Page, text: &TextPage) -> Vec<Table> {
    find_after(page, text, None).tables
}

/// The tables of a page.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The tables, in the order of [`find`].
    pub tables: Vec<Table>,
    /// Whether the page holds more lines, or more words, than were looked at: tables may be
    /// missing.
    pub cut: bool,
    /// Blocks that look like tables of electrical values and from which no row came, in points
    /// from the upper left corner of the page.
    pub lost: Vec<Rect>,
}

/// The same, when `before` is the last table of the page before: rows without a head at the top
/// of this page go on with it where they fit its columns.
pub fn find_after(page: &Page, text: &TextPage, before: Option<&Table>) -> Found {
    let clip = |path: &espice_pdf::PathObject| {
        let index = usize::try_from(path.clip).unwrap_or(usize::MAX);
        page.clips.get(index).map(|c| c.area).filter(|a| a.width() > 0.0 || a.height() > 0.0)
    };
    let strokes = Strokes::of(&page.paths, clip);
    let mut out = Vec::new();
    let mut cut = strokes.cut;
    for turn in Turn::ALL {
        let Some(frame) = Frame::new(page, text, &strokes, turn) else { continue };
        let before = before.filter(|t| turn == Turn::None && t.page + 1 == page.number);
        out.extend(upright(&frame, page.number, before));
        cut |= frame.is_cut();
    }
    once::once(&mut out);
    let taken: Vec<Rect> = out.iter().map(|t| t.area).collect();
    let lost = Frame::new(page, text, &strokes, Turn::None)
        .map(|frame| lost::blocks(&frame, &taken))
        .unwrap_or_default();
    Found { tables: out, cut, lost }
}

/// The tables of one reading direction.
fn upright(frame: &Frame<'_>, page: u32, before: Option<&Table>) -> Vec<Table> {
    let mut out = transposed::tables(frame, page);
    let turned: Vec<Rect> = out.iter().map(|(area, _)| *area).collect();
    let mut headers = header::headers(frame);
    headers.retain(|h| !turned.iter().any(|t| t.contains(h.area.center())));
    // The table before must have gone to the end of its page.
    if let Some(before) = before.filter(|t| t.area.y1 > 0.6 * frame.height) {
        let limit = headers.iter().map(|h| h.area.y0).fold(frame.height, f64::min);
        out.extend(follow::follow(frame, before, limit, page));
    }
    for (i, header) in headers.iter().enumerate() {
        // The next head below that stands in the same columns ends the body.
        let limit = headers
            .iter()
            .skip(i + 1)
            .filter(|h| h.area.y0 > header.area.y1 - 1.0)
            .filter(|h| h.x[0].max(header.x[0]) < h.x[1].min(header.x[1]))
            .map(|h| h.area.y0 - 0.5)
            .fold(frame.height, f64::min);
        let header = bounded(header, &headers);
        if let Some(found) = table(frame, &header, limit, page) {
            // Two heights of one head may each pass for a head.
            let again = out.iter().any(|(area, _)| {
                area.intersection(found.0).is_some_and(|both| {
                    both.width() * both.height() > 0.5 * found.0.width() * found.0.height()
                })
            });
            if !again {
                out.push(found);
            }
        }
    }
    let taken: Vec<Rect> = out.iter().map(|(area, _)| *area).collect();
    for found in lists::lists(frame, &taken, page) {
        out.push(found);
    }
    out.sort_by(|a, b| a.0.y0.total_cmp(&b.0.y0).then(a.0.x0.total_cmp(&b.0.x0)));
    out.into_iter().map(|(_, table)| table).collect()
}

/// A head whose table stands beside another one ends where that one begins.
fn bounded(header: &Header, all: &[Header]) -> Header {
    let mut out = header.clone();
    let words = |h: &Header| {
        let left = h.heads.iter().map(|x| x.area.x0).fold(f64::INFINITY, f64::min);
        let right = h.heads.iter().map(|x| x.area.x1).fold(f64::NEG_INFINITY, f64::max);
        [left, right]
    };
    let own = words(header);
    for other in all {
        let beside = (other.area.y0 - header.area.y0).abs() < 6.0;
        let theirs = words(other);
        if beside && theirs[0] > own[1] && out.x[1] > theirs[0] {
            out.x[1] = (own[1] + theirs[0]) / 2.0;
        }
        if beside && theirs[1] < own[0] && out.x[0] < theirs[1] {
            out.x[0] = (own[0] + theirs[1]) / 2.0;
        }
    }
    out.area.x0 = out.x[0];
    out.area.x1 = out.x[1];
    out
}

/// Builds the table under a head, with the best reading of its columns.
fn table(frame: &Frame<'_>, header: &Header, limit: f64, page: u32) -> Option<(Rect, Table)> {
    // Dimensions of a package describe no device.
    if header.dimension {
        return None;
    }
    let header = &widened(frame, header, limit);
    let top = header.area.y1;
    let first = columns::columns(frame, header, [top, top]);
    let (rough, _) = body::extent(frame, header, &first, limit);
    if rough[1] <= rough[0] + 2.0 {
        return None;
    }
    let cols = columns::columns(frame, header, rough);
    let (y, bands) = body::extent(frame, header, &cols, limit);
    if bands.is_empty() {
        return None;
    }
    let cols = columns::columns(frame, header, y);
    let cols = columns::split_by_gaps(frame, header, cols, &bands);
    let surround = surround::read(frame, header, y);
    if vocabulary::is_foreign(&surround.title) {
        return None;
    }
    let section = surround.section.unwrap_or_default();
    let mut grid = Grid::new(frame, header, cols, &bands, y);
    let mut rows = rows::rows(frame, &mut grid, section);
    if rows.is_empty() {
        return None;
    }
    let columns = named(&grid.cols);
    reorder(&grid.cols, &mut rows);
    let mut table = Table {
        page,
        area: Rect::default(),
        title: surround.title,
        preamble: surround.preamble.iter().map(|&t| frame.toks[t].word.clone()).collect(),
        columns,
        rows,
        notes: surround.notes,
    };
    check::doubts(&mut table);
    if !check::is_table(&table, header.ruled) || packages::is_list(&table) {
        return None;
    }
    packages::split(&mut table);
    let inner = Rect { x0: header.x[0], y0: header.area.y0, x1: header.x[1], y1: y[1] };
    table.area = table
        .rows
        .iter()
        .map(|r| r.area)
        .reduce(Rect::union)
        .map_or(inner, |a| frame.page_area(inner).union(a));
    Some((inner, table))
}

/// A head without rules reaches as far as the words below it that stick out.
fn widened(frame: &Frame<'_>, header: &Header, limit: f64) -> Header {
    let mut out = header.clone();
    if header.ruled {
        return out;
    }
    let size = header.heads.first().map_or(9.0, |h| h.area.height().max(6.0));
    let mut x = out.x;
    let mut bottom = header.area.y1;
    for line in frame.lines_within([header.area.y1, limit]) {
        if line.area.y0 - bottom > 5.0 * size {
            break;
        }
        bottom = line.area.y1.max(bottom);
        let gap_left = line.area.x1 > x[0] - 2.0 && line.area.x0 < x[0];
        let gap_right = line.area.x0 < x[1] + 2.0 && line.area.x1 > x[1];
        let width = line.area.width();
        if gap_left && width < 0.8 * (x[1] - x[0]) {
            x[0] = line.area.x0 - 1.0;
        }
        if gap_right && width < 0.8 * (x[1] - x[0]) {
            x[1] = line.area.x1 + 1.0;
        }
    }
    // Names may stand left of every head: where most rows have words there.
    let rows: Vec<&frame::Row> = frame
        .lines_within([header.area.y1 + 0.5, bottom])
        .iter()
        .filter(|l| l.area.x0 >= x[0] - 1.0 && l.area.x1 <= x[1] + 1.0)
        .filter(|l| l.toks.iter().any(|&t| kinds::is_number(&frame.toks[t].word.text)))
        .collect();
    let beside: Vec<f64> = rows
        .iter()
        .filter_map(|row| {
            frame
                .lines_within([row.base - 0.4 * row.size, row.base + 0.4 * row.size])
                .iter()
                .filter(|l| l.area.x1 < x[0] && l.area.x0 > x[0] - 300.0)
                .map(|l| l.area.x0)
                .min_by(f64::total_cmp)
        })
        .collect();
    if rows.len() >= 2 && beside.len() * 10 >= rows.len() * 6 {
        x[0] = beside.into_iter().fold(x[0], f64::min) - 1.0;
    }
    out.x = x;
    out.area.x0 = x[0];
    out.area.x1 = x[1];
    out
}

fn named(cols: &[Col]) -> Vec<Column> {
    rows::order(cols)
        .into_iter()
        .map(|c| Column {
            role: cols[c].role.unwrap_or(Role::Other),
            header: cols[c].header.clone(),
            x: cols[c].x,
            parts: cols[c].parts.clone(),
        })
        .collect()
}

/// Cells name their columns in the order of [`named`].
fn reorder(cols: &[Col], rows: &mut [Row]) {
    let order = rows::order(cols);
    let mut place = vec![0; cols.len()];
    for (new, &old) in order.iter().enumerate() {
        place[old] = new;
    }
    for cell in rows.iter_mut().flat_map(|r| &mut r.cells) {
        cell.column = place.get(cell.column).copied().unwrap_or(cell.column);
    }
}
