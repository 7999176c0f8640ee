use super::color::{NEUTRAL, Space};
use super::operators as op;
use super::{Interpreter, Scope, number};
use crate::content::{Lexer, Operands, Token};
use crate::notes::Problem;
use crate::{Matrix, Point, Segment};
use std::rc::Rc;

/// What a colour of inks costs, in operators: its function may be a program.
const TINT_COST: u32 = 10;

impl Interpreter<'_> {
    /// Runs a content stream to its end or to a limit. The state afterwards is what the stream
    /// left behind.
    pub(super) fn run(&mut self, content: &[u8], scope: &mut Scope<'_>) {
        let mut lexer = Lexer::new(content);
        let mut operands = Operands::default();
        let depth = self.saved.len();
        let outer_unsaved = std::mem::take(&mut self.unsaved);
        while let Token::Operator(word) = lexer.next(&mut operands) {
            self.operators += 1;
            if self.operators > self.limits.operators {
                self.cut("it has too many operators");
            }
            if self.cut {
                break;
            }
            let outcome = match op::key(word) {
                op::INLINE_IMAGE => self.inline_image(&mut lexer, &mut operands, scope),
                op::RESTORE => self.restore(depth),
                key => self.execute(key, word, &operands, scope),
            };
            if outcome.is_none() {
                self.notes.add(Problem::Operands, || tell(word));
            }
        }
        self.notes.add_malformed(lexer.malformed);
        self.unsaved = outer_unsaved;
        // A stream must not leave saved states to the one that it was called from.
        self.saved.truncate(depth);
    }

    /// `None` when the operands do not fit.
    fn execute(
        &mut self,
        key: u32,
        word: &[u8],
        args: &Operands,
        scope: &mut Scope<'_>,
    ) -> Option<()> {
        match key {
            // Paths.
            op::MOVE => {
                let p = self.point(args)?;
                self.path.move_to(p);
            }
            op::LINE => {
                let p = self.point(args)?;
                self.segment(Segment::Line(p));
            }
            op::CURVE => {
                let [a, b, c] = self.points(args.numbers()?);
                self.segment(Segment::Curve(a, b, c));
            }
            op::CURVE_FROM_HERE => {
                let [x1, y1, x2, y2] = args.numbers()?;
                let [b, c] =
                    [(x1, y1), (x2, y2)].map(|(x, y)| self.state.ctm.apply(Point::new(x, y)));
                let a = self.path.at().unwrap_or(b);
                self.segment(Segment::Curve(a, b, c));
            }
            op::CURVE_TO_CONTROL => {
                let [x1, y1, x2, y2] = args.numbers()?;
                let [a, c] =
                    [(x1, y1), (x2, y2)].map(|(x, y)| self.state.ctm.apply(Point::new(x, y)));
                self.segment(Segment::Curve(a, c, c));
            }
            op::CLOSE => self.path.close(),
            op::RECTANGLE => {
                let [x, y, w, h] = args.numbers()?;
                let corners = [(x, y), (x + w, y), (x + w, y + h), (x, y + h)];
                let ctm = self.state.ctm;
                self.path.rectangle(corners.map(|(x, y)| ctm.apply(Point::new(x, y))));
            }
            op::STROKE => self.paint(None, true),
            op::CLOSE_STROKE => {
                self.path.close();
                self.paint(None, true);
            }
            op::FILL | op::FILL_OLD => self.paint(Some(false), false),
            op::FILL_EVEN => self.paint(Some(true), false),
            op::FILL_STROKE => self.paint(Some(false), true),
            op::FILL_STROKE_EVEN => self.paint(Some(true), true),
            op::CLOSE_FILL_STROKE => {
                self.path.close();
                self.paint(Some(false), true);
            }
            op::CLOSE_FILL_STROKE_EVEN => {
                self.path.close();
                self.paint(Some(true), true);
            }
            op::NO_PAINT => self.paint(None, false),
            op::CLIP | op::CLIP_EVEN => self.clipping = true,
            // Graphics state.
            op::SAVE => self.save(),
            op::CONCAT => {
                let m = Matrix { m: args.numbers()? };
                self.state.ctm = m.then(self.state.ctm);
            }
            op::LINE_WIDTH => self.state.width = args.numbers::<1>()?[0].abs(),
            op::DASH => {
                let list = args.all().iter().rev().nth(1)?;
                let lengths = args.list(list).iter().filter_map(number).map(f64::abs);
                let lengths: Rc<[f64]> = lengths.take(64).collect();
                // All zero is solid.
                let solid = lengths.iter().all(|l| *l == 0.0);
                self.state.dash = if solid { Rc::new([]) } else { lengths };
            }
            op::STATE => self.named_state(args.name()?, scope),
            op::CAP | op::JOIN | op::MITER | op::FLATNESS | op::INTENT => {}
            // Colours.
            op::FILL_GRAY => self.device_color(args.numbers::<1>()?.as_slice(), false),
            op::STROKE_GRAY => self.device_color(args.numbers::<1>()?.as_slice(), true),
            op::FILL_RGB => self.device_color(args.numbers::<3>()?.as_slice(), false),
            op::STROKE_RGB => self.device_color(args.numbers::<3>()?.as_slice(), true),
            op::FILL_CMYK => self.device_color(args.numbers::<4>()?.as_slice(), false),
            op::STROKE_CMYK => self.device_color(args.numbers::<4>()?.as_slice(), true),
            op::FILL_SPACE => self.color_space(args.name()?, scope, false),
            op::STROKE_SPACE => self.color_space(args.name()?, scope, true),
            op::FILL_COLOR | op::FILL_COLOR_NAMED => self.color(args, false),
            op::STROKE_COLOR | op::STROKE_COLOR_NAMED => self.color(args, true),
            op::SHADING => self.shading(),
            // Objects and marks.
            op::PAINT_OBJECT => self.paint_object(args.name()?, scope),
            op::BEGIN_MARKED => self.begin_marked(None, args, scope),
            op::BEGIN_MARKED_WITH => self.begin_marked(args.all().last(), args, scope),
            op::END_MARKED => self.end_marked(),
            op::MARK | op::MARK_WITH | op::WIDTH_ONLY => {}
            op::WIDTH_AND_BOX => self.glyph_box(args.numbers()?),
            op::BEGIN_COMPATIBLE => self.compatible += 1,
            op::END_COMPATIBLE => self.compatible = self.compatible.saturating_sub(1),
            op::INLINE_DATA | op::INLINE_END => {
                self.notes.add(Problem::Nesting, || String::from("an inline image has no start"));
            }
            _ => return self.execute_text(key, word, args, scope),
        }
        Some(())
    }

    /// An operator that is none of paths, state, colours and marks.
    fn execute_text(
        &mut self,
        key: u32,
        word: &[u8],
        args: &Operands,
        scope: &mut Scope<'_>,
    ) -> Option<()> {
        let text = &mut self.state.text;
        match key {
            op::BEGIN_TEXT => (self.tm, self.tlm) = (Matrix::IDENTITY, Matrix::IDENTITY),
            op::END_TEXT => {}
            op::CHAR_SPACING => [text.char_spacing] = args.numbers()?,
            op::WORD_SPACING => [text.word_spacing] = args.numbers()?,
            op::TEXT_SCALE => text.scale = args.numbers::<1>()?[0] / 100.0,
            op::LEADING => [text.leading] = args.numbers()?,
            op::RISE => [text.rise] = args.numbers()?,
            op::TEXT_MODE => text.mode = args.numbers::<1>()?[0].clamp(0.0, 7.0) as u8,
            op::FONT => {
                [text.size] = args.numbers()?;
                let name = args.as_name(args.all().iter().rev().nth(1)?)?;
                self.state.text.font = self.font(name, scope);
            }
            op::TEXT_MOVE => self.move_line(args.numbers()?),
            op::TEXT_MOVE_LEADING => {
                let [x, y] = args.numbers()?;
                text.leading = -y;
                self.move_line([x, y]);
            }
            op::TEXT_MATRIX => {
                self.tlm = Matrix { m: args.numbers()? };
                self.tm = self.tlm;
            }
            op::NEXT_LINE => self.next_line(),
            op::SHOW => self.show(args.text()?),
            op::SHOW_SPACED => self.show_spaced(args)?,
            op::NEXT_LINE_SHOW => {
                self.next_line();
                self.show(args.text()?);
            }
            op::NEXT_LINE_SHOW_SPACED => {
                let [word_spacing, char_spacing, _] =
                    args.all().get(args.len().checked_sub(3)?..)?
                else {
                    return None;
                };
                text.word_spacing = number(word_spacing)?;
                text.char_spacing = number(char_spacing)?;
                self.next_line();
                self.show(args.text()?);
            }
            _ if self.compatible > 0 => {}
            _ => self.notes.add(Problem::Operator, || tell(word)),
        }
        Some(())
    }

    fn save(&mut self) {
        if self.saved.len() < self.limits.state_depth {
            self.saved.push(self.state.clone());
        } else {
            self.unsaved += 1;
            self.notes.add(Problem::Nesting, || String::from("states are saved too deeply"));
        }
    }

    /// `Q`; states that were saved before the stream began are not its own.
    fn restore(&mut self, depth: usize) -> Option<()> {
        if self.unsaved > 0 {
            self.unsaved -= 1;
        } else if self.saved.len() > depth {
            self.state = self.saved.pop()?;
        } else {
            self.notes
                .add(Problem::Nesting, || String::from("a state is restored that was not saved"));
        }
        Some(())
    }

    fn point(&self, args: &Operands) -> Option<Point> {
        let [x, y] = args.numbers()?;
        Some(self.state.ctm.apply(Point::new(x, y)))
    }

    fn points(&self, [a, b, c, d, e, f]: [f64; 6]) -> [Point; 3] {
        [(a, b), (c, d), (e, f)].map(|(x, y)| self.state.ctm.apply(Point::new(x, y)))
    }

    fn segment(&mut self, segment: Segment) {
        if !self.path.add(segment) {
            self.notes.add(Problem::Nesting, || String::from("a path has no start"));
        }
        if self.segments + self.path.segments > self.limits.segments {
            self.cut("its paths have too many segments");
        }
    }

    fn device_color(&mut self, values: &[f64], stroke: bool) {
        let space = Space::device(values.len());
        let paint = if stroke { &mut self.state.stroke } else { &mut self.state.fill };
        paint.color = space.color(values);
        paint.space = Rc::new(space);
    }

    fn color(&mut self, args: &Operands, stroke: bool) {
        let paint = if stroke { &mut self.state.stroke } else { &mut self.state.fill };
        if matches!(*paint.space, Space::Tint(..)) {
            self.operators = self.operators.saturating_add(TINT_COST);
        }
        let values: Vec<f64> = args.all().iter().filter_map(number).collect();
        let pattern = args.name().is_some();
        paint.color = if pattern { NEUTRAL } else { paint.space.color(&values) };
    }
}

/// An operator as diagnostics show it.
fn tell(word: &[u8]) -> String {
    let text: String = word
        .iter()
        .take(12)
        .map(|b| if b.is_ascii_graphic() { char::from(*b) } else { '?' })
        .collect();
    format!("`{text}`")
}
