//! Draws a plot in a style, and says what is true of it.

mod axes;
mod names;

use super::bezier::{beziers, thin};
use super::canvas::{Book, Pen, Place, Run};
use super::devices::{AxisPlan, PlotPlan};
use super::font::Face;
use super::labels::{Area, Room};
use super::style::{Caption, Drawing, Labels, PlotStyle, TitleForm};
use super::truth;

/// How far drawn curves may lie beside the true ones, in points.
const WITHIN: f64 = 0.008;

/// What a plot is made to do wrong, or unusually.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Twist {
    /// The label of this tick along y is misprinted.
    pub misprint: Option<usize>,
    /// All labels along y are moved by this share of the distance of two ticks.
    pub moved: f64,
    /// Powers of ten are printed without raising the exponent: `102`.
    pub flat: bool,
    /// Labels stand between the grid lines of the ticks that they name.
    pub between: bool,
    /// A white box with text covers a part of the first curve.
    pub covered: bool,
    /// A circuit is drawn right of the plot.
    pub circuit: bool,
    /// Labels along y lack.
    pub bare: bool,
    /// A power of ten stands above the y axis, by which all labels are multiplied.
    pub factor: bool,
}

/// Dashes of legends, in points.
const DASHES: [Option<[f64; 2]>; 6] = [
    None,
    Some([6.0, 3.0]),
    Some([1.5, 2.0]),
    Some([9.0, 2.0]),
    Some([3.0, 1.5]),
    Some([4.0, 5.0]),
];

/// A plot being drawn.
struct Drawer<'d> {
    book: &'d mut Book,
    style: &'d PlotStyle,
    plan: &'d PlotPlan,
    twist: Twist,
    frame: Area,
    /// Lines of each curve inside the frame, in shares of the axes.
    lines: Vec<Vec<Place>>,
    /// The same beyond the frame, for writers that clip.
    beyond: Vec<Vec<Place>>,
}

/// Draws a plot into a cell of a page, `[x0, y0, x1, y1]` with y up.
pub fn draw(
    book: &mut Book,
    style: &PlotStyle,
    plan: &PlotPlan,
    cell: Area,
    number: usize,
    twist: Twist,
) -> truth::Panel {
    let right = if plan.y2.is_some() || style.labels == Labels::Outside { 52.0 } else { 16.0 };
    let below =
        match style.caption {
            Caption::Above => 34.0,
            Caption::Below => 48.0,
            Caption::Conditions => 62.0,
        } + if style.labels == Labels::Numbered { 9.0 * plan.curves.len() as f64 } else { 0.0 };
    let corner = if style.titles == TitleForm::Corner { 12.0 } else { 0.0 };
    let above = if style.caption == Caption::Above { 26.0 } else { 12.0 } + corner;
    let round = |v: f64| book.round(v);
    let frame = [
        round(cell[0] + 48.0),
        round(cell[1] + below),
        round(cell[2] - right),
        round(cell[3] - above),
    ];
    let inside = plan.curves.iter().map(|c| {
        let y = if c.axis == 1 { plan.y2.as_ref().unwrap_or(&plan.y) } else { &plan.y };
        let shares = c.samples.iter().map(|p| [plan.x.share(p[0]), y.share(p[1])]);
        let shares: Vec<Place> = shares.collect();
        (clip(&shares, [0.0, 1.0]), clip(&shares, [-0.15, 1.15]))
    });
    let (lines, beyond) = inside.unzip();
    let mut drawer = Drawer { book, style, plan, twist, frame, lines, beyond };
    drawer.all(cell, number)
}

/// The longest part of a line that lies within a square, with its ends on the border.
fn clip(line: &[Place], [low, high]: [f64; 2]) -> Vec<Place> {
    let inside = |p: Place| p.iter().all(|v| (low..=high).contains(v));
    let (mut best, mut now): (Vec<Place>, Vec<Place>) = (Vec::new(), Vec::new());
    let crossing = |inner: Place, outer: Place| {
        // Halving is exact enough and knows no special cases.
        let (mut a, mut b) = (0.0, 1.0);
        let at = |t: f64| [0, 1].map(|k| inner[k] + t * (outer[k] - inner[k]));
        for _ in 0..50 {
            let middle = (a + b) / 2.0;
            if inside(at(middle)) { a = middle } else { b = middle }
        }
        at(a)
    };
    for (i, &p) in line.iter().enumerate() {
        let before = i.checked_sub(1).map(|j| line[j]);
        match (inside(p), before.filter(|b| inside(*b) != inside(p))) {
            (true, Some(outer)) => now = vec![crossing(p, outer), p],
            (true, None) => now.push(p),
            (false, Some(inner)) => {
                now.push(crossing(inner, p));
                if now.len() > best.len() {
                    best = std::mem::take(&mut now);
                }
                now.clear();
            }
            (false, None) => {}
        }
    }
    if now.len() > best.len() { now } else { best }
}

impl Drawer<'_> {
    fn at(&self, p: Place) -> Place {
        let f = &self.frame;
        [f[0] + p[0] * (f[2] - f[0]), f[1] + p[1] * (f[3] - f[1])]
    }

    fn all(&mut self, cell: Area, number: usize) -> truth::Panel {
        if self.style.first {
            self.curves();
        }
        self.grid();
        if !self.style.first {
            self.curves();
        }
        self.tick_labels();
        let mut room = Room { frame: self.frame, curves: self.dense(), taken: Vec::new() };
        let names = self.names(&mut room, cell);
        self.conditions(&mut room, cell);
        self.titles(cell, number);
        if self.twist.covered {
            self.cover();
        }
        if self.twist.circuit {
            self.circuit(cell);
        }
        self.truth(names)
    }

    /// Points of the curves, about one a point.
    fn dense(&self) -> Vec<Vec<Place>> {
        let dense = |line: &Vec<Place>| {
            let mut out: Vec<Place> = Vec::new();
            for p in line.iter().map(|p| self.at(*p)) {
                let far = |l: &Place| (p[0] - l[0]).hypot(p[1] - l[1]) > 1.0;
                if out.last().is_none_or(far) {
                    out.push(p);
                }
            }
            out
        };
        self.lines.iter().map(dense).collect()
    }

    fn curves(&mut self) {
        let style = self.style;
        let pen = Pen::black(style.pens[0]);
        let source = if style.clipped { &self.beyond } else { &self.lines };
        let on_page: Vec<Vec<Place>> =
            source.iter().map(|l| l.iter().map(|p| self.at(*p)).collect()).collect();
        let polylines: Vec<Run> = on_page.iter().map(|l| Run::line(&thin(l, WITHIN))).collect();
        if style.clipped {
            self.book.clip(self.frame);
        }
        let dashed = style.labels == Labels::Legend && polylines.len() > 1;
        match style.drawing {
            _ if dashed => {
                for (run, dash) in polylines.into_iter().zip(DASHES.iter().cycle()) {
                    self.book.stroke(&[run], Pen { dash: *dash, ..pen });
                }
            }
            Drawing::Each => polylines.into_iter().for_each(|run| self.book.stroke(&[run], pen)),
            Drawing::Together => self.book.stroke(&polylines, pen),
            Drawing::Split(count) => {
                for run in polylines {
                    let long = run.points.len().div_ceil(count).max(2);
                    let mut from = 0;
                    while from + 1 < run.points.len() {
                        let to = (from + long).min(run.points.len() - 1);
                        self.book.stroke(&[Run::line(&run.points[from..=to])], pen);
                        from = to;
                    }
                }
            }
            Drawing::Bezier => {
                for line in &on_page {
                    let points = beziers(line, WITHIN);
                    self.book.stroke(&[Run { points, curved: true, closed: false }], pen);
                }
            }
            Drawing::Dashed => {
                let last = polylines.len() - 1;
                for (i, run) in polylines.into_iter().enumerate() {
                    if i < last || last == 0 {
                        self.book.stroke(&[run], pen);
                        continue;
                    }
                    for dash in strokes_of(&on_page[i], 7.0, 4.0) {
                        self.book.stroke(&[Run::line(&thin(&dash, WITHIN))], pen);
                    }
                }
            }
            Drawing::Outline => {
                for run in polylines {
                    let points = outline(&run.points, style.pens[0] / 2.0);
                    self.book.fill(&[Run { points, curved: false, closed: true }], 0.0);
                }
            }
        }
        if style.clipped {
            self.book.unclip();
        }
    }

    /// A white box with text over a part of the first curve.
    fn cover(&mut self) {
        let Some(line) = self.lines.first() else { return };
        let p = self.at(line[line.len() / 2]);
        let area = [p[0] - 16.0, p[1] - 7.0, p[0] + 16.0, p[1] + 7.0];
        self.book.rectangle(area, 1.0);
        self.book.stroke(&[Run::frame(area)], Pen::black(0.4));
        self.book.align([p[0], p[1] - 2.5], 0.5, Face::Regular, 7.0, "Typical");
    }

    /// A source, a resistor and their wires beside the plot.
    fn circuit(&mut self, cell: Area) {
        let pen = Pen::black(self.style.pens[0]);
        let (x, y) = (cell[2] + 8.0, self.frame[1] + 20.0);
        self.book.stroke(&[Run::frame([x, y, x + 60.0, y + 60.0])], pen);
        let zig: Vec<Place> = (0..9)
            .map(|i| {
                [x + 15.0 + 4.0 * f64::from(i), y + 60.0 + if i % 2 == 0 { 5.0 } else { -5.0 }]
            })
            .collect();
        self.book.stroke(&[Run::line(&zig)], pen);
        self.book.text([x + 20.0, y + 70.0], Face::Regular, 7.0, "R_{G}");
        self.book.text([x + 66.0, y + 28.0], Face::Regular, 7.0, "V_{DD} = 25 V");
    }

    fn truth(&self, names: Vec<String>) -> truth::Panel {
        let plan = self.plan;
        let axis = |a: &AxisPlan| truth::Axis {
            symbol: a.symbol.into(),
            log: a.log,
            ends: a.ends.map(|v| v * a.si[0] + a.si[1]),
            unit: a.unit.into(),
            normalized: a.normalized,
        };
        let [_, height] = self.book.size();
        let f = &self.frame;
        // Without all names nobody can know which curve is which.
        let unnamed = plan.curves.len() > 1 && names.iter().any(String::is_empty);
        let curves = plan.curves.iter().zip(names).zip(&self.lines);
        truth::Panel {
            page: self.book.page(),
            frame: [f[0], height - f[3], f[2], height - f[1]],
            title: plan.title.into(),
            x: axis(&plan.x),
            y: axis(&plan.y),
            y2: plan.y2.as_ref().map(axis),
            curves: curves
                .map(|((c, label), line)| truth::Curve {
                    label,
                    quantity: c.quantity.into(),
                    family: c.family.iter().map(|(s, v)| (s.to_string(), *v)).collect(),
                    axis: c.axis,
                    line: line.clone(),
                })
                .collect(),
            conditions: plan.conditions.iter().map(|c| (c.1.to_string(), c.2)).collect(),
            expected: if unnamed { truth::Expected::Careful } else { truth::Expected::Served },
        }
    }
}

/// A line as dashes of a length with gaps.
fn strokes_of(line: &[Place], dash: f64, gap: f64) -> Vec<Vec<Place>> {
    let (mut out, mut now, mut way) = (Vec::new(), Vec::new(), 0.0);
    for pair in line.windows(2) {
        if way % (dash + gap) < dash {
            if now.is_empty() {
                now.push(pair[0]);
            }
            now.push(pair[1]);
        } else if !now.is_empty() {
            out.push(std::mem::take(&mut now));
        }
        way += (pair[1][0] - pair[0][0]).hypot(pair[1][1] - pair[0][1]);
    }
    if now.len() > 1 {
        out.push(now);
    }
    out
}

/// The outline of a polyline of some width: one side there, the other side back.
fn outline(points: &[Place], half: f64) -> Vec<Place> {
    let normal = |i: usize| {
        let (a, b) = (points[i.saturating_sub(1)], points[(i + 1).min(points.len() - 1)]);
        let length = (b[0] - a[0]).hypot(b[1] - a[1]).max(1e-9);
        [-(b[1] - a[1]) / length * half, (b[0] - a[0]) / length * half]
    };
    let side = |sign: f64| {
        (0..points.len()).map(move |i| {
            let n = normal(i);
            [points[i][0] + sign * n[0], points[i][1] + sign * n[1]]
        })
    };
    let back: Vec<Place> = side(-1.0).collect();
    side(1.0).chain(back.into_iter().rev()).collect()
}
