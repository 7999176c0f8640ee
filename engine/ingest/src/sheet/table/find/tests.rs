//! Made-up pages, one for each habit of drawing tables.

mod habits;

use super::find;
use crate::sheet::table::{Role, Section, Table};
use crate::sheet::text::{Line, Run, Script, TextPage, Word};
use espice_pdf::{Color, Page, PathObject, Point, Rect, Segment, Stroke, Subpath};

/// A page in the making. Letters are half as wide as high.
struct Sheet {
    page: Page,
    lines: Vec<Line>,
}

const SIZE: f64 = 8.0;

impl Sheet {
    fn new() -> Sheet {
        let page = Page { number: 1, width: 595.0, height: 842.0, ..Page::default() };
        Sheet { page, lines: Vec::new() }
    }

    /// Words with single blanks between them; a double blank begins another line of text on the
    /// same height, at the next multiple of nothing: lines are placed one by one.
    fn text(&mut self, x: f64, base: f64, text: &str) -> &mut Sheet {
        self.sized(x, base, SIZE, text)
    }

    fn sized(&mut self, x: f64, base: f64, size: f64, text: &str) -> &mut Sheet {
        let mut at = x;
        let mut words = Vec::new();
        for word in text.split(' ').filter(|w| !w.is_empty()) {
            let width = 0.5 * size * word.chars().count() as f64;
            let area = Rect { x0: at, y0: base - 0.72 * size, x1: at + width, y1: base };
            words.push(Word {
                text: word.to_string(),
                runs: vec![Run { text: word.to_string(), script: Script::Normal, area }],
                area,
                size,
                bold: false,
                italic: false,
                color: Color::BLACK,
                notes: Vec::new(),
                order: 0,
            });
            at += width + 0.28 * size;
        }
        let area = words.iter().map(|w| w.area).reduce(Rect::union).unwrap();
        self.lines.push(Line { words, area, angle: 0.0, baseline: base, size });
        self
    }

    fn centred(&mut self, x: f64, base: f64, text: &str) -> &mut Sheet {
        let words = text.split(' ').count() as f64 - 1.0;
        let letters = text.chars().filter(|c| *c != ' ').count() as f64;
        let width = 0.5 * SIZE * letters + 0.28 * SIZE * words;
        self.text(x - width / 2.0, base, text)
    }

    fn cells(&mut self, base: f64, cells: &[(f64, &str)]) -> &mut Sheet {
        for (x, text) in cells.iter().filter(|c| !c.1.is_empty()) {
            self.text(*x, base, text);
        }
        self
    }

    fn line(&mut self, a: (f64, f64), b: (f64, f64)) -> &mut Sheet {
        let (a, b) = (Point::new(a.0, a.1), Point::new(b.0, b.1));
        self.page.paths.push(PathObject {
            subpaths: vec![Subpath { start: a, segments: vec![Segment::Line(b)], closed: false }],
            fill: None,
            even_odd: false,
            stroke: Some(Stroke { color: Color::BLACK, width: 0.5, dash: vec![] }),
            clip: 0,
            order: 0,
            area: Rect::new(a, b),
        });
        self
    }

    fn h(&mut self, y: f64, x0: f64, x1: f64) -> &mut Sheet {
        self.line((x0, y), (x1, y))
    }

    fn v(&mut self, x: f64, y0: f64, y1: f64) -> &mut Sheet {
        self.line((x, y0), (x, y1))
    }

    /// A filled box: a rule where thin, else a tint.
    fn filled(&mut self, area: [f64; 4], color: Color) -> &mut Sheet {
        let [x0, y0, x1, y1] = area;
        let corners = [(x1, y0), (x1, y1), (x0, y1)];
        self.page.paths.push(PathObject {
            subpaths: vec![Subpath {
                start: Point::new(x0, y0),
                segments: corners.iter().map(|&(x, y)| Segment::Line(Point::new(x, y))).collect(),
                closed: true,
            }],
            fill: Some(color),
            even_odd: false,
            stroke: None,
            clip: 0,
            order: 0,
            area: Rect { x0, y0, x1, y1 },
        });
        self
    }

    /// Everything turned so that it reads upwards.
    fn upwards(mut self) -> Sheet {
        let (w, h) = (self.page.height, self.page.width);
        let point = |p: Point| Point::new(p.y, h_of(w, p.x));
        fn h_of(w: f64, x: f64) -> f64 {
            w - x
        }
        let rect =
            |r: Rect| Rect::new(point(Point::new(r.x0, r.y0)), point(Point::new(r.x1, r.y1)));
        for line in &mut self.lines {
            line.angle = 90.0;
            line.area = rect(line.area);
            for word in &mut line.words {
                word.area = rect(word.area);
            }
        }
        for path in &mut self.page.paths {
            path.area = rect(path.area);
            for sub in &mut path.subpaths {
                sub.start = point(sub.start);
                for s in &mut sub.segments {
                    if let Segment::Line(p) = s {
                        *p = point(*p);
                    }
                }
            }
        }
        self.page.width = h;
        self.page.height = w;
        self
    }

    fn find(&mut self) -> Vec<Table> {
        self.lines.sort_by(|a, b| {
            a.baseline.total_cmp(&b.baseline).then(a.area.x0.total_cmp(&b.area.x0))
        });
        let text = TextPage { lines: self.lines.clone(), ..TextPage::default() };
        find(&self.page, &text)
    }
}

/// A row as `symbol | name | conditions | min typ max value | unit`, blanks as `.`.
fn told(table: &Table) -> Vec<String> {
    table
        .rows
        .iter()
        .map(|row| {
            let all = |role: Role| {
                let texts: Vec<String> = table.cells(row, role).map(|c| c.text()).collect();
                texts.join(" ")
            };
            let value = |role: Role| {
                let t = all(role);
                if t.is_empty() { ".".to_string() } else { t.replace(' ', "_") }
            };
            let parts = all(Role::Part);
            let values: Vec<String> =
                [Role::Min, Role::Typ, Role::Max, Role::Value].into_iter().map(value).collect();
            let doubt = if row.doubts.is_empty() { "" } else { " ?" };
            format!(
                "{} | {}{} | {} | {} | {}{doubt}",
                all(Role::Symbol),
                all(Role::Name),
                if parts.is_empty() { String::new() } else { format!(" [{parts}]") },
                all(Role::Conditions),
                values.join(" "),
                all(Role::Unit),
            )
        })
        .collect()
}

fn one(sheet: &mut Sheet) -> Table {
    let mut found = sheet.find();
    assert_eq!(found.len(), 1, "{:?}", found.iter().map(told).collect::<Vec<_>>());
    found.remove(0)
}

/// A full grid of thin boxes, heads set tight, unit and conditions shared by several rows.
#[test]
fn a_full_grid_with_merged_cells() {
    let mut s = Sheet::new();
    s.sized(
        50.0,
        90.0,
        11.0,
        "Electrical Characteristics @ TJ = 25°C (unless otherwise specified)",
    );
    let x = [50.0, 90.0, 230.0, 262.0, 288.0, 316.0, 345.0, 540.0];
    let row = |k: usize| 100.0 + 12.0 * k as f64;
    for k in 0..=5 {
        for c in 0..7 {
            // The unit and the conditions of rows 3 and 4 are merged.
            if k == 4 && c >= 5 {
                continue;
            }
            s.filled([x[c], row(k) - 0.25, x[c + 1], row(k) + 0.25], Color::BLACK);
        }
    }
    for at in x {
        s.filled([at - 0.25, row(0), at + 0.25, row(5)], Color::BLACK);
    }
    s.centred(160.0, 108.5, "Parameter").text(234.0, 108.5, "Min.");
    // Closer than columns usually stand: one line of text.
    s.text(264.0, 108.5, "Typ. Max.").text(317.0, 108.5, "Units");
    s.centred(440.0, 108.5, "Conditions");
    let c = |k: usize| row(k) + 8.5;
    s.cells(
        c(1),
        &[
            (52.0, "VF"),
            (93.0, "Forward Drop"),
            (240.0, "–––"),
            (268.0, "0.9"),
            (296.0, "1.1"),
            (328.0, "V"),
            (350.0, "IF = 3A"),
        ],
    );
    s.cells(
        c(2),
        &[
            (52.0, "VR"),
            (93.0, "Blocking"),
            (240.0, "60"),
            (268.0, "–––"),
            (296.0, "–––"),
            (328.0, "V"),
            (350.0, "IR = 1mA"),
        ],
    );
    s.cells(
        c(3),
        &[
            (52.0, "ta"),
            (93.0, "First Time"),
            (240.0, "–––"),
            (268.0, "11"),
            (296.0, "–––"),
            (350.0, "VDD = 50V"),
        ],
    );
    s.cells(
        c(4),
        &[
            (52.0, "tb"),
            (93.0, "Second Time"),
            (240.0, "–––"),
            (268.0, "35"),
            (296.0, "40"),
            (350.0, "RG = 5Ω"),
        ],
    );
    s.text(328.0, 150.5, "ns");
    let table = one(&mut s);
    assert_eq!(
        told(&table),
        [
            "VF | Forward Drop | IF = 3A | ––– 0.9 1.1 . | V",
            "VR | Blocking | IR = 1mA | 60 ––– ––– . | V",
            "ta | First Time | VDD = 50V RG = 5Ω | ––– 11 ––– . | ns",
            "tb | Second Time | VDD = 50V RG = 5Ω | ––– 35 40 . | ns",
        ]
    );
    assert!(table.rows.iter().all(|r| r.section == Section::Electrical));
    assert!(table.preamble.iter().any(|w| w.text == "25°C"));
}

/// Horizontal rules only, left out where a cell goes on; lines above rows hold for them.
#[test]
fn partial_rules_and_rows_below_a_line_of_conditions() {
    let mut s = Sheet::new();
    s.text(50.0, 92.0, "Table 5: Characteristics");
    s.filled([50.0, 98.0, 545.0, 112.0], Color { r: 1.0, g: 0.9, b: 0.6 });
    let heads = [
        (52.0, "Symbol"),
        (92.0, "Parameter"),
        (240.0, "Conditions"),
        (440.0, "Min"),
        (468.0, "Typ"),
        (494.0, "Max"),
        (522.0, "Unit"),
    ];
    s.cells(108.0, &heads);
    s.h(98.0, 50.0, 545.0);
    s.text(52.0, 123.0, "Static characteristics").h(128.0, 50.0, 545.0);
    s.cells(138.0, &[(52.0, "Vx"), (92.0, "some voltage"), (240.0, "ID = 250 µA; VGS = 0 V")]);
    s.h(143.0, 240.0, 545.0);
    s.cells(
        153.0,
        &[(248.0, "Tj = 25 °C"), (440.0, "20"), (468.0, "-"), (494.0, "-"), (522.0, "V")],
    );
    s.h(158.0, 240.0, 545.0);
    s.cells(
        168.0,
        &[(248.0, "Tj = 125 °C"), (440.0, "18"), (468.0, "-"), (494.0, "-"), (522.0, "V")],
    );
    s.h(173.0, 50.0, 545.0);
    s.cells(
        183.0,
        &[
            (52.0, "Rx"),
            (92.0, "some resistance"),
            (240.0, "ID = 1.5 A"),
            (440.0, "-"),
            (468.0, "31"),
            (494.0, "37"),
            (522.0, "mΩ"),
        ],
    );
    s.h(188.0, 50.0, 545.0);
    s.cells(
        198.0,
        &[(240.0, "ID = 3 A"), (440.0, "-"), (468.0, "44"), (494.0, "53"), (522.0, "mΩ")],
    );
    s.h(203.0, 50.0, 545.0);
    s.text(52.0, 213.0, "Dynamic characteristics").h(218.0, 50.0, 545.0);
    s.cells(
        228.0,
        &[
            (52.0, "Qa"),
            (92.0, "first charge"),
            (240.0, "VDD = 10 V; ID = 6 A"),
            (440.0, "-"),
            (468.0, "5.8"),
            (494.0, "-"),
            (522.0, "nC"),
        ],
    );
    s.h(233.0, 50.0, 236.0).h(233.0, 436.0, 545.0);
    s.cells(
        243.0,
        &[
            (52.0, "Qb"),
            (92.0, "second charge"),
            (440.0, "-"),
            (468.0, "1.4"),
            (494.0, "-"),
            (522.0, "nC"),
        ],
    );
    s.h(248.0, 50.0, 545.0);
    s.text(50.0, 300.0, "Product data");
    let table = one(&mut s);
    assert_eq!(
        told(&table),
        [
            "Vx | some voltage | ID = 250 µA; VGS = 0 V Tj = 25 °C | 20 - - . | V",
            "Vx | some voltage | ID = 250 µA; VGS = 0 V Tj = 125 °C | 18 - - . | V",
            "Rx | some resistance | ID = 1.5 A | - 31 37 . | mΩ",
            "Rx | some resistance | ID = 3 A | - 44 53 . | mΩ",
            "Qa | first charge | VDD = 10 V; ID = 6 A | - 5.8 - . | nC",
            "Qb | second charge | VDD = 10 V; ID = 6 A | - 1.4 - . | nC",
        ]
    );
    let sections: Vec<Section> = table.rows.iter().map(|r| r.section).collect();
    assert_eq!(sections[3], Section::Static);
    assert_eq!(sections[4], Section::Dynamic);
}

/// Vertical lines, rules between groups only, several rows in one cell, headings between boxes.
#[test]
fn boxes_with_several_rows_in_a_cell() {
    let mut s = Sheet::new();
    let x = [50.0, 100.0, 230.0, 370.0, 420.0, 470.0, 520.0];
    s.h(100.0, 50.0, 520.0).h(116.0, 50.0, 520.0);
    for at in &x[1..6] {
        s.v(*at, 100.0, 116.0);
    }
    s.cells(
        111.0,
        &[
            (60.0, "Symbol"),
            (140.0, "Parameter"),
            (270.0, "Test Conditions"),
            (385.0, "Min"),
            (435.0, "Max"),
            (480.0, "Units"),
        ],
    );
    s.text(52.0, 135.0, "ON CHARACTERISTICS*");
    s.h(140.0, 50.0, 520.0).h(192.0, 50.0, 520.0).h(206.0, 50.0, 520.0);
    for at in &x[1..6] {
        s.v(*at, 140.0, 206.0);
    }
    for (k, (i, min, max)) in
        [("0.1", "40", ""), ("1.0", "70", ""), ("10", "100", "300"), ("50", "60", "")]
            .iter()
            .enumerate()
    {
        let base = 150.0 + 11.0 * k as f64;
        s.cells(base, &[(236.0, &format!("IC = {i} mA, VCE = 1.0 V")), (388.0, min), (438.0, max)]);
    }
    s.cells(150.0, &[(54.0, "hFE"), (105.0, "DC Current Gain")]);
    s.cells(
        202.0,
        &[
            (54.0, "VCE(sat)"),
            (105.0, "Saturation Voltage"),
            (236.0, "IC = 10 mA"),
            (438.0, "0.2"),
            (490.0, "V"),
        ],
    );
    s.text(60.0, 220.0, "* Pulse Test: Pulse Width 300 µs");
    let table = one(&mut s);
    assert_eq!(
        told(&table),
        [
            "hFE | DC Current Gain | IC = 0.1 mA, VCE = 1.0 V | 40 . . . | ",
            "hFE | DC Current Gain | IC = 1.0 mA, VCE = 1.0 V | 70 . . . | ",
            "hFE | DC Current Gain | IC = 10 mA, VCE = 1.0 V | 100 . 300 . | ",
            "hFE | DC Current Gain | IC = 50 mA, VCE = 1.0 V | 60 . . . | ",
            "VCE(sat) | Saturation Voltage | IC = 10 mA | . . 0.2 . | V",
        ]
    );
    assert_eq!(table.rows[0].section, Section::Static);
    assert_eq!(table.notes[0].0, "*");
}

/// No rule at all: wrapped names, a blank unit that is nobody's, prose below.
#[test]
fn a_table_without_rules() {
    let mut s = Sheet::new();
    s.text(50.0, 80.0, "Electrical Characteristics (Ta = 25°C)");
    s.cells(
        100.0,
        &[
            (50.0, "Characteristic"),
            (200.0, "Symbol"),
            (260.0, "Test Condition"),
            (390.0, "Min."),
            (430.0, "Typ."),
            (470.0, "Max."),
            (510.0, "Unit"),
        ],
    );
    s.cells(
        116.0,
        &[
            (50.0, "Collector cut-off current"),
            (200.0, "ICBO"),
            (260.0, "VCB = 60 V, IE = 0"),
            (392.0, "—"),
            (432.0, "—"),
            (472.0, "0.1"),
            (512.0, "µA"),
        ],
    );
    s.cells(
        130.0,
        &[
            (50.0, "DC current gain"),
            (200.0, "hFE"),
            (260.0, "VCE = 6 V, IC = 2 mA"),
            (392.0, "70"),
            (432.0, "—"),
            (472.0, "700"),
        ],
    );
    s.cells(
        144.0,
        &[
            (50.0, "Collector-emitter"),
            (200.0, "VCE(sat)"),
            (260.0, "IC = 100 mA,"),
            (392.0, "—"),
            (432.0, "0.1"),
            (472.0, "0.25"),
            (512.0, "V"),
        ],
    );
    s.cells(153.0, &[(50.0, "saturation voltage"), (260.0, "IB = 10 mA")]);
    s.cells(
        167.0,
        &[
            (50.0, "Noise figure"),
            (200.0, "NF"),
            (260.0, "f = 1 kHz"),
            (392.0, "—"),
            (432.0, "1.0"),
            (472.0, "10"),
            (512.0, "dB"),
        ],
    );
    s.text(50.0, 190.0, "Note: hFE classification O: 70 to 140, Y: 120 to 240, GR: 200 to 400");
    s.text(50.0, 230.0, "The information contained herein is presented only as a guide for the applications of our products and no responsibility is assumed.");
    let table = one(&mut s);
    assert_eq!(
        told(&table),
        [
            "ICBO | Collector cut-off current | VCB = 60 V, IE = 0 | — — 0.1 . | µA",
            "hFE | DC current gain | VCE = 6 V, IC = 2 mA | 70 — 700 . | ",
            "VCE(sat) | Collector-emitter saturation voltage | IC = 100 mA, IB = 10 mA | — 0.1 0.25 . | V",
            "NF | Noise figure | f = 1 kHz | — 1.0 10 . | dB",
        ]
    );
}

/// Two levels of heads, with a rule under the upper one or walls around it.
#[test]
fn heads_of_two_levels() {
    for walls in [true, false] {
        let mut s = Sheet::new();
        s.h(100.0, 50.0, 520.0).h(126.0, 50.0, 520.0).h(113.0, 370.0, 484.0);
        s.h(140.0, 50.0, 520.0).h(154.0, 50.0, 520.0);
        if walls {
            for at in [180.0, 230.0, 370.0, 484.0] {
                s.v(at, 100.0, 154.0);
            }
            s.v(408.0, 113.0, 154.0).v(446.0, 113.0, 154.0);
        }
        s.centred(115.0, 115.5, "Parameter").centred(205.0, 115.5, "Symbol");
        s.centred(300.0, 115.5, "Conditions").centred(427.0, 109.0, "Values");
        s.centred(502.0, 115.5, "Unit");
        s.centred(389.0, 122.0, "Min.").centred(427.0, 122.0, "Typ.").centred(465.0, 122.0, "Max.");
        s.cells(
            136.0,
            &[
                (55.0, "Leakage"),
                (200.0, "IR"),
                (240.0, "VR = 40 V"),
                (387.0, "-"),
                (422.0, "0.5"),
                (462.0, "1"),
                (496.0, "µA"),
            ],
        );
        s.cells(
            150.0,
            &[
                (55.0, "Voltage"),
                (200.0, "VF"),
                (240.0, "IF = 1 A"),
                (387.0, "-"),
                (422.0, "0.6"),
                (458.0, "0.75"),
                (498.0, "V"),
            ],
        );
        let table = one(&mut s);
        assert_eq!(
            told(&table),
            [
                "IR | Leakage | VR = 40 V | - 0.5 1 . | µA",
                "VF | Voltage | IF = 1 A | - 0.6 0.75 . | V",
            ],
            "walls: {walls}"
        );
    }
}

/// A column for each part, with values that hold for several of them.
#[test]
fn columns_for_parts() {
    let mut s = Sheet::new();
    let x = [50.0, 200.0, 250.0, 310.0, 370.0, 430.0, 480.0];
    for y in [100.0, 114.0, 128.0, 142.0] {
        s.h(y, 50.0, 480.0);
    }
    for (k, at) in x.iter().enumerate() {
        // The last row is merged over all parts.
        s.v(*at, 100.0, if k == 3 || k == 4 { 128.0 } else { 142.0 });
    }
    s.cells(
        110.0,
        &[
            (90.0, "Characteristic"),
            (208.0, "Symbol"),
            (262.0, "1N1111"),
            (322.0, "1N1112"),
            (382.0, "1N1113"),
            (444.0, "Unit"),
        ],
    );
    s.cells(
        124.0,
        &[
            (55.0, "Peak Reverse Voltage"),
            (212.0, "VRRM"),
            (274.0, "50"),
            (332.0, "100"),
            (392.0, "200"),
            (450.0, "V"),
        ],
    );
    s.cells(
        138.0,
        &[(55.0, "Forward Voltage @ IF = 1.0A"), (216.0, "VFM"), (334.0, "1.1"), (450.0, "V")],
    );
    let table = one(&mut s);
    let parts: Vec<&str> =
        table.columns.iter().flat_map(|c| &c.parts).map(String::as_str).collect();
    assert_eq!(parts, ["1N1111", "1N1112", "1N1113"]);
    let all: Vec<String> = table
        .rows
        .iter()
        .map(|r| table.cells(r, Role::Value).map(|c| c.text()).collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(all, ["50 100 200", "1.1 1.1 1.1"]);
    let row = &table.rows[1];
    assert_eq!(table.cells(row, Role::Conditions).next().unwrap().text(), "@ IF = 1.0A");
    assert!(table.cells(row, Role::Value).all(|c| c.shared));
}

/// Parts and conditions in the column of names, the part as the key of each row.
#[test]
fn parts_in_the_column_of_names() {
    let mut s = Sheet::new();
    s.h(100.0, 50.0, 520.0).h(114.0, 50.0, 520.0).h(150.0, 50.0, 520.0);
    for at in [50.0, 280.0, 340.0, 390.0, 430.0, 480.0, 520.0] {
        s.v(at, 100.0, 150.0);
    }
    s.cells(
        110.0,
        &[
            (120.0, "Characteristic"),
            (295.0, "Symbol"),
            (355.0, "Min"),
            (400.0, "Typ"),
            (445.0, "Max"),
            (488.0, "Unit"),
        ],
    );
    s.cells(
        124.0,
        &[
            (54.0, "Breakdown Voltage"),
            (230.0, "AB546"),
            (290.0, "V(BR)CEO"),
            (357.0, "65"),
            (402.0, "—"),
            (450.0, "—"),
            (495.0, "V"),
        ],
    );
    s.cells(
        134.0,
        &[
            (58.0, "(IC = 1.0 mA, IB = 0)"),
            (230.0, "AB547"),
            (357.0, "45"),
            (402.0, "—"),
            (450.0, "—"),
        ],
    );
    s.cells(144.0, &[(230.0, "AB548"), (357.0, "30"), (402.0, "—"), (450.0, "—")]);
    let table = one(&mut s);
    assert_eq!(
        told(&table),
        [
            "V(BR)CEO | Breakdown Voltage [AB546] | (IC = 1.0 mA, IB = 0) | 65 — — . | V",
            "V(BR)CEO | Breakdown Voltage [AB547] | (IC = 1.0 mA, IB = 0) | 45 — — . | V",
            "V(BR)CEO | Breakdown Voltage [AB548] | (IC = 1.0 mA, IB = 0) | 30 — — . | V",
        ]
    );
}
