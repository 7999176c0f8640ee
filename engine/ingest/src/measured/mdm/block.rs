//! One block of an MDM file: held variables, a heading line, rows.

use super::header::{Course, Header, Input, Output, kelvin};
use crate::measured::text::{
    Budget, MAX_COLUMNS, RowCount, bad_cell, bad_row, measurement, span_of,
};
use espice_base::{Capped, Code, Diagnostic, FileId, Place, Severity, Span};
use espice_facts::wording::shown;
use espice_facts::{Column, ColumnRole, Conditions, Sensed, Sweep};
use std::collections::BTreeMap;

/// What a column costs of the budget beside its values.
const COLUMN_COST: usize = 40;

/// The source is too large.
pub(super) struct TooLarge;

/// A block that is being read.
pub(super) struct Block<'h> {
    header: &'h Header,
    file: FileId,
    span: Span,
    /// The held variables by name.
    held: BTreeMap<String, f64>,
    /// The heading line's columns.
    columns: Option<Vec<TableColumn<'h>>>,
    heading: Span,
    first_row: Option<Span>,
    rows: usize,
    /// Whether rows were left out, so that counts say nothing new.
    damaged: bool,
}

struct TableColumn<'h> {
    name: String,
    meaning: Meaning<'h>,
    values: Vec<f64>,
}

#[derive(Clone, Copy)]
enum Meaning<'h> {
    Input(&'h Input),
    Output(&'h Output),
    /// Real or imaginary part of an element of an output, or nothing that the header knows.
    Other(Option<&'h Output>),
}

impl<'h> Block<'h> {
    pub(super) fn new(header: &'h Header, begin: Span) -> Self {
        Block {
            header,
            file: begin.file,
            span: begin,
            held: BTreeMap::new(),
            columns: None,
            heading: begin,
            first_row: None,
            rows: 0,
            damaged: false,
        }
    }

    pub(super) fn span(&self) -> Span {
        self.span
    }

    pub(super) fn end(&mut self, end: Span) {
        self.span = self.span.to(end);
    }

    /// Notes a row that cannot be used.
    pub(super) fn lost(&mut self, rows: &mut RowCount) {
        self.damaged = true;
        rows.lost += 1;
    }

    /// Takes one line; false when the budget is used up.
    pub(super) fn line(
        &mut self,
        start: usize,
        line: &str,
        out: &mut Capped,
        rows: &mut RowCount,
        budget: &mut Budget,
    ) -> bool {
        let trimmed = line.trim();
        let span = span_of(self.file, start, line, trimmed);
        self.end(span);
        if let Some(names) = trimmed.strip_prefix('#') {
            self.read_heading(names, span, out);
            return true;
        }
        let variable = trimmed
            .strip_prefix("ICCAP_VAR")
            .or_else(|| trimmed.strip_prefix("USER_VAR"))
            .filter(|rest| rest.starts_with(char::is_whitespace));
        if let Some(rest) = variable {
            self.read_held(rest, start, line, out);
            return true;
        }
        self.read_row(start, line, out, rows, budget)
    }

    fn read_held(&mut self, rest: &str, start: usize, line: &str, out: &mut Capped) {
        let mut words = rest.split_whitespace();
        let name = words.next().unwrap_or_default();
        let value = words.next().unwrap_or_default();
        let span = span_of(self.file, start, line, if value.is_empty() { rest } else { value });
        match measurement(value) {
            Ok(number) => {
                // Only what the header declares is ever looked up.
                if self.header.inputs.iter().any(|i| i.name == name) {
                    self.held.insert(name.to_string(), number);
                }
            }
            Err(why) => out.push(
                Diagnostic::error(
                    Code::CELL_NOT_A_NUMBER,
                    format!("`{}` of `{}` is {why}", shown(value), shown(name)),
                )
                .at(span),
            ),
        }
    }

    fn read_heading(&mut self, names: &str, span: Span, out: &mut Capped) {
        if self.columns.is_some() {
            out.push_with(Code::MDM_COLUMN, Severity::Error, span, || {
                let message = "the block has a second heading line";
                Diagnostic::error(Code::MDM_COLUMN, message).at(span)
            });
            return;
        }
        self.heading = span;
        let mut columns: Vec<TableColumn<'h>> = Vec::new();
        for name in names.split_whitespace().take(MAX_COLUMNS + 1) {
            let meaning = self.meaning(name, &columns);
            if matches!(meaning, Meaning::Other(None)) {
                let message = format!("the header does not declare the column `{}`", shown(name));
                out.push(Diagnostic::warning(Code::MDM_COLUMN, message).at(span));
            }
            columns.push(TableColumn { name: name.to_string(), meaning, values: Vec::new() });
        }
        if columns.len() > MAX_COLUMNS {
            let message = format!("the block has more than {MAX_COLUMNS} columns");
            out.push(Diagnostic::error(Code::SOURCE_TOO_LARGE, message).at(span));
            columns.clear();
        }
        self.columns = Some(columns);
    }

    /// What a name of the heading line means: an input or output that has no column yet, or a
    /// part `R:S(1,1)` of a complex output.
    fn meaning(&self, name: &str, before: &[TableColumn<'h>]) -> Meaning<'h> {
        let inputs = self.header.inputs.iter().filter(|i| i.name == name);
        let free = |i: &&Input| {
            !before.iter().any(|c| matches!(c.meaning, Meaning::Input(j) if j.name == i.name))
        };
        if let Some(input) = inputs.into_iter().find(free) {
            return Meaning::Input(input);
        }
        let output = |name: &str| self.header.outputs.iter().find(|o| o.name == name);
        if let Some(output) = output(name) {
            return Meaning::Output(output);
        }
        let part = name.strip_prefix("R:").or_else(|| name.strip_prefix("I:"));
        let element = part.map(|p| p.split_once('(').map_or(p, |(base, _)| base));
        Meaning::Other(element.and_then(output))
    }

    fn read_row(
        &mut self,
        start: usize,
        line: &str,
        out: &mut Capped,
        rows: &mut RowCount,
        budget: &mut Budget,
    ) -> bool {
        let span = span_of(self.file, start, line, line.trim());
        let Some(columns) = self.columns.as_mut() else {
            if !self.damaged {
                let message = "a row stands before the heading line of its block";
                out.push(Diagnostic::error(Code::MDM_COLUMN, message).at(span));
            }
            self.lost(rows);
            return true;
        };
        let mut cells = line.split_whitespace();
        for (found, column) in columns.iter_mut().enumerate() {
            let problem = match cells.next().map(|cell| (cell, measurement(cell))) {
                Some((_, Ok(number))) => {
                    column.values.push(number);
                    continue;
                }
                Some((cell, Err(why))) => Some((cell, why, column.name.clone())),
                None => None,
            };
            let wanted = columns.len();
            match problem {
                Some((cell, why, name)) => {
                    let place = span_of(self.file, start, line, cell);
                    bad_cell(cell, &name, why, place, out);
                }
                None => bad_row(found, wanted, span, out),
            }
            self.drop_row(rows);
            return true;
        }
        let extra = cells.take(MAX_COLUMNS).count();
        if extra > 0 {
            let wanted = columns.len();
            if wanted > 0 {
                bad_row(wanted + extra, wanted, span, out);
            }
            self.drop_row(rows);
            return true;
        }
        if !budget.take(columns.len()) {
            self.drop_row(rows);
            return false;
        }
        self.first_row.get_or_insert(span);
        self.rows += 1;
        rows.used += 1;
        true
    }

    /// Takes back what a row that cannot be used has left in the columns.
    fn drop_row(&mut self, rows: &mut RowCount) {
        let length = self.rows;
        self.columns.iter_mut().flatten().for_each(|c| c.values.truncate(length));
        self.lost(rows);
    }

    /// The block as a sweep; `None` when it has no usable row.
    pub(super) fn into_sweep(
        mut self,
        name: String,
        budget: &mut Budget,
        out: &mut Capped,
    ) -> Result<Option<Sweep>, TooLarge> {
        if self.columns.is_none() {
            let message = "the block has no heading line";
            out.push(Diagnostic::error(Code::MDM_COLUMN, message).at(self.span));
        }
        self.check_points(out);
        if self.rows == 0 {
            return Ok(None);
        }
        let mut table = self.columns.take().unwrap_or_default();
        let held = self.header.inputs.len().saturating_sub(table.len());
        if !budget.take(held * self.rows + (table.len() + held) * COLUMN_COST) {
            return Err(TooLarge);
        }
        let mut columns = Vec::new();
        let mut temperature = self.header.temperature;
        for input in &self.header.inputs {
            let Some(mut column) = self.input_column(input, &mut table, out) else { continue };
            if input.is_temperature() {
                column.values.iter_mut().for_each(|v| *v = kelvin(*v).unwrap_or(0.0));
                temperature = match column.role {
                    ColumnRole::Held => column.values.first().copied().filter(|k| *k > 0.0),
                    _ => None,
                };
            }
            columns.push(column);
        }
        self.check_outputs(&table, out);
        columns.extend(table.into_iter().map(|c| self.measured_column(c)));
        Ok(Some(Sweep {
            name,
            columns,
            temperature,
            siblings: 1,
            conditions: Conditions::none(),
            provenance: Place::Text(self.span).into(),
        }))
    }

    /// Names the first output without a column.
    fn check_outputs(&self, table: &[TableColumn<'_>], out: &mut Capped) {
        let missing = |o: &&Output| !table.iter().any(|c| c.meaning.belongs_to(o));
        let Some(output) = self.header.outputs.iter().find(missing) else { return };
        out.push_with(Code::MDM_COLUMN, Severity::Warning, self.heading, || {
            let message = format!("the output `{}` has no column", shown(&output.name));
            Diagnostic::warning(Code::MDM_COLUMN, message)
                .label(self.heading, "not here")
                .label(output.span, "declared here")
        });
    }

    /// The column of an input: from the table, from a held variable, or from a constant of the
    /// header.
    fn input_column(
        &self,
        input: &'h Input,
        table: &mut Vec<TableColumn<'h>>,
        out: &mut Capped,
    ) -> Option<Column> {
        let of_input =
            |c: &TableColumn<'_>| matches!(c.meaning, Meaning::Input(i) if i.name == input.name);
        let constant = match input.course {
            Course::Constant(value) => value,
            _ => None,
        };
        let values = if let Some(at) = table.iter().position(of_input) {
            table.remove(at).values
        } else if let Some(value) = self.held.get(&input.name).copied().or(constant) {
            vec![value; self.rows]
        } else {
            out.push_with(Code::MDM_COLUMN, Severity::Warning, self.heading, || {
                let message = format!("the input `{}` has no value", shown(&input.name));
                Diagnostic::warning(Code::MDM_COLUMN, message)
                    .label(self.heading, "not in this block")
                    .label(input.span, "declared here")
            });
            return None;
        };
        let varies = values.windows(2).any(|pair| matches!(pair, [a, b] if a != b));
        Some(Column {
            name: input.name.clone(),
            sensed: input.sensed(),
            role: if varies { ColumnRole::Swept } else { ColumnRole::Held },
            node: input.terminal.node.clone(),
            reference: input.terminal.reference.clone(),
            compliance: input.compliance,
            values,
        })
    }

    fn measured_column(&self, column: TableColumn<'h>) -> Column {
        let (sensed, output) = match column.meaning {
            Meaning::Output(output) => (output.sensed(), Some(output)),
            Meaning::Other(output) => (Sensed::Other, output),
            Meaning::Input(_) => (Sensed::Other, None),
        };
        let terminal = output.map(|o| o.terminal.clone()).unwrap_or_default();
        Column {
            name: column.name,
            sensed,
            role: ColumnRole::Measured,
            compliance: self.limit_at(sensed, &terminal.node),
            node: terminal.node,
            reference: terminal.reference,
            values: column.values,
        }
    }

    /// The limit of the source that forces a terminal holds for what is read there: the limit of
    /// a voltage source is a current.
    fn limit_at(&self, sensed: Sensed, node: &str) -> Option<f64> {
        let forced = match sensed {
            Sensed::Current => Sensed::Voltage,
            Sensed::Voltage => Sensed::Current,
            _ => return None,
        };
        let inputs = self.header.inputs.iter();
        inputs
            .filter(|i| i.sensed() == forced && i.terminal.node == node)
            .find_map(|i| i.compliance)
    }

    /// Compares the rows with the innermost sweep of the header.
    fn check_points(&self, out: &mut Capped) {
        let inner = self.header.inputs.iter().find_map(|i| match i.course {
            Course::Stepped { order: 1, points, ends } => Some((i, points, ends)),
            _ => None,
        });
        let Some((input, Some(points), ends)) = inner else {
            if self.rows == 0 && !self.damaged {
                let message = "the block holds no rows";
                out.push(Diagnostic::warning(Code::MDM_COUNT, message).at(self.span));
            }
            return;
        };
        if self.damaged {
            return;
        }
        if self.rows != points {
            let rows = if self.rows == 1 { "row" } else { "rows" };
            let message =
                format!("the block has {} {rows}, its header declares {points}", self.rows);
            out.push(
                Diagnostic::warning(Code::MDM_COUNT, message)
                    .label(self.span, "this block")
                    .label(input.span, "declared here"),
            );
            return;
        }
        let Some([first, last]) = ends else { return };
        let step = (last - first) / (points.max(2) - 1) as f64;
        let values = self.columns.iter().flatten().find_map(|c| match c.meaning {
            Meaning::Input(i) if i.name == input.name => Some(&c.values),
            _ => None,
        });
        let differs =
            |(i, v): (usize, &f64)| (v - first - step * i as f64).abs() > 0.5 * step.abs();
        if values.is_some_and(|v| v.iter().enumerate().any(differs)) {
            let message = format!(
                "the values of `{}` are not those that the header declares",
                shown(&input.name)
            );
            out.push(
                Diagnostic::warning(Code::MDM_VALUES, message)
                    .label(self.first_row.unwrap_or(self.span), "rows from here")
                    .label(input.span, "declared here"),
            );
        }
    }
}

impl Meaning<'_> {
    fn belongs_to(&self, output: &Output) -> bool {
        match self {
            Meaning::Output(o) | Meaning::Other(Some(o)) => o.name == output.name,
            _ => false,
        }
    }
}
