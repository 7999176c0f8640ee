//! Where plots may be: lines that touch each other make the frame, grid and ticks of one.

use super::stroke::{Stroke, Way};
use espice_pdf::Rect;

/// Lines nearer than this, in points, touch.
const TOUCH: f64 = 1.2;
/// Dashes of one line are not farther apart.
const GAP: f64 = 3.5;
/// Strokes at most this far apart lie on one line; half of a 300 dpi step and its rounding.
const SAME: f64 = 0.25;
/// No plot is smaller.
const SMALLEST: [f64; 2] = [42.0, 34.0];
/// Bounds the pairs of lines that are looked at.
const MOST_PAIRS: usize = 4_000_000;
/// How often outer lines are taken off to look for a plot inside.
const PEELS: usize = 3;

/// Collinear strokes without a wide gap.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Rule {
    pub(super) way: Way,
    pub(super) at: f64,
    pub(super) lo: f64,
    pub(super) hi: f64,
}

impl Rule {
    fn length(&self) -> f64 {
        self.hi - self.lo
    }
}

/// A place where a plot may be; candidates of one `group` exclude each other, the first ones
/// being the better ones.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Candidate {
    pub(super) area: Rect,
    pub(super) group: usize,
}

/// The candidates of a page, from top to bottom and from left to right.
pub(super) fn candidates(strokes: &[Stroke]) -> Vec<Candidate> {
    let rules = merged(strokes);
    let mut all = Vec::new();
    let mut budget = MOST_PAIRS;
    let mut lonely = Vec::new();
    let mut groups = components(&rules, &mut budget);
    groups.retain(|g| {
        let longest = g.iter().map(|r| r.length()).fold(0.0, f64::max);
        longest >= SMALLEST[1]
    });
    for (group, component) in groups.into_iter().enumerate() {
        let mut queue = vec![component];
        let mut framed = false;
        for _ in 0..=PEELS {
            let mut next = Vec::new();
            for part in queue {
                let Some(area) = frame(&part) else {
                    if !framed {
                        lonely.push(part);
                    }
                    continue;
                };
                framed = true;
                all.push(Candidate { area, group });
                next.extend(components(&inside(&part, area), &mut budget));
            }
            queue = next;
        }
    }
    let first = all.iter().map(|c| c.group + 1).max().unwrap_or(0);
    for (number, area) in corners(&lonely).into_iter().enumerate() {
        all.push(Candidate { area, group: first + number });
    }
    all
}

/// The lines of a part that do not lie on the edges of its frame.
fn inside(part: &[Rule], area: Rect) -> Vec<Rule> {
    part.iter()
        .filter(|r| {
            let edges = match r.way {
                Way::Across => [area.y0, area.y1],
                Way::Down => [area.x0, area.x1],
            };
            edges.iter().all(|e| (r.at - e).abs() > TOUCH)
        })
        .copied()
        .collect()
}

/// Strokes to lines.
fn merged(strokes: &[Stroke]) -> Vec<Rule> {
    let mut sorted: Vec<&Stroke> =
        strokes.iter().filter(|s| !s.mixed && s.length() >= 0.8).collect();
    sorted
        .sort_by(|a, b| a.way.cmp(&b.way).then(a.at.total_cmp(&b.at)).then(a.lo.total_cmp(&b.lo)));
    let mut rules = Vec::new();
    let mut rest = sorted.as_mut_slice();
    while let Some(first) = rest.first().copied() {
        let end = rest.partition_point(|s| s.way == first.way && s.at - first.at <= SAME);
        let (level, others) = rest.split_at_mut(end);
        level.sort_by(|a, b| a.lo.total_cmp(&b.lo).then(a.hi.total_cmp(&b.hi)));
        let mut open: Option<(Rule, f64)> = None;
        for s in level.iter() {
            match &mut open {
                Some((rule, weight)) if s.lo <= rule.hi + GAP => {
                    rule.at = (rule.at * *weight + s.at * s.length()) / (*weight + s.length());
                    *weight += s.length();
                    rule.hi = rule.hi.max(s.hi);
                }
                _ => {
                    rules.extend(open.take().map(|(rule, _)| rule));
                    let rule = Rule { way: s.way, at: s.at, lo: s.lo, hi: s.hi };
                    open = Some((rule, s.length()));
                }
            }
        }
        rules.extend(open.map(|(rule, _)| rule));
        rest = others;
    }
    rules
}

/// Lines that touch, directly or over others, with the longest of them in the order of the page.
fn components(rules: &[Rule], budget: &mut usize) -> Vec<Vec<Rule>> {
    let mut downs: Vec<usize> = Vec::new();
    let mut acrosses: Vec<usize> = Vec::new();
    for (i, rule) in rules.iter().enumerate() {
        match rule.way {
            Way::Across => acrosses.push(i),
            Way::Down => downs.push(i),
        }
    }
    let at = |i: &usize| rules.get(*i).map_or(0.0, |r| r.at);
    downs.sort_by(|a, b| at(a).total_cmp(&at(b)));
    let mut parents: Vec<usize> = (0..rules.len()).collect();
    'all: for &a in &acrosses {
        let Some(across) = rules.get(a) else { continue };
        let from = downs.partition_point(|d| at(d) < across.lo - TOUCH);
        for &d in downs.get(from..).unwrap_or_default() {
            let Some(down) = rules.get(d) else { continue };
            if down.at > across.hi + TOUCH {
                break;
            }
            if *budget == 0 {
                break 'all;
            }
            *budget -= 1;
            if across.at >= down.lo - TOUCH && across.at <= down.hi + TOUCH {
                join(&mut parents, a, d);
            }
        }
    }
    let mut groups: std::collections::BTreeMap<usize, Vec<Rule>> = Default::default();
    for (i, rule) in rules.iter().enumerate() {
        groups.entry(root(&mut parents, i)).or_default().push(*rule);
    }
    let mut groups: Vec<Vec<Rule>> = groups.into_values().collect();
    let corner = |g: &Vec<Rule>| {
        g.iter().fold((f64::MAX, f64::MAX), |(y, x), r| match r.way {
            Way::Across => (y.min(r.at), x.min(r.lo)),
            Way::Down => (y.min(r.lo), x.min(r.at)),
        })
    };
    groups.sort_by(|a, b| {
        let (a, b) = (corner(a), corner(b));
        a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
    });
    groups
}

fn root(parents: &mut [usize], mut i: usize) -> usize {
    while let Some(&up) = parents.get(i) {
        if up == i {
            break;
        }
        let over = parents.get(up).copied().unwrap_or(up);
        if let Some(slot) = parents.get_mut(i) {
            *slot = over;
        }
        i = over;
    }
    i
}

fn join(parents: &mut [usize], a: usize, b: usize) {
    let (a, b) = (root(parents, a), root(parents, b));
    if let Some(slot) = parents.get_mut(a.max(b)) {
        *slot = a.min(b);
    }
}

/// Positions and ends of the long lines of one way.
struct Long {
    at: [f64; 2],
    ends: [f64; 2],
    longest: f64,
}

fn long(part: &[Rule], way: Way) -> Option<Long> {
    let of_way = || part.iter().filter(move |r| r.way == way);
    let longest = of_way().map(Rule::length).reduce(f64::max)?;
    let mut long = Long { at: [f64::MAX, f64::MIN], ends: [f64::MAX, f64::MIN], longest };
    for r in of_way().filter(|r| r.length() >= 0.5 * longest) {
        long.at = [long.at[0].min(r.at), long.at[1].max(r.at)];
        long.ends = [long.ends[0].min(r.lo), long.ends[1].max(r.hi)];
    }
    Some(long)
}

/// The box that lines span which touch each other: bounded by the outermost long lines, and by
/// the ends of the crossing ones on a side that has none.
fn frame(part: &[Rule]) -> Option<Rect> {
    let across = long(part, Way::Across)?;
    let down = long(part, Way::Down)?;
    if across.longest < SMALLEST[0] || down.longest < SMALLEST[1] {
        return None;
    }
    let [x0, x1] = sides(&down, &across);
    let [y0, y1] = sides(&across, &down);
    let area = Rect { x0, y0, x1, y1 };
    (area.width() >= SMALLEST[0] && area.height() >= SMALLEST[1]).then_some(area)
}

/// The two edges that lines across an axis give, or the ends of the lines along it.
fn sides(over: &Long, along: &Long) -> [f64; 2] {
    // Lines of the grid may stick out as ticks; a missing last line leaves a whole field.
    let out = f64::min(12.0, 0.09 * along.longest);
    let near = |at: f64, end: f64| if (at - end).abs() <= out { at } else { end };
    [near(over.at[0], along.ends[0]), near(over.at[1], along.ends[1])]
}

/// Plots whose two axes do not touch: the line of one, with its ticks, starts near the corner
/// where the line of the other one starts.
fn corners(lonely: &[Vec<Rule>]) -> Vec<Rect> {
    /// Axes stand apart by no more than this.
    const APART: f64 = 16.0;
    let axis = |part: &Vec<Rule>, way: Way| {
        let longest = part
            .iter()
            .filter(|r| r.way == way)
            .max_by(|a, b| a.length().total_cmp(&b.length()))?;
        // An axis has ticks.
        let ticks = part.iter().filter(|r| r.way != way).count();
        (longest.length() >= SMALLEST[1] && ticks >= 3).then_some(*longest)
    };
    let bottoms: Vec<Rule> = lonely.iter().filter_map(|p| axis(p, Way::Across)).collect();
    let mut lefts: Vec<Rule> = lonely.iter().filter_map(|p| axis(p, Way::Down)).collect();
    lefts.sort_by(|a, b| a.at.total_cmp(&b.at).then(a.lo.total_cmp(&b.lo)));
    let mut found = Vec::new();
    for bottom in bottoms {
        let from = lefts.partition_point(|l| l.at < bottom.lo - APART);
        let nearest = lefts
            .get(from..)
            .unwrap_or_default()
            .iter()
            .take_while(|l| l.at <= bottom.lo + APART)
            .take(200)
            .filter(|l| (l.hi - bottom.at).abs() <= APART)
            .min_by(|a, b| (a.hi - bottom.at).abs().total_cmp(&(b.hi - bottom.at).abs()));
        if let Some(left) = nearest {
            let area = Rect {
                x0: left.at.min(bottom.lo),
                y0: left.lo,
                x1: bottom.hi,
                y1: bottom.at.max(left.hi),
            };
            if area.width() >= SMALLEST[0] && area.height() >= SMALLEST[1] {
                found.push(area);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::stroke::Pen;
    use super::*;
    use espice_pdf::Color;

    fn rule(way: Way, at: f64, lo: f64, hi: f64) -> Stroke {
        Stroke {
            way,
            at,
            lo,
            hi,
            pen: Pen { width: 0.5, color: Color::BLACK, dashed: false },
            path: 0,
            subpath: 0,
            segment: 0,
            filled: false,
            mixed: false,
        }
    }

    fn found(strokes: &[Stroke]) -> Vec<[f64; 4]> {
        candidates(strokes).iter().map(|c| c.area.to_array()).collect()
    }

    #[test]
    fn frames_of_every_make_are_found() {
        use Way::{Across, Down};
        let box_of_four = [
            rule(Across, 100.0, 50.0, 200.0),
            rule(Across, 220.0, 50.0, 200.0),
            rule(Down, 50.0, 100.0, 220.0),
            rule(Down, 200.0, 100.0, 220.0),
        ];
        let corner_of_two = [rule(Across, 220.0, 50.0, 200.0), rule(Down, 50.0, 100.0, 220.0)];
        let bare_grid: Vec<Stroke> = (0..6)
            .map(|i| rule(Across, 100.0 + 24.0 * f64::from(i), 46.0, 200.0))
            .chain((0..6).map(|i| rule(Down, 50.0 + 30.0 * f64::from(i), 100.0, 224.0)))
            .collect();
        let dashed: Vec<Stroke> = (0..50)
            .map(|i| rule(Across, 160.0, 50.0 + 3.0 * f64::from(i), 51.5 + 3.0 * f64::from(i)))
            .chain(box_of_four)
            .collect();
        let apart: Vec<Stroke> = (0..5)
            .map(|i| rule(Down, 60.0 + 35.0 * f64::from(i), 220.0, 224.0))
            .chain((0..5).map(|i| rule(Across, 100.0 + 28.0 * f64::from(i), 46.0, 50.0)))
            .chain([rule(Across, 220.0, 60.0, 200.0), rule(Down, 50.0, 100.0, 212.0)])
            .collect();
        let expected = [50.0, 100.0, 200.0, 220.0];
        for strokes in [&box_of_four[..], &corner_of_two, &bare_grid, &dashed, &apart] {
            assert_eq!(found(strokes).first(), Some(&expected));
        }
    }

    #[test]
    fn a_plot_that_touches_a_box_around_it_is_found_inside() {
        use Way::{Across, Down};
        let strokes = [
            rule(Across, 10.0, 10.0, 500.0),
            rule(Across, 400.0, 10.0, 500.0),
            rule(Down, 10.0, 10.0, 400.0),
            rule(Down, 500.0, 10.0, 400.0),
            rule(Across, 100.0, 10.0, 200.0),
            rule(Across, 220.0, 50.0, 200.0),
            rule(Down, 50.0, 100.0, 220.0),
            rule(Down, 200.0, 100.0, 220.0),
        ];
        let all = found(&strokes);
        assert_eq!(all[0], [10.0, 10.0, 500.0, 400.0]);
        assert!(all.contains(&[50.0, 100.0, 200.0, 220.0]) || all.len() > 1);
    }
}
