//! Semantic checks: what a row must look like when its structure was read rightly.

use super::{kinds, vocabulary};
use crate::sheet::table::{Cell, Column, Role, Row, Table};

/// Adds a doubt to every row whose cells contradict their columns.
pub(super) fn doubts(table: &mut Table) {
    for row in &mut table.rows {
        let found = of(row, &table.columns);
        row.doubts.extend(found);
        row.doubts.sort();
        row.doubts.dedup();
    }
}

/// Whether what was found is a table at all, and not a plot with header words as labels: most of
/// its rows must be sound and say what their values are of.
pub(super) fn is_table(table: &Table, ruled: bool) -> bool {
    let rows = table.rows.len();
    if rows == 0 {
        return false;
    }
    let letters = |c: &Cell| c.words.iter().any(|w| w.text.chars().any(char::is_alphabetic));
    let key =
        |role: Role| matches!(role, Role::Name | Role::Symbol | Role::Conditions | Role::Part);
    let told = |row: &Row| {
        row.cells.iter().any(|c| {
            table.columns.get(c.column).is_some_and(|col| key(col.role) || col.role == Role::Other)
                && letters(c)
        })
    };
    let sound = table.rows.iter().filter(|r| r.doubts.is_empty() && told(r)).count();
    let told = table.rows.iter().filter(|r| told(r)).count();
    let headed =
        table.columns.iter().filter(|c| !c.header.is_empty() && c.role != Role::Other).count();
    let keyed =
        table.columns.iter().any(|c| !c.header.is_empty() && (key(c.role) || c.role == Role::Unit));
    let strong = headed >= 4 && keyed;
    if strong {
        return told * 2 >= rows;
    }
    let share = if keyed || ruled { 2 } else { 1 };
    sound * share >= rows && (rows >= 2 || (keyed && ruled))
}

fn of(row: &Row, columns: &[Column]) -> Vec<String> {
    let roles: Vec<Role> = columns.iter().map(|c| c.role).collect();
    let parts: Vec<&[String]> = columns.iter().map(|c| c.parts.as_slice()).collect();
    let unknown = |column: usize| {
        columns.get(column).is_some_and(|c| {
            let words: Vec<String> =
                c.header.split_whitespace().flat_map(vocabulary::words_of).collect();
            !c.header.trim().is_empty()
                && c.parts.is_empty()
                && !kinds::is_package(&c.header)
                && vocabulary::phrase(&words).is_none()
        })
    };
    let mut out = Vec::new();
    let role = |c: &Cell| roles.get(c.column).copied();
    for cell in &row.cells {
        let text = cell.text();
        match role(cell) {
            // A column of numbers whose head is not understood may be any of the limits.
            Some(Role::Value) if unknown(cell.column) && kinds::is_value_text(&text) => {
                out.push(format!("`{text}` stands in a column whose head is not known"));
            }
            Some(Role::Unnamed) if !text.split_whitespace().all(kinds::is_blank_mark) => {
                out.push(format!("`{text}` stands in a column whose head is not known"));
            }
            Some(Role::Min | Role::Typ | Role::Max | Role::Value) => {
                let blank = text.split_whitespace().all(kinds::is_blank_mark);
                if !blank && !kinds::is_value_text(&text) {
                    out.push(format!("`{text}` stands in a column of values"));
                }
            }
            Some(Role::Unit) if kinds::plain_number(&text).is_some() => {
                out.push(format!("`{text}` stands in the column of units"));
            }
            _ => {}
        }
    }
    // Limits in order, for each part's own columns.
    let limit = |wanted: Role, who: &[String]| {
        row.cells
            .iter()
            .filter(|c| role(c) == Some(wanted))
            .find(|c| parts.get(c.column).is_some_and(|p| *p == who))
            .and_then(|c| kinds::plain_number(&c.text()))
    };
    let mut seen: Vec<&[String]> = Vec::new();
    for who in parts.iter().copied() {
        if seen.contains(&who) {
            continue;
        }
        seen.push(who);
        let values = [limit(Role::Min, who), limit(Role::Typ, who), limit(Role::Max, who)];
        let known: Vec<f64> = values.into_iter().flatten().collect();
        let rising = known.windows(2).all(|p| p[0] <= p[1]);
        // Negative quantities are often ordered by magnitude.
        let falling = known.windows(2).all(|p| p[0] >= p[1]) && known.iter().all(|v| *v <= 0.0);
        if !rising && !falling {
            out.push("minimum, typical value and maximum are not in order".to_string());
        }
    }
    out
}
