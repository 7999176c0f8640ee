//! Rows of real datasheets as parameters in SI, against the truth of their tables. The sheets are
//! their makers' and lie outside of the project; without them the test skips and says so.

use crate::support;
use espice_base::{FileId, Place};
use espice_facts::{Parameter, Status};
use espice_ingest::sheet::{table, text};
use espice_pdf::{Document, PdfLimits};
use std::path::PathBuf;

/// What the rows of the truth mean, in their order: canonical symbol and SI value of the printed
/// unit.
struct Sheet {
    file: &'static str,
    kind: &'static str,
    rows: &'static [(&'static str, f64)],
}

const SHEETS: &[Sheet] = &[
    Sheet {
        file: "IRF540N_IR.pdf",
        kind: "mosfet",
        rows: &[
            ("V(BR)DSS", 1.0),
            ("TCBV", 1.0),
            ("RDS(on)", 1e-3),
            ("VGS(th)", 1.0),
            ("gfs", 1.0),
            ("IDSS", 1e-6),
            ("IDSS", 1e-6),
            ("IGSS", 1e-9),
            ("IGSS", 1e-9),
            ("Qg", 1e-9),
            ("Qgs", 1e-9),
            ("Qgd", 1e-9),
            ("td(on)", 1e-9),
            ("tr", 1e-9),
            ("td(off)", 1e-9),
            ("tf", 1e-9),
            ("LD", 1e-9),
            ("LS", 1e-9),
            ("Ciss", 1e-12),
            ("Coss", 1e-12),
            ("Crss", 1e-12),
            ("VSD", 1.0),
            ("trr", 1e-9),
            ("Qrr", 1e-9),
        ],
    },
    Sheet {
        file: "PMV31XN_Philips.pdf",
        kind: "mosfet",
        rows: &[
            ("V(BR)DSS", 1.0),
            ("VGS(th)", 1.0),
            ("VGS(th)", 1.0),
            ("IGSS", 1e-9),
            ("RDS(on)", 1e-3),
            ("RDS(on)", 1e-3),
            ("Qg", 1e-9),
            ("Qgs", 1e-9),
            ("Qgd", 1e-9),
            ("Ciss", 1e-12),
            ("Coss", 1e-12),
            ("Crss", 1e-12),
            ("td(on)", 1e-9),
            ("tr", 1e-9),
            ("td(off)", 1e-9),
            ("tf", 1e-9),
            ("VSD", 1.0),
        ],
    },
    Sheet {
        file: "2N3904_Fairchild.pdf",
        kind: "bjt",
        rows: &[
            ("V(BR)CEO", 1.0),
            ("V(BR)CBO", 1.0),
            ("V(BR)EBO", 1.0),
            ("IBL", 1e-9),
            ("ICEX", 1e-9),
            ("hFE", 1.0),
            ("hFE", 1.0),
            ("hFE", 1.0),
            ("hFE", 1.0),
            ("hFE", 1.0),
            ("VCE(sat)", 1.0),
            ("VBE(sat)", 1.0),
            ("fT", 1e6),
            ("Cobo", 1e-12),
            ("Cibo", 1e-12),
            ("NF", 1.0),
            ("td", 1e-9),
            ("tr", 1e-9),
            ("ts", 1e-9),
            ("tf", 1e-9),
        ],
    },
    Sheet {
        file: "2N7002_NXP.pdf",
        kind: "mosfet",
        rows: &[
            ("V(BR)DSS", 1.0),
            ("VGS(th)", 1.0),
            ("IDSS", 1e-6),
            ("IGSS", 1e-9),
            ("RDS(on)", 1.0),
            ("RDS(on)", 1.0),
            ("Ciss", 1e-12),
            ("Coss", 1e-12),
            ("Crss", 1e-12),
            ("ton", 1e-9),
            ("toff", 1e-9),
            ("VSD", 1.0),
            ("Qrr", 1e-9),
            ("trr", 1e-9),
        ],
    },
    Sheet {
        file: "1N4148_Vishay.pdf",
        kind: "diode",
        rows: &[
            ("VF", 1e-3),
            ("IR", 1e-9),
            ("IR", 1e-6),
            ("IR", 1e-6),
            ("VBR", 1.0),
            ("CJ", 1e-12),
            ("eta", 1e-2),
            ("trr", 1e-9),
            ("trr", 1e-9),
        ],
    },
];

/// Sheets without rows in the truth, of which every served value must still be ordered and
/// plausible.
const OTHERS: &[(&str, &str)] = &[
    ("1N4007_Diodes.pdf", "diode"),
    ("BAT54J_ST.pdf", "diode"),
    ("BC547_Fairchild.pdf", "bjt"),
    ("2N5458_JFET.pdf", "jfet"),
    ("YJL3404A_Yangjie.pdf", "mosfet"),
    ("SS14_scanned.pdf", "diode"),
];

fn data() -> Option<PathBuf> {
    let folder = support::root().join("../shared/data");
    let there = folder.join("datasheets").is_dir() && folder.join("truth/tables.tsv").is_file();
    if !there {
        eprintln!("skipped: no datasheets beside the project");
    }
    there.then_some(folder)
}

/// One row of the truth: page, min, typ, max as printed; a column that is not there is blank.
type True = (u32, [Option<f64>; 3]);

fn truth(text: &str, file: &str) -> Vec<True> {
    let of_file = text.lines().filter_map(|line| line.strip_prefix(file)?.strip_prefix('\t'));
    of_file
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            let number = |t: &str| t.parse::<f64>().ok();
            let page = cells[0].parse().expect("a page");
            (page, [number(cells[2]), number(cells[3]), number(cells[4])])
        })
        .collect()
}

fn read(bytes: &[u8], kind: &str) -> Vec<Parameter> {
    let (document, _) =
        Document::open(bytes, FileId(0), &PdfLimits::default()).expect("a document");
    let mut tables = Vec::new();
    for index in 0..document.page_count() {
        let (page, _) = document.page(index);
        tables.extend(table::find(&page, &text::read(&page)));
    }
    let library = support::library();
    table::parameters(&tables, FileId(0), &library.symbols, Some(kind), &[]).0
}

fn page(parameter: &Parameter) -> u32 {
    match parameter.provenance.place {
        Place::Page { page, .. } => page,
        _ => 0,
    }
}

fn same(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()),
        _ => false,
    }
}

fn matches(p: &Parameter, symbol: &str, (at, values): &True, scale: f64) -> bool {
    let [min, typ, max] = values.map(|v| v.map(|v| v * scale));
    p.symbol == symbol && page(p) == *at && same(p.min, min) && same(p.typ, typ) && same(p.max, max)
}

#[test]
fn rows_of_real_sheets_are_parameters_in_si() {
    let Some(folder) = data() else { return };
    let table = String::from_utf8(support::bytes(&folder.join("truth/tables.tsv"))).expect("text");
    let (mut found, mut wanted) = (0, 0);
    let mut missed = Vec::new();
    for sheet in SHEETS {
        let parameters =
            read(&support::bytes(&folder.join("datasheets").join(sheet.file)), sheet.kind);
        let mut served: Vec<&Parameter> =
            parameters.iter().filter(|p| p.status == Status::Served).collect();
        let truth = truth(&table, sheet.file);
        assert_eq!(truth.len(), sheet.rows.len(), "{}", sheet.file);
        for (row, (symbol, scale)) in truth.iter().zip(sheet.rows) {
            wanted += 1;
            match served.iter().position(|p| matches(p, symbol, row, *scale)) {
                Some(at) => {
                    found += 1;
                    served.remove(at);
                }
                None => missed.push(format!("{}: {symbol} {row:?}", sheet.file)),
            }
        }
    }
    eprintln!("{found} of {wanted} rows right in SI\n{}", missed.join("\n"));
    assert!(f64::from(found) >= 0.97 * f64::from(wanted), "{}", missed.join("\n"));
}

#[test]
fn served_rows_are_ordered_and_plausible() {
    let Some(folder) = data() else { return };
    let library = support::library();
    let sheets = SHEETS.iter().map(|s| (s.file, s.kind)).chain(OTHERS.iter().copied());
    for (file, kind) in sheets {
        let parameters = read(&support::bytes(&folder.join("datasheets").join(file)), kind);
        for p in parameters.iter().filter(|p| p.status == Status::Served) {
            let values: Vec<f64> = [p.min, p.typ, p.max].into_iter().flatten().collect();
            let by_magnitude = values.iter().all(|v| *v <= 0.0);
            assert!(!values.is_empty(), "{file}: {p:?}");
            assert!(values.is_sorted() || by_magnitude, "{file}: {p:?}");
            assert!(p.reasons.is_empty(), "{file}: {p:?}");
            if let Some([low, high]) = library.symbols.symbol(&p.symbol).and_then(|s| s.plausible) {
                let inside = |v: &f64| *v == 0.0 || (low..=high).contains(&v.abs());
                assert!(values.iter().all(inside), "{file}: {p:?}");
            }
        }
        for p in parameters.iter().filter(|p| p.status != Status::Served) {
            assert!(!p.reasons.is_empty(), "{file}: {p:?}");
        }
    }
}
