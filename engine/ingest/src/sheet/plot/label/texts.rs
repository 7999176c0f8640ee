//! The texts in a plot: cut into single statements, joined into blocks, taken for what they say.

use super::say::{Said, clauses_end, number, say};
use crate::sheet::plot::{Axis, Panel, name::Names};
use crate::sheet::text::{Line, TextPage, Word};
use espice_pdf::Rect;

/// How far right of the frame a curve's label may start.
const RIGHT: f64 = 26.0;
/// How far above the frame a curve's label may end.
const ABOVE: f64 = 10.0;

/// A text in or beside the frame of a plot.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Note {
    /// As printed, its lines with a blank between them.
    pub text: String,
    /// The box around it.
    pub area: Rect,
    /// What it says.
    pub says: Vec<Said>,
    /// Whether it stands within the frame.
    pub inside: bool,
    /// Whether it is a number that is explained elsewhere.
    pub numbered: bool,
}

/// The texts in and beside the frame of a plot that are not labels of its ticks or axes.
pub(crate) fn notes(text: &TextPage, panel: &Panel, names: &Names) -> Vec<Note> {
    let mut notes: Vec<Note> = Vec::new();
    let lines = text
        .lines
        .iter()
        .filter(|l| l.angle.abs() < 1.0 && around(panel, l.area) && !is_of_axes(panel, l));
    for words in rows(lines, names) {
        for (text, area) in statements(&words, names) {
            let says = say(&text, names);
            let inside = panel.frame.grown(1.5).contains(area.center());
            if !is_title(&text, panel) {
                notes.push(Note { text, area, says, inside, numbered: false });
            }
        }
    }
    join_lines(notes)
}

/// What the numbers of a plot stand for: `(1) Tj = 150 °C` under it explains the `(1)` in it.
pub(crate) fn explain_numbers(notes: &mut [Note], remarks: &[String], names: &Names) {
    let mut meanings: Vec<(u32, String)> = Vec::new();
    for remark in remarks {
        let mut rest = remark.as_str();
        while let Some((number, after)) = next_number(rest) {
            let end = next_number(after).map_or(after.len(), |(_, tail)| {
                after.len() - tail.len() - number_length(after, tail)
            });
            let meaning = after.get(..end).unwrap_or("");
            let meaning = meaning.trim().trim_start_matches([':', '=']).trim();
            let meaning = meaning.trim_end_matches(['.', ';', ',']).trim();
            if !meaning.is_empty() {
                meanings.push((number, meaning.to_string()));
            }
            rest = after;
        }
    }
    for note in notes {
        let Some((number, "")) = next_number(&note.text).map(|(n, r)| (n, r.trim())) else {
            continue;
        };
        // A number that is explained twice says nothing.
        let mut said = meanings.iter().filter(|m| m.0 == number);
        if let (Some((_, meaning)), None) = (said.next(), said.next()) {
            note.says = say(meaning, names);
            note.text = meaning.clone();
            note.numbered = true;
        }
    }
}

/// The first `(n)` of a text and what follows it.
fn next_number(text: &str) -> Option<(u32, &str)> {
    let mut from = 0;
    while let Some(open) = text.get(from..)?.find('(').map(|i| i + from) {
        let inner = text.get(open + 1..)?;
        let digits = inner.bytes().take_while(u8::is_ascii_digit).count();
        if (1..=2).contains(&digits) && inner.get(digits..)?.starts_with(')') {
            return Some((inner.get(..digits)?.parse().ok()?, inner.get(digits + 1..)?));
        }
        from = open + 1;
    }
    None
}

/// The length of the `(n)` that stands between a text and its tail.
fn number_length(text: &str, tail: &str) -> usize {
    let before = text.get(..text.len() - tail.len()).unwrap_or("");
    before.rfind('(').map_or(0, |open| before.len() - open)
}

/// Texts under and over the frame that belong to the panel: what they say holds for all curves.
pub(crate) fn remarks(text: &TextPage, panel: &Panel) -> Vec<String> {
    let area = panel.area;
    let frame = panel.frame;
    let is_caption = |l: &&Line| {
        let first = l.words.first().map(|w| w.text.to_lowercase()).unwrap_or_default();
        first.starts_with("fig")
            && l.area.y0 > frame.y1
            && (frame.x0 - 40.0..=frame.x1).contains(&l.area.x0)
    };
    // Explained numbers stand between the frame and the caption, outside the panel's box, too.
    let caption = text.lines.iter().filter(is_caption).map(|l| l.area.y0).fold(f64::MAX, f64::min);
    let below = caption.min(frame.y1 + 130.0);
    let explains = |l: &Line| {
        let starts = l.words.first().is_some_and(|w| next_number(&w.text).is_some());
        let level = (frame.y1..=below).contains(&l.area.center().y);
        starts && level && (frame.x0 - 30.0..=frame.x1 + 10.0).contains(&l.area.center().x)
    };
    let outside = |l: &&Line| {
        let inside = frame.grown(1.5).contains(l.area.center());
        let own = area.grown(1.0).contains(l.area.center()) || explains(l);
        own && !inside && l.angle.abs() < 1.0
    };
    let mut lines: Vec<&Line> = text.lines.iter().filter(outside).collect();
    lines.sort_by(|a, b| a.area.y0.total_cmp(&b.area.y0).then(a.area.x0.total_cmp(&b.area.x0)));
    let texts = lines.into_iter().filter(|l| !is_of_axes(panel, l)).map(Line::text);
    texts.filter(|t| !is_title(t, panel)).chain([panel.title.clone()]).collect()
}

fn around(panel: &Panel, area: Rect) -> bool {
    let frame = panel.frame;
    let center = area.center();
    let within = frame.grown(2.0).contains(center);
    let level = (frame.y0 - 4.0..=frame.y1 + 2.0).contains(&center.y);
    let right =
        panel.y2.is_none() && level && (frame.x1 - 1.0..=frame.x1 + RIGHT).contains(&area.x0);
    let above = (frame.y0 - ABOVE..=frame.y0 + 1.0).contains(&area.y1)
        && (frame.x0..=frame.x1).contains(&center.x)
        && area.width() < 0.4 * frame.width();
    within || right || above
}

/// Whether a line is a tick's label.
fn is_of_axes(panel: &Panel, line: &Line) -> bool {
    let axes: [Option<&Axis>; 3] = [Some(&panel.x), Some(&panel.y), panel.y2.as_ref()];
    let middle = line.area.center();
    axes.into_iter().flatten().flat_map(|a| &a.ticks).any(|t| {
        t.label.grown(1.0).contains(middle) || {
            let shared = t.label.intersection(line.area);
            shared.is_some_and(|s| {
                s.width() * s.height() > 0.5 * line.area.width() * line.area.height()
            })
        }
    })
}

/// Whether a text is an axis title that stands inside the frame, or the plot's own title.
fn is_title(text: &str, panel: &Panel) -> bool {
    let tight = |t: &str| t.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let this = tight(text);
    let is = |title: &str| !this.is_empty() && tight(title) == this;
    let axes: [Option<&Axis>; 3] = [Some(&panel.x), Some(&panel.y), panel.y2.as_ref()];
    axes.into_iter().flatten().any(|a| is(&a.title)) || is(&panel.title)
}

/// Words that stand level and close by each other, though their baselines differ: a symbol whose
/// subscript was set as a text of its own.
fn rows<'a>(lines: impl Iterator<Item = &'a Line>, names: &Names) -> Vec<Vec<&'a Word>> {
    let mut lines: Vec<&Line> = lines.collect();
    lines.sort_by(|a, b| a.area.x0.total_cmp(&b.area.x0).then(a.area.y0.total_cmp(&b.area.y0)));
    let mut out: Vec<(Rect, f64, Vec<&Word>)> = Vec::new();
    let complete = |words: &mut dyn Iterator<Item = &&Word>| {
        let text = words.map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ");
        text.chars().any(|c| c.is_ascii_digit())
            && matches!(say(&text, names).last(), Some(Said::Held(..) | Said::Value(..)))
    };
    for line in lines {
        let whole = complete(&mut line.words.iter().collect::<Vec<_>>().iter());
        let joins = |(area, size, words): &&mut (Rect, f64, Vec<&Word>)| {
            // Two labels that are complete are two labels.
            if whole && complete(&mut words.iter()) {
                return false;
            }
            let shared = area.y1.min(line.area.y1) - area.y0.max(line.area.y0);
            let low = area.height().min(line.area.height()).max(1.0);
            let gap = line.area.x0 - area.x1;
            // What begins with a sign of relation goes on with the symbol before it.
            let relates = line.words.first().is_some_and(|w| w.text.starts_with(['=', '≤', '≥']));
            let reach = if relates && words.len() == 1 { 1.2 } else { 0.5 };
            shared > 0.3 * low && (-0.5 * *size..=reach * *size).contains(&gap)
        };
        match out.iter_mut().rev().take(40).find(joins) {
            Some((area, size, words)) => {
                *area = area.union(line.area);
                *size = size.max(line.size);
                words.extend(&line.words);
            }
            None => out.push((line.area, line.size, line.words.iter().collect())),
        }
    }
    out.into_iter()
        .map(|(_, _, mut words)| {
            words.sort_by(|a, b| a.area.x0.total_cmp(&b.area.x0));
            words
        })
        .collect()
}

/// A row as single statements: `4.5 V 3.5 V` are two labels that stand side by side, while
/// `IC = 1 mA, VCE = 5 V` is one.
fn statements(words: &[&Word], names: &Names) -> Vec<(String, Rect)> {
    let mut out: Vec<(String, Rect)> = Vec::new();
    for word in words {
        let starts_anew = out.last().is_some_and(|(text, _)| {
            let complete =
                matches!(say(text, names).last(), Some(Said::Value(..)) | Some(Said::Held(..)));
            // The same symbol once more is the label of the next curve.
            let again = text.split([' ', '=']).next() == word.text.split('=').next();
            complete && !clauses_end(text) && (number(&word.text).is_some() || again)
        });
        match out.last_mut().filter(|_| !starts_anew) {
            Some((text, area)) => {
                text.push(' ');
                text.push_str(&word.text);
                *area = area.union(word.area);
            }
            None => out.push((word.text.clone(), word.area)),
        }
    }
    // Bare numbers side by side are labels of their own, too.
    if let [(_, _)] = out.as_slice()
        && words.len() > 1
        && words.iter().all(|w| is_number(w))
    {
        return words.iter().map(|w| (w.text.clone(), w.area)).collect();
    }
    out
}

fn is_number(word: &Word) -> bool {
    number(&word.text).is_some_and(|n| n.1.is_empty())
}

/// Joins lines below each other that make one label: different symbols, or words that go on.
/// Lines that say the same kind of thing are labels of different curves.
fn join_lines(mut notes: Vec<Note>) -> Vec<Note> {
    notes.sort_by(|a, b| a.area.y0.total_cmp(&b.area.y0).then(a.area.x0.total_cmp(&b.area.x0)));
    let mut out: Vec<Note> = Vec::new();
    for note in notes {
        let above = out.iter_mut().rev().take(12).find(|o| follows(o, &note));
        match above {
            Some(o) => {
                o.text.push(' ');
                o.text.push_str(&note.text);
                o.area = o.area.union(note.area);
                o.says.extend(note.says);
            }
            None => out.push(note),
        }
    }
    out
}

fn follows(above: &Note, below: &Note) -> bool {
    let height = below.area.height().max(1.0);
    let gap = below.area.y0 - above.area.y1;
    let shared = above.area.x1.min(below.area.x1) - above.area.x0.max(below.area.x0);
    let narrow = above.area.width().min(below.area.width());
    let near = (-0.6 * height..=0.8 * height).contains(&gap) && shared > 0.4 * narrow;
    let held = |n: &Note| n.says.iter().all(|s| matches!(s, Said::Held(..)));
    let word = |n: &Note| n.says.iter().all(|s| matches!(s, Said::Word(_)));
    let symbols = |n: &Note| -> Vec<String> {
        let of = |s: &Said| match s {
            Said::Held(s, _) => Some(s.clone()),
            _ => None,
        };
        n.says.iter().filter_map(of).collect()
    };
    let disjoint = symbols(above).iter().all(|s| !symbols(below).contains(s));
    // Two single words are two labels (`min`, `typ`); longer ones go on.
    let long = |n: &Note| n.text.split_whitespace().count() > 1;
    near && above.inside == below.inside
        && ((held(above) && held(below) && disjoint)
            || (word(above) && word(below) && (long(above) || long(below))))
}
