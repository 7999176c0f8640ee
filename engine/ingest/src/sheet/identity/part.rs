//! The part or the parts of a sheet: names that stand in two places at least, of title, running
//! heads, the document's own title, the file's name, tables and text.

use super::name::{self, between, is_part};
use super::seen::{Band, Seen};
use crate::sheet::table::{Role, Table};
use espice_pdf::Info;
use std::collections::BTreeMap;

/// Where a name stands, and what that is worth.
const TITLE: (u8, f64) = (1, 4.0);
const HEAD: (u8, f64) = (2, 3.0);
const FILE: (u8, f64) = (4, 3.0);
const INFO: (u8, f64) = (8, 2.0);
const TABLE: (u8, f64) = (16, 2.0);
const TEXT: (u8, f64) = (32, 1.0);
const WAYS: [(u8, f64); 6] = [TITLE, HEAD, FILE, INFO, TABLE, TEXT];
/// Below this a name is not taken.
const ENOUGH: f64 = 4.0;
/// Names of one sheet that are followed.
const MOST: usize = 400;
/// A run of this many consecutive numbers counts as a family even if only its ends are printed.
const SHORT_RUN: usize = 10;

/// A name and where it stands.
#[derive(Clone, Debug)]
struct Claim {
    name: String,
    ways: u8,
    line: Option<usize>,
}

impl Claim {
    fn score(&self) -> f64 {
        WAYS.iter().filter(|w| self.ways & w.0 != 0).map(|w| w.1).sum()
    }

    fn stands(&self) -> bool {
        self.ways.count_ones() >= 2 && self.score() >= ENOUGH
    }

    fn is(&self, way: (u8, f64)) -> bool {
        self.ways & way.0 != 0
    }
}

/// What was found: names in order, and the line that the first is taken from.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    /// The names.
    pub names: Vec<String>,
    /// Index of the line.
    pub line: Option<usize>,
}

/// Finds the parts. `titles` are indexes of the title lines.
pub(super) fn find(
    seen: &[Seen],
    titles: &[usize],
    tables: &[Table],
    info: &Info,
    file_name: &str,
) -> Parts {
    let mentions = mentions(seen);
    let mut claims: Vec<Claim> = Vec::new();
    let mut ranges: Vec<(String, String)> = Vec::new();
    for (index, line) in seen.iter().enumerate() {
        let title = titles.contains(&index);
        let head = line.page > 1 && (line.band == Band::Head || line.turned);
        if !(title || head) || name::of_others(&line.plain) {
            continue;
        }
        let names = name::read(&line.text);
        for part in names.parts {
            claim(&mut claims, &part, if title { TITLE } else { HEAD }, Some(index));
        }
        ranges.extend(names.ranges.into_iter().filter(|_| title));
    }
    for text in [&info.title, &info.subject] {
        let names = name::read(text);
        for part in names.parts {
            claim(&mut claims, &part, INFO, None);
        }
    }
    let stem = file_name.rsplit_once('.').map_or(file_name, |s| s.0);
    for part in name::read(&stem.to_ascii_uppercase()).parts {
        let spelled = claims.iter().find(|c| c.name.eq_ignore_ascii_case(&part));
        let part = spelled.map_or(part, |c| c.name.clone());
        claim(&mut claims, &part, FILE, None);
    }
    for part in in_tables(tables) {
        claim(&mut claims, &part, TABLE, None);
    }
    ranges.dedup();
    for (from, to) in &ranges {
        let inner = between(from, to);
        let printed: Vec<&String> =
            inner.iter().filter(|n| mentions.contains_key(&n.to_ascii_uppercase())).collect();
        let all = printed.is_empty() && inner.len() <= SHORT_RUN;
        for part in inner.iter().filter(|n| all || printed.contains(n)) {
            claim(&mut claims, part, TITLE, None);
            claim(&mut claims, part, TEXT, None);
        }
    }
    for one in &mut claims {
        // A title or head is a mention itself; the text must say it elsewhere too.
        if mentions.get(&one.name.to_ascii_uppercase()).is_some_and(|m| m.body > 0) {
            one.ways |= TEXT.0;
        }
    }
    choose(claims, &mentions)
}

fn choose(claims: Vec<Claim>, mentions: &BTreeMap<String, Mention>) -> Parts {
    let mut good: Vec<&Claim> = claims.iter().filter(|c| c.stands()).collect();
    // A title or the document's own title names the parts of the sheet; other names that stand in
    // tables and in the text only are ordering codes and parts beside it.
    let own = |c: &&Claim| c.is(TITLE) || (c.is(HEAD) && c.is(TABLE)) || (c.is(HEAD) && c.is(FILE));
    if good.iter().any(own) {
        good.retain(|c| own(c));
    }
    let line = good.iter().find_map(|c| c.line);
    let mut names: Vec<String> = good.iter().map(|c| c.name.clone()).collect();
    if let [one] = names.as_slice()
        && let variants = variants(one, mentions)
        && variants.len() > 1
    {
        names = variants;
    }
    // Numbers in their order where a range put its ends first.
    if names.iter().all(|n| n.len() == names.first().map_or(0, String::len)) {
        names.sort();
    }
    Parts { names, line }
}

/// The parts behind ordering codes: at least three printed codes that begin with the name and end
/// alike name its variants, as `BAT54JFILM` and `BAT54AFILM` do.
fn variants(name: &str, mentions: &BTreeMap<String, Mention>) -> Vec<String> {
    let upper = name.to_ascii_uppercase();
    let codes: Vec<&str> = mentions
        .range(upper.clone()..)
        .map(|m| m.0.as_str())
        .take_while(|m| m.starts_with(&upper))
        .take(MOST)
        .filter(|m| m.len() > upper.len())
        .collect();
    let mut endings: BTreeMap<&str, usize> = BTreeMap::new();
    for code in &codes {
        let rest = code.get(upper.len()..).unwrap_or("");
        for length in 3..=rest.len().min(6) {
            if let Some(end) = rest.get(rest.len() - length..)
                && end.chars().all(|c| c.is_ascii_uppercase())
            {
                *endings.entry(end).or_default() += 1;
            }
        }
    }
    let best = endings.iter().max_by_key(|(end, count)| (**count, end.len()));
    let Some((ending, _)) = best.filter(|(_, count)| **count >= 3) else { return Vec::new() };
    let mut out = vec![name.to_string()];
    for code in &codes {
        let Some(part) = code.strip_suffix(ending) else { continue };
        let suffix = part.get(upper.len()..).unwrap_or("");
        let known = !suffix.is_empty() && !suffix.ends_with('-');
        let full = format!("{name}{suffix}");
        if known && !out.contains(&full) {
            out.push(full);
        }
    }
    out
}

fn claim(claims: &mut Vec<Claim>, name: &str, way: (u8, f64), line: Option<usize>) {
    let room = claims.len() < MOST;
    match claims.iter_mut().find(|c| c.name == name) {
        Some(c) => {
            c.ways |= way.0;
            c.line = c.line.or(line);
        }
        None if room => {
            claims.push(Claim { name: name.to_string(), ways: way.0, line });
        }
        None => {}
    }
}

/// How often a name is printed.
#[derive(Clone, Copy, Debug, Default)]
struct Mention {
    /// In lines that are no titles and no running heads or feet.
    body: usize,
}

/// All words that can be names, in upper case.
fn mentions(seen: &[Seen]) -> BTreeMap<String, Mention> {
    let mut out: BTreeMap<String, Mention> = BTreeMap::new();
    for line in seen {
        let words =
            line.text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '.')));
        for word in words {
            let word = word.trim_matches(['-', '.']);
            for piece in std::iter::once(word).chain(word.split('-').filter(|p| *p != word)) {
                if is_part(piece) {
                    let mention = out.entry(piece.to_ascii_uppercase()).or_default();
                    mention.body += usize::from(line.band == Band::Body && !line.title);
                }
            }
        }
    }
    out
}

/// The names in heads and cells of tables that are for parts.
fn in_tables(tables: &[Table]) -> Vec<String> {
    let mut out = Vec::new();
    for table in tables {
        for part in table.columns.iter().flat_map(|c| &c.parts) {
            out.extend(Some(part.clone()).filter(|p| is_part(p)));
        }
        for row in &table.rows {
            for cell in table.cells(row, Role::Part).take(8) {
                out.extend(name::read(&cell.text()).parts);
            }
        }
        if out.len() > MOST {
            break;
        }
    }
    out
}
