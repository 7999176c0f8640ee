//! What a calibration is worth: how far labels and strokes agree with one line.

use super::super::pattern::pattern;
use super::line::rounded;
use super::trial::{Place, Trial};
use super::{Calibration, Named, RESIDUAL, Refusal, Seat, Task, least_squares, scaled};
use espice_facts::{Scale, Status};

impl Task<'_> {
    /// Seats the labels, fits the line to strokes and judges it.
    pub(super) fn finish(&self, best: &Trial) -> Result<Calibration, Refusal> {
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
            nodes: Vec::new(),
            pattern: known,
            status: Status::Served,
            doubts: Vec::new(),
        };
        self.judged(calibration, labelled, &off, wide)
    }

    /// The seats of all labels, the pairs of stroke and value to fit, and the labels left over.
    pub(super) fn seats(
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
        if found.residual > RESIDUAL {
            return refuse(format!(
                "the labelled strokes are off the axis' line by {:.2} % of its length",
                100.0 * found.residual
            ));
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
    pub(super) fn unstroked(&self) -> Result<Calibration, Refusal> {
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
                    nodes: Vec::new(),
                    pattern: None,
                    status: Status::Review,
                    doubts: vec!["the axis has no ticks: its labels' middles stand in".to_string()],
                });
            }
        }
        best.ok_or(Refusal::new("no ticks or grid lines agree with the labels", 0))
    }
}
