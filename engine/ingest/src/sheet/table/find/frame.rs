//! One reading direction of a page, turned so that its text runs to the right and down.
//!
//! A table that lies on its side is found like any other; its words keep their own places.

use super::rules::{Rule, Rules, Strokes};
use super::{kinds, series};
use crate::sheet::text::{TextPage, Word};
use espice_pdf::{Page, Point, Rect};
use std::cell::Cell;
use std::collections::BTreeMap;

/// A quarter turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Turn {
    /// Text to the right.
    None,
    /// Text upwards (90°).
    Up,
    /// Text upside down (180°).
    Over,
    /// Text downwards (270°).
    Down,
}

impl Turn {
    /// All four, in the order in which tables are told.
    pub(super) const ALL: [Turn; 4] = [Turn::None, Turn::Up, Turn::Over, Turn::Down];

    fn angle(self) -> f64 {
        match self {
            Turn::None => 0.0,
            Turn::Up => 90.0,
            Turn::Over => 180.0,
            Turn::Down => 270.0,
        }
    }

    fn point(self, p: Point, page: &Page) -> Point {
        match self {
            Turn::None => p,
            Turn::Up => Point::new(page.height - p.y, p.x),
            Turn::Over => Point::new(page.width - p.x, page.height - p.y),
            Turn::Down => Point::new(p.y, page.width - p.x),
        }
    }

    /// Back from the turned page.
    fn back(self, p: Point, width: f64, height: f64) -> Point {
        match self {
            Turn::None => p,
            Turn::Up => Point::new(p.y, width - p.x),
            Turn::Over => Point::new(width - p.x, height - p.y),
            Turn::Down => Point::new(height - p.y, p.x),
        }
    }

    fn rect(self, r: Rect, page: &Page) -> Rect {
        Rect::new(
            self.point(Point::new(r.x0, r.y0), page),
            self.point(Point::new(r.x1, r.y1), page),
        )
    }

    /// A baseline's place down the turned page.
    fn base(self, base: f64, page: &Page) -> f64 {
        match self {
            Turn::None | Turn::Up => base,
            Turn::Over => page.height - base,
            Turn::Down => page.width - base,
        }
    }
}

/// A word on the turned page.
#[derive(Clone, Debug)]
pub(super) struct Tok<'a> {
    /// The word as it stands on the page.
    pub(super) word: &'a Word,
    /// Its box on the turned page.
    pub(super) area: Rect,
    /// Its line's baseline on the turned page.
    pub(super) base: f64,
    /// Size in points.
    pub(super) size: f64,
    /// Index of its line among those of the frame.
    pub(super) line: usize,
}

impl Tok<'_> {
    /// The middle of the letters, above the baseline: what vertical centring aligns.
    pub(super) fn mid(&self) -> f64 {
        self.base - 0.35 * self.size
    }
}

/// A line on the turned page.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// Indices into [`Frame::toks`], in reading order.
    pub(super) toks: Vec<usize>,
    /// The box around them.
    pub(super) area: Rect,
    /// The baseline.
    pub(super) base: f64,
    /// Size in points.
    pub(super) size: f64,
}

/// The words and rules of one reading direction.
#[derive(Clone, Debug)]
pub(super) struct Frame<'a> {
    /// Words, line after line.
    pub(super) toks: Vec<Tok<'a>>,
    /// Lines by baseline, then x.
    pub(super) lines: Vec<Row>,
    /// Rules on the turned page.
    pub(super) rules: Rules,
    /// Width of the turned page.
    pub(super) width: f64,
    /// Height of the turned page.
    pub(super) height: f64,
    turn: Turn,
    /// Names of parts that are told by what stands beside them.
    names: BTreeMap<usize, String>,
    /// Whether more stood there than was looked at.
    cut: Cell<bool>,
}

impl<'a> Frame<'a> {
    /// The words of one direction; `None` where there are too few for a table.
    pub(super) fn new(
        page: &Page,
        text: &'a TextPage,
        strokes: &Strokes,
        turn: Turn,
    ) -> Option<Frame<'a>> {
        let mut lines: Vec<(&crate::sheet::text::Line, f64, Rect)> = text
            .lines
            .iter()
            .filter(|l| {
                let off = (l.angle - turn.angle()).rem_euclid(360.0);
                off.min(360.0 - off) < 2.0
            })
            .map(|l| (l, turn.base(l.baseline, page), turn.rect(l.area, page)))
            .collect();
        if lines.len() < 4 {
            return None;
        }
        lines.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.2.x0.total_cmp(&b.2.x0)));
        let mut toks = Vec::new();
        let mut rows = Vec::new();
        for (line, base, _) in lines {
            let from = toks.len();
            for word in &line.words {
                let area = turn.rect(word.area, page);
                let sound = area.to_array().iter().all(|v| v.is_finite()) && word.size > 0.0;
                if sound && base.is_finite() && !word.text.trim().is_empty() {
                    toks.push(Tok { word, area, base, size: word.size, line: rows.len() });
                }
            }
            let members: Vec<usize> = (from..toks.len()).collect();
            let area = toks[from..].iter().map(|t| t.area).reduce(Rect::union);
            if let Some(area) = area {
                let size = if line.size > 0.0 { line.size } else { area.height() };
                rows.push(Row { toks: members, area, base, size });
            }
        }
        let turned = Strokes {
            cut: strokes.cut,
            pieces: strokes.pieces.iter().map(|r| turn.rect(*r, page)).collect(),
            tints: strokes.tints.iter().map(|r| turn.rect(*r, page)).collect(),
        };
        let mut rules = Rules::join(&turned);
        drop_underlines(&mut rules.h, &rows, &toks);
        let (width, height) = match turn {
            Turn::None | Turn::Over => (page.width, page.height),
            Turn::Up | Turn::Down => (page.height, page.width),
        };
        let cut = Cell::new(strokes.cut);
        let names = series::names(&toks, &rows);
        Some(Frame { toks, lines: rows, rules, width, height, turn, names, cut })
    }

    /// The name of the part that a word is in a head: by itself, or by its neighbours there.
    pub(super) fn part_name(&self, tok: usize) -> Option<&str> {
        let by_itself = || {
            let text = self.toks.get(tok)?.word.text.as_str();
            kinds::is_part(text).then(|| text.trim_matches(|c: char| !c.is_alphanumeric()))
        };
        self.names.get(&tok).map(String::as_str).or_else(by_itself)
    }

    /// Notes that more stood there than was looked at.
    pub(super) fn leave_rest(&self) {
        self.cut.set(true);
    }

    /// Whether more stood there than was looked at.
    pub(super) fn is_cut(&self) -> bool {
        self.cut.get()
    }

    /// The words of some tokens with one blank between them.
    pub(super) fn text(&self, toks: &[usize]) -> String {
        let words: Vec<&str> = toks.iter().map(|&t| self.toks[t].word.text.as_str()).collect();
        words.join(" ")
    }

    /// The box around some tokens.
    pub(super) fn area(&self, toks: &[usize]) -> Option<Rect> {
        toks.iter().map(|&t| self.toks[t].area).reduce(Rect::union)
    }

    /// Where a box of the turned page lies on the page.
    pub(super) fn page_area(&self, r: Rect) -> Rect {
        Rect::new(
            self.turn.back(Point::new(r.x0, r.y0), self.width, self.height),
            self.turn.back(Point::new(r.x1, r.y1), self.width, self.height),
        )
    }

    /// The lines whose baseline lies in a range, by baseline.
    pub(super) fn lines_within(&self, y: [f64; 2]) -> &[Row] {
        let from = self.lines.partition_point(|l| l.base < y[0]);
        let to = self.lines.partition_point(|l| l.base <= y[1]);
        self.lines.get(from..to.max(from)).unwrap_or_default()
    }
}

/// Takes out the lines under words (links, headings): they end where words end, just below their
/// baseline, while the rules of a table reach further than its words.
fn drop_underlines(rules: &mut Vec<Rule>, rows: &[Row], toks: &[Tok<'_>]) {
    rules.retain(|rule| {
        let from = rows.partition_point(|l| l.base < rule.at - 4.0);
        let to = rows.partition_point(|l| l.base <= rule.at + 0.3);
        let lines = rows.get(from..to.max(from)).unwrap_or_default();
        // Hundreds of lines on one height are no text with links.
        !lines.iter().take(200).any(|l| {
            let tight = rule.at - l.base <= 0.35 * l.size;
            let starts = l.toks.iter().any(|&t| (toks[t].area.x0 - rule.from).abs() <= 1.5);
            let ends = l.toks.iter().any(|&t| (toks[t].area.x1 - rule.to).abs() <= 1.5);
            tight && starts && ends
        })
    });
}
