//! Spreadsheets (ECMA-376, SpreadsheetML) as text: a line for each row of a sheet, cells set apart
//! by tabs, so that line and tab count are the row and column of the spreadsheet.
//!
//! Values are what the spreadsheet shows of them: percentages are multiplied and marked, dates
//! are told apart from numbers, formulas have the value that was stored. Cells that are merged
//! all hold what the first one does.

mod xml;
mod zip;

use std::collections::BTreeMap;
use xml::{Event, Events, attribute};
use zip::Archive;

/// Most bytes that the parts of a spreadsheet may take unpacked.
const LIMIT: usize = 64 << 20;
/// Most rows and columns that are read.
const ROWS: usize = 100_000;
const COLUMNS: usize = 1_000;
/// Most cells that a merged area may fill.
const MERGED: usize = 100_000;

/// A sheet as text.
pub(super) struct SheetText {
    /// Its name.
    pub(super) name: String,
    pub(super) text: String,
}

/// Why a spreadsheet gives no text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Trouble {
    /// It is no spreadsheet, or damaged, or larger than is read.
    Unreadable,
    /// It has no sheet of this name; those that it has.
    NoSheet(Vec<String>),
}

/// The text of a sheet, of the first one when none is named.
///
/// # Errors
/// [`Trouble`].
pub(super) fn read(bytes: &[u8], sheet: Option<&str>) -> Result<SheetText, Trouble> {
    let mut archive = Archive::open(bytes, LIMIT).ok_or(Trouble::Unreadable)?;
    let book = archive.text("xl/workbook.xml").ok_or(Trouble::Unreadable)?;
    let relations = archive.text("xl/_rels/workbook.xml.rels").unwrap_or_default();
    let sheets = sheets(&book);
    let index = match sheet {
        None => 0,
        Some(wanted) => sheets
            .iter()
            .position(|s| s.0 == wanted)
            .ok_or_else(|| Trouble::NoSheet(sheets.iter().map(|s| s.0.clone()).collect()))?,
    };
    let (name, id) = sheets.get(index).cloned().ok_or(Trouble::Unreadable)?;
    let path =
        path(&relations, &id).unwrap_or_else(|| format!("xl/worksheets/sheet{}.xml", index + 1));
    let strings = archive.text("xl/sharedStrings.xml").map_or(Vec::new(), |t| strings(&t));
    let shows = archive.text("xl/styles.xml").map_or(Vec::new(), |t| shows(&t));
    let sheet = archive.text(&path).ok_or(Trouble::Unreadable)?;
    let cells = cells(&sheet, &strings, &shows);
    Ok(SheetText { name, text: text(&cells) })
}

/// Names and relation ids of the sheets.
fn sheets(book: &str) -> Vec<(String, String)> {
    let of =
        |attributes: &str| Some((attribute(attributes, "name")?, attribute(attributes, "id")?));
    Events::new(book)
        .filter_map(|e| match e {
            Event::Open("sheet", attributes, _) => of(attributes),
            _ => None,
        })
        .collect()
}

/// The member that a relation leads to.
fn path(relations: &str, id: &str) -> Option<String> {
    Events::new(relations).find_map(|e| match e {
        Event::Open("Relationship", a, _) if attribute(a, "Id").as_deref() == Some(id) => {
            let target = attribute(a, "Target")?;
            Some(match target.strip_prefix('/') {
                Some(whole) => whole.to_string(),
                None => format!("xl/{target}"),
            })
        }
        _ => None,
    })
}

/// The shared texts; runs of a rich one are joined, phonetic guides left out.
fn strings(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut now = String::new();
    let (mut inside, mut guide) = (false, false);
    for event in Events::new(text) {
        match event {
            Event::Open("si", _, ends) => {
                now.clear();
                if ends {
                    all.push(String::new());
                }
            }
            Event::Close("si") => all.push(std::mem::take(&mut now)),
            Event::Open("rPh", _, ends) => guide = !ends,
            Event::Close("rPh") => guide = false,
            Event::Open("t", _, ends) => inside = !ends,
            Event::Close("t") => inside = false,
            Event::Text(t) if inside && !guide => now += &t,
            _ => {}
        }
    }
    all
}

/// How a style shows a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Show {
    Plain,
    Percent,
    Date,
}

/// How each cell style shows numbers.
fn shows(text: &str) -> Vec<Show> {
    let mut own: BTreeMap<String, Show> = BTreeMap::new();
    let mut all = Vec::new();
    let mut inside = false;
    for event in Events::new(text) {
        match event {
            Event::Open("numFmt", a, _) => {
                let code = attribute(a, "formatCode").unwrap_or_default();
                own.extend(attribute(a, "numFmtId").map(|id| (id, show_of(&code))));
            }
            Event::Open("cellXfs", _, ends) => inside = !ends,
            Event::Close("cellXfs") => inside = false,
            Event::Open("xf", a, _) if inside => {
                let id = attribute(a, "numFmtId").unwrap_or_default();
                // The formats that every spreadsheet knows (ECMA-376, 18.8.30).
                let known = match id.parse::<u32>() {
                    Ok(9 | 10) => Show::Percent,
                    Ok(14..=22 | 27..=36 | 45..=47 | 50..=58) => Show::Date,
                    _ => Show::Plain,
                };
                all.push(own.get(&id).copied().unwrap_or(known));
            }
            _ => {}
        }
    }
    all
}

/// What a format code makes of numbers; texts in quotes and colours in brackets say nothing.
fn show_of(code: &str) -> Show {
    let mut bare = String::new();
    let mut until = None;
    for c in code.chars() {
        match (until, c) {
            (Some(end), c) if c == end => until = None,
            (Some(_), _) => {}
            (None, '"') => until = Some('"'),
            (None, '[') => until = Some(']'),
            (None, c) => bare.push(c.to_ascii_lowercase()),
        }
    }
    if bare.contains('%') {
        Show::Percent
    } else if bare.contains(['y', 'd']) || bare.contains("mm") && bare.contains(':') {
        Show::Date
    } else {
        Show::Plain
    }
}

type Cells = BTreeMap<(usize, usize), String>;

/// The cells of a sheet by row and column, from 0.
fn cells(text: &str, strings: &[String], shows: &[Show]) -> Cells {
    let mut cells = Cells::new();
    let mut merged = Vec::new();
    let (mut row, mut column) = (0usize, 0usize);
    let (mut kind, mut show) = (String::new(), Show::Plain);
    let (mut value, mut formula, mut inside) = (String::new(), false, false);
    for event in Events::new(text) {
        match event {
            Event::Open("row", a, _) => {
                row = attribute(a, "r").and_then(|r| r.parse().ok()).unwrap_or(row + 1);
                column = 0;
            }
            Event::Open("c", a, ends) => {
                let at = attribute(a, "r").and_then(|r| reference(&r));
                column = at.map_or(column + 1, |(_, c)| c + 1);
                row = at.map_or(row, |(r, _)| r + 1);
                kind = attribute(a, "t").unwrap_or_default();
                let style = attribute(a, "s").and_then(|s| s.parse::<usize>().ok()).unwrap_or(0);
                show = shows.get(style).copied().unwrap_or(Show::Plain);
                (value, formula, inside) = (String::new(), false, false);
                if ends {
                    continue;
                }
            }
            Event::Open("f", ..) => formula = true,
            Event::Open("v" | "t", _, ends) => inside = !ends,
            Event::Close("v" | "t") => inside = false,
            Event::Text(t) if inside => value += &t,
            Event::Close("c") => {
                let shown = shown(&kind, &value, formula, show, strings);
                if !shown.is_empty() && row <= ROWS && column <= COLUMNS {
                    cells.insert((row.saturating_sub(1), column.saturating_sub(1)), shown);
                }
            }
            Event::Open("mergeCell", a, _) => merged.extend(attribute(a, "ref")),
            _ => {}
        }
    }
    let mut room = MERGED;
    for area in merged {
        let ends = area.split_once(':').and_then(|(a, b)| Some((reference(a)?, reference(b)?)));
        let Some(((top, left), (bottom, right))) = ends else { continue };
        let Some(first) = cells.get(&(top, left)).cloned() else { continue };
        let size = (bottom.saturating_sub(top) + 1) * (right.saturating_sub(left) + 1);
        if size > room || right >= COLUMNS || bottom >= ROWS {
            continue;
        }
        room -= size;
        for r in top..=bottom {
            for c in left..=right {
                cells.entry((r, c)).or_insert_with(|| first.clone());
            }
        }
    }
    cells
}

/// What a cell shows.
fn shown(kind: &str, value: &str, formula: bool, show: Show, strings: &[String]) -> String {
    let text = match kind {
        "s" => value
            .trim()
            .parse::<usize>()
            .ok()
            .and_then(|i| strings.get(i))
            .cloned()
            .unwrap_or_default(),
        "b" => String::from(if value.trim() == "1" { "yes" } else { "no" }),
        "str" | "inlineStr" | "e" => value.to_string(),
        "d" => format!("{} (a date)", value.trim()),
        _ if value.trim().is_empty() && formula => String::from("(a formula without a value)"),
        _ => match (value.trim().parse::<f64>(), show) {
            (Ok(v), Show::Plain) => number(v),
            (Ok(v), Show::Percent) => format!("{}%", number(v * 100.0)),
            (Ok(v), Show::Date) => format!("{} (a date)", number(v)),
            (Err(_), _) => value.trim().to_string(),
        },
    };
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect::<String>()
        .trim()
        .to_string()
}

/// A number as short as it can be: spreadsheets store `0.45000000000000001`, and show fifteen
/// digits.
fn number(v: f64) -> String {
    let short: f64 = format!("{v:.14e}").parse().unwrap_or(v);
    format!("{short}")
}

/// Row and column, from 0, of `C12` or `$C$12`.
fn reference(text: &str) -> Option<(usize, usize)> {
    let text = text.replace('$', "");
    let digits = text.find(|c: char| c.is_ascii_digit())?;
    let (letters, row) = text.split_at(digits);
    if letters.is_empty() || letters.len() > 3 {
        return None;
    }
    let mut column = 0usize;
    for c in letters.bytes() {
        column = column * 26 + usize::from(c.to_ascii_uppercase().checked_sub(b'A')?) + 1;
    }
    Some((row.parse::<usize>().ok()?.checked_sub(1)?, column.checked_sub(1)?))
}

fn text(cells: &Cells) -> String {
    let mut out = String::new();
    let (mut row, mut column) = (0, 0);
    for ((r, c), shown) in cells {
        while row < *r {
            out.push('\n');
            row += 1;
            column = 0;
        }
        while column < *c {
            out.push('\t');
            column += 1;
        }
        out += shown;
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_what_a_spreadsheet_shows() {
        let strings = strings(
            "<sst><si><t>part</t></si><si><r><t>V</t></r><r><t xml:space=\"preserve\"> &lt; 1</t></r><rPh><t>x</t></rPh></si></sst>",
        );
        assert_eq!(strings, ["part", "V < 1"]);
        let shows = shows(
            "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"0.0\\ %\"/><numFmt numFmtId=\"165\" formatCode=\"yyyy-mm-dd\"/></numFmts><cellStyleXfs><xf numFmtId=\"9\"/></cellStyleXfs><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"164\"/><xf numFmtId=\"165\"/></cellXfs></styleSheet>",
        );
        assert_eq!(shows, [Show::Plain, Show::Percent, Show::Date]);
        let sheet = "<worksheet><sheetData><row r=\"2\"><c r=\"A2\" t=\"s\"><v>0</v></c>\
            <c r=\"C2\"><v>0.45000000000000001</v></c><c r=\"D2\" s=\"1\"><v>0.1</v></c></row>\
            <row r=\"3\"><c r=\"A3\" t=\"inlineStr\"><is><t>a&amp;b</t></is></c><c r=\"B3\"><f>1/0</f></c>\
            <c r=\"C3\" s=\"2\"><v>45000</v></c></row></sheetData>\
            <mergeCells><mergeCell ref=\"A3:A4\"/></mergeCells></worksheet>";
        let text = text(&cells(sheet, &strings, &shows));
        assert_eq!(
            text,
            "\npart\t\t0.45\t10%\na&b\t(a formula without a value)\t45000 (a date)\na&b\n"
        );
        assert_eq!(reference("$AB$7"), Some((6, 27)));
    }

    #[test]
    fn what_is_no_spreadsheet_is_told() {
        for bytes in [
            &b""[..],
            b"PK\x05\x06",
            b"part,VR (V)\n",
            &[0x50, 0x4b, 5, 6, 0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        ] {
            assert_eq!(read(bytes, None).err(), Some(Trouble::Unreadable));
        }
    }
}
