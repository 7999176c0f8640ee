//! A table with a column of values for each part of a family.

use super::canvas::{Book, Pen};
use super::font::{Face, Kind, Pack};
use super::random::Random;
use super::sheet::Maker;
use super::style::{Style, styles};
use super::table::rounded;
use super::truth::{Row, Sheet};
use super::vocabulary::si;

/// A quantity: canonical symbol, as printed, in words, unit, values, whether they differ by part.
type Quantity = (&'static str, &'static str, &'static str, &'static str, [f64; 2], bool);

const QUANTITIES: [Quantity; 6] = [
    ("VRRM", "V_{RRM}", "Peak Repetitive Reverse Voltage", "V", [50.0, 90.0], true),
    ("VR(RMS)", "V_{R(RMS)}", "RMS Reverse Voltage", "V", [35.0, 63.0], true),
    ("IF(AV)", "I_{F(AV)}", "Average Rectified Forward Current", "A", [1.0, 3.0], false),
    ("IFSM", "I_{FSM}", "Non-Repetitive Peak Forward Surge Current", "A", [20.0, 50.0], false),
    ("CJ", "C_{J}", "Typical Junction Capacitance", "pF", [8.0, 60.0], true),
    ("RthJA", "R_{θJA}", "Thermal Resistance, Junction to Ambient", "°C/W", [50.0, 100.0], false),
];

/// A sheet for a family of rectifiers.
pub fn sheet(seed: u64) -> Sheet {
    let mut random = Random::new(seed);
    let mut style: Style = random.pick(&styles());
    let plain = Kind::Standard { serif: random.chance(0.3) };
    style.fonts = Pack { regular: plain, bold: plain, title: plain };
    let first = 10 * (100 + random.below(800));
    let count = 3 + random.below(4);
    let parts: Vec<String> = (1..=count).map(|n| format!("DX{}", first + n)).collect();
    let mut maker = Maker::new(&style, "diode", &format!("{}-{}", parts[0], parts[count - 1]));
    maker.page();
    maker.opening();
    let title = "Maximum Ratings and Electrical Characteristics";
    maker.book.text([50.0, 690.0], Face::Bold, 10.0, title);
    let rows = draw(&mut maker.book, &parts, random.chance(0.7), &mut random);
    maker.rows.extend(rows);
    maker.finish(format!("family-{seed}"))
}

/// Draws the table, with rules around all cells or horizontal ones only.
fn draw(book: &mut Book, parts: &[String], full: bool, random: &mut Random) -> Vec<Row> {
    let (left, right, size, step) = (50.0, 545.0, 8.0, 15.0);
    let pen = Pen::black(0.5);
    let cell = (right - left - 170.0 - 55.0 - 34.0) / parts.len() as f64;
    let values = left + 225.0;
    let end = right - 34.0;
    let mut edges = vec![left, left + 170.0, values];
    edges.extend((1..=parts.len()).map(|i| values + cell * i as f64));
    edges.push(right);
    let middle = |i: usize| (edges[i] + edges[i + 1]) / 2.0;
    let mut y = 680.0;
    let top = y;
    let head = ["Characteristic", "Symbol"].into_iter().chain(parts.iter().map(String::as_str));
    for (i, word) in head.chain(["Unit"]).enumerate() {
        book.align([middle(i), y - 10.0], 0.5, Face::Bold, size, word);
    }
    book.line([left, y], [right, y], pen);
    y -= step;
    let mut rows = Vec::new();
    for (symbol, mark, words, unit, [low, high], differs) in QUANTITIES {
        book.line([left, y], [right, y], pen);
        let base = y - 10.0;
        book.text([left + 3.0, base], Face::Regular, size, words);
        book.align([middle(1), base], 0.5, Face::Regular, size, mark);
        book.align([middle(parts.len() + 2), base], 0.5, Face::Regular, size, unit);
        let [one, zero] = si(unit);
        let start = random.between(low, high);
        let typical = words.starts_with("Typical");
        let mut put = |at: f64, value: f64, part: Option<&String>| {
            let (text, read) = rounded(value);
            book.align([at, base], 0.5, Face::Regular, size, &text);
            let value = Some(read * one + zero);
            rows.push(Row {
                page: 1,
                symbol: symbol.into(),
                typ: value.filter(|_| typical),
                max: value.filter(|_| !typical),
                unit: unit.into(),
                parts: part.into_iter().cloned().collect(),
                ..Row::default()
            });
        };
        if differs {
            for (i, part) in parts.iter().enumerate() {
                put(middle(2 + i), start * 1.9f64.powi(i as i32), Some(part));
            }
        } else {
            put((values + end) / 2.0, start, None);
        }
        if full {
            let merged = |x: f64| !differs && x > values + 1.0 && x < end - 1.0;
            for x in edges.iter().copied().filter(|x| !merged(*x)) {
                book.line([x, y], [x, y - step], pen);
            }
        }
        y -= step;
    }
    book.line([left, y], [right, y], pen);
    if full {
        for x in &edges {
            book.line([*x, top], [*x, top - step], pen);
        }
    }
    rows
}
