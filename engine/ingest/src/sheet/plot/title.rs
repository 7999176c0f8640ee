//! What stands at the axes in words: titles with their units, and a plot's heading.

use super::caption::{Caption, assign, at, captions};
use super::number::quarter;
use super::unit::unit_of;
use super::{Axis, Panel, Plot};
use crate::sheet::text::{Line, Script, TextPage, Word};
use espice_pdf::Rect;

/// Whether a figure's caption stands at a box.
pub(super) fn captioned(text: &TextPage, area: &Rect) -> bool {
    at(&captions(text), area)
}

/// Gives plots their captions and their axes titles and units.
pub(super) fn name(text: &TextPage, plots: &mut [Plot]) {
    let captions: Vec<Caption> = captions(text);
    let mut used = assign(&captions, plots);
    let frames: Vec<Rect> = plots.iter().map(|p| p.panel.frame).collect();
    used.extend(captions.iter().flat_map(|c| c.lines.iter().copied()));
    for plot in plots.iter_mut() {
        let panel = &mut plot.panel;
        if panel.x.ticks.is_empty() && panel.y.ticks.is_empty() {
            continue;
        }
        let words = Words { text, used: &used, ticks: ticks(panel), frames: &frames };
        if panel.title.is_empty()
            && let Some((title, area)) = words.heading(&panel.frame)
        {
            panel.title = title;
            panel.area = panel.area.union(area);
        }
        let frame = panel.frame;
        titled(&mut panel.x, words.below(&frame), &mut panel.area);
        titled(&mut panel.y, words.left(&frame), &mut panel.area);
        if let Some(y2) = &mut panel.y2 {
            titled(y2, words.right(&frame), &mut panel.area);
        }
        let caption = panel.title.to_lowercase();
        if panel.y.unit.is_empty() && (caption.contains("normali")) {
            panel.y.normalized = true;
        }
    }
}

fn ticks(panel: &Panel) -> Vec<Rect> {
    let axes = [Some(&panel.x), Some(&panel.y), panel.y2.as_ref()];
    axes.into_iter().flatten().flat_map(|a| a.ticks.iter().map(|t| t.label)).collect()
}

fn titled(axis: &mut Axis, found: Option<(String, Rect)>, area: &mut Rect) {
    let Some((title, place)) = found else { return };
    *area = area.union(place);
    let lower = title.to_lowercase();
    axis.normalized |= lower.contains("normali") || lower.contains("relative");
    if let Some(unit) = unit_of(&title) {
        axis.unit = unit;
    }
    axis.title = title;
}

/// The text around a plot.
struct Words<'a> {
    text: &'a TextPage,
    /// Indices of lines that belong to captions.
    used: &'a [usize],
    /// The tick labels of the plot.
    ticks: Vec<Rect>,
    frames: &'a [Rect],
}

/// Text with its place.
#[derive(Clone, Debug)]
struct Phrase {
    words: Vec<(String, Rect)>,
    area: Rect,
    size: f64,
    bold: bool,
}

impl Phrase {
    fn text(&self) -> String {
        self.words.iter().map(|w| w.0.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// Whether it says something; digits and signs alone are exponents or stray numbers.
    fn speaks(&self) -> bool {
        let letter = |c: char| c.is_alphabetic() || matches!(c, 'Ω' | '°' | '%');
        self.words.iter().any(|w| w.0.chars().any(letter))
    }
}

/// A box as it is read at quarter turns: along the line, and from line to line.
#[derive(Clone, Copy, Debug)]
struct Read {
    along: [f64; 2],
    down: [f64; 2],
}

impl Read {
    fn of(area: &Rect, turn: u8) -> Read {
        match turn {
            1 => Read { along: [-area.y1, -area.y0], down: [area.x0, area.x1] },
            3 => Read { along: [area.y0, area.y1], down: [-area.x1, -area.x0] },
            _ => Read { along: [area.x0, area.x1], down: [area.y0, area.y1] },
        }
    }

    /// Whether both stand on one line, raised and lowered text included.
    fn level(&self, other: &Read) -> bool {
        let shared = self.down[1].min(other.down[1]) - self.down[0].max(other.down[0]);
        let lower = f64::min(self.down[1] - self.down[0], other.down[1] - other.down[0]);
        shared > 0.25 * lower
    }

    /// How far apart lines are.
    fn gap(&self, other: &Read) -> f64 {
        f64::max(other.down[0] - self.down[1], self.down[0] - other.down[1])
    }
}

impl Words<'_> {
    /// Lines of a direction that are no captions, without the tick labels.
    fn phrases(&self, turn: u8) -> impl Iterator<Item = Phrase> {
        self.text
            .lines
            .iter()
            .enumerate()
            .filter(move |(i, l)| quarter(l.angle) == turn && !self.used.contains(i))
            .filter_map(|(_, l)| self.phrase(l))
    }

    fn phrase(&self, line: &Line) -> Option<Phrase> {
        // A title may begin so close to a label that both came to be one word.
        let other = |area: &Rect| !self.ticks.iter().any(|t| inside(area, t));
        let mut words: Vec<(String, Rect)> = Vec::new();
        for word in &line.words {
            if word.runs.iter().all(|r| other(&r.area)) && other(&word.area) {
                words.push((with_powers(word), word.area));
                continue;
            }
            let runs = || word.runs.iter().filter(|r| other(&r.area));
            if let Some(area) = runs().map(|r| r.area).reduce(Rect::union) {
                words.push((runs().map(|r| r.text.as_str()).collect(), area));
            }
        }
        let area = words.iter().map(|w| w.1).reduce(Rect::union)?;
        let bold = line.words.iter().all(|w| w.bold);
        Some(Phrase { words, area, size: line.size, bold })
    }

    /// A heading above the frame, for plots without a caption.
    fn heading(&self, frame: &Rect) -> Option<(String, Rect)> {
        let mut lines: Vec<Phrase> = self
            .phrases(0)
            .filter(|p| {
                let a = p.area;
                let aside = (a.center().x - frame.center().x).abs();
                let fits = a.y1 <= frame.y0 + 1.0 && a.y1 > frame.y0 - 48.0;
                let between = self.frames.iter().any(|f| {
                    let beside = f.x0 <= a.x1 && f.x1 >= a.x0;
                    f.y1 <= frame.y0 && f.y1 >= a.y0 - 30.0 && beside
                });
                fits && aside < 0.3 * frame.width() && !between && p.speaks()
            })
            .collect();
        lines.sort_by(|a, b| b.area.y1.total_cmp(&a.area.y1));
        let mut kept = vec![lines.first()?.clone()];
        for line in lines.into_iter().skip(1) {
            let below = kept.last()?;
            let near = below.area.y0 - line.area.y1 < 0.8 * line.size;
            let same = (line.size - below.size).abs() < 0.1 * below.size && line.bold == below.bold;
            if !near || !same || kept.len() >= 3 {
                break;
            }
            kept.push(line);
        }
        joined(kept, 0)
    }

    /// The title below the x axis, or in the plot just above it.
    fn below(&self, frame: &Rect) -> Option<(String, Rect)> {
        let near: Vec<Phrase> = self
            .phrases(0)
            .filter(|p| {
                let (a, x) = (p.area, p.area.center().x);
                let fits = a.center().y > frame.y1 && a.y1 < frame.y1 + 48.0;
                let between = self.frames.iter().any(|f| {
                    let beside = f.x0 < a.x1 && f.x1 > a.x0;
                    f.y0 > frame.y1 - 1.0 && f.y0 < a.y0 && beside
                });
                fits && x > frame.x0 - 10.0 && x < frame.x1 + 20.0 && !between
            })
            .collect();
        let spoken = near.iter().filter(|p| p.speaks());
        let Some(first) = spoken.min_by(|a, b| a.area.y0.total_cmp(&b.area.y0)) else {
            return self.within(frame);
        };
        block(first.clone(), near, 0, 0.35)
    }

    /// A title in the plot: a short text with a unit, low in the frame.
    fn within(&self, frame: &Rect) -> Option<(String, Rect)> {
        let low = frame.y0 + 0.6 * frame.height();
        self.phrases(0)
            .filter(|p| {
                let a = p.area;
                let text = p.text();
                a.y0 > low
                    && a.y1 <= frame.y1 + 2.0
                    && a.x0 > frame.x0
                    && a.x1 < frame.x1 + 4.0
                    && !text.contains('=')
                    && unit_of(&text).is_some()
            })
            .max_by(|a, b| a.area.y1.total_cmp(&b.area.y1))
            .map(|p| (p.text(), p.area))
    }

    /// The title at the left: turned, or upright between the labels, or above the corner.
    fn left(&self, frame: &Rect) -> Option<(String, Rect)> {
        let turned = self.turned(frame, true).or_else(|| self.upright(frame, true));
        turned.or_else(|| self.corner(frame))
    }

    /// The title above the upper left corner.
    fn corner(&self, frame: &Rect) -> Option<(String, Rect)> {
        let near: Vec<Phrase> = self
            .phrases(0)
            .filter(|p| {
                let a = p.area;
                let low = a.y0 <= frame.y0 + 2.0 && a.y1 > frame.y0 - 16.0;
                low && a.x0 > frame.x0 - 40.0
                    && a.x0 < frame.x0 + 0.3 * frame.width()
                    && a.x1 < frame.x0 + 0.6 * frame.width()
            })
            .collect();
        let told = near.iter().filter(|p| {
            let text = p.text();
            p.area.y1 <= frame.y0 + 2.5 && (unit_of(&text).is_some() || text.contains('/'))
        });
        let first = told.max_by(|a, b| a.area.y1.total_cmp(&b.area.y1))?;
        block(first.clone(), near, 0, 0.0)
    }

    fn right(&self, frame: &Rect) -> Option<(String, Rect)> {
        self.turned(frame, false).or_else(|| self.upright(frame, false))
    }

    /// Turned text beside the frame, with the lines that follow it closely.
    fn turned(&self, frame: &Rect, left: bool) -> Option<(String, Rect)> {
        [1, 3].into_iter().find_map(|turn| {
            let near: Vec<Phrase> = self
                .phrases(turn)
                .filter(|p| {
                    let a = p.area;
                    let gap = aside(&a, frame, left);
                    (-2.0..80.0).contains(&gap)
                        && a.y1 > frame.y0 - 40.0
                        && a.y0 < frame.y1 + 40.0
                        && !self.nearer(&a, frame, left)
                })
                .collect();
            // Long titles stick out, but stand beside the frame with most of their length.
            let spoken = near.iter().filter(|p| {
                let overlap = p.area.y1.min(frame.y1) - p.area.y0.max(frame.y0);
                p.speaks() && overlap > 0.5 * f64::min(p.area.height(), frame.height())
            });
            let first = spoken.min_by(|a, b| {
                aside(&a.area, frame, left).total_cmp(&aside(&b.area, frame, left))
            })?;
            block(first.clone(), near, turn, 0.9)
        })
    }

    /// Whether another frame stands between a text and a frame, or is nearer to it.
    fn nearer(&self, text: &Rect, frame: &Rect, left: bool) -> bool {
        self.frames.iter().filter(|f| *f != frame).any(|f| {
            let beside = f.y0 < text.y1 && f.y1 > text.y0;
            let between = if left {
                f.x0 >= text.x1 && f.x1 <= frame.x0
            } else {
                f.x0 >= text.x1 - 2.0 && f.x0 - text.x1 < text.x0 - frame.x1
            };
            // Titles stand left of their labels, so a neighbour may be a little nearer.
            let other = left && f.x1 <= text.x0 + 2.0;
            beside && (between || other && text.x0 - f.x1 < frame.x0 - text.x1 - 30.0)
        })
    }

    /// Upright text beside the frame: `ID` above `(A)`.
    fn upright(&self, frame: &Rect, left: bool) -> Option<(String, Rect)> {
        let near: Vec<Phrase> = self
            .phrases(0)
            .filter(|p| {
                let a = p.area;
                let y = a.center().y;
                (-2.0..60.0).contains(&aside(&a, frame, left))
                    && a.width() < 75.0
                    && y > frame.y0 - 4.0
                    && y < frame.y1 + 4.0
                    && !self.nearer(&a, frame, left)
            })
            .collect();
        let spoken = near.iter().filter(|p| p.speaks());
        let first = spoken.min_by(|a, b| a.area.y0.total_cmp(&b.area.y0))?;
        block(first.clone(), near, 0, 1.2)
    }
}

/// How far a text stands aside from a frame.
fn aside(text: &Rect, frame: &Rect, left: bool) -> f64 {
    if left { frame.x0 - text.x1 } else { text.x0 - frame.x1 }
}

/// A phrase with those on its line, and the lines that follow within `apart` of the size.
fn block(first: Phrase, near: Vec<Phrase>, turn: u8, apart: f64) -> Option<(String, Rect)> {
    let mut kept = vec![first];
    let mut rest: Vec<Phrase> = near;
    rest.retain(|p| kept.iter().all(|k| k.area != p.area));
    for _ in 0..6 {
        let before = kept.len();
        let mut left = Vec::new();
        for phrase in rest {
            let read = Read::of(&phrase.area, turn);
            let joins = kept.iter().any(|k| {
                let other = Read::of(&k.area, turn);
                let size = k.size.max(phrase.size);
                if read.level(&other) {
                    let apart =
                        f64::max(read.along[0] - other.along[1], other.along[0] - read.along[1]);
                    if apart > 2.0 * size {
                        return false;
                    }
                    // Numbers count only amidst the words: they are exponents or indices.
                    let amidst = read.along[0] > other.along[0] - 0.5 * size
                        && read.along[1] < other.along[1] + 0.5 * size;
                    phrase.speaks() || amidst
                } else {
                    let gap = read.gap(&other);
                    gap < apart * size && phrase.speaks() && !phrase.text().contains('=')
                }
            });
            if joins && kept.len() < 8 {
                kept.push(phrase);
            } else {
                left.push(phrase);
            }
        }
        rest = left;
        if kept.len() == before {
            break;
        }
    }
    joined(kept, turn)
}

/// A word's text with a caret before an exponent of ten.
fn with_powers(word: &Word) -> String {
    let mut text = String::new();
    for run in &word.runs {
        if run.script == Script::Super && text.ends_with("10") {
            text.push('^');
        }
        text.push_str(&run.text);
    }
    if word.runs.is_empty() { word.text.clone() } else { text }
}

fn inside(word: &Rect, label: &Rect) -> bool {
    label.grown(0.1).contains(word.center())
}

/// The words of some phrases as one text: line after line, each in the order of reading.
fn joined(phrases: Vec<Phrase>, turn: u8) -> Option<(String, Rect)> {
    let area = phrases.iter().map(|p| p.area).reduce(Rect::union)?;
    // The longest phrases make the lines; what stands raised or lowered joins them.
    let mut sorted: Vec<(Read, Phrase)> =
        phrases.into_iter().map(|p| (Read::of(&p.area, turn), p)).collect();
    let length = |r: &Read| r.along[1] - r.along[0];
    sorted.sort_by(|a, b| length(&b.0).total_cmp(&length(&a.0)));
    let mut lines: Vec<(Read, Vec<Phrase>)> = Vec::new();
    for (read, phrase) in sorted {
        match lines.iter_mut().find(|(line, _)| line.level(&read)) {
            Some((_, parts)) => parts.push(phrase),
            None => lines.push((read, vec![phrase])),
        }
    }
    lines.sort_by(|a, b| a.0.down[0].total_cmp(&b.0.down[0]));
    let mut text = String::new();
    for (_, parts) in lines {
        let size = parts.iter().map(|p| p.size).fold(0.0, f64::max);
        let mut words: Vec<(Read, String)> = parts
            .into_iter()
            .flat_map(|p| p.words)
            .map(|(text, area)| (Read::of(&area, turn), text))
            .collect();
        words.sort_by(|a, b| a.0.along[0].total_cmp(&b.0.along[0]));
        let mut end: Option<f64> = None;
        let mut lowest: Option<f64> = None;
        for (read, word) in words {
            // An exponent of ten that is a piece of its own.
            let raised = lowest.is_some_and(|low: f64| read.down[1] < low - 0.12 * size);
            if raised && text.ends_with("10") {
                text.push('^');
            }
            lowest = Some(read.down[1]);
            let apart =
                !text.ends_with('^') && end.is_none_or(|end| read.along[0] - end > 0.12 * size);
            if apart && !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&word);
            end = Some(read.along[1]);
        }
    }
    Some((text, area))
}
