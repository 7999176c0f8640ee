//! Tables that are rarely drawn, written as sheets with exact truth: quantities as columns and
//! parts as rows, one value beside several rows, boxes below a line, columns of packages.

use crate::support;
use crate::synthetic::canvas::{Book, Pen};
use crate::synthetic::font::{Face, Kind, Pack};
use crate::synthetic::pdf::Save;
use crate::synthetic::style::styles;
use espice_base::SourceMap;
use espice_facts::{Condition, Parameter, Status};

const SIZE: f64 = 8.0;
const RULE: Pen = Pen::black(0.5);

/// A page with its title.
fn page(title: &str, what: &str) -> Book {
    let sans = Kind::Standard { serif: false };
    let plain = styles().into_iter().find(|s| s.name == "boustrophedon").expect("a plain style");
    let pack = Pack { regular: sans, bold: sans, title: sans };
    let mut book = Book::new(595.0, 842.0, pack, plain.habits);
    book.turn();
    book.text([50.0, 790.0], Face::Title, 16.0, title);
    book.text([50.0, 770.0], Face::Bold, 11.0, what);
    book
}

fn across(book: &mut Book, y: f64, x: [f64; 2]) {
    book.line([x[0], y], [x[1], y], RULE);
}

fn down(book: &mut Book, x: f64, y: [f64; 2]) {
    book.line([x, y[0]], [x, y[1]], RULE);
}

/// A text in the middle of a box of the grid `x`, `y`.
fn cell(book: &mut Book, x: [f64; 2], y: [f64; 2], text: &str) {
    let at = [(x[0] + x[1]) / 2.0, (y[0] + y[1]) / 2.0 - 0.35 * SIZE];
    book.align(at, 0.5, Face::Regular, SIZE, text);
}

/// What is read from a sheet, a line for each row.
fn read(book: &Book, name: &str) -> Vec<String> {
    let symbols = support::library().symbols.clone();
    let bytes = book.save(&Save::default());
    let reading = espice_ingest::read(&bytes, name, &mut SourceMap::default(), &symbols);
    reading.facts.parameters.iter().map(told).collect()
}

fn told(p: &Parameter) -> String {
    let limit = |v: Option<f64>| v.map_or(String::from("-"), |v| format!("{v:.4}"));
    let limits = [p.min, p.typ, p.max].map(limit).join(" ");
    let held = |(s, c): (&String, &Condition)| match c {
        Condition::Value(v) => Some(format!("{s}={v:.4}")),
        _ => None,
    };
    let conditions: Vec<String> = p.conditions.by_symbol.iter().filter_map(held).collect();
    let doubt = if p.status == Status::Served { "" } else { " ?" };
    format!("{} {limits} | {} | {}{doubt}", p.symbol, conditions.join(" "), p.parts.join(" "))
}

#[test]
fn quantities_are_columns_and_parts_rows() {
    let mut book = page("1N5817 - 1N5819", "Schottky Barrier Rectifier Diodes");
    book.text([50.0, 720.0], Face::Bold, 10.0, "Electrical Characteristics (T_{A} = 25 °C)");
    let x = [50.0, 130.0, 200.0, 270.0, 340.0, 430.0];
    let y = [710.0, 695.0, 680.0, 665.0, 650.0, 635.0];
    let (left, right) = (x[0], x[5]);
    for (k, &at) in y.iter().enumerate() {
        // The second rule of the head runs below the two columns of VF only.
        across(&mut book, at, if k == 1 { [x[2], x[4]] } else { [left, right] });
    }
    for (k, &at) in x.iter().enumerate() {
        down(&mut book, at, [if k == 3 { y[1] } else { y[0] }, y[5]]);
    }
    let head = [y[2], y[0]];
    cell(&mut book, [x[0], x[1]], head, "Type");
    cell(&mut book, [x[1], x[2]], head, "I_{F} (A)");
    cell(&mut book, [x[2], x[4]], [y[1], y[0]], "V_{F} (V)");
    cell(&mut book, [x[2], x[3]], [y[2], y[1]], "Typ.");
    cell(&mut book, [x[3], x[4]], [y[2], y[1]], "Max.");
    cell(&mut book, [x[4], x[5]], head, "Max. I_{R} (mA)");
    let rows = [
        ["1N5817", "1", "0.41", "0.45", "1.0"],
        ["1N5818", "1", "0.50", "0.55", "1.0"],
        ["1N5819", "1", "0.55", "0.60", "0.5"],
    ];
    for (r, row) in rows.iter().enumerate() {
        for (c, text) in row.iter().enumerate() {
            cell(&mut book, [x[c], x[c + 1]], [y[r + 3], y[r + 2]], text);
        }
    }
    let temperature = "Tamb=298.1500";
    assert_eq!(
        read(&book, "1N5817.pdf"),
        [
            format!("VF - 0.4100 0.4500 | IF=1.0000 {temperature} | 1N5817"),
            format!("IR - - 0.0010 | {temperature} | 1N5817"),
            format!("VF - 0.5000 0.5500 | IF=1.0000 {temperature} | 1N5818"),
            format!("IR - - 0.0010 | {temperature} | 1N5818"),
            format!("VF - 0.5500 0.6000 | IF=1.0000 {temperature} | 1N5819"),
            format!("IR - - 0.0005 | {temperature} | 1N5819"),
        ]
    );
}

#[test]
fn one_value_stands_beside_several_rows() {
    let mut book = page("2N4711", "NPN Silicon Transistor");
    book.text([50.0, 730.0], Face::Bold, 10.0, "Electrical Characteristics");
    let x = [50.0, 210.0, 270.0, 400.0, 460.0, 510.0];
    let mut boxed = |y: &[f64], short: &[f64]| {
        for &at in y {
            across(&mut book, at, [x[0], x[5]]);
        }
        // These do not cross the columns of values and units.
        for &at in short {
            across(&mut book, at, [x[0], x[3]]);
        }
        for at in x {
            down(&mut book, at, [y[0], y[y.len() - 1]]);
        }
    };
    boxed(&[720.0, 705.0, 675.0, 660.0], &[690.0]);
    boxed(&[640.0, 610.0], &[625.0]);
    let heads = ["Description", "Symbol", "Test Condition", "Value", "Unit"];
    for (c, text) in heads.iter().enumerate() {
        cell(&mut book, [x[c], x[c + 1]], [705.0, 720.0], text);
    }
    let mut row = |y: [f64; 2], cells: [&str; 5]| {
        for (c, text) in cells.iter().enumerate().filter(|(_, t)| !t.is_empty()) {
            cell(&mut book, [x[c], x[c + 1]], y, text);
        }
    };
    let given = "I_{C} = 1 mA, I_{B} = 0";
    row([690.0, 705.0], ["Collector-Emitter Breakdown Voltage", "V_{(BR)CEO}", given, "", ""]);
    let given = "I_{C} = 10 µA, I_{E} = 0";
    row([675.0, 690.0], ["Collector-Base Breakdown Voltage", "V_{(BR)CBO}", given, "", ""]);
    row([675.0, 705.0], ["", "", "", ">40", "V"]);
    let given = "I_{E} = 10 µA, I_{C} = 0";
    row([660.0, 675.0], ["Emitter-Base Breakdown Voltage", "V_{(BR)EBO}", given, ">5", "V"]);
    row([625.0, 640.0], ["Delay Time", "t_{d}", "V_{CC} = 3 V", "", ""]);
    row([610.0, 625.0], ["Rise Time", "t_{r}", "I_{C} = 10 mA", "", ""]);
    row([610.0, 640.0], ["", "", "", "<35", "ns"]);
    book.text([50.0, 646.0], Face::Bold, SIZE, "Switching Time");
    let told: Vec<String> = read(&book, "2N4711.pdf")
        .into_iter()
        .map(|l| l.split(" | ").next().unwrap_or_default().to_string())
        .collect();
    assert_eq!(
        told,
        [
            "V(BR)CEO 40.0000 - -",
            "V(BR)CBO 40.0000 - -",
            "V(BR)EBO 5.0000 - -",
            "td - - 0.0000",
            "tr - - 0.0000",
        ]
    );
}

#[test]
fn columns_of_packages_are_for_review() {
    let mut book = page("2N2905 2N2907", "PNP Silicon Transistors");
    book.text([50.0, 730.0], Face::Bold, 10.0, "THERMAL DATA");
    let x = [50.0, 110.0, 330.0, 400.0, 470.0, 520.0];
    for at in [720.0, 702.0, 670.0] {
        across(&mut book, at, [x[0], x[5]]);
    }
    for at in x {
        down(&mut book, at, [720.0, 670.0]);
    }
    for (c, text) in [(2, "TO-39"), (3, "TO-18")] {
        cell(&mut book, [x[c], x[c + 1]], [702.0, 720.0], text);
    }
    for (y, row) in [
        (686.0, ["R_{thj-case}", "Thermal Resistance Junction-Case Max", "58.3", "97.3", "°C/W"]),
        (674.0, ["R_{thj-amb}", "Thermal Resistance Junction-Ambient Max", "292", "437", "°C/W"]),
    ] {
        for (c, text) in row.iter().enumerate() {
            cell(&mut book, [x[c], x[c + 1]], [y, y + 10.0], text);
        }
    }
    assert_eq!(
        read(&book, "2N2905.pdf"),
        [
            "RthJC - - 58.3000 |  |  ?",
            "RthJC - - 97.3000 |  |  ?",
            "RthJA - - 292.0000 |  |  ?",
            "RthJA - - 437.0000 |  |  ?",
        ]
    );
}
