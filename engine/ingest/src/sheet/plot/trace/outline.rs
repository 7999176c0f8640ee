//! Filled shapes: a thin one is a line whose pen was expanded to an outline, a small triangle is
//! an arrow head; everything else is no line.

use super::polyline::{length, nearest};
use espice_pdf::Point;

/// Widest filled shape that still counts as a line.
const WIDEST: f64 = 3.0;
/// Longest side of an arrow head.
const HEAD: f64 = 14.0;
/// Most vertices of an outline whose centre line is worked out.
const VERTICES: usize = 4_000;

/// What a filled shape is.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Shape {
    /// A thin shape: its centre line and its width.
    Line(Vec<Point>, f64),
    /// An arrow head with the point that it shows at.
    Head {
        /// The sharp end.
        tip: Point,
        /// The middle of the side across from it.
        base: Point,
    },
    /// Neither.
    Blob,
}

/// Tells what a closed outline is; the last point may repeat the first.
pub(crate) fn shape(outline: &[Point]) -> Shape {
    let mut ring: Vec<Point> = outline.to_vec();
    ring.dedup_by(|a, b| a.distance(*b) < 1e-6);
    if ring.len() > 1 && ring.first().zip(ring.last()).is_some_and(|(a, b)| a.distance(*b) < 1e-6) {
        ring.pop();
    }
    if ring.len() < 3 || ring.len() > VERTICES {
        return Shape::Blob;
    }
    let closed: Vec<Point> = ring.iter().chain(ring.first()).copied().collect();
    let around = length(&closed);
    // The rectangle of the same area and perimeter: its sides solve t² - (P/2) t + A = 0.
    let root = (around / 4.0).powi(2) - area(&closed);
    if root <= 0.0 || around <= 0.0 {
        return Shape::Blob;
    }
    let (long, wide) = (around / 4.0 + root.sqrt(), around / 4.0 - root.sqrt());
    if let Some(head) = head(&ring) {
        return head;
    }
    if wide > WIDEST || long < 1.3 * wide {
        return Shape::Blob;
    }
    let line = quad(&ring).or_else(|| centre_line(&ring, around, wide));
    line.map_or(Shape::Blob, |line| Shape::Line(line, wide))
}

/// The shoelace formula.
fn area(closed: &[Point]) -> f64 {
    let twice: f64 =
        closed.windows(2).map(|w| if let [a, b] = w { a.x * b.y - b.x * a.y } else { 0.0 }).sum();
    twice.abs() / 2.0
}

/// A triangle, or a triangle with a notched base (four vertices, one of them inwards), that is
/// small and longer than wide.
fn head(ring: &[Point]) -> Option<Shape> {
    if !(3..=4).contains(&ring.len()) {
        return None;
    }
    let side = |i: usize| Some(ring.get(i)?.distance(*ring.get((i + 1) % ring.len())?));
    let [a, b, c] = if ring.len() == 3 {
        [*ring.first()?, *ring.get(1)?, *ring.get(2)?]
    } else {
        // The tip lies across from the vertex inside the triangle of the others.
        let inner = (0..4).find(|&i| {
            let others: Vec<Point> =
                ring.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, p)| *p).collect();
            matches!((ring.get(i), others.as_slice()), (Some(p), [a, b, c]) if inside(*p, *a, *b, *c))
        })?;
        let at = |k: usize| ring.get((inner + k) % 4).copied();
        [at(1)?, at(2)?, at(3)?]
    };
    let longest = (0..ring.len()).filter_map(side).fold(0.0, f64::max);
    if longest > HEAD {
        return None;
    }
    let corners = [(a, b, c), (b, c, a), (c, a, b)];
    // The tip is the corner across from the shortest side.
    let (tip, p, q) =
        corners.into_iter().min_by(|s, t| s.1.distance(s.2).total_cmp(&t.1.distance(t.2)))?;
    let base = Point::new((p.x + q.x) / 2.0, (p.y + q.y) / 2.0);
    (tip.distance(base) > 0.8 * p.distance(q) && tip.distance(base) > 0.8)
        .then_some(Shape::Head { tip, base })
}

fn inside(p: Point, a: Point, b: Point, c: Point) -> bool {
    let side = |u: Point, v: Point| (v.x - u.x) * (p.y - u.y) - (v.y - u.y) * (p.x - u.x);
    let (x, y, z) = (side(a, b), side(b, c), side(c, a));
    (x > 0.0 && y > 0.0 && z > 0.0) || (x < 0.0 && y < 0.0 && z < 0.0)
}

/// The line between the middles of the two short sides of an outline with four corners.
fn quad(ring: &[Point]) -> Option<Vec<Point>> {
    let &[a, b, c, d] = ring else { return None };
    let one = a.distance(b) + c.distance(d);
    let two = b.distance(c) + d.distance(a);
    Some(if one < two {
        vec![middle(a, b), middle(c, d)]
    } else {
        vec![middle(b, c), middle(d, a)]
    })
}

/// The line halfway between the two long sides of a thin outline.
///
/// The ends are where the outline turns back on itself: two points of it a few widths apart
/// along the outline lie only about one width apart on the page.
fn centre_line(ring: &[Point], around: f64, wide: f64) -> Option<Vec<Point>> {
    let starts = arcs(ring);
    let at = |s: f64| along(ring, &starts, around, s);
    let reach = (2.5 * wide).min(around / 8.0);
    let candidates: Vec<(f64, f64)> = starts
        .iter()
        .zip(starts.iter().skip(1).chain(std::iter::once(&around)))
        .flat_map(|(a, b)| [*a, (a + b) / 2.0])
        .filter_map(|s| Some((s, at(s - reach)?.distance(at(s + reach)?))))
        .collect();
    // A vertex where the two sides meet (a pointed end) wins over the middle of a side only when
    // it is better; the order of equal ones is that of the outline.
    let first = candidates.iter().min_by(|a, b| a.1.total_cmp(&b.1))?.0;
    let apart = |s: f64| {
        let d = (s - first).rem_euclid(around);
        d.min(around - d)
    };
    let second = candidates
        .iter()
        .filter(|c| apart(c.0) >= around / 4.0)
        .min_by(|a, b| a.1.total_cmp(&b.1))?
        .0;
    let there = walk(ring, &starts, around, first, second)?;
    let mut back = walk(ring, &starts, around, second, first)?;
    back.reverse();
    let (one, two) = (length(&there), length(&back));
    if one <= 0.0 || two <= 0.0 || (one / two).ln().abs() > 0.7 {
        return None;
    }
    let mut shares: Vec<f64> = shares(&there, one).chain(shares(&back, two)).collect();
    shares.sort_by(f64::total_cmp);
    shares.dedup_by(|a, b| (*a - *b).abs() < 1e-9);
    let mut line: Vec<Point> = Vec::with_capacity(shares.len());
    for share in shares {
        let (window_a, window_b) = (near(&there, one, share), near(&back, two, share));
        let rough = middle(window_a.0, window_b.0);
        let end = share == 0.0 || share == 1.0;
        let point = if end {
            rough
        } else {
            let a = nearest(window_a.1, rough)?.0;
            let b = nearest(window_b.1, rough)?.0;
            middle(a, b)
        };
        if line.last().is_none_or(|l| l.distance(point) > 0.02) {
            line.push(point);
        }
    }
    (line.len() > 1).then_some(line)
}

fn middle(a: Point, b: Point) -> Point {
    Point::new((a.x + b.x) / 2.0, (a.y + b.y) / 2.0)
}

/// The arc length at which each vertex of a ring stands.
fn arcs(ring: &[Point]) -> Vec<f64> {
    let mut sum = 0.0;
    let steps = ring.windows(2).map(|w| if let [a, b] = w { a.distance(*b) } else { 0.0 });
    std::iter::once(0.0)
        .chain(steps.map(|d| {
            sum += d;
            sum
        }))
        .collect()
}

/// The point of a ring at an arc length, taken round and round.
fn along(ring: &[Point], starts: &[f64], around: f64, s: f64) -> Option<Point> {
    let s = s.rem_euclid(around);
    let i = starts.partition_point(|&start| start <= s).checked_sub(1)?;
    let (a, b) = (*ring.get(i)?, *ring.get((i + 1) % ring.len())?);
    let d = a.distance(b);
    let t = if d > 0.0 { ((s - starts.get(i)?) / d).min(1.0) } else { 0.0 };
    Some(Point::new(a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)))
}

/// The stretch of a ring between two arc lengths, forwards.
fn walk(ring: &[Point], starts: &[f64], around: f64, from: f64, to: f64) -> Option<Vec<Point>> {
    let span = (to - from).rem_euclid(around);
    let mut line = vec![along(ring, starts, around, from)?];
    let begin = starts.partition_point(|&s| s <= from);
    for k in 0..ring.len() {
        let i = (begin + k) % ring.len();
        let passed = (starts.get(i)? - from).rem_euclid(around);
        if passed <= 1e-9 {
            continue;
        }
        if passed >= span {
            break;
        }
        line.push(*ring.get(i)?);
    }
    line.push(along(ring, starts, around, to)?);
    Some(line)
}

/// The share of the length at which each vertex stands.
fn shares(line: &[Point], total: f64) -> impl Iterator<Item = f64> {
    let mut sum = 0.0;
    std::iter::once(0.0).chain(line.windows(2).map(move |w| {
        sum += if let [a, b] = w { a.distance(*b) } else { 0.0 };
        (sum / total).min(1.0)
    }))
}

/// The point at a share of a line, and the vertices around it in which its neighbour on the
/// other side is looked for.
fn near(line: &[Point], total: f64, share: f64) -> (Point, &[Point]) {
    let mut left = share * total;
    let mut found = (line.last().copied().unwrap_or_default(), line.len().saturating_sub(2));
    for (i, w) in line.windows(2).enumerate() {
        let &[a, b] = w else { continue };
        let d = a.distance(b);
        if left <= d && d > 0.0 {
            let t = left / d;
            found = (Point::new(a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)), i);
            break;
        }
        left -= d;
    }
    let from = found.1.saturating_sub(3);
    let to = (found.1 + 5).min(line.len());
    (found.0, line.get(from..to).unwrap_or(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(x: f64, y: f64) -> Point {
        Point::new(x, y)
    }

    #[test]
    fn a_thin_quad_is_a_line_through_the_middles_of_its_short_sides() {
        let shape = shape(&[p(0.0, 0.0), p(8.0, 4.0), p(7.5, 5.0), p(-0.5, 1.0)]);
        let Shape::Line(line, wide) = shape else { panic!("{shape:?}") };
        assert!((wide - 1.118).abs() < 0.01, "{wide}");
        for (end, want) in [(line[0], p(-0.25, 0.5)), (line[line.len() - 1], p(7.75, 4.5))] {
            let found = [line[0], line[line.len() - 1]];
            assert!(found.iter().any(|f| f.distance(want) < 1e-9), "{end:?}");
        }
    }

    #[test]
    fn a_short_slanted_quad_keeps_its_direction() {
        let shape = shape(&[p(0.0, 0.0), p(1.7, 0.43), p(2.13, -0.43), p(0.43, -0.86)]);
        let Shape::Line(line, _) = shape else { panic!("{shape:?}") };
        assert!((line[0].x - line[1].x).abs() > 1.6 && (line[0].y - line[1].y).abs() < 0.5);
    }

    #[test]
    fn an_outlined_arc_gives_its_own_centre_line() {
        let arc = |r: f64| {
            (0..=40).map(move |i| {
                let a = f64::from(i) / 40.0 * 1.8;
                p(100.0 + r * a.cos(), 100.0 - r * a.sin())
            })
        };
        let mut ring: Vec<Point> = arc(60.5).collect();
        let mut inner: Vec<Point> = arc(59.5).collect();
        inner.reverse();
        ring.extend(inner);
        let Shape::Line(line, wide) = shape(&ring) else { panic!() };
        assert!((wide - 1.0).abs() < 0.02, "{wide}");
        for point in &line {
            assert!((point.distance(p(100.0, 100.0)) - 60.0).abs() < 0.03);
        }
        assert!((length(&line) - 108.0).abs() < 0.2, "{}", length(&line));
    }

    #[test]
    fn triangles_are_arrow_heads_and_squares_are_nothing() {
        let Shape::Head { tip, base } = shape(&[p(0.0, 0.0), p(5.0, 1.0), p(5.0, -1.0)]) else {
            panic!()
        };
        assert_eq!((tip, base), (p(0.0, 0.0), p(5.0, 0.0)));
        let notched = [p(0.0, 0.0), p(5.0, 1.5), p(4.0, 0.0), p(5.0, -1.5)];
        assert!(matches!(shape(&notched), Shape::Head { tip, .. } if tip == p(0.0, 0.0)));
        let square = [p(0.0, 0.0), p(5.0, 0.0), p(5.0, 5.0), p(0.0, 5.0)];
        assert_eq!(shape(&square), Shape::Blob);
    }
}
