use crate::{Conditions, Provenance, Status};
use espice_units::Dimension;

/// Which part of a sheet a table, or a group of its rows, belongs to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Section {
    /// Absolute maximum ratings, limiting values.
    Ratings,
    /// Thermal characteristics.
    Thermal,
    /// Static (off, on) characteristics.
    Static,
    /// Dynamic, small-signal, switching characteristics.
    Dynamic,
    /// The body diode, source-drain ratings.
    BodyDiode,
    /// Electrical characteristics without further word.
    Electrical,
    /// Features, quick reference, ordering, mechanical data and the like.
    #[default]
    Other,
}

impl Section {
    /// Every section.
    pub const ALL: [Section; 7] = [
        Section::Ratings,
        Section::Thermal,
        Section::Static,
        Section::Dynamic,
        Section::BodyDiode,
        Section::Electrical,
        Section::Other,
    ];

    /// The word of the facts TOML and of the outcome document.
    pub fn word(self) -> &'static str {
        match self {
            Section::Ratings => "ratings",
            Section::Thermal => "thermal",
            Section::Static => "static",
            Section::Dynamic => "dynamic",
            Section::BodyDiode => "body_diode",
            Section::Electrical => "electrical",
            Section::Other => "other",
        }
    }
}

/// One row of a table: a quantity with its limits and typical value at conditions.
#[derive(Clone, PartialEq, Debug)]
pub struct Parameter {
    /// Canonical symbol.
    pub symbol: String,
    /// The symbol as printed; the name where no symbol is printed.
    pub printed: String,
    /// The name in prose as printed: `Reverse leakage current`; empty when there is none.
    pub name: String,
    /// Which part of the sheet it stands in. What stands in [`Section::Ratings`] is a limit that
    /// the part survives; it is not a property to fit a model to.
    pub section: Section,
    /// Lower limit, SI.
    pub min: Option<f64>,
    /// Typical value, SI.
    pub typ: Option<f64>,
    /// Upper limit, SI.
    pub max: Option<f64>,
    /// Dimension of the values.
    pub dimension: Dimension,
    /// The unit as printed.
    pub printed_unit: String,
    /// Where it holds.
    pub conditions: Conditions,
    /// The parts of a family that it holds for; empty means all.
    pub parts: Vec<String>,
    /// How far it may be trusted.
    pub status: Status,
    /// Why it is not served, or what is unsure, in words; empty when nothing is.
    pub reasons: Vec<String>,
    /// 0 to 1.
    pub confidence: f64,
    /// Where it stands.
    pub provenance: Provenance,
}

impl Parameter {
    /// The value that a fit aims at: typical when printed, else the middle of both limits, else
    /// `None` (a single limit is not a value).
    pub fn target(&self) -> Option<f64> {
        self.typ.or_else(|| Some((self.min? + self.max?) / 2.0))
    }

    /// Whether it says what the part survives, and not how it behaves.
    pub fn is_rating(&self) -> bool {
        self.section == Section::Ratings
    }

    /// Whether it holds for a part.
    pub fn holds_for(&self, part: &str) -> bool {
        self.parts.is_empty() || self.parts.iter().any(|p| p == part)
    }
}
