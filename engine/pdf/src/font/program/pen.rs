use crate::{Matrix, Point, Segment, Subpath};

/// More segments than a drawn character has; a hostile program ends here.
const MOST_SEGMENTS: usize = 20_000;

/// Collects an outline, from the program's units to em.
#[derive(Debug)]
pub(super) struct Pen {
    matrix: Matrix,
    done: Vec<Subpath>,
    open: Option<Subpath>,
    /// The current point in the program's units.
    pub(super) at: Point,
    left: usize,
}

impl Pen {
    pub(super) fn new(matrix: Matrix) -> Pen {
        Pen { matrix, done: Vec::new(), open: None, at: Point::default(), left: MOST_SEGMENTS }
    }

    pub(super) fn move_to(&mut self, to: Point) {
        self.close();
        self.at = to;
    }

    pub(super) fn move_by(&mut self, dx: f64, dy: f64) {
        self.move_to(Point::new(self.at.x + dx, self.at.y + dy));
    }

    pub(super) fn line_to(&mut self, to: Point) {
        let end = self.matrix.apply(to);
        self.add(Segment::Line(end), to);
    }

    pub(super) fn line_by(&mut self, dx: f64, dy: f64) {
        self.line_to(Point::new(self.at.x + dx, self.at.y + dy));
    }

    pub(super) fn curve_to(&mut self, a: Point, b: Point, to: Point) {
        let m = self.matrix;
        self.add(Segment::Curve(m.apply(a), m.apply(b), m.apply(to)), to);
    }

    /// A curve, each point relative to the one before.
    pub(super) fn curve_by(&mut self, d: [f64; 6]) {
        let a = Point::new(self.at.x + d[0], self.at.y + d[1]);
        let b = Point::new(a.x + d[2], a.y + d[3]);
        self.curve_to(a, b, Point::new(b.x + d[4], b.y + d[5]));
    }

    /// A quadratic curve, raised to a cubic one.
    pub(super) fn quad_to(&mut self, c: Point, to: Point) {
        let from = self.at;
        let third = |p: Point| Point::new((p.x + 2.0 * c.x) / 3.0, (p.y + 2.0 * c.y) / 3.0);
        self.curve_to(third(from), third(to), to);
    }

    pub(super) fn close(&mut self) {
        if let Some(mut path) = self.open.take() {
            path.closed = true;
            self.done.push(path);
        }
    }

    /// The outline; `None` when a limit was hit or a number was none.
    pub(super) fn finish(mut self) -> Option<Vec<Subpath>> {
        self.close();
        (self.left > 0).then_some(self.done)
    }

    fn add(&mut self, segment: Segment, to: Point) {
        let finite = to.x.is_finite() && to.y.is_finite();
        self.left = if finite { self.left.saturating_sub(1) } else { 0 };
        if self.left > 0 {
            let start = self.matrix.apply(self.at);
            let path = self.open.get_or_insert_with(|| Subpath { start, ..Subpath::default() });
            path.segments.push(segment);
        }
        self.at = to;
    }
}
