//! The axis-parallel lines of a page: what frames, grids and ticks are drawn with.

use super::ink::{Cover, area_of, segment, segment_count};
use espice_pdf::{Clip, Color, Page, PathObject, Point, Rect, Segment, Subpath};

/// Filled rectangles at most this thick are lines.
const THICKEST: f64 = 1.8;
/// A page with more lines than this is no datasheet; the rest is left out.
const MOST: usize = 200_000;

/// The direction of a line.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Way {
    /// Along x.
    Across,
    /// Along y.
    Down,
}

/// One axis-parallel line, its segment in the page's paths beside it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Stroke {
    pub(super) way: Way,
    /// y of a line across, x of a line down.
    pub(super) at: f64,
    /// Its ends along the other coordinate.
    pub(super) lo: f64,
    pub(super) hi: f64,
    pub(super) pen: Pen,
    /// Index into [`Page::paths`], of the subpath and of its first segment.
    pub(super) path: usize,
    pub(super) subpath: usize,
    pub(super) segment: usize,
    /// Whether it is a filled rectangle: all segments of its subpath.
    pub(super) filled: bool,
    /// Whether its subpath has oblique segments as well, so that it rather is a curve.
    pub(super) mixed: bool,
}

/// How a line looks.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Pen {
    /// Width in points.
    pub(super) width: f64,
    pub(super) color: Color,
    pub(super) dashed: bool,
}

impl Pen {
    /// Whether lines of both look the same.
    pub(super) fn like(&self, other: &Pen) -> bool {
        let near = |a: f32, b: f32| (a - b).abs() < 0.04;
        (self.width - other.width).abs() <= f64::max(0.06, 0.1 * self.width)
            && self.dashed == other.dashed
            && near(self.color.r, other.color.r)
            && near(self.color.g, other.color.g)
            && near(self.color.b, other.color.b)
    }
}

impl Stroke {
    pub(super) fn length(&self) -> f64 {
        self.hi - self.lo
    }
}

/// The lines of a page and its white areas, and whether there were more.
pub(super) fn strokes(page: &Page) -> (Vec<Stroke>, Vec<Cover>, bool) {
    let mut all = Vec::new();
    let mut covers = Vec::new();
    for (number, path) in page.paths.iter().enumerate() {
        if all.len() > MOST {
            return (all, covers, true);
        }
        let clip = page.clips.get(path.clip as usize);
        let stroked = path.stroke.as_ref().filter(|s| !s.color.is_white());
        if let Some(stroke) = stroked {
            let dashed = stroke.dash.iter().any(|d| *d > 0.0);
            let pen = Pen { width: stroke.width, color: stroke.color, dashed };
            for (index, subpath) in path.subpaths.iter().enumerate() {
                stroked_lines(number, index, subpath, pen, clip, &mut all);
            }
        } else if let Some(fill) = path.fill {
            if fill.is_white() {
                covers.extend(boxes(path));
            } else {
                for (index, subpath) in path.subpaths.iter().enumerate() {
                    all.extend(thin(number, index, subpath, fill, clip));
                }
            }
        }
        // A box that is filled white and drawn around hides as well.
        if stroked.is_some() && path.fill.is_some_and(|f| f.is_white()) {
            covers.extend(boxes(path));
        }
    }
    (all, covers, false)
}

/// The upright boxes among a path's subpaths.
fn boxes(path: &PathObject) -> impl Iterator<Item = Cover> {
    path.subpaths.iter().filter_map(|s| upright(s).map(|area| Cover { area, order: path.order }))
}

/// The box of a subpath that is an upright rectangle.
fn upright(subpath: &Subpath) -> Option<Rect> {
    let lines = subpath.segments.len();
    if !(3..=5).contains(&lines) {
        return None;
    }
    let mut from = subpath.start;
    for s in &subpath.segments {
        let Segment::Line(to) = *s else { return None };
        if (to.x - from.x).abs() > 0.05 && (to.y - from.y).abs() > 0.05 {
            return None;
        }
        from = to;
    }
    // Filling closes what is open; with three lines the fourth side must be upright, too.
    let closes =
        (from.x - subpath.start.x).abs() <= 0.05 || (from.y - subpath.start.y).abs() <= 0.05;
    closes.then(|| area_of(subpath.start, subpath.segments.iter().copied()))
}

/// A thin filled rectangle, or a side of a mitred frame, as a line.
fn thin(
    path: usize,
    index: usize,
    subpath: &Subpath,
    color: Color,
    clip: Option<&Clip>,
) -> Option<Stroke> {
    let lines = subpath.segments.len();
    if !(3..=6).contains(&lines) {
        return None;
    }
    let area = area_of(subpath.start, subpath.segments.iter().copied());
    let (w, h) = (area.width(), area.height());
    let slim = w.min(h) <= THICKEST && w.max(h) >= 2.0 * w.min(h);
    if !slim || (upright(subpath).is_none() && !mitred(subpath, &area)) {
        return None;
    }
    let (way, at, lo, hi) = if w >= h {
        (Way::Across, (area.y0 + area.y1) / 2.0, area.x0, area.x1)
    } else {
        (Way::Down, (area.x0 + area.x1) / 2.0, area.y0, area.y1)
    };
    let stroke = Stroke {
        way,
        at,
        lo,
        hi,
        pen: Pen { width: w.min(h), color, dashed: false },
        path,
        subpath: index,
        segment: 0,
        filled: true,
        mixed: false,
    };
    clipped(stroke, clip)
}

/// Whether both long sides of a slim area lie along it: its ends may be oblique.
fn mitred(subpath: &Subpath, area: &Rect) -> bool {
    let long = area.width().max(area.height());
    let mut from = subpath.start;
    let mut sides = 0;
    for number in 0..segment_count(subpath) {
        let Some(Segment::Line(to)) = segment(subpath, number) else { return false };
        if parallel(from, to).is_some_and(|(_, _, lo, hi)| hi - lo >= 0.85 * long) {
            sides += 1;
        }
        from = to;
    }
    sides == 2 && long >= 12.0 * area.width().min(area.height())
}

fn stroked_lines(
    path: usize,
    index: usize,
    subpath: &Subpath,
    pen: Pen,
    clip: Option<&Clip>,
    all: &mut Vec<Stroke>,
) {
    let first = all.len();
    let mut mixed = false;
    let mut from = subpath.start;
    for number in 0..segment_count(subpath) {
        let Some(next) = segment(subpath, number) else { break };
        let to = next.end();
        match (next, parallel(from, to)) {
            (Segment::Line(_), Some((way, at, lo, hi))) => {
                if hi > lo {
                    let segment = number;
                    let stroke = Stroke {
                        way,
                        at,
                        lo,
                        hi,
                        pen,
                        path,
                        subpath: index,
                        segment,
                        filled: false,
                        mixed: false,
                    };
                    all.extend(clipped(stroke, clip));
                }
            }
            _ => mixed = true,
        }
        from = to;
    }
    if mixed {
        all.iter_mut().skip(first).for_each(|s| s.mixed = true);
    }
}

/// The way of a line, its place and its ends, when it is parallel to an axis.
fn parallel(a: Point, b: Point) -> Option<(Way, f64, f64, f64)> {
    let (dx, dy) = ((b.x - a.x).abs(), (b.y - a.y).abs());
    // Coordinates with one decimal tilt a line by that much; curves are steeper, or are mixed.
    if dy <= f64::max(0.02, 0.0015 * dx) && dx >= dy {
        Some((Way::Across, (a.y + b.y) / 2.0, a.x.min(b.x), a.x.max(b.x)))
    } else if dx <= f64::max(0.02, 0.0015 * dy) {
        Some((Way::Down, (a.x + b.x) / 2.0, a.y.min(b.y), a.y.max(b.y)))
    } else {
        None
    }
}

/// What of a line its clip leaves.
fn clipped(stroke: Stroke, clip: Option<&Clip>) -> Option<Stroke> {
    let Some(clip) = clip else { return Some(stroke) };
    let area = clip.area.grown(0.5 + stroke.pen.width / 2.0);
    let (lo, hi, from, to) = match stroke.way {
        Way::Across => (area.x0, area.x1, area.y0, area.y1),
        Way::Down => (area.y0, area.y1, area.x0, area.x1),
    };
    let kept = Stroke { lo: stroke.lo.max(lo), hi: stroke.hi.min(hi), ..stroke };
    ((from..=to).contains(&stroke.at) && kept.hi > kept.lo).then_some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;
    use espice_pdf::Stroke as Drawn;

    fn line(points: &[(f64, f64)], closed: bool) -> Subpath {
        let mut points = points.iter().map(|p| Point::new(p.0, p.1));
        let start = points.next().unwrap();
        Subpath { start, segments: points.map(Segment::Line).collect(), closed }
    }

    fn page(subpaths: Vec<Subpath>, fill: Option<Color>, pen: Option<f64>) -> Page {
        let stroke = pen.map(|width| Drawn { color: Color::BLACK, width, dash: Vec::new() });
        let path = PathObject {
            subpaths,
            fill,
            even_odd: false,
            stroke,
            clip: 0,
            order: 1,
            area: Rect::default(),
        };
        let area = Rect { x0: 0.0, y0: 0.0, x1: 600.0, y1: 800.0 };
        Page { paths: vec![path], clips: vec![Clip { area, exact: true }], ..Page::default() }
    }

    #[test]
    fn a_box_is_four_lines_and_its_closing_line_counts() {
        let frame = line(&[(10.0, 10.0), (110.0, 10.0), (110.0, 60.0), (10.0, 60.0)], true);
        let (lines, ..) = strokes(&page(vec![frame], None, Some(0.5)));
        let told: Vec<_> = lines.iter().map(|s| (s.way, s.at, s.lo, s.hi, s.segment)).collect();
        assert_eq!(
            told,
            [
                (Way::Across, 10.0, 10.0, 110.0, 0),
                (Way::Down, 110.0, 10.0, 60.0, 1),
                (Way::Across, 60.0, 10.0, 110.0, 2),
                (Way::Down, 10.0, 10.0, 60.0, 3),
            ]
        );
    }

    #[test]
    fn flat_parts_of_a_curve_say_that_they_are() {
        let curve = line(&[(10.0, 10.0), (60.0, 10.0), (110.0, 60.0)], false);
        let (lines, ..) = strokes(&page(vec![curve], None, Some(1.0)));
        assert_eq!(lines.len(), 1);
        assert!(lines[0].mixed);
    }

    #[test]
    fn thin_filled_boxes_are_lines_and_white_ones_hide() {
        let thin = line(&[(10.0, 10.0), (110.0, 10.0), (110.0, 10.5), (10.0, 10.5)], true);
        let (lines, covers, _) = strokes(&page(vec![thin.clone()], Some(Color::BLACK), None));
        assert_eq!((lines.len(), covers.len()), (1, 0));
        assert!(lines[0].filled && (lines[0].at - 10.25).abs() < 1e-9);
        let (lines, covers, _) = strokes(&page(vec![thin], Some(Color::WHITE), None));
        assert_eq!((lines.len(), covers.len()), (0, 1));
    }

    #[test]
    fn more_lines_than_are_looked_at_are_said() {
        let across = |k: usize| {
            let y = (k % 700) as f64;
            line(&[(10.0, y), (10.0 + (k % 90) as f64 + 1.0, y)], false)
        };
        let mut crowded = page((0..MOST).map(across).collect(), None, Some(0.1));
        assert!(!strokes(&crowded).2);
        let more = page((0..2).map(across).collect(), None, Some(0.1)).paths;
        crowded.paths.extend(more.clone());
        crowded.paths.extend(more);
        let (lines, _, cut) = strokes(&crowded);
        assert!(cut && lines.len() > MOST);
    }

    #[test]
    fn lines_end_where_their_clip_ends() {
        let long = line(&[(-50.0, 10.0), (700.0, 10.0)], false);
        let outside = line(&[(10.0, 900.0), (100.0, 900.0)], false);
        let (lines, ..) = strokes(&page(vec![long, outside], None, Some(1.0)));
        assert_eq!(lines.len(), 1);
        assert!((lines[0].lo + 1.0).abs() < 1e-9 && (lines[0].hi - 601.0).abs() < 1e-9);
    }
}
