//! Type 2 charstrings (Adobe technical note 5177).

use super::pen::Pen;

/// Operators that one glyph may take, subroutines included: far more than any drawn one.
const MOST_STEPS: usize = 200_000;
const DEEPEST: usize = 11;
const MOST_OPERANDS: usize = 513;

/// Where a charstring finds what it calls.
pub(super) trait Subroutines {
    /// Local subroutine by its unbiased index.
    fn local(&self, index: usize) -> Option<&[u8]>;
    /// How many local ones there are.
    fn locals(&self) -> usize;
    /// Global subroutine by its unbiased index.
    fn global(&self, index: usize) -> Option<&[u8]>;
    /// How many global ones there are.
    fn globals(&self) -> usize;
    /// The charstring of a code in StandardEncoding, for accented letters made of two.
    fn standard(&self, code: u8) -> Option<&[u8]>;
}

/// Draws a charstring; `None` where it is malformed.
pub(super) fn draw(code: &[u8], subroutines: &dyn Subroutines, pen: &mut Pen) -> Option<()> {
    let mut run = Run {
        subroutines,
        pen,
        stack: Vec::new(),
        stems: 0,
        begun: false,
        left: MOST_STEPS,
        memory: [0.0; 32],
    };
    run.run(code, 0).map(|_| ())
}

struct Run<'a> {
    subroutines: &'a dyn Subroutines,
    pen: &'a mut Pen,
    stack: Vec<f64>,
    stems: usize,
    /// Whether the operator that may carry the width is past.
    begun: bool,
    left: usize,
    memory: [f64; 32],
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
            if op >= 32 || op == 28 {
                let (value, len) = number(op, code.get(at..)?)?;
                at += len;
                self.push(value)?;
                continue;
            }
            match op {
                1 | 3 | 18 | 23 => self.stem_hints(),
                19 | 20 => {
                    self.stem_hints();
                    at += self.stems.div_ceil(8);
                }
                10 => {
                    let index = biased(self.stack.pop()?, self.subroutines.locals())?;
                    let routine = self.subroutines.local(index)?.to_vec();
                    if self.run(&routine, depth + 1)? {
                        return Some(true);
                    }
                }
                29 => {
                    let index = biased(self.stack.pop()?, self.subroutines.globals())?;
                    let routine = self.subroutines.global(index)?.to_vec();
                    if self.run(&routine, depth + 1)? {
                        return Some(true);
                    }
                }
                11 => return Some(false),
                14 => {
                    self.end(depth)?;
                    return Some(true);
                }
                12 => {
                    let escape = *code.get(at)?;
                    at += 1;
                    self.escaped(escape)?;
                }
                _ => self.path(op)?,
            }
        }
        Some(false)
    }

    fn push(&mut self, value: f64) -> Option<()> {
        (self.stack.len() < MOST_OPERANDS).then(|| self.stack.push(value))
    }

    fn stem_hints(&mut self) {
        self.stems += self.stack.len() / 2;
        self.begun = true;
        self.stack.clear();
    }

    /// The operands of a first moving operator, without the width before them.
    fn moved(&mut self, count: usize) -> Option<Vec<f64>> {
        let mut operands = std::mem::take(&mut self.stack);
        if operands.len() < count {
            return None;
        }
        self.begun = true;
        Some(operands.split_off(operands.len() - count))
    }

    fn end(&mut self, depth: usize) -> Option<()> {
        self.pen.close();
        let operands = std::mem::take(&mut self.stack);
        // endchar with four operands more is Type 1's seac.
        if let [.., dx, dy, base, accent] = *operands.as_slice() {
            let code = |v: f64| (0.0..=255.0).contains(&v).then_some(v as u8);
            let base = self.subroutines.standard(code(base)?)?.to_vec();
            let accent = self.subroutines.standard(code(accent)?)?.to_vec();
            for (code, x, y) in [(base, 0.0, 0.0), (accent, dx, dy)] {
                self.stems = 0;
                self.stack.clear();
                self.pen.move_to(crate::Point::new(x, y));
                self.run(&code, depth + 1)?;
            }
        }
        Some(())
    }

    fn path(&mut self, op: u8) -> Option<()> {
        match op {
            21 => {
                let v = self.moved(2)?;
                self.pen.move_by(v[0], v[1]);
                return Some(());
            }
            22 => {
                let v = self.moved(1)?;
                self.pen.move_by(v[0], 0.0);
                return Some(());
            }
            4 => {
                let v = self.moved(1)?;
                self.pen.move_by(0.0, v[0]);
                return Some(());
            }
            _ => {}
        }
        let v = std::mem::take(&mut self.stack);
        match op {
            5 => self.lines(&v),
            6 => self.straight(&v, true),
            7 => self.straight(&v, false),
            8 => self.curves(&v),
            24 => {
                let (curves, line) = v.split_at_checked(v.len().checked_sub(2)?)?;
                self.curves(curves);
                self.lines(line);
            }
            25 => {
                let (lines, curve) = v.split_at_checked(v.len().checked_sub(6)?)?;
                self.lines(lines);
                self.curves(curve);
            }
            26 => self.parallel(&v, false),
            27 => self.parallel(&v, true),
            30 => self.turning(&v, false),
            31 => self.turning(&v, true),
            // Reserved operators are passed over, their operands dropped.
            _ => {}
        }
        Some(())
    }

    fn lines(&mut self, v: &[f64]) {
        for d in v.chunks_exact(2) {
            self.pen.line_by(d[0], d[1]);
        }
    }

    fn straight(&mut self, v: &[f64], mut horizontal: bool) {
        for d in v {
            let (dx, dy) = if horizontal { (*d, 0.0) } else { (0.0, *d) };
            self.pen.line_by(dx, dy);
            horizontal = !horizontal;
        }
    }

    fn curves(&mut self, v: &[f64]) {
        for d in v.chunks_exact(6) {
            self.pen.curve_by([d[0], d[1], d[2], d[3], d[4], d[5]]);
        }
    }

    /// `hhcurveto` and `vvcurveto`.
    fn parallel(&mut self, v: &[f64], horizontal: bool) {
        let odd = v.len() % 4 == 1;
        let mut across = if odd { v[0] } else { 0.0 };
        for d in v[usize::from(odd)..].chunks_exact(4) {
            self.pen.curve_by(if horizontal {
                [d[0], across, d[1], d[2], d[3], 0.0]
            } else {
                [across, d[0], d[1], d[2], 0.0, d[3]]
            });
            across = 0.0;
        }
    }

    /// `hvcurveto` and `vhcurveto`.
    fn turning(&mut self, v: &[f64], mut horizontal: bool) {
        let curves = v.len() / 4;
        for (i, d) in v.chunks_exact(4).enumerate() {
            let last = if i + 1 == curves && v.len() % 4 == 1 { v[v.len() - 1] } else { 0.0 };
            self.pen.curve_by(if horizontal {
                [d[0], 0.0, d[1], d[2], last, d[3]]
            } else {
                [0.0, d[0], d[1], d[2], d[3], last]
            });
            horizontal = !horizontal;
        }
    }

    fn escaped(&mut self, op: u8) -> Option<()> {
        match op {
            34..=37 => {
                let v = std::mem::take(&mut self.stack);
                self.flex(op, &v)
            }
            _ => self.arithmetic(op),
        }
    }

    fn flex(&mut self, op: u8, v: &[f64]) -> Option<()> {
        let (a, b) = match (op, v) {
            (34, &[x1, x2, y2, x3, x4, x5, x6]) => {
                ([x1, 0.0, x2, y2, x3, 0.0], [x4, 0.0, x5, -y2, x6, 0.0])
            }
            (35, &[a, b, c, d, e, f, g, h, i, j, k, l, ..]) => {
                ([a, b, c, d, e, f], [g, h, i, j, k, l])
            }
            (36, &[x1, y1, x2, y2, x3, x4, x5, y5, x6]) => {
                ([x1, y1, x2, y2, x3, 0.0], [x4, 0.0, x5, y5, x6, -(y1 + y2 + y5)])
            }
            (37, &[x1, y1, x2, y2, x3, y3, x4, y4, x5, y5, last]) => {
                let (dx, dy) = (x1 + x2 + x3 + x4 + x5, y1 + y2 + y3 + y4 + y5);
                let (x6, y6) = if dx.abs() > dy.abs() { (last, -dy) } else { (-dx, last) };
                ([x1, y1, x2, y2, x3, y3], [x4, y4, x5, y5, x6, y6])
            }
            _ => return None,
        };
        self.pen.curve_by(a);
        self.pen.curve_by(b);
        Some(())
    }

    /// The arithmetic that a few old tools leave in their charstrings.
    fn arithmetic(&mut self, op: u8) -> Option<()> {
        match op {
            9 | 14 | 26 => {
                let a = self.stack.pop()?;
                self.push(match op {
                    9 => a.abs(),
                    14 => -a,
                    _ => a.max(0.0).sqrt(),
                })
            }
            3 | 4 | 10 | 11 | 12 | 15 | 24 => {
                let (b, a) = (self.stack.pop()?, self.stack.pop()?);
                let truth = |t: bool| f64::from(u8::from(t));
                self.push(match op {
                    3 => truth(a != 0.0 && b != 0.0),
                    4 => truth(a != 0.0 || b != 0.0),
                    10 => a + b,
                    11 => a - b,
                    12 => a / b,
                    15 => truth(a == b),
                    _ => a * b,
                })
            }
            5 => {
                let a = self.stack.pop()?;
                self.push(f64::from(u8::from(a == 0.0)))
            }
            18 => self.stack.pop().map(|_| ()),
            20 => {
                let (i, value) = (self.stack.pop()?, self.stack.pop()?);
                *self.memory.get_mut(i as usize)? = value;
                Some(())
            }
            21 => {
                let i = self.stack.pop()?;
                self.push(*self.memory.get(i as usize)?)
            }
            22 => {
                let (v2, v1) = (self.stack.pop()?, self.stack.pop()?);
                let (s2, s1) = (self.stack.pop()?, self.stack.pop()?);
                self.push(if v1 <= v2 { s1 } else { s2 })
            }
            23 => self.push(0.5),
            27 => self.push(*self.stack.last()?),
            28 => {
                let (b, a) = (self.stack.pop()?, self.stack.pop()?);
                self.push(b)?;
                self.push(a)
            }
            29 => {
                let i = self.stack.pop()?.max(0.0) as usize;
                let at = self.stack.len().checked_sub(i.checked_add(1)?)?;
                self.push(*self.stack.get(at)?)
            }
            30 => {
                let (by, count) = (self.stack.pop()? as i64, self.stack.pop()?.max(0.0) as usize);
                let from = self.stack.len().checked_sub(count)?;
                let part = self.stack.get_mut(from..)?;
                if count > 0 {
                    part.rotate_right(by.rem_euclid(count as i64) as usize);
                }
                Some(())
            }
            _ => {
                self.stack.clear();
                Some(())
            }
        }
    }
}

/// The index that a biased operand stands for.
fn biased(operand: f64, count: usize) -> Option<usize> {
    let bias = match count {
        0..1240 => 107,
        1240..33_900 => 1131,
        _ => 32_768,
    };
    usize::try_from(operand as i64 + bias).ok()
}

/// A number that begins with `op`, and how many bytes follow.
fn number(op: u8, rest: &[u8]) -> Option<(f64, usize)> {
    let byte = |i: usize| rest.get(i).copied();
    Some(match op {
        28 => (f64::from(i16::from_be_bytes([byte(0)?, byte(1)?])), 2),
        32..=246 => (f64::from(op) - 139.0, 0),
        247..=250 => ((f64::from(op) - 247.0) * 256.0 + f64::from(byte(0)?) + 108.0, 1),
        251..=254 => (-(f64::from(op) - 251.0) * 256.0 - f64::from(byte(0)?) - 108.0, 1),
        255 => {
            let fixed = i32::from_be_bytes([byte(0)?, byte(1)?, byte(2)?, byte(3)?]);
            (f64::from(fixed) / 65_536.0, 4)
        }
        _ => return None,
    })
}
