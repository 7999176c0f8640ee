//! Circuits against a simulator that runs the same circuit: the deck, and events and measures
//! read off the simulator's waveforms by code of their own.

mod deck;
mod waves;

pub(crate) use deck::{Device, Precision, deck};
pub(crate) use waves::Waves;
