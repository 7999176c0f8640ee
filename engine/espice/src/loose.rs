//! Single files given in place of packs.

use espice_base::{Cancellation, Date, Limits, Progress, ReadError, World};
use espice_lang::PackRoot;
use std::collections::BTreeMap;

/// A world in which single files stand in packs of their own that extend `std`.
///
/// A file that lies in a pack (a `pack.toml` in its folder or above) is checked with that pack;
/// files beside each other without one make a pack together.
pub(crate) struct Loose<'w> {
    world: &'w dyn World,
    /// Folder to the manifest made for it and the names of its files.
    packs: BTreeMap<String, (String, Vec<String>)>,
}

impl<'w> Loose<'w> {
    /// Sorts paths into folders of packs and single files.
    pub(crate) fn new(world: &'w dyn World, paths: &[String]) -> (Loose<'w>, Vec<PackRoot>) {
        let mut roots: Vec<PackRoot> = Vec::new();
        let mut packs: BTreeMap<String, (String, Vec<String>)> = BTreeMap::new();
        for path in paths {
            if !path.ends_with(".espice") {
                roots.push(PackRoot::Folder(path.clone()));
                continue;
            }
            let (folder, file) = path.rsplit_once('/').unwrap_or((".", path));
            match owner(world, folder) {
                Some(owner) => roots.push(PackRoot::Folder(owner)),
                None => {
                    let made = || (manifest(file), Vec::new());
                    packs.entry(folder.to_string()).or_insert_with(made).1.push(file.to_string());
                    roots.push(PackRoot::Folder(folder.to_string()));
                }
            }
        }
        let mut seen = Vec::new();
        roots.retain(|r| {
            let new = !seen.contains(r);
            seen.push(r.clone());
            new
        });
        for (_, files) in packs.values_mut() {
            files.sort();
            files.dedup();
        }
        (Loose { world, packs }, roots)
    }
}

/// The nearest folder, from here upwards, that is a pack.
fn owner(world: &dyn World, folder: &str) -> Option<String> {
    let mut folder = folder;
    loop {
        if world.read(&format!("{folder}/pack.toml")).is_ok() {
            return Some(folder.to_string());
        }
        folder = folder.rsplit_once('/')?.0;
    }
}

/// The present folder may be named or not.
fn here(folder: &str) -> &str {
    if folder.is_empty() { "." } else { folder }
}

fn manifest(file: &str) -> String {
    let stem = file.trim_end_matches(".espice");
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let name: String = stem.chars().map(letter).collect();
    let name = name.trim_matches('-');
    let name = if name.starts_with(|c: char| c.is_ascii_lowercase()) { name } else { "file" };
    format!("name = \"{name}\"\nversion = \"0.0.0\"\nextends = [\"std\"]\n")
}

impl World for Loose<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let folder = path.strip_suffix("pack.toml").map(|f| f.trim_end_matches('/'));
        let made = folder.and_then(|folder| self.packs.get(here(folder)));
        match made {
            Some((manifest, _)) => Ok(manifest.clone().into_bytes()),
            None => self.world.read(path),
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, ReadError> {
        match self.packs.get(here(folder)) {
            Some((_, files)) => Ok(files.clone()),
            None => self.world.list(folder),
        }
    }

    fn today(&self) -> Date {
        self.world.today()
    }

    fn limits(&self) -> Limits {
        self.world.limits()
    }

    fn cancellation(&self) -> Cancellation {
        self.world.cancellation()
    }

    fn progress(&self, progress: Progress<'_>) {
        self.world.progress(progress);
    }
}
