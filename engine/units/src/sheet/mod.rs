//! Numbers and units as datasheets print them: dashes for blanks, signs apart from their digits,
//! ranges in one cell, `Vdc`, `mmhos`, `°C/W`, `pf`.
//!
//! Nothing is guessed: what has two meanings is given as such, what has none as unreadable.

mod number;
mod unit;

pub use number::{Bound, SheetCell, SheetNumber, SheetValue, parse_cell, scan_number};
pub use unit::{SheetUnit, parse_sheet_unit};
