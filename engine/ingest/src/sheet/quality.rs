//! How good a document is to read, as figures, and what of it cannot be read: scans, plots that
//! are images, glyphs without a meaning, hidden text.

use super::SheetPage;
use super::text::{Line, UNKNOWN};
use espice_base::{Code, Diagnostic, Diagnostics, FileId, Place};
use espice_pdf::{Image, Page, Reading, Rect};

/// The figures of a document.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Quality {
    /// Of each page, in order.
    pub pages: Vec<PageQuality>,
    /// Whether it is encrypted, with an empty password.
    pub encrypted: bool,
    /// Share of pages whose text can be read, 0 to 1.
    pub text_share: f64,
    /// Share of visible glyphs whose text is unknown, 0 to 1.
    pub unknown_share: f64,
    /// Pages that are scans.
    pub scans: usize,
    /// Plots that are images.
    pub raster_plots: usize,
}

/// The figures of a page.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct PageQuality {
    /// Page, from 1.
    pub page: u32,
    /// Visible glyphs, blanks left out.
    pub glyphs: usize,
    /// Glyphs that are in the file but not seen.
    pub hidden: usize,
    /// Visible characters of words whose text is unknown.
    pub unknown: usize,
    /// Painted paths.
    pub paths: usize,
    /// Images.
    pub images: usize,
    /// Share of the page that images cover, 0 to 1.
    pub image_share: f64,
    /// Whether the page is an image of a page.
    pub scan: bool,
    /// Where plots are images.
    pub raster_plots: Vec<Rect>,
    /// How far its content could be read.
    pub reading: Reading,
}

impl Quality {
    /// Whether every page is a scan, so that nothing can be read.
    pub fn is_all_scans(&self) -> bool {
        !self.pages.is_empty() && self.scans == self.pages.len()
    }
}

/// Images that cover this share of a page with hardly any text are the page itself.
const SCAN_SHARE: f64 = 0.6;
/// Fewer visible glyphs than this are a stamp on a scan, not the text of a page.
const FEW_GLYPHS: usize = 60;
/// An unknown share above this is worth a word.
const UNKNOWN_SHARE: f64 = 0.005;
/// A plot is at least this many points wide and high, and this many samples.
const PLOT: (f64, u32) = (85.0, 100);
/// How far below an image its caption may stand, and how far above, in points.
const CAPTION: (f64, f64) = (48.0, 30.0);
/// Images of one page that are looked at.
const MOST_IMAGES: usize = 4000;

/// Words of captions of plots and of the headings of pages full of plots, lower case.
const PLOT_WORDS: &[&str] = &[
    "characteristic",
    "characteristics",
    "vs",
    "vs.",
    "versus",
    "curve",
    "curves",
    "derating",
    "capacitance",
    "resistance",
    "on-resistance",
    "impedance",
    "normalized",
    "operating",
    "operation",
    "charge",
    "function",
    "current",
    "voltage",
];

/// Looks at all pages and says what cannot be read of them.
pub fn assess(pages: &[SheetPage], encrypted: bool, file: FileId) -> (Quality, Diagnostics) {
    let figures: Vec<PageQuality> = pages.iter().map(page).collect();
    let count = |test: fn(&PageQuality) -> bool| figures.iter().filter(|p| test(p)).count();
    let glyphs: usize = figures.iter().map(|p| p.glyphs).sum();
    let unknown: usize = figures.iter().map(|p| p.unknown).sum();
    let share = |part: usize, whole: usize| {
        if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
    };
    let quality = Quality {
        encrypted,
        text_share: share(count(|p| p.glyphs >= FEW_GLYPHS && !p.scan), figures.len()),
        unknown_share: share(unknown, glyphs),
        scans: count(|p| p.scan),
        raster_plots: figures.iter().map(|p| p.raster_plots.len()).sum(),
        pages: figures,
    };
    let diagnostics = tell(&quality, pages, file);
    (quality, diagnostics)
}

fn page(sheet: &SheetPage) -> PageQuality {
    let page = &sheet.page;
    let words = sheet.text.lines.iter().flat_map(|l| &l.words);
    let unknown = words.map(|w| w.text.matches(UNKNOWN).count()).sum();
    let visible = page.glyphs.iter().filter(|g| g.visible);
    let glyphs = visible.filter(|g| g.text.as_deref().is_none_or(|t| !t.trim().is_empty())).count();
    let hidden = page.glyphs.iter().filter(|g| !g.visible).count();
    let boxes = whole_images(page);
    let image_share = coverage(&boxes, page);
    let scan = image_share >= SCAN_SHARE && glyphs < FEW_GLYPHS;
    let raster_plots = if scan { Vec::new() } else { raster_plots(&boxes, &sheet.text.lines) };
    PageQuality {
        page: page.number,
        glyphs,
        hidden,
        unknown,
        paths: page.paths.len(),
        images: page.images.len(),
        image_share,
        scan,
        raster_plots,
        reading: page.reading,
    }
}

/// The places of images; strips that were cut from one picture are put together.
fn whole_images(page: &Page) -> Vec<(Rect, u32)> {
    let visible = Rect { x0: 0.0, y0: 0.0, x1: page.width, y1: page.height };
    let seen = |image: &Image| {
        let clip = page.clips.get(image.clip as usize).map_or(visible, |c| c.area);
        let area = image.area.intersection(clip)?.intersection(visible)?;
        (area.width() > 0.0 && area.height() > 0.0).then_some((area, image.width.min(image.height)))
    };
    let mut boxes: Vec<(Rect, u32, u32)> = page
        .images
        .iter()
        .take(MOST_IMAGES)
        .filter_map(|i| seen(i).map(|(area, _)| (area, i.width, i.height)))
        .collect();
    boxes.sort_by(|(a, ..), (b, ..)| {
        a.x0.total_cmp(&b.x0).then(a.x1.total_cmp(&b.x1)).then(a.y0.total_cmp(&b.y0))
    });
    let mut whole: Vec<(Rect, u32, u32)> = Vec::new();
    for (area, width, height) in boxes {
        match whole.last_mut() {
            Some((before, w, h))
                if (before.x0 - area.x0).abs() < 1.0
                    && (before.x1 - area.x1).abs() < 1.0
                    && (area.y0 - before.y1).abs() < 1.0 =>
            {
                *before = before.union(area);
                (*w, *h) = ((*w).max(width), h.saturating_add(height));
            }
            _ => whole.push((area, width, height)),
        }
    }
    whole.into_iter().map(|(area, w, h)| (area, w.min(h))).collect()
}

/// The share of the page that boxes cover. Overlaps count twice, up to the whole page: a page
/// under several large images is a picture all the same.
fn coverage(boxes: &[(Rect, u32)], page: &Page) -> f64 {
    let whole = page.width * page.height;
    let covered: f64 = boxes.iter().map(|(b, _)| b.width() * b.height()).sum();
    if whole > 0.0 { (covered / whole).min(1.0) } else { 0.0 }
}

/// Images that are plots: large enough, and with a caption that speaks of one, or on a page
/// whose heading announces plots.
fn raster_plots(boxes: &[(Rect, u32)], lines: &[Line]) -> Vec<Rect> {
    let announced = lines.iter().any(|l| {
        let words = lower(l);
        let starts = |w: &str| words.iter().any(|x| x.starts_with(w));
        (starts("typical")
            && (starts("characteristic") || starts("performance") || starts("curve")))
            || (starts("characteristic") && starts("curve"))
    });
    let large = boxes.iter().filter(|(area, samples)| {
        area.width() >= PLOT.0 && area.height() >= PLOT.0 && *samples >= PLOT.1
    });
    let plots = large.filter(|(area, _)| announced || lines.iter().any(|l| is_caption(l, *area)));
    plots.map(|(area, _)| *area).collect()
}

fn lower(line: &Line) -> Vec<String> {
    line.words.iter().map(|w| w.text.to_lowercase()).collect()
}

/// Whether a line is the caption of a plot at a place: `Figure 3. Capacitance characteristics`.
fn is_caption(line: &Line, area: Rect) -> bool {
    let below = line.area.y0 - area.y1;
    let above = area.y0 - line.area.y1;
    let near = (-6.0..=CAPTION.0).contains(&below) || (-6.0..=CAPTION.1).contains(&above);
    let under = line.area.x0 < area.x1 && line.area.x1 > area.x0;
    if line.angle != 0.0 || !near || !under {
        return false;
    }
    let words = lower(line);
    let numbered = words.first().is_some_and(|w| w.starts_with("fig"));
    numbered
        && words
            .iter()
            .any(|w| PLOT_WORDS.contains(&w.trim_matches(|c: char| ",.;:()".contains(c))))
        || words.iter().any(|w| {
            matches!(w.as_str(), "vs" | "vs." | "versus" | "derating" | "curve" | "curves")
        })
}

fn tell(quality: &Quality, pages: &[SheetPage], file: FileId) -> Diagnostics {
    let whole = |q: &PageQuality| {
        let page = pages.iter().find(|p| p.page.number == q.page);
        page.map_or([0.0; 4], |p| [0.0, 0.0, p.page.width, p.page.height])
    };
    let mut out = Diagnostics::new();
    let places = |test: &dyn Fn(&PageQuality) -> bool| -> Vec<Place> {
        quality
            .pages
            .iter()
            .filter(|q| test(q))
            .map(|q| Place::Page { file, page: q.page, area: whole(q) })
            .collect()
    };
    let scans = places(&|q| q.scan && q.hidden < FEW_GLYPHS);
    if !scans.is_empty() {
        let message = format!("{} without text", are(&scans, "a scan", "scans"));
        let all = scans.len() == pages.len();
        // Of the whole sheet it stands before all that follows from it.
        let places = if all { vec![Place::File(file)] } else { scans };
        out.push(at(Diagnostic::warning(Code::SHEET_SCAN, message), &places).help(
            "give the maker's own PDF, whose text and curves are not pictures; scans are not read yet",
        ));
    }
    let layered = places(&|q| q.scan && q.hidden >= FEW_GLYPHS);
    if !layered.is_empty() {
        let message = format!("{} with hidden text", are(&layered, "a scan", "scans"));
        out.push(at(Diagnostic::warning(Code::SHEET_HIDDEN_TEXT, message), &layered).help(
            "the hidden text was guessed by a program that read the picture, so no value is taken from it; give the maker's own PDF",
        ));
    }
    let plots: Vec<Place> = quality
        .pages
        .iter()
        .flat_map(|q| q.raster_plots.iter().map(|r| (q.page, r.to_array())))
        .map(|(page, area)| Place::Page { file, page, area })
        .collect();
    if !plots.is_empty() {
        let mut numbers: Vec<u32> = plots.iter().filter_map(page_of).collect();
        numbers.dedup();
        let message = format!("the plots of {} are images", listed(&numbers));
        out.push(at(Diagnostic::warning(Code::SHEET_RASTER_PLOTS, message), &plots).help(
            "curves are read from vector drawings only so far; give the points of these curves as CSV beside the sheet",
        ));
    }
    let unknown =
        places(&|q| q.unknown >= 3 && q.unknown as f64 > UNKNOWN_SHARE * q.glyphs.max(1) as f64);
    if !unknown.is_empty() {
        let count: usize = quality.pages.iter().map(|q| q.unknown).sum();
        let total: usize = quality.pages.iter().map(|q| q.glyphs).sum();
        let message = format!("{count} of {total} characters cannot be told from their fonts");
        out.push(at(Diagnostic::note(Code::SHEET_GLYPHS, message), &unknown).help(
            "values and units with such a character are left for review or refused, never guessed",
        ));
    }
    out
}

fn page_of(place: &Place) -> Option<u32> {
    match place {
        Place::Page { page, .. } => Some(*page),
        _ => None,
    }
}

/// `page 3 is a scan` or `pages 1 to 6 are scans`.
fn are(places: &[Place], one: &str, many: &str) -> String {
    let numbers: Vec<u32> = places.iter().filter_map(page_of).collect();
    match numbers.len() {
        1 => format!("{} is {one}", listed(&numbers)),
        _ => format!("{} are {many}", listed(&numbers)),
    }
}

/// `page 3`, `pages 1, 2 and 5`, `pages 1 to 6`.
fn listed(numbers: &[u32]) -> String {
    match numbers {
        [] => "no page".to_string(),
        [one] => format!("page {one}"),
        [first, .., last] if (last - first) as usize + 1 == numbers.len() && numbers.len() > 2 => {
            format!("pages {first} to {last}")
        }
        [rest @ .., last] => {
            let rest: Vec<String> = rest.iter().map(ToString::to_string).collect();
            format!("pages {} and {last}", rest.join(", "))
        }
    }
}

/// A diagnostic at several places; at most twenty are listed.
fn at(diagnostic: Diagnostic, places: &[Place]) -> Diagnostic {
    places.iter().take(20).fold(diagnostic, |d, place| d.at(*place))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::text::{Run, Script, TextPage, Word};
    use espice_pdf::{Color, Glyph, Matrix, Point};

    fn image(area: [f64; 4], samples: [u32; 2]) -> Image {
        Image {
            matrix: Matrix::IDENTITY,
            area: Rect { x0: area[0], y0: area[1], x1: area[2], y1: area[3] },
            width: samples[0],
            height: samples[1],
            bits: 8,
            mask: false,
            filter: String::new(),
            clip: 0,
            order: 0,
        }
    }

    fn line(text: &str, at: [f64; 2]) -> Line {
        let width = 5.0 * text.len() as f64;
        let area = Rect { x0: at[0], y0: at[1] - 7.0, x1: at[0] + width, y1: at[1] + 2.0 };
        let words = text.split(' ').map(|text| Word {
            text: text.to_string(),
            runs: vec![Run { text: text.to_string(), script: Script::Normal, area }],
            area,
            size: 9.0,
            bold: false,
            italic: false,
            color: Color::BLACK,
            notes: Vec::new(),
            order: 0,
        });
        Line { words: words.collect(), area, angle: 0.0, baseline: at[1], size: 9.0 }
    }

    fn sheet(glyphs: usize, hidden: usize, images: Vec<Image>, lines: Vec<Line>) -> SheetPage {
        let glyph = |visible| Glyph {
            text: Some("x".into()),
            code: 120,
            font: 0,
            size: 9.0,
            origin: Point::default(),
            advance: Point::new(4.5, 0.0),
            angle: 0.0,
            area: Rect::default(),
            color: Color::BLACK,
            visible,
            order: 0,
            outline: None,
        };
        let mut all = vec![glyph(true); glyphs];
        all.extend(vec![glyph(false); hidden]);
        let page =
            Page { number: 1, width: 600.0, height: 800.0, glyphs: all, images, ..Page::default() };
        SheetPage { page, text: TextPage { lines, hidden: Vec::new() } }
    }

    fn codes(page: SheetPage) -> Vec<&'static str> {
        let (_, diagnostics) = assess(&[page], false, FileId(0));
        diagnostics.iter().map(|d| d.code.as_str()).collect()
    }

    #[test]
    fn a_page_of_strips_without_text_is_a_scan() {
        let strips = || -> Vec<Image> {
            (0..8)
                .map(|i| f64::from(i) * 100.0)
                .map(|y| image([0.0, y, 600.0, y + 100.0], [2400, 400]))
                .collect()
        };
        assert_eq!(codes(sheet(5, 0, strips(), Vec::new())), ["E0960"]);
        assert_eq!(codes(sheet(5, 900, strips(), Vec::new())), ["E0961"]);
        // A picture behind live text is decoration.
        assert!(codes(sheet(900, 0, strips(), Vec::new())).is_empty());
    }

    #[test]
    fn images_with_captions_are_plots_and_pictures_of_parts_are_not() {
        let plot = || vec![image([50.0, 100.0, 280.0, 250.0], [460, 300])];
        let caption = |text: &str| vec![line(text, [60.0, 270.0])];
        let cases: [(&str, &[&str]); 5] = [
            ("Figure 3. Capacitance characteristics", &["E0962"]),
            ("VF vs. IF", &["E0962"]),
            ("Figure 1. Pin configuration", &[]),
            ("Top view", &[]),
            ("", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(codes(sheet(900, 0, plot(), caption(text))), expected, "{text}");
        }
        let small = vec![image([50.0, 100.0, 100.0, 130.0], [460, 300])];
        assert!(codes(sheet(900, 0, small, caption("Figure 3. Capacitance curve"))).is_empty());
        // A heading speaks for all large images of its page.
        let heading = vec![line("Typical Performance Characteristics", [50.0, 40.0])];
        assert_eq!(codes(sheet(900, 0, plot(), heading)), ["E0962"]);
    }

    #[test]
    fn unknown_characters_are_counted() {
        let unsure =
            (0..4).map(|i| line("\u{fffd}A", [50.0, 100.0 + 20.0 * f64::from(i)])).collect();
        assert_eq!(codes(sheet(90, 0, Vec::new(), unsure)), ["E0963"]);
    }

    #[test]
    fn pages_are_listed_in_words() {
        let cases: [(&[u32], &str); 4] = [
            (&[3], "page 3"),
            (&[1, 2], "pages 1 and 2"),
            (&[1, 2, 5], "pages 1, 2 and 5"),
            (&[2, 3, 4], "pages 2 to 4"),
        ];
        for (numbers, text) in cases {
            assert_eq!(listed(numbers), text);
        }
    }
}
