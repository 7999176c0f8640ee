//! Packs to typed IR; evaluation of rules with trace; scripts, tests, waivers
