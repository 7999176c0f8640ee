//! Text → loose tokens: enough to find statements, to name what was met, and to lay text out.
//!
//! Spellings that no grammar rule can see (quotes, comments and operators of other languages,
//! look-alike characters of word processors) are answered here and replaced by what was meant,
//! byte for byte, so that places stay true.

use crate::message;
use crate::quotes::{Lacks, lacking};
use espice_base::{Code, Diagnostic, Diagnostics, FileId, Span};
use std::borrow::Cow;
use std::ops::Range;

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum TokenKind {
    /// A word; `VGS(th)` is one.
    Word,
    /// What starts like a number.
    Number,
    /// Quoted text.
    Text,
    /// One of `( [ {`.
    Open,
    /// One of `) ] }`.
    Close,
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// An operator or any other character.
    Sign,
    /// The end of a line.
    Newline,
    /// `// …`
    Comment,
    /// `/// …`
    Doc,
}

impl TokenKind {
    /// Whether the token says something to the grammar.
    pub(crate) fn is_significant(self) -> bool {
        !matches!(self, TokenKind::Newline | TokenKind::Comment | TokenKind::Doc)
    }
}

/// A token with its byte range.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Token {
    /// What it is.
    pub(crate) kind: TokenKind,
    /// First byte.
    pub(crate) start: usize,
    /// One past the last byte.
    pub(crate) end: usize,
}

impl Token {
    /// The token's text.
    pub(crate) fn text<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.start..self.end).unwrap_or("")
    }
}

/// A tokenised text.
pub(crate) struct Tokens<'t> {
    /// The text as it was given.
    pub(crate) source: &'t str,
    /// The text with foreign spellings replaced and comments blanked out, of the same length.
    pub(crate) text: Cow<'t, str>,
    /// The tokens in order, without blanks.
    pub(crate) tokens: Vec<Token>,
    /// What was answered on the way.
    pub(crate) diagnostics: Diagnostics,
}

/// The words in brackets that belong to a symbol; the grammar's `qualifier` lists the same.
const QUALIFIERS: [&str; 19] = [
    "th", "on", "off", "sat", "BR", "CL", "pk", "peak", "rms", "RMS", "AV", "av", "avg", "max",
    "min", "TO", "pl", "rep", "RM",
];

const LONG_SIGNS: [&str; 12] =
    ["::", "->", "..", "<=", ">=", "==", "!=", "&&", "||", "<>", "**", ":="];

/// Characters that look like another: what they are, what is written instead, padded with blanks
/// to the same number of bytes.
const LOOK_ALIKES: [(char, &str, &str, &str); 17] = [
    ('\u{feff}', "a byte order mark", "   ", "remove it"),
    ('\u{a0}', "a no-break space", "  ", "write a plain blank"),
    ('\u{2007}', "a figure space", "   ", "write a plain blank"),
    ('\u{2009}', "a thin space", "   ", "write a plain blank"),
    ('\u{202f}', "a narrow no-break space", "   ", "write a plain blank"),
    ('\u{200b}', "a zero-width space", "   ", "remove it"),
    ('−', "a typographic minus sign", "-  ", "write `-`"),
    ('–', "a dash", "-  ", "write `-`"),
    ('×', "a multiplication sign", "* ", "write `*`"),
    ('≤', "`≤`", "<= ", "write `<=`"),
    ('≥', "`≥`", ">= ", "write `>=`"),
    ('≠', "`≠`", "!= ", "write `!=`"),
    ('“', "a typographic quote", "\"  ", "write `\"`"),
    ('”', "a typographic quote", "\"  ", "write `\"`"),
    ('„', "a typographic quote", "\"  ", "write `\"`"),
    ('…', "an ellipsis", ".. ", "write `..` for a range"),
    ('÷', "a division sign", "/ ", "write `/`"),
];

/// Takes a text apart.
pub(crate) fn tokenise(source: &str, file: FileId, base: usize) -> Tokens<'_> {
    let mut diagnostics = Diagnostics::new();
    let clean = replace_look_alikes(source, file, base, &mut diagnostics);
    let edits = {
        let mut lexer = Lexer { text: clean.as_ref(), file, base, ..Lexer::default() };
        // Rules have a token every four bytes.
        lexer.tokens.reserve(clean.len() / 4);
        lexer.run();
        diagnostics.extend(lexer.diagnostics);
        (lexer.tokens, lexer.edits)
    };
    let (tokens, edits) = edits;
    let text = if edits.is_empty() { clean } else { Cow::Owned(apply(&clean, &edits)) };
    Tokens { source, text, tokens, diagnostics }
}

/// Replaces look-alike characters outside of comments and quoted text.
fn replace_look_alikes<'t>(
    text: &'t str,
    file: FileId,
    base: usize,
    diagnostics: &mut Diagnostics,
) -> Cow<'t, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    let mut inside = Inside::Code;
    let (mut before, mut escaped) = ('\n', false);
    for (at, c) in text.char_indices() {
        let typographic = matches!(c, '“' | '”' | '„');
        let closes = inside == Inside::Typographic && typographic;
        let replace = inside == Inside::Code || closes;
        inside = match (inside, c) {
            (_, '\n') => Inside::Code,
            (Inside::Code, '"') => Inside::Quotes,
            (Inside::Code, '/') if before == '/' => Inside::Comment,
            (Inside::Code, _) if typographic => Inside::Typographic,
            (Inside::Quotes, '"') if !escaped => Inside::Code,
            (Inside::Typographic, '"') => Inside::Code,
            (Inside::Typographic, _) if typographic => Inside::Code,
            _ => inside,
        };
        escaped = c == '\\' && !escaped;
        before = c;
        let Some((_, what, instead, help)) = LOOK_ALIKES.iter().find(|l| replace && l.0 == c)
        else {
            continue;
        };
        let range = at..at + c.len_utf8();
        // A byte order mark at the very start of a file is how some editors save; a closing quote
        // goes with its opening one.
        if !(closes || c == '\u{feff}' && at == 0) {
            let message = format!("{what} is not part of the language");
            let span = Span::new(file, base + range.start, base + range.end);
            diagnostics
                .push(Diagnostic::error(Code::FOREIGN_SPELLING, message).at(span).help(*help));
        }
        edits.push((range, (*instead).to_string()));
    }
    if edits.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(apply(text, &edits)) }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Code,
    Comment,
    Quotes,
    Typographic,
}

/// Applies replacements of equal length in order.
fn apply(text: &str, edits: &[(Range<usize>, String)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (range, instead) in edits {
        out.push_str(text.get(done..range.start).unwrap_or(""));
        out.push_str(instead);
        done = range.end;
    }
    out.push_str(text.get(done..).unwrap_or(""));
    out
}

#[derive(Default)]
struct Lexer<'t> {
    text: &'t str,
    file: FileId,
    base: usize,
    at: usize,
    tokens: Vec<Token>,
    edits: Vec<(Range<usize>, String)>,
    diagnostics: Diagnostics,
    /// Where the token at hand starts, if that is not where it was met.
    moved_to: Option<usize>,
}

impl<'t> Lexer<'t> {
    fn run(&mut self) {
        while let Some(c) = self.peek() {
            let start = self.at;
            let kind = match c {
                '\n' => self.take(1, TokenKind::Newline),
                c if c.is_whitespace() => {
                    self.at += c.len_utf8();
                    continue;
                }
                '/' if self.rest().starts_with("//") => self.comment(),
                '/' if self.rest().starts_with("/*") => {
                    self.block_comment();
                    continue;
                }
                '#' => {
                    self.hash_comment();
                    continue;
                }
                '"' => self.quoted('"'),
                '\'' => self.quoted('\''),
                '(' | '[' | '{' => self.take(1, TokenKind::Open),
                ')' | ']' | '}' => self.take(1, TokenKind::Close),
                ',' => self.take(1, TokenKind::Comma),
                ';' => self.take(1, TokenKind::Semicolon),
                c if is_word_start(c) => self.word(),
                c if c.is_ascii_digit() => self.number(),
                c => self.sign(c),
            };
            let start = self.moved_to.take().unwrap_or(start);
            self.tokens.push(Token { kind, start, end: self.at });
        }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take(&mut self, bytes: usize, kind: TokenKind) -> TokenKind {
        self.at += bytes;
        kind
    }

    fn line_length(&self) -> usize {
        self.rest().find('\n').unwrap_or(self.rest().len())
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, self.base + start, self.base + end)
    }

    fn answer(&mut self, start: usize, end: usize, message: &str, help: &str) {
        let span = self.span(start, end);
        self.diagnostics
            .push(Diagnostic::error(Code::FOREIGN_SPELLING, message).at(span).help(help));
    }

    fn blank_out(&mut self, start: usize, end: usize) {
        let blank: String = self
            .text
            .get(start..end)
            .unwrap_or("")
            .bytes()
            .map(|b| if b == b'\n' { '\n' } else { ' ' })
            .collect();
        self.edits.push((start..end, blank));
    }

    fn comment(&mut self) -> TokenKind {
        let start = self.at;
        let doc = self.rest().starts_with("///") && !self.rest().starts_with("////");
        self.at += self.line_length();
        self.blank_out(start, self.at);
        if doc { TokenKind::Doc } else { TokenKind::Comment }
    }

    fn block_comment(&mut self) {
        let start = self.at;
        let length = self.rest().find("*/").map_or(self.line_length(), |n| n + 2);
        self.at += length;
        self.answer(start, start + 2, "`/* … */` does not start a comment", "write `// …`");
        self.blank_out(start, self.at);
    }

    fn hash_comment(&mut self) {
        let start = self.at;
        self.at += self.line_length();
        self.answer(start, start + 1, "`#` does not start a comment", "write `// …`");
        self.blank_out(start, self.at);
    }

    /// Quoted text up to its closing quote on the same line.
    fn quoted(&mut self, quote: char) -> TokenKind {
        let start = self.at;
        let mut escaped = false;
        let end = self.rest().char_indices().skip(1).find(|&(_, c)| {
            let found = c == '\n' || (c == quote && !escaped);
            escaped = c == '\\' && !escaped;
            found
        });
        let Some((length, _)) = end.filter(|&(_, c)| c == quote) else {
            if quote == '"' {
                return self.odd_quotes(start);
            }
            self.at = start + self.rest().get(..self.line_length()).unwrap_or("").trim_end().len();
            self.never_closed(start);
            return TokenKind::Text;
        };
        self.at += length + 1;
        if quote == '\'' {
            self.answer(
                start,
                self.at,
                "single quotes do not hold text",
                "write it in double quotes: `\"…\"`",
            );
            let inner = self.text.get(start + 1..self.at - 1).unwrap_or("").replace('"', "'");
            self.edits.push((start..self.at, format!("\"{inner}\"")));
        }
        TokenKind::Text
    }

    /// A line with a quote too few, its last at `last`: goes back to where it is missing.
    fn odd_quotes(&mut self, last: usize) -> TokenKind {
        let line = self.text.get(..last).and_then(|t| t.rfind('\n')).map_or(0, |n| n + 1);
        let texts = |t: &&Token| t.start >= line;
        let own: Vec<Token> = self.tokens.iter().rev().take_while(texts).copied().collect();
        let quoted = own.iter().rev().filter(|t| t.kind == TokenKind::Text);
        let mut quotes: Vec<usize> =
            quoted.flat_map(|t| [t.start - line, t.end - 1 - line]).collect();
        quotes.push(last - line);
        let is = |text: &str| own.iter().filter(|t| t.text(self.text) == text).count();
        let braces = is("{").saturating_sub(is("}"));
        let whole = self.text.get(line..last + self.line_length()).unwrap_or("");
        let (from, start) = match lacking(whole, &quotes, last - line, braces) {
            Lacks::Opening(at) => (line + at - 1, line + at),
            Lacks::Closing(start, end) => {
                self.back_to(line + start);
                self.at = line + end;
                self.never_closed(line + start);
                self.moved_to = Some(line + start);
                return TokenKind::Text;
            }
        };
        // The blank before the text becomes its quote.
        self.back_to(from);
        let closing = self.text.get(start..).and_then(|t| t.find('"')).map_or(last, |n| start + n);
        self.at = closing + 1;
        let inner = self.text.get(start..closing).unwrap_or("");
        self.edits.push((from..self.at, format!("\"{inner}\"")));
        self.moved_to = Some(from);
        let span = self.span(start, self.at);
        self.diagnostics.push(
            Diagnostic::error(Code::BAD_TEXT, "this quoted text is never opened")
                .at(span)
                .help("open it with `\"`"),
        );
        TokenKind::Text
    }

    /// Forgets what was read from a place on.
    fn back_to(&mut self, place: usize) {
        self.tokens.retain(|t| t.start < place);
        self.edits.retain(|e| e.0.start < place);
        let at = self.base + place;
        let before = |d: &Diagnostic| match d.place() {
            Some(espice_base::Place::Text(span)) => (span.start as usize) < at,
            _ => true,
        };
        let told = std::mem::take(&mut self.diagnostics);
        self.diagnostics = told.into_iter().filter(before).collect();
    }

    /// Tells of a text that ends here without a quote, and closes it for the parser.
    fn never_closed(&mut self, start: usize) {
        let span = self.span(start, self.at.max(start + 1));
        self.at = self.at.max(start + 1);
        self.diagnostics.push(
            Diagnostic::error(Code::BAD_TEXT, "this quoted text is never closed")
                .at(span)
                .help("close it with `\"` on the same line"),
        );
        self.close_for_the_parser(start);
    }

    /// Makes an unclosed text readable, so that it gives one diagnostic and no more.
    fn close_for_the_parser(&mut self, start: usize) {
        let length = self.at - start;
        let instead = match length {
            1 => String::from(" "),
            _ => format!("\"{}\"", "x".repeat(length - 2)),
        };
        self.edits.push((start..self.at, instead));
    }

    fn word(&mut self) -> TokenKind {
        let start = self.at;
        let tail = |t: &str| t.find(|c| !is_word_char(c)).unwrap_or(t.len());
        self.at += tail(self.rest());
        let Some(inner) = self.rest().strip_prefix('(') else { return TokenKind::Word };
        let word = inner.trim_start_matches([' ', '\t']);
        let word = word.get(..tail(word)).unwrap_or("");
        let Some(qualifier) = QUALIFIERS.iter().find(|q| **q == word) else {
            return TokenKind::Word;
        };
        let lead = inner.len() - inner.trim_start_matches([' ', '\t']).len() + qualifier.len();
        let gap = inner.get(lead..).unwrap_or("");
        let Some(after) = gap.trim_start_matches([' ', '\t']).strip_prefix(')') else {
            return TokenKind::Word;
        };
        let inside = inner.get(..inner.len() - after.len() - 1).unwrap_or("");
        let more = tail(after);
        let blanks = inside.len() - qualifier.len();
        let open = self.at;
        self.at += inside.len() + 2 + more;
        if blanks > 0 {
            let name = self.text.get(start..open).unwrap_or("");
            let after = after.get(..more).unwrap_or("");
            let right = format!("({qualifier}){after}");
            let (message, help) =
                ("a symbol has no blanks inside", format!("write `{name}{right}`"));
            self.edits.push((open..self.at, format!("{right}{}", " ".repeat(blanks))));
            self.answer(start, self.at, message, &help);
        }
        TokenKind::Word
    }

    fn number(&mut self) -> TokenKind {
        self.at += number_length(self.rest());
        TokenKind::Number
    }

    fn sign(&mut self, c: char) -> TokenKind {
        let rest = self.rest();
        let after = rest.strip_prefix('.').unwrap_or("");
        if after.starts_with(|c: char| c.is_ascii_digit()) {
            self.at += 1;
            return self.number();
        }
        let long = LONG_SIGNS.iter().find(|s| rest.starts_with(**s));
        let length = long.map_or(c.len_utf8(), |s| s.len());
        if long == Some(&":=") {
            self.answer(self.at, self.at + 2, "`:=` does not define", "write `=`");
            self.edits.push((self.at..self.at + 2, String::from("= ")));
        }
        self.take(length, TokenKind::Sign)
    }
}

/// The length of what the grammar's `number` takes.
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes.iter().skip(from).take_while(|b| b.is_ascii_digit()).count();
    let at = |n: usize| bytes.get(n).copied().unwrap_or(0);
    let mut n = digits(0);
    if at(n) == b'.' {
        let fraction = digits(n + 1);
        let next = at(n + 1);
        if fraction > 0 {
            n += 1 + fraction;
        } else if next != b'.' && !next.is_ascii_alphabetic() && next != b'_' {
            n += 1;
        }
    }
    if at(n) == b'e' || at(n) == b'E' {
        let sign = usize::from(at(n + 1) == b'+' || at(n + 1) == b'-');
        let exponent = digits(n + 1 + sign);
        if exponent > 0 {
            n += 1 + sign + exponent;
        }
    }
    let tail = text.get(n..).unwrap_or("");
    n + tail.find(|c| !is_word_char(c) && !is_unit_mark(c)).unwrap_or(tail.len())
}

pub(crate) fn is_word_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_'
}

pub(crate) fn is_word_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn is_unit_mark(c: char) -> bool {
    matches!(c, 'µ' | 'μ' | 'Ω' | '\u{2126}' | '°' | '%' | '℃')
}

/// How a token is named in a message.
pub(crate) fn describe(token: Option<&Token>, text: &str) -> String {
    match token {
        None => String::from("the end of the file"),
        Some(t) if t.kind == TokenKind::Newline => String::from("the end of the line"),
        Some(t) if t.kind == TokenKind::Text => String::from("quoted text"),
        Some(t) => format!("`{}`", message::shorten(t.text(text))),
    }
}
