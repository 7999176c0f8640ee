#![expect(
    clippy::disallowed_methods,
    reason = "a build script reads the workspace and talks to cargo"
)]
//! Puts the built-in packs into the program: every text under `rules/`, `templates/` and
//! `foundries/` of the workspace, by path from its root, but for folders of tests, which no run
//! needs to read. The trees of those that parse come with them.

use espice_base::Digest;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let root = manifest.join("../..").canonicalize()?;
    let mut files = Vec::new();
    for folder in ["rules", "templates", "foundries"] {
        println!("cargo::rerun-if-changed={}", root.join(folder).display());
        collect(&root.join(folder), &mut files)?;
    }
    files.sort();
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let mut list = String::from("const FILES: &[EmbeddedFile<'static>] = &[\n");
    let mut trees = Vec::new();
    for file in &files {
        let path = file.strip_prefix(&root).unwrap_or(file).to_string_lossy().replace('\\', "/");
        let is_language = path.ends_with(".espice");
        let text = if is_language { fs::read_to_string(file)? } else { String::new() };
        let tree = is_language.then(|| espice_syntax::freeze(&text)).flatten().unwrap_or_default();
        let (from, to) = (trees.len(), trees.len() + tree.len());
        trees.extend(tree);
        let digest = Digest::of_text(&fs::read(file)?).bytes();
        let text = file.display().to_string();
        let _ = writeln!(
            list,
            "    EmbeddedFile {{ path: {path:?}, text: include_str!({text:?}), frozen: TREES.split_at({to}).0.split_at({from}).1, digest: Digest::of_bytes({digest:?}) }},"
        );
    }
    list.push_str(
        "];\nconst TREES: &[u8] = include_bytes!(concat!(env!(\"OUT_DIR\"), \"/trees\"));\n",
    );
    fs::write(out.join("trees"), trees)?;
    fs::write(out.join("packs.rs"), list)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() && path.ends_with("tests") {
            continue;
        }
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
