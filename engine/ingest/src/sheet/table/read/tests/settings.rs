//! What rows hold at: units and magnitudes of conditions, notes, ratings, parts in names.

use super::*;

fn static_row(row: &str, kind: &str) -> String {
    one(Section::Static, FULL, row, kind)
}

#[test]
fn a_condition_whose_size_is_not_sure_is_for_review() {
    for (said, wanted) in [
        ("IF = 10 mA", "@ IF = 0.01"),
        ("IF = 10 m A", "@ IF = 0.01"),
        ("IF = 10 mA, tp = 380 µ s", "@ IF = 0.01, tp = 0.00038"),
        ("IF = 0, t = 10 s", "@ IF = 0, tp = 10"),
        ("1N4148 10 mA ≤ IF ≤ 20 mA", "@ IF = 0.01 .. 0.02"),
        ("tp ≤ 5 ms", "@ tp = … .. 0.005"),
        // A value that is typical does not stand under a limit.
        ("IF = 10 mA, Typical", "review"),
        // No unit, none that is plausible, one with a drawn sign in it.
        ("IF = 10", "review"),
        ("IF = 10 mA, tp = 380 s", "review"),
        ("IF = 10 \u{fffd} A", "review"),
        ("IF = 10 mA, IF = 20 mA", "review"),
    ] {
        let got = static_row(&format!("VF|Forward voltage|{said}|||1|V"), "diode");
        assert!(got.ends_with(wanted), "{said}: {got}");
    }
}

#[test]
fn what_a_recovery_ends_at_is_no_second_current() {
    let row = "trr|Reverse recovery time|from IF = 10 mA to IR = 60 mA; at IR = 1 mA|||4|ns";
    let got = static_row(row, "diode");
    assert_eq!(got, "trr - - 4e-9 @ IF = 0.01, IR = 0.06, irr = 0.001");
}

#[test]
fn tests_far_beyond_the_ratings_are_for_review() {
    let ratings = table(
        Section::Ratings,
        "",
        "Symbol|Parameter|Value|Unit",
        &["IFSM|Surge forward current|2|A", "VRRM|Repetitive peak reverse voltage|75|V"],
    );
    let tests = table(
        Section::Static,
        "",
        FULL,
        &[
            "VF|Forward voltage|IF = 10 A|||1.2|V",
            "VF|Forward voltage|IF = 100 A|||1.2|V",
            "IR|Reverse current|VR = 75 kV|||25|nA",
        ],
    );
    let (found, _) = parameters(&[ratings, tests], FileId(0), &symbols(), Some("diode"), &[]);
    let status: Vec<Status> = found.iter().skip(2).map(|p| p.status).collect();
    assert_eq!(status, [Status::Served, Status::Review, Status::Review]);
}

#[test]
fn notes_say_how_long_the_pulse_is() {
    let rows = ["hFE*|DC current gain|VCE = 1 V; IC = 10 mA|100||300|"];
    let mut sheet = table(Section::Static, "", FULL, &rows);
    let note = "Pulse test: t ≤ 300 µs, duty cycle ≤ 2 %, IC = 1 A";
    sheet.notes = vec![(String::from("*"), String::from(note))];
    let wanted = ["hFE 100 - 300 @ IC = 0.01, VCE = 1, duty = … .. 0.02, tp = … .. 0.0003"];
    assert_eq!(read(sheet.clone(), "bjt", &[]), wanted);
    // The mark may stand at the heading above the row instead of at its symbol.
    sheet.rows = table(Section::Static, "", FULL, &[rows[0].replace('*', "").as_str()]).rows;
    assert_ne!(read(sheet.clone(), "bjt", &[]), wanted);
    sheet.rows[0].marks.push(String::from("*"));
    assert_eq!(read(sheet.clone(), "bjt", &[]), wanted);
    // Notes below the next table hold for this one, too.
    let mut next = table(Section::Dynamic, "", FULL, &["tf|Fall time||||50|ns"]);
    next.notes = std::mem::take(&mut sheet.notes);
    let (found, _) = parameters(&[sheet, next], FileId(0), &symbols(), Some("bjt"), &[]);
    assert_eq!(show(&found[0]), wanted[0]);
}

#[test]
fn parts_at_the_end_of_a_name_are_the_rows() {
    let header = "Symbol|Parameter|Value|Unit";
    let row = |name: &str| {
        let row = format!("PD|{name}|500|mW");
        read(table(Section::Ratings, "", header, &[&row]), "bjt", &["2N2222", "2N2222A"])
    };
    assert!(row("Power dissipation 2N2222")[0].contains("2N2222"));
    assert!(!row("Power dissipation (Note 2)")[0].contains("2N2222"));
}

#[test]
fn quantities_of_other_devices_are_for_review() {
    let row = "VF|Forward voltage|IF = 10 mA|||1|V";
    assert!(!static_row(row, "diode").ends_with("review"));
    assert!(static_row(row, "bjt").ends_with("review"));
    // The diode within a transistor is one.
    assert!(!one(Section::BodyDiode, FULL, row, "mosfet").ends_with("review"));
}

#[test]
fn a_name_that_says_more_is_another_quantity() {
    let header = "Parameter|Conditions|Min|Typ|Max|Unit";
    let show = |name: &str| one(Section::Static, header, &format!("{name}||||1|V"), "diode");
    assert!(!show("Forward voltage").ends_with("review"));
    assert!(show("Forward voltage regulation").ends_with("review"));
}

#[test]
fn the_head_of_another_column_names_no_limit() {
    let header = "Symbol|Parameter|Min|Value|Unit";
    for (row, wanted) in [
        ("VRRM|Repetitive peak reverse voltage|-|600|V", "VRRM - - 600"),
        ("Tstg|Storage temperature|-40|150|°C", "Tstg 233.15 - 423.15"),
    ] {
        assert_eq!(one(Section::Ratings, header, row, "diode"), wanted);
    }
}

#[test]
fn rows_that_nothing_tells_apart_are_for_review() {
    let gain = |given: &str, min: &str| format!("hFE|DC current gain|{given}|{min}|||");
    let found = |rows: &[String]| {
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        read(table(Section::Static, "", FULL, &rows), "bjt", &[])
    };
    let apart = found(&[gain("IC = 1 mA", "50"), gain("IC = 2 mA", "75")]);
    assert!(apart.iter().all(|r| !r.ends_with("review")), "{apart:?}");
    let alike = found(&[gain("IC = 1 mA", "50"), gain("IC = 1 mA", "75")]);
    assert!(alike.len() == 2 && alike.iter().all(|r| r.ends_with("review")), "{alike:?}");
    // The same row twice says the same.
    let twice = found(&[gain("IC = 1 mA", "50"), gain("IC = 1 mA", "50")]);
    assert!(twice.iter().all(|r| !r.ends_with("review")), "{twice:?}");
}

#[test]
fn a_raised_letter_is_the_degree_sign() {
    let row = "IR|Reverse current|VR = 20 V, Tj = 150 o C|||50|µA";
    assert_eq!(static_row(row, "diode"), "IR - - 5e-5 @ TJ = 423.15, VR = 20");
}

#[test]
fn a_derating_begins_at_the_temperature_of_its_power() {
    let rows = [
        "PD|Power dissipation at TA = 25 °C|625|mW",
        "|Derate above 25 °C|5|mW/°C",
        "PD|Power dissipation at TC = 30 °C|1.5|W",
        "|Linear derating factor|12|mW/°C",
    ];
    let found = read(table(Section::Ratings, "", "Symbol|Parameter|Value|Unit", &rows), "bjt", &[]);
    assert_eq!(
        found,
        [
            "PD - - 0.625 @ Tamb = 298.15",
            "derating - - 0.005 @ Tamb = 298.15 .. …",
            "PD - - 1.5 @ Tcase = 303.15",
            "derating - - 0.012 @ Tcase = 303.15 .. …",
        ]
    );
}

#[test]
fn temperatures_without_a_symbol_are_understood() {
    for (said, wanted) in [
        ("VR = 20 V, 0 °C to 125 °C", "@ TJ = 273.15 .. 398.15, VR = 20"),
        (
            "VR = 20 V; over the ambient temperature range 10 °C to 85 °C",
            "@ Tamb = 283.15 .. 358.15, VR = 20",
        ),
        ("VR = 20 V, Tj initial = 25 °C", "@ TJ = 298.15, VR = 20"),
        // Of what the range is, nothing says.
        ("VR = 20 V; leads 5 °C to 10 °C apart", "@ VR = 20"),
    ] {
        let got = static_row(&format!("IR|Reverse current|{said}|||50|µA"), "diode");
        assert!(got.ends_with(wanted), "{said}: {got}");
    }
    let mut sheet = table(Section::Static, "", FULL, &["VF|Forward voltage|IF = 1 A|||1|V"]);
    sheet.preamble = words("Rating at 25 °C ambient temperature unless otherwise specified");
    assert_eq!(read(sheet, "diode", &[]), ["VF - - 1 @ IF = 1, Tamb = 298.15"]);
}

#[test]
fn a_sign_before_a_symbol_turns_its_value() {
    let row = |said: &str| static_row(&format!("trr|Recovery time|{said}|||4|ns"), "diode");
    assert_eq!(row("IF = -IR = -15 mA"), "trr - - 4e-9 @ IF = -0.015, IR = 0.015");
    assert_eq!(row("IF = IR = 15 mA"), "trr - - 4e-9 @ IF = 0.015, IR = 0.015");
    assert_eq!(row("IF = –IR"), "trr - - 4e-9 @ IF = -1 IR");
}

#[test]
fn notes_of_the_next_page_hold_for_rows_that_name_them() {
    let first = |said: &str| {
        table(Section::Static, "", FULL, &[&format!("VF|Forward voltage|{said}|||1|V")])
    };
    let mut next = table(Section::Dynamic, "", FULL, &["trr|Recovery time||||50|ns"]);
    next.page = 2;
    next.notes = vec![(String::from("1"), String::from("Pulse test: tp ≤ 300 µs"))];
    for (said, held) in [("IF = 1 A; note 1", true), ("IF = 1 A", false)] {
        let sheets = [first(said), next.clone()];
        let (found, _) = parameters(&sheets, FileId(0), &symbols(), Some("diode"), &[]);
        assert_eq!(found[0].conditions.by_symbol.contains_key("tp"), held, "{said}");
    }
}
