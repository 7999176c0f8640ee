//! What stands around a table: its title and preamble above, its notes below.

use super::body;
use super::frame::{Frame, Row};
use super::header::Header;
use super::vocabulary;
use crate::sheet::table::Section;

/// Title, preamble and notes of a table.
#[derive(Clone, Debug, Default)]
pub(super) struct Surround {
    pub(super) title: String,
    pub(super) section: Option<Section>,
    pub(super) preamble: Vec<usize>,
    pub(super) notes: Vec<(String, String)>,
}

/// Reads what stands above a head and below a body.
pub(super) fn read(frame: &Frame<'_>, header: &Header, y: [f64; 2]) -> Surround {
    let mut out = Surround::default();
    above(frame, header, &mut out);
    let aside = frame.text(&header.aside);
    if is_preamble(&aside) {
        out.preamble.extend(&header.aside);
    }
    below(frame, header, y, &mut out);
    out
}

/// Words that introduce a condition that holds for all rows.
fn is_preamble(text: &str) -> bool {
    let low = text.to_lowercase();
    let compact: String = low.chars().filter(|c| !c.is_whitespace()).collect();
    let said = [
        "otherwise",
        "unless",
        "in accordance",
        "specified",
        "noted",
        "sofern",
        "sauf",
        "除非",
        "特に",
    ]
    .iter()
    .any(|w| low.contains(w));
    let temperature =
        ["ta=", "tj=", "tc=", "tamb=", "tcase=", "tvj=", "@ta", "@tj", "@25", "=25°c", "=25℃"]
            .iter()
            .any(|w| compact.contains(w));
    said || temperature
}

/// Walks up from the head: preamble lines, then the title, at most a few lines.
fn above(frame: &Frame<'_>, header: &Header, out: &mut Surround) {
    let size = header.heads.first().map_or(9.0, |h| h.area.height().clamp(5.0, 16.0));
    let top = header.heads.iter().map(|h| h.area.y0).fold(header.area.y0, f64::min);
    let lines: Vec<&Row> = frame
        .lines_within([top - 75.0, top + 0.3 * size])
        .iter()
        .filter(|l| {
            let within = l.area.x0.max(header.x[0] - 20.0) < l.area.x1.min(header.x[1] + 2.0);
            let outside = !l.toks.iter().any(|t| header.aside.contains(t));
            let mine = header.heads.iter().any(|h| {
                (h.area.y0 - l.area.y0).abs() < 0.5 * size
                    && h.area.x0 <= l.area.x1
                    && l.area.x0 <= h.area.x1
            });
            within && outside && !mine && l.base <= header.area.y1 + 0.1
        })
        .collect();
    let mut bottom = top;
    let mut title: Vec<&Row> = Vec::new();
    let mut long = false;
    let mut preamble: Vec<usize> = Vec::new();
    let mut walked = 0;
    for line in lines.iter().rev() {
        let text = frame.text(&line.toks);
        let gap = bottom - line.area.y1;
        let on_title = title.iter().any(|t| (t.base - line.base).abs() <= 0.5 * t.size);
        if gap > 3.2 * size.max(line.size) && !on_title {
            break;
        }
        let section = vocabulary::section(&text);
        if on_title {
            title.push(line);
            if is_preamble(&text) {
                preamble.extend(&line.toks);
            }
            continue;
        }
        if !title.is_empty() {
            break;
        }
        walked += 1;
        // A title may be followed by what holds for all rows in brackets, however long.
        let lead = text.split(['(', '（']).next().unwrap_or(&text).trim();
        let titled = vocabulary::section(lead).filter(|_| vocabulary::is_heading(lead));
        if section.is_some() && !looks_like_prose(&text) || titled.is_some() {
            title.push(line);
            long = looks_like_prose(&text);
            out.section = titled.or(section);
            if is_preamble(&text) {
                preamble.extend(&line.toks);
            }
        } else if is_preamble(&text) {
            preamble.extend(&line.toks);
        } else if walked > 4 {
            break;
        }
        bottom = line.area.y0.min(bottom);
    }
    // What stands beside the title, set smaller, is on a nearby baseline.
    if let Some(main) = title.first().copied() {
        for &line in &lines {
            let beside = (line.base - main.base).abs() <= 0.8 * main.size;
            let text = frame.text(&line.toks);
            if beside
                && !title.iter().any(|t| t.toks == line.toks)
                && (is_preamble(&text) || out.section.is_none())
            {
                if is_preamble(&text) && !line.toks.iter().any(|t| preamble.contains(t)) {
                    preamble.extend(&line.toks);
                }
                title.push(line);
            }
        }
    }
    title.sort_by(|a, b| a.area.x0.total_cmp(&b.area.x0));
    let words: Vec<String> = title.iter().map(|l| frame.text(&l.toks)).collect();
    out.title = words.join(" ");
    if long {
        out.title = out.title.split(['(', '（']).next().unwrap_or_default().trim().to_string();
    }
    if out.section.is_none() {
        out.section = vocabulary::section(&out.title);
    }
    preamble.sort_unstable();
    preamble.dedup();
    out.preamble = without_values(frame, &preamble);
    if out.section.is_none() {
        out.section = farther(frame, header, top);
    }
}

/// A preamble without the clauses that state a value instead of a condition: `VF = 0.9 V max. @
/// IF = 10 mA for all types`.
fn without_values(frame: &Frame<'_>, toks: &[usize]) -> Vec<usize> {
    let ends = |t: &usize| frame.toks[*t].word.text.ends_with([',', ';']);
    let states = |t: &usize| {
        let words = vocabulary::words_of(&frame.toks[*t].word.text);
        words.iter().any(|w| ["max", "maximum", "min", "minimum", "typ"].contains(&w.as_str()))
    };
    let set = |clause: &[usize]| clause.iter().any(|t| frame.toks[*t].word.text.contains('='));
    toks.split_inclusive(ends)
        .filter(|clause| !(set(clause) && clause.iter().any(states)))
        .flatten()
        .copied()
        .collect()
}

/// The nearest heading further up in the same columns, when the table has none of its own: the
/// title of a page that tables continue on.
fn farther(frame: &Frame<'_>, header: &Header, top: f64) -> Option<Section> {
    frame
        .lines_within([top - 160.0, top])
        .iter()
        .rev()
        .filter(|l| l.area.x0 < header.x[1] && l.area.x1 > header.x[0] - 20.0)
        .filter(|l| l.area.x0 <= header.x[0] + 60.0)
        .map(|l| frame.text(&l.toks))
        .filter(|t| !looks_like_prose(t) && t.split_whitespace().count() <= 8)
        .find_map(|t| vocabulary::section(&t))
}

fn looks_like_prose(text: &str) -> bool {
    text.split_whitespace().count() > 16
        || (text.ends_with('.') && text.split_whitespace().count() > 7)
}

/// Reads notes below the table: lines that begin with a mark, and the lines that go on with them.
fn below(frame: &Frame<'_>, header: &Header, y: [f64; 2], out: &mut Surround) {
    let mut bottom = y[1];
    let mut open = false;
    for line in frame.lines_within([y[1], y[1] + 130.0]) {
        let inside = line.area.x0 >= header.x[0] - 20.0 && line.area.x0 <= header.x[1];
        if !inside {
            continue;
        }
        let text = frame.text(&line.toks);
        let first = out.notes.is_empty();
        let gap = line.area.y0 - bottom;
        if gap > if first { 3.0 } else { 1.6 } * line.size || is_title(frame, line, &text) {
            break;
        }
        if !first
            && frame
                .rules
                .h_within([bottom, line.area.y0])
                .iter()
                .any(|r| r.overlap(header.x) > 0.5 * (header.x[1] - header.x[0]))
        {
            break;
        }
        let circled = circled(frame, &line.toks);
        if !circled.is_empty() {
            out.notes.extend(circled);
            open = true;
        } else if body::starts_note(&text) && !text.to_lowercase().starts_with("fig") {
            let (mark, rest) = split_mark(&text);
            if !rest.is_empty() {
                out.notes.push((mark, rest));
                open = true;
            }
        } else if open && gap <= 0.8 * line.size {
            if let Some(last) = out.notes.last_mut() {
                last.1.push(' ');
                last.1.push_str(&text);
            }
        } else {
            break;
        }
        bottom = line.area.y1;
    }
}

/// The notes of a line that begin with circled marks, which may stand side by side.
fn circled(frame: &Frame<'_>, toks: &[usize]) -> Vec<(String, String)> {
    let mark = |t: usize| {
        let word = &frame.toks[t].word;
        let alone = word.notes.len() == 1 && word.text.chars().count() == 1;
        alone.then(|| word.notes.first().cloned()).flatten()
    };
    let mut notes: Vec<(String, Vec<usize>)> = Vec::new();
    for &t in toks {
        match (mark(t), notes.last_mut()) {
            (Some(mark), _) => notes.push((mark, Vec::new())),
            (None, Some((_, text))) => text.push(t),
            // What stands before the first mark is no note.
            (None, None) => return Vec::new(),
        }
    }
    notes.retain(|n| !n.1.is_empty());
    notes.into_iter().map(|(mark, text)| (mark, frame.text(&text))).collect()
}

/// Whether a line is the title of what follows.
fn is_title(frame: &Frame<'_>, line: &Row, text: &str) -> bool {
    let bold = line.toks.first().is_some_and(|&t| frame.toks[t].word.bold);
    let note = text.to_lowercase().starts_with("note");
    (bold && !note && vocabulary::section(text).is_some() && text.split_whitespace().count() < 9)
        || vocabulary::is_heading(text)
        || text.starts_with("Table ")
}

/// The mark that a note begins with, and its text: `NOTES: 1. Pulse test` gives `1`.
fn split_mark(text: &str) -> (String, String) {
    let mut rest = text.trim();
    let mut mark = String::new();
    for _ in 0..2 {
        let first = rest.split_whitespace().next().unwrap_or("");
        let bare = first.trim_matches(|c: char| matches!(c, '.' | ':' | ')' | '(' | '[' | ']'));
        let is_word = bare.to_lowercase().starts_with("note");
        let short = bare.chars().count() <= 2 && !bare.is_empty();
        let lead: String = rest
            .chars()
            .take_while(|c| matches!(c, '*' | '∗' | '†' | '‡' | '§' | '#' | '※'))
            .collect();
        if !lead.is_empty() {
            rest = rest.get(lead.len()..).unwrap_or("").trim_start();
            mark = lead;
            break;
        }
        if !(is_word || short) {
            break;
        }
        rest = rest.get(first.len()..).unwrap_or("").trim_start();
        if short {
            mark = bare.to_string();
            break;
        }
        // `Note 1: …`
    }
    (mark, rest.trim_start_matches([':', '-']).trim().to_string())
}
