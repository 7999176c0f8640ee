//! Pens that go over their own ink: a stretch drawn once more on its own, and strokes that start
//! by running back along the one they continue.

use super::polyline::{angle, beyond, direction, leaving, length, nearest};
use super::strand::Strand;
use espice_pdf::Point;
use std::collections::BTreeSet;

/// How near a stroke runs to the one that it retraces, in pens' widths and in points.
const NEAR: f64 = 2.2;
const NEAREST: [f64; 2] = [0.8, 2.0];
/// A stroke that goes back by less has done nothing to speak of.
const LEAST: f64 = 2.0;
/// How far the direction may differ in which the curve goes on.
const ON: f64 = 35.0;
/// The length over which directions are taken.
const TANGENT: f64 = 3.0;
/// No end that was drawn twice is longer, in points.
const STUMP: f64 = 12.0;
/// A turn by more than this goes back.
const TURN: f64 = 150.0;
/// Most turns of a line that are looked at, and most vertices behind one.
const TURNS: usize = 4;
const TAIL: usize = 200;
/// Most strokes of a plot that are looked at.
const MOST: usize = 400;

type Segment = [(i64, i64); 2];

/// Drops short strokes all of whose segments another stroke has as well, up to its end: ends that
/// were drawn twice. A longer one is a piece of a curve that runs together with another one.
pub(super) fn drop_contained(strands: Vec<Strand>) -> Vec<Strand> {
    let mut owners: Vec<(Segment, usize)> = strands
        .iter()
        .enumerate()
        .flat_map(|(i, s)| s.line.windows(2).filter_map(move |w| Some((segment(w)?, i))))
        .collect();
    owners.sort_unstable();
    owners.dedup();
    let of = |key: Segment| {
        let from = owners.partition_point(|o| o.0 < key);
        owners.get(from..).unwrap_or_default().iter().take_while(move |o| o.0 == key).map(|o| o.1)
    };
    let contained = |i: usize, s: &Strand| {
        let mut segments = s.line.windows(2).filter_map(segment);
        let Some(first) = segments.next().filter(|_| s.line.len() > 2) else { return false };
        if length(&s.line) > STUMP {
            return false;
        }
        let longer = |o: &usize| {
            let of = strands.get(*o).filter(|o| o.line.len() > s.line.len());
            let at_end = |o: &Strand| {
                let ends = |s: &Strand| [s.end(false), s.end(true)];
                let same = |p: Point, q: Point| p.distance(q) < 0.05;
                let met = |p: &Point| ends(s).into_iter().flatten().any(|q| same(*p, q));
                ends(o).into_iter().flatten().any(|p| met(&p))
            };
            *o != i && of.is_some_and(at_end)
        };
        let mut common: BTreeSet<usize> = of(first).filter(longer).collect();
        for key in segments {
            if common.is_empty() {
                break;
            }
            common = of(key).filter(|o| common.contains(o)).collect();
        }
        !common.is_empty()
    };
    let gone: Vec<bool> = strands.iter().enumerate().map(|(i, s)| contained(i, s)).collect();
    strands.into_iter().zip(gone).filter(|(_, gone)| !gone).map(|(s, _)| s).collect()
}

/// A segment to a twentieth of a point, in either direction; `None` of one without length.
fn segment(pair: &[Point]) -> Option<Segment> {
    let &[a, b] = pair else { return None };
    let rounded = |p: Point| ((p.x * 20.0).round() as i64, (p.y * 20.0).round() as i64);
    let (a, b) = (rounded(a), rounded(b));
    (a != b).then_some([a.min(b), a.max(b)])
}

/// Cuts off ends that turn back and only go over their own line again: what follows the turn
/// says nothing new.
pub(super) fn cut_tails(mut strands: Vec<Strand>) -> Vec<Strand> {
    for strand in strands.iter_mut().filter(|s| !s.closed && s.line.len() > 3) {
        let reach = (NEAR * strand.pen.width).clamp(NEAREST[0], NEAREST[1]);
        for _ in 0..2 {
            if let Some(at) = own_tail(&strand.line, reach) {
                strand.line.truncate(at + 1);
            }
            strand.line.reverse();
        }
    }
    strands
}

/// The vertex at which a line turns back for good over what it drew before.
fn own_tail(line: &[Point], reach: f64) -> Option<usize> {
    let sharp = |w: &[Point]| match w {
        [a, b, c] => angle(direction(*a, *b), direction(*b, *c)) > TURN,
        _ => false,
    };
    let turns = line.windows(3).enumerate().filter(|(_, w)| sharp(w)).map(|(i, _)| i + 1);
    turns.into_iter().take(TURNS).find(|&at| {
        let (Some(head), Some(tail)) = (line.get(..=at), line.get(at..)) else { return false };
        let short = tail.len() <= TAIL && length(tail) <= 0.5 * length(head);
        short && tail.iter().all(|p| nearest(head, *p).is_some_and(|n| n.1 <= reach))
    })
}

/// Cuts off the start of strokes that run back along another stroke before they continue it.
pub(super) fn cut_returns(mut strands: Vec<Strand>) -> Vec<Strand> {
    if strands.len() > MOST {
        return strands;
    }
    for i in 0..strands.len() {
        for last in [false, true] {
            let cut = strands.get(i).and_then(|s| {
                let at = s.end(last)?;
                let other = strands.iter().enumerate().find(|(j, o)| {
                    let ends = [false, true].map(|e| o.end(e).map(|p| p.distance(at) < 0.02));
                    *j != i && o.pen.suits(&s.pen) && ends.contains(&Some(true))
                });
                returned(s, last, other?.1)
            });
            let Some((cut, strand)) = cut.zip(strands.get_mut(i)) else { continue };
            let start = strand.end(last);
            if last {
                strand.line.reverse();
            }
            strand.line.drain(..cut);
            // It still starts where the other one ends.
            if let (Some(first), Some(start)) = (strand.line.first_mut(), start) {
                *first = start;
            }
            if last {
                strand.line.reverse();
            }
        }
    }
    strands
}

/// How many vertices at an end of a stroke only go back along another one and return: up to the
/// last one near the common end from which it goes on where the other one stopped.
fn returned(strand: &Strand, last: bool, other: &Strand) -> Option<usize> {
    let line: Vec<Point> =
        if last { strand.line.iter().rev().copied().collect() } else { strand.line.clone() };
    let start = *line.first()?;
    let reach = (NEAR * strand.pen.width).clamp(NEAREST[0], NEAREST[1]);
    let at_end = other.end(true).is_some_and(|p| p.distance(start) < 0.02);
    let forth = if at_end {
        beyond(&other.line, TANGENT)
    } else {
        let d = leaving(&other.line, TANGENT);
        Point::new(-d.x, -d.y)
    };
    let on = |p: &Point| nearest(&other.line, *p).is_some_and(|n| n.1 <= reach);
    let mut found = None;
    for (k, p) in line.iter().enumerate().skip(1) {
        if p.distance(start) <= reach {
            let (before, after) = (line.get(..=k)?, line.get(k..)?);
            let goes_on = after.len() > 1
                && length(after) > 2.0 * LEAST
                && angle(forth, leaving(after, 3.0 * TANGENT)) <= ON;
            if goes_on && length(before) >= LEAST {
                found = Some(k);
            }
        } else if found.is_none() && !on(p) {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::strand::Pen;
    use super::*;
    use espice_pdf::Color;

    fn strand(points: &[(f64, f64)]) -> Strand {
        let pen = Pen { width: 0.75, color: Color::BLACK, filled: false, dash: [0.0; 6] };
        Strand::new(points.iter().map(|p| Point::new(p.0, p.1)).collect(), pen, 0)
    }

    #[test]
    fn an_end_drawn_twice_goes_and_other_curves_stay() {
        let curve = strand(&[(0.0, 0.0), (20.0, 5.0), (24.0, 8.0), (27.0, 12.0)]);
        let again = strand(&[(27.0, 12.0), (24.0, 8.0), (20.0, 5.0)]);
        let branch = strand(&[(20.0, 5.0), (24.0, 8.0), (28.0, 9.0)]);
        let kept = drop_contained(vec![curve.clone(), again, branch.clone()]);
        assert_eq!(kept, vec![curve, branch]);
        // Two curves that run together from a place on were drawn there by both.
        let long = strand(&[(0.0, 0.0), (20.0, 5.0), (60.0, 8.0), (90.0, 12.0)]);
        let piece = strand(&[(20.0, 5.0), (60.0, 8.0), (90.0, 12.0)]);
        assert_eq!(drop_contained(vec![long.clone(), piece.clone()]), vec![long, piece]);
    }

    #[test]
    fn an_end_that_goes_over_its_own_line_again_goes() {
        let curve = [(0.0, 0.0), (60.0, 5.0), (90.0, 20.0), (100.0, 40.0)];
        let mut again = curve.to_vec();
        again.extend([(97.0, 34.0), (93.0, 26.0), (95.0, 30.0), (100.0, 40.0)]);
        assert_eq!(cut_tails(vec![strand(&again)]), vec![strand(&curve)]);
        again.reverse();
        let mut reversed = curve.to_vec();
        reversed.reverse();
        assert_eq!(cut_tails(vec![strand(&again)]), vec![strand(&reversed)]);
        // A line that turns and goes elsewhere stays.
        let mut other = curve.to_vec();
        other.extend([(97.0, 34.0), (80.0, 30.0)]);
        assert_eq!(cut_tails(vec![strand(&other)]), vec![strand(&other)]);
    }

    #[test]
    fn a_stroke_that_comes_back_before_it_goes_on_starts_where_it_goes_on() {
        let first = strand(&[(0.0, 20.0), (50.0, 10.0), (100.0, 10.0)]);
        let second = strand(&[(100.0, 10.0), (86.0, 10.4), (99.5, 9.6), (120.0, 9.0)]);
        let cut = cut_returns(vec![first.clone(), second]);
        let ends: Vec<(f64, f64)> = cut[1].line.iter().map(|p| (p.x, p.y)).collect();
        assert_eq!(ends, [(100.0, 10.0), (120.0, 9.0)]);
        assert_eq!(cut[0], first);
        // Curves that leave one origin together are none of this.
        let fan =
            vec![first.clone(), strand(&[(0.0, 20.0), (10.0, 18.2), (50.0, 14.0), (100.0, 13.0)])];
        assert_eq!(cut_returns(fan.clone()), fan);
    }
}
