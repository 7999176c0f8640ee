//! Plots that are images: they are listed, so that they are not missing without a word.

use super::{Axis, Panel, Plot, PlotInk, title};
use crate::sheet::text::TextPage;
use espice_facts::{Conditions, Status};
use espice_pdf::{Page, Rect};

/// Images smaller than this, in points, are logos or symbols.
const SMALLEST: [f64; 2] = [90.0, 60.0];
/// No page has more.
const MOST: usize = 64;

/// A refused plot for each image with a figure's caption at it.
pub(super) fn pictures(page: &Page, text: &TextPage, known: &[Plot]) -> Vec<Plot> {
    let page_area = page.width * page.height;
    let mut frames: Vec<Rect> = Vec::new();
    for image in &page.images {
        let area = image.area;
        let large = area.width() >= SMALLEST[0] && area.height() >= SMALLEST[1];
        // A whole page's scan is not a plot.
        let whole = area.width() * area.height() > 0.6 * page_area;
        let overlaps = |other: &Rect| {
            area.intersection(*other)
                .is_some_and(|i| i.width() * i.height() > 0.3 * area.width() * area.height())
        };
        let new = !frames.iter().any(overlaps) && !known.iter().any(|k| overlaps(&k.panel.frame));
        if large && !whole && new && frames.len() < MOST && title::captioned(text, &area) {
            frames.push(area);
        }
    }
    frames
        .into_iter()
        .map(|frame| Plot {
            panel: Panel {
                page: page.number,
                frame,
                area: frame,
                title: String::new(),
                x: Axis::unread(),
                y: Axis::unread(),
                y2: None,
                traces: Vec::new(),
                conditions: Conditions::default(),
                parts: Vec::new(),
                status: Status::Refused,
                reasons: vec!["the plot is an image; only drawn plots are read".to_string()],
            },
            ink: PlotInk::default(),
        })
        .collect()
}
