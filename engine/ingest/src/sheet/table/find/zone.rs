//! Where a head lies, and what stands there beside its known words.

use super::frame::Frame;
use super::marks::{self, Mark};
use super::{kinds, rules, vocabulary};
use espice_pdf::Rect;

/// Where a head lies: within rules or a strip, where there are any.
pub(super) struct Zone {
    /// Across.
    pub(super) x: [f64; 2],
    /// From top to bottom.
    pub(super) y: [f64; 2],
    /// Whether rules or a strip bound it.
    pub(super) ruled: bool,
}

/// The zone around the words of a head.
pub(super) fn zone(frame: &Frame<'_>, all: Rect, y: [f64; 2], size: f64) -> Zone {
    let mut out = Zone { x: [all.x0, all.x1], y, ruled: false };
    let middle = (y[0] + y[1]) / 2.0;
    // A strip: the smallest tint around the words.
    let strip = frame
        .rules
        .tints
        .iter()
        .filter(|t| t.y0 <= middle && t.y1 >= middle && t.height() <= 8.0 * size)
        .filter(|t| t.x0.max(all.x0) < t.x1.min(all.x1) && t.width() >= 0.5 * all.width())
        .min_by(|a, b| a.height().total_cmp(&b.height()));
    if let Some(t) = strip {
        out.x = [out.x[0].min(t.x0), out.x[1].max(t.x1)];
        out.y = [out.y[0].min(t.y0), out.y[1].max(t.y1)];
        out.ruled = true;
    }
    let wide = |r: &&rules::Rule| r.overlap([all.x0, all.x1]) >= 0.6 * all.width();
    let above =
        frame.rules.h_within([y[0] - 2.5 * size, y[0] + 0.35 * size]).iter().rfind(|r| wide(r));
    // Below a strip only its own lower edge is a rule of the head.
    let reach = if strip.is_some() { out.y[1] + 2.0 } else { y[1] + 3.5 * size };
    let below = frame.rules.h_within([y[1] - 0.35 * size, reach]).iter().find(|r| wide(r));
    for rule in above.into_iter().chain(below) {
        out.x = [out.x[0].min(rule.from), out.x[1].max(rule.to)];
        out.ruled = true;
    }
    if let Some(rule) = above {
        out.y[0] = out.y[0].min(rule.at);
    }
    if let Some(rule) = below {
        out.y[1] = out.y[1].max(rule.at);
    }
    out
}

/// Takes the other words of the zone into the head: second levels, parts, stacked words. Words
/// that look like data end the zone above them. What it leaves aside is given back.
pub(super) fn gather(
    frame: &Frame<'_>,
    zone: &mut Zone,
    marks: &mut Vec<Mark>,
    size: f64,
) -> Vec<usize> {
    let mut aside = Vec::new();
    let taken: std::collections::BTreeSet<usize> =
        marks.iter().flat_map(|m| m.toks.iter().copied()).collect();
    let first = marks.iter().map(|m| m.base).fold(f64::INFINITY, f64::min);
    let last = marks.iter().map(|m| m.base).fold(0.0, f64::max);
    let reach = if zone.ruled { zone.y[1] } else { last + 1.5 * size };
    let lines: Vec<&super::frame::Row> = frame
        .lines_within([zone.y[0], reach + 0.2 * size])
        .iter()
        .filter(|l| l.area.x1 > zone.x[0] - 2.0 && l.area.x0 < zone.x[1] + 2.0)
        .filter(|l| !l.toks.iter().any(|t| taken.contains(t)))
        .collect();
    // The body begins with the first line below that has data, wherever its words stand.
    let parts = |l: &super::frame::Row| {
        let found = marks::marks(frame, &l.toks);
        !found.is_empty() && found.iter().all(|m| m.part)
    };
    let data = |l: &&&super::frame::Row| {
        l.base > last + 0.5 * size
            && !parts(l)
            && l.toks.iter().any(|&t| {
                let text = &frame.toks[t].word.text;
                (kinds::is_number(text) && frame.part_name(t).is_none())
                    || kinds::is_blank_mark(text)
            })
    };
    let stop = lines.iter().find(data).map_or(f64::INFINITY, |l| l.base - 0.6 * size);
    let mut end = last;
    for line in lines {
        if line.base >= stop {
            continue;
        }
        let found = marks::marks(frame, &line.toks);
        let known = found.iter().all(|m| m.label.is_some() || m.part);
        let between = first - 0.5 * size <= line.base && line.base <= last + 0.5 * size;
        let above = line.base < first - 0.5 * size;
        let text = frame.text(&line.toks);
        let bracket = text.starts_with('(') && text.split_whitespace().count() <= 3;
        let heading = vocabulary::is_heading(&text);
        if (known && !heading) || (zone.ruled && (between || (above && !heading))) || bracket {
            end = end.max(line.base);
            marks.extend(found);
        } else {
            aside.extend(line.toks.iter().copied());
        }
    }
    // Without data in sight the rule ends the head; else the head ends above the data.
    if stop.is_finite() {
        zone.y[1] = zone.y[1].min(stop.max(end + 0.3 * size));
    }
    aside
}
