//! E06xx: source data: MDM, CSV, facts.

super::codes! {}
