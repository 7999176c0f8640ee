//! Tokens → items, statements and blocks: the skeleton that recovery hangs on.
//!
//! A statement ends at the end of a line unless a bracket is open, the line ends in something
//! that needs more, or the next line starts with something that cannot start a statement. A
//! mistake stays inside its statement; a bracket that is never closed ends where the next
//! statement visibly starts, a brace where the next item starts or the indentation says so.

use crate::forms::{ALLOW, Body, Context, TAKES_REASON, is_statement_word};
use crate::joining::{OWNS_BLOCK, is_joining, is_operator};
use crate::tokens::{Token, TokenKind, Tokens};
use espice_base::{Code, Diagnostic, Diagnostics, FileId, Span, did_you_mean};

/// Deepest nesting of brackets, blocks, `if` and `every`.
pub(crate) const DEPTH_LIMIT: usize = 64;

/// One statement: its first token, one past its last, and its block.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    pub(crate) first: usize,
    pub(crate) end: usize,
    pub(crate) block: Option<Block>,
    /// Whether its brackets do not match, so that reading it would say the same again.
    pub(crate) broken: bool,
    /// Whether it is the rest of the item before, whose head ended too early: nothing is to be
    /// said of it.
    pub(crate) rest: bool,
}

/// The statements between braces.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// One past the last token, the closing brace included when there is one.
    pub(crate) end: usize,
    pub(crate) statements: Vec<Statement>,
}

/// Finds the items of a file with their statements.
pub(crate) fn outline(
    tokens: &Tokens<'_>,
    file: FileId,
    base: usize,
    diagnostics: &mut Diagnostics,
) -> Vec<Statement> {
    let mut outliner = Outliner {
        text: &tokens.text,
        tokens: &tokens.tokens,
        at: 0,
        depth: 0,
        unclosed_until: None,
        file,
        base,
        diagnostics,
    };
    let entries = outliner.file();
    outliner.settle(entries)
}

/// What stands at the top of a file.
enum Entry {
    Statement(Statement),
    StrayBrace(usize),
}

struct Outliner<'a> {
    text: &'a str,
    tokens: &'a [Token],
    at: usize,
    depth: usize,
    /// Inside an item whose braces do not match: the token where it must end.
    unclosed_until: Option<usize>,
    file: FileId,
    base: usize,
    diagnostics: &'a mut Diagnostics,
}

impl Outliner<'_> {
    fn file(&mut self) -> Vec<Entry> {
        let mut entries = Vec::new();
        while let Some(token) = self.skip_blank() {
            match token.kind {
                TokenKind::Semicolon => self.semicolon(),
                TokenKind::Close if self.is("}") => {
                    entries.push(Entry::StrayBrace(self.at));
                    self.at += 1;
                }
                _ => {
                    let statement = self.statement();
                    entries.push(Entry::Statement(statement));
                    self.unclosed_until = None;
                }
            }
        }
        entries
    }

    /// Gives lone statements to the item before them when its `{` is missing; everything else
    /// that is no item is reported.
    fn settle(&mut self, entries: Vec<Entry>) -> Vec<Statement> {
        let mut items: Vec<Statement> = Vec::new();
        let mut entries = entries.into_iter().peekable();
        while let Some(entry) = entries.next() {
            let mut loose = Vec::new();
            match entry {
                Entry::Statement(mut s) if !self.is_loose(&s) => {
                    let lacks = |i: &Statement| lacks_block(i, self.tokens, self.text);
                    s.rest = items.last().is_some_and(lacks) && self.is_no_item(s.first);
                    items.push(s);
                    continue;
                }
                Entry::Statement(s) => loose.push(s),
                Entry::StrayBrace(at) => {
                    self.stray_brace(at, &loose);
                    continue;
                }
            }
            while let Some(Entry::Statement(s)) = entries.peek() {
                if !self.is_loose(s) {
                    break;
                }
                if let Some(Entry::Statement(s)) = entries.next() {
                    loose.push(s);
                }
            }
            let brace = match entries.peek() {
                Some(Entry::StrayBrace(at)) => Some(*at),
                _ => None,
            };
            if let Some(at) = brace {
                entries.next();
                let lacks = items.last_mut().filter(|i| lacks_block(i, self.tokens, self.text));
                if let Some(item) = lacks {
                    let end = self.tokens.get(item.end.saturating_sub(1)).map_or(0, |t| t.end);
                    item.block = Some(Block { end: at + 1, statements: loose });
                    let span = Span::new(self.file, self.base + end, self.base + end);
                    self.diagnostics.push(
                        Diagnostic::error(Code::UNCLOSED, "the `{` of this block is missing")
                            .label(span, "expected `{` here")
                            .label(self.span(at), "this `}` would close it"),
                    );
                } else {
                    self.stray_brace(at, &loose);
                }
            } else {
                items.extend(loose);
            }
        }
        items
    }

    fn stray_brace(&mut self, at: usize, loose: &[Statement]) {
        let mut found =
            Diagnostic::error(Code::UNCLOSED, "this `}` closes nothing").at(self.span(at));
        if let Some(first) = loose.first() {
            found = found
                .label(self.span(first.first), "from here on the text stands outside of any item")
                .help("remove the `}` above that closes too early");
        } else {
            found = found.help("remove it");
        }
        self.diagnostics.push(found);
    }

    /// Whether a statement at the top of a file is none of an item's.
    fn is_loose(&self, s: &Statement) -> bool {
        s.block.is_none() && Context::File.form(self.word(s.first)).is_none()
    }

    /// Whether a word is neither that of an item nor one that is misspelt.
    fn is_no_item(&self, at: usize) -> bool {
        let words = Context::File.forms().iter().map(|f| f.word);
        Context::File.form(self.word(at)).is_none() && did_you_mean(self.word(at), words).is_none()
    }

    /// Reads one statement; `at` ends behind it, before its `;` or `}`.
    fn statement(&mut self) -> Statement {
        let first = self.at;
        let mut brackets: Vec<usize> = Vec::new();
        // How many `if` and `every` are open at each level of brackets.
        let mut nested: Vec<usize> = vec![0];
        let mut depth = 0;
        // How many `if` still wait for their `then`.
        let mut open_ifs = 0_usize;
        let mut statement =
            Statement { first, end: first, block: None, broken: false, rest: false };
        while let Some(&token) = self.tokens.get(self.at) {
            let text = token.text(self.text);
            match token.kind {
                TokenKind::Newline => match self.next_line(first, &statement, &brackets) {
                    Some(next) => {
                        self.at = next;
                        continue;
                    }
                    None => {
                        if brackets.is_empty() && !statement.broken && self.lacks_brace(first) {
                            let end = statement.end;
                            statement.block = Some(self.block_without_brace(first, end));
                        }
                        break;
                    }
                },
                TokenKind::Comment | TokenKind::Doc => {
                    self.at += 1;
                    continue;
                }
                TokenKind::Semicolon if brackets.is_empty() => break,
                TokenKind::Close if text == "}" => break,
                TokenKind::Open if text == "{" && open_ifs > 0 => {
                    self.braces_of_if(&mut statement);
                    continue;
                }
                TokenKind::Open if text == "{" => {
                    self.report_unclosed(&mut brackets, &mut statement);
                    statement.block = Some(self.block(first));
                    break;
                }
                TokenKind::Open => {
                    brackets.push(self.at);
                    nested.push(0);
                    depth += 1;
                }
                TokenKind::Close => {
                    if nested.len() > 1 {
                        depth -= 1 + nested.pop().unwrap_or(0);
                    }
                    self.close(text, &mut brackets, &mut statement);
                }
                TokenKind::Comma => {
                    depth -= nested.last_mut().map_or(0, std::mem::take);
                }
                TokenKind::Word if text == "then" => open_ifs = open_ifs.saturating_sub(1),
                TokenKind::Word if matches!(text, "if" | "every" | "some") => {
                    open_ifs += usize::from(text == "if");
                    if let Some(n) = nested.last_mut() {
                        *n += 1;
                        depth += 1;
                    }
                }
                _ => {}
            }
            if depth > DEPTH_LIMIT && !statement.broken {
                self.too_deep(self.at);
                statement.broken = true;
            }
            self.at += 1;
            statement.end = self.at;
        }
        self.report_unclosed(&mut brackets, &mut statement);
        statement
    }

    /// `if c { a } else { b }`: answered, and the braces passed over.
    fn braces_of_if(&mut self, statement: &mut Statement) {
        if !statement.broken {
            statement.broken = true;
            self.diagnostics.push(
                Diagnostic::error(Code::FOREIGN_SPELLING, "`if` has no braces")
                    .at(self.span(self.at))
                    .help("write `if c then a else b`"),
            );
        }
        self.skip_block();
        statement.end = self.at;
    }

    /// A closing `)` or `]`.
    fn close(&mut self, text: &str, brackets: &mut Vec<usize>, statement: &mut Statement) {
        let partner = brackets.pop();
        let opening = partner.map(|at| self.word(at).to_string());
        let fits = matches!((opening.as_deref(), text), (Some("("), ")") | (Some("["), "]"));
        if fits || statement.broken {
            return;
        }
        statement.broken = true;
        let span = self.span(self.at);
        self.diagnostics.push(match (partner, opening) {
            (Some(at), Some(opening)) => {
                let message = format!("`{text}` does not close `{opening}`");
                Diagnostic::error(Code::UNCLOSED, message)
                    .at(span)
                    .label(self.span(at), "opened here")
            }
            _ => Diagnostic::error(Code::UNCLOSED, format!("this `{text}` closes nothing"))
                .at(span)
                .help("remove it, or open the bracket before"),
        });
    }

    fn report_unclosed(&mut self, brackets: &mut Vec<usize>, statement: &mut Statement) {
        let Some(&at) = brackets.last() else { return };
        brackets.clear();
        if statement.broken {
            return;
        }
        statement.broken = true;
        let opening = self.word(at);
        let closing = if opening == "[" { "]" } else { ")" };
        let end = self.tokens.get(statement.end.saturating_sub(1)).map_or(0, |t| t.end);
        let end = Span::new(self.file, self.base + end, self.base + end);
        self.diagnostics.push(
            Diagnostic::error(Code::UNCLOSED, format!("this `{opening}` is never closed"))
                .at(self.span(at))
                .label(end, format!("expected `{closing}` before the statement ends here")),
        );
    }

    /// Reads a block from its `{`.
    fn block(&mut self, owner: usize) -> Block {
        let open = self.at;
        if self.depth >= DEPTH_LIMIT {
            self.too_deep(open);
            self.skip_block();
            return Block { end: self.at, statements: Vec::new() };
        }
        if self.depth == 0 {
            self.unclosed_until = self.end_of_unclosed(open);
        }
        self.at += 1;
        self.block_inside(owner, Some(open))
    }

    /// Reads a block behind its `{`, where it has one.
    fn block_inside(&mut self, owner: usize, open: Option<usize>) -> Block {
        self.depth += 1;
        let mut statements = Vec::new();
        let closed = loop {
            let Some(token) = self.skip_blank() else { break false };
            if self.is_closed_by_layout(owner) {
                break false;
            }
            match token.kind {
                TokenKind::Semicolon => self.semicolon(),
                TokenKind::Close if self.is("}") => {
                    self.at += 1;
                    break true;
                }
                _ => statements.push(self.statement()),
            }
        };
        self.depth -= 1;
        if let Some(open) = open.filter(|_| !closed) {
            self.diagnostics.push(
                Diagnostic::error(Code::UNCLOSED, "this `{` is never closed")
                    .at(self.span(open))
                    .help("close the block with `}` on a line of its own"),
            );
        }
        let end = self.at;
        self.expect_line_end(closed);
        Block { end, statements }
    }

    /// Whether the layout says that a block starts behind a statement whose line ends without
    /// `{`: lines that are indented deeper, and then a `}` below its first word.
    fn lacks_brace(&self, first: usize) -> bool {
        if !OWNS_BLOCK.contains(&self.word(first)) {
            return false;
        }
        let Some(outer) = self.indent_if_first(first) else { return false };
        let mut inner = false;
        for (at, token) in self.tokens.iter().enumerate().skip(self.at) {
            let Some(indent) = self.indent_if_first(at).filter(|_| token.kind.is_significant())
            else {
                continue;
            };
            if indent <= outer {
                return inner && indent == outer && self.word(at) == "}";
            }
            inner = true;
        }
        false
    }

    /// Reads a block that lacks its `{`, behind the token before `end`.
    fn block_without_brace(&mut self, owner: usize, end: usize) -> Block {
        let from = self.tokens.get(end.saturating_sub(1)).map_or(0, |t| t.end);
        let span = Span::new(self.file, self.base + from, self.base + from);
        self.diagnostics.push(
            Diagnostic::error(Code::UNCLOSED, "the `{` of this block is missing")
                .label(span, "expected `{` here"),
        );
        if self.depth == 0 {
            self.unclosed_until = None;
        }
        self.block_inside(owner, None)
    }

    /// After `}` the line ends, or another block, or `;` follows.
    fn expect_line_end(&mut self, closed: bool) {
        let Some(token) = self.tokens.get(self.at).filter(|_| closed) else { return };
        let fine = !token.kind.is_significant()
            || token.kind == TokenKind::Semicolon
            || token.text(self.text) == "}";
        if !fine {
            self.diagnostics.push(
                Diagnostic::error(Code::SYNTAX, "expected the end of the line after `}`")
                    .at(self.span(self.at))
                    .help("start the next statement on a line of its own"),
            );
        }
    }

    /// In an item whose braces do not match, a line indented no deeper than the block's owner
    /// ends the block.
    fn is_closed_by_layout(&self, owner: usize) -> bool {
        let Some(limit) = self.unclosed_until else { return false };
        if self.at >= limit {
            return true;
        }
        let Some(indent) = self.indent_if_first(self.at) else { return false };
        let outer = self.line_indent(owner);
        if self.is("}") { indent < outer } else { indent <= outer }
    }

    /// Where the item must end whose brace stands at `open` when that brace is never closed:
    /// before the next line that starts like an item.
    fn end_of_unclosed(&self, open: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for (at, token) in self.tokens.iter().enumerate().skip(open) {
            match token.text(self.text) {
                "{" if token.kind == TokenKind::Open => depth += 1,
                "}" if token.kind == TokenKind::Close => {
                    depth -= 1;
                    if depth == 0 {
                        return None;
                    }
                }
                _ if token.kind == TokenKind::Word && self.starts_item(at) => return Some(at),
                _ => {}
            }
        }
        Some(self.tokens.len())
    }

    fn skip_block(&mut self) {
        let mut depth = 0_usize;
        while let Some(token) = self.tokens.get(self.at) {
            match token.text(self.text) {
                "{" if token.kind == TokenKind::Open => depth += 1,
                "}" if token.kind == TokenKind::Close => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                break;
            }
        }
    }

    /// A `;` where no statement is: fine after one, answered when doubled.
    fn semicolon(&mut self) {
        let before = self.at.checked_sub(1).and_then(|i| self.tokens.get(i));
        let empty = before
            .is_none_or(|t| !t.kind.is_significant() || matches!(t.text(self.text), ";" | "{"));
        if empty {
            self.diagnostics.push(
                Diagnostic::error(Code::FOREIGN_SPELLING, "this `;` ends no statement")
                    .at(self.span(self.at))
                    .help("remove it; the end of a line ends a statement, `;` only separates two on one line"),
            );
        }
        self.at += 1;
    }

    fn too_deep(&mut self, at: usize) {
        self.diagnostics.push(
            Diagnostic::error(
                Code::TOO_DEEP,
                format!("this is nested deeper than {DEPTH_LIMIT} levels"),
            )
            .at(self.span(at))
            .help("name a part of it with `let`"),
        );
    }

    /// Where the statement goes on behind the line break at the current place; `None` when the
    /// break ends it.
    fn next_line(&self, first: usize, statement: &Statement, brackets: &[usize]) -> Option<usize> {
        let next = self.next_significant(self.at)?;
        let last = statement.end.saturating_sub(1);
        let is_open =
            !brackets.is_empty() || (statement.end > first && self.needs_more(last, first));
        let starts_anew = self.starts_statement(next) || self.starts_item(next);
        let goes_on = self.joins(next, self.word(first)) || (is_open && !starts_anew);
        goes_on.then_some(next)
    }

    /// Whether a line that ends in this token goes on.
    fn needs_more(&self, last: usize, first: usize) -> bool {
        let after_dot = last > first && self.word(last - 1) == ".";
        match self.tokens.get(last).map(|t| t.kind) {
            Some(TokenKind::Comma) => true,
            Some(TokenKind::Sign) => is_operator(self.word(last)),
            Some(TokenKind::Word) => !after_dot && is_joining(self.word(last)),
            _ => false,
        }
    }

    /// Whether a line that starts with this token goes on with the statement before.
    fn joins(&self, next: usize, head: &str) -> bool {
        let word = self.word(next);
        match self.tokens.get(next).map(|t| t.kind) {
            Some(TokenKind::Word) => {
                word != "not"
                    && is_joining(word)
                    && (word != "because" || TAKES_REASON.contains(&head))
            }
            Some(TokenKind::Sign) => is_operator(word) && word != "-" && word != "!",
            Some(TokenKind::Comma) => true,
            Some(TokenKind::Open) => word == "{",
            _ => false,
        }
    }

    /// Whether a token visibly starts a statement: a word that does, and something after it that
    /// cannot follow a name inside an expression.
    fn starts_statement(&self, at: usize) -> bool {
        is_statement_word(self.word(at)) && self.is_followed_by_operand(at)
    }

    /// Whether a token starts a line and an item.
    fn starts_item(&self, at: usize) -> bool {
        // What a block may hold as well starts an item only where items start.
        let starts = |indent| indent == 0 || self.word(at) != ALLOW;
        Context::File.form(self.word(at)).is_some()
            && self.indent_if_first(at).is_some_and(starts)
            && self.is_followed_by_operand(at)
            && self.tokens.get(at + 1).is_some_and(|t| t.kind == TokenKind::Word)
    }

    fn is_followed_by_operand(&self, at: usize) -> bool {
        let Some(next) = self.tokens.get(at + 1) else { return false };
        match next.kind {
            TokenKind::Text | TokenKind::Number => true,
            // The bracket of a call or an index would touch.
            TokenKind::Open => self.tokens.get(at).is_some_and(|t| t.end < next.start),
            TokenKind::Word => {
                let word = next.text(self.text);
                word == "every"
                    || word == "if"
                    || word == "for"
                    || !(is_joining(word) || matches!(word, "is" | "min" | "typ" | "max"))
            }
            _ => false,
        }
    }

    fn skip_blank(&mut self) -> Option<Token> {
        while let Some(token) = self.tokens.get(self.at) {
            if token.kind.is_significant() {
                return Some(*token);
            }
            self.at += 1;
        }
        None
    }

    fn next_significant(&self, from: usize) -> Option<usize> {
        let rest = self.tokens.get(from..)?;
        rest.iter().position(|t| t.kind.is_significant()).map(|n| from + n)
    }

    fn is(&self, text: &str) -> bool {
        self.word(self.at) == text
    }

    fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |t| t.text(self.text))
    }

    fn span(&self, at: usize) -> Span {
        let (start, end) = self.tokens.get(at).map_or((0, 0), |t| (t.start, t.end));
        Span::new(self.file, self.base + start, self.base + end)
    }

    /// The indentation of a token's line.
    fn line_indent(&self, at: usize) -> usize {
        let start = self.tokens.get(at).map_or(0, |t| t.start);
        let before = self.text.get(..start).unwrap_or("");
        let line = before.rfind('\n').map_or(0, |n| n + 1);
        let line = self.text.get(line..).unwrap_or("");
        line.len() - line.trim_start_matches([' ', '\t']).len()
    }

    /// The indentation of a token that is the first of its line.
    fn indent_if_first(&self, at: usize) -> Option<usize> {
        let first =
            at == 0 || self.tokens.get(at - 1).is_some_and(|t| t.kind == TokenKind::Newline);
        first.then(|| self.line_indent(at))
    }
}

/// Whether an item needs a block and has none.
fn lacks_block(item: &Statement, tokens: &[Token], text: &str) -> bool {
    let word = tokens.get(item.first).map_or("", |t| t.text(text));
    item.block.is_none()
        && Context::File.form(word).is_some_and(|f| matches!(f.body, Body::Required(_)))
}
