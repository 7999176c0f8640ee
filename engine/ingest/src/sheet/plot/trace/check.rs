//! What may be wrong with a traced curve, said with it.

use super::Drawn;
use super::link::AMBIGUOUS;
use super::polyline::{angle, direction, distance_to_point, nearest, resample};
use super::sort::is_flat;
use super::strand::Strand;
use crate::sheet::plot::Cover;
use espice_pdf::{Point, Rect};

/// How far a curve may run backwards along both axes, as a share of the frame.
const BACKWARDS: f64 = 0.006;
/// The sharpest bend between dashes.
const KINK: f64 = 50.0;
/// Two curves that run together over this share of one of them cannot be told apart there.
const TOGETHER: f64 = 0.3;

/// A straight line up to this share of the frame's diagonal that ends on a curve may be a leader.
const STUB: f64 = 0.3;
/// A line that ends where others meet is of use from this share of the frame's diagonal on.
const LONG: f64 = 0.3;
/// How near to the curve its end lies.
const ON_CURVE: f64 = 1.0;

/// Turns strands into curves: left end first, with remarks and doubts.
pub(crate) fn drawn(curves: Vec<Strand>, covers: &[Cover], frame: Rect) -> Vec<Drawn> {
    // Rows of filled shapes that wander are letters that were drawn as outlines.
    let curves: Vec<Strand> = curves
        .into_iter()
        .filter(|s| !(s.dashes && s.pen.filled && runs_backwards(&s.line, frame)))
        .collect();
    let together = together(&curves);
    let stubs = stubs(&curves, frame);
    let mut out = Vec::with_capacity(curves.len());
    for ((mut strand, together), stub) in curves.into_iter().zip(together).zip(stubs) {
        let (first, last) = (strand.end(false), strand.end(true));
        if first.zip(last).is_some_and(|(a, b)| (b.x, a.y) < (a.x, b.y)) {
            strand.line.reverse();
        }
        // Up to where lines meet a long line is right; only what follows is open.
        let (open, wrong): (Vec<&str>, Vec<&str>) =
            strand.doubts.iter().partition(|d| **d == AMBIGUOUS && is_long(&strand, frame));
        let unsure: Vec<String> = open.into_iter().map(String::from).collect();
        let mut doubts: Vec<String> = wrong.into_iter().map(String::from).collect();
        let mut remarks = Vec::new();
        if runs_backwards(&strand.line, frame) {
            doubts.push(String::from("the line doubles back along both axes"));
        }
        if strand.dashes && kinked(&strand.line) {
            doubts.push(String::from("its dashes do not follow one smooth line"));
        }
        if together {
            doubts.push(String::from(
                "it was put together from pieces that run together with another curve",
            ));
        }
        if stub {
            doubts.push(String::from("a short straight line that ends on a curve may lead to it"));
        }
        if !strand.gaps.is_empty() {
            remarks.push(format!("{} interrupted by a label", times(strand.gaps.len())));
        }
        if covers.iter().any(|c| hides(c, &strand)) {
            remarks.push(String::from("part of it is hidden by a label"));
        }
        out.push(Drawn {
            line: strand.line,
            pen: strand.pen,
            dashed: strand.dashes || strand.pen.dashed(),
            orders: strand.orders.into_iter().collect(),
            gaps: strand.gaps,
            remarks,
            unsure,
            doubts,
        });
    }
    out
}

fn is_long(strand: &Strand, frame: Rect) -> bool {
    strand.length() >= LONG * frame.width().hypot(frame.height())
}

fn times(n: usize) -> String {
    if n == 1 { String::from("once") } else { format!("{n} times") }
}

/// Whether a label's box was painted over a part of the curve.
fn hides(cover: &Cover, strand: &Strand) -> bool {
    let inner = cover.area.grown(-0.5);
    inner.x0 < inner.x1
        && inner.y0 < inner.y1
        && strand.orders.iter().any(|o| *o < cover.order)
        && super::polyline::distance_to_box(&strand.line, inner).is_some_and(|d| d.0 == 0.0)
        && !strand.gaps.iter().any(|g| g.iter().any(|p| cover.area.grown(3.0).contains(*p)))
}

/// Whether a line is a function of neither axis.
fn runs_backwards(line: &[Point], frame: Rect) -> bool {
    let back = |of: &dyn Fn(&Point) -> f64| {
        let (mut most, mut fall, mut least, mut rise) = (f64::MIN, 0.0_f64, f64::MAX, 0.0_f64);
        for p in line {
            let v = of(p);
            most = most.max(v);
            least = least.min(v);
            fall = fall.max(most - v);
            rise = rise.max(v - least);
        }
        fall.min(rise)
    };
    back(&|p| p.x) > BACKWARDS * frame.width() && back(&|p| p.y) > BACKWARDS * frame.height()
}

/// Whether a row of dashes has a corner that no dash drew.
fn kinked(line: &[Point]) -> bool {
    let spaced = resample(line, (super::polyline::length(line) / 12.0).clamp(4.0, 200.0) as usize);
    spaced.windows(3).any(|w| {
        let &[a, b, c] = w else { return false };
        angle(direction(a, b), direction(b, c)) > KINK
    })
}

/// For each curve, whether it was joined from pieces and runs together with another one for long.
fn together(curves: &[Strand]) -> Vec<bool> {
    curves
        .iter()
        .enumerate()
        .map(|(i, a)| {
            if !a.loose || curves.len() > 100 {
                return false;
            }
            let samples = resample(&a.line, 81);
            curves.iter().enumerate().any(|(j, b)| {
                let near = a.pen.width.max(b.pen.width) * 0.4;
                let area = b.area().grown(near);
                let close = samples.iter().filter(|p| {
                    area.contains(**p) && nearest(&b.line, **p).is_some_and(|n| n.1 <= near)
                });
                i != j && close.count() as f64 > TOGETHER * samples.len() as f64
            })
        })
        .collect()
}

/// For each curve, whether it is a short straight line with just one end on another curve, as a
/// leader line is whose text was not found.
fn stubs(curves: &[Strand], frame: Rect) -> Vec<bool> {
    let most = STUB * frame.width().hypot(frame.height());
    let few = curves.len() <= 100;
    let stub = |i: usize, s: &Strand| {
        let (Some(a), Some(b)) = (s.end(false), s.end(true)) else { return false };
        let straight = !s.dashes && s.line.len() == 2 && !is_flat(s) && a.distance(b) <= most;
        let on = |p: Point| {
            curves
                .iter()
                .enumerate()
                .any(|(j, c)| i != j && nearest(&c.line, p).is_some_and(|n| n.1 <= ON_CURVE))
        };
        few && straight && on(a) != on(b)
    };
    curves.iter().enumerate().map(|(i, s)| stub(i, s)).collect()
}

/// How many short lines are neither a piece of a curve nor a mark at a text.
pub(crate) fn unexplained(fragments: &[Strand], curves: &[Strand], texts: &[Rect]) -> usize {
    let explained = |s: &Strand| {
        s.line.iter().all(|p| {
            let at_text = texts.iter().any(|t| distance_to_point(*t, *p) < 3.0);
            let on_curve = curves.iter().any(|c| nearest(&c.line, *p).is_some_and(|n| n.1 < 0.75));
            at_text || on_curve
        })
    };
    fragments.iter().filter(|s| !explained(s)).count()
}
