//! Packs with a stated number of independent mistakes: `ui/check/NAME.espice`, or a folder
//! with a `pack.toml`. Each mistake gives exactly one diagnostic; the snapshots hold the words.
//!
//! A file is loaded as a pack that extends `ui/check/base`; a folder is loaded as it stands.
//! The first line of the file, or of the `pack.toml`, says `expect: N`.

use espice_base::{Date, Diagnostics, MemoryWorld, Severity, SourceMap, render_plain};
use espice_lang::{PackRoot, ir::Library};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/check")
}

#[expect(clippy::disallowed_methods, reason = "tests read the files that they are about")]
fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}

/// The files under a folder by path relative to it.
fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut waiting = vec![root.to_path_buf()];
    while let Some(folder) = waiting.pop() {
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
                continue;
            }
            let relative = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            files.insert(relative, read(&path));
        }
    }
    files
}

/// A world that holds the base pack, and the packs to load in it.
fn world(name: &str) -> (MemoryWorld, Vec<PackRoot>) {
    let mut world = MemoryWorld::new(Date { year: 2026, month: 11, day: 21 });
    for (path, bytes) in files(&folder().join("base")) {
        world = world.with(format!("base/{path}"), bytes);
    }
    let path = folder().join(name);
    if path.is_dir() {
        for (inner, bytes) in files(&path) {
            world = world.with(format!("{name}/{inner}"), bytes);
        }
    } else {
        let manifest = "name = \"fixture\"\nversion = \"1.0.0\"\nextends = [\"base\"]\n";
        let text = read(&path);
        world = world.with("fixture/pack.toml", manifest).with(format!("fixture/{name}"), text);
    }
    let own = if path.is_dir() { name } else { "fixture" };
    let roots = ["base", own].map(|f| PackRoot::Folder(f.to_string()));
    (world, roots.to_vec())
}

/// Loads a fixture: what it holds, what is told, how many mistakes it states.
fn load(name: &str) -> (Arc<Library>, Vec<String>, Option<usize>) {
    let (world, roots) = world(name);
    let mut sources = SourceMap::default();
    let (library, diagnostics) = espice_lang::load(&world, &roots, &[], &mut sources);
    let stated = sources.iter().find_map(|(_, file)| {
        let first = file.line(1).trim_start_matches(['/', '#', ' ']);
        first.strip_prefix("expect: ")?.parse().ok()
    });
    let (_, of_rules) = espice_lang::rules::check(&library, &sources);
    let mut all: Diagnostics = diagnostics.into_iter().chain(of_rules).collect();
    all.sort();
    let told = all.iter().map(|d| render_plain(d, &sources)).collect();
    (library, told, stated)
}

fn fixtures() -> Vec<String> {
    let mut names: Vec<String> = folder()
        .read_dir()
        .unwrap()
        .map(|e| e.unwrap())
        .filter(|e| {
            let name = e.file_name();
            let name = name.to_str().unwrap();
            name.ends_with(".espice")
                || (e.path().is_dir() && !matches!(name, "base" | "snapshots"))
        })
        .map(|e| e.file_name().to_str().unwrap().to_string())
        .collect();
    names.sort();
    names
}

#[test]
fn every_mistake_is_told_once() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder().join("snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let mut wrong = Vec::new();
    for name in fixtures() {
        let (_, told, stated) = load(&name);
        let told_count = told.len();
        let stem = name.trim_end_matches(".espice");
        settings.bind(|| insta::assert_snapshot!(stem, told.join("\n")));
        if stated != Some(told_count) {
            wrong.push(format!("{name} states {stated:?} mistakes, {told_count} are told"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_base_of_the_fixtures_is_sound() {
    let (world, _) = world("base");
    let mut sources = SourceMap::default();
    let roots = [PackRoot::Folder("base".into())];
    let (library, diagnostics) = espice_lang::load(&world, &roots, &[], &mut sources);
    let told: Vec<_> = diagnostics.iter().map(|d| render_plain(d, &sources)).collect();
    assert_eq!(told, Vec::<String>::new());
    assert_eq!(library.templates.len(), 2);
    assert_eq!(library.kind("diode").unwrap().quantities.len(), 4);
}

/// The shipped packs are read by every user: all that they declare and refer to is sound.
#[test]
fn the_shipped_packs_are_sound() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut world = MemoryWorld::new(Date { year: 2026, month: 11, day: 21 });
    for top in ["rules", "templates", "foundries"] {
        for (path, bytes) in files(&root.join(top)) {
            world = world.with(format!("{top}/{path}"), bytes);
        }
    }
    let mut roots = vec![PackRoot::Folder("rules".into())];
    for entry in root.join("foundries").read_dir().unwrap() {
        let name = entry.unwrap().file_name().to_str().unwrap().to_string();
        roots.push(PackRoot::Folder(format!("foundries/{name}")));
    }
    let mut sources = SourceMap::default();
    let (_, diagnostics) = espice_lang::load(&world, &roots, &[], &mut sources);
    let errors: Vec<_> = diagnostics
        .iter()
        .filter(|d| d.severity == Severity::Error)
        .map(|d| render_plain(d, &sources))
        .collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}
