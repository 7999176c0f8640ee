//! Writing results, and names that are safe to write.
#![allow(clippy::disallowed_methods, reason = "front ends write files")]

use espice_base::{Code, Diagnostic};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Drafts and folders of this run that are of no use once it has ended.
static LEFTOVERS: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn leftovers() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    LEFTOVERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A file or folder that goes when it is dropped, or when the program is ended before that.
pub(crate) struct Passing(PathBuf);

impl Passing {
    /// Notes a path before anything is made there.
    pub(crate) fn new(path: PathBuf) -> Passing {
        leftovers().insert(path.clone());
        Passing(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Passing {
    fn drop(&mut self) {
        let mut all = leftovers();
        remove(&self.0);
        all.remove(&self.0);
    }
}

/// What cannot be removed is left to the system, or to the next run.
fn remove(path: &Path) {
    let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
}

/// Removes what is left over and lets nobody begin anything new: the program ends next.
pub(crate) fn sweep() {
    let all = leftovers();
    for path in all.iter() {
        // A simulator that is ending may still write between two looks.
        for _ in 0..3 {
            if path.exists() {
                remove(path);
            }
        }
    }
    std::mem::forget(all);
}

/// Writes a file as a whole: readers see the old text or the new one, never a part.
///
/// # Errors
/// A diagnostic that names the file and what the system said.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), Diagnostic> {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let draft = path.with_file_name(format!(".{name}.{}.part", std::process::id()));
    let draft = Passing::new(draft);
    let done = fs::write(draft.path(), text).and_then(|()| fs::rename(draft.path(), path));
    done.map_err(|error| cannot_write(path, &error))
}

/// The cards of a part in a folder that are not among the files that were written.
pub(crate) fn earlier_cards(folder: &Path, part: &str, written: &[PathBuf]) -> Vec<PathBuf> {
    let stem = format!("{}.", file_stem(part));
    let is_card = |path: &PathBuf| {
        let name = path.file_name().map(|n| n.to_string_lossy()).unwrap_or_default();
        name.starts_with(&stem) && name.ends_with(".lib") && !written.contains(path)
    };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries.map(|e| e.path()).filter(is_card).collect();
    found.sort();
    found
}

/// Makes a folder and those above it.
///
/// # Errors
/// A diagnostic that names the folder and what the system said.
pub(crate) fn make_folder(path: &Path) -> Result<(), Diagnostic> {
    fs::create_dir_all(path).map_err(|error| cannot_write(path, &error))
}

/// A folder of this run alone, which goes with it: programs that run at the same time would
/// take each other's files for their own.
pub(crate) struct Scratch(Passing);

impl Scratch {
    /// Its path, among the system's temporary files; the first simulation makes it.
    pub(crate) fn new() -> Scratch {
        let folder = std::env::temp_dir().join(format!("espice-run-{}", std::process::id()));
        Scratch(Passing::new(folder))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }
}

/// What the system said when a file could not be written.
pub(crate) fn cannot_write(path: &Path, error: &std::io::Error) -> Diagnostic {
    // The system's sentence ends with its own number, which says nothing more.
    let text = error.to_string();
    let reason = text.split(" (os error").next().unwrap_or("").to_lowercase();
    Diagnostic::error(Code::OUTPUT, format!("`{}` cannot be written: {reason}", path.display()))
        .help("name a folder that exists or can be made, with the right to write")
}

/// The name of a part as a file name: letters, digits and `+ - _ .` stay, everything else
/// becomes `_`.
pub(crate) fn file_stem(part: &str) -> String {
    let safe = |c: char| c.is_alphanumeric() || "+-_.".contains(c);
    let name: String =
        part.trim().chars().map(|c| if safe(c) { c } else { '_' }).take(120).collect();
    let name = name.trim_start_matches('.');
    String::from(if name.is_empty() { "model" } else { name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_parts_are_safe_file_names() {
        let cases = [
            ("1N4148", "1N4148"),
            ("BAT54/S", "BAT54_S"),
            ("../../etc/passwd", "_.._etc_passwd"),
            ("", "model"),
            ("...", "model"),
            ("a b", "a_b"),
        ];
        for (part, stem) in cases {
            assert_eq!(file_stem(part), stem);
        }
    }

    #[test]
    fn a_file_that_cannot_be_written_is_named() {
        let error = write(Path::new("/nonexistent/x.lib"), "").unwrap_err();
        assert!(error.message.contains("/nonexistent/x.lib"), "{}", error.message);
        assert!(!error.message.contains("os error"));
    }
}
