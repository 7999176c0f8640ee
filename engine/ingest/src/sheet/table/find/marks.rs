//! Header words in the lines of a page, and the heights at which they stand together.

use super::frame::Frame;
use super::header::{is_key, is_value};
use super::kinds;
use super::vocabulary::{self, Label};
use crate::sheet::table::Role;
use espice_pdf::Rect;

/// A phrase of a line.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    /// What it says of a column.
    pub(super) label: Option<Label>,
    /// Its words.
    pub(super) toks: Vec<usize>,
    /// The box around them.
    pub(super) area: Rect,
    /// Baseline.
    pub(super) base: f64,
    /// Size in points.
    pub(super) size: f64,
    /// Whether it is the name of a part.
    pub(super) part: bool,
    /// Whether it is the name of a package.
    pub(super) package: bool,
}

/// Marks on one height.
#[derive(Clone, Debug)]
pub(super) struct Level {
    /// The marks from left to right.
    pub(super) marks: Vec<Mark>,
    /// Baseline of its first line.
    pub(super) base: f64,
    /// Size in points.
    pub(super) size: f64,
    /// From top to bottom.
    pub(super) y: [f64; 2],
}

/// More marks on one height are no head; what else stands there is not looked at.
const MOST_MARKS: usize = 120;
/// More heights with header words than this on one page are not looked at.
const MOST_LEVELS: usize = 300;

/// Lines of header words, those on one height and within one table together.
pub(super) fn levels(frame: &Frame<'_>) -> Vec<Level> {
    let lines: Vec<Vec<Mark>> = frame.lines.iter().map(|l| marks(frame, &l.toks)).collect();
    let said: Vec<bool> = lines
        .iter()
        .map(|l| l.iter().any(|m| m.label.is_some()) || of_packages(frame, l))
        .collect();
    let mut used = vec![false; lines.len()];
    let mut out: Vec<Level> = Vec::new();
    for i in 0..lines.len() {
        if !said[i] || used[i] {
            continue;
        }
        let line = &frame.lines[i];
        let near = |j: usize| {
            let other = &frame.lines[j];
            (other.base - line.base).abs() <= 0.45 * line.size.max(other.size)
        };
        let first = frame.lines.partition_point(|l| l.base < line.base - 12.0);
        let last = frame.lines.partition_point(|l| l.base <= line.base + 12.0);
        let members: Vec<usize> = (first..last).filter(|&j| near(j) && !used[j]).collect();
        let mut marks = Vec::new();
        for &m in &members {
            used[m] |= said[m];
            marks.extend(lines[m].iter().cloned());
        }
        if marks.len() > MOST_MARKS {
            continue;
        }
        if out.len() > MOST_LEVELS {
            frame.leave_rest();
            break;
        }
        marks.sort_by(|a, b| a.area.x0.total_cmp(&b.area.x0));
        for marks in blocks(frame, marks) {
            if !is_data(frame, &marks) {
                let y0 = marks.iter().map(|m| m.area.y0).fold(f64::INFINITY, f64::min);
                let y1 = marks.iter().map(|m| m.area.y1).fold(0.0, f64::max);
                let base = marks.first().map_or(line.base, |m| m.base);
                out.push(Level { marks, base, size: line.size, y: [y0, y1] });
            }
        }
    }
    out.sort_by(|a, b| {
        let x = |l: &Level| l.marks.first().map_or(0.0, |m| m.area.x0);
        a.base.total_cmp(&b.base).then(x(a).total_cmp(&x(b)))
    });
    out
}

/// Whether marks are nothing but names of packages that head something: `TO-39`, `TO-18` in cells
/// of their own, or over numbers.
fn of_packages(frame: &Frame<'_>, marks: &[Mark]) -> bool {
    let walled = |m: &Mark| {
        let at = espice_pdf::Point::new(m.area.center().x, m.base - 0.35 * m.size);
        frame.rules.cell_x(at, [at.x - 90.0, at.x + 90.0]).iter().all(Option::is_some)
    };
    let over = |m: &Mark| {
        let below = frame.lines_within([m.base + 0.5 * m.size, m.base + 3.5 * m.size]);
        below.iter().flat_map(|l| &l.toks).filter_map(|&t| frame.toks.get(t)).any(|t| {
            let off = (t.area.center().x - m.area.center().x).abs();
            kinds::is_number(&t.word.text) && off <= 0.5 * m.area.width()
        })
    };
    !marks.is_empty() && marks.iter().all(|m| m.package && (walled(m) || over(m)))
}

/// Parts the marks of one height by the rules and strips that they stand in: a page may hold a
/// table beside a drawing or another table.
fn blocks(frame: &Frame<'_>, marks: Vec<Mark>) -> Vec<Vec<Mark>> {
    let mut groups: Vec<([f64; 2], Vec<Mark>)> = Vec::new();
    let mut free: Vec<Mark> = Vec::new();
    for mark in marks {
        match shelter(frame, &mark) {
            Some(x) => {
                match groups.iter_mut().find(|(g, _)| g[0] < x[1] - 2.0 && x[0] < g[1] - 2.0) {
                    Some((g, list)) => {
                        *g = [g[0].min(x[0]), g[1].max(x[1])];
                        list.push(mark);
                    }
                    None => groups.push((x, vec![mark])),
                }
            }
            None => free.push(mark),
        }
    }
    // Cells of one strip or row touch.
    groups.sort_by(|a, b| a.0[0].total_cmp(&b.0[0]));
    let mut joined: Vec<([f64; 2], Vec<Mark>)> = Vec::new();
    for (x, list) in groups {
        match joined.last_mut() {
            Some((g, all)) if x[0] - g[1] <= 4.0 => {
                g[1] = g[1].max(x[1]);
                all.extend(list);
            }
            _ => joined.push((x, list)),
        }
    }
    let mut groups = joined;
    let heads = |list: &[Mark]| {
        list.iter().any(|m| m.label.is_some()) || (list.len() >= 2 && of_packages(frame, list))
    };
    groups.retain(|(_, list)| heads(list));
    if groups.is_empty() {
        return match () {
            () if free.iter().any(|m| m.label.is_some()) => near_known(free),
            () if heads(&free) => vec![free],
            () => Vec::new(),
        };
    }
    // Known words without a rule belong to the table next to them; other words to none.
    let mut rest: Vec<Mark> = Vec::new();
    for mark in free.into_iter().filter(|m| m.label.is_some()) {
        let gap = |x: &[f64; 2]| (x[0] - mark.area.x1).max(mark.area.x0 - x[1]);
        let nearest = groups.iter_mut().min_by(|a, b| gap(&a.0).total_cmp(&gap(&b.0)));
        match nearest {
            Some((x, list)) if gap(x) < 150.0 => list.push(mark),
            _ => rest.push(mark),
        }
    }
    let mut out: Vec<Vec<Mark>> = groups.into_iter().map(|(_, list)| list).collect();
    if !rest.is_empty() {
        out.push(rest);
    }
    for list in &mut out {
        list.sort_by(|a, b| a.area.x0.total_cmp(&b.area.x0));
    }
    out
}

/// Without rules: the known marks and what stands between them or close to them.
fn near_known(marks: Vec<Mark>) -> Vec<Vec<Mark>> {
    let known = |m: &&Mark| m.label.is_some();
    let from = marks.iter().filter(known).map(|m| m.area.x0).fold(f64::INFINITY, f64::min);
    let to = marks.iter().filter(known).map(|m| m.area.x1).fold(0.0, f64::max);
    let list: Vec<Mark> =
        marks.into_iter().filter(|m| m.area.x1 > from - 70.0 && m.area.x0 < to + 70.0).collect();
    vec![list]
}

/// How far across the rule or strip reaches that a mark stands in.
fn shelter(frame: &Frame<'_>, mark: &Mark) -> Option<[f64; 2]> {
    let mid = mark.area.center();
    let tint = frame
        .rules
        .tints
        .iter()
        .filter(|t| t.contains(mid) && t.height() < 7.0 * mark.size && t.width() > 40.0)
        .max_by(|a, b| a.width().total_cmp(&b.width()));
    let wide = |r: &&super::rules::Rule| r.from <= mid.x && mid.x <= r.to && r.length() > 60.0;
    let above =
        frame.rules.h_within([mark.area.y0 - 2.5 * mark.size, mid.y]).iter().rev().find(wide);
    let below = frame.rules.h_within([mid.y, mark.area.y1 + 2.5 * mark.size]).iter().find(wide);
    if let Some(t) = tint {
        // A strip of its own, or the tint of one cell of a ruled head.
        let close = |r: &&super::rules::Rule| {
            (r.at - t.y0).abs().min((r.at - t.y1).abs()) <= 1.6 * mark.size
                && r.length() > t.width()
        };
        let rule = above.filter(close).or(below.filter(close));
        return Some(rule.map_or([t.x0, t.x1], |r| [r.from.min(t.x0), r.to.max(t.x1)]));
    }
    match (above, below) {
        (Some(a), Some(b)) if a.length() >= b.length() => Some([a.from, a.to]),
        (_, Some(b)) => Some([b.from, b.to]),
        (Some(a), None) => Some([a.from, a.to]),
        (None, None) => None,
    }
}

/// Whether numbers stand among the marks and few header words: a row of data with a word like
/// `(typ)`.
fn is_data(frame: &Frame<'_>, marks: &[Mark]) -> bool {
    let number = |m: &&Mark| {
        m.label.is_none()
            && !m.part
            && m.toks.iter().any(|&t| kinds::is_number(&frame.toks[t].word.text))
    };
    let count = |f: &dyn Fn(Role) -> bool| {
        marks.iter().filter(|m| matches!(m.label, Some(Label::Is(r)) if f(r))).count()
    };
    let keys = count(&is_key);
    let values = count(&is_value);
    let numbers = marks.iter().filter(number).count();
    numbers > 0 && (keys == 0 || numbers > keys + values)
}

/// The phrases of a line: known ones alone, other words together as they stand. Header words
/// within a text ("Typical Characteristics of the device") are no header words.
pub(super) fn marks(frame: &Frame<'_>, toks: &[usize]) -> Vec<Mark> {
    let mut out = Vec::new();
    let mut from = 0;
    for at in 1..=toks.len() {
        let ends = match (at.checked_sub(1).and_then(|p| toks.get(p)), toks.get(at)) {
            (Some(&a), Some(&b)) => {
                let (a, b) = (&frame.toks[a], &frame.toks[b]);
                b.area.x0 - a.area.x1 > 0.75 * a.size.max(b.size)
            }
            _ => true,
        };
        if ends {
            if let Some(run) = toks.get(from..at) {
                stretch(frame, run, &mut out);
            }
            from = at;
        }
    }
    out
}

/// The marks of words without a gap.
fn stretch(frame: &Frame<'_>, toks: &[usize], out: &mut Vec<Mark>) {
    let words: Vec<Vec<String>> =
        toks.iter().map(|&t| vocabulary::words_of(&frame.toks[t].word.text)).collect();
    let mut found: Vec<Mark> = Vec::new();
    let mut at = 0;
    let mut strange = 0;
    let mut bracket = false;
    let heads = heads_of_limits(&words);
    while at < toks.len() {
        let (count, label) = longest(&words, at);
        let members: Vec<usize> = toks.get(at..at + count).unwrap_or_default().to_vec();
        at += count;
        let (Some(&first), Some(area)) = (members.first(), frame.area(&members)) else { break };
        let tok = &frame.toks[first];
        let text = tok.word.text.as_str();
        let part = label.is_none() && frame.part_name(first).is_some();
        let opens = text.starts_with(['(', '[', '（', '@']);
        let aside = bracket || opens || text.contains('=') || words_are_none(text);
        bracket = (bracket || opens) && !text.ends_with([')', ']', '）']);
        // `BC548 / A / B / C`: more endings of one name.
        if let Some(last) = found.last_mut().filter(|l| l.part && label.is_none()) {
            let before = last.toks.last().map_or("", |&t| frame.toks[t].word.text.as_str());
            let ending = text.chars().count() <= 2 && text.chars().all(|c| c.is_ascii_uppercase());
            if text == "/" || (ending && before.ends_with('/')) {
                last.toks.extend(members);
                last.area = last.area.union(area);
                continue;
            }
        }
        if label.is_none() && !part && !kinds::is_package(text) {
            let plain = !aside && !kinds::is_unit(text) && !kinds::is_number(text);
            strange += usize::from(plain && !heads);
            if let Some(last) = found.last_mut()
                && !last.part
                && !(plain && heads)
            {
                last.toks.extend(members);
                last.area = last.area.union(area);
                continue;
            }
        }
        if let Some(last) = found.last_mut()
            && last.label.is_some()
            && (last.label == label || (aside && label.is_some()) || beside(last.label, label))
        {
            // `Note/Test Condition`: the word that carries nothing gives way.
            if last.label == Some(Label::Is(Role::Other)) {
                last.label = label;
            }
            last.toks.extend(members);
            last.area = last.area.union(area);
            continue;
        }
        let package = label.is_none() && kinds::is_package(text);
        let (base, size) = (tok.base, tok.size);
        found.push(Mark { label, toks: members, area, base, size, part, package });
    }
    if strange > 0
        && found.iter().any(|m| m.label.is_some())
        && let (Some(&first), Some(area)) = (toks.first(), frame.area(toks))
    {
        let tok = &frame.toks[first];
        let whole = Mark {
            label: None,
            toks: toks.to_vec(),
            area,
            base: tok.base,
            size: tok.size,
            part: false,
            package: false,
        };
        out.push(whole);
        return;
    }
    // `Typical Characteristics`, `Maximum Ratings`: a value's word before a key's is a title.
    let title = found.windows(2).any(|p| match (p[0].label, p[1].label) {
        (Some(Label::Is(a)), Some(Label::Is(b))) => is_value(a) && b == Role::Name,
        (Some(Label::Is(a)), Some(Label::Rating)) => is_value(a),
        _ => false,
    });
    if title && found.len() == 2 {
        for mark in &mut found {
            mark.label = None;
        }
    }
    out.extend(found);
}

/// Whether narrow columns of limits follow one another: a word among them that is not known heads
/// a column, too, and makes no text of them.
fn heads_of_limits(words: &[Vec<String>]) -> bool {
    let narrow = [Role::Min, Role::Typ, Role::Max].map(|r| Some(Label::Is(r)));
    let said = |label| (0..words.len()).any(|at| longest(words, at).1 == label);
    words.len() <= 4 && narrow.into_iter().filter(|n| said(*n)).count() >= 2
}

/// Whether one of two labels next to each other carries no value: they head one column.
fn beside(a: Option<Label>, b: Option<Label>) -> bool {
    let other = Some(Label::Is(Role::Other));
    let conditions = Some(Label::Is(Role::Conditions));
    (a == other && b == conditions) || (a == conditions && b == other)
}

fn words_are_none(text: &str) -> bool {
    vocabulary::words_of(text).is_empty()
}

/// The longest phrase at a word, and how many words it takes.
fn longest(words: &[Vec<String>], at: usize) -> (usize, Option<Label>) {
    let mut rest: Vec<String> = Vec::new();
    let mut ends = Vec::new();
    for (k, w) in words.get(at..).unwrap_or_default().iter().enumerate().take(4) {
        rest.extend(w.iter().cloned());
        ends.push((k + 1, rest.len()));
    }
    let own = words.get(at).map(Vec::as_slice).unwrap_or_default();
    if own.is_empty() {
        return (1, None);
    }
    let found = vocabulary::phrase(&rest).or_else(|| {
        // A word of two scripts counts by the one that is known.
        (own.len() > 1).then(|| own.get(1..).and_then(vocabulary::phrase)).flatten()
    });
    match found {
        Some((n, label)) => {
            let count = ends.iter().find(|(_, end)| *end >= n).map_or(1, |(k, _)| *k);
            (count, Some(label))
        }
        None => (1, None),
    }
}
