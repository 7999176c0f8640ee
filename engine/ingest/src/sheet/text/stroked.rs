//! Signs that are drawn with a pen, stroke by stroke, as plotters and drawing programs letter.

use super::drawn::{POINTS, TALLEST};
use espice_pdf::{PathObject, Point, Rect, Segment, Subpath};

/// Segments of a sign of strokes: fewer are ticks, dashes and arrows.
const SEGMENTS: std::ops::RangeInclusive<usize> = 3..=200;
/// Pieces that a curve is cut into.
const PIECES: usize = 6;

/// Whether a path may be a sign of strokes.
pub(super) fn is_candidate(path: &PathObject) -> bool {
    let Some(pen) = path.stroke.as_ref().filter(|s| !s.color.is_white()) else { return false };
    let count: usize = path.subpaths.iter().map(|s| s.segments.len()).sum();
    let size = path.area.width().max(path.area.height());
    path.fill.is_none()
        && pen.dash.is_empty()
        && POINTS.contains(&path.area.width())
        && POINTS.contains(&path.area.height())
        && path.area.height() <= TALLEST
        && pen.width <= 0.3 * size
        && SEGMENTS.contains(&count)
}

/// The box of a sign's ink.
pub(super) fn area(path: &PathObject) -> Rect {
    path.area.grown(0.5 * width(path))
}

fn width(path: &PathObject) -> f64 {
    path.stroke.as_ref().map_or(0.0, |s| s.width)
}

/// What the pen covers, as an outline to fill: a box around each piece of its way.
pub(super) fn outline(path: &PathObject) -> Vec<Subpath> {
    let half = (0.5 * width(path)).max(0.02 * path.area.height());
    let mut out = Vec::new();
    for subpath in &path.subpaths {
        let mut at = subpath.start;
        let back = subpath.closed.then_some(Segment::Line(subpath.start));
        for segment in subpath.segments.iter().copied().chain(back) {
            for next in points(at, segment) {
                out.extend(bar(at, next, half));
                at = next;
            }
        }
    }
    out
}

/// The ends of the straight pieces of a segment.
fn points(from: Point, segment: Segment) -> Vec<Point> {
    match segment {
        Segment::Line(to) => vec![to],
        Segment::Curve(a, b, to) => (1..=PIECES)
            .map(|i| {
                let t = i as f64 / PIECES as f64;
                let s = 1.0 - t;
                let w = [s * s * s, 3.0 * s * s * t, 3.0 * s * t * t, t * t * t];
                let sum = |f: fn(Point) -> f64| {
                    [from, a, b, to].into_iter().zip(w).map(|(p, w)| f(p) * w).sum()
                };
                Point::new(sum(|p| p.x), sum(|p| p.y))
            })
            .collect(),
    }
}

/// A box around a straight piece, longer than it by half of the pen at both ends. All boxes turn
/// the same way round, so that together they fill their union.
fn bar(from: Point, to: Point, half: f64) -> Option<Subpath> {
    let length = from.distance(to);
    if length.is_nan() || length < 1e-6 {
        return None;
    }
    let (dx, dy) = ((to.x - from.x) / length * half, (to.y - from.y) / length * half);
    let corner = |p: Point, along: f64, aside: f64| {
        Point::new(p.x + along * dx - aside * dy, p.y + along * dy + aside * dx)
    };
    let rest = [corner(to, 1.0, -1.0), corner(to, 1.0, 1.0), corner(from, -1.0, 1.0)];
    let segments = rest.into_iter().map(Segment::Line).collect();
    Some(Subpath { start: corner(from, -1.0, -1.0), segments, closed: true })
}
