//! A plot's curves: traced, bound to their labels, named and brought to SI.

use super::label::{
    Bound, Families, Limit, bind, explain_numbers, families, led, notes, remarks, say,
};
use super::name::{Names, name_axes, plain};
use super::trace::{Drawn, Traced, trace};
use super::{Axis, Panel, Plot, Trace, unit};
use crate::sheet::text::TextPage;
use espice_facts::{Condition, Conditions, Signature, Status};
use espice_pdf::{Page, Rect};
use espice_units::Dimension;
use std::collections::BTreeSet;

/// Words of a caption that make its curves limits of use.
const RATINGS: [&str; 9] = [
    "safe operating",
    "derating",
    "surge",
    "maximum",
    "max",
    "allowable",
    "permissible",
    "power dissipation",
    "forward power",
];
/// Words that say the opposite.
const TYPICAL: [&str; 2] = ["typical", "typ"];

/// Fills in the curves of a plot and what it says of all of them. What cannot be told for sure
/// is said with the curve, which is then not served.
pub fn curves(page: &Page, text: &TextPage, plot: &mut Plot, names: &Names) {
    let Plot { panel, ink } = plot;
    name_axes(panel, names);
    let mut notes = notes(text, panel, names);
    explain_numbers(&mut notes, &remarks(text, panel), names);
    let boxes: Vec<Rect> = notes.iter().map(|n| n.area).collect();
    let traced = trace(page, ink, panel.frame, &boxes);
    let led = led(&notes, &traced.leaders);
    let samples = traced.samples.iter().map(|s| s.text);
    let pointed: BTreeSet<usize> = led.iter().map(|l| l.0).chain(samples).collect();
    let axes: Vec<String> = [&panel.x, &panel.y].iter().filter_map(|a| a.symbol.clone()).collect();
    let axes: Vec<&str> = axes.iter().map(String::as_str).collect();
    let y = dimension(&panel.y, names);
    let families = families(&notes, names, y, &axes, &pointed, traced.curves.len());
    let bounds = bind(&families, &traced, &led, panel.frame);
    common(panel, text, &families, names);
    panel.reasons.extend(traced.doubts.iter().cloned());
    if !traced.doubts.is_empty() {
        panel.status = panel.status.max(Status::Review);
    }
    if traced.curves.is_empty() && panel.status != Status::Refused {
        panel.status = Status::Refused;
        panel.reasons.push(String::from("no curve was found in it"));
    }
    let several = traced.curves.len() > 1;
    panel.traces = Reader { panel, names, families: &families, several }.read(traced, bounds);
    settle(panel);
}

/// A plot is no surer than the best of its curves: axes alone are of no use.
pub(super) fn settle(panel: &mut Panel) {
    let best = panel.traces.iter().map(|t| t.status).min();
    if best == Some(Status::Refused) && panel.status != Status::Refused {
        panel.reasons.push(String::from("none of its curves can be used"));
    }
    panel.status = best.map_or(panel.status, |b| panel.status.max(b));
}

/// The dimension of an axis, by its unit or else by its symbol.
fn dimension(axis: &Axis, names: &Names) -> Option<Dimension> {
    let unit = unit::read(&axis.unit, &axis.title).map(|u| u.dimension);
    unit.or_else(|| Some(names.symbols.symbol(axis.symbol.as_deref()?)?.dimension))
}

/// What holds for all curves: said in the plot, under it, in its caption, and above all plots.
fn common(panel: &mut Panel, text: &TextPage, families: &Families, names: &Names) {
    let axes = [&panel.x, &panel.y].map(|a| a.symbol.clone().unwrap_or_default());
    let is_temperature =
        |s: &str| names.symbols.symbol(s).is_some_and(|i| i.dimension == Dimension::TEMPERATURE);
    let varied = axes.iter().chain(&families.symbols).any(|s| is_temperature(s));
    let mut texts: Vec<String> = Vec::new();
    let mut all = Conditions::default();
    let mut take = |symbol: &str, condition: &Condition| {
        let shown = axes.iter().any(|a| a == symbol) || families.symbols.contains(symbol);
        let second =
            is_temperature(symbol) && (varied || all.by_symbol.keys().any(|s| is_temperature(s)));
        if !shown && !second {
            all.by_symbol.entry(symbol.to_string()).or_insert_with(|| condition.clone());
        }
    };
    families.common.iter().for_each(|(s, c)| take(s, c));
    let explained = |l: &String| l.trim_start().starts_with('(') && l.contains('=');
    let remarks = remarks(text, panel).into_iter().filter(|l| !explained(l));
    for line in remarks.chain(preamble(text, panel)) {
        let mut said = false;
        for one in say::say(&line, names) {
            if let say::Said::Held(s, c) = one {
                take(&s, &c);
                said = true;
            }
        }
        if said {
            texts.push(line);
        }
    }
    all.text = texts.join("; ");
    panel.conditions = all.or(&panel.conditions);
    for part in &families.parts {
        if !panel.parts.contains(part) {
            panel.parts.push(part.clone());
        }
    }
}

/// The nearest line above the plot that says what holds unless otherwise noted.
fn preamble(text: &TextPage, panel: &Panel) -> Option<String> {
    let says = |l: &&crate::sheet::text::Line| {
        l.area.y1 <= panel.frame.y0 && l.text().to_lowercase().contains("unless")
    };
    let line = text.lines.iter().filter(says).max_by(|a, b| a.area.y0.total_cmp(&b.area.y0))?;
    let all = line.text();
    let end = all.to_lowercase().find("unless")?;
    let mut head = all.get(..end)?.trim().trim_end_matches(['(', ',']).trim();
    // `Characteristics (TA = 25 °C unless otherwise noted)`.
    if let Some((_, inner)) = head.rsplit_once('(').filter(|(_, i)| i.contains('=')) {
        head = inner;
    }
    Some(head.trim_start_matches('@').trim().to_string())
}

struct Reader<'a> {
    panel: &'a Panel,
    names: &'a Names<'a>,
    families: &'a Families,
    /// Whether there are several curves to tell apart.
    several: bool,
}

impl Reader<'_> {
    fn read(&self, traced: Traced, bounds: Vec<Bound>) -> Vec<Trace> {
        let mut traces: Vec<Trace> =
            traced.curves.into_iter().zip(bounds).map(|(d, b)| self.one(d, b)).collect();
        // Two curves that say the same of themselves are not told apart.
        let same = |a: &Trace, b: &Trace| {
            a.signature == b.signature
                && a.conditions.by_symbol == b.conditions.by_symbol
                && a.parts == b.parts
                && a.held_back == b.held_back
                && a.label.is_some()
                && b.label.is_some()
        };
        let twice: Vec<usize> = (0..traces.len())
            .filter(|&i| {
                traces
                    .get(i)
                    .is_some_and(|a| traces.iter().enumerate().any(|(j, b)| i != j && same(a, b)))
            })
            .collect();
        for i in twice {
            if let Some(trace) = traces.get_mut(i) {
                trace.status = Status::Refused;
                trace
                    .reasons
                    .push(String::from("its label says the same as that of another curve"));
            }
        }
        traces
    }

    fn one(&self, drawn: Drawn, bound: Bound) -> Trace {
        let meaning = bound.meaning.unwrap_or_default();
        let (axis, side) = self.side(meaning.quantity.as_deref());
        let mut wrong: Vec<String> = drawn.doubts;
        wrong.extend(bound.doubts);
        wrong.extend(side);
        let ordinate = self.panel.y2.as_ref().filter(|_| axis == 1).unwrap_or(&self.panel.y);
        let quantity = meaning.quantity.clone().or_else(|| ordinate.symbol.clone());
        let mut conditions = Conditions::default();
        for (symbol, condition) in &meaning.held {
            conditions.by_symbol.insert(symbol.clone(), condition.clone());
        }
        if let Some((text, _)) = &bound.label {
            conditions.text = text.clone();
        }
        let family: Vec<String> = self
            .families
            .symbols
            .iter()
            .filter(|s| {
                matches!(meaning.held.iter().find(|h| h.0 == **s), Some((_, Condition::Value(_))))
            })
            .cloned()
            .collect();
        let untold = meaning.limit.is_none()
            && meaning.quantity.is_none()
            && meaning.parts.is_empty()
            && !meaning.word
            && family.is_empty();
        if meaning.quantity.is_none() && !meaning.held.is_empty() && self.names_several() {
            let text = "which of the quantities in its plot it shows is not certain";
            wrong.push(String::from(text));
        }
        if bound.label.is_some() && untold && self.several {
            wrong.push(String::from("its label gives it no value"));
        }
        if !self.several && !self.families.unread.is_empty() {
            wrong.push(String::from("the label in its plot has lost its value"));
        }
        let x = quantity.as_deref().and_then(|q| self.names.opposed(&self.panel.x, q));
        let signature = match (quantity, x.or_else(|| self.panel.x.symbol.clone())) {
            (Some(quantity), Some(x)) if quantity != x => Some(Signature { quantity, x, family }),
            _ => None,
        };
        let points = match (self.panel.x.to_si, to_si(ordinate, &meaning.quantity)) {
            (Some(x), Some(y)) => to_values(&drawn.line, (&self.panel.x, x), (ordinate, y)),
            _ => Vec::new(),
        };
        let held_back = self.held_back(ordinate, &meaning.limit, signature.as_ref());
        // A symbol as printed that the table does not have says nothing of what it measures.
        let unknown = |s: &Signature| {
            [&s.quantity, &s.x].iter().any(|s| self.names.symbols.symbol(s).is_none())
        };
        // What is no data for a model needs no name.
        if (signature.as_ref().is_none_or(unknown) || points.is_empty()) && !ordinate.normalized {
            wrong.push(String::from("what its axes show is not known"));
        }
        if points.iter().flatten().any(|v| !v.is_finite()) {
            wrong.push(String::from("a point has no finite value"));
        }
        let status = match (wrong.is_empty(), drawn.unsure.is_empty()) {
            (false, _) => Status::Refused,
            (true, false) => self.panel.status.max(Status::Review),
            (true, true) => self.panel.status,
        };
        Trace {
            line: drawn.line,
            orders: drawn.orders,
            axis,
            label: bound.label,
            signature,
            conditions,
            parts: meaning.parts,
            points,
            held_back,
            status,
            reasons: wrong.into_iter().chain(drawn.unsure).chain(drawn.remarks).collect(),
        }
    }

    /// Whether labels of the plot name several quantities, so that a value alone names none:
    /// `tr @ VCC = 3 V`, `td @ VOB = 0 V`, `15 V`.
    fn names_several(&self) -> bool {
        let mut named = self.families.labels.iter().filter_map(|l| l.meaning.quantity.as_ref());
        let first = named.next();
        named.any(|other| Some(other) != first)
    }

    /// The axis that a curve is read on, and what is unsure about it.
    fn side(&self, quantity: Option<&str>) -> (u8, Option<String>) {
        let Some(right) = &self.panel.y2 else { return (0, None) };
        let shows = |axis: &Axis| {
            let symbol = quantity.and_then(|q| self.names.symbols.symbol(q));
            let same = quantity.is_some() && axis.symbol.as_deref() == quantity;
            same || symbol.is_some_and(|s| dimension(axis, self.names) == Some(s.dimension))
        };
        match (shows(&self.panel.y), shows(right)) {
            (true, false) => (0, None),
            (false, true) => (1, None),
            _ => (0, Some(String::from("on which of the two axes it is read is not certain"))),
        }
    }

    /// Why a curve, though read right, is no data for a model.
    fn held_back(
        &self,
        y: &Axis,
        limit: &Option<Limit>,
        signature: Option<&Signature>,
    ) -> Option<String> {
        let because = |t: &str| Some(String::from(t));
        if y.normalized || self.panel.x.normalized {
            return because("it is normalised: a ratio to the value at a reference");
        }
        match limit {
            Some(Limit::Min) => return because("it is the lower limit, not the typical curve"),
            Some(Limit::Max) => return because("it is the upper limit, not the typical curve"),
            Some(Limit::Scatter) => return because("it is a limit, not the typical curve"),
            Some(Limit::Typ) | None => {}
        }
        // A current rating drawn over a voltage is a characteristic: IS over VSD.
        let info = |s: &str| self.names.symbols.symbol(s);
        let over = signature.and_then(|s| info(&s.x)).map(|x| x.dimension);
        let rating = signature.and_then(|s| info(&s.quantity)).is_some_and(|s| s.rating)
            && over != Some(Dimension::VOLTAGE);
        let words = format!(" {} {} ", plain(&self.panel.title), plain(&y.title));
        let says = |list: &[&str]| list.iter().any(|w| words.contains(&format!(" {w} ")));
        (rating || (says(&RATINGS) && !says(&TYPICAL)))
            .then(|| String::from("it is a rating: what the part survives, not how it behaves"))
    }
}

/// The way to SI of an ordinate; a curve with a quantity of its own needs only the axis's unit.
fn to_si(axis: &Axis, quantity: &Option<String>) -> Option<[f64; 2]> {
    axis.to_si.or_else(|| {
        quantity.as_ref()?;
        let unit = unit::read(&axis.unit, &axis.title)?;
        Some([unit.to_si(1.0) - unit.to_si(0.0), unit.to_si(0.0)])
    })
}

fn to_values(
    line: &[espice_pdf::Point],
    (x, [fx, ox]): (&Axis, [f64; 2]),
    (y, [fy, oy]): (&Axis, [f64; 2]),
) -> Vec<[f64; 2]> {
    line.iter().map(|p| [x.value(p.x) * fx + ox, y.value(p.y) * fy + oy]).collect()
}
