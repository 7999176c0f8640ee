//! E07xx: templates, fits, cards and simulators.

super::codes! {}
