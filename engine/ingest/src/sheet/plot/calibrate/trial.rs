//! Hypotheses: which line from page to value puts labels on strokes and strokes on round values.

use super::super::pattern::pattern;
use super::{Calibration, Named, Refusal, Task, least_squares, scaled};
use espice_facts::Scale;

/// A calibration as tried.
#[derive(Clone, Debug)]
pub(super) struct Trial {
    pub(super) scale: Scale,
    /// Value, or its logarithm, at place `p`: `offset + slope p`.
    pub(super) offset: f64,
    pub(super) slope: f64,
    pub(super) seated: usize,
    /// Labels without a stroke that stand where they should.
    loose: usize,
    missing: usize,
    /// Share of strokes on round values.
    round: f64,
    cost: f64,
    /// Whether labels were looked for far from their strokes.
    pub(super) wide: bool,
}

/// What became of a label under a trial.
pub(super) enum Place {
    /// On a stroke: its index, the value, and the label's distance from it.
    Stroke(usize, f64, f64),
    /// Where it should stand, but without a stroke.
    Free(f64, f64),
    /// Elsewhere.
    Off,
}

impl Task<'_> {
    /// The calibration by one line through the labelled strokes.
    pub(super) fn straight(&self) -> Result<Calibration, Refusal> {
        let mut trials = self.trials(false);
        let good = |t: &Trial| t.missing == 0 && t.round >= 0.9;
        if !trials.first().is_some_and(good) {
            trials.extend(self.trials(true));
            self.rank(&mut trials);
        }
        let Some(best) = trials.first().filter(|t| t.seated >= 2) else {
            return self.unstroked();
        };
        // Another calibration that explains the labels nearly as well makes both unsure.
        let rival = trials.iter().skip(1).find(|t| !self.same(best, t, 0.02));
        if let Some(rival) = rival
            && rival.cost < best.cost + f64::max(0.25, 0.35 * best.cost)
        {
            return Err(Refusal::new("the labels can be read in two ways", best.seated));
        }
        self.finish(best)
    }

    /// How far a label may stand from its stroke.
    pub(super) fn reach(&self, label: &Named<'_>, wide: bool) -> f64 {
        let near = f64::max(0.55 * label.label.size + 1.0, label.half + 1.0).min(14.0);
        if wide { f64::max(2.0 * near, 0.085 * self.length) } else { near }
    }

    /// The trials that two labels on strokes near them give, best first.
    fn trials(&self, wide: bool) -> Vec<Trial> {
        let n = self.labels.len();
        let mut pairs: Vec<(usize, usize)> = Vec::new();
        for i in 0..n {
            for j in i + 1..n {
                pairs.push((i, j));
            }
        }
        // Labels far apart tell most; a few pairs suffice, as one label at most may be wrong.
        pairs.sort_by_key(|(i, j)| (std::cmp::Reverse(j - i), *i));
        pairs.truncate(if wide { 6 } else { 14 });
        let near: Vec<[Vec<f64>; 2]> = self
            .labels
            .iter()
            .map(|l| {
                let reach = self.reach(l, wide);
                let linear = self.near(l.at, reach, if wide { 8 } else { 3 });
                // On a logarithmic axis lines are dense before a decade: there the pattern says
                // which of them is the decade.
                let at_decade = l
                    .values
                    .iter()
                    .any(|v| *v > 0.0 && (v.log10() - v.log10().round()).abs() < 1e-9);
                let mut log = if wide { Vec::new() } else { linear.clone() };
                if at_decade {
                    let close = |d: &&f64| (**d - l.at).abs() <= reach && !log.contains(d);
                    let more: Vec<f64> = self.decades.iter().filter(close).copied().collect();
                    log.extend(more.into_iter().take(4));
                }
                [linear, log]
            })
            .collect();
        let mut trials = Vec::new();
        for (i, j) in pairs {
            let (Some(a), Some(b)) = (self.labels.get(i), self.labels.get(j)) else { continue };
            for (&va, &vb) in a.values.iter().flat_map(|x| b.values.iter().map(move |y| (x, y))) {
                for (which, scale) in [Scale::Linear, Scale::Log].into_iter().enumerate() {
                    let at =
                        |k: usize| near.get(k).and_then(|n| n.get(which)).into_iter().flatten();
                    let (Some(ua), Some(ub)) = (scaled(va, scale), scaled(vb, scale)) else {
                        continue;
                    };
                    if ua == ub {
                        continue;
                    }
                    for pa in at(i) {
                        for pb in at(j) {
                            if (pa - pb).abs() > 3.0 {
                                let slope = (ub - ua) / (pb - pa);
                                trials.extend(self.tried(scale, ua - slope * pa, slope, wide));
                            }
                        }
                    }
                }
            }
        }
        self.weighed(trials)
    }

    pub(super) fn rank(&self, trials: &mut [Trial]) {
        trials.sort_by(|a, b| {
            a.cost
                .total_cmp(&b.cost)
                .then(a.slope.total_cmp(&b.slope))
                .then(a.offset.total_cmp(&b.offset))
        });
    }

    /// The strokes within reach of a place, nearest first.
    pub(super) fn near(&self, at: f64, reach: f64, most: usize) -> Vec<f64> {
        let from = self.marks.partition_point(|m| m.at < at - reach);
        let mut near: Vec<f64> = self
            .marks
            .get(from..)
            .unwrap_or_default()
            .iter()
            .map(|m| m.at)
            .take_while(|m| *m <= at + reach)
            .collect();
        near.sort_by(|a, b| (a - at).abs().total_cmp(&(b - at).abs()).then(a.total_cmp(b)));
        near.truncate(most);
        near
    }

    /// The stroke nearest to a place.
    pub(super) fn nearest(&self, at: f64) -> Option<usize> {
        let after = self.marks.partition_point(|m| m.at < at);
        let distance = |i: &usize| self.marks.get(*i).map_or(f64::MAX, |m| (m.at - at).abs());
        [after.checked_sub(1), Some(after)]
            .into_iter()
            .flatten()
            .filter(|i| *i < self.marks.len())
            .min_by(|a, b| distance(a).total_cmp(&distance(b)))
    }

    /// Where a label comes to stand.
    pub(super) fn place(
        &self,
        label: &Named<'_>,
        scale: Scale,
        line: [f64; 2],
        wide: bool,
    ) -> (Place, usize) {
        let mut free = None;
        // Distance of the stroke from where the value belongs, rank of the reading.
        let mut best: Option<(f64, usize, Place)> = None;
        for (rank, value) in label.values.iter().enumerate() {
            let Some(u) = scaled(*value, scale) else { continue };
            let p = (u - line[0]) / line[1];
            let off = (label.at - p).abs();
            if off > self.reach(label, wide) {
                continue;
            }
            let stroke = self.nearest(p).and_then(|i| {
                let miss = self.marks.get(i).map(|m| (m.at - p).abs())?;
                (miss <= self.tolerance).then_some((i, miss))
            });
            match stroke {
                Some((i, miss)) => {
                    // `102` for 10² is off by so little that 102 would pass on a long axis.
                    let decade = scale == Scale::Log && (u - u.round()).abs() < 1e-9;
                    let miss = if decade { -1.0 } else { miss };
                    if best.as_ref().is_none_or(|b| miss < b.0) {
                        best = Some((miss, rank, Place::Stroke(i, *value, off)));
                    }
                }
                None => free = free.or(Some((Place::Free(*value, off), rank))),
            }
        }
        if let Some((_, rank, place)) = best {
            return (place, rank);
        }
        free.unwrap_or((Place::Off, 0))
    }

    fn tried(&self, scale: Scale, offset: f64, slope: f64, wide: bool) -> Option<Trial> {
        if !offset.is_finite() || !slope.is_finite() || slope == 0.0 {
            return None;
        }
        let line = [offset, slope];
        let mut trial = Trial {
            scale,
            offset,
            slope,
            seated: 0,
            loose: 0,
            missing: 0,
            round: 1.0,
            cost: 0.0,
            wide,
        };
        let mut seats: Vec<usize> = Vec::new();
        for label in self.labels {
            let size = label.label.size.max(4.0);
            let (place, rank) = self.place(label, scale, line, wide);
            // A second reading ("102" as 10²) needs better evidence than the plain one.
            trial.cost += 0.3 * rank as f64;
            match place {
                Place::Stroke(i, _, off) if !seats.contains(&i) => {
                    seats.push(i);
                    trial.seated += 1;
                    trial.cost += off / size;
                }
                Place::Free(_, off) if off <= 0.5 * size + 1.5 => {
                    trial.loose += 1;
                    trial.cost += 0.9 + off / size;
                }
                _ => {
                    trial.missing += 1;
                    trial.cost += 2.2;
                }
            }
        }
        (trial.seated >= 2 && trial.missing <= 1.max(self.labels.len() / 4)).then_some(trial)
    }

    /// Looks at the strokes under the best trials, each calibration once.
    fn weighed(&self, mut trials: Vec<Trial>) -> Vec<Trial> {
        self.rank(&mut trials);
        let mut kept: Vec<Trial> = Vec::new();
        for trial in trials {
            if kept.len() >= 48 {
                break;
            }
            if !kept.iter().any(|k| self.same(k, &trial, 0.002)) {
                kept.push(trial);
            }
        }
        for trial in &mut kept {
            // A line through all seats shows the pattern better than one through two of them.
            let (_, fit, _) = self.seats(trial.scale, [trial.offset, trial.slope], trial.wide);
            if let Some([offset, slope]) = least_squares(&fit) {
                (trial.offset, trial.slope) = (offset, slope);
            }
            let values = self.labels.iter().filter_map(|l| l.values.first().copied());
            let line = [trial.offset, trial.slope];
            if let Some(p) = pattern(self.marks, trial.scale, line, values) {
                trial.round = if p.rough { 0.9 * p.share } else { p.share };
                // A few strokes off a pattern tell less than many.
                trial.cost += 12.0 * (1.0 - trial.round) * f64::min(1.0, p.strokes as f64 / 6.0);
            }
        }
        self.rank(&mut kept);
        kept
    }

    /// Whether two trials give the same values all along the axis, but for a share of it.
    fn same(&self, a: &Trial, b: &Trial, share: f64) -> bool {
        if a.scale != b.scale {
            return false;
        }
        let (first, last) = match (self.labels.first(), self.labels.last()) {
            (Some(first), Some(last)) => (first.at, last.at),
            _ => return true,
        };
        let full = (a.slope * (last - first)).abs().max(f64::MIN_POSITIVE);
        [first, last]
            .iter()
            .all(|p| ((a.offset - b.offset) + (a.slope - b.slope) * p).abs() <= share * full)
    }
}
