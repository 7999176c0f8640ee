use super::state::State;
use super::{Interpreter, Scope, bounds};
use crate::font::{Font, Type3};
use crate::objects::{cost, unpack};
use crate::{Matrix, Point, Rect, Subpath};
use lopdf::Object;
use std::sync::Arc;

/// What the content stream of a Type 3 glyph draws.
#[derive(Clone, Default)]
pub(super) struct Drawn {
    pub(super) outline: Option<Arc<Vec<Subpath>>>,
    /// The box in em of outlines, images or what `d1` declares.
    pub(super) area: Option<Rect>,
    /// Whether it was read and painted nothing.
    blank: bool,
    /// What it says, by its name or its shape.
    pub(super) text: Option<Box<str>>,
}

/// Glyphs within glyphs.
const DEPTH: usize = 4;

impl Interpreter<'_> {
    /// Outline, box in em and text of a glyph that is drawn by a content stream.
    pub(super) fn type3_glyph(
        &mut self,
        index: u32,
        font: &Font,
        type3: &Type3,
        code: u32,
    ) -> Drawn {
        if let Some(known) = self.type3.get(&(index, code)) {
            return known.clone();
        }
        // A glyph that shows itself finds this and ends.
        self.type3.insert((index, code), Drawn::default());
        let mut drawn = self.draw(type3, code).unwrap_or_default();
        let outline = drawn.outline.as_deref().map(Vec::as_slice);
        // A stream that paints nothing is a blank.
        let ink = outline.or(drawn.blank.then_some(&[]));
        drawn.text = font.text_of_drawn(code, ink);
        self.type3.insert((index, code), drawn.clone());
        drawn
    }

    fn draw(&mut self, type3: &Type3, code: u32) -> Option<Drawn> {
        let document = self.document;
        let Object::Stream(stream) = document.objects.get(type3.procs.get(&code)?)? else {
            return None;
        };
        if self.glyph_depth >= DEPTH {
            return None;
        }
        let unpacked = unpack(document, stream, self.limits.stream.min(self.content));
        self.content = self.content.saturating_sub(cost(stream, &unpacked));
        if unpacked.damaged {
            self.stream_damaged("a glyph");
        }
        self.glyph_depth += 1;
        let outer_state = std::mem::replace(&mut self.state, State::new(type3.matrix));
        let outer_path = std::mem::take(&mut self.path);
        let outer_glyph = self.glyph.replace(Vec::new());
        let outer_box = self.glyph_area.take();
        let outer_painted = std::mem::take(&mut self.glyph_painted);
        let outer_clipping = std::mem::take(&mut self.clipping);
        let outer_matrices = (self.tm, self.tlm);
        (self.tm, self.tlm) = (Matrix::IDENTITY, Matrix::IDENTITY);
        let mut scope = Scope::new(type3.resources.as_ref(), None);
        self.run(&unpacked.bytes, &mut scope);
        (self.tm, self.tlm) = outer_matrices;
        self.clipping = outer_clipping;
        self.state = outer_state;
        self.path = outer_path;
        self.glyph_depth -= 1;
        let declared = std::mem::replace(&mut self.glyph_area, outer_box);
        let subpaths = std::mem::replace(&mut self.glyph, outer_glyph).unwrap_or_default();
        let painted = std::mem::replace(&mut self.glyph_painted, outer_painted);
        let area = bounds(&subpaths).or(declared);
        let outline = (!subpaths.is_empty()).then(|| Arc::new(subpaths));
        let blank = outline.is_none() && !painted && !unpacked.damaged;
        Some(Drawn { outline, area, blank, text: None })
    }

    /// `d1`: the box that the glyph declares, wrong or empty in many fonts.
    pub(super) fn glyph_box(&mut self, [_, _, x0, y0, x1, y1]: [f64; 6]) {
        if self.glyph.is_some() && x0 != x1 && y0 != y1 {
            self.add_glyph_area(Rect::new(Point::new(x0, y0), Point::new(x1, y1)));
        }
    }

    /// A box in the current space that belongs to the glyph that is drawn.
    pub(super) fn add_glyph_area(&mut self, area: Rect) {
        let corner = |x, y| self.state.ctm.apply(Point::new(x, y));
        let corners = [
            corner(area.x0, area.y0),
            corner(area.x1, area.y0),
            corner(area.x1, area.y1),
            corner(area.x0, area.y1),
        ];
        self.glyph_area = Rect::around(corners);
    }
}
