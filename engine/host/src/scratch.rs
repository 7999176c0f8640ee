//! A folder for what a simulator reads and writes.
#![allow(clippy::disallowed_methods, reason = "a host removes folders")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// How many this process has made.
static MADE: AtomicU64 = AtomicU64::new(0);

/// A folder of its own among the system's temporary files, which goes when this is dropped.
pub struct Scratch(PathBuf);

impl Scratch {
    /// Its path; the first simulation makes it.
    pub fn new() -> Scratch {
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("espice-host-{}-{number}", std::process::id());
        Scratch(std::env::temp_dir().join(name))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Scratch::new()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed is left to the system.
        let _ = fs::remove_dir_all(&self.0);
    }
}
