//! Glyphs to pieces: what stands on exactly one baseline in one size without a gap. Words are
//! made of pieces, so that glyphs that were shown in any order come together by their places.

use super::frame::Frame;
use super::letters::clean;
use super::shapes::{CIRCLED, Shape};
use super::{Script, UNKNOWN};
use espice_pdf::Page;

/// A glyph in a direction of reading.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    /// Its clean text, never blank.
    pub(super) text: String,
    /// Where it starts along the baseline.
    pub(super) u0: f64,
    /// Where its advance ends.
    pub(super) u1: f64,
    /// Its baseline.
    pub(super) v: f64,
    /// Em in points.
    pub(super) size: f64,
    /// Index into the page's glyphs.
    pub(super) glyph: usize,
    /// Font and code of a glyph that is an upright bar and nothing else.
    pub(super) bar: Option<(u32, u32)>,
}

/// Marks on one baseline, in one size, without a gap.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    /// In reading order.
    pub(super) marks: Vec<Mark>,
    /// Start along the baseline.
    pub(super) u0: f64,
    /// End of its last mark.
    pub(super) u1: f64,
    /// End of its last mark or of the scripts behind it.
    pub(super) end: f64,
    /// Baseline of its first mark.
    pub(super) v: f64,
    /// Em in points.
    pub(super) size: f64,
    /// Gap from which two pieces are two words, in ems.
    pub(super) gap: f64,
    /// The blank that was shown right before it.
    pub(super) blank_before: Option<Blank>,
    /// The blank that was shown right after it.
    pub(super) blank_after: Option<Blank>,
    /// How many marks stand on its baseline in its size within an em of each other.
    pub(super) crowd: usize,
    /// Whether it is raised or lowered.
    pub(super) script: Script,
    /// The piece that it is a script of.
    pub(super) host: Option<usize>,
}

/// A blank that was shown between two marks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Blank {
    /// Where it starts.
    pub(super) start: f64,
    /// Its middle.
    pub(super) middle: f64,
}

impl Piece {
    /// Whether it starts with the letter of a temperature scale and nothing that reads on.
    pub(super) fn starts_unit(&self) -> bool {
        let mut text = self.marks.iter().flat_map(|m| m.text.chars());
        matches!(text.next(), Some('C' | 'F')) && !text.next().is_some_and(char::is_alphanumeric)
    }
}

/// Gap between words in ems where no blank was shown: blanks are a quarter of an em in most
/// fonts and are set a third narrower in tight lines; letters are spaced by less than a tenth.
const WORD_GAP: f64 = 0.16;
/// Gap between words in ems where a blank was shown: more than kerning.
pub(super) const BLANK_GAP: f64 = 0.07;
/// Baselines nearer than this, in ems, are one.
const SAME_BASELINE: f64 = 0.05;
/// Marks farther apart, in ems, have nothing to do with each other's spacing.
const STRETCH: f64 = 1.0;
/// The advance of a glyph goes at most so many ems beyond its ink.
const BEARING: f64 = 0.18;
/// Marks of one page that are read; a page of small print has 15,000.
const MOST: usize = 400_000;

/// The marks of each direction of reading that are visible, or those that are not. Marks that
/// are painted twice are kept once, marks built of two glyphs (`+` over `_`) become one.
pub(super) fn marks(page: &Page, visible: bool) -> Vec<(Frame, Vec<Mark>, Vec<Mark>)> {
    let mut by_step: std::collections::BTreeMap<u16, (Vec<Mark>, Vec<Mark>)> = Default::default();
    let mut text = String::new();
    for (index, glyph) in page.glyphs.iter().enumerate().take(MOST) {
        let finite = [glyph.origin.x, glyph.origin.y, glyph.advance.x, glyph.advance.y, glyph.size];
        if glyph.visible != visible
            || finite.iter().any(|n| !n.is_finite() || n.abs() > 1e6)
            || glyph.size < 0.2
        {
            continue;
        }
        let Some(step) = super::frame::step(glyph.angle) else { continue };
        let frame = Frame::of_step(step);
        let shape = if glyph.text.is_none() { Shape::of(glyph) } else { Shape::Other };
        text.clear();
        match shape {
            Shape::Box => continue,
            Shape::Circled => text.push(CIRCLED),
            Shape::Bar | Shape::Other => clean(glyph.text.as_deref(), &mut text),
        }
        if text.is_empty() {
            continue;
        }
        let (u0, v) = frame.of(glyph.origin);
        let (run, _) = frame.of(glyph.advance);
        let (ink0, ink1) = frame.extent(glyph.area);
        // A font without widths leaves only the ink to go by, and one whose widths are far beyond
        // its ink lies about them: it was made glyph by glyph, each set by itself.
        let drawn = glyph.outline.as_deref().is_some_and(|o| !o.is_empty()) && ink1 > ink0;
        let most = if drawn { ink1 + BEARING * glyph.size } else { f64::INFINITY };
        let (u0, u1) = if run > 0.02 * glyph.size {
            (u0, (u0 + run).min(most.max(u0)))
        } else {
            (ink0.min(ink1.max(u0)), ink1.max(u0))
        };
        let blank = text.trim().is_empty();
        let entry = by_step.entry(step).or_default();
        let list = if blank { &mut entry.1 } else { &mut entry.0 };
        let text = text.trim().to_string();
        let bar = (shape == Shape::Bar).then_some((glyph.font, glyph.code));
        list.push(Mark { text, u0, u1, v, size: glyph.size, glyph: index, bar });
    }
    by_step
        .into_iter()
        .map(|(step, (marks, blanks))| (Frame::of_step(step), marks, blanks))
        .collect()
}

/// Puts marks together. The result is ordered by baseline, then along it.
pub(super) fn pieces(marks: Vec<Mark>, blanks: Vec<Mark>) -> Vec<Piece> {
    let mut all: Vec<(Mark, bool)> = marks
        .into_iter()
        .map(|m| (m, false))
        .chain(blanks.into_iter().map(|m| (m, true)))
        .collect();
    all.sort_by(|(a, _), (b, _)| {
        a.v.total_cmp(&b.v).then(a.u0.total_cmp(&b.u0)).then(a.glyph.cmp(&b.glyph))
    });
    let mut out = Vec::new();
    let mut rest = all.into_iter().peekable();
    while let Some(first) = rest.next() {
        let (v, size) = (first.0.v, first.0.size);
        let mut row = vec![first];
        while let Some(next) = rest.next_if(|(m, _)| m.v - v <= SAME_BASELINE * size.min(m.size)) {
            row.push(next);
        }
        row.sort_by(|(a, _), (b, _)| a.u0.total_cmp(&b.u0).then(a.glyph.cmp(&b.glyph)));
        cut(once(row), &mut out);
    }
    out
}

/// Drops what is painted over itself to look bold, and reads pairs that make one sign.
fn once(row: Vec<(Mark, bool)>) -> Vec<(Mark, bool)> {
    let mut kept: Vec<(Mark, bool)> = Vec::with_capacity(row.len());
    for (mark, blank) in row {
        if blank {
            kept.push((mark, true));
            continue;
        }
        let mut double = false;
        for (earlier, _) in kept.iter_mut().rev().filter(|(_, blank)| !blank).take(3) {
            let (offset, width) = (mark.u0 - earlier.u0, mark.u1 - mark.u0);
            let near = offset <= (0.35 * width).min(0.15 * mark.size);
            if near
                && earlier.text == mark.text
                && (earlier.size - mark.size).abs() < 0.02 * mark.size
            {
                double = true;
            } else if offset <= 0.4 * width
                && let Some(sign) = overstruck(&earlier.text, &mark.text)
            {
                earlier.text = sign.to_string();
                earlier.u1 = earlier.u1.max(mark.u1);
                double = true;
            }
        }
        if !double {
            kept.push((mark, false));
        }
    }
    kept
}

/// The sign that two glyphs make where one is shown over the other.
fn overstruck(a: &str, b: &str) -> Option<&'static str> {
    let pair = |x, y| (a == x && b == y) || (a == y && b == x);
    match () {
        () if pair("+", "_") || pair("+", "-") || pair("+", "–") => Some("±"),
        () if pair("<", "_") => Some("≤"),
        () if pair(">", "_") => Some("≥"),
        () => None,
    }
}

/// Cuts one baseline into pieces.
fn cut(row: Vec<(Mark, bool)>, out: &mut Vec<Piece>) {
    let mut stretch: Vec<(Mark, Option<Blank>)> = Vec::new();
    let mut blank: Option<(f64, f64)> = None;
    // A blank's advance may be as wrong as any; it ends where the next mark starts.
    let ended = |(start, end): (f64, f64), next: f64| {
        let middle = (start + end.min(next.max(start))) / 2.0;
        Blank { start, middle }
    };
    let (mut end, mut size) = (f64::NEG_INFINITY, 0.0);
    for (mark, is_blank) in row {
        if is_blank {
            blank = Some((mark.u0, mark.u1.min(mark.u0 + 0.3 * mark.size)));
            continue;
        }
        let same = (mark.size - size).abs() <= 0.08 * mark.size.max(size);
        if !stretch.is_empty() && (!same || mark.u0 - end > STRETCH * mark.size) {
            flush(&mut stretch, blank.map(|b| ended(b, mark.u0)), out);
        }
        size = mark.size;
        end = if stretch.is_empty() { mark.u1 } else { mark.u1.max(end) };
        let before = blank.take().map(|b| ended(b, mark.u0));
        stretch.push((mark, before));
    }
    flush(&mut stretch, blank.map(|b| ended(b, f64::INFINITY)), out);
}

/// The gap between an end and a start; where a blank was shown between them it starts no later
/// than the blank, whatever the widths of the font say.
pub(super) fn shown_gap(end: f64, start: f64, blank: Option<Blank>) -> f64 {
    start - blank.map_or(end, |b| end.min(b.start))
}

/// Turns a stretch of marks, each with the blank before it, into pieces.
fn flush(
    stretch: &mut Vec<(Mark, Option<Blank>)>,
    blank_after: Option<Blank>,
    out: &mut Vec<Piece>,
) {
    let marks = std::mem::take(stretch);
    let crowd = marks.len();
    let tracking = tracking(&marks);
    let gap_limit = tracking.map_or(WORD_GAP, |t| t + 0.12);
    let blank_limit = tracking.map_or(BLANK_GAP, |t| t + 0.12);
    let mut last: Option<Piece> = None;
    for (mark, blank) in marks {
        if let Some(piece) = last.as_mut() {
            let gap = shown_gap(piece.u1, mark.u0, blank) / mark.size;
            if gap <= if blank.is_some() { blank_limit } else { gap_limit } {
                piece.u1 = piece.u1.max(mark.u1);
                piece.end = piece.u1;
                piece.marks.push(mark);
                continue;
            }
            piece.blank_after = blank;
        }
        out.extend(last.take());
        last = Some(Piece {
            u0: mark.u0,
            u1: mark.u1,
            end: mark.u1,
            v: mark.v,
            size: mark.size,
            gap: gap_limit,
            blank_before: blank,
            blank_after: None,
            crowd,
            script: Script::Normal,
            host: None,
            marks: vec![mark],
        });
    }
    if let Some(piece) = last.as_mut() {
        piece.blank_after = blank_after;
    }
    out.extend(last);
}

/// The even gap of letter-spaced text in ems: most marks are letters, and most gaps are alike.
/// Numbers in a row are never taken for one.
fn tracking(marks: &[(Mark, Option<Blank>)]) -> Option<f64> {
    if marks.len() < 4 {
        return None;
    }
    let letters = marks
        .iter()
        .filter(|(m, _)| m.text.chars().all(|c| c.is_alphabetic() && c != UNKNOWN))
        .count();
    if letters * 10 < marks.len() * 6 {
        return None;
    }
    let mut gaps: Vec<f64> = marks
        .iter()
        .zip(marks.iter().skip(1))
        .map(|((a, _), (b, _))| (b.u0 - a.u1) / b.size)
        .collect();
    gaps.sort_by(f64::total_cmp);
    let middle = *gaps.get(gaps.len() / 2)?;
    let alike = gaps.iter().filter(|g| (*g - middle).abs() <= 0.06).count();
    ((BLANK_GAP..=0.62).contains(&middle) && alike * 10 >= gaps.len() * 6).then_some(middle)
}
