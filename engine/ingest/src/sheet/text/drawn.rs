//! Signs that are drawn instead of set: a µ, Ω or ℃ that is a filled path, or a small picture,
//! among glyphs. Drawing programs write the signs that their fonts lack in this way.
//!
//! Overlooked, such a sign makes 5 µA out of amperes. So each one becomes a glyph: with its text
//! where the outline tells it, else with none, which puts the word into doubt.

use super::stroked;
use espice_pdf::{Color, Glyph, Page, PathObject, Point, Rect, Segment, Subpath, character_of};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Segments of a path that may be signs: fewer are arrows, boxes, dots.
const SEGMENTS: std::ops::RangeInclusive<usize> = 8..=600;
/// Height and width of a sign, in ems of the text beside it.
const HEIGHT: std::ops::RangeInclusive<f64> = 0.22..=1.25;
const WIDTH: std::ops::RangeInclusive<f64> = 0.1..=3.0;
/// Height and width of what may be a sign in any text, in points.
pub(super) const POINTS: std::ops::RangeInclusive<f64> = 0.8..=40.0;
/// A path above so many points is no sign of a table's text.
pub(super) const TALLEST: f64 = 24.0;
/// How far the foot may lie below the baseline and above it, in ems: a degree sign hangs.
const BELOW: f64 = 0.32;
const ABOVE: f64 = 0.8;
/// The gap to the glyph before it and behind it, in ems.
const BEHIND: f64 = 0.9;
const BEFORE: f64 = 0.6;
/// A sign that stands alone shares its baseline with a text at most so many ems aside.
const ROW: f64 = 60.0;
/// Signs that are looked at on a page; a page with more is a drawing.
const MOST: usize = 400;
/// The share of its box that a sign's ink fills at least: less is a line that passes by.
const FILLED: f64 = 0.12;
/// The widest sign, in ems: what is wider and says nothing is an arrow or a leader line.
const WIDEST: f64 = 1.15;
/// No advance goes beyond this, in ems.
const ADVANCE: f64 = 1.1;
/// What a sign that stands alone may say: half of a unit.
const ALONE: [char; 4] = ['µ', 'μ', 'Ω', '°'];

/// A glyph that text may stand beside, with its ink.
struct Beside {
    baseline: f64,
    size: f64,
    area: Rect,
    font: u32,
    /// Whether it is a digit.
    digit: bool,
}

/// The signs of a page that are drawn as paths or pictures beside its text, as glyphs.
pub fn signs(page: &Page) -> Vec<Glyph> {
    let beside = Neighbours::new(page);
    let mut signs = Vec::new();
    let mut known: BTreeMap<Vec<i32>, Option<char>> = BTreeMap::new();
    let paths = page.paths.iter().filter(|p| is_candidate(p));
    for path in paths.take(MOST) {
        let Some(text) = beside.of(path.area) else { continue };
        signs.extend(read(path, &text, &mut known));
    }
    for path in page.paths.iter().filter(|p| stroked::is_candidate(p)).take(MOST) {
        let area = stroked::area(path);
        let Some(text) = beside.between(area) else { continue };
        let outline: Vec<Subpath> =
            stroked::outline(path).iter().map(|s| text.in_em(s, area)).collect();
        let read = character_of(&outline);
        let color = path.stroke.as_ref().map_or(Color::BLACK, |s| s.color);
        let outline = read.map(|_| Arc::new(outline));
        signs.push(text.glyph(area, read, outline, color, path.order));
    }
    for image in page.images.iter().take(MOST) {
        // A picture says nothing, but that something stands there.
        if let Some(text) = beside.of(image.area).filter(|t| t.touches) {
            signs.push(text.glyph(image.area, None, None, Color::BLACK, image.order));
        }
    }
    signs
}

fn is_candidate(path: &PathObject) -> bool {
    let count: usize = path.subpaths.iter().map(|s| s.segments.len()).sum();
    path.fill.is_some_and(|c| !c.is_white())
        && POINTS.contains(&path.area.width())
        && POINTS.contains(&path.area.height())
        && path.area.height() <= TALLEST
        && SEGMENTS.contains(&count)
        && filled(&path.subpaths, path.area) >= FILLED
}

/// The share of a box that an outline fills, its curves taken for straight.
fn filled(subpaths: &[Subpath], area: Rect) -> f64 {
    let mut twice = 0.0;
    for subpath in subpaths {
        let mut at = subpath.start;
        let ends = subpath.segments.iter().map(|s| s.end()).chain([subpath.start]);
        for next in ends {
            twice += (at.x - area.x0) * (next.y - area.y0) - (next.x - area.x0) * (at.y - area.y0);
            at = next;
        }
    }
    (twice / 2.0).abs() / (area.width() * area.height()).max(1e-9)
}

/// The glyphs that a path shows, one for each stretch of it; none where it says nothing that
/// matters.
fn read(
    path: &PathObject,
    text: &Place,
    known: &mut BTreeMap<Vec<i32>, Option<char>>,
) -> Vec<Glyph> {
    let mut found = Vec::new();
    for (area, subpaths) in stretches(path) {
        let outline: Vec<Subpath> = subpaths.iter().map(|s| text.in_em(s, area)).collect();
        let read = *known.entry(key(&outline)).or_insert_with(|| character_of(&outline));
        found.push((area, read, Arc::new(outline)));
    }
    let line = |f: &(Rect, Option<char>, Arc<Vec<Subpath>>)| {
        f.1.is_none() && f.0.width() > WIDEST * text.size
    };
    if found.iter().any(line) {
        return Vec::new();
    }
    let speaks = found.iter().any(|(_, c, _)| c.is_some_and(|c| ALONE.contains(&c)));
    let alone = speaks && found.iter().all(|f| f.1.is_some());
    if !(text.touches || alone) {
        return Vec::new();
    }
    let color = path.fill.unwrap_or(Color::BLACK);
    let glyph = |(area, c, outline): (Rect, Option<char>, Arc<Vec<Subpath>>)| {
        text.glyph(area, c, c.map(|_| outline), color, path.order)
    };
    found.into_iter().map(glyph).collect()
}

/// What tells two outlines apart for the memory of what was read: their points in 1/200 em.
fn key(outline: &[Subpath]) -> Vec<i32> {
    let mut key = Vec::new();
    let mut put = |p: Point| {
        key.push((p.x * 200.0).round() as i32);
        key.push((p.y * 200.0).round() as i32);
    };
    for subpath in outline {
        put(subpath.start);
        subpath.segments.iter().for_each(|s| put(s.end()));
    }
    key
}

/// The subpaths of a path in stretches that do not overlap along the line: the ring and the C of
/// ℃, the letters of a unit that was painted at once.
fn stretches(path: &PathObject) -> Vec<(Rect, Vec<&Subpath>)> {
    let points = |s: &Subpath| -> Vec<Point> {
        let ends = s.segments.iter().map(|g| g.end());
        std::iter::once(s.start).chain(ends).collect()
    };
    let mut parts: Vec<(Rect, &Subpath)> =
        path.subpaths.iter().filter_map(|s| Some((Rect::around(points(s))?, s))).collect();
    parts.sort_by(|a, b| a.0.x0.total_cmp(&b.0.x0).then(a.0.y0.total_cmp(&b.0.y0)));
    let mut out: Vec<(Rect, Vec<&Subpath>)> = Vec::new();
    for (area, subpath) in parts {
        match out.last_mut() {
            Some((whole, list)) if area.x0 < whole.x1 => {
                *whole = whole.union(area);
                list.push(subpath);
            }
            _ => out.push((area, vec![subpath])),
        }
    }
    out
}

/// Where a sign stands beside text.
struct Place {
    baseline: f64,
    size: f64,
    font: u32,
    /// Whether the text is right beside it.
    touches: bool,
}

impl Place {
    /// A subpath in em, y up, from the foot of the sign's advance.
    fn in_em(&self, subpath: &Subpath, area: Rect) -> Subpath {
        // Side bearings of most letters are a twentieth of the em.
        let left = area.x0 - 0.05 * self.size;
        let at = |p: Point| Point::new((p.x - left) / self.size, (self.baseline - p.y) / self.size);
        let segment = |s: &Segment| match *s {
            Segment::Line(p) => Segment::Line(at(p)),
            Segment::Curve(a, b, p) => Segment::Curve(at(a), at(b), at(p)),
        };
        Subpath {
            start: at(subpath.start),
            segments: subpath.segments.iter().map(segment).collect(),
            closed: subpath.closed,
        }
    }

    fn glyph(
        &self,
        area: Rect,
        text: Option<char>,
        outline: Option<Arc<Vec<Subpath>>>,
        color: Color,
        order: u32,
    ) -> Glyph {
        let bearing = 0.05 * self.size;
        let run = (area.width() + 2.0 * bearing).min(ADVANCE * self.size);
        Glyph {
            text: text.map(|c| c.to_string().into()),
            code: 0,
            font: self.font,
            size: self.size,
            origin: Point::new(area.x0 - bearing, self.baseline),
            advance: Point::new(run, 0.0),
            angle: 0.0,
            area,
            color,
            visible: true,
            order,
            outline,
        }
    }
}

/// The upright glyphs of a page, from top to bottom.
struct Neighbours(Vec<Beside>);

impl Neighbours {
    fn new(page: &Page) -> Self {
        let seen = |g: &&Glyph| {
            g.visible
                && g.angle == 0.0
                && g.text.as_deref().is_none_or(|t| !t.trim().is_empty())
                && (2.0..=30.0).contains(&g.size)
                && g.origin.y.is_finite()
        };
        let mut all: Vec<Beside> = page
            .glyphs
            .iter()
            .filter(seen)
            .map(|g| Beside {
                baseline: g.origin.y,
                size: g.size,
                area: g.area,
                font: g.font,
                digit: g.text.as_deref().is_some_and(|t| t.bytes().all(|b| b.is_ascii_digit())),
            })
            .collect();
        all.sort_by(|a, b| a.baseline.total_cmp(&b.baseline).then(a.area.x0.total_cmp(&b.area.x0)));
        Neighbours(all)
    }

    /// The number right before a sign of strokes, where the rest of a unit stands right behind
    /// it; `None` elsewhere: lines are drawn beside texts for many reasons.
    fn between(&self, area: Rect) -> Option<Place> {
        let from = self.0.partition_point(|b| b.baseline < area.y1 - BELOW * 30.0);
        let near = self.0.iter().skip(from).take_while(|b| b.baseline <= area.y1 + ABOVE * 30.0);
        let fits = |b: &&Beside| {
            (-BELOW..=0.3).contains(&((b.baseline - area.y1) / b.size))
                && (0.3..=1.1).contains(&(area.height() / b.size))
                && (0.15..=1.1).contains(&(area.width() / b.size))
        };
        let (mut before, mut behind): (Option<&Beside>, bool) = (None, false);
        for b in near.filter(fits) {
            let left = (area.x0 - b.area.x1) / b.size;
            let right = (b.area.x0 - area.x1) / b.size;
            if b.digit && (-0.1..=BEHIND).contains(&left) {
                before = Some(b);
            }
            behind |= !b.digit && (-0.1..=BEFORE).contains(&right);
        }
        let before = before.filter(|_| behind)?;
        let (baseline, size, font) = (before.baseline, before.size, before.font);
        Some(Place { baseline, size, font, touches: true })
    }

    /// The text that a sign in this place belongs to; `None` when there is none.
    fn of(&self, area: Rect) -> Option<Place> {
        // A foot lies below its baseline by less than a third of the largest em, above by less
        // than its own height and a little.
        let from = self.0.partition_point(|b| b.baseline < area.y1 - BELOW * 30.0);
        let near = self.0.iter().skip(from).take_while(|b| b.baseline <= area.y1 + ABOVE * 30.0);
        let fits = |b: &&Beside| {
            let foot = (b.baseline - area.y1) / b.size;
            (-BELOW..=ABOVE).contains(&foot)
                && HEIGHT.contains(&(area.height() / b.size))
                && WIDTH.contains(&(area.width() / b.size))
                && b.baseline - area.y0 <= 1.15 * b.size
        };
        let gap = |b: &Beside| match b.area.center().x < area.center().x {
            true => (area.x0 - b.area.x1).max(0.0) / b.size / BEHIND,
            false => (b.area.x0 - area.x1).max(0.0) / b.size / BEFORE,
        };
        let within =
            |b: &&Beside| b.area.x0 < area.x0 - ROW * b.size || b.area.x1 > area.x1 + ROW * b.size;
        let nearest = near
            .filter(fits)
            .filter(|b| !within(b))
            .min_by(|a, b| gap(a).total_cmp(&gap(b)).then(b.size.total_cmp(&a.size)))?;
        let touches = gap(nearest) <= 1.0;
        // What stands apart has its foot on the line.
        let level = (nearest.baseline - area.y1).abs() <= BELOW * nearest.size;
        (touches || level).then_some(Place {
            baseline: nearest.baseline,
            size: nearest.size,
            font: nearest.font,
            touches,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glyph(text: &str, x: f64, size: f64) -> Glyph {
        Glyph {
            text: Some(text.into()),
            code: 0,
            font: 0,
            size,
            origin: Point::new(x, 100.0),
            advance: Point::new(0.5 * size, 0.0),
            angle: 0.0,
            area: Rect { x0: x, y0: 100.0 - 0.7 * size, x1: x + 0.5 * size, y1: 100.0 },
            color: Color::BLACK,
            visible: true,
            order: 0,
            outline: None,
        }
    }

    /// A polygon from corners in em.
    fn path(x: f64, size: f64, corners: &[(f64, f64)]) -> PathObject {
        let at = |c: &(f64, f64)| Point::new(x + c.0 * size, 100.0 - c.1 * size);
        let points: Vec<Point> = corners.iter().map(at).collect();
        let segments = points.iter().skip(1).map(|p| Segment::Line(*p)).collect();
        let subpath = Subpath { start: points[0], segments, closed: true };
        PathObject {
            area: Rect::around(points).unwrap(),
            subpaths: vec![subpath],
            fill: Some(Color::BLACK),
            even_odd: false,
            stroke: None,
            clip: 0,
            order: 1,
        }
    }

    const E: &[(f64, f64)] = &[
        (0.08, 0.0),
        (0.62, 0.0),
        (0.62, 0.08),
        (0.17, 0.08),
        (0.17, 0.33),
        (0.58, 0.33),
        (0.58, 0.41),
        (0.17, 0.41),
        (0.17, 0.64),
        (0.61, 0.64),
        (0.61, 0.72),
        (0.08, 0.72),
    ];
    const NONSENSE: &[(f64, f64)] = &[
        (0.04, -0.18),
        (0.2, -0.1),
        (0.22, 0.12),
        (0.5, -0.02),
        (0.34, 0.2),
        (0.52, 0.3),
        (0.3, 0.33),
        (0.44, 0.6),
        (0.24, 0.44),
        (0.02, 0.42),
    ];

    fn texts(glyph: &Glyph, paths: &[PathObject]) -> Vec<Option<String>> {
        let page = Page { glyphs: vec![glyph.clone()], paths: paths.to_vec(), ..Page::default() };
        signs(&page).iter().map(|g| g.text.as_deref().map(String::from)).collect()
    }

    #[test]
    fn signs_beside_text_are_read_or_in_doubt() {
        let digit = glyph("5", 100.0, 8.0);
        let beside = 106.0;
        assert_eq!(texts(&digit, &[path(beside, 8.0, E)]), [Some(String::from("E"))]);
        assert_eq!(texts(&digit, &[path(beside, 8.0, NONSENSE)]), [None]);
        // Far from any text, white, of another size, or a leader line.
        assert!(texts(&digit, &[path(300.0, 8.0, NONSENSE)]).is_empty());
        let mut white = path(beside, 8.0, NONSENSE);
        white.fill = Some(Color::WHITE);
        assert!(texts(&digit, &[white]).is_empty());
        assert!(texts(&digit, &[path(beside, 22.0, NONSENSE)]).is_empty());
        let line: Vec<(f64, f64)> = NONSENSE.iter().map(|c| (c.0 * 4.0, c.1 * 0.6)).collect();
        assert!(texts(&digit, &[path(beside, 8.0, &line)]).is_empty());
    }

    #[test]
    fn signs_of_strokes_between_number_and_unit_are_read_or_in_doubt() {
        let drawn = |lines: &[&[(f64, f64)]]| {
            let at = |c: &(f64, f64)| Point::new(106.0 + c.0 * 8.0, 100.0 - c.1 * 8.0);
            let subpaths: Vec<Subpath> = lines
                .iter()
                .map(|l| Subpath {
                    start: at(&l[0]),
                    segments: l[1..].iter().map(|c| Segment::Line(at(c))).collect(),
                    closed: false,
                })
                .collect();
            let points = lines.iter().flat_map(|l| l.iter().map(at));
            PathObject {
                area: Rect::around(points).unwrap(),
                subpaths,
                fill: None,
                even_odd: false,
                stroke: Some(espice_pdf::Stroke { color: Color::BLACK, width: 0.7, dash: vec![] }),
                clip: 0,
                order: 1,
            }
        };
        let micro = drawn(&[
            &[(0.08, 0.5), (0.08, -0.2)],
            &[(0.08, 0.14), (0.12, 0.03), (0.2, 0.0), (0.3, 0.03), (0.4, 0.14)],
            &[(0.4, 0.5), (0.4, 0.0)],
        ]);
        let seen = |glyphs: Vec<Glyph>, path: &PathObject| -> Vec<Option<String>> {
            let page = Page { glyphs, paths: vec![path.clone()], ..Page::default() };
            signs(&page).iter().map(|g| g.text.as_deref().map(String::from)).collect()
        };
        let (number, unit) = (glyph("5", 100.0, 8.0), glyph("A", 111.0, 8.0));
        let both = vec![number.clone(), unit.clone()];
        assert_eq!(seen(both.clone(), &micro), [Some(String::from("µ"))]);
        let zigzag = drawn(&[&[(0.0, 0.0), (0.3, 0.5), (0.1, 0.5), (0.4, 0.0), (0.0, 0.3)]]);
        assert_eq!(seen(both.clone(), &zigzag), [None]);
        // Without a number before it, or a unit behind it, it may be anything.
        assert!(seen(vec![number], &micro).is_empty());
        assert!(seen(vec![unit], &micro).is_empty());
        let tick = drawn(&[&[(0.0, 0.0), (0.0, 0.5)]]);
        assert!(seen(both, &tick).is_empty());
    }

    #[test]
    fn pictures_beside_text_are_in_doubt() {
        let page = Page {
            glyphs: vec![glyph("5", 100.0, 8.0)],
            images: vec![espice_pdf::Image {
                matrix: espice_pdf::Matrix::IDENTITY,
                area: Rect { x0: 105.0, y0: 95.0, x1: 110.0, y1: 101.0 },
                width: 20,
                height: 20,
                bits: 1,
                mask: true,
                filter: String::new(),
                clip: 0,
                order: 2,
            }],
            ..Page::default()
        };
        assert_eq!(signs(&page).len(), 1);
    }
}
