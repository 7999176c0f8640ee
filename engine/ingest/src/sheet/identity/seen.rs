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
                text: words,
            });
        }
    }
    seen
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
