//! The order of curves that do not cross.

use crate::sheet::plot::trace::polyline::ordinates;
use espice_pdf::{Point, Rect};

/// Curves nearer than this, in points, say nothing of their order.
const APART: f64 = 0.4;
/// The share of places at which a curve may lie on the other side before it counts as crossing.
const STRAY: f64 = 0.08;
/// Places at which two curves are compared.
const PLACES: usize = 48;
/// Curves must share at least this part of the frame to be compared.
const SHARED: f64 = 0.04;

/// The indices of curves from top to bottom; where too few share a stretch of the abscissa, from
/// left to right (steep curves). `None` where curves cross or cannot be compared.
pub(crate) fn order(lines: &[&[Point]], frame: Rect) -> Option<Vec<usize>> {
    let flipped: Vec<Vec<Point>> =
        lines.iter().map(|l| l.iter().map(|p| Point::new(p.y, p.x)).collect()).collect();
    let turned: Vec<&[Point]> = flipped.iter().map(Vec::as_slice).collect();
    sorted(lines, frame.width()).or_else(|| sorted(&turned, frame.height()))
}

/// The same, only from top to bottom.
pub(crate) fn top_down(lines: &[&[Point]], frame: Rect) -> Option<Vec<usize>> {
    sorted(lines, frame.width())
}

fn sorted(lines: &[&[Point]], span: f64) -> Option<Vec<usize>> {
    let n = lines.len();
    if !(2..=40).contains(&n) {
        return (n == 1).then(|| vec![0]);
    }
    // For each curve, how many lie above it.
    let mut above = vec![0_usize; n];
    for (i, a) in lines.iter().enumerate() {
        for (j, b) in lines.iter().enumerate().skip(i + 1) {
            let lower = if is_above(a, b, span)? { j } else { i };
            if let Some(count) = above.get_mut(lower) {
                *count += 1;
            }
        }
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by_key(|i| above.get(*i).copied().unwrap_or(0));
    // A cycle of pairs leaves two curves with the same count.
    let counts: Vec<usize> = order.iter().filter_map(|i| above.get(*i).copied()).collect();
    counts.iter().enumerate().all(|(k, c)| k == *c).then_some(order)
}

/// Whether the first curve runs above the second one (smaller ordinate) wherever they differ.
fn is_above(a: &[Point], b: &[Point], span: f64) -> Option<bool> {
    let (left, right) = (range(a).0.max(range(b).0), range(a).1.min(range(b).1));
    if right - left < SHARED * span {
        return None;
    }
    let (mut over, mut under) = (0_usize, 0_usize);
    for k in 0..PLACES {
        let x = left + (right - left) * (k as f64 + 0.5) / PLACES as f64;
        let middle = |line: &[Point]| {
            let ys = ordinates(line, x);
            (!ys.is_empty()).then(|| ys.iter().sum::<f64>() / ys.len() as f64)
        };
        let Some((ya, yb)) = middle(a).zip(middle(b)) else { continue };
        if yb - ya > APART {
            over += 1;
        } else if ya - yb > APART {
            under += 1;
        }
    }
    let all = over + under;
    let stray = over.min(under) as f64;
    (all > 0 && stray <= STRAY * all as f64).then_some(over > under)
}

fn range(line: &[Point]) -> (f64, f64) {
    line.iter().fold((f64::MAX, f64::MIN), |(a, b), p| (a.min(p.x), b.max(p.x)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Rect = Rect { x0: 0.0, y0: 0.0, x1: 100.0, y1: 100.0 };

    fn line(points: &[(f64, f64)]) -> Vec<Point> {
        points.iter().map(|p| Point::new(p.0, p.1)).collect()
    }

    fn order_of(lines: &[Vec<Point>]) -> Option<Vec<usize>> {
        order(&lines.iter().map(Vec::as_slice).collect::<Vec<_>>(), FRAME)
    }

    #[test]
    fn fans_and_steep_curves_have_an_order_and_crossing_ones_have_none() {
        let fan: Vec<_> =
            [20.0, 60.0, 40.0].iter().map(|y| line(&[(0.0, 100.0), (100.0, *y)])).collect();
        assert_eq!(order_of(&fan), Some(vec![0, 2, 1]));
        let steep: Vec<_> =
            [50.0, 10.0].iter().map(|x| line(&[(*x, 100.0), (x + 2.0, 0.0)])).collect();
        assert_eq!(order_of(&steep), Some(vec![1, 0]));
        let cross = [line(&[(0.0, 0.0), (100.0, 100.0)]), line(&[(0.0, 100.0), (100.0, 0.0)])];
        assert_eq!(order_of(&cross), None);
    }
}
