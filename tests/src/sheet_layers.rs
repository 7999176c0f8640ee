//! What the page interpreter sees of synthetic sheets: every curve is among the paths where it was
//! drawn, every printed cell among the words.

use crate::support;
use crate::synthetic::{random::Random, sheet, style, truth};
use espice_base::SourceMap;
use espice_facts::SymbolTable;
use espice_ingest::sheet::Sheet;
use espice_pdf::{PathObject, Point, Segment};
use std::collections::BTreeSet;

/// Reads a file with the shipped symbols.
pub(crate) fn read(made: &truth::Sheet, symbols: &SymbolTable) -> espice_ingest::Reading {
    let mut sources = SourceMap::default();
    espice_ingest::read(&made.bytes, &format!("{}.pdf", made.name), &mut sources, symbols)
}

/// The styles, then mixtures of them: a sheet for each number.
pub(crate) fn made(number: usize, seed: u64) -> truth::Sheet {
    let seed = seed + number as u64;
    let style = style::styles().into_iter().nth(number);
    let style = style.unwrap_or_else(|| style::mixture(&mut Random::new(seed)));
    sheet::sheet(&style, sheet::KINDS[number % 3], seed)
}

/// Points of a path, close enough together to find neighbours.
fn dense(path: &PathObject) -> Vec<Point> {
    let mut out = Vec::new();
    for sub in &path.subpaths {
        let mut at = sub.start;
        for segment in &sub.segments {
            let end = segment.end();
            let count = (at.distance(end) / 0.5).ceil().clamp(1.0, 2000.0) as usize + 8;
            for i in 0..=count {
                let t = i as f64 / count as f64;
                let s = 1.0 - t;
                out.push(match *segment {
                    Segment::Line(p) => Point::new(s * at.x + t * p.x, s * at.y + t * p.y),
                    Segment::Curve(a, b, p) => {
                        let w = [s * s * s, 3.0 * s * s * t, 3.0 * s * t * t, t * t * t];
                        let mix = |f: fn(Point) -> f64| {
                            w[0] * f(at) + w[1] * f(a) + w[2] * f(b) + w[3] * f(p)
                        };
                        Point::new(mix(|p| p.x), mix(|p| p.y))
                    }
                });
            }
            at = end;
        }
    }
    out
}

/// Cells of one point that paths of a plot run through.
fn cells(read: &Sheet, panel: &truth::Panel) -> BTreeSet<(i32, i32)> {
    let Some(page) = read.pages.get(panel.page as usize - 1) else { return BTreeSet::new() };
    let [x0, y0, x1, y1] = panel.frame;
    let bounds = espice_pdf::Rect { x0, y0, x1, y1 }.grown(1.0);
    let paths = page.page.paths.iter().filter(|p| p.area.intersection(bounds).is_some());
    paths.flat_map(dense).map(cell).collect()
}

fn cell(p: Point) -> (i32, i32) {
    (p.x.floor() as i32, p.y.floor() as i32)
}

/// Share of a curve's points near which a path runs.
fn drawn(cells: &BTreeSet<(i32, i32)>, panel: &truth::Panel, curve: &truth::Curve) -> f64 {
    let [x0, y0, x1, y1] = panel.frame;
    let near = |p: Point| {
        let (x, y) = cell(p);
        (-1..=1).any(|i| (-1..=1).any(|j| cells.contains(&(x + i, y + j))))
    };
    let on_page = |p: &[f64; 2]| Point::new(x0 + p[0] * (x1 - x0), y1 - p[1] * (y1 - y0));
    let wanted: Vec<Point> = curve.line.iter().step_by(60).map(on_page).collect();
    wanted.iter().filter(|p| near(**p)).count() as f64 / wanted.len().max(1) as f64
}

#[test]
fn every_curve_is_among_the_paths() {
    let symbols = support::library().symbols.clone();
    for number in 0..12 {
        let made = made(number, 100);
        let reading = read(&made, &symbols);
        let sheet =
            reading.sheet.unwrap_or_else(|| panic!("{}: {:?}", made.name, reading.diagnostics));
        assert_eq!(sheet.pages.len() as u32, made.pages, "{}", made.name);
        for panel in &made.panels {
            let cells = cells(&sheet, panel);
            for curve in &panel.curves {
                let share = drawn(&cells, panel, curve);
                // Dashes leave gaps.
                assert!(share > 0.5, "{} `{}` {:?}: {share}", made.name, panel.title, curve.family);
            }
        }
    }
}

#[test]
fn every_part_and_title_is_among_the_words() {
    let symbols = support::library().symbols.clone();
    for number in 0..12 {
        let made = made(number, 200);
        let sheet = read(&made, &symbols).sheet.expect("a sheet");
        for panel in &made.panels {
            let page = &sheet.pages[panel.page as usize - 1];
            let text: String =
                page.text.lines.iter().map(|l| l.text() + " ").collect::<String>().replace(' ', "");
            assert!(text.contains(&panel.title.replace(' ', "")), "{}: {text}", made.name);
            let labels = panel.curves.iter().map(|c| c.label.replace(' ', ""));
            for label in labels.filter(|l| !l.contains('µ')) {
                assert!(text.contains(&label), "{} `{label}`: {text}", made.name);
            }
        }
    }
}
