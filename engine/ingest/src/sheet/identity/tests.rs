//! Identification on made-up pages.

use super::{Identity, identify};
use crate::sheet::SheetPage;
use crate::sheet::text::{Line, TextPage, Word};
use espice_facts::{KindInfo, SymbolTable};
use espice_pdf::{Color, Info, Page, Rect};

/// A line: its y, size and text.
type Made = (f64, f64, &'static str);

fn page(number: u32, lines: &[Made]) -> SheetPage {
    let lines = lines.iter().map(|(y, size, text)| {
        let area = Rect { x0: 50.0, y0: y - size, x1: 300.0, y1: *y };
        let words = text.split(' ').map(|w| Word {
            text: w.into(),
            runs: Vec::new(),
            area,
            size: *size,
            bold: false,
            italic: false,
            color: Color::BLACK,
            notes: Vec::new(),
            order: 0,
        });
        Line { words: words.collect(), area, angle: 0.0, baseline: *y, size: *size }
    });
    let text = TextPage { lines: lines.collect(), hidden: Vec::new() };
    SheetPage { page: Page { number, width: 600.0, height: 800.0, ..Page::default() }, text }
}

fn symbols() -> SymbolTable {
    let mut table = SymbolTable::default();
    let kind = |name: &str, titles: &[&str], polarities: &[(&str, &str)]| KindInfo {
        name: name.into(),
        titles: titles.iter().map(|t| String::from(*t)).collect(),
        polarities: polarities
            .iter()
            .map(|(p, w)| (String::from(*p), vec![String::from(*w)]))
            .collect(),
        ..KindInfo::default()
    };
    let class = |name: &str, words: &str| (String::from(name), vec![String::from(words)]);
    let classes = vec![class("schottky", "Schottky"), class("rectifier", "rectifier")];
    let diode = kind("diode", &["diode", "diodes", "rectifier"], &[]);
    for made in [
        KindInfo { classes, ..diode },
        kind("bjt", &["transistor", "transistors"], &[("npn", "NPN"), ("pnp", "PNP")]),
        kind(
            "mosfet",
            &["MOSFET", "field effect transistor"],
            &[("nmos", "N-channel"), ("pmos", "P-channel")],
        ),
        kind("regulator", &["voltage regulator"], &[]),
    ] {
        table.add_kind(made);
    }
    table
}

fn read(file: &str, pages: &[&[Made]]) -> Identity {
    let pages: Vec<SheetPage> = pages.iter().zip(1..).map(|(lines, n)| page(n, lines)).collect();
    identify(&pages, &[], &Info::default(), file, &symbols())
}

const BODY: Made =
    (400.0, 9.0, "A sentence of the usual size that says nothing of interest to anybody at all");

#[test]
fn a_sheet_of_one_part_is_known_by_title_and_running_head() {
    let found = read(
        "scan12.pdf",
        &[
            &[
                (60.0, 20.0, "XQ7002"),
                (100.0, 13.0, "60 V, 300 mA N-channel Trench MOSFET"),
                BODY,
                (420.0, 9.0, "in a SOT23 package"),
            ],
            &[
                (40.0, 12.0, "XQ7002"),
                (300.0, 12.0, "Body diode"),
                BODY,
                (790.0, 8.0, "© Nexperia B.V. Rev. 7 — 8 September 2011"),
            ],
        ],
    );
    assert_eq!(found.part.as_deref(), Some("XQ7002"));
    assert!(found.parts.is_empty());
    assert_eq!(found.kind.as_deref(), Some("mosfet"));
    assert_eq!(found.polarity.as_deref(), Some("nmos"));
    assert_eq!(found.maker.as_deref(), Some("Nexperia"));
    assert_eq!(found.package.as_deref(), Some("SOT-23"));
    assert_eq!(found.revision.as_deref(), Some("Rev. 7 — 8 September 2011"));
}

#[test]
fn the_class_is_that_of_the_title() {
    let class = |title: &'static str, line: &'static str| {
        let lines: &[Made] = &[(60.0, 20.0, title), BODY, (500.0, 9.0, line)];
        read("a.pdf", &[lines]).class
    };
    assert_eq!(class("XY12 fast rectifier diode", "").as_deref(), Some("rectifier"));
    // What the kind declares first says more.
    let both = class("XY12 Schottky rectifier diode", "");
    assert_eq!(both.as_deref(), Some("schottky"));
    // What stands below the title may be about something else.
    assert_eq!(class("XY12 diode", "replaces Schottky diodes"), None);
}

#[test]
fn families_are_taken_apart() {
    let range: &[Made] = &[
        (60.0, 20.0, "1N4001 THRU 1N4004"),
        (100.0, 13.0, "1.0A RECTIFIER"),
        BODY,
        (500.0, 9.0, "1N4001 1N4002 1N4003 1N4004"),
    ];
    assert_eq!(read("a.pdf", &[range]).parts, ["1N4001", "1N4002", "1N4003", "1N4004"]);
    let list: &[Made] = &[(60.0, 20.0, "BC546/547/548"), (100.0, 13.0, "NPN transistor"), BODY];
    assert_eq!(read("BC547.pdf", &[list, list]).parts, ["BC546", "BC547", "BC548"]);
    let codes: &[Made] = &[
        (60.0, 20.0, "BAT54"),
        BODY,
        (500.0, 9.0, "BAT54FILM BAT54JFILM BAT54JFILM-H BAT54AFILM"),
        (520.0, 9.0, "The BAT54 series"),
    ];
    assert_eq!(read("a.pdf", &[codes]).parts, ["BAT54", "BAT54A", "BAT54J"]);
}

#[test]
fn what_is_not_said_stays_open() {
    let other: &[Made] = &[
        (60.0, 20.0, "Twelve angry amplifiers"),
        BODY,
        (500.0, 9.0, "Complementary to the transistor BC557"),
    ];
    let found = read("a.pdf", &[other]);
    assert_eq!(found, Identity { pages: found.pages.clone(), ..Identity::default() });
    let regulator: &[Made] = &[
        (60.0, 20.0, "LM78L05 voltage regulator"),
        BODY,
        (500.0, 9.0, "A diode at the output, and a transistor"),
    ];
    let large: &[Made] = &[
        (60.0, 14.0, "Positive voltage regulator"),
        (80.0, 12.0, "Output transistor protected"),
        (90.0, 12.0, "No diode needed"),
        BODY,
    ];
    assert_eq!(read("a.pdf", &[large]).kind.as_deref(), Some("regulator"));
    let glued: &[Made] = &[(60.0, 14.0, "N hannelMOSFET"), BODY];
    assert_eq!(read("a.pdf", &[glued]).kind.as_deref(), Some("mosfet"));
    assert_eq!(read("a.pdf", &[regulator]).kind.as_deref(), Some("regulator"));
}

#[test]
fn what_a_sheet_does_not_say_is_told() {
    use espice_base::{Code, FileId};
    let told = |identity: &Identity| -> Vec<Code> {
        identity.open(FileId(0)).iter().map(|d| d.code).collect()
    };
    assert_eq!(told(&Identity::default()), [Code::SHEET_KIND, Code::SHEET_PART]);
    let known = Identity {
        kind: Some(String::from("diode")),
        part: Some(String::from("1N4148")),
        ..Identity::default()
    };
    assert!(told(&known).is_empty());
}
