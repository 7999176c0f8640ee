//! Renderers of outcomes and diagnostics: one self-contained HTML file with SVG plots, a short
//! account for terminals, and JSON with its schema.
//!
//! Every renderer is a pure function of the outcome document: no clock, no environment, and the
//! same bytes for the same outcome. What differs between equal runs (`outcome.run`) is shown by
//! none but [`json`].

pub mod csv;
pub mod evaluation;
pub mod findings;
#[cfg(test)]
mod fixture;
pub mod function;
pub mod html;
pub mod json;
pub mod lcov;
pub mod mutation;
mod numbers;
pub mod overlay;
pub mod pages;
mod place;
pub mod schema;
mod svg;
pub mod terminal;
pub mod tested;
mod words;
