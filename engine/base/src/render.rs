use crate::{Diagnostic, FileId, Label, Place, SourceFile, SourceMap, Span};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Longest part of a source line that is shown.
const LINE_WIDTH: usize = 160;

/// Blanks shown before the first label of a line that is too long.
const LEAD: usize = 40;

/// Renders a diagnostic as plain text, for terminals without colour, logs and snapshots.
///
/// The code and the message come first, then every labelled line with its labels under it (`^`
/// marks the primary place, `-` the others), one block for each source, then the help. Ends with
/// a line break.
///
/// ```text
/// error[E0103]: this `(` is never closed
///  --> rules/vf.espice:3:12
///   |
/// 3 |   check max(abs(x) < 1 V
///   |            ^            - expected `)` before the statement ends here
///   |
///   = help: …
/// ```
pub fn render_plain(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    let mut out = String::new();
    let (severity, code) = (diagnostic.severity.word(), diagnostic.code);
    let _ = writeln!(out, "{severity}[{code}]: {}", diagnostic.message);
    let margin = margin(diagnostic, sources);
    let mut framed = false;
    for (n, file) in files(diagnostic).into_iter().enumerate() {
        let arrow = if n == 0 { "-->" } else { ":::" };
        framed = write_file(&mut out, diagnostic, sources, file, arrow, margin);
    }
    if framed && !diagnostic.help.is_empty() {
        let _ = writeln!(out, "{:margin$} |", "");
    }
    for help in &diagnostic.help {
        let _ = writeln!(out, "{:margin$} = help: {help}", "");
    }
    out
}

/// The sources of the labels, that of the primary label first.
fn files(diagnostic: &Diagnostic) -> Vec<FileId> {
    let mut files: Vec<FileId> = Vec::new();
    for label in &diagnostic.labels {
        if !files.contains(&label.place.file()) {
            files.push(label.place.file());
        }
    }
    files
}

/// The width of the largest line number.
fn margin(diagnostic: &Diagnostic, sources: &SourceMap) -> usize {
    let lines = diagnostic.labels.iter().filter_map(|label| match label.place {
        Place::Text(span) => Some(sources.get(span.file)?.line_column(span.start).line),
        _ => None,
    });
    lines.max().unwrap_or(1).to_string().len()
}

/// Writes the labels of one source; says whether it ends in a frame of source lines.
fn write_file(
    out: &mut String,
    diagnostic: &Diagnostic,
    sources: &SourceMap,
    file: FileId,
    arrow: &str,
    margin: usize,
) -> bool {
    let labels = diagnostic.labels.iter().enumerate().filter(|(_, l)| l.place.file() == file);
    let mut lines: BTreeMap<u32, Vec<Mark<'_>>> = BTreeMap::new();
    let source = sources.get(file);
    let mut first = true;
    for (n, label) in labels {
        let place = match (label.place, source) {
            (Place::Text(span), Some(source)) => {
                let mark = Mark::new(source, span, label, n == 0);
                lines.entry(mark.line).or_default().push(mark);
                sources.locate(span)
            }
            (place, _) => describe(place, source),
        };
        if first {
            let _ = writeln!(out, "{:margin$}{arrow} {place}", "");
        }
        if !matches!(label.place, Place::Text(_)) {
            if !first {
                let _ = writeln!(out, "{:margin$}::: {place}", "");
            }
            if !label.text.is_empty() {
                let _ = writeln!(out, "{:margin$} = {}", "", label.text);
            }
        }
        first = false;
    }
    let Some(source) = source.filter(|_| !lines.is_empty()) else { return false };
    let _ = writeln!(out, "{:margin$} |", "");
    let mut before = None;
    for (line, marks) in &lines {
        if before.is_some_and(|b: u32| b + 1 < *line) {
            out.push_str("...\n");
        }
        before = Some(*line);
        write_line(out, source.line(*line), *line, marks, margin);
    }
    true
}

fn describe(place: Place, source: Option<&SourceFile>) -> String {
    let name = source.map_or("<unknown>", SourceFile::name);
    match place {
        Place::Page { page, area: [x0, y0, x1, y1], .. } => {
            format!("{name}, page {page}, box {x0:.1} {y0:.1} {x1:.1} {y1:.1}")
        }
        _ => name.to_string(),
    }
}

/// One label on its line; columns count characters from 0.
struct Mark<'a> {
    line: u32,
    start: usize,
    end: usize,
    text: &'a str,
    primary: bool,
}

impl<'a> Mark<'a> {
    fn new(source: &SourceFile, span: Span, label: &'a Label, primary: bool) -> Self {
        let from = source.line_column(span.start);
        let to = source.line_column(span.end);
        let start = from.column.saturating_sub(1) as usize;
        // A place of several lines is marked to the end of its first one.
        let end = match to.line == from.line {
            true => to.column.saturating_sub(1) as usize,
            false => source.line(from.line).chars().count(),
        };
        Mark { line: from.line, start, end: end.max(start + 1), text: &label.text, primary }
    }
}

fn write_line(out: &mut String, line: &str, number: u32, marks: &[Mark<'_>], margin: usize) {
    let first = marks.iter().map(|m| m.start).min().unwrap_or(0);
    let length = line.chars().count();
    let skip = if length > LINE_WIDTH { first.saturating_sub(LEAD) } else { 0 };
    let shown: String = line
        .chars()
        .skip(skip)
        .take(LINE_WIDTH)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let head = if skip > 0 { "… " } else { "" };
    let tail = if length > skip + LINE_WIDTH { " …" } else { "" };
    let _ = writeln!(out, "{number:>margin$} | {head}{}{tail}", shown.trim_end());
    let shift = head.chars().count();
    let column = |at: usize| (at.saturating_sub(skip)).min(LINE_WIDTH) + shift;

    let mut under: Vec<char> = Vec::new();
    // The primary mark is drawn last, over the others.
    for primary in [false, true] {
        for mark in marks.iter().filter(|m| m.primary == primary) {
            let (from, to) = (column(mark.start), column(mark.end).max(column(mark.start) + 1));
            if under.len() < to {
                under.resize(to, ' ');
            }
            let sign = if primary { '^' } else { '-' };
            under.iter_mut().take(to).skip(from).for_each(|c| *c = sign);
        }
    }
    let mut texts: Vec<(usize, &str)> =
        marks.iter().filter(|m| !m.text.is_empty()).map(|m| (column(m.start), m.text)).collect();
    texts.sort_by_key(|t| t.0);
    let under: String = under.into_iter().collect();
    // The text of the last label stands beside its mark, the others hang below theirs.
    let last_column = marks.iter().map(|m| column(m.start)).max().unwrap_or(0);
    let beside = texts.pop_if(|t| t.0 == last_column).map_or("", |t| t.1);
    let _ = writeln!(out, "{}", format!("{:margin$} | {under} {beside}", "").trim_end());
    let hooks = |texts: &[(usize, &str)]| {
        let mut row = String::new();
        for (at, _) in texts {
            if row.chars().count() <= *at {
                let pad = at - row.chars().count();
                row.push_str(&" ".repeat(pad));
                row.push('|');
            }
        }
        row
    };
    if !texts.is_empty() {
        let _ = writeln!(out, "{:margin$} | {}", "", hooks(&texts));
    }
    while let Some((at, text)) = texts.pop() {
        let row = hooks(&texts);
        let pad = at.saturating_sub(row.chars().count());
        let _ = writeln!(out, "{:margin$} | {row}{}{text}", "", " ".repeat(pad));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;

    fn span(file: FileId, text: &str, part: &str) -> Span {
        let start = text.find(part).unwrap();
        Span::new(file, start, start + part.len())
    }

    #[test]
    fn labels_hang_below_their_places() {
        let mut sources = SourceMap::default();
        let text = "rule r\n  check VF < IF * 2\n\n\n  end";
        let file = sources.add("a.espice", text);
        let found = Diagnostic::error(Code::SYNTAX, "cannot compare a voltage with a current")
            .label(span(file, text, "<"), "compared here")
            .label(span(file, text, "VF"), "a voltage")
            .label(span(file, text, "IF * 2"), "a current")
            .label(span(file, text, "end"), "the end")
            .help("divide by a resistance");
        let expected = "\
error[E0101]: cannot compare a voltage with a current
 --> a.espice:2:12
  |
2 |   check VF < IF * 2
  |         -- ^ ------ a current
  |         |  |
  |         |  compared here
  |         a voltage
...
5 |   end
  |   --- the end
  |
  = help: divide by a resistance
";
        assert_eq!(render_plain(&found, &sources), expected);
    }

    #[test]
    fn several_sources_and_pages() {
        let mut sources = SourceMap::default();
        let a = sources.add("a.espice", "x");
        let b = sources.add("b.pdf", "");
        let area = [1.0, 2.0, 3.0, 4.0];
        let found = Diagnostic::warning(Code::SYNTAX, "they differ")
            .at(Span::new(a, 1, 1))
            .label(Place::Page { file: b, page: 3, area }, "printed here");
        let expected = "\
warning[E0101]: they differ
 --> a.espice:1:2
  |
1 | x
  |  ^
 ::: b.pdf, page 3, box 1.0 2.0 3.0 4.0
  = printed here
";
        assert_eq!(render_plain(&found, &sources), expected);
    }

    #[test]
    fn long_lines_are_cut_around_the_label() {
        let mut sources = SourceMap::default();
        let text = format!("{}!{}", "a".repeat(1000), "b".repeat(1000));
        let file = sources.add("a", text);
        let shown = render_plain(
            &Diagnostic::error(Code::SYNTAX, "x").at(Span::new(file, 1000, 1001)),
            &sources,
        );
        let lines: Vec<&str> = shown.lines().collect();
        assert!(lines.iter().all(|l| l.chars().count() < 180));
        assert_eq!(
            lines[3].chars().position(|c| c == '!'),
            lines[4].chars().position(|c| c == '^')
        );
    }
}
