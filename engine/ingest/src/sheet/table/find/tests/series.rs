//! Names of parts that heads give in pieces.

use super::{Sheet, one};
use crate::sheet::table::{Role, Table};

/// The columns of parts, and the values of each row in them.
fn family(table: &Table) -> (Vec<&str>, Vec<String>) {
    let parts = table.columns.iter().flat_map(|c| &c.parts).map(String::as_str).collect();
    let row = |r| table.cells(r, Role::Value).map(|c| c.text()).collect::<Vec<_>>().join(" ");
    (parts, table.rows.iter().map(row).collect())
}

/// A table with a column for each of four names, each given in lines from the top.
fn sheet(heads: [&[&str]; 4]) -> Sheet {
    let mut s = Sheet::new();
    s.sized(50.0, 80.0, 11.0, "MAXIMUM RATINGS");
    let x = [50.0, 200.0, 250.0, 300.0, 350.0, 400.0, 450.0, 500.0];
    for y in [90.0, 116.0, 130.0, 144.0] {
        s.h(y, 50.0, 500.0);
    }
    for (k, at) in x.iter().enumerate() {
        s.v(*at, 90.0, if (3..6).contains(&k) { 130.0 } else { 144.0 });
    }
    s.centred(125.0, 106.0, "RATING").centred(225.0, 106.0, "SYMBOL").centred(475.0, 106.0, "UNIT");
    for (k, lines) in heads.iter().enumerate() {
        for (n, line) in lines.iter().enumerate() {
            let base = 106.0 + 5.5 * (2.0 * n as f64 + 1.0 - lines.len() as f64);
            s.centred(275.0 + 50.0 * k as f64, base, line);
        }
    }
    s.text(55.0, 126.0, "Peak Reverse Voltage").text(212.0, 126.0, "VRRM").text(470.0, 126.0, "V");
    for (k, value) in ["50", "100", "200", "400"].iter().enumerate() {
        s.centred(275.0 + 50.0 * k as f64, 126.0, value);
    }
    s.text(55.0, 140.0, "Forward Voltage").text(212.0, 140.0, "VF").text(470.0, 140.0, "V");
    s.centred(350.0, 140.0, "1.1");
    s
}

const VALUES: [&str; 2] = ["50 100 200 400", "1.1 1.1 1.1 1.1"];

#[test]
fn letters_above_the_numbers() {
    let table =
        one(&mut sheet([&["QX", "7001"], &["QX", "7002"], &["QX", "7003"], &["QX", "7004"]]));
    assert_eq!(
        family(&table),
        (vec!["QX7001", "QX7002", "QX7003", "QX7004"], VALUES.map(String::from).to_vec())
    );
}

#[test]
fn numbers_alone_are_endings_of_the_part_of_the_page() {
    let heads: [&[&str]; 4] = [&["7001"], &["7002"], &["7003"], &["7004"]];
    let mut s = sheet(heads);
    s.sized(50.0, 40.0, 14.0, "1Q7001 - 1Q7004");
    let table = one(&mut s);
    assert_eq!(
        family(&table),
        (vec!["1Q7001", "1Q7002", "1Q7003", "1Q7004"], VALUES.map(String::from).to_vec())
    );
    // On a page that names no such part they are numbers, and nothing is served for a part.
    for table in sheet(heads).find() {
        assert_eq!(family(&table).0, Vec::<&str>::new());
    }
}

#[test]
fn short_names_beside_long_ones() {
    let table = one(&mut sheet([&["6Q05"], &["6Q1"], &["6Q2"], &["6Q10"]]));
    assert_eq!(
        family(&table),
        (vec!["6Q05", "6Q1", "6Q2", "6Q10"], VALUES.map(String::from).to_vec())
    );
    let table = one(&mut sheet([&["Q1A"], &["Q1B"], &["Q1D"], &["Q1G"]]));
    assert_eq!(family(&table).0, ["Q1A", "Q1B", "Q1D", "Q1G"]);
}

/// Numbers that step far, or stand in rows of data, are values.
#[test]
fn values_stay_values() {
    let heads: [&[&str]; 4] = [&["1000"], &["1200"], &["1400"], &["1600"]];
    let mut s = sheet(heads);
    s.sized(50.0, 40.0, 14.0, "1Q1000");
    for table in s.find() {
        assert_eq!(family(&table).0, Vec::<&str>::new());
    }
}
