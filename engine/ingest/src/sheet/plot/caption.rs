//! Captions: `Figure 3. Typical …` below or above a plot, or a heading above it.

use super::Plot;
use super::number::quarter;
use crate::sheet::text::{Line, TextPage, Word};
use espice_pdf::Rect;

/// Words that captions begin with, before a number.
const FIGURE: [&str; 7] = ["fig", "figure", "graph", "diagram", "chart", "abb", "figura"];
/// A caption below begins within this distance from the frame, in points.
const BELOW: f64 = 95.0;
/// A caption above ends within this distance.
const ABOVE: f64 = 62.0;

/// A caption as found: its lines' indices and its text.
#[derive(Clone, Debug)]
pub(super) struct Caption {
    pub(super) area: Rect,
    pub(super) text: String,
    /// Indices of its lines.
    pub(super) lines: Vec<usize>,
    size: f64,
}

/// Whether a figure's caption stands at a box.
pub(super) fn at(captions: &[Caption], area: &Rect) -> bool {
    captions.iter().any(|c| distance(c, area, true).is_some() || distance(c, area, false).is_some())
}

/// The captions of a page that begin with a figure's number.
pub(super) fn captions(text: &TextPage) -> Vec<Caption> {
    let mut found: Vec<Caption> = Vec::new();
    /// No page has more captions.
    const MOST: usize = 100;
    for (i, line) in text.lines.iter().enumerate().filter(|(_, l)| quarter(l.angle) == 0) {
        // Captions of neighbours may have come to stand on one line.
        let starts: Vec<usize> =
            (0..line.words.len()).filter(|w| numbered(&line.words, *w)).collect();
        if starts.first() != Some(&0) {
            continue;
        }
        let ends = starts.iter().skip(1).copied().chain([line.words.len()]);
        for (start, end) in starts.iter().zip(ends) {
            let words = line.words.get(*start..end).unwrap_or_default();
            let Some(area) = words.iter().map(|w| w.area).reduce(Rect::union) else { continue };
            let text = words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ");
            if found.len() < MOST {
                found.push(Caption { area, text, lines: vec![i], size: line.size });
            }
        }
    }
    let anchors: Vec<(usize, Rect)> =
        found.iter().filter_map(|c| Some((*c.lines.first()?, c.area))).collect();
    for caption in &mut found {
        complete(caption, text, &anchors);
    }
    found
}

/// Gives each plot its caption, and says which caption lines are used.
pub(super) fn assign(captions: &[Caption], plots: &mut [Plot]) -> Vec<usize> {
    let frames: Vec<Rect> = plots.iter().map(|p| p.panel.frame).collect();
    // A page has its captions all below or all above.
    let (below, above) = (matched(captions, &frames, true), matched(captions, &frames, false));
    let sum = |m: &[Option<(usize, f64)>]| {
        let known: Vec<f64> = m.iter().flatten().map(|(_, d)| *d).collect();
        (known.len(), known.iter().sum::<f64>())
    };
    let (b, a) = (sum(&below), sum(&above));
    let chosen = if b.0 > a.0 || (b.0 == a.0 && b.1 <= a.1) { below } else { above };
    let mut used = Vec::new();
    for (plot, found) in plots.iter_mut().zip(chosen) {
        if let Some(caption) = found.and_then(|(i, _)| captions.get(i)) {
            plot.panel.title = caption.text.clone();
            plot.panel.area = plot.panel.area.union(caption.area);
            used.extend(caption.lines.iter().copied());
        }
    }
    used
}

/// The nearest caption of each frame; each caption belongs to one frame.
fn matched(captions: &[Caption], frames: &[Rect], below: bool) -> Vec<Option<(usize, f64)>> {
    let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
    for (f, frame) in frames.iter().enumerate() {
        for (c, caption) in captions.iter().enumerate() {
            let Some(d) = distance(caption, frame, below) else { continue };
            let between = frames.iter().any(|o| {
                let (top, bottom) =
                    if below { (frame.y1, caption.area.y0) } else { (caption.area.y1, frame.y0) };
                let beside = o.x1 > caption.area.x0 && o.x0 < caption.area.x1;
                o.y0 >= top - 1.0 && o.y1 <= bottom + 1.0 && beside
            });
            if !between {
                pairs.push((d, f, c));
            }
        }
    }
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
    let mut found: Vec<Option<(usize, f64)>> = vec![None; frames.len()];
    let mut taken = vec![false; captions.len()];
    for (d, f, c) in pairs {
        if let (Some(slot @ None), Some(free @ false)) = (found.get_mut(f), taken.get_mut(c)) {
            *slot = Some((c, d));
            *free = true;
        }
    }
    found
}

/// How far a caption is from a frame, with what it stands aside.
fn distance(caption: &Caption, frame: &Rect, below: bool) -> Option<f64> {
    let a = &caption.area;
    let (gap, reach) = if below { (a.y0 - frame.y1, BELOW) } else { (frame.y0 - a.y1, ABOVE) };
    // Captions may start left of the frame, where the axis' title does.
    let overlap = a.x1.min(frame.x1) - a.x0.max(frame.x0 - 60.0);
    let fits = (0.0..=reach).contains(&gap)
        && overlap > 0.3 * f64::min(a.width(), frame.width())
        && a.x0 < frame.x1;
    let aside = (a.center().x - frame.center().x).abs();
    fits.then_some(gap + 0.35 * aside)
}

/// Whether a caption starts at a word: `Figure` and a number. Within a line only a number with a
/// point or colon behind it counts, as text refers to figures, too.
fn numbered(words: &[Word], at: usize) -> bool {
    let Some(first) = words.get(at) else { return false };
    let lower = first.text.to_lowercase();
    let Some(tail) = FIGURE.iter().filter_map(|f| lower.strip_prefix(f)).min_by_key(|t| t.len())
    else {
        return false;
    };
    let tail = tail.trim_start_matches(['.', ':']);
    let number = match tail {
        "" => words.get(at + 1).map_or("", |w| w.text.as_str()),
        tail => tail,
    };
    number.starts_with(|c: char| c.is_ascii_digit()) && (at == 0 || number.ends_with(['.', ':']))
}

/// Adds what stands behind the number, and the lines that go on below.
fn complete(caption: &mut Caption, text: &TextPage, anchors: &[(usize, Rect)]) {
    let size = caption.size;
    let anchor = caption.area;
    let is_anchor = |i: usize| anchors.iter().any(|a| a.0 == i);
    // Another caption on the same line ends this one.
    let limit = anchors
        .iter()
        .filter(|(_, r)| r.x0 > anchor.x1 && r.y0 < anchor.y1 && r.y1 > anchor.y0)
        .map(|(_, r)| r.x0)
        .fold(f64::MAX, f64::min);
    let mut start = f64::MAX;
    loop {
        let next = text.lines.iter().enumerate().find(|(i, l)| {
            let gap = l.area.x0 - caption.area.x1;
            let level = (l.area.center().y - anchor.center().y).abs() < 0.6 * size;
            quarter(l.angle) == 0
                && level
                && !is_anchor(*i)
                && !caption.lines.contains(i)
                && gap > -1.0
                && gap < 5.0 * size
                && l.area.x1 < limit
                && similar(l.size, size)
        });
        let Some((i, l)) = next else { break };
        start = start.min(l.area.x0);
        caption.add(i, l);
        if caption.lines.len() > 12 {
            break;
        }
    }
    // What goes on below starts where the words started, or is centred below them.
    for _ in 0..4 {
        let (bottom, area) = (caption.area.y1, caption.area);
        let next = text.lines.iter().enumerate().find(|(i, l)| {
            let gap = l.area.y0 - bottom;
            let inside = l.area.x0 >= area.x0 - 2.0 && l.area.x0 < area.x1;
            let aligned = (l.area.x0 - start).abs() < 3.0
                || (l.area.x0 - area.x0).abs() < 3.0
                || (l.area.center().x - area.center().x).abs() < 12.0
                || inside;
            quarter(l.angle) == 0
                && !is_anchor(*i)
                && !caption.lines.contains(i)
                && gap > -0.5 * size
                && gap < 0.62 * size
                && l.area.x1 < limit
                && aligned
                && similar(l.size, size)
                && l.words.iter().any(|w| w.text.chars().any(char::is_alphabetic))
        });
        let Some((i, l)) = next else { break };
        caption.add(i, l);
    }
}

fn similar(a: f64, b: f64) -> bool {
    (a - b).abs() <= 0.12 * f64::max(a, b)
}

impl Caption {
    fn add(&mut self, index: usize, line: &Line) {
        self.area = self.area.union(line.area);
        self.text.push(' ');
        self.text.push_str(&line.text());
        self.lines.push(index);
    }
}
