use super::{ExprId, Graph};
use espice_base::Span;
use espice_units::Dimension;

/// What a drive forces, by pin index of the kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DriveTarget {
    /// The voltage of the first pin against the second, V.
    Voltage(u32, u32),
    /// The current into the pin, A.
    Current(u32),
}

/// A forced voltage or current.
#[derive(Clone, PartialEq, Debug)]
pub struct DriveIr {
    /// What is forced.
    pub target: DriveTarget,
    /// To which value; may hold arguments.
    pub value: ExprId,
}

/// How a quantity is measured at the pins of a kind: drives, then a value.
///
/// The last pin of the kind is the reference (0 V) unless a drive fixes another relation; a
/// pin that no drive mentions carries no current (floats).
#[derive(Clone, Debug)]
pub struct QuantityIr {
    /// The kind.
    pub kind: String,
    /// The dependent symbol.
    pub symbol: String,
    /// Its dimension.
    pub dimension: Dimension,
    /// The arguments, the usual abscissa first; temperature is never among them.
    pub arguments: Vec<String>,
    /// Dimensions of the arguments.
    pub argument_dimensions: Vec<Dimension>,
    /// What each argument is where nothing states it, SI.
    pub defaults: Vec<Option<f64>>,
    /// Expressions; leaves are arguments, constants and pin quantities.
    pub graph: Graph,
    /// The value.
    pub value: ExprId,
    /// The drives.
    pub drives: Vec<DriveIr>,
    /// Where it is declared.
    pub span: Span,
}

impl QuantityIr {
    /// What an argument is where nothing states it, SI.
    pub fn default(&self, argument: usize) -> Option<f64> {
        self.defaults.get(argument).copied().flatten()
    }

    /// The arguments that have such a value.
    pub fn assumed(&self) -> impl Iterator<Item = &str> {
        let all = self.arguments.iter().zip(&self.defaults);
        all.filter(|(_, default)| default.is_some()).map(|(name, _)| name.as_str())
    }
}
