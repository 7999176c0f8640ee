use super::paint::{is_near, is_paper};
use super::{Interpreter, bounds};
use crate::content::{Operand, Operands};
use crate::notes::Problem;
use crate::{Glyph, Matrix, Point, Rect, Segment, Subpath};
use std::sync::Arc;

impl Interpreter<'_> {
    /// `Td`.
    pub(super) fn move_line(&mut self, [x, y]: [f64; 2]) {
        self.tlm = Matrix { m: [1.0, 0.0, 0.0, 1.0, x, y] }.then(self.tlm);
        self.tm = self.tlm;
    }

    /// `T*`.
    pub(super) fn next_line(&mut self) {
        self.move_line([0.0, -self.state.text.leading]);
    }

    /// `TJ`.
    pub(super) fn show_spaced(&mut self, args: &Operands) -> Option<()> {
        let list = args.all().last()?;
        // Some writers leave the brackets away.
        let items = if matches!(list, Operand::Array(_)) { args.list(list) } else { args.all() };
        for item in items {
            match item {
                Operand::Number(back) => {
                    let text = &self.state.text;
                    self.step(-back / 1000.0 * text.size * text.scale);
                }
                text => {
                    if let Some(bytes) = args.as_text(text) {
                        self.show(bytes);
                    }
                }
            }
        }
        Some(())
    }

    /// Moves along the line by a distance in text space.
    fn step(&mut self, x: f64) {
        let [a, b, c, d, e, f] = self.tm.m;
        self.tm = Matrix { m: [a, b, c, d, e + x * a, f + x * b] };
    }

    /// Shows a string: `Tj` and each string of `TJ`.
    pub(super) fn show(&mut self, mut bytes: &[u8]) {
        let order = self.next_order();
        let text = self.state.text.clone();
        let Some((index, font)) = text.font.and_then(|f| Some((f, self.fonts.get(f)?))) else {
            if text.font.is_none() {
                self.notes.add(Problem::Resource, || String::from("shows text without a font"));
            }
            return;
        };
        // From em to the page, apart from the place.
        let scaled = Matrix { m: [text.size * text.scale, 0.0, 0.0, text.size, 0.0, 0.0] };
        let ctm = self.state.ctm;
        let [a, b, c, d, ..] = scaled.then(self.tm).then(ctm).m;
        let shape = Matrix { m: [a, b, c, d, 0.0, 0.0] };
        let along = shape.apply_vector(Point::new(1.0, 0.0));
        let up = shape.apply_vector(Point::new(0.0, 1.0));
        let size = up.x.hypot(up.y);
        let angle = angle(along);
        let clip = self.clips.area(self.state.clip);
        let painted = match text.mode % 4 {
            0 => self.state.fill.is_seen(),
            1 => self.state.stroke.is_seen(),
            2 => self.state.fill.is_seen() || self.state.stroke.is_seen(),
            _ => false,
        };
        let color =
            if text.mode % 4 == 1 { self.state.stroke.seen() } else { self.state.fill.seen() };
        while let Some(char) = font.next(bytes) {
            bytes = bytes.get(char.len.max(1)..).unwrap_or_default();
            let start = self.tm.apply(Point::new(0.0, text.rise));
            let origin = ctm.apply(start);
            let advance = Point::new(along.x * char.width, along.y * char.width);
            let spacing = text.char_spacing + if char.is_space { text.word_spacing } else { 0.0 };
            self.step((char.width * text.size + spacing) * text.scale);
            if self.hidden > 0 {
                continue;
            }
            let (outline, known, said) = match &font.type3 {
                Some(type3) => {
                    let drawn = self.type3_glyph(index, &font, type3, char.code);
                    (drawn.outline, drawn.area, drawn.text)
                }
                None => {
                    let area = char.outline.as_ref().map(|o| self.outline_box(o));
                    (char.outline, area.flatten(), char.text)
                }
            };
            let area = known.unwrap_or(Rect {
                x0: 0.0,
                y0: font.descent(),
                x1: char.width.max(0.0),
                y1: font.ascent(),
            });
            let area = on_page(area, shape, origin);
            if !is_near(area) || !size.is_finite() {
                self.notes.add(Problem::Coordinates, || String::from("text"));
                continue;
            }
            if let Some(glyph) = &mut self.glyph {
                // A Type 3 glyph made of other glyphs: their shapes are its shape.
                let place = shape.then(Matrix { m: [1.0, 0.0, 0.0, 1.0, origin.x, origin.y] });
                glyph.extend(outline.iter().flat_map(|o| o.iter()).map(|s| mapped(s, place)));
                continue;
            }
            if self.page.glyphs.len() >= self.limits.glyphs {
                return self.cut("it has too many glyphs");
            }
            let visible = painted && area.intersection(clip).is_some();
            self.white |= visible && is_paper(color);
            self.page.glyphs.push(Glyph {
                text: said,
                code: char.code,
                font: index,
                size,
                origin,
                advance,
                angle,
                area,
                color,
                visible,
                order,
                outline,
            });
        }
    }

    /// The box of an outline in em, looked up after the first time.
    fn outline_box(&mut self, outline: &Arc<Vec<Subpath>>) -> Option<Rect> {
        // An address stands for one outline as long as it is kept alive, which its font does.
        let address = Arc::as_ptr(outline) as usize;
        if let Some(known) = self.boxes.get(&address) {
            return Some(*known);
        }
        let area = bounds(outline)?;
        self.boxes.insert(address, area);
        Some(area)
    }
}

/// Angle of a baseline on the page in degrees, counter-clockwise; y points down.
fn angle(along: Point) -> f64 {
    let angle = (-along.y).atan2(along.x).to_degrees();
    // Whole right angles must not suffer from rounding.
    let right = (angle / 90.0).round() * 90.0;
    let angle = if (angle - right).abs() < 1e-3 { right } else { angle };
    if angle <= -180.0 { 180.0 } else { angle + 0.0 }
}

/// The upright box of a box in em.
fn on_page(area: Rect, shape: Matrix, origin: Point) -> Rect {
    let corner = |x, y| {
        let p = shape.apply_vector(Point::new(x, y));
        Point::new(p.x + origin.x, p.y + origin.y)
    };
    let [a, b, c, d] = [
        corner(area.x0, area.y0),
        corner(area.x1, area.y0),
        corner(area.x1, area.y1),
        corner(area.x0, area.y1),
    ];
    Rect::new(a, b).union(Rect::new(c, d))
}

/// A subpath elsewhere.
pub(super) fn mapped(subpath: &Subpath, matrix: Matrix) -> Subpath {
    Subpath {
        start: matrix.apply(subpath.start),
        segments: subpath
            .segments
            .iter()
            .map(|segment| match *segment {
                Segment::Line(p) => Segment::Line(matrix.apply(p)),
                Segment::Curve(a, b, c) => {
                    Segment::Curve(matrix.apply(a), matrix.apply(b), matrix.apply(c))
                }
            })
            .collect(),
        closed: subpath.closed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn angles_are_whole_where_the_page_means_it() {
        for (along, degrees) in [
            ((2.0, 0.0), 0.0),
            ((0.0, -1.0), 90.0),
            ((1e-9, -1.0), 90.0),
            ((-1.0, 1e-12), 180.0),
            ((-1.0, -0.0), 180.0),
            ((0.0, 1.0), -90.0),
            ((1.0, -1.0), 45.0),
        ] {
            let got = angle(Point::new(along.0, along.1));
            assert!((got - degrees).abs() < 1e-9, "{along:?}: {got}");
        }
    }
}
