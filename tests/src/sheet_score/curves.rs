//! Plots and their curves against the truth.

use super::Score;
use super::rows::{canonical, same};
use crate::synthetic::truth::{self, Expected};
use espice_facts::{Scale, Status, SymbolTable};
use espice_ingest::sheet::{Sheet, plot};
use espice_pdf::Rect;

/// A line in shares of both axes.
type Line = Vec<[f64; 2]>;

/// Furthest that a whole curve may stray, and how much of it must be there.
const NEAR: f64 = 0.01;
const WHOLE: f64 = 0.97;

fn overlap(a: [f64; 4], b: Rect) -> f64 {
    let a = Rect { x0: a[0], y0: a[1], x1: a[2], y1: a[3] };
    let area = |r: Rect| r.width() * r.height();
    let both = a.intersection(b).map_or(0.0, area);
    both / (area(a) + area(b) - both).max(1e-9)
}

/// Distance of a place from a segment.
fn to_segment(p: [f64; 2], a: [f64; 2], b: [f64; 2]) -> f64 {
    let d = [b[0] - a[0], b[1] - a[1]];
    let square = d[0] * d[0] + d[1] * d[1];
    let t = if square > 0.0 { ((p[0] - a[0]) * d[0] + (p[1] - a[1]) * d[1]) / square } else { 0.0 };
    let t = t.clamp(0.0, 1.0);
    (p[0] - a[0] - t * d[0]).hypot(p[1] - a[1] - t * d[1])
}

/// Distance of a place from a line.
fn to_line(p: [f64; 2], line: &Line) -> f64 {
    let ends = line.windows(2).map(|w| to_segment(p, w[0], w[1]));
    ends.fold(f64::MAX, f64::min)
}

/// Places along a line, about evenly.
fn along(line: &Line, count: usize) -> Line {
    let length = |w: &[[f64; 2]]| (w[1][0] - w[0][0]).hypot(w[1][1] - w[0][1]);
    let whole: f64 = line.windows(2).map(length).sum();
    let (mut out, mut way, mut next) = (Vec::new(), 0.0, 0.0);
    for w in line.windows(2) {
        let long = length(w);
        while next <= way + long && long > 0.0 && out.len() < count {
            let t = (next - way) / long;
            out.push([0, 1].map(|k| w[0][k] + t * (w[1][k] - w[0][k])));
            next += whole / count as f64;
        }
        way += long;
    }
    out
}

/// A curve that was read, in shares of the true axes: by its values where it has them, else by its
/// place on the page.
fn read_line(trace: &plot::Trace, panel: &truth::Panel) -> Line {
    let y = if trace.axis == 1 { panel.y2.as_ref().unwrap_or(&panel.y) } else { &panel.y };
    if trace.points.is_empty() {
        let [x0, y0, x1, y1] = panel.frame;
        let place = |p: &espice_pdf::Point| [(p.x - x0) / (x1 - x0), (y1 - p.y) / (y1 - y0)];
        return trace.line.iter().map(place).collect();
    }
    trace.points.iter().map(|p| [panel.x.share(p[0]), y.share(p[1])]).collect()
}

/// Whether an axis is wrong in kind, and whether its values are.
fn axis_wrong(truth: &truth::Axis, read: &plot::Axis, ends: [f64; 2]) -> (bool, bool) {
    let kind = truth.log != (read.scale == Scale::Log);
    let [one, zero] = read.to_si.unwrap_or_else(|| {
        let si = crate::synthetic::unit_si(&truth.unit);
        [si[0], si[1]]
    });
    let off = ends.iter().zip(&truth.ends).any(|(at, value)| {
        let share = truth.share(read.value(*at) * one + zero);
        let near = (share - truth.share(*value)).abs() < 0.003;
        !near
    });
    (kind, off)
}

impl Score {
    pub(super) fn add_panels(&mut self, made: &truth::Sheet, sheet: &Sheet, symbols: &SymbolTable) {
        let mut used = vec![false; sheet.panels.len()];
        for panel in &made.panels {
            self.panels += usize::from(panel.expected == Expected::Served);
            let fits = |p: &plot::Panel| {
                if p.page == panel.page { overlap(panel.frame, p.frame) } else { 0.0 }
            };
            let best = (0..sheet.panels.len())
                .filter(|i| !used[*i])
                .max_by(|a, b| fits(&sheet.panels[*a]).total_cmp(&fits(&sheet.panels[*b])));
            let Some(at) = best.filter(|i| fits(&sheet.panels[*i]) > 0.6) else {
                if panel.expected == Expected::Served {
                    self.fault(made, format!("plot `{}`: not found", panel.title));
                }
                continue;
            };
            used[at] = true;
            self.add_panel(made, panel, &sheet.panels[at], symbols);
        }
        for (p, _) in sheet.panels.iter().zip(used).filter(|u| !u.1) {
            if p.status == Status::Served && p.traces.iter().any(|t| t.status == Status::Served) {
                self.panels_served += 1;
                self.panels_wrong += 1;
                self.fault(
                    made,
                    format!("a plot is served that is none: `{}` on {}", p.title, p.page),
                );
            }
        }
    }

    fn add_panel(
        &mut self,
        made: &truth::Sheet,
        panel: &truth::Panel,
        read: &plot::Panel,
        symbols: &SymbolTable,
    ) {
        let due = panel.expected == Expected::Served;
        self.panels_found += usize::from(due);
        // Served is what gives values: a frame alone is not.
        let plain = !(panel.x.normalized || panel.y.normalized);
        let gives = |t: &plot::Trace| t.status == Status::Served && !(plain && t.points.is_empty());
        let served = read.status == Status::Served && read.traces.iter().any(gives);
        let title = &panel.title;
        if !served && due {
            let why = read.traces.first().map(|t| &t.reasons);
            let text = format!("plot `{title}`: {:?} {:?} {why:?}", read.status, read.reasons);
            self.fault(made, text);
        }
        let mut wrong = false;
        if served && panel.expected == Expected::Refused {
            wrong = true;
            self.fault(made, format!("plot `{title}` is served"));
        }
        if served {
            self.panels_served += usize::from(due);
            let f = read.frame;
            // The frame may be found a line's width beside the true one: compare at true places.
            let [x0, y0, x1, y1] = panel.frame;
            let _ = f;
            let mut axes = vec![(&panel.x, &read.x, [x0, x1]), (&panel.y, &read.y, [y1, y0])];
            if let (Some(a), Some(b)) = (&panel.y2, &read.y2) {
                axes.push((a, b, [y1, y0]));
            }
            for (a, b, ends) in axes {
                let (kind, off) = axis_wrong(a, b, ends);
                self.axes += 1;
                self.axes_kind_wrong += usize::from(kind);
                self.axes_wrong += usize::from(off);
                let named = b.symbol.as_ref().is_none_or(|s| {
                    // The capacitances of one plot share an axis.
                    *s == canonical(symbols, &a.symbol) || a.symbol.starts_with('C')
                });
                if kind || off || !named {
                    wrong = true;
                    self.fault(
                        made,
                        format!(
                            "plot `{title}`: axis {} of {:?} is wrong: {:?} {:?} {:?} `{}`",
                            a.symbol, a.ends, b.scale, b.symbol, b.to_si, b.unit
                        ),
                    );
                }
            }
        }
        self.add_curves(made, panel, read, (served, &mut wrong), symbols);
        if wrong && due {
            self.panels_wrong += 1;
        }
        if wrong && !due {
            self.panels_wrong += 1;
            self.panels_served += 1;
        }
    }

    fn add_curves(
        &mut self,
        made: &truth::Sheet,
        panel: &truth::Panel,
        read: &plot::Panel,
        (served, wrong): (bool, &mut bool),
        symbols: &SymbolTable,
    ) {
        let lines: Vec<Line> = read.traces.iter().map(|t| read_line(t, panel)).collect();
        let mut used = vec![false; lines.len()];
        for curve in &panel.curves {
            let wanted = along(&curve.line, 60);
            let covered = |line: &Line| {
                let near = wanted.iter().filter(|p| to_line(**p, line) < NEAR);
                near.count() as f64 / wanted.len().max(1) as f64
            };
            let best = (0..lines.len())
                .filter(|i| !used[*i])
                .map(|i| (i, covered(&lines[i])))
                .max_by(|a, b| a.1.total_cmp(&b.1));
            self.curves += 1;
            let label = if curve.label.is_empty() { "-" } else { &curve.label };
            let Some((at, part)) = best.filter(|b| b.1 > 0.5) else {
                self.fault(made, format!("plot `{}`: curve `{label}` was not found", panel.title));
                continue;
            };
            used[at] = true;
            let trace = &read.traces[at];
            let places = along(&lines[at], 400);
            let far: Vec<f64> = places.iter().map(|p| to_line(*p, &curve.line)).collect();
            let most = far.iter().copied().fold(0.0, f64::max);
            let whole = part >= WHOLE && most < NEAR;
            self.curves_whole += usize::from(whole);
            if !whole {
                let text = format!(
                    "plot `{}`: curve `{label}` {:.0} % found, strays {:.2} %, {:?} {:?}",
                    panel.title,
                    100.0 * part,
                    100.0 * most,
                    trace.status,
                    trace.reasons
                );
                self.fault(made, text);
            }
            let is_served = served && trace.status == Status::Served;
            if is_served && !whole && most >= NEAR {
                *wrong = true;
            }
            if is_served && whole {
                let mut sorted = far.clone();
                sorted.sort_by(f64::total_cmp);
                let square = far.iter().map(|d| d * d).sum::<f64>() / far.len() as f64;
                let p95 = sorted[(sorted.len() * 95 / 100).min(sorted.len() - 1)];
                self.errors[usize::from(made.coarse)].push([100.0 * square.sqrt(), 100.0 * p95]);
            }
            self.add_names(made, panel, curve, trace, (is_served, wrong), symbols);
        }
        for (trace, _) in read.traces.iter().zip(&used).filter(|u| !u.1) {
            if served && trace.status == Status::Served {
                *wrong = true;
                let length = trace.line.windows(2).map(|w| w[0].distance(w[1])).sum::<f64>();
                let text = format!(
                    "plot `{}`: a curve is served that is none: {:?}, {length:.0} pt",
                    panel.title, trace.label
                );
                self.fault(made, text);
            }
        }
    }

    fn add_names(
        &mut self,
        made: &truth::Sheet,
        panel: &truth::Panel,
        curve: &truth::Curve,
        trace: &plot::Trace,
        (served, wrong): (bool, &mut bool),
        symbols: &SymbolTable,
    ) {
        let plain = |t: &str| t.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        let family_right = curve.family.iter().all(|(symbol, value)| {
            let found = trace.conditions.value(&canonical(symbols, symbol));
            found.is_some_and(|v| same(v, *value))
        });
        let family_wrong = curve.family.iter().any(|(symbol, value)| {
            let found = trace.conditions.value(&canonical(symbols, symbol));
            found.is_some_and(|v| !same(v, *value))
        });
        if !curve.label.is_empty() {
            self.labels += 1;
            let text = trace.label.as_ref().map(|l| plain(&l.0));
            let named = text
                .as_ref()
                .is_some_and(|t| *t == plain(&curve.label) || t.ends_with(&plain(&curve.label)));
            let quantity = trace
                .signature
                .as_ref()
                .is_some_and(|s| s.quantity == canonical(symbols, &curve.quantity));
            // A curve of a plot with one curve needs no label of its own.
            let by_value = !curve.family.is_empty() && family_right;
            let alone = panel.curves.len() == 1 && quantity;
            if named || by_value || alone {
                self.labels_right += 1;
            } else if text.is_some() || family_wrong {
                self.labels_wrong += usize::from(served);
                *wrong |= served;
                self.fault(
                    made,
                    format!(
                        "plot `{}`: `{}` was named {:?} {}, {:?}",
                        panel.title, curve.label, text, trace.conditions, trace.status
                    ),
                );
            } else {
                self.fault(
                    made,
                    format!(
                        "plot `{}`: `{}` has no name, {:?} {:?}",
                        panel.title, curve.label, trace.status, trace.reasons
                    ),
                );
            }
        } else if family_wrong && served {
            *wrong = true;
            self.fault(
                made,
                format!(
                    "plot `{}`: a curve without label was given {}",
                    panel.title, trace.conditions
                ),
            );
        }
        if !served {
            return;
        }
        let right = trace.signature.as_ref().is_some_and(|s| {
            s.quantity == canonical(symbols, &curve.quantity)
                && s.x == canonical(symbols, &panel.x.symbol)
        });
        if right {
            self.names_right += 1;
        } else {
            self.names_wrong += 1;
            let found = trace.signature.as_ref().map(ToString::to_string);
            self.fault(
                made,
                format!(
                    "plot `{}`: {}({}) was read as {found:?}",
                    panel.title, curve.quantity, panel.x.symbol
                ),
            );
        }
    }
}
