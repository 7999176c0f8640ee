/// A point, or a vector; points of 1/72 inch, y down.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Down.
    pub y: f64,
}

impl Point {
    /// A point.
    pub const fn new(x: f64, y: f64) -> Point {
        Point { x, y }
    }

    /// Distance to another point.
    pub fn distance(self, other: Point) -> f64 {
        (self.x - other.x).hypot(self.y - other.y)
    }
}

/// An upright box, `x0 <= x1` and `y0 <= y1`.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Rect {
    /// Left.
    pub x0: f64,
    /// Top.
    pub y0: f64,
    /// Right.
    pub x1: f64,
    /// Bottom.
    pub y1: f64,
}

impl Rect {
    /// The box of two opposite corners.
    pub fn new(a: Point, b: Point) -> Rect {
        Rect { x0: a.x.min(b.x), y0: a.y.min(b.y), x1: a.x.max(b.x), y1: a.y.max(b.y) }
    }

    /// The smallest box around some points; `None` without points.
    pub fn around(points: impl IntoIterator<Item = Point>) -> Option<Rect> {
        points.into_iter().map(|p| Rect::new(p, p)).reduce(Rect::union)
    }

    /// The smallest box around both.
    pub fn union(self, other: Rect) -> Rect {
        Rect {
            x0: self.x0.min(other.x0),
            y0: self.y0.min(other.y0),
            x1: self.x1.max(other.x1),
            y1: self.y1.max(other.y1),
        }
    }

    /// What both share; `None` where they do not even touch.
    pub fn intersection(self, other: Rect) -> Option<Rect> {
        let both = Rect {
            x0: self.x0.max(other.x0),
            y0: self.y0.max(other.y0),
            x1: self.x1.min(other.x1),
            y1: self.y1.min(other.y1),
        };
        (both.x0 <= both.x1 && both.y0 <= both.y1).then_some(both)
    }

    /// This box with `by` points more on each side.
    pub fn grown(self, by: f64) -> Rect {
        Rect { x0: self.x0 - by, y0: self.y0 - by, x1: self.x1 + by, y1: self.y1 + by }
    }

    /// Whether a point lies inside or on the border.
    pub fn contains(self, p: Point) -> bool {
        (self.x0..=self.x1).contains(&p.x) && (self.y0..=self.y1).contains(&p.y)
    }

    /// Width in points.
    pub fn width(self) -> f64 {
        self.x1 - self.x0
    }

    /// Height in points.
    pub fn height(self) -> f64 {
        self.y1 - self.y0
    }

    /// The middle.
    pub fn center(self) -> Point {
        Point::new((self.x0 + self.x1) / 2.0, (self.y0 + self.y1) / 2.0)
    }

    /// `[x0, y0, x1, y1]`, as places are told.
    pub fn to_array(self) -> [f64; 4] {
        [self.x0, self.y0, self.x1, self.y1]
    }
}

/// An affine map `x' = a x + c y + e`, `y' = b x + d y + f` (ISO 32000-1, 8.3.3).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Matrix {
    /// The six numbers `[a, b, c, d, e, f]`.
    pub m: [f64; 6],
}

impl Matrix {
    /// Leaves points where they are.
    pub const IDENTITY: Matrix = Matrix { m: [1.0, 0.0, 0.0, 1.0, 0.0, 0.0] };

    /// This map first, then `next` (the product `self × next` of ISO 32000-1).
    #[must_use]
    pub fn then(self, next: Matrix) -> Matrix {
        let [a, b, c, d, e, f] = self.m;
        let n = next.m;
        Matrix {
            m: [
                a * n[0] + b * n[2],
                a * n[1] + b * n[3],
                c * n[0] + d * n[2],
                c * n[1] + d * n[3],
                e * n[0] + f * n[2] + n[4],
                e * n[1] + f * n[3] + n[5],
            ],
        }
    }

    /// Where a point comes to lie.
    pub fn apply(self, p: Point) -> Point {
        let [a, b, c, d, e, f] = self.m;
        Point::new(a * p.x + c * p.y + e, b * p.x + d * p.y + f)
    }

    /// Where a vector comes to point: without the translation.
    pub fn apply_vector(self, p: Point) -> Point {
        let [a, b, c, d, ..] = self.m;
        Point::new(a * p.x + c * p.y, b * p.x + d * p.y)
    }

    /// The mean scale: the square root of the determinant's magnitude, by which lengths without
    /// direction (line widths) grow.
    pub fn scale(self) -> f64 {
        let [a, b, c, d, ..] = self.m;
        (a * d - b * c).abs().sqrt()
    }
}
