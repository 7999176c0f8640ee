//! What an outline looks like: characters told by their drawn shape.
//!
//! An outline becomes the coverage of a 12 × 12 grid over its own box, and the place of that box
//! on the em. It is compared with the glyphs of freely licensed fonts (`data/README.md`). The
//! nearest character is told only when it is near and every other character is clearly farther:
//! a wrong letter costs more than a missing one.

#[cfg(test)]
mod make;
mod raster;

use crate::Subpath;
use raster::{Ink, SIDE};
use std::collections::BTreeMap;
use std::io::Read;
use std::sync::OnceLock;

/// An outline as it is compared.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    place: Place,
    grid: [f32; CELLS],
}

/// The box of the ink on the em: left, bottom, width, top.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Place {
    left: f32,
    bottom: f32,
    width: f32,
    top: f32,
}

const CELLS: usize = SIDE * SIDE;
/// Bytes of one reference: the character, the place in 1/2048 em, the grid in half bytes.
const RECORD: usize = HEAD + CELLS / 2;
const HEAD: usize = 2 + 8;
const EM: f32 = 2048.0;

/// A character nearer than this may be told.
const NEAR: f32 = 0.36;
/// How much farther every other character must be.
const MARGIN: f32 = 0.05;
/// The widest margin that is asked for, a little more.
const WIDEST: f32 = 0.16;
/// Characters that some fonts draw so alike that more is asked for.
const ALIKE: &[(&str, f32)] = &[
    ("t†", 0.15),
    ("tf", 0.035),
    ("f∫", 0.13),
    ("0OQoθ", 0.06),
    ("Il|/!i1", 0.07),
    ("aσα", 0.06),
    ("]j", 0.08),
    ("©®@Q⑦²①②③④⑤⑥⑧⑨", 0.15),
];
/// Marks that mean the same: the nearest of them is told.
const SAME: &[&str] = &["-–−—", "·•", "‘’'`", "“”\""];
/// A shape as near as this is that of a known font, where little is enough to tell others apart:
/// the nearness, how many times farther others must be, and by how much.
const EXACT: [f32; 3] = [0.055, 1.7, 0.03];
/// The same for stems and dashes, which have nothing but their places.
const EXACT_BAR: [f32; 3] = [0.012, 2.0, 0.012];

impl Shape {
    /// The shape of an outline in em, y up; `None` without ink.
    pub(super) fn of(outline: &[Subpath]) -> Option<Shape> {
        let ink = Ink::of(outline)?;
        let area = ink.area;
        Some(Shape {
            place: Place {
                left: area.x0 as f32,
                bottom: area.y0 as f32,
                width: area.width() as f32,
                top: area.y1 as f32,
            },
            grid: ink.grid,
        })
    }

    /// The character that this shape can only be; `None` when unsure.
    pub(super) fn read(&self) -> Option<char> {
        let mut best: Vec<(f32, char)> =
            self.distances().into_iter().map(|(c, d)| (d, c)).collect();
        best.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let (&(near, c), others) = best.split_first()?;
        let [most, times, more] = if self.is_bar() { EXACT_BAR } else { EXACT };
        let clear = others.iter().all(|&(d, other)| {
            is_same(c, other)
                || d - near >= margin(c, other)
                || near <= most && d >= times * near && d - near >= more
        });
        (near <= NEAR && clear).then_some(c)
    }

    fn is_bar(&self) -> bool {
        is_bar(&self.grid)
    }

    /// How far it is from the nearest known shape of a character; `None` for characters that no
    /// reference has, infinite where all are far.
    pub(super) fn distance(&self, c: char) -> Option<f32> {
        // They are sorted by character.
        let all = references();
        let from = all.partition_point(|r| r.char < c);
        let known = all.iter().skip(from).take_while(|r| r.char == c);
        known.map(|r| self.to(r, f32::MAX).unwrap_or(f32::MAX)).min_by(f32::total_cmp)
    }

    /// Distance to the nearest shape of each character that is not farther than the nearest of all
    /// by more than any margin.
    fn distances(&self) -> BTreeMap<char, f32> {
        let mut nearest: BTreeMap<char, f32> = BTreeMap::new();
        let mut limit = NEAR + WIDEST;
        for reference in references() {
            let known = nearest.get(&reference.char).copied().unwrap_or(f32::MAX);
            if let Some(d) = self.to(reference, known.min(limit)) {
                nearest.insert(reference.char, d);
                limit = limit.min(d + WIDEST);
            }
        }
        nearest
    }

    /// Distance to a reference, `None` when it is not below a limit.
    fn to(&self, reference: &Reference, limit: f32) -> Option<f32> {
        // Bars have nothing but their place.
        let bars = self.is_bar() && reference.bar;
        let place = self.place.to(reference.place, bars);
        if place >= limit {
            return None;
        }
        let most = (limit - place) * (limit - place) * CELLS as f32;
        let mut sum = 0.0;
        for (a, b) in self.grid.chunks_exact(SIDE).zip(reference.grid.chunks_exact(SIDE)) {
            sum += a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f32>();
            if sum >= most {
                return None;
            }
        }
        Some(place + (sum / CELLS as f32).sqrt())
    }
}

/// Whether two characters mean the same where either is printed.
pub(super) fn is_same(a: char, b: char) -> bool {
    a == b || SAME.iter().any(|s| s.contains(a) && s.contains(b))
}

/// How much farther than `c` another character must be.
fn margin(c: char, other: char) -> f32 {
    let alike = ALIKE.iter().find(|(group, _)| group.contains(c) && group.contains(other));
    alike.map_or(MARGIN, |(_, margin)| *margin)
}

/// Whether a shape fills its box: stems, dashes, square points.
fn is_bar(grid: &[f32; CELLS]) -> bool {
    grid.iter().sum::<f32>() > 0.98 * CELLS as f32
}

impl Place {
    /// How far apart two places are. Fonts differ by a tenth of the em in the heights of their
    /// letters; side bearings tell apart only what is alike otherwise.
    fn to(self, other: Place, bars: bool) -> f32 {
        if bars {
            return (self.bottom - other.bottom).abs()
                + (self.top - other.top).abs()
                + (self.width - other.width).abs()
                + (self.left - other.left).abs();
        }
        let height = |p: Place| (p.top - p.bottom).max(0.005);
        let aspect = |p: Place| (p.width.max(0.005) / height(p)).ln();
        0.8 * (self.bottom - other.bottom).abs()
            + 0.8 * (self.top - other.top).abs()
            + 0.3 * (self.width - other.width).abs()
            + 0.15 * (self.left - other.left).abs().min(0.3)
            + 0.12 * (aspect(self) - aspect(other)).abs()
    }
}

struct Reference {
    char: char,
    bar: bool,
    place: Place,
    grid: [f32; CELLS],
}

/// The known shapes.
fn references() -> &'static [Reference] {
    static REFERENCES: OnceLock<Vec<Reference>> = OnceLock::new();
    REFERENCES.get_or_init(|| {
        let mut bytes = Vec::new();
        let mut inflated =
            flate2::read::DeflateDecoder::new(&include_bytes!("../data/shapes.bin")[..]);
        match inflated.read_to_end(&mut bytes) {
            Ok(_) => unpacked(&bytes),
            Err(_) => Vec::new(),
        }
    })
}

fn unpacked(bytes: &[u8]) -> Vec<Reference> {
    let records = bytes.chunks_exact(RECORD);
    let read = |record: &[u8]| {
        let (head, cells) = record.split_at_checked(HEAD)?;
        let mut words =
            head.chunks_exact(2).filter_map(|w| Some(u16::from_be_bytes(w.try_into().ok()?)));
        let code = words.next()?;
        let mut place = || words.next().map(|w| f32::from(w as i16) / EM);
        let place = Place { left: place()?, bottom: place()?, width: place()?, top: place()? };
        let mut grid = [0.0; CELLS];
        let halves = cells.iter().flat_map(|b| [b >> 4, b & 15]);
        for (cell, half) in grid.iter_mut().zip(halves) {
            *cell = f32::from(half) / 15.0;
        }
        Some(Reference { char: char::from_u32(u32::from(code))?, bar: is_bar(&grid), place, grid })
    };
    records.filter_map(read).collect()
}

#[cfg(test)]
fn packed(c: char, shape: &Shape) -> Option<[u8; RECORD]> {
    let mut record = [0; RECORD];
    let code = u16::try_from(u32::from(c)).ok()?;
    let word = |v: f32| ((v * EM).round().clamp(-32_768.0, 32_767.0) as i16).to_be_bytes();
    let Place { left, bottom, width, top } = shape.place;
    let head = [code.to_be_bytes(), word(left), word(bottom), word(width), word(top)];
    record[..HEAD].copy_from_slice(head.as_flattened());
    for (byte, pair) in record[HEAD..].iter_mut().zip(shape.grid.chunks_exact(2)) {
        let half = |v: f32| (v * 15.0).round().clamp(0.0, 15.0) as u8;
        *byte = half(pair[0]) << 4 | half(pair[1]);
    }
    Some(record)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::{Point, Segment};

    /// Boxes `[left, bottom, right, top]` as an outline.
    pub(in crate::font) fn boxes(boxes: &[[f64; 4]]) -> Vec<Subpath> {
        let subpath = |b: &[f64; 4]| {
            let [x0, y0, x1, y1] = *b;
            let corners = [(x1, y0), (x1, y1), (x0, y1)];
            let segments = corners.map(|(x, y)| Segment::Line(Point::new(x, y))).to_vec();
            Subpath { start: Point::new(x0, y0), segments, closed: true }
        };
        boxes.iter().map(subpath).collect()
    }

    const T: &[[f64; 4]] = &[[0.25, 0.0, 0.34, 0.72], [0.02, 0.635, 0.57, 0.72]];

    #[test]
    fn clear_shapes_are_read_and_others_not() {
        for (outline, read) in [
            (T, Some('T')),
            (&[[0.08, 0.0, 0.17, 0.72], [0.08, 0.0, 0.54, 0.085]], Some('L')),
            (
                &[
                    [0.08, 0.0, 0.17, 0.72],
                    [0.08, 0.0, 0.62, 0.08],
                    [0.08, 0.33, 0.58, 0.41],
                    [0.08, 0.64, 0.61, 0.72],
                ],
                Some('E'),
            ),
            (&[[0.04, 0.22, 0.54, 0.29], [0.255, 0.0, 0.325, 0.505]], Some('+')),
            (&[[0.04, 0.11, 0.54, 0.18], [0.04, 0.32, 0.54, 0.39]], Some('=')),
            (&[[0.09, 0.0, 0.19, 0.1]], Some('.')),
            (&[[0.04, 0.23, 0.29, 0.32]], Some('-')),
            // A stem between an I, an l and a bar.
            (&[[0.08, 0.0, 0.17, 0.74]], None),
            // No character at all.
            (&[[0.0, 0.0, 0.9, 0.9]], None),
            (&[[0.0, 0.0, 0.2, 0.1], [0.5, 0.6, 0.9, 0.9]], None),
        ] as [(&[[f64; 4]], Option<char>); 10]
        {
            let shape = Shape::of(&boxes(outline)).unwrap();
            assert_eq!(shape.read(), read, "{outline:?}");
        }
        assert!(Shape::of(&[]).is_none());
        assert!(Shape::of(&boxes(&[[f64::NAN, 0.0, 1.0, 1.0]])).is_none());
        assert!(Shape::of(&boxes(&[[0.0, 0.0, 0.0, 1.0]])).is_none());
    }

    #[test]
    fn the_data_know_all_that_sheets_show() {
        let known: std::collections::BTreeSet<char> = references().iter().map(|r| r.char).collect();
        for c in ('!'..='~').chain("µΩ°±≤≥θΔ−–—×÷·•√∞πταβλσφ→®™".chars())
        {
            assert!(known.contains(&c), "{c}");
        }
    }
}
