//! Shares the ink of a plot between its axes and its curves.

use super::calibrate::Calibration;
use super::ink::{Cover, Piece, PlotInk, Use, area_of, segment, segment_count};
use super::marks::Crossing;
use super::stroke::{Pen, Stroke};
use espice_pdf::{Page, Rect};

/// What is known of a plot when its ink is shared.
pub(super) struct Split<'a> {
    pub(super) frame: Rect,
    pub(super) x: Option<&'a Calibration>,
    pub(super) y: Option<&'a Calibration>,
    /// Across the x axis, and across the y axis.
    pub(super) crossings: &'a [Vec<Crossing>; 2],
    /// The white areas of the page.
    pub(super) covers: &'a [Cover],
}

/// A segment: index of its path, of its subpath there and of itself.
type Key = (usize, usize, usize);

/// How long a tick may be inside the frame.
const TICK: f64 = 12.0;

/// Shares the ink in and around a frame.
pub(super) fn ink(page: &Page, split: &Split<'_>) -> PlotInk {
    let mut uses: Vec<(Key, Use)> = Vec::new();
    for (crossings, read, extent, span) in [
        (
            &split.crossings[0],
            split.x,
            [split.frame.y0, split.frame.y1],
            [split.frame.x0, split.frame.x1],
        ),
        (
            &split.crossings[1],
            split.y,
            [split.frame.x0, split.frame.x1],
            [split.frame.y0, split.frame.y1],
        ),
    ] {
        taken(crossings, read, extent, span, &mut uses);
    }
    // In the order of the paths; of two uses of one segment the last counts.
    uses.sort_by_key(|u| u.0);
    uses.dedup_by(|later, kept| {
        let same = later.0 == kept.0;
        if same {
            kept.1 = later.1;
        }
        same
    });
    let mut rest = uses.as_slice();
    let mut ink = PlotInk::default();
    for (number, path) in page.paths.iter().enumerate() {
        if path.area.grown(0.5).intersection(split.frame).is_none() {
            continue;
        }
        let drawn = path.stroke.as_ref().is_some_and(|s| !s.color.is_white());
        let seen = drawn || path.fill.is_some_and(|f| !f.is_white());
        if !seen {
            continue;
        }
        for (index, subpath) in path.subpaths.iter().enumerate() {
            let count = segment_count(subpath);
            let before = rest.iter().take_while(|u| u.0 < (number, index, 0)).count();
            rest = rest.get(before..).unwrap_or_default();
            let own = rest.iter().take_while(|u| (u.0.0, u.0.1) == (number, index)).count();
            let used = rest.get(..own).unwrap_or_default();
            let mut start = 0;
            while start < count {
                let usage = |i: usize| {
                    let at = used.binary_search_by_key(&i, |u| u.0.2).ok()?;
                    used.get(at).map(|u| u.1)
                };
                let here = usage(start);
                let mut end = start + 1;
                while end < count && usage(end) == here {
                    end += 1;
                }
                let from = match start.checked_sub(1).and_then(|i| segment(subpath, i)) {
                    Some(before) => before.end(),
                    None => subpath.start,
                };
                let area = area_of(from, (start..end).filter_map(|i| segment(subpath, i)));
                let piece = Piece {
                    path: number,
                    subpath: index,
                    segments: start..end,
                    area,
                    order: path.order,
                };
                match here {
                    Some(usage) => ink.taken.push((usage, piece)),
                    None if area.grown(0.5).intersection(split.frame).is_some() => {
                        ink.rest.push(piece);
                    }
                    None => {}
                }
                start = end;
            }
        }
    }
    let frame = split.frame;
    ink.covers.extend(split.covers.iter().filter(|c| {
        let smaller =
            c.area.width() < 0.98 * frame.width() || c.area.height() < 0.98 * frame.height();
        smaller && c.area.intersection(frame).is_some_and(|i| i.width() > 0.5 && i.height() > 0.5)
    }));
    ink
}

/// Marks the segments that draw one axis' edges, grid and ticks.
fn taken(
    crossings: &[Crossing],
    read: Option<&Calibration>,
    extent: [f64; 2],
    span: [f64; 2],
    uses: &mut Vec<(Key, Use)>,
) {
    let long = extent[1] - extent[0];
    let full = |s: &Stroke| s.lo <= extent[0] + 1.5 && s.hi >= extent[1] - 1.5;
    let pens = pens(crossings, full);
    let usual = |s: &Stroke| pens.iter().any(|p| p.like(&s.pen));
    let reach = f64::max(0.35, 0.002 * (span[1] - span[0]));
    for c in crossings {
        let round = read.is_none_or(|r| r.is_round(c.at, reach));
        for s in &c.strokes {
            let tick = s.length() <= f64::max(TICK, 0.06 * long)
                && (s.lo <= extent[0] + 1.0 || s.hi >= extent[1] - 1.0);
            let usage = if c.edge {
                // A line beside the frame that is much shorter is a tick of the other axis, or
                // a curve that runs along the edge.
                Some(Use::Frame)
            } else if c.grid() && round && (full(s) && !s.pen.dashed || usual(s)) {
                Some(if tick { Use::Tick } else { Use::Grid })
            } else if tick && (round || usual(s)) {
                Some(Use::Tick)
            } else {
                None
            };
            let Some(usage) = usage else { continue };
            let segments = if s.filled { 0..6 } else { s.segment..s.segment + 1 };
            uses.extend(segments.map(|i| ((s.path, s.subpath, i), usage)));
        }
    }
}

/// How the lines of the grid look: pens of at least two of them that cross the whole frame, or
/// else the pen of most of their length.
fn pens(crossings: &[Crossing], full: impl Fn(&Stroke) -> bool) -> Vec<Pen> {
    let mut seen: Vec<(Pen, f64, usize)> = Vec::new();
    for c in crossings.iter().filter(|c| !c.edge && c.grid()) {
        for s in &c.strokes {
            let lines = usize::from(full(s));
            if let Some((_, length, count)) = seen.iter_mut().find(|(p, ..)| p.like(&s.pen)) {
                *length += s.length();
                *count += lines;
            } else if seen.len() < 16 {
                seen.push((s.pen, s.length(), lines));
            }
        }
    }
    let pens: Vec<Pen> = seen.iter().filter(|s| s.2 >= 2).map(|s| s.0).collect();
    if !pens.is_empty() {
        return pens;
    }
    seen.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)).map(|s| s.0).into_iter().collect()
}
