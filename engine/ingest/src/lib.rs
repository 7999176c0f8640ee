//! Readers: IC-CAP MDM, CSV, facts TOML
