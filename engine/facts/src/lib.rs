//! What a source says about a device: parameters with conditions, curves, raw sweeps, each with
//! provenance and confidence; and the symbol table, which gives names their meaning.
//!
//! Values are `f64` in SI base units, temperatures in kelvin. Symbols are the canonical names
//! of the [`SymbolTable`] (`VF`, `RDS(on)`), case-sensitive.

mod conditions;
mod curve;
mod device;
pub mod form;
mod parameter;
mod provenance;
mod sweep;
mod symbols;
mod value;
pub mod wording;

pub use conditions::{Condition, Conditions};
pub use curve::{Axis, Curve, Mark, Origin, Scale, Signature};
pub use device::{Device, Facts, SIZES, Source, SourceFormat, size_symbol};
pub use parameter::{Parameter, Section};
pub use provenance::{Provenance, Status};
pub use sweep::{Column, ColumnRole, Sensed, Sweep};
pub use symbols::{KindInfo, QuantityInfo, SymbolInfo, SymbolTable};
pub use value::{Quantity, QuantityError, UnitScale, write_quantity};
