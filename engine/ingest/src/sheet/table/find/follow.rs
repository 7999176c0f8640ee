//! Tables that go on from the page before without their head.

use super::body::{self, Band};
use super::columns::Col;
use super::frame::Frame;
use super::grid::Grid;
use super::header::{Head, Header};
use super::{check, kinds, named, reorder, rows};
use crate::sheet::table::{Role, Table};
use espice_pdf::Rect;

/// The rows at the top of a page that go on with a table of the page before, down to `limit`.
pub(super) fn follow(
    frame: &Frame<'_>,
    before: &Table,
    limit: f64,
    page: u32,
) -> Option<(Rect, Table)> {
    let cols = columns(before);
    let (first, last) = (cols.first()?, cols.last()?);
    let x = [first.x[0], last.x[1]];
    let all = body::bands(frame, &cols, x, [0.0, limit]);
    let start = all.iter().position(|b| begins(frame, &cols, b))?;
    let begin = all.get(start)?;
    if begin.top > 0.45 * frame.height {
        return None;
    }
    // From the rule above the first row, where there is one.
    let top = frame
        .rules
        .h_within([begin.top - 2.5 * begin.size, begin.top + 1.0])
        .iter()
        .rfind(|r| r.overlap(x) >= 0.6 * (x[1] - x[0]))
        .map_or(begin.top - 1.0, |r| r.at);
    let heads = cols
        .iter()
        .map(|c| Head {
            label: None,
            text: c.header.clone(),
            area: Rect { x0: c.center() - 1.0, y0: top - 1.0, x1: c.center() + 1.0, y1: top },
            parts: c.parts.clone(),
        })
        .collect();
    let area = Rect { x0: x[0], y0: top - 1.0, x1: x[1], y1: top };
    let header = Header { heads, area, x, ruled: true, dimension: false, aside: Vec::new() };
    let (y, bands) = body::extent(frame, &header, &cols, limit);
    if bands.is_empty() {
        return None;
    }
    let section = before.rows.last().map(|r| r.section).unwrap_or_default();
    let mut grid = Grid::new(frame, &header, cols, &bands, y);
    let mut found = rows::rows(frame, &mut grid, section);
    let columns = named(&grid.cols);
    reorder(&grid.cols, &mut found);
    let mut table = Table {
        page,
        area: Rect::default(),
        title: before.title.clone(),
        preamble: before.preamble.clone(),
        columns,
        rows: found,
        notes: Vec::new(),
    };
    check::doubts(&mut table);
    // Without a head of its own nearly everything must fit.
    let sound = table.rows.iter().filter(|r| r.doubts.is_empty()).count();
    if !check::is_table(&table, true) || table.rows.len() < 2 || sound * 10 < table.rows.len() * 9 {
        return None;
    }
    let inner = Rect { x0: x[0], y0: top, x1: x[1], y1: y[1] };
    table.area = frame.page_area(inner);
    Some((inner, table))
}

/// The columns that have heads.
fn columns(before: &Table) -> Vec<Col> {
    let mut out: Vec<Col> = Vec::new();
    for c in &before.columns {
        // Columns split from others lie within them.
        if out.last().is_some_and(|l| c.x[0] < l.x[1] - 1.0) {
            continue;
        }
        out.push(Col {
            role: Some(c.role),
            header: c.header.clone(),
            x: c.x,
            parts: c.parts.clone(),
            head: Some((c.x[0] + c.x[1]) / 2.0),
        });
    }
    out
}

/// Whether a band is the first row: a number in a column of values and a unit in that of units,
/// nothing across borders.
fn begins(frame: &Frame<'_>, cols: &[Col], band: &Band) -> bool {
    if !band.data || !band.keyed || band.prose {
        return false;
    }
    let inside = |t: usize, c: &Col| {
        let a = frame.toks[t].area;
        c.x[0] - 1.0 <= a.x0 && a.x1 <= c.x[1] + 1.0
    };
    let text = |t: usize| frame.toks[t].word.text.as_str();
    let number = band
        .toks
        .iter()
        .any(|&t| cols.iter().any(|c| c.is_value() && inside(t, c)) && kinds::is_number(text(t)));
    let unit = band.toks.iter().any(|&t| {
        cols.iter().any(|c| c.role == Some(Role::Unit) && inside(t, c)) && kinds::is_unit(text(t))
    });
    let fits = band.toks.iter().all(|&t| cols.iter().any(|c| inside(t, c)));
    number && unit && fits
}
