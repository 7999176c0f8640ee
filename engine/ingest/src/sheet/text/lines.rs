//! Pieces to lines: each piece is linked with the one that follows it on about the same
//! baseline. Links are local, so columns with other baselines beside it do not matter.

use super::frame::Frame;
use super::pieces::{self, BLANK_GAP, Blank, Piece, shown_gap};
use super::rules::Rules;
use super::shelf::Shelf;
use super::words::{self, Part};
use super::{Line, Script, TextPage};
use espice_pdf::{Page, Rect};

/// Pieces farther apart than this many ems of the smaller one are in two columns.
const COLUMN_GAP: f64 = 1.5;
/// A gap of this many ems is cut where a rule stands in it; narrower ones are blanks of text that
/// runs over a plot's grid.
const RULED_GAP: f64 = 0.5;
/// Baselines of neighbours may differ by so many ems of the smaller piece.
const BASELINE: f64 = 0.2;
/// Neighbours may overlap by so many ems.
const OVERLAP: f64 = 0.35;
/// A degree sign and its C belong together up to this gap in ems.
const DEGREE_GAP: f64 = 0.6;
/// Pieces looked at on each board of the shelf.
const LOOK: usize = 12;

/// Reads the words and lines of a page.
///
/// Text that is seen goes to `lines`; what is not seen (the hidden layer of a scan, text outside
/// its clip) goes to `hidden`, so that nobody serves it by mistake. Takes time in proportion to
/// n log n of the glyphs.
pub fn read(page: &Page) -> TextPage {
    TextPage { lines: read_lines(page, true), hidden: read_lines(page, false) }
}

fn read_lines(page: &Page, visible: bool) -> Vec<Line> {
    let directions = pieces::marks(page, visible);
    if directions.is_empty() {
        return Vec::new();
    }
    let rules = Rules::new(page);
    let mut lines = Vec::new();
    for (frame, marks, blanks) in directions {
        let mut pieces = pieces::pieces(marks, blanks);
        super::shapes::name_bars(&mut pieces);
        drop_shadows(&mut pieces);
        super::scripts::attach(&mut pieces);
        lines.extend(assemble(page, frame, &pieces, &rules));
    }
    order(&mut lines);
    lines
}

/// Drops pieces that repeat another one a little beside it: shadows and bold by painting twice.
fn drop_shadows(pieces: &mut Vec<Piece>) {
    let shelf = Shelf::new(pieces.iter().enumerate().map(|(i, p)| (p.u0, p.v, i)));
    let mut keep = vec![true; pieces.len()];
    for (index, piece) in pieces.iter().enumerate() {
        let near = 0.15 * piece.size;
        let twin = shelf
            .before(piece.u0 + near, (piece.v - near, piece.v + near), LOOK)
            .filter(|&other| other < index && keep.get(other) == Some(&true))
            .filter_map(|other| pieces.get(other))
            .any(|other| {
                (other.u0 - piece.u0).abs() <= near.min(0.3 * (piece.u1 - piece.u0))
                    && (other.size - piece.size).abs() < 0.05 * piece.size
                    && other.marks.len() == piece.marks.len()
                    && other.marks.iter().zip(&piece.marks).all(|(a, b)| a.text == b.text)
            });
        if let (true, Some(k)) = (twin, keep.get_mut(index)) {
            *k = false;
        }
    }
    let mut flags = keep.into_iter();
    pieces.retain(|_| flags.next().unwrap_or(true));
}

/// Links pieces and builds the lines of one direction.
fn assemble(page: &Page, frame: Frame, pieces: &[Piece], rules: &Rules) -> Vec<Line> {
    let next = links(pieces);
    let mut scripts: Vec<Vec<usize>> = vec![Vec::new(); pieces.len()];
    let mut first = vec![true; pieces.len()];
    for (index, piece) in pieces.iter().enumerate() {
        if let Some(list) = piece.host.and_then(|h| scripts.get_mut(h)) {
            list.push(index);
        }
    }
    for follower in next.iter().flatten() {
        if let Some(flag) = first.get_mut(*follower) {
            *flag = false;
        }
    }
    let mut lines = Vec::new();
    for (index, piece) in pieces.iter().enumerate() {
        if piece.host.is_some() || first.get(index) != Some(&true) {
            continue;
        }
        let mut line: Vec<words::Spelt> = Vec::new();
        let mut word: Vec<Part<'_>> = Vec::new();
        let mut at = Some((index, piece));
        // Links lead to greater starts only, so the walk ends.
        while let Some((i, piece)) = at {
            let own = scripts.get(i).into_iter().flatten().filter_map(|&s| pieces.get(s));
            word.push(Part { piece, scripts: own.collect() });
            at = next.get(i).copied().flatten().and_then(|n| Some((n, pieces.get(n)?)));
            let Some((_, follower)) = at else { break };
            let gap = follower.u0 - piece.end;
            let em = piece.size.min(follower.size);
            if gap >= RULED_GAP * em && rules.between(&frame, piece.end, follower.u0, piece.v, em) {
                words::spell(page, &word, &mut line);
                word.clear();
                lines.extend(finish(&frame, std::mem::take(&mut line)));
            } else if is_gap(piece, follower, gap / em, ends_in_degree(&word)) {
                words::spell(page, &word, &mut line);
                word.clear();
            }
        }
        words::spell(page, &word, &mut line);
        lines.extend(finish(&frame, line));
    }
    lines
}

/// Whether a degree sign, or a raised letter that stands for one, ends the parts.
fn ends_in_degree(word: &[Part<'_>]) -> bool {
    let Some(part) = word.last() else { return false };
    match part.scripts.iter().max_by(|a, b| a.u0.total_cmp(&b.u0)) {
        Some(script) => {
            script.script == Script::Super
                && matches!(&script.marks[..], [m] if matches!(m.text.as_str(), "°" | "o" | "O" | "0"))
        }
        None => part.piece.marks.last().is_some_and(|m| m.text == "°"),
    }
}

/// Whether two neighbours are two words.
fn is_gap(left: &Piece, right: &Piece, gap: f64, degree: bool) -> bool {
    // A mark before its note is a word of its own.
    if left.script == Script::Super && left.host.is_none() {
        return true;
    }
    if degree && gap < DEGREE_GAP && right.starts_unit() {
        return false;
    }
    let limit = left.gap.max(right.gap);
    // A blank says more than a gap, except in letter-spaced text; but only where it still is one
    // and not what a subscript was set over.
    let slack = 0.15 * right.size;
    let between = |b: &Blank| left.end - slack <= b.middle && b.middle <= right.u0 + slack;
    let blanks = left.blank_after.into_iter().chain(right.blank_before);
    match blanks.filter(between).min_by(|a, b| a.start.total_cmp(&b.start)) {
        Some(blank) if limit < 0.2 => {
            let em = left.size.min(right.size);
            gap.max(shown_gap(left.u1, right.u0, Some(blank)) / em) > BLANK_GAP
        }
        _ => gap > limit,
    }
}

/// For each piece, the one that follows it in its line.
fn links(pieces: &[Piece]) -> Vec<Option<usize>> {
    let full = || pieces.iter().enumerate().filter(|(_, p)| p.host.is_none());
    let shelf = Shelf::new(full().map(|(i, p)| (p.u0, p.v, i)));
    // The best piece before each piece, and what it costs.
    let mut before: Vec<Option<(f64, usize)>> = vec![None; pieces.len()];
    for (index, piece) in full() {
        let slack = (BASELINE * piece.size).min(8.0);
        let from = piece.u1 - OVERLAP * piece.size;
        let best = shelf
            .after(from.max(piece.u0), (piece.v - slack, piece.v + slack), LOOK)
            .filter_map(|other| Some((other, pieces.get(other)?)))
            .filter_map(|(other, follower)| {
                let em = piece.size.min(follower.size);
                let (gap, shift) = (follower.u0 - piece.end, (follower.v - piece.v).abs());
                let fits = gap <= COLUMN_GAP * em && shift <= BASELINE * em;
                fits.then_some((gap.max(0.0) + 2.0 * shift, other))
            })
            .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        if let Some((cost, other)) = best
            && let Some(slot) = before.get_mut(other)
            && slot.is_none_or(|(c, _)| cost < c)
        {
            *slot = Some((cost, index));
        }
    }
    let mut next = vec![None; pieces.len()];
    for (index, link) in before.into_iter().enumerate() {
        if let Some(slot) = link.and_then(|(_, b)| next.get_mut(b)) {
            *slot = Some(index);
        }
    }
    next
}

fn finish(frame: &Frame, spelt: Vec<words::Spelt>) -> Option<Line> {
    let area = spelt.iter().map(|s| s.word.area).reduce(Rect::union)?;
    // The size and baseline of most full-size glyphs.
    let main = spelt
        .iter()
        .max_by(|a, b| a.full.cmp(&b.full).then(a.word.size.total_cmp(&b.word.size)))?;
    let (size, baseline) = (main.word.size, frame.baseline(main.v));
    let words = spelt.into_iter().map(|s| s.word).collect();
    Some(Line { words, area, angle: frame.angle, baseline, size })
}

/// Orders lines from top to bottom; those at about the same height from left to right.
fn order(lines: &mut [Line]) {
    let height = |l: &Line| if l.angle == 0.0 || l.angle == 180.0 { l.baseline } else { l.area.y1 };
    lines.sort_by(|a, b| height(a).total_cmp(&height(b)).then(a.area.x0.total_cmp(&b.area.x0)));
    let mut start = 0;
    while let Some(first) = lines.get(start) {
        let (from, slack) = (height(first), 0.25 * first.size.min(12.0));
        let row = lines
            .get(start..)
            .unwrap_or_default()
            .iter()
            .take_while(|l| height(l) - from <= slack)
            .count()
            .max(1);
        if let Some(row) = lines.get_mut(start..start + row) {
            row.sort_by(|a, b| {
                let key = |l: &Line| [l.area.x0, height(l), l.area.x1];
                let (ka, kb) = (key(a), key(b));
                ka[0].total_cmp(&kb[0]).then(ka[1].total_cmp(&kb[1])).then(ka[2].total_cmp(&kb[2]))
            });
        }
        start += row;
    }
}
