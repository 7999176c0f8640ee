use crate::{Point, Rect, Segment, Subpath};

/// How far a rectangle may lean and still be one, in points.
const SQUARE: f64 = 0.02;

/// Most lists of segments that are kept to be used again.
const SPARE: usize = 256;

/// The path under construction, its points already on the page.
#[derive(Default)]
pub(super) struct PathBuilder {
    done: Vec<Subpath>,
    open: Option<Subpath>,
    /// The current point.
    at: Option<Point>,
    /// Segments of the subpaths that are done.
    pub(super) segments: usize,
    /// Lists of segments that are free to be used again.
    spare: Vec<Vec<Segment>>,
}

impl PathBuilder {
    /// The current point.
    pub(super) fn at(&self) -> Option<Point> {
        self.at
    }

    pub(super) fn move_to(&mut self, p: Point) {
        self.end();
        self.at = Some(p);
    }

    /// Adds a segment; false when there is no current point to start from.
    pub(super) fn add(&mut self, segment: Segment) -> bool {
        let Some(at) = self.at else {
            self.at = Some(segment.end());
            return false;
        };
        let spare = &mut self.spare;
        let open = self.open.get_or_insert_with(|| {
            // Grids of dots have a subpath for each dot, so that most lists hold one segment.
            let segments = spare.pop().unwrap_or_else(|| Vec::with_capacity(1));
            Subpath { start: at, segments, closed: false }
        });
        open.segments.push(segment);
        self.segments += 1;
        self.at = Some(segment.end());
        true
    }

    /// Closes the subpath; what follows starts at its start.
    pub(super) fn close(&mut self) {
        if let Some(mut open) = self.open.take() {
            open.closed = true;
            self.at = Some(open.start);
            self.done.push(open);
        }
    }

    /// A closed rectangle of four corners.
    pub(super) fn rectangle(&mut self, corners: [Point; 4]) {
        let [a, b, c, d] = corners;
        self.end();
        let segments = vec![Segment::Line(b), Segment::Line(c), Segment::Line(d)];
        self.segments += segments.len();
        self.done.push(Subpath { start: a, segments, closed: true });
        self.at = Some(a);
    }

    /// Takes the finished subpaths; those of a lone `m` are none.
    pub(super) fn take(&mut self) -> Vec<Subpath> {
        self.end();
        self.at = None;
        self.segments = 0;
        std::mem::take(&mut self.done)
    }

    /// Takes back the subpaths that nothing needs.
    pub(super) fn reuse(&mut self, subpaths: impl IntoIterator<Item = Subpath>) {
        let free = SPARE.saturating_sub(self.spare.len());
        self.spare.extend(subpaths.into_iter().take(free).map(|s| {
            let mut segments = s.segments;
            segments.clear();
            segments
        }));
    }

    fn end(&mut self) {
        self.done.extend(self.open.take());
    }
}

/// Start and all control points of a subpath.
pub(super) fn points(subpath: &Subpath) -> impl Iterator<Item = Point> {
    std::iter::once(subpath.start).chain(subpath.segments.iter().flat_map(|s| match *s {
        Segment::Line(p) => [p, p, p],
        Segment::Curve(a, b, c) => [a, b, c],
    }))
}

/// The box of all control points.
pub(crate) fn bounds(subpaths: &[Subpath]) -> Option<Rect> {
    Rect::around(subpaths.iter().flat_map(points))
}

/// The rectangle that a subpath is, when its sides are parallel to the page's.
pub(super) fn as_rectangle(subpath: &Subpath) -> Option<Rect> {
    let mut corners = [subpath.start; 4];
    let mut count = 1;
    for segment in &subpath.segments {
        let Segment::Line(p) = *segment else { return None };
        let same = |q: Point| (p.x - q.x).abs() <= SQUARE && (p.y - q.y).abs() <= SQUARE;
        if corners.get(count - 1).copied().is_some_and(same) {
            continue;
        }
        if count == 4 {
            // The fifth point may only be the first again.
            if !same(subpath.start) {
                return None;
            }
            continue;
        }
        *corners.get_mut(count)? = p;
        count += 1;
    }
    let [a, b, c, d] = corners;
    let level = |p: Point, q: Point| (p.y - q.y).abs() <= SQUARE;
    let upright = |p: Point, q: Point| (p.x - q.x).abs() <= SQUARE;
    let square = (level(a, b) && upright(b, c) && level(c, d) && upright(d, a))
        || (upright(a, b) && level(b, c) && upright(c, d) && level(d, a));
    (count == 4 && square).then(|| Rect::new(a, c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(x: f64, y: f64) -> Segment {
        Segment::Line(Point::new(x, y))
    }

    #[test]
    fn subpaths_start_at_moves_and_after_closing() {
        let mut path = PathBuilder::default();
        assert!(!path.add(line(1.0, 1.0)), "no current point yet");
        path.move_to(Point::new(5.0, 5.0));
        path.move_to(Point::new(0.0, 0.0));
        assert!(path.add(line(10.0, 0.0)));
        assert!(path.add(line(10.0, 10.0)));
        path.close();
        assert!(path.add(line(0.0, 9.0)));
        path.move_to(Point::new(7.0, 7.0));
        let subpaths = path.take();
        assert_eq!(subpaths.len(), 2);
        assert!(subpaths[0].closed && !subpaths[1].closed);
        assert_eq!(subpaths[1].start, Point::new(0.0, 0.0));
        assert!(path.take().is_empty());
    }

    #[test]
    fn rectangles_are_told_from_other_shapes() {
        let shape = |points: &[(f64, f64)]| {
            let mut path = PathBuilder::default();
            let mut points = points.iter().map(|&(x, y)| Point::new(x, y));
            path.move_to(points.next().unwrap());
            points.for_each(|p| {
                path.add(Segment::Line(p));
            });
            as_rectangle(&path.take()[0])
        };
        let square = Rect { x0: 0.0, y0: 0.0, x1: 4.0, y1: 2.0 };
        assert_eq!(shape(&[(0.0, 0.0), (4.0, 0.0), (4.0, 2.0), (0.0, 2.0)]), Some(square));
        assert_eq!(
            shape(&[(4.0, 2.0), (4.0, 0.0), (0.0, 0.0), (0.0, 2.0), (4.0, 2.0)]),
            Some(square)
        );
        assert_eq!(shape(&[(0.0, 0.0), (4.0, 0.0), (4.0, 2.0)]), None);
        assert_eq!(shape(&[(0.0, 0.0), (4.0, 1.0), (4.0, 2.0), (0.0, 2.0)]), None);
        assert_eq!(shape(&[(0.0, 0.0), (4.0, 0.0), (4.0, 2.0), (0.0, 2.0), (1.0, 1.0)]), None);
    }
}
