//! From a plot's ink to its curves: what was drawn as one curve comes out as one line.
//!
//! Ink becomes strands (flattened, clipped to frame and clip path, outlines to centre lines);
//! strands that continue each other become curves; leaders, legends and drawings are told apart.
//! Stroke width, colour and dash pattern are evidence, never the rule.

mod check;
mod link;
mod outline;
pub(crate) mod polyline;
mod sort;
mod strand;
mod tidy;

pub(crate) use sort::{Leader, Sample, from_text};
pub(crate) use strand::Pen;

use super::PlotInk;
use espice_pdf::{Page, Point, Rect};

/// A cover larger than this share of the frame is its background, not a label's box.
const BACKGROUND: f64 = 0.4;

/// Most lines that are told apart; no plot that people read has as many.
const LINES: usize = 1_500;

/// A curve as it was drawn.
#[derive(Clone, Debug)]
pub(crate) struct Drawn {
    /// Its line from the left end.
    pub line: Vec<Point>,
    /// What drew it.
    pub pen: Pen,
    /// Whether it was drawn dash by dash, or with a dash pattern.
    pub dashed: bool,
    /// The paths that it is made of.
    pub orders: Vec<u32>,
    /// Stretches without ink within it.
    pub gaps: Vec<[Point; 2]>,
    /// What is worth knowing about it, but does not make it wrong.
    pub remarks: Vec<String>,
    /// Why it may be wrong.
    pub doubts: Vec<String>,
}

/// What the ink of a plot says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Traced {
    /// Curves in the order of painting.
    pub curves: Vec<Drawn>,
    /// Leader lines.
    pub leaders: Vec<Leader>,
    /// Samples of a legend; their texts are indices into the texts given.
    pub samples: Vec<Sample>,
    /// What concerns the plot as a whole.
    pub doubts: Vec<String>,
}

/// Traces the curves of a plot. `texts` are the boxes of the texts in and around its frame.
pub(crate) fn trace(page: &Page, ink: &PlotInk, frame: Rect, texts: &[Rect]) -> Traced {
    let gathered = strand::gather(page, ink, frame);
    let covers: Vec<_> = ink
        .covers
        .iter()
        .filter(|c| c.area.width() * c.area.height() < BACKGROUND * frame.width() * frame.height())
        .copied()
        .collect();
    let boxes: Vec<Rect> = texts
        .iter()
        .copied()
        .chain(covers.iter().map(|c| c.area))
        .filter(|b| b.intersection(frame).is_some())
        .collect();
    let shortest = 0.3 * frame.width().min(frame.height());
    let strands = tidy::split_turns(gathered.strands, shortest);
    let strands = tidy::drop_repeats(strands);
    let strands = link::join_touching(strands);
    let strands = link::join_near(strands);
    let strands = link::join_dashes(strands);
    let (strands, many) = tidy::keep_longest(strands, LINES);
    let strands = link::join_across(strands, &boxes, 0.4 * frame.width().max(frame.height()));
    let sorted = sort::sort(strands, &gathered.heads, &gathered.grid, texts, frame);
    let curves = tidy::drop_overlaid(sorted.curves);
    let mut out = Traced { leaders: sorted.leaders, samples: sorted.samples, ..Traced::default() };
    if gathered.cut || many {
        out.doubts.push(String::from("there is more ink than is looked at"));
    }
    let unexplained = check::unexplained(&sorted.fragments, &curves, texts);
    if unexplained > 0 {
        out.doubts.push(format!(
            "{unexplained} short line{} drawn like a curve could not be explained",
            if unexplained == 1 { "" } else { "s" }
        ));
    }
    out.curves = check::drawn(curves, &covers, frame);
    out.curves.sort_by(|a, b| a.orders.cmp(&b.orders).then(key(a).total_cmp(&key(b))));
    out
}

/// Tells curves of one path apart, so that their order is fixed.
fn key(drawn: &Drawn) -> f64 {
    drawn.line.first().map_or(0.0, |p| p.y * 1e4 + p.x)
}
