//! `.model NAME TYPE (…)` cards.

use super::parse::Context;
use super::tokens::{Commas, Token};
use crate::text::{LISTED, listed, shown};
use crate::{ModelCard, Value};
use espice_base::{Code, Diagnostic, Span, did_you_mean};
use std::collections::BTreeMap;

/// Reads one `.model` statement; `None` where name or type is missing.
pub(super) fn model(cx: &mut Context<'_>) -> Option<ModelCard> {
    let text = cx.text();
    let mut at = skip_word(text, 0, false);
    let mut next = |brackets| {
        let start = text.len() - text.get(at..)?.trim_start().len();
        at = skip_word(text, start, brackets);
        text.get(start..at).filter(|w| !w.is_empty())
    };
    let name = next(false);
    let mut kind = next(true);
    let mut base = None;
    if let Some(rest) = kind.and_then(|k| k.get(4..).filter(|_| starts_with_ako(k))) {
        base = if rest.is_empty() { next(true) } else { Some(rest) };
        kind = next(true);
    }
    let (Some(name), Some(kind)) = (name, kind) else {
        cx.out.push(
            Diagnostic::error(Code::CARD_MODEL, "this model card lacks its name or its type")
                .at(cx.whole())
                .help("write `.model NAME TYPE (parameters)`"),
        );
        return None;
    };
    let mut card = ModelCard::new(name, kind);
    card.base = base.map(String::from);
    let (inside, outside) = brackets(cx, at);
    body(cx, &mut card, &inside);
    let flags_before = card.flags.len();
    body(cx, &mut card, &outside);
    if let (true, Some(token)) = (card.flags.len() > flags_before, outside.first()) {
        let word = cx.word(token);
        cx.out.push(
            Diagnostic::warning(
                Code::CARD_FLAG_OUTSIDE,
                format!(
                    "`{}` stands outside the brackets of the model `{}`",
                    shown(word),
                    shown(name)
                ),
            )
            .at(cx.place(token))
            .help("move the word inside the brackets, where every simulator reads it"),
        );
    }
    check(cx, &card, &inside);
    Some(card)
}

fn starts_with_ako(word: &str) -> bool {
    word.get(..4).is_some_and(|w| w.eq_ignore_ascii_case("ako:"))
}

/// The end of the word that starts at `from`; a bracket ends it too where asked.
fn skip_word(text: &str, from: usize, brackets: bool) -> usize {
    let rest = text.get(from..).unwrap_or("");
    let end = |c: char| c.is_whitespace() || (brackets && c == '(');
    from + rest.find(end).unwrap_or(rest.len())
}

/// The tokens inside the brackets (or all, where there are none) and those outside. Words may
/// stand before the bracket as well as after it.
fn brackets(cx: &mut Context<'_>, from: usize) -> (Vec<Token>, Vec<Token>) {
    let text = cx.text();
    let list = cx.tokens(from..text.len(), Commas::Separate);
    // A bracket that begins a token but is no parameter's value opens the list.
    let group = list.iter().enumerate().position(|(i, t)| {
        let assigned = i > 0 && list.get(i - 1).is_some_and(|b| cx.word(b) == "=");
        cx.word(t).starts_with('(') && !assigned
    });
    let Some((position, group)) = group.and_then(|g| list.get(g).map(|t| (g, t.clone()))) else {
        return (list, Vec::new());
    };
    let mut outside: Vec<Token> = list.get(..position).unwrap_or(&[]).to_vec();
    let word = cx.word(&group);
    let (length, closed) = matching(word);
    let end = group.range.start + length - usize::from(closed);
    let inside = cx.tokens(group.range.start + 1..end, Commas::Separate);
    if closed {
        // What touches the closing bracket, and what follows it.
        outside.extend(cx.tokens(end + 1..text.len(), Commas::Separate));
    }
    (inside, outside)
}

/// Length of the bracketed group at the start of `word`, and whether it closes.
fn matching(word: &str) -> (usize, bool) {
    let mut depth = 0usize;
    for (i, c) in word.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return (i + 1, true);
        }
    }
    (word.len(), false)
}

/// Parameters and flags into the card.
fn body(cx: &mut Context<'_>, card: &mut ModelCard, list: &[Token]) {
    let mut index = 0;
    while let Some(token) = list.get(index) {
        let word = cx.word(token);
        if cx.is_assigned(list, index) {
            match list.get(index + 2) {
                // `a = b = 1`: the value of `a` is missing.
                Some(value) if !cx.is_assigned(list, index + 2) && cx.word(value) != "=" => {
                    let value = cx.value(value);
                    assign(card, word, value);
                    index += 3;
                }
                _ => {
                    cx.missing_value(token);
                    index += 2;
                }
            }
            continue;
        }
        index += 1;
        if word.starts_with(|c: char| c.is_alphabetic()) && !word.contains('(') {
            card.flags.push(word.to_string());
        } else {
            cx.error(
                Code::CARD_PARAMETER,
                format!("`{}` is neither a parameter nor a flag of this model", shown(word)),
                cx.place(token),
            );
        }
    }
}

/// A whole number as `level` is the level; anything else is a parameter.
fn assign(card: &mut ModelCard, name: &str, value: Value) {
    let whole = value.number().filter(|v| v.fract() == 0.0 && (0.0..=9999.0).contains(v));
    match whole {
        Some(level) if name.eq_ignore_ascii_case("level") && card.level.is_none() => {
            // In range and without a fraction: the cast is exact.
            card.level = Some(level as u32);
        }
        _ => card.parameters.push((name.to_string(), value)),
    }
}

/// Warns of what this dialect's simulator does not know, and of what is given twice.
fn check(cx: &mut Context<'_>, card: &ModelCard, list: &[Token]) {
    let mut places: BTreeMap<String, Vec<Span>> = BTreeMap::new();
    for token in list {
        places.entry(cx.word(token).to_ascii_lowercase()).or_default().push(cx.place(token));
    }
    let whole = cx.whole();
    let place_of = |name: &str, nth: usize| {
        places.get(&name.to_ascii_lowercase()).and_then(|p| p.get(nth)).copied().unwrap_or(whole)
    };
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (name, _) in &card.parameters {
        let count = seen.entry(name.to_ascii_lowercase()).or_insert(0);
        *count += 1;
        if *count == 2 {
            cx.out.push(
                Diagnostic::warning(
                    Code::CARD_DUPLICATE,
                    format!(
                        "`{}` is given twice in the model `{}`",
                        shown(name),
                        shown(&card.name)
                    ),
                )
                .at(place_of(name, 1))
                .label(place_of(name, 0), "first given here")
                .help("keep one; simulators take the last"),
            );
        }
    }
    let Some(set) = cx.rules.parameters(&card.device_type, card.level) else { return };
    let names = card.parameters.iter().map(|(n, _)| n).chain(&card.flags);
    let unknown: Vec<&String> =
        names.filter(|n| !set.has(n) && !set.has_flag(n) && !cx.rules.is_remark(n)).collect();
    if unknown.is_empty() {
        return;
    }
    let words = listed(&unknown);
    let mut diagnostic = Diagnostic::warning(
        Code::CARD_UNKNOWN_PARAMETER,
        format!("{} has no {} parameter {words}", cx.rules.simulator, card.device_type),
    );
    for name in unknown.into_iter().take(LISTED) {
        let text = match did_you_mean(&name.to_ascii_lowercase(), set.names()) {
            Some(near) => format!("did you mean `{}`?", near.to_ascii_uppercase()),
            None => String::new(),
        };
        diagnostic = diagnostic.label(place_of(name, 0), text);
    }
    cx.out.push(diagnostic.help("remove it, or read the card with the dialect it was written for"));
}
