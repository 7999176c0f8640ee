//! Records of a population on disk: written as a whole or not at all, whenever the run ends.
#![allow(clippy::disallowed_methods, reason = "front ends write files")]

use crate::files::{self, Passing, file_stem};
use espice_base::Diagnostic;
use espice_batch::Store;
use std::fs;
use std::path::{Path, PathBuf};

/// What the folders of drafts are called; each run has one of its own.
const DRAFTS: &str = ".run-";

/// A folder of records and cards.
pub(crate) struct Folder {
    root: PathBuf,
    drafts: Passing,
    /// Held as long as the run lives, so that others know its drafts from those of a dead one.
    lock: Option<fs::File>,
}

impl Folder {
    /// Opens a folder, makes it where it is missing, and takes away the drafts of runs that were
    /// killed.
    ///
    /// # Errors
    /// A diagnostic that names the folder and what the system said.
    pub(crate) fn open(root: &Path) -> Result<Folder, Diagnostic> {
        for folder in [root.join("records"), root.join("models")] {
            files::make_folder(&folder)?;
        }
        for entry in fs::read_dir(root).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(DRAFTS) {
                sweep(&entry.path());
            }
        }
        let drafts = Passing::new(root.join(format!("{DRAFTS}{}", std::process::id())));
        files::make_folder(drafts.path())?;
        // Where the system has no locks, drafts of a killed run stay until someone removes them.
        let lock =
            fs::File::create(drafts.path().join("lock")).ok().filter(|f| f.try_lock().is_ok());
        Ok(Folder { root: root.to_path_buf(), drafts, lock })
    }

    /// The path of a file of the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Writes a file as a whole.
    ///
    /// # Errors
    /// A diagnostic that names the file and what the system said.
    pub(crate) fn write(&self, name: &str, text: &str) -> Result<(), Diagnostic> {
        let target = self.path(name);
        let draft = self.drafts.path().join(name.replace('/', "_"));
        let done = fs::create_dir_all(self.drafts.path())
            .and_then(|()| fs::write(&draft, text))
            .and_then(|()| fs::rename(&draft, &target));
        done.map_err(|error| files::cannot_write(&target, &error))
    }

    /// Takes a file away that does not belong to the results any more.
    pub(crate) fn remove(&self, name: &str) {
        // A file that is not there needs no removal.
        let _ = fs::remove_file(self.path(name));
    }
}

/// Removes drafts whose run is dead.
fn sweep(folder: &Path) {
    let lock = fs::File::open(folder.join("lock"));
    if lock.is_ok_and(|f| f.try_lock().is_ok()) {
        let _ = fs::remove_dir_all(folder);
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Before the drafts go: some systems remove no file that is held.
        self.lock = None;
    }
}

fn record(key: &str) -> String {
    format!("records/{key}.json")
}

/// The card of a device; names that are no file names get a part of the key, so that no two
/// devices share a file.
fn card(device: &str, key: &str) -> String {
    let stem = file_stem(device);
    if stem == device {
        format!("models/{stem}.lib")
    } else {
        format!("models/{stem}-{}.lib", key.get(..8).unwrap_or(key))
    }
}

impl Store for Folder {
    fn find(&self, key: &str) -> Option<String> {
        fs::read_to_string(self.path(&record(key))).ok()
    }

    fn keep(
        &self,
        key: &str,
        device: &str,
        text: Option<&str>,
        kept: &str,
    ) -> Result<(), Diagnostic> {
        match text {
            Some(text) => self.write(&card(device, key), text)?,
            None => self.remove(&card(device, key)),
        }
        self.write(&record(key), kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drafts_of_dead_runs_go_and_those_of_living_ones_stay() {
        let root = std::env::temp_dir().join(format!("espice-store-{}", std::process::id()));
        let dead = root.join(".run-dead");
        fs::create_dir_all(&dead).unwrap();
        fs::write(dead.join("lock"), "").unwrap();
        fs::write(dead.join("records_x.json"), "half").unwrap();
        let first = Folder::open(&root).unwrap();
        assert!(!dead.exists());
        // A run of another process, which lives.
        let alive = root.join(".run-alive");
        fs::create_dir_all(&alive).unwrap();
        let lock = fs::File::create(alive.join("lock")).unwrap();
        lock.try_lock().unwrap();
        sweep(&alive);
        assert!(alive.exists());
        drop(lock);
        sweep(&alive);
        assert!(!alive.exists());
        first.keep("k", "a/b", Some("card"), "{}").unwrap();
        assert_eq!(first.find("k").as_deref(), Some("{}"));
        assert_eq!(fs::read_to_string(root.join("models/a_b-k.lib")).unwrap(), "card");
        drop(first);
        let left: Vec<String> = fs::read_dir(&root)
            .unwrap()
            .map(|e| e.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        assert_eq!(left.len(), 2, "{left:?}");
        fs::remove_dir_all(root).unwrap();
    }
}
