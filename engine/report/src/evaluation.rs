//! Values of a card at biases: CSV, JSON, and plots.

use crate::numbers::{Script, number, quantity};
use crate::svg::{self, Axis, Chart, Series, escape};
use espice::{EvaluatedColumn, Evaluation};
use espice_units::exact;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Most curves of a plot; more could not be told apart.
const MOST: usize = 24;

/// The values as CSV: lines `# name: value`, a heading with units, a row for each bias. Numbers
/// read back as the same value; cells without a value are empty.
pub fn csv(evaluation: &Evaluation) -> String {
    let mut out = String::new();
    let mut say = |name: &str, value: &str| {
        if !value.is_empty() {
            let value: String = value.chars().filter(|c| !c.is_control()).collect();
            let _ = writeln!(out, "# {name}: {value}");
        }
    };
    say("model", &evaluation.model);
    say("type", &evaluation.device_type);
    say("template", &evaluation.template);
    say("polarity", &evaluation.polarity);
    say("simulator", evaluation.simulator.as_deref().unwrap_or(""));
    for text in deviations(evaluation) {
        say("largest deviation", &text);
    }
    let quoted = |c: &EvaluatedColumn| {
        let text = format!("{} ({})", c.name, c.unit);
        if text.contains(',') { format!("\"{text}\"") } else { text }
    };
    let heads: Vec<String> = evaluation.columns.iter().map(quoted).collect();
    if !heads.is_empty() {
        let _ = writeln!(out, "{}", heads.join(","));
    }
    for row in &evaluation.rows {
        let cells: Vec<String> = row.iter().map(|v| v.map_or(String::new(), exact)).collect();
        let _ = writeln!(out, "{}", cells.join(","));
    }
    out
}

/// How far the simulator is off, a line for each column: `I(d): 3 nA, 2e-9 of the largest, in row
/// 12 of 40`.
pub fn deviations(evaluation: &Evaluation) -> Vec<String> {
    let line = |d: &espice::Deviation| {
        let unit = evaluation.columns.iter().find(|c| c.name == d.column);
        let unit = unit.map_or("", |c| c.unit.as_str());
        let size = quantity(d.largest, unit, Script::Plain);
        let share = d.of_largest.map_or(String::new(), |s| {
            format!(", {} of the largest magnitude", number(s, 2, Script::Plain))
        });
        format!("{}: {size}{share}, in row {} of {}", d.column, d.row, evaluation.rows.len())
    };
    evaluation.deviations.iter().map(line).collect()
}

/// The evaluation as indented JSON, one line feed at the end.
///
/// # Errors
/// Never for evaluations of this engine: see [`crate::json::render`].
pub fn json(evaluation: &Evaluation) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(evaluation)?;
    text.push('\n');
    Ok(text)
}

/// A self-contained page with a plot of every value over the bias that varies first. `None`
/// when nothing can be drawn.
pub fn html(evaluation: &Evaluation) -> Option<String> {
    let charts = charts(evaluation);
    let drawn: Vec<String> = charts
        .iter()
        .enumerate()
        .filter_map(|(n, chart)| {
            let plot = svg::draw(chart, &format!("v{n}"))?;
            Some(format!(
                "<figure>\n{plot}<figcaption>{}</figcaption>\n</figure>\n",
                escape(&chart.name)
            ))
        })
        .collect();
    if drawn.is_empty() {
        return None;
    }
    let title = escape(&format!("{}: {}", evaluation.model, evaluation.template));
    let mut page = String::from("<!doctype html>\n<html lang=\"en\">\n<head>\n");
    page += "<meta charset=\"utf-8\">\n";
    page += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
    page += "<meta name=\"color-scheme\" content=\"light dark\">\n";
    page += &format!("<title>{title}</title>\n");
    page += &format!("<style>\n{}</style>\n</head>\n<body>\n", include_str!("html/style.css"));
    page += &format!("<header><h1>{title}</h1>\n");
    let beside = evaluation
        .simulator
        .as_deref()
        .map(|s| format!("<p>Lines: espice; points: {}.</p>\n", escape(s)));
    page += &beside.unwrap_or_default();
    for text in deviations(evaluation) {
        page += &format!("<p class=\"note\">Largest deviation of {}.</p>\n", escape(&text));
    }
    page += "</header>\n<main>\n";
    page += &drawn.concat();
    page += "</main>\n</body>\n</html>\n";
    Some(page)
}

/// The plot of the first value, as a file of its own. `None` when nothing can be drawn.
pub fn svg(evaluation: &Evaluation) -> Option<String> {
    let chart = charts(evaluation).into_iter().next()?;
    let drawn = svg::draw(&chart, "v")?;
    let style = format!("<style>\n{}</style>", include_str!("html/style.css"));
    let named = drawn.replacen("<svg ", "<svg xmlns=\"http://www.w3.org/2000/svg\" ", 1);
    let at = named.find('>')? + 1;
    Some(format!("{}{style}{}", named.get(..at)?, named.get(at..)?))
}

/// A chart for each native column that takes different values.
fn charts(evaluation: &Evaluation) -> Vec<Chart> {
    let columns = &evaluation.columns;
    let given: Vec<usize> = indices(columns, |c| c.origin == "given");
    let value = |row: &[Option<f64>], c: usize| row.get(c).copied().flatten();
    let varies = |c: &&usize| {
        let mut seen = evaluation.rows.iter().map(|r| value(r, **c));
        let first = seen.next();
        seen.any(|v| Some(v) != first)
    };
    // The fastest bias is the one that differs between the first two rows.
    let fastest = |c: &&usize| match evaluation.rows.as_slice() {
        [a, b, ..] => value(a, **c) != value(b, **c),
        _ => false,
    };
    let Some(&x) = given.iter().find(fastest).or_else(|| given.iter().find(varies)) else {
        return Vec::new();
    };
    let held: Vec<usize> = given.iter().filter(|c| **c != x).filter(varies).copied().collect();
    let native = indices(columns, |c| c.origin == "native");
    native.into_iter().filter_map(|y| chart(evaluation, x, y, &held)).collect()
}

fn indices(columns: &[EvaluatedColumn], which: impl Fn(&EvaluatedColumn) -> bool) -> Vec<usize> {
    columns.iter().enumerate().filter(|(_, c)| which(c)).map(|(n, _)| n).collect()
}

fn chart(evaluation: &Evaluation, x: usize, y: usize, held: &[usize]) -> Option<Chart> {
    let columns = &evaluation.columns;
    let (x_column, y_column) = (columns.get(x)?, columns.get(y)?);
    let beside = columns
        .iter()
        .position(|c| c.origin == "simulated" && c.name.split('@').next() == Some(&y_column.name));
    let mut series: Vec<(Vec<Option<f64>>, Series)> = Vec::new();
    let mut left_out = BTreeSet::new();
    for row in &evaluation.rows {
        let value = |c: usize| row.get(c).copied().flatten();
        let Some(at) = value(x) else { continue };
        let key: Vec<Option<f64>> = held.iter().map(|c| value(*c)).collect();
        let index = match series.iter().position(|(k, _)| *k == key) {
            Some(index) => index,
            None if series.len() == MOST => {
                left_out.insert(key.iter().map(|v| v.map(f64::to_bits)).collect::<Vec<_>>());
                continue;
            }
            None => {
                let named = |(c, v): (&usize, &Option<f64>)| {
                    let column = columns.get(*c)?;
                    let text = quantity((*v)?, &column.unit, Script::Fine);
                    Some(format!("{} = {text}", column.name))
                };
                let label: Vec<String> = held.iter().zip(&key).filter_map(named).collect();
                let empty = Series {
                    label: label.join(", "),
                    colour: series.len() % 8,
                    used: Vec::new(),
                    unused: Vec::new(),
                    model: Vec::new(),
                    residuals: Vec::new(),
                };
                series.push((key, empty));
                series.len() - 1
            }
        };
        let Some((_, one)) = series.get_mut(index) else { continue };
        one.model.push((at, value(y), true));
        one.used.extend(beside.and_then(value).map(|v| [at, v]));
    }
    let drawn = series.iter().flat_map(|(_, s)| &s.model).filter(|(_, v, _)| v.is_some()).count();
    let mut name = format!("{} over {}", y_column.name, x_column.name);
    if !left_out.is_empty() {
        let all = series.len() + left_out.len();
        let _ = write!(name, " (the first {} of {all} curves)", series.len());
    }
    (drawn > 1).then(|| Chart {
        name,
        description: format!("{} curves of {drawn} values", series.len()),
        x: Axis { title: x_column.name.clone(), unit: x_column.unit.clone(), log: false },
        y: Axis { title: y_column.name.clone(), unit: y_column.unit.clone(), log: false },
        series: series.into_iter().map(|(_, s)| s).collect(),
        residual: None,
    })
}
