//! Binding labels to curves.

use super::assign::{LARGEST, assign};
use super::family::{Families, Label, Limit, List, Meaning};
use super::order::{order, ranks};
use super::texts::Note;
use crate::sheet::plot::trace::polyline::{
    direction, distance_to_box, distance_to_point, nearest, nearest_on_segment,
};
use crate::sheet::plot::trace::{Drawn, Leader, Traced, from_text};
use espice_facts::Condition;
use espice_pdf::{Point, Rect};
use std::collections::BTreeSet;

/// How far a leader line may start from its text.
const LEADER: f64 = 6.5;
/// How far an arrow is followed beyond its tip.
const BEYOND: f64 = 5.0;
/// By how many points an assignment must be better than any other.
const SURE: f64 = 2.5;
/// The same where the order of the curves agrees with the values.
const SURE_IN_ORDER: f64 = 0.8;
/// How much nearer to another curve a label may stand, in points.
const ASIDE: f64 = 8.0;
/// What a label with a leader line pays for a curve that the line does not reach.
const OFF_LEADER: f64 = 25.0;

/// What is known of one curve.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Bound {
    /// Its label as printed, and where it stands.
    pub label: Option<(String, Rect)>,
    /// What the label says.
    pub meaning: Option<Meaning>,
    /// Why the binding is not sure.
    pub doubts: Vec<String>,
}

/// The notes to which leader lines run: note, leader.
pub(crate) fn led(notes: &[Note], leaders: &[Leader]) -> Vec<(usize, Leader)> {
    let near = |l: &Leader| {
        let all = notes.iter().enumerate().flat_map(|(i, n)| {
            // An arrow without its shaft's side known may lead from either end.
            [(l.from, l.to), (l.to, l.from)]
                .map(|(from, to)| (from_text(n.area, from), i, Leader { from, to }))
        });
        all.filter(|c| c.0 <= LEADER).min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))
    };
    leaders.iter().filter_map(near).map(|(_, i, l)| (i, l)).collect()
}

/// Binds the labels of a plot to its curves; one entry for each curve.
pub(crate) fn bind(
    families: &Families,
    traced: &Traced,
    led: &[(usize, Leader)],
    frame: Rect,
) -> Vec<Bound> {
    let curves = &traced.curves;
    let mut out = vec![Bound::default(); curves.len()];
    if let Some(list) = &families.list {
        by_list(list, curves, frame, &mut out);
    }
    let shared = by_legend(families, traced, &mut out);
    let free: Vec<usize> =
        (0..curves.len()).filter(|i| out.get(*i).is_some_and(|b| b.label.is_none())).collect();
    // What a legend says belongs to the curve that is drawn like it, wherever the legend stands.
    let in_legend = |l: &Label| traced.samples.iter().any(|s| s.text == l.note);
    let labels: Vec<&Label> =
        families.labels.iter().filter(|l| !in_legend(l) && !out.iter().any(|b| b.is(l))).collect();
    by_place(&labels, &free, curves, led, families, frame, &mut out);
    with_shared(&shared, &mut out);
    leftover_is_typical(&mut out);
    // One curve needs no label; one of several without a label cannot be told from the others.
    if curves.len() > 1 {
        for bound in out.iter_mut().filter(|b| b.label.is_none() && b.meaning.is_none()) {
            bound.doubts.push(String::from("no label tells which of the curves it is"));
        }
    }
    out
}

impl Bound {
    fn is(&self, label: &Label) -> bool {
        self.label.as_ref().is_some_and(|l| l.1 == label.area && l.0 == label.text)
    }

    fn take(&mut self, label: &Label) {
        self.label = Some((label.text.clone(), label.area));
        self.meaning = Some(label.meaning.clone());
    }
}

/// A list from top to bottom names the curves when it has as many entries as there are curves.
fn by_list(list: &List, curves: &[Drawn], frame: Rect, out: &mut [Bound]) {
    if curves.len() != list.values.len() {
        let why = format!("{} curves were found for a list of {}", curves.len(), list.values.len());
        out.iter_mut().for_each(|b| b.doubts.push(why.clone()));
        return;
    }
    let lines: Vec<&[Point]> = curves.iter().map(|c| c.line.as_slice()).collect();
    for (bound, rank) in out.iter_mut().zip(ranks(&lines, frame)) {
        let Some((meaning, text, area)) = rank.and_then(|r| list.values.get(r)) else {
            bound.doubts.push(String::from("its place in the order of the curves is not certain"));
            continue;
        };
        bound.label = Some(match &list.symbol {
            Some(symbol) => (format!("{symbol} = {text}"), *area),
            None => (text.clone(), *area),
        });
        bound.meaning = Some(meaning.clone());
    }
}

/// A legend names the curves that are drawn like its samples, when each pen is used once. Where
/// it is used more often, the legend tells only one thing of those curves: it is returned with
/// their indices.
fn by_legend<'a>(
    families: &'a Families,
    traced: &Traced,
    out: &mut [Bound],
) -> Vec<(usize, &'a Label)> {
    let mut shared = Vec::new();
    for sample in &traced.samples {
        let label = families.labels.iter().find(|l| l.note == sample.text);
        let Some(label) = label else { continue };
        let dashed = sample.strand.dashes || sample.strand.pen.dashed();
        let alike = |c: &Drawn| {
            c.pen.hue(&sample.strand.pen)
                && c.dashed == dashed
                && c.pen.same_dash(&sample.strand.pen)
                && (c.pen.width - sample.strand.pen.width).abs() <= 0.3 * c.pen.width.max(0.1)
        };
        let same_samples = traced.samples.iter().filter(|s| {
            let pen = &s.strand.pen;
            pen.hue(&sample.strand.pen)
                && (s.strand.dashes || pen.dashed()) == dashed
                && pen.same_dash(&sample.strand.pen)
                && (pen.width - sample.strand.pen.width).abs() < 0.05
        });
        let mut found: Vec<usize> = Vec::new();
        for (i, curve) in traced.curves.iter().enumerate() {
            if alike(curve) {
                found.push(i);
            }
        }
        match (found.as_slice(), same_samples.count()) {
            ([one], 1) => out.get_mut(*one).into_iter().for_each(|b| b.take(label)),
            (several, 1) if !label.meaning.held.is_empty() => {
                shared.extend(several.iter().map(|i| (*i, label)));
            }
            _ => {}
        }
    }
    shared
}

/// Adds what a legend says of several curves to what each of them is labelled with. Where it
/// speaks of some, it must speak of all.
fn with_shared(shared: &[(usize, &Label)], out: &mut [Bound]) {
    for (i, bound) in out.iter_mut().enumerate().filter(|_| !shared.is_empty()) {
        let mut told = shared.iter().filter(|s| s.0 == i).map(|s| s.1);
        match (told.next(), told.next()) {
            (Some(legend), None) => {
                if let (Some((text, _)), Some(meaning)) = (&mut bound.label, &mut bound.meaning) {
                    *text = format!("{text}; {}", legend.text);
                    let new = legend.meaning.held.iter();
                    let own: Vec<_> =
                        new.filter(|h| meaning.held.iter().all(|m| m.0 != h.0)).cloned().collect();
                    meaning.held.extend(own);
                }
            }
            _ if bound.label.is_some() => {
                bound.doubts.push(String::from("the legend does not tell what it is"));
            }
            _ => {}
        }
    }
}

/// Labels go to the curves that they stand at, all of them together.
fn by_place(
    labels: &[&Label],
    free: &[usize],
    curves: &[Drawn],
    led: &[(usize, Leader)],
    families: &Families,
    frame: Rect,
    out: &mut [Bound],
) {
    if labels.len() > LARGEST || free.len() > LARGEST {
        return;
    }
    let drawn: Vec<&Drawn> = free.iter().filter_map(|i| curves.get(*i)).collect();
    let cost: Vec<Vec<f64>> = labels
        .iter()
        .map(|l| {
            let own: Vec<Leader> = led.iter().filter(|x| x.0 == l.note).map(|x| x.1).collect();
            drawn.iter().map(|c| distance(l, c, &own)).collect()
        })
        .collect();
    let pairs = assign(&cost);
    let lines: Vec<&[Point]> = drawn.iter().map(|c| c.line.as_slice()).collect();
    let ranks = order(&lines, frame);
    let in_order = ranks.as_ref().map(|ranks| {
        let values = |symbol: &String| -> Vec<f64> {
            ranks
                .iter()
                .filter_map(|r| {
                    let label = pairs.iter().position(|p| p.is_some_and(|p| p.curve == *r))?;
                    value_of(&labels.get(label)?.meaning, symbol)
                })
                .collect()
        };
        families.symbols.iter().all(|s| is_monotone(&values(s)))
    });
    for (k, (label, pair)) in labels.iter().zip(&pairs).enumerate() {
        let Some(pair) = pair else { continue };
        let Some(bound) = free.get(pair.curve).and_then(|i| out.get_mut(*i)) else { continue };
        bound.take(label);
        let enough = if in_order == Some(true) { SURE_IN_ORDER } else { SURE };
        if pair.margin < enough {
            bound.doubts.push(String::from("its label could belong to another curve as well"));
        }
        // Labels stand at their own curves; one that stands much nearer to another one may have
        // lost it to a label whose curve was not found.
        let own = cost.get(k).and_then(|row| row.get(pair.curve)).copied().unwrap_or(0.0);
        let nearest = cost.get(k).into_iter().flatten().copied().fold(f64::MAX, f64::min);
        if own > nearest + ASIDE {
            bound.doubts.push(String::from("its label stands much nearer to another curve"));
        }
        if in_order == Some(false) {
            bound.doubts.push(String::from("the labels are not in the order of the curves"));
        }
    }
}

/// How far a label is from a curve, in points, with leader lines and gaps taken into account.
fn distance(label: &Label, curve: &Drawn, leaders: &[Leader]) -> f64 {
    if !leaders.is_empty() {
        let reached = leaders.iter().map(|l| reach(l, &curve.line)).fold(f64::MAX, f64::min);
        return if reached <= 4.0 { 3.0 * reached } else { OFF_LEADER + reached };
    }
    // The curve was interrupted for this very label.
    let area = label.area.grown(3.5);
    if curve.gaps.iter().any(|g| g.iter().all(|p| area.contains(*p))) {
        return 0.0;
    }
    let along = distance_to_box(&curve.line, label.area).map_or(f64::MAX, |d| d.0);
    let ends = [curve.line.first(), curve.line.last()];
    let at_end = ends
        .into_iter()
        .flatten()
        .map(|p| distance_to_point(label.area, *p))
        .fold(f64::MAX, f64::min);
    // A label at the end of a curve stands there on purpose; one that it passes may not.
    along.min(0.6 * at_end)
}

/// How far a leader's far end is from a curve: beside it, or ahead of its tip.
fn reach(leader: &Leader, line: &[Point]) -> f64 {
    let beside = nearest(line, leader.to).map_or(f64::MAX, |n| n.1);
    let way = direction(leader.from, leader.to);
    let ahead = Point::new(leader.to.x + BEYOND * way.x, leader.to.y + BEYOND * way.y);
    let crossing = line.windows(2).filter_map(|w| {
        let &[a, b] = w else { return None };
        crossing(leader.to, ahead, a, b)
    });
    let hit = crossing.map(|p| 0.4 * p.distance(leader.to)).fold(f64::MAX, f64::min);
    beside.min(hit)
}

/// Where two segments cross.
fn crossing(a: Point, b: Point, c: Point, d: Point) -> Option<Point> {
    let (r, s) = (Point::new(b.x - a.x, b.y - a.y), Point::new(d.x - c.x, d.y - c.y));
    let cross = r.x * s.y - r.y * s.x;
    if cross.abs() < 1e-12 {
        return None;
    }
    let t = ((c.x - a.x) * s.y - (c.y - a.y) * s.x) / cross;
    let u = ((c.x - a.x) * r.y - (c.y - a.y) * r.x) / cross;
    let inside = (0.0..=1.0).contains(&t) && (0.0..=1.0).contains(&u);
    inside.then(|| nearest_on_segment(c, d, Point::new(a.x + t * r.x, a.y + t * r.y)))
}

fn value_of(meaning: &Meaning, symbol: &str) -> Option<f64> {
    meaning.held.iter().find_map(|(s, c)| match c {
        Condition::Value(v) if s == symbol => Some(*v),
        _ => None,
    })
}

fn is_monotone(values: &[f64]) -> bool {
    let rising = values.windows(2).all(|w| w.first() <= w.get(1));
    rising || values.windows(2).all(|w| w.first() >= w.get(1))
}

/// Where one of two curves is a limit and the other has no label, the other one is typical.
fn leftover_is_typical(out: &mut [Bound]) {
    let limits: BTreeSet<Limit> = out.iter().filter_map(|b| b.meaning.as_ref()?.limit).collect();
    let unnamed = out.iter().filter(|b| b.label.is_none()).count();
    if unnamed != 1 || limits.len() + 1 != out.len() || limits.contains(&Limit::Typ) {
        return;
    }
    for bound in out.iter_mut().filter(|b| b.label.is_none()) {
        bound.meaning = Some(Meaning { limit: Some(Limit::Typ), ..Meaning::default() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::plot::label::family::families;
    use crate::sheet::plot::label::say::say;
    use crate::sheet::plot::name::{Names, tests::table};
    use crate::sheet::plot::trace::Pen;
    use espice_pdf::Color;
    use espice_units::Dimension;

    const FRAME: Rect = Rect { x0: 0.0, y0: 0.0, x1: 200.0, y1: 150.0 };

    fn curve(points: &[(f64, f64)]) -> Drawn {
        Drawn {
            line: points.iter().map(|p| Point::new(p.0, p.1)).collect(),
            pen: Pen { width: 1.0, color: Color::BLACK, filled: false, dash: [0.0; 6] },
            dashed: false,
            orders: vec![0],
            gaps: Vec::new(),
            remarks: Vec::new(),
            unsure: Vec::new(),
            doubts: Vec::new(),
        }
    }

    fn bound(
        texts: &[(&str, f64, f64)],
        curves: Vec<Drawn>,
        leaders: Vec<Leader>,
        y: Dimension,
    ) -> (Families, Vec<Bound>) {
        let symbols = table();
        let names = Names::new(&symbols, None, &[]);
        let note = |t: &(&str, f64, f64)| Note {
            text: t.0.to_string(),
            area: Rect { x0: t.1, y0: t.2, x1: t.1 + 4.0 * t.0.len() as f64, y1: t.2 + 7.0 },
            says: say(t.0, &names),
            inside: true,
            numbered: false,
        };
        let notes: Vec<Note> = texts.iter().map(note).collect();
        let led = led(&notes, &leaders);
        let led_notes = led.iter().map(|l| l.0).collect();
        let n = curves.len();
        let found = families(&notes, &names, Some(y), &["VF", "IF"], &led_notes, n);
        let traced = Traced { curves, leaders, ..Traced::default() };
        let bounds = bind(&found, &traced, &led, FRAME);
        (found, bounds)
    }

    fn texts_of(bounds: &[Bound]) -> Vec<&str> {
        bounds.iter().map(|b| b.label.as_ref().map_or("", |l| l.0.as_str())).collect()
    }

    #[test]
    fn bare_values_take_their_symbol_from_the_first_label() {
        let curves = [30.0, 60.0, 90.0].map(|y| curve(&[(0.0, y), (180.0, y + 10.0)]));
        let texts = [
            ("VGS = 10 V", 100.0, 26.0),
            ("8 V", 182.0, 66.0),
            ("6 V", 182.0, 96.0),
            ("TJ = 25 °C", 20.0, 130.0),
        ];
        let (found, bounds) = bound(&texts, curves.to_vec(), vec![], Dimension::CURRENT);
        assert_eq!(texts_of(&bounds), ["VGS = 10 V", "8 V", "6 V"]);
        assert_eq!(found.common, [("TJ".to_string(), Condition::Value(298.15))]);
        assert!(bounds.iter().all(|b| b.doubts.is_empty()), "{bounds:?}");
        let held = &bounds[2].meaning.as_ref().unwrap().held;
        assert_eq!(held, &[("VGS".to_string(), Condition::Value(6.0))]);
    }

    #[test]
    fn a_leader_line_wins_over_nearness() {
        let curves =
            vec![curve(&[(0.0, 50.0), (200.0, 50.0)]), curve(&[(0.0, 80.0), (200.0, 90.0)])];
        let texts = [("TJ = 150 °C", 50.0, 30.0), ("TJ = 25 °C", 120.0, 30.0)];
        let to = Point::new(70.0, 83.5);
        let leaders = vec![Leader { from: Point::new(65.0, 38.0), to }];
        let (_, bounds) = bound(&texts, curves, leaders, Dimension::CURRENT);
        assert_eq!(texts_of(&bounds), ["TJ = 25 °C", "TJ = 150 °C"]);
    }

    #[test]
    fn labels_out_of_order_and_ties_are_not_sure() {
        let curves = [30.0, 60.0, 90.0].map(|y| curve(&[(0.0, y), (180.0, y)]));
        let texts =
            [("VGS = 10 V", 100.0, 22.0), ("VGS = 6 V", 100.0, 52.0), ("VGS = 8 V", 100.0, 82.0)];
        let (_, bounds) = bound(&texts, curves.to_vec(), vec![], Dimension::CURRENT);
        assert!(bounds.iter().all(|b| !b.doubts.is_empty()));
        let two = vec![curve(&[(0.0, 40.0), (180.0, 40.0)]), curve(&[(0.0, 60.0), (180.0, 60.0)])];
        let between = [("TJ = 25 °C", 50.0, 46.5), ("TJ = 150 °C", 120.0, 46.5)];
        let (_, bounds) = bound(&between, two, vec![], Dimension::CURRENT);
        assert!(bounds.iter().all(|b| !b.doubts.is_empty()));
    }

    #[test]
    fn lists_name_curves_from_the_top_when_the_count_agrees() {
        let curves = [30.0, 90.0, 60.0].map(|y| curve(&[(0.0, 100.0), (180.0, y)]));
        let texts = [
            ("VGS", 40.0, 2.0),
            ("TOP", 10.0, 10.0),
            ("15V", 40.0, 10.0),
            ("10V", 40.0, 18.0),
            ("BOTTOM 4.5V", 10.0, 26.0),
        ];
        let (_, bounds) = bound(&texts, curves.to_vec(), vec![], Dimension::CURRENT);
        assert_eq!(texts_of(&bounds), ["VGS = 15V", "VGS = 4.5V", "VGS = 10V"]);
        let (_, bounds) = bound(&texts, curves[..2].to_vec(), vec![], Dimension::CURRENT);
        assert!(bounds.iter().all(|b| !b.doubts.is_empty()));
    }

    #[test]
    fn the_curve_beside_a_limit_is_typical() {
        let curves =
            vec![curve(&[(0.0, 150.0), (80.0, 0.0)]), curve(&[(10.0, 150.0), (100.0, 0.0)])];
        let texts = [("Scattering Limit", 70.0, 70.0), ("TJ = 25 °C", 130.0, 130.0)];
        let (found, bounds) = bound(&texts, curves, vec![], Dimension::CURRENT);
        assert_eq!(bounds[1].meaning.as_ref().unwrap().limit, Some(Limit::Scatter));
        assert_eq!(bounds[0].meaning.as_ref().unwrap().limit, Some(Limit::Typ));
        assert_eq!(found.common.len(), 1);
    }
}
