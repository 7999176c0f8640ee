//! Synthetic datasheets with exact truth: an own PDF writer, the drawing habits of makers as data,
//! curves of closed equations, tables of made-up parts.

mod bezier;
pub mod canvas;
pub mod crypt;
pub mod devices;
pub mod ex41;
pub mod family;
pub mod font;
mod labels;
mod metrics;
pub mod pdf;
pub mod planted;
pub mod plot;
/// Seeded numbers.
pub mod random;
pub mod sheet;
mod strokes;
pub mod style;
mod table;
mod truetype;
pub mod truth;
mod vocabulary;

/// The SI value of a unit that sheets print, and of its zero.
pub fn unit_si(unit: &str) -> [f64; 2] {
    vocabulary::si(unit)
}
