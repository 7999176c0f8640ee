//! Strands: connected lines of ink with the pen that drew them.

use super::outline::{Shape, shape};
use super::polyline::{clip, flatten, length};
use crate::sheet::plot::ink::segment;
use crate::sheet::plot::{Piece, PlotInk};
use espice_pdf::{Color, Page, Point, Rect, Segment};
use std::collections::{BTreeMap, BTreeSet};

/// How far outside the frame ink may lie and still belong to the plot: half a wide stroke.
const OVERHANG: f64 = 0.25;
/// Most strands of one plot; what comes after them is left out and said.
pub(crate) const STRANDS: usize = 20_000;

/// What drew a line.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Pen {
    /// Width in points.
    pub width: f64,
    /// Colour.
    pub color: Color,
    /// Whether the line is a filled outline.
    pub filled: bool,
    /// The dash pattern: lengths of dashes and gaps in points, zero from where it ends.
    pub dash: [f64; 6],
}

impl Pen {
    /// Whether two lines may be parts of one curve. The width of an outline is worked out from
    /// rounded coordinates, so that it says less.
    pub(crate) fn suits(&self, other: &Pen) -> bool {
        let apart = (self.width - other.width).abs();
        let most = self.width.max(other.width);
        let width =
            if self.filled { apart <= 0.5 * most + 0.3 } else { apart <= 0.15 * most + 0.02 };
        self.filled == other.filled && self.same_dash(other) && width && self.hue(other)
    }

    /// A pen's dash pattern as it is kept.
    pub(crate) fn pattern(dash: &[f64]) -> [f64; 6] {
        let mut out = [0.0; 6];
        out.iter_mut().zip(dash).for_each(|(slot, d)| *slot = *d);
        out
    }

    /// Whether a dash pattern is set.
    pub(crate) fn dashed(&self) -> bool {
        self.dash.iter().any(|d| *d > 0.0)
    }

    /// Whether two pens draw the same dashes.
    pub(crate) fn same_dash(&self, other: &Pen) -> bool {
        self.dash.iter().zip(&other.dash).all(|(a, b)| (a - b).abs() <= 0.1 * a.max(*b) + 0.05)
    }

    /// Whether two colours look the same.
    pub(crate) fn hue(&self, other: &Pen) -> bool {
        let near = |a: f32, b: f32| (a - b).abs() < 0.12;
        let (a, b) = (self.color, other.color);
        near(a.r, b.r) && near(a.g, b.g) && near(a.b, b.b)
    }
}

/// A connected line of ink.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Strand {
    /// Its vertices.
    pub line: Vec<Point>,
    /// What drew it.
    pub pen: Pen,
    /// The paths that it is made of.
    pub orders: BTreeSet<u32>,
    /// How many strokes were joined to it.
    pub strokes: usize,
    /// Stretches without ink between joined strokes, except those between dashes.
    pub gaps: Vec<[Point; 2]>,
    /// Whether it was put together from dashes.
    pub dashes: bool,
    /// Whether a join in it bridged a gap: of dashes, of a label, or of a pen's width.
    pub loose: bool,
    /// Whether its ends meet.
    pub closed: bool,
    /// What is unsure about how it was put together.
    pub doubts: BTreeSet<&'static str>,
}

impl Strand {
    /// One stroke.
    pub(crate) fn new(line: Vec<Point>, pen: Pen, order: u32) -> Strand {
        let closed = line.len() > 3
            && line.first().zip(line.last()).is_some_and(|(a, b)| a.distance(*b) < 1e-3);
        Strand {
            line,
            pen,
            orders: BTreeSet::from([order]),
            strokes: 1,
            gaps: Vec::new(),
            dashes: false,
            loose: false,
            closed,
            doubts: BTreeSet::new(),
        }
    }

    /// Its first or last point.
    pub(crate) fn end(&self, last: bool) -> Option<Point> {
        if last { self.line.last().copied() } else { self.line.first().copied() }
    }

    /// Length along it.
    pub(crate) fn length(&self) -> f64 {
        length(&self.line)
    }

    /// The box around it.
    pub(crate) fn area(&self) -> Rect {
        Rect::around(self.line.iter().copied()).unwrap_or_default()
    }
}

/// An arrow head.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Head {
    /// Where it shows.
    pub tip: Point,
    /// Where its shaft ends.
    pub base: Point,
}

/// The ink of a plot as lines.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ink {
    /// Stroked lines and the centre lines of thin filled shapes.
    pub strands: Vec<Strand>,
    /// Arrow heads.
    pub heads: Vec<Head>,
    /// Boxes of filled shapes that are no line: symbols, filled areas, drawn text.
    pub blobs: Vec<Rect>,
    /// The pens that drew frame, grid and ticks.
    pub grid: Vec<Pen>,
    /// Whether there was more than is looked at.
    pub cut: bool,
}

/// Gathers what remains of a plot's ink once its axes are taken away. White ink is left out: it
/// covers, it does not draw.
pub(crate) fn gather(page: &Page, ink: &PlotInk, frame: Rect) -> Ink {
    let mut out = Ink { grid: grid_pens(page, ink), ..Ink::default() };
    let window = frame.grown(OVERHANG);
    for piece in &whole_curves(page, ink) {
        if out.strands.len() > STRANDS {
            out.cut = true;
            break;
        }
        let Some(path) = page.paths.get(piece.path) else { continue };
        let Some((start, segments)) = piece.drawn(page) else { continue };
        let whole = is_whole(page, piece);
        let line = flatten(start, segments);
        let clip_area = page.clips.get(path.clip as usize).map(|c| c.area);
        let Some(visible) = clip_area.map_or(Some(window), |c| c.intersection(window)) else {
            continue;
        };
        let fill = path.fill.filter(|c| !c.is_white()).filter(|_| whole);
        let stroke = path.stroke.as_ref().filter(|s| !s.color.is_white());
        if let Some(color) = fill {
            let closed: Vec<Point> = line.iter().chain(line.first()).copied().collect();
            match shape(&closed) {
                Shape::Line(centre, width) => {
                    let pen = Pen { width, color, filled: true, dash: [0.0; 6] };
                    out.add(centre, visible, pen, piece.order);
                }
                Shape::Head { tip, base } if frame.grown(4.0).contains(tip) => {
                    out.heads.push(Head { tip, base });
                }
                Shape::Head { .. } => {}
                // A square of a pen's size is a dot of a dotted line, or the shortest of dashes.
                Shape::Blob if is_dot(&closed) => {
                    let area = Rect::around(closed.iter().copied()).unwrap_or_default();
                    let (c, half) = (area.center(), area.width() / 2.0);
                    let ends = [Point::new(c.x - half, c.y), Point::new(c.x + half, c.y)];
                    let pen = Pen { width: area.height(), color, filled: true, dash: [0.0; 6] };
                    out.add(ends.to_vec(), visible, pen, piece.order);
                }
                Shape::Blob => {
                    let area = Rect::around(closed).and_then(|a| a.intersection(visible));
                    out.blobs.extend(area);
                }
            }
        } else if let Some(stroke) = stroke {
            let dash = Pen::pattern(&stroke.dash);
            let pen = Pen { width: stroke.width, color: stroke.color, filled: false, dash };
            out.add(line, visible, pen, piece.order);
        }
    }
    out
}

/// Whether a filled shape is a small square.
fn is_dot(closed: &[Point]) -> bool {
    let area = Rect::around(closed.iter().copied()).unwrap_or_default();
    let (w, h) = (area.width(), area.height());
    closed.len() <= 6 && w.max(h) <= 2.2 && w.min(h) >= 0.25
}

impl Ink {
    fn add(&mut self, line: Vec<Point>, visible: Rect, pen: Pen, order: u32) {
        let inside = line.iter().all(|p| visible.contains(*p));
        if inside && line.len() > 1 {
            self.strands.push(Strand::new(line, pen, order));
            return;
        }
        self.strands.extend(clip(&line, visible).into_iter().map(|l| Strand::new(l, pen, order)));
    }
}

/// The pens that drew frame, grid and ticks, each once.
fn grid_pens(page: &Page, ink: &PlotInk) -> Vec<Pen> {
    let mut pens: Vec<Pen> = Vec::new();
    for (_, piece) in &ink.taken {
        let Some(path) = page.paths.get(piece.path) else { continue };
        let pen = match (&path.stroke, path.fill) {
            (Some(s), _) => {
                let dash = Pen::pattern(&s.dash);
                Pen { width: s.width, color: s.color, filled: false, dash }
            }
            (None, Some(color)) => {
                let width = piece.area.width().min(piece.area.height());
                Pen { width, color, filled: true, dash: [0.0; 6] }
            }
            (None, None) => continue,
        };
        if !pens.iter().any(|p| p.suits(&pen)) && pens.len() < 20 {
            pens.push(pen);
        }
    }
    pens
}

/// The pieces that remain, with what was taken from curves given back: a flat stretch of a curve
/// that happens to lie on a grid line is no grid. A piece grows to the whole of its subpath; and
/// where a path draws curves in many subpaths, those that continue what remains are added.
fn whole_curves(page: &Page, ink: &PlotInk) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::with_capacity(ink.rest.len());
    let mut whole: Vec<Piece> = Vec::new();
    let mut done: BTreeSet<(usize, usize)> = BTreeSet::new();
    // By path: the length of slanted pieces, and where remaining pieces end.
    let mut slants: BTreeMap<usize, (f64, BTreeSet<(i64, i64)>)> = BTreeMap::new();
    for piece in &ink.rest {
        let slanted = slanted(page, piece);
        if let Some(ends) = ends(page, piece) {
            let of = slants.entry(piece.path).or_default();
            of.0 += if slanted { ends[0].distance(ends[1]) } else { 0.0 };
            of.1.extend(ends.map(rounded));
        }
        let key = (piece.path, piece.subpath);
        if done.contains(&key) {
            continue;
        }
        let subpath = page.paths.get(piece.path).and_then(|p| p.subpaths.get(piece.subpath));
        let partly = subpath.filter(|s| piece.segments.len() < s.segments.len() && !s.closed);
        let Some(subpath) = partly.filter(|_| slanted) else {
            out.push(piece.clone());
            continue;
        };
        done.insert(key);
        whole.push(Piece { segments: 0..subpath.segments.len(), ..piece.clone() });
    }
    out.retain(|p| !done.contains(&(p.path, p.subpath)));
    out.append(&mut whole);
    let mut taken: BTreeMap<usize, f64> = BTreeMap::new();
    for (_, piece) in &ink.taken {
        *taken.entry(piece.path).or_default() += piece.area.width().hypot(piece.area.height());
    }
    for (_, piece) in &ink.taken {
        let Some((slanted, at)) = slants.get(&piece.path) else { continue };
        let grid = taken.get(&piece.path).copied().unwrap_or(f64::MAX);
        let stroked = page.paths.get(piece.path).is_some_and(|p| p.fill.is_none());
        let continues =
            ends(page, piece).is_some_and(|e| e.iter().any(|p| at.contains(&rounded(*p))));
        if stroked && *slanted > grid && continues && !done.contains(&(piece.path, piece.subpath)) {
            out.push(piece.clone());
        }
    }
    out.sort_by_key(|p| (p.path, p.subpath, p.segments.start));
    out
}

/// Where a piece starts and ends.
fn ends(page: &Page, piece: &Piece) -> Option<[Point; 2]> {
    let subpath = page.paths.get(piece.path)?.subpaths.get(piece.subpath)?;
    let start = match piece.segments.start.checked_sub(1) {
        Some(before) => segment(subpath, before)?.end(),
        None => subpath.start,
    };
    Some([start, segment(subpath, piece.segments.end.checked_sub(1)?)?.end()])
}

/// A place to a fiftieth of a point.
fn rounded(p: Point) -> (i64, i64) {
    ((p.x * 50.0).round() as i64, (p.y * 50.0).round() as i64)
}

/// Whether a piece runs along neither axis somewhere.
fn slanted(page: &Page, piece: &Piece) -> bool {
    let Some((start, mut segments)) = piece.drawn(page) else { return false };
    let mut from = start;
    segments.any(|segment| {
        let to = segment.end();
        let tilted = (to.x - from.x).abs() > 0.3 && (to.y - from.y).abs() > 0.3;
        from = to;
        tilted || matches!(segment, Segment::Curve(..))
    })
}

/// Whether a piece is the whole of its subpath.
fn is_whole(page: &Page, piece: &Piece) -> bool {
    let subpath = page.paths.get(piece.path).and_then(|p| p.subpaths.get(piece.subpath));
    subpath.is_some_and(|s| piece.segments.start == 0 && piece.segments.end >= s.segments.len())
}
