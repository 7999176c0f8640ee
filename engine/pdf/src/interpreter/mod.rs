//! The content of a page, operator by operator (ISO 32000-1, 8 and 9, annex A).

mod clip;
mod color;
mod dots;
mod marked;
mod operators;
mod paint;
mod path;
mod resources;
mod run;
mod state;
mod text;
mod type3;
mod xobject;

pub(crate) use path::bounds;
pub(crate) use resources::FontCache;

use crate::content::Operand;
use crate::notes::{Notes, Problem};
use crate::{Matrix, Page, PdfLimits, Point, Rect, Subpath};
use clip::Clips;
use color::Space;
use lopdf::{Dictionary, Document, Object, ObjectId};
use marked::Marked;
use path::PathBuilder;
use resources::{Fonts, Scope};
use state::State;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// What a page is made from.
pub(crate) struct Source<'a> {
    pub(crate) document: &'a Document,
    pub(crate) limits: &'a PdfLimits,
    pub(crate) fonts: &'a FontCache,
    /// Optional content that is off by default.
    pub(crate) hidden: &'a BTreeSet<ObjectId>,
    pub(crate) resources: Option<&'a Dictionary>,
    pub(crate) annotations: &'a [Object],
    /// From user space to the visible page.
    pub(crate) matrix: Matrix,
    /// Width and height of the visible page in points.
    pub(crate) size: [f64; 2],
}

/// Interprets a page's content.
pub(crate) fn interpret(
    source: &Source<'_>,
    content: &[u8],
    number: u32,
    notes: Notes,
) -> (Page, Notes) {
    let [width, height] = source.size;
    let mut interpreter = Interpreter::new(source, notes);
    interpreter.page.number = number;
    interpreter.page.width = width;
    interpreter.page.height = height;
    let mut scope = Scope::new(source.resources, None);
    interpreter.run(content, &mut scope);
    interpreter.state = State::new(source.matrix);
    interpreter.hidden = 0;
    interpreter.annotations(source.annotations);
    interpreter.finish()
}

/// All that changes while a page is read.
struct Interpreter<'a> {
    document: &'a Document,
    limits: &'a PdfLimits,
    hidden_groups: &'a BTreeSet<ObjectId>,
    page: Page,
    notes: Notes,
    state: State,
    saved: Vec<State>,
    /// `q` beyond the limit, which their `Q` must not undo.
    unsaved: usize,
    path: PathBuilder,
    /// A clip by the path under construction, which counts after the next painting operator.
    clipping: bool,
    clips: Clips,
    fonts: Fonts<'a>,
    /// Text matrix and text line matrix.
    tm: Matrix,
    tlm: Matrix,
    marked: Vec<Marked>,
    /// How many of the open marked contents and forms hide what they hold.
    hidden: usize,
    /// Within `BX` and `EX` unknown operators are expected.
    compatible: u32,
    operators: u32,
    order: u32,
    segments: usize,
    /// Dots in rows that were painted.
    dots: usize,
    /// Bytes that streams may still unpack to.
    content: usize,
    /// Bytes that may still be looked at for the ends of inline images.
    inline: usize,
    /// Colour spaces by the address of their object, which stays where it is.
    spaces: BTreeMap<usize, Option<Rc<Space>>>,
    /// Forms that are being painted.
    forms: Vec<ObjectId>,
    unpacked: BTreeMap<ObjectId, Rc<Vec<u8>>>,
    /// Where paths of a Type 3 glyph go instead of onto the page.
    glyph: Option<Vec<Subpath>>,
    /// The box of such a glyph as far as paths do not tell it, in em.
    glyph_area: Option<Rect>,
    /// Whether it painted something that is no outline.
    glyph_painted: bool,
    glyph_depth: usize,
    type3: BTreeMap<(u32, u32), type3::Drawn>,
    /// Boxes of outlines, in em, by the outline's address.
    boxes: BTreeMap<usize, Rect>,
    /// A limit was hit: nothing more is read.
    cut: bool,
    /// White glyphs were shown.
    white: bool,
}

impl<'a> Interpreter<'a> {
    fn new(source: &Source<'a>, notes: Notes) -> Interpreter<'a> {
        let [width, height] = source.size;
        let area = Rect::new(Point::new(0.0, 0.0), Point::new(width, height));
        Interpreter {
            document: source.document,
            limits: source.limits,
            hidden_groups: source.hidden,
            page: Page::default(),
            notes,
            state: State::new(source.matrix),
            saved: Vec::new(),
            unsaved: 0,
            path: PathBuilder::default(),
            clipping: false,
            clips: Clips::new(area),
            fonts: Fonts::new(source.document, source.fonts),
            tm: Matrix::IDENTITY,
            tlm: Matrix::IDENTITY,
            marked: Vec::new(),
            hidden: 0,
            compatible: 0,
            operators: 0,
            order: 0,
            segments: 0,
            dots: 0,
            content: source.limits.content,
            inline: source.limits.content,
            spaces: BTreeMap::new(),
            forms: Vec::new(),
            unpacked: BTreeMap::new(),
            glyph: None,
            glyph_area: None,
            glyph_painted: false,
            glyph_depth: 0,
            type3: BTreeMap::new(),
            boxes: BTreeMap::new(),
            cut: false,
            white: false,
        }
    }

    /// Stops reading at a limit.
    fn cut(&mut self, what: &str) {
        self.cut = true;
        self.notes.add(Problem::Limit, || String::from(what));
    }

    /// The position of a painting operator.
    fn next_order(&mut self) -> u32 {
        self.order = self.order.saturating_add(1);
        self.order
    }

    fn finish(mut self) -> (Page, Notes) {
        self.page.fonts = self.fonts.infos();
        self.page.clips = self.clips.all;
        if self.white {
            paint::hide_white_on_nothing(&mut self.page);
        }
        self.page.reading = self.notes.reading();
        (self.page, self.notes)
    }
}

/// The number of an operand.
fn number(operand: &Operand) -> Option<f64> {
    match operand {
        Operand::Number(value) => Some(*value),
        _ => None,
    }
}
