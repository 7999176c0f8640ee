//! Tables of families: columns for parts, parts among names.

use super::{Sheet, one, told};
use crate::sheet::table::Role;

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

/// The endings of a family below the head of the values.
#[test]
fn endings_of_a_family_in_a_second_level() {
    let mut s = Sheet::new();
    for y in [100.0, 132.0, 158.0] {
        s.h(y, 50.0, 400.0);
    }
    s.h(116.0, 220.0, 320.0);
    for at in [50.0, 100.0, 220.0, 320.0, 400.0] {
        s.v(at, 100.0, 158.0);
    }
    s.cells(111.0, &[(54.0, "Symbol"), (104.0, "Parameter"), (260.0, "Max"), (340.0, "Units")]);
    s.text(234.0, 127.0, "AB548 / A / B / C");
    s.cells(143.0, &[(54.0, "PD"), (104.0, "Power Dissipation"), (262.0, "625"), (345.0, "mW")]);
    s.cells(155.0, &[(54.0, "RthJA"), (104.0, "To Ambient"), (262.0, "200"), (345.0, "°C/W")]);
    let table = one(&mut s);
    assert_eq!(table.columns[2].parts, ["AB548 / A / B / C"]);
    assert_eq!(table.rows.len(), 2, "{:?}", told(&table));
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

/// Parts and endings of their names behind the test conditions, and above them.
#[test]
fn parts_among_test_conditions() {
    let mut s = Sheet::new();
    for y in [100.0, 114.0, 150.0, 176.0] {
        s.h(y, 50.0, 520.0);
    }
    for at in [50.0, 100.0, 220.0, 400.0, 440.0, 480.0, 520.0] {
        s.v(at, 100.0, 176.0);
    }
    let x = [54.0, 104.0, 224.0, 405.0, 445.0, 488.0];
    let heads = ["Symbol", "Parameter", "Test Conditions", "Min", "Max", "Unit"];
    s.cells(110.0, &x.into_iter().zip(heads).collect::<Vec<_>>());
    s.cells(
        124.0,
        &[
            (54.0, "hFE"),
            (104.0, "DC Current Gain"),
            (224.0, "VCE = 5 V, IC = 2 mA"),
            (360.0, "548"),
            (405.0, "110"),
            (445.0, "800"),
        ],
    );
    s.cells(134.0, &[(360.0, "548A"), (405.0, "110"), (445.0, "220")]);
    s.cells(144.0, &[(360.0, "548B"), (405.0, "200"), (445.0, "450")]);
    s.text(224.0, 160.0, "AB1117-5.0");
    s.cells(
        170.0,
        &[
            (54.0, "IQ"),
            (104.0, "Quiescent Current"),
            (224.0, "VIN = 5 V"),
            (445.0, "10"),
            (488.0, "mA"),
        ],
    );
    let table = one(&mut s);
    assert_eq!(
        told(&table),
        [
            "hFE | DC Current Gain [548] | VCE = 5 V, IC = 2 mA | 110 . 800 . | ",
            "hFE | DC Current Gain [548A] | VCE = 5 V, IC = 2 mA | 110 . 220 . | ",
            "hFE | DC Current Gain [548B] | VCE = 5 V, IC = 2 mA | 200 . 450 . | ",
            "IQ | Quiescent Current [AB1117-5.0] | VIN = 5 V | . . 10 . | mA",
        ]
    );
}
