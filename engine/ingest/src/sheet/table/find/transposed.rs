//! Tables that stand the other way round: a column for each quantity, a row for each part.
//!
//! Families of diodes and lamps are listed so: `Type | VZ (V) Min. Max. | IZT (mA) | ZZT (Ω)`. The
//! head of a column names quantity, unit and limit; each value becomes a row of its own, built
//! as in any other table. Only ruled tables are read, whose walls and rules say which cell is which.

use super::frame::{Frame, Tok};
use super::header::{Header, is_value};
use super::vocabulary::{self, Label};
use super::{check, kinds, surround};
use crate::sheet::table::{Cell, Column, Role, Row, Section, Table};
use crate::sheet::text::Word;
use espice_pdf::{Point, Rect};

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
    let starts = frame.toks.iter().filter(|t| unit_of(&t.word.text).is_some());
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

/// The unit in brackets at the end of a word, and what stands before it: `(V)`, `VF(V)`.
fn unit_of(text: &str) -> Option<(&str, &str)> {
    let inner = text.trim_end_matches('*').strip_suffix([')', ']'])?;
    let open = inner.rfind(['(', '['])?;
    let (before, unit) = (inner.get(..open)?, inner.get(open + 1..)?);
    kinds::is_unit(unit).then_some((before, unit))
}

/// The box of the ruled table around a point: along the rule above it, down its outer walls.
fn ruled_box(frame: &Frame<'_>, at: Point) -> Option<Rect> {
    let over = |r: &&super::rules::Rule| r.from <= at.x && at.x <= r.to && r.length() > 120.0;
    let above = frame.rules.h_within([at.y - 60.0, at.y]).iter().rev().find(over)?;
    let wall = |x: f64| {
        let near = frame.rules.v_within([x - 3.0, x + 3.0]);
        near.iter().find(|r| r.from <= at.y && at.y <= r.to)
    };
    let (left, right) = (wall(above.from)?, wall(above.to)?);
    let y = [left.from.max(right.from), left.to.min(right.to)];
    let area = Rect { x0: left.at, y0: y[0], x1: right.at, y1: y[1] };
    (area.height() > 20.0 && area.height() < 0.9 * frame.height).then_some(area)
}

/// What the head of a column says.
#[derive(Clone, Default)]
struct Head {
    symbol: Vec<Word>,
    name: Vec<Word>,
    unit: Vec<Word>,
    /// What follows an `@`.
    at: Vec<Word>,
    limit: Option<Role>,
    role: Option<Role>,
    /// Where the words of the quantity stand: columns under one head share them.
    place: Option<[i64; 2]>,
}

impl Head {
    fn is_quantity(&self) -> bool {
        let named = !self.symbol.is_empty() || !self.name.is_empty();
        named && !self.unit.is_empty()
    }
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
        let quantities: Vec<&Head> = self.heads.iter().filter(|h| h.is_quantity()).collect();
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
        let part = self.part_column();
        let rows = self.rows.iter().flat_map(|r| self.row(r, part, section)).collect();
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

    /// The column that names the parts: most of its cells are names of parts.
    fn part_column(&self) -> Option<usize> {
        (0..self.heads.len()).find(|&c| {
            let is_name = |r: &&Vec<Vec<Word>>| r.get(c).is_some_and(|w| is_part(w));
            self.rows.iter().filter(is_name).count() * 10 >= self.rows.len() * 8
        })
    }

    /// The rows that one line of the table gives, one for each quantity.
    fn row(&self, cells: &[Vec<Word>], part: Option<usize>, section: Section) -> Vec<Row> {
        let limited = self.heads.iter().any(|h| h.limit.is_some());
        let of_part = part.and_then(|p| cells.get(p)).map(Vec::as_slice).unwrap_or_default();
        let mut doubts = Vec::new();
        if !is_part(of_part) && self.rows.len() > 1 {
            doubts.push(String::from("for which parts it holds is not named in its row"));
        }
        // Beside limits, a value without one is what the others are measured at.
        let is_setting = |h: &Head| {
            limited
                && h.limit.is_none()
                && section != Section::Ratings
                && self.heads.iter().any(|q| q.limit.is_some() && sets(h, q))
        };
        let mut settings: Vec<(&Head, Vec<Word>)> = Vec::new();
        for (head, value) in self.heads.iter().zip(cells) {
            if head.is_quantity() && is_setting(head) && kinds::is_value_text(&text(value)) {
                settings.push((head, setting(head, value)));
            }
        }
        let mut out: Vec<(Option<[i64; 2]>, Row)> = Vec::new();
        for (head, value) in self.heads.iter().zip(cells) {
            if !head.is_quantity() || value.is_empty() || is_setting(head) {
                continue;
            }
            let limit = head.limit.unwrap_or(Role::Value);
            let open = out.last().is_some_and(|(place, row)| {
                *place == head.place && !row.cells.iter().any(|c| is(c, limit))
            });
            if !open {
                let own = settings.iter().filter(|(s, _)| sets(s, head)).flat_map(|(_, w)| w);
                let said: Vec<Word> = own.chain(&head.at).cloned().collect();
                let fixed: [(Role, &[Word]); 5] = [
                    (Role::Part, of_part),
                    (Role::Symbol, &head.symbol),
                    (Role::Name, &head.name),
                    (Role::Conditions, &said),
                    (Role::Unit, &head.unit),
                ];
                let cells = fixed.into_iter().filter_map(|(r, w)| cell(r, w, true)).collect();
                let row = Row { section, cells, doubts: doubts.clone(), ..Row::default() };
                out.push((head.place, row));
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
    matches!(words, [word] if kinds::is_part(&word.text))
}

/// Units of light, which what drives a lamp sets.
const OF_LIGHT: [&str; 7] = ["cd", "mcd", "lm", "mlm", "nm", "µm", "lx"];

/// Whether one column can be what another is measured at: currents and voltages of one subscript
/// (`VF` at `IF`, `ZZT` at `IZT`), light at any current, a capacitance at any voltage, everything
/// at a temperature or a frequency.
fn sets(setting: &Head, quantity: &Head) -> bool {
    let symbol = |h: &Head| h.symbol.first().map_or(String::new(), |w| w.text.clone());
    let (s, q) = (symbol(setting), symbol(quantity));
    let initial = |t: &str| t.chars().next();
    let below = |t: &str| t.chars().nth(1).map(|c| c.to_ascii_uppercase());
    let light = quantity.unit.first().is_some_and(|u| OF_LIGHT.contains(&u.text.as_str()));
    s != q
        && match initial(&s) {
            Some('I') if light => true,
            Some('V') if initial(&q) == Some('C') => true,
            Some('I' | 'V') => below(&s).is_some() && below(&s) == below(&q),
            Some('T' | 'f') => true,
            _ => false,
        }
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

/// Reads the head over the middle of a column: of every level the words of the cell that spans it.
fn head(frame: &Frame<'_>, inside: &[&Tok<'_>], area: Rect, middle: f64, end: f64) -> Head {
    let limit = [area.x0 - 3.0, area.x1 + 3.0];
    let mut over: Vec<&Tok<'_>> = inside
        .iter()
        .filter(|t| t.mid() < end)
        .filter(|t| {
            let at = Point::new(t.area.center().x, t.mid());
            let [left, right] = frame.rules.cell_x(at, limit);
            left.is_some_and(|l| l < middle) && right.is_some_and(|r| middle < r)
        })
        .copied()
        .collect();
    over.sort_by(|a, b| a.line.cmp(&b.line).then(a.area.x0.total_cmp(&b.area.x0)));
    let mut out = Head::default();
    let mut behind = false;
    for tok in over {
        let word = tok.word;
        let plain = vocabulary::words_of(&word.text);
        let label = vocabulary::phrase(&plain).map(|p| p.1);
        behind |= word.text.starts_with('@');
        match (unit_of(&word.text), label) {
            (Some((before, unit)), _) if out.unit.is_empty() => {
                out.unit.push(renamed(word, unit));
                if !before.is_empty() {
                    out.take(renamed(word, before));
                }
                behind = false;
            }
            (_, Some(Label::Is(role))) if is_value(role) && role != Role::Value => {
                out.limit = Some(role);
            }
            _ if behind => out.at.push(word.clone()),
            (_, Some(Label::Is(role))) if role != Role::Other => out.role = Some(role),
            _ => out.take(word.clone()),
        }
        if out.place.is_none() && out.is_quantity() {
            let place = |v: f64| (v * 100.0).round() as i64;
            out.place = Some([place(tok.area.x0), place(tok.area.y0)]);
        }
    }
    out
}

impl Head {
    /// A word of the quantity: its symbol, or of its name.
    fn take(&mut self, word: Word) {
        if self.symbol.is_empty() && kinds::is_symbol_like(&word.text) && is_short(&word.text) {
            self.symbol.push(word);
        } else {
            self.name.push(word);
        }
    }
}

/// Whether a word is a symbol rather than a capitalised one: `Voltage` is none.
fn is_short(text: &str) -> bool {
    let prose = text.chars().skip(1).all(|c| c.is_ascii_lowercase());
    text.chars().count() <= 3 || !prose
}
