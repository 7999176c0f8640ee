//! Measured data: raw sweeps of instruments and tables of curves.

pub mod csv;
pub mod mdm;
mod size;
mod text;

pub use text::LOST_SHARE;
