//! Axes whose lines were drawn by hand: no one line fits them within what is served, but each
//! label has its line, every line between them stands near its value, and none is out of step.
//!
//! What was drawn is kept: values are interpolated between the labelled lines, in the axis' own
//! scale. A misprinted label is out of step with its neighbours by far more than any line.

use super::super::pattern::{Pattern, pattern};
use super::{Calibration, Named, Seat, Task, along, least_squares, scaled};
use espice_facts::{Scale, Status};

/// Fewer labels cannot vouch for each other.
const FEWEST: usize = 4;
/// So many labels need no lines between them.
const ENOUGH: usize = 6;
/// How far, in decades, a line may be from where its neighbours put it. The narrowest step
/// between labels that occurs, from 9 to 10, is 0.046; a misprint is no smaller.
pub(super) const DECADES: f64 = 0.035;
/// The same, of an axis with equal steps, as a share of the step between labels.
const STEPS: f64 = 0.04;
/// How far off one line the labelled strokes may be, as a share of the axis: of decades, and of
/// equal steps.
const BENT: [f64; 2] = [0.02, 0.0075];
/// The share of the lines between labels that must stand at values.
const EXPLAINED: f64 = 0.85;

/// A label this near to a stroke, in points, stands at it.
const RIGHT: f64 = 1.5;

/// A label's stroke.
#[derive(Clone, Copy)]
struct Rung {
    at: f64,
    /// The value or its logarithm.
    u: f64,
}

impl Task<'_> {
    /// The calibration by the labelled lines one by one, for a person to look at; `None` where
    /// labels and lines do not agree even so.
    pub(super) fn ladder(&self) -> Option<Calibration> {
        if self.labels.len() < FEWEST {
            return None;
        }
        [Scale::Log, Scale::Linear]
            .into_iter()
            .flat_map(|scale| [(scale, false), (scale, true)])
            .find_map(|(scale, beside)| self.climb(scale, beside))
    }

    fn climb(&self, scale: Scale, beside: bool) -> Option<Calibration> {
        let rungs = self.rungs(scale, beside)?;
        let pairs: Vec<(f64, f64)> = rungs.iter().map(|r| (r.at, r.u)).collect();
        let [offset, slope] = least_squares(&pairs)?;
        let off = |r: &Rung| ((r.u - offset) / slope - r.at).abs();
        let residual = rungs.iter().map(off).fold(0.0, f64::max) / self.length.max(1.0);
        let most = if scale == Scale::Log { BENT[0] } else { BENT[1] };
        if residual > most || !in_step(&rungs, scale, slope) {
            return None;
        }
        let nodes: Vec<[f64; 2]> = rungs.iter().map(|r| [r.at, r.u]).collect();
        let pattern = self.between(&rungs, &nodes, scale, [offset, slope])?;
        let seats = self.labels.iter().zip(&rungs).filter_map(|(label, rung)| {
            let value = *label.values.first()?;
            Some(Seat { at: rung.at, value, label: label.label.area, seated: true })
        });
        Some(Calibration {
            scale,
            offset,
            slope,
            residual,
            seats: seats.collect(),
            nodes,
            pattern,
            status: Status::Review,
            doubts: vec![format!(
                "its lines are drawn inexactly, up to {:.2} % of its length off one scale: values \
                 are taken between the labelled lines",
                100.0 * residual
            )],
        })
    }

    /// The stroke of every label, all of them clearly their labels' own; `beside` says whether a
    /// label that stands right beside a stroke has it without further evidence.
    fn rungs(&self, scale: Scale, beside: bool) -> Option<Vec<Rung>> {
        let values: Vec<f64> =
            self.labels.iter().map(|l| scaled(*l.values.first()?, scale)).collect::<Option<_>>()?;
        let rises = |w: &[f64]| matches!(w, [a, b] if a < b);
        let falls = |w: &[f64]| matches!(w, [a, b] if a > b);
        if !values.windows(2).all(rises) && !values.windows(2).all(falls) {
            return None;
        }
        let places: Vec<(f64, f64)> =
            self.labels.iter().zip(&values).map(|(l, u)| (l.at, *u)).collect();
        let [offset, slope] = least_squares(&places)?;
        // Labels may all stand a little beside their lines.
        let mut asides: Vec<f64> = self
            .labels
            .iter()
            .map(|l| self.near(l.at, self.reach(l, false), 1).first().map(|m| l.at - m))
            .collect::<Option<_>>()?;
        asides.sort_by(f64::total_cmp);
        let aside = *asides.get(asides.len() / 2)?;
        // First those whose stroke nobody doubts; their neighbours tell where the others are due.
        let clear: Vec<Option<f64>> = self
            .labels
            .iter()
            .zip(&values)
            .map(|(l, u)| self.own_stroke(l, l.at - aside, (u - offset) / slope - aside, beside))
            .collect();
        let mut known: Vec<[f64; 2]> =
            clear.iter().zip(&values).filter_map(|(at, u)| Some([*u, (*at)?])).collect();
        known.sort_by(|a, b| a[0].total_cmp(&b[0]));
        if known.len() < FEWEST.max(values.len() * 3 / 5) {
            return None;
        }
        let pairs: Vec<(f64, f64)> = known.iter().map(|k| (k[0], k[1])).collect();
        let [base, rate] = least_squares(&pairs)?;
        let mut rungs: Vec<Rung> = Vec::with_capacity(values.len());
        for ((label, u), at) in self.labels.iter().zip(&values).zip(clear) {
            let due = along(&known, base, rate, *u);
            let at = at.or_else(|| self.own_stroke(label, label.at - aside, due, beside))?;
            if rungs.last().is_some_and(|r| r.at >= at) {
                return None;
            }
            rungs.push(Rung { at, u: *u });
        }
        Some(rungs)
    }

    /// The stroke that is clearly a label's: right where it stands (`own`), or near it and near
    /// where its value is `due`. A wrong one is out of step with its neighbours.
    fn own_stroke(&self, label: &Named<'_>, own: f64, due: f64, beside: bool) -> Option<f64> {
        let reach = self.reach(label, false);
        let near = self.near(own, 2.0 * reach, 8);
        let away = |m: Option<&f64>| m.map_or(f64::MAX, |m| (m - own).abs());
        let first = away(near.first());
        if beside && first <= RIGHT && first <= 0.4 * away(near.get(1)) {
            return near.first().copied();
        }
        let mut ranked: Vec<(f64, f64)> =
            near.into_iter().map(|m| ((m - own).abs() + (m - due).abs(), m)).collect();
        ranked.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let (cost, at) = *ranked.first()?;
        let clear = ranked.get(1).is_none_or(|next| cost <= 0.6 * next.0);
        (clear && (at - own).abs() <= reach).then_some(at)
    }

    /// Whether the lines between the labels stand at values; the pattern that they make.
    fn between(
        &self,
        rungs: &[Rung],
        nodes: &[[f64; 2]],
        scale: Scale,
        [offset, slope]: [f64; 2],
    ) -> Option<Option<Pattern>> {
        let (first, last) = (rungs.first()?.at, rungs.last()?.at);
        let minor: Vec<f64> = self
            .marks
            .iter()
            .filter(|m| m.at > first && m.at < last && !m.edge)
            .map(|m| m.at)
            .filter(|at| rungs.iter().all(|r| r.at != *at))
            .collect();
        if scale == Scale::Linear {
            let values = self.labels.iter().filter_map(|l| l.values.first().copied());
            let known = pattern(self.marks, scale, [offset, slope], values);
            let agrees = known.is_none_or(|k| k.share >= EXPLAINED);
            return agrees.then_some(known);
        }
        let round = |at: &&f64| {
            let u = along(nodes, offset, slope, **at);
            let mantissa = u - u.floor();
            let values = [1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0_f64];
            values.iter().any(|v| (v.log10() - mantissa).abs() <= DECADES)
        };
        let explained = minor.iter().filter(round).count();
        let enough = !minor.is_empty() || rungs.len() >= ENOUGH;
        let agrees = enough && explained as f64 >= EXPLAINED * minor.len() as f64;
        agrees.then(|| Some(Pattern::by_hand(minor.len() + rungs.len())))
    }
}

/// Whether each labelled line stands where its neighbours put it.
fn in_step(rungs: &[Rung], scale: Scale, slope: f64) -> bool {
    let apart = rungs.windows(2).map(|w| if let [a, b] = w { (b.u - a.u).abs() } else { 0.0 });
    let bound = match scale {
        Scale::Log => DECADES,
        Scale::Linear => STEPS * apart.fold(f64::MAX, f64::min),
    };
    let inner = rungs.windows(3).all(|w| {
        let [a, b, c] = w else { return true };
        let due = a.u + (c.u - a.u) * (b.at - a.at) / (c.at - a.at);
        (b.u - due).abs() <= bound
    });
    let end = |end: Option<&Rung>, next: Option<&Rung>| {
        end.zip(next).is_some_and(|(e, n)| (n.u + slope * (e.at - n.at) - e.u).abs() <= bound)
    };
    let from_end = |k: usize| rungs.len().checked_sub(k).and_then(|i| rungs.get(i));
    inner && end(rungs.first(), rungs.get(1)) && end(from_end(1), from_end(2))
}
