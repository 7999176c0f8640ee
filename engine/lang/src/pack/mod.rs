//! Packs: folders or built-in texts with a `pack.toml`, loaded with all that they extend.

mod cases;
mod collect;
mod damage;
mod files;
mod manifest;
mod reading;
mod resolve;
mod source;
mod tables;
#[cfg(test)]
mod tests;
mod version;
mod xlsx;

use source::PackSource;
pub use source::{EmbeddedFile, EmbeddedPack, PackRoot};

use crate::check::{self, Declarations, names::Names};
use crate::ir::{Library, PackInfo};
use crate::told;
use collect::{Collector, Unparsed};
use espice_base::{Diagnostics, Digest, SourceMap, World};
use reading::parse_all;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Loads packs and everything that they extend, and checks what they declare: names, types and
/// dimensions of symbols, kinds, functions and templates, and that rules, selections, tests and
/// waivers refer to what exists. The expressions of rules are checked by the stage that
/// evaluates them.
///
/// `roots` are what the run asks for; `builtin` are the packs that are in the program, loaded
/// when a root or `extends` names them. A folder takes the place of the built-in pack of its
/// name. Every text that is read is added to `sources`.
///
/// A library always comes out: items with mistakes are missing from it and stand in the
/// diagnostics, which are sorted.
pub fn load(
    world: &dyn World,
    roots: &[PackRoot],
    builtin: &[EmbeddedPack<'_>],
    sources: &mut SourceMap,
) -> (Arc<Library>, Diagnostics) {
    let mut diagnostics = Diagnostics::new();
    let (candidates, wanted) =
        resolve::candidates(world, roots, builtin, sources, &mut diagnostics);
    let plan = resolve::plan(&candidates, &wanted, &mut diagnostics);
    let mut library = Library::default();
    let mut names = Names::default();
    let mut declarations = Declarations::default();
    let mut loading = Vec::new();
    for planned in &plan {
        let Some(candidate) = candidates.get(planned.candidate) else { continue };
        let name = &candidate.manifest.name.text;
        let pack = names.add_pack(name, &planned.extends, planned.is_missing);
        let files = files::read_files(candidate, &mut diagnostics);
        let base = |place: &usize| library.packs.get(*place);
        let bases: BTreeMap<String, Digest> =
            planned.extends.iter().filter_map(base).map(|p| (p.name.clone(), p.digest)).collect();
        let manifest = sources.get(candidate.file).map_or("", |f| f.text());
        let digest = files::digest(manifest, &files, &bases);
        library.packs.push(PackInfo {
            name: name.clone(),
            version: candidate.manifest.version.clone(),
            extends: planned.extends.iter().filter_map(base).map(|p| p.name.clone()).collect(),
            digest,
            builtin: matches!(candidate.source, PackSource::Embedded(_)),
            files: Vec::new(),
        });
        loading.push((pack, candidate, files));
    }
    // All texts are parsed at once, side by side; tables and scripts are numbered after them.
    let (mut texts, mut counts) = (Vec::new(), Vec::new());
    for (_, _, files) in &loading {
        let before = texts.len();
        let own = files.iter().filter(|(path, _)| path.ends_with(".espice"));
        texts.extend(own.map(|(path, file)| Unparsed::of(path, file, sources)));
        counts.push(texts.len() - before);
    }
    let mut parsed = texts.iter().zip(parse_all(&texts));
    for ((pack, candidate, files), count) in loading.iter().zip(counts) {
        Collector {
            pack: *pack,
            name: &candidate.manifest.name.text,
            files,
            source: &candidate.source,
            folder: &candidate.folder,
            sources,
            library: &mut library,
            declarations: &mut declarations,
            names: &mut names,
            diagnostics: &mut diagnostics,
        }
        .collect(parsed.by_ref().take(count));
    }
    check::check(&mut library, declarations, names, &mut diagnostics);
    told::once(&mut diagnostics, &library.damage, sources);
    (Arc::new(library), diagnostics)
}
