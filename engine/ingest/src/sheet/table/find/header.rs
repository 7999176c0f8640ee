//! Heads of tables: rows of header words, of one or several levels.

use super::frame::Frame;
use super::leaves::{self, Leaf};
use super::marks::{self, Level, Mark};
use super::vocabulary::Label;
use super::zone::{self, Zone};
use crate::sheet::table::Role;
use espice_pdf::Rect;

/// One column's head.
#[derive(Clone, Debug)]
pub(super) struct Head {
    /// What it says of the column; `None` where its words are not known.
    pub(super) label: Option<Label>,
    /// Its words, of all levels.
    pub(super) text: String,
    /// Its box, of its lowest level.
    pub(super) area: Rect,
    /// Parts that the column is for.
    pub(super) parts: Vec<String>,
}

impl Head {
    fn role(&self) -> Option<Role> {
        match self.label {
            Some(Label::Is(role)) => Some(role),
            Some(Label::Rating) => Some(Role::Value),
            _ => None,
        }
    }
}

/// The head of one table.
#[derive(Clone, Debug)]
pub(super) struct Header {
    /// The heads of the columns from left to right.
    pub(super) heads: Vec<Head>,
    /// The box around them.
    pub(super) area: Rect,
    /// Where the table lies across: as far as rules, strips and heads reach.
    pub(super) x: [f64; 2],
    /// Whether rules or a strip say so; else the body may reach further.
    pub(super) ruled: bool,
    /// Whether it heads the dimensions of a package.
    pub(super) dimension: bool,
    /// Words within its zone that belong to no column head.
    pub(super) aside: Vec<usize>,
}

impl Header {
    /// Size of its words in points.
    pub(super) fn size(&self) -> f64 {
        self.heads.first().map_or(9.0, |h| h.area.height().clamp(4.0, 30.0))
    }
}

pub(super) fn is_value(role: Role) -> bool {
    matches!(role, Role::Min | Role::Typ | Role::Max | Role::Value | Role::Unnamed)
}

pub(super) fn is_key(role: Role) -> bool {
    matches!(role, Role::Name | Role::Symbol | Role::Conditions | Role::Unit | Role::Part)
}

/// All heads of a page from top to bottom, then from left to right.
pub(super) fn headers(frame: &Frame<'_>) -> Vec<Header> {
    let levels = marks::levels(frame);
    let mut out = Vec::new();
    let mut used = vec![false; levels.len()];
    for (at, first) in levels.iter().enumerate() {
        if used[at] {
            continue;
        }
        let mut group = vec![first.clone()];
        let mut members = vec![at];
        for (next, level) in levels.iter().enumerate().skip(at + 1) {
            let last = &group[group.len() - 1];
            if level.base - last.base > 2.7 * level.size.max(last.size) {
                break;
            }
            let apart = ruled_apart(frame, last, level);
            if !used[next] && !apart && overlap_x(last, level) && continues(&group, level) {
                group.push(level.clone());
                members.push(next);
            }
        }
        for (next, level) in levels.iter().enumerate().skip(at + 1) {
            let last = group.iter().map(|l| l.base).fold(0.0, f64::max);
            if level.base > last {
                break;
            }
            let parted = group.iter().any(|l| ruled_apart(frame, l, level));
            if !used[next] && !members.contains(&next) && !parted && keys_beside(&group, level) {
                group.push(level.clone());
                members.push(next);
            }
        }
        if group.iter().any(qualifies) || together_qualify(&group) {
            for &m in &members {
                used[m] = true;
            }
            out.extend(assemble(frame, &group));
        }
    }
    out
}

/// Whether a rule over the whole width stands between two levels.
fn ruled_apart(frame: &Frame<'_>, upper: &Level, lower: &Level) -> bool {
    let both = upper.marks.iter().chain(&lower.marks).map(|m| m.area).reduce(Rect::union);
    let Some(both) = both else { return false };
    frame
        .rules
        .h_within([upper.base + 0.5, lower.base - 0.5 * lower.size])
        .iter()
        .any(|r| r.overlap([both.x0, both.x1]) >= 0.9 * both.width())
}

/// Whether a level can be a further level of a head: a second level holds values, parts or the
/// rest of phrases, never the same keys again.
fn continues(group: &[Level], level: &Level) -> bool {
    let close = group.last().is_some_and(|l| level.base - l.base <= 1.45 * level.size);
    let says = level.marks.iter().any(|m| match m.label {
        Some(Label::Is(role)) => is_value(role),
        Some(Label::Dimension | Label::Rating) => true,
        Some(Label::Rank) => false,
        None => m.part,
    });
    let whole = group.iter().any(qualifies);
    if whole && !says && !close {
        return false;
    }
    let has =
        |role: Role| group.iter().flat_map(|l| &l.marks).any(|m| m.label == Some(Label::Is(role)));
    !level.marks.iter().any(|m| match m.label {
        Some(Label::Is(role)) => {
            matches!(role, Role::Symbol | Role::Unit | Role::Name) && has(role)
                || is_value(role)
                    && group.iter().flat_map(|l| &l.marks).any(|o| {
                        o.label == m.label
                            && (o.area.center().x - m.area.center().x).abs() < o.area.width()
                            && is_data_between(group, level)
                    })
        }
        _ => false,
    })
}

/// Whether a level between those of a group holds the keys of a table whose limits, and what
/// stands over them, are the group: `Limits` above, `Parameter` and `Unit` at half height, `Min.`
/// and `Max.` below.
fn keys_beside(group: &[Level], level: &Level) -> bool {
    let role = |m: &Mark| match m.label {
        Some(Label::Is(role)) => Some(role),
        _ => None,
    };
    let keys = level.marks.iter().filter(|m| role(m).is_some_and(is_key)).count();
    let all = level.marks.iter().all(|m| role(m).is_some_and(is_key));
    let limits = group.iter().flat_map(|l| &l.marks).all(|m| match m.label {
        Some(Label::Is(role)) => is_value(role),
        Some(Label::Rating) | None => true,
        _ => false,
    });
    all && keys >= 2 && limits && !group.iter().any(|l| overlap_x(l, level))
}

fn is_data_between(group: &[Level], level: &Level) -> bool {
    group.last().is_some_and(|l| level.base - l.base > 1.8 * level.size)
}

fn overlap_x(a: &Level, b: &Level) -> bool {
    let span = |l: &Level| {
        let area = l.marks.iter().map(|m| m.area).reduce(Rect::union).unwrap_or_default();
        [area.x0, area.x1]
    };
    let (a, b) = (span(a), span(b));
    a[0].max(b[0]) < a[1].min(b[1])
}

/// Whether one level is a head of its own.
fn qualifies(level: &Level) -> bool {
    counts(level.marks.iter())
}

fn together_qualify(group: &[Level]) -> bool {
    group.len() > 1 && counts(group.iter().flat_map(|l| &l.marks))
}

fn counts<'m>(marks: impl Iterator<Item = &'m Mark>) -> bool {
    let (mut values, mut keys, mut parts, mut strange) = (0, 0, 0, 0);
    let (mut packages, mut all) = (0, 0);
    let mut extremes = 0;
    let mut ranked = false;
    let mut kinds = Vec::new();
    for mark in marks {
        all += 1;
        packages += usize::from(mark.package);
        match mark.label {
            Some(Label::Is(role)) if is_value(role) => {
                values += 1;
                if role != Role::Value {
                    extremes += 1;
                }
            }
            Some(Label::Is(role)) if is_key(role) => {
                keys += 1;
                if !kinds.contains(&role) {
                    kinds.push(role);
                }
            }
            Some(Label::Rating) => {
                if values > 0 || kinds.contains(&Role::Name) {
                    values += 1
                } else {
                    keys += 1
                }
            }
            Some(Label::Rank) => ranked = true,
            Some(_) => {}
            None if mark.part || mark.package => parts += 1,
            None => strange += 1,
        }
    }
    if packages >= 2 && packages == all {
        return true;
    }
    if ranked && values + keys == 0 {
        return parts + strange >= 2;
    }
    if strange > 2 + values + keys + parts {
        return false;
    }
    // Symbols and units with something nameless between them, the value of one part.
    let between = kinds.contains(&Role::Symbol) && kinds.contains(&Role::Unit);
    (values >= 1 && keys >= 1)
        || extremes >= 2
        || (keys >= 2 && kinds.len() >= 2 && (parts >= 1 || between))
}

/// The heads of one group of levels; several where tables stand side by side.
fn assemble(frame: &Frame<'_>, group: &[Level]) -> Vec<Header> {
    let all = group.iter().flat_map(|l| &l.marks).map(|m| m.area).reduce(Rect::union);
    let Some(all) = all else { return Vec::new() };
    let size = group.iter().map(|l| l.size).fold(0.0, f64::max);
    let y = [
        group.iter().map(|l| l.y[0]).fold(f64::INFINITY, f64::min),
        group.iter().map(|l| l.y[1]).fold(0.0, f64::max),
    ];
    let mut zone = zone::zone(frame, all, y, size);
    let mut marks: Vec<Mark> = group.iter().flat_map(|l| l.marks.iter().cloned()).collect();
    let aside = zone::gather(frame, &mut zone, &mut marks, size);
    let dimension = marks.iter().any(|m| m.label == Some(Label::Dimension));
    let leaves = leaves::leaves(frame, &zone, marks);
    split(leaves)
        .into_iter()
        .filter_map(|heads| finish(frame, heads, &zone, size, &aside))
        .map(|header| Header { dimension: header.dimension || dimension, ..header })
        .collect()
}

/// Cuts heads where a second table begins: where a key comes again after values.
fn split(leaves: Vec<Leaf>) -> Vec<Vec<Leaf>> {
    let mut out: Vec<Vec<Leaf>> = vec![Vec::new()];
    let mut seen: Vec<Role> = Vec::new();
    let mut valued = false;
    for leaf in leaves {
        let role = leaf.head.role();
        let again = role.is_some_and(|r| {
            matches!(r, Role::Name | Role::Symbol | Role::Unit) && seen.contains(&r)
        });
        if again && valued && !matches!(role, Some(Role::Unit)) {
            out.push(Vec::new());
            seen.clear();
            valued = false;
        }
        if let Some(r) = role {
            valued |= is_value(r);
            seen.push(r);
        }
        valued |= !leaf.head.parts.is_empty();
        if let Some(last) = out.last_mut() {
            last.push(leaf);
        }
    }
    out
}

fn finish(
    frame: &Frame<'_>,
    leaves: Vec<Leaf>,
    zone: &Zone,
    size: f64,
    aside: &[usize],
) -> Option<Header> {
    let words = leaves.iter().map(|l| l.head.area).reduce(Rect::union)?;
    let left = leaves.iter().map(|l| l.span[0]).fold(words.x0, f64::min);
    let right = leaves.iter().map(|l| l.span[1]).fold(words.x1, f64::max);
    // Rules at the head's height that reach over these heads only.
    let mut x = [left, right];
    let mut ruled = false;
    for rule in frame.rules.h_within([zone.y[0] - 0.5 * size, zone.y[1] + 0.5 * size]) {
        if rule.overlap([words.x0, words.x1]) >= 0.6 * words.width() {
            x = [x[0].min(rule.from), x[1].max(rule.to)];
            ruled = true;
        }
    }
    if zone.ruled && !ruled {
        x = [x[0].min(zone.x[0]), x[1].max(zone.x[1])];
        ruled = true;
    }
    let mut heads: Vec<Head> = leaves.into_iter().map(|l| l.head).collect();
    let dimension = heads.iter().any(|h| h.label == Some(Label::Dimension));
    resolve_ratings(&mut heads);
    let ranked = heads.first().is_some_and(|h| h.label == Some(Label::Rank));
    for head in &mut heads {
        let text = head.text.trim();
        if ranked && head.label.is_none() && text.chars().count() <= 4 {
            // Groups of one part: `A`, `B`, `GR`.
            head.parts = vec![text.to_string()];
        }
        // A part's name over numbers heads a column of values.
        if head.label.is_none() && !head.parts.is_empty() {
            head.label = Some(Label::Is(Role::Value));
        }
    }
    if !heads.iter().any(|h| h.role().is_some_and(is_value)) {
        let at = nameless(&heads)?;
        let (left, right) = (heads.get(at)?.area, heads.get(at + 1)?.area);
        let area = Rect { x0: left.x1 + 2.0, x1: right.x0 - 2.0, ..left };
        let label = Some(Label::Is(Role::Value));
        heads.insert(at + 1, Head { label, text: String::new(), area, parts: Vec::new() });
    }
    Some(Header {
        heads,
        area: Rect { x0: x[0], y0: zone.y[0], x1: x[1], y1: zone.y[1].max(words.y1) },
        x,
        ruled,
        dimension,
        aside: aside.to_vec(),
    })
}

/// Where values without a head stand: between the heads of symbols and of units.
fn nameless(heads: &[Head]) -> Option<usize> {
    heads.windows(2).position(|p| {
        p[0].role() == Some(Role::Symbol)
            && p[1].role() == Some(Role::Unit)
            && p[1].area.x0 - p[0].area.x1 >= 30.0
    })
}

/// "Rating" heads names where another column holds the values or stands before the symbols.
fn resolve_ratings(heads: &mut [Head]) {
    let valued = heads.iter().any(|h| matches!(h.label, Some(Label::Is(r)) if is_value(r)))
        || heads.iter().any(|h| h.label.is_none() && !h.parts.is_empty());
    let named = heads.iter().any(|h| h.label == Some(Label::Is(Role::Name)));
    let count = heads.iter().filter(|h| h.label == Some(Label::Rating)).count();
    let mut first = true;
    for head in heads.iter_mut().filter(|h| h.label == Some(Label::Rating)) {
        let name = first && (count > 1 || (valued && !named));
        head.label = Some(Label::Is(if name { Role::Name } else { Role::Value }));
        first = false;
    }
}
