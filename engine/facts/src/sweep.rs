use crate::{Conditions, Provenance};

/// What a column of a raw sweep holds.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Sensed {
    /// Voltage of `node` against `reference`, V.
    Voltage,
    /// Current into `node`, A (positive into the terminal).
    Current,
    /// Capacitance between `node` and `reference`, F.
    Capacitance,
    /// Conductance between `node` and `reference`, S.
    Conductance,
    /// Anything else, kept as it is.
    Other,
}

/// What a column does in the sweep.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ColumnRole {
    /// Forced, and varied inside this sweep.
    Swept,
    /// Forced, one value in this sweep.
    Held,
    /// Read by the instrument.
    Measured,
}

/// One column of a raw sweep.
#[derive(Clone, PartialEq, Debug)]
pub struct Column {
    /// The name in the source (`VP`, `IP`).
    pub name: String,
    /// What it holds.
    pub sensed: Sensed,
    /// What it does.
    pub role: ColumnRole,
    /// The node (pad, terminal) that it belongs to.
    pub node: String,
    /// The other node; empty when it is the instrument's ground.
    pub reference: String,
    /// The instrument's limit at this node (A for a voltage source), when stated.
    pub compliance: Option<f64>,
    /// The values, SI; a held column has one value for each point too.
    pub values: Vec<f64>,
}

/// One raw sweep as the instrument wrote it: node names and signs are not trusted yet.
///
/// Readings of the rule library turn sweeps into canonical curves.
#[derive(Clone, PartialEq, Debug)]
pub struct Sweep {
    /// A name for messages: the file's stem, and the block when there are several.
    pub name: String,
    /// The columns; all have the same length.
    pub columns: Vec<Column>,
    /// Temperature in K, when stated.
    pub temperature: Option<f64>,
    /// How many sweeps the same set-up produced (blocks of the file): more than one means that
    /// another input was stepped.
    pub siblings: usize,
    /// What held for all of it beside the temperature, such as the size of the device among
    /// devices of several sizes; curves made of it take this over.
    pub conditions: Conditions,
    /// Where it stands.
    pub provenance: Provenance,
}

impl Sweep {
    /// Number of points.
    pub fn len(&self) -> usize {
        self.columns.first().map_or(0, |c| c.values.len())
    }

    /// Whether it holds no points.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The column of a kind at a node.
    pub fn at(&self, sensed: Sensed, node: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.sensed == sensed && c.node == node)
    }

    /// The swept columns.
    pub fn swept(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|c| c.role == ColumnRole::Swept)
    }
}
