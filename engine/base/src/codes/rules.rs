//! E05xx: evaluation of rules and tests.

super::codes! {}
