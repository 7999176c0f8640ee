//! Lines drawn twice, and lines that turn back on themselves.

use super::polyline::{angle, beyond, direction, leaving, length, nearest};
use super::strand::Strand;
use espice_pdf::Point;
use std::collections::BTreeSet;

/// How near two lines must run to be one line drawn twice.
const SAME: f64 = 0.3;
/// A turn by more than this is no bend of a curve.
const BACK: f64 = 150.0;
/// The length over which a turn must hold.
const BASE: f64 = 5.0;
/// Most curves whose overlay is looked at pair by pair.
const PAIRS: usize = 400;

/// Drops strokes that repeat another one point for point, in either direction.
pub(crate) fn drop_repeats(strands: Vec<Strand>) -> Vec<Strand> {
    let mut seen: BTreeSet<Vec<(i64, i64)>> = BTreeSet::new();
    let mut kept: Vec<Strand> = Vec::with_capacity(strands.len());
    for strand in strands {
        let rounded = |p: &Point| ((p.x * 20.0).round() as i64, (p.y * 20.0).round() as i64);
        let mut key: Vec<(i64, i64)> = strand.line.iter().map(rounded).collect();
        if key.first() > key.last() {
            key.reverse();
        }
        if seen.insert(key) {
            kept.push(strand);
        }
    }
    kept
}

/// The longest lines in their order, and whether there were more.
pub(crate) fn keep_longest(strands: Vec<Strand>, most: usize) -> (Vec<Strand>, bool) {
    if strands.len() <= most {
        return (strands, false);
    }
    let mut lengths: Vec<f64> = strands.iter().map(Strand::length).collect();
    lengths.sort_by(|a, b| b.total_cmp(a));
    let least = lengths.get(most).copied().unwrap_or(0.0);
    let kept = strands.into_iter().filter(|s| s.length() > least).take(most).collect();
    (kept, true)
}

/// Cuts lines where they turn back: the pen went along one curve and came back along another,
/// or along the same one.
pub(crate) fn split_turns(strands: Vec<Strand>, shortest: f64) -> Vec<Strand> {
    let mut out = Vec::with_capacity(strands.len());
    for mut strand in strands {
        let cuts = turns(&strand.line, shortest);
        if cuts.is_empty() {
            out.push(strand);
            continue;
        }
        let mut from = 0;
        let whole = std::mem::take(&mut strand.line);
        for to in cuts.into_iter().chain([whole.len().saturating_sub(1)]) {
            if let Some(line) = whole.get(from..=to).filter(|l| l.len() > 1) {
                out.push(Strand { line: line.to_vec(), closed: false, ..strand.clone() });
            }
            from = to;
        }
    }
    out
}

/// The vertices at which a line turns back with a long run on both sides. Directions are taken
/// over [`BASE`], so that the jitter of traced drawings is no turn.
fn turns(line: &[Point], shortest: f64) -> Vec<usize> {
    let total = length(line);
    let mut cuts = Vec::new();
    let mut walked = 0.0;
    let mut since = 0.0;
    for (i, w) in line.windows(3).enumerate() {
        let &[a, b, c] = w else { continue };
        walked += a.distance(b);
        since += a.distance(b);
        let sharp = angle(direction(a, b), direction(b, c)) > BACK;
        if sharp && since >= shortest && total - walked >= shortest {
            let (before, after) = (line.get(..=i + 1), line.get(i + 1..));
            let wide = before.zip(after).is_some_and(|(before, after)| {
                angle(beyond(before, BASE), leaving(after, BASE)) > BACK
            });
            if wide {
                cuts.push(i + 1);
                since = 0.0;
            }
        }
    }
    cuts
}

/// Drops curves that lie wholly on another one which is at least as long: one line drawn twice
/// with different vertices, or a fat line over a thin one.
pub(crate) fn drop_overlaid(curves: Vec<Strand>) -> Vec<Strand> {
    if curves.len() > PAIRS {
        return curves;
    }
    let lengths: Vec<f64> = curves.iter().map(Strand::length).collect();
    let overlaid = |i: usize| {
        let (Some(a), Some(&la)) = (curves.get(i), lengths.get(i)) else { return false };
        curves.iter().enumerate().any(|(j, b)| {
            let lb = lengths.get(j).copied().unwrap_or(0.0);
            let first = lb > la + 0.5 || ((lb - la).abs() <= 0.5 && j < i);
            i != j && first && lies_on(a, b)
        })
    };
    let gone: Vec<bool> = (0..curves.len()).map(overlaid).collect();
    curves.into_iter().zip(gone).filter(|(_, gone)| !gone).map(|(c, _)| c).collect()
}

fn lies_on(a: &Strand, b: &Strand) -> bool {
    let (inner, outer) = (a.area(), b.area().grown(SAME));
    let within = outer.x0 <= inner.x0
        && outer.y0 <= inner.y0
        && outer.x1 >= inner.x1
        && outer.y1 >= inner.y1;
    within
        && a.pen.hue(&b.pen)
        && a.dashes == b.dashes
        && super::polyline::resample(&a.line, 41)
            .iter()
            .all(|p| nearest(&b.line, *p).is_some_and(|n| n.1 <= SAME))
}

#[cfg(test)]
mod tests {
    use super::super::strand::Pen;
    use super::*;
    use espice_pdf::Color;

    fn strand(points: &[(f64, f64)]) -> Strand {
        let pen = Pen { width: 1.0, color: Color::BLACK, filled: false, dash: [0.0; 6] };
        Strand::new(points.iter().map(|p| Point::new(p.0, p.1)).collect(), pen, 0)
    }

    #[test]
    fn a_pen_that_comes_back_drew_two_curves() {
        let there_and_back =
            strand(&[(0.0, 0.0), (50.0, 10.0), (100.0, 15.0), (50.0, 12.0), (0.0, 4.0)]);
        let parts = split_turns(vec![there_and_back], 10.0);
        assert_eq!(parts.len(), 2);
        assert_eq!(drop_overlaid(parts).len(), 2);
        let same = strand(&[(0.0, 0.0), (50.0, 10.0), (100.0, 15.0), (50.0, 10.0), (0.0, 0.0)]);
        let parts = split_turns(vec![same], 10.0);
        assert_eq!(drop_repeats(parts).len(), 1);
        let corner = strand(&[(0.0, 0.0), (50.0, 0.0), (100.0, 60.0)]);
        assert_eq!(split_turns(vec![corner], 10.0).len(), 1);
    }

    #[test]
    fn one_line_drawn_twice_is_one_line() {
        let fine = strand(&[(0.0, 0.0), (10.0, 1.0), (20.0, 2.0), (30.0, 3.0)]);
        let coarse = strand(&[(0.0, 0.0), (30.0, 3.0)]);
        let other = strand(&[(0.0, 1.0), (30.0, 4.0)]);
        assert_eq!(drop_overlaid(vec![fine, coarse, other]).len(), 2);
    }
}
