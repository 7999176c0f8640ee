//! Parts and their variants that stand among test conditions, in no column of their own.

use super::columns::Col;
use super::frame::Frame;
use super::grid::{self, Grid, Piece};
use super::kinds;
use crate::sheet::table::Role;

/// Takes the names of parts that stand among test conditions out of them, into columns of parts:
/// a name alone on its line, and names below one another at the ends of lines.
pub(super) fn split(frame: &Frame<'_>, grid: &mut Grid) {
    let conditions: Vec<usize> = (0..grid.cols.len())
        .filter(|&c| grid.cols.get(c).is_some_and(|col| col.role == Some(Role::Conditions)))
        .collect();
    for c in conditions {
        let found = tails(frame, grid, c);
        if found.is_empty() {
            continue;
        }
        let to = grid.cols.len();
        let mut added: Vec<Piece> = Vec::new();
        for (at, from) in found {
            let Some(piece) = grid.pieces.get_mut(at) else { continue };
            let names = piece.toks.split_off(from);
            added.extend(grid::piece(frame, to, &names, None));
            let (left, straddles) = (std::mem::take(&mut piece.toks), piece.straddles);
            if let Some(rest) = grid::piece(frame, piece.col, &left, None) {
                *piece = Piece { straddles, ..rest };
            }
        }
        let Some(x) = grid.cols.get(c).map(|col| col.x) else { continue };
        let role = Some(Role::Part);
        grid.cols.push(Col { role, header: String::new(), x, parts: Vec::new(), head: None });
        grid.cuts.push(grid.cuts.get(c).cloned().unwrap_or_default());
        grid.pieces.retain(|p| !p.toks.is_empty());
        grid.pieces.extend(added);
    }
    grid.pieces.sort_by(|a, b| {
        a.base.total_cmp(&b.base).then(a.col.cmp(&b.col)).then(a.x[0].total_cmp(&b.x[0]))
    });
}

/// A name at the end of a line of conditions.
struct Tail {
    /// Index of its piece.
    piece: usize,
    /// Its first word there.
    from: usize,
    base: f64,
    size: f64,
    /// Where it begins and ends.
    x: [f64; 2],
    /// Whether it stands alone.
    alone: bool,
    /// Whether it is a whole name; else an ending like `548A`.
    whole: bool,
    /// Whether it ends in a letter.
    lettered: bool,
}

/// The pieces of a column that hold names of parts, and where in them the names begin.
fn tails(frame: &Frame<'_>, grid: &Grid, col: usize) -> Vec<(usize, usize)> {
    let all: Vec<Tail> = grid
        .pieces
        .iter()
        .enumerate()
        .filter(|(_, p)| p.col == col)
        .filter_map(|(at, p)| tail(frame, p, at))
        .collect();
    let mut out = Vec::new();
    let mut at = 0;
    while at < all.len() {
        let run = run(all.get(at..).unwrap_or_default());
        let names = all.get(at..at + run).unwrap_or_default();
        let whole = names.iter().all(|t| t.whole);
        // Endings alone are names where most of them say which of a family, by a letter.
        let lettered = names.iter().filter(|t| t.lettered).count();
        let family = names.len() >= 2 && (whole || lettered * 2 >= names.len());
        let lone = whole && names.iter().all(|t| t.alone) && heads(grid, col, names);
        if family || lone {
            out.extend(names.iter().map(|t| (t.piece, t.from)));
        }
        at += run.max(1);
    }
    out
}

/// Whether names begin their cell: a name that a text above goes on with is none of a part.
fn heads(grid: &Grid, col: usize, names: &[Tail]) -> bool {
    let Some(first) = names.first() else { return false };
    let above = grid.pieces.iter().rfind(|p| p.col == col && p.base < first.base - 0.5);
    above.is_none_or(|p| {
        first.base - p.base > 1.7 * first.size || grid.ruled(col, p.mid, first.base)
    })
}

/// How many tails from the first one on stand below one another, line by line.
fn run(tails: &[Tail]) -> usize {
    let follows = |p: &[Tail]| match p {
        [a, b] => {
            let aligned = (a.x[0] - b.x[0]).abs() < 2.5 || (a.x[1] - b.x[1]).abs() < 2.5;
            aligned && b.base - a.base < 2.0 * a.size.max(b.size)
        }
        _ => false,
    };
    1 + tails.windows(2).take_while(|p| follows(p)).count()
}

/// The name at the end of a line: alone there, or apart from what stands before it.
fn tail(frame: &Frame<'_>, piece: &Piece, at: usize) -> Option<Tail> {
    let word = |t: usize| frame.toks[t].word.text.as_str();
    let last = *piece.toks.last()?;
    let name = word(last).trim_matches([',', ';', ':', '(', ')']);
    let whole = kinds::is_part(name) && name.chars().filter(char::is_ascii_digit).count() >= 3;
    let digits = name.trim_end_matches(|c: char| c.is_ascii_uppercase());
    let lettered = name.len() > digits.len();
    let ending = (3..=4).contains(&digits.len())
        && name.len() - digits.len() <= 1
        && digits.bytes().all(|b| b.is_ascii_digit());
    if !whole && !ending {
        return None;
    }
    let from = piece.toks.len() - 1;
    let alone = from == 0;
    if let Some(&before) = from.checked_sub(1).and_then(|k| piece.toks.get(k)) {
        let (a, b) = (&frame.toks[before], &frame.toks[last]);
        let value = a.word.text.ends_with(['=', '≤', '≥', '<', '>', '@']);
        if value || b.area.x0 - a.area.x1 < 0.7 * b.size {
            return None;
        }
    }
    let area = frame.toks[last].area;
    let (base, size) = (piece.base, piece.size);
    Some(Tail { piece: at, from, base, size, x: [area.x0, area.x1], alone, whole, lettered })
}
