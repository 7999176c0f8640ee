//! The espice engine: a datasheet or a measurement goes in, a vouched-for SPICE model comes out
