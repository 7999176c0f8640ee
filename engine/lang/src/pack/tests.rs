//! How packs find each other: order, digests, bases that are missing or built in.

use super::{EmbeddedFile, EmbeddedPack, PackRoot, load};
use crate::ir::Library;
use espice_base::{Date, Diagnostics, Digest, MemoryWorld, SourceMap};
use std::sync::Arc;

fn manifest(name: &str, extends: &str) -> String {
    format!("name = \"{name}\"\nversion = \"1.0.0\"\nextends = [{extends}]\n")
}

fn world() -> MemoryWorld {
    MemoryWorld::new(Date { year: 2026, month: 1, day: 1 })
}

const fn text<'a>(path: &'a str, text: &'static str) -> EmbeddedFile<'a> {
    EmbeddedFile { path, text, frozen: &[], digest: Digest::of_bytes([0; 32]) }
}

const STD: EmbeddedPack<'_> = EmbeddedPack {
    folder: "rules",
    files: &[
        text(
            "rules/pack.toml",
            "name = \"std\"\nversion = \"0.1.0\"\nsources = [\".\", \"../templates\"]\n",
        ),
        text("rules/kinds.espice", "kind diode { pins a, k }\nkind unused { pins a, k }\n"),
        text(
            "templates/d.espice",
            "template d : diode { pins a, k; current a, k = 1 S * V(a, k) }\n",
        ),
    ],
};

fn run(world: &MemoryWorld, folders: &[&str]) -> (Arc<Library>, Diagnostics) {
    let roots: Vec<_> = folders.iter().map(|f| PackRoot::Folder((*f).to_string())).collect();
    load(world, &roots, &[STD], &mut SourceMap::default())
}

fn codes(diagnostics: &Diagnostics) -> Vec<&str> {
    diagnostics.iter().map(|d| d.code.as_str()).collect()
}

#[test]
fn bases_come_first_and_once() {
    let world = world()
        .with("a/pack.toml", manifest("a", "\"b\", \"std\""))
        .with("a/a.espice", "select for diode { consider d }")
        .with("b/pack.toml", manifest("b", "\"std\""))
        .with("b/b.espice", "select for diode { consider d }");
    let (library, told) = run(&world, &["a", "b"]);
    assert!(told.is_empty(), "{:?}", told.iter().next());
    let order: Vec<_> = library.packs.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(order, ["std", "b", "a"]);
    assert_eq!(library.templates.len(), 1);
    assert_eq!(library.reach(1).into_iter().collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn a_built_in_pack_can_be_a_root_and_gives_way_to_a_folder() {
    let roots = [PackRoot::Builtin("std".into())];
    let (library, told) = load(&world(), &roots, &[STD], &mut SourceMap::default());
    assert!(told.is_empty());
    assert_eq!(library.kinds.len(), 2);
    let own = world()
        .with("mine/pack.toml", manifest("std", ""))
        .with("mine/kinds.espice", "kind diode { pins a, k }");
    let (library, told) = run(&own, &["mine"]);
    assert!(told.is_empty());
    assert_eq!(library.kinds.len(), 1);
    let roots = [PackRoot::Builtin("stt".into())];
    let (_, told) = load(&world(), &roots, &[STD], &mut SourceMap::default());
    assert_eq!(codes(&told), ["E0403"]);
}

#[test]
fn a_digest_covers_the_pack_and_its_bases_and_no_path_of_the_machine() {
    let pack = |folder: &str, text: &str| {
        world()
            .with(format!("{folder}/pack.toml"), manifest("a", "\"std\""))
            .with(format!("{folder}/a.espice"), text)
    };
    let digest = |world: &MemoryWorld, folder: &str| {
        let (library, _) = run(world, &[folder]);
        library.packs.last().unwrap().digest
    };
    let first = digest(&pack("a", "kind x { pins a, b }\n"), "a");
    assert_eq!(first, digest(&pack("far/away", "kind x { pins a, b }\r\n"), "far/away"));
    assert_ne!(first, digest(&pack("a", "kind x { pins a, c }\n"), "a"));
    let other_base = pack("a", "kind x { pins a, b }\n")
        .with("s/pack.toml", manifest("std", ""))
        .with("s/k.espice", "kind y { pins a, b }");
    let (library, _) = run(&other_base, &["s", "a"]);
    assert_ne!(first, library.packs.last().unwrap().digest);
}

#[test]
fn what_cannot_be_loaded_is_told() {
    let empty = world();
    assert_eq!(codes(&run(&empty, &["nowhere"]).1), ["E0401"]);
    let circle = world()
        .with("a/pack.toml", manifest("a", "\"b\""))
        .with("a/a.espice", "kind x { pins a, b }")
        .with("b/pack.toml", manifest("b", "\"a\""))
        .with("b/b.espice", "kind y { pins a, b }");
    assert_eq!(codes(&run(&circle, &["a", "b"]).1), ["E0404"]);
    let twice = world()
        .with("a/pack.toml", manifest("a", ""))
        .with("a/a.espice", "kind x { pins a, b }")
        .with("b/pack.toml", manifest("a", ""));
    assert_eq!(codes(&run(&twice, &["a", "b"]).1), ["E0405"]);
    let hollow = world().with("a/pack.toml", manifest("a", ""));
    assert_eq!(codes(&run(&hollow, &["a"]).1), ["E0412"]);
}

#[test]
fn only_extended_packs_are_seen() {
    let world = world()
        .with("a/pack.toml", manifest("a", ""))
        .with("a/a.espice", "template t : diode { pins a, k; current a, k = 1 S * V(a, k) }")
        .with("b/pack.toml", manifest("b", "\"std\""))
        .with("b/b.espice", "select for diode { consider d }");
    let (_, told) = run(&world, &["b", "a"]);
    assert_eq!(codes(&told), ["E0203"]);
    assert!(told.iter().all(|d| d.help.iter().any(|h| h.contains("`extends`"))));
}

#[test]
fn loading_is_deterministic_and_survives_any_text() {
    let long = "1 + ".repeat(5000) + "1";
    let texts = [
        String::from("template"),
        String::from("\u{0}\u{feff}kind { } } {{"),
        format!("template t : diode {{ pins a, k; current a, k = {long} }}"),
        format!("fn f() -> 1 = {}1{}", "(".repeat(3000), ")".repeat(3000)),
        format!("fn f() -> 1 = {}1", "-".repeat(3000)),
    ];
    for text in texts {
        let world =
            world().with("a/pack.toml", manifest("a", "\"std\"")).with("a/a.espice", text.as_str());
        let (_, first) = run(&world, &["a"]);
        let (_, second) = run(&world, &["a"]);
        assert_eq!(first, second);
        assert!(first.has_errors(), "{}", text.chars().take(40).collect::<String>());
    }
}
