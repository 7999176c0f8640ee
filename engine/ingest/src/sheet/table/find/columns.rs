//! Columns of a table: where one ends and the next begins, by walls, by gaps in what stands below.

use super::frame::Frame;
use super::header::{Head, Header, is_value};
use super::vocabulary::Label;
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
