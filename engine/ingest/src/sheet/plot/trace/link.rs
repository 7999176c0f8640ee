//! Joining strands: where ends touch, from dash to dash, and across the boxes of labels.

use super::polyline::{angle, beyond, direction, leaving};
use super::strand::Strand;
use espice_pdf::{Point, Rect};
use std::collections::{BTreeMap, BTreeSet};

/// Ends nearer than this touch. Writers that cut curves repeat the very coordinates; those that
/// round them to 0.24 pt may be one step apart.
const TOUCH: f64 = 0.35;
/// Ends nearer than this are one point.
const EXACT: f64 = 0.02;
/// The length over which the direction of an end is taken: steps of 0.24 pt tilt it by 5° at most.
const TANGENT: f64 = 3.0;
/// The sharpest corner at which two ends that meet alone are one curve (derating curves).
const CORNER: f64 = 100.0;
/// A stroke this short is a hook of a traced drawing.
const HOOK: f64 = 1.3;
/// The greatest turn where several ends meet.
const STRAIGHT: f64 = 30.0;
/// By how much the best continuation must be straighter than the next.
const MARGIN: f64 = 8.0;
/// Most ends that may meet in one place; more of them are no curves.
const CROWD: usize = 24;
/// A dash is no longer than this.
const DASH: f64 = 18.0;
/// The widest gap between dashes.
const DASH_GAP: f64 = 12.0;
/// A stroke shorter than this is a dot: it has a place and no direction.
const DOT: f64 = 1.5;
/// How far the direction of a dash may differ from the way to the next one.
const DASH_TURN: f64 = 32.0;

/// Said of curves that could also have been continued otherwise.
pub(crate) const AMBIGUOUS: &str = "where several lines meet, its continuation is not certain";

/// One end of a strand: its index, and whether it is the last point.
type End = (usize, bool);

/// What lies between two ends that are joined.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seam {
    /// Nothing.
    Touch,
    /// The gap between two dashes.
    Dash,
    /// A label.
    Label,
}

/// A join of two ends.
struct Link {
    a: End,
    b: End,
    cost: f64,
}

/// Joins strands whose ends touch, by style and direction: first those that share the very
/// coordinates, then those a step of rounding apart.
pub(crate) fn join_touching(strands: Vec<Strand>) -> Vec<Strand> {
    join_within(join_within(strands, EXACT), TOUCH)
}

fn join_within(strands: Vec<Strand>, reach: f64) -> Vec<Strand> {
    let grid = Grid::of(&strands, reach, |s| !s.closed);
    let mut links = Vec::new();
    let mut doubts: Vec<End> = Vec::new();
    let mut seen: BTreeSet<End> = BTreeSet::new();
    for (i, strand) in strands.iter().enumerate().filter(|(_, s)| !s.closed) {
        for last in [false, true] {
            let Some(at) = strand.end(last).filter(|_| seen.insert((i, last))) else { continue };
            let mut here: Vec<End> = grid
                .near(at, reach)
                .filter(|e| strands.get(e.0).is_some_and(|o| o.pen.suits(&strand.pen)))
                .collect();
            here.sort_unstable();
            if here.len() < 2 || here.len() > CROWD {
                continue;
            }
            seen.extend(here.iter().copied());
            meet(&strands, &here, &mut links, &mut doubts);
        }
    }
    let doubts: BTreeSet<End> = doubts.into_iter().collect();
    let mut joined = join(strands, links, Seam::Touch);
    for (strand, ends) in &mut joined {
        if ends.iter().any(|e| doubts.contains(e)) {
            strand.doubts.insert(AMBIGUOUS);
        }
    }
    joined.into_iter().map(|(s, _)| s).collect()
}

/// Joins strands whose ends nearly touch: the ink of a wide pen closes the gap, or they overlap
/// by less than its width. Only ends that have each other alone and go straight on are joined.
pub(crate) fn join_near(strands: Vec<Strand>) -> Vec<Strand> {
    let widest = strands.iter().map(|s| s.pen.width).fold(0.0, f64::max).clamp(TOUCH, 3.0);
    let grid = Grid::of(&strands, widest, |s| !s.closed && s.length() > 2.0 * TANGENT);
    let mut links = Vec::new();
    for (i, strand) in strands.iter().enumerate().filter(|(_, s)| s.length() > 2.0 * TANGENT) {
        for last in [false, true] {
            let Some(at) = strand.end(last) else { continue };
            let reach = strand.pen.width.clamp(TOUCH, 3.0);
            let mut others = grid
                .near(at, reach)
                .filter(|e| e.0 != i && strands.get(e.0).is_some_and(|o| o.pen.suits(&strand.pen)));
            let (Some(b), None) = (others.next(), others.next()) else { continue };
            let Some(d) = strands.get(b.0).map(|o| outwards(o, b.1)) else { continue };
            let turn = angle(outwards(strand, last), Point::new(-d.x, -d.y));
            if b.0 > i && turn <= STRAIGHT {
                links.push(Link { a: (i, last), b, cost: turn });
            }
        }
    }
    join(strands, links, Seam::Touch).into_iter().map(|(s, _)| s).collect()
}

/// Pairs the ends that meet in one place.
fn meet(strands: &[Strand], here: &[End], links: &mut Vec<Link>, doubts: &mut Vec<End>) {
    let out = |e: &End| strands.get(e.0).map_or(Point::default(), |s| outwards(s, e.1));
    let turn = |a: &End, b: &End| {
        let d = out(b);
        angle(out(a), Point::new(-d.x, -d.y))
    };
    let mut pairs: Vec<(f64, End, End)> = Vec::new();
    for (k, a) in here.iter().enumerate() {
        for b in here.iter().skip(k + 1).filter(|b| b.0 != a.0) {
            pairs.push((turn(a, b), *a, *b));
        }
    }
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    // A stroke of a point or less has no direction to speak of: traced drawings have such hooks.
    let hook = here.iter().any(|e| strands.get(e.0).is_some_and(|s| s.length() <= HOOK));
    let most = match here.len() {
        2 if hook => 180.0,
        2 => CORNER,
        _ => STRAIGHT,
    };
    let mut used: BTreeSet<End> = BTreeSet::new();
    for (cost, a, b) in &pairs {
        if *cost > most || used.contains(a) || used.contains(b) {
            continue;
        }
        // Another continuation that is nearly as straight and still free makes this one a guess.
        let rival = pairs.iter().any(|(other, c, d)| {
            (c, d) != (a, b)
                && [a, b].into_iter().any(|e| e == c || e == d)
                && ![c, d].into_iter().any(|e| used.contains(e))
                && *other < cost + MARGIN
                && *other <= most
        });
        if rival && here.len() > 2 {
            doubts.extend([*a, *b]);
            continue;
        }
        used.extend([*a, *b]);
        links.push(Link { a: *a, b: *b, cost: *cost });
    }
}

/// The direction in which a strand would go on beyond an end.
fn outwards(strand: &Strand, last: bool) -> Point {
    if last {
        beyond(&strand.line, TANGENT)
    } else {
        let d = leaving(&strand.line, TANGENT);
        Point::new(-d.x, -d.y)
    }
}

/// Joins dashes and dots that were drawn as strokes of their own. What does not become a row of
/// at least three is returned as it was.
pub(crate) fn join_dashes(strands: Vec<Strand>) -> Vec<Strand> {
    let strands = drop_caps(strands);
    let (dashes, mut rest): (Vec<Strand>, Vec<Strand>) = strands.into_iter().partition(is_short);
    if dashes.len() < 3 {
        rest.extend(dashes);
        return rest;
    }
    let grid = Grid::of(&dashes, DASH_GAP, |_| true);
    let mut links = Vec::new();
    for (i, strand) in dashes.iter().enumerate() {
        for last in [false, true] {
            let Some(at) = strand.end(last) else { continue };
            let near = grid.near(at, DASH_GAP).filter(|e| e.0 > i).take(400);
            for b in near {
                if let Some(cost) = dash_cost(&dashes, (i, last), b) {
                    links.push(Link { a: (i, last), b, cost });
                }
            }
        }
    }
    let mut rows = Vec::new();
    for (mut strand, _) in join(dashes, links, Seam::Dash) {
        if strand.strokes >= 3 {
            strand.dashes = true;
            rows.push(strand);
        } else {
            rest.push(strand);
        }
    }
    rest.extend(rows);
    rest
}

/// Whether a line may be a dash.
pub(crate) fn is_short(strand: &Strand) -> bool {
    !strand.closed && strand.length() <= DASH
}

/// Drops filled dots at the ends of longer dashes: outlined dashes that bend were drawn in parts
/// that overlap, the last of which adds less than the pen's width.
fn drop_caps(strands: Vec<Strand>) -> Vec<Strand> {
    let is_dot = |s: &Strand| s.pen.filled && s.length() <= 1.5 * DOT;
    let reach = 1.4 * DOT;
    let grid = Grid::of(&strands, reach, |s| s.pen.filled && !is_dot(s));
    let gone: Vec<bool> = strands
        .iter()
        .map(|s| {
            let middle = s.area().center();
            is_dot(s) && grid.near(middle, reach.min(1.5 * s.pen.width)).next().is_some()
        })
        .collect();
    strands.into_iter().zip(gone).filter(|(_, gone)| !gone).map(|(s, _)| s).collect()
}

/// How badly the second end continues the first across a gap; `None` when it does not.
fn dash_cost(strands: &[Strand], a: End, b: End) -> Option<f64> {
    let (s, t) = (strands.get(a.0)?, strands.get(b.0)?);
    if !s.pen.suits(&t.pen) {
        return None;
    }
    let (p, q) = (s.end(a.1)?, t.end(b.1)?);
    let gap = p.distance(q);
    let way = direction(p, q);
    let against = Point::new(-way.x, -way.y);
    let (long_s, long_t) = (s.length() > DOT, t.length() > DOT);
    // Dashes as wide as their pen overlap at a bend: then only the directions count.
    let overlap = s.pen.filled && gap <= 1.8 * s.pen.width.max(t.pen.width);
    let d = outwards(t, b.1);
    let turn = angle(outwards(s, a.1), Point::new(-d.x, -d.y));
    if overlap && long_s && long_t {
        return (turn <= DASH_TURN).then_some(turn / 8.0);
    }
    let (mut worst, limit) = (0.0_f64, DASH_GAP.min(2.5 * s.length().max(t.length()).max(2.0)));
    if long_s {
        worst = worst.max(angle(outwards(s, a.1), way));
    }
    if long_t {
        worst = worst.max(angle(outwards(t, b.1), against));
    }
    (gap <= limit && worst <= DASH_TURN).then_some(gap + worst / 4.0)
}

/// Joins the two sides of a curve that a label's box interrupts: same pen, both ends showing
/// along one smooth line, the gap within a box of text.
pub(crate) fn join_across(strands: Vec<Strand>, boxes: &[Rect], widest: f64) -> Vec<Strand> {
    let mut links = Vec::new();
    let ends: Vec<(End, Point)> = strands
        .iter()
        .enumerate()
        .filter(|(_, s)| !s.closed && s.length() > 2.0)
        .flat_map(|(i, s)| [false, true].map(|last| s.end(last).map(|p| ((i, last), p))))
        .flatten()
        .collect();
    for area in boxes.iter().map(|b| b.grown(3.0)) {
        // The ends at this box; a box with a crowd of ends is not one curve's label.
        let at_box: Vec<End> =
            ends.iter().filter(|e| area.contains(e.1)).map(|e| e.0).take(CROWD).collect();
        for (k, a) in at_box.iter().enumerate() {
            for b in at_box.iter().skip(k + 1).filter(|b| b.0 != a.0) {
                if let Some(cost) = across_cost(&strands, *a, *b, area, widest) {
                    links.push(Link { a: *a, b: *b, cost });
                }
            }
        }
    }
    links.sort_by(|x, y| x.cost.total_cmp(&y.cost).then((x.a, x.b).cmp(&(y.a, y.b))));
    let rivals: BTreeSet<End> = links
        .iter()
        .enumerate()
        .filter(|(k, l)| {
            links.iter().take(*k).any(|m| {
                (m.a != l.a || m.b != l.b)
                    && [m.a, m.b].iter().any(|e| *e == l.a || *e == l.b)
                    && l.cost < 2.0 * m.cost + 6.0
            })
        })
        .flat_map(|(_, l)| [l.a, l.b])
        .collect();
    let joined = join(strands, links, Seam::Label);
    joined
        .into_iter()
        .map(|(mut strand, ends)| {
            if ends.iter().any(|e| rivals.contains(e)) {
                strand.doubts.insert(AMBIGUOUS);
            }
            strand
        })
        .collect()
}

fn across_cost(strands: &[Strand], a: End, b: End, area: Rect, widest: f64) -> Option<f64> {
    let (s, t) = (strands.get(a.0)?, strands.get(b.0)?);
    let (p, q) = (s.end(a.1)?, t.end(b.1)?);
    let gap = p.distance(q);
    if !s.pen.suits(&t.pen) || s.dashes != t.dashes || gap > widest || gap < TOUCH {
        return None;
    }
    let middle = Point::new((p.x + q.x) / 2.0, (p.y + q.y) / 2.0);
    let way = direction(p, q);
    let first = angle(outwards(s, a.1), way);
    let second = angle(outwards(t, b.1), Point::new(-way.x, -way.y));
    let d = outwards(t, b.1);
    let turn = angle(outwards(s, a.1), Point::new(-d.x, -d.y));
    // A curve bends evenly across the gap: both chords differ from the tangents by half the turn.
    (area.contains(middle) && first <= 20.0 && second <= 20.0 && turn <= 30.0)
        .then_some(first + second)
}

/// Follows links from strand to strand. A link of smaller cost goes first; each end is used once
/// and no ring is closed unless all of it is one. Gives each joined strand with the ends that it
/// is made of.
fn join(strands: Vec<Strand>, mut links: Vec<Link>, seam: Seam) -> Vec<(Strand, Vec<End>)> {
    links.sort_by(|x, y| x.cost.total_cmp(&y.cost).then((x.a, x.b).cmp(&(y.a, y.b))));
    let mut next: BTreeMap<End, End> = BTreeMap::new();
    let mut group: Vec<usize> = (0..strands.len()).collect();
    for link in &links {
        if next.contains_key(&link.a) || next.contains_key(&link.b) {
            continue;
        }
        let (x, y) = (root(&mut group, link.a.0), root(&mut group, link.b.0));
        if x == y {
            continue;
        }
        if let Some(slot) = group.get_mut(x) {
            *slot = y;
        }
        next.insert(link.a, link.b);
        next.insert(link.b, link.a);
    }
    let mut slots: Vec<Option<Strand>> = strands.into_iter().map(Some).collect();
    let mut out = Vec::new();
    for i in 0..slots.len() {
        // Start at strands that nothing precedes; what is linked on both sides is met on the way.
        let free = [(i, false), (i, true)].into_iter().find(|e| !next.contains_key(e));
        let Some(start) = free else { continue };
        let Some(mut strand) = slots.get_mut(i).and_then(Option::take) else { continue };
        if start.1 {
            strand.line.reverse();
        }
        let mut ends = vec![(i, false), (i, true)];
        let mut tail = (i, !start.1);
        while let Some(&enter) = next.get(&tail) {
            let Some(mut other) = slots.get_mut(enter.0).and_then(Option::take) else { break };
            if enter.1 {
                other.line.reverse();
            }
            ends.extend([(enter.0, false), (enter.0, true)]);
            append(&mut strand, other, seam);
            tail = (enter.0, !enter.1);
        }
        out.push((strand, ends));
    }
    out
}

fn root(group: &mut [usize], mut i: usize) -> usize {
    while let Some(&up) = group.get(i).filter(|&&up| up != i) {
        let above = group.get(up).copied().unwrap_or(up);
        if let Some(slot) = group.get_mut(i) {
            *slot = above;
        }
        i = up;
    }
    i
}

fn append(strand: &mut Strand, other: Strand, seam: Seam) {
    let ends = strand.line.last().copied().zip(other.line.first().copied());
    if let Some((p, q)) = ends {
        let overlapping = strand.pen.filled && p.distance(q) <= 1.8 * strand.pen.width;
        if seam == Seam::Dash && overlapping {
            // Outlined dashes overlap at a bend; the ends beyond it are the pen's own width.
            strand.line.pop();
        } else if seam == Seam::Label {
            strand.gaps.push([p, q]);
        }
    }
    let mut skip = usize::from(ends.is_some_and(|(p, q)| p.distance(q) < 1e-3));
    if let Some((p, q)) = ends.filter(|(p, q)| skip == 0 && p.distance(*q) <= strand.pen.width) {
        // Ends that overlap would run back for a step: both give way to their middle.
        let forth = leaving(&other.line, TANGENT);
        if seam == Seam::Touch && (q.x - p.x) * forth.x + (q.y - p.y) * forth.y < 0.0 {
            strand.line.pop();
            strand.line.push(Point::new((p.x + q.x) / 2.0, (p.y + q.y) / 2.0));
            skip = 1;
        }
    }
    strand.line.extend(other.line.into_iter().skip(skip));
    strand.orders.extend(other.orders);
    strand.gaps.extend(other.gaps);
    strand.doubts.extend(other.doubts);
    strand.strokes += other.strokes;
    strand.dashes |= other.dashes;
    strand.loose |= other.loose || ends.is_some_and(|(p, q)| p.distance(q) > TOUCH);
}

/// Ends by the square that they lie in.
struct Grid {
    cell: f64,
    squares: BTreeMap<(i64, i64), Vec<(Point, End)>>,
}

impl Grid {
    fn of(strands: &[Strand], cell: f64, wanted: impl Fn(&Strand) -> bool) -> Grid {
        let mut squares: BTreeMap<(i64, i64), Vec<(Point, End)>> = BTreeMap::new();
        for (i, strand) in strands.iter().enumerate().filter(|(_, s)| wanted(s)) {
            for last in [false, true] {
                if let Some(p) = strand.end(last) {
                    squares.entry(square(p, cell)).or_default().push((p, (i, last)));
                }
            }
        }
        Grid { cell, squares }
    }

    /// The ends within a distance of at most one cell.
    fn near(&self, at: Point, distance: f64) -> impl Iterator<Item = End> {
        let (x, y) = square(at, self.cell);
        (-1..=1)
            .flat_map(move |dx| (-1..=1).map(move |dy| (x + dx, y + dy)))
            .filter_map(|key| self.squares.get(&key))
            .flatten()
            .filter(move |(p, _)| p.distance(at) <= distance)
            .map(|(_, e)| *e)
    }
}

fn square(p: Point, cell: f64) -> (i64, i64) {
    ((p.x / cell).floor() as i64, (p.y / cell).floor() as i64)
}

#[cfg(test)]
mod tests {
    use super::super::strand::Pen;
    use super::*;
    use espice_pdf::Color;

    fn pen(width: f64) -> Pen {
        Pen { width, color: Color::BLACK, filled: false, dash: [0.0; 6] }
    }

    fn strand(points: &[(f64, f64)], order: u32) -> Strand {
        Strand::new(points.iter().map(|p| Point::new(p.0, p.1)).collect(), pen(1.0), order)
    }

    fn ends(s: &Strand) -> (Point, Point) {
        (s.line[0], s.line[s.line.len() - 1])
    }

    #[test]
    fn a_curve_in_pieces_is_one_curve_in_whatever_direction_they_run() {
        let pieces = vec![
            strand(&[(0.0, 0.0), (10.0, 1.0)], 1),
            strand(&[(20.0, 4.0), (10.0, 1.0)], 2),
            strand(&[(20.0, 4.0), (30.0, 9.0)], 3),
        ];
        let joined = join_touching(pieces);
        assert_eq!(joined.len(), 1);
        assert_eq!(joined[0].line.len(), 4);
        assert_eq!(joined[0].strokes, 3);
    }

    #[test]
    fn curves_that_leave_one_origin_stay_apart() {
        let pieces =
            (1..6).map(|k| strand(&[(0.0, 0.0), (20.0, f64::from(k) * 3.0)], k as u32)).collect();
        assert_eq!(join_touching(pieces).len(), 5);
    }

    #[test]
    fn crossing_curves_cut_at_their_crossing_go_straight_on() {
        let pieces = vec![
            strand(&[(0.0, 0.0), (10.0, 10.0)], 1),
            strand(&[(0.0, 20.0), (10.0, 10.0)], 2),
            strand(&[(10.0, 10.0), (20.0, 20.0)], 3),
            strand(&[(10.0, 10.0), (20.0, 0.0)], 4),
        ];
        let joined = join_touching(pieces);
        assert_eq!(joined.len(), 2);
        for s in &joined {
            let (a, b) = ends(s);
            assert!((b.x - a.x).abs() == 20.0 && (b.y - a.y).abs() == 20.0);
            assert!(s.doubts.is_empty());
        }
    }

    #[test]
    fn where_the_way_on_is_not_certain_nothing_is_joined() {
        let pieces = vec![
            strand(&[(0.0, 0.0), (10.0, 0.0)], 1),
            strand(&[(10.0, 0.0), (20.0, 0.5)], 2),
            strand(&[(10.0, 0.0), (20.0, -0.5)], 3),
        ];
        let joined = join_touching(pieces);
        assert_eq!(joined.len(), 3);
        assert!(joined.iter().any(|s| s.doubts.contains(AMBIGUOUS)));
    }

    #[test]
    fn dashes_and_dots_become_rows() {
        let mut pieces = Vec::new();
        for k in 0..12 {
            let x = f64::from(k) * 8.0;
            let y = |x: f64| 40.0 - x * x / 200.0;
            pieces.push(strand(&[(x, y(x)), (x + 5.0, y(x + 5.0))], 1));
            // A second row of dots below it.
            for d in 0..3 {
                let u = x + f64::from(d) * 2.6;
                pieces.push(strand(&[(u, 60.0 + u * 0.3), (u + 0.1, 60.0 + u * 0.3)], 2));
            }
        }
        let rows = join_dashes(pieces);
        assert_eq!(rows.len(), 2, "{:?}", rows.iter().map(|r| r.strokes).collect::<Vec<_>>());
        assert!(rows.iter().all(|r| r.dashes));
    }

    #[test]
    fn a_label_box_joins_only_what_shows_through_it() {
        let label = Rect { x0: 40.0, y0: 5.0, x1: 60.0, y1: 15.0 };
        let left = strand(&[(0.0, 10.0), (39.0, 10.0)], 1);
        let right = strand(&[(61.0, 10.2), (90.0, 10.5)], 2);
        let joined = join_across(vec![left.clone(), right], &[label], 60.0);
        assert_eq!(joined.len(), 1);
        assert_eq!(joined[0].gaps.len(), 1);
        let away = strand(&[(61.0, 14.0), (90.0, 40.0)], 2);
        assert_eq!(join_across(vec![left, away], &[label], 60.0).len(), 2);
    }
}
