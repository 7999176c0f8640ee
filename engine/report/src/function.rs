//! Plain curve fits: for terminals, and JSON.

use espice::{FunctionFit, FunctionParameter};
use espice_units::plain;
use std::fmt::Write as _;

/// Digits of values, and of their errors.
const DIGITS: usize = 10;
const OF_ERRORS: usize = 4;

/// The fit as indented JSON, one line feed at the end.
///
/// # Errors
/// Never for fits of this engine: see [`crate::json::render`].
pub fn json(fit: &FunctionFit) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(fit)?;
    text.push('\n');
    Ok(text)
}

/// A short account: how it ended, a line for each parameter, what the data cannot tell. Empty
/// where no fit began.
pub fn text(fit: &FunctionFit) -> String {
    let mut out = String::new();
    if fit.parameters.is_empty() {
        return out;
    }
    let _ = writeln!(
        out,
        "{}: {} at {} points; the fit {} ({} evaluations)",
        fit.template, fit.output, fit.points, fit.stop, fit.evaluations
    );
    let number = |v: Option<f64>| v.map_or(String::from("-"), |v| plain(v, OF_ERRORS));
    let _ = writeln!(
        out,
        "sum of squares {}, standard deviation {}, {} degrees of freedom",
        fit.sum_of_squares.map_or(String::from("-"), |v| plain(v, DIGITS)),
        number(fit.deviation),
        number(fit.degrees_of_freedom)
    );
    let profiled = fit.parameters.iter().any(|p| p.profile_low.or(p.profile_high).is_some());
    let interval = format!("{} % interval", plain(100.0 * fit.level, 4));
    let mut heads = vec!["parameter", "value", "unit", "error", interval.as_str()];
    heads.extend(profiled.then_some("by profile"));
    let mut rows = vec![heads.into_iter().map(String::from).collect::<Vec<_>>()];
    for p in &fit.parameters {
        let mut row = vec![
            p.name.clone(),
            p.value.map_or(String::from("-"), |v| plain(v, DIGITS)),
            p.unit.clone(),
            number(p.deviation),
            remark(p, &number),
        ];
        if profiled {
            row.push(format!("{} .. {}", number(p.profile_low), number(p.profile_high)));
        }
        rows.push(row);
    }
    let columns = rows.first().map_or(0, Vec::len);
    let width = |c: usize| rows.iter().filter_map(|r| r.get(c)).map(|s| s.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|c| width(c).unwrap_or(0)).collect();
    for row in &rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        let line: Vec<String> = cells.collect();
        let _ = writeln!(out, "{}", line.join("  ").trim_end());
    }
    for (a, b, c) in &fit.correlated {
        let _ = writeln!(out, "{a} and {b} are correlated by {}", plain(*c, 4));
    }
    out
}

fn remark(p: &FunctionParameter, number: &dyn Fn(Option<f64>) -> String) -> String {
    if p.fixed {
        return String::from("fixed");
    }
    let ends = format!("{} .. {}", number(p.low), number(p.high));
    match (&p.at_bound, p.identified) {
        (Some(end), _) => format!("at the {end} end of its range"),
        (None, false) => format!("{ends}, not determined"),
        (None, true) => ends,
    }
}
