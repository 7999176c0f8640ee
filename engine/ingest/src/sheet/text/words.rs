//! Pieces to words: text, runs and footnote marks.

use super::letters::{circled, raised, settle_dashes};
use super::pieces::{Mark, Piece};
use super::shapes::CIRCLED;
use super::{Run, Script, Word};
use espice_pdf::{Color, Glyph, Page, Rect};

/// A full-size piece with its scripts.
#[derive(Debug)]
pub(super) struct Part<'a> {
    pub(super) piece: &'a Piece,
    pub(super) scripts: Vec<&'a Piece>,
}

/// A word with what its line wants to know of it.
#[derive(Debug)]
pub(super) struct Spelt {
    pub(super) word: Word,
    /// Number of full-size glyphs.
    pub(super) full: usize,
    /// Baseline.
    pub(super) v: f64,
}

/// A character group of one glyph in its script.
#[derive(Clone, Debug)]
struct Letter {
    text: String,
    script: Script,
    area: Rect,
    /// The name of the note, of a circled mark.
    note: Option<String>,
}

/// Units that are squared and cubed, so that a raised 2 or 3 behind them is a power.
const POWERED: &[&str] = &[
    "m", "mm", "cm", "µm", "um", "nm", "km", "in", "inch", "A", "kA", "mA", "V", "s", "mil",
    "mils", "I", "i", "Hz", "K", "°C", "T",
];
/// A raised group longer than this is no footnote mark.
const LONGEST_NOTE: usize = 8;

/// Spells the word of some parts and appends it to its line.
pub(super) fn spell(page: &Page, parts: &[Part<'_>], line: &mut Vec<Spelt>) {
    let Some(first) = parts.first() else { return };
    let marks = in_order(parts);
    let mut letters: Vec<Letter> = Vec::with_capacity(marks.len());
    for (mark, script) in &marks {
        let Some(glyph) = page.glyphs.get(mark.glyph) else { continue };
        spread(&mark.text, *script, glyph, &mut letters);
    }
    degrees(&mut letters);
    let mut notes = take_notes(&mut letters, line.is_empty());
    if letters.is_empty() {
        // A circled mark belongs to the word before it.
        if let Some(before) = line.last_mut() {
            before.word.notes.append(&mut notes);
        }
        return;
    }
    let main = parts.iter().max_by(|a, b| {
        a.piece.marks.len().cmp(&b.piece.marks.len()).then(a.piece.size.total_cmp(&b.piece.size))
    });
    let size = main.map_or(first.piece.size, |p| p.piece.size);
    let glyphs: Vec<&Glyph> = marks.iter().filter_map(|(m, _)| page.glyphs.get(m.glyph)).collect();
    let most = |test: fn(&espice_pdf::FontInfo) -> bool| {
        let yes =
            glyphs.iter().filter(|g| page.fonts.get(g.font as usize).is_some_and(|f| test(f)));
        2 * yes.count() > glyphs.len()
    };
    let word = Word {
        text: settle_dashes(&text(&letters)),
        area: letters.iter().map(|l| l.area).reduce(Rect::union).unwrap_or_default(),
        runs: runs(&letters),
        size,
        bold: most(|f| f.bold),
        italic: most(|f| f.italic),
        color: glyphs.first().map_or(Color::BLACK, |g| g.color),
        notes,
        order: glyphs.first().map_or(0, |g| g.order),
    };
    let full = letters.iter().filter(|l| l.script == Script::Normal).count();
    line.push(Spelt { word, full, v: first.piece.v });
}

/// All marks by place; a script stays together, the lowered one of a pair first.
fn in_order<'a>(parts: &[Part<'a>]) -> Vec<(&'a Mark, Script)> {
    let mut keyed: Vec<(f64, u8, f64, &Mark, Script)> = Vec::new();
    for part in parts {
        for mark in &part.piece.marks {
            keyed.push((mark.u0, 0, mark.u0, mark, part.piece.script));
        }
        let mut scripts = part.scripts.clone();
        scripts.sort_by(|a, b| a.u0.total_cmp(&b.u0).then(a.v.total_cmp(&b.v)));
        let (mut start, mut end) = (part.piece.u0, f64::NEG_INFINITY);
        for script in scripts {
            // Scripts that overlap along the line are stacked: they start together.
            if script.u0 > end - 0.2 * script.size {
                start = script.u0.max(part.piece.u0);
            }
            end = end.max(script.u1);
            let rank = if script.script == Script::Sub { 1 } else { 2 };
            keyed.extend(script.marks.iter().map(|m| (start, rank, m.u0, m, script.script)));
        }
    }
    keyed.sort_by(|a, b| {
        a.0.total_cmp(&b.0)
            .then(a.1.cmp(&b.1))
            .then(a.2.total_cmp(&b.2))
            .then(a.3.glyph.cmp(&b.3.glyph))
    });
    keyed.into_iter().map(|(_, _, _, mark, script)| (mark, script)).collect()
}

/// A mark's text as letters; raised characters become digits in a raised script.
fn spread(text: &str, script: Script, glyph: &Glyph, out: &mut Vec<Letter>) {
    for c in text.chars() {
        let (c, script) = match (raised(c), c) {
            (Some(plain), _) => (plain, Script::Super),
            (None, '°') => (c, Script::Normal),
            _ => (c, script),
        };
        let note = match c {
            // Which digit is not known, but equal marks are equal notes.
            CIRCLED => Some(format!("{CIRCLED}{}", glyph.code)),
            _ => circled(c).map(|n| n.to_string()),
        };
        out.push(Letter { text: c.to_string(), script, area: glyph.area, note });
    }
}

/// A raised `o` or `0` before C or F is the degree sign of a font that has none.
fn degrees(letters: &mut [Letter]) {
    for i in 0..letters.len() {
        let unit = letters
            .get(i + 1)
            .is_some_and(|n| n.script == Script::Normal && matches!(n.text.as_str(), "C" | "F"));
        let alone = i == 0 || letters.get(i - 1).is_some_and(|b| b.script != Script::Super);
        if let Some(letter) = letters.get_mut(i)
            && letter.script == Script::Super
            && matches!(letter.text.as_str(), "o" | "O" | "0")
            && unit
            && alone
        {
            letter.text = "°".to_string();
            letter.script = Script::Normal;
        }
    }
}

/// Takes the footnote marks from the end: raised groups that are no power, and circled digits.
/// What starts a line marks the note itself and stays.
fn take_notes(letters: &mut Vec<Letter>, first: bool) -> Vec<String> {
    let mut notes = Vec::new();
    if first && letters.iter().all(|l| l.note.is_some()) {
        return letters.iter().filter_map(|l| l.note.clone()).collect();
    }
    while let Some(note) = letters.last_mut().and_then(|l| l.note.take()) {
        notes.insert(0, note);
        letters.pop();
    }
    let start = letters.iter().rposition(|l| l.script != Script::Super).map_or(0, |i| i + 1);
    let (base, tail) = letters.split_at(start.min(letters.len()));
    let tail: String = tail.iter().map(|l| l.text.as_str()).collect();
    if base.is_empty() || !is_note(&spelling(base), &tail) {
        return notes;
    }
    letters.truncate(start);
    let mut found: Vec<String> = split_notes(&tail);
    found.extend(notes);
    found
}

fn spelling(letters: &[Letter]) -> String {
    letters.iter().map(|l| l.text.as_str()).collect()
}

/// Whether a raised group behind `base` is a footnote mark and not a power or a part of the name.
fn is_note(base: &str, mark: &str) -> bool {
    if mark.is_empty() || mark.chars().count() > LONGEST_NOTE {
        return false;
    }
    let digits = |t: &str| !t.is_empty() && t.chars().all(|c| c.is_ascii_digit());
    let sign = |t: &str| !t.is_empty() && t.chars().all(|c| "*†‡§¶#".contains(c));
    if sign(mark) || mark.starts_with('*') && digits(mark.trim_start_matches('*')) {
        return true;
    }
    let bracketed = mark.ends_with(')') || mark.starts_with('[') && mark.ends_with(']');
    let inside: String =
        mark.chars().filter(|c| !matches!(c, '(' | ')' | '[' | ']' | ',' | '.' | '*')).collect();
    let short = !inside.is_empty() && inside.chars().count() <= 4;
    if bracketed && short && inside.chars().all(|c| c.is_ascii_digit() || c.is_ascii_lowercase()) {
        return true;
    }
    let list = mark.split(',').all(|m| digits(m) && m.len() <= 2);
    if list {
        let number = base.ends_with("10") && !base.ends_with("010");
        let power = matches!(mark, "2" | "3") && ends_in_unit(base);
        return !number && !power;
    }
    // A letter behind a name or a symbol, as in `Forward Voltage a`.
    let letter =
        mark.chars().count() == 1 && matches!(mark, "a" | "b" | "c" | "d" | "e" | "f" | "g");
    let word = base.chars().rev().take(3).filter(|c| c.is_lowercase()).count() == 3;
    let capital = matches!(mark, "A" | "B" | "C" | "D" | "E" | "F" | "G") && word;
    capital
        || letter
            && base.chars().last().is_some_and(|c| c.is_alphabetic() || matches!(c, ')' | '%'))
}

fn ends_in_unit(base: &str) -> bool {
    let unit = base.rsplit(|c: char| !c.is_alphabetic() && c != '°').next().unwrap_or(base);
    POWERED.contains(&unit)
}

fn split_notes(mark: &str) -> Vec<String> {
    if mark.contains(',') && !mark.contains('(') {
        return mark.split(',').filter(|m| !m.is_empty()).map(note_name).collect();
    }
    if mark.matches('(').count() > 1 {
        return mark.split('(').filter(|m| !m.is_empty()).map(note_name).collect();
    }
    vec![note_name(mark)]
}

/// `(2)`, `2)` and `[2]` are all note 2.
fn note_name(mark: &str) -> String {
    mark.trim_matches(|c: char| matches!(c, '(' | ')' | '[' | ']' | ',' | '.')).to_string()
}

/// The text, with `^` before a raised number that follows something, since `10³` is not 103.
fn text(letters: &[Letter]) -> String {
    let mut out = String::new();
    let mut before = None;
    for (i, letter) in letters.iter().enumerate() {
        if letter.script == Script::Super && before == Some(Script::Normal) {
            let rest = letters.get(i..).unwrap_or_default();
            let group: String = rest
                .iter()
                .take_while(|l| l.script == Script::Super)
                .map(|l| l.text.as_str())
                .collect();
            let number = group.trim_start_matches(['-', '+', '–']);
            if !number.is_empty()
                && number.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '/'))
            {
                out.push('^');
            }
        }
        out.push_str(&letter.text);
        before = Some(letter.script);
    }
    out
}

fn runs(letters: &[Letter]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for letter in letters {
        match runs.last_mut() {
            Some(run) if run.script == letter.script => {
                run.text.push_str(&letter.text);
                run.area = run.area.union(letter.area);
            }
            _ => runs.push(Run {
                text: letter.text.clone(),
                script: letter.script,
                area: letter.area,
            }),
        }
    }
    for run in &mut runs {
        run.text = settle_dashes(&run.text);
    }
    runs
}
