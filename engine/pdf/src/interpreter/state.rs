use super::color::Space;
use crate::{Color, Matrix};
use std::rc::Rc;

/// The graphics state (ISO 32000-1, 8.4), as far as it changes what is told of a page.
#[derive(Clone)]
pub(super) struct State {
    pub(super) ctm: Matrix,
    /// Index into the page's clips.
    pub(super) clip: u32,
    pub(super) fill: Paint,
    pub(super) stroke: Paint,
    /// Line width before the matrix.
    pub(super) width: f64,
    pub(super) dash: Rc<[f64]>,
    pub(super) text: TextState,
}

impl State {
    /// The state at the start of a page.
    pub(super) fn new(ctm: Matrix) -> State {
        State {
            ctm,
            clip: 0,
            fill: Paint::default(),
            stroke: Paint::default(),
            width: 1.0,
            dash: Rc::new([]),
            text: TextState::default(),
        }
    }
}

/// A colour with the space that gives its numbers meaning.
#[derive(Clone)]
pub(super) struct Paint {
    pub(super) space: Rc<Space>,
    pub(super) color: Color,
    /// 0 paints nothing.
    pub(super) alpha: f64,
}

impl Default for Paint {
    fn default() -> Paint {
        Paint { space: Rc::new(Space::Gray), color: Color::BLACK, alpha: 1.0 }
    }
}

impl Paint {
    /// The colour as seen on white paper: what shines through whitens it.
    pub(super) fn seen(&self) -> Color {
        let alpha = self.alpha.clamp(0.0, 1.0) as f32;
        let mixed = |v: f32| 1.0 - (1.0 - v) * alpha;
        let Color { r, g, b } = self.color;
        Color { r: mixed(r), g: mixed(g), b: mixed(b) }
    }

    /// Whether painting with it leaves a trace.
    pub(super) fn is_seen(&self) -> bool {
        self.alpha > 0.004
    }
}

/// The text state (ISO 32000-1, 9.3).
#[derive(Clone)]
pub(super) struct TextState {
    /// Index into the page's fonts.
    pub(super) font: Option<u32>,
    pub(super) size: f64,
    pub(super) char_spacing: f64,
    pub(super) word_spacing: f64,
    /// Horizontal scale, 1 for 100 %.
    pub(super) scale: f64,
    pub(super) leading: f64,
    pub(super) rise: f64,
    pub(super) mode: u8,
}

impl Default for TextState {
    fn default() -> TextState {
        TextState {
            font: None,
            size: 0.0,
            char_spacing: 0.0,
            word_spacing: 0.0,
            scale: 1.0,
            leading: 0.0,
            rise: 0.0,
            mode: 0,
        }
    }
}
