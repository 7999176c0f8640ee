use super::path::{as_rectangle, bounds};
use crate::{Clip, Rect, Subpath};
use std::collections::BTreeMap;

/// The clips of a page, each kept once.
pub(super) struct Clips {
    pub(super) all: Vec<Clip>,
    seen: BTreeMap<([u64; 4], bool), u32>,
}

impl Clips {
    /// Only the page itself.
    pub(super) fn new(page: Rect) -> Clips {
        Clips { all: vec![Clip { area: page, exact: true }], seen: BTreeMap::new() }
    }

    /// The box of a clip.
    pub(super) fn area(&self, clip: u32) -> Rect {
        self.all.get(clip as usize).map(|c| c.area).unwrap_or_default()
    }

    /// A clip narrowed by a path. A path without subpaths leaves nothing to see.
    pub(super) fn narrowed(&mut self, clip: u32, path: &[Subpath]) -> u32 {
        match path {
            [] => self.narrowed_to(clip, None, true),
            [one] => match as_rectangle(one) {
                Some(rectangle) => self.narrowed_to(clip, Some(rectangle), true),
                None => self.narrowed_to(clip, bounds(path), false),
            },
            _ => self.narrowed_to(clip, bounds(path), false),
        }
    }

    /// A clip narrowed by a box, `exact` when the new clip path is that box.
    pub(super) fn narrowed_to(&mut self, clip: u32, by: Option<Rect>, exact: bool) -> u32 {
        let old = self.all.get(clip as usize).cloned().unwrap_or_default();
        let corner = Rect { x1: old.area.x0, y1: old.area.y0, ..old.area };
        let area = by.and_then(|by| by.intersection(old.area)).unwrap_or(corner);
        // An exact box around all that was seen changes nothing.
        if exact && area == old.area {
            return clip;
        }
        self.keep(Clip { area, exact: exact && old.exact })
    }

    fn keep(&mut self, new: Clip) -> u32 {
        let key = (new.area.to_array().map(f64::to_bits), new.exact);
        *self.seen.entry(key).or_insert_with(|| {
            self.all.push(new);
            u32::try_from(self.all.len() - 1).unwrap_or(u32::MAX)
        })
    }
}
