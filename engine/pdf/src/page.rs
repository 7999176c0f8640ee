use crate::{Matrix, Point, Rect};
use std::sync::Arc;

/// What is seen on one page, in the order of painting.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Page, from 1.
    pub number: u32,
    /// Width of the visible page in points, after rotation.
    pub width: f64,
    /// Height of the visible page in points, after rotation.
    pub height: f64,
    /// Every glyph that was shown, blanks included.
    pub glyphs: Vec<Glyph>,
    /// The fonts that glyphs refer to.
    pub fonts: Vec<Arc<FontInfo>>,
    /// Every path that was filled or stroked.
    pub paths: Vec<PathObject>,
    /// Every image, inline ones and image masks included.
    pub images: Vec<Image>,
    /// The clips that paths and images refer to; 0 is the page itself.
    pub clips: Vec<Clip>,
    /// Whether the content was read to its end strictly, with repairs, or cut at a limit.
    pub reading: Reading,
}

/// How far a page's content could be read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Reading {
    /// Every operator was understood.
    #[default]
    Strict,
    /// Something was malformed and passed over; a diagnostic says what.
    Lenient,
    /// A limit on operators, paths, nesting or memory was hit: the rest of the page is missing.
    Cut,
}

/// One glyph that was shown.
#[derive(Clone, PartialEq, Debug)]
pub struct Glyph {
    /// Its text; `None` where neither glyph name, ToUnicode, encoding nor outline tells it.
    /// A ligature has several characters. Blanks are ` `.
    pub text: Option<Box<str>>,
    /// The character code in the font.
    pub code: u32,
    /// Index into [`Page::fonts`].
    pub font: u32,
    /// Size in points as seen: the length of the font's em along its own up direction.
    pub size: f64,
    /// The origin on the baseline.
    pub origin: Point,
    /// From this origin to where the next glyph would start, without character and word spacing.
    pub advance: Point,
    /// Angle of the baseline in degrees, counter-clockwise as seen: 0 upright, 90 reading upwards.
    pub angle: f64,
    /// The upright box of the ink where outlines are known, else of advance, ascent and descent.
    pub area: Rect,
    /// Fill colour.
    pub color: Color,
    /// False for text rendering mode 3 (the hidden layer of scans), for glyphs outside the clip,
    /// and for white glyphs on nothing.
    pub visible: bool,
    /// Position of the showing operator in the interpreted stream: paths, images and glyphs of a
    /// page share one count, so that what is painted later has the greater number.
    pub order: u32,
    /// Outline in em units with y up, shared by all glyphs of this code in this font; `None`
    /// where the font is not embedded or its program cannot be read.
    pub outline: Option<Arc<Vec<Subpath>>>,
}

/// What is known of a font.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct FontInfo {
    /// PostScript name without the subset tag: `Helvetica-Bold`.
    pub name: String,
    /// Whether its program is embedded and could be read.
    pub embedded: bool,
    /// Bold by name, flags or weight.
    pub bold: bool,
    /// Italic by name, flags or angle.
    pub italic: bool,
    /// Type 3: glyphs are drawn by content streams.
    pub type3: bool,
    /// A symbolic font (Symbol, Wingdings, private use).
    pub symbolic: bool,
}

/// A colour as seen, each component 0 to 1.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Color {
    /// Red.
    pub r: f32,
    /// Green.
    pub g: f32,
    /// Blue.
    pub b: f32,
}

impl Color {
    /// Black.
    pub const BLACK: Color = Color { r: 0.0, g: 0.0, b: 0.0 };
    /// White.
    pub const WHITE: Color = Color { r: 1.0, g: 1.0, b: 1.0 };

    /// Whether it cannot be told from white paper.
    pub fn is_white(self) -> bool {
        self.r > 0.98 && self.g > 0.98 && self.b > 0.98
    }
}

/// One painted path: all subpaths between two painting operators, already on the page's places.
#[derive(Clone, PartialEq, Debug)]
pub struct PathObject {
    /// A subpath for each `m` or `re`.
    pub subpaths: Vec<Subpath>,
    /// Fill colour, when filled.
    pub fill: Option<Color>,
    /// Whether the even-odd rule holds.
    pub even_odd: bool,
    /// Pen, when stroked.
    pub stroke: Option<Stroke>,
    /// Index into [`Page::clips`].
    pub clip: u32,
    /// See [`Glyph::order`].
    pub order: u32,
    /// The box of all control points.
    pub area: Rect,
}

/// One connected run of segments.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Subpath {
    /// Where it starts.
    pub start: Point,
    /// Its segments.
    pub segments: Vec<Segment>,
    /// Whether `h` (or `re`, or a closing painter) closed it.
    pub closed: bool,
}

/// A line or a cubic Bézier from the end of the one before.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Segment {
    /// To a point.
    Line(Point),
    /// First control point, second control point, end.
    Curve(Point, Point, Point),
}

impl Segment {
    /// Where it ends.
    pub fn end(self) -> Point {
        match self {
            Segment::Line(p) | Segment::Curve(_, _, p) => p,
        }
    }
}

/// The pen.
#[derive(Clone, PartialEq, Debug)]
pub struct Stroke {
    /// Colour.
    pub color: Color,
    /// Width in points as seen; 0 is the thinnest line.
    pub width: f64,
    /// Lengths of dashes and gaps in points as seen; empty is solid.
    pub dash: Vec<f64>,
}

/// Where painting leaves a trace: the intersection of all clip paths in force.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Clip {
    /// The upright box around it.
    pub area: Rect,
    /// Whether the clip *is* that box; else the box only bounds it.
    pub exact: bool,
}

/// An image's place.
#[derive(Clone, PartialEq, Debug)]
pub struct Image {
    /// From the unit square to the page.
    pub matrix: Matrix,
    /// The upright box on the page.
    pub area: Rect,
    /// Samples across.
    pub width: u32,
    /// Samples down.
    pub height: u32,
    /// Bits a component.
    pub bits: u8,
    /// Whether it is a stencil mask, painted in the fill colour.
    pub mask: bool,
    /// The last filter of its stream (`DCTDecode`, `CCITTFaxDecode`), empty when none.
    pub filter: String,
    /// Index into [`Page::clips`].
    pub clip: u32,
    /// See [`Glyph::order`].
    pub order: u32,
}
