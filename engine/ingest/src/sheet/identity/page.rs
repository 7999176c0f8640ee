//! What each page of a sheet is for.

use super::seen::{Seen, contains};
use crate::sheet::SheetPage;
use crate::sheet::table::{Section, Table};

/// What a page, or a part of it, is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum PageKind {
    /// Says which part it is and what it is good for.
    Title,
    /// Limits of what the part survives.
    Ratings,
    /// Values with their conditions.
    Characteristics,
    /// Plots.
    Curves,
    /// Outline, footprint, marking, reel.
    Drawing,
    /// Ordering codes.
    Ordering,
    /// Disclaimers, trademarks.
    Legal,
    /// A picture of a page.
    Scan,
}

/// Words of lines that say what a page is for, folded.
const WORDS: &[(PageKind, &[&str])] = &[
    (
        PageKind::Ratings,
        &["absolute maximum ratings", "maximum ratings", "limiting values", "absolute ratings"],
    ),
    (
        PageKind::Characteristics,
        &[
            "electrical characteristics",
            "static characteristics",
            "dynamic characteristics",
            "off characteristics",
            "on characteristics",
            "switching characteristics",
        ],
    ),
    (
        PageKind::Curves,
        &[
            "typical characteristics",
            "characteristic curves",
            "typical performance characteristics",
            "characteristics curves",
            "typical characteristic curves",
        ],
    ),
    (
        PageKind::Drawing,
        &[
            "package outline",
            "package dimensions",
            "mechanical dimensions",
            "outline dimensions",
            "mechanical data",
            "package information",
            "package outline dimensions",
            "recommended footprint",
            "tape and reel",
            "soldering footprint",
            "suggested pad layout",
        ],
    ),
    (PageKind::Ordering, &["ordering information", "order code", "ordering code"]),
    (
        PageKind::Legal,
        &[
            "disclaimer",
            "disclaimers",
            "life support policy",
            "legal information",
            "trademarks",
            "important notice",
            "limited warranty",
            "product status definitions",
        ],
    ),
];
/// Captions of figures that make a page one of curves.
const FIGURES: usize = 2;
/// Glyphs below which a page that an image covers is a scan.
const FEW: usize = 60;
/// Share of the page that such an image covers.
const SCAN_SHARE: f64 = 0.6;
/// Longer lines are sentences, not headings.
const HEADING: usize = 90;

/// What each page is for, in the order of the pages.
pub(super) fn kinds(
    pages: &[SheetPage],
    seen: &[Seen],
    tables: &[Table],
    title: u32,
) -> Vec<Vec<PageKind>> {
    pages.iter().map(|page| one(page, seen, tables, title)).collect()
}

fn one(page: &SheetPage, seen: &[Seen], tables: &[Table], title: u32) -> Vec<PageKind> {
    let number = page.page.number;
    let start = seen.partition_point(|l| l.page < number);
    let end = seen.partition_point(|l| l.page <= number);
    let lines = seen.get(start..end).unwrap_or(&[]);
    let mut kinds = Vec::new();
    let whole = page.page.width * page.page.height;
    let glyphs = page.page.glyphs.iter().filter(|g| g.visible).count();
    let image = page.page.images.iter().map(|i| i.area.width() * i.area.height()).sum::<f64>();
    if glyphs < FEW && image >= SCAN_SHARE * whole {
        return vec![PageKind::Scan];
    }
    if number == title {
        kinds.push(PageKind::Title);
    }
    for (kind, words) in WORDS {
        let says =
            |l: &&Seen| l.text.len() <= HEADING && words.iter().any(|w| contains(&l.plain, w));
        if lines.iter().any(|l| says(&l)) {
            kinds.push(*kind);
        }
    }
    let figures = lines
        .iter()
        .filter(|l| l.plain.starts_with(" fig ") || l.plain.starts_with(" figure "))
        .filter(|l| l.text.len() <= HEADING)
        .count();
    if figures >= FIGURES {
        kinds.push(PageKind::Curves);
    }
    for row in tables.iter().filter(|t| t.page == number).flat_map(|t| &t.rows) {
        match row.section {
            Section::Ratings => kinds.push(PageKind::Ratings),
            Section::Static | Section::Dynamic | Section::Electrical => {
                kinds.push(PageKind::Characteristics);
            }
            _ => {}
        }
    }
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}
