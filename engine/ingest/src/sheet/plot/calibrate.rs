//! From tick labels and strokes to an axis: labels are seated on strokes, and only what strokes
//! and labels agree on calibrates.
//!
//! A hypothesis puts two labels on two strokes near them and so is a line from page to value, or
//! to the logarithm of it. Good is one that puts every label near a stroke and every stroke on a
//! round value: the labels tell the values, the strokes the places, and the pattern of the
//! strokes (equal steps, or the steps of 1 to 9) tells the scale without any label.

mod line;

pub(super) use line::least_squares;
use line::{decades, rounded};

use super::number::Label;
use super::pattern::{Pattern, pattern};
use espice_facts::{Scale, Status};
use espice_pdf::Rect;

/// A line that crosses an axis: a tick, a line of the grid, an edge of the frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Mark {
    /// Where it crosses, in points.
    pub(super) at: f64,
    /// Whether it is an edge of the frame: an edge need not lie on a round value.
    pub(super) edge: bool,
}

/// A label as one axis sees it.
#[derive(Clone, Debug)]
pub(super) struct Named<'a> {
    pub(super) label: &'a Label,
    /// Its middle along the axis.
    pub(super) at: f64,
    /// Half of its extent along the axis.
    pub(super) half: f64,
    /// Its readings in the axis' unit.
    pub(super) values: Vec<f64>,
}

/// A tick that calibrates, or would.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Seat {
    pub(super) at: f64,
    pub(super) value: f64,
    pub(super) label: Rect,
    pub(super) seated: bool,
}

/// A calibrated axis.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Calibration {
    pub(super) scale: Scale,
    pub(super) offset: f64,
    pub(super) slope: f64,
    /// See [`super::Axis::residual`].
    pub(super) residual: f64,
    pub(super) seats: Vec<Seat>,
    /// What the strokes' pattern is, when they have one.
    pub(super) pattern: Option<Pattern>,
    pub(super) status: Status,
    pub(super) doubts: Vec<String>,
}

impl Calibration {
    /// Whether a place lies, within `reach` points, on a value that the axis' lines lie on.
    pub(super) fn is_round(&self, at: f64, reach: f64) -> bool {
        let u = self.offset + self.slope * at;
        self.pattern.is_none_or(|p| p.is_round(u, (reach * self.slope).abs()))
            || self.seats.iter().any(|s| (s.at - at).abs() <= reach)
    }
}

/// Why an axis is not calibrated.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Refusal {
    pub(super) reason: String,
    /// How many labels agree with the best of the wrong calibrations.
    pub(super) agreeing: usize,
}

/// A seat's distance from the line may be this share of the axis.
const RESIDUAL: f64 = 0.003;
/// More labels than this are no axis.
const MOST_LABELS: usize = 60;

/// Calibrates an axis of the given extent.
///
/// # Errors
/// [`Refusal`] says what does not agree.
pub(super) fn calibrate(
    labels: &[Named<'_>],
    marks: &[Mark],
    span: [f64; 2],
) -> Result<Calibration, Refusal> {
    let refuse = |reason: &str, agreeing| Err(Refusal { reason: reason.to_string(), agreeing });
    if labels.len() < 2 {
        return refuse("fewer than two tick labels", labels.len());
    }
    if labels.len() > MOST_LABELS {
        return refuse("too many numbers stand beside the axis", 0);
    }
    let length = span[1] - span[0];
    let decades = decades(marks);
    let task =
        Task { labels, marks, decades, length, tolerance: f64::max(0.35, 1.4 * RESIDUAL * length) };
    let mut trials = task.trials(false);
    let good = |t: &Trial| t.missing == 0 && t.round >= 0.9;
    if !trials.first().is_some_and(good) {
        trials.extend(task.trials(true));
        task.rank(&mut trials);
    }
    let Some(best) = trials.first() else {
        return task.unstroked();
    };
    if best.seated < 2 {
        return task.unstroked();
    }
    // Another calibration that explains the labels nearly as well makes both unsure.
    let rival = trials.iter().skip(1).find(|t| !task.same(best, t, 0.02));
    if let Some(rival) = rival
        && rival.cost < best.cost + f64::max(0.25, 0.35 * best.cost)
    {
        return refuse("the labels can be read in two ways", best.seated);
    }
    task.finish(best)
}

/// A calibration as tried.
#[derive(Clone, Debug)]
struct Trial {
    scale: Scale,
    /// Value, or its logarithm, at place `p`: `offset + slope p`.
    offset: f64,
    slope: f64,
    seated: usize,
    /// Labels without a stroke that stand where they should.
    loose: usize,
    missing: usize,
    /// Share of strokes on round values.
    round: f64,
    cost: f64,
    /// Whether labels were looked for far from their strokes.
    wide: bool,
}

struct Task<'a> {
    labels: &'a [Named<'a>],
    marks: &'a [Mark],
    /// Strokes where a decade may begin or end.
    decades: Vec<f64>,
    length: f64,
    /// Distance of a stroke from where its label's value belongs.
    tolerance: f64,
}

/// What became of a label under a trial.
enum Place {
    /// On a stroke: its index, the value, and the label's distance from it.
    Stroke(usize, f64, f64),
    /// Where it should stand, but without a stroke.
    Free(f64, f64),
    /// Elsewhere.
    Off,
}

fn scaled(value: f64, scale: Scale) -> Option<f64> {
    match scale {
        Scale::Linear => Some(value),
        Scale::Log => (value > 0.0).then(|| value.log10()),
    }
}

impl Task<'_> {
    /// How far a label may stand from its stroke.
    fn reach(&self, label: &Named<'_>, wide: bool) -> f64 {
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

    fn rank(&self, trials: &mut [Trial]) {
        trials.sort_by(|a, b| {
            a.cost
                .total_cmp(&b.cost)
                .then(a.slope.total_cmp(&b.slope))
                .then(a.offset.total_cmp(&b.offset))
        });
    }

    /// The strokes within reach of a place, nearest first.
    fn near(&self, at: f64, reach: f64, most: usize) -> Vec<f64> {
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
    fn nearest(&self, at: f64) -> Option<usize> {
        let after = self.marks.partition_point(|m| m.at < at);
        let distance = |i: &usize| self.marks.get(*i).map_or(f64::MAX, |m| (m.at - at).abs());
        [after.checked_sub(1), Some(after)]
            .into_iter()
            .flatten()
            .filter(|i| *i < self.marks.len())
            .min_by(|a, b| distance(a).total_cmp(&distance(b)))
    }

    /// Where a label comes to stand.
    fn place(&self, label: &Named<'_>, scale: Scale, line: [f64; 2], wide: bool) -> (Place, usize) {
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

    /// Seats the labels, fits the line to strokes and judges it.
    fn finish(&self, best: &Trial) -> Result<Calibration, Refusal> {
        let wide = best.wide;
        let mut line = [best.offset, best.slope];
        let mut seats: Vec<Seat> = Vec::new();
        let mut fit: Vec<(f64, f64)> = Vec::new();
        let mut off: Vec<&Named<'_>> = Vec::new();
        // Twice: the second time from the line through all seats instead of through two.
        for _ in 0..2 {
            (seats, fit, off) = self.seats(best.scale, line, wide);
            if let Some(fitted) = least_squares(&fit) {
                line = fitted;
            }
        }
        let labelled = fit.len();
        let values = seats.iter().map(|s| s.value);
        let known = pattern(self.marks, best.scale, line, values);
        if let Some(known) = known.filter(|k| k.share >= 0.9 && !k.rough) {
            // Strokes without a label that stand on round values sharpen the line: averaging
            // takes out the steps in which coordinates are written.
            let more = known.round_values(self.marks, line, f64::max(0.3, 0.0015 * self.length));
            let more = more.into_iter().filter(|(p, _)| fit.iter().all(|(q, _)| q != p));
            let all: Vec<(f64, f64)> = fit.iter().copied().chain(more).collect();
            if let Some(fitted) = least_squares(&all) {
                line = fitted;
            }
        }
        let residual =
            fit.iter().map(|(p, u)| ((u - line[0]) / line[1] - p).abs()).fold(0.0, f64::max)
                / self.length.max(1.0);
        let calibration = Calibration {
            scale: best.scale,
            offset: line[0],
            slope: line[1],
            residual,
            seats,
            pattern: known,
            status: Status::Served,
            doubts: Vec::new(),
        };
        self.judged(calibration, labelled, &off, wide)
    }

    /// The seats of all labels, the pairs of stroke and value to fit, and the labels left over.
    fn seats(
        &self,
        scale: Scale,
        line: [f64; 2],
        wide: bool,
    ) -> (Vec<Seat>, Vec<(f64, f64)>, Vec<&Named<'_>>) {
        let mut seats = Vec::new();
        let mut fit: Vec<(f64, f64)> = Vec::new();
        let mut off = Vec::new();
        for label in self.labels {
            let seat = |at, value, seated| Seat { at, value, label: label.label.area, seated };
            match self.place(label, scale, line, wide).0 {
                Place::Stroke(i, value, _) => {
                    let at = self.marks.get(i).map_or(label.at, |m| m.at);
                    if let Some(u) = scaled(value, scale)
                        && fit.iter().all(|(p, _)| *p != at)
                    {
                        fit.push((at, u));
                        seats.push(seat(at, value, true));
                    } else {
                        off.push(label);
                    }
                }
                Place::Free(value, o) if o <= 0.5 * label.label.size + 1.5 => {
                    seats.push(seat(label.at, value, false));
                }
                _ => off.push(label),
            }
        }
        (seats, fit, off)
    }

    fn judged(
        &self,
        mut found: Calibration,
        labelled: usize,
        off: &[&Named<'_>],
        wide: bool,
    ) -> Result<Calibration, Refusal> {
        let refuse = |reason: String| Err(Refusal { reason, agreeing: found.seats.len() });
        // Sheets drawn by hand are off by more; where each of many labels has its stroke, that is
        // no misprint.
        let all = off.is_empty() && labelled >= 4 && !wide;
        if found.residual > RESIDUAL && !(all && found.residual <= 2.5 * RESIDUAL) {
            return refuse(format!(
                "the labelled strokes are off the axis' line by {:.2} % of its length",
                100.0 * found.residual
            ));
        }
        if found.residual > RESIDUAL {
            found.doubts.push(format!(
                "the labelled strokes are off the axis' line by {:.2} % of its length",
                100.0 * found.residual
            ));
            found.status = Status::Review;
        }
        if found.pattern.is_some_and(|p| p.rough) {
            found.doubts.push("the lines within the decades are drawn inexactly".to_string());
            found.status = Status::Review;
        }
        let share = found.pattern.map_or(1.0, |p| p.share);
        let interior = found.pattern.map_or(0, |p| p.strokes);
        if share < 0.75 && interior >= 4 {
            return refuse(format!(
                "the lines do not lie where the labels put them: {:.0} of {interior} do",
                share * interior as f64
            ));
        }
        let loose = found.seats.len() - labelled;
        let strong = found.pattern.is_some_and(|p| p.confirms());
        if wide && !(strong && found.scale == Scale::Log) {
            found.doubts.push("tick labels stand far from their lines".to_string());
            found.status = Status::Review;
        }
        match off {
            [] => {}
            [one] if labelled >= 4 => {
                let value = found.offset + found.slope * one.at;
                let value = match found.scale {
                    Scale::Linear => value,
                    Scale::Log => 10f64.powf(value),
                };
                found.doubts.push(format!(
                    "the tick label `{}` stands where the others put {}",
                    one.label.printed,
                    rounded(value)
                ));
                found.status = Status::Review;
            }
            many => {
                let texts: Vec<String> =
                    many.iter().take(4).map(|l| format!("`{}`", l.label.printed)).collect();
                return refuse(format!(
                    "tick labels do not agree with the others: {}",
                    texts.join(", ")
                ));
            }
        }
        let enough = labelled >= 3 || (labelled == 2 && loose >= 2);
        if !enough {
            if !strong {
                return refuse("fewer than three ticks agree".to_string());
            }
            // Two labels and a full set of 2 to 9 between them leave no choice. Equal steps do
            // not tell that one of two labels is wrong.
            if found.scale == Scale::Linear {
                found.doubts.push("two tick labels alone carry the axis".to_string());
                found.status = Status::Review;
            }
        }
        // A line or two off the pattern of all others may be flat curves: no doubt about the axis.
        let odd = (1.0 - share) * interior as f64;
        let flat = odd < 2.5 && labelled >= 4 && off.is_empty();
        if share < 0.9 && interior >= 4 && !flat {
            found.doubts.push(format!(
                "{:.0} of {interior} lines lie on round values",
                share * interior as f64
            ));
            found.status = Status::Review;
        }
        Ok(found)
    }

    /// An axis without strokes: its labels' middles stand in, for a person to look at.
    fn unstroked(&self) -> Result<Calibration, Refusal> {
        let mut best: Option<Calibration> = None;
        for scale in [Scale::Linear, Scale::Log] {
            let pairs: Option<Vec<(f64, f64)>> = self
                .labels
                .iter()
                .map(|l| Some((l.at, scaled(*l.values.first()?, scale)?)))
                .collect();
            let Some(pairs) = pairs.filter(|p| p.len() >= 4) else { continue };
            let Some(line) = least_squares(&pairs) else { continue };
            let residual =
                pairs.iter().map(|(p, u)| ((u - line[0]) / line[1] - p).abs()).fold(0.0, f64::max)
                    / self.length.max(1.0);
            if residual <= 0.012 && best.as_ref().is_none_or(|b| residual < b.residual) {
                let seats = self.labels.iter().filter_map(|l| {
                    let value = *l.values.first()?;
                    Some(Seat { at: l.at, value, label: l.label.area, seated: false })
                });
                best = Some(Calibration {
                    scale,
                    offset: line[0],
                    slope: line[1],
                    residual,
                    seats: seats.collect(),
                    pattern: None,
                    status: Status::Review,
                    doubts: vec!["the axis has no ticks: its labels' middles stand in".to_string()],
                });
            }
        }
        best.ok_or(Refusal {
            reason: "no ticks or grid lines agree with the labels".to_string(),
            agreeing: 0,
        })
    }
}

#[cfg(test)]
mod tests;
