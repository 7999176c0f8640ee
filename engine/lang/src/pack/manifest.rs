//! `pack.toml`: the name, version and bases of a pack.

use super::version::{self, Version, Wanted};
use crate::check::dims::likely;
use espice_base::{Code, Diagnostic, Diagnostics, FileId, Span};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A text of the manifest with its place.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Entry {
    pub(super) text: String,
    pub(super) span: Span,
}

/// A pack that is extended, and the versions of it that will do.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Base {
    /// Its name, with the place of the whole entry.
    pub(super) name: Entry,
    /// The entry as written.
    pub(super) text: String,
    pub(super) wanted: Wanted,
}

/// What a `pack.toml` says.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Manifest {
    pub(super) name: Entry,
    pub(super) version: String,
    pub(super) extends: Vec<Base>,
    pub(super) sources: Vec<Entry>,
}

const KEYS: [&str; 6] = ["name", "version", "description", "license", "extends", "sources"];

/// Reads a manifest. `None` when it gives no usable name; other mistakes leave a manifest.
pub(super) fn read(text: &str, file: FileId, diagnostics: &mut Diagnostics) -> Option<Manifest> {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut reader = Reader { file, diagnostics };
    for error in &errors {
        let range = error.span().unwrap_or(0..text.len().min(1));
        let message = error.message().lines().next().unwrap_or("");
        reader.wrong(format!("this is no TOML: {message}"), range, None);
    }
    if !errors.is_empty() {
        return None;
    }
    let (mut name, mut version) = (None, None);
    let (mut extends, mut sources) = (Vec::new(), None);
    for (key, value) in table.get_ref() {
        match key.get_ref().as_ref() {
            "name" => name = reader.name(value),
            "version" => version = reader.version(value),
            "description" | "license" => {
                reader.text(&format!("the {}", key.get_ref()), value);
            }
            "extends" => {
                let entries = reader.list("extends", value);
                extends = entries.into_iter().filter_map(|e| reader.base(e)).collect();
            }
            "sources" => sources = Some(reader.list("sources", value)),
            other => {
                let help = likely(other, KEYS).unwrap_or_else(|| {
                    format!("the keys are {}", KEYS.map(|k| format!("`{k}`")).join(", "))
                });
                reader.wrong(format!("`{other}` is no key of a pack.toml"), key.span(), Some(help));
            }
        }
    }
    let has = |wanted: &str| table.get_ref().iter().any(|(k, _)| k.get_ref() == wanted);
    for (wanted, example) in [("name", "name = \"acme\""), ("version", "version = \"1.0.0\"")] {
        if !has(wanted) {
            let message = format!("the pack.toml gives no {wanted}");
            reader.wrong(message, 0..0, Some(format!("add `{example}`")));
        }
    }
    let here = Entry { text: String::from("."), span: Span::new(file, 0, 0) };
    Some(Manifest {
        name: name?,
        version: version.unwrap_or_default(),
        extends,
        sources: sources.unwrap_or_else(|| vec![here]),
    })
}

struct Reader<'a> {
    file: FileId,
    diagnostics: &'a mut Diagnostics,
}

impl Reader<'_> {
    fn wrong(&mut self, message: String, range: Range<usize>, help: Option<String>) {
        self.diagnostics.push(
            Diagnostic::error(Code::BAD_MANIFEST, message)
                .at(Span::new(self.file, range.start, range.end))
                .maybe_help(help),
        );
    }

    fn text(&mut self, what: &str, value: &Spanned<DeValue<'_>>) -> Option<Entry> {
        let span = Span::new(self.file, value.span().start, value.span().end);
        let text = value.get_ref().as_str().map(|t| Entry { text: t.to_string(), span });
        if text.is_none() {
            let message = format!("{what} must be a text");
            self.wrong(message, value.span(), Some(String::from("put it in quotes")));
        }
        text
    }

    fn name(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Entry> {
        let name = self.text("the name", value)?;
        let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if name.text.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.text.chars().all(is_letter)
        {
            return Some(name);
        }
        self.wrong(
            format!("`{}` cannot be the name of a pack", name.text),
            value.span(),
            Some(String::from("use letters, digits, `-` and `_`, a letter first")),
        );
        None
    }

    fn version(&mut self, value: &Spanned<DeValue<'_>>) -> Option<String> {
        let version = self.text("the version", value)?;
        if is_semantic(&version.text) {
            return Some(version.text);
        }
        self.wrong(
            format!("`{}` is no semantic version", version.text),
            value.span(),
            Some(String::from("write three numbers, as in `1.2.0`")),
        );
        None
    }

    /// An entry of `extends`: a name, and a range of versions where one is wanted.
    fn base(&mut self, entry: Entry) -> Option<Base> {
        match version::entry(&entry.text) {
            Ok((name, wanted)) => Some(Base {
                name: Entry { text: name.to_string(), span: entry.span },
                wanted,
                text: entry.text.clone(),
            }),
            Err(part) => {
                let range = entry.span.start as usize..entry.span.end as usize;
                let help = "write ranges as in `std >=0.1, <0.2`, `std ^1.2` or `std =1.0.0`";
                let message = format!("`{part}` is no range of versions");
                self.wrong(message, range, Some(String::from(help)));
                None
            }
        }
    }

    fn list(&mut self, key: &str, value: &Spanned<DeValue<'_>>) -> Vec<Entry> {
        let Some(array) = value.get_ref().as_array() else {
            let message = format!("`{key}` must be a list");
            self.wrong(message, value.span(), Some(format!("write `{key} = [\"…\"]`")));
            return Vec::new();
        };
        let mut entries: Vec<Entry> = Vec::new();
        for value in array.iter() {
            let what = format!("an entry of {key}");
            let Some(entry) = self.text(&what, value) else { continue };
            if entries.iter().any(|e| e.text == entry.text) {
                self.wrong(format!("`{}` is listed twice", entry.text), value.span(), None);
            } else {
                entries.push(entry);
            }
        }
        entries
    }
}

impl Manifest {
    /// The version, where it reads.
    pub(super) fn version(&self) -> Option<Version> {
        Version::parse(&self.version)
    }
}

/// Whether a text is a version of semver.org 2.0.0, sections 2, 9 and 10.
fn is_semantic(version: &str) -> bool {
    let (rest, build) = version.split_once('+').map_or((version, None), |(r, b)| (r, Some(b)));
    let (core, pre) = rest.split_once('-').map_or((rest, None), |(c, p)| (c, Some(p)));
    let is_number = |t: &str| {
        !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit()) && (t == "0" || !t.starts_with('0'))
    };
    let is_tag = |tags: Option<&str>| {
        tags.is_none_or(|tags| {
            tags.split('.')
                .all(|t| !t.is_empty() && t.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
        })
    };
    core.split('.').count() == 3 && core.split('.').all(is_number) && is_tag(pre) && is_tag(build)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> (Option<Manifest>, Vec<String>) {
        let mut diagnostics = Diagnostics::new();
        let manifest = read(text, FileId(0), &mut diagnostics);
        assert!(diagnostics.iter().all(|d| d.code == Code::BAD_MANIFEST));
        (manifest, diagnostics.iter().map(|d| d.message.clone()).collect())
    }

    #[test]
    fn a_manifest_reads() {
        let (manifest, told) = told(
            "name = \"generic-discrete\"\nversion = \"1.0.0-rc.1\"\ndescription = \"x\"\n\
             license = \"MIT\"\nextends = [\"std\"]\nsources = [\".\", \"../templates\"]\n",
        );
        let manifest = manifest.unwrap();
        assert!(told.is_empty());
        assert_eq!(manifest.name.text, "generic-discrete");
        assert_eq!(manifest.extends.len(), 1);
        assert_eq!(manifest.sources[1].text, "../templates");
    }

    #[test]
    fn every_mistake_is_told() {
        let (manifest, messages) = told(
            "name = \"a\"\nversion = \"1.0\"\nextend = [\"std\"]\nsources = \"rules\"\nlicense = 3\n",
        );
        assert!(manifest.is_some());
        assert_eq!(messages.len(), 4, "{messages:?}");
        for (text, count) in [("", 2), ("name = ", 1), ("name = \"1x\"\nversion = \"1.0.0\"", 1)] {
            assert_eq!(told(text).1.len(), count, "{text}");
        }
    }
}
