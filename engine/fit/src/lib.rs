//! Bounded trust-region least squares, staged recipes, honest statistics
