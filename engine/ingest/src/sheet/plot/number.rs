//! Numbers as axes print them: `0.1`, `.1`, `0,1`, `10⁻³`, `1.E-03`, `10k`, `100 mA`, `- 30`.

use crate::sheet::text::{Script, TextPage, UNKNOWN, Word};
use espice_pdf::{Point, Rect};
use espice_units::parse_unit;

/// A number that may be the label of a tick.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Label {
    /// What it may say, the likeliest reading first.
    pub(super) values: Vec<f64>,
    /// The unit behind it, as printed.
    pub(super) unit: Option<String>,
    /// As printed.
    pub(super) printed: String,
    /// The middle of its full-size glyphs: where it stands along an upright axis.
    pub(super) middle: Point,
    /// The box around all of it.
    pub(super) area: Rect,
    /// Size in points.
    pub(super) size: f64,
    /// Angle of reading.
    pub(super) angle: f64,
    /// Words that stand close before it and behind it on its line and are no numbers: then it is
    /// part of a phrase, unless an axis comes between.
    pub(super) close: [Option<Rect>; 2],
}

/// A printed number without its place.
#[derive(Clone, Debug, PartialEq)]
struct Reading {
    values: Vec<f64>,
    unit: Option<String>,
}

/// Every number of a page.
pub(super) fn labels(text: &TextPage) -> Vec<Label> {
    let raised = Raised::of(text);
    let mut all = Vec::new();
    for line in &text.lines {
        let close = |end: f64, next: &Word| gap(end, next, line.angle) < 0.75 * next.size;
        let mut i = 0;
        let mut before: Option<Rect> = None;
        while let Some(word) = line.words.get(i) {
            let Some((mut label, used)) = taken(&line.words, i, line.angle, &raised) else {
                if !raised.holds(word) {
                    before = Some(word.area);
                }
                i += 1;
                continue;
            };
            let end = edge(&label.area, line.angle);
            let led = before.filter(|b| close(edge(b, line.angle), word));
            let follows = line.words.get(i + used).filter(|w| {
                close(end, w) && taken(&line.words, i + used, line.angle, &raised).is_none()
            });
            label.close = [led, label.close[1].or(follows.map(|w| w.area))];
            all.push(label);
            before = None;
            i += used;
        }
    }
    all
}

/// Where a box ends in the direction of reading.
fn edge(area: &Rect, angle: f64) -> f64 {
    match quarter(angle) {
        0 => area.x1,
        1 => -area.y0,
        2 => -area.x0,
        _ => area.y1,
    }
}

/// Where a box begins in the direction of reading.
fn front(area: &Rect, angle: f64) -> f64 {
    match quarter(angle) {
        0 => area.x0,
        1 => -area.y1,
        2 => -area.x1,
        _ => area.y0,
    }
}

fn gap(end: f64, next: &Word, angle: f64) -> f64 {
    front(&next.area, angle) - end
}

/// The nearest quarter turn of an angle.
pub(super) fn quarter(angle: f64) -> u8 {
    let turns = (angle / 90.0).round().rem_euclid(4.0);
    if turns < 0.5 {
        0
    } else if turns < 1.5 {
        1
    } else if turns < 2.5 {
        2
    } else {
        3
    }
}

/// The number that starts at a word, and how many words it takes.
fn taken(words: &[Word], i: usize, angle: f64, raised: &Raised) -> Option<(Label, usize)> {
    let word = words.get(i)?;
    if raised.holds(word) {
        return None;
    }
    let next = words.get(i + 1);
    let near = |share: f64| {
        next.filter(|n| {
            let gap = gap(edge(&word.area, angle), n, angle);
            gap > -0.3 * n.size && gap < share * n.size && !raised.holds(n)
        })
    };
    // A sign that stands apart: "- 30".
    if matches!(word.text.as_str(), "-" | "+" | "−" | "–") {
        near(0.8).filter(|n| n.text.starts_with(|c: char| c.is_ascii_digit() || c == '.'))?;
        let (label, used) = taken(words, i + 1, angle, raised)?;
        let turn = if word.text == "+" { 1.0 } else { -1.0 };
        let values = label.values.iter().map(|v| turn * v).collect();
        let sign = if word.text == "+" { "+" } else { "-" };
        let printed = format!("{sign}{}", label.printed);
        let area = label.area.union(word.area);
        return Some((Label { values, printed, area, ..label }, used + 1));
    }
    // `1 0⁻⁵` of letters set wide apart.
    if let Some(ten) = near(0.75).and_then(|n| spaced_ten(word, n)) {
        let (reading, base) = of_word(&ten)?;
        let label = Label {
            values: reading.values,
            unit: reading.unit,
            printed: with_caret(&ten),
            middle: base.center(),
            area: ten.area,
            size: ten.size,
            angle,
            close: [None, None],
        };
        return Some((label, 2));
    }
    let exponent = raised.after(word);
    let (reading, base) = match exponent {
        Some(e) if ends_in_ten(&word.text) => (with_exponent(&word.text, &e.0)?, word.area),
        _ => of_word(word)?,
    };
    let foreign = foreign(word);
    let mut label = Label {
        values: reading.values,
        unit: reading.unit,
        printed: word.text.clone(),
        middle: base.center(),
        area: if foreign.is_some() { base } else { word.area },
        size: word.size,
        angle,
        close: [None, foreign],
    };
    if let Some((text, area)) = exponent {
        label.printed = format!("{}^{text}", word.text);
        label.area = label.area.union(*area);
    } else if word.text.starts_with("10") && word.runs.iter().any(|r| r.script == Script::Super) {
        label.printed = with_caret(word);
    }
    let mut used = 1;
    if foreign.is_some() {
        return Some((label, 1));
    }
    // "2 × 10²" in words of their own.
    if label.unit.is_none()
        && exponent.is_none()
        && near(0.6).is_some_and(|n| matches!(n.text.as_str(), "×" | "x" | "X" | "·" | "*"))
        && !label.printed.contains('^')
        && let Some(ten) = words.get(i + 2).filter(|t| t.text.starts_with("10"))
        && (raised.after(ten).is_some() || ten.runs.iter().any(|r| r.script == Script::Super))
        && let Some((power, used)) = taken(words, i + 2, angle, raised)
        && power.printed.starts_with("10^")
        && gap(edge(&word.area, angle), ten, angle) < 2.5 * ten.size
    {
        let factor = power.values.first().copied().unwrap_or(1.0);
        label.values = label.values.iter().map(|v| v * factor).collect();
        label.printed = format!("{}x{}", label.printed, power.printed);
        label.area = label.area.union(power.area);
        return Some((label, used + 2));
    }
    // Digits that kerning set apart ("1 00"), and thousands ("10 000").
    if label.unit.is_none() && exponent.is_none() {
        let zeros = near(0.6).filter(|n| {
            matches!(n.text.as_str(), "00" | "000" | "0000" | "000000")
                && n.area.height() > 0.8 * word.area.height()
        });
        if let Some(zeros) = zeros
            && let Some(reading) = read(&format!("{}{}", word.text, zeros.text))
        {
            label.values = reading.values;
            label.printed = format!("{}{}", word.text, zeros.text);
            label.area = label.area.union(zeros.area);
            label.middle = label.area.center();
            used = 2;
        }
    }
    // A prefix that stands apart: "1.0 k".
    if label.unit.is_none()
        && used == 1
        && let Some((prefix, (_, factor))) = near(0.8)
            .and_then(|n| Some((n, PREFIXES.iter().find(|p| p.0 == n.text && p.0 != "m")?)))
    {
        label.values.iter_mut().for_each(|v| *v = scaled(*v, *factor));
        label.printed = format!("{} {}", label.printed, prefix.text);
        label.area = label.area.union(prefix.area);
        return Some((label, 2));
    }
    // A unit that stands apart: "25 °C".
    if label.unit.is_none()
        && used == 1
        && let Some(unit) = near(0.8).filter(|n| is_unit(&n.text))
    {
        label.unit = Some(unit.text.clone());
        label.printed = format!("{} {}", label.printed, unit.text);
        label.area = label.area.union(unit.area);
        used = 2;
    }
    Some((label, used))
}

/// Raised letters behind a number that are neither exponent nor degree: a title that begins at
/// the corner of the frame, close to the last label.
fn foreign(word: &Word) -> Option<Rect> {
    let mut scripts = word.runs.iter().skip_while(|r| r.script == Script::Normal);
    let first = scripts.next().filter(|r| r.script == Script::Super)?;
    let letters = first.text.chars().filter(|c| c.is_alphabetic()).count();
    let degree = matches!(first.text.as_str(), "o" | "O" | "º");
    (letters > 0 && !degree).then(|| scripts.map(|r| r.area).fold(first.area, Rect::union))
}

fn with_caret(word: &Word) -> String {
    let mut out = String::new();
    for run in &word.runs {
        if run.script == Script::Super {
            out.push('^');
        }
        out.push_str(&run.text);
    }
    out
}

/// The word that `1` and a `0` with a raised number behind it are.
fn spaced_ten(one: &Word, zero: &Word) -> Option<Word> {
    let raised = zero.runs.iter().any(|r| r.script == Script::Super) || !zero.notes.is_empty();
    let first = zero.runs.first().is_some_and(|r| r.script == Script::Normal && r.text == "0");
    (one.text == "1" && one.notes.is_empty() && first && raised).then(|| Word {
        text: format!("1{}", zero.text),
        runs: one.runs.iter().chain(&zero.runs).cloned().collect(),
        area: one.area.union(zero.area),
        notes: zero.notes.clone(),
        ..one.clone()
    })
}

fn ends_in_ten(text: &str) -> bool {
    text.strip_suffix("10").is_some_and(|m| !m.ends_with(|c: char| c.is_ascii_digit()))
}

/// A word's reading, and the box of its full-size glyphs.
fn of_word(word: &Word) -> Option<(Reading, Rect)> {
    let mut plain = String::new();
    let mut raised = String::new();
    let mut area: Option<Rect> = None;
    let runs = match foreign(word) {
        Some(_) => word.runs.iter().take_while(|r| r.script == Script::Normal).collect(),
        None => word.runs.iter().collect::<Vec<_>>(),
    };
    for run in runs {
        match run.script {
            Script::Normal if raised.is_empty() => {
                plain.push_str(&run.text);
                area = Some(area.map_or(run.area, |a| a.union(run.area)));
            }
            Script::Super => raised.push_str(&run.text),
            // A number with lowered text, or with text behind its exponent, is something else;
            // but a raised degree sign belongs to its unit.
            Script::Normal if matches!(raised.as_str(), "o" | "O" | "0" | "°" | "º") => {
                raised.clear();
                plain.push('°');
                plain.push_str(&run.text);
            }
            _ => return None,
        }
    }
    if word.runs.is_empty() {
        plain.push_str(&word.text);
    }
    let area = area.unwrap_or(word.area);
    if raised.is_empty() {
        // A footnote mark cannot be told from an exponent: both readings stand.
        if ends_in_ten(&plain)
            && let [note] = word.notes.as_slice()
            && let Some(mut reading) = with_exponent(&plain, note)
        {
            reading.values.extend(read(&plain).map(|r| r.values).unwrap_or_default());
            return Some((reading, area));
        }
        return Some((read(&plain)?, area));
    }
    if matches!(raised.as_str(), "o" | "O" | "°" | "º") {
        return Some((read(&plain)?, area));
    }
    Some((with_exponent(&plain, &raised)?, area))
}

/// `10` and `-3`, or `2x10` and `4`.
fn with_exponent(base: &str, exponent: &str) -> Option<Reading> {
    let power = integer(exponent)?;
    let mantissa = base.trim().strip_suffix("10")?;
    let mantissa = mantissa.trim_end();
    let factor = if mantissa.is_empty() || mantissa == "+" {
        1.0
    } else if mantissa == "-" {
        -1.0
    } else {
        let times = mantissa.strip_suffix(['x', 'X', '×', '·', '*', '.', '•'])?;
        plain_number(times.trim())?
    };
    let value = factor * 10f64.powi(power);
    Some(Reading { values: vec![value], unit: None })
}

fn integer(text: &str) -> Option<i32> {
    let text = text.trim().replace(['−', '–', '—'], "-");
    let digits = text.strip_prefix(['-', '+']).unwrap_or(&text);
    let fits = !digits.is_empty() && digits.len() <= 2;
    if !fits || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.trim_start_matches('+').parse().ok()
}

/// Reads a number without scripts.
fn read(text: &str) -> Option<Reading> {
    // A sign that the text layer does not tell: most likely a minus. The other labels of the
    // axis decide.
    if let Some(rest) = text.strip_prefix(UNKNOWN) {
        let reading = read(rest).filter(|_| !rest.starts_with(['-', '+', UNKNOWN]))?;
        let values = reading.values.iter().map(|v| -v).chain(reading.values.clone()).collect();
        return Some(Reading { values, ..reading });
    }
    let text = text.trim().replace(['−', '–', '—'], "-");
    let end = number_length(&text);
    let (number, unit) = text.split_at_checked(end)?;
    let mut values = values_of(number)?;
    let unit = unit.trim();
    if unit.is_empty() {
        return Some(Reading { values, unit: None });
    }
    if let Some((_, factor)) = PREFIXES.iter().find(|p| p.0 == unit) {
        values.iter_mut().for_each(|v| *v = scaled(*v, *factor));
        return Some(Reading { values, unit: None });
    }
    is_unit(unit).then(|| Reading { values, unit: Some(unit.to_string()) })
}

/// Prefixes that stand for the unit's multiples where the unit itself is in the title.
const PREFIXES: [(&str, i32); 11] = [
    ("p", -12),
    ("n", -9),
    ("u", -6),
    ("µ", -6),
    ("μ", -6),
    ("m", -3),
    ("k", 3),
    ("K", 3),
    ("M", 6),
    ("Meg", 6),
    ("G", 9),
];

fn scaled(value: f64, power: i32) -> f64 {
    if power < 0 { value / 10f64.powi(-power) } else { value * 10f64.powi(power) }
}

/// Whether a text is a unit that labels carry.
fn is_unit(text: &str) -> bool {
    let starts = text.starts_with(|c: char| c.is_alphabetic() || c == '°' || c == 'º' || c == '%');
    let text = text.replace('º', "°");
    // A letter alone is a unit only where it is one of these; `m` and `h` are rather something
    // else.
    if text.chars().count() == 1 {
        return matches!(text.as_str(), "V" | "A" | "W" | "s" | "F" | "S" | "Ω" | "K" | "%" | "C");
    }
    starts && text.len() <= 6 && parse_unit(&text).is_ok()
}

/// How far the characters of a number go.
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut i = usize::from(matches!(bytes.first(), Some(b'-' | b'+')));
    let mut end = 0;
    while let Some(b) = bytes.get(i) {
        match b {
            b'0'..=b'9' => end = i + 1,
            b'.' | b',' => {
                // A trailing point ("1.") belongs to the number.
                if *b == b'.' && end == i && end > 0 {
                    end = i + 1;
                }
            }
            b'E' | b'e' if end == i && i > 0 => {
                let sign = usize::from(matches!(bytes.get(i + 1), Some(b'-' | b'+')));
                if bytes.get(i + 1 + sign).is_some_and(u8::is_ascii_digit) {
                    i += sign;
                } else {
                    break;
                }
            }
            // An exponent without a script: "10-3".
            b'-' if text.get(..i).is_some_and(ends_in_ten) => {}
            _ => break,
        }
        i += 1;
    }
    end
}

/// All that a bare number may mean.
fn values_of(number: &str) -> Option<Vec<f64>> {
    let mut values = Vec::new();
    // "10-3": the only reading.
    if let Some((base, power)) = number.split_once("10-") {
        let power = integer(power)?;
        return (base.is_empty() || base == "-").then(|| {
            let sign = if base.is_empty() { 1.0 } else { -1.0 };
            vec![sign * 10f64.powi(-power)]
        });
    }
    if let Some(comma) = number.find(',') {
        let (head, tail) = (number.get(..comma)?, number.get(comma + 1..)?);
        let thousands = tail.len() >= 3
            && tail.split([',', '.']).next().is_some_and(|g| g.len() == 3)
            && !head.trim_start_matches(['-', '+']).starts_with('0')
            && !head.is_empty();
        if thousands {
            values.extend(plain_number(&number.replace(',', "")));
        }
        if !tail.contains([',', '.']) {
            values.extend(plain_number(&number.replace(',', ".")));
        }
    } else {
        values.extend(plain_number(number));
        // A power of ten whose exponent lost its script: "102". Only where nothing else fits.
        let power = number
            .strip_prefix("10")
            .filter(|p| p.len() == 1 || (p.len() == 2 && !p.starts_with('0')));
        if let Some(power) = power.and_then(integer) {
            values.push(10f64.powi(power));
        }
    }
    (!values.is_empty()).then_some(values)
}

fn plain_number(text: &str) -> Option<f64> {
    let body = text.trim_start_matches('+');
    let digits = body.trim_start_matches('-');
    let starts = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    if !starts || digits.len() > 12 || body.len() > digits.len() + 1 {
        return None;
    }
    // Rust reads "1." and ".1"; "1.E+02" as well.
    body.parse::<f64>().ok().filter(|v| v.is_finite())
}

/// Small whole numbers that stand raised behind a `10` as words of their own.
struct Raised {
    /// Base's box, exponent's text and box, in the order of the base's left edge.
    pairs: Vec<(Rect, (String, Rect))>,
    /// The exponents' boxes, in the order of their left edges.
    taken: Vec<Rect>,
}

impl Raised {
    fn of(text: &TextPage) -> Raised {
        let words = || text.lines.iter().filter(|l| quarter(l.angle) == 0).flat_map(|l| &l.words);
        let mut exponents: Vec<&Word> =
            words().filter(|w| integer(&w.text).is_some() && w.notes.is_empty()).collect();
        exponents.sort_by(|a, b| a.area.x0.total_cmp(&b.area.x0));
        let mut pairs = Vec::new();
        let mut taken = Vec::new();
        for base in words().filter(|w| ends_in_ten(&w.text)) {
            let whole = base.runs.iter().all(|r| r.script == Script::Normal);
            if !whole || !base.notes.is_empty() {
                continue;
            }
            let (x, h) = (base.area.x1, base.area.height().max(1.0));
            let from = exponents.partition_point(|e| e.area.x0 < x - 0.25 * h);
            let near = exponents.get(from..).unwrap_or_default().iter().take(400);
            let exponent = near.take_while(|e| e.area.x0 <= x + 0.45 * h).find(|e| {
                let lower = e.area.y1 - base.area.y0;
                let smaller = e.area.height() <= 1.02 * h;
                // Its foot lies in the upper part of the base, its head above the base's head.
                smaller
                    && lower > -0.35 * h
                    && lower < 0.72 * h
                    && e.area.y0 < base.area.y0 + 0.1 * h
            });
            if let Some(e) = exponent {
                pairs.push((base.area, (e.text.clone(), e.area)));
                taken.push(e.area);
            }
        }
        pairs.sort_by(|a, b| a.0.x0.total_cmp(&b.0.x0));
        taken.sort_by(|a, b| a.x0.total_cmp(&b.x0));
        Raised { pairs, taken }
    }

    fn after(&self, word: &Word) -> Option<&(String, Rect)> {
        let from = self.pairs.partition_point(|p| p.0.x0 < word.area.x0);
        let same = self.pairs.get(from..)?.iter().take_while(|p| p.0.x0 == word.area.x0);
        same.into_iter().find(|p| p.0 == word.area).map(|p| &p.1)
    }

    fn holds(&self, word: &Word) -> bool {
        let from = self.taken.partition_point(|t| t.x0 < word.area.x0);
        let rest = self.taken.get(from..).unwrap_or_default();
        rest.iter().take_while(|t| t.x0 == word.area.x0).any(|t| *t == word.area)
    }
}

#[cfg(test)]
mod tests;
