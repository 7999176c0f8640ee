use crate::{Conditions, Provenance, Status};
use espice_units::Dimension;

/// One row of a table: a quantity with its limits and typical value at conditions.
#[derive(Clone, PartialEq, Debug)]
pub struct Parameter {
    /// Canonical symbol.
    pub symbol: String,
    /// The symbol or name as printed.
    pub printed: String,
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

    /// Whether it holds for a part.
    pub fn holds_for(&self, part: &str) -> bool {
        self.parts.is_empty() || self.parts.iter().any(|p| p == part)
    }
}
