//! Tables that stand the other way round: a column for each quantity, a row for each part.
//!
//! Families of diodes and lamps are listed so: `Type | VZ (V) Min. Max. | IZT (mA) | ZZT (Ω)`. The
//! head of a column names quantity, unit and limit; each value becomes a row of its own, built
//! as in any other table. Only ruled tables are read, whose walls and rules say which cell is which.

mod heads;

use super::frame::{Frame, Tok};
use super::header::Header;
use super::{check, kinds, surround, vocabulary};
use crate::sheet::table::{Cell, Column, Role, Row, Section, Table};
use crate::sheet::text::Word;
use espice_pdf::{Point, Rect};
use heads::{Head, at_symbol, bare_unit, can_set, head, unit_of};

/// Words that may begin such a table are not looked at beyond this number.
const MOST_STARTS: usize = 400;
/// Most rules of a head.
const MOST_HEADS: usize = 5;
/// Most cells of one table.
const MOST_CELLS: usize = 4_000;

/// The columns of the tables made here.
const COLUMNS: [(Role, &str); 9] = [
    (Role::Part, "Part"),
    (Role::Symbol, "Symbol"),
    (Role::Name, "Parameter"),
    (Role::Conditions, "Conditions"),
    (Role::Min, "Min"),
    (Role::Typ, "Typ"),
    (Role::Max, "Max"),
    (Role::Value, "Value"),
    (Role::Unit, "Unit"),
];

/// The tables of a page that have quantities for columns, each with its box on the turned page.
pub(super) fn tables(frame: &Frame<'_>, page: u32) -> Vec<(Rect, Table)> {
    let mut out: Vec<(Rect, Table)> = Vec::new();
    let mut seen: Vec<Rect> = Vec::new();
    let starts =
        frame.toks.iter().filter(|t| unit_of(&t.word.text).is_some() || bare_unit(&t.word.text));
    for tok in starts.take(MOST_STARTS) {
        let at = Point::new(tok.area.center().x, tok.mid());
        if seen.iter().any(|b| b.contains(at)) {
            continue;
        }
        let Some(area) = ruled_box(frame, at) else { continue };
        seen.push(area);
        out.extend(Body::of(frame, area).and_then(|b| b.table(frame, page)).map(|t| (area, t)));
    }
    out
}

/// The box of the ruled table around a point: along the widest rule above it that reaches from
/// wall to wall, down these outer walls. Nearer rules may part the levels of a head only.
fn ruled_box(frame: &Frame<'_>, at: Point) -> Option<Rect> {
    let over = |r: &&super::rules::Rule| r.from <= at.x && at.x <= r.to && r.length() > 120.0;
    let wall = |x: f64| {
        let near = frame.rules.v_within([x - 3.0, x + 3.0]);
        near.iter()
            .filter(|r| r.from <= at.y && at.y <= r.to)
            .max_by(|a, b| a.length().total_cmp(&b.length()))
    };
    let rules = frame.rules.h_within([at.y - 90.0, at.y]).iter().rev().filter(over);
    let bounded = rules.filter_map(|r| Some((r.length(), wall(r.from)?, wall(r.to)?)));
    let (_, left, right) = bounded.fold(None, |best: Option<(f64, _, _)>, next| match best {
        Some(b) if b.0 + 1.0 >= next.0 => Some(b),
        _ => Some(next),
    })?;
    let y = [left.from.max(right.from), left.to.min(right.to)];
    let area = Rect { x0: left.at, y0: y[0], x1: right.at, y1: y[1] };
    (area.height() > 20.0 && area.height() < 0.9 * frame.height).then_some(area)
}

/// A ruled table cut into cells.
struct Body {
    area: Rect,
    heads: Vec<Head>,
    /// Rows of cells.
    rows: Vec<Vec<Vec<Word>>>,
    head_end: f64,
}

impl Body {
    fn of(frame: &Frame<'_>, area: Rect) -> Option<Body> {
        let x = [area.x0 + 2.0, area.x1 - 2.0];
        let mut cuts = frame.rules.cuts(x, [area.y0 - 2.0, area.y1 + 2.0], 0.9);
        if cuts.first().is_none_or(|c| c - area.y0 > 4.0) {
            cuts.insert(0, area.y0);
        }
        if cuts.last().is_none_or(|c| area.y1 - c > 4.0) {
            cuts.push(area.y1);
        }
        let inside: Vec<&Tok<'_>> = frame
            .lines_within([area.y0, area.y1 + 2.0])
            .iter()
            .flat_map(|l| l.toks.iter().filter_map(|&t| frame.toks.get(t)))
            .filter(|t| area.contains(Point::new(t.area.center().x, t.mid())))
            .collect();
        let bands: Vec<[f64; 2]> = cuts
            .windows(2)
            .filter_map(|c| Some([*c.first()?, *c.last()?]))
            .filter(|b| inside.iter().any(|t| b[0] < t.mid() && t.mid() < b[1]))
            .collect();
        let first = bands.iter().position(|b| is_data(&inside, *b))?;
        if first == 0 || first > MOST_HEADS {
            return None;
        }
        let (head_end, last) = (bands.get(first)?[0], bands.last()?[1]);
        let walls = frame.rules.walls([area.x0 - 2.0, area.x1 + 2.0], [head_end, last], 0.6);
        if walls.len() < 4 || walls.len() * bands.len() > MOST_CELLS {
            return None;
        }
        let columns: Vec<[f64; 2]> =
            walls.windows(2).filter_map(|w| Some([*w.first()?, *w.last()?])).collect();
        let heads = columns
            .iter()
            .map(|c| head(frame, &inside, area, (c[0] + c[1]) / 2.0, head_end))
            .collect();
        let rows = bands
            .iter()
            .skip(first)
            .flat_map(|band| lines(&inside, *band))
            .map(|line| {
                let within = |c: &[f64; 2], t: &&&Tok<'_>| {
                    let x = t.area.center().x;
                    c[0] < x && x <= c[1]
                };
                columns
                    .iter()
                    .map(|c| line.iter().filter(|t| within(c, t)).map(|t| t.word.clone()).collect())
                    .collect()
            })
            .collect();
        Some(Body { area, heads, rows, head_end })
    }

    fn table(&self, frame: &Frame<'_>, page: u32) -> Option<Table> {
        // Heads of names, symbols and units are those of a table that stands the usual way.
        let usual = |h: &Head| matches!(h.role, Some(Role::Name | Role::Symbol | Role::Unit));
        let quantities: Vec<&Head> =
            self.heads.iter().filter(|h| h.is_quantity() && !h.sets).collect();
        let mut places: Vec<Option<[i64; 2]>> = quantities.iter().map(|h| h.place).collect();
        places.dedup();
        if places.len() < 3 || self.heads.iter().any(usual) || self.rows.is_empty() {
            return None;
        }
        let cells = self.rows.iter().flat_map(|r| r.iter().zip(&self.heads));
        let texts: Vec<String> =
            cells.filter(|(_, h)| h.is_quantity()).map(|(c, _)| text(c)).collect();
        let filled: Vec<&String> = texts.iter().filter(|t| !t.is_empty()).collect();
        let sound = |t: &&&String| kinds::is_value_text(t) || kinds::is_blank_mark(t);
        if filled.is_empty() || filled.iter().filter(sound).count() * 10 < filled.len() * 9 {
            return None;
        }
        let head = Rect { y1: self.head_end, ..self.area };
        let header = Header {
            heads: Vec::new(),
            area: head,
            x: [self.area.x0, self.area.x1],
            ruled: true,
            dimension: false,
            aside: Vec::new(),
        };
        let around = surround::read(frame, &header, [self.area.y0, self.area.y1]);
        if vocabulary::is_foreign(&around.title) {
            return None;
        }
        let section = around.section.unwrap_or_default();
        let parts = self.part_columns();
        let rows = self.rows.iter().flat_map(|r| self.row(r, &parts, section)).collect();
        let column = |(role, header): &(Role, &str)| Column {
            role: *role,
            header: String::from(*header),
            x: [self.area.x0, self.area.x1],
            parts: Vec::new(),
        };
        let mut table = Table {
            page,
            area: frame.page_area(self.area),
            title: around.title,
            preamble: around.preamble.iter().map(|&t| frame.toks[t].word.clone()).collect(),
            columns: COLUMNS.iter().map(column).collect(),
            rows,
            notes: around.notes,
        };
        check::doubts(&mut table);
        Some(table)
    }

    /// The columns that name the parts: most of their cells are names of parts, and those of a
    /// second column begin like those of the first (`SMBJ5.0A`, and `SMBJ5.0CA` for both ways).
    fn part_columns(&self) -> Vec<usize> {
        let cell = |r: usize, c: usize| self.rows.get(r).and_then(|r| r.get(c));
        let begin = |c: usize| -> String {
            cell(0, c).map(|w| text(w).chars().take(3).collect()).unwrap_or_default()
        };
        let mut out: Vec<usize> = Vec::new();
        for c in 0..self.heads.len() {
            let is_name = |r: &&Vec<Vec<Word>>| r.get(c).is_some_and(|w| is_part(w));
            let named = self.rows.iter().filter(is_name).count() * 10 >= self.rows.len() * 8;
            let follows = out.first().is_none_or(|&f| begin(f) == begin(c));
            if named && follows {
                out.push(c);
            }
        }
        out
    }

    /// The rows that one line of the table gives, one for each quantity.
    fn row(&self, cells: &[Vec<Word>], parts: &[usize], section: Section) -> Vec<Row> {
        let limited = self.heads.iter().any(|h| h.limit.is_some());
        let of_part: Vec<Word> = parts
            .iter()
            .filter_map(|&p| cells.get(p))
            .filter(|w| is_part(w))
            .flat_map(|w| variants(w))
            .collect();
        let mut doubts = Vec::new();
        if of_part.is_empty() && self.rows.len() > 1 {
            doubts.push(String::from("for which parts it holds is not named in its row"));
        }
        // Beside limits, a value without one is what the others are measured at.
        let named_at = |h: &Head| {
            let at = self.heads.iter().filter_map(|q| at_symbol(&q.at));
            at.into_iter().any(|w| w.text.eq_ignore_ascii_case(h.symbol_text()))
        };
        let is_setting = |h: &Head| {
            h.sets
                || limited
                    && h.limit.is_none()
                    && !named_at(h)
                    && section != Section::Ratings
                    && self.heads.iter().any(|q| q.limit.is_some() && !q.sets && can_set(h, q))
        };
        let valued = |w: &[Word]| kinds::is_value_text(&text(w));
        let mut out: Vec<(Option<[i64; 2]>, Row)> = Vec::new();
        for (at, (head, value)) in self.heads.iter().zip(cells).enumerate() {
            if parts.contains(&at) || value.is_empty() || head.foreign {
                continue;
            }
            let known = head.is_quantity();
            if (known && is_setting(head)) || (!known && !valued(value)) {
                continue;
            }
            let limit = head.limit.unwrap_or(Role::Value);
            let open = out.last().is_some_and(|(place, row)| {
                *place == head.place && !row.cells.iter().any(|c| is(c, limit))
            });
            if !open {
                let (own, unsure) = self.settings(at, cells, &is_setting);
                // What a column gives the value of needs no name of it behind `@`.
                let named = at_symbol(&head.at).filter(|_| !own.is_empty()).map(|w| w.area);
                let rest = head.at.iter().filter(|w| {
                    named
                        .is_none_or(|area| w.area != area && !(w.text == "@" && near(w.area, area)))
                });
                let said: Vec<Word> = own.iter().chain(rest).cloned().collect();
                let fixed: [(Role, &[Word]); 5] = [
                    (Role::Part, &of_part),
                    (Role::Symbol, &head.symbol),
                    (Role::Name, &head.name),
                    (Role::Conditions, &said),
                    (Role::Unit, &head.unit),
                ];
                let cells = fixed.into_iter().filter_map(|(r, w)| cell(r, w, true)).collect();
                let mut doubts = doubts.clone();
                if !known {
                    doubts.push(String::from("the head of its column is not understood"));
                }
                if unsure {
                    doubts.push(String::from("which column it is measured at is not sure"));
                }
                out.push((head.place, Row { section, cells, doubts, ..Row::default() }));
            }
            if let Some((_, row)) = out.last_mut() {
                row.cells.extend(cell(limit, value, false));
                row.cells.sort_by_key(|c| c.column);
            }
        }
        let area =
            |row: &Row| row.cells.iter().filter(|c| !c.shared).map(|c| c.area).reduce(Rect::union);
        out.into_iter()
            .map(|(_, row)| Row { area: area(&row).unwrap_or_default(), ..row })
            .collect()
    }

    /// What a column is measured at in one line of the table, and whether that is not sure: the
    /// column that its head names behind `@`; else the settings that fit it by their symbols.
    fn settings(
        &self,
        at: usize,
        cells: &[Vec<Word>],
        is_setting: &dyn Fn(&Head) -> bool,
    ) -> (Vec<Word>, bool) {
        let Some(head) = self.heads.get(at) else { return (Vec::new(), false) };
        let filled: Vec<(usize, &Head, &[Word])> = self
            .heads
            .iter()
            .zip(cells)
            .enumerate()
            .map(|(k, (h, w))| (k, h, w.as_slice()))
            .filter(|(k, h, w)| *k != at && h.is_quantity() && kinds::is_value_text(&text(w)))
            .collect();
        let said = |found: &[(usize, &Head, &[Word])]| {
            found.iter().flat_map(|(_, h, w)| setting(h, w)).collect::<Vec<Word>>()
        };
        if let Some(named) = at_symbol(&head.at) {
            let same = |h: &Head| h.symbol_text().eq_ignore_ascii_case(&named.text);
            let found: Vec<_> = filled.into_iter().filter(|(_, h, _)| same(h)).collect();
            // Two columns of one name: the one next to it.
            let near = found.iter().min_by_key(|(k, _, _)| k.abs_diff(at)).copied();
            return (near.map(|n| said(&[n])).unwrap_or_default(), false);
        }
        let said_already = |h: &Head| head.at.iter().any(|w| w.text.starts_with(h.symbol_text()));
        let mut found: Vec<_> = filled
            .into_iter()
            .filter(|(_, h, _)| is_setting(h) && can_set(h, head) && !said_already(h))
            .collect();
        let ending = |h: &Head| h.symbol_text().chars().skip(1).collect::<String>();
        let whole = |h: &Head| ending(h) == ending(head);
        if found.iter().any(|(_, h, _)| whole(h)) {
            found.retain(|(_, h, _)| whole(h));
        }
        // Two of one kind, `IZT` and `IZK` for `VZ`: nothing says which.
        let initial = |h: &Head| h.symbol_text().chars().next();
        let twice = found
            .iter()
            .enumerate()
            .any(|(k, (_, h, _))| found.iter().take(k).any(|(_, o, _)| initial(o) == initial(h)));
        if twice {
            // The one right beside the columns of the quantity, if there is one.
            let beside = |k: usize| {
                let between = (k.min(at) + 1)..k.max(at);
                between
                    .filter_map(|c| self.heads.get(c))
                    .all(|h| head.place.is_some() && h.place == head.place)
            };
            found.retain(|(k, _, _)| beside(*k));
        }
        match found.len() {
            0 if twice => (Vec::new(), true),
            2.. if twice => (Vec::new(), true),
            _ => (said(&found), false),
        }
    }
}

fn index(role: Role) -> usize {
    COLUMNS.iter().position(|c| c.0 == role).unwrap_or_default()
}

fn is(cell: &Cell, role: Role) -> bool {
    cell.column == index(role)
}

fn cell(role: Role, words: &[Word], shared: bool) -> Option<Cell> {
    let area = words.iter().map(|w| w.area).reduce(Rect::union)?;
    Some(Cell { column: index(role), words: words.to_vec(), area, shared })
}

fn text(words: &[Word]) -> String {
    words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ")
}

fn is_part(words: &[Word]) -> bool {
    let [word] = words else { return false };
    match optional(&word.text) {
        Some([without, with]) => kinds::is_part(&without) && kinds::is_part(&with),
        None => kinds::is_part(&word.text),
    }
}

/// The two names that a letter in brackets stands for: `SMBJ5.0(C)A` is SMBJ5.0A and SMBJ5.0CA.
fn optional(name: &str) -> Option<[String; 2]> {
    let (before, rest) = name.split_once('(')?;
    let (inner, after) = rest.split_once(')')?;
    let letters = inner.chars().count() <= 2 && inner.chars().all(|c| c.is_ascii_uppercase());
    (letters && !inner.is_empty() && !before.is_empty())
        .then(|| [format!("{before}{after}"), format!("{before}{inner}{after}")])
}

/// The names of the parts that a cell stands for.
fn variants(words: &[Word]) -> Vec<Word> {
    words
        .iter()
        .flat_map(|w| match optional(&w.text) {
            Some(names) => names.iter().map(|n| renamed(w, n)).collect(),
            None => vec![w.clone()],
        })
        .collect()
}

/// `IF = 20 mA` from head and cell.
fn setting(head: &Head, value: &[Word]) -> Vec<Word> {
    let sign = |text: &str| head.symbol.first().map(|w| renamed(w, text));
    let mut out = head.symbol.clone();
    out.extend(sign("="));
    out.extend(value.iter().cloned());
    out.extend(head.unit.iter().cloned());
    out.extend(sign(","));
    out
}

/// Whether a word stands right before another on one line.
fn near(a: Rect, b: Rect) -> bool {
    (a.y1 - b.y1).abs() <= b.height() && a.x0 < b.x0 && b.x0 - a.x1 <= 2.0 * b.height()
}

/// A word with another text at the same place.
fn renamed(word: &Word, text: &str) -> Word {
    let mut out = word.clone();
    out.text = text.to_string();
    out.runs.clear();
    out.notes.clear();
    out
}

/// Whether a band holds values: two numbers at least, and more than other words.
fn is_data(inside: &[&Tok<'_>], band: [f64; 2]) -> bool {
    let here = || inside.iter().filter(|t| band[0] < t.mid() && t.mid() < band[1]);
    let numbers = here().filter(|t| kinds::is_number(&t.word.text)).count();
    let heads = here().any(|t| unit_of(&t.word.text).is_some());
    numbers >= 2 && numbers * 2 >= here().count() && !heads
}

/// The words of a band line by line: one line where not most of them stand on several.
fn lines<'f, 't>(inside: &[&'f Tok<'t>], band: [f64; 2]) -> Vec<Vec<&'f Tok<'t>>> {
    let mut here: Vec<&'f Tok<'t>> =
        inside.iter().filter(|t| band[0] < t.mid() && t.mid() < band[1]).copied().collect();
    here.sort_by(|a, b| a.base.total_cmp(&b.base).then(a.area.x0.total_cmp(&b.area.x0)));
    let mut out: Vec<Vec<&'f Tok<'t>>> = Vec::new();
    for tok in here {
        match out.last_mut() {
            Some(line)
                if line
                    .first()
                    .is_some_and(|f| tok.base - f.base <= 0.5 * f.size.max(tok.size)) =>
            {
                line.push(tok);
            }
            _ => out.push(vec![tok]),
        }
    }
    let most = out.iter().map(Vec::len).max().unwrap_or(0);
    if out.iter().any(|l| l.len() * 2 < most) {
        out = vec![out.into_iter().flatten().collect()];
    }
    for line in &mut out {
        line.sort_by(|a, b| a.area.x0.total_cmp(&b.area.x0));
    }
    out
}
