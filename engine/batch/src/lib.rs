//! Populations: many devices of one kind are fitted in one run, by several threads, in several
//! shards if need be, and what their parameters have in common is told.
//!
//! [`collect`] finds the devices among sources; [`run`] fits those of a shard and keeps a record
//! of each under a key that depends on its sources, the packs and the settings, so that a run
//! that was interrupted goes on where it was; [`Population::of`] makes statistics and corners of
//! all records. Nothing of it depends on the number of threads or on the order of finishing.

mod cards;
mod corners;
mod devices;
mod header;
mod html;
mod plot;
mod population;
mod record;
mod run;
mod statistics;
mod table;
mod text;

pub use cards::cards;
pub use corners::{Corner, Corners, Figure};
pub use devices::{Device, Grouping, Place, Slices, collect};
pub use html::render as html;
pub use population::{Group, Parameter, Population};
pub use record::{Drive, FittedCurve, Record, Source, Value};
pub use run::{Job, Observer, Shard, Store, keys, run};
pub use statistics::{Summary, outliers};
pub use text::{csv, json};
