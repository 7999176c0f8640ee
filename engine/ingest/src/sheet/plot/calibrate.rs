//! From tick labels and strokes to an axis: labels are seated on strokes, and only what strokes
//! and labels agree on calibrates.
//!
//! A hypothesis puts two labels on two strokes near them and so is a line from page to value, or
//! to the logarithm of it. Good is one that puts every label near a stroke and every stroke on a
//! round value: the labels tell the values, the strokes the places, and the pattern of the
//! strokes (equal steps, or the steps of 1 to 9) tells the scale without any label.
//!
//! `trial` finds the best hypothesis, `judge` says what it is worth, and `ladder` reads axes whose
//! lines were drawn by hand, so that no one line fits them.

mod judge;
mod ladder;
mod line;
mod trial;

use ladder::DECADES;
use line::decades;
pub(super) use line::{along, least_squares};

use super::number::Label;
use super::pattern::Pattern;
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
    /// See [`super::Axis::nodes`].
    pub(super) nodes: Vec<[f64; 2]>,
    /// What the strokes' pattern is, when they have one.
    pub(super) pattern: Option<Pattern>,
    pub(super) status: Status,
    pub(super) doubts: Vec<String>,
}

impl Calibration {
    /// The value, or its decimal logarithm, at a place.
    pub(super) fn scaled_at(&self, at: f64) -> f64 {
        along(&self.nodes, self.offset, self.slope, at)
    }

    /// Whether a place lies, within `reach` points, on a value that the axis' lines lie on.
    pub(super) fn is_round(&self, at: f64, reach: f64) -> bool {
        let u = self.scaled_at(at);
        let within = (reach * self.slope).abs();
        let round = |p: Pattern| match self.nodes.is_empty() {
            true => p.is_round(u, within),
            false => {
                p.stands(u, if self.scale == Scale::Log { within.max(DECADES) } else { within })
            }
        };
        self.pattern.is_none_or(round) || self.seats.iter().any(|s| (s.at - at).abs() <= reach)
    }
}

/// Why an axis is not calibrated.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Refusal {
    pub(super) reason: String,
    /// How many labels agree with the best of the wrong calibrations.
    pub(super) agreeing: usize,
}

impl Refusal {
    fn new(reason: &str, agreeing: usize) -> Refusal {
        Refusal { reason: reason.to_string(), agreeing }
    }
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
    let found = as_printed(labels, marks, span);
    let negative = |l: &Named<'_>| l.values.first().is_some_and(|v| *v < 0.0);
    if found.is_ok() || !labels.iter().all(negative) {
        return found;
    }
    // Sheets of p-type parts print decades of negative values.
    let turned: Vec<Named<'_>> = labels
        .iter()
        .map(|l| Named { values: l.values.iter().map(|v| -v).collect(), ..l.clone() })
        .collect();
    match as_printed(&turned, marks, span) {
        Ok(mut read) if read.scale == Scale::Log => {
            read.seats.iter_mut().for_each(|s| s.value = -s.value);
            Ok(read)
        }
        _ => found,
    }
}

fn as_printed(
    labels: &[Named<'_>],
    marks: &[Mark],
    span: [f64; 2],
) -> Result<Calibration, Refusal> {
    if labels.len() < 2 {
        return Err(Refusal::new("fewer than two tick labels", labels.len()));
    }
    if labels.len() > MOST_LABELS {
        return Err(Refusal::new("too many numbers stand beside the axis", 0));
    }
    let length = span[1] - span[0];
    let decades = decades(marks);
    let task =
        Task { labels, marks, decades, length, tolerance: f64::max(0.35, 1.4 * RESIDUAL * length) };
    let straight = task.straight();
    match &straight {
        Ok(read) if read.status == Status::Served => straight,
        _ => task.ladder().map_or(straight, Ok),
    }
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

fn scaled(value: f64, scale: Scale) -> Option<f64> {
    match scale {
        Scale::Linear => Some(value),
        Scale::Log => (value > 0.0).then(|| value.log10()),
    }
}

#[cfg(test)]
mod tests;
