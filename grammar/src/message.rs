//! What pest could not read → one diagnostic in the words of the language.

use crate::forms::{Form, is_statement_word};
use crate::rules::Rule;
use crate::tokens::{Token, TokenKind, describe};
use espice_base::{Code, Diagnostic, FileId, Span, did_you_mean};
use pest::error::{Error, ErrorVariant, InputLocation};

/// Statements whose second word tells their form: first word, second word, form.
const VARIANTS: [(&str, &str, &str); 7] = [
    ("expect", "value", "expect value QUANTITY at (IF = 1 mA) in LOW .. HIGH"),
    ("expect", "chosen", "expect chosen TEMPLATE"),
    ("expect", "tried", "expect tried TEMPLATE, TEMPLATE"),
    ("expect", "rejected", "expect rejected TEMPLATE"),
    ("expect", "kind", "expect kind KIND"),
    ("expect", "nothing", "expect nothing more"),
    ("given", "model", "given model TEMPLATE { … }"),
];

/// A statement that did not parse.
pub(crate) struct Failure<'a> {
    /// The whole text.
    pub(crate) text: &'a str,
    /// Its tokens.
    pub(crate) tokens: &'a [Token],
    /// The text that was parsed, as offsets into `text`.
    pub(crate) start: usize,
    /// One past its end.
    pub(crate) end: usize,
    /// The file.
    pub(crate) file: FileId,
    /// Where `text` starts in the file.
    pub(crate) base: usize,
}

impl Failure<'_> {
    /// Puts the failure into words.
    pub(crate) fn explain(&self, error: &Error<Rule>, form: Option<&Form>) -> Diagnostic {
        let ErrorVariant::ParsingError { positives, .. } = &error.variant else {
            let span = self.span(self.start, self.end);
            return Diagnostic::error(Code::TOO_DEEP, "this statement is nested too deeply")
                .at(span)
                .help("name a part of it with `let`");
        };
        let offset = match error.location {
            InputLocation::Pos(p) | InputLocation::Span((p, _)) => self.start + p,
        };
        let index = self.tokens.partition_point(|t| t.end <= offset);
        let skip = self.tokens.iter().skip(index).position(|t| {
            t.kind.is_significant() || (t.kind == TokenKind::Newline && t.start >= self.end)
        });
        let index = skip.map_or(self.tokens.len(), |n| index + n);
        let met = Met { failure: self, index, positives };
        met.diagnose(form)
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, self.base + start, self.base + end)
    }

    fn word(&self, index: Option<usize>) -> &str {
        index.and_then(|i| self.tokens.get(i)).map_or("", |t| t.text(self.text))
    }
}

/// The place of a failure: the token that was met, and what would have been read.
struct Met<'a> {
    failure: &'a Failure<'a>,
    index: usize,
    positives: &'a [Rule],
}

impl Met<'_> {
    fn diagnose(&self, form: Option<&Form>) -> Diagnostic {
        let f = self.failure;
        let token = f.tokens.get(self.index);
        let at_end = token.is_none_or(|t| t.start >= f.end);
        let found = match token {
            Some(t) if at_end && t.kind == TokenKind::Comment => "the end of the line".to_string(),
            t => describe(t, f.text),
        };
        let span = match token {
            Some(t) if !at_end => f.span(t.start, t.end),
            _ => f.span(f.end, f.end),
        };
        if let Some(answer) = self.answer(span) {
            return answer;
        }
        let expected = expected(self.positives);
        if let Some(answer) = self.misspelt_before(&expected, form) {
            return answer;
        }
        let meant = self.meant(self.index, &expected).filter(|_| !at_end);
        let meant = meant.map(|meant| format!("did you mean `{meant}`?"));
        let expected = list(&expected);
        let message = match expected.as_str() {
            "" => format!("{found} is out of place here"),
            _ => format!("expected {expected}, found {found}"),
        };
        let code = if at_end { Code::INCOMPLETE } else { Code::SYNTAX };
        Diagnostic::error(code, message)
            .at(span)
            .maybe_help(meant.or_else(|| self.help(&found)))
            .maybe_help(form.map(|form| format!("the form is `{}`", self.usage(form))))
    }

    /// The form of the statement as its second word tells it.
    fn usage(&self, form: &Form) -> &'static str {
        let f = self.failure;
        let words = f.tokens.iter().filter(|t| t.start >= f.start && t.kind.is_significant());
        let second = words.map(|t| t.text(f.text)).nth(1).unwrap_or("");
        let variant = VARIANTS.iter().find(|v| v.0 == form.word && v.1 == second);
        variant.map_or(form.usage, |v| v.2)
    }

    /// The word of the language that a word was meant to be, among those that may stand there.
    fn meant(&self, index: usize, expected: &[&str]) -> Option<String> {
        let token = self.failure.tokens.get(index).filter(|t| t.kind == TokenKind::Word)?;
        let words = expected.iter().map(|e| e.trim_matches('`'));
        let words = words.filter(|w| w.chars().all(|c| c.is_ascii_lowercase()) && w.len() > 2);
        did_you_mean(token.text(self.failure.text), words).map(String::from)
    }

    /// A misspelt word that was taken for the unit of the number before it.
    fn misspelt_before(&self, expected: &[&str], form: Option<&Form>) -> Option<Diagnostic> {
        let f = self.failure;
        let before = self.index.checked_sub(1)?;
        let number = before.checked_sub(1).and_then(|i| f.tokens.get(i))?;
        let token = f.tokens.get(before).filter(|_| number.kind == TokenKind::Number)?;
        let meant = self.meant(before, expected)?;
        let message = format!(
            "{} is neither a unit nor a word of this statement",
            describe(Some(token), f.text)
        );
        Some(
            Diagnostic::error(Code::SYNTAX, message)
                .at(f.span(token.start, token.end))
                .help(format!("did you mean `{meant}`?"))
                .maybe_help(form.map(|form| format!("the form is `{}`", self.usage(form)))),
        )
    }

    /// Spellings that have an answer of their own.
    fn answer(&self, span: Span) -> Option<Diagnostic> {
        let f = self.failure;
        let before = self.index.checked_sub(1);
        let foreign = |message: &str, help: String| {
            Some(Diagnostic::error(Code::FOREIGN_SPELLING, message).at(span).help(help))
        };
        let kind = |i: Option<usize>| i.and_then(|i| f.tokens.get(i)).map(|t| t.kind);
        let next = Some(self.index + 1);
        match f.word(Some(self.index)) {
            "?" => foreign("`?` chooses nothing", "write `if c then a else b`".into()),
            "," if kind(before) == Some(TokenKind::Number)
                && kind(next) == Some(TokenKind::Number) =>
            {
                let (a, b) = (f.word(before), f.word(next));
                Some(
                    Diagnostic::error(
                        Code::BAD_NUMBER,
                        "a number has a decimal point, not a comma",
                    )
                    .at(span)
                    .help(format!("write `{a}.{b}`")),
                )
            }
            "(" if self.follows_number() => {
                let word = f.word(before);
                let number = f.word(before.and_then(|b| b.checked_sub(1)));
                let (message, product) = if kind(before) == Some(TokenKind::Number) {
                    ("two factors stand side by side", format!("{word} * (…)"))
                } else {
                    ("a unit cannot be called", format!("{number} * {word}(…)"))
                };
                Some(
                    Diagnostic::error(Code::BAD_NUMBER, message)
                        .at(span)
                        .help(format!("write the product with its operator: `{product}`")),
                )
            }
            "(" if kind(before) == Some(TokenKind::Word) && self.expects(Rule::infix) => Some(
                Diagnostic::error(Code::SYNTAX, "a blank stands between a name and its bracket")
                    .at(span)
                    .help("the bracket of a call touches its name: `f(x)`"),
            ),
            found if self.expects(Rule::kw_then) && found != ")" => {
                let message = format!(
                    "expected `then`, found {}",
                    describe(f.tokens.get(self.index), f.text)
                );
                foreign(&message, "write `if c then a else b`".into())
            }
            _ => None,
        }
    }

    fn help(&self, found: &str) -> Option<String> {
        let word = self.failure.word(Some(self.index));
        let kind = self.failure.tokens.get(self.index).map(|t| t.kind);
        let is_one = |rule: Rule| self.positives.iter().all(|p| *p == rule);
        if kind == Some(TokenKind::Text) && is_one(Rule::name) {
            return Some(String::from("names stand without quotes"));
        }
        if kind == Some(TokenKind::Word) && is_one(Rule::text) {
            return Some(format!("write `\"{}\"`", shorten(word)));
        }
        if self.expects(Rule::name) && is_reserved(word) {
            return Some(format!("{found} is a word of the language; choose another name"));
        }
        if self.expects(Rule::EOI) && is_statement_word(word) {
            return Some(String::from("start the next statement on a line of its own"));
        }
        if matches!(word, "min" | "typ") && self.expects(Rule::EOI) {
            return Some(String::from("limits stand in the order `min`, `typ`, `max`"));
        }
        let after = self.index.checked_sub(1);
        (self.failure.word(after) == "," && matches!(word, ")" | "]" | "}"))
            .then(|| String::from("remove the comma before it"))
    }

    /// Whether the token before is a number, or the unit of one.
    fn follows_number(&self) -> bool {
        let kind = |back: usize| {
            let index = self.index.checked_sub(back)?;
            self.failure.tokens.get(index).map(|t| t.kind)
        };
        kind(1) == Some(TokenKind::Number)
            || (kind(1) == Some(TokenKind::Word) && kind(2) == Some(TokenKind::Number))
    }

    fn expects(&self, rule: Rule) -> bool {
        self.positives.contains(&rule)
    }
}

/// The symbols of what was expected, in a fixed order, without what another of them includes.
fn expected(positives: &[Rule]) -> Vec<&'static str> {
    let mut symbols: Vec<&'static str> =
        positives.iter().filter_map(|rule| rule.to_symbol()).collect();
    symbols.sort_by_key(|s| (s.starts_with("the end"), s.starts_with('`'), *s));
    symbols.dedup();
    let includes = |whole: &str, parts: &[&str], symbols: &mut Vec<&'static str>| {
        if symbols.contains(&whole) {
            symbols.retain(|s| !parts.contains(s));
        }
    };
    let operands = [
        "a name",
        "a number",
        "quoted text",
        "`(`",
        "`[`",
        "a name with its bracket, such as `IF(VF)`",
    ];
    includes("an expression", &operands, &mut symbols);
    let operators = [
        "`and`", "`or`", "`in`", "`over`", "`where`", "`by`", "`at`", "`.`", "`[`", "`..`",
        "a unit",
    ];
    includes("an operator", &operators, &mut symbols);
    includes(
        "a unit or type",
        &["a unit", "a name with its bracket, such as `IF(VF)`"],
        &mut symbols,
    );
    symbols
}

/// `a`, `a or b`, `a, b or c`.
fn list(parts: &[&str]) -> String {
    match parts {
        [] => String::new(),
        [one] => (*one).to_string(),
        [init @ .., last] => format!("{} or {last}", init.join(", ")),
    }
}

/// Whether no name is spelled like this.
pub(crate) fn is_reserved(word: &str) -> bool {
    matches!(
        word,
        "and"
            | "as"
            | "at"
            | "because"
            | "by"
            | "else"
            | "every"
            | "from"
            | "if"
            | "in"
            | "is"
            | "keep"
            | "let"
            | "missing"
            | "not"
            | "no"
            | "or"
            | "otherwise"
            | "over"
            | "some"
            | "then"
            | "to"
            | "when"
            | "where"
            | "with"
            | "yes"
    )
}

/// User text for a message: on one line and not too long.
pub(crate) fn shorten(text: &str) -> String {
    let line: String =
        text.chars().take(40).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().count() > 40 { format!("{line}…") } else { line }
}
