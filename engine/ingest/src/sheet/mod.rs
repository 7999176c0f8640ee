//! Datasheets: pages become words and lines ([`text`]), tables ([`table`]) and plots ([`plot`]);
//! what they say becomes facts.
//!
//! Everything read has a status: served, review or refused, with its reasons. A value that is
//! not sure is never served, and nothing that was seen is dropped without a word.

pub mod plot;
pub mod table;
pub mod text;
