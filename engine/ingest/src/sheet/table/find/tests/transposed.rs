//! Tables with a column for each quantity and a row for each part.

use super::{Sheet, one, told};

/// Draws a grid: outer walls and rules everywhere, the head's inner rule only from `split` on.
fn grid(s: &mut Sheet, x: &[f64], y: &[f64], split: (f64, f64, f64)) {
    let (left, right) = (x[0], x[x.len() - 1]);
    for &at in y {
        s.h(at, left, right);
    }
    for &at in x {
        s.v(at, y[0], y[y.len() - 1]);
    }
    let (at, from, to) = split;
    s.h(at, from, to);
}

#[test]
fn columns_of_quantities_with_limits_below() {
    let mut s = Sheet::new();
    s.sized(50.0, 80.0, 11.0, "Electrical Characteristics (Ta=25°C)");
    let x = [50.0, 150.0, 230.0, 300.0, 360.0, 420.0, 490.0];
    let y = [90.0, 118.0, 132.0, 146.0, 160.0];
    for at in [x[0], x[1], x[2], x[3], x[5], x[6]] {
        s.v(at, y[0], y[4]);
    }
    s.v(x[4], 104.0, y[4]);
    grid(&mut s, &[x[0], x[6]], &y, (104.0, x[3], x[6]));
    s.centred(100.0, 108.0, "Product").centred(190.0, 108.0, "Color");
    s.centred(265.0, 108.0, "IF (mA)");
    s.centred(360.0, 100.0, "VF (V)").centred(455.0, 100.0, "IR (µA)");
    s.centred(330.0, 114.0, "Typ.").centred(390.0, 114.0, "Max.").centred(455.0, 114.0, "Max.");
    for (k, (part, color, typ, max, ir)) in
        [("QX8R15C", "Red", "2.0", "2.6", "10"), ("QX8AG15C", "Yellow Green", "2.1", "2.7", "-")]
            .into_iter()
            .enumerate()
    {
        let base = 128.0 + 14.0 * k as f64;
        s.centred(100.0, base, part).centred(190.0, base, color).centred(265.0, base, "20");
        s.centred(330.0, base, typ).centred(390.0, base, max).centred(455.0, base, ir);
    }
    s.centred(100.0, 156.0, "QX8IB15C").centred(190.0, 156.0, "Blue").centred(265.0, 156.0, "20");
    s.centred(330.0, 156.0, "3.2").centred(390.0, 156.0, "3.6").centred(455.0, 156.0, "50");
    let table = one(&mut s);
    assert_eq!(
        told(&table),
        [
            "VF |  [QX8R15C] | IF = 20 mA , | . 2.0 2.6 . | V",
            "IR |  [QX8R15C] |  | . . 10 . | µA",
            "VF |  [QX8AG15C] | IF = 20 mA , | . 2.1 2.7 . | V",
            "IR |  [QX8AG15C] |  | . . - . | µA",
            "VF |  [QX8IB15C] | IF = 20 mA , | . 3.2 3.6 . | V",
            "IR |  [QX8IB15C] |  | . . 50 . | µA",
        ]
    );
    assert_eq!(table.title, "Electrical Characteristics (Ta=25°C)");
}

/// Rows that name no part hold for nobody knows which; a head of the usual kind stays one.
#[test]
fn ratings_of_materials_are_in_doubt_and_usual_tables_stay() {
    let mut s = Sheet::new();
    s.sized(50.0, 80.0, 11.0, "Absolute Maximum Rating");
    let x = [50.0, 130.0, 200.0, 270.0, 340.0, 430.0];
    let y = [90.0, 104.0, 118.0, 132.0];
    grid(&mut s, &x, &y, (132.0, x[0], x[1]));
    for (k, head) in ["Material", "Pd (mW)", "IF (mA)", "VR (V)", "TOP(°C)"].iter().enumerate() {
        s.centred((x[k] + x[k + 1]) / 2.0, 100.0, head);
    }
    for (row, cells) in
        [["AlInGaP", "65", "25", "5", "-40 ~ +85"], ["InGaN", "95", "30", "5", "-40 ~ +85"]]
            .iter()
            .enumerate()
    {
        for (k, cell) in cells.iter().enumerate() {
            s.centred((x[k] + x[k + 1]) / 2.0, 114.0 + 14.0 * row as f64, cell);
        }
    }
    let table = one(&mut s);
    let told_all = told(&table);
    assert_eq!(told_all.len(), 8);
    assert_eq!(told_all[1], "IF |  |  | . . . 25 | mA ?");
    assert_eq!(told_all[7], "TOP |  |  | . . . -40_~_+85 | °C ?");

    let mut s = Sheet::new();
    grid(&mut s, &x, &y, (132.0, x[0], x[1]));
    for (k, head) in ["Parameter", "Symbol", "1N5817", "1N5818", "Unit"].iter().enumerate() {
        s.centred((x[k] + x[k + 1]) / 2.0, 100.0, head);
    }
    for (row, cells) in [["Voltage", "VR", "20", "30", "(V)"], ["Current", "IF", "1", "1", "(A)"]]
        .iter()
        .enumerate()
    {
        for (k, cell) in cells.iter().enumerate() {
            s.centred((x[k] + x[k + 1]) / 2.0, 114.0 + 14.0 * row as f64, cell);
        }
    }
    assert_eq!(told(&one(&mut s))[0], "VR | Voltage |  | . . . 20_30 | (V)");
}

/// Heads of packages alone, over symbols, names and units that have no heads at all.
#[test]
fn columns_of_packages_are_rows_in_doubt() {
    let mut s = Sheet::new();
    s.sized(50.0, 80.0, 11.0, "THERMAL DATA");
    let x = [50.0, 110.0, 330.0, 400.0, 470.0, 520.0];
    let y = [90.0, 106.0, 136.0];
    grid(&mut s, &x, &y, (136.0, x[0], x[1]));
    s.centred(365.0, 101.0, "TO-39").centred(435.0, 101.0, "TO-18");
    for (k, (symbol, name, a, b)) in [
        ("Rthj-case", "Thermal Resistance Junction-Case Max", "58.3", "97.3"),
        ("Rthj-amb", "Thermal Resistance Junction-Ambient Max", "292", "437.5"),
    ]
    .into_iter()
    .enumerate()
    {
        let base = 118.0 + 12.0 * k as f64;
        s.cells(base, &[(56.0, symbol), (114.0, name), (355.0, a), (425.0, b), (480.0, "°C/W")]);
    }
    let table = one(&mut s);
    assert_eq!(
        told(&table),
        [
            "Rthj-case | Thermal Resistance Junction-Case Max | TO-39 | . . . 58.3 | °C/W ?",
            "Rthj-case | Thermal Resistance Junction-Case Max | TO-18 | . . . 97.3 | °C/W ?",
            "Rthj-amb | Thermal Resistance Junction-Ambient Max | TO-39 | . . . 292 | °C/W ?",
            "Rthj-amb | Thermal Resistance Junction-Ambient Max | TO-18 | . . . 437.5 | °C/W ?",
        ]
    );
}

/// The same without rules: the packages stand over the numbers.
#[test]
fn packages_over_numbers_without_rules() {
    let mut s = Sheet::new();
    s.sized(50.0, 80.0, 11.0, "THERMAL DATA");
    s.text(372.0, 110.0, "TO-39").text(443.0, 110.0, "TO-18");
    for (k, (symbol, name, a, b)) in [
        ("Rthj-case", "Thermal Resistance Junction-Case Max", "58.3", "97.3"),
        ("Rthj-amb", "Thermal Resistance Junction-Ambient Max", "292", "437.5"),
    ]
    .into_iter()
    .enumerate()
    {
        let base = 125.0 + 10.0 * k as f64;
        s.cells(base, &[(76.0, symbol), (120.0, name), (374.0, a), (445.0, b), (498.0, "°C/W")]);
    }
    let rows = told(&one(&mut s));
    assert_eq!(rows.len(), 4, "{rows:?}");
    for (row, value) in rows.iter().zip(["58.3", "97.3", "292", "437.5"]) {
        assert!(row.contains(value) && row.ends_with(" ?"), "{rows:?}");
    }
}

/// A family of zener diodes: units in a level of their own, what a quantity is measured at beside
/// it, two quantities of which one sets the other under one head, part names in a cell as high as
/// the head.
fn zeners(parts: [&str; 3]) -> Sheet {
    let mut s = Sheet::new();
    let title = "ELECTRICAL CHARACTERISTICS (TA = 25°C unless otherwise noted, VF = 0.9 V Max. @ \
                 IF = 10 mA for all types)";
    s.sized(50.0, 80.0, 7.0, title);
    let x = [50.0, 120.0, 165.0, 200.0, 235.0, 270.0, 305.0, 340.0, 375.0, 410.0, 445.0, 480.0];
    let y = [90.0, 104.0, 118.0, 132.0, 174.0];
    for at in [x[0], x[1], x[2], x[6], x[9], x[11]] {
        s.v(at, y[0], y[4]);
    }
    for at in [x[5], x[7]] {
        s.v(at, y[1], y[4]);
    }
    for at in [x[3], x[4], x[8], x[10]] {
        s.v(at, y[2], y[4]);
    }
    for at in [y[0], y[3], y[4]] {
        s.h(at, x[0], x[11]);
    }
    s.h(y[1], x[2], x[11]);
    s.h(y[2], x[2], x[11]);
    let mid = |a: usize, b: usize| (x[a] + x[b]) / 2.0;
    s.centred(mid(0, 1), 128.0, "Device*").centred(mid(1, 2), 128.0, "Marking");
    s.centred(mid(2, 6), 100.0, "Zener Voltage (Note 2)");
    s.centred(mid(6, 9), 100.0, "Zener Impedance");
    s.centred(mid(9, 11), 100.0, "Leakage Current");
    s.centred(mid(2, 5), 114.0, "VZ (Volts)").centred(mid(5, 6), 114.0, "@ IZT");
    s.centred(mid(6, 7), 111.0, "ZZT").centred(mid(6, 7), 117.5, "@ IZT");
    s.centred(mid(7, 9), 114.0, "ZZK @ IZK").centred(mid(9, 11), 114.0, "IR @ VR");
    for (k, head) in ["Min", "Nom", "Max", "mA", "Ω", "Ω", "mA", "µA", "Volts"].iter().enumerate()
    {
        s.centred(mid(k + 2, k + 3), 128.0, head);
    }
    let rows = [
        ["2.2", "2.4", "2.6", "5", "100", "1000", "0.5", "50", "1.0"],
        ["4.4", "4.7", "5.0", "5", "80", "800", "0.5", "3", "2.0"],
        ["25.1", "27", "28.9", "2", "80", "300", "0.5", "0.05", "18.9"],
    ];
    for (n, (part, row)) in parts.iter().zip(rows).enumerate() {
        let base = 142.0 + 14.0 * n as f64;
        s.centred(mid(0, 1), base, part).centred(mid(1, 2), base, &format!("0{n}"));
        for (k, value) in row.iter().enumerate() {
            s.centred(mid(k + 2, k + 3), base, value);
        }
    }
    s
}

#[test]
fn families_of_zener_diodes() {
    let table = one(&mut zeners(["QZ2V4T1G", "QZ4V7T1G", "QZ27VT1G"]));
    assert_eq!(
        told(&table),
        [
            "VZ | Zener Voltage [QZ2V4T1G] | IZT = 5 mA , | 2.2 2.4 2.6 . | Volts",
            "ZZT | Zener Impedance [QZ2V4T1G] | IZT = 5 mA , | . . . 100 | Ω",
            "ZZK | Zener Impedance [QZ2V4T1G] | IZK = 0.5 mA , | . . . 1000 | Ω",
            "IR | Leakage Current [QZ2V4T1G] | VR = 1.0 Volts , | . . . 50 | µA",
            "VZ | Zener Voltage [QZ4V7T1G] | IZT = 5 mA , | 4.4 4.7 5.0 . | Volts",
            "ZZT | Zener Impedance [QZ4V7T1G] | IZT = 5 mA , | . . . 80 | Ω",
            "ZZK | Zener Impedance [QZ4V7T1G] | IZK = 0.5 mA , | . . . 800 | Ω",
            "IR | Leakage Current [QZ4V7T1G] | VR = 2.0 Volts , | . . . 3 | µA",
            "VZ | Zener Voltage [QZ27VT1G] | IZT = 2 mA , | 25.1 27 28.9 . | Volts",
            "ZZT | Zener Impedance [QZ27VT1G] | IZT = 2 mA , | . . . 80 | Ω",
            "ZZK | Zener Impedance [QZ27VT1G] | IZK = 0.5 mA , | . . . 300 | Ω",
            "IR | Leakage Current [QZ27VT1G] | VR = 18.9 Volts , | . . . 0.05 | µA",
        ]
    );
    // The title ends where the conditions begin, and a value stated among them is none.
    assert_eq!(table.title, "ELECTRICAL CHARACTERISTICS");
    let preamble: Vec<&str> = table.preamble.iter().map(|w| w.text.as_str()).collect();
    assert_eq!(preamble.join(" "), "ELECTRICAL CHARACTERISTICS (TA = 25°C unless otherwise noted,");
}

/// Suppressors: a letter in brackets stands for two parts, the rated voltage is a quantity and
/// what the leakage is measured at, the test current is a setting only, a column without a unit
/// is not understood, markings are not looked at.
#[test]
fn families_of_suppressors() {
    let mut s = Sheet::new();
    let x = [50.0, 130.0, 190.0, 240.0, 290.0, 350.0, 410.0, 460.0, 510.0];
    let y = [90.0, 120.0, 134.0, 148.0, 162.0];
    grid(&mut s, &[x[0], x[8]], &y, (108.0, x[2], x[4]));
    for (k, at) in x.iter().enumerate() {
        s.v(*at, if k == 3 { 108.0 } else { y[0] }, y[4]);
    }
    let mid = |a: usize, b: usize| (x[a] + x[b]) / 2.0;
    s.centred(mid(0, 1), 104.0, "Part Number");
    s.centred(mid(1, 2), 100.0, "Standoff Voltage").centred(mid(1, 2), 112.0, "VRWM (V)");
    s.centred(mid(2, 4), 100.0, "Breakdown Voltage VBR @ IT");
    s.centred(mid(2, 3), 116.0, "Min (V)").centred(mid(3, 4), 116.0, "Max (V)");
    s.centred(mid(4, 5), 100.0, "Test Current").centred(mid(4, 5), 112.0, "IT(mA)");
    s.centred(mid(5, 6), 100.0, "Max. Leakage @ VRWM").centred(mid(5, 6), 112.0, "IR (µA)");
    s.centred(mid(6, 7), 104.0, "Ratio").centred(mid(7, 8), 104.0, "Marking");
    for (n, row) in [
        ["SMQJ5.0(C)A", "5.0", "6.40", "7.23", "10", "800", "1.4", "17"],
        ["SMQJ6.0(C)A", "6.0", "6.67", "7.67", "10", "800", "1.5", "18"],
        ["SMQJ7.5(C)A", "7.5", "8.33", "9.58", "1.0", "50", "1.6", "19"],
    ]
    .iter()
    .enumerate()
    {
        for (k, cell) in row.iter().enumerate() {
            s.centred(mid(k, k + 1), 130.0 + 14.0 * n as f64, cell);
        }
    }
    let rows = told(&one(&mut s));
    assert_eq!(
        rows[..4],
        [
            "VRWM | Standoff Voltage [SMQJ5.0A SMQJ5.0CA] |  | . . . 5.0 | V",
            "VBR | Breakdown Voltage [SMQJ5.0A SMQJ5.0CA] | IT = 10 mA , | 6.40 . 7.23 . | V",
            "IR | Leakage [SMQJ5.0A SMQJ5.0CA] | VRWM = 5.0 V , | . . 800 . | µA",
            " | Ratio [SMQJ5.0A SMQJ5.0CA] |  | . . . 1.4 |  ?",
        ]
    );
    assert_eq!(rows.len(), 12);
    assert_eq!(
        rows[9],
        "VBR | Breakdown Voltage [SMQJ7.5A SMQJ7.5CA] | IT = 1.0 mA , | 8.33 . 9.58 . | V"
    );
}
