//! Columns for packages: the values of each are rows of their own.

use super::kinds;
use crate::sheet::table::{Cell, Column, Role, Row, Table};

/// Whether a table below names of packages alone is none: a list of orders holds words there.
pub(super) fn is_list(table: &Table) -> bool {
    let headed = |c: &&Column| !c.header.is_empty();
    let alone = table.columns.iter().filter(headed).all(|c| kinds::is_package(&c.header));
    let value = |c: &&Cell| table.columns.get(c.column).is_some_and(|c| c.role == Role::Value);
    let cells = || table.rows.iter().flat_map(|r| &r.cells).filter(value);
    alone && !cells().all(|c| kinds::is_value_text(&c.text()) || kinds::is_blank_mark(&c.text()))
}

/// Makes rows of the values in columns whose heads are packages, one for each. A package is no
/// part: which parts have it the table does not say, so that the rows are in doubt.
pub(super) fn split(table: &mut Table) {
    let heads: Vec<Option<String>> = table
        .columns
        .iter()
        .map(|c| {
            let package = c.role == Role::Value && c.header.split_whitespace().count() == 1;
            (package && kinds::is_package(&c.header)).then(|| c.header.clone())
        })
        .collect();
    if heads.iter().flatten().count() < 2 {
        return;
    }
    let conditions = table.columns.len();
    let x = table.columns.last().map_or([0.0; 2], |c| c.x);
    let (role, header) = (Role::Conditions, String::new());
    table.columns.push(Column { role, header, x, parts: Vec::new() });
    let mut out: Vec<Row> = Vec::new();
    for row in std::mem::take(&mut table.rows) {
        let head = |c: &Cell| heads.get(c.column).cloned().flatten();
        let kept: Vec<Cell> = row.cells.iter().filter(|c| head(c).is_none()).cloned().collect();
        let values: Vec<&Cell> = row.cells.iter().filter(|c| head(c).is_some()).collect();
        if values.is_empty() {
            out.push(row);
            continue;
        }
        for value in values {
            let Some(package) = head(value) else { continue };
            let mut own = Row { cells: kept.clone(), ..row.clone() };
            own.doubts.push(format!("it holds for the package {package} only"));
            own.cells.push(value.clone());
            if let Some(word) = value.words.first() {
                let mut word = word.clone();
                word.runs.clear();
                word.text = package;
                let (area, words) = (value.area, vec![word]);
                own.cells.push(Cell { column: conditions, words, area, shared: true });
            }
            out.push(own);
        }
    }
    table.rows = out;
}
