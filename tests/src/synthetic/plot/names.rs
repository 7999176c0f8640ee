//! What a plot says in words: names of curves, conditions, titles, caption.

use super::super::canvas::Place;
use super::super::canvas::{Pen, Run, plain};
use super::super::devices::AxisPlan;
use super::super::font::Face;
use super::super::labels::{Area, Room};
use super::super::style::{Caption, Labels, TitleForm};
use super::{DASHES, Drawer};

impl Drawer<'_> {
    /// Draws the names of the curves; for each the name as printed.
    pub(super) fn names(&mut self, room: &mut Room, cell: Area) -> Vec<String> {
        let plan = self.plan;
        let size = self.style.size;
        if plan.curves.len() == 1 {
            let label = &plan.curves[0].label;
            return vec![if label.is_empty() {
                String::new()
            } else {
                self.beside(room, 0, label)
            }];
        }
        match self.style.labels {
            Labels::List if plan.ordered => {
                if let Some(names) = self.list(room) {
                    return names;
                }
            }
            Labels::Outside => {
                let ends: Vec<Option<Place>> =
                    self.lines.iter().map(|l| l.last().map(|p| self.at(*p))).collect();
                let all: Vec<Place> = ends.iter().flatten().copied().collect();
                let apart = |a: &Place, b: &Place| (a[1] - b[1]).abs() > 1.3 * size;
                let clear = all.iter().enumerate().all(|(i, a)| {
                    a[0] > self.frame[2] - 1.0 && all.iter().take(i).all(|b| apart(a, b))
                });
                if clear && all.len() == plan.curves.len() && plan.y2.is_none() {
                    for (p, c) in all.iter().zip(&plan.curves) {
                        let at = [self.frame[2] + 3.0, p[1] - 0.36 * size];
                        self.book.text(at, Face::Regular, size - 1.0, &c.label);
                    }
                    return plan.curves.iter().map(|c| plain(&c.label)).collect();
                }
            }
            Labels::Numbered => {
                let mut names = Vec::new();
                let mut y = cell[1] + 14.0 + 9.0 * plan.curves.len() as f64;
                for (i, c) in plan.curves.iter().enumerate() {
                    let mark = format!("({})", i + 1);
                    let found = !self.beside(room, i, &mark).is_empty();
                    y -= 9.0;
                    self.book.text(
                        [cell[0] + 48.0, y],
                        Face::Regular,
                        size,
                        &format!("{mark} {}", c.label),
                    );
                    names.push(if found { plain(&c.label) } else { String::new() });
                }
                return names;
            }
            Labels::Legend => {
                if let Some(names) = self.legend(room) {
                    return names;
                }
            }
            _ => {}
        }
        (0..plan.curves.len()).map(|i| self.beside(room, i, &plan.curves[i].label)).collect()
    }

    /// A label beside its curve or with a line to it; its text, empty when there is no room.
    fn beside(&mut self, room: &mut Room, curve: usize, label: &str) -> String {
        let size = self.style.size;
        let extent = [self.book.width(Face::Regular, size, label), size];
        let leader = self.style.labels == Labels::Leader;
        let near = if leader { None } else { room.beside(curve, extent) };
        let (area, line) = match near {
            Some(area) => (area, None),
            None => match room.leader(curve, extent) {
                Some((area, a, b)) => (area, Some((a, b))),
                None => return String::new(),
            },
        };
        room.taken.push(area);
        if self.style.labels == Labels::Boxed {
            self.book.rectangle([area[0] - 1.0, area[1], area[2] + 1.0, area[3]], 1.0);
        }
        self.book.text([area[0], area[1] + 0.22 * size], Face::Regular, size, label);
        if let Some((a, b)) = line {
            self.book.line(a, b, Pen::black(0.4));
        }
        plain(label)
    }

    /// A list of values from the top curve to the bottom one.
    fn list(&mut self, room: &mut Room) -> Option<Vec<String>> {
        let plan = self.plan;
        let size = self.style.size - 1.0;
        let count = plan.curves.len();
        let area = room.free([52.0, (count as f64 + 1.0) * 1.2 * size + 2.0], 0)?;
        room.taken.push(area);
        self.book.rectangle(area, 1.0);
        let name = plan.curves[0].label.split(" = ").next().unwrap_or("");
        let name = if name == plan.curves[0].label { "" } else { name };
        let mut y = area[3] - size;
        self.book.text([area[0] + 26.0, y], Face::Regular, size, name);
        let last = count - 1;
        for (i, c) in plan.curves.iter().enumerate() {
            y -= 1.2 * size;
            let head = if i == 0 {
                "TOP"
            } else if i == last {
                "BOTTOM"
            } else {
                ""
            };
            self.book.text([area[0] + 1.0, y], Face::Regular, size - 1.0, head);
            self.book.text([area[0] + 30.0, y], Face::Regular, size, &c.short);
        }
        Some(plan.curves.iter().map(|c| plain(&c.short)).collect())
    }

    fn legend(&mut self, room: &mut Room) -> Option<Vec<String>> {
        let plan = self.plan;
        let size = self.style.size;
        let widths = plan.curves.iter().map(|c| self.book.width(Face::Regular, size, &c.label));
        let wide = widths.fold(0.0, f64::max) + 32.0;
        let area = room.free([wide, plan.curves.len() as f64 * 1.35 * size + 3.0], 1)?;
        room.taken.push(area);
        self.book.rectangle(area, 1.0);
        self.book.stroke(&[Run::frame(area)], Pen::black(0.4));
        let mut y = area[3] - 0.3 * size;
        for (c, dash) in plan.curves.iter().zip(DASHES.iter().cycle()) {
            y -= 1.2 * size;
            let pen = Pen { dash: *dash, ..Pen::black(self.style.pens[0]) };
            let at = y + 0.3 * size;
            self.book.line([area[0] + 3.0, at], [area[0] + 25.0, at], pen);
            self.book.text([area[0] + 28.0, y], Face::Regular, size, &c.label);
        }
        Some(plan.curves.iter().map(|c| plain(&c.label)).collect())
    }

    /// Conditions inside the plot, for captions that do not hold them.
    pub(super) fn conditions(&mut self, room: &mut Room, cell: Area) {
        let size = self.style.size;
        if self.plan.conditions.is_empty() {
            return;
        }
        let texts: Vec<&str> = self.plan.conditions.iter().map(|c| c.0.as_str()).collect();
        let wide =
            texts.iter().map(|t| self.book.width(Face::Regular, size, t)).fold(0.0, f64::max);
        let height = texts.len() as f64 * 1.3 * size + 3.0;
        let area = room.free([wide + 6.0, height], 1);
        match area.filter(|_| self.style.caption != Caption::Conditions) {
            Some(area) => {
                room.taken.push(area);
                self.book.rectangle(area, 1.0);
                let mut y = area[3] - 0.2 * size;
                for text in texts {
                    y -= 1.2 * size;
                    self.book.text([area[0] + 3.0, y], Face::Regular, size, text);
                }
            }
            None => {
                let at = [cell[0] + 48.0, self.frame[1] - 34.0];
                self.book.text(at, Face::Regular, size, &texts.join("; "));
            }
        }
    }

    pub(super) fn titles(&mut self, cell: Area, number: usize) {
        let (style, plan) = (self.style, self.plan);
        let size = style.size + 0.5;
        let [x0, y0, x1, y1] = self.frame;
        let out = (-style.ticks).max(0.0);
        let middle = [(x0 + x1) / 2.0, (y0 + y1) / 2.0];
        if style.titles == TitleForm::Corner {
            let unit = |a: &AxisPlan| {
                if a.unit.is_empty() { String::new() } else { format!(" ({})", a.unit) }
            };
            let x = format!("{}{}", plan.x.mark, unit(&plan.x));
            self.book.align([x1 + 4.0, y0 - 2.6 * size - out], 1.0, Face::Regular, size, &x);
            let mark =
                if plan.y.normalized { format!("a ({})", plan.y.mark) } else { plan.y.mark.into() };
            // Above the topmost tick label.
            let at = x0 - 3.0 - out;
            self.book.align([at, y1 + 1.9 * size], 1.0, Face::Regular, size, &mark);
            let unit = unit(&plan.y);
            self.book.align([at, y1 + 0.8 * size], 1.0, Face::Regular, size, unit.trim());
        } else {
            let x = title(&plan.x, style.titles);
            self.book.align([middle[0], y0 - 2.6 * size - out], 0.5, Face::Regular, size, &x);
            let y = title(&plan.y, style.titles);
            self.book.upwards([x0 - 30.0 - out, middle[1]], Face::Regular, size, &y);
        }
        if let Some(axis) = &plan.y2 {
            let text = title(axis, style.titles);
            self.book.upwards([x1 + 34.0 + out, middle[1]], Face::Regular, size, &text);
        }
        let caption = match style.caption {
            Caption::Above => format!("Figure {number}. {}", plan.title),
            _ => format!("Fig {number}. {}", plan.title),
        };
        let y = if style.caption == Caption::Above { y1 + 8.0 } else { cell[1] + 4.0 };
        let size = if caption.len() > 48 { 7.5 } else { 8.5 };
        self.book.align([middle[0], y], 0.5, Face::Bold, size, &caption);
    }
}

/// An axis title.
fn title(axis: &AxisPlan, form: TitleForm) -> String {
    let unit = if axis.unit.is_empty() { String::new() } else { format!(" ({})", axis.unit) };
    let (mark, words) = (axis.mark, axis.words);
    if axis.normalized {
        return format!("{mark}, {words} (Normalized)");
    }
    match form {
        TitleForm::SymbolWords => format!("{mark}, {words}{unit}"),
        TitleForm::WordsSymbol => {
            format!("{words}, {mark}{}", unit.replace('(', "[").replace(')', "]"))
        }
        TitleForm::Dash => format!("{mark} - {words}{unit}"),
        TitleForm::Colon => format!("{words} : {mark}{unit}"),
        TitleForm::Symbol | TitleForm::Corner => format!("{mark}{unit}"),
    }
}
