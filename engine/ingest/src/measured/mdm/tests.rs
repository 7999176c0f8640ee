use super::*;
use crate::measured::text::MAX_NUMBERS;
use espice_base::{Place, Severity, SourceMap};
use espice_facts::{ColumnRole, Sensed};

const HEADER: &str = "! VERSION = 6.00
BEGIN_HEADER
 ICCAP_INPUTS
  vb         V  B GROUND SMU_B 0.01 LIN        1    0          0.2      3    0.1
  ve         V  E GROUND SMU_E 0.1 CON        0
  vc         V  C GROUND SMU_C 0.1 LIN        2    1         2         2    1
 ICCAP_OUTPUTS
  ic         I  C DEFAULT SMU_C M
  cbe        C  B E CM B
 ICCAP_VALUES
  TNOM \"30\"
  TEMP \" 27.0000 \"
END_HEADER

";

fn block(vc: &str, rows: &[&str]) -> String {
    let rows: String = rows.iter().map(|r| format!("  {r}\n")).collect();
    format!("BEGIN_DB\n ICCAP_VAR ve 0\n ICCAP_VAR vc {vc}\n\n #vb ic cbe\n{rows}END_DB\n\n")
}

const ROWS: [&str; 3] = ["0 1e-009 1E-12", "0.1 2.5e-9 1E-12", "0.2 -3e-9 2E-12"];

fn whole() -> String {
    format!("{HEADER}{}{}", block("1", &ROWS), block("2", &ROWS))
}

fn run(text: &str) -> (Facts, Vec<Diagnostic>) {
    let (facts, diagnostics) = read(text, FileId(0), "dir/fo.ib.mdm");
    (facts, diagnostics.into_vec())
}

/// `code@line:column` of each diagnostic; an exclamation mark for errors.
fn findings(text: &str) -> Vec<String> {
    let mut map = SourceMap::default();
    map.add("f", text);
    let all = run(text).1;
    all.iter()
        .map(|d| {
            let Some(Place::Text(span)) = d.place() else { panic!("no place: {d:?}") };
            let at = map.locate(span);
            let mark = if d.severity == Severity::Error { "!" } else { "" };
            format!("{}@{}{mark}", d.code, at.strip_prefix("f:").unwrap())
        })
        .collect()
}

#[test]
fn blocks_become_sweeps_with_every_column() {
    for text in [whole(), whole().replace('\n', "\r\n")] {
        let (facts, diagnostics) = run(&text);
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        assert_eq!(facts.sweeps.len(), 2);
        let sweep = &facts.sweeps[1];
        assert_eq!(sweep.name, "fo.ib block 2");
        assert_eq!((sweep.siblings, sweep.len()), (2, 3));
        assert_eq!(sweep.temperature, Some(300.15));
        let names: Vec<&str> = sweep.columns.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(names, ["vb", "ve", "vc", "ic", "cbe"]);
        let [vb, ve, vc, ic, cbe] = sweep.columns.as_slice() else { panic!() };
        assert_eq!(
            (vb.role, vb.sensed, vb.node.as_str()),
            (ColumnRole::Swept, Sensed::Voltage, "B")
        );
        assert_eq!(vb.values, [0.0, 0.1, 0.2]);
        assert_eq!((ve.role, ve.values.as_slice()), (ColumnRole::Held, &[0.0; 3][..]));
        assert_eq!(vc.values, [2.0; 3]);
        assert_eq!(ic.values, [1e-9, 2.5e-9, -3e-9]);
        assert_eq!((ic.sensed, ic.compliance), (Sensed::Current, Some(0.1)));
        assert_eq!(ic.reference, "");
        assert_eq!((cbe.sensed, cbe.reference.as_str()), (Sensed::Capacitance, "E"));
        assert_eq!(cbe.compliance, None);
    }
}

#[test]
fn damage_is_named_where_it_is() {
    let one = |rows: &[&str]| {
        HEADER.replace("LIN        2    1         2         2    1", "CON 1") + &block("1", rows)
    };
    let ten: Vec<String> = (0..30).map(|i| format!("{i} 1 1")).collect();
    let mut ten: Vec<&str> = ten.iter().map(String::as_str).collect();
    ten[3] = "3 NaN 1";
    let many = one(&ten);
    let cases = [
        (String::new(), vec!["E0601@1:1!"]),
        (
            String::from("nothing of the kind"),
            vec!["E0610@1:1", "E0610@1:20!", "E0610@1:20!", "E0610@1:20!"],
        ),
        (HEADER.to_string(), vec!["E0601@1:1!"]),
        // NaN, text, a missing and an extra cell; three rows of four are lost.
        (
            one(&["0 NaN 1", "0.1 1 1", "0.2 1 abc", "0.3 1"]),
            vec!["E0606@1:1!", "E0605@20:5", "E0605@22:9", "E0604@23:3"],
        ),
        (one(&["0 9.91e37 1", "0 9.9E+37 1"]), vec!["E0601@1:1!", "E0605@20:5", "E0605@21:5"]),
        (many.clone(), vec!["E0605@23:5"]),
        (one(&ROWS[..2]), vec!["E0612@15:1"]),
        (one(&["0 1 1", "0.2 1 1", "0.4 1 1"]), vec!["E0614@20:3"]),
        (format!("{HEADER}{}", block("1", &ROWS)), vec!["E0612@6:3"]),
        (one(&ROWS).replace(" #vb ic cbe", " #vb ic cbx"), vec!["E0613@19:2", "E0613@19:2"]),
        (one(&ROWS).replace(" ICCAP_VAR ve 0\n", " ICCAP_VAR ve x\n"), vec!["E0605@16:15!"]),
        (
            one(&ROWS).replace("  cbe        C  B E CM B\n", "  cbe\n"),
            vec!["E0610@9:3!", "E0613@19:2"],
        ),
        (one(&ROWS).replace("END_HEADER\n", ""), vec!["E0610@14:1!"]),
    ];
    for (text, wanted) in cases {
        assert_eq!(findings(&text), wanted, "{text}");
    }
    assert_eq!(run(&many).0.sweeps[0].len(), 29);
}

#[test]
fn a_truncated_file_keeps_what_is_whole() {
    let text = whole();
    let first_end = text.find("END_DB").unwrap();
    // Cut inside a number: the last line is not used, though it would read as one.
    let at = text.find("-3e-9 2E-12").unwrap() + 8;
    let (facts, diagnostics) = run(&text[..at]);
    assert_eq!(facts.sweeps[0].len(), 2);
    assert!(diagnostics.iter().any(|d| d.code == Code::MDM_TRUNCATED));
    for cut in 1..text.len() {
        let (facts, diagnostics) = run(&text[..cut]);
        let whole_blocks = [first_end, text.rfind("END_DB").unwrap()]
            .into_iter()
            .filter(|e| cut >= e + "END_DB".len())
            .count();
        assert!(whole_blocks == 2 || !diagnostics.is_empty(), "silent at {cut}");
        for sweep in &facts.sweeps {
            for column in &sweep.columns {
                for (row, value) in column.values.iter().enumerate() {
                    let full = run(&text).0;
                    let twin = full.sweeps[0].columns.iter().find(|c| c.name == column.name);
                    let held = column.name == "vc";
                    assert!(held || twin.unwrap().values[row] == *value, "cut at {cut}");
                }
            }
        }
    }
}

#[test]
fn complex_outputs_and_frequency_are_kept_without_meaning() {
    let text = "BEGIN_HEADER
 ICCAP_INPUTS
  vb V B GROUND SMU_B 0.01 CON 0.8
  freq F LIST 1 2 1e8 2e8
  TEMP P TEMP LIN 2 25 125 2 100
 ICCAP_OUTPUTS
  S S B C GROUND NWA M
  ib I B GROUND SMU_B M
END_HEADER
BEGIN_DB
 ICCAP_VAR TEMP 125
 #freq R:S(1,1) I:S(1,1) ib
 1e8 0.5 -0.1 1e-6
 2e8 0.4 -0.2 1e-6
END_DB
";
    let (facts, diagnostics) = run(text);
    let codes: Vec<_> = diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(codes, [Code::MDM_COUNT]);
    let sweep = &facts.sweeps[0];
    assert_eq!(sweep.temperature, Some(398.15));
    let shown: Vec<_> = sweep.columns.iter().map(|c| (c.name.as_str(), c.sensed, c.role)).collect();
    assert_eq!(
        shown,
        [
            ("vb", Sensed::Voltage, ColumnRole::Held),
            ("freq", Sensed::Other, ColumnRole::Swept),
            ("TEMP", Sensed::Other, ColumnRole::Held),
            ("R:S(1,1)", Sensed::Other, ColumnRole::Measured),
            ("I:S(1,1)", Sensed::Other, ColumnRole::Measured),
            ("ib", Sensed::Current, ColumnRole::Measured),
        ]
    );
    assert_eq!(sweep.columns[3].node, "B");
}

#[test]
fn hostile_files_end_quickly_and_in_little_memory() {
    let inputs: String = (0..900).map(|i| format!("  v{i} V N{i} GROUND S 0.1 CON 0\n")).collect();
    let wide = format!(
        "BEGIN_HEADER\n ICCAP_INPUTS\n{inputs} ICCAP_OUTPUTS\n i I N GROUND S M\nEND_HEADER\n"
    );
    let rows = "BEGIN_DB\n#i\n1\nEND_DB\n".repeat(20_000);
    let (facts, diagnostics) = run(&format!("{wide}{rows}"));
    assert!(diagnostics.iter().any(|d| d.code == Code::SOURCE_TOO_LARGE));
    let numbers: usize = facts.sweeps.iter().map(|s| s.columns.len() * (s.len() + 40)).sum();
    assert!(numbers <= MAX_NUMBERS);

    let (_, diagnostics) = run(&format!("{HEADER}BEGIN_DB\n#{}\n", " x".repeat(1 << 20)));
    assert!(diagnostics.iter().any(|d| d.code == Code::SOURCE_TOO_LARGE));
    let (_, diagnostics) = run(&format!("{HEADER}BEGIN_DB\n#vb\n{}", "a b\n".repeat(300_000)));
    assert!(diagnostics.len() < 60, "{}", diagnostics.len());
}
