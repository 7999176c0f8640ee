//! Numbers of tick labels as sheets print them.

use super::*;
use crate::sheet::text::{Line, Run};
use espice_pdf::Color;

/// A word of 5 pt wide glyphs; text after `^` stands raised.
fn word(text: &str, x: f64) -> Word {
    let mut runs = Vec::new();
    let mut at = x;
    for (i, part) in text.split('^').enumerate() {
        let script = if i == 0 { Script::Normal } else { Script::Super };
        let wide = 5.0 * part.chars().count() as f64;
        let (y0, y1) = if i == 0 { (100.0, 107.0) } else { (97.0, 102.0) };
        runs.push(Run {
            text: part.to_string(),
            script,
            area: Rect { x0: at, y0, x1: at + wide, y1 },
        });
        at += wide;
    }
    let area = runs.iter().map(|r| r.area).reduce(Rect::union).unwrap();
    Word {
        text: text.replace('^', ""),
        runs,
        area,
        size: 8.0,
        bold: false,
        italic: false,
        color: Color::BLACK,
        notes: Vec::new(),
        order: 0,
    }
}

fn line(words: Vec<Word>) -> Line {
    let area = words.iter().map(|w| w.area).reduce(Rect::union).unwrap();
    Line { words, area, angle: 0.0, baseline: 107.0, size: 8.0 }
}

fn read_line(words: Vec<Word>) -> Vec<(f64, String)> {
    let page = TextPage { lines: vec![line(words)], ..TextPage::default() };
    let alone = labels(&page).into_iter().filter(|l| l.close == [None, None]);
    alone.map(|l| (l.values[0], l.printed)).collect()
}

#[test]
fn numbers_of_every_make() {
    for (text, value) in [
        ("0", 0.0),
        ("-55", -55.0),
        ("+25", 25.0),
        (".1", 0.1),
        ("0,1", 0.1),
        ("1,000", 1000.0),
        ("10,000", 10_000.0),
        ("1.E-03", 1e-3),
        ("1.0E+02", 100.0),
        ("1e3", 1e3),
        ("10^-3", 1e-3),
        ("10^2", 100.0),
        ("2x10^4", 2e4),
        ("10-5", 1e-5),
        ("1k", 1e3),
        ("100m", 0.1),
        ("10µ", 1e-5),
        ("1M", 1e6),
        ("5.", 5.0),
    ] {
        assert_eq!(read_line(vec![word(text, 0.0)]).first().map(|l| l.0), Some(value), "{text}");
    }
    for text in ["A", "1N4148", "-", "10V^2", "3-4", "2.5.1", "TO-92", "10^x", "", "1/2"] {
        let read: Vec<_> = read_line(vec![word(text, 0.0)]);
        assert!(read.is_empty(), "{text}: {read:?}");
    }
}

#[test]
fn other_readings_come_after_the_plain_one() {
    assert_eq!(values_of("102"), Some(vec![102.0, 100.0]));
    assert_eq!(values_of("1,000"), Some(vec![1000.0, 1.0]));
    assert_eq!(values_of("1000"), Some(vec![1000.0]));
}

#[test]
fn words_that_belong_together_are_one_label() {
    let cases = [
        (vec![word("-", 0.0), word("30", 8.0)], vec![(-30.0, "-30")]),
        (vec![word("25", 0.0), word("°C", 13.0)], vec![(25.0, "25 °C")]),
        (vec![word("1", 0.0), word("00", 7.0)], vec![(100.0, "100")]),
        (vec![word("2", 0.0), word("×", 7.0), word("10^1", 14.0)], vec![(20.0, "2x10^1")]),
        (vec![word("0", 0.0), word("20", 40.0)], vec![(0.0, "0"), (20.0, "20")]),
        (vec![word("VDS", 0.0), word("=", 17.0), word("10", 24.0)], vec![]),
        (vec![word("10", 0.0), word("Ohm", 13.0), word("max", 30.0)], vec![]),
    ];
    for (words, expected) in cases {
        let expected: Vec<_> = expected.into_iter().map(|(v, s)| (v, s.to_string())).collect();
        assert_eq!(read_line(words), expected);
    }
}

#[test]
fn an_exponent_printed_apart_is_found() {
    let mut exponent = word("-1", 11.0);
    exponent.area = Rect { x0: 11.0, y0: 96.0, x1: 16.0, y1: 101.0 };
    let lines = vec![line(vec![exponent]), line(vec![word("10", 0.0)])];
    let page = TextPage { lines, ..TextPage::default() };
    let read: Vec<_> = labels(&page).into_iter().map(|l| (l.values[0], l.printed)).collect();
    assert_eq!(read, [(0.1, "10^-1".to_string())]);
}

#[test]
fn powers_of_ten_set_wide_apart_are_one_number() {
    let read = |first: &str| read_line(vec![word(first, 50.0), word("0^-5", 58.0)]);
    assert_eq!(read("1"), [(1e-5, String::from("10^-5"))]);
    // Nothing says that these belong together.
    assert!(read("2").iter().all(|(v, _)| *v != 1e-5 && *v != 2e-5));
}
