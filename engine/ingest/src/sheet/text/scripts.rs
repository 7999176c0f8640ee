//! Which pieces are sub- or superscripts of which: smaller, moved off the baseline, and right
//! behind a bigger piece.

use super::Script;
use super::pieces::Piece;
use super::shelf::Shelf;

/// A script is at most this size of its host; above it, it has to touch to count as one.
const SMALLER: f64 = 0.95;
/// And at least this.
const SMALLEST: f64 = 0.33;
/// Lowered by at least and at most so many ems of the host.
const LOWERED: (f64, f64) = (0.05, 0.55);
/// Raised by at least and at most so many ems of the host.
const RAISED: (f64, f64) = (0.05, 0.85);
/// Starts at most so many ems of the host behind it.
const BEHIND: f64 = 0.35;
/// Starts at most so many ems of the host before its end.
const INTO: f64 = 0.3;
/// The top of a raised text is at most so many ems of the host above the baseline.
const HIGHEST: f64 = 1.25;
/// A script between two marks may overlap the second by so many ems of the host.
const ROOM: f64 = 0.12;
/// Longer runs of small print are text of their own.
const LONGEST: usize = 20;
/// Pieces looked at on each board of the shelf.
const LOOK: usize = 12;

/// Finds hosts and gives each script its host, or marks it as standing alone before its word
/// (the raised `1)` that starts a footnote), which moves it to that word's baseline.
pub(super) fn attach(pieces: &mut [Piece]) {
    let shelf = Shelf::new(pieces.iter().enumerate().map(|(i, p)| (p.u0, p.v, i)));
    let mut order: Vec<usize> = (0..pieces.len()).collect();
    let key = |i: &usize| pieces.get(*i).map_or((0.0, 0.0), |p| (-p.size, p.u0));
    order.sort_by(|a, b| {
        let (ka, kb) = (key(a), key(b));
        ka.0.total_cmp(&kb.0).then(ka.1.total_cmp(&kb.1)).then(a.cmp(b))
    });
    for index in order {
        let Some(piece) = pieces.get(index) else { continue };
        if piece.crowd > LONGEST || !is_script_text(piece) {
            continue;
        }
        if let Some((host, script)) = host_before(pieces, &shelf, index) {
            let end = piece.u1;
            // Inside its host it leaves the end where it was.
            if let Some(host) = pieces.get_mut(host) {
                host.end = host.end.max(end);
            }
            if let Some(piece) = pieces.get_mut(index) {
                (piece.script, piece.host) = (script, Some(host));
            }
        } else if let Some(v) = word_behind(pieces, &shelf, index)
            && let Some(piece) = pieces.get_mut(index)
        {
            (piece.script, piece.v) = (Script::Super, v);
        }
    }
}

/// Points, commas and dashes that sit off the baseline are punctuation of a badly set line.
fn is_script_text(piece: &Piece) -> bool {
    let mut chars = piece.marks.iter().flat_map(|m| m.text.chars());
    chars.any(|c| !matches!(c, '.' | ',' | ';' | ':' | '\'' | '_' | '–'))
}

fn host_before(pieces: &[Piece], shelf: &Shelf, index: usize) -> Option<(usize, Script)> {
    let piece = pieces.get(index)?;
    // Hosts are at most this big; beyond it text and its neighbours are decoration.
    let most = piece.size / SMALLEST;
    let reach = (piece.v - LOWERED.1 * most, piece.v + RAISED.1 * most);
    let mut best: Option<(f64, usize, Script)> = None;
    for other in shelf.before(piece.u0 + INTO * most, reach, LOOK) {
        let Some(host) = pieces
            .get(other)
            .filter(|h| other != index && h.host.is_none() && h.script == Script::Normal)
        else {
            continue;
        };
        let Some((cost, script)) = fits(piece, host) else { continue };
        if best.is_none_or(|(b, i, _)| cost < b || (cost == b && other < i)) {
            best = Some((cost, other, script));
        }
    }
    best.map(|(_, host, script)| (host, script))
}

/// How well a piece sits as a script of a host, and which; smaller is better.
fn fits(piece: &Piece, host: &Piece) -> Option<(f64, Script)> {
    let em = host.size;
    let (ratio, shift) = (piece.size / em, (piece.v - host.v) / em);
    if !(SMALLEST..=1.02).contains(&ratio) {
        return None;
    }
    // The mark that it stands behind: the last one, or one inside with room for it.
    let count = host.marks.partition_point(|m| m.u0 <= piece.u0);
    let anchor = host.marks.get(count.max(1) - 1)?;
    let ahead = (piece.u0 - anchor.u1) / em;
    let behind = match host.marks.get(count.max(1)) {
        None => (piece.u0 - host.end) / em,
        Some(next) if (next.u0 - piece.u1) / em >= -ROOM => ahead,
        Some(_) => return None,
    };
    if ahead < -INTO || behind > BEHIND {
        return None;
    }
    let script = match shift {
        s if (LOWERED.0..=LOWERED.1).contains(&s) => Script::Sub,
        // The top of a raised text is not far above its word.
        s if (RAISED.0..=RAISED.1).contains(&-s) && 0.7 * ratio - s <= HIGHEST => Script::Super,
        _ => return None,
    };
    let plain = |p: &Piece| {
        p.marks.iter().all(|m| m.text.chars().all(|c| c.is_alphanumeric() || "()-".contains(c)))
    };
    if ratio > SMALLER {
        // In full size only a short piece that touches and is clearly moved is a script, or one
        // that is lowered behind a short symbol.
        let touches = behind.abs() < 0.12 && ahead > -0.12 && shift.abs() >= 0.2;
        let symbol = script == Script::Sub
            && shift >= 0.15
            && host.marks.len() <= 3
            && piece.marks.len() <= 4
            && piece.crowd <= 8;
        let letter = anchor.text.chars().all(char::is_alphabetic);
        if !(touches && piece.marks.len() <= 12
            || symbol && letter && ahead > -0.12 && plain(piece))
        {
            return None;
        }
    }
    // Letters that are raised beside a number are the title of an axis above its ticks; what
    // numbers carry are powers, notes and the endings of ordinals.
    if script == Script::Super && anchor.text.chars().all(|c| c.is_ascii_digit()) {
        let text: String = piece.marks.iter().map(|m| m.text.as_str()).collect();
        let ordinal = matches!(text.as_str(), "st" | "nd" | "rd" | "th");
        let note = text.len() == 1 && text.chars().all(|c| c.is_ascii_lowercase());
        if text.chars().any(char::is_alphabetic) && !ordinal && !note && ratio > 0.5 {
            return None;
        }
    }
    Some((behind.abs().min(ahead.abs()) + 0.8 * shift.abs(), script))
}

/// The baseline of the bigger word that starts right behind a raised piece.
fn word_behind(pieces: &[Piece], shelf: &Shelf, index: usize) -> Option<f64> {
    let piece = pieces.get(index)?;
    let text: String = piece.marks.iter().map(|m| m.text.as_str()).collect();
    let inside = text.trim_matches(|c: char| "()[]*".contains(c));
    let number =
        inside.len() <= 2 && inside.chars().all(|c| c.is_ascii_digit() || c.is_ascii_lowercase());
    if text.chars().count() > 4 || !(number || matches!(text.as_str(), "†" | "‡" | "§")) {
        return None;
    }
    let most = piece.size / SMALLEST;
    shelf
        .after(piece.u0, (piece.v + RAISED.0 * piece.size, piece.v + RAISED.1 * most), LOOK)
        .filter_map(|other| pieces.get(other))
        .find(|word| {
            let (ratio, raised) = (piece.size / word.size, (word.v - piece.v) / word.size);
            let ahead = (word.u0 - piece.u1) / word.size;
            (SMALLEST..=0.85).contains(&ratio)
                && (0.15..=RAISED.1).contains(&raised)
                && (-0.1..=0.8).contains(&ahead)
                && word.host.is_none()
        })
        .map(|word| word.v)
}
