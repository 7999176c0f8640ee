//! Devices and their lines in a card file.

use espice_base::{Code, Diagnostic, did_you_mean};
use espice_netlist::{Item, Library as Cards, ModelCard, Parameters, Subcircuit};
use std::collections::BTreeSet;
use std::ops::Range;

/// Most names of models that a message lists.
const LISTED: usize = 12;

/// A device of the file.
pub(super) enum Chosen<'c> {
    Card(&'c ModelCard),
    Subcircuit(&'c Subcircuit),
}

/// The model or subcircuit of this name, or the only device. A file of subcircuits holds their
/// models for them; one that others call is a part of those.
pub(super) fn chosen<'c>(cards: &'c Cards, name: Option<&str>) -> Result<Chosen<'c>, Diagnostic> {
    let subcircuits = cards.subcircuits();
    let models = cards.models();
    let mut names: Vec<&str> = models.iter().map(|m| m.name.as_str()).collect();
    names.extend(subcircuits.iter().map(|s| s.name.as_str()));
    if let Some(name) = name {
        let subcircuit = subcircuits.iter().find(|s| s.name.eq_ignore_ascii_case(name));
        if let Some(subcircuit) = subcircuit {
            return Ok(Chosen::Subcircuit(subcircuit));
        }
        return cards.model(name).map(Chosen::Card).ok_or_else(|| {
            let help = match did_you_mean(name, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => listed(&names),
            };
            let message = format!("the file holds no model `{name}`");
            Diagnostic::error(Code::WHICH_MODEL, message).help(help)
        });
    }
    let called: BTreeSet<String> = subcircuits.iter().flat_map(|s| calls(s)).collect();
    let mut own: Vec<Chosen<'c>> = Vec::new();
    for item in &cards.items {
        match item {
            Item::Subcircuit(s) if !called.contains(&s.name.to_lowercase()) => {
                own.push(Chosen::Subcircuit(s));
            }
            Item::Model(card) if subcircuits.is_empty() => own.push(Chosen::Card(card)),
            _ => {}
        }
    }
    let count = own.len();
    match (own.pop(), count) {
        (Some(only), 1) => Ok(only),
        (None, _) => {
            Err(Diagnostic::error(Code::CARD_WITHOUT_TEMPLATE, "the file holds no model card"))
        }
        _ => {
            let what = if subcircuits.is_empty() { "models" } else { "subcircuits" };
            let message = format!("the file holds {count} {what}");
            Err(Diagnostic::error(Code::WHICH_MODEL, message)
                .help(format!("`model` chooses one: {}", listed(&names))))
        }
    }
}

/// Names of the subcircuits that one calls, in lower case.
fn calls(subcircuit: &Subcircuit) -> Vec<String> {
    let element = |item: &Item| match item {
        Item::Element(e) if e.name.starts_with(['x', 'X']) => {
            e.fields.last().map(|f| f.to_lowercase())
        }
        _ => None,
    };
    subcircuit.items.iter().filter_map(element).collect()
}

fn listed(names: &[&str]) -> String {
    let shown: Vec<&str> = names.iter().take(LISTED).copied().collect();
    let more = names.len().saturating_sub(LISTED);
    let rest = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("it holds {}{rest}", shown.join(", "))
}

/// A subcircuit with everything of the file that it may call, so that it stands alone.
pub(super) fn closed(subcircuit: &Subcircuit, cards: &Cards, given: &Parameters) -> Subcircuit {
    let own = |item: &&Item| match item {
        Item::Subcircuit(other) => {
            !other.name.eq_ignore_ascii_case(&subcircuit.name) && !subcircuit_calls_none(subcircuit)
        }
        Item::Model(_) | Item::Parameters(_) => true,
        Item::Raw(text) => text.to_lowercase().trim_start().starts_with(".func"),
        Item::Comment(_) | Item::Element(_) => false,
    };
    let mut whole = subcircuit.clone();
    for (name, value) in given {
        let slots = whole.parameters.iter_mut().filter(|(n, _)| n.eq_ignore_ascii_case(name));
        slots.for_each(|(_, slot)| slot.clone_from(value));
        for item in &mut whole.items {
            let Item::Parameters(list) = item else { continue };
            let slots = list.iter_mut().filter(|(n, _)| n.eq_ignore_ascii_case(name));
            slots.for_each(|(_, slot)| slot.clone_from(value));
        }
    }
    let mut items: Vec<Item> = cards.items.iter().filter(own).cloned().collect();
    items.append(&mut whole.items);
    whole.items = items;
    whole
}

fn subcircuit_calls_none(subcircuit: &Subcircuit) -> bool {
    !subcircuit
        .items
        .iter()
        .any(|item| matches!(item, Item::Element(e) if e.name.starts_with(['x', 'X'])))
}

/// The line of an element inside a subcircuit's text.
pub(super) fn element_line(text: &str, subcircuit: &str, element: &str) -> Option<Range<usize>> {
    let mut start = 0;
    let mut depth = 0usize;
    let mut inside = None;
    for line in text.split_inclusive('\n') {
        let range = start..start + line.trim_end().len();
        start += line.len();
        let mut words = line.split_whitespace();
        let Some(first) = words.next() else { continue };
        if first.eq_ignore_ascii_case(".subckt") {
            depth += 1;
            if words.next().is_some_and(|w| w.eq_ignore_ascii_case(subcircuit)) {
                inside = Some(depth);
            }
        } else if first.eq_ignore_ascii_case(".ends") {
            if inside == Some(depth) {
                inside = None;
            }
            depth = depth.saturating_sub(1);
        } else if inside == Some(depth) && first.eq_ignore_ascii_case(element) {
            return Some(range);
        }
    }
    None
}

/// Where in a text the statement of a model stands, its continuation lines included.
pub(super) fn statement(text: &str, model: &str) -> Option<Range<usize>> {
    let mut found: Option<Range<usize>> = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        let trimmed = line.trim_start();
        let mut words = trimmed.split([' ', '\t', '(']).filter(|w| !w.is_empty());
        let begins = words.next().is_some_and(|w| w.eq_ignore_ascii_case(".model"))
            && words.next().is_some_and(|w| w.trim_end().eq_ignore_ascii_case(model));
        match &mut found {
            None if begins => found = Some(start..end),
            // Comments and empty lines may stand between a statement and its continuation.
            Some(range) if trimmed.starts_with('+') => range.end = end,
            Some(_) if trimmed.trim_end().is_empty() || trimmed.starts_with('*') => {}
            Some(_) => break,
            None => {}
        }
        start = end;
    }
    found
}

/// Names of the parameters that a call of a subcircuit may set: on its own line, or by `.param`
/// inside, as foundries write them.
pub(super) fn formal(subcircuit: &Subcircuit) -> Vec<&str> {
    let inside = subcircuit.items.iter().filter_map(|item| match item {
        Item::Parameters(list) => Some(list),
        _ => None,
    });
    let lists = std::iter::once(&subcircuit.parameters).chain(inside);
    lists.flatten().map(|(name, _)| name.as_str()).collect()
}
