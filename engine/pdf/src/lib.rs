//! PDF pages as what is seen on them: glyphs, paths and images with their places.
//!
//! lopdf gives objects; this crate interprets the content: graphics and text state, forms,
//! clips, inline images, fonts of every type. It knows nothing of tables or plots.
//!
//! All places are in points (1/72 inch) from the upper left corner of the visible page (the crop
//! box after `/Rotate`), x to the right and y **down**.

mod content;
mod document;
mod font;
mod function;
mod geometry;
mod interpreter;
mod limits;
mod notes;
mod objects;
mod page;
mod tree;
mod weight;

#[cfg(test)]
mod tests;

pub use document::{Document, Info};
pub use font::character_of;
pub use geometry::{Matrix, Point, Rect};
pub use limits::PdfLimits;
pub use page::{
    Clip, Color, FontInfo, Glyph, Image, Page, PathObject, Reading, Segment, Stroke, Subpath,
};

/// Shapes of characters, for the program that makes the table of those that are known. Nobody who
/// reads pages needs it.
pub mod shapes {
    pub use crate::font::{Drawn, ShapeFont};
}
