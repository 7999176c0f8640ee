//! The espice language as text: grammar, syntax tree, error recovery and formatter.
//!
//! Parsing does no IO, never fails and never panics: a tree always comes out, beside the
//! diagnostics of the items that could not be read.

pub mod ast;
