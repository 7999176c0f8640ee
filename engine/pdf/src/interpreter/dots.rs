//! Lines drawn dot by dot, as old writers draw dotted grids: tens of thousands of subpaths.

use crate::{Point, Segment, Subpath};

/// A dot is no longer than this, in points.
const DOT: f64 = 1.0;
/// From one dot's start to the next's at most.
const STEP: f64 = 2.0;
/// How far dots may lie off their line.
const OFF: f64 = 0.02;
/// Fewer dots than this are no row.
const FEWEST: usize = 6;

/// The rows of dots of a path that is nothing but such rows, each as one line along an axis;
/// `None` for any other path.
///
/// Only rows along an axis count, so that every place of a dotted curve stays as it was drawn.
pub(super) fn rows(subpaths: &[Subpath]) -> Option<Vec<Subpath>> {
    let mut out: Vec<Subpath> = Vec::new();
    let mut rest = subpaths;
    while !rest.is_empty() {
        let row = row(rest)?;
        let segments = vec![Segment::Line(row.end)];
        out.push(Subpath { start: row.start, segments, closed: false });
        rest = rest.get(row.dots..)?;
    }
    (!out.is_empty()).then_some(out)
}

/// A row of dots.
struct Row {
    start: Point,
    end: Point,
    dots: usize,
}

/// The ends of a subpath that is one short stroke along x (`across`) or y.
fn dot(subpath: &Subpath) -> Option<(Point, Point)> {
    let [Segment::Line(end)] = subpath.segments.as_slice() else { return None };
    let start = subpath.start;
    let (dx, dy) = ((end.x - start.x).abs(), (end.y - start.y).abs());
    (!subpath.closed && dx.max(dy) <= DOT && dx.min(dy) <= OFF).then_some((start, *end))
}

/// The row that begins with the first of some subpaths.
fn row(subpaths: &[Subpath]) -> Option<Row> {
    let (start, mut end) = dot(subpaths.first()?)?;
    let (next, _) = dot(subpaths.get(1)?)?;
    let across = (next.x - start.x).abs() > (next.y - start.y).abs();
    let along = |p: Point| if across { p.x } else { p.y };
    let off = |p: Point| if across { p.y - start.y } else { p.x - start.x };
    let forth = if along(next) >= along(start) { 1.0 } else { -1.0 };
    let mut last = start;
    let mut dots = 1;
    if forth * (along(end) - along(start)) < -OFF {
        return None;
    }
    for (from, to) in subpaths.iter().skip(1).map_while(dot) {
        let step = forth * (along(from) - along(last));
        let length = forth * (along(to) - along(from));
        let apart = forth * (along(from) - along(end)) > -OFF;
        let level = off(from).abs() <= OFF && off(to).abs() <= OFF;
        if !(OFF..=STEP).contains(&step) || length < -OFF || !apart || !level {
            break;
        }
        (last, end) = (from, to);
        dots += 1;
    }
    (dots >= FEWEST).then_some(Row { start, end, dots })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stroke(a: (f64, f64), b: (f64, f64)) -> Subpath {
        let segments = vec![Segment::Line(Point::new(b.0, b.1))];
        Subpath { start: Point::new(a.0, a.1), segments, closed: false }
    }

    #[test]
    fn rows_of_dots_are_lines() {
        let across = (0..64).map(|k| {
            let x = 100.0 + 0.36 * f64::from(k);
            stroke((x, 50.0), (x + 0.12, 50.0))
        });
        let up = (0..20).map(|k| {
            let y = 300.0 - 0.36 * f64::from(k);
            stroke((80.0, y), (80.0, y))
        });
        let lines = rows(&across.chain(up).collect::<Vec<_>>()).unwrap();
        assert_eq!(lines.len(), 2);
        assert_eq!(
            (lines[0].start, lines[1].start),
            (Point::new(100.0, 50.0), Point::new(80.0, 300.0))
        );
        let Segment::Line(end) = lines[1].segments[0] else { panic!() };
        assert!((end.y - (300.0 - 19.0 * 0.36)).abs() < 1e-9 && end.x == 80.0);
    }

    #[test]
    fn other_paths_stay_as_they_are() {
        let flat = |k: u32| 0.36 * f64::from(k);
        // A dotted curve, a few ticks, long strokes, dots with something else among them.
        let curve: Vec<Subpath> = (0..40)
            .map(|k| stroke((flat(k), flat(k).powi(2)), (flat(k) + 0.1, flat(k).powi(2))))
            .collect();
        let ticks: Vec<Subpath> =
            (0..20).map(|k| stroke((flat(k) * 30.0, 0.0), (flat(k) * 30.0, 0.5))).collect();
        let dashes: Vec<Subpath> =
            (0..20).map(|k| stroke((4.0 * flat(k), 0.0), (4.0 * flat(k) + 1.3, 0.0))).collect();
        let mut mixed: Vec<Subpath> =
            (0..20).map(|k| stroke((flat(k), 0.0), (flat(k), 0.0))).collect();
        mixed.push(stroke((50.0, 50.0), (90.0, 70.0)));
        for other in [curve, ticks, dashes, mixed, Vec::new()] {
            assert!(rows(&other).is_none());
        }
    }
}
