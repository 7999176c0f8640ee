use super::frame::Frame;
use espice_pdf::{Page, PathObject, Point, Segment};
use std::collections::BTreeMap;

/// Straight upright and level strokes of a page, to see whether one stands between two words.
#[derive(Debug, Default)]
pub(super) struct Rules {
    /// By x in steps of [`STEP`]: x, y from, y to.
    upright: BTreeMap<i64, Vec<[f64; 3]>>,
    /// By y in steps of [`STEP`]: y, x from, x to.
    level: BTreeMap<i64, Vec<[f64; 3]>>,
}

const STEP: f64 = 4.0;
/// Filled boxes thinner than this many points are rules.
const THIN: f64 = 2.0;
/// Rules shorter than this many points are parts of symbols.
const SHORT: f64 = 4.0;
/// Rules looked at in one step, and on the page.
const MOST: (usize, usize) = (64, 200_000);

impl Rules {
    /// Finds the rules among the paths.
    pub(super) fn new(page: &Page) -> Rules {
        let mut rules = Rules::default();
        let mut left = MOST.1;
        for path in &page.paths {
            let seen = path.stroke.as_ref().is_some_and(|s| !s.color.is_white());
            if seen {
                rules.add_strokes(path, &mut left);
            } else if path.fill.is_some_and(|c| !c.is_white()) {
                rules.add_boxes(path, &mut left);
            }
            if left == 0 {
                break;
            }
        }
        rules
    }

    fn add_strokes(&mut self, path: &PathObject, left: &mut usize) {
        for subpath in &path.subpaths {
            let mut from = subpath.start;
            for segment in &subpath.segments {
                if *left == 0 {
                    return;
                }
                *left -= 1;
                if let Segment::Line(to) = *segment {
                    self.add(from, to);
                }
                from = segment.end();
            }
            if subpath.closed {
                self.add(from, subpath.start);
            }
        }
    }

    fn add_boxes(&mut self, path: &PathObject, left: &mut usize) {
        for subpath in &path.subpaths {
            if *left == 0 {
                return;
            }
            *left -= 1;
            let corners =
                std::iter::once(subpath.start).chain(subpath.segments.iter().map(|s| s.end()));
            let Some(area) = espice_pdf::Rect::around(corners.take(16)) else { continue };
            let middle = area.center();
            if area.width() <= THIN && area.height() > area.width() {
                self.add(Point::new(middle.x, area.y0), Point::new(middle.x, area.y1));
            } else if area.height() <= THIN {
                self.add(Point::new(area.x0, middle.y), Point::new(area.x1, middle.y));
            }
        }
    }

    fn add(&mut self, a: Point, b: Point) {
        let (dx, dy) = ((a.x - b.x).abs(), (a.y - b.y).abs());
        let (list, at, from, to) = if dx < 0.3 && dy >= SHORT {
            (&mut self.upright, (a.x + b.x) / 2.0, a.y.min(b.y), a.y.max(b.y))
        } else if dy < 0.3 && dx >= SHORT {
            (&mut self.level, (a.y + b.y) / 2.0, a.x.min(b.x), a.x.max(b.x))
        } else {
            return;
        };
        if at.is_finite() {
            list.entry((at / STEP).floor() as i64).or_default().push([at, from, to]);
        }
    }

    /// Whether a rule crosses the text line at baseline `v` between `u0` and `u1`.
    pub(super) fn between(&self, frame: &Frame, u0: f64, u1: f64, v: f64, em: f64) -> bool {
        // In the page: x and y take the part of u and v by the direction of reading.
        let middle = v - 0.3 * em;
        let (list, from, to, at) = match frame.angle {
            0.0 => (&self.upright, u0, u1, middle),
            180.0 => (&self.upright, -u1, -u0, -middle),
            90.0 => (&self.level, -u1, -u0, middle),
            270.0 => (&self.level, u0, u1, -middle),
            _ => return false,
        };
        let steps = (from / STEP).floor() as i64..=(to / STEP).floor() as i64;
        list.range(steps).any(|(_, rules)| {
            rules
                .iter()
                .take(MOST.0)
                .any(|r| r[0] >= from && r[0] <= to && r[1] <= at && at <= r[2])
        })
    }
}
