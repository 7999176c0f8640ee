//! The typed intermediate representation: what packs mean once names, types and dimensions have
//! been checked. Nothing here is serialised, and nothing here knows text but for messages.

mod circuit;
mod finding;
mod graph;
mod library;
mod quantity;
mod template;

pub use crate::template::Templates;
pub use circuit::{
    CircuitArgument, CircuitIr, ElementIr, EventIr, ObservationIr, OutputIr, StartIr,
};
pub use espice_syntax::ast::{BranchKind, ElementKind, Way};
pub use finding::{Account, Finding, FindingStatus, Observed, WaiverInfo, WaiverState, WaiverUse};
pub use graph::{Binary, Comparison, ExprId, Graph, Leaf, Node, PhysicalConstant, Unary};
pub(crate) use library::Draft;
pub use library::{
    Allowed, CardIr, CardParameterIr, CardSettingIr, CardValueIr, KindIr, Library, LimitTable,
    Owned, PackInfo, ScriptSource, TableCell, TableColumn, TestData,
};
pub use quantity::{DriveIr, DriveTarget, QuantityIr};
pub use template::{
    BranchIr, InputIr, NodeRef, ParameterIr, ParameterScale, ResultIr, SolveIr, TableIr, TemplateIr,
};
