//! The formatter: tokens in, the canonical layout out.
//!
//! It works on tokens, so comments survive; where a token alone does not say how it is laid out
//! (a unit `A/V^2` against a quotient, the colon of a comprehension against that of a type) the
//! grammar has said so before in [`LayoutHints`].

use crate::build::layout_hints;
use crate::message::is_reserved;
use crate::outline::Statement;
use crate::tokens::{Token, TokenKind, tokenise};
use espice_base::{Diagnostics, FileId};
use std::collections::BTreeSet;
use std::ops::Range;

/// See [`crate::format`].
pub(crate) fn format(text: &str) -> Result<String, Diagnostics> {
    let file = FileId::default();
    let mut tokens = tokenise(text, file, 0);
    let mut diagnostics = std::mem::take(&mut tokens.diagnostics);
    let (items, hints) = layout_hints(&tokens, file, &mut diagnostics);
    if diagnostics.has_errors() {
        diagnostics.sort();
        return Err(diagnostics);
    }
    let pieces = pieces(text, &tokens.tokens, &hints);
    let mut starts = BTreeSet::new();
    statement_starts(&items, &tokens.tokens, &mut starts);
    Ok(Writer::new(text, &pieces, &starts, &hints).write())
}

/// Where the places of a formatted text need care: read off the grammar, not guessed.
#[derive(Default, Debug)]
pub(crate) struct LayoutHints {
    /// Units, types and dates: printed as they are.
    pub(crate) verbatim: Vec<Range<usize>>,
    /// Names that their brackets touch.
    pub(crate) callees: Vec<usize>,
    /// Colons of comprehensions, which touch what stands before.
    pub(crate) tight_colons: Vec<usize>,
}

/// Blanks of one level of indentation.
const INDENT: usize = 2;

/// Words that a bracket never touches, though it touches names.
const SPACED_WORDS: [&str; 7] =
    ["card", "key", "return", "check", "needs", "compliance", "through"];

/// The first bytes of all statements.
fn statement_starts(statements: &[Statement], tokens: &[Token], starts: &mut BTreeSet<usize>) {
    for s in statements {
        starts.extend(tokens.get(s.first).map(|t| t.start));
        if let Some(block) = &s.block {
            statement_starts(&block.statements, tokens, starts);
        }
    }
}

/// Tokens with those of one unit, type or date joined.
fn pieces(text: &str, tokens: &[Token], hints: &LayoutHints) -> Vec<Token> {
    let mut joined: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut units = hints.verbatim.clone();
    units.sort_by_key(|r| r.start);
    let mut units = units.into_iter().peekable();
    for token in tokens {
        while units.next_if(|u| u.end <= token.start).is_some() {}
        let unit = units.peek().filter(|u| u.start <= token.start && token.end <= u.end);
        match (unit, joined.last_mut()) {
            (Some(u), Some(last)) if last.start == u.start => last.end = token.end,
            (Some(u), _) => {
                joined.push(Token { kind: TokenKind::Word, start: u.start, end: token.end })
            }
            (None, _) => joined.push(*token),
        }
    }
    // A comment ends where its text does.
    for token in &mut joined {
        if matches!(token.kind, TokenKind::Comment | TokenKind::Doc) {
            token.end = token.start + token.text(text).trim_end().len();
        }
    }
    joined
}

struct Writer<'a> {
    text: &'a str,
    pieces: &'a [Token],
    starts: &'a BTreeSet<usize>,
    hints: &'a LayoutHints,
    tight_colons: BTreeSet<usize>,
    /// For every piece the first one from it on that is no comment and no line break.
    significant: Vec<usize>,
    /// For every open brace: whether its block has more than one line.
    braces: Vec<bool>,
    /// Open `(` and `[` of the statement at hand.
    brackets: usize,
    out: String,
    /// Line breaks to write before the next piece.
    breaks: usize,
    last: Option<Token>,
    /// Whether the piece before is a sign in front of an operand.
    after_prefix: bool,
    /// Whether the piece before stands behind a `.`, so that it is no keyword.
    names_field: bool,
    after_dot: bool,
}

impl<'a> Writer<'a> {
    fn new(
        text: &'a str,
        pieces: &'a [Token],
        starts: &'a BTreeSet<usize>,
        hints: &'a LayoutHints,
    ) -> Self {
        let mut significant = vec![pieces.len(); pieces.len()];
        let mut next = pieces.len();
        for (at, piece) in pieces.iter().enumerate().rev() {
            if piece.kind.is_significant() {
                next = at;
            }
            if let Some(slot) = significant.get_mut(at) {
                *slot = next;
            }
        }
        Writer {
            text,
            significant,
            pieces,
            starts,
            hints,
            tight_colons: hints.tight_colons.iter().copied().collect(),
            braces: Vec::new(),
            brackets: 0,
            out: String::with_capacity(text.len() + text.len() / 8),
            breaks: 0,
            last: None,
            after_prefix: false,
            names_field: false,
            after_dot: false,
        }
    }

    fn write(mut self) -> String {
        for (at, piece) in self.pieces.iter().enumerate() {
            match self.word(piece) {
                _ if piece.kind == TokenKind::Newline => self.breaks = (self.breaks + 1).min(2),
                ";" if piece.kind == TokenKind::Semicolon && self.is_idle(at) => {}
                "{" if piece.kind == TokenKind::Open => self.open_brace(at, piece),
                "}" if piece.kind == TokenKind::Close => self.close_brace(piece),
                _ => self.piece(at, piece),
            }
        }
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.out
    }

    fn word(&self, piece: &Token) -> &'a str {
        piece.text(self.text)
    }

    /// Whether a `;` separates nothing: at the end of a line or a block. One before `because`
    /// stays: without it the reason would join the statement before.
    fn is_idle(&self, at: usize) -> bool {
        let rest = self.pieces.get(at + 1..).unwrap_or(&[]);
        let ends_line =
            rest.first().is_none_or(|t| !t.kind.is_significant() || self.word(t) == "}");
        let next = self.significant.get(at + 1).and_then(|&n| self.pieces.get(n));
        let inside_brackets = self.brackets > 0;
        ends_line && !inside_brackets && next.is_none_or(|t| self.word(t) != "because")
    }

    fn open_brace(&mut self, at: usize, piece: &Token) {
        let many = self.has_many_lines(at);
        // A brace stands on the line of what it belongs to.
        if !self.last.is_some_and(|t| is_comment(t.kind)) {
            self.breaks = 0;
        }
        self.piece(at, piece);
        self.braces.push(many);
        self.brackets = 0;
        if many {
            // The next piece starts a line, unless it is a comment on this one.
            let next = self.pieces.get(at + 1);
            if next.is_none_or(|t| t.kind != TokenKind::Comment) {
                self.breaks = 1;
            }
        }
    }

    fn close_brace(&mut self, piece: &Token) {
        let many = self.braces.pop().unwrap_or(false);
        self.brackets = 0;
        let empty = self.last.is_some_and(|t| t.kind == TokenKind::Open && self.word(&t) == "{");
        if many {
            self.breaks = 1;
            self.start_line(self.braces.len());
        } else if !empty {
            self.out.push(' ');
        }
        self.breaks = 0;
        self.out.push('}');
        self.done(piece);
    }

    /// Whether a line breaks between a brace and its partner.
    fn has_many_lines(&self, open: usize) -> bool {
        let mut depth = 0_usize;
        for piece in self.pieces.get(open..).unwrap_or(&[]) {
            match piece.kind {
                TokenKind::Open if self.word(piece) == "{" => depth += 1,
                TokenKind::Close if self.word(piece) == "}" => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return false;
                    }
                }
                TokenKind::Newline => return true,
                _ => {}
            }
        }
        true
    }

    fn piece(&mut self, at: usize, piece: &Token) {
        let starts_statement = self.starts.contains(&piece.start);
        if starts_statement {
            self.brackets = 0;
        }
        let closes = piece.kind == TokenKind::Close;
        if closes {
            self.brackets = self.brackets.saturating_sub(1);
        }
        let after_brace =
            self.last.is_some_and(|t| t.kind == TokenKind::Open && self.word(&t) == "{");
        if after_brace {
            self.breaks = self.breaks.min(1);
        }
        if self.last.is_none() {
            self.breaks = 0;
        }
        if self.breaks > 0 {
            let inside = self.goes_on(at);
            let extra = match (inside, closes) {
                (false, _) => 0,
                (true, true) => self.brackets,
                (true, false) => self.brackets.max(1),
            };
            self.start_line(self.braces.len() + extra);
        } else if self.last.is_some_and(|last| self.blank_between(&last, piece)) {
            self.out.push(' ');
        }
        self.breaks = 0;
        self.out.push_str(self.word(piece));
        let prefix = self.is_prefix(piece);
        if piece.kind == TokenKind::Open && self.word(piece) != "{" {
            self.brackets += 1;
        }
        self.done(piece);
        self.after_prefix = prefix;
        if is_comment(piece.kind) {
            self.breaks = 0;
        }
    }

    fn done(&mut self, piece: &Token) {
        self.after_prefix = false;
        if !is_comment(piece.kind) {
            self.names_field = self.after_dot;
            self.after_dot = piece.kind == TokenKind::Sign && self.word(piece) == ".";
        }
        self.last = Some(*piece);
    }

    fn start_line(&mut self, level: usize) {
        while self.out.ends_with(' ') {
            self.out.pop();
        }
        for _ in 0..self.breaks {
            self.out.push('\n');
        }
        self.out.push_str(&" ".repeat(level * INDENT));
    }

    /// Whether the line that starts with this piece goes on with a statement.
    fn goes_on(&self, at: usize) -> bool {
        let next = self.significant.get(at).and_then(|&n| self.pieces.get(n));
        next.is_some_and(|t| !self.starts.contains(&t.start) && self.word(t) != "}")
    }

    /// Whether a piece is a sign of the operand after it.
    fn is_prefix(&self, piece: &Token) -> bool {
        self.word(piece) == "-" && piece.kind == TokenKind::Sign && !self.last_is_operand()
    }

    fn last_is_operand(&self) -> bool {
        self.last.is_some_and(|last| match last.kind {
            TokenKind::Number | TokenKind::Text => true,
            TokenKind::Word => {
                let word = self.word(&last);
                matches!(word, "yes" | "no" | "missing") || !self.is_spaced(&last)
            }
            TokenKind::Close => self.word(&last) != "}",
            _ => false,
        })
    }

    /// Whether the piece before is a word that keeps its distance from a bracket and takes `-` as
    /// a sign.
    fn is_spaced(&self, piece: &Token) -> bool {
        let word = self.word(piece);
        let is_unit = self.hints.verbatim.binary_search_by_key(&piece.start, |r| r.start).is_ok();
        let is_keyword = is_reserved(word) || (SPACED_WORDS.contains(&word) && self.is_head(piece));
        let is_name = self.hints.callees.binary_search(&piece.start).is_ok();
        is_keyword && !self.names_field && !is_unit && !is_name
    }

    /// Whether a word stands where these words are keywords: at the start of a statement, or not
    /// touched by a bracket.
    fn is_head(&self, piece: &Token) -> bool {
        self.starts.contains(&piece.start)
            || !self.text.get(piece.end..).is_some_and(|t| t.starts_with('('))
    }

    fn blank_between(&self, before: &Token, after: &Token) -> bool {
        let (a, b) = (self.word(before), self.word(after));
        if is_comment(after.kind) {
            return true;
        }
        if self.after_prefix {
            return false;
        }
        match (before.kind, after.kind) {
            (TokenKind::Open, _) => a == "{",
            (_, TokenKind::Comma | TokenKind::Semicolon) => false,
            (_, TokenKind::Close) => false,
            _ if b == "{" => true,
            _ if matches!(a, "." | "::") || matches!(b, "." | "::") => false,
            _ if b == ":" => !self.tight_colons.contains(&after.start),
            (TokenKind::Word, TokenKind::Open) => match b {
                "[" => self.is_spaced(before),
                _ => before.end != after.start || self.is_spaced(before),
            },
            (TokenKind::Close, TokenKind::Open) => false,
            (TokenKind::Number, TokenKind::Open) => true,
            _ => true,
        }
    }
}

fn is_comment(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Comment | TokenKind::Doc)
}
