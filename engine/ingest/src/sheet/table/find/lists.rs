//! Ratings in lines without a head: name, leader dots, value with its unit at the right.

use super::body;
use super::frame::{Frame, Row as Line};
use super::kinds;
use super::vocabulary::{self, Label};
use crate::sheet::table::{Cell, Column, Role, Row, Section, Table};
use crate::sheet::text::Word;
use espice_pdf::Rect;

/// More lists than this stand on no page.
const MOST: usize = 12;

/// What lists with units in a column of their own say in further columns.
const OWN: [Role; 5] = [Role::Symbol, Role::Min, Role::Typ, Role::Max, Role::Unit];

/// One line of a list.
struct Entry {
    /// A symbol in a column of its own before the name.
    symbol: Vec<usize>,
    name: Vec<usize>,
    /// `Max` in a column of its own behind the name.
    limit: Option<(Role, Vec<usize>)>,
    value: Vec<usize>,
    /// A unit in a column of its own.
    unit: Vec<usize>,
    area: Rect,
}

/// Lists of ratings that stand in no table, with the boxes that they take.
pub(super) fn lists(frame: &Frame<'_>, taken: &[Rect], page: u32) -> Vec<(Rect, Table)> {
    let mut out = Vec::new();
    for (i, line) in frame.lines.iter().enumerate() {
        if out.len() >= MOST {
            frame.leave_rest();
            break;
        }
        let title = frame.text(&line.toks);
        let section = vocabulary::section(&title);
        let rated = matches!(section, Some(Section::Ratings | Section::Thermal));
        // A line of a table of contents leads to a page, not to ratings.
        let leads = title.contains("..") && title.ends_with(|c: char| c.is_ascii_digit());
        if !rated || leads || title.split_whitespace().count() > 12 {
            continue;
        }
        if let Some(found) = list(frame, i, taken, page, section.unwrap_or_default()) {
            out.push(found);
        }
    }
    out
}

fn list(
    frame: &Frame<'_>,
    title: usize,
    taken: &[Rect],
    page: u32,
    section: Section,
) -> Option<(Rect, Table)> {
    let head = frame.lines.get(title)?;
    let left = head.area.x0 - 12.0;
    let mut entries: Vec<Entry> = Vec::new();
    let mut preamble: Vec<usize> = Vec::new();
    let mut right: Option<f64> = None;
    let mut bottom = head.area.y1;
    let mut k = title + 1;
    while let Some(line) = frame.lines.get(k) {
        // Everything on this height, in these columns of the page.
        let mut band: Vec<&Line> = vec![line];
        let mut n = k + 1;
        while let Some(next) = frame.lines.get(n).filter(|l| l.base - line.base <= 0.45 * line.size)
        {
            band.push(next);
            n += 1;
        }
        k = n;
        band.retain(|l| l.area.x0 >= left);
        let Some(first) = band.iter().min_by(|a, b| a.area.x0.total_cmp(&b.area.x0)) else {
            continue;
        };
        if first.base <= head.base + 0.5 * head.size {
            continue;
        }
        if first.base - bottom > 60.0 {
            break;
        }
        if first.area.x0 > head.area.x0 + 60.0 {
            continue;
        }
        if first.area.y0 - bottom > 2.4 * first.size.max(6.0) || entries.len() > 60 {
            break;
        }
        let mid = first.base - 0.3 * first.size;
        if taken
            .iter()
            .any(|r| r.y0 <= mid && mid <= r.y1 && r.x0 <= first.area.x1 && first.area.x0 <= r.x1)
        {
            break;
        }
        let mut toks: Vec<usize> = band.iter().flat_map(|l| l.toks.iter().copied()).collect();
        toks.sort_by(|&a, &b| frame.toks[a].area.x0.total_cmp(&frame.toks[b].area.x0));
        let text = frame.text(&toks);
        if body::starts_note(&text) {
            break;
        }
        match entry(frame, &toks, right) {
            Some(e) => {
                if right.is_none() {
                    right = Some(e.area.x1);
                }
                entries.push(e);
            }
            None if entries.is_empty() => preamble.extend(&toks),
            None => break,
        }
        bottom = bottom.max(first.area.y1);
    }
    // Two lines are a list where all say symbol, value and unit in columns of their own.
    let columned = entries.iter().all(|e| !e.symbol.is_empty() && !e.unit.is_empty());
    if entries.len() < if columned { 2 } else { 3 } {
        return None;
    }
    Some(build(frame, head, entries, preamble, page, section))
}

/// A line as name and value: after leader dots, or after a wide gap where the lines above end.
fn entry(frame: &Frame<'_>, toks: &[usize], right: Option<f64>) -> Option<Entry> {
    let dots = |t: usize| {
        let text = &frame.toks[t].word.text;
        text.chars().all(|c| matches!(c, '.' | '…' | '·' | '_')) && !text.is_empty()
    };
    let trailing = |t: usize| frame.toks[t].word.text.ends_with("..");
    let leader = toks.iter().rposition(|&t| dots(t) || trailing(t));
    let (cut, from) = match leader {
        Some(at) => {
            let first = toks.iter().position(|&t| dots(t)).unwrap_or(at);
            (if dots(toks[at]) { first } else { at + 1 }, at + 1)
        }
        None => {
            let wide = last_gap(frame, toks)?;
            (wide, wide)
        }
    };
    let mut name: Vec<usize> = toks.get(..cut)?.to_vec();
    let mut value: Vec<usize> = toks.get(from..)?.to_vec();
    let mut unit = Vec::new();
    // The last column may be that of units, with the values before it.
    if leader.is_none()
        && is_unit(frame, &value)
        && let Some(gap) = last_gap(frame, &name)
    {
        unit = std::mem::replace(&mut value, name.split_off(gap));
    }
    let text = frame.text(&value);
    let first = text.split_whitespace().next()?;
    let lettered = name.iter().any(|&t| frame.toks[t].word.text.chars().any(char::is_alphabetic));
    let numeric =
        first.trim_start_matches(['+', '-', '±', '−']).starts_with(|c: char| c.is_ascii_digit())
            || matches!(first, "±" | "+" | "-");
    let short = text.split_whitespace().count() <= 6 && text.chars().any(|c| c.is_ascii_digit());
    if !lettered || !numeric || !short {
        return None;
    }
    let area = frame.area(toks)?;
    // Values end, or begin, below one another; a list by gaps alone needs that.
    if leader.is_none()
        && let Some(right) = right
        && (area.x1 - right).abs() > 60.0
    {
        return None;
    }
    let mut limit = None;
    let mut symbol = Vec::new();
    if !unit.is_empty() {
        if let Some(gap) = last_gap(frame, &name)
            && let Some(role) = name.get(gap..).and_then(|w| limit_of(frame, w))
        {
            limit = Some((role, name.split_off(gap)));
        }
        let first = frame.toks.get(*name.first()?)?;
        let apart = name
            .get(1)
            .and_then(|&t| frame.toks.get(t))
            .is_some_and(|next| next.area.x0 - first.area.x1 > 0.75 * first.size);
        if apart && kinds::is_symbol_like(&first.word.text) {
            symbol = vec![name.remove(0)];
        }
    }
    Some(Entry { symbol, name, limit, value, unit, area })
}

/// Where the last wide gap of a line is.
fn last_gap(frame: &Frame<'_>, toks: &[usize]) -> Option<usize> {
    (1..toks.len()).rev().find(|&i| {
        let (a, b) = (&frame.toks[toks[i - 1]], &frame.toks[toks[i]]);
        b.area.x0 - a.area.x1 > 2.5 * a.size
    })
}

/// Whether words are a unit; the ring of a degree may be set as a letter of its own.
fn is_unit(frame: &Frame<'_>, toks: &[usize]) -> bool {
    match frame.text(toks).split_whitespace().collect::<Vec<_>>().as_slice() {
        [unit] | ["o" | "°" | "º", unit] => kinds::is_unit(unit) && !kinds::is_number(unit),
        _ => false,
    }
}

/// The limit that words alone name.
fn limit_of(frame: &Frame<'_>, toks: &[usize]) -> Option<Role> {
    let words = vocabulary::words_of(&frame.text(toks));
    match vocabulary::phrase(&words).filter(|(n, _)| *n == words.len())?.1 {
        Label::Is(role @ (Role::Min | Role::Typ | Role::Max)) => Some(role),
        _ => None,
    }
}

fn build(
    frame: &Frame<'_>,
    head: &Line,
    entries: Vec<Entry>,
    preamble: Vec<usize>,
    page: u32,
    section: Section,
) -> (Rect, Table) {
    let words = |toks: &[usize]| -> Vec<Word> {
        toks.iter().map(|&t| frame.toks[t].word.clone()).collect()
    };
    let cell = |column: usize, toks: &[usize]| {
        let words = words(toks);
        let area = words.iter().map(|w| w.area).reduce(Rect::union).unwrap_or_default();
        Cell { column, words, area, shared: false }
    };
    let area = entries.iter().map(|e| e.area).fold(head.area, Rect::union);
    let split = entries
        .iter()
        .filter_map(|e| frame.area(&e.value))
        .map(|a| a.x0)
        .fold(f64::INFINITY, f64::min);
    let mut rows: Vec<Row> = Vec::new();
    let mut above: Option<(f64, Vec<usize>)> = None;
    for e in &entries {
        let x0 = frame.area(&e.name).map_or(0.0, |a| a.x0);
        let mut cells = Vec::new();
        // An indented line goes on with the one above: "Derate above 25 °C".
        match &above {
            Some((x, name)) if x0 > x + 3.0 => {
                cells.push(Cell { shared: true, ..cell(0, name) });
            }
            _ => above = Some((x0, e.name.clone())),
        }
        cells.push(cell(0, &e.name));
        let own = |role: Role| OWN.iter().position(|r| *r == role).map_or(1, |k| k + 2);
        cells.push(cell(e.limit.as_ref().map_or(1, |(role, _)| own(*role)), &e.value));
        for (role, toks) in [(Role::Symbol, &e.symbol), (Role::Unit, &e.unit)] {
            if !toks.is_empty() {
                cells.push(cell(own(role), toks));
            }
        }
        cells.sort_by_key(|c| c.column);
        let text = frame.text(&e.value);
        let mut doubts = Vec::new();
        if !text
            .split_whitespace()
            .any(|w| kinds::is_number(w) || w.chars().any(|c| c.is_ascii_digit()))
        {
            doubts.push(format!("`{text}` is no value"));
        }
        let own = words(&e.name)
            .into_iter()
            .chain(words(&e.value))
            .chain(words(&e.symbol))
            .map(|w| w.area);
        rows.push(Row {
            area: own.reduce(Rect::union).unwrap_or_default(),
            section,
            cells,
            marks: Vec::new(),
            doubts,
        });
    }
    let column = |role, x| Column { role, header: String::new(), x, parts: Vec::new() };
    let mut columns =
        vec![column(Role::Name, [area.x0, split]), column(Role::Value, [split, area.x1])];
    if entries.iter().any(|e| !e.unit.is_empty()) {
        columns.extend(OWN.map(|role| column(role, [area.x0, area.x1])));
    }
    let table = Table {
        page,
        area: frame.page_area(area),
        title: frame.text(&head.toks),
        preamble: words(&preamble),
        columns,
        rows,
        notes: Vec::new(),
    };
    (area, table)
}
