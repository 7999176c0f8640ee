//! Which packs a run needs, bases before what extends them.

use super::files::unreadable;
use super::manifest::{Base, Manifest, read};
use super::source::{EmbeddedPack, PackRoot, PackSource, join};
use crate::check::dims::likely;
use espice_base::{Code, Diagnostic, Diagnostics, FileId, Place, ReadError, SourceMap, World};

/// A pack whose manifest reads.
pub(super) struct Candidate<'a> {
    pub(super) source: PackSource<'a>,
    /// The folder of its `pack.toml`.
    pub(super) folder: String,
    pub(super) manifest: Manifest,
    pub(super) file: FileId,
}

/// A pack in the order of loading.
pub(super) struct Planned {
    /// Index of the candidate.
    pub(super) candidate: usize,
    /// Places of its bases in the plan.
    pub(super) extends: Vec<usize>,
    /// Whether a base is missing.
    pub(super) is_missing: bool,
}

/// Reads the manifests of the roots and of the built-in packs.
pub(super) fn candidates<'a>(
    world: &'a dyn World,
    roots: &[PackRoot],
    builtin: &[EmbeddedPack<'a>],
    sources: &mut SourceMap,
    diagnostics: &mut Diagnostics,
) -> (Vec<Candidate<'a>>, Vec<usize>) {
    let mut found: Vec<Candidate<'a>> = Vec::new();
    let mut wanted = Vec::new();
    for root in roots {
        let PackRoot::Folder(folder) = root else { continue };
        let source = PackSource::World(world);
        let Some(candidate) = candidate(source, folder, sources, diagnostics) else { continue };
        let name = &candidate.manifest.name;
        match found.iter().find(|c| c.manifest.name.text == name.text) {
            Some(first) => diagnostics.push(
                Diagnostic::error(
                    Code::DUPLICATE_PACK,
                    format!("two packs have the name `{}`", name.text),
                )
                .label(name.span, "again")
                .label(first.manifest.name.span, "first"),
            ),
            None => {
                wanted.push(found.len());
                found.push(candidate);
            }
        }
    }
    for pack in builtin {
        let source = PackSource::Embedded(pack.files);
        let Some(candidate) = candidate(source, pack.folder, sources, diagnostics) else {
            continue;
        };
        // A folder takes the place of the built-in pack of its name.
        if !found.iter().any(|c| c.manifest.name.text == candidate.manifest.name.text) {
            found.push(candidate);
        }
    }
    for root in roots {
        let PackRoot::Builtin(name) = root else { continue };
        match found.iter().position(|c| c.manifest.name.text == *name) {
            Some(index) if wanted.contains(&index) => {}
            Some(index) => wanted.push(index),
            None => {
                let names: Vec<&str> =
                    found.iter().map(|c| c.manifest.name.text.as_str()).collect();
                let help = likely(name, names.iter().copied())
                    .unwrap_or_else(|| format!("the packs are {}", names.join(", ")));
                diagnostics.push(
                    Diagnostic::error(Code::UNKNOWN_PACK, format!("there is no pack `{name}`"))
                        .help(help),
                );
            }
        }
    }
    (found, wanted)
}

fn candidate<'a>(
    source: PackSource<'a>,
    folder: &str,
    sources: &mut SourceMap,
    diagnostics: &mut Diagnostics,
) -> Option<Candidate<'a>> {
    let path = join(folder, "pack.toml");
    let bytes = match source.read(&path) {
        Ok(bytes) => bytes,
        Err(error) => {
            let file = sources.add(path.as_str(), "");
            let complaint = match error {
                ReadError::NotFound => {
                    Diagnostic::error(Code::NO_MANIFEST, format!("there is no `{path}`"))
                }
                ReadError::TooLarge(_) => unreadable(&format!("`{path}`"), error),
                ReadError::Denied => {
                    Diagnostic::error(Code::NO_MANIFEST, format!("`{path}` cannot be read"))
                }
            };
            let help = "a pack is a folder with a pack.toml";
            diagnostics.push(complaint.at(Place::File(file)).help(help));
            return None;
        }
    };
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let file = sources.add(path, text.as_str());
    let manifest = read(&text, file, diagnostics)?;
    Some(Candidate { source, folder: join(folder, "."), manifest, file })
}

/// Orders the wanted packs and all that they extend.
pub(super) fn plan(
    candidates: &[Candidate<'_>],
    wanted: &[usize],
    diagnostics: &mut Diagnostics,
) -> Vec<Planned> {
    let mut planner = Planner {
        candidates,
        placed: vec![None; candidates.len()],
        path: Vec::new(),
        plan: Vec::new(),
        diagnostics,
    };
    for &index in wanted {
        planner.visit(index);
    }
    planner.plan
}

struct Planner<'a> {
    candidates: &'a [Candidate<'a>],
    /// By candidate: its place in the plan.
    placed: Vec<Option<usize>>,
    path: Vec<usize>,
    plan: Vec<Planned>,
    diagnostics: &'a mut Diagnostics,
}

impl Planner<'_> {
    fn visit(&mut self, index: usize) -> Option<usize> {
        if let Some(place) = self.placed.get(index).copied().flatten() {
            return Some(place);
        }
        let candidate = self.candidates.get(index)?;
        self.path.push(index);
        let mut extends = Vec::new();
        let mut is_missing = false;
        for entry in &candidate.manifest.extends {
            match self.base(entry) {
                Some(place) => extends.push(place),
                None => is_missing = true,
            }
        }
        self.path.pop();
        let place = self.plan.len();
        self.plan.push(Planned { candidate: index, extends, is_missing });
        if let Some(slot) = self.placed.get_mut(index) {
            *slot = Some(place);
        }
        Some(place)
    }

    fn base(&mut self, base: &Base) -> Option<usize> {
        let entry = &base.name;
        let named = |c: &Candidate<'_>| c.manifest.name.text == entry.text;
        let Some(place) = self.candidates.iter().position(named) else {
            let names = self.candidates.iter().map(|c| c.manifest.name.text.as_str());
            self.diagnostics.push(
                Diagnostic::error(Code::UNKNOWN_PACK, format!("there is no pack `{}`", entry.text))
                    .at(entry.span)
                    .help(
                        likely(&entry.text, names)
                            .unwrap_or_else(|| String::from("give its folder beside this one")),
                    ),
            );
            return None;
        };
        if let Some(manifest) = self.candidates.get(place).map(|c| &c.manifest)
            && let Some(version) = manifest.version()
            && !base.wanted.takes(&version)
        {
            // The pack is used all the same: what it declares is not told as missing, too.
            let message = format!(
                "this extends `{}`, and {} {} is at hand",
                base.text, entry.text, manifest.version
            );
            self.diagnostics.push(
                Diagnostic::error(Code::PACK_VERSION, message).at(entry.span).help(
                    "give a version that fits, or check the pack with this one and widen the range",
                ),
            );
        }
        if self.path.contains(&place) {
            self.diagnostics.push(
                Diagnostic::error(
                    Code::CIRCULAR_PACKS,
                    format!("the pack `{}` extends itself through this", entry.text),
                )
                .at(entry.span)
                .help("remove one of the `extends` of the circle"),
            );
            return None;
        }
        self.visit(place)
    }
}
