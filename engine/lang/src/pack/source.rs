//! Where packs come from: folders of the world, or texts built into a program.

use espice_base::{Digest, ReadError, World};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// A pack that a run starts from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PackRoot {
    /// A folder with a `pack.toml`, as the world knows it.
    Folder(String),
    /// A built-in pack by its name.
    Builtin(String),
}

/// A pack that is built into the program: the folder that holds its `pack.toml`, and every
/// text that its `sources` may reach, by path from the same origin as the folder.
#[derive(Clone, Copy, Debug)]
pub struct EmbeddedPack<'a> {
    /// The folder of the `pack.toml`: `rules`.
    pub folder: &'a str,
    /// The texts.
    pub files: &'a [EmbeddedFile<'a>],
}

/// A text that is built into the program.
#[derive(Clone, Copy, Debug)]
pub struct EmbeddedFile<'a> {
    /// Where it lies: `templates/junction_diode.espice`.
    pub path: &'a str,
    /// What it says.
    pub text: &'static str,
    /// Its tree as [`espice_syntax::freeze`] gives it; empty where the text is to be parsed.
    pub frozen: &'static [u8],
    /// [`Digest::of_text`] of the text: a program need not take it at each start.
    pub digest: Digest,
}

/// Reads the files of one pack.
#[derive(Clone)]
pub(super) enum PackSource<'a> {
    /// From the world.
    World(&'a dyn World),
    /// From the program.
    Embedded(&'a [EmbeddedFile<'a>]),
}

impl<'a> PackSource<'a> {
    /// A file that is part of the program.
    pub(super) fn embedded(&self, path: &str) -> Option<EmbeddedFile<'a>> {
        let PackSource::Embedded(files) = self else { return None };
        files.iter().find(|f| f.path == path).copied()
    }

    pub(super) fn read(&self, path: &str) -> Result<Cow<'a, [u8]>, ReadError> {
        match self {
            PackSource::World(world) => world.read(path).map(Cow::Owned),
            PackSource::Embedded(files) => {
                let found = files.iter().find(|f| f.path == path);
                found.map(|f| Cow::Borrowed(f.text.as_bytes())).ok_or(ReadError::NotFound)
            }
        }
    }

    /// The files under a folder, relative to it, sorted; those of packs inside it are left
    /// out.
    pub(super) fn list(&self, folder: &str) -> Result<Vec<String>, ReadError> {
        let mut all = match self {
            PackSource::World(world) => world.list(if folder.is_empty() { "." } else { folder })?,
            PackSource::Embedded(files) => {
                let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
                let found = files.iter().filter_map(|f| f.path.strip_prefix(&prefix));
                found.map(String::from).collect()
            }
        };
        if all.is_empty() {
            return Err(ReadError::NotFound);
        }
        let inner: BTreeSet<String> =
            all.iter().filter_map(|p| p.strip_suffix("/pack.toml")).map(String::from).collect();
        let is_inside = |path: &str| {
            inner.iter().any(|i| path.strip_prefix(i.as_str()).is_some_and(|r| r.starts_with('/')))
        };
        all.retain(|path| !is_inside(path));
        all.sort();
        Ok(all)
    }
}

/// Joins two paths with `/` and resolves `.` and `..`; what leads out at the top stays `..`.
pub(super) fn join(folder: &str, path: &str) -> String {
    let is_absolute = folder.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|p| *p != "..") => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    let joined = parts.join("/");
    if is_absolute { format!("/{joined}") } else { joined }
}

/// The folder that holds a file.
pub(super) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_join_without_leaving_traces() {
        for (folder, path, joined) in [
            ("rules", "diode.espice", "rules/diode.espice"),
            ("rules", "../templates", "templates"),
            ("rules", ".", "rules"),
            (".", "a.csv", "a.csv"),
            ("", "../x", "../x"),
            ("/packs/acme", "../std", "/packs/std"),
        ] {
            assert_eq!(join(folder, path), joined);
        }
    }

    #[test]
    fn packs_inside_a_pack_are_not_part_of_it() {
        let files = ["p/pack.toml", "p/a.espice", "p/in/pack.toml", "p/in/b.espice"]
            .map(|path| EmbeddedFile { path, text: "", frozen: &[], digest: Digest::of_text(b"") });
        let source = PackSource::Embedded(&files);
        assert_eq!(source.list("p").unwrap(), ["a.espice", "pack.toml"]);
    }
}
