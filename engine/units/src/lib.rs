//! Physical dimensions, quantities and their text.
//!
//! Values are `f64` in SI base units throughout espice; a [`Dimension`] travels beside them
//! where text is checked. Packs, cards and data files read numbers differently and have a
//! reader each: [`pack`], [`card`] and [`data`]; datasheets have [`sheet`].

pub mod card;
pub mod constants;
pub mod data;
mod dimension;
mod format;
pub mod pack;
mod prefix;
pub mod sheet;
mod unit;

pub use constants::Constants;
pub use dimension::{Dimension, Exponent};
pub use format::{add_engineering, engineering, exact, plain, rounded};
pub use prefix::{power as power_of_prefix, prefix as prefix_of_power};
pub use unit::{Unit, UnitError, parse_unit};
