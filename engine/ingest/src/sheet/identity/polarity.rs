//! The polarity that the signs of rows say, where no words do: a part whose drain or collector is
//! rated and tested at negative voltages is of the second polarity of its kind.

use espice_facts::{KindInfo, Parameter, Status};
use espice_units::Dimension;

/// Rows that must agree.
const ENOUGH: usize = 2;

/// The polarity by signs; `None` where rows are few or disagree, or the kind has no polarities.
pub(crate) fn by_signs(kind: &KindInfo, parameters: &[Parameter]) -> Option<String> {
    let [first, second, ..] = kind.polarities.as_slice() else { return None };
    let (mut n, mut p) = (0, 0);
    let voltages = parameters.iter().filter(|r| r.dimension == Dimension::VOLTAGE);
    for row in voltages.filter(|r| r.status == Status::Served) {
        let against = kind.negative.contains(&row.symbol);
        // A range around zero, as of the gate's rating, tells nothing.
        let around = row.min.is_some_and(|m| m < 0.0) && row.max.is_some_and(|m| m > 0.0);
        if around || !against && !kind.positive.contains(&row.symbol) {
            continue;
        }
        let Some(value) = [row.max, row.min, row.typ].into_iter().flatten().find(|v| *v != 0.0)
        else {
            continue;
        };
        *(if (value > 0.0) == against { &mut p } else { &mut n }) += 1;
    }
    match (n, p) {
        (ENOUGH.., 0) => Some(first.0.clone()),
        (0, ENOUGH..) => Some(second.0.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use espice_base::{FileId, Place};
    use espice_facts::{Conditions, Provenance, Section};

    fn row(symbol: &str, max: f64) -> Parameter {
        Parameter {
            symbol: symbol.into(),
            printed: symbol.into(),
            name: String::new(),
            section: Section::Static,
            min: None,
            typ: None,
            max: Some(max),
            dimension: Dimension::VOLTAGE,
            printed_unit: "V".into(),
            conditions: Conditions::none(),
            parts: Vec::new(),
            status: Status::Served,
            reasons: Vec::new(),
            confidence: 1.0,
            provenance: Provenance::from(Place::File(FileId(0))),
        }
    }

    #[test]
    fn signs_say_the_polarity_where_they_agree() {
        let kind = |name: &str, polarities: [&str; 2]| KindInfo {
            name: name.into(),
            polarities: polarities.map(|p| (String::from(p), Vec::new())).to_vec(),
            positive: ["VDSS", "VGS(th)"].map(String::from).to_vec(),
            negative: ["VGS(off)", "V(BR)GSS"].map(String::from).to_vec(),
            ..KindInfo::default()
        };
        let mosfet = kind("mosfet", ["nmos", "pmos"]);
        let jfet = kind("jfet", ["njf", "pjf"]);
        for (kind, rows, wanted) in [
            (&mosfet, [("VDSS", 100.0), ("VGS(th)", 4.0)], Some("nmos")),
            (&mosfet, [("VDSS", -60.0), ("VGS(th)", -4.0)], Some("pmos")),
            (&mosfet, [("VDSS", -60.0), ("VGS(th)", 4.0)], None),
            (&mosfet, [("VDSS", 60.0), ("Qg", 4.0)], None),
            (&jfet, [("V(BR)GSS", -25.0), ("VDSS", 25.0)], Some("njf")),
            (&jfet, [("V(BR)GSS", 25.0), ("VGS(off)", 5.0)], Some("pjf")),
        ] {
            let rows = rows.map(|(symbol, value)| row(symbol, value));
            assert_eq!(by_signs(kind, &rows).as_deref(), wanted, "{rows:?}");
        }
    }
}
