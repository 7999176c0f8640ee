//! Columns of a table: where one ends and the next begins, by walls, by gaps in what stands below.

use super::body::Band;
use super::frame::Frame;
use super::header::{Head, Header, is_value};
use super::kinds;
use super::vocabulary::{self, Label};
use crate::sheet::table::Role;

/// A column while its table is being found.
#[derive(Clone, Debug)]
pub(super) struct Col {
    /// What it holds; `None` until its content tells.
    pub(super) role: Option<Role>,
    /// The words of its head.
    pub(super) header: String,
    /// Where it lies.
    pub(super) x: [f64; 2],
    /// Parts from its head.
    pub(super) parts: Vec<String>,
    /// The middle of its head's words.
    pub(super) head: Option<f64>,
}

impl Col {
    pub(super) fn is_value(&self) -> bool {
        self.role.is_some_and(is_value)
    }

    pub(super) fn center(&self) -> f64 {
        (self.x[0] + self.x[1]) / 2.0
    }
}

/// The columns under a head, with borders from walls and from the gaps in the lines of `body`.
pub(super) fn columns(frame: &Frame<'_>, header: &Header, body: [f64; 2]) -> Vec<Col> {
    let x = header.x;
    let inside = [x[0] - 3.0, x[1] + 3.0];
    let zone = [header.area.y0 + 1.0, header.area.y1 - 1.0];
    let mut walls = frame.rules.walls(inside, [zone[0].min(zone[1]), zone[1]], 0.5);
    let words: Vec<(f64, f64)> =
        header.heads.iter().map(|h| (h.area.x0 + 1.0, h.area.x1 - 1.0)).collect();
    let through = |w: f64| words.iter().any(|&(a, b)| a < w && w < b);
    walls.retain(|&w| !through(w));
    // Walls of the body count between heads that no wall of the head's own separates.
    if body[1] - body[0] > 4.0 {
        for wall in frame.rules.walls(inside, body, 0.35) {
            let near = |w: &f64| (*w - wall).abs() < 3.0;
            let left = header.heads.iter().rfind(|h| h.area.center().x < wall);
            let right = header.heads.iter().find(|h| h.area.center().x > wall);
            let free = match (left, right) {
                (Some(l), Some(r)) => {
                    !walls.iter().any(|w| l.area.center().x < *w && *w < r.area.center().x)
                }
                _ => false,
            };
            if free && !through(wall) && !walls.iter().any(near) {
                walls.push(wall);
            }
        }
    }
    walls.sort_by(f64::total_cmp);
    let mut edges = vec![x[0]];
    for wall in walls {
        if wall - x[0] > 6.0 && x[1] - wall > 6.0 && edges.last().is_some_and(|e| wall - e > 6.0) {
            edges.push(wall);
        }
    }
    edges.push(x[1]);
    let segments = Segments::of(frame, header, body);
    let mut out: Vec<Col> = Vec::new();
    for pair in edges.windows(2) {
        let &[a, b] = pair else { continue };
        let heads: Vec<&Head> = header
            .heads
            .iter()
            .filter(|h| {
                let c = h.area.center().x;
                // The outermost heads may stand out of the rules.
                (c > a || a == x[0]) && (c <= b || b == x[1])
            })
            .collect();
        cell(&mut out, [a, b], &heads, &segments);
    }
    out
}

/// The columns of one cell of the head.
fn cell(out: &mut Vec<Col>, x: [f64; 2], heads: &[&Head], segments: &Segments) {
    let Some(first) = heads.first() else {
        out.push(Col { role: None, header: String::new(), x, parts: Vec::new(), head: None });
        return;
    };
    let mut left = x[0];
    let mut last = *first;
    // What stands left of the first head, when that one is not of names, has no head.
    let valued = matches!(
        first.label,
        Some(Label::Is(r)) if is_value(r) || matches!(r, Role::Unit | Role::Symbol)
    );
    if out.is_empty()
        && valued
        && let Some(border) = segments.left_of(first, x[0])
    {
        let x = [left, border];
        out.push(Col { role: None, header: String::new(), x, parts: Vec::new(), head: None });
        left = border;
    }
    for next in heads.iter().skip(1) {
        let border = segments.border(last, next);
        out.push(column(last, [left, border]));
        left = border;
        last = next;
    }
    out.push(column(last, [left, x[1]]));
}

fn column(head: &Head, x: [f64; 2]) -> Col {
    let role = match head.label {
        Some(Label::Is(role)) => Some(role),
        Some(Label::Rating) => Some(Role::Value),
        Some(Label::Dimension) => Some(Role::Other),
        Some(Label::Rank) | None => None,
    };
    let middle = Some(head.area.center().x);
    Col { role, header: head.text.clone(), x, parts: head.parts.clone(), head: middle }
}

/// What stands below the head: stretches of words without a gap, line by line.
struct Segments {
    spans: Vec<[f64; 2]>,
}

impl Segments {
    fn of(frame: &Frame<'_>, header: &Header, body: [f64; 2]) -> Segments {
        let mut spans: Vec<[f64; 2]> =
            header.heads.iter().map(|h| [h.area.x0, h.area.x1]).collect();
        for line in frame.lines_within([body[0], body[1]]) {
            let mut run: Option<[f64; 2]> = None;
            for &t in &line.toks {
                let tok = &frame.toks[t];
                if tok.area.x1 < header.x[0] || tok.area.x0 > header.x[1] {
                    continue;
                }
                match &mut run {
                    Some(r) if tok.area.x0 - r[1] <= 0.42 * tok.size => {
                        r[1] = r[1].max(tok.area.x1);
                    }
                    _ => {
                        spans.extend(run);
                        run = Some([tok.area.x0, tok.area.x1]);
                    }
                }
            }
            spans.extend(run);
        }
        Segments { spans }
    }

    /// The border of what stands left of the first head, if much does.
    fn left_of(&self, head: &Head, from: f64) -> Option<f64> {
        let to = head.area.center().x;
        let near: Vec<&[f64; 2]> = self.spans.iter().filter(|s| s[1] > from && s[0] < to).collect();
        let outside = near.iter().filter(|s| s[1] < head.area.x0 - 8.0).count();
        if outside < 2 || outside * 3 < near.len() {
            return None;
        }
        // The last gap before the head's own column.
        let mut ends: Vec<f64> = near.iter().map(|s| s[1]).filter(|e| *e < to).collect();
        ends.sort_by(|a, b| b.total_cmp(a));
        ends.into_iter()
            .map(|end| {
                let next = near
                    .iter()
                    .map(|s| s[0])
                    .filter(|s| *s > end - 0.1)
                    .chain([head.area.x0])
                    .fold(f64::INFINITY, f64::min);
                (end, next, near.iter().filter(|s| s[0] < end + 0.5 && s[1] > end + 0.5).count())
            })
            .find(|(end, next, crossing)| next - end >= 4.0 && *crossing == 0)
            .map(|(end, next, _)| (end + next) / 2.0)
    }

    /// The best border between two heads: where the fewest stretches cross, and there the widest
    /// gap.
    fn border(&self, a: &Head, b: &Head) -> f64 {
        let (from, to) = (a.area.center().x, b.area.center().x);
        let middle = (a.area.x1 + b.area.x0) / 2.0;
        if to - from < 0.5 {
            return middle;
        }
        let mut events: Vec<(f64, i32)> = Vec::new();
        for &[x0, x1] in &self.spans {
            if x1 > from && x0 < to {
                events.push((x0.max(from), 1));
                events.push((x1.min(to), -1));
            }
        }
        events.push((from, 0));
        events.push((to, 0));
        events.sort_by(|p, q| p.0.total_cmp(&q.0).then(p.1.cmp(&q.1)));
        let mut depth = 0;
        let mut best: Option<(i32, f64, f64, f64)> = None;
        for pair in events.windows(2) {
            let &[(x0, d), (x1, _)] = pair else { continue };
            depth += d;
            let width = x1 - x0;
            if width < 0.3 {
                continue;
            }
            let at = (x0 + x1) / 2.0;
            let off = (at - middle).abs();
            let better = match best {
                None => true,
                Some((n, w, o, _)) => {
                    depth < n || (depth == n && (width > w + 0.5 || (width > w - 0.5 && off < o)))
                }
            };
            if better {
                best = Some((depth, width, off, at));
            }
        }
        best.map_or(middle, |b| b.3)
    }
}

/// Splits columns of words in which two columns stand, one of them without a head: where a gap
/// goes through all lines and both sides hold something in most rows.
pub(super) fn split_by_gaps(
    frame: &Frame<'_>,
    header: &Header,
    cols: Vec<Col>,
    bands: &[Band],
) -> Vec<Col> {
    let mut out: Vec<Col> = Vec::new();
    let roles: Vec<Option<Role>> = cols.iter().map(|c| c.role).collect();
    let missing = |role: Role| !roles.contains(&Some(role));
    for col in cols {
        if col.is_value() || col.role == Some(Role::Unit) {
            let symbols =
                missing(Role::Symbol) && !out.iter().any(|c| c.role == Some(Role::Symbol));
            out.extend(numbers_aside(frame, header, col, bands, symbols));
            continue;
        }
        let open = matches!(col.role, None | Some(Role::Name | Role::Conditions));
        let found = open.then(|| gap(frame, &col, bands)).flatten().filter(Gap::is_common);
        let Some(Gap { at, left, right, .. }) = found else {
            out.push(col);
            continue;
        };
        let share = |texts: &[String], f: &dyn Fn(&str) -> bool| {
            texts.iter().filter(|t| f(t)).count() * 10 >= texts.len() * 6
        };
        // `Max` at the end of names is no symbol.
        let symbol = |t: &str| kinds::is_symbol_like(t) && !says_limit(t);
        let symbols = |texts: &[String]| share(texts, &|t| t.split_whitespace().all(symbol));
        let (first, second) = if col.role == Some(Role::Conditions) {
            if !(missing(Role::Symbol) && symbols(&left)) {
                out.push(col);
                continue;
            }
            (Some(Role::Symbol), Some(Role::Conditions))
        } else if share(&right, &kinds::is_condition) {
            (col.role, Some(Role::Conditions))
        } else if missing(Role::Symbol) && symbols(&left) {
            (Some(Role::Symbol), Some(Role::Name))
        } else if missing(Role::Symbol) && symbols(&right) {
            (col.role.or(Some(Role::Name)), Some(Role::Symbol))
        } else {
            out.push(col);
            continue;
        };
        let near = col.head.is_none_or(|h| h < at);
        let header = |own: bool| if own { col.header.clone() } else { String::new() };
        let part = |role, x, own: bool| Col {
            role,
            header: header(own),
            x,
            parts: Vec::new(),
            head: col.head.filter(|_| own),
        };
        out.push(part(first, [col.x[0], at], near));
        out.push(part(second, [at, col.x[1]], !near));
    }
    out
}

/// Whether a word says which limit a value is.
fn says_limit(word: &str) -> bool {
    let label = vocabulary::phrase(&vocabulary::words_of(word)).map(|p| p.1);
    matches!(label, Some(Label::Is(role)) if is_value(role))
}

/// A column of values or units as two, where numbers without a head stand beside its own words,
/// or symbols where the table has none (`symbols`): a gap goes through all lines, and its head
/// stands at one side of it.
fn numbers_aside(
    frame: &Frame<'_>,
    header: &Header,
    col: Col,
    bands: &[Band],
    symbols: bool,
) -> Vec<Col> {
    let own = header.heads.iter().find(|h| Some(h.area.center().x) == col.head);
    let Some((head, Gap { at, left, right, .. })) = own.zip(gap(frame, &col, bands)) else {
        return vec![col];
    };
    let (aside, others) = match () {
        () if head.area.x0 >= at => (&left, &right),
        () if head.area.x1 <= at => (&right, &left),
        () => return vec![col],
    };
    let number = |t: &String| kinds::is_value_text(t);
    let plain = |t: &String| number(t) || kinds::is_blank_mark(t);
    let fits = match col.role {
        Some(Role::Unit) => others.iter().filter(|t| kinds::is_unit(t)).count() * 2 > others.len(),
        _ => others.iter().all(plain),
    };
    let symbol = |t: &String| t.split_whitespace().all(kinds::is_symbol_like) && !plain(t);
    let named = aside.iter().filter(|t| symbol(t)).count();
    let symbols = symbols && named >= 2 && named * 10 >= aside.len() * 8;
    let numbers = aside.iter().all(plain) && aside.iter().any(number);
    if !fits || !(numbers || symbols) {
        return vec![col];
    }
    let role = symbols.then_some(Role::Symbol);
    let nameless = |x| Col { role, header: String::new(), x, parts: Vec::new(), head: None };
    let (low, high) = ([col.x[0], at], [at, col.x[1]]);
    match head.area.x0 >= at {
        true => vec![nameless(low), Col { x: high, ..col }],
        false => vec![Col { x: low, ..col }, nameless(high)],
    }
}

/// A gap that goes through all lines of a column.
struct Gap {
    at: f64,
    /// The texts left of it, line by line.
    left: Vec<String>,
    right: Vec<String>,
    /// Rows of the table.
    rows: usize,
}

impl Gap {
    /// Whether both sides hold something in many rows.
    fn is_common(&self) -> bool {
        let (left, right) = (self.left.len(), self.right.len());
        left >= 2 && right >= 2 && right * 2 >= self.rows && left * 3 >= self.rows
    }
}

/// The widest gap that goes through a column's lines.
fn gap(frame: &Frame<'_>, col: &Col, bands: &[Band]) -> Option<Gap> {
    // What reaches over the border stands in a cell merged with the next column's.
    let own = |t: usize| {
        let a = frame.toks[t].area;
        a.x0 >= col.x[0] - 1.0 && a.x1 <= col.x[1] + 1.0 || !col.is_value()
    };
    let mut spans: Vec<[f64; 2]> = Vec::new();
    let mut rows = 0;
    for band in bands {
        rows += usize::from(band.data);
        // A heading runs over both.
        if vocabulary::is_heading(&frame.text(&band.toks)) {
            continue;
        }
        for &t in &band.toks {
            let a = frame.toks[t].area;
            let x = a.center().x;
            if col.x[0] <= x && x <= col.x[1] && own(t) {
                spans.push([a.x0, a.x1 + 0.45 * frame.toks[t].size]);
            }
        }
    }
    spans.sort_by(|a, b| a[0].total_cmp(&b[0]));
    let mut end = spans.first()?[1];
    let mut best: Option<(f64, f64)> = None;
    for s in &spans {
        if s[0] - end >= 3.0 && best.is_none_or(|(w, _)| s[0] - end > w) {
            best = Some((s[0] - end, (s[0] + end) / 2.0));
        }
        end = end.max(s[1]);
    }
    let (_, at) = best?;
    let side = |from: f64, to: f64| -> Vec<String> {
        bands
            .iter()
            .map(|b| {
                let toks: Vec<usize> = b
                    .toks
                    .iter()
                    .copied()
                    .filter(|&t| {
                        let x = frame.toks[t].area.center().x;
                        from <= x && x <= to && own(t)
                    })
                    .collect();
                frame.text(&toks)
            })
            .filter(|t| !t.is_empty())
            .collect()
    };
    Some(Gap { at, left: side(col.x[0], at), right: side(at, col.x[1]), rows })
}
