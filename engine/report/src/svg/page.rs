//! Pages of datasheets drawn again, whole or in part, so that a reader sees what was read.
//!
//! Places are points from the upper left corner of the page, y down, as in [`espice::pdf`].

use super::escape;
use super::press::Press;
use espice::pdf::{Color, Glyph, Page, PathObject, Point, Rect, Segment, Subpath};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

/// Draws the part of a page that lies in `area`, with `marks` (SVG in page points) above it.
///
/// `press` is that of the document, `id` unique in it; `class` is that of the `svg` element, whose
/// size in CSS pixels is `zoom` times that of the area.
pub(crate) fn draw<'a>(
    press: &mut Press<'a>,
    page: &'a Page,
    area: Rect,
    marks: &str,
    id: &str,
    class: &str,
    zoom: f64,
) -> String {
    let mut ink = Ink { press, page, area, id, clips: BTreeMap::new(), outlines: Vec::new() };
    let body = ink.body();
    let mut out = format!(
        "<svg class=\"{class}\" viewBox=\"{} {} {} {}\" width=\"{}\" height=\"{}\">",
        number(area.x0),
        number(area.y0),
        number(area.width()),
        number(area.height()),
        number(area.width() * zoom),
        number(area.height() * zoom)
    );
    out += &ink.definitions();
    let _ = write!(
        out,
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"#fff\"/>",
        number(area.x0),
        number(area.y0),
        number(area.width()),
        number(area.height())
    );
    out += &body;
    out += marks;
    out + "</svg>\n"
}

/// A coordinate with two decimals and nothing superfluous.
pub(crate) fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    String::from(if text.is_empty() || text == "-0" { "0" } else { text })
}

/// Path data of a polyline through page points.
pub(crate) fn polyline(points: &[Point]) -> String {
    let mut data = String::new();
    for (i, p) in points.iter().enumerate() {
        let _ = write!(data, "{}{} {}", if i == 0 { 'M' } else { 'L' }, number(p.x), number(p.y));
    }
    data
}

/// What is drawn, and what it refers to.
struct Ink<'p, 'a> {
    press: &'p mut Press<'a>,
    page: &'a Page,
    area: Rect,
    id: &'p str,
    /// Clips in use, by their index on the page.
    clips: BTreeMap<u32, Rect>,
    /// Outlines that no earlier drawing of the document has, with their ids.
    outlines: Vec<(String, Arc<Vec<Subpath>>)>,
}

/// One thing to paint, in the order of painting.
enum Item<'a> {
    Path(&'a PathObject),
    Glyph(&'a Glyph),
    Image(&'a espice::pdf::Image),
}

impl Ink<'_, '_> {
    fn body(&mut self) -> String {
        let page = self.page;
        let near = self.area.grown(2.0);
        let seen = |area: Rect| area.intersection(near).is_some();
        let found = self.press.near(page, near);
        let paths = found.paths.iter().filter_map(|i| page.paths.get(*i));
        let glyphs = found.glyphs.iter().filter_map(|i| page.glyphs.get(*i));
        let images = page.images.iter();
        let mut items: Vec<(u32, Item<'_>)> = Vec::new();
        items.extend(paths.filter(|p| seen(p.area)).map(|p| (p.order, Item::Path(p))));
        items.extend(images.filter(|i| seen(i.area)).map(|i| (i.order, Item::Image(i))));
        let glyphs = glyphs.filter(|g| g.visible && seen(g.area));
        items.extend(glyphs.map(|g| (g.order, Item::Glyph(g))));
        items.sort_by_key(|(order, _)| *order);
        let mut out = String::new();
        for (_, item) in items {
            match item {
                Item::Path(path) => self.path(path, &mut out),
                Item::Glyph(glyph) => self.glyph(glyph, &mut out),
                Item::Image(image) => self.image(image, &mut out),
            }
        }
        out
    }

    fn path(&mut self, path: &PathObject, out: &mut String) {
        let data: String = path.subpaths.iter().map(|s| data(s, number)).collect();
        let _ = write!(out, "<path d=\"{data}\"");
        match path.fill {
            Some(color) => {
                let _ = write!(out, " fill=\"{}\"", paint(color));
                if path.even_odd {
                    out.push_str(" fill-rule=\"evenodd\"");
                }
            }
            None => out.push_str(" fill=\"none\""),
        }
        if let Some(stroke) = &path.stroke {
            let width = if stroke.width > 0.0 { stroke.width } else { 0.1 };
            let _ = write!(
                out,
                " stroke=\"{}\" stroke-width=\"{}\"",
                paint(stroke.color),
                number(width)
            );
            if !stroke.dash.is_empty() {
                let dash: Vec<String> = stroke.dash.iter().map(|d| number(*d)).collect();
                let _ = write!(out, " stroke-dasharray=\"{}\"", dash.join(" "));
            }
        }
        if let Some(clip) = self.clip(path.clip, path.area) {
            let _ = write!(out, " clip-path=\"url(#{clip})\"");
        }
        out.push_str("/>");
    }

    /// The name of a clip that really cuts something off.
    fn clip(&mut self, index: u32, area: Rect) -> Option<String> {
        let clip = self.page.clips.get(index as usize)?.area;
        let whole = clip.intersection(area) == Some(area);
        if whole {
            return None;
        }
        self.clips.insert(index, clip);
        Some(format!("{}c{index}", self.id))
    }

    fn glyph(&mut self, glyph: &Glyph, out: &mut String) {
        let (sin, cos) = glyph.angle.to_radians().sin_cos();
        let Some(outline) = &glyph.outline else {
            return self.text(glyph, out);
        };
        if outline.is_empty() {
            return;
        }
        let (id, new) = self.press.outline(outline);
        if new {
            self.outlines.push((id.clone(), outline.clone()));
        }
        let s = glyph.size;
        let _ = write!(
            out,
            "<use href=\"#{id}\" transform=\"matrix({} {} {} {} {} {})\"{}/>",
            number(s * cos),
            number(-s * sin),
            number(-s * sin),
            number(-s * cos),
            number(glyph.origin.x),
            number(glyph.origin.y),
            fill(glyph.color)
        );
    }

    /// A glyph of a font that is not embedded, in a face that is like it.
    fn text(&self, glyph: &Glyph, out: &mut String) {
        let Some(text) = glyph.text.as_deref().filter(|t| !t.trim().is_empty()) else { return };
        let font = self.page.fonts.get(glyph.font as usize);
        let name = font.map_or("", |f| f.name.as_str()).to_lowercase();
        let serif = name.contains("times") || name.contains("serif") || name.contains("roman");
        let mono = name.contains("courier") || name.contains("mono");
        let family = match (mono, serif) {
            (true, _) => "monospace",
            (_, true) => "serif",
            _ => "sans-serif",
        };
        let _ = write!(
            out,
            "<text x=\"{}\" y=\"{}\" style=\"font:{}{}px {family}\"",
            number(glyph.origin.x),
            number(glyph.origin.y),
            if font.is_some_and(|f| f.bold) { "bold " } else { "" },
            number(glyph.size)
        );
        if glyph.angle != 0.0 {
            let _ = write!(
                out,
                " transform=\"rotate({} {} {})\"",
                number(-glyph.angle),
                number(glyph.origin.x),
                number(glyph.origin.y)
            );
        }
        let _ = write!(out, " fill=\"{}\">{}</text>", paint(glyph.color), escape(text));
    }

    /// Images are not decoded: their place is shown.
    fn image(&self, image: &espice::pdf::Image, out: &mut String) {
        let a = image.area;
        let _ = write!(
            out,
            "<path d=\"M{0} {1}H{2}V{3}H{0}ZL{2} {3}M{2} {1}L{0} {3}\" fill=\"#eee\" stroke=\"#bbb\" \
             stroke-width=\"0.3\"/>",
            number(a.x0),
            number(a.y0),
            number(a.x1),
            number(a.y1)
        );
    }

    fn definitions(&self) -> String {
        if self.clips.is_empty() && self.outlines.is_empty() {
            return String::new();
        }
        let mut out = String::from("<defs>");
        for (index, clip) in &self.clips {
            let _ = write!(
                out,
                "<clipPath id=\"{}c{index}\"><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/></clipPath>",
                self.id,
                number(clip.x0),
                number(clip.y0),
                number(clip.width()),
                number(clip.height())
            );
        }
        for (id, outline) in &self.outlines {
            let data: String = outline.iter().map(|s| data(s, fine)).collect();
            let _ = write!(out, "<path id=\"{id}\" d=\"{data}\"/>");
        }
        out + "</defs>"
    }
}

/// Path data of a subpath.
fn data(subpath: &Subpath, show: fn(f64) -> String) -> String {
    let at = |p: Point| format!("{} {}", show(p.x), show(p.y));
    let mut out = format!("M{}", at(subpath.start));
    for segment in &subpath.segments {
        match *segment {
            Segment::Line(p) => out += &format!("L{}", at(p)),
            Segment::Curve(a, b, p) => out += &format!("C{} {} {}", at(a), at(b), at(p)),
        }
    }
    if subpath.closed {
        out.push('Z');
    }
    out
}

/// A coordinate in em units: a thousandth is finer than any eye.
fn fine(value: f64) -> String {
    let text = format!("{value:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    let text = if text == "-0" { "0" } else { text };
    match text.strip_prefix("0.") {
        Some(rest) => format!(".{rest}"),
        None => String::from(text),
    }
}

fn fill(color: Color) -> String {
    if color == Color::BLACK { String::new() } else { format!(" fill=\"{}\"", paint(color)) }
}

/// `#rrggbb`.
fn paint(color: Color) -> String {
    let part = |c: f32| (c.clamp(0.0, 1.0) * 255.0).round() as u8;
    format!("#{:02x}{:02x}{:02x}", part(color.r), part(color.g), part(color.b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use espice::pdf::{Clip, Stroke};

    fn page() -> Page {
        let square = Subpath {
            start: Point::new(10.0, 10.0),
            segments: vec![
                Segment::Line(Point::new(60.0, 10.0)),
                Segment::Curve(
                    Point::new(60.0, 20.0),
                    Point::new(60.0, 30.0),
                    Point::new(50.125, 40.0),
                ),
            ],
            closed: true,
        };
        let outline = Arc::new(vec![Subpath {
            start: Point::new(0.0, 0.0),
            segments: vec![Segment::Line(Point::new(0.5, 0.7))],
            closed: true,
        }]);
        let glyph = |x: f64, outline: Option<Arc<Vec<Subpath>>>| Glyph {
            text: Some("<".into()),
            code: 60,
            font: 0,
            size: 8.0,
            origin: Point::new(x, 50.0),
            advance: Point::new(5.0, 0.0),
            angle: 90.0,
            area: Rect { x0: x, y0: 42.0, x1: x + 5.0, y1: 50.0 },
            color: Color::BLACK,
            visible: true,
            order: 7,
            outline,
        };
        Page {
            width: 100.0,
            height: 100.0,
            paths: vec![PathObject {
                area: Rect { x0: 10.0, y0: 10.0, x1: 60.0, y1: 40.0 },
                subpaths: vec![square],
                fill: None,
                even_odd: false,
                stroke: Some(Stroke { color: Color::BLACK, width: 0.0, dash: vec![2.0, 1.0] }),
                clip: 1,
                order: 3,
            }],
            glyphs: vec![
                glyph(20.0, Some(outline.clone())),
                glyph(30.0, Some(outline)),
                glyph(40.0, None),
            ],
            clips: vec![
                Clip::default(),
                Clip { area: Rect { x0: 0.0, y0: 0.0, x1: 30.0, y1: 100.0 }, exact: true },
            ],
            ..Page::default()
        }
    }

    #[test]
    fn a_part_of_a_page_holds_what_lies_in_it_and_nothing_else() {
        let page = page();
        let whole = Rect { x0: 0.0, y0: 0.0, x1: 100.0, y1: 100.0 };
        let mut press = Press::new("a");
        let drawn = draw(&mut press, &page, whole, "<g/>", "a", "cut", 2.0);
        assert!(drawn.contains("viewBox=\"0 0 100 100\" width=\"200\""));
        assert!(drawn.contains("M10 10L60 10C60 20 60 30 50.12 40Z"), "{drawn}");
        assert!(drawn.contains("stroke-dasharray=\"2 1\"") && drawn.contains("url(#ac1)"));
        assert_eq!(drawn.matches("<path id=\"ag0\"").count(), 1, "an outline is written once");
        assert_eq!(drawn.matches("href=\"#ag0\"").count(), 2);
        assert!(drawn.contains("&lt;") && drawn.ends_with("<g/></svg>\n"));
        let corner = Rect { x0: 80.0, y0: 80.0, x1: 90.0, y1: 90.0 };
        assert!(!draw(&mut press, &page, corner, "", "b", "cut", 1.0).contains("<path"));
        let again = draw(&mut press, &page, whole, "", "c", "cut", 1.0);
        assert_eq!(again.matches("<path id=").count(), 0, "once in the document");
        assert_eq!(again.matches("href=\"#ag0\"").count(), 2);
    }
}
