//! From a plot's ink to its curves: what was drawn as one curve comes out as one line.
//!
//! Ink becomes strands (flattened, clipped to frame and clip path, outlines to centre lines);
//! strands that continue each other become curves; leaders, legends and drawings are told apart.
//! Stroke width, colour and dash pattern are evidence, never the rule.

mod check;
mod link;
mod outline;
pub(crate) mod polyline;
mod retrace;
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

/// Most vertices of one plot's lines: five times and more what the densest real sheets draw.
const VERTICES: usize = 120_000;
/// Most short strokes of one plot, once those that touch are one.
const SHORT: usize = 4_000;
/// Most curves of one plot.
const CURVES: usize = 400;

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
    /// What is right as far as it goes, but may be less than was drawn.
    pub unsure: Vec<String>,
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
    if gathered.cut || vertices(&gathered.strands) > VERTICES {
        return too_much();
    }
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
    let strands = retrace::drop_contained(tidy::drop_repeats(strands));
    let strands = retrace::cut_returns(strands);
    let strands = link::join_touching(strands);
    let strands = link::join_near(strands);
    if strands.iter().filter(|s| link::is_short(s)).count() > SHORT {
        return too_much();
    }
    let strands = link::join_dashes(strands);
    let (strands, many) = tidy::keep_longest(strands, LINES);
    let strands = link::join_across(strands, &boxes, 0.4 * frame.width().max(frame.height()));
    let sorted = sort::sort(strands, &gathered.heads, &gathered.grid, texts, frame);
    if sorted.curves.len() > CURVES {
        return too_much();
    }
    let curves = retrace::cut_tails(tidy::drop_overlaid(sorted.curves));
    let mut out = Traced { leaders: sorted.leaders, samples: sorted.samples, ..Traced::default() };
    if many {
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

/// What is said of a plot whose ink is too much to tell lines apart: no part of it is a guess.
fn too_much() -> Traced {
    let doubt = String::from("there is more ink than is looked at: its curves are left out");
    Traced { doubts: vec![doubt], ..Traced::default() }
}

fn vertices(strands: &[strand::Strand]) -> usize {
    strands.iter().map(|s| s.line.len()).sum()
}

/// Tells curves of one path apart, so that their order is fixed.
fn key(drawn: &Drawn) -> f64 {
    drawn.line.first().map_or(0.0, |p| p.y * 1e4 + p.x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::plot::Piece;
    use espice_pdf::{Color, PathObject, Segment, Stroke, Subpath};

    const FRAME: Rect = Rect { x0: 0.0, y0: 0.0, x1: 200.0, y1: 150.0 };

    /// A plot with one stroked path of these lines.
    fn traced(lines: impl Iterator<Item = Vec<Point>>) -> Traced {
        let subpath = |l: Vec<Point>| Subpath {
            start: l[0],
            segments: l[1..].iter().map(|p| Segment::Line(*p)).collect(),
            closed: false,
        };
        let subpaths: Vec<Subpath> = lines.map(subpath).collect();
        let piece = |(i, s): (usize, &Subpath)| Piece {
            path: 0,
            subpath: i,
            segments: 0..s.segments.len(),
            area: FRAME,
            order: 1,
        };
        let rest = subpaths.iter().enumerate().map(piece).collect();
        let stroke = Some(Stroke { color: Color::BLACK, width: 1.0, dash: Vec::new() });
        let path = PathObject {
            subpaths,
            fill: None,
            even_odd: false,
            stroke,
            clip: 0,
            order: 1,
            area: FRAME,
        };
        let page = Page { paths: vec![path], ..Page::default() };
        trace(&page, &PlotInk { rest, ..PlotInk::default() }, FRAME, &[])
    }

    fn point(x: usize, y: usize) -> Point {
        Point::new(x as f64, y as f64)
    }

    #[test]
    fn too_much_ink_is_left_out_and_said() {
        // A line of many vertices, strokes without number, curves without number.
        let long = (0..1_200)
            .map(|k| (0..150).map(|i| point(i, (i * 37 + k * 11) % 149)).collect::<Vec<Point>>());
        let short = (0..SHORT + 10).map(|k| {
            let at = Point::new((k % 100) as f64 * 2.0, (k / 100) as f64 * 3.0);
            vec![at, Point::new(at.x + 1.0, at.y + 1.0)]
        });
        let curves = (0..CURVES + 10).map(|k| {
            vec![Point::new(0.0, k as f64 * 0.36), Point::new(199.0, k as f64 * 0.36 + 1.0)]
        });
        for found in [traced(long), traced(short), traced(curves)] {
            assert!(found.curves.is_empty());
            assert!(found.doubts.iter().any(|d| d.contains("more ink")), "{:?}", found.doubts);
        }
        let one = traced(std::iter::once(vec![point(0, 140), point(90, 100), point(199, 10)]));
        assert_eq!((one.curves.len(), one.doubts.len()), (1, 0));
    }
}
