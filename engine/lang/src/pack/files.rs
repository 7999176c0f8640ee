//! The files of a pack, and its digest.

use super::resolve::Candidate;
use super::source::{EmbeddedFile, join};
use espice_base::{Code, Diagnostic, Diagnostics, Digest, Hasher, Place, ReadError};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// One file of a pack.
pub(super) struct PackFile<'a> {
    /// Where the source holds it; the name that diagnostics show.
    pub(super) path: String,
    pub(super) bytes: Cow<'a, [u8]>,
    /// The same, where it is part of the program.
    pub(super) embedded: Option<EmbeddedFile<'a>>,
}

impl PackFile<'_> {
    fn digest(&self, path: &str) -> Digest {
        match self.embedded {
            Some(file) => file.digest,
            // What is no text has no ends of lines.
            None if path.ends_with(".xlsx") => Digest::of(&self.bytes),
            None => Digest::of_text(&self.bytes),
        }
    }
}

/// What belongs to a pack, by its ending.
const ENDINGS: [&str; 4] = [".espice", ".csv", ".xlsx", ".rhai"];

/// Reads all files of a pack, by path relative to its folder.
pub(super) fn read_files<'a>(
    candidate: &Candidate<'a>,
    diagnostics: &mut Diagnostics,
) -> BTreeMap<String, PackFile<'a>> {
    let mut files = BTreeMap::new();
    for entry in &candidate.manifest.sources {
        let folder = join(&candidate.folder, &entry.text);
        let listed = match candidate.source.list(&folder) {
            Ok(listed) => listed,
            Err(error) => {
                let what = format!("the folder `{}`", entry.text);
                diagnostics.push(unreadable(&what, error).at(entry.span));
                continue;
            }
        };
        for inner in listed.iter().filter(|p| ENDINGS.iter().any(|e| p.ends_with(e))) {
            let relative = join(&entry.text, inner);
            let path = join(&folder, inner);
            if files.contains_key(&relative) {
                continue;
            }
            match candidate.source.read(&path) {
                Ok(bytes) => {
                    let embedded = candidate.source.embedded(&path);
                    files.insert(relative, PackFile { path, bytes, embedded });
                }
                Err(error) => {
                    let what = format!("`{path}`");
                    let place = Place::File(candidate.file);
                    diagnostics.push(unreadable(&what, error).at(place));
                }
            }
        }
    }
    if !files.keys().any(|p| p.ends_with(".espice")) {
        diagnostics.push(
            Diagnostic::warning(
                Code::EMPTY_PACK,
                format!("the pack `{}` holds no `.espice` file", candidate.manifest.name.text),
            )
            .at(candidate.manifest.name.span)
            .help("check `sources`"),
        );
    }
    files
}

/// The diagnostic of something that cannot be read.
pub(super) fn unreadable(what: &str, error: ReadError) -> Diagnostic {
    let (code, message) = match error {
        ReadError::NotFound => (Code::PACK_FILE, format!("{what} does not exist")),
        ReadError::TooLarge(limit) => {
            (Code::PACK_TOO_LARGE, format!("{what} is larger than the limit of {limit} bytes"))
        }
        ReadError::Denied => (Code::PACK_FILE, format!("{what} cannot be read")),
    };
    Diagnostic::error(code, message)
}

/// The digest of a pack: those of its manifest and files in the order of their paths, ends of
/// lines made equal, then those of its bases in the order of their names.
pub(super) fn digest(
    manifest: &str,
    files: &BTreeMap<String, PackFile<'_>>,
    bases: &BTreeMap<String, Digest>,
) -> Digest {
    let mut hasher = Hasher::new();
    let mut part = |name: &str, digest: Digest| {
        hasher.part(name.as_bytes());
        hasher.part(&digest.bytes());
    };
    part("pack.toml", Digest::of_text(manifest.as_bytes()));
    for (path, file) in files {
        part(path, file.digest(path));
    }
    for (name, base) in bases {
        part(name, *base);
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_lines_do_not_change_a_digest() {
        let files = |text: &'static str| {
            let file = PackFile { path: "x".into(), bytes: text.as_bytes().into(), embedded: None };
            BTreeMap::from([("a.espice".to_string(), file)])
        };
        let none = BTreeMap::new();
        let unix = digest("name", &files("a\nb\n"), &none);
        assert_eq!(unix, digest("name", &files("a\r\nb\r"), &none));
        assert_ne!(unix, digest("name", &files("a\nb"), &none));
        let base = BTreeMap::from([("std".to_string(), unix)]);
        assert_ne!(unix, digest("name", &files("a\nb\n"), &base));
    }
}
