//! The table that a function is fitted to: CSV with a column for each input and the output.

use crate::engine::too_many_rows;
use espice_base::{Code, Diagnostic, FileId, Limits, Span};
use espice_ingest::LOST_SHARE;
use espice_lang::ir::TemplateIr;
use espice_units::Dimension;
use espice_units::data::{parse_heading, parse_number};

/// So many parameters more make a row count once more towards [`Limits::rows`]: it has a derivative
/// by each.
const TENS: usize = 10;
/// After how many rows somebody may want to stop.
const ROWS: usize = 4096;

/// What stands in a cell without a number.
const MISSING: [&str; 7] = ["", "nan", "na", "n/a", "null", "inf", "infinity"];

/// What is fitted, SI.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Table {
    /// A column for each input.
    pub(super) inputs: Vec<Vec<f64>>,
    /// The values of the output.
    pub(super) values: Vec<f64>,
    /// Their standard errors, where the table states them.
    pub(super) errors: Option<Vec<f64>>,
    /// Rows that were left out, since a cell that is looked at holds no number.
    pub(super) lost: usize,
    /// Where the first of them stands.
    first_lost: Option<(usize, Span)>,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Meaning {
    Input(usize),
    Value,
    Error,
    Nothing,
}

/// What a column means, and how its numbers become SI: a factor and an offset.
type Column = (Meaning, f64, f64);

/// Reads the table for an output of a function. What is read until `is_cancelled` is no whole table.
pub(super) fn read(
    text: &str,
    file: FileId,
    template: &TemplateIr,
    output: usize,
    limits: Limits,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<Table, Diagnostic> {
    let most = limits.rows / template.parameters.len().div_ceil(TENS).max(1);
    let mut columns: Option<(char, Vec<Column>)> = None;
    let mut table = Table { inputs: vec![Vec::new(); template.inputs.len()], ..Table::default() };
    let mut errors = Vec::new();
    let (mut start, mut row) = (0, 0);
    for line in text.split_inclusive('\n') {
        let place = Span::new(file, start, start + line.trim_end().len());
        start += line.len();
        let line = line.trim_end().trim_start_matches('\u{feff}');
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        let Some((separator, columns)) = &columns else {
            let separator = ['\t', ';'].into_iter().find(|s| line.contains(*s)).unwrap_or(',');
            let heads = heads(line, separator, template, output);
            columns = Some((separator, heads.map_err(|d| d.at(place))?));
            continue;
        };
        let cells: Vec<&str> = line.split(*separator).collect();
        if cells.len() != columns.len() {
            let message = format!("{} cells under {} headings", cells.len(), columns.len());
            return Err(Diagnostic::error(Code::FIT_TABLE, message).at(place));
        }
        row += 1;
        let looked_at = cells.iter().zip(columns).filter(|(_, c)| c.0 != Meaning::Nothing);
        if looked_at.clone().any(|(cell, _)| is_missing(cell)) {
            table.lost += 1;
            table.first_lost.get_or_insert((row, place));
            continue;
        }
        for (cell, (meaning, factor, offset)) in looked_at {
            let number = parse_number(cell.trim().trim_matches('"'));
            let Some(value) = number.map(|v| v * factor + offset).filter(|v| v.is_finite()) else {
                let message = format!("`{}` is no number", cell.trim());
                return Err(Diagnostic::error(Code::FIT_TABLE, message).at(place));
            };
            match *meaning {
                Meaning::Input(index) => {
                    if let Some(column) = table.inputs.get_mut(index) {
                        column.push(value);
                    }
                }
                Meaning::Value => table.values.push(value),
                Meaning::Error if value > 0.0 => errors.push(value),
                Meaning::Error => {
                    let message = format!("the standard error `{}` is not positive", cell.trim());
                    return Err(Diagnostic::error(Code::FIT_TABLE, message).at(place));
                }
                Meaning::Nothing => {}
            }
        }
        if table.values.len().is_multiple_of(ROWS) && is_cancelled() {
            break;
        }
        if table.values.len() > most {
            return Err(too_many_rows(most).at(place));
        }
    }
    if table.values.is_empty() {
        let message = "the table holds no row of numbers";
        return Err(Diagnostic::error(Code::FIT_TABLE, message).at(Span::new(file, 0, 0)));
    }
    if table.lost as f64 > LOST_SHARE * row as f64 {
        let message =
            format!("{} of {row} rows hold no number in a column that counts", table.lost);
        let complaint = Diagnostic::error(Code::ROWS_LOST, message)
            .help("delete the rows that were not measured, or measure them");
        return Err(match table.first_lost {
            Some((_, place)) => complaint.at(place),
            None => complaint,
        });
    }
    table.errors = (!errors.is_empty()).then_some(errors);
    Ok(table)
}

/// Whether a cell says that there is no number: it is empty, or holds what programs write then.
fn is_missing(cell: &str) -> bool {
    let word = cell.trim().trim_matches('"').trim();
    let word = word.strip_prefix(['+', '-']).unwrap_or(word);
    MISSING.iter().any(|m| word.eq_ignore_ascii_case(m))
}

impl Table {
    /// What is told of the rows that were left out, and where.
    pub(super) fn left_out(&self) -> Option<Diagnostic> {
        let (row, place) = self.first_lost?;
        let all = self.lost + self.values.len();
        let message = match self.lost {
            1 => format!("row {row} of {all} holds no number and is left out"),
            lost => {
                format!("{lost} of {all} rows hold no number and are left out, row {row} first")
            }
        };
        Some(Diagnostic::warning(Code::CELL_NOT_A_NUMBER, message).at(place))
    }
}

/// The columns by their headings; each input and the output once.
fn heads(
    line: &str,
    separator: char,
    template: &TemplateIr,
    output: usize,
) -> Result<Vec<Column>, Diagnostic> {
    let mut list: Vec<Column> = Vec::new();
    for cell in line.split(separator) {
        let column = head(cell.trim().trim_matches('"').trim(), template, output)?;
        if column.0 != Meaning::Nothing && list.iter().any(|c| c.0 == column.0) {
            let message = format!("two columns are `{}`", cell.trim());
            return Err(Diagnostic::error(Code::FIT_TABLE, message));
        }
        list.push(column);
    }
    let has = |meaning: Meaning| list.iter().any(|c| c.0 == meaning);
    let result = template.outputs.get(output).map_or("", |o| o.name.as_str());
    let inputs = template.inputs.iter().enumerate();
    let missing = inputs
        .filter(|(index, _)| !has(Meaning::Input(*index)))
        .map(|(_, input)| input.name.as_str())
        .chain((!has(Meaning::Value)).then_some(result))
        .next();
    match missing {
        None => Ok(list),
        Some(name) => {
            let names = template.inputs.iter().map(|i| i.name.as_str()).chain([result]);
            let names: Vec<&str> = names.collect();
            Err(Diagnostic::error(Code::FIT_TABLE, format!("no column is called `{name}`"))
                .help(format!("head the columns {}", names.join(", "))))
        }
    }
}

fn head(cell: &str, template: &TemplateIr, output: usize) -> Result<Column, Diagnostic> {
    let known = |name: &str| -> Option<(Meaning, Dimension)> {
        let input = template.inputs.iter().position(|i| i.name == name);
        if let Some((index, input)) = input.and_then(|i| Some((i, template.inputs.get(i)?))) {
            return Some((Meaning::Input(index), input.unit.dimension));
        }
        let result = template.outputs.get(output)?;
        let own = |inner: &str| inner.trim() == result.name;
        if own(name) {
            return Some((Meaning::Value, result.dimension));
        }
        let inner = name.strip_prefix("sigma(")?.strip_suffix(')')?;
        own(inner).then_some((Meaning::Error, result.dimension))
    };
    // A name in brackets, such as `sigma(y)`, is no unit.
    if let Some((meaning, _)) = known(cell) {
        return Ok((meaning, 1.0, 0.0));
    }
    let wrong = |message: String| Err(Diagnostic::error(Code::FIT_TABLE, message));
    let heading = match parse_heading(cell) {
        Ok(heading) => heading,
        Err(None) => return Ok((Meaning::Nothing, 1.0, 0.0)),
        Err(Some(_)) => {
            let name = cell.split(['(', '[', '/']).next().unwrap_or(cell).trim();
            return match known(name) {
                None => Ok((Meaning::Nothing, 1.0, 0.0)),
                Some(_) => wrong(format!("the unit of `{cell}` is not known")),
            };
        }
    };
    match known(&heading.name) {
        None => Ok((Meaning::Nothing, 1.0, 0.0)),
        Some((meaning, dimension)) if heading.unit.dimension == dimension => {
            let zero = heading.unit.to_si(0.0);
            let offset = if meaning == Meaning::Error { 0.0 } else { zero };
            Ok((meaning, heading.unit.to_si(1.0) - zero, offset))
        }
        Some((_, dimension)) => {
            wrong(format!("`{cell}` is not in {dimension}, as the function has it"))
        }
    }
}
