//! What the shape of a glyph without a meaning still says: a box under a label, a circled note
//! mark, or a bar, which is an I among capitals and an l among small letters.

use super::pieces::{Mark, Piece};
use espice_pdf::{Glyph, Rect, Segment, Subpath};
use std::collections::BTreeMap;

/// Stands for a circled mark whose digit is not known.
pub(super) const CIRCLED: char = '◯';

/// What an outline shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    /// Hides what lies under a label: far wider than any character, or a plain rectangle too
    /// high to be a dash and too wide to be an `I`.
    Box,
    /// Something within a circle.
    Circled,
    /// A plain narrow upright rectangle: I, l or a stroke.
    Bar,
    /// Anything else.
    Other,
}

/// Glyphs wider than so many ems are no characters.
const WIDEST: f64 = 1.15;

impl Shape {
    /// Looks at a glyph.
    pub(super) fn of(glyph: &Glyph) -> Shape {
        if glyph.advance.x.hypot(glyph.advance.y) > WIDEST * glyph.size {
            return Shape::Box;
        }
        let subpaths = glyph.outline.as_deref().map_or(&[][..], Vec::as_slice);
        if let [only] = subpaths
            && let Some(area) = rectangle(only)
        {
            return match (area.width(), area.height()) {
                (w, h) if w > 0.4 && h > 0.4 => Shape::Box,
                (w, h) if w < 0.22 && h > 0.55 && h < 1.2 => Shape::Bar,
                _ => Shape::Other,
            };
        }
        if is_circled(subpaths) { Shape::Circled } else { Shape::Other }
    }
}

/// The box of a subpath that is nothing but it.
fn rectangle(subpath: &Subpath) -> Option<Rect> {
    if subpath.segments.len() > 5
        || subpath.segments.iter().any(|s| matches!(s, Segment::Curve(..)))
    {
        return None;
    }
    let corners = || std::iter::once(subpath.start).chain(subpath.segments.iter().map(|s| s.end()));
    let area = Rect::around(corners())?;
    let near = |a: f64, b: f64| (a - b).abs() < 0.004;
    corners()
        .all(|p| {
            (near(p.x, area.x0) || near(p.x, area.x1)) && (near(p.y, area.y0) || near(p.y, area.y1))
        })
        .then_some(area)
}

/// A ring as large as a letter with a contour inside: a circle, its inner edge, and a digit.
fn is_circled(subpaths: &[Subpath]) -> bool {
    if !(3..=6).contains(&subpaths.len()) {
        return false;
    }
    let ends = |s: &Subpath| {
        std::iter::once(s.start)
            .chain(s.segments.iter().map(|g| g.end()))
            .take(200)
            .collect::<Vec<_>>()
    };
    let mut boxes: Vec<Rect> = subpaths.iter().filter_map(|s| Rect::around(ends(s))).collect();
    boxes.sort_by(|a, b| (b.width() * b.height()).total_cmp(&(a.width() * a.height())));
    let [outer, inner, rest @ ..] = &boxes[..] else { return false };
    let round = |r: &Rect| (0.88..=1.14).contains(&(r.width() / r.height().max(1e-9)));
    let curved = subpaths
        .iter()
        .flat_map(|s| &s.segments)
        .filter(|s| matches!(s, Segment::Curve(..)))
        .count();
    round(outer)
        && round(inner)
        && curved >= 8
        && (0.5..=1.1).contains(&outer.width())
        && (0.75..1.0).contains(&(inner.width() / outer.width()))
        && outer.center().distance(inner.center()) < 0.05
        && rest.iter().all(|r| inner.contains(r.center()) && r.width() < 0.8 * inner.width())
}

/// Names the bars: a code of a font that stands between capitals is I wherever it stands, one
/// between small letters is l. Without a neighbour that says so, or with both, it stays unknown.
pub(super) fn name_bars(pieces: &mut [Piece]) {
    let mut votes: BTreeMap<(u32, u32), (u32, u32)> = BTreeMap::new();
    for piece in pieces.iter() {
        for (i, mark) in piece.marks.iter().enumerate() {
            let Some(key) = mark.bar else { continue };
            let beside = |i: Option<usize>| i.and_then(|i| piece.marks.get(i)).and_then(letter);
            let (before, after) = (beside(i.checked_sub(1)), beside(i.checked_add(1)));
            let vote = votes.entry(key).or_default();
            // At the start of a word both `In` and `low` are words.
            match (before, after) {
                (Some(b), _) if b.is_lowercase() => vote.1 += 1,
                (_, Some(a)) if a.is_uppercase() => vote.0 += 1,
                (Some(b), None) if b.is_uppercase() => vote.0 += 1,
                _ => (),
            }
        }
    }
    for mark in pieces.iter_mut().flat_map(|p| &mut p.marks) {
        match mark.bar.and_then(|key| votes.get(&key)) {
            Some((capital, 0)) if *capital > 0 => mark.text = "I".to_string(),
            Some((0, small)) if *small > 0 => mark.text = "l".to_string(),
            _ => (),
        }
    }
}

fn letter(mark: &Mark) -> Option<char> {
    mark.text.chars().next().filter(|c| c.is_alphabetic())
}
