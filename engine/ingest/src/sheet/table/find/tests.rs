//! Made-up pages, one for each habit of drawing tables.

mod below;
mod blocks;
mod habits;
mod lost;
mod parts;
mod rules;
mod series;
mod transposed;

use super::find;
use crate::sheet::table::{Role, Table};
use crate::sheet::text::{Line, Run, Script, TextPage, Word};
use espice_pdf::{Color, Page, PathObject, Point, Rect, Segment, Stroke, Subpath};

/// A page in the making. Letters are half as wide as high.
struct Sheet {
    page: Page,
    lines: Vec<Line>,
}

const SIZE: f64 = 8.0;

impl Sheet {
    fn new() -> Sheet {
        let page = Page { number: 1, width: 595.0, height: 842.0, ..Page::default() };
        Sheet { page, lines: Vec::new() }
    }

    /// Words with single blanks between them; a double blank begins another line of text on the
    /// same height, at the next multiple of nothing: lines are placed one by one.
    fn text(&mut self, x: f64, base: f64, text: &str) -> &mut Sheet {
        self.sized(x, base, SIZE, text)
    }

    fn sized(&mut self, x: f64, base: f64, size: f64, text: &str) -> &mut Sheet {
        let mut at = x;
        let mut words = Vec::new();
        for word in text.split(' ').filter(|w| !w.is_empty()) {
            let width = 0.5 * size * word.chars().count() as f64;
            let area = Rect { x0: at, y0: base - 0.72 * size, x1: at + width, y1: base };
            words.push(Word {
                text: word.to_string(),
                runs: vec![Run { text: word.to_string(), script: Script::Normal, area }],
                area,
                size,
                bold: false,
                italic: false,
                color: Color::BLACK,
                notes: Vec::new(),
                order: 0,
            });
            at += width + 0.28 * size;
        }
        let area = words.iter().map(|w| w.area).reduce(Rect::union).unwrap();
        self.lines.push(Line { words, area, angle: 0.0, baseline: base, size });
        self
    }

    fn centred(&mut self, x: f64, base: f64, text: &str) -> &mut Sheet {
        let words = text.split(' ').count() as f64 - 1.0;
        let letters = text.chars().filter(|c| *c != ' ').count() as f64;
        let width = 0.5 * SIZE * letters + 0.28 * SIZE * words;
        self.text(x - width / 2.0, base, text)
    }

    fn cells(&mut self, base: f64, cells: &[(f64, &str)]) -> &mut Sheet {
        for (x, text) in cells.iter().filter(|c| !c.1.is_empty()) {
            self.text(*x, base, text);
        }
        self
    }

    fn line(&mut self, a: (f64, f64), b: (f64, f64)) -> &mut Sheet {
        let (a, b) = (Point::new(a.0, a.1), Point::new(b.0, b.1));
        self.page.paths.push(PathObject {
            subpaths: vec![Subpath { start: a, segments: vec![Segment::Line(b)], closed: false }],
            fill: None,
            even_odd: false,
            stroke: Some(Stroke { color: Color::BLACK, width: 0.5, dash: vec![] }),
            clip: 0,
            order: 0,
            area: Rect::new(a, b),
        });
        self
    }

    fn h(&mut self, y: f64, x0: f64, x1: f64) -> &mut Sheet {
        self.line((x0, y), (x1, y))
    }

    fn v(&mut self, x: f64, y0: f64, y1: f64) -> &mut Sheet {
        self.line((x, y0), (x, y1))
    }

    /// A filled box: a rule where thin, else a tint.
    fn filled(&mut self, area: [f64; 4], color: Color) -> &mut Sheet {
        let [x0, y0, x1, y1] = area;
        let corners = [(x1, y0), (x1, y1), (x0, y1)];
        self.page.paths.push(PathObject {
            subpaths: vec![Subpath {
                start: Point::new(x0, y0),
                segments: corners.iter().map(|&(x, y)| Segment::Line(Point::new(x, y))).collect(),
                closed: true,
            }],
            fill: Some(color),
            even_odd: false,
            stroke: None,
            clip: 0,
            order: 0,
            area: Rect { x0, y0, x1, y1 },
        });
        self
    }

    /// Everything turned so that it reads upwards.
    fn upwards(mut self) -> Sheet {
        let (w, h) = (self.page.height, self.page.width);
        let point = |p: Point| Point::new(p.y, h_of(w, p.x));
        fn h_of(w: f64, x: f64) -> f64 {
            w - x
        }
        let rect =
            |r: Rect| Rect::new(point(Point::new(r.x0, r.y0)), point(Point::new(r.x1, r.y1)));
        for line in &mut self.lines {
            line.angle = 90.0;
            line.area = rect(line.area);
            for word in &mut line.words {
                word.area = rect(word.area);
            }
        }
        for path in &mut self.page.paths {
            path.area = rect(path.area);
            for sub in &mut path.subpaths {
                sub.start = point(sub.start);
                for s in &mut sub.segments {
                    if let Segment::Line(p) = s {
                        *p = point(*p);
                    }
                }
            }
        }
        self.page.width = h;
        self.page.height = w;
        self
    }

    fn find(&mut self) -> Vec<Table> {
        self.lines.sort_by(|a, b| {
            a.baseline.total_cmp(&b.baseline).then(a.area.x0.total_cmp(&b.area.x0))
        });
        let text = TextPage { lines: self.lines.clone(), ..TextPage::default() };
        find(&self.page, &text)
    }
}

/// A row as `symbol | name | conditions | min typ max value | unit`, blanks as `.`.
fn told(table: &Table) -> Vec<String> {
    table
        .rows
        .iter()
        .map(|row| {
            let all = |role: Role| {
                let texts: Vec<String> = table.cells(row, role).map(|c| c.text()).collect();
                texts.join(" ")
            };
            let value = |t: String| if t.is_empty() { ".".into() } else { t.replace(' ', "_") };
            let parts = all(Role::Part);
            // A value without a name stands where the lone ones do.
            let lone = all(Role::Value) + &all(Role::Unnamed);
            let values = [all(Role::Min), all(Role::Typ), all(Role::Max), lone].map(value);
            let doubt = if row.doubts.is_empty() { "" } else { " ?" };
            format!(
                "{} | {}{} | {} | {} | {}{doubt}",
                all(Role::Symbol),
                all(Role::Name),
                if parts.is_empty() { String::new() } else { format!(" [{parts}]") },
                all(Role::Conditions),
                values.join(" "),
                all(Role::Unit),
            )
        })
        .collect()
}

fn one(sheet: &mut Sheet) -> Table {
    let mut found = sheet.find();
    assert_eq!(found.len(), 1, "{:?}", found.iter().map(told).collect::<Vec<_>>());
    found.remove(0)
}
