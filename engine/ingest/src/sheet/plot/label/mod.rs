//! Which curve is which: texts in the plot are read, and each is bound to one curve by leader
//! line, place, order or legend, or to the plot as a whole.

mod assign;
mod bind;
mod family;
mod order;
pub(crate) mod say;
mod texts;

pub(crate) use bind::{Bound, bind, led};
pub(crate) use family::{Families, Limit, families};
pub(crate) use texts::{explain_numbers, notes, remarks};
