//! What an outline looks like: characters told by their drawn shape.
//!
//! An outline becomes the coverage of a 12 × 12 grid over its own box, and the place of that box
//! on the em. It is compared with the glyphs of freely licensed fonts (`data/README.md`). The
//! nearest character is told only when it is near and every other character is clearly farther:
//! a wrong letter costs more than a missing one.

mod drawn;
mod raster;

use crate::Subpath;
pub use drawn::{Drawn, ShapeFont};
use raster::{Ink, SIDE};
use std::collections::BTreeMap;
use std::io::Read;
use std::sync::OnceLock;

/// An outline as it is compared.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    place: Place,
    grid: Grid,
}

/// The box of the ink on the em: left, bottom, width, top, and the logarithm of width to height.
#[derive(Clone, Copy, Debug)]
struct Place {
    left: f32,
    bottom: f32,
    width: f32,
    top: f32,
    aspect: f32,
}

/// Coverage, and what is compared of it first.
#[derive(Clone, Debug)]
struct Grid {
    cells: [f32; CELLS],
    /// Means of blocks of 4 × 4 cells.
    blocks: [f32; BLOCKS],
    /// Whether it fills its box: stems, dashes, square points.
    bar: bool,
}

/// Cells along the side of a block, blocks across and down, and blocks in all.
const BLOCK: usize = 4;
const ACROSS: usize = SIDE / BLOCK;
const BLOCKS: usize = ACROSS * ACROSS;
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
        let sides = [area.x0, area.y0, area.width(), area.y1].map(|v| v as f32);
        Some(Shape { place: Place::new(sides), grid: Grid::new(ink.grid) })
    }

    /// The character that this shape can only be; `None` when unsure.
    pub(super) fn read(&self) -> Option<char> {
        let mut best: Vec<(f32, char)> =
            self.distances().into_iter().map(|(c, d)| (d, c)).collect();
        best.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let (&(near, c), others) = best.split_first()?;
        let [most, times, more] = if self.grid.bar { EXACT_BAR } else { EXACT };
        let clear = others.iter().all(|&(d, other)| {
            is_same(c, other)
                || d - near >= margin(c, other)
                || near <= most && d >= times * near && d - near >= more
        });
        (near <= NEAR && clear).then_some(c)
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
        let all = references();
        let bounds: Vec<f32> = all.iter().map(|r| self.at_least(r)).collect();
        // What comes first lowers the limit for all others: the one that promises most.
        let promising = bounds.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1));
        let first = promising.and_then(|(i, _)| self.to(all.get(i)?, NEAR + WIDEST));
        let mut limit = first.map_or(NEAR, |d| d.min(NEAR)) + WIDEST;
        let mut nearest: BTreeMap<char, f32> = BTreeMap::new();
        for (reference, bound) in all.iter().zip(bounds) {
            if bound >= limit {
                continue;
            }
            let known = nearest.get(&reference.char).copied().unwrap_or(f32::MAX);
            if let Some(d) = self.to(reference, known.min(limit)) {
                nearest.insert(reference.char, d);
                limit = limit.min(d + WIDEST);
            }
        }
        nearest
    }

    /// A distance that a reference has at least, out of a few numbers: the mean of squares is no
    /// less than the mean of the squared means of blocks. A little less than that, since sums
    /// round.
    fn at_least(&self, reference: &Reference) -> f32 {
        let (own, other) = (&self.grid.blocks, &reference.grid.blocks);
        let squares = own.iter().zip(other).map(|(a, b)| (a - b) * (a - b));
        let apart = (squares.sum::<f32>() / BLOCKS as f32).sqrt();
        0.999 * (self.place_to(reference) + apart)
    }

    fn place_to(&self, reference: &Reference) -> f32 {
        // Bars have nothing but their place.
        self.place.to(reference.place, self.grid.bar && reference.grid.bar)
    }

    /// Distance to a reference, `None` when it is not below a limit.
    fn to(&self, reference: &Reference, limit: f32) -> Option<f32> {
        let place = self.place_to(reference);
        if place >= limit {
            return None;
        }
        let most = (limit - place) * (limit - place) * CELLS as f32;
        let mut sum = 0.0;
        for (a, b) in self.grid.rows().iter().zip(reference.grid.rows()) {
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

impl Grid {
    fn new(cells: [f32; CELLS]) -> Grid {
        let mut blocks = [0.0; BLOCKS];
        for (row, line) in cells.chunks_exact(SIDE).enumerate() {
            for (column, part) in line.chunks_exact(BLOCK).enumerate() {
                if let Some(block) = blocks.get_mut(row / BLOCK * ACROSS + column) {
                    *block += part.iter().sum::<f32>() / (BLOCK * BLOCK) as f32;
                }
            }
        }
        Grid { cells, blocks, bar: cells.iter().sum::<f32>() > 0.98 * CELLS as f32 }
    }

    fn rows(&self) -> &[[f32; SIDE]] {
        self.cells.as_chunks::<SIDE>().0
    }
}

impl Place {
    /// Left, bottom, width and top.
    fn new([left, bottom, width, top]: [f32; 4]) -> Place {
        let aspect = (width.max(0.005) / (top - bottom).max(0.005)).ln();
        Place { left, bottom, width, top, aspect }
    }

    /// How far apart two places are. Fonts differ by a tenth of the em in the heights of their
    /// letters; side bearings tell apart only what is alike otherwise.
    fn to(self, other: Place, bars: bool) -> f32 {
        if bars {
            return (self.bottom - other.bottom).abs()
                + (self.top - other.top).abs()
                + (self.width - other.width).abs()
                + (self.left - other.left).abs();
        }
        0.8 * (self.bottom - other.bottom).abs()
            + 0.8 * (self.top - other.top).abs()
            + 0.3 * (self.width - other.width).abs()
            + 0.15 * (self.left - other.left).abs().min(0.3)
            + 0.12 * (self.aspect - other.aspect).abs()
    }
}

/// A known shape.
#[derive(Clone, Debug)]
struct Reference {
    char: char,
    place: Place,
    grid: Grid,
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
        let mut side = || words.next().map(|w| f32::from(w as i16) / EM);
        let place = Place::new([side()?, side()?, side()?, side()?]);
        let mut grid = [0.0; CELLS];
        let halves = cells.iter().flat_map(|b| [b >> 4, b & 15]);
        for (cell, half) in grid.iter_mut().zip(halves) {
            *cell = f32::from(half) / 15.0;
        }
        Some(Reference { char: char::from_u32(u32::from(code))?, place, grid: Grid::new(grid) })
    };
    records.filter_map(read).collect()
}

/// What the table keeps of a shape; `None` for characters beyond the basic plane.
fn packed(c: char, shape: &Shape) -> Option<[u8; RECORD]> {
    let mut record = [0; RECORD];
    let code = u16::try_from(u32::from(c)).ok()?;
    let word = |v: f32| ((v * EM).round().clamp(-32_768.0, 32_767.0) as i16).to_be_bytes();
    let Place { left, bottom, width, top, .. } = shape.place;
    let head = [code.to_be_bytes(), word(left), word(bottom), word(width), word(top)];
    let half = |v: &f32| (v * 15.0).round().clamp(0.0, 15.0) as u8;
    let (pairs, _) = shape.grid.cells.as_chunks::<2>();
    let halves = pairs.iter().map(|[a, b]| half(a) << 4 | half(b));
    let bytes = head.into_iter().flatten().chain(halves);
    record.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
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

    /// What is left out early could not have mattered.
    #[test]
    fn the_nearest_are_those_of_a_full_search() {
        let (mut tried, mut told) = (0, 0);
        for (n, reference) in references().iter().enumerate().step_by(61) {
            tried += 1;
            // The shape of one, halfway to that of another at times.
            let other = &references()[(7 * n + 3) % references().len()];
            let part = [0.0, 0.1, 0.3, 0.5][n % 4];
            let between = |a: &f32, b: &f32| a + part * (b - a);
            let cells = reference.grid.cells.iter().zip(&other.grid.cells);
            let mut grid = [0.0; CELLS];
            grid.iter_mut().zip(cells).for_each(|(to, (a, b))| *to = between(a, b));
            let shape = Shape { place: reference.place, grid: Grid::new(grid) };
            let mut full: BTreeMap<char, f32> = BTreeMap::new();
            for r in references() {
                let d = shape.to(r, f32::MAX).unwrap();
                full.entry(r.char).and_modify(|known| *known = known.min(d)).or_insert(d);
            }
            let least = full.values().copied().fold(f32::MAX, f32::min);
            let found = shape.distances();
            told += found.len();
            for (c, d) in full {
                let far = d >= least.min(NEAR) + WIDEST;
                assert!(far || found.get(&c) == Some(&d), "{c}: {d}, {least}");
            }
        }
        // Others than the nearest were found too.
        assert!(told > 2 * tried, "{told} of {tried}");
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
