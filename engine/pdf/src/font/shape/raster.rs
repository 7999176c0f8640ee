//! Outlines as coverage of a coarse grid.

use crate::{Point, Rect, Segment, Subpath};

/// Cells across and down.
pub(super) const SIDE: usize = 12;
/// Sampled lines in each row of cells.
const LINES: usize = 4;
/// Straight pieces that a curve is cut into.
const PIECES: usize = 8;
/// More edges than a character has.
const MOST_EDGES: usize = 40_000;

/// The ink of an outline: where it lies, in em, and how it fills that box.
#[derive(Clone, Debug)]
pub(super) struct Ink {
    pub(super) area: Rect,
    /// Share of each cell that is covered, 0 to 1, rows from the bottom (y is up).
    pub(super) grid: [f32; SIDE * SIDE],
}

impl Ink {
    /// Fills an outline by the nonzero winding rule; `None` without ink.
    pub(super) fn of(outline: &[Subpath]) -> Option<Ink> {
        let edges = edges(outline)?;
        let area = Rect::around(edges.iter().flat_map(|(a, b)| [*a, *b]))?;
        let sound = |v: f64| v.is_finite() && v > 1e-4;
        if !sound(area.width()) || !sound(area.height()) || area.x0.abs() > 1e6 {
            return None;
        }
        let mut grid = [0.0; SIDE * SIDE];
        for (row, cells) in grid.chunks_exact_mut(SIDE).enumerate() {
            for line in 0..LINES {
                let share = (row * LINES + line) as f64 + 0.5;
                let y = area.y0 + area.height() * share / (SIDE * LINES) as f64;
                for (from, to) in spans(&edges, y) {
                    let cell = |x: f64| (x - area.x0) / area.width() * SIDE as f64;
                    cover(cells, cell(from), cell(to));
                }
            }
        }
        Some(Ink { area, grid })
    }
}

fn edges(outline: &[Subpath]) -> Option<Vec<(Point, Point)>> {
    let mut edges = Vec::new();
    for path in outline {
        let mut at = path.start;
        for segment in &path.segments {
            match *segment {
                Segment::Line(to) => edges.push((at, to)),
                Segment::Curve(a, b, to) => {
                    let start = at;
                    for i in 1..=PIECES {
                        let next = on_curve([start, a, b, to], i as f64 / PIECES as f64);
                        edges.push((at, next));
                        at = next;
                    }
                }
            }
            at = segment.end();
            if edges.len() > MOST_EDGES {
                return None;
            }
        }
        if !path.segments.is_empty() {
            edges.push((at, path.start));
        }
    }
    let finite = edges.iter().all(|(a, b)| [a.x, a.y, b.x, b.y].iter().all(|v| v.is_finite()));
    finite.then_some(edges)
}

fn on_curve(p: [Point; 4], t: f64) -> Point {
    let s = 1.0 - t;
    let w = [s * s * s, 3.0 * s * s * t, 3.0 * s * t * t, t * t * t];
    let sum = |f: fn(Point) -> f64| p.iter().zip(w).map(|(p, w)| f(*p) * w).sum();
    Point::new(sum(|p| p.x), sum(|p| p.y))
}

/// Where a horizontal line runs inside.
fn spans(edges: &[(Point, Point)], y: f64) -> Vec<(f64, f64)> {
    let mut crossings: Vec<(f64, i32)> = edges
        .iter()
        .filter(|(a, b)| (a.y <= y) != (b.y <= y))
        .map(|(a, b)| {
            let x = a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x);
            (x, if b.y > a.y { 1 } else { -1 })
        })
        .collect();
    crossings.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut spans = Vec::new();
    let mut winding = 0;
    let mut from = 0.0;
    for (x, turn) in crossings {
        if winding == 0 {
            from = x;
        }
        winding += turn;
        if winding == 0 {
            spans.push((from, x));
        }
    }
    spans
}

/// Adds a span, in cells, to a row.
fn cover(cells: &mut [f32], from: f64, to: f64) {
    let first = from.max(0.0) as usize;
    for (i, cell) in cells.iter_mut().enumerate().skip(first) {
        let left = i as f64;
        if left >= to {
            break;
        }
        let share = to.min(left + 1.0) - from.max(left);
        *cell += (share.max(0.0) / LINES as f64) as f32;
    }
}
