//! Sheets by other writers: matplotlib and reportlab, where they are installed. `tests/foreign`
//! holds the script; `ESPICE_PYTHON` names the interpreter.

use crate::sheet_score::Score;
use crate::support;
use crate::synthetic::truth::{Axis, Curve, Panel, Row, Sheet};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

fn number(value: &Value) -> Option<f64> {
    value.as_f64()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_string()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Names and values of an object.
fn named(value: &Value) -> Vec<(String, f64)> {
    let entries = value.as_object().into_iter().flatten();
    entries.filter_map(|(k, v)| Some((k.clone(), v.as_f64()?))).collect()
}

fn axis(value: &Value) -> Axis {
    let ends: Vec<f64> = list(&value["ends"]).iter().filter_map(number).collect();
    Axis {
        symbol: text(&value["symbol"]),
        log: value["log"].as_bool().unwrap_or(false),
        ends: [ends[0], ends[1]],
        unit: text(&value["unit"]),
        normalized: false,
    }
}

fn curve(value: &Value) -> Curve {
    let point = |p: &Value| Some([number(&p[0])?, number(&p[1])?]);
    Curve {
        label: text(&value["label"]),
        quantity: text(&value["quantity"]),
        family: named(&value["family"]),
        axis: 0,
        line: list(&value["line"]).iter().filter_map(point).collect(),
    }
}

fn panel(value: &Value) -> Panel {
    let frame: Vec<f64> = list(&value["frame"]).iter().filter_map(number).collect();
    Panel {
        page: 1,
        frame: [frame[0], frame[1], frame[2], frame[3]],
        title: text(&value["title"]),
        x: axis(&value["x"]),
        y: axis(&value["y"]),
        curves: list(&value["curves"]).iter().map(curve).collect(),
        conditions: named(&value["conditions"]),
        ..Panel::default()
    }
}

fn row(value: &Value) -> Row {
    Row {
        page: 1,
        symbol: text(&value["symbol"]),
        min: number(&value["min"]),
        typ: number(&value["typ"]),
        max: number(&value["max"]),
        unit: text(&value["unit"]),
        conditions: named(&value["conditions"]),
        ..Row::default()
    }
}

/// A sheet that the script wrote.
fn sheet(json: &Path) -> Sheet {
    let truth: Value = serde_json::from_slice(&support::bytes(json)).expect("JSON");
    Sheet {
        name: json.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        bytes: support::bytes(&json.with_extension("pdf")),
        pages: 1,
        rows: list(&truth["rows"]).iter().map(row).collect(),
        panels: list(&truth["panels"]).iter().map(panel).collect(),
        ..Sheet::default()
    }
}

#[test]
fn sheets_of_other_writers_are_never_read_wrong() {
    let python = support::variable("ESPICE_PYTHON").unwrap_or_else(|| "python3".into());
    let script = support::root().join("tests/foreign/sheets.py");
    let folder = support::folder("foreign");
    let count = support::variable("ESPICE_SHEETS").unwrap_or_else(|| "4".into());
    let made = Command::new(&python).arg(&script).arg(&folder).arg(&count).output();
    if !made.is_ok_and(|o| o.status.success()) {
        println!("skipped: `{python}` cannot run matplotlib");
        return;
    }
    let symbols = support::library().symbols.clone();
    let mut score = Score::default();
    for file in
        support::files_under(&folder).iter().filter(|f| f.extension().is_some_and(|e| e == "json"))
    {
        score.add(&sheet(file), &symbols);
    }
    println!("{}", score.report());
    score.faults.iter().for_each(|f| println!("{f}"));
    assert_eq!(score.thousandfold, 0, "{:#?}", score.faults);
    assert!(score.precision() >= 0.98, "{:#?}", score.faults);
}
