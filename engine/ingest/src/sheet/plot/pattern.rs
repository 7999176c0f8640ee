//! The pattern of strokes along an axis: equal steps, or the steps of 1, 2, … 9 in each decade.

use super::calibrate::Mark;
use espice_facts::Scale;

/// How the strokes of an axis lie, given what its labels say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pattern {
    scale: Scale,
    /// Linear: where steps are counted from, in values.
    origin: f64,
    /// Linear: value of one step. Logarithmic: step between marks of a decade, as a share of
    /// its first value (1 for 1, 2, 3 …; 0.5 for 1, 1.5, 2 …).
    step: f64,
    /// Share of the strokes that lie on round values.
    pub(super) share: f64,
    /// How many strokes were looked at; edges of the frame are not.
    pub(super) strokes: usize,
    /// Logarithmic: all lines of the decades are there in their order, but not where they belong.
    pub(super) rough: bool,
    /// Most strokes between the first and the last value of one decade, or steps in a row.
    run: usize,
}

/// Ways to divide the step between two labels.
const DIVISIONS: [u32; 10] = [1, 2, 4, 5, 10, 3, 6, 8, 20, 25];
/// Ways to divide a decade's first step.
const FINER: [f64; 3] = [1.0, 0.5, 0.2];
/// Steps smaller than this, in points, prove nothing: everything lies on one.
const FINEST: f64 = 3.0;

/// Finds the coarsest pattern that nearly all strokes follow, or the one that most follow.
///
/// `line` is the axis: value or its logarithm at place `p` is `line[0] + line[1] p`; `values` are
/// those of the labels. `None` without a label or without strokes between the frame's edges.
pub(super) fn pattern(
    marks: &[Mark],
    scale: Scale,
    line: [f64; 2],
    values: impl Iterator<Item = f64>,
) -> Option<Pattern> {
    let inner: Vec<f64> = marks.iter().filter(|m| !m.edge).map(|m| m.at).collect();
    if inner.is_empty() || line[1] == 0.0 {
        return None;
    }
    let (first, last) = (inner.first()?, inner.last()?);
    let exact = f64::max(0.3, 0.0012 * (last - first));
    let base = Pattern {
        scale,
        origin: 0.0,
        step: 1.0,
        share: 0.0,
        strokes: inner.len(),
        rough: false,
        run: 0,
    };
    let tried: Vec<Pattern> = match scale {
        Scale::Log => FINER
            .iter()
            // The last step of a decade is the narrowest.
            .filter(|step| **step == 1.0 || -(1.0 - **step / 10.0).log10() / line[1].abs() >= 1.0)
            .map(|step| Pattern { step: *step, ..base })
            .collect(),
        Scale::Linear => {
            let mut values: Vec<f64> = values.collect();
            values.sort_by(f64::total_cmp);
            let origin = *values.first()?;
            let apart = |w: &[f64]| match w {
                [a, b] => b - a,
                _ => 0.0,
            };
            let step = values.windows(2).map(apart).filter(|d| *d > 0.0).reduce(f64::min)?;
            DIVISIONS
                .iter()
                .map(|n| Pattern { origin, step: step / f64::from(*n), ..base })
                .filter(|p| (p.step / line[1]).abs() >= FINEST)
                .collect()
        }
    };
    let mut best: Option<Pattern> = None;
    for mut trial in tried {
        // Steps of sheets that were drawn by hand are off by a part of a step.
        let step = match scale {
            Scale::Linear => trial.step,
            Scale::Log => 0.1,
        };
        let reach = (0.05 * (step / line[1]).abs()).clamp(exact, exact.max(0.8));
        let on: Vec<f64> = inner
            .iter()
            .filter_map(|p| {
                let u = line[0] + line[1] * p;
                let round = trial.round(u)?;
                (((round - u) / line[1]).abs() <= reach).then_some(round)
            })
            .collect();
        trial.share = on.len() as f64 / inner.len() as f64;
        trial.run = trial.longest(on);
        if best.is_none_or(|b| trial.share > b.share + 0.02) {
            best = Some(trial);
        }
        if trial.share >= 0.95 {
            break;
        }
    }
    if scale == Scale::Log && best.is_none_or(|b| b.share < 0.9) {
        let trial = Pattern { rough: true, ..base };
        if let Some(rough) = trial.roughly(&inner, marks, line) {
            best = Some(rough);
        }
    }
    best
}

/// How far, in decades, a badly drawn line may be from where it belongs.
const ROUGH: f64 = 0.06;

impl Pattern {
    /// Decades with all eight lines between their ends, each near its place and in order: copied
    /// by hand, but no other scale looks like that.
    fn roughly(mut self, inner: &[f64], marks: &[Mark], line: [f64; 2]) -> Option<Pattern> {
        let value = |p: f64| line[0] + line[1] * p;
        let near = |u: f64| {
            let p = (u - line[0]) / line[1];
            let after = marks.partition_point(|m| m.at < p - 0.6);
            marks.get(after).is_some_and(|m| (m.at - p).abs() <= 0.6)
        };
        let mut lines: Vec<f64> = inner.iter().map(|p| value(*p)).collect();
        lines.sort_by(f64::total_cmp);
        let (low, high) = (lines.first()?.floor(), lines.last()?.ceil());
        if high - low > 40.0 {
            return None;
        }
        let (mut good, mut whole) = (0, 0);
        let mut decade = low;
        while decade < high {
            let within: Vec<f64> =
                lines.iter().map(|u| u - decade).filter(|d| (-0.015..0.985).contains(d)).collect();
            let between: Vec<f64> = within.iter().copied().filter(|d| *d > 0.015).collect();
            good += within.len() - between.len();
            let ends = near(decade) && near(decade + 1.0);
            let placed = |(i, d): (usize, &f64)| (d - ((i + 2) as f64).log10()).abs() <= ROUGH;
            if ends && between.len() == 8 && between.iter().enumerate().all(placed) {
                whole += 1;
                good += 8;
            }
            decade += 1.0;
        }
        self.share = good as f64 / inner.len().max(1) as f64;
        self.run = 8;
        (whole > 0 && self.share >= 0.75).then_some(self)
    }

    /// The lines of decades that were drawn by hand, each near its value.
    pub(super) fn by_hand(strokes: usize) -> Pattern {
        Pattern {
            scale: Scale::Log,
            origin: 0.0,
            step: 1.0,
            share: 1.0,
            strokes,
            rough: true,
            run: 0,
        }
    }

    /// Whether the strokes tell the scale beyond doubt, without labels: a decade with nearly all
    /// of its lines, or several equal steps in a row.
    pub(super) fn confirms(&self) -> bool {
        self.share >= 0.9
            && match self.scale {
                Scale::Log => self.run >= 6,
                Scale::Linear => self.run >= 3,
            }
    }

    /// Strokes on round values, within `reach` points: place and value (or its logarithm).
    pub(super) fn round_values(
        &self,
        marks: &[Mark],
        line: [f64; 2],
        reach: f64,
    ) -> Vec<(f64, f64)> {
        marks
            .iter()
            .filter_map(|m| {
                let u = line[0] + line[1] * m.at;
                let round = self.round(u)?;
                (((round - u) / line[1]).abs() <= reach).then_some((m.at, round))
            })
            .collect()
    }

    /// Whether a value, or its logarithm, is round but for `within`.
    pub(super) fn is_round(&self, u: f64, within: f64) -> bool {
        self.stands(u, if self.rough { within.max(ROUGH) } else { within })
    }

    /// The same without what lines drawn by hand are allowed.
    pub(super) fn stands(&self, u: f64, within: f64) -> bool {
        self.round(u).is_some_and(|round| (round - u).abs() <= within)
    }

    /// The round value, or its logarithm, nearest to one.
    fn round(&self, u: f64) -> Option<f64> {
        if !u.is_finite() {
            return None;
        }
        match self.scale {
            Scale::Linear => {
                let round = self.origin + ((u - self.origin) / self.step).round() * self.step;
                Some(round)
            }
            Scale::Log => {
                let decade = u.floor();
                let mantissa = 10f64.powf(u - decade);
                let low = (mantissa / self.step).floor() * self.step;
                let near = |m: f64| (m.log10() + decade - u).abs();
                let (a, b) = (low.max(1.0), low + self.step);
                Some(if near(a) <= near(b) { a } else { b }.log10() + decade)
            }
        }
    }

    /// Most of the strokes 2 to 9 that one decade has, or equal steps without a missing one.
    fn longest(&self, mut on: Vec<f64>) -> usize {
        match self.scale {
            Scale::Log => {
                let mut best = 0;
                let mut count = (f64::NAN, 0);
                on.sort_by(f64::total_cmp);
                on.dedup();
                for u in on {
                    let decade = (u + 1e-9).floor();
                    if u - decade < 1e-6 {
                        continue;
                    }
                    count = if count.0 == decade { (decade, count.1 + 1) } else { (decade, 1) };
                    best = best.max(count.1);
                }
                best
            }
            Scale::Linear => {
                let mut steps: Vec<f64> =
                    on.iter().map(|u| ((u - self.origin) / self.step).round()).collect();
                steps.sort_by(f64::total_cmp);
                steps.dedup();
                let (mut best, mut run, mut last) = (0, 0, f64::NAN);
                for s in steps {
                    run = if s - last == 1.0 { run + 1 } else { 1 };
                    best = best.max(run);
                    last = s;
                }
                best
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(at: impl IntoIterator<Item = f64>) -> Vec<Mark> {
        at.into_iter().map(|at| Mark { at, edge: false }).collect()
    }

    #[test]
    fn decades_are_told_from_equal_steps() {
        // Two decades of 60 points, all lines.
        let log = marks((0..18).map(|i| {
            let (decade, m) = (i / 9, i % 9 + 1);
            60.0 * (f64::from(decade) + f64::from(m).log10())
        }));
        let as_log =
            pattern(&log, Scale::Log, [0.0, 1.0 / 60.0], [1.0, 10.0, 100.0].into_iter()).unwrap();
        assert_eq!((as_log.share, as_log.run), (1.0, 8));
        assert!(as_log.confirms());
        let as_linear =
            pattern(&log, Scale::Linear, [0.0, 1.0 / 60.0], [0.0, 1.0, 2.0].into_iter()).unwrap();
        assert!(as_linear.share < 0.85 && !as_linear.confirms());

        let even = marks((0..=10).map(|i| 12.0 * f64::from(i)));
        let as_linear =
            pattern(&even, Scale::Linear, [0.0, 1.0 / 24.0], [0.0, 1.0, 5.0].into_iter()).unwrap();
        assert_eq!((as_linear.share, as_linear.step), (1.0, 0.5));
        assert!(as_linear.confirms());
        let as_log =
            pattern(&even, Scale::Log, [0.0, 1.0 / 24.0], [1.0, 10.0].into_iter()).unwrap();
        assert!(as_log.share < 0.75);
    }

    #[test]
    fn round_values_sharpen_a_line() {
        let even = marks((0..=10).map(|i| 12.0 * f64::from(i) + 0.1));
        let known =
            pattern(&even, Scale::Linear, [0.0, 1.0 / 24.0], [0.0, 1.0].into_iter()).unwrap();
        let values = known.round_values(&even, [0.0, 1.0 / 24.0], 0.3);
        assert_eq!(values.len(), 11);
        assert_eq!(values.first(), Some(&(0.1, 0.0)));
        assert_eq!(values.last(), Some(&(120.1, 5.0)));
    }
}
