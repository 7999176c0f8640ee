//! Ruled lines of a page, whatever they are drawn with: strokes, rectangles, thin filled boxes.
//!
//! Makers draw one rule in many pieces (a piece for each cell, hundreds of boxes in sheets saved
//! from a word processor); collinear pieces that touch are one rule here.

use espice_pdf::{PathObject, Point, Rect, Segment, Subpath};

/// Filled boxes up to this thickness, in points, are rules.
const THIN: f64 = 2.6;
/// Pieces whose distance across is at most this lie on one line.
const ACROSS: f64 = 0.8;
/// Pieces whose gap along the line is at most this belong together.
const ALONG: f64 = 2.2;
/// Shorter rules are no rules: tick marks, parts of letters.
const SHORTEST: f64 = 6.0;
/// More pieces than this on one page are a drawing; the rest is not looked at.
const MOST: usize = 60_000;

/// A straight line along x or y.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rule {
    /// Its place across: y of a horizontal rule, x of a vertical one.
    pub(super) at: f64,
    /// Where it starts.
    pub(super) from: f64,
    /// Where it ends.
    pub(super) to: f64,
}

impl Rule {
    /// How much of a range it covers, in points.
    pub(super) fn overlap(&self, range: [f64; 2]) -> f64 {
        (self.to.min(range[1]) - self.from.max(range[0])).max(0.0)
    }

    /// Its length.
    pub(super) fn length(&self) -> f64 {
        self.to - self.from
    }
}

/// The rules of one page.
#[derive(Clone, Debug, Default)]
pub(super) struct Rules {
    /// Horizontal rules by y.
    pub(super) h: Vec<Rule>,
    /// Vertical rules by x.
    pub(super) v: Vec<Rule>,
    /// Tinted boxes: header strips, shaded rows and cells.
    pub(super) tints: Vec<Rect>,
}

/// What is drawn along the axes, before pieces are joined.
#[derive(Clone, Debug, Default)]
pub(super) struct Strokes {
    /// Boxes of pieces of rules, thinner than they are long.
    pub(super) pieces: Vec<Rect>,
    /// Tinted boxes.
    pub(super) tints: Vec<Rect>,
    /// Whether there is more than is looked at.
    pub(super) cut: bool,
}

impl Strokes {
    /// All that a page draws along the axes, cut at `clip` of each path.
    pub(super) fn of(paths: &[PathObject], clip: impl Fn(&PathObject) -> Option<Rect>) -> Strokes {
        let mut out = Strokes::default();
        for path in paths {
            if out.pieces.len() > MOST {
                out.cut = true;
                break;
            }
            let clip = clip(path);
            let stroked = path.stroke.as_ref().is_some_and(|s| !s.color.is_white());
            let filled = path.fill.is_some_and(|c| !c.is_white());
            for sub in &path.subpaths {
                if stroked {
                    out.edges(sub, clip);
                }
                if filled {
                    out.filled(sub, clip);
                }
            }
        }
        out
    }

    fn push(&mut self, a: Point, b: Point, clip: Option<Rect>) {
        let area = Rect::new(a, b);
        let area = match clip {
            Some(c) => match area.intersection(c.grown(0.5)) {
                Some(seen) => seen,
                None => return,
            },
            None => area,
        };
        let (w, h) = (area.width(), area.height());
        if (h <= 0.6 && w >= 1.0) || (w <= 0.6 && h >= 1.0) {
            self.pieces.push(area);
        }
    }

    fn edges(&mut self, sub: &Subpath, clip: Option<Rect>) {
        let mut at = sub.start;
        for segment in &sub.segments {
            let end = segment.end();
            if let Segment::Line(_) = segment {
                self.push(at, end, clip);
            }
            at = end;
        }
        if sub.closed {
            self.push(at, sub.start, clip);
        }
    }

    fn filled(&mut self, sub: &Subpath, clip: Option<Rect>) {
        let Some(area) = upright_box(sub) else { return };
        let area = match clip {
            Some(c) => match area.intersection(c) {
                Some(seen) => seen,
                None => return,
            },
            None => area,
        };
        let (w, h) = (area.width(), area.height());
        let mid = area.center();
        if h <= THIN && w > h {
            self.pieces.push(Rect { y0: mid.y, y1: mid.y, ..area });
        } else if w <= THIN && h > w {
            self.pieces.push(Rect { x0: mid.x, x1: mid.x, ..area });
        } else if w >= 8.0 && h >= 5.0 {
            self.tints.push(area);
        }
    }
}

/// The box that a subpath fills, when it is nothing but an upright box.
fn upright_box(sub: &Subpath) -> Option<Rect> {
    let mut points = vec![sub.start];
    for segment in &sub.segments {
        match segment {
            Segment::Line(p) => points.push(*p),
            Segment::Curve(..) => return None,
        }
    }
    if !(4..=6).contains(&points.len()) {
        return None;
    }
    let area = Rect::around(points.iter().copied())?;
    let near = |a: f64, b: f64| (a - b).abs() <= 0.3;
    points
        .iter()
        .all(|p| {
            (near(p.x, area.x0) || near(p.x, area.x1)) && (near(p.y, area.y0) || near(p.y, area.y1))
        })
        .then_some(area)
}

impl Rules {
    /// Joins pieces to rules.
    pub(super) fn join(strokes: &Strokes) -> Rules {
        let mut h = Vec::new();
        let mut v = Vec::new();
        for p in &strokes.pieces {
            let mid = p.center();
            if p.width() >= p.height() {
                h.push(Rule { at: mid.y, from: p.x0, to: p.x1 });
            } else {
                v.push(Rule { at: mid.x, from: p.y0, to: p.y1 });
            }
        }
        Rules { h: joined(h), v: joined(v), tints: joined_tints(strokes.tints.clone()) }
    }

    /// Horizontal rules with `y[0] <= at <= y[1]`, by y.
    pub(super) fn h_within(&self, y: [f64; 2]) -> &[Rule] {
        within(&self.h, y)
    }

    /// Vertical rules with `x[0] <= at <= x[1]`, by x.
    pub(super) fn v_within(&self, x: [f64; 2]) -> &[Rule] {
        within(&self.v, x)
    }

    /// The heights at which rules cross a range of x, from top to bottom: where together they
    /// cover at least `share` of it.
    pub(super) fn cuts(&self, x: [f64; 2], y: [f64; 2], share: f64) -> Vec<f64> {
        levels(self.h_within(y), x, share)
    }

    /// The places at which vertical rules cross a range of y, from left to right.
    pub(super) fn walls(&self, x: [f64; 2], y: [f64; 2], share: f64) -> Vec<f64> {
        levels(self.v_within(x), y, share)
    }

    /// The vertical rules nearest to a point at its left and right, that reach its height.
    pub(super) fn cell_x(&self, p: Point, limit: [f64; 2]) -> [Option<f64>; 2] {
        let mut out = [None, None];
        for rule in self.v_within(limit) {
            if rule.from <= p.y + 0.5 && rule.to >= p.y - 0.5 {
                if rule.at <= p.x {
                    out[0] = Some(rule.at);
                } else if out[1].is_none() {
                    out[1] = Some(rule.at);
                }
            }
        }
        out
    }
}

fn within(rules: &[Rule], range: [f64; 2]) -> &[Rule] {
    let from = rules.partition_point(|r| r.at < range[0]);
    let to = rules.partition_point(|r| r.at <= range[1]);
    rules.get(from..to.max(from)).unwrap_or_default()
}

/// Where neighbouring rules (a double rule counts once) cover a share of a range.
fn levels(rules: &[Rule], range: [f64; 2], share: f64) -> Vec<f64> {
    let need = share * (range[1] - range[0]).max(0.1);
    let mut out = Vec::new();
    let mut start = 0;
    while let Some(first) = rules.get(start) {
        let mut end = start;
        let mut covered = 0.0;
        let mut weighted = 0.0;
        while let Some(rule) = rules.get(end).filter(|r| r.at - first.at <= 2.6) {
            let o = rule.overlap(range);
            covered += o;
            weighted += o * rule.at;
            end += 1;
        }
        if covered >= need {
            out.push(weighted / covered.max(1e-9));
        }
        start = end;
    }
    out
}

fn joined(mut rules: Vec<Rule>) -> Vec<Rule> {
    rules.sort_by(|a, b| a.at.total_cmp(&b.at).then(a.from.total_cmp(&b.from)));
    let mut out = Vec::new();
    let mut start = 0;
    while let Some(first) = rules.get(start).copied() {
        let end = start + rules[start..].partition_point(|r| r.at - first.at <= ACROSS);
        let mut line: Vec<Rule> = rules[start..end].to_vec();
        line.sort_by(|a, b| a.from.total_cmp(&b.from).then(a.to.total_cmp(&b.to)));
        let mut current: Option<(Rule, f64, f64)> = None;
        for rule in line {
            current = Some(match current {
                Some((mut run, sum, weight)) if rule.from - run.to <= ALONG => {
                    run.to = run.to.max(rule.to);
                    let w = rule.length().max(0.01);
                    (run, sum + w * rule.at, weight + w)
                }
                other => {
                    if let Some(done) = other {
                        out.push(finish(done));
                    }
                    let w = rule.length().max(0.01);
                    (rule, w * rule.at, w)
                }
            });
        }
        out.extend(current.map(finish));
        start = end;
    }
    out.retain(|r| r.length() >= SHORTEST);
    out.sort_by(|a, b| a.at.total_cmp(&b.at).then(a.from.total_cmp(&b.from)));
    out
}

fn finish((rule, sum, weight): (Rule, f64, f64)) -> Rule {
    Rule { at: sum / weight, ..rule }
}

/// Boxes of one height that touch side by side (cells of a strip) become one.
fn joined_tints(mut tints: Vec<Rect>) -> Vec<Rect> {
    let key = |t: &Rect| (t.y0.round(), t.y1.round());
    tints.sort_by(|a, b| {
        let (ka, kb) = (key(a), key(b));
        ka.0.total_cmp(&kb.0).then(ka.1.total_cmp(&kb.1)).then(a.x0.total_cmp(&b.x0))
    });
    let mut out: Vec<Rect> = Vec::new();
    for t in tints {
        match out.last_mut() {
            Some(last) if key(last) == key(&t) && t.x0 - last.x1 <= 3.0 => *last = last.union(t),
            _ => out.push(t),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use espice_pdf::{Color, Stroke};

    fn path(points: &[(f64, f64)], fill: bool) -> PathObject {
        let points: Vec<Point> = points.iter().map(|&(x, y)| Point::new(x, y)).collect();
        PathObject {
            subpaths: vec![Subpath {
                start: points[0],
                segments: points[1..].iter().map(|p| Segment::Line(*p)).collect(),
                closed: fill,
            }],
            fill: fill.then_some(Color::BLACK),
            even_odd: false,
            stroke: (!fill).then_some(Stroke { color: Color::BLACK, width: 0.5, dash: vec![] }),
            clip: 0,
            order: 0,
            area: Rect::around(points).unwrap(),
        }
    }

    #[test]
    fn pieces_on_a_line_are_one_rule_whatever_draws_them() {
        let page = [
            path(&[(10.0, 50.0), (60.0, 50.0)], false),
            path(&[(60.5, 49.8), (100.0, 49.8), (100.0, 50.3), (60.5, 50.3)], true),
            path(&[(130.0, 50.0), (200.0, 50.0)], false),
            path(&[(10.0, 20.0), (10.0, 80.0)], false),
            path(&[(10.0, 20.0), (60.0, 45.0)], false),
        ];
        let rules = Rules::join(&Strokes::of(&page, |_| None));
        assert_eq!(rules.h.len(), 2, "{:?}", rules.h);
        assert!(rules.h.iter().any(|r| (r.from, r.to) == (10.0, 100.0)), "{:?}", rules.h);
        assert_eq!(rules.v.len(), 1);
        assert_eq!(rules.cuts([10.0, 210.0], [0.0, 90.0], 0.6).len(), 1);
        assert_eq!(rules.cuts([10.0, 210.0], [0.0, 90.0], 0.9).len(), 0);
    }

    #[test]
    fn strips_are_tints_and_clips_cut() {
        let strip = path(&[(10.0, 10.0), (90.0, 10.0), (90.0, 24.0), (10.0, 24.0)], true);
        let line = path(&[(0.0, 5.0), (100.0, 5.0)], false);
        let clip = Rect { x0: 20.0, y0: 0.0, x1: 50.0, y1: 30.0 };
        let rules = Rules::join(&Strokes::of(&[strip, line], |_| Some(clip)));
        assert_eq!(rules.tints.len(), 1);
        assert_eq!(rules.tints[0].to_array(), [20.0, 10.0, 50.0, 24.0]);
        assert!((rules.h[0].length() - 31.0).abs() < 1e-9);
    }
}
