//! Element lines.

use super::parse::Context;
use super::tokens::{Commas, Token};
use crate::{Element, Value};
use espice_base::{Code, Diagnostic};

/// Reads one element line; `None` where the line is no statement at all.
pub(super) fn element(cx: &mut Context<'_>) -> Option<Element> {
    let text = cx.text();
    let named = text.starts_with(|c: char| c.is_ascii_alphabetic());
    let list = if named { cx.tokens(0..text.len(), Commas::Join) } else { Vec::new() };
    let Some((first, rest)) = list.split_first().filter(|(_, rest)| !rest.is_empty()) else {
        cx.out.push(
            Diagnostic::error(Code::CARD_STATEMENT, "this line is not a statement and is left out")
                .at(cx.whole())
                .help("begin a comment with `*` and a continuation with `+`"),
        );
        return None;
    };
    let mut element = Element { name: cx.word(first).to_string(), ..Element::default() };
    let behavioural = element.name.starts_with(['b', 'B']);
    let mut index = 0;
    while let Some(token) = rest.get(index) {
        let word = cx.word(token);
        if word == "=" {
            // `TABLE {x} = (0,0) (1,1)`: such a line belongs together and stays as it is.
            element.parameters.clear();
            element.fields = rest.iter().map(|t| cx.word(t).to_string()).collect();
            break;
        }
        if !cx.is_assigned(rest, index) || !is_name(word) {
            if !word.eq_ignore_ascii_case("params:") {
                element.fields.push(word.to_string());
            }
            index += 1;
            continue;
        }
        match rest.get(index + 2) {
            Some(value) if behavioural => {
                let value = rest_of_line(cx, value);
                element.parameters.push((word.to_string(), value));
                break;
            }
            Some(value) if !cx.is_assigned(rest, index + 2) => {
                let value = cx.value(value);
                element.parameters.push((word.to_string(), value));
                index += 3;
            }
            _ => {
                cx.missing_value(token);
                index += 2;
            }
        }
    }
    Some(element)
}

/// The expression of a behavioural source runs to the end of its line.
fn rest_of_line(cx: &mut Context<'_>, first: &Token) -> Value {
    let text = cx.slice(first.range.start..cx.text().len()).trim_end();
    if text.len() == first.range.len() { cx.value(first) } else { Value::from(text) }
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && word.chars().all(|c| c.is_alphanumeric() || c == '_')
}
