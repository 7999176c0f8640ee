//! Type 1 charstrings (Adobe Type 1 Font Format, chapters 6 and 8).

use super::pen::Pen;
use super::type1::Type1;
use crate::Point;

const MOST_STEPS: usize = 100_000;
const DEEPEST: usize = 12;
const MOST_OPERANDS: usize = 64;

/// Draws a charstring; `None` where it is malformed.
pub(super) fn draw(code: &[u8], font: &Type1, pen: &mut Pen) -> Option<()> {
    let mut run = Run {
        font,
        pen,
        stack: Vec::new(),
        returned: Vec::new(),
        flex: None,
        bearing: Point::default(),
        left: MOST_STEPS,
        seac: 0,
    };
    run.run(code, 0).map(|_| ())
}

struct Run<'a> {
    font: &'a Type1,
    pen: &'a mut Pen,
    stack: Vec<f64>,
    /// What `callothersubr` leaves for `pop`.
    returned: Vec<f64>,
    /// Where a flex starts, and its points so far.
    flex: Option<(Point, Vec<Point>)>,
    bearing: Point,
    left: usize,
    seac: usize,
}

impl Run<'_> {
    /// True when the glyph ended.
    fn run(&mut self, code: &[u8], depth: usize) -> Option<bool> {
        if depth >= DEEPEST {
            return None;
        }
        let mut at = 0;
        while let Some(&op) = code.get(at) {
            self.left = self.left.checked_sub(1)?;
            at += 1;
            let byte = |i: usize| code.get(at + i).copied();
            let (value, len) = match op {
                32..=246 => (f64::from(op) - 139.0, 0),
                247..=250 => ((f64::from(op) - 247.0) * 256.0 + f64::from(byte(0)?) + 108.0, 1),
                251..=254 => (-(f64::from(op) - 251.0) * 256.0 - f64::from(byte(0)?) - 108.0, 1),
                255 => {
                    let four = [byte(0)?, byte(1)?, byte(2)?, byte(3)?];
                    (f64::from(i32::from_be_bytes(four)), 4)
                }
                10 => {
                    let index = self.stack.pop()?;
                    let font = self.font;
                    let routine = font.subrs.get(&(index as u32))?;
                    if self.run(routine, depth + 1)? {
                        return Some(true);
                    }
                    continue;
                }
                11 => return Some(false),
                14 => {
                    self.pen.close();
                    return Some(true);
                }
                12 => {
                    let escape = byte(0)?;
                    at += 1;
                    if self.escaped(escape, depth)? {
                        return Some(true);
                    }
                    continue;
                }
                _ => {
                    self.operator(op)?;
                    continue;
                }
            };
            at += len;
            if self.stack.len() >= MOST_OPERANDS {
                return None;
            }
            self.stack.push(value);
        }
        Some(false)
    }

    fn operator(&mut self, op: u8) -> Option<()> {
        let v = std::mem::take(&mut self.stack);
        match (op, v.as_slice()) {
            (4, &[.., dy]) => self.moved(0.0, dy),
            (5, &[.., dx, dy]) => self.pen.line_by(dx, dy),
            (6, &[.., dx]) => self.pen.line_by(dx, 0.0),
            (7, &[.., dy]) => self.pen.line_by(0.0, dy),
            (8, &[.., a, b, c, d, e, f]) => self.pen.curve_by([a, b, c, d, e, f]),
            (9, _) => self.pen.close(),
            (13, &[bearing, ..]) => self.start(Point::new(bearing, 0.0)),
            (21, &[.., dx, dy]) => self.moved(dx, dy),
            (22, &[.., dx]) => self.moved(dx, 0.0),
            (30, &[.., a, b, c, d]) => self.pen.curve_by([0.0, a, b, c, d, 0.0]),
            (31, &[.., a, b, c, d]) => self.pen.curve_by([a, 0.0, b, c, 0.0, d]),
            (4..=8 | 13 | 21 | 22 | 30 | 31, _) => return None,
            // Hints and unknown operators draw nothing.
            _ => {}
        }
        Some(())
    }

    fn start(&mut self, bearing: Point) {
        // The second part of an accented letter keeps the place that it was put to.
        if self.seac == 0 {
            self.bearing = bearing;
            self.pen.at = bearing;
        } else {
            let at = self.pen.at;
            self.pen.at = Point::new(at.x + bearing.x, at.y + bearing.y);
        }
    }

    fn moved(&mut self, dx: f64, dy: f64) {
        match &mut self.flex {
            Some((_, points)) => {
                let at = Point::new(self.pen.at.x + dx, self.pen.at.y + dy);
                self.pen.at = at;
                if points.len() < 8 {
                    points.push(at);
                }
            }
            None => self.pen.move_by(dx, dy),
        }
    }

    /// True when the glyph ended.
    fn escaped(&mut self, op: u8, depth: usize) -> Option<bool> {
        match op {
            6 => {
                let v = std::mem::take(&mut self.stack);
                let &[.., asb, adx, ady, base, accent] = v.as_slice() else { return None };
                self.accented(asb, adx, ady, [base, accent], depth)?;
                return Some(true);
            }
            7 => {
                let v = std::mem::take(&mut self.stack);
                let &[x, y, ..] = v.as_slice() else { return None };
                self.start(Point::new(x, y));
            }
            12 => {
                let (b, a) = (self.stack.pop()?, self.stack.pop()?);
                self.stack.push(a / b);
            }
            16 => self.other()?,
            17 => self.stack.push(self.returned.pop().unwrap_or(0.0)),
            33 => {
                let v = std::mem::take(&mut self.stack);
                let &[.., x, y] = v.as_slice() else { return None };
                self.pen.at = Point::new(x, y);
            }
            _ => self.stack.clear(),
        }
        Some(false)
    }

    /// `callothersubr`: 0 to 2 make a flex, 3 replaces hints, others leave their operands.
    fn other(&mut self) -> Option<()> {
        let which = self.stack.pop()? as i64;
        let count = self.stack.pop()?.max(0.0) as usize;
        let operands = self.stack.split_off(self.stack.len().checked_sub(count)?);
        match which {
            1 => self.flex = Some((self.pen.at, Vec::new())),
            2 => {}
            0 => {
                let (from, points) = self.flex.take()?;
                // The first point is but a reference; the pen stands at the last one already.
                if let [_, a, b, c, d, e, f] = *points.as_slice() {
                    self.pen.at = from;
                    self.pen.curve_to(a, b, c);
                    self.pen.curve_to(d, e, f);
                }
                if let [_, x, y] = *operands.as_slice() {
                    self.returned = vec![y, x];
                }
            }
            3 => self.returned = vec![3.0],
            _ => self.returned = operands.into_iter().rev().collect(),
        }
        Some(())
    }

    fn accented(
        &mut self,
        asb: f64,
        adx: f64,
        ady: f64,
        codes: [f64; 2],
        depth: usize,
    ) -> Option<()> {
        self.seac += 1;
        if self.seac > 2 {
            return None;
        }
        let places = [Point::default(), Point::new(self.bearing.x + adx - asb, ady)];
        for (code, place) in codes.into_iter().zip(places) {
            let font = self.font;
            let code = font.standard((0.0..=255.0).contains(&code).then_some(code as u8)?)?;
            self.pen.move_to(place);
            self.stack.clear();
            self.run(code, depth + 1)?;
        }
        Some(())
    }
}
