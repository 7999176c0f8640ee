//! Makes `data/shapes.bin` out of installed fonts, and measures it on fonts that it was not made of.
//!
//! `cargo test -p espice-pdf make_shapes -- --ignored --nocapture` needs the Debian packages named
//! in `data/README.md`; `measure_shapes` reads the fonts of `ESPICE_HELD_OUT`, a list of files.

use super::{CELLS, Reference, Shape, packed, unpacked};
use crate::font::program::Program;
use std::collections::BTreeMap;

/// Characters that datasheets show.
fn characters() -> impl Iterator<Item = char> {
    let more = "µΩ°±≤≥θΔ−–—×÷·•√∞πτηαβγδελσφωΣ∫→®©™†‡’‘“”…²³¹½¼≈≠";
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
            "LiberationMono-Regular.ttf",
            "LiberationSans-BoldItalic.ttf",
            "LiberationSerif-Italic.ttf",
            "LiberationSansNarrow-Bold.ttf",
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
            "NimbusSansNarrow-Oblique.otf",
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
    ("/usr/share/fonts/truetype/noto/", &["NotoSans-Regular.ttf"]),
];

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
    let glyph = font.by_char(c).or_else(|| font.by_char(also))?;
    Shape::of(&font.outline(glyph)?)
}

#[test]
#[ignore = "makes the data file out of installed fonts"]
fn make_shapes() {
    let mut bytes = Vec::new();
    let mut kept: Vec<Reference> = Vec::new();
    for (folder, files) in FACES {
        for file in *files {
            let Some(font) = program(&format!("{folder}{file}")) else {
                println!("missing: {folder}{file}");
                continue;
            };
            let mut count = 0;
            for c in characters() {
                let Some(shape) = shape(&font, c) else { continue };
                // A shape that is all but known adds nothing.
                let known = kept.iter().filter(|r| r.char == c);
                let near = known.filter_map(|r| shape.to(r, f32::MAX)).min_by(f32::total_cmp);
                if near.is_some_and(|d| d < 0.05) {
                    continue;
                }
                let Some(record) = packed(c, &shape) else { continue };
                bytes.extend_from_slice(&record);
                kept.extend(unpacked(&record));
                count += 1;
            }
            println!("{count:4} of {file}");
        }
    }
    println!("{} shapes, {} bytes, {CELLS} cells", kept.len(), bytes.len());
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
                Some(r) if r == c => right += 1,
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
