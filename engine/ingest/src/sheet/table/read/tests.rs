use super::*;
use crate::sheet::table::{Column, Section};
use crate::sheet::text::Word;
use espice_base::Span;
use espice_facts::{Conditions, SymbolInfo};
use espice_pdf::{Color, Rect};
use espice_units::{parse_unit, plain};

mod settings;

pub(super) fn words(text: &str) -> Vec<Word> {
    let word = |text: &str| Word {
        text: text.into(),
        runs: Vec::new(),
        area: Rect::default(),
        size: 8.0,
        bold: false,
        italic: false,
        color: Color::BLACK,
        notes: Vec::new(),
        order: 0,
    };
    text.split_whitespace().map(word).collect()
}

/// A few symbols in the form: name, unit, title, synonyms, other names, kinds, range, rating.
type Line = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    [f64; 2],
    bool,
);

const SYMBOLS: &[Line] = &[
    (
        "TJ",
        "K",
        "junction temperature",
        "Tj|T",
        "operating junction temperature range|operating and storage temperature",
        "",
        [50.0, 700.0],
        false,
    ),
    (
        "Tstg",
        "K",
        "storage temperature",
        "TSTG",
        "operating and storage temperature",
        "",
        [50.0, 700.0],
        true,
    ),
    ("Tamb", "K", "ambient temperature", "TA|Ta", "", "", [50.0, 500.0], false),
    ("Tcase", "K", "case temperature", "TC", "", "", [50.0, 700.0], false),
    ("f", "Hz", "frequency", "", "", "", [1e-3, 1e12], false),
    ("tp", "s", "pulse width", "pulse width|t", "", "", [1e-10, 15.0], false),
    ("duty", "1", "duty cycle", "tp/T|δ|duty cycle", "", "", [1e-6, 1.0], false),
    ("RL", "Ohm", "load resistance", "", "", "", [1e-3, 1e9], false),
    (
        "RthJA",
        "K/W",
        "thermal resistance junction to ambient",
        "RθJA|Rth(j-a)",
        "junction to ambient",
        "",
        [0.01, 5000.0],
        false,
    ),
    ("PD", "W", "power dissipation", "Ptot", "total power dissipation", "", [1e-6, 1e5], true),
    (
        "derating",
        "W/K",
        "derating of the power dissipation",
        "",
        "derate above 25|linear derating factor",
        "",
        [1e-6, 1e3],
        true,
    ),
    ("VF", "V", "forward voltage", "VFM", "forward voltage drop", "diode", [0.05, 20.0], false),
    ("IF", "A", "forward current", "", "continuous forward current", "diode", [1e-15, 1e4], false),
    ("VR", "V", "reverse voltage", "", "", "diode", [1e-3, 5e4], false),
    (
        "IR",
        "A",
        "reverse current",
        "IRM|IRRM",
        "reverse leakage current",
        "diode",
        [1e-15, 1.0],
        false,
    ),
    ("VRRM", "V", "repetitive peak reverse voltage", "", "", "diode", [1.0, 5e4], true),
    ("IFSM", "A", "surge forward current", "", "", "diode", [1e-3, 1e5], true),
    ("CJ", "F", "junction capacitance", "C|CD", "diode capacitance", "diode", [1e-15, 1e-6], false),
    ("trr", "s", "reverse recovery time", "", "", "", [1e-12, 1e-3], false),
    (
        "irr",
        "A",
        "reverse current at which recovery ends",
        "iR|Irr",
        "",
        "diode",
        [1e-6, 1e3],
        false,
    ),
    (
        "Irrm",
        "A",
        "peak reverse recovery current",
        "",
        "peak recovery current",
        "",
        [1e-6, 1e4],
        false,
    ),
    ("VGS", "V", "gate-source voltage", "", "", "mosfet", [1e-3, 100.0], false),
    (
        "VGSS",
        "V",
        "rated gate-source voltage",
        "VGS",
        "gate source voltage",
        "mosfet",
        [1.0, 500.0],
        true,
    ),
    ("VDS", "V", "drain-source voltage", "", "", "mosfet", [1e-3, 5e4], false),
    ("ID", "A", "drain current", "", "continuous drain current", "mosfet", [1e-15, 1e4], false),
    ("VGS(th)", "V", "gate threshold voltage", "VGSth", "", "mosfet", [0.01, 20.0], false),
    (
        "RDS(on)",
        "Ohm",
        "on-state resistance",
        "RDSon",
        "drain source on state resistance",
        "mosfet",
        [1e-5, 1e6],
        false,
    ),
    (
        "IGSS",
        "A",
        "gate leakage current",
        "",
        "gate source leakage current",
        "mosfet",
        [1e-15, 0.01],
        false,
    ),
    ("hFE", "1", "DC current gain", "", "dc current gain", "bjt", [0.1, 1e6], false),
    ("IC", "A", "collector current", "", "", "bjt", [1e-15, 1e4], false),
    ("VCE", "V", "collector-emitter voltage", "", "", "bjt", [1e-3, 5e4], false),
    ("tf", "s", "fall time", "", "", "", [1e-12, 1e-3], false),
];

pub(super) fn symbols() -> SymbolTable {
    let list =
        |t: &str| t.split('|').filter(|s| !s.is_empty()).map(String::from).collect::<Vec<_>>();
    let mut table = SymbolTable::default();
    for (name, unit, title, synonyms, names, kinds, plausible, rating) in SYMBOLS {
        table.add_symbol(SymbolInfo {
            name: (*name).into(),
            dimension: parse_unit(unit).unwrap().dimension,
            title: (*title).into(),
            synonyms: list(synonyms),
            names: list(names),
            rating: *rating,
            kinds: list(kinds),
            plausible: Some(*plausible),
            span: Span::default(),
        });
    }
    table
}

fn column(text: &str) -> Column {
    let (header, parts) = text.split_once('#').unwrap_or((text, ""));
    let role = match header.split_whitespace().next().unwrap_or("") {
        "Symbol" => Role::Symbol,
        "Parameter" => Role::Name,
        "Conditions" => Role::Conditions,
        "Min" => Role::Min,
        "Typ" => Role::Typ,
        "Max" => Role::Max,
        "Unit" => Role::Unit,
        "Value" => Role::Value,
        "Type" => Role::Part,
        _ => Role::Other,
    };
    let parts = parts.split_whitespace().map(String::from).collect();
    Column { role, header: header.into(), x: [0.0, 0.0], parts }
}

/// A table from its header and rows, cells apart by `|`.
fn table(section: Section, title: &str, header: &str, rows: &[&str]) -> Table {
    let columns: Vec<Column> = header.split('|').map(|t| column(t.trim())).collect();
    let row = |text: &&str| Row {
        section,
        cells: text
            .split('|')
            .enumerate()
            .map(|(at, cell)| Cell { column: at, words: words(cell), ..Cell::default() })
            .collect(),
        ..Row::default()
    };
    Table {
        page: 1,
        title: title.into(),
        preamble: words(title),
        columns,
        rows: rows.iter().map(row).collect(),
        ..Table::default()
    }
}

fn limits(p: &Parameter) -> String {
    let one = |v: Option<f64>| v.map_or(String::from("-"), |v| plain(v, 8));
    format!("{} {} {}", one(p.min), one(p.typ), one(p.max))
}

fn show(p: &Parameter) -> String {
    let mut text = format!("{} {}", p.symbol, limits(p));
    let at = Conditions { text: String::new(), ..p.conditions.clone() }.to_string();
    if !at.is_empty() {
        text.push_str(&format!(" @ {at}"));
    }
    if !p.parts.is_empty() {
        text.push_str(&format!(" for {}", p.parts.join(" ")));
    }
    if p.status != Status::Served {
        text.push_str(&format!(" {}", p.status.word()));
    }
    text
}

fn read(table: Table, kind: &str, parts: &[&str]) -> Vec<String> {
    let parts: Vec<String> = parts.iter().map(|p| String::from(*p)).collect();
    let symbols = symbols();
    let (found, _) = parameters(&[table], FileId(0), &symbols, Some(kind), &parts);
    found.iter().map(show).collect()
}

fn one(section: Section, header: &str, row: &str, kind: &str) -> String {
    read(table(section, "", header, &[row]), kind, &[]).join(" / ")
}

const FULL: &str = "Symbol|Parameter|Conditions|Min|Typ|Max|Unit";

#[test]
fn rows_of_characteristics_are_read() {
    let kinds = [("V", "diode"), ("I", "diode")];
    assert_eq!(kinds.len(), 2);
    for (row, kind, wanted) in [
        ("VF|Forward voltage|IF = 10 mA|||1000|mV", "diode", "VF - - 1 @ IF = 0.01"),
        (
            "IR|Reverse current|VR = 20 V, Tj = 150 °C|||50|µA",
            "diode",
            "IR - - 0.00005 @ TJ = 423.15, VR = 20",
        ),
        (
            "C|Diode capacitance|VR = 1 V, F = 1 MHz||7|10|pF",
            "diode",
            "CJ - 0.000000000007 0.00000000001 @ VR = 1, f = 1e6",
        ),
        (
            "trr|Reverse recovery time|IF = IR = 10 mA, iR = 1 mA|||8|ns",
            "diode",
            "trr - - 0.000000008 @ IF = 0.01, IR = 0.01, irr = 0.001",
        ),
        (
            "trr||IF = 10 mA, VR = 6 V, iR = 0.1 x IR, RL = 100 Ω|||4|ns",
            "diode",
            "trr - - 0.000000004 @ IF = 0.01, RL = 100, VR = 6, irr = 0.1 IR",
        ),
        (
            "RDSon|drain-source on-state resistance|VGS = 4.5 V; ID = 1.5 A; Figure 7 and 8|-|31|37|mΩ",
            "mosfet",
            "RDS(on) - 0.031 0.037 @ ID = 1.5, VGS = 4.5",
        ),
        (
            "VGS (th)|Gate Threshold Voltage|VDS = VGS, ID = 250 µA|2.0|–––|4.0|V",
            "mosfet",
            "VGS(th) 2 - 4 @ ID = 0.00025, VDS = 1 VGS",
        ),
        (
            "IGSS|Gate-source leakage current|VGS = ±20V, VDS = 0V|||±100|nA",
            "mosfet",
            "IGSS - - 0.0000001 @ VDS = 0, VGS = -20 .. 20",
        ),
        (
            "hFE|DC current gain|VCE=5V, IC=2mA|110||800|",
            "bjt",
            "hFE 110 - 800 @ IC = 0.002, VCE = 5",
        ),
        ("tf|fall time|||12||nS", "mosfet", "tf - 0.000000012 -"),
        ("IRRM|Peak recovery current||||2.5|A", "diode", "Irrm - - 2.5"),
    ] {
        let expected: Vec<&str> = wanted.split(' ').collect();
        let got = one(Section::Electrical, FULL, row, kind);
        let got: Vec<String> = got.split(' ').map(plain_number).collect();
        let expected: Vec<String> = expected.into_iter().map(plain_number).collect();
        assert_eq!(got, expected, "{row}");
    }
}

/// Numbers in one spelling.
fn plain_number(text: &str) -> String {
    text.trim_end_matches(',')
        .parse::<f64>()
        .map_or(text.trim_end_matches(',').to_string(), |v| format!("{v:e}"))
}

#[test]
fn lone_values_are_what_their_place_says() {
    let header = "Parameter|Symbol|Value|Unit";
    for (section, row, wanted) in [
        (Section::Ratings, "Repetitive peak reverse voltage|VRRM|100|V", "VRRM - - 100"),
        (Section::Ratings, "Storage temperature|Tstg|- 65 to + 150|°C", "Tstg 208.15 - 423.15"),
        (Section::Ratings, "Gate-source voltage|VGS|± 20|V", "VGSS -20 - 20"),
        (Section::Ratings, "Power dissipation|Ptot|440|mW", "PD - - 0.44"),
        (
            Section::Thermal,
            "Typical thermal resistance junction to ambient|RθJA|100|K/W",
            "RthJA - 100 -",
        ),
        (Section::Thermal, "Thermal resistance junction to ambient|RθJA|350|°C/W", "RthJA - - 350"),
        (Section::Ratings, "Typical Diode Capacitance|CD|15|pF", "CJ - 1.5e-11 -"),
        (Section::Electrical, "Forward voltage|VF|0.7|V", "VF - 0.7 - review"),
        (
            Section::Ratings,
            "Operating and storage temperature|TJ, TSTG|-65 to +150|°C",
            "TJ 208.15 - 423.15 / Tstg 208.15 - 423.15",
        ),
    ] {
        let kind = if row.contains("VGS") { "mosfet" } else { "diode" };
        let got = one(section, header, row, kind);
        assert_eq!(got, wanted, "{row}");
    }
}

#[test]
fn conditions_stand_in_names_symbols_and_titles() {
    let rows = [
        "VFM|Forward Voltage @ IF = 1.0A|1.0|V",
        "IR|Peak Reverse Current @TA = 100°C at Rated DC Blocking Voltage|50|µA",
    ];
    let found = read(
        table(
            Section::Electrical,
            "Maximum Ratings @ TA = 25°C unless otherwise specified",
            "Symbol|Parameter|Value|Unit",
            &rows,
        ),
        "diode",
        &[],
    );
    assert_eq!(found, ["VF - - 1 @ IF = 1, Tamb = 298.15", "IR - - 5e-5 @ Tamb = 373.15"]);
    let found = one(
        Section::Ratings,
        "Symbol|Parameter|Max|Unit",
        "ID @ TC = 100°C|Continuous Drain Current, VGS @ 10V|23|A",
        "mosfet",
    );
    assert_eq!(found, "ID - - 23 @ Tcase = 373.15, VGS = 10");
}

#[test]
fn parts_come_from_names_cells_and_columns() {
    let family = ["BC546", "BC547", "BC550"];
    let rows = ["hFE|DC current gain : BC547/550|110|", "hFE|DC current gain : BC546|90|"];
    let found =
        read(table(Section::Static, "", "Symbol|Parameter|Min|Unit", &rows), "bjt", &family);
    assert_eq!(found, ["hFE 110 - - for BC547 BC550", "hFE 90 - - for BC546"]);
    let header = "Symbol|Parameter|Value#1N4001|Value#1N4002|Unit";
    let found = read(
        table(Section::Ratings, "", header, &["VRRM|Peak|50|100|V"]),
        "diode",
        &["1N4001", "1N4002"],
    );
    assert_eq!(found, ["VRRM - - 50 for 1N4001", "VRRM - - 100 for 1N4002"]);
}

#[test]
fn values_without_symbols_are_what_the_quantity_is_measured_over() {
    let mut symbols = symbols();
    let quantity = |symbol: &str, argument: &str| espice_facts::QuantityInfo {
        symbol: symbol.into(),
        arguments: vec![argument.into()],
        assumed: Vec::new(),
    };
    symbols.add_kind(espice_facts::KindInfo {
        name: "diode".into(),
        pins: Vec::new(),
        titles: Vec::new(),
        classes: Vec::new(),
        polarities: Vec::new(),
        positive: Vec::new(),
        negative: Vec::new(),
        quantities: vec![quantity("VF", "IF"), quantity("CJ", "VR"), quantity("IR", "VR")],
    });
    let rows = ["VF|Forward voltage|1.0 A|||1.1|V", "CJ|Junction capacitance|4.0 V, 1 MHz||15||pF"];
    let sheet = table(Section::Electrical, "", FULL, &rows);
    let (found, _) = parameters(&[sheet], FileId(0), &symbols, Some("diode"), &[]);
    let found: Vec<String> = found.iter().map(show).collect();
    assert_eq!(found, ["VF - - 1.1 @ IF = 1", "CJ - 1.5e-11 - @ VR = 4, f = 1e6"]);
}

#[test]
fn notes_and_ratings_are_conditions() {
    let rows = [
        "CJ|Typical Junction Capacitance (Note 2)|15|pF",
        "IR|Reverse Current at Rated DC Blocking Voltage|5|µA",
    ];
    let mut sheet = table(Section::Ratings, "", "Symbol|Parameter|Value|Unit", &rows);
    let note = "Measured at 1.0 MHz and applied reverse voltage of 4.0V DC.";
    sheet.notes = vec![(String::from("2."), String::from(note))];
    let found = read(sheet, "diode", &[]);
    assert_eq!(
        found,
        ["CJ - 1.5e-11 - @ VR = 4, f = 1e6 review", "IR - - 5e-6 @ VR = 1 VRRM"]
            .map(|t| t.replace(" review", ""))
    );
}

#[test]
fn what_is_in_doubt_is_not_served() {
    for (row, wanted) in [
        // A unit that is not readable, missing, or of another quantity.
        ("IR|Reverse current|VR = 20 V|||50|\u{fffd}A", "review"),
        ("IR|Reverse current|VR = 20 V|||50|", "review"),
        ("VF|Forward voltage|IF = 10 mA|||1|mA", "review"),
        // A slip of a thousand.
        ("VF|Forward voltage|IF = 10 mA|||1000|V", "review"),
        ("VF|Forward voltage|IF = 10 \u{fffd}A|||1|V", "review"),
        ("VF|Forward voltage|VR = 10 mA|||1|V", "review"),
        ("VF|Forward voltage|IF = 10 mA|2||1|V", "review"),
        ("VF|Forward voltage|IF = 10 mA|||0.5/0.6|V", "refused"),
        ("VF|Forward voltage|IF = 10 mA||0.\u{fffd}7|0.9|V", "review"),
    ] {
        let got = one(Section::Electrical, FULL, row, "diode");
        assert!(got.ends_with(wanted) || got.is_empty() && wanted == "refused", "{row}: {got}");
    }
    // Siblings that differ by a unit.
    let rows = ["trr|Reverse recovery time||||8|ns", "trr|Reverse recovery time||||4|µs"];
    let found = read(table(Section::Dynamic, "", FULL, &rows), "diode", &[]);
    assert!(found.iter().all(|f| f.ends_with("review")), "{found:?}");
}

#[test]
fn doubts_of_the_structure_reach_the_row_and_the_reader() {
    let mut doubtful = table(
        Section::Electrical,
        "",
        "Symbol | Conditions | Max | Unit",
        &["VF | IF = 10 mA | 1 | V"],
    );
    doubtful.rows[0].doubts.push(String::from("the value reaches over a border"));
    let (found, diagnostics) = parameters(&[doubtful], FileId(0), &symbols(), Some("diode"), &[]);
    assert_eq!(found[0].status, Status::Review);
    assert_eq!(found[0].reasons, ["the value reaches over a border"]);
    assert_eq!(diagnostics.into_vec()[0].code, Code::ROW_STRUCTURE);
}

#[test]
fn an_unknown_symbol_is_served_as_printed_when_it_is_clear() {
    let got = one(Section::Dynamic, FULL, "Qxy|Some charge||1|2|3|nC", "diode");
    assert!(got.starts_with("Qxy 1e-9 2e-9 3e-9") || got.starts_with("Qxy 0.000000001"), "{got}");
    assert!(!got.ends_with("review"));
    assert_eq!(
        one(Section::Other, "Symbol|Parameter|Value|Unit", "A|Body length|3|mm", "diode"),
        ""
    );
}

#[test]
fn conditions_of_all_kinds_are_read() {
    let table = symbols();
    let index = Index::new(&table, Some("mosfet"));
    let show = |text: &str| {
        let found = condition::read(text, &index, "TJ");
        let mut shown = Conditions { text: String::new(), ..found.conditions }.to_string();
        if !found.doubts.is_empty() {
            shown.push_str(" !");
        }
        shown
    };
    for (text, wanted) in [
        ("25 °C ≤ Tj ≤ 150 °C", "TJ = 298.15 .. 423.15"),
        ("VDS = VGS; ID = 1 mA", "ID = 0.001, VDS = 1 VGS"),
        ("tp/T = 0.01, tp = 0.3 ms", "duty = 0.01, tp = 0.0003"),
        ("pulsed; tp ≤ 10 µs", "tp = … .. 0.00001"),
        ("Pulse Width ≤ 300 µs", "tp = … .. 0.0003"),
        ("f = 10 Hz to 15.7kHz", "f = 10 .. 15700"),
        ("IF= 0 to 1A", "IF = 0 .. 1"),
        ("Reference to 25°C, I D = 1mA", "ID = 0.001"),
        ("VR = 0, f = 1 MHz", "VR = 0, f = 1e6"),
        ("ID = 250 \u{fffd}A", " !"),
        ("TA=25℃ @ Steady State", "Tamb = 298.15"),
        ("IS = 16A, VGS = 0V", "IS = 16, VGS = 0"),
        ("Figure 9", ""),
        ("", ""),
    ] {
        let got = show(text);
        let number = |t: &str| t.replace("0.00001", "1e-5");
        assert_eq!(number(&got), number(wanted), "{text}");
    }
}

#[test]
fn hostile_cells_do_not_panic() {
    let nasty = [
        "=",
        "==,=",
        "≤",
        "@@",
        "IF = = =",
        "(((",
        "=)",
        "± = ±",
        "1e999 = x",
        "µ=µ=µ",
        "25 °C ≤",
        "IF = 0.1 x",
        "\u{fffd}",
        "°C",
        "VGS(",
        "10^",
        "IF=IF=IF=IF=IF=IF",
    ];
    for a in nasty {
        for b in nasty {
            let row = format!("{a}|{b}|{a} {b}|{b}|{a}|{b}|{a}");
            let _ = one(Section::Electrical, FULL, &row, "diode");
        }
    }
}
