//! A small plot writer: points, model lines and a strip of residuals, as SVG text.
//!
//! Everything is written with one decimal in a fixed frame, so that equal curves give equal
//! bytes; colours and sizes of text are classes, which the style sheet of the page gives
//! their light, dark and narrow forms.

mod label;
pub(crate) mod page;
mod path;
mod plot;
pub(crate) mod press;
mod scale;

pub use plot::escape;
pub(crate) use plot::{Axis, Chart, Residual, Series, draw, hidden_points, largest_residual};
