//! Rows of tables against the truth.

use super::Score;
use crate::synthetic::truth::{Row, Sheet};
use espice_facts::{Condition, Facts, Parameter, Status, SymbolTable};
use std::collections::BTreeSet;

/// Equal but for the last digits.
pub(super) fn same(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-6 * a.abs().max(b.abs())
}

fn equal(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => same(a, b),
        (a, b) => a == b,
    }
}

/// The canonical name of a symbol, itself when the table does not know it.
pub(super) fn canonical(symbols: &SymbolTable, name: &str) -> String {
    symbols.resolve(name).map_or_else(|| name.to_string(), |s| s.name.clone())
}

fn values_match(row: &Row, read: &Parameter) -> bool {
    equal(row.min, read.min) && equal(row.typ, read.typ) && equal(row.max, read.max)
}

/// Whether all conditions were read with their values, and no others than temperatures.
fn conditions_match(row: &Row, read: &Parameter, symbols: &SymbolTable) -> bool {
    let warm = ["TJ", "Tamb", "Tcase"];
    let told = |symbol: &str| {
        let own = |c: &&(String, f64)| canonical(symbols, &c.0) == symbol;
        row.conditions.iter().find(own).map(|c| c.1)
    };
    let all = row.conditions.iter().all(|(symbol, value)| {
        let found = read.conditions.value(&canonical(symbols, symbol));
        found.is_some_and(|v| same(v, *value) || (v - value).abs() < 1e-12)
    });
    let none = read.conditions.by_symbol.iter().all(|(symbol, condition)| match condition {
        Condition::Value(_) | Condition::Range { .. } => {
            warm.contains(&symbol.as_str()) || told(symbol).is_some()
        }
        Condition::Equals { .. } => true,
    });
    all && none
}

/// Whether a value is a power of a thousand beside another.
fn thousandfold(a: Option<f64>, b: Option<f64>) -> bool {
    let (Some(a), Some(b)) = (a, b) else { return false };
    if a == 0.0 || b == 0.0 {
        return false;
    }
    let decades = (a / b).abs().log10() / 3.0;
    decades.abs() > 0.5 && (decades - decades.round()).abs() < 1e-3
}

impl Score {
    pub(super) fn add_rows(&mut self, made: &Sheet, facts: &Facts, symbols: &SymbolTable) {
        let all: BTreeSet<&String> = made.rows.iter().flat_map(|r| &r.parts).collect();
        // A row for all parts may name none of them.
        let parts_match = |row: &Row, p: &Parameter| {
            let (of, read): (BTreeSet<&String>, BTreeSet<&String>) =
                (row.parts.iter().collect(), p.parts.iter().collect());
            of == read || of.is_empty() && (all.is_empty() || read == all)
        };
        let wanted: Vec<&Row> = made.rows.iter().filter(|r| !r.unreadable).collect();
        let served: Vec<&Parameter> =
            facts.parameters.iter().filter(|p| p.status == Status::Served).collect();
        let others = facts.parameters.iter().filter(|p| p.status == Status::Review);
        self.rows_review += others.count();
        self.rows += wanted.len();
        self.rows_served += served.len();
        let mut used = vec![false; served.len()];
        let mut missing = Vec::new();
        // Rows with their conditions first, so that equal values at others do not take them.
        let mut matched = vec![false; wanted.len()];
        for full in [true, false] {
            for (row, done) in wanted.iter().zip(&mut matched) {
                let symbol = canonical(symbols, &row.symbol);
                let fits = |p: &&Parameter| {
                    p.symbol == symbol
                        && values_match(row, p)
                        && parts_match(row, p)
                        && (!full || conditions_match(row, p, symbols))
                };
                let found = (0..served.len()).find(|i| !used[*i] && !*done && fits(&served[*i]));
                if let Some(i) = found {
                    used[i] = true;
                    *done = true;
                    self.rows_right += 1;
                    self.rows_full += usize::from(full);
                    if !full {
                        let said = format!(
                            "row `{symbol}`: conditions {:?}, read {} of `{}`",
                            row.conditions, served[i].conditions, served[i].conditions.text
                        );
                        self.fault(made, said);
                    }
                }
            }
        }
        for (row, _) in wanted.iter().zip(&matched).filter(|m| !m.1) {
            missing.push(*row);
            let of = facts
                .parameters
                .iter()
                .find(|p| p.symbol == canonical(symbols, &row.symbol) && values_match(row, p));
            let how =
                of.map_or(String::from("not found"), |p| format!("{:?} {:?}", p.status, p.reasons));
            self.fault(
                made,
                format!(
                    "row `{}` {:?} {:?} {:?} `{}`: {how}",
                    row.symbol, row.min, row.typ, row.max, row.unit
                ),
            );
        }
        for (p, _) in served.iter().zip(used).filter(|u| !u.1) {
            let slipped = made.rows.iter().any(|row| {
                canonical(symbols, &row.symbol) == p.symbol
                    && [(row.min, p.min), (row.typ, p.typ), (row.max, p.max)]
                        .iter()
                        .any(|(a, b)| thousandfold(*a, *b))
            });
            self.thousandfold += usize::from(
                slipped && missing.iter().any(|r| canonical(symbols, &r.symbol) == p.symbol),
            );
            let text = format!(
                "row served wrong: `{}` {:?} {:?} {:?} `{}` at {} for {:?}",
                p.symbol, p.min, p.typ, p.max, p.printed_unit, p.conditions, p.parts
            );
            self.fault(made, text);
        }
    }
}
