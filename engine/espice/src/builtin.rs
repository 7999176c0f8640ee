//! The packs that are part of the program.

use espice_lang::EmbeddedPack;

include!(concat!(env!("OUT_DIR"), "/packs.rs"));

/// Every built-in pack: one for each `pack.toml` among the built-in texts.
pub(crate) fn packs() -> Vec<EmbeddedPack<'static>> {
    let folder = |path: &'static str| path.strip_suffix("/pack.toml");
    FILES
        .iter()
        .filter_map(|(path, _)| folder(path))
        .map(|folder| EmbeddedPack { folder, files: FILES })
        .collect()
}
