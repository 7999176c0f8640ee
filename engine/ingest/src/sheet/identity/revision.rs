//! The revision or the date of a sheet, as it is printed.

use super::seen::{Band, Seen};

/// Words before a revision.
const REVISION: &[&str] = &["rev", "revision", "version", "issue"];
/// Names of months, by their first three letters.
const MONTHS: &[&str] =
    &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/// Words that a revision with its date has at most.
const WORDS: usize = 7;

/// The first revision in a running head or foot or on the first page, else the first date there.
pub(super) fn find(seen: &[Seen]) -> Option<(String, usize)> {
    let looked = || {
        let at_edge = |l: &&(usize, &Seen)| l.1.page <= 2 || l.1.band != Band::Body;
        let lines: Vec<(usize, &Seen)> = seen.iter().enumerate().collect();
        let mut kept: Vec<(usize, &Seen)> = lines.iter().filter(at_edge).copied().collect();
        kept.sort_by_key(|(at, l)| (l.band == Band::Body, l.page, *at));
        kept
    };
    let lines = looked();
    let first = |read: fn(&str) -> Option<String>| {
        lines.iter().find_map(|(at, l)| read(&l.text).map(|r| (r, *at)))
    };
    first(revision).or_else(|| first(date))
}

/// `Rev. 7 — 8 September 2011`, `Rev.2.0,24-Dec-18`, `Version# 3.0`.
fn revision(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().take(60).collect();
    let start = words.iter().position(|w| {
        let letters: String = w
            .trim_start_matches(['(', '['])
            .chars()
            .take_while(char::is_ascii_alphabetic)
            .collect();
        REVISION.contains(&letters.to_lowercase().as_str())
    })?;
    let rest = words.get(start..)?;
    let mut taken: Vec<&str> = rest.iter().take(1).copied().collect();
    let value_within = taken.iter().any(|w| w.chars().any(|c| c.is_ascii_digit()));
    for word in rest.iter().skip(1).take(WORDS) {
        let letter = taken.len() == 1 && word.trim_matches([',', ':', ')']).len() <= 2;
        let of_date = word.chars().any(|c| c.is_ascii_digit()) || is_month(word);
        let mark = word.chars().all(|c| !c.is_alphanumeric());
        if !(letter || of_date || mark) {
            break;
        }
        taken.push(word);
    }
    while taken.last().is_some_and(|w| w.chars().all(|c| !c.is_alphanumeric())) {
        taken.pop();
    }
    (taken.len() > 1 || value_within).then(|| trimmed(&taken.join(" ")))
}

/// `2004 Aug 10`, `May 2001`, `January 22, 2018`, `17/09/19`.
fn date(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().take(60).collect();
    let number = |w: &&str| {
        let w = w.trim_matches([',', '.', '(', ')']);
        !w.is_empty() && w.len() <= 4 && w.chars().all(|c| c.is_ascii_digit())
    };
    if let Some(month) = words.iter().position(|w| is_month(w)) {
        let before = words.get(..month)?.iter().rev().take(1).filter(|w| number(w)).count();
        let after = words.get(month + 1..)?.iter().take(2).take_while(|w| number(w)).count();
        let taken = words.get(month - before..=month + after)?;
        let year =
            taken.iter().any(|w| w.trim_matches([',', '.', '(', ')']).len() == 4 && number(w));
        return year.then(|| trimmed(&taken.join(" ")));
    }
    words.iter().map(|w| trimmed(w)).find(|w| {
        let pieces: Vec<&str> = w.split(['/', '-', '.']).collect();
        pieces.len() == 3
            && pieces
                .iter()
                .all(|p| matches!(p.len(), 2 | 4) && p.chars().all(|c| c.is_ascii_digit()))
    })
}

fn is_month(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphabetic()).to_lowercase();
    (3..=9).contains(&word.len())
        && word.get(..3).is_some_and(|m| MONTHS.contains(&m))
        && !matches!(
            word.as_str(),
            "mark" | "marking" | "maybe" | "market" | "decrease" | "marked" | "separate"
        )
}

fn trimmed(text: &str) -> String {
    text.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | '#')).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_and_dates_are_read_as_printed() {
        for (text, found) in [
            ("Rev. 7 — 8 September 2011", Some("Rev. 7 — 8 September 2011")),
            ("MPSA13 Rev. A", Some("Rev. A")),
            ("Rev.2.0,24-Dec-18", Some("Rev.2.0,24-Dec-18")),
            ("DS28002 Rev. 8 - 2", Some("Rev. 8 - 2")),
            ("Reverse recovery time", None),
            ("Revision History", None),
        ] {
            assert_eq!(revision(text).as_deref(), found, "{text}");
        }
        for (text, found) in [
            ("2004 Aug 10", Some("2004 Aug 10")),
            ("May 2001", Some("May 2001")),
            ("Date: January 22, 2018 Page 1", Some("January 22, 2018")),
            ("17/09/19", Some("17/09/19")),
            ("Marking code 1234", None),
        ] {
            assert_eq!(date(text).as_deref(), found, "{text}");
        }
    }
}
