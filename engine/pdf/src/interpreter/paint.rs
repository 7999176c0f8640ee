use super::dots;
use super::path::bounds;
use super::{Interpreter, color::NEUTRAL};
use crate::notes::Problem;
use crate::{Color, Page, PathObject, Rect, Segment, Stroke, Subpath};

/// Dots of a page that stay as they were drawn: more than legends and dotted curves have.
const DOTS: usize = 2_000;

/// Coordinates beyond this many points belong to no page.
const FAR: f64 = 1e6;

impl Interpreter<'_> {
    /// A painting operator: `fill` tells whether the even-odd rule holds.
    pub(super) fn paint(&mut self, fill: Option<bool>, stroke: bool) {
        let subpaths = self.path.take();
        let old_clip = self.state.clip;
        // A glyph is drawn in a space of its own, where the page's clips mean nothing.
        if std::mem::take(&mut self.clipping) && self.glyph.is_none() {
            self.state.clip = self.clips.narrowed(old_clip, &subpaths);
        }
        if fill.is_none() && !stroke {
            return;
        }
        let order = self.next_order();
        let fill = fill.filter(|_| self.state.fill.is_seen());
        let stroke = stroke && self.state.stroke.is_seen();
        if self.hidden > 0 || (fill.is_none() && !stroke) {
            return;
        }
        let Some(area) = bounds(&subpaths) else { return };
        if !is_near(area) {
            return self.notes.add(Problem::Coordinates, || String::from("a path"));
        }
        if let Some(glyph) = &mut self.glyph {
            glyph.extend(subpaths);
            return;
        }
        let scale = self.state.ctm.scale();
        let width = self.state.width * scale;
        let ink = if stroke { area.grown(width / 2.0) } else { area };
        if ink.intersection(self.clips.area(old_clip)).is_none() {
            return;
        }
        self.segments += subpaths.iter().map(|s| s.segments.len()).sum::<usize>();
        if self.page.paths.len() >= self.limits.paths || self.segments > self.limits.segments {
            return self.cut("it has too many paths");
        }
        let stroke = stroke.then(|| Stroke {
            color: self.state.stroke.seen(),
            width: if width.is_finite() { width } else { 0.0 },
            dash: self.state.dash.iter().map(|l| l * scale).filter(|l| l.is_finite()).collect(),
        });
        let mut subpaths = subpaths;
        if fill.is_none()
            && subpaths.len() > 1
            && stroke.as_ref().is_some_and(|s| s.dash.is_empty())
        {
            self.thin_dots(&mut subpaths);
        }
        self.page.paths.push(PathObject {
            subpaths,
            fill: fill.map(|_| self.state.fill.seen()),
            even_odd: fill.unwrap_or(false),
            stroke,
            clip: old_clip,
            order,
            area,
        });
    }

    /// Takes rows of dots for the lines that they draw, once a page has dotted so much that dots
    /// cannot be but its grids.
    fn thin_dots(&mut self, subpaths: &mut Vec<Subpath>) {
        if let Some(rows) = dots::rows(subpaths) {
            self.dots += subpaths.len();
            if self.dots > DOTS {
                self.path.reuse(std::mem::replace(subpaths, rows));
            }
        }
    }

    /// `sh`: fills what the clip leaves.
    pub(super) fn shading(&mut self) {
        let order = self.next_order();
        self.glyph_painted |= self.glyph.is_some();
        if self.hidden > 0 || self.glyph.is_some() || !self.state.fill.is_seen() {
            return;
        }
        let area = self.clips.area(self.state.clip);
        if area.width() <= 0.0 || area.height() <= 0.0 || self.page.paths.len() >= self.limits.paths
        {
            return;
        }
        self.page.paths.push(PathObject {
            subpaths: vec![rectangle(area)],
            fill: Some(NEUTRAL),
            even_odd: false,
            stroke: None,
            clip: self.state.clip,
            order,
            area,
        });
    }
}

/// Whether a box can have anything to do with a page; false for what is not finite.
pub(super) fn is_near(area: Rect) -> bool {
    area.to_array().iter().all(|v| v.abs() < FAR)
}

/// A box as a closed subpath.
fn rectangle(area: Rect) -> Subpath {
    let corner = |x, y| crate::Point::new(x, y);
    Subpath {
        start: corner(area.x0, area.y0),
        segments: vec![
            Segment::Line(corner(area.x1, area.y0)),
            Segment::Line(corner(area.x1, area.y1)),
            Segment::Line(corner(area.x0, area.y1)),
        ],
        closed: true,
    }
}

/// Points along a side of the map of what is painted.
const CELL: f64 = 2.0;

/// Cells that are painted at most, all fills together: a second page's worth is rare.
const CELLS: usize = 8_000_000;

/// Marks white glyphs invisible that have nothing darker than paper below them.
///
/// White text is either reversed out of a dark bar, which people see, or hidden in the page for
/// machines. What lies below is looked up in a coarse map of the page that is painted in order.
pub(super) fn hide_white_on_nothing(page: &mut Page) {
    let columns = ((page.width / CELL).ceil().clamp(1.0, 4000.0)) as usize;
    let rows = ((page.height / CELL).ceil().clamp(1.0, 4000.0)) as usize;
    let mut dark = vec![false; columns * rows];
    let mut left = CELLS;
    let mut paint = |dark: &mut Vec<bool>, area: Rect, ink: bool| {
        let cell = |v: f64, most: usize| ((v / CELL).clamp(0.0, most as f64)) as usize;
        let (c0, c1) = (cell(area.x0, columns), cell(area.x1 + CELL, columns));
        let (r0, r1) = (cell(area.y0, rows), cell(area.y1 + CELL, rows));
        let cells = c1.saturating_sub(c0) * r1.saturating_sub(r0);
        if cells > left {
            return;
        }
        left -= cells;
        for row in r0..r1 {
            if let Some(cells) = dark.get_mut(row * columns + c0..row * columns + c1) {
                cells.fill(ink);
            }
        }
    };
    let seen = |clips: &[crate::Clip], clip: u32, area: Rect| {
        clips.get(clip as usize).and_then(|c| c.area.intersection(area))
    };
    let (mut path, mut image) = (0, 0);
    for glyph in page.glyphs.iter_mut().filter(|g| g.color.is_white() && g.visible) {
        loop {
            let next_path = page.paths.get(path).filter(|p| p.order < glyph.order);
            let next_image = page.images.get(image).filter(|i| i.order < glyph.order);
            match (next_path, next_image) {
                (Some(p), i) if i.is_none_or(|i| p.order < i.order) => {
                    if let Some((fill, area)) = p.fill.zip(seen(&page.clips, p.clip, p.area)) {
                        paint(&mut dark, area, !fill.is_white());
                    }
                    path += 1;
                }
                (_, Some(i)) => {
                    if let Some(area) = seen(&page.clips, i.clip, i.area) {
                        paint(&mut dark, area, true);
                    }
                    image += 1;
                }
                _ => break,
            }
        }
        let middle = glyph.area.center();
        let column = (middle.x / CELL).clamp(0.0, (columns - 1) as f64) as usize;
        let row = (middle.y / CELL).clamp(0.0, (rows - 1) as f64) as usize;
        glyph.visible = dark.get(row * columns + column).copied().unwrap_or(false);
    }
}

/// Whether a colour would be lost on paper.
pub(super) fn is_paper(color: Color) -> bool {
    color.is_white()
}
