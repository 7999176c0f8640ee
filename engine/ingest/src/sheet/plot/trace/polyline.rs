//! Polylines: flattening, clipping, measuring. All lengths are in points (1/72 inch).

use espice_pdf::{Point, Rect, Segment};

/// How far a flattened Bézier may lie from the curve.
pub(crate) const FLATNESS: f64 = 0.01;

/// Most vertices of one flattened subpath; what is longer is cut there.
const VERTICES: usize = 100_000;

/// Segments as a polyline: repeated points dropped.
pub(crate) fn flatten(start: Point, segments: impl Iterator<Item = Segment>) -> Vec<Point> {
    let mut line = Vec::with_capacity(segments.size_hint().1.unwrap_or(0).min(VERTICES) + 1);
    line.push(start);
    let mut from = start;
    for segment in segments {
        match segment {
            Segment::Line(to) => line.push(to),
            Segment::Curve(a, b, to) => flatten_cubic(from, a, b, to, &mut line),
        }
        from = segment.end();
        if line.len() > VERTICES {
            break;
        }
    }
    line.retain(|p| p.x.is_finite() && p.y.is_finite());
    line.dedup_by(|a, b| a.distance(*b) < 1e-6);
    line
}

/// Wang's bound: `n` equal steps keep a cubic within `tolerance` when
/// `n² >= 6/8 · max|second difference| / tolerance` (Goldman, Pyramid Algorithms, 2003, §5.6).
fn flatten_cubic(p: Point, a: Point, b: Point, q: Point, line: &mut Vec<Point>) {
    let bend = |u: Point, v: Point, w: Point| (u.x - 2.0 * v.x + w.x).hypot(u.y - 2.0 * v.y + w.y);
    let most = bend(p, a, b).max(bend(a, b, q));
    let steps = (0.75 * most / FLATNESS).sqrt().ceil().clamp(1.0, 512.0);
    let steps = if steps.is_finite() { steps as u32 } else { 1 };
    for i in 1..=steps {
        let t = f64::from(i) / f64::from(steps);
        let s = 1.0 - t;
        let (w0, w1, w2, w3) = (s * s * s, 3.0 * s * s * t, 3.0 * s * t * t, t * t * t);
        line.push(Point::new(
            w0 * p.x + w1 * a.x + w2 * b.x + w3 * q.x,
            w0 * p.y + w1 * a.y + w2 * b.y + w3 * q.y,
        ));
    }
}

/// The parts of a polyline inside a box, in its order.
pub(crate) fn clip(line: &[Point], area: Rect) -> Vec<Vec<Point>> {
    let mut parts: Vec<Vec<Point>> = Vec::new();
    let mut part: Vec<Point> = Vec::new();
    for pair in line.windows(2) {
        let &[a, b] = pair else { continue };
        match clip_segment(a, b, area) {
            Some((from, to)) => {
                if part.last().is_none_or(|last| last.distance(from) > 1e-9) {
                    finish(&mut part, &mut parts);
                    part.push(from);
                }
                part.push(to);
                if to != b {
                    finish(&mut part, &mut parts);
                }
            }
            None => finish(&mut part, &mut parts),
        }
    }
    finish(&mut part, &mut parts);
    parts
}

fn finish(part: &mut Vec<Point>, parts: &mut Vec<Vec<Point>>) {
    if part.len() > 1 {
        parts.push(std::mem::take(part));
    }
    part.clear();
}

/// Liang and Barsky (1984): the stretch of a segment inside a box.
fn clip_segment(a: Point, b: Point, area: Rect) -> Option<(Point, Point)> {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let (mut from, mut to) = (0.0_f64, 1.0_f64);
    for (p, q) in
        [(-dx, a.x - area.x0), (dx, area.x1 - a.x), (-dy, a.y - area.y0), (dy, area.y1 - a.y)]
    {
        if p == 0.0 {
            if q < 0.0 {
                return None;
            }
        } else if p < 0.0 {
            from = from.max(q / p);
        } else {
            to = to.min(q / p);
        }
    }
    let at = |t: f64| match t {
        0.0 => a,
        1.0 => b,
        t => Point::new(a.x + t * dx, a.y + t * dy),
    };
    (from < to).then(|| (at(from), at(to)))
}

/// Length along the line.
pub(crate) fn length(line: &[Point]) -> f64 {
    line.windows(2).map(|w| if let [a, b] = w { a.distance(*b) } else { 0.0 }).sum()
}

/// The unit vector from one point to another; zero where they are one.
pub(crate) fn direction(from: Point, to: Point) -> Point {
    let d = from.distance(to);
    if d < 1e-9 {
        return Point::default();
    }
    Point::new((to.x - from.x) / d, (to.y - from.y) / d)
}

/// The angle between two directions in degrees, 0 to 180; 180 where one is none.
pub(crate) fn angle(u: Point, v: Point) -> f64 {
    let dot = u.x * v.x + u.y * v.y;
    if u == Point::default() || v == Point::default() {
        return 180.0;
    }
    dot.clamp(-1.0, 1.0).acos().to_degrees()
}

/// The direction in which a line leaves its first point, taken over `over` points of length so
/// that the steps of quantised coordinates do not count.
pub(crate) fn leaving(line: &[Point], over: f64) -> Point {
    let Some(&first) = line.first() else { return Point::default() };
    let far = line.iter().find(|p| p.distance(first) >= over).or_else(|| line.last());
    far.map_or(Point::default(), |far| direction(first, *far))
}

/// The same at its last point, pointing outwards beyond the end.
pub(crate) fn beyond(line: &[Point], over: f64) -> Point {
    let Some(&last) = line.last() else { return Point::default() };
    let far = line.iter().rev().find(|p| p.distance(last) >= over).or_else(|| line.first());
    far.map_or(Point::default(), |far| direction(*far, last))
}

/// The point of a segment that is nearest to `p`.
pub(crate) fn nearest_on_segment(a: Point, b: Point, p: Point) -> Point {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let square = dx * dx + dy * dy;
    if square < 1e-18 {
        return a;
    }
    let t = (((p.x - a.x) * dx + (p.y - a.y) * dy) / square).clamp(0.0, 1.0);
    Point::new(a.x + t * dx, a.y + t * dy)
}

/// The point of a line that is nearest to `p`, with its distance.
pub(crate) fn nearest(line: &[Point], p: Point) -> Option<(Point, f64)> {
    let on = line.windows(2).filter_map(|w| {
        let &[a, b] = w else { return None };
        let q = nearest_on_segment(a, b, p);
        Some((q, q.distance(p)))
    });
    on.min_by(|a, b| a.1.total_cmp(&b.1))
}

/// The least distance between a box and a line (zero where the line enters the box), and the
/// point of the line where it is reached.
pub(crate) fn distance_to_box(line: &[Point], area: Rect) -> Option<(f64, Point)> {
    let mut best: Option<(f64, Point)> = None;
    let mut take = |d: f64, p: Point| {
        if best.is_none_or(|b| d < b.0) {
            best = Some((d, p));
        }
    };
    let corners = [
        Point::new(area.x0, area.y0),
        Point::new(area.x1, area.y0),
        Point::new(area.x0, area.y1),
        Point::new(area.x1, area.y1),
    ];
    for w in line.windows(2) {
        let &[a, b] = w else { continue };
        if let Some((p, _)) = clip_segment(a, b, area) {
            return Some((0.0, p));
        }
        take(distance_to_point(area, a), a);
        take(distance_to_point(area, b), b);
        for corner in corners {
            let q = nearest_on_segment(a, b, corner);
            take(q.distance(corner), q);
        }
    }
    best
}

/// The distance of a point from a box; zero inside.
pub(crate) fn distance_to_point(area: Rect, p: Point) -> f64 {
    let dx = (area.x0 - p.x).max(p.x - area.x1).max(0.0);
    let dy = (area.y0 - p.y).max(p.y - area.y1).max(0.0);
    dx.hypot(dy)
}

/// Points at equal steps along the line, both ends included; `count` is at least 2.
pub(crate) fn resample(line: &[Point], count: usize) -> Vec<Point> {
    let steps = count.max(2) - 1;
    let step = length(line) / steps as f64;
    let (Some(&first), Some(&last)) = (line.first(), line.last()) else { return Vec::new() };
    let mut out = vec![first];
    let mut walked = 0.0;
    for w in line.windows(2) {
        let &[a, b] = w else { continue };
        let d = a.distance(b);
        while out.len() < steps && d > 0.0 && step * out.len() as f64 <= walked + d {
            let t = (step * out.len() as f64 - walked) / d;
            out.push(Point::new(a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)));
        }
        walked += d;
    }
    out.push(last);
    out
}

/// Where a line passes an abscissa, each crossing once.
pub(crate) fn ordinates(line: &[Point], x: f64) -> Vec<f64> {
    let mut found = Vec::new();
    for w in line.windows(2) {
        let &[a, b] = w else { continue };
        if (a.x - x) * (b.x - x) <= 0.0 && a.x != b.x {
            found.push(a.y + (x - a.x) / (b.x - a.x) * (b.y - a.y));
        }
    }
    found.dedup_by(|a, b| (*a - *b).abs() < 1e-6);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use espice_pdf::Subpath;

    fn p(x: f64, y: f64) -> Point {
        Point::new(x, y)
    }

    #[test]
    fn flattened_curves_stay_within_a_hundredth_of_a_point() {
        let (a, b, c, d) = (p(0.0, 0.0), p(60.0, 0.0), p(0.0, 100.0), p(100.0, 100.0));
        let sub = Subpath { start: a, segments: vec![Segment::Curve(b, c, d)], closed: false };
        let line = flatten(sub.start, sub.segments.iter().copied());
        for i in 0..=1000 {
            let t = f64::from(i) / 1000.0;
            let s = 1.0 - t;
            let at = |u: f64, v: f64, w: f64, x: f64| {
                s * s * s * u + 3.0 * s * s * t * v + 3.0 * s * t * t * w + t * t * t * x
            };
            let exact = p(at(a.x, b.x, c.x, d.x), at(a.y, b.y, c.y, d.y));
            assert!(nearest(&line, exact).unwrap().1 <= FLATNESS);
        }
        assert!(line.len() < 200, "{}", line.len());
    }

    #[test]
    fn clipping_cuts_a_line_into_what_lies_inside() {
        let area = Rect { x0: 0.0, y0: 0.0, x1: 10.0, y1: 10.0 };
        let line = [p(-5.0, 5.0), p(5.0, 5.0), p(5.0, 15.0), p(8.0, 15.0), p(8.0, 0.0)];
        let parts = clip(&line, area);
        assert_eq!(
            parts,
            vec![vec![p(0.0, 5.0), p(5.0, 5.0), p(5.0, 10.0)], vec![p(8.0, 10.0), p(8.0, 0.0)]]
        );
        assert!(clip(&[p(-5.0, 11.0), p(15.0, 11.0)], area).is_empty());
        assert_eq!(clip(&[p(1.0, 1.0), p(2.0, 2.0)], area).len(), 1);
    }

    #[test]
    fn distances_to_boxes_look_at_corners_and_at_ends() {
        let area = Rect { x0: 0.0, y0: 0.0, x1: 10.0, y1: 4.0 };
        assert_eq!(distance_to_box(&[p(-3.0, 2.0), p(12.0, 2.0)], area).unwrap().0, 0.0);
        assert_eq!(distance_to_box(&[p(0.0, 7.0), p(10.0, 7.0)], area).unwrap().0, 3.0);
        assert_eq!(distance_to_box(&[p(13.0, 8.0), p(20.0, 9.0)], area).unwrap().0, 5.0);
        let (d, _) = distance_to_box(&[p(8.0, -4.0), p(14.0, 2.0)], area).unwrap();
        assert!((d - 2.0_f64.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn resampling_keeps_both_ends_and_equal_steps() {
        let line = [p(0.0, 0.0), p(3.0, 0.0), p(3.0, 1.0)];
        let out = resample(&line, 5);
        assert_eq!(out, vec![p(0.0, 0.0), p(1.0, 0.0), p(2.0, 0.0), p(3.0, 0.0), p(3.0, 1.0)]);
        assert_eq!(ordinates(&[p(0.0, 0.0), p(2.0, 4.0)], 1.0), vec![2.0]);
    }
}
