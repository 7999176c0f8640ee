//! Tables as engineers keep them.

use super::*;
use espice_base::Place;
use espice_syntax::ast::{Quoted, Word};

fn read_as(
    keys: &[&str],
    text: &str,
    is_sheet: bool,
) -> (Option<LimitTable>, Vec<(String, String)>) {
    let word = |t: &str| Word { text: t.into(), span: Span::default() };
    let item = Limits {
        name: word("ratings"),
        file: Quoted { text: "ratings.csv".into(), span: Span::default() },
        sheet: None,
        keys: keys.iter().map(|k| word(k)).collect(),
    };
    let mut diagnostics = Diagnostics::new();
    let table = read_table(&item, "p", text, FileId(0), is_sheet, &mut diagnostics);
    let place = |d: &Diagnostic| match d.place() {
        Some(Place::Text(s)) => {
            text.get(s.start as usize..s.end as usize).unwrap_or("").to_string()
        }
        _ => String::new(),
    };
    let told = diagnostics.iter().map(|d| (d.code.to_string(), place(d))).collect();
    (table, told)
}

fn read(keys: &[&str], text: &str) -> (Option<LimitTable>, Vec<(String, String)>) {
    read_as(keys, text, false)
}

fn names(table: &LimitTable) -> Vec<&str> {
    table.columns.iter().map(|c| c.name.as_str()).collect()
}

#[test]
fn cells_are_si_values_with_places() {
    let text =
        "\u{feff}part, VRRM (V),\"IR, hot (uA)\"\r\nBAT54 ,30, 2\r\n\r\n\"A \"\"B\"\"\",,−1.5\n";
    let (table, told) = read(&["part"], text);
    let table = table.unwrap();
    assert_eq!(told, []);
    assert_eq!(table.columns[1].name, "IR_hot", "a name of the language");
    assert_eq!(table.rows.len(), 2);
    assert_eq!(table.rows[0].0, ["BAT54"]);
    assert_eq!(table.rows[0].1[1].value, Some(2e-6));
    let span = table.rows[0].1[0].span;
    assert_eq!(text.get(span.start as usize..span.end as usize), Some("30"));
    assert_eq!(table.rows[1].0, ["A \"B\""]);
    assert_eq!(table.rows[1].1[0].value, None);
    assert_eq!(table.rows[1].1[1].value, Some(-1.5e-6));
}

#[test]
fn every_mistake_is_told_at_its_place() {
    let (table, told) = read(&["part"], "part,VR (V)\nA,1\nA,2\nB,3V\n,4\nC,5,6\nD,7\n");
    let codes: Vec<_> = told.iter().map(|t| (t.0.as_str(), t.1.as_str())).collect();
    assert_eq!(codes, [("E0409", "A"), ("E0408", "3V"), ("E0409", ",4"), ("E0410", "C,5,6")]);
    assert_eq!(table.unwrap().rows.len(), 2);
    assert_eq!(read(&["part"], "").1.len(), 1);
    assert_eq!(read(&["prt"], "part,VR\nA,1\n").1.len(), 1);
    assert_eq!(read(&["part"], "part,VR,IR (mX)\nA,1,2\n").1.len(), 2);
}

#[test]
fn titles_comments_and_blank_lines_stand_around_the_table() {
    let text = "Limits of house diodes,,\nRev. C,,\n,,\npart,VR (V),IR (uA)\n# old parts\nA,30,2\n,,\nB,n/a,—\n";
    let (table, told) = read(&["part"], text);
    assert_eq!(told, []);
    let table = table.unwrap();
    assert_eq!(names(&table), ["VR", "IR"]);
    assert_eq!(table.rows.len(), 2);
    assert!(table.rows[1].1.iter().all(|c| c.value.is_none() && c.range.is_none()));
}

#[test]
fn two_lines_of_a_header_are_one() {
    // A title over `min`, `typ` and `max`, and the unit in the title.
    let over = "part,Vth (V),,,IR (uA)\n,min,typ,max,max\nA,0.4,0.5,0.6,≤ 5\n";
    let (table, told) = read(&["part"], over);
    assert_eq!(told, []);
    let table = table.unwrap();
    assert_eq!(names(&table), ["Vth_min", "Vth_typ", "Vth_max", "IR_max"]);
    let values: Vec<_> = table.rows[0].1.iter().map(|c| c.value).collect();
    assert_eq!(values, [Some(0.4), Some(0.5), Some(0.6), Some(5e-6)]);
    // Titles above the line of the keys.
    let above = ",Vth (V),,IR (uA)\npart,min,max,max.\nA,0.4,0.6,5\n";
    assert_eq!(names(&read(&["part"], above).0.unwrap()), ["Vth_min", "Vth_max", "IR_max"]);
    // Units on a line of their own.
    let units = "part,VR max,IR\nunit,V,(uA)\nA,30,5\n";
    let table = read(&["part"], units).0.unwrap();
    assert_eq!(names(&table), ["VR_max", "IR"]);
    assert_eq!(table.rows[0].1[1].value, Some(5e-6));
}

#[test]
fn names_of_the_language_stay_as_they_are() {
    let text = "part,TJ_low (degC),VR_max (V),VF Maximum (V),VF high (V)\nA,-40,≤ 30,1,2\n";
    let (table, told) = read(&["part"], text);
    assert_eq!(told, []);
    let table = table.unwrap();
    assert_eq!(names(&table), ["TJ_low", "VR_max", "VF_max", "VF_high"]);
    assert_eq!(table.rows[0].1[1].value, Some(30.0));
}

#[test]
fn ranges_are_ranges_and_what_could_be_either_end_is_told() {
    let text = "part,Vth (V),VGS(th) (V)\nA,0.45 ± 0.05,1\nB,≤ 0.6,2\nC,,3\nD,0.5,4\n";
    let (table, told) = read(&["part"], text);
    assert_eq!(told, [("E0408".to_string(), "0.5".to_string())]);
    let table = table.unwrap();
    assert_eq!(names(&table), ["Vth", "VGS(th)"]);
    assert_eq!((table.columns[0].is_range, table.columns[1].is_range), (true, false));
    let range = |row: usize| table.rows[row].1[0].range;
    assert_eq!(range(0).map(|r| r.map(|v| (v.unwrap() * 1e9).round())), Some([4e8, 5e8]));
    assert_eq!((range(1), range(2)), (Some([None, Some(0.6)]), None));
    // Below `max` an upper limit is its number, a lower one a mistake.
    let sided = "part,VR max (V)\nA,≤ 30\nB,≥ 30\nC,20 .. 30\n";
    let (table, told) = read(&["part"], sided);
    let places: Vec<_> = told.iter().map(|t| t.1.as_str()).collect();
    assert_eq!(places, ["≥ 30", "20 .. 30"]);
    assert_eq!(table.unwrap().rows[0].1[0].value, Some(30.0));
}

#[test]
fn semicolons_and_tabs_set_cells_apart_too() {
    let (table, told) = read(&["part"], "part;VR (V);IR (uA);note\nA;1,5;2;old\nB;1.000,5;2;\n");
    assert_eq!(told.iter().map(|t| t.1.as_str()).collect::<Vec<_>>(), ["1.000,5"]);
    assert_eq!(table.unwrap().rows[0].1[0].value, Some(1.5));
    let (table, told) = read(&["part"], "part\tVR (V)\nA\t1,5\nB\t2\n");
    assert_eq!(told.len(), 1, "a comma is a decimal comma only beside semicolons");
    assert_eq!(table.unwrap().rows.len(), 1);
}

#[test]
fn sheets_end_their_rows_early() {
    let (table, told) =
        read_as(&["part"], "House limits\n\npart\tVR (V)\tIR (uA)\nA\t30\nB\t40\t5\t\n", true);
    assert_eq!(told, []);
    assert_eq!(table.unwrap().rows.len(), 2);
}

/// The unit after a stroke stays the unit where a second line names the end.
#[test]
fn a_unit_after_a_stroke_goes_to_the_end() {
    let (table, told) = read(&["part"], "part,IR/uA,VF [V],RDS/W\n,max,max,max\nA,3,1,2\n");
    assert_eq!(told, []);
    let table = table.unwrap();
    assert_eq!(names(&table), ["IR_max", "VF_max", "RDS_max"]);
    assert_eq!(table.rows[0].1[0].value, Some(3e-6));
}

#[test]
fn a_table_that_lost_its_rows_or_a_quote_is_told() {
    let (_, told) = read(&["part"], "part,VR (V)\n\"A,1\nB,2\n");
    assert_eq!(told, [("E0408".to_string(), "\"A".to_string())]);
    let (table, told) = read(&["part"], "part,VR (V)\n\"A\",1\n\"\"\"B\"\"\",2\n");
    assert_eq!((table.unwrap().rows.len(), told), (2, Vec::new()));
    let (_, told) = read(&["part"], "part,VR (V)\n# A,1\n");
    assert_eq!(told.iter().map(|t| t.0.as_str()).collect::<Vec<_>>(), ["E0410"]);
}
