//! Finds the plots of a page: frames, then the axes that their labels and strokes agree on.

use super::calibrate::{Calibration, Refusal, calibrate};
use super::factor::factor;
use super::frame::candidates;
use super::marks::{Crossing, Side, Strokes, beside, marks, named};
use super::number::{Label, labels};
use super::share::{self, Split};
use super::stroke::strokes;
use super::{Axis, Panel, Plot, Tick, title};
use crate::sheet::text::TextPage;
use espice_facts::{Conditions, Scale, Status};
use espice_pdf::{Page, Rect};

/// More places than this are not looked at: no page has as many plots.
const MOST: usize = 400;

/// The plots of a page.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Every plot: served, for review, or refused with reasons.
    pub plots: Vec<Plot>,
    /// Whether the page has more lines, or places for plots, than are looked at.
    pub cut: bool,
}

/// Every plot of a page.
///
/// A plot is a frame (a box, a grid, or two axes) with numbers along two of its sides. Drawings
/// and tables without such numbers are not listed.
pub fn find(page: &Page, text: &TextPage) -> Found {
    let (lines, covers, mut cut) = strokes(page);
    let mut places = candidates(&lines);
    cut |= places.len() > MOST;
    places.truncate(MOST);
    let labels = labels(text);
    let strokes = Strokes::new(&lines);
    let frames: Vec<Rect> = places.iter().map(|p| p.area).collect();
    let mut drafts: Vec<Draft> = Vec::new();
    let mut group: Vec<Draft> = Vec::new();
    for (i, place) in places.iter().enumerate() {
        // What lies in a plot that is read already needs no reading.
        if !group.iter().any(|d| d.is_read() && overlaps(&d.frame, &place.area)) {
            group.push(Draft::read(place.area, &strokes, &labels, &frames, text));
        }
        if places.get(i + 1).is_none_or(|next| next.group != place.group) {
            drafts.extend(chosen(std::mem::take(&mut group)));
        }
    }
    lend(&mut drafts);
    let drafts = outermost(drafts);
    let mut plots: Vec<Plot> = drafts
        .into_iter()
        .map(|draft| {
            let ink = share::ink(page, &draft.split(&covers));
            Plot { panel: draft.panel(page.number), ink }
        })
        .collect();
    plots.extend(super::picture::pictures(page, text, &plots));
    let mut plots = in_rows(plots);
    title::name(text, &mut plots);
    for plot in plots.iter_mut().filter(|_| cut) {
        plot.panel.status = plot.panel.status.max(Status::Review);
        plot.panel.reasons.push("its page has more lines than are looked at".to_string());
    }
    Found { plots, cut }
}

/// In the order of reading: rows from top to bottom, each from left to right.
fn in_rows(mut plots: Vec<Plot>) -> Vec<Plot> {
    let frame = |p: &Plot| p.panel.frame;
    plots.sort_by(|a, b| {
        let (a, b) = (frame(a), frame(b));
        a.y0.total_cmp(&b.y0).then(a.x0.total_cmp(&b.x0)).then(a.x1.total_cmp(&b.x1))
    });
    let mut rest = plots.as_mut_slice();
    while let Some(first) = rest.first() {
        let f = frame(first);
        let end = rest.partition_point(|p| frame(p).y0 < f.y0 + 0.4 * f.height());
        let (row, others) = rest.split_at_mut(end.max(1));
        row.sort_by(|a, b| frame(a).x0.total_cmp(&frame(b).x0));
        rest = others;
    }
    plots
}

/// One side of a frame as read.
#[derive(Clone, Debug)]
struct Sided {
    /// How many numbers stand along it, in order.
    numbers: usize,
    /// Where they stand.
    area: Option<Rect>,
    read: Result<Calibration, Refusal>,
    unit: Option<String>,
}

/// A frame with what its sides say.
#[derive(Clone, Debug)]
struct Draft {
    frame: Rect,
    x: Sided,
    /// The other x axis, at the top, where it differs.
    x2: Option<Sided>,
    y: Sided,
    y2: Option<Sided>,
    /// Across the x axis, and across the y axis.
    crossings: [Vec<Crossing>; 2],
}

impl Draft {
    fn read(
        frame: Rect,
        strokes: &Strokes,
        labels: &[Label],
        frames: &[Rect],
        text: &TextPage,
    ) -> Draft {
        let downs = strokes.crossings(&frame, Side::Bottom);
        let acrosses = strokes.crossings(&frame, Side::Left);
        let others: Vec<Rect> = frames
            .iter()
            .filter(|o| {
                // Boxes around the plot, and what lies in it, do not compete for labels.
                o.x0 >= frame.x1 - 1.0
                    || o.x1 <= frame.x0 + 1.0
                    || o.y0 >= frame.y1 - 1.0
                    || o.y1 <= frame.y0 + 1.0
            })
            .copied()
            .collect();
        let sided = |side: Side, crossings: &[Crossing]| {
            let row = beside(labels, &frame, side, &others);
            let far = matches!(side, Side::Top | Side::Right);
            let (named, unit) = named(&row, side);
            let values: Vec<f64> = named.iter().filter_map(|n| n.values.first().copied()).collect();
            let mut read = calibrate(&named, &marks(crossings, far), side.span(&frame));
            let area = row.iter().map(|l| l.area).reduce(Rect::union);
            if let Ok(known) = &read
                && let Some(factor) = factor(text, &frame, side, area)
            {
                read = Err(Refusal {
                    reason: format!("the factor `{factor}` at its end may hold for its labels"),
                    agreeing: known.seats.len(),
                });
            }
            Sided { numbers: in_order(&values), area, read, unit }
        };
        let (bottom, top) = (sided(Side::Bottom, &downs), sided(Side::Top, &downs));
        let (left, right) = (sided(Side::Left, &acrosses), sided(Side::Right, &acrosses));
        let (x, x2) = paired(bottom, top, [frame.x0, frame.x1]);
        let (y, y2) = paired(left, right, [frame.y0, frame.y1]);
        Draft { frame, x, x2, y, y2, crossings: [downs, acrosses] }
    }

    fn is_read(&self) -> bool {
        self.x.read.is_ok() && self.y.read.is_ok()
    }

    /// How much it looks like a plot: 0 not at all.
    fn likeness(&self) -> u8 {
        let ordered = |s: &Sided| s.numbers >= 3;
        match (&self.x.read, &self.y.read) {
            (Ok(_), Ok(_)) => 3,
            (Ok(_), Err(_)) if ordered(&self.y) => 2,
            (Err(_), Ok(_)) if ordered(&self.x) => 2,
            (Err(_), Err(_)) if ordered(&self.x) && ordered(&self.y) => 2,
            (Ok(c), Err(_)) | (Err(_), Ok(c)) if c.seats.len() >= 3 => 1,
            _ => 0,
        }
    }

    fn split<'a>(&'a self, covers: &'a [super::Cover]) -> Split<'a> {
        Split {
            frame: self.frame,
            x: self.x.read.as_ref().ok(),
            y: self.y.read.as_ref().ok(),
            crossings: &self.crossings,
            covers,
        }
    }

    fn panel(self, page: u32) -> Panel {
        let mut status = Status::Served;
        let mut reasons = Vec::new();
        let mut area = self.frame;
        for side in [Some(&self.x), Some(&self.y), self.y2.as_ref(), self.x2.as_ref()] {
            area = side.and_then(|s| s.area).map_or(area, |a| area.union(a));
        }
        let mut told = |name: &str, side: &Sided, axis: bool| match &side.read {
            Ok(read) => {
                status = status.max(read.status);
                reasons.extend(read.doubts.iter().map(|d| format!("{name}: {d}")));
            }
            Err(refusal) => {
                status = status.max(if axis { Status::Refused } else { Status::Review });
                reasons.push(format!("{name}: {}", refusal.reason));
            }
        };
        told("x axis", &self.x, true);
        told("y axis", &self.y, true);
        if let Some(y2) = &self.y2 {
            told("right axis", y2, false);
        }
        if let Some(x2) = &self.x2 {
            told("upper axis", x2, false);
            status = status.max(Status::Review);
            reasons.push("a second x axis at the top tells other values".to_string());
        }
        Panel {
            page,
            frame: self.frame,
            area,
            title: String::new(),
            x: axis(self.x),
            y: axis(self.y),
            y2: self.y2.filter(|s| s.read.is_ok()).map(axis),
            traces: Vec::new(),
            conditions: Conditions::default(),
            parts: Vec::new(),
            status,
            reasons,
        }
    }
}

fn axis(side: Sided) -> Axis {
    let unit = side.unit.unwrap_or_default();
    match side.read {
        Ok(read) => Axis {
            scale: read.scale,
            ticks: read
                .seats
                .into_iter()
                .map(|s| Tick { at: s.at, value: s.value, label: s.label, seated: s.seated })
                .collect(),
            offset: read.offset,
            slope: read.slope,
            nodes: read.nodes,
            residual: read.residual,
            unit,
            ..Axis::unread()
        },
        Err(_) => Axis { unit, ..Axis::unread() },
    }
}

impl Axis {
    /// An axis of which nothing is known: no ticks, and the value 0 everywhere.
    pub(super) fn unread() -> Axis {
        Axis {
            scale: Scale::Linear,
            ticks: Vec::new(),
            offset: 0.0,
            slope: 0.0,
            nodes: Vec::new(),
            residual: 0.0,
            title: String::new(),
            symbol: None,
            unit: String::new(),
            to_si: None,
            normalized: false,
        }
    }
}

/// How many values there are when they only rise, or only fall; else 0.
fn in_order(values: &[f64]) -> usize {
    let all = |f: fn(&f64, &f64) -> bool| values.windows(2).all(|w| matches!(w, [a, b] if f(a, b)));
    let ordered = all(|a, b| a < b) || all(|a, b| a > b);
    if ordered { values.len() } else { 0 }
}

/// The axis of two opposite sides, and the second one where it tells something else.
fn paired(first: Sided, second: Sided, span: [f64; 2]) -> (Sided, Option<Sided>) {
    match (&first.read, &second.read) {
        (Ok(a), Ok(b)) => {
            let same = a.scale == b.scale
                && span.iter().all(|p| {
                    let (u, v) = (a.scaled_at(*p), b.scaled_at(*p));
                    (u - v).abs() <= 0.01 * (a.slope * (span[1] - span[0])).abs()
                });
            (first, (!same).then_some(second))
        }
        (Err(_), Ok(_)) => (second, None),
        // Three numbers in order on the second side are an axis that could not be read.
        (Ok(_), Err(refusal)) if second.numbers >= 4 && refusal.agreeing >= 3 => {
            (first, Some(second))
        }
        (Err(_), Err(_)) if second.numbers > first.numbers => (second, None),
        _ => (first, None),
    }
}

/// Of frames within each other, those that are plots: the first that is read, else the one that
/// looks most like a plot.
fn chosen(group: Vec<Draft>) -> Vec<Draft> {
    let mut kept: Vec<Draft> = Vec::new();
    let mut sorted = group;
    // Stable: the outer one first among equals.
    sorted.sort_by_key(|d| std::cmp::Reverse(d.likeness()));
    for draft in sorted {
        let inside = kept.iter().any(|k| overlaps(&k.frame, &draft.frame));
        if !inside && draft.likeness() > 0 || (kept.is_empty() && lendable(&draft)) {
            kept.push(draft);
        }
    }
    kept
}

/// Whether one axis is read, so that the other one may be a neighbour's.
fn lendable(draft: &Draft) -> bool {
    draft.x.read.is_ok() || draft.y.read.is_ok()
}

fn overlaps(a: &Rect, b: &Rect) -> bool {
    a.intersection(*b).is_some_and(|i| {
        let share = i.width() * i.height();
        share > 0.3 * f64::min(a.width() * a.height(), b.width() * b.height())
    })
}

/// Stacked plots may share the labels below the last one, neighbours those of the first one.
fn lend(drafts: &mut [Draft]) {
    let near = |a: f64, b: f64| (a - b).abs() <= 1.0;
    let donors: Vec<Draft> = drafts.iter().filter(|d| d.is_read()).cloned().collect();
    for draft in drafts.iter_mut() {
        let f = draft.frame;
        if draft.x.read.is_err() && draft.x.area.is_none() && draft.y.read.is_ok() {
            let donor = donors
                .iter()
                .filter(|d| near(d.frame.x0, f.x0) && near(d.frame.x1, f.x1))
                .filter(|d| d.frame.y0 >= f.y1 - 1.0)
                .min_by(|a, b| a.frame.y0.total_cmp(&b.frame.y0));
            if let Some(donor) = donor {
                draft.x = donor.x.clone();
            }
        }
        if draft.y.read.is_err() && draft.y.area.is_none() && draft.x.read.is_ok() {
            let donor = donors
                .iter()
                .filter(|d| near(d.frame.y0, f.y0) && near(d.frame.y1, f.y1))
                .filter(|d| d.frame.x1 <= f.x0 + 1.0)
                .max_by(|a, b| a.frame.x1.total_cmp(&b.frame.x1));
            if let Some(donor) = donor {
                draft.y = donor.y.clone();
            }
        }
    }
}

/// Leaves out what lies in a better plot (the pulse drawn inside), and boxes around plots.
fn outermost(mut drafts: Vec<Draft>) -> Vec<Draft> {
    drafts.retain(|d| d.likeness() > 0);
    drafts.sort_by(|a, b| {
        let size = |d: &Draft| d.frame.width() * d.frame.height();
        b.likeness().cmp(&a.likeness()).then(size(b).total_cmp(&size(a)))
    });
    let mut kept: Vec<Draft> = Vec::new();
    for draft in drafts {
        if kept.iter().all(|k| !overlaps(&k.frame, &draft.frame)) {
            kept.push(draft);
        }
    }
    kept
}
