//! Statements → syntax tree. One file per group of items; this one reads single statements and
//! holds what all share.

mod circuit;
mod devices;
mod heads;
mod items;
mod nodes;
mod precedence;
mod rules;
mod template;
mod tests;
mod text;
mod torn;
mod waiver;

use self::nodes::{Nodes, transpose};
use self::torn::Failed;
use crate::ast::{
    Allow, Binding, Comprehension, Expr, Item, Let, Path, Quoted, Signature, Type, Word,
};
use crate::forms::{ALLOW, Body, Context, Form};
use crate::layout::LayoutHints;
use crate::message::{Failure, shorten};
use crate::outline::{Block, Statement, outline};
use crate::rules::{Rule, StatementParser};
use crate::tokens::{Token, TokenKind, Tokens};
use espice_base::{Code, Diagnostic, Diagnostics, FileId, Place, Span, did_you_mean};
use pest::Parser;
use pest::iterators::{Pair, Pairs};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Reads items of a tokenised file, and the lints that the file allows between them. `told` is
/// what the tokeniser and the outline have said.
pub(crate) fn items(
    tokens: &Tokens<'_>,
    file: FileId,
    statements: &[Statement],
    told: &Diagnostics,
    diagnostics: &mut Diagnostics,
) -> (Vec<Item>, Vec<Allow>) {
    let mut builder = Builder::new(tokens, file, 0, diagnostics);
    builder.answered = answered(told);
    let items = statements.iter().filter_map(|s| builder.item(s)).collect();
    (items, builder.allows)
}

/// The places about which something has been said.
fn answered(told: &Diagnostics) -> BTreeSet<u32> {
    told.iter().filter_map(Diagnostic::place).map(place_key).collect()
}

/// Reads one expression whose text starts at `base` in its file.
pub(crate) fn expression(
    tokens: &Tokens<'_>,
    file: FileId,
    base: usize,
    diagnostics: &mut Diagnostics,
) -> Option<Expr> {
    let statements = outline(tokens, file, base, diagnostics);
    if statements.iter().any(|s| s.broken) {
        return None;
    }
    let mut builder = Builder::new(tokens, file, base, diagnostics);
    let text: &str = &tokens.text;
    let start = text.len() - text.trim_start().len();
    let pairs = builder.parse(Rule::expression, start..text.trim_end().len().max(start), None)?;
    let pair = Nodes::new(pairs).take_rule(Rule::expression)?;
    let inner = pair.into_inner().next()?;
    builder.expr(inner)
}

/// Reads a tokenised file for the formatter.
pub(crate) fn layout_hints(
    tokens: &Tokens<'_>,
    file: FileId,
    diagnostics: &mut Diagnostics,
) -> (Vec<Statement>, LayoutHints) {
    let items = outline(tokens, file, 0, diagnostics);
    let mut builder = Builder::new(tokens, file, 0, diagnostics);
    builder.hints = Some(LayoutHints::default());
    for item in &items {
        builder.item(item);
    }
    let hints = builder.hints.take().unwrap_or_default();
    (items, hints)
}

/// A statement that was read: the word of its form and what stands in it.
struct Parsed<'i> {
    word: &'static str,
    span: Span,
    nodes: Nodes<'i>,
}

struct Builder<'a> {
    /// The text as given, for comments.
    source: &'a str,
    /// The text that the grammar reads.
    text: &'a str,
    tokens: &'a [Token],
    file: FileId,
    base: usize,
    diagnostics: &'a mut Diagnostics,
    hints: Option<LayoutHints>,
    /// Where the tokeniser has answered a spelling.
    answered: BTreeSet<u32>,
    /// Whether the statement at hand was reported as too deep.
    deep: bool,
    /// How deep the recursion over the expression at hand is.
    level: u32,
    /// Depth of the deepest expression inside the bindings or comprehension read last.
    inner_depth: u32,
    /// The lints that the item at hand allows; outside items those of the file.
    allows: Vec<Allow>,
}

impl<'a> Builder<'a> {
    fn new(
        tokens: &'a Tokens<'_>,
        file: FileId,
        base: usize,
        diagnostics: &'a mut Diagnostics,
    ) -> Self {
        let answered = answered(diagnostics);
        Builder {
            source: tokens.source,
            text: &tokens.text,
            tokens: &tokens.tokens,
            file,
            base,
            diagnostics,
            hints: None,
            answered,
            deep: false,
            level: 0,
            inner_depth: 0,
            allows: Vec::new(),
        }
    }

    fn item(&mut self, statement: &Statement) -> Option<Item> {
        if statement.rest {
            return None;
        }
        // The block is read even when the head is not: its mistakes are mistakes of their own.
        let (form, head) = self.read(statement, Context::File)?;
        let block = self.block_of(statement, form, head.is_some());
        if form.word == ALLOW {
            let allow = self.allow(head?);
            self.allows.extend(allow);
            return None;
        }
        let of_file = std::mem::take(&mut self.allows);
        let kind = self.item_kind(form, head, block);
        let allows = std::mem::replace(&mut self.allows, of_file);
        let span = self.statement_span(statement);
        Some(Item { doc: self.doc(statement.first), span, allows, kind: kind? })
    }

    /// The statements of a block that read, each with its own block. Reports words that stand
    /// twice though they may stand once.
    fn statements<'s>(
        &mut self,
        block: &'s [Statement],
        context: Context,
    ) -> Vec<(Parsed<'a>, &'s [Statement])> {
        let mut seen: BTreeMap<&'static str, Span> = BTreeMap::new();
        let mut read = Vec::new();
        let mut failed: Option<Failed<'_>> = None;
        for statement in block {
            if failed.is_some_and(|f| self.is_rest_of(f, statement, context)) {
                continue;
            }
            let told = self.diagnostics.len();
            let cut_short = failed.is_some_and(|f| self.is_cut_short(f, statement, context));
            let found = self.read(statement, context);
            if cut_short && self.diagnostics.len() > told {
                self.forget_since(told);
                continue;
            }
            let reads = !statement.broken && self.diagnostics.len() == told;
            failed = (!reads).then_some(Failed { statement, told });
            let Some((form, parsed)) = found else { continue };
            let inner = self.block_of(statement, form, parsed.is_some());
            let span = self.head_span(statement);
            if form.once {
                if let Some(first) = seen.get(form.word) {
                    let message = format!("`{}` stands twice in this block", form.word);
                    self.diagnostics.push(
                        Diagnostic::error(Code::REPEATED, message)
                            .at(span)
                            .label(*first, "the first one is here")
                            .help("keep one of them"),
                    );
                    continue;
                }
                seen.insert(form.word, span);
            }
            match parsed {
                Some(parsed) if form.word == ALLOW => {
                    let allow = self.allow(parsed);
                    self.allows.extend(allow);
                }
                Some(parsed) => read.push((parsed, inner)),
                None => self.look_inside(form, inner),
            }
        }
        read
    }

    /// Reads the block of a statement that did not parse for the sake of its mistakes.
    fn look_inside(&mut self, form: &Form, block: &[Statement]) {
        let (Body::Optional(context) | Body::Required(context)) = form.body else { return };
        match context {
            Context::Recipe => {
                self.recipe(block, Span::default());
            }
            Context::Stage => {
                self.stage(block);
            }
            Context::Data => {
                self.facts(block);
            }
            Context::Curve | Context::Card | Context::Sweep => {
                self.statements(block, context);
            }
            _ => {}
        }
    }

    /// Finds the form of a statement and reads its head. `None` when there is no such form.
    fn read(
        &mut self,
        statement: &Statement,
        context: Context,
    ) -> Option<(&'static Form, Option<Parsed<'a>>)> {
        let (form, foreign) = self.form_of(statement, context);
        if foreign || form.is_none() {
            let unknown = self.unknown(statement, context, form);
            self.diagnostics.push(unknown);
        }
        let form = form?;
        if statement.broken {
            return Some((form, None));
        }
        let range = self.range(statement);
        let span = self.span_of(range.clone());
        let pairs = self.parse(form.rule, range, Some(form));
        let pair = pairs.and_then(|pairs| Nodes::new(pairs).take_rule(form.rule));
        let parsed =
            pair.map(|p| Parsed { word: form.word, span, nodes: Nodes::new(p.into_inner()) });
        Some((form, parsed))
    }

    /// The statements of a statement's block; reports a block that is missing or out of place.
    fn block_of<'s>(
        &mut self,
        statement: &'s Statement,
        form: &Form,
        head_reads: bool,
    ) -> &'s [Statement] {
        match (&statement.block, form.body) {
            // Of a head that did not read the block is none of its own mistakes.
            (Some(_), Body::None) if !head_reads => &[],
            (Some(_), Body::None) => {
                let message = match form.word {
                    "" => String::from("this statement takes no block"),
                    word => format!("`{word}` takes no block"),
                };
                let open = self.token_span(statement.end);
                self.diagnostics.push(
                    Diagnostic::error(Code::SYNTAX, message)
                        .at(open)
                        .help(format!("the form is `{}`", form.usage)),
                );
                &[]
            }
            (None, Body::Required(_)) => {
                if head_reads {
                    let end = self.range(statement).end;
                    let message = format!("this `{}` has no block", form.word);
                    let span = self.span_of(end..end);
                    self.diagnostics.push(
                        Diagnostic::error(Code::INCOMPLETE, message)
                            .label(span, "expected `{` here")
                            .help(format!("the form is `{}`", form.usage)),
                    );
                }
                &[]
            }
            (Some(Block { statements, .. }), _) => statements,
            (None, _) => &[],
        }
    }

    /// Runs one rule of the grammar over a part of the text.
    fn parse(
        &mut self,
        rule: Rule,
        range: Range<usize>,
        form: Option<&Form>,
    ) -> Option<Pairs<'a, Rule>> {
        let text: &'a str = self.text.get(range.clone())?;
        match StatementParser::parse(rule, text) {
            Ok(pairs) => {
                self.take_hints(&pairs, range.start);
                Some(pairs)
            }
            Err(error) => {
                let failure = Failure {
                    text: self.text,
                    tokens: self.tokens,
                    start: range.start,
                    end: range.end,
                    file: self.file,
                    base: self.base,
                };
                let found = failure.explain(&error, form);
                // A spelling that was answered is not answered again by what it breaks.
                if !found.place().is_some_and(|p| self.answered.contains(&place_key(p))) {
                    self.diagnostics.push(found);
                }
                None
            }
        }
    }

    fn take_hints(&mut self, pairs: &Pairs<'_, Rule>, origin: usize) {
        let Some(hints) = &mut self.hints else { return };
        for pair in pairs.clone().flatten() {
            let range = origin + pair.as_span().start()..origin + pair.as_span().end();
            match pair.as_rule() {
                Rule::unit | Rule::type_unit | Rule::date => hints.verbatim.push(range),
                Rule::callee => hints.callees.push(range.start),
                Rule::each_colon => hints.tight_colons.push(range.start),
                _ => {}
            }
        }
    }

    // ------------------------------------------------------------------------------ places

    fn range(&self, statement: &Statement) -> Range<usize> {
        let start = self.tokens.get(statement.first).map_or(0, |t| t.start);
        let end = self.tokens.get(statement.end.saturating_sub(1)).map_or(start, |t| t.end);
        start..end.max(start)
    }

    fn span_of(&self, range: Range<usize>) -> Span {
        Span::new(self.file, self.base + range.start, self.base + range.end)
    }

    fn token_span(&self, at: usize) -> Span {
        self.tokens.get(at).map_or(Span::default(), |t| self.span_of(t.start..t.end))
    }

    fn head_span(&self, statement: &Statement) -> Span {
        self.span_of(self.range(statement))
    }

    fn statement_span(&self, statement: &Statement) -> Span {
        let head = self.head_span(statement);
        match &statement.block {
            Some(block) => head.to(self.token_span(block.end.saturating_sub(1))),
            None => head,
        }
    }

    fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        let start = self.start(pair);
        self.span_of(start..start + pair.as_str().len())
    }

    /// Where a pair starts in the text. Pest counts from the start of the statement that it was
    /// given; that statement is a slice of the text, so the addresses tell.
    fn start(&self, pair: &Pair<'_, Rule>) -> usize {
        pair.as_str().as_ptr().addr().saturating_sub(self.text.as_ptr().addr())
    }

    /// The `///` lines directly before a token.
    fn doc(&self, first: usize) -> String {
        let mut lines: Vec<&str> = Vec::new();
        for token in self.tokens.get(..first).unwrap_or(&[]).iter().rev() {
            match token.kind {
                TokenKind::Newline | TokenKind::Comment => {}
                TokenKind::Doc => {
                    let line = token.text(self.source).trim_start_matches('/').trim_end();
                    lines.push(line.strip_prefix(' ').unwrap_or(line));
                }
                _ => break,
            }
        }
        lines.reverse();
        lines.join("\n")
    }

    // ------------------------------------------------------------------------- shared parts

    fn word(&self, pair: &Pair<'_, Rule>) -> Word {
        Word { text: pair.as_str().to_string(), span: self.span(pair) }
    }

    fn words(&self, pair: Pair<'_, Rule>) -> Vec<Word> {
        Nodes::new(pair.into_inner()).map(|p| self.word(&p)).collect()
    }

    fn type_of(&mut self, pair: Pair<'a, Rule>) -> Option<Type> {
        let inner = pair.into_inner().next()?;
        let span = self.span(&inner);
        Some(match inner.as_rule() {
            Rule::signature => Type::Curve(self.signature(inner)?),
            Rule::type_text => Type::Text(span),
            Rule::type_truth => Type::Truth(span),
            _ => Type::Unit(self.word(&inner)),
        })
    }

    fn signature(&self, pair: Pair<'_, Rule>) -> Option<Signature> {
        let span = self.span(&pair);
        let mut nodes = Nodes::new(pair.into_inner());
        let quantity = self.word(&nodes.next()?);
        let (mut arguments, mut family) = (Vec::new(), Vec::new());
        for node in nodes {
            match node.as_rule() {
                Rule::family => family = self.words(node),
                Rule::names => arguments = self.words(node),
                _ => arguments.push(self.word(&node)),
            }
        }
        Some(Signature { span, quantity, arguments, family })
    }

    fn path(&self, pair: Pair<'_, Rule>) -> Option<Path> {
        let mut words = self.words(pair).into_iter();
        let first = words.next()?;
        Some(match words.next() {
            Some(name) => Path { pack: Some(first), name },
            None => Path { pack: None, name: first },
        })
    }

    fn bindings(&mut self, pair: Pair<'a, Rule>) -> Vec<Binding> {
        let mut bindings: Vec<Binding> = Vec::new();
        let mut deepest = 0;
        for node in Nodes::new(pair.into_inner()) {
            let mut nodes = Nodes::new(node.into_inner());
            let Some(name) = nodes.next().map(|p| self.word(&p)) else { continue };
            let Some((value, depth)) = nodes.next().and_then(|p| self.deep_expr(p)) else {
                continue;
            };
            deepest = deepest.max(depth);
            if let Some(first) = bindings.iter().find(|b| b.name.text == name.text) {
                let message = format!("`{}` is bound twice", name.text);
                self.diagnostics.push(
                    Diagnostic::error(Code::REPEATED, message)
                        .at(name.span)
                        .label(first.name.span, "the first one is here"),
                );
            }
            bindings.push(Binding { name, value });
        }
        self.inner_depth = deepest;
        bindings
    }

    fn each(&mut self, pair: Pair<'a, Rule>) -> Option<Comprehension> {
        let mut nodes = Nodes::new(pair.into_inner());
        let binder = self.word(&nodes.next()?);
        let over = nodes.next().and_then(|p| self.deep_expr(p));
        let condition = nodes.next().map(|p| self.deep_expr(p));
        let (over, a) = over?;
        let (condition, b) = transpose(condition)?.unzip();
        self.inner_depth = a.max(b.unwrap_or(0));
        Some(Comprehension { binder, over, condition })
    }

    /// `let NAME : TYPE = VALUE`
    fn let_of(&mut self, mut parsed: Parsed<'a>) -> Option<Let> {
        let name = self.word(&parsed.nodes.next()?);
        let unit = parsed.nodes.take_rule(Rule::type_name).and_then(|p| self.type_of(p));
        let value = self.next_expr(&mut parsed.nodes)?;
        Some(Let { name, unit, value })
    }

    /// `NAME = VALUE`
    fn value_of(&mut self, mut parsed: Parsed<'a>) -> Option<(Word, Expr)> {
        let name = self.word(&parsed.nodes.next()?);
        let value = self.next_expr(&mut parsed.nodes)?;
        Some((name, value))
    }

    fn next_expr(&mut self, nodes: &mut Nodes<'a>) -> Option<Expr> {
        let pair = nodes.next()?;
        self.expr(pair)
    }

    fn next_word(&self, nodes: &mut Nodes<'a>) -> Option<Word> {
        nodes.next().map(|p| self.word(&p))
    }

    fn next_quoted(&mut self, nodes: &mut Nodes<'a>) -> Option<Quoted> {
        nodes.take_rule(Rule::text).and_then(|p| self.quoted(&p))
    }

    /// A closing `because "…"`.
    fn reason(&mut self, nodes: &mut Nodes<'a>) -> Option<Quoted> {
        let pair = nodes.take_rule(Rule::because)?;
        let text = Nodes::new(pair.into_inner()).next()?;
        self.quoted(&text)
    }

    /// A word of a closed set; a misspelt one is reported and taken for the likeliest.
    fn choice(&mut self, word: Word, what: &str, choices: &[&'static str]) -> Word {
        if choices.contains(&word.text.as_str()) {
            return word;
        }
        let likely = did_you_mean(&word.text, choices.iter().copied());
        let all: Vec<String> = choices.iter().map(|c| format!("`{c}`")).collect();
        let help = match likely {
            Some(likely) => format!("did you mean `{likely}`?"),
            None => format!("one of {}", all.join(", ")),
        };
        let message = format!("`{}` is not {what}", shorten(&word.text));
        self.diagnostics
            .push(Diagnostic::error(Code::UNKNOWN_STATEMENT, message).at(word.span).help(help));
        let text = likely.or_else(|| choices.first().copied()).unwrap_or("").to_string();
        Word { text, span: word.span }
    }

    /// Reports that a part is missing from an item.
    fn missing_part(&mut self, at: Span, message: impl Into<String>, help: &str) {
        self.diagnostics.push(Diagnostic::error(Code::INCOMPLETE, message).at(at).help(help));
    }
}

/// Where a place in a text starts.
fn place_key(place: Place) -> u32 {
    match place {
        Place::Text(span) => span.start,
        Place::Page { .. } | Place::File(_) => 0,
    }
}
