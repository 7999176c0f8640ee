//! The packs that are part of the program.

use espice_base::Digest;
use espice_lang::{EmbeddedFile, EmbeddedPack};

include!(concat!(env!("OUT_DIR"), "/packs.rs"));

/// Every built-in pack: one for each `pack.toml` among the built-in texts.
pub(crate) fn packs() -> Vec<EmbeddedPack<'static>> {
    let folder = |path: &'static str| path.strip_suffix("/pack.toml");
    FILES
        .iter()
        .filter_map(|file| folder(file.path))
        .map(|folder| EmbeddedPack { folder, files: FILES })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use espice_base::{Date, FileId, MemoryWorld, SourceMap};
    use espice_lang::{PackRoot, load, rules};

    #[test]
    fn trees_are_those_of_their_texts() {
        let file = FileId(3);
        for text in FILES.iter().filter(|f| f.path.ends_with(".espice")) {
            let (tree, told) = espice_syntax::parse(text.text, file);
            assert!(told.is_empty(), "{}", text.path);
            assert_eq!(
                espice_syntax::thaw(text.frozen, text.text, file),
                Some(tree),
                "{}",
                text.path
            );
        }
    }

    /// What is checked later, or not at all, has no mistakes and is the same in the end.
    #[test]
    fn packs_of_the_program_are_what_they_are_from_folders() {
        let mut world = MemoryWorld::new(Date { year: 2026, month: 11, day: 21 });
        for file in FILES {
            world = world.with(file.path, file.text);
        }
        let roots = |of: fn(&str) -> PackRoot| -> Vec<PackRoot> {
            let mut all: Vec<_> = packs().iter().map(|p| of(p.folder)).collect();
            all.sort_by_key(|r| *r != of("rules"));
            all
        };
        let folders = roots(|folder| PackRoot::Folder(folder.into()));
        let own = roots(|folder| {
            let name = folder.rsplit('/').next().unwrap();
            PackRoot::Builtin(if name == "rules" { "std".into() } else { name.into() })
        });
        let (mut read, mut built) = (SourceMap::default(), SourceMap::default());
        let (eager, told) = load(&world, &folders, &[], &mut read);
        assert!(told.is_empty(), "{:?}", told.iter().next());
        let (lazy, told) = load(&world, &own, &packs(), &mut built);
        assert!(told.is_empty(), "{:?}", told.iter().next());
        let (all, told) = rules::check(&eager, &read);
        assert!(told.is_empty(), "{:?}", told.iter().next());
        let (few, told) = rules::check(&lazy, &built);
        assert!(told.is_empty(), "{:?}", told.iter().next());

        assert_eq!(eager.templates.len(), lazy.templates.len());
        for (a, b) in eager.templates.iter().zip(lazy.templates.iter()) {
            assert_eq!((&a.name, &a.parameters.len()), (&b.name, &b.parameters.len()));
            assert_eq!(a.graph.len(), b.graph.len(), "{}", a.name);
            assert_eq!(a.doc, b.doc);
            let recipe = |r: Option<std::borrow::Cow<'_, rules::RecipeIr>>| {
                r.map(|r| (r.stages.iter().map(|s| s.name.clone()).collect::<Vec<_>>(), r.polish))
            };
            let (one, other) = (all.recipe(&eager, &a.name), few.recipe(&lazy, &b.name));
            assert_eq!(recipe(one), recipe(other), "{}", a.name);
        }
        assert_eq!(all.rules().len(), few.rules().len());
        for (a, b) in all.rules().iter().zip(few.rules()) {
            assert_eq!((&a.name, &a.pack, a.phase), (&b.name, &b.pack, b.phase));
            // The types of what a model's parameters are compared with, read off their trees.
            assert!(a.means_the_same(b), "{}", a.name);
        }
        let digests =
            |l: &espice_lang::ir::Library| -> Vec<_> { l.packs.iter().map(|p| p.digest).collect() };
        // The digests of the program's texts were taken when it was built.
        assert_eq!(digests(&eager), digests(&lazy));
    }
}
