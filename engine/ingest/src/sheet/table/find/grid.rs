//! What stands in each column: the lines of a table's body cut at its borders.

use super::body::Band;
use super::columns::Col;
use super::frame::Frame;
use super::header::Header;
use super::kinds;
use super::variants;
use crate::sheet::table::Role;
use espice_pdf::Point;

/// The words of one line in one column.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    /// Index into the columns.
    pub(super) col: usize,
    /// Its words.
    pub(super) toks: Vec<usize>,
    /// Baseline.
    pub(super) base: f64,
    /// The middle of its letters.
    pub(super) mid: f64,
    /// Size in points.
    pub(super) size: f64,
    /// Where it lies across.
    pub(super) x: [f64; 2],
    /// Whether a word of it reaches over the border into a neighbouring column.
    pub(super) straddles: bool,
}

/// A table's columns and what stands in them.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    /// Columns from left to right; those that a column was split into stand behind it.
    pub(super) cols: Vec<Col>,
    /// Pieces by baseline, then column.
    pub(super) pieces: Vec<Piece>,
    /// For each column the heights of the rules that cross it.
    pub(super) cuts: Vec<Vec<f64>>,
    /// From the head's lower end to the table's.
    pub(super) y: [f64; 2],
}

impl Grid {
    /// Cuts the bands of a body at the borders of columns.
    pub(super) fn new(
        frame: &Frame<'_>,
        header: &Header,
        mut cols: Vec<Col>,
        bands: &[Band],
        y: [f64; 2],
    ) -> Grid {
        let subs = sub_walls(frame, &mut cols, y);
        let mut pieces = Vec::new();
        for band in bands {
            cut(frame, &cols, &subs, band, &mut pieces);
        }
        let mut grid = Grid { cuts: Vec::new(), cols, pieces, y };
        grid.name_unnamed(frame);
        grid.split_names(frame, &subs);
        grid.pieces.sort_by(|a, b| {
            a.base.total_cmp(&b.base).then(a.col.cmp(&b.col)).then(a.x[0].total_cmp(&b.x[0]))
        });
        let tints = tint_cuts(frame, header, y);
        for (c, col) in grid.cols.iter().enumerate() {
            // Where a column is split, its own part ends at the first wall inside it.
            let right = subs
                .iter()
                .filter(|s| (s.col == c || s.virt == c) && s.at > col.x[0] + 2.0)
                .map(|s| s.at)
                .chain(
                    subs.iter()
                        .filter(|s| {
                            subs.iter().any(|me| me.virt == c && me.col == s.col)
                                && s.at > col.x[0] + 2.0
                        })
                        .map(|s| s.at),
                )
                .fold(col.x[1], f64::min);
            let inner = [col.x[0] + 1.5, (right - 1.5).max(col.x[0] + 2.0)];
            let mut cuts = frame.rules.cuts(inner, [y[0] + 2.0, y[1] + 2.0], 0.5);
            for &t in &tints {
                if !cuts.iter().any(|c| (c - t).abs() < 3.0) {
                    cuts.push(t);
                }
            }
            cuts.sort_by(f64::total_cmp);
            grid.cuts.push(cuts);
        }
        variants::split(frame, &mut grid);
        grid
    }

    /// The interval between rules of a column around a height.
    pub(super) fn cell(&self, col: usize, y: f64) -> [f64; 2] {
        let cuts = self.cuts.get(col).map(Vec::as_slice).unwrap_or_default();
        let at = cuts.partition_point(|c| *c <= y);
        let top = at.checked_sub(1).and_then(|i| cuts.get(i)).copied().unwrap_or(self.y[0]);
        let bottom = cuts.get(at).copied().unwrap_or(self.y[1] + 3.0);
        [top, bottom]
    }

    /// Whether a rule crosses a column between two heights.
    pub(super) fn ruled(&self, col: usize, from: f64, to: f64) -> bool {
        let cuts = self.cuts.get(col).map(Vec::as_slice).unwrap_or_default();
        cuts.iter().any(|c| from < *c && *c < to)
    }

    /// The column of names or symbols that a column's words were taken out of.
    pub(super) fn parent(&self, col: usize) -> Option<usize> {
        let own = self.cols.get(col).filter(|c| c.head.is_none() && c.header.is_empty())?;
        let key = |c: &Col| matches!(c.role, Some(Role::Name | Role::Symbol));
        self.cols.iter().position(|c| key(c) && c.x == own.x)
    }

    /// Gives columns without head words a role by what stands in them.
    fn name_unnamed(&mut self, frame: &Frame<'_>) {
        let known: Vec<Option<Role>> = self.cols.iter().map(|c| c.role).collect();
        for at in 0..self.cols.len() {
            if self.cols[at].role.is_some() {
                continue;
            }
            let texts: Vec<String> =
                self.pieces.iter().filter(|p| p.col == at).map(|p| frame.text(&p.toks)).collect();
            let headed = !self.cols[at].header.is_empty();
            let mut role = role_of(&texts, &known, headed, at);
            // Numbers beside values, under a head that says nothing or is missing.
            let beside =
                |i: Option<usize>| i.and_then(|i| self.cols.get(i)).is_some_and(Col::is_value);
            let filled = texts.iter().filter(|t| !kinds::is_blank_mark(t)).count();
            let numbers = texts.iter().filter(|t| kinds::is_value_text(t)).count();
            if role == Role::Other
                && numbers * 2 > filled
                && (beside(at.checked_sub(1)) || beside(Some(at + 1)))
            {
                role = Role::Unnamed;
            }
            self.cols[at].role = Some(role);
        }
    }

    /// Takes parts and test conditions that stand in the columns of names or symbols out of them.
    fn split_names(&mut self, frame: &Frame<'_>, subs: &[SubWall]) {
        let mut added: Vec<Piece> = Vec::new();
        let conditions_of = |c: usize, cols: &[Col]| Col {
            role: Some(Role::Conditions),
            header: String::new(),
            x: cols[c].x,
            parts: Vec::new(),
            head: None,
        };
        let mut part_col: Vec<Option<usize>> = vec![None; self.cols.len()];
        let mut cond_col: Vec<Option<usize>> = vec![None; self.cols.len()];
        let listed = self.cols.iter().any(|c| c.role == Some(Role::Conditions));
        let mut open = vec![false; self.cols.len()];
        self.pieces.sort_by(|a, b| a.col.cmp(&b.col).then(a.base.total_cmp(&b.base)));
        for p in 0..self.pieces.len() {
            let col = self.pieces[p].col;
            let role = self.cols.get(col).and_then(|c| c.role);
            if !matches!(role, Some(Role::Name | Role::Symbol))
                || subs.iter().any(|s| s.virt == col)
            {
                continue;
            }
            let toks = self.pieces[p].toks.clone();
            // Parts at the end of a line, set apart by a colon or a gap.
            if let Some(k) = parts_from(frame, &toks) {
                let x = self.cols[col].x;
                let to = *part_col[col].get_or_insert_with(|| {
                    self.cols.push(Col {
                        role: Some(Role::Part),
                        header: String::new(),
                        x,
                        parts: Vec::new(),
                        head: None,
                    });
                    self.cols.len() - 1
                });
                let names: Vec<usize> = toks[k..]
                    .iter()
                    .copied()
                    .filter(|&t| !matches!(frame.toks[t].word.text.as_str(), ":" | "：" | "for"))
                    .collect();
                added.extend(piece(frame, to, &names, None));
                self.pieces[p].toks.truncate(k);
            }
            let toks = self.pieces[p].toks.clone();
            if toks.is_empty() {
                continue;
            }
            let text = frame.text(&toks);
            let whole = role == Some(Role::Name)
                && (open[col]
                    || (text.starts_with('(') && kinds::is_condition(&text))
                    || (!listed && all_conditions(&text)));
            if whole {
                open[col] = if open[col] {
                    !text.contains(')')
                } else {
                    text.starts_with('(') && unclosed(&text)
                };
            }
            let from = if whole { Some(0) } else { condition_from(frame, &toks) };
            if let Some(k) = from {
                let new = conditions_of(col, &self.cols);
                let to = *cond_col[col].get_or_insert_with(|| {
                    self.cols.push(new);
                    self.cols.len() - 1
                });
                added.extend(piece(frame, to, &toks[k..], None));
                self.pieces[p].toks.truncate(k);
            }
        }
        self.pieces.retain(|p| !p.toks.is_empty());
        self.pieces.extend(added);
        let keep = std::mem::take(&mut self.pieces);
        self.pieces = keep
            .into_iter()
            .filter_map(|p| {
                let straddles = p.straddles;
                piece(frame, p.col, &p.toks, None).map(|q| Piece { straddles, ..q })
            })
            .collect();
    }
}

fn unclosed(text: &str) -> bool {
    text.matches('(').count() > text.matches(')').count()
}

/// Whether a text is nothing but `X = n unit` phrases.
fn all_conditions(text: &str) -> bool {
    let parts: Vec<&str> =
        text.split([',', ';']).map(str::trim).filter(|p| !p.is_empty()).collect();
    !parts.is_empty()
        && parts.iter().all(|p| {
            p.find('=').is_some_and(|at| {
                let left = p.get(..at).unwrap_or("").trim();
                kinds::is_symbol_like(left) || left.chars().count() <= 4
            })
        })
}

/// Where a test condition begins at the end of a name: at an `@` with `=` behind it, in brackets
/// that close the line, or behind a wide gap.
fn condition_from(frame: &Frame<'_>, toks: &[usize]) -> Option<usize> {
    let word = |t: usize| frame.toks[t].word.text.as_str();
    let rest = |k: usize| toks.get(k..).map(|rest| frame.text(rest)).unwrap_or_default();
    if let Some(k) = toks.iter().position(|&t| word(t).starts_with('@')) {
        return rest(k).contains('=').then_some(k);
    }
    let last = toks.iter().rposition(|&t| word(t).starts_with('(')).filter(|&k| k > 0);
    if let Some(k) = last.filter(|&k| rest(k).ends_with(')')) {
        let inner = rest(k);
        return all_conditions(inner.trim_matches(['(', ')'])).then_some(k);
    }
    let apart = (1..toks.len()).rfind(|&k| {
        let (a, b) = (&frame.toks[toks[k - 1]], &frame.toks[toks[k]]);
        b.area.x0 - a.area.x1 > 1.2 * b.size
    })?;
    all_conditions(&rest(apart)).then_some(apart)
}

/// Where the part names at the end of a line begin.
fn parts_from(frame: &Frame<'_>, toks: &[usize]) -> Option<usize> {
    let is = |t: usize| {
        let text = frame.toks[t].word.text.trim_start_matches([':', '：']);
        text.is_empty() || kinds::is_part(text) || matches!(text, "," | "/" | "-" | "only")
    };
    let mut k = toks.len();
    while k > 0 && is(toks[k - 1]) {
        k -= 1;
    }
    let real = toks
        .get(k..)?
        .iter()
        .any(|&t| kinds::is_part(frame.toks[t].word.text.trim_start_matches([':', '：'])));
    if !real {
        return None;
    }
    // `for 2N2905` below a name.
    if k == 1 && toks.first().is_some_and(|&t| frame.toks[t].word.text == "for") {
        return Some(0);
    }
    let first = &frame.toks[*toks.get(k)?];
    let apart = match k.checked_sub(1) {
        None => true,
        Some(before) => {
            let before = &frame.toks[toks[before]];
            first.word.text.starts_with([':', '：'])
                || before.word.text.ends_with([':', '：', ';'])
                || first.area.x0 - before.area.x1 > 1.2 * first.size
        }
    };
    apart.then_some(k)
}

/// The role of a column without known head words.
fn role_of(texts: &[String], known: &[Option<Role>], headed: bool, at: usize) -> Role {
    let all = texts.len().max(1);
    let share =
        |f: &dyn Fn(&str) -> bool| texts.iter().filter(|t| f(t)).count() as f64 / all as f64;
    let missing = |role: Role| !known.contains(&Some(role));
    if texts.is_empty() {
        return Role::Other;
    }
    let numbers = share(&|t| kinds::is_value_text(t) || kinds::is_blank_mark(t));
    if numbers > 0.6 {
        return Role::Other;
    }
    if missing(Role::Unit) && share(&|t| kinds::is_unit(t)) > 0.7 {
        return Role::Unit;
    }
    if share(&kinds::is_condition) > 0.5 && !(at == 0 && missing(Role::Symbol)) {
        return Role::Conditions;
    }
    if share(&kinds::is_part) > 0.6 {
        return Role::Part;
    }
    let symbols = share(&|t| {
        let first = t.split('@').next().unwrap_or(t);
        first.split_whitespace().all(kinds::is_symbol_like) && first.split_whitespace().count() <= 3
    });
    // The first column without a head, beside one of names, holds their symbols.
    let short = share(&|t| t.chars().count() <= 10 && !t.contains(' '));
    if missing(Role::Symbol) && (symbols > 0.5 || (at == 0 && !missing(Role::Name) && short > 0.5))
    {
        return Role::Symbol;
    }
    if missing(Role::Name) && share(&|t| t.chars().any(char::is_alphabetic)) > 0.6 {
        return Role::Name;
    }
    if headed { Role::Other } else { Role::Conditions }
}

/// A wall inside a column, in some rows only.
struct SubWall {
    col: usize,
    virt: usize,
    at: f64,
    spans: Vec<[f64; 2]>,
}

/// Walls that split columns of words in some rows: each gives a column of its own.
fn sub_walls(frame: &Frame<'_>, cols: &mut Vec<Col>, y: [f64; 2]) -> Vec<SubWall> {
    let mut out: Vec<SubWall> = Vec::new();
    let count = cols.len();
    for c in 0..count {
        let col = cols[c].clone();
        if col.is_value() || col.x[1] - col.x[0] < 30.0 {
            continue;
        }
        for rule in frame.rules.v_within([col.x[0] + 8.0, col.x[1] - 8.0]) {
            let span = [rule.from.max(y[0]), rule.to.min(y[1])];
            // A symbol drawn inside a cell has short strokes; a wall is at least a row high.
            if span[1] - span[0] < 10.0 || !closed_by_rules(frame, rule.at, span) {
                continue;
            }
            match out.iter_mut().find(|s| s.col == c && (s.at - rule.at).abs() < 3.0) {
                Some(sub) => sub.spans.push(span),
                None => {
                    if out.iter().filter(|s| s.col == c).count() >= 3 {
                        continue;
                    }
                    let role = if col.role == Some(Role::Conditions) { col.role } else { None };
                    cols.push(Col {
                        role,
                        header: String::new(),
                        x: [rule.at, col.x[1]],
                        parts: Vec::new(),
                        head: None,
                    });
                    out.push(SubWall {
                        col: c,
                        virt: cols.len() - 1,
                        at: rule.at,
                        spans: vec![span],
                    });
                }
            }
        }
    }
    out
}

/// Whether horizontal rules meet a wall at both of its ends, as in a table.
fn closed_by_rules(frame: &Frame<'_>, x: f64, span: [f64; 2]) -> bool {
    span.iter().all(|&end| {
        frame
            .rules
            .h_within([end - 2.5, end + 2.5])
            .iter()
            .any(|r| r.from <= x + 1.0 && r.to >= x - 1.0 && r.length() > 25.0)
    })
}

/// Cuts a band at the borders of columns.
fn cut(frame: &Frame<'_>, cols: &[Col], subs: &[SubWall], band: &Band, out: &mut Vec<Piece>) {
    let mut toks = band.toks.clone();
    toks.sort_by(|&a, &b| frame.toks[a].area.x0.total_cmp(&frame.toks[b].area.x0));
    let plain = cols.len() - subs.len();
    let column_of = |t: usize| -> usize {
        let tok = &frame.toks[t];
        let x = tok.area.center().x;
        let main =
            cols.iter().take(plain).position(|c| x <= c.x[1]).unwrap_or(plain.saturating_sub(1));
        let mid = tok.mid();
        subs.iter()
            .filter(|s| s.col == main && s.at <= x)
            .filter(|s| s.spans.iter().any(|p| p[0] <= mid && mid <= p[1]))
            .max_by(|a, b| a.at.total_cmp(&b.at))
            .map_or(main, |s| s.virt)
    };
    let mut run: Vec<usize> = Vec::new();
    let mut at: Option<usize> = None;
    for &t in &toks {
        let mut col = column_of(t);
        if let (Some(c), Some(&last)) = (at, run.last())
            && col != c
            && col < plain
            && overflows(frame, cols, c, col, last, t)
        {
            col = c;
        }
        if at != Some(col) {
            if let Some(c) = at {
                out.extend(piece(frame, c, &run, cols.get(c)));
            }
            run.clear();
            at = Some(col);
        }
        run.push(t);
    }
    if let Some(c) = at {
        out.extend(piece(frame, c, &run, cols.get(c)));
    }
}

/// Whether a word in the next column goes on with a text that began before the border.
fn overflows(
    frame: &Frame<'_>,
    cols: &[Col],
    from: usize,
    to: usize,
    last: usize,
    tok: usize,
) -> bool {
    let text = |c: usize| {
        cols.get(c).is_some_and(|c| {
            matches!(c.role, Some(Role::Name | Role::Conditions | Role::Symbol) | None)
        })
    };
    let (a, b) = (&frame.toks[last], &frame.toks[tok]);
    let gap = b.area.x0 - a.area.x1;
    let border = cols.get(to).map_or(b.area.x0, |c| c.x[0]);
    let walls = frame.rules.cell_x(Point::new(border - 1.5, a.mid()), [border - 3.0, border + 3.0]);
    let walled = walls.iter().any(Option::is_some);
    let value = kinds::is_number(&b.word.text) || kinds::is_blank_mark(&b.word.text);
    let into_values = cols.get(to).is_some_and(Col::is_value);
    let one_line = a.line == b.line;
    text(from)
        && !walled
        && one_line
        && gap <= 0.4 * a.size
        && !(into_values && value)
        && !(cols.get(to).and_then(|c| c.role) == Some(Role::Unit) && kinds::is_unit(&b.word.text))
        && cols.get(from).and_then(|c| c.role) != Some(Role::Symbol)
}

pub(super) fn piece(
    frame: &Frame<'_>,
    col: usize,
    toks: &[usize],
    within: Option<&Col>,
) -> Option<Piece> {
    let first = &frame.toks[*toks.first()?];
    let size = toks.iter().map(|&t| frame.toks[t].size).fold(0.0, f64::max);
    let area = frame.area(toks)?;
    let straddles = within.is_some_and(|c| {
        toks.iter().any(|&t| {
            let a = frame.toks[t].area;
            a.x0 < c.x[0] - 0.3 * size || a.x1 > c.x[1] + 0.3 * size
        })
    });
    Some(Piece {
        col,
        toks: toks.to_vec(),
        base: first.base,
        mid: first.base - 0.35 * size,
        size,
        x: [area.x0, area.x1],
        straddles,
    })
}

/// The edges of rows that are shaded over the whole width.
fn tint_cuts(frame: &Frame<'_>, header: &Header, y: [f64; 2]) -> Vec<f64> {
    let width = header.x[1] - header.x[0];
    let shaded: Vec<[f64; 2]> = frame
        .rules
        .tints
        .iter()
        .filter(|t| t.y0 >= y[0] - 2.0 && t.y1 <= y[1] + 12.0 && t.height() < 60.0)
        .filter(|t| t.x1.min(header.x[1]) - t.x0.max(header.x[0]) >= 0.85 * width)
        .map(|t| [t.y0, t.y1])
        .collect();
    let mut out: Vec<f64> = shaded.into_iter().flatten().collect();
    out.sort_by(f64::total_cmp);
    out.dedup_by(|a, b| (*a - *b).abs() < 3.0);
    out
}
