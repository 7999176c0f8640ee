//! Frame, grid, ticks and their labels.

use super::super::canvas::{Pen, Run};
use super::super::devices::AxisPlan;
use super::super::font::Face;
use super::super::style::{Exponent, Grid, PlotStyle};
use super::Drawer;

impl Drawer<'_> {
    pub(super) fn grid(&mut self) {
        let style = self.style;
        let [x0, y0, x1, y1] = self.frame;
        let frame_pen = Pen::black(style.pens[1]);
        let pen = Pen { gray: style.gray, ..Pen::black(style.pens[2]) };
        let mut upright = Vec::new();
        let mut level = Vec::new();
        for (v, _) in ticks(&self.plan.x, style.minor) {
            upright.push(self.at([self.plan.x.share(v), 0.0])[0]);
        }
        for (v, _) in ticks(&self.plan.y, style.minor) {
            level.push(self.at([0.0, self.plan.y.share(v)])[1]);
        }
        let frame = if style.open {
            Run::line(&[[x0, y1], [x0, y0], [x1, y0]])
        } else {
            Run::frame(self.frame)
        };
        let lines = |upright: &[f64], level: &[f64]| -> Vec<Run> {
            let a = upright.iter().map(|x| Run::line(&[[*x, y0], [*x, y1]]));
            let b = level.iter().map(|y| Run::line(&[[x0, *y], [x1, *y]]));
            a.chain(b).collect()
        };
        let mut runs = lines(&upright, &level);
        let ticks = self.tick_runs();
        match style.grid {
            Grid::None => {
                // Frame and ticks in one path.
                self.book.stroke(&[vec![frame], ticks].concat(), frame_pen);
                return;
            }
            Grid::Lines => {
                for run in runs {
                    self.book.stroke(&[run], pen);
                }
            }
            Grid::OnePath => {
                runs.extend(ticks);
                runs.push(frame);
                self.book.stroke(&runs, pen);
                return;
            }
            Grid::Boustrophedon => {
                let to_and_fro = |values: &[f64], swap: bool, [a, b]: [f64; 2]| {
                    let mut points = Vec::new();
                    for (i, v) in values.iter().enumerate() {
                        let ends = if i % 2 == 0 { [a, b] } else { [b, a] };
                        points.extend(ends.map(|e| if swap { [*v, e] } else { [e, *v] }));
                    }
                    Run::line(&points)
                };
                let all =
                    [to_and_fro(&upright, true, [y0, y1]), to_and_fro(&level, false, [x0, x1])];
                for run in all {
                    self.book.stroke(&[run], pen);
                }
            }
            Grid::Boxes => {
                let half = style.pens[2] / 2.0;
                for x in upright {
                    self.book.rectangle([x - half, y0, x + half, y1], style.gray);
                }
                for y in level {
                    self.book.rectangle([x0, y - half, x1, y + half], style.gray);
                }
            }
        }
        self.book.stroke(&[frame], frame_pen);
        for run in ticks {
            self.book.stroke(&[run], frame_pen);
        }
    }

    fn tick_runs(&self) -> Vec<Run> {
        let length = self.style.ticks;
        let [x0, y0, x1, _] = self.frame;
        if length == 0.0 {
            return Vec::new();
        }
        let mut runs = Vec::new();
        for (v, major) in ticks(&self.plan.x, self.style.minor) {
            let x = self.at([self.plan.x.share(v), 0.0])[0];
            let long = if major { length } else { length * 0.6 };
            runs.push(Run::line(&[[x, y0], [x, y0 + long]]));
        }
        let sides = [(Some(&self.plan.y), x0, 1.0), (self.plan.y2.as_ref(), x1, -1.0)];
        for (axis, x, sign) in sides {
            for (v, major) in axis.map(|a| ticks(a, self.style.minor)).unwrap_or_default() {
                let y = self.at([0.0, axis.map_or(0.0, |a| a.share(v))])[1];
                let long = sign * if major { length } else { length * 0.6 };
                runs.push(Run::line(&[[x, y], [x + long, y]]));
            }
        }
        runs
    }

    pub(super) fn tick_labels(&mut self) {
        let (style, plan) = (self.style, self.plan);
        let size = style.size;
        let [x0, y0, x1, _] = self.frame;
        let out = (-style.ticks).max(0.0);
        let labelled = |axis: &AxisPlan| -> Vec<f64> {
            let all = ticks(axis, style.minor);
            all.into_iter().filter(|t| t.1).map(|t| t.0).collect()
        };
        for v in labelled(&plan.x) {
            let x = self.at([plan.x.share(v), 0.0])[0];
            let text = number(&plan.x, v, style, self.twist.flat);
            self.book.align([x, y0 - size - 1.5 - out], 0.5, Face::Regular, size, &text);
        }
        let values = if self.twist.bare { Vec::new() } else { labelled(&plan.y) };
        let gap = match values.as_slice() {
            [a, b, ..] => (plan.y.share(*b) - plan.y.share(*a)).abs(),
            _ => 0.0,
        };
        let half = 0.5 / style.minor.max(1) as f64;
        for (i, v) in values.iter().enumerate() {
            let shift = self.twist.moved + if self.twist.between { half } else { 0.0 };
            let y = self.at([0.0, plan.y.share(*v) + shift * gap])[1];
            let mut text = number(&plan.y, *v, style, self.twist.flat);
            if self.twist.misprint == Some(i) {
                let wrong = if plan.y.log { v * 10.0 } else { v + plan.y.step / 2.0 };
                let half = AxisPlan { step: plan.y.step / 2.0, ..plan.y.clone() };
                text = number(&half, wrong, style, false);
            }
            self.book.align([x0 - 3.0 - out, y - 0.36 * size], 1.0, Face::Regular, size, &text);
        }
        if self.twist.factor {
            let top = self.frame[3];
            self.book.text([x0 - 8.0, top + 4.0], Face::Regular, size, "×10^{-3}");
        }
        if let Some(axis) = &plan.y2 {
            for v in labelled(axis) {
                let y = self.at([0.0, axis.share(v)])[1];
                let text = number(axis, v, style, false);
                self.book.text([x1 + 3.0 + out, y - 0.36 * size], Face::Regular, size, &text);
            }
        }
    }
}

/// The ticks of an axis: value, and whether it is labelled.
fn ticks(axis: &AxisPlan, minor: usize) -> Vec<(f64, bool)> {
    let [a, b] = axis.ends;
    let mut out = Vec::new();
    if axis.log {
        let (first, last) = (a.min(b).log10().floor() as i32, a.max(b).log10().ceil() as i32);
        let decades = (b / a).log10().abs();
        for decade in first..=last {
            for digit in 1..10 {
                let v = f64::from(digit) * 10f64.powi(decade);
                let labelled = digit == 1
                    || (decades <= 1.01 && matches!(digit, 2 | 5))
                    || (v / a - 1.0).abs() < 1e-9;
                if v >= a.min(b) * (1.0 - 1e-9) && v <= a.max(b) * (1.0 + 1e-9) {
                    out.push((v, labelled));
                }
            }
        }
        return out;
    }
    let fine = axis.step / minor.max(1) as f64;
    let count = ((b - a).abs() / fine).round() as i64;
    for i in 0..=count {
        let v = a.min(b) + fine * i as f64;
        let major = (v / axis.step - (v / axis.step).round()).abs() < 1e-6;
        out.push((v, major));
    }
    out
}

/// A tick label as it is printed, with scripts.
fn number(axis: &AxisPlan, v: f64, style: &PlotStyle, flat: bool) -> String {
    let text = if axis.log {
        let exponent = v.log10().floor();
        let one = (v.log10() - v.log10().round()).abs() < 1e-9;
        let exponent = if one { v.log10().round() } else { exponent };
        match style.exponent {
            Exponent::Raised if flat && one => format!("10{exponent}"),
            Exponent::Raised if one && !(0.0..=1.0).contains(&exponent) => {
                format!("10^{{{exponent}}}")
            }
            Exponent::Letter => {
                let sign = if exponent < 0.0 { '-' } else { '+' };
                let mantissa = (v / 10f64.powf(exponent)).round();
                format!("{mantissa}.E{sign}{:02}", exponent.abs())
            }
            _ => {
                let decimals = (-exponent).max(0.0) as usize;
                format!("{v:.decimals$}")
            }
        }
    } else {
        let decimals = (0..6).find(|d| {
            let scaled = axis.step * 10f64.powi(*d);
            (scaled - scaled.round()).abs() < 1e-6
        });
        let text = format!("{v:.*}", decimals.unwrap_or(6) as usize);
        if text.trim_start_matches('-').chars().all(|c| c == '0' || c == '.') {
            text.trim_start_matches('-').to_string()
        } else {
            text
        }
    };
    text.replace('-', &style.minus.to_string())
}
