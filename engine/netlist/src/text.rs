//! Texts as lines of a card, and as words of a message.

use crate::read::is_blank;

/// Most names that one diagnostic lists.
pub(crate) const LISTED: usize = 8;

/// Longest piece of a user's text in a message, in characters.
const SHOWN: usize = 60;

/// One line that keeps its indentation.
pub(crate) fn one_line(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    line.trim_end_matches(is_blank).to_string()
}

/// One line without blanks at its ends.
pub(crate) fn plain(text: &str) -> String {
    one_line(text).trim_start_matches(is_blank).to_string()
}

/// A user's text for a message: one line, cut where it is long.
pub(crate) fn shown(text: &str) -> String {
    let line = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut short: String = line.take(SHOWN).collect();
    if text.chars().nth(SHOWN).is_some() {
        short.push('…');
    }
    short
}

/// Names in backticks; of many, the first.
pub(crate) fn listed(names: &[&String]) -> String {
    let first = names.iter().take(LISTED).map(|n| format!("`{}`", shown(n)));
    let mut text = first.collect::<Vec<_>>().join(", ");
    if names.len() > LISTED {
        text.push_str(&format!(" and {} more", names.len() - LISTED));
    }
    text
}
