//! Makes `data/shapes.bin` out of installed fonts, and measures it on fonts that it was not made of.
//!
//! `cargo test -p espice-pdf make_shapes -- --ignored --nocapture` needs the Debian packages named
//! in `data/README.md`; `measure_shapes` reads the fonts of `ESPICE_HELD_OUT`, a list of files.

use super::{CELLS, Reference, Shape, packed, unpacked};
use crate::font::program::Program;
use crate::font::{names, text};
use crate::{Point, Segment, Subpath};
use flate2::{Compression, write::DeflateEncoder};
use std::collections::BTreeMap;
use std::io::Write;

/// Characters that datasheets show.
fn characters() -> impl Iterator<Item = char> {
    let more = "µΩ°±≤≥θΔ−–—×÷·•√∞πτηαβγδελσφωΣ∫→®©™†‡’‘“”…²³¹½¼≈≠①②③④⑤⑥⑦⑧⑨";
    ('!'..='~').chain(more.chars())
}

const FACES: &[(&str, &[&str])] = &[
    (
        "/usr/share/fonts/truetype/liberation/",
        &[
            "LiberationSans-Regular.ttf",
            "LiberationSans-Bold.ttf",
            "LiberationSans-Italic.ttf",
            "LiberationSerif-Regular.ttf",
            "LiberationSerif-Bold.ttf",
            "LiberationSansNarrow-Regular.ttf",
            "LiberationSans-BoldItalic.ttf",
            "LiberationSerif-Italic.ttf",
        ],
    ),
    (
        "/usr/share/fonts/opentype/urw-base35/",
        &[
            "NimbusSans-Regular.otf",
            "NimbusSans-Bold.otf",
            "NimbusSans-Italic.otf",
            "NimbusSans-BoldItalic.otf",
            "NimbusSansNarrow-Regular.otf",
            "NimbusSansNarrow-Bold.otf",
            "NimbusSansNarrow-BoldOblique.otf",
            "NimbusRoman-Regular.otf",
            "NimbusRoman-Bold.otf",
            "NimbusRoman-Italic.otf",
            "NimbusMonoPS-Regular.otf",
            "URWGothic-Book.otf",
            "StandardSymbolsPS.otf",
            "P052-Roman.otf",
            "C059-Roman.otf",
        ],
    ),
    (
        "/usr/share/fonts/truetype/dejavu/",
        &["DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSerif.ttf", "DejaVuSansMono.ttf"],
    ),
    ("/usr/share/fonts/truetype/crosextra/", &["Carlito-Regular.ttf", "Carlito-Bold.ttf"]),
];

/// Stems of Arial by their places, measured: left, width, top. The free fonts of its widths have
/// capitals of another height, and in Arial nothing but these places tells I from l.
const STEMS: &[(char, [f64; 3])] = &[
    ('I', [0.0932, 0.0952, 0.7158]),
    ('l', [0.0640, 0.0879, 0.7158]),
    ('I', [0.0684, 0.1445, 0.7158]),
    ('l', [0.0718, 0.1372, 0.7158]),
];

fn stem([left, width, top]: [f64; 3]) -> Option<Shape> {
    let corner = |x: f64, y: f64| Segment::Line(Point::new(left + x, y));
    let segments = vec![corner(width, 0.0), corner(width, top), corner(0.0, top)];
    Shape::of(&[Subpath { start: Point::new(left, 0.0), segments, closed: true }])
}

/// A shape farther than this from all kept ones of its character is new.
const NEW: f32 = 0.22;
/// A shape nearer than this is known.
const KNOWN: f32 = 0.03;
/// How much farther other characters must be for a shape to be left out.
const ROOM: f32 = 0.11;

fn program(path: &str) -> Option<Program> {
    #[allow(clippy::disallowed_methods, reason = "a maker's tool reads fonts that are installed")]
    let bytes = std::fs::read(path).ok()?;
    Program::load(bytes)
}

fn shape(font: &Program, c: char) -> Option<Shape> {
    let also = match c {
        'µ' => 'μ',
        'Ω' => '\u{2126}',
        'Δ' => '∆',
        'Σ' => '∑',
        _ => c,
    };
    let ding = || font.by_name(&format!("a{}", u32::from(c).checked_sub(0x2460)? + 120));
    let glyph = font.by_char(c).or_else(|| font.by_char(also)).or_else(ding)?;
    // Symbol fonts map Latin letters to what they draw instead.
    let name = font.name(glyph).unwrap_or_default();
    let says = names::text_of(&name).or_else(|| names::dingbat(&name));
    let other = match says {
        Some(says) => text::told(&says) != text::told(&c.to_string()),
        None => font.is_named(),
    };
    if other {
        return None;
    }
    Shape::of(&font.outline(glyph)?)
}

#[test]
#[ignore = "makes the data file out of installed fonts"]
fn make_shapes() {
    let mut all: Vec<(char, Shape, Reference)> = Vec::new();
    for (c, place) in STEMS {
        let shape = stem(*place).unwrap();
        let reference = packed(*c, &shape).and_then(|r| unpacked(&r).pop());
        all.extend(reference.map(|r| (*c, shape, r)));
    }
    for (folder, files) in FACES {
        for file in *files {
            let Some(font) = program(&format!("{folder}{file}")) else {
                println!("missing: {folder}{file}");
                continue;
            };
            for c in characters() {
                let Some(shape) = shape(&font, c) else { continue };
                let reference = packed(c, &shape).and_then(|r| unpacked(&r).pop());
                all.extend(reference.map(|r| (c, shape, r)));
            }
        }
    }
    let mut records = Vec::new();
    let mut kept: Vec<&Reference> = Vec::new();
    for (c, shape, reference) in &all {
        let nearest = |refs: &mut dyn Iterator<Item = &Reference>| {
            refs.filter_map(|r| shape.to(r, f32::MAX)).fold(f32::MAX, f32::min)
        };
        let same = nearest(&mut kept.iter().copied().filter(|r| r.char == *c));
        let other = nearest(&mut all.iter().map(|a| &a.2).filter(|r| r.char != *c));
        // A shape adds something when it is new, or when others come near enough to matter.
        if same > NEW || same > KNOWN && other - same < ROOM {
            records.push(packed(*c, shape).unwrap());
            kept.push(reference);
        }
    }
    // Neighbours that are alike deflate best.
    records.sort_unstable();
    let mut deflated = DeflateEncoder::new(Vec::new(), Compression::best());
    deflated.write_all(records.as_flattened()).unwrap();
    let bytes = deflated.finish().unwrap();
    println!("{} of {} shapes, {} bytes, {CELLS} cells", kept.len(), all.len(), bytes.len());
    let out = concat!(env!("CARGO_MANIFEST_DIR"), "/src/font/data/shapes.bin");
    std::fs::write(out, bytes).unwrap();
}

#[test]
#[ignore = "needs fonts that the data were not made of"]
fn measure_shapes() {
    #[allow(clippy::disallowed_methods, reason = "a maker's tool is told its fonts")]
    let list = std::env::var("ESPICE_HELD_OUT").unwrap();
    let mut confusions: BTreeMap<(char, Option<char>), usize> = BTreeMap::new();
    let (mut all, mut all_right, mut all_wrong) = (0, 0, 0);
    for path in list.split_whitespace() {
        let Some(font) = program(path) else {
            println!("unread: {path}");
            continue;
        };
        let (mut total, mut right, mut wrong) = (0, 0, String::new());
        let mut missing = String::new();
        for c in characters() {
            let Some(shape) = shape(&font, c) else { continue };
            total += 1;
            match shape.read() {
                Some(r) if super::is_same(c, r) => right += 1,
                Some(r) => {
                    wrong.push_str(&format!("{c}>{r} "));
                    *confusions.entry((c, Some(r))).or_default() += 1;
                }
                None => {
                    missing.push(c);
                    *confusions.entry((c, None)).or_default() += 1;
                }
            }
        }
        let name = path.rsplit('/').next().unwrap_or(path);
        println!("{name:40} {right:4}/{total:4} wrong {wrong}  none {missing}");
        all += total;
        all_right += right;
        all_wrong += wrong.split_whitespace().count();
    }
    println!(
        "all {all}, recall {:.4}, wrong {:.4}",
        f64::from(all_right) / f64::from(all),
        all_wrong as f64 / f64::from(all)
    );
    let mut worst: Vec<_> = confusions.into_iter().collect();
    worst.sort_by_key(|(pair, n)| (std::cmp::Reverse(*n), *pair));
    println!("{:?}", &worst[..worst.len().min(60)]);
}
