//! Statements to a library: directives, nesting, and what is common to their parts.

use super::element::element;
use super::lines::{Line, Statement, lines};
use super::model::model;
use super::number::value;
use super::tokens::{Commas, Token, tokens};
use crate::dialect::Rules;
use crate::text::shown;
use crate::{Item, Library, Parameters, Subcircuit, Value};
use espice_base::{Code, Diagnostic, Diagnostics, FileId, Limits, Span};
use std::collections::BTreeMap;
use std::ops::Range;

/// Reads a text by a dialect's rules. What cannot be read is left out with a diagnostic; the
/// rest is read.
pub(crate) fn read(rules: &Rules, text: &str, file: FileId) -> (Library, Diagnostics) {
    let mut out = Diagnostics::new();
    let list = lines(rules, text, file, &mut out);
    let mut library = Library::default();
    let mut scopes = vec![Scope::default()];
    let depth = Limits::default().depth;
    for line in list {
        let statement = match line {
            Line::Comment(text) => {
                if scopes.len() == 1 && scopes.iter().all(|s| s.items.is_empty()) {
                    library.header.push(text);
                } else {
                    add(&mut scopes, Item::Comment(text));
                }
                continue;
            }
            Line::Verbatim(text) => {
                add(&mut scopes, Item::Raw(text));
                continue;
            }
            Line::Statement(s) => s,
        };
        let mut cx = Context { rules, statement: &statement, out: &mut out };
        match cx.directive().as_str() {
            ".subckt" if scopes.len() > depth => cx.error(
                Code::CARD_SUBCIRCUIT,
                format!("subcircuits are nested more than {depth} deep"),
                cx.whole(),
            ),
            ".subckt" => {
                let subcircuit = cx.subcircuit();
                cx.claim(&mut scopes, "subcircuit", &subcircuit.name);
                scopes.push(Scope { subcircuit, opened: Some(cx.whole()), ..Scope::default() });
            }
            ".ends" => close(&mut scopes, &mut cx),
            ".model" => {
                if let Some(card) = model(&mut cx) {
                    cx.claim(&mut scopes, "model", &card.name);
                    add(&mut scopes, Item::Model(card));
                }
            }
            ".param" => {
                let item = cx.param();
                add(&mut scopes, item);
            }
            other if other.starts_with('.') => add(&mut scopes, Item::Raw(cx.text().to_string())),
            _ => {
                if let Some(found) = element(&mut cx) {
                    add(&mut scopes, Item::Element(found));
                }
            }
        }
    }
    while scopes.len() > 1 {
        if let Some(place) = scopes.last().and_then(|s| s.opened) {
            out.push(
                Diagnostic::error(Code::CARD_SUBCIRCUIT, "this subcircuit has no `.ends`")
                    .at(place)
                    .help("add `.ends` after its last element"),
            );
        }
        fold(&mut scopes);
    }
    library.items = scopes.pop().map(|s| s.items).unwrap_or_default();
    (library, out)
}

/// A subcircuit that is being read; the outermost scope is the library.
#[derive(Default)]
struct Scope {
    subcircuit: Subcircuit,
    items: Vec<Item>,
    opened: Option<Span>,
    /// Names of models and subcircuits in lower case, with their kind and place.
    names: BTreeMap<(&'static str, String), Span>,
}

fn add(scopes: &mut [Scope], item: Item) {
    if let Some(scope) = scopes.last_mut() {
        scope.items.push(item);
    }
}

fn fold(scopes: &mut Vec<Scope>) {
    if let Some(mut done) = scopes.pop() {
        done.subcircuit.items = done.items;
        add(scopes, Item::Subcircuit(done.subcircuit));
    }
}

fn close(scopes: &mut Vec<Scope>, cx: &mut Context<'_>) {
    let Some(opened) = scopes.last().and_then(|s| s.opened) else {
        cx.error(Code::CARD_SUBCIRCUIT, "this `.ends` closes no subcircuit", cx.whole());
        return;
    };
    let closing = cx.text().split_whitespace().nth(1).unwrap_or("").to_string();
    let name = scopes.last().map(|s| s.subcircuit.name.clone()).unwrap_or_default();
    if !closing.is_empty() && !closing.eq_ignore_ascii_case(&name) {
        cx.out.push(
            Diagnostic::warning(
                Code::CARD_SUBCIRCUIT,
                format!("`.ends {}` closes the subcircuit `{}`", shown(&closing), shown(&name)),
            )
            .at(cx.whole())
            .label(opened, "opened here")
            .help("give both the same name"),
        );
    }
    fold(scopes);
}

/// One statement while it is understood, and where complaints go.
pub(super) struct Context<'a> {
    pub(super) rules: &'a Rules,
    pub(super) statement: &'a Statement,
    pub(super) out: &'a mut Diagnostics,
}

impl<'a> Context<'a> {
    pub(super) fn text(&self) -> &'a str {
        &self.statement.text
    }

    pub(super) fn slice(&self, range: Range<usize>) -> &'a str {
        self.text().get(range).unwrap_or("")
    }

    pub(super) fn word(&self, token: &Token) -> &'a str {
        self.slice(token.range.clone())
    }

    pub(super) fn whole(&self) -> Span {
        self.statement.whole()
    }

    pub(super) fn place(&self, token: &Token) -> Span {
        self.statement.span(token.range.start, token.range.end)
    }

    pub(super) fn error(&mut self, code: Code, message: impl Into<String>, place: Span) {
        self.out.push(Diagnostic::error(code, message).at(place));
    }

    /// The first word in lower case.
    fn directive(&self) -> String {
        self.text().split_whitespace().next().unwrap_or("").to_ascii_lowercase()
    }

    /// The tokens of a part, with a diagnostic where brackets do not match.
    pub(super) fn tokens(&mut self, area: Range<usize>, commas: Commas) -> Vec<Token> {
        let found = tokens(self.text(), area, commas);
        if let Some(at) = found.unbalanced {
            let place = self.statement.span(at, at + 1);
            self.out.push(
                Diagnostic::error(
                    Code::CARD_BRACKETS,
                    "a bracket or quote has no partner in this statement",
                )
                .at(place)
                .help("close it on this line or on a continuation line that begins with `+`"),
            );
        }
        found.list
    }

    /// The value of a token, with a diagnostic where simulators read it differently.
    pub(super) fn value(&mut self, token: &Token) -> Value {
        let reading = value(self.rules, self.word(token));
        if reading.doubtful {
            let word = self.word(token);
            self.out.push(
                Diagnostic::warning(
                    Code::CARD_NUMBER,
                    format!("simulators do not agree about the number `{}`", shown(word)),
                )
                .at(self.place(token))
                .help("write the digits before the scale letter, as in `4.7k`"),
            );
        }
        reading.value
    }

    /// Whether the token after `index` is `=`.
    pub(super) fn is_assigned(&self, list: &[Token], index: usize) -> bool {
        list.get(index + 1).is_some_and(|t| self.word(t) == "=")
    }

    /// Notes a name in the innermost scope; a second use is a warning, since simulators differ
    /// in which one they take.
    fn claim(&mut self, scopes: &mut [Scope], kind: &'static str, name: &str) {
        let Some(scope) = scopes.last_mut() else { return };
        let place = self.whole();
        let earlier = *scope.names.entry((kind, name.to_ascii_lowercase())).or_insert(place);
        if earlier != place {
            self.out.push(
                Diagnostic::warning(
                    Code::CARD_DUPLICATE,
                    format!("the {kind} `{}` is defined twice", shown(name)),
                )
                .at(place)
                .label(earlier, "first defined here")
                .help("remove or rename one of them"),
            );
        }
    }

    /// `.subckt NAME pins… [params:] [name=value …]`.
    fn subcircuit(&mut self) -> Subcircuit {
        let list = self.tokens(0..self.text().len(), Commas::Join);
        let mut subcircuit = Subcircuit::default();
        let mut index = 1;
        while let Some(token) = list.get(index) {
            let word = self.word(token);
            if self.is_assigned(&list, index) {
                break;
            }
            index += 1;
            if word.eq_ignore_ascii_case("params:") {
                break;
            }
            if word.eq_ignore_ascii_case("optional:") {
                self.error(
                    Code::CARD_SUBCIRCUIT,
                    "optional pins with defaults are not supported and are left out",
                    self.place(token),
                );
                let params = list.iter().position(|t| self.word(t).eq_ignore_ascii_case("params:"));
                index = params.map_or(list.len(), |p| p + 1);
                break;
            }
            if subcircuit.name.is_empty() {
                subcircuit.name = word.to_string();
            } else {
                subcircuit.pins.push(word.to_string());
            }
        }
        if subcircuit.name.is_empty() {
            self.error(Code::CARD_SUBCIRCUIT, "this subcircuit has no name", self.whole());
        }
        subcircuit.parameters = self.assignments(list.get(index..).unwrap_or(&[]));
        subcircuit
    }

    /// `.param name=value …`; definitions of functions stay as they are.
    fn param(&mut self) -> Item {
        let list = self.tokens(0..self.text().len(), Commas::Join);
        let rest = list.get(1..).unwrap_or(&[]);
        let function = rest.first().is_some_and(|t| self.word(t).contains('('));
        if function || rest.is_empty() {
            return Item::Raw(self.text().to_string());
        }
        Item::Parameters(self.assignments(rest))
    }

    /// `name = value` pairs where a value may be several words, up to the next pair.
    fn assignments(&mut self, list: &[Token]) -> Parameters {
        let mut found = Parameters::new();
        let mut index = 0;
        while let Some(token) = list.get(index) {
            if !self.is_assigned(list, index) {
                let word = self.word(token);
                self.error(
                    Code::CARD_PARAMETER,
                    format!("`{}` is not part of a `name = value` pair", shown(word)),
                    self.place(token),
                );
                index += 1;
                continue;
            }
            let from = index + 2;
            let mut to = from;
            while to < list.len() && !self.is_assigned(list, to) {
                to += 1;
            }
            match (list.get(from..to).unwrap_or(&[]), to.checked_sub(1).and_then(|i| list.get(i))) {
                ([], _) | (_, None) => self.missing_value(token),
                ([one], _) => {
                    let value = self.value(one);
                    found.push((self.word(token).to_string(), value));
                }
                ([first, ..], Some(last)) => {
                    let text = self.slice(first.range.start..last.range.end);
                    found.push((self.word(token).to_string(), Value::from(text)));
                }
            }
            index = to.max(from);
        }
        found
    }

    pub(super) fn missing_value(&mut self, name: &Token) {
        let word = self.word(name);
        self.out.push(
            Diagnostic::error(Code::CARD_PARAMETER, format!("`{}` has no value", shown(word)))
                .at(self.place(name))
                .help("write a number or an expression in braces after the `=`"),
        );
    }
}
