//! What the lines of a plot are: curves, leader lines, samples of a legend, drawings beside them.

use super::polyline::{angle, direction, distance_to_point, length, nearest};
use super::strand::{Head, Pen, Strand};
use espice_pdf::{Point, Rect};

/// A curve is at least this long, as a share of the shorter side of the frame.
const SHORTEST: f64 = 0.12;
/// An axis-parallel line without a like-drawn curve beside it is a curve only from this share of
/// the side along it.
const FLAT: f64 = 0.3;
/// How near the end of a leader line comes to its text.
const AT_TEXT: f64 = 4.5;
/// How much less a gap counts at the level of the text's letters, where a leader line starts.
const BESIDE: f64 = 0.5;
/// How near the other end comes to its curve.
const AT_CURVE: f64 = 2.5;
/// Most lines whose nearest curve is looked for.
const SEARCHES: usize = 400;
/// How near an arrow head is to its shaft.
const AT_HEAD: f64 = 2.5;

/// A line that leads from a text to a curve.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Leader {
    /// Its end at the text.
    pub from: Point,
    /// Its end at the curve.
    pub to: Point,
}

/// A sample of a legend: a short line beside the text that explains it.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Sample {
    /// The sample's line.
    pub strand: Strand,
    /// Index of the text beside it.
    pub text: usize,
}

/// The lines of a plot by what they are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sorted {
    /// Curves.
    pub curves: Vec<Strand>,
    /// Leader lines.
    pub leaders: Vec<Leader>,
    /// Samples of a legend.
    pub samples: Vec<Sample>,
    /// Short lines drawn like a curve that were not explained.
    pub fragments: Vec<Strand>,
}

/// Sorts the lines of a plot. `texts` are the boxes of the texts in and around the frame.
pub(crate) fn sort(
    strands: Vec<Strand>,
    heads: &[Head],
    grid: &[Pen],
    texts: &[Rect],
    frame: Rect,
) -> Sorted {
    let mut out = Sorted::default();
    let side = frame.width().min(frame.height());
    let diagonal = frame.width().hypot(frame.height());
    let samples = samples(&strands, texts, frame);
    let mut rest: Vec<Strand> = Vec::new();
    for (i, strand) in strands.into_iter().enumerate() {
        match samples.iter().find(|s| s.0 == i) {
            Some((_, text)) => out.samples.push(Sample { strand, text: *text }),
            None => rest.push(strand),
        }
    }
    // What is long, bent or slanted, and no leader, sets the example for the others.
    let (mut clear, mut others): (Vec<Strand>, Vec<Strand>) = rest.into_iter().partition(|s| {
        let long = if s.dashes { 0.2 * side } else { 0.4 * diagonal };
        s.length() >= long && !is_drawing(s) && !is_flat(s) && !has_head(s, heads)
    });
    let mut waiting = Vec::new();
    let heads = heads.get(..heads.len().min(SEARCHES)).unwrap_or(heads);
    for (k, strand) in others.drain(..).enumerate() {
        let near = if k < SEARCHES { clear.as_slice() } else { &[] };
        if let Some(leader) = leader(&strand, heads, texts, near, diagonal) {
            out.leaders.push(leader);
        } else if is_drawing(&strand) || strand.closed {
            continue;
        } else {
            waiting.push(strand);
        }
    }
    let alike = |s: &Strand, curves: &[Strand]| curves.iter().any(|c| c.pen.suits(&s.pen));
    for strand in waiting {
        let long_enough = strand.length() >= SHORTEST * side;
        let flat_enough = !is_flat(&strand) || {
            let area = strand.area();
            area.width() >= FLAT * frame.width() || area.height() >= FLAT * frame.height()
        };
        let like_a_curve = alike(&strand, &clear);
        if is_missed_grid(&strand, grid, frame) && (!like_a_curve || spans(&strand, frame)) {
            continue;
        }
        if long_enough && (like_a_curve || flat_enough) && !on_edge(&strand, frame) {
            out.curves.push(strand);
        } else if like_a_curve
            && !on_edge(&strand, frame)
            && strand.length() > 2.0
            && out.fragments.len() < SEARCHES
        {
            out.fragments.push(strand);
        }
    }
    out.curves.append(&mut clear);
    out
}

/// Whether a flat line is drawn like the grid, in full length: a line of the grid that stands
/// where no grid line is due.
fn is_missed_grid(strand: &Strand, grid: &[Pen], frame: Rect) -> bool {
    let area = strand.area();
    let long = area.width() >= 0.6 * frame.width() || area.height() >= 0.6 * frame.height();
    let plain = !strand.dashes && strand.line.len() <= 3;
    is_flat(strand) && plain && long && grid.iter().any(|g| g.suits(&strand.pen))
}

/// Whether a flat line runs from edge to edge.
fn spans(strand: &Strand, frame: Rect) -> bool {
    let area = strand.area();
    area.width() >= 0.97 * frame.width() || area.height() >= 0.97 * frame.height()
}

/// Whether all of a line runs along one direction of the axes.
pub(crate) fn is_flat(strand: &Strand) -> bool {
    let area = strand.area();
    area.width() < 0.5 || area.height() < 0.5
}

/// Whether a line is made of long upright and level strokes with corners: a pulse, a box, a
/// bracket.
fn is_drawing(strand: &Strand) -> bool {
    let mut corners = 0;
    let mut slanted = 0.0;
    let mut before: Option<(Point, f64)> = None;
    for w in strand.line.windows(2) {
        let &[a, b] = w else { continue };
        let d = a.distance(b);
        let way = direction(a, b);
        if way.x.abs() > 0.05 && way.y.abs() > 0.05 {
            slanted += d;
        }
        if let Some((last, long)) = before
            && (angle(last, way) - 90.0).abs() < 6.0
            && long > 2.0
            && d > 2.0
        {
            corners += 1;
        }
        before = Some((way, d));
    }
    (corners >= 2 && slanted < 0.05 * strand.length())
        || (corners == 1 && slanted < 0.005 * strand.length())
}

/// Whether a line lies on an edge of the frame.
fn on_edge(strand: &Strand, frame: Rect) -> bool {
    let area = strand.area();
    let near = |a: f64, b: f64| (a - b).abs() < 0.75;
    (area.width() < 0.5 && (near(area.x0, frame.x0) || near(area.x0, frame.x1)))
        || (area.height() < 0.5 && (near(area.y0, frame.y0) || near(area.y0, frame.y1)))
}

/// The arrow head at an end of a line, and whether it is the last end.
fn head_at<'a>(strand: &Strand, heads: &'a [Head]) -> Option<(&'a Head, bool)> {
    [true, false].into_iter().find_map(|last| {
        let end = strand.end(last)?;
        let head =
            heads.iter().find(|h| h.tip.distance(end).min(h.base.distance(end)) < AT_HEAD)?;
        Some((head, last))
    })
}

fn has_head(strand: &Strand, heads: &[Head]) -> bool {
    strand.line.len() <= 4 && head_at(strand, heads).is_some()
}

/// How far a leader line's end is from a text: one that starts beside its letters may leave a
/// wider gap than one above or below them.
pub(crate) fn from_text(text: Rect, end: Point) -> f64 {
    let level = (text.y0..=text.y1).contains(&end.y);
    distance_to_point(text, end) * if level { BESIDE } else { 1.0 }
}

/// A line as a leader: nearly straight, not long, from a text to an arrow head or to a curve.
fn leader(
    strand: &Strand,
    heads: &[Head],
    texts: &[Rect],
    curves: &[Strand],
    diagonal: f64,
) -> Option<Leader> {
    let (first, last) = (strand.end(false)?, strand.end(true)?);
    let long = strand.length();
    if strand.dashes || strand.closed || long > 0.5 * diagonal {
        return None;
    }
    // Straight, or with one elbow.
    if strand.line.len() > 6 || first.distance(last) < 0.75 * long {
        return None;
    }
    if let Some((head, at_last)) = head_at(strand, heads) {
        let from = if at_last { first } else { last };
        return Some(Leader { from, to: head.tip });
    }
    let to_text = |p: Point| {
        texts.iter().map(|t| from_text(*t, p)).min_by(f64::total_cmp).unwrap_or(f64::MAX)
    };
    let to_curve = |p: Point| {
        let all = curves.iter().filter_map(|c| nearest(&c.line, p)).map(|n| n.1);
        all.min_by(f64::total_cmp).unwrap_or(f64::MAX)
    };
    let (from, to) = if to_text(first) <= to_text(last) { (first, last) } else { (last, first) };
    let thinner = curves.iter().all(|c| strand.pen.width < 0.8 * c.pen.width);
    let short = long < 0.25 * diagonal;
    // A line drawn like the curves is a leader only when both of its ends say so.
    let ends = || to_text(from) <= AT_TEXT && to_curve(to) <= AT_CURVE;
    ((thinner || short) && length(&strand.line) > 1.0 && ends()).then_some(Leader { from, to })
}

/// The samples of a legend: level lines of one length below each other, each with its text to
/// the right or to the left; the index of the strand with that of its text.
fn samples(strands: &[Strand], texts: &[Rect], frame: Rect) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize, Rect)> = Vec::new();
    for (i, strand) in strands.iter().enumerate() {
        let area = strand.area();
        let level = area.height() < 0.5 && area.width() > 4.0;
        if !level || area.width() > 0.35 * frame.width() || on_edge(strand, frame) {
            continue;
        }
        let y = area.y0;
        let beside = texts.iter().enumerate().filter_map(|(k, t)| {
            let gap = (t.x0 - area.x1).max(area.x0 - t.x1);
            let within = (t.y0 - 1.0..=t.y1 + 1.0).contains(&y);
            (within && (-1.0..=15.0).contains(&gap)).then_some((k, gap))
        });
        if let Some((k, _)) = beside.min_by(|a, b| a.1.total_cmp(&b.1)) {
            found.push((i, k, area));
        }
    }
    let stacked = |a: &Rect| {
        let near = |x: f64, y: f64| (x - y).abs() < 1.5;
        let others = found
            .iter()
            .filter(|(_, _, b)| near(a.x0, b.x0) && near(a.x1, b.x1) && (a.y0 - b.y0).abs() > 3.0);
        others.count() > 0
    };
    found.iter().filter(|f| stacked(&f.2)).map(|f| (f.0, f.1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use espice_pdf::Color;

    const FRAME: Rect = Rect { x0: 0.0, y0: 0.0, x1: 200.0, y1: 150.0 };

    fn strand(points: &[(f64, f64)], width: f64) -> Strand {
        let pen = Pen { width, color: Color::BLACK, filled: false, dash: [0.0; 6] };
        Strand::new(points.iter().map(|p| Point::new(p.0, p.1)).collect(), pen, 0)
    }

    #[test]
    fn leaders_samples_and_pulses_are_no_curves() {
        let text = Rect { x0: 100.0, y0: 20.0, x1: 130.0, y1: 28.0 };
        let legend = [
            Rect { x0: 30.0, y0: 96.0, x1: 50.0, y1: 104.0 },
            Rect { x0: 30.0, y0: 108.0, x1: 50.0, y1: 116.0 },
        ];
        let strands = vec![
            strand(&[(0.0, 150.0), (100.0, 60.0), (200.0, 40.0)], 1.0),
            strand(&[(10.0, 140.0), (190.0, 90.0)], 1.0),
            strand(&[(115.0, 29.0), (120.0, 56.0)], 0.3),
            strand(&[(10.0, 100.0), (25.0, 100.0)], 1.0),
            strand(&[(10.0, 112.0), (25.0, 112.0)], 1.0),
            strand(&[(150.0, 120.0), (150.0, 110.0), (160.0, 110.0), (160.0, 120.0)], 0.3),
            strand(&[(60.0, 20.0), (62.0, 26.0)], 1.0),
        ];
        let texts = [text, legend[0], legend[1]];
        let sorted = sort(strands, &[], &[], &texts, FRAME);
        assert_eq!(sorted.curves.len(), 2);
        assert_eq!(sorted.leaders.len(), 1);
        assert_eq!(sorted.leaders[0].to, Point::new(120.0, 56.0));
        assert_eq!(sorted.samples.iter().map(|s| s.text).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(sorted.fragments.len(), 1);
    }

    #[test]
    fn a_leader_starts_with_a_gap_beside_its_text_but_not_above_it() {
        let line = |from: (f64, f64)| {
            let strands = vec![
                strand(&[(0.0, 150.0), (200.0, 40.0)], 1.0),
                strand(&[from, (100.0, 95.0)], 1.0),
            ];
            let text = Rect { x0: 30.0, y0: 70.0, x1: 70.0, y1: 78.0 };
            sort(strands, &[], &[], &[text], FRAME)
        };
        let beside = line((77.0, 74.0));
        assert_eq!((beside.curves.len(), beside.leaders.len()), (1, 1));
        assert_eq!(line((60.0, 85.0)).leaders.len(), 0);
    }

    #[test]
    fn an_arrow_leads_to_its_tip() {
        let strands = vec![
            strand(&[(0.0, 150.0), (200.0, 40.0)], 1.0),
            strand(&[(50.0, 20.0), (80.0, 95.0)], 1.0),
        ];
        let head = Head { tip: Point::new(82.0, 100.0), base: Point::new(80.0, 95.0) };
        let sorted = sort(strands, &[head], &[], &[], FRAME);
        assert_eq!(sorted.leaders, vec![Leader { from: Point::new(50.0, 20.0), to: head.tip }]);
    }

    #[test]
    fn a_flat_curve_is_one_even_without_company() {
        let flat = strand(&[(0.0, 50.0), (200.0, 50.0)], 1.0);
        assert_eq!(sort(vec![flat], &[], &[], &[], FRAME).curves.len(), 1);
        let edge = strand(&[(0.0, 150.0), (200.0, 150.0)], 1.0);
        assert!(sort(vec![edge], &[], &[], &[], FRAME).curves.is_empty());
    }
}
