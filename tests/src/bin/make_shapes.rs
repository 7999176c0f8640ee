//! Makes the table of known shapes, `engine/pdf/src/font/data/shapes.bin`, out of fonts, or
//! measures the present one on fonts that it was not made of:
//!
//! `cargo run --release -p espice-tests --bin make_shapes [ROOT]` reads the Debian packages named
//! in `engine/pdf/src/font/data/README.md`, installed under ROOT (otherwise `/`);
//! `… --bin make_shapes measure FONT…` reads font files.

use espice_pdf::shapes::{Drawn, ShapeFont};
use espice_pdf::{Point, Segment, Subpath};
use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};

/// Characters that datasheets show.
fn characters() -> impl Iterator<Item = char> {
    let more = "µΩ°±≤≥θΔ−–—×÷·•√∞πτηαβγδελσφωΣ∫→®©™†‡’‘“”…²³¹½¼≈≠①②③④⑤⑥⑦⑧⑨";
    ('!'..='~').chain(more.chars())
}

/// Folders and the fonts in them: families that are drawn like those of datasheets. Liberation has
/// the widths of Arial, Times New Roman and Arial Narrow, URW's base 35 the shapes of the standard
/// PostScript fonts, Carlito the widths of Calibri.
const FACES: &[(&str, &[&str])] = &[
    (
        "usr/share/fonts/truetype/liberation",
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
        "usr/share/fonts/opentype/urw-base35",
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
        "usr/share/fonts/truetype/dejavu",
        &["DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSerif.ttf", "DejaVuSansMono.ttf"],
    ),
    ("usr/share/fonts/truetype/crosextra", &["Carlito-Regular.ttf", "Carlito-Bold.ttf"]),
];

/// Stems of Arial by their places, measured: left, width, top, in em. The free fonts of its widths
/// have capitals of another height, and in Arial nothing but these places tells I from l.
const STEMS: &[(char, [f64; 3])] = &[
    ('I', [0.0932, 0.0952, 0.7158]),
    ('l', [0.0640, 0.0879, 0.7158]),
    ('I', [0.0684, 0.1445, 0.7158]),
    ('l', [0.0718, 0.1372, 0.7158]),
];

/// A shape farther than this from all kept ones of its character is new.
const NEW: f32 = 0.22;
/// A shape nearer than this is known.
const KNOWN: f32 = 0.03;
/// How much farther other characters must be for a shape to be left out.
const ROOM: f32 = 0.11;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.split_first() {
        Some((first, fonts)) if first == "measure" => measure(fonts),
        first => make(first.map_or(Path::new("/"), |(root, _)| Path::new(root))),
    }
}

#[expect(clippy::disallowed_methods, reason = "a program reads the fonts that it is told")]
fn font(path: &Path) -> Result<ShapeFont, Box<dyn Error>> {
    let bytes = std::fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(ShapeFont::load(bytes).ok_or_else(|| format!("{} is no font", path.display()))?)
}

fn stem(c: char, [left, width, top]: [f64; 3]) -> Option<Drawn> {
    let corner = |x: f64, y: f64| Segment::Line(Point::new(left + x, y));
    let segments = vec![corner(width, 0.0), corner(width, top), corner(0.0, top)];
    Drawn::of(c, &[Subpath { start: Point::new(left, 0.0), segments, closed: true }])
}

#[expect(clippy::print_stdout, reason = "a program for people")]
fn make(root: &Path) -> Result<(), Box<dyn Error>> {
    let mut all: Vec<Drawn> = STEMS.iter().filter_map(|(c, place)| stem(*c, *place)).collect();
    for (folder, files) in FACES {
        for file in *files {
            let font = font(&root.join(folder).join(file))?;
            all.extend(characters().filter_map(|c| font.draw(c)));
        }
    }
    let mut kept: Vec<&Drawn> = Vec::new();
    for drawn in &all {
        let nearest = |others: &mut dyn Iterator<Item = &Drawn>| {
            others.map(|o| drawn.distance(o)).fold(f32::MAX, f32::min)
        };
        let same = nearest(&mut kept.iter().copied().filter(|o| o.char == drawn.char));
        let other = nearest(&mut all.iter().filter(|o| o.char != drawn.char));
        // A shape adds something when it is new, or when others come near enough to matter.
        if same > NEW || same > KNOWN && other - same < ROOM {
            kept.push(drawn);
        }
    }
    // Sorted by character, as the reader looks them up; neighbours that are alike deflate best.
    let mut records: Vec<_> = kept.iter().map(|d| d.record).collect();
    records.sort_unstable();
    let bytes = miniz_oxide::deflate::compress_to_vec(records.as_flattened(), 10);
    println!("{} of {} shapes, {} bytes", records.len(), all.len(), bytes.len());
    let out = Path::new(env!("CARGO_MANIFEST_DIR")).join("../engine/pdf/src/font/data/shapes.bin");
    Ok(std::fs::write(out, bytes)?)
}

#[expect(clippy::print_stdout, reason = "a program for people")]
fn measure(fonts: &[String]) -> Result<(), Box<dyn Error>> {
    let mut confusions: BTreeMap<(char, Option<char>), usize> = BTreeMap::new();
    let (mut all, mut all_right, mut all_wrong) = (0, 0, 0);
    for path in fonts.iter().map(PathBuf::from) {
        let font = font(&path)?;
        let (mut total, mut right) = (0, 0);
        let (mut wrong, mut missing) = (Vec::new(), String::new());
        for drawn in characters().filter_map(|c| font.draw(c)) {
            total += 1;
            if drawn.is_read_right() {
                right += 1;
                continue;
            }
            let read = drawn.read();
            match read {
                Some(read) => wrong.push(format!("{}>{read}", drawn.char)),
                None => missing.push(drawn.char),
            }
            *confusions.entry((drawn.char, read)).or_default() += 1;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        println!("{name:40} {right:4}/{total:4} wrong {}  none {missing}", wrong.join(" "));
        all += total;
        all_right += right;
        all_wrong += wrong.len();
    }
    let share = |n: usize| n as f64 / all.max(1) as f64;
    println!("all {all}, recall {:.4}, wrong {:.4}", share(all_right), share(all_wrong));
    let mut worst: Vec<_> = confusions.into_iter().collect();
    worst.sort_by_key(|(pair, n)| (std::cmp::Reverse(*n), *pair));
    worst.truncate(60);
    println!("{worst:?}");
    Ok(())
}
