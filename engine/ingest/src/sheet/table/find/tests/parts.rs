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
