//! More habits: places, orders, languages, lists, what is no table, what is in doubt.

use super::{Sheet, one, told};
use crate::sheet::table::Section;
use crate::sheet::text::TextPage;
use espice_pdf::Color;

/// Two tables side by side, each with its own head.
#[test]
fn tables_side_by_side() {
    let mut s = Sheet::new();
    for (x, names) in [(40.0, ["VR", "IF"]), (320.0, ["RA", "RB"])] {
        s.h(100.0, x, x + 240.0).h(114.0, x, x + 240.0).h(142.0, x, x + 240.0);
        s.cells(
            110.0,
            &[
                (x + 4.0, "Symbol"),
                (x + 50.0, "Parameter"),
                (x + 150.0, "Value"),
                (x + 200.0, "Unit"),
            ],
        );
        s.cells(
            124.0,
            &[(x + 4.0, names[0]), (x + 50.0, "first thing"), (x + 152.0, "25"), (x + 204.0, "V")],
        );
        s.cells(
            138.0,
            &[
                (x + 4.0, names[1]),
                (x + 50.0, "second thing"),
                (x + 152.0, "- 55 to + 150"),
                (x + 204.0, "A"),
            ],
        );
    }
    let found = s.find();
    assert_eq!(found.len(), 2);
    assert_eq!(told(&found[0])[1], "IF | second thing |  | . . . -_55_to_+_150 | A");
    assert_eq!(told(&found[1])[0], "RA | first thing |  | . . . 25 | V");
}

/// A table that lies on its side.
#[test]
fn a_rotated_table() {
    let mut s = Sheet::new();
    s.h(100.0, 50.0, 400.0).h(114.0, 50.0, 400.0).h(142.0, 50.0, 400.0);
    s.cells(
        110.0,
        &[(54.0, "Symbol"), (110.0, "Parameter"), (230.0, "Min"), (280.0, "Max"), (340.0, "Unit")],
    );
    s.cells(
        124.0,
        &[(54.0, "VT"), (110.0, "threshold"), (232.0, "1.0"), (282.0, "2.5"), (344.0, "V")],
    );
    s.cells(138.0, &[(54.0, "gm"), (110.0, "slope"), (232.0, "5"), (344.0, "S")]);
    let mut s = s.upwards();
    let table = one(&mut s);
    assert_eq!(
        told(&table),
        ["VT | threshold |  | 1.0 . 2.5 . | V", "gm | slope |  | 5 . . . | S"]
    );
    assert!(table.rows[0].area.height() > table.rows[0].area.width(), "{:?}", table.rows[0].area);
}

/// Any order of columns, unit before values, heads in two languages, a dark strip.
#[test]
fn other_orders_and_languages() {
    let mut s = Sheet::new();
    s.filled([50.0, 98.0, 540.0, 113.0], Color::BLACK);
    s.h(127.0, 50.0, 540.0).h(141.0, 50.0, 540.0);
    s.cells(
        109.0,
        &[
            (54.0, "参数Parameter"),
            (170.0, "测试条件"),
            (280.0, "符号"),
            (340.0, "单位"),
            (390.0, "最小值Min."),
            (450.0, "典型值"),
            (500.0, "最大值"),
        ],
    );
    s.cells(
        123.0,
        &[
            (54.0, "Forward Voltage"),
            (170.0, "IF=10mA"),
            (280.0, "VF"),
            (340.0, "V"),
            (460.0, "0.7"),
            (505.0, "1.0"),
        ],
    );
    s.cells(
        137.0,
        &[
            (54.0, "Capacitance"),
            (170.0, "VR=0V,f=1MHz"),
            (280.0, "CT"),
            (340.0, "pF"),
            (400.0, "1"),
            (460.0, "2"),
            (505.0, "4"),
        ],
    );
    let table = one(&mut s);
    assert_eq!(
        told(&table),
        [
            "VF | Forward Voltage | IF=10mA | . 0.7 1.0 . | V",
            "CT | Capacitance | VR=0V,f=1MHz | 1 2 4 . | pF"
        ]
    );
}

/// "Rating" heads the names where another column holds the values.
#[test]
fn ratings_as_names_and_as_values() {
    for (heads, expected) in [
        (["Rating", "Symbol", "Value", "Unit"], "VR | Reverse Voltage |  | . . . 75 | V"),
        (["Parameter", "Symbol", "Ratings", "Unit"], "VR | Reverse Voltage |  | . . . 75 | V"),
    ] {
        let mut s = Sheet::new();
        s.sized(50.0, 88.0, 11.0, "MAXIMUM RATINGS");
        let x = [54.0, 200.0, 270.0, 340.0];
        s.h(100.0, 50.0, 400.0).h(114.0, 50.0, 400.0).h(128.0, 50.0, 400.0).h(142.0, 50.0, 400.0);
        s.cells(110.0, &[(x[0], heads[0]), (x[1], heads[1]), (x[2], heads[2]), (x[3], heads[3])]);
        s.cells(124.0, &[(x[0], "Reverse Voltage"), (x[1], "VR"), (x[2], "75"), (x[3], "V")]);
        s.cells(138.0, &[(x[0], "Forward Current"), (x[1], "IF"), (x[2], "200"), (x[3], "mA")]);
        let table = one(&mut s);
        assert_eq!(told(&table)[0], expected);
        assert_eq!(table.rows[0].section, Section::Ratings);
    }
}

/// Ratings in lines with leader dots.
#[test]
fn a_list_of_ratings() {
    let mut s = Sheet::new();
    s.text(300.0, 100.0, "ABSOLUTE MAXIMUM RATINGS");
    s.text(300.0, 110.0, "(TA = 25°C unless otherwise noted)");
    for (k, (name, value)) in [
        ("Gate Voltage", "25V"),
        ("Forward Current", "10mA"),
        ("Storage Temperature", "-65°C to +150°C"),
        ("Power Dissipation", "310mW"),
    ]
    .iter()
    .enumerate()
    {
        s.text(300.0, 122.0 + 10.0 * k as f64, &format!("{name} . . . . . . . . {value}"));
    }
    s.text(300.0, 180.0, "NOTE: Stresses above those listed may cause damage.");
    let table = one(&mut s);
    assert_eq!(
        told(&table),
        [
            " | Gate Voltage |  | . . . 25V | ",
            " | Forward Current |  | . . . 10mA | ",
            " | Storage Temperature |  | . . . -65°C_to_+150°C | ",
            " | Power Dissipation |  | . . . 310mW | ",
        ]
    );
    assert_eq!(table.rows[0].section, Section::Ratings);
}

/// A table goes on at the top of the next page without its head.
#[test]
fn rows_that_go_on_without_a_head() {
    let mut first = Sheet::new();
    let heads =
        [(54.0, "Symbol"), (110.0, "Parameter"), (230.0, "Min"), (280.0, "Max"), (340.0, "Unit")];
    first.h(700.0, 50.0, 400.0).h(714.0, 50.0, 400.0).h(742.0, 50.0, 400.0).cells(710.0, &heads);
    first.cells(
        724.0,
        &[(54.0, "VT"), (110.0, "threshold"), (232.0, "1.0"), (282.0, "2.5"), (344.0, "V")],
    );
    first.cells(738.0, &[(54.0, "gm"), (110.0, "slope"), (232.0, "5"), (344.0, "S")]);
    let before = one(&mut first);
    let mut next = Sheet::new();
    next.page.number = 2;
    next.sized(50.0, 40.0, 12.0, "AB1234 Data Sheet").h(60.0, 50.0, 400.0).h(88.0, 50.0, 400.0);
    next.cells(70.0, &[(54.0, "CA"), (110.0, "input"), (282.0, "30"), (344.0, "pF")]);
    next.cells(84.0, &[(54.0, "CB"), (110.0, "output"), (282.0, "12"), (344.0, "pF")]);
    next.text(50.0, 120.0, "A paragraph that says something else about 20 things in this family.");
    assert!(next.find().is_empty());
    let text = TextPage { lines: next.lines.clone(), ..TextPage::default() };
    let found = super::super::find_after(&next.page, &text, Some(&before)).tables;
    assert_eq!(found.len(), 1);
    assert_eq!(
        told(&found[0]),
        ["CA | input |  | . . 30 . | pF", "CB | output |  | . . 12 . | pF"]
    );
}

/// Columns of symbols, names and conditions that have no heads of their own.
#[test]
fn columns_without_heads() {
    let mut s = Sheet::new();
    s.sized(50.0, 88.0, 11.0, "electrical characteristics");
    s.h(96.0, 50.0, 520.0).h(112.0, 50.0, 520.0).h(128.0, 50.0, 520.0).h(144.0, 50.0, 520.0);
    s.cells(107.0, &[(300.0, "MIN"), (360.0, "TYP(1)"), (420.0, "MAX"), (480.0, "UNIT")]);
    s.cells(
        123.0,
        &[
            (54.0, "VIO"),
            (100.0, "Input offset voltage"),
            (362.0, "2"),
            (420.0, "6"),
            (482.0, "mV"),
        ],
    );
    s.cells(
        139.0,
        &[
            (54.0, "IIB"),
            (100.0, "Input bias current"),
            (362.0, "140"),
            (420.0, "500"),
            (482.0, "nA"),
        ],
    );
    let table = one(&mut s);
    assert_eq!(
        told(&table),
        [
            "VIO | Input offset voltage |  | . 2 6 . | mV",
            "IIB | Input bias current |  | . 140 500 . | nA"
        ]
    );
    let mut s = Sheet::new();
    s.text(50.0, 100.0, "MAXIMUM RATINGS: (TA=25°C)")
        .text(300.0, 100.0, "SYMBOL")
        .text(480.0, 100.0, "UNITS");
    s.cells(
        114.0,
        &[(50.0, "Collector-Base Voltage"), (304.0, "VCBO"), (400.0, "60"), (484.0, "V")],
    );
    s.cells(126.0, &[(50.0, "Collector Current"), (304.0, "IC"), (400.0, "200"), (484.0, "mA")]);
    let table = one(&mut s);
    assert_eq!(
        told(&table),
        [
            "VCBO | Collector-Base Voltage |  | . . . 60 | V",
            "IC | Collector Current |  | . . . 200 | mA"
        ]
    );
}

/// Plots under a heading with header words are no tables; neither are dimensions of packages.
#[test]
fn plots_and_packages_are_no_tables() {
    let mut s = Sheet::new();
    s.sized(50.0, 60.0, 12.0, "Typical Characteristics (continued)");
    for k in 0..8 {
        let y = 100.0 + 20.0 * f64::from(k);
        s.h(y, 80.0, 280.0).v(80.0 + 28.0 * f64::from(k), 100.0, 240.0);
        s.text(60.0, y + 3.0, &format!("{}", 100 - 10 * k));
        s.text(78.0 + 28.0 * f64::from(k), 252.0, &format!("{}", k * 2));
    }
    s.text(120.0, 130.0, "typ").text(170.0, 130.0, "max");
    s.text(120.0, 264.0, "Junction Temperature (°C)");
    assert!(s.find().is_empty());
    let mut s = Sheet::new();
    s.h(100.0, 50.0, 250.0).h(114.0, 50.0, 250.0).h(150.0, 50.0, 250.0);
    s.cells(110.0, &[(54.0, "Dim"), (120.0, "Min"), (190.0, "Max")]);
    s.cells(124.0, &[(54.0, "A"), (120.0, "25.4"), (190.0, "26.1")]);
    s.cells(138.0, &[(54.0, "B"), (120.0, "4.0"), (190.0, "5.2")]);
    assert!(s.find().is_empty());
}

/// What contradicts itself is in doubt: limits out of order, words among numbers.
#[test]
fn contradictions_are_in_doubt() {
    let mut s = Sheet::new();
    s.h(100.0, 50.0, 400.0).h(114.0, 50.0, 400.0).h(128.0, 50.0, 400.0).h(142.0, 50.0, 400.0);
    s.h(156.0, 50.0, 400.0);
    s.cells(
        110.0,
        &[(54.0, "Symbol"), (110.0, "Parameter"), (230.0, "Min"), (280.0, "Max"), (340.0, "Unit")],
    );
    s.cells(
        124.0,
        &[(54.0, "VT"), (110.0, "threshold"), (232.0, "5.0"), (282.0, "2.5"), (344.0, "V")],
    );
    s.cells(
        138.0,
        &[(54.0, "VG"), (110.0, "off voltage"), (232.0, "-1.0"), (282.0, "-7.0"), (344.0, "V")],
    );
    s.cells(152.0, &[(54.0, "gm"), (110.0, "slope"), (232.0, "x5q"), (344.0, "S")]);
    let table = one(&mut s);
    let doubts: Vec<bool> = table.rows.iter().map(|r| !r.doubts.is_empty()).collect();
    assert_eq!(doubts, [true, false, true]);
}

/// Keys in the middle of their rows and no rule: the bare row between two keys is in doubt. Keys
/// on their first rows, told by uneven numbers of rows, are not.
#[test]
fn bare_rows_between_keys_are_in_doubt() {
    for (middle, expected) in
        [(true, [false, false, true, false, false]), (false, [false, false, false, false, false])]
    {
        let mut s = Sheet::new();
        let x = [54.0, 110.0, 230.0, 360.0, 420.0, 480.0];
        s.cells(
            100.0,
            &[
                (x[0], "Symbol"),
                (x[1], "Parameter"),
                (x[2], "Conditions"),
                (x[3], "Min"),
                (x[4], "Max"),
                (x[5], "Unit"),
            ],
        );
        let keys = if middle { [0, 1, 3] } else { [0, 1, 4] };
        for (k, (i, max)) in
            [("1", "10"), ("2", "20"), ("3", "30"), ("4", "40"), ("5", "50")].iter().enumerate()
        {
            let base = 114.0 + 12.0 * k as f64;
            s.cells(base, &[(x[2], &format!("ID = {i} A")), (x[3] + 2.0, "-"), (x[4], max)]);
            if let Some(n) = keys.iter().position(|key| *key == k) {
                let symbol = ["VA", "VB", "VC"][n];
                s.cells(base, &[(x[0], symbol), (x[1], "some voltage"), (x[5], "V")]);
            }
        }
        let table = one(&mut s);
        let doubts: Vec<bool> = table.rows.iter().map(|r| !r.doubts.is_empty()).collect();
        assert_eq!(doubts, expected, "keys in the middle: {middle}");
    }
}

/// Keys and units in the middle of one, two and three rows, some between rows and some on one, and
/// no rule: every row has its own.
#[test]
fn keys_stand_in_the_middle_of_uneven_numbers_of_rows() {
    let mut s = Sheet::new();
    let x = [54.0, 110.0, 230.0, 360.0, 420.0, 480.0];
    let heads = ["Symbol", "Parameter", "Conditions", "Min", "Max", "Unit"];
    s.cells(100.0, &x.iter().copied().zip(heads).collect::<Vec<_>>());
    let base = |row: f64| 114.0 + 12.0 * row;
    let counts: [u32; 5] = [1, 3, 2, 2, 1];
    let keys = [
        ("ICBO", "Cut-off Current", "nA"),
        ("hFE", "DC Current Gain", ""),
        ("VCE(sat)", "Saturation Voltage", "V"),
        ("VBE(sat)", "Base-Emitter Voltage", "mV"),
        ("fT", "Transition Frequency", "MHz"),
    ];
    let (mut first, mut lines) = (0, Vec::new());
    for (count, (symbol, name, unit)) in counts.into_iter().zip(keys) {
        let middle = base(f64::from(first) + f64::from(count - 1) / 2.0);
        lines.push((middle, vec![(x[0], symbol), (x[1], name), (x[5], unit)]));
        first += count;
    }
    for row in 0..first {
        lines.push((base(f64::from(row)), vec![(x[2], "IC = 1 mA"), (x[3], "-"), (x[4], "20")]));
    }
    lines.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (at, cells) in lines {
        let printed: Vec<_> = cells.into_iter().filter(|c| !c.1.is_empty()).collect();
        s.cells(at, &printed);
    }
    let table = one(&mut s);
    let expected: Vec<String> = counts
        .into_iter()
        .zip(keys)
        .flat_map(|(n, (symbol, name, unit))| (0..n).map(move |_| (symbol, name, unit)))
        .map(|(symbol, name, unit)| format!("{symbol} | {name} | IC = 1 mA | - . 20 . | {unit}"))
        .collect();
    assert_eq!(told(&table), expected);
}

/// A line that changes one condition of the line above keeps the others.
#[test]
fn conditions_that_change_in_part() {
    let mut s = Sheet::new();
    let x = [50.0, 100.0, 220.0, 360.0, 420.0, 480.0, 530.0];
    s.h(100.0, 50.0, 530.0).h(114.0, 50.0, 530.0).h(142.0, 50.0, 530.0);
    for at in x {
        s.v(at, 100.0, 142.0);
    }
    s.cells(
        110.0,
        &[
            (54.0, "Symbol"),
            (104.0, "Parameter"),
            (224.0, "Conditions"),
            (370.0, "Min"),
            (430.0, "Max"),
            (490.0, "Unit"),
        ],
    );
    s.cells(
        124.0,
        &[
            (54.0, "ID"),
            (104.0, "Drain current"),
            (224.0, "VGS = 10 V, TC = 25 °C"),
            (432.0, "12"),
            (492.0, "A"),
        ],
    );
    s.cells(136.0, &[(224.0, "TC = 100 °C"), (432.0, "8")]);
    let table = one(&mut s);
    assert_eq!(
        told(&table),
        [
            "ID | Drain current | VGS = 10 V, TC = 25 °C | . . 12 . | A",
            "ID | Drain current | VGS = 10 V, TC = 100 °C | . . 8 . | A",
        ]
    );
}

/// Numbers under a head that is not understood are kept, in doubt, beside values only.
#[test]
fn numbers_under_unknown_heads() {
    let mut s = Sheet::new();
    s.h(100.0, 50.0, 500.0).h(114.0, 50.0, 500.0).h(128.0, 50.0, 500.0).h(142.0, 50.0, 500.0);
    let heads = [
        (54.0, "Symbol"),
        (110.0, "Parameter"),
        (230.0, "Xyz"),
        (280.0, "Max"),
        (340.0, "Unit"),
        (420.0, "Fig. No."),
    ];
    s.cells(110.0, &heads);
    s.cells(
        124.0,
        &[(54.0, "VT"), (110.0, "threshold"), (232.0, "1.0"), (344.0, "V"), (424.0, "3")],
    );
    s.cells(138.0, &[(54.0, "gm"), (110.0, "slope"), (282.0, "5"), (344.0, "S"), (424.0, "4")]);
    let table = one(&mut s);
    assert_eq!(
        told(&table),
        ["VT | threshold |  | . . . 1.0 | V ?", "gm | slope |  | . . 5 . | S"]
    );
}

/// A value alone in the middle of the columns of all parts is every part's, walls or not.
#[test]
fn one_value_for_all_parts_without_walls() {
    let mut s = Sheet::new();
    s.h(100.0, 50.0, 480.0).h(114.0, 50.0, 480.0).h(142.0, 50.0, 480.0);
    let heads = [
        (60.0, "Characteristic"),
        (208.0, "Symbol"),
        (262.0, "1N1111"),
        (322.0, "1N1112"),
        (382.0, "1N1113"),
        (444.0, "Unit"),
    ];
    s.cells(110.0, &heads);
    s.cells(124.0, &[(55.0, "Peak Voltage"), (212.0, "VRRM"), (268.0, "50"), (328.0, "100")]);
    s.cells(124.0, &[(388.0, "200"), (450.0, "V")]);
    s.cells(138.0, &[(55.0, "Mean Current"), (212.0, "IO"), (328.0, "1.0"), (450.0, "A")]);
    let table = one(&mut s);
    let all: Vec<String> = table
        .rows
        .iter()
        .map(|r| {
            let cells = table.cells(r, crate::sheet::table::Role::Value);
            cells.map(|c| c.text()).collect::<Vec<_>>().join(" ")
        })
        .collect();
    assert_eq!(all, ["50 100 200", "1.0 1.0 1.0"]);
}

/// A page with more strokes than are looked at says so, and gives what it has.
#[test]
fn what_is_left_out_is_said() {
    let mut s = Sheet::new();
    s.h(90.0, 50.0, 480.0).h(104.0, 50.0, 480.0).h(118.0, 50.0, 480.0);
    s.cells(100.0, &[(54.0, "Symbol"), (130.0, "Parameter"), (300.0, "Max"), (430.0, "Unit")]);
    s.cells(114.0, &[(54.0, "VF"), (130.0, "Forward voltage"), (300.0, "1"), (434.0, "V")]);
    s.text(54.0, 300.0, "words").text(54.0, 320.0, "below");
    let find = |s: &Sheet| {
        let text = TextPage { lines: s.lines.clone(), ..TextPage::default() };
        super::super::find_after(&s.page, &text, None)
    };
    assert!(!find(&s).cut);
    // One path of many short strokes, then another that is not looked at.
    s.h(700.0, 50.0, 60.0).h(701.0, 50.0, 60.0);
    let stroke = s.page.paths[3].subpaths[0].clone();
    s.page.paths[3].subpaths = vec![stroke; 60_001];
    let found = find(&s);
    assert!(found.cut);
    assert_eq!(told(&found.tables[0]), ["VF | Forward voltage |  | . . 1 . | V"]);
}

/// Symbols without a head between conditions and values.
#[test]
fn symbols_without_a_head_beside_values() {
    let mut s = Sheet::new();
    s.h(100.0, 50.0, 545.0).h(114.0, 50.0, 545.0).h(160.0, 50.0, 545.0);
    s.cells(110.0, &[(54.0, "Parameter"), (220.0, "Conditions"), (470.0, "Max."), (520.0, "Unit")]);
    for (base, name, at, symbol, value) in [
        (124.0, "Junction Temperature", "", "TJ", "128"),
        (136.0, "Power Dissipation", "TA = 25 °C", "PD", "815"),
        (148.0, "Collector-Emitter Voltage", "", "VCEO", "37.6"),
    ] {
        s.cells(base, &[(54.0, name), (220.0, at), (400.0, symbol), (470.0, value), (520.0, "V")]);
    }
    assert_eq!(
        told(&one(&mut s)),
        [
            "TJ | Junction Temperature |  | . . 128 . | V",
            "PD | Power Dissipation | TA = 25 °C | . . 815 . | V",
            "VCEO | Collector-Emitter Voltage |  | . . 37.6 . | V",
        ]
    );
}

/// Without rules: `Limits` above, the other heads at half height, `Min.` and `Max.` below.
#[test]
fn heads_at_half_height_of_two_levels() {
    let mut s = Sheet::new();
    s.text(400.0, 101.0, "Limits");
    s.cells(106.7, &[(54.0, "Parameter"), (220.0, "Symbol"), (270.0, "Unit")]);
    s.cells(112.4, &[(370.0, "Min."), (440.0, "Max.")]);
    for (base, name, symbol, low, high) in [
        (126.0, "Breakdown Voltage", "VBR", "22.5", ""),
        (138.0, "Forward Voltage", "VF", "", "0.8"),
        (150.0, "Threshold Voltage", "VT", "1.8", "4.2"),
    ] {
        s.cells(base, &[(54.0, name), (220.0, symbol), (270.0, "V"), (370.0, low), (440.0, high)]);
    }
    assert_eq!(
        told(&one(&mut s)),
        [
            "VBR | Breakdown Voltage |  | 22.5 . . . | V",
            "VF | Forward Voltage |  | . . 0.8 . | V",
            "VT | Threshold Voltage |  | 1.8 . 4.2 . | V",
        ]
    );
}

/// A rule between all rows, and a symbol whose first row has no values: it is not the row above
/// that the next rows go on with.
#[test]
fn a_symbol_in_a_ruled_cell_without_values_heads_the_next_rows() {
    let mut s = Sheet::new();
    for k in 0..6 {
        s.h(100.0 + 14.0 * f64::from(k), 50.0, 520.0);
    }
    for at in [50.0, 100.0, 240.0, 400.0, 440.0, 480.0, 520.0] {
        s.v(at, 100.0, 170.0);
    }
    let x = [54.0, 104.0, 244.0, 405.0, 445.0, 488.0];
    let heads = ["Symbol", "Parameter", "Conditions", "Min", "Max", "Unit"];
    s.cells(110.0, &x.into_iter().zip(heads).collect::<Vec<_>>());
    s.cells(
        124.0,
        &[
            (54.0, "VCE(sat)"),
            (104.0, "Collector Voltage"),
            (244.0, "IC = 1 mA, IB = 2 mA"),
            (445.0, "0.2"),
            (488.0, "V"),
        ],
    );
    s.cells(138.0, &[(54.0, "VBE(sat)"), (104.0, "Base Voltage"), (244.0, "IB = 1 mA")]);
    s.cells(152.0, &[(250.0, "IC = 10 mA"), (445.0, "0.7"), (488.0, "V")]);
    s.cells(166.0, &[(250.0, "IC = 50 mA"), (445.0, "0.8"), (488.0, "V")]);
    let found = told(&one(&mut s));
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found[0].starts_with("VCE(sat) | Collector Voltage"), "{found:?}");
    for row in &found[1..] {
        assert!(row.starts_with("VBE(sat) | Base Voltage"), "{found:?}");
        assert!(row.contains("IB = 1 mA"), "{found:?}");
    }
}
