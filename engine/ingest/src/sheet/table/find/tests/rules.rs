//! Rules of every kind, and none: grids, partial rules, boxes, heads of two levels.

use super::{Sheet, one, told};
use crate::sheet::table::Section;
use espice_pdf::Color;

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
