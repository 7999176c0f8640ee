//! E04xx: packs, extends, limit tables, scripts, waivers.

super::codes! {}
