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
