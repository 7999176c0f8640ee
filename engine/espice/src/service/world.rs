//! The world of one call: files that came with the request before those of the service.

use super::watch::Watch;
use espice_base::{Cancellation, Date, Limits, Progress, ReadError, World};
use std::collections::BTreeMap;

/// A world with more files, which a caller watches.
pub(super) struct CallWorld<'c> {
    base: &'c dyn World,
    files: &'c BTreeMap<String, String>,
    watch: &'c dyn Watch,
    cancellation: Cancellation,
}

impl<'c> CallWorld<'c> {
    pub(super) fn new(
        base: &'c dyn World,
        files: &'c BTreeMap<String, String>,
        watch: &'c dyn Watch,
    ) -> CallWorld<'c> {
        let cancellation = watch.cancellation().unwrap_or_else(|| base.cancellation());
        CallWorld { base, files, watch, cancellation }
    }
}

impl World for CallWorld<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let Some(text) = self.files.get(path) else { return self.base.read(path) };
        let limit = self.limits().file_bytes;
        if text.len() as u64 > limit {
            return Err(ReadError::TooLarge(limit));
        }
        Ok(text.clone().into_bytes())
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, ReadError> {
        let prefix = format!("{}/", folder.trim_end_matches('/'));
        let own: Vec<String> =
            self.files.keys().filter_map(|p| p.strip_prefix(&prefix)).map(String::from).collect();
        match self.base.list(folder) {
            Err(error) if own.is_empty() => Err(error),
            found => {
                let mut all = found.unwrap_or_default();
                all.extend(own);
                all.sort();
                all.dedup();
                Ok(all)
            }
        }
    }

    fn today(&self) -> Date {
        self.base.today()
    }

    fn limits(&self) -> Limits {
        self.base.limits()
    }

    fn cancellation(&self) -> Cancellation {
        self.cancellation.clone()
    }

    fn progress(&self, progress: Progress<'_>) {
        self.watch.progress(progress);
        self.base.progress(progress);
    }
}
