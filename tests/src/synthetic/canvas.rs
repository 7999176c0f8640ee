//! Drawing on a page: text with sub- and superscripts, paths, clips; and the habits with which a
//! writer puts them into the content stream. Places are in points from the lower left corner.

use super::font::{Face, Fonts, Pack};
use super::pdf::{Pdf, Save};
use std::fmt::Write as _;

/// A point, y up.
pub type Place = [f64; 2];

/// How a writer shows a line of text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TextHabit {
    /// One operator for a run.
    Runs,
    /// One operator for a run, with a number between all glyphs.
    Kerned,
    /// Each word has its own place; no blank is shown.
    Words,
    /// The decimal point is shown on its own, after the rest of the text.
    PointApart,
    /// Each glyph has its own place, from the last to the first.
    Backwards,
}

/// How a writer puts drawing into the content.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Habits {
    /// Coordinates are multiples of this many points.
    pub quantum: Option<f64>,
    /// Coordinates are this many times larger, below a scaling matrix.
    pub zoom: f64,
    /// The whole page is a form XObject.
    pub form: bool,
    /// Depth of `q` around everything, each with a clip.
    pub nest: usize,
    /// Comments and odd line breaks between operators.
    pub comments: bool,
    /// Text.
    pub text: TextHabit,
    /// Sub- and superscripts are smaller and moved; else they stand on the line.
    pub scripts: bool,
    /// `/Rotate` of the page: 0, 90, 180 or 270. What is seen stays upright.
    pub rotate: u16,
    /// Lower left corner of the media box.
    pub corner: Place,
}

/// A pen: width in points, grey from 0 (black) to 1, dashes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Pen {
    /// Width in points.
    pub width: f64,
    /// 0 is black.
    pub gray: f64,
    /// Length of dash and gap.
    pub dash: Option<[f64; 2]>,
}

impl Pen {
    /// A black solid pen.
    pub const fn black(width: f64) -> Pen {
        Pen { width, gray: 0.0, dash: None }
    }
}

/// A run of a path: a polyline, or a start followed by three points for each Bézier.
#[derive(Clone, PartialEq, Debug)]
pub struct Run {
    /// Its points.
    pub points: Vec<Place>,
    /// Whether it consists of Béziers.
    pub curved: bool,
    /// Whether it returns to its start.
    pub closed: bool,
}

impl Run {
    /// A polyline.
    pub fn line(points: &[Place]) -> Run {
        Run { points: points.to_vec(), curved: false, closed: false }
    }

    /// The outline of a box.
    pub fn frame([x0, y0, x1, y1]: [f64; 4]) -> Run {
        Run { points: vec![[x0, y0], [x1, y0], [x1, y1], [x0, y1]], curved: false, closed: true }
    }
}

/// Everything that is drawn on the pages of a file.
#[derive(Clone, Debug)]
pub struct Book {
    /// Its fonts.
    pub fonts: Fonts,
    habits: Habits,
    width: f64,
    height: f64,
    contents: Vec<String>,
    order: usize,
}

impl Book {
    /// A file of pages of one size in points.
    pub fn new(width: f64, height: f64, pack: Pack, habits: Habits) -> Book {
        let fonts = Fonts::new(pack);
        Book { fonts, habits, width, height, contents: Vec::new(), order: 0 }
    }

    /// Width and height in points.
    pub fn size(&self) -> Place {
        [self.width, self.height]
    }

    /// The number of the current page, from 1.
    pub fn page(&self) -> u32 {
        self.contents.len() as u32
    }

    /// Starts a page.
    pub fn turn(&mut self) {
        self.contents.push(String::new());
    }

    fn put(&mut self, text: &str) {
        self.order += 1;
        let comment = self.habits.comments && self.order.is_multiple_of(7);
        if self.contents.is_empty() {
            self.turn();
        }
        if let Some(content) = self.contents.last_mut() {
            content.push_str(text);
            content.push('\n');
            if comment {
                let _ = writeln!(content, "% mark {} ( < [ q Q\n   ", self.order);
            }
        }
    }

    /// A coordinate as the writer rounds it, in points.
    pub fn round(&self, v: f64) -> f64 {
        let zoom = self.habits.zoom;
        match self.habits.quantum {
            Some(q) => (v / q).round() * q,
            None => (v * zoom * 1000.0).round() / zoom / 1000.0,
        }
    }

    fn number(&self, v: f64) -> String {
        let text = format!("{:.3}", self.round(v) * self.habits.zoom);
        let text = text.trim_end_matches('0').trim_end_matches('.');
        if text == "-0" { "0".into() } else { text.to_string() }
    }

    fn pair(&self, p: Place) -> String {
        format!("{} {}", self.number(p[0]), self.number(p[1]))
    }

    /// Raw operators, as they are.
    pub fn raw(&mut self, operators: &str) {
        self.put(operators);
    }

    fn pen(&self, pen: &Pen) -> String {
        let dash = pen.dash.map_or(String::from("[] 0 d"), |[a, b]| {
            format!("[{} {}] 0 d", self.length(a), self.length(b))
        });
        format!("{} w {} G {dash}", self.length(pen.width), pen.gray)
    }

    /// A length, which the writer does not round to its grid.
    fn length(&self, v: f64) -> String {
        let text = format!("{:.3}", v * self.habits.zoom);
        text.trim_end_matches('0').trim_end_matches('.').to_string()
    }

    fn path(&self, runs: &[Run]) -> String {
        let mut out = String::new();
        for run in runs {
            let Some((first, rest)) = run.points.split_first() else { continue };
            let _ = write!(out, "{} m ", self.pair(*first));
            if run.curved {
                for three in rest.chunks_exact(3) {
                    let three: Vec<String> = three.iter().map(|p| self.pair(*p)).collect();
                    let _ = write!(out, "{} c ", three.join(" "));
                }
            } else {
                rest.iter().for_each(|p| {
                    let _ = write!(out, "{} l ", self.pair(*p));
                });
            }
            out.push_str(if run.closed { "h\n" } else { "\n" });
        }
        out
    }

    /// Strokes all runs as one path.
    pub fn stroke(&mut self, runs: &[Run], pen: Pen) {
        let path = self.path(runs);
        let pen = self.pen(&pen);
        self.put(&format!("{pen}\n{path}S"));
    }

    /// Fills all runs as one path.
    pub fn fill(&mut self, runs: &[Run], gray: f64) {
        let path = self.path(runs);
        self.put(&format!("{gray} g\n{path}f"));
    }

    /// A straight line.
    pub fn line(&mut self, a: Place, b: Place, pen: Pen) {
        self.stroke(&[Run::line(&[a, b])], pen);
    }

    /// A filled box.
    pub fn rectangle(&mut self, [x0, y0, x1, y1]: [f64; 4], gray: f64) {
        let low = self.pair([x0, y0]);
        // Thin boxes keep their thickness on a coarse grid.
        let (w, h) = (self.length(x1 - x0), self.length(y1 - y0));
        self.put(&format!("{gray} g {low} {w} {h} re f"));
    }

    /// Keeps what follows inside a box, until [`Book::unclip`].
    pub fn clip(&mut self, [x0, y0, x1, y1]: [f64; 4]) {
        let low = self.pair([x0, y0]);
        let (w, h) = (self.length(x1 - x0), self.length(y1 - y0));
        self.put(&format!("q {low} {w} {h} re W n"));
    }

    /// Ends a clip.
    pub fn unclip(&mut self) {
        self.put("Q");
    }

    /// The width of a text with scripts.
    pub fn width(&self, face: Face, size: f64, text: &str) -> f64 {
        pieces(text)
            .iter()
            .map(|p| self.fonts.width(face, &p.text, size * self.script(p.level).0))
            .sum()
    }

    /// Share of the size, and how far it is raised in shares of the size.
    fn script(&self, level: i8) -> (f64, f64) {
        match (self.habits.scripts, level) {
            (false, _) | (_, 0) => (1.0, 0.0),
            (true, -1) => (0.7, -0.2),
            (true, _) => (0.7, 0.4),
        }
    }

    /// A text from its left end on the baseline; `V_{GS}` lowers, `10^{3}` raises.
    pub fn text(&mut self, at: Place, face: Face, size: f64, text: &str) {
        self.write(at, face, size, text, false);
    }

    /// A text with its middle (0.5) or right end (1) at a place.
    pub fn align(&mut self, at: Place, share: f64, face: Face, size: f64, text: &str) {
        let x = at[0] - share * self.width(face, size, text);
        self.write([x, at[1]], face, size, text, false);
    }

    /// A text that reads upwards, with its middle at a place.
    pub fn upwards(&mut self, at: Place, face: Face, size: f64, text: &str) {
        let y = at[1] - 0.5 * self.width(face, size, text);
        self.write([at[0], y], face, size, text, true);
    }

    fn write(&mut self, at: Place, face: Face, size: f64, text: &str, up: bool) {
        let mut along = 0.0;
        let mut shown = Vec::new();
        for piece in pieces(text) {
            let (share, raised) = self.script(piece.level);
            let size = size * share;
            let raise = raised * size / share;
            match self.habits.text {
                TextHabit::Runs | TextHabit::Kerned => {
                    shown.push((along, raise, size, piece.text.clone()));
                }
                TextHabit::Words => {
                    let mut x = along;
                    for word in piece.text.split_inclusive(' ') {
                        let ink = word.trim_end();
                        shown.push((x, raise, size, ink.to_string()));
                        x += self.fonts.width(face, word, size);
                    }
                }
                TextHabit::PointApart => {
                    let mut x = along;
                    let mut points = Vec::new();
                    for part in piece.text.split_inclusive('.') {
                        let ink = part.trim_end_matches('.');
                        shown.push((x, raise, size, ink.to_string()));
                        if ink.len() < part.len() {
                            let x = x + self.fonts.width(face, ink, size);
                            points.push((x, raise, size, String::from(".")));
                        }
                        x += self.fonts.width(face, part, size);
                    }
                    shown.extend(points);
                }
                TextHabit::Backwards => {
                    let mut x = along;
                    for c in piece.text.chars() {
                        shown.push((x, raise, size, c.to_string()));
                        x += self.fonts.width(face, &c.to_string(), size);
                    }
                }
            }
            along += self.fonts.width(face, &piece.text, size);
        }
        if self.habits.text == TextHabit::Backwards {
            shown.reverse();
        }
        for (x, raise, size, text) in shown {
            let start = if up { [at[0] - raise, at[1] + x] } else { [at[0] + x, at[1] + raise] };
            self.show(start, face, size, &text, up);
        }
    }

    fn show(&mut self, at: Place, face: Face, size: f64, text: &str, up: bool) {
        if text.is_empty() {
            return;
        }
        if let Some((head, tail)) = text.split_once(DRAWN) {
            let x = at[0] + self.fonts.width(face, head, size);
            self.show(at, face, size, head, up);
            let corner = |[a, b]: &Place| [x + a * size, at[1] + b * size];
            let points: Vec<Place> = SIGN.iter().map(corner).collect();
            self.fill(&[Run { points, curved: false, closed: true }], 0.0);
            self.show([x + SIGN_WIDTH * size, at[1]], face, size, tail, up);
            return;
        }
        let mut out = String::from("BT 0 g ");
        let mut x = 0.0;
        for run in self.fonts.show(face, text) {
            let place = if up { [at[0], at[1] + x] } else { [at[0] + x, at[1]] };
            let matrix = if up { "0 1 -1 0" } else { "1 0 0 1" };
            let size_text = self.length(size);
            let _ =
                write!(out, "/{} {size_text} Tf {matrix} {} Tm ", run.resource, self.pair(place));
            let hex = |codes: &[u8]| codes.iter().map(|c| format!("{c:02x}")).collect::<String>();
            if self.habits.text == TextHabit::Kerned {
                let glyphs: Vec<String> =
                    run.codes.iter().map(|c| format!("<{}>", hex(c))).collect();
                // The numbers cancel in pairs, so that widths stay.
                let joined = glyphs.iter().enumerate().fold(String::new(), |text, (i, g)| {
                    text + g.as_str() + if i % 2 == 0 { " 8 " } else { " -8 " }
                });
                let _ = write!(out, "[{joined}] TJ ");
            } else {
                let _ = write!(out, "<{}> Tj ", hex(&run.codes.concat()));
            }
            x += run.widths.iter().sum::<f64>() * size / 1000.0;
        }
        self.put(&(out + "ET"));
    }

    /// The file's bytes.
    pub fn save(&self, save: &Save) -> Vec<u8> {
        let mut pdf = Pdf::default();
        let fonts = self.fonts.write(&mut pdf);
        let tree = pdf.reserve();
        let resources = format!("/Resources << /ProcSet [/PDF /Text] /Font << {fonts} >> >>");
        let (w, h) = (self.width, self.height);
        let [x, y] = self.habits.corner;
        // From what is seen to the media box (ISO 32000-1, table 30: rotation is clockwise).
        let (matrix, [mw, mh]) = match self.habits.rotate {
            90 => (format!("0 1 -1 0 {} {y}", x + h), [h, w]),
            180 => (format!("-1 0 0 -1 {} {}", x + w, y + h), [w, h]),
            270 => (format!("0 -1 1 0 {x} {}", y + w), [h, w]),
            _ => (format!("1 0 0 1 {x} {y}"), [w, h]),
        };
        let (zoom, s) = (self.habits.zoom, 1.0 / self.habits.zoom);
        let mut kids = String::new();
        for content in &self.contents {
            let mut all = format!("q {matrix} cm\n");
            for level in 0..self.habits.nest {
                let _ = writeln!(all, "q {level} 0 {} {} re W n", w - level as f64, h);
            }
            let _ = writeln!(all, "q {s} 0 0 {s} 0 0 cm");
            let mut own = resources.clone();
            if self.habits.form {
                // The form's own matrix shifts, the page shifts back.
                let entries = format!(
                    "/Type /XObject /Subtype /Form /BBox [-7 -5 {} {}] /Matrix [1 0 0 1 7 5] {resources}",
                    w * zoom,
                    h * zoom
                );
                let form = pdf.stream(&entries, content.clone().into_bytes());
                let _ = writeln!(all, "1 0 0 1 -7 -5 cm /Fm0 Do");
                own = format!("/Resources << /XObject << /Fm0 {form} 0 R >> >>");
            } else {
                all.push_str(content);
            }
            all.push_str(&"Q\n".repeat(self.habits.nest + 2));
            let stream = pdf.stream("", all.into_bytes());
            let rotate = self.habits.rotate;
            let page = pdf.add(format!(
                "<< /Type /Page /Parent {tree} 0 R /MediaBox [{x} {y} {} {}] /Rotate {rotate} {own} \
                 /Contents {stream} 0 R >>",
                x + mw,
                y + mh
            ));
            let _ = write!(kids, "{page} 0 R ");
        }
        let count = self.contents.len();
        pdf.set(tree, format!("<< /Type /Pages /Count {count} /Kids [{kids}] >>"));
        let root = pdf.add(format!("<< /Type /Catalog /Pages {tree} 0 R >>"));
        pdf.save(root, save)
    }
}

/// A piece of a text on one level: 0 normal, -1 lowered, 1 raised.
struct Piece {
    text: String,
    level: i8,
}

/// Takes `V_{GS} = 10^{-1}` apart.
fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = vec![Piece { text: String::new(), level: 0 }];
    let mut level = 0;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let opens = (c == '_' || c == '^') && rest.peek() == Some(&'{');
        if opens || (c == '}' && level != 0) {
            if opens {
                rest.next();
            }
            level = match c {
                '_' => -1,
                '^' => 1,
                _ => 0,
            };
            pieces.push(Piece { text: String::new(), level });
        } else if let Some(piece) = pieces.last_mut() {
            piece.text.push(c);
        }
    }
    pieces.retain(|p| !p.text.is_empty());
    pieces
}

/// Stands for a sign that is drawn as a path: no font has it, and no shape tells it.
pub const DRAWN: char = '◊';

/// How far a drawn sign goes, in ems.
const SIGN_WIDTH: f64 = 0.56;

/// The corners of a drawn sign, in ems from its foot on the baseline.
const SIGN: [Place; 14] = [
    [0.04, -0.18],
    [0.2, -0.1],
    [0.22, 0.12],
    [0.5, -0.02],
    [0.34, 0.2],
    [0.52, 0.3],
    [0.3, 0.33],
    [0.44, 0.6],
    [0.24, 0.44],
    [0.14, 0.66],
    [0.15, 0.4],
    [0.02, 0.42],
    [0.12, 0.24],
    [0.0, 0.06],
];

/// A text without its marks of lowering and raising.
pub fn plain(text: &str) -> String {
    pieces(text).into_iter().map(|p| p.text).collect()
}
