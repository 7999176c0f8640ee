//! Where labels of curves can stand so that a person knows which curve they name.

use super::canvas::Place;

/// A box, `[x0, y0, x1, y1]`.
pub(super) type Area = [f64; 4];

/// What is in the way inside a frame: curves as dense points, and boxes.
pub(super) struct Room {
    pub(super) frame: Area,
    /// Points of each curve, about one a point of length.
    pub(super) curves: Vec<Vec<Place>>,
    /// Boxes that are taken.
    pub(super) taken: Vec<Area>,
}

/// The distance from a box to a place, 0 inside.
fn distance(area: &Area, p: Place) -> f64 {
    let x = (area[0] - p[0]).max(p[0] - area[2]).max(0.0);
    let y = (area[1] - p[1]).max(p[1] - area[3]).max(0.0);
    x.hypot(y)
}

fn overlap(a: &Area, b: &Area) -> bool {
    a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]
}

impl Room {
    /// The distance of a box from a curve.
    fn to_curve(&self, area: &Area, curve: usize) -> f64 {
        self.curves[curve].iter().map(|p| distance(area, *p)).fold(f64::MAX, f64::min)
    }

    /// The distance of a box from all curves but one.
    fn to_others(&self, area: &Area, but: Option<usize>) -> f64 {
        let others = (0..self.curves.len()).filter(|c| Some(*c) != but);
        others.map(|c| self.to_curve(area, c)).fold(f64::MAX, f64::min)
    }

    fn inside(&self, area: &Area) -> bool {
        let f = &self.frame;
        let fits = area[0] > f[0] + 2.0
            && area[1] > f[1] + 2.0
            && area[2] < f[2] - 2.0
            && area[3] < f[3] - 2.0;
        // Texts on one line need a gap between them.
        let wide = [area[0] - 14.0, area[1], area[2] + 14.0, area[3]];
        fits && !self.taken.iter().any(|t| overlap(t, &wide))
    }

    /// A box of a size right beside a curve and clearly further from all others.
    pub(super) fn beside(&self, curve: usize, [w, h]: Place) -> Option<Area> {
        let points = &self.curves[curve];
        let mut best: Option<(f64, Area)> = None;
        for i in 0..40 {
            let p = points.get(points.len() * (8 + 84 * i / 40) / 100)?;
            let gap = 3.0;
            for [dx, dy] in [
                [gap, -h / 2.0],
                [-gap - w, -h / 2.0],
                [-w / 2.0, gap],
                [-w / 2.0, -gap - h],
                [gap, gap],
                [gap, -gap - h],
                [-gap - w, gap],
                [-gap - w, -gap - h],
            ] {
                let area = [p[0] + dx, p[1] + dy, p[0] + dx + w, p[1] + dy + h];
                if !self.inside(&area) {
                    continue;
                }
                let own = self.to_curve(&area, curve);
                let others = self.to_others(&area, Some(curve));
                if !(1.2..=5.0).contains(&own) || others < 2.5 * own + 3.0 {
                    continue;
                }
                let score = others.min(30.0) - own;
                if best.is_none_or(|(s, _)| score > s + 1e-9) {
                    best = Some((score, area));
                }
            }
        }
        best.map(|b| b.1)
    }

    /// Free space of a size: as far from everything as can be, with a preference for corners.
    pub(super) fn free(&self, [w, h]: Place, corner: usize) -> Option<Area> {
        let f = &self.frame;
        let mut best: Option<(f64, Area)> = None;
        for i in 0..=12 {
            for j in 0..=12 {
                let x = f[0] + 5.0 + (f[2] - f[0] - w - 10.0) * f64::from(i) / 12.0;
                let y = f[1] + 5.0 + (f[3] - f[1] - h - 10.0) * f64::from(j) / 12.0;
                let area = [x, y, x + w, y + h];
                let clear = self.to_others(&area, None);
                if !self.inside(&area) || clear < 6.0 {
                    continue;
                }
                let target = [
                    if corner.is_multiple_of(2) { f[0] } else { f[2] },
                    if corner < 2 { f[3] } else { f[1] },
                ];
                let score = clear.min(20.0) - 0.15 * distance(&area, target);
                if best.is_none_or(|(s, _)| score > s + 1e-9) {
                    best = Some((score, area));
                }
            }
        }
        best.map(|b| b.1)
    }

    /// Free space for a label, the start of its line there, and its end on the curve.
    pub(super) fn leader(&self, curve: usize, size: Place) -> Option<(Area, Place, Place)> {
        let f = &self.frame;
        let mut best: Option<(f64, (Area, Place, Place))> = None;
        for i in 0..=10 {
            for j in 0..=10 {
                let x = f[0] + 4.0 + (f[2] - f[0] - size[0] - 8.0) * f64::from(i) / 10.0;
                let y = f[1] + 4.0 + (f[3] - f[1] - size[1] - 8.0) * f64::from(j) / 10.0;
                let area = [x, y, x + size[0], y + size[1]];
                if !self.inside(&area) || self.to_others(&area, None) < 5.0 {
                    continue;
                }
                for step in 1..12 {
                    let at = self.curves[curve].len() * step / 12;
                    let Some(&end) = self.curves[curve].get(at) else { continue };
                    let start = [end[0].clamp(area[0], area[2]), end[1].clamp(area[1], area[3])];
                    let length = (end[0] - start[0]).hypot(end[1] - start[1]);
                    if !(8.0..70.0).contains(&length) {
                        continue;
                    }
                    // A line may cross other curves; where it ends must be clear.
                    let tip = [end[0] - 0.5, end[1] - 0.5, end[0] + 0.5, end[1] + 0.5];
                    let near = self.to_others(&tip, Some(curve));
                    let boxed = self.taken.iter().any(|t| {
                        (0..=10).any(|k| {
                            let s = f64::from(k) / 10.0;
                            let p = [
                                start[0] + s * (end[0] - start[0]),
                                start[1] + s * (end[1] - start[1]),
                            ];
                            distance(t, p) < 1.0
                        })
                    });
                    if near < 4.0 || boxed {
                        continue;
                    }
                    let score = -length;
                    if best.is_none_or(|(s, _)| score > s + 1e-9) {
                        best = Some((score, (area, start, end)));
                    }
                }
            }
        }
        best.map(|b| b.1)
    }
}
