//! Colours, wrapping and columns.

use super::Style;

/// What a piece of text means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Paint {
    Strong,
    Good,
    Warn,
    Bad,
    Quiet,
}

impl Paint {
    fn escape(self) -> &'static str {
        match self {
            Paint::Strong => "\u{1b}[1m",
            Paint::Good => "\u{1b}[1;32m",
            Paint::Warn => "\u{1b}[1;33m",
            Paint::Bad => "\u{1b}[1;31m",
            Paint::Quiet => "\u{1b}[36m",
        }
    }
}

const RESET: &str = "\u{1b}[0m";

impl Style {
    /// The text in its colour, or as it is.
    pub(super) fn paint(self, paint: Paint, text: &str) -> String {
        if self.color { format!("{}{text}{RESET}", paint.escape()) } else { String::from(text) }
    }
}

/// A paragraph of at most `width` columns where words allow; every line begins with the indent,
/// lines after the first two columns deeper.
pub(super) fn wrap(text: &str, width: usize, indent: &str) -> String {
    let mut out = String::new();
    let mut line = String::from(indent);
    let mut empty = true;
    for word in words(text) {
        if !empty && columns(&line) + 1 + columns(&word) > width {
            out += &line;
            out.push('\n');
            line = format!("{indent}  ");
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line += &word;
        empty = false;
    }
    out + line.as_str() + "\n"
}

/// The words of a text; a number keeps its unit.
fn words(text: &str) -> Vec<String> {
    let number = |w: &str| w.trim_start_matches('(').parse::<f64>().is_ok();
    let unit = |w: &str| {
        let bare = w.trim_end_matches([',', ';', ')', '.']);
        bare == "%" || bare == "decades" || (bare.len() <= 4 && !bare.chars().any(char::is_numeric))
    };
    let mut out: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match out.last_mut() {
            Some(last) if number(last) && unit(word) => {
                last.push(' ');
                last.push_str(word);
            }
            _ => out.push(String::from(word)),
        }
    }
    out
}

/// Rows in columns; the first row is the heading. `right` says which columns are flush right.
pub(super) fn table(rows: &[Vec<String>], right: &[bool], style: Style) -> String {
    let widths: Vec<usize> = right
        .iter()
        .enumerate()
        .map(|(i, _)| rows.iter().filter_map(|r| r.get(i)).map(|c| columns(c)).max().unwrap_or(0))
        .collect();
    let mut out = String::new();
    for (n, row) in rows.iter().enumerate() {
        let mut line = String::new();
        for ((cell, width), right) in row.iter().zip(&widths).zip(right) {
            let pad = " ".repeat(width - columns(cell).min(*width));
            line += "  ";
            line += &if *right { pad + cell.as_str() } else { cell.clone() + pad.as_str() };
        }
        let line = line.trim_end();
        out += &if n == 0 { style.paint(Paint::Strong, line) } else { String::from(line) };
        out.push('\n');
    }
    out
}

/// One line of a plainly rendered diagnostic with its own words coloured; source text stays as
/// it is.
pub(super) fn colour_line(line: &str) -> String {
    let paint = |paint: Paint, text: &str| format!("{}{text}{RESET}", paint.escape());
    for (word, colour) in [
        ("error", Paint::Bad),
        ("warning", Paint::Warn),
        ("note", Paint::Quiet),
        ("help", Paint::Good),
    ] {
        // `error[E0101]: message`
        if line.starts_with(word)
            && let Some((head, rest)) = line.split_once(':')
            && head.chars().all(|c| c.is_ascii_alphanumeric() || c == '[' || c == ']')
        {
            return format!("{}:{rest}", paint(colour, head));
        }
        // `  = help: text`
        let lead = format!("= {word}:");
        if let Some(rest) = line.trim_start().strip_prefix(&lead) {
            let indent = line.len() - line.trim_start().len();
            return format!("{}= {}:{rest}", " ".repeat(indent), paint(colour, word));
        }
    }
    // The gutter: digits or nothing, then a bar; marks only where no line number stands.
    if let Some((gutter, rest)) = line.split_once('|')
        && gutter.chars().all(|c| c.is_ascii_digit() || c == ' ')
    {
        let bar = paint(Paint::Quiet, &format!("{gutter}|"));
        let marks = gutter.trim().is_empty() && rest.contains(['^', '-']);
        let (body, end) = rest.strip_suffix('\n').map_or((rest, ""), |b| (b, "\n"));
        let body = if marks { paint(Paint::Bad, body) } else { String::from(body) };
        return format!("{bar}{body}{end}");
    }
    String::from(line)
}

/// The width of a text on the screen: characters, less escapes.
fn columns(text: &str) -> usize {
    strip(text).chars().count()
}

/// The text without colours.
pub(super) fn strip(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        out += before;
        rest = after.split_once('m').map_or("", |(_, r)| r);
    }
    out + rest
}
