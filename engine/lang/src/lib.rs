//! The espice language beyond its syntax: packs, names, types and dimensions checked into a
//! typed representation ([`ir`]); rules, readings, selection and tests evaluated with a trace.
//!
//! The crate sees fits and devices only through its own trait [`Quantities`].

mod check;
pub mod ir;
pub mod lint;
mod pack;
mod quantities;
pub mod rules;
mod template;
mod threads;
mod told;

pub use pack::{EmbeddedFile, EmbeddedPack, PackRoot, load};
pub use quantities::Quantities;
pub use told::Damage;
