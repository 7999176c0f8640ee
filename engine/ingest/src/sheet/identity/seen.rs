//! The lines of a document as identification looks at them.

use crate::sheet::SheetPage;
use espice_pdf::Rect;

/// Where on its page a line stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Band {
    /// At the top edge.
    Head,
    /// Between.
    Body,
    /// At the bottom edge, or along a side.
    Foot,
}

/// A line.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    /// Page, from 1.
    pub page: u32,
    /// Its box.
    pub area: Rect,
    /// Its text.
    pub text: String,
    /// Its text as [`fold`] leaves it.
    pub plain: String,
    /// Size of its letters in points.
    pub size: f64,
    /// Where it stands.
    pub band: Band,
    /// Whether it is a copyright line.
    pub copyright: bool,
    /// Whether it is not upright: a running head along the side.
    pub turned: bool,
    /// Whether it belongs to the title of the sheet, see [`mark_titles`].
    pub title: bool,
}

/// Share of the page's height that heads and feet take.
const EDGE: f64 = 0.09;
/// Lines looked at in a document.
const MOST: usize = 20_000;

/// All lines of all pages, in order.
pub(super) fn all(pages: &[SheetPage]) -> Vec<Seen> {
    let mut seen = Vec::new();
    for SheetPage { page, text } in pages {
        let edge = page.height * EDGE;
        for line in text.lines.iter().take(MOST.saturating_sub(seen.len())) {
            let words = line.text();
            let middle = line.area.center();
            let band = if line.angle != 0.0 || middle.y > page.height - edge {
                Band::Foot
            } else if middle.y < edge {
                Band::Head
            } else {
                Band::Body
            };
            let plain = fold(&words);
            let copyright = words.contains('©')
                || contains(&plain, "copyright")
                || contains(&plain, "all rights reserved");
            seen.push(Seen {
                page: page.number,
                area: line.area,
                plain,
                size: line.size,
                band,
                copyright,
                turned: line.angle != 0.0,
                title: false,
                text: words,
            });
        }
    }
    seen
}

/// A title's letters are this much larger than those of most of the page.
const LARGER: f64 = 1.19;
/// Pages that can have the title: covers and notices may stand before it.
const FIRST: u32 = 3;
/// Words of headings within a sheet, which no title is.
const HEADINGS: &[&str] = &[
    "characteristics",
    "ratings",
    "features",
    "applications",
    "application",
    "description",
    "information",
    "maximum",
    "data sheet",
    "specification",
    "summary",
    "profile",
    "circuit",
    "diagram",
    "contents",
    "history",
    "benefits",
    "note",
    "notes",
    "parameter",
    "symbol",
];

/// Marks the lines of the title, and gives their indexes and the page that they stand on: the
/// first one with large letters that name a part, else the first page.
pub(super) fn mark_titles(seen: &mut [Seen]) -> (Vec<usize>, u32) {
    let large = |page: u32| -> Vec<usize> {
        let usual = usual_size(seen.iter().filter(|l| l.page == page));
        let is_large = |l: &Seen| l.page == page && l.size >= usual * LARGER;
        seen.iter().enumerate().filter(|(_, l)| is_large(l)).map(|(at, _)| at).collect()
    };
    let named =
        |at: &usize| seen.get(*at).is_some_and(|l| !super::name::read(&l.text).parts.is_empty());
    let first = seen.first().map_or(1, |l| l.page);
    let page = (1..=FIRST).find(|p| large(*p).iter().any(named)).unwrap_or(first);
    let is_title = |at: &usize| {
        let heading = |l: &Seen| HEADINGS.iter().any(|h| contains(&l.plain, h));
        named(at) || seen.get(*at).is_some_and(|l| !heading(l))
    };
    let titles: Vec<usize> = large(page).into_iter().filter(is_title).collect();
    for at in &titles {
        if let Some(line) = seen.get_mut(*at) {
            line.title = true;
        }
    }
    (titles, page)
}

/// The size of most letters.
fn usual_size<'a>(lines: impl Iterator<Item = &'a Seen>) -> f64 {
    let mut sizes: Vec<(f64, usize)> = lines.map(|l| (l.size, l.text.len())).collect();
    sizes.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = sizes.iter().map(|s| s.1).sum::<usize>() / 2;
    let mut so_far = 0;
    for (size, length) in &sizes {
        so_far += length;
        if so_far > half {
            return *size;
        }
    }
    0.0
}

/// Letters and digits in lower case, one blank between words, one at either end: `HEXFET® Power`
/// is ` hexfet power `.
pub(super) fn fold(text: &str) -> String {
    let mut out = String::from(" ");
    for c in text.chars() {
        match c {
            _ if c.is_alphanumeric() => out.extend(c.to_lowercase()),
            '®' | '™' | '\'' | '’' => {}
            _ if out.ends_with(' ') => {}
            _ => out.push(' '),
        }
    }
    if !out.ends_with(' ') {
        out.push(' ');
    }
    out
}

/// Whether a folded text holds a phrase as whole words; `phrase` may be folded or plain words.
pub(super) fn contains(text: &str, phrase: &str) -> bool {
    let phrase = phrase.trim();
    if phrase.is_empty() {
        return false;
    }
    text.match_indices(phrase).any(|(at, found)| {
        let before = text.get(..at).is_none_or(|t| t.is_empty() || t.ends_with(' '));
        let after = text.get(at + found.len()..).is_none_or(|t| t.is_empty() || t.starts_with(' '));
        before && after
    })
}
