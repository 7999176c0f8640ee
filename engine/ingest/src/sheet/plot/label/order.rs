//! The order of curves that do not cross.

use crate::sheet::plot::trace::polyline::ordinates;
use espice_pdf::{Point, Rect};

/// Curves nearer than this, in points, say nothing of their order.
const APART: f64 = 0.4;
/// The share of places at which a curve may lie on the other side before it counts as crossing.
const STRAY: f64 = 0.08;
/// Curves that are on their wrong side by no more than this, in points, and by no more than this
/// share of how far they are apart on the other, nearly touch there.
const NEARLY: f64 = 3.0;
const FAR: f64 = 0.15;
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

/// For each curve how many others run above it; `None` for those that cannot be compared with
/// all the others. Curves that cross are ordered by where they are far apart, when they are close
/// everywhere on the other side.
pub(crate) fn ranks(lines: &[&[Point]], frame: Rect) -> Vec<Option<usize>> {
    let mut above = vec![Some(0_usize); lines.len()];
    if lines.len() > 40 {
        return vec![None; lines.len()];
    }
    for (i, a) in lines.iter().enumerate() {
        for (j, b) in lines.iter().enumerate().skip(i + 1) {
            let sides = compared(a, b, frame.width());
            let upper = sides.and_then(|s| s.is_above().or_else(|| s.is_mostly_above()));
            let told: [(usize, Option<usize>); 2] = match upper {
                Some(true) => [(i, Some(0)), (j, Some(1))],
                Some(false) => [(i, Some(1)), (j, Some(0))],
                None => [(i, None), (j, None)],
            };
            for (at, more) in told {
                if let Some(count) = above.get_mut(at) {
                    *count = count.zip(more).map(|(c, m)| c + m);
                }
            }
        }
    }
    above
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

/// How two curves run beside each other: at how many places the first one is above or below the
/// second one, and by how much at most.
#[derive(Clone, Copy, Default)]
struct Sides {
    over: (usize, f64),
    under: (usize, f64),
}

impl Sides {
    /// Whether the first one runs above (smaller ordinate) wherever they differ.
    fn is_above(self) -> Option<bool> {
        let (over, under) = (self.over.0, self.under.0);
        let all = over + under;
        let stray = over.min(under) as f64;
        (all > 0 && stray <= STRAY * all as f64).then_some(over > under)
    }

    /// Whether it does but for places where they nearly touch.
    fn is_mostly_above(self) -> Option<bool> {
        let (over, under) = (self.over.1, self.under.1);
        let (least, most) = (over.min(under), over.max(under));
        (least <= NEARLY && least <= FAR * most).then_some(over > under)
    }
}

/// Whether the first curve runs above the second one wherever they differ.
fn is_above(a: &[Point], b: &[Point], span: f64) -> Option<bool> {
    compared(a, b, span)?.is_above()
}

fn compared(a: &[Point], b: &[Point], span: f64) -> Option<Sides> {
    let (left, right) = (range(a).0.max(range(b).0), range(a).1.min(range(b).1));
    if right - left < SHARED * span {
        return None;
    }
    let mut sides = Sides::default();
    for k in 0..PLACES {
        let x = left + (right - left) * (k as f64 + 0.5) / PLACES as f64;
        let middle = |line: &[Point]| {
            let ys = ordinates(line, x);
            (!ys.is_empty()).then(|| ys.iter().sum::<f64>() / ys.len() as f64)
        };
        let Some((ya, yb)) = middle(a).zip(middle(b)) else { continue };
        let side = if yb > ya { &mut sides.over } else { &mut sides.under };
        if (yb - ya).abs() > APART {
            *side = (side.0 + 1, side.1.max((yb - ya).abs()));
        }
    }
    Some(sides)
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
        let fan = |lines: &[Vec<Point>]| {
            ranks(&lines.iter().map(Vec::as_slice).collect::<Vec<_>>(), FRAME)
        };
        // The first two cannot be told apart, and cross near their start; the third one can.
        let close = [
            line(&[(0.0, 96.0), (60.0, 30.0), (100.0, 20.0)]),
            line(&[(0.0, 95.0), (60.0, 30.8), (100.0, 20.9)]),
            line(&[(0.0, 94.5), (60.0, 50.0), (100.0, 50.0)]),
        ];
        assert_eq!(fan(&close), [None, None, Some(2)]);
        let cross = [line(&[(0.0, 0.0), (100.0, 100.0)]), line(&[(0.0, 100.0), (100.0, 0.0)])];
        assert_eq!(order_of(&cross), None);
    }
}
