//! Lines of conditions that hold for several rows of one ruled cell, or for parts that they name.

use super::{Sheet, one, told};

const X: [f64; 6] = [50.0, 110.0, 220.0, 340.0, 420.0, 480.0];

/// A ruled head, and a box below it down to a height.
fn boxed(bottom: f64) -> Sheet {
    let mut s = Sheet::new();
    for y in [90.0, 104.0, bottom] {
        s.h(y, X[0], X[5]);
    }
    for at in X {
        s.v(at, 90.0, bottom);
    }
    s.cells(100.0, &[(60.0, "Symbol"), (120.0, "Parameter"), (240.0, "Test conditions")]);
    s.cells(100.0, &[(360.0, "Typ"), (430.0, "Unit")]);
    s
}

/// Two lines in the middle of a box of three rows are those of all, as is a list that goes on over
/// its lines; lines that stand on rows of their own are not.
#[test]
fn a_list_in_the_middle_of_a_box_is_of_all_its_rows() {
    let rows = |s: &mut Sheet| {
        for (k, (symbol, name, value)) in
            [("Ciss", "Input", "43"), ("Coss", "Output", "20"), ("Crss", "Reverse", "6")]
                .into_iter()
                .enumerate()
        {
            let y = 114.0 + 12.0 * k as f64;
            s.cells(y, &[(60.0, symbol), (120.0, name), (360.0, value), (430.0, "pF")]);
        }
    };
    let conditions = |s: &mut Sheet| -> Vec<String> {
        let rows = told(&one(s));
        rows.iter().map(|r| r.split(" | ").nth(2).unwrap_or("").to_string()).collect()
    };
    let mut s = boxed(144.0);
    rows(&mut s);
    s.text(230.0, 120.0, "VDS = 25 V, f = 1 MHz,").text(230.0, 132.0, "VGS = 0");
    assert_eq!(conditions(&mut s), ["VDS = 25 V, f = 1 MHz, VGS = 0"; 3]);
    let mut s = boxed(144.0);
    rows(&mut s);
    s.text(230.0, 114.0, "VDS = 25 V,").text(230.0, 126.0, "VGS = 0");
    s.text(230.0, 138.0, "(see Figure 3)");
    assert_eq!(conditions(&mut s), ["VDS = 25 V, VGS = 0 (see Figure 3)"; 3]);
    let mut s = boxed(144.0);
    rows(&mut s);
    s.text(230.0, 114.0, "VDS = 25 V").text(230.0, 126.0, "VGS = 0").text(
        230.0,
        138.0,
        "f = 1 MHz",
    );
    assert_eq!(conditions(&mut s), ["VDS = 25 V", "VGS = 0", "f = 1 MHz"]);
}

/// Each line that names parts begins the conditions of rows of its own.
#[test]
fn lines_that_name_parts_begin_rows() {
    let mut s = boxed(160.0);
    s.cells(114.0, &[(60.0, "VBE"), (120.0, "Base voltage"), (230.0, "for AB677/678")]);
    s.cells(126.0, &[(230.0, "IC = 1.5 A"), (285.0, "VCE = 3 V"), (360.0, "2.5"), (430.0, "V")]);
    s.text(230.0, 138.0, "for AB677A/678A");
    s.cells(150.0, &[(230.0, "IC = 2 A"), (285.0, "VCE = 3 V"), (360.0, "2.8"), (430.0, "V")]);
    assert_eq!(
        told(&one(&mut s)),
        [
            "VBE | Base voltage | for AB677/678 IC = 1.5 A VCE = 3 V | . 2.5 . . | V",
            "VBE | Base voltage | for AB677A/678A IC = 2 A VCE = 3 V | . 2.8 . . | V",
        ]
    );
}
