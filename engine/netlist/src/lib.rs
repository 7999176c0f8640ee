//! SPICE cards as data: one file per dialect, written and read back; simulators as child
//! processes.
//!
//! A [`Library`] is plain data. A [`Dialect`] writes it as text and reads published text back;
//! a [`Simulator`] runs a deck in a child process, and [`operating_points`] asks it for
//! currents and capacitances of many devices at once.

mod card;
mod dialect;
mod formed;
mod formula;
mod read;
mod simulator;
mod text;
mod write;

pub use card::{Element, Item, Library, ModelCard, Origin, Parameters, Subcircuit, Value};
pub use dialect::{Dialect, ParameterSet, Rename, Sources, Written, dialect, dialects};
pub use formed::{acts_through_threshold, threshold};
pub use formula::{Formula, FormulaError, Infix, Prefix};
pub use read::decode;
pub use simulator::{
    BiasPoint, Composite, Meaning, OperatingPoints, Part, Phrase, PointResult, RawPlot, Reader,
    Run, SimulationError, Simulator, SimulatorConfig, Table, Want, element_letter, has_temperature,
    operating_points, read_raw_ascii, read_wrdata, simulators, swept_points,
};
