//! Names of parts in heads that are no names by themselves: `4001 4002 4003` below `UF` or on a
//! sheet of the 1N4001, `6A1` beside `6A05`, `S1A S1B S1D S1G`.

use super::frame::{Row, Tok};
use super::header::is_value;
use super::kinds;
use super::vocabulary::{self, Label};
use crate::sheet::table::Role;
use std::collections::BTreeMap;

/// A family has no more members than this in one head.
const MOST: usize = 24;

/// The tokens of a page that are names of parts because of what stands beside them, by their
/// index, each with the whole name.
pub(super) fn names(toks: &[Tok<'_>], lines: &[Row]) -> BTreeMap<usize, String> {
    let mut out = BTreeMap::new();
    let mut at = 0;
    while let Some(first) = lines.get(at) {
        let far =
            lines[at..].partition_point(|l| l.base - first.base <= 0.3 * first.size.min(12.0));
        let height = &lines[at..at + far.max(1)];
        at += far.max(1);
        let members: Vec<usize> = height.iter().flat_map(|l| l.toks.iter().copied()).collect();
        if members.len() < 3 || !in_a_head(toks, lines, first) {
            continue;
        }
        out.extend(endings(toks, lines, first, &members));
        out.extend(alike(toks, &members));
    }
    out
}

/// Whether words of a head stand at a height or close above it.
fn in_a_head(toks: &[Tok<'_>], lines: &[Row], line: &Row) -> bool {
    let from = lines.partition_point(|l| l.base < line.base - 3.0 * line.size);
    let to = lines.partition_point(|l| l.base <= line.base + 1.2 * line.size);
    let near = lines.get(from..to.max(from)).unwrap_or_default();
    near.iter().filter(|l| l.toks.len() <= 6).flat_map(|l| &l.toks).any(|&t| {
        let words = toks.get(t).map(|t| vocabulary::words_of(&t.word.text)).unwrap_or_default();
        match vocabulary::phrase(&words).filter(|(n, _)| *n == words.len()).map(|p| p.1) {
            Some(Label::Rating) => true,
            Some(Label::Is(role)) => is_value(role) || matches!(role, Role::Symbol | Role::Unit),
            _ => false,
        }
    })
}

/// Numbers of one length that count up in small steps, with what they are the endings of: letters
/// right above each, or the name of a part somewhere on the page.
fn endings(toks: &[Tok<'_>], lines: &[Row], line: &Row, members: &[usize]) -> Vec<(usize, String)> {
    let text = |t: usize| toks.get(t).map_or("", |t| t.word.text.as_str());
    let digits = |t: &usize| {
        (3..=5).contains(&text(*t).len()) && text(*t).bytes().all(|b| b.is_ascii_digit())
    };
    let mut numbers: Vec<usize> = members.iter().copied().filter(digits).collect();
    let x = |t: usize| toks.get(t).map_or(0.0, |t| t.area.x0);
    numbers.sort_by(|&a, &b| x(a).total_cmp(&x(b)));
    let value = |t: usize| text(t).parse::<u32>().unwrap_or(0);
    let counts = numbers.windows(2).all(|p| {
        text(p[0]).len() == text(p[1]).len()
            && (1..=9).contains(&i64::from(value(p[1])).saturating_sub(value(p[0]).into()))
    });
    if !(3..=MOST).contains(&numbers.len()) || !counts {
        return Vec::new();
    }
    let begin = |t: &Tok<'_>| {
        let word = t.word.text.as_str();
        (1..=5).contains(&word.len())
            && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
            && word.bytes().any(|b| b.is_ascii_uppercase())
    };
    let above = |t: usize| -> Option<String> {
        let own = toks.get(t)?;
        let from = lines.partition_point(|l| l.base < line.base - 1.8 * line.size);
        let to = lines.partition_point(|l| l.base < line.base - 0.5 * line.size);
        let near = lines.get(from..to.max(from)).unwrap_or_default();
        near.iter()
            .flat_map(|l| &l.toks)
            .filter_map(|&t| toks.get(t))
            .find(|o| {
                begin(o) && (o.area.center().x - own.area.center().x).abs() < own.area.width()
            })
            .map(|o| o.word.text.clone())
    };
    let stacked: Option<Vec<String>> = numbers.iter().map(|&t| above(t)).collect();
    let begins = stacked.or_else(|| {
        let whole = toks.iter().map(|t| t.word.text.as_str()).find_map(|word| {
            let word = word.trim_matches(|c: char| !c.is_alphanumeric());
            let ends = [numbers.first(), numbers.last()].into_iter().flatten();
            let begin = ends.filter_map(|&t| word.strip_suffix(text(t))).next()?;
            (!begin.is_empty() && kinds::is_part(word)).then(|| begin.to_string())
        })?;
        Some(vec![whole; numbers.len()])
    });
    let Some(begins) = begins else { return Vec::new() };
    numbers.into_iter().zip(begins).map(|(t, b)| (t, format!("{b}{}", text(t)))).collect()
}

/// Words of capitals and digits that begin alike, where two of them are names of parts anyway or
/// at least four stand together.
fn alike(toks: &[Tok<'_>], members: &[usize]) -> Vec<(usize, String)> {
    let text = |t: usize| toks.get(t).map_or("", |t| t.word.text.as_str());
    let named = |t: &usize| {
        let word = text(*t);
        let plain = word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        let mixed = word.bytes().any(|b| b.is_ascii_digit())
            && word.bytes().any(|b| b.is_ascii_uppercase());
        plain && mixed && (3..=10).contains(&word.len())
    };
    let words: Vec<usize> = members.iter().copied().filter(named).collect();
    let Some(begin) = words.first().and_then(|&t| text(t).get(..2)) else { return Vec::new() };
    let same: Vec<usize> = words.iter().copied().filter(|&t| text(t).starts_with(begin)).collect();
    let parts = same.iter().filter(|&&t| kinds::is_part(text(t))).count();
    let distinct =
        same.iter().enumerate().all(|(k, &t)| same.iter().take(k).all(|&o| text(o) != text(t)));
    let enough = (parts >= 2 && same.len() >= 3) || same.len() >= 4;
    let lettered = begin.bytes().any(|b| b.is_ascii_uppercase());
    if !(enough && distinct && lettered && same.len() == words.len() && same.len() <= MOST) {
        return Vec::new();
    }
    same.into_iter().map(|t| (t, text(t).to_string())).collect()
}
