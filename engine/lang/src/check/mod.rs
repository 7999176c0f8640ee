//! Names, types and dimensions: trees become typed representations, mistakes become
//! diagnostics.

pub(crate) mod dims;
