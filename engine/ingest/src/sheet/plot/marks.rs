//! The lines that cross an axis, and the numbers that stand along it.

use super::calibrate::{Mark, Named};
use super::number::Label;
use super::stroke::{Stroke, Way};
use espice_pdf::Rect;
use espice_units::{Unit, parse_unit};

/// A side of a frame.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Side {
    Bottom,
    Left,
    Top,
    Right,
}

impl Side {
    /// The way of the lines that cross the axis at this side.
    pub(super) fn crossing(self) -> Way {
        match self {
            Side::Bottom | Side::Top => Way::Down,
            Side::Left | Side::Right => Way::Across,
        }
    }

    /// Start and end of the axis.
    pub(super) fn span(self, frame: &Rect) -> [f64; 2] {
        match self.crossing() {
            Way::Down => [frame.x0, frame.x1],
            Way::Across => [frame.y0, frame.y1],
        }
    }

    /// Where the axis stands: y of the bottom, x of the left side.
    pub(super) fn level(self, frame: &Rect) -> f64 {
        match self {
            Side::Bottom => frame.y1,
            Side::Top => frame.y0,
            Side::Left => frame.x0,
            Side::Right => frame.x1,
        }
    }

    fn opposite(self) -> Side {
        match self {
            Side::Bottom => Side::Top,
            Side::Top => Side::Bottom,
            Side::Left => Side::Right,
            Side::Right => Side::Left,
        }
    }
}

/// The strokes of a page, to be asked for those near a place.
pub(super) struct Strokes {
    /// By way, then by place.
    sorted: Vec<Stroke>,
}

/// All strokes at one place along an axis.
#[derive(Clone, Debug)]
pub(super) struct Crossing {
    pub(super) at: f64,
    /// How much of the frame they cross, as a share.
    pub(super) covered: f64,
    /// Whether one of them ends at, or crosses, the axis.
    pub(super) near: bool,
    /// The same for the opposite side.
    pub(super) far: bool,
    pub(super) edge: bool,
    pub(super) strokes: Vec<Stroke>,
}

impl Crossing {
    /// Whether it is a line through most of the frame, with gaps at label boxes.
    pub(super) fn grid(&self) -> bool {
        self.covered >= 0.4 || (self.covered >= 0.25 && self.near && self.far)
    }
}

/// Lines at most this far apart are one.
const SAME: f64 = 0.25;
/// How far a tick may stand out of the frame.
const OUT: f64 = 10.0;
/// Ends this near to an edge are on it.
const ON: f64 = 1.0;

impl Strokes {
    pub(super) fn new(strokes: &[Stroke]) -> Strokes {
        let mut sorted: Vec<Stroke> = strokes.iter().filter(|s| !s.mixed).copied().collect();
        sorted.sort_by(|a, b| {
            a.way
                .cmp(&b.way)
                .then(a.at.total_cmp(&b.at))
                .then(a.lo.total_cmp(&b.lo))
                .then(a.path.cmp(&b.path))
                .then(a.subpath.cmp(&b.subpath))
                .then(a.segment.cmp(&b.segment))
        });
        Strokes { sorted }
    }

    /// What crosses the axis at a side of a frame, along the axis.
    pub(super) fn crossings(&self, frame: &Rect, side: Side) -> Vec<Crossing> {
        let way = side.crossing();
        let [from, to] = side.span(frame);
        let (level, other) = (side.level(frame), side.opposite().level(frame));
        let (lo, hi) = (level.min(other), level.max(other));
        let start =
            self.sorted.partition_point(|s| s.way < way || (s.way == way && s.at < from - 0.7));
        let within = self
            .sorted
            .get(start..)
            .unwrap_or_default()
            .iter()
            .take_while(|s| s.way == way && s.at <= to + 0.7)
            // What goes far beyond the frame is drawn for something else.
            .filter(|s| s.hi >= lo - OUT && s.lo <= hi + OUT)
            .filter(|s| s.lo >= lo - 2.5 * OUT && s.hi <= hi + 2.5 * OUT);
        let mut found: Vec<Crossing> = Vec::new();
        for s in within {
            match found.last_mut() {
                Some(last) if s.at - last.at <= SAME => last.strokes.push(*s),
                _ => found.push(Crossing {
                    at: s.at,
                    covered: 0.0,
                    near: false,
                    far: false,
                    edge: false,
                    strokes: vec![*s],
                }),
            }
        }
        for c in &mut found {
            let touches =
                |edge: f64| c.strokes.iter().any(|s| s.lo <= edge + ON && s.hi >= edge - ON);
            c.near = touches(level);
            c.far = touches(other);
            c.covered = covered(&c.strokes, lo, hi);
            // The longest stroke says best where the line is: ticks beside it may be rounded.
            let weights: f64 = c.strokes.iter().map(Stroke::length).sum();
            let mean = c.strokes.iter().map(|s| s.at * s.length()).sum::<f64>() / weights;
            if mean.is_finite() {
                c.at = mean;
            }
            c.edge = (c.at - from).abs() <= 0.7 || (c.at - to).abs() <= 0.7;
        }
        found.retain(|c| c.near || c.far || c.grid());
        found
    }
}

/// The share of a range that strokes cover together.
fn covered(strokes: &[Stroke], lo: f64, hi: f64) -> f64 {
    let mut parts: Vec<(f64, f64)> =
        strokes.iter().map(|s| (s.lo.max(lo), s.hi.min(hi))).filter(|(a, b)| b > a).collect();
    parts.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let (mut sum, mut end) = (0.0, f64::MIN);
    for (a, b) in parts {
        // Dashes count with their gaps.
        let from = if a - end <= 3.5 { a.min(end) } else { a };
        sum += (b - from.max(end)).max(0.0);
        end = end.max(b);
    }
    sum / (hi - lo).max(1.0)
}

/// The lines that calibrate the axis at the near side.
pub(super) fn marks(crossings: &[Crossing], far: bool) -> Vec<Mark> {
    crossings
        .iter()
        .filter(|c| c.grid() || if far { c.far } else { c.near })
        .map(|c| Mark { at: c.at, edge: c.edge })
        .collect()
}

/// The numbers beside one side of a frame: the row, or the column, that most of them stand in.
///
/// Numbers nearer to one of the other frames are not this one's.
pub(super) fn beside<'a>(
    labels: &'a [Label],
    frame: &Rect,
    side: Side,
    others: &[Rect],
) -> Vec<&'a Label> {
    let [from, to] = side.span(frame);
    let level = side.level(frame);
    let mut near: Vec<(&Label, f64, f64, f64)> = labels
        .iter()
        .filter_map(|l| {
            let a = &l.area;
            // Distance from the axis, and the extent away from it.
            let (gap, lo, hi, along) = match side {
                Side::Bottom => (a.y0 - level, l.middle.y, l.middle.y, a.center().x),
                Side::Top => (level - a.y1, l.middle.y, l.middle.y, a.center().x),
                Side::Left => (level - a.x1, a.x0, a.x1, l.middle.y),
                Side::Right => (a.x0 - level, a.x0, a.x1, l.middle.y),
            };
            let (reach, slack) = match side.crossing() {
                Way::Down => (26.0, f64::max(9.0, 0.5 * a.width() + 2.0)),
                Way::Across => (34.0, 0.6 * l.size + 1.5),
            };
            let fits =
                (-2.5..=reach).contains(&gap) && along >= from - slack && along <= to + slack;
            let own = fits && alone(l, side, level) && !nearer(a, gap, side, others);
            own.then_some((l, gap, lo, hi))
        })
        .collect();
    near.sort_by(|a, b| a.2.total_cmp(&b.2).then(a.3.total_cmp(&b.3)));
    let slack = |l: &Label| match side.crossing() {
        Way::Down => 0.45 * l.size,
        Way::Across => -1.0,
    };
    // End of the row, its least distance from the axis, its labels.
    let mut rows: Vec<(f64, f64, Vec<&Label>)> = Vec::new();
    for (label, gap, lo, hi) in near {
        match rows.last_mut() {
            Some((end, least, row)) if lo <= *end + slack(label) => {
                *end = end.max(hi);
                *least = least.min(gap);
                row.push(label);
            }
            _ => rows.push((hi, gap, vec![label])),
        }
    }
    rows.into_iter()
        .map(|(_, gap, row)| (row.len() as f64 - 0.12 * gap.max(0.0), row))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, row)| row)
        .unwrap_or_default()
}

/// Whether no words go with a number, but for such as stand on the other side of the axis.
fn alone(label: &Label, side: Side, level: f64) -> bool {
    let [before, behind] = label.close;
    let apart = |words: Rect| match side {
        Side::Left => words.x0 >= level - 3.5,
        Side::Right => words.x1 <= level + 3.5,
        Side::Bottom | Side::Top => false,
    };
    before.is_none_or(apart) && behind.is_none_or(apart)
}

/// Whether a label, `gap` from the side of one frame, is nearer to the side of another one.
fn nearer(label: &Rect, gap: f64, side: Side, others: &[Rect]) -> bool {
    others.iter().any(|o| {
        let (beyond, overlap) = match side {
            Side::Bottom => (o.y0 - label.y1, label.x1 > o.x0 && label.x0 < o.x1),
            Side::Top => (label.y0 - o.y1, label.x1 > o.x0 && label.x0 < o.x1),
            Side::Left => (label.x0 - o.x1, label.y1 > o.y0 && label.y0 < o.y1),
            Side::Right => (o.x0 - label.x1, label.y1 > o.y0 && label.y0 < o.y1),
        };
        overlap && beyond > -1.0 && beyond < gap
    })
}

/// Labels as their axis sees them, in order along it, and the unit that they carry.
pub(super) fn named<'a>(row: &[&'a Label], side: Side) -> (Vec<Named<'a>>, Option<String>) {
    let mut units: Vec<&str> = row.iter().filter_map(|l| l.unit.as_deref()).collect();
    units.sort_unstable();
    units.dedup();
    // Labels such as `100 mA` and `1 A` on one axis come to one unit.
    let known: Option<Vec<(&str, Unit)>> = units
        .iter()
        .map(|u| parse_unit(&u.replace('º', "°")).ok().map(|unit| (*u, unit)))
        .collect();
    let base = match (units.as_slice(), &known) {
        ([_], _) | ([], _) | (_, None) => None,
        (_, Some(known)) => {
            known.iter().find(|(_, u)| (u.factor - 1.0).abs() < 1e-12).or(known.first()).copied()
        }
    };
    let mut all: Vec<Named<'a>> = row
        .iter()
        .map(|label| {
            let (at, half) = match side.crossing() {
                Way::Down => (label.area.center().x, label.area.width() / 2.0),
                Way::Across => (label.middle.y, label.area.height() / 2.0),
            };
            let own = label.unit.as_deref().zip(known.as_ref()).and_then(|(text, known)| {
                known.iter().find(|(u, _)| *u == text).map(|(_, unit)| *unit)
            });
            let values = match (base, own) {
                (Some((_, base)), Some(own)) => {
                    label.values.iter().map(|v| base.of_si(own.to_si(*v))).collect()
                }
                _ => label.values.clone(),
            };
            Named { label, at, half, values }
        })
        .collect();
    all.sort_by(|a, b| a.at.total_cmp(&b.at).then(a.half.total_cmp(&b.half)));
    let unit = match (base, units.first()) {
        (Some((text, _)), _) => Some(text.to_string()),
        (None, Some(first)) if units.len() == 1 => Some((*first).to_string()),
        _ => None,
    };
    (all, unit)
}
