//! Draws tables of made-up rows in a style, and says what is true of them.

use super::canvas::{Book, Pen};
use super::font::Face;
use super::random::Random;
use super::style::{Column, Merged, Rules, TableStyle};
use super::truth;
use super::vocabulary::{Entry, Given, si};

/// A condition as it is printed, and what it says in SI.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) text: String,
    pub(super) symbol: String,
    pub(super) value: f64,
}

/// One row of a group: its own conditions and values.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) own: Vec<Said>,
    /// Printed texts of min, typ and max; `None` where there is none.
    pub(super) printed: [Option<String>; 3],
    /// Their values in SI.
    pub(super) values: [Option<f64>; 3],
}

/// Rows that share symbol, name and unit.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) section: &'static str,
    pub(super) symbol: String,
    pub(super) mark: String,
    pub(super) name: String,
    pub(super) unit: String,
    /// Conditions of all its rows.
    pub(super) shared: Vec<Said>,
    pub(super) lines: Vec<Line>,
}

/// A number with three digits at most.
pub(super) fn rounded(v: f64) -> (String, f64) {
    let digits = 2 - v.abs().log10().floor() as i32;
    let coarse = if v.abs() < 10.0 { digits - 1 } else { digits };
    let scale = 10f64.powi(coarse);
    let value = (v * scale).round() / scale;
    let text = format!("{value:.*}", coarse.max(0) as usize);
    let read = text.parse().unwrap_or(value);
    (text, read)
}

fn said(given: &Given, value: f64) -> Said {
    let (mark, symbol, unit, _) = *given;
    let [one, zero] = si(unit);
    // 0.1 mA and 1 mA, never 0.10000.
    let text = format!("{mark} = {value} {unit}");
    Said { text: text.trim_end().into(), symbol: symbol.into(), value: value * one + zero }
}

/// A group of an entry with random values.
pub(super) fn group(entry: &Entry, typ: bool, random: &mut Random) -> Group {
    let count = if entry.rows > 1 { 1 + random.below(entry.rows) } else { 1 };
    let shape = random.pick(entry.shapes);
    let base = random.decades(entry.range[0], entry.range[1]);
    let [one, zero] = si(entry.unit);
    let mut shared: Vec<Said> = Vec::new();
    for (i, given) in entry.given.iter().enumerate() {
        if i > 0 || count == 1 {
            shared.push(said(given, random.pick(given.3)));
        }
    }
    let lines = (0..count).map(|i| {
        let value = base * entry.growth.powi(i as i32);
        let own = if count > 1 { vec![said(&entry.given[0], entry.given[0].3[i])] } else { vec![] };
        let mut printed: [Option<String>; 3] = [None, None, None];
        let mut values = [None; 3];
        let mut put = |at: usize, v: f64| {
            let (text, read) = rounded(v);
            printed[at] = Some(text);
            values[at] = Some(read * one + zero);
        };
        match shape {
            // A column for both limits: the coldest and the hottest.
            "range" => put(2, (value / 25.0).round() * 25.0),
            "both" => put(2, value.round()),
            _ => {
                for c in shape.chars() {
                    match c {
                        'n' => put(0, value * 0.62),
                        't' if typ => put(1, value),
                        't' if shape == "t" => put(2, value),
                        't' => {}
                        _ if shape == "x" => put(2, value),
                        _ => put(2, value * 1.45),
                    }
                }
            }
        }
        if shape == "range" {
            printed[2] = printed[2].take().map(|t| format!("-55 to +{t}"));
            values[0] = Some(zero - 55.0);
        }
        if shape == "both" {
            printed[2] = printed[2].take().map(|t| format!("±{t}"));
            values[0] = values[2].map(|v: f64| -v);
        }
        Line { own, printed, values }
    });
    Group {
        section: entry.section,
        symbol: entry.symbol.into(),
        mark: random.pick(entry.marks).into(),
        name: random.pick(entry.names).into(),
        unit: entry.unit.into(),
        lines: lines.collect(),
        shared,
    }
}

/// What a line of the table shows of its row.
#[derive(Clone, Copy, PartialEq)]
enum Show {
    /// Everything.
    All,
    /// What a group shares, without values.
    Head,
    /// The rest: own conditions, values and unit.
    Below,
}

/// One line of the table on the page.
struct Laid<'g> {
    group: Option<(&'g Group, usize, Show)>,
    /// A heading across the table.
    heading: &'static str,
    top: f64,
    height: f64,
}

/// Whether a column's cells are shared by the rows of a group.
fn merges(column: Column) -> bool {
    matches!(column, Column::Symbol | Column::Name | Column::Unit)
}

/// Whether a column holds numbers.
fn number(column: &Column) -> bool {
    matches!(column, Column::Min | Column::Typ | Column::Max)
}

/// A table being drawn.
pub(super) struct Drawer<'d> {
    pub(super) book: &'d mut Book,
    pub(super) style: &'d TableStyle,
    pub(super) left: f64,
    pub(super) right: f64,
    /// Conditions of all rows, from the heading.
    pub(super) heading: &'d [(String, f64)],
}

impl Drawer<'_> {
    /// Draws groups below a height; the truth and where the table ends. With `value` there is one
    /// column of values.
    pub(super) fn draw(
        &mut self,
        groups: &[Group],
        top: f64,
        value: bool,
    ) -> (Vec<truth::Row>, f64) {
        let style = self.style;
        let columns: Vec<Column> = style
            .columns
            .iter()
            .copied()
            .filter(|c| !(value && matches!(c, Column::Min | Column::Typ)))
            .collect();
        let edges = self.edges(&columns, groups);
        let step = style.size * style.leading;
        let two = !style.above.is_empty() && !value;
        let header = step * if two { 2.0 } else { 1.15 };
        if style.tint {
            self.book.rectangle([self.left, top - header, self.right, top], 0.85);
        }
        self.header(&columns, &edges, top, header, value, two);
        let mut y = top - header;
        let mut laid: Vec<Laid> = Vec::new();
        let mut section = "";
        let mut page_rows = Vec::new();
        for group in groups {
            if style.sections && !value && group.section != section {
                section = group.section;
                laid.push(Laid { group: None, heading: section, top: y, height: step });
                y -= step;
            }
            let count = group.lines.len();
            let nested = style.nested && count > 1 && !group.shared.is_empty();
            let show = if nested { Show::Below } else { Show::All };
            let heads = nested.then_some((0, Show::Head));
            for (line, show) in heads.into_iter().chain((0..count).map(|l| (l, show))) {
                let lines = columns.iter().zip(edges.windows(2)).map(|(c, e)| {
                    let n = self.wrap(*c, group, line, show, e[1] - e[0] - 6.0).len();
                    // Merged cells spread over all rows of the group.
                    let spread = merges(*c) && style.merged != Merged::Repeated && !nested;
                    if spread { n.div_ceil(count) } else { n }
                });
                let height = step * lines.max().unwrap_or(1).max(1) as f64;
                laid.push(Laid { group: Some((group, line, show)), heading: "", top: y, height });
                y -= height;
                if show != Show::Head {
                    page_rows.push(self.truth(group, line));
                }
            }
        }
        self.cells(&columns, &edges, &laid);
        self.rules(&columns, &edges, &laid, [top, top - header, y], two);
        (page_rows, y)
    }

    fn truth(&self, group: &Group, line: usize) -> truth::Row {
        let line = &group.lines[line];
        let said = group.shared.iter().chain(&line.own);
        let mut conditions: Vec<(String, f64)> =
            said.map(|s| (s.symbol.clone(), s.value)).collect();
        // A thermal resistance is of no temperature, whatever the heading says.
        let heading = if group.symbol.starts_with("Rth") { &[] } else { self.heading };
        for (symbol, value) in heading {
            let told = ["TJ", "Tamb", "Tcase"];
            let hot = told.contains(&symbol.as_str());
            if !conditions.iter().any(|c| c.0 == *symbol || (hot && told.contains(&c.0.as_str()))) {
                conditions.push((symbol.clone(), *value));
            }
        }
        truth::Row {
            page: self.book.page(),
            symbol: group.symbol.clone(),
            min: line.values[0],
            typ: line.values[1],
            max: line.values[2],
            unit: group.unit.clone(),
            conditions,
            parts: Vec::new(),
            unreadable: false,
        }
    }

    /// Borders of the columns.
    fn edges(&self, columns: &[Column], groups: &[Group]) -> Vec<f64> {
        let size = self.style.size;
        let wide = |text: &str| self.book.width(Face::Regular, size, text);
        let most = |f: &dyn Fn(&Group) -> f64| groups.iter().map(f).fold(0.0, f64::max);
        let mut widths: Vec<f64> = columns
            .iter()
            .map(|c| match c {
                Column::Symbol => most(&|g| wide(&g.mark)).max(wide(self.word(*c))) + 8.0,
                Column::Unit => most(&|g| wide(&g.unit)).max(wide(self.word(*c))) + 6.0,
                Column::Min | Column::Typ | Column::Max => {
                    let of = match c {
                        Column::Min => 0,
                        Column::Typ => 1,
                        _ => 2,
                    };
                    let texts = |g: &Group| {
                        let all = g.lines.iter().filter_map(|l| l.printed[of].as_ref());
                        all.map(|t| wide(t)).fold(0.0, f64::max)
                    };
                    let content = most(&texts).max(wide(self.word(*c)));
                    if self.style.tight { content + 2.2 } else { content.max(24.0) + 8.0 }
                }
                _ => 0.0,
            })
            .collect();
        let rest = self.right - self.left - widths.iter().sum::<f64>();
        for (c, w) in columns.iter().zip(&mut widths) {
            match c {
                Column::Name => *w = rest * 0.52,
                Column::Conditions => *w = rest * 0.48,
                _ => {}
            }
        }
        let mut x = self.left;
        let mut edges = vec![x];
        for w in widths {
            x += w;
            edges.push(x);
        }
        edges
    }

    fn word(&self, column: Column) -> &'static str {
        self.style.words[match column {
            Column::Symbol => 0,
            Column::Name => 1,
            Column::Conditions => 2,
            Column::Min => 3,
            Column::Typ => 4,
            Column::Max => 5,
            Column::Unit => 6,
        }]
    }

    fn header(
        &mut self,
        columns: &[Column],
        edges: &[f64],
        top: f64,
        height: f64,
        value: bool,
        two: bool,
    ) {
        let size = self.style.size;
        let step = size * self.style.leading;
        for (i, c) in columns.iter().enumerate() {
            let word = if value && *c == Column::Max { self.style.words[7] } else { self.word(*c) };
            let middle = (edges[i] + edges[i + 1]) / 2.0;
            let y = if two && number(c) {
                top - height + 0.3 * step
            } else {
                top - height / 2.0 - 0.35 * size
            };
            let left = matches!(c, Column::Name | Column::Conditions | Column::Symbol);
            if left && self.style.rules != Rules::Full {
                self.book.text([edges[i] + 3.0, y], Face::Bold, size, word);
            } else {
                self.book.align([middle, y], 0.5, Face::Bold, size, word);
            }
        }
        if two {
            let first = columns.iter().position(number).unwrap_or(0);
            let last = columns.iter().rposition(number).unwrap_or(0);
            let middle = (edges[first] + edges[last + 1]) / 2.0;
            self.book.align([middle, top - 0.75 * step], 0.5, Face::Bold, size, self.style.above);
        }
    }

    /// The words of a cell of one row, without blanks for what has no value.
    fn content(&self, column: Column, group: &Group, line: usize, show: Show) -> String {
        let row = &group.lines[line];
        let head = show == Show::Head;
        let value = |at: usize| if head { Some(String::new()) } else { row.printed[at].clone() };
        match column {
            Column::Symbol | Column::Name if show == Show::Below => String::new(),
            Column::Unit if head => String::new(),
            Column::Symbol => group.mark.clone(),
            Column::Name => group.name.clone(),
            Column::Unit => group.unit.clone(),
            Column::Conditions => {
                let own = row.own.iter().filter(|_| !head);
                let shared = group.shared.iter().filter(|_| show != Show::Below);
                let said = own.chain(shared).map(|s| s.text.as_str());
                said.collect::<Vec<_>>().join(self.style.between)
            }
            Column::Min => value(0).unwrap_or_else(|| self.style.blank.into()),
            Column::Typ => value(1).unwrap_or_else(|| self.style.blank.into()),
            Column::Max => value(2).unwrap_or_else(|| self.style.blank.into()),
        }
    }

    /// The lines of a cell.
    fn wrap(
        &self,
        column: Column,
        group: &Group,
        line: usize,
        show: Show,
        width: f64,
    ) -> Vec<String> {
        let text = self.content(column, group, line, show);
        let mut lines: Vec<String> = Vec::new();
        let keep = matches!(
            column,
            Column::Min | Column::Typ | Column::Max | Column::Unit | Column::Symbol
        );
        // A condition stays on one line.
        let parts: Vec<&str> = if keep {
            vec![&text]
        } else if column == Column::Conditions {
            text.split_inclusive(self.style.between).collect()
        } else {
            text.split_inclusive(' ').collect()
        };
        for part in parts {
            let joined = lines.last().map(|l| format!("{l}{part}"));
            match joined
                .filter(|j| self.book.width(Face::Regular, self.style.size, j.trim_end()) <= width)
            {
                Some(joined) => {
                    if let Some(last) = lines.last_mut() {
                        *last = joined;
                    }
                }
                None => lines.push(part.to_string()),
            }
        }
        lines.retain(|l| !l.trim().is_empty());
        lines
    }

    fn cells(&mut self, columns: &[Column], edges: &[f64], laid: &[Laid]) {
        let (size, step) = (self.style.size, self.style.size * self.style.leading);
        for (at, row) in laid.iter().enumerate() {
            let Some((group, line, show)) = row.group else {
                let y = row.top - 0.5 * row.height - 0.35 * size;
                self.book.text([self.left + 3.0, y], Face::Bold, size, row.heading);
                continue;
            };
            for (i, c) in columns.iter().enumerate() {
                let (a, b) = (edges[i], edges[i + 1]);
                let (mut top, mut height) = (row.top, row.height);
                if merges(*c) && self.style.merged != Merged::Repeated && show == Show::All {
                    if line > 0 {
                        continue;
                    }
                    if self.style.merged == Merged::Middle {
                        let span = &laid[at..at + group.lines.len()];
                        height = span.iter().map(|l| l.height).sum();
                    }
                }
                let lines = self.wrap(*c, group, line, show, b - a - 6.0);
                if self.style.merged == Merged::Middle || !merges(*c) {
                    let used = lines.len() as f64 * step;
                    top -= (height - used) / 2.0;
                }
                for (k, text) in lines.iter().enumerate() {
                    let y = top - (k as f64 + 0.5) * step - 0.35 * size;
                    let text = text.trim_end();
                    if matches!(c, Column::Name | Column::Conditions | Column::Symbol) {
                        let below = show == Show::Below && *c == Column::Conditions;
                        let x = a + if below { 9.0 } else { 3.0 };
                        self.book.text([x, y], Face::Regular, size, text);
                    } else {
                        self.book.align([(a + b) / 2.0, y], 0.5, Face::Regular, size, text);
                    }
                }
            }
        }
    }

    fn rule(&mut self, a: [f64; 2], b: [f64; 2]) {
        if self.style.rules == Rules::Boxes {
            let half = 0.25;
            let (x0, x1) = (a[0].min(b[0]), a[0].max(b[0]));
            let (y0, y1) = (a[1].min(b[1]), a[1].max(b[1]));
            self.book.rectangle([x0 - half, y0 - half, x1 + half, y1 + half], 0.0);
        } else {
            self.book.line(a, b, Pen::black(0.5));
        }
    }

    fn rules(
        &mut self,
        columns: &[Column],
        edges: &[f64],
        laid: &[Laid],
        [top, body, bottom]: [f64; 3],
        two: bool,
    ) {
        let rules = self.style.rules;
        let (left, right) = (self.left, self.right);
        if rules == Rules::None {
            return;
        }
        for y in [top, body, bottom] {
            self.rule([left, y], [right, y]);
        }
        if two {
            let first = columns.iter().position(number).unwrap_or(0);
            let last = columns.iter().rposition(number).unwrap_or(0);
            let y = (top + body) / 2.0;
            self.rule([edges[first], y], [edges[last + 1], y]);
        }
        if rules == Rules::Header {
            return;
        }
        let starts = |row: &Laid| row.group.is_none_or(|g| g.1 == 0 && g.2 != Show::Below);
        for row in laid.iter().skip(1) {
            if starts(row) {
                self.rule([left, row.top], [right, row.top]);
                continue;
            }
            if rules == Rules::Groups {
                continue;
            }
            // No rule through merged cells.
            let repeated = self.style.merged == Merged::Repeated;
            for (i, c) in columns.iter().enumerate() {
                if repeated || !merges(*c) {
                    self.rule([edges[i], row.top], [edges[i + 1], row.top]);
                }
            }
        }
        if rules == Rules::Partial {
            return;
        }
        for (i, x) in edges.iter().enumerate() {
            let outer = i == 0 || i == edges.len() - 1;
            let inner =
                i > 0 && i < columns.len() && number(&columns[i]) && number(&columns[i - 1]);
            let mut from = if two && inner { (top + body) / 2.0 } else { top };
            // Headings reach across the whole table.
            for row in laid.iter().filter(|r| r.group.is_none() && !outer) {
                self.rule([*x, from], [*x, row.top]);
                from = row.top - row.height;
            }
            if from > bottom {
                self.rule([*x, from], [*x, bottom]);
            }
        }
    }
}
