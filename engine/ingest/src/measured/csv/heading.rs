//! The heading line: what each column means, in which unit.

use super::cells::content;
use crate::measured::text::{MAX_COLUMNS, span_of};
use espice_base::{Capped, Code, Diagnostic, FileId, Span};
use espice_facts::wording::{a_dimension, shown, unit_diagnostic, unknown_symbol};
use espice_facts::{Sensed, SymbolInfo, SymbolTable, UnitScale};
use espice_units::data::{Heading, parse_heading, parse_number};
use espice_units::{Dimension, Unit};

/// One column.
#[derive(Clone, Debug)]
pub(super) struct Column<'s> {
    /// The quantity as the heading writes it.
    pub(super) name: String,
    pub(super) meaning: Meaning<'s>,
    pub(super) scale: UnitScale,
    pub(super) span: Span,
}

/// What a column holds.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Meaning<'s> {
    /// The part's name.
    Part,
    /// A label that tells curves apart.
    Label,
    /// A quantity of the symbol table.
    Symbol(&'s SymbolInfo),
    /// What is sensed at a terminal, against another.
    Pin {
        /// Voltage, current, capacitance or conductance.
        sensed: Sensed,
        /// The terminal.
        node: String,
        /// The other; empty for ground.
        reference: String,
    },
}

const KEYS: [(&str, Meaning<'static>); 3] =
    [("part", Meaning::Part), ("curve", Meaning::Label), ("label", Meaning::Label)];

const SENSED: [(&str, Sensed, Dimension); 4] = [
    ("V", Sensed::Voltage, Dimension::VOLTAGE),
    ("I", Sensed::Current, Dimension::CURRENT),
    ("C", Sensed::Capacitance, Dimension::CAPACITANCE),
    ("G", Sensed::Conductance, Dimension::CONDUCTANCE),
];

impl Meaning<'_> {
    /// Whether the cells are texts.
    pub(super) fn is_key(&self) -> bool {
        matches!(self, Meaning::Part | Meaning::Label)
    }
}

/// What columns may be called: the symbols, and the kind of the device where the lines before state
/// it.
#[derive(Clone, Copy)]
pub(super) struct Names<'s> {
    pub(super) symbols: &'s SymbolTable,
    pub(super) kind: Option<&'s str>,
}

/// Reads the heading's cells; `None` when any of them cannot be used, all being named.
pub(super) fn read<'s>(
    cells: &[&str],
    line: &str,
    start: usize,
    file: FileId,
    names: Names<'s>,
    out: &mut Capped,
) -> Option<Vec<Column<'s>>> {
    let whole = span_of(file, start, line, line);
    if cells.len() > MAX_COLUMNS {
        let message = format!("the table has more than {MAX_COLUMNS} columns");
        out.push(Diagnostic::error(Code::SOURCE_TOO_LARGE, message).at(whole));
        return None;
    }
    if cells.iter().all(|c| parse_number(&content(c)).is_some()) {
        out.push(
            Diagnostic::error(Code::UNIT_MISSING, "the first line is numbers, not a heading")
                .at(whole)
                .help("name each column with its unit, such as `VF (V), IF (mA)`"),
        );
        return None;
    }
    let mut columns: Vec<Column<'s>> = Vec::new();
    let mut sound = true;
    for (index, cell) in cells.iter().enumerate() {
        let span = span_of(file, start, line, cell);
        let Some(column) = column(&content(cell), index, span, names, out) else {
            sound = false;
            continue;
        };
        if let Some(twin) = columns.iter().find(|c| c.meaning == column.meaning) {
            let message =
                format!("the columns `{}` and `{}` mean the same", twin.name, column.name);
            out.push(
                Diagnostic::error(Code::COLUMN_TWICE, message)
                    .label(span, "again here")
                    .label(twin.span, "first here")
                    .help("put curves below each other, told apart by a column `curve`"),
            );
            sound = false;
        }
        columns.push(column);
    }
    sound.then_some(columns)
}

fn column<'s>(
    cell: &str,
    index: usize,
    span: Span,
    names: Names<'s>,
    out: &mut Capped,
) -> Option<Column<'s>> {
    let cell = cell.trim();
    if cell.is_empty() {
        let message = format!("column {} has no heading", index + 1);
        out.push(Diagnostic::error(Code::UNIT_MISSING, message).at(span));
        return None;
    }
    if let Some((_, meaning)) = KEYS.iter().find(|k| cell.eq_ignore_ascii_case(k.0)) {
        let scale = UnitScale::new(Unit::ONE);
        return Some(Column { name: cell.to_string(), meaning: meaning.clone(), scale, span });
    }
    let heading = match parse_heading(cell) {
        // `V(C)` is a voltage at the terminal C, not a V in coulombs.
        Ok(h) if pin(cell).is_some() && h.name.len() == 1 => {
            return unitless(cell, span, names, out);
        }
        Ok(heading) => heading,
        Err(None) => return unitless(cell, span, names, out),
        Err(Some(error)) => {
            out.push(unit_diagnostic(&error).at(span));
            return None;
        }
    };
    let (meaning, dimension) = match meaning(&heading.name, names) {
        Some(found) => found,
        None => {
            out.push(unknown_symbol(&heading.name, names.symbols).at(span));
            return None;
        }
    };
    if heading.unit.dimension != dimension {
        out.push(wrong_unit(&heading, dimension, span));
        return None;
    }
    Some(Column { name: heading.name, meaning, scale: UnitScale::new(heading.unit), span })
}

/// A heading without a unit: fine for pure numbers only.
fn unitless<'s>(cell: &str, span: Span, names: Names<'s>, out: &mut Capped) -> Option<Column<'s>> {
    let found = meaning(cell, names);
    if let Some((meaning, Dimension::NONE)) = found {
        let scale = UnitScale::new(Unit::ONE);
        return Some(Column { name: cell.to_string(), meaning, scale, span });
    }
    let name = shown(cell);
    let unit = match &found {
        Some((_, dimension)) => dimension.to_string(),
        None => String::from("V"),
    };
    out.push(
        Diagnostic::error(Code::UNIT_MISSING, format!("the column `{name}` has no unit"))
            .at(span)
            .help(format!("write `{name} ({unit})`, or the unit that is meant")),
    );
    None
}

fn meaning<'s>(name: &str, names: Names<'s>) -> Option<(Meaning<'s>, Dimension)> {
    match names.symbols.resolve_for(name, names.kind) {
        Some(symbol) => Some((Meaning::Symbol(symbol), symbol.dimension)),
        None => pin(name),
    }
}

/// `V(a)`, `V(a,k)`, `I(a)`, `C(g,d)`.
fn pin<'s>(name: &str) -> Option<(Meaning<'s>, Dimension)> {
    let (letter, rest) = name.trim().split_once('(')?;
    let (_, sensed, dimension) = SENSED.iter().find(|s| s.0 == letter)?;
    let inner = rest.strip_suffix(')')?;
    let (node, reference) = inner.split_once(',').unwrap_or((inner, ""));
    let (node, reference) = (node.trim(), reference.trim());
    let plain = |t: &str| t.chars().all(|c| c.is_alphanumeric() || c == '_');
    let sound = !node.is_empty() && plain(node) && plain(reference);
    let meaning =
        Meaning::Pin { sensed: *sensed, node: node.to_string(), reference: reference.to_string() };
    sound.then_some((meaning, *dimension))
}

fn wrong_unit(heading: &Heading, wanted: Dimension, span: Span) -> Diagnostic {
    let found = a_dimension(heading.unit.dimension);
    let name = shown(&heading.name);
    let unit = shown(&heading.unit_text);
    Diagnostic::error(
        Code::UNIT_DIMENSION,
        format!("`{name}` is {}, `{unit}` is {found}", a_dimension(wanted)),
    )
    .label(span, format!("this is {found}"))
}
