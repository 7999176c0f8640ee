//! Lock files: versions and digests of all that a pack extends, so that a pack means tomorrow
//! what it means today.

use crate::engine::Engine;
use espice_base::{Code, Diagnostic, Diagnostics, Span};
use espice_lang::ir::PackInfo;
use espice_lang::rules::OverrideInfo;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Name of the file, beside `pack.toml`.
pub const LOCK_FILE: &str = "pack.lock";

impl Engine<'_> {
    /// What overrides what in the loaded packs, with the places of the overrides.
    pub fn overrides(&self) -> Vec<OverrideInfo> {
        self.rulebook.overrides()
    }

    /// The text of the lock file of a loaded pack: a line for each pack that it extends, directly
    /// or not, sorted by name. `None` when no pack has this name.
    pub fn lock(&self, pack: &str) -> Option<String> {
        let mut text = String::from(
            "# espice lock 1: what this pack extends; made by `espice lock`\n# name\tversion\tsha256\n",
        );
        for base in self.bases(pack)? {
            let _ = writeln!(text, "{}\t{}\t{}", base.name, base.version, base.digest);
        }
        Some(text)
    }

    /// Holds a loaded pack to the lock file in its folder: everything that it extends is there
    /// with version and digest, and nothing else.
    pub fn locked(&mut self, pack: &str, folder: &str) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let path = format!("{}/{LOCK_FILE}", folder.trim_end_matches('/'));
        let Ok(bytes) = self.world.read(&path) else {
            let file = self.sources.add(path.as_str(), "");
            diagnostics.push(
                Diagnostic::error(Code::PACK_LOCK, format!("`{pack}` has no `{LOCK_FILE}`"))
                    .at(espice_base::Place::File(file))
                    .help(format!("`espice lock {folder}` writes it")),
            );
            return diagnostics;
        };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let file = self.sources.add(path, text.as_str());
        let mut locked: BTreeMap<&str, (&str, &str, Span)> = BTreeMap::new();
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let span = Span::new(file, at, at + line.trim_end().len());
            at += line.len();
            let line = line.trim_end();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let mut cells = line.split('\t');
            match (cells.next(), cells.next(), cells.next(), cells.next()) {
                (Some(name), Some(version), Some(digest), None) => {
                    locked.insert(name, (version, digest, span));
                }
                _ => diagnostics.push(
                    Diagnostic::error(Code::PACK_LOCK, "this line of the lock does not read")
                        .at(span)
                        .help(format!("`espice lock {folder}` writes it anew")),
                ),
            }
        }
        let whole = Span::new(file, 0, 0);
        let mut complain =
            |message: String, span: Span| {
                diagnostics.push(Diagnostic::error(Code::PACK_LOCK, message).at(span).help(
                    format!("look at what changed; `espice lock {folder}` then takes it over"),
                ));
            };
        for base in self.bases(pack).unwrap_or_default() {
            let digest = base.digest.to_string();
            match locked.remove(base.name.as_str()) {
                None => complain(format!("`{}` is not in the lock", base.name), whole),
                Some((version, _, span)) if version != base.version => complain(
                    format!(
                        "`{}` was locked at {version}, and {} is at hand",
                        base.name, base.version
                    ),
                    span,
                ),
                Some((_, held, span)) if held != digest => complain(
                    format!(
                        "`{}` {} is not what was locked: its text has changed",
                        base.name, base.version
                    ),
                    span,
                ),
                Some(_) => {}
            }
        }
        for (name, (_, _, span)) in locked {
            complain(format!("`{pack}` does not extend `{name}` any more"), span);
        }
        diagnostics.sort();
        diagnostics
    }

    /// All that a pack extends, directly or not, sorted by name.
    fn bases(&self, pack: &str) -> Option<Vec<&PackInfo>> {
        let packs = &self.library.packs;
        let place = packs.iter().position(|p| p.name == pack)?;
        let reach = self.library.reach(place);
        let mut bases: Vec<&PackInfo> =
            reach.iter().filter(|i| **i != place).filter_map(|i| packs.get(*i)).collect();
        bases.sort_by(|a, b| a.name.cmp(&b.name));
        Some(bases)
    }
}
