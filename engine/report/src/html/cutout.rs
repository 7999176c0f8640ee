//! Cut-outs: the place on the page that a value was read from, drawn again.

use crate::svg::escape;
use crate::svg::page::draw;
use crate::svg::press::Press;
use crate::words;
use espice::outcome::Provenance;
use espice::pdf::Rect;
use espice::sheet::Sheet;

/// Cut-outs smaller than this in points are given some of their surroundings.
const LEAST: [f64; 2] = [60.0, 9.0];
/// Space around the box in points.
const MARGIN: f64 = 3.0;

/// Cuts places out of the pages of datasheets, for one document.
pub(super) struct Cutter<'a> {
    sheets: &'a [Sheet],
    press: Press<'a>,
}

impl<'a> Cutter<'a> {
    /// A cutter for a document that has drawn nothing yet.
    pub(super) fn new(sheets: &'a [Sheet]) -> Cutter<'a> {
        Cutter { sheets, press: Press::new("cut") }
    }

    /// The cut-out of a place, closed until asked for; nothing for sources without pages. `id` is
    /// unique in the document.
    pub(super) fn closed(&mut self, from: &Provenance, id: &str) -> Option<String> {
        let drawing = self.open(from, id)?;
        Some(format!(
            "<details class=\"cutout\"><summary>as printed: {}</summary>{drawing}</details>",
            escape(&words::provenance(from))
        ))
    }

    /// The cut-out of a place.
    pub(super) fn open(&mut self, from: &Provenance, id: &str) -> Option<String> {
        let (page, [x0, y0, x1, y1]) = (from.page?, from.area?);
        let sheet = self.sheets.iter().find(|s| s.name == from.source)?;
        let page = &sheet.pages.iter().find(|p| p.page.number == page)?.page;
        let mut area = Rect { x0, y0, x1, y1 }.grown(MARGIN);
        let (wide, high) = (LEAST[0] - area.width(), LEAST[1] - area.height());
        if wide > 0.0 {
            (area.x0, area.x1) = (area.x0 - wide / 2.0, area.x1 + wide / 2.0);
        }
        if high > 0.0 {
            (area.y0, area.y1) = (area.y0 - high / 2.0, area.y1 + high / 2.0);
        }
        let whole = Rect { x0: 0.0, y0: 0.0, x1: page.width, y1: page.height };
        let area = area.intersection(whole)?;
        Some(draw(&mut self.press, page, area, "", id, "cut", 1.5))
    }
}
