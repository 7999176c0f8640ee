//! The espice engine: a datasheet or a measurement goes in, a SPICE model that the rules vouch
//! for comes out, and every number in it can be traced to what made it.

pub mod outcome;
