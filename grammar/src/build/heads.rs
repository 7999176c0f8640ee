//! Which statement a first word starts, and what is said where it starts none.

use super::Builder;
use crate::forms::{Body, Context, FOREIGN_WORDS, Form, RESERVED_FOR_LATER};
use crate::message::shorten;
use crate::outline::Statement;
use crate::tokens::{TokenKind, describe};
use espice_base::{Code, Diagnostic, did_you_mean};

impl Builder<'_> {
    /// The form of a statement; the flag says that its first word is another and was taken for
    /// this one.
    pub(super) fn form_of(
        &self,
        statement: &Statement,
        context: Context,
    ) -> (Option<&'static Form>, bool) {
        let Some(token) = self.tokens.get(statement.first) else { return (None, false) };
        let word = token.text(self.text);
        if token.kind != TokenKind::Word {
            return (None, false);
        }
        if let Some(form) = context.form(word) {
            // A name with a block where names take none: a statement with a block was meant.
            let meant = || {
                let blocks = context.forms().iter().filter(|f| f.body != Body::None);
                did_you_mean(word, blocks.map(|f| f.word))
            };
            let lone = form.word.is_empty() && form.body == Body::None;
            let other = if lone && statement.block.is_some() { meant() } else { None };
            return match context.forms().iter().find(|f| Some(f.word) == other) {
                Some(meant) => (Some(meant), true),
                None => (Some(form), false),
            };
        }
        if RESERVED_FOR_LATER.contains(&word) {
            return (None, false);
        }
        let own = |w: &str| context.forms().iter().find(|f| f.word == w);
        let foreign = FOREIGN_WORDS.iter().find(|f| f.0 == word).and_then(|f| own(f.1));
        let close = || did_you_mean(word, context.forms().iter().map(|f| f.word)).and_then(own);
        let form = foreign.or_else(close);
        (form, form.is_some())
    }

    pub(super) fn unknown(
        &self,
        statement: &Statement,
        context: Context,
        meant: Option<&Form>,
    ) -> Diagnostic {
        let token = self.tokens.get(statement.first);
        let span = self.token_span(statement.first);
        let word = shorten(token.map_or("", |t| t.text(self.text)));
        let place = context.phrase();
        if token.is_some_and(|t| t.kind != TokenKind::Word) {
            let found = describe(token, self.text);
            let found = Diagnostic::error(
                Code::SYNTAX,
                format!("a statement starts with a word, found {found}"),
            )
            .at(span);
            return match token.map(|t| t.kind) {
                Some(TokenKind::Sign) => found.help(
                    "to continue a statement, put the operator at the end of the line before",
                ),
                _ => found,
            };
        }
        if RESERVED_FOR_LATER.contains(&word.as_str()) {
            let message = format!("`{word}` is reserved for a later version of the language");
            return Diagnostic::error(Code::UNKNOWN_STATEMENT, message).at(span);
        }
        let what = if context == Context::File { "an item of" } else { "a statement of" };
        let message = format!("`{word}` is not {what} {place}");
        let found = Diagnostic::error(Code::UNKNOWN_STATEMENT, message).at(span);
        if let Some(form) = meant {
            let usage = form.usage;
            return found.help(format!("did you mean `{}`? the form is `{usage}`", form.word));
        }
        let words: Vec<String> = context
            .forms()
            .iter()
            .filter(|f| !f.word.is_empty())
            .map(|f| format!("`{}`", f.word))
            .collect();
        found.help(format!("here may stand {}", words.join(", ")))
    }
}
