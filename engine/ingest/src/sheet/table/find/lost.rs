//! Blocks of text that look like tables of electrical values, and from which no row came.

use super::frame::{Frame, Row as Line};
use super::kinds;
use espice_pdf::Rect;

/// A block needs this many rows, and so many columns of numbers or units that stand below one
/// another.
const LEAST: usize = 3;
/// More blocks of one page are not told apart.
const MOST: usize = 8;

/// What stands on one height without a wide gap.
struct Cell {
    x: [f64; 2],
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Symbol,
    Value,
    Unit,
    Other,
}

/// A height with a symbol, a value and a unit in cells of their own.
struct Band {
    cells: Vec<Cell>,
    area: Rect,
    base: f64,
    size: f64,
}

/// The blocks that lie in none of the boxes of the tables found, on the turned page.
pub(super) fn blocks(frame: &Frame<'_>, taken: &[Rect]) -> Vec<Rect> {
    let free = |b: &Band| {
        let y = b.base - 0.3 * b.size;
        !taken
            .iter()
            .any(|t| t.y0 - 2.0 <= y && y <= t.y1 + 2.0 && t.x0 < b.area.x1 && b.area.x0 < t.x1)
    };
    let mut out: Vec<Rect> = Vec::new();
    let mut block: Vec<Band> = Vec::new();
    for band in bands(frame).into_iter().filter(free) {
        let follows = block.last().is_some_and(|last| {
            band.base - last.base <= 3.2 * last.size.max(band.size) && aligned(last, &band)
        });
        if !follows {
            out.extend(close(&mut block));
        }
        block.push(band);
    }
    out.extend(close(&mut block));
    out.truncate(MOST);
    out
}

/// The box of a block with enough rows.
fn close(block: &mut Vec<Band>) -> Option<Rect> {
    let done = std::mem::take(block);
    (done.len() >= LEAST).then(|| done.iter().map(|b| b.area).reduce(Rect::union)).flatten()
}

/// The heights that hold a symbol, a value and a unit, from top to bottom.
fn bands(frame: &Frame<'_>) -> Vec<Band> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(first) = frame.lines.get(at) {
        let rest = frame.lines.get(at..).unwrap_or_default();
        let far = rest.partition_point(|l| l.base - first.base <= 0.35 * first.size).max(1);
        let height = rest.get(..far).unwrap_or_default();
        at += far;
        out.extend(band(frame, height));
    }
    out
}

fn band(frame: &Frame<'_>, height: &[Line]) -> Option<Band> {
    let first = height.first()?;
    // Ticks and legends of a plot are many words; a row of a table is not.
    let mut toks: Vec<usize> = height.iter().flat_map(|l| l.toks.iter().copied()).collect();
    if !(3..=40).contains(&toks.len()) {
        return None;
    }
    let x = |t: usize| frame.toks.get(t).map_or(0.0, |t| t.area.x0);
    toks.sort_by(|&a, &b| x(a).total_cmp(&x(b)));
    let gap = |a: &usize, b: &usize| {
        let (Some(a), Some(b)) = (frame.toks.get(*a), frame.toks.get(*b)) else { return true };
        b.area.x0 - a.area.x1 <= 0.9 * a.size.max(b.size)
    };
    let cells: Vec<Cell> = toks
        .chunk_by(gap)
        .filter_map(|run| {
            let area = frame.area(run)?;
            Some(Cell { x: [area.x0, area.x1], kind: kind(&frame.text(run)) })
        })
        .collect();
    let has = |kind: Kind| cells.iter().any(|c| c.kind == kind);
    let whole = has(Kind::Symbol) && has(Kind::Value) && has(Kind::Unit);
    let area = frame.area(&toks)?;
    whole.then_some(Band { cells, area, base: first.base, size: first.size })
}

/// What a cell is by its words.
fn kind(text: &str) -> Kind {
    let words: Vec<&str> = text.split_whitespace().collect();
    // `Ptot`, `Tstg`, `hFE`; longer words of small letters are words.
    let symbol = |w: &str| {
        let small = w.chars().skip(1).all(|c| c.is_ascii_lowercase());
        let length = w.chars().count();
        kinds::is_symbol_like(w) && (2..=12).contains(&length) && (!small || length <= 4)
    };
    match words.as_slice() {
        [unit] if kinds::is_unit(unit) => Kind::Unit,
        // `o C/W`: the ring of a degree set on its own.
        ["o" | "°" | "º", unit] if kinds::is_unit(unit) => Kind::Unit,
        [word] if symbol(word) && !kinds::is_part(word) && !kinds::is_package(word) => Kind::Symbol,
        _ if kinds::is_value_text(text) => Kind::Value,
        _ => Kind::Other,
    }
}

/// Whether values and units of two heights stand below one another.
fn aligned(a: &Band, b: &Band) -> bool {
    let below = |kind: Kind| {
        a.cells.iter().filter(|c| c.kind == kind).any(|c| {
            b.cells
                .iter()
                .any(|o| o.kind == kind && o.x[0] <= c.x[1] + 3.0 && c.x[0] <= o.x[1] + 3.0)
        })
    };
    below(Kind::Value) && below(Kind::Unit) && below(Kind::Symbol)
}
