//! Glyphs to words and lines: by baseline and x order, never by the order of showing.

mod drawn;
mod frame;
mod letters;
mod lines;
mod pieces;
mod rules;
mod scripts;
mod shapes;
mod shelf;
mod stroked;
mod words;

#[cfg(test)]
mod tests;

pub use drawn::signs;
pub use lines::read;

use espice_pdf::{Color, Rect};

/// Stands for a glyph whose text is unknown.
pub const UNKNOWN: char = '\u{fffd}';

/// All the text of one page.
#[derive(Clone, Debug, Default)]
pub struct TextPage {
    /// Lines of every direction: from top to bottom, then from left to right, as they read.
    pub lines: Vec<Line>,
    /// Lines that are in the file but not seen: the hidden layer under a scan, text outside its
    /// clip. Nothing is ever served from them.
    pub hidden: Vec<Line>,
}

/// Words that share a baseline and follow each other without a wide gap. A table's row is several
/// lines; a line never crosses a column gap.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The words in reading order.
    pub words: Vec<Word>,
    /// The box around all words.
    pub area: Rect,
    /// Angle of reading: 0, 90 (upwards), 180 or 270; other angles are kept as they are.
    pub angle: f64,
    /// The baseline: y for angles 0 and 180, x for 90 and 270.
    pub baseline: f64,
    /// Size in points of most of its full-size glyphs.
    pub size: f64,
}

impl Line {
    /// The words with one blank between them.
    pub fn text(&self) -> String {
        self.words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ")
    }
}

/// Glyphs without a gap between them, with their sub- and superscripts: `VGS(th)` is one word.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    /// The text without any mark of lowering; a raised number has `^` before it, since 10³ is
    /// not 103: `10^-1`, `mm^2`, `VGS(th)`. [`UNKNOWN`] stands for unknown glyphs. Minus signs
    /// are `-`, micro is `µ` (U+00B5), ohm is `Ω` (U+03A9), ligatures are taken apart. A dash
    /// that is no sign, alone or between numbers or words, is `–` (U+2013).
    pub text: String,
    /// The same, cut where the script changes.
    pub runs: Vec<Run>,
    /// The box around it.
    pub area: Rect,
    /// Size in points of its full-size glyphs.
    pub size: f64,
    /// Bold.
    pub bold: bool,
    /// Italic.
    pub italic: bool,
    /// Colour of its first glyph.
    pub color: Color,
    /// Footnote marks that stood raised behind it (`1`, `*8`, `(2)`, `†`), not part of `text`.
    pub notes: Vec<String>,
    /// Order of its first glyph, see [`espice_pdf::Glyph::order`].
    pub order: u32,
}

impl Word {
    /// Whether a glyph in it is unknown.
    pub fn is_unsure(&self) -> bool {
        self.text.contains(UNKNOWN)
    }
}

/// A stretch of a word in one script.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Its text.
    pub text: String,
    /// Whether it is lowered or raised.
    pub script: Script,
    /// Its box.
    pub area: Rect,
}

/// Full size on the baseline, or smaller and moved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Script {
    /// On the baseline.
    Normal,
    /// Lowered: the `GS` of VGS.
    Sub,
    /// Raised: the exponent of 10⁻³.
    Super,
}
