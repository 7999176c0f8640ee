//! Whose ink is whose: what of the painted paths draws a plot's axes, and what remains for curves.

use espice_pdf::{Page, Point, Rect, Segment, Subpath};
use std::ops::Range;

/// What is painted in and around one plot's frame.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlotInk {
    /// What was taken for the frame, grid lines and ticks, in the order of painting.
    pub taken: Vec<(Use, Piece)>,
    /// Everything else that touches the frame, in the order of painting: curves, leader lines,
    /// arrows, symbols, filled areas.
    pub rest: Vec<Piece>,
    /// Upright white areas within the frame, in the order of painting: label boxes, which hide
    /// what was painted before them.
    pub covers: Vec<Cover>,
}

/// What a piece of ink does for the axes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Use {
    /// It lies on an edge of the frame.
    Frame,
    /// It is a line of the grid, or a part of one that label boxes interrupt.
    Grid,
    /// It is a tick at an edge.
    Tick,
}

/// Consecutive segments of one subpath.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    /// Index into [`Page::paths`].
    pub path: usize,
    /// Index into its subpaths.
    pub subpath: usize,
    /// Indices into its segments; the line that closes a closed subpath counts as one more.
    pub segments: Range<usize>,
    /// The box of all control points.
    pub area: Rect,
    /// See [`espice_pdf::Glyph::order`].
    pub order: u32,
}

/// A white upright area.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cover {
    /// Where it lies.
    pub area: Rect,
    /// See [`espice_pdf::Glyph::order`].
    pub order: u32,
}

impl Piece {
    /// Where the piece starts and its segments, with the closing line made one of them; `None`
    /// when the page is not the one that the piece was found on.
    pub fn drawn<'p>(
        &self,
        page: &'p Page,
    ) -> Option<(Point, impl Iterator<Item = Segment> + use<'p>)> {
        let subpath = page.paths.get(self.path)?.subpaths.get(self.subpath)?;
        let start = match self.segments.start.checked_sub(1) {
            Some(before) => segment(subpath, before)?.end(),
            None => subpath.start,
        };
        if self.segments.end > segment_count(subpath) {
            return None;
        }
        Some((start, self.segments.clone().filter_map(|i| segment(subpath, i))))
    }
}

/// How many segments a subpath has, the closing line included.
pub(super) fn segment_count(subpath: &Subpath) -> usize {
    subpath.segments.len() + usize::from(closing(subpath).is_some())
}

/// A segment by its number, the closing line being the last one.
pub(super) fn segment(subpath: &Subpath, index: usize) -> Option<Segment> {
    match subpath.segments.get(index) {
        Some(segment) => Some(*segment),
        None if index == subpath.segments.len() => closing(subpath),
        None => None,
    }
}

/// The line that closes a subpath whose last segment does not end where it began.
fn closing(subpath: &Subpath) -> Option<Segment> {
    let end = subpath.segments.last()?.end();
    (subpath.closed && end.distance(subpath.start) > 1e-6).then_some(Segment::Line(subpath.start))
}

/// The box of some segments' control points.
pub(super) fn area_of(start: Point, segments: impl IntoIterator<Item = Segment>) -> Rect {
    let mut area = Rect::new(start, start);
    for segment in segments {
        let points = match segment {
            Segment::Line(p) => [p, p, p],
            Segment::Curve(a, b, p) => [a, b, p],
        };
        for p in points {
            area = area.union(Rect::new(p, p));
        }
    }
    area
}
