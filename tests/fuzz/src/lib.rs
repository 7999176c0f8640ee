//! What the fuzz targets share: a symbol table with a diode and a transistor, and small PDFs.

mod pdf;
mod records;

pub use pdf::{pdf_with, read_pdf, read_sheet, seeds};
pub use records::records;

use espice_base::Span;
use espice_facts::{KindInfo, QuantityInfo, SymbolInfo, SymbolTable};
use espice_units::Dimension;

/// A table large enough that readers reach all their paths.
pub fn symbols() -> SymbolTable {
    let mut table = SymbolTable::default();
    let (v, a) = (Dimension::VOLTAGE, Dimension::CURRENT);
    let all = [
        ("VF", v), ("IF", a), ("VR", v), ("IR", a), ("VGS", v), ("VDS", v), ("ID", a),
        ("CJ", Dimension::CAPACITANCE), ("TJ", Dimension::TEMPERATURE), ("VGS(th)", v),
    ];
    for (name, dimension) in all {
        table.add_symbol(SymbolInfo {
            name: name.into(),
            dimension,
            title: name.to_lowercase(),
            synonyms: vec![format!("{name}M")],
            names: Vec::new(),
            rating: false,
            kinds: Vec::new(),
            plausible: Some([1e-15, 1e6]),
            span: Span::default(),
        });
    }
    let quantity = |symbol: &str, arguments: &[&str]| QuantityInfo {
        symbol: symbol.into(),
        arguments: arguments.iter().map(|a| String::from(*a)).collect(),
        assumed: Vec::new(),
    };
    table.add_kind(KindInfo {
        name: "diode".into(),
        pins: vec!["a".into(), "k".into()],
        quantities: vec![
            quantity("IF", &["VF"]),
            quantity("VF", &["IF"]),
            quantity("IR", &["VR"]),
            quantity("CJ", &["VR"]),
        ],
        ..KindInfo::default()
    });
    table.add_kind(KindInfo {
        name: "mosfet".into(),
        pins: vec!["d".into(), "g".into(), "s".into()],
        quantities: vec![quantity("ID", &["VGS", "VDS"])],
        ..KindInfo::default()
    });
    table
}
