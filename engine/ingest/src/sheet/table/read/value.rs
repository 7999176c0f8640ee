//! The values of a row: its cells in the columns of limits, in SI.

use super::words::{line, says};
use crate::sheet::table::{Cell, Column, Role, Row, Table};
use espice_facts::{Section, SymbolInfo, UnitScale};
use espice_units::sheet::{
    Bound, SheetCell, SheetNumber, SheetUnit, SheetValue, parse_cell, parse_sheet_unit,
};
use espice_units::{Dimension, Unit};

/// The cells of a row that hold for the same parts under the same header.
pub(super) struct Group<'t> {
    /// Parts from the headers of the columns.
    pub(super) parts: Vec<String>,
    /// The words of the headers.
    pub(super) header: String,
    /// The cells with what their columns hold.
    pub(super) cells: Vec<(Role, &'t Column, &'t Cell)>,
    /// Whether two cells compete for one limit.
    pub(super) crowded: bool,
}

/// The groups of a row, in the order of their columns.
pub(super) fn groups<'t>(table: &'t Table, row: &'t Row) -> Vec<Group<'t>> {
    let mut groups: Vec<Group<'t>> = Vec::new();
    for cell in &row.cells {
        let Some(column) = table.columns.get(cell.column) else { continue };
        let limits = [Role::Min, Role::Typ, Role::Max, Role::Value, Role::Unnamed];
        if !limits.contains(&column.role) {
            continue;
        }
        let found = groups.iter_mut().find(|g| g.parts == column.parts);
        let group = match found {
            Some(group) => group,
            None => {
                groups.push(Group {
                    parts: column.parts.clone(),
                    header: String::new(),
                    cells: Vec::new(),
                    crowded: false,
                });
                match groups.last_mut() {
                    Some(group) => group,
                    None => continue,
                }
            }
        };
        let full = |r: Role| group.cells.iter().any(|(role, _, c)| *role == r && !is_blank(c));
        group.crowded |= full(column.role) && !is_blank(cell);
        if !group.header.is_empty() {
            group.header.push(' ');
        }
        group.header.push_str(&column.header);
        group.cells.push((column.role, column, cell));
    }
    merge_equal(&mut groups);
    groups
}

fn is_blank(cell: &Cell) -> bool {
    parse_cell(&line(&cell.words)).is_ok_and(|c| c.value == SheetValue::Blank)
}

/// One cell drawn over the columns of several parts makes one group of all of them.
fn merge_equal(groups: &mut Vec<Group<'_>>) {
    let mut merged: Vec<Group<'_>> = Vec::new();
    for group in groups.drain(..) {
        let same = merged.iter_mut().find(|m| {
            m.cells.len() == group.cells.len()
                && m.cells.iter().zip(&group.cells).all(|(a, b)| {
                    a.0 == b.0
                        && a.2.area == b.2.area
                        && a.2.words == b.2.words
                        && !b.2.words.is_empty()
                })
        });
        match same {
            Some(first) => first.parts.extend(group.parts),
            None => merged.push(group),
        }
    }
    *groups = merged;
}

/// The unit of a row and where it was found.
#[derive(Clone, Debug, Default)]
pub(super) struct RowUnit {
    /// As printed; empty when none is.
    pub(super) printed: String,
    /// Its meanings; `None` when none is printed or it cannot be read.
    pub(super) unit: Option<SheetUnit>,
}

impl RowUnit {
    /// Whether something is printed that cannot be read.
    pub(super) fn is_unreadable(&self) -> bool {
        !self.printed.is_empty() && self.unit.is_none()
    }
}

/// The unit of a group: from the cells of values, the unit column, the headers, or brackets at
/// the end of the name or symbol.
pub(super) fn unit(
    table: &Table,
    row: &Row,
    group: &Group<'_>,
    name: &str,
    symbol: &str,
) -> RowUnit {
    // In the cells of values themselves.
    for (_, _, cell) in &group.cells {
        let Ok(cell) = parse_cell(&line(&cell.words)) else { continue };
        if cell.unit.is_empty() || cell.value == SheetValue::Blank {
            continue;
        }
        let first = cell.unit.split_whitespace().next().unwrap_or("");
        for text in [cell.unit.as_str(), first] {
            if let Some(unit) = parse_sheet_unit(text) {
                return RowUnit { printed: text.to_string(), unit: Some(unit) };
            }
        }
        return RowUnit { printed: cell.unit.clone(), unit: None };
    }
    let mut printed = String::new();
    for cell in table.cells(row, Role::Unit) {
        let words: Vec<String> = cell.words.iter().map(|w| line(std::slice::from_ref(w))).collect();
        let text = words.join(" ");
        if text.trim().is_empty() || is_dash(&text) {
            continue;
        }
        if let Some(unit) = parse_sheet_unit(&text) {
            return RowUnit { printed: text, unit: Some(unit) };
        }
        // The same unit once for each line of the cell.
        let first = words.first().cloned().unwrap_or_default();
        if words.iter().all(|w| *w == first)
            && let Some(unit) = parse_sheet_unit(&first)
        {
            return RowUnit { printed: first, unit: Some(unit) };
        }
        printed = text;
    }
    if !printed.is_empty() {
        return RowUnit { printed, unit: None };
    }
    let headers: Vec<&str> = group.cells.iter().map(|(_, c, _)| c.header.as_str()).collect();
    for text in headers.into_iter().chain([name, symbol]) {
        if let Some(found) = bracketed_unit(text) {
            return found;
        }
    }
    RowUnit::default()
}

fn is_dash(text: &str) -> bool {
    parse_cell(text).is_ok_and(|c| c.value == SheetValue::Blank)
}

/// A unit in brackets at the end of a text: `Max. (mA)`, `VF [V]`.
fn bracketed_unit(text: &str) -> Option<RowUnit> {
    let text = text.trim();
    let open = [('(', ')'), ('[', ']')].into_iter().find_map(|(open, close)| {
        let inner = text.strip_suffix(close)?;
        inner.rfind(open).map(|at| at + 1)
    })?;
    let inner = text.get(open..text.len() - 1)?;
    let unit = parse_sheet_unit(inner)?;
    // `VGS(th)`, `Note (1)`: no units; a lone small letter neither.
    let exact = unit.exact.is_some() && inner != "1" && inner.chars().count() <= 8;
    (exact && inner != "on").then(|| RowUnit { printed: inner.to_string(), unit: Some(unit) })
}

/// Min, typ and max in SI, with what is unsure about them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Limits {
    pub(super) min: Option<f64>,
    pub(super) typ: Option<f64>,
    pub(super) max: Option<f64>,
    /// Text in brackets behind a value.
    pub(super) remark: String,
    /// Why the row cannot be served as it is.
    pub(super) doubts: Vec<String>,
}

impl Limits {
    /// The values that are there.
    pub(super) fn values(&self) -> impl Iterator<Item = f64> {
        [self.min, self.typ, self.max].into_iter().flatten()
    }

    fn put(&mut self, bound: Bound, value: f64) {
        let slot = match bound {
            Bound::Min => &mut self.min,
            Bound::Typ => &mut self.typ,
            Bound::Max => &mut self.max,
        };
        if slot.is_some_and(|old| old != value) {
            self.doubts.push(String::from("two values compete for one limit"));
        }
        *slot = Some(value);
    }
}

/// What a lone value is, in the column that does not say: the words of the row and its place
/// decide.
///
/// | stands in, or says | the value is |
/// |---|---|
/// | "typ" in symbol, name or header | typical |
/// | "max", "peak", "up to" | the upper limit |
/// | "min" | the lower limit |
/// | a rating by symbol or section | the upper limit |
/// | a current or voltage of a terminal, in a summary | the upper limit |
/// | a thermal resistance | the upper limit |
/// | a breakdown voltage | the lower limit |
/// | else | not known |
fn lone(info: Option<&SymbolInfo>, section: Section, title: &str, words: &str) -> Option<Bound> {
    if says(words, &["typ", "typical", "typically"]) {
        return Some(Bound::Typ);
    }
    if says(words, &["min", "minimum"]) {
        return Some(Bound::Min);
    }
    if says(words, &["max", "maximum", "peak", "vfm", "irm"]) {
        return Some(Bound::Max);
    }
    let rating = info.is_some_and(|i| i.rating) || section == Section::Ratings;
    let all_limits = says(title, &["maximum", "limiting", "ratings", "limits"]);
    let thermal = info.is_some_and(|i| i.name.starts_with("Rth")) || section == Section::Thermal;
    let breakdown = info.is_some_and(|i| i.title.contains("breakdown"));
    // A summary states currents and voltages that the part takes.
    let summary = section == Section::Other && info.is_some_and(is_terminal);
    match () {
        () if breakdown => Some(Bound::Min),
        () if rating || all_limits || thermal || summary => Some(Bound::Max),
        () => None,
    }
}

/// Currents and voltages at the terminals: as the quantity of a row they are limits to them.
pub(super) fn is_terminal(info: &SymbolInfo) -> bool {
    matches!(
        info.name.as_str(),
        "IF" | "VR"
            | "ID"
            | "IC"
            | "IB"
            | "IE"
            | "IG"
            | "IS"
            | "ISM"
            | "VDS"
            | "VGS"
            | "VCE"
            | "TJ"
    )
}

/// What is known of a row when its values are read.
pub(super) struct Reading<'r> {
    /// The quantity, when the table of symbols has it.
    pub(super) info: Option<&'r SymbolInfo>,
    pub(super) unit: &'r RowUnit,
    pub(super) dimension: Dimension,
    pub(super) section: Section,
    pub(super) title: &'r str,
    /// Symbol and name.
    pub(super) words: &'r str,
    /// Whether the sheet writes decimal commas.
    pub(super) commas: bool,
}

/// The limits of a group.
pub(super) fn limits(group: &Group<'_>, reading: &Reading<'_>) -> Limits {
    let mut limits = Limits::default();
    if group.crowded {
        limits.doubts.push(String::from("two cells stand in one column of limits"));
    }
    // What stands in a column without a name is no limit; the row is in doubt already.
    for (role, column, cell) in group.cells.iter().filter(|c| c.0 != Role::Unnamed) {
        let text = line(&cell.words);
        if cell.words.iter().any(crate::sheet::text::Word::is_unsure) {
            limits.doubts.push(format!("a sign in `{}` cannot be read", shown(&text)));
            continue;
        }
        match parse_cell(&text) {
            Err(why) => limits.doubts.push(format!("`{}`: {why}", shown(&text))),
            Ok(read) => place((*role, &column.header), read, reading, &mut limits),
        }
    }
    limits
}

fn shown(text: &str) -> String {
    text.chars().filter(|c| *c != '`').take(40).collect()
}

/// Puts a cell's value where it belongs.
fn place(
    (role, header): (Role, &str),
    cell: SheetCell,
    reading: &Reading<'_>,
    limits: &mut Limits,
) {
    if cell.value == SheetValue::Blank {
        return;
    }
    if !cell.remark.is_empty() {
        limits.remark.clone_from(&cell.remark);
    }
    let Some(unit) = scale_unit(&cell, reading, limits) else { return };
    let scale = UnitScale::new(unit);
    let si = |number: &SheetNumber, limits: &mut Limits| {
        if number.ambiguous && reading.commas {
            limits.doubts.push(format!("the comma in `{}` may be a decimal one", number.text));
        }
        scale.read(&number.text)
    };
    let column = match role {
        Role::Min => Some(Bound::Min),
        Role::Typ => Some(Bound::Typ),
        Role::Max => Some(Bound::Max),
        _ => None,
    };
    if let (Some(column), Some(said)) = (column, cell.bound)
        && column != said
    {
        limits.doubts.push(String::from("the cell names another limit than its column"));
        return;
    }
    let is_rating = reading.section == Section::Ratings || reading.info.is_some_and(|i| i.rating);
    match &cell.value {
        SheetValue::Blank => {}
        SheetValue::Range(low, high) => {
            let (Some(low), Some(high)) = (si(low, limits), si(high, limits)) else { return };
            if column.is_some() && !is_rating && reading.dimension != Dimension::TEMPERATURE {
                limits.doubts.push(String::from("a range stands in a column of one limit"));
            }
            limits.put(Bound::Min, low);
            limits.put(Bound::Max, high);
        }
        SheetValue::Symmetric(number) => {
            let Some(value) = si(number, limits) else { return };
            // As a rating it bounds both ways; in a column it stands for the magnitude.
            if is_rating {
                limits.put(Bound::Min, -value.abs());
            }
            limits.put(Bound::Max, value.abs());
        }
        SheetValue::One(number) => {
            let Some(value) = si(number, limits) else { return };
            let words = format!("{} {header}", reading.words);
            let bound = column
                .or(cell.bound)
                .or_else(|| lone(reading.info, reading.section, reading.title, &words));
            if bound.is_none() {
                limits
                    .doubts
                    .push(String::from("the sheet does not say whether the value is a limit"));
            }
            limits.put(bound.unwrap_or(Bound::Typ), value);
        }
    }
}

/// The unit in which a cell's numbers are: its own, or that of the row.
fn scale_unit(cell: &SheetCell, reading: &Reading<'_>, limits: &mut Limits) -> Option<Unit> {
    let own = (!cell.unit.is_empty()).then(|| {
        let first = cell.unit.split_whitespace().next().unwrap_or("");
        parse_sheet_unit(&cell.unit).or_else(|| parse_sheet_unit(first))
    });
    let unit = match &own {
        Some(None) => {
            limits.doubts.push(format!("`{}` is not a unit", shown(&cell.unit)));
            return None;
        }
        Some(Some(unit)) => Some(unit),
        None => reading.unit.unit.as_ref(),
    };
    match unit {
        Some(unit) => {
            let found = unit.of(reading.dimension);
            if found.is_none() {
                limits.doubts.push(String::from("the unit is that of another quantity"));
            }
            found
        }
        None if reading.dimension.is_none() => Some(Unit::ONE),
        None => None,
    }
}
