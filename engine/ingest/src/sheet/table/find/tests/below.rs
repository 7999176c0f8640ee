//! Lines without values, columns without heads, cells over several columns.

use super::{Sheet, one, told};

const HEADS: [(f64, &str); 4] =
    [(50.0, "Symbol"), (110.0, "Parameter"), (350.0, "Value"), (430.0, "Unit")];

/// Without rules a line of symbol and name alone heads the indented rows below it, until the next
/// symbol; where a further line without values stands between them, the rows are not sure.
#[test]
fn rows_below_a_line_of_symbol_and_name() {
    let mut s = Sheet::new();
    s.cells(100.0, &HEADS);
    s.cells(114.0, &[(50.0, "IC"), (110.0, "Collector current"), (350.0, "0.6"), (430.0, "A")]);
    s.cells(126.0, &[(50.0, "Ptot"), (110.0, "Total dissipation")]);
    s.cells(138.0, &[(150.0, "free air"), (350.0, "0.4"), (430.0, "W")]);
    s.cells(150.0, &[(150.0, "heat sink"), (350.0, "1.8"), (430.0, "W")]);
    s.cells(162.0, &[(50.0, "VEB"), (110.0, "Emitter voltage"), (350.0, "5"), (430.0, "V")]);
    let sure = [
        "IC | Collector current |  | . . . 0.6 | A",
        "Ptot | Total dissipation free air |  | . . . 0.4 | W",
        "Ptot | Total dissipation heat sink |  | . . . 1.8 | W",
        "VEB | Emitter voltage |  | . . . 5 | V",
    ];
    assert_eq!(told(&one(&mut s)), sure);
    s.text(150.0, 144.0, "and so on");
    let doubtful: Vec<bool> = one(&mut s).rows.iter().map(|r| !r.doubts.is_empty()).collect();
    assert_eq!(doubtful, [false, true, true, false]);
}

/// Conditions that wrapped names hold are their own rows', in a table without rules, too.
#[test]
fn conditions_in_names_stay_with_their_rows() {
    let mut s = Sheet::new();
    s.cells(100.0, &[(50.0, "Symbol"), (110.0, "Parameter"), (240.0, "Test Conditions")]);
    s.cells(100.0, &[(350.0, "Max"), (430.0, "Unit")]);
    let rows = [("IA", "(VB = 0)", "VA = 30 V"), ("IB", "(VC = 0)", "VA = 20 V")];
    for (k, (symbol, given, test)) in rows.into_iter().enumerate() {
        let y = 114.0 + 30.0 * k as f64;
        s.cells(y, &[(50.0, symbol), (110.0, "Cut-off"), (240.0, test), (350.0, "50")]);
        s.cells(y, &[(430.0, "nA")]).text(110.0, y + 10.0, "current").text(110.0, y + 20.0, given);
    }
    let told = told(&one(&mut s));
    assert_eq!(told[0], "IA | Cut-off current | (VB = 0) VA = 30 V | . . 50 . | nA");
    assert_eq!(told[1], "IB | Cut-off current | (VC = 0) VA = 20 V | . . 50 . | nA");
}

/// A value in the middle of a cell merged over rows that rules part elsewhere is that of each; a
/// box below a line of any words goes on with the table when it has the same walls.
#[test]
fn values_of_merged_cells_and_boxes_below_a_line() {
    let mut s = Sheet::new();
    let x = [50.0, 110.0, 300.0, 380.0, 450.0];
    let boxed = |s: &mut Sheet, y: [f64; 2], rules: &[(f64, f64, f64)]| {
        s.h(y[0], x[0], x[4]).h(y[1], x[0], x[4]);
        for at in x {
            s.v(at, y[0], y[1]);
        }
        for &(at, from, to) in rules {
            s.h(at, from, to);
        }
    };
    let inner = [(104.0, x[0], x[4]), (118.0, x[0], x[2]), (132.0, x[0], x[4])];
    boxed(&mut s, [90.0, 146.0], &inner);
    s.cells(100.0, &[(60.0, "Symbol"), (120.0, "Parameter"), (310.0, "Value"), (390.0, "Unit")]);
    s.cells(114.0, &[(60.0, "VCEO"), (120.0, "Collector-emitter voltage")]);
    s.cells(128.0, &[(60.0, "VCBO"), (120.0, "Collector-base voltage")]);
    s.centred(340.0, 121.0, ">40").text(390.0, 121.0, "V");
    s.cells(142.0, &[(60.0, "VEBO"), (120.0, "Emitter-base voltage"), (320.0, ">5"), (390.0, "V")]);
    s.text(50.0, 160.0, "Switching Time");
    boxed(&mut s, [166.0, 194.0], &[(180.0, x[0], x[2]), (180.0, x[3], x[4])]);
    s.cells(176.0, &[(60.0, "td"), (120.0, "Delay Time"), (390.0, "ns")]);
    s.cells(190.0, &[(60.0, "tr"), (120.0, "Rise Time"), (390.0, "ns")]);
    s.centred(340.0, 183.0, "<35");
    let table = one(&mut s);
    assert_eq!(
        told(&table),
        [
            "VCEO | Collector-emitter voltage |  | . . . >40 | V",
            "VCBO | Collector-base voltage |  | . . . >40 | V",
            "VEBO | Emitter-base voltage |  | . . . >5 | V",
            "td | Delay Time |  | . . . <35 | ns",
            "tr | Rise Time |  | . . . <35 | ns",
        ]
    );
}

/// Numbers beside the words of a column, set apart in all rows and under no head of their own, are
/// kept out of it.
#[test]
fn numbers_beside_a_column_without_a_head() {
    let mut s = Sheet::new();
    let heads = [(50.0, "Symbol"), (110.0, "Parameter"), (300.0, "Typ"), (430.0, "Unit")];
    s.h(90.0, 50.0, 480.0).cells(100.0, &heads).h(104.0, 50.0, 480.0);
    let rows = [("VA", "0.5", "0.8", "V"), ("VB", "1.5", "2.5", "V"), ("VC", "-", "4", "V")];
    for (k, (symbol, typ, other, unit)) in rows.into_iter().enumerate() {
        let y = 114.0 + 12.0 * k as f64;
        s.cells(y, &[(50.0, symbol), (110.0, "some voltage"), (300.0, typ), (360.0, other)]);
        s.text(434.0, y, unit);
    }
    s.h(144.0, 50.0, 480.0);
    assert_eq!(
        told(&one(&mut s)),
        [
            "VA | some voltage |  | . 0.5 . 0.8 | V ?",
            "VB | some voltage |  | . 1.5 . 2.5 | V ?",
            "VC | some voltage |  | . - . 4 | V ?",
        ]
    );
}

/// Few walls between the columns of parts show that the cells without them are merged; a sign
/// before a range is part of it.
#[test]
fn cells_over_some_parts_and_signs_before_ranges() {
    let mut s = Sheet::new();
    let x = [50.0, 200.0, 250.0, 290.0, 330.0, 370.0, 410.0, 460.0];
    let bottom = 100.0 + 14.0 * 9.0;
    for k in 0..=9 {
        s.h(100.0 + 14.0 * f64::from(k), x[0], x[7]);
    }
    for at in [x[0], x[1], x[2], x[6], x[7]] {
        s.v(at, 100.0, bottom);
    }
    // Walls between parts in the head and the first row; between the second and third further on.
    for at in [x[3], x[4], x[5]] {
        s.v(at, 100.0, 128.0);
    }
    s.v(x[4], 128.0, 142.0);
    let row = |k: i32| 110.0 + 14.0 * f64::from(k);
    s.cells(row(0), &[(60.0, "Rating"), (210.0, "Symbol"), (420.0, "Unit")]);
    for (at, part) in [(270.0, "SR520"), (310.0, "SR530"), (350.0, "SR540"), (390.0, "SR560")] {
        s.centred(at, row(0), part);
    }
    s.cells(row(1), &[(60.0, "Reverse voltage"), (210.0, "VRRM"), (425.0, "V")]);
    for (at, value) in [(270.0, "20"), (310.0, "30"), (350.0, "40"), (390.0, "60")] {
        s.centred(at, row(1), value);
    }
    s.cells(row(2), &[(60.0, "Forward voltage"), (210.0, "VF"), (425.0, "V")]);
    s.centred(290.0, row(2), "0.57").centred(370.0, row(2), "0.70");
    for k in 3..9 {
        s.cells(row(k), &[(60.0, "Storage temperature"), (210.0, "Tstg"), (425.0, "°C")]);
        s.centred(330.0, row(k), "- 55 to + 150");
    }
    let table = one(&mut s);
    let text = told(&table);
    assert_eq!(text[0], "VRRM | Reverse voltage |  | . . . 20_30_40_60 | V");
    assert_eq!(text[1], "VF | Forward voltage |  | . . . 0.57_0.57_0.70_0.70 | V");
    let range = ["-_55_to_+_150"; 4].join("_");
    assert_eq!(text[2], format!("Tstg | Storage temperature |  | . . . {range} | °C"));
}
