//! The espice language: grammar, syntax tree, error recovery, formatter
