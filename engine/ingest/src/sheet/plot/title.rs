//! What stands at the axes in words: titles with their units, and a plot's heading.

use super::caption::{Caption, assign, at, captions};
use super::number::quarter;
use super::{Axis, Panel, Plot};
use crate::sheet::text::{Line, TextPage};
use espice_pdf::Rect;
use espice_units::parse_unit;

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
    text: String,
    area: Rect,
    size: f64,
    bold: bool,
}

impl Words<'_> {
    /// Lines of a direction that are no captions and not only numbers, without the tick labels.
    fn phrases(&self, turn: u8) -> impl Iterator<Item = Phrase> {
        self.text
            .lines
            .iter()
            .enumerate()
            .filter(move |(i, l)| quarter(l.angle) == turn && !self.used.contains(i))
            .filter_map(|(_, l)| self.phrase(l))
    }

    fn phrase(&self, line: &Line) -> Option<Phrase> {
        let words: Vec<_> =
            line.words.iter().filter(|w| !self.ticks.iter().any(|t| inside(&w.area, t))).collect();
        let text = words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ");
        let area = words.iter().map(|w| w.area).reduce(Rect::union)?;
        let bold = words.iter().all(|w| w.bold);
        let letters = text.chars().any(|c| c.is_alphabetic() || matches!(c, 'Ω' | '°' | '%'));
        letters.then_some(Phrase { text, area, size: line.size, bold })
    }

    /// A heading above the frame, for plots without a caption.
    fn heading(&self, frame: &Rect) -> Option<(String, Rect)> {
        let mut lines: Vec<Phrase> = self
            .phrases(0)
            .filter(|p| {
                let aside = (p.area.center().x - frame.center().x).abs();
                p.area.y1 <= frame.y0 + 1.0
                    && p.area.y1 > frame.y0 - 48.0
                    && aside < 0.3 * frame.width()
                    && self.frames.iter().all(|f| {
                        f.y1 > frame.y0
                            || f.y1 < p.area.y0 - 30.0
                            || f.x0 > p.area.x1
                            || f.x1 < p.area.x0
                    })
            })
            .collect();
        lines.sort_by(|a, b| b.area.y1.total_cmp(&a.area.y1));
        let last = lines.first()?.clone();
        let mut kept = vec![last];
        for line in lines.into_iter().skip(1) {
            let below = kept.last()?;
            let near = below.area.y0 - line.area.y1 < 0.8 * line.size;
            let same = (line.size - below.size).abs() < 0.1 * below.size && line.bold == below.bold;
            if near && same && kept.len() < 3 {
                kept.push(line);
            } else {
                break;
            }
        }
        kept.reverse();
        joined(kept)
    }

    /// The title below the x axis, or in the plot just above it.
    fn below(&self, frame: &Rect) -> Option<(String, Rect)> {
        let mut lines: Vec<Phrase> = self
            .phrases(0)
            .filter(|p| {
                let x = p.area.center().x;
                p.area.center().y > frame.y1
                    && p.area.y1 < frame.y1 + 48.0
                    && x > frame.x0 - 10.0
                    && x < frame.x1 + 20.0
                    && !self.frames.iter().any(|f| {
                        f.y0 > frame.y1 - 1.0
                            && f.y0 < p.area.y0
                            && f.x0 < p.area.x1
                            && f.x1 > p.area.x0
                    })
            })
            .collect();
        lines.sort_by(|a, b| a.area.y0.total_cmp(&b.area.y0).then(a.area.x0.total_cmp(&b.area.x0)));
        let Some(first) = lines.first().cloned() else { return self.within(frame) };
        let level = |p: &Phrase| (p.area.center().y - first.area.center().y).abs() < 0.55 * p.size;
        let mut row: Vec<Phrase> = lines.iter().filter(|p| level(p)).cloned().collect();
        row.sort_by(|a, b| a.area.x0.total_cmp(&b.area.x0));
        let mut bottom = row.iter().map(|p| p.area.y1).fold(f64::MIN, f64::max);
        for line in lines.iter().filter(|p| !level(p)) {
            if line.area.y0 - bottom < 0.35 * line.size && !line.text.contains('=') && row.len() < 4
            {
                bottom = line.area.y1;
                row.push(line.clone());
            }
        }
        joined(row)
    }

    /// A title in the plot: a short text with a unit, low in the frame.
    fn within(&self, frame: &Rect) -> Option<(String, Rect)> {
        let low = frame.y0 + 0.6 * frame.height();
        self.phrases(0)
            .filter(|p| {
                let a = p.area;
                a.y0 > low
                    && a.y1 <= frame.y1 + 2.0
                    && a.x0 > frame.x0
                    && a.x1 < frame.x1 + 4.0
                    && !p.text.contains('=')
                    && unit_of(&p.text).is_some()
            })
            .max_by(|a, b| a.area.y1.total_cmp(&b.area.y1))
            .map(|p| (p.text, p.area))
    }

    /// The title at the left: turned, or upright between the labels, or above the corner.
    fn left(&self, frame: &Rect) -> Option<(String, Rect)> {
        self.turned(frame, true).or_else(|| self.upright(frame, true)).or_else(|| {
            self.phrases(0)
                .filter(|p| {
                    let a = p.area;
                    let low = a.y1 <= frame.y0 + 2.5 && a.y1 > frame.y0 - 16.0;
                    low && a.x0 > frame.x0 - 40.0
                        && a.x0 < frame.x0 + 0.3 * frame.width()
                        && a.x1 < frame.x0 + 0.6 * frame.width()
                        && (unit_of(&p.text).is_some() || p.text.contains('/'))
                })
                .max_by(|a, b| a.area.y1.total_cmp(&b.area.y1))
                .map(|p| (p.text, p.area))
        })
    }

    fn right(&self, frame: &Rect) -> Option<(String, Rect)> {
        self.turned(frame, false).or_else(|| self.upright(frame, false))
    }

    /// Turned text beside the frame, nearest line first, with the lines that follow it closely.
    fn turned(&self, frame: &Rect, left: bool) -> Option<(String, Rect)> {
        for turn in [1, 3] {
            let mut lines: Vec<(f64, Phrase)> = self
                .phrases(turn)
                .filter_map(|p| {
                    let a = p.area;
                    let gap = if left { frame.x0 - a.x1 } else { a.x0 - frame.x1 };
                    let overlap = a.y1.min(frame.y1) - a.y0.max(frame.y0);
                    let fits = (-2.0..80.0).contains(&gap)
                        && overlap > 0.5 * f64::min(a.height(), frame.height());
                    (fits && !self.across(&a, frame, left)).then_some((gap, p))
                })
                .collect();
            lines.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.area.y0.total_cmp(&b.1.area.y0)));
            let Some((_, first)) = lines.first().cloned() else { continue };
            let mut kept: Vec<Phrase> = vec![first];
            for (_, line) in lines.into_iter().skip(1) {
                let Some(last) = kept.last() else { break };
                let gap = f64::max(line.area.x0 - last.area.x1, last.area.x0 - line.area.x1);
                if gap < 0.9 * line.size && kept.len() < 4 {
                    kept.push(line);
                }
            }
            // Text that reads upwards goes on to the right; downwards, to the left. Parts of one
            // line stand behind each other.
            kept.sort_by(|a, b| {
                let (ca, cb) = (a.area.center(), b.area.center());
                let same = (ca.x - cb.x).abs() < 0.5 * a.size;
                let order = if same { cb.y.total_cmp(&ca.y) } else { ca.x.total_cmp(&cb.x) };
                if turn == 1 { order } else { order.reverse() }
            });
            return joined(kept);
        }
        None
    }

    /// Whether another frame stands between a text and a frame, or is nearer to it.
    fn across(&self, text: &Rect, frame: &Rect, left: bool) -> bool {
        self.frames.iter().filter(|f| *f != frame).any(|f| {
            let beside = f.y0 < text.y1 && f.y1 > text.y0;
            if left {
                beside && f.x1 <= text.x0 + 2.0 && text.x0 - f.x1 < frame.x0 - text.x1 - 30.0
                    || beside && f.x0 >= text.x1 && f.x1 <= frame.x0
            } else {
                beside && f.x0 >= text.x1 - 2.0 && f.x0 - text.x1 < text.x0 - frame.x1
            }
        })
    }

    /// Upright text beside the frame: `ID` above `(A)`.
    fn upright(&self, frame: &Rect, left: bool) -> Option<(String, Rect)> {
        let mut lines: Vec<Phrase> = self
            .phrases(0)
            .filter(|p| {
                let a = p.area;
                let gap = if left { frame.x0 - a.x1 } else { a.x0 - frame.x1 };
                let y = a.center().y;
                (-2.0..60.0).contains(&gap)
                    && a.width() < 75.0
                    && y > frame.y0 - 4.0
                    && y < frame.y1 + 4.0
                    && !self.across(&a, frame, left)
            })
            .collect();
        lines.sort_by(|a, b| a.area.y0.total_cmp(&b.area.y0).then(a.area.x0.total_cmp(&b.area.x0)));
        let mut kept: Vec<Phrase> = Vec::new();
        for line in lines {
            let close =
                kept.last().is_none_or(|last| line.area.y0 - last.area.y1 < 1.2 * line.size);
            if close && kept.len() < 4 {
                kept.push(line);
            }
        }
        joined(kept)
    }
}

fn inside(word: &Rect, label: &Rect) -> bool {
    let c = word.center();
    label.grown(0.1).contains(c)
}

fn joined(phrases: Vec<Phrase>) -> Option<(String, Rect)> {
    let area = phrases.iter().map(|p| p.area).reduce(Rect::union)?;
    let text = phrases.into_iter().map(|p| p.text).collect::<Vec<_>>().join(" ");
    Some((text, area))
}

/// Units in words, as they stand in titles; in capitals.
const WORDS: [(&str, &str); 26] = [
    ("VOLTS", "V"),
    ("VOLT", "V"),
    ("MILLIVOLTS", "mV"),
    ("AMPS", "A"),
    ("AMP", "A"),
    ("AMPERES", "A"),
    ("AMPERE", "A"),
    ("MILLIAMPS", "mA"),
    ("MILLIAMPERES", "mA"),
    ("MICROAMPS", "µA"),
    ("OHMS", "Ω"),
    ("OHM", "Ω"),
    ("WATTS", "W"),
    ("WATT", "W"),
    ("MILLIWATTS", "mW"),
    ("SECONDS", "s"),
    ("SEC", "s"),
    ("SECS", "s"),
    ("MSEC", "ms"),
    ("µSEC", "µs"),
    ("NSEC", "ns"),
    ("PICOFARADS", "pF"),
    ("DEGREES", "deg"),
    ("DEGREE", "deg"),
    ("PERCENT", "%"),
    ("DECIBELS", "dB"),
];

/// The unit that a title tells, as printed: in brackets anywhere, last bracket first; or behind
/// a comma, a dash or a slash at the end.
pub(super) fn unit_of(title: &str) -> Option<String> {
    let mut found = None;
    let mut open: Vec<usize> = Vec::new();
    for (i, c) in title.char_indices() {
        match c {
            '(' | '[' => open.push(i),
            ')' | ']' => {
                let Some(from) = open.pop() else { continue };
                let Some(inner) = title.get(from + 1..i) else { continue };
                // A bracket that touches a symbol and holds letters such as `on` or `th` is part
                // of the symbol; those are no units anyway.
                if is_unit(inner) {
                    found = Some(inner.trim().to_string());
                }
            }
            _ => {}
        }
    }
    if found.is_some() {
        return found;
    }
    let (head, tail) = title.trim().rsplit_once([' ', ',', '/', '-'])?;
    let separated = title.get(head.len()..).is_some_and(|rest| rest.starts_with([',', '/', '-']))
        || head.trim_end().ends_with([',', '/', '-', '–', '—', ':']);
    let word = WORDS.iter().any(|w| w.0 == tail.to_uppercase());
    (word || (separated && is_unit(tail))).then(|| tail.trim().to_string())
}

fn is_unit(text: &str) -> bool {
    let text: String = text.trim().replace(['º', '˚'], "°").replace(' ', "");
    if text.is_empty() || text.chars().count() > 14 {
        return false;
    }
    let multiple = text.strip_prefix(['x', 'X', '×']).is_some_and(|t| t.starts_with("10"));
    let plain = text.to_uppercase();
    multiple
        || WORDS.iter().any(|w| w.0 == plain)
        || matches!(
            text.as_str(),
            "dB" | "dBm" | "°" | "ppm" | "mm²" | "mm2" | "A²s" | "A2s" | "mhos" | "µmhos"
        )
        || parse_unit(&text).is_ok() && !text.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_titles() {
        for (title, unit) in [
            ("ID, Drain-to-Source Current (A)", Some("A")),
            ("VF - Forward Voltage (V)", Some("V")),
            ("IF [mA]", Some("mA")),
            ("IC[mA], COLLECTOR CURRENT", Some("mA")),
            ("IF(AV)(A)", Some("A")),
            ("VGS(th) (V)", Some("V")),
            ("TJ, Junction Temperature ( °C)", Some("°C")),
            ("RDS(on), On Resistance (Normalized)", None),
            ("VCE, COLLECTOR VOLTAGE (VOLTS)", Some("VOLTS")),
            ("Forward Current - mA", Some("mA")),
            ("Forward Voltage, V", Some("V")),
            ("RATIO (x10-4)", Some("x10-4")),
            ("hFE, DC CURRENT GAIN", None),
            ("Drain Current : ID [A]", Some("A")),
            ("a", None),
        ] {
            assert_eq!(unit_of(title).as_deref(), unit, "{title}");
        }
    }
}
