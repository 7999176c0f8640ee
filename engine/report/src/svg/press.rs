//! What the drawings of pages in one document share: outlines that are written once, and where
//! things lie on a page, so that a table of thousands of rows can show each beside its place.

use espice::pdf::{Page, Rect, Subpath};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The drawings of pages in one document.
pub(crate) struct Press<'a> {
    /// Stands before the numbers of outlines; unique in the document.
    prefix: String,
    /// By the place of the shared value in memory, which only groups; the number is that of
    /// first use. Values are kept, so that no other can take their place.
    outlines: BTreeMap<usize, (usize, Arc<Vec<Subpath>>)>,
    pages: Vec<(&'a Page, Shelves)>,
}

/// What of a page may touch an area, as indices in its lists.
pub(super) struct Near {
    pub(super) paths: Vec<usize>,
    pub(super) glyphs: Vec<usize>,
}

impl<'a> Press<'a> {
    /// Nothing drawn yet; `prefix` begins the ids of shared outlines.
    pub(crate) fn new(prefix: &str) -> Press<'a> {
        Press { prefix: prefix.into(), outlines: BTreeMap::new(), pages: Vec::new() }
    }

    /// The id of an outline, and whether it is new to the document: then it has to be written.
    pub(super) fn outline(&mut self, outline: &Arc<Vec<Subpath>>) -> (String, bool) {
        let next = self.outlines.len();
        let place = Arc::as_ptr(outline).addr();
        let (number, _) = self.outlines.entry(place).or_insert_with(|| (next, outline.clone()));
        (format!("{}g{number}", self.prefix), *number == next)
    }

    /// What may touch an area of a page, and some more.
    pub(super) fn near(&mut self, page: &'a Page, area: Rect) -> Near {
        let at = match self.pages.iter().position(|(known, _)| std::ptr::eq(*known, page)) {
            Some(at) => at,
            None => {
                self.pages.push((page, Shelves::of(page)));
                self.pages.len() - 1
            }
        };
        let found = self.pages.get(at).map(|(_, shelves)| shelves);
        Near {
            paths: found.map_or(Vec::new(), |s| s.paths.near(area)),
            glyphs: found.map_or(Vec::new(), |s| s.glyphs.near(area)),
        }
    }
}

/// Where paths and glyphs of a page lie.
struct Shelves {
    paths: Bands,
    glyphs: Bands,
}

impl Shelves {
    fn of(page: &Page) -> Shelves {
        Shelves {
            paths: Bands::of(page.paths.iter().map(|p| p.area), page.height),
            glyphs: Bands::of(page.glyphs.iter().map(|g| g.area), page.height),
        }
    }
}

/// Boxes by the horizontal bands that they touch.
struct Bands {
    /// Height of a band in points.
    step: f64,
    bands: Vec<Vec<usize>>,
    /// Boxes that touch many bands.
    tall: Vec<usize>,
}

/// Height of a band in points: about two lines of text.
const STEP: f64 = 16.0;
/// Most bands of a page.
const MOST_BANDS: f64 = 4096.0;
/// A box that touches more bands than this is looked at always.
const TALL: usize = 8;

impl Bands {
    fn of(areas: impl Iterator<Item = Rect>, height: f64) -> Bands {
        let height = if height.is_finite() { height.max(STEP) } else { STEP };
        let step = STEP.max(height / MOST_BANDS);
        let count = (height / step).ceil() as usize;
        let mut bands = Bands { step, bands: vec![Vec::new(); count], tall: Vec::new() };
        for (i, area) in areas.enumerate() {
            let (first, last) = bands.range(area);
            if last - first >= TALL {
                bands.tall.push(i);
                continue;
            }
            for band in bands.bands.iter_mut().take(last + 1).skip(first) {
                band.push(i);
            }
        }
        bands
    }

    /// The first and the last band that a box touches; what lies off the page touches an end.
    fn range(&self, area: Rect) -> (usize, usize) {
        // A cast takes what is below zero, or no number, as zero.
        let band = |y: f64| ((y / self.step) as usize).min(self.bands.len().saturating_sub(1));
        let (first, last) = (band(area.y0), band(area.y1));
        (first.min(last), first.max(last))
    }

    /// The boxes that may touch an area, in their order.
    fn near(&self, area: Rect) -> Vec<usize> {
        let (first, last) = self.range(area);
        let bands = self.bands.iter().take(last + 1).skip(first).flatten();
        let mut found: Vec<usize> = bands.chain(&self.tall).copied().collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_touches_an_area_is_missed() {
        let boxes: Vec<Rect> = (0..400)
            .map(|i| {
                let y0 = f64::from(i * 37 % 811) - 20.0;
                let high = [2.0, 9.0, 40.0, 300.0][i as usize % 4];
                Rect { x0: 0.0, y0, x1: 5.0, y1: y0 + high }
            })
            .collect();
        let bands = Bands::of(boxes.iter().copied(), 800.0);
        let mut some = 0;
        for y in -3..90 {
            let y0 = f64::from(y) * 9.7;
            let area = Rect { x0: 0.0, y0, x1: 9.0, y1: y0 + 12.0 };
            let found = bands.near(area);
            assert!(found.is_sorted_by(|a, b| a < b), "in order and once");
            some += usize::from(found.len() < boxes.len() / 2);
            for (i, other) in boxes.iter().enumerate() {
                let touches = other.intersection(area).is_some();
                assert!(!touches || found.contains(&i), "{other:?} at {y0}");
            }
        }
        assert!(some > 80, "{some}");
        // A page without a height is one band.
        assert_eq!(Bands::of(boxes.iter().copied(), f64::NAN).near(boxes[3]).len(), 400);
    }

    #[test]
    fn outlines_are_written_once_in_a_document() {
        let outlines = [Arc::new(Vec::new()), Arc::new(Vec::new())];
        let mut press = Press::new("d");
        assert_eq!(press.outline(&outlines[1]), (String::from("dg0"), true));
        assert_eq!(press.outline(&outlines[0]), (String::from("dg1"), true));
        assert_eq!(press.outline(&outlines[1].clone()), (String::from("dg0"), false));
    }
}
