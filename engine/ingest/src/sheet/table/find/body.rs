//! How far down a table reaches.

use super::columns::Col;
use super::frame::Frame;
use super::header::Header;
use super::kinds;
use super::vocabulary;
use crate::sheet::text::UNKNOWN;

/// More lines than this are no table of one page.
const MOST_BANDS: usize = 500;

/// Lines on one height within a table.
#[derive(Clone, Debug)]
pub(super) struct Band {
    pub(super) toks: Vec<usize>,
    pub(super) base: f64,
    pub(super) size: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
    /// Whether a number or a blank mark stands in a column of values.
    pub(super) data: bool,
    /// Whether words stand in another column.
    pub(super) keyed: bool,
    /// Whether a line runs through columns of values as prose does.
    pub(super) prose: bool,
}

/// The lines under a head as bands, down to `limit`.
pub(super) fn bands(frame: &Frame<'_>, cols: &[Col], x: [f64; 2], y: [f64; 2]) -> Vec<Band> {
    let mut out: Vec<Band> = Vec::new();
    for line in frame.lines_within(y) {
        let toks: Vec<usize> = line
            .toks
            .iter()
            .copied()
            .filter(|&t| {
                let c = frame.toks[t].area.center().x;
                x[0] - 2.0 <= c && c <= x[1] + 2.0
            })
            .collect();
        if toks.is_empty() || line.area.width() > 1.5 * (x[1] - x[0]) {
            continue;
        }
        let prose = is_prose(frame, cols, &toks);
        match out.last_mut() {
            Some(band) if line.base - band.base <= 0.45 * line.size.min(band.size) => {
                band.toks.extend(toks);
                band.top = band.top.min(line.area.y0);
                band.bottom = band.bottom.max(line.area.y1);
                band.prose |= prose;
            }
            _ => out.push(Band {
                toks,
                base: line.base,
                size: line.size,
                top: line.area.y0,
                bottom: line.area.y1,
                data: false,
                keyed: false,
                prose,
            }),
        }
    }
    if out.len() > MOST_BANDS {
        frame.leave_rest();
        out.truncate(MOST_BANDS);
    }
    for band in &mut out {
        classify(frame, cols, band);
    }
    out
}

fn classify(frame: &Frame<'_>, cols: &[Col], band: &mut Band) {
    for &t in &band.toks {
        let tok = &frame.toks[t];
        let x = tok.area.center().x;
        let Some(col) = cols.iter().find(|c| c.x[0] <= x && x <= c.x[1]) else { continue };
        let text = &tok.word.text;
        if col.is_value() {
            let digit = text.contains(|c: char| c.is_ascii_digit() || c == UNKNOWN);
            band.data |= (digit || kinds::is_blank_mark(text)) && !band.prose;
        } else {
            band.keyed = true;
        }
    }
}

/// A stretch of words without a gap that runs through a border of a column of values.
fn is_prose(frame: &Frame<'_>, cols: &[Col], toks: &[usize]) -> bool {
    let mut run: Vec<usize> = Vec::new();
    let mut found = false;
    let check = |run: &[usize]| {
        let (Some(&a), Some(&b)) = (run.first(), run.last()) else { return false };
        let (x0, x1) = (frame.toks[a].area.x0, frame.toks[b].area.x1);
        // It runs below the head of a column of values, from a column before it.
        let crossed = cols
            .iter()
            .any(|c| c.is_value() && c.x[0] > x0 + 3.0 && c.head.is_some_and(|h| h < x1 && x0 < h));
        run.len() >= 4 && crossed && !kinds::is_value_text(&frame.text(run))
    };
    for &t in toks {
        let tok = &frame.toks[t];
        let near =
            run.last().is_some_and(|&l| tok.area.x0 - frame.toks[l].area.x1 <= 0.6 * tok.size);
        if !near {
            found |= check(&run);
            run.clear();
        }
        run.push(t);
    }
    found | check(&run)
}

/// The lowest height that belongs to the table under a head, and its bands.
pub(super) fn extent(
    frame: &Frame<'_>,
    header: &Header,
    cols: &[Col],
    limit: f64,
) -> ([f64; 2], Vec<Band>) {
    let top = header.area.y1.max(header.heads.iter().map(|h| h.area.y1).fold(0.0, f64::max) + 0.5);
    let mut bands = bands(frame, cols, header.x, [top, limit]);
    let chain = chain_end(frame, header, &bands, top, limit);
    let mut boxed = box_end(frame, header, top, top + 4.0);
    let mut end = top;
    let mut last_data: Option<usize> = None;
    let mut bottom = top;
    let mut pitch = f64::INFINITY;
    let mut count = 0;
    for (i, band) in bands.iter().enumerate() {
        let inside = boxed.is_some_and(|b| band.base <= b) || chain.is_some_and(|c| band.base <= c);
        if !inside {
            if let Some(next) = next_box(frame, header, bottom, band) {
                boxed = Some(next);
            } else if boxed.is_some_and(|b| b > top + 3.0) || chain.is_some() {
                // A heading between two boxes is decided by the box after it: a line between boxes
                // with all the same walls is one, whatever it says.
                let said = vocabulary::is_heading(&frame.text(&band.toks));
                let heading = bands.get(i + 1).is_some_and(|b| {
                    next_box(frame, header, bottom, b).is_some()
                        && (said || !band.data && !band.prose && same_walls(frame, header, b))
                });
                if !heading {
                    break;
                }
            } else {
                let gap = band.top - bottom;
                let usual = if pitch.is_finite() { pitch } else { 2.0 * band.size };
                let far = gap > (2.2 * usual).max(2.6 * band.size);
                let heading = vocabulary::is_heading(&frame.text(&band.toks));
                if band.prose || (far && !heading) || gap > 7.0 * band.size || is_note(frame, band)
                {
                    break;
                }
            }
        }
        if band.data {
            if let Some(last) = last_data.and_then(|l| bands.get(l)) {
                pitch = pitch.min((band.base - last.base).max(band.size));
            }
            last_data = Some(i);
        }
        bottom = band.bottom;
        count = i + 1;
        end = band.bottom.max(end);
    }
    // Nothing after the last data belongs to it, but for what the box still holds.
    let keep = match last_data {
        None => 0,
        Some(last) => {
            let limit = boxed.into_iter().chain(chain).fold(f64::NEG_INFINITY, f64::max);
            let mut keep = last + 1;
            while keep < count {
                let (Some(b), Some(p)) = (bands.get(keep), bands.get(keep - 1)) else { break };
                let tight = b.base - p.base <= 1.6 * b.size && !is_note(frame, b) && !b.prose;
                if b.base <= limit || tight {
                    keep += 1;
                } else {
                    break;
                }
            }
            keep
        }
    };
    bands.truncate(keep);
    if let Some(last) = bands.last() {
        end = last.bottom;
        let closing = boxed.into_iter().chain(chain).filter(|b| *b >= end - 2.0);
        end = closing.fold(end, f64::max);
    } else {
        end = top;
    }
    ([top, end], bands)
}

/// Whether a band begins like a note below a table.
pub(super) fn is_note(frame: &Frame<'_>, band: &Band) -> bool {
    let text = frame.text(&band.toks);
    starts_note(&text)
}

/// Whether a text begins like a note: `Notes:`, `1.`, `(2)`, `[1]`, `*`, `†`, `Fig. 3`.
pub(super) fn starts_note(text: &str) -> bool {
    let low = text.trim_start().to_lowercase();
    let first = low.split_whitespace().next().unwrap_or("");
    let bare = first.trim_end_matches([':', '.', ')', ']', '）']);
    let marked = first.len() > bare.len();
    let inner = bare.trim_start_matches(['(', '[']);
    let short = inner.len() <= 2 && !inner.is_empty() && inner.chars().all(char::is_alphanumeric);
    ["note", "notes", "fig", "figure", "remark", "anmerkung", "备注"].contains(&bare)
        || bare.starts_with("note")
        || (marked && short)
        || first.starts_with(['*', '∗', '†', '‡', '§', '#', '※', '①', '②', '③', '④', '⑤', '⑥'])
}

/// How far walls that begin near a height reach down.
fn box_end(frame: &Frame<'_>, header: &Header, from: f64, to: f64) -> Option<f64> {
    let x = [header.x[0] - 3.0, header.x[1] + 3.0];
    let mut ends: Vec<f64> = frame
        .rules
        .v_within(x)
        .iter()
        .filter(|r| r.from <= to && r.to > from + 6.0)
        // The frame of the whole page is no wall of a table.
        .filter(|r| r.from >= header.area.y0 - 40.0)
        .map(|r| r.to)
        .collect();
    ends.sort_by(f64::total_cmp);
    // Two walls at least.
    ends.len().checked_sub(2).and_then(|i| ends.get(i)).copied().map(|e| e + 1.0)
}

/// The end of a box that begins above a band, below what belongs to the table already, and whose
/// walls stand where the head's walls stand.
fn next_box(frame: &Frame<'_>, header: &Header, bottom: f64, band: &Band) -> Option<f64> {
    let x = [header.x[0] - 3.0, header.x[1] + 3.0];
    let zone = [header.area.y0 + 1.0, header.area.y1 - 1.0];
    let heads = frame.rules.walls(x, zone, 0.5);
    let walls: Vec<&super::rules::Rule> = frame
        .rules
        .v_within(x)
        .iter()
        .filter(|r| r.from >= bottom - 3.0 && r.from <= band.base && r.to >= band.base - 1.0)
        .filter(|r| heads.iter().any(|h| (h - r.at).abs() <= 4.0))
        .collect();
    let end = walls.iter().map(|r| r.to).fold(f64::NEG_INFINITY, f64::max);
    (walls.len() >= 2 && walls.len() * 2 >= heads.len() && band.base - bottom < 60.0)
        .then_some(end + 1.0)
}

/// Whether the walls beside a band are those of the head, all of them and no others.
fn same_walls(frame: &Frame<'_>, header: &Header, band: &Band) -> bool {
    let x = [header.x[0] - 3.0, header.x[1] + 3.0];
    let zone = [header.area.y0 + 1.0, header.area.y1 - 1.0];
    let heads = frame.rules.walls(x, zone, 0.5);
    let here = frame.rules.walls(x, [band.base - 0.6 * band.size, band.base], 0.5);
    heads.len() >= 4
        && heads.len() == here.len()
        && heads.iter().zip(&here).all(|(a, b)| (a - b).abs() <= 2.5)
}

/// The last rule over the whole width in a chain of rules with rows between them.
fn chain_end(
    frame: &Frame<'_>,
    header: &Header,
    bands: &[Band],
    top: f64,
    limit: f64,
) -> Option<f64> {
    if !header.ruled {
        return None;
    }
    let width = header.x[1] - header.x[0];
    let zone = [header.area.y0 + 1.0, header.area.y1 - 1.0];
    let heads: Vec<f64> = frame.rules.walls([header.x[0] + 4.0, header.x[1] - 4.0], zone, 0.5);
    let mut end = None;
    let mut pending = false;
    let mut from = top;
    for level in frame.rules.cuts(header.x, [top + 2.0, limit], 0.8) {
        let outside = frame
            .rules
            .h_within([level - 1.3, level + 1.3])
            .iter()
            .any(|r| r.length() > 1.25 * width && r.overlap(header.x) > 0.5 * width);
        if outside {
            break;
        }
        let segment: Vec<&Band> =
            bands.iter().filter(|b| b.base > from && b.base <= level + 0.5).collect();
        // The walls of the head go on through its rows; other walls are another table's.
        let through = heads
            .iter()
            .filter(|h| {
                let span = [from + 1.0, level - 1.0];
                frame
                    .rules
                    .v_within([*h - 3.0, *h + 3.0])
                    .iter()
                    .any(|r| r.overlap(span) >= 0.5 * (span[1] - span[0]))
            })
            .count();
        let alien = heads.len() >= 2 && through * 2 < heads.len();
        let titled = segment.iter().any(|b| {
            let text = frame.text(&b.toks);
            text.starts_with("Table ") || text.starts_with("Fig")
        });
        let tall = segment.iter().any(|b| b.size > 1.3 * header.size());
        let data = segment.iter().filter(|b| b.data).count();
        let keyed = segment.iter().filter(|b| b.data && b.keyed).count();
        if segment.is_empty() {
            if level - from > 5.0 {
                break;
            }
        } else if data > 0 {
            if alien || keyed * 2 < data || level - from > 14.0 * segment.len() as f64 + 40.0 {
                break;
            }
            end = Some(level + 0.5);
            pending = false;
        } else {
            let size = segment.first().map_or(9.0, |b| b.size);
            // One heading, or one row without values, between two rules.
            if ((tall || titled) && (alien || heads.len() < 2))
                || pending && segment.len() > 2
                || level - from > 4.5 * size
                || segment.len() > 3
            {
                break;
            }
            pending = true;
        }
        from = level;
    }
    end
}
