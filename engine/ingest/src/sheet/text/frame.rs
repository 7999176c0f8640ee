use espice_pdf::{Point, Rect};

/// A direction of reading: `u` runs along the baseline, `v` across it, downwards as the reader
/// sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Frame {
    /// Angle of the baseline in degrees, counter-clockwise as seen, at least 0 and below 360.
    pub(super) angle: f64,
    cos: f64,
    sin: f64,
}

/// Angles nearer than this to a multiple of 90 degrees count as that multiple.
const SQUARE: f64 = 0.3;

impl Frame {
    /// The frame of a step, see [`step`].
    pub(super) fn of_step(step: u16) -> Frame {
        let (angle, cos, sin) = match step {
            0 => (0.0, 1.0, 0.0),
            180 => (90.0, 0.0, 1.0),
            360 => (180.0, -1.0, 0.0),
            540 => (270.0, 0.0, -1.0),
            _ => {
                let angle = f64::from(step) / 2.0;
                let (sin, cos) = angle.to_radians().sin_cos();
                (angle, cos, sin)
            }
        };
        Frame { angle, cos, sin }
    }

    /// `(u, v)` of a point.
    pub(super) fn of(&self, p: Point) -> (f64, f64) {
        (p.x * self.cos - p.y * self.sin, p.x * self.sin + p.y * self.cos)
    }

    /// `u` from and to of a box.
    pub(super) fn extent(&self, area: Rect) -> (f64, f64) {
        let (a, _) = self.of(Point::new(area.x0, area.y0));
        let (b, _) = self.of(Point::new(area.x1, area.y1));
        let (c, _) = self.of(Point::new(area.x0, area.y1));
        let (d, _) = self.of(Point::new(area.x1, area.y0));
        (a.min(b).min(c).min(d), a.max(b).max(c).max(d))
    }

    /// Where a baseline at `v` lies on the page, see [`super::Line::baseline`].
    pub(super) fn baseline(&self, v: f64) -> f64 {
        if self.angle == 180.0 || self.angle == 270.0 { -v } else { v }
    }
}

/// The frame that a glyph's angle belongs to: half degrees from 0 to 719, where multiples of 90
/// degrees take in what a rounded matrix leaves of them.
pub(super) fn step(angle: f64) -> Option<u16> {
    if !angle.is_finite() {
        return None;
    }
    let angle = angle.rem_euclid(360.0);
    let quarter = (angle / 90.0).round();
    let half_degrees = if (angle - quarter * 90.0).abs() <= SQUARE {
        quarter * 180.0
    } else {
        (angle * 2.0).round()
    };
    // At most 720, so the cast is exact.
    Some(half_degrees as u16 % 720)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_upwards_runs_against_y_and_down_is_to_the_right() {
        let frame = Frame::of_step(step(90.1).unwrap());
        assert_eq!(frame.of(Point::new(3.0, 10.0)), (-10.0, 3.0));
        assert_eq!(frame.extent(Rect { x0: 3.0, y0: 10.0, x1: 4.0, y1: 30.0 }), (-30.0, -10.0));
        assert_eq!(frame.baseline(3.0), 3.0);
    }

    #[test]
    fn angles_near_a_quarter_are_that_quarter_and_others_stay() {
        let cases = [
            (0.0, Some(0)),
            (-0.2, Some(0)),
            (359.9, Some(0)),
            (180.2, Some(360)),
            (-90.0, Some(540)),
            (45.0, Some(90)),
            (1.0, Some(2)),
            (f64::NAN, None),
        ];
        for (angle, expected) in cases {
            assert_eq!(step(angle), expected, "{angle}");
        }
    }
}
