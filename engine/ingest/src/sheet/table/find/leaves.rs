//! Levels of a head: what stands over what, and which column it names.

use super::frame::Frame;
use super::header::{Head, is_value};
use super::kinds;
use super::marks::Mark;
use super::vocabulary::{self, Label};
use super::zone::Zone;
use crate::sheet::table::Role;
use espice_pdf::Point;

/// A mark's place in the levels: itself, its cell across, what stands above.
pub(super) struct Leaf {
    /// What it says.
    pub(super) head: Head,
    /// Its cell across.
    pub(super) span: [f64; 2],
}

/// The lowest marks of each column, with what stands above them.
pub(super) fn leaves(frame: &Frame<'_>, zone: &Zone, mut marks: Vec<Mark>) -> Vec<Leaf> {
    marks.sort_by(|a, b| a.base.total_cmp(&b.base).then(a.area.x0.total_cmp(&b.area.x0)));
    let spans: Vec<[f64; 2]> = marks.iter().map(|m| span(frame, zone, m, &marks)).collect();
    let under = |upper: usize, lower: usize| {
        let (u, l) = (&marks[upper], &marks[lower]);
        let x = l.area.center().x;
        l.base > u.base + 0.6 * u.size && spans[upper][0] <= x && x <= spans[upper][1]
    };
    let single = |up: usize| (0..marks.len()).filter(|&l| under(up, l)).count() == 1;
    let mut out = Vec::new();
    for low in 0..marks.len() {
        if (0..marks.len()).any(|other| under(low, other)) {
            continue;
        }
        // From the lowest upwards.
        let mut chain = vec![low];
        for up in (0..low).rev() {
            if under(up, low) {
                chain.push(up);
            }
        }
        if chain.len() == 1 {
            chain.extend(spanner(frame, &marks, &spans, low));
        }
        out.push(Leaf { head: head(frame, &marks, &chain, &single), span: spans[low] });
    }
    out.sort_by(|a, b| a.head.area.x0.total_cmp(&b.head.area.x0));
    out
}

/// How far across a mark's cell reaches: to the walls at its height, else along the rule just
/// below that spans what is under it, else its own words.
fn span(frame: &Frame<'_>, zone: &Zone, mark: &Mark, marks: &[Mark]) -> [f64; 2] {
    let at = Point::new(mark.area.center().x, mark.base - 0.35 * mark.size);
    let [left, right] = frame.rules.cell_x(at, [zone.x[0] - 3.0, zone.x[1] + 3.0]);
    if let (Some(left), Some(right)) = (left, right) {
        let alone = !marks.iter().any(|m| {
            let x = m.area.center().x;
            (m.base - mark.base).abs() < 0.5 * m.size
                && m.area != mark.area
                && left < x
                && x < right
        });
        if alone {
            return [left, right];
        }
    }
    let whole = zone.x[1] - zone.x[0];
    let rule = frame
        .rules
        .h_within([mark.base, mark.base + 1.3 * mark.size])
        .iter()
        .find(|r| r.from <= at.x && at.x <= r.to && r.length() < 0.85 * whole);
    let more = |r: &super::rules::Rule| {
        marks.iter().any(|m| {
            let x = m.area.center().x;
            m.base > r.at && r.from <= x && x <= r.to
        })
    };
    match rule {
        Some(r) if more(r) => [r.from, r.to],
        _ => [mark.area.x0 - 1.0, mark.area.x1 + 1.0],
    }
}

/// The mark of a higher level whose columns a low one belongs to, without any rule to say so:
/// the nearest above that has at least two marks around its middle below it.
fn spanner(frame: &Frame<'_>, marks: &[Mark], spans: &[[f64; 2]], low: usize) -> Option<usize> {
    let lower = &marks[low];
    let is_leaf_row = |m: &Mark| (m.base - lower.base).abs() < 0.5 * m.size;
    let candidates: Vec<usize> = (0..low)
        .filter(|&up| marks[up].base < lower.base - 0.6 * lower.size)
        .filter(|&up| {
            // It spans when it stands between low marks, or over the middle one.
            let x = marks[up].area.center().x;
            let row = || marks.iter().filter(|m| is_leaf_row(m));
            let left = row().any(|m| m.area.center().x < x - 2.0);
            let right = row().any(|m| m.area.center().x > x + 2.0);
            let spans_alone =
                (spans[up][1] - spans[up][0] - 2.0 - marks[up].area.width()).abs() < 0.1;
            let said =
                matches!(marks[up].label, Some(Label::Is(Role::Value)) | Some(Label::Rating))
                    || marks[up].label.is_none();
            left && right && spans_alone && (said || frame.rules.v.is_empty())
        })
        .collect();
    candidates.into_iter().min_by(|&a, &b| {
        let d = |m: usize| (marks[m].area.center().x - lower.area.center().x).abs();
        d(a).total_cmp(&d(b))
    })
}

/// One column's head from its marks, the lowest first.
fn head(
    frame: &Frame<'_>,
    marks: &[Mark],
    chain: &[usize],
    single: &dyn Fn(usize) -> bool,
) -> Head {
    let mut words: Vec<usize> = Vec::new();
    for &m in chain.iter().rev() {
        words.extend(marks[m].toks.iter().copied());
    }
    let text = frame.text(&words);
    let low = &marks[chain[0]];
    let stacked: Vec<String> = text.split_whitespace().flat_map(vocabulary::words_of).collect();
    let label = low
        .label
        .filter(|l| !matches!(l, Label::Is(Role::Value)) || chain.len() == 1)
        .or_else(|| vocabulary::phrase(&stacked).filter(|(n, _)| *n == stacked.len()).map(|p| p.1))
        .or_else(|| {
            // Under a head of several columns an unknown word names one of them; a single upper
            // word (`MINIMUM` over `PACKAGE`) is only the beginning of a phrase.
            let text = frame.text(&low.toks);
            let aside = low.part || text.starts_with(['(', '[', '（']) || kinds::is_unit(&text);
            chain.iter().skip(1).filter(|&&m| aside || !single(m)).find_map(|&m| marks[m].label)
        })
        .or(low.label)
        .or_else(|| low.package.then_some(Label::Is(Role::Value)));
    let label = match label {
        // `Device` over the names of parts heads their values.
        Some(Label::Is(Role::Part)) if low.part && chain.len() > 1 => None,
        // "Value" over or under "Max." says nothing more.
        Some(Label::Is(Role::Value) | Label::Rating) => chain
            .iter()
            .filter_map(|&m| marks[m].label)
            .find(|l| matches!(l, Label::Is(r) if is_value(*r) && *r != Role::Value))
            .or(label),
        other => other,
    };
    let mut parts: Vec<String> = Vec::new();
    for mark in chain.iter().filter_map(|&m| marks.get(m)) {
        let whole = frame.text(&mark.toks);
        if mark.part && whole.contains(" / ") {
            parts.push(whole);
            continue;
        }
        parts.extend(mark.toks.iter().filter_map(|&t| frame.part_name(t)).map(String::from));
    }
    Head { label, text, area: low.area, parts }
}
