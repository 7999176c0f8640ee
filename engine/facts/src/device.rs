use crate::{Condition, Curve, Parameter, Status, Sweep};
use espice_base::{Digest, FileId};
use espice_units::Dimension;
use std::collections::BTreeMap;

/// What sources state of the size of a device of an integrated circuit, by the names that
/// simulators give it on an instance, with dimensions.
pub const SIZES: [(&str, Dimension); 9] = [
    ("W", Dimension::LENGTH),
    ("L", Dimension::LENGTH),
    ("AD", Dimension::AREA),
    ("AS", Dimension::AREA),
    ("PD", Dimension::LENGTH),
    ("PS", Dimension::LENGTH),
    ("NRD", Dimension::NONE),
    ("NRS", Dimension::NONE),
    ("NF", Dimension::NONE),
];

/// The symbol under which conditions state a size of [`SIZES`]: `W_drawn`. The plain names mean
/// other things on sheets, `L` an inductance and `PD` a power.
pub fn size_symbol(name: &str) -> String {
    format!("{name}_drawn")
}

/// What the sources say the device is.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Device {
    /// Part name.
    pub part: Option<String>,
    /// All parts of a family sheet; empty when there is but one.
    pub parts: Vec<String>,
    /// Maker.
    pub maker: Option<String>,
    /// Device kind of the symbol table (`diode`, `mosfet`), stated or found.
    pub kind: Option<String>,
    /// Class of the kind (`schottky`, `varactor`), where the sources state one or their title names
    /// exactly one.
    pub class: Option<String>,
    /// Polarity of the kind (`nmos`, `pnp`), when the kind has them.
    pub polarity: Option<String>,
    /// Package or `wafer`.
    pub package: Option<String>,
    /// Its size, by the names of [`SIZES`], SI. Templates take these as the values of their
    /// instance parameters. Where the sources are of devices of several sizes, that of the first;
    /// what was measured on each device then states its size among the conditions, by
    /// [`size_symbol`].
    pub sizes: BTreeMap<String, f64>,
}

/// The form of a source.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SourceFormat {
    /// IC-CAP measured data management file.
    Mdm,
    /// Comma, semicolon or tab separated columns with a header.
    Csv,
    /// The facts TOML that a person writes.
    Facts,
    /// A datasheet.
    Pdf,
    /// A library of model cards.
    Card,
    /// Curves that were digitised from a datasheet, in a JSON document of the transistordatabase.
    Digitised,
}

impl SourceFormat {
    /// The word of the outcome document.
    pub fn word(self) -> &'static str {
        match self {
            SourceFormat::Mdm => "mdm",
            SourceFormat::Csv => "csv",
            SourceFormat::Facts => "facts",
            SourceFormat::Pdf => "pdf",
            SourceFormat::Card => "card",
            SourceFormat::Digitised => "digitised",
        }
    }
}

/// One source that was read.
#[derive(Clone, PartialEq, Debug)]
pub struct Source {
    /// The text in the source map.
    pub file: FileId,
    /// File name without folders, so that outcomes do not depend on where they are made.
    pub name: String,
    /// Its form.
    pub format: SourceFormat,
    /// Digest of its bytes.
    pub digest: Digest,
}

/// Everything that the sources say, before and after screening.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Facts {
    /// The device.
    pub device: Device,
    /// The sources.
    pub sources: Vec<Source>,
    /// Table rows.
    pub parameters: Vec<Parameter>,
    /// Canonical curves.
    pub curves: Vec<Curve>,
    /// Raw sweeps.
    pub sweeps: Vec<Sweep>,
}

impl Facts {
    /// Gives conditions that stand at a rating, such as `VR = VRRM`, the rating's value for a
    /// part, so that [`crate::Conditions::value`] finds it. Where the sheet states several values
    /// for the part, or none, the condition stays open.
    pub fn settle_ratings(&mut self, part: Option<&str>) {
        let rating = |symbol: &str| {
            let holds = |p: &&Parameter| {
                let for_part = match part {
                    Some(part) => p.holds_for(part),
                    None => p.parts.is_empty(),
                };
                p.symbol == symbol && p.is_rating() && p.status == Status::Served && for_part
            };
            let mut values = self.parameters.iter().filter(holds).filter_map(|p| p.max);
            let first = values.next()?;
            values.all(|v| v == first).then_some(first)
        };
        let open: Vec<Vec<(String, f64)>> = self
            .parameters
            .iter()
            .map(|p| {
                let named = p.conditions.by_symbol.values().filter_map(|c| match c {
                    Condition::Equals { symbol, .. } => Some(symbol),
                    _ => None,
                });
                let unknown = named.filter(|s| !p.conditions.by_symbol.contains_key(*s));
                unknown.filter_map(|s| Some((s.clone(), rating(s)?))).collect()
            })
            .collect();
        for (parameter, values) in self.parameters.iter_mut().zip(open) {
            for (symbol, value) in values {
                parameter.conditions.by_symbol.insert(symbol, Condition::Value(value));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Conditions, Provenance, Section};
    use espice_base::{FileId, Place};
    use espice_units::Dimension;

    fn row(symbol: &str, max: f64, section: Section, parts: &[&str]) -> Parameter {
        Parameter {
            symbol: symbol.into(),
            printed: symbol.into(),
            name: String::new(),
            section,
            min: None,
            typ: None,
            max: Some(max),
            dimension: Dimension::VOLTAGE,
            printed_unit: String::new(),
            conditions: Conditions::none(),
            parts: parts.iter().map(|p| String::from(*p)).collect(),
            status: Status::Served,
            reasons: Vec::new(),
            confidence: 1.0,
            provenance: Provenance::from(Place::File(FileId(0))),
        }
    }

    #[test]
    fn a_condition_at_a_rating_has_the_value_of_the_part() {
        let mut leakage = row("IR", 5e-6, Section::Electrical, &[]);
        let rated = Condition::Equals { symbol: "VRRM".into(), factor: 0.8 };
        leakage.conditions.by_symbol.insert("VR".into(), rated);
        let ratings = [("X1", 50.0), ("X2", 100.0)];
        let ratings = ratings.map(|(part, v)| row("VRRM", v, Section::Ratings, &[part]));
        let mut facts = Facts::default();
        facts.parameters.push(leakage);
        facts.parameters.extend(ratings);
        let value = |part: Option<&str>| {
            let mut facts = facts.clone();
            facts.settle_ratings(part);
            facts.parameters[0].conditions.value("VR")
        };
        assert_eq!(value(Some("X2")), Some(80.0));
        assert_eq!(value(Some("X3")), None);
        assert_eq!(value(None), None);
    }
}
