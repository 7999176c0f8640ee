//! Physical lines to statements: continuation, comments, control blocks.

use crate::dialect::Rules;
use espice_base::{Code, Diagnostic, Diagnostics, FileId, Span};

/// One statement with its continuation lines joined by blanks.
#[derive(Debug)]
pub(super) struct Statement {
    pub(super) text: String,
    file: FileId,
    /// Where each piece begins: in `text`, and in the source.
    pieces: Vec<(usize, usize)>,
}

impl Statement {
    /// The place in the source of a byte range of the joined text.
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, self.source(start), self.source(end.saturating_sub(1)) + 1)
    }

    /// The place of the statement as a whole.
    pub(super) fn whole(&self) -> Span {
        self.span(0, self.text.len())
    }

    fn source(&self, offset: usize) -> usize {
        let after = self.pieces.partition_point(|(at, _)| *at <= offset);
        let before = after.checked_sub(1).and_then(|i| self.pieces.get(i));
        before.map_or(0, |(at, source)| source + (offset - at))
    }

    fn push(&mut self, piece: &str, source: usize) {
        if !self.text.is_empty() {
            self.text.push(' ');
        }
        self.pieces.push((self.text.len(), source));
        self.text.push_str(piece);
    }
}

/// What a file is made of.
#[derive(Debug)]
pub(super) enum Line {
    /// A comment without its sign.
    Comment(String),
    /// A statement to be understood.
    Statement(Statement),
    /// A line of a control block, passed on.
    Verbatim(String),
}

/// Splits a text into statements and comments, in order. Comments between continuation lines
/// follow the statement that they interrupt.
pub(super) fn lines(rules: &Rules, text: &str, file: FileId, out: &mut Diagnostics) -> Vec<Line> {
    let mut found: Vec<Line> = Vec::new();
    let mut open: Option<usize> = None;
    let mut control = false;
    let mut offset = 0;
    for physical in text.split('\n') {
        let line = physical.trim_matches(is_blank);
        let at = offset + (physical.len() - physical.trim_start_matches(is_blank).len());
        offset += physical.len() + 1;
        if line.is_empty() {
            continue;
        }
        let lower = line.to_ascii_lowercase();
        if control || lower == ".control" {
            control = lower != ".endc";
            open = None;
            found.push(Line::Verbatim(clean(line)));
            continue;
        }
        if let Some(comment) = line.strip_prefix('*') {
            found.push(Line::Comment(comment_text(comment)));
            continue;
        }
        let (code, comment) = split_comment(rules, line);
        let code = code.trim_end_matches(is_blank);
        if let Some(rest) = code.strip_prefix('+') {
            let piece = rest.trim_start_matches(is_blank);
            let source = at + (code.len() - piece.len());
            match open.and_then(|i| found.get_mut(i)) {
                Some(Line::Statement(s)) => s.push(&clean(piece), source),
                _ => out.push(
                    Diagnostic::error(
                        Code::CARD_CONTINUATION,
                        "this line continues a statement, but none is open",
                    )
                    .at(Span::new(file, at, at + code.len()))
                    .help("put the statement on the line above, or remove the `+`"),
                ),
            }
        } else if !code.is_empty() {
            open = Some(found.len());
            let mut statement = Statement { text: String::new(), file, pieces: Vec::new() };
            statement.push(&clean(code), at);
            found.push(Line::Statement(statement));
        }
        if let Some(comment) = comment {
            found.push(Line::Comment(comment_text(comment)));
        }
    }
    found
}

/// Whether a character separates words: blanks, and the control characters (NUL, end of file)
/// that old editors left in libraries.
pub(crate) fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control() || c == '\u{feff}'
}

/// Whether a reader takes the whole of `text` as code and no part of it as a comment.
pub(crate) fn has_no_comment(rules: &Rules, text: &str) -> bool {
    split_comment(rules, text).1.is_none()
}

/// Control characters become blanks of the same length in bytes, so that places stay true.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_control() { ' ' } else { c }).collect()
}

/// Exactly one blank after the sign is ours; the rest belongs to the comment.
fn comment_text(text: &str) -> String {
    let text = text.strip_prefix(' ').unwrap_or(text);
    clean(text).trim_end_matches(is_blank).to_string()
}

/// Cuts a comment off the end of a line.
fn split_comment<'a>(rules: &Rules, line: &'a str) -> (&'a str, Option<&'a str>) {
    let mut quoted = false;
    let mut before = ' ';
    for (i, c) in line.char_indices() {
        let rest = line.get(i..).unwrap_or("");
        match c {
            '"' => quoted = !quoted,
            _ if quoted => {}
            ';' => return (line.get(..i).unwrap_or(""), rest.strip_prefix(';')),
            '$' if rules.dollar_comments && (before == ',' || is_blank(before)) => {
                return (line.get(..i).unwrap_or(""), rest.strip_prefix('$'));
            }
            '/' if rules.slash_comments && rest.starts_with("//") => {
                return (line.get(..i).unwrap_or(""), rest.strip_prefix("//"));
            }
            _ => {}
        }
        before = c;
    }
    (line, None)
}
